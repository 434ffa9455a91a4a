"""Where files are kept: a folder, or a bucket of any S3 server. Keys are relative paths with ``/``.

A file is written once, as a whole or not at all, and never changed afterwards. In a folder it is on
disk (not only in the system's memory) when :meth:`Storage.put` returns.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, S3Store

from dozen.core.media.errors import MediaNotFound, StorageDown
from dozen.kit.env import Env
from dozen.kit.errors import Fault

CHUNK = 256 * 1024
# Client options as configuration: given as ``client_options`` they would hide those of the environment.
_PATIENCE: Any = {"connect_timeout": "5s", "timeout": "120s"}
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)*")
_DAY = re.compile(r"\d{8}")


def new_blob() -> str:
    """A folder of its own for one item's files: day, 8 bits to spread, 120 bits that nobody guesses.

    The day lets the sweep compare files with rows a day at a time.
    """
    name = secrets.token_hex(16)
    return f"{time.strftime('%Y%m%d', time.gmtime())}/{name[:2]}/{name[2:]}"


class Storage:
    def __init__(self, url: str) -> None:
        """``s3://bucket/prefix`` (address and keys from the usual ``AWS_*`` variables) or a folder."""
        self._root: Path | None = None
        self._store: S3Store | LocalStore
        if url.startswith("s3://"):
            parts = urlsplit(url)
            self._store = S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                config=_PATIENCE,
                retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            )
        else:
            self._root = Path(url).absolute()
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._store = LocalStore(self._root)

    @classmethod
    def build(cls, env: Env) -> Storage:
        return cls(env.settings.storage)

    def put(self, key: str, data: bytes | Path) -> None:
        """Store bytes, or a copy of a file. Raises StorageDown; then nothing is there under ``key``."""
        self.put_all({key: data})

    def put_all(self, files: Mapping[str, bytes | Path]) -> None:
        """Store several files by their keys; cheaper than one by one, but not all or nothing."""
        folders: set[Path] = set()
        with _known_errors(missing=StorageDown):
            for key in files:
                if self._root is not None:
                    folders |= _to_flush((self._root / _check(key)).parent)
            for key, data in files.items():
                obstore.put(self._store, _check(key), data)
                if self._root is not None:
                    _fsync(self._root / key, os.O_RDONLY)
            for folder in folders:
                _fsync(folder, os.O_RDONLY | os.O_DIRECTORY)

    def get(self, key: str) -> bytes:
        """All bytes. Raises MediaNotFound or StorageDown, as all readers here do."""
        with _known_errors():
            return bytes(obstore.get(self._store, _check(key)).bytes())

    def open_range(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Bytes from ``start`` up to, not including, ``end`` (None: to the last), in pieces.

        A missing file is told here and now, not at the first piece.
        """
        _check(key)
        if start < 0 or (end is not None and end < start):
            raise ValueError(f"not a range: {start}-{end}")
        if self._root is not None:
            return self._local_range(self._root / key, start, end)
        return self._remote_range(key, start, end)

    def _local_range(self, path: Path, start: int, end: int | None) -> Iterator[bytes]:
        with _known_errors():
            file = path.open("rb")

        def pieces() -> Iterator[bytes]:
            with file:
                file.seek(start)
                left = None if end is None else end - start
                while piece := file.read(CHUNK if left is None else min(CHUNK, left)):
                    if left is not None:
                        left -= len(piece)
                    yield piece

        return pieces()

    def _remote_range(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        size = self.size(key)
        end = size if end is None else min(end, size)
        if start >= end:
            return iter(())
        with _known_errors():
            found = obstore.get(self._store, key, options={"range": (start, end)})

        def pieces() -> Iterator[bytes]:
            with _known_errors():
                for piece in found.stream(min_chunk_size=CHUNK):
                    yield bytes(piece)

        return pieces()

    def size(self, key: str) -> int:
        with _known_errors():
            return int(obstore.head(self._store, _check(key))["size"])

    def delete(self, key: str) -> None:
        """Remove one file; one that is not there is fine."""
        with _known_errors(missing=None):
            obstore.delete(self._store, _check(key))

    def delete_tree(self, prefix: str) -> None:
        """Remove every file below ``prefix``, and what a put that died there left behind."""
        _check(prefix)
        with _known_errors(missing=None):
            if self._root is not None:
                shutil.rmtree(self._root / prefix)
                self._drop_empty(Path(prefix).parent)
                return
            for found in obstore.list(self._store, prefix + "/"):
                obstore.delete(self._store, [meta["path"] for meta in found])

    def _drop_empty(self, folder: Path) -> None:
        assert self._root is not None
        while folder.parts:
            try:
                (self._root / folder).rmdir()
            except OSError:  # still in use, or gone
                return
            folder = folder.parent

    def local_path(self, key: str) -> Path | None:
        """The file itself, where it is on this machine, for a door that can send files by path."""
        return None if self._root is None else self._root / _check(key)

    def fetch(self, key: str, to: Path) -> None:
        """Copy a file out of the storage."""
        with to.open("wb") as out:
            for piece in self.open_range(key):
                out.write(piece)

    def days(self) -> list[str]:
        """Days (``YYYYMMDD``) on which blobs were begun, the oldest first."""
        return sorted(name for name in self._folders("") if _DAY.fullmatch(name))

    def blobs(self, day: str) -> Iterator[str]:
        """Every blob begun on ``day`` that has files."""
        for spread in self._folders(day):
            for name in self._folders(f"{day}/{spread}"):
                yield f"{day}/{spread}/{name}"

    def _folders(self, prefix: str) -> list[str]:
        with _known_errors():
            found = obstore.list_with_delimiter(self._store, prefix or None)
            return [path.rstrip("/").rpartition("/")[2] for path in found["common_prefixes"]]


def _check(key: str) -> str:
    if not _KEY.fullmatch(key) or ".." in key:
        raise ValueError(f"not a storage key: {key!r}")
    return key


def _to_flush(folder: Path) -> set[Path]:
    """The folder of a new file, and those above it up to the first that is there already."""
    found = {folder}
    while not folder.is_dir():
        folder = folder.parent
        found.add(folder)
    return found


def _fsync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _known_errors(missing: type[Fault] | None = MediaNotFound) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if missing is not None:
            raise missing from error
    except (obstore.exceptions.BaseError, OSError) as error:
        raise StorageDown from error
