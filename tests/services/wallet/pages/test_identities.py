"""Papers in a browser, and at the desk."""

from __future__ import annotations

from typing import Any

from dozen.services.wallet.queries import people
from dozen.services.wallet.service import identities
from tests.services.wallet.folk import Bank
from tests.services.wallet.pages.test_disputes import PDF, files, png

GIVEN: dict[str, Any] = {
    "tier": "2", "name": "Ada King", "birth_date": "1985-12-10", "country": "in", "document": "passport",
    "number": "Z 1234567",
}  # fmt: skip
HERE, DESK = "/wallet/identity", "/wallet/desk/identities"


def test_asked_and_accepted(bank: Bank) -> None:
    ada, boss = bank.browser("ada"), bank.site.browser("mo", role="moderator")
    assert "Ask for a higher level" in ada.get(HERE).text
    wrong = ada.submit(HERE, page=HERE, files=files(("a.png", png(), "image/png")), **(GIVEN | {"name": "A"}))
    assert wrong.status_code == 422
    assert "as the document has it" in wrong.text
    assert 'value="Z 1234567"' in wrong.text, "what was typed is kept"
    without = ada.submit(HERE, page=HERE, files=files(("", b"", "image/png")), **GIVEN)
    assert without.status_code == 422
    assert "A picture of the document" in without.text
    done = ada.submit(HERE, page=HERE, files=files(("a.png", png(), "image/png")), **GIVEN)
    assert done.status_code == 303, done.text
    mine = ada.get(HERE).text
    assert "Being looked at" in mine
    assert "1234567" not in mine
    assert "•••••567" in mine
    listed = boss.get(DESK).text
    assert "Ada" in listed
    assert "1234567" not in listed
    (waiting,) = bank.town.read(lambda tx: identities.queries.waiting.all(tx, after=0, limit=9))
    at = f"{DESK}/{waiting.id}"
    assert ada.get(at).status_code == 403
    shown = boss.get(at).text
    assert "Z1234567" in shown
    picture = shown.partition('src="/media/')[2].partition('"')[0].replace("&amp;", "&")
    assert boss.get(f"/media/{picture}").status_code == 200
    refused = boss.submit(f"{at}/refuse", page=at, reason="")
    assert refused.status_code == 422
    assert boss.submit(f"{at}/approve", page=at).status_code == 303
    holder = bank.town.read(people.holder.first, person=ada.id)
    assert holder is not None
    assert holder.tier == 2
    assert boss.submit(f"{at}/approve", page=at).status_code == 409
    assert "Accepted" in ada.get(HERE).text
    assert "Erase these" not in ada.get(HERE).text
    assert ada.submit(f"{HERE}/{waiting.id}/erase", page=HERE).status_code == 409
    assert ada.submit(f"{HERE}/erase", page=HERE).status_code == 303
    assert "•••" not in ada.get(HERE).text
    assert "erased" in boss.get(at).text


def test_refused_and_taken_back(bank: Bank) -> None:
    ada, boss = bank.browser("ada"), bank.site.browser("boss", role="admin")
    ada.submit(HERE, page=HERE, files=files(("a.pdf", PDF, "application/pdf")), **GIVEN)
    (waiting,) = bank.town.read(lambda tx: identities.queries.waiting.all(tx, after=0, limit=9))
    at = f"{DESK}/{waiting.id}"
    assert boss.submit(f"{at}/refuse", page=at, reason="It cannot be read").status_code == 303
    assert "It cannot be read" in ada.get(HERE).text
    assert "Erase these" in ada.get(HERE).text
    assert bank.browser("eve").submit(f"{HERE}/{waiting.id}/erase", page=HERE).status_code == 404
    assert ada.submit(f"{HERE}/{waiting.id}/erase", page=HERE).status_code == 303
    assert "It cannot be read" not in ada.get(HERE).text
    ada.submit(HERE, page=HERE, files=files(("a.pdf", PDF, "application/pdf")), **GIVEN)
    assert ada.submit(f"{HERE}/withdraw", page=HERE).status_code == 303
    assert "Being looked at" not in ada.get(HERE).text


def test_levels(bank: Bank) -> None:
    boss, mo = bank.site.browser("boss", role="admin"), bank.site.browser("mo", role="moderator")
    at = f"{DESK}/levels"
    assert "Set “Papers checked”" in boss.get(at).text
    assert "Set “" not in mo.get(at).text
    limits = {"tier": "2", "currency": "INR", "payment": "100", "day": "50", "month": "300", "balance": "900"}
    wrong = boss.submit(at, page=at, reason="Fewer risks", **limits)
    assert wrong.status_code == 422
    assert "Not more than in a day" in wrong.text
    done = boss.submit(at, page=at, reason="Fewer risks", **(limits | {"day": "200"}))
    assert done.status_code == 303, done.text
    shown = boss.get(at).text
    assert "₹200.00" in shown
    assert "Fewer risks" in shown
    assert mo.submit(at, page="/wallet/desk", reason="Fewer risks", **limits).status_code == 403
