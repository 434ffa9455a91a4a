"""Telling people what happened: kinds, settings, inbox."""

from dozen.core.notifications.choosing import channels_for, choose, settings
from dozen.core.notifications.errors import BadChannel, NoSuchKind, NoSuchNotification
from dozen.core.notifications.jobs import JOBS, KEEP_FOR
from dozen.core.notifications.kinds import Kind, Kinds
from dozen.core.notifications.reading import (
    clear,
    dismiss,
    dismiss_group,
    forget,
    group,
    item,
    list_grouped,
    list_plain,
    mark,
    mark_read,
    unread,
)
from dozen.core.notifications.structs import CHANNELS, Channel, Choice, Group, Item, Mark
from dozen.core.notifications.telling import (
    KEEP,
    Notice,
    notify,
    notify_each,
    notify_many,
    retract,
    retract_about,
    retract_from,
)

__all__ = [
    "CHANNELS",
    "JOBS",
    "KEEP",
    "KEEP_FOR",
    "BadChannel",
    "Channel",
    "Choice",
    "Group",
    "Item",
    "Kind",
    "Kinds",
    "Mark",
    "NoSuchKind",
    "NoSuchNotification",
    "Notice",
    "channels_for",
    "choose",
    "clear",
    "dismiss",
    "dismiss_group",
    "forget",
    "group",
    "item",
    "list_grouped",
    "list_plain",
    "mark",
    "mark_read",
    "notify",
    "notify_each",
    "notify_many",
    "retract",
    "retract_about",
    "retract_from",
    "settings",
    "unread",
]
