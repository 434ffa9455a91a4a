"""Putting all products into the search index anew: for operators, when what is kept of one has changed."""

from __future__ import annotations

from dozen.core import search
from dozen.db import Tx
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.service.products import documents
from dozen.web import Refill


def some(tx: Tx, after: int, limit: int) -> tuple[int, int | None]:
    """As :attr:`Refill.some` wants it."""
    wanted = queries.active_after.all(tx, after=after, limit=limit)
    changed = search.renew(tx, documents(tx, wanted)) if wanted else 0
    return changed, wanted[-1].id if len(wanted) == limit else None


def how_many(tx: Tx) -> int:
    return queries.count_active.first(tx) or 0


PRODUCTS = Refill(what="Products", count=how_many, some=some)
