from __future__ import annotations

import pytest

from dozen.core import search
from dozen.core.search import MOST_SAVED, BadQuery, NoSuchSavedSearch, TooManySavedSearches
from tests.support.town import Town


def test_searches_are_kept_once_for_each_person_and_room(town: Town) -> None:
    cats = town.write(search.save, 1, "microblog", " cats\nOR dogs ")
    assert (cats.name, cats.text, cats.realm) == ("cats OR dogs", "cats OR dogs", "microblog")
    assert town.write(search.save, 1, "microblog", "cats OR dogs", "Pets") == cats
    named = town.write(search.save, 1, "microblog", "-fish from:ada", "Not fish")
    town.write(search.save, 1, "news", "cats OR dogs")
    town.write(search.save, 2, "microblog", "cats OR dogs")
    assert town.read(search.saved, 1, "microblog") == [named, cats]
    assert town.read(search.saved_search, 1, cats.id) == cats
    assert town.write(search.delete_saved, 1, cats.id) == cats
    assert town.read(search.saved, 1, "microblog") == [named]


def test_nobody_sees_or_deletes_anothers(town: Town) -> None:
    mine = town.write(search.save, 1, "microblog", "cats")
    for verb in (search.saved_search, search.delete_saved):
        with pytest.raises(NoSuchSavedSearch):
            town.write(verb, 2, mine.id)
    assert town.read(search.saved, 1, "microblog") == [mine]


def test_what_cannot_be_asked_is_not_kept(town: Town) -> None:
    for text in ("", "?!", "since:soon", "x" * 501):
        with pytest.raises(BadQuery):
            town.write(search.save, 1, "microblog", text)


def test_there_is_an_end_to_keeping(town: Town) -> None:
    for i in range(MOST_SAVED):
        town.write(search.save, 1, "microblog", f"number {i}")
    with pytest.raises(TooManySavedSearches):
        town.write(search.save, 1, "microblog", "one more")
    town.write(search.save, 1, "microblog", "number 3")
    town.write(search.save, 1, "news", "one more")
    assert len(town.read(search.saved, 1, "microblog")) == MOST_SAVED
