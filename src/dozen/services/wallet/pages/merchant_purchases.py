"""A shop's desk: what to pack and send, what comes back, what buyers say; in the HTML door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts, media
from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.errors import Fault
from dozen.services.wallet import finding
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.pages.door import amount_of, pages, problem, typed
from dozen.services.wallet.pages.merchants import base, mine, shop_page
from dozen.services.wallet.pages.purchases import RETURN_STATES, STATES, stages
from dozen.services.wallet.service import product_reviews, purchases, returns, sheets
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.purchases import STEPS, Purchase, PurchaseState
from dozen.services.wallet.structs.returns import REASONS, ReturnState
from dozen.web import Call, Cursor, Form, Page, Redirect, Reply
from dozen.web.paging import next_page

Date = Annotated[str, Meta(max_length=40)]
_PAGE = 30
_MOST_ROWS = 5_000
"""Purchases in one CSV file."""
_FILTERS: tuple[tuple[str, str, tuple[PurchaseState, ...]], ...] = (
    ("todo", "To pack", purchases.TO_DO),
    ("sent", "On the way", ("shipped", "out_for_delivery")),
    ("delivered", "Delivered", ("delivered",)),
    ("review", "Being looked at", ("review",)),
    ("ended", "Called off", ("cancelled", "failed")),
    ("", "All", ()),
)
_NEXT: dict[PurchaseState, str] = {
    "packed": "It is packed",
    "shipped": "It is sent",
    "out_for_delivery": "It is out for delivery",
    "delivered": "It is there",
}


@pages.get("/merchants/{merchant_id}/purchases")
def index(call: Call, merchant_id: int, show: str = "todo", cursor: Cursor | None = None) -> Page:
    """What waits first."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    chosen = next((each for each in _FILTERS if each[0] == show), _FILTERS[0])
    kind = f"merchant purchases page {shop.id} {chosen[0]}"
    before = call.cursors.open_id(kind, cursor)
    found = purchases.page(
        tx, shop, states=chosen[2], before=ids.MAX if before is None else before, limit=_PAGE + 1
    )
    more = call.cursors.seal(kind, found[_PAGE - 1].id) if len(found) > _PAGE else None
    at, counts = f"{base(shop)}/purchases", purchases.how_many(tx, shop)

    def count(states: tuple[PurchaseState, ...]) -> int:
        return sum(counts.get(each, 0) for each in states or counts)

    return shop_page(
        call,
        shop,
        "merchant_purchases",
        "purchases",
        found=found[:_PAGE],
        lines=purchases.lines_of(tx, found[:_PAGE]),
        buyers=accounts.cards(tx, {each.buyer for each in found} - {0}),
        purchase_states=STATES,
        chips=[(f"{words} ({count(states)})", f"{at}?show={name}", name == chosen[0])
               for name, words, states in _FILTERS],
        waiting_returns=returns.waiting(tx, shop),
        today=clock.rfc3339(tx.now)[:10],
        month_ago=clock.rfc3339(tx.now - 30 * clock.DAY)[:10],
        next=next_page(at, more, show=chosen[0]),
    )  # fmt: skip


@pages.get("/merchants/{merchant_id}/purchases.csv")
def as_csv(call: Call, merchant_id: int, start: Date = "", end: Date = "") -> Reply[bytes]:
    """A line for each thing that was bought in a stretch of days."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    first, last = finding.stretch(start, end) if start or end else (tx.now - 30 * clock.DAY, tx.now + 1)
    if last - first > 400 * clock.DAY:
        raise BadTime("At most 400 days at once")
    found = purchases.page(tx, shop, before=ids.at(last), since=ids.at(first), limit=_MOST_ROWS)
    text = _csv(found, purchases.lines_of(tx, found))
    return finding.csv_reply(text, f"purchases-{clock.rfc3339(first)[:10]}")


def _csv(found: list[Purchase], lines: dict[int, Any]) -> str:
    rows: list[Sequence[str]] = [
        ("number", "at", "state", "sku", "title", "choice", "quantity", "price", "sum", "currency",
         "delivery", "total", "name", "address", "city", "postcode", "country", "phone", "carrier",
         "tracking")
    ]  # fmt: skip
    for each in found:
        place = each.place
        for line in lines.get(each.id, ()):
            amounts = (money.plain(n, each.currency) for n in (line.price, line.sum))
            row = [each.number, clock.rfc3339(each.at), each.state, line.sku, line.title, line.choice]
            row += [str(line.quantity), *amounts, each.currency, money.plain(each.delivery, each.currency)]
            row += [money.plain(each.total, each.currency)]
            row += (
                [
                    place.name,
                    place.lines.replace("\n", ", "),
                    place.city,
                    place.postcode,
                    place.country,
                    place.phone,
                ]
                if place is not None
                else [""] * 6
            )
            rows.append([sheets.harmless(text) for text in (*row, each.carrier, each.tracking)])
    return sheets.as_csv(rows)


@pages.get("/merchants/{merchant_id}/purchases/{purchase_id}")
def show(call: Call, merchant_id: int, purchase_id: int) -> Page:
    """Where it goes, what is in it, what can be done."""
    return _show(call, call.tx, mine(call, call.tx, merchant_id, "live"), purchase_id)


def _show(call: Call, tx: Tx, shop: Shop, purchase_id: int, **values: Any) -> Page:
    found = purchases.of_shop(tx, shop, purchase_id)
    buyer = found.purchase.buyer
    shown: dict[str, Any] = {"given": {}} | values
    return shop_page(
        call,
        shop,
        "merchant_purchase",
        "purchases",
        bought=found,
        purchase=found.purchase,
        buyer=accounts.cards(tx, {buyer}).get(buyer),
        purchase_states=STATES,
        stages=stages(found.steps, found.purchase.state),
        nexts=[(each, words) for each, words in _NEXT.items() if each in STEPS[found.purchase.state]],
        may_cancel="cancelled" in STEPS[found.purchase.state],
        sent=found.purchase.state in ("shipped", "out_for_delivery"),
        returns=returns.of_purchase(tx, purchase_id),
        return_states=RETURN_STATES,
        **shown,
    )


@pages.post("/merchants/{merchant_id}/purchases/{purchase_id}/state")
def advance(call: Call, merchant_id: int, purchase_id: int, form: Form) -> Any:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    given = typed(form, "state", "carrier", "tracking", "words")
    try:
        with tx.savepoint():
            purchases.advance(
                tx,
                shop,
                purchase_id,
                given["state"],  # type: ignore[arg-type]
                carrier=given["carrier"],
                tracking=given["tracking"],
                words=given["words"],
            )
    except Fault as fault:
        if fault.status == 404:
            raise
        return _show(call, tx, shop, purchase_id, given=given, **problem(fault))
    return Redirect(f"{base(shop)}/purchases/{purchase_id}", flash="Saved; the buyer is told")


@pages.post("/merchants/{merchant_id}/purchases/{purchase_id}/cancel", limit=(60, 600))
def cancel(call: Call, merchant_id: int, purchase_id: int, form: Form) -> Any:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    try:
        with tx.savepoint():
            purchases.cancel_by_shop(
                tx, shop, purchase_id, form.get("why")[:300], restock=form.checked("restock")
            )
    except Fault as fault:
        if fault.status == 404:
            raise
        return _show(call, tx, shop, purchase_id, given=typed(form, "why"), **problem(fault))
    return Redirect(
        f"{base(shop)}/purchases/{purchase_id}", flash="Called off; the buyer has the money again"
    )


@pages.get("/merchants/{merchant_id}/purchases/{purchase_id}/slip")
def slip(call: Call, merchant_id: int, purchase_id: int) -> Page:
    """A sheet to put into the parcel."""
    shop = mine(call, call.tx, merchant_id, "live")
    found = purchases.of_shop(call.tx, shop, purchase_id)
    return shop_page(call, shop, "merchant_slip", "purchases", bought=found, purchase=found.purchase)


# Returns


@pages.get("/merchants/{merchant_id}/returns")
def all_returns(call: Call, merchant_id: int, state: str = "", cursor: Cursor | None = None) -> Page:
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    chosen: ReturnState | None = next((each for each in RETURN_STATES if each == state), None)
    kind = f"merchant returns page {shop.id} {chosen}"
    before = call.cursors.open_id(kind, cursor)
    found = returns.page(
        tx, shop, state=chosen, before=ids.MAX if before is None else before, limit=_PAGE + 1
    )
    more = call.cursors.seal(kind, found[_PAGE - 1].id) if len(found) > _PAGE else None
    at = f"{base(shop)}/returns"
    return shop_page(
        call,
        shop,
        "merchant_returns",
        "returns",
        found=found[:_PAGE],
        buyers=accounts.cards(tx, {each.buyer for each in found} - {0}),
        return_states=RETURN_STATES,
        reasons=REASONS,
        chips=[
            ("All", at, chosen is None),
            *((words, f"{at}?state={each}", each == chosen) for each, (words, _) in RETURN_STATES.items()),
        ],
        next=next_page(at, more, state=chosen or ""),
    )


@pages.get("/merchants/{merchant_id}/returns/{return_id}")
def one_return(call: Call, merchant_id: int, return_id: int) -> Page:
    return _return(call, call.tx, mine(call, call.tx, merchant_id, "live"), return_id)


def _return(call: Call, tx: Tx, shop: Shop, return_id: int, **values: Any) -> Page:
    found = returns.of_shop(tx, shop, return_id)
    shown: dict[str, Any] = {"given": {}} | values
    return shop_page(
        call,
        shop,
        "merchant_return_one",
        "returns",
        returned=found,
        back=found.back,
        buyer=accounts.cards(tx, {found.back.buyer}).get(found.back.buyer),
        reasons=REASONS,
        return_states=RETURN_STATES,
        tickets={each.id: media.ticket(call.env, each.id, tx.now) for each in found.pictures},
        suggested=money.plain(min(found.back.worth, found.left), found.back.currency),
        **shown,
    )


@pages.post("/merchants/{merchant_id}/returns/{return_id}", limit=(60, 600), keeps=("words",))
def decide(call: Call, merchant_id: int, return_id: int, form: Form) -> Any:
    """Accept, refuse, or give money back."""
    tx, shop = call.tx, mine(call, call.tx, merchant_id, "live")
    does, words = form.get("do"), form.get("words")
    try:
        with tx.savepoint():
            if does == "refund":
                currency = returns.of_shop(tx, shop, return_id).back.currency
                amount = amount_of(form, currency)
                returns.settle(tx, shop, return_id, amount, restock=form.checked("restock"), words=words)
            else:
                returns.answer(tx, shop, return_id, accept=does == "accept", words=words)
    except Fault as fault:
        if fault.status == 404:
            raise
        return _return(
            call, tx, shop, return_id, given=typed(form, "do", "words", "amount"), **problem(fault)
        )
    return Redirect(f"{base(shop)}/returns/{return_id}", flash="Saved; the buyer is told")


@pages.post("/merchants/{merchant_id}/reviews/{review_id}", keeps=("text",))
def answer_review(call: Call, merchant_id: int, review_id: int, form: Form) -> Redirect:
    """From the product's page, where its owner sees the form."""
    shop = mine(call, call.tx, merchant_id, "live")
    made = product_reviews.answer(call.tx, shop, review_id, form.get("text"))
    flash = "Your answer is shown" if made.answer else "Your answer is taken back"
    return Redirect(f"/wallet/shop/products/{made.subject_id}/reviews", flash=flash)
