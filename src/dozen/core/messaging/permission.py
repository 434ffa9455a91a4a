"""Who may write to whom."""

from __future__ import annotations

from collections.abc import Collection

from dozen.core import accounts, graph
from dozen.core.messaging.errors import MessageNotAllowed
from dozen.core.messaging.structs import Settings, Writers
from dozen.db import Tx
from dozen.kit.ids import MAX

NAMESPACE = "messaging"


def writers(tx: Tx, me: int) -> Writers:
    """Who may write to me first."""
    chosen = accounts.setting(tx, me, NAMESPACE, Settings()).writers
    if chosen is not None:
        return chosen
    card = accounts.cards(tx, [me]).get(me)
    return "followed" if card is not None and card.protected else "everyone"


def set_writers(tx: Tx, me: int, chosen: Writers | None) -> None:
    """Choose who may write to me first; None is the default again."""
    accounts.change_setting(tx, me, NAMESPACE, None if chosen is None else Settings(chosen))


def may_write(tx: Tx, me: int, others: Collection[int], *, strangers: bool = False) -> None:
    """Raises NoSuchPerson, or MessageNotAllowed when one of the others must not be written to.

    ``strangers``: what they set about strangers does not matter here; blocks always do.
    """
    wanted = [each for each in others if 0 < each <= MAX]
    cards = accounts.cards(tx, wanted)
    if len(cards) < len(others):
        raise accounts.errors.NoSuchPerson
    for other, relation in graph.relations(tx, me, wanted).items():
        if relation.blocked:
            raise MessageNotAllowed
        known = strangers or relation.followed_by or relation.friend
        if not known and writers(tx, other) == "followed":
            raise MessageNotAllowed


def allowed(tx: Tx, me: int, other: int) -> bool:
    """Whether ``me`` may begin to write to somebody: for a button on their page."""
    if me == other:
        return False
    try:
        may_write(tx, me, [other])
    except (MessageNotAllowed, accounts.errors.NoSuchPerson):
        return False
    return True
