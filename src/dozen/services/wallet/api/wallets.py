"""Wallets by the native JSON door: one's own, and nobody else's."""

from __future__ import annotations

from msgspec import UNSET

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import acting, errors
from dozen.services.wallet.api.door import (
    MANAGE,
    MOVING,
    OUTSIDE,
    PAY,
    PROVING,
    READ,
    api,
    currency_of,
    shown,
)
from dozen.services.wallet.api.outside import add_funds
from dozen.services.wallet.schemas import payments as payment_shapes
from dozen.services.wallet.schemas import wallets as shapes
from dozen.services.wallet.schemas.common import Currency, minor
from dozen.services.wallet.service import devices, limits, numbers, pins, receivers, sending, wallets
from dozen.services.wallet.structs import Receipt, Wallet
from dozen.web import Call, Reply


def _shape(tx: Tx, found: Wallet) -> shapes.WalletShape:
    return shapes.wallet(found, wallets.balance(tx, found), wallets.holder(tx, found.owner))


def _mine(call: Call, user_id: int) -> None:
    """Other people's wallets are not there."""
    if user_id != call.me:
        raise errors.NoWallet


@api.post(
    "/api/wallets/create",
    scope=MANAGE,
    status=202,
    limit=(20, 3600),
    raises=[
        errors.BadNumber,
        errors.NumberTaken,
        errors.AlreadyVerified,
        errors.CodesTooOften,
        *PROVING,
    ],
)
async def create(call: Call, data: shapes.NewWallet) -> shapes.CodeSent:
    """Tie a mobile number to your wallet: a code is sent to it, and `/api/wallets/verify` takes that."""
    phone = await acting.proven(
        call, data.pin, lambda tx, proof: numbers.begin(tx, call.me, data.mobile_number, proof)
    )
    return shapes.CodeSent(phone)


@api.post(
    "/api/wallets/open",
    scope=MANAGE,
    raises=[errors.WalletExists, errors.Unverified, errors.CurrencyDiffers],
)
def open_one(call: Call, data: shapes.OpenWallet) -> Reply[shapes.WalletShape]:
    """Open a wallet in a further currency, or one again that was closed. The number must be confirmed."""
    found = wallets.open_wallet(call.tx, call.me, currency_of(call, data.currency))
    where = f"/wallet/api/wallets/{call.me}?currency={found.currency}"
    return Reply(_shape(call.tx, found), status=201, headers=[("location", where)])


@api.post(
    "/api/wallets/verify",
    scope=MANAGE,
    limit=(20, 3600),
    raises=[errors.BadCode, errors.CodeExpired, errors.NumberTaken, errors.BadPin, errors.WeakPin],
)
async def verify(call: Call, data: shapes.Confirm) -> shapes.WalletShape:
    """Confirm the number with the code, and open the wallet; with a `pin`, choose that."""
    hashed = await call.heavy(pins.hash_pin, data.pin) if data.pin else None

    def work(tx: Tx) -> Wallet | Fault:
        done = numbers.confirm(tx, call.me, data.code)
        if isinstance(done, Fault):
            return done
        found = wallets.find(tx, call.me)
        if found is None:
            found = wallets.open_wallet(tx, call.me)
        holder = wallets.holder(tx, call.me)
        if hashed is not None and holder is not None and holder.pin_set_at is None:
            pins.set_first(tx, call.me, hashed)
        return found

    found = await call.write(work)
    if isinstance(found, Fault):
        raise found
    return await call.read(_shape, found)


@api.get("/api/wallets/{user_id}", scope=READ, raises=[errors.NoWallet])
def balance(call: Call, user_id: int, currency: Currency | None = None) -> shapes.WalletShape:
    """Your wallet and what is in it."""
    _mine(call, user_id)
    return _shape(call.tx, wallets.wallet(call.tx, user_id, currency_of(call, currency)))


@api.get("/api/wallets", scope=READ)
def mine(call: Call) -> list[shapes.WalletShape]:
    """All your wallets, one a currency."""
    return [_shape(call.tx, each) for each in wallets.wallets_of(call.tx, call.me)]


@api.post("/api/wallets", scope=PAY, raises=[*MOVING, *OUTSIDE])
async def add(call: Call, data: payment_shapes.NewTopup) -> payment_shapes.TopupShape:
    """Add funds: send the person to `next_action`. The wallet is credited when the gateway says so."""
    return await add_funds(call, data)


@api.put("/api/wallets/{user_id}", scope=PAY, raises=MOVING)
async def transfer(call: Call, user_id: int, data: payment_shapes.TransferTo) -> payment_shapes.PaymentShape:
    """Transfer from your wallet to the one of `user_id`."""
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency)
    receipt = await acting.carry_out(
        call,
        lambda tx, proof, device: sending.send(
            tx, call.me, user_id, amount, currency, note=data.note, proof=proof, device_id=device
        ),
        result=Receipt,
        pin=data.pin,
        key=acting.key_of(call),
        asked=[amount, currency, data.note],
    )
    return await call.read(shown, receipt)


# The PIN


@api.put(
    "/api/pin",
    scope=MANAGE,
    limit=(20, 600),
    raises=[errors.BadPin, errors.WeakPin, errors.BadCode, errors.CodeExpired, *PROVING],
)
async def set_pin(call: Call, data: shapes.SetPin) -> None:
    """Choose the PIN: the first one; another one with the old one, or with password and code."""
    await acting.choose_pin(call, data.pin, old=data.old, password=data.password, code=data.code)


@api.post("/api/pin/pass", scope=PAY, status=201, limit=(20, 600), raises=PROVING)
async def pin_pass(call: Call, data: shapes.PinPassAsk) -> shapes.PinPassShape:
    """Enter the PIN once for several payments: as the header `Wallet-Pass` it stands for the PIN in payments
    (not in withdrawals, nor where anything else is changed), for five minutes and with this token."""
    proof = await acting.prove(call, data.pin)
    made = await call.write(pins.make_pass, proof, call.me, acting.caller_id(call))
    return shapes.PinPassShape(made.word, clock.rfc3339(made.until))


@api.post(
    "/api/pin/code",
    scope=MANAGE,
    status=204,
    limit=(10, 3600),
    raises=[errors.CodesTooOften, errors.NoWallet],
)
def pin_code(call: Call) -> None:
    """Send the code that resets the PIN, together with the password."""
    numbers.send_pin_code(call.tx, call.me)


# Limits, freezing, closing


@api.get("/api/limits", scope=READ, raises=[errors.NoWallet])
def read_limits(call: Call, currency: Currency | None = None) -> shapes.LimitsShape:
    """What may go out, and what is used of it."""
    return _limits(call.tx, call.me, currency_of(call, currency))


def _limits(tx: Tx, me: int, currency: str) -> shapes.LimitsShape:
    holder = wallets.holder(tx, me)
    if holder is None:
        raise errors.NoWallet
    return shapes.limits(limits.allowance(tx, holder, currency), currency, holder.tier)


@api.put("/api/limits", scope=MANAGE, raises=[errors.BadLimit, *PROVING])
async def write_limits(call: Call, data: shapes.SetLimits) -> shapes.LimitsShape:
    """Limit yourself. To loosen or take away a limit, the PIN is needed."""
    currency = currency_of(call, data.currency)
    given = {
        name: None if value is None else minor(value, currency)
        for name in ("payment", "day", "month")
        if (value := getattr(data, name)) is not UNSET
    }
    await acting.proven(call, data.pin, lambda tx, proof: limits.set_own(tx, call.me, currency, given, proof))
    return await call.read(_limits, call.me, currency)


@api.post(
    "/api/freeze",
    scope=MANAGE,
    status=200,
    raises=[errors.NoWallet, errors.WalletBlocked, errors.WalletClosed],
)
def freeze(call: Call, data: shapes.FreezeAsk) -> shapes.WalletShape:
    """Nothing goes out of the wallet until it is let go again."""
    found = wallets.freeze(call.tx, call.me, currency_of(call, data.currency), data.reason)
    return _shape(call.tx, found)


@api.post(
    "/api/unfreeze", scope=MANAGE, status=200, raises=[errors.WalletBlocked, errors.WalletClosed, *PROVING]
)
async def unfreeze(call: Call, data: shapes.WithPin) -> shapes.WalletShape:
    """Let the wallet go again, with the PIN."""
    currency = currency_of(call, data.currency)
    found = await acting.proven(
        call, data.pin, lambda tx, proof: wallets.unfreeze(tx, call.me, currency, proof)
    )
    return await call.read(_shape, found)


@api.delete(
    "/api/wallets/{user_id}", scope=MANAGE, raises=[errors.NoWallet, errors.WalletInUse, errors.WalletBlocked]
)
def close(call: Call, user_id: int, currency: Currency | None = None) -> shapes.WalletShape:
    """Close an empty wallet. It can be opened again."""
    _mine(call, user_id)
    return _shape(call.tx, wallets.close(call.tx, call.me, currency_of(call, currency)))


# Devices


@api.get("/api/devices", scope=READ)
def list_devices(call: Call) -> list[shapes.DeviceShape]:
    """Browsers and tokens that your wallet was used from."""
    return [shapes.device(each) for each in devices.mine(call.tx, call.me)]


@api.put("/api/devices/{device_id}", scope=MANAGE, raises=[errors.NoSuchDevice, errors.DeviceRevoked])
def edit_device(call: Call, device_id: int, data: shapes.EditDevice) -> list[shapes.DeviceShape]:
    """Name a device, or take the wallet away from it."""
    if data.name is not UNSET:
        devices.rename(call.tx, call.me, device_id, data.name)
    if data.revoked is not UNSET:
        acting.must_not_be_revoked(call, call.tx)
        devices.revoke(call.tx, call.me, device_id, on=data.revoked)
    return list_devices(call)


# Handles


@api.get("/api/handles", scope=READ)
def list_handles(call: Call) -> list[shapes.HandleShape]:
    """Names that you can be paid by."""
    return [
        shapes.HandleShape(each.handle + receivers.SUFFIX) for each in receivers.handles(call.tx, call.me)
    ]


@api.post(
    "/api/handles",
    scope=MANAGE,
    raises=[errors.BadHandle, errors.HandleTaken, errors.TooManyHandles, errors.NoWallet],
)
def take_handle(call: Call, data: shapes.NewHandle) -> shapes.HandleShape:
    """Take a handle."""
    return shapes.HandleShape(receivers.take_handle(call.tx, call.me, data.handle).handle + receivers.SUFFIX)


@api.delete("/api/handles/{handle}", scope=MANAGE)
def drop_handle(call: Call, handle: str) -> None:
    """Let a handle go."""
    receivers.drop_handle(call.tx, call.me, handle)
