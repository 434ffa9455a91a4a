from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dozen.core import accounts, ledger, notifications
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault, Forbidden
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors import bills as errors
from dozen.services.wallet.service import bills, decisions, disputes, refunding, settling, wallets
from dozen.services.wallet.service.bill_sources import month_name
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Standing, Verdict
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.bills import Biller, Field, Paid, Plan
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.staff import staff
from tests.support.town import Town

NUMBER = {"number": "12345678"}
_FIELD = Field("number", "Customer number", "[0-9]{8}", "Eight digits")


def make(town: Town, **more: object) -> Biller:
    given: dict[str, object] = {
        "name": "Town Power", "category": "electricity", "asks": "bill", "fields": (_FIELD,), "least": 10_000,
        "most": 20_000,
    }  # fmt: skip
    return town.write(bills.add_biller, 0, bills.NewBiller(**(given | more)))  # type: ignore[arg-type]


def pay(tx: Tx, me: int, of: Biller, amount: int | None = None, plan: str = "", number: str = "") -> Receipt:
    fields = {"number": number} if number else NUMBER
    return bills.pay(tx, me, of.id, fields, amount, plan_id=plan, proof=proof(tx, me))


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).balance)


def owed(town: Town, of: Biller) -> int:
    def verb(tx: Tx) -> int:
        found = ledger.find_account(tx, 0, bills.PURPOSE, "INR", of.id)
        return ledger.balance(tx, found.id).balance if found is not None else 0

    return town.read(verb)


def test_fetch_pay_and_nothing_is_left(town: Town) -> None:
    of = make(town)
    ada, bo = make_holders(town, 2, money=100_000)
    bill = town.read(bills.fetch, of.id, NUMBER)
    assert 10_000 <= bill.amount <= 20_000
    assert bill == town.read(bills.fetch, of.id, NUMBER)  # asking changes nothing
    assert len(bill.months) == 1
    assert "•" in bill.customer
    receipt = town.write(pay, ada, of)
    assert receipt.payment.kind == "bill"
    assert balance(town, ada) == 100_000 - bill.amount
    assert owed(town, of) == bill.amount
    found, _ = town.read(bills.paid, ada, receipt.payment.id)
    assert (found.state, found.amount, found.parts) == ("paid", bill.amount, {bill.months[0]: bill.amount})
    assert found.reference.startswith("BL")
    assert receipt.payment.detail["reference"] == found.reference
    assert town.read(bills.fetch, of.id, NUMBER).amount == 0
    with pytest.raises(errors.NothingDue):
        town.write(pay, bo, of)
    with pytest.raises(errors.NoSuchBiller):
        town.read(bills.paid, bo, receipt.payment.id)
    assert [each.payment_id for each, _ in town.read(bills.history, ada)] == [receipt.payment.id]
    assert town.read(ledger.verify).ok


def test_a_bill_each_month(town: Town) -> None:
    of = make(town)
    (ada,) = make_holders(town, 1, money=100_000)
    town.write(pay, ada, of)

    def months_on(tx: Tx) -> tuple[int, tuple[str, ...], int | None]:
        now = clock.to_datetime(tx.now)
        year, month = divmod(now.year * 12 + now.month - 1 + 2, 12)
        tx.now = clock.from_datetime(datetime(year, month + 1, 1, tzinfo=UTC))
        bill = bills.fetch(tx, of.id, NUMBER)
        return bill.amount, bill.months, bill.due_at

    amount, months, due_at = town.read(months_on)
    assert len(months) == 2  # this month and the next are over by then
    assert amount >= 20_000
    assert due_at is not None
    assert clock.to_datetime(due_at).day == 15
    assert month_name(months[0]).split()[1] == months[0][:4]


def test_parts_only_where_the_biller_takes_them(town: Town) -> None:
    whole, part = make(town), make(town, name="Part", part=True)
    (ada,) = make_holders(town, 1, money=100_000)
    due = town.read(bills.fetch, part.id, NUMBER).amount
    for amount in (1, town.read(bills.fetch, whole.id, NUMBER).amount + 1):
        with pytest.raises(errors.BillAmount):
            town.write(pay, ada, whole, amount)
    town.write(pay, ada, part, 4_000)
    assert town.read(bills.fetch, part.id, NUMBER).amount == due - 4_000
    for amount in (0, -1, due - 3_999):
        with pytest.raises((errors.BillAmount, BadAmount)):
            town.write(pay, ada, part, amount)
    town.write(pay, ada, part)
    assert owed(town, part) == due


def test_what_does_not_move_is_not_paid(town: Town) -> None:
    of = make(town)
    (poor,) = make_holders(town, 1, money=100)
    due = town.read(bills.fetch, of.id, NUMBER).amount
    with pytest.raises(Fault):
        town.write(pay, poor, of)
    assert town.read(bills.fetch, of.id, NUMBER).amount == due
    assert town.read(bills.history, poor) == []


def test_held_for_review(town: Town) -> None:
    of = make(town)
    ada, bo = make_holders(town, 2, money=100_000)
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("tests",)))
    due = town.read(bills.fetch, of.id, NUMBER).amount
    first = town.write(pay, ada, of).payment
    assert town.read(bills.paid, ada, first.id)[0].state == "held"
    with pytest.raises(errors.NothingDue):  # nobody pays it a second time meanwhile
        town.write(pay, bo, of)
    town.write(settling.drop, first.id, "declined")
    assert town.read(bills.paid, ada, first.id)[0].state == "undone"
    assert town.read(bills.fetch, of.id, NUMBER).amount == due
    again = town.write(pay, ada, of).payment
    town.write(settling.release, again.id)
    assert town.read(bills.paid, ada, again.id)[0].state == "paid"
    assert balance(town, ada) == 100_000 - due
    assert owed(town, of) == due


def give_back(tx: Tx, payment_id: int, amount: int | None = None) -> None:
    refunding.refund(tx, 0, payment_id, amount, proof=Standing("operator"))


def test_what_is_given_back_is_open_again(town: Town) -> None:
    of = make(town, part=True)
    (ada,) = make_holders(town, 1, money=100_000)
    receipt = town.write(pay, ada, of)
    (month,) = town.read(bills.paid, ada, receipt.payment.id)[0].parts
    amount = receipt.payment.amount
    town.write(give_back, receipt.payment.id, 1_000)
    found, _ = town.read(bills.paid, ada, receipt.payment.id)
    assert (found.shown, found.refunded) == ("part_refunded", 1_000)
    bill = town.read(bills.fetch, of.id, NUMBER)
    assert (bill.amount, bill.months) == (1_000, (month,))
    assert owed(town, of) == amount - 1_000
    town.write(give_back, receipt.payment.id)
    found, _ = town.read(bills.paid, ada, receipt.payment.id)
    assert (found.shown, found.refunded) == ("refunded", amount)
    assert town.read(bills.fetch, of.id, NUMBER).amount == amount
    assert (owed(town, of), balance(town, ada)) == (0, 100_000)
    again = town.write(pay, ada, of)  # and is paid again
    assert town.read(bills.paid, ada, again.payment.id)[0].shown == "paid"
    assert town.read(bills.fetch, of.id, NUMBER).amount == 0


@pytest.mark.parametrize(
    ("parts", "refunded", "back"),
    [
        ({"2026-09": 700, "2026-10": 300}, 0, {"2026-10": 0, "2026-09": 0}),
        ({"2026-09": 700, "2026-10": 300}, 200, {"2026-10": 200, "2026-09": 0}),
        ({"2026-09": 700, "2026-10": 300}, 500, {"2026-10": 300, "2026-09": 200}),
        ({"2026-09": 700, "2026-10": 300}, 1_000, {"2026-10": 300, "2026-09": 700}),
        ({"days": 28}, 0, {"days": 0}),
        ({"days": 28}, 500, {"days": 14}),
        ({"days": 28}, 999, {"days": 27}),
        ({"days": 28}, 1_000, {"days": 28}),
    ],
)
def test_the_newest_month_is_opened_first(parts: dict[str, int], refunded: int, back: dict[str, int]) -> None:
    paid = Paid(1, 2, 3, "12345678", 1_000, "INR", "BL1", "", "paid", parts, 0)
    assert bills.parts_back(paid, refunded) == back


def test_days_of_a_recharge_are_taken_back(town: Town) -> None:
    of = make(
        town,
        category="mobile",
        asks="plan",
        plans=(Plan("month", "28 days", 20_000, 28),),
        least=100,
        most=500,
    )
    (ada,) = make_holders(town, 1, money=100_000)
    first, second = (town.write(pay, ada, of, plan="month") for _ in range(2))
    full = town.read(bills.fetch, of.id, NUMBER).valid_until
    assert full is not None
    town.write(give_back, first.payment.id, 10_000)
    assert town.read(bills.fetch, of.id, NUMBER).valid_until == full - 14 * clock.DAY
    town.write(give_back, first.payment.id)
    assert town.read(bills.fetch, of.id, NUMBER).valid_until == full - 28 * clock.DAY
    assert town.read(bills.paid, ada, first.payment.id)[0].shown == "refunded"
    assert town.read(bills.paid, ada, second.payment.id)[0].shown == "paid"


def test_a_dispute_that_is_decided_shows_at_the_bill(town: Town) -> None:
    of = make(town)
    (ada,) = make_holders(town, 1, money=100_000)
    receipt = town.write(pay, ada, of)
    new = disputes.NewDispute(
        payment_id=receipt.payment.id, reason="paid_twice", words="I paid it in town, too"
    )
    made = town.write(disputes.open_dispute, ada, new)
    town.write(decisions.decide, staff(town), made.id, made.amount, "The biller agrees")
    found, _ = town.read(bills.paid, ada, receipt.payment.id)
    assert (found.shown, found.refunded) == ("refunded", receipt.payment.amount)
    assert town.read(bills.fetch, of.id, NUMBER).amount == receipt.payment.amount
    assert town.read(ledger.verify).ok


def test_recharge(town: Town) -> None:
    plans = (Plan("m", "Month", 29_900, 28), Plan("d", "Day", 1_900, 1))
    some = make(town, category="mobile", asks="any", plans=plans, least=1_000, most=50_000)
    only = make(town, category="dth", asks="plan", plans=plans)
    (ada,) = make_holders(town, 1, money=100_000)
    town.write(pay, ada, some, None, "m")
    until = town.read(bills.fetch, some.id, NUMBER).valid_until
    town.write(pay, ada, some, 1_900, "d")
    assert town.read(bills.fetch, some.id, NUMBER).valid_until == (until or 0) + clock.DAY
    town.write(pay, ada, some, 5_000)
    assert owed(town, some) == 29_900 + 1_900 + 5_000
    for of, amount, plan, fault in (
        (some, None, "", errors.BillAmount),
        (some, 999, "", errors.BillAmount),
        (some, 50_001, "", errors.BillAmount),
        (some, 5, "m", errors.BillAmount),
        (some, None, "x", errors.NoSuchPlan),
        (only, 1_900, "", errors.BillAmount),
    ):
        with pytest.raises(fault):
            town.write(pay, ada, of, amount, plan)
    town.write(pay, ada, only, None, "d")


def test_numbers(town: Town) -> None:
    of = make(town)
    for number in ("", "1234567", "123456789", "1234567a", "1" * 500, "12345678\n"):
        if number.strip() != "12345678":
            with pytest.raises(errors.BadCustomer):
                town.read(bills.fetch, of.id, {"number": number})
    with pytest.raises(errors.NoSuchBillCustomer):
        town.read(bills.fetch, of.id, {"number": "12340000"})
    with pytest.raises(errors.NoSuchBiller):
        town.read(bills.fetch, 5, NUMBER)


def test_billers_are_added_by_administrators(town: Town) -> None:
    of = make(town)
    (ada,) = make_holders(town, 1)
    (admin,) = make_holders(town, 1)
    town.write(accounts.promote, admin)
    with pytest.raises(Forbidden):
        town.write(bills.set_open, ada, of.id, on=False)
    town.write(bills.set_open, admin, of.id, on=False)
    with pytest.raises(errors.BillerClosed):
        town.read(bills.fetch, of.id, NUMBER)
    assert town.read(bills.billers) == []
    for wrong in (
        {"name": ""}, {"category": "x"}, {"asks": "x"}, {"least": 0}, {"least": 5, "most": 4},
        {"source": "x"}, {"currency": "XXX"}, {"fields": ()}, {"fields": (Field("number", "x", "("),)},
        {"plans": (Plan("a", "A", 0, 1),)}, {"plans": (Plan("a", "A", 1, 1), Plan("a", "B", 1, 1))},
    ):  # fmt: skip
        with pytest.raises(errors.BadBiller):
            make(town, **wrong)


def test_kept_numbers_and_reminders(town: Town) -> None:
    of = make(town)
    ada, bo = make_holders(town, 2, money=100_000)
    town.write(bills.save, ada, of.id, NUMBER, name="Home")
    town.write(bills.save, ada, of.id, NUMBER, name="At home")
    town.write(bills.save, bo, of.id, {"number": "99999999"}, remind=False)
    ((kept, _),) = town.read(bills.saved, ada)
    assert (kept.name, kept.given, kept.remind) == ("At home", NUMBER, True)
    due_at = town.read(bills.fetch, of.id, NUMBER).due_at
    assert due_at is not None

    def at(moment: int) -> None:
        def verb(tx: Tx) -> None:
            tx.now = moment
            bills.remind_due(tx)

        town.write(verb)

    def told(person: int) -> int:
        return town.read(notifications.unread, person)

    now = clock.now()
    before = told(ada)
    if due_at - 4 * clock.DAY > now:
        at(due_at - 4 * clock.DAY)
        assert told(ada) == before
    at(due_at - 2 * clock.DAY)
    at(due_at - clock.DAY)
    assert told(ada) == before + 1
    assert told(bo) == 0
    with pytest.raises(errors.NoSuchSaved):
        town.write(bills.forget, bo, kept.id)
    town.write(bills.forget, ada, kept.id)
    assert town.read(bills.saved, ada) == []


def test_two_pay_the_same_bill_at_once(town: Town) -> None:
    of = make(town)
    people = make_holders(town, 3, money=100_000)
    due = town.read(bills.fetch, of.id, NUMBER).amount
    said: list[str] = []

    def one(me: int) -> None:
        try:
            town.write(pay, me, of)
            said.append("paid")
        except errors.NothingDue:
            said.append("nothing")

    threads = [Thread(target=one, args=(each,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == ["nothing", "nothing", "paid"]
    assert owed(town, of) == due == 300_000 - sum(balance(town, each) for each in people)


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(amounts=st.lists(st.integers(1, 12_000), max_size=5), number=st.integers(10_000_001, 99_998_999))
def test_what_is_paid_is_what_is_owed_less(town: Town, amounts: list[int], number: int) -> None:
    """Any parts: paid and left are the bill, and the biller's account has what was paid."""
    if number % 10_000 == 0:
        return
    of = make(town, part=True)
    (ada,) = make_holders(town, 1, money=100_000)
    whole = town.read(bills.fetch, of.id, {"number": str(number)}).amount
    paid = 0
    for amount in amounts:
        try:
            town.write(pay, ada, of, amount, "", str(number))
            paid += amount
        except (errors.BillAmount, errors.NothingDue):
            assert paid + amount > whole
    assert town.read(bills.fetch, of.id, {"number": str(number)}).amount == whole - paid
    assert owed(town, of) == paid == 100_000 - balance(town, ada)
