"""Publish and subscribe: between processes by an event log in the database, to browsers by streams."""

from dozen.core.realtime.hub import Channel, Hub, Listener, Subscription
from dozen.core.realtime.service import KEEP, publish, trim
from dozen.core.realtime.structs import Event

__all__ = ["KEEP", "Channel", "Event", "Hub", "Listener", "Subscription", "publish", "trim"]
