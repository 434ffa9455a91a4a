"""Timelines: whatever is warm or cold, pushed or pulled, a reader sees what the definition says."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dozen.core import feeds, graph
from dozen.core.feeds import service, timelines
from dozen.core.feeds.timelines import Timelines
from dozen.core.realtime import Hub
from dozen.db import open_database
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from tests.support.people import make_people
from tests.support.town import Town, found_town

HOME = feeds.Stream("test")
AT_HOME = feeds.Stream("test", graph.followees_at_home)


def definition(
    me: int, items: dict[int, int], follows: set[tuple[int, int]], apart: set[tuple[int, int]]
) -> list[int]:
    """The items of everyone ``me`` follows and does not keep apart, and of ``me``, newest first."""
    authors = {me} | {other for one, other in follows - apart if one == me}
    return sorted((item for item, author in items.items() if author in authors), reverse=True)


def post(town: Town, author: int, *, at: int | None = None) -> int:
    def verb(tx):  # type: ignore[no-untyped-def]
        item = tx.next_id() if at is None else ids.at(at, sequence=random.randrange(4096))
        feeds.publish(tx, "test", author, item)
        return item

    return town.write(verb)


def home(
    town: Town, me: int, *, before: int | None = None, limit: int = 20, stream: feeds.Stream = HOME
) -> list[int]:
    return list(town.read(feeds.home, stream, me, before=before, limit=limit))


def scroll(town: Town, me: int, limit: int) -> Iterator[list[int]]:
    before = None
    while page := home(town, me, before=before, limit=limit):
        yield page
        before = page[-1]


def test_a_new_reader_has_an_empty_timeline(town: Town) -> None:
    (me,) = make_people(town, 1)
    assert home(town, me) == []


def test_own_items_and_those_of_followed_people_newest_first(town: Town) -> None:
    me, friend, stranger = make_people(town, 3)
    town.write(graph.follow, me, friend)
    first, _, third = post(town, friend), post(town, stranger), post(town, me)
    assert home(town, me) == [third, first]


def test_follow_and_unfollow_repair_a_warm_timeline(town: Town) -> None:
    me, friend = make_people(town, 2)
    item = post(town, friend)
    assert home(town, me) == []
    town.write(graph.follow, me, friend)
    assert home(town, me) == [item]
    town.write(graph.unfollow, me, friend)
    assert home(town, me) == []


def test_a_retracted_item_is_gone_from_warm_timelines(town: Town) -> None:
    me, friend = make_people(town, 2)
    town.write(graph.follow, me, friend)
    item = post(town, friend)
    assert home(town, me) == [item]
    assert town.write(feeds.retract, "test", friend, item)
    assert home(town, me) == []
    assert not town.write(feeds.retract, "test", friend, item)


def test_publishing_twice_is_once(town: Town) -> None:
    (me,) = make_people(town, 1)
    item = post(town, me)
    town.write(feeds.publish, "test", me, item)
    assert home(town, me) == [item]


def test_what_is_rolled_back_never_shows(town: Town) -> None:
    (me,) = make_people(town, 1)
    assert home(town, me) == []

    def verb(tx):  # type: ignore[no-untyped-def]
        feeds.publish(tx, "test", me, tx.next_id())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        town.write(verb)
    assert home(town, me) == []


def test_windows_are_trimmed_and_older_items_still_readable(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "MOST_ITEMS", 50)
    monkeypatch.setattr(timelines, "_FIRST_PULL", 20)
    me, friend = make_people(town, 2)
    town.write(graph.follow, me, friend)
    now = clock.now()
    items = sorted({post(town, friend, at=now - n * clock.HOUR) for n in range(300)}, reverse=True)
    home(town, me)
    items = [*sorted((post(town, friend) for _ in range(200)), reverse=True), *items]
    seen = [item for page in scroll(town, me, 17) for item in page]
    assert seen == items
    assert len(town.env.part(Timelines)._streams["test"].warm[me].items) <= 150


def test_widely_followed_authors_are_merged_in(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "WIDE_FROM", 2)
    monkeypatch.setattr(service, "WIDE_UNTIL", 2)
    me, other, star, friend = make_people(town, 4)
    for person in (me, other):
        town.write(graph.follow, person, star)
    town.write(graph.follow, me, friend)
    items = [post(town, star if n % 3 else friend) for n in range(60)]
    assert town.env.part(Timelines)._streams["test"].wide == {star} or home(town, me)
    assert home(town, me, limit=100) == items[::-1]
    assert [i for page in scroll(town, me, 7) for i in page] == items[::-1]
    late = post(town, star)
    assert home(town, me, limit=3) == [late, *items[:-3:-1]]
    town.write(feeds.retract, "test", star, late)
    assert home(town, me, limit=2) == items[:-3:-1]
    # Nobody is widely followed for ever.
    town.write(graph.unfollow, other, star)
    last = post(town, star)
    assert home(town, me, limit=1) == [last]
    assert town.env.part(Timelines)._streams["test"].wide == frozenset()


def test_two_processes_on_one_database_agree(town: Town) -> None:
    me, friend = make_people(town, 2)
    town.write(graph.follow, me, friend)
    other = Town(
        open_database(town.env.settings.database),
        Env(town.env.settings, b"a secret for tests only, 32+ bytes", Snowflakes(2)),
    )
    other.env.install(other.db)
    assert home(other, me) == []
    item = post(town, friend)
    assert home(other, me) == [item]
    town.write(graph.unfollow, me, friend)
    assert home(other, me) == []
    other.close()


def test_missed_events_forget_everything(town: Town) -> None:
    me, friend = make_people(town, 2)
    town.write(graph.follow, me, friend)
    item = post(town, friend)
    assert home(town, me) == [item]
    hub = town.env.part(Hub)
    hub._last = 0 if hub._last is None else hub._last
    later = post(town, friend)
    town.write(lambda tx: tx.driver.execute("DELETE FROM realtime_events") and None)
    town.write(graph.follow, friend, me)
    assert home(town, me) == [later, item]


def test_scrolling_neither_repeats_nor_skips_while_others_post(town: Town) -> None:
    me, *friends = make_people(town, 6)
    for friend in friends:
        town.write(graph.follow, me, friend)
    old = [post(town, friends[n % 5]) for n in range(120)]
    stop = threading.Event()
    posted: list[int] = []

    def write() -> None:
        n = 0
        while not stop.is_set() and n < 300:
            posted.append(post(town, friends[n % 5]))
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            seen = [item for page in scroll(town, me, 7) for item in page]
            assert all(a > b for a, b in pairwise(seen))
            assert set(old) <= set(seen)
            newer = [item for item in posted if item <= seen[0]]
            assert set(newer) <= set(seen)
    finally:
        stop.set()
        writer.join()


def test_page_up_gives_the_next_ones(town: Town) -> None:
    (me,) = make_people(town, 1)
    items = [post(town, me) for _ in range(30)]
    assert town.read(feeds.just_after, HOME, me, after=items[9], limit=5) == items[10:15][::-1]
    assert town.read(feeds.newer, HOME, me, after=items[24]) == items[25:][::-1]


class Model(RuleBasedStateMachine):
    """Random people, posts, follows, exclusive lists and scrolls, against the definition."""

    kind = "sqlite"

    @initialize()
    def found(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dozen-feeds-"))
        made = found_town(self.kind, self.folder)
        if made is None:
            pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
        self.town = made
        self.saved = (service.WIDE_FROM, service.WIDE_UNTIL, timelines.MOST_ITEMS, timelines._FIRST_PULL)
        service.WIDE_FROM, service.WIDE_UNTIL = 3, 2
        timelines.MOST_ITEMS, timelines._FIRST_PULL = 12, 5
        self.people = make_people(self.town, 6)
        self.items: dict[int, int] = {}
        self.follows: set[tuple[int, int]] = set()
        self.apart: set[tuple[int, int]] = set()
        self.lists = {
            person: self.town.write(graph.create_list, person, "Apart", exclusive=True).id
            for person in self.people
        }
        self.places: dict[int, tuple[int, list[int]]] = {}

    def definition(self, me: int) -> list[int]:
        return definition(me, self.items, self.follows, self.apart)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            service.WIDE_FROM, service.WIDE_UNTIL, timelines.MOST_ITEMS, timelines._FIRST_PULL = self.saved
            self.town.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    person = st.integers(0, 5)

    @rule(who=person)
    def post(self, who: int) -> None:
        self.items[post(self.town, self.people[who])] = self.people[who]

    @rule(who=person, days=st.integers(1, 400))
    def post_long_ago(self, who: int, days: int) -> None:
        item = post(self.town, self.people[who], at=clock.now() - days * clock.DAY)
        self.items.setdefault(item, self.people[who])
        self.places.clear()  # history was rewritten: scrolls start anew

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        item = data.draw(st.sampled_from(sorted(self.items)))
        self.town.write(feeds.retract, "test", self.items.pop(item), item)
        self.places.clear()

    @rule(one=person, other=person)
    def follow(self, one: int, other: int) -> None:
        if one != other:
            self.town.write(graph.follow, self.people[one], self.people[other])
            self.follows.add((self.people[one], self.people[other]))
            self.places.pop(self.people[one], None)

    @rule(one=person, other=person)
    def unfollow(self, one: int, other: int) -> None:
        self.town.write(graph.unfollow, self.people[one], self.people[other])
        self.follows.discard((self.people[one], self.people[other]))
        self.places.pop(self.people[one], None)

    @rule(one=person, other=person)
    def keep_apart(self, one: int, other: int) -> None:
        me, them = self.people[one], self.people[other]
        self.town.write(graph.add_member, me, self.lists[me], them)
        self.apart.add((me, them))
        self.places.pop(me, None)

    @rule(one=person, other=person)
    def no_longer_apart(self, one: int, other: int) -> None:
        me, them = self.people[one], self.people[other]
        self.town.write(graph.remove_member, me, self.lists[me], them)
        self.apart.discard((me, them))
        self.places.pop(me, None)

    @rule(who=person, limit=st.integers(1, 20))
    def read_the_top(self, who: int, limit: int) -> None:
        me = self.people[who]
        page = home(self.town, me, limit=limit, stream=AT_HOME)
        assert page == self.definition(me)[:limit]
        self.places[me] = (page[-1], page) if page else (0, [])

    @rule(who=person, limit=st.integers(1, 9))
    def scroll_on(self, who: int, limit: int) -> None:
        """Going on from where one was: nothing again, nothing left out, whatever came in meanwhile."""
        me = self.people[who]
        last, seen = self.places.get(me, (0, []))
        if not last:
            return
        page = home(self.town, me, before=last, limit=limit, stream=AT_HOME)
        everything = self.definition(me)
        assert page == [item for item in everything if item < last][:limit]
        assert not set(page) & set(seen)
        if page:
            self.places[me] = (page[-1], seen + page)

    @rule()
    def forget_what_is_warm(self) -> None:
        self.town.env.part(Timelines).clear()

    @invariant()
    def windows_are_bounded(self) -> None:
        if hasattr(self, "town"):
            for stream in self.town.env.part(Timelines)._streams.values():
                assert all(len(window.items) <= 12 + 101 for window in stream.warm.values())


class OnPostgresql(Model):
    kind = "postgresql"


TestOnSqlite = Model.TestCase
TestOnSqlite.settings = settings(
    max_examples=40, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)
TestOnPostgresql = OnPostgresql.TestCase
TestOnPostgresql.settings = settings(TestOnSqlite.settings, max_examples=8, stateful_step_count=30)
