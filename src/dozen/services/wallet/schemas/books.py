"""The books on the wire. Ids are text; amounts come as exact decimals and in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from dozen.core.ledger import Account, Balance, Entry, Hold, Posting, Seal, Transfer, TrialLine
from dozen.kit import clock, money
from dozen.services.wallet.schemas.common import Money, of_minor
from dozen.services.wallet.schemas.desk import moment
from dozen.services.wallet.structs.books import EntryWhole, Trial, Verification, VerificationState


class TrialLineShape(msgspec.Struct, frozen=True):
    """All accounts of one kind and purpose together; `debit` and `credit` are both positive."""

    kind: str
    purpose: str
    accounts: int
    debit: str
    credit: str
    held: str


class TrialOfShape(msgspec.Struct, frozen=True):
    """`off` is what the sides differ by: 0, or something is wrong."""

    currency: str
    debit: str
    credit: str
    held: str
    off: str
    lines: list[TrialLineShape]


class SealShape(msgspec.Struct, frozen=True):
    """`digest` is SHA-256 over the seal before and all that it seals, hexadecimal."""

    number: int
    transfers: int
    digest: str
    sealed_at: str


class TrialShape(msgspec.Struct, frozen=True):
    at: str
    balanced: bool
    currencies: list[TrialOfShape]
    seal: SealShape | None
    unsealed: int


def seal(found: Seal | None) -> SealShape | None:
    if found is None:
        return None
    return SealShape(found.number, found.transfers, found.digest.hex(), clock.rfc3339(found.sealed_at))


def _line(line: TrialLine) -> TrialLineShape:
    plain = (money.plain(each, line.currency) for each in (line.debit, line.credit, line.held))
    return TrialLineShape(line.kind, line.purpose, line.accounts, *plain)


def trial(found: Trial) -> TrialShape:
    return TrialShape(
        at=clock.rfc3339(found.at),
        balanced=not any(each.off for each in found.currencies),
        currencies=[
            TrialOfShape(
                currency=each.currency,
                debit=money.plain(each.debit, each.currency),
                credit=money.plain(each.credit, each.currency),
                held=money.plain(each.held, each.currency),
                off=money.plain(each.off, each.currency),
                lines=[_line(line) for line in each.lines],
            )
            for each in found.currencies
        ],
        seal=seal(found.seal),
        unsealed=found.unsealed,
    )


class AccountShape(msgspec.Struct, frozen=True):
    """`owner` is a person's id, `0` the house. `least`: the balance less what is held is never below it."""

    id: str
    owner: str
    purpose: str
    ref: str
    currency: str
    kind: str
    state: str
    balance: Money
    held: Money
    least: Money | None
    opened_at: str


def account(found: Balance) -> AccountShape:
    a = found.account
    return AccountShape(
        str(a.id),
        str(a.owner),
        a.purpose,
        str(a.ref),
        a.currency,
        a.kind,
        found.state,
        of_minor(found.balance, a.currency),
        of_minor(found.held, a.currency),
        of_minor(found.least, a.currency) if found.least is not None else None,
        clock.rfc3339(a.opened_at),
    )


class EntryShape(msgspec.Struct, frozen=True):
    """A line of an account's statement."""

    transfer_id: str
    at: str
    kind: str
    amount: Money
    balance_after: Money
    memo: str
    actor: str
    subject: str


def entry(found: Entry) -> EntryShape:
    return EntryShape(
        str(found.transfer_id),
        clock.rfc3339(found.at),
        found.kind,
        of_minor(found.amount, found.currency),
        of_minor(found.balance_after, found.currency),
        found.memo,
        str(found.actor),
        str(found.subject),
    )


class SideShape(msgspec.Struct, frozen=True):
    """`amount` above zero came in, below zero went out."""

    account_id: str
    owner: str
    purpose: str
    amount: Money
    balance_after: Money


class TransferShape(msgspec.Struct, frozen=True):
    id: str
    at: str
    kind: str
    actor: str
    subject: str
    memo: str
    data: Any
    hold_id: str | None
    reverses: str | None
    rate: str | None
    sides: list[SideShape]


def _side(side: Posting, there: Mapping[int, Account]) -> SideShape:
    of = there.get(side.account_id)
    return SideShape(
        str(side.account_id),
        str(of.owner) if of is not None else "0",
        of.purpose if of is not None else "",
        of_minor(side.amount, side.currency),
        of_minor(side.balance_after, side.currency),
    )


def transfer(found: Transfer, there: Mapping[int, Account]) -> TransferShape:
    return TransferShape(
        str(found.id),
        clock.rfc3339(found.at),
        found.kind,
        str(found.actor),
        str(found.subject),
        found.memo,
        found.data,
        str(found.hold_id) if found.hold_id is not None else None,
        str(found.reverses) if found.reverses is not None else None,
        found.rate,
        [_side(each, there) for each in found.postings],
    )


class EntryKeyShape(msgspec.Struct, frozen=True):
    realm: str
    owner: str
    key: str


class HoldShape(msgspec.Struct, frozen=True):
    id: str
    amount: Money
    captured: Money
    state: str
    at: str
    expires_at: str
    closed_at: str | None


class EntryWholeShape(msgspec.Struct, frozen=True):
    """A transfer with its keys, its hold and all that was captured of that, what it gives back, what gave it
    back, and its seal (`null`: not sealed yet)."""

    transfer: TransferShape
    payment_id: str | None
    keys: list[EntryKeyShape]
    hold: HoldShape | None
    captures: list[str]
    reversals: list[str]
    left_to_reverse: Money
    seal: SealShape | None


def _hold(found: Hold, currency: str) -> HoldShape:
    return HoldShape(
        str(found.id),
        of_minor(found.amount, currency),
        of_minor(found.captured, currency),
        found.state,
        clock.rfc3339(found.at),
        clock.rfc3339(found.expires_at),
        moment(found.closed_at),
    )


def whole(found: EntryWhole) -> EntryWholeShape:
    currency = found.transfer.postings[0].currency
    return EntryWholeShape(
        transfer=transfer(found.transfer, found.accounts),
        payment_id=str(found.payment.id) if found.payment is not None else None,
        keys=[EntryKeyShape(each.realm, str(each.owner), each.key) for each in found.keys],
        hold=_hold(found.hold, currency) if found.hold is not None else None,
        captures=[str(each.id) for each in found.captures],
        reversals=[str(each.id) for each in found.reversals],
        left_to_reverse=of_minor(found.left, currency),
        seal=seal(found.seal),
    )


class NewVerification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`full`: from the first entry on; else what is new since the last proof without findings."""

    full: bool = True


class WrongShape(msgspec.Struct, frozen=True):
    check: str
    where: str
    kept: str
    true: str


class VerificationShape(msgspec.Struct, frozen=True):
    """`done` is between 0 and 1."""

    id: str
    state: VerificationState
    full: bool
    stage: str
    done: float
    asked_by: str
    asked_at: str
    ended_at: str | None
    accounts: int
    postings: int
    transfers: int
    seals: int
    unsealed: int
    wrong: list[WrongShape]


def verification(found: Verification) -> VerificationShape:
    return VerificationShape(
        str(found.id),
        found.state,
        found.full,
        found.stage,
        found.done / 1000,
        str(found.asked_by),
        clock.rfc3339(found.asked_at),
        moment(found.ended_at),
        found.accounts,
        found.postings,
        found.transfers,
        found.seals,
        found.unsealed,
        [WrongShape(each.check, each.where, each.kept, each.true) for each in found.wrong],
    )
