"""Buying as people do it: by forms, without scripts."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from dozen.core import inventory, moderation
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.queries import products as product_queries
from dozen.services.wallet.service import carts, checkouts, products, purchases, returns, stores
from dozen.services.wallet.shopping_jobs import removals
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.goods import fill, left, make_product, variant, variants, with_address, with_rates
from tests.services.wallet.operators import operator
from tests.services.wallet.shops import make_shop
from tests.support.people import PASSWORD
from tests.support.site import Client

AT = "/wallet/shop"
PLACE = {"name": "Ada", "lines": "12 Hill Road", "city": "Pune", "postcode": "411001", "country": "IN"}


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 90), (20, 90, 160)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def owner(bank: Bank) -> Client:
    return bank.browser("owner")


@pytest.fixture
def shop(bank: Bank, owner: Client) -> Shop:
    return make_shop(bank.town, owner.id)


def key_of(page: Any, name: str = "key") -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def test_a_guest_looks_and_keeps_the_choice(bank: Bank, shop: Shop) -> None:
    product = make_product(bank.town, shop)
    mug = variant(bank.town, product)
    bank.browser("ada", money=50_000)
    guest = bank.site.client(headers={"accept": "text/html"})
    assert "Blue mug" in guest.get(AT).text
    assert "Blue mug" in guest.get(AT, params={"q": "mug", "sort": "price_up", "stocked": "1"}).text
    assert "Nothing found" in guest.get(AT, params={"q": "zeppelin"}).text
    assert (
        guest.get(AT, params={"q": "x" * 200, "least": "abc", "shop": "x", "category": "?"}).status_code
        == 200
    )
    page = f"{AT}/products/{product.id}"
    assert "Add to cart" in guest.get(page).text
    assert "Seen lately" in guest.get(AT).text
    sent = guest.submit(f"{AT}/cart", page=page, variant=mug, quantity=2)
    to = sent.headers["location"]
    assert to.startswith("/login?next=")
    guest.submit("/login", page=to, login="ada", password=PASSWORD, next=unquote(to.partition("next=")[2]))
    back = guest.get(unquote(to.partition("next=")[2]))
    assert "Your choice is still here" in back.text
    assert '<option value="2" selected>' in back.text
    assert guest.submit(f"{AT}/cart", page=page, variant=mug, quantity=2).headers["location"] == f"{AT}/cart"
    assert "₹200.00" in guest.get(f"{AT}/cart").text
    for closed in ("cart", "purchases", "wishes", "addresses", "checkout"):
        stranger = bank.site.client(headers={"accept": "text/html"})
        assert stranger.get(f"{AT}/{closed}").headers["location"].startswith("/login")


def test_prices_in_several_currencies(bank: Bank, shop: Shop) -> None:
    guest, other = bank.site.client(headers={"accept": "text/html"}), make_shop(bank.town)
    bank.town.write(stores.set_up, other, currency="EUR")
    make_product(bank.town, shop, title="Cup", price=30_000)
    page = guest.get(AT, params={"sort": "price_up"}).text
    assert "within one currency" not in page  # all is sold in one
    make_product(bank.town, other, title="Vase", price=4_000)
    page = guest.get(AT, params={"sort": "price_up"}).text
    assert "Only what is sold in INR: prices are compared within one currency" in page
    assert "Vase" not in page
    chip = re.search(r'href="([^"]+)"[^>]*>EUR \(1\)', page)
    assert chip is not None
    page = guest.get(chip[1].replace("&amp;", "&")).text
    assert "Vase" in page
    assert "Cup" not in page
    assert "€" in page.partition('name="least"')[0].rpartition("price-range")[2]
    assert "Cup" in guest.get(AT, params={"currency": "no such"}).text


def test_the_cart_by_forms(bank: Bank, shop: Shop) -> None:
    ada = bank.browser("ada", money=50_000)
    assert "Your cart is empty" in ada.get(f"{AT}/cart").text
    mug = variant(bank.town, make_product(bank.town, shop))
    fill(bank.town, ada.id, (mug, 2))
    line = f"{AT}/cart/{mug}"
    assert ada.submit(f"{line}/quantity", page=AT, quantity=3).status_code == 303
    ada.submit(f"{line}/quantity", page=AT, quantity=9)
    assert bank.town.read(carts.pieces, ada.id) == 3
    ada.submit(f"{line}/later", page=AT)
    assert "Saved for later" in ada.get(f"{AT}/cart").text
    ada.submit(f"{line}/now", page=AT)
    ada.submit(f"{line}/drop", page=AT)
    assert bank.town.read(carts.pieces, ada.id) == 0
    ada.submit(f"{AT}/cart/restore", page=AT, variant=mug, quantity=3, later="")
    assert bank.town.read(carts.pieces, ada.id) == 3


def test_from_the_cart_to_the_door(bank: Bank, owner: Client, shop: Shop) -> None:
    ada, eve = bank.browser("ada", money=50_000), bank.browser("eve")
    mug = variant(bank.town, make_product(bank.town, shop))
    rate = with_rates(bank.town, shop)
    fill(bank.town, ada.id, (mug, 2))
    wrong = ada.submit(f"{AT}/checkout", page=AT, **{"total-INR": "1"})
    assert wrong.headers["location"] == f"{AT}/cart"
    assert (
        ada.submit(f"{AT}/checkout", page=AT, **{"total-INR": "20000"}).headers["location"]
        == f"{AT}/checkout"
    )
    assert "Held for you" in ada.get(f"{AT}/checkout").text
    assert ada.get(f"{AT}/checkout/pay").headers["location"] == f"{AT}/checkout"
    bad = ada.submit(f"{AT}/checkout/delivery", page=AT, **PLACE | {"address": "new", "country": "1"})
    assert bad.status_code == 422
    assert "Two letters" in bad.text
    chosen = ada.submit(
        f"{AT}/checkout/delivery", page=AT, **PLACE | {"address": "new", f"rate-{shop.id}": str(rate)}
    )
    assert chosen.headers["location"] == f"{AT}/checkout/pay"
    page = ada.get(f"{AT}/checkout/pay")
    assert "₹205.00" in page.text
    number = key_of(page, "checkout")
    given = {"key": key_of(page), "checkout": number, "note": "Ring twice"}
    refused = ada.submit(f"{AT}/checkout/pay", page=AT, pin="9999", **given)
    assert refused.status_code == 403
    assert 'value="Ring twice"' in refused.text
    first, again = (ada.submit(f"{AT}/checkout/pay", page=AT, pin=PIN, **given) for _ in range(2))
    assert first.headers["location"] == again.headers["location"] == f"{AT}/bought/{number}"
    assert bank.balance(ada.id) == 29_500
    assert "Thank you" in ada.get(first.headers["location"]).text
    assert eve.get(first.headers["location"]).status_code == 404
    (made,) = bank.town.read(purchases.mine, ada.id)
    mine = f"{AT}/purchases/{made.id}"
    assert made.number in ada.get(mine).text
    assert eve.get(mine).status_code == 404
    assert owner.get(mine).headers["location"] == f"/wallet/merchants/{shop.id}/purchases/{made.id}"
    desk = f"/wallet/merchants/{shop.id}/purchases/{made.id}"
    assert "Ring twice" in owner.get(desk).text
    assert "12 Hill Road" in owner.get(f"{desk}/slip").text
    assert "Blue mug" in owner.get(f"/wallet/merchants/{shop.id}/purchases").text
    assert owner.submit(f"{desk}/state", page=desk, state="shipped").status_code == 422
    sent = owner.submit(f"{desk}/state", page=desk, state="shipped", carrier="Post", tracking="T1")
    assert sent.status_code == 303, sent.text
    assert "T1" in ada.get(mine).text
    cancelled = ada.submit(f"{mine}/cancel", page=mine)
    assert cancelled.status_code == 303
    assert bank.balance(ada.id) == 29_500
    ada.submit(f"{mine}/delivered", page=mine)
    assert "Send something back" in ada.get(mine).text
    for path in ("", "/slip"):
        assert eve.get(desk + path).status_code == 404
    assert eve.submit(f"{desk}/cancel", page=AT).status_code == 404
    table = owner.get(f"/wallet/merchants/{shop.id}/purchases.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert f"{made.number}," in table.text
    assert "200.00" in table.text
    assert eve.get(f"/wallet/merchants/{shop.id}/purchases.csv").status_code == 404


def test_time_is_up(bank: Bank, shop: Shop) -> None:
    ada = bank.browser("ada", money=50_000)
    with_address(bank.town, ada.id)
    mug = variant(bank.town, make_product(bank.town, shop))
    fill(bank.town, ada.id, (mug, 1))
    ada.submit(f"{AT}/checkout", page=AT, **{"total-INR": "10000"})
    page = ada.get(f"{AT}/checkout/pay")

    def sweep(tx: Tx) -> None:
        tx.now += 16 * clock.MINUTE
        checkouts.expire(tx)

    bank.town.write(sweep)
    given = {"key": key_of(page), "checkout": key_of(page, "checkout"), "pin": PIN}
    for answer in (
        ada.submit(f"{AT}/checkout/pay", page=AT, **given),
        ada.get(f"{AT}/checkout"),
        ada.get(f"{AT}/checkout/pay"),
    ):
        assert answer.headers["location"] == f"{AT}/cart"
    assert bank.balance(ada.id) == 50_000
    assert left(bank.town, mug) == 5


def test_leaving_frees_it(bank: Bank, shop: Shop) -> None:
    ada = bank.browser("ada", money=50_000)
    mug = variant(bank.town, make_product(bank.town, shop))
    fill(bank.town, ada.id, (mug, 1))
    ada.submit(f"{AT}/checkout", page=AT, **{"total-INR": "10000"})
    assert left(bank.town, mug) == 4
    ada.submit(f"{AT}/checkout/leave", page=AT)
    assert left(bank.town, mug) == 5
    assert bank.town.read(carts.pieces, ada.id) == 1


def test_sent_back_by_forms(bank: Bank, owner: Client, shop: Shop) -> None:
    ada, eve = bank.browser("ada", money=50_000), bank.browser("eve")
    product = make_product(bank.town, shop)
    mug = variant(bank.town, product)

    def bought(tx: Tx) -> int:
        from tests.services.wallet.goods import PAID
        from tests.services.wallet.goods import PLACE as THERE

        (made,) = checkouts.buy(tx, ada.id, [checkouts.Want(mug, 2)], THERE, proof=PAID)
        purchases.advance(tx, shop, made.id, "shipped", carrier="Post")
        return purchases.advance(tx, shop, made.id, "delivered").id

    number = bank.town.write(bought)
    mine = f"{AT}/purchases/{number}"
    (line,) = bank.town.read(purchases.of, ada.id, number).lines
    assert eve.get(f"{mine}/return").status_code == 404
    field = f"line-{line.id}"
    empty = ada.submit(f"{mine}/return", page=mine, files={"x": b""}, reason="mind", **{field: "0"})
    assert empty.status_code == 422
    asked = ada.submit(
        f"{mine}/return",
        page=mine,
        files={"pictures": ("crack.png", photo(), "image/png")},
        reason="damaged",
        words="A crack",
        alt="A crack",
        **{field: "1"},
    )
    assert asked.status_code == 303, asked.text
    path = asked.headers["location"]
    back = int(path.rpartition("/")[2])
    assert "A crack" in ada.get(path).text
    assert eve.get(path).status_code == 404
    desk = f"/wallet/merchants/{shop.id}/returns/{back}"
    assert owner.get(path).headers["location"] == desk
    shown = owner.get(desk)
    picture = re.search(r'src="(/media/[^"]+)"', shown.text)
    assert picture is not None
    assert owner.get(picture[1].replace("&amp;", "&")).status_code == 200
    assert eve.get(picture[1].partition("?")[0]).status_code == 404
    assert eve.get(desk).status_code == 404
    assert "1 return waits" in owner.get(f"/wallet/merchants/{shop.id}/purchases").text
    assert owner.submit(desk, page=desk, do="refuse").status_code == 422
    owner.submit(desk, page=desk, do="accept", words="Send it")
    assert owner.submit(desk, page=desk, do="refund", amount="900").status_code == 422
    paid = owner.submit(desk, page=desk, do="refund", amount="80", restock="1")
    assert paid.status_code == 303, paid.text
    assert bank.balance(ada.id) == 38_000
    assert "₹80.00" in ada.get(path).text
    assert bank.town.read(returns.waiting, shop) == 0
    review = f"{AT}/products/{product.id}/review"
    assert eve.submit(review, page=AT, files={"x": b""}, rating="5").status_code == 403
    assert ada.submit(review, page=AT, files={"x": b""}, rating="").status_code == 422
    written = ada.submit(
        review,
        page=AT,
        files={"pictures": ("mug.png", photo(), "image/png")},
        rating="4",
        text="It holds tea",
        alt="My mug",
    )
    assert written.status_code == 303, written.text
    page = ada.get(f"{AT}/products/{product.id}").text
    assert "It holds tea" in page
    assert 'alt="My mug"' in page
    (found,) = re.findall(r'id="review-(\d+)"', page)
    owner.submit(f"/wallet/merchants/{shop.id}/reviews/{found}", page=desk, text="Cheers")
    assert "Cheers" in eve.get(f"{AT}/products/{product.id}/reviews", params={"stars": 4}).text
    assert "None of these" in eve.get(f"{AT}/products/{product.id}/reviews", params={"stars": 1}).text
    report = f"{AT}/reviews/{found}/report"
    assert eve.submit(report, page=report, reason="").status_code == 422
    assert eve.submit(report, page=report, reason="spam").status_code == 303
    told = f"{AT}/products/{product.id}/report"
    assert eve.submit(told, page=told, reason="fraud").status_code == 303
    mod = bank.site.browser("mod", role="moderator")
    for subject, words in ((found, "It holds tea"), (product.id, "Holds tea and coffee")):
        assert words in mod.get(f"/wallet/subjects/{subject}").text
        assert eve.get(f"/wallet/subjects/{subject}").status_code == 403
    assert ada.submit(f"{review}/drop", page=review).status_code == 303
    assert "Nobody has said anything yet" in ada.get(f"{AT}/products/{product.id}").text


def test_wishes_and_addresses(bank: Bank, shop: Shop) -> None:
    ada, eve = bank.browser("ada"), bank.browser("eve")
    product = make_product(bank.town, shop)
    at = f"{AT}/products/{product.id}"
    assert "No wishes yet" in ada.get(f"{AT}/wishes").text
    ada.submit(f"{at}/wish", page=at)
    assert "Blue mug" in ada.get(f"{AT}/wishes").text
    ada.submit(f"{at}/unwish", page=at)
    assert "No wishes yet" in ada.get(f"{AT}/wishes").text
    book = f"{AT}/addresses"
    assert ada.submit(book, page=book, name="A").status_code == 422
    assert ada.submit(book, page=book, **PLACE).status_code == 303
    number = re.search(r"/addresses/(\d+)", ada.get(book).text)
    assert number is not None
    one = f"{book}/{number[1]}"
    assert eve.get(one).status_code == 404
    assert eve.submit(f"{one}/drop", page=book).status_code == 404
    assert ada.submit(one, page=one, **PLACE | {"city": ""}).status_code == 422
    assert ada.submit(one, page=one, **PLACE | {"city": "Goa"}).status_code == 303
    assert "Goa" in ada.get(book).text
    assert ada.submit(f"{one}/first", page=book).status_code == 303
    assert ada.submit(f"{one}/drop", page=book).status_code == 303
    ada.get(book)  # the message with its undo is shown once
    assert "Goa" not in ada.get(book).text


def test_a_shops_products_by_forms(bank: Bank, owner: Client, shop: Shop) -> None:
    eve = bank.browser("eve")
    at = f"/wallet/merchants/{shop.id}/products"
    assert "Nothing here" in owner.get(at).text
    bad = owner.submit(at, page=f"{at}/new", files={"x": b""}, title="", category="clothes", price0="abc")
    assert bad.status_code == 422
    made = owner.submit(
        at,
        page=f"{at}/new",
        files={"pictures": ("shirt.png", photo(), "image/png")},
        alt="A red shirt",
        title="Shirt",
        words="Soft",
        category="clothes",
        option0="Size",
        option1="",
        value0_0="S",
        price0="50",
        was0="60",
        stock0="2",
        sku0="S1",
        value1_0="M",
        price1="55.50",
        stock1="",
        show="1",
    )
    assert made.status_code == 303, made.text
    path = made.headers["location"]
    number = int(path.rpartition("/")[2])
    found = bank.town.read(lambda tx: product_queries.by_id.first(tx, id=number))
    assert found is not None
    assert (found.state, found.low, found.high) == ("active", 5_000, 5_550)
    page = bank.site.anonymous.get(f"{AT}/products/{number}").text
    assert 'alt="A red shirt"' in page
    small, medium = variants(bank.town, found)
    assert owner.submit(f"{path}/stock", page=path, variant=medium.id, by="x", reason="n").status_code == 422
    assert (
        owner.submit(f"{path}/stock", page=path, variant=medium.id, by="+4", reason="new").status_code == 303
    )
    assert left(bank.town, medium.id) == 4
    assert (
        owner.submit(f"{path}/stock", page=path, variant=medium.id, by="-9", reason="new").status_code == 422
    )
    edit = f"{path}/edit"
    assert 'value="55.50"' in owner.get(edit).text
    saved = owner.submit(
        edit, page=edit, title="Good shirt", category="clothes", option0="Size",
        id0=small.id, value0_0="S", price0="45", sku0="S1",
    )  # fmt: skip
    assert saved.status_code == 303, saved.text
    assert [each.price for each in variants(bank.town, found)] == [4_500]
    assert bank.town.read(inventory.unit, medium.id).state == "closed"
    (shown,) = bank.town.read(products.pictures, [number])[number]
    one = f"{path}/pictures/{shown.id}"
    owner.submit(one, page=path, alt="A very red shirt")
    assert "A very red shirt" in owner.get(path).text
    owner.submit(one, page=path, do="drop")
    assert bank.town.read(products.pictures, [number]) == {}
    owner.submit(one, page=path, do="keep")
    more = owner.submit(
        f"{path}/pictures", page=path, files={"pictures": ("b.png", photo(), "image/png")}, alt="Behind"
    )
    assert more.status_code == 303
    second = bank.town.read(products.pictures, [number])[number][1]
    owner.submit(f"{path}/pictures/{second.id}", page=path, do="first")
    assert [each.alt for each in bank.town.read(products.pictures, [number])[number]] == [
        "Behind",
        "A very red shirt",
    ]
    owner.submit(f"{path}/state", page=path, state="archived")
    assert "No longer sold" in owner.get(path).text
    store = f"/wallet/merchants/{shop.id}/store"
    assert (
        owner.submit(f"/wallet/merchants/{shop.id}/delivery", page=store, name="", price="x").status_code
        == 422
    )
    assert (
        owner.submit(f"/wallet/merchants/{shop.id}/delivery", page=store, name="Post", price="40").status_code
        == 303
    )
    rate = re.search(r"/delivery/(\d+)/drop", owner.get(store).text)
    assert rate is not None
    assert owner.submit(store, page=store, return_days="400").status_code == 422
    assert owner.submit(store, page=store, return_days="7").status_code == 303
    drop = f"/wallet/merchants/{shop.id}/delivery/{rate[1]}/drop"
    for method, where in (
        ("GET", at), ("GET", path), ("GET", edit), ("GET", store), ("GET", f"{at}/new"),
        ("GET", f"/wallet/merchants/{shop.id}/returns"), ("GET", f"/wallet/merchants/{shop.id}/purchases"),
        ("POST", f"{path}/state"), ("POST", f"{path}/stock"), ("POST", edit), ("POST", drop), ("POST", one),
    ):  # fmt: skip
        answer = eve.get(where) if method == "GET" else eve.submit(where, page=AT)
        assert answer.status_code == 404, where
    assert eve.submit(at, page=AT, files={"x": b""}, title="x").status_code == 404
    assert owner.submit(drop, page=store).status_code == 303
    assert bank.site.anonymous.get(f"{AT}/products/{number}").status_code == 200


def test_what_moderators_took_down_is_lifted_by_them(bank: Bank, owner: Client, shop: Shop) -> None:
    eve, mod = bank.browser("eve"), bank.site.browser("mod", role="moderator")
    product = make_product(bank.town, shop)
    at = f"/wallet/merchants/{shop.id}/products/{product.id}"
    assert (
        owner.submit(
            f"{at}/pictures", page=at, files={"pictures": ("a.png", photo(), "image/png")}
        ).status_code
        == 303
    )
    seen = re.search(r'src="(/media/[^"?]+)', eve.get(f"{AT}/products/{product.id}").text)
    assert seen is not None
    assert eve.get(seen[1]).status_code == 200
    bank.town.write(
        moderation.remove,
        operator(bank.town, "mod", "moderator"),
        realm="wallet",
        subject_id=product.id,
        owner_id=shop.person,
        reason="It is a fake",
    )
    removals(bank.town.env, None)  # type: ignore[arg-type]
    assert eve.get(f"{AT}/products/{product.id}").status_code == 404
    assert eve.get(seen[1]).status_code == 404
    page = owner.get(at).text
    assert "It is a fake" in page
    assert "Put on sale" not in page
    assert "Taken down" in owner.get(f"/wallet/merchants/{shop.id}/products?state=archived").text
    owner.submit(f"{at}/state", page=at, state="active")
    assert "only they can let it be sold again" in owner.get(at).text
    subject = f"/wallet/subjects/{product.id}"
    page = mod.get(subject).text
    assert "It is a fake" in page
    shown = re.search(r'src="(/media/[^"]+ticket=[^"]+)"', page)
    assert shown is not None
    assert mod.get(shown[1].replace("&amp;", "&")).status_code == 200
    assert owner.submit(f"{subject}/restore", page=at, reason="It is real").status_code == 403
    assert mod.submit(f"{subject}/restore", page=subject, reason=" ").status_code == 422
    assert mod.submit(f"{subject}/restore", page=subject, reason="It is real").status_code == 303
    assert mod.submit(f"{subject}/restore", page=subject, reason="It is real").status_code == 409
    assert eve.get(f"{AT}/products/{product.id}").status_code == 200
    assert eve.get(seen[1]).status_code == 200
    assert "Put on sale" in owner.get(at).text
    owner.submit(f"{at}/state", page=at, state="active")
    assert "On sale" in owner.get(at).text
    assert mod.submit(f"{subject}/take-down", page=subject, reason=" ").status_code == 422
    assert (
        mod.submit(f"{subject}/take-down", page=subject, reason="A fake again").headers["location"] == subject
    )
    assert "A fake again" in mod.get(subject).text
    assert mod.submit(f"{subject}/take-down", page=subject, reason="Once more").status_code == 409
