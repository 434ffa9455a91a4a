"""What was bought: from being paid to being there, or being called off.

A purchase's money is a shop's intent like any other: what its payment becomes after a review shows here
(:func:`changed`, hung on where money moves), and giving back is the shop's refund. Locks are taken in one
order: the payment's row, the purchase's, the ledger's accounts, the stock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from msgspec.structs import replace

from dozen.core import inventory, notifications
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.env import Env
from dozen.kit.text import clean, clip
from dozen.services.wallet.errors import InsufficientFunds
from dozen.services.wallet.errors.purchases import (
    AlreadyShipped,
    BadShipping,
    NoSuchPurchase,
    ShopCannotRefund,
    WrongStep,
)
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.queries import purchases as queries
from dozen.services.wallet.service import (
    merchants,
    notes,
    order_refunds,
    orders,
    products,
    settling,
    stores,
)
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.settling import UNDONE
from dozen.services.wallet.structs import Payment, PaymentState
from dozen.services.wallet.structs.carts import Checkout, Parcel, Part
from dozen.services.wallet.structs.merchants import Intent, Shop
from dozen.services.wallet.structs.purchases import (
    STEPS,
    Bought,
    Purchase,
    PurchaseLine,
    PurchaseState,
    Step,
    number_of,
)

WORDS: dict[PurchaseState, str] = {
    "review": "The payment is being looked at",
    "placed": "Placed",
    "packed": "Packed",
    "shipped": "On its way",
    "out_for_delivery": "Out for delivery",
    "delivered": "Delivered",
    "cancelled": "Called off",
    "failed": "The payment was not let through",
}
TO_DO: tuple[PurchaseState, ...] = ("placed", "packed")
"""What waits for the shop."""
_UNSENT: tuple[PurchaseState, ...] = ("review", "placed", "packed")
_LONGEST_WORDS, _LONGEST_CARRIER, _LONGEST_TRACKING = 300, 60, 60
KINDS = (
    notes.kind("purchase_new", "Purchases in your shops", "Somebody bought {what} at {shop}"),
    notes.kind("purchase_moved", "Where your purchases are", "{what} from {shop}: {state}"),
    notes.kind("purchase_cancelled", "Purchases that were called off", "{what} from {shop} was called off"),
)


def described(parts: Sequence[Part]) -> str:
    """``Mug and 2 more``: for the payment."""
    return _named([part.title for part in parts], sum(part.quantity for part in parts))


def _named(titles: Sequence[str], pieces: int) -> str:
    rest = pieces - 1
    return clip(titles[0], 80) + (f" and {rest} more" if rest else "")


def record(
    tx: Tx, checkout: Checkout, parcel: Parcel, purchase_id: int, intent: Intent, note: str
) -> Purchase:
    """A parcel that was paid, or whose payment is being looked at. Who calls confirms its stock."""
    made = Purchase(
        id=purchase_id,
        checkout=checkout.id,
        buyer=checkout.person,
        merchant=parcel.merchant,
        state="placed" if intent.state == "succeeded" else "review",
        currency=parcel.currency,
        goods=parcel.goods,
        delivery=parcel.delivery,
        total=parcel.total,
        by=parcel.rate.name,
        days=parcel.rate.days,
        place=checkout.place,
        note=note,
        intent_id=intent.id,
        payment_id=intent.payment_id,
        hold_id=parcel.hold,
        carrier="",
        tracking="",
        return_days=stores.store(tx, parcel.merchant).return_days,
        delivered_at=None,
        changed_at=tx.now,
    )
    queries.add(tx, **msgspec.structs.asdict(made))
    for part in parcel.parts:
        queries.add_line(
            tx, id=tx.next_id(), purchase=made.id, product=part.product, variant=part.variant,
            buyer=made.buyer, title=part.title, choice=part.choice, sku=part.sku, price=part.price,
            quantity=part.quantity, back=0,
        )  # fmt: skip
    note_step(tx, made, made.state, "", made.buyer)
    if made.state == "placed":
        _placed(tx, made)
    return made


def _placed(tx: Tx, purchase: Purchase) -> None:
    for line in queries.lines_of.all(tx, purchases=[purchase.id]):
        product_queries.add_sold(tx, product=line.product, by=line.quantity)
    owner = merchants.merchant(tx, purchase.merchant).owner
    tell(tx, owner, "purchase_new", purchase)


# The buyer


def mine(
    tx: Tx, me: int, *, states: Collection[PurchaseState] = (), before: int = ids.MAX, limit: int = 20
) -> list[Purchase]:
    """What I bought, the newest first."""
    return _page(tx, "buyer", me, states, before, 0, limit)


def of(tx: Tx, me: int, purchase_id: int) -> Bought:
    """Raises NoSuchPurchase."""
    found = queries.by_id.first(tx, id=purchase_id)
    if found is None or found.buyer != me:
        raise NoSuchPurchase
    return all_of(tx, found)


def cancel(tx: Tx, me: int, purchase_id: int, why: str = "") -> Purchase:
    """Call it off before it is sent: the money comes back, the goods are for sale again.

    Raises NoSuchPurchase, AlreadyShipped, WrongStep, ShopCannotRefund, ReceiverCannot."""
    found = _locked(tx, purchase_id)
    if found.buyer != me:
        raise NoSuchPurchase
    if found.state not in _UNSENT:
        error = WrongStep if found.state in ("cancelled", "failed") else AlreadyShipped
        raise error(state=found.state)
    return _call_off(tx, found, why, me, restock=True)


def confirm_delivery(tx: Tx, me: int, purchase_id: int) -> Purchase:
    """I have got it, though the shop has not said so. Raises NoSuchPurchase, WrongStep."""
    found = _locked(tx, purchase_id)
    if found.buyer != me:
        raise NoSuchPurchase
    return _step(tx, found, "delivered", "The buyer has got it", me)


# The shop


def of_shop(tx: Tx, shop: Shop, purchase_id: int) -> Bought:
    """Raises NoSuchPurchase."""
    found = queries.by_id.first(tx, id=purchase_id)
    if found is None or found.merchant != shop.id:
        raise NoSuchPurchase
    return all_of(tx, found)


def page(
    tx: Tx,
    shop: Shop,
    *,
    states: Collection[PurchaseState] = (),
    before: int = ids.MAX,
    since: int = 0,
    limit: int = 30,
) -> list[Purchase]:
    """What was bought from the shop, the newest first; ``since``: an id."""
    return _page(tx, "merchant", shop.id, states, before, since, limit)


def how_many(tx: Tx, shop: Shop) -> dict[str, int]:
    """By state."""
    return dict(queries.count_by_state.all(tx, merchant=shop.id))


def advance(
    tx: Tx,
    shop: Shop,
    purchase_id: int,
    to: PurchaseState,
    *,
    carrier: str = "",
    tracking: str = "",
    words: str = "",
) -> Purchase:
    """Say that it is packed, sent (by whom, under which number), out for delivery, there.

    Raises NoSuchPurchase, WrongStep, BadShipping."""
    found = _of_shop_locked(tx, shop, purchase_id)
    if to not in ("packed", "shipped", "out_for_delivery", "delivered"):
        raise WrongStep(state=found.state)
    carrier, tracking, words = clean(carrier), clean(tracking), clean(words)
    wrong = {}
    if len(carrier) > _LONGEST_CARRIER:
        wrong["carrier"] = f"At most {_LONGEST_CARRIER} characters"
    if len(tracking) > _LONGEST_TRACKING:
        wrong["tracking"] = f"At most {_LONGEST_TRACKING} characters"
    if len(words) > _LONGEST_WORDS:
        wrong["words"] = f"At most {_LONGEST_WORDS} characters"
    if to == "shipped" and not carrier:
        wrong["carrier"] = "Say who brings it"
    if wrong:
        raise BadShipping(fields=wrong)
    if to == "shipped":
        found = replace(found, carrier=carrier, tracking=tracking)
    return _step(tx, found, to, words, shop.person)


def cancel_by_shop(tx: Tx, shop: Shop, purchase_id: int, why: str = "", *, restock: bool = True) -> Purchase:
    """Call it off before it is there; the buyer gets all back. ``restock``: the goods are for sale again.

    Raises NoSuchPurchase, WrongStep, ShopCannotRefund, ReceiverCannot."""
    found = _of_shop_locked(tx, shop, purchase_id)
    return _call_off(tx, found, why, shop.person, restock=restock)


# Reading


def all_of(tx: Tx, found: Purchase) -> Bought:
    """Who calls has shown that they may see it."""
    lines = queries.lines_of.all(tx, purchases=[found.id])
    pictures = products.pictures(tx, {line.product for line in lines})
    intent = order_queries.intent_by_id.first(tx, id=found.intent_id)
    return Bought(
        found,
        merchants.merchant(tx, found.merchant),
        tuple(lines),
        tuple(queries.steps_of.all(tx, purchase=found.id)),
        {product: some[0] for product, some in pictures.items()},
        intent.refunded if intent is not None else 0,
    )


def lines_of(tx: Tx, found: Sequence[Purchase]) -> dict[int, list[PurchaseLine]]:
    out: dict[int, list[PurchaseLine]] = {}
    for line in queries.lines_of.all(tx, purchases=[each.id for each in found]) if found else ():
        out.setdefault(line.purchase, []).append(line)
    return out


def shops_of(tx: Tx, found: Sequence[Purchase]) -> dict[int, str]:
    """Names, by the merchants' ids."""
    wanted = sorted({each.merchant for each in found})
    return {each.id: each.name for each in product_queries.shops.all(tx, ids=wanted)} if wanted else {}


def of_checkout(tx: Tx, me: int, checkout_id: int) -> list[Purchase]:
    """What was bought at once. Raises NoSuchPurchase."""
    found = queries.of_checkout.all(tx, checkout=checkout_id)
    if not found or found[0].buyer != me:
        raise NoSuchPurchase
    return found


# Inside


def lock(tx: Tx, purchase_id: int) -> Purchase:
    """With its payment's row, which is locked first. Raises NoSuchPurchase."""
    return _locked(tx, purchase_id)


def _locked(tx: Tx, purchase_id: int) -> Purchase:
    tx.must_write()
    seen = queries.by_id.first(tx, id=purchase_id)
    if seen is None:
        raise NoSuchPurchase
    if seen.payment_id is not None:
        settling.locked(tx, seen.payment_id)
    found = queries.by_id_for_update.first(tx, id=purchase_id)
    assert found is not None
    return found


def _of_shop_locked(tx: Tx, shop: Shop, purchase_id: int) -> Purchase:
    found = _locked(tx, purchase_id)
    if found.merchant != shop.id:
        raise NoSuchPurchase
    return found


def _step(tx: Tx, purchase: Purchase, to: PurchaseState, words: str, actor: int) -> Purchase:
    if to not in STEPS[purchase.state]:
        raise WrongStep(f"It is {WORDS[purchase.state].lower()} already", state=purchase.state)
    after = replace(
        purchase,
        state=to,
        delivered_at=tx.now if to == "delivered" else purchase.delivered_at,
        changed_at=tx.now,
    )
    queries.change(
        tx,
        purchase=after.id,
        new_state=after.state,
        payment=after.payment_id,
        new_carrier=after.carrier,
        new_tracking=after.tracking,
        delivered=after.delivered_at,
        now=tx.now,
    )
    note_step(tx, after, to, words, actor)
    if actor != after.buyer and to not in ("cancelled", "failed"):
        tell(tx, after.buyer, "purchase_moved", after)
    return after


def note_step(tx: Tx, purchase: Purchase, state: str, words: str, actor: int) -> None:
    """A line of its timeline."""
    queries.add_step(
        tx, id=tx.next_id(), purchase=purchase.id, state=state, words=words[:_LONGEST_WORDS], actor=actor
    )


def _call_off(tx: Tx, purchase: Purchase, why: str, actor: int, *, restock: bool) -> Purchase:
    before = purchase.state
    after = _step(tx, purchase, "cancelled", clean(why), actor)
    shop = Shop(merchants.merchant(tx, after.merchant), True, merchants.merchant(tx, after.merchant).owner)
    if before == "review":
        assert after.payment_id is not None
        inventory.release(tx, after.hold_id)
        settling.drop(tx, after.payment_id, "voided")
        orders.cancel(tx, shop, after.intent_id)
    else:
        give_back(tx, shop, after, None, "Called off")
        inventory.take_back(tx, after.hold_id, restock=restock, reason="called off", actor=actor)
    lines = queries.lines_of.all(tx, purchases=[after.id])
    if before != "review":
        for line in lines:
            product_queries.add_sold(tx, product=line.product, by=-line.quantity)
    products.refresh(tx, [line.product for line in lines])
    tell(tx, after.buyer if actor != after.buyer else shop.person, "purchase_cancelled", after)
    return after


def give_back(tx: Tx, shop: Shop, purchase: Purchase, amount: int | None, note: str) -> int | None:
    """Through the shop's refunds: ``amount``, or all that is left; the refund's id, None where nothing is
    left. Raises ShopCannotRefund, and what ``order_refunds.create`` raises."""
    intent = orders.get(tx, shop, purchase.intent_id)
    if amount is None and intent.received == intent.refunded:
        return None  # the shop has given it back by hand already
    try:
        made = order_refunds.create(
            tx, shop, purchase.intent_id, amount, reason="requested_by_customer",
            note=f"{note}: {number_of(purchase.id)}", metadata={"purchase": str(purchase.id)},
        )  # fmt: skip
    except InsufficientFunds as fault:
        raise ShopCannotRefund from fault
    note_step(tx, purchase, "refund", "", shop.person)
    return made.id


def tell(tx: Tx, to: int, name: str, purchase: Purchase) -> None:
    lines = queries.lines_of.all(tx, purchases=[purchase.id])
    data = {
        "what": _named([line.title for line in lines], sum(line.quantity for line in lines)),
        "shop": merchants.merchant(tx, purchase.merchant).name,
        "state": WORDS[purchase.state].lower(),
    }
    notifications.notify(tx, to, f"wallet.{name}", subject=purchase.id, data=data)


def _page(
    tx: Tx, side: str, whose: int, states: Collection[PurchaseState], before: int, since: int, limit: int
) -> list[Purchase]:
    given = {"states": list(states)} if states else {}
    found: list[Purchase] = queries.page(side, bool(states)).all(
        tx, whose=whose, before=before, since=since, limit=limit, **given
    )
    return found


def steps(tx: Tx, purchase_id: int) -> list[Step]:
    return queries.steps_of.all(tx, purchase=purchase_id)


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: what becomes of purchases whose payment was looked at first."""
    if before is None or before == payment.state or not payment.subject:
        return
    found = queries.by_intent_for_update.first(tx, intent=payment.subject)
    if found is None or found.state != "review" or found.payment_id != payment.id:
        return
    if payment.state == "done":
        inventory.confirm(tx, found.hold_id)
        _placed(tx, _step(tx, found, "placed", "", 0))
    elif payment.state in UNDONE:
        inventory.release(tx, found.hold_id)
        owner = merchants.merchant(tx, found.merchant)
        orders.cancel(tx, Shop(owner, True, owner.owner), found.intent_id)
        _step(tx, found, "failed", "", 0)
        products.refresh(tx, [line.product for line in queries.lines_of.all(tx, purchases=[found.id])])


def forget(tx: Tx, person: int) -> None:
    """Where things were sent to is forgotten with who bought them; what the books need stays."""
    queries.forget_places(tx, who=person)


def register(env: Env) -> None:
    env.part(Hooks).on_change("merchant", changed)
    env.part(notifications.Kinds).add(*KINDS)
