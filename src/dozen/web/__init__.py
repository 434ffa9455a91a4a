"""The web floor: what stands between HTTP and the verbs, for all rooms alike."""

from dozen.web.call import Call
from dozen.web.doors import Api, Dialect, Pages
from dozen.web.forms import Form, Upload
from dozen.web.paging import Cursor, Limit, Listing
from dozen.web.replies import Cookie, Encoded, File, Page, Redirect, Reply, Stream, Undo
from dozen.web.room import Place, Progress, Refill, Room

__all__ = [
    "Api",
    "Call",
    "Cookie",
    "Cursor",
    "Dialect",
    "Encoded",
    "File",
    "Form",
    "Limit",
    "Listing",
    "Page",
    "Pages",
    "Place",
    "Progress",
    "Redirect",
    "Refill",
    "Reply",
    "Room",
    "Stream",
    "Undo",
    "Upload",
]
