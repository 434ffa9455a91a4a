"""Money from and to the outside by the native JSON door; and the gateways' webhooks."""

from __future__ import annotations

from dozen.core import payments as gateways
from dozen.kit.errors import NotFound
from dozen.services.wallet import acting, errors
from dozen.services.wallet.api.door import MANAGE, MOVING, OUTSIDE, PAY, READ, api, currency_of, shown
from dozen.services.wallet.schemas import payments as shapes
from dozen.services.wallet.schemas.common import minor, number
from dozen.services.wallet.service import topups
from dozen.services.wallet.structs import Receipt
from dozen.web import Api, Call, Reply
from dozen.web.serve import read_body

webhooks = Api("", tag="Webhooks")


async def add_funds(call: Call, data: shapes.NewTopup) -> shapes.TopupShape:
    """Begin to add money, and go as far as the gateway lets us at once."""
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency)
    method = number(data.method, "method") if data.method else None
    topup_id = await acting.carry_out(
        call,
        lambda tx, proof, device: (
            topups.begin(tx, call.me, amount, currency, way=data.way, method=method, device_id=device)[0].id
        ),
        result=int,
        key=acting.key_of(call),
        asked=[amount, currency, data.way, method],
    )
    found, charge = await call.read(topups.one, call.me, topup_id)
    if not charge.final:
        await call.heavy(gateways.advance, call.env, charge.id)
        found, charge = await call.read(topups.one, call.me, topup_id)
    return shapes.topup(found, charge)


@api.get("/api/topups/{topup_id}", scope=READ, raises=[errors.NoSuchTopup])
def topup(call: Call, topup_id: int) -> shapes.TopupShape:
    """What became of money that you add."""
    return shapes.topup(*topups.one(call.tx, call.me, topup_id))


@api.post("/api/withdrawals", scope=PAY, raises=[*MOVING, *OUTSIDE])
async def withdraw(call: Call, data: shapes.NewWithdrawal) -> shapes.PaymentShape:
    """Send money to a bank account that you have saved. It is back in the wallet if the bank refuses."""
    currency = currency_of(call, data.currency)
    amount, method = minor(data.amount, currency), number(data.method, "method")
    receipt = await acting.carry_out(
        call,
        lambda tx, proof, device: topups.withdraw(
            tx, call.me, amount, currency, method, proof=proof, device_id=device
        ),
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[amount, currency, method],
    )
    return await call.read(shown, receipt)


# Saved cards and bank accounts


@api.get("/api/methods", scope=READ)
def methods(call: Call) -> list[shapes.MethodShape]:
    """Your saved cards and bank accounts."""
    return [shapes.method(each) for each in gateways.methods(call.tx, call.me)]


@api.post("/api/methods", scope=MANAGE, raises=[gateways.errors.TooManyMethods, *OUTSIDE])
async def add_method(call: Call, data: shapes.NewMethod) -> shapes.MethodShape:
    """Begin to save a card or bank account: it is entered at the gateway's page, `next_action`."""

    made = await call.write(topups.add_method, call.me, data.kind, key=acting.key_of(call))
    return shapes.method(await call.heavy(gateways.advance_method, call.env, made.id))


@api.delete("/api/methods/{method_id}", scope=MANAGE, raises=[gateways.errors.NoSuchMethod])
def remove_method(call: Call, method_id: int) -> None:
    """Forget a saved card or bank account."""
    gateways.remove_method(call.tx, call.me, method_id)


# What gateways tell us


@webhooks.post("/webhooks/{gateway}", access="public", status=200, raises=[gateways.errors.BadWebhook])
async def webhook(call: Call, gateway: str) -> Reply[dict[str, bool]]:
    """A payment gateway's message. Its signature is checked before it is read."""
    body = await read_body(call, gateways.MOST_WEBHOOK)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in call.headers.items()}
    try:
        received = await call.heavy(gateways.receive_webhook, call.env, gateway, headers, body)
    except gateways.errors.NoGateway as error:
        raise NotFound from error
    return Reply({"received": True, "new": received.new}, status=200)
