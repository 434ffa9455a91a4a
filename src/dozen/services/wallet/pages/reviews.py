"""Held payments at the operators' desk: the queue, one payment with all that is known, the decision; and the
rules."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit.errors import Fault, Invalid
from dozen.services.wallet import looking
from dozen.services.wallet.errors.risk import NoSuchRule
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.service import merchants, reviews
from dozen.services.wallet.service.reviews import Case
from dozen.services.wallet.service.risk import tuning
from dozen.services.wallet.service.risk.rules import BY_CODE, KINDS, LEVELS, words
from dozen.services.wallet.structs.risk import FindingState, Reason
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

AT, RULES = f"{HERE}/review", f"{HERE}/rules"
STATES: dict[FindingState, tuple[str, str]] = {
    "open": ("Waits", "warning"),
    "approved": ("Let through", "success"),
    "declined": ("Declined", "danger"),
    "refused": ("Refused by the rules", "danger"),
    "expired": ("Expired", ""),
    "withdrawn": ("Called off", ""),
}
TITLES = {
    "review": ("Hold", "Payments with this score or more are held for review"),
    "refuse": ("Refuse", "Payments with this score or more are not made at all"),
}
_PAGE = 30
_ROW = 64
"""Pixels between two names of the picture."""


class Node(msgspec.Struct, frozen=True):
    """A device or a person in the picture of devices; ``y`` is in pixels."""

    y: int
    id: int
    name: str
    kind: str = ""


class Picture(msgspec.Struct, frozen=True):
    """Who pays from whose devices: devices on the left, people on the right, and lines between."""

    height: int
    devices: tuple[Node, ...]
    people: tuple[Node, ...]
    lines: tuple[tuple[int, int, bool], ...]
    """From this y on the left to that one on the right; whether it is the payer's own."""


def short(reasons: tuple[Reason, ...]) -> str:
    """The heaviest reasons, for a line of a list."""
    return " · ".join(BY_CODE[each.code].title if each.code in BY_CODE else each.code for each in reasons[:3])


@pages.get("/desk/review", access="moderator")
def queue(call: Call, state: FindingState = "open", cursor: Cursor | None = None) -> Page:
    """What waits, the longest first; or what became of it."""
    tx, actor = call.tx, looking.operator(call)
    name = f"desk review {state}"
    found = reviews.queue(tx, actor, state, before=call.cursors.open_id(name, cursor), limit=_PAGE)
    more = call.cursors.seal(name, found[-1].payment_id) if len(found) == _PAGE else None
    return desk_page(
        call,
        "desk_review",
        AT,
        found=found,
        state=state,
        finding_states=STATES,
        short=short,
        cards=accounts.cards(tx, {each.person for each in found} | {each.payee for each in found} - {0}),
        next=next_page(AT, more, state=state),
    )


@pages.get("/desk/review/{payment_id}", access="moderator")
def show(call: Call, payment_id: int) -> Page:
    """One payment: why it was flagged, whose it is, what they usually do."""
    return _show(call, call.tx, payment_id)


def _show(call: Call, tx: Tx, payment_id: int, fault: Fault | None = None, **values: Any) -> Page:
    actor = looking.operator(call)
    told = problem(fault) if fault is not None else {}
    found = reviews.case(tx, actor, payment_id)
    cards = accounts.cards(tx, reviews.people_in(found))
    merchant = found.payment.merchant if found.payment is not None else 0
    levels = tuning.rules(tx, actor)
    return desk_page(
        call,
        "desk_review_case",
        AT,
        tx=tx,
        c=found,
        f=found.finding,
        cards=cards,
        shop=merchants.merchant(tx, merchant) if merchant else None,
        reasons=[(each, words(each)) for each in found.finding.reasons],
        review_at=levels["review"].threshold,
        refuse_at=levels["refuse"].threshold,
        finding_states=STATES,
        short=short,
        picture=picture(found, cards),
        hours=[f"{hour:02}" for hour in range(24)],
        mine=call.me in (found.finding.person, found.finding.payee),
        own=call.me,
        **told,
        **values,
    )


def picture(found: Case, cards: dict[int, accounts.Card]) -> Picture | None:
    """Only where there is something to see: somebody else, or several devices."""
    names = {each.id: each.name for each in found.devices}
    if len({each.person for each in found.around}) < 2 and len(names) < 2:
        return None
    devices = list(dict.fromkeys(each.device_id for each in found.around)) or list(names)
    payer = found.finding.person
    people = [payer, *dict.fromkeys(each.person for each in found.around if each.person != payer)]
    rows = max(len(devices), len(people))

    def column(ids: list[int]) -> dict[int, int]:
        gap = _ROW * rows // len(ids)
        return {each: n * gap + gap // 2 for n, each in enumerate(ids)}

    left, right = column(devices), column(people)

    def person(each: int) -> str:
        return f"@{cards[each].username}" if each in cards else "somebody who is gone"

    return Picture(
        _ROW * rows,
        tuple(
            Node(y, each, names.get(each, "A device"), "here" if each == found.finding.device_id else "")
            for each, y in left.items()
        ),
        tuple(Node(y, each, person(each), "payer" if each == payer else "") for each, y in right.items()),
        tuple((left[each.device_id], right[each.person], each.person == payer) for each in found.around),
    )


@pages.post("/desk/review/{payment_id}/approve", access="moderator", limit=(120, 600), keeps=("reason",))
def approve(call: Call, payment_id: int, form: Form) -> Any:
    """Let it go on."""
    return _decide(call, payment_id, form, "The payment goes on", block=None)


@pages.post("/desk/review/{payment_id}/decline", access="moderator", limit=(120, 600), keeps=("reason",))
def decline(call: Call, payment_id: int, form: Form) -> Any:
    """It does not take place."""
    return _decide(call, payment_id, form, "The money is its payer's again", block=form.checked("block"))


def _decide(call: Call, payment_id: int, form: Form, said: str, *, block: bool | None) -> Any:
    tx, actor, note = call.tx, looking.operator(call), form.get("reason")
    try:
        with tx.savepoint():
            if block is None:
                reviews.approve(tx, actor, payment_id, note)
            else:
                reviews.decline(tx, actor, payment_id, note, block=block)
    except Fault as fault:
        if fault.status == 404:
            raise
        return _show(call, tx, payment_id, fault, given=typed(form, "reason"))
    following = reviews.queue(tx, actor, limit=1)
    return Redirect(f"{AT}/{following[0].payment_id}" if following else AT, flash=said)


# Rules


@pages.get("/desk/rules", access="moderator")
def rules(call: Call, cursor: Cursor | None = None) -> Page:
    """What is looked for, what it weighs, how often it was right, and what was changed."""
    tx, actor = call.tx, looking.operator(call)
    before = call.cursors.open_id("desk rules", cursor)
    history = tuning.history(tx, actor, **({"before": before} if before is not None else {}), limit=20)
    more = call.cursors.seal("desk rules", history[-1].id) if len(history) == 20 else None
    return desk_page(
        call,
        "desk_rules",
        RULES,
        looked_for=KINDS,
        rules=tuning.rules(tx, actor),
        counted=tuning.counted(tx, actor),
        titles=TITLES,
        by_code=BY_CODE,
        history=history,
        cards=accounts.cards(tx, {each.changed_by for each in history} - {0}),
        next=next_page(RULES, more),
    )


_Code = Annotated[str, msgspec.Meta(max_length=40)]


@pages.get("/desk/rules/{code}", access="admin")
def rule(call: Call, code: _Code) -> Page:
    """A form to set one."""
    return _rule(call, code)


def _rule(call: Call, code: str, fault: Fault | None = None, given: dict[str, str] | None = None) -> Page:
    found = tuning.rules(call.tx, looking.operator(call)).get(code)
    if found is None:
        raise NoSuchRule
    told = problem(fault) if fault is not None else {}
    now = {"weight": str(found.weight), "threshold": str(found.threshold), "on": "1" if found.on else ""}
    return desk_page(
        call,
        "desk_rule",
        RULES,
        rule=found,
        kind=BY_CODE.get(code),
        level=TITLES.get(code) if code in LEVELS else None,
        given=now if given is None else given,
        **told,
    )


@pages.post("/desk/rules/{code}", access="admin", limit=(60, 600), keeps=("reason",))
def set_rule(call: Call, code: _Code, form: Form) -> Any:
    """It counts from the next payment on."""
    given = typed(form, "weight", "threshold", "on", "reason")
    try:
        weight, threshold = form.number("weight"), form.number("threshold")
        if threshold is None or (weight is None and code not in LEVELS):
            raise Invalid(fields={"threshold": "This must be a whole number"})
        tuning.change(
            call.tx, looking.operator(call), code, weight or 0, threshold, on=form.checked("on"),
            reason=given["reason"],
        )  # fmt: skip
    except Fault as fault:
        if fault.status == 404:
            raise
        return _rule(call, code, fault, given)
    return Redirect(RULES, flash="Set. It counts from the next payment on")
