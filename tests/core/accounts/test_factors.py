from __future__ import annotations

from collections.abc import Callable

import pytest
from pyotp import TOTP

from dozen.core import accounts
from dozen.core.accounts import attempts, errors, factors
from dozen.core.accounts.signin import TICKET_LASTS
from dozen.kit import clock
from tests.core.accounts.conftest import Letter
from tests.core.accounts.helpers import HERE, attempt, proof, sign_in, username
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]


def _code(totp: TOTP, steps: int = 0) -> str:
    return totp.generate_otp(clock.now() // factors.STEP + steps)


def _wrong(totp: TOTP) -> str:
    right = {_code(totp, steps) for steps in range(-3, 4)}
    return next(code for code in (f"{n:06}" for n in range(100)) if code not in right)


def _enrol(town: Town, me: int) -> tuple[TOTP, list[str]]:
    """Confirmed with the code of the step before, so that the current one is still good."""
    totp = TOTP(town.write(accounts.begin_totp, me).secret)
    return totp, town.write(accounts.confirm_totp, me, _code(totp, -1))


def _ticket(town: Town, me: int, device: str = "Firefox") -> str:
    done = attempt(town, username(town, me), device=device)
    assert isinstance(done, accounts.SecondFactorNeeded)
    return done.ticket


def _finish(
    town: Town, ticket: str, code: str, device: str = "Firefox"
) -> accounts.SignedIn | accounts.Refused:
    return town.write(accounts.second_factor, ticket, code, device=device, address=HERE)


@pytest.fixture(autouse=True)
def in_the_middle_of_a_step(later: Wait) -> None:
    """So that no step ends while a test runs."""
    later((factors.STEP - clock.now() % factors.STEP) + 5 * clock.SECOND)


def test_nothing_is_asked_before_it_is_confirmed(town: Town) -> None:
    me = make_people(town, 1, username="ada")[0]
    setup = town.write(accounts.begin_totp, me)
    assert setup.uri.startswith("otpauth://totp/Dozen:ada?")
    assert setup.secret in setup.uri
    assert sign_in(town, "ada")
    totp = TOTP(setup.secret)
    with pytest.raises(errors.BadCode):
        town.write(accounts.confirm_totp, me, _wrong(totp))
    assert town.read(accounts.factor_state, me).active_since is None
    assert sign_in(town, "ada")
    codes = town.write(accounts.confirm_totp, me, _code(totp))
    assert len(set(codes)) == 10
    state = town.read(accounts.factor_state, me)
    assert state.active_since is not None
    assert state.recovery_codes_left == 10
    assert town.read(accounts.person, me).second_factor
    assert isinstance(attempt(town, "ada"), accounts.SecondFactorNeeded)


def test_the_secret_is_sealed(town: Town) -> None:
    me = make_people(town, 1)[0]
    setup = town.write(accounts.begin_totp, me)
    kept = town.read(lambda tx: tx.driver.execute("SELECT sealed FROM accounts_factors").fetchone())[0]
    assert setup.secret.encode() not in bytes(kept)


def test_a_second_set_up_replaces_an_unconfirmed_one_only(town: Town) -> None:
    me = make_people(town, 1)[0]
    town.write(accounts.begin_totp, me)
    _enrol(town, me)
    with pytest.raises(errors.FactorActive):
        town.write(accounts.begin_totp, me)
    with pytest.raises(errors.FactorActive):
        town.write(accounts.confirm_totp, me, "123456")
    other = make_people(town, 1)[0]
    with pytest.raises(errors.FactorMissing):
        town.write(accounts.confirm_totp, other, "123456")


def test_password_then_code(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    ticket = _ticket(town, me)
    done = _finish(town, ticket, f" {_code(totp)[:3]} {_code(totp)[3:]} ")
    assert isinstance(done, accounts.SignedIn)
    actor = town.read(accounts.actor_for_session, done.token)
    assert actor is not None
    assert actor.person_id == me
    with pytest.raises(errors.TicketExpired):
        _finish(town, ticket, _code(totp, 1))


def test_a_ticket_is_no_session(town: Town) -> None:
    me = make_people(town, 1)[0]
    _enrol(town, me)
    ticket = _ticket(town, me)
    assert town.read(accounts.actor_for_session, ticket) is None
    assert town.read(accounts.actor_for_token, ticket) is None


def test_a_code_works_once_and_no_earlier_one_after_it(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    used, earlier = _code(totp), _code(totp, -1)
    assert isinstance(_finish(town, _ticket(town, me), used), accounts.SignedIn)
    for code in (used, earlier):
        refused = _finish(town, _ticket(town, me), code)
        assert isinstance(refused, accounts.Refused)
        assert refused.fault.code == "bad_code"
    later(factors.STEP)
    assert isinstance(_finish(town, _ticket(town, me), _code(totp)), accounts.SignedIn)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_one_step_either_way(town: Town, steps: int, good: bool) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)  # which used up the step before this one
    assert isinstance(_finish(town, _ticket(town, me), _code(totp, steps)), accounts.SignedIn) == good


def test_the_step_before_is_good_when_not_used(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    later(3 * factors.STEP)
    assert isinstance(_finish(town, _ticket(town, me), _code(totp, -1)), accounts.SignedIn)


def test_a_ticket_is_for_one_device_and_ten_minutes(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    ticket = _ticket(town, me, device="Firefox")
    for wrong, device in ((ticket, "Chrome"), ("x" * 43, "Firefox"), ("", "Firefox"), ("\0", "Firefox")):
        with pytest.raises(errors.TicketExpired):
            _finish(town, wrong, _code(totp), device)
    later(TICKET_LASTS + 1)
    with pytest.raises(errors.TicketExpired):
        _finish(town, ticket, _code(totp))


def test_guessing_codes_locks(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    for _ in range(attempts.RULES["factor"].free):
        refused = _finish(town, _ticket(town, me), _wrong(totp))
        assert isinstance(refused, accounts.Refused)
    with pytest.raises(errors.LockedOut):
        _finish(town, _ticket(town, me), _code(totp))
    later(31 * clock.SECOND)
    assert isinstance(_finish(town, _ticket(town, me), _code(totp)), accounts.SignedIn)


def test_code_along_with_the_password(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    with pytest.raises(errors.BadCode):
        attempt(town, username(town, me), code=_wrong(totp))
    assert sign_in(town, username(town, me), code=_code(totp)).person_id == me
    with pytest.raises(errors.BadCode):
        attempt(town, username(town, me), code=_code(totp))


def test_wrong_codes_along_with_the_password_are_counted(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    for _ in range(attempts.RULES["login"].free):
        with pytest.raises(errors.BadCode):
            attempt(town, username(town, me), code=_wrong(totp))
    with pytest.raises(errors.LockedOut):
        attempt(town, username(town, me), code=_code(totp))


def test_the_wish_for_a_token_survives_the_second_step(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    wish = accounts.TokenWish(scopes=frozenset({"vault:read"}), expires_in=120)
    needed = attempt(town, username(town, me), wish=wish)
    assert isinstance(needed, accounts.SecondFactorNeeded)
    done = _finish(town, needed.ticket, _code(totp))
    assert isinstance(done, accounts.SignedIn)
    actor = town.read(accounts.actor_for_token, done.token)
    assert actor is not None
    assert actor.scopes == frozenset({"vault:read"})


def test_recovery_codes_work_once_each(town: Town) -> None:
    me = make_people(town, 1)[0]
    _, codes = _enrol(town, me)
    typed = codes[0].upper().replace("-", " ")
    assert isinstance(_finish(town, _ticket(town, me), typed), accounts.SignedIn)
    assert isinstance(_finish(town, _ticket(town, me), codes[0]), accounts.Refused)
    assert isinstance(_finish(town, _ticket(town, me), codes[9]), accounts.SignedIn)
    assert town.read(accounts.factor_state, me).recovery_codes_left == 8
    kept = repr(town.read(lambda tx: tx.driver.execute("SELECT * FROM accounts_recovery_codes").fetchall()))
    assert all(code.replace("-", "") not in kept for code in codes)


def test_recovery_codes_of_somebody_else_are_no_use(town: Town) -> None:
    me, other = make_people(town, 2)
    _, theirs = _enrol(town, other)
    _enrol(town, me)
    assert isinstance(_finish(town, _ticket(town, me), theirs[0]), accounts.Refused)


def test_new_recovery_codes_need_the_password(town: Town) -> None:
    me = make_people(town, 1)[0]
    _, old = _enrol(town, me)
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.new_recovery_codes, me, proof(town, me, "wrong password"))
    fresh = town.write(accounts.new_recovery_codes, me, proof(town, me))
    assert not set(fresh) & set(old)
    assert isinstance(_finish(town, _ticket(town, me), old[0]), accounts.Refused)
    assert isinstance(_finish(town, _ticket(town, me), fresh[0]), accounts.SignedIn)


def test_switching_off_needs_the_password(town: Town, post: list[Letter]) -> None:
    me = make_people(town, 1)[0]
    _enrol(town, me)
    ticket = _ticket(town, me)
    with pytest.raises(errors.BadCredentials):
        town.write(accounts.disable_totp, me, proof(town, me, "wrong password"))
    town.write(accounts.disable_totp, me, proof(town, me))
    assert sign_in(town, username(town, me))
    with pytest.raises(errors.TicketExpired):
        _finish(town, ticket, "123456")
    with pytest.raises(errors.FactorMissing):
        town.write(accounts.disable_totp, me, proof(town, me))
    assert [letter.subject for letter in post] == ["The second factor is on", "The second factor is off"]


def test_a_changed_password_voids_tickets(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    ticket = _ticket(town, me)
    town.write(accounts.change_password, me, proof(town, me), accounts.hash_password("a fresh one 99"))
    with pytest.raises(errors.TicketExpired):
        _finish(town, ticket, _code(totp))


def test_check_code_for_other_rooms(town: Town) -> None:
    me = make_people(town, 1)[0]
    totp, _ = _enrol(town, me)
    assert not town.write(accounts.check_code, me, _wrong(totp))
    assert town.write(accounts.check_code, me, _code(totp))
    assert not town.write(accounts.check_code, me, _code(totp))
    assert not town.write(accounts.check_code, make_people(town, 1)[0], "123456")
