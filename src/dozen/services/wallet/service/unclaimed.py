"""What people left who are gone: whose it is, of what lies in the house's account :data:`leaving.UNCLAIMED`.

The account is one for everybody in a currency, so each adjustment that takes from it (to heirs, to those who
had paid that person) or puts back into it says whose part that is. Nobody's part is taken twice, and nobody's
for another's debts: the row is counted when the adjustment is posted, and what would be too much is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dozen.core import ledger
from dozen.core.ledger import Leg
from dozen.db import Tx
from dozen.kit import money
from dozen.services.wallet.errors.desk import BadAdjustment, LeftLess
from dozen.services.wallet.queries import adjustments as queries
from dozen.services.wallet.queries import disputes as dispute_queries
from dozen.services.wallet.service import leaving
from dozen.services.wallet.structs.adjustments import Adjustment, Payout

_PAGE = 200


def left_by(tx: Tx, person: int, currency: str) -> int:
    """What somebody who is gone left, by the journal, and is still there: what heirs were paid, and those who
    had paid them, is taken off; never is it more than the account holds."""
    account = ledger.find_account(tx, 0, leaving.UNCLAIMED, currency)
    if account is None:
        return 0
    return _left(tx, person, currency, account.id, _came(tx, person, account.id))


def taken_by(tx: Tx, legs: Sequence[Leg], currency: str) -> int:
    """How much an entry takes out of what people left; below zero: what it puts there."""
    account = ledger.find_account(tx, 0, leaving.UNCLAIMED, currency)
    return -sum(leg.amount for leg in legs if account is not None and leg.account_id == account.id)


def check(tx: Tx, person: int, taken: int, currency: str) -> None:
    """Whether an adjustment may take so much of what ``person`` (0: not said) left. Raises BadAdjustment."""
    wrong = ""
    if taken and not person:
        wrong = "Say who left it: their number, as the journal's entries have it"
    elif person and not taken:
        wrong = f"No side of it is {leaving.UNCLAIMED}"
    elif person:
        account = ledger.find_account(tx, 0, leaving.UNCLAIMED, currency)
        came = _came(tx, person, account.id) if account is not None else 0
        if account is None or not came:
            wrong = f"Nobody with this number left anything in {currency}"
        elif taken > (left := _left(tx, person, currency, account.id, came)):
            wrong = f"Of what they left, {money.text(left, currency)} is still there"
    if wrong:
        raise BadAdjustment(fields={"left_by": wrong})


def keep(tx: Tx, found: Adjustment, person: int, taken: int) -> None:
    """Note whose part an adjustment takes."""
    queries.add_payout(tx, **msgspec.structs.asdict(Payout(found.id, person, taken)))


def of_adjustment(tx: Tx, adjustment_id: int) -> Payout | None:
    """Whose part it takes, if it takes any."""
    return queries.payout.first(tx, adjustment=adjustment_id)


def posted(tx: Tx, found: Adjustment) -> None:
    """An adjustment is being posted: what it takes must be there. Raises LeftLess."""
    row = of_adjustment(tx, found.id)
    if row is None or row.amount < 0:
        return
    account = ledger.find_account(tx, 0, leaving.UNCLAIMED, found.currency)
    assert account is not None
    after = _came(tx, row.person, account.id) - _went(tx, row.person, found.currency)
    if after < 0:
        raise LeftLess(left=max(0, after + row.amount))


def _came(tx: Tx, person: int, account: int) -> int:
    came, before = 0, None
    while found := ledger.transfers_about(tx, person, before=before, limit=_PAGE):
        came += sum(
            side.amount
            for each in found
            if each.kind == leaving.KIND
            for side in each.postings
            if side.account_id == account
        )
        before = found[-1].id
        if len(found) < _PAGE:
            break
    return came


def _left(tx: Tx, person: int, currency: str, account: int, came: int) -> int:
    return max(0, min(came - _went(tx, person, currency), ledger.balance(tx, account).balance))


def _went(tx: Tx, person: int, currency: str) -> int:
    given = {"person": person, "currency": currency}
    return (queries.paid_out.first(tx, **given) or 0) + (dispute_queries.taken.first(tx, **given) or 0)
