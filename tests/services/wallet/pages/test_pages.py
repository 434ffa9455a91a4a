"""The wallet's pages, as a browser without scripts sees them."""

from __future__ import annotations

import re

import pytest

from dozen.db import Tx
from dozen.services.wallet.service import requests
from tests.services.wallet.folk import PIN, Bank
from tests.support.site import Client

PLACES = (
    "/wallet",
    "/wallet/send",
    "/wallet/request",
    "/wallet/requests",
    "/wallet/requests?box=sent",
    "/wallet/split",
    "/wallet/add",
    "/wallet/withdraw",
    "/wallet/methods",
    "/wallet/history",
    "/wallet/reminders",
    "/wallet/settings",
    "/wallet/settings/pin",
)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def submit(client: Client, path: str, **fields: str) -> str:
    """Send a form, follow where it leads; the page there."""
    answer = client.submit(path, page="/wallet/send", **fields)
    while answer.status_code == 303:
        answer = client.get(answer.headers["location"])
    return answer.text


@pytest.mark.parametrize("path", PLACES)
def test_each_page_is_there(bank: Bank, path: str) -> None:
    ada = bank.browser("ada", money=10_000)
    answer = ada.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.text.count("<h1") == 1
    stranger = bank.site.client(headers={"accept": "text/html"}).get(path)
    assert (stranger.status_code, stranger.headers["location"][:6]) == (303, "/login")


@pytest.mark.parametrize("path", [place for place in PLACES if "methods" not in place])
def test_who_has_no_wallet_is_led_to_one(bank: Bank, path: str) -> None:
    answer = bank.site.browser("eve").get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/wallet/setup"


def test_paying_in_two_steps(bank: Bank) -> None:
    ada, bo = bank.browser("ada", money=10_000), bank.holder("bo")
    bad = ada.submit("/wallet/send", page="/wallet/send", to="@nobody", amount="1,5x", note="")
    assert bad.status_code == 422
    assert 'value="@nobody"' in bad.text
    step = ada.submit("/wallet/send", page="/wallet/send", to="@bo", amount="12.5", note="<b>tea</b>")
    assert "&lt;b&gt;tea&lt;/b&gt;" in step.text
    assert "₹12.50" in step.text
    fields = {name: hidden(step.text, name) for name in ("to", "amount", "key", "currency")}
    wrong = ada.submit("/wallet/send/confirm", page="/wallet/send", **fields, note="tea", pin="1111")
    assert (wrong.status_code, "PIN is wrong" in wrong.text) == (403, True)
    page = submit(ada, "/wallet/send/confirm", **fields, note="tea", pin=PIN)
    assert ("Receipt" in page, "−₹12.50" in page) == (True, True)
    page = submit(ada, "/wallet/send/confirm", **fields, note="tea", pin=PIN)
    assert "Receipt" in page
    assert bank.balance(bo.id) == 1_250, "the form sent twice moves money once"
    assert "Bo" in ada.get("/wallet/history?q=TEA").text
    assert "Nothing found" in ada.get("/wallet/history?q=coffee").text
    assert "This is not a date" in ada.get("/wallet/history?start=x").text


def test_a_form_from_elsewhere_moves_nothing(bank: Bank) -> None:
    ada, bo = bank.browser("ada", money=10_000), bank.holder("bo")
    for data in ({}, {"csrf": "x"}):
        answer = ada.post(
            "/wallet/send/confirm", data={"to": "@bo", "amount": "1", "pin": PIN, "key": "k", **data}
        )
        assert answer.status_code == 403
    assert bank.balance(bo.id) == 0


def test_requests_by_pages(bank: Bank) -> None:
    ada, bo = bank.browser("ada", money=10_000), bank.browser("bo", money=10_000)
    page = submit(ada, "/wallet/request", to="@bo", amount="7", note="cinema", key="k1")
    assert "You ask Bo" in page
    found = re.search(r"/wallet/requests/(\d+)", bo.get("/wallet").text)
    assert found is not None
    path = found[0]
    page = bo.get(path).text
    assert "Ada asks you" in page
    assert "Receipt" in submit(bo, f"{path}/pay", key=hidden(page, "key"), pin=PIN)
    assert "Paid" in ada.get(path).text
    eve = bank.browser("eve")
    assert eve.get(path).status_code == 404
    page = submit(ada, "/wallet/split", people="@bo, @eve", amount="10", include_me="1", key="k2")
    assert ("among 3" in page, "₹3.33" in page) == (True, True)
    assert submit(ada, "/wallet/reminders", to="@bo", amount="5", at="2020-01-01", every="once").count(
        "coming year"
    )


def test_settings_by_pages(bank: Bank) -> None:
    ada, _ = bank.browser("ada", money=10_000), bank.holder("bo")
    assert "is frozen" in submit(ada, "/wallet/settings/freeze", currency="INR")
    assert "is frozen" in ada.get("/wallet").text
    assert "PIN is wrong" in submit(ada, "/wallet/settings/unfreeze", currency="INR", pin="1111")
    assert "Freeze the wallet" in submit(ada, "/wallet/settings/unfreeze", currency="INR", pin=PIN)
    assert 'value="50.00"' in submit(
        ada, "/wallet/settings/limits", currency="INR", payment="50", day="", month=""
    )
    assert "Enter your wallet PIN" in submit(
        ada, "/wallet/settings/limits", currency="INR", payment="", day="", month="", pin=""
    )
    assert "ada.x" in submit(ada, "/wallet/settings/handles", handle="Ada.X")
    assert "not the same" in submit(ada, "/wallet/settings/pin", old=PIN, pin="8264", again="8265")
    assert "PIN is changed" in submit(ada, "/wallet/settings/pin", old=PIN, pin="8264", again="8264")
    assert "There are ₹100.00 in it" in submit(ada, "/wallet/settings/close", currency="INR")
    assert "EUR" in submit(ada, "/wallet/settings/currency", wanted="EUR")
    assert "€0.00" in ada.get("/wallet?currency=EUR").text


def test_giving_back_by_pages(bank: Bank) -> None:
    ada, bo = bank.browser("ada", money=10_000), bank.browser("bo")
    receipt = submit(
        ada, "/wallet/send/confirm", to="@bo", amount="10", note="", currency="INR", key="k", pin=PIN
    )
    found = re.search(r"<dd>(\d{15,})</dd>", receipt)
    assert found is not None
    path = f"/wallet/payments/{found[1]}"
    assert "Give it back" not in ada.get(path).text
    page = bo.get(path).text
    assert "Give it back" in page
    back = submit(bo, f"{path}/refund", amount="4", note="sorry", key=hidden(page, "key"), pin=PIN)
    assert "−₹4.00" in back
    assert bank.balance(ada.id) == 9_400
    assert bank.browser("eve").get(path).status_code == 404
    assert bo.get("/wallet/statement?start=2026-01-01&kind=csv").text.count("\r\n") == 5
    assert bo.get("/wallet/statement?start=2026-01-01&kind=pdf").content.startswith(b"%PDF")


def test_the_badge_counts_requests(bank: Bank) -> None:
    ada, bo = bank.browser("ada"), bank.holder("bo")

    def ask(tx: Tx) -> None:
        requests.ask(tx, bo.id, ada.id, 100, "INR")

    bank.town.write(ask)
    assert re.search(r'data-live="wallet-requests"[^>]*>1<', ada.get("/wallet/send").text)
