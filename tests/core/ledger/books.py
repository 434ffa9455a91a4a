"""A few accounts to move money between, and short ways to do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from dozen.core import ledger
from dozen.core.ledger import Leg
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from tests.support.town import Town

ADA, BO, SHOP = 11, 12, 13


class Books:
    """``ada``, ``bo``, ``shop``: wallets in euro. ``gateway`` and ``fees`` (lanes) are the house's."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ada, self.bo, self.shop = (
            town.write(ledger.open_account, owner, "wallet", "EUR").id for owner in (ADA, BO, SHOP)
        )
        self.gateway = town.write(ledger.house, "gateway.card", "EUR", "asset").id
        self.fees = town.write(ledger.house, "fees", "EUR", "income").id

    def fund(self, account: int, amount: int) -> ledger.Transfer:
        return self.town.write(ledger.pay, self.gateway, account, amount, kind="wallet.topup")

    def pay(self, source: int, target: int, amount: int, **options: Any) -> ledger.Transfer:
        options.setdefault("kind", "wallet.payment")
        return self.town.write(ledger.pay, source, target, amount, **options)

    def move(self, *legs: tuple[int, int], **options: Any) -> ledger.Transfer:
        options.setdefault("kind", "wallet.payment")
        return self.town.write(ledger.transfer, [Leg(*leg) for leg in legs], **options)

    def reserve(self, account: int, amount: int, seconds: float = 600, **options: Any) -> ledger.Hold:
        options.setdefault("kind", "ride")
        until = clock.now() + int(seconds * 1000)
        return self.town.write(ledger.reserve, account, amount, expires_at=until, **options)

    def balance(self, account: int) -> int:
        return self.town.read(ledger.balance, account).balance

    def held(self, account: int) -> int:
        return self.town.read(ledger.balance, account).held

    def code(self, verb: Callable[..., Any], *args: Any, **options: Any) -> str:
        """The code of the fault that a verb raises in a transaction of its own."""
        try:
            self.town.write(verb, *args, **options)
        except Fault as fault:
            return fault.code
        raise AssertionError("nothing was raised")

    def count(self, table: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM ledger_{table}")[0][0])

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.town.read(lambda tx: tx.driver.execute(sql).fetchall())]

    def run(self, *sql: str) -> None:
        """SQL by hand, in one transaction."""

        def verb(tx: Tx) -> None:
            for each in sql:
                tx.driver.execute(each)

        self.town.write(verb)

    def events(self) -> list[tuple[int, dict[str, Any]]]:
        found = self.rows("SELECT key, data FROM realtime_events WHERE topic = 'ledger.account' ORDER BY seq")
        return [(key, msgspec.json.decode(data)) for key, data in found]

    def proved(self) -> ledger.Report:
        """The books, which must be right."""
        report = self.town.read(ledger.verify)
        assert report.ok, report.wrong
        return report
