"""Who has wallets: holders, wallets, limits, devices, handles."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

WalletState: TypeAlias = Literal["open", "frozen", "blocked", "closed"]
"""``frozen``: by its owner, nothing goes out. ``blocked``: by operators, nothing moves."""


class Wallet(msgspec.Struct, frozen=True):
    """One person's wallet in one currency."""

    id: int
    owner: int
    currency: str
    account_id: int
    """In the ledger: owner, purpose ``wallet``, currency."""
    state: WalletState
    reason: str
    opened_at: int
    changed_at: int


class Holder(msgspec.Struct, frozen=True):
    """What is the same for all wallets of a person."""

    person: int
    phone: str | None
    """E.164; the number that the wallet is tied to. None: not confirmed yet."""
    phone_at: int | None
    tier: int
    """KYC: 0 nothing known, 1 number confirmed, 2 papers seen, 3 in full. See :mod:`service.tiers`."""
    pin_set_at: int | None
    pin_version: int
    """Another one for each PIN."""
    opened_at: int

    @property
    def verified(self) -> bool:
        return self.phone is not None


class Limits(msgspec.Struct, frozen=True):
    """The most that may go out, in minor units; None: no limit of this kind."""

    payment: int | None = None
    day: int | None = None
    month: int | None = None
    balance: int | None = None
    """The most that a wallet may hold; only of tiers."""


class Usage(msgspec.Struct, frozen=True):
    """What has gone out (or is held to go out) this UTC day and month."""

    day: int = 0
    month: int = 0


class Payer(msgspec.Struct, frozen=True):
    """Somebody who is about to pay, and all that is asked of them and of who is paid."""

    holder: Holder
    used: Usage
    own: Limits
    """Those that they set themselves."""
    habits: bytes | None
    """Packed; see :mod:`service.risk.features`."""
    others: int
    """How many other people pay from this device, as far as they are counted."""
    payee_tier: int | None
    """None: who is paid is no person with a wallet."""


class Device(msgspec.Struct, frozen=True):
    """A browser or a token that the wallet was used from."""

    id: int
    person: int
    kind: Literal["browser", "token"]
    name: str
    address: str
    first_at: int
    seen_at: int
    revoked_at: int | None


class Handle(msgspec.Struct, frozen=True):
    """A name to be paid by that tells nothing else, ``ada.home@dozen``."""

    handle: str
    person: int
    merchant: int
    """The shop's id; 0: it is the person's own."""
    made_at: int
