"""What shops note on what is theirs, for themselves: names and texts."""

from __future__ import annotations

from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import BadMetadata

_MOST, _MOST_NAME, _MOST_TEXT = 50, 40, 500


def checked(given: dict[str, str]) -> dict[str, str]:
    """Raises BadMetadata."""
    out = {}
    for name, text in given.items():
        if not 1 <= len(name) <= _MOST_NAME or len(text) > _MOST_TEXT or "[" in name or "]" in name:
            raise BadMetadata(fields={f"metadata[{name[:_MOST_NAME]}]": BadMetadata.title})
        tidy = clean(text, lines=True)
        if tidy:
            out[name] = tidy
    if len(out) > _MOST:
        raise BadMetadata(fields={"metadata": BadMetadata.title})
    return out


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """What is there, with changes; an empty text takes its entry away. Raises BadMetadata."""
    return checked({**old, **new})
