"""What all requests have in common: keys, bounds, the row that is written first."""

from __future__ import annotations

import re
from typing import Any

from dozen.core import ledger
from dozen.core.payments import queries
from dozen.core.payments.errors import BadPayment, KeyReused
from dozen.core.payments.parts import Pace
from dozen.core.payments.rows import schedule, what_is
from dozen.core.payments.structs import Charge, Method, Payout, Refund, What
from dozen.db import Tx

MOST_AMOUNT = 10**11
"""Minor units of one payment. The ledger takes more; gateways do not."""
LONGEST = 200
"""Characters of a subject or a reason."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_SUBJECT = re.compile(rf"[\x20-\x7e]{{0,{LONGEST}}}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,1900}")


def check(
    *,
    key: str,
    amount: int | None = None,
    purpose: str | None = None,
    subject: str | None = None,
    return_url: str | None = None,
) -> None:
    """Raises BadPayment."""
    fields = {}
    if not _KEY.fullmatch(key):
        fields["key"] = "An idempotency key is 1 to 255 visible ASCII characters"
    if amount is not None and (type(amount) is not int or not 0 < amount <= MOST_AMOUNT):
        fields["amount"] = "An amount is a whole number of minor units, above zero and not enormous"
    if purpose is not None and (len(purpose) > 60 or not _PURPOSE.fullmatch(purpose)):
        fields["purpose"] = "A purpose is words of a-z, 0-9 and _, with dots between them"
    if subject is not None and not _SUBJECT.fullmatch(subject):
        fields["subject"] = f"A subject is at most {LONGEST} printable ASCII characters"
    if return_url is not None and not _URL.fullmatch(return_url):
        fields["return_url"] = "The address to return to is a whole http(s) address"
    if fields:
        raise BadPayment(fields=fields)


def fingerprint(*parts: Any) -> str:
    return ledger.fingerprint(*parts)


def made_before(tx: Tx, what: What, scope: int, key: str, print_: str) -> Any | None:
    """What was made under this key. Raises KeyReused for another request's."""
    found = queries.under_key[what].first(tx, scope=scope, key=key)
    if found is None:
        return None
    if found[1] != print_:
        raise KeyReused
    return queries.by_id[what].first(tx, id=found[0])


def add(tx: Tx, row: Charge | Refund | Payout | Method, key: str, print_: str, **more: Any) -> bool:
    """Write a new row and have a job go on with it; False when somebody has just used the key."""
    if not put(tx, row, key, print_, **more):
        return False
    schedule(tx, what_is(row), row.id, tx.now + tx.part(Pace).head_start)
    return True


def put(tx: Tx, row: Charge | Refund | Payout | Method, key: str, print_: str, **more: Any) -> bool:
    """Write a new row, and nothing more; False when somebody has just used the key."""
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    return bool(queries.add[what_is(row)](tx, **fields, key=key, print=print_, **more))
