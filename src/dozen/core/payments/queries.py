"""Statements on charges, refunds, payouts and saved methods: all four are rows that a gateway moves."""

from typing import Any

from sqlalchemy import Table as AnyTable
from sqlalchemy import and_, or_, select, update

from dozen.core.payments.structs import Charge, Method, Payout, Refund
from dozen.core.payments.tables import charges, methods, payouts, refunds
from dozen.db import Action, Rows, action, member, param, rows, upsert, values


def _columns(table: AnyTable, struct: type) -> list[Any]:
    return [table.c[name] for name in struct.__struct_fields__]  # type: ignore[attr-defined]


def _by_id(table: AnyTable, struct: Any) -> Rows[Any]:
    return rows(struct, select(*_columns(table, struct)).where(table.c.id == param("id")))


def _locked(table: AnyTable, struct: Any) -> Rows[Any]:
    return rows(struct, select(*_columns(table, struct)).where(table.c.id == param("id")).with_for_update())


def _by_ref(table: AnyTable, struct: Any) -> Rows[Any]:
    t = table.c
    return rows(
        struct,
        select(*_columns(table, struct)).where(t.gateway == param("gateway"), t.gateway_ref == param("ref")),
    )


def _add(table: AnyTable) -> Action:
    """Nothing (0) when its key is taken."""
    return action(
        lambda dialect: (
            upsert(dialect, table)
            .values({c.name: param(c.name) for c in table.columns})
            .on_conflict_do_nothing()
        )
    )


def _put(table: AnyTable, names: tuple[str, ...]) -> Action:
    """Write all that can change, if the state is what it was believed to be."""
    t = table.c
    return action(
        update(table)
        .where(t.id == param("this"), t.state == param("was"))
        .values({t[name]: param(f"new_{name}") for name in names})
    )


def _due(table: AnyTable) -> Any:
    t = table.c
    return values(
        int,
        select(t.id).where(t.next_at <= param("now")).order_by(t.next_at).limit(param("limit")),
    )


def _of_owner(table: AnyTable, struct: Any) -> Rows[Any]:
    t = table.c
    return rows(
        struct,
        select(*_columns(table, struct))
        .where(t.owner == param("owner"), t.id < param("before"))
        .order_by(t.id.desc())
        .limit(param("limit")),
    )


CHANGING: dict[str, tuple[str, ...]] = {
    "charge": (
        "gateway_ref", "state", "wish", "wish_amount", "next_url", "failure_code", "failure_text",
        "captured", "fee", "refunding", "refunded", "tries", "next_at", "sent_at", "final_at", "told",
        "booked_at", "balance_ref", "transfer_id", "fee_transfer_id",
    ),
    "refund": (
        "gateway_ref", "state", "failure_code", "tries", "next_at", "sent_at", "final_at", "told",
        "booked_at", "balance_ref", "transfer_id", "done_transfer_id",
    ),
    "payout": (
        "gateway_ref", "state", "failure_code", "fee", "tries", "next_at", "sent_at", "final_at", "told",
        "booked_at", "balance_ref", "transfer_id", "done_transfer_id", "fee_transfer_id",
    ),
    "method": (
        "gateway_ref", "state", "next_url", "brand", "last4", "exp_month", "exp_year", "failure_code",
        "tries", "next_at", "final_at",
    ),
}  # fmt: skip
"""The columns that may change; everything else about a row stays as it was asked for."""
_TABLES: dict[str, tuple[AnyTable, Any]] = {
    "charge": (charges, Charge),
    "refund": (refunds, Refund),
    "payout": (payouts, Payout),
    "method": (methods, Method),
}

by_id = {what: _by_id(*each) for what, each in _TABLES.items()}
locked = {what: _locked(*each) for what, each in _TABLES.items()}
by_ref = {what: _by_ref(*each) for what, each in _TABLES.items()}
add = {what: _add(table) for what, (table, _) in _TABLES.items()}
put = {what: _put(_TABLES[what][0], names) for what, names in CHANGING.items()}
due = {what: _due(table) for what, (table, _) in _TABLES.items()}
of_owner = {what: _of_owner(*each) for what, each in _TABLES.items()}


def _under(table: AnyTable, scope: str) -> Rows[tuple[int, str]]:
    t = table.c
    return rows(
        lambda row_id, print_: (row_id, print_),
        select(t.id, t.print).where(t[scope] == param("scope"), t.key == param("key")),
    )


under_key = {
    "charge": _under(charges, "owner"),
    "refund": _under(refunds, "charge_id"),
    "payout": _under(payouts, "owner"),
    "method": _under(methods, "owner"),
}
"""Id and fingerprint of what was made under an idempotency key."""

_c = charges.c
charges_of_subject = rows(
    Charge,
    select(*_columns(charges, Charge))
    .where(_c.purpose == param("purpose"), _c.subject == param("subject"))
    .order_by(_c.id.desc())
    .limit(param("limit")),
)
_r = refunds.c
refunds_of = rows(
    Refund,
    select(*_columns(refunds, Refund)).where(_r.charge_id == param("charge_id")).order_by(_r.id),
)
refunds_by_refs = rows(
    Refund,
    select(*_columns(refunds, Refund)).where(_r.gateway == param("gateway"), member(_r.gateway_ref, "refs")),
)
_m = methods.c
methods_of = rows(
    Method,
    select(*_columns(methods, Method))
    .where(_m.owner == param("owner"), _m.state == "active")
    .order_by(_m.id.desc())
    .limit(param("limit")),
)
token_of = values(
    bytes, select(_m.token).where(_m.id == param("id"), _m.state == "active", _m.token.is_not(None))
)
token_of_removed = values(
    bytes, select(_m.token).where(_m.id == param("id"), _m.state == "removed", _m.token.is_not(None))
)
drop_token = action(
    update(methods).where(_m.id == param("this"), _m.state == "removed").values(token=None, next_at=None)
)
put_method = action(
    update(methods)
    .where(_m.id == param("this"), _m.state == param("was"))
    .values({**{_m[n]: param(f"new_{n}") for n in CHANGING["method"]}, _m.token: param("sealed")})
)
kept_methods = values(
    int,
    select(_m.id)
    .where(
        _m.owner == param("owner"),
        or_(_m.state == "active", and_(_m.state.not_in(("removed", "failed")), _m.expires_at > param("now"))),
    )
    .order_by(_m.id)
    .limit(param("limit")),
)
