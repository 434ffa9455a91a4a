"""Idempotency keys: the same key and the same request give the same answer, and one movement.

A key is written in the transaction of what it stands for, as its last row, so both are on disk or neither is.
Two requests with one key at the same time meet at that row: the second is undone and run again, and finds the
first one's answer.
Keys are kept for :data:`KEEP_KEYS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from dozen.core.ledger import queries
from dozen.core.ledger.errors import BadKey, KeyInUse, KeyReused
from dozen.core.ledger.structs import Answer, Key, Refusal, Transfer
from dozen.db import Busy, Tx
from dozen.kit import clock
from dozen.kit.errors import Fault, Unavailable

T = TypeVar("T")

KEEP_KEYS = 7 * clock.DAY
"""Milliseconds. A key that is sent again later is a new one."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_REALM = re.compile(r"[a-z][a-z0-9_.]{0,59}")
_canonical = msgspec.json.Encoder(order="deterministic").encode


_Row = tuple[str, int | None, bytes | None]
"""Fingerprint, transfer, answer."""

# An answer is stored as JSON behind one byte that says whether it is the result or a refusal.
_RESULT, _REFUSAL = b"=", b"!"
_encode = msgspec.json.Encoder().encode


def fingerprint(*parts: Any) -> str:
    """A short text that differs when any of ``parts`` (anything JSON can say) differs."""
    return sha256(_canonical(parts)).hexdigest()[:32]


def check_key(key: Key) -> None:
    """Raises BadKey."""
    if not _KEY.fullmatch(key.key) or not _REALM.fullmatch(key.realm):
        raise BadKey


def once(
    tx: Tx,
    key: Key,
    print_: str,
    verb: Callable[[Tx], T],
    result: type[T],
    *,
    remember: tuple[type[Fault], ...] = (),
) -> Answer[T]:
    """Run ``verb`` under an idempotency key, or give what it gave before.

    ``print_`` is the :func:`fingerprint` of all that makes the request what it is (method, path, body): the
    same key with another one raises KeyReused. ``result`` is the type of what ``verb`` returns, which must
    be something JSON can say; it is stored with the movement.

    ``remember`` lists Faults that are an answer, too: what a client must not get another answer for by
    asking again, such as InsufficientFunds or a declined card. What the verb did before one of them is
    undone, the refusal is stored, and ``Answer.get()`` raises it: **call that after the commit**. Any other
    Fault is raised here, stores nothing, and the key stays free: input that cannot be right (it moved
    nothing, and corrected input is another request), what the caller may not do, and a server that is busy.
    """
    check_key(key)
    tx.must_write()
    if key in tx.known:
        raise KeyInUse
    row = key_row(tx, key)
    if row is not None:
        return _known(row, print_, result)
    tx.known[key] = "in use"
    try:
        if remember:
            with tx.savepoint():
                value = verb(tx)
        else:
            value = verb(tx)
    except Fault as fault:
        if isinstance(fault, Unavailable):
            raise
        if came_first(tx, key):
            raise Busy from fault  # who has the same key came first, and what they did is why: see theirs
        if not isinstance(fault, remember):
            raise
        refusal = Refusal(fault.code, fault.status, fault.title, fault.detail, fault.extra)
        keep_key(tx, key, print_, answer=_REFUSAL + _encode(refusal))
        return Answer(None, refusal)
    finally:
        tx.known.pop(key, None)
    keep_key(tx, key, print_, answer=_RESULT + _encode(value))
    return Answer(value)


def keep_key(
    tx: Tx, key: Key, print_: str, *, answer: bytes | None = None, transfer_id: int | None = None
) -> None:
    """The key's row, which was not there. Where another has written it since we looked (PostgreSQL), all of
    this transaction is undone, run again, and finds the other's."""
    queries.add_key.soon(
        tx, realm=key.realm, owner=key.owner, key=key.key, fingerprint=print_, at=tx.now,
        transfer_id=transfer_id, answer=answer,
    )  # fmt: skip
    tx.known[_name(key)] = (print_, transfer_id, answer)


def _known(row: _Row, print_: str, result: type[T]) -> Answer[T]:
    transfer_id, stored = _same(row, print_)
    if stored is None or transfer_id is not None:
        raise KeyInUse
    if stored[:1] == _REFUSAL:
        return Answer(None, msgspec.json.decode(stored[1:], type=Refusal), replayed=True)
    return Answer(msgspec.json.decode(stored[1:], type=result), replayed=True)


def known_transfer(tx: Tx, key: Key, print_: str) -> Transfer:
    """The transfer that was made under a key. Raises KeyReused."""
    row = key_row(tx, key)
    if row is None:  # purged between two statements: seven days are over in this very moment
        raise KeyInUse
    transfer_id, _ = _same(row, print_)
    if transfer_id is None:
        raise KeyReused
    found = queries.transfer_by_id.first(tx, id=transfer_id)
    if found is None:
        raise KeyInUse
    sides = tuple(queries.postings_of.all(tx, id=transfer_id))
    return msgspec.structs.replace(found, postings=sides, replayed=True)


def ready_keys(tx: Tx, realm: str, keys: Collection[tuple[int, str]]) -> None:
    """Read at once what is kept under keys (owner and key) that will be asked for."""
    found = dict(
        queries.key_rows.all(tx, realm=realm, owners=[o for o, _ in keys], names=[k for _, k in keys])
    )
    tx.known.update((_name(Key(realm, *each)), found.get(each)) for each in keys)


def came_first(tx: Tx, key: Key) -> bool:
    """Whether another has used the key since we looked: then what they did may be why we cannot."""
    if tx.dialect == "sqlite":
        return False
    tx.known.pop(_name(key), None)
    return key_row(tx, key) is not None


def _name(key: Key) -> tuple[str, Key]:
    return ("ledger.key", key)


def key_row(tx: Tx, key: Key) -> _Row | None:
    """What is kept under a key."""
    name = _name(key)
    if name in tx.known:
        found: _Row | None = tx.known[name]
        return found
    return queries.key_row.first(tx, realm=key.realm, owner=key.owner, key=key.key)


def _same(row: _Row, print_: str) -> tuple[int | None, bytes | None]:
    """The transfer or the answer of a key's row. Raises KeyReused where another request has it."""
    if row[0] != print_:
        raise KeyReused
    return row[1], None if row[2] is None else bytes(row[2])


def purge_keys(tx: Tx, limit: int = 2_000) -> bool:
    """Forget keys older than :data:`KEEP_KEYS`, a bounded number at a time; True while there are more."""
    old = queries.old_keys.all(tx, before=tx.now - KEEP_KEYS, limit=limit)
    queries.drop_key.many(tx, old)
    return len(old) == limit
