"""Short texts to telephones: enqueued with their cause, delivered by whatever carrier the process has."""

from dozen.core.texting.errors import BadText
from dozen.core.texting.service import JOBS, MOST_TEXT, OUTBOX, Carrier, Carriers, Text, send

__all__ = ["JOBS", "MOST_TEXT", "OUTBOX", "BadText", "Carrier", "Carriers", "Text", "send"]
