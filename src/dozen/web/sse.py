"""Server-sent events: a browser's live stream of what its person may hear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from inspect import isawaitable
from typing import TypeAlias

from dozen.core.realtime import Channel, Event, Hub
from dozen.kit.env import Env
from dozen.kit.errors import TooMany
from dozen.web.call import Call
from dozen.web.replies import Stream, encode_json

_HEARTBEAT_SECONDS = 20.0
_PERSONS = 100
_ADDRESSES = 1000
"""Streams that a person may have open at a time in one process, and an address where nobody is signed in."""

Frame: TypeAlias = tuple[str, object]
Frames: TypeAlias = list[Frame]
Shape: TypeAlias = Callable[[Event], Frame | Frames | Awaitable[Frames] | None]


class Listeners:
    """How many streams each caller has open in this process."""

    def __init__(self) -> None:
        self.open: dict[str, int] = {}

    @classmethod
    def build(cls, env: Env) -> Listeners:
        return cls()

    def add(self, caller: str, n: int) -> None:
        left = self.open.get(caller, 0) + n
        if left > 0:
            self.open[caller] = left
        else:
            self.open.pop(caller, None)


def stream(call: Call, channels: Iterable[Channel], shape: Shape) -> Stream:
    """Events of ``channels`` as ``event:``/``data:`` frames; ``shape`` names and fills, or drops them.

    One event may become several frames; an ``async`` shape can look into the database. Raises TooMany
    when the caller has too many open.
    """
    most = _PERSONS if call.actor is not None else _ADDRESSES
    if call.env.part(Listeners).open.get(call.caller, 0) >= most:
        raise TooMany("Too many live pages are open; close some", retry_after=60)
    return Stream(_frames(call, frozenset(channels), shape))


async def _frames(call: Call, channels: frozenset[Channel], shape: Shape) -> AsyncIterator[bytes]:
    hub = call.env.part(Hub)
    subscription = hub.subscribe(channels)
    gauge, listeners, caller = call.server.metrics.gauge, call.env.part(Listeners), call.caller
    gauge.inc()
    listeners.add(caller, 1)
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
        listeners.add(caller, -1)
        subscription.close()
