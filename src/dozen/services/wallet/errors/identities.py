"""What can go wrong with showing who one is."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Invalid, NotFound, TooMany


class NoSuchIdentity(NotFound):
    code = "no_such_identity"
    title = "There are no such papers"


class BadIdentity(Invalid):
    code = "bad_identity"
    title = "Please check what you entered"


class IdentityWaits(Conflict):
    code = "identity_waits"
    title = "Your papers are being looked at already"


class LevelReached(Conflict):
    code = "level_reached"
    title = "Your wallet has this level already"


class IdentityDecided(Conflict):
    """``extra``: ``state``."""

    code = "identity_decided"
    title = "These papers were decided already"


class IdentityCounts(Conflict):
    code = "identity_counts"
    title = "Your level rests on these papers: erase all that you showed, and it goes back to the first"


class TooManyIdentities(TooMany):
    code = "too_many_identities"
    title = "That is too many tries in a month; the people who run the place can help"
