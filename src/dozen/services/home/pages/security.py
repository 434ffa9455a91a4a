"""Settings that want the password: password, address, second factor, sessions, tokens, going."""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup

from dozen.core import accounts
from dozen.db import Tx
from dozen.kit.errors import Fault, Invalid
from dozen.services.home.pages.door import again, pages
from dozen.web import Call, Cookie, Form, Page, Redirect
from dozen.web.agents import browser_name
from dozen.web.replies import SESSION

faults = accounts.errors

_SECONDS = {"7": 7 * 86400, "30": 30 * 86400, "365": 365 * 86400, "": None}


@pages.get("/settings/security")
def security(call: Call) -> Page:
    """Password, address, second factor, sessions."""
    return _security(call)


def _security(call: Call, **values: Any) -> Page:
    tx, me = call.tx, call.me
    assert call.actor is not None
    shown: dict[str, Any] = {"wrong": {}, "trouble": "", "status": 200} | values
    return Page(
        "home/security.html",
        person=accounts.person(tx, me),
        factor=accounts.factor_state(tx, me),
        sessions=accounts.my_sessions(tx, me),
        device_named=browser_name,
        here=call.actor.session_id,
        **shown,
    )


async def _verdict(call: Call, form: Form) -> accounts.Verdict:
    challenge = await call.write(accounts.password_challenge, call.me)
    return await call.heavy(challenge.verify, form.get("password"))


async def _failed(call: Call, fault: Fault) -> Page:
    def show(tx: Any) -> Page:
        call._tx = tx
        page = _security(call)
        wrong = isinstance(fault, faults.BadCredentials)
        page.values.update(trouble="This password is wrong" if wrong else fault.detail)
        page.status = 422
        return page

    return await call.read(show)


@pages.post("/settings/security/password", limit=(20, 600))
async def change_password(call: Call, form: Form) -> Any:
    assert call.actor is not None
    try:
        verdict = await _verdict(call, form)
        person = await call.read(accounts.person, call.me)
        hashed = await call.heavy(
            accounts.hash_password, form.get("new"), username=person.username, email=person.email
        )
        await call.write(accounts.change_password, call.me, verdict, hashed, keep=call.actor.session_id)
    except Fault as fault:
        return await _failed(call, fault)
    return Redirect("/settings/security", flash="The password is changed; all other devices are signed out")


@pages.post("/settings/security/email", limit=(20, 600))
async def change_email(call: Call, form: Form) -> Any:
    try:
        verdict = await _verdict(call, form)
        await call.write(accounts.change_email, call.me, verdict, form.get("email"))
    except Fault as fault:
        return await _failed(call, fault)
    return Redirect("/settings/security", flash="We have sent a letter to the new address; take its link")


@pages.post("/settings/security/verify", limit=(5, 600))
def send_letter(call: Call, form: Form) -> Redirect:
    accounts.ask_verification(call.tx, call.me)
    return Redirect("/settings/security", flash="The letter is on its way")


@pages.post("/settings/security/sessions/{session_id}/end")
def end_session(call: Call, session_id: int, form: Form) -> Redirect:
    accounts.revoke_session(call.tx, call.me, session_id)
    return Redirect("/settings/security", flash="Signed out there")


@pages.post("/settings/security/sessions/end-others")
def end_others(call: Call, form: Form) -> Redirect:
    assert call.actor is not None
    accounts.revoke_other_sessions(call.tx, call.me, keep=call.actor.session_id)
    return Redirect("/settings/security", flash="All other devices are signed out")


# Second factor


@pages.post("/settings/security/factor", limit=(20, 600))
async def begin_factor(call: Call, form: Form) -> Page:
    """Scan this, then type a first code. Whoever finds a device signed in cannot lock its owner out."""
    try:
        verdict = await _verdict(call, form)
        setup = await call.write(_begun, call.me, verdict)
    except Fault as fault:
        return await _failed(call, fault)
    return _factor_page(setup.uri, setup.secret)


def _begun(tx: Tx, me: int, verdict: accounts.Verdict) -> accounts.TotpSetup:
    accounts.proven(tx, verdict, me)
    return accounts.begin_totp(tx, me)


def _factor_page(uri: str, secret: str, trouble: str = "") -> Page:
    drawn = segno.make(uri, error="m").svg_inline(
        scale=5, border=2, omitsize=False, svgclass=None, lineclass=None
    )
    return Page("home/factor.html", qr=Markup(drawn), uri=uri, secret=secret, trouble=trouble)  # noqa: S704


@pages.post("/settings/security/factor/confirm", limit=(20, 600))
def confirm_factor(call: Call, form: Form) -> Any:
    try:
        codes = accounts.confirm_totp(call.tx, call.me, form.get("code"))
    except faults.BadCode as fault:
        page = _factor_page(form.get("uri")[:500], form.get("secret")[:100], fault.detail)
        page.status = 422
        return page
    return Page("home/codes.html", codes=codes)


@pages.post("/settings/security/factor/off", limit=(20, 600))
async def factor_off(call: Call, form: Form) -> Any:
    try:
        verdict = await _verdict(call, form)
        await call.write(accounts.disable_totp, call.me, verdict)
    except Fault as fault:
        return await _failed(call, fault)
    return Redirect("/settings/security", flash="The second factor is off")


@pages.post("/settings/security/factor/codes", limit=(20, 600))
async def new_codes(call: Call, form: Form) -> Any:
    try:
        verdict = await _verdict(call, form)
        codes = await call.write(accounts.new_recovery_codes, call.me, verdict)
    except Fault as fault:
        return await _failed(call, fault)
    return Page("home/codes.html", codes=codes)


# Tokens


@pages.get("/settings/tokens")
def tokens(call: Call) -> Page:
    """Tokens for scripts and bots, and the applications that act for one."""
    return _tokens(call)


def _tokens(call: Call, **values: Any) -> Page:
    shown: dict[str, Any] = {"made": None, "wrong": {}, "trouble": ""} | values
    shown.setdefault("given", {"name": "", "days": "30", "scopes": []})
    scopes = {name: what for room in call.server.frame.rooms for name, what in room.scopes.items()}
    return Page(
        "home/tokens.html",
        tokens=accounts.my_tokens(call.tx, call.me),
        consents=accounts.consents(call.tx, call.me),
        scopes=scopes,
        **shown,
    )


@pages.post("/settings/tokens", limit=(30, 600))
def make_token(call: Call, form: Form) -> Any:
    """A new token, shown once."""
    name = form.get("name").strip()
    try:
        if any(each.name == name for each in accounts.my_tokens(call.tx, call.me)):
            # Also what a reload of the page with the new one would make again.
            raise Invalid(fields={"name": "You have one of that name; revoke it first, or choose another"})
        made = accounts.issue_token(
            call.tx,
            call.me,
            name=name,
            scopes=accounts.checked_scopes(form.all("scope") or ["*"]),
            expires_in=_SECONDS.get(form.get("days"), 30 * 86400),
        )
    except Fault as fault:
        wrong = fault.fields if isinstance(fault, Invalid) else {}
        page = _tokens(
            call,
            wrong=wrong,
            trouble="" if wrong else fault.detail,
            given={"name": name, "days": form.get("days"), "scopes": form.all("scope")},
        )
        page.status = fault.status
        return page
    return _tokens(call, made=made)


@pages.post("/settings/tokens/{token_id}/revoke")
def revoke_token(call: Call, token_id: int, form: Form) -> Redirect:
    accounts.revoke_token(call.tx, call.me, token_id)
    return Redirect("/settings/tokens", flash="The token is revoked")


@pages.post("/settings/apps/{app_id}/withdraw")
def withdraw(call: Call, app_id: int, form: Form) -> Redirect:
    accounts.withdraw(call.tx, call.me, app_id)
    return Redirect("/settings/tokens", flash="The application may no longer act for you")


# Going


@pages.get("/settings/delete")
def delete_form(call: Call) -> Page:
    """What deleting the account means, and the password."""
    return Page("home/delete.html", wrong={}, trouble="", todo=())


@pages.post("/settings/delete", limit=(10, 600))
async def delete(call: Call, form: Form) -> Any:
    try:
        verdict = await _verdict(call, form)
        await call.write(accounts.delete_account, call.me, verdict)
    except Fault as fault:
        return again("home/delete.html", fault, todo=fault.extra.get("todo", ()))
    return Redirect(
        "/",
        flash="Your account is deleted. For 30 days you can have it back.",
        headers=[Cookie.clear(SESSION, secure=call.secure)],
    )
