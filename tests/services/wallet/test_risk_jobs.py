"""Background work for disputes and papers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from dozen.core import accounts, ledger, moderation
from dozen.core.jobs import Job, Registry, Runner
from dozen.kit import clock
from dozen.services.wallet.jobs import forget as forget_wallet
from dozen.services.wallet.queries import identities as papers
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.risk_jobs import WORK, forget
from dozen.services.wallet.service import disputes, evidence, wallets
from tests.services.wallet.service.risk.test_checking import device, pay
from tests.services.wallet.service.test_disputes import bought, opened
from tests.services.wallet.service.test_identities import submitted
from tests.services.wallet.staff import staff
from tests.support.people import make_people
from tests.support.town import Town


def test_unanswered_disputes_go_to_the_operators(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    me, _, payment = bought(town)
    made = opened(town, payment)
    town.env.part(Registry).add(*WORK)
    runner = Runner(town.env, town.db)
    runner.tick()
    later = clock.now() + 8 * clock.DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    runner.tick()
    assert runner.drain() >= 1
    assert town.read(disputes.one, me, made.id).state == "deciding"


def test_who_was_purged_is_forgotten(town: Town, tmp_path: Path) -> None:
    me, other, payment = bought(town)
    picture = tmp_path / "document.png"
    Image.new("RGB", (80, 50), (120, 140, 160)).save(picture)
    town.write(pay, me, other, 100, device(town, me, "mine"))
    made, showed = opened(town, payment), submitted(town, me, picture, tier=3, address="12 Hill Road, Pune",
                                                    files=_two(town, me, picture))  # fmt: skip
    boss = staff(town)
    admin = make_people(town, 1, role="admin")[0]
    town.write(accounts.remove_account, admin, me)
    town.write(accounts.purge, me)
    for job in (forget_wallet, forget):
        job(town.env, Job(0, "wallet.forget", {}, 1, 0))
    assert town.read(papers.by_id.first, id=showed.id) is None
    assert town.read(evidence.shown, showed.id) == []
    assert town.read(queries.look.first, person=me, device=0) == (None, 0)
    kept = town.read(disputes.one, other, made.id)
    assert (kept.words, kept.state, kept.amount) == ("", "withdrawn", payment.amount)
    lines = town.read(moderation.log, boss, subject=("wallet", me))
    assert [each.action for each in lines] == ["wallet.identity.erased"]
    assert town.read(wallets.wallet, me).state == "closed"
    assert town.read(ledger.verify).ok


def _two(town: Town, me: int, picture: Path) -> tuple[int, ...]:
    return tuple(evidence.receive(town.env, me, picture).id for _ in range(2))
