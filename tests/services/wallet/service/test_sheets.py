"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest

from dozen.services.wallet.service import sheets


def test_what_was_written_is_read() -> None:
    rows = [["name", "sum"], ['a "b", c', "1.50"], ["línea\nzwei", ""]]
    assert list(csv.reader(io.StringIO(sheets.as_csv(rows), newline=""))) == rows


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_words_become_a_formula(first: str) -> None:
    assert sheets.harmless(first + "1+1") == "'" + first + "1+1"


def test_other_words_stay() -> None:
    assert [sheets.harmless(text) for text in ("", "Tea = 3", "1-2")] == ["", "Tea = 3", "1-2"]
