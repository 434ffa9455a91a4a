"""Where rules meet payments: one statement reads all that they need, one keeps the habits; what is flagged is
written with its reasons."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from dozen.core import ledger
from dozen.core.cache import Lru
from dozen.db import Tx
from dozen.kit import ids
from dozen.kit.env import Env
from dozen.services.wallet.queries import people
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import tiers
from dozen.services.wallet.service.hooks import Hooks
from dozen.services.wallet.service.movements import PASS, Draft, Standing, Verdict
from dozen.services.wallet.service.risk import features, rules
from dozen.services.wallet.service.risk.tuning import Rules
from dozen.services.wallet.structs import Kind, Payment, PaymentState
from dozen.services.wallet.structs.risk import Event, Features, Finding, FindingState, Score

LOOKED_AT: frozenset[Kind] = frozenset(("person", "request", "merchant", "order", "bill", "withdraw"))
"""Money that leaves somebody's wallet by their own doing. What a mandate or a permission with a cap allows
beforehand is not looked at: it was agreed to with the PIN, and is limited."""
_STATES: dict[PaymentState, FindingState] = {
    "declined": "declined",
    "failed": "declined",
    "expired": "expired",
    "voided": "withdrawn",
}


class Refused:
    """What was refused just now, by person: what the payment did is undone up to a savepoint, and then it is
    written in the same transaction (:func:`keep_refused`)."""

    def __init__(self) -> None:
        self.waiting: Lru[int, tuple[Finding, Event]] = Lru(1_000)

    @classmethod
    def build(cls, env: Env) -> Refused:
        return cls()


def check(tx: Tx, draft: Draft) -> Verdict:
    """Hung on where money moves: what the rules say of a payment, and the habits after it. The payer's row is
    locked by then, so that payments of one person come one after the other."""
    m, payer = draft.movement, draft.payer
    if payer is None or m.kind not in LOOKED_AT or isinstance(m.proof, Standing):
        return PASS
    person = m.payer.person
    habits = features.unpack(payer.habits)
    event = Event(
        at=draft.at,
        account=m.payee.account,
        amount=m.amount,
        currency=m.currency,
        device_id=m.device_id,
        others=payer.others,
        limit=tiers.allowed(tx, payer.holder.tier, m.currency).payment or 0,
    )
    score = judge(tx.part(Rules).get(tx), habits, event, lambda: _available(tx, m.payer.account))
    if score.say != "pass":
        finding = _finding(draft, score)
        if score.say == "refuse":
            tx.part(Refused).waiting.put(person, (finding, event))
            return Verdict("refuse", tuple(each.code for each in score.reasons))
        _keep_finding(tx, finding)
    _note_device(tx, person, habits, event)
    features.observe(habits, event, learn=score.say == "pass")
    queries.keep.soon(tx, person=person, data=features.pack(habits), now=tx.now)
    return PASS if score.say == "pass" else Verdict("review", tuple(each.code for each in score.reasons))


def judge(book: rules.Rulebook, habits: Features, event: Event, available: Callable[[], int | None]) -> Score:
    """What the rules say; ``available`` is asked only where something is unusual already."""
    score = rules.weigh(book, habits, event)
    if score.points < rules.SUSPICIOUS:
        return score
    return rules.weigh(book, habits, msgspec.structs.replace(event, available=available()))


def keep_refused(tx: Tx, person: int) -> None:
    """Write what of somebody was refused just now, if there is anything."""
    found = tx.part(Refused).waiting.get(person)
    if found is None:
        return
    finding, event = found
    if people.holder_for_update.first(tx, person=person) is None:
        return
    _keep_finding(tx, msgspec.structs.replace(finding, state="refused", decided_at=tx.now))
    row = queries.look.first(tx, person=person, device=event.device_id or 0)
    assert row is not None
    habits = features.unpack(row[0])
    _note_device(tx, person, habits, event)
    features.observe(habits, event, learn=False)
    if event.device_id is not None:
        features.distrust(habits, event.device_id, event.at, tx.now)
    queries.keep(tx, person=person, data=features.pack(habits), now=tx.now)
    tx.after_commit(lambda: tx.part(Refused).waiting.drop(person))


def learn(tx: Tx, finding: Finding, at: int) -> None:
    """Somebody made sure that a payment is right: it is what they usually do, and the device theirs."""
    if people.holder_for_update.first(tx, person=finding.person) is None:
        return
    row = queries.look.first(tx, person=finding.person, device=0)
    assert row is not None
    habits = features.unpack(row[0])
    event = Event(at, finding.account, finding.amount, finding.currency, finding.device_id, 0, 0)
    features.learn_from(habits, event, trust_device=True)
    queries.keep(tx, person=finding.person, data=features.pack(habits), now=tx.now)


def changed(tx: Tx, payment: Payment, before: PaymentState | None) -> None:
    """Hung on where money moves: a payment that was held goes on, or does not, whoever decided."""
    if before != "review" or payment.state == "review":
        return
    state = _STATES.get(payment.state, "approved")
    queries.decide(tx, payment=payment.id, new_state=state, now=tx.now)
    if payment.state == "declined":
        distrust(tx, payment)


def distrust(tx: Tx, payment: Payment) -> None:
    """Somebody has stopped a payment: the device that it came from is not its payer's by waiting a day."""
    if payment.device_id is None or people.holder_for_update.first(tx, person=payment.payer) is None:
        return
    row = queries.look.first(tx, person=payment.payer, device=0)
    assert row is not None
    habits = features.unpack(row[0])
    if features.distrust(habits, payment.device_id, ids.moment(payment.id), tx.now):
        queries.keep(tx, person=payment.payer, data=features.pack(habits), now=tx.now)


def register(env: Env) -> None:
    env.part(Hooks).add_risk(check)
    env.part(Hooks).on_change("*", changed)


def forget(tx: Tx, person: int) -> None:
    """Habits and devices of somebody who is gone; what was found stays with the payments' books."""
    queries.forget_habits(tx, person=person)
    queries.forget_devices(tx, person=person)
    queries.forget_notes(tx, who=person)


# Inside


def _available(tx: Tx, account: int) -> int | None:
    return ledger.available_now(tx, account)


def _note_device(tx: Tx, person: int, habits: Features, event: Event) -> None:
    """Write down who pays from what, the first time."""
    if event.device_id is None or features.known_device(habits, event.device_id) is not None:
        return
    digest = queries.digest_of.first(tx, device=event.device_id)
    if digest is not None:
        queries.add_device(tx, digest=digest, person=person, device=event.device_id, now=tx.now)


def _finding(draft: Draft, score: Score) -> Finding:
    m = draft.movement
    return Finding(
        payment_id=draft.payment_id,
        person=m.payer.person,
        kind=m.kind,
        amount=m.amount,
        currency=m.currency,
        payee=m.payee.person,
        account=m.payee.account,
        device_id=m.device_id,
        score=score.points,
        reasons=score.reasons,
        state="open",
        decided_by=0,
        decided_at=None,
        note="",
    )


def _keep_finding(tx: Tx, finding: Finding) -> None:
    queries.add_finding(tx, **msgspec.structs.asdict(finding))
