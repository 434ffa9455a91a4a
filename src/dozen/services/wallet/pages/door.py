"""The door that the modules beside this put their handlers on, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import clock, crypto, money
from dozen.kit.errors import Fault, Invalid
from dozen.services.wallet.errors import BadAmount, NoWallet, Unverified
from dozen.services.wallet.service import numbers, receivers, requests, wallets
from dozen.services.wallet.service.history import Month, title_of
from dozen.services.wallet.structs import KINDS, Receipt, Wallet
from dozen.web import Call, Form, Page, Pages, Redirect, Reply


class WalletPages(Pages):
    """Who has no wallet yet is led to where one is opened."""

    def error(self, call: Call, fault: Fault) -> Reply[Any] | Page | Redirect:
        begins = isinstance(fault, NoWallet | Unverified) and not call.route.writes
        if begins and call.actor is not None and not call.wants_data and not call.enhanced:
            return Redirect("/wallet/setup")
        return super().error(call, fault)


pages = WalletPages("/wallet")
REALM = "wallet.page"
"""Whose idempotency keys those of our forms are."""

STATES = {
    "done": ("Done", "success"),
    "review": ("Being looked at", "warning"),
    "authorised": ("Reserved", "info"),
    "pending": ("On its way", "info"),
    "declined": ("Not let through", "danger"),
    "voided": ("Called off", ""),
    "expired": ("Expired", ""),
    "failed": ("Came back", "danger"),
}
ASKS = {
    "open": ("Open", "info"),
    "paid": ("Paid", "success"),
    "declined": ("Declined", "danger"),
    "cancelled": ("Cancelled", ""),
    "expired": ("Expired", ""),
}
ICONS = {
    "person": "user",
    "request": "user",
    "merchant": "store",
    "order": "cart",
    "bill": "receipt",
    "topup": "plus",
    "withdraw": "bank",
    "refund": "undo",
    "fee": "percent",
    "adjustment": "shield-check",
}


def sign(currency: str) -> str:
    """What stands before an amount: ``₹``, ``CHF``."""
    return money.text(0, currency).rstrip("0.").strip()


def icon_of(kind: str) -> str:
    return ICONS.get(kind, "coins")


def page(call: Call, template: str, *, status: int = 200, **values: Any) -> Page:
    """A page of the wallet, with what all its templates use."""
    shown: dict[str, Any] = {"wrong": {}, "trouble": "", "given": {}} | values
    return Page(
        f"wallet/{template}.html",
        status=status,
        sign=sign,
        icon_of=icon_of,
        title_of=title_of,
        number_of=numbers.shown,
        kinds=KINDS,
        states=STATES,
        ask_states=ASKS,
        suffix=receivers.SUFFIX,
        pairs=lambda words: [(word, word) for word in words],
        tabs_of=tabs_of,
        month_names=month_names,
        kind_ranks=lambda found: [{"label": each.title, "value": each.sent} for each in found[:6]],
        plain_of=lambda line: money.plain(abs(line.amount), line.currency),
        plain_amount=lambda row: money.plain(row.amount, row.currency),
        **shown,
    )


def tabs_of(mine: list[str], wallet: Wallet, path: str = "/wallet") -> list[tuple[str, str, bool]]:
    """A tab for each wallet."""
    return [(each, f"{path}?currency={each}", each == wallet.currency) for each in mine]


def month_names(months: list[Month]) -> list[str]:
    return [clock.to_datetime(each.start).strftime("%b") for each in months]


def problem(fault: Fault) -> dict[str, Any]:
    """What a form that came back says: beside the fields, or on top."""
    wrong = dict(fault.fields) if isinstance(fault, Invalid) else dict(fault.extra.get("fields") or {})
    return {
        "wrong": wrong,
        "trouble": "" if wrong else fault.detail,
        "status": fault.status if fault.status not in (401, 423) else 422,
    }


def typed(form: Form, *names: str) -> dict[str, str]:
    """What was typed, to be shown again; never a PIN or a password."""
    return {name: form.get(name) for name in names}


def amount_of(form: Form, currency: str, name: str = "amount") -> int:
    """Minor units of what was typed. Raises BadAmount."""
    try:
        found = money.parse(form.get(name).strip().replace(",", "") or "x", currency)
    except ValueError as error:
        raise BadAmount(fields={name: BadAmount.title}) from error
    if found <= 0:
        raise BadAmount(fields={name: BadAmount.title})
    return found


def wallet_of(call: Call, tx: Tx, currency: str | None = None) -> Wallet:
    """The wallet that a page is about. Raises NoWallet."""
    return wallets.wallet(tx, call.me, currency or None)


def currencies(call: Call, tx: Tx) -> list[str]:
    """Of the caller's wallets that are not closed; the installation's own first."""
    found = [each.currency for each in wallets.wallets_of(tx, call.me) if each.state != "closed"]
    home = wallets.home_currency(tx)
    return sorted(found, key=lambda each: (each != home, each))


def new_key() -> str:
    """For a form: sent twice, it moves money once."""
    return crypto.token(16)


def said_of(receipt: Receipt) -> str:
    """What a page says after somebody paid."""
    held = receipt.payment.state != "done"
    return "The payment is being looked at before it goes on" if held else "Paid"


def waiting(tx: Tx, me: int) -> int:
    return requests.how_many_waiting(tx, me)


async def shown_again(call: Call, build: Callable[[Tx], Page], fault: Fault) -> Page:
    """A page that is built anew, with what was wrong. Scripts get the fault itself."""
    if call.enhanced:
        raise fault
    made = await call.read(build)
    told = problem(fault)
    made.status = told.pop("status")
    made.values.update(told)
    return made


def card_of(tx: Tx, person: int) -> accounts.Card | None:
    return accounts.cards(tx, [person]).get(person)
