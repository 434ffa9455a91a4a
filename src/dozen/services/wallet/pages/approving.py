"""The page on which a payer sees what a shop asks for, and says yes or no. Only who has the link finds it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors.merchants import BadCap, NoSuchIntent
from dozen.services.wallet.pages.door import amount_of, new_key, page, pages, shown_again, sign, typed
from dozen.services.wallet.service import customers, limits, order_links, paying, wallets
from dozen.services.wallet.structs.merchants import OPEN, Intent
from dozen.web import Call, Form, Page, Redirect

REALM = "wallet.approve"


@pages.get("/approve/{intent}")
def show(call: Call, intent: str) -> Page:
    """What is asked for, by whom."""
    return _page(call, call.tx, intent)


def _page(call: Call, tx: Tx, token: str) -> Page:
    found = order_links.by_link(tx, token)
    shop = order_links.shop_of(tx, found)
    if found.payer not in (0, call.me) and found.payment_id is not None:
        raise NoSuchIntent  # somebody else has paid it: their affair
    over = found.state in OPEN and found.expires_at <= tx.now
    wallet = wallets.find(tx, call.me, found.currency)
    holder = wallets.holder(tx, call.me)
    allowed = limits.allowance(tx, holder, found.currency) if holder is not None and found.live else None
    back = order_links.back(found)
    return page(
        call,
        "merchant_approve",
        intent=found,
        shop=shop.merchant,
        token=token,
        over=over,
        open=found.state == "requires_action" and not over and shop.merchant.state == "open",
        wallet=wallet if wallet is not None and wallet.state != "closed" else None,
        balance=wallets.balance(tx, wallet) if wallet is not None else None,
        allowed=allowed,
        host=urlsplit(back).hostname or "",
        back=back,
        key=new_key(),
        cap=money.plain(found.amount * 5, found.currency),
        until=clock.to_datetime(found.expires_at).strftime("%-d %b %Y, %H:%M UTC"),
    )


@pages.post("/approve/{intent}", limit=(60, 600))
async def answer(call: Call, intent: str, form: Form) -> Any:
    """Yes, with the PIN; or no."""
    found = await call.read(order_links.by_link, intent)
    here = f"/wallet/approve/{intent}"
    try:
        if form.get("do") == "decline":
            await call.write(lambda tx: paying.decline(tx, call.me, found.id))
            return Redirect(f"{here}/done")
        cap = _cap(form, found)
        await acting.carry_out(
            call,
            lambda tx, proof, device: paying.approve(
                tx, call.me, found.id, proof=proof, device_id=device, cap=cap
            ),
            result=Intent,
            pin=form.get("pin").strip() if found.live else None,
            key=form.get("key"),
            asked=[found.id, cap],
            realm=REALM,
        )
    except Fault as fault:
        return await shown_again(
            call, lambda tx: _again(call, tx, intent, typed(form, "cap", "allow")), fault
        )
    return Redirect(f"{here}/done")


def _again(call: Call, tx: Tx, token: str, given: dict[str, str]) -> Page:
    made = _page(call, tx, token)
    made.values["given"] = given
    return made


def _cap(form: Form, found: Intent) -> int:
    """What the shop may take later each month; 0: nothing."""
    if not found.save_method or not form.checked("allow"):
        return 0
    try:
        return amount_of(form, found.currency, "cap")
    except Fault as error:
        raise BadCap(fields={"cap": BadCap.title}) from error


@pages.get("/approve/{intent}/done")
def done(call: Call, intent: str) -> Page:
    """What came of it, and the way back to the shop."""
    made = _page(call, call.tx, intent)
    made.template = "wallet/merchant_approved.html"
    return made


# What shops may take without asking


@pages.get("/permissions")
def permissions(call: Call) -> Page:
    """Which shops may take money from my wallet without asking."""
    return page(
        call,
        "merchant_permissions",
        found=customers.given_by(call.tx, call.me),
        sign_of=sign,
        now=call.tx.now,
    )


@pages.post("/permissions/{method_id}/end")
def end(call: Call, method_id: int, form: Form) -> Redirect:
    """Take it back."""
    customers.take_back(call.tx, call.me, method_id)
    return Redirect("/wallet/permissions", flash="The shop can no longer take money without asking")
