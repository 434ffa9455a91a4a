"""The address of a list's next page."""

from __future__ import annotations

from dozen.web.paging import next_page


def test_the_last_page_leads_nowhere() -> None:
    assert next_page("/microblog/search", None, q="tea") == ""
    assert next_page("/microblog/search", "", q="tea") == ""


def test_what_was_asked_is_asked_again() -> None:
    assert next_page("/search", "c1", q="a&b=ü", kind="") == "/search?q=a%26b%3D%C3%BC&cursor=c1"
    assert next_page("/@ana?tab=likes", "c2") == "/@ana?tab=likes&cursor=c2"
