from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.accounts import names
from dozen.core.accounts.errors import BadEmail, BadPhone, BadUsername

_GOOD = string.ascii_letters + string.digits + "_"


@given(st.text(_GOOD, min_size=1, max_size=20))
def test_good_usernames_are_kept_as_they_are(username: str) -> None:
    if names.username_key(username) in names.reserved():
        with pytest.raises(BadUsername):
            names.checked_username(username)
    assert names.checked_username(username, allow_reserved=True) == username


@given(st.text(max_size=40))
def test_what_is_let_through_is_ascii_short_and_one_of_its_key(text: str) -> None:
    try:
        made = names.checked_username(text)
    except BadUsername:
        return
    assert made in (text, text[1:])
    assert 1 <= len(made) <= 20
    assert set(made) <= set(_GOOD)
    assert names.username_key(made) == names.username_key(made.upper()) == names.username_key(made.lower())


@pytest.mark.parametrize(
    "bad",
    ["", "a" * 21, "a b", "a-b", "ä", "Ａda", "a\n", "\u0131lker", "a\u200b", "@", "@@a", "../a", "a.b"],
)
def test_bad_usernames(bad: str) -> None:
    with pytest.raises(BadUsername) as caught:
        names.checked_username(bad)
    assert "username" in caught.value.fields


@pytest.mark.parametrize(
    "word", ["admin", "API", "Settings", "about", "help", "search", "home", "login", "ROOT"]
)
def test_reserved_words(word: str) -> None:
    with pytest.raises(BadUsername):
        names.checked_username(word)


_LOCAL = st.text(string.ascii_letters + string.digits + "+-_", min_size=1, max_size=30)
_HOST = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,10}(\.[a-zA-Z]{2,8}){1,2}", fullmatch=True)


@given(_LOCAL, _HOST)
def test_addresses_differ_by_more_than_case(local: str, host: str) -> None:
    normal = names.checked_email(f"{local}@{host}")
    key = names.email_key(normal)
    assert names.checked_email(normal) == normal
    for other in (f"{local.upper()}@{host}", f"{local.lower()}@{host.upper()}", f"  {local}@{host}\n"):
        assert names.key_of_typed_email(other) == key


@given(st.emails())
def test_any_address_has_one_normal_form(address: str) -> None:
    try:
        normal = names.checked_email(address)
    except BadEmail:
        assert names.key_of_typed_email(address) is None
        return
    assert names.checked_email(normal) == normal
    assert len(normal) <= names.MAX_EMAIL


@given(st.text(max_size=300))
def test_no_text_breaks_the_address_check(text: str) -> None:
    key = names.key_of_typed_email(text)
    assert key is None or ("@" in key and "\n" not in key and "\r" not in key)


def test_international_domains_are_one_however_written() -> None:
    assert names.key_of_typed_email("ada@xn--mnchen-3ya.example") == names.key_of_typed_email(
        "Ada@MÜNCHEN.example"
    )


@pytest.mark.parametrize(
    "bad", ["", "ada", "ada@", "@x.org", "a b@x.org", "ada@x..org", "a@x.org\nBcc: b@x.org", "a" * 300]
)
def test_bad_addresses(bad: str) -> None:
    with pytest.raises(BadEmail):
        names.checked_email(bad)


def test_phones() -> None:
    assert names.checked_phone(" +49 (151) 234-56 78") == "+491512345678"
    assert names.checked_phone("0049151 2345678") == "+491512345678"
    for bad in (
        "",
        "0151234567",
        "+0151234567",
        "+49",
        "+" + "1" * 16,
        "+49abc12345",
        "+49" + " " * 100 + "1512345678",
    ):
        with pytest.raises(BadPhone):
            names.checked_phone(bad)
