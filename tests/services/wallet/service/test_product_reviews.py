"""What buyers say."""

from __future__ import annotations

import pytest

from dozen.core import engagement, notifications
from dozen.services.wallet.errors.products import (
    NoSuchProduct,
    NotABuyer,
    OwnProduct,
)
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import catalogue, product_reviews, purchases
from dozen.services.wallet.service.catalogue import Query
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import bought, make_product, stocked_shop, variant
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def test_only_who_bought_it(town: Town) -> None:
    me, other = make_holders(town, 2, money=100_000)
    shop, product, mug = stocked_shop(town)
    (made,) = bought(town, me, (mug, 1))
    with pytest.raises(NotABuyer):
        town.write(product_reviews.put, other, product.id, 5)
    with pytest.raises(OwnProduct):
        town.write(product_reviews.put, shop.person, product.id, 5)
    with pytest.raises(NoSuchProduct):
        town.write(product_reviews.put, me, 7, 5)
    first = town.write(product_reviews.put, me, product.id, 5, "Good")
    again = town.write(product_reviews.put, me, product.id, 2, "It broke")
    assert first.review.id == again.review.id
    assert town.read(product_reviews.histogram, product.id) == {5: 0, 4: 0, 3: 0, 2: 1, 1: 0}
    assert town.read(catalogue.view, product.id).rating.average == 2
    with pytest.raises(engagement.errors.BadRating):
        town.write(product_reviews.put, me, product.id, 6)
    kinds = [item.kind for item in town.read(lambda tx: notifications.list_plain(tx, shop.person))]
    assert kinds.count("wallet.review_new") == 1
    town.write(product_reviews.drop, me, product.id)
    assert town.read(product_reviews.page, product.id) == []
    town.write(purchases.cancel, me, made.id)
    with pytest.raises(NotABuyer):
        town.write(product_reviews.put, me, product.id, 1)


def test_the_best_rated_come_first(town: Town) -> None:
    people = make_holders(town, 4, money=100_000)
    shop = make_shop(town)
    one, many, bad = (make_product(town, shop, title=title, price=100) for title in ("One", "Many", "Bad"))
    for n, me in enumerate(people):
        for product, rating in ((one, 5), (many, 5), (bad, 1)):
            if product is not one or n == 0:
                bought(town, me, (variant(town, product), 1))
                town.write(product_reviews.put, me, product.id, rating)
    found = town.read(catalogue.find, Query(sort="rating"))
    assert [each.product.title for each in found.products] == ["Many", "One", "Bad"]
    kept = town.read(lambda tx: queries.by_id.first(tx, id=many.id))
    town.write(product_reviews.rescore, [many.id])
    assert town.read(lambda tx: queries.by_id.first(tx, id=many.id)) == kept


def test_the_shop_answers(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town)
    bought(town, me, (mug, 1))
    made = town.write(product_reviews.put, me, product.id, 3, "Fine")
    with pytest.raises(engagement.errors.NoSuchReview):
        town.write(product_reviews.answer, make_shop(town), made.review.id, "Thanks")
    town.write(product_reviews.answer, shop, made.review.id, "Thanks")
    town.write(product_reviews.answer, shop, made.review.id, "Thank you")
    (shown,) = town.read(product_reviews.page, product.id)
    assert shown.review.answer == "Thank you"
    kinds = [item.kind for item in town.read(lambda tx: notifications.list_plain(tx, me))]
    assert kinds.count("wallet.review_answered") == 1
