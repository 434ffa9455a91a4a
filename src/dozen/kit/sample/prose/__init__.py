"""Writes short texts that read as if people wrote them."""

from dozen.kit.sample.prose.answers import COMMENTED, comment, quote, reply
from dozen.kit.sample.prose.messages import Line, conversation, message
from dozen.kit.sample.prose.posts import LANGUAGES, LONGEST, PERSONAS, TOPICS, Kind, SamplePost, post, thread

__all__ = [
    "COMMENTED",
    "LANGUAGES",
    "LONGEST",
    "PERSONAS",
    "TOPICS",
    "Kind",
    "Line",
    "SamplePost",
    "comment",
    "conversation",
    "message",
    "post",
    "quote",
    "reply",
    "thread",
]
