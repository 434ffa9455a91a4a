"""One look at shared memory tells of every commit, by whomever, and never costs SQLite its locks."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

from dozen.db import walindex
from dozen.db.engine import SqliteDatabase
from dozen.db.walindex import WalIndex


def database(path: Path) -> SqliteDatabase:
    made = SqliteDatabase(path, synchronous="NORMAL")
    made.connection().execute("CREATE TABLE IF NOT EXISTS t (n INTEGER)")
    return made


def elsewhere(path: Path, statement: str) -> None:
    """Run a statement in another process."""
    code = f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute({statement!r}); c.commit()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_mark_moves_with_every_commit_and_only_then(tmp_path: Path) -> None:
    db = database(tmp_path / "x.db")
    other = db.connect()
    seen = {db.mark()}
    assert seen != {b""}
    assert db.mark() in seen, "nothing happened"
    db.connection().execute("SELECT count(*) FROM t").fetchall()
    assert db.mark() in seen, "reading is no change"
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (1)")
    assert db.mark() in seen, "what is not committed is nobody's business"
    other.execute("ROLLBACK")
    assert db.mark() in seen
    for n in range(200):
        (other if n % 2 else db.connection()).execute("INSERT INTO t VALUES (?)", (n,))
        assert db.mark() not in seen
        seen.add(db.mark())
    elsewhere(db.path, "INSERT INTO t VALUES (2)")
    assert db.mark() not in seen
    seen.add(db.mark())
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.execute("INSERT INTO t VALUES (3)")
    assert db.mark() not in seen, "also when the log begins anew"
    db.close()
    assert db.mark() == b""


def test_before_the_first_reading_nothing_is_known(tmp_path: Path) -> None:
    index = WalIndex(tmp_path / "none.db")
    assert index.mark() == b""
    db = database(tmp_path / "none.db")
    db.connection().execute("SELECT * FROM t").fetchall()
    assert index.mark() != b""
    db.close()
    index.close()


def test_another_layout_is_not_believed(tmp_path: Path) -> None:
    for n, header in enumerate((b"\1" * 200, b"short", b"")):
        path = tmp_path / f"{n}.db"
        Path(str(path) + "-shm").write_bytes(header)
        index = WalIndex(path)
        assert index.mark() == b""
        assert index.mark() == b""
        index.close()


def test_closing_one_view_leaves_the_locks_of_the_others(tmp_path: Path) -> None:
    """A POSIX lock is lost when any handle on its file is closed: so none is, while another is in use."""
    one, two = database(tmp_path / "x.db"), database(tmp_path / "x.db")
    assert one.mark() == two.mark() != b""
    holder = two.connection()
    holder.execute("BEGIN IMMEDIATE")
    holder.execute("INSERT INTO t VALUES (1)")
    one.close()
    code = f"""
import sqlite3
c = sqlite3.connect({str(two.path)!r}, timeout=0)
try:
    c.execute("BEGIN IMMEDIATE")
    print("taken")
except sqlite3.OperationalError as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "locked" in told, "the writer still has its lock"
    holder.execute("COMMIT")
    two.close()
    assert not [name for name in walindex._shared if str(tmp_path) in str(name)], "nothing is left open"
    assert sqlite3.connect(tmp_path / "x.db").execute("SELECT count(*) FROM t").fetchone() == (1,)
