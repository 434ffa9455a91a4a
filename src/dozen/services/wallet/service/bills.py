"""Bills and recharges: asking the biller, paying, saved numbers, reminders before they are due.

What is given back of a bill (a dispute that was decided for its payer) comes out of what the house owes the
biller, who is told in the same transaction: the bill is open again by so much, the newest month first; of a
recharge, days are taken back in proportion. Until it is paid again, whoever asks for the bill finds it, and
so does a mandate in its next period.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import get_args

import msgspec

from dozen.core import accounts, ledger, notifications
from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.bills import (
    BadBiller,
    BadCustomer,
    BillAmount,
    BillerClosed,
    NoSuchBillCustomer,
    NoSuchBiller,
    NoSuchPlan,
    NoSuchSaved,
    NothingDue,
    TooManySaved,
)
from dozen.services.wallet.queries import bills as queries
from dozen.services.wallet.service import notes, wallets
from dozen.services.wallet.service.bill_sources import Source, Sources
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.service.settling import UNDONE
from dozen.services.wallet.structs import Payment, PaymentState, Receipt
from dozen.services.wallet.structs.bills import CATEGORIES, Asks, Bill, Biller, Field, Paid, Plan, Saved

PURPOSE = "wallet.biller"
"""Of the ledger accounts that hold what the house owes each biller."""
MOST_SAVED = 50
REMIND_BEFORE = 3 * clock.DAY
DUE = notes.kind("bill_due", "Bills that are due", "Your bill of {amount} from {name} is due on {day}")
_FIELD = re.compile("[a-z][a-z0-9_]{0,19}")


class NewBiller(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    category: str
    asks: Asks
    fields: tuple[Field, ...]
    plans: tuple[Plan, ...] = ()
    part: bool = False
    least: int
    most: int
    currency: str = ""
    """Empty: the installation's own."""
    source: str = "simulator"


# Billers


def add_biller(tx: Tx, admin: int, new: NewBiller) -> Biller:
    """For administrators; 0 for sample data. Raises what ``accounts.must_be_admin`` raises, BadBiller."""
    if admin:
        accounts.must_be_admin(tx, admin)
    currency = new.currency or wallets.home_currency(tx)
    wrong: dict[str, str] = {}
    name = clean(new.name)
    if not 1 <= len(name) <= 60:
        wrong["name"] = "A name has 1 to 60 characters"
    if new.category not in CATEGORIES:
        wrong["category"] = "Choose one of the list"
    if new.asks not in get_args(Asks):
        wrong["asks"] = "Choose one of the list"
    if not 0 < new.least <= new.most <= 10**10:
        wrong["least"] = "The least is above zero and not above the most"
    if new.source not in tx.part(Sources).by_name:
        wrong["source"] = "Nobody of this name knows bills"
    if currency not in {*wallets.CURRENCIES, wallets.home_currency(tx)}:
        wrong["currency"] = "There are no wallets in this currency"
    if not 1 <= len(new.fields) <= 4 or not all(_usable(field) for field in new.fields):
        wrong["fields"] = "One to four fields, each with a name, a label and a pattern"
    plans = {plan.id for plan in new.plans}
    if len(plans) != len(new.plans) or not all(_sells(plan) for plan in new.plans) or len(plans) > 100:
        wrong["plans"] = "Plans have different ids, an amount and days"
    if wrong:
        raise BadBiller(fields=wrong)
    made = Biller(
        tx.next_id(), name, new.category, currency, new.source, new.asks, new.fields, new.plans,  # type: ignore[arg-type]
        new.part, new.least, new.most, True, tx.now,
    )  # fmt: skip
    queries.add_biller(tx, **msgspec.structs.asdict(made))
    return made


def _usable(field: Field) -> bool:
    try:
        re.compile(field.pattern)
    except re.error:
        return False
    sizes = 1 <= len(field.label) <= 60 and 1 <= len(field.pattern) <= 80 and len(field.help) <= 120
    return bool(_FIELD.fullmatch(field.name)) and sizes


def _sells(plan: Plan) -> bool:
    return (
        0 < plan.amount <= 10**10 and 0 < plan.days <= 400 and 0 < len(plan.id) <= 40 and len(plan.name) <= 60
    )


def set_open(tx: Tx, admin: int, biller_id: int, *, on: bool) -> None:
    """For administrators. Raises what ``accounts.must_be_admin`` raises, NoSuchBiller."""
    accounts.must_be_admin(tx, admin)
    if not queries.set_open(tx, biller=biller_id, on=on):
        raise NoSuchBiller


def billers(tx: Tx) -> list[Biller]:
    """Those that can be paid, by category and name."""
    return queries.all_billers.all(tx, open_=True)


def biller(tx: Tx, biller_id: int) -> Biller:
    """Raises NoSuchBiller, BillerClosed."""
    found = queries.biller.first(tx, id=biller_id)
    if found is None:
        raise NoSuchBiller
    if not found.open:
        raise BillerClosed
    return found


def number_of(found: Biller, given: Mapping[str, str]) -> str:
    """The customer's number from what was typed into the biller's fields. Raises BadCustomer."""
    wrong = {}
    parts = []
    for field in found.fields:
        text = given.get(field.name, "").strip()
        if len(text) > 40 or not re.fullmatch(field.pattern, text):
            wrong[field.name] = field.help or "This is not as the biller writes it"
        parts.append(text)
    if wrong:
        raise BadCustomer(fields=wrong)
    return "/".join(parts)


# Bills


def fetch(tx: Tx, biller_id: int, given: Mapping[str, str]) -> Bill:
    """What is owed now. Raises NoSuchBiller, BillerClosed, BadCustomer, NoSuchBillCustomer."""
    found = biller(tx, biller_id)
    return _source(tx, found).fetch(tx, found, number_of(found, given))


def pay(
    tx: Tx,
    me: int,
    biller_id: int,
    given: Mapping[str, str],
    amount: int | None = None,
    *,
    plan_id: str = "",
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
) -> Receipt:
    """Pay a bill, or recharge. ``amount`` None: all of the bill, or what the plan costs.

    Raises what :func:`fetch` raises, NothingDue, BillAmount, NoSuchPlan, NoWallet, and what ``move`` raises.
    """
    found = biller(tx, biller_id)
    number = number_of(found, given)
    source = _source(tx, found)
    bill = source.lock(tx, found, number)
    plan = _plan(found, plan_id)
    due = _due(found, bill, plan, amount)
    payment_id = tx.next_id()
    reference = _reference(payment_id)
    if found.asks == "bill":
        parts = source.pay(tx, found, number, due)
    else:
        parts = source.recharge(tx, found, number, due, plan)
    # The row is there first: what hangs on the payment (a review's end) finds it.
    paid = Paid(
        payment_id, me, found.id, number, due, found.currency, reference, plan.name if plan else "", "held",
        parts, tx.now,
    )  # fmt: skip
    queries.add_paid(tx, **msgspec.structs.asdict(paid))
    return move(
        tx,
        Movement(
            kind="bill",
            actor=me,
            payer=wallets.party(tx, me, found.currency),
            payee=_party(tx, found),
            amount=due,
            currency=found.currency,
            subject=found.id,
            note=plan.name if plan is not None else number,
            detail={"name": found.name, "number": number, "reference": reference},
            device_id=device_id,
            proof=proof,
            id=payment_id,
        ),
    )


def paid(tx: Tx, me: int, payment_id: int) -> tuple[Paid, Biller]:
    """The receipt. Raises NoSuchBiller (there is none of mine)."""
    found = queries.paid_by_id.first(tx, id=payment_id)
    if found is None or found.person != me:
        raise NoSuchBiller("There is no such receipt, or it is not yours")
    of = queries.biller.first(tx, id=found.biller)
    assert of is not None
    return found, of


def history(tx: Tx, me: int, before: int = ids.MAX, limit: int = 20) -> list[tuple[Paid, Biller]]:
    """What I paid, newest first."""
    found = queries.paid_of.all(tx, person=me, before=before, limit=limit)
    known = {each.id: each for each in queries.billers_by_id.all(tx, ids=list({p.biller for p in found}))}
    return [(each, known[each.biller]) for each in found]


# Saved numbers


def save(
    tx: Tx, me: int, biller_id: int, given: Mapping[str, str], *, name: str = "", remind: bool = True
) -> None:
    """Keep a number, or change its name and whether I am reminded. Raises what :func:`fetch` raises,
    TooManySaved."""
    found = biller(tx, biller_id)
    number = number_of(found, given)
    kept = {field.name: given[field.name].strip() for field in found.fields}
    known = any(each.biller == found.id and each.number == number for each, _ in saved(tx, me))
    if not known and (queries.how_many_saved.first(tx, person=me) or 0) >= MOST_SAVED:
        raise TooManySaved
    queries.keep(
        tx, id=tx.next_id(), person=me, biller=found.id, number=number, given=kept,
        name=clean(name)[:60], remind=remind,
    )  # fmt: skip


def saved(tx: Tx, me: int) -> list[tuple[Saved, Biller]]:
    found = queries.saved_of.all(tx, person=me)
    known = {each.id: each for each in queries.billers_by_id.all(tx, ids=list({s.biller for s in found}))}
    return [(each, known[each.biller]) for each in found]


def forget(tx: Tx, me: int, saved_id: int) -> None:
    """Raises NoSuchSaved."""
    if not queries.drop_saved(tx, id=saved_id, person=me):
        raise NoSuchSaved


def remind_due(tx: Tx, after: int = 0, limit: int = 50) -> int | None:
    """Tell people of bills that are due in the next three days or over, once each; looks at some saved
    numbers, and gives the id to go on after (None: that was all)."""
    tx.must_write()
    found = queries.reminded.all(tx, after=after, limit=limit)
    known = {each.id: each for each in queries.billers_by_id.all(tx, ids=list({s.biller for s in found}))}
    for each in found:
        of = known[each.biller]
        if not of.open or of.asks != "bill":
            continue
        try:
            bill = _source(tx, of).fetch(tx, of, each.number)
        except NoSuchBillCustomer:
            continue
        if bill.due_at is None or bill.due_at > tx.now + REMIND_BEFORE or each.told_due >= bill.due_at:
            continue
        queries.told(tx, saved=each.id, due=bill.due_at)
        data = {
            "amount": money.text(bill.amount, bill.currency),
            "name": each.name or of.name,
            "day": clock.rfc3339(bill.due_at)[:10],
        }
        notifications.notify(tx, each.person, DUE.name, subject=each.id, data=data)
    return found[-1].id if len(found) == limit else None


# Inside


def _source(tx: Tx, found: Biller) -> Source:
    return tx.part(Sources).by_name[found.source]


def _plan(found: Biller, plan_id: str) -> Plan | None:
    if not plan_id:
        return None
    plan = next((each for each in found.plans if each.id == plan_id), None)
    if plan is None:
        raise NoSuchPlan
    return plan


def _due(found: Biller, bill: Bill, plan: Plan | None, amount: int | None) -> int:
    if found.asks == "bill":
        if not bill.amount:
            raise NothingDue
        due = bill.amount if amount is None else amount
        if not 0 < due <= bill.amount or (due < bill.amount and not found.part):
            words = "At most" if found.part else "Exactly"
            text = money.text(bill.amount, bill.currency)
            raise BillAmount(fields={"amount": f"{words} {text} can be paid"}, due=bill.amount)
        return due
    if plan is not None:
        if amount not in (None, plan.amount):
            raise BillAmount(fields={"amount": "The plan has its own price"})
        return plan.amount
    if found.asks == "plan":
        raise BillAmount(fields={"plan": "Choose a plan"})
    if amount is None or not found.least <= amount <= found.most:
        least, most = (money.text(each, found.currency) for each in (found.least, found.most))
        raise BillAmount(fields={"amount": f"Between {least} and {most}"})
    return amount


def _party(tx: Tx, found: Biller) -> Party:
    return Party(ledger.open_account(tx, 0, PURPOSE, found.currency, ref=found.id, kind="liability").id)


def _reference(payment_id: int) -> str:
    return "BL" + base64.b32encode(payment_id.to_bytes(8)).decode().rstrip("=")


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: a payment that was held for review is paid, or did not take place; one that
    was paid is given back."""
    found = queries.paid_by_id.first(tx, id=payment.id)
    if found is None:
        return
    if payment.refunded > found.refunded:
        _give_back(tx, found, payment.refunded)
    if before == payment.state or found.state != "held":
        return
    if payment.state == "done":
        queries.set_paid(tx, payment=found.payment_id, new_state="paid")
    elif payment.state in UNDONE:
        of = queries.biller.first(tx, id=found.biller)
        assert of is not None
        _source(tx, of).undo(tx, of, found.number, found.parts)
        queries.set_paid(tx, payment=found.payment_id, new_state="undone")


def _give_back(tx: Tx, found: Paid, refunded: int) -> None:
    """``refunded``: of all that was paid, how much is given back by now."""
    before, after = parts_back(found, found.refunded), parts_back(found, refunded)
    opened = {key: part - before.get(key, 0) for key, part in after.items() if part > before.get(key, 0)}
    of = queries.biller.first(tx, id=found.biller)
    assert of is not None
    if opened:
        _source(tx, of).undo(tx, of, found.number, opened)
    queries.set_refunded(tx, payment=found.payment_id, back=refunded)


def parts_back(found: Paid, refunded: int) -> dict[str, int]:
    """Which parts of what was paid are not any more, once so much of it was given back."""
    if "days" in found.parts:
        return {"days": found.parts["days"] * refunded // found.amount}
    back: dict[str, int] = {}
    for month in sorted(found.parts, reverse=True):
        back[month] = min(found.parts[month], refunded)
        refunded -= back[month]
    return back


def register(env: Env) -> None:
    env.part(Hooks).on_change("bill", changed)
    env.part(notifications.Kinds).add(DUE)
