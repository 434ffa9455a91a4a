"""Full text over any room's documents, permissions kept; names while typing; saved searches."""

from dozen.core.search.documents import (
    CANDIDATES,
    MOST_CIRCLES,
    MOST_FOUND,
    find,
    find_best,
    forget,
    put,
    put_many,
    ranked,
    reindex,
    remove,
    renew,
)
from dozen.core.search.errors import BadQuery, NoSuchSavedSearch, TooManySavedSearches
from dozen.core.search.jobs import JOBS, forget_later
from dozen.core.search.names import put_name, put_names, remove_name, suggest
from dozen.core.search.parse import parse
from dozen.core.search.saved_searches import MOST_SAVED, delete_saved, save, saved, saved_search
from dozen.core.search.structs import (
    PUBLIC,
    Document,
    Hit,
    Name,
    Query,
    Saved,
    Suggestion,
    Viewer,
    followers_of,
    only,
)

__all__ = [
    "CANDIDATES",
    "JOBS",
    "MOST_CIRCLES",
    "MOST_FOUND",
    "MOST_SAVED",
    "PUBLIC",
    "BadQuery",
    "Document",
    "Hit",
    "Name",
    "NoSuchSavedSearch",
    "Query",
    "Saved",
    "Suggestion",
    "TooManySavedSearches",
    "Viewer",
    "delete_saved",
    "find",
    "find_best",
    "followers_of",
    "forget",
    "forget_later",
    "only",
    "parse",
    "put",
    "put_many",
    "put_name",
    "put_names",
    "ranked",
    "reindex",
    "remove",
    "remove_name",
    "renew",
    "save",
    "saved",
    "saved_search",
    "suggest",
]
