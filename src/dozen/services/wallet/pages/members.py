"""People's wallets at the operators' desk: what state they are in, blocking and letting go."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts, moderation
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet import looking
from dozen.services.wallet.errors import NoWallet
from dozen.services.wallet.errors.desk import NoSuchMember
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.service import desk, members
from dozen.web import Call, Form, Page, Redirect

AT = f"{HERE}/people"
Short = Annotated[str, Meta(max_length=100)]
STATES = {
    "open": ("Open", "success"),
    "frozen": ("Frozen by its owner", "warning"),
    "blocked": ("Blocked", "danger"),
    "closed": ("Closed", ""),
}


@pages.get("/desk/people", access="moderator")
def find(call: Call, q: Short = "") -> Any:
    """Somebody by their username; administrators find by mobile number as well."""
    tx, actor = call.tx, looking.operator(call)
    trouble = ""
    if q.strip():
        try:
            return Redirect(f"{AT}/{members.find(tx, actor, q).username}")
        except NoSuchMember as fault:
            trouble = fault.detail
    return desk_page(
        call,
        "desk_people",
        AT,
        q=q,
        trouble=trouble,
        blocked=(found := members.blocked(tx, actor)),
        cards=accounts.cards(tx, {each.owner for each in found}),
    )


@pages.get("/desk/people/{username}", access="moderator")
def show(call: Call, username: str) -> Page:
    return _show(call, call.tx, username)


def _show(call: Call, tx: Tx, username: str, fault: Fault | None = None, **values: Any) -> Page:
    told = problem(fault) if fault is not None else {}
    actor = looking.operator(call)
    found = members.member(tx, actor, username)
    log = [
        entry
        for pocket in found.pockets
        for entry in moderation.log(tx, actor, subject=(desk.REALM, pocket.wallet.id), limit=10)
    ]
    people = {found.card.id, *(each.actor_id for each in log)}
    people |= {person for each in found.latest for person in (each.payer, each.payee)}
    return desk_page(
        call,
        "desk_person",
        AT,
        tx=tx,
        m=found,
        may=found.card.id != call.me,
        wallet_states=STATES,
        log=sorted(log, key=lambda each: -each.id),
        cards=accounts.cards(tx, people - {0}),
        **told,
        **values,
    )


@pages.post("/desk/people/{username}/block", access="moderator", limit=(60, 600))
def block(call: Call, username: str, form: Form) -> Any:
    return _decide(call, username, form, on=True)


@pages.post("/desk/people/{username}/unblock", access="moderator", limit=(60, 600))
def unblock(call: Call, username: str, form: Form) -> Any:
    return _decide(call, username, form, on=False)


def _decide(call: Call, username: str, form: Form, *, on: bool) -> Any:
    try:
        with call.tx.savepoint():
            members.block(
                call.tx,
                looking.operator(call),
                username,
                form.get("currency")[:3],
                form.get("reason"),
                on=on,
            )
    except (NoSuchMember, NoWallet):
        raise
    except Fault as fault:
        return _show(call, call.tx, username, fault, given=typed(form, "reason", "currency"))
    return Redirect(f"{AT}/{username}", flash="The wallet is blocked" if on else "The wallet is open again")
