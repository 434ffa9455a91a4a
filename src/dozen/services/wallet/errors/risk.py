"""What can go wrong with risk rules and the queue of held payments."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchRule(NotFound):
    code = "no_such_rule"
    title = "There is no such rule"


class BadRule(Invalid):
    code = "bad_rule"
    title = "A rule cannot be set so"


class NoSuchFinding(NotFound):
    code = "no_such_finding"
    title = "There is no such payment in the queue"


class FindingDecided(Conflict):
    """``extra``: ``state``."""

    code = "finding_decided"
    title = "This payment was decided already"


class OwnMatter(Forbidden):
    code = "own_matter"
    title = "This is about your own money; somebody else must decide"
