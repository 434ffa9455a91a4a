"""Whatever people do to each other: counters equal rows, no tie between the blocked, events tell it all."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dozen.core import graph
from dozen.db import engine
from dozen.kit.errors import Fault
from tests.core.graph.crowd import (
    counted,
    crowd,
    edges,
    events,
    protect,
    requests,
    rows,
    stored_counts,
    wipe,
)
from tests.support.town import Town

Tie = tuple[str, int, int]
_PEOPLE = 4
_pairs = st.sampled_from(list(permutations(range(_PEOPLE), 2)))


def machine(town: Town) -> type[RuleBasedStateMachine]:
    people = crowd(town, _PEOPLE)

    class Society(RuleBasedStateMachine):
        """A few people, and beside the database a plain model of what they should be to each other."""

        @initialize()
        def start(self) -> None:
            wipe(town)
            for person in people:
                protect(town, person, False)
            self.locked: set[int] = set()
            self.ties: set[Tie] = set()
            self.asked: set[Tie] = set()

        def do(self, verb: Callable[..., Any], *args: Any) -> Any:
            """What the verb answers, or the code of its fault."""
            try:
                return town.write(verb, *args)
            except Fault as fault:
                return fault.code

        def apart(self, a: int, b: int) -> bool:
            return ("block", a, b) in self.ties or ("block", b, a) in self.ties

        @rule(who=st.integers(0, _PEOPLE - 1), on=st.booleans())
        def protect(self, who: int, on: bool) -> None:
            person = people[who]
            protect(town, person, on)
            self.locked = self.locked | {person} if on else self.locked - {person}
            if not on:
                waiting = {tie for tie in self.asked if tie[0] == "follow" and tie[2] == person}
                assert town.write(graph.accept_waiting, person) == len(waiting)
                self.asked -= waiting
                self.ties |= waiting

        @rule(pair=_pairs)
        def follow(self, pair: tuple[int, int]) -> None:
            a, b = people[pair[0]], people[pair[1]]
            tie = ("follow", a, b)
            got = self.do(graph.follow, a, b)
            if self.apart(a, b):
                assert got == "follow_not_allowed"
            elif tie in self.ties:
                assert got == graph.Followed("already", False)
            elif b in self.locked:
                assert got == graph.Followed("requested", tie not in self.asked)
                self.asked.add(tie)
            else:
                assert got == graph.Followed("following", True)
                self.ties.add(tie)

        @rule(pair=_pairs)
        def unfollow(self, pair: tuple[int, int]) -> None:
            a, b = people[pair[0]], people[pair[1]]
            tie = ("follow", a, b)
            assert self.do(graph.unfollow, a, b) == (tie in self.ties | self.asked)
            self.ties.discard(tie)
            self.asked.discard(tie)

        @rule(pair=_pairs)
        def remove_follower(self, pair: tuple[int, int]) -> None:
            a, b = people[pair[0]], people[pair[1]]
            tie = ("follow", b, a)
            assert self.do(graph.remove_follower, a, b) == (tie in self.ties)
            self.ties.discard(tie)

        @rule(pair=_pairs, kind=st.sampled_from(["follow", "friend"]), how=st.sampled_from("ark"))
        def answer(self, pair: tuple[int, int], kind: str, how: str) -> None:
            a, b = people[pair[0]], people[pair[1]]
            verbs = {
                ("follow", "a"): graph.accept_follow,
                ("follow", "r"): graph.reject_follow,
                ("follow", "k"): graph.cancel_follow,
                ("friend", "a"): graph.accept_friend,
                ("friend", "r"): graph.reject_friend,
                ("friend", "k"): graph.cancel_friend,
            }
            tie = (kind, a, b) if how == "k" else (kind, b, a)
            got = self.do(verbs[kind, how], a, b)
            assert got == (None if tie in self.asked else "no_such_request")
            if tie in self.asked:
                self.asked.discard(tie)
                if how == "a":
                    self.ties |= {tie, ("friend", a, b)} if kind == "friend" else {tie}

        @rule(pair=_pairs)
        def befriend(self, pair: tuple[int, int]) -> None:
            a, b = people[pair[0]], people[pair[1]]
            got = self.do(graph.befriend, a, b)
            if self.apart(a, b):
                assert got == "friend_not_allowed"
            elif ("friend", a, b) in self.ties:
                assert got == graph.Befriended("already", False)
            elif ("friend", b, a) in self.asked:
                assert got == graph.Befriended("friends", True)
                self.asked.discard(("friend", b, a))
                self.ties |= {("friend", a, b), ("friend", b, a)}
            else:
                assert got == graph.Befriended("requested", ("friend", a, b) not in self.asked)
                self.asked.add(("friend", a, b))

        @rule(pair=_pairs)
        def unfriend(self, pair: tuple[int, int]) -> None:
            a, b = people[pair[0]], people[pair[1]]
            assert self.do(graph.unfriend, a, b) == (("friend", a, b) in self.ties)
            self.ties -= {("friend", a, b), ("friend", b, a)}

        @rule(pair=_pairs, on=st.booleans())
        def block(self, pair: tuple[int, int], on: bool) -> None:
            a, b = people[pair[0]], people[pair[1]]
            tie = ("block", a, b)
            assert self.do(graph.block if on else graph.unblock, a, b) == (on != (tie in self.ties))
            if on:
                both = {(kind, x, y) for kind in ("follow", "friend") for x, y in ((a, b), (b, a))}
                self.ties -= both
                self.asked -= both
                self.ties.add(tie)
            else:
                self.ties.discard(tie)

        @rule(pair=_pairs, on=st.booleans())
        def mute(self, pair: tuple[int, int], on: bool) -> None:
            a, b = people[pair[0]], people[pair[1]]
            tie = ("mute", a, b)
            assert self.do(graph.mute if on else graph.unmute, a, b) == (on != (tie in self.ties))
            self.ties = self.ties | {tie} if on else self.ties - {tie}

        @rule(pair=_pairs, on=st.booleans())
        def topic(self, pair: tuple[int, int], on: bool) -> None:
            person, topic = people[pair[0]], people[pair[1]]
            tie = ("news.topic", person, topic)
            verb = graph.follow_thing if on else graph.unfollow_thing
            assert self.do(verb, person, "news.topic", topic) == (on != (tie in self.ties))
            self.ties = self.ties | {tie} if on else self.ties - {tie}

        @rule(who=st.integers(0, _PEOPLE - 1), limit=st.integers(1, 5))
        def forget(self, who: int, limit: int) -> None:
            person = people[who]
            while town.write(graph.forget, person, limit=limit):
                assert stored_counts(town) == counted(town)
            mine = {t for t in self.ties if t[1] == person or (t[2] == person and "." not in t[0])}
            self.ties -= mine
            self.asked = {tie for tie in self.asked if person not in tie[1:]}

        @invariant()
        def the_database_is_as_the_model(self) -> None:
            assert edges(town) == self.ties
            assert requests(town) == self.asked

        @invariant()
        def counters_equal_rows(self) -> None:
            assert stored_counts(town) == counted(town)
            things = town.read(graph.thing_counts, "news.topic", people)
            assert things == {p: sum(t[0] == "news.topic" and t[2] == p for t in self.ties) for p in people}

        @invariant()
        def nothing_ties_the_blocked(self) -> None:
            for kind, a, b in self.ties | self.asked:
                if kind in ("follow", "friend"):
                    assert not self.apart(a, b)

        @invariant()
        def events_tell_every_change_once(self) -> None:
            told: set[Tie] = set()
            for key, data in events(town):
                tie = (data["kind"], key, data["other"])
                assert (tie in told) != data["on"], "said twice, or nothing changed"
                told = told | {tie} if data["on"] else told - {tie}
            assert told == self.ties | {(f"{kind}_request", a, b) for kind, a, b in self.asked}

        @invariant()
        def both_sides_see_the_same(self) -> None:
            seen = {person: town.read(graph.relations, person, people) for person in people}
            for a, b in permutations(people, 2):
                mine, theirs = seen[a][b], seen[b][a]
                assert mine.following == theirs.followed_by == (("follow", a, b) in self.ties)
                assert mine.blocking == theirs.blocked_by == (("block", a, b) in self.ties)
                assert mine.friend == theirs.friend == (("friend", a, b) in self.ties)
                assert mine.muting == (("mute", a, b) in self.ties)
                assert mine.requested == theirs.requested_by == (("follow", a, b) in self.asked)
                assert mine.friend_requested == theirs.friend_requested_by == (("friend", a, b) in self.asked)

        @invariant()
        def what_is_hidden_is_never_stale(self) -> None:
            for person in people:
                hidden = town.read(graph.hidden_from, person)
                assert hidden.muted == {b for kind, a, b in self.ties if (kind, a) == ("mute", person)}
                assert hidden.blocked == {
                    a if b == person else b
                    for kind, a, b in self.ties
                    if kind == "block" and person in (a, b)
                }

    return Society


def test_a_small_society(town: Town) -> None:
    run_state_machine_as_test(
        machine(town),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_block_waits_for_a_follow_that_is_under_way(town: Town) -> None:
    ann, bo = crowd(town, 2)
    blocker = threading.Thread(target=town.write, args=(graph.block, bo, ann))
    with engine.write(town.db, town.env) as tx:
        graph.follow(tx, ann, bo)
        blocker.start()
        blocker.join(0.3)
        assert blocker.is_alive()
    blocker.join()
    assert edges(town) == {("block", bo, ann)}
    assert stored_counts(town) == {}


def test_many_at_once(town: Town) -> None:
    """Threads that follow, block and befriend the same few people leave nothing contradictory behind."""
    people = crowd(town, 4)
    verbs: list[Callable[..., Any]] = [
        graph.follow, graph.follow, graph.unfollow, graph.block, graph.unblock, graph.befriend,
        graph.accept_friend, graph.unfriend, graph.mute, graph.remove_follower,
    ]  # fmt: skip
    broken: list[BaseException] = []

    def act(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(60):
                a, b = rng.sample(people, 2)
                with contextlib.suppress(Fault):
                    town.write(rng.choice(verbs), a, b)
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    ties = edges(town)
    blocked = {frozenset(tie[1:]) for tie in ties if tie[0] == "block"}
    assert not [
        tie
        for tie in ties | requests(town)
        if tie[0] in ("follow", "friend") and frozenset(tie[1:]) in blocked
    ]
    assert {tie for tie in ties if tie[0] == "friend"} == {
        ("friend", b, a) for kind, a, b in ties if kind == "friend"
    }
    assert stored_counts(town) == counted(town)
    told = {}
    for key, data in events(town):
        told[data["kind"], key, data["other"]] = data["on"]
    asked = {(f"{kind}_request", a, b) for kind, a, b in requests(town)}
    assert {tie for tie, on in told.items() if on} == ties | asked
    assert rows(town, "SELECT * FROM graph_counts WHERE followers < 0 OR following < 0 OR friends < 0") == []
