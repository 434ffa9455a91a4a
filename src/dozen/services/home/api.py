"""The shared account API of all services, under ``/api``, and what machines ask of a server."""

from __future__ import annotations

import msgspec

from dozen.core import accounts, graph
from dozen.db import Tx
from dozen.kit.errors import Invalid, NotFound, Unavailable
from dozen.services.home import schemas
from dozen.services.home.errors import NotThatPerson
from dozen.services.home.service import restored
from dozen.web import Api, Call, Reply

faults = accounts.errors

api = Api("/api", tag="Accounts")
READ, WRITE = "account:read", "account:write"

_NEW = (
    faults.BadUsername,
    faults.UsernameTaken,
    faults.BadEmail,
    faults.EmailTaken,
    faults.WeakPassword,
    faults.RegistrationClosed,
    faults.BadProfile,
)
_EDIT = (
    faults.BadUsername,
    faults.UsernameTaken,
    faults.BadProfile,
    faults.BadPhone,
    faults.PhoneTaken,
    faults.TooManyNames,
    NotThatPerson,
    faults.NoSuchPerson,
)
_FEW = (100, 3600)
"""Accounts of one address: a school stands behind one."""
_LOGIN_DEVICE = "API"


@api.post("/register", access="public", raises=_NEW, limit=_FEW)
async def register(call: Call, data: schemas.Register) -> Reply[schemas.Registered]:
    """Make an account. The answer has a token to go on with."""
    return Reply(await _register(call, data), status=201)


@api.post("/users", access="public", raises=_NEW, limit=_FEW)
async def create_user(call: Call, data: schemas.Register) -> Reply[schemas.Registered]:
    """Make an account: the same as ``POST /api/register``."""
    made = await _register(call, data)
    return Reply(made, status=201, headers=[("location", f"/api/users/{made.id}")])


@api.post(
    "/login",
    access="public",
    status=200,
    limit=(60, 600),
    raises=[
        faults.BadCredentials,
        faults.LockedOut,
        faults.SecondFactorRequired,
        faults.BadCode,
        faults.AccountSuspended,
        faults.AccountDeleted,
        faults.BadScope,
    ],
)
async def login(call: Call, data: schemas.Login) -> schemas.LoggedIn:
    """Sign in with a password (and a code); gives a bearer token.

    With ``restore``, an account that was deleted less than 30 days ago is taken back first.
    """
    name = data.username or data.email or data.login
    if not name:
        raise Invalid(fields={"username": "Say who signs in: username or email"})
    scopes = accounts.ALL if data.scope is None else accounts.checked_scopes(data.scope.split())
    challenge = await call.write(accounts.login_challenge, name, address=call.address)
    verdict = await call.heavy(challenge.verify, data.password)
    wish = accounts.TokenWish(scopes=scopes)
    verb = restored if data.restore else accounts.login
    done = await call.write(
        verb, verdict, device=_LOGIN_DEVICE, address=call.address, wish=wish, code=data.code
    )
    if isinstance(done, accounts.SecondFactorNeeded):
        raise faults.SecondFactorRequired
    return schemas.LoggedIn(user_id=str(done.person_id), access_token=done.token, expires_in=done.expires_in)


@api.post("/logout", scope=WRITE)
def logout(call: Call) -> None:
    """End the token or session that the call was made with."""
    actor = call.actor
    assert actor is not None
    if actor.token_id is not None:
        accounts.revoke_token(call.tx, actor.person_id, actor.token_id)
    elif actor.session_id is not None:
        accounts.revoke_session(call.tx, actor.person_id, actor.session_id)


@api.get("/me", scope=READ)
def me(call: Call) -> schemas.OwnAccount:
    """Your own account."""
    return schemas.own(accounts.person(call.tx, call.me))


@api.patch("/me", scope=WRITE, raises=_EDIT)
def edit_me(call: Call, data: schemas.EditAccount) -> schemas.OwnAccount:
    """Change your own account."""
    return _edit(call, call.me, data)


@api.post(
    "/me/email",
    scope=WRITE,
    status=202,
    raises=(faults.BadEmail, faults.EmailTaken, faults.BadCredentials, faults.LockedOut),
    limit=(20, 600),
)
async def change_email(call: Call, data: schemas.NewEmail) -> schemas.OwnAccount:
    """Ask for another e-mail address: it is yours once the link in the letter to it was taken."""
    challenge = await call.write(accounts.password_challenge, call.me)
    verdict = await call.heavy(challenge.verify, data.password)
    await call.write(accounts.change_email, call.me, verdict, data.email)
    return schemas.own(await call.read(accounts.person, call.me))


@api.get("/users/by/username/{username}", scope=READ, access="public", raises=[faults.NoSuchPerson])
def show_by_name(call: Call, username: str) -> schemas.Account:
    """The same by the username, with or without ``@``."""
    card = accounts.by_username(call.tx, username.removeprefix("@")) if len(username) < 100 else None
    if card is None:
        raise faults.NoSuchPerson
    return schemas.account(accounts.profile(call.tx, card.id))


@api.get("/users/{user_id}", scope=READ, access="public", raises=[faults.NoSuchPerson])
def show(call: Call, user_id: int) -> schemas.Account:
    """What everybody may see of somebody."""
    return schemas.account(accounts.profile(call.tx, user_id))


@api.patch("/users/{user_id}", scope=WRITE, raises=_EDIT)
def edit(call: Call, user_id: int, data: schemas.EditAccount) -> schemas.OwnAccount:
    """Change an account: your own."""
    return _edit(call, user_id, data)


@api.put("/users/{user_id}", scope=WRITE, raises=_EDIT)
def replace(call: Call, user_id: int, data: schemas.EditAccount) -> schemas.OwnAccount:
    """Change an account: the same as PATCH, for clients that only know PUT."""
    return _edit(call, user_id, data)


@api.delete(
    "/users/{user_id}",
    scope=WRITE,
    raises=[
        faults.AccountInUse,
        faults.BadCredentials,
        faults.LastAdmin,
        faults.LockedOut,
        NotThatPerson,
    ],
)
async def remove(call: Call, user_id: int, data: schemas.DeleteAccount | None = None) -> None:
    """Delete your account; asks for the password.

    A token that was got with the password ten minutes ago or less need not send it again. For 30 days
    signing in with ``restore`` undoes it.
    """
    if user_id != call.me:
        raise NotThatPerson
    if data is not None:
        challenge = await call.write(accounts.password_challenge, call.me)
        verdict = await call.heavy(challenge.verify, data.password)
        await call.write(accounts.delete_account, call.me, verdict)
    else:
        assert call.actor is not None
        await call.write(_remove_freshly, call.me, call.actor.token_id)


def _remove_freshly(tx: Tx, me: int, token_id: int | None) -> None:
    try:
        accounts.delete_freshly(tx, me, token_id)
    except faults.BadCredentials:
        needed = "Needed, unless the token was got with it in the last ten minutes"
        raise Invalid(fields={"password": needed}) from None


async def _register(call: Call, data: schemas.Register) -> schemas.Registered:
    hashed = await call.heavy(accounts.hash_password, data.password, username=data.username, email=data.email)
    person, token = await call.write(_open_account, data, hashed)
    return schemas.Registered(
        id=str(person.id),
        user_id=str(person.id),
        username=person.username,
        user=schemas.own(person),
        access_token=token.token,
        expires_in=token.expires_in,
    )


def _open_account(tx: Tx, data: schemas.Register, hashed: str) -> tuple[accounts.Person, accounts.Issued]:
    person = accounts.register(
        tx, username=data.username, name=data.name or data.username, email=data.email, password_hash=hashed
    )
    token = accounts.issue_token(
        tx, person.id, name="Registration", scopes=accounts.ALL, expires_in=30 * 86400
    )
    return person, token


def _edit(call: Call, user_id: int, data: schemas.EditAccount) -> schemas.OwnAccount:
    if user_id != call.me:
        raise NotThatPerson
    if data.email is not msgspec.UNSET:
        raise Invalid(fields={"email": "POST /api/me/email changes it, with the password"})
    if isinstance(data.username, str):
        accounts.change_username(call.tx, call.me, data.username)
    person = accounts.edit_profile(call.tx, call.me, data.changes())
    if data.protected is False:
        graph.accept_waiting(call.tx, call.me)
    return schemas.own(person)


# What machines ask

health = Api("", tag="Server")


@health.get("/healthz", access="public")
def healthz(call: Call) -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz", access="public", raises=[Unavailable])
async def readyz(call: Call) -> dict[str, str]:
    """The process can reach its database."""
    await call.read(lambda tx: accounts.directory(tx, limit=1))
    return {"status": "ready"}


@health.get("/metrics", access="public", media="text/plain", raises=[NotFound])
def metrics(call: Call) -> Reply[bytes]:
    """Prometheus metrics. Shown to this machine and to trusted proxies only."""
    # The header without a proxy that we were told of: we cannot know whose request is passed on.
    passed_on = bool(call.header("x-forwarded-for")) and not call.trusted
    if passed_on or (call.address not in ("127.0.0.1", "::1") and call.address not in call.server.proxies):
        raise NotFound
    return Reply(call.server.metrics.text(), media="text/plain; version=0.0.4; charset=utf-8")


@health.get("/openapi.json", access="public")
def openapi(call: Call) -> Reply[bytes]:
    """This API, described."""
    return Reply(
        call.server.frame.description(),
        media="application/json",
        headers=[("cache-control", "public, max-age=300")],
    )
