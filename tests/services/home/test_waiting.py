"""Waiting for a video: whoever may see it hears when it is done, and nobody else hears of it."""

from __future__ import annotations

import asyncio
import json

import pytest

from dozen.core import media
from dozen.core.jobs import Runner
from tests.core.media import samples
from tests.support.site import Client, Site

pytestmark = pytest.mark.skipif(samples.ffmpeg() is None, reason="ffmpeg is not installed")


def uploaded(client: Client, name: str = "v.mp4", data: bytes = b"") -> str:
    answer = client.post("/api/media", files={"file": (name, data or samples.clip(), "video/mp4")})
    assert answer.json()["state"] == "processing"
    return str(answer.json()["id"])


def ready(text: str) -> list[object]:
    frames = [frame for frame in text.split("\n\n") if "event: ready" in frame]
    return [json.loads(frame.partition("data: ")[2]) for frame in frames]


def test_its_owner_hears_when_it_can_be_played(site: Site) -> None:
    ada = site.as_("ada")
    video = uploaded(ada)

    async def wait() -> str:
        asked = asyncio.ensure_future(ada.inner.get(f"/media/{video}/stream"))
        await asyncio.sleep(0.2)
        assert not asked.done()
        await asyncio.to_thread(Runner(site.server.env, site.server.db).drain)
        return (await asyncio.wait_for(asked, 20)).text

    assert ready(site.run(wait())) == [{"state": "ready"}]
    # Who comes later is told at once.
    assert ready(ada.get(f"/media/{video}/stream").text) == [{"state": "ready"}]


def test_its_owner_hears_that_it_is_no_video(site: Site) -> None:
    ada = site.as_("ada")
    video = uploaded(ada, data=b"\0\0\0\x18ftypisom\0\0\2\0isommp41 not a clip")
    Runner(site.server.env, site.server.db).drain()
    assert ready(ada.get(f"/media/{video}/stream").text) == [{"state": "failed"}]


def test_others_hear_of_what_they_may_see(site: Site) -> None:
    ada, bo = site.as_("ada"), site.as_("bo")
    video = uploaded(ada)
    Runner(site.server.env, site.server.db).drain()
    for client in (bo, site.anonymous):
        assert client.get(f"/media/{video}/stream").status_code == 404
        assert client.get(f"/media/{video}/stream?ticket=guess").status_code == 404
    assert site.anonymous.get(f"/media/{int(video) + 1}/stream").status_code == 404
    ticket = media.ticket(site.server.env, int(video), site.town.read(lambda tx: tx.now))
    assert ready(bo.get(f"/media/{video}/stream?ticket={ticket}").text) == [{"state": "ready"}]
    ada.post("/microblog/tweets", json={"text": "look", "media_ids": [video]})
    assert ready(site.anonymous.get(f"/media/{video}/stream").text) == [{"state": "ready"}]
