"""Kept pieces of pages: the same while what they show is the same, and never somebody else's."""

from __future__ import annotations

from typing import Any

import jinja2
import msgspec
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from dozen.web.kept import Kept

PIECE = "{% macro piece(value, other='') %}<p>{{ value }} {{ other }}{{ note() }}</p>{% endmacro %}"
PURE = "{% import 'piece' as p %}{{ kept(p.piece, slot, value, other) }}"
WITH_CONTEXT = "{% import 'piece' as p with context %}{{ kept(p.piece, slot, value, other) }}"


class Thing(msgspec.Struct, frozen=True):
    names: dict[str, int]


class Made:
    """Templates with one macro; ``renderings`` counts how often it ran."""

    def __init__(self, slots: int = 100) -> None:
        self.renderings = 0
        pieces = {"piece": PIECE, "pure": PURE, "with": WITH_CONTEXT}
        self.templates = jinja2.Environment(loader=jinja2.DictLoader(pieces), autoescape=True)
        self.templates.globals.update(kept=Kept(slots), note=self._note)

    def _note(self) -> str:
        self.renderings += 1
        return ""

    def render(self, value: Any, other: Any = "", *, slot: Any = 1, template: str = "pure") -> str:
        return self.templates.get_template(template).render(value=value, other=other, slot=slot)


def test_what_is_equal_is_rendered_once() -> None:
    made = Made()
    for _ in range(3):
        assert "{&#39;a&#39;: 1}" in made.render(Thing({"a": 1}))  # equal, not the same, and not hashable
    assert made.renderings == 1


def test_what_changes_is_rendered_again() -> None:
    made = Made()
    assert [made.render(n, other) for n, other in ((1, "a"), (2, "a"), (2, "b"))] == [
        "<p>1 a</p>",
        "<p>2 a</p>",
        "<p>2 b</p>",
    ]
    assert made.renderings == 3


def test_slots_do_not_mix() -> None:
    made = Made()
    for _ in range(2):
        assert made.render("x", slot=(1, "guest")) == made.render("x", slot=(1, "member"))
    assert made.renderings == 2


def test_text_that_equals_markup_is_escaped_all_the_same() -> None:
    made = Made()
    bold = "<b>!</b>"
    assert made.render(Markup(bold)) == "<p><b>!</b> </p>"
    assert made.render(bold) == "<p>&lt;b&gt;!&lt;/b&gt; </p>"
    assert made.render(True) == "<p>True </p>"
    assert made.render(1) == "<p>1 </p>"


def test_a_macro_that_sees_the_page_is_not_kept() -> None:
    made = Made()
    assert made.render("x", template="with") == made.render("x", template="with")
    assert made.renderings == 2


def test_the_least_used_gives_way() -> None:
    made = Made(slots=10)
    for n in range(1_000):
        made.render(n, slot=n)
    kept = made.templates.globals["kept"]
    assert isinstance(kept, Kept)
    assert len(kept) <= 10


values = st.one_of(st.text(max_size=3), st.integers(0, 2), st.booleans(), st.none(), st.text().map(Markup))


@given(st.lists(st.tuples(st.integers(0, 2), values, values), max_size=30))
def test_it_is_what_the_macro_would_say(asked: list[tuple[int, Any, Any]]) -> None:
    made = Made(slots=4)
    macro = made.templates.get_template("piece").module.piece  # type: ignore[attr-defined]
    for slot, value, other in asked:
        assert made.render(value, other, slot=slot) == macro(value, other)
