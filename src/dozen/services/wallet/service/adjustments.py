"""Corrections of the books by a journal entry: one administrator proposes, another approves.

Nothing moves before the approval, and then once: the row is locked, its state allows one decision, the
database refuses an approval by who proposed, and the ledger keeps the adjustment's key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from dozen.core import accounts, ledger, notifications
from dozen.core.accounts import Actor
from dozen.core.ledger import MOST_AMOUNT, Leg
from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.desk import (
    AdjustmentDecided,
    AdjustmentExpired,
    BadAdjustment,
    NoSuchAdjustment,
    SamePerson,
)
from dozen.services.wallet.queries import adjustments as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import desk, tiers, unclaimed, wallets
from dozen.services.wallet.structs.adjustments import Adjustment, AdjustmentState, NewLeg

LASTS = 7 * clock.DAY
MOST_LEGS = 20
KIND = "wallet.adjustment"
"""Of the transfers in the ledger; their subject is the adjustment's id, and so is what their data names."""
PURPOSE = "wallet.adjustments"
"""Of the house's account that stands against what is put right: an expense."""
_EXPIRED_AT_ONCE = 50
_HOUSE = 5_000
"""Accounts of the house's that are looked through."""
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


class Followers:
    """What else happens when an adjustment is posted, in this process."""

    def __init__(self) -> None:
        self.fns: list[Callable[[Tx, Actor, Adjustment], None]] = []

    @classmethod
    def build(cls, env: Env) -> Followers:
        return cls()

    def add(self, fn: Callable[[Tx, Actor, Adjustment], None]) -> None:
        """``fn`` is called in the transaction of the approval; it may raise, then nothing is posted."""
        if fn not in self.fns:
            self.fns.append(fn)


def propose(
    tx: Tx, actor: Actor, currency: str, reason: str, legs: Sequence[NewLeg], *, left_by: int = 0
) -> Adjustment:
    """``left_by``: who is gone and left what it takes; see :mod:`unclaimed`.

    Raises NotOperator, ReasonNeeded, BadAdjustment (``fields``: ``currency``, ``left_by``, ``legs``, or
    ``leg-0``, ``leg-1``, … for one of them)."""
    desk.must_be_admin(actor)
    why = desk.reason(reason)
    must_be_kept(tx, currency)
    found = _checked(tx, currency, legs)
    taken = unclaimed.taken_by(tx, found, currency)
    unclaimed.check(tx, left_by, taken, currency)
    made = Adjustment(
        id=tx.next_id(),
        currency=currency,
        reason=why,
        legs=found,
        state="proposed",
        proposed_by=actor.person_id,
        expires_at=tx.now + LASTS,
        decided_by=None,
        decided_at=None,
        note="",
        transfer_id=None,
    )
    row = msgspec.structs.asdict(made) | {"legs": _plain(made)}
    queries.add(tx, **row)
    if taken:
        unclaimed.keep(tx, made, left_by, taken)
    desk.record(
        tx, actor.person_id, "adjustment.propose", made.id, why,
        after={"currency": currency, "legs": [[str(a), n] for a, n in _plain(made)]}
        | ({"left_by": str(left_by)} if taken else {}),
    )  # fmt: skip
    return made


def must_be_kept(tx: Tx, currency: str) -> None:
    """Raises BadAdjustment for a currency that this installation has no wallets in, and no accounts of the
    house's from a time when it had: an adjustment would open the first one."""
    if currency in tiers.currencies(tx):
        return
    house = ledger.accounts_of(tx, 0, limit=_HOUSE)
    if not any(each.currency == currency and each.purpose != PURPOSE for each in house):
        raise BadAdjustment(fields={"currency": f"No money is kept in {currency[:3]} here"})


def _plain(made: Adjustment) -> list[list[int]]:
    return [[leg.account_id, leg.amount] for leg in made.legs]


def _checked(tx: Tx, currency: str, legs: Sequence[NewLeg]) -> tuple[Leg, ...]:
    wrong: dict[str, str] = {}
    out: list[Leg] = []
    for n, leg in enumerate(legs):
        try:
            where = account_named(tx, leg.account, currency)
        except BadAdjustment as fault:
            wrong[f"leg-{n}"] = fault.detail
            continue
        if type(leg.amount) is not int or not 0 < abs(leg.amount) <= MOST_AMOUNT:
            wrong[f"leg-{n}"] = "This is not an amount"
        elif where.currency != currency:
            wrong[f"leg-{n}"] = f"This account is kept in {where.currency}"
        elif any(each.account_id == where.id for each in out):
            wrong[f"leg-{n}"] = "This account is there twice"
        else:
            out.append(Leg(where.id, leg.amount))
    if not wrong:
        if not 2 <= len(legs) <= MOST_LEGS:
            wrong["legs"] = f"An adjustment has 2 to {MOST_LEGS} sides"
        elif off := sum(leg.amount for leg in out):
            less = "goes in than comes out" if off > 0 else "comes out than goes in"
            wrong["legs"] = f"The sides must come to zero: {money.text(abs(off), currency)} more {less}"
    if wrong:
        raise BadAdjustment(fields=wrong)
    return tuple(out)


def account_named(tx: Tx, text: str, currency: str) -> ledger.Account:
    """By id, as somebody's wallet (``@ada``), or by the purpose of the house's own. Raises BadAdjustment."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= ids.MAX:
        found = ledger.accounts_by_id(tx, [int(text)]).get(int(text))
        if found is None:
            raise BadAdjustment("There is no account with this id")
        return found
    if text.startswith("@"):
        card = accounts.by_username(tx, text[1:])
        wallet = wallets.find(tx, card.id, currency) if card is not None else None
        if wallet is None:
            raise BadAdjustment(f"{text[:40]} has no wallet in {currency[:3]}")
        return ledger.account(tx, wallet.account_id)
    if text == PURPOSE:
        must_be_kept(tx, currency)
        return ledger.house(tx, PURPOSE, currency, "expense")
    own = ledger.find_account(tx, 0, text, currency) if _PURPOSE.fullmatch(text) else None
    if own is None:
        raise BadAdjustment("Name an account by its id, a wallet as @name, or the house's by its purpose")
    return own


def approve(tx: Tx, actor: Actor, adjustment_id: int, note: str = "") -> Adjustment:
    """Post it. Raises NotOperator, NoSuchAdjustment, SamePerson, AdjustmentDecided, AdjustmentExpired,
    LeftLess, what the ledger raises (InsufficientFunds, AccountClosed), and what :class:`Followers` raise:
    then it stays proposed."""
    desk.must_be_admin(actor)
    found = _open(tx, adjustment_id)
    if found.proposed_by == actor.person_id:
        raise SamePerson
    made = ledger.transfer(
        tx,
        found.legs,
        kind=KIND,
        actor=actor.person_id,
        subject=found.id,
        memo=found.reason,
        data={"adjustment": str(found.id), "proposed_by": str(found.proposed_by)},
        key=ledger.Key("wallet.adjustments", 0, str(found.id)),
        even_frozen=True,
    )
    done = _decide(tx, found, "approved", actor.person_id, note, made.id)
    unclaimed.posted(tx, found)
    for follow in tx.part(Followers).fns:
        follow(tx, actor, found)
    _tell(tx, found, made.id)
    return done


def reject(tx: Tx, actor: Actor, adjustment_id: int, note: str) -> Adjustment:
    """It shall not be; who proposed it withdraws it so. Raises NotOperator, ReasonNeeded, NoSuchAdjustment,
    AdjustmentDecided, AdjustmentExpired."""
    desk.must_be_admin(actor)
    said = desk.reason(note)
    found = _open(tx, adjustment_id)
    own = found.proposed_by == actor.person_id
    return _decide(tx, found, "withdrawn" if own else "rejected", actor.person_id, said)


def _open(tx: Tx, adjustment_id: int) -> Adjustment:
    tx.must_write()
    found = queries.for_update.first(tx, id=adjustment_id)
    if found is None:
        raise NoSuchAdjustment
    if found.state == "expired" or (found.state == "proposed" and tx.now >= found.expires_at):
        raise AdjustmentExpired
    if found.state != "proposed":
        raise AdjustmentDecided(state=found.state)
    return found


def _decide(
    tx: Tx, found: Adjustment, state: AdjustmentState, by: int, note: str, entry: int | None = None
) -> Adjustment:
    said = clean(note)[: desk.LONGEST]
    if not queries.decide(
        tx, this=found.id, outcome=state, by=by or None, now=tx.now, said=said, entry=entry
    ):
        raise AdjustmentDecided
    desk.record(
        tx, by, f"adjustment.{state}", found.id, said, before={"state": found.state},
        after={"state": state, "transfer": str(entry) if entry else None},
    )  # fmt: skip
    done = queries.one.first(tx, id=found.id)
    assert done is not None
    return done


def _tell(tx: Tx, found: Adjustment, transfer: int) -> None:
    """Those whose wallets it touches."""
    amounts = {leg.account_id: leg.amount for leg in found.legs}
    touched = people.wallets_by_account.all(tx, accounts=list(amounts))
    here = accounts.cards(tx, {wallet.owner for wallet in touched})
    for wallet in touched:
        if wallet.owner not in here:
            continue
        amount = amounts[wallet.account_id]
        shown = ("-" if amount < 0 else "") + money.text(abs(amount), found.currency)
        data = {"amount": shown, "name": "the house"}
        notifications.notify(tx, wallet.owner, "wallet.adjusted", subject=transfer, data=data)


def expire(tx: Tx) -> bool:
    """End those that nobody approved in time; whether there may be more."""
    over = queries.over.all(tx, now=tx.now, limit=_EXPIRED_AT_ONCE)
    for each in over:
        found = queries.for_update.first(tx, id=each)
        if found is not None and found.state == "proposed":
            _decide(tx, found, "expired", 0, "nobody approved it in time")
    return len(over) == _EXPIRED_AT_ONCE


def get(tx: Tx, actor: Actor, adjustment_id: int) -> Adjustment:
    """Raises NotOperator, NoSuchAdjustment."""
    desk.must_be_admin(actor)
    found = queries.one.first(tx, id=adjustment_id)
    if found is None:
        raise NoSuchAdjustment
    return found


def listed(
    tx: Tx, actor: Actor, *, waiting_only: bool = False, before: int | None = None, limit: int = 50
) -> list[Adjustment]:
    """The latest first; those that wait for a decision, or all. Raises NotOperator."""
    desk.must_be_admin(actor)
    given = {"before": before or ids.MAX, "limit": min(limit, 200)}
    return queries.proposed.all(tx, now=tx.now, **given) if waiting_only else queries.latest.all(tx, **given)


def waiting(tx: Tx) -> int:
    """How many wait for a decision."""
    return queries.waiting.first(tx, now=tx.now) or 0
