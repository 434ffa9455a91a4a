from __future__ import annotations

import pytest

from dozen.core import notifications
from dozen.core.notifications import Notice, telling
from dozen.db import Tx
from dozen.kit.errors import Conflict
from tests.core.notifications.inbox import FOLLOW, LIKE, NEWS, QUIET, counted, events, like, marked, rows
from tests.support.town import Town

ANN, BO, CY, DI = 1, 2, 3, 4


def test_somebody_is_told(town: Town) -> None:
    made = town.write(notifications.notify, ANN, LIKE, actor=BO, subject=100, data={"n": 1}, group_key="100")
    assert made is not None
    (item,) = town.read(notifications.list_plain, ANN)
    assert (item.id, item.kind, item.realm, item.actor_id, item.subject_id, item.data, item.read_at) == (
        made, LIKE, "blog", BO, 100, {"n": 1}, None,
    )  # fmt: skip
    assert town.read(notifications.unread, ANN) == 1
    assert events(town) == [(ANN, {"kind": LIKE, "id": made, "unread": 1, "on": True})]
    assert town.read(notifications.list_plain, BO) == []


def test_what_nobody_is_told(town: Town) -> None:
    assert town.write(notifications.notify, ANN, LIKE, actor=ANN, subject=1) is None
    assert town.write(notifications.notify, ANN, LIKE, actor=BO, subject=1, hidden={BO}) is None
    assert town.write(notifications.notify, ANN, QUIET, data={"headline": "x"}) is None
    town.write(notifications.choose, ANN, LIKE, "in_app", False)
    assert town.write(notifications.notify, ANN, LIKE, actor=BO, subject=1) is None
    assert (counted(town), marked(town), events(town)) == ({}, {}, [])
    town.write(notifications.choose, ANN, LIKE, "in_app", True)
    assert town.write(notifications.notify, ANN, LIKE, actor=BO, subject=1) is not None


def test_once_is_once_for_kinds_that_say_so(town: Town) -> None:
    assert like(town, ANN, BO) is not None
    assert like(town, ANN, BO) is None
    assert like(town, ANN, BO, 101) is not None
    assert like(town, ANN, CY) is not None
    for _ in range(2):
        assert town.write(notifications.notify, ANN, NEWS, data={"headline": "x"}) is not None
    assert town.read(notifications.unread, ANN) == 5


def test_mistakes_of_the_caller(town: Town) -> None:
    with pytest.raises(LookupError, match=r"blog\.dislike"):
        town.write(notifications.notify, ANN, "blog.dislike", actor=BO)
    with pytest.raises(ValueError, match="bytes"):
        town.write(notifications.notify, ANN, NEWS, data={"headline": "x" * 5_000})
    with pytest.raises(ValueError, match="take back"):
        town.write(notifications.retract, LIKE, actor=BO)


class TestEach:
    def test_each_is_told_something_else(self, town: Town) -> None:
        town.write(notifications.notify, BO, NEWS)
        notices = [
            Notice(BO, NEWS, 7, {"headline": "in"}, ANN, "7"),
            Notice(ANN, FOLLOW, 7, {"headline": "out"}),
            Notice(BO, FOLLOW, 8),
        ]
        town.write(notifications.notify_each, notices)
        assert counted(town) == {ANN: (1, 1), BO: (3, 3)} == marked(town)
        third, second, _ = town.read(notifications.list_plain, BO)
        assert (second.kind, second.actor_id, second.subject_id, second.data) == (
            NEWS,
            ANN,
            7,
            {"headline": "in"},
        )
        assert (third.kind, third.actor_id, third.subject_id, third.data) == (FOLLOW, None, 8, None)
        assert second.group_key is not None
        assert second.group_key.startswith(f"{NEWS}:7:")
        (mine,) = town.read(notifications.list_plain, ANN)
        assert events(town)[1:] == [
            (BO, {"kind": NEWS, "id": second.id, "unread": 3, "on": True}),
            (ANN, {"kind": FOLLOW, "id": mine.id, "unread": 1, "on": True}),
            (BO, {"kind": FOLLOW, "id": third.id, "unread": 3, "on": True}),
        ]

    def test_as_they_like_it(self, town: Town) -> None:
        town.write(notifications.choose, ANN, NEWS, "in_app", False)
        town.write(notifications.choose, ANN, NEWS, "email", True)
        town.write(notifications.choose, BO, QUIET, "in_app", True)
        town.write(notifications.choose, BO, FOLLOW, "in_app", False)
        notices = [
            Notice(ANN, NEWS),
            Notice(ANN, QUIET),
            Notice(BO, NEWS),
            Notice(BO, QUIET),
            Notice(BO, FOLLOW),
        ]
        town.write(notifications.notify_each, [*notices, Notice(CY, NEWS, actor=CY)])
        assert counted(town) == {BO: (2, 2)} == marked(town)
        town.write(notifications.notify_each, [])
        town.write(notifications.notify_each, [Notice(ANN, NEWS)])
        assert counted(town) == {BO: (2, 2)}

    def test_too_many_of_somebodys_are_trimmed(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "KEEP", 5)
        monkeypatch.setattr(telling, "SLACK", 2)
        for n in range(8):
            town.write(notifications.notify_each, [Notice(ANN, NEWS, n), Notice(BO, NEWS, n)][: 1 + (n < 3)])
        assert counted(town) == {ANN: (5, 5), BO: (3, 3)} == marked(town)
        assert events(town)[-1][1]["unread"] == 5

    def test_all_that_a_transaction_says_is_written_at_its_end(self, town: Town) -> None:
        def undone(tx: Tx) -> None:
            notifications.notify_each(tx, [Notice(ANN, NEWS, 90), Notice(CY, NEWS, 91)])
            raise Conflict

        def verb(tx: Tx) -> None:
            notifications.notify_each(tx, [Notice(ANN, NEWS, 1), Notice(BO, FOLLOW, 2)])
            with pytest.raises(Conflict), tx.savepoint():
                undone(tx)
            with tx.savepoint():
                notifications.notify_each(tx, [Notice(BO, NEWS, 3)])
            notifications.notify_each(tx, [Notice(ANN, FOLLOW, 4), Notice(ANN, NEWS, 5)])

        town.write(verb)
        assert counted(town) == {ANN: (3, 3), BO: (2, 2)} == marked(town)
        subjects = [
            [each.subject_id for each in town.read(notifications.list_plain, who)] for who in (ANN, BO)
        ]
        assert subjects == [[5, 4, 1], [3, 2]]
        assert [(who, told["kind"], told["unread"]) for who, told in events(town)] == [
            (ANN, NEWS, 3), (BO, FOLLOW, 2), (BO, NEWS, 2), (ANN, FOLLOW, 3), (ANN, NEWS, 3),
        ]  # fmt: skip

        def nothing(tx: Tx) -> None:
            undone(tx)

        with pytest.raises(Conflict):
            town.write(nothing)
        assert len(events(town)) == 5

    def test_too_many_in_one_transaction_are_trimmed(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(telling, "KEEP", 5)
        monkeypatch.setattr(telling, "SLACK", 2)

        def verb(tx: Tx, many: int) -> None:
            for n in range(many):
                notifications.notify_each(tx, [Notice(ANN, NEWS, n), Notice(BO, NEWS, n)][: 1 + (n < 3)])

        for many, kept in ((7, 7), (1, 5), (30, 5)):
            town.write(verb, many)
            assert counted(town) == marked(town)
            assert counted(town)[ANN] == (kept, kept)
        assert [each.subject_id for each in town.read(notifications.list_plain, ANN)] == [29, 28, 27, 26, 25]

    def test_mistakes_of_the_caller(self, town: Town) -> None:
        for wrong, error in ((Notice(ANN, LIKE), ValueError), (Notice(ANN, "blog.dislike"), LookupError)):
            with pytest.raises(error):
                town.write(notifications.notify_each, [Notice(BO, NEWS), wrong])
        assert counted(town) == {}


class TestMany:
    def test_each_hears_as_they_like_it(self, town: Town) -> None:
        town.write(notifications.choose, CY, NEWS, "in_app", False)
        told = town.write(
            notifications.notify_many, [ANN, BO, CY, DI, ANN], NEWS, actor=ANN, subject=9, hidden={DI}
        )
        assert told == 1
        assert counted(town) == {BO: (1, 1)} == marked(town)
        (item,) = town.read(notifications.list_plain, BO)
        assert (item.actor_id, item.subject_id) == (ANN, 9)
        assert events(town) == [(BO, {"kind": NEWS, "id": item.id, "unread": 1, "on": True})]

    def test_only_those_who_asked_when_it_is_off_by_default(self, town: Town) -> None:
        town.write(notifications.choose, BO, QUIET, "in_app", True)
        assert town.write(notifications.notify_many, [ANN, BO, CY], QUIET) == 1
        assert counted(town) == {BO: (1, 1)}

    def test_once(self, town: Town) -> None:
        like(town, ANN, DI)
        assert town.write(notifications.notify_many, [ANN, BO], LIKE, actor=DI, subject=100) == 1
        assert counted(town) == {ANN: (1, 1), BO: (1, 1)} == marked(town)

    def test_very_many(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(telling, "AT_ONCE", 40)
        people = list(range(10, 130))
        assert town.write(notifications.notify_many, people, NEWS, actor=ANN, subject=9) == 120
        assert town.write(notifications.notify_many, people[:50], NEWS, actor=ANN, subject=9) == 50
        assert counted(town) == marked(town)
        assert {person for person, _ in events(town)} == set(people)
        assert [data["unread"] for person, data in events(town) if person == 10] == [1, 2]


class TestRetract:
    def test_unlike_takes_back(self, town: Town) -> None:
        like(town, ANN, CY)
        made = like(town, ANN, BO)
        assert town.write(notifications.retract, LIKE, actor=BO, subject=100) == 1
        assert town.write(notifications.retract, LIKE, actor=BO, subject=100) == 0
        assert [item.actor_id for item in town.read(notifications.list_plain, ANN)] == [CY]
        assert events(town)[2:] == [(ANN, {"kind": LIKE, "id": made, "unread": 1, "on": False})]
        assert like(town, ANN, BO) is not None, "and it can be liked again"

    def test_from_somebody_only(self, town: Town) -> None:
        for to in (ANN, CY):
            town.write(notifications.notify, to, FOLLOW, actor=BO)
        assert town.write(notifications.retract, FOLLOW, actor=BO, to=ANN) == 1
        assert counted(town) == {CY: (1, 1)} == marked(town)

    def test_what_was_read_is_not_counted_off_twice(self, town: Town) -> None:
        like(town, ANN, BO)
        town.write(notifications.mark_read, ANN)
        like(town, ANN, CY)
        town.write(notifications.retract, LIKE, actor=BO, subject=100)
        assert town.read(notifications.unread, ANN) == 1
        assert counted(town) == marked(town)

    def test_everything_about_what_is_gone(self, town: Town) -> None:
        for actor in (BO, CY):
            like(town, ANN, actor)
        town.write(notifications.notify_many, [ANN, BO, CY], NEWS, actor=DI, subject=100)
        kept = like(town, ANN, BO, 101)
        assert town.write(notifications.retract_about, "blog", 100) == 2
        assert town.write(notifications.retract_about, "news", 100, limit=2) == 2
        assert town.write(notifications.retract_about, "news", 100, limit=2) == 1
        assert town.write(notifications.retract_about, "blo", 101) == 0
        assert [item.id for item in town.read(notifications.list_plain, ANN)] == [kept]
        assert counted(town) == marked(town)

    def test_all_of_somebody_i_block(self, town: Town) -> None:
        like(town, ANN, BO)
        like(town, CY, BO)
        town.write(notifications.notify, ANN, FOLLOW, actor=BO)
        like(town, ANN, CY)
        assert town.write(notifications.retract_from, ANN, BO) == 2
        assert counted(town) == {ANN: (1, 1), CY: (1, 1)} == marked(town)


def test_only_the_newest_are_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "KEEP", 10)
    monkeypatch.setattr(telling, "SLACK", 3)
    made = [town.write(notifications.notify, ANN, NEWS, subject=n) for n in range(13)]
    town.write(notifications.mark_read, ANN, made[5])
    assert counted(town) == {ANN: (7, 13)}
    made.append(town.write(notifications.notify, ANN, NEWS, subject=13))
    assert [item.id for item in town.read(notifications.list_plain, ANN, limit=99)] == made[:3:-1]
    assert counted(town) == {ANN: (8, 10)} == marked(town)
    assert events(town)[-1][1]["unread"] == 8
    for _ in range(4):
        town.write(notifications.notify_many, [ANN, BO], NEWS)
    assert counted(town) == {ANN: (10, 10), BO: (4, 4)} == marked(town)


def test_a_rolled_back_telling_leaves_nothing(town: Town) -> None:
    def tell_and_fail(tx: Tx) -> None:
        notifications.notify(tx, ANN, NEWS, data={"headline": "x"})
        raise KeyError

    with pytest.raises(KeyError):
        town.write(tell_and_fail)
    assert (rows(town, "SELECT * FROM notifications_marks"), counted(town), events(town)) == ([], {}, [])
