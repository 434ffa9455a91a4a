"""Several at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet.service import limits, requests, sending, wallets
from dozen.services.wallet.service.movements import Standing
from dozen.services.wallet.structs import Receipt
from tests.services.wallet.folk import make_holders, proof, spent_today
from tests.support.town import Town


def at_once(town: Town, works: list[Callable[[Tx], object]]) -> Counter[str]:
    """What came of each: ``ok`` or a fault's code."""

    def run(work: Callable[[Tx], object]) -> str:
        try:
            town.write(work)
        except Fault as fault:
            return fault.code
        return "ok"

    with ThreadPoolExecutor(len(works)) as threads:
        return Counter(threads.map(run, works))


def balance(town: Town, person: int) -> int:
    return town.read(lambda tx: wallets.balance(tx, wallets.wallet(tx, person)).balance)


def test_the_last_money_is_paid_once(town: Town) -> None:
    a, b, c = make_holders(town, 3, money=1_000)

    def pay(to: int) -> Callable[[Tx], object]:
        return lambda tx: sending.send(tx, a, to, 700, "INR", proof=Standing("import"))

    assert at_once(town, [pay(b), pay(c)] * 3) == {"ok": 1, "insufficient_funds": 5}
    assert balance(town, a) == 300
    assert balance(town, b) + balance(town, c) == 2_700
    assert town.read(ledger.verify).ok


def test_the_last_of_a_limit_is_used_once(town: Town) -> None:
    a, b = make_holders(town, 2, money=100_000)
    town.write(lambda tx: limits.set_own(tx, a, "INR", {"day": 1_000}, None))
    works = [lambda tx: sending.send(tx, a, b, 400, "INR", proof=Standing("import"))] * 6
    assert at_once(town, works) == {"ok": 2, "over_limit": 4}
    assert town.read(spent_today, a) == 800


def test_one_key_at_once(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)

    def once(tx: Tx) -> object:
        return ledger.once(
            tx,
            ledger.Key("wallet.api", a, "k"),
            "print",
            lambda tx: sending.send(tx, a, b, 100, "INR", proof=Standing("import")),
            Receipt,
        )

    assert at_once(town, [once] * 6) == {"ok": 6}
    assert balance(town, b) == 10_100


def test_paying_each_other_does_not_lock(town: Town) -> None:
    people = make_holders(town, 4, money=10_000)

    def pay(a: int, b: int) -> Callable[[Tx], object]:
        return lambda tx: sending.send(tx, a, b, 10, "INR", proof=Standing("import"))

    works = [pay(a, b) for a in people for b in people if a != b]
    assert at_once(town, works) == {"ok": len(works)}
    assert [balance(town, each) for each in people] == [10_000] * 4


def test_a_request_is_paid_once(town: Town) -> None:
    a, b = make_holders(town, 2, money=10_000)
    ask = town.write(requests.ask, a, b, 500, "INR")
    proofs = [town.write(proof, b) for _ in range(4)]
    works = [lambda tx, p=each: requests.pay(tx, b, ask.id, proof=p) for each in proofs]
    assert at_once(town, works) == {"ok": 1, "request_not_open": 3}  # type: ignore[arg-type]
    assert balance(town, a) == 10_500
