"""Sessions, and the memory of who was let in (access, parts)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from dozen.core import accounts
from dozen.core.accounts import access, access_queries, errors, sessions
from dozen.core.accounts.parts import ACCESS_TTL, Access
from dozen.core.realtime import Hub
from dozen.db import Tx
from dozen.kit import clock
from tests.core.accounts.helpers import catch_up, proof, sign_in, username
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]


def _open(town: Town, me: int, device: str = "Firefox") -> accounts.SignedIn:
    return town.write(sessions.open_session, me, device=device, address="192.0.2.1")


def _actor(town: Town, done: accounts.SignedIn) -> accounts.Actor | None:
    return town.read(accounts.actor_for_session, done.token)


def test_the_actor(town: Town) -> None:
    me = make_people(
        town, 1, username="ada", name="Ada", language="de", time_zone="Europe/Vienna", role="admin"
    )[0]
    done = _open(town, me)
    assert _actor(town, done) == accounts.Actor(
        person_id=me,
        username="ada",
        name="Ada",
        avatar_id=None,
        language="de",
        time_zone="Europe/Vienna",
        role="admin",
        suspended=False,
        scopes=None,
        session_id=done.session_id,
    )
    actor = _actor(town, done)
    assert actor is not None
    assert actor.admin
    assert actor.may("anything:at-all")


def test_only_the_digest_is_stored(town: Town) -> None:
    done = _open(town, make_people(town, 1)[0])
    kept = town.read(lambda tx: tx.driver.execute("SELECT digest FROM accounts_sessions").fetchone())[0]
    assert len(bytes(kept)) == 32
    assert len(done.token) == 43
    assert done.token.encode() not in bytes(kept)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 10_000, "\ud800", "ä" * 43, "\0"])
def test_no_other_token_lets_anybody_in(town: Town, token: str) -> None:
    _open(town, make_people(town, 1)[0])
    assert town.read(accounts.actor_for_session, token) is None
    assert town.read(accounts.actor_for_token, token) is None
    assert town.read(accounts.oauth1_secrets, token, token) is None


def test_a_session_is_no_bearer_token(town: Town) -> None:
    done = _open(town, make_people(town, 1)[0])
    assert _actor(town, done) is not None
    assert town.read(accounts.actor_for_token, done.token) is None


def test_list_and_revoke(town: Town) -> None:
    me, other = make_people(town, 2)
    first, second = _open(town, me, "Phone\x00\n" + "x" * 900), _open(town, me, "Laptop")
    theirs = _open(town, other)
    listed = town.read(accounts.my_sessions, me)
    assert [session.id for session in listed] == [second.session_id, first.session_id]
    assert listed[0].device == "Laptop"
    assert listed[1].device.startswith("Phone")
    assert len(listed[1].device) <= 200
    assert listed[0].address == "192.0.2.1"
    assert theirs.session_id is not None
    with pytest.raises(errors.NoSuchSession):
        town.write(accounts.revoke_session, me, theirs.session_id)
    assert first.session_id is not None
    assert _actor(town, first) is not None
    town.write(accounts.revoke_session, me, first.session_id)
    assert _actor(town, first) is None
    assert _actor(town, second) is not None
    assert _actor(town, theirs) is not None
    with pytest.raises(errors.NoSuchSession):
        town.write(accounts.revoke_session, me, first.session_id)


def test_revoke_all_others(town: Town) -> None:
    me, other = make_people(town, 2)
    mine, theirs = [_open(town, me) for _ in range(3)], _open(town, other)
    for each in mine:
        assert _actor(town, each) is not None
    assert town.write(accounts.revoke_other_sessions, me, mine[1].session_id) == 2
    assert [_actor(town, each) is not None for each in mine] == [False, True, False]
    assert _actor(town, theirs) is not None
    assert town.write(accounts.revoke_other_sessions, me) == 1
    assert _actor(town, mine[1]) is None


def test_logout(town: Town) -> None:
    done = _open(town, make_people(town, 1)[0])
    assert _actor(town, done) is not None
    assert town.write(accounts.logout, done.token)
    assert _actor(town, done) is None
    assert not town.write(accounts.logout, done.token)
    assert not town.write(accounts.logout, "ä")


def test_the_oldest_sessions_give_way(town: Town) -> None:
    me = make_people(town, 1)[0]
    made = [_open(town, me) for _ in range(sessions.MOST + 2)]
    kept = {session.id for session in town.read(accounts.my_sessions, me)}
    assert kept == {each.session_id for each in made[2:]}
    assert _actor(town, made[0]) is None


def test_a_changed_password_ends_the_other_sessions(town: Town) -> None:
    me = make_people(town, 1)[0]
    here, there = _open(town, me), _open(town, me)
    api = sign_in(town, username(town, me), wish=accounts.TokenWish())
    personal = town.write(accounts.issue_token, me, name="script", scopes=accounts.ALL)
    for each in (here, there):
        assert _actor(town, each) is not None
    assert town.read(accounts.actor_for_token, api.token) is not None
    town.write(
        accounts.change_password,
        me,
        proof(town, me),
        accounts.hash_password("a fresh one 99"),
        keep=here.session_id,
    )
    assert _actor(town, here) is not None
    assert _actor(town, there) is None
    assert town.read(accounts.actor_for_token, api.token) is None
    assert town.read(accounts.actor_for_token, personal.token) is not None
    assert sign_in(town, username(town, me), "a fresh one 99")
    with pytest.raises(errors.BadCredentials):
        sign_in(town, username(town, me))


# Time


def test_a_session_ends_thirty_days_after_it_was_last_used(town: Town, later: Wait) -> None:
    done = _open(town, make_people(town, 1)[0])
    later(20 * clock.DAY)
    assert _actor(town, done) is not None
    town.write(accounts.flush_seen)
    later(20 * clock.DAY)
    assert _actor(town, done) is not None, "it was used within the 30 days"
    later(access.SESSION_LASTS)
    assert _actor(town, done) is None


def test_memory_does_not_outlive_a_session(town: Town, later: Wait) -> None:
    done = _open(town, make_people(town, 1)[0])
    later(access.SESSION_LASTS - 5 * clock.SECOND)
    assert _actor(town, done) is not None
    later(6 * clock.SECOND)
    assert _actor(town, done) is None


def test_last_seen_is_coarse_and_written_by_nobody_but_the_flush(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    done = _open(town, me)
    token = town.write(accounts.issue_token, me, name="script", scopes=accounts.ALL)
    opened = town.read(accounts.my_sessions, me)[0].seen_at
    _actor(town, done)
    assert town.write(accounts.flush_seen) == 0
    later(6 * clock.MINUTE)
    for _ in range(3):
        _actor(town, done)
        town.read(accounts.actor_for_token, token.token)
    assert town.read(accounts.my_sessions, me)[0].seen_at == opened
    assert town.write(accounts.flush_seen) == 2
    seen = town.read(accounts.my_sessions, me)[0]
    assert seen.seen_at - opened >= 6 * clock.MINUTE
    assert seen.expires_at == seen.seen_at + access.SESSION_LASTS
    assert town.read(accounts.my_tokens, me)[0].used_at is not None
    assert town.write(accounts.flush_seen) == 0


def test_a_flush_that_fails_forgets_nothing(town: Town, later: Wait) -> None:
    done = _open(town, make_people(town, 1)[0])
    later(6 * clock.MINUTE)
    _actor(town, done)

    def fail(tx: Tx) -> None:
        assert accounts.flush_seen(tx) == 1
        raise errors.NotAllowed

    with pytest.raises(errors.NotAllowed):
        town.write(fail)
    assert town.write(accounts.flush_seen) == 1


def test_a_flush_does_not_bring_back_an_ended_session(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    done = _open(town, me)
    later(6 * clock.MINUTE)
    _actor(town, done)
    town.write(accounts.logout, done.token)
    town.write(accounts.flush_seen)
    assert town.read(accounts.my_sessions, me) == []


# Memory


def test_callers_come_from_memory(town: Town, later: Wait, monkeypatch: pytest.MonkeyPatch) -> None:
    done = _open(town, make_people(town, 1)[0])
    assert _actor(town, done) is not None
    real = access_queries.session_caller
    asked = []

    class Counting:
        def first(self, tx: Tx, **params: object) -> object:
            asked.append(params)
            return real.first(tx, **params)

    monkeypatch.setattr(access_queries, "session_caller", Counting())
    for _ in range(5):
        assert _actor(town, done) is not None
    assert asked == []
    later(ACCESS_TTL + 1)
    assert _actor(town, done) is not None
    assert len(asked) == 1


def test_a_revoked_session_is_refused_at_once_here_and_after_catching_up_elsewhere(
    town: Town, other: Town
) -> None:
    me, bystander = make_people(town, 2)
    done, calm = _open(town, me), _open(town, bystander)
    for each in (town, other):
        assert _actor(each, done) is not None
        assert _actor(each, calm) is not None
    assert done.session_id is not None
    town.write(accounts.revoke_session, me, done.session_id)
    assert _actor(town, done) is None
    catch_up(other)
    assert _actor(other, done) is None
    for each in (town, other):
        assert _actor(each, calm) is not None


def test_without_catching_up_memory_lasts_a_minute(town: Town, other: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    done = _open(town, me)
    assert _actor(other, done) is not None
    town.write(accounts.logout, done.token)
    later(ACCESS_TTL + 1)
    assert _actor(other, done) is None


def test_changes_of_standing_and_name_reach_the_actor(town: Town, other: Town) -> None:
    admin, me = make_people(town, 2)
    town.write(accounts.promote, admin)
    done = _open(town, me)

    def both() -> list[accounts.Actor]:
        catch_up(other)
        found = [_actor(each, done) for each in (town, other)]
        return [actor for actor in found if actor is not None]

    assert [actor.suspended for actor in both()] == [False, False]
    town.write(accounts.suspend, admin, me, reason="spam")
    assert [actor.suspended for actor in both()] == [True, True]
    town.write(accounts.unsuspend, admin, me)
    assert [actor.suspended for actor in both()] == [False, False]
    town.write(accounts.set_role, admin, me, "moderator")
    assert [actor.role for actor in both()] == ["moderator", "moderator"]
    town.write(accounts.edit_profile, me, accounts.Changes(name="Renamed", time_zone="Asia/Tokyo"))
    assert [(actor.name, actor.time_zone) for actor in both()] == [("Renamed", "Asia/Tokyo")] * 2
    town.write(accounts.set_avatar, me, 99)
    assert [actor.avatar_id for actor in both()] == [99, 99]
    town.write(accounts.remove_account, admin, me)
    assert both() == []


def test_a_suspension_that_ends_is_over_in_memory_too(town: Town, later: Wait) -> None:
    admin, me = make_people(town, 2)
    town.write(accounts.promote, admin)
    done = _open(town, me)
    town.write(accounts.suspend, admin, me, reason="", until=clock.now() + 20 * clock.SECOND)
    actor = _actor(town, done)
    assert actor is not None
    assert actor.suspended
    later(21 * clock.SECOND)
    actor = _actor(town, done)
    assert actor is not None
    assert not actor.suspended


def test_a_slow_reader_does_not_bring_back_what_was_revoked(town: Town) -> None:
    me = make_people(town, 1)[0]
    done = _open(town, me)

    def slow(tx: Tx) -> accounts.Actor | None:
        tx.driver.execute("SELECT 1 FROM accounts_people").fetchall()  # the snapshot is taken now
        thread = threading.Thread(target=town.write, args=(accounts.logout, done.token))
        thread.start()
        thread.join()
        return accounts.actor_for_session(tx, done.token)

    assert town.read(slow) is not None, "the reader sees its own snapshot"
    assert _actor(town, done) is None


def test_what_a_failed_transaction_saw_is_not_remembered(town: Town) -> None:
    me = make_people(town, 1)[0]
    secret: list[str] = []

    def fail(tx: Tx) -> None:
        done = sessions.open_session(tx, me, device="", address="")
        secret.append(done.token)
        assert accounts.actor_for_session(tx, done.token) is not None
        raise errors.NotAllowed

    with pytest.raises(errors.NotAllowed):
        town.write(fail)
    assert town.read(accounts.actor_for_session, secret[0]) is None


def test_a_reset_of_the_log_forgets_everybody(town: Town) -> None:
    done = _open(town, make_people(town, 1)[0])
    assert _actor(town, done) is not None
    part = town.env.part(Access)
    key = next(iter(part._owner._young))
    assert part.get(key, clock.now()) is not None
    for reset in town.env.part(Hub)._resets:
        reset()
    assert part.get(key, clock.now()) is None
