"""What can be wrong with a search. Codes are public and stable."""

from __future__ import annotations

from dozen.kit.errors import Forbidden, Invalid, NotFound


class BadQuery(Invalid):
    code = "bad_query"
    title = "This search cannot be understood"


class NoSuchSavedSearch(NotFound):
    code = "no_such_saved_search"
    title = "There is no such saved search"


class TooManySavedSearches(Forbidden):
    code = "too_many_saved_searches"
    title = "You have saved as many searches as one may; delete one first"
