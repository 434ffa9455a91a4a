"""The errors that every door can render.

A block or a room derives one class per code. ``code`` is stable and public, ``status`` is the
nearest HTTP status (a number, so that nothing below the doors needs an HTTP library), ``title``
is one short sentence for people, and ``detail`` says what happened this time and what to do.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Fault(Exception):
    """Something was asked that cannot be done. Nothing was changed."""

    code: ClassVar[str] = "fault"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "That did not work"

    def __init__(self, detail: str | None = None, /, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra


class Invalid(Fault):
    """Input that cannot be accepted. ``fields`` maps a field's name to what is wrong with it."""

    code = "invalid"
    status = 422
    title = "Please check what you entered"

    def __init__(
        self, detail: str | None = None, /, *, fields: dict[str, str] | None = None, **extra: Any
    ) -> None:
        if fields:
            detail = detail or "; ".join(fields.values())
            extra["fields"] = fields
        super().__init__(detail, **extra)
        self.fields = fields or {}


class Malformed(Fault):
    """A request that cannot be read at all."""

    code = "malformed"
    status = 400
    title = "The request could not be read"


class BadCursor(Fault):
    code = "bad_cursor"
    status = 400
    title = "This page marker is not one of ours; start again from the first page"


class Unauthenticated(Fault):
    code = "unauthenticated"
    status = 401
    title = "Please sign in first"


class Forbidden(Fault):
    code = "forbidden"
    status = 403
    title = "You may not do that"


class NotFound(Fault):
    code = "not_found"
    status = 404
    title = "There is nothing here"


class Conflict(Fault):
    code = "conflict"
    status = 409
    title = "That clashes with what is already there"


class Gone(Fault):
    code = "gone"
    status = 410
    title = "This is no longer available"


class TooLarge(Fault):
    code = "too_large"
    status = 413
    title = "That is larger than allowed"


class Unsupported(Fault):
    code = "unsupported_media_type"
    status = 415
    title = "This kind of content is not accepted here"


class TooMany(Fault):
    """A rate limit. ``retry_after`` is in seconds."""

    code = "rate_limited"
    status = 429
    title = "Too many requests; please wait a moment"

    def __init__(self, detail: str | None = None, /, *, retry_after: int = 1, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)
        self.retry_after = retry_after


class Unavailable(Fault):
    """The server cannot do it now, though the request is right; trying again may help."""

    code = "unavailable"
    status = 503
    title = "The server is busy; nothing was changed, please try again"
