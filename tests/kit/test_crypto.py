"""Keys, signatures, sealed values, tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.kit import crypto
from dozen.kit.crypto import Keyring, b64, unb64

KEYS = Keyring(b"k" * 32)


def test_a_short_secret_is_refused() -> None:
    for size in (0, 1, 31):
        with pytest.raises(ValueError, match="32 bytes"):
            Keyring(b"k" * size)


def test_keys_differ_by_purpose_and_by_installation_and_stay() -> None:
    keys = {KEYS.key(p) for p in ("a", "b", "A", "a ", "", "ä")}
    keys |= {Keyring(b"l" * 32).key("a"), Keyring(b"k" * 33).key("a")}
    assert len(keys) == 8
    assert all(len(key) == 32 for key in keys)
    assert KEYS.key("a") == Keyring(b"k" * 32).key("a")
    assert b"k" * 32 not in keys


def test_keys_are_what_they_were_yesterday() -> None:
    """Another derivation would lock every installation out of what it sealed and signed."""
    assert Keyring(bytes(range(32))).key("cursor").hex() == (
        "1c30e23c8f9e0137ced0555122a31dbc23c7b337aacaa6ea28bf303e4b26fccd"
    )
    assert Keyring(bytes(range(32))).sign("cursor", b"x", size=8).hex() == "9d13ab1c1343c71c"


@given(st.binary(max_size=100), st.integers(8, 64))
def test_signatures_are_of_one_message_and_purpose(message: bytes, size: int) -> None:
    signature = KEYS.sign("a", message, size=size)
    assert len(signature) == size
    assert KEYS.verify("a", message, signature)
    assert not KEYS.verify("b", message, signature)
    assert not KEYS.verify("a", message + b"x", signature)
    assert not Keyring(b"l" * 32).verify("a", message, signature)
    assert not KEYS.verify("a", message, signature[:-1])
    assert not KEYS.verify("a", message, signature[:-1] + bytes([signature[-1] ^ 1]))


def test_a_signature_that_can_be_guessed_is_none() -> None:
    assert not KEYS.verify("a", b"m", b"")
    assert not any(KEYS.verify("a", b"m", bytes([n])) for n in range(256))
    for size in (1, 4, 7):
        assert not KEYS.verify("a", b"m", KEYS.sign("a", b"m", size=size))
    assert not KEYS.verify("a", b"m", b"x" * 65)
    assert not KEYS.verify("a", b"m", b"x" * 10**6)


@given(st.binary(max_size=60), st.data())
def test_no_byte_of_what_is_sealed_can_be_changed(plain: bytes, data: st.DataObject) -> None:
    sealed = KEYS.seal("a", plain, bound_to=b"row 7")
    assert len(sealed) == len(plain) + 28
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    for wrong in (bytes(changed), sealed[:at], sealed + b"\0"):
        with pytest.raises(ValueError, match="not sealed"):
            KEYS.unseal("a", wrong, bound_to=b"row 7")
    for bound in (b"", b"row 8", b"row 7 "):
        with pytest.raises(ValueError, match="not sealed"):
            KEYS.unseal("a", sealed, bound_to=bound)
    with pytest.raises(ValueError, match="not sealed"):
        Keyring(b"l" * 32).unseal("a", sealed, bound_to=b"row 7")


def test_the_same_is_never_sealed_alike() -> None:
    assert len({KEYS.seal("a", b"same") for _ in range(50)}) == 50
    assert len({KEYS.seal("a", b"same")[:12] for _ in range(50)}) == 50


def test_tokens_are_long_new_and_fit_into_addresses() -> None:
    found = {crypto.token() for _ in range(200)}
    assert len(found) == 200
    assert all(len(each) == 43 and len(unb64(each)) == 32 for each in found)
    assert len(crypto.token(9)) == 12


def test_digests_and_comparing() -> None:
    assert crypto.digest("abc").hex().startswith("ba7816bf8f01cfea")
    assert crypto.same("a", b"a")
    assert crypto.same("ü", "ü".encode())
    assert not crypto.same("a", "b")
    assert not crypto.same("a", "aa")
    assert not crypto.same("", "a")
    assert crypto.same("", b"")


@given(st.binary(max_size=80))
def test_base64_reads_back(data: bytes) -> None:
    assert unb64(b64(data)) == data
    assert "=" not in b64(data)


@pytest.mark.parametrize("text", ["a", "aaaaa", "ab=", "a b", "a+b/", "a\n", "é", "\ud800", "a\0bc", "🙂"])
def test_what_is_no_base64(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unb64(text)
