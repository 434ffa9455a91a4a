"""wallet: money for people and shops, on the ledger that every other room pays through.

Each noun brings its doors (``api``, ``pages``), its work (``jobs``), and what it hangs on when a process
starts (``register`` in its service module): lists, below.
"""

from __future__ import annotations

from pathlib import Path

from dozen.core import notifications
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet import api, pages
from dozen.services.wallet.bill_jobs import WORK as BILL_WORK
from dozen.services.wallet.compat import paytm, stripe
from dozen.services.wallet.desk_jobs import WORK as DESK_WORK
from dozen.services.wallet.indexing import PRODUCTS
from dozen.services.wallet.jobs import WORK
from dozen.services.wallet.mandate_jobs import WORK as MANDATE_WORK
from dozen.services.wallet.merchant_jobs import WORK as SHOP_WORK
from dozen.services.wallet.risk_jobs import WORK as RISK_WORK
from dozen.services.wallet.service import (
    bills,
    delivering,
    dispute_losses,
    disputes,
    identities,
    leaving,
    mandates,
    moderating,
    notes,
    order_refunds,
    order_states,
    product_reviews,
    purchases,
    requests,
    returns,
    shop_settlements,
    topups,
)
from dozen.services.wallet.service.risk import checking
from dozen.services.wallet.shopping_jobs import WORK as SHOPPING_WORK
from dozen.web import Place, Progress, Room

PLACES: tuple[Place, ...] = (
    Place(title="Wallet", path="/wallet", icon="wallet", key="w"),
    Place(title="Send", path="/wallet/send", icon="send", key="s"),
    Place(title="Requests", path="/wallet/requests", icon="arrow-down", key="r", badge="wallet-requests"),
    Place(title="History", path="/wallet/history", icon="history", key="h"),
    Place(title="Settings", path="/wallet/settings", icon="settings", key="e"),
)
LISTENERS = (
    notes.register,
    requests.register,
    topups.register,
    order_states.register,
    order_refunds.register,
    shop_settlements.register,
    delivering.register,
    bills.register,
    mandates.register,
    leaving.register,
    purchases.register,
    returns.register,
    product_reviews.register,
    moderating.register,
    checking.register,
    disputes.register,
    dispute_losses.register,
    identities.register,
    stripe.register,
    paytm.register,
)
"""Called once in each process with its ``Env``."""


def listen(env: Env) -> None:
    for register in LISTENERS:
        register(env)


def _counts(tx: Tx, me: int) -> dict[str, int]:
    return {
        "notifications": notifications.unread(tx, me),
        "wallet-requests": requests.how_many_waiting(tx, me),
    }


def _demo(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    from dozen.services.wallet import (  # noqa: F401 - add to the loaders
        bill_demo,
        desk_demo,
        merchant_demo,
        risk_demo,
        shop_demo,
    )
    from dozen.services.wallet.demo import load  # sample data is nothing that a server needs

    load(env, size=size, seed=seed, progress=progress)


ROOM = Room(
    name="wallet",
    title="Wallet",
    summary="Pay people and shops, ask for money, see where it went.",
    icon="wallet",
    key="w",
    folder=Path(__file__).parent,
    doors=(*api.DOORS, *pages.DOORS, stripe.door, paytm.door),
    places=PLACES,
    scopes={
        "wallet:read": "See your balance, payments and requests",
        "wallet:pay": "Pay and move money, with your PIN",
        "wallet:shop": "Run your shops: their keys, payments, refunds, payouts and webhooks",
        "wallet:manage": "Change limits, devices and handles, freeze the wallet",
        "wallet:desk": "For those who run the place: the books, corrections, figures, blocking",
    },
    work=(*WORK, *SHOP_WORK, *BILL_WORK, *MANDATE_WORK, *RISK_WORK, *DESK_WORK, *SHOPPING_WORK, *paytm.WORK),
    listen=listen,
    refills=(PRODUCTS,),
    demo=_demo,
    counts=_counts,
)
