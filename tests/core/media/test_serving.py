from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import accounts, media
from dozen.core.media.errors import MediaNotFound
from dozen.core.media.serving import TICKET_LIFE, ticket_opens
from dozen.core.media.structs import Kind, Media, Variant
from dozen.kit import clock
from tests.core.media import samples
from tests.core.media.helpers import ANA, BEN, POST, picture, sent, video
from tests.support.people import make_people
from tests.support.town import Town


def test_unattached_items_are_their_owners_alone(town: Town) -> None:
    made = picture(town)
    served = town.read(media.serve, ANA, made.id, "90.webp")
    assert (served.variant.name, served.inline, served.public) == ("90.webp", True, False)
    assert town.env.part(media.Storage).get(served.variant.key)[8:12] == b"WEBP"
    for viewer in (None, BEN):
        with pytest.raises(MediaNotFound):
            town.read(media.serve, viewer, made.id, "90.webp")


def test_what_is_attached_to_something_public_is_open(town: Town) -> None:
    made = picture(town)
    town.write(media.attach, ANA, [made.id], POST)
    for viewer in (None, BEN, ANA):
        assert town.read(media.serve, viewer, made.id, "90.webp").public
    town.write(media.set_audience, POST, "private")
    with pytest.raises(MediaNotFound):
        town.read(media.serve, None, made.id, "90.webp")
    town.write(media.set_audience, POST, "public")
    town.write(media.detach, POST)
    with pytest.raises(MediaNotFound):
        town.read(media.serve, None, made.id, "90.webp")


def test_what_is_as_open_as_its_owners_account(town: Town) -> None:
    ann, bo = make_people(town, 2)
    made = picture(town, ann)
    town.write(media.attach, ann, [made.id], POST, audience="account")
    for viewer in (None, bo):
        assert town.read(media.serve, viewer, made.id, "90.webp").public
    town.write(accounts.edit_profile, ann, accounts.Changes(protected=True))
    paper = media.ticket(town.env, made.id, clock.now())
    for viewer in (None, bo):
        with pytest.raises(MediaNotFound):
            town.read(media.serve, viewer, made.id, "90.webp")
        assert not town.read(media.serve, viewer, made.id, "90.webp", ticket=paper).public
    assert not town.read(media.serve, ann, made.id, "90.webp").public
    town.write(accounts.edit_profile, ann, accounts.Changes(protected=False))
    assert town.read(media.serve, None, made.id, "90.webp").public
    (admin,) = make_people(town, 1, role="admin")
    town.write(accounts.remove_account, admin, ann)
    with pytest.raises(MediaNotFound):
        town.read(media.serve, None, made.id, "90.webp")


def test_a_ticket_opens_one_private_item(town: Town) -> None:
    made, other = picture(town), picture(town, width=70)
    town.write(media.attach, ANA, [made.id, other.id], POST, audience="private")
    now = clock.now()
    paper = media.ticket(town.env, made.id, now)
    served = town.read(media.serve, BEN, made.id, "90.webp", ticket=paper)
    assert not served.public
    assert town.read(media.serve, None, made.id, "90.jpg", ticket=paper).variant.mime == "image/jpeg"
    for bad in (
        paper[:-1],
        paper[:-2] + "AA",
        "",
        "x" * 22,
        "é",
        paper * 3,
        media.ticket(town.env, other.id, now),
    ):
        with pytest.raises(MediaNotFound):
            town.read(media.serve, BEN, made.id, "90.webp", ticket=bad)


def test_tickets_lapse(town: Town) -> None:
    now = clock.now()
    paper = media.ticket(town.env, 5, now)
    assert paper == media.ticket(town.env, 5, now // TICKET_LIFE * TICKET_LIFE)
    assert ticket_opens(town.env, 5, paper, now + TICKET_LIFE)
    assert not ticket_opens(town.env, 5, paper, now + 2 * TICKET_LIFE)
    assert not ticket_opens(town.env, 5, "_____" + paper[5:], now)


def test_names_that_do_not_exist(town: Town) -> None:
    made = picture(town)
    for name in (
        "source",
        "../90.webp",
        "",
        "90",
        "90.gif",
        "animated.webp",
        "file",
        "240.mp4",
        "999999.webp",
    ):
        with pytest.raises(MediaNotFound):
            town.read(media.serve, ANA, made.id, name)
    with pytest.raises(MediaNotFound):
        town.read(media.serve, ANA, made.id + 1, "90.webp")


def test_sizes_that_were_not_made_are_answered_by_the_next(town: Town) -> None:
    made = picture(town, width=500)
    for asked, given_ in (
        ("48.webp", "320.webp"),
        ("321.webp", "500.webp"),
        ("2048.webp", "500.webp"),
        ("96.jpg", "500.jpg"),
    ):
        assert town.read(media.serve, ANA, made.id, asked).variant.name == given_


def test_nothing_is_served_while_a_video_is_processing(ffmpeg: str, town: Town) -> None:
    made = video(town)
    for name in ("source", "240.mp4", "320.webp"):
        with pytest.raises(MediaNotFound):
            town.read(media.serve, ANA, made.id, name)


def test_private_files_are_downloads(town: Town) -> None:
    path = sent(town, samples.HTML)
    made = media.receive(
        town.env,
        ANA,
        path,
        made_by=lambda at: media.prepare_file(at, filename='C:\\dir\\evil"page.html\r\nX: y'),
    )
    assert (made.kind, made.mime, made.filename) == (
        "file",
        "application/octet-stream",
        "evil'page.html X: y",
    )
    served = town.read(media.serve, ANA, made.id, "file")
    assert (served.inline, served.public, served.variant.mime) == (False, False, "application/octet-stream")
    assert town.env.part(media.Storage).get(served.variant.key) == samples.HTML


def a(kind: Kind, *sizes: tuple[str, int, str]) -> Media:
    return Media(
        id=1, owner_id=ANA, kind=kind, state="ready", blob="b", mime="m", filename="", width=1, height=1,
        duration_ms=None, size=1, colour=None, preview=None, alt="", focus=None,
        variants={name: Variant(name, name, width, width, mime, 1) for name, width, mime in sizes},
        attached=None, audience="public", created_at=0, error=None,
    )  # fmt: skip


W, J, V = "image/webp", "image/jpeg", "video/mp4"
GIF = a("gif", ("320.webp", 320, W), ("480.webp", 480, W), ("480.jpg", 480, J), ("animated.webp", 480, W))


def name_of(variant: Variant | None) -> str | None:
    return variant.name if variant else None


def test_the_best_variant() -> None:
    photo = a(
        "image", ("320.webp", 320, W), ("680.webp", 680, W), ("1280.webp", 1280, W), ("1280.jpg", 1280, J)
    )
    assert name_of(media.variant_for(photo, 300)) == "320.webp"
    assert name_of(media.variant_for(photo, 320)) == "320.webp"
    assert name_of(media.variant_for(photo, 700)) == "1280.webp"
    assert name_of(media.variant_for(photo, 5000)) == "1280.webp"
    assert name_of(media.variant_for(photo, 100, [J])) == "1280.jpg"
    assert name_of(media.variant_for(photo, 100, ["image/avif", J])) == "1280.jpg"
    assert media.variant_for(photo, 100, [V]) is None


def test_animations_and_videos() -> None:
    assert name_of(media.variant_for(GIF, 100)) == "animated.webp"
    assert name_of(media.variant_for(GIF, 100, animated=False)) == "320.webp"
    assert name_of(media.variant_for(GIF, 100, [J])) == "480.jpg"
    film = a("video", ("240.mp4", 426, V), ("480.mp4", 854, V), ("320.webp", 320, W), ("854.webp", 854, W))
    assert name_of(media.variant_for(film, 500, [V])) == "480.mp4"
    assert name_of(media.variant_for(film, 400, [V])) == "240.mp4"
    assert name_of(media.variant_for(film, 400)) == "854.webp"


@given(st.integers(0, 5000), st.sets(st.integers(1, 4000), min_size=1))
def test_the_smallest_that_is_large_enough(width: int, sizes: set[int]) -> None:
    found = media.variant_for(a("image", *((f"{n}.webp", n, W) for n in sizes)), width)
    assert found is not None
    assert found.width == min((n for n in sizes if n >= width), default=max(sizes))
