"""The queue of payments that rules hold: who, why, what is known of them, and the decision.

A decision goes through :mod:`settling`, as any end of a held payment does; what is not decided within
``moving.REVIEW_LASTS`` goes back to its payer by itself.
"""

from __future__ import annotations

import msgspec

from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import ids
from dozen.services.wallet.errors import BadState, WalletBlocked, WalletFrozen
from dozen.services.wallet.errors.risk import FindingDecided, NoSuchFinding, OwnMatter
from dozen.services.wallet.queries import payments, people
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import desk, members, settling, wallets
from dozen.services.wallet.service.moving import REVIEW_LASTS
from dozen.services.wallet.service.risk import checking, features
from dozen.services.wallet.structs import Device, Holder, Payment, Wallet
from dozen.services.wallet.structs.risk import Features, Finding, FindingState

_HISTORY = 15
_DEVICES = 8
_AROUND = 60


class Use(msgspec.Struct, frozen=True):
    """Somebody who pays from one of the payer's devices."""

    device_id: int
    person: int
    since: int


class Case(msgspec.Struct, frozen=True):
    """All that an operator sees of one flagged payment."""

    finding: Finding
    payment: Payment | None
    """None: it was refused at once, and never made."""
    holder: Holder | None
    wallet: Wallet | None
    habits: Features
    usual: int
    """The amount in the middle of theirs, in the payment's currency; 0: not known yet."""
    devices: tuple[Device, ...]
    around: tuple[Use, ...]
    sent: tuple[Payment, ...]
    got: tuple[Payment, ...]
    earlier: tuple[Finding, ...]

    @property
    def until(self) -> int:
        """When it goes back by itself."""
        return ids.moment(self.finding.payment_id) + REVIEW_LASTS


def waiting(tx: Tx) -> int:
    """How many wait; counted up to a thousand."""
    return queries.how_many_open.first(tx) or 0


def queue(
    tx: Tx, actor: Actor, state: FindingState = "open", *, before: int | None = None, limit: int = 30
) -> list[Finding]:
    """Those that wait, the oldest first, where ``before`` is the id to go on after; others newest first.
    Raises NotOperator."""
    desk.must_be_staff(actor)
    if state == "open":
        return queries.findings_open.all(tx, after=before or 0, limit=limit)
    return queries.findings_in_state.all(tx, state=state, before=before or ids.MAX, limit=limit)


def case(tx: Tx, actor: Actor, payment_id: int) -> Case:
    """Raises NotOperator, NoSuchFinding."""
    desk.must_be_staff(actor)
    found = queries.finding.first(tx, payment=payment_id)
    if found is None:
        raise NoSuchFinding
    person = found.person
    row = queries.look.first(tx, person=person, device=0)
    assert row is not None
    habits = features.unpack(row[0])
    usual = habits.amounts.get(found.currency)
    return Case(
        finding=found,
        payment=payments.by_id.first(tx, id=payment_id),
        holder=people.holder.first(tx, person=person),
        wallet=wallets.find(tx, person, found.currency),
        habits=habits,
        usual=features.typical(usual) if usual is not None else 0,
        devices=tuple(people.devices_of.all(tx, person=person, limit=_DEVICES)),
        around=tuple(
            Use(*each) for each in queries.around.all(tx, person=person, devices=_DEVICES, limit=_AROUND)
        ),
        sent=tuple(queries.lately_sent.all(tx, person=person, before=payment_id, limit=_HISTORY)),
        got=tuple(queries.lately_got.all(tx, person=person, before=payment_id, limit=_HISTORY)),
        earlier=tuple(queries.findings_of.all(tx, person=person, before=payment_id, limit=_HISTORY)),
    )


def approve(tx: Tx, actor: Actor, payment_id: int, note: str) -> Finding:
    """Let a held payment go on. What it was becomes something that its payer does, and their device theirs.

    Not out of a wallet that its owner has frozen since, or that is blocked. Raises NotOperator, OwnMatter,
    NoSuchFinding, FindingDecided, ReasonNeeded, WalletFrozen, WalletBlocked, and what ``settling.release``
    raises (HoldExpired, BalanceCap, …): then it stays held.
    """
    found, why = _to_decide(tx, actor, payment_id, note)
    wallet = wallets.find(tx, found.person, found.currency)
    if wallet is not None and wallet.state == "frozen":  # whoever froze it may not have paid this
        raise WalletFrozen("Its owner has frozen the wallet since; ask them first")
    if wallet is not None and wallet.state == "blocked":
        raise WalletBlocked
    checking.learn(tx, found, ids.moment(payment_id))
    try:
        settling.release(tx, payment_id)
    except BadState as error:
        raise FindingDecided(state=found.state) from error
    return _signed(tx, actor, payment_id, why)


def decline(tx: Tx, actor: Actor, payment_id: int, note: str, *, block: bool = False) -> Finding:
    """A held payment does not take place; the money is the payer's again. ``block``: and nothing goes out of
    their wallet until somebody lets it go.

    Raises NotOperator, OwnMatter, NoSuchFinding, FindingDecided, ReasonNeeded.
    """
    found, why = _to_decide(tx, actor, payment_id, note)
    if block:
        members.may_block(tx, actor, found.person)
    try:
        settling.drop(tx, payment_id, "declined")
    except BadState as error:
        raise FindingDecided(state=found.state) from error
    if block:
        before = wallets.wallet(tx, found.person, found.currency)
        if before.state != "closed":
            wallets.block(tx, found.person, found.currency, why)
            desk.record(
                tx, actor.person_id, "wallet.blocked", before.id, why, before={"state": before.state},
                after={"state": "blocked"},
            )  # fmt: skip
    return _signed(tx, actor, payment_id, why)


def _to_decide(tx: Tx, actor: Actor, payment_id: int, note: str) -> tuple[Finding, str]:
    desk.must_be_staff(actor)
    tx.must_write()
    why = desk.reason(note)
    found = queries.finding.first(tx, payment=payment_id)
    if found is None:
        raise NoSuchFinding
    if actor.person_id in (found.person, found.payee):
        raise OwnMatter
    if found.state == "refused":
        raise FindingDecided(state=found.state)
    payment = settling.locked(tx, payment_id)  # its row first; then the finding is as it is now
    if payment.state != "review":
        now = queries.finding.first(tx, payment=payment_id)
        raise FindingDecided(state=now.state if now is not None else payment.state)
    return found, why


def _signed(tx: Tx, actor: Actor, payment_id: int, why: str) -> Finding:
    queries.sign(tx, payment=payment_id, by=actor.person_id, words=why)
    found = queries.finding.first(tx, payment=payment_id)
    assert found is not None
    desk.record(
        tx, actor.person_id, f"payment.{found.state}", payment_id, why,
        before={"state": "open"}, after={"state": found.state},
    )  # fmt: skip
    return found


def people_in(found: Case) -> set[int]:
    """Everybody whom a case names."""
    named = {found.finding.person, found.finding.payee, found.finding.decided_by}
    named |= {each.person for each in found.around}
    named |= {each.payee for each in found.sent} | {each.payer for each in found.got}
    return named - {0}
