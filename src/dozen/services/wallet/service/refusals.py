"""Counting payments that were not let through, by the stable code of what was wrong."""

from __future__ import annotations

from zlib import crc32

from dozen.core.analytics import Buffer
from dozen.kit.env import Env
from dozen.kit.errors import Fault

METRIC = "wallet.refused"
"""In the analytics: subject 0 is all codes together, :func:`number_of` each of them."""


def number_of(code: str) -> int:
    """What stands for a code where only numbers can be counted by."""
    return crc32(code.encode()) + 1


def count(env: Env, fault: Fault) -> None:
    """In memory alone, so that it is counted though its transaction is undone."""
    buffer = env.part(Buffer)
    buffer.count(METRIC)
    buffer.count(METRIC, number_of(fault.code))


def titles() -> dict[int, tuple[str, str]]:
    """Code and title of every fault that there is, by its number."""
    found: dict[int, tuple[str, str]] = {}
    todo: list[type[Fault]] = [Fault]
    while todo:
        kind = todo.pop()
        todo += kind.__subclasses__()
        found[number_of(kind.code)] = (kind.code, kind.title)
    return found
