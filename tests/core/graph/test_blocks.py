from __future__ import annotations

import pytest

from dozen.core import graph
from dozen.core.graph import hiding, limits
from dozen.core.graph.blocks import end_mutes
from dozen.core.realtime import Hub
from dozen.db import Tx, open_database
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from tests.core.graph.crowd import crowd, edges, events, protect, requests
from tests.support.town import Town


def test_a_block_ends_everything_both_ways(town: Town) -> None:
    ann, bo, cy = crowd(town, 3)
    for a, b in ((ann, bo), (bo, ann)):
        town.write(graph.follow, a, b)
        mine = town.write(graph.create_list, a, "Mine")
        town.write(graph.add_member, a, mine.id, b)
        town.write(graph.subscribe_list, b, mine.id)
    town.write(graph.befriend, ann, bo)
    town.write(graph.accept_friend, bo, ann)
    town.write(graph.follow, ann, cy)

    assert town.write(graph.block, ann, bo)
    assert not town.write(graph.block, ann, bo)
    assert edges(town) == {("block", ann, bo), ("follow", ann, cy)}
    assert town.read(graph.is_blocked_either, ann, bo)
    assert town.read(graph.is_blocked_either, bo, ann)
    assert not town.read(graph.is_blocked_either, ann, cy)
    assert town.read(graph.relations, ann, [bo])[bo] == graph.Relation(blocking=True)
    assert town.read(graph.relations, bo, [ann])[ann] == graph.Relation(blocked_by=True)
    for person in (ann, bo):
        (mine,) = town.read(graph.lists_of, person, person)
        assert (mine.members, mine.subscribers) == (0, 0)
        assert town.read(graph.list_members, person, mine.id) == []
        assert town.read(graph.subscriptions, person, person) == []
    assert [edge.person_id for edge in town.read(graph.blocks, ann)] == [bo]

    assert town.write(graph.unblock, ann, bo)
    assert not town.write(graph.unblock, ann, bo)
    assert edges(town) == {("follow", ann, cy)}


def test_a_block_ends_requests_both_ways(town: Town) -> None:
    ann, bo = crowd(town, 2)
    protect(town, ann)
    protect(town, bo)
    town.write(graph.follow, ann, bo)
    town.write(graph.follow, bo, ann)
    town.write(graph.befriend, bo, ann)
    town.write(graph.block, ann, bo)
    assert requests(town) == set()


def test_a_mute_leaves_the_follow_and_is_not_seen(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo)
    assert town.write(graph.mute, ann, bo)
    assert not town.write(graph.mute, ann, bo)
    assert town.read(graph.relations, ann, [bo])[bo] == graph.Relation(
        following=True, reposts=True, muting=True, mute_notifications=True
    )
    assert town.read(graph.relations, bo, [ann])[ann] == graph.Relation(followed_by=True)
    assert town.write(graph.mute, ann, bo, notifications=True)
    hidden = town.read(graph.hidden_from, ann)
    assert hidden.muted == {bo}
    assert not hidden.silenced
    assert town.write(graph.unmute, ann, bo)
    assert not town.write(graph.unmute, ann, bo)
    assert [data["kind"] for _, data in events(town)] == ["follow", "mute", "mute_options", "mute"]


def test_a_timed_mute_ends_by_itself(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bo = crowd(town, 2)
    end = clock.now() + clock.HOUR
    town.write(graph.mute, ann, bo, until=end)
    now = town.read(graph.relations, ann, [bo])[bo]
    assert (now.muting, now.mute_until) == (True, end)
    assert bo in town.read(graph.hidden_from, ann)
    assert town.write(end_mutes) == 0

    later = clock.now() + 2 * clock.HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not town.read(graph.relations, ann, [bo])[bo].muting
    assert bo not in town.read(graph.hidden_from, ann)
    assert town.read(graph.mutes, ann) == []
    assert town.read(graph.deaf_to, bo, [ann]) == frozenset()
    assert town.write(graph.mute, ann, bo), "a new mute, before the old one was cleared away"
    assert town.write(graph.unmute, ann, bo)
    town.write(graph.mute, ann, bo, until=later + 1)
    monkeypatch.setattr(clock, "now", lambda: later + 2)
    assert town.write(end_mutes) == 1
    assert edges(town) == set()
    assert [data["on"] for _, data in events(town)] == [True, False] * 3


def test_what_is_not_possible(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bo, cy = crowd(town, 3)
    with pytest.raises(graph.CannotBlockSelf):
        town.write(graph.block, ann, ann)
    with pytest.raises(graph.CannotMuteSelf):
        town.write(graph.mute, ann, ann)
    with pytest.raises(graph.BadMute):
        town.write(graph.mute, ann, bo, until=1)
    monkeypatch.setattr(limits, "HIDDEN", 1)
    town.write(graph.block, ann, bo)
    town.write(graph.mute, ann, bo)
    with pytest.raises(graph.TooManyHidden):
        town.write(graph.block, ann, cy)
    with pytest.raises(graph.TooManyHidden):
        town.write(graph.mute, ann, cy)


class TestHidden:
    def test_muted_blocked_and_blocked_by(self, town: Town) -> None:
        ann, bo, cy, di, ed = crowd(town, 5)
        town.write(graph.mute, ann, bo)
        town.write(graph.block, ann, cy)
        town.write(graph.block, di, ann)
        hidden = town.read(graph.hidden_from, ann)
        assert hidden.muted == {bo}
        assert hidden.blocked == {cy, di}
        assert hidden.silenced == {bo, cy, di}
        assert [person in hidden for person in (bo, cy, di, ed)] == [True, True, True, False]
        assert town.read(graph.hidden_from, di).blocked == {ann}
        assert town.read(graph.deaf_to, ann, [bo, cy, di, ed]) == {cy, di}
        assert town.read(graph.deaf_to, bo, [ann, cy]) == {ann}

    def test_it_is_not_read_again_until_it_changes(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        reads: list[int] = []
        read = hiding._read

        def counted(tx: Tx, me: int) -> graph.Hidden:
            reads.append(me)
            return read(tx, me)

        monkeypatch.setattr(hiding, "_read", counted)
        ann, bo, cy = crowd(town, 3)
        for _ in range(3):
            town.read(graph.hidden_from, ann)
        assert reads == [ann]
        town.write(graph.follow, ann, bo)
        town.write(graph.mute, bo, ann)
        town.read(graph.hidden_from, ann)
        assert reads == [ann], "what others mute is not mine"
        town.write(graph.block, bo, ann)
        _later()
        for _ in range(3):
            assert town.read(graph.hidden_from, ann).blocked == {bo}
        assert reads == [ann, ann]
        assert cy not in town.read(graph.hidden_from, ann)

    def test_a_transaction_sees_what_it_did(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        town.read(graph.hidden_from, ann)

        def verb(tx: Tx) -> None:
            graph.block(tx, bo, ann)
            assert graph.hidden_from(tx, ann).blocked == {bo}
            raise KeyError

        with pytest.raises(KeyError):
            town.write(verb)
        _later()
        assert town.read(graph.hidden_from, ann).blocked == frozenset()

    def test_what_a_slow_reader_read_is_not_kept(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        reader = Tx(town.env, town.db.connect(), town.db.dialect, writes=False)  # type: ignore[attr-defined]
        old = graph.Hidden()
        town.write(graph.block, ann, bo)
        cache = town.env.part(hiding.HiddenCache)
        cache.put(ann, old, reader.now)
        assert town.read(graph.hidden_from, ann).blocked == {bo}
        reader.driver.close()

    def test_other_processes_hear_of_it(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        db = open_database(town.env.settings.database)
        env = Env(town.env.settings, b"a secret for tests only, 32+ bytes", Snowflakes(2))
        elsewhere = Town(db, env)

        def blocked() -> frozenset[int]:
            elsewhere.read(env.part(Hub).catch_up)
            return elsewhere.read(graph.hidden_from, ann).blocked

        assert blocked() == frozenset()
        town.write(graph.block, bo, ann)
        assert blocked() == {bo}
        _later()
        assert blocked() == {bo}
        town.write(graph.unblock, bo, ann)
        assert blocked() == frozenset()
        elsewhere.close()

    def test_blocked_by_very_many(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hiding, "MOST_BLOCKERS", 2)
        ann, bo, cy, di = crowd(town, 4)
        for other in (bo, cy, di):
            town.write(graph.block, other, ann)
        hidden = town.read(graph.hidden_from, ann)
        assert hidden.blocked == {cy, di}
        assert not hidden.whole
        assert town.read(graph.hidden_among, ann, [bo]).blocked == {bo, cy, di}
        assert bo not in town.read(graph.can_see, ann, [bo, cy, di])


def _later() -> None:
    """Until the clock has moved: what was dropped within this millisecond is not kept yet."""
    began = clock.now()
    while clock.now() <= began:
        pass
