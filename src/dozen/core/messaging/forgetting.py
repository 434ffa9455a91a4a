"""Taking away what is left of a person, or of a conversation that nobody is in any more."""

from __future__ import annotations

from dozen.core import media
from dozen.core.messaging import queries
from dozen.core.messaging.holding import hold
from dozen.core.messaging.opening import hand_on
from dozen.db import Tx


def forget(tx: Tx, person: int, *, limit: int = 100) -> bool:
    """Take some of what somebody wrote, and of their places in conversations, away. Whether there is more.

    For the deletion of an account: call it in one transaction after the other until it says False.
    """
    found = queries.written_by.all(tx, person=person, limit=limit)
    if found:
        here = found[0][1]
        hold(tx, here)  # one conversation at a time, so that two of these never wait for each other
        for message, conversation in found:
            if conversation == here:
                _erase(tx, message)
        queries.recount(tx, conversation=here)
        return True
    for conversation in queries.memberships.all(tx, person=person, after=0, limit=1):
        held = hold(tx, conversation)
        queries.part(tx, conversation=conversation, person=person)
        if held is not None:
            hand_on(tx, held, person)
        return True
    queries.erase_hidden_by(tx, person=person)
    return False


def sweep(tx: Tx, conversation: int, *, limit: int = 100) -> bool:
    """Take some of a conversation that nobody is in any more away. Whether there is more to take."""
    held = hold(tx, conversation)
    if held is None or queries.anybody.first(tx, conversation=conversation) is not None:
        return False
    found = queries.said_in.all(tx, conversation=conversation, limit=limit)
    for message in found:
        _erase(tx, message)
    if len(found) == limit:
        return True
    queries.part_all(tx, conversation=conversation)
    queries.drop(tx, conversation=conversation)
    return False


def _erase(tx: Tx, message: int) -> None:
    media.delete_of(tx, message)
    queries.erase_hidden(tx, message=message)
    queries.erase(tx, message=message)
