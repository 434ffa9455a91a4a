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
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
from dozen.db import action, member, param, rows, upsert, values

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
lock_balances = rows(
    lambda account_id, lane: (int(account_id), int(lane)),
    select(_b.account_id, _b.lane)
    .where(member(_b.account_id, "ids"), _b.lane == param("lane"))
    .order_by(_b.account_id)
    .with_for_update(key_share=True),
)

# A movement


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A balance's row."""

    balance: int
    held: int
    least: int | None
    state: int
    seq: int
    at: int
    currency: str


standing = rows(
    Standing,
    select(_b.balance, _b.held, _b.least, _b.state, _b.seq, _b.at, _b.currency).where(
        _b.account_id == param("account_id"), _b.lane == param("lane")
    ),
)
put_balance = action(
    update(balances)
    .where(_b.account_id == param("account_id"), _b.lane == param("in_lane"))
    .values(balance=param("now"), held=param("reserved"), seq=param("number"), at=param("moment"))
)
add_posting = action(insert(postings).values({column.name: param(column.name) for column in postings.c}))
add_transfer = action(
    insert(transfers).values(
        {column.name: param(column.name) for column in transfers.c if column.name != "turn"}
    )
)

_numbers = ARRAY(BigInteger())


def _list(name: str, kind: Any = _numbers) -> Any:
    """A list of numbers that comes as one text, which costs the driver nothing to adapt."""
    return param(name, Text()).cast(kind)


_moved = func.ledger_move(
    _list("head"),
    *(param(name, Text()) for name in ("kind", "memo", "data", "rate")),
    _list("accounts"),
    _list("lanes", ARRAY(Integer())),
    _list("amounts"),
    _list("helds"),
    _list("owners"),
    *(param(name, Text()) for name in ("realm", "key", "print")),
).table_valued("outcome", "afters", "reserved", "seqs", "ats")
move = rows(
    lambda *row: row,
    select(
        _moved.c.outcome.cast(Integer()),
        *(_moved.c[name].cast(_numbers) for name in ("afters", "reserved", "seqs", "ats")),
    ),
)
"""Everything of a movement in one call (PostgreSQL)."""

# Keys

_key = (_k.realm == param("realm"), _k.owner == param("owner"), _k.key == param("key"))
claim_key = action(
    lambda dialect: upsert(dialect, keys)
    .values(
        realm=param("realm"), owner=param("owner"), key=param("key"),
        fingerprint=param("fingerprint"), at=param("at"), transfer_id=param("transfer_id"),
    )
    .on_conflict_do_nothing()
)  # fmt: skip
key_row = rows(
    lambda fingerprint, transfer_id, answer: (fingerprint, transfer_id, answer),
    select(_k.fingerprint, _k.transfer_id, _k.answer).where(*_key),
)
add_key = action(insert(keys).values({column.name: param(column.name) for column in keys.c}))
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
