"""Server-sent events: a browser's live stream of what its person may hear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from inspect import isawaitable
from typing import TypeAlias

from dozen.core.realtime import Channel, Event, Hub
from dozen.web.call import Call
from dozen.web.replies import Stream, encode_json

_HEARTBEAT_SECONDS = 20.0

Frame: TypeAlias = tuple[str, object]
Frames: TypeAlias = list[Frame]
Shape: TypeAlias = Callable[[Event], Frame | Frames | Awaitable[Frames] | None]


def stream(call: Call, channels: Iterable[Channel], shape: Shape) -> Stream:
    """Events of ``channels`` as ``event:``/``data:`` frames; ``shape`` names and fills, or drops them.

    One event may become several frames; an ``async`` shape can look into the database.
    """
    return Stream(_frames(call, frozenset(channels), shape))


async def _frames(call: Call, channels: frozenset[Channel], shape: Shape) -> AsyncIterator[bytes]:
    hub = call.env.part(Hub)
    subscription = hub.subscribe(channels)
    gauge = call.server.metrics.gauge
    gauge.inc()
    try:
        yield b"retry: 3000\n\n"
        while True:
            event = await subscription.next(_HEARTBEAT_SECONDS)
            if event is None:
                yield b":thump\n\n"
                continue
            shaped = shape(event)
            if isawaitable(shaped):
                shaped = await shaped
            for name, data in shaped if isinstance(shaped, list) else [shaped] if shaped else []:
                yield b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, name.encode(), encode_json(data))
    finally:
        gauge.dec()
        subscription.close()
