from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from dozen.services.microblog.text import make_tlds, tlds


def test_the_list_is_whole() -> None:
    assert len(tlds.PLAIN) > 1200
    assert len(tlds.INTERNATIONAL) > 140
    assert {"com", "org", "net", "jp", "uk", "co", "io", "social", "museum", "onion"} <= tlds.PLAIN
    assert {"みんな", "中国", "рф", "پاکستان", "भारत", "한국"} <= tlds.INTERNATIONAL
    assert "tar" not in tlds.PLAIN


def test_names_are_plain_lower_case_letters_or_international() -> None:
    assert all(name.isascii() and name.isalpha() and name == name.lower() for name in tlds.PLAIN)
    assert not any(name.isascii() for name in tlds.INTERNATIONAL)
    assert {name for name in tlds.INTERNATIONAL if name[0].isascii()} == {
        "vermögensberater",
        "vermögensberatung",
    }  # on which the search for them relies


def test_both_lists_are_written_from_the_published_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "weighted.js"
    shutil.copy(make_tlds._SCRIPT, script)
    monkeypatch.setattr(make_tlds, "_HERE", tmp_path)
    monkeypatch.setattr(make_tlds, "_SCRIPT", script)
    names = sorted(tlds.PLAIN - {"onion"}) + [
        "xn--" + name.encode("punycode").decode() for name in tlds.INTERNATIONAL
    ]
    listed = (
        f"# Version {tlds.VERSION}, Last Updated ...\n" + "\n".join(name.upper() for name in names) + "\n"
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(listed))
    make_tlds.main()
    # The same list gives the same files, so neither was touched by hand and both hold the same.
    assert (tmp_path / "tlds.py").read_text("utf-8") == Path(tlds.__file__).read_text("utf-8")
    assert script.read_text("utf-8") == (Path(tlds.__file__).parents[1] / "static/weighted.js").read_text(
        "utf-8"
    )
