"""What accounts hand out. Times are milliseconds UTC, ids are snowflakes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from dozen.kit.errors import Fault

Kind: TypeAlias = Literal["person", "service"]
Role: TypeAlias = Literal["member", "moderator", "admin"]
Scopes: TypeAlias = frozenset[str]

ALL: Scopes = frozenset({"*"})
"""A token's scopes when it may do everything its person may."""


def covers(have: Scopes, wanted: str) -> bool:
    """Whether ``wanted`` is among them: itself, ``*``, or what stands before one of its colons.

    So ``microblog`` covers ``microblog:write``, and ``read`` covers ``read:lists``.
    """
    if "*" in have or wanted in have:
        return True
    parts = wanted.split(":")
    return any(":".join(parts[:n]) in have for n in range(1, len(parts)))


class Card(msgspec.Struct, frozen=True, gc=False):
    """What lists show of somebody."""

    id: int
    username: str
    name: str
    avatar_id: int | None
    verified: bool
    protected: bool
    bot: bool


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody may see of somebody."""

    id: int
    kind: Kind
    username: str
    name: str
    bio: str
    location: str
    website: str
    pronouns: str
    avatar_id: int | None
    header_id: int | None
    protected: bool
    bot: bool
    verified: bool
    role: Role
    created_at: int
    suspended: bool


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's whole account, for themselves and for administrators."""

    id: int
    kind: Kind
    username: str
    name: str
    email: str | None
    email_verified_at: int | None
    phone: str | None
    phone_verified_at: int | None
    bio: str
    location: str
    website: str
    birth_date: str | None
    """``YYYY-MM-DD``."""
    pronouns: str
    language: str
    """BCP 47; empty: as the browser says."""
    time_zone: str
    """IANA name; empty: UTC."""
    avatar_id: int | None
    header_id: int | None
    protected: bool
    bot: bool
    verified: bool
    role: Role
    owner_id: int | None
    """Who answers for a service account."""
    has_password: bool
    second_factor: bool
    created_at: int
    changed_at: int
    suspended_at: int | None
    suspended_until: int | None
    suspended_reason: str
    deleted_at: int | None

    @property
    def admin(self) -> bool:
        return self.role == "admin"

    def suspended(self, now: int) -> bool:
        return is_suspended(self.suspended_at, self.suspended_until, now)

    def card(self) -> Card:
        return Card(
            self.id, self.username, self.name, self.avatar_id, self.verified, self.protected, self.bot
        )


def is_suspended(since: int | None, until: int | None, now: int) -> bool:
    return since is not None and (until is None or now < until)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """A profile edit; what is unset stays as it is, None empties what may be empty."""

    name: str | UnsetType = UNSET
    bio: str | UnsetType = UNSET
    location: str | UnsetType = UNSET
    website: str | UnsetType = UNSET
    birth_date: str | UnsetType | None = UNSET
    pronouns: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    phone: str | UnsetType | None = UNSET
    protected: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One of many people to be put in at once. Without a password hash nobody can sign in as them."""

    username: str
    name: str
    email: str | None = None
    password_hash: str | None = None
    id: int | None = None
    created_at: int | None = None
    email_verified: bool = False
    bio: str = ""
    location: str = ""
    website: str = ""
    birth_date: str | None = None
    pronouns: str = ""
    language: str = ""
    time_zone: str = ""
    avatar_id: int | None = None
    header_id: int | None = None
    protected: bool = False
    bot: bool = False
    verified: bool = False
    role: Role = "member"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The authenticated caller."""

    person_id: int
    username: str
    name: str
    avatar_id: int | None
    language: str
    time_zone: str
    role: Role
    suspended: bool
    scopes: Scopes | None
    """None: a browser session, which may do everything its person may."""
    session_id: int | None = None
    token_id: int | None = None
    app_id: int | None = None

    @property
    def admin(self) -> bool:
        return self.role == "admin"

    def may(self, scope: str) -> bool:
        """Whether the caller's session or token covers ``scope``."""
        return self.scopes is None or covers(self.scopes, scope)


class AppActor(msgspec.Struct, frozen=True, kw_only=True):
    """An application that calls for itself and for nobody (OAuth 2 client credentials)."""

    app_id: int
    token_id: int
    scopes: Scopes

    def may(self, scope: str) -> bool:
        return covers(self.scopes, scope)


class Refused(msgspec.Struct, frozen=True):
    """A refusal that changed something that must be kept (an attempt counted, a family revoked).

    It is returned and not raised, so that the transaction commits; answer with ``fault`` afterwards.
    """

    fault: Fault


# Signing in


class TokenWish(msgspec.Struct, frozen=True, kw_only=True):
    """Sign in to get a bearer token instead of a browser session."""

    scopes: Scopes = ALL
    app_id: int | None = None
    expires_in: int | None = 30 * 24 * 3600
    """Seconds; None: until it is revoked."""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """``token`` is said once and never stored: the session cookie's value, or a bearer token."""

    person_id: int
    token: str
    expires_at: int | None
    expires_in: int | None
    """Seconds; None: until it is revoked."""
    scopes: Scopes | None
    session_id: int | None = None
    token_id: int | None = None


class SecondFactorNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right. ``ticket`` and a code lead on; see ``second_factor``."""

    ticket: str
    expires_in: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    device: str
    address: str
    created_at: int
    seen_at: int
    """To within five minutes."""
    expires_at: int


class TotpSetup(msgspec.Struct, frozen=True, kw_only=True):
    secret: str
    """Base32, for typing in."""
    uri: str
    """``otpauth://…``, for a QR code."""


class FactorState(msgspec.Struct, frozen=True, kw_only=True):
    active_since: int | None
    recovery_codes_left: int


# Tokens and applications


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as its owner sees it in a list: never the secret."""

    id: int
    kind: Literal["personal", "login", "oauth", "oauth1"]
    name: str
    scopes: Scopes
    app_id: int | None
    created_at: int
    used_at: int | None
    expires_at: int | None


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A new personal token; ``token`` is said once."""

    id: int
    token: str
    name: str
    scopes: Scopes
    expires_at: int | None
    expires_in: int | None


class App(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    client_id: str
    name: str
    website: str
    redirect_uris: tuple[str, ...]
    scopes: Scopes
    owner_id: int | None
    dialect: str
    confidential: bool
    """It can keep a secret; others must use PKCE."""
    created_at: int


class NewApp(msgspec.Struct, frozen=True, kw_only=True):
    app: App
    client_secret: str
    """Said once; empty for a public application."""


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """An OAuth 2 token answer."""

    token_id: int
    access_token: str
    expires_in: int | None
    refresh_token: str | None
    scopes: Scopes
    person_id: int | None
    token_type: str = "bearer"  # noqa: S105 - not a secret


class Introspection(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 7662; nothing but ``active`` is said of a token that is not."""

    active: bool
    scopes: Scopes = frozenset()
    client_id: str = ""
    username: str = ""
    person_id: int | None = None
    issued_at: int | None = None
    expires_at: int | None = None


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """An application that somebody lets act for them."""

    app_id: int
    name: str
    website: str
    scopes: Scopes
    since: int
    used_at: int | None


class OAuth1Consumer(msgspec.Struct, frozen=True, kw_only=True):
    app_id: int
    name: str
    secret: str


class OAuth1Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request token on its way through the three-legged dance."""

    token: str
    secret: str
    app_id: int
    app_name: str
    callback: str
    approved: bool


class OAuth1Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The four strings that a bot needs."""

    consumer_key: str
    consumer_secret: str
    token: str
    """``<person id>-<random>``: clients take the acting person from it."""
    token_secret: str
    person_id: int
    username: str


class OAuth1Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What a signature is verified with, and who calls when it is right."""

    consumer_secret: str
    token_secret: str
    actor: Actor


# Deletion


class Purged(msgspec.Struct, frozen=True):
    """Somebody whose account is gone for good."""

    person_id: int
    at: int
