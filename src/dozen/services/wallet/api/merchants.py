"""Shops in the native JSON door: registering, keys, payouts, reports. For their owners; programs of a shop
that act by its key use a dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from msgspec import Meta

from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet import acting, errors, finding
from dozen.services.wallet.api.door import KEYED, api, currency_of
from dozen.services.wallet.errors import merchants as faults
from dozen.services.wallet.schemas import merchants as shapes
from dozen.services.wallet.schemas.common import Currency, minor, of_minor
from dozen.services.wallet.schemas.merchants import Mode
from dozen.services.wallet.service import (
    merchant_hosts,
    merchant_keys,
    merchants,
    shop_reports,
    shop_settlements,
)
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.structs.merchants import Settlement, Shop
from dozen.web import Call, Cursor, Limit, Listing, Reply

T = TypeVar("T")
SHOP = "wallet:shop"
OWN = (faults.NoSuchMerchant,)
OPEN = (*OWN, faults.MerchantClosed, faults.MerchantBlocked)
Date = Annotated[str, Meta(max_length=40, description="RFC 3339 date or time.")]


def mine(call: Call, merchant_id: int, mode: Mode) -> Shop:
    return merchants.mine(call.tx, call.me, merchant_id, live=mode == "live")


def keyed(call: Call, asked: Any, result: type[T], verb: Callable[[Tx], T]) -> T:
    """Once under an ``Idempotency-Key``, where there is one."""
    return acting.keyed(call, acting.key_of(call), asked, result, verb)


def _shape(call: Call, shop: Shop) -> shapes.MerchantShape:
    balances = [of_minor(each.balance, each.account.currency) for each in merchants.balances(call.tx, shop)]
    return shapes.merchant(shop.merchant, balances)


@api.post("/api/merchants", scope=SHOP, raises=[faults.BadMerchant, faults.TooManyMerchants])
def register(call: Call, data: shapes.NewMerchantShape) -> Reply[shapes.MerchantShape]:
    """Open a shop."""
    new = merchants.NewMerchant(
        name=data.name,
        category=data.category,
        website=data.website,
        email=data.email,
        about=data.about,
        settle=data.settle,
    )
    made = merchants.register(call.tx, call.me, new)
    shown = _shape(call, Shop(made, True, call.me))
    return Reply(shown, status=201, headers=[("location", f"/wallet/api/merchants/{made.id}")])


@api.get("/api/merchants", scope=SHOP)
def index(call: Call) -> Listing[shapes.MerchantShape]:
    """Your shops."""
    return Listing([_shape(call, Shop(each, True, call.me)) for each in merchants.of(call.tx, call.me)])


@api.get("/api/merchants/{merchant_id}", scope=SHOP, raises=OWN)
def show(call: Call, merchant_id: int) -> shapes.MerchantShape:
    """A shop: all of it for its owner, what it calls itself for others."""
    found = merchants.merchant(call.tx, merchant_id)
    if found.owner != call.me:
        merchants.must_be_open(found)
        return shapes.merchant(found)
    return _shape(call, Shop(found, True, call.me))


@api.put("/api/merchants/{merchant_id}", scope=SHOP, raises=[*OWN, faults.BadMerchant, faults.MerchantClosed])
def edit(call: Call, merchant_id: int, data: shapes.MerchantChange) -> shapes.MerchantShape:
    """Change a shop of yours."""
    changes = merchants.Changes(
        name=data.name,
        category=data.category,
        website=data.website,
        email=data.email,
        about=data.about,
        settle=data.settle,
    )
    return _shape(call, Shop(merchants.edit(call.tx, call.me, merchant_id, changes), True, call.me))


@api.delete(
    "/api/merchants/{merchant_id}", scope=SHOP, raises=[*OWN, faults.MerchantInUse, faults.MerchantBlocked]
)
def close(call: Call, merchant_id: int) -> None:
    """Close a shop of yours, with nothing in it, for good. Its history stays."""
    merchants.close(call.tx, call.me, merchant_id)


# Keys


@api.get("/api/merchants/{merchant_id}/keys", scope=SHOP, raises=OWN)
def keys(call: Call, merchant_id: int) -> Listing[shapes.KeyShape]:
    """The shop's API keys, without the secrets."""
    found = merchant_keys.keys(call.tx, mine(call, merchant_id, "live"))
    return Listing([shapes.key(each) for each in found])


@api.post(
    "/api/merchants/{merchant_id}/keys",
    scope=SHOP,
    limit=(30, 600),
    raises=[*OPEN, faults.BadKeyName, faults.TooManyKeys],
)
def make_key(call: Call, merchant_id: int, data: shapes.NewKeyShape, mode: Mode = "live") -> shapes.KeyShape:
    """Make an API key. It is said in this answer and never again."""
    return shapes.new_key(merchant_keys.make(call.tx, mine(call, merchant_id, mode), data.kind, data.name))


@api.post(
    "/api/merchants/{merchant_id}/keys/{key_id}/rotate",
    scope=SHOP,
    limit=(30, 600),
    raises=[*OPEN, faults.NoSuchKey, faults.TooManyKeys],
)
def rotate_key(
    call: Call, merchant_id: int, key_id: int, hours: Annotated[int, Meta(ge=0, le=168)] = 24
) -> shapes.KeyShape:
    """Another key in its place; the old one works on for some hours."""
    shop = mine(call, merchant_id, "live")
    return shapes.new_key(merchant_keys.rotate(call.tx, shop, key_id, overlap=hours * clock.HOUR))


@api.delete("/api/merchants/{merchant_id}/keys/{key_id}", scope=SHOP, raises=[*OWN, faults.NoSuchKey])
def revoke_key(call: Call, merchant_id: int, key_id: int) -> None:
    """It works no more."""
    merchant_keys.revoke(call.tx, mine(call, merchant_id, "live"), key_id)


@api.post("/api/merchants/{merchant_id}/signing-key", scope=SHOP, limit=(30, 600), raises=OPEN)
def signing_key(call: Call, merchant_id: int, mode: Mode = "live") -> shapes.SigningKey:
    """A merchant id and key for the Paytm-shaped protocol. It is said once; an older one works no more."""
    return shapes.SigningKey(*merchant_keys.make_signing_key(call.tx, mine(call, merchant_id, mode)))


@api.get("/api/merchants/{merchant_id}/callback-hosts", scope=SHOP, raises=OWN)
def callback_hosts(call: Call, merchant_id: int) -> shapes.HostsShape:
    """Where payers and signed outcomes may be sent to, beside the host of the shop's website."""
    return shapes.HostsShape(merchant_hosts.listed(call.tx, mine(call, merchant_id, "live")))


@api.put(
    "/api/merchants/{merchant_id}/callback-hosts",
    scope=SHOP,
    limit=(60, 600),
    raises=[*OPEN, faults.BadCallbackHost],
)
def list_callback_hosts(call: Call, merchant_id: int, data: shapes.HostsShape) -> shapes.HostsShape:
    """List these hosts, and no others."""
    return shapes.HostsShape(merchant_hosts.put(call.tx, mine(call, merchant_id, "live"), data.hosts))


# Payouts


@api.get("/api/merchants/{merchant_id}/settlements", scope=SHOP, raises=OWN)
def settlements(
    call: Call, merchant_id: int, mode: Mode = "live", cursor: Cursor | None = None, limit: Limit = 30
) -> Listing[shapes.SettlementShape]:
    """What was paid out, the newest first."""
    shop = mine(call, merchant_id, mode)
    kind = f"settlements {shop.id} {shop.live}"
    before = call.cursors.open_id(kind, cursor)
    found = shop_settlements.page(
        call.tx, shop, before=ids.MAX if before is None else before, limit=limit + 1
    )
    onward = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    return Listing([shapes.settlement(each) for each in found[:limit]], onward)


@api.post(
    "/api/merchants/{merchant_id}/settlements",
    scope=SHOP,
    limit=(30, 600),
    raises=[
        *OWN,
        *KEYED,
        errors.BalanceCap,
        errors.InsufficientFunds,
        errors.NoWallet,
        faults.BadSettlement,
        faults.NothingToSettle,
    ],
)
def settle(
    call: Call, merchant_id: int, data: shapes.NewSettlementShape, mode: Mode = "live"
) -> shapes.SettlementShape:
    """Pay out to your wallet."""
    shop = mine(call, merchant_id, mode)
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency) if data.amount is not None else None
    made = keyed(
        call,
        [mode, amount, currency, data.note],
        Settlement,
        lambda tx: shop_settlements.settle(tx, shop, currency, amount, note=data.note),
    )
    return shapes.settlement(made)


# Reports


def _report(
    call: Call, merchant_id: int, mode: Mode, start: str, end: str, currency: str | None
) -> shop_reports.Report:
    shop, wanted = mine(call, merchant_id, mode), currency_of(call, currency)
    if not start:
        last = day_of(call.tx.now) + clock.DAY
        return shop_reports.report(call.tx, shop, wanted, last - 30 * clock.DAY, last)
    return shop_reports.report(call.tx, shop, wanted, *finding.stretch(start, end))


@api.get("/api/merchants/{merchant_id}/report", scope=SHOP, raises=[*OWN, errors.BadTime])
def report(
    call: Call,
    merchant_id: int,
    mode: Mode = "live",
    start: Date = "",
    end: Date = "",
    currency: Currency | None = None,
) -> shapes.ReportShape:
    """What the shop took, by UTC day; the last thirty unless you say."""
    return shapes.report(_report(call, merchant_id, mode, start, end, currency))


@api.get(
    "/api/merchants/{merchant_id}/report.csv", scope=SHOP, media="text/csv", raises=[*OWN, errors.BadTime]
)
def report_csv(
    call: Call,
    merchant_id: int,
    mode: Mode = "live",
    start: Date = "",
    end: Date = "",
    currency: Currency | None = None,
) -> Reply[bytes]:
    """The same as CSV."""
    found = _report(call, merchant_id, mode, start, end, currency)
    return Reply(shop_reports.as_csv(found).encode(), media="text/csv; charset=utf-8")
