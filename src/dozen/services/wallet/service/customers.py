"""Customers of shops, and the wallets that customers let shops take more from later.

A method begins without a person: that somebody has a wallet is theirs to say. Who approves a payment by it
becomes its person, and may at the same time allow a cap for each calendar month, which they can take back
at any time.
"""

from __future__ import annotations

import re

import msgspec
from msgspec import UNSET, UnsetType

from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import (
    BadCap,
    BadCustomer,
    MethodTaken,
    MethodUsedUp,
    NoSuchCustomer,
    NoSuchMethod,
)
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.queries.orders import Span
from dozen.services.wallet.service import merchants, notes, shop_events, shop_metadata
from dozen.services.wallet.service.limits import month_of
from dozen.services.wallet.service.moving import MOST_AMOUNT
from dozen.services.wallet.structs.merchants import Customer, Merchant, Method, Shop

_EMAIL = re.compile(r"[^@\s]{1,250}@[^@\s]{1,250}")


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    email: str = ""
    phone: str = ""
    description: str = ""
    metadata: dict[str, str] = {}


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays as it is."""

    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    metadata: dict[str, str] | UnsetType = UNSET


def create(tx: Tx, shop: Shop, new: NewCustomer) -> Customer:
    """Raises MerchantClosed, MerchantBlocked, BadCustomer, BadMetadata."""
    merchants.must_be_open(shop.merchant)
    made = _checked(
        Customer(
            id=tx.next_id(),
            merchant=shop.id,
            live=shop.live,
            deleted_at=None,
            changed_at=tx.now,
            **msgspec.structs.asdict(new),
        )
    )
    queries.add_customer(tx, **msgspec.structs.asdict(made))
    shop_events.say(tx, shop.id, shop.live, "customer.created", made.id, customer=made)
    return made


def get(tx: Tx, shop: Shop, customer_id: int) -> Customer:
    """A deleted one, too. Raises NoSuchCustomer."""
    found = queries.customer.first(tx, merchant=shop.id, live=shop.live, id=customer_id)
    if found is None:
        raise NoSuchCustomer
    return found


def page(
    tx: Tx,
    shop: Shop,
    *,
    email: str | None = None,
    before: int = ids.MAX,
    after: int = 0,
    limit: int = 20,
    up: bool = False,
) -> list[Customer]:
    return queries.customers_page(tx, shop.id, shop.live, Span(before, after, limit, up), email=email)


def update(tx: Tx, shop: Shop, customer_id: int, changes: Changes) -> Customer:
    """Raises NoSuchCustomer, BadCustomer, BadMetadata."""
    found = _there(tx, shop, customer_id)
    given = {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET}
    if "metadata" in given:
        given["metadata"] = shop_metadata.merged(found.metadata, given["metadata"])
    after = _put(tx, _checked(msgspec.structs.replace(found, **given)))
    shop_events.say(tx, shop.id, shop.live, "customer.updated", after.id, customer=after)
    return after


def delete(tx: Tx, shop: Shop, customer_id: int) -> Customer:
    """Their words are gone, and so are the methods; payments stay. Raises NoSuchCustomer."""
    found = _there(tx, shop, customer_id)
    for each in queries.methods_of_customer.all(tx, customer=found.id, before=ids.MAX, after=0, limit=1_000):
        _put_method(tx, msgspec.structs.replace(each, state="gone"))
    after = _put(
        tx,
        msgspec.structs.replace(
            found, name="", email="", phone="", description="", metadata={}, deleted_at=tx.now
        ),
    )
    shop_events.say(tx, shop.id, shop.live, "customer.deleted", after.id, customer=after)
    return after


# Methods


def make_method(
    tx: Tx, shop: Shop, *, kind: str = "wallet", behaviour: str = "", metadata: dict[str, str] | None = None
) -> Method:
    """A method of nobody yet. Raises MerchantClosed, MerchantBlocked, BadMetadata."""
    merchants.must_be_open(shop.merchant)
    made = Method(
        id=tx.next_id(),
        merchant=shop.id,
        live=shop.live,
        kind=kind,
        behaviour=behaviour if not shop.live else "",
        customer_id=None,
        person=None,
        currency="",
        cap=0,
        month=0,
        used=0,
        state="new",
        metadata=shop_metadata.checked(metadata or {}),
        changed_at=tx.now,
    )
    queries.add_method(tx, **msgspec.structs.asdict(made))
    return made


def method(tx: Tx, shop: Shop, method_id: int) -> Method:
    """Raises NoSuchMethod."""
    found = queries.method.first(tx, merchant=shop.id, live=shop.live, id=method_id)
    if found is None:
        raise NoSuchMethod
    return found


def method_locked(tx: Tx, shop: Shop, method_id: int) -> Method:
    """Raises NoSuchMethod."""
    tx.must_write()
    found = queries.method_for_update.first(tx, merchant=shop.id, live=shop.live, id=method_id)
    if found is None:
        raise NoSuchMethod
    return found


def methods_of(
    tx: Tx, shop: Shop, customer_id: int, *, before: int = ids.MAX, after: int = 0, limit: int = 20
) -> list[Method]:
    """Raises NoSuchCustomer."""
    _there(tx, shop, customer_id)
    return queries.methods_of_customer.all(tx, customer=customer_id, before=before, after=after, limit=limit)


def attach(tx: Tx, shop: Shop, method_id: int, customer_id: int) -> Method:
    """Raises NoSuchMethod, NoSuchCustomer, MethodTaken, MethodUsedUp."""
    found = method_locked(tx, shop, method_id)
    _there(tx, shop, customer_id)
    if found.state == "gone":
        raise MethodUsedUp
    if found.customer_id is not None:
        if found.customer_id == customer_id:
            return found
        raise MethodTaken
    after = _put_method(tx, msgspec.structs.replace(found, customer_id=customer_id))
    shop_events.say(tx, shop.id, shop.live, "method.attached", after.id, method=after)
    return after


def detach(tx: Tx, shop: Shop, method_id: int) -> Method:
    """It can no longer be used. Raises NoSuchMethod."""
    found = method_locked(tx, shop, method_id)
    if found.state == "gone":
        return found
    after = _put_method(tx, msgspec.structs.replace(found, customer_id=None, state="gone"))
    shop_events.say(tx, shop.id, shop.live, "method.detached", after.id, method=after)
    return after


def edit_method(tx: Tx, shop: Shop, method_id: int, metadata: dict[str, str]) -> Method:
    """Raises NoSuchMethod, BadMetadata."""
    found = method_locked(tx, shop, method_id)
    return _put_method(
        tx, msgspec.structs.replace(found, metadata=shop_metadata.merged(found.metadata, metadata))
    )


def approve_method(tx: Tx, shop: Shop, found: Method, person: int, currency: str, cap: int) -> Method:
    """Its person lets the shop take up to ``cap`` in each calendar month. Raises BadCap."""
    if not 0 < cap <= MOST_AMOUNT:
        raise BadCap(fields={"cap": BadCap.title})
    after = _put_method(
        tx,
        msgspec.structs.replace(
            found, person=person, currency=currency, cap=cap, month=month_of(tx.now), used=0, state="approved"
        ),
    )
    notes.security(tx, person, f"{shop.merchant.name} may take money from your wallet without asking")
    return after


def use(tx: Tx, found: Method, amount: int) -> bool:
    """Count an amount against the month's cap; False when it does not fit. The row is locked."""
    month = month_of(tx.now)
    used = found.used if found.month == month else 0
    if used + amount > found.cap:
        return False
    _put_method(tx, msgspec.structs.replace(found, month=month, used=used + amount))
    return True


def given_by(tx: Tx, me: int) -> list[tuple[Method, Merchant]]:
    """Which shops may take money from my wallet without asking."""
    found = queries.methods_of_person.all(tx, person=me, limit=100)
    return [(each, merchants.merchant(tx, each.merchant)) for each in found]


def take_back(tx: Tx, me: int, method_id: int) -> None:
    """A shop may no longer do so. Raises NoSuchMethod."""
    tx.must_write()
    found = queries.method_by_id_for_update.first(tx, id=method_id)
    if found is None or found.person != me or found.state != "approved":
        raise NoSuchMethod
    after = _put_method(tx, msgspec.structs.replace(found, customer_id=None, state="gone"))
    shop_events.say(tx, after.merchant, after.live, "method.detached", after.id, method=after)


# Inside


def _there(tx: Tx, shop: Shop, customer_id: int) -> Customer:
    found = get(tx, shop, customer_id)
    if found.deleted_at is not None:
        raise NoSuchCustomer
    return found


def _checked(given: Customer) -> Customer:
    tidy = {
        "name": clean(given.name),
        "email": given.email.strip(),
        "phone": clean(given.phone),
        "description": clean(given.description, lines=True),
    }
    wrong = {}
    if len(tidy["name"]) > 256:
        wrong["name"] = "At most 256 characters"
    if tidy["email"] and (len(tidy["email"]) > 512 or not _EMAIL.fullmatch(tidy["email"])):
        wrong["email"] = f"Invalid email address: {tidy['email'][:80]}"
    if len(tidy["phone"]) > 40:
        wrong["phone"] = "At most 40 characters"
    if len(tidy["description"]) > 1_000:
        wrong["description"] = "At most 1000 characters"
    if wrong:
        raise BadCustomer(fields=wrong)
    return msgspec.structs.replace(given, **tidy, metadata=shop_metadata.checked(given.metadata))


def _put(tx: Tx, after: Customer) -> Customer:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change_customer(
        tx,
        customer=after.id,
        new_name=after.name,
        new_email=after.email,
        new_phone=after.phone,
        new_description=after.description,
        new_metadata=after.metadata,
        gone=after.deleted_at,
        now=tx.now,
    )
    return after


def _put_method(tx: Tx, after: Method) -> Method:
    after = msgspec.structs.replace(after, changed_at=tx.now)
    queries.change_method(
        tx,
        method=after.id,
        customer=after.customer_id,
        who=after.person,
        new_currency=after.currency,
        new_cap=after.cap,
        new_month=after.month,
        new_used=after.used,
        new_state=after.state,
        new_metadata=after.metadata,
        now=tx.now,
    )
    return after
