"""The shared account API's wire structs."""

from __future__ import annotations

from typing import Annotated

import msgspec

from dozen.core import accounts
from dozen.kit import clock

Id = Annotated[str, msgspec.Meta(pattern="^[0-9]{1,19}$", description="A snowflake id, as text.")]
Time = Annotated[str, msgspec.Meta(description="RFC 3339, UTC.")]
_Short = Annotated[str, msgspec.Meta(max_length=254)]
_Password = Annotated[str, msgspec.Meta(max_length=1024)]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody may see of somebody."""

    id: Id
    username: str
    name: str
    bio: str
    location: str
    website: str
    pronouns: str
    avatar_url: str | None
    header_url: str | None
    protected: bool
    bot: bool
    verified: bool
    created_at: Time


class OwnAccount(Account, frozen=True, kw_only=True):
    """What one sees of oneself."""

    email: str | None
    email_verified: bool
    phone: str | None
    birth_date: str | None
    language: str
    time_zone: str
    role: str
    second_factor: bool


class Register(msgspec.Struct, kw_only=True):
    username: Annotated[str, msgspec.Meta(max_length=64)]
    password: _Password
    email: _Short | None = None
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """The new account, and a token to go on with."""

    id: Id
    user_id: Id
    username: str
    user: OwnAccount
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - not a secret
    expires_in: int | None = None


class Login(msgspec.Struct, kw_only=True):
    """One of ``username``, ``email`` or ``login``; ``code`` where a second factor is on; ``restore`` takes an
    account back that was deleted less than 30 days ago."""

    password: _Password
    username: _Short | None = None
    email: _Short | None = None
    login: _Short | None = None
    code: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    scope: (
        Annotated[str, msgspec.Meta(max_length=1000, description="Space-separated; everything if left out.")]
        | None
    ) = None
    restore: bool = False


class LoggedIn(msgspec.Struct, frozen=True, kw_only=True):
    user_id: Id
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - not a secret
    expires_in: int | None = None
    """Seconds."""


class EditAccount(msgspec.Struct, kw_only=True):
    """What is left out stays as it is. ``email`` is refused: ``POST /api/me/email`` changes it."""

    email: _Short | msgspec.UnsetType | None = msgspec.UNSET
    username: Annotated[str, msgspec.Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    name: Annotated[str, msgspec.Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    bio: Annotated[str, msgspec.Meta(max_length=2000)] | msgspec.UnsetType = msgspec.UNSET
    location: Annotated[str, msgspec.Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    website: Annotated[str, msgspec.Meta(max_length=2000)] | msgspec.UnsetType = msgspec.UNSET
    pronouns: Annotated[str, msgspec.Meta(max_length=100)] | msgspec.UnsetType = msgspec.UNSET
    birth_date: Annotated[str, msgspec.Meta(max_length=10)] | msgspec.UnsetType | None = msgspec.UNSET
    phone: Annotated[str, msgspec.Meta(max_length=40)] | msgspec.UnsetType | None = msgspec.UNSET
    language: Annotated[str, msgspec.Meta(max_length=40)] | msgspec.UnsetType = msgspec.UNSET
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    protected: bool | msgspec.UnsetType = msgspec.UNSET
    bot: bool | msgspec.UnsetType = msgspec.UNSET

    def changes(self) -> accounts.Changes:
        given = {name: getattr(self, name) for name in accounts.Changes.__struct_fields__}
        return accounts.Changes(**given)


class NewEmail(msgspec.Struct):
    email: _Short
    password: _Password


class DeleteAccount(msgspec.Struct):
    password: _Password


def _media(media_id: int | None, width: int) -> str | None:
    return f"/media/{media_id}/{width}.webp" if media_id is not None else None


def account(profile: accounts.Profile) -> Account:
    return Account(
        id=str(profile.id),
        username=profile.username,
        name=profile.name,
        bio=profile.bio,
        location=profile.location,
        website=profile.website,
        pronouns=profile.pronouns,
        avatar_url=_media(profile.avatar_id, 200),
        header_url=_media(profile.header_id, 1500),
        protected=profile.protected,
        bot=profile.bot,
        verified=profile.verified,
        created_at=clock.rfc3339(profile.created_at),
    )


def own(person: accounts.Person) -> OwnAccount:
    return OwnAccount(
        id=str(person.id),
        username=person.username,
        name=person.name,
        bio=person.bio,
        location=person.location,
        website=person.website,
        pronouns=person.pronouns,
        avatar_url=_media(person.avatar_id, 200),
        header_url=_media(person.header_id, 1500),
        protected=person.protected,
        bot=person.bot,
        verified=person.verified,
        created_at=clock.rfc3339(person.created_at),
        email=person.email,
        email_verified=person.email_verified_at is not None,
        phone=person.phone,
        birth_date=person.birth_date,
        language=person.language,
        time_zone=person.time_zone,
        role=person.role,
        second_factor=person.second_factor,
    )
