"""``dozen backup`` and ``dozen restore``: everything of an installation in one file.

The file is a gzipped tar: ``about.json``, the database (a consistent copy made while the server runs),
the stored files, the secret and what else a data folder keeps, and last ``sums.json`` with the SHA-256
of each, which a restore checks before anything is put in place.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from dozen import __version__
from dozen.app import setup
from dozen.db import open_database
from dozen.db.engine import Database, SqliteDatabase
from dozen.db.migrate import current, newest
from dozen.db.postgres import PostgresDatabase
from dozen.kit import clock
from dozen.kit.settings import Settings

console = Console(stderr=True)
_PIECE = 1 << 20
FORMAT = 1
_KEPT = ("secret", "demo-logins.txt", "tls")
"""What a data folder holds beside the database and the stored files."""


class About(msgspec.Struct, frozen=True):
    """What a backup says of itself. ``storage``: whether stored files are in it, or in a bucket elsewhere."""

    format: int
    version: str
    revision: str
    dialect: str
    made_at: int
    storage: str
    files: int


class Unusable(ValueError):
    """This backup cannot be made or restored here. The message says why and what to do."""


def backup(settings: Settings, to: Path) -> int:
    """Write a backup to ``to``, which must not exist. The server may go on meanwhile."""
    if to.exists():
        raise Unusable(f"{to} is there already; give another name")
    db = open_database(settings.database)
    part = to.with_name(to.name + ".part")
    try:
        revision = current(db)
        if not revision:
            raise Unusable("there is nothing to back up: the database is empty")
        root = None if settings.storage.startswith("s3://") else Path(settings.storage)
        stored = sorted(_files(root)) if root is not None else []
        about = About(
            FORMAT,
            __version__,
            revision,
            db.dialect,
            clock.now(),
            "elsewhere" if root is None else "folder",
            len(stored),
        )
        with _writing(part) as out, _progress() as bar, tempfile.TemporaryDirectory(dir=part.parent) as temp:
            pack = _Pack(out)
            pack.add_bytes("about.json", msgspec.json.format(msgspec.json.encode(about)))
            task = bar.add_task("Database", total=None)
            copy = _copy_database(db, Path(temp))
            pack.add(copy.name, copy)
            copy.unlink()
            bar.update(task, total=1, completed=1)
            for name in _KEPT:
                for path in sorted(_files(settings.data / name)):
                    pack.add(str(path.relative_to(settings.data)), path)
            task = bar.add_task("Files", total=len(stored))
            for path in stored:
                assert root is not None
                pack.add(f"files/{path.relative_to(root)}", path)
                bar.advance(task)
            pack.finish()
        part.rename(to)
    finally:
        db.close()
        part.unlink(missing_ok=True)
    console.print(f"Backed up to {to} ({to.stat().st_size / 1e6:,.1f} MB). It holds secrets: keep it safe.")
    if root is None:
        console.print("Stored files are in the bucket, not in the backup.", style="yellow")
    return 0


def restore(settings: Settings, file: Path) -> int:
    """Put a backup into an installation that has nothing yet."""
    if not file.is_file():
        raise Unusable(f"there is no file {file}")
    db = open_database(settings.database)
    try:
        if current(db):
            raise Unusable(
                "this database is in use already; restore into an empty one (--data, DOZEN_DATABASE_URL)"
            )
        if isinstance(db, SqliteDatabase):
            db.close()
            _drop_empty(db.path)
        settings.data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.data, prefix="restore-") as temp:
            about = _unpack(file, Path(temp))
            if about.revision > newest():
                raise Unusable(f"the backup is of a newer Dozen ({about.version}); update this one first")
            if about.dialect != db.dialect:
                raise Unusable(f"the backup is of {about.dialect}, and DOZEN_DATABASE_URL is {db.dialect}")
            _put_in_place(settings, db, Path(temp), about)
    finally:
        db.close()
    setup.migrate(settings)
    console.print(f"Restored what was backed up at {clock.rfc3339(about.made_at)} by Dozen {about.version}.")
    if about.storage == "elsewhere":
        console.print("Stored files were in a bucket and are not in the backup.", style="yellow")
    return 0


class _Pack:
    """A tar that notes the sum of all it takes in."""

    def __init__(self, out: IO[bytes]) -> None:
        self._tar = tarfile.open(fileobj=out, mode="w:gz", compresslevel=3)  # noqa: SIM115 - see finish
        self._sums: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Add a file as it is now; one that is just being deleted is left out."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source:
            info = self._tar.gettarinfo(arcname=name, fileobj=source)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            reader = _Summed(source, info.size)
            self._tar.addfile(info, reader)
        self._sums[name] = reader.sum.hexdigest()

    def add_bytes(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(data), 0o600
        self._tar.addfile(info, io.BytesIO(data))
        self._sums[name] = hashlib.sha256(data).hexdigest()

    def finish(self) -> None:
        self.add_bytes("sums.json", msgspec.json.encode(self._sums))
        self._tar.close()


class _Summed:
    """A file of ``size`` bytes whose sum is taken while it is read."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        self.sum.update(piece)
        return piece


def _unpack(file: Path, into: Path) -> About:
    """Extract and check. Raises Unusable for a file that is not a whole, unchanged backup."""
    sums: dict[str, str] = {}
    try:
        with tarfile.open(file, "r:gz") as tar, _progress() as bar:
            task = bar.add_task("Unpacking", total=None)
            for member in tar:
                if not member.isfile():
                    raise Unusable("this is not a backup of ours: it holds more than files")
                sums[member.name] = _extract(tar, member, into)
                bar.advance(task)
        told = msgspec.json.decode((into / "sums.json").read_bytes(), type=dict[str, str])
        about = msgspec.json.decode((into / "about.json").read_bytes(), type=About)
    except (tarfile.TarError, EOFError, OSError, msgspec.DecodeError) as error:
        raise Unusable(f"{file} is not a whole backup: {error}") from error
    sums.pop("sums.json")
    if sums != told:
        bad = sorted(set(sums.items()) ^ set(told.items()))[0][0]
        raise Unusable(f"{file} was damaged or changed: {bad}")
    if about.format != FORMAT:
        raise Unusable(f"the backup has format {about.format}; this Dozen reads {FORMAT}")
    return about


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> str:
    """Write a member's file and give its sum. By hand: before 3.11.4 Python has no filter that keeps what is
    unpacked inside its folder. Raises Unusable."""
    path = (into / member.name).resolve()
    if not path.is_relative_to(into.resolve()):
        raise Unusable(f"this is not a backup of ours: {member.name} would be written elsewhere")
    path.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    assert source is not None
    sums = hashlib.sha256()
    with source, path.open("wb") as target:
        while piece := source.read(_PIECE):
            sums.update(piece)
            target.write(piece)
    return sums.hexdigest()


def _put_in_place(settings: Settings, db: Database, temp: Path, about: About) -> None:
    """Files first, the database last: while it is missing, the installation counts as empty."""
    if about.storage == "folder":
        if settings.storage.startswith("s3://"):
            raise Unusable(
                "the backup has stored files for a folder; unset DOZEN_STORAGE_URL to restore them"
            )
        root = Path(settings.storage)
        if any(_files(root)):
            raise Unusable(f"there are files in {root} already; restore into an empty folder")
        if (temp / "files").is_dir():
            root.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(temp / "files", root, dirs_exist_ok=True)
            root.chmod(0o700)
    for name in _KEPT:
        source, target = temp / name, settings.data / name
        if not source.exists():
            continue
        if name == "secret" and target.exists() and target.read_bytes() != source.read_bytes():
            raise Unusable(f"{target} is another installation's secret; move it away first")
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
            target.chmod(0o600 if name == "secret" else 0o644)
    if isinstance(db, SqliteDatabase):
        db.path.parent.mkdir(parents=True, exist_ok=True)
        whole = db.path.with_name(db.path.name + ".restored")
        shutil.copyfile(temp / "database.sqlite", whole)
        _flush(whole)
        whole.rename(db.path)
    else:
        assert isinstance(db, PostgresDatabase)
        _run("pg_restore", "--no-owner", "--exit-on-error", "-d", db.url, str(temp / "database.pgdump"))


def _copy_database(db: Database, folder: Path) -> Path:
    """A consistent copy as of now; writers are not held up."""
    if isinstance(db, SqliteDatabase):
        to = folder / "database.sqlite"
        target = sqlite3.connect(to)
        db.connection().backup(target)  # in one step: one snapshot
        target.close()
        return to
    assert isinstance(db, PostgresDatabase)
    to = folder / "database.pgdump"
    _run("pg_dump", "--format=custom", "--no-owner", "-f", str(to), db.url)
    return to


def _run(program: str, *args: str) -> None:
    if shutil.which(program) is None:
        raise Unusable(f"{program} is not installed; it comes with PostgreSQL's client programs")
    done = subprocess.run([program, *args], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Unusable(f"{program} failed: {done.stderr.strip()[-600:]}")


def _drop_empty(path: Path) -> None:
    """The file that opening an empty database has made."""
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
    elif root.is_dir():
        yield from (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


@contextmanager
def _writing(path: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner may read, on disk when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _progress() -> Iterator[Progress]:
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as bar:
        yield bar
