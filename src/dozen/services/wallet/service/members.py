"""Somebody's wallets, for operators: what state they are in, blocking them and letting them go again."""

from __future__ import annotations

import msgspec

from dozen.core import accounts, ledger
from dozen.core.accounts import Actor, Card
from dozen.db import Tx
from dozen.services.wallet.errors import BadNumber
from dozen.services.wallet.errors.desk import NoSuchMember, NotOperator
from dozen.services.wallet.queries import members as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import desk, devices, limits, numbers, pins, tiers, wallets
from dozen.services.wallet.service.limits import Allowance
from dozen.services.wallet.structs import Device, Holder, Payment, Wallet

_LATEST = 10


class Pocket(msgspec.Struct, frozen=True):
    """One of their wallets."""

    wallet: Wallet
    allowance: Allowance
    balance: ledger.Balance | None
    """For administrators alone."""


class Member(msgspec.Struct, frozen=True):
    card: Card
    holder: Holder
    number: str
    """The mobile number, of which moderators see the last three digits. Empty: none is confirmed."""
    tier_name: str
    pin_locked_ms: int
    pockets: tuple[Pocket, ...]
    devices: tuple[Device, ...]
    latest: tuple[Payment, ...]
    """Their payments, for administrators alone."""


def find(tx: Tx, actor: Actor, text: str) -> Card:
    """Somebody with a wallet, by username; for administrators by mobile number as well. Raises
    NotOperator, NoSuchMember."""
    desk.must_be_staff(actor)
    card = accounts.by_username(tx, text.strip().lstrip("@"))
    if card is None and actor.admin:
        card = _by_number(tx, text.strip()[:40])
    if card is None or wallets.holder(tx, card.id) is None:
        raise NoSuchMember
    return card


def _by_number(tx: Tx, text: str) -> Card | None:
    try:
        phone = numbers.e164(text, numbers.region_of(wallets.home_currency(tx)))
    except BadNumber:
        return None
    person = people.by_phone.first(tx, phone=phone)
    return accounts.cards(tx, [person]).get(person) if person is not None else None


def blocked(tx: Tx, actor: Actor, limit: int = 50) -> list[Wallet]:
    """Those that were blocked last. Raises NotOperator."""
    desk.must_be_staff(actor)
    return queries.blocked.all(tx, limit=limit)


def member(tx: Tx, actor: Actor, username: str) -> Member:
    """Raises NotOperator, NoSuchMember."""
    desk.must_be_staff(actor)
    card = accounts.by_username(tx, username.lstrip("@"))
    holder = wallets.holder(tx, card.id) if card is not None else None
    if card is None or holder is None:
        raise NoSuchMember
    pockets = tuple(
        Pocket(
            each,
            limits.allowance(tx, holder, each.currency),
            wallets.balance(tx, each) if actor.admin else None,
        )
        for each in wallets.wallets_of(tx, card.id)
    )
    return Member(
        card=card,
        holder=holder,
        number=_number(holder, actor),
        tier_name=tiers.NAMES[max(0, min(holder.tier, tiers.TOP))],
        pin_locked_ms=pins.locked_for(tx, card.id),
        pockets=pockets,
        devices=tuple(devices.mine(tx, card.id)),
        latest=_latest(tx, card.id) if actor.admin else (),
    )


def _latest(tx: Tx, person: int) -> tuple[Payment, ...]:
    both = [
        *queries.paid.all(tx, person=person, limit=_LATEST),
        *queries.got.all(tx, person=person, limit=_LATEST),
    ]
    return tuple(sorted(both, key=lambda each: -each.id)[:_LATEST])


def _number(holder: Holder, actor: Actor) -> str:
    if holder.phone is None:
        return ""
    return numbers.shown(holder.phone) if actor.admin else f"… {holder.phone[-3:]}"


def may_block(tx: Tx, actor: Actor, person: int) -> None:
    """Moderators decide about members, administrators about everybody but themselves. Raises NotOperator."""
    if person == actor.person_id:
        raise NotOperator("Somebody else must decide about your own wallet")
    if actor.admin or person not in accounts.cards(tx, [person]):
        return
    if accounts.profile(tx, person).role != "member":
        raise NotOperator("Only administrators decide about the wallets of other operators")


def block(tx: Tx, actor: Actor, username: str, currency: str, reason: str, *, on: bool = True) -> Wallet:
    """Nothing moves in this wallet any more, or again. It is in the audit log, and they are told.

    Moderators may do so to members, administrators to everybody but themselves. Raises NotOperator,
    ReasonNeeded, NoSuchMember, NoWallet, BadState (it is closed).
    """
    desk.must_be_staff(actor)
    why = desk.reason(reason)
    card = accounts.by_username(tx, username.lstrip("@"))
    if card is None:
        raise NoSuchMember
    may_block(tx, actor, card.id)
    before = wallets.wallet(tx, card.id, currency)
    after = wallets.block(tx, card.id, currency, why if on else "", on=on)
    if before.state != after.state:
        desk.record(
            tx, actor.person_id, "block" if on else "unblock", after.id, why,
            before={"state": before.state}, after={"state": after.state, "person": str(card.id)},
        )  # fmt: skip
    return after
