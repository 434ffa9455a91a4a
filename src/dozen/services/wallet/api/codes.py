"""QR codes by the native JSON door: paying what was scanned, and a shop's own."""

from __future__ import annotations

from typing import Literal

from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import acting, drawing, errors
from dozen.services.wallet.api.door import MOVING, PAY, READ, api, currency_of, shown
from dozen.services.wallet.api.merchants import SHOP
from dozen.services.wallet.errors import codes as code_errors
from dozen.services.wallet.errors import merchants as shop_errors
from dozen.services.wallet.schemas import codes as shapes
from dozen.services.wallet.schemas.common import minor
from dozen.services.wallet.schemas.payments import PaymentShape
from dozen.services.wallet.service import codes, merchants
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Receipt
from dozen.services.wallet.structs.codes import Code
from dozen.services.wallet.structs.merchants import Shop
from dozen.web import Call, Cursor, Limit, Listing, Reply

READING = (
    code_errors.CodeChanged,
    code_errors.CodeOver,
    code_errors.CodeUsed,
    code_errors.NoSuchCode,
    code_errors.UnreadableCode,
    shop_errors.MerchantBlocked,
    shop_errors.MerchantClosed,
    shop_errors.NoSuchMerchant,
)


@api.post("/api/payments/qr", scope=PAY, raises=[*MOVING, *READING, code_errors.AmountFixed])
async def pay(call: Call, data: shapes.PayCode) -> PaymentShape:
    """Pay what was scanned: a shop's code (EMVCo payload or UPI link), or a person's. A code of one order is
    paid once, with the amount that it says."""

    def verb(tx: Tx, proof: Proof | None, device: int) -> Receipt:
        # Read in here: a code that was paid under this key is over, and still gives the first answer.
        found = codes.read(tx, call.me, data.payload)
        amount = minor(data.amount, found.currency) if data.amount is not None else None
        return codes.pay(tx, call.me, data.payload, amount, note=data.note, proof=proof, device_id=device)

    receipt = await acting.carry_out(
        call,
        verb,
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[data.payload, data.amount, data.note],
    )
    return await call.read(shown, receipt)


@api.post("/api/qr/read", scope=READ, status=200, limit=(120, 600), raises=[*READING, errors.NoSuchReceiver])
def read(call: Call, data: shapes.Read) -> shapes.ScannedShape:
    """What a code asks for."""
    return shapes.scanned(codes.read(call.tx, call.me, data.payload))


@api.post(
    "/api/merchants/{merchant_id}/codes",
    scope=SHOP,
    raises=[*READING, code_errors.BadCodeData, errors.BadAmount],
)
def make(call: Call, merchant_id: int, data: shapes.NewCodeShape) -> shapes.CodeShape:
    """A code for one order of a shop of yours."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    currency = currency_of(call, data.currency)
    new = codes.NewCode(
        amount=minor(data.amount, currency),
        currency=currency,
        reference=data.reference,
        description=data.description,
        lasts=data.expires_in * clock.SECOND,
    )
    return _shape(call, shop, codes.make(call.tx, shop, new))


@api.get("/api/merchants/{merchant_id}/codes", scope=SHOP, raises=[shop_errors.NoSuchMerchant])
def listed(
    call: Call, merchant_id: int, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[shapes.CodeShape]:
    """Codes of a shop of yours, newest first."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    before = call.cursors.open_id(f"codes {shop.id}", cursor)
    found = codes.of(call.tx, shop, **({"before": before} if before is not None else {}), limit=limit)
    more = call.cursors.seal(f"codes {shop.id}", found[-1].id) if len(found) == limit else None
    return Listing([_shape(call, shop, each) for each in found], more)


@api.get("/api/merchants/{merchant_id}/codes/{code_id}", scope=SHOP, raises=READING)
def one(call: Call, merchant_id: int, code_id: int) -> shapes.CodeShape:
    """One code, and whether it was paid."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    return _shape(call, shop, codes.one(call.tx, shop, code_id))


@api.delete("/api/merchants/{merchant_id}/codes/{code_id}", scope=SHOP, raises=READING)
def cancel(call: Call, merchant_id: int, code_id: int) -> None:
    """It can no longer be paid."""
    codes.cancel(call.tx, merchants.mine(call.tx, call.me, merchant_id), code_id)


@api.get("/api/merchants/{merchant_id}/code", scope=SHOP, raises=[shop_errors.NoSuchMerchant])
def static(call: Call, merchant_id: int) -> shapes.StaticCode:
    """The shop's own code, to be printed: the payer says how much."""
    shop = merchants.mine(call.tx, call.me, merchant_id)
    return shapes.StaticCode(
        codes.static_payload(call.env, shop.merchant), codes.link(call.env, shop.merchant)
    )


@api.get(
    "/api/merchants/{merchant_id}/code/{kind}",
    scope=SHOP,
    limit=(60, 600),
    media="image/*",
    raises=[*READING],
)
async def picture(
    call: Call, merchant_id: int, kind: Literal["png", "svg"], code_id: int = 0
) -> Reply[bytes]:
    """The shop's own code, or the one of an order, as a picture: PNG or SVG."""

    def text(tx: Tx) -> str:
        shop = merchants.mine(tx, call.me, merchant_id)
        if not code_id:
            return codes.static_payload(call.env, shop.merchant)
        return codes.payload(call.env, shop.merchant, codes.one(tx, shop, code_id))

    payload = await call.read(text)
    drawn = await call.heavy(drawing.png if kind == "png" else drawing.svg_file, payload)
    return Reply(drawn, media="image/png" if kind == "png" else "image/svg+xml")


def _shape(call: Call, shop: Shop, found: Code) -> shapes.CodeShape:
    return shapes.code(
        found,
        codes.payload(call.env, shop.merchant, found),
        codes.link(call.env, shop.merchant, found),
    )
