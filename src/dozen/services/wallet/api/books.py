"""The books in the native JSON door, for administrators."""

from __future__ import annotations

from dozen.services.wallet import looking
from dozen.services.wallet.api.desk import Date, Decimals, Short, desk
from dozen.services.wallet.errors import desk as faults
from dozen.services.wallet.schemas import books as shapes
from dozen.services.wallet.schemas.common import Currency
from dozen.services.wallet.service import books
from dozen.services.wallet.service.desk import SCOPE
from dozen.services.wallet.structs.books import Search
from dozen.web import Call, Cursor, Limit, Listing, Reply


@desk.get("/books", access="admin", scope=SCOPE)
async def trial(call: Call) -> shapes.TrialShape:
    """The trial balance by currency and purpose, with the last seal. `balanced`: it comes to zero."""
    actor = looking.operator(call)
    return shapes.trial(await looking.aside(call, lambda tx: books.trial(tx, actor)))


@desk.get("/accounts", access="admin", scope=SCOPE, raises=[faults.NoSuchMember])
def accounts(
    call: Call, person: Short = "", purpose: Short = "", currency: Currency | None = None
) -> list[shapes.AccountShape]:
    """A person's accounts by `person` (their username); without one, the house's own (at most 200)."""
    actor = looking.operator(call)
    if person:
        found = [
            each
            for each in books.accounts_of(call.tx, actor, person)[1]
            if purpose in ("", each.account.purpose) and currency in (None, each.account.currency)
        ]
    else:
        found = books.house_accounts(call.tx, actor, purpose=purpose, currency=currency or "")
    return [shapes.account(each) for each in found]


@desk.get("/accounts/{account_id}", access="admin", scope=SCOPE, raises=[faults.NoSuchEntry])
def account(call: Call, account_id: int) -> shapes.AccountShape:
    """One account and what is in it."""
    found = books.account(call.tx, looking.operator(call), account_id, Search(), limit=1)
    return shapes.account(found.balance)


@desk.get("/accounts/{account_id}/entries", access="admin", scope=SCOPE, raises=[faults.NoSuchEntry])
def entries(
    call: Call,
    account_id: int,
    kind: Short = "",
    start: Date = "",
    end: Date = "",
    smallest: Decimals = "",
    largest: Decimals = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Listing[shapes.EntryShape]:
    """An account's entries, newest first. A page may be short, even empty, while there is a `next_cursor`."""
    actor = looking.operator(call)
    where = books.account(call.tx, actor, account_id, Search(), limit=1).account
    search = looking.search_of(
        where.currency, kind=kind, start=start, end=end, smallest=smallest, largest=largest
    )
    scope = f"desk entries {account_id}"
    found = books.account(
        call.tx, actor, account_id, search, before=call.cursors.open_id(scope, cursor), limit=limit
    )
    more = call.cursors.seal(scope, found.more) if found.more is not None else None
    return Listing([shapes.entry(each) for each in found.entries], more)


@desk.get("/journal", access="admin", scope=SCOPE, raises=[faults.NoSuchEntry])
def journal(
    call: Call,
    account: Short = "",
    subject: Short = "",
    kind: Short = "",
    currency: Short = "",
    start: Date = "",
    end: Date = "",
    smallest: Decimals = "",
    largest: Decimals = "",
    cursor: Cursor | None = None,
    limit: Limit = 50,
) -> Listing[shapes.TransferShape]:
    """Transfers, newest first: all, of an account, or about something. A page may be short, even empty, while
    there is a `next_cursor`."""
    tx = call.tx
    search = looking.search_of(
        call.env.settings.wallet_currency,
        account=account,
        subject=subject,
        kind=kind,
        currency=currency,
        start=start,
        end=end,
        smallest=smallest,
        largest=largest,
    )
    scope = f"desk transfers {search.account or 0} {search.subject or 0}"
    before = call.cursors.open_id(scope, cursor)
    found = books.journal(tx, looking.operator(call), search, before=before, limit=limit)
    there = books.named(tx, {side.account_id for each in found.transfers for side in each.postings})
    more = call.cursors.seal(scope, found.more) if found.more is not None else None
    return Listing([shapes.transfer(each, there) for each in found.transfers], more)


@desk.get("/journal/{any_id}", access="admin", scope=SCOPE, raises=[faults.NoSuchEntry])
def transfer(call: Call, any_id: int) -> shapes.EntryWholeShape:
    """One transfer with all that hangs on it, by its id, its payment's or its hold's."""
    return shapes.whole(books.entry(call.tx, looking.operator(call), any_id))


@desk.post(
    "/verifications", access="admin", scope=SCOPE, status=202, raises=[faults.ProofRuns], limit=(30, 3600)
)
def verify(call: Call, data: shapes.NewVerification) -> Reply[shapes.VerificationShape]:
    """Have the books proved by a job; ask its address how far it is."""
    made = books.verify(call.tx, looking.operator(call), full=data.full)
    where = f"/wallet/api/desk/verifications/{made.id}"
    return Reply(shapes.verification(made), status=202, headers=[("location", where)])


@desk.get("/verifications", access="admin", scope=SCOPE)
def verifications(
    call: Call, cursor: Cursor | None = None, limit: Limit = 20
) -> Listing[shapes.VerificationShape]:
    """Proofs, the latest first."""
    before = call.cursors.open_id("desk verifications", cursor)
    found = books.verifications(call.tx, looking.operator(call), before=before, limit=limit)
    more = call.cursors.seal("desk verifications", found[-1].id) if len(found) == limit else None
    return Listing([shapes.verification(each) for each in found], more)


@desk.get("/verifications/{verification_id}", access="admin", scope=SCOPE, raises=[faults.NoSuchEntry])
def verification(call: Call, verification_id: int) -> shapes.VerificationShape:
    """How far a proof is, or what it found."""
    return shapes.verification(books.verification(call.tx, looking.operator(call), verification_id))
