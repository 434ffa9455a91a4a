from __future__ import annotations

import pytest

from dozen.core import graph
from dozen.core.graph import limits
from tests.core.graph.crowd import crowd, events
from tests.support.town import Town


def test_following_a_thing(town: Town) -> None:
    ann, bo = crowd(town, 2)
    assert town.write(graph.follow_thing, ann, "news.topic", 7)
    assert not town.write(graph.follow_thing, ann, "news.topic", 7)
    assert town.write(graph.follow_thing, ann, "news.topic", 8)
    assert town.write(graph.follow_thing, bo, "news.topic", 7, notify=True)
    assert town.write(graph.follow_thing, ann, "music.artist", 7)
    assert town.read(graph.thing_ids, ann, "news.topic") == [8, 7]
    assert [edge.person_id for edge in town.read(graph.things, ann, "music.artist")] == [7]
    assert town.read(graph.followed_things, ann, "news.topic", [7, 9]) == {7}
    assert [edge.person_id for edge in town.read(graph.thing_followers, "news.topic", 7)] == [bo, ann]
    assert town.read(graph.thing_counts, "news.topic", [7, 8, 9]) == {7: 2, 8: 1, 9: 0}
    assert town.read(graph.follower_ids, 7, realm="news.topic").ids == [ann, bo]
    assert town.read(graph.follower_ids, 7, realm="news.topic", notify=True).ids == [bo]
    assert town.read(graph.counts, [ann])[ann] == graph.GraphCounts(), "things are no people"

    assert town.write(graph.unfollow_thing, ann, "news.topic", 7)
    assert not town.write(graph.unfollow_thing, ann, "news.topic", 7)
    assert town.read(graph.thing_counts, "news.topic", [7]) == {7: 1}
    assert town.read(graph.thing_counts, "music.artist", [7]) == {7: 1}
    assert [data["kind"] for key, data in events(town) if key == ann] == [
        "news.topic", "news.topic", "music.artist", "news.topic",
    ]  # fmt: skip


def test_an_id_that_is_also_a_persons(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow_thing, ann, "buses.operator", bo)
    assert town.read(graph.followees, ann) == []
    assert town.read(graph.followers, bo) == []
    assert not town.read(graph.relations, ann, [bo])[bo].following


def test_being_told_of_news(town: Town) -> None:
    (ann,) = crowd(town, 1)
    town.write(graph.follow_thing, ann, "news.topic", 7)
    assert town.write(graph.follow_thing, ann, "news.topic", 7, notify=True)
    assert not town.write(graph.follow_thing, ann, "news.topic", 7)
    assert town.read(graph.follower_ids, 7, realm="news.topic", notify=True).ids == [ann]
    assert town.write(graph.follow_thing, ann, "news.topic", 7, notify=False)
    assert town.read(graph.follower_ids, 7, realm="news.topic", notify=True).ids == []


def test_limits_and_names(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    (ann,) = crowd(town, 1)
    monkeypatch.setattr(limits, "THINGS", 1)
    town.write(graph.follow_thing, ann, "news.topic", 7)
    with pytest.raises(graph.TooManyFollows):
        town.write(graph.follow_thing, ann, "news.topic", 8)
    town.write(graph.follow_thing, ann, "news.source", 8)
    for bad in ("follow", "block", "News.topic", "news.", ""):
        with pytest.raises(ValueError, match="realm"):
            town.write(graph.follow_thing, ann, bad, 7)
