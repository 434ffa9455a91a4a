"""Figures at the operators' desk: charts, and each of them as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import looking
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem
from dozen.services.wallet.service import figures
from dozen.services.wallet.structs.figures import VolumeDay
from dozen.web import Call, Page, Reply

AT = f"{HERE}/figures"
Date = Annotated[str, Meta(max_length=40)]
Code = Annotated[str, Meta(max_length=3)]
_MOST_BARS = 62
_SPANS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))


@pages.get("/desk/figures", access="admin")
async def show(call: Call, start: Date = "", end: Date = "", currency: Code = "") -> Page:
    """Volume and fees, who is active, how far new people get, refusals, shops."""
    return await looking.aside(call, lambda tx: _show(call, tx, start, end, currency))


def _show(call: Call, tx: Tx, start: str, end: str, currency: str) -> Page:
    actor = looking.operator(call)
    told: dict[str, Any] = {}
    try:
        of = looking.span_of(tx, start, end)
    except Fault as fault:
        of, told = figures.span(tx, None, None), problem(fault)
    mine = figures.currencies(tx, actor)
    chosen = currency if currency in mine else mine[0]
    shops = figures.shops(tx, actor, chosen, of)
    first, last = clock.rfc3339(of.start)[:10], clock.rfc3339(of.end - clock.DAY)[:10]
    today = tx.now // clock.DAY * clock.DAY
    return desk_page(
        call,
        "desk_figures",
        AT,
        tx=tx,
        volume=(volume := figures.volume(tx, actor, chosen, of)),
        columns=(columns := _columns(volume.days)),
        of_weeks=len(columns) < len(volume.days),
        active=figures.active(tx, actor, chosen, of),
        steps=figures.funnel(tx, actor, of).steps(),
        refusals=figures.refused(tx, actor, of),
        shops=shops,
        owners=accounts.cards(tx, {each.owner for each in shops}),
        currency=chosen,
        currencies=mine,
        first=first,
        last=last,
        labels=[clock.to_datetime(day).strftime("%-d %b") for day in range(of.start, of.end, clock.DAY)],
        query=f"start={first}&end={last}&currency={chosen}",
        spans=[
            (
                words,
                f"{AT}?start={clock.rfc3339(today - (n - 1) * clock.DAY)[:10]}&currency={chosen}",
                of.end == today + clock.DAY and of.end - of.start == n * clock.DAY,
            )
            for n, words in _SPANS
        ],
        **told,
    )


def _columns(days: Sequence[VolumeDay]) -> list[tuple[str, int, int, int]]:
    """Label, amount, fees, costs of each bar: a day, or in a long report a week."""
    step = 1 if len(days) <= _MOST_BARS else 7
    return [
        (
            clock.to_datetime(some[0].day).strftime("%-d %b"),
            sum(each.amount for each in some),
            sum(each.fees for each in some),
            sum(each.costs for each in some),
        )
        for some in (days[n : n + step] for n in range(0, len(days), step))
    ]


@pages.get("/desk/figures/{name}/csv", access="admin")
async def as_csv(
    call: Call, name: str, start: Date = "", end: Date = "", currency: Code = ""
) -> Reply[bytes]:
    """One of them as a file."""
    return await looking.figures_csv(call, name, start, end, currency)
