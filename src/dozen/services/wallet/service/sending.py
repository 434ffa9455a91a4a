"""From person to person, at once."""

from __future__ import annotations

from dozen.db import Tx
from dozen.services.wallet.errors import NoSuchReceiver, NoWallet, OwnWallet
from dozen.services.wallet.service import receivers, wallets
from dozen.services.wallet.service.movements import Movement, Party, Standing
from dozen.services.wallet.service.moving import move
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Kind, Receipt


def send(
    tx: Tx,
    me: int,
    to: str | int,
    amount: int,
    currency: str,
    *,
    note: str = "",
    proof: Proof | Standing | None = None,
    device_id: int | None = None,
    kind: Kind = "person",
    subject: int = 0,
) -> Receipt:
    """Pay somebody from one's wallet. ``to`` is a mobile number, username or handle, or a person's id.

    Raises NoSuchReceiver, OwnWallet, NoWallet (either has none), and what :func:`move` raises.
    """
    if isinstance(to, int):
        payee = to
    else:
        found = receivers.who(tx, me, to)
        if found.merchant:
            raise NoSuchReceiver("This handle is a shop's; pay it as a shop", fields={"to": "This is a shop"})
        payee = found.person
    if payee == me:
        raise OwnWallet(fields={"to": OwnWallet.title})
    mine, theirs = wallets.of_two(tx, me, payee, currency)
    if theirs is None or theirs.state == "closed":
        raise NoWallet("They have no wallet in this currency", fields={"to": "They have no wallet yet"})
    if mine is None:
        raise NoWallet
    return move(
        tx,
        Movement(
            kind=kind,
            actor=me,
            payer=Party(mine.account_id, me, mine),
            payee=Party(theirs.account_id, payee, theirs),
            amount=amount,
            currency=currency,
            note=note,
            subject=subject,
            proof=proof,
            device_id=device_id,
        ),
    )
