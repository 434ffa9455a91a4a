"""The protocol's checksum: SHA-256 of the text and a salt of four characters, encrypted with the shop's key.

The vendor's scheme, as it is: AES-CBC with PKCS#7 and a fixed initialisation vector. It shows who sent a
message, for both sides have the key; it hides nothing, so https is needed besides.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import string
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from dozen.kit.crypto import same

_VECTOR = b"@@@@&&&&####$$$$"
_SALT = 4
_LETTERS = string.ascii_letters + string.digits
_MOST = 200  # characters of a checksum


def text_of(fields: Mapping[str, str | None]) -> str:
    """A form's values by the order of their names; none and "null" are empty."""
    values = (fields[name] or "" for name in sorted(fields))
    return "|".join("" if value.lower() == "null" else value for value in values)


def sign(text: str, key: str) -> str:
    salt = "".join(secrets.choice(_LETTERS) for _ in range(_SALT))
    return base64.b64encode(_encrypt((_digest(text.encode(), salt) + salt).encode(), key)).decode()


def verify(text: bytes, key: str, checksum: str) -> bool:
    """Whether ``checksum`` is one of exactly these bytes. Never raises."""
    if len(checksum) > _MOST:
        return False
    try:
        plain = _decrypt(base64.b64decode(checksum, validate=True), key).decode("ascii")
    except ValueError:
        return False
    digest, salt = plain[:-_SALT], plain[-_SALT:]
    return len(salt) == _SALT and same(digest, _digest(text, salt))


def _digest(text: bytes, salt: str) -> str:
    return hashlib.sha256(text + b"|" + salt.encode()).hexdigest()


def _cipher(key: str) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key.encode()), modes.CBC(_VECTOR))


def _encrypt(plain: bytes, key: str) -> bytes:
    padder, encryptor = PKCS7(128).padder(), _cipher(key).encryptor()
    return encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()


def _decrypt(sealed: bytes, key: str) -> bytes:
    unpadder, decryptor = PKCS7(128).unpadder(), _cipher(key).decryptor()
    return unpadder.update(decryptor.update(sealed) + decryptor.finalize()) + unpadder.finalize()
