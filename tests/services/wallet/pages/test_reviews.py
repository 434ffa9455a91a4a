"""Held payments and rules at the desk."""

from __future__ import annotations

import re

from dozen.services.wallet import ROOM
from dozen.services.wallet.queries import people
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service.risk.rules import KINDS
from tests.services.wallet.folk import Bank
from tests.services.wallet.service.test_reviews import held
from tests.support.site import Client

DESK = "/wallet/desk/review"
NOUNS = ("review", "reviews", "disputes", "identities", "rules", "tiers")


def mine() -> list[tuple[str, str, str]]:
    """(method, path, who may) of every address of these nouns at the desk."""
    found = []
    for door in ROOM.doors:
        for route in door.routes:
            parts = route.path.split("/")
            if "desk" in parts and {*parts} & {*NOUNS}:
                found.append((route.method, route.path, route.access))
    return found


def test_from_the_queue_to_the_decision(bank: Bank) -> None:
    payment, me, _ = held(bank.town)
    mo = bank.site.browser("mo", role="moderator")
    at = f"{DESK}/{payment.id}"
    queue = mo.get(DESK).text
    assert f'href="{at}"' in queue
    assert "A new device" in queue
    case = mo.get(at).text
    assert "after 12 payments from others" in case
    assert "Who pays from their devices" in case
    assert "(this payment)" in case
    refused = mo.submit(f"{at}/approve", page=at, reason="")
    assert refused.status_code == 422
    done = mo.submit(f"{at}/decline", page=at, reason="They did not know of it", block="1")
    assert done.status_code == 303, done.text
    assert "They did not know of it" in mo.get(at).text
    assert f'href="{at}"' in mo.get(DESK, params={"state": "declined"}).text
    assert mo.submit(f"{at}/approve", page=at, reason="Once more").status_code == 409
    assert bank.balance(me) > 0


def test_a_failed_decision_teaches_nothing(bank: Bank) -> None:
    """The payee's wallet may not hold it: it stays held, and the habits are as they were."""
    payment, me, thief = held(bank.town)
    boss = bank.site.browser("boss", role="admin")
    before = bank.town.read(queries.look.first, person=me, device=0)
    bank.town.write(lambda tx: people.set_tier(tx, who=thief, level=0))
    at = f"{DESK}/{payment.id}"
    failed = boss.submit(f"{at}/approve", page=at, reason="It was them")
    assert failed.status_code == 409
    assert "may not hold as much" in failed.text
    assert bank.town.read(queries.look.first, person=me, device=0) == before
    assert bank.town.read(queries.finding.first, payment=payment.id).state == "open"  # type: ignore[union-attr]


def test_rules_are_set_by_administrators(bank: Bank) -> None:
    boss, mo = bank.site.browser("boss", role="admin"), bank.site.browser("mo", role="moderator")
    listed = mo.get("/wallet/desk/rules").text
    assert all(kind.title in listed for kind in KINDS)
    assert 'href="/wallet/desk/rules/velocity"' not in listed
    at = "/wallet/desk/rules/velocity"
    assert 'value="8"' in boss.get(at).text
    wrong = boss.submit(at, page=at, threshold="0", weight="35", on="1", reason="Fewer")
    assert wrong.status_code == 422
    done = boss.submit(at, page=at, threshold="10", weight="40", on="1", reason="Fewer holds at the fair")
    assert done.status_code == 303, done.text
    assert "Fewer holds at the fair" in mo.get("/wallet/desk/rules").text
    assert boss.get("/wallet/desk/rules/nothing").status_code == 404
    off = boss.submit(at, page=at, threshold="10", weight="40", reason="Not at all this week")
    assert off.status_code == 303
    assert boss.submit("/wallet/desk/rules/review", page="/wallet/desk/rules/review", threshold="70",
                       reason="Fewer holds").status_code == 303  # fmt: skip


def test_members_reach_none_of_it(bank: Bank) -> None:
    ada, mo = bank.browser("ada"), bank.site.browser("mo", role="moderator")
    token, weak = bank.site.as_("ada"), bank.site.as_("mo", {"wallet:read", "wallet:pay"})
    found = mine()
    assert len(found) >= 24
    for method, path, access in found:
        where = re.sub(r"\{code[^}]*\}", "velocity", path)
        where = re.sub(r"\{[^}]+\}", "1", where)
        assert access in ("moderator", "admin"), path
        if "/api/" in path:
            for client in (token, weak):
                answer = client.request(method, where, json={})
                assert answer.status_code in (403, 404), (method, where, answer.text)
            assert bank.site.anonymous.request(method, where, json={}).status_code == 401
        else:
            assert visit(ada, method, where).status_code == 403, (method, where)
            if access == "admin":
                assert visit(mo, method, where).status_code == 403, (method, where)


def visit(client: Client, method: str, where: str):  # type: ignore[no-untyped-def]
    return client.submit(where, page="/wallet") if method == "POST" else client.get(where)
