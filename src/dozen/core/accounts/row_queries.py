"""What the other ``*_queries`` modules share: rows from and to structs, who is alive, who has a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Table, insert

from dozen.core.accounts.tables import names, people
from dozen.db import Action, action, param

S = TypeVar("S", bound=msgspec.Struct)


def add_row(table: Table) -> Action:
    """Insert a row; every column by its own name."""
    return action(insert(table).values({column.name: param(column.name) for column in table.c}))


def make(kind: type[S], **convert: Callable[[Any], Any]) -> Callable[..., S]:
    """A row in the order of the struct's fields, into the struct."""
    fields = kind.__struct_fields__

    def make(*row: Any) -> S:
        given = dict(zip(fields, row, strict=True))
        for name, to in convert.items():
            given[name] = to(given[name])
        return kind(**given)

    return make


def columns(kind: type[msgspec.Struct], table: Table, **other: ColumnElement[Any]) -> Sequence[Any]:
    return [other.get(name, table.c.get(name)) for name in kind.__struct_fields__]


def scope_set(stored: str) -> frozenset[str]:
    return frozenset(stored.split())


alive = people.c.deleted_at.is_(None)
named = people.join(names, (names.c.person_id == people.c.id) & names.c.until.is_(None))
