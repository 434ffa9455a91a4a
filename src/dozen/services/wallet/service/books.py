"""The books, for administrators: the trial balance, the journal, accounts, proofs of all of it."""

from __future__ import annotations

import logging
from collections.abc import Collection
from time import monotonic
from typing import Any

import msgspec

from dozen.core import accounts, jobs, ledger, realtime
from dozen.core.accounts import Actor
from dozen.core.jobs import Job
from dozen.core.ledger import MOST_AMOUNT
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.kit.ids import MAX
from dozen.services.wallet.errors.desk import NoSuchEntry, NoSuchMember, ProofRuns
from dozen.services.wallet.queries import books as queries
from dozen.services.wallet.queries import payments
from dozen.services.wallet.service import desk
from dozen.services.wallet.structs.books import (
    AccountPage,
    EntryWhole,
    JournalPage,
    Search,
    Trial,
    TrialOf,
    Verification,
)

VERIFY = "wallet.verify"
TOPIC = "wallet.verification"
"""Of realtime's events while a proof runs; the key is its id."""
STAGES = ("sums", "seals", "chains", "postings", "reversals")
"""What the ledger proves, in this order."""
ATTEMPTS = 3
_SILENT = 15 * clock.MINUTE
"""A proof that said nothing for so long has lost its worker for good."""
_EVERY = 0.5
MOST = 200

log = logging.getLogger("dozen.wallet")


# The trial balance


def trial(tx: Tx, actor: Actor) -> Trial:
    """All that is in the books, by currency and purpose, with the proof that it comes to zero. Reads every
    balance once: for a thread. Raises NotOperator."""
    desk.must_be_admin(actor)
    by_currency: dict[str, list[ledger.TrialLine]] = {}
    for line in ledger.trial_balance(tx):
        by_currency.setdefault(line.currency, []).append(line)
    made = tuple(
        TrialOf(
            currency,
            tuple(lines),
            sum(each.debit for each in lines),
            sum(each.credit for each in lines),
            sum(each.held for each in lines),
        )
        for currency, lines in sorted(by_currency.items())
    )
    return Trial(tx.now, made, ledger.newest_seal(tx), ledger.unsealed(tx))


def house_accounts(
    tx: Tx, actor: Actor, *, purpose: str = "", currency: str = "", limit: int = MOST
) -> list[ledger.Balance]:
    """The house's own accounts with what is in them, by purpose and currency. Raises NotOperator."""
    desk.must_be_admin(actor)
    found = [
        each
        for each in ledger.accounts_of(tx, 0, limit=5_000)
        if purpose in ("", each.purpose) and currency in ("", each.currency)
    ][:limit]
    there = ledger.balances_by_id(tx, [each.id for each in found])
    return [there[each.id] for each in found]


def accounts_of(tx: Tx, actor: Actor, username: str) -> tuple[accounts.Card, list[ledger.Balance]]:
    """All accounts of a person. Raises NotOperator, NoSuchMember."""
    desk.must_be_admin(actor)
    card = accounts.by_username(tx, username.lstrip("@"))
    if card is None:
        raise NoSuchMember
    return card, ledger.balances(tx, card.id)


def named(tx: Tx, account_ids: Collection[int]) -> dict[int, ledger.Account]:
    """What accounts are; for pages whose handler has been through a verb that authorises."""
    return ledger.accounts_by_id(tx, account_ids)


# The journal


def journal(
    tx: Tx, actor: Actor, search: Search, *, before: int | None = None, limit: int = 50
) -> JournalPage:
    """Transfers, newest first; ``before`` is the ``more`` of the page before. A page looks at a bounded
    number of them, so it may be short, even empty, while there is ``more``. Raises NotOperator,
    NoSuchEntry (no such account)."""
    desk.must_be_admin(actor)
    limit = min(limit, MOST)
    if search.subject is not None:
        found = ledger.transfers_about(tx, search.subject, before=before, limit=limit)
        return JournalPage(
            tuple(each for each in found if _fits(each, search)),
            found[-1].id if len(found) == limit else None,
        )
    if search.account is not None:
        page = account(tx, actor, search.account, search, before=before, limit=limit)
        return JournalPage(tuple(ledger.one_transfer(tx, e.transfer_id) for e in page.entries), page.more)
    got = ledger.journal(
        tx,
        before=before,
        start=search.start,
        end=search.end,
        kind=search.kind or None,
        currency=search.currency,
        smallest=search.smallest or 0,
        largest=MOST_AMOUNT if search.largest is None else search.largest,
        limit=limit,
    )
    return JournalPage(got.transfers, got.more)


def _fits(made: ledger.Transfer, search: Search) -> bool:
    largest = MOST_AMOUNT if search.largest is None else search.largest
    return (
        search.kind in ("", made.kind)
        and (search.start is None or made.at >= search.start)
        and (search.end is None or made.at < search.end)
        and any(
            (search.smallest or 0) <= abs(side.amount) <= largest and search.currency in ("", side.currency)
            for side in made.postings
        )
    )


def account(
    tx: Tx, actor: Actor, account_id: int, search: Search, *, before: int | None = None, limit: int = 50
) -> AccountPage:
    """An account, what is in it, and its entries, newest first. Raises NotOperator, NoSuchEntry."""
    desk.must_be_admin(actor)
    try:
        balance = ledger.balance(tx, account_id)
    except ledger.errors.NoSuchAccount as error:
        raise NoSuchEntry from error
    found = ledger.statement(
        tx,
        account_id,
        before=before,
        limit=min(limit, MOST),
        kind=search.kind or None,
        start=search.start,
        end=search.end,
        smallest=search.smallest or 0,
        largest=MOST_AMOUNT if search.largest is None else search.largest,
    )
    return AccountPage(balance, found.entries, found.more)


def days_of(tx: Tx, actor: Actor, account_id: int, days: int = 30) -> list[ledger.DayTotal]:
    """What came into and went out of an account on each of the last days, empty ones too."""
    desk.must_be_admin(actor)
    end = tx.now // clock.DAY * clock.DAY + clock.DAY
    start = end - days * clock.DAY
    found = {each.day: each for each in ledger.daily_totals(tx, account_id, start=start, end=end)}
    return [found.get(day) or ledger.DayTotal(day, 0, 0, 0) for day in range(start, end, clock.DAY)]


def entry(tx: Tx, actor: Actor, any_id: int) -> EntryWhole:
    """A transfer with all its sides and what hangs on it, by its own id, its payment's or its hold's.

    Raises NotOperator, NoSuchEntry.
    """
    desk.must_be_admin(actor)
    payment = payments.by_id.first(tx, id=any_id)
    wanted = any_id if payment is None or payment.transfer_id is None else payment.transfer_id
    try:
        made = ledger.one_transfer(tx, wanted)
    except ledger.errors.NoSuchTransfer as error:
        captured = ledger.transfers_of_hold(tx, any_id, limit=1)
        if not captured:
            raise NoSuchEntry from error
        made = captured[0]
    if payment is None:
        payment = next(iter(payments.by_transfers.all(tx, ids=[made.id])), None)
    return EntryWhole(
        transfer=made,
        accounts=ledger.accounts_by_id(tx, {side.account_id for side in made.postings}),
        payment=payment,
        keys=tuple(ledger.keys_of(tx, made)),
        hold=ledger.one_hold(tx, made.hold_id) if made.hold_id is not None else None,
        captures=tuple(ledger.transfers_of_hold(tx, made.hold_id)) if made.hold_id is not None else (),
        reversed=ledger.one_transfer(tx, made.reverses) if made.reverses is not None else None,
        reversals=tuple(ledger.reversals_of(tx, made.id)),
        left=ledger.left_to_reverse(tx, made.id),
        seal=ledger.seal_of(tx, made.id),
    )


# Proofs


def verify(tx: Tx, actor: Actor, *, full: bool = True) -> Verification:
    """Have the books proved by a job. Raises NotOperator, ProofRuns."""
    desk.must_be_admin(actor)
    latest = next(iter(queries.latest.all(tx, before=MAX, limit=1)), None)
    if latest is not None and not latest.over:
        if tx.now - latest.changed_at < _SILENT:
            raise ProofRuns(proof=str(latest.id))
        _end(tx, latest.id, "failed", latest.done)
    made = Verification(
        tx.next_id(), actor.person_id, full, "waiting", "", 0, tx.now, None, 0, 0, 0, 0, 0, ()
    )
    queries.add(tx, **msgspec.structs.asdict(made))
    jobs.enqueue(tx, VERIFY, {"id": made.id, "full": full})
    desk.record(tx, actor.person_id, "verify", made.id, after={"full": full})
    return made


def verification(tx: Tx, actor: Actor, verification_id: int) -> Verification:
    """Raises NotOperator, NoSuchEntry."""
    desk.must_be_admin(actor)
    found = queries.one.first(tx, id=verification_id)
    if found is None:
        raise NoSuchEntry
    return found


def verifications(tx: Tx, actor: Actor, *, before: int | None = None, limit: int = 20) -> list[Verification]:
    """The latest first. Raises NotOperator."""
    desk.must_be_admin(actor)
    return queries.latest.all(tx, before=before or MAX, limit=min(limit, MOST))


def prove(env: Env, job: Job) -> None:
    """Prove the books, telling how far it is. Run again after its worker died, it begins anew."""
    db = jobs.database(env)
    this = int(job.payload["id"])
    said = 0.0

    def progress(check: str, fraction: float) -> None:
        nonlocal said
        whole = (STAGES.index(check) + fraction) / len(STAGES)
        job.progress(whole)
        if monotonic() - said >= _EVERY or not said:
            db.run_write(env, lambda tx: _say(tx, this, check, round(whole * 1000)))
            said = monotonic()

    try:
        report = ledger.doctor(db, env, full=bool(job.payload["full"]), progress=progress)
    except Exception:
        if job.attempt >= ATTEMPTS:
            db.run_write(env, lambda tx: _end(tx, this, "failed", 0))
        raise
    if not report.ok:
        log.critical("the books are wrong: %s", report.wrong[0])
    db.run_write(env, lambda tx: _end(tx, this, "right" if report.ok else "wrong", 1000, report))


def _say(tx: Tx, this: int, check: str, done: int) -> None:
    queries.advance(tx, this=this, check=check, thousandths=done, now=tx.now)
    realtime.publish(tx, TOPIC, this, {"state": "running", "stage": check, "done": done})


def _end(tx: Tx, this: int, outcome: str, done: int, report: ledger.Report | None = None) -> None:
    numbers: dict[str, Any] = {
        f"n_{name}": getattr(report, name) if report is not None else 0
        for name in ("accounts", "postings", "transfers", "seals", "unsealed")
    }
    wrong = [msgspec.structs.astuple(each) for each in report.wrong] if report is not None else []
    queries.end(tx, this=this, outcome=outcome, thousandths=done, now=tx.now, findings=wrong, **numbers)
    realtime.publish(tx, TOPIC, this, {"state": outcome, "stage": "", "done": done})
