"""Habits, shared devices, rules, findings."""

from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from dozen.db import action, param, put, rows, upsert, values
from dozen.services.wallet.queries.payments import columns, of_row
from dozen.services.wallet.structs.risk import Finding, Reason, RuleChange
from dozen.services.wallet.tables.payments import payments
from dozen.services.wallet.tables.people import devices as known_devices
from dozen.services.wallet.tables.risk import devices, findings, people, rules

# Habits

MOST_OTHERS = 20


def habits_and_others(person: Any, device: Any, outer: Any = None) -> tuple[Any, Any]:
    """The packed habits, and how many others pay from the device (counted up to :data:`MOST_OTHERS`); of
    parameters, or of columns of the table ``outer``."""
    digest = select(known_devices.c.digest).where(known_devices.c.id == device)
    some = select(devices.c.person).where(
        devices.c.digest == digest.correlate(outer).scalar_subquery(), devices.c.person != person
    )
    counted = some.correlate(outer).limit(MOST_OTHERS).subquery()
    habits = select(people.c.data).where(people.c.person == person)
    return (
        habits.correlate(outer).scalar_subquery(),
        select(func.count()).select_from(counted).correlate(outer).scalar_subquery(),
    )


look = rows(
    lambda data, others: (None if data is None else bytes(data), int(others)),
    select(*habits_and_others(param("person"), param("device"))),
)
keep = put(
    people,
    conflict=lambda made: made.on_conflict_do_update(
        index_elements=[people.c.person],
        set_={"data": made.excluded.data, "changed_at": made.excluded.changed_at},
    ),
    key=("person",),
    changed_at="now",
)
forget_habits = action(delete(people).where(people.c.person == param("person")))

# Devices

digest_of = values(bytes, select(known_devices.c.digest).where(known_devices.c.id == param("device")))
add_device = action(
    lambda dialect: (
        upsert(dialect, devices)
        .values(
            digest=param("digest"), person=param("person"), device_id=param("device"), first_at=param("now")
        )
        .on_conflict_do_nothing(index_elements=[devices.c.digest, devices.c.person])
    )
)
forget_devices = action(delete(devices).where(devices.c.person == param("person")))
_mine = (
    select(devices.c.digest, devices.c.device_id)
    .where(devices.c.person == param("person"))
    .order_by(devices.c.device_id.desc())
    .limit(param("devices"))
    .subquery()
)
around = rows(
    lambda mine, person, first_at: (int(mine), int(person), int(first_at)),
    select(_mine.c.device_id, devices.c.person, devices.c.first_at)
    .select_from(_mine.join(devices, devices.c.digest == _mine.c.digest))
    .order_by(_mine.c.device_id.desc(), devices.c.first_at)
    .limit(param("limit")),
)
"""Who pays from somebody's devices: (that person's name for the device, who, since when)."""

# Rules

_rule = (
    rules.c.id,
    rules.c.code,
    rules.c.weight,
    rules.c.threshold,
    rules.c.active,
    rules.c.changed_by,
    rules.c.reason,
)
_latest = select(func.max(rules.c.id)).group_by(rules.c.code)
latest_rules = rows(RuleChange, select(*_rule).where(rules.c.id.in_(_latest)).order_by(rules.c.code))
rule_history = rows(
    RuleChange,
    select(*_rule).where(rules.c.id < param("before")).order_by(rules.c.id.desc()).limit(param("limit")),
)
add_rule = action(insert(rules))

# Findings

_finding = (
    findings.c.payment_id,
    findings.c.person,
    findings.c.kind,
    findings.c.amount,
    findings.c.currency,
    findings.c.payee,
    findings.c.account,
    findings.c.device_id,
    findings.c.score,
    findings.c.reasons,
    findings.c.state,
    findings.c.decided_by,
    findings.c.decided_at,
    findings.c.note,
)


def _finding_of(*row: Any) -> Finding:
    reasons = tuple(msgspec.convert(each, Reason) for each in row[9])
    whole = (*row[:9], reasons, *row[10:])
    return Finding(*whole)


add_finding = action(
    lambda dialect: (
        upsert(dialect, findings)
        .values(
            payment_id=param("payment_id"), person=param("person"), kind=param("kind"),
            amount=param("amount"), currency=param("currency"), payee=param("payee"),
            account=param("account"), device_id=param("device_id"), score=param("score"),
            reasons=param("reasons", findings.c.reasons.type), state=param("state"),
            decided_by=param("decided_by"), decided_at=param("decided_at"), note=param("note"),
        )
        .on_conflict_do_nothing(index_elements=[findings.c.payment_id])
    )
)  # fmt: skip
finding = rows(_finding_of, select(*_finding).where(findings.c.payment_id == param("payment")))
findings_in_state = rows(
    _finding_of,
    select(*_finding)
    .where(findings.c.state == param("state"), findings.c.payment_id < param("before"))
    .order_by(findings.c.payment_id.desc())
    .limit(param("limit")),
)
findings_open = rows(
    _finding_of,
    select(*_finding)
    .where(findings.c.state == "open", findings.c.payment_id > param("after"))
    .order_by(findings.c.payment_id)
    .limit(param("limit")),
)
"""Those that wait longest come first."""
latest_findings = rows(
    lambda reasons, state: (tuple(each["code"] for each in reasons), state),
    select(findings.c.reasons, findings.c.state)
    .where(findings.c.payment_id > param("after"))
    .order_by(findings.c.payment_id.desc())
    .limit(param("limit")),
)
how_many_open = values(
    int,
    select(func.count()).select_from(
        select(findings.c.payment_id).where(findings.c.state == "open").limit(1_000).subquery()
    ),
)
findings_of = rows(
    _finding_of,
    select(*_finding)
    .where(findings.c.person == param("person"), findings.c.payment_id < param("before"))
    .order_by(findings.c.payment_id.desc())
    .limit(param("limit")),
)
decide = action(
    update(findings)
    .where(findings.c.payment_id == param("payment"), findings.c.state == "open")
    .values(state=param("new_state"), decided_at=param("now"))
)
sign = action(
    update(findings)
    .where(findings.c.payment_id == param("payment"))
    .values(decided_by=param("by"), note=param("words"))
)
forget_notes = action(update(findings).where(findings.c.person == param("who")).values(device_id=None))

# Of somebody who is looked at

lately_sent = rows(
    of_row,
    select(*columns)
    .where(payments.c.payer == param("person"), payments.c.id < param("before"))
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
lately_got = rows(
    of_row,
    select(*columns)
    .where(payments.c.payee == param("person"), payments.c.id < param("before"))
    .order_by(payments.c.id.desc())
    .limit(param("limit")),
)
