"""What somebody has set, as one small document for each room or block."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from dozen.core.accounts import people_queries
from dozen.core.accounts.errors import BadSetting
from dozen.db import Tx

T = TypeVar("T")

MAX_BYTES = 16_384
_MOST = 64
_NAMESPACE = re.compile(r"[a-z][a-z0-9_.]{0,39}")


def setting(tx: Tx, me: int, namespace: str, default: T) -> T:
    """The document of ``namespace``, in the default's type; the default where there is none.

    With a struct as default, what it does not know is dropped and what is missing takes the struct's
    own defaults, so a room may add settings at any time.
    """
    stored = (
        people_queries.setting.first(tx, me=me, namespace=namespace)
        if _NAMESPACE.fullmatch(namespace)
        else None
    )
    if stored is None:
        return default
    try:
        return msgspec.convert(stored, type(default))
    except msgspec.ValidationError:
        return default


def change_setting(tx: Tx, me: int, namespace: str, value: Any) -> None:
    """Replace a document by a struct or anything else that is JSON; None removes it. Raises BadSetting."""
    if not _NAMESPACE.fullmatch(namespace):
        raise BadSetting("a namespace has 1 to 40 lower-case letters, digits, dots and underscores")
    if value is None:
        people_queries.drop_setting(tx, me=me, namespace=namespace)
        return
    try:
        plain = msgspec.to_builtins(value)
        size = len(msgspec.json.encode(plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadSetting from error
    if size > MAX_BYTES:
        raise BadSetting(f"these settings are larger than {MAX_BYTES} bytes")
    people_queries.put_setting(tx, me=me, namespace=namespace, value=plain)
    if (people_queries.namespaces.first(tx, me=me) or 0) > _MOST:
        raise BadSetting("there are too many kinds of settings")


def my_settings(tx: Tx, me: int) -> dict[str, Any]:
    """Every document by its namespace."""
    return dict(people_queries.all_settings.all(tx, me=me))
