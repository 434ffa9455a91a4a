"""What a shop sells, in the HTML door: products, pictures, stock, ways of sending."""

from __future__ import annotations

from typing import Any

from dozen.db import Tx
from dozen.kit import ids, money
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.errors.products import BadProduct, BadRate, BadStock
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.pages.merchants import base, mine, shop_page
from dozen.services.wallet.pages.purchases import upload
from dozen.services.wallet.service import categories, product_pictures, product_stock, products, stores
from dozen.services.wallet.service.products import NewProduct, NewVariant
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.products import ProductState
from dozen.web import Call, Cursor, Form, Page, Redirect, Undo
from dozen.web.paging import next_page

STATES: dict[ProductState, tuple[str, str]] = {
    "active": ("On sale", "success"),
    "draft": ("Draft", "warning"),
    "archived": ("No longer sold", ""),
}
_OPTIONS = 2
"""That the form offers; the API takes three."""
_MORE_ROWS = 4
_PAGE = 30
_PHOTOS = 48 * 2**20
_LOW = 3
"""From so many left on, a list says so."""


@pages.get("/merchants/{merchant_id}/products")
def index(call: Call, merchant_id: int, state: ProductState = "active", cursor: Cursor | None = None) -> Page:
    """On sale, drafts, no longer sold."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    kind = f"merchant products page {shop.id} {state}"
    before = call.cursors.open_id(kind, cursor)
    found = products.page(tx, shop, state, ids.MAX if before is None else before, _PAGE + 1)
    more = call.cursors.seal(kind, found[_PAGE - 1].id) if len(found) > _PAGE else None
    at, counts = f"{base(shop)}/products", products.how_many(tx, shop)
    return shop_page(
        call,
        shop,
        "merchant_products",
        "products",
        found=products.kept(tx, shop, found[:_PAGE]),
        low=_LOW,
        chips=[
            (f"{words} ({counts.get(each, 0)})", f"{at}?state={each}", each == state)
            for each, (words, _) in STATES.items()
        ],
        next=next_page(at, more, state=state),
    )


@pages.get("/merchants/{merchant_id}/products/new")
def new(call: Call, merchant_id: int) -> Page:
    return _form(call, call.tx, mine(call, call.tx, merchant_id, "live"), None, {})


def _form(
    call: Call, tx: Tx, shop: Shop, kept: products.Kept | None, given: dict[str, str], **values: Any
) -> Page:
    """``given`` empty: as it is kept."""
    known = list(kept.choices) if kept is not None else []
    if not given and kept is not None:
        given = _as_typed(kept)
    options = [given.get(f"option{n}", "") for n in range(_OPTIONS)]
    typed_rows = sum(name.startswith("price") for name in given)
    rows = max(len(known) + _MORE_ROWS, typed_rows, 1)
    tree = categories.tree(tx)
    return shop_page(
        call,
        shop,
        "merchant_product_form",
        "products",
        item=kept,
        given=given,
        options=options,
        rows=range(min(rows, products.MOST_VARIANTS)),
        known=known,
        currency=kept.product.currency if kept is not None else stores.store(tx, shop.id).currency,
        categories=[
            (each.id, " › ".join(up.name for up in categories.path(tree, each.id)))
            for each in _in_order(tree)
        ],
        **values,
    )


def _in_order(tree: list[Any]) -> list[Any]:
    by_id = {each.id: each for each in tree}
    tops = [each for each in tree if not each.parent]
    return [by_id[leaf] for top in tops for leaf in categories.below(tree, top.id)]


def _as_typed(kept: products.Kept) -> dict[str, str]:
    product = kept.product
    given = {"title": product.title, "words": product.words, "category": product.category}
    given |= {f"option{n}": name for n, name in enumerate(product.options)}
    for n, choice in enumerate(kept.choices):
        each = choice.variant
        given |= {
            f"id{n}": str(each.id),
            f"sku{n}": each.sku,
            f"price{n}": money.plain(each.price, product.currency),
            f"was{n}": "" if each.compare_at is None else money.plain(each.compare_at, product.currency),
        }
        given |= {f"value{n}_{m}": value for m, value in enumerate(each.choice)}
    return given


def _new(form: Form, currency: str) -> NewProduct:
    """What was typed: rows without a price are left out. Raises BadProduct."""
    options = tuple(name for n in range(_OPTIONS) if (name := form.get(f"option{n}").strip()))
    variants = []
    for n in range(products.MOST_VARIANTS):
        price = form.get(f"price{n}").strip()
        if not price:
            continue
        variants.append(
            NewVariant(
                id=_number(form.get(f"id{n}")),
                sku=form.get(f"sku{n}").strip(),
                choice=tuple(form.get(f"value{n}_{m}") for m in range(len(options))),
                price=_amount(price, currency, "variants"),
                compare_at=_amount(was, currency, "variants")
                if (was := form.get(f"was{n}").strip())
                else None,
                stock=_number(form.get(f"stock{n}")) or 0,
            )
        )
    return NewProduct(
        title=form.get("title"),
        words=form.get("words"),
        category=form.get("category"),
        options=options,
        variants=tuple(variants),
    )


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        raise BadProduct(fields={"variants": "A whole number, please"})
    return int(text)


def _amount(text: str, currency: str, field: str) -> int:
    try:
        return money.parse(text.strip().replace(",", ""), currency)
    except ValueError as error:
        raise BadProduct(fields={field: BadAmount.title}) from error


def _typed(form: Form) -> dict[str, str]:
    return {name: value[:5_000] for name, value in form.fields() if name not in ("csrf", "alt")}


@pages.post(
    "/merchants/{merchant_id}/products", upload=True, max_body=_PHOTOS, limit=(120, 600),
    keeps=("title", "words"),
)  # fmt: skip
async def add(call: Call, merchant_id: int, form: Form) -> Any:
    shop = await call.read(lambda tx: mine(call, tx, merchant_id, "live"))
    try:
        currency = (await call.read(stores.store, shop.id)).currency
        made = _new(form, currency)
        photos = await upload(call, form, product_pictures.MOST)

        def verb(tx: Tx) -> int:
            product = products.add(tx, shop, made)
            product_pictures.add(tx, shop, product.id, photos)
            if form.checked("show"):
                products.set_state(tx, shop, product.id, "active")
            return product.id

        product_id = await call.write(verb)
    except Fault as fault:
        told = problem(fault)
        return await call.read(lambda tx: _form(call, tx, shop, None, _typed(form), **told))
    return Redirect(f"{base(shop)}/products/{product_id}", flash="Saved")


@pages.get("/merchants/{merchant_id}/products/{product_id}")
def show(call: Call, merchant_id: int, product_id: int) -> Page:
    """Its state, pictures and stock."""
    return _show(call, call.tx, mine(call, call.tx, merchant_id, "live"), product_id)


def _show(call: Call, tx: Tx, shop: Shop, product_id: int, **values: Any) -> Page:
    (kept,) = products.kept(tx, shop, [products.of(tx, shop, product_id)])
    journals = {
        each.variant.id: product_stock.journal(tx, shop, product_id, each.variant.id)[:6]
        for each in kept.choices[:10]
    }
    shown = {"given": {}} | values
    return shop_page(
        call,
        shop,
        "merchant_product",
        "products",
        item=kept,
        product=kept.product,
        product_states=STATES,
        low=_LOW,
        journals=journals,
        space=product_pictures.MOST - len(kept.pictures),
        **shown,
    )


@pages.get("/merchants/{merchant_id}/products/{product_id}/edit")
def edit_form(call: Call, merchant_id: int, product_id: int) -> Page:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    (kept,) = products.kept(tx, shop, [products.of(tx, shop, product_id)])
    return _form(call, tx, shop, kept, {})


@pages.post("/merchants/{merchant_id}/products/{product_id}/edit", keeps=("title", "words"))
def edit(call: Call, merchant_id: int, product_id: int, form: Form) -> Any:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    (kept,) = products.kept(tx, shop, [products.of(tx, shop, product_id)])
    try:
        with tx.savepoint():
            products.edit(tx, shop, product_id, _new(form, kept.product.currency))
    except Fault as fault:
        return _form(call, tx, shop, kept, _typed(form), **problem(fault))
    return Redirect(f"{base(shop)}/products/{product_id}", flash="Saved")


@pages.post("/merchants/{merchant_id}/products/{product_id}/state")
def set_state(call: Call, merchant_id: int, product_id: int, form: Form) -> Redirect:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    at = f"{base(shop)}/products/{product_id}"
    before = products.of(tx, shop, product_id).state
    try:
        with tx.savepoint():
            after = products.set_state(tx, shop, product_id, form.get("state"))  # type: ignore[arg-type]
    except Fault as fault:
        return Redirect(at, flash=fault.detail, kind="danger")
    words = {
        "active": "It is on sale now",
        "draft": "Only you see it now",
        "archived": "It is no longer sold",
    }
    undo = Undo(f"{at}/state", fields={"state": before}) if before != after.state else None
    return Redirect(at, flash=words[after.state], undo=undo)


@pages.post(
    "/merchants/{merchant_id}/products/{product_id}/pictures", upload=True, max_body=_PHOTOS, limit=(60, 600)
)
async def add_pictures(call: Call, merchant_id: int, product_id: int, form: Form) -> Any:
    shop = await call.read(lambda tx: mine(call, tx, merchant_id, "live"))
    at = f"{base(shop)}/products/{product_id}"
    try:
        await call.read(products.of, shop, product_id)
        photos = await upload(call, form, product_pictures.MOST)
        await call.write(product_pictures.add, shop, product_id, photos)
    except Fault as fault:
        if fault.status in (401, 404):
            raise
        return Redirect(at, flash=fault.detail, kind="danger")
    return Redirect(at, flash="Saved")


@pages.post("/merchants/{merchant_id}/products/{product_id}/pictures/{media_id}")
def picture(call: Call, merchant_id: int, product_id: int, media_id: int, form: Form) -> Redirect:
    """Describe it, put it first, take it away, or put it back."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    at = f"{base(shop)}/products/{product_id}"
    here = f"{at}/pictures/{media_id}"
    does = form.get("do")
    if does == "drop":
        product_pictures.drop(tx, shop, product_id, media_id)
        return Redirect(at, flash="Taken away", undo=Undo(here, fields={"do": "keep"}))
    if does == "keep":
        product_pictures.keep(tx, shop, product_id, media_id)
    elif does == "first":
        product_pictures.first(tx, shop, product_id, media_id)
    else:
        product_pictures.describe(tx, shop, product_id, media_id, form.get("alt")[:1_500])
    return Redirect(at, flash="Saved")


@pages.post("/merchants/{merchant_id}/products/{product_id}/stock")
def stock(call: Call, merchant_id: int, product_id: int, form: Form) -> Any:
    """So many more, or fewer, and why."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    given = typed(form, "variant", "by", "reason")
    try:
        with tx.savepoint():
            by = given["by"].strip().replace("−", "-").removeprefix("+")
            if not by.removeprefix("-").isdigit() or len(by) > 10 or not by.isascii():
                raise BadStock(fields={"by": "A whole number, such as 5 or -2"})
            variant = _number(given["variant"]) or 0
            left = product_stock.change(tx, shop, product_id, variant, int(by), given["reason"])
    except Fault as fault:
        if fault.status == 404:
            raise
        return _show(call, tx, shop, product_id, given=given, **problem(fault))
    return Redirect(f"{base(shop)}/products/{product_id}", flash=f"{left} can be had now")


# How it sells


@pages.get("/merchants/{merchant_id}/store")
def store(call: Call, merchant_id: int) -> Page:
    """Currency, returns, ways of sending."""
    return _store(call, call.tx, mine(call, call.tx, merchant_id, "live"))


def _store(call: Call, tx: Tx, shop: Shop, **values: Any) -> Page:
    found = stores.store(tx, shop.id)
    shown: dict[str, Any] = {"given": {}} | values
    return shop_page(
        call,
        shop,
        "merchant_store",
        "products",
        store=found,
        rates=[each for each in stores.rates(tx, [shop.id])[shop.id] if each.id],
        plain=money.plain,
        **shown,
    )


@pages.post("/merchants/{merchant_id}/store")
def set_up(call: Call, merchant_id: int, form: Form) -> Any:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    try:
        stores.set_up(tx, shop, return_days=form.number("return_days"))
    except Fault as fault:
        return _store(call, tx, shop, given=typed(form, "return_days"), **problem(fault))
    return Redirect(f"{base(shop)}/store", flash="Saved")


def _rate(form: Form, currency: str) -> stores.NewRate:
    try:
        price = _amount(form.get("price") or "0", currency, "price")
        free = form.get("free_above").strip()
        above = _amount(free, currency, "free_above") if free else None
    except BadProduct as fault:
        raise BadRate(fields=fault.fields) from fault
    return stores.NewRate(form.get("name"), price, above, form.number("days") or 5)


@pages.post("/merchants/{merchant_id}/delivery")
def add_rate(call: Call, merchant_id: int, form: Form) -> Any:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    try:
        stores.add_rate(tx, shop, _rate(form, stores.store(tx, shop.id).currency))
    except Fault as fault:
        given = typed(form, "name", "price", "free_above", "days")
        return _store(call, tx, shop, given=given, **problem(fault))
    return Redirect(f"{base(shop)}/store", flash="Saved")


@pages.post("/merchants/{merchant_id}/delivery/{rate_id}/drop")
def drop_rate(call: Call, merchant_id: int, rate_id: int, form: Form) -> Redirect:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    gone = stores.drop_rate(tx, shop, rate_id)
    currency = stores.store(tx, shop.id).currency
    fields = {
        "name": gone.name,
        "price": money.plain(gone.price, currency),
        "free_above": "" if gone.free_above is None else money.plain(gone.free_above, currency),
        "days": str(gone.days),
    }
    undo = Undo(f"{base(shop)}/delivery", fields=fields)
    return Redirect(f"{base(shop)}/store", flash="Taken away", undo=undo)
