"""The one door that the modules beside this put their handlers on, and what they share."""

from __future__ import annotations

from typing import Any

from dozen.core import accounts
from dozen.kit import text
from dozen.kit.errors import Fault, Invalid
from dozen.web import Call, Cookie, Page, Pages, Redirect
from dozen.web.replies import SESSION

pages = Pages("")


def device(call: Call) -> str:
    """What the browser calls itself, short enough to keep."""
    return text.clip(text.clean(call.header("user-agent")), 200) or "Browser"


def enter(call: Call, done: accounts.SignedIn, to: str, *, flash: str | None = None) -> Redirect:
    """Give the browser its session, and lead on."""
    age = (done.expires_in or 30 * 86400) + 86400
    return Redirect(
        to, flash=flash, headers=[Cookie.set(SESSION, done.token, secure=call.secure, max_age=age)]
    )


def again(template: str, fault: Fault, **values: Any) -> Page:
    """The form once more, with what was wrong beside each field."""
    wrong = dict(fault.fields) if isinstance(fault, Invalid) else {}
    return Page(
        template,
        status=fault.status if fault.status != 401 else 422,
        wrong=wrong,
        trouble="" if wrong else fault.detail,
        **values,
    )
