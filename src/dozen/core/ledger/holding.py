"""Holds: money is reserved, then captured in one or more parts, released, or free again when time is up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger.applying import Change, Movement
from dozen.core.ledger.errors import (
    BadExpiry,
    BadTransfer,
    CaptureTooLarge,
    CurrencyMismatch,
    HoldClosed,
    HoldExpired,
    HoldsNotPossible,
    NoSuchHold,
)
from dozen.core.ledger.expiring import release
from dozen.core.ledger.keys import fingerprint, once
from dozen.core.ledger.moving import MOST_LEGS, check_amount, encode_data, find_all, lock, make, write
from dozen.core.ledger.opening import account
from dozen.core.ledger.structs import Captured, Hold, HoldState, Key, Leg
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.ids import MAX

LONGEST_HOLD = 400 * clock.DAY
"""Milliseconds. For bookings that are paid long ahead."""


def reserve(
    tx: Tx,
    account_id: int,
    amount: int,
    *,
    expires_at: int,
    kind: str,
    actor: int = 0,
    subject: int = 0,
    memo: str = "",
    data: Any = None,
    key: Key | None = None,
) -> Hold:
    """Set money aside on an account until ``expires_at`` (ms): nothing else can take it meanwhile.

    Raises InsufficientFunds, AccountFrozen, AccountClosed, NoSuchAccount, HoldsNotPossible (an account with
    lanes), BadAmount, BadExpiry, BadTransfer, KeyReused, BadKey.
    """
    if key is not None:
        given: dict[str, Any] = {
            "expires_at": expires_at, "kind": kind, "actor": actor, "subject": subject,
            "memo": memo, "data": data,
        }  # fmt: skip
        # When it ends is not part of what is asked: clients that ask again count from now.
        print_ = fingerprint("reserve", account_id, amount, {**given, "expires_at": 0})
        return once(tx, key, print_, lambda tx: reserve(tx, account_id, amount, **given), Hold).get()
    check_amount(amount)
    if not tx.now < expires_at <= tx.now + LONGEST_HOLD:
        raise BadExpiry
    where = account(tx, account_id)
    if where.lanes:
        raise HoldsNotPossible
    made = Hold(
        tx.next_id(),
        account_id,
        amount,
        0,
        "open",
        kind,
        actor,
        subject,
        memo,
        data,
        tx.now,
        expires_at,
        None,
    )
    text = encode_data(data)
    make(tx, Movement(made.id, tx.now, kind, (Change(where, 0, amount),), memo=memo, data=text))
    queries.add_hold(
        tx, id=made.id, account_id=account_id, amount=amount, kind=kind, actor=actor, subject=subject,
        memo=memo, data=text, at=tx.now, expires_at=expires_at,
    )  # fmt: skip
    return made


def capture(
    tx: Tx,
    hold_id: int,
    to: int | Sequence[Leg],
    amount: int | None = None,
    *,
    keep_rest: bool = False,
    kind: str | None = None,
    actor: int = 0,
    memo: str | None = None,
    data: Any = None,
    key: Key | None = None,
) -> Captured:
    """Move what was reserved, or a part of it: ``to`` an account, or to several (legs above zero).

    ``amount`` is all that is left of the hold (or what the legs sum up to) unless given. What remains is
    free again, or with ``keep_rest`` stays reserved for more captures. Kind, subject and memo are the
    hold's unless given. It works on an account that nothing may go out of otherwise (``no_out``).

    Raises NoSuchHold, HoldClosed, HoldExpired, CaptureTooLarge, AccountFrozen, and what transfers raise.
    """
    if key is not None:
        given: dict[str, Any] = {
            "keep_rest": keep_rest, "kind": kind, "actor": actor, "memo": memo, "data": data
        }  # fmt: skip
        print_ = fingerprint("capture", hold_id, to, amount, given)
        answer = once(tx, key, print_, lambda tx: capture(tx, hold_id, to, amount, **given), Captured)
        found = answer.get()
        if not answer.replayed:
            return found
        again = msgspec.structs.replace(found.transfer, replayed=True)
        return msgspec.structs.replace(found, transfer=again)
    hold = _open(tx, hold_id)
    if tx.now >= hold.expires_at:
        raise HoldExpired
    legs, total = _targets(hold, to, amount)
    if total > hold.rest:
        raise CaptureTooLarge(rest=hold.rest)
    accounts = find_all(tx, [hold.account_id, *(leg.account_id for leg in legs)])
    if len({each.currency for each in accounts.values()}) > 1:
        raise CurrencyMismatch
    taken = hold.captured + total
    goes_on = keep_rest and taken < hold.amount
    left = hold.amount - taken if goes_on else 0
    after = msgspec.structs.replace(
        hold,
        captured=taken,
        state="open" if goes_on else "captured",
        closed_at=None if goes_on else tx.now,
    )
    queries.put_hold(tx, this=hold.id, taken=taken, now=after.state, closed=after.closed_at)
    made = write(
        tx,
        Movement(
            tx.next_id(),
            tx.now,
            kind or hold.kind,
            (
                Change(accounts[hold.account_id], -total, left - hold.rest),
                *(Change(accounts[leg.account_id], leg.amount) for leg in legs),
            ),
            actor=actor or hold.actor,
            subject=hold.subject,
            memo=hold.memo if memo is None else memo,
            data=encode_data(data),
            hold_id=hold.id,
        ),
    )
    return Captured(after, made)


def _targets(hold: Hold, to: int | Sequence[Leg], amount: int | None) -> tuple[Sequence[Leg], int]:
    if isinstance(to, int):
        total = hold.rest if amount is None else amount
        check_amount(total)
        return (Leg(to, total),), total
    if not 1 <= len(to) < MOST_LEGS:
        raise BadTransfer(f"A capture goes to 1 to {MOST_LEGS - 1} accounts")
    for leg in to:
        check_amount(leg.amount)
    total = sum(leg.amount for leg in to)
    if amount is not None and amount != total:
        raise BadTransfer("The legs do not sum up to the amount")
    check_amount(total)
    return to, total


def void(tx: Tx, hold_id: int) -> Hold:
    """Release what is left of a hold; one that was released before stays so. Raises NoSuchHold, HoldClosed
    (it was captured)."""
    hold = _locked(tx, hold_id)
    if hold.state in ("voided", "expired"):
        return hold
    if hold.state != "open":
        raise HoldClosed
    state: HoldState = "expired" if tx.now >= hold.expires_at else "voided"
    release(tx, hold, state)
    return msgspec.structs.replace(hold, state=state, closed_at=tx.now)


def _locked(tx: Tx, hold_id: int) -> Hold:
    tx.must_write()
    hold = queries.hold_for_update.first(tx, id=hold_id)
    if hold is None:
        raise NoSuchHold
    return hold


def _open(tx: Tx, hold_id: int) -> Hold:
    hold = _locked(tx, hold_id)
    if hold.state == "expired":
        raise HoldExpired
    if hold.state != "open":
        raise HoldClosed
    return hold


def one_hold(tx: Tx, hold_id: int) -> Hold:
    """As it counts now: ``expired`` as soon as its time is over, even before it is released. NoSuchHold."""
    hold = queries.hold_by_id.first(tx, id=hold_id)
    if hold is None:
        raise NoSuchHold
    if hold.state == "open" and tx.now >= hold.expires_at:
        return msgspec.structs.replace(hold, state="expired", closed_at=hold.expires_at)
    return hold


def holds(tx: Tx, account_id: int, *, before: int | None = None, limit: int = 50) -> list[Hold]:
    """Open holds of an account whose time is not over, newest first; ``before`` is a hold's id."""
    return queries.open_holds.all(tx, account_id=account_id, before=before or MAX, limit=limit, now=tx.now)


def expire(tx: Tx, limit: int = 100) -> bool:
    """Release holds whose time is over, a bounded number at a time; True when there may be more."""
    tx.must_write()
    found = queries.expired.all(tx, now=tx.now, limit=limit)
    lock(tx, {hold.account_id for hold in found})
    for hold in found:
        release(tx, hold, "expired")
    return len(found) == limit
