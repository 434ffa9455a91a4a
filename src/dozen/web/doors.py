"""Doors: sets of addresses with one way of knowing callers and one way of telling errors.

A room declares its native JSON door as ``api = Api("/microblog")``, its HTML door as ``pages =
Pages("/microblog")``, and each dialect as a door of its own; handlers are put on them::

    @api.post("/tweets", scope="microblog:write", raises=[TooLong, Duplicate])
    def create(call: Call, data: NewTweet) -> Reply[Tweet]: ...

A plain function runs inside one transaction, read for GET and write for the rest, and ``call.tx``
is it. An ``async`` function gets none and opens its own with ``await call.read(verb, …)`` and
``await call.write(verb, …)``: for uploads, password hashing, streams.

An API and a page may share an address; the caller's ``Accept`` and ``Content-Type`` decide.
"""

from __future__ import annotations

from typing import Any

from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit.errors import Fault
from dozen.web.call import Call
from dozen.web.problems import error_page, problem
from dozen.web.replies import Page, Redirect, Reply
from dozen.web.routes import FORM_LIMIT, Door


class Api(Door):
    """Native JSON. Errors are RFC 9457 problem documents."""

    def error(self, call: Call, fault: Fault) -> Reply[Any]:
        return problem(call, fault)


class Pages(Door):
    """HTML, for people; forms in, pages and redirects out. Only browser sessions, never tokens."""

    kind = "page"
    tokens = False
    body_limit = FORM_LIMIT

    def error(self, call: Call, fault: Fault) -> Reply[Any] | Page | Redirect:
        return error_page(call, fault)


class Dialect(Door):
    """A foreign protocol: its own authentication and errors, on the paths its clients demand."""

    kind = "dialect"
    sessions = False

    def authenticate(self, call: Call, tx: Tx) -> Actor | None:
        """The actor that this protocol's credentials name, or None. ``tx`` may be for reading."""
        raise NotImplementedError
