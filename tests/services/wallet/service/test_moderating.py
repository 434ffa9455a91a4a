"""What moderators do about what shops sell and buyers say."""

from __future__ import annotations

import pytest

from dozen.core import accounts, moderation, notifications
from dozen.db import Tx
from dozen.services.wallet.errors.products import (
    NoSuchProduct,
    OwnProduct,
    ProductTakenDown,
)
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service import catalogue, moderating, product_reviews, products
from dozen.services.wallet.shopping_jobs import removals
from tests.services.wallet.folk import make_holders
from tests.services.wallet.goods import bought, make_product, stocked_shop
from tests.services.wallet.shops import make_shop
from tests.services.wallet.staff import actor
from tests.support.town import Town


def test_reports_and_what_becomes_of_them(town: Town) -> None:
    me, other, mod = make_holders(town, 3, money=100_000)
    _, product, mug = stocked_shop(town)
    bought(town, me, (mug, 1))
    made = town.write(product_reviews.put, me, product.id, 1, "Buy elsewhere")
    town.write(moderating.report, other, made.review.id, reason="spam")
    town.write(moderating.report_product, other, product.id, reason="fraud", text="Not real")
    judge = actor(mod, "moderator")
    cases = town.read(moderation.queue, judge)
    assert {case.realm for case in cases} == {"wallet"}
    assert town.read(moderating.reported, judge, made.review.id)[1] == made
    assert town.read(moderating.reported, judge, product.id)[0].id == product.id
    with pytest.raises(moderation.errors.NotModerator):
        town.read(moderating.reported, actor(other, "member"), product.id)

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
    assert products.REALM != moderating.REALM


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
        town.write(moderating.lift, actor(shop.person, "member"), product.id, "It is real")
    with pytest.raises(OwnProduct):
        town.write(moderating.lift, actor(shop.person, "moderator"), product.id, "It is real")
    with pytest.raises(NoSuchProduct):
        town.write(moderating.lift, judge, 7, "It is real")
    after = town.write(moderating.lift, judge, product.id, "It is real")
    assert after.state == "archived"  # its shop decides
    assert town.read(catalogue.view, product.id, me).product.id == product.id
    assert town.write(products.set_state, shop, product.id, "active").state == "active"
    kinds = [item.kind for item in town.read(lambda tx: notifications.list_plain(tx, shop.person))]
    assert kinds.count("wallet.product_lifted") == 1
    with pytest.raises(moderation.errors.NotTakenDown):
        town.write(moderating.lift, judge, product.id, "Again")


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


def told(town: Town, person: int, kind: str) -> list[dict[str, str]]:
    found = town.read(lambda tx: notifications.list_plain(tx, person, kinds=[kind]))
    return [each.data for each in found]


def test_taken_down_at_once_without_a_case(town: Town) -> None:
    me, mod = make_holders(town, 2, money=100_000)
    shop, product, mug = stocked_shop(town)
    bought(town, me, (mug, 1))
    judge = actor(mod, "moderator", {moderation.SCOPE})
    made = town.write(product_reviews.put, me, product.id, 1, "Buy elsewhere")
    with pytest.raises(NoSuchProduct):
        town.write(moderating.take_down, judge, 7, "A fake")
    with pytest.raises(moderation.errors.ReasonNeeded):
        town.write(moderating.take_down, judge, product.id, " ")
    for who in (actor(mod, "member"), actor(mod, "moderator", {"wallet:desk"})):
        with pytest.raises(moderation.errors.NotModerator):
            town.write(moderating.take_down, who, product.id, "A fake")
    for subject in (product.id, made.review.id):  # whose shop it is judges neither
        with pytest.raises(OwnProduct):
            town.write(moderating.take_down, actor(shop.person, "moderator"), subject, "It is bad")
    assert town.write(moderating.take_down, judge, made.review.id, "Spam").id == product.id
    assert town.read(product_reviews.page, product.id) == []
    assert [each["reason"] for each in told(town, me, "wallet.taken_down")] == ["Spam"]
    after = town.write(moderating.take_down, judge, product.id, "A fake")
    assert after.state == "archived"
    assert told(town, shop.person, "wallet.taken_down") == [{"what": product.title, "reason": "A fake"}]
    with pytest.raises(ProductTakenDown) as again:
        town.write(moderating.take_down, judge, product.id, "Still a fake")
    assert again.value.extra == {"reason": "A fake"}
    assert town.read(lambda tx: moderation.outstanding(tx, "wallet")) == []
    assert town.write(moderating.lift, judge, product.id, "It is real").id == product.id
    actions = [each.action for each in town.read(moderation.log, actor(mod, "moderator"))]
    assert actions[:3] == ["restore", "remove", "remove"]
