"""Habits: how they are kept, and how a payment changes them. Nothing here grows with history, and nothing
asks the database."""

from __future__ import annotations

import math

import msgspec

from dozen.kit import clock
from dozen.services.wallet.structs.risk import Event, Features, Seen, Spread, Window

MOST_PAYEES = 40
MOST_DEVICES = 8
MOST_OTHERS = 20
"""People on one device are counted up to here."""
MOST_SAMPLES = 64
"""After so many amounts, all of them count half."""
MOST_HOURS = 200
TRUST_AFTER = clock.DAY
"""A device that was first seen so long ago is no longer new."""
DISTRUST = 30 * clock.DAY
"""A device that was new when somebody stopped a payment from it is new for so much longer."""
UNIT = 256
"""A doubling of an amount, in the units of :func:`size_of`."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Features)


def pack(features: Features) -> bytes:
    return _encoder.encode(features)


def unpack(data: bytes | None) -> Features:
    """Those of a row; of nobody that we know anything of without one."""
    return Features() if data is None else _decoder.decode(data)


def size_of(amount: int) -> int:
    """How large an amount is, on a scale on which a doubling is always :data:`UNIT`: amounts differ by
    factors. It is a feature, and never becomes money again."""
    return int(math.log2(amount) * UNIT)


def typical(spread: Spread) -> int:
    """The amount that is in the middle of somebody's, for people to read; 0: there is none."""
    return round(2 ** (spread.sum / spread.n / UNIT)) if spread.n else 0


def lately(window: Window, at: int, length: int) -> int:
    """How many in the ``length`` before ``at``, if those of the span before were spread evenly."""
    span, passed = divmod(at, length)
    if window.span == span:
        return window.now + window.before * (length - passed) // length
    if window.span == span - 1:
        return window.now * (length - passed) // length
    return 0


def known_device(features: Features, device_id: int) -> Seen | None:
    return next((each for each in features.devices if each.id == device_id), None)


def observe(features: Features, event: Event, *, learn: bool) -> Features:
    """Habits after a payment, which are the same object. ``learn``: it was let through, so that it is what
    they usually do; else only its time counts, and its device, as one that is not theirs yet."""
    _tick(features.ten, event.at, 10 * clock.MINUTE)
    _tick(features.hour, event.at, clock.HOUR)
    if event.account not in features.payees:
        _tick(features.fresh, event.at, clock.HOUR)
    if event.device_id is not None:
        _device(features, event, event.device_id, learn)
    if learn:
        learn_from(features, event)
    return features


def learn_from(features: Features, event: Event, *, trust_device: bool = False) -> Features:
    """Take a payment for what they usually do. ``trust_device``: somebody made sure that it was them."""
    features.count += 1
    _add(features.amounts.setdefault(event.currency, Spread()), size_of(event.amount))
    if not features.hours:
        features.hours = [0] * 24
    features.hours[event.at // clock.HOUR % 24] += 1
    if sum(features.hours) > MOST_HOURS:
        features.hours = [each // 2 for each in features.hours]
    if event.account in features.payees:
        features.payees.remove(event.account)
    features.payees.append(event.account)
    del features.payees[:-MOST_PAYEES]
    if trust_device and event.device_id is not None:
        found = known_device(features, event.device_id)
        if found is not None:
            found.first_at = 0
    return features


def distrust(features: Features, device_id: int, at: int, now: int) -> bool:
    """A payment that was made ``at`` from a device was stopped: if the device was new then, time alone does
    not make it theirs soon. Whether it was."""
    found = known_device(features, device_id)
    if found is None or at - found.first_at >= TRUST_AFTER:
        return False
    found.first_at = now + DISTRUST - TRUST_AFTER
    return True


def _tick(window: Window, at: int, length: int) -> None:
    span = at // length
    if window.span != span:
        window.before = window.now if window.span == span - 1 else 0
        window.span, window.now = span, 0
    window.now += 1


def _add(spread: Spread, value: int) -> None:
    spread.n += 1
    spread.sum += value
    spread.squares += value * value
    if spread.n >= MOST_SAMPLES:
        spread.n //= 2
        spread.sum //= 2
        spread.squares //= 2


def _device(features: Features, event: Event, device_id: int, learn: bool) -> None:
    found = known_device(features, device_id)
    if found is None:
        # The first device is theirs: there is nobody whom it could have been taken from.
        first = event.at if features.devices else 0
        found = Seen(device_id, first, event.at, 0)
        features.devices.append(found)
        if len(features.devices) > MOST_DEVICES:
            features.devices.remove(min(features.devices[:-1], key=lambda each: each.last_at))
    found.last_at = event.at
    if learn:
        found.payments += 1
