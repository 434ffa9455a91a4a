"""Notes to oneself to pay somebody, at a time and perhaps again."""

from __future__ import annotations

from typing import Literal

import msgspec

from dozen.core import accounts
from dozen.core.accounts import Card
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.errors import BadTime, NoSuchReminder, OwnWallet, TooManyReminders
from dozen.services.wallet.queries import requests
from dozen.services.wallet.service import notes, receivers
from dozen.services.wallet.service.moving import check_amount, checked_note
from dozen.services.wallet.structs import Reminder

MOST = 50
_FARTHEST = 400 * clock.DAY
Every = Literal["once", "week", "month"]


def add(
    tx: Tx, me: int, to: str, amount: int, currency: str, at: int, *, every: Every = "once", note: str = ""
) -> Reminder:
    """Raises NoSuchReceiver, OwnWallet, BadAmount, BadNote, BadTime, TooManyReminders."""
    check_amount(amount)
    found = receivers.find(tx, me, to, currency)
    if found.person == me:
        raise OwnWallet(fields={"to": "That is you"})
    if not tx.now < at <= tx.now + _FARTHEST:
        raise BadTime(fields={"at": "Choose a time in the coming year"})
    if (requests.how_many_reminders.first(tx, person=me) or 0) >= MOST:
        raise TooManyReminders(f"There are {MOST} reminders already", retry_after=60)
    made = Reminder(
        id=tx.next_id(), person=me, payee=found.person, amount=amount, currency=currency,
        note=checked_note(note), every=every, first_at=at, next_at=at, made_at=tx.now,
    )  # fmt: skip
    requests.add_reminder(tx, **msgspec.structs.asdict(made))
    return made


def mine(tx: Tx, me: int) -> list[tuple[Reminder, Card | None]]:
    found = requests.reminders_of.all(tx, person=me, limit=MOST)
    cards = accounts.cards(tx, {each.payee for each in found})
    return [(each, cards.get(each.payee)) for each in found]


def drop(tx: Tx, me: int, reminder_id: int) -> None:
    """Raises NoSuchReminder."""
    if not requests.drop_reminder(tx, id=reminder_id, person=me):
        raise NoSuchReminder


def tell_due(tx: Tx, limit: int = 50) -> bool:
    """Remind those whose time has come; True while there may be more."""
    tx.must_write()
    found = requests.due.all(tx, now=tx.now, limit=limit)
    for each in found:
        requests.move_reminder(tx, reminder=each.id, then=following(each, tx.now))
        notes.about(
            tx, each.person, "reminder", other=each.payee, amount=each.amount, currency=each.currency,
            subject=each.id,
        )  # fmt: skip
    return len(found) == limit


def following(reminder: Reminder, now: int) -> int | None:
    """When it is told next, after ``now``; months keep their day, or the last one that there is."""
    if reminder.every == "once":
        return None
    if reminder.every == "week":
        week = 7 * clock.DAY
        return reminder.first_at + ((now - reminder.first_at) // week + 1) * week
    months = 1
    while (at := clock.add_months(reminder.first_at, months)) <= now:
        months += 1
    return at
