"""Telling other processes and browsers what happened, exactly when it is on disk."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core.realtime import queries
from dozen.core.realtime.hub import Hub
from dozen.db import Tx
from dozen.kit import clock

KEEP = 15 * clock.MINUTE
"""How long events can be read again, in milliseconds: a browser that lost its stream resumes within it."""

_encode = msgspec.json.Encoder().encode


def publish(tx: Tx, topic: str, key: int, data: Any = None) -> None:
    """Say that something happened. Listeners hear of it after the commit, in order, in every process.

    It is written down at the end of the transaction, with all else that it published.
    """
    tx.later(queries.append, at=tx.now, topic=topic, key=key, data=_encode(data).decode())
    if "realtime.wake" not in tx.known:
        tx.known["realtime.wake"] = True
        tx.after_commit(tx.part(Hub).wake)


def trim(tx: Tx) -> int:
    """Forget events older than :data:`KEEP`."""
    return queries.trim(tx, before=tx.now - KEEP)
