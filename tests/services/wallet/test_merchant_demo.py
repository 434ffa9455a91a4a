"""The sample shops: believable, the same each time, and the books are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import ledger
from dozen.kit import clock
from dozen.services.wallet import demo, listen
from dozen.services.wallet.bill_demo import load as load_bills
from dozen.services.wallet.merchant_demo import SHOPS, load, plan, shops
from dozen.services.wallet.service import (
    codes,
    history,
    mandates,
    merchant_keys,
    merchants,
    orders,
    pins,
    shop_reports,
    shop_settlements,
    wallets,
)
from dozen.services.wallet.service.limits import day_of
from dozen.services.wallet.structs.merchants import Shop
from tests.support.people import EASY, make_people
from tests.support.town import Town, found_town

PEOPLE = 12
HASHER = pins.hasher
Told = list[tuple[object, ...]]


def sampled(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sample data of wallets, bills and shops only; the people."""
    listen(town.env)
    people = make_people(town, PEOPLE)
    monkeypatch.setitem(demo.HOLDERS, "small", PEOPLE)
    if pins.hasher is HASHER:
        monkeypatch.setattr(pins, "hasher", EASY)
    monkeypatch.setattr(demo, "PLANNERS", [plan])
    monkeypatch.setattr(demo, "LOADERS", [load_bills, load])
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: None)
    return people


def told(town: Town, shop: Shop) -> Told:
    return [
        (each.state, each.amount, each.refunded, each.fee, each.description, each.metadata.get("qr"))
        for each in town.read(orders.page, shop, limit=500)
    ]


def test_two_months_of_five_shops(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashing_outside: list[int]
) -> None:
    (tmp_path / "demo-logins.txt").write_text("Demo logins\n")
    people = sampled(town, monkeypatch)
    assert len(hashing_outside) == 5
    assert town.read(ledger.verify).ok
    found = town.read(shops)
    assert list(found) == [sample.handle for sample in SHOPS]
    now = clock.now()
    end = day_of(now) + clock.DAY
    for sample in SHOPS:
        shop = found[sample.handle]
        assert shop.person == people[sample.owner]
        intents = town.read(orders.page, shop, limit=500)
        assert len(intents) > 10
        assert min(each.changed_at for each in intents) < now - 50 * clock.DAY
        # What came, less fees, refunds and payouts, is what is there.
        report = town.read(shop_reports.report, shop, "INR", end - 100 * clock.DAY, end)
        paid_out = sum(each.amount for each in town.read(shop_settlements.page, shop, limit=100))
        there = town.read(merchants.balances, shop)[0].balance
        assert sum(day.net for day in report.days) == paid_out + there
        assert paid_out
        assert {key.kind for key in town.read(merchant_keys.keys, shop)} == {"secret", "publishable"}
        assert shop.merchant.settle_at is not None
        assert now < shop.merchant.settle_at
    states = {each.state for shop in found.values() for each in town.read(orders.page, shop, limit=500)}
    assert {"succeeded", "requires_capture"} <= states
    tea = found["corner-tea"]
    assert town.read(codes.of, tea)[0].state == "open"
    static = codes.static_payload(town.env, tea.merchant)
    assert town.read(codes.read, people[5], static).name == "Corner Tea House"
    # Mandates have paid, and go on.
    mine = town.read(mandates.of, people[0])
    assert {each.payee_kind for each in mine} == {"person", "shop", "biller"}
    assert all(each.state == "active" and each.next_at > now for each in mine)
    assert {each.state for each in town.read(mandates.debits, people[0], mine[-1].id)} == {"paid"}
    # The key that was said works, for rehearsals only.
    key = (tmp_path / "demo-logins.txt").read_text().partition("Corner Tea House: ")[2].split()[0]
    shop, _ = town.write(merchant_keys.shop_of, key)
    assert (shop.id, shop.live) == (tea.id, False)
    # Statements tell it in the order in which it happened.
    for person in people:
        wallet = town.read(wallets.wallet, person)
        lines = town.read(history.history, wallet, limit=500).lines
        assert [each.at for each in lines] == sorted((each.at for each in lines), reverse=True)


def test_they_are_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Told]] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made = found_town("sqlite", tmp_path / name)
        assert made is not None
        sampled(made, monkeypatch)
        seen.append([told(made, shop) for shop in made.read(shops).values()])
        made.close()
    assert seen[0] == seen[1]
