"""Somebody who listens to the log, as a block's cache does."""

from __future__ import annotations

from dozen.core.realtime import Event, Hub
from tests.support.town import Town


class Ear:
    def __init__(self, town: Town, *topics: str) -> None:
        self.town = town
        self.hub = town.env.part(Hub)
        self.heard: list[Event] = []
        self.resets = 0
        for topic in topics or ("t",):
            self.hub.listen(topic, self.heard.append)
        self.hub.on_reset(self._forget)
        self.look()
        self.resets = 0

    def _forget(self) -> None:
        self.resets += 1

    def look(self) -> list[int]:
        """Catch up; gives the keys heard so far."""
        self.town.read(self.hub.catch_up)
        return self.keys

    @property
    def keys(self) -> list[int]:
        return [event.key for event in self.heard]
