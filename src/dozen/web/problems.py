"""Faults on the wire: RFC 9457 problem documents, and pages that say what to do."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dozen.core import accounts
from dozen.kit import clock
from dozen.kit.errors import Fault, TooMany, Unauthenticated
from dozen.web.call import Call
from dozen.web.replies import SESSION, Cookie, Header, Page, Redirect, Reply


def document(fault: Fault) -> dict[str, Any]:
    """A fault as an RFC 9457 object. ``type`` is a stable name of ours; ``code`` is it, bare."""
    return {
        "type": f"urn:dozen:problem:{fault.code}",
        "title": fault.title,
        "status": fault.status,
        "detail": fault.detail,
        "code": fault.code,
        **{name: value for name, value in fault.extra.items() if value is not None},
    }


def _headers(fault: Fault) -> list[Header]:
    headers: list[Header] = []
    if isinstance(fault, TooMany):
        headers.append(("retry-after", str(fault.retry_after)))
    if fault.status == 503:
        headers.append(("retry-after", "2"))
    return headers


def problem(call: Call, fault: Fault) -> Reply[Any]:
    headers = _headers(fault)
    if isinstance(fault, Unauthenticated):
        headers.append(("www-authenticate", "Bearer"))
    return Reply(document(fault), status=fault.status, headers=headers, media="application/problem+json")


def error_page(call: Call, fault: Fault) -> Page | Redirect | Reply[Any]:
    """For people: to the sign-in page when that helps, a page that explains otherwise, with the words
    that they wrote.

    Our own scripts get the problem document instead, and say it in a toast; so do other programs.
    """
    if call.enhanced or call.wants_data:
        return problem(call, fault)
    if isinstance(fault, accounts.errors.AccountSuspended):
        return _signed_out(call, fault)
    login = ""
    if isinstance(fault, Unauthenticated):
        back = call.path if not call.route.writes else "/"
        if not call.route.writes and call.scope["query_string"]:
            back += "?" + call.scope["query_string"].decode("latin-1")
        login = f"/login?next={quote(back)}"
        if not call.typed:
            return Redirect(login)
    page = Page(
        "error.html",
        status=fault.status,
        headers=_headers(fault),
        title=fault.title,
        happened=fault.detail if fault.detail != fault.title else "",
        unchanged="Nothing was changed." if call.route.writes else "",
        typed="\n\n".join(call.typed),
        todo=[("Log in", login)] if login else [("Start page", "/")],
        request_id=fault.extra.get("request_id", ""),
    )
    page.values["status"] = fault.status
    return page


def suspension(fault: accounts.errors.AccountSuspended) -> str:
    """In a sentence: what it is, until when, and the moderators' reason."""
    until = fault.extra.get("until")
    said = f"{fault.title} until {clock.exact(until)}" if until else fault.title
    return f"{said}: {fault.detail}" if fault.detail != fault.title else said


def _signed_out(call: Call, fault: accounts.errors.AccountSuspended) -> Page:
    """Why somebody may not act, said once: their browser forgets the session, and is a stranger's then.
    What a page fetches beside itself leaves the cookie, so that whoever looks at the next page is told."""
    headers: list[Header] = []
    if call.actor is not None and call.headers.get(b"sec-fetch-dest", b"document") == b"document":
        headers.append(Cookie.clear(SESSION, secure=call.secure))
    call.actor = None
    page = Page(
        "error.html",
        headers=headers,
        title=suspension(fault),
        happened="You have been signed out. What is public can be read; "
        "those who run the place can tell you more.",
        unchanged="Nothing was changed." if call.route.writes else "",
        typed="\n\n".join(call.typed),
        todo=[("Log in as somebody else", "/login"), ("Start page", "/")],
    )
    page.status = page.values["status"] = fault.status
    return page
