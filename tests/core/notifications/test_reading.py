from __future__ import annotations

import pytest

from dozen.core import notifications
from dozen.kit import clock
from tests.core.notifications.inbox import FOLLOW, LIKE, NEWS, counted, events, like, marked, rows
from tests.support.town import Town

ANN, BO, CY, DI = 1, 2, 3, 4


def tell(town: Town, n: int, kind: str = NEWS, to: int = ANN) -> list[int]:
    """``n`` new items, the newest first."""
    made = [town.write(notifications.notify, to, kind, actor=BO, subject=k) for k in range(n)]
    return [item_id for item_id in made[::-1] if item_id is not None]


def ids(items: list[notifications.Item]) -> list[int]:
    return [item.id for item in items]


class TestPlain:
    def test_pages_down_and_up(self, town: Town) -> None:
        made = tell(town, 7)
        tell(town, 2, to=CY)
        first = town.read(notifications.list_plain, ANN, limit=3)
        tell(town, 1)
        second = town.read(notifications.list_plain, ANN, before=first[-1].id, limit=9)
        assert ids(first) + ids(second) == made
        assert ids(town.read(notifications.list_plain, ANN, since=made[2], before=made[0])) == made[1:2]
        assert ids(town.read(notifications.list_plain, ANN, after=made[5], limit=2)) == made[3:5]

    def test_filters(self, town: Town) -> None:
        news = tell(town, 2)
        follow = town.write(notifications.notify, ANN, FOLLOW, actor=CY)
        assert ids(town.read(notifications.list_plain, ANN, kinds=[FOLLOW, LIKE])) == [follow]
        assert ids(town.read(notifications.list_plain, ANN, kinds=[])) == []
        assert ids(town.read(notifications.list_plain, ANN, actor=CY)) == [follow]
        assert ids(town.read(notifications.list_plain, ANN, actor=BO, kinds=[NEWS])) == news
        assert town.read(notifications.unread, ANN, kinds=[NEWS]) == 2
        assert town.read(notifications.unread, ANN, kinds=[LIKE]) == 0

    def test_one_of_mine(self, town: Town) -> None:
        (made,) = tell(town, 1)
        assert town.read(notifications.item, ANN, made).id == made
        with pytest.raises(notifications.NoSuchNotification):
            town.read(notifications.item, BO, made)


class TestGrouped:
    def test_likes_of_one_post_are_one_row(self, town: Town) -> None:
        for actor in (BO, CY, DI):
            like(town, ANN, actor, 100)
        alone = town.write(notifications.notify, ANN, FOLLOW, actor=DI)
        like(town, ANN, BO, 101)
        last = like(town, ANN, 5, 100)
        groups = town.read(notifications.list_grouped, ANN)
        assert [(g.newest.kind, g.newest.subject_id, g.count, g.unread, g.actors) for g in groups] == [
            (LIKE, 100, 4, 4, (5, DI, CY, BO)),
            (LIKE, 101, 1, 1, (BO,)),
            (FOLLOW, None, 1, 1, (DI,)),
        ]
        assert groups[0].id == last
        assert groups[2].oldest_id == alone
        assert len(town.read(notifications.list_plain, ANN)) == 6
        assert town.read(notifications.group, ANN, groups[0].key) == groups[0]
        assert town.read(notifications.group, ANN, groups[2].key) == groups[2]
        with pytest.raises(notifications.NoSuchNotification):
            town.read(notifications.group, BO, groups[0].key)

    def test_another_day_is_another_row(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        like(town, ANN, BO)
        tomorrow = clock.now() + clock.DAY
        monkeypatch.setattr(clock, "now", lambda: tomorrow)
        like(town, ANN, CY)
        assert [group.actors for group in town.read(notifications.list_grouped, ANN)] == [(CY,), (BO,)]

    def test_pages(self, town: Town) -> None:
        for subject in range(5):
            for actor in (BO, CY):
                like(town, ANN, actor, subject + 1)
        first = town.read(notifications.list_grouped, ANN, limit=2)
        like(town, ANN, DI, 5)
        second = town.read(notifications.list_grouped, ANN, before=first[-1].id)
        assert [group.newest.subject_id for group in first + second] == [5, 4, 3, 2, 1]
        newer = town.read(notifications.list_grouped, ANN, since=first[0].id)
        assert [(group.newest.subject_id, group.count) for group in newer] == [(5, 3)]
        assert town.read(notifications.list_grouped, ANN, kinds=[FOLLOW]) == []

    def test_a_few_actors_each_once(self, town: Town) -> None:
        for n in range(20):
            town.write(
                notifications.notify, ANN, FOLLOW, actor=10 + n % 12, subject=n + 1, group_key="followers"
            )
        (group,) = town.read(notifications.list_grouped, ANN)
        assert group.count == 20
        assert group.actors == (17, 16, 15, 14, 13, 12, 11, 10)

    def test_without_an_actor(self, town: Town) -> None:
        town.write(notifications.notify, ANN, NEWS, data={"headline": "Rain"})
        (group,) = town.read(notifications.list_grouped, ANN)
        assert (group.actors, group.newest.data) == ((), {"headline": "Rain"})


class TestRead:
    def test_up_to_an_id(self, town: Town) -> None:
        made = tell(town, 4)
        assert town.write(notifications.mark_read, ANN, made[1]) == 1
        items = town.read(notifications.list_plain, ANN)
        assert [item.read_at is not None for item in items] == [False, True, True, True]
        assert town.read(notifications.mark, ANN) == notifications.Mark(1, made[1])
        assert events(town)[-1] == (ANN, {"kind": None, "id": made[1], "unread": 1, "on": True})

    def test_nothing_new_says_nothing(self, town: Town) -> None:
        assert town.write(notifications.mark_read, ANN) == 0
        made = tell(town, 2)
        for _ in range(2):
            assert town.write(notifications.mark_read, ANN) == 0
        assert town.write(notifications.mark_read, ANN, made[1]) == 0
        assert town.read(notifications.mark, ANN).last_read_id == made[0], "a mark does not go back"
        assert len(events(town)) == 3

    def test_what_comes_after_is_unread(self, town: Town) -> None:
        tell(town, 1)
        town.write(notifications.mark_read, ANN, 2**62)
        tell(town, 1)
        assert town.read(notifications.unread, ANN) == 1
        (newest, _) = town.read(notifications.list_plain, ANN)
        assert newest.read_at is None


class TestDismiss:
    def test_one(self, town: Town) -> None:
        made = tell(town, 2)
        assert not town.write(notifications.dismiss, BO, made[0]), "somebody else's is not touched"
        assert town.write(notifications.dismiss, ANN, made[0])
        assert not town.write(notifications.dismiss, ANN, made[0])
        assert ids(town.read(notifications.list_plain, ANN)) == made[1:]
        assert counted(town) == marked(town)

    def test_a_group(self, town: Town) -> None:
        for actor in (BO, CY):
            like(town, ANN, actor)
        tell(town, 1)
        likes = next(g for g in town.read(notifications.list_grouped, ANN) if g.count == 2)
        assert town.write(notifications.dismiss_group, CY, likes.key) == 0
        assert town.write(notifications.dismiss_group, ANN, likes.key) == 2
        (left,) = town.read(notifications.list_grouped, ANN)
        assert events(town)[-1] == (ANN, {"kind": None, "id": None, "unread": 1, "on": False})
        assert town.write(notifications.dismiss_group, ANN, left.key) == 1
        for nonsense in ("", "#", "#x", "#-1", "#" + "9" * 19, "#" + "9" * 5_000):
            assert town.write(notifications.dismiss_group, ANN, nonsense) == 0
        assert counted(town) == marked(town) == {}

    def test_all_or_all_of_a_kind(self, town: Town) -> None:
        tell(town, 3)
        like(town, ANN, CY)
        tell(town, 1, to=CY)
        assert town.write(notifications.clear, ANN, kinds=[LIKE]) == 1
        assert town.write(notifications.clear, ANN) == 3
        assert town.write(notifications.clear, ANN) == 0
        assert counted(town) == marked(town) == {CY: (1, 1)}


def test_forgetting_somebody(town: Town) -> None:
    tell(town, 3)
    for to in (BO, CY, DI):
        like(town, to, ANN)
    like(town, BO, CY)
    town.write(notifications.choose, ANN, LIKE, "email", True)
    while town.write(notifications.forget, ANN):
        pass
    assert counted(town) == marked(town) == {BO: (1, 1)}
    assert rows(town, "SELECT person_id FROM notifications_choices") == []
    assert rows(town, f"SELECT person_id FROM notifications_marks WHERE person_id = {ANN}") == []
