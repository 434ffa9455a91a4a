"""The first page of the wallet, and opening one."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors import BadPin
from dozen.services.wallet.pages.door import currencies, page, pages, shown_again, typed
from dozen.services.wallet.service import history, numbers, receivers, requests, wallets
from dozen.web import Call, Form, Page, Redirect

Code = Annotated[str, Meta(max_length=3)]
QUICK = [
    ("Send", "/wallet/send", "send"),
    ("Request", "/wallet/request", "arrow-down"),
    ("Add money", "/wallet/add", "plus"),
    ("Withdraw", "/wallet/withdraw", "bank"),
    ("Split", "/wallet/split", "split"),
]
"""What the first page offers to do; nouns add theirs."""


@pages.get("")
def overview(call: Call, currency: Code = "") -> Any:
    """The balance, what waits, the latest payments."""
    tx, me = call.tx, call.me
    wallet = wallets.wallet(tx, me, currency or None)
    holder = wallets.holder(tx, me)
    if holder is None or not holder.verified or holder.pin_set_at is None:
        return Redirect("/wallet/setup")
    months = history.months(tx, wallet)
    return page(
        call,
        "overview",
        wallet=wallet,
        balance=wallets.balance(tx, wallet),
        mine=currencies(call, tx),
        holder=holder,
        lines=history.history(tx, wallet, limit=6).lines,
        under_way=history.under_way(tx, wallet),
        asks=requests.waiting(tx, me, limit=5),
        months=months,
        people_lately=receivers.lately(tx, me),
        quick=QUICK,
        stream="/wallet/stream",
    )


# Opening one


@pages.get("/setup")
def setup(call: Call, another: bool = False) -> Any:
    """Number, code, PIN: one step after the other."""
    made = _setup(call, call.tx, another=another)
    return made if made is not None else Redirect("/wallet")


def _setup(call: Call, tx: Tx, **values: Any) -> Page | None:
    holder = wallets.holder(tx, call.me)
    pending = None if values.get("another") else numbers.pending(tx, call.me)
    if holder is None or not holder.verified or pending or values.get("another"):
        step = "code" if pending else "number"
    elif wallets.find(tx, call.me) is None:
        step = "open"
    elif holder.pin_set_at is None:
        step = "pin"
    else:
        return None
    return page(
        call, "setup", step=step, pending=pending, holder=holder, currency=wallets.home_currency(tx), **values
    )


def _setup_page(call: Call, tx: Tx, **values: Any) -> Page:
    made = _setup(call, tx, **values)
    return made if made is not None else page(call, "setup", step="done", pending=None, **values)


@pages.post("/setup/number", limit=(20, 3600))
async def number(call: Call, form: Form) -> Any:
    """Send a code to a number."""
    try:
        await acting.proven(
            call,
            form.get("pin").strip(),
            lambda tx, proof: numbers.begin(tx, call.me, form.get("mobile_number"), proof),
        )
    except Fault as fault:
        given = typed(form, "mobile_number")
        return await shown_again(call, lambda tx: _setup_page(call, tx, given=given, another=True), fault)
    return Redirect("/wallet/setup", flash="A code is on its way")


@pages.post("/setup/code", limit=(30, 3600))
async def code(call: Call, form: Form) -> Any:
    """Confirm the number, and open the wallet."""

    def work(tx: Tx) -> Fault | None:
        done = numbers.confirm(tx, call.me, form.get("code"))
        if isinstance(done, Fault):
            return done
        if wallets.find(tx, call.me) is None:
            wallets.open_wallet(tx, call.me)
        return None

    typed_code = form.get("code")
    try:
        fault = await call.write(work)
    except Fault as raised:
        fault = raised
    if fault is not None:
        return await shown_again(call, lambda tx: _setup_page(call, tx, given={"code": typed_code}), fault)
    return Redirect("/wallet/setup", flash="Your number is confirmed")


@pages.post("/setup/open")
def open_one(call: Call, form: Form) -> Redirect:
    """Open a wallet, in the installation's currency or another."""
    made = wallets.open_wallet(call.tx, call.me, form.get("currency") or None)
    return Redirect(f"/wallet?currency={made.currency}", flash="Your wallet is open")


@pages.post("/setup/pin", limit=(20, 600))
async def pin(call: Call, form: Form) -> Any:
    """Choose the first PIN."""
    try:
        chosen = form.get("pin").strip()
        if chosen != form.get("again").strip():
            raise BadPin(fields={"again": "The two are not the same"})
        await acting.choose_pin(call, chosen)
    except Fault as fault:
        return await shown_again(call, lambda tx: _setup_page(call, tx), fault)
    return Redirect("/wallet", flash="Your PIN is set. You can pay now.")
