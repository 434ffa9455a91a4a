"""Which application stands at a path.

A path's parts are looked up one by one: what is written out goes before a ``{parameter}``, where both lead
somewhere. A part in braces with ``:path`` takes all that is left, if nothing else does. Empty parts do not
count: ``/wallet/`` is ``/wallet``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


class _Node:
    __slots__ = ("application", "children", "names", "parameter", "rest")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.rest: _Node | None = None
        self.application: Application | None = None
        self.names: tuple[str, ...] = ()


class Router:
    """Paths, each with its application."""

    def __init__(self) -> None:
        self._root = _Node()
        self._plain: dict[str, Application] = {}

    def add(self, path: str, application: Application) -> None:
        """``path``: ``/wallet/api/payments/{id}`` or ``/static/{name:path}``. ValueError when it is taken."""
        node = self._root
        names: list[str] = []
        for part in filter(None, path.split("/")):
            if not part.startswith("{"):
                node = node.children.setdefault(part, _Node())
                continue
            name, _, kind = part[1:-1].partition(":")
            names.append(name)
            if kind:
                node.rest = node = node.rest or _Node()
            else:
                node.parameter = node = node.parameter or _Node()
        if node.application is not None:
            raise ValueError(f"two applications at {path}")
        node.application, node.names = application, tuple(names)
        if not names:
            self._plain[path] = application

    def find(self, path: str) -> tuple[Application, dict[str, str]] | None:
        """The application at a path and what stands for its parameters; None where there is nothing."""
        plain = self._plain.get(path)
        if plain is not None:
            return plain, {}
        parts = [part for part in path.split("/") if part]
        values: list[str] = []
        node = _straight(self._root, parts, values)
        if node is None:  # rarely: what is written out may have led astray
            values.clear()
            node = _walk(self._root, parts, 0, values)
        if node is None or node.application is None:
            return None
        return node.application, dict(zip(node.names, values, strict=True))


def _straight(node: _Node, parts: list[str], values: list[str]) -> _Node | None:
    """Where ``_walk`` gets to without ever turning back; None where it has to."""
    for part in parts:
        child = node.children.get(part)
        if child is None:
            child = node.parameter
            if child is None:
                return None
            values.append(part)
        node = child
    return node if node.application is not None else None


def _walk(node: _Node, parts: list[str], at: int, values: list[str]) -> _Node | None:
    if at == len(parts):
        return node if node.application is not None else None
    part = parts[at]
    child = node.children.get(part)
    if child is not None:
        found = _walk(child, parts, at + 1, values)
        if found is not None:
            return found
    if node.parameter is not None:
        values.append(part)
        found = _walk(node.parameter, parts, at + 1, values)
        if found is not None:
            return found
        values.pop()
    if node.rest is not None:
        values.append("/".join(parts[at:]))
    return node.rest
