"""Asking for money: one person, or several who share something."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from dozen.core import accounts
from dozen.core.accounts import Card
from dozen.db import Tx
from dozen.kit import clock, money
from dozen.kit.env import Env
from dozen.kit.errors import Invalid
from dozen.kit.ids import MAX
from dozen.services.wallet.errors import (
    BadRequest,
    NoSuchReceiver,
    NoSuchRequest,
    OwnWallet,
    TooManyReminders,
    TooManyRequests,
)
from dozen.services.wallet.queries import requests
from dozen.services.wallet.service import notes, receivers, sending, wallets
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.moving import check_amount, checked_note
from dozen.services.wallet.service.pins import Proof
from dozen.services.wallet.structs import Ask, AskState, Payment, PaymentState, Receipt, Split

LASTS = 30 * clock.DAY
"""After this a request nobody answered expires."""
MOST_OPEN = 100
MOST_PEOPLE = 20
MOST_REMINDERS = 5
_PAUSE = 12 * clock.HOUR


class Shown(msgspec.Struct, frozen=True):
    """A request, and who the other one is."""

    ask: Ask
    other: Card | None
    mine: bool
    """I am who asks."""
    split: Split | None = None


def ask(tx: Tx, me: int, to: str | int, amount: int, currency: str, *, note: str = "") -> Ask:
    """Ask somebody (mobile number, username, handle, or id) for money.

    Raises NoSuchReceiver, OwnWallet, NoWallet (one's own), BadAmount, BadNote, TooManyRequests.
    """
    check_amount(amount)
    wallets.wallet(tx, me, currency)
    payer = to if isinstance(to, int) else _person(tx, me, to, currency)
    if payer == me:
        raise OwnWallet("One cannot ask oneself", fields={"to": "That is you"})
    _room(tx, me, 1)
    return _add(tx, me, payer, amount, currency, checked_note(note), None)


def split(
    tx: Tx,
    me: int,
    people: Sequence[str],
    total: int,
    currency: str,
    *,
    note: str = "",
    include_me: bool = True,
    weights: Sequence[int] | None = None,
) -> tuple[Split, list[Ask]]:
    """Share ``total`` among people (and oneself), and ask each for their part.

    Shares are even, or by ``weights`` (oneself first, if included): by largest remainder, so they add up
    exactly. Who would have to pay nothing is not asked. Raises what :func:`ask` raises, and Invalid.
    """
    check_amount(total)
    wallets.wallet(tx, me, currency)
    named = [each for each in people if each.strip()]
    if not 1 <= len(named) <= MOST_PEOPLE:
        raise Invalid(fields={"people": f"Name one to {MOST_PEOPLE} people"})
    ids = list(dict.fromkeys(_person(tx, me, each, currency) for each in named))
    if me in ids or len(ids) < len(named):
        raise Invalid(fields={"people": "Name each of the others once"})
    count = len(ids) + include_me
    if weights is not None and (len(weights) != count or any(not 0 <= each <= 10**6 for each in weights)):
        raise Invalid(fields={"weights": "One weight for each person"})
    try:
        shares = money.allocate(total, weights or [1] * count)
    except ValueError as error:
        raise Invalid(fields={"weights": "Somebody must pay something"}) from error
    own = shares.pop(0) if include_me else 0
    asked = [(person, share) for person, share in zip(ids, shares, strict=True) if share]
    if not asked:
        raise Invalid(fields={"amount": "There is nothing that the others would have to pay"})
    _room(tx, me, len(asked))
    made = Split(tx.next_id(), me, total, currency, checked_note(note), own, count)
    requests.add_split(tx, **msgspec.structs.asdict(made))
    return made, [_add(tx, me, person, share, currency, made.note, made.id) for person, share in asked]


def _person(tx: Tx, me: int, named: str, currency: str) -> int:
    found = receivers.find(tx, me, named, currency)
    if found.merchant:
        raise NoSuchReceiver("Shops cannot be asked for money", fields={"to": "This is a shop"})
    return found.person


def _room(tx: Tx, me: int, more: int) -> None:
    if (requests.how_many_sent.first(tx, person=me, now=tx.now) or 0) + more > MOST_OPEN:
        raise TooManyRequests(retry_after=clock.HOUR // clock.SECOND)


def _add(tx: Tx, me: int, payer: int, amount: int, currency: str, note: str, split_id: int | None) -> Ask:
    made = Ask(
        id=tx.next_id(), asker=me, payer=payer, amount=amount, currency=currency, note=note, state="open",
        split_id=split_id, payment_id=None, expires_at=tx.now + LASTS, reminded_at=None, reminders=0,
        changed_at=tx.now,
    )  # fmt: skip
    requests.add(tx, **msgspec.structs.asdict(made))
    notes.about(tx, payer, "asked", other=me, amount=amount, currency=currency, subject=made.id)
    return made


# Answers


def pay(tx: Tx, me: int, ask_id: int, *, proof: Proof | None = None, device_id: int | None = None) -> Receipt:
    """Pay what one was asked for. Raises NoSuchRequest, BadRequest, and what ``sending.send`` raises."""
    found = _locked(tx, ask_id, payer=me)
    return sending.send(
        tx,
        me,
        found.asker,
        found.amount,
        found.currency,
        note=found.note,
        proof=proof,
        device_id=device_id,
        kind="request",
        subject=found.id,
    )


def decline(tx: Tx, me: int, ask_id: int) -> Ask:
    """Raises NoSuchRequest, BadRequest."""
    return _end(tx, _locked(tx, ask_id, payer=me), "declined", tell="declined")


def cancel(tx: Tx, me: int, ask_id: int) -> Ask:
    """Take one's own request back. Raises NoSuchRequest, BadRequest."""
    return _end(tx, _locked(tx, ask_id, asker=me), "cancelled")


def remind(tx: Tx, me: int, ask_id: int) -> Ask:
    """Raises NoSuchRequest, BadRequest, TooManyReminders (not so soon again, or not so often)."""
    found = _locked(tx, ask_id, asker=me)
    since = found.reminded_at if found.reminded_at is not None else found.changed_at
    if tx.now < since + _PAUSE:
        raise TooManyReminders(retry_after=(since + _PAUSE - tx.now) // clock.SECOND + 1)
    if found.reminders >= MOST_REMINDERS:
        raise TooManyReminders("They were reminded often enough", retry_after=clock.DAY // clock.SECOND)
    requests.remind(tx, ask=found.id, now=tx.now)
    notes.about(
        tx, found.payer, "reminded", other=me, amount=found.amount, currency=found.currency, subject=found.id
    )
    return msgspec.structs.replace(found, reminded_at=tx.now, reminders=found.reminders + 1)


def expire(tx: Tx, limit: int = 50) -> bool:
    """End requests that nobody answered; True while there may be more."""
    found = requests.overdue.all(tx, now=tx.now, limit=limit)
    for each in found:
        locked = requests.by_id_for_update.first(tx, id=each.id)
        if locked is not None and locked.state == "open" and locked.payment_id is None:
            _end(tx, locked, "expired")
    return len(found) == limit and any(each.payment_id is None for each in found)


def _locked(tx: Tx, ask_id: int, *, payer: int | None = None, asker: int | None = None) -> Ask:
    tx.must_write()
    found = requests.by_id_for_update.first(tx, id=ask_id)
    if found is None or (payer is not None and found.payer != payer):
        raise NoSuchRequest
    if asker is not None and found.asker != asker:
        raise NoSuchRequest
    if found.state != "open":
        raise BadRequest(f"This request is {found.state}", state=found.state)
    if found.payment_id is not None:
        raise BadRequest("This request is being paid", state="open")
    if found.expires_at <= tx.now:
        raise BadRequest("This request has expired", state="expired")
    return found


def _end(tx: Tx, found: Ask, state: AskState, *, tell: str = "", payment: int | None = None) -> Ask:
    requests.change(tx, ask=found.id, new_state=state, payment=payment, now=tx.now)
    if tell:
        notes.about(
            tx, found.asker, "request_ended", other=found.payer, amount=found.amount,
            currency=found.currency, subject=found.id, what=tell,
        )  # fmt: skip
    return msgspec.structs.replace(found, state=state, payment_id=payment, changed_at=tx.now)


def paid(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """What becomes of a payment decides what becomes of its request."""
    found = requests.by_id_for_update.first(tx, id=payment.subject)
    if found is None or found.state != "open":
        return
    if payment.state == "done":
        _end(tx, found, "paid", payment=payment.id)
    elif payment.held:
        requests.claim(tx, ask=found.id, payment=payment.id, now=tx.now)
    else:
        requests.claim(tx, ask=found.id, payment=None, now=tx.now)


def register(env: Env) -> None:
    env.part(Hooks).on_change("request", paid)


# Reading


def one(tx: Tx, me: int, ask_id: int) -> Shown:
    """Raises NoSuchRequest."""
    found = requests.by_id.first(tx, id=ask_id)
    if found is None or me not in (found.asker, found.payer):
        raise NoSuchRequest
    return _shown(tx, me, [_as_of(tx, found)])[0]


def sent(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Shown]:
    return _listed(tx, me, requests.sent.all(tx, person=me, before=before or MAX, limit=limit))


def received(tx: Tx, me: int, *, before: int | None = None, limit: int = 50) -> list[Shown]:
    return _listed(tx, me, requests.received.all(tx, person=me, before=before or MAX, limit=limit))


def waiting(tx: Tx, me: int, limit: int = 10) -> list[Shown]:
    """What I am asked for and have not answered."""
    return _shown(tx, me, requests.open_received.all(tx, person=me, now=tx.now, limit=limit))


def how_many_waiting(tx: Tx, me: int) -> int:
    return requests.how_many_open.first(tx, person=me, now=tx.now) or 0


def of_split(tx: Tx, me: int, split_id: int) -> tuple[Split, list[Shown]]:
    """One's own split, with what became of each part. Raises NoSuchRequest."""
    found = requests.split.first(tx, id=split_id)
    if found is None or found.asker != me:
        raise NoSuchRequest
    return found, _listed(tx, me, requests.of_split.all(tx, split=split_id))


def _listed(tx: Tx, me: int, found: Sequence[Ask]) -> list[Shown]:
    return _shown(tx, me, [_as_of(tx, each) for each in found])


def _as_of(tx: Tx, found: Ask) -> Ask:
    """One whose time is over counts as expired before the job has said so."""
    if found.state == "open" and found.payment_id is None and found.expires_at <= tx.now:
        return msgspec.structs.replace(found, state="expired")
    return found


def _shown(tx: Tx, me: int, found: Sequence[Ask]) -> list[Shown]:
    cards = accounts.cards(tx, {each.payer if each.asker == me else each.asker for each in found})
    return [
        Shown(each, cards.get(each.payer if each.asker == me else each.asker), each.asker == me)
        for each in found
    ]
