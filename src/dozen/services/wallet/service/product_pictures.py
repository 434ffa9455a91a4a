"""Pictures of what a merchant sells: more of them, in which order, and what they show."""

from __future__ import annotations

from collections.abc import Sequence

from dozen.core import media
from dozen.db import Tx
from dozen.services.wallet.errors.products import TooManyPictures
from dozen.services.wallet.service import products
from dozen.services.wallet.structs.merchants import Shop

MOST = 8
"""Of one product."""


def add(tx: Tx, shop: Shop, product_id: int, media_ids: Sequence[int]) -> None:
    """More pictures, which the shop's owner has uploaded, behind those that are there. Raises NoSuchProduct,
    TooManyPictures, and what ``media.attach`` raises."""
    found = products.locked(tx, shop, product_id)
    there = [each.id for each in products.pictures(tx, [found.id]).get(found.id, ())]
    if len(there) + len(media_ids) > MOST:
        raise TooManyPictures
    media.detach(tx, found.id, there)  # places that were left empty in between are closed up
    media.attach(tx, shop.person, [*there, *media_ids], found.id, audience=products.audience(tx, found))


def drop(tx: Tx, shop: Shop, product_id: int, media_id: int) -> None:
    """It is private again, and deleted after a day. Raises NoSuchProduct."""
    media.detach(tx, products.locked(tx, shop, product_id).id, [media_id])


def keep(tx: Tx, shop: Shop, product_id: int, media_id: int) -> None:
    """Put one back that was dropped a moment ago, behind the others. Raises NoSuchProduct,
    TooManyPictures, MediaNotFound."""
    add(tx, shop, product_id, [media_id])


def describe(tx: Tx, shop: Shop, product_id: int, media_id: int, alt: str) -> None:
    """Say in words what it shows. Raises NoSuchProduct, MediaNotFound."""
    found = products.locked(tx, shop, product_id)
    if all(each.id != media_id for each in products.pictures(tx, [found.id]).get(found.id, ())):
        raise media.MediaNotFound
    media.describe(tx, shop.person, media_id, alt=alt)


def first(tx: Tx, shop: Shop, product_id: int, media_id: int) -> None:
    """Make it the one that lists show. Raises NoSuchProduct, MediaNotFound."""
    found = products.locked(tx, shop, product_id)
    there = [each.id for each in products.pictures(tx, [found.id]).get(found.id, ())]
    if media_id not in there:
        raise media.MediaNotFound
    media.detach(tx, found.id)
    order = [media_id, *(each for each in there if each != media_id)]
    media.attach(tx, shop.person, order, found.id, audience=products.audience(tx, found))
