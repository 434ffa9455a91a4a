"""Background work of the wallet."""

from __future__ import annotations

import pytest

from dozen.core import accounts, ledger, notifications
from dozen.core.jobs import Job, Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet import errors
from dozen.services.wallet.jobs import WORK, forget
from dozen.services.wallet.service import devices, receivers, reminders, requests, sending, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import Standing, Verdict
from tests.services.wallet.folk import make_holders
from tests.support.people import make_people
from tests.support.town import Town


def run_all(town: Town, monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    """Have all schedules come round, so much later."""
    town.env.part(Registry).add(*WORK)
    runner = Runner(town.env, town.db)
    runner.tick()
    later = clock.now() + ms
    monkeypatch.setattr(clock, "now", lambda: later)
    assert runner.tick() == len(town.env.part(Registry).schedules)
    assert runner.drain() >= 4


def test_by_the_clock(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = make_holders(town, 2, money=10_000)
    ask = town.write(requests.ask, a, b, 100, "INR")
    name = "@" + town.read(accounts.cards, [b])[b].username
    town.write(reminders.add, a, name, 500, "INR", clock.now() + clock.HOUR)
    town.env.part(Hooks).add_risk(lambda tx, draft: Verdict("review", ("new",)))
    town.write(lambda tx: sending.send(tx, a, b, 700, "INR", proof=Standing("import")))
    run_all(town, monkeypatch, 31 * clock.DAY)
    assert town.read(requests.one, a, ask.id).ask.state == "expired"
    kinds = [each.kind for each in town.read(notifications.list_plain, a)]
    assert (kinds.count("wallet.reminder"), kinds.count("wallet.undone")) == (1, 1)
    found = town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, a)))
    assert (found.balance, found.held) == (10_000, 0)


def test_who_is_gone_is_forgotten(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    phone = town.read(wallets.holder, a).phone  # type: ignore[union-attr]

    def use(tx: Tx) -> int:
        devices.seen(tx, a, "s", kind="browser", name="x", address="")
        receivers.take_handle(tx, a, "ada.home")
        requests.ask(tx, a, b, 100, "INR")
        return sending.send(tx, a, b, 700, "INR", note="tea", proof=Standing("import")).payment.id

    town.write(use)
    admin = make_people(town, 1, role="admin")[0]
    town.write(accounts.remove_account, admin, a)
    town.write(accounts.purge, a)
    forget(town.env, Job(0, "wallet.forget", {}, 1, 0))
    holder = town.read(wallets.holder, a)
    assert holder is not None
    assert (holder.phone, holder.pin_set_at, town.read(devices.mine, a)) == (None, None, [])
    for text in ("ada.home@dozen", phone):
        with pytest.raises(errors.NoSuchReceiver):
            town.read(receivers.find, b, text or "", "INR")
    assert town.read(requests.how_many_waiting, b) == 0
    with pytest.raises(errors.WalletClosed):
        town.write(lambda tx: sending.send(tx, a, b, 1, "INR", proof=Standing("import")))
    with pytest.raises(errors.NoWallet):
        town.write(lambda tx: sending.send(tx, b, a, 1, "INR", proof=Standing("import")))
    assert town.read(ledger.verify).ok
