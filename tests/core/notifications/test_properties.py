"""Whatever happens: the unread counter is the number of unread rows, and the last event says it."""

from __future__ import annotations

import random
import threading

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dozen.core import notifications
from dozen.core.notifications import telling
from tests.core.notifications.inbox import FOLLOW, LIKE, NEWS, counted, events, marked
from tests.support.town import Town

_people = st.integers(1, 3)
_kinds = st.sampled_from([LIKE, FOLLOW, NEWS])
_steps = st.one_of(
    st.tuples(st.just("notify"), _people, _kinds, _people, st.integers(1, 3)),
    st.tuples(st.just("many"), st.sets(_people), _kinds, _people, st.integers(1, 3)),
    st.tuples(st.just("retract"), _kinds, _people, st.integers(1, 3)),
    st.tuples(st.just("about"), st.sampled_from(["blog", "news"]), st.integers(1, 3)),
    st.tuples(st.just("from"), _people, _people),
    st.tuples(st.just("read"), _people, st.integers(0, 5)),
    st.tuples(st.just("dismiss"), _people, st.integers(0, 5)),
    st.tuples(st.just("group"), _people, st.integers(0, 3)),
    st.tuples(st.just("clear"), _people, st.none() | st.sets(_kinds)),
    st.tuples(st.just("choose"), _people, _kinds, st.booleans()),
    st.tuples(st.just("forget"), _people),
)


def _do(town: Town, step: tuple[object, ...]) -> None:
    match step:
        case "notify", int(to), str(kind), int(actor), int(subject):
            town.write(notifications.notify, to, kind, actor=actor, subject=subject, group_key=str(subject))
        case "many", set(to), str(kind), int(actor), int(subject):
            town.write(notifications.notify_many, to, kind, actor=actor, subject=subject)
        case "retract", str(kind), int(actor), int(subject):
            town.write(notifications.retract, kind, actor=actor, subject=subject)
        case "about", str(realm), int(subject):
            town.write(notifications.retract_about, realm, subject)
        case "from", int(me), int(actor):
            town.write(notifications.retract_from, me, actor)
        case "read", int(me), int(nth):
            items = town.read(notifications.list_plain, me)
            town.write(notifications.mark_read, me, items[nth].id if nth < len(items) else None)
        case "dismiss", int(me), int(nth):
            items = town.read(notifications.list_plain, me)
            town.write(notifications.dismiss, me, items[nth].id if nth < len(items) else 1)
        case "group", int(me), int(nth):
            groups = town.read(notifications.list_grouped, me)
            town.write(notifications.dismiss_group, me, groups[nth].key if nth < len(groups) else "none")
        case "clear", int(me), (None | set()) as kinds:
            town.write(notifications.clear, me, kinds=kinds)
        case "choose", int(me), str(kind), bool(wanted):
            town.write(notifications.choose, me, kind, "in_app", wanted)
        case "forget", int(me):
            town.write(notifications.forget, me)
        case _:
            raise AssertionError(step)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_steps, min_size=5, max_size=30))
def test_counters_equal_rows(town: Town, steps: list[tuple[object, ...]]) -> None:
    keep, telling.KEEP = telling.KEEP, 6
    slack, telling.SLACK = telling.SLACK, 2
    try:
        for person in (1, 2, 3):
            town.write(notifications.forget, person)
        town.write(lambda tx: tx.driver.execute("DELETE FROM realtime_events"))
        for step in steps:
            before = len(events(town))
            rows_before = counted(town)
            _do(town, step)
            now = counted(town)
            assert now == marked(town)
            assert all(kept <= 8 for _, kept in now.values())
            told = events(town)[before:]
            for person, data in told:
                last = [each["unread"] for who, each in told if who == person][-1]
                assert last == now.get(person, (0, 0))[0]
                assert set(data) == {"kind", "id", "unread", "on"}
            changed = {p for p in {*now, *rows_before} if now.get(p) != rows_before.get(p)}
            assert changed <= {person for person, _ in told}
            for person in (1, 2, 3):
                plain = town.read(notifications.list_plain, person, limit=50)
                groups = town.read(notifications.list_grouped, person, limit=50)
                assert sum(group.count for group in groups) == len(plain)
                assert sum(group.unread for group in groups) == town.read(notifications.unread, person)
                assert [group.id for group in groups] == sorted((g.id for g in groups), reverse=True)
                assert all(group.newest.actor_id == group.actors[0] for group in groups)
    finally:
        telling.KEEP, telling.SLACK = keep, slack


def test_many_at_once(town: Town) -> None:
    """Threads that tell the same people, take back and mark read lose no count."""
    broken: list[BaseException] = []

    def act(seed: int) -> None:
        rng = random.Random(seed)
        try:
            for _ in range(50):
                a, b, n = rng.randint(1, 3), rng.randint(1, 3), rng.randint(1, 3)
                match rng.randrange(6):
                    case 0 | 1:
                        town.write(notifications.notify, a, LIKE, actor=b, subject=n)
                    case 2:
                        town.write(notifications.notify_many, [1, 2, 3], NEWS, actor=b, subject=n)
                    case 3:
                        town.write(notifications.retract, LIKE, actor=b, subject=n)
                    case 4:
                        town.write(notifications.mark_read, a)
                    case _:
                        town.write(notifications.retract_about, "news", n)
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=act, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert counted(town) == marked(town)
