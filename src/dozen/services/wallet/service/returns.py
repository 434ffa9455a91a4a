"""Sending things back: asked by the buyer, answered by the shop, refunded once the goods are there.

The purchase's payment and row are locked first, then the return's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from dozen.core import inventory, media, notifications
from dozen.db import Tx
from dozen.kit import clock, ids, money
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors.purchases import (
    BadRefundAmount,
    BadReturn,
    NoSuchPurchase,
    NoSuchReturn,
    NotReturnable,
    ReturnClosed,
    ReturnTooEarly,
    ReturnTooLate,
)
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.queries import purchases as purchase_queries
from dozen.services.wallet.queries import returns as queries
from dozen.services.wallet.service import merchants, notes, products, purchases
from dozen.services.wallet.structs.merchants import Shop
from dozen.services.wallet.structs.purchases import Purchase, PurchaseLine
from dozen.services.wallet.structs.returns import (
    REASONS,
    STEPS,
    Reason,
    Return,
    Returned,
    ReturnState,
)

MOST_PICTURES = 4
_LONGEST = 1_000
WORDS: dict[ReturnState, str] = {
    "asked": "Asked for",
    "accepted": "Accepted: send it back",
    "refused": "Refused",
    "refunded": "Money given back",
    "withdrawn": "Withdrawn",
}
KINDS = (
    notes.kind("return_asked", "Returns to your shops", "Somebody wants to send {what} back to {shop}"),
    notes.kind("return_moved", "Your returns", "Your return to {shop}: {state}"),
)


def must_be_returnable(tx: Tx, purchase: Purchase) -> None:
    """Raises NotReturnable, ReturnTooEarly, ReturnTooLate."""
    if not purchase.return_days:
        raise NotReturnable
    until = purchase.return_until
    if purchase.state != "delivered" or until is None:
        raise ReturnTooEarly
    if tx.now >= until:
        raise ReturnTooLate(until=clock.rfc3339(until))


def ask(
    tx: Tx,
    me: int,
    purchase_id: int,
    wanted: Mapping[int, int],
    *,
    reason: str,
    words: str = "",
    media_ids: Sequence[int] = (),
) -> Return:
    """So many of each line (by its id), with pictures of mine that only the shop and I see.

    Raises NoSuchPurchase, NotReturnable, ReturnTooEarly, ReturnTooLate, BadReturn, and what
    ``media.attach`` raises.
    """
    purchase = purchases.lock(tx, purchase_id)
    if purchase.buyer != me:
        raise NoSuchPurchase
    must_be_returnable(tx, purchase)
    words = clean(words, lines=True)
    wrong = {}
    if reason not in REASONS:
        wrong["reason"] = "Choose one of the list"
    if len(words) > _LONGEST:
        wrong["words"] = f"At most {_LONGEST} characters"
    if len(media_ids) > MOST_PICTURES:
        wrong["pictures"] = f"At most {MOST_PICTURES} pictures"
    lines = {line.id: line for line in purchase_queries.lines_of.all(tx, purchases=[purchase.id])}
    if not wanted or not set(wanted) <= set(lines):
        wrong["lines"] = "Choose what you want to send back"
    elif any(type(n) is not int or not 0 < n <= lines[i].quantity - lines[i].back for i, n in wanted.items()):
        wrong["lines"] = "At most as many as you have bought and not sent back"
    if wrong:
        raise BadReturn(fields=wrong)
    made = Return(
        id=tx.next_id(), purchase=purchase.id, buyer=me, merchant=purchase.merchant, state="asked",
        currency=purchase.currency, reason=_reason(reason), words=words, answer="",
        worth=sum(lines[line].price * n for line, n in wanted.items()),
        refund_id=None, refunded=0, restocked=False, changed_at=tx.now,
    )  # fmt: skip
    queries.add(tx, **msgspec.structs.asdict(made))
    for line, quantity in sorted(wanted.items()):
        purchase_queries.add_back(tx, line=line, by=quantity)
        queries.add_line(tx, return_id=made.id, line=line, quantity=quantity)
    if media_ids:
        media.attach(tx, me, list(media_ids), made.id, audience="private")
    purchases.note_step(tx, purchase, "return", WORDS["asked"], me)
    shop = merchants.merchant(tx, made.merchant)
    titles = [lines[line].title for line in sorted(wanted)]
    _tell(tx, shop.owner, "return_asked", made, what=titles[0])
    return made


def _reason(text: str) -> Reason:
    return next(each for each in REASONS if each == text)


def withdraw(tx: Tx, me: int, return_id: int) -> Return:
    """I keep it after all. Raises NoSuchReturn, ReturnClosed."""
    purchase, found = _locked(tx, return_id)
    if found.buyer != me:
        raise NoSuchReturn
    return _end(tx, purchase, found, "withdrawn", "", me)


def answer(tx: Tx, shop: Shop, return_id: int, *, accept: bool, words: str = "") -> Return:
    """The shop takes it back, or does not; what was accepted can still be refused when it has come.

    Raises NoSuchReturn, ReturnClosed, BadReturn (a refusal without words)."""
    purchase, found = _of_shop_locked(tx, shop, return_id)
    words = clean(words, lines=True)
    if len(words) > _LONGEST:
        raise BadReturn(fields={"words": f"At most {_LONGEST} characters"})
    if accept:
        after = _put(tx, purchase, replace(found, answer=words), "accepted", shop.person)
        _tell(tx, after.buyer, "return_moved", after)
        return after
    if not words:
        raise BadReturn(fields={"words": "Say why"})
    after = _end(tx, purchase, found, "refused", words, shop.person)
    _tell(tx, after.buyer, "return_moved", after)
    return after


def settle(tx: Tx, shop: Shop, return_id: int, amount: int, *, restock: bool, words: str = "") -> Return:
    """The goods have come: give back ``amount``, at most what is left of the payment.

    ``restock``: they are for sale again. Raises NoSuchReturn, ReturnClosed, BadRefundAmount,
    ShopCannotRefund, ReceiverCannot.
    """
    purchase, found = _of_shop_locked(tx, shop, return_id)
    if found.state != "accepted":
        raise ReturnClosed(state=found.state)
    left = _left(tx, purchase)
    if type(amount) is not int or not 0 < amount <= left:
        text = money.text(left, found.currency)
        raise BadRefundAmount(fields={"amount": f"Between nothing and {text}"}, left=left)
    refund = purchases.give_back(tx, shop, purchase, amount, "Sent back")
    lines = {line.id: line for line in purchase_queries.lines_of.all(tx, purchases=[purchase.id])}
    held = inventory.one_hold(tx, purchase.hold_id)
    sold = {line.unit_id: line.id for line in held.lines if line.state == "sold"}
    inventory.take_back(
        tx,
        purchase.hold_id,
        {
            sold[lines[each.line].variant]: each.quantity
            for each in queries.lines_of.all(tx, returns=[found.id])
        },
        restock=restock,
        reason="returned" if restock else "returned, not for sale",
        actor=shop.person,
    )
    products.refresh(tx, [line.product for line in lines.values()])
    after = replace(
        found, refund_id=refund, refunded=amount, restocked=restock,
        answer=clean(words, lines=True)[:_LONGEST] or found.answer,
    )  # fmt: skip
    after = _put(tx, purchase, after, "refunded", shop.person)
    _tell(tx, after.buyer, "return_moved", after)
    return after


# Reading


def mine(tx: Tx, me: int, *, before: int = ids.MAX, limit: int = 20) -> list[Return]:
    """The newest first."""
    found: list[Return] = queries.page("buyer", False).all(tx, whose=me, before=before, limit=limit)
    return found


def page(
    tx: Tx, shop: Shop, *, state: ReturnState | None = None, before: int = ids.MAX, limit: int = 30
) -> list[Return]:
    given = {} if state is None else {"state": state}
    found: list[Return] = queries.page("merchant", state is not None).all(
        tx, whose=shop.id, before=before, limit=limit, **given
    )
    return found


def waiting(tx: Tx, shop: Shop) -> int:
    """How many wait for the shop."""
    return queries.waiting.first(tx, merchant=shop.id) or 0


def of_purchase(tx: Tx, purchase_id: int) -> list[Return]:
    """Who calls has shown that they may see the purchase."""
    return queries.of_purchase.all(tx, purchase=purchase_id)


def of(tx: Tx, me: int, return_id: int) -> Returned:
    """Raises NoSuchReturn."""
    found = queries.by_id.first(tx, id=return_id)
    if found is None or found.buyer != me:
        raise NoSuchReturn
    return _all_of(tx, found)


def of_shop(tx: Tx, shop: Shop, return_id: int) -> Returned:
    """Raises NoSuchReturn."""
    found = queries.by_id.first(tx, id=return_id)
    if found is None or found.merchant != shop.id:
        raise NoSuchReturn
    return _all_of(tx, found)


def _all_of(tx: Tx, found: Return) -> Returned:
    purchase = purchase_queries.by_id.first(tx, id=found.purchase)
    assert purchase is not None
    by_id: dict[int, PurchaseLine] = {
        line.id: line for line in purchase_queries.lines_of.all(tx, purchases=[purchase.id])
    }
    lines = tuple((by_id[each.line], each.quantity) for each in queries.lines_of.all(tx, returns=[found.id]))
    pictures = tuple(media.attached_to(tx, [found.id]).get(found.id, ()))
    shop = merchants.merchant(tx, found.merchant)
    return Returned(found, purchase, shop, lines, pictures, _left(tx, purchase))


# Inside


def _left(tx: Tx, purchase: Purchase) -> int:
    intent = order_queries.intent_by_id.first(tx, id=purchase.intent_id)
    assert intent is not None
    return intent.received - intent.refunded


def _locked(tx: Tx, return_id: int) -> tuple[Purchase, Return]:
    tx.must_write()
    seen = queries.by_id.first(tx, id=return_id)
    if seen is None:
        raise NoSuchReturn
    purchase = purchases.lock(tx, seen.purchase)
    found = queries.by_id_for_update.first(tx, id=return_id)
    assert found is not None
    return purchase, found


def _of_shop_locked(tx: Tx, shop: Shop, return_id: int) -> tuple[Purchase, Return]:
    purchase, found = _locked(tx, return_id)
    if found.merchant != shop.id:
        raise NoSuchReturn
    return purchase, found


def _end(tx: Tx, purchase: Purchase, found: Return, to: ReturnState, words: str, actor: int) -> Return:
    """It does not come back: the lines may be asked for again."""
    after = _put(tx, purchase, replace(found, answer=words or found.answer), to, actor)
    for each in queries.lines_of.all(tx, returns=[found.id]):
        purchase_queries.add_back(tx, line=each.line, by=-each.quantity)
    return after


def _put(tx: Tx, purchase: Purchase, found: Return, to: ReturnState, actor: int) -> Return:
    if to not in STEPS[found.state]:
        raise ReturnClosed(state=found.state)
    after = replace(found, state=to, changed_at=tx.now)
    queries.change(
        tx,
        back=after.id,
        new_state=after.state,
        new_answer=after.answer,
        refund=after.refund_id,
        amount=after.refunded,
        restock=after.restocked,
        now=tx.now,
    )
    purchases.note_step(tx, purchase, "return", WORDS[to], actor)
    return after


def _tell(tx: Tx, to: int, name: str, found: Return, what: str = "") -> None:
    data = {
        "what": what,
        "shop": merchants.merchant(tx, found.merchant).name,
        "state": WORDS[found.state].lower(),
    }
    notifications.notify(tx, to, f"wallet.{name}", subject=found.id, data=data)


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(*KINDS)
