"""SQLAlchemy Core as the bare drivers' SQL: the compiler, and what our queries need beyond Core.

Nothing here runs anything: :mod:`dozen.db.statements` and :class:`dozen.db.Tx` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Table, Text, bindparam, cast, column, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement, Executable
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

Row = tuple[Any, ...]
Bind = Callable[[Mapping[str, Any]], Sequence[Any]]
Process = Callable[[list[Row]], list[Row]] | None
"""None: rows are what the driver gives."""
_FLOAT8 = 701  # PostgreSQL's type code


def param(name: str, type_: Any = None) -> Any:
    """A value that each call gives by name."""
    return bindparam(name, value=None, type_=type_, required=False)


@cache
def dialect_for(name: str) -> Dialect:
    """The compiler's idea of ``sqlite`` or ``postgresql``, with positional parameters on both."""
    if name == "sqlite":
        return SQLiteDialect_pysqlite(paramstyle="qmark")
    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def upsert(dialect: str, table: Any) -> Any:
    """An INSERT that can say ``on_conflict_do_nothing`` or ``on_conflict_do_update``."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


class _Array(TypeDecorator[Any]):
    """A list as one parameter: JSON text on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(postgresql.ARRAY(self.item))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return msgspec.json.encode(list(value)).decode() if dialect.name == "sqlite" else list(value)


class member(ColumnElement[bool]):  # noqa: N801 - reads as a function in a query
    """``column IN (the list given as one parameter)``, of any length, without a new statement each time."""

    inherit_cache = True
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        item = Text() if isinstance(column.type, Text) else BigInteger()
        self.list: ColumnElement[Any] = param(name, _Array(item))

    @property
    def _from_objects(self) -> list[Any]:
        """The column's table, which a SELECT of nothing but a count would not know otherwise."""
        return self.column._from_objects


@compiles(member, "sqlite")
def _member_sqlite(element: member, compiler: Any, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.list, **kw)
    return f"{column} IN (SELECT value FROM json_each({items}))"  # noqa: S608 - compiled SQL, no user text


@compiles(member, "postgresql")
def _member_postgresql(element: member, compiler: Any, **kw: Any) -> str:
    column, items = compiler.process(element.column, **kw), compiler.process(element.list, **kw)
    return f"{column} = ANY ({items})"


def each_of(dialect: str, name: str) -> Any:
    """The numbers of a list given as one parameter, as a table with the column ``value``."""
    given: ColumnElement[Any] = param(name, _Array(BigInteger()))
    if dialect == "sqlite":
        return func.json_each(given).table_valued(column("value", BigInteger()))
    return func.unnest(given).table_valued(column("value", BigInteger())).render_derived()


def each_row(dialect: str, **kinds: TypeEngine[Any]) -> Any:
    """A table of the lists that are given as parameters of these names, side by side as its columns. Bytes
    only on PostgreSQL."""
    if dialect == "postgresql":
        columns = [column(name, kind) for name, kind in kinds.items()]
        return _unnested(kinds.items()).table_valued(*columns).render_derived()
    lists: dict[str, ColumnElement[Any]] = {name: param(name, _Array(kind)) for name, kind in kinds.items()}
    first, *others = kinds
    each = func.json_each(lists[first]).table_valued(column("key"), column("value", kinds[first]))
    at = literal("$[").concat(each.c.key).concat("]")
    more = [func.json_extract(lists[name], at, type_=kinds[name]).label(name) for name in others]
    return select(each.c.value.label(first), *more).subquery()


def _unnested(kinds: Iterable[tuple[str, TypeEngine[Any]]]) -> Any:
    """Lists side by side, each from a query of its own: PostgreSQL would count the items of a list that it is
    given, and plan anew each time for as many as there are."""
    lists = (cast(param(name, Text()), postgresql.ARRAY(kind)) for name, kind in kinds)
    return func.unnest(*[select(each).scalar_subquery() for each in lists])


def put_lists(table: Table, names: Mapping[str, str], conflict: Callable[[Any], Any] | None) -> str:
    """PostgreSQL's INSERT of rows that come as one list for each column, in the order of ``names``."""
    kinds = {name: table.columns[name].type.dialect_impl(dialect_for("postgresql")) for name in names}
    lists = _unnested((names[name], kind) for name, kind in kinds.items())
    given = lists.table_valued(*[column(name) for name in names]).render_derived()
    made = postgresql.insert(table).from_select(list(names), select(*given.c))
    made = conflict(made) if conflict is not None else made.inline()
    return str(made.compile(dialect=dialect_for("postgresql")))


class _ByCodePoint(ColumnElement[str]):
    """The column, compared by code point: on PostgreSQL the database's language would decide otherwise."""

    inherit_cache = True
    type = Text()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column

    @property
    def _from_objects(self) -> list[Any]:
        return self.column._from_objects


@compiles(_ByCodePoint, "sqlite")
def _by_code_point_sqlite(element: _ByCodePoint, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.column, **kw))


@compiles(_ByCodePoint, "postgresql")
def _by_code_point_postgresql(element: _ByCodePoint, compiler: Any, **kw: Any) -> str:
    return f'{compiler.process(element.column, **kw)} COLLATE "C"'


def prefix(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """``column`` starts with the parameter. An ordinary index of the column serves it on both databases when
    it is a :data:`~dozen.db.schema.Word`; it is right for any text."""
    start: ColumnElement[Any] = param(name, Text())
    word = _ByCodePoint(column)
    return (word >= start) & (word < start.concat("\U0010ffff"))


def compile_for(statement: Executable, dialect_name: str) -> tuple[str, Bind, Process]:
    """The driver's SQL, a function from named parameters to its positional ones, and one over result rows."""
    dialect = dialect_for(dialect_name)
    compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    if compiled.post_compile_params:  # an IN over a list that is written in the statement
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    names: list[str] = list(compiled.positiontup or ())
    fixed: dict[str, Any] = compiled.construct_params(_check=False)
    by_name = {
        name: element.type.dialect_impl(dialect).bind_processor(dialect)
        for element, name in compiled.bind_names.items()
    }
    processors = [by_name.get(name) for name in names]
    required = {name for element, name in compiled.bind_names.items() if not element.unique}
    bind = _binder(names, {name: fixed[name] for name in names if name not in required}, processors)

    columns = compiled._result_columns or []
    converters = [
        (i, convert)
        for i, column in enumerate(columns)
        if (convert := _result_processor(column.type, dialect)) is not None
    ]

    if not converters:
        return compiled.string, bind, None

    def process(found: list[Row]) -> list[Row]:
        out = []
        for row in found:
            fresh = list(row)
            for i, convert in converters:
                fresh[i] = convert(fresh[i])
            out.append(tuple(fresh))
        return out

    return compiled.string, bind, process


def _binder(names: list[str], fixed: dict[str, Any], processors: list[Callable[[Any], Any] | None]) -> Bind:
    """From named parameters to the driver's: all in one go, then those that are kept in another form."""
    if not names:
        return lambda given: ()
    pick = itemgetter(*names)
    positions = [(i, processor) for i, processor in enumerate(processors) if processor is not None]
    alone = len(names) == 1

    def whole(given: Mapping[str, Any]) -> Sequence[Any]:
        values = pick({**fixed, **given} if fixed else given)
        return (values,) if alone else values

    if not positions:
        return whole if fixed or alone else pick

    def bind(given: Mapping[str, Any]) -> Sequence[Any]:
        values = list(whole(given))
        for i, processor in positions:
            values[i] = processor(values[i])
        return values

    return bind


def _result_processor(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    made = kind.dialect_impl(dialect)
    try:
        return made.result_processor(dialect, None)
    except TypeError:  # numbers ask psycopg's type code; ours are doubles
        return made.result_processor(dialect, _FLOAT8)
