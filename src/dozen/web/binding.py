"""From a handler's signature to its arguments: path, query, body.

``def timeline(call, username: str, cursor: str | None = None, limit: Limit = 20)`` takes
``username`` from the path because the path names it (there ``int``, ``str`` or a ``Literal``, which finds
nothing by any other word), and the rest from the query string. A parameter named ``data`` is the
body, decoded into its type (``data: X | None = None``: it may be left out); ``form`` is a submitted form.
Types are msgspec's, with its constraints (``Annotated[int, Meta(ge=1, le=200)]``).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from dozen.kit import ids
from dozen.kit.errors import Invalid, Malformed, NotFound

_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_NUL = re.compile(rb"(\\+)u0000")
_MISSING = re.compile(r"missing required field `([^`]+)`")
_MOST_FIELDS = 100


class Binder:
    __slots__ = (
        "_default",
        "_plan",
        "body",
        "body_decode",
        "form",
        "may_be_empty",
        "path_names",
        "path_types",
        "query",
        "query_lists",
        "query_names",
        "returns",
    )

    def __init__(self, fn: Callable[..., Any], path: str) -> None:
        hints = get_type_hints(fn, include_extras=True)
        signature = inspect.signature(fn)
        names = list(signature.parameters)[1:]
        self.returns = hints.get("return", Any)
        self.path_names = [match[0] for match in _PLACE.findall(path)]
        if missing := set(self.path_names) - set(names):
            raise TypeError(f"{fn.__qualname__}: the path names {sorted(missing)}, the signature does not")
        self.path_types = {name: hints.get(name, str) for name in self.path_names}
        self.body: Any = hints.get("data") if "data" in names else None
        self.form = "form" in names
        self.may_be_empty = NoneType in get_args(self.body)
        if self.may_be_empty:
            self.body = next(each for each in get_args(self.body) if each is not NoneType)
        self.body_decode = msgspec.json.Decoder(self.body).decode if self.body is not None else None
        fields: list[Any] = []
        for name in names:
            if name in self.path_names or name in ("data", "form"):
                continue
            default = signature.parameters[name].default
            kind = hints[name]
            fields.append((name, kind) if default is inspect.Parameter.empty else (name, kind, default))
        self.query_names = [field[0] for field in fields]
        self.query = (
            msgspec.defstruct(f"{fn.__name__.title().replace('_', '')}Query", fields, kw_only=True)
            if fields
            else None
        )
        self.query_lists = {field[0] for field in fields if _is_list(field[1])}
        self._default = None
        if self.query is not None and all(len(field) == 3 for field in fields):
            self._default = [field[2] for field in fields]
        plan: list[tuple[str, int]] = []
        for name in names:
            if name in self.path_names:
                plan.append(("path", self.path_names.index(name)))
            elif name in ("data", "form"):
                plan.append((name, 0))
            else:
                plan.append(("query", self.query_names.index(name)))
        self._plan = plan

    def arguments(self, scope: Any, data: Any, form: Any) -> list[Any]:
        """The handler's positional arguments after ``call``."""
        query: list[Any] = self._query(scope["query_string"]) if self.query is not None else []
        path = scope["path_params"]
        names = self.path_names
        out: list[Any] = []
        for source, index in self._plan:
            if source == "path":
                name = names[index]
                out.append(_path_value(path[name], self.path_types[name]))
            elif source == "query":
                out.append(query[index])
            elif source == "data":
                out.append(data)
            else:
                out.append(form)
        return out

    def decode(self, body: bytes) -> Any:
        """The JSON body as its type. Raises Malformed (not JSON) or Invalid (JSON, but not this)."""
        assert self.body_decode is not None
        if b"\\u0000" in body and _has_nul(body):
            raise Invalid("Text must not contain NUL characters")
        try:
            return self.body_decode(body)
        except msgspec.ValidationError as error:
            raise invalid(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"The body is not JSON that we can read: {error}") from error

    def _query(self, raw: bytes) -> list[Any]:
        if not raw and self._default is not None:
            return self._default
        given: dict[str, Any] = {}
        for name, value in parse_query(raw):
            if name in self.query_lists:
                given.setdefault(name, []).append(value)
            elif name in self.query_names and (value or name not in given):
                given[name] = value
        assert self.query is not None
        try:
            found = msgspec.convert(
                {name: value for name, value in given.items() if value != ""}, self.query, strict=False
            )
        except msgspec.ValidationError as error:
            raise invalid(error) from error
        return [getattr(found, name) for name in self.query_names]


def _is_list(kind: Any) -> bool:
    """Whether a parameter of this type may be given more than once."""
    origin = get_origin(kind)
    return _is_list(get_args(kind)[0]) if origin is Annotated else origin in (list, tuple)


def parse_query(raw: bytes) -> list[tuple[str, str]]:
    """Pairs of a query string or urlencoded body. Raises Malformed for bad UTF-8, NULs and floods."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed("The address has characters or a length that we cannot read") from error
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Malformed("The address must not contain NUL characters")
    return pairs


def invalid(error: msgspec.ValidationError) -> Invalid:
    """Our fault for msgspec's complaint, with the field's name where it tells one."""
    message, _, place = str(error).partition(" - at `$")
    missing = _MISSING.search(message)
    field = ".".join(filter(None, (place.rstrip("`").strip("."), missing[1] if missing else "")))
    return Invalid(message, fields={field: message}) if field else Invalid(message)


def _has_nul(body: bytes) -> bool:
    """Whether an odd number of backslashes stands before an ``u0000``: then it is the character."""
    return any(len(each[1]) % 2 for each in _NUL.finditer(body))


def _path_value(text: str, kind: Any) -> Any:
    if kind is int:
        # An id that cannot exist is simply not there.
        if not text.isascii() or not text.isdigit() or len(text) > 19 or (value := int(text)) > ids.MAX:
            raise NotFound
        return value
    if "\0" in text or len(text) > 500 or (get_origin(kind) is Literal and text not in get_args(kind)):
        raise NotFound
    return text
