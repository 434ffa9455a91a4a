"""Payments that are sent at the same moment, by the native JSON door."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from dozen.core import graph, ledger, notifications
from dozen.db import Tx
from dozen.services.wallet.service import ahead, wallets
from tests.services.wallet.folk import PIN, Bank, spent_today
from tests.support.site import Client

Sent = tuple[Client, str, str, dict[str, str]]
"""Who pays whom how much, with which headers."""


def passed(client: Client) -> dict[str, str]:
    """One PIN for several payments."""
    made = client.post("/wallet/api/pin/pass", json={"pin": PIN})
    return {"wallet-pass": made.json()["pass"]}


def at_once(bank: Bank, sent: list[Sent]) -> list[httpx.Response]:
    async def all_of_them() -> list[httpx.Response]:
        return await asyncio.gather(
            *(
                client.inner.post("/wallet/api/transfers", json={"to": to, "amount": amount}, headers=headers)
                for client, to, amount, headers in sent
            )
        )

    found: list[httpx.Response] = bank.site.run(all_of_them())
    return found


def codes(answers: list[httpx.Response]) -> list[Any]:
    return [201 if each.status_code == 201 else each.json()["code"] for each in answers]


@pytest.fixture
def six(bank: Bank) -> list[tuple[Client, dict[str, str]]]:
    """Ada, Bo, Cy, Dee, Eve and Fay, with a hundred rupees each and a pass."""
    names = ("ada", "bo", "cy", "dee", "eve", "fay")
    clients = [bank.holder(name, money=10_000) for name in names]
    return [(client, passed(client)) for client in clients]


def test_many_at_once_are_each_answered_for_themselves(
    bank: Bank, six: list[tuple[Client, dict[str, str]]]
) -> None:
    (ada, a), (bo, b), (cy, c), (dee, d), (eve, e), (fay, f) = six
    number = dee.get(f"/wallet/api/wallets/{dee.id}").json()["mobile_number"]
    dee.post("/wallet/api/handles", json={"handle": "dee.pays"})
    bank.town.write(graph.block, bo.id, cy.id)
    bank.town.write(wallets.freeze, fay.id, "INR")
    assert eve.put("/wallet/api/limits", json={"payment": "5"}).status_code == 200
    answers = at_once(
        bank,
        [
            (ada, "@dee", "10", a),
            (bo, number, "20.50", b),
            (cy, "bo", "1", c),
            (dee, "dee", "1", d),
            (eve, "ada", "6", e),
            (fay, "ada", "1", f),
            (ada, "nobody", "1", a),
            (bo, "dee.pays@dozen", "1", {"wallet-pass": "A" * 60}),
            (cy, "dee.pays@dozen", "30", c),
            (dee, "ada", "500", d),
            (eve, "ada", "5", e),
            (bo, "ada", "1", {}),
        ],
    )
    assert codes(answers) == [
        201, 201, "no_such_receiver", "own_wallet", "over_limit", "wallet_frozen", "no_such_receiver",
        "bad_pass", 201, "insufficient_funds", 201, "pin_needed",
    ]  # fmt: skip
    assert answers[0].json()["payee"]["username"] == "dee"
    assert answers[0].json()["amount"] == "10.00"
    assert answers[0].json()["balance"] in ("90.00", "95.00")
    assert answers[1].json()["amount_minor"] == 2_050
    assert [bank.balance(client.id) for client, _ in six] == [9_500, 7_950, 7_000, 16_050, 9_500, 10_000]
    for client, _ in six:
        told = client.get("/wallet/api/notifications").json()["data"]
        unread = bank.town.read(notifications.unread, client.id)
        assert unread == len(told)
    assert len(dee.get(f"/wallet/users/{dee.id}/transactions").json()["data"]) == 3 + 1
    assert bank.town.read(spent_today, ada.id) == 1_000
    assert bank.town.read(ledger.verify).ok


def test_the_last_money_goes_out_once(bank: Bank, six: list[tuple[Client, dict[str, str]]]) -> None:
    ada, word = six[0]
    names = ("bo", "cy", "dee", "eve", "fay")
    answers = at_once(bank, [(ada, name, "30", word) for name in names])
    assert Counter(codes(answers)) == {201: 3, "insufficient_funds": 2}
    balances = [each.json()["balance"] for each in answers if each.status_code == 201]
    assert sorted(balances) == ["10.00", "40.00", "70.00"], "each is told how it stood after theirs"
    assert bank.balance(ada.id) == 1_000
    assert bank.town.read(ledger.verify).ok


def test_a_limit_holds_for_all_at_once(bank: Bank, six: list[tuple[Client, dict[str, str]]]) -> None:
    ada, word = six[0]
    assert ada.put("/wallet/api/limits", json={"day": "50"}).status_code == 200
    answers = at_once(bank, [(ada, "bo", "20", word)] * 6 + [(six[1][0], "ada", "1", six[1][1])])
    assert Counter(codes(answers)) == {201: 3, "over_limit": 4}
    assert bank.town.read(spent_today, ada.id) == 4_000
    assert (bank.balance(ada.id), bank.balance(six[1][0].id)) == (6_100, 13_900)


def test_one_key_at_once_is_one_movement(bank: Bank, six: list[tuple[Client, dict[str, str]]]) -> None:
    (ada, a), (bo, b), *_ = six
    key = {"idempotency-key": "k"}
    answers = at_once(bank, [(ada, "bo", "10", a | key)] * 5 + [(bo, "cy", "10", b | key)] * 2)
    assert codes(answers) == [201] * 7
    assert len({each.content for each in answers[:5]}) == 1
    assert len({each.json()["id"] for each in answers}) == 2
    assert [bank.balance(client.id) for client, _ in six[:3]] == [9_000, 10_000, 11_000]
    other = a | {"idempotency-key": "l"}
    mixed = at_once(bank, [(ada, "bo", "1", other), (ada, "bo", "2", other)])
    assert sorted(codes(mixed), key=str) == [201, "idempotency_key_reused"]
    assert bank.town.read(ledger.verify).ok


def test_money_goes_round(
    bank: Bank, six: list[tuple[Client, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []

    def ready(tx: Tx, wishes: Sequence[ahead.Wish]) -> None:
        groups.append(len(wishes))
        ahead.ready(tx, wishes)

    monkeypatch.setattr(ahead.SENDING, "ready", ready)
    names = ("ada", "bo", "cy", "dee", "eve", "fay")
    ring = [(client, names[(n + 1) % 6], "100", word) for n, (client, word) in enumerate(six)]
    for _ in range(5):
        answers = at_once(bank, ring)
        assert codes(answers) == [201] * 6
    assert max(groups) > 1, "they share a transaction"
    assert [bank.balance(client.id) for client, _ in six] == [10_000] * 6
    assert bank.town.read(ledger.verify).ok


@pytest.mark.parametrize("odd", ["a\0b", "\0", "x" * 5_000, "@", " ", "+", "@dozen", "é\u202e", "{}", '"\\'])
def test_who_names_nobody_right_harms_nobody(
    bank: Bank, six: list[tuple[Client, dict[str, str]]], odd: str
) -> None:
    (ada, a), (bo, b), (cy, c), (dee, d), *_ = six
    answers = at_once(
        bank, [(ada, "bo", "1", a), (bo, odd, "1", b), (cy, "bo", "2", c), (dee, "ada", "3", d)]
    )
    assert [each.status_code for each in answers[::2]] == [201, 201]
    assert (answers[3].status_code, answers[1].status_code in (404, 422)) == (201, True), answers[1].text
    assert bank.balance(bo.id) == 10_300


@pytest.mark.parametrize("key", ["é", "no spaces", "k" * 256, "\x7f"])
def test_a_key_that_is_none_harms_nobody(
    bank: Bank, six: list[tuple[Client, dict[str, str]]], key: str
) -> None:
    (ada, a), (bo, b), (cy, c), *_ = six
    bad: Any = {**b, "idempotency-key": key.encode("latin-1")}
    answers = at_once(bank, [(ada, "bo", "1", a), (bo, "ada", "1", bad), (cy, "bo", "2", c)])
    assert codes(answers) == [201, "bad_idempotency_key", 201]
    assert bank.balance(bo.id) == 10_300


def test_with_the_pin_itself(bank: Bank, six: list[tuple[Client, dict[str, str]]]) -> None:
    async def all_of_them() -> list[httpx.Response]:
        return await asyncio.gather(
            *(
                client.inner.post(
                    "/wallet/api/transfers",
                    json={"to": "ada" if n else "bo", "amount": "1", "pin": PIN if n != 3 else "0000"},
                )
                for n, (client, _) in enumerate(six)
            )
        )

    assert codes(bank.site.run(all_of_them())) == [201, 201, 201, "wrong_pin", 201, 201]
    assert bank.balance(six[0][0].id) == 10_000 - 100 + 400
    again = six[3][0].post("/wallet/api/transfers", json={"to": "ada", "amount": "1", "pin": "0000"}).json()
    assert again["tries_left"] == 3, "others' right PINs change nothing"


def test_two_browsers_of_one_person(bank: Bank) -> None:
    """Both are new devices, and both are noted."""
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo", money=10_000)
    other = bank.site.as_("ada")
    paid = [(ada, "bo", "1"), (other, "bo", "2"), (bo, "ada", "4")]
    answers = at_once(bank, [(client, to, amount, passed(client)) for client, to, amount in paid])
    assert codes(answers) == [201] * 3
    assert (bank.balance(ada.id), bank.balance(bo.id)) == (10_100, 9_900)
    assert len(ada.get("/wallet/api/devices").json()) == 2
