"""Figures of reports, against what really happened."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from typing import Any

import pytest

from dozen.core import analytics, ledger
from dozen.core.jobs import Job
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet.errors import InsufficientFunds, OverLimit
from dozen.services.wallet.service import figures, merchants, refunding, refusals, sending, settling, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Movement, Standing, Verdict
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.structs.figures import Span
from tests.services.wallet.folk import make_holders
from tests.services.wallet.operators import operator, outsiders
from tests.services.wallet.service.test_adjustments import code
from tests.support.town import Town

TODAY = clock.now() // clock.DAY * clock.DAY
JOB = Job(0, "wallet.figures", {}, 1, 0)


def on(town: Town, day: int, payer: int, payee: int, amount: int, **given: Any) -> Any:
    """A payment of some days ago, at a moment in it that rises and is over."""
    on.n += 1  # type: ignore[attr-defined]
    moment = TODAY - day * clock.DAY + 3 * clock.HOUR + on.n * 1_000  # type: ignore[attr-defined]
    moment = min(moment, clock.now())

    def work(tx: Tx) -> Any:
        return move(
            tx,
            Movement(
                kind=given.pop("kind", "person"), actor=payer, payer=wallets.party(tx, payer),
                payee=wallets.party(tx, payee), amount=amount, currency="INR", proof=Standing("import"),
                id=ids.at(moment, node=9, sequence=on.n), quiet=True, **given,  # type: ignore[attr-defined]
            ),
        ).payment  # fmt: skip

    return town.write(work)


on.n = 0  # type: ignore[attr-defined]


def span(days: int) -> Span:
    return Span(TODAY - (days - 1) * clock.DAY, TODAY + clock.DAY)


def by_day(town: Town, of: Span) -> dict[int, tuple[int, int, int]]:
    found = town.read(figures.volume, operator(town, "boss"), "INR", of)
    assert len(found.days) == (of.end - of.start) // clock.DAY
    return {
        (TODAY - each.day) // clock.DAY: (each.count, each.amount, each.refunded)
        for each in found.days
        if each.count or each.refunded
    }


def test_sums_by_day_are_those_of_the_payments(town: Town) -> None:
    people = make_holders(town, 4, money=100_000)
    boss = operator(town, "boss")
    expected: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for n in range(30):
        day, amount = (0, 1, 1, 5, 40)[n % 5], 100 + n
        on(town, day, people[n % 4], people[(n + 1) % 4], amount)
        expected[day][0] += 1
        expected[day][1] += amount
    figures.refresh(town.env, JOB)
    # What tests begin with is an adjustment, which is no volume.
    assert by_day(town, span(60)) == {day: tuple(sums) for day, sums in expected.items()}
    assert set(by_day(town, span(6))) == {0, 1, 5}
    # More of today, and again: nothing is counted twice.
    a, b = people[:2]
    paid = town.write(lambda tx: sending.send(tx, a, b, 777, "INR", proof=Standing("import"))).payment
    town.write(lambda tx: refunding.refund(tx, b, paid.id, 77, proof=Standing("operator")))
    for _ in range(2):
        figures.refresh(town.env, JOB)
    expected[0][0] += 1
    expected[0][1] += 777
    expected[0][2] += 77
    assert by_day(town, span(60)) == {day: tuple(sums) for day, sums in expected.items()}
    volume = town.read(figures.volume, boss, "INR", span(60))
    kinds = {each.kind: (each.count, each.amount) for each in volume.kinds}
    assert kinds["person"] == (31, sum(sums[1] for sums in expected.values()))
    assert kinds["refund"] == (1, 77)
    assert volume.total("amount") == kinds["person"][1]
    assert town.read(figures.volume, boss, "EUR", span(60)).kinds == ()
    assert town.read(figures.currencies, boss) == ["INR"]


def test_what_was_held_is_counted_once_it_has_moved(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    hooks = town.env.part(Hooks)
    hooks.risks.clear()
    hooks.add_risk(lambda tx, draft: Verdict("review", ("velocity",)))
    held = town.write(lambda tx: sending.send(tx, a, b, 500, "INR", proof=Standing("import"))).payment
    figures.refresh(town.env, JOB)
    assert by_day(town, span(3)) == {}
    town.write(settling.release, held.id)
    figures.refresh_late(town.env, JOB)
    assert by_day(town, span(3)) == {0: (1, 500, 0)}


def test_fees_are_those_of_the_ledger(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    on(town, 0, a, b, 1_000, fee=30)
    on(town, 0, a, b, 1_000, fee=12)
    ledger.seal_all(town.env, town.db)
    volume = town.read(figures.volume, operator(town, "boss"), "INR", span(2))
    assert [(each.fees, each.costs) for each in volume.days] == [(0, 0), (42, 0)]


def test_active_people_are_counted_once_a_day(town: Town) -> None:
    a, b, c, d = make_holders(town, 4, money=10_000)
    for payer, payee in ((a, b), (a, b), (b, a), (a, c)):
        on(town, 2, payer, payee, 10)
    on(town, 1, a, d, 10)
    figures.refresh(town.env, JOB)
    found = town.read(figures.active, operator(town, "boss"), "INR", span(3))
    assert [(each.payers, each.active) for each in found[:2]] == [(2, 3), (1, 2)]


def test_the_funnel(town: Town) -> None:
    from dozen.services.wallet.queries import people as queries

    with_money = make_holders(town, 3, money=1_000)
    make_holders(town, 2)
    extra = make_holders(town, 1)
    a, b, c = with_money
    town.write(lambda tx: sending.send(tx, a, b, 10, "INR", proof=Standing("import")))
    town.write(lambda tx: queries.add_holder(tx, person=1, now=tx.now))
    boss = operator(town, "boss")
    found = town.read(figures.funnel, boss, span(2))
    assert (found.opened, found.verified, found.funded, found.paid) == (7, 6, 3, 1)
    # Money from another person counts as well; leaving for one's bank is no payment.
    town.write(lambda tx: sending.send(tx, c, extra[0], 10, "INR", proof=Standing("import")))
    found = town.read(figures.funnel, boss, span(2))
    assert (found.funded, found.paid) == (4, 2)
    before = Span(TODAY - 3 * clock.DAY, TODAY - clock.DAY)
    assert set(town.read(figures.funnel, boss, before).steps()) == {
        (name, words, 0) for name, words, _ in found.steps()
    }


def test_refusals_are_counted_by_code(town: Town) -> None:
    a, b = make_holders(town, 2, money=100)
    boss = operator(town, "boss")

    def send(amount: int, to: int = b) -> str:
        return code(town, lambda tx: sending.send(tx, a, to, amount, "INR", proof=Standing("import")))

    assert [send(101), send(101), send(10**10), send(5)] == [
        InsufficientFunds.code, InsufficientFunds.code, OverLimit.code, "ok",
    ]  # fmt: skip
    town.write(lambda tx: analytics.flush(tx) and None)
    found = town.read(figures.refused, boss, span(2))
    assert [(each.code, each.title, each.count) for each in found.codes] == [
        (InsufficientFunds.code, refusals.titles()[refusals.number_of(InsufficientFunds.code)][1], 2),
        (OverLimit.code, OverLimit.title, 1),
    ]
    assert [n for _, n in found.days] == [0, 3]


def test_numbers_of_codes_are_told_apart() -> None:
    import dozen.app.asgi  # noqa: F401 - all rooms, so all faults

    found = refusals.titles()
    assert len({name for name, _ in found.values()}) == len(found) > 100


def test_shops_that_took_the_most(town: Town) -> None:
    from dozen.services.wallet.queries import merchants as queries

    a, b = make_holders(town, 2)

    def make(tx: Tx) -> list[int]:
        out = []
        for n, owner in enumerate((a, b)):
            given = merchants.NewMerchant(name=("=Tea", "Books")[n], category="food")
            made = merchants.register(tx, owner, given)
            out.append(made.id)
            for back, gross in ((0, 100 * (n + 1)), (40, 10_000)):
                for live in (True, False):
                    queries.bump(
                        tx, merchant=made.id, live=live, currency="INR", day=TODAY - back * clock.DAY,
                        count=1, gross=gross, fees=1, refunds=0, refunded=0,
                    )  # fmt: skip
        return out

    tea, books_ = town.write(make)
    boss = operator(town, "boss")
    found = town.read(figures.shops, boss, "INR", span(2))
    assert [(each.merchant, each.gross, each.count) for each in found] == [(books_, 200, 1), (tea, 100, 1)]
    rows = list(csv.reader(io.StringIO(town.read(figures.as_csv, boss, "shops", "INR", span(2)))))
    assert rows[0][:2] == ["merchant", "name"]
    assert rows[2][1] == "'=Tea"  # no formula for spreadsheets
    assert rows[1][4] == "2.00"


@pytest.mark.parametrize("name", sorted(figures.TABLES))
def test_each_report_is_a_file(town: Town, name: str) -> None:
    a, b = make_holders(town, 2, money=1_000)
    on(town, 0, a, b, 150)
    figures.refresh(town.env, JOB)
    rows = list(
        csv.reader(io.StringIO(town.read(figures.as_csv, operator(town, "boss"), name, "INR", span(3))))
    )
    assert all(len(row) == len(rows[0]) for row in rows)
    if name == "volume":
        assert rows[3] == [clock.rfc3339(TODAY)[:10], "INR", "1", "1.50", "0.00", "0.00", "0.00"]
    if name == "active":
        assert rows[3][2:] == ["1", "2"]


def test_spans(town: Town) -> None:
    def of(start: int | None, end: int | None) -> Span:
        return town.read(figures.span, start, end)

    assert of(None, None) == span(30)
    assert of(TODAY + 5, TODAY + 5) == span(1)
    assert code(town, figures.span, TODAY, TODAY) == "bad_time"
    assert code(town, figures.span, TODAY + 2 * clock.DAY, TODAY) == "bad_time"
    assert code(town, figures.span, TODAY - 400 * clock.DAY, TODAY + clock.DAY) == "bad_time"


def test_only_administrators(town: Town) -> None:
    for who in outsiders(town):
        for verb in (figures.volume, figures.active, figures.shops):
            assert code(town, verb, who, "INR", span(3)) == "not_operator"
        for verb in (figures.funnel, figures.refused):
            assert code(town, verb, who, span(3)) == "not_operator"
        for name in figures.TABLES:
            assert code(town, figures.as_csv, who, name, "INR", span(3)) == "not_operator"
        assert code(town, figures.currencies, who) == "not_operator"
