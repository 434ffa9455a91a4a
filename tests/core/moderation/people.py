from __future__ import annotations

from dozen.core.accounts import Actor


def actor(
    person_id: int, role: str, *, suspended: bool = False, scopes: frozenset[str] | None = None
) -> Actor:
    """A caller as the doors would make them."""
    return Actor(
        person_id=person_id, username="m", name="M", avatar_id=None, language="", time_zone="", role=role,  # type: ignore[arg-type]
        suspended=suspended, scopes=scopes,
    )  # fmt: skip
