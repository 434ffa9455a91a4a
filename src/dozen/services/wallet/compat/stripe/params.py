"""Parameters with bracket keys (``metadata[order_id]``, ``expand[0]``, ``created[gte]``), bounded in depth
and number. What a handler does not ask for is not looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from dozen.services.wallet.compat.stripe.errors import BadParam

Tree: TypeAlias = "dict[str, str | Tree]"

_NAME = re.compile(r"([^\[\]]{1,100})((?:\[[^\[\]]{0,100}\]){0,4})")
_PART = re.compile(r"\[([^\[\]]*)\]")
_MOST = 500
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_TRUE, _FALSE = ("true", "True", "1"), ("false", "False", "0")


class Params:
    """``text`` and the like give None for what was not sent. Each raises BadParam."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.pairs = sorted(pairs)
        self._tree: Tree = {}
        if len(self.pairs) > _MOST:
            raise BadParam("", "Too many parameters")
        for name, value in self.pairs:
            self._put(name, value)

    @classmethod
    def of_query(cls, raw: bytes) -> Params:
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST
            )
        except ValueError as error:
            raise BadParam("", "The query string cannot be read") from error
        if any("\0" in name or "\0" in value for name, value in pairs):
            raise BadParam("", "The query string cannot be read")
        return cls(pairs)

    def _put(self, name: str, value: str) -> None:
        found = _NAME.fullmatch(name)
        if found is None:
            raise BadParam(name[:100], f"Invalid parameter name: {name[:100]}")
        path = [found[1], *_PART.findall(found[2])]
        at = self._tree
        for part in path[:-1]:
            inner = at.setdefault(part or str(len(at)), {})
            if not isinstance(inner, dict):
                raise BadParam(found[1], f"Invalid object: {found[1]}")
            at = inner
        last = path[-1] or str(len(at))
        if isinstance(at.get(last), dict):
            raise BadParam(found[1], f"Invalid object: {found[1]}")
        at[last] = value

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def text(self, name: str, most: int = 5_000) -> str | None:
        found = self._tree.get(name)
        if found is None:
            return None
        if not isinstance(found, str):
            raise BadParam(name, f"Invalid string: {name} is not text")
        if len(found) > most:
            raise BadParam(name, f"Invalid string: {name} has at most {most} characters")
        return found

    def need(self, name: str, most: int = 5_000) -> str:
        found = self.text(name, most)
        if not found:
            raise BadParam(name, f"Missing required param: {name}.", "parameter_missing")
        return found

    def integer(self, name: str) -> int | None:
        found = self.text(name, 30)
        if found is None or found == "":
            return None
        if not _NUMBER.fullmatch(found):
            raise BadParam(name, f"Invalid integer: {found}", "parameter_invalid_integer")
        return int(found)

    def boolean(self, name: str) -> bool | None:
        found = self.text(name, 30)
        if found is None or found == "":
            return None
        if found not in _TRUE + _FALSE:
            raise BadParam(name, f"Invalid boolean: {found}")
        return found in _TRUE

    def choice(self, name: str, among: Iterable[str]) -> str | None:
        found = self.text(name, 100)
        known = tuple(among)
        if found and found not in known:
            raise BadParam(name, f"Invalid {name}: must be one of {', '.join(known)}")
        return found or None

    def inner(self, name: str) -> Params:
        """The parameters below a name: ``automatic_payment_methods[…]``."""
        made = Params(())
        found = self._tree.get(name)
        if isinstance(found, dict):
            made._tree = found
        elif found:
            raise BadParam(name, f"Invalid object: {name}")
        return made

    def mapping(self, name: str) -> dict[str, str] | None:
        """Texts by name. An empty text in place of it all is no entries."""
        found = self._tree.get(name)
        if found is None:
            return None
        if isinstance(found, str):
            if found:
                raise BadParam(name, f"Invalid object: {name}")
            return {}
        out: dict[str, str] = {}
        for key, value in found.items():
            if not isinstance(value, str):
                raise BadParam(name, f"Invalid string: {name}[{key}] is not text")
            out[key] = value
        return out

    def wipes(self, name: str) -> bool:
        """Whether ``name=`` (with nothing) asks to empty it."""
        return self._tree.get(name) == ""

    def list(self, name: str, most: int = 100) -> list[str]:
        found = self._tree.get(name)
        if found is None or found == "":
            return []
        if isinstance(found, str):
            return [found]
        out: list[Any] = [found[key] for key in sorted(found, key=lambda k: (len(k), k))]
        if len(out) > most or not all(isinstance(each, str) for each in out):
            raise BadParam(name, f"Invalid array: {name}")
        return out

    def plain(self, name: str) -> str | None:
        """A text that stands where there might be brackets."""
        found = self._tree.get(name)
        return found if isinstance(found, str) else None
