"""Numbers, codes, PINs, opening and closing."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import Type, extract_parameters

from dozen.core import accounts, ledger, texting
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.errors import Fault
from dozen.services.wallet import errors, listen
from dozen.services.wallet.service import devices, numbers, pins, receivers, wallets
from tests.services.wallet.folk import PIN, PIN_HASH, make_holders, proof
from tests.support.people import make_people
from tests.support.town import Town

MOBILE = "+91 98765 43210"


def codes(town: Town) -> list[str]:
    """All codes that were texted, in order."""
    registry = town.env.part(Registry)
    if texting.JOBS[0].kind not in registry.handlers:
        registry.add(*texting.JOBS)
    Runner(town.env, town.db).drain()
    folder = Path(town.env.settings.data_dir) / texting.OUTBOX
    return [path.read_text().split("\n\n")[1][:6] for path in sorted(folder.glob("*.txt"))]


def wait(monkeypatch: pytest.MonkeyPatch, ms: int) -> None:
    later = clock.now() + ms
    monkeypatch.setattr(clock, "now", lambda: later)


@pytest.fixture
def ada(town: Town) -> int:
    listen(town.env)
    return make_people(town, 1)[0]


def test_a_number_is_proven_by_a_code(town: Town, ada: int) -> None:
    assert town.write(numbers.begin, ada, MOBILE) == "+919876543210"
    assert town.read(numbers.pending, ada) == "+919876543210"
    with pytest.raises(errors.Unverified):
        town.write(wallets.open_wallet, ada)
    code = codes(town)[-1]
    wrong = town.write(numbers.confirm, ada, "000000" if code != "000000" else "111111")
    assert isinstance(wrong, errors.BadCode)
    assert town.write(numbers.confirm, ada, f" {code[:3]} {code[3:]} ") == "+919876543210"
    with pytest.raises(errors.CodeExpired):
        town.write(numbers.confirm, ada, code)
    assert town.read(accounts.find_by_phone, "+919876543210") == ada
    found = town.write(wallets.open_wallet, ada)
    assert (found.currency, found.state) == ("INR", "open")
    with pytest.raises(errors.WalletExists):
        town.write(wallets.open_wallet, ada)
    assert town.write(wallets.open_wallet, ada, "EUR").currency == "EUR"
    with pytest.raises(errors.CurrencyDiffers):
        town.write(wallets.open_wallet, ada, "XXX")
    account = town.read(ledger.find_account, ada, "wallet", "INR")
    assert account is not None
    assert account.id == found.account_id


def test_a_code_is_good_for_five_tries_and_ten_minutes(
    town: Town, ada: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.write(numbers.begin, ada, MOBILE)
    code = codes(town)[-1]
    for _ in range(5):
        assert isinstance(town.write(numbers.confirm, ada, "x"), Fault)
    with pytest.raises(errors.CodeExpired):
        town.write(numbers.confirm, ada, code)
    with pytest.raises(errors.CodesTooOften):
        town.write(numbers.begin, ada, MOBILE)
    wait(monkeypatch, clock.MINUTE)
    town.write(numbers.begin, ada, MOBILE)
    newest = codes(town)[-1]
    wait(monkeypatch, 11 * clock.MINUTE)
    with pytest.raises(errors.CodeExpired):
        town.write(numbers.confirm, ada, newest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "12345",
        "+91 11 2345 6789",
        "+1 800 555 0199",
        "+999 123456789",
        "9" * 50,
        "+91 98765 4321",
    ],
)
def test_what_is_no_mobile_number(town: Town, ada: int, text: str) -> None:
    with pytest.raises(errors.BadNumber):
        town.write(numbers.begin, ada, text)


def test_a_number_belongs_to_one_person(town: Town, ada: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (bo,) = make_people(town, 1)
    town.write(numbers.begin, ada, MOBILE)
    first = codes(town)[-1]
    town.write(numbers.begin, bo, MOBILE)
    second = codes(town)[-1]
    assert town.write(numbers.confirm, ada, first) == "+919876543210"
    with pytest.raises(errors.NumberTaken):
        town.write(numbers.confirm, bo, second)
    wait(monkeypatch, clock.MINUTE)
    with pytest.raises(errors.NumberTaken):
        town.write(numbers.begin, bo, MOBILE)
    with pytest.raises(errors.AlreadyVerified):
        town.write(numbers.begin, ada, MOBILE)


def test_another_number_wants_the_pin(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    with pytest.raises(errors.PinNeeded):
        town.write(numbers.begin, ada, MOBILE)
    town.write(lambda tx: numbers.begin(tx, ada, MOBILE, proof(tx, ada)))
    old = town.read(wallets.holder, ada)
    assert old is not None
    assert town.write(numbers.confirm, ada, codes(town)[-1]) == "+919876543210"
    new = town.read(wallets.holder, ada)
    assert new is not None
    assert (old.phone != new.phone, new.phone) == (True, "+919876543210")
    with pytest.raises(errors.NoSuchReceiver):
        town.read(receivers.find, ada, old.phone, "INR")


@pytest.mark.parametrize("pin", ["", "12", "1234567", "12a4", "١٢٣٤", " 1234"])
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(errors.BadPin):
        pins.check_pin(pin)


@pytest.mark.parametrize("pin", ["1234", "0000", "98765", "1212", "123123", "1987", "2580", "456789"])
def test_what_anybody_would_guess(pin: str) -> None:
    with pytest.raises(errors.WeakPin):
        pins.check_pin(pin)


def test_a_pin_locks_for_longer_and_longer(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    (ada,) = make_holders(town, 1)

    def attempt(pin: str) -> bool:
        found = town.write(pins.begin, ada).verify(pin)
        if found.right:
            town.write(pins.accept, found, ada)
        return found.right

    assert [attempt("9999") for _ in range(5)] == [False] * 5
    with pytest.raises(errors.PinLocked) as locked:
        attempt(PIN)
    assert 800 < locked.value.retry_after <= 900
    wait(monkeypatch, 16 * clock.MINUTE)
    assert not attempt("9999")
    with pytest.raises(errors.PinLocked) as locked:
        attempt(PIN)
    assert 1_700 < locked.value.retry_after <= 1_800
    assert town.read(pins.locked_for, ada) > 1_700
    wait(monkeypatch, 31 * clock.MINUTE)
    assert attempt(PIN)
    assert not attempt("9999"), "the count began anew"
    assert attempt(PIN)


def test_guesses_at_once_gain_nothing(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    for _ in range(5):
        town.write(pins.begin, ada)  # not one of them has been looked at yet
    with pytest.raises(errors.PinLocked):
        town.write(pins.begin, ada)


def test_a_proof_is_of_the_pin_as_it_is(town: Town) -> None:
    (ada,) = make_holders(town, 1)
    old = town.write(proof, ada)
    town.write(lambda tx: pins.change(tx, ada, proof(tx, ada), PIN_HASH))
    with pytest.raises(errors.WrongPin):
        town.write(pins.accept, old, ada)
    with pytest.raises(errors.WrongPin):
        town.write(pins.set_first, ada, PIN_HASH)


def test_frozen_closed_and_opened_again(town: Town) -> None:
    from tests.services.wallet.folk import fund

    (ada,) = make_holders(town, 1, money=500)
    with pytest.raises(errors.WalletInUse):
        town.write(wallets.close, ada, "INR")
    assert town.read(wallets.wallet, ada).state == "open"
    assert town.write(wallets.freeze, ada, "INR").state == "frozen"
    assert town.write(wallets.freeze, ada, "INR").state == "frozen"
    with pytest.raises(errors.PinNeeded):
        town.write(wallets.unfreeze, ada, "INR", None)
    (bo,) = make_holders(town, 1)
    assert town.write(wallets.close, bo, "INR").state == "closed"
    with pytest.raises(errors.ReceiverCannot):
        town.write(lambda tx: fund(tx, bo, 1))
    with pytest.raises(errors.WalletClosed):
        town.write(wallets.freeze, bo, "INR")
    assert town.write(wallets.open_wallet, bo).state == "open"
    town.write(lambda tx: fund(tx, bo, 1))


def test_devices_are_seen_named_and_revoked(town: Town) -> None:
    ada, bo = make_holders(town, 2)

    def seen(tx: Tx, secret: str, name: str) -> int:
        return devices.seen(tx, ada, secret, kind="browser", name=name, address="::1").id

    first = town.write(seen, "one", "Firefox on Linux")
    assert town.write(seen, "one", "something else") == first
    second = town.write(seen, "two", "Safari on iPhone")
    assert {each.id for each in town.read(devices.mine, ada)} == {first, second}
    town.write(devices.rename, ada, first, "  My desk\n ")
    assert {each.name for each in town.read(devices.mine, ada)} == {"My desk", "Safari on iPhone"}
    with pytest.raises(errors.NoSuchDevice):
        town.write(devices.rename, bo, first, "mine now")
    town.write(devices.revoke, ada, second)
    with pytest.raises(errors.DeviceRevoked):
        town.write(seen, "two", "")
    town.write(lambda tx: devices.revoke(tx, ada, second, on=False))
    assert town.write(seen, "two", "") == second


def test_handles(town: Town) -> None:
    ada, bo = make_holders(town, 2)
    assert town.write(receivers.take_handle, ada, "Ada.Home@dozen").handle == "ada.home"
    assert town.read(receivers.find, bo, "ADA.home@Dozen", "INR").person == ada
    for wrong in ("", "a", "1ada", "ada home", "ada@elsewhere", "x" * 31, "ада"):
        with pytest.raises(errors.BadHandle):
            town.write(receivers.take_handle, ada, wrong)
    for n in range(4):
        town.write(receivers.take_handle, ada, f"ada{n}")
    with pytest.raises(errors.TooManyHandles):
        town.write(receivers.take_handle, ada, "one-more")
    town.write(receivers.drop_handle, bo, "ada.home")
    assert len(town.read(receivers.handles, ada)) == 5, "others' handles cannot be dropped"


def test_a_pin_is_dear_to_guess_for_whoever_gets_the_database() -> None:
    made = extract_parameters(pins.hash_pin("4826"))
    assert made.type is Type.ID
    assert made.memory_cost >= 19_456, "KiB, as OWASP's minimum for argon2id"
    assert made.time_cost >= 2
    assert made.salt_len >= 16
    assert pins.hash_pin("4826") != pins.hash_pin("4826")
