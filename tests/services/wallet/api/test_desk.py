"""The operators' desk by the native JSON door."""

from __future__ import annotations

from typing import Any

import pytest

from dozen.core import analytics, ledger, payments
from dozen.core.jobs import Job, Runner
from dozen.kit import clock
from dozen.services.wallet.service import figures, wallets
from dozen.web.routes import Route
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_reconciling import STRANGE, YESTERDAY
from tests.support.site import Client, Site

AT = "/wallet/api/desk"
DOORS = (
    "people", "books", "accounts", "journal", "verifications", "adjustments", "settlements",
    "differences", "figures",
)  # fmt: skip
FOR_MODERATORS = {f"{AT}/people/{{username}}{more}" for more in ("", "/block", "/unblock")}


def desk_routes(site: Site) -> list[Route]:
    found = [
        route
        for route in site.server.frame.routes
        if route.path.startswith(f"{AT}/") and route.path.split("/")[4] in DOORS
    ]
    assert len(found) >= 27
    return found


def visit(client: Client, route: Route) -> tuple[int, str]:
    path = route.path.replace("{username}", "ada").replace("{name}", "volume")
    path = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
    body = {"json": {"reason": "because", "legs": [{"account": "1", "amount": "1"}] * 2, "gateway": "stripe",
                     "day": "2026-01-01"}}  # fmt: skip
    answer = client.get(path) if route.method == "GET" else client.request(route.method, path, **body)
    return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


def test_nobody_else_gets_in_anywhere(bank: Bank) -> None:
    site = bank.site
    bank.holder("ada", money=100)
    mem, mod = site.as_("mem"), site.as_("mod", role="moderator")
    site.person("boss", role="admin")
    narrow = site.as_("boss", {"wallet:read", "wallet:pay", "wallet:shop", "wallet:manage", "moderation"})
    for route in desk_routes(site):
        assert route.scope == "wallet:desk"
        assert route.writes == (route.method != "GET")
        assert visit(mem, route) == (403, "not_staff"), route
        assert visit(narrow, route) == (403, "missing_scope"), route
        assert visit(site.anonymous, route)[0] == 401, route
        if route.path in FOR_MODERATORS:
            assert route.access == "moderator"
        else:
            assert visit(mod, route) == (403, "not_staff"), route
    assert bank.balance(site.as_("ada").id) == 100


def test_all_of_it_is_described(bank: Bank) -> None:
    document = bank.site.anonymous.get("/openapi.json")
    assert document.status_code == 200
    for route in desk_routes(bank.site):
        told = document.json()["paths"][route.path][route.method.lower()]
        assert told.get("summary"), route
        assert "403" in told["responses"], route
        assert told["security"][0] == {"token": ["wallet:desk"]}, route


def test_the_books(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=10_000), bank.holder("bo")
    boss = bank.site.as_("boss", {"wallet:desk"}, role="admin")
    paid = ada.post(
        "/wallet/api/transfers", json={"to": "@bo", "amount": "12.50", "note": "lunch", "pin": PIN},
        headers={"idempotency-key": "lunch-1"},
    )  # fmt: skip
    assert paid.status_code == 201, paid.text
    trial = boss.get(f"{AT}/books").json()
    assert trial["balanced"] is True
    assert trial["currencies"][0]["off"] == "0.00"
    assert {each["purpose"] for each in trial["currencies"][0]["lines"]} == {"wallet", "wallet.tests"}
    (account,) = boss.get(f"{AT}/accounts", params={"person": "ada"}).json()
    assert (account["purpose"], account["balance"]["amount"]) == ("wallet", "87.50")
    assert boss.get(f"{AT}/accounts/{account['id']}").json() == account
    entries = boss.get(f"{AT}/accounts/{account['id']}/entries", params={"limit": 1}).json()
    assert [each["amount"]["minor"] for each in entries["data"]] == [-1_250]
    more = boss.get(
        f"{AT}/accounts/{account['id']}/entries", params={"limit": 1, "cursor": entries["next_cursor"]}
    ).json()
    assert [each["amount"]["minor"] for each in more["data"]] == [10_000]
    journal = boss.get(f"{AT}/journal", params={"kind": "wallet.person"}).json()["data"]
    assert [each["memo"] for each in journal] == ["lunch"]
    assert {(each["purpose"], each["amount"]["amount"]) for each in journal[0]["sides"]} == {
        ("wallet", "-12.50"), ("wallet", "12.50"),
    }  # fmt: skip
    whole = boss.get(f"{AT}/journal/{paid.json()['id']}").json()
    assert whole["payment_id"] == paid.json()["id"]
    assert [(each["key"], each["owner"]) for each in whole["keys"]] == [("lunch-1", str(ada.id))]
    assert whole["left_to_reverse"]["amount"] == "12.50"
    assert whole["seal"] is None
    for params, status in (
        ({"account": "x"}, 422), ({"start": "never"}, 422), ({"smallest": "lots"}, 422),
        ({"currency": "Rupees"}, 422), ({"account": "5"}, 404), ({"cursor": "made-up"}, 400),
        ({"limit": "0"}, 422),
    ):  # fmt: skip
        assert boss.get(f"{AT}/journal", params=params).status_code == status, params
    for path in ("accounts/5", "accounts/5/entries", "journal/5", "verifications/5", "adjustments/5"):
        assert boss.get(f"{AT}/{path}").status_code == 404, path
    assert boss.get(f"{AT}/accounts", params={"person": "nobody"}).status_code == 404
    assert bo.get(f"{AT}/accounts/{account['id']}").status_code == 403


def test_a_proof(bank: Bank) -> None:
    bank.holder("ada", money=10_000)
    boss = bank.site.as_("boss", role="admin")
    asked = boss.post(f"{AT}/verifications", json={"full": True})
    assert asked.status_code == 202, asked.text
    assert boss.post(f"{AT}/verifications", json={}).json()["code"] == "proof_runs"
    Runner(bank.town.env, bank.town.db).drain()
    done = boss.get(asked.headers["location"]).json()
    assert (done["state"], done["done"], done["wrong"]) == ("right", 1.0, [])
    assert [each["id"] for each in boss.get(f"{AT}/verifications").json()["data"]] == [done["id"]]


def test_two_people_adjust(bank: Bank) -> None:
    ada = bank.holder("ada", money=1_000)
    boss, bea = (bank.site.as_(name, {"wallet:desk"}, role="admin") for name in ("boss", "bea"))
    body: dict[str, Any] = {
        "reason": "charged twice",
        "legs": [{"account": "@ada", "amount": "1.50"}, {"account": "wallet.adjustments", "amount": "-1.50"}],
    }
    made = boss.post(f"{AT}/adjustments", json=body)
    assert made.status_code == 201, made.text
    at = made.headers["location"]
    assert made.json()["state"] == "proposed"
    assert boss.post(f"{at}/approve", json={}).json()["code"] == "same_person"
    done = bea.post(f"{at}/approve", json={"reason": "seen"})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert bank.balance(ada.id) == 1_150
    assert bea.post(f"{at}/approve", json={}).json()["code"] == "adjustment_decided"
    assert boss.get(at).json()["transfer_id"] == done.json()["transfer_id"]
    second = boss.post(f"{AT}/adjustments", json=body).json()
    waiting = boss.get(f"{AT}/adjustments", params={"waiting": "true"}).json()["data"]
    assert [each["id"] for each in waiting] == [second["id"]]
    assert len(boss.get(f"{AT}/adjustments").json()["data"]) == 2
    assert bea.post(f"{AT}/adjustments/{second['id']}/reject", json={}).json()["code"] == "reason_needed"
    rejected = bea.post(f"{AT}/adjustments/{second['id']}/reject", json={"reason": "no such sale"})
    assert rejected.json()["state"] == "rejected"
    for wrong in (
        {"legs": body["legs"][:1]}, {"legs": [body["legs"][0]] * 2}, {"reason": "a"}, {"currency": "inr"},
        {"legs": [{"account": "@ada", "amount": "1.505"}, body["legs"][1]]}, {"surprise": 1},
        {"legs": [{"account": "@ada", "amount": 1.5}, body["legs"][1]]},
    ):  # fmt: skip
        assert boss.post(f"{AT}/adjustments", json=body | wrong).status_code == 422, wrong
    assert bank.town.read(ledger.verify).ok


def test_differences(bank: Bank) -> None:
    boss = bank.site.as_("boss", {"wallet:desk"}, role="admin")
    report = bank.town.write(payments.reconcile, "stripe", YESTERDAY, STRANGE.encode())
    (found,) = boss.get(f"{AT}/differences").json()["data"]
    assert (found["trouble"], found["gap"]["amount"], found["ours"]) == ("missing_with_us", "49.00", None)
    assert boss.get(f"{AT}/differences/{found['id']}").json() == found
    day = boss.get(f"{AT}/settlements/{report.settlement.id}").json()
    assert day["differences"] == [found]
    assert day["settlement"]["differences"] == 1
    at = f"{AT}/differences/{found['id']}/resolve"
    assert boss.post(at, json={"reason": ""}).json()["code"] == "reason_needed"
    assert boss.post(at, json={"reason": "a late one", "account": "@no"}).json()["code"] == "bad_adjustment"
    done = boss.post(at, json={"reason": "a late one"})
    assert (done.status_code, done.json()["state"]) == (200, "resolved")
    assert boss.post(at, json={"reason": "again"}).status_code == 409
    assert boss.get(f"{AT}/settlements", params={"gateway": "stripe"}).json()["code"] == "no_such_gateway"
    for body, status in (
        ({"gateway": "stripe", "day": clock.rfc3339(YESTERDAY)[:10]}, 404),
        ({"gateway": "stripe", "day": "2026-13-45"}, 422),
        ({"gateway": "stripe", "day": "yesterday"}, 422),
    ):
        assert boss.post(f"{AT}/settlements", json=body).status_code == status, body


def test_blocking(bank: Bank) -> None:
    ada = bank.holder("ada", money=1_000)
    mod = bank.site.as_("mod", {"wallet:desk"}, role="moderator")
    seen = mod.get(f"{AT}/people/ada").json()
    assert seen["wallets"][0]["state"] == "open"
    assert seen["wallets"][0]["balance"] is None
    assert mod.post(f"{AT}/people/ada/block", json={"reason": ""}).status_code == 422
    blocked = mod.post(f"{AT}/people/ada/block", json={"reason": "looked into"})
    assert (blocked.status_code, blocked.json()["wallets"][0]["state"]) == (200, "blocked")
    paid = ada.post("/wallet/api/transfers", json={"to": "@mod", "amount": "1", "pin": PIN})
    assert paid.status_code in (403, 404)
    assert ada.post("/wallet/api/transfers", json={"to": "@ada", "amount": "1"}).status_code == 422
    assert mod.post(f"{AT}/people/ada/unblock", json={"reason": "all is well"}).status_code == 200
    assert bank.town.read(lambda tx: wallets.wallet(tx, ada.id)).state == "frozen"
    boss = bank.site.as_("boss", role="admin")
    assert boss.get(f"{AT}/people/ada").json()["wallets"][0]["balance"]["amount"] == "10.00"
    assert mod.get(f"{AT}/people/nobody").status_code == 404


@pytest.mark.parametrize("name", ["volume", "active", "funnel", "refusals", "shops"])
def test_figures(bank: Bank, name: str) -> None:
    ada, _ = bank.holder("ada", money=10_000), bank.holder("bo")
    boss = bank.site.as_("boss", {"wallet:desk"}, role="admin")
    body = {"to": "@bo", "amount": "12.50", "pin": PIN}
    assert ada.post("/wallet/api/transfers", json=body).status_code == 201
    assert ada.post("/wallet/api/transfers", json=body | {"pin": "9999"}).status_code == 403
    assert ada.post("/wallet/api/transfers", json=body | {"amount": "9000"}).status_code == 402
    figures.refresh(bank.town.env, Job(0, "wallet.figures", {}, 1, 0))
    bank.town.write(lambda tx: analytics.flush(tx) and None)
    found = boss.get(f"{AT}/figures/{name}")
    assert found.status_code == 200, found.text
    if name == "volume":
        assert len(found.json()["days"]) == 30
        assert found.json()["days"][-1] | {"day": ""} == {
            "day": "", "payments": 1, "amount": "12.50", "refunded": "0.00", "fees": "0.00",
            "gateway_costs": "0.00",
        }  # fmt: skip
    elif name == "active":
        assert (found.json()[-1]["payers"], found.json()[-1]["active"]) == (1, 2)
    elif name == "funnel":
        assert found.json() == {"opened": 2, "verified": 2, "funded": 2, "paid": 1}
    elif name == "refusals":
        assert {each["code"]: each["count"] for each in found.json()["codes"]} == {
            "wrong_pin": 1, "insufficient_funds": 1,
        }  # fmt: skip
    file = boss.get(f"{AT}/figures/{name}/csv", params={"start": "2026-01-01", "end": "2026-01-03"})
    assert file.headers["content-type"].startswith("text/csv")
    assert f'filename="{name}-2026-01-01-2026-01-03.csv"' in file.headers["content-disposition"]
    assert boss.get(f"{AT}/figures/{name}", params={"start": "soon"}).json()["code"] == "bad_time"
    assert boss.get(f"{AT}/figures/{name}", params={"start": "1999-01-01"}).status_code == 422
    assert boss.get(f"{AT}/figures/nothing/csv").status_code == 404
