"""For the review queue: what people usually do, some payments that the rules hold, disputes, papers."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from dozen.core import accounts
from dozen.core.accounts import Actor
from dozen.core.jobs import database
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.errors import Fault
from dozen.kit.money import decimals
from dozen.services.wallet.demo import LOADERS, Past, Town, proven
from dozen.services.wallet.queries import people as people_queries
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import (
    decisions,
    devices,
    disputes,
    evidence,
    identities,
    pins,
    reviews,
    sending,
    tiers,
    wallets,
)
from dozen.services.wallet.service.risk import features
from dozen.services.wallet.structs import Payment
from dozen.services.wallet.structs.identities import DOCUMENTS
from dozen.services.wallet.structs.risk import Event, Features, Seen
from dozen.web import Progress

_KNOWN = 400
"""Of the town's people, so many have habits that the rules know; of each, the latest payments."""
_LATEST = 60
_PHONES = ("Chrome on Android", "Safari on iPhone", "Firefox on Linux", "Edge on Windows")
_STORIES = (
    ("not_received", "I paid in advance for Sunday, and nobody came. I wrote twice and got no answer."),
    ("wrong_amount", "We had agreed on half of this. The message from that evening shows it."),
    ("not_as_described", "It was to be new, and it has a crack on the back. The picture shows it."),
)
_ANSWER = "It was as new as I said. The crack must have come on the way; I can give back a part."


def load(env: Env, town: Town, progress: Progress) -> None:
    db = database(env)
    past = Past(env)
    some = town.people[:_KNOWN]
    for start in range(0, len(some), 50):
        batch = some[start : start + 50]
        db.run_write(env, lambda tx, batch=batch: _habits(tx, town, past, batch))  # type: ignore[misc]
    boss = db.run_read(env, lambda tx: _boss(tx, town))
    proofs = proven(env, [town.people[n] for n in (2, 5, 6, 8) if n < len(town.people)])
    db.run_write(env, lambda tx: _held(tx, town, proofs))
    progress(1, 3, "Review queue")
    with TemporaryDirectory() as folder:
        _dispute(env, town, past, boss, Path(folder))
        progress(2, 3, "Review queue")
        _identities(env, town, past, boss, Path(folder))
    if boss is not None:
        db.run_write(env, lambda tx: _decide(tx, boss))
    progress(3, 3, "Review queue")


def _boss(tx: Tx, town: Town) -> Actor | None:
    """An administrator of the demo, as an operator."""
    for each in town.people[:10]:
        found = accounts.profile(tx, each)
        if found.role == "admin":
            return Actor(
                person_id=each, username=found.username, name=found.name, avatar_id=found.avatar_id,
                language="", time_zone="", role="admin", suspended=False, scopes=None,
            )  # fmt: skip
    return None


# Habits


def _habits(tx: Tx, town: Town, past: Past, people: list[int]) -> None:
    """What payments by the verbs would have left: they were made without looking at them."""
    for person in people:
        found = queries.lately_sent.all(tx, person=person, before=ids.MAX, limit=_LATEST)
        with past.at(tx, town.now - 50 * clock.DAY):
            phone = devices.seen(
                tx, person, f"demo {person}", kind="browser", name=_PHONES[person % len(_PHONES)],
                address="192.0.2.7",
            )  # fmt: skip
        digest = queries.digest_of.first(tx, device=phone.id)
        assert digest is not None
        queries.add_device(tx, digest=digest, person=person, device=phone.id, now=phone.first_at)
        habits = Features(devices=[Seen(phone.id, 0, town.now - clock.HOUR, 0)])
        for each in reversed(found):
            features.observe(habits, _event(each, phone.id), learn=True)
        queries.keep(tx, person=person, data=features.pack(habits), now=tx.now)


def _event(payment: Payment, device: int) -> Event:
    at = ids.moment(payment.id)
    return Event(at, payment.target, payment.amount, payment.currency, device, 0, 0)


# What is held


def _held(tx: Tx, town: Town, proofs: dict[int, pins.Proof]) -> None:
    """Two wallets that a stranger empties, one that tries what works, and a ring on one device."""
    unit = 10 ** decimals(town.currency)
    stranger = town.people[-1]
    known = {n: proofs.get(person) for n, person in enumerate(town.people[:10])}
    for n in (2, 5):
        _pay(tx, town, known.get(n), n, stranger, 0, "stranger's phone")
    for other in town.people[14:22]:
        _pay(tx, town, known.get(6), 6, other, 5 * unit, "demo device of a tester")
    _pay(tx, town, known.get(8), 8, stranger, 0, "library computer")
    for n, person in enumerate(town.people[25:32]):
        _pay(tx, town, pins.Proof(person, 0, 0, True), 25 + n, stranger, (60 + 7 * n) * unit, "ring")


def _pay(tx: Tx, town: Town, proof: pins.Proof | None, n: int, to: int, amount: int, secret: str) -> None:
    """``amount`` 0: nearly all that there is."""
    if proof is None or n >= len(town.people) or town.people[n] == to:
        return
    me = town.people[n]
    wallet = wallets.find(tx, me, town.currency)
    holder = people_queries.holder.first(tx, person=me)
    if wallet is None or holder is None:
        return
    most = tiers.allowed(tx, holder.tier, town.currency).payment or 0
    there = wallets.balance(tx, wallet).available or 0
    with suppress(Fault), tx.savepoint():
        device = devices.seen(
            tx, me, secret, kind="browser", name="Chrome on Windows", address="198.51.100.9"
        )
        sending.send(
            tx, me, to, amount or min(most, there * 9 // 10), town.currency, proof=proof, device_id=device.id
        )


def _decide(tx: Tx, boss: Actor) -> None:
    """Some are decided already; the others wait."""
    for n, found in enumerate(reviews.queue(tx, boss)):
        with suppress(Fault), tx.savepoint():
            if n == 1:
                reviews.approve(tx, boss, found.payment_id, "They told us on the phone that it was them")
            elif n == 3:
                reviews.decline(tx, boss, found.payment_id, "They did not know of it; PIN changed since")


# Disputes


def _dispute(env: Env, town: Town, past: Past, boss: Actor | None, folder: Path) -> None:
    """One waits for an answer, one for a decision, one is decided."""
    db = database(env)
    dice = random.Random(f"{town.seed}:wallet disputes")  # noqa: S311 - repeatable is the point
    for n, (reason, words) in enumerate(_STORIES):
        me = town.people[(1, 4, 7)[n] % len(town.people)]
        payment = db.run_read(env, lambda tx, me=me, n=n: _disputable(tx, me, shop=n == 1))  # type: ignore[misc]
        if payment is None:
            continue
        files: tuple[int, ...] = ()
        if n == 2:
            files = (evidence.receive(env, me, _picture(folder, dice, "crack")).id,)

        def act(
            tx: Tx, n: int = n, me: int = me, payment: Payment = payment, reason: str = reason,
            words: str = words, files: tuple[int, ...] = files,
        ) -> None:  # fmt: skip
            new = disputes.NewDispute(payment_id=payment.id, reason=reason, words=words, files=files)
            opened = max(ids.moment(payment.id) + clock.DAY, town.now - (2 + 2 * n) * clock.DAY)
            with suppress(Fault):
                with past.at(tx, min(opened, town.now - clock.HOUR)):
                    made = disputes.open_dispute(tx, me, new)
                if n and made.respondent:
                    with past.at(tx, min(opened + clock.DAY, town.now - clock.MINUTE)):
                        disputes.answer(tx, made.respondent, made.id, _ANSWER)
                if n == 1 and boss is not None:
                    half = made.amount // 2
                    decisions.decide(tx, boss, made.id, half, "Half of it, as both had agreed before")

        db.run_write(env, act)


def _disputable(tx: Tx, me: int, *, shop: bool) -> Payment | None:
    found = queries.lately_sent.all(tx, person=me, before=ids.MAX, limit=_LATEST)
    good = [each for each in found if disputes.may_dispute(tx, me, each)]
    wanted = [each for each in good if bool(each.merchant) == shop]
    return next(iter(wanted or good), None)


# Papers


def _identities(env: Env, town: Town, past: Past, boss: Actor | None, folder: Path) -> None:
    """Three wait, one was refused, one accepted."""
    db = database(env)
    dice = random.Random(f"{town.seed}:wallet papers")  # noqa: S311 - repeatable is the point
    asking = db.run_read(env, lambda tx: _asking(tx, town.people[10:]))[:5]
    for n, (me, name, tier) in enumerate(asking):
        files = tuple(
            evidence.receive(env, me, _picture(folder, dice, f"{n} {turn}")).id
            for turn in range(identities.PICTURES.get(tier, 1))
        )
        new = identities.NewIdentity(
            tier=tier, name=name, birth_date=f"{dice.randrange(1955, 2003)}-{dice.randrange(1, 13):02}-17",
            country="IN", document=dice.choice(list(DOCUMENTS)), number=f"K{dice.randrange(10**7):07}",
            address="12 Hill Road, Pune 411001, India" if tier == 3 else "", files=files,
        )  # fmt: skip

        def act(tx: Tx, n: int = n, me: int = me, new: identities.NewIdentity = new) -> None:
            with past.at(tx, town.now - (n + 1) * 7 * clock.HOUR):
                made = identities.submit(tx, me, new)
            if boss is not None and n == 3:
                identities.refuse(tx, boss, made.id, "The picture is too dark to read the number")
            elif boss is not None and n == 4:
                identities.approve(tx, boss, made.id)

        with suppress(Fault):
            db.run_write(env, act)


def _asking(tx: Tx, people: list[int]) -> list[tuple[int, str, int]]:
    cards = accounts.cards(tx, people[:50])
    holders = {each.person: each for each in people_queries.holders_by_id.all(tx, people=people[:50])}
    return [
        (each, cards[each].name or cards[each].username, holders[each].tier + 1)
        for each in people[:50]
        if each in cards and each in holders and holders[each].tier < tiers.TOP
    ]


def _picture(folder: Path, dice: random.Random, name: str) -> Path:
    """Something like a document on a table, with nothing to be read on it."""
    table, card, ink = (tuple(dice.randrange(low, low + 40) for _ in range(3)) for low in (90, 200, 60))
    picture = Image.new("RGB", (720, 480), table)
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((70, 60, 650, 420), 24, fill=card)
    pen.rounded_rectangle((105, 120, 275, 340), 12, fill=ink)
    pen.ellipse((150, 150, 230, 235), fill=card)
    pen.pieslice((125, 240, 255, 420), 180, 360, fill=card)
    pen.rectangle((70, 360, 650, 385), fill=ink)
    for line in range(5):
        pen.rectangle((310, 130 + 42 * line, 310 + dice.randrange(140, 300), 144 + 42 * line), fill=ink)
    path = folder / f"{name}.png"
    picture.save(path, compress_level=1)
    return path


LOADERS.append(load)
