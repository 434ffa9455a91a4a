from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
    update,
)

from dozen.core.ledger.structs import STATES, Account, Balance, Hold, Posting, Transfer, TrialLine
from dozen.core.ledger.tables import (
    accounts,
    balances,
    holds,
    keys,
    postings,
    reversals,
    transfers,
)
from dozen.db import action, each_row, member, param, put, rows, upsert, values

_a, _b, _h, _k, _p, _r, _t = accounts.c, balances.c, holds.c, keys.c, postings.c, reversals.c, transfers.c
_decode = msgspec.json.decode
OPEN = literal_column("'open'", Text())
"""A literal, not a parameter: partial indexes serve only queries that spell the state out."""


def document(text: str | None) -> Any:
    return None if text is None else _decode(text)


# Accounts

_account = (_a.id, _a.owner, _a.purpose, _a.ref, _a.currency, _a.kind, _a.lanes, _a.opened_at)
account_by_id = rows(Account, select(*_account).where(_a.id == param("id")))
accounts_by_id = rows(Account, select(*_account).where(member(_a.id, "ids")))
account_by_name = rows(
    Account,
    select(*_account).where(
        _a.owner == param("owner"),
        _a.purpose == param("purpose"),
        _a.currency == param("currency"),
        _a.ref == param("ref"),
    ),
)
accounts_of = rows(
    Account,
    select(*_account)
    .where(_a.owner == param("owner"))
    .order_by(_a.purpose, _a.currency, _a.ref)
    .limit(param("limit")),
)
add_account = action(
    lambda dialect: (
        upsert(dialect, accounts)
        .values({column.name: param(column.name) for column in accounts.c})
        .on_conflict_do_nothing(index_elements=[_a.owner, _a.purpose, _a.currency, _a.ref])
    )
)
add_balance = action(
    insert(balances).values(
        account_id=param("account_id"),
        lane=param("lane"),
        currency=param("currency"),
        state=0,
        least=param("least"),
        balance=0,
        held=0,
        seq=0,
        at=0,
    )
)


def _balance(*row: Any) -> Balance:
    account = Account(*row[:8])
    balance, held, least, state, closed_at = row[8:]
    return Balance(account, int(balance), int(held), least, STATES[state], closed_at)


_big = BigInteger()
_summed = (
    select(
        *_account,
        func.sum(_b.balance).cast(_big),
        func.sum(_b.held).cast(_big),
        func.min(_b.least),
        func.max(_b.state),
        func.max(_b.closed_at),
    )
    .join_from(accounts, balances, _a.id == _b.account_id)
    .group_by(*_account)
)
balance_of = rows(_balance, _summed.where(_a.id == param("id")))
balances_of = rows(_balance, _summed.where(member(_a.id, "ids")))
balances_of_owner = rows(
    _balance, _summed.where(_a.owner == param("owner")).order_by(_a.purpose, _a.currency, _a.ref)
)
_each = select(_b.lane, _b.balance, _b.held, _b.state).where(_b.account_id == param("id"))
lanes_for_update = rows(
    lambda lane, balance, held, state: (int(lane), int(balance), int(held), int(state)),
    _each.order_by(_b.lane).with_for_update(),
)
set_state = action(
    update(balances)
    .where(_b.account_id == param("id"))
    .values(state=param("state"), closed_at=param("closed_at"))
)
set_least = action(update(balances).where(_b.account_id == param("id")).values(least=param("least")))

# A movement


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A balance's row."""

    account_id: int
    lane: int
    balance: int
    held: int
    least: int | None
    state: int
    seq: int
    at: int
    currency: str


_standing = (_b.account_id, _b.lane, _b.balance, _b.held, _b.least, _b.state, _b.seq, _b.at, _b.currency)


def _standings(dialect: str) -> Any:
    """Rows of ``accounts`` in their ``lanes``, locked in that very order."""
    wanted = each_row(dialect, accounts=BigInteger(), lanes=Integer())
    here = wanted.c
    if dialect == "sqlite":  # where nobody else writes
        return select(*_standing).where(tuple_(_b.account_id, _b.lane).in_(select(*here)))
    one = (
        select(*_standing)
        .where(_b.account_id == here.accounts, _b.lane == here.lanes)
        .limit(1)  # so that it is looked for by its key, whatever the planner thinks
        .with_for_update(key_share=True)
        .lateral()
    )
    return select(*one.c).select_from(wanted.join(one, true()))


standings = rows(Standing, _standings)
put_balance = put(
    balances,
    conflict=lambda made: made.on_conflict_do_update(
        index_elements=[_b.account_id, _b.lane],
        set_={name: made.excluded[name] for name in ("balance", "held", "seq", "at")},
    ),
    key=("account_id", "lane"),
    but=("closed_at",),
)
"""A row that is there already; by its key, without a plan."""
add_posting = put(postings)
add_transfer = put(transfers, but=("turn",))

# Keys

_key = (_k.realm == param("realm"), _k.owner == param("owner"), _k.key == param("key"))
key_row = rows(
    lambda fingerprint, transfer_id, answer: (fingerprint, transfer_id, answer),
    select(_k.fingerprint, _k.transfer_id, _k.answer).where(*_key),
)


def _keys(dialect: str) -> Any:
    """Those of ``owners`` with these ``names`` in a realm."""
    wanted = each_row(dialect, owners=BigInteger(), names=Text())
    asked = select(_k.owner, _k.key, _k.fingerprint, _k.transfer_id, _k.answer).where(
        _k.realm == param("realm")
    )
    if dialect == "sqlite":
        return asked.where(tuple_(_k.owner, _k.key).in_(select(*wanted.c)))
    one = asked.where(_k.owner == wanted.c.owners, _k.key == wanted.c.names).limit(1).lateral()
    return select(*one.c).select_from(wanted.join(one, true()))


key_rows = rows(lambda owner, key, *row: ((owner, key), row), _keys)
add_key = put(keys)
drop_key = action(delete(keys).where(*_key))
old_keys = rows(
    lambda realm, owner, key: {"realm": realm, "owner": owner, "key": key},
    select(_k.realm, _k.owner, _k.key).where(_k.at < param("before")).order_by(_k.at).limit(param("limit")),
)

# Holds

_hold = (
    _h.id, _h.account_id, _h.amount, _h.captured, _h.state, _h.kind, _h.actor, _h.subject, _h.memo,
    _h.data, _h.at, _h.expires_at, _h.closed_at,
)  # fmt: skip


def _made_hold(*row: Any) -> Hold:
    return Hold(*[*row[:9], document(row[9]), *row[10:]])


add_hold = action(
    insert(holds).values(
        {c.name: param(c.name) for c in holds.c if c.name not in ("captured", "state", "closed_at")}
        | {"captured": 0, "state": "open"}
    )
)
hold_by_id = rows(_made_hold, select(*_hold).where(_h.id == param("id")))
hold_for_update = rows(_made_hold, select(*_hold).where(_h.id == param("id")).with_for_update())
put_hold = action(
    update(holds)
    .where(_h.id == param("this"))
    .values(captured=param("taken"), state=param("now"), closed_at=param("closed"))
)
open_holds = rows(
    _made_hold,
    select(*_hold)
    .where(
        _h.account_id == param("account_id"),
        _h.state == OPEN,
        _h.id < param("before"),
        _h.expires_at > param("now"),
    )
    .order_by(_h.id.desc())
    .limit(param("limit")),
)
_gone = select(*_hold).where(_h.state == OPEN, _h.expires_at <= param("now"))
expired_on = rows(
    _made_hold,
    _gone.where(_h.account_id == param("account_id"))
    .order_by(_h.id)
    .limit(param("limit"))
    .with_for_update(skip_locked=True),
)
expired = rows(
    _made_hold,
    _gone.order_by(_h.expires_at).limit(param("limit")).with_for_update(skip_locked=True),
)

# Transfers and their reversals

transfer_columns = (
    _t.id, _t.at, _t.kind, _t.actor, _t.subject, _t.memo, _t.data, _t.hold_id, _t.reverses, _t.rate,
)  # fmt: skip
posting_columns = (_p.account_id, _p.lane, _p.seq, _p.at, _p.currency, _p.amount, _p.balance_after)


def made_transfer(*row: Any) -> Transfer:
    """Without its postings."""
    return Transfer(*[*row[:6], document(row[6]), *row[7:], ()])


transfer_by_id = rows(made_transfer, select(*transfer_columns).where(_t.id == param("id")))
_about = union_all(
    select(*transfer_columns).where(
        _t.subject == param("subject"), _t.subject != literal_column("0"), _t.subject != _t.id
    ),
    select(*transfer_columns).where(_t.id == param("subject"), _t.subject == _t.id),
).subquery("about")
transfers_about = rows(
    made_transfer,
    select(*_about.c).where(_about.c.id < param("before")).order_by(_about.c.id.desc()).limit(param("limit")),
)
reversals_of = rows(
    made_transfer, select(*transfer_columns).where(_t.reverses == param("id")).order_by(_t.id)
)
postings_of = rows(Posting, select(*posting_columns).where(_p.transfer_id == param("id")).order_by(_p.leg))
postings_of_many = rows(
    lambda transfer_id, *row: (int(transfer_id), Posting(*row)),
    select(_p.transfer_id, *posting_columns)
    .where(member(_p.transfer_id, "ids"))
    .order_by(_p.transfer_id, _p.leg),
)
begin_reversal = action(
    lambda dialect: (
        upsert(dialect, reversals)
        .values(transfer_id=param("id"), total=param("total"), reversed=0)
        .on_conflict_do_nothing()
    )
)
reversed_so_far = values(int, select(_r.reversed).where(_r.transfer_id == param("id")).with_for_update())
reversed_of = values(int, select(_r.reversed).where(_r.transfer_id == param("id")))
add_reversed = action(
    update(reversals).where(_r.transfer_id == param("id")).values(reversed=_r.reversed + param("by"))
)
given_back = rows(
    lambda account_id, amount: (int(account_id), int(amount)),
    select(_p.account_id, func.sum(_p.amount).cast(_big))
    .join_from(transfers, postings, _t.id == _p.transfer_id)
    .where(_t.reverses == param("id"))
    .group_by(_p.account_id),
)

# Reports

_net = (
    select(
        _b.account_id,
        func.sum(_b.balance).cast(_big).label("net"),
        func.sum(_b.held).cast(_big).label("held"),
    )
    .group_by(_b.account_id)
    .subquery()
    .c
)
trial_balance = rows(
    TrialLine,
    select(
        _a.currency,
        _a.kind,
        _a.purpose,
        func.count(),
        func.sum(case((_net.net < 0, -_net.net), else_=0)).cast(_big),
        func.sum(case((_net.net > 0, _net.net), else_=0)).cast(_big),
        func.sum(_net.held).cast(_big),
    )
    .join(_net.net.table, _a.id == _net.account_id)
    .group_by(_a.currency, _a.kind, _a.purpose)
    .order_by(_a.currency, _a.kind, _a.purpose),
)
