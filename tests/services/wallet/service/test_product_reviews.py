"""What buyers say."""

from __future__ import annotations

import pytest

from dozen.core import accounts, engagement, moderation, notifications
from dozen.db import Tx
from dozen.services.wallet.errors.products import (
    NoSuchProduct,
    NotABuyer,
    OwnProduct,
    ProductTakenDown,
)
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import catalogue, product_reviews, products, purchases
from dozen.services.wallet.service.catalogue import Query
from dozen.services.wallet.shopping_jobs import removals
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import bought, make_product, stocked_shop, variant
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def actor(person: int, role: accounts.Role) -> accounts.Actor:
    return accounts.Actor(
        person_id=person, username="mo", name="Mo", avatar_id=None, language="en", time_zone="UTC",
        role=role, suspended=False, scopes=None,
    )  # fmt: skip


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


def test_reports_and_what_becomes_of_them(town: Town) -> None:
    me, other, mod = make_holders(town, 3, money=100_000)
    _, product, mug = stocked_shop(town)
    bought(town, me, (mug, 1))
    made = town.write(product_reviews.put, me, product.id, 1, "Buy elsewhere")
    town.write(product_reviews.report, other, made.review.id, reason="spam")
    town.write(product_reviews.report_product, other, product.id, reason="fraud", text="Not real")
    judge = actor(mod, "moderator")
    cases = town.read(moderation.queue, judge)
    assert {case.realm for case in cases} == {"wallet"}
    assert town.read(product_reviews.reported, judge, made.review.id)[1] == made
    assert town.read(product_reviews.reported, judge, product.id)[0].id == product.id
    with pytest.raises(moderation.errors.NotModerator):
        town.read(product_reviews.reported, actor(other, "member"), product.id)

    def decide(tx: Tx) -> None:
        for case in cases:
            moderation.remove(
                tx, judge, realm=case.realm, subject_id=case.subject_id, owner_id=case.owner_id,
                reason="No", case_id=case.id,
            )  # fmt: skip

    town.write(decide)
    removals(town.env, None)  # type: ignore[arg-type]
    assert town.read(product_reviews.page, product.id) == []
    assert town.read(lambda tx: queries.by_id.first(tx, id=product.id)).state == "archived"  # type: ignore[union-attr]
    assert products.REALM != product_reviews.REALM


def take_down(town: Town, judge: accounts.Actor, product_id: int, owner: int, reason: str = "A fake") -> None:
    town.write(moderation.remove, judge, realm="wallet", subject_id=product_id, owner_id=owner, reason=reason)
    removals(town.env, None)  # type: ignore[arg-type]


def test_a_shop_cannot_sell_again_what_moderators_took_down(town: Town) -> None:
    me, mod = make_holders(town, 2, money=100_000)
    shop, product, mug = stocked_shop(town)
    bought(town, me, (mug, 1))
    judge = actor(mod, "moderator")
    take_down(town, judge, product.id, shop.person)
    with pytest.raises(ProductTakenDown) as refused:
        town.write(products.set_state, shop, product.id, "active")
    assert (refused.value.code, refused.value.extra) == ("product_taken_down", {"reason": "A fake"})
    town.write(products.set_state, shop, product.id, "draft")  # a way round through another state
    with pytest.raises(ProductTakenDown):
        town.write(products.set_state, shop, product.id, "active")
    town.write(products.set_state, shop, product.id, "archived")
    with pytest.raises(NoSuchProduct):  # not even who bought it sees it
        town.read(catalogue.view, product.id, me)
    assert town.read(catalogue.view, product.id, shop.person).product.id == product.id
    (kept,) = town.read(lambda tx: products.kept(tx, shop, [products.of(tx, shop, product.id)]))
    assert kept.taken_down is not None
    assert (kept.taken_down.reason, kept.taken_down.by_id) == ("A fake", mod)
    with pytest.raises(moderation.errors.NotModerator):
        town.write(product_reviews.lift, actor(shop.person, "member"), product.id, "It is real")
    with pytest.raises(OwnProduct):
        town.write(product_reviews.lift, actor(shop.person, "moderator"), product.id, "It is real")
    with pytest.raises(NoSuchProduct):
        town.write(product_reviews.lift, judge, 7, "It is real")
    after = town.write(product_reviews.lift, judge, product.id, "It is real")
    assert after.state == "archived"  # its shop decides
    assert town.read(catalogue.view, product.id, me).product.id == product.id
    assert town.write(products.set_state, shop, product.id, "active").state == "active"
    kinds = [item.kind for item in town.read(lambda tx: notifications.list_plain(tx, shop.person))]
    assert kinds.count("wallet.product_lifted") == 1
    with pytest.raises(moderation.errors.NotTakenDown):
        town.write(product_reviews.lift, judge, product.id, "Again")


def test_a_draft_that_was_taken_down_is_not_put_on_sale(town: Town) -> None:
    (mod,) = make_holders(town, 1)
    shop = make_shop(town)
    product = make_product(town, shop)
    judge = actor(mod, "admin")
    town.write(
        moderation.remove, judge, realm="wallet", subject_id=product.id, owner_id=shop.person, reason="No"
    )
    town.write(products.set_state, shop, product.id, "draft")  # between the decision and the job
    removals(town.env, None)  # type: ignore[arg-type]
    with pytest.raises(ProductTakenDown):
        town.write(products.set_state, shop, product.id, "active")
    found = town.read(lambda tx: queries.by_id.first(tx, id=product.id))
    assert found is not None
    assert found.state == "draft"
