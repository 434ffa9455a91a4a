from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dozen.core import accounts, jobs, mail
from dozen.core.accounts import attempts, errors, letters
from dozen.kit import clock
from tests.core.accounts.conftest import Letter
from tests.core.accounts.helpers import attempt, proof, sign_in, stored, username
from tests.support.people import PASSWORD_HASH, make_people
from tests.support.town import Town

Wait = Callable[[int], None]
FRESH = "a fresh one 99"


def _register(town: Town, username: str = "ada", email: str = "ada@engine.example") -> int:
    return town.write(
        accounts.register, username=username, email=email, name="Ada", password_hash=PASSWORD_HASH
    ).id


def _reset_letter(town: Town, email: str) -> None:
    """Ask, and let the job behind it run."""
    town.write(accounts.ask_reset, email, address="192.0.2.1")
    town.write(letters.send_reset, email)


# Confirming


def test_confirming_an_address(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    assert [letter.to for letter in post] == ["ada@engine.example"]
    assert f"http://localhost:8000{accounts.VERIFY_PATH}?token=" in post[0].text
    assert town.write(accounts.verify_email, post[0].token) == me
    assert town.read(accounts.person, me).email_verified_at is not None
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.verify_email, post[0].token)
    with pytest.raises(errors.AlreadyVerified):
        town.write(accounts.ask_verification, me)


def test_only_the_digest_of_a_link_is_stored(town: Town, post: list[Letter]) -> None:
    _register(town)
    for table in ("accounts_letters", "jobs_queue"):
        assert post[0].token not in stored(town, table)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "\ud800", "ä", "\0", "x" * 10_000])
def test_no_other_link_works(town: Town, secret: str) -> None:
    _register(town)
    for verb in (accounts.verify_email, accounts.reset_target):
        with pytest.raises(errors.TokenExpired):
            town.write(verb, secret)


def test_a_link_is_good_for_a_day(town: Town, post: list[Letter], later: Wait) -> None:
    me = _register(town)
    later(clock.DAY + 1)
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.verify_email, post[0].token)
    town.write(accounts.ask_verification, me)
    assert town.write(accounts.verify_email, post[1].token) == me


def test_a_new_link_voids_the_one_before(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    town.write(accounts.ask_verification, me)
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.verify_email, post[0].token)
    town.write(accounts.verify_email, post[1].token)


def test_letters_cannot_be_used_to_flood_a_mailbox(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    for _ in range(attempts.RULES["letter"].free - 1):
        town.write(accounts.ask_verification, me)
    with pytest.raises(errors.LockedOut):
        town.write(accounts.ask_verification, me)
    assert len(post) == attempts.RULES["letter"].free


def test_nothing_to_confirm_without_an_address(town: Town) -> None:
    with pytest.raises(errors.NoEmail):
        town.write(accounts.ask_verification, make_people(town, 1, email=None)[0])


# Resetting


def test_resetting_a_password(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    town.write(accounts.verify_email, post[0].token)
    open_one = sign_in(town, "ada")
    script = town.write(accounts.issue_token, me, name="script", scopes=accounts.ALL)
    assert town.read(accounts.actor_for_session, open_one.token) is not None
    _reset_letter(town, " ADA@engine.example")
    secret = post[-1].token
    assert f"{accounts.RESET_PATH}?token=" in post[-1].text
    assert town.read(accounts.reset_target, secret).id == me
    assert town.write(accounts.reset_password, secret, accounts.hash_password(FRESH)) == me
    assert town.read(accounts.actor_for_session, open_one.token) is None
    assert town.read(accounts.actor_for_token, script.token) is not None
    assert sign_in(town, "ada", FRESH).person_id == me
    with pytest.raises(errors.BadCredentials):
        sign_in(town, "ada")
    for verb in (accounts.reset_target, lambda tx, s: accounts.reset_password(tx, s, PASSWORD_HASH)):
        with pytest.raises(errors.TokenExpired):
            town.write(verb, secret)
    assert post[-1].subject == "Your password was changed"


def test_a_reset_link_is_good_for_an_hour(town: Town, post: list[Letter], later: Wait) -> None:
    _register(town)
    _reset_letter(town, "ada@engine.example")
    later(clock.HOUR + 1)
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.reset_password, post[-1].token, PASSWORD_HASH)


def test_links_of_one_kind_are_no_use_for_the_other(town: Town, post: list[Letter]) -> None:
    _register(town)
    _reset_letter(town, "ada@engine.example")
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.reset_password, post[0].token, PASSWORD_HASH)
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.verify_email, post[1].token)


def test_who_registered_an_address_that_is_not_theirs_loses_everything_at_a_reset(
    town: Town, post: list[Letter]
) -> None:
    me = _register(town)
    script = town.write(accounts.issue_token, me, name="script", scopes=accounts.ALL)
    app = town.write(
        accounts.register_app, name="bot", redirect_uris=[], scopes=accounts.ALL, owner=me, signs=True
    )
    bot = town.write(accounts.issue_oauth1, me, app.app.id)
    assert town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token) is not None
    _reset_letter(town, "ada@engine.example")
    town.write(accounts.reset_password, post[-1].token, accounts.hash_password(FRESH))
    assert town.read(accounts.actor_for_token, script.token) is None
    assert town.read(accounts.oauth1_secrets, bot.consumer_key, bot.token) is None
    assert town.read(accounts.person, me).email_verified_at is not None, "the letter proved it"


@pytest.mark.parametrize(
    "email", ["nobody@engine.example", "no address", "", "\0", "\ud800@x.example", "x" * 9999]
)
def test_asking_for_an_unknown_address_looks_the_same(town: Town, post: list[Letter], email: str) -> None:
    _register(town)
    del post[:]

    def asked(address: str) -> list[tuple[str, int]]:
        assert town.write(accounts.ask_reset, address, address="192.0.2.1") is None
        return [(row.kind, row.waiting) for row in town.read(jobs.overview)]

    known = dict(asked("ada@engine.example"))
    unknown = dict(asked(email))
    assert post == [], "neither writes a letter in the transaction that answers"
    assert known[letters.RESET_JOB] == 1
    assert unknown[letters.RESET_JOB] == 2
    town.write(letters.send_reset, email)
    assert post == []


def test_one_address_cannot_ask_without_end(town: Town) -> None:
    for number in range(attempts.RULES["address"].free):
        town.write(accounts.ask_reset, f"a{number}@engine.example", address="192.0.2.1")
    with pytest.raises(errors.LockedOut):
        town.write(accounts.ask_reset, "b@engine.example", address="192.0.2.1")
    town.write(accounts.ask_reset, "b@engine.example", address="192.0.2.2")


def test_the_deleted_and_services_get_no_reset(town: Town, post: list[Letter]) -> None:
    admin = make_people(town, 1, role="admin")[0]
    me = _register(town)
    town.write(accounts.remove_account, admin, me)
    del post[:]
    _reset_letter(town, "ada@engine.example")
    assert post == []


def test_a_reset_does_not_go_round_the_second_factor(town: Town, post: list[Letter]) -> None:
    from pyotp import TOTP

    me = _register(town)
    totp = TOTP(town.write(accounts.begin_totp, me).secret)
    town.write(accounts.confirm_totp, me, totp.generate_otp(clock.now() // 30_000))
    _reset_letter(town, "ada@engine.example")
    town.write(accounts.reset_password, post[-1].token, accounts.hash_password(FRESH))
    assert isinstance(attempt(town, "ada", FRESH), accounts.SecondFactorNeeded)


# Changing the address


def test_changing_the_address(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.change_email, me, proof(town, me, "wrong password"), "new@engine.example")
    town.write(accounts.change_email, me, proof(town, me), "new@engine.example")
    assert post[-1].to == "new@engine.example"
    assert town.read(accounts.person, me).email == "ada@engine.example", "not before it is confirmed"
    first = post[0].token
    assert town.write(accounts.verify_email, post[-1].token) == me
    changed = town.read(accounts.person, me)
    assert changed.email == "new@engine.example"
    assert changed.email_verified_at is not None
    assert (post[-1].to, post[-1].subject) == ("ada@engine.example", "Your e-mail address was changed")
    assert "new@engine.example" in post[-1].text
    with pytest.raises(errors.TokenExpired):
        town.write(accounts.verify_email, first)
    assert sign_in(town, "new@engine.example").person_id == me
    with pytest.raises(errors.BadCredentials):
        sign_in(town, "ada@engine.example")


def test_an_address_that_was_taken_meanwhile(town: Town, post: list[Letter]) -> None:
    me = _register(town)
    town.write(accounts.change_email, me, proof(town, me), "new@engine.example")
    link = post[-1].token
    _register(town, "bo", "NEW@engine.example")
    with pytest.raises(errors.EmailTaken):
        town.write(accounts.verify_email, link)
    assert town.read(accounts.person, me).email == "ada@engine.example"
    with pytest.raises(errors.EmailTaken):
        town.write(accounts.change_email, me, proof(town, me), "new@engine.example")
    with pytest.raises(errors.BadEmail):
        town.write(accounts.change_email, me, proof(town, me), "a@b@c\r\nBcc: everybody@engine.example")


def test_an_administrator_sets_an_address(town: Town, post: list[Letter]) -> None:
    admin, me = make_people(town, 2)
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.set_email, admin, me, "new@engine.example")
    town.write(accounts.promote, admin)
    old = town.read(accounts.person, me).email
    town.write(accounts.set_email, admin, me, "new@engine.example")
    assert town.read(accounts.person, me).email == "new@engine.example"
    assert [letter.to for letter in post] == [old]


# The real way


def test_from_asking_to_the_outbox(town: Town) -> None:
    me = _register(town)
    town.env.part(jobs.Registry).add(*accounts.JOBS, *mail.JOBS)
    town.write(accounts.ask_reset, "ada@engine.example", address="192.0.2.1")
    jobs.Runner(town.env, town.db).drain()
    out = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((Path(town.env.settings.data_dir) / "outbox").glob("*.eml"))
    ]
    by_subject = {str(each["subject"]): each for each in out}
    assert set(by_subject) == {"Please confirm your e-mail address", "Set a new password"}
    reset = by_subject["Set a new password"]
    assert reset["to"] == "ada@engine.example"
    secret = reset.get_content().partition("?token=")[2].split()[0]
    assert town.read(accounts.reset_target, secret).id == me


def test_names_cannot_break_a_letter(town: Town, post: list[Letter]) -> None:
    town.write(
        accounts.register,
        username="ada",
        email="ada@engine.example",
        name="{link} {0} %s",
        password_hash=PASSWORD_HASH,
    )
    assert "Hello {link} {0} %s," in post[0].text
    assert username(town, town.write(accounts.verify_email, post[0].token)) == "ada"
