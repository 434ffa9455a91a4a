"""Who asks as a program is told errors as data, also where only a page stands; people get pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.raw import Raw, ask
from tests.support.site import Site, open_site

PAGE = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = open_site("sqlite", tmp_path_factory.mktemp("house"))
    assert made is not None
    yield made
    made.close()


def told(answer: Raw) -> tuple[int, str]:
    return answer.status, answer.header("content-type")


PROGRAMS = [
    [(b"accept", b"application/json")],
    [(b"accept", b"application/problem+json, */*;q=0.1")],
    [(b"authorization", b"Bearer nothing")],
    [(b"authorization", b"Bearer nothing"), (b"accept", b"*/*")],
]
PEOPLE = [
    [(b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8")],
    [(b"accept", b"text/html, application/json")],
    [(b"accept", b"text/html"), (b"authorization", b"Bearer nothing")],
]


@pytest.mark.parametrize("headers", PROGRAMS)
def test_programs_get_problems_from_pages(house: Site, headers: list[tuple[bytes, bytes]]) -> None:
    assert told(ask(house, "GET", "/settings", headers=headers)) == (401, PROBLEM)
    assert told(ask(house, "GET", "/@nobody", headers=headers)) == (404, PROBLEM)
    assert told(ask(house, "DELETE", "/login", headers=headers)) == (405, PROBLEM)
    assert told(ask(house, "GET", "/no/where", headers=headers)) == (404, PROBLEM)
    assert told(ask(house, "BREW", "/login", headers=headers)) == (405, PROBLEM)


@pytest.mark.parametrize("headers", PEOPLE)
def test_people_get_pages(house: Site, headers: list[tuple[bytes, bytes]]) -> None:
    login = ask(house, "GET", "/settings", headers=headers)
    assert (login.status, login.header("location")) == (303, "/login?next=/settings")
    assert told(ask(house, "GET", "/@nobody", headers=headers)) == (404, PAGE)
    assert told(ask(house, "DELETE", "/login", headers=headers)) == (405, PAGE)
    assert told(ask(house, "GET", "/no/where", headers=headers)) == (404, PAGE)


def test_a_page_is_a_page_for_those_who_do_not_say(house: Site) -> None:
    assert told(ask(house, "GET", "/@nobody", headers=[(b"accept", b"*/*")])) == (404, PAGE)
    assert told(ask(house, "GET", "/@nobody")) == (404, PAGE)


def test_a_wrong_method_where_data_and_a_page_stand(house: Site) -> None:
    """The address has both, and tells each in its own way, with what it allows."""
    path = "/microblog/timeline/public"
    page = ask(house, "DELETE", path, headers=PEOPLE[0])
    data = ask(house, "DELETE", path, headers=PROGRAMS[0])
    assert told(page) == (405, PAGE)
    assert told(data) == (405, PROBLEM)
    assert told(ask(house, "DELETE", path)) == (405, PROBLEM)
    assert page.header("allow") == data.header("allow") == "GET, HEAD, OPTIONS"


def test_pages_that_differ_by_who_asks_say_so_to_caches(house: Site) -> None:
    vary = ask(house, "GET", "/login", headers=PEOPLE[0]).header("vary")
    assert {"accept", "cookie", "x-requested-with", "accept-encoding"} <= set(vary.split(", "))
