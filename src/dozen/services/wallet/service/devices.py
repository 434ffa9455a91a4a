"""Browsers and tokens that the wallet is used from. The door says which one calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import digest
from dozen.kit.text import clean, clip
from dozen.services.wallet.errors import DeviceRevoked, NoSuchDevice
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import notes
from dozen.services.wallet.structs import Device

MOST = 50
_FRESH = 5 * clock.MINUTE


def digest_of(kind: Literal["browser", "token"], secret: str) -> bytes:
    """By which a device is found."""
    return digest(f"{kind}\0{secret}")


def ready(tx: Tx, seen: Collection[tuple[int, bytes]]) -> dict[int, Device]:
    """Read at once the devices (person, digest) that :func:`seen` will be asked for; each person's, by
    person."""
    found: list[tuple[bytes, Device]]
    if tx.dialect == "postgresql":
        found = people.devices_seen.all(tx, people=[who for who, _ in seen], digests=[key for _, key in seen])
    else:
        each = [(key, people.device_by_digest.first(tx, person=who, digest=key)) for who, key in seen]
        found = [(key, device) for key, device in each if device is not None]
    tx.known.update((_secret_name(device.person, key), device) for key, device in found)
    return {device.person: device for _, device in found}


def seen(
    tx: Tx, me: int, secret: str, *, kind: Literal["browser", "token"], name: str, address: str
) -> Device:
    """The device that calls, which is noted. ``secret`` is what only it has (a cookie's value, a token's id);
    its digest is kept. A new one is told to its person. Raises DeviceRevoked."""
    key = digest_of(kind, secret)
    found = tx.known.get(_secret_name(me, key)) or people.device_by_digest.first(tx, person=me, digest=key)
    if found is None:
        shown = clip(clean(name) or ("Browser" if kind == "browser" else "Token"), 80)
        people.add_device(
            tx,
            id=tx.next_id(),
            person=me,
            digest=key,
            kind=kind,
            name=shown,
            address=address[:64],
            now=tx.now,
        )  # fmt: skip
        found = people.device_by_digest.first(tx, person=me, digest=key)
        assert found is not None
        if (people.how_many_devices.first(tx, person=me) or 0) > 1:
            notes.security(tx, me, f"Your wallet is used from a new device: {shown}")
    elif found.revoked_at is not None:
        raise DeviceRevoked
    elif tx.now - found.seen_at > _FRESH:
        people.seen_device(tx, device=found.id, now=tx.now, where=address[:64])
    tx.known[_name(found.id)] = found
    return found


def must_be_known(tx: Tx, me: int, device_id: int) -> None:
    """It is noted as this person's, and not revoked; or DeviceRevoked."""
    found = tx.known.get(_name(device_id)) or people.device.first(tx, id=device_id, person=me)
    if found is None or found.person != me or found.revoked_at is not None:
        raise DeviceRevoked


def _name(device_id: int) -> tuple[str, int]:
    return ("wallet.device", device_id)


def _secret_name(person: int, key: bytes) -> tuple[str, int, bytes]:
    return ("wallet.device", person, key)


def known(tx: Tx, me: int, secret: str, kind: Literal["browser", "token"]) -> Device | None:
    """The device that calls, if it was noted before."""
    return people.device_by_digest.first(tx, person=me, digest=digest_of(kind, secret))


def mine(tx: Tx, me: int) -> list[Device]:
    """The latest first."""
    return people.devices_of.all(tx, person=me, limit=MOST)


def rename(tx: Tx, me: int, device_id: int, name: str) -> None:
    """Raises NoSuchDevice."""
    if not people.name_device(tx, device=device_id, who=me, new_name=clip(clean(name), 80) or "Device"):
        raise NoSuchDevice


def revoke(tx: Tx, me: int, device_id: int, *, on: bool = True) -> None:
    """The device may no longer use the wallet; or may again. Raises NoSuchDevice."""
    found = people.device.first(tx, id=device_id, person=me)
    if found is None:
        raise NoSuchDevice
    if on == (found.revoked_at is not None):
        return
    for name in [name for name, value in tx.known.items() if isinstance(value, Device)]:
        del tx.known[name]
    people.revoke_device(tx, device=device_id, who=me, at=tx.now if on else None)
    notes.security(tx, me, f"{found.name} may {'no longer' if on else 'again'} use your wallet")
