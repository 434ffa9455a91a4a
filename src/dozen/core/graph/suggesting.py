"""People one may know: those to whom many of one's own people are tied."""

from __future__ import annotations

from dozen.core import accounts
from dozen.core.cache import Lru
from dozen.core.graph import edges, suggestion_queries
from dozen.core.graph.structs import Suggestion
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

_WIDTH = 100
"""Of mine, the newest so many are asked …"""
_DEPTH = 100
"""… for their newest so many: at most 10,000 ties are looked at."""
_CANDIDATES = 2_000
_CHUNK = 100
_FIRST = 60
"""How many of somebody's candidates are kept in the process …"""
_LASTS = 10 * clock.MINUTE
"""… and for how long: who is near changes slowly, and to find out is the dearest thing on many a page."""


class Near:
    """The first candidates of those who have many: ``(until, [(person, ties in common)])``, with none left
    out, since whom to leave out is asked each time."""

    def __init__(self) -> None:
        self.kept: Lru[tuple[int, str], tuple[int, list[tuple[int, int]]]] = Lru(10_000)

    @classmethod
    def build(cls, env: Env) -> Near:
        return cls()


def suggestions(tx: Tx, me: int, *, limit: int = 20, kind: str = "follow") -> list[Suggestion]:
    """Friends of friends, those with most in common first; of kind ``friend`` or ``follow``.

    Leaves out whom one has tied, asked, muted, blocked or dismissed already, and who blocks one.
    """
    near = tx.part(Near).kept
    kept = near.get((me, kind))
    if kept is not None and tx.now < kept[0]:
        out = _fit(tx, me, kept[1], limit, kind)
        if len(out) == limit:
            return out
    found = suggestion_queries.near.all(
        tx, me=me, kind=kind, width=_WIDTH, depth=_DEPTH - 1, limit=_CANDIDATES
    )
    if len(found) > _FIRST:
        near.put((me, kind), (tx.now + _LASTS, found[:_FIRST]))
    return _fit(tx, me, found, limit, kind)


def _fit(tx: Tx, me: int, found: list[tuple[int, int]], limit: int, kind: str) -> list[Suggestion]:
    out: list[Suggestion] = []
    start, size = 0, min(2 * limit, _CHUNK)  # mostly the first few will do
    while start < len(found):
        chunk: dict[int, int] = dict(found[start : start + size])
        start, size = start + size, min(2 * size, _CHUNK)
        known = edges.relations(tx, me, list(chunk))
        refused = set(suggestion_queries.dismissed_of.all(tx, person=me, ids=list(chunk)))
        cards = accounts.cards(tx, list(chunk))
        for other, common in chunk.items():
            now = known[other]
            mine = now.friend or now.friend_requested if kind == "friend" else now.following or now.requested
            if not (mine or now.blocked or now.muting or other in refused) and other in cards:
                out.append(Suggestion(other, common))
                if len(out) == limit:
                    return out
    return out


def dismiss_suggestion(tx: Tx, me: int, other: int) -> None:
    """Do not suggest this person to me again."""
    edges.somebody(tx, other)
    suggestion_queries.dismiss(tx, person=me, other=other, at=tx.now)
