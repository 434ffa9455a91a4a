"""What can go wrong with disputes and the files that belong to them."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Invalid, NotFound, TooMany


class NoSuchDispute(NotFound):
    code = "no_such_dispute"
    title = "There is no such dispute, or it is not yours"


class NotDisputable(Conflict):
    """``extra``: ``left`` (minor units that could still be given back)."""

    code = "not_disputable"
    title = "This payment cannot be disputed"


class DisputeExists(Conflict):
    """``extra``: ``dispute``, its id."""

    code = "dispute_exists"
    title = "This payment is disputed already"


class DisputeEnded(Conflict):
    """``extra``: ``state``."""

    code = "dispute_ended"
    title = "That cannot be done with the dispute as it is"


class RespondentGone(Conflict):
    code = "respondent_gone"
    title = (
        "Who was paid is gone, and their account is closed: an administrator proposes it out of the house's"
    )


class RespondentPays(Conflict):
    code = "respondent_pays"
    title = "Who was paid is here: what goes back is taken from them"


class DisputeProposed(Conflict):
    """``extra``: ``adjustment``, its id."""

    code = "dispute_proposed"
    title = "It is proposed already; another administrator approves or rejects that adjustment first"


class BadDispute(Invalid):
    code = "bad_dispute"
    title = "A dispute cannot be opened so"


class TooManyDisputes(TooMany):
    code = "too_many_disputes"
    title = "That is too many disputes in a month; the people who run the place can help"


class BadEvidence(Invalid):
    code = "bad_evidence"
    title = "Files are pictures or PDFs of at most 10 MB, five of each side"
