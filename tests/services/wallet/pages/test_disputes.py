"""Disputes in a browser, of both sides and at the desk."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from dozen.services.wallet.service import disputes
from dozen.services.wallet.service.disputes import NewDispute
from tests.services.wallet.folk import PIN, Bank
from tests.services.wallet.service.test_dispute_losses import against_gone
from tests.services.wallet.service.test_disputes import WORDS
from tests.support.site import Client

PDF = b"%PDF-1.4\n" + b"x" * 50


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 90, 90)).save(out, "PNG")
    return out.getvalue()


def paid(bank: Bank, payer: Client, to: str, amount: str = "100") -> int:
    client = bank.site.as_(payer.username)  # type: ignore[attr-defined]
    answer = client.post("/wallet/api/transfers", json={"to": to, "amount": amount, "pin": PIN})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def people(bank: Bank) -> tuple[Client, Client, int]:
    ada, bo = bank.browser("ada", money=50_000), bank.browser("bo", money=1_000)
    ada.username, bo.username = "ada", "bo"  # type: ignore[attr-defined]
    return ada, bo, paid(bank, ada, "@bo")


def files(*named: tuple[str, bytes, str]) -> Any:
    return [("files", each) for each in named]


def test_from_the_receipt_to_the_decision(bank: Bank) -> None:
    ada, bo, payment = people(bank)
    boss = bank.site.browser("boss", role="admin")
    receipt = ada.get(f"/wallet/payments/{payment}").text
    none = files(("", b"", "image/png"))
    form = f"/wallet/disputes/new?payment={payment}"
    assert f'href="{form}"' in receipt
    assert "Something is wrong" not in bo.get(f"/wallet/payments/{payment}").text
    wrong = ada.submit("/wallet/disputes", page=form, files=none, payment=payment, reason="other", words="no")
    assert wrong.status_code == 422
    assert "10 to 2,000 characters" in wrong.text
    sent = files(("shot.png", png(), "image/png"), ("bill.pdf", PDF, "application/pdf"))
    made = ada.submit(
        "/wallet/disputes", page=form, files=sent, payment=payment, reason="not_received", words=WORDS,
        amount="60",
    )  # fmt: skip
    assert made.status_code == 303, made.text
    here = made.headers["location"]
    shown = bo.get(here).text
    assert WORDS in shown
    assert "bill.pdf" in shown
    picture = shown.partition('href="/media/')[2].partition('"')[0].replace("&amp;", "&")
    assert bo.get(f"/media/{picture}").status_code == 200
    assert bo.get(f"/media/{picture.partition('?')[0]}").status_code == 404, "only with the ticket"
    assert bank.browser("eve").get(here).status_code == 404
    assert "ada" in bo.get("/wallet/disputes?side=against").text.lower()
    assert "Bo" in ada.get("/wallet/disputes").text
    answered = bo.submit(f"{here}/answer", page=here, files=files(("b.png", png(), "image/png")),
                         words="It is on its way to you.")  # fmt: skip
    assert answered.status_code == 303, answered.text
    assert "on its way to you" in ada.get(here).text
    desk = here.replace("/wallet/disputes", "/wallet/desk/disputes")
    assert ada.get(desk).status_code == 403
    assert "on its way to you" in boss.get(desk).text
    assert f'href="{desk}"' in boss.get("/wallet/desk/disputes").text
    bad = boss.submit(f"{desk}/decide", page=desk, verdict="part", amount="61", reason="Half of it")
    assert bad.status_code == 422
    assert "At most" in bad.text
    done = boss.submit(f"{desk}/decide", page=desk, verdict="part", amount="30", reason="Half of it")
    assert done.status_code == 303, done.text
    assert bank.balance(ada.id) == 43_000
    end = ada.get(here).text
    assert "Half of it" in end
    assert "Given back" in end
    assert "The dispute" in ada.get(f"/wallet/payments/{payment}").text


def test_given_back_with_the_pin(bank: Bank) -> None:
    ada, bo, payment = people(bank)
    new = NewDispute(payment_id=payment, reason="paid_twice", words=WORDS)
    made = bank.town.write(disputes.open_dispute, ada.id, new)
    here = f"/wallet/disputes/{made.id}"
    assert bo.submit(f"{here}/accept", page=here, pin="9999", key="a").status_code == 403
    done = bo.submit(f"{here}/accept", page=here, pin=PIN, key="b")
    assert done.status_code == 303, done.text
    assert bank.balance(ada.id) == 50_000
    assert bo.submit(f"{here}/accept", page="/wallet", pin=PIN, key="c").status_code == 409


def test_taken_back_and_more_files(bank: Bank) -> None:
    ada, _, payment = people(bank)
    new = NewDispute(payment_id=payment, reason="other", words=WORDS)
    here = f"/wallet/disputes/{bank.town.write(disputes.open_dispute, ada.id, new).id}"
    text = ada.submit(f"{here}/evidence", page=here, files=files(("x.txt", b"words", "text/plain")))
    assert text.status_code == 422
    assert "neither a picture nor a PDF" in text.text
    added = ada.submit(f"{here}/evidence", page=here, files=files(("x.pdf", PDF, "application/pdf")))
    assert added.status_code == 303, added.text
    six = files(*(("x.pdf", PDF, "application/pdf") for _ in range(6)))
    assert ada.submit(f"{here}/evidence", page=here, files=six).status_code == 422
    assert ada.submit(f"{here}/withdraw", page=here).status_code == 303
    assert "Taken back" in ada.get(here).text
    assert ada.get(f"/wallet/disputes/new?payment={payment}").status_code == 200


def test_who_was_paid_is_gone(bank: Bank) -> None:
    made, payment = against_gone(bank.town, left=4_000)
    boss, bea = (bank.site.browser(name, role="admin") for name in ("boss", "bea"))
    mo = bank.site.browser("mo", role="moderator")
    at = f"/wallet/desk/disputes/{made.id}"
    shown = mo.get(at).text
    assert "Who was paid is gone" in shown
    assert "Administrators propose that" in shown
    assert "Give it back from the house" not in shown
    assert "₹40.00" in boss.get(at).text
    whole = {"verdict": "whole", "reason": "It never came"}
    refused = mo.submit(f"{at}/decide", page=at, **whole)
    assert refused.status_code == 409
    assert "an administrator proposes it" in refused.text
    assert mo.submit(f"{at}/propose", page=at, **whole).status_code == 403
    wrong = boss.submit(f"{at}/propose", page=at, **whole, left_behind="50")
    assert wrong.status_code == 422
    assert "At most ₹40.00 of it can come" in wrong.text
    proposed = boss.submit(f"{at}/propose", page=at, **whole)
    assert proposed.status_code == 303, proposed.text
    adjustment = proposed.headers["location"]
    assert "It is proposed" in boss.get(at).text
    assert f"{adjustment}" in bea.get(at).text
    entry = bea.get(adjustment).text
    assert f'href="{at}"' in entry
    assert "somebody who is gone" in entry
    assert bea.submit(f"{adjustment}/approve", page=adjustment, reason="seen").status_code == 303
    assert "Given back" in boss.get(at).text
    assert bank.balance(payment.payer) == 50_000


def test_who_was_paid_is_gone_by_the_json_door(bank: Bank) -> None:
    made, payment = against_gone(bank.town, left=0)
    boss, bea, mo = (
        bank.site.as_(name, role=role)
        for name, role in (("boss", "admin"), ("bea", "admin"), ("mo", "moderator"))
    )
    at = f"/wallet/api/desk/disputes/{made.id}"
    new = {"amount": "60.00", "words": "It never came"}
    assert boss.post(f"{at}/decide", json=new).json()["code"] == "respondent_gone"
    assert mo.post(f"{at}/propose", json=new).status_code == 403
    assert boss.post(f"{at}/propose", json=new | {"words": ""}).json()["code"] == "reason_needed"
    assert boss.post(f"{at}/propose", json=new | {"left_behind": "1"}).json()["code"] == "bad_amount"
    key = {"idempotency-key": "one"}
    first, again = (boss.post(f"{at}/propose", json=new, headers=key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    assert boss.post(f"{at}/propose", json=new).json()["code"] == "dispute_proposed"
    assert mo.post(f"{at}/decide", json=new | {"amount": "0"}).json()["code"] == "dispute_proposed"
    approved = bea.post(f"/wallet/api/desk/adjustments/{first.json()['id']}/approve", json={})
    assert approved.json()["state"] == "approved"
    assert boss.get(at).json()["state"] == "refunded"
    assert bank.balance(payment.payer) == 46_000
