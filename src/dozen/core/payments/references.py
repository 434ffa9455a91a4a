"""Our reference of a row, as gateways get it: nobody else's metadata can be taken for ours."""

from __future__ import annotations

import re

from dozen.core.payments.structs import What
from dozen.kit.crypto import Keyring

_LETTERS: dict[What, str] = {"charge": "c", "refund": "r", "payout": "p", "method": "m"}
_WHAT: dict[str, What] = {letter: what for what, letter in _LETTERS.items()}
_FORM = re.compile(r"([crpm])([0-9]{1,19})\.([0-9a-f]{16})")


def reference(keys: Keyring, what: What, row_id: int) -> str:
    plain = f"{_LETTERS[what]}{row_id}"
    return f"{plain}.{keys.sign('payments.reference', plain.encode(), size=8).hex()}"


def read_reference(keys: Keyring, text: str) -> tuple[What, int] | None:
    """What it stands for; None for what this installation has not written."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    signature = bytes.fromhex(found[3])
    if not keys.verify("payments.reference", f"{found[1]}{found[2]}".encode(), signature):
        return None
    return _WHAT[found[1]], int(found[2])
