"""What can go wrong with mandates."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Invalid, NotFound


class NoSuchMandate(NotFound):
    code = "no_such_mandate"
    title = "There is no such mandate, or it is not yours"


class BadMandate(Invalid):
    code = "bad_mandate"
    title = "A mandate cannot be made so"


class MandateOver(Conflict):
    """``extra``: ``state``."""

    code = "mandate_over"
    title = "That cannot be done with the mandate as it is"


class TooManyMandates(Conflict):
    code = "too_many_mandates"
    title = "There are fifty mandates already; cancel one first"


class BeyondCap(Conflict):
    code = "mandate_cap"
    title = "That is more than the mandate allows at once"
