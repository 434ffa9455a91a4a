"""Faults: a stable code, a status, words for people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dozen.app import blocks as _all  # noqa: F401 - imports every block
from dozen.kit import errors
from dozen.kit.errors import Fault, Invalid, TooMany


def kinds(of: type[Fault] = Fault) -> Iterator[type[Fault]]:
    yield of
    for each in of.__subclasses__():
        yield from kinds(each)


OURS = sorted(
    {each for each in kinds() if each.__module__.startswith("dozen.")}, key=lambda k: k.__qualname__
)


def test_every_fault_can_be_told() -> None:
    assert len(OURS) > 100
    for kind in OURS:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code), kind
        assert 400 <= kind.status < 600, kind
        assert kind.title.strip() == kind.title, kind
        assert kind.title[0].isupper(), kind
        assert not kind.title.endswith((".", "!")), kind


def test_details_default_to_the_title_and_extras_stay() -> None:
    assert (Fault().detail, str(Fault())) == ("That did not work", "That did not work")
    fault = errors.Conflict("taken", name="ada", n=3)
    assert (fault.detail, str(fault), fault.extra) == ("taken", "taken", {"name": "ada", "n": 3})
    assert errors.NotFound("").detail == errors.NotFound.title


def test_fields_say_what_is_wrong_with_each() -> None:
    fault = Invalid(fields={"name": "too long", "age": "no number"})
    assert fault.detail == "too long; no number"
    assert fault.fields == fault.extra["fields"] == {"name": "too long", "age": "no number"}
    assert Invalid("look again", fields={"name": "x"}).detail == "look again"
    assert (Invalid().fields, Invalid().extra) == ({}, {})


def test_limits_say_when_to_come_back() -> None:
    assert TooMany().retry_after == 1
    fault = TooMany("slowly", retry_after=30, per=5)
    assert (fault.detail, fault.retry_after, fault.extra) == ("slowly", 30, {"retry_after": 30, "per": 5})
