"""The gateway's file against our books."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dozen.core import accounts, ledger, payments
from dozen.core.payments import errors
from dozen.kit import clock
from tests.core.payments.conftest import ADA, Shop
from tests.core.payments.test_refunding import paid, settle
from tests.support.gateway import type_card

BOSS = accounts.Actor(
    person_id=1, username="boss", name="Boss", avatar_id=None, language="en", time_zone="UTC",
    role="admin", suspended=False, scopes=None,
)  # fmt: skip


def today() -> int:
    return clock.now() // clock.DAY * clock.DAY


def compare(shop: Shop, change: Callable[[list[str]], list[str]] = lambda lines: lines) -> payments.Report:
    file = shop.env.part(payments.Gateways).get("stripe").settlement_file(today())
    head, *lines = file.decode().splitlines()
    changed = "\n".join([head, *change(lines)]) + "\n"
    return shop.town.write(payments.reconcile, "stripe", today(), changed.encode())


def busy_day(shop: Shop) -> payments.Charge:
    charge = paid(shop)
    paid(shop, 3_333)
    shop.town.write(payments.refund, charge.id, 1_000, key="r")
    shop.town.write(
        payments.payout, ADA, shop.account, 2_000, destination=shop.bank().id, purpose="shop", key="p"
    )
    settle(shop)
    return charge


def test_a_right_day(shop: Shop) -> None:
    busy_day(shop)
    report = compare(shop)
    assert report.clean
    assert (report.matched, report.settlement.lines, report.settlement.differences) == (4, 4, 0)
    held = shop.gate.api("GET", "/v1/balance").json()["available"]
    assert held == [{"amount": -shop.house("gateway.stripe"), "currency": "eur"}]


def test_the_file_teaches_fees(shop: Shop) -> None:
    from tests.core.payments.test_webhooks import deliver, events

    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    for event in events(shop):
        deliver(shop, event)
    assert shop.now(charge).fee is None
    assert compare(shop).clean
    assert shop.now(charge).fee == 175
    assert shop.house("gateway.stripe") == -(5_000 - 175)


def test_missing_with_us_and_found_later(shop: Shop) -> None:
    charge = shop.charge()
    assert charge.next_action is not None
    type_card(charge.next_action)
    report = compare(shop)
    (found,) = report.missing_with_us
    assert (found.subject_id, found.ours, found.theirs, found.state) == (charge.id, None, 4_825, "open")
    assert report.settlement.differences == 1
    shop.work()  # comparing had it asked for
    assert shop.now(charge).state == "captured"
    report = compare(shop)
    assert report.clean
    assert report.settlement.differences == 0
    assert shop.town.read(payments.differences, BOSS) == []


def test_what_the_gateway_does_not_know(shop: Shop) -> None:
    charge = paid(shop)
    report = compare(shop, lambda lines: [])
    (found,) = report.missing_at_gateway
    assert (found.subject_id, found.ours, found.theirs, found.gap) == (charge.id, 4_825, None, -4_825)
    shop.town.write(payments.resolve, BOSS, found.id, "The acquirer went bankrupt")
    assert shop.house("gateway.stripe") == 0
    assert shop.house("payments.differences") == -4_825
    report = compare(shop, lambda lines: [])
    assert report.settlement.differences == 0
    assert report.missing_at_gateway[0].state == "resolved"
    assert shop.town.read(ledger.verify).ok


def test_amounts_and_fees_that_differ(shop: Shop) -> None:
    paid(shop)

    def change(lines: list[str]) -> list[str]:
        cells = lines[0].split(",")
        cells[5], cells[6] = "4990", "185"
        return [",".join(cells)]

    report = compare(shop, change)
    (amount,), (fee,) = report.amount_differs, report.fee_differs
    assert (amount.ours, amount.theirs, amount.gap) == (5_000, 4_990, -10)
    assert (fee.ours, fee.theirs, fee.gap) == (175, 185, -10)
    assert len(shop.town.read(payments.differences, BOSS)) == 2
    for each in (amount, fee):
        done = shop.town.write(payments.resolve, BOSS, each.id, "As on the bank's statement")
        assert (done.state, done.resolved_by) == ("resolved", 1)
        with pytest.raises(errors.AlreadyResolved):
            shop.town.write(payments.resolve, BOSS, each.id, "Once more")
    assert shop.house("gateway.stripe") == -(4_990 - 185)
    assert shop.town.read(payments.differences, BOSS) == []
    assert shop.town.read(payments.settlements, BOSS, "stripe")[0].differences == 0
    entries = shop.town.read(ledger.transfers_about, amount.subject_id or 0)
    assert [each.kind for each in entries].count("payments.adjustment") == 2


def test_somebody_elses_line(shop: Shop) -> None:
    paid(shop)
    extra = "txn_9,charge,pi_9,,eur,700,50,650,1\ntxn_8,stripe_fee,,,eur,-300,0,-300,1"
    report = compare(shop, lambda lines: [*lines, *extra.splitlines()])
    assert [(each.type, each.ref, each.theirs) for each in report.missing_with_us] == [
        ("charge", "pi_9", 650), ("stripe_fee", "txn_8", -300)
    ]  # fmt: skip
    wallet = shop.town.write(ledger.house, "suspense", "EUR", "liability").id
    shop.town.write(payments.resolve, BOSS, report.missing_with_us[0].id, "Found out", account=wallet)
    assert shop.balance(wallet) == 650
    assert shop.house("gateway.stripe") == -(4_825 + 650)


@pytest.mark.parametrize(
    "file",
    [
        b"", b"a,b\n", b"\xff\xfe",
        b"balance_transaction,type,source,reference,currency,amount,fee,created\na,charge,p,r,eur,x,0,1\n",
        b"balance_transaction,type,source,reference,currency,amount,fee,created\na,charge\n",
    ],
)  # fmt: skip
def test_files_that_cannot_be_read(shop: Shop, file: bytes) -> None:
    with pytest.raises(errors.BadSettlement):
        shop.town.write(payments.reconcile, "stripe", today(), file)


def test_the_same_line_twice(shop: Shop) -> None:
    paid(shop)
    with pytest.raises(errors.BadSettlement):
        compare(shop, lambda lines: lines * 2)
    with pytest.raises(errors.BadSettlement):
        shop.town.write(payments.reconcile, "stripe", today() + 1, b"")


def test_only_administrators_with_a_reason(shop: Shop) -> None:
    import msgspec

    paid(shop)
    (found,) = compare(shop, lambda lines: []).missing_at_gateway
    others: list[dict[str, Any]] = [
        {"role": "member"}, {"role": "moderator"}, {"suspended": True}, {"scopes": frozenset({"wallet"})}
    ]  # fmt: skip
    for other in others:
        actor = msgspec.structs.replace(BOSS, **other)
        with pytest.raises(errors.NotOperator):
            shop.town.write(payments.resolve, actor, found.id, "Because")
        with pytest.raises(errors.NotOperator):
            shop.town.read(payments.differences, actor)
        with pytest.raises(errors.NotOperator):
            shop.town.read(payments.settlements, actor, "stripe")
    with pytest.raises(errors.BadPayment):
        shop.town.write(payments.resolve, BOSS, found.id, " ")
    with pytest.raises(errors.NoSuchDifference):
        shop.town.write(payments.resolve, BOSS, 1, "Because")
    assert shop.house("gateway.stripe") == -4_825


def test_the_daily_job(shop: Shop) -> None:
    from dozen.core import jobs

    paid(shop)
    shop.town.write(jobs.enqueue, "payments.settle", {})
    shop.work()
    (day,) = shop.town.read(payments.settlements, BOSS, "stripe")
    assert (day.day, day.lines) == (today() - clock.DAY, 0)
