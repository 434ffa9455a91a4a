from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from dozen.core import accounts
from dozen.core.accounts import attempts, errors, passwords, tokens
from dozen.kit import clock
from tests.core.accounts.helpers import HERE, attempt, proof, sign_in, username, verdict_on
from tests.support.people import PASSWORD, PASSWORD_HASH, make_people
from tests.support.town import Town

Wait = Callable[[int], None]
FREE = attempts.RULES["login"].free


def test_sign_in_by_name_or_address(town: Town) -> None:
    me = make_people(town, 1, username="Ada", email="Ada@engine.example")[0]
    seen = set()
    for login in ("Ada", "ada", "@ADA", "  ada ", "ada@ENGINE.example"):
        done = sign_in(town, login)
        assert done.person_id == me
        assert done.scopes is None
        assert done.expires_in == 30 * 24 * 3600
        actor = town.read(accounts.actor_for_session, done.token)
        assert actor is not None
        assert (actor.person_id, actor.session_id) == (me, done.session_id)
        seen.add(done.token)
    assert len(seen) == 5, "each sign-in has a session of its own"


@pytest.mark.parametrize(
    "login", ["nobody", "nobody@engine.example", "", "@", "ada' or 1=1 --", "a" * 5000, "\ud800", "ä@"]
)
def test_unknown_logins_are_refused_like_wrong_passwords(town: Town, login: str) -> None:
    make_people(town, 1, username="Ada")
    with pytest.raises(errors.BadCredentials) as unknown:
        attempt(town, login)
    with pytest.raises(errors.BadCredentials) as wrong:
        attempt(town, "ada", "not my password")
    assert (unknown.value.code, unknown.value.detail, unknown.value.extra) == (
        wrong.value.code,
        wrong.value.detail,
        wrong.value.extra,
    )
    assert wrong.value.code == "bad_credentials"


def test_an_unknown_login_does_the_same_work(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    make_people(town, 1, username="Ada")
    checked: list[str] = []
    matches = passwords._matches

    def counting(kept: str, plain: bytes) -> bool:
        checked.append(kept)
        return matches(kept, plain)

    monkeypatch.setattr(passwords, "_matches", counting)
    statements: dict[str, int] = {}
    for login in ("ada", "nobody"):
        before = len(_attempts(town))
        with pytest.raises(errors.BadCredentials):
            attempt(town, login, "not my password", address=f"192.0.2.{len(login)}")
        statements[login] = len(_attempts(town)) - before
    assert checked == [PASSWORD_HASH, passwords.DUMMY]
    assert statements == {"ada": 2, "nobody": 2}


def _attempts(town: Town) -> list[tuple[object, ...]]:
    return town.read(lambda tx: tx.driver.execute("SELECT * FROM accounts_attempts").fetchall())


def test_attempts_name_neither_logins_nor_addresses(town: Town) -> None:
    town.write(accounts.login_challenge, "ada@engine.example", address="192.0.2.99")
    kept = repr(_attempts(town))
    assert "ada" not in kept
    assert "192" not in kept


def test_nobody_signs_in_to_a_service_account(town: Town) -> None:
    admin = make_people(town, 1, role="admin")[0]
    town.write(accounts.register_service, admin, username="robot", name="Robot")
    for password in ("", PASSWORD):
        with pytest.raises(errors.BadCredentials):
            attempt(town, "robot", password)


@pytest.mark.usefixtures("real_hashes")
def test_an_old_hash_is_replaced(town: Town) -> None:
    me = make_people(town, 1)[0]
    sign_in(town, username(town, me))
    stored = town.read(lambda tx: tx.driver.execute("SELECT password_hash FROM accounts_people").fetchone())[
        0
    ]
    assert not passwords.hasher.check_needs_rehash(stored)
    sign_in(town, username(town, me))


@pytest.mark.usefixtures("real_hashes")
def test_two_sign_in_at_once_while_the_hash_is_replaced(town: Town) -> None:
    me = make_people(town, 1)[0]
    both = [verdict_on(town, username(town, me)) for _ in range(2)]
    for verdict in both:
        assert verdict.rehashed is not None
        assert isinstance(town.write(accounts.login, verdict, device="d", address=HERE), accounts.SignedIn)


def test_a_verdict_is_void_once_the_password_has_changed(town: Town) -> None:
    me = make_people(town, 1)[0]
    verdict = verdict_on(town, username(town, me))
    town.write(accounts.change_password, me, proof(town, me), passwords.hash_password("a fresh one 99"))
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.login, verdict, device="Firefox", address=HERE)


# Slowing down


@pytest.mark.parametrize("login", ["ada", "nobody"])
def test_failures_lock_for_longer_and_longer(town: Town, later: Wait, login: str) -> None:
    make_people(town, 1, username="ada")
    for _ in range(FREE):
        with pytest.raises(errors.BadCredentials):
            attempt(town, login, "wrong password")
    waits = []
    for _ in range(4):
        with pytest.raises(errors.LockedOut) as locked:
            attempt(town, login)
        waits.append(locked.value.retry_after)
        later((locked.value.retry_after - 2) * clock.SECOND)
        with pytest.raises(errors.LockedOut):
            attempt(town, login)
        later(3 * clock.SECOND)
        with pytest.raises(errors.BadCredentials):
            attempt(town, login, "wrong password")
    assert waits == [30, 60, 120, 240]


def test_the_right_password_is_no_use_while_locked_but_is_afterwards(town: Town, later: Wait) -> None:
    me = make_people(town, 1, username="ada")[0]
    for _ in range(FREE):
        with pytest.raises(errors.BadCredentials):
            attempt(town, "ada", "wrong password")
    with pytest.raises(errors.LockedOut) as caught:
        attempt(town, "ada")
    assert caught.value.code == "locked_out"
    later(31 * clock.SECOND)
    assert sign_in(town, "ada").person_id == me
    for _ in range(FREE):
        with pytest.raises(errors.BadCredentials):
            attempt(town, "ada", "wrong password", address="192.0.2.200")


def test_a_lock_never_lasts_longer_than_a_quarter_of_an_hour() -> None:
    rule = attempts.RULES["login"]
    assert [rule.wait(n) for n in (0, 4)] == [0, 0]
    assert rule.wait(1000) == 15 * clock.MINUTE


def test_guesses_that_are_made_at_once_are_all_counted(town: Town) -> None:
    make_people(town, 1, username="ada")
    taken = [town.write(accounts.login_challenge, "ada", address=HERE) for _ in range(FREE)]
    with pytest.raises(errors.LockedOut):
        town.write(accounts.login_challenge, "ada", address=HERE)
    assert all(not challenge.verify("wrong password").right for challenge in taken)


def test_one_address_cannot_try_many_accounts(town: Town) -> None:
    for number in range(attempts.RULES["address"].free):
        town.write(accounts.login_challenge, f"victim{number}", address="2001:db8::1")
    with pytest.raises(errors.LockedOut):
        town.write(accounts.login_challenge, "another", address="2001:db8::ffff")
    town.write(accounts.login_challenge, "another", address="2001:db8:0:1::1")


def test_signing_in_rightly_is_not_held_against_an_address(town: Town) -> None:
    names = [username(town, me) for me in make_people(town, 3)]
    right = {}
    for name in names:  # hashing each time would only take longer
        sign_in(town, name)
        right[name] = verdict_on(town, name)
        town.write(accounts.login, right[name], device="d", address=HERE)
    for _ in range(attempts.RULES["address"].free // 2):
        for name in names:
            counted = town.write(accounts.login_challenge, name, address=HERE).keys
            again = msgspec.structs.replace(right[name], keys=counted)
            town.write(accounts.login, again, device="d", address=HERE)


def test_strangers_cannot_lock_out_somebody_where_they_usually_sign_in(town: Town) -> None:
    make_people(town, 1, username="ada")
    sign_in(town, "ada", address="198.51.100.4")
    for _ in range(FREE):
        with pytest.raises(errors.BadCredentials):
            attempt(town, "ada", "wrong password", address="203.0.113.9")
    with pytest.raises(errors.LockedOut):
        attempt(town, "ada", address="203.0.113.9")
    assert sign_in(town, "ada", address="198.51.100.4")


def test_what_was_counted_melts(town: Town, later: Wait) -> None:
    for _ in range(FREE):
        town.write(accounts.login_challenge, "ada", address=HERE)
    later(FREE * clock.HOUR)
    for _ in range(FREE):
        town.write(accounts.login_challenge, "ada", address=HERE)
    with pytest.raises(errors.LockedOut):
        town.write(accounts.login_challenge, "ada", address=HERE)


# Standing


def test_suspended_and_deleted_are_only_told_to_who_knows_the_password(town: Town, later: Wait) -> None:
    admin, me, gone = make_people(town, 3)
    town.write(accounts.promote, admin)
    town.write(accounts.suspend, admin, me, reason="spam", until=clock.now() + clock.DAY)
    town.write(accounts.remove_account, admin, gone)
    for person in (me, gone):
        with pytest.raises(errors.BadCredentials):
            attempt(town, username(town, person), "wrong password")
    with pytest.raises(errors.AccountSuspended) as suspended:
        attempt(town, username(town, me))
    assert suspended.value.detail == "spam"
    with pytest.raises(errors.AccountDeleted) as deleted:
        attempt(town, username(town, gone))
    assert deleted.value.extra["until"] > clock.now()
    later(clock.DAY + 1)
    assert sign_in(town, username(town, me)).person_id == me


# Tokens for the API


def test_sign_in_for_a_bearer_token(town: Town) -> None:
    me = make_people(town, 1, username="ada")[0]
    wish = accounts.TokenWish(scopes=frozenset({"microblog:read"}), expires_in=60)
    done = sign_in(town, "ada", device="a script", wish=wish)
    assert done.token.startswith("dz_")
    assert (done.expires_in, done.session_id) == (60, None)
    actor = town.read(accounts.actor_for_token, done.token)
    assert actor is not None
    assert actor.person_id == me
    assert actor.may("microblog:read")
    assert not actor.may("microblog:write")
    assert town.read(accounts.actor_for_session, done.token) is None
    assert [(token.kind, token.name) for token in town.read(accounts.my_tokens, me)] == [
        ("login", "a script")
    ]
    assert town.read(accounts.my_sessions, me) == []


def test_tokens_got_by_signing_in_do_not_pile_up(town: Town) -> None:
    me = make_people(town, 1, username="ada")[0]
    verdict = verdict_on(town, "ada")
    made = [
        town.write(accounts.login, verdict, device=str(n), address=HERE, wish=accounts.TokenWish())
        for n in range(tokens.MOST + 3)
    ]
    kept = town.read(accounts.my_tokens, me)
    assert len(kept) == tokens.MOST
    assert isinstance(made[-1], accounts.SignedIn)
    assert kept[0].id == made[-1].token_id


def test_proof_is_about_one_person_and_counts_attempts(town: Town) -> None:
    me, other = make_people(town, 2)
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.delete_account, other, proof(town, me))
    for _ in range(attempts.RULES["password"].free - 1):
        with pytest.raises(errors.BadCredentials):
            town.write(accounts.delete_account, me, proof(town, me, "wrong password"))
    with pytest.raises(errors.LockedOut):
        proof(town, me)
    assert town.read(accounts.person, me).deleted_at is None
