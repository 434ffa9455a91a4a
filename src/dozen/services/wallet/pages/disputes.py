"""Disputes in the HTML door: of both sides, and at the operators' desk."""

from __future__ import annotations

from typing import Any, Literal

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import ids, money
from dozen.kit.errors import Fault
from dozen.services.wallet import acting, looking
from dozen.services.wallet.errors import BadAmount
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import (
    REALM,
    amount_of,
    new_key,
    page,
    pages,
    problem,
    shown_again,
    typed,
)
from dozen.services.wallet.service import (
    decisions,
    dispute_losses,
    disputes,
    evidence,
    merchants,
    unclaimed,
)
from dozen.services.wallet.showing import MOST_UPLOAD, received
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.disputes import REASONS, Dispute, DisputeState
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

AT, DESK = "/wallet/disputes", f"{HERE}/disputes"
STATES: dict[DisputeState, tuple[str, str]] = {
    "open": ("Waits for an answer", "info"),
    "deciding": ("Is being decided", "warning"),
    "refunded": ("Given back", "success"),
    "rejected": ("Stays as it is", ""),
    "accepted": ("Given back", "success"),
    "withdrawn": ("Taken back", ""),
}
_PAGE = 20


def _files(tx: Tx, found: Dispute) -> list[dict[str, Any]]:
    """What was shown, and by whom; for who may see it."""
    return [
        {
            "whose": each.owner_id,
            "kind": each.kind,
            "name": each.filename or "A picture",
            "href": evidence.link(tx, each),
            "width": each.width or 4,
            "height": each.height or 3,
        }
        for each in evidence.shown(tx, found.id)
    ]


def _story(found: Dispute) -> list[dict[str, Any]]:
    """What happened, in order."""
    steps: list[dict[str, Any]] = [{"at": ids.moment(found.id), "title": "Opened"}]
    if found.answered_at is not None:
        steps.append({"at": found.answered_at, "title": "Answered"})
    if found.decided_at is not None:
        steps.append({"at": found.decided_at, "title": "Decided"})
    if found.standing:
        waits = "Waits for an answer" if found.state == "open" else "Waits for a decision"
        steps.append({"at": found.due_at, "title": waits, "now": True})
    elif found.decided_at is None:
        steps.append({"at": found.changed_at, "title": STATES[found.state][0]})
    return steps


def _name(tx: Tx, found: Dispute, cards: dict[int, accounts.Card]) -> str:
    """How the other side of the payer is called."""
    if found.merchant:
        return merchants.merchant(tx, found.merchant).name
    card = cards.get(found.respondent)
    return (card.name or f"@{card.username}") if card is not None else "Who was paid"


@pages.get("/disputes")
def index(call: Call, side: Literal["mine", "against"] = "mine", cursor: Cursor | None = None) -> Page:
    """Those that I opened, and those against what I was paid."""
    tx, name = call.tx, f"disputes page {side}"
    before = call.cursors.open_id(name, cursor)
    found = disputes.mine(tx, call.me, against=side == "against", before=before or ids.MAX, limit=_PAGE)
    more = call.cursors.seal(name, found[-1].id) if len(found) == _PAGE else None
    cards = accounts.cards(tx, {each.payer for each in found} | {each.respondent for each in found} - {0})
    return page(
        call,
        "disputes",
        found=found,
        side=side,
        names={each.id: _name(tx, each, cards) for each in found},
        reasons=REASONS,
        dispute_states=STATES,
        cards=cards,
        next=next_page(AT, more, side=side),
    )


@pages.get("/disputes/new")
def new(call: Call, payment: int) -> Page:
    """A form about one payment."""
    return _form(call, call.tx, payment)


def _form(call: Call, tx: Tx, payment_id: int, given: dict[str, str] | None = None) -> Page:
    payment = disputes.disputable(tx, call.me, payment_id)
    return page(
        call,
        "dispute_form",
        payment=payment,
        name=_payee(tx, payment),
        reasons=list(REASONS.items()),
        given=given or {},
        most_files=evidence.MOST_FILES,
    )


def _payee(tx: Tx, payment: Payment) -> str:
    if payment.merchant:
        return merchants.merchant(tx, payment.merchant).name
    card = accounts.cards(tx, [payment.payee]).get(payment.payee) if payment.payee else None
    if card is not None:
        return card.name or f"@{card.username}"
    detail = payment.detail if isinstance(payment.detail, dict) else {}
    return str(detail.get("name") or "the house")


@pages.post("/disputes", upload=True, max_body=MOST_UPLOAD, limit=(30, 3600), keeps=("words",))
async def open_dispute(call: Call, form: Form) -> Any:
    """Open it."""
    given = typed(form, "reason", "words", "amount")
    payment_id = form.number("payment") or 0
    payment = await call.read(disputes.disputable, call.me, payment_id)
    try:
        amount = amount_of(form, payment.currency) if given["amount"].strip() else None
        new = disputes.NewDispute(
            payment_id=payment_id, reason=given["reason"], words=given["words"], amount=amount,
            files=await received(call, form),
        )  # fmt: skip
        made = await call.write(disputes.open_dispute, call.me, new)
    except Fault as fault:
        return await shown_again(call, lambda tx: _form(call, tx, payment_id, given), fault)
    return Redirect(f"{AT}/{made.id}", flash="Opened. You are told what becomes of it")


@pages.get("/disputes/{dispute_id}")
def show(call: Call, dispute_id: int) -> Page:
    """One, with what I can do about it."""
    return _show(call, call.tx, dispute_id)


def _show(call: Call, tx: Tx, dispute_id: int, given: dict[str, str] | None = None) -> Page:
    found = disputes.one(tx, call.me, dispute_id)
    cards = accounts.cards(tx, {found.payer, found.respondent} - {0})
    return page(
        call,
        "dispute",
        x=found,
        mine=found.payer == call.me,
        name=_name(tx, found, cards),
        cards=cards,
        files=_files(tx, found),
        story=_story(found),
        reasons=REASONS,
        dispute_states=STATES,
        given=given or {},
        key=new_key(),
    )


@pages.post(
    "/disputes/{dispute_id}/answer", upload=True, max_body=MOST_UPLOAD, limit=(30, 3600), keeps=("words",)
)
async def answer(call: Call, dispute_id: int, form: Form) -> Any:
    """Say how it was."""
    given = typed(form, "words")
    await call.read(disputes.one, call.me, dispute_id)
    try:
        files = await received(call, form)
        await call.write(disputes.answer, call.me, dispute_id, given["words"], files)
    except Fault as fault:
        return await shown_again(call, lambda tx: _show(call, tx, dispute_id, given), fault)
    return Redirect(f"{AT}/{dispute_id}", flash="Answered. An operator decides now")


@pages.post("/disputes/{dispute_id}/accept", limit=(30, 600))
async def accept(call: Call, dispute_id: int, form: Form) -> Any:
    """Give back what is asked for."""
    try:
        await acting.carry_out(
            call,
            lambda tx, proof, device: disputes.accept(tx, call.me, dispute_id, proof=proof, device_id=device),
            result=Dispute,
            pin=form.get("pin").strip(),
            key=form.get("key"),
            asked=[],
            realm=REALM,
        )
    except Fault as fault:
        if fault.status == 404:
            raise
        return await shown_again(call, lambda tx: _show(call, tx, dispute_id), fault)
    return Redirect(f"{AT}/{dispute_id}", flash="Given back")


@pages.post("/disputes/{dispute_id}/withdraw", limit=(30, 600))
def withdraw(call: Call, dispute_id: int, form: Form) -> Redirect:
    disputes.withdraw(call.tx, call.me, dispute_id)
    return Redirect(f"{AT}/{dispute_id}", flash="Taken back. You may open it again")


@pages.post("/disputes/{dispute_id}/evidence", upload=True, max_body=MOST_UPLOAD, limit=(30, 3600))
async def add_files(call: Call, dispute_id: int, form: Form) -> Any:
    """Show more."""
    await call.read(disputes.one, call.me, dispute_id)
    try:
        await call.write(disputes.add_files, call.me, dispute_id, await received(call, form))
    except Fault as fault:
        return await shown_again(call, lambda tx: _show(call, tx, dispute_id), fault)
    return Redirect(f"{AT}/{dispute_id}", flash="Added")


# At the desk


@pages.get("/desk/disputes", access="moderator")
def queue(call: Call, state: DisputeState = "deciding", cursor: Cursor | None = None) -> Page:
    """What is to be decided, the longest first; or what became of others."""
    tx, name = call.tx, f"desk disputes {state}"
    found = decisions.queue(
        tx, looking.operator(call), state, before=call.cursors.open_id(name, cursor), limit=_PAGE
    )
    more = call.cursors.seal(name, found[-1].id) if len(found) == _PAGE else None
    cards = accounts.cards(tx, {each.payer for each in found} | {each.respondent for each in found} - {0})
    return desk_page(
        call,
        "desk_disputes",
        DESK,
        found=found,
        state=state,
        names={each.id: _name(tx, each, cards) for each in found},
        reasons=REASONS,
        dispute_states=STATES,
        cards=cards,
        next=next_page(DESK, more, state=state),
    )


@pages.get("/desk/disputes/{dispute_id}", access="moderator")
def look(call: Call, dispute_id: int) -> Page:
    """What both say and show, and the decision."""
    return _look(call, call.tx, dispute_id)


def _look(call: Call, tx: Tx, dispute_id: int, fault: Fault | None = None, **values: Any) -> Page:
    found, payment = decisions.look(tx, looking.operator(call), dispute_id)
    cards = accounts.cards(tx, {found.payer, found.respondent, found.decided_by} - {0})
    told = problem(fault) if fault is not None else {}
    most = min(found.amount, payment.refundable)
    gone = decisions.gone(tx, payment) if found.state == "deciding" else 0
    left = unclaimed.left_by(tx, gone, found.currency) if gone else 0
    return desk_page(
        call,
        "desk_dispute",
        DESK,
        tx=tx,
        x=found,
        payment=payment,
        most=most,
        whole=money.plain(most, found.currency),
        name=_name(tx, found, cards),
        cards=cards,
        files=_files(tx, found),
        story=_story(found),
        reasons=REASONS,
        dispute_states=STATES,
        gone=bool(gone),
        left=min(left, most),
        proposed=dispute_losses.waiting(tx, found.id) if gone else None,
        own=call.me in (found.payer, found.respondent),
        **told,
        **values,
    )


@pages.post("/desk/disputes/{dispute_id}/decide", access="moderator", limit=(120, 600), keeps=("reason",))
def decide(call: Call, dispute_id: int, form: Form) -> Any:
    """Give all of it back, a part or nothing."""
    tx, given = call.tx, typed(form, "verdict", "amount", "reason")
    try:
        with tx.savepoint():
            found, payment = decisions.look(tx, looking.operator(call), dispute_id)
            amount = 0
            if given["verdict"] == "whole":
                amount = min(found.amount, payment.refundable)
            elif given["verdict"] == "part":
                amount = amount_of(form, found.currency)
            elif given["verdict"] != "nothing":
                raise BadAmount(fields={"verdict": "Choose one of the list"})
            decisions.decide(tx, looking.operator(call), dispute_id, amount, given["reason"])
    except Fault as fault:
        if fault.status == 404:
            raise
        return _look(call, tx, dispute_id, fault, given=given)
    return Redirect(DESK, flash="Decided, and both are told")


@pages.post("/desk/disputes/{dispute_id}/propose", access="admin", limit=(120, 600), keeps=("reason",))
def propose(call: Call, dispute_id: int, form: Form) -> Any:
    """Who was paid is gone: out of what they left, and of the house's, if another administrator approves."""
    tx, given = call.tx, typed(form, "verdict", "amount", "left_behind", "reason")
    try:
        with tx.savepoint():
            found, payment = decisions.look(tx, looking.operator(call), dispute_id)
            whole = given["verdict"] == "whole"
            amount = min(found.amount, payment.refundable) if whole else amount_of(form, found.currency)
            left = _left(given["left_behind"], found.currency)
            made = dispute_losses.propose(
                tx, looking.operator(call), dispute_id, amount, given["reason"], left_behind=left
            )
    except Fault as fault:
        if fault.status == 404:
            raise
        return _look(call, tx, dispute_id, fault, given=given)
    to = f"{HERE}/adjustments/{made.id}"
    return Redirect(to, flash="Proposed. Another administrator must approve it.")


def _left(text: str, currency: str) -> int | None:
    """Nothing is an amount here; an empty field is none. Raises BadAmount."""
    if not text.strip():
        return None
    try:
        return money.parse(text.strip().replace(",", ""), currency)
    except ValueError as error:
        raise BadAmount(fields={"left_behind": BadAmount.title}) from error
