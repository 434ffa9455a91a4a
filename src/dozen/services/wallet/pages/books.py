"""The books at the operators' desk: the trial balance, accounts, proofs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts
from dozen.core.realtime import Event
from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.errors import Fault
from dozen.services.wallet import finding, looking
from dozen.services.wallet.errors.desk import ProofRuns
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem
from dozen.services.wallet.service import books
from dozen.services.wallet.structs.books import Search, Trial, Verification
from dozen.web import Call, Cursor, Form, Page, Redirect, Reply, Stream
from dozen.web.paging import next_page
from dozen.web.replies import encode_json
from dozen.web.sse import Frames, stream

AT = f"{HERE}/books"
Short = Annotated[str, Meta(max_length=100)]
_PAGE = 30
PROOFS = {
    "waiting": ("Waits for its turn", "info"),
    "running": ("Runs", "info"),
    "right": ("All is right", "success"),
    "wrong": ("Something is wrong", "danger"),
    "failed": ("Did not finish", "warning"),
}
STAGES = {
    "sums": "Sums come to zero",
    "seals": "Seals over the journal",
    "chains": "Every balance from its entries",
    "postings": "Entries that hang in the air",
    "reversals": "What was given back",
}
STATES = {
    "open": "open",
    "no_out": "frozen by its owner: nothing goes out",
    "frozen": "frozen: nothing moves",
    "closed": "closed",
}


@pages.get("/desk/books", access="admin")
async def trial(call: Call) -> Page:
    """What is in the books, and the proof that it comes to zero."""
    actor = looking.operator(call)
    found = await looking.aside(call, lambda tx: books.trial(tx, actor))

    def build(tx: Tx) -> Page:
        latest = books.verifications(tx, actor, limit=5)
        return desk_page(
            call,
            "desk_books",
            AT,
            tx=tx,
            trial=found,
            sides=[_sides(each) for each in found.currencies],
            latest=latest,
            running=next((each for each in latest if not each.over), None),
            cards=accounts.cards(tx, {each.asked_by for each in latest}),
            proofs=PROOFS,
        )

    return await call.read(build)


def _sides(of: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Purposes by what the house owes, and what stands against that: both come to the same."""
    owed: list[dict[str, Any]] = []
    against: list[dict[str, Any]] = []
    for line in of.lines:
        net = line.credit - line.debit
        if net:
            side = owed if net > 0 else against
            side.append({"label": line.purpose, "value": abs(net)})
    return _ranked(owed), _ranked(against)


def _ranked(side: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(side, key=lambda each: -each["value"])


@pages.get("/desk/books/trial.csv", access="admin")
async def trial_csv(call: Call) -> Reply[bytes]:
    """The trial balance as a file."""
    actor = looking.operator(call)
    found = await looking.aside(call, lambda tx: books.trial(tx, actor))
    return finding.csv_reply(trial_as_csv(found), f"trial-balance-{clock.rfc3339(found.at)[:10]}")


def trial_as_csv(found: Trial) -> str:
    lines = ["currency,kind,purpose,accounts,debit,credit,held"]
    for of in found.currencies:
        for line in of.lines:
            amounts = (money.plain(each, of.currency) for each in (line.debit, line.credit, line.held))
            lines.append(",".join((of.currency, line.kind, line.purpose, str(line.accounts), *amounts)))
        sums = (money.plain(each, of.currency) for each in (of.debit, of.credit, of.held))
        lines.append(",".join((of.currency, "total", "", "", *sums)))
    return "\r\n".join(lines) + "\r\n"


# Accounts


@pages.get("/desk/books/accounts", access="admin")
def house(call: Call, purpose: Short = "", currency: Short = "") -> Page:
    """The house's own accounts."""
    found = books.house_accounts(call.tx, looking.operator(call), purpose=purpose, currency=currency)
    return desk_page(call, "desk_accounts", AT, balances=found, purpose=purpose, currency=currency)


@pages.get("/desk/books/accounts/{account_id}", access="admin")
def account(
    call: Call,
    account_id: int,
    kind: Short = "",
    start: Short = "",
    end: Short = "",
    smallest: Short = "",
    largest: Short = "",
    cursor: Cursor | None = None,
) -> Page:
    """One account: what is in it, and its entries."""
    tx, actor = call.tx, looking.operator(call)
    given = {"kind": kind, "start": start, "end": end, "smallest": smallest, "largest": largest}
    where = books.account(tx, actor, account_id, Search(), limit=1).account
    told: dict[str, Any] = {}
    try:
        search = looking.search_of(where.currency, **given)
    except Fault as fault:
        search, told = Search(), problem(fault)
    scope = f"desk account {account_id}"
    before = call.cursors.open_id(scope, cursor)
    found = books.account(tx, actor, account_id, search, before=before, limit=_PAGE)
    more = call.cursors.seal(scope, found.more) if found.more is not None else None
    days = books.days_of(tx, actor, account_id)
    path = f"{AT}/accounts/{account_id}"
    return desk_page(
        call,
        "desk_account",
        AT,
        found=found,
        account=where,
        balance=found.balance,
        account_states=STATES,
        cards=accounts.cards(tx, {where.owner, *(each.actor for each in found.entries)}),
        given=given,
        filtered=any(given.values()),
        days=days if cursor is None and any(each.count for each in days) else [],
        labels=[clock.to_datetime(each.day).strftime("%-d %b") for each in days],
        path_here=path,
        next=next_page(path, more, **given),
        **told,
    )


# Proofs


@pages.post("/desk/books/verifications", access="admin", limit=(30, 3600))
def verify(call: Call, form: Form) -> Redirect:
    """Have the books proved."""
    try:
        made = books.verify(call.tx, looking.operator(call), full=form.get("how") != "quick")
    except ProofRuns as fault:
        return Redirect(f"{AT}/verifications/{fault.extra['proof']}", flash=fault.detail, kind="info")
    return Redirect(f"{AT}/verifications/{made.id}")


@pages.get("/desk/books/verifications", access="admin")
def proofs(call: Call, cursor: Cursor | None = None) -> Page:
    """All proofs, the latest first."""
    tx = call.tx
    before = call.cursors.open_id("desk proofs", cursor)
    found = books.verifications(tx, looking.operator(call), before=before, limit=_PAGE)
    more = call.cursors.seal("desk proofs", found[-1].id) if len(found) == _PAGE else None
    return desk_page(
        call,
        "desk_proofs",
        AT,
        found=found,
        cards=accounts.cards(tx, {each.asked_by for each in found}),
        proofs=PROOFS,
        next=next_page(f"{AT}/verifications", more),
    )


@pages.get("/desk/books/verifications/{verification_id}", access="admin")
def proof(call: Call, verification_id: int) -> Page:
    """One proof: how far it is, or what it found."""
    tx = call.tx
    found = books.verification(tx, looking.operator(call), verification_id)
    return desk_page(
        call,
        "desk_proof",
        AT,
        cards=accounts.cards(tx, [found.asked_by]),
        stream="" if found.over else f"{AT}/verifications/{verification_id}/stream",
        **_shown(found),
    )


def _shown(found: Verification) -> dict[str, Any]:
    return {"v": found, "proofs": PROOFS, "stages": list(STAGES.items())}


@pages.get(
    "/desk/books/verifications/{verification_id}/stream",
    access="admin",
    streams=True,
    media="text/event-stream",
)
async def live(call: Call, verification_id: int) -> Stream:
    """How far a proof is, while it runs."""
    actor = looking.operator(call)

    async def now() -> Frames:
        found = await call.read(books.verification, actor, verification_id)
        html = call.server.frame.render(Page("wallet/desk_proof_state.html", **_shown(found)))
        return [("html", {"target": "#proof", "mode": "replace", "html": html})]

    async def shape(event: Event) -> Frames:
        return await now()

    await now()  # nobody listens to what is not there
    events = stream(call, [(books.TOPIC, verification_id)], shape)

    async def chunks() -> AsyncIterator[bytes]:
        # What happened between the page and this stream is told at its beginning.
        told = False
        async for chunk in events.chunks:
            yield chunk
            if not told:
                told = True
                for name, data in await now():
                    yield b"event: %s\ndata: %s\n\n" % (name.encode(), encode_json(data))

    return Stream(chunks())
