"""What happened in a wallet: the ledger's entries, with who and why. What other rooms moved is there, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from dozen.core import accounts, ledger
from dozen.core.accounts import Card
from dozen.core.ledger import MOST_AMOUNT, Entry
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.ids import MAX
from dozen.kit.text import fold
from dozen.services.wallet.errors import NoSuchPayment
from dozen.services.wallet.queries import days, payments, people
from dozen.services.wallet.service import limits
from dozen.services.wallet.structs import KINDS, Kind, Payment, Wallet

_CHUNK = 200
_DEPTH = 4_000
"""Entries that one page looks at in search of those that match; ``more`` says where to go on."""
_LEDGER_KINDS: dict[str, str] = {
    "topup": "payments.capture",
    **{kind: f"wallet.{kind}" for kind in KINDS if kind not in ("topup", "withdraw")},
}
"""By which kind of transfer the ledger finds a kind of payment; withdrawals have several."""
_ROOMS = {
    "payments.payout_asked": "withdraw",
    "payments.payout_failed": "withdraw",
    "payments.capture": "topup",
    "wallet.adjustment": "adjustment",
}

Direction = Literal["in", "out"]


class Filters(msgspec.Struct, frozen=True):
    """What to look for; nothing given is everything."""

    text: str = ""
    """Part of the note or of the other side's name."""
    kind: Kind | None = None
    direction: Direction | None = None
    start: int | None = None
    end: int | None = None
    """Milliseconds, the end excluded."""
    smallest: int | None = None
    largest: int | None = None
    """Minor units, whatever the direction."""

    @property
    def given(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Filters()


class Line(msgspec.Struct, frozen=True):
    """One entry of a wallet, as people see it."""

    id: int
    """The payment's, or the transfer's where another room moved it; :func:`one` takes either."""
    at: int
    kind: str
    """A :data:`Kind`, or a room's own word (``rides.fare``)."""
    amount: int
    """Signed: above zero came in."""
    currency: str
    balance: int
    """After it."""
    name: str
    """The other side."""
    other: Card | None
    note: str
    payment: Payment | None
    position: int
    entry: Entry | None = None

    @property
    def direction(self) -> Direction:
        return "in" if self.amount > 0 else "out"


class Lines(msgspec.Struct, frozen=True):
    """A page of them, newest first."""

    lines: tuple[Line, ...]
    more: int | None


def history(
    tx: Tx, wallet: Wallet, filters: Filters = EVERYTHING, *, before: int | None = None, limit: int = 30
) -> Lines:
    """A page of a wallet's history, newest first; ``before`` is the ``more`` of the page before."""
    found: list[Line] = []
    place, looked = before, 0
    wanted = fold(filters.text.strip()[:100])
    ledger_kind = _LEDGER_KINDS.get(filters.kind or "")
    plain = not wanted and filters.direction is None and (filters.kind is None or ledger_kind is not None)
    while True:
        page = ledger.statement(
            tx,
            wallet.account_id,
            before=place,
            limit=limit if plain else _CHUNK,
            kind=ledger_kind,
            start=filters.start,
            end=filters.end,
            smallest=filters.smallest or 0,
            largest=MOST_AMOUNT if filters.largest is None else filters.largest,
        )
        looked += len(page.entries)
        for line in lines_of(tx, wallet, page.entries):
            if _fits(line, filters, wanted):
                found.append(line)
                if len(found) == limit:
                    last = page.more is None and line.position == page.entries[-1].position
                    return Lines(tuple(found), None if last else line.position)
        place = page.more
        if place is None or looked >= _DEPTH:
            return Lines(tuple(found), place)


def _fits(line: Line, filters: Filters, wanted: str) -> bool:
    if filters.kind is not None and line.kind != filters.kind:
        return False
    if filters.direction is not None and line.direction != filters.direction:
        return False
    if not wanted:
        return True
    username = line.other.username if line.other is not None else ""
    return wanted in fold(f"{line.note}\n{line.name}\n{username}")


def lines_of(tx: Tx, wallet: Wallet, entries: Sequence[Entry]) -> list[Line]:
    """Entries with who and why, in the given order."""
    rows = _payments_of(tx, [each.transfer_id for each in entries])
    owners = _owners(tx, entries)
    ids = set(owners.values())
    for row in rows.values():
        ids |= {row.payer, row.payee}
    cards = accounts.cards(tx, ids - {0, wallet.owner})
    return [_line(each, rows.get(each.transfer_id), wallet, owners, cards) for each in entries]


def _payments_of(tx: Tx, transfers: Iterable[int]) -> dict[int, Payment]:
    found = payments.by_transfers.all(tx, ids=list(transfers))
    return {each.transfer_id: each for each in found if each.transfer_id is not None}


def _owners(tx: Tx, entries: Sequence[Entry]) -> dict[int, int]:
    """Whose the other sides are, by account."""
    ids = {side.account_id for each in entries for side in each.others}
    return {each: owner for each in ids if (owner := ledger.account(tx, each).owner)}


def _line(
    entry: Entry, row: Payment | None, wallet: Wallet, owners: dict[int, int], cards: dict[int, Card]
) -> Line:
    other_id = 0
    detail = row.detail if row is not None and isinstance(row.detail, dict) else {}
    if row is not None:
        other_id = row.payee if row.source == wallet.account_id else row.payer
        kind: str = row.kind
    else:
        kind = _ROOMS.get(entry.kind, entry.kind)
        other_id = next((owners[side.account_id] for side in entry.others if side.account_id in owners), 0)
    card = cards.get(other_id)
    shop = str(detail.get("shop") or "")
    name = shop or (card.name or f"@{card.username}" if card is not None else str(detail.get("name") or ""))
    if entry.kind == "payments.payout_failed":
        name = "Withdrawal returned"
    return Line(
        id=row.id if row is not None else entry.transfer_id,
        at=entry.at,
        kind=kind,
        amount=entry.amount,
        currency=entry.currency,
        balance=entry.balance_after,
        name=name or title_of(kind),
        other=None if shop else card,
        note=row.note if row is not None else entry.memo,
        payment=row,
        position=entry.position,
        entry=entry,
    )


def title_of(kind: str) -> str:
    """Words for a kind; for another room's, the room's name."""
    if kind in KINDS:
        return KINDS[kind]
    return kind.partition(".")[0].capitalize()


# One


class Detail(msgspec.Struct, frozen=True):
    """A payment or another room's transfer, as one of its sides may see it."""

    line: Line
    wallet: Wallet
    """The caller's, that it went out of or came into."""
    subject: Payment | None
    """What it gives back, for a refund."""
    refunds: tuple[Payment, ...]
    """What was given back of it."""


def one(tx: Tx, me: int, any_id: int) -> Detail:
    """By a payment's or a transfer's id. Raises NoSuchPayment, also for what is somebody else's."""
    row = payments.by_id.first(tx, id=any_id)
    if row is None:
        row = next(iter(payments.by_transfers.all(tx, ids=[any_id])), None)
    wallet = _wallet_in(tx, me, row, any_id)
    if wallet is None:
        raise NoSuchPayment
    line = _detail_line(tx, wallet, row, any_id)
    subject = None
    if row is not None and row.kind == "refund":
        subject = payments.by_id.first(tx, id=row.subject)
    given_back: tuple[Payment, ...] = ()
    if row is not None and row.refunded:
        about = payments.about.all(tx, subject=row.id, before=MAX, limit=20)
        given_back = tuple(each for each in about if each.kind == "refund")
    return Detail(line, wallet, subject, given_back)


def _wallet_in(tx: Tx, me: int, row: Payment | None, transfer_id: int) -> Wallet | None:
    if row is not None:
        mine = people.wallets_by_account.all(tx, accounts=[row.source, row.target])
    else:
        try:
            sides = ledger.one_transfer(tx, transfer_id).postings
        except ledger.errors.NoSuchTransfer:
            return None
        mine = people.wallets_by_account.all(tx, accounts=[side.account_id for side in sides])
    return next((each for each in mine if each.owner == me), None)


def _detail_line(tx: Tx, wallet: Wallet, row: Payment | None, any_id: int) -> Line:
    transfer_id = any_id if row is None else row.transfer_id
    if transfer_id is not None:
        made = ledger.one_transfer(tx, transfer_id)
        side = next((p for p in made.postings if p.account_id == wallet.account_id), None)
        if side is not None:
            others = tuple(
                ledger.Counter(p.account_id, p.amount)
                for p in made.postings
                if p.account_id != wallet.account_id
            )
            entry = Entry(
                made.id, made.at, made.kind, made.actor, made.subject, made.memo, made.data, made.hold_id,
                made.reverses, made.rate, wallet.currency, side.amount, side.balance_after, side.lane,
                side.seq, others,
            )  # fmt: skip
            return lines_of(tx, wallet, [entry])[0]
    assert row is not None
    return pending_lines(tx, wallet, [row])[0]


def pending_lines(tx: Tx, wallet: Wallet, rows: Sequence[Payment]) -> list[Line]:
    """Payments that are not in the journal (yet), as lines; their balance is the one now."""
    cards = accounts.cards(
        tx, {each.payee if each.source == wallet.account_id else each.payer for each in rows}
    )
    now = ledger.balance(tx, wallet.account_id).balance
    out = []
    for row in rows:
        goes_out = row.source == wallet.account_id
        detail = row.detail if isinstance(row.detail, dict) else {}
        card = cards.get(row.payee if goes_out else row.payer)
        shop = str(detail.get("shop") or "")
        name = shop or (
            card.name or f"@{card.username}" if card is not None else str(detail.get("name") or "")
        )
        out.append(
            Line(
                id=row.id,
                at=row.changed_at,
                kind=row.kind,
                amount=-row.amount if goes_out else row.amount,
                currency=row.currency,
                balance=now,
                name=name or title_of(row.kind),
                other=None if shop else card,
                note=row.note,
                payment=row,
                position=0,
            )
        )
    return out


def under_way(tx: Tx, wallet: Wallet) -> list[Line]:
    """What is held or on its way outside."""
    rows = payments.under_way_of_payer.all(tx, person=wallet.owner, limit=20)
    rows = [each for each in rows if each.source == wallet.account_id and each.state != "pending"]
    return pending_lines(tx, wallet, rows)


# Sums


class Month(msgspec.Struct, frozen=True):
    """``start`` is its first millisecond (UTC); amounts are minor units."""

    start: int
    received: int
    sent: int


def months(tx: Tx, wallet: Wallet, count: int = 6) -> list[Month]:
    """What came in and went out in each of the latest months since the first with anything in it (and at
    least three), oldest first. From the ledger."""
    starts = [limits.month_of(tx.now)]
    while len(starts) < count:
        starts.append(limits.month_of(starts[-1] - clock.DAY))
    starts.reverse()
    end = limits.month_of(starts[-1] + 32 * clock.DAY)
    sums = dict.fromkeys(starts, (0, 0))
    for day in ledger.daily_totals(tx, wallet.account_id, start=starts[0], end=end):
        month = limits.month_of(day.day)
        received, sent = sums[month]
        sums[month] = (received + day.credit, sent + day.debit)
    while len(starts) > 3 and sums[starts[0]] == (0, 0):
        starts.pop(0)
    return [Month(start, *sums[start]) for start in starts]


class ByKind(msgspec.Struct, frozen=True):
    kind: str
    title: str
    sent: int
    received: int


def by_kind(tx: Tx, wallet: Wallet, start: int, end: int) -> list[ByKind]:
    """What went out and came in by kind, whole UTC days; what other rooms moved stands as ``other``."""
    found = [
        ByKind(kind, title_of(kind), sent, received)
        for kind, sent, received, _ in days.by_kind.all(
            tx, owner=wallet.owner, currency=wallet.currency, start=start, end=end
        )
        if sent or received
    ]
    return sorted(found, key=lambda each: (-each.sent, -each.received, each.kind))
