"""The API: which call does what, once for each idempotency key."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from dozen.app.gateway.desk import Desk, Problem
from dozen.app.gateway.store import Doc

_HIDDEN = ("behaviour", "detached", "tries", "reference")
_LISTS = {
    "payment_intents": "payment_intent",
    "refunds": "refund",
    "payouts": "payout",
    "events": "event",
    "setup_intents": "setup_intent",
    "balance_transactions": "balance_transaction",
    "charges": "charge",
}
_OBJECTS = {**_LISTS, "payment_methods": "payment_method"}
_MOST_DEPTH = 4


def read_form(text: str) -> Doc:
    """``a[b][0]=c`` as nested dicts, with lists for numbered keys. Problem for what is malformed."""
    out: Doc = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=200, errors="strict")
    except ValueError as error:
        raise Problem(400, "parameter_invalid", str(error)) from error
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+", name)
        if not path or len(path) > _MOST_DEPTH:
            raise Problem(400, "parameter_unknown", f"Received unknown parameter: {name}")
        at = out
        for part in path[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise Problem(400, "parameter_invalid", f"Invalid parameter: {name}")
        at[path[-1]] = value
    listed = _lists(out)
    return listed if isinstance(listed, dict) else {}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(each) for key, each in value.items()}


def call(desk: Desk, method: str, path: str, query: str, body: str, key: str) -> tuple[int, Doc | str]:
    """Status and answer of one call; text is CSV. Repeats the first answer of a key."""
    if method == "GET":
        return _read(desk, path, read_form(query))
    if method != "POST":
        raise Problem(405, "method_not_allowed", "GET and POST are understood here")
    print_ = hashlib.sha256(f"{path}\n{body}".encode()).hexdigest()
    if key:
        known = desk.books.db.execute("SELECT print, status, body FROM keys WHERE key = ?", (key,)).fetchone()
        if known is not None:
            if known[0] != print_:
                problem = Problem(400, "idempotency_key_in_use", "This key was used with other parameters")
                problem.body["error"]["type"] = "idempotency_error"
                raise problem
            return int(known[1]), json.loads(known[2])
    form = read_form(body)
    try:
        status, answer = 200, _shown(desk, _write(desk, path, form), form.get("expand"))
    except Problem as problem:
        error = problem.body["error"]
        if "payment_intent" in error:
            error["payment_intent"] = _shown(desk, error["payment_intent"], None)
        status, answer = problem.status, problem.body
    if key:
        desk.books.db.execute(
            "INSERT INTO keys VALUES (?, ?, ?, ?)", (key, print_, status, json.dumps(answer))
        )
    return status, answer


def _write(desk: Desk, path: str, form: Doc) -> Doc:
    parts = path.removeprefix("/v1/").split("/")
    match parts:
        case ["payment_intents"]:
            return desk.create_intent(form)
        case ["payment_intents", intent_id, "confirm"]:
            return desk.confirm(desk.find(intent_id, "payment_intent"), form)
        case ["payment_intents", intent_id, "capture"]:
            return desk.capture(desk.find(intent_id, "payment_intent"), form)
        case ["payment_intents", intent_id, "cancel"]:
            reason = str(form.get("cancellation_reason") or "requested_by_customer")
            return desk.cancel(desk.find(intent_id, "payment_intent"), reason)
        case ["refunds"]:
            return desk.create_refund(form)
        case ["payouts"]:
            return desk.create_payout(form)
        case ["setup_intents"]:
            return desk.create_setup(form)
        case ["payment_methods"]:
            return _token(desk, form)
        case ["payment_methods", method_id, "detach"]:
            return desk.detach(desk.find(method_id, "payment_method"))
    raise Problem(404, "resource_missing", f"Unrecognized request URL (POST: {path})")


def _token(desk: Desk, form: Doc) -> Doc:
    card, bank = form.get("card"), form.get("bank_account")
    if isinstance(card, dict):
        try:
            return desk.create_card(
                str(card.get("number")), int(str(card.get("exp_month"))), int(str(card.get("exp_year")))
            )
        except ValueError as error:
            raise Problem(400, "parameter_invalid_integer", "The month and year are numbers") from error
    if isinstance(bank, dict):
        return desk.create_bank_account(str(bank.get("account_number")))
    raise Problem(400, "parameter_missing", "A card or a bank_account is needed")


def _read(desk: Desk, path: str, form: Doc) -> tuple[int, Doc | str]:
    if found := re.fullmatch(r"/v1/settlements/(\d{4}-\d\d-\d\d)\.csv", path):
        return 200, settlement(desk, found[1])
    parts = path.removeprefix("/v1/").split("/")
    if len(parts) == 1 and parts[0] in _LISTS:
        return 200, _list(desk, parts[0], form)
    if len(parts) == 2 and parts[0] in _OBJECTS:
        return 200, _shown(desk, desk.find(parts[1], _OBJECTS[parts[0]]), form.get("expand"))
    if parts == ["balance"]:
        return 200, _balance(desk)
    raise Problem(404, "resource_missing", f"Unrecognized request URL (GET: {path})")


def _list(desk: Desk, name: str, form: Doc) -> Doc:
    created = form.get("created")
    since = created.get("gte", "0") if isinstance(created, dict) else "0"
    limit = form.get("limit", "10")
    if not (str(since).isdigit() and str(limit).isdigit() and 1 <= int(limit) <= 100):
        raise Problem(400, "parameter_invalid_integer", "limit is 1 to 100, created[gte] a time")
    found, more = desk.books.page(
        _LISTS[name],
        parent=str(form.get("payment_intent") or ""),
        since=int(since),
        after=str(form.get("starting_after") or ""),
        limit=int(limit),
    )
    expand = form.get("expand")
    paths = [each.removeprefix("data.") for each in expand] if isinstance(expand, list) else None
    shown = [_shown(desk, each, paths) for each in found]
    return {"object": "list", "url": f"/v1/{name}", "has_more": more, "data": shown}


def _balance(desk: Desk) -> Doc:
    sums: dict[str, int] = {}
    for txn in desk.books.of_day("balance_transaction", 0, 1 << 40):
        sums[txn["currency"]] = sums.get(txn["currency"], 0) + txn["net"]
    available = [{"amount": amount, "currency": currency} for currency, amount in sorted(sums.items())]
    return {"object": "balance", "available": available, "pending": [], "livemode": False}


def _shown(desk: Desk, doc: Doc, expand: Any) -> Doc:
    """An object as clients see it, with the ids in ``expand`` replaced by what they stand for."""
    out = {name: value for name, value in doc.items() if name not in _HIDDEN}
    for path in expand if isinstance(expand, list) else []:
        first, _, rest = str(path).partition(".")
        value = out.get(first)
        inner = desk.books.get(value) if isinstance(value, str) else value
        if isinstance(inner, dict):
            out[first] = _shown(desk, inner, [rest] if rest else None)
    return out


def settlement(desk: Desk, date: str) -> str:
    """What was booked on a UTC day, as CSV."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise Problem(400, "parameter_invalid", "That is no day") from error
    if day > datetime.now(UTC):
        raise Problem(400, "parameter_invalid", "That day is not over")
    start, end = int(day.timestamp()), int((day + timedelta(days=1)).timestamp())
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        ["balance_transaction", "type", "source", "reference", "currency", "amount", "fee", "net", "created"]
    )
    for txn in desk.books.of_day("balance_transaction", start, end):
        table.writerow(
            [txn["id"], txn["type"], txn["source"], txn["reference"], txn["currency"],
             txn["amount"], txn["fee"], txn["net"], txn["created"]]
        )  # fmt: skip
    return out.getvalue()


def due(desk: Desk) -> int:
    """Let time do what it does; how many objects it changed."""
    found = desk.books.due(time.time())
    for doc in found:
        desk.settle(doc)
    return len(found)
