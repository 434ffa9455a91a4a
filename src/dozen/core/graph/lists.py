"""Lists of people: public ones anybody may read and subscribe to, private ones only their owner knows."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import UNSET, UnsetType

from dozen.core.graph import list_queries
from dozen.core.graph.edges import bond, lock, say, somebody
from dozen.core.graph.errors import BadList, ListFull, ListNotAllowed, NoSuchList, NotYourList, TooManyLists
from dozen.core.graph.structs import Edge, PersonList, Replies
from dozen.db import Tx
from dozen.kit.ids import MAX
from dozen.kit.text import clean

MOST_LISTS = 1_000
MOST_MEMBERS = 5_000
LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 500
EVERYBODY = 0
"""On a list: in the events of exclusive ones."""


def create_list(
    tx: Tx,
    me: int,
    title: str,
    *,
    description: str = "",
    private: bool = False,
    exclusive: bool = False,
    replies: Replies = "list",
) -> PersonList:
    """Raises BadList, TooManyLists."""
    if (list_queries.how_many_lists.first(tx, owner=me) or 0) >= MOST_LISTS:
        raise TooManyLists
    made = PersonList(
        id=tx.next_id(), owner_id=me, title=_title(title), description=_description(description),
        private=private, exclusive=exclusive, replies=_replies(replies), members=0, subscribers=0,
    )  # fmt: skip
    list_queries.make_list(
        tx, id=made.id, owner=me, title=made.title, description=made.description, private=private,
        exclusive=exclusive, replies=replies,
    )  # fmt: skip
    return made


class ListChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays as it is."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    private: bool | UnsetType = UNSET
    exclusive: bool | UnsetType = UNSET
    replies: Replies | UnsetType = UNSET


def edit_list(tx: Tx, me: int, list_id: int, changes: ListChanges) -> PersonList:
    """A list that becomes private loses its subscribers. Members of one that becomes exclusive leave my home
    timeline. Raises NoSuchList, NotYourList, BadList."""
    old = _own(tx, me, list_id)
    wanted = {name: new for name in changes.__struct_fields__ if (new := getattr(changes, name)) is not UNSET}
    for name, check in (("title", _title), ("description", _description), ("replies", _replies)):
        if name in wanted:
            wanted[name] = check(wanted[name])
    new = msgspec.structs.replace(old, **wanted)
    list_queries.change_list(
        tx, this=list_id, title=new.title, description=new.description, private=new.private,
        exclusive=new.exclusive, replies=new.replies,
    )  # fmt: skip
    if new.exclusive != old.exclusive and new.members:
        _say(tx, new, EVERYBODY, on=new.exclusive)
    if new.private and not old.private and new.subscribers:
        gone = list_queries.drop_subscribers(tx, list_id=list_id)
        list_queries.grow_list(tx, this=list_id, members=0, subscribers=-gone)
        new = msgspec.structs.replace(new, subscribers=0)
    return new


def delete_list(tx: Tx, me: int, list_id: int) -> None:
    """With its members and subscribers. Raises NoSuchList, NotYourList."""
    _own(tx, me, list_id)
    erase(tx, list_id)


def erase(tx: Tx, list_id: int) -> None:
    of = list_queries.list_by_id.first(tx, id=list_id)
    if of is not None and of.exclusive and of.members:
        _say(tx, of, EVERYBODY, on=False)
    list_queries.drop_members(tx, list_id=list_id)
    list_queries.drop_subscribers(tx, list_id=list_id)
    list_queries.drop_list(tx, id=list_id)


def list_of(tx: Tx, viewer: int | None, list_id: int) -> PersonList:
    """A list that ``viewer`` may read. Raises NoSuchList."""
    found = list_queries.list_by_id.first(tx, id=list_id)
    if found is None or (found.private and found.owner_id != viewer):
        raise NoSuchList
    return found


def lists_of(
    tx: Tx, viewer: int | None, owner: int, *, before: int | None = None, limit: int = 50
) -> list[PersonList]:
    """Somebody's own lists, newest first, as far as ``viewer`` may know of them."""
    query = list_queries.lists_of if viewer == owner else list_queries.public_lists_of
    return query.all(tx, owner=owner, before=before or MAX, limit=limit)


def memberships(
    tx: Tx, viewer: int | None, person: int, *, before: int | None = None, limit: int = 50
) -> list[tuple[PersonList, int]]:
    """Lists that somebody was put on, as far as ``viewer`` may know, each with its place in this list."""
    return list_queries.lists_with_member.all(
        tx, person=person, viewer=viewer or 0, before=before or MAX, limit=limit
    )


def subscriptions(
    tx: Tx, viewer: int | None, person: int, *, before: int | None = None, limit: int = 50
) -> list[tuple[PersonList, int]]:
    """Lists that somebody subscribes to, each with its place in this list."""
    return list_queries.lists_with_subscriber.all(
        tx, person=person, viewer=viewer or 0, before=before or MAX, limit=limit
    )


def list_members(
    tx: Tx, viewer: int | None, list_id: int, *, before: int | None = None, limit: int = 50
) -> list[Edge]:
    """Newest first. Raises NoSuchList."""
    list_of(tx, viewer, list_id)
    return list_queries.listed.all(tx, list_id=list_id, before=before or MAX, limit=limit)


def list_member_ids(tx: Tx, viewer: int | None, list_id: int) -> list[int]:
    """All members, for a timeline. Raises NoSuchList."""
    return [edge.person_id for edge in list_members(tx, viewer, list_id, limit=MOST_MEMBERS)]


def listed_among(tx: Tx, viewer: int | None, list_id: int, ids: Collection[int]) -> frozenset[int]:
    """Which of these people are members. Raises NoSuchList."""
    list_of(tx, viewer, list_id)
    return frozenset(list_queries.which_listed.all(tx, list_id=list_id, ids=list(ids)))


def list_subscribers(
    tx: Tx, viewer: int | None, list_id: int, *, before: int | None = None, limit: int = 50
) -> list[Edge]:
    """Newest first. Raises NoSuchList."""
    list_of(tx, viewer, list_id)
    return list_queries.subscribed.all(tx, list_id=list_id, before=before or MAX, limit=limit)


def is_subscribed(tx: Tx, me: int, list_id: int) -> bool:
    return list_queries.is_subscribed.first(tx, list_id=list_id, person=me) is not None


def lists_with(tx: Tx, me: int, person: int) -> list[int]:
    """Which of my own lists somebody is on."""
    return list_queries.lists_by_with_member.all(tx, owner=me, person=person)


def add_member(tx: Tx, me: int, list_id: int, person: int) -> bool:
    """Whether they were not on it. Raises NoSuchList, NotYourList, NoSuchPerson, ListNotAllowed, ListFull."""
    of = _own(tx, me, list_id)
    somebody(tx, person)
    if person != me:
        lock(tx, me, person)
        if bond(tx, me, person).blocked:
            raise ListNotAllowed
    if list_queries.which_listed.all(tx, list_id=list_id, ids=[person]):
        return False
    if of.members >= MOST_MEMBERS:
        raise ListFull
    added = list_queries.enlist(tx, list_id=list_id, person=person, id=tx.next_id())
    list_queries.grow_list(tx, this=list_id, members=added, subscribers=0)
    if added and of.exclusive:
        _say(tx, of, person, on=True)
    return bool(added)


def remove_member(tx: Tx, me: int, list_id: int, person: int) -> bool:
    """Whether they were on it. Raises NoSuchList, NotYourList."""
    _own(tx, me, list_id)
    return take_off(tx, list_id, person)


def take_off(tx: Tx, list_id: int, person: int) -> bool:
    """Without asking whose list it is."""
    gone = list_queries.delist(tx, list_id=list_id, person=person)
    if gone:
        list_queries.grow_list(tx, this=list_id, members=-gone, subscribers=0)
        of = list_queries.list_by_id.first(tx, id=list_id)
        if of is not None and of.exclusive:
            _say(tx, of, person, on=False)
    return bool(gone)


def subscribe_list(tx: Tx, me: int, list_id: int) -> bool:
    """Follow somebody else's public list. Whether I did not yet. Raises NoSuchList, ListNotAllowed."""
    of = list_of(tx, me, list_id)
    if of.owner_id == me:
        raise ListNotAllowed("This list is your own")
    lock(tx, me, of.owner_id)
    if bond(tx, me, of.owner_id).blocked:
        raise ListNotAllowed
    added = list_queries.subscribe(tx, list_id=list_id, person=me, id=tx.next_id())
    if added:
        list_queries.grow_list(tx, this=list_id, members=0, subscribers=1)
    return bool(added)


def unsubscribe_list(tx: Tx, me: int, list_id: int) -> bool:
    """Whether I was subscribed."""
    gone = list_queries.unsubscribe(tx, list_id=list_id, person=me)
    if gone:
        list_queries.grow_list(tx, this=list_id, members=0, subscribers=-1)
    return bool(gone)


def part_from_lists(tx: Tx, owner: int, person: int) -> None:
    """Take somebody off all lists of one owner, and their subscriptions of those."""
    for list_id in list_queries.lists_by_with_member.all(tx, owner=owner, person=person):
        take_off(tx, list_id, person)
    for list_id in list_queries.lists_by_with_subscriber.all(tx, owner=owner, person=person):
        unsubscribe_list(tx, person, list_id)


def _say(tx: Tx, of: PersonList, person: int, *, on: bool) -> None:
    """Tell that a list's owner keeps somebody apart from their home timeline, or no longer."""
    say(tx, "exclusive", of.owner_id, person, on=on)


def _own(tx: Tx, me: int, list_id: int) -> PersonList:
    found = list_of(tx, me, list_id)
    if found.owner_id != me:
        raise NotYourList
    return found


def _title(title: str) -> str:
    cleaned = clean(title)
    if not cleaned or len(cleaned) > LONGEST_TITLE:
        raise BadList(fields={"title": f"A title has 1 to {LONGEST_TITLE} characters"})
    return cleaned


def _description(text: str) -> str:
    cleaned = clean(text, lines=True)
    if len(cleaned) > LONGEST_DESCRIPTION:
        raise BadList(fields={"description": f"A description has at most {LONGEST_DESCRIPTION} characters"})
    return cleaned


def _replies(replies: Replies) -> Replies:
    if replies not in ("followed", "list", "none"):
        raise BadList(fields={"replies": "Replies are: followed, list or none"})
    return replies
