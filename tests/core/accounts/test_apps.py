"""Applications, OAuth 2 and OAuth 1.0a."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import accounts
from dozen.core.accounts import apps, errors, grants
from dozen.kit import clock
from tests.core.accounts.helpers import sign_in, username
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]
BACK = "https://client.example/back"
READ, WRITE = frozenset({"read"}), frozenset({"write"})
VERIFIER = "v" * 43


def _challenge(verifier: str = VERIFIER) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _app(town: Town, **kw: Any) -> accounts.NewApp:
    given: dict[str, Any] = {
        "name": "Tusky",
        "redirect_uris": [BACK, apps.OUT_OF_BAND],
        "scopes": READ | WRITE,
        "owner": None,
        "dialect": "mastodon",
    }
    return town.write(accounts.register_app, **given | kw)


def _code(town: Town, me: int, app: accounts.App, **kw: Any) -> str:
    given: dict[str, Any] = {"scopes": READ, "redirect_uri": BACK, "challenge": _challenge()}
    return town.write(accounts.authorize, me, app, **given | kw)


def _exchange(town: Town, app: accounts.App, code: str, **kw: Any) -> accounts.Granted | accounts.Refused:
    return town.write(accounts.exchange_code, app, code, **{"redirect_uri": BACK, "verifier": VERIFIER} | kw)


def _granted(town: Town, me: int, app: accounts.App, **kw: Any) -> accounts.Granted:
    done = _exchange(town, app, _code(town, me, app, **kw))
    assert isinstance(done, accounts.Granted)
    return done


def _refused(done: object) -> bool:
    return isinstance(done, accounts.Refused) and done.fault.code == "invalid_grant"


def _who(town: Town, token: str) -> int | None:
    actor = town.read(accounts.actor_for_token, token)
    return None if actor is None else actor.person_id


# Applications


def test_register_and_authenticate(town: Town) -> None:
    made = _app(town, website="https://client.example")
    assert town.read(accounts.app, made.app.client_id) == made.app
    assert made.app.redirect_uris == (BACK, apps.OUT_OF_BAND)
    assert made.app.dialect == "mastodon"
    found = town.read(accounts.authenticate_app, made.app.client_id, made.client_secret)
    assert found == made.app
    for client_id, secret in [
        (made.app.client_id, "wrong"),
        (made.app.client_id, ""),
        (made.app.client_id, None),
        (made.app.client_id, "ä"),
        ("nobody", made.client_secret),
        ("\0", "x"),
    ]:
        with pytest.raises(errors.BadClient) as caught:
            town.read(accounts.authenticate_app, client_id, secret)
        assert caught.value.code == "invalid_client"


def test_secrets_are_not_readable(town: Town) -> None:
    made = _app(town, signs=True)
    kept = repr(town.read(lambda tx: tx.driver.execute("SELECT * FROM accounts_apps").fetchall()))
    assert made.client_secret not in kept


def test_a_public_application_has_no_secret(town: Town) -> None:
    made = _app(town, confidential=False)
    assert made.client_secret == ""
    assert town.read(accounts.authenticate_app, made.app.client_id, None) == made.app
    with pytest.raises(errors.BadClient):
        town.read(accounts.authenticate_app, made.app.client_id, "guess")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 61},
        {"website": "javascript:alert(1)"},
        {"redirect_uris": [BACK] * 11},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["data:text/html,x"]},
        {"redirect_uris": ["https://"]},
        {"redirect_uris": ["/relative"]},
        {"redirect_uris": ["https://a.example/#fragment"]},
        {"redirect_uris": ["https://user@a.example/"]},
        {"redirect_uris": ["https://a.example/\n"]},
        {"redirect_uris": ["https://a.example/" + "x" * 500]},
        {"signs": True, "confidential": False},
    ],
)
def test_bad_applications(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.BadApp):
        _app(town, **wrong)


def test_redirects_match_exactly_or_by_port_on_the_loopback(town: Town) -> None:
    app = _app(town, redirect_uris=[BACK, "http://127.0.0.1/cb", "org.app://oauth"]).app
    for good in (BACK, "org.app://oauth", "http://127.0.0.1/cb", "http://127.0.0.1:51234/cb"):
        assert apps.redirect_of(app, good) == good
    for bad in (
        None, BACK + "/", BACK + "?x=1", "https://client.example:8443/back", "http://client.example/back",
        "http://127.0.0.1:51234/other", "http://127.0.0.1:51234/cb?x", "https://127.0.0.1/cb", "http://localhost/cb",
        "http://127.0.0.1:1@evil.example/cb", "http://a@127.0.0.1/cb", "", "http://[",
    ):  # fmt: skip
        with pytest.raises(errors.BadRedirect):
            apps.redirect_of(app, bad)
    assert apps.redirect_of(_app(town, redirect_uris=[BACK]).app, None) == BACK


@given(st.text(max_size=60))
def test_no_text_breaks_the_redirect_check(uri: str) -> None:
    try:
        kept = apps.checked_redirect(uri)
    except errors.BadApp:
        return
    assert kept == uri
    assert kept.isascii()
    assert not kept.lower().startswith(("javascript:", "data:"))


def test_ones_own_applications(town: Town) -> None:
    me, other = make_people(town, 2)
    made = _app(town, owner=me)
    assert town.read(accounts.my_apps, me) == [made.app]
    assert town.read(accounts.my_apps, other) == []
    for verb in (accounts.new_app_secret, accounts.delete_app, accounts.issue_oauth1):
        with pytest.raises(errors.NoSuchApp):
            town.write(verb, other, made.app.id)
    fresh = town.write(accounts.new_app_secret, me, made.app.id)
    with pytest.raises(errors.BadClient):
        town.read(accounts.authenticate_app, made.app.client_id, made.client_secret)
    assert town.read(accounts.authenticate_app, made.app.client_id, fresh.client_secret) == made.app
    token = _granted(town, other, made.app)
    assert _who(town, token.access_token) == other
    town.write(accounts.delete_app, me, made.app.id)
    assert _who(town, token.access_token) is None
    with pytest.raises(errors.BadClient):
        town.read(accounts.app, made.app.client_id)
    assert token.refresh_token is not None
    assert _refused(town.write(accounts.refresh, made.app, token.refresh_token))


def test_there_is_an_end_to_applications(town: Town) -> None:
    me = make_people(town, 1)[0]
    for _ in range(apps.MOST):
        _app(town, owner=me)
    with pytest.raises(errors.TooManyTokens):
        _app(town, owner=me)


# Codes


def test_code_to_tokens(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    done = _granted(town, me, app, scopes=frozenset({"read:lists", "write"}))
    assert (done.token_type, done.expires_in, done.person_id) == ("bearer", 3600, me)
    assert done.scopes == {"read:lists", "write"}
    actor = town.read(accounts.actor_for_token, done.access_token)
    assert actor is not None
    assert (actor.person_id, actor.app_id, actor.scopes) == (me, app.id, done.scopes)
    assert done.refresh_token is not None
    assert town.read(accounts.actor_for_token, done.refresh_token) is None


def test_dialects_without_refreshing(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    code = _code(town, me, app, challenge=None, redirect_uri=apps.OUT_OF_BAND)
    done = _exchange(
        town, app, code, redirect_uri=apps.OUT_OF_BAND, verifier=None, expires_in=None, refreshable=False
    )
    assert isinstance(done, accounts.Granted)
    assert (done.expires_in, done.refresh_token) == (None, None)
    assert _who(town, done.access_token) == me


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://client.example/other"},
        {"redirect_uri": None},
        {"verifier": None},
        {"verifier": "w" * 43},
        {"verifier": ""},
        {"verifier": _challenge()},
    ],
)
def test_a_code_with_the_wrong_company(town: Town, wrong: dict[str, Any]) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    code = _code(town, me, app)
    assert _refused(_exchange(town, app, code, **wrong))
    assert isinstance(_exchange(town, app, code), accounts.Granted), "a wrong try does not use it up"


@pytest.mark.parametrize("code", ["", "x" * 43, "\0", "\ud800", "x" * 9999])
def test_no_other_code_works(town: Town, code: str) -> None:
    app = _app(town).app
    assert _refused(_exchange(town, app, code))
    assert _refused(town.write(accounts.refresh, app, code))
    town.write(accounts.revoke, code, app)
    assert not town.read(accounts.introspect, app, code).active


def test_a_code_is_for_one_application(town: Town) -> None:
    me = make_people(town, 1)[0]
    app, other = _app(town).app, _app(town).app
    code = _code(town, me, app)
    assert _refused(_exchange(town, other, code))
    assert isinstance(_exchange(town, app, code), accounts.Granted)


def test_a_code_is_good_for_ten_minutes(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    code = _code(town, me, app)
    later(grants.CODE_LASTS)
    assert _refused(_exchange(town, app, code))


def test_a_code_used_twice_ends_what_came_of_it(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    code = _code(town, me, app)
    done = _exchange(town, app, code)
    assert isinstance(done, accounts.Granted)
    assert done.refresh_token is not None
    bystander = _granted(town, me, app)
    assert _who(town, done.access_token) == me
    assert _refused(_exchange(town, app, code))
    assert _who(town, done.access_token) is None
    assert _refused(town.write(accounts.refresh, app, done.refresh_token))
    assert _who(town, bystander.access_token) == me, "another consent is another family"


def test_a_code_used_twice_at_once(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    code = _code(town, me, app)
    done: list[accounts.Granted | accounts.Refused] = []
    start = threading.Barrier(3)

    def run() -> None:
        start.wait()
        done.append(_exchange(town, app, code))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, accounts.Granted) for each in done) == 1
    assert [_who(town, each.access_token) for each in done if isinstance(each, accounts.Granted)] == [None]


def test_who_must_use_pkce(town: Town) -> None:
    me = make_people(town, 1)[0]
    public, secret = _app(town, confidential=False).app, _app(town).app
    with pytest.raises(errors.ChallengeRequired):
        _code(town, me, public, challenge=None)
    for bad in ({"challenge": "short"}, {"method": "plain"}, {"challenge": ""}):
        with pytest.raises(errors.ChallengeRequired):
            _code(town, me, secret, **bad)
    done = _exchange(town, public, _code(town, me, public))
    assert isinstance(done, accounts.Granted)


def test_an_application_gets_no_more_than_it_registered_for(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town, scopes=READ).app
    for scopes in (WRITE, accounts.ALL, READ | WRITE):
        with pytest.raises(errors.BadScope):
            _code(town, me, app, scopes=scopes)
    with pytest.raises(errors.BadRedirect):
        _code(town, me, app, redirect_uri="https://evil.example/")
    assert _granted(town, me, _app(town, scopes=accounts.ALL).app, scopes=WRITE).scopes == WRITE


def test_without_a_redirect_at_the_start_none_is_needed_at_the_end(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town, redirect_uris=[BACK]).app
    code = _code(town, me, app, redirect_uri=None)
    assert isinstance(_exchange(town, app, code, redirect_uri=None), accounts.Granted)


# Refreshing


def test_refresh_tokens_rotate(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    first = _granted(town, me, app, scopes=READ | WRITE)
    assert first.refresh_token is not None
    second = town.write(accounts.refresh, app, first.refresh_token, scopes=READ)
    assert isinstance(second, accounts.Granted)
    assert second.scopes == READ
    assert second.refresh_token not in (None, first.refresh_token)
    assert _who(town, second.access_token) == me
    third = town.write(accounts.refresh, app, second.refresh_token or "")
    assert isinstance(third, accounts.Granted)
    assert third.scopes == READ | WRITE, "fewer scopes once are not fewer for good"
    with pytest.raises(errors.BadScope):
        town.write(accounts.refresh, app, third.refresh_token or "", scopes=frozenset({"admin"}))


def test_a_refresh_token_used_twice_ends_the_family(town: Town) -> None:
    me = make_people(town, 1)[0]
    app = _app(town).app
    first = _granted(town, me, app)
    second = town.write(accounts.refresh, app, first.refresh_token or "")
    assert isinstance(second, accounts.Granted)
    assert _who(town, second.access_token) == me
    assert _refused(town.write(accounts.refresh, app, first.refresh_token or ""))
    assert _who(town, second.access_token) is None
    assert _who(town, first.access_token) is None
    assert _refused(town.write(accounts.refresh, app, second.refresh_token or ""))


def test_refresh_tokens_are_for_one_application_and_end(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    app, other = _app(town).app, _app(town).app
    done = _granted(town, me, app)
    assert _refused(town.write(accounts.refresh, other, done.refresh_token or ""))
    later(grants.REFRESH_LASTS)
    assert _refused(town.write(accounts.refresh, app, done.refresh_token or ""))


def test_access_tokens_end(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    done = _granted(town, me, _app(town).app)
    assert _who(town, done.access_token) == me
    later(3600 * clock.SECOND)
    assert _who(town, done.access_token) is None


# For itself


def test_client_credentials(town: Town) -> None:
    made = _app(town)
    done = town.write(accounts.client_credentials, made.app, scopes=READ)
    assert (done.person_id, done.refresh_token, done.token_type) == (None, None, "bearer")
    caller = town.read(accounts.caller_for_token, done.access_token)
    assert isinstance(caller, accounts.AppActor)
    assert (caller.app_id, caller.scopes) == (made.app.id, READ)
    assert town.read(accounts.actor_for_token, done.access_token) is None, "it stands for nobody"
    with pytest.raises(errors.BadScope):
        town.write(accounts.client_credentials, made.app, scopes=accounts.ALL)
    with pytest.raises(errors.BadClient):
        town.write(accounts.client_credentials, _app(town, confidential=False).app, scopes=READ)
    town.write(accounts.revoke, done.access_token, made.app)
    assert town.read(accounts.caller_for_token, done.access_token) is None


def test_tokens_of_applications_do_not_pile_up(town: Town) -> None:
    app = _app(town).app
    made = [town.write(accounts.client_credentials, app, scopes=READ) for _ in range(52)]
    alive = [town.read(accounts.caller_for_token, each.access_token) is not None for each in made]
    assert alive == [False] * 2 + [True] * 50


# Taking back


def test_revoke_by_access_or_refresh_token(town: Town) -> None:
    me = make_people(town, 1)[0]
    app, other = _app(town).app, _app(town).app
    for which in ("access_token", "refresh_token"):
        done = _granted(town, me, app)
        assert _who(town, done.access_token) == me
        town.write(accounts.revoke, getattr(done, which), other)
        assert _who(town, done.access_token) == me, "only its own application may"
        town.write(accounts.revoke, getattr(done, which), app)
        assert _who(town, done.access_token) is None
        assert _refused(town.write(accounts.refresh, app, done.refresh_token or ""))
        town.write(accounts.revoke, getattr(done, which), app)
    done = _granted(town, me, app)
    town.write(accounts.revoke, done.access_token)
    assert _who(town, done.access_token) is None


def test_introspect(town: Town, later: Wait) -> None:
    me = make_people(town, 1, username="ada")[0]
    app, other = _app(town).app, _app(town).app
    done = _granted(town, me, app)
    told = town.read(accounts.introspect, app, done.access_token)
    assert told.active
    assert (told.scopes, told.client_id, told.username, told.person_id) == (READ, app.client_id, "ada", me)
    assert told.issued_at is not None
    assert told.expires_at == told.issued_at + 3600 * clock.SECOND
    assert town.read(accounts.introspect, other, done.access_token) == accounts.Introspection(active=False)
    later(3600 * clock.SECOND)
    assert town.read(accounts.introspect, app, done.access_token) == accounts.Introspection(active=False)


def test_consents(town: Town) -> None:
    me, other = make_people(town, 2)
    app, second = _app(town, name="Tusky").app, _app(town, name="Toot").app
    done, theirs = _granted(town, me, app), _granted(town, other, app)
    wish = accounts.TokenWish(scopes=WRITE, app_id=second.id, expires_in=None)
    by_password = sign_in(town, username(town, me), wish=wish)
    assert _who(town, by_password.token) == me
    listed = town.read(accounts.consents, me)
    assert [(each.name, each.scopes) for each in listed] == [("Toot", WRITE), ("Tusky", READ)]
    assert _who(town, done.access_token) == me
    town.write(accounts.withdraw, me, app.id)
    assert _who(town, done.access_token) is None
    assert _refused(town.write(accounts.refresh, app, done.refresh_token or ""))
    assert _who(town, theirs.access_token) == other
    assert [each.name for each in town.read(accounts.consents, me)] == ["Toot"]
    with pytest.raises(errors.NoSuchApp):
        town.write(accounts.withdraw, me, app.id)


# OAuth 1.0a


def test_four_credentials_for_a_bot(town: Town) -> None:
    me = make_people(town, 1, username="ada")[0]
    made = _app(town, owner=me, signs=True, redirect_uris=[])
    bot = town.write(accounts.issue_oauth1, me, made.app.id)
    assert (bot.consumer_key, bot.consumer_secret) == (made.app.client_id, made.client_secret)
    assert (bot.person_id, bot.username) == (me, "ada")
    owner, _, rest = bot.token.partition("-")
    assert owner == str(me)
    assert len(rest) >= 40
    for _ in range(2):
        found = town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token)
        assert found is not None
        assert (found.consumer_secret, found.token_secret) == (made.client_secret, bot.token_secret)
        assert found.actor.person_id == me
        assert found.actor.scopes == READ | WRITE
    kept = repr(town.read(lambda tx: tx.driver.execute("SELECT * FROM accounts_tokens").fetchall()))
    assert bot.token_secret not in kept
    assert bot.token not in kept


def test_an_oauth1_token_alone_proves_nothing(town: Town) -> None:
    me = make_people(town, 1)[0]
    bot = town.write(accounts.issue_oauth1, me, _app(town, owner=me, signs=True).app.id)
    assert town.read(accounts.actor_for_token, bot.token) is None
    assert town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token) is not None
    assert town.read(accounts.actor_for_token, bot.token) is None
    assert town.read(accounts.actor_for_session, bot.token) is None


def test_credentials_belong_together(town: Town) -> None:
    me = make_people(town, 1)[0]
    one, two = (_app(town, owner=me, signs=True).app for _ in range(2))
    bot = town.write(accounts.issue_oauth1, me, one.id)
    assert town.read(accounts.oauth1_secrets, two.client_id, bot.token) is None
    assert town.read(accounts.oauth1_secrets, one.client_id, bot.token + "x") is None
    bearer = town.write(accounts.issue_token, me, name="x", scopes=READ)
    assert town.read(accounts.oauth1_secrets, one.client_id, bearer.token) is None
    unsigned = _app(town, owner=me).app
    assert town.read(accounts.oauth1_consumer, unsigned.client_id) is None
    assert town.read(accounts.oauth1_consumer, "nobody") is None
    with pytest.raises(errors.BadClient):
        town.write(accounts.issue_oauth1, me, unsigned.id)


def test_revoked_credentials_and_replaced_secrets(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    app = _app(town, owner=me, signs=True).app
    bot = town.write(accounts.issue_oauth1, me, app.id)
    assert town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token) is not None
    town.write(accounts.oauth1_seen, bot.consumer_key, bot.token)
    assert town.write(accounts.flush_seen) == 1
    fresh = town.write(accounts.new_app_secret, me, app.id)
    found = town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token)
    assert found is not None
    assert found.consumer_secret == fresh.client_secret
    [listed] = town.read(accounts.my_tokens, me)
    assert (listed.kind, listed.used_at is not None) == ("oauth1", True)
    town.write(accounts.revoke_token, me, listed.id)
    assert town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token) is None


def test_three_legs(town: Town) -> None:
    me = make_people(town, 1)[0]
    made = _app(town, signs=True)
    key = made.app.client_id
    consumer = town.read(accounts.oauth1_consumer, key)
    assert consumer is not None
    assert consumer.secret == made.client_secret
    asked = town.write(accounts.oauth1_start, key, BACK)
    shown = town.read(accounts.oauth1_request, asked.token)
    assert (shown.secret, shown.app_name, shown.callback, shown.approved) == (
        asked.secret,
        "Tusky",
        BACK,
        False,
    )
    with pytest.raises(errors.BadGrant):
        town.write(accounts.oauth1_finish, key, asked.token, "guess")
    verifier = town.write(accounts.oauth1_approve, me, asked.token)
    assert town.read(accounts.oauth1_request, asked.token).approved
    with pytest.raises(errors.BadGrant):
        town.write(accounts.oauth1_approve, make_people(town, 1)[0], asked.token)
    for wrong in (
        (key, asked.token, "guess"),
        (key, asked.token, "ä"),
        (_app(town, signs=True).app.client_id, asked.token, verifier),
        (key, "x", verifier),
    ):
        with pytest.raises(errors.BadGrant):
            town.write(accounts.oauth1_finish, *wrong)
    done = town.write(accounts.oauth1_finish, key, asked.token, verifier)
    assert done.token.startswith(f"{me}-")
    found = town.read(accounts.oauth1_secrets, key, done.token)
    assert found is not None
    assert found.actor.person_id == me
    with pytest.raises(errors.BadGrant):
        town.write(accounts.oauth1_finish, key, asked.token, verifier)


def test_a_dance_has_a_quarter_of_an_hour_and_a_registered_stage(town: Town, later: Wait) -> None:
    made = _app(town, signs=True)
    key = made.app.client_id
    with pytest.raises(errors.BadRedirect):
        town.write(accounts.oauth1_start, key, "https://evil.example/")
    with pytest.raises(errors.BadClient):
        town.write(accounts.oauth1_start, "nobody", BACK)
    asked = town.write(accounts.oauth1_start, key, "oob")
    assert asked.callback == apps.OUT_OF_BAND
    later(15 * clock.MINUTE)
    with pytest.raises(errors.BadGrant):
        town.write(accounts.oauth1_approve, make_people(town, 1)[0], asked.token)
