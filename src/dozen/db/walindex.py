"""Whether a SQLite database has changed, told by one look at shared memory.

``PRAGMA data_version`` tells the same, but it is a statement: it lets the interpreter lock go, and
under load getting that back costs more than most of our queries. In WAL mode every commit changes
the header of the WAL index, a file that all processes on the database have mapped (its layout:
sqlite.org/walformat.html, section 2.2). Where it is not as expected, nothing is told, and callers
ask the pragma.

Closing any handle on a file drops all POSIX locks that the process has on it, those of SQLite's
own handles too. So a file is opened once in a process and closed with its last database.
"""

from __future__ import annotations

import mmap
import os
import sys
import threading
from pathlib import Path

_HEADER = 48  # bytes; a copy of them follows
_LEAST = 136  # bytes: both copies and the checkpoint's
_VERSION = 3_007_000
_lock = threading.Lock()


class _Shared:
    """The process's one handle on a WAL index, and how many databases use it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.users = 0
        self.handle = -1
        self.map: mmap.mmap | None = None

    def open(self) -> None:
        self.handle = os.open(self.path, os.O_RDONLY)
        if os.fstat(self.handle).st_size >= _LEAST:
            found = mmap.mmap(self.handle, _LEAST, access=mmap.ACCESS_READ)
            if int.from_bytes(found[:4], sys.byteorder) == _VERSION and found[12] == 1:
                self.map = found
            else:
                found.close()

    def close(self) -> None:
        if self.map is not None:
            self.map.close()
        if self.handle >= 0:
            os.close(self.handle)


_shared: dict[str, _Shared] = {}


class WalIndex:
    """One database's view of the WAL index of its file. Close it after the last connection."""

    def __init__(self, database: Path) -> None:
        self._path = os.path.realpath(database) + "-shm"
        with _lock:
            _shared.setdefault(self._path, _Shared(self._path)).users += 1
        self._map: mmap.mmap | None = None
        self._looked = False

    def mark(self) -> bytes:
        """Something that differs after every commit, by whomever; empty: not known here.

        The database must have been read from before.
        """
        if self._map is not None:
            return self._map[:_HEADER]
        if self._looked:
            return b""
        with _lock:
            shared = _shared[self._path]
            if shared.handle < 0:
                try:
                    shared.open()
                except OSError:  # it is made at the first reading
                    return b""
            self._map = shared.map
            self._looked = True
        return self.mark()

    def close(self) -> None:
        self._map = None
        self._looked = True
        with _lock:
            shared = _shared.get(self._path)
            if shared is not None:
                shared.users -= 1
                if shared.users == 0:
                    del _shared[self._path]
                    shared.close()
