"""Corrections of the books that two people make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core import accounts, ledger, moderation, notifications
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet.errors import desk as faults
from dozen.services.wallet.service import adjustments, history, wallets
from dozen.services.wallet.structs.adjustments import Adjustment, NewLeg
from tests.services.wallet.folk import make_holders
from tests.services.wallet.operators import operator, outsiders
from tests.services.wallet.service.test_races import at_once, balance
from tests.support.town import Town

HOUSE = adjustments.PURPOSE


def code(town: Town, verb: Callable[..., Any], *args: Any, **given: Any) -> str:
    try:
        town.write(verb, *args, **given)
    except Fault as fault:
        return fault.code
    return "ok"


def name_of(town: Town, person: int) -> str:
    return "@" + town.read(accounts.cards, [person])[person].username


def propose(town: Town, by: Actor, person: int, amount: int = 150) -> Adjustment:
    legs = [NewLeg(name_of(town, person), amount), NewLeg(HOUSE, -amount)]
    return town.write(adjustments.propose, by, "INR", "charged twice at the market", legs)


def log(town: Town, boss: Actor) -> list[tuple[str, int, str]]:
    found = town.read(lambda tx: moderation.log(tx, boss))
    return [(each.action, each.actor_id, each.reason) for each in found]


def test_two_people_post_an_entry(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=1_000)
    boss, bea = operator(town, "boss"), operator(town, "bea")
    made = propose(town, boss, ada)
    assert (made.state, made.volume, balance(town, ada)) == ("proposed", 150, 1_000)
    assert town.read(adjustments.waiting) == 1
    assert code(town, adjustments.approve, boss, made.id) == "same_person"
    done = town.write(adjustments.approve, bea, made.id, "seen the roll")
    assert (done.state, done.decided_by, done.note) == ("approved", bea.person_id, "seen the roll")
    assert balance(town, ada) == 1_150
    assert done.transfer_id is not None
    entry = town.read(ledger.one_transfer, done.transfer_id)
    assert (entry.kind, entry.actor, entry.subject, entry.memo) == (
        adjustments.KIND, bea.person_id, made.id, "charged twice at the market",
    )  # fmt: skip
    assert entry.data == {"adjustment": str(made.id), "proposed_by": str(boss.person_id)}
    assert log(town, boss) == [
        ("wallet.adjustment.approved", bea.person_id, "seen the roll"),
        ("wallet.adjustment.propose", boss.person_id, "charged twice at the market"),
    ]
    # Whose wallet it is hears of it, and finds it in their history with the reason.
    (told,) = town.read(lambda tx: notifications.list_plain(tx, ada, kinds=["wallet.adjusted"], limit=5))
    assert "1.50" in str(told.data)
    line = town.read(lambda tx: history.history(tx, wallets.wallet(tx, ada))).lines[0]
    assert (line.kind, line.amount, line.note) == ("adjustment", 150, "charged twice at the market")
    assert told.subject_id == line.id
    by_kind = history.Filters(kind="adjustment")
    assert line in town.read(lambda tx: history.history(tx, wallets.wallet(tx, ada), by_kind)).lines
    assert town.read(ledger.verify).ok
    for verb in (adjustments.approve, adjustments.reject):
        assert code(town, verb, bea, made.id, "again") == "adjustment_decided"
    assert balance(town, ada) == 1_150


def test_rejecting_and_withdrawing(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss, bea = operator(town, "boss"), operator(town, "bea")
    one, other = propose(town, boss, ada), propose(town, boss, ada)
    assert code(town, adjustments.reject, bea, one.id, " ") == "reason_needed"
    assert town.write(adjustments.reject, bea, one.id, "no such sale").state == "rejected"
    assert town.write(adjustments.reject, boss, other.id, "a mistake of mine").state == "withdrawn"
    assert code(town, adjustments.approve, bea, one.id) == "adjustment_decided"
    assert code(town, adjustments.approve, bea, 77) == "no_such_adjustment"
    assert town.read(adjustments.waiting) == 0
    assert balance(town, ada) == 0
    assert [each[0] for each in log(town, boss)][:2] == [
        "wallet.adjustment.withdrawn", "wallet.adjustment.rejected",
    ]  # fmt: skip


def test_it_expires_after_seven_days(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss, bea = operator(town, "boss"), operator(town, "bea")
    made = propose(town, boss, ada)

    def later(tx: Tx, verb: Callable[..., Any], *args: Any) -> Any:
        tx.now = made.proposed_at + adjustments.LASTS + clock.SECOND
        return verb(tx, *args)

    # Also before anybody has swept.
    assert code(town, later, adjustments.approve, bea, made.id) == "adjustment_expired"
    assert town.read(later, adjustments.waiting) == 0
    assert town.read(later, adjustments.listed, boss) == [made]
    assert not made.open(made.expires_at)
    assert town.write(adjustments.expire) is False
    assert town.read(adjustments.get, boss, made.id).state == "proposed"
    town.write(later, adjustments.expire)
    swept = town.read(adjustments.get, boss, made.id)
    assert (swept.state, swept.decided_by) == ("expired", None)
    assert code(town, adjustments.approve, bea, made.id) == "adjustment_expired"
    assert log(town, boss)[0][:2] == ("wallet.adjustment.expired", 0)
    assert balance(town, ada) == 0


@pytest.mark.parametrize("currency", ["XYZ", "AAA", "inr", "EU", ""])
def test_no_account_is_opened_in_a_currency_that_nobody_has(town: Town, currency: str) -> None:
    (ada,) = make_holders(town, 1)
    boss = operator(town, "boss")
    before = town.read(lambda tx: ledger.accounts_of(tx, 0))
    for legs in (
        [NewLeg(HOUSE, 5), NewLeg(HOUSE, -5)],
        [NewLeg(name_of(town, ada), 5), NewLeg(HOUSE, -5)],
        [],
    ):
        with pytest.raises(faults.BadAdjustment) as refused:
            town.write(adjustments.propose, boss, currency, "a mistake", legs)
        assert list(refused.value.fields) == ["currency"]
    with pytest.raises(faults.BadAdjustment):
        town.write(adjustments.account_named, HOUSE, currency)
    assert town.read(lambda tx: ledger.accounts_of(tx, 0)) == before


def test_a_currency_of_former_days_can_be_put_right(town: Town) -> None:
    """An installation had another currency of its own once: its accounts are still there."""
    boss = operator(town, "boss")
    old = town.write(lambda tx: ledger.house(tx, "wallet.fees", "SEK", "income"))
    made = town.write(
        adjustments.propose, boss, "SEK", "an old fee", [NewLeg(str(old.id), -5), NewLeg(HOUSE, 5)]
    )
    assert made.volume == 5
    home = town.write(adjustments.account_named, HOUSE, "INR")
    assert home.currency == "INR"


def test_two_approvals_at_once_post_once(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss = operator(town, "boss")
    others = [operator(town, f"other{n}") for n in range(4)]
    made = propose(town, boss, ada)
    works: list[Callable[[Tx], object]] = [
        lambda tx, who=who: adjustments.approve(tx, who, made.id)  # type: ignore[misc]
        for who in others
    ]
    works.append(lambda tx: adjustments.reject(tx, boss, made.id, "too late?"))
    found = at_once(town, works)
    assert found["ok"] == 1
    assert found["adjustment_decided"] == 4
    state = town.read(adjustments.get, boss, made.id).state
    assert balance(town, ada) == (150 if state == "approved" else 0)
    about = town.read(lambda tx: ledger.transfers_about(tx, made.id))
    assert len(about) == (state == "approved")


def test_a_blocked_wallet_is_put_right_and_an_empty_one_not(town: Town) -> None:
    (ada,) = make_holders(town, 1, money=100)
    boss, bea = operator(town, "boss"), operator(town, "bea")
    town.write(wallets.block, ada, "INR", "looked into")
    much, little = propose(town, boss, ada, -101), propose(town, boss, ada, -100)
    assert code(town, adjustments.approve, bea, much.id) == "insufficient_funds"
    assert town.read(adjustments.get, boss, much.id).state == "proposed"
    assert town.write(adjustments.approve, bea, little.id).state == "approved"
    assert balance(town, ada) == 0
    assert town.read(lambda tx: wallets.wallet(tx, ada)).state == "blocked"


def test_what_cannot_be_proposed(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=100)
    boss = operator(town, "boss")
    a, b = name_of(town, ada), name_of(town, bo)
    euro = town.write(ledger.open_account, 5, "wallet", "EUR").id
    other = town.read(lambda tx: wallets.wallet(tx, ada)).account_id

    def wrong(*legs: tuple[str, Any], currency: str = "INR") -> dict[str, str]:
        with pytest.raises(faults.BadAdjustment) as caught:
            town.write(adjustments.propose, boss, currency, "because", [NewLeg(*leg) for leg in legs])
        return caught.value.fields

    assert set(wrong((a, 5))) == {"legs"}
    assert "₹0.01 more goes in" in wrong((a, 5), (b, -4))["legs"]
    assert set(wrong(*[(str(n), 1) for n in range(21)])) >= {"leg-0"}
    assert set(wrong((a, 0), (b, 0))) == {"leg-0", "leg-1"}
    assert set(wrong((a, 5.5), (b, -5))) == {"leg-0"}
    assert set(wrong((a, 10**16), (b, -(10**16)))) == {"leg-0", "leg-1"}
    assert set(wrong((a, 5), (str(other), -5))) == {"leg-1"}
    assert set(wrong((a, 5), (str(euro), -5))) == {"leg-1"}
    for nobody in ("@nobody", "nothing.such", "", "12345", "9" * 30, "ledger'; --", "@" + "x" * 500):
        assert set(wrong((a, 5), (nobody, -5))) == {"leg-1"}, nobody
    assert set(wrong((HOUSE, 5), (a, -5), currency="Yen")) == {"currency"}
    for why in ("", "  ", "ab", "x" * 141):
        legs = [NewLeg(a, 5), NewLeg(HOUSE, -5)]
        assert code(town, adjustments.propose, boss, "INR", why, legs) == "reason_needed"
    assert town.read(adjustments.listed, boss) == []


def test_only_administrators(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss = operator(town, "boss")
    made = propose(town, boss, ada)
    legs = [NewLeg(name_of(town, ada), 5), NewLeg(HOUSE, -5)]
    for who in outsiders(town):
        assert code(town, adjustments.propose, who, "INR", "because", legs) == "not_operator"
        assert code(town, adjustments.approve, who, made.id) == "not_operator"
        assert code(town, adjustments.reject, who, made.id, "because") == "not_operator"
        assert code(town, adjustments.get, who, made.id) == "not_operator"
        assert code(town, adjustments.listed, who) == "not_operator"
    assert code(town, adjustments.get, operator(town, "boss", scopes={"wallet:desk"}), made.id) == "ok"


def test_the_database_itself_wants_two_people(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    boss = operator(town, "boss")
    made = propose(town, boss, ada)

    def cheat(tx: Tx) -> None:
        tx.driver.execute(
            f"UPDATE wallet_adjustments SET state = 'approved', transfer_id = 1, "
            f"decided_by = {boss.person_id} WHERE id = {made.id}"
        )

    with pytest.raises(Exception, match="two_people"):
        town.write(cheat)


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["propose", "approve", "reject", "expire"]),
            st.integers(0, 2),
            st.integers(0, 4),
            st.integers(-300, 300).filter(bool),
        ),
        max_size=20,
    )
)
def test_whatever_operators_do_the_books_add_up(town: Town, steps: list[tuple[str, int, int, int]]) -> None:
    """What is in the wallet is what it began with and what was approved; nobody approves their own."""
    (ada,) = make_holders(town, 1, money=500)
    staff = [operator(town, f"staff{n}") for n in range(3)]
    made: list[int] = []
    for what, who, which, amount in steps:
        if what == "propose":
            made.append(propose(town, staff[who], ada, amount).id)
        elif what == "expire":
            town.write(adjustments.expire)
        elif made:
            verb = adjustments.approve if what == "approve" else adjustments.reject
            code(town, verb, staff[who], made[which % len(made)], "because")
    found = [town.read(adjustments.get, staff[0], each) for each in made]
    approved = [each for each in found if each.state == "approved"]
    assert balance(town, ada) == 500 + sum(each.legs[0].amount for each in approved)
    assert all(each.decided_by != each.proposed_by for each in approved)
    assert all((each.transfer_id is not None) == (each.state == "approved") for each in found)
    assert town.read(ledger.verify).ok
