"""The rules as operators have set them. Every change is a row with who and why; a code's latest counts."""

from __future__ import annotations

from collections import Counter

from dozen.core import realtime
from dozen.core.accounts import Actor
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.services.wallet.errors.risk import BadRule, NoSuchRule
from dozen.services.wallet.queries import risk as queries
from dozen.services.wallet.service import desk
from dozen.services.wallet.service.remembering import Remembered
from dozen.services.wallet.service.risk.rules import BY_CODE, INSTALLED, LEVELS, REFUSE, REVIEW, Rulebook
from dozen.services.wallet.structs.risk import Rule, RuleChange, RuleCount

TOPIC = "wallet.rules"
MOST_WEIGHT = 200
_MOST_LEVEL = 1_000
_MOST_COUNTED = 2_000


class Rules(Remembered[Rulebook]):
    """The process's rulebook."""

    topic = TOPIC

    def read(self, tx: Tx) -> Rulebook:
        return Rulebook.of(_set(tx))


def _set(tx: Tx) -> list[Rule]:
    return [
        Rule(each.code, each.weight, each.threshold, each.on)
        for each in queries.latest_rules.all(tx)
        if each.code in INSTALLED
    ]


def rules(tx: Tx, actor: Actor) -> dict[str, Rule]:
    """All rules and levels as they are, by code. Raises NotOperator."""
    desk.must_be_staff(actor)
    return dict(INSTALLED) | {each.code: each for each in _set(tx)}


def history(tx: Tx, actor: Actor, *, before: int = ids.MAX, limit: int = 30) -> list[RuleChange]:
    """What was changed, latest first. Raises NotOperator."""
    desk.must_be_staff(actor)
    return queries.rule_history.all(tx, before=before, limit=limit)


def counted(tx: Tx, actor: Actor, days: int = 30) -> dict[str, RuleCount]:
    """How often each rule spoke lately, and how often it was right; of a bounded number of findings.
    Raises NotOperator."""
    desk.must_be_staff(actor)
    flagged: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for codes, state in queries.latest_findings.all(
        tx, after=ids.at(tx.now - days * clock.DAY), limit=_MOST_COUNTED
    ):
        flagged.update(codes)
        if state in ("declined", "refused"):
            right.update(codes)
        elif state == "approved":
            wrong.update(codes)
    return {code: RuleCount(code, n, right[code], wrong[code]) for code, n in flagged.items()}


def change(tx: Tx, actor: Actor, code: str, weight: int, threshold: int, *, on: bool, reason: str) -> Rule:
    """Set a rule, or a level (whose weight counts for nothing and which is always on).

    For administrators. Raises NotOperator, NoSuchRule, BadRule, ReasonNeeded.
    """
    tx.must_write()
    desk.must_be_admin(actor)
    if code not in INSTALLED:
        raise NoSuchRule
    why = desk.reason(reason)
    now = rules(tx, actor)
    if code in LEVELS:
        weight, on = 0, True
    most = BY_CODE[code].most if code in BY_CODE else _MOST_LEVEL
    wrong: dict[str, str] = {}
    if not 0 <= weight <= MOST_WEIGHT:
        wrong["weight"] = f"Between 0 and {MOST_WEIGHT}"
    if not 1 <= threshold <= most:
        wrong["threshold"] = f"Between 1 and {most}"
    elif code == REVIEW and threshold > now[REFUSE].threshold:
        wrong["threshold"] = "Not above the score at which payments are refused"
    elif code == REFUSE and threshold < now[REVIEW].threshold:
        wrong["threshold"] = "Not below the score at which payments are held"
    if wrong:
        raise BadRule(fields=wrong)
    before, after = now[code], Rule(code, weight, threshold, on)
    if after == before:
        return after
    queries.add_rule(
        tx, id=tx.next_id(), code=code, weight=weight, threshold=threshold, active=on,
        changed_by=actor.person_id, reason=why,
    )  # fmt: skip
    desk.record(tx, actor.person_id, "rule.set", 0, why, before=before, after=after)
    realtime.publish(tx, TOPIC, 0)
    tx.after_commit(tx.part(Rules).reset)
    return after
