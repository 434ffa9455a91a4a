"""Reconciling at the operators' desk: compared days, what differs, putting it right."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from dozen.core import accounts
from dozen.core import payments as gateways
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import finding, looking
from dozen.services.wallet.errors import BadTime
from dozen.services.wallet.pages.desk import HERE, desk_page
from dozen.services.wallet.pages.door import pages, problem, typed
from dozen.services.wallet.service import reconciling
from dozen.web import Call, Cursor, Form, Page, Redirect
from dozen.web.paging import next_page

AT = f"{HERE}/reconciling"
Short = Annotated[str, Meta(max_length=60)]
TROUBLES = {
    "missing_with_us": "In the file, not in our books",
    "missing_at_gateway": "In our books, not in the file",
    "amount_differs": "The amount differs",
    "fee_differs": "The fee differs",
}
STATES = {
    "open": ("Open", "warning"),
    "resolved": ("Resolved", "success"),
    "vanished": ("Gone by itself", ""),
}
_PAGE = 30
_FILE = 16 << 20


@pages.get("/desk/reconciling", access="admin")
def index(call: Call, gateway: Short = "", cursor: Cursor | None = None) -> Page:
    """What differs, and the days that were compared."""
    return _index(call, call.tx, gateway, cursor)


def _index(
    call: Call,
    tx: Tx,
    gateway: str = "",
    cursor: str | None = None,
    fault: Fault | None = None,
    **values: Any,
) -> Page:
    actor = looking.operator(call)
    told = problem(fault) if fault is not None else {}
    names = reconciling.names(tx.env, actor)
    chosen = gateway if gateway in names else names[0] if names else ""
    scope = f"desk days {chosen}"
    before = call.cursors.open_id(scope, cursor)
    days = reconciling.settlements(tx, actor, chosen, before=before, limit=_PAGE) if chosen else []
    more = call.cursors.seal(scope, days[-1].day) if len(days) == _PAGE else None
    return desk_page(
        call,
        "desk_reconciling",
        AT,
        tx=tx,
        names=names,
        gateway=chosen,
        days=days,
        open=reconciling.differences(tx, actor, limit=50) if before is None else [],
        troubles=TROUBLES,
        yesterday=clock.rfc3339(tx.now - clock.DAY)[:10],
        next=next_page(AT, more, gateway=chosen),
        **{"given": {}} | told | values,
    )


@pages.post("/desk/reconciling/compare", access="admin", limit=(60, 3600), upload=True, max_body=_FILE)
async def compare(call: Call, form: Form) -> Any:
    """Compare a day: with the file that is brought, or with the one that a job fetches."""
    actor, gateway = looking.operator(call), form.get("gateway")[:60]
    try:
        day = _day(form.get("day"))
        brought = form.files("file")
        if brought:
            content = await call.heavy(brought[0].path.read_bytes)
            report = await call.write(reconciling.compare_file, actor, gateway, day, content)
            return Redirect(f"{AT}/days/{report.settlement.id}", flash="Compared")
        await call.write(reconciling.ask_to_compare, actor, gateway, day)
    except Fault as raised:
        if raised.status in (401, 403):
            raise
        fault, given = raised, typed(form, "day", "gateway")
        return await call.read(lambda tx: _index(call, tx, gateway, None, fault, given=given))
    return Redirect(
        f"{AT}?gateway={gateway}", flash="The file is fetched and compared; look again in a moment"
    )


def _day(text: str) -> int:
    """Raises BadTime."""
    try:
        return finding.moment_of(text[:10])
    except ValueError as error:
        raise BadTime(fields={"day": "Choose a day that is over"}) from error


@pages.get("/desk/reconciling/days/{settlement_id}", access="admin")
def day(call: Call, settlement_id: int) -> Page:
    """One day: what matched, and all that did not."""
    tx = call.tx
    found = reconciling.day(tx, looking.operator(call), settlement_id)
    return desk_page(
        call,
        "desk_day",
        AT,
        s=found.settlement,
        differences=found.differences,
        troubles=TROUBLES,
        difference_states=STATES,
        cards=accounts.cards(tx, {each.resolved_by or 0 for each in found.differences} - {0}),
    )


@pages.get("/desk/reconciling/differences/{difference_id}", access="admin")
def difference(call: Call, difference_id: int) -> Page:
    """One difference, with the form to put it right."""
    return _difference(call, call.tx, difference_id)


def _difference(call: Call, tx: Tx, difference_id: int, fault: Fault | None = None, **values: Any) -> Page:
    told = problem(fault) if fault is not None else {}
    found = reconciling.difference(tx, looking.operator(call), difference_id)
    return desk_page(
        call,
        "desk_difference",
        AT,
        tx=tx,
        difference=found,
        troubles=TROUBLES,
        difference_states=STATES,
        cards=accounts.cards(tx, {found.resolved_by or 0} - {0}),
        **told,
        **values,
    )


@pages.post("/desk/reconciling/differences/{difference_id}/resolve", access="admin", limit=(120, 3600))
def resolve(call: Call, difference_id: int, form: Form) -> Any:
    """Resolve it with a reason, and a journal entry where money must move."""
    try:
        with call.tx.savepoint():
            done = reconciling.resolve(
                call.tx, looking.operator(call), difference_id, form.get("reason"), form.get("account")[:60]
            )
    except gateways.errors.AlreadyResolved as fault:
        return Redirect(f"{AT}/differences/{difference_id}", flash=fault.detail, kind="info")
    except Fault as fault:
        return _difference(call, call.tx, difference_id, fault, given=typed(form, "reason", "account"))
    return Redirect(f"{AT}/days/{done.settlement_id}", flash="Resolved")
