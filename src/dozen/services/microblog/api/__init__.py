"""The native JSON door. The acting person is always the one the token names."""

from dozen.services.microblog.api import finding, marks, notices, people, timelines, tweets
from dozen.services.microblog.api.door import api
from dozen.services.microblog.api.lists import lists_api
from dozen.services.microblog.api.messages import messages_api
from dozen.services.microblog.api.reports import reports_api

DOORS = (api, lists_api, reports_api, messages_api)

__all__ = ["DOORS", "finding", "marks", "notices", "people", "timelines", "tweets"]
