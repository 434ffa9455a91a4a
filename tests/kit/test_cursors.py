"""Page markers: nobody makes one but us, and each is good for one kind of list."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit.crypto import Keyring, b64, unb64
from dozen.kit.cursors import Cursors
from dozen.kit.errors import BadCursor

CURSORS = Cursors(Keyring(b"k" * 32))
values = st.lists(st.integers(0, 2**63 - 1) | st.text(max_size=20) | st.none(), max_size=3)


def refuses(kind: str, cursor: str, cursors: Cursors = CURSORS) -> None:
    with pytest.raises(BadCursor) as caught:
        cursors.open(kind, cursor)
    assert (caught.value.status, caught.value.code) == (400, "bad_cursor")


@given(values)
def test_a_truncated_or_lengthened_marker_is_refused(some: list[int | str | None]) -> None:
    sealed = CURSORS.seal("home", *some)
    for size in range(len(sealed)):
        refuses("home", sealed[:size])
    for more in ("A", "AA", "AAAA", "=", "\n", " "):
        refuses("home", sealed + more)
        refuses("home", more + sealed)


@given(values, values)
def test_a_signature_is_of_its_own_values_only(
    one: list[int | str | None], two: list[int | str | None]
) -> None:
    a, b = unb64(CURSORS.seal("home", *one)), unb64(CURSORS.seal("home", *two))
    mixed = b64(a[:10] + b[10:])
    if one == two:
        assert CURSORS.open("home", mixed) == tuple(one)
    else:
        refuses("home", mixed)


def test_kinds_and_keys_do_not_mix() -> None:
    sealed = CURSORS.seal("user", 7)
    for kind in ("users", "use", "", "User", "user\0", "user\0\x91"):
        refuses(kind, sealed)
    refuses("user", sealed, Cursors(Keyring(b"l" * 32)))
    # What another purpose signs is no marker, even when it says the same.
    keys = Keyring(b"k" * 32)
    body = b"\x91\x07"
    refuses("user", b64(keys.sign("page", b"user\0" + body, size=10) + body))
    assert CURSORS.open("user", b64(keys.sign("cursor", b"user\0" + body, size=10) + body)) == (7,)


def test_a_signature_is_no_shorter_for_those_who_send_less() -> None:
    keys = Keyring(b"k" * 32)
    body = b"\x91\x07"
    for size in (1, 2, 4, 8, 9, 11, 16, 32, 64):
        refuses("user", b64(keys.sign("cursor", b"user\0" + body, size=size) + body))


@pytest.mark.parametrize(
    "cursor", ["", "a", "=", "null", "A" * 14, "A" * 513, "é" * 20, "\ud800", "../..", "0", "-1", "A" * 10**6]
)
def test_what_is_no_marker_at_all(cursor: str) -> None:
    refuses("home", cursor)


def test_only_the_marker_itself_opens_it() -> None:
    """Base64 has spare bits in its last letter, by which another text would say the same."""
    for value in (1, 1000, 10**18):
        made = CURSORS.seal("home", value)
        for last in string.ascii_letters + string.digits + "-_":
            if last != made[-1]:
                with pytest.raises(BadCursor):
                    CURSORS.open("home", made[:-1] + last)
        with pytest.raises(BadCursor):
            CURSORS.open("home", made + "=")


def test_one_id_or_none() -> None:
    assert CURSORS.open_id("home", None) is None
    assert CURSORS.open_id("home", "") is None
    assert CURSORS.open_id("home", CURSORS.seal("home", 2**63 - 1)) == 2**63 - 1
    for wrong in (
        CURSORS.seal("home"),
        CURSORS.seal("home", 1, 2),
        CURSORS.seal("home", "1"),
        CURSORS.seal("home", None),
    ):
        with pytest.raises(BadCursor):
            CURSORS.open_id("home", wrong)
    with pytest.raises(BadCursor):
        CURSORS.open_id("other", CURSORS.seal("home", 1))


def test_markers_fit_into_addresses() -> None:
    for sealed in (CURSORS.seal("home", 2**63 - 1), CURSORS.seal("found", 0, "ü/?&=+ %", None)):
        assert sealed.isascii()
        assert set(sealed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        assert len(sealed) < 80


def test_a_marker_that_could_not_be_opened_again_is_not_made() -> None:
    assert CURSORS.open("found", CURSORS.seal("found", "x" * 350)) == ("x" * 350,)
    with pytest.raises(ValueError, match="long"):
        CURSORS.seal("found", "x" * 400)


def test_a_pair_is_two_numbers() -> None:
    assert CURSORS.open_pair("list", None) is None
    assert CURSORS.open_pair("list", CURSORS.seal("list", 7, 2**62)) == (7, 2**62)
    for values in ((7,), (7, 8, 9), (7, "8"), (None, 8)):
        with pytest.raises(BadCursor):
            CURSORS.open_pair("list", CURSORS.seal("list", *values))
