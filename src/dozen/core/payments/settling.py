"""Comparing a day of our books with the gateway's own file, line by line, in both directions."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any

import msgspec

from dozen.core.payments import absorbing, settlement_queries
from dozen.core.payments.errors import BadSettlement, SettlementTooLarge
from dozen.core.payments.gateway import GatewayCharge, GatewayTransfer
from dozen.core.payments.references import read_reference
from dozen.core.payments.rows import lock, save, schedule
from dozen.core.payments.structs import (
    Charge,
    Difference,
    Line,
    Payout,
    Refund,
    Report,
    Settlement,
    Trouble,
    changed,
)
from dozen.db import Tx
from dozen.kit import clock

MOST_FILE = 1 << 26
"""Bytes."""
_COLUMNS = ("balance_transaction", "type", "source", "reference", "currency", "amount", "fee", "created")
_TYPES = ("charge", "refund", "payout")
_CHUNK = 500
_LOOK_BACK = 7 * clock.DAY


class _Found(msgspec.Struct, frozen=True):
    trouble: Trouble
    type: str
    ref: str
    subject_id: int | None
    currency: str
    ours: int | None
    theirs: int | None


def reconcile(tx: Tx, gateway: str, day: int, file: bytes) -> Report:
    """Compare the UTC day that begins at ``day`` (ms) with the gateway's settlement file (CSV).

    Every difference becomes a row for an operator to :func:`resolve`. Comparing again, with a newer file
    or after we learned more, updates them: one that is gone is marked ``vanished``. Fees and times that
    we had not learned yet are taken from the file. Raises BadSettlement, SettlementTooLarge.
    """
    if day % clock.DAY:
        raise BadSettlement("A day begins at midnight, UTC")
    if len(file) > MOST_FILE:
        raise SettlementTooLarge
    lines = list(read_lines(file))
    found: list[_Found] = []
    matched = 0
    seen: set[tuple[str, str]] = set()
    for start in range(0, len(lines), _CHUNK):
        chunk = lines[start : start + _CHUNK]
        for line, row in _with_ours(tx, gateway, chunk):
            if (line.type, line.ref) in seen and line.type in _TYPES:
                raise BadSettlement(f"{line.ref} is in the file twice")
            seen.add((line.type, line.ref))
            wrong = _compare(tx, line, row)
            found += wrong
            matched += not wrong
    found += _missing_there(tx, gateway, day, seen)
    return _record(tx, gateway, day, file, len(lines), matched, found)


def read_lines(file: bytes) -> Iterator[Line]:
    """Raises BadSettlement."""
    try:
        table = csv.DictReader(io.StringIO(file.decode("utf-8")), strict=True)
        if missing := set(_COLUMNS) - set(table.fieldnames or ()):
            raise BadSettlement(f"The file has no column {sorted(missing)[0]}")
        for each in table:
            yield Line(
                balance_ref=each["balance_transaction"],
                type=each["type"],
                ref=each["source"],
                reference=each["reference"] or "",
                currency=each["currency"].upper(),
                amount=int(each["amount"]),
                fee=int(each["fee"]),
                at=int(each["created"]) * clock.SECOND,
            )
    except (UnicodeDecodeError, csv.Error, ValueError, TypeError, AttributeError) as error:
        raise BadSettlement(f"The file cannot be read: {error}") from error


def _with_ours(tx: Tx, gateway: str, chunk: list[Line]) -> Iterator[tuple[Line, Any]]:
    ours: dict[tuple[str, str], Any] = {}
    for what in _TYPES:
        refs = [line.ref for line in chunk if line.type == what]
        if refs:
            for row in settlement_queries.by_refs[what].all(tx, gateway=gateway, refs=refs):
                ours[what, row.gateway_ref] = row
    for line in chunk:
        yield line, ours.get((line.type, line.ref))


def _compare(tx: Tx, line: Line, row: Charge | Refund | Payout | None) -> list[_Found]:
    def wrong(trouble: Trouble, ours: int | None, theirs: int) -> _Found:
        return _Found(trouble, line.type, line.ref or line.balance_ref, subject, line.currency, ours, theirs)

    named = read_reference(tx.env.keys, line.reference)
    subject = row.id if row is not None else named[1] if named and named[0] == line.type else None
    if row is None or not _moved(row):
        if subject is not None:
            _look_again(tx, line, subject)
        return [wrong("missing_with_us", None, line.amount - line.fee)]
    row = _learn(tx, row, line)
    out = []
    if line.amount != _signed(row) or line.currency != row.currency:
        out.append(wrong("amount_differs", _signed(row), line.amount))
    if line.fee != _fee(row):
        out.append(wrong("fee_differs", _fee(row), line.fee))
    return out


def _moved(row: Charge | Refund | Payout) -> bool:
    return row.paid if isinstance(row, Charge) else row.state == "succeeded"


def _signed(row: Charge | Refund | Payout) -> int:
    return row.captured if isinstance(row, Charge) else -row.amount


def _fee(row: Charge | Refund | Payout) -> int:
    return 0 if isinstance(row, Refund) else row.fee or 0


def _look_again(tx: Tx, line: Line, row_id: int) -> None:
    """We do not know yet how it ended: ask at once."""
    row = lock(tx, line.type, row_id)  # type: ignore[arg-type]
    if row is not None and row.next_at is not None:
        save(tx, row, changed(row, next_at=tx.now))
        schedule(tx, line.type, row_id, tx.now)  # type: ignore[arg-type]


def _learn(tx: Tx, row: Charge | Refund | Payout, line: Line) -> Charge | Refund | Payout:
    """Take from the file how the gateway has booked what we know to have moved."""
    agrees = (abs(line.amount), line.currency) == (abs(_signed(row)), row.currency)
    if row.balance_ref is not None or not agrees or row.gateway_ref is None:
        return row
    if isinstance(row, Charge):
        charge: Charge = lock(tx, "charge", row.id)
        said = GatewayCharge(
            line.ref, "", "captured", charge.amount, charge.currency, captured=charge.captured,
            fee=line.fee, booked_at=line.at, balance_ref=line.balance_ref,
        )  # fmt: skip
        return absorbing.absorb_charge(tx, charge, said)
    transfer = GatewayTransfer(
        line.ref, "", "succeeded", row.amount, row.currency,
        fee=line.fee, booked_at=line.at, balance_ref=line.balance_ref,
    )  # fmt: skip
    if isinstance(row, Refund):
        return absorbing.absorb_refund(tx, lock(tx, "refund", row.id), transfer)
    return absorbing.absorb_payout(tx, lock(tx, "payout", row.id), transfer)


def _missing_there(tx: Tx, gateway: str, day: int, seen: set[tuple[str, str]]) -> list[_Found]:
    out = []
    for what in _TYPES:
        place = (0, 0)
        while page := settlement_queries.booked[what].all(
            tx,
            gateway=gateway,
            start=day,
            end=day + clock.DAY,
            after_at=place[0],
            after_id=place[1],
            limit=_CHUNK,
        ):
            for row in page:
                if (what, row.gateway_ref) not in seen:
                    net = _signed(row) - _fee(row)
                    ref = row.gateway_ref or str(row.id)
                    out.append(_Found("missing_at_gateway", what, ref, row.id, row.currency, net, None))
            place = (page[-1].booked_at, page[-1].id)
    return out


def _record(
    tx: Tx, gateway: str, day: int, file: bytes, lines: int, matched: int, found: list[_Found]
) -> Report:
    numbers = {
        "lines": lines,
        "matched": matched,
        "differences": 0,
        "digest": hashlib.sha256(file).hexdigest(),
        "compared_at": tx.now,
    }

    def put() -> Settlement:
        fresh = {f"new_{name}": value for name, value in numbers.items()}
        settlement_queries.put_settlement(tx, id=tx.next_id(), gateway=gateway, day=day, **numbers, **fresh)
        made = settlement_queries.settlement_of.first(tx, gateway=gateway, day=day)
        assert made is not None
        return made

    settlement = put()
    before = {
        (each.trouble, each.type, each.ref): each
        for each in settlement_queries.differences_of.all(tx, settlement_id=settlement.id)
    }
    for each in found:
        _keep(tx, settlement, each, before.pop((each.trouble, each.type, each.ref), None))
    for gone in before.values():
        if gone.state == "open":
            _change(tx, gone, "vanished", gone.subject_id, gone.ours, gone.theirs)
    now = settlement_queries.differences_of.all(tx, settlement_id=settlement.id)
    numbers["differences"] = sum(each.state == "open" for each in now)
    settlement = put()

    def those(trouble: Trouble) -> tuple[Difference, ...]:
        return tuple(each for each in now if each.trouble == trouble and each.state != "vanished")

    return Report(
        settlement,
        matched,
        those("missing_with_us"),
        those("missing_at_gateway"),
        those("amount_differs"),
        those("fee_differs"),
    )


def _keep(tx: Tx, settlement: Settlement, found: _Found, known: Difference | None) -> None:
    if known is None:
        settlement_queries.add_difference(
            tx,
            id=tx.next_id(),
            settlement_id=settlement.id,
            trouble=found.trouble,
            type=found.type,
            ref=found.ref,
            subject_id=found.subject_id,
            currency=found.currency,
            ours=found.ours,
            theirs=found.theirs,
            state="open",
            found_at=tx.now,
            resolved_by=None,
            resolved_at=None,
            reason="",
            transfer_id=None,
        )
    elif known.state == "vanished" or (known.ours, known.theirs) != (found.ours, found.theirs):
        _change(tx, known, "open", found.subject_id, found.ours, found.theirs)


def _change(
    tx: Tx, known: Difference, state: str, subject: int | None, ours: int | None, theirs: int | None
) -> None:
    settlement_queries.change_difference(
        tx, this=known.id, now_state=state, about=subject, new_ours=ours, new_theirs=theirs
    )


def days_to_compare(tx: Tx, gateway: str) -> list[int]:
    """Yesterday, and the days of the last week that had open differences."""
    today = tx.now - tx.now % clock.DAY
    found = settlement_queries.unclean_days.all(tx, gateway=gateway, since=today - _LOOK_BACK)
    return sorted({*found, today - clock.DAY} - {today})
