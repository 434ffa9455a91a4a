"""What a shop sells, and what was bought from it, in the native JSON door; for its owner."""

from __future__ import annotations

from msgspec import UNSET

from dozen.core import engagement
from dozen.db import Tx
from dozen.kit import ids
from dozen.services.wallet.api.door import KEYED, api
from dozen.services.wallet.api.merchants import OPEN, OWN, SHOP, keyed, mine
from dozen.services.wallet.api.products import ATTACHING, review_shape
from dozen.services.wallet.api.purchases import CANCELLING, page_of, return_of
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors import products as faults
from dozen.services.wallet.errors import purchases as purchase_faults
from dozen.services.wallet.schemas import merchant_products as shapes
from dozen.services.wallet.schemas import products as public
from dozen.services.wallet.schemas import purchases as purchase_shapes
from dozen.services.wallet.schemas.common import minor, number
from dozen.services.wallet.service import (
    product_pictures,
    product_reviews,
    product_stock,
    products,
    purchases,
    returns,
    stores,
)
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import ProductState
from dozen.services.wallet.structs.purchases import Purchase, PurchaseState
from dozen.services.wallet.structs.returns import Return, ReturnState
from dozen.web import Call, Cursor, Limit, Listing

_BASE = "/api/merchants/{merchant_id}"
_ONE = (*OWN, faults.NoSuchProduct)
_KEEPING = (
    *OPEN,
    *ATTACHING,
    BadAmount,
    faults.BadProduct,
    faults.NoSuchVariant,
    faults.NotReady,
    faults.ProductTakenDown,
    faults.SkuTaken,
)
_RATE = (*OWN, BadAmount, faults.BadRate)
_RETURN = (*OWN, purchase_faults.NoSuchReturn, purchase_faults.ReturnClosed)


def _shop(call: Call, merchant_id: int) -> Shop:
    return mine(call, merchant_id, "live")


def _kept(tx: Tx, shop: Shop, product_id: int) -> shapes.KeptShape:
    return shapes.kept(products.kept(tx, shop, [products.of(tx, shop, product_id)])[0])


# How it sells


def _store(call: Call, shop: Shop) -> shapes.StoreShape:
    return shapes.store(stores.store(call.tx, shop.id), stores.rates(call.tx, [shop.id])[shop.id])


@api.get(_BASE + "/store", scope=SHOP, raises=OWN)
def store(call: Call, merchant_id: int) -> shapes.StoreShape:
    """In which currency the shop sells, how long things may come back, how it sends."""
    return _store(call, _shop(call, merchant_id))


@api.put(_BASE + "/store", scope=SHOP, raises=[*OPEN, faults.BadStore])
def set_up(call: Call, merchant_id: int, data: shapes.StoreChange) -> shapes.StoreShape:
    """Change that; the currency only while there are no products."""
    shop = _shop(call, merchant_id)
    currency = data.currency if data.currency is not UNSET else None
    days = data.return_days if data.return_days is not UNSET else None
    stores.set_up(call.tx, shop, currency=currency, return_days=days)
    return _store(call, shop)


@api.post(_BASE + "/delivery", scope=SHOP, raises=[*_RATE, *OPEN])
def add_rate(call: Call, merchant_id: int, data: shapes.NewRateShape) -> public.RateShape:
    """Another way of sending."""
    shop = _shop(call, merchant_id)
    currency = stores.store(call.tx, shop.id).currency
    return public.rate(stores.add_rate(call.tx, shop, shapes.new_rate(data, currency)), currency)


@api.put(_BASE + "/delivery/{rate_id}", scope=SHOP, raises=[*_RATE, faults.NoSuchRate])
def change_rate(call: Call, merchant_id: int, rate_id: int, data: shapes.NewRateShape) -> public.RateShape:
    """Change it; what is held or bought already keeps what it had."""
    shop = _shop(call, merchant_id)
    currency = stores.store(call.tx, shop.id).currency
    return public.rate(stores.change_rate(call.tx, shop, rate_id, shapes.new_rate(data, currency)), currency)


@api.delete(_BASE + "/delivery/{rate_id}", scope=SHOP, raises=[*OWN, faults.NoSuchRate])
def drop_rate(call: Call, merchant_id: int, rate_id: int) -> None:
    """Send so no longer."""
    stores.drop_rate(call.tx, _shop(call, merchant_id), rate_id)


# Products


@api.get(_BASE + "/products", scope=SHOP, raises=OWN)
def index(
    call: Call,
    merchant_id: int,
    state: ProductState = "active",
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[shapes.KeptShape]:
    """What the shop sells (or keeps back, or sold), the newest first."""
    shop = _shop(call, merchant_id)
    kind = f"merchant products {shop.id} {state}"
    before = call.cursors.open_id(kind, cursor)
    found = products.page(call.tx, shop, state, ids.MAX if before is None else before, limit + 1)
    more = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    return Listing([shapes.kept(each) for each in products.kept(call.tx, shop, found[:limit])], more)


@api.post(_BASE + "/products", scope=SHOP, raises=[*_KEEPING, faults.TooManyProducts])
def add(call: Call, merchant_id: int, data: shapes.NewProductShape) -> shapes.KeptShape:
    """Add a product; a draft, unless ``state`` says otherwise."""
    shop, tx = _shop(call, merchant_id), call.tx
    currency = stores.store(tx, shop.id).currency
    made = products.add(tx, shop, shapes.new_product(data, currency))
    _rest(tx, shop, made.id, data)
    return _kept(tx, shop, made.id)


@api.get(_BASE + "/products/{product_id}", scope=SHOP, raises=_ONE)
def show(call: Call, merchant_id: int, product_id: int) -> shapes.KeptShape:
    """One of them."""
    return _kept(call.tx, _shop(call, merchant_id), product_id)


@api.put(_BASE + "/products/{product_id}", scope=SHOP, raises=[*_KEEPING, faults.NoSuchProduct])
def edit(call: Call, merchant_id: int, product_id: int, data: shapes.NewProductShape) -> shapes.KeptShape:
    """All of it anew; pictures come behind those that are there."""
    shop, tx = _shop(call, merchant_id), call.tx
    currency = products.of(tx, shop, product_id).currency
    products.edit(tx, shop, product_id, shapes.new_product(data, currency))
    _rest(tx, shop, product_id, data)
    return _kept(tx, shop, product_id)


def _rest(tx: Tx, shop: Shop, product_id: int, data: shapes.NewProductShape) -> None:
    if data.media_ids:
        product_pictures.add(tx, shop, product_id, [number(each, "media_ids") for each in data.media_ids])
    if data.state is not UNSET:
        products.set_state(tx, shop, product_id, data.state)


@api.delete(_BASE + "/products/{product_id}", scope=SHOP, raises=_ONE)
def archive(call: Call, merchant_id: int, product_id: int) -> None:
    """Sell it no longer; who bought it still sees it."""
    products.set_state(call.tx, _shop(call, merchant_id), product_id, "archived")


@api.delete(_BASE + "/products/{product_id}/pictures/{media_id}", scope=SHOP, raises=_ONE)
def drop_picture(call: Call, merchant_id: int, product_id: int, media_id: int) -> None:
    """Take a picture away."""
    product_pictures.drop(call.tx, _shop(call, merchant_id), product_id, media_id)


@api.post(
    _BASE + "/products/{product_id}/stock",
    scope=SHOP,
    raises=[*_ONE, faults.NoSuchVariant, faults.BadStock],
)
def change_stock(
    call: Call, merchant_id: int, product_id: int, data: shapes.StockChange
) -> shapes.StockShape:
    """So many more, or fewer, with a reason; what is held or sold cannot be taken away."""
    shop, variant = _shop(call, merchant_id), number(data.variant_id, "variant_id")
    left = product_stock.change(call.tx, shop, product_id, variant, data.by, data.reason)
    return shapes.StockShape(str(variant), left)


@api.get(
    _BASE + "/products/{product_id}/variants/{variant_id}/stock",
    scope=SHOP,
    raises=[*_ONE, faults.NoSuchVariant],
)
def journal(call: Call, merchant_id: int, product_id: int, variant_id: int) -> Listing[shapes.StockEntry]:
    """How its stock was changed by hand, the newest first."""
    found = product_stock.journal(call.tx, _shop(call, merchant_id), product_id, variant_id)
    return Listing([shapes.stock_entry(each) for each in found])


@api.put(
    _BASE + "/reviews/{review_id}/answer",
    scope=SHOP,
    raises=[*OWN, engagement.errors.NoSuchReview, engagement.errors.BadText],
)
def answer_review(
    call: Call, merchant_id: int, review_id: int, data: public.AnswerShape
) -> public.ReviewShape:
    """Answer a review of something that the shop sells."""
    made = product_reviews.answer(call.tx, _shop(call, merchant_id), review_id, data.text)
    return review_shape(call.tx, product_reviews.with_pictures(call.tx, [made])[0])


# Purchases


@api.get(_BASE + "/purchases", scope=SHOP, raises=OWN)
def bought(
    call: Call,
    merchant_id: int,
    state: PurchaseState | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[purchase_shapes.PurchaseShape]:
    """What was bought from the shop, the newest first."""
    shop = _shop(call, merchant_id)
    kind = f"merchant purchases {shop.id} {state}"
    before = call.cursors.open_id(kind, cursor)
    found = purchases.page(
        call.tx,
        shop,
        states=(state,) if state else (),
        before=ids.MAX if before is None else before,
        limit=limit + 1,
    )
    more = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    return Listing([purchase_shapes.purchase(each, shop.merchant.name) for each in found[:limit]], more)


_PURCHASE = (*OWN, purchase_faults.NoSuchPurchase)


@api.get(_BASE + "/purchases/{purchase_id}", scope=SHOP, raises=_PURCHASE)
def purchase(call: Call, merchant_id: int, purchase_id: int) -> purchase_shapes.PurchasePage:
    """One of them, with where it goes to."""
    return page_of(call, purchases.of_shop(call.tx, _shop(call, merchant_id), purchase_id))


@api.post(
    _BASE + "/purchases/{purchase_id}/state",
    scope=SHOP,
    status=200,
    raises=[*_PURCHASE, purchase_faults.WrongStep, purchase_faults.BadShipping],
)
def advance(
    call: Call, merchant_id: int, purchase_id: int, data: purchase_shapes.NextStep
) -> purchase_shapes.PurchasePage:
    """Say that it is packed, sent, out for delivery, there; the buyer is told."""
    shop = _shop(call, merchant_id)
    purchases.advance(
        call.tx,
        shop,
        purchase_id,
        data.state,
        carrier=data.carrier,
        tracking=data.tracking,
        words=data.words,
    )
    return page_of(call, purchases.of_shop(call.tx, shop, purchase_id))


@api.post(_BASE + "/purchases/{purchase_id}/cancel", scope=SHOP, status=200, raises=[*OWN, *CANCELLING])
def cancel(
    call: Call, merchant_id: int, purchase_id: int, data: purchase_shapes.ShopCancel
) -> purchase_shapes.PurchasePage:
    """Call it off before it is there; the buyer gets all back."""
    shop = _shop(call, merchant_id)
    keyed(
        call,
        data,
        Purchase,
        lambda tx: purchases.cancel_by_shop(tx, shop, purchase_id, data.reason, restock=data.restock),
    )
    return page_of(call, purchases.of_shop(call.tx, shop, purchase_id))


@api.get(_BASE + "/returns", scope=SHOP, raises=OWN)
def returned(
    call: Call,
    merchant_id: int,
    state: ReturnState | None = None,
    cursor: Cursor | None = None,
    limit: Limit = 30,
) -> Listing[purchase_shapes.ReturnShape]:
    """What buyers want to send back, or did, the newest first."""
    shop = _shop(call, merchant_id)
    kind = f"merchant returns {shop.id} {state}"
    before = call.cursors.open_id(kind, cursor)
    found = returns.page(
        call.tx, shop, state=state, before=ids.MAX if before is None else before, limit=limit + 1
    )
    more = call.cursors.seal(kind, found[limit - 1].id) if len(found) > limit else None
    return Listing([purchase_shapes.back(each) for each in found[:limit]], more)


@api.get(_BASE + "/returns/{return_id}", scope=SHOP, raises=[*OWN, purchase_faults.NoSuchReturn])
def one_return(call: Call, merchant_id: int, return_id: int) -> purchase_shapes.ReturnPage:
    """One of them, with its pictures."""
    return return_of(call, returns.of_shop(call.tx, _shop(call, merchant_id), return_id))


@api.post(
    _BASE + "/returns/{return_id}/answer",
    scope=SHOP,
    status=200,
    raises=[*_RETURN, purchase_faults.BadReturn],
)
def answer(
    call: Call, merchant_id: int, return_id: int, data: purchase_shapes.AnswerReturn
) -> purchase_shapes.ReturnPage:
    """Take it back, or do not."""
    shop = _shop(call, merchant_id)
    returns.answer(call.tx, shop, return_id, accept=data.accept, words=data.words)
    return return_of(call, returns.of_shop(call.tx, shop, return_id))


@api.post(
    _BASE + "/returns/{return_id}/refund",
    scope=SHOP,
    status=200,
    raises=[
        *_RETURN,
        *KEYED,
        BadAmount,
        purchase_faults.BadRefundAmount,
        purchase_faults.ShopCannotRefund,
    ],
)
def settle(
    call: Call, merchant_id: int, return_id: int, data: purchase_shapes.SettleReturn
) -> purchase_shapes.ReturnPage:
    """The goods have come: give money back, and say whether they are for sale again."""
    shop = _shop(call, merchant_id)
    currency = returns.of_shop(call.tx, shop, return_id).back.currency
    amount = minor(data.amount, currency)
    keyed(
        call,
        data,
        Return,
        lambda tx: returns.settle(tx, shop, return_id, amount, restock=data.restock, words=data.words),
    )
    return return_of(call, returns.of_shop(call.tx, shop, return_id))
