from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import search
from dozen.core.search import Name
from dozen.core.search.tokens import words
from tests.support.town import Town


def person(number: int, name: str, weight: int = 0, also: str = "") -> Name:
    return Name(realm="people", kind="person", id=number, name=name, also=also, weight=weight)


def suggested(town: Town, text: str, **kw: object) -> list[str]:
    found = town.read(search.suggest, "people", "person", text, **kw)  # type: ignore[arg-type]
    return [each.name for each in found]


def test_any_word_may_begin_so(town: Town) -> None:
    town.write(
        search.put_names,
        [
            person(1, "Ada Lovelace", 10, "ada_l"),
            person(2, "Ádám Nagy", 20),
            person(3, "Grace Hopper", 30, "amazing"),
            person(4, "東京 太郎", 5),
            person(5, "Bob Smith", 7),
        ],
    )
    assert suggested(town, "ad") == ["Ádám Nagy", "Ada Lovelace"]
    assert suggested(town, "ADA") == ["Ada Lovelace", "Ádám Nagy"]  # the very word comes first
    assert suggested(town, "ada_") == ["Ada Lovelace"]
    assert suggested(town, "hop") == ["Grace Hopper"]
    assert suggested(town, "a") == ["Grace Hopper", "Ádám Nagy", "Ada Lovelace"]
    assert suggested(town, "lov ad") == ["Ada Lovelace"]
    assert suggested(town, "nagy ada") == ["Ádám Nagy"]
    assert suggested(town, "東京") == ["東京 太郎"]
    assert suggested(town, "bobsm") == ["Bob Smith"]
    assert suggested(town, "xyz") == []
    assert suggested(town, " %_' ") == []
    assert suggested(town, "a", limit=1) == ["Grace Hopper"]
    assert suggested(town, "a", hidden={3}) == ["Ádám Nagy", "Ada Lovelace"]
    assert town.read(search.suggest, "people", "bot", "ada") == []


def test_a_name_can_change_and_go(town: Town) -> None:
    town.write(search.put_name, person(1, "Ada", 1))
    town.write(search.put_name, person(1, "Zoe", 2))
    assert suggested(town, "a") == []
    assert suggested(town, "z") == ["Zoe"]
    assert town.write(search.remove_name, "people", "person", 1)
    assert not town.write(search.remove_name, "people", "person", 1)
    assert suggested(town, "z") == []


def test_of_very_many_the_weightiest_are_suggested(town: Town) -> None:
    rng = random.Random(7)
    weights = list(range(3_000))
    rng.shuffle(weights)
    town.write(search.put_names, [person(i, f"Maria {i} Silva", weight) for i, weight in enumerate(weights)])
    town.write(search.put_name, person(9_999, "Mar", 0))
    heaviest = [f"Maria {weights.index(weight)} Silva" for weight in range(2_999, 2_989, -1)]
    for text in ("m", "ma", "maria", "silv"):
        assert suggested(town, text) == heaviest
    assert suggested(town, "mar", limit=3) == ["Mar", *heaviest[:2]]
    assert suggested(town, "maria 1234") == ["Maria 1234 Silva"]


@settings(max_examples=60)
@given(name=st.text(max_size=60), text=st.text(max_size=20))
def test_no_name_breaks_it(town: Town, name: str, text: str) -> None:
    town.write(search.put_name, person(1, name))
    town.read(search.suggest, "people", "person", text)
    for word in words(name)[:12]:
        assert [each.id for each in town.read(search.suggest, "people", "person", word[:2])] == [1]
