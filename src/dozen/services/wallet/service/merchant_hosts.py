"""Callback hosts: where a shop may have payers, and signed outcomes, sent to.

Its website's host always is one; others are listed by its owner, who is the only one to change the list: with
a shop's key alone nobody has payers sent elsewhere. In rehearsal this machine itself will do as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from dozen.db import Tx
from dozen.services.wallet.errors.merchants import BadCallbackHost, OtherHost
from dozen.services.wallet.queries import merchants as queries
from dozen.services.wallet.service import merchants
from dozen.services.wallet.structs.merchants import Shop

MOST = 20
_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?)(:[0-9]{1,5})?")
_PORTS = {"https": 443, "http": 80}
_HERE = frozenset(("localhost", "127.0.0.1", "[::1]"))


def listed(tx: Tx, shop: Shop) -> list[str]:
    """Those that the owner listed, in order."""
    return queries.hosts_of.all(tx, merchant=shop.id)


def put(tx: Tx, shop: Shop, given: Sequence[str]) -> list[str]:
    """List these, and no others. A whole address is taken for its host. Raises BadCallbackHost,
    MerchantClosed, MerchantBlocked."""
    merchants.must_be_open(shop.merchant)
    tidy, wrong = set(), []
    for each in given:
        text = each.strip().lower()
        if text:
            found = host_of(text if "://" in text else f"https://{text}")
            tidy.add(found) if found else wrong.append(each.strip()[:60])
    if wrong:
        raise BadCallbackHost(fields={"hosts": f"Not a host: {', '.join(wrong[:3])}"})
    if len(tidy) > MOST:
        raise BadCallbackHost(fields={"hosts": f"At most {MOST} hosts"})
    drop(tx, shop.id)
    queries.add_host.many(
        tx, [{"merchant": shop.id, "host": each, "made_at": tx.now} for each in sorted(tidy)]
    )
    return sorted(tidy)


def drop(tx: Tx, merchant_id: int) -> None:
    queries.drop_hosts(tx, merchant=merchant_id)


def host_of(url: str) -> str:
    """``shop.example``, ``shop.example:8443``: the port only where it is not the scheme's own. Empty: there
    is none that can be listed, or named in a header."""
    if not merchants.is_address(url):
        return ""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    found = host if port is None or port == _PORTS[parts.scheme] else f"{host}:{port}"
    return found if _HOST.fullmatch(found) and ".." not in found else ""


def must_be_known(tx: Tx, shop: Shop, url: str) -> None:
    """Raises OtherHost."""
    host = host_of(url)
    here = not shop.live and _plain(host) in _HERE
    if not host or not (here or host in _known(tx, shop)):
        raise OtherHost(host=host)


def origins(tx: Tx, shop: Shop, url: str) -> list[str]:
    """For a header: what a form may be sent to whose first address is ``url``, and where its shop may lead on
    to from there."""
    scheme = urlsplit(url).scheme
    found = dict.fromkeys([host_of(url), *_known(tx, shop)])
    return [f"{scheme}://{each}" for each in found if each]


def _known(tx: Tx, shop: Shop) -> list[str]:
    own = host_of(shop.merchant.website)
    return ([own] if own else []) + listed(tx, shop)


def _plain(host: str) -> str:
    """Without the port."""
    return host if host.endswith("]") else re.sub(":[0-9]+$", "", host)
