from __future__ import annotations

import random

from dozen.core import graph
from dozen.kit import clock
from tests.core.graph.crowd import (
    counted,
    crowd,
    edges,
    events,
    protect,
    requests,
    rows,
    run_job,
    stored_counts,
)
from tests.support.town import Town


def test_loading_and_counting(town: Town) -> None:
    people = list(range(1, 301))
    rng = random.Random(7)
    pairs = [(rng.choice(people), rng.choice(people)) for _ in range(4_000)]
    assert town.write(graph.connect_many, pairs, at=1_500_000_000_000, over=clock.DAY) == 4_000
    town.write(graph.connect_many, pairs[:500], at=1_600_000_000_000, kind="friend")
    town.write(graph.connect_many, [(a, 5) for a in people], at=1_600_000_000_000, kind="news.topic")
    distinct = {pair for pair in pairs if pair[0] != pair[1]}
    assert {edge for edge in edges(town) if edge[0] == "follow"} == {("follow", a, b) for a, b in distinct}
    friends = {edge for edge in edges(town) if edge[0] == "friend"}
    assert friends == {("friend", b, a) for _, a, b in friends}
    town.write(graph.recount)
    assert stored_counts(town) == counted(town)
    assert town.read(graph.thing_counts, "news.topic", [5]) == {5: 300}
    assert events(town) == []
    ages = [edge.at for edge in town.read(graph.following, pairs[0][0], limit=1_000)]
    assert ages == sorted(ages, reverse=True)
    assert all(1_500_000_000_000 <= at < 1_500_000_000_000 + clock.DAY for at in ages)


def test_what_was_there_stays_and_ids_differ(town: Town) -> None:
    town.write(graph.connect_many, [(1, 9)], at=1_600_000_000_000)
    (before,) = town.read(graph.followers, 9)
    town.write(graph.connect_many, [(n, 9) for n in range(1, 9)], at=1_600_000_000_000)
    after = town.read(graph.followers, 9)
    assert before in after
    loaded = [edge.id for edge in after if edge != before]
    assert len(set(loaded)) == 7


def test_recounting_mends(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo)
    town.write(graph.follow_thing, ann, "news.topic", 1)
    town.write(lambda tx: tx.driver.execute("UPDATE graph_counts SET followers = 77, friends = 1"))
    town.write(lambda tx: tx.driver.execute("UPDATE graph_thing_counts SET followers = 77"))
    town.write(graph.recount)
    assert stored_counts(town) == counted(town)
    assert town.read(graph.thing_counts, "news.topic", [1]) == {1: 1}


def test_forgetting_somebody_in_batches(town: Town) -> None:
    gone, *others = crowd(town, 12)
    mine = town.write(graph.create_list, gone, "Mine")
    for n, other in enumerate(others):
        town.write(graph.follow, gone, other)
        town.write(graph.follow, other, gone)
        town.write(graph.befriend, gone, other)
        if n % 2:
            town.write(graph.accept_friend, other, gone)
        theirs = town.write(graph.create_list, other, "Theirs", private=bool(n % 2))
        town.write(graph.add_member, other, theirs.id, gone)
        town.write(graph.add_member, gone, mine.id, other)
        town.write(graph.subscribe_list, other, mine.id)
        if not n % 2:
            town.write(graph.subscribe_list, gone, theirs.id)
        town.write(graph.follow, other, others[n - 1])
    town.write(graph.follow_thing, gone, "news.topic", 1)
    town.write(graph.follow_thing, others[0], "music.playlist", gone)  # a thing that has the same id
    town.write(graph.dismiss_suggestion, others[0], gone)
    town.write(graph.block, others[1], gone)
    town.write(graph.mute, gone, others[2])
    protect(town, others[3])
    town.write(graph.unfollow, gone, others[3])
    town.write(graph.follow, gone, others[3])
    kept = {edge for edge in edges(town) if gone not in edge[1:]} | {("music.playlist", others[0], gone)}

    steps = 1
    while town.write(graph.forget, gone, limit=7):
        steps += 1
        assert stored_counts(town) == counted(town), "right at every step"
    assert steps > 5
    assert edges(town) == kept
    assert requests(town) == set()
    assert stored_counts(town) == counted(town)
    assert town.read(graph.thing_counts, "news.topic", [1]) == {1: 0}
    for table, column in (("members", "person_id"), ("subscribers", "person_id"), ("lists", "owner_id")):
        assert rows(town, f"SELECT * FROM graph_{table} WHERE {column} = {gone}") == []
    assert rows(town, f"SELECT * FROM graph_members WHERE list_id = {mine.id}") == []
    assert rows(town, "SELECT * FROM graph_lists WHERE members <> 0 OR subscribers <> 0") == []
    assert rows(town, "SELECT * FROM graph_dismissed") == []
    before = len(events(town))
    assert not town.write(graph.forget, gone)
    assert len(events(town)) == before


def test_purged_accounts_are_forgotten_by_the_clock(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo)
    town.write(lambda tx: tx.driver.execute(f"INSERT INTO accounts_purged VALUES ({tx.now}, {bo})"))
    run_job(town, "graph.forget")
    assert edges(town) == set()
    assert town.read(graph.counts, [ann])[ann].following == 0
