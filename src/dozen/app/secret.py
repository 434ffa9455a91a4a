"""The installation's one secret: from the environment, or made once and kept beside the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from dozen.kit.settings import BadSettings, Settings


def load(settings: Settings) -> bytes:
    """At least 32 bytes. The file is readable by its owner alone (mode 600)."""
    if settings.secret:
        if len(settings.secret) < 32:
            raise BadSettings("DOZEN_SECRET must have at least 32 characters")
        return settings.secret.encode()
    path = settings.data / "secret"
    try:
        return _read(path)
    except FileNotFoundError:
        settings.data.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".secret-{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)  # the first of several starting servers wins
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    secret = path.read_text().strip().encode()
    if len(secret) < 32:
        raise BadSettings(f"{path} is damaged: it must hold at least 32 characters")
    return secret
