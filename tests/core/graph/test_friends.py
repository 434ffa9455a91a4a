from __future__ import annotations

import pytest

from dozen.core import accounts, graph
from dozen.core.graph import limits
from tests.core.graph.crowd import crowd, edges, events, requests
from tests.support.town import Town


def test_ask_accept_unfriend(town: Town) -> None:
    ann, bo = crowd(town, 2)
    assert town.write(graph.befriend, ann, bo) == graph.Befriended("requested", True)
    assert town.write(graph.befriend, ann, bo) == graph.Befriended("requested", False)
    assert [edge.person_id for edge in town.read(graph.friend_requests, bo)] == [ann]
    assert [edge.person_id for edge in town.read(graph.sent_friend_requests, ann)] == [bo]
    assert town.read(graph.relations, ann, [bo])[bo].friend_requested
    assert town.read(graph.relations, bo, [ann])[ann].friend_requested_by

    town.write(graph.accept_friend, bo, ann)
    assert edges(town) == {("friend", ann, bo), ("friend", bo, ann)}
    assert requests(town) == set()
    assert town.write(graph.befriend, ann, bo) == graph.Befriended("already", False)
    assert town.read(graph.friend_ids, ann) == [bo]
    assert [edge.person_id for edge in town.read(graph.friends, bo)] == [ann]
    assert {person: each.friends for person, each in town.read(graph.counts, [ann, bo]).items()} == {
        ann: 1,
        bo: 1,
    }

    assert town.write(graph.unfriend, bo, ann)
    assert not town.write(graph.unfriend, ann, bo)
    assert edges(town) == set()
    told = [(key, data["kind"], data["other"], data["on"]) for key, data in events(town)]
    assert told == [
        (ann, "friend_request", bo, True),
        (ann, "friend_request", bo, False),
        (ann, "friend", bo, True),
        (bo, "friend", ann, True),
        (bo, "friend", ann, False),
        (ann, "friend", bo, False),
    ]


def test_asking_each_other_makes_friends(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.befriend, ann, bo)
    assert town.write(graph.befriend, bo, ann) == graph.Befriended("friends", True)
    assert town.read(graph.relations, ann, [bo])[bo].friend


def test_what_is_not_possible(town: Town) -> None:
    ann, bo = crowd(town, 2)
    with pytest.raises(graph.CannotBefriendSelf):
        town.write(graph.befriend, ann, ann)
    with pytest.raises(accounts.errors.NoSuchPerson):
        town.write(graph.befriend, ann, 1)
    for verb in (graph.accept_friend, graph.reject_friend, graph.cancel_friend):
        with pytest.raises(graph.NoSuchRequest):
            town.write(verb, ann, bo)
    town.write(graph.befriend, ann, bo)
    with pytest.raises(graph.NoSuchRequest):
        town.write(graph.accept_friend, ann, bo)  # one's own request
    town.write(graph.reject_friend, bo, ann)
    town.write(graph.befriend, ann, bo)
    town.write(graph.cancel_friend, ann, bo)
    assert requests(town) == set()
    town.write(graph.block, bo, ann)
    with pytest.raises(graph.FriendNotAllowed):
        town.write(graph.befriend, ann, bo)


def test_so_many_and_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FRIENDS", 1)
    ann, bo, cy = crowd(town, 3)
    town.write(graph.befriend, cy, ann)
    town.write(graph.befriend, ann, bo)
    town.write(graph.accept_friend, bo, ann)
    with pytest.raises(graph.TooManyFriends):
        town.write(graph.befriend, ann, cy)
    with pytest.raises(graph.TooManyFriends):
        town.write(graph.accept_friend, ann, cy)
