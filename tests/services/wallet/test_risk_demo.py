"""Sample data of the review queue: something in every state, and the books are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import accounts, ledger
from dozen.services.wallet import demo, listen, risk_demo
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import decisions, identities, reviews
from tests.services.wallet.staff import staff
from tests.support.people import make_people
from tests.support.town import Town


def test_a_living_queue(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hashing_outside: list[int]
) -> None:
    listen(town.env)
    people = make_people(town, 36)
    town.write(accounts.promote, people[0])
    monkeypatch.setitem(demo.HOLDERS, "small", 36)
    monkeypatch.setattr(demo, "LOADERS", [risk_demo.load])
    monkeypatch.setattr(demo, "PLANNERS", [])
    told: list[str] = []
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: told.append(what))
    assert told[-1] == "Review queue"
    assert len(hashing_outside) == 5
    boss = staff(town)
    waiting = town.read(reviews.queue, boss)
    assert len(waiting) >= 3
    assert {"new_device"} <= {each.code for found in waiting for each in found.reasons}
    assert town.read(reviews.queue, boss, "approved")
    assert town.read(reviews.queue, boss, "declined")
    assert len(town.read(identities.queue, boss)) == 3
    assert town.read(identities.queue, boss, "refused")
    assert town.read(identities.queue, boss, "approved")
    assert town.read(decisions.queue, boss)
    assert town.read(decisions.queue, boss, "open")
    habits = [town.read(queries.look.first, person=each, device=0) for each in people]
    assert all(row is not None and row[0] is not None and len(row[0]) < 1_000 for row in habits)
    assert town.read(ledger.verify).ok
