"""Figures for operators in the native JSON door; the same as files at ``…/csv``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit.errors import NotFound
from dozen.services.wallet import errors, looking
from dozen.services.wallet.api.desk import Date, desk
from dozen.services.wallet.api.door import currency_of
from dozen.services.wallet.schemas import figures as shapes
from dozen.services.wallet.schemas.common import Currency
from dozen.services.wallet.service import figures
from dozen.services.wallet.service.desk import SCOPE
from dozen.services.wallet.structs.figures import Span
from dozen.web import Call, Reply

T = TypeVar("T")


async def _told(call: Call, start: str, end: str, verb: Callable[[Tx, Actor, Span], T]) -> T:
    actor = looking.operator(call)
    return await looking.aside(call, lambda tx: verb(tx, actor, looking.span_of(tx, start, end)))


@desk.get("/figures/volume", access="admin", scope=SCOPE, raises=[errors.BadTime])
async def volume(
    call: Call, start: Date = "", end: Date = "", currency: Currency | None = None
) -> shapes.VolumeShape:
    """What moved by day and kind, and what the house and the gateways kept. The last 30 days by default."""
    wanted = currency_of(call, currency)
    found = await _told(call, start, end, lambda tx, actor, of: figures.volume(tx, actor, wanted, of))
    return shapes.volume(found)


@desk.get("/figures/active", access="admin", scope=SCOPE, raises=[errors.BadTime])
async def active(
    call: Call, start: Date = "", end: Date = "", currency: Currency | None = None
) -> list[shapes.ActiveShape]:
    """How many different people paid on each day, and how many paid or got anything."""
    wanted = currency_of(call, currency)
    found = await _told(call, start, end, lambda tx, actor, of: figures.active(tx, actor, wanted, of))
    return shapes.active(found)


@desk.get("/figures/funnel", access="admin", scope=SCOPE, raises=[errors.BadTime])
async def funnel(call: Call, start: Date = "", end: Date = "") -> shapes.FunnelShape:
    """How far those have come who began to open a wallet in that time."""
    return shapes.funnel(await _told(call, start, end, figures.funnel))


@desk.get("/figures/refusals", access="admin", scope=SCOPE, raises=[errors.BadTime])
async def refusals(call: Call, start: Date = "", end: Date = "") -> shapes.RefusalsShape:
    """Payments that were not let through, by day and by code."""
    return shapes.refusals(await _told(call, start, end, figures.refused))


@desk.get("/figures/shops", access="admin", scope=SCOPE, raises=[errors.BadTime])
async def shops(
    call: Call, start: Date = "", end: Date = "", currency: Currency | None = None
) -> list[shapes.ShopSumShape]:
    """The shops that took the most."""
    wanted = currency_of(call, currency)
    found = await _told(call, start, end, lambda tx, actor, of: figures.shops(tx, actor, wanted, of))
    return shapes.shops(found, wanted)


@desk.get(
    "/figures/{name}/csv", access="admin", scope=SCOPE, media="text/csv", raises=[errors.BadTime, NotFound]
)
async def as_csv(
    call: Call, name: str, start: Date = "", end: Date = "", currency: Currency | None = None
) -> Reply[bytes]:
    """One of `volume`, `kinds`, `active`, `funnel`, `refusals` and `shops` as a file."""
    return await looking.figures_csv(call, name, start, end, currency_of(call, currency))
