from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import moderation
from dozen.core.moderation import Verdict, filtering
from dozen.core.moderation.errors import BadFilter, NoSuchFilter
from dozen.core.realtime import Hub
from dozen.db import Tx
from tests.core.moderation.people import actor
from tests.support.town import Town

MOD = actor(900, "moderator")
ALLOW = Verdict("allow")


def put(town: Town, kind: str, pattern: str, action: str) -> moderation.Filter:
    return town.write(moderation.put_filter, MOD, kind, pattern, action)  # type: ignore[arg-type]


def test_words_phrases_and_links(town: Town) -> None:
    put(town, "word", "Viagra", "reject")
    put(town, "word", "make  MONEY fast!", "hold")
    put(town, "word", "dàmn", "flag")
    put(town, "link", "https://www.Spam.example/offers?x=1", "reject")
    for text, verdict in (
        ("hello", ALLOW),
        ("", ALLOW),
        ("cheap VIAGRA here", Verdict("reject", ("viagra",))),
        ("viagrafalls", ALLOW),
        ("Make money — fast", Verdict("hold", ("make money fast",))),
        ("make fast money", ALLOW),
        ("Damn, make money fast", Verdict("hold", ("make money fast", "damn"))),
        ("see spam.example", Verdict("reject", ("spam.example",))),
        ("see http://a.b.SPAM.example/x", Verdict("reject", ("spam.example",))),
        ("see notspam.example or spam.example.org", ALLOW),
    ):
        assert town.read(moderation.screen, text) == verdict, text


def test_a_filter_can_change_and_go(town: Town) -> None:
    made = put(town, "word", "shoes", "flag")
    assert town.read(moderation.screen, "shoes") == Verdict("flag", ("shoes",))
    changed = put(town, "word", " SHOES ", "reject")
    assert changed.id == made.id
    assert town.read(moderation.screen, "shoes") == Verdict("reject", ("shoes",))
    assert town.read(moderation.filters, MOD) == [changed]
    town.write(moderation.delete_filter, MOD, made.id)
    assert town.read(moderation.screen, "shoes") == ALLOW
    with pytest.raises(NoSuchFilter):
        town.write(moderation.delete_filter, MOD, made.id)
    told = town.read(moderation.log, MOD, subject=(filtering.FILTER, made.id))
    assert [each.action for each in told] == ["delete_filter", "put_filter", "put_filter"]
    assert (told[1].before["action"], told[1].after["action"]) == ("flag", "reject")


@pytest.mark.parametrize(
    ("kind", "pattern", "action"),
    [
        ("word", "?!", "flag"),
        ("word", "", "flag"),
        ("link", "nodots", "flag"),
        ("link", "a b.example", "flag"),
        ("regex", ".*", "flag"),
        ("word", "shoes", "explode"),
    ],
)
def test_what_is_no_filter(town: Town, kind: str, pattern: str, action: str) -> None:
    with pytest.raises(BadFilter):
        put(town, kind, pattern, action)
    assert town.read(moderation.filters, MOD) == []


def test_there_is_an_end_to_filters(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filtering, "MOST_FILTERS", 2)
    put(town, "word", "one", "flag")
    put(town, "word", "two", "flag")
    with pytest.raises(BadFilter):
        put(town, "word", "three", "flag")
    put(town, "word", "two", "hold")


def test_other_processes_hear_of_a_change(town: Town) -> None:
    hub = town.env.part(Hub)
    town.read(hub.catch_up)
    screens = town.env.part(filtering.Screens)
    assert town.read(moderation.screen, "shoes") == ALLOW
    kept = screens._kept
    put(town, "word", "shoes", "flag")
    screens._kept = kept  # as in a process that did not write itself
    assert town.read(moderation.screen, "shoes") == ALLOW
    town.read(hub.catch_up)
    assert town.read(moderation.screen, "shoes") == Verdict("flag", ("shoes",))


def test_filters_are_looked_at_again_each_minute(town: Town) -> None:
    put(town, "word", "shoes", "flag")
    screens = town.env.part(filtering.Screens)

    def later(tx: Tx) -> Verdict:
        screens._kept = tx.now - filtering._KEEP, filtering.Screen([])
        return moderation.screen(tx, "shoes")

    assert town.read(later) == Verdict("flag", ("shoes",))


@settings(max_examples=60)
@given(text=st.text(max_size=300), pattern=st.text(max_size=30))
def test_no_text_breaks_it(town: Town, text: str, pattern: str) -> None:
    try:
        made = put(town, "word", pattern, "flag")
    except BadFilter:
        return
    assert town.read(moderation.screen, f"{text} {made.pattern} {text}").action == "flag"
    town.write(moderation.delete_filter, MOD, made.id)
