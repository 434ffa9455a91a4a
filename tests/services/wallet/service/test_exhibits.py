"""What both sides of a dispute show stays while it may be needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dozen.core import media
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.risk_jobs import WORK
from dozen.services.wallet.service import decisions, disputes, evidence, exhibits, refunding
from tests.services.wallet.folk import proof
from tests.services.wallet.service.test_disputes import bought, opened
from tests.services.wallet.service.test_identities import picture as picture
from tests.services.wallet.service.test_identities import shows
from tests.services.wallet.staff import staff
from tests.support.town import Town

SAID = "It is at the post office."


def kept(town: Town, owner: int, item: int) -> bool:
    """Whether its owner may not delete it."""

    def tried(tx: Tx) -> None:
        with tx.savepoint():
            media.delete(tx, owner, item)
            raise _Undone

    with pytest.raises((media.MediaHeld, _Undone)) as told:
        town.write(tried)
    if isinstance(told.value, _Undone):
        return False
    assert "dispute" in told.value.detail
    assert told.value.code == "media_held"
    return True


class _Undone(Exception):
    pass


@pytest.fixture
def pass_days(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many days pass, with what is done by the clock."""
    town.env.part(Registry).add(*WORK)
    runner = Runner(town.env, town.db)

    def go(days: int) -> None:
        later = clock.now() + days * clock.DAY
        monkeypatch.setattr(clock, "now", lambda: later)
        runner.drain()

    return go


def test_nobody_deletes_what_was_shown(town: Town, picture: Path, pass_days: Callable[[int], None]) -> None:
    me, other, payment = bought(town)
    mine, theirs, more = shows(town, me, picture), shows(town, other, picture), shows(town, me, picture)
    made = opened(town, payment, files=(mine,))
    assert kept(town, me, mine)
    town.write(disputes.answer, other, made.id, SAID, [theirs])
    town.write(disputes.add_files, me, made.id, [more])
    assert kept(town, other, theirs)
    assert kept(town, me, more)
    town.write(decisions.decide, staff(town), made.id, 5_000, "Half of it")
    assert kept(town, me, mine), "the decision can still be looked into"
    pass_days(29)
    assert kept(town, me, mine)
    pass_days(2)
    assert not kept(town, me, mine)
    assert not kept(town, other, theirs)
    town.write(media.delete, me, mine)
    assert [each.id for each in town.read(evidence.shown, made.id)] == [theirs, more]


@pytest.mark.parametrize("how", ["accepted", "refunded by itself"])
def test_given_back_it_is_let_go_in_time(
    town: Town, picture: Path, pass_days: Callable[[int], None], how: str
) -> None:
    me, other, payment = bought(town)
    mine = shows(town, me, picture)
    made = opened(town, payment, files=(mine,))

    def give(tx: Tx) -> Any:
        if how == "accepted":
            return disputes.accept(tx, other, made.id, proof=proof(tx, other))
        return refunding.refund(tx, other, payment.id, proof=proof(tx, other))

    town.write(give)
    assert town.read(disputes.one, me, made.id).state == "accepted"
    assert kept(town, me, mine)
    pass_days(31)
    assert not kept(town, me, mine)


def test_taken_back_it_stays_while_it_may_be_opened_again(
    town: Town, picture: Path, pass_days: Callable[[int], None]
) -> None:
    me, other, payment = bought(town)
    theirs = shows(town, other, picture)
    made = opened(town, payment)
    town.write(disputes.answer, other, made.id, SAID, [theirs])
    town.write(disputes.withdraw, me, made.id)
    pass_days(60)
    assert kept(town, other, theirs)
    assert opened(town, payment).id != made.id
    pass_days(61)
    assert not kept(town, other, theirs)


def test_who_is_gone_takes_theirs_along(town: Town, picture: Path) -> None:
    me, other, payment = bought(town)
    mine, theirs = shows(town, me, picture), shows(town, other, picture)
    made = opened(town, payment, files=(mine,))
    town.write(disputes.answer, other, made.id, SAID, [theirs])
    town.write(disputes.forget, other)
    assert [each.id for each in town.read(evidence.shown, made.id)] == [mine]
    assert kept(town, me, mine), "the other side's stays"
    town.write(disputes.forget, me)
    assert town.read(evidence.shown, made.id) == []


def test_a_dispute_that_stands_keeps_its_files(town: Town, picture: Path) -> None:
    me, _, payment = bought(town)
    mine = shows(town, me, picture)
    made = opened(town, payment, files=(mine,))
    town.write(exhibits.let_go, made.id)
    assert kept(town, me, mine)
