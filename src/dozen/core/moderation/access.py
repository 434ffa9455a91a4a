"""Who may moderate."""

from __future__ import annotations

from dozen.core.accounts import Actor
from dozen.core.moderation.errors import NotModerator

SCOPE = "moderation"
"""What a token needs beside its person's role."""


def require_moderator(actor: Actor) -> None:
    """Raises NotModerator unless the caller is a moderator or administrator in good standing."""
    if actor.role not in ("moderator", "admin") or actor.suspended or not actor.may(SCOPE):
        raise NotModerator
