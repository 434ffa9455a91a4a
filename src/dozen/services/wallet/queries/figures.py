"""Figures of reports: added up from payments, and read."""

from typing import Any

from sqlalchemy import BigInteger, and_, case, delete, func, not_, select, union_all

from dozen.db import action, param, rows, upsert, values
from dozen.services.wallet.structs.figures import ActiveDay, Funnel
from dozen.services.wallet.tables.days import days as person_days
from dozen.services.wallet.tables.figures import hours, people
from dozen.services.wallet.tables.merchants import days as shop_days
from dozen.services.wallet.tables.merchants import merchants
from dozen.services.wallet.tables.payments import payments
from dozen.services.wallet.tables.people import holders

_f, _d, _p, _s = hours.c, people.c, payments.c, shop_days.c
_big = BigInteger()
_counts = and_(
    _p.id >= param("first"),
    _p.id < param("last"),
    _p.state == "done",
    # Payouts of shops to their owners, and rehearsals, are no payments.
    not_(and_(_p.kind == "merchant", _p.payer == 0)),
    not_(and_(_p.kind == "refund", _p.merchant != 0, _p.payee == 0)),
)

# Adding up

first_payment = values(int, select(_p.id).where(_p.id >= param("first")).order_by(_p.id).limit(1))
newest_hour = values(int, select(func.max(_f.hour)))
newest_day = values(int, select(func.max(_d.day)))
sums = rows(
    lambda currency, kind, count, amount: {
        "currency": currency, "kind": kind, "count": int(count), "amount": int(amount)
    },
    select(_p.currency, _p.kind, func.count(), func.sum(_p.captured).cast(_big))
    .where(_counts)
    .group_by(_p.currency, _p.kind),
)  # fmt: skip
_sides = union_all(
    select(_p.currency.label("currency"), _p.payer.label("who"), _p.payer.label("payer")).where(_counts),
    select(_p.currency, _p.payee, _p.payee * 0).where(_counts),
).subquery()
actives = rows(
    lambda currency, payers, active: {"currency": currency, "payers": int(payers), "active": int(active)},
    select(
        _sides.c.currency,
        func.count(func.distinct(case((_sides.c.payer > 0, _sides.c.payer)))),
        func.count(func.distinct(case((_sides.c.who > 0, _sides.c.who)))),
    ).group_by(_sides.c.currency),
)
clear_hour = action(delete(hours).where(_f.hour == param("which")))
clear_day = action(delete(people).where(_d.day == param("which")))


def _put(table: Any, *keys: str) -> Any:
    def made(dialect: str) -> Any:
        statement = upsert(dialect, table).values({c.name: param(c.name) for c in table.c})
        return statement.on_conflict_do_update(
            index_elements=[table.c[name] for name in keys],
            set_={c.name: statement.excluded[c.name] for c in table.c if c.name not in keys},
        )

    return action(made)


put_hour = _put(hours, "hour", "currency", "kind")
put_day = _put(people, "day", "currency")

# Reading

_within = and_(_f.currency == param("currency"), _f.hour >= param("start"), _f.hour < param("end"))
by_hour = rows(
    lambda hour, kind, count, amount: (int(hour), kind, int(count), int(amount)),
    select(_f.hour, _f.kind, _f.count, _f.amount).where(_within),
)
active_days = rows(
    ActiveDay,
    select(_d.day, _d.payers, _d.active)
    .where(_d.currency == param("currency"), _d.day >= param("start"), _d.day < param("end"))
    .order_by(_d.day),
)


def _some_day(**conditions: Any) -> Any:
    return (
        select(person_days.c.owner)
        .where(person_days.c.owner == holders.c.person, *conditions.values())
        .exists()
    )


def _yes(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).cast(_big)


_verified = holders.c.phone_at.is_not(None)
_funded = and_(_verified, _some_day(received=person_days.c.received > 0))
_paid = and_(
    _funded, _some_day(sent=person_days.c.sent > 0, kind=person_days.c.kind.not_in(("withdraw", "refund")))
)
funnel = rows(
    lambda *row: Funnel(*(int(each) for each in row)),
    select(func.count(), _yes(_verified), _yes(_funded), _yes(_paid)).where(
        holders.c.opened_at >= param("start"), holders.c.opened_at < param("end")
    ),
)
_gross = func.sum(_s.gross).cast(_big)
top_shops = rows(
    lambda *row: row,
    select(
        _s.merchant,
        merchants.c.name,
        merchants.c.owner,
        func.sum(_s.count).cast(_big),
        _gross,
        func.sum(_s.fees).cast(_big),
        func.sum(_s.refunded).cast(_big),
    )
    .join_from(shop_days, merchants, merchants.c.id == _s.merchant)
    .where(
        _s.live == param("live"),
        _s.currency == param("currency"),
        _s.day >= param("start"),
        _s.day < param("end"),
    )
    .group_by(_s.merchant, merchants.c.name, merchants.c.owner)
    .order_by(_gross.desc(), _s.merchant)
    .limit(param("limit")),
)
currencies = values(str, select(_f.currency).distinct().order_by(_f.currency))
