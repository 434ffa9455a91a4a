"""Held payments, rules, levels, disputes and papers by the JSON door."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_disputes import WORDS
from tests.services.wallet.service.test_reviews import held
from tests.support.site import Client


def pay(client: Client, to: str, amount: str = "100", **more: Any) -> Any:
    return client.post("/wallet/api/transfers", json={"to": to, "amount": amount, "pin": PIN}, **more)


def picture(client: Client) -> str:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 90, 90)).save(out, "PNG")
    made = client.post("/api/media", files={"file": ("a.png", out.getvalue(), "image/png")})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_the_queue(bank: Bank) -> None:
    payment, me, _ = held(bank.town)
    boss = bank.site.as_("boss", role="admin")
    (listed,) = boss.get("/wallet/api/desk/reviews").json()["data"]
    assert listed["payment_id"] == str(payment.id)
    assert {each["code"] for each in listed["reasons"]} >= {"new_device", "unusual_amount"}
    assert "after 12 payments" in next(
        each["words"] for each in listed["reasons"] if each["code"] == "new_device"
    )
    at = f"/wallet/api/desk/reviews/{payment.id}"
    case = boss.get(at).json()
    assert case["payments"] == 12
    assert {each["person_id"] for each in case["devices"]} == {str(me)}
    assert boss.get("/wallet/api/desk/reviews/7").json()["code"] == "no_such_finding"
    key = {"idempotency-key": "one"}
    done = boss.post(f"{at}/approve", json={"note": "They said so"}, headers=key)
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "approved"
    again = boss.post(f"{at}/approve", json={"note": "They said so"}, headers=key)
    assert again.json() == done.json()
    other = boss.post(f"{at}/approve", json={"note": "Another reason"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    late = boss.post(f"{at}/decline", json={"note": "Too late"})
    assert (late.status_code, late.json()["code"]) == (409, "finding_decided")


def test_what_is_refused_is_written_down(bank: Bank) -> None:
    """The payment is undone, and yet operators see that it was tried; who tried does not see why."""
    boss = bank.site.as_("boss", role="admin")
    ada = bank.holder("ada", money=500_000)
    bank.holder("bo")
    for code, threshold in (("velocity", 1), ("review", 1), ("refuse", 30)):
        path = f"/wallet/api/desk/rules/{code}"
        body = {"threshold": threshold, "weight": 35, "reason": "Nothing goes out today"}
        assert boss.put(path, json=body).status_code == 200
    for key in ({"idempotency-key": "one"}, {"idempotency-key": "one"}, {}):
        refused = pay(ada, "@bo", headers=key)
        assert (refused.status_code, refused.json()["code"]) == (403, "payment_refused")
        assert "velocity" not in refused.text
    found = boss.get("/wallet/api/desk/reviews", params={"state": "refused"}).json()["data"]
    assert len(found) == 2, "once for each that was tried"
    assert found[0]["payer_id"] == str(ada.id)
    assert bank.balance(ada.id) == 500_000
    at = f"/wallet/api/desk/reviews/{found[0]['payment_id']}"
    assert boss.post(f"{at}/approve", json={"note": "Let it"}).json()["code"] == "finding_decided"


def test_rules_and_levels(bank: Bank) -> None:
    boss, mo = bank.site.as_("boss", role="admin"), bank.site.as_("mo", role="moderator")
    rules = {each["code"]: each for each in mo.get("/wallet/api/desk/rules").json()["data"]}
    assert rules["review"]["threshold"] == 60
    assert rules["velocity"]["on"]
    body = {"threshold": 9, "weight": 30, "on": False, "reason": "A fair this week"}
    assert mo.put("/wallet/api/desk/rules/velocity", json=body).status_code == 403
    done = boss.put("/wallet/api/desk/rules/velocity", json=body).json()
    assert (done["threshold"], done["weight"], done["on"]) == (9, 30, False)
    assert boss.put("/wallet/api/desk/rules/nothing", json=body).status_code == 404
    assert boss.put("/wallet/api/desk/rules/velocity", json=body | {"reason": ""}).status_code == 422
    levels = {each["tier"]: each for each in mo.get("/wallet/api/desk/tiers").json()["data"]}
    assert levels[1]["payment"] == "10000.00"
    limits = {"currency": "INR", "payment": "5", "day": "6", "month": "7", "balance": "8", "reason": "Less"}
    assert boss.put("/wallet/api/desk/tiers/1", json=limits).json()["payment"] == "5.00"
    ada = bank.holder("ada", money=800)
    bank.holder("bo")
    assert pay(ada, "@bo", "5.01").json()["code"] == "over_limit"
    assert boss.put("/wallet/api/desk/tiers/0", json=limits).json()["code"] == "currency_differs"


def test_a_dispute(bank: Bank) -> None:
    ada, bo, eve = bank.holder("ada", money=50_000), bank.holder("bo"), bank.holder("eve")
    boss = bank.site.as_("boss", role="admin")
    payment = pay(ada, "@bo").json()["id"]
    new = {"payment_id": payment, "reason": "not_received", "words": WORDS, "evidence": [picture(ada)]}
    assert bo.post("/wallet/api/disputes", json=new).json()["code"] == "no_such_payment"
    assert ada.post("/wallet/api/disputes", json=new | {"reason": "so"}).status_code in (400, 422)
    made = ada.post("/wallet/api/disputes", json=new)
    assert made.status_code == 201, made.text
    dispute = made.json()
    assert (dispute["state"], dispute["amount"], len(dispute["evidence"])) == ("open", "100.00", 1)
    at = f"/wallet/api/disputes/{dispute['id']}"
    assert ada.post("/wallet/api/disputes", json=new | {"evidence": []}).json()["code"] == "dispute_exists"
    for path in (at, f"{at}/answer", f"{at}/accept", f"{at}/withdraw"):
        body: dict[str, Any] = {"words": WORDS} if path.endswith("answer") else {}
        answer = eve.get(path) if path == at else eve.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_dispute"), path
    shown = eve.post(f"{at}/evidence", files={"files": ("a.pdf", b"%PDF-1.4 x", "application/pdf")})
    assert shown.status_code == 404
    shown = ada.post(f"{at}/evidence", files={"files": ("a.pdf", b"%PDF-1.4 x", "application/pdf")})
    assert [each["kind"] for each in shown.json()["evidence"]] == ["image", "file"]
    assert bo.get("/wallet/api/disputes").json()["data"] == []
    assert len(bo.get("/wallet/api/disputes", params={"side": "against"}).json()["data"]) == 1
    answered = bo.post(f"{at}/answer", json={"words": "It is at the post office."}).json()
    assert (answered["state"], answered["answer"]) == ("deciding", "It is at the post office.")
    desk = f"/wallet/api/desk/disputes/{dispute['id']}"
    assert len(boss.get("/wallet/api/desk/disputes").json()["data"]) == 1
    assert boss.get(desk).json()["words"] == WORDS
    assert boss.post(f"{desk}/decide", json={"amount": "-1", "words": "Half"}).json()["code"] == "bad_amount"
    done = boss.post(f"{desk}/decide", json={"amount": "40", "words": "Less than half"})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["refunded"]) == ("refunded", "40.00")
    assert bank.balance(ada.id) == 44_000


def test_a_dispute_accepted_once(bank: Bank) -> None:
    ada, bo = bank.holder("ada", money=50_000), bank.holder("bo")
    payment = pay(ada, "@bo").json()["id"]
    new = {"payment_id": payment, "reason": "paid_twice", "words": WORDS, "amount": "60"}
    at = f"/wallet/api/disputes/{ada.post('/wallet/api/disputes', json=new).json()['id']}"
    key = {"idempotency-key": "one"}
    assert bo.post(f"{at}/accept", json={}).json()["code"] == "pin_needed"
    first = bo.post(f"{at}/accept", json={"pin": PIN}, headers=key)
    assert first.status_code == 200, first.text
    second = bo.post(f"{at}/accept", json={"pin": PIN}, headers=key)
    assert (first.json()["state"], second.json()["refund_id"]) == ("accepted", first.json()["refund_id"])
    assert bank.balance(ada.id) == 46_000


def test_papers(bank: Bank) -> None:
    ada, eve = bank.holder("ada"), bank.holder("eve")
    mo = bank.site.as_("mo", role="moderator")
    new = {
        "tier": 2, "name": "Ada King", "birth_date": "1985-12-10", "country": "IN", "document": "passport",
        "number": "Z1234567", "evidence": [picture(ada)],
    }  # fmt: skip
    assert bank.site.as_("cy").get("/wallet/api/identity").json()["code"] == "no_wallet"
    assert eve.post("/wallet/api/identity", json=new).status_code == 404, "another's picture"
    assert ada.post("/wallet/api/identity", json=new | {"birth_date": "2020-01-01"}).status_code == 422
    made = ada.post("/wallet/api/identity", json=new)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["number"]) == ("waiting", "•••••567")
    assert ada.post("/wallet/api/identity", json=new).json()["code"] == "identity_waits"
    (listed,) = mo.get("/wallet/api/desk/identities").json()["data"]
    assert set(listed) == {"id", "person_id", "tier", "state", "asked_at"}
    at = f"/wallet/api/desk/identities/{listed['id']}"
    folder = mo.get(at).json()
    assert folder["papers"]["number"] == "Z1234567"
    assert len(folder["evidence"]) == 1
    assert mo.post(f"{at}/refuse", json={"reason": ""}).json()["code"] == "reason_needed"
    assert mo.post(f"{at}/approve", json={}).json()["state"] == "approved"
    assert ada.get("/wallet/api/identity").json()["tier"] == 2
    (mine,) = ada.get("/wallet/api/identity").json()["data"]
    assert ada.delete(f"/wallet/api/identity/{mine['id']}").json()["code"] == "identity_counts"
    held = ada.delete(f"/api/media/{new['evidence'][0]}")
    assert (held.status_code, held.json()["code"]) == (409, "media_held")
    assert ada.delete("/wallet/api/identity").json() == {"erased": 1}
    assert ada.delete(f"/api/media/{new['evidence'][0]}").status_code == 404
    assert ada.get("/wallet/api/identity").json()["tier"] == 1
    again = ada.post("/wallet/api/identity", json=new | {"evidence": [picture(ada)]})
    assert again.status_code == 201
    assert ada.post("/wallet/api/identity/withdraw", json={}).json()["state"] == "erased"


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "one"}])
def test_a_refusal_and_what_was_found_are_one_commit(
    bank: Bank, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who dies right after a payment was refused has not lost why."""
    boss = bank.site.as_("boss", role="admin")
    ada = bank.holder("ada", money=500_000)
    bank.holder("bo")
    for code, threshold in (("velocity", 1), ("review", 1), ("refuse", 30)):
        body = {"threshold": threshold, "weight": 35, "reason": "Nothing goes out today"}
        assert boss.put(f"/wallet/api/desk/rules/{code}", json=body).status_code == 200
    server = bank.site.server
    write, write_with, dead = server.write, server.write_with, False

    async def gone(work: Any) -> Any:
        if dead:
            raise RuntimeError("this process is gone")
        return await write(work)

    async def dies(kind: Any, wish: Any, work: Any) -> Any:
        nonlocal dead
        if dead:
            raise RuntimeError("this process is gone")
        done = await write_with(kind, wish, work)
        dead = getattr(done, "refusal", None) is not None
        return done

    monkeypatch.setattr(server, "write", gone)
    monkeypatch.setattr(server, "write_with", dies)
    pay(ada, "@bo", headers=headers)
    assert dead
    monkeypatch.undo()
    found = boss.get("/wallet/api/desk/reviews", params={"state": "refused"}).json()["data"]
    assert [each["payer_id"] for each in found] == [str(ada.id)]
