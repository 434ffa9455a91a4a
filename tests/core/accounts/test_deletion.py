from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from pyotp import TOTP

from dozen.core import accounts, jobs
from dozen.core.accounts import errors
from dozen.core.accounts import jobs as own_jobs
from dozen.core.realtime import Event, Hub
from dozen.db import metadata
from dozen.kit import clock
from tests.core.accounts.conftest import Letter
from tests.core.accounts.helpers import attempt, catch_up, count, proof, sign_in, username, verdict_on
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]


def _everything(town: Town, me: int) -> dict[str, str]:
    """Something in every corner; the secrets by name."""
    session = sign_in(town, username(town, me))
    token = town.write(accounts.issue_token, me, name="x", scopes=accounts.ALL)
    app = town.write(
        accounts.register_app,
        name="bot",
        redirect_uris=["https://a.example/"],
        scopes=accounts.ALL,
        owner=me,
        signs=True,
    )
    bot = town.write(accounts.issue_oauth1, me, app.app.id)
    code = town.write(accounts.authorize, me, app.app, scopes=accounts.ALL, redirect_uri=None)
    granted = town.write(accounts.exchange_code, app.app, code, redirect_uri=None)
    assert isinstance(granted, accounts.Granted)
    asked = town.write(accounts.oauth1_start, app.app.client_id, "oob")
    town.write(accounts.oauth1_approve, me, asked.token)
    town.write(accounts.change_setting, me, "microblog", {"a": 1})
    town.write(accounts.change_username, me, "renamed")
    totp = TOTP(town.write(accounts.begin_totp, me).secret)
    town.write(accounts.confirm_totp, me, totp.generate_otp(clock.now() // 30_000))
    assert isinstance(attempt(town, "renamed"), accounts.SecondFactorNeeded)
    town.write(accounts.ask_verification, me)
    return {
        "session": session.token,
        "token": token.token,
        "oauth": granted.access_token,
        "refresh": granted.refresh_token or "",
        "consumer": app.app.client_id,
        "bot": bot.token,
        "bot_secret": bot.token_secret,
        "app_secret": app.client_secret,
    }


def _rows_about(town: Town, me: int) -> dict[str, int]:
    """How many rows of accounts still name somebody, by table."""
    found = {}
    for table in metadata.sorted_tables:
        columns = [name for name in ("person_id", "owner_id") if name in table.c]
        if not table.name.startswith("accounts_") or table.name == "accounts_purged":
            continue
        columns += ["id"] if table.name == "accounts_people" else []
        for column in columns:
            if rows := count(town, table.name, f"{column} = {me}"):
                found[f"{table.name}.{column}"] = rows
    return found


def test_deleting_needs_the_password(town: Town, post: list[Letter]) -> None:
    me = make_people(town, 1)[0]
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.delete_account, me, proof(town, me, "wrong password"))
    town.write(accounts.delete_account, me, proof(town, me))
    assert [letter.subject for letter in post] == ["Your account will be deleted"]
    assert town.read(accounts.person, me).deleted_at is not None
    with pytest.raises(errors.NoSuchPerson):
        town.write(accounts.delete_account, me, proof(town, me))


def test_the_deleted_are_seen_by_nobody_and_let_in_nowhere(town: Town, other: Town) -> None:
    me = make_people(town, 1)[0]
    secrets = _everything(town, me)
    name = username(town, me)

    def seen(each: Town) -> list[object]:
        return [
            each.read(accounts.cards, [me]).get(me),
            each.read(accounts.by_username, name),
            each.read(accounts.actor_for_session, secrets["session"]),
            each.read(accounts.actor_for_token, secrets["token"]),
            each.read(accounts.actor_for_token, secrets["oauth"]),
            each.read(accounts.oauth1_secrets, secrets["consumer"], secrets["bot"]),
            each.read(accounts.find_by_email, town.read(accounts.person, me).email or ""),
        ]

    for each in (town, other):
        assert None not in seen(each)
    town.write(accounts.delete_account, me, proof(town, me))
    catch_up(other)
    for each in (town, other):
        assert seen(each) == [None] * 7
        assert each.read(accounts.directory) == []
        with pytest.raises(errors.NoSuchPerson):
            each.read(accounts.profile, me)
    assert not town.read(accounts.is_username_free, name)


def test_a_token_that_was_just_got_with_the_password_is_proof_enough(town: Town, later: Wait) -> None:
    me, other = make_people(town, 2)
    later(clock.HOUR)  # since they signed up
    wish = accounts.TokenWish(scopes=accounts.ALL)
    old = sign_in(town, username(town, me), wish=wish).token_id
    made_by_hand = town.write(accounts.issue_token, me, name="x", scopes=accounts.ALL).id
    others = sign_in(town, username(town, other), wish=wish).token_id
    later(11 * clock.MINUTE)
    for token in (old, made_by_hand, others, None, 1):
        with pytest.raises(errors.BadCredentials):
            town.write(accounts.delete_freshly, me, token)
    fresh = sign_in(town, username(town, me), wish=wish).token_id
    later(9 * clock.MINUTE)
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.delete_freshly, other, fresh)
    town.write(accounts.delete_freshly, me, fresh)
    assert town.read(accounts.person, me).deleted_at is not None


def test_who_has_just_signed_up_may_go_with_any_token(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    token = town.write(accounts.issue_token, me, name="x", scopes=accounts.ALL).id
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.delete_freshly, me, None)
    town.write(accounts.delete_freshly, me, token)
    with pytest.raises(errors.NoSuchPerson):
        town.write(accounts.delete_freshly, me, token)


def test_undoing_it(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    name = username(town, me)
    assert town.read(accounts.cards, [me])
    town.write(accounts.delete_account, me, proof(town, me))
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.restore_account, verdict_on(town, name, "wrong password"))
    verdict = verdict_on(town, name)
    with pytest.raises(errors.AccountDeleted):
        town.write(accounts.login, verdict, device="d", address="a")
    later(29 * clock.DAY)
    assert town.read(accounts.due_for_purge) == []
    assert town.write(accounts.restore_account, verdict) == me
    assert sign_in(town, name).person_id == me
    assert me in town.read(accounts.cards, [me])
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.restore_account, verdict_on(town, name))


def test_administrators_remove_and_restore(town: Town) -> None:
    admin, me, other = make_people(town, 3)
    town.write(accounts.promote, admin)
    for verb in (accounts.remove_account, accounts.restore_removed):
        with pytest.raises(errors.NotAllowed):
            town.write(verb, other, me)
    town.write(accounts.remove_account, admin, me)
    assert town.read(accounts.cards, [me]) == {}
    assert town.write(accounts.restore_removed, admin, me) == me
    assert me in town.read(accounts.cards, [me])
    bot = town.write(accounts.register_service, admin, username="weather", name="W").id
    town.write(accounts.promote, other)
    town.write(accounts.set_role, other, admin, "member")
    town.write(accounts.remove_account, admin, bot)
    with pytest.raises(errors.LastAdmin):
        town.write(accounts.delete_account, other, proof(town, other))


def test_purging_leaves_nothing(town: Town, later: Wait) -> None:
    me, bystander = make_people(town, 2)
    secrets = _everything(town, me)
    name = username(town, me)
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.purge, me)
    town.write(accounts.delete_account, me, proof(town, me))
    later(accounts.RESTORABLE + 1)
    assert town.read(accounts.due_for_purge) == [me]
    assert _rows_about(town, me)
    catch_up(town)
    heard: list[Event] = []
    town.env.part(Hub).listen(accounts.DELETED, heard.append)
    assert town.write(accounts.purge_due) == 1
    catch_up(town)
    assert [event.key for event in heard] == [me]
    assert _rows_about(town, me) == {}
    assert _rows_about(town, bystander)
    with pytest.raises(errors.NoSuchPerson):
        town.read(accounts.person, me)
    with pytest.raises(errors.BadClient):
        town.read(accounts.app, secrets["consumer"])
    assert town.read(accounts.is_username_free, name)
    assert [gone.person_id for gone in town.read(accounts.purged)] == [me]
    last = town.read(accounts.purged)[-1]
    assert town.read(accounts.purged, (last.at, last.person_id)) == []
    assert town.write(accounts.purge_due) == 0


def test_many_purges_are_listed_page_by_page(town: Town, later: Wait) -> None:
    admin, *gone = make_people(town, 8)
    town.write(accounts.promote, admin)
    for me in gone:
        town.write(accounts.remove_account, admin, me)
    later(accounts.RESTORABLE + 1)
    assert town.write(accounts.purge_due) == 7
    listed: list[int] = []
    after = (0, 0)
    while page := town.read(accounts.purged, after, 3):
        listed += [each.person_id for each in page]
        after = (page[-1].at, page[-1].person_id)
    assert listed == sorted(gone)


def test_export_has_everything_but_secrets(town: Town) -> None:
    me, other = make_people(town, 2)
    secrets = _everything(town, me)
    made = town.read(accounts.export, me)
    text = msgspec.json.encode(made).decode()
    assert made["account"]["id"] == me
    assert made["account"]["email"]
    assert made["settings"] == {"microblog": {"a": 1}}
    assert len(made["sessions"]) == 1
    assert {token["kind"] for token in made["tokens"]} == {"personal", "oauth", "oauth1"}
    assert made["applications"][0]["name"] == "bot"
    for name, secret in secrets.items():
        assert (secret in text) == (name == "consumer"), name
    assert "argon2" not in text
    assert (town.read(accounts.person, other).email or "") not in text


def test_the_sweep(town: Town, later: Wait) -> None:
    me, _ = make_people(town, 2)
    _everything(town, me)
    town.write(accounts.register_app, name="orphan", redirect_uris=[], scopes=accounts.ALL, owner=None)
    for _ in range(3):
        with pytest.raises(errors.BadCredentials):
            attempt(town, "nobody", "wrong password")
    before = _counts(town)
    assert min(before.values()) > 0
    town.write(accounts.sweep)
    assert _counts(town) == before, "nothing has run out yet"
    later(100 * clock.DAY)
    town.write(accounts.sweep)
    after = _counts(town)
    assert {name for name, left in after.items() if left} == {
        "accounts_people", "accounts_names", "accounts_settings", "accounts_factors",
        "accounts_recovery_codes", "accounts_tokens", "accounts_apps",
    }  # fmt: skip
    assert after["accounts_names"] == 2
    assert after["accounts_apps"] == 1
    assert after["accounts_tokens"] == 2
    assert town.write(accounts.sweep) == 0


def _counts(town: Town) -> dict[str, int]:
    return {
        table.name: count(town, table.name)
        for table in metadata.sorted_tables
        if table.name.startswith("accounts_") and table.name != "accounts_purged"
    }


def test_the_clock_does_it_all(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    town.write(accounts.delete_account, me, proof(town, me))
    town.env.part(jobs.Registry).add(*accounts.JOBS)
    later(accounts.RESTORABLE + 1)
    for kind in ("accounts.sweep", "accounts.purge"):
        assert kind in {job.kind for job in own_jobs.JOBS if isinstance(job, jobs.Handler)}
        town.write(jobs.enqueue, kind, {})
    jobs.Runner(town.env, town.db).drain()
    assert town.read(accounts.purged)[0].person_id == me
