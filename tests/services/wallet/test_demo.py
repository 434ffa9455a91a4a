"""The sample data: believable, and the books are right."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from dozen.core import accounts, ledger
from dozen.kit import clock
from dozen.services.wallet import demo, listen
from dozen.services.wallet.service import history, requests, wallets
from tests.support.people import make_people
from tests.support.town import Town


def test_two_months_of_a_town(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(town.env)
    people = make_people(town, 8)
    monkeypatch.setitem(demo.HOLDERS, "small", 8)
    for others in ("PLANNERS", "LOADERS"):
        monkeypatch.setattr(demo, others, [])
    (tmp_path / "demo-logins.txt").write_text("Demo logins\n")
    told: list[tuple[int, int]] = []
    demo.load(town.env, size="small", seed=12, progress=lambda done, total, what: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 150
    assert demo.PIN in (tmp_path / "demo-logins.txt").read_text()
    assert town.read(ledger.verify).ok
    for person in people:
        wallet = town.read(wallets.wallet, person)
        now = town.read(wallets.balance, wallet)
        assert now.balance >= 0
        lines = town.read(history.history, wallet, limit=200).lines
        assert len(lines) > 10
        assert lines[-1].at < clock.now() - 50 * clock.DAY
        assert all(a.at >= b.at for a, b in pairwise(lines))
    assert town.read(requests.waiting, people[0])
    assert len(town.read(history.months, town.read(wallets.wallet, people[0]))) >= 3
    assert town.read(accounts.how_many) == 8
