"""Mandates by the native JSON door."""

from __future__ import annotations

from typing import Literal

from dozen.kit import clock
from dozen.services.wallet import acting, errors
from dozen.services.wallet.api.bills import FETCHING
from dozen.services.wallet.api.door import KEYED, MANAGE, PAY, READ, api
from dozen.services.wallet.errors import mandates as mandate_errors
from dozen.services.wallet.errors import merchants as shop_errors
from dozen.services.wallet.schemas import mandates as shapes
from dozen.services.wallet.schemas.common import minor, number
from dozen.services.wallet.service import mandates
from dozen.services.wallet.structs.mandates import Mandate
from dozen.web import Call

PROVING = (errors.DeviceRevoked, errors.PinLocked, errors.PinNeeded, errors.WrongPin)


def _moment(text: str, name: str) -> int:
    try:
        return clock.parse_rfc3339(text)
    except ValueError as error:
        raise errors.BadTime(fields={name: "This is not a date"}) from error


@api.post(
    "/api/mandates",
    scope=PAY,
    raises=[
        *KEYED,
        *PROVING,
        *FETCHING,
        errors.BadTime,
        errors.NoSuchReceiver,
        errors.NoWallet,
        errors.OwnWallet,
        mandate_errors.BadMandate,
        mandate_errors.TooManyMandates,
        shop_errors.MerchantClosed,
        shop_errors.NoSuchMerchant,
    ],
)
async def make(call: Call, data: shapes.NewMandateShape) -> shapes.MandateShape:
    """Approve a payment that recurs by itself, with your PIN."""
    currency = call.env.settings.wallet_currency
    new = mandates.NewMandate(
        payee_kind=data.payee,
        to=data.to,
        payee=number(data.payee_id, "payee_id") if data.payee != "person" else 0,
        given=data.fields,
        amount=minor(data.amount, currency) if data.amount is not None else 0,
        cap=minor(data.cap, currency),
        every=data.every,
        start_at=_moment(data.start, "start"),
        end_at=_moment(data.end, "end") if data.end is not None else None,
        note=data.note,
    )
    made = await acting.carry_out(
        call,
        lambda tx, proof, device: mandates.make(tx, call.me, new, proof=proof),
        result=Mandate,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[
            data.payee,
            new.to,
            new.payee,
            new.given,
            new.amount,
            new.cap,
            new.every,
            data.start,
            data.end,
            data.note,
        ],
    )
    return shapes.mandate(made)


@api.get("/api/mandates", scope=READ)
def listed(call: Call) -> shapes.Mandates:
    """Yours, newest first."""
    return shapes.Mandates([shapes.mandate(each) for each in mandates.of(call.tx, call.me)])


@api.get("/api/mandates/{mandate_id}", scope=READ, raises=[mandate_errors.NoSuchMandate])
def one(call: Call, mandate_id: int) -> shapes.MandateWhole:
    """One of yours, and what became of its periods."""
    found = mandates.one(call.tx, call.me, mandate_id)
    past = mandates.debits(call.tx, call.me, mandate_id)
    return shapes.MandateWhole(shapes.mandate(found), [shapes.debit(each, found.currency) for each in past])


@api.post(
    "/api/mandates/{mandate_id}/{what}",
    scope=MANAGE,
    status=200,
    raises=[*PROVING, mandate_errors.MandateOver, mandate_errors.NoSuchMandate],
)
async def change(
    call: Call, mandate_id: int, what: Literal["pause", "resume", "cancel"], data: shapes.Proof
) -> shapes.MandateShape:
    """Pause it, resume it (with your PIN), or cancel it for good."""
    if what == "resume":
        found = await acting.proven(
            call, data.pin, lambda tx, proof: mandates.resume(tx, call.me, mandate_id, proof=proof)
        )
    else:
        found = await call.write(mandates.pause if what == "pause" else mandates.cancel, call.me, mandate_id)
    return shapes.mandate(found)
