"""Whatever people do, the books are right."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import ledger
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet.service import (
    history,
    limits,
    refunding,
    requests,
    sending,
    settling,
    wallets,
)
from dozen.services.wallet.service.movements import Movement, Standing
from dozen.services.wallet.service.moving import move
from tests.services.wallet.folk import make_holders, proof, spent_today
from tests.support.town import Town

PEOPLE = 4
who = st.integers(0, PEOPLE - 1)
amount = st.integers(1, 9_000)
step = st.one_of(
    st.tuples(st.just("pay"), who, who, amount),
    st.tuples(st.just("hold"), who, who, amount),
    st.tuples(st.just("capture"), who, who, amount),
    st.tuples(st.just("drop"), who, who, amount),
    st.tuples(st.just("refund"), who, who, amount),
    st.tuples(st.just("ask"), who, who, amount),
    st.tuples(st.just("answer"), who, who, amount),
    st.tuples(st.just("freeze"), who, who, amount),
    st.tuples(st.just("unfreeze"), who, who, amount),
)


def do(tx: Tx, people: list[int], kept: dict[str, list[int]], what: str, a: int, b: int, n: int) -> None:
    me, other = people[a], people[b]
    if what == "pay":
        receipt = sending.send(tx, me, other, n, "INR", proof=proof(tx, me))
        kept["paid"].append(receipt.payment.id)
    elif what == "hold":
        receipt = move(
            tx,
            Movement(
                kind="person", actor=me, payer=wallets.party(tx, me), payee=wallets.party(tx, other),
                amount=n, currency="INR", proof=Standing("import"), fee=n // 50,
                authorise_until=tx.now + 10_000_000,
            ),
        )  # fmt: skip
        kept["held"].append(receipt.payment.id)
    elif what == "capture" and kept["held"]:
        payment = settling.locked(tx, kept["held"][n % len(kept["held"])])
        taken = 1 + n % payment.amount
        settling.capture(tx, payment.id, taken, fee=min(payment.fee, taken))
        kept["paid"].append(payment.id)
    elif what == "drop" and kept["held"]:
        settling.drop(tx, kept["held"][n % len(kept["held"])], "voided")
    elif what == "refund" and kept["paid"]:
        refunding.refund(tx, me, kept["paid"][n % len(kept["paid"])], n, proof=Standing("operator"))
    elif what == "ask":
        kept["asks"].append(requests.ask(tx, me, other, n, "INR").id)
    elif what == "answer" and kept["asks"]:
        requests.pay(tx, me, kept["asks"][n % len(kept["asks"])], proof=proof(tx, me))
    elif what == "freeze":
        wallets.freeze(tx, me, "INR")
    elif what == "unfreeze":
        wallets.unfreeze(tx, me, "INR", proof(tx, me))


@settings(max_examples=12)
@given(steps=st.lists(step, max_size=25))
def test_random_histories(town: Town, steps: list[Any]) -> None:
    people = make_holders(town, PEOPLE, money=10_000)
    kept: dict[str, list[int]] = {"paid": [], "held": [], "asks": []}
    for each in steps:
        before = {name: list(ids) for name, ids in kept.items()}
        try:
            town.write(do, people, kept, *each)
        except Fault:
            kept = before
    town.read(check, people)


def check(tx: Tx, people: list[int]) -> None:
    report = ledger.verify(tx)
    assert report.ok, report.wrong
    lines = ledger.trial_balance(tx)
    assert sum(line.credit - line.debit for line in lines) == 0
    for person in people:
        wallet = wallets.wallet(tx, person)
        now = wallets.balance(tx, wallet)
        assert now.balance >= now.held >= 0
        held = sum(line.payment.amount for line in history.under_way(tx, wallet) if line.payment is not None)
        assert now.held == held
        entries = []
        before = None
        while True:
            page = history.history(tx, wallet, before=before, limit=7)
            entries += page.lines
            if page.more is None:
                break
            before = page.more
        assert len({line.position for line in entries}) == len(entries)
        assert sum(line.amount for line in entries) == now.balance
        balance = 0
        for line in reversed(entries):
            balance += line.amount
            assert line.balance == balance
        sent = -sum(line.amount for line in entries if line.amount < 0 and line.kind in limits.COUNTED)
        assert spent_today(tx, person) == sent + held
