"""The journal at the operators' desk: searching it, and one entry with all that hangs on it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts
from dozen.core.ledger import Account, Transfer
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.services.wallet import looking
from dozen.services.wallet.errors.desk import NoSuchAdjustment, NoSuchEntry, NoSuchMember
from dozen.services.wallet.pages.books import AT as BOOKS
from dozen.services.wallet.pages.books import STATES
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem
from dozen.services.wallet.service import adjustments, books, wallets
from dozen.services.wallet.structs.books import Search
from dozen.web import Call, Cursor, Page, Redirect
from dozen.web.paging import next_page

AT = f"{HERE}/journal"
Short = Annotated[str, Meta(max_length=100)]
_PAGE = 30


@pages.get("/desk/journal", access="admin")
def browse(
    call: Call,
    q: Short = "",
    kind: Short = "",
    subject: Short = "",
    currency: Short = "",
    start: Short = "",
    end: Short = "",
    smallest: Short = "",
    largest: Short = "",
    cursor: Cursor | None = None,
) -> Any:
    """The journal, newest first; ``q`` is an id of anything, or ``@somebody``."""
    tx, actor = call.tx, looking.operator(call)
    wanted = looking.id_of(q)
    trouble = ""
    person = None
    their: list[Any] = []
    if wanted is not None:
        to = _address(call, tx, wanted)
        if to:
            return Redirect(to)
        trouble = "Nothing in the books has this id"
    elif q.strip():
        try:
            person, their = books.accounts_of(tx, actor, q.strip())
        except NoSuchMember as fault:
            trouble = fault.detail
    given = {
        "kind": kind,
        "subject": subject,
        "currency": currency,
        "start": start,
        "end": end,
        "smallest": smallest,
        "largest": largest,
    }
    home = wallets.home_currency(tx)
    told: dict[str, Any] = {}
    try:
        search = looking.search_of(home, **given)
    except Fault as fault:
        search, told = Search(), problem(fault)
    before = call.cursors.open_id("desk journal", cursor)
    show = not q.strip()
    found = books.journal(tx, actor, search, before=before, limit=_PAGE) if show else None
    made = list(found.transfers) if found is not None else []
    more = call.cursors.seal("desk journal", found.more) if found is not None and found.more else None
    there, cards = _names(tx, made)
    return desk_page(
        call,
        "desk_journal",
        AT,
        found=made,
        show=show,
        there=there,
        cards=cards,
        person=person,
        their=their,
        books=BOOKS,
        account_states=STATES,
        q=q,
        given=given,
        filtered=any(given.values()) or bool(told),
        home=home,
        next=next_page(AT, more, **given),
        **{"trouble": trouble} | told,
    )


def _address(call: Call, tx: Tx, wanted: int) -> str:
    """Where that is shown which has this id: a transfer, payment or hold, an account, an adjustment, or
    what transfers are about."""
    actor = looking.operator(call)
    try:
        return f"{AT}/{books.entry(tx, actor, wanted).transfer.id}"
    except NoSuchEntry:
        pass
    try:
        return f"{BOOKS}/accounts/{books.account(tx, actor, wanted, Search(), limit=1).account.id}"
    except NoSuchEntry:
        pass
    try:
        return f"{HERE}/adjustments/{adjustments.get(tx, actor, wanted).id}"
    except NoSuchAdjustment:
        pass
    about = books.journal(tx, actor, Search(subject=wanted), limit=1)
    return f"{AT}?subject={wanted}" if about.transfers else ""


def _names(tx: Tx, made: list[Transfer]) -> tuple[dict[int, Account], dict[int, accounts.Card]]:
    there = books.named(tx, {side.account_id for each in made for side in each.postings})
    people = {each.owner for each in there.values()} | {each.actor for each in made}
    return there, accounts.cards(tx, people - {0})


@pages.get("/desk/journal/{transfer_id}", access="admin")
def entry(call: Call, transfer_id: int) -> Page:
    """One entry: all its sides, its key, its hold, what it gives back and what gave it back, its seal."""
    tx = call.tx
    found = books.entry(tx, looking.operator(call), transfer_id)
    others = [*found.captures, *found.reversals, *([found.reversed] if found.reversed else [])]
    there, cards = _names(tx, [found.transfer, *others])
    return desk_page(call, "desk_entry", AT, e=found, there=there, cards=cards, books=BOOKS)
