"""What both doors share when people show files: evidence of disputes, papers."""

from __future__ import annotations

from dozen.services.wallet.errors.disputes import BadEvidence
from dozen.services.wallet.service import evidence
from dozen.web import Call, Form

MOST_UPLOAD = evidence.MOST_FILES * evidence.MOST_BYTES + 2**20
"""Bytes of a form with files."""


async def received(call: Call, form: Form, field: str = "files") -> tuple[int, ...]:
    """The files of a form, stored as the caller's. Raises BadEvidence, and what else uploads raise."""
    sent = form.files(field)
    if len(sent) > evidence.MOST_FILES:
        raise BadEvidence(fields={field: f"At most {evidence.MOST_FILES} files"})
    made = []
    for each in sent:
        item = await call.heavy(
            evidence.receive, call.env, call.me, each.path, each.content_type, each.filename
        )
        made.append(item.id)
    return tuple(made)
