"""Signing up, in and out; the second factor; forgotten passwords; letters' links."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from dozen.core import accounts
from dozen.kit.errors import Fault
from dozen.services.home.pages.door import again, device, enter, pages
from dozen.services.home.service import restored
from dozen.web import Call, Cookie, Form, Page, Redirect
from dozen.web.problems import suspension
from dozen.web.replies import SESSION, local

faults = accounts.errors

Back = Annotated[str, msgspec.Meta(max_length=1000)]
Secret = Annotated[str, msgspec.Meta(max_length=200)]
_TICKET = "dozen_ticket"
_FEW = (30, 600)


@pages.get("/register", access="public")
def register_form(call: Call, next: Back = "/") -> Any:  # noqa: A002 - the parameter's name in the address
    """Make an account."""
    if call.viewer is not None:
        return Redirect(local(next))
    closed = call.env.settings.registration != "open"
    return Page("home/register.html", given={}, wrong={}, trouble="", next=local(next), closed=closed)


@pages.post("/register", access="public", limit=_FEW)
async def register(call: Call, form: Form) -> Any:
    given = {name: form.get(name) for name in ("username", "email", "name")}
    password, to = form.get("password"), local(form.get("next", "/"))
    try:
        if not given["email"].strip():
            raise faults.BadEmail(
                fields={"email": "An address is needed, to get back in if the password is lost"}
            )
        hashed = await call.heavy(
            accounts.hash_password, password, username=given["username"], email=given["email"]
        )
        await call.write(
            accounts.register,
            username=given["username"],
            name=given["name"] or given["username"],
            email=given["email"],
            password_hash=hashed,
        )
    except Fault as fault:
        named = _named(fault)
        return again("home/register.html", named, given=given, next=to, closed=False)
    challenge = await call.write(accounts.login_challenge, given["username"], address=call.address)
    verdict = await call.heavy(challenge.verify, password)
    done = await call.write(accounts.login, verdict, device=device(call), address=call.address)
    assert isinstance(done, accounts.SignedIn)
    return enter(call, done, to, flash="Welcome! We have sent you a letter to confirm your address.")


def _named(fault: Fault) -> Fault:
    """The same fault with the form's field that it is about."""
    field = {
        faults.UsernameTaken: "username",
        faults.BadUsername: "username",
        faults.EmailTaken: "email",
        faults.BadEmail: "email",
        faults.WeakPassword: "password",
    }.get(type(fault))
    if field is None or getattr(fault, "fields", None):
        return fault
    return faults.BadProfile(fields={field: fault.detail})


@pages.get("/login", access="public")
def login_form(call: Call, next: Back = "/") -> Any:  # noqa: A002
    """Sign in."""
    if call.viewer is not None:
        return Redirect(local(next))
    return Page("home/login.html", wrong={}, trouble="", login="", next=local(next), restorable=None)


@pages.post("/login", access="public", limit=_FEW)
async def login(call: Call, form: Form) -> Any:
    """Sign in; with ``restore`` take a deleted account back first."""
    name, to = form.get("login"), local(form.get("next", "/"))
    restoring = form.checked("restore")
    try:
        challenge = await call.write(accounts.login_challenge, name, address=call.address)
        verdict = await call.heavy(challenge.verify, form.get("password"))
        verb = restored if restoring else accounts.login
        done = await call.write(verb, verdict, device=device(call), address=call.address)
    except faults.AccountDeleted as fault:
        until = fault.extra["until"]
        return again("home/login.html", fault, login=name, next=to, restorable=until)
    except faults.AccountSuspended as fault:
        told = faults.AccountSuspended(suspension(fault))
        return again("home/login.html", told, login=name, next=to, restorable=None)
    except Fault as fault:
        return again("home/login.html", fault, login=name, next=to, restorable=None)
    if isinstance(done, accounts.SecondFactorNeeded):
        ticket = Cookie.set(_TICKET, done.ticket, secure=call.secure, max_age=done.expires_in)
        return Redirect(f"/login/code?next={quote(to)}", headers=[ticket])
    return enter(call, done, to, flash="Welcome back! Your account is as it was." if restoring else None)


@pages.get("/login/code", access="public")
def code_form(call: Call, next: Back = "/") -> Page:  # noqa: A002
    """The second step: a code."""
    return Page("home/code.html", wrong={}, trouble="", next=local(next))


@pages.post("/login/code", access="public", limit=_FEW)
async def code(call: Call, form: Form) -> Any:
    to = local(form.get("next", "/"))
    try:
        done = await call.write(
            accounts.second_factor,
            call.cookie(_TICKET),
            form.get("code"),
            device=device(call),
            address=call.address,
        )
    except faults.TicketExpired:
        return Redirect(
            f"/login?next={quote(to)}", flash="That took too long; please start again", kind="warning"
        )
    except Fault as fault:
        return again("home/code.html", fault, next=to)
    if isinstance(done, accounts.Refused):
        return again("home/code.html", done.fault, next=to)
    answer = enter(call, done, to)
    answer.headers.append(Cookie.clear(_TICKET, secure=call.secure))
    return answer


@pages.post("/logout", access="public")
def logout(call: Call, form: Form) -> Redirect:
    accounts.logout(call.tx, call.cookie(SESSION))
    return Redirect("/", headers=[Cookie.clear(SESSION, secure=call.secure)])


# Letters


@pages.get("/account/forgot", access="public")
def forgot_form(call: Call) -> Page:
    """Ask for a letter to set a new password."""
    return Page("home/forgot.html", wrong={}, trouble="", sent=False, email="")


@pages.post("/account/forgot", access="public", limit=(10, 3600))
def forgot(call: Call, form: Form) -> Page:
    accounts.ask_reset(call.tx, form.get("email"), address=call.address)
    return Page("home/forgot.html", wrong={}, trouble="", sent=True, email=form.get("email"))


@pages.get("/account/reset", access="public")
def reset_form(call: Call, token: Secret = "") -> Page:
    """Set a new password, with the link of a letter."""
    accounts.reset_target(call.tx, token)
    return Page(
        "home/reset.html", wrong={}, trouble="", token=token, headers=[("referrer-policy", "no-referrer")]
    )


@pages.post("/account/reset", access="public", limit=_FEW)
async def reset(call: Call, form: Form) -> Any:
    secret = form.get("token")
    target = await call.read(accounts.reset_target, secret)
    try:
        hashed = await call.heavy(
            accounts.hash_password, form.get("password"), username=target.username, email=target.email
        )
    except faults.WeakPassword as fault:
        return again("home/reset.html", fault, token=secret)
    await call.write(accounts.reset_password, secret, hashed)
    return Redirect("/login", flash="The password is changed. Please sign in with it.")


@pages.get("/account/verify", access="public")
def verify_form(call: Call, token: Secret = "") -> Page:
    """Confirm an address. A button, for some mail programs follow links by themselves."""
    return Page("home/verify.html", token=token, headers=[("referrer-policy", "no-referrer")])


@pages.post("/account/verify", access="public", limit=_FEW)
def verify(call: Call, form: Form) -> Redirect:
    accounts.verify_email(call.tx, form.get("token"))
    return Redirect("/", flash="Your address is confirmed")
