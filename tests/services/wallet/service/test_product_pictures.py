"""Pictures of what a shop sells."""

from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import media
from dozen.services.wallet.errors.products import NoSuchProduct, TooManyPictures
from dozen.services.wallet.service import product_pictures, products
from dozen.services.wallet.structs.products import Product
from tests.services.wallet.goods import make_product
from tests.services.wallet.service.test_identities import picture as picture
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def shows(town: Town, me: int, picture: Path) -> int:
    return media.receive(town.env, me, picture, made_by=media.prepare_image).id


def order(town: Town, product: Product) -> list[int]:
    return [each.id for each in town.read(products.pictures, [product.id]).get(product.id, ())]


def test_their_order_and_words(town: Town, picture: Path) -> None:
    shop, other = make_shop(town), make_shop(town)
    product = make_product(town, shop)
    some = [shows(town, shop.person, picture) for _ in range(3)]
    town.write(product_pictures.add, shop, product.id, some[:2])
    town.write(product_pictures.add, shop, product.id, some[2:])
    assert order(town, product) == some
    town.write(product_pictures.first, shop, product.id, some[2])
    assert order(town, product) == [some[2], some[0], some[1]]
    town.write(product_pictures.describe, shop, product.id, some[0], "From above")
    assert {each.alt for each in town.read(products.pictures, [product.id])[product.id]} == {"", "From above"}
    town.write(product_pictures.drop, shop, product.id, some[0])
    assert order(town, product) == [some[2], some[1]]
    with pytest.raises(media.MediaNotFound):
        town.write(product_pictures.describe, shop, product.id, some[0], "It is gone")
    with pytest.raises(media.MediaNotFound):
        town.write(product_pictures.first, shop, product.id, some[0])
    town.write(product_pictures.keep, shop, product.id, some[0])
    assert order(town, product) == [some[2], some[1], some[0]]
    for verb in (product_pictures.drop, product_pictures.first, product_pictures.keep):
        with pytest.raises(NoSuchProduct):
            town.write(verb, other, product.id, some[0])


def test_not_more_than_eight(town: Town, picture: Path) -> None:
    shop = make_shop(town)
    product = make_product(town, shop)
    many = [shows(town, shop.person, picture) for _ in range(product_pictures.MOST + 1)]
    with pytest.raises(TooManyPictures):
        town.write(product_pictures.add, shop, product.id, many)
    town.write(product_pictures.add, shop, product.id, many[1:])
    with pytest.raises(TooManyPictures):
        town.write(product_pictures.add, shop, product.id, many[:1])
