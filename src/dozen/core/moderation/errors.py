"""What can be wrong with reports and decisions. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany


class NotModerator(Forbidden):
    code = "not_moderator"
    title = "Only moderators may do that"


class NoSuchCase(NotFound):
    code = "no_such_case"
    title = "There is no such case"


class CaseClosed(Conflict):
    code = "case_closed"
    title = "Somebody has decided this case already"


class BadReport(Invalid):
    code = "bad_report"
    title = "This report is not complete"


class TooManyReports(TooMany):
    code = "too_many_reports"
    title = "You have reported very much today; please go on tomorrow"


class NotTakenDown(Conflict):
    code = "not_taken_down"
    title = "The moderators have not taken this down, or have lifted it already"


class ReasonNeeded(Invalid):
    code = "reason_needed"
    title = "Please say why"


class BadFilter(Invalid):
    code = "bad_filter"
    title = "A filter needs a word or a host name"


class NoSuchFilter(NotFound):
    code = "no_such_filter"
    title = "There is no such filter"
