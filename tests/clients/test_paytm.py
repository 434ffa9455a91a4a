"""The vendor's ``paytmchecksum``, unmodified, on both sides of the Paytm-shaped door."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from paytmchecksum import PaytmChecksum

from dozen.core import jobs, ledger
from dozen.core.jobs import Runner
from dozen.services.wallet.service import merchant_hosts, merchant_keys, merchants
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank
from tests.support import loopback
from tests.support.bridge import Bridge, Listener
from tests.support.site import Client, Site, open_site

pytestmark = pytest.mark.client


class House:
    """A server on loopback, a shop with an id and a key, a payer with a browser."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.town = site.town
        self.bank = Bank(site)
        self.bridge = Bridge(site)
        self.listener = Listener()
        owner = self.bank.browser("owner")
        made = self.town.write(merchants.register, owner.id, merchants.NewMerchant(name="Tea House"))
        self.shop = Shop(made, True, owner.id)
        self.mid, self.key = self.town.write(merchant_keys.make_signing_key, self.shop)
        self.town.write(merchant_hosts.put, self.shop, [self.listener.url, "www.tea.example"])
        self.payer = self.bank.browser("ada", money=100_000)

    def ask(
        self, path: str, body: dict[str, Any], *, key: str = "", late_head: bool = False
    ) -> dict[str, Any]:
        """As the vendor's samples do: the body as text, signed, and put into the document as it is. The
        answer's signature is checked the same way."""
        text = json.dumps(body)
        head = json.dumps({"signature": PaytmChecksum.generateSignature(text, key or self.key)})
        sent = f'{{"body":{text}, "head": {head}}}' if late_head else f'{{"head":{head},"body":{text}}}'
        answer = loopback.post(
            self.bridge.url + path,
            content=sent.encode(),
            headers={"content-type": "application/json"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if "signature" in found["head"]:
            raw = answer.text.partition('"body":')[2][:-1]
            assert PaytmChecksum.verifySignature(raw, self.key, found["head"]["signature"])
        return found

    def begin(self, order: str = "ORDER-1", value: str = "250.00", **more: Any) -> dict[str, Any]:
        body = {
            "requestType": "Payment",
            "mid": self.mid,
            "websiteName": "WEBSTAGING",
            "orderId": order,
            "callbackUrl": self.listener.url,
            "txnAmount": {"value": value, "currency": "INR"},
            "userInfo": {"custId": "CUST é 1"},
        } | more.pop("body", {})
        return self.ask(f"/theia/api/v1/initiateTransaction?mid={self.mid}&orderId={order}", body, **more)

    def pay(self, order: str, token: str, do: str = "approve") -> str:
        """The hosted page and the approval page, as the payer's browser walks them; the page back."""
        form = {"mid": self.mid, "orderId": order, "txnToken": token}
        shown = self.payer.post(f"/theia/api/v1/showPaymentPage?mid={self.mid}&orderId={order}", data=form)
        assert shown.status_code == 303, shown.text
        path = shown.headers["location"]
        page = self.payer.get(path)
        assert "Tea House" in page.text
        assert order in page.text
        answer = self.payer.submit(path, page=path, do=do, pin=PIN, key=f"{order}{do}")
        assert answer.status_code == 303, answer.text
        done = self.payer.get(answer.headers["location"]).text
        back = re.search(r'content="3;url=([^"]+)"', done)
        assert back is not None
        parts = urlsplit(unescape(back[1]))
        returned = self.payer.get(f"{parts.path}?{parts.query}")
        assert returned.status_code == 200
        port = self.listener.port
        policy = f"form-action 'self' http://127.0.0.1:{port} http://www.tea.example"
        alone = "form-action 'self'" if "<form" not in returned.text else policy
        assert returned.headers["content-security-policy"].endswith(alone)
        return str(returned.text)

    def status(self, order: str) -> dict[str, Any]:
        return dict(self.ask("/v3/order/status", {"mid": self.mid, "orderId": order})["body"])

    def work(self) -> None:
        Runner(self.town.env, self.town.db).drain()

    def close(self) -> None:
        self.bridge.close()
        self.listener.close()
        self.site.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    site = open_site(request.param, tmp_path, outbound_allow="127.0.0.1")
    if site is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    made = House(site)
    yield made
    made.close()


def fields_of(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([A-Z]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def test_order_token_page_callback_status_refund(house: House) -> None:
    begun = house.begin()["body"]
    assert begun["resultInfo"] == {"resultStatus": "S", "resultCode": "0000", "resultMsg": "Success"}
    assert house.status("ORDER-1")["resultInfo"]["resultStatus"] == "PENDING"
    fields = fields_of(house.pay("ORDER-1", begun["txnToken"]))
    mark = fields.pop("CHECKSUMHASH")
    assert PaytmChecksum.verifySignature(dict(fields), house.key, mark)
    assert not PaytmChecksum.verifySignature({**fields, "TXNAMOUNT": "1.00"}, house.key, mark)
    told = ("ORDERID", "MID", "TXNAMOUNT", "CURRENCY", "STATUS", "RESPCODE")
    assert {name: fields[name] for name in told} == {
        "ORDERID": "ORDER-1", "MID": house.mid, "TXNAMOUNT": "250.00", "CURRENCY": "INR",
        "STATUS": "TXN_SUCCESS", "RESPCODE": "01",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.0", fields["TXNDATE"])
    assert house.bank.balance(house.payer.id) == 75_000

    house.work()
    ((headers, body),) = house.listener.got
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    told = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert PaytmChecksum.verifySignature(dict(told), house.key, told["CHECKSUMHASH"])
    assert told["STATUS"] == "TXN_SUCCESS"

    status = house.status("ORDER-1")
    assert status["resultInfo"] == {
        "resultStatus": "TXN_SUCCESS",
        "resultCode": "01",
        "resultMsg": "Txn Success",
    }
    assert (status["txnId"], status["txnAmount"], status["txnType"], status["refundAmt"]) == (
        fields["TXNID"], "250.00", "SALE", "0.00",
    )  # fmt: skip
    refund = {"mid": house.mid, "orderId": "ORDER-1", "refId": "REF-1", "txnId": status["txnId"],
              "txnType": "REFUND", "refundAmount": "100.00"}  # fmt: skip
    raised = house.ask("/refund/apply", refund)["body"]
    assert raised["resultInfo"]["resultStatus"] == "PENDING"
    assert raised["resultInfo"]["resultCode"] == "601"
    asked = {"mid": house.mid, "orderId": "ORDER-1", "refId": "REF-1"}
    done = house.ask("/v2/refund/status", asked)["body"]
    assert done["resultInfo"]["resultStatus"] == "TXN_SUCCESS"
    assert (done["refundId"], done["refundAmount"]) == (raised["refundId"], "100.00")
    assert house.ask("/refund/apply", refund)["body"]["resultInfo"]["resultCode"] == "617"
    too_much = refund | {"refId": "REF-2", "refundAmount": "150.01"}
    assert house.ask("/refund/apply", too_much)["body"]["resultInfo"]["resultCode"] == "619"
    assert (
        house.ask("/v2/refund/status", asked | {"refId": "REF-2"})["body"]["resultInfo"]["resultCode"]
        == "631"
    )
    assert house.status("ORDER-1")["refundAmt"] == "100.00"
    assert house.bank.balance(house.payer.id) == 85_000
    assert house.town.read(ledger.verify).ok


def test_the_same_order_again_gives_the_same_token(house: House) -> None:
    first = house.begin()["body"]
    again = house.begin(late_head=True)["body"]
    assert again["txnToken"] == first["txnToken"]
    assert again["resultInfo"]["resultCode"] == "0002"
    assert house.begin(value="250.01")["body"]["resultInfo"]["resultCode"] == "2023"
    house.pay("ORDER-1", first["txnToken"])
    assert house.begin()["body"]["resultInfo"]["resultCode"] == "2023"


def test_a_payer_declines(house: House) -> None:
    begun = house.begin()["body"]
    fields = fields_of(house.pay("ORDER-1", begun["txnToken"], do="decline"))
    assert (fields["STATUS"], fields["RESPCODE"]) == ("TXN_FAILURE", "141")
    assert house.status("ORDER-1")["resultInfo"]["resultStatus"] == "TXN_FAILURE"
    house.work()
    assert b"STATUS=TXN_FAILURE" in house.listener.got[0][1]
    refused = house.ask(
        "/refund/apply",
        {"mid": house.mid, "orderId": "ORDER-1", "refId": "R", "txnId": fields["TXNID"], "refundAmount": "1"},
    )
    assert refused["body"]["resultInfo"]["resultCode"] == "607"
    assert house.bank.balance(house.payer.id) == 100_000


def test_a_callback_that_fails_is_tried_again(house: House) -> None:
    house.listener.status = 500
    house.pay("ORDER-1", house.begin()["body"]["txnToken"])
    house.work()
    assert len(house.listener.got) == 1
    assert house.town.read(jobs.waiting, "wallet.paytm_callback") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"txnAmount": {"value": "0", "currency": "INR"}}, "2007"),
        ({"txnAmount": {"value": "-1", "currency": "INR"}}, "2007"),
        ({"txnAmount": {"value": "1.001", "currency": "INR"}}, "2007"),
        ({"txnAmount": {"value": "x", "currency": "INR"}}, "2007"),
        ({"txnAmount": {"value": "1", "currency": "ZZZ"}}, "1001"),
        ({"orderId": "ANOTHER"}, "2014"),
        ({"requestType": "Mandate"}, "1001"),
        ({"callbackUrl": "javascript:alert(1)"}, "1001"),
        ({"callbackUrl": "http://tea.example/back"}, "1001"),
        ({"callbackUrl": "http://127.0.0.1:1/back"}, "1001"),
        ({"callbackUrl": "http://www.tea.example;script-src/"}, "1001"),
        ({"txnAmount": None}, "1001"),
        ({"mid": "L0000000000000000001"}, "2005"),
    ],
)
def test_bad_input(house: House, change: dict[str, Any], code: str) -> None:
    answer = house.begin(body=change)["body"]["resultInfo"]
    assert (answer["resultStatus"], answer["resultCode"]) == ("F", code)


def test_a_callback_on_another_host_is_refused_in_words(house: House) -> None:
    answer = house.begin(body={"callbackUrl": "https://elsewhere.example/back"})["body"]["resultInfo"]
    assert (answer["resultStatus"], answer["resultCode"]) == ("F", "1001")
    assert "host" in answer["resultMsg"]
    house.town.write(merchant_hosts.put, house.shop, ["elsewhere.example"])
    assert house.begin(body={"callbackUrl": "https://elsewhere.example/back"})["body"]["txnToken"]


def test_without_a_callback_the_payer_is_told(house: House) -> None:
    page = house.pay("ORDER-1", house.begin(body={"callbackUrl": ""})["body"]["txnToken"])
    assert "You can close this page" in page
    assert "<form" not in page
    house.work()
    assert house.listener.got == []


def test_signatures_are_over_the_very_bytes(house: House) -> None:
    assert house.begin(key="x" * 32)["body"]["resultInfo"]["resultCode"] == "2005"
    text = json.dumps({"mid": house.mid, "orderId": "ORDER-1"})
    mark = PaytmChecksum.generateSignature(text, house.key)
    for body, signature in (
        (json.dumps(json.loads(text), separators=(",", ":")), mark),
        (text.replace("ORDER-1", "ORDER-2"), mark),
        (text, ""),
        (text, "not base64!"),
        (text, mark[:-8]),
        (text, "A" * 4000),
        (text, PaytmChecksum.generateSignature(text, "0" * 16)),
    ):
        sent = f'{{"head":{{"signature":{json.dumps(signature)}}},"body":{body}}}'
        answer = loopback.post(house.bridge.url + "/v3/order/status", content=sent.encode(), timeout=30)
        info = answer.json()["body"]["resultInfo"]
        assert (info["resultStatus"], info["resultCode"]) == ("TXN_FAILURE", "330")
    for sent in ("", "{", "[]", '{"head":{},"body":"x"}', '{"body":{"mid":1},"head":{"signature":"x"}}'):
        answer = loopback.post(house.bridge.url + "/v3/order/status", content=sent.encode(), timeout=30)
        assert answer.status_code == 200
        assert answer.json()["body"]["resultInfo"]["resultStatus"] == "TXN_FAILURE"


def test_another_shop_sees_nothing(house: House) -> None:
    paid = house.begin()["body"]
    house.pay("ORDER-1", paid["txnToken"])
    txn = house.status("ORDER-1")["txnId"]
    other = house.town.write(merchants.register, house.shop.person, merchants.NewMerchant(name="Other"))
    mid, key = house.town.write(merchant_keys.make_signing_key, Shop(other, True, house.shop.person))
    for path, more in (
        ("/v3/order/status", {}),
        ("/refund/apply", {"refId": "R", "txnId": txn, "refundAmount": "1.00"}),
        ("/v2/refund/status", {"refId": "R"}),
    ):
        own = house.ask(path, {"mid": house.mid, "orderId": "ORDER-1", **more}, key=key)
        assert own["body"]["resultInfo"]["resultCode"] == "330"
        theirs = json.dumps({"mid": mid, "orderId": "ORDER-1", **more})
        head = json.dumps({"signature": PaytmChecksum.generateSignature(theirs, key)})
        answer = loopback.post(
            house.bridge.url + path, content=f'{{"head":{head},"body":{theirs}}}', timeout=30
        )
        assert answer.json()["body"]["resultInfo"]["resultCode"] == "334"


def test_the_hosted_page_wants_the_token(house: House) -> None:
    house.begin()
    client: Client = house.site.client()
    for token in ("", "x" * 32):
        answer = client.post(
            "/theia/api/v1/showPaymentPage",
            data={"mid": house.mid, "orderId": "ORDER-1", "txnToken": token},
            headers={"accept": "text/html"},
        )
        assert answer.status_code == 404
        assert "begin again in the shop" in answer.text
    assert (
        client.get("/theia/api/v1/returned?state=forged").json()["body"]["resultInfo"]["resultStatus"]
        == "TXN_FAILURE"
    )
