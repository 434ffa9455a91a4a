"""What can be wrong with comments and reviews. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class NoSuchComment(NotFound):
    code = "no_such_comment"
    title = "This comment does not exist (any more)"


class NoSuchReview(NotFound):
    code = "no_such_review"
    title = "This review does not exist (any more)"


class BadText(Invalid):
    code = "bad_text"
    title = "This text cannot be taken as it is"


class BadRating(Invalid):
    code = "bad_rating"
    title = "A rating is one to five stars"


class NotYours(Forbidden):
    code = "not_yours"
    title = "Only who wrote this may change it"


class EditClosed(Conflict):
    code = "edit_closed"
    title = "A comment can only be changed shortly after it was written"


class DuplicateComment(Conflict):
    code = "duplicate_comment"
    title = "You have just said this"


class TooManyComments(TooMany):
    code = "too_many_comments"
    title = "You are commenting very fast; please wait a moment"


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    title = "You have reviewed this already; you can change your review"
