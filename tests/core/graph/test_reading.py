from __future__ import annotations

from itertools import permutations

from dozen.core import graph
from dozen.core.accounts.parts import card_changed
from dozen.db import Tx
from dozen.kit import clock, ids
from tests.core.graph.crowd import crowd, protect
from tests.support.town import Town


def test_lists_are_newest_first_and_page_by_key(town: Town) -> None:
    ann, *others = crowd(town, 8)
    for other in others:
        town.write(graph.follow, other, ann)
        town.write(graph.follow, ann, other)
    newest = others[::-1]
    first = town.read(graph.followers, ann, limit=3)
    town.write(graph.follow, crowd(town, 1)[0], ann)  # comes while we page
    second = town.read(graph.followers, ann, before=first[-1].id, limit=10)
    assert [edge.person_id for edge in first + second] == newest
    assert [edge.person_id for edge in town.read(graph.following, ann, limit=100)] == newest
    assert town.read(graph.followees, ann) == newest
    assert all(abs(edge.at - clock.now()) < clock.MINUTE for edge in first)


def test_followers_in_batches(town: Town) -> None:
    ann, *others = crowd(town, 7)
    town.write(graph.connect_many, [(other, ann) for other in others], at=clock.now())
    seen: list[int] = []
    batch = town.read(graph.follower_ids, ann, limit=4)
    while True:
        seen += batch.ids
        if batch.after is None:
            break
        batch = town.read(graph.follower_ids, ann, after=batch.after, limit=4)
    assert seen == others
    assert town.read(graph.follower_ids, ann, limit=6).after is not None, "there may be more"
    assert town.read(graph.follower_ids, others[0]) == graph.Batch([], None)


def test_relations_of_a_page_of_people(town: Town) -> None:
    ann, *others = crowd(town, 5)
    for other in others[:2]:
        town.write(graph.follow, ann, other)
    town.write(graph.follow, others[1], ann)
    found = town.read(graph.relations, ann, [*others, ann, 12345])
    assert set(found) == {*others, ann, 12345}
    assert [found[other].following for other in others] == [True, True, False, False]
    assert [found[other].followed_by for other in others] == [False, True, False, False]
    assert found[12345] == found[ann] == graph.Relation()
    assert town.read(graph.relations, ann, []) == {}


def test_people_in_common(town: Town) -> None:
    ann, bo, *others = crowd(town, 6)
    for other in others:
        town.write(graph.follow, ann, other)
    for other in others[:3]:
        town.write(graph.follow, other, bo)
    assert [edge.person_id for edge in town.read(graph.mutual, ann, bo)] == others[:3][::-1]
    assert town.read(graph.mutual, bo, ann) == []
    for a, b in permutations([ann, bo], 2):
        town.write(graph.befriend, a, others[0])
        town.write(graph.accept_friend, others[0], a)
        assert [e.person_id for e in town.read(graph.mutual, a, b, kind="friend")] == (
            [others[0]] if a == bo else []
        )


def test_who_may_see_whom(town: Town) -> None:
    ann, open_one, locked, followed, blocked, blocker = crowd(town, 6)
    protect(town, locked)
    protect(town, ann)
    town.write(graph.follow, ann, followed)
    protect(town, followed)
    town.write(graph.block, ann, blocked)
    town.write(graph.block, blocker, ann)
    everybody = [ann, open_one, locked, followed, blocked, blocker, 99]
    assert town.read(graph.can_see, ann, everybody) == {ann, open_one, followed}
    assert town.read(graph.can_see, None, everybody) == {open_one, blocked, blocker}
    town.write(graph.follow, ann, locked)
    assert locked not in town.read(graph.can_see, ann, [locked]), "asking is not following"
    town.write(graph.accept_follow, locked, ann)
    assert locked in town.read(graph.can_see, ann, [locked])


class TestSuggestions:
    def test_friends_of_friends_by_how_many(self, town: Town) -> None:
        ann, bo, cy, di, ed, flo = crowd(town, 6)
        for other in (bo, cy):
            town.write(graph.follow, ann, other)
            town.write(graph.follow, other, di)
            town.write(graph.follow, other, ann)
        town.write(graph.follow, bo, cy)
        town.write(graph.follow, bo, ed)
        town.write(graph.follow, ed, flo)
        assert town.read(graph.suggestions, ann) == [graph.Suggestion(di, 2), graph.Suggestion(ed, 1)]
        assert town.read(graph.suggestions, ann, limit=1) == [graph.Suggestion(di, 2)]
        assert town.read(graph.suggestions, flo) == []

    def test_of_friends(self, town: Town) -> None:
        ann, bo, cy = crowd(town, 3)
        for a, b in ((ann, bo), (bo, cy)):
            town.write(graph.befriend, a, b)
            town.write(graph.accept_friend, b, a)
        town.write(graph.follow, ann, cy)
        assert town.read(graph.suggestions, ann, kind="friend") == [graph.Suggestion(cy, 1)]
        town.write(graph.befriend, ann, cy)
        assert town.read(graph.suggestions, ann, kind="friend") == []

    def test_whom_one_knows_or_does_not_want(self, town: Town) -> None:
        ann, bo, *others = crowd(town, 9)
        muted, blocked, blocker, refused, asked, gone, fine = others
        town.write(graph.follow, ann, bo)
        for other in others:
            town.write(graph.follow, bo, other)
        protect(town, asked)
        town.write(graph.mute, ann, muted)
        town.write(graph.block, ann, blocked)
        town.write(graph.block, blocker, ann)
        town.write(graph.follow, ann, asked)
        for _ in range(2):
            town.write(graph.dismiss_suggestion, ann, refused)
        town.write(_delete, gone)
        assert [found.person_id for found in town.read(graph.suggestions, ann)] == [fine]

    def test_only_the_newest_of_very_many_are_looked_at(self, town: Town) -> None:
        ann, bo, *others = crowd(town, 2 + 130)
        town.write(graph.follow, ann, bo)
        town.write(graph.connect_many, [(bo, other) for other in others], at=clock.now() - clock.DAY)
        found = {each.person_id for each in town.read(graph.suggestions, ann, limit=1_000)}
        assert found == set(others[-100:])

    def test_whom_to_leave_out_is_asked_each_time(self, town: Town) -> None:
        """Who is near is kept for those who have many near; what one did meanwhile counts all the same."""
        ann, bo, *others = crowd(town, 2 + 80)
        town.write(graph.follow, ann, bo)
        town.write(graph.connect_many, [(bo, other) for other in others], at=clock.now() - clock.DAY)
        first, second, third, fourth = town.read(graph.suggestions, ann, limit=4)
        town.write(graph.follow, ann, first.person_id)
        town.write(graph.block, second.person_id, ann)
        town.write(graph.dismiss_suggestion, ann, third.person_id)
        assert town.read(graph.suggestions, ann, limit=1) == [fourth]
        left = {each.person_id for each in town.read(graph.suggestions, ann, limit=1_000)}
        assert left == set(others) - {first.person_id, second.person_id, third.person_id}


def _delete(tx: Tx, person: int) -> None:
    tx.driver.execute(f"UPDATE accounts_people SET deleted_at = 1 WHERE id = {person}")
    card_changed(tx, person)


def test_ids_of_ties_are_dates(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.connect_many, [(ann, bo)], at=1_600_000_000_000)
    (edge,) = town.read(graph.followers, bo)
    assert edge.at == 1_600_000_000_000 == ids.moment(edge.id)
