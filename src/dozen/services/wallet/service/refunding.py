"""Giving money back: who was paid gives back, in part or whole, never more than came."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts
from dozen.db import Tx
from dozen.services.wallet.errors import NotAllowed, NotRefundable
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import settling
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import check_amount, move
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Kind, Payment, Receipt

REFUNDABLE: frozenset[Kind] = frozenset(("person", "request", "merchant", "order", "bill"))


def refund(
    tx: Tx,
    actor: int,
    payment_id: int,
    amount: int | None = None,
    *,
    note: str = "",
    detail: Any = None,
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
) -> Receipt:
    """Give back what a payment brought, or ``amount`` of it.

    Who got it does so with their PIN; for a shop or an operator the caller has checked that they may, and
    gives a :class:`Standing`. A fee that the house kept goes back in the same share.
    Raises NoSuchPayment, NotAllowed, NotRefundable, and what :func:`move` raises.
    """
    payment = settling.locked(tx, payment_id)
    if not isinstance(proof, Standing) and (payment.merchant or actor != payment.payee):
        raise NotAllowed("Only who got the money can give it back")
    give = payment.refundable if amount is None else amount
    if amount is not None:
        check_amount(amount)
    if payment.kind not in REFUNDABLE or not 0 < give <= payment.refundable:
        raise NotRefundable(left=payment.refundable if payment.kind in REFUNDABLE else 0)
    return move(
        tx,
        Movement(
            kind="refund",
            actor=actor,
            payer=_giver(tx, payment, proof),
            payee=_side(tx, payment, payment.source, payment.payer),
            amount=give,
            currency=payment.currency,
            note=note,
            detail=detail,
            proof=proof,
            device_id=device_id,
            refunds=payment,
        ),
    )


def _giver(tx: Tx, payment: Payment, proof: Proof | Standing | None) -> Party:
    """Who was paid. A closed wallet is nobody's any more where its person is gone: an operator who has put
    money there (:mod:`dispute_losses`) has it given back from the account."""
    side = _side(tx, payment, payment.target, payment.payee)
    closed = side.wallet is not None and side.wallet.state == "closed"
    ordered = isinstance(proof, Standing) and proof.why == "operator"
    return Party(side.account) if closed and ordered and not accounts.cards(tx, [side.person]) else side


def _side(tx: Tx, payment: Payment, account: int, person: int) -> Party:
    wallet = people.wallet_by_account.first(tx, account=account)
    # What a shop got is the shop's, whoever owns it.
    is_shop = bool(payment.merchant) and wallet is None
    return Party(account, person if wallet is not None else 0, wallet, payment.merchant if is_shop else 0)
