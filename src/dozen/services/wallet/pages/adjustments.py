"""Adjustments at the operators' desk: proposing, approving, rejecting."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.errors import Fault
from dozen.services.wallet import looking
from dozen.services.wallet.errors.desk import BadAdjustment
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.service import adjustments, books, dispute_losses, unclaimed, wallets
from dozen.services.wallet.structs.adjustments import NewLeg
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

AT = f"{HERE}/adjustments"
STATES = {
    "proposed": ("To approve", "warning"),
    "approved": ("Posted", "success"),
    "rejected": ("Rejected", "danger"),
    "withdrawn": ("Withdrawn", ""),
    "expired": ("Expired", ""),
}
_PAGE = 30
_ROWS = 4
"""Sides that the form has room for; there can be more in the JSON door."""
_FIELDS = (
    "currency",
    "reason",
    "left_by",
    *(f"{name}-{n}" for n in range(_ROWS) for name in ("account", "in", "out")),
)


@pages.get("/desk/adjustments", access="admin")
def listed(call: Call, cursor: Cursor | None = None) -> Page:
    """Those that wait, and all there were."""
    tx, actor = call.tx, looking.operator(call)
    before = call.cursors.open_id("desk adjustments", cursor)
    found = adjustments.listed(tx, actor, before=before, limit=_PAGE)
    more = call.cursors.seal("desk adjustments", found[-1].id) if len(found) == _PAGE else None
    waiting = adjustments.listed(tx, actor, waiting_only=True, limit=200) if before is None else []
    return desk_page(
        call,
        "desk_adjustments",
        AT,
        waiting=waiting,
        found=[each for each in found if not each.open(tx.now)],
        adjustment_states=STATES,
        now=tx.now,
        cards=accounts.cards(tx, {each.proposed_by for each in (*found, *waiting)}),
        next=next_page(AT, more),
    )


@pages.get("/desk/adjustments/new", access="admin")
def new(call: Call, account: str = "", out: str = "") -> Page:
    """A form for one."""
    first = {"account-0": account[:60], "account-1": adjustments.PURPOSE}
    return _form(call, call.tx, first | {"currency": wallets.home_currency(call.tx)})


def _form(call: Call, tx: Tx, given: dict[str, str], fault: Fault | None = None) -> Page:
    told = problem(fault) if fault is not None else {}
    if "legs" in told.get("wrong", {}):
        told["trouble"] = told["wrong"]["legs"]
    home = wallets.home_currency(tx)
    house = books.house_accounts(tx, looking.operator(call), currency=given.get("currency") or home)
    return desk_page(
        call,
        "desk_adjustment_form",
        AT,
        tx=tx,
        given=given,
        rows=range(_ROWS),
        purposes=sorted({each.account.purpose for each in house if not each.account.ref}),
        currencies=sorted({home, *wallets.CURRENCIES}, key=lambda each: (each != home, each)),
        **told,
    )


@pages.post("/desk/adjustments", access="admin", limit=(60, 600), keeps=("reason",))
def propose(call: Call, form: Form) -> Any:
    given = typed(form, *_FIELDS)
    try:
        with call.tx.savepoint():
            made = adjustments.propose(
                call.tx, looking.operator(call), given["currency"][:3], given["reason"], _legs(given),
                left_by=_left_by(given["left_by"]),
            )  # fmt: skip
    except Fault as fault:
        return _form(call, call.tx, given, fault)
    return Redirect(f"{AT}/{made.id}", flash="Proposed. Another administrator must approve it.")


def _left_by(text: str) -> int:
    """Raises BadAdjustment."""
    found = looking.id_of(text)
    if text.strip() and found is None:
        raise BadAdjustment(fields={"left_by": "This is not a number of somebody"})
    return found or 0


def _legs(given: dict[str, str]) -> list[NewLeg]:
    """Raises BadAdjustment. Fields are told by the number of the side among those that are filled in, so
    rows that were left empty in between are closed up first."""
    out: list[NewLeg] = []
    wrong: dict[str, str] = {}
    filled = [tuple(given[f"{name}-{n}"].strip() for name in ("account", "in", "out")) for n in range(_ROWS)]
    kept = [each for each in filled if any(each)]
    for n in range(_ROWS):
        values = kept[n] if n < len(kept) else ("", "", "")
        given.update(
            {f"{name}-{n}": value for name, value in zip(("account", "in", "out"), values, strict=True)}
        )
    for n, (account, into, out_of) in enumerate(kept):
        try:
            if bool(into) == bool(out_of):
                raise ValueError("either goes in or comes out")
            amount = money.parse((into or out_of).replace(",", ""), given["currency"][:3])
            if amount <= 0:
                raise ValueError("above zero")
        except ValueError:
            wrong[f"leg-{n}"] = "Write an amount above zero: what goes in, or what comes out"
            continue
        out.append(NewLeg(account, amount if into else -amount))
    if wrong:
        raise BadAdjustment(fields=wrong)
    return out


@pages.get("/desk/adjustments/{adjustment_id}", access="admin")
def show(call: Call, adjustment_id: int) -> Page:
    """One, with what can be decided about it."""
    return _show(call, call.tx, adjustment_id)


def _show(call: Call, tx: Tx, adjustment_id: int, fault: Fault | None = None, **values: Any) -> Page:
    told = problem(fault) if fault is not None else {}
    found = adjustments.get(tx, looking.operator(call), adjustment_id)
    there = books.named(tx, [leg.account_id for leg in found.legs])
    people = {found.proposed_by, found.decided_by or 0, *(each.owner for each in there.values())}
    return desk_page(
        call,
        "desk_adjustment",
        AT,
        tx=tx,
        a=found,
        about=dispute_losses.of_adjustment(tx, found.id),
        payout=unclaimed.of_adjustment(tx, found.id),
        open=found.open(tx.now),
        mine=found.proposed_by == call.me,
        there=there,
        now_in=ledger.balances_by_id(tx, list(there)),
        cards=accounts.cards(tx, people - {0}),
        adjustment_states=STATES,
        books=f"{HERE}/books",
        **told,
        **values,
    )


def _decide(call: Call, adjustment_id: int, form: Form, verb: Any, said: str) -> Any:
    try:
        with call.tx.savepoint():
            verb(call.tx, looking.operator(call), adjustment_id, form.get("reason"))
    except Fault as fault:
        return _show(call, call.tx, adjustment_id, fault, given=typed(form, "reason"))
    return Redirect(f"{AT}/{adjustment_id}", flash=said)


@pages.post("/desk/adjustments/{adjustment_id}/approve", access="admin", limit=(60, 600))
def approve(call: Call, adjustment_id: int, form: Form) -> Any:
    return _decide(call, adjustment_id, form, adjustments.approve, "Posted")


@pages.post("/desk/adjustments/{adjustment_id}/reject", access="admin", limit=(60, 600))
def reject(call: Call, adjustment_id: int, form: Form) -> Any:
    return _decide(call, adjustment_id, form, adjustments.reject, "It will not be posted")
