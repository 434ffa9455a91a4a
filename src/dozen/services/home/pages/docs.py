"""The API's description for people, served from here: a page of all addresses, and one for each group."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from dozen.kit.errors import NotFound
from dozen.services.home.pages.door import pages
from dozen.web import Call, Page

_REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


@lru_cache(4)
def _read(description: bytes) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """The document, and its operations by group."""
    document: dict[str, Any] = msgspec.json.decode(description)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found = {"method": method.upper(), "path": path, **operation}
            groups.setdefault(operation["tags"][0], []).append(found)
    return document, groups


def _slug(group: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-")


@pages.get("/docs", access="public")
def docs(call: Call) -> Page:
    """Every address of the API, by room."""
    document, groups = _read(call.server.frame.description())
    listed = [(name, _slug(name), operations) for name, operations in groups.items()]
    return Page("home/docs.html", groups=listed, info=document["info"])


@pages.get("/docs/{group}", access="public")
def docs_of(call: Call, group: Annotated[str, msgspec.Meta(max_length=100)]) -> Page:
    """What is sent to each address of a group, and what comes back."""
    document, groups = _read(call.server.frame.description())
    found = next((name for name in groups if _slug(name) == group), None)
    if found is None:
        raise NotFound
    schemas = document["components"]["schemas"]
    wanted = _reached(schemas, groups[found])
    shown = {name: schemas[name] for name in sorted(wanted)}
    return Page("home/docs_group.html", group=found, operations=groups[found], schemas=shown)


def _reached(schemas: dict[str, Any], start: Any) -> set[str]:
    """Names of all objects that these operations mention, and what those are made of."""
    wanted: set[str] = set()
    ahead = [start]
    while ahead:
        names = set(_REFERENCE.findall(msgspec.json.encode(ahead.pop()).decode())) & schemas.keys()
        ahead += [schemas[name] for name in names - wanted]
        wanted |= names
    return wanted
