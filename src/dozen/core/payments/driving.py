"""Going on with what is not decided: a turn in a transaction, a call outside of any, the next turn."""

from __future__ import annotations

import logging
from functools import partial

from dozen.core import jobs
from dozen.core.jobs import Job
from dozen.core.payments import charge_steps, method_steps, queries, transfer_steps
from dozen.core.payments.absorbing import Contradiction
from dozen.core.payments.errors import NoGateway, NoSuchCharge, NoSuchMethod
from dozen.core.payments.gateway import Refused, Unknown
from dozen.core.payments.parts import Gateways, Pace
from dozen.core.payments.rows import DRIVE, lock, schedule
from dozen.core.payments.steps import Outcome, Step, later
from dozen.core.payments.structs import Charge, Method, What, changed
from dozen.db import Tx
from dozen.kit.env import Env

log = logging.getLogger("dozen.payments")

_MOST_STEPS = 8
_AT_ONCE = 200
_GRACE = 2_000
"""Milliseconds for the job that waits for the same moment."""
_TURNS = {
    "charge": charge_steps.turn,
    "refund": transfer_steps.turn_refund,
    "payout": transfer_steps.turn_payout,
    "method": method_steps.turn,
}


def advance(env: Env, charge_id: int) -> Charge:
    """Go on with a charge now, and give it as it is then.

    It calls the gateway and blocks for as long as that takes (seconds): call it from a thread or a job,
    never in a transaction. When the gateway does not answer, the charge is as it was, and a job goes on
    with it. Raises NoSuchCharge.
    """
    drive(env, "charge", charge_id)
    found = _read(env, "charge", charge_id)
    if not isinstance(found, Charge):
        raise NoSuchCharge
    return found


def advance_method(env: Env, method_id: int) -> Method:
    """As :func:`advance`, for a method that is being saved. Raises NoSuchMethod."""
    drive(env, "method", method_id)
    found = _read(env, "method", method_id)
    if not isinstance(found, Method):
        raise NoSuchMethod
    return found


def _read(env: Env, what: What, row_id: int) -> object:
    return jobs.database(env).run_read(env, lambda tx: queries.by_id[what].first(tx, id=row_id))


def drive(env: Env, what: What, row_id: int) -> None:
    db = jobs.database(env)
    step: Step | None = None
    outcome: Outcome = None
    for _ in range(_MOST_STEPS):
        try:
            step = db.run_write(env, partial(_turn, what=what, row_id=row_id, step=step, outcome=outcome))
        except Contradiction as error:
            log.error("the gateway contradicts itself or us: %s", error)
            db.run_write(env, partial(_set_aside, what=what, row_id=row_id))
            return
        if step is None:
            return
        outcome = _ask(env, step)
    db.run_write(env, partial(_turn, what=what, row_id=row_id, step=step, outcome=outcome))


def _turn(tx: Tx, *, what: What, row_id: int, step: Step | None, outcome: Outcome) -> Step | None:
    return _TURNS[what](tx, row_id, step, outcome)


def _ask(env: Env, step: Step) -> Outcome:
    """Make the call. Whatever goes wrong in a way that we have not thought of is no clear answer either."""
    try:
        return step.call(env.part(Gateways).get(step.gateway))
    except (Unknown, Refused) as answer:
        log.info("%s of a %s: %s", step.kind, step.what, answer)
        return answer
    except NoGateway as missing:
        log.warning("there is no gateway %r any more", step.gateway)
        return Unknown(str(missing))
    except Exception as error:
        log.exception("%s of a %s failed", step.kind, step.what)
        return Unknown(str(error))


def _set_aside(tx: Tx, *, what: What, row_id: int) -> None:
    """Ask again much later: somebody must look into it."""
    row = lock(tx, what, row_id)
    if row is not None and row.next_at is not None:
        pace = tx.part(Pace)
        later(tx, changed(row, tries=row.tries + 1), tx.now + pace.longest, old=row)


def drive_job(env: Env, job: Job) -> None:
    drive(env, job.payload["what"], int(job.payload["id"]))


def recover(tx: Tx, job: Job | None = None) -> int:
    """Have jobs go on with all that is due and that no job goes on with: their worker has died."""
    found = 0
    for what, query in queries.due.items():
        for row_id in query.all(tx, now=tx.now - _GRACE, limit=_AT_ONCE):
            schedule(tx, what, row_id, tx.now)  # type: ignore[arg-type]
            found += 1
    return found


__all__ = ["DRIVE", "advance", "advance_method", "drive", "drive_job", "recover"]
