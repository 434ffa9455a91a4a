"""The one way that money moves in this room.

``move(tx, Movement(…))`` takes every payment through the same steps, in this order: words and amounts, who
may act, the wallets' states, the PIN, limits, checks that other modules have hung on (:mod:`hooks`), risk
rules; then the ledger moves or holds the money, and the payment's row is written, counted and told. Each
step raises an error of :mod:`errors` when it must not go on, and then nothing is written.

What is held (for review, or until a shop captures it) goes on in :mod:`settling`; giving back in
:mod:`refunding`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from dozen.core import graph, ledger
from dozen.core.ledger import Leg
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.errors import Fault
from dozen.kit.text import clean
from dozen.services.wallet.errors import (
    BadAmount,
    BadNote,
    BalanceCap,
    CurrencyDiffers,
    InsufficientFunds,
    NotAllowed,
    NotRefundable,
    NoWallet,
    OwnWallet,
    PaymentRefused,
    PinNeeded,
    PinNotSet,
    ReceiverCannot,
    Unverified,
    WalletBlocked,
    WalletClosed,
    WalletFrozen,
)
from dozen.services.wallet.queries import payers, payments, people
from dozen.services.wallet.service import devices, limits, notes, pins, refusals, tiers
from dozen.services.wallet.service.hooks import Carried, Hooks
from dozen.services.wallet.service.movements import Draft, Movement, Standing
from dozen.services.wallet.structs import Holder, Kind, Payer, Payment, PaymentState, Receipt, Wallet

MOST_NOTE = 140
MOST_AMOUNT = 10**15
"""Minor units."""
REVIEW_LASTS = 7 * clock.DAY
"""After this a held payment goes back to its payer."""
LONGEST_AUTHORISATION = 30 * clock.DAY
ASKS_PIN: frozenset[Kind] = frozenset(
    ("person", "request", "merchant", "order", "bill", "withdraw", "refund")
)
"""Kinds for which whose money it is has to prove that it is them."""
REMEMBERED = (InsufficientFunds, PaymentRefused)
"""Refusals that an idempotency key keeps: asking again with it gives no other answer."""


def move(tx: Tx, movement: Movement) -> Receipt:
    """Move money, or hold it. Raises what any step raises; nothing has happened then."""
    tx.must_write()
    key = movement.key
    if key is None:
        return _move(tx, movement)
    m = movement
    print_ = ledger.fingerprint(
        m.kind, m.actor, m.payer.account, m.payee.account, m.amount, m.currency, m.note, m.subject, m.detail
    )
    answer = ledger.once(tx, key, print_, lambda tx: _move(tx, m), Receipt)
    return msgspec.structs.replace(answer.get(), replayed=answer.replayed)


def _move(tx: Tx, movement: Movement) -> Receipt:
    try:
        return _through(tx, movement)
    except Fault as fault:
        if not movement.quiet:
            refusals.count(tx.env, fault)
        raise


def _through(tx: Tx, movement: Movement) -> Receipt:
    movement = msgspec.structs.replace(movement, note=checked_note(movement.note))
    draft = Draft(movement, movement.id if movement.id is not None else tx.next_id())
    for step in STEPS:
        step(tx, draft)
    hooks = tx.part(Hooks)
    for check in hooks.checks:
        check(tx, draft)
    if not movement.quiet:
        draft.verdict = hooks.judge(tx, draft)
    if draft.verdict.say == "refuse":
        raise PaymentRefused
    return _carry_out(tx, draft)


# The steps


def _amounts(tx: Tx, draft: Draft) -> None:
    m = draft.movement
    check_amount(m.amount)
    if type(m.fee) is not int or not 0 <= m.fee <= m.amount:
        raise BadAmount("A fee is between nothing and the amount")
    same_person = m.payer.person and m.payer.person == m.payee.person
    # A shop may belong to who pays it.
    if m.payer.account == m.payee.account or (same_person and not m.payer.merchant and not m.payee.merchant):
        raise OwnWallet
    for side in (m.payer, m.payee):
        if ledger.account(tx, side.account).currency != m.currency:
            raise CurrencyDiffers
    if m.authorise_until is not None and not tx.now < m.authorise_until <= tx.now + LONGEST_AUTHORISATION:
        raise BadAmount("An authorisation lasts at most thirty days")


def _actor(tx: Tx, draft: Draft) -> None:
    m = draft.movement
    if m.payer.person and m.actor != m.payer.person and not isinstance(m.proof, Standing):
        raise NotAllowed("Only its owner pays from a wallet")


def _states(tx: Tx, draft: Draft) -> None:
    m = draft.movement
    if m.payer.person and m.payer.wallet is not None:
        draft.payer = _payer(tx, m)
        if not draft.ordered:
            must_pay_out(m.payer.wallet, draft.payer.holder)
        elif m.payer.wallet.state == "closed":
            raise WalletClosed
    if m.payee.wallet is not None and m.payee.wallet.state in ("blocked", "closed") and m.kind != "topup":
        raise ReceiverCannot  # but what came from outside is here already
    if (
        m.kind in ("person", "request")
        and not m.quiet
        and graph.is_blocked_either(tx, m.payer.person, m.payee.person)
    ):
        raise ReceiverCannot
    if m.device_id is not None and m.actor:
        devices.must_be_known(tx, m.actor, m.device_id)


def lock_payers(tx: Tx, people: Collection[int]) -> None:
    """As a payment locks its payer, for many: in one order, whatever they pay."""
    if tx.dialect == "postgresql":
        payers.lock_all.all(tx, people=people)


def ready(tx: Tx, currency: str, payments: Collection[tuple[int, int, int]]) -> None:
    """Read at once what will be asked of payers, who are locked (:func:`lock_payers`), and each of whom is
    there once: (payer, payee, device)."""
    if tx.dialect == "postgresql":
        people, payees, used = zip(*payments, strict=True)
        found = payers.payers.all(
            tx, people=people, payees=payees, devices=used, currency=currency, **_since(tx)
        )
    else:
        each = [_read_payer(tx, currency, *payment) for payment in payments]
        found = [payer for payer in each if payer is not None]
    by_person = {each.holder.person: each for each in found}
    for payment in payments:
        if (payer := by_person.get(payment[0])) is not None:
            tx.known[_payer_name(currency, *payment)] = payer


def _since(tx: Tx) -> dict[str, int]:
    return {"today": limits.day_of(tx.now), "start": limits.month_of(tx.now)}


def _payer_name(currency: str, payer: int, payee: int, device: int) -> tuple[str, str, int, int, int]:
    return ("wallet.payer", currency, payer, payee, device)


def _payer(tx: Tx, m: Movement) -> Payer:
    asked = (m.currency, m.payer.person, m.payee.person, m.device_id or 0)
    found: Payer | None = tx.known.pop(_payer_name(*asked), None)  # it stands for one payment alone
    if found is None:
        payers.lock(tx, person=m.payer.person)
        found = _read_payer(tx, *asked)
    if found is None:
        raise NoWallet
    return found


def _read_payer(tx: Tx, currency: str, person: int, payee: int, device: int) -> Payer | None:
    return payers.payer.first(tx, person=person, payee=payee, currency=currency, device=device, **_since(tx))


def must_pay_out(wallet: Wallet, holder: Holder) -> None:
    """Raises WalletClosed, WalletBlocked, WalletFrozen, Unverified."""
    if wallet.state == "closed":
        raise WalletClosed
    if wallet.state == "blocked":
        raise WalletBlocked
    if wallet.state == "frozen":
        raise WalletFrozen
    if not holder.verified:
        raise Unverified


def _pin(tx: Tx, draft: Draft) -> None:
    m = draft.movement
    if m.kind not in ASKS_PIN or draft.payer is None or isinstance(m.proof, Standing):
        return
    holder = draft.payer.holder
    if m.proof is None:
        raise PinNotSet if holder.pin_set_at is None else PinNeeded
    pins.accept(tx, m.proof, m.payer.person, passes=m.kind != "withdraw", holder=holder)


def _limits(tx: Tx, draft: Draft) -> None:
    m = draft.movement
    payer = draft.payer
    if payer is not None and m.kind in limits.COUNTED and not m.quiet:
        tier = tiers.allowed(tx, payer.holder.tier, m.currency)
        limits.check(limits.Allowance(tier, payer.own, payer.used), m.amount, m.currency)


STEPS = (_amounts, _actor, _states, _pin, _limits)


def check_amount(amount: int) -> None:
    """Raises BadAmount."""
    if type(amount) is not int or not 0 < amount <= MOST_AMOUNT:
        raise BadAmount(fields={"amount": BadAmount.title})


def checked_note(note: str) -> str:
    """As it is kept. Raises BadNote."""
    note = clean(note)
    if len(note) > MOST_NOTE:
        raise BadNote(fields={"note": BadNote.title})
    return note


# Carrying out


def _carry_out(tx: Tx, draft: Draft) -> Receipt:
    m = draft.movement
    payment = Payment(
        id=draft.payment_id,
        kind=m.kind,
        state="done",
        amount=m.amount,
        currency=m.currency,
        payer=m.payer.person,
        payee=m.payee.person,
        source=m.payer.account,
        target=m.payee.account,
        merchant=m.payer.merchant or m.payee.merchant,
        fee=m.fee,
        actor=m.actor,
        subject=m.subject or (m.refunds.id if m.refunds is not None else 0),
        note=m.note,
        device_id=m.device_id,
        transfer_id=None,
        hold_id=None,
        captured=0,
        refunded=0,
        detail=m.detail,
        flags=draft.verdict.reasons,
        authorise_until=m.authorise_until,
        changed_at=min(tx.now, draft.at),
    )
    if draft.verdict.say == "review":
        payment = _hold(tx, payment, "review", tx.now + REVIEW_LASTS)
    elif m.authorise_until is not None:
        payment = _hold(tx, payment, "authorised", m.authorise_until)
    else:
        tier = draft.payer.payee_tier if draft.payer is not None else None
        payment = carry(tx, payment, refunds=m.refunds, ordered=draft.ordered, payee_tier=tier)
    payments.add.soon(tx, **_row(payment))
    count(tx, payment)
    tx.part(Hooks).tell(tx, payment, None)
    if not m.quiet:
        notes.moved(tx, payment, None)
    return Receipt(payment, _balance_of(tx, payment))


def _hold(tx: Tx, payment: Payment, state: PaymentState, until: int) -> Payment:
    """Set the money aside. A payment to be captured by hand that is reviewed first is held as long."""
    hold = ledger.reserve(
        tx,
        payment.source,
        payment.amount,
        expires_at=max(until, payment.authorise_until or 0),
        kind=f"wallet.{payment.kind}",
        actor=payment.actor,
        subject=payment.id,
        memo=payment.note,
    )
    return msgspec.structs.replace(payment, state=state, hold_id=hold.id)


def carry(
    tx: Tx,
    payment: Payment,
    *,
    refunds: Payment | None = None,
    ordered: bool = False,
    payee_tier: int | None = None,
) -> Payment:
    """Move a payment's money as its kind is moved; the payment as it is then. ``ordered``: by an operator,
    out of a frozen wallet as well. ``payee_tier``: where it was read already."""
    carrier = tx.part(Hooks).carriers.get(payment.kind)
    if carrier is not None:
        done = carrier(tx, payment)
    elif refunds is not None:
        done = _give_back(tx, payment, refunds, ordered)
    else:
        done = _transfer(tx, payment, ordered, payee_tier)
    captured = payment.amount if done.state == "done" else 0
    return msgspec.structs.replace(payment, state=done.state, transfer_id=done.transfer_id, captured=captured)


def _transfer(tx: Tx, payment: Payment, ordered: bool, payee_tier: int | None) -> Carried:
    made = ledger.transfer(
        tx,
        (Leg(payment.source, -payment.amount), *legs_in(tx, payment, payment.amount, payment.fee)),
        kind=f"wallet.{payment.kind}",
        actor=payment.actor,
        subject=payment.id,
        memo=payment.note,
        id=payment.id,
        even_frozen=ordered,
    )
    check_cap(tx, payment, made, payee_tier)
    return Carried("done", made.id)


def _give_back(tx: Tx, payment: Payment, first: Payment, ordered: bool) -> Carried:
    if first.transfer_id is None or not payments.add_refunded(
        tx, payment=first.id, by=payment.amount, now=tx.now
    ):
        raise NotRefundable(left=first.refundable)
    made = ledger.reverse(
        tx,
        first.transfer_id,
        payment.amount,
        kind="wallet.refund",
        actor=payment.actor,
        memo=payment.note,
        even_frozen=ordered,
    )
    after = payments.by_id.first(tx, id=first.id)
    assert after is not None
    tx.part(Hooks).tell(tx, after, after.state)
    return Carried("done", made.id)


def legs_in(tx: Tx, payment: Payment, amount: int, fee: int) -> tuple[Leg, ...]:
    """Where an amount goes: the target, and the house if it keeps a fee."""
    legs = [Leg(payment.target, amount - fee)] if amount > fee else []
    if fee:
        legs.append(Leg(fees(tx, payment.currency), fee))
    return tuple(legs)


def fees(tx: Tx, currency: str) -> int:
    """The house's account of what it keeps of payments."""
    return ledger.house(tx, "wallet.fees", currency, "income").id


def check_cap(tx: Tx, payment: Payment, made: ledger.Transfer, tier: int | None = None) -> None:
    """The payee's wallet may hold what came. Looked at after the movement, so that two at once cannot
    both just fit. ``tier``: the payee's, where it was read already. Raises BalanceCap."""
    if not payment.payee or payment.kind in ("refund", "adjustment"):
        return
    if all(each.account_id != payment.target for each in made.postings):
        return  # the fee was all of it
    if tier is None:
        holder = people.holder.first(tx, person=payment.payee)
        if holder is None:
            return
        tier = holder.tier
    most = tiers.allowed(tx, tier, payment.currency).balance
    if most is not None and made.after(payment.target) > most:
        raise BalanceCap(most=most)


def count(tx: Tx, payment: Payment) -> None:
    """Count a new payment into its day: what is held counts as sent, and as received once it has moved."""
    counted: dict[int, dict[str, int]] = {}
    if payment.payer:
        counted[payment.payer] = {"sent": payment.amount}
    if payment.payee and payment.state == "done":
        counted.setdefault(payment.payee, {})["received"] = payment.captured
    limits.count_all(tx, payment.currency, payment.kind, ids.moment(payment.id), counted)


def _balance_of(tx: Tx, payment: Payment) -> int | None:
    """Of whose wallet it went out of, or for what comes from outside, into."""
    account = payment.source if payment.payer else payment.target if payment.payee else None
    return None if account is None else ledger.balance_now(tx, account)


def _row(payment: Payment) -> dict[str, Any]:
    row = msgspec.structs.asdict(payment)
    row["flags"] = list(payment.flags) or None
    return row
