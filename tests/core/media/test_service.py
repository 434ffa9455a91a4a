from __future__ import annotations

import threading
from typing import Any

import pytest

from dozen.core import media
from dozen.core.media import service
from dozen.core.media.errors import MediaNotFound, QuotaExceeded, VideoUnavailable
from dozen.core.media.ffmpeg import Ffmpeg
from dozen.core.media.shelf import Shelf
from dozen.core.realtime import Event, Hub
from dozen.db import Tx
from dozen.kit.errors import Invalid
from tests.core.media import samples
from tests.core.media.helpers import ANA, BEN, POST, drain, files_of, picture, sent, video
from tests.support.town import Town


def test_a_picture_is_added(town: Town) -> None:
    made = picture(town, width=500, alt=" A view \n of the lake ")
    assert made == town.read(media.own, ANA, made.id)
    assert (made.kind, made.state, made.owner_id, made.mime) == ("image", "ready", ANA, "image/jpeg")
    assert (made.width, made.height, made.alt) == (500, 60, "A view \n of the lake")
    assert (made.attached, made.audience, made.error, made.focus) == (None, "private", None, None)
    assert sorted(made.variants) == ["320.webp", "500.jpg", "500.webp"]
    assert files_of(town.env) == sorted(variant.key for variant in made.variants.values())
    storage = town.env.part(media.Storage)
    for variant in made.variants.values():
        assert storage.size(variant.key) == variant.size
    assert made.size == sum(variant.size for variant in made.variants.values())


def test_only_its_owner_finds_it(town: Town) -> None:
    made = picture(town)
    for stranger in (BEN, 0, -1):
        with pytest.raises(MediaNotFound):
            town.read(media.own, stranger, made.id)
        with pytest.raises(MediaNotFound):
            town.write(media.describe, stranger, made.id, alt="mine")
        with pytest.raises(MediaNotFound):
            town.write(media.delete, stranger, made.id)
        with pytest.raises(MediaNotFound):
            town.read(media.progress, stranger, made.id)
    assert town.read(media.own, ANA, made.id) == made


def test_unknown_ids_are_left_out(town: Town) -> None:
    made = picture(town)
    assert town.read(media.get, [made.id, 5]) == {made.id: made}
    assert town.read(media.views, [made.id, 5]) == {made.id: made}
    assert town.read(media.get, []) == {}


def test_describing(town: Town) -> None:
    made = picture(town)
    changed = town.write(media.describe, ANA, made.id, alt="A cat\x00", focus=(-0.25, 1))
    assert (changed.alt, changed.focus) == ("A cat", (-0.25, 1.0))
    assert town.write(media.describe, ANA, made.id, focus=(0, 0)).alt == "A cat"
    assert town.write(media.describe, ANA, made.id, alt="").focus == (0, 0)


@pytest.mark.parametrize(
    "change",
    [{"alt": "x" * 1501}, {"focus": (1.01, 0)}, {"focus": (float("nan"), 0)}, {"focus": (0, float("inf"))}],
)
def test_what_cannot_be_described(town: Town, change: dict[str, Any]) -> None:
    made = picture(town)
    with pytest.raises(Invalid):
        town.write(media.describe, ANA, made.id, **change)
    assert town.read(media.own, ANA, made.id) == made


def test_my_items_are_paged(town: Town) -> None:
    made = [picture(town, width=40 + n).id for n in range(5)]
    picture(town, BEN)
    first = town.read(media.owned, ANA, limit=3)
    rest = town.read(media.owned, ANA, before=first[-1].id, limit=3)
    assert [each.id for each in (*first, *rest)] == made[::-1]


def test_deleting_removes_row_files_and_usage(working: Town) -> None:
    town = working
    one, other = picture(town), picture(town, width=70)
    town.write(media.attach, ANA, [one.id], POST)
    before = town.read(media.quota, ANA)
    assert (before.items, before.used) == (2, one.size + other.size)
    town.write(media.delete, ANA, one.id)
    assert town.read(media.get, [one.id]) == {}
    drain(town)
    assert files_of(town.env) == sorted(variant.key for variant in other.variants.values())
    after = town.read(media.quota, ANA)
    assert (after.items, after.used) == (1, other.size)
    with pytest.raises(MediaNotFound):
        town.write(media.delete, ANA, one.id)


def test_a_full_quota_refuses_and_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    one = picture(town)
    monkeypatch.setattr(service, "PERSON_BYTES", one.size + 10)
    with pytest.raises(QuotaExceeded) as caught:
        picture(town, width=80)
    assert caught.value.extra == {"used": one.size, "limit": one.size + 10}
    assert [each.id for each in town.read(media.owned, ANA)] == [one.id]
    assert town.read(media.quota, ANA).items == 1
    picture(town, BEN)
    monkeypatch.setattr(service, "PERSON_BYTES", 10)
    with pytest.raises(QuotaExceeded):
        picture(town, 103)


def test_the_quota_holds_when_many_send_at_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = [
        media.prepare_image(sent(town, samples.encoded(samples.photo(64, 64), "PNG"))) for _ in range(8)
    ]
    size = prepared[0].size
    monkeypatch.setattr(service, "PERSON_BYTES", size * 3)
    refused: list[int] = []

    def send(n: int) -> None:
        try:
            town.write(media.add, ANA, prepared[n])
        except QuotaExceeded:
            refused.append(n)

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert (town.read(media.quota, ANA).used, town.read(media.quota, ANA).items) == (3 * size, 3)


def test_a_video_is_refused_where_there_is_no_ffmpeg(town: Town) -> None:
    town.env.install(Ffmpeg(None))
    with pytest.raises(VideoUnavailable) as caught:
        video(town)
    assert caught.value.code == "video_unavailable"
    prepared = media.prepare_video(sent(town, b"\0\0\0\x18ftypisom\0\0\2\0isommp41"))
    with pytest.raises(VideoUnavailable):
        town.write(media.add, ANA, prepared)
    assert town.read(media.owned, ANA) == []


# What this process remembers


def heard(town: Town) -> list[Event]:
    events: list[Event] = []
    town.env.part(Hub).listen(media.TOPIC, events.append)
    town.read(town.env.part(Hub).catch_up)
    return events


def test_views_are_remembered(town: Town) -> None:
    made = picture(town)
    assert town.read(media.views, [made.id])[made.id] == made
    town.write(_forge, made.id, "changed behind our back")
    assert town.read(media.views, [made.id])[made.id] == made
    assert town.read(media.get, [made.id])[made.id].alt == "changed behind our back"
    assert town.write(media.views, [made.id])[made.id].alt == "changed behind our back"


def _forge(tx: Tx, id: int, alt: str) -> None:  # noqa: A002
    tx.driver.execute(f"UPDATE media_items SET alt = '{alt}' WHERE id = {id}")


def test_every_change_is_seen_at_once(working: Town) -> None:
    town = working
    made = picture(town)

    def seen() -> media.Media | None:
        return town.read(media.views, [made.id]).get(made.id)

    assert seen() == made
    town.write(media.describe, ANA, made.id, alt="new")
    assert seen() == town.read(media.own, ANA, made.id)
    town.write(media.attach, ANA, [made.id], POST)
    found = seen()
    assert found is not None
    assert (found.attached, found.audience, found.alt) == (POST, "public", "new")
    town.write(media.set_audience, POST, "private")
    found = seen()
    assert found is not None
    assert found.audience == "private"
    town.write(media.detach, POST)
    found = seen()
    assert found is not None
    assert found.attached is None
    town.write(media.delete, ANA, made.id)
    assert seen() is None


def test_other_processes_hear_of_changes(town: Town) -> None:
    made = picture(town)
    events = heard(town)
    town.write(media.describe, ANA, made.id, alt="new")
    town.write(media.delete, ANA, made.id)
    town.read(town.env.part(Hub).catch_up)
    assert [(event.key, event.data["state"]) for event in events] == [(made.id, "ready"), (made.id, "gone")]


def test_an_old_snapshot_does_not_come_back(town: Town) -> None:
    """A transaction that began before a change must not put the old item where the new one is read."""
    made = picture(town)
    shelf = town.env.part(Shelf)
    town.write(media.describe, ANA, made.id, alt="new")
    shelf.put([made])
    assert town.read(media.views, [made.id])[made.id].alt == "new"


def test_a_transaction_that_failed_drops_nothing(town: Town) -> None:
    made = picture(town)
    town.read(media.views, [made.id])

    def half(tx: Tx) -> None:
        media.describe(tx, ANA, made.id, alt="never")
        raise Invalid

    with pytest.raises(Invalid):
        town.write(half)
    assert town.env.part(Shelf).get(made.id) == made
    assert town.read(media.own, ANA, made.id).alt == ""
