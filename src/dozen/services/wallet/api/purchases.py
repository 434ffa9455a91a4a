"""Purchases and returns of buyers in the native JSON door."""

from __future__ import annotations

from dozen.core import accounts, media
from dozen.kit import ids
from dozen.services.wallet.api.door import KEYED, MANAGE, READ, api
from dozen.services.wallet.api.merchants import keyed
from dozen.services.wallet.api.products import ATTACHING
from dozen.services.wallet.errors import ReceiverCannot
from dozen.services.wallet.errors import purchases as faults
from dozen.services.wallet.schemas import purchases as shapes
from dozen.services.wallet.schemas.common import number, person
from dozen.services.wallet.service import purchases, returns
from dozen.services.wallet.structs.purchases import Bought, Purchase, PurchaseState
from dozen.services.wallet.structs.returns import Returned
from dozen.web import Call, Cursor, Limit, Listing

_ONE = (faults.NoSuchPurchase,)
CANCELLING = (*_ONE, *KEYED, faults.WrongStep, faults.ShopCannotRefund, ReceiverCannot)


def page_of(call: Call, found: Bought) -> shapes.PurchasePage:
    buyer = accounts.cards(call.tx, {found.purchase.buyer}).get(found.purchase.buyer)
    return shapes.page(found, person(buyer))


def return_of(call: Call, found: Returned) -> shapes.ReturnPage:
    """Its private pictures are open to who may see it."""
    tickets = {each.id: media.ticket(call.env, each.id, call.tx.now) for each in found.pictures}
    return shapes.return_page(found, tickets)


@api.get("/api/shopping/purchases", scope=READ)
def listed(
    call: Call, state: PurchaseState | None = None, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[shapes.PurchaseShape]:
    """What you bought, the newest first."""
    kind = f"purchases {state}"
    before = call.cursors.open_id(kind, cursor)
    found = purchases.mine(
        call.tx,
        call.me,
        states=(state,) if state else (),
        before=ids.MAX if before is None else before,
        limit=limit + 1,
    )
    more = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    shops = purchases.shops_of(call.tx, found)
    return Listing([shapes.purchase(each, shops[each.merchant]) for each in found[:limit]], more)


@api.get("/api/shopping/purchases/{purchase_id}", scope=READ, raises=_ONE)
def show(call: Call, purchase_id: int) -> shapes.PurchasePage:
    """One of them, with its lines and where it is."""
    return page_of(call, purchases.of(call.tx, call.me, purchase_id))


@api.post(
    "/api/shopping/purchases/{purchase_id}/cancel",
    scope=MANAGE,
    limit=(60, 600),
    status=200,
    raises=[*CANCELLING, faults.AlreadyShipped],
)
def cancel(call: Call, purchase_id: int, data: shapes.Why) -> shapes.PurchasePage:
    """Call it off before it is sent; the money comes back."""
    keyed(call, data, Purchase, lambda tx: purchases.cancel(tx, call.me, purchase_id, data.reason))
    return page_of(call, purchases.of(call.tx, call.me, purchase_id))


@api.post(
    "/api/shopping/purchases/{purchase_id}/delivered",
    scope=MANAGE,
    status=200,
    raises=[*_ONE, faults.WrongStep],
)
def delivered(call: Call, purchase_id: int) -> shapes.PurchasePage:
    """Say that you have got it."""
    purchases.confirm_delivery(call.tx, call.me, purchase_id)
    return page_of(call, purchases.of(call.tx, call.me, purchase_id))


@api.post(
    "/api/shopping/purchases/{purchase_id}/returns",
    scope=MANAGE,
    limit=(60, 600),
    raises=[
        *_ONE,
        *ATTACHING,
        faults.BadReturn,
        faults.NotReturnable,
        faults.ReturnTooEarly,
        faults.ReturnTooLate,
    ],
)
def ask(call: Call, purchase_id: int, data: shapes.AskReturn) -> shapes.ReturnPage:
    """Ask to send some of it back."""
    made = returns.ask(
        call.tx,
        call.me,
        purchase_id,
        {number(each.line_id, "line_id"): each.quantity for each in data.items},
        reason=data.reason,
        words=data.words,
        media_ids=[number(each, "media_ids") for each in data.media_ids],
    )
    return return_of(call, returns.of(call.tx, call.me, made.id))


@api.get("/api/shopping/returns", scope=READ)
def my_returns(call: Call, cursor: Cursor | None = None, limit: Limit = 20) -> Listing[shapes.ReturnShape]:
    """What you want to send back, or did, the newest first."""
    before = call.cursors.open_id("returns", cursor)
    found = returns.mine(call.tx, call.me, before=ids.MAX if before is None else before, limit=limit + 1)
    more = call.cursors.seal("returns", found[limit - 1].id) if len(found) > limit else None
    return Listing([shapes.back(each) for each in found[:limit]], more)


@api.get("/api/shopping/returns/{return_id}", scope=READ, raises=[faults.NoSuchReturn])
def one_return(call: Call, return_id: int) -> shapes.ReturnPage:
    """One of them."""
    return return_of(call, returns.of(call.tx, call.me, return_id))


@api.post(
    "/api/shopping/returns/{return_id}/withdraw",
    scope=MANAGE,
    status=200,
    raises=[faults.NoSuchReturn, faults.ReturnClosed],
)
def withdraw(call: Call, return_id: int) -> shapes.ReturnPage:
    """Keep it after all."""
    returns.withdraw(call.tx, call.me, return_id)
    return return_of(call, returns.of(call.tx, call.me, return_id))
