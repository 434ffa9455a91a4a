"""What several tests of this block do."""

from __future__ import annotations

from pathlib import Path

from dozen.core import jobs, media
from dozen.core.media import Media
from dozen.db import Tx
from dozen.kit.env import Env
from tests.core.media import samples
from tests.support.town import Town

ANA, BEN = 101, 102
POST, OTHER = 9001, 9002


def drain(town: Town) -> int:
    """Do every job that is due; how many."""
    return jobs.Runner(town.env, town.db).drain()


def files_of(env: Env) -> list[str]:
    """Every file in a town's storage folder, by key."""
    root = Path(env.settings.storage)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def sent(town: Town, data: bytes, name: str = "upload") -> Path:
    """A body as a door leaves it on disk."""
    path = Path(town.env.settings.data_dir) / name
    path.write_bytes(data)
    return path


def picture(town: Town, me: int = ANA, *, width: int = 90, alt: str = "") -> Media:
    """A small picture of mine, all the way in."""
    data = samples.encoded(samples.photo(width, 60, seed=width), "JPEG")
    return media.receive(town.env, me, sent(town, data), alt=alt)


def video(town: Town, me: int = ANA, data: bytes = b"\0\0\0\x18ftypisom\0\0\2\0isommp41 not a clip") -> Media:
    return media.receive(town.env, me, sent(town, data), claimed="video/mp4")


def age(tx: Tx, id: int, by: int) -> None:  # noqa: A002
    """Make an item older, as if it had been sent ``by`` milliseconds before."""
    by_, id_ = ("?1", "?2") if tx.dialect == "sqlite" else ("$1", "$2")
    tx.driver.execute(
        f"UPDATE media_items SET created_at = created_at - {by_}, loose_since = loose_since - {by_}"
        f" WHERE id = {id_}",
        [by, id],
    )
