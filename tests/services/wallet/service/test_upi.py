from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.services.wallet.service import upi

_word = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=30)


@given(st.from_regex(r"[A-Za-z0-9._-]{2,20}@[a-z]{2,10}", fullmatch=True), _word, _word, _word)
def test_round_trip(address: str, name: str, reference: str, note: str) -> None:
    link = upi.Link(pa=address, pn=name, tr=reference, tn=note, am="12.50", cu="INR")
    made = upi.write(link)
    assert made.isascii()
    assert upi.parse(made) == link
    assert parse_qs(urlsplit(made).query).get("pn", [""]) == [name]


def test_spaces_both_ways() -> None:
    for text in ("upi://pay?pa=ada@dozen&pn=Ada+B", "UPI://PAY?pa=ada@dozen&pn=Ada%20B&zz=1"):
        assert upi.parse(text) == upi.Link(pa="ada@dozen", pn="Ada B")


@pytest.mark.parametrize(
    "text",
    ["", "upi://pay", "upi://pay?pn=Ada", "upi://pay?pa=ada", "http://pay?pa=a@bb", "upi://collect?pa=ada@dozen",
     "upi://pay?pa=ada@dozen&pa=eve@dozen", "upi://pay?pa=ada@dozen\n", "upi://pay?pa=ada@dozen&pn=%ff",
     "upi://[", "upi://pay?" + "a=1&" * 50 + "pa=ada@dozen", "upi://pay?pa=ada@dozen&tn=" + "x" * 1_000],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    if text.endswith("\n"):
        assert upi.parse(text).pa == "ada@dozen"  # space round it is nothing
        return
    with pytest.raises(upi.BadLink):
        upi.parse(text)


def test_what_cannot_be_written() -> None:
    with pytest.raises(upi.BadLink):
        upi.write(upi.Link(pa="nobody"))
