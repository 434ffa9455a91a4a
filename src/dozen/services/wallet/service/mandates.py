"""Mandates: payments that recur by themselves, within a cap that their payer has approved with the PIN.

Each debit is announced a day before it is made; when the announcement comes late, so does the debit. A period
has one row in ``wallet_mandate_debits`` at most, written in the transaction that moves the money: whatever
runs twice, it pays once. Periods that were missed (paused, server down) are left out, not made up for.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from dozen.core import accounts, notifications
from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.env import Env
from dozen.kit.errors import Fault, Unavailable
from dozen.services.wallet.errors import OwnWallet, PinNeeded
from dozen.services.wallet.errors.bills import NothingDue
from dozen.services.wallet.errors.mandates import (
    BadMandate,
    BeyondCap,
    MandateOver,
    NoSuchMandate,
    TooManyMandates,
)
from dozen.services.wallet.queries import mandates as queries
from dozen.services.wallet.service import bills, merchants, notes, paying, pins, receivers, sending, wallets
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.service.moving import MOST_AMOUNT, checked_note
from dozen.services.wallet.structs.mandates import Debit, Every, Mandate, MandateState, Payee

MOST = 50
AHEAD = clock.DAY
RETRY = 6 * clock.HOUR
TRIES = 3
"""Of one period."""
FAILURES = 3
"""Periods in a row, then it stops."""
_MONTHS: dict[Every, int] = {"month": 1, "quarter": 3, "year": 12}
_LONGEST = 10 * 366 * clock.DAY
KINDS = (
    notes.kind("mandate_ahead", "Mandates, a day before", "Tomorrow {amount} will go to {name}"),
    notes.kind("mandate_failed", "Mandates that could not be paid", "{name} could not be paid: {what}"),
)


class NewMandate(msgspec.Struct, frozen=True, kw_only=True):
    payee_kind: Payee
    to: str = ""
    """A person: number, username or handle."""
    payee: int = 0
    """A shop's or a biller's id."""
    given: dict[str, str] = {}
    amount: int = 0
    """0 only for a biller: what the bill says."""
    cap: int
    every: Every
    start_at: int
    end_at: int | None = None
    note: str = ""


def make(tx: Tx, me: int, new: NewMandate, *, proof: pins.Proof | None) -> Mandate:
    """Approve a mandate. The first debit is at ``start_at``, at least a day ahead.

    Raises PinNeeded, WrongPin, BadMandate, TooManyMandates, NoWallet, OwnWallet, NoSuchReceiver,
    NoSuchMerchant, MerchantClosed, NoSuchBiller, BadCustomer.
    """
    if proof is None:
        raise PinNeeded
    pins.accept(tx, proof, me)
    currency = wallets.home_currency(tx)
    payee, name = _payee(tx, me, new, currency)
    wallets.wallet(tx, me, currency)
    wrong: dict[str, str] = {}
    if new.every not in get_args(Every):
        wrong["every"] = "Choose one of the list"
    if not 0 < new.cap <= MOST_AMOUNT:
        wrong["cap"] = "A cap is an amount above zero"
    elif not 0 <= new.amount <= new.cap:
        wrong["amount"] = "At most the cap"
    elif not new.amount and new.payee_kind != "biller":
        wrong["amount"] = "Say how much"
    if not tx.now + AHEAD <= new.start_at <= tx.now + 400 * clock.DAY:
        wrong["start_at"] = "At the earliest in a day, at the latest in a year"
    elif new.end_at is not None and not new.start_at < new.end_at <= tx.now + _LONGEST:
        wrong["end_at"] = "After the first payment, within ten years"
    if wrong:
        raise BadMandate(fields=wrong)
    if (queries.how_many.first(tx, person=me) or 0) >= MOST:
        raise TooManyMandates
    made = Mandate(
        id=tx.next_id(), person=me, payee_kind=new.payee_kind, payee=payee, name=name, given=new.given,
        currency=currency, amount=new.amount, cap=new.cap, every=new.every, note=checked_note(new.note),
        state="active", start_at=new.start_at, end_at=new.end_at, period=0, next_at=new.start_at,
        announced=False, tries=0, failures=0, made_at=tx.now, changed_at=tx.now,
    )  # fmt: skip
    queries.add(tx, **msgspec.structs.asdict(made))
    notes.security(
        tx, me, f"{name} is paid by itself from now on, up to {money.text(made.cap, currency)} each time"
    )
    return made


def pause(tx: Tx, me: int, mandate_id: int) -> Mandate:
    """Nothing goes out until :func:`resume`. Raises NoSuchMandate, MandateOver."""
    found = _mine(tx, me, mandate_id)
    if found.state == "paused":
        return found
    _must_be(found, "active")
    return _put(tx, found, state="paused", announced=False, tries=0)


def resume(tx: Tx, me: int, mandate_id: int, *, proof: pins.Proof | None) -> Mandate:
    """Go on with the next period that is at least a day ahead; also one that had stopped.

    Raises PinNeeded, WrongPin, NoSuchMandate, MandateOver.
    """
    if proof is None:
        raise PinNeeded
    pins.accept(tx, proof, me)
    found = _mine(tx, me, mandate_id)
    if found.state == "active":
        return found
    _must_be(found, "paused", "stopped")
    found = msgspec.structs.replace(found, state="active", failures=0, tries=0, announced=False)
    if found.next_at >= tx.now + AHEAD:
        return _put(tx, found)
    return _advance(tx, found, tx.now + AHEAD - 1)


def cancel(tx: Tx, me: int, mandate_id: int) -> Mandate:
    """For good. Raises NoSuchMandate, MandateOver (it has ended)."""
    found = _mine(tx, me, mandate_id)
    if found.state == "canceled":
        return found
    _must_be(found, "active", "paused", "stopped")
    return _put(tx, found, state="canceled", announced=False)


def one(tx: Tx, me: int, mandate_id: int) -> Mandate:
    """Raises NoSuchMandate."""
    found = queries.by_id.first(tx, id=mandate_id)
    if found is None or found.person != me:
        raise NoSuchMandate
    return found


def of(tx: Tx, me: int) -> list[Mandate]:
    """Mine, newest first; over ones, too."""
    return queries.of_person.all(tx, person=me, limit=200)


def debits(tx: Tx, me: int, mandate_id: int) -> list[Debit]:
    """What became of its periods, the latest first. Raises NoSuchMandate."""
    one(tx, me, mandate_id)
    return queries.debits_of.all(tx, mandate=mandate_id, limit=100)


# By the clock


def announce(tx: Tx, limit: int = 50) -> bool:
    """Tell payers of what goes out in a day; True while there may be more."""
    tx.must_write()
    found = queries.due.all(tx, until=tx.now + AHEAD, is_announced=False, limit=limit)
    for each in found:
        mandate = queries.by_id_for_update.first(tx, id=each.id)
        if mandate is None or mandate.state != "active" or mandate.announced:
            continue
        amount = (
            f"up to {_text(mandate, mandate.cap)}" if not mandate.amount else _text(mandate, mandate.amount)
        )
        data = {"amount": amount, "name": mandate.name}
        notifications.notify(tx, mandate.person, "wallet.mandate_ahead", subject=mandate.id, data=data)
        _put(tx, mandate, announced=True, next_at=max(mandate.next_at, tx.now + AHEAD))
    return len(found) == limit


def due(tx: Tx, limit: int = 50) -> list[int]:
    """Ids of mandates whose announced debit is to be made now."""
    return [each.id for each in queries.due.all(tx, until=tx.now, is_announced=True, limit=limit)]


def debit(tx: Tx, mandate_id: int) -> Debit | None:
    """Make a mandate's debit, if it is due; None when it is not, or will be tried again."""
    tx.must_write()
    mandate = queries.by_id_for_update.first(tx, id=mandate_id)
    if mandate is None or mandate.state != "active" or not mandate.announced or mandate.next_at > tx.now:
        return None
    try:
        with tx.savepoint():
            amount, payment = _pay(tx, mandate)
    except Unavailable:
        raise
    except NothingDue as fault:
        return _end_period(tx, mandate, "nothing", 0, None, fault.code)
    except Fault as fault:
        return _failed(tx, mandate, fault)
    return _end_period(tx, mandate, "paid", amount, payment, "")


# Inside


def _payee(tx: Tx, me: int, new: NewMandate, currency: str) -> tuple[int, str]:
    if new.payee_kind == "person":
        found = receivers.find(tx, me, new.to, currency)
        if found.person == me:
            raise OwnWallet(fields={"to": OwnWallet.title})
        return found.person, found.card.name or f"@{found.card.username}"
    if new.payee_kind == "shop":
        shop = merchants.merchant(tx, new.payee)
        merchants.must_be_open(shop)
        return shop.id, shop.name
    biller = bills.biller(tx, new.payee)
    bills.number_of(biller, new.given)
    if biller.asks == "plan" or (biller.asks == "any") != bool(new.amount) or biller.currency != currency:
        raise BadMandate(fields={"payee": "This biller cannot be paid so by itself"})
    return biller.id, biller.name


def _pay(tx: Tx, mandate: Mandate) -> tuple[int, int]:
    """Amount and payment."""
    standing = Standing("mandate", mandate.id)
    if mandate.payee_kind == "person":
        made = sending.send(
            tx,
            mandate.person,
            mandate.payee,
            mandate.amount,
            mandate.currency,
            note=mandate.note,
            proof=standing,
        )
        return mandate.amount, made.payment.id
    if mandate.payee_kind == "shop":
        intent = paying.pay(
            tx, mandate.person, mandate.payee, mandate.amount, mandate.currency,
            reference=f"mandate {mandate.id}", description=mandate.note,
            metadata={"mandate": str(mandate.id)}, proof=standing,
        )  # fmt: skip
        assert intent.payment_id is not None
        return mandate.amount, intent.payment_id
    wanted = mandate.amount or bills.fetch(tx, mandate.payee, mandate.given).amount
    if wanted > mandate.cap:
        raise BeyondCap
    made = bills.pay(tx, mandate.person, mandate.payee, mandate.given, mandate.amount or None, proof=standing)
    if made.payment.amount > mandate.cap:
        raise BeyondCap
    return made.payment.amount, made.payment.id


def _failed(tx: Tx, mandate: Mandate, fault: Fault) -> Debit | None:
    if mandate.tries + 1 < TRIES:
        _put(tx, mandate, tries=mandate.tries + 1, next_at=tx.now + RETRY)
        return None
    data = {"name": mandate.name, "what": fault.title}
    notifications.notify(tx, mandate.person, "wallet.mandate_failed", subject=mandate.id, data=data)
    return _end_period(tx, mandate, "failed", 0, None, fault.code)


def _end_period(tx: Tx, mandate: Mandate, state: str, amount: int, payment: int | None, why: str) -> Debit:
    made = Debit(mandate.id, mandate.period, state, amount, payment, why, tx.now)  # type: ignore[arg-type]
    queries.add_debit(tx, **msgspec.structs.asdict(made))
    failures = mandate.failures + 1 if state == "failed" else 0
    after = msgspec.structs.replace(mandate, failures=failures, tries=0, announced=False)
    if failures >= FAILURES:
        after = msgspec.structs.replace(after, state="stopped")
    _advance(tx, after, tx.now)
    return made


def _advance(tx: Tx, mandate: Mandate, after: int) -> Mandate:
    """To the first period that has no debit and begins after a moment; the end where there is none."""
    period = mandate.period
    if any(each.period == period for each in queries.debits_of.all(tx, mandate=mandate.id, limit=1)):
        period += 1
    while moment_of(mandate.start_at, mandate.every, period) <= after:
        period += 1
    next_at = moment_of(mandate.start_at, mandate.every, period)
    state: MandateState = mandate.state
    if mandate.end_at is not None and next_at >= mandate.end_at:
        state = "ended"
    return _put(tx, mandate, period=period, next_at=next_at, state=state)


def moment_of(start_at: int, every: Every, period: int) -> int:
    """When a period begins; months keep their day, or the last one that there is."""
    if every == "week":
        return start_at + period * 7 * clock.DAY
    return clock.add_months(start_at, _MONTHS[every] * period)


def _text(mandate: Mandate, amount: int) -> str:
    return money.text(amount, mandate.currency)


def _mine(tx: Tx, me: int, mandate_id: int) -> Mandate:
    tx.must_write()
    found = queries.by_id_for_update.first(tx, id=mandate_id)
    if found is None or found.person != me:
        raise NoSuchMandate
    accounts.must_be_active(tx, me)
    return found


def _must_be(found: Mandate, *states: MandateState) -> None:
    if found.state not in states:
        raise MandateOver(state=found.state)


def _put(tx: Tx, found: Mandate, **fields: object) -> Mandate:
    after = msgspec.structs.replace(found, **fields, changed_at=tx.now)
    queries.change(
        tx, mandate_=after.id, new_state=after.state, new_period=after.period, then=after.next_at,
        is_announced=after.announced, new_tries=after.tries, new_failures=after.failures, now=tx.now,
    )  # fmt: skip
    return after


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)
