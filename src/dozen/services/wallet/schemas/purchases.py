"""Purchases and returns on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from dozen.kit import clock, money
from dozen.services.wallet.schemas.carts import AddressShape, address_of, time
from dozen.services.wallet.schemas.common import Amount, Person
from dozen.services.wallet.schemas.products import Key, PictureShape, ShopShape, picture
from dozen.services.wallet.structs.purchases import Bought, Purchase, PurchaseLine, PurchaseState
from dozen.services.wallet.structs.returns import Reason, Return, Returned, ReturnState

Words = Annotated[str, Meta(max_length=2_000)]
Short = Annotated[str, Meta(max_length=300)]


class PurchaseShape(msgspec.Struct, frozen=True):
    """`number` is what people call it by. `state`: `review` (the payment is being looked at), `placed`,
    `packed`, `shipped`, `out_for_delivery`, `delivered`; `cancelled`, `failed` (the payment was not let
    through)."""

    id: str
    number: str
    state: PurchaseState
    shop: ShopShape
    goods: str
    delivery: str
    total: str
    currency: str
    payment_id: str | None
    carrier: str
    tracking: str
    delivered_at: str | None
    return_until: str | None
    created_at: str


class PurchaseLineShape(msgspec.Struct, frozen=True):
    """`returning`: how many of them are being returned, or were."""

    id: str
    product_id: str
    variant_id: str
    title: str
    choice: str
    sku: str
    price: str
    quantity: int
    returning: int


class StepShape(msgspec.Struct, frozen=True):
    at: str
    state: str
    words: str


class PurchasePage(msgspec.Struct, frozen=True):
    purchase: PurchaseShape
    lines: list[PurchaseLineShape]
    steps: list[StepShape]
    refunded: str
    delivery_by: str
    note: str
    address: AddressShape | None
    buyer: Person | None


class Purchases(msgspec.Struct, frozen=True):
    """What was bought at once: one purchase for each shop."""

    purchases: list[PurchaseShape]
    totals: dict[str, str]


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Short = ""


class ShopCancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`restock`: the goods are for sale again."""

    reason: Short = ""
    restock: bool = True


class NextStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`carrier` is needed when it is sent."""

    state: Literal["packed", "shipped", "out_for_delivery", "delivered"]
    carrier: Annotated[str, Meta(max_length=200)] = ""
    tracking: Annotated[str, Meta(max_length=200)] = ""
    words: Short = ""


class ReturnItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line_id: Key
    quantity: Annotated[int, Meta(ge=1, le=1_000)] = 1


class AskReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`media_ids`: pictures that were uploaded to `/api/media`; the shop sees them, nobody else."""

    items: Annotated[list[ReturnItem], Meta(min_length=1, max_length=100)]
    reason: Reason
    words: Words = ""
    media_ids: Annotated[list[Key], Meta(max_length=4)] = []


class ReturnShape(msgspec.Struct, frozen=True):
    """`worth`: what was paid for what is in it."""

    id: str
    purchase_id: str
    state: ReturnState
    reason: Reason
    words: str
    answer: str
    worth: str
    refunded: str
    currency: str
    restocked: bool
    created_at: str


class ReturnPage(msgspec.Struct, frozen=True):
    """`left`: what of the purchase's payment has not gone back."""

    back: ReturnShape = msgspec.field(name="return")
    shop: ShopShape
    lines: list[PurchaseLineShape]
    quantities: dict[str, int]
    pictures: list[PictureShape]
    left: str


class AnswerReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refusal needs words."""

    accept: bool
    words: Words = ""


class SettleReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The goods have come. `restock`: they are for sale again."""

    amount: Amount
    restock: bool = True
    words: Words = ""


def purchase(found: Purchase, shop: str) -> PurchaseShape:
    def amount(minor: int) -> str:
        return money.plain(minor, found.currency)

    return PurchaseShape(
        str(found.id),
        found.number,
        found.state,
        ShopShape(str(found.merchant), shop),
        amount(found.goods),
        amount(found.delivery),
        amount(found.total),
        found.currency,
        str(found.payment_id) if found.payment_id is not None else None,
        found.carrier,
        found.tracking,
        time(found.delivered_at),
        time(found.return_until),
        clock.rfc3339(found.at),
    )


def line(found: PurchaseLine, currency: str) -> PurchaseLineShape:
    return PurchaseLineShape(
        str(found.id),
        str(found.product),
        str(found.variant),
        found.title,
        found.choice,
        found.sku,
        money.plain(found.price, currency),
        found.quantity,
        found.back,
    )


def page(found: Bought, buyer: Person | None) -> PurchasePage:
    each = found.purchase
    return PurchasePage(
        purchase(each, found.shop.name),
        [line(one, each.currency) for one in found.lines],
        [StepShape(clock.rfc3339(step.at), step.state, step.words) for step in found.steps],
        money.plain(found.refunded, each.currency),
        each.by,
        each.note,
        address_of(each.place) if each.place is not None else None,
        buyer,
    )


def all_at_once(found: Sequence[Purchase], shops: dict[int, str]) -> Purchases:
    totals: dict[str, int] = {}
    for each in found:
        totals[each.currency] = totals.get(each.currency, 0) + each.total
    return Purchases(
        [purchase(each, shops[each.merchant]) for each in found],
        {currency: money.plain(amount, currency) for currency, amount in totals.items()},
    )


def back(found: Return) -> ReturnShape:
    return ReturnShape(
        str(found.id),
        str(found.purchase),
        found.state,
        found.reason,
        found.words,
        found.answer,
        money.plain(found.worth, found.currency),
        money.plain(found.refunded, found.currency),
        found.currency,
        found.restocked,
        clock.rfc3339(found.at),
    )


def return_page(found: Returned, tickets: dict[int, str]) -> ReturnPage:
    """``tickets``: open the private pictures."""
    currency = found.back.currency
    return ReturnPage(
        back(found.back),
        ShopShape(str(found.shop.id), found.shop.name),
        [line(each, currency) for each, _ in found.lines],
        {str(each.id): quantity for each, quantity in found.lines},
        [picture(each, tickets.get(each.id, "")) for each in found.pictures],
        money.plain(found.left, currency),
    )
