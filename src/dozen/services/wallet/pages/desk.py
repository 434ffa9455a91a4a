"""The operators' desk: its sections, and the frame that all its pages share.

A noun that operators have pages for adds a :class:`Section` to ``SECTIONS``, gives its pages with
:func:`desk_page`, and lets its templates extend ``wallet/desk.html`` (blocks ``title``, ``heading``,
``actions``, ``content``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.services.wallet.pages.door import page, pages
from dozen.services.wallet.service import adjustments, decisions, identities, reconciling, reviews
from dozen.web import Call, Page

HERE = "/wallet/desk"


class Section(msgspec.Struct, frozen=True):
    path: str
    title: str
    icon: str
    count: Callable[[Tx], int] | None = None
    """How much waits there for somebody; it must be cheap, for every page of the desk shows it."""
    admin: bool = False
    """Only administrators have it; moderators do not see that it is there."""


SECTIONS: tuple[Section, ...] = (
    Section(f"{HERE}/review", "Review", "eye", reviews.waiting),
    Section(f"{HERE}/disputes", "Disputes", "message", decisions.waiting),
    Section(f"{HERE}/identities", "Identities", "fingerprint", identities.waiting),
    Section(f"{HERE}/rules", "Rules", "sliders"),
    Section(f"{HERE}/people", "People", "users"),
    Section(f"{HERE}/books", "Books", "shield-check", admin=True),
    Section(f"{HERE}/journal", "Journal", "list", admin=True),
    Section(f"{HERE}/adjustments", "Adjustments", "swap", adjustments.waiting, admin=True),
    Section(f"{HERE}/reconciling", "Reconciling", "bank", reconciling.waiting, admin=True),
    Section(f"{HERE}/figures", "Figures", "chart", admin=True),
)
"""In the order in which they are shown."""


def staff(call: Call) -> Actor:
    """The caller, whom ``access`` has let in."""
    assert call.actor is not None
    return call.actor


def desk_page(
    call: Call, template: str, at: str, *, tx: Tx | None = None, status: int = 200, **values: Any
) -> Page:
    """A page of the desk; ``at`` is the path of its section. Handlers that are ``async`` give the
    transaction that they opened."""
    tx = call.tx if tx is None else tx
    actor = staff(call)
    sections = [
        (each, each.count(tx) if each.count is not None else 0)
        for each in SECTIONS
        if actor.admin or not each.admin
    ]
    return page(
        call, template, status=status, sections=sections, at=at, desk=HERE, is_admin=actor.admin, **values
    )


@pages.get("/desk", access="moderator")
def index(call: Call) -> Page:
    """What there is to do, and where."""
    return desk_page(call, "desk_index", HERE)
