"""Reporting posts and people, and taking down what the moderators decided on."""

from __future__ import annotations

from dozen.core import accounts, moderation
from dozen.core.accounts import Actor
from dozen.core.moderation import Removal
from dozen.db import Tx
from dozen.services.microblog.errors import NoSuchPerson, NoSuchPost
from dozen.services.microblog.service.posts import REALM, take_down
from dozen.services.microblog.service.views import load, must_see, view
from dozen.services.microblog.structs import View

FAULTS = (moderation.errors.BadReport, moderation.errors.TooManyReports)

REASONS: dict[moderation.Reason, str] = {
    "spam": "Spam or unwanted advertising",
    "abuse": "Harassment or bullying",
    "hate": "Hatred against a group",
    "violence": "Violence or threats",
    "sexual": "Sexual content",
    "self_harm": "Self-harm or suicide",
    "illegal": "Something illegal",
    "fraud": "Fraud or a scam",
    "copyright": "A breach of copyright",
    "misinformation": "False information that does harm",
    "impersonation": "Pretends to be somebody else",
    "other": "Something else",
}
"""Why something is reported, in words."""


def report_post(tx: Tx, me: int, post_id: int, *, reason: str, text: str = "") -> None:
    """Tell the moderators of a post; of a repost, of what it repeats. Twice is once.

    Raises NoSuchPost, BadReport, TooManyReports.
    """
    post = must_see(tx, me, post_id)
    moderation.report(
        tx, me, realm=REALM, subject_id=post.id, owner_id=post.author_id, reason=reason, text=text
    )


def report_person(tx: Tx, me: int, person_id: int, *, reason: str, text: str = "") -> None:
    """Tell the moderators of somebody. Raises NoSuchPerson, BadReport, TooManyReports."""
    if person_id not in accounts.cards(tx, [person_id]):
        raise NoSuchPerson
    moderation.report(
        tx,
        me,
        realm=moderation.PERSON,
        subject_id=person_id,
        owner_id=person_id,
        reason=reason,
        text=text,
    )


def reported(tx: Tx, actor: Actor, post_id: int) -> View:
    """A post as its author sees it, for a moderator who must judge it: only one that was reported.

    Raises NoSuchPost, NotModerator.
    """
    moderation.require_moderator(actor)
    post = load(tx, [post_id]).get(post_id)
    if post is None:
        raise NoSuchPost
    cases = moderation.cases_about(tx, actor, post.author_id, limit=200)
    if not any(case.realm == REALM and case.subject_id == post_id for case in cases):
        raise NoSuchPost
    return view(tx, post.author_id, post_id)


def carry_out(tx: Tx, removal: Removal) -> None:
    """Take down one post as decided. One that its author has deleted meanwhile is done already."""
    if not moderation.carried_out(tx, REALM, removal.subject_id):
        return
    post = load(tx, [removal.subject_id]).get(removal.subject_id)
    if post is not None:
        take_down(tx, post)
