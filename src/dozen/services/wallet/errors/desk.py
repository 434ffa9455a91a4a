"""What can go wrong at the operators' desk."""

from __future__ import annotations

from typing import Any

from dozen.kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound


class NotOperator(Forbidden):
    code = "not_operator"
    title = "This is for the people who run the place"


class ReasonNeeded(Invalid):
    code = "reason_needed"
    title = "Please say why"

    def __init__(self, detail: str | None = None, /, **extra: Any) -> None:
        words = "Give a reason of 3 to 140 characters, on one line"
        super().__init__(detail or words, **extra | {"fields": {"reason": words}})


class NoSuchEntry(NotFound):
    code = "no_such_entry"
    title = "There is no such journal entry, account or proof"


class ProofRuns(Conflict):
    """``extra``: ``proof``, the id of the one that runs."""

    code = "proof_runs"
    title = "The books are being verified already"


class NoSuchAdjustment(NotFound):
    code = "no_such_adjustment"
    title = "There is no such adjustment"


class BadAdjustment(Invalid):
    code = "bad_adjustment"
    title = "An adjustment cannot be made so"


class SamePerson(Forbidden):
    code = "same_person"
    title = "Somebody else must approve what you proposed"


class AdjustmentDecided(Conflict):
    """``extra``: ``state``, what became of it."""

    code = "adjustment_decided"
    title = "This adjustment was decided already"


class AdjustmentExpired(Gone):
    code = "adjustment_expired"
    title = "Nobody approved this adjustment in time; propose it again"


class LeftLess(Conflict):
    """``extra``: ``left``, in minor units."""

    code = "left_less"
    title = "Who is gone left less than that, or it was paid out in the meantime"


class NoSuchMember(NotFound):
    code = "no_such_member"
    title = "There is nobody by that name with a wallet"


class NoSuchGateway(NotFound):
    code = "no_such_gateway"
    title = "There is no such gateway"
