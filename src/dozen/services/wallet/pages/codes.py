"""QR codes in the HTML door: scanning and paying, one's own, a shop's."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from markupsafe import Markup
from msgspec import Meta

from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting, drawing
from dozen.services.wallet.errors.codes import BadCodeData, NoCodeFound
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    new_key,
    page,
    pages,
    problem,
    said_of,
    shown_again,
    typed,
    wallet_of,
)
from dozen.services.wallet.pages.merchants import shop_page
from dozen.services.wallet.pages.overview import QUICK
from dozen.services.wallet.service import codes, merchants, wallets
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Receipt
from dozen.web import Call, Form, Page, Redirect, Reply

QUICK.insert(0, ("Scan", "/wallet/scan", "qr"))
Text = Annotated[str, Meta(max_length=codes.LONGEST_TEXT)]
Short = Annotated[str, Meta(max_length=200)]
STATES = {
    "open": ("Waits for its payer", "info"),
    "paid": ("Paid", "success"),
    "canceled": ("Called off", ""),
    "expired": ("Expired", ""),
}
_PHOTO = 16 * 2**20


def _inline(payload: str) -> Markup:
    return Markup(drawing.svg(payload))  # noqa: S704 - our own drawing, with nothing of the text in it


@pages.get("/scan")
def scan(call: Call) -> Page:
    """Camera, photo, or the code's text."""
    wallet_of(call, call.tx)
    return page(call, "scan")


@pages.post("/scan", upload=True, max_body=_PHOTO, limit=(60, 600))
async def scanned(call: Call, form: Form) -> Any:
    """From a photo or a text to what is to be paid."""
    given = typed(form, "payload")
    try:
        photos = form.files("photo")
        text = await call.heavy(drawing.decode, photos[0].path) if photos else given["payload"].strip()
        if not text:
            raise NoCodeFound("Take a photo of the code, or write what it says")
        await call.read(codes.read, call.me, text[: codes.LONGEST_TEXT + 1])
    except Fault as fault:
        return await shown_again(call, lambda tx: page(call, "scan", given=given), fault)
    return Redirect(f"/wallet/scan/pay?{urlencode({'payload': text})}")


@pages.get("/scan/pay")
def pay_form(call: Call, payload: Text, amount: Short = "", note: Short = "") -> Page:
    """Whom, how much, and the PIN."""
    try:
        return _pay_page(call, call.tx, {"payload": payload, "amount": amount, "note": note})
    except Fault as fault:
        if fault.status in (401, 404) and fault.code == "no_wallet":
            raise
        told = problem(fault)
        return page(call, "scan", **{**told, "given": {"payload": payload}})


def _pay_page(call: Call, tx: Tx, given: dict[str, str]) -> Page:
    found = codes.read(tx, call.me, given["payload"])
    wallet = wallet_of(call, tx, found.currency)
    return page(
        call,
        "scan_pay",
        given=given,
        found=found,
        wallet=wallet,
        balance=wallets.balance(tx, wallet),
        key=new_key(),
    )


@pages.post("/scan/pay", limit=(60, 600))
async def pay(call: Call, form: Form) -> Any:
    """Pay what was scanned."""
    given = typed(form, "payload", "amount", "note")

    def verb(tx: Tx, proof: Proof | None, device: int) -> Receipt:
        found = codes.read(tx, call.me, given["payload"])
        amount = amount_of(form, found.currency) if found.amount is None else None
        return codes.pay(
            tx, call.me, given["payload"], amount, note=given["note"], proof=proof, device_id=device
        )

    try:
        receipt = await acting.carry_out(
            call,
            verb,
            result=Receipt,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[given["payload"], given["amount"], given["note"]],
            realm=REALM,
        )
    except Fault as fault:
        shown = fault

        def again(tx: Tx) -> Page:
            try:
                return _pay_page(call, tx, given)
            except Fault:
                return page(call, "scan", given=given)

        return await shown_again(call, again, shown)
    return Redirect(f"/wallet/payments/{receipt.payment.id}", flash=said_of(receipt))


# One's own


@pages.get("/code")
def mine(call: Call, amount: Short = "", note: Short = "", currency: Short = "") -> Page:
    """My code, for others to scan."""
    wallet = wallet_of(call, call.tx, currency)
    told: dict[str, Any] = {}
    wanted = None
    try:
        if amount.strip():
            form = Form()
            form.add("amount", amount)
            wanted = amount_of(form, wallet.currency)
        payload = codes.personal(call.tx, call.me, wallet.currency, wanted, note)
    except Fault as fault:
        told = problem(fault)
        wanted, payload = None, codes.personal(call.tx, call.me, wallet.currency)
    return page(
        call,
        "code",
        **told,
        given={"amount": amount, "note": note},
        wallet=wallet,
        drawn=_inline(payload),
        payload=payload,
        wanted=wanted,
    )


# Shops


@pages.get("/merchants/{merchant_id}/codes")
def shop_codes(call: Call, merchant_id: int) -> Page:
    """The shop's own code, and a form for one of an order."""
    return _shop_codes(call, call.tx, merchant_id, {})


def _shop_codes(call: Call, tx: Tx, merchant_id: int, given: dict[str, str]) -> Page:
    shop = merchants.mine(tx, call.me, merchant_id)
    payload = codes.static_payload(call.env, shop.merchant)
    return shop_page(
        call,
        shop,
        "merchant_codes",
        "codes",
        given=given,
        drawn=_inline(payload),
        codes=codes.of(tx, shop),
        code_states=STATES,
        currency=wallets.home_currency(tx),
    )


@pages.post("/merchants/{merchant_id}/codes")
def make_code(call: Call, merchant_id: int, form: Form) -> Any:
    given = typed(form, "amount", "reference", "minutes")
    try:
        shop = merchants.mine(call.tx, call.me, merchant_id)
        currency = wallets.home_currency(call.tx)
        minutes = form.number("minutes") or 15
        if not 1 <= minutes <= 10_080:
            raise BadCodeData(fields={"minutes": "Between a minute and seven days"})
        new = codes.NewCode(
            amount=amount_of(form, currency),
            currency=currency,
            reference=given["reference"],
            lasts=minutes * clock.MINUTE,
        )
        made = codes.make(call.tx, shop, new)
    except Fault as fault:
        if fault.status == 404:
            raise
        told = problem(fault)
        shown = _shop_codes(call, call.tx, merchant_id, given)
        shown.status = told.pop("status")
        shown.values.update(told)
        return shown
    return Redirect(f"/wallet/merchants/{merchant_id}/codes/{made.id}")


@pages.get("/merchants/{merchant_id}/codes/print")
def print_sheet(call: Call, merchant_id: int) -> Page:
    """A sheet for the counter."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    payload = codes.static_payload(call.env, shop.merchant)
    return page(call, "merchant_code_print", shop=shop.merchant, drawn=_inline(payload))


@pages.get("/merchants/{merchant_id}/codes/picture/{kind}")
async def picture(call: Call, merchant_id: int, kind: Literal["png", "svg"]) -> Reply[bytes]:
    """The shop's own code as a file."""
    shop = await call.read(merchants.mine, call.me, merchant_id)
    payload = codes.static_payload(call.env, shop.merchant)
    as_png = kind == "png"
    drawn = await call.heavy(drawing.png if as_png else drawing.svg_file, payload)
    name = f"code-{shop.id}.{kind}"
    return Reply(
        drawn,
        media="image/png" if as_png else "image/svg+xml",
        headers=[("content-disposition", f'attachment; filename="{name}"')],
    )


@pages.get("/merchants/{merchant_id}/codes/{code_id}")
def one_code(call: Call, merchant_id: int, code_id: int) -> Page:
    """A code of an order, to be held out to its payer."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    found = codes.one(call.tx, shop, code_id)
    return page(
        call,
        "merchant_code",
        shop=shop.merchant,
        code=found,
        code_states=STATES,
        shown_amount=money.text(found.amount, found.currency),
        drawn=_inline(codes.payload(call.env, shop.merchant, found)) if found.state == "open" else "",
    )


@pages.post("/merchants/{merchant_id}/codes/{code_id}/cancel")
def cancel_code(call: Call, merchant_id: int, code_id: int) -> Redirect:
    codes.cancel(call.tx, merchants.mine(call.tx, call.me, merchant_id), code_id)
    return Redirect(f"/wallet/merchants/{merchant_id}/codes", flash="Called off")
