"""From bytes that arrive to a media item, in stages, so that no transaction is open during the work.

1. a door writes the body into a :class:`Spool`; 2. :func:`prepare` checks it and makes it anew (slow: in a
thread); 3. :func:`store` writes the files; 4. the verb ``add`` writes the row. What dies between 3 and 4
leaves files without a row, which the sweep removes. :func:`receive` does 2 to 4.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from dozen.core import jobs
from dozen.core.media.errors import MediaTooLarge, UnknownType
from dozen.core.media.ffmpeg import DEMUXERS, Ffmpeg
from dozen.core.media.images import prepare_image
from dozen.core.media.service import SOURCE, add
from dozen.core.media.sniff import HEAD, check_claims, safe_mime, sniff
from dozen.core.media.storage import Storage, new_blob
from dozen.core.media.structs import MadeFile, Media, Prepared
from dozen.core.media.transcode import VIDEO_LIMITS, VideoLimits
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.text import clean

MOST_FILE = 512 << 20
"""Bytes of a private file that is kept as it is."""
FILE = "file"
"""The name of such a file's only variant."""


class Spool:
    """A temporary file for a body of at most ``most`` bytes; gone at the end of the ``with`` block."""

    def __init__(self, env: Env, most: int) -> None:
        folder = spool_folder(env)
        self.path = folder / secrets.token_hex(16)
        self.size = 0
        self._most = most
        self._file = self.path.open("xb")

    def write(self, piece: bytes) -> None:
        """Raises MediaTooLarge when the body turns out to be larger."""
        self.size += len(piece)
        if self.size > self._most:
            raise MediaTooLarge(f"At most {self._most:,} bytes can be sent at once.", most=self._most)
        self._file.write(piece)

    def done(self) -> Path:
        """The file, with everything written."""
        self._file.close()
        return self.path

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def spool_folder(env: Env) -> Path:
    """Where bodies lie while they arrive; what dies there is swept after a day."""
    folder = env.settings.data / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def prepare(env: Env, path: Path, *, claimed: str = "", filename: str = "") -> Prepared:
    """A picture, made anew, or a video's source, by what the file really is.

    ``claimed`` is the sender's content type. Raises UnknownType, TypeMismatch, VideoUnavailable and the
    errors of :func:`prepare_image`.
    """
    with path.open("rb") as file:
        found = sniff(file.read(HEAD))
    if found.kind == "video":
        env.part(Ffmpeg).require()
        return prepare_video(path, claimed=claimed, filename=filename)
    return prepare_image(path, claimed=claimed, filename=filename)


def prepare_video(
    path: Path, limits: VideoLimits = VIDEO_LIMITS, *, claimed: str = "", filename: str = ""
) -> Prepared:
    """A video's source, to be transcoded later; only its container and size are looked at here."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD))
    check_claims(found, claimed, filename)
    if found.mime not in DEMUXERS:
        raise UnknownType(f"Videos must be MP4, MOV, WebM or MKV; this is {found.mime}.")
    if path.stat().st_size > limits.size:
        raise MediaTooLarge(f"Videos may have at most {limits.size >> 20} MiB.", most=limits.size)
    source = MadeFile(SOURCE, found.mime, path)
    return Prepared(blob=new_blob(), kind="video", mime=found.mime, files=(source,))


def prepare_file(path: Path, *, filename: str = "", most: int = MOST_FILE) -> Prepared:
    """Any file, kept as it is, under a type that no browser runs. It is offered as a download only."""
    size = path.stat().st_size
    if size > most:
        raise MediaTooLarge(f"Files may have at most {most >> 20} MiB.", most=most)
    with path.open("rb") as file:
        mime = safe_mime(sniff(file.read(HEAD)))
    name = clean(filename).replace("\\", "/").rpartition("/")[2].replace('"', "'")[-200:]
    kept = MadeFile(FILE, mime, path)
    return Prepared(blob=new_blob(), kind="file", mime=mime, files=(kept,), filename=name or FILE)


def store(env: Env, prepared: Prepared) -> list[str]:
    """Write the files; their keys. Raises StorageDown."""
    files = {f"{prepared.blob}/{file.name}": file.data for file in prepared.files}
    env.part(Storage).put_all(files)
    return list(files)


def receive(
    env: Env,
    me: int,
    path: Path,
    *,
    claimed: str = "",
    filename: str = "",
    alt: str = "",
    focus: tuple[float, float] | None = None,
    made_by: Callable[[Path], Prepared] | None = None,
) -> Media:
    """All of it for a file on disk: check, make anew, store, add. Slow, and with a transaction of its own.

    ``made_by`` takes the place of :func:`prepare`, for example ``prepare_avatar`` or ``prepare_file``.
    """
    prepared = prepare(env, path, claimed=claimed, filename=filename) if made_by is None else made_by(path)
    store(env, prepared)

    def write(tx: Tx) -> Media:
        return add(tx, me, prepared, alt=alt, focus=focus)

    return jobs.database(env).run_write(env, write)
