"""What I bought, sent back and think of it, in the HTML door."""

from __future__ import annotations

from typing import Any

from dozen.core import engagement, media
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.errors import Fault
from dozen.services.wallet.errors.products import NotABuyer
from dozen.services.wallet.errors.purchases import NoSuchPurchase, NoSuchReturn
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.pages.shop import AT, shop_page_of
from dozen.services.wallet.queries import purchases as purchase_queries
from dozen.services.wallet.queries import returns as return_queries
from dozen.services.wallet.service import catalogue, merchants, product_reviews, purchases, returns
from dozen.services.wallet.structs.purchases import PurchaseState
from dozen.services.wallet.structs.returns import REASONS, ReturnState
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

STATES: dict[PurchaseState, tuple[str, str]] = {
    "review": ("Being looked at", "warning"),
    "placed": (purchases.WORDS["placed"], "info"),
    "packed": (purchases.WORDS["packed"], "info"),
    "shipped": (purchases.WORDS["shipped"], "info"),
    "out_for_delivery": (purchases.WORDS["out_for_delivery"], "info"),
    "delivered": (purchases.WORDS["delivered"], "success"),
    "cancelled": (purchases.WORDS["cancelled"], ""),
    "failed": ("Not let through", "danger"),
}
RETURN_STATES: dict[ReturnState, tuple[str, str]] = {
    "asked": ("Asked for", "info"),
    "accepted": ("Accepted", "info"),
    "refused": ("Refused", "danger"),
    "refunded": ("Money given back", "success"),
    "withdrawn": ("Withdrawn", ""),
}
_PAGE = 20
_PHOTOS = 24 * 2**20
_COMING: tuple[PurchaseState, ...] = ("placed", "packed", "shipped", "out_for_delivery")


@pages.get("/shop/purchases")
def index(call: Call, cursor: Cursor | None = None) -> Page:
    """The newest first."""
    tx = call.tx
    before = call.cursors.open_id("purchases page", cursor)
    found = purchases.mine(tx, call.me, before=ids.MAX if before is None else before, limit=_PAGE + 1)
    more = call.cursors.seal("purchases page", found[_PAGE - 1].id) if len(found) > _PAGE else None
    return shop_page_of(
        call,
        tx,
        "shop_purchases",
        found=found[:_PAGE],
        lines=purchases.lines_of(tx, found[:_PAGE]),
        shops=purchases.shops_of(tx, found[:_PAGE]),
        purchase_states=STATES,
        returns=[] if before else returns.mine(tx, call.me, limit=5),
        return_states=RETURN_STATES,
        next=next_page(f"{AT}/purchases", more),
    )


@pages.get("/shop/purchases/{purchase_id}")
def show(call: Call, purchase_id: int) -> Any:
    """Where it is. Whose shop it was bought from is led to their desk."""
    try:
        return _show(call, call.tx, purchase_id)
    except NoSuchPurchase:
        found = purchase_queries.by_id.first(call.tx, id=purchase_id)
        if found is None or merchants.merchant(call.tx, found.merchant).owner != call.me:
            raise
        return Redirect(f"/wallet/merchants/{found.merchant}/purchases/{purchase_id}")


def _show(call: Call, tx: Tx, purchase_id: int, **values: Any) -> Page:
    found = purchases.of(tx, call.me, purchase_id)
    may_return = True
    try:
        returns.must_be_returnable(tx, found.purchase)
    except Fault:
        may_return = False
    return shop_page_of(
        call,
        tx,
        "shop_purchase",
        bought=found,
        purchase=found.purchase,
        purchase_states=STATES,
        stages=stages(found.steps, found.purchase.state),
        returns=returns.of_purchase(tx, purchase_id),
        return_states=RETURN_STATES,
        may_return=may_return and any(line.back < line.quantity for line in found.lines),
        may_cancel=found.purchase.state in ("review", "placed", "packed"),
        may_confirm=found.purchase.state in ("shipped", "out_for_delivery"),
        reviewed=product_reviews.reviewed(tx, call.me, [line.product for line in found.lines]),
        **values,
    )


def stages(steps: Any, state: PurchaseState) -> list[dict[str, Any]]:
    """What happened, and what is still to come, for a timeline."""
    out = []
    for step in steps:
        said = {"refund": "Money given back", "return": step.words}
        title = said.get(step.state) or purchases.WORDS[step.state]
        words = "" if step.state == "return" else step.words
        out.append({"at": step.at, "title": title, "sub": words, "state": "done"})
    if out and state not in ("delivered", "cancelled", "failed"):
        out[-1]["state"] = "now"
    if state in _COMING:
        rest = [STATES[each][0] for each in ("shipped", "delivered") if _rank(each) > _rank(state)]
        out += [{"at": None, "title": each, "sub": "", "state": ""} for each in rest]
    return out


def _rank(state: PurchaseState) -> int:
    return list(STATES).index(state)


@pages.post("/shop/purchases/{purchase_id}/cancel", limit=(60, 600))
def cancel(call: Call, purchase_id: int, form: Form) -> Redirect:
    at = f"{AT}/purchases/{purchase_id}"
    try:
        with call.tx.savepoint():
            purchases.cancel(call.tx, call.me, purchase_id, form.get("why")[:300])
    except Fault as fault:
        if fault.status == 404:
            raise
        return Redirect(at, flash=fault.detail, kind="danger")
    return Redirect(at, flash="Called off; the money is yours again")


@pages.post("/shop/purchases/{purchase_id}/delivered")
def delivered(call: Call, purchase_id: int, form: Form) -> Redirect:
    purchases.confirm_delivery(call.tx, call.me, purchase_id)
    return Redirect(f"{AT}/purchases/{purchase_id}", flash="Thank you; we told the shop")


# Returns


@pages.get("/shop/purchases/{purchase_id}/return")
def return_form(call: Call, purchase_id: int) -> Any:
    """What, how many, why."""
    try:
        return _return_form(call, call.tx, purchase_id)
    except Fault as fault:
        if fault.status in (401, 404):
            raise
        return Redirect(f"{AT}/purchases/{purchase_id}", flash=fault.detail, kind="warning")


def _return_form(call: Call, tx: Tx, purchase_id: int, **values: Any) -> Page:
    found = purchases.of(tx, call.me, purchase_id)
    returns.must_be_returnable(tx, found.purchase)
    shown = {"given": {}} | values
    return shop_page_of(
        call,
        tx,
        "shop_return_form",
        bought=found,
        purchase=found.purchase,
        reasons=list(REASONS.items()),
        **shown,
    )


@pages.post(
    "/shop/purchases/{purchase_id}/return", upload=True, max_body=_PHOTOS, limit=(30, 600), keeps=("words",)
)
async def ask_return(call: Call, purchase_id: int, form: Form) -> Any:
    given = {name: value for name, value in form.fields() if name != "csrf"}
    wanted = {
        int(name.removeprefix("line-")): int(value)
        for name, value in given.items()
        if name.startswith("line-")
        and name[5:].isdigit()
        and value.isascii()
        and value.isdigit()
        and int(value)
    }
    try:
        await call.read(
            lambda tx: returns.must_be_returnable(tx, purchases.of(tx, call.me, purchase_id).purchase)
        )
        photos = await upload(call, form, returns.MOST_PICTURES)
        made = await call.write(
            returns.ask,
            call.me,
            purchase_id,
            wanted,
            reason=form.get("reason"),
            words=form.get("words"),
            media_ids=photos,
        )
    except Fault as fault:
        if fault.status in (401, 404, 410):
            raise
        return await call.read(
            lambda tx, fault=fault: _return_form(call, tx, purchase_id, given=given, **problem(fault))  # type: ignore[misc]
        )
    return Redirect(f"{AT}/returns/{made.id}", flash="The shop was asked")


async def upload(call: Call, form: Form, most: int, name: str = "pictures") -> list[int]:
    """Pictures of a form, each with its words; at most so many."""
    alts = form.all("alt")
    made = []
    for n, sent in enumerate(form.files(name)[:most]):
        item = await call.heavy(
            media.receive,
            call.env,
            call.me,
            sent.path,
            filename=sent.filename,
            alt=alts[n] if n < len(alts) else "",
            made_by=media.prepare_image,
        )
        made.append(item.id)
    return made


@pages.get("/shop/returns/{return_id}")
def one_return(call: Call, return_id: int) -> Any:
    """What was asked, and what became of it."""
    tx = call.tx
    try:
        found = returns.of(tx, call.me, return_id)
    except NoSuchReturn:
        known = return_queries.by_id.first(tx, id=return_id)
        if known is None or merchants.merchant(tx, known.merchant).owner != call.me:
            raise
        return Redirect(f"/wallet/merchants/{known.merchant}/returns/{return_id}")
    return shop_page_of(
        call,
        tx,
        "shop_return",
        returned=found,
        back=found.back,
        reasons=REASONS,
        return_states=RETURN_STATES,
        tickets={each.id: media.ticket(call.env, each.id, tx.now) for each in found.pictures},
        open=found.back.state in ("asked", "accepted"),
    )


@pages.post("/shop/returns/{return_id}/withdraw")
def withdraw(call: Call, return_id: int, form: Form) -> Redirect:
    try:
        with call.tx.savepoint():
            returns.withdraw(call.tx, call.me, return_id)
    except Fault as fault:
        if fault.status == 404:
            raise
        return Redirect(f"{AT}/returns/{return_id}", flash=fault.detail, kind="danger")
    return Redirect(f"{AT}/returns/{return_id}", flash="You keep it")


# Reviews


@pages.get("/shop/products/{product_id}/review")
def review_form(call: Call, product_id: int) -> Page:
    return _review_form(call, call.tx, product_id)


def _review_form(call: Call, tx: Tx, product_id: int, **values: Any) -> Page:
    found = catalogue.view(tx, product_id, call.me)
    mine = product_reviews.mine(tx, call.me, product_id)
    given = {"rating": str(mine.review.rating), "text": mine.review.text} if mine is not None else {}
    shown = {"given": given} | values
    return shop_page_of(
        call,
        tx,
        "shop_review_form",
        view=found,
        product=found.product,
        mine=mine,
        may=product_reviews.may_review(tx, call.me, product_id),
        **shown,
    )


@pages.post(
    "/shop/products/{product_id}/review", upload=True, max_body=_PHOTOS, limit=(30, 600), keeps=("text",)
)
async def review(call: Call, product_id: int, form: Form) -> Any:
    given = typed(form, "rating", "text")
    try:
        if not await call.read(product_reviews.may_review, call.me, product_id):
            raise NotABuyer
        photos = await upload(call, form, product_reviews.MOST_PICTURES)
        rating = int(given["rating"]) if given["rating"] in ("1", "2", "3", "4", "5") else 0
        await call.write(product_reviews.put, call.me, product_id, rating, given["text"], media_ids=photos)
    except Fault as fault:
        if fault.status in (401, 404):
            raise
        told = problem(fault)
        if isinstance(fault, engagement.errors.BadRating):
            told = {**told, "wrong": {"rating": "Choose one to five stars"}, "trouble": ""}
        return await call.read(lambda tx: _review_form(call, tx, product_id, **{**told, "given": given}))
    return Redirect(f"{AT}/products/{product_id}#reviews", flash="Thank you for your review")


@pages.post("/shop/products/{product_id}/review/drop")
def drop_review(call: Call, product_id: int, form: Form) -> Redirect:
    product_reviews.drop(call.tx, call.me, product_id)
    return Redirect(f"{AT}/products/{product_id}", flash="Your review is taken back")


@pages.post("/shop/products/{product_id}/review/pictures/{media_id}/drop")
def drop_review_picture(call: Call, product_id: int, media_id: int, form: Form) -> Redirect:
    product_reviews.drop_picture(call.tx, call.me, product_id, media_id)
    return Redirect(f"{AT}/products/{product_id}/review", flash="The picture is taken away")
