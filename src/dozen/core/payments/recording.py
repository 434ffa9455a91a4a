"""Charges that a gateway took before these books were kept: for sample data, and for those who move here.

Nothing is asked of the gateway and nobody is told. So that the simulator knows what sample data has charged,
whoever makes it writes :func:`known_line` of each into the file :data:`KNOWN`, which it reads when it starts.
"""

from __future__ import annotations

import json

from dozen.core import ledger
from dozen.core.payments import booking
from dozen.core.payments.asking import check, fingerprint, made_before, put
from dozen.core.payments.errors import BadPayment
from dozen.core.payments.parts import DEFAULT
from dozen.core.payments.references import reference
from dozen.core.payments.structs import Charge, Kind, changed
from dozen.db import Busy, Tx
from dozen.kit import clock
from dozen.kit.env import Env

KNOWN = "gateway-known.jsonl"
"""In the data folder: a JSON object a line."""


def record_charge(
    tx: Tx,
    owner: int,
    amount: int,
    currency: str,
    *,
    purpose: str,
    subject: str,
    key: str,
    into: int,
    ref: str,
    balance_ref: str,
    fee: int,
    kind: Kind = "card",
    gateway: str = DEFAULT,
) -> Charge:
    """Book a charge that was captured at ``tx.now``, as the gateway knows it: ``ref`` and ``balance_ref`` are
    its ids, ``fee`` what it kept. It can be refunded and compared as any other.

    The same key with the same request gives the same charge. Raises BadPayment, KeyReused, Duplicate (of
    ``ref``), ledger.errors.NoSuchAccount.
    """
    check(key=key, amount=amount, purpose=purpose, subject=subject)
    if type(fee) is not int or not 0 <= fee <= amount:
        raise BadPayment(fields={"fee": "A fee is between nothing and the amount"})
    print_ = fingerprint(amount, currency, purpose, subject, into, ref, balance_ref, fee, kind, gateway)
    found: Charge | None = made_before(tx, "charge", owner, key, print_)
    if found is not None:
        return found
    if ledger.account(tx, into).currency != currency:
        raise BadPayment(fields={"currency": "The account is of another currency"})
    made = Charge(
        id=tx.next_id(),
        owner=owner,
        gateway=gateway,
        gateway_ref=ref,
        amount=amount,
        currency=currency,
        state="captured",
        purpose=purpose,
        subject=subject,
        kind=kind,
        method_id=None,
        into=into,
        manual=False,
        return_url="",
        created_at=tx.now,
        expires_at=tx.now,
        heard=False,
        captured=amount,
        fee=fee,
        sent_at=tx.now,
        final_at=tx.now,
        booked_at=tx.now - tx.now % clock.SECOND,  # gateways tell whole seconds
        balance_ref=balance_ref,
    )
    made = changed(made, transfer_id=booking.captured(tx, made))
    if not put(tx, made, key, print_):
        raise Busy
    return made


def known_line(env: Env, charge: Charge) -> str:
    """A charge as the simulator reads it."""
    assert charge.booked_at is not None
    return json.dumps(
        {
            "intent": charge.gateway_ref,
            "balance_transaction": charge.balance_ref,
            "reference": reference(env.keys, "charge", charge.id),
            "amount": charge.captured,
            "currency": charge.currency.lower(),
            "kind": charge.kind,
            "fee": charge.fee or 0,
            "created": charge.booked_at // clock.SECOND,
        }
    )
