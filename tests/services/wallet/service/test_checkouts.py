"""Carts, holding and paying."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dozen.core import inventory, ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import InsufficientFunds, PinNeeded
from dozen.services.wallet.errors.carts import (
    AddressNeeded,
    BadQuantity,
    CartEmpty,
    CartFull,
    CheckoutOver,
    NoCheckout,
    NotForSale,
    NotInCart,
    OwnShop,
    PriceChanged,
    SoldOut,
)
from dozen.services.wallet.errors.products import NoSuchRate
from dozen.services.wallet.service import (
    carts,
    checkouts,
    merchants,
    product_stock,
    products,
    purchases,
    stores,
    wallets,
)
from dozen.services.wallet.service.products import NewProduct, NewVariant
from dozen.services.wallet.structs.carts import Want
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.goods import (
    PAID,
    PLACE,
    bought,
    fill,
    left,
    make_product,
    stocked_shop,
    takings,
    variant,
    with_address,
    with_rates,
)
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).available)


def reprice(town: Town, shop: object, product: object, price: int) -> None:
    def work(tx: Tx) -> None:
        (kept,) = products.kept(tx, shop, [product])  # type: ignore[arg-type, list-item]
        one = kept.choices[0].variant
        new = NewProduct(
            title=kept.product.title,
            category=kept.product.category,
            variants=(NewVariant(id=one.id, price=price),),
        )
        products.edit(tx, shop, kept.product.id, new)  # type: ignore[arg-type]

    town.write(work)


def test_a_cart_over_shops(town: Town) -> None:
    (me,) = make_holders(town, 1)
    _, _, mug = stocked_shop(town, stock=3)
    _, _, pot = stocked_shop(town, title="Pot", price=2_500)
    fill(town, me, (mug, 2), (pot, 1))
    assert town.write(carts.add, me, Want(pot, 2)) == 3
    cart = town.read(carts.look, me)
    assert [(group.sum, len(group.lines)) for group in cart.groups] == [(20_000, 1), (7_500, 1)]
    assert cart.totals == {"INR": 27_500}
    assert cart.ready
    assert town.read(carts.pieces, me) == 5
    town.write(carts.set_later, me, pot, later=True)
    cart = town.read(carts.look, me)
    assert [line.variant.id for line in cart.later] == [pot]
    assert cart.totals == {"INR": 20_000}
    gone = town.write(carts.drop, me, pot)
    assert (gone.quantity, gone.later) == (3, True)
    with pytest.raises(NotInCart):
        town.write(carts.drop, me, pot)
    town.write(carts.restore, me, Want(pot, gone.quantity), later=gone.later)
    assert [line.quantity for line in town.read(carts.look, me).later] == [3]
    town.write(carts.replace, me, [Want(mug, 1)])
    cart = town.read(carts.look, me)
    assert [(line.variant.id, line.quantity) for group in cart.groups for line in group.lines] == [(mug, 1)]
    assert cart.later


def test_what_does_not_go_into_a_cart(town: Town) -> None:
    (me,) = make_holders(town, 1)
    shop, product, mug = stocked_shop(town, stock=2)
    for want, error in (
        (Want(mug, 0), BadQuantity),
        (Want(mug, 21), BadQuantity),
        (Want(mug, 3), SoldOut),
    ):
        with pytest.raises(error):
            town.write(carts.put, me, want)
    with pytest.raises(OwnShop):
        town.write(carts.put, shop.person, Want(mug, 1))
    town.write(products.set_state, shop, product.id, "archived")
    with pytest.raises(NotForSale):
        town.write(carts.put, me, Want(mug, 1))
    with pytest.raises(CartEmpty):
        town.write(checkouts.begin, me)


def test_a_cart_has_bounds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts, "MOST_LINES", 1)
    (me,) = make_holders(town, 1)
    _, _, mug = stocked_shop(town)
    _, _, pot = stocked_shop(town)
    fill(town, me, (mug, 1), (mug, 2))
    with pytest.raises(CartFull):
        fill(town, me, (pot, 1))


def test_changes_are_told_at_the_next_look(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town, stock=4)
    fill(town, me, (mug, 3))
    reprice(town, shop, product, 9_000)
    (line,) = town.read(carts.look, me).groups[0].lines
    assert (line.trouble, line.row.seen_price, line.sum) == ("price", 10_000, 27_000)
    with pytest.raises(PriceChanged) as told:
        town.write(checkouts.begin, me)
    assert told.value.extra == {"totals": {"INR": "270.00"}}
    with pytest.raises(PriceChanged):
        town.write(checkouts.begin, me, {"INR": 30_000})
    town.write(checkouts.begin, me, {"INR": 27_000})
    assert town.read(carts.look, me).groups[0].lines[0].trouble == ""  # what I hold is there for me
    town.write(checkouts.leave, me)
    town.write(product_stock.change, shop, product.id, mug, -2, "broken")
    assert town.read(carts.look, me).groups[0].lines[0].trouble == "fewer"
    town.write(product_stock.change, shop, product.id, mug, -2, "broken")
    assert town.read(carts.look, me).groups[0].lines[0].trouble == "sold_out"
    with pytest.raises(SoldOut):
        town.write(checkouts.begin, me, {"INR": 0})
    town.write(products.set_state, shop, product.id, "archived")
    assert town.read(carts.look, me).groups[0].lines[0].trouble == "gone"
    with pytest.raises(NotForSale):
        town.write(checkouts.begin, me, {"INR": 0})


def test_bought_from_two_shops_at_once(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000, tier=2)
    tea, _, mug = stocked_shop(town, stock=3)
    pots, _, pot = stocked_shop(town, title="Pot", price=2_500)
    with_rates(town, tea)
    with_address(town, me)
    fill(town, me, (mug, 2), (pot, 4))
    held = town.write(checkouts.begin, me)
    assert held.totals == {"INR": 30_500}
    assert held.expires_at - town.read(lambda tx: tx.now) > 14 * clock.MINUTE
    assert (left(town, mug), left(town, pot)) == (1, 1)
    made = town.write(lambda tx: checkouts.pay(tx, me, proof=proof(tx, me)))
    assert [(each.state, each.goods, each.delivery) for each in made] == [
        ("placed", 20_000, 500), ("placed", 10_000, 0),
    ]  # fmt: skip
    assert balance(town, me) == 69_500
    assert takings(town, tea) + takings(town, pots) == 30_500 - 205 - 100
    assert (left(town, mug), left(town, pot)) == (1, 1)
    assert town.read(carts.look, me).groups == ()
    bought = town.read(purchases.of, me, made[0].id)
    assert [(line.title, line.quantity, line.price) for line in bought.lines] == [("Blue mug", 2, 10_000)]
    assert bought.purchase.place == PLACE
    assert [step.state for step in bought.steps] == ["placed"]
    assert town.read(purchases.of_checkout, me, held.id) == made
    assert town.read(ledger.verify).ok
    assert town.read(inventory.verify)[0] == []
    with pytest.raises(NoCheckout):
        town.write(checkouts.pay, me, proof=PAID)


def test_all_or_nothing(town: Town) -> None:
    (me,) = make_holders(town, 1, money=25_000)
    tea, _, mug = stocked_shop(town)
    pots, potted, pot = stocked_shop(town, title="Pot", price=20_000)
    with pytest.raises(InsufficientFunds):
        bought(town, me, (mug, 1), (pot, 1))
    assert (takings(town, tea), takings(town, pots), balance(town, me)) == (0, 0, 25_000)
    assert (left(town, mug), left(town, pot)) == (5, 5)
    assert town.read(purchases.mine, me) == []
    town.write(product_stock.change, pots, potted.id, pot, -5, "lost")
    with pytest.raises(SoldOut):
        bought(town, me, (mug, 1), (pot, 1))
    assert left(town, mug) == 5


def test_what_is_held_is_over_after_a_while(town: Town) -> None:
    first, second = make_holders(town, 2, money=100_000)
    _, product, mug = stocked_shop(town, stock=1)
    fill(town, first, (mug, 1))
    town.write(checkouts.begin, first)
    assert not town.read(lambda tx: products.queries.by_id.first(tx, id=product.id)).stocked  # type: ignore[union-attr]
    with pytest.raises(SoldOut):
        fill(town, second, (mug, 1))

    def later(tx: Tx) -> list[object]:
        tx.now += 16 * clock.MINUTE
        with pytest.raises(CheckoutOver):
            checkouts.pay(tx, first, proof=PAID)
        with pytest.raises(CheckoutOver):
            checkouts.current(tx, first)
        return list(checkouts.buy(tx, second, [Want(mug, 1)], PLACE, proof=PAID))

    assert len(town.write(later)) == 1

    def sweep(tx: Tx) -> None:
        tx.now += 16 * clock.MINUTE
        assert not checkouts.expire(tx)

    town.write(sweep)
    with pytest.raises(NoCheckout):
        town.read(checkouts.current, first)
    assert town.read(inventory.verify)[0] == []


def test_the_sweep_lets_lists_know(town: Town) -> None:
    (me,) = make_holders(town, 1)
    _, product, mug = stocked_shop(town, stock=1)
    fill(town, me, (mug, 1))
    town.write(checkouts.begin, me)

    def sweep(tx: Tx) -> bool:
        tx.now += 16 * clock.MINUTE
        checkouts.expire(tx)
        found = products.queries.by_id.first(tx, id=product.id)
        assert found is not None
        return found.stocked

    assert town.write(sweep)


def test_where_to_and_how(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    slow, fast = with_rates(town, shop), with_rates(town, shop, name="Courier", price=1_500, free_above=None)
    fill(town, me, (mug, 1))
    held = town.write(checkouts.begin, me)
    assert held.place is None
    with pytest.raises(AddressNeeded):
        town.write(checkouts.pay, me, proof=PAID)
    held = town.write(checkouts.choose, me, place=PLACE, rates={shop.id: fast})
    assert held.totals == {"INR": 11_500}
    for rates in ({shop.id: 7}, {7: slow}):
        with pytest.raises(NoSuchRate):
            town.write(checkouts.choose, me, rates=rates)
    with pytest.raises(PriceChanged):
        town.write(checkouts.pay, me, shown={"INR": 10_500}, proof=PAID)
    with pytest.raises(PinNeeded):
        town.write(checkouts.pay, me, shown={"INR": 11_500})
    (made,) = town.write(checkouts.pay, me, shown={"INR": 11_500}, proof=PAID, note="Ring twice")
    assert (made.by, made.delivery, made.note) == ("Courier", 1_500, "Ring twice")


def test_enough_of_it_is_sent_free(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000, tier=2)
    shop, _, mug = stocked_shop(town)
    with_rates(town, shop, free_above=20_000)
    assert [each.delivery for each in bought(town, me, (mug, 1))] == [500]
    assert [each.delivery for each in bought(town, me, (mug, 2))] == [0]


def test_a_price_that_is_held_stays(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, product, mug = stocked_shop(town)
    with_address(town, me)
    fill(town, me, (mug, 1))
    town.write(checkouts.begin, me)
    reprice(town, shop, product, 30_000)
    (made,) = town.write(checkouts.pay, me, proof=PAID)
    assert made.goods == 10_000


def test_blocked_and_closed_shops_sell_nothing(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop, _, mug = stocked_shop(town)
    with_address(town, me)
    fill(town, me, (mug, 1))
    town.write(checkouts.begin, me)

    town.write(lambda tx: merchants._put(tx, replace(shop.merchant, state="blocked")))
    with pytest.raises(Fault) as told:
        town.write(checkouts.pay, me, proof=PAID)
    assert told.value.code == "merchant_blocked"
    assert town.read(carts.look, me).groups[0].lines[0].trouble == "gone"


def test_currencies_are_paid_from_their_wallets(town: Town) -> None:
    (me,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    town.write(lambda tx: stores.set_up(tx, shop, currency="EUR"))
    mug = variant(town, make_product(town, shop))
    with pytest.raises(Fault) as told:
        bought(town, me, (mug, 1))
    assert told.value.code == "no_wallet"
