"""The door that the modules beside this put their handlers on, and what they share."""

from __future__ import annotations

from collections.abc import Sequence

from dozen.core import accounts, engagement, graph
from dozen.kit import clock
from dozen.services.microblog import errors, schemas, wire
from dozen.services.microblog.service import numbers
from dozen.services.microblog.service.timelines import Slice
from dozen.web import Api, Call, Encoded, Listing

api = Api("/microblog", tag="Microblog")
READ, WRITE = "microblog:read", "microblog:write"


def only_me(call: Call, user_id: str | None) -> None:
    """Raises ActingForAnother when a body names somebody else."""
    if user_id is not None and user_id != str(call.me):
        raise errors.ActingForAnother


def as_oneself(call: Call, data: schemas.Acting | None) -> None:
    """For addresses to which nothing need be sent. Raises ActingForAnother."""
    if data is not None:
        only_me(call, data.user_id)


def page(call: Call, kind: str, found: Slice) -> Encoded[Listing[schemas.Tweet]]:
    """A page of tweets; ``kind`` is what its marker is good for."""
    numbers.seen(call.tx, call.viewer, found.views)
    onward = found.next_before
    cursor = call.cursors.seal(kind, onward) if onward is not None else None
    return Encoded(wire.listing(found.views, cursor))


def who(
    call: Call, kind: str, found: Sequence[graph.Edge] | Sequence[engagement.Mark], onward: int | None
) -> Listing[schemas.Who]:
    """A page of people with when they did it; ``kind`` is what its marker is good for."""
    cards = accounts.cards(call.tx, [each.person_id for each in found])
    data = [
        schemas.Who(schemas.author(cards[each.person_id]), clock.rfc3339(each.at))
        for each in found
        if each.person_id in cards
    ]
    return Listing(data, call.cursors.seal(kind, onward) if onward is not None else None)
