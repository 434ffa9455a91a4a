"""What the wallet told, and live events, by the native JSON door."""

from __future__ import annotations

from typing import Any

import msgspec

from dozen.core import ledger, notifications, realtime
from dozen.kit import clock
from dozen.services.wallet.api.door import READ, api
from dozen.services.wallet.schemas.common import number
from dozen.services.wallet.service import notes
from dozen.web import Call, Cursor, Limit, Listing, Stream
from dozen.web.sse import Frames, stream


class Notice(msgspec.Struct):
    id: str
    kind: str
    text: str
    at: str
    read: bool
    subject_id: str | None


class Read(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing given is all that is unread."""

    up_to: str | None = None


class Unread(msgspec.Struct):
    unread: int


@api.get("/api/notifications", scope=READ)
def listed(call: Call, cursor: Cursor | None = None, limit: Limit = 30) -> Listing[Notice]:
    """What the wallet told you, newest first."""
    found = notifications.list_plain(
        call.tx,
        call.me,
        kinds=[kind.name for kind in call.env.part(notifications.Kinds).all("wallet")],
        before=call.cursors.open_id("wallet notices", cursor),
        limit=limit,
    )
    kinds = call.env.part(notifications.Kinds)
    data = [
        Notice(
            str(item.id),
            item.kind,
            kinds.get(item.kind).line([], 0, item.data),
            clock.rfc3339(item.at),
            item.read_at is not None,
            str(item.subject_id) if item.subject_id is not None else None,
        )
        for item in found
    ]
    onward = call.cursors.seal("wallet notices", found[-1].id) if len(found) == limit else None
    return Listing(data, onward)


@api.post("/api/notifications", scope=READ, status=200)
def read(call: Call, data: Read) -> Unread:
    """Mark what you were told as read; how many are unread then."""
    up_to = number(data.up_to, "up_to") if data.up_to is not None else None
    if up_to is None:
        notifications.mark_read(call.tx, call.me)
    else:
        notifications.mark_read(call.tx, call.me, up_to=up_to)
    return Unread(notifications.unread(call.tx, call.me))


@api.get("/stream", scope=READ, streams=True, media="text/event-stream")
async def live(call: Call) -> Stream:
    """Server-sent events: `balance` when money moves in one of your wallets; what pages show live."""
    me = call.me

    def shape(event: realtime.Event) -> Frames:
        data: Any = event.data
        if event.topic == ledger.TOPIC:
            return notes.balance_events(data)
        return [("count", {"name": "notifications", "value": data["unread"]})]

    return stream(call, [(ledger.TOPIC, me), ("notifications", me)], shape)
