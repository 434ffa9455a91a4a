"""Sample data of the operators' desk: two administrators, and something for the second to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from dozen.core import accounts, ledger
from dozen.kit import clock
from dozen.services.wallet import demo, desk_demo, listen
from dozen.services.wallet.service import adjustments, figures
from tests.services.wallet.operators import operator
from tests.support.people import make_people
from tests.support.town import Town


def test_a_proposal_waits_and_figures_are_there(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen(town.env)
    people = make_people(town, 6)
    town.write(accounts.promote, people[0])
    monkeypatch.setitem(demo.HOLDERS, "small", 6)
    monkeypatch.setattr(demo, "PLANNERS", [])
    monkeypatch.setattr(demo, "LOADERS", [desk_demo.load])
    (tmp_path / "demo-logins.txt").write_text("Demo logins\n")
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: None)
    first = town.read(accounts.cards, people[:1])[people[0]]
    boss = operator(town, first.username)
    (waiting,) = town.read(lambda tx: adjustments.listed(tx, boss, waiting_only=True))
    second = town.read(accounts.profile, waiting.proposed_by)
    assert second.role == "admin"
    assert waiting.proposed_by != boss.person_id
    assert f"@{second.username} is an administrator" in (tmp_path / "demo-logins.txt").read_text()
    assert town.write(adjustments.approve, boss, waiting.id).state == "approved"
    assert town.read(ledger.verify).ok
    now = clock.now()
    of = town.read(figures.span, now - 60 * clock.DAY, None)
    assert town.read(figures.volume, boss, "INR", of).total("count") > 50
    assert sum(each.active for each in town.read(figures.active, boss, "INR", of)) > 50
