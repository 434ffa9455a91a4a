"""One event stream for all tabs of a browser, which keeps no more than six connections to a site."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec

from dozen.kit.errors import Fault, TooMany, Unavailable
from dozen.services.home.pages.door import pages
from dozen.web import Call, Stream
from dozen.web.sse import OVER, together

MOST = 30
"""Addresses in one stream."""
Addresses = Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST)]
log = logging.getLogger("dozen.home")


@pages.get("/live", access="public", streams=True, media="text/event-stream")
async def live(call: Call, at: Addresses, me: str = "") -> Stream:
    """The streams at ``at`` (paths with their queries) as one; a frame's data begins with its stream's place.

    ``me``: whom the tabs belong to; ``over`` is all that is said once somebody else is signed in.
    A stream that the caller may not hear, or that is not there, stays silent.
    """
    if me != (str(call.viewer) if call.viewer is not None else ""):
        return Stream(_over())
    streams: list[AsyncIterator[bytes] | None] = []
    for address in at:
        try:
            streams.append((await call.server.listen(call, address)).chunks)
        except Fault as fault:
            if fault.status in (TooMany.status, Unavailable.status):
                raise
            log.debug("no stream at %s: %s", address, fault.code)
            streams.append(None)
    return Stream(together(streams))


async def _over() -> AsyncIterator[bytes]:
    yield OVER
