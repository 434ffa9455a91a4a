from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dozen.core import media
from dozen.core.media import processing
from dozen.core.media.errors import (
    AlreadyAttached,
    MediaHeld,
    MediaNotFound,
    ProcessingFailed,
    StillProcessing,
)
from dozen.db import Tx
from dozen.kit.errors import Fault, Invalid
from tests.core.media.helpers import ANA, BEN, OTHER, POST, drain, files_of, picture, video
from tests.support.town import Town


def test_items_keep_their_order(town: Town) -> None:
    made = [picture(town, width=40 + n).id for n in range(4)]
    order = [made[2], made[0], made[3], made[1]]
    assert [each.id for each in town.write(media.attach, ANA, order, POST)] == order
    found = town.read(media.attached_to, [POST, OTHER])
    assert [each.id for each in found[POST]] == order
    assert list(found) == [POST]
    assert {each.audience for each in found[POST]} == {"public"}


def test_attaching_again_to_the_same_changes_nothing(town: Town) -> None:
    made = picture(town)
    first = town.write(media.attach, ANA, [made.id], POST, audience="private")
    assert town.write(media.attach, ANA, [made.id], POST) == first


def test_at_most_once(town: Town) -> None:
    one, two = picture(town), picture(town, width=70)
    town.write(media.attach, ANA, [one.id], POST)
    with pytest.raises(AlreadyAttached):
        town.write(media.attach, ANA, [two.id, one.id], OTHER)
    assert town.read(media.own, ANA, two.id).attached is None
    assert town.read(media.own, ANA, one.id).attached == POST


def test_what_is_held_is_not_deleted_by_its_owner(town: Town) -> None:
    one, two, other = picture(town), picture(town, width=70), picture(town, width=80)
    town.write(media.attach, ANA, [one.id], POST, audience="private")
    town.write(media.hold, POST, "It proves something")
    town.write(media.hold, POST, "It proves a lot")
    town.write(media.attach, ANA, [one.id, two.id], POST)  # what comes later is held as well
    town.write(media.attach, ANA, [other.id], OTHER)
    for item in (one, two):
        with pytest.raises(MediaHeld) as refused:
            town.write(media.delete, ANA, item.id)
        assert (refused.value.code, refused.value.detail) == ("media_held", "It proves a lot")
    with pytest.raises(MediaNotFound):
        town.write(media.delete, BEN, one.id)
    with pytest.raises(AlreadyAttached):
        town.write(media.delete, ANA, other.id, loose=True)
    town.write(media.delete, ANA, other.id)
    assert town.write(media.release, POST)
    assert not town.write(media.release, POST)
    town.write(media.delete, ANA, one.id)
    town.write(media.hold, POST, "Again")
    assert town.write(media.delete_of, POST) == 1  # whose subject it is decides
    assert not town.write(media.release, POST)


def test_deleting_and_holding_at_once(town: Town) -> None:
    """Either the deletion comes first, or it is refused: never is something held that is gone afterwards."""
    for n in range(8):
        item = picture(town, width=40 + n)
        town.write(media.attach, ANA, [item.id], POST + n)
        said: list[str] = []
        start = threading.Barrier(2)

        def delete(item_id: int = item.id, start: threading.Barrier = start, said: list[str] = said) -> None:
            start.wait()
            try:
                town.write(media.delete, ANA, item_id)
                said.append("deleted")
            except MediaHeld:
                said.append("held")

        def hold(subject: int = POST + n, start: threading.Barrier = start, said: list[str] = said) -> None:
            start.wait()

            def work(tx: Tx) -> int:
                media.hold(tx, subject, "It proves something")
                return len(media.attached_to(tx, [subject]))

            said.append(f"saw {town.write(work)}")

        threads = [threading.Thread(target=each) for each in (delete, hold)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(said) in (["deleted", "saw 0"], ["held", "saw 1"])


def test_by_the_owner_only(town: Town) -> None:
    made = picture(town)
    with pytest.raises(MediaNotFound):
        town.write(media.attach, BEN, [made.id], POST)
    with pytest.raises(MediaNotFound):
        town.write(media.attach, ANA, [made.id, 77], POST)
    assert town.read(media.own, ANA, made.id).attached is None


def test_two_posts_want_the_same_picture(town: Town) -> None:
    made = picture(town)
    won: list[int] = []
    lost: list[int] = []

    def attach(subject: int) -> None:
        try:
            town.write(media.attach, ANA, [made.id], subject)
            won.append(subject)
        except AlreadyAttached:
            lost.append(subject)

    threads = [threading.Thread(target=attach, args=(POST + n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    assert town.read(media.own, ANA, made.id).attached == won[0]


def test_the_same_twice_or_too_many(town: Town) -> None:
    made = picture(town)
    for ids in ([made.id, made.id], list(range(51))):
        with pytest.raises(Invalid):
            town.write(media.attach, ANA, ids, POST)


def test_videos_wait_until_they_are_ready(ffmpeg: str, town: Town) -> None:
    made = video(town)
    assert made.state == "processing"
    with pytest.raises(StillProcessing):
        town.write(media.attach, ANA, [made.id], POST)
    assert town.write(media.attach, ANA, [made.id], POST, unfinished=True)[0].attached == POST
    failed = video(town)
    town.write(processing.fail, failed, "It is broken.")
    with pytest.raises(ProcessingFailed, match="It is broken"):
        town.write(media.attach, ANA, [failed.id], POST, unfinished=True)


def test_detaching(town: Town) -> None:
    made = [picture(town, width=40 + n).id for n in range(3)]
    town.write(media.attach, ANA, made, POST)
    assert town.write(media.detach, OTHER) == 0
    assert town.write(media.detach, POST, [made[1], 5]) == 1
    freed = town.read(media.own, ANA, made[1])
    assert (freed.attached, freed.audience) == (None, "private")
    assert [each.id for each in town.read(media.attached_to, [POST])[POST]] == [made[0], made[2]]
    town.write(media.attach, ANA, [made[1]], OTHER)
    assert town.write(media.detach, POST) == 2
    assert town.read(media.attached_to, [POST]) == {}


def test_the_audience_changes(town: Town) -> None:
    made = [picture(town, width=40 + n).id for n in range(2)]
    town.write(media.attach, ANA, made, POST)
    assert town.write(media.set_audience, POST, "private") == 2
    assert {each.audience for each in town.read(media.attached_to, [POST])[POST]} == {"private"}
    assert town.write(media.set_audience, OTHER, "private") == 0


def test_a_subject_that_is_deleted_takes_its_items_along(working: Town) -> None:
    town = working
    made = [picture(town, width=40 + n) for n in range(3)]
    town.write(media.attach, ANA, [made[0].id, made[1].id], POST)
    assert town.write(media.delete_of, POST) == 2
    assert town.write(media.delete_of, POST) == 0
    drain(town)
    assert files_of(town.env) == sorted(variant.key for variant in made[2].variants.values())
    assert town.read(media.quota, ANA).items == 1


def test_any_order_of_steps_keeps_the_rules(town: Town) -> None:
    """Attach, detach, delete in any order: one subject at most, and usage is what is there."""

    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.mine: dict[int, int | None] = {}

        def teardown(self) -> None:
            for this in self.mine:
                town.write(media.delete, ANA, this)

        @rule(width=st.integers(20, 24))
        def add(self, width: int) -> None:
            if len(self.mine) < 5:
                self.mine[picture(town, width=width).id] = None

        @rule(subject=st.sampled_from([POST, OTHER]), pick=st.integers(0, 4), me=st.sampled_from([ANA, BEN]))
        def attach(self, subject: int, pick: int, me: int) -> None:
            if pick >= len(self.mine):
                return
            this = list(self.mine)[pick]
            allowed = me == ANA and self.mine[this] in (None, subject)
            try:
                town.write(media.attach, me, [this], subject)
            except Fault:
                assert not allowed
            else:
                assert allowed
                self.mine[this] = subject

        @rule(subject=st.sampled_from([POST, OTHER]))
        def detach(self, subject: int) -> None:
            count = sum(at == subject for at in self.mine.values())
            assert town.write(media.detach, subject) == count
            self.mine = {this: None if at == subject else at for this, at in self.mine.items()}

        @rule(subject=st.sampled_from([POST, OTHER]))
        def delete_of(self, subject: int) -> None:
            gone = [this for this, at in self.mine.items() if at == subject]
            assert town.write(media.delete_of, subject) == len(gone)
            for this in gone:
                del self.mine[this]

        @invariant()
        def agrees(self) -> None:
            found = town.read(media.owned, ANA)
            assert {each.id: each.attached for each in found} == self.mine
            quota = town.read(media.quota, ANA)
            assert (quota.items, quota.used) == (len(found), sum(each.size for each in found))

    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=8, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )
