"""API keys of shops: several, for money or rehearsal, said once, rotated, revoked.

``sk_live_…`` and ``sk_test_…`` are secret: they do whatever the shop may. ``pk_…`` are publishable: they may
stand in a page, and reach one payment only together with that payment's own secret.
"""

from __future__ import annotations

import re
import secrets
import string

import msgspec

from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.crypto import digest, token
from dozen.kit.text import clean
from dozen.services.wallet.errors.merchants import BadKeyName, BadMerchantKey, NoSuchKey, TooManyKeys
from dozen.services.wallet.queries import merchants as queries
from dozen.services.wallet.queries import paytm
from dozen.services.wallet.service import merchants, notes
from dozen.services.wallet.structs.merchants import ApiKey, KeyKind, NewKey, Shop

MOST = 20
"""Usable keys of one shop."""
LONGEST_OVERLAP = 7 * clock.DAY
_KEY = re.compile(r"[sp]k_(?:live|test)_[A-Za-z0-9_-]{30,80}")
_USED = clock.HOUR
_LISTED = 100
_LETTERS = string.ascii_letters + string.digits
_SEAL = "wallet.signing_key"


def make(tx: Tx, shop: Shop, kind: KeyKind = "secret", name: str = "") -> NewKey:
    """Raises MerchantClosed, MerchantBlocked, BadKeyName, TooManyKeys."""
    merchants.must_be_open(shop.merchant)
    named = clean(name) or ("Secret key" if kind == "secret" else "Publishable key")
    if len(named) > 80:
        raise BadKeyName(fields={"name": BadKeyName.title})
    merchants_locked(tx, shop)
    if (queries.usable_keys.first(tx, merchant=shop.id, now=tx.now) or 0) >= MOST:
        raise TooManyKeys
    text = f"{'sk' if kind == 'secret' else 'pk'}_{'live' if shop.live else 'test'}_{token(30)}"
    key = ApiKey(
        id=tx.next_id(),
        merchant=shop.id,
        live=shop.live,
        kind=kind,
        name=named,
        shown=f"{text[:12]}…{text[-4:]}" if kind == "secret" else text,
        made_at=tx.now,
        used_at=None,
        expires_at=None,
        revoked_at=None,
    )
    queries.add_key(tx, **msgspec.structs.asdict(key), digest=digest(text))
    if kind == "secret" and shop.live:
        notes.security(tx, shop.merchant.owner, f"{shop.merchant.name} has a new API key: {named}")
    return NewKey(key, text)


def merchants_locked(tx: Tx, shop: Shop) -> None:
    """Two who make keys of one shop at once wait for each other."""
    tx.must_write()
    queries.by_id_for_update.first(tx, id=shop.id)


def rotate(tx: Tx, shop: Shop, key_id: int, *, overlap: int = clock.DAY) -> NewKey:
    """A new key in the place of one, which works on for ``overlap`` milliseconds.

    Raises NoSuchKey, and what :func:`make` raises.
    """
    old = _usable(tx, shop, key_id)
    made = make(tx, msgspec.structs.replace(shop, live=old.live), old.kind, old.name)
    ends = tx.now + max(0, min(overlap, LONGEST_OVERLAP))
    if old.expires_at is not None:
        ends = min(ends, old.expires_at)
    queries.end_key(tx, key=old.id, of=shop.id, ends=ends, revoked=None)
    return made


def revoke(tx: Tx, shop: Shop, key_id: int) -> None:
    """It works no more, from now on. Raises NoSuchKey."""
    found = _usable(tx, shop, key_id)
    queries.end_key(tx, key=found.id, of=shop.id, ends=found.expires_at, revoked=tx.now)


def keys(tx: Tx, shop: Shop) -> list[ApiKey]:
    """All of the shop, the newest first; those that work no more, too."""
    return queries.keys_of.all(tx, merchant=shop.id, limit=_LISTED)


def shop_of(tx: Tx, text: str) -> tuple[Shop, ApiKey]:
    """For whom a key acts. Raises BadMerchantKey."""
    found = queries.key_by_digest.first(tx, digest=digest(text)) if _KEY.fullmatch(text) else None
    if found is None or not found.usable(tx.now):
        raise BadMerchantKey
    merchant = queries.by_id.first(tx, id=found.merchant)
    if merchant is None or merchant.state == "closed":
        raise BadMerchantKey
    if tx.writes and tx.now - (found.used_at or 0) > _USED:
        queries.used_key(tx, key=found.id, now=tx.now)
    return Shop(merchant, found.live, merchant.owner), found


def _usable(tx: Tx, shop: Shop, key_id: int) -> ApiKey:
    found = queries.key_by_id.first(tx, id=key_id, merchant=shop.id)
    if found is None or not found.usable(tx.now):
        raise NoSuchKey
    return found


# Keys that sign: a protocol whose messages both sides sign with one key needs it back, so it is sealed


def make_signing_key(tx: Tx, shop: Shop) -> tuple[str, str]:
    """The shop's id and a new key of 32 characters for such a protocol; the key is said once, and the one
    before works no more. Raises MerchantClosed, MerchantBlocked."""
    merchants.must_be_open(shop.merchant)
    merchants_locked(tx, shop)
    known = paytm.shop_of.first(tx, merchant=shop.id, live=shop.live)
    mid = known.mid if known is not None else _mid(shop)
    key = "".join(secrets.choice(_LETTERS) for _ in range(32))
    sealed = tx.env.keys.seal(_SEAL, key.encode(), bound_to=mid.encode())
    paytm.put_shop(tx, mid=mid, merchant=shop.id, live=shop.live, key=sealed, now=tx.now)
    return mid, key


def signing_key(tx: Tx, mid: str) -> tuple[Shop, str] | None:
    """Whose id it is, and the key; None for no shop's."""
    found = paytm.shop.first(tx, mid=mid)
    if found is None:
        return None
    merchant = queries.by_id.first(tx, id=found.merchant)
    if merchant is None or merchant.state == "closed":
        return None
    key = tx.env.keys.unseal(_SEAL, found.key, bound_to=mid.encode()).decode()
    return Shop(merchant, found.live, merchant.owner), key


def _mid(shop: Shop) -> str:
    """Twenty characters: the shop's id and its mode."""
    return f"{'L' if shop.live else 'T'}{shop.id:019}"
