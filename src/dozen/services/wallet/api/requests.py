"""Requests for money, splits and reminders by the native JSON door."""

from __future__ import annotations

from typing import Literal

from dozen.kit import clock
from dozen.services.wallet import acting, errors
from dozen.services.wallet.api.door import KEYED, MOVING, PAY, READ, api, currency_of
from dozen.services.wallet.schemas import requests as shapes
from dozen.services.wallet.schemas.common import minor, person
from dozen.services.wallet.service import reminders, requests
from dozen.services.wallet.structs import Receipt
from dozen.web import Call, Cursor, Limit, Listing

_ASKING = (
    *KEYED,
    errors.BadAmount,
    errors.BadNote,
    errors.NoSuchReceiver,
    errors.NoWallet,
    errors.OwnWallet,
    errors.TooManyRequests,
)


@api.get("/api/requests", scope=READ)
def listed(
    call: Call, box: Literal["received", "sent"] = "received", cursor: Cursor | None = None, limit: Limit = 30
) -> Listing[shapes.RequestShape]:
    """What you are asked for, or ask for, newest first."""
    verb = requests.received if box == "received" else requests.sent
    found = verb(call.tx, call.me, before=call.cursors.open_id(f"asks {box}", cursor), limit=limit)
    onward = call.cursors.seal(f"asks {box}", found[-1].ask.id) if len(found) == limit else None
    return Listing([shapes.request(each) for each in found], onward)


@api.post("/api/requests", scope=PAY, raises=_ASKING)
async def ask(call: Call, data: shapes.NewRequest) -> shapes.RequestShape:
    """Ask somebody for money."""
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency)
    made = await acting.carry_out(
        call,
        lambda tx, proof, device: requests.ask(tx, call.me, data.to, amount, currency, note=data.note).id,
        result=int,
        key=acting.key_of(call),
        asked=[data.to, amount, currency, data.note],
    )
    return shapes.request(await call.read(requests.one, call.me, made))


@api.get("/api/requests/{request_id}", scope=READ, raises=[errors.NoSuchRequest])
def one(call: Call, request_id: int) -> shapes.RequestShape:
    """A request that you sent or got."""
    return shapes.request(requests.one(call.tx, call.me, request_id))


@api.put(
    "/api/requests/{request_id}",
    scope=PAY,
    raises=[*MOVING, errors.NoSuchRequest, errors.BadRequest, errors.TooManyReminders],
)
async def answer(call: Call, request_id: int, data: shapes.Answer) -> shapes.RequestShape:
    """Pay or decline what you are asked for; cancel or remind of what you ask for."""
    if data.action == "pay":
        await acting.carry_out(
            call,
            lambda tx, proof, device: requests.pay(tx, call.me, request_id, proof=proof, device_id=device),
            result=Receipt,
            pin=data.pin,
            key=acting.key_of(call),
            asked=["pay"],
        )
    else:
        verb = {
            "decline": requests.decline,
            "cancel": requests.cancel,
            "remind": requests.remind,
        }[data.action]
        await call.write(verb, call.me, request_id)
    return shapes.request(await call.read(requests.one, call.me, request_id))


@api.post("/api/splits", scope=PAY, raises=_ASKING)
async def split(call: Call, data: shapes.NewSplit) -> shapes.SplitShape:
    """Share an amount among people: each is asked for their part."""
    currency = currency_of(call, data.currency)
    amount = minor(data.amount, currency)
    made = await acting.carry_out(
        call,
        lambda tx, proof, device: (
            requests.split(
                tx,
                call.me,
                data.people,
                amount,
                currency,
                note=data.note,
                include_me=data.include_me,
                weights=data.weights,
            )[0].id
        ),
        result=int,
        key=acting.key_of(call),
        asked=[data.people, amount, currency, data.note, data.include_me, data.weights],
    )
    return shapes.split(*await call.read(requests.of_split, call.me, made))


@api.get("/api/splits/{split_id}", scope=READ, raises=[errors.NoSuchRequest])
def one_split(call: Call, split_id: int) -> shapes.SplitShape:
    """Your split, and what became of each part."""
    return shapes.split(*requests.of_split(call.tx, call.me, split_id))


# Reminders


@api.get("/api/reminders", scope=READ)
def list_reminders(call: Call) -> list[shapes.ReminderShape]:
    """Your notes to yourself to pay somebody."""
    return [shapes.reminder(each, person(card)) for each, card in reminders.mine(call.tx, call.me)]


@api.post(
    "/api/reminders",
    scope=PAY,
    raises=[errors.BadAmount, errors.BadTime, errors.NoSuchReceiver, errors.TooManyReminders],
)
def add_reminder(call: Call, data: shapes.NewReminder) -> shapes.ReminderShape:
    """Have yourself reminded to pay somebody, once or each week or month."""
    currency = currency_of(call, data.currency)
    try:
        at = clock.parse_rfc3339(data.at)
    except ValueError as error:
        raise errors.BadTime(fields={"at": "This is not a time"}) from error
    made = reminders.add(
        call.tx,
        call.me,
        data.to,
        minor(data.amount, currency),
        currency,
        at,
        every=data.every,
        note=data.note,
    )
    return shapes.reminder(made, None)


@api.delete("/api/reminders/{reminder_id}", scope=PAY, raises=[errors.NoSuchReminder])
def drop_reminder(call: Call, reminder_id: int) -> None:
    """Forget a reminder."""
    reminders.drop(call.tx, call.me, reminder_id)
