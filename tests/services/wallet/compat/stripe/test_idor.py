"""Every address with an id in it, asked with another shop's key, and with a key of the other mode."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.services.wallet.compat.stripe import door
from dozen.services.wallet.service import merchant_keys, merchants
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import Bank
from tests.support.site import Client


def client(bank: Bank, shop: Shop, kind: Any = "secret") -> Client:
    key = bank.town.write(merchant_keys.make, shop, kind).text
    return bank.site.client(headers={"authorization": f"Bearer {key}"})


def test_no_id_of_another_shop_opens_anything(bank: Bank) -> None:
    owner = bank.holder("owner", tier=3)

    def shop(name: str) -> Shop:
        made = bank.town.write(merchants.register, owner.id, merchants.NewMerchant(name=name))
        return Shop(made, False, owner.id)

    first, second = shop("First"), shop("Second")
    mine = client(bank, first)

    def made(path: str, **form: Any) -> str:
        answer = mine.post(path, data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    customer = made("/v1/customers", name="Ada")
    paid = made(
        "/v1/payment_intents", amount=10_000, currency="inr", confirm="true", payment_method="pm_card_visa"
    )
    intent = mine.get(f"/v1/payment_intents/{paid}").json()
    other = client(bank, second).get("/v1/account").json()["id"]
    known = {
        "payment_intents": paid,
        "charges": intent["latest_charge"],
        "payment_methods": intent["payment_method"],
        "customers": customer,
        "refunds": made("/v1/refunds", payment_intent=paid, amount=1),
        "payouts": made("/v1/payouts", amount=1, currency="inr"),
        "transfers": made("/v1/transfers", amount=1, currency="inr", destination=other),
        "events": mine.get("/v1/events").json()["data"][0]["id"],
        "webhook_endpoints": "we_00000000001",
        "balance_transactions": mine.get("/v1/balance_transactions").json()["data"][-1]["id"],
    }
    form = {"customer": customer, "amount": "1", "metadata[a]": "b", "url": "https://a.example"}
    form["payment_method"] = intent["payment_method"]
    stranger = bank.town.write(merchants.register, bank.holder("eve").id, merchants.NewMerchant(name="Third"))
    strangers = Shop(stranger, False, stranger.owner)
    readers = [
        client(bank, strangers),
        client(bank, Shop(first.merchant, True, owner.id)),
        client(bank, Shop(second.merchant, True, owner.id)),
    ]
    asked = 0
    for route in door.routes:
        if "{id}" not in route.path:
            continue
        path = route.path.replace("{id}", known[route.path.split("/")[2]])
        for reader in readers:
            options = {"data": form} if route.method == "POST" else {}
            answer = reader.request(route.method, path, **options)
            # A webhook's new address is looked at before anything else.
            allowed = (404, 400) if "webhook_endpoints" in path and route.method == "POST" else (404,)
            assert answer.status_code in allowed, (route.method, path, answer.text)
            assert answer.json()["error"]["type"] == "invalid_request_error"
            asked += 1
    assert asked > 60
    assert mine.get(f"/v1/payment_intents/{paid}").json() == intent | {"amount_received": 10_000}


@pytest.mark.parametrize("header", ["", "Bearer", "Basic !!!", "Basic Og==", "Bearer sk_test_x", "Token x"])
def test_without_a_key_every_address_is_closed(bank: Bank, header: str) -> None:
    nobody = bank.site.client(headers={"authorization": header} if header else {})
    for route in door.routes:
        answer = nobody.request(route.method, route.path.replace("{id}", "x"))
        assert answer.status_code == 401, route
        assert answer.headers["request-id"].startswith("req_")
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_publishable_key_opens_only_what_it_should(bank: Bank) -> None:
    owner = bank.holder("owner")
    made = bank.town.write(merchants.register, owner.id, merchants.NewMerchant(name="First"))
    public = client(bank, Shop(made, False, owner.id), "publishable")
    for route in door.routes:
        answer = public.request(route.method, route.path.replace("{id}", "pi_00000000001"))
        assert answer.status_code == 403, (route, answer.text)
