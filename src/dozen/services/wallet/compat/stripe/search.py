"""The query language of ``search``: ``status:"succeeded" AND metadata["order"]:"6735" AND amount>1000``.

Fields: status, customer, currency, amount, created, metadata. Clauses are joined by AND or by OR, not by
both; ``-`` before one means its opposite.
"""

from __future__ import annotations

import re
from typing import Any

from dozen.services.wallet.compat.stripe import ids as names
from dozen.services.wallet.compat.stripe.errors import BadParam
from dozen.services.wallet.compat.stripe.lists import below
from dozen.services.wallet.queries.orders import Condition
from dozen.services.wallet.structs.merchants import STEPS

_CLAUSE = re.compile(
    r"""\s*(?P<no>-)?(?P<field>[a-z_]+)(?:\[\s*["'](?P<name>[^"']{1,40})["']\s*\])?\s*"""
    r"""(?P<op>:|=|<=|>=|<|>)\s*(?:"(?P<text>(?:[^"\\]|\\.){0,500})"|'(?P<quoted>[^']{0,500})'"""
    r"""|(?P<word>null|[0-9]{1,15}))\s*"""
)
_JOIN = re.compile(r"(AND|OR|and|or)\b|(?=-?[a-z_]+\s*(?:\[|[:=<>]))")
_MOST = 10
_NUMBERS = ("amount", "created")


def parse(query: str) -> tuple[tuple[Condition, ...], bool]:
    """The conditions, and whether one of them is enough. Raises BadParam."""
    at, found, joins = 0, list[Condition](), set[str]()
    while True:
        clause = _CLAUSE.match(query, at)
        if clause is None or len(found) >= _MOST:
            raise BadParam("query", f"We were unable to parse your search query near {query[at : at + 20]!r}")
        found += _conditions(clause)
        at = clause.end()
        if at == len(query):
            break
        join = _JOIN.match(query, at)
        if join is None:
            raise BadParam("query", f"We were unable to parse your search query near {query[at : at + 20]!r}")
        joins.add((join[1] or "AND").upper())
        at = join.end()
    if len(joins) > 1:
        raise BadParam("query", "A query cannot combine AND with OR")
    if joins == {"OR"} and any(each.field == "id" for each in found):
        raise BadParam("query", "created can only be combined with AND")
    return tuple(found), joins == {"OR"}


def _conditions(clause: re.Match[str]) -> list[Condition]:
    field, name, op = clause["field"], clause["name"] or "", clause["op"]
    no = clause["no"] is not None
    op = "=" if op == ":" else op
    value: Any = clause["word"]
    if value is None:
        value = clause["quoted"] if clause["quoted"] is not None else _unescaped(clause["text"])
    elif value == "null":
        value = None
    if bool(name) != (field == "metadata"):
        raise BadParam("query", f"Field `{field}` is an unsupported search field")
    if op != "=" and field not in _NUMBERS:
        raise BadParam("query", f"Field `{field}` does not support the operator {op}")
    if field == "metadata":
        return [Condition("label", "=", value, name, no)]
    if field in _NUMBERS:
        if value is None or not value.isascii() or not value.isdigit() or len(value) > 15:
            raise BadParam("query", f"Field `{field}` takes a number")
        if field == "amount":
            return [Condition("amount", op, int(value), no=no)]
        return _created(op, int(value), no)
    if field == "status":
        if value not in STEPS:
            raise BadParam("query", f"Invalid status: {value}")
        return [Condition("state", "=", value, no=no)]
    if field == "currency":
        return [Condition("currency", "=", (value or "").upper(), no=no)]
    if field == "customer":
        known = names.read(names.CUSTOMER, value) if value is not None else None
        return [Condition("customer_id", "=", known if known or value is None else 0, no=no)]
    raise BadParam("query", f"Field `{field}` is an unsupported search field")


def _created(op: str, second: int, no: bool) -> list[Condition]:
    if op == "=":
        if no:
            raise BadParam("query", "created does not support negation with =")
        return [Condition("id", ">", below(second)), Condition("id", "<=", below(second + 1))]
    bound = below(second + 1) if op in (">", "<=") else below(second)
    return [Condition("id", ">" if op in (">", ">=") else "<=", bound, no=no)]


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
