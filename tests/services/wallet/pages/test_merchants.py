"""The pages of shops, and the one on which payers approve."""

from __future__ import annotations

import re
from html import unescape

from dozen.services.wallet.service import merchant_keys, merchants, order_links, orders
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.shops import new_intent, paid
from tests.support.site import Client

SHOPS = "/wallet/merchants"


def open_shop(browser: Client) -> str:
    made = browser.submit(SHOPS, page=f"{SHOPS}/new", name="Tea House", category="food", settle="manual")
    assert made.status_code == 303, made.text
    return made.headers["location"]


def link_of(page: str) -> str:
    found = re.search(r'id="pay-link">http://[^/<]+(/wallet/approve/[^<]+)<', page)
    assert found is not None
    return unescape(found[1])


def test_a_shop_by_hand(bank: Bank) -> None:
    ada, bo = bank.browser("ada", tier=2), bank.browser("bo", money=100_000)
    assert "No shop yet" in ada.get(SHOPS).text
    assert "1 to 60 characters" in ada.submit(SHOPS, page=f"{SHOPS}/new", name=" ", category="food").text
    at = open_shop(ada)
    assert "No payment yet" in ada.get(at).text
    wrong = ada.submit(f"{at}/payments", page=f"{at}/payments/new", amount="0", currency="INR")
    assert wrong.status_code == 422
    asked = ada.submit(
        f"{at}/payments", page=f"{at}/payments/new", amount="250", currency="INR", reference="A-1",
        description="<b>Tea</b>", capture="manual",
    )  # fmt: skip
    one = ada.get(asked.headers["location"]).text
    assert "&lt;b&gt;Tea" in one
    path = link_of(one)
    page = bo.get(path)
    assert "Reserve ₹250.00" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    key = re.search(r'name="key" value="([^"]+)"', page.text)
    assert key is not None
    wrong = bo.submit(path, page=path, do="approve", pin="0000", key=key[1])
    assert "PIN is wrong" in wrong.text
    done = bo.submit(path, page=path, do="approve", pin=PIN, key=key[1])
    assert done.status_code == 303
    assert "Reserved" in bo.get(done.headers["location"]).text
    assert "nothing to approve here" in bo.get(path).text
    payment = asked.headers["location"]
    assert "at most" in ada.submit(f"{payment}/capture", page=payment, amount="251").text.lower()
    assert ada.submit(f"{payment}/capture", page=payment, amount="200").status_code == 303
    assert "given back" in ada.submit(f"{payment}/refund", page=payment, amount="200.01").text.lower()
    assert ada.submit(f"{payment}/refund", page=payment, amount="50", reason="duplicate").status_code == 303
    shown = ada.get(payment).text
    assert "₹200.00" in shown
    assert "₹50.00" in shown
    overview = ada.get(at).text
    assert "The last 30 days" in overview
    assert "Tea House" in ada.get(SHOPS).text
    assert "partly given back" in ada.get(f"{at}/payments").text
    assert "₹148.50" in ada.get(f"{at}/settlements").text
    assert (
        ada.submit(f"{at}/settlements", page=f"{at}/settlements", amount="", currency="INR").status_code
        == 303
    )
    assert bank.balance(ada.id) == 14_850
    assert "₹148.50" in ada.get(f"{at}/report").text
    csv = ada.get(f"{at}/report.csv")
    assert csv.headers["content-type"].startswith("text/csv")
    assert "148.50" in csv.text
    assert "1 to 400 days" in ada.get(f"{at}/report?start=2020-01-01&end=2026-01-01").text
    assert ada.submit(
        f"{at}/edit", page=f"{at}/edit", name="Tea", category="food", settle="weekly"
    ).is_redirect
    assert ada.submit(f"{at}/close", page=f"{at}/edit").headers["location"] == SHOPS


def test_forms_that_are_sent_twice_move_money_once(bank: Bank) -> None:
    ada = bank.browser("ada", tier=2)
    at = open_shop(ada)
    shop = Shop(bank.town.read(merchants.merchant, int(at.rpartition("/")[2])), True, ada.id)
    bo = bank.holder("bo", money=100_000)
    made = bank.town.write(paid, shop, bo.id, 10_000)
    payment = f"{at}/payments/{made.id}"
    for address, given, after in (
        (payment, {"amount": "20", "reason": "duplicate"}, 9_900 - 1_980),
        (f"{at}/settlements", {"amount": "10", "currency": "INR"}, 9_900 - 1_980 - 1_000),
    ):
        key = re.search(r'name="key" value="([^"]+)"', ada.get(address).text)
        assert key is not None
        to = f"{address}/refund" if address == payment else address
        answers = [ada.submit(to, page=address, key=key[1], **given) for _ in range(2)]
        assert [each.status_code for each in answers] == [303, 303]
        assert bank.town.read(merchants.balances, shop)[0].balance == after
    changed = ada.submit(
        f"{at}/settlements", page=f"{at}/settlements", key=key[1], amount="11", currency="INR"
    )
    assert changed.status_code == 409


def test_keys_are_on_one_page_only(bank: Bank) -> None:
    ada = bank.browser("ada")
    at = open_shop(ada)
    made = ada.submit(f"{at}/keys", page=f"{at}/keys", kind="secret", name="Till")
    key = re.search(r"sk_live_[\w-]+", made.text)
    assert key is not None
    after = ada.get(f"{at}/keys").text
    assert key[0] not in after
    assert "Till" in after
    rotate = re.search(rf'action="({at}/keys/\d+/rotate)"', after)
    assert rotate is not None
    assert "sk_live_" in ada.submit(rotate[1], page=f"{at}/keys").text
    revoke = re.search(rf'action="({at}/keys/\d+/revoke)"', ada.get(f"{at}/keys").text)
    assert revoke is not None
    assert ada.submit(revoke[1], page=f"{at}/keys").status_code == 303
    assert "Work no more" in ada.get(f"{at}/keys").text
    signing = ada.submit(f"{at}/paytm", page=f"{at}/keys", mode="test").text
    mid = re.search(r'id="new-mid">(\w{20})<', signing)
    assert mid is not None
    assert bank.town.read(merchant_keys.signing_key, mid[1]) is not None


def test_webhooks_by_hand(bank: Bank) -> None:
    ada = bank.browser("ada")
    at = open_shop(ada)
    refused = ada.submit(f"{at}/webhooks", page=f"{at}/webhooks", url="http://10.0.0.1/", shape="dozen")
    assert refused.status_code == 422
    assert "not allowed" in refused.text
    assert "No webhook yet" in ada.get(f"{at}/webhooks").text


def test_an_approval_cannot_be_forged(bank: Bank) -> None:
    ada, bo = bank.browser("ada"), bank.browser("bo", money=100_000)
    made = bank.town.write(merchants.register, ada.id, merchants.NewMerchant(name="Tea House"))
    shop = Shop(made, True, ada.id)
    intent = bank.town.write(new_intent, shop)
    path = order_links.link(bank.town.env, intent.id)
    html = {"accept": "text/html"}
    form = {"do": "approve", "pin": PIN, "key": "k"}
    assert bo.post(path, data=form, headers=html).status_code == 403
    token = bo.csrf(path)
    for more in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert bo.post(path, data={**form, "csrf": token}, headers=html | more).status_code == 403
    other = bank.browser("eve").csrf("/wallet")
    assert bo.post(path, data={**form, "csrf": other}, headers=html).status_code == 403
    assert bo.get(f"/wallet/approve/{intent.id}").status_code == 404
    assert bo.get(path[:-1]).status_code == 404
    stranger = bank.site.client(headers=html).get(path)
    assert stranger.status_code == 303
    assert stranger.headers["location"].startswith("/login?next=/wallet/approve/")
    assert bank.balance(bo.id) == 100_000
    assert bank.town.read(orders.get, shop, intent.id).state == "requires_action"


def test_who_has_paid_is_nobody_elses_affair(bank: Bank) -> None:
    ada, bo, eve = bank.browser("ada"), bank.browser("bo", money=100_000), bank.browser("eve", money=100_000)
    made = bank.town.write(merchants.register, ada.id, merchants.NewMerchant(name="Tea House"))
    intent = bank.town.write(new_intent, Shop(made, True, ada.id))
    path = order_links.link(bank.town.env, intent.id)
    assert eve.get(path).status_code == 200
    assert bo.submit(path, page=path, do="approve", pin=PIN, key="k").status_code == 303
    assert bo.get(f"{path}/done").status_code == 200
    assert eve.get(path).status_code == 404
    assert eve.get(f"{path}/done").status_code == 404


def test_without_a_wallet_one_is_led_to_it(bank: Bank) -> None:
    ada = bank.browser("ada")
    made = bank.town.write(merchants.register, ada.id, merchants.NewMerchant(name="Tea House"))
    intent = bank.town.write(new_intent, Shop(made, True, ada.id))
    page = bank.site.browser("new").get(order_links.link(bank.town.env, intent.id))
    assert page.status_code == 200
    assert "/wallet/setup" in page.text
    assert 'name="pin"' not in page.text


def test_other_peoples_shops_are_not_there(bank: Bank) -> None:
    ada, eve = bank.browser("ada"), bank.browser("eve")
    at = open_shop(ada)
    pages = "/edit /payments /payments/new /payments/1 /keys /settlements /report /report.csv /webhooks"
    for path in ("", *pages.split(), "/webhooks/1"):
        assert eve.get(f"{at}{path}").status_code == 404, path
    acts = "/edit /close /payments /payments/1/capture /payments/1/cancel /payments/1/refund /keys"
    acts += " /keys/1/rotate /keys/1/revoke /paytm /callback-hosts /settlements /webhooks /webhooks/1/rotate"
    for path in (*acts.split(), "/webhooks/1/enable", "/webhooks/1/delete", "/webhooks/1/resend"):
        answer = eve.submit(f"{at}{path}", page="/wallet", name="x", category="food", url="https://a.example")
        assert answer.status_code == 404, path


def test_callback_hosts_are_listed_with_the_keys(bank: Bank) -> None:
    ada = bank.browser("ada")
    at = open_shop(ada)
    keys = f"{at}/keys"
    assert "Callback hosts" in ada.get(keys).text
    wrong = ada.submit(f"{at}/callback-hosts", page=keys, hosts="tea.example no;host")
    assert wrong.status_code == 422
    assert "Not a host: no;host" in wrong.text
    assert "tea.example no;host</textarea>" in wrong.text
    assert (
        ada.submit(f"{at}/callback-hosts", page=keys, hosts="Tea.example\r\n https://b.example/x").status_code
        == 303
    )
    assert "b.example\ntea.example</textarea>" in ada.get(keys).text
    ada.submit(
        f"{at}/edit",
        page=f"{at}/edit",
        name="Tea",
        category="food",
        website="https://www.tea.example",
        settle="manual",
    )
    assert "www.tea.example, your website’s" in ada.get(keys).text
