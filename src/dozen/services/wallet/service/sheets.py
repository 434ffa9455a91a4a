"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def harmless(text: str) -> str:
    """Spreadsheets take what begins so for a formula; what somebody typed must not become one."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
