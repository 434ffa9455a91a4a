"""The API's description for people, served from here."""

from __future__ import annotations

import msgspec

from dozen.services.home.pages.door import pages
from dozen.web import Call, Page


@pages.get("/docs", access="public")
def docs(call: Call) -> Page:
    """Every address of the API, by room."""
    document = msgspec.json.decode(call.server.frame.description())
    groups: dict[str, list[dict[str, object]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(
                {"method": method.upper(), "path": path, **operation}
            )
    return Page(
        "home/docs.html", groups=groups, schemas=document["components"]["schemas"], info=document["info"]
    )
