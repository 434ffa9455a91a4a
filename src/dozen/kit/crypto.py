"""Keys, tokens and sealed values, on top of ``cryptography`` and the standard library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Keyring:
    """Keys for many purposes, all derived (HKDF-SHA256) from the installation's one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the secret must have at least 32 bytes")
        self._secret = secret
        self._keys: dict[str, bytes] = {}

    def key(self, purpose: str) -> bytes:
        """32 bytes that only this installation can derive for this purpose."""
        key = self._keys.get(purpose)
        if key is None:
            key = HKDF(SHA256(), 32, salt=None, info=b"dozen:" + purpose.encode()).derive(self._secret)
            self._keys[purpose] = key
        return key

    def sign(self, purpose: str, message: bytes, *, size: int = 32) -> bytes:
        """A keyed BLAKE2b of ``message``, of ``size`` bytes (at most 64). It is in every page's cursor, and
        ten times quicker than an HMAC through OpenSSL."""
        return hashlib.blake2b(message, key=self.key(purpose), digest_size=size).digest()

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is ours. A short one is worth little: callers check the length."""
        if not 8 <= len(signature) <= 64:
            return False
        return hmac.compare_digest(self.sign(purpose, message, size=len(signature)), signature)

    def seal(self, purpose: str, plain: bytes, *, bound_to: bytes = b"") -> bytes:
        """Encrypt (AES-256-GCM, random nonce in front); ``bound_to`` must be the same to open it."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.key(purpose)).encrypt(nonce, plain, bound_to)

    def unseal(self, purpose: str, sealed: bytes, *, bound_to: bytes = b"") -> bytes:
        """The plain bytes again; ValueError when they were not sealed here, so, or were changed."""
        try:
            return AESGCM(self.key(purpose)).decrypt(sealed[:12], sealed[12:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise ValueError("not sealed by this installation for this purpose") from error


def token(size: int = 32) -> str:
    """``size`` random bytes as URL-safe text without padding."""
    return secrets.token_urlsafe(size)


def digest(secret_text: str) -> bytes:
    """SHA-256 of a high-entropy token: what is stored in its place (not for passwords)."""
    return hashlib.sha256(secret_text.encode()).digest()


def same(a: str | bytes, b: str | bytes) -> bool:
    """Compare in constant time."""
    left = a.encode() if isinstance(a, str) else a
    right = b.encode() if isinstance(b, str) else b
    return hmac.compare_digest(left, right)


def b64(data: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Bytes of URL-safe base64 without padding; ValueError when it is none."""
    raw = text.encode("ascii", "strict") if text.isascii() else b"!"
    if not set(raw) <= _B64:
        raise ValueError("not URL-safe base64")
    return base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))


_B64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
