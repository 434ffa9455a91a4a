"""PIN, limits, devices, handles, freezing, closing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting
from dozen.services.wallet.errors import BadLimit, BadPin
from dozen.services.wallet.pages.door import currencies, page, pages, shown_again, wallet_of
from dozen.services.wallet.service import devices, limits, numbers, pins, receivers, tiers, wallets
from dozen.web import Call, Form, Page, Redirect

Short = Annotated[str, Meta(max_length=100)]
_LIMITS = ("payment", "day", "month")


@pages.get("/settings")
def settings(call: Call, currency: Short = "") -> Page:
    """All there is to set."""
    return _settings(call, call.tx, currency)


def _settings(call: Call, tx: Tx, currency: str = "", **values: Any) -> Page:
    me = call.me
    wallet = wallet_of(call, tx, currency)
    holder = wallets.holder(tx, me)
    assert holder is not None
    mine = currencies(call, tx)
    allowed = limits.allowance(tx, holder, wallet.currency)
    return page(
        call,
        "settings",
        wallet=wallet,
        holder=holder,
        mine=mine,
        others=[each for each in tiers.CURRENCIES if each not in mine],
        balance=wallets.balance(tx, wallet),
        allowed=allowed,
        own={
            name: money.plain(value, wallet.currency)
            if (value := getattr(allowed.own, name)) is not None
            else ""
            for name in _LIMITS
        },
        tier_name=tiers.NAMES[holder.tier],
        locked=pins.locked_for(tx, me),
        devices=devices.mine(tx, me),
        here=acting.this_device(call, tx),
        handles=receivers.handles(tx, me),
        **values,
    )


async def _again(call: Call, form: Form, fault: Fault, part: str) -> Page:
    currency = form.get("currency")[:3]
    return await shown_again(call, lambda tx: _settings(call, tx, currency, part=part), fault)


def _back(form: Form, part: str, flash: str) -> Redirect:
    currency = form.get("currency")[:3]
    query = f"?currency={currency}" if currency.isalpha() else ""
    return Redirect(f"/wallet/settings{query}", flash=flash)


@pages.post("/settings/pin", limit=(20, 600))
async def change_pin(call: Call, form: Form) -> Any:
    """Another PIN, with the old one."""
    try:
        if form.get("pin").strip() != form.get("again").strip():
            raise BadPin(fields={"again": "The two are not the same"})
        await acting.choose_pin(call, form.get("pin").strip(), old=form.get("old").strip() or "-")
    except Fault as fault:
        return await _again(call, form, fault, "pin")
    return _back(form, "pin", "Your PIN is changed")


@pages.post("/settings/pin/code", limit=(10, 3600))
def pin_code(call: Call, form: Form) -> Redirect:
    """Send the code for a PIN that was forgotten."""
    numbers.send_pin_code(call.tx, call.me)
    return Redirect("/wallet/settings/pin", flash="A code is on its way")


@pages.get("/settings/pin")
def forgotten(call: Call) -> Page:
    """A new PIN with the account's password and a code."""
    holder = wallets.holder(call.tx, call.me)
    wallet_of(call, call.tx)
    return page(call, "pin_reset", holder=holder)


@pages.post("/settings/pin/reset", limit=(20, 600))
async def reset_pin(call: Call, form: Form) -> Any:
    try:
        if form.get("pin").strip() != form.get("again").strip():
            raise BadPin(fields={"again": "The two are not the same"})
        await acting.choose_pin(
            call, form.get("pin").strip(), password=form.get("password") or "-", code=form.get("code")
        )
    except Fault as fault:

        def build(tx: Tx) -> Page:
            return page(call, "pin_reset", holder=wallets.holder(tx, call.me))

        return await shown_again(call, build, fault)
    return Redirect("/wallet/settings", flash="Your PIN is changed")


@pages.post("/settings/limits", limit=(30, 600))
async def set_limits(call: Call, form: Form) -> Any:
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, form.get("currency")[:3]))
        given: dict[str, int | None] = {}
        for name in _LIMITS:
            text = form.get(name).strip().replace(",", "")
            try:
                given[name] = money.parse(text, wallet.currency) if text else None
            except ValueError as error:
                raise BadLimit(fields={name: "This is not an amount"}) from error
        await acting.proven(
            call,
            form.get("pin").strip(),
            lambda tx, proof: limits.set_own(tx, call.me, wallet.currency, given, proof),
        )
    except Fault as fault:
        return await _again(call, form, fault, "limits")
    return _back(form, "limits", "Your limits are set")


@pages.post("/settings/freeze")
def freeze(call: Call, form: Form) -> Redirect:
    wallet = wallet_of(call, call.tx, form.get("currency")[:3])
    wallets.freeze(call.tx, call.me, wallet.currency)
    return _back(form, "freeze", "The wallet is frozen; nothing goes out of it")


@pages.post("/settings/unfreeze", limit=(20, 600))
async def unfreeze(call: Call, form: Form) -> Any:
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, form.get("currency")[:3]))
        await acting.proven(
            call,
            form.get("pin").strip(),
            lambda tx, proof: wallets.unfreeze(tx, call.me, wallet.currency, proof),
        )
    except Fault as fault:
        return await _again(call, form, fault, "freeze")
    return _back(form, "freeze", "The wallet can be used again")


@pages.post("/settings/close")
async def close(call: Call, form: Form) -> Any:
    try:
        wallet = await call.read(lambda tx: wallet_of(call, tx, form.get("currency")[:3]))
        await call.write(wallets.close, call.me, wallet.currency)
    except Fault as fault:
        return await _again(call, form, fault, "close")
    return Redirect("/wallet/settings", flash=f"The wallet in {wallet.currency} is closed")


@pages.post("/settings/currency")
def open_currency(call: Call, form: Form) -> Redirect:
    """A wallet in a further currency."""
    made = wallets.open_wallet(call.tx, call.me, form.get("wanted")[:3])
    return Redirect(f"/wallet?currency={made.currency}", flash=f"Your wallet in {made.currency} is open")


@pages.post("/settings/handles")
async def take_handle(call: Call, form: Form) -> Any:
    try:
        await call.write(lambda tx: receivers.take_handle(tx, call.me, form.get("handle")[:60]))
    except Fault as fault:
        return await _again(call, form, fault, "handles")
    return _back(form, "handles", "The handle is yours")


@pages.post("/settings/handles/drop")
def drop_handle(call: Call, form: Form) -> Redirect:
    receivers.drop_handle(call.tx, call.me, form.get("handle")[:60])
    return _back(form, "handles", "The handle is free again")


@pages.post("/settings/devices/{device_id}/{what}")
def device(call: Call, device_id: int, what: Literal["name", "revoke", "allow"], form: Form) -> Redirect:
    """Name it, take the wallet away from it, give it back."""
    if what == "name":
        devices.rename(call.tx, call.me, device_id, form.get("name"))
        return _back(form, "devices", "Named")
    acting.must_not_be_revoked(call, call.tx)
    devices.revoke(call.tx, call.me, device_id, on=what != "allow")
    return _back(
        form, "devices", "It may use the wallet again" if what == "allow" else "It may no longer use it"
    )
