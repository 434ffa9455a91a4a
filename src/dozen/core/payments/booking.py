"""What payments mean in the ledger. Positive is credit: money at the gateway (an asset) stands below zero."""

from __future__ import annotations

from dozen.core import ledger
from dozen.core.ledger import Account, Leg
from dozen.core.payments.structs import Charge, Payout, Refund
from dozen.db import Tx


def at_gateway(tx: Tx, gateway: str, currency: str) -> Account:
    """What the gateway holds for the house."""
    return ledger.house(tx, f"gateway.{gateway}", currency, "asset")


def fees(tx: Tx, currency: str) -> Account:
    """What gateways have kept."""
    return ledger.house(tx, "payments.fees", currency, "expense")


def clearing(tx: Tx, currency: str) -> Account:
    """What is on its way out: refunds and payouts that were asked for and are not decided."""
    return ledger.house(tx, "payments.clearing", currency, "liability")


def unclaimed(tx: Tx, currency: str) -> Account:
    """Money that came for an account that cannot take it: closed meanwhile, or full."""
    return ledger.house(tx, "payments.unclaimed", currency, "liability")


def differences(tx: Tx, currency: str) -> Account:
    """Where operators write off what the gateway's file and the books differ in."""
    return ledger.house(tx, "payments.differences", currency, "expense")


def captured(tx: Tx, charge: Charge) -> int:
    """The money came: the gateway has it, less its fee if that is known; the target gets all of it."""
    fee = charge.fee or 0
    legs = [
        Leg(at_gateway(tx, charge.gateway, charge.currency).id, fee - charge.captured),
        Leg(fees(tx, charge.currency).id, -fee),
    ]
    return _into(tx, charge.into, charge.captured, legs, "payments.capture", charge)


def fee(tx: Tx, row: Charge | Payout) -> int | None:
    """A fee that was told after the movement; None for none."""
    if not row.fee:
        return None
    return ledger.transfer(
        tx,
        (
            Leg(at_gateway(tx, row.gateway, row.currency).id, row.fee),
            Leg(fees(tx, row.currency).id, -row.fee),
        ),
        kind="payments.fee",
        subject=row.id,
    ).id


def asked_out(tx: Tx, row: Refund | Payout) -> int:
    """Out of the source, so that nobody spends it meanwhile. Raises what the ledger raises."""
    return ledger.pay(
        tx,
        row.source,
        clearing(tx, row.currency).id,
        row.amount,
        kind=f"payments.{_noun(row)}_asked",
        actor=row.owner,
        subject=row.id,
    ).id


def gone_out(tx: Tx, row: Refund | Payout) -> int:
    """It has left the house; a fee that is known goes with it."""
    cost = (row.fee or 0) if isinstance(row, Payout) else 0
    legs = [
        Leg(clearing(tx, row.currency).id, -row.amount),
        Leg(at_gateway(tx, row.gateway, row.currency).id, row.amount + cost),
        Leg(fees(tx, row.currency).id, -cost),
    ]
    return ledger.transfer(
        tx,
        [leg for leg in legs if leg.amount],
        kind=f"payments.{_noun(row)}",
        actor=row.owner,
        subject=row.id,
    ).id


def come_back(tx: Tx, row: Refund | Payout) -> int:
    """It was refused: back to where it was taken from."""
    legs = [Leg(clearing(tx, row.currency).id, -row.amount)]
    return _into(tx, row.source, row.amount, legs, f"payments.{_noun(row)}_failed", row)


def _into(
    tx: Tx, account: int, amount: int, legs: list[Leg], kind: str, row: Charge | Refund | Payout
) -> int:
    """Give an account what it must get: the money is there, whatever has become of the account."""
    legs = [leg for leg in legs if leg.amount]

    def give(target: int) -> int:
        return ledger.transfer(
            tx,
            [*legs, Leg(target, amount)],
            kind=kind,
            actor=row.owner,
            subject=row.id,
            even_frozen=True,
        ).id

    try:
        with tx.savepoint():
            return give(account)
    except (ledger.errors.AccountClosed, ledger.errors.BalanceLimit):
        return give(unclaimed(tx, row.currency).id)


def _noun(row: Refund | Payout) -> str:
    return type(row).__name__.lower()
