"""Pieces of pages that are kept rendered, for as long as what they show stays the same.

Most of a page is what the last page had too: the same posts, the same rooms. Rendering them is nearly
all that a page costs, and comparing what they show with what was shown last is next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from markupsafe import Markup

from dozen.core.cache import Lru

SLOTS = 6_000
"""At some 3 kB each, of which those not used for long give way."""


class Kept:
    """In a template ``{{ kept(macro, slot, value, …) }}`` is ``{{ macro(value, …) }}``, but rendered only
    when the values differ from those of the last time. One rendering is kept for each macro and ``slot``
    (anything that can be a key: an id, a tuple of what readers differ in).

    The macro must come from an import *without* context: it sees its arguments and what all templates see,
    and so cannot show anybody what was meant for somebody else. (One imported with context is another
    macro on each page: it works, and keeps nothing.) It must not look at the clock either.
    """

    def __init__(self, slots: int = SLOTS) -> None:
        self._slots: Lru[tuple[Any, Hashable], tuple[Any, list[type], Markup]] = Lru(slots)

    def __call__(self, macro: Callable[..., Markup], slot: Hashable, *values: Any) -> Markup:
        key = (macro, slot)
        # Text and markup may be equal, and only one of them is escaped: types count too.
        types = [*map(type, values)]
        found = self._slots.get(key)
        if found is not None and found[0] == values and found[1] == types:
            return found[2]
        rendered = macro(*values)
        self._slots.put(key, (values, types, rendered))
        return rendered

    def __len__(self) -> int:
        return len(self._slots)
