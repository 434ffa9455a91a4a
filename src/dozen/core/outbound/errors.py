"""What can go wrong on the way to another server."""

from __future__ import annotations

from dozen.kit.errors import Fault


class OutboundFailed(Fault):
    """The other server could not be asked, or its answer not be taken."""

    code = "outbound_failed"
    status = 502
    title = "The other server could not be reached"


class NotAllowed(OutboundFailed):
    """The address is none that the operator allows (``DOZEN_OUTBOUND_ALLOW``)."""

    code = "outbound_not_allowed"
    status = 422
    title = "This server is not allowed to call that address"


class Unreachable(OutboundFailed):
    """No connection, or it broke, or what came back is not HTTP. Whether it was acted on is not known."""

    code = "outbound_unreachable"


class TimedOut(OutboundFailed):
    """No whole answer within the time. Whether it was acted on is not known."""

    code = "outbound_timed_out"
    status = 504
    title = "The other server took too long"


class TooMuch(OutboundFailed):
    """The answer is longer than the caller wants to take."""

    code = "outbound_too_much"
    title = "The other server's answer is too long"
