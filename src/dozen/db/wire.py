"""A connection to PostgreSQL, spoken to one floor below psycopg's cursors.

A cursor prepares, adapts and reads anew for every statement: that takes three times as long as asking. Our
statements are few and always the same, so here each is prepared once for a connection and its parameters
go as text, which the server reads as what the statement says they are (a ``CAST``, a column's type). What
comes back is read by psycopg's own loaders.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from select import POLLIN, POLLOUT, poll
from typing import Any

import msgspec
import psycopg
from psycopg import DataError, OperationalError, errors, pq
from psycopg.adapt import Loader, PyFormat, Transformer

_PREPARE_FROM = 2
"""From which time on a statement is prepared: what is built for one request is asked once."""
_MOST_PREPARED = 1_000
_MOST_COUNTED = 5_000
_TEXT, _BINARY = 0, 1
_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)

_BYTES = frozenset((bytes, bytearray, memoryview))
_LIKE_JSON = frozenset((int, str, type(None)))
_json = msgspec.json.Encoder().encode

Row = tuple[Any, ...]
_Asked = tuple[str, list[bytes | None], list[int] | None, bool]
"""A statement, its parameters and their formats, and whether it is to be prepared now."""
_COMMIT: _Asked = ("COMMIT", [], None, True)


class _Number(Loader):
    """PostgreSQL sums BIGINT to NUMERIC: an int here, as on SQLite; with decimals (an average) a float."""

    def load(self, data: Any) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


class Result:
    """What a statement gave, as far as cursors have it."""

    __slots__ = ("_answer", "_wire")

    def __init__(self, wire: Wire, answer: Any) -> None:
        self._wire = wire
        self._answer = answer

    def fetchall(self) -> list[Row]:
        answer = self._answer
        if not answer.ntuples:
            return []
        read = self._wire.transformer
        read.set_pgresult(answer)
        return read.load_rows(0, answer.ntuples, tuple)  # type: ignore[no-any-return]

    def fetchone(self) -> Row | None:
        found = self.fetchall()
        return found[0] if found else None

    @property
    def description(self) -> bool:
        """Whether it has rows."""
        return bool(self._answer.nfields)

    @property
    def rowcount(self) -> int:
        """How many rows it changed or found."""
        return self._answer.command_tuples or 0


class Wire:
    """One connection, used by one thread. Raises psycopg's errors."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connect()

    def _connect(self) -> None:
        self.connection = psycopg.connect(
            self.url, autocommit=True, connect_timeout=5, application_name="dozen", client_encoding="utf8"
        )
        self.connection.adapters.register_loader("numeric", _Number)
        self.pgconn: Any = self.connection.pgconn
        self.transformer: Any = Transformer(self.connection)
        self._names: dict[str, bytes] = {}
        self._asked: dict[str, int] = {}
        self._made = 0
        self._queue: list[_Asked] = []
        self._begins = False
        self._last: list[_Asked] | None = None
        self._socket = poll()
        self._socket.register(self.pgconn.socket, POLLIN)

    @property
    def closed(self) -> bool:
        return self.connection.closed

    def close(self) -> None:
        self.connection.close()

    def say(self, command: bytes) -> bytes:
        """BEGIN, COMMIT, ROLLBACK: commands without parameters or rows. Gives the server's last word."""
        done: bytes = self._sound(self.pgconn.exec_(command)).command_status
        return done

    def ask(self, question: bytes) -> bytes:
        """The one value of a query without parameters, as the server writes it; empty where there is none."""
        answer = self._sound(self.pgconn.exec_(question))
        return (answer.get_value(0, 0) if answer.ntuples else None) or b""

    def begin(self, command: str) -> None:
        """Begin a transaction, together with its first statement: one that asks nothing costs nothing. A
        connection that was lost since the last one is replaced by then."""
        self._queue = [(command, [], None, True)]
        self._begins = True

    def soon(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run a statement together with the next one that is waited for, before it. Nobody learns what it
        gave; what is wrong with it is raised there."""
        self._queue.append((sql, *_written(params), True))

    def execute(self, sql: str, params: Sequence[Any] = (), *, prepare: bool = True) -> Result:
        """Run one statement with ``$1``, ``$2`` … in it. ``prepare=False``: with a plan of its own."""
        values, formats = _written(params)
        if prepare and sql not in self._names:
            prepare = self._comes_again(sql)
        if self._queue:
            return Result(self, self._with_queue([(sql, values, formats, prepare)]))
        if prepare:
            name = self._prepared(sql)
            return Result(self, self._sound(self.pgconn.exec_prepared(name, values, formats, _TEXT)))
        asked = self.pgconn.exec_params(sql.encode(), values, None, formats, _TEXT)
        return Result(self, self._sound(asked))

    def executemany(self, sql: str, sets: Collection[Sequence[Any]]) -> None:
        """Run a statement for many sets of parameters; all of them are sent before any is waited for."""
        if not sets:
            return
        asked = [(sql, *_written(each), True) for each in sets]
        if self._last is not None:
            self._last += asked
        else:
            self._with_queue(asked)

    def commit(self, finish: Callable[[], None]) -> bytes:
        """COMMIT, sent together with what ``finish`` writes by ``executemany``. Gives the server's word."""
        self._last = []
        try:
            finish()
            last = self._last
        finally:
            self._last = None
        if self._begins:
            if not last and len(self._queue) == 1:
                self.rollback()
                return b"COMMIT"
            self._with_queue([])  # not in one go: were the answer lost, nobody knew whether to begin anew
        if not last and not self._queue:
            return self.say(b"COMMIT")
        done: bytes = self._with_queue([*last, _COMMIT]).command_status
        return done

    def rollback(self) -> None:
        """Undo what was done in this transaction; what was not even sent is forgotten."""
        begun, self._begins = not self._begins, False
        self._queue.clear()
        if begun:
            self.say(b"ROLLBACK")

    def undo(self, savepoint: str) -> None:
        """Back to a savepoint, which is gone then."""
        waiting = [sql for sql, *_ in self._queue]
        if (set_ := f"SAVEPOINT {savepoint}") in waiting:
            del self._queue[waiting.index(set_) :]
            return
        self._queue.clear()
        self.soon(f"ROLLBACK TO {savepoint}")
        self.execute(f"RELEASE {savepoint}")

    def _with_queue(self, asked: list[_Asked]) -> Any:
        """Send these behind what waits for company; the last answer."""
        early = len(self._queue) + (asked[-1:] == [_COMMIT]) * len(asked)
        asked, self._queue = self._queue + asked, []
        begins, self._begins = self._begins, False
        try:
            return self._pipe(asked, early)
        except OperationalError:
            if not (begins and self.closed):
                raise
            self._connect()  # it was lost before: nothing of this transaction was done
            return self._pipe(asked, early)

    def _pipe(self, asked: Sequence[_Asked], early: int) -> Any:
        """Send all, then read what became of it: the last answer. After an error the rest is skipped; one of
        the first ``early`` is ``late``, for nobody waits for those."""
        fresh = {sql for sql, _, _, prepare in asked if prepare and sql not in self._names}
        if fresh and len(self._names) + len(fresh) > _MOST_PREPARED:
            self._forget_prepared()  # before any of their names is taken
        named = [(self._prepared(each[0]) if each[3] else None, each) for each in asked]
        pgconn = self.pgconn
        pgconn.enter_pipeline_mode()
        for name, (sql, values, formats, _) in named:
            if name is not None:
                pgconn.send_query_prepared(name, values, formats, _TEXT)
            else:
                pgconn.send_query_params(sql.encode(), values, None, formats, _TEXT)
        pgconn.pipeline_sync()
        while pgconn.flush():  # what was sent fills all buffers: the server may wait for us to read
            if self._wait(POLLIN | POLLOUT) & POLLIN:
                pgconn.consume_input()
        failed = answer = None
        late = False
        for n in range(len(asked)):
            answer = self._next()
            if answer.status not in _DONE and failed is None:
                failed, late = answer, n < early
            pgconn.get_result()  # each statement's answers end with nothing
        self._next()  # what the sync gave
        if not self.closed:
            pgconn.exit_pipeline_mode()
        if failed is not None:
            self._sound(failed, late)
        return answer

    def _next(self) -> Any:
        """The next answer. It is waited for here: libpq would let no other thread run meanwhile."""
        pgconn = self.pgconn
        while pgconn.is_busy():
            self._wait(POLLIN)
            pgconn.consume_input()
        answer = pgconn.get_result()
        if answer is None:
            raise OperationalError("the connection is lost")
        return answer

    def _wait(self, what: int) -> int:
        """Until the server has read or written something."""
        self._socket.modify(self.pgconn.socket, what)
        return next((event for _, event in self._socket.poll()), 0)

    def _comes_again(self, sql: str) -> bool:
        """Whether a statement is asked often enough to be prepared."""
        count = self._asked.get(sql, 0) + 1
        if count >= _PREPARE_FROM:
            self._asked.pop(sql, None)
            return True
        if len(self._asked) >= _MOST_COUNTED:
            self._asked.clear()
        self._asked[sql] = count
        return False

    def _prepared(self, sql: str) -> bytes:
        """The name under which the server has the statement."""
        name = self._names.get(sql)
        if name is not None:
            return name
        if len(self._names) >= _MOST_PREPARED:
            self._forget_prepared()
        self._made += 1
        name = b"d%d" % self._made
        self._sound(self.pgconn.prepare(name, sql.encode(), None))
        self._names[sql] = name
        return name

    def _forget_prepared(self) -> None:
        self.say(b"DEALLOCATE ALL")
        self._names.clear()

    def _sound(self, answer: Any, late: bool = False) -> Any:
        """The server's answer, unless it is an error: then that is raised."""
        if answer.status in _DONE:
            return answer
        if self.closed:
            raise OperationalError("the connection is lost")
        error: Any = errors.error_from_result(answer)
        error.late = late
        raise error


def _written(params: Sequence[Any]) -> tuple[list[bytes | None], list[int] | None]:
    """Parameters as they are sent, and their formats: bytes go as they are, all else as text."""
    values = [_text(each) if each is not None else None for each in params]
    if _BYTES.isdisjoint(map(type, params)):
        return values, None
    return values, [_BINARY if type(each) in _BYTES else _TEXT for each in params]


def _text(value: Any) -> bytes:
    """A parameter as PostgreSQL reads it. DataError for NUL, which its texts cannot hold."""
    return _TEXTS.get(type(value), _other)(value)


def _str(value: str) -> bytes:
    if "\0" in value:
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return value.encode()


def _list(value: Sequence[Any]) -> bytes:
    if _LIKE_JSON.issuperset(map(type, value)):
        try:
            written = _json(value)
        except UnicodeEncodeError:
            written = b"\\u"
        # Both write quotes and backslashes alike, and nothing else that is written with a backslash.
        if b"\\" not in written or b"\\" not in written.replace(b"\\\\", b"").replace(b'\\"', b""):
            return b"{%s}" % written[1:-1]
    return b"{" + b",".join([_item(each) for each in value]) + b"}"


def _item(value: Any) -> bytes:
    if value is None:
        return b"NULL"
    if type(value) is int:
        return b"%d" % value
    if type(value) in _BYTES:
        return b'"\\\\x%s"' % value.hex().encode()
    text = _text(value)
    if isinstance(value, str):
        return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return text


def _other(value: Any) -> bytes:
    """What is rare: as psycopg writes it."""
    for kind, write in _TEXTS.items():
        if isinstance(value, kind):
            return write(value)
    written = Transformer().get_dumper(value, PyFormat.TEXT).dump(value)
    return bytes(written or b"")


_TEXTS: dict[type, Callable[[Any], bytes]] = {
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    str: _str,
    float: lambda value: repr(value).encode(),
    bytes: bytes,
    bytearray: bytes,
    memoryview: bytes,
    list: _list,
    tuple: _list,
}
