"""What payers are given of an intent: the link where they approve it, and the way back to the shop."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from dozen.db import Tx
from dozen.kit import crypto, ids
from dozen.kit.env import Env
from dozen.services.wallet.errors.merchants import BadReturnUrl, NoSuchIntent
from dozen.services.wallet.queries import orders as queries
from dozen.services.wallet.service import merchants
from dozen.services.wallet.structs.merchants import Intent, Shop


def secret(env: Env, intent_id: int) -> str:
    """What only the shop, and whom it gives it to, can know of an intent."""
    return crypto.b64(env.keys.sign("wallet.intent", intent_id.to_bytes(8), size=18))


def link(env: Env, intent_id: int) -> str:
    """Where the payer approves it: a path on this server that nobody can guess."""
    return f"/wallet/approve/{intent_id}-{secret(env, intent_id)}"


def by_link(tx: Tx, token: str) -> Intent:
    """The intent of the last part of :func:`link`. Raises NoSuchIntent."""
    number, _, given = token.partition("-")
    if number.isascii() and number.isdigit() and len(number) <= 19 and int(number) <= ids.MAX:
        intent_id = int(number)
        if crypto.same(given, secret(tx.env, intent_id)):
            found = queries.intent_by_id.first(tx, id=intent_id)
            if found is not None:
                return found
    raise NoSuchIntent


def shop_of(tx: Tx, intent: Intent) -> Shop:
    """For verbs that payers start: the shop that is paid."""
    found = merchants.merchant(tx, intent.merchant)
    return Shop(found, intent.live, found.owner)


def back(intent: Intent) -> str:
    """Where the payer goes when they are done; empty: nowhere."""
    if not intent.return_url:
        return ""
    if intent.state in ("succeeded", "requires_capture"):
        status = "succeeded"
    else:
        status = "pending" if intent.state in ("processing", "requires_action") else "failed"
    query = urlencode({**intent.echo, "redirect_status": status})
    address, hash_, fragment = intent.return_url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}{query}{hash_}{fragment}"


def checked_return_url(env: Env, shop: Shop, url: str) -> str:
    """An address that a browser may be sent to: whole, without a user in it, and over https unless it is a
    rehearsal or this server is not on https itself. Raises BadReturnUrl."""
    url = url.strip()
    if not merchants.is_address(url):
        raise BadReturnUrl(fields={"return_url": BadReturnUrl.title})
    plain = urlsplit(url).scheme == "http"
    if plain and shop.live and env.settings.url.startswith("https://"):
        raise BadReturnUrl(fields={"return_url": "With live keys this must be an https address"})
    return url
