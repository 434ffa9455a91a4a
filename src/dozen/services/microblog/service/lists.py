"""Timelines of lists, and their people. What a list is, and whose, is the graph's."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from dozen.core import accounts, feeds, graph
from dozen.core.accounts import Card
from dozen.core.graph import PersonList
from dozen.db import Tx
from dozen.services.microblog.service.posts import STREAM
from dozen.services.microblog.service.timelines import Slice, fill
from dozen.services.microblog.structs import View

FAULTS = (graph.NoSuchList, graph.NotYourList, graph.BadList)


class Shown(msgspec.Struct, frozen=True):
    """A list with whose it is. ``place`` goes on in the listing it stands in."""

    list: PersonList
    owner: Card
    place: int


def lists(
    tx: Tx, viewer: int | None, person: int, what: str, *, before: int | None = None, limit: int = 50
) -> tuple[list[Shown], int | None]:
    """Somebody's lists that ``viewer`` may know of, newest first, and the place to go on before.

    ``what``: those they ``owned`` (made), ``subscribed`` to, or are a ``member`` of. Nothing of people
    whom the viewer may not see.
    """
    if person not in graph.can_see(tx, viewer, [person]):
        return [], None
    if what == "owned":
        found = [(each, each.id) for each in graph.lists_of(tx, viewer, person, before=before, limit=limit)]
    else:
        read = graph.subscriptions if what == "subscribed" else graph.memberships
        found = read(tx, viewer, person, before=before, limit=limit)
    onward = found[-1][1] if len(found) == limit else None
    cards = accounts.cards(tx, {each.owner_id for each, _ in found})
    hidden = graph.hidden_among(tx, viewer, list(cards)).blocked if viewer is not None else frozenset()
    shown = [
        Shown(each, cards[each.owner_id], place)
        for each, place in found
        if each.owner_id in cards and each.owner_id not in hidden
    ]
    return shown, onward


def show(tx: Tx, viewer: int | None, list_id: int) -> Shown:
    """One list. Raises NoSuchList, also for those of people who blocked the viewer or are gone."""
    found = graph.list_of(tx, viewer, list_id)
    owner = accounts.cards(tx, [found.owner_id]).get(found.owner_id)
    if owner is None or (viewer is not None and graph.is_blocked_either(tx, viewer, owner.id)):
        raise graph.NoSuchList
    return Shown(found, owner, found.id)


def timeline(
    tx: Tx, viewer: int | None, list_id: int, *, before: int | None = None, limit: int = 20
) -> Slice:
    """What a list's people post, newest first, as far as the reader may see it. Raises NoSuchList."""
    of = show(tx, viewer, list_id).list
    members = graph.list_member_ids(tx, viewer, list_id)
    return fill(
        tx,
        viewer,
        lambda top, n: feeds.of_people(tx, STREAM, members, before=top, limit=n),
        before,
        limit,
        _kept(tx, viewer, of, frozenset(members)),
    )


def _kept(
    tx: Tx, viewer: int | None, of: PersonList, members: frozenset[int]
) -> Callable[[list[View]], list[View]]:
    """The list's policy for answers: to the reader and to oneself always, else to its members, to people
    whom the reader follows, or none. And no reposts of those whose reposts the reader does not want."""
    unwanted = graph.hidden_from(tx, viewer).no_reposts if viewer is not None else frozenset()

    def keep(found: list[View]) -> list[View]:
        targets = {v.post.reply_to_author_id for v in found if v.post.reply_to_author_id is not None}
        wanted: frozenset[int] = frozenset()
        if of.replies == "list":
            wanted = members
        elif of.replies == "followed" and viewer is not None and targets:
            relations = graph.relations(tx, viewer, list(targets))
            wanted = frozenset(each for each in targets if relations[each].following)
        return [
            v
            for v in found
            if (v.repost_of is None or v.author.id not in unwanted)
            and (
                v.post.reply_to_id is None
                or v.post.reply_to_author_id in (viewer, v.author.id)
                or v.post.reply_to_author_id in wanted
            )
        ]

    return keep


def members(
    tx: Tx, viewer: int | None, list_id: int, *, before: int | None = None, limit: int = 50
) -> tuple[list[tuple[Card, int]], int | None]:
    """Who is on a list and since when (ms), latest first, and the place to go on before."""
    show(tx, viewer, list_id)
    edges = graph.list_members(tx, viewer, list_id, before=before, limit=limit)
    cards = accounts.cards(tx, [edge.person_id for edge in edges])
    hidden = graph.hidden_among(tx, viewer, list(cards)).blocked if viewer is not None else frozenset()
    people = [
        (cards[edge.person_id], edge.at)
        for edge in edges
        if edge.person_id in cards and edge.person_id not in hidden
    ]
    return people, edges[-1].id if len(edges) == limit else None
