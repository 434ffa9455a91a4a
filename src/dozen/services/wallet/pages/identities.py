"""Showing who one is, in the HTML door; the operators' queue of papers; what levels allow."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import accounts
from dozen.core.media import Media
from dozen.db import Tx
from dozen.kit import money
from dozen.kit.errors import Fault
from dozen.services.wallet import looking
from dozen.services.wallet.errors import NoWallet
from dozen.services.wallet.errors.identities import BadIdentity
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import amount_of, page, pages, problem, shown_again, typed
from dozen.services.wallet.schemas.identities import hidden
from dozen.services.wallet.service import evidence, identities, tiers, wallets
from dozen.services.wallet.showing import MOST_UPLOAD, received
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.identities import DOCUMENTS, IdentityState
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

AT, DESK = "/wallet/identity", f"{HERE}/identities"
LEVELS = f"{DESK}/levels"
STATES: dict[IdentityState, tuple[str, str]] = {
    "waiting": ("Being looked at", "warning"),
    "approved": ("Accepted", "success"),
    "refused": ("Not accepted", "danger"),
    "withdrawn": ("Taken back", ""),
    "erased": ("Erased", ""),
}
_FIELDS = ("tier", "name", "birth_date", "country", "document", "number", "address")
_LIMITS = ("payment", "day", "month", "balance")
_PAGE = 30


@pages.get("/identity")
def mine(call: Call) -> Page:
    """My level, what the others allow, and a form for them."""
    return _mine(call, call.tx)


def _mine(call: Call, tx: Tx, given: dict[str, str] | None = None) -> Page:
    holder = wallets.holder(tx, call.me)
    if holder is None:
        raise NoWallet
    found = identities.mine(tx, call.me)
    currency = wallets.home_currency(tx)
    waiting = any(each.state == "waiting" for each, _ in found)
    levels = [
        (each, tiers.NAMES[each], tiers.allowed(tx, each, currency)) for each in range(1, tiers.TOP + 1)
    ]
    return page(
        call,
        "identity",
        holder=holder,
        level=tiers.NAMES[holder.tier],
        currency=currency,
        levels=levels,
        above=[each for each in levels if each[0] > max(1, holder.tier)] if not waiting else [],
        found=found,
        waiting=waiting,
        has_papers=any(said is not None for _, said in found),
        hidden=hidden,
        rests=lambda each: identities.counts(each, holder.tier),
        documents=list(DOCUMENTS.items()),
        document_names=DOCUMENTS,
        identity_states=STATES,
        most_files=evidence.MOST_FILES,
        given=given or {},
    )


@pages.post("/identity", upload=True, max_body=MOST_UPLOAD, limit=(20, 3600))
async def submit(call: Call, form: Form) -> Any:
    """Ask for a level."""
    given = typed(form, *_FIELDS)
    try:
        tier = form.number("tier") or 0
        await call.read(identities.may_submit, call.me, tier)
        new = identities.NewIdentity(
            tier=tier,
            name=given["name"],
            birth_date=given["birth_date"].strip(),
            country=given["country"].strip().upper(),
            document=given["document"],
            number=given["number"],
            address=given["address"],
        )
        await call.read(lambda tx: identities.checked(new, tx.now))  # before pictures are worked on
        if not form.files("files"):
            raise BadIdentity(fields={"files": "A picture of the document"})
        files = await received(call, form)
        await call.write(identities.submit, call.me, msgspec.structs.replace(new, files=files))
    except Fault as fault:
        return await shown_again(call, lambda tx: _mine(call, tx, given), fault)
    return Redirect(AT, flash="Thank you. You are told when somebody has looked")


@pages.post("/identity/withdraw", limit=(20, 3600))
def withdraw(call: Call, form: Form) -> Redirect:
    identities.withdraw(call.tx, call.me)
    return Redirect(AT, flash="Taken back, and erased")


@pages.post("/identity/erase", limit=(20, 3600))
def erase(call: Call, form: Form) -> Redirect:
    identities.erase(call.tx, call.me)
    return Redirect(AT, flash="Your papers are erased")


@pages.post("/identity/{identity_id}/erase", limit=(20, 3600))
def erase_one(call: Call, identity_id: int, form: Form) -> Redirect:
    """Papers on which no level rests."""
    identities.erase_one(call.tx, call.me, identity_id)
    return Redirect(AT, flash="Erased, with their pictures")


# At the desk


@pages.get("/desk/identities", access="moderator")
def queue(call: Call, state: IdentityState = "waiting", cursor: Cursor | None = None) -> Page:
    """Who waits, the longest first; what they said is not in it."""
    tx, name = call.tx, f"desk identities {state}"
    found = identities.queue(
        tx, looking.operator(call), state, before=call.cursors.open_id(name, cursor), limit=_PAGE
    )
    more = call.cursors.seal(name, found[-1].id) if len(found) == _PAGE else None
    return desk_page(
        call,
        "desk_identities",
        DESK,
        found=found,
        state=state,
        levels=tiers.NAMES,
        identity_states=STATES,
        cards=accounts.cards(tx, {each.person for each in found}),
        next=next_page(DESK, more, state=state),
    )


@pages.get("/desk/identities/levels", access="moderator")
def levels(call: Call, currency: str = "") -> Page:
    """What each level allows; administrators set it."""
    return _levels(call, call.tx, currency)


def _levels(call: Call, tx: Tx, currency: str, fault: Fault | None = None, **values: Any) -> Page:
    home = wallets.home_currency(tx)
    known = sorted({home, *wallets.CURRENCIES}, key=lambda each: (each != home, each))
    wanted = currency if currency in known else home
    told = problem(fault) if fault is not None else {}
    history = tiers.history(tx, looking.operator(call))
    return desk_page(
        call,
        "desk_levels",
        DESK,
        tx=tx,
        currency=wanted,
        currencies=known,
        levels=[
            (each, tiers.NAMES[each], tiers.allowed(tx, each, wanted)) for each in range(1, tiers.TOP + 1)
        ],
        names=tiers.NAMES,
        plain=lambda amount: money.plain(amount or 0, wanted),
        history=history,
        cards=accounts.cards(tx, {each.changed_by for each in history} - {0}),
        **told,
        **values,
    )


@pages.post("/desk/identities/levels", access="admin", limit=(60, 600), keeps=("reason",))
def set_level(call: Call, form: Form) -> Any:
    """It counts from the next payment on."""
    tx, given = call.tx, typed(form, "tier", "currency", "reason", *_LIMITS)
    currency = given["currency"][:3]
    try:
        with tx.savepoint():
            amounts = {name: amount_of(form, currency, name) for name in _LIMITS}
            tiers.change(
                tx, looking.operator(call), form.number("tier") or 0, currency, Limits(**amounts),
                given["reason"],
            )  # fmt: skip
    except Fault as fault:
        return _levels(call, tx, currency, fault, given=given)
    return Redirect(f"{LEVELS}?currency={currency}", flash="Set. It counts from the next payment on")


@pages.get("/desk/identities/{identity_id}", access="moderator")
async def look(call: Call, identity_id: int) -> Page:
    """What somebody showed. That an operator looked is written down."""
    return await call.write(lambda tx: _look(call, tx, identity_id))


def _look(call: Call, tx: Tx, identity_id: int, fault: Fault | None = None, **values: Any) -> Page:
    found = identities.open_folder(tx, looking.operator(call), identity_id)
    told = problem(fault) if fault is not None else {}
    people = {found.identity.person, found.identity.decided_by, *found.twins} - {0}
    return desk_page(
        call,
        "desk_identity",
        DESK,
        tx=tx,
        i=found.identity,
        papers=found.papers,
        files=[_file(tx, each) for each in found.files],
        twins=found.twins,
        earlier=found.earlier,
        level=tiers.NAMES[found.identity.tier],
        levels=tiers.NAMES,
        documents=DOCUMENTS,
        identity_states=STATES,
        cards=accounts.cards(tx, people),
        **told,
        **values,
    )


def _file(tx: Tx, item: Media) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "name": item.filename or "A picture",
        "href": evidence.link(tx, item),
        "width": item.width or 4,
        "height": item.height or 3,
    }


@pages.post("/desk/identities/{identity_id}/approve", access="moderator", limit=(120, 600))
def approve(call: Call, identity_id: int, form: Form) -> Redirect:
    """Raise them to the level."""
    identities.approve(call.tx, looking.operator(call), identity_id)
    return Redirect(DESK, flash="Accepted, and they are told")


@pages.post("/desk/identities/{identity_id}/refuse", access="moderator", limit=(120, 600), keeps=("reason",))
def refuse(call: Call, identity_id: int, form: Form) -> Any:
    """With a reason that they read."""
    try:
        identities.refuse(call.tx, looking.operator(call), identity_id, form.get("reason"))
    except Fault as fault:
        if fault.status != 422:
            raise
        return _look(call, call.tx, identity_id, fault, given=typed(form, "reason"))
    return Redirect(DESK, flash="Not accepted, and they are told why")
