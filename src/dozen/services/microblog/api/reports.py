"""Reporting in the native JSON door."""

from __future__ import annotations

from typing import Annotated

import msgspec

from dozen.core.moderation import Reason
from dozen.services.microblog import errors
from dozen.services.microblog.service import reports
from dozen.web import Api, Call

reports_api = Api("/microblog", tag="Reports")
WRITE = "microblog:write"


class NewReport(msgspec.Struct):
    reason: Reason
    text: Annotated[str, msgspec.Meta(max_length=1000, description="What the moderators should know.")] = ""


class Reported(msgspec.Struct, frozen=True):
    reported: bool


@reports_api.post(
    "/tweets/{tweet_id}/report", scope=WRITE, status=200, raises=[errors.NoSuchPost, *reports.FAULTS]
)
def tweet(call: Call, tweet_id: int, data: NewReport) -> Reported:
    """Report a tweet to the moderators; reporting it again changes nothing."""
    reports.report_post(call.tx, call.me, tweet_id, reason=data.reason, text=data.text)
    return Reported(True)


@reports_api.post(
    "/users/{user_id}/report", scope=WRITE, status=200, raises=[errors.NoSuchPerson, *reports.FAULTS]
)
def person(call: Call, user_id: int, data: NewReport) -> Reported:
    """Report somebody to the moderators; reporting them again changes nothing."""
    reports.report_person(call.tx, call.me, user_id, reason=data.reason, text=data.text)
    return Reported(True)
