"""The one way out: HTTP requests to other servers, guarded, bounded and only where the operator allows."""

from dozen.core.outbound.client import Answer, Outbound
from dozen.core.outbound.errors import NotAllowed, OutboundFailed, TimedOut, TooMuch, Unreachable

__all__ = ["Answer", "NotAllowed", "Outbound", "OutboundFailed", "TimedOut", "TooMuch", "Unreachable"]
