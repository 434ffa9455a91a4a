"""Lists: ``limit``, ``starting_after``, ``ending_before``, ``created``, and the shape of a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from dozen.kit import clock, ids
from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe.errors import BadParam, Missing
from dozen.services.wallet.compat.stripe.params import Params

T = TypeVar("T")
_DEFAULT, _MOST = 10, 100
_LATEST = (1 << 41) // 1000


class Span(msgspec.Struct, frozen=True):
    """Ids above ``after`` and below ``before``; ``up``: the oldest of them first."""

    before: int
    after: int
    limit: int
    up: bool


def span(params: Params, prefix: str) -> Span:
    """What a page asks for. Raises BadParam, Missing."""
    limit = params.integer("limit")
    if limit is not None and not 1 <= limit <= _MOST:
        raise BadParam("limit", f"Invalid limit: must be between 1 and {_MOST}")
    before, after = ids.MAX, 0
    start, end = params.text("starting_after", 100), params.text("ending_before", 100)
    if start and end:
        raise BadParam("starting_after", "You may only specify one of starting_after and ending_before")
    low, high = created(params)
    before, after = min(before, high), max(after, low)
    if start:
        before = min(before, number(prefix, start, "starting_after"))
    if end:
        after = max(after, number(prefix, end, "ending_before"))
    return Span(before, after, limit or _DEFAULT, bool(end))


def number(prefix: str, text: str, param: str, what: str = "object") -> int:
    """The id that a text names. Raises Missing."""
    found = names.read(prefix, text)
    if found is None:
        raise Missing(what, text[:100], param)
    return found


def created(params: Params, name: str = "created") -> tuple[int, int]:
    """Bounds of ids (both excluded) of ``created`` as a number or with gt, gte, lt, lte. Raises BadParam."""
    low, high = 0, ids.MAX
    if params.plain(name):
        exact = _second(params, name)
        return below(exact), below(exact + 1) + 1
    inner = params.inner(name) if name in params else Params(())
    for op, bound in (("gt", 1), ("gte", 0)):
        if op in inner:
            low = max(low, below(_second(inner, op) + bound))
    for op, bound in (("lt", 0), ("lte", 1)):
        if op in inner:
            high = min(high, below(_second(inner, op) + bound) + 1)
    return low, high


def below(second: int) -> int:
    """The greatest id that was made before a second."""
    return max(0, ids.at(max(0, min(second, _LATEST)) * clock.SECOND) - 1)


def _second(params: Params, name: str) -> int:
    found = params.integer(name)
    if found is None or found < 0:
        raise BadParam("created", "Invalid timestamp: must be an integer Unix timestamp")
    return found


def listing(
    url: str, found: Sequence[T], asked: Span, show: Callable[[list[T]], list[Any]]
) -> dict[str, Any]:
    """A page of what was found with one more than the limit."""
    more = len(found) > asked.limit
    kept = list(found[: asked.limit])
    if asked.up:
        kept.reverse()
    return {"object": "list", "url": url, "has_more": more, "data": show(kept)}
