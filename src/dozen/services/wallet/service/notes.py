"""Telling people of every movement of their money."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, notifications
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.env import Env
from dozen.services.wallet.structs import Payment, PaymentState


def kind(name: str, title: str, line: str) -> notifications.Kind:
    """A kind of notice; other modules of the room register theirs so. ``line`` may name keys of the data."""
    return notifications.Kind(name=f"wallet.{name}", title=title, template=line)


KINDS = (
    kind("sent", "Money that went out", "You paid {amount} to {name}"),
    kind("received", "Money that came in", "{name} paid you {amount}"),
    kind("added", "Money added to your wallet", "{amount} came into your wallet"),
    kind("withdrawn", "Withdrawals", "{amount} left for your bank"),
    kind("refunded", "Refunds", "{name} gave you back {amount}"),
    kind("gave_back", "Refunds you made", "You gave back {amount} to {name}"),
    kind("review", "Payments held for review", "Your payment of {amount} to {name} is being looked at"),
    kind("authorised", "Amounts that are reserved", "{name} has reserved {amount}"),
    kind(
        "undone", "Payments that did not take place", "Your payment of {amount} to {name} did not take place"
    ),
    kind("adjusted", "Corrections by the house", "Your balance was corrected by {amount}"),
    kind("asked", "Requests for money", "{name} asks you for {amount}"),
    kind("reminded", "Reminders of requests", "{name} reminds you of {amount}"),
    kind("request_ended", "What became of your requests", "{name} {what} your request for {amount}"),
    kind("reminder", "Your own payment reminders", "You wanted to pay {amount} to {name}"),
    kind("topup_failed", "Money that could not be added", "{amount} could not be added"),
    kind("security", "PIN, limits, devices and freezing", "{what}"),
)
_UNDONE = frozenset(("declined", "voided", "expired", "failed"))


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)


def name_of(tx: Tx, payment: Payment, person: int) -> str:
    """How the other side is called: a shop's name stands in the detail."""
    detail = payment.detail if isinstance(payment.detail, dict) else {}
    if payment.merchant and detail.get("shop"):
        return str(detail["shop"])
    card = accounts.cards(tx, [person]).get(person) if person else None
    if card is not None:
        return card.name or f"@{card.username}"
    return str(detail.get("name") or "the house")


def moved(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Tell both sides of a payment that was made (``before`` None) or whose state changed."""
    shown = money.text(payment.captured or payment.amount, payment.currency)

    payer, payee = payment.payer, payment.payee
    told: list[notifications.Notice] = []

    def tell(to: int, what: str, other: int) -> None:
        if to:
            data = {"amount": shown, "name": name_of(tx, payment, other)}
            told.append(notifications.Notice(to, f"wallet.{what}", payment.id, data))

    if payment.state in ("review", "authorised"):
        tell(payer, payment.state, payee)
    elif payment.state in _UNDONE:
        tell(payer, "undone", payee)
    elif payment.kind == "withdraw":
        if before is None or before == "review":
            tell(payer, "withdrawn", 0)
    elif payment.kind == "topup":
        tell(payee, "added", 0)
    elif payment.kind == "adjustment":
        tell(payee or payer, "adjusted", 0)
    elif payment.kind == "refund":
        tell(payee, "refunded", payer)
        tell(payer, "gave_back", payee)
    else:
        tell(payer, "sent", payee)
        tell(payee, "received", payer)
    notifications.notify_each(tx, told)


def security(tx: Tx, me: int, what: str) -> None:
    """Tell somebody that something about their wallet's safety was changed."""
    notifications.notify(tx, me, "wallet.security", data={"what": what})


def about(
    tx: Tx, to: int, name: str, *, other: int, amount: int, currency: str, subject: int, **more: Any
) -> None:
    """Tell somebody of something with a person and an amount in it."""
    card = accounts.cards(tx, [other]).get(other)
    data = {
        "amount": money.text(amount, currency),
        "name": (card.name or f"@{card.username}") if card is not None else "Somebody",
        **more,
    }
    actor = other if other != to else None
    notifications.notify(tx, to, f"wallet.{name}", actor=actor, subject=subject, data=data)


def balance_events(data: dict[str, Any]) -> list[tuple[str, object]]:
    """What a browser is told when the ledger says that one of its person's accounts changed: the event
    itself, the balance that pages show, and that a history has something new."""
    currency = data["currency"]
    shown = money.text(data["balance"], currency)
    events: list[tuple[str, object]] = [
        (
            "balance",
            {
                "account": str(data["account"]),
                "currency": currency,
                "balance": money.plain(data["balance"], currency),
                "held": money.plain(data["held"], currency),
                "transfer": str(data["transfer"]) if data["transfer"] is not None else None,
                "amount": money.plain(data["amount"], currency),
            },
        ),
        ("count", {"name": f"account-{data['account']}", "value": shown}),
    ]
    if data["amount"]:
        events.append(("new", {"feed": f"account-{data['account']}", "n": 1}))
    return events
