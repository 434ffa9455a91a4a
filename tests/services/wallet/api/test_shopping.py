"""Finding, buying, sending and returning by the native JSON door."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import stores
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.goods import left, make_product, variant, with_rates
from tests.services.wallet.operators import operator
from tests.services.wallet.shops import make_shop
from tests.support.site import Client

ADDRESS = {"name": "Ada", "lines": "12 Hill Road", "city": "Pune", "postcode": "411001", "country": "IN"}
API = "/wallet/api/shopping"


@pytest.fixture
def owner(bank: Bank) -> Client:
    return bank.holder("owner")


@pytest.fixture
def shop(bank: Bank, owner: Client) -> Shop:
    return make_shop(bank.town, owner.id)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_buying_at_once(bank: Bank, shop: Shop) -> None:
    ada, eve = bank.holder("ada", money=100_000), bank.holder("eve", money=1_000)
    product = make_product(bank.town, shop, stock=3)
    mug = variant(bank.town, product)
    rate = with_rates(bank.town, shop)
    body = {
        "items": [{"product_id": str(product.id), "quantity": 2}],
        "address": ADDRESS,
        "delivery": {str(shop.id): str(rate)},
        "totals": {"INR": "205.00"},
        "pin": PIN,
    }
    key = {"idempotency-key": "k1"}
    first, again = (ada.post(API, json=body, headers=key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    (made,) = first.json()["purchases"]
    assert (made["state"], made["total"], made["delivery"]) == ("placed", "205.00", "5.00")
    assert first.json()["totals"] == {"INR": "205.00"}
    assert bank.balance(ada.id) == 79_500
    assert left(bank.town, mug) == 1
    payment = bank.town.read(lambda tx: payments.by_id.first(tx, id=int(made["payment_id"])))
    assert payment is not None
    assert (payment.kind, payment.merchant) == ("merchant", shop.id)
    assert code(ada.post(API, json=body | {"note": "x"}, headers=key)) == (409, "idempotency_key_reused")
    many = {"items": [{"variant_id": str(mug), "quantity": 1}]}
    for who, more, expected in (
        (ada, many | {"totals": None, "pin": None}, (403, "pin_needed")),
        (ada, many | {"totals": None, "pin": "9999"}, (403, "wrong_pin")),
        (ada, {"items": [{"variant_id": str(mug), "quantity": 2}]}, (409, "sold_out")),
        (ada, {"items": [{"variant_id": str(mug), "quantity": 21}]}, (422, "invalid")),
        (ada, {"items": [{"variant_id": "7"}]}, (404, "no_such_variant")),
        (ada, {"items": [{}]}, (422, "invalid")),
        (ada, {"items": []}, (422, "invalid")),
        (ada, many, (409, "price_changed")),
        (ada, many | {"totals": None, "address": None}, (422, "address_needed")),
        (ada, many | {"totals": None, "address": None, "address_id": "7"}, (404, "no_such_address")),
        (ada, many | {"totals": None, "address": ADDRESS | {"country": "1"}}, (422, "bad_delivery_address")),
        (ada, many | {"totals": None, "delivery": {str(shop.id): "7"}}, (404, "no_such_delivery_rate")),
        (eve, many | {"totals": None}, (402, "insufficient_funds")),
        (ada, {"items": None, "totals": None}, (409, "cart_empty")),
    ):
        assert code(who.post(API, json=body | more)) == expected, more
    assert (bank.balance(ada.id), left(bank.town, mug)) == (79_500, 1)
    assert len(ada.get(f"{API}/purchases").json()["data"]) == 1


def test_the_cart(bank: Bank, shop: Shop) -> None:
    ada, eve = bank.holder("ada", money=100_000), bank.holder("eve")
    mug = variant(bank.town, make_product(bank.town, shop))
    items = {"items": [{"variant_id": str(mug), "quantity": 2}]}
    put = ada.put(f"{API}/cart", json=items)
    assert put.status_code == 200, put.text
    assert put.json()["totals"] == {"INR": "200.00"}
    (line,) = ada.get(f"{API}/cart").json()["shops"][0]["lines"]
    assert (line["title"], line["quantity"], line["trouble"], line["left"]) == ("Blue mug", 2, "", 5)
    assert eve.get(f"{API}/cart").json() == {"shops": [], "later": [], "totals": {}}
    many = {"items": [{"variant_id": str(mug), "quantity": 6}]}
    assert code(ada.put(f"{API}/cart", json=many)) == (409, "sold_out")
    assert ada.get(f"{API}/cart").json() == put.json()
    kept = ada.post(f"{API}/addresses", json=ADDRESS)
    assert kept.status_code == 201, kept.text
    bought = ada.post(API, json={"pin": PIN})
    assert bought.status_code == 201, bought.text
    assert ada.get(f"{API}/cart").json()["shops"] == []
    ada.put(f"{API}/cart", json=items)
    assert ada.delete(f"{API}/cart").status_code == 204
    assert ada.get(f"{API}/cart").json()["shops"] == []


def test_addresses(bank: Bank) -> None:
    ada, eve = bank.holder("ada"), bank.holder("eve")
    first, second = (ada.post(f"{API}/addresses", json=ADDRESS | {"name": name}).json() for name in "AB")
    assert (first["default"], second["default"]) == (True, False)
    path = f"{API}/addresses/{second['id']}"
    assert code(eve.put(path, json=ADDRESS)) == (404, "no_such_address")
    assert code(eve.delete(path)) == (404, "no_such_address")
    assert ada.put(path, json=ADDRESS | {"default": True, "city": "Goa"}).json()["default"]
    listed = ada.get(f"{API}/addresses").json()["data"]
    assert [(each["address"]["city"], each["default"]) for each in listed] == [("Goa", True), ("Pune", False)]
    assert ada.delete(path).status_code == 204
    assert [each["default"] for each in ada.get(f"{API}/addresses").json()["data"]] == [True]
    assert code(ada.post(f"{API}/addresses", json=ADDRESS | {"city": ""})) == (422, "bad_delivery_address")


def test_finding_without_signing_in(bank: Bank, shop: Shop) -> None:
    anybody = bank.site.anonymous
    for n in range(3):
        make_product(bank.town, shop, title=f"Mug {n}", price=1_000 * (n + 1))
    make_product(bank.town, shop, title="Lamp", category="lighting", stock=0)
    tree = anybody.get(f"{API}/categories").json()["data"]
    assert {"id": "tableware", "parent": "kitchen", "name": "Tableware", "icon": "flame"} in tree
    page = anybody.get(f"{API}/products", params={"q": "mug", "sort": "price_up", "limit": 2}).json()
    assert [each["title"] for each in page["data"]] == ["Mug 0", "Mug 1"]
    assert page["facets"]["total"] == 3
    page = anybody.get(
        f"{API}/products",
        params={"q": "mug", "sort": "price_up", "limit": 2, "cursor": page["next_cursor"]},
    ).json()
    assert [each["title"] for each in page["data"]] == ["Mug 2"]
    assert "facets" not in page
    some = anybody.get(f"{API}/products", params={"in_stock": "true", "least": "20", "below": "100"}).json()
    assert [each["title"] for each in some["data"]] == ["Mug 2", "Mug 1"]
    assert code(anybody.get(f"{API}/products", params={"category": "nowhere"})) == (404, "no_such_category")
    assert code(anybody.get(f"{API}/products", params={"cursor": "x"})) == (400, "bad_cursor")
    found = page["data"][0]["id"]
    shown = anybody.get(f"{API}/products/{found}").json()
    assert (shown["variants"][0]["left"], shown["return_days"], shown["wished"]) == (5, 14, False)
    assert code(anybody.get(f"{API}/products/7")) == (404, "no_such_product")
    ada = bank.holder("ada")
    assert ada.put(f"{API}/wishes/{found}").status_code == 204
    assert ada.get(f"{API}/products/{found}").json()["wished"]
    assert [each["id"] for each in ada.get(f"{API}/wishes").json()["data"]] == [found]
    assert ada.delete(f"{API}/wishes/{found}").status_code == 204


def test_prices_are_of_one_currency(bank: Bank, shop: Shop) -> None:
    anybody, eve = bank.site.anonymous, bank.holder("eve", currency="EUR")
    other = make_shop(bank.town)
    bank.town.write(stores.set_up, other, currency="EUR")
    make_product(bank.town, shop, title="Cup", price=30_000)
    make_product(bank.town, other, title="Vase", price=4_000)

    def found(who: Any, **asked: str) -> tuple[list[str], str]:
        page = who.get(f"{API}/products", params=asked).json()
        return [each["title"] for each in page["data"]], page["facets"]["currency"]

    assert found(anybody, sort="newest") == (["Vase", "Cup"], "INR")
    assert found(anybody, sort="price_up") == (["Cup"], "INR")
    assert found(eve, sort="price_up") == (["Vase"], "EUR")
    assert found(eve, sort="price_up", currency="INR") == (["Cup"], "INR")
    assert found(anybody, below="100", shop=str(other.id)) == (["Vase"], "EUR")
    assert found(anybody, currency="EUR") == (["Vase"], "EUR")
    facets = anybody.get(f"{API}/products", params={"currency": "EUR"}).json()["facets"]
    assert facets["currencies"] == [{"currency": "EUR", "products": 1}, {"currency": "INR", "products": 1}]
    assert facets["prices"] == [{"least": "0.00", "below": "500.00", "products": 1}]
    assert code(anybody.get(f"{API}/products", params={"currency": "XYZ"})) == (422, "currency_differs")


def test_a_shops_side(bank: Bank, owner: Client, shop: Shop) -> None:
    eve = bank.holder("eve")
    base = f"/wallet/api/merchants/{shop.id}"
    body = {
        "title": "Shirt",
        "category": "clothes",
        "options": ["Size"],
        "variants": [{"price": "50", "choice": ["S"], "sku": "S1", "stock": 2}],
    }
    made = owner.post(f"{base}/products", json=body)
    assert made.status_code == 201, made.text
    found = made.json()
    assert (found["state"], found["variants"][0]["left"]) == ("draft", 2)
    path = f"{base}/products/{found['id']}"
    assert code(owner.post(f"{base}/products", json=body)) == (409, "sku_taken")
    assert code(owner.post(f"{base}/products", json=body | {"title": ""})) == (422, "bad_product")
    same = [{"price": "55", "compare_at": "60", "choice": ["S"], "id": found["variants"][0]["id"]}]
    edited = owner.put(path, json=body | {"variants": same, "state": "active"}).json()
    assert (edited["state"], edited["variants"][0]["price"], edited["variants"][0]["sku"]) == (
        "active", "55.00", "S1",
    )  # fmt: skip
    stock = {"variant_id": found["variants"][0]["id"], "by": 3, "reason": "new"}
    assert owner.post(f"{path}/stock", json=stock).json()["left"] == 5
    assert code(owner.post(f"{path}/stock", json=stock | {"by": -6})) == (422, "bad_stock")
    journal = owner.get(f"{path}/variants/{stock['variant_id']}/stock").json()["data"]
    assert [(each["by"], each["reason"]) for each in journal] == [(3, "new"), (2, "first stock")]
    assert [each["title"] for each in owner.get(f"{base}/products").json()["data"]] == ["Shirt"]
    rate = owner.post(f"{base}/delivery", json={"name": "Post", "price": "0", "days": 2}).json()
    assert owner.put(f"{base}/delivery/{rate['id']}", json={"name": "Post", "price": "4"}).status_code == 200
    assert owner.put(f"{base}/store", json={"return_days": 30}).json()["delivery"][0]["price"] == "4.00"
    assert code(owner.put(f"{base}/store", json={"currency": "EUR"})) == (422, "bad_store")
    for method, where, sent in (
        ("GET", f"{base}/products", None),
        ("GET", path, None),
        ("POST", f"{base}/products", body),
        ("PUT", path, body),
        ("DELETE", path, None),
        ("POST", f"{path}/stock", stock),
        ("GET", f"{base}/store", None),
        ("PUT", f"{base}/store", {"return_days": 1}),
        ("POST", f"{base}/delivery", {"name": "x", "price": "1"}),
        ("DELETE", f"{base}/delivery/{rate['id']}", None),
        ("GET", f"{base}/purchases", None),
        ("GET", f"{base}/returns", None),
    ):
        assert code(eve.request(method, where, json=sent)) == (404, "no_such_merchant"), (method, where)
    assert owner.delete(path).status_code == 204
    assert owner.get(path).json()["state"] == "archived"


def test_from_the_shelf_to_the_door_and_back(bank: Bank, owner: Client, shop: Shop) -> None:
    ada, eve = bank.holder("ada", money=100_000), bank.holder("eve")
    stranger = bank.holder("stranger")
    other = make_shop(bank.town, stranger.id)
    product = make_product(bank.town, shop)
    body = {"items": [{"product_id": str(product.id), "quantity": 2}], "address": ADDRESS, "pin": PIN}
    made = ada.post(API, json=body).json()["purchases"][0]
    mine, theirs = f"{API}/purchases/{made['id']}", f"/wallet/api/merchants/{shop.id}/purchases/{made['id']}"
    assert ada.get(mine).json()["address"]["city"] == "Pune"
    assert owner.get(theirs).json()["buyer"]["username"] == "ada"
    foreign = f"/wallet/api/merchants/{other.id}/purchases/{made['id']}"
    for who, method, where, sent in (
        (eve, "GET", mine, None),
        (owner, "GET", mine, None),
        (eve, "POST", f"{mine}/cancel", {}),
        (eve, "POST", f"{mine}/delivered", None),
        (stranger, "GET", foreign, None),
        (stranger, "POST", f"{foreign}/cancel", {}),
        (stranger, "POST", f"{foreign}/state", {"state": "packed"}),
    ):
        assert code(who.request(method, where, json=sent)) == (404, "no_such_purchase"), (method, where)
    assert code(owner.post(f"{theirs}/state", json={"state": "shipped"})) == (422, "bad_shipping")
    sent_ = owner.post(f"{theirs}/state", json={"state": "shipped", "carrier": "Post", "tracking": "T1"})
    assert sent_.json()["purchase"]["tracking"] == "T1"
    assert code(ada.post(f"{mine}/cancel", json={})) == (409, "already_shipped")
    lines = ada.get(mine).json()["lines"]
    ask = {"items": [{"line_id": lines[0]["id"], "quantity": 1}], "reason": "mind"}
    assert code(ada.post(f"{mine}/returns", json=ask)) == (409, "return_too_early")
    assert ada.post(f"{mine}/delivered").json()["purchase"]["state"] == "delivered"
    back = ada.post(f"{mine}/returns", json=ask)
    assert back.status_code == 201, back.text
    number = back.json()["return"]["id"]
    desk = f"/wallet/api/merchants/{shop.id}/returns/{number}"
    assert code(eve.get(f"{API}/returns/{number}")) == (404, "no_such_return")
    assert code(stranger.get(f"/wallet/api/merchants/{other.id}/returns/{number}")) == (404, "no_such_return")
    assert code(owner.post(f"{desk}/refund", json={"amount": "10"})) == (409, "return_closed")
    assert owner.post(f"{desk}/answer", json={"accept": True}).json()["return"]["state"] == "accepted"
    assert code(owner.post(f"{desk}/refund", json={"amount": "200.01"})) == (422, "bad_refund_amount")
    key = {"idempotency-key": "r1"}
    for _ in range(2):
        paid = owner.post(f"{desk}/refund", json={"amount": "100"}, headers=key)
        assert paid.status_code == 200, paid.text
    assert (paid.json()["return"]["refunded"], paid.json()["left"]) == ("100.00", "100.00")
    assert bank.balance(ada.id) == 90_000
    assert ada.get(mine).json()["refunded"] == "100.00"
    assert len(ada.get(f"{API}/returns").json()["data"]) == 1
    review = ada.put(f"{API}/products/{product.id}/review", json={"rating": 4, "text": "Good"})
    assert review.status_code == 200, review.text
    assert code(eve.put(f"{API}/products/{product.id}/review", json={"rating": 1})) == (403, "not_a_buyer")
    where = f"/wallet/api/merchants/{shop.id}/reviews/{review.json()['id']}/answer"
    assert owner.put(where, json={"text": "Thanks"}).json()["answer"] == "Thanks"
    reviews = bank.site.anonymous.get(f"{API}/products/{product.id}/reviews").json()["data"]
    assert [(each["rating"], each["answer"]) for each in reviews] == [(4, "Thanks")]
    report = eve.post(f"{API}/reviews/{review.json()['id']}/report", json={"reason": "spam"})
    assert report.status_code in (201, 204), report.text
    assert ada.delete(f"{API}/products/{product.id}/review").status_code == 204


def test_scopes(bank: Bank, shop: Shop) -> None:
    bank.holder("ada", money=100_000)
    reader = bank.site.as_("ada", {"wallet:read"})
    assert reader.get(f"{API}/cart").status_code == 200
    assert code(reader.post(API, json={"pin": PIN})) == (403, "missing_scope")
    assert code(reader.put(f"{API}/cart", json={"items": []})) == (403, "missing_scope")
    assert code(reader.get(f"/wallet/api/merchants/{shop.id}/products")) == (403, "missing_scope")


def test_what_moderators_took_down(bank: Bank, owner: Client, shop: Shop) -> None:
    product = make_product(bank.town, shop)
    operator(bank.town, "judge", "moderator")
    mod = bank.site.as_("judge", {"moderation"})
    takes = f"/wallet/api/desk/subjects/{product.id}/take-down"
    for other in (owner, bank.site.as_("judge", {"wallet"})):
        assert code(other.post(takes, json={"reason": "A fake"}))[0] == 403
    assert code(mod.post(takes.replace(str(product.id), "7"), json={"reason": "A fake"}))[0] == 404
    assert mod.post(takes, json={"reason": "A fake"}).json()["state"] == "archived"
    assert code(mod.post(takes, json={"reason": "A fake"})) == (409, "product_taken_down")
    at = f"/wallet/api/merchants/{shop.id}/products/{product.id}"
    assert bank.site.anonymous.get(f"{API}/products/{product.id}").status_code == 404
    assert owner.get(at).json()["taken_down"]["reason"] == "A fake"
    body = {"title": "Blue mug", "variants": [{"price": "1.00"}]}
    refused = owner.put(at, json=body | {"state": "active"})
    assert code(refused) == (409, "product_taken_down")
    assert refused.json()["reason"] == "A fake"
    desk, reason = f"/wallet/api/desk/products/{product.id}/restore", {"reason": "It is real"}
    assert code(owner.post(desk, json=reason))[0] == 403
    assert code(mod.post(desk, json={"reason": " "})) == (422, "reason_needed")
    assert mod.post(desk, json=reason).json() == {
        "id": str(product.id), "title": "Blue mug", "state": "archived",
    }  # fmt: skip
    assert code(mod.post(desk, json=reason)) == (409, "not_taken_down")
    assert owner.put(at, json=body | {"state": "active"}).json()["taken_down"] is None
