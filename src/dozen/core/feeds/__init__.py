"""Timelines: push for most authors, pull for the widely followed, cursor-paged by item id."""

from dozen.core.feeds.service import (
    WIDE_FROM,
    Stream,
    by_author,
    forget,
    home,
    just_after,
    keep_warm,
    newer,
    of_people,
    publish,
    publish_many,
    retract,
    settle_width,
    sources_among,
)
from dozen.core.feeds.timelines import Timelines

__all__ = [
    "WIDE_FROM",
    "Stream",
    "Timelines",
    "by_author",
    "forget",
    "home",
    "just_after",
    "keep_warm",
    "newer",
    "of_people",
    "publish",
    "publish_many",
    "retract",
    "settle_width",
    "sources_among",
]
