"""People one may know: those to whom many of one's own people are tied."""

from __future__ import annotations

from dozen.core import accounts
from dozen.core.graph import edges, queries
from dozen.core.graph.structs import Suggestion
from dozen.db import Tx

_WIDTH = 100
"""Of mine, the newest so many are asked …"""
_DEPTH = 100
"""… for their newest so many: at most 10,000 ties are looked at."""
_CANDIDATES = 2_000
_CHUNK = 100


def suggestions(tx: Tx, me: int, *, limit: int = 20, kind: str = "follow") -> list[Suggestion]:
    """Friends of friends, those with most in common first; of kind ``friend`` or ``follow``.

    Leaves out whom one has tied, asked, muted, blocked or dismissed already, and who blocks one.
    """
    found = queries.near.all(tx, me=me, kind=kind, width=_WIDTH, depth=_DEPTH - 1, limit=_CANDIDATES)
    out: list[Suggestion] = []
    for start in range(0, len(found), _CHUNK):
        chunk: dict[int, int] = dict(found[start : start + _CHUNK])
        known = edges.relations(tx, me, list(chunk))
        refused = set(queries.dismissed_of.all(tx, person=me, ids=list(chunk)))
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
    queries.dismiss(tx, person=me, other=other, at=tx.now)
