"""People's address books. One of the addresses, if there is any, is the one that is offered."""

from __future__ import annotations

import re

import msgspec

from dozen.db import Tx
from dozen.kit.text import clean
from dozen.services.wallet.errors.carts import BadAddress, NoSuchAddress, TooManyAddresses
from dozen.services.wallet.queries import carts as queries
from dozen.services.wallet.structs.carts import Address, Place

MOST = 20
_COUNTRY = re.compile("[A-Z]{2}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{3,29}")


def mine(tx: Tx, me: int) -> list[Address]:
    """The one that is offered first, then the latest."""
    return queries.addresses_of.all(tx, person=me)


def one(tx: Tx, me: int, address_id: int) -> Address:
    """Raises NoSuchAddress."""
    found = queries.address.first(tx, id=address_id, person=me)
    if found is None:
        raise NoSuchAddress
    return found


def offered(tx: Tx, me: int) -> Address | None:
    return next(iter(mine(tx, me)), None)


def add(tx: Tx, me: int, place: Place, *, first: bool = False) -> Address:
    """The very first one is the one that is offered. Raises BadAddress, TooManyAddresses."""
    tx.must_write()
    place = checked(place)
    known = mine(tx, me)
    if len(known) >= MOST:
        raise TooManyAddresses
    first = first or not known
    if first:
        queries.none_first(tx, person=me)
    made = Address(tx.next_id(), me, place, first)
    queries.add_address(tx, **msgspec.structs.asdict(made))
    return made


def change(tx: Tx, me: int, address_id: int, place: Place) -> Address:
    """What was sent to it before stays as it was. Raises NoSuchAddress, BadAddress."""
    place = checked(place)
    if not queries.change_address(tx, address=address_id, who=me, new_place=place):
        raise NoSuchAddress
    return one(tx, me, address_id)


def offer(tx: Tx, me: int, address_id: int) -> None:
    """Make it the one that is offered. Raises NoSuchAddress."""
    one(tx, me, address_id)
    queries.none_first(tx, person=me)
    queries.set_first(tx, id=address_id, person=me)


def drop(tx: Tx, me: int, address_id: int) -> Address:
    """As it was, to be put back. Raises NoSuchAddress."""
    found = one(tx, me, address_id)
    queries.drop_address(tx, id=address_id, person=me)
    if found.first and (next_ := offered(tx, me)) is not None:
        queries.set_first(tx, id=next_.id, person=me)
    return found


def checked(place: Place) -> Place:
    """As it is kept. Raises BadAddress."""
    tidy = Place(
        clean(place.name),
        "\n".join(line for each in clean(place.lines, lines=True).split("\n") if (line := each.strip())),
        clean(place.city),
        clean(place.postcode),
        clean(place.country).upper(),
        clean(place.phone),
    )
    wrong = {}
    if not 1 <= len(tidy.name) <= 80:
        wrong["name"] = "Who it is for, in at most 80 characters"
    if not 1 <= len(tidy.lines) <= 200 or tidy.lines.count("\n") > 3:
        wrong["lines"] = "Street and number, in at most four lines"
    if not 1 <= len(tidy.city) <= 80:
        wrong["city"] = "The town, in at most 80 characters"
    if len(tidy.postcode) > 16:
        wrong["postcode"] = "At most 16 characters"
    if not _COUNTRY.fullmatch(tidy.country):
        wrong["country"] = "Two letters, such as IN or DE"
    if tidy.phone and not _PHONE.fullmatch(tidy.phone):
        wrong["phone"] = "This is not a telephone number"
    if wrong:
        raise BadAddress(fields=wrong)
    return tidy
