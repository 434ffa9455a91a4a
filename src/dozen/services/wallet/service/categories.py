"""The tree of goods: rows that administrators keep; until there are any, the standard one."""

from __future__ import annotations

import re

import msgspec

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit.text import clean
from dozen.services.wallet.errors.products import BadCategory, NoSuchCategory
from dozen.services.wallet.queries import products as queries
from dozen.services.wallet.structs.products import Category

_STANDARD: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("electronics", "Electronics", "laptop",
     (("phones", "Phones"), ("audio", "Audio"), ("cameras", "Cameras"), ("wearables", "Watches"))),
    ("fashion", "Fashion", "tag", (("clothes", "Clothes"), ("shoes", "Shoes"), ("bags", "Bags"))),
    ("home", "Home", "home", (("furniture", "Furniture"), ("lighting", "Lamps"), ("textiles", "Textiles"))),
    ("kitchen", "Kitchen", "flame", (("tableware", "Tableware"), ("cookware", "Cookware"))),
    ("food", "Food and drink", "store", (("tea", "Tea and coffee"), ("pantry", "Pantry"))),
    ("books", "Books and paper", "newspaper", (("novels", "Books"), ("stationery", "Stationery"))),
    ("toys", "Toys and games", "gift", (("games", "Games"), ("soft-toys", "Soft toys"))),
    ("sport", "Sport and outdoors", "ball", (("balls", "Ball games"), ("outdoor", "Outdoors"))),
    ("garden", "Plants and garden", "sun", (("plants", "Plants"), ("pots", "Pots"))),
    ("beauty", "Beauty and health", "heart", ()),
    ("other", "Something else", "grid", ()),
)  # fmt: skip
MOST = 500
_ID = re.compile("[a-z][a-z0-9-]{0,39}")
_ICON = re.compile("[a-z-]{1,20}")


def standard() -> list[Category]:
    found = []
    for n, (id_, name, icon, children) in enumerate(_STANDARD):
        found.append(Category(id_, "", name, icon, n))
        found += [Category(each, id_, words, icon, m) for m, (each, words) in enumerate(children)]
    return found


def tree(tx: Tx) -> list[Category]:
    """All, by their place among those with the same parent."""
    return queries.all_categories.all(tx) or standard()


def category(tx: Tx, category_id: str) -> Category:
    """Raises NoSuchCategory."""
    found = next((each for each in tree(tx) if each.id == category_id), None)
    if found is None:
        raise NoSuchCategory
    return found


def children(found: list[Category], parent: str) -> list[Category]:
    return [each for each in found if each.parent == parent]


def path(found: list[Category], category_id: str) -> list[Category]:
    """From the top down to it; empty for one that is not there."""
    by_id = {each.id: each for each in found}
    out: list[Category] = []
    at = by_id.get(category_id)
    while at is not None and len(out) < 10:
        out.append(at)
        at = by_id.get(at.parent)
    return out[::-1]


def below(found: list[Category], category_id: str) -> list[str]:
    """It, and all below it."""
    out = [category_id]
    for each in out:
        out += [child.id for child in found if child.parent == each and child.id not in out]
    return out


def put(tx: Tx, admin: int, new: Category) -> Category:
    """Add a category or change one; for administrators. The standard tree is written down first, so that
    nothing is lost. Raises what ``accounts.must_be_admin`` raises, BadCategory."""
    accounts.must_be_admin(tx, admin)
    known = tree(tx)
    name = clean(new.name)
    wrong = {}
    if not _ID.fullmatch(new.id):
        wrong["id"] = "Small letters, digits and dashes, at most 40"
    if not 1 <= len(name) <= 60:
        wrong["name"] = "A name has 1 to 60 characters"
    if not _ICON.fullmatch(new.icon):
        wrong["icon"] = "The name of an icon"
    if new.parent and (all(each.id != new.parent for each in known) or new.parent in below(known, new.id)):
        wrong["parent"] = "Choose one of the list that is not below this one"
    elif len(path(known, new.parent)) >= 4:
        wrong["parent"] = "The tree is at most four deep"
    if len(known) >= MOST:
        wrong["id"] = f"There are {MOST} categories already"
    if wrong:
        raise BadCategory(fields=wrong)
    if not queries.all_categories.all(tx):
        for each in known:
            queries.put_category(tx, **msgspec.structs.asdict(each))
    made = msgspec.structs.replace(new, name=name)
    queries.put_category(tx, **msgspec.structs.asdict(made))
    return made
