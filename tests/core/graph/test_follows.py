from __future__ import annotations

import pytest

from dozen.core import accounts, graph
from dozen.core.graph import count_queries, limits
from dozen.core.jobs import Registry, Runner
from tests.core.graph.crowd import crowd, edges, events, protect, requests, rows, run_job
from tests.support.town import Town


def test_following_ties_counts_and_says_so_once(town: Town) -> None:
    ann, bo = crowd(town, 2)
    assert town.write(graph.follow, ann, bo) == graph.Followed("following", True)
    assert town.write(graph.follow, ann, bo) == graph.Followed("already", False)
    counts = town.read(graph.counts, [ann, bo])
    assert (counts[ann].following, counts[ann].followers) == (1, 0)
    assert (counts[bo].following, counts[bo].followers) == (0, 1)
    assert events(town) == [(ann, {"kind": "follow", "other": bo, "on": True})]
    assert town.write(graph.unfollow, ann, bo)
    assert not town.write(graph.unfollow, ann, bo)
    assert events(town)[1:] == [(ann, {"kind": "follow", "other": bo, "on": False})]
    assert town.read(graph.counts, [bo])[bo] == graph.GraphCounts()


def test_not_oneself_and_nobody_who_is_not_there(town: Town) -> None:
    (ann,) = crowd(town, 1)
    with pytest.raises(graph.CannotFollowSelf):
        town.write(graph.follow, ann, ann)
    with pytest.raises(accounts.errors.NoSuchPerson):
        town.write(graph.follow, ann, ann + 1)
    for absurd in (0, -1, 1 << 64):
        with pytest.raises(accounts.errors.NoSuchPerson):
            town.write(graph.follow, ann, absurd)
    assert edges(town) == set()


@pytest.mark.parametrize("by", ["me", "them"])
def test_a_block_forbids_following_and_does_not_say_whose_it_is(town: Town, by: str) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.block, *((ann, bo) if by == "me" else (bo, ann)))
    with pytest.raises(graph.FollowNotAllowed) as caught:
        town.write(graph.follow, ann, bo)
    assert (caught.value.code, caught.value.status) == ("follow_not_allowed", 403)
    assert caught.value.detail == graph.FollowNotAllowed.title


def test_options_change_without_a_second_follow(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo, notify=True)
    assert town.write(graph.follow, ann, bo, reposts=False) == graph.Followed("already", True)
    assert town.write(graph.follow, ann, bo, reposts=False) == graph.Followed("already", False)
    now = town.read(graph.relations, ann, [bo])[bo]
    assert (now.following, now.reposts, now.notify) == (True, False, True)
    assert [data["kind"] for _, data in events(town)] == ["follow", "follow_options"]
    assert town.read(graph.follower_ids, bo, notify=True).ids == [ann]
    assert town.read(graph.hidden_from, ann).no_reposts == {bo}
    town.write(graph.unfollow, ann, bo)
    assert town.read(graph.hidden_from, ann).no_reposts == frozenset()


class TestProtected:
    def test_one_asks_and_they_accept(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        protect(town, bo)
        assert town.write(graph.follow, ann, bo, notify=True) == graph.Followed("requested", True)
        assert town.write(graph.follow, ann, bo) == graph.Followed("requested", False)
        with pytest.raises(graph.AlreadyRequested):
            town.write(graph.follow, ann, bo, strict=True)
        assert edges(town) == set()
        now = town.read(graph.relations, ann, [bo])[bo]
        assert now.requested
        assert now.notify
        assert town.read(graph.relations, bo, [ann])[ann].requested_by
        assert [edge.person_id for edge in town.read(graph.follow_requests, bo)] == [ann]
        assert [edge.person_id for edge in town.read(graph.sent_follow_requests, ann)] == [bo]

        town.write(graph.accept_follow, bo, ann)
        now = town.read(graph.relations, ann, [bo])[bo]
        assert (now.following, now.requested, now.notify) == (True, False, True)
        assert [(key, data["kind"], data["on"]) for key, data in events(town)] == [
            (ann, "follow_request", True),
            (ann, "follow_request", False),
            (ann, "follow", True),
        ]

    def test_rejecting_and_cancelling(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        protect(town, bo)
        town.write(graph.follow, ann, bo)
        town.write(graph.reject_follow, bo, ann)
        assert requests(town) == set()
        town.write(graph.follow, ann, bo)
        town.write(graph.cancel_follow, ann, bo)
        assert requests(town) == set()
        town.write(graph.follow, ann, bo)
        assert town.write(graph.unfollow, ann, bo), "unfollowing takes the request back"
        assert requests(town) == set()
        for verb in (graph.accept_follow, graph.reject_follow, graph.cancel_follow):
            with pytest.raises(graph.NoSuchRequest):
                town.write(verb, bo, ann)

    def test_options_of_a_request_go_into_the_follow(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        protect(town, bo)
        town.write(graph.follow, ann, bo)
        assert town.write(graph.follow, ann, bo, reposts=False) == graph.Followed("requested", True)
        town.write(graph.accept_follow, bo, ann)
        assert not town.read(graph.relations, ann, [bo])[bo].reposts

    def test_opening_the_account_accepts_what_waits(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(graph.follows, "_ACCEPTED_AT_ONCE", 3)
        bo, *others = crowd(town, 8)
        protect(town, bo)
        for other in others:
            town.write(graph.follow, other, bo)
        protect(town, bo, False)
        assert town.write(graph.accept_waiting, bo) == 3
        town.env.part(Registry).add(*graph.JOBS)
        Runner(town.env, town.db).drain()
        assert requests(town) == set()
        assert {edge.person_id for edge in town.read(graph.followers, bo)} == set(others)

    def test_opening_by_another_door_is_noticed_by_the_clock(self, town: Town) -> None:
        ann, bo, cy = crowd(town, 3)
        protect(town, bo)
        protect(town, cy)
        town.write(graph.follow, ann, bo)
        town.write(graph.follow, ann, cy)
        protect(town, bo, False)
        run_job(town, "graph.accept_opened")
        assert edges(town) == {("follow", ann, bo)}
        assert requests(town) == {("follow", ann, cy)}

    def test_asking_again_after_they_opened_follows(self, town: Town) -> None:
        ann, bo = crowd(town, 2)
        protect(town, bo)
        town.write(graph.follow, ann, bo, notify=True)
        protect(town, bo, False)
        assert town.write(graph.follow, ann, bo, reposts=False) == graph.Followed("following", True)
        now = town.read(graph.relations, ann, [bo])[bo]
        assert (now.following, now.requested, now.reposts, now.notify) == (True, False, False, True)


class TestLimits:
    def test_so_many_and_no_more(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "FOLLOWS", 2)
        ann, *others = crowd(town, 4)
        for other in others[:2]:
            town.write(graph.follow, ann, other)
        with pytest.raises(graph.TooManyFollows):
            town.write(graph.follow, ann, others[2])
        town.write(graph.unfollow, ann, others[0])
        town.write(graph.follow, ann, others[2])

    def test_a_tenth_more_than_follow_me(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "FOLLOWS", 0)
        ann, *others = crowd(town, 12)
        with pytest.raises(graph.TooManyFollows):
            town.write(graph.follow, ann, others[0])
        town.write(lambda tx: [count_queries.add_counts(tx, **_count(ann, other)) for other in others[:10]])
        for other in others:
            town.write(graph.follow, ann, other)
        with pytest.raises(graph.TooManyFollows):
            town.write(graph.follow, ann, crowd(town, 1)[0])

    def test_so_many_a_day(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "FOLLOWS_A_DAY", 3)
        ann, bo, cy, di, ed = crowd(town, 5)
        protect(town, cy)
        town.write(graph.connect_many, [(ann, di)], at=0)  # long ago
        town.write(graph.follow, ann, bo)
        town.write(graph.follow, ann, cy)
        town.write(graph.follow, ann, ed)
        with pytest.raises(graph.TooManyFollowsToday) as caught:
            town.write(graph.follow, ann, crowd(town, 1)[0])
        assert caught.value.status == 429
        assert caught.value.retry_after > 0


def _count(person: int, other: int) -> dict[str, int]:
    """One more follower of ``person``, without the edge."""
    zero = dict.fromkeys(("low_followers", "low_following", "low_friends"), 0)
    zero |= dict.fromkeys(("high_followers", "high_following", "high_friends"), 0)
    return zero | {"low_person_id": person, "low_followers": 1, "high_person_id": other}


def test_removing_a_follower(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo)
    assert town.write(graph.remove_follower, bo, ann)
    assert not town.write(graph.remove_follower, bo, ann)
    assert edges(town) == set()


def test_a_rolled_back_follow_leaves_nothing(town: Town) -> None:
    ann, bo = crowd(town, 2)

    def follow_and_fail(tx: object) -> None:
        graph.follow(tx, ann, bo)  # type: ignore[arg-type]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        town.write(follow_and_fail)
    assert (edges(town), events(town), rows(town, "SELECT * FROM graph_counts")) == (set(), [], [])
