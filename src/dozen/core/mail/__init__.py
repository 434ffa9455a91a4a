"""Mail to people: enqueued with its cause, delivered by SMTP or into a folder."""

from dozen.core.mail.errors import BadAddress, BadMailUrl, BadSubject, MessageTooLarge
from dozen.core.mail.jobs import JOBS
from dozen.core.mail.letters import MOST_HTML, MOST_SUBJECT, MOST_TEXT
from dozen.core.mail.service import send

__all__ = [
    "JOBS",
    "MOST_HTML",
    "MOST_SUBJECT",
    "MOST_TEXT",
    "BadAddress",
    "BadMailUrl",
    "BadSubject",
    "MessageTooLarge",
    "send",
]
