"""Requests, splits, reminders."""

from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, param, rows, values
from dozen.services.wallet.structs import Ask, Reminder, Split
from dozen.services.wallet.tables.requests import asks, reminders, splits

_ask = (
    asks.c.id,
    asks.c.asker,
    asks.c.payer,
    asks.c.amount,
    asks.c.currency,
    asks.c.note,
    asks.c.state,
    asks.c.split_id,
    asks.c.payment_id,
    asks.c.expires_at,
    asks.c.reminded_at,
    asks.c.reminders,
    asks.c.changed_at,
)
add = action(insert(asks))
by_id = rows(Ask, select(*_ask).where(asks.c.id == param("id")))
by_id_for_update = rows(Ask, select(*_ask).where(asks.c.id == param("id")).with_for_update())
sent = rows(
    Ask,
    select(*_ask)
    .where(asks.c.asker == param("person"), asks.c.id < param("before"))
    .order_by(asks.c.id.desc())
    .limit(param("limit")),
)
received = rows(
    Ask,
    select(*_ask)
    .where(asks.c.payer == param("person"), asks.c.id < param("before"))
    .order_by(asks.c.id.desc())
    .limit(param("limit")),
)
open_received = rows(
    Ask,
    select(*_ask)
    .where(asks.c.payer == param("person"), asks.c.state == "open", asks.c.expires_at > param("now"))
    .order_by(asks.c.id.desc())
    .limit(param("limit")),
)
how_many_open = values(
    int,
    select(func.count()).where(
        asks.c.payer == param("person"), asks.c.state == "open", asks.c.expires_at > param("now")
    ),
)
how_many_sent = values(
    int,
    select(func.count()).where(
        asks.c.asker == param("person"), asks.c.state == "open", asks.c.expires_at > param("now")
    ),
)
of_split = rows(Ask, select(*_ask).where(asks.c.split_id == param("split")).order_by(asks.c.id))
overdue = rows(
    Ask,
    select(*_ask)
    .where(asks.c.state == "open", asks.c.expires_at <= param("now"))
    .order_by(asks.c.expires_at)
    .limit(param("limit")),
)
claim = action(
    update(asks)
    .where(asks.c.id == param("ask"), asks.c.state == "open")
    .values(payment_id=param("payment"), changed_at=param("now"))
)
change = action(
    update(asks)
    .where(asks.c.id == param("ask"), asks.c.state == "open")
    .values(state=param("new_state"), payment_id=param("payment"), changed_at=param("now"))
)
remind = action(
    update(asks)
    .where(asks.c.id == param("ask"), asks.c.state == "open")
    .values(reminded_at=param("now"), reminders=asks.c.reminders + 1)
)

_split = (
    splits.c.id,
    splits.c.asker,
    splits.c.total,
    splits.c.currency,
    splits.c.note,
    splits.c.own,
    splits.c.people,
)
add_split = action(insert(splits))
split = rows(Split, select(*_split).where(splits.c.id == param("id")))

_reminder = (
    reminders.c.id,
    reminders.c.person,
    reminders.c.payee,
    reminders.c.amount,
    reminders.c.currency,
    reminders.c.note,
    reminders.c.every,
    reminders.c.first_at,
    reminders.c.next_at,
    reminders.c.made_at,
)
add_reminder = action(insert(reminders))
reminder = rows(
    Reminder,
    select(*_reminder).where(reminders.c.id == param("id"), reminders.c.person == param("person")),
)
reminders_of = rows(
    Reminder,
    select(*_reminder)
    .where(reminders.c.person == param("person"))
    .order_by(reminders.c.id.desc())
    .limit(param("limit")),
)
how_many_reminders = values(int, select(func.count()).where(reminders.c.person == param("person")))
due = rows(
    Reminder,
    select(*_reminder)
    .where(reminders.c.next_at.is_not(None), reminders.c.next_at <= param("now"))
    .order_by(reminders.c.next_at)
    .limit(param("limit")),
)
move_reminder = action(
    update(reminders).where(reminders.c.id == param("reminder")).values(next_at=param("then"))
)
drop_reminder = action(
    delete(reminders).where(reminders.c.id == param("id"), reminders.c.person == param("person"))
)
forget_reminders = action(delete(reminders).where(reminders.c.person == param("person")))
end_asks_of = action(
    update(asks)
    .where(asks.c.asker == param("person"), asks.c.state == "open", asks.c.payment_id.is_(None))
    .values(state="cancelled", changed_at=param("now"))
)
end_asks_to = action(
    update(asks)
    .where(asks.c.payer == param("person"), asks.c.state == "open", asks.c.payment_id.is_(None))
    .values(state="declined", changed_at=param("now"))
)
