"""Delivery goes on trying for about five hours: after 30 s, then doubling, hourly at last."""

from dozen.core.jobs import Handler, handler
from dozen.core.mail.service import KIND, deliver

JOBS: tuple[Handler, ...] = (handler(KIND, deliver, attempts=12, lease_seconds=120, backoff_seconds=30),)
