"""An error's code means one thing: whoever reads it knows the status, and what people are told."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator

import dozen
from dozen.app.services import ROOMS
from dozen.kit.errors import Fault
from dozen.web.frame import Frame


def _all(kind: type[Fault]) -> Iterator[type[Fault]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _all(each)


def faults() -> set[type[Fault]]:
    """Every fault that Dozen has (tests have some of their own)."""
    for module in pkgutil.walk_packages(dozen.__path__, "dozen."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    return {each for each in _all(Fault) if each.__module__.startswith("dozen.")}


def test_a_code_has_one_status() -> None:
    found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in faults():
        found[each.code][each.status].append(f"{each.__module__}.{each.__name__}")
    assert len(found) > 300
    assert {code: dict(by) for code, by in found.items() if len(by) > 1} == {}


def test_a_code_has_one_title() -> None:
    """Whichever block or room raises it, and whether a door tells of it or not."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in faults():
        found[each.code][each.title].append(f"{each.__module__}.{each.__name__}")
    assert {code: dict(by) for code, by in found.items() if len(by) > 1} == {}


def test_what_doors_tell_is_known() -> None:
    told = {
        each.code for room in ROOMS for door in room.doors for route in door.routes for each in route.raises
    }
    assert len(told) > 200
    assert told <= {each.code for each in faults()}


def test_the_description_tells_each_code_once() -> None:
    paths = json.loads(Frame(ROOMS).description())["paths"]
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for operations in paths.values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if "application/problem+json" in response.get("content", {}):
                    for words in re.split(r"; (?=`)", response["description"]):
                        code, _, title = words.partition(": ")
                        found[code].add((status, title))
    assert len(found) > 200
    assert {code: told for code, told in found.items() if len(told) > 1} == {}


def test_codes_are_words_that_stay() -> None:
    assert [each.code for each in faults() if not re.fullmatch(r"[a-z][a-z0-9_]{2,40}", each.code)] == []
    assert [each.__name__ for each in faults() if not 400 <= each.status < 600] == []
