"""Page markers: opaque to clients, signed, and good for one kind of list only."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.kit.crypto import Keyring, b64, unb64
from dozen.kit.errors import BadCursor

_SIGNATURE = 10  # bytes: an online guess is hopeless, the marker stays short
_MAX = 512
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Any, ...]).decode


class Cursors:
    """Seals and opens page markers with the installation's key."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    def seal(self, kind: str, *values: int | str | None) -> str:
        """A marker that holds ``values`` and can only be opened for the same ``kind``.

        Raises ValueError when they make it longer than :meth:`open` accepts.
        """
        body = _encode(values)
        made = b64(self._sign(kind, body) + body)
        if len(made) > _MAX:
            raise ValueError("too long for a page marker")
        return made

    def open(self, kind: str, cursor: str) -> tuple[Any, ...]:
        """The values again. Raises BadCursor for anything this installation did not seal."""
        if len(cursor) > _MAX:
            raise BadCursor
        try:
            raw = unb64(cursor)
            if b64(raw) != cursor:  # the last letter's spare bits are signed by nobody
                raise BadCursor
            signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
            if len(signature) == _SIGNATURE and self._keys.verify(
                "cursor", kind.encode() + b"\0" + body, signature
            ):
                return _decode(body)
        except (ValueError, msgspec.DecodeError):
            pass
        raise BadCursor

    def open_id(self, kind: str, cursor: str | None) -> int | None:
        """The one id of a marker that holds just that; None stays None (the first page)."""
        found = self._open_ids(kind, cursor, 1)
        return found[0] if found is not None else None

    def open_pair(self, kind: str, cursor: str | None) -> tuple[int, int] | None:
        """The two numbers of a marker that holds just those: what a list is ordered by, and an id."""
        found = self._open_ids(kind, cursor, 2)
        return (found[0], found[1]) if found is not None else None

    def _open_ids(self, kind: str, cursor: str | None, count: int) -> tuple[int, ...] | None:
        if not cursor:
            return None
        values = self.open(kind, cursor)
        if len(values) != count or not all(isinstance(each, int) for each in values):
            raise BadCursor
        return values

    def _sign(self, kind: str, body: bytes) -> bytes:
        return self._keys.sign("cursor", kind.encode() + b"\0" + body, size=_SIGNATURE)
