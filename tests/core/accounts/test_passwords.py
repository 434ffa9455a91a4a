from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dozen.core.accounts import passwords
from dozen.core.accounts.errors import WeakPassword
from dozen.core.accounts.passwords import DUMMY, Challenge, Stored, check_policy, hash_password, hasher

pytestmark = pytest.mark.usefixtures("real_hashes")


def _challenge(stored: str | None) -> Challenge:
    return Challenge(stored=Stored(7, stored, 1), keys=(b"k",))


def test_hash_and_verify() -> None:
    stored = hash_password("Tr0mbone & tea")
    assert stored.startswith("$argon2id$")
    assert "Tr0mbone" not in stored
    right, wrong = _challenge(stored).verify("Tr0mbone & tea"), _challenge(stored).verify("tr0mbone & tea")
    assert (right.right, right.stored.person_id, right.rehashed) == (True, 7, None)
    assert not wrong.right


def test_the_same_letters_typed_on_another_keyboard() -> None:
    composed, decomposed = (unicodedata.normalize(form, "pássförd ｗ１２") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert _challenge(hash_password(composed)).verify(decomposed).right


def test_an_unknown_account_costs_one_verification_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Counting:
        check_needs_rehash = staticmethod(hasher.check_needs_rehash)

        def verify(self, stored: str, plain: bytes) -> bool:
            asked.append(stored)
            return hasher.verify(stored, plain)

    monkeypatch.setattr(passwords, "hasher", Counting())
    known = hash_for_test()
    assert not _challenge(None).verify("whatever it is").right
    assert not _challenge(known).verify("whatever it is").right
    assert not _challenge(known).verify("x" * 5000).right
    assert asked == [DUMMY, known, known]


def hash_for_test() -> str:
    return hasher.hash("not whatever it is")


def test_the_dummy_costs_what_real_hashes_cost() -> None:
    assert not hasher.check_needs_rehash(DUMMY)


def test_nobody_gets_in_without_a_stored_hash() -> None:
    assert not _challenge(None).verify("").right


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not _challenge("not a hash").verify("not a hash").right
    assert not _challenge("").verify("").right


def test_older_parameters_are_brought_up_to_date() -> None:
    from tests.support.people import PASSWORD, PASSWORD_HASH

    verdict = _challenge(PASSWORD_HASH).verify(PASSWORD)
    assert verdict.right
    assert verdict.rehashed is not None
    again = _challenge(verdict.rehashed).verify(PASSWORD)
    assert again.right
    assert again.rehashed is None
    assert _challenge(PASSWORD_HASH).verify("wrong password").rehashed is None


@pytest.mark.parametrize(
    "weak",
    [
        "", "short1!", "x" * 257, "password", "PASSWORD", "Password1!", "password123", "12345678", "87654321",
        "abcdefghij", "qwertyuiop", "Qwertyuiop99", "aaaaaaaaaaaa", "abababababab", "letmein123",
        "ｐａｓｓｗｏｒｄ", "iloveyou",
    ],
)  # fmt: skip
def test_weak_passwords(weak: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        hash_password(weak)
    assert caught.value.code == "weak_password"
    assert "password" in caught.value.fields


@pytest.mark.parametrize(
    "own", ["ada_lovelace", "Ada_Lovelace", "ada_lovelace99", "ada@engine.example", "adalove1"]
)
def test_not_ones_own_name(own: str) -> None:
    with pytest.raises(WeakPassword):
        check_policy(
            own, username="ada_lovelace", email="ada@engine.example" if "@" in own else "adalove@x.example"
        )


def test_a_name_inside_a_long_password_is_fine() -> None:
    check_policy("ada_lovelace wrote the first program", username="ada_lovelace")
    check_policy("anna-und-otto", username="a")


@pytest.mark.parametrize(
    "good", ["correct horse 42", "blåbærgrød 7", "пароль-и-соль", "monkeywrench-77", "x" * 4 + "abc!" * 63]
)
def test_good_passwords(good: str) -> None:
    check_policy(good, username="someone", email="someone@example.org")


def test_the_list_is_a_few_hundred_words_that_are_all_refused() -> None:
    words = sorted(passwords._common())
    assert 300 <= len(words) <= 500
    short = [word + "2024" for word in words if 4 <= len(word) < 8 and word.isalpha()]
    for word in [word for word in words if len(word) >= 8] + short:
        with pytest.raises(WeakPassword):
            check_policy(word)


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_the_policy_says_yes_or_weak(text: str) -> None:
    try:
        check_policy(text, username="someone", email="someone@example.org")
    except WeakPassword:
        return
    assert 8 <= len(text) <= 256


@given(st.text(st.characters(), min_size=0, max_size=40))
@settings(max_examples=5)
def test_no_text_breaks_a_verification(text: str) -> None:
    assert not _challenge(None).verify(text).right
    assert not _challenge(None).verify("\ud800" + text).right
