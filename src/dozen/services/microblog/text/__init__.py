"""The rules of a post's text: what it weighs, what it names, how it is shown. Knows no database."""

from dozen.services.microblog.text.autolink import Links, display, html
from dozen.services.microblog.text.entities import MAX_EACH, Entities, Entity, extract
from dozen.services.microblog.text.weight import MAX_INPUT, MAX_WEIGHT, URL_WEIGHT, Weighted, parse

__all__ = [
    "MAX_EACH",
    "MAX_INPUT",
    "MAX_WEIGHT",
    "URL_WEIGHT",
    "Entities",
    "Entity",
    "Links",
    "Weighted",
    "display",
    "extract",
    "html",
    "parse",
]
