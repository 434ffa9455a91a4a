from __future__ import annotations

import pytest

from dozen.core import accounts, graph
from dozen.core.graph import lists
from tests.core.graph.crowd import crowd, events, rows
from tests.support.town import Town


def test_making_changing_and_deleting(town: Town) -> None:
    ann, bo = crowd(town, 2)
    made = town.write(graph.create_list, ann, "  Cycling \n news ", description="Wheels", private=True)
    assert (made.title, made.private, made.members) == ("Cycling news", True, 0)
    assert town.read(graph.list_of, ann, made.id) == made
    changed = town.write(
        graph.edit_list, ann, made.id, graph.ListChanges(private=False, exclusive=True, replies="none")
    )
    assert changed == town.read(graph.list_of, bo, made.id)
    assert (changed.title, changed.private, changed.exclusive, changed.replies) == (
        "Cycling news", False, True, "none",
    )  # fmt: skip
    town.write(graph.add_member, ann, made.id, bo)
    town.write(graph.subscribe_list, bo, made.id)
    town.write(graph.delete_list, ann, made.id)
    with pytest.raises(graph.NoSuchList):
        town.read(graph.list_of, ann, made.id)
    assert rows(town, "SELECT * FROM graph_members") == rows(town, "SELECT * FROM graph_subscribers") == []


def test_members(town: Town) -> None:
    ann, bo, cy = crowd(town, 3)
    made = town.write(graph.create_list, ann, "Friends")
    assert town.write(graph.add_member, ann, made.id, bo)
    assert not town.write(graph.add_member, ann, made.id, bo)
    assert town.write(graph.add_member, ann, made.id, cy)
    assert town.write(graph.add_member, ann, made.id, ann), "one's own list may have oneself"
    assert town.read(graph.list_of, ann, made.id).members == 3
    page = town.read(graph.list_members, bo, made.id, limit=2)
    assert [edge.person_id for edge in page] == [ann, cy]
    assert [e.person_id for e in town.read(graph.list_members, bo, made.id, before=page[-1].id)] == [bo]
    assert town.read(graph.list_member_ids, bo, made.id) == [ann, cy, bo]
    assert town.read(graph.listed_among, bo, made.id, [bo, cy, 1]) == {bo, cy}
    assert town.read(graph.lists_with, ann, bo) == [made.id]
    assert [found.id for found, _ in town.read(graph.memberships, cy, bo)] == [made.id]
    assert town.write(graph.remove_member, ann, made.id, bo)
    assert not town.write(graph.remove_member, ann, made.id, bo)
    assert town.read(graph.list_of, ann, made.id).members == 2


def test_a_private_list_is_nobody_elses_business(town: Town) -> None:
    ann, bo = crowd(town, 2)
    made = town.write(graph.create_list, ann, "Secret", private=True)
    town.write(graph.add_member, ann, made.id, bo)
    for verb in (graph.list_of, graph.list_members, graph.list_subscribers, graph.list_member_ids):
        for viewer in (bo, None):
            with pytest.raises(graph.NoSuchList):
                town.read(verb, viewer, made.id)
    for act in (graph.subscribe_list, graph.delete_list):
        with pytest.raises(graph.NoSuchList):
            town.write(act, bo, made.id)
    assert town.read(graph.lists_of, bo, ann) == []
    assert town.read(graph.memberships, bo, bo) == []
    assert [found.id for found in town.read(graph.lists_of, ann, ann)] == [made.id]
    assert [found.id for found, _ in town.read(graph.memberships, ann, bo)] == [made.id]


def test_only_the_owner_changes_a_list(town: Town) -> None:
    ann, bo = crowd(town, 2)
    made = town.write(graph.create_list, ann, "Open")
    for act in (
        lambda: town.write(graph.edit_list, bo, made.id, graph.ListChanges(title="Mine now")),
        lambda: town.write(graph.delete_list, bo, made.id),
        lambda: town.write(graph.add_member, bo, made.id, bo),
        lambda: town.write(graph.remove_member, bo, made.id, ann),
    ):
        with pytest.raises(graph.NotYourList):
            act()


def test_subscribing(town: Town) -> None:
    ann, bo, cy = crowd(town, 3)
    made = town.write(graph.create_list, ann, "Open")
    assert town.write(graph.subscribe_list, bo, made.id)
    assert not town.write(graph.subscribe_list, bo, made.id)
    assert town.read(graph.list_of, ann, made.id).subscribers == 1
    assert town.read(graph.is_subscribed, bo, made.id)
    assert [edge.person_id for edge in town.read(graph.list_subscribers, cy, made.id)] == [bo]
    assert [found.id for found, _ in town.read(graph.subscriptions, cy, bo)] == [made.id]
    with pytest.raises(graph.ListNotAllowed):
        town.write(graph.subscribe_list, ann, made.id)
    assert town.write(graph.unsubscribe_list, bo, made.id)
    assert not town.write(graph.unsubscribe_list, bo, made.id)
    town.write(graph.subscribe_list, cy, made.id)
    assert town.write(graph.edit_list, ann, made.id, graph.ListChanges(private=True)).subscribers == 0
    assert not town.read(graph.is_subscribed, cy, made.id)


def test_blocks_are_kept(town: Town) -> None:
    ann, bo = crowd(town, 2)
    made = town.write(graph.create_list, ann, "Open")
    town.write(graph.block, bo, ann)
    with pytest.raises(graph.ListNotAllowed):
        town.write(graph.add_member, ann, made.id, bo)
    with pytest.raises(graph.ListNotAllowed):
        town.write(graph.subscribe_list, bo, made.id)


def test_bad_input(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bo = crowd(town, 2)
    for title, description, wrong in (
        (" \n", "", "title"),
        ("x" * 101, "", "title"),
        ("x", "y" * 501, "description"),
    ):
        with pytest.raises(graph.BadList) as caught:
            town.write(graph.create_list, ann, title, description=description)
        assert set(caught.value.fields) == {wrong}
    with pytest.raises(graph.BadList):
        town.write(graph.create_list, ann, "x", replies="all")  # type: ignore[arg-type]
    made = town.write(graph.create_list, ann, "x")
    with pytest.raises(graph.BadList):
        town.write(graph.edit_list, ann, made.id, graph.ListChanges(title=""))
    with pytest.raises(accounts.errors.NoSuchPerson):
        town.write(graph.add_member, ann, made.id, 1)
    monkeypatch.setattr(lists, "MOST_MEMBERS", 1)
    town.write(graph.add_member, ann, made.id, ann)
    with pytest.raises(graph.ListFull):
        town.write(graph.add_member, ann, made.id, bo)
    monkeypatch.setattr(lists, "MOST_LISTS", 1)
    with pytest.raises(graph.TooManyLists):
        town.write(graph.create_list, ann, "y")


def test_people_on_exclusive_lists_are_not_at_home(town: Town) -> None:
    ann, bo, cy, dan = crowd(town, 4)
    for other in (bo, cy, dan):
        town.write(graph.follow, ann, other)
    town.write(graph.follow, bo, cy)
    made = town.write(graph.create_list, ann, "Apart", exclusive=True)
    assert town.read(graph.followees_at_home, ann) == [dan, cy, bo]
    town.write(graph.add_member, ann, made.id, bo)
    town.write(graph.add_member, ann, made.id, cy)
    assert town.read(graph.followees_at_home, ann) == [dan]
    assert town.read(graph.followees_at_home, bo) == [cy], "a list is its owner's"
    assert town.read(graph.followees, ann) == [dan, cy, bo]
    town.write(graph.remove_member, ann, made.id, cy)
    assert town.read(graph.followees_at_home, ann) == [dan, cy]
    town.write(graph.edit_list, ann, made.id, graph.ListChanges(exclusive=False))
    assert town.read(graph.followees_at_home, ann) == [dan, cy, bo]
    town.write(graph.edit_list, ann, made.id, graph.ListChanges(exclusive=True))
    town.write(graph.edit_list, ann, made.id, graph.ListChanges(title="Far apart"))
    assert town.read(graph.followees_at_home, ann) == [dan, cy]
    town.write(graph.delete_list, ann, made.id)
    assert town.read(graph.followees_at_home, ann) == [dan, cy, bo]
    said = [(key, data["other"], data["on"]) for key, data in events(town) if data["kind"] == "exclusive"]
    assert said == [
        (ann, bo, True), (ann, cy, True), (ann, cy, False), (ann, 0, False), (ann, 0, True), (ann, 0, False),
    ]  # fmt: skip


def test_lists_that_are_not_exclusive_say_nothing_of_home(town: Town) -> None:
    ann, bo = crowd(town, 2)
    town.write(graph.follow, ann, bo)
    plain = town.write(graph.create_list, ann, "Plain")
    empty = town.write(graph.create_list, ann, "Empty", exclusive=True)
    town.write(graph.add_member, ann, plain.id, bo)
    town.write(graph.remove_member, ann, plain.id, bo)
    for each in (plain, empty):
        town.write(graph.delete_list, ann, each.id)
    assert town.read(graph.followees_at_home, ann) == [bo]
    assert {data["kind"] for _, data in events(town)} == {"follow"}
