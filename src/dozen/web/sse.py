"""Server-sent events: a browser's live stream of what its person may hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from inspect import isawaitable
from typing import TypeAlias

from dozen.core import accounts
from dozen.core.realtime import Channel, Event, Hub
from dozen.kit.env import Env
from dozen.kit.errors import TooMany
from dozen.web.call import Call
from dozen.web.replies import Stream, encode_json

_HEARTBEAT_SECONDS = 20.0
_RETRY = b"retry: 3000\n\n"
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
    if call.actor is not None:
        channels |= {(accounts.ACCESS, call.actor.person_id)}
    subscription = hub.subscribe(channels)
    listeners, caller = call.env.part(Listeners), call.caller
    listeners.add(caller, 1)
    try:
        yield _RETRY
        while True:
            event = await subscription.next(_HEARTBEAT_SECONDS)
            if event is None:
                yield b":thump\n\n"
                continue
            if event.topic == accounts.ACCESS:
                return  # signed out, suspended or the like: whoever asks again is looked at anew
            shaped = shape(event)
            if isawaitable(shaped):
                shaped = await shaped
            for name, data in shaped if isinstance(shaped, list) else [shaped] if shaped else []:
                yield b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, name.encode(), encode_json(data))
    finally:
        listeners.add(caller, -1)
        subscription.close()


OVER = b"event: over\ndata: {}\n\n"
"""Tells a page that there is no more for it, and that it should not ask again."""
_WAITING = 64


async def together(streams: Sequence[AsyncIterator[bytes] | None]) -> AsyncIterator[bytes]:
    """Several streams as one: a line before each frame's data says from which (by its place) it is.

    Ends when all have ended; None is one that never began.
    """
    frames: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
    running = [
        asyncio.ensure_future(_forward(place, chunks, frames))
        for place, chunks in enumerate(streams)
        if chunks is not None
    ]
    left = len(running)
    try:
        yield _RETRY
        while left:
            frame = await frames.get()
            if frame is None:
                left -= 1
            else:
                yield frame
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _forward(place: int, chunks: AsyncIterator[bytes], frames: asyncio.Queue[bytes | None]) -> None:
    try:
        async for chunk in chunks:
            if chunk.startswith((b"id:", b"event:")):
                await frames.put(b"data: %d\n" % place + chunk)
            elif chunk != _RETRY:
                await frames.put(chunk)
        await frames.put(None)
    finally:
        close = getattr(chunks, "aclose", None)
        if close is not None:
            await close()
