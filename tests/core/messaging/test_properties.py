"""Whatever people do in their conversations: unread counters equal rows."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dozen.core import messaging
from dozen.db import Tx
from dozen.kit.errors import Fault
from tests.support.people import make_people
from tests.support.town import Town

_PEOPLE = 4
_who = st.integers(0, _PEOPLE - 1)
_where = st.integers(0, 2)
_which = st.integers(0, 9)

_COUNTED = """
    SELECT m.conversation_id, m.person_id, m.unread, (
        SELECT count(*) FROM messaging_messages x
        WHERE x.conversation_id = m.conversation_id AND x.author_id <> m.person_id
          AND x.id > m.after_id AND x.id > m.last_read_id AND x.deleted_at IS NULL AND m.left_at IS NULL
          AND x.id NOT IN (SELECT h.message_id FROM messaging_hidden h WHERE h.person_id = m.person_id))
    FROM messaging_members m
"""


def wrong(town: Town) -> list[tuple[Any, ...]]:
    """Memberships whose counter is not what it counts."""
    found = town.read(lambda tx: tx.driver.execute(_COUNTED).fetchall())
    return [tuple(row) for row in found if row[2] != row[3]]


def wipe(tx: Tx) -> None:
    for table in ("conversations", "members", "messages", "hidden"):
        tx.driver.execute(f"DELETE FROM messaging_{table}")


def machine(town: Town) -> type[RuleBasedStateMachine]:
    people = make_people(town, _PEOPLE)

    class Chatter(RuleBasedStateMachine):
        @initialize()
        def start(self) -> None:
            town.write(wipe)
            a, b, c, _ = people
            self.places = [
                town.write(messaging.open_with, a, [b], "r"),
                town.write(messaging.open_with, a, [b, c], "r"),
                town.write(messaging.open_with, b, [a], "r", title="two"),
            ]
            self.sent = [0]

        def do(self, verb: Callable[..., Any], *args: Any) -> Any:
            with contextlib.suppress(Fault):
                return town.write(verb, *args)

        def message(self, which: int) -> int:
            return self.sent[-1 - which % len(self.sent)]

        @rule(who=_who, where=_where)
        def send(self, who: int, where: int) -> None:
            made = self.do(messaging.send, people[who], self.places[where], "hello")
            if made is not None:
                self.sent.append(made.id)

        @rule(who=_who, where=_where, which=_which, all_of_it=st.booleans())
        def read(self, who: int, where: int, which: int, all_of_it: bool) -> None:
            up_to = None if all_of_it else self.message(which)
            self.do(messaging.mark_read, people[who], self.places[where], up_to)

        @rule(who=_who, where=_where, which=_which)
        def unsend(self, who: int, where: int, which: int) -> None:
            self.do(messaging.unsend, people[who], self.places[where], self.message(which))

        @rule(who=_who, where=_where, which=_which, all_of_it=st.booleans())
        def delete(self, who: int, where: int, which: int, all_of_it: bool) -> None:
            message = None if all_of_it else self.message(which)
            self.do(messaging.delete_for_me, people[who], self.places[where], message)

        @rule(who=_who, other=_who, where=st.integers(1, 2), verb=st.sampled_from("arl"))
        def move(self, who: int, other: int, where: int, verb: str) -> None:
            me, here, person = people[who], self.places[where], people[other]
            if verb == "l":
                self.do(messaging.leave, me, here)
            else:
                self.do(messaging.add if verb == "a" else messaging.remove, me, here, person)

        @rule(who=_who, where=_where, on=st.booleans())
        def mute(self, who: int, where: int, on: bool) -> None:
            self.do(messaging.mute, people[who], self.places[where], on)

        @rule(who=_who)
        def forget(self, who: int) -> None:
            while town.write(messaging.forget, people[who], limit=2):
                assert wrong(town) == []

        @invariant()
        def counters_equal_rows(self) -> None:
            assert wrong(town) == []

        @invariant()
        def totals_are_what_is_listed(self) -> None:
            for person in people:
                found = town.read(messaging.conversations, person, realm="r")
                assert town.read(messaging.unread, person, "r") == sum(
                    each.unread for each in found if not each.muted
                )
                for each in found:
                    assert person in {member.person_id for member in each.members}
                    newest = town.read(messaging.messages, person, each.id, limit=1)
                    assert newest == ([each.last] if each.last else [])

    return Chatter


def test_much_chatter(town: Town) -> None:
    run_state_machine_as_test(
        machine(town),
        settings=settings(max_examples=12, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
    )


def test_many_at_once(town: Town) -> None:
    """Threads that send, read and unsend in the same conversations leave no counter wrong."""
    people = make_people(town, 3)
    places = [
        town.write(messaging.open_with, people[0], people[1:], "r"),
        town.write(messaging.open_with, people[0], [people[1]], "r"),
    ]
    broken: list[BaseException] = []

    def act(seed: int) -> None:
        rng = random.Random(seed)
        sent = 0
        try:
            for _ in range(30):
                me, here = rng.choice(people), rng.choice(places)
                with contextlib.suppress(Fault):
                    if rng.random() < 0.6:
                        sent = town.write(messaging.send, me, here, "hi").id
                    elif rng.random() < 0.5:
                        town.write(messaging.mark_read, me, here)
                    else:
                        town.write(messaging.unsend, me, here, sent)
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert wrong(town) == []


def test_both_open_at_once(town: Town) -> None:
    a, b = make_people(town, 2)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda me=me, other=other: found.append(
            town.write(messaging.open_with, me, [other], "r")
        ))
        for me, other in ((a, b), (b, a)) * 3
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
