"""Webhooks in this protocol's words and with its signature."""

from __future__ import annotations

import msgspec

from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.compat.stripe import mapping
from dozen.services.wallet.compat.stripe.door import API_VERSION
from dozen.services.wallet.service import shop_events, webhooks
from dozen.services.wallet.structs.merchants import Event, Webhook


class Shape:
    header = "stripe-signature"

    def name(self, type_: str) -> str:
        return mapping.EVENTS.get(type_, "")

    def body(self, tx: Tx, event: Event, webhook: Webhook) -> bytes:
        waiting = webhooks.waiting(tx, event.id)
        return msgspec.json.encode(mapping.event(tx.env, event, waiting, API_VERSION))


def register(env: Env) -> None:
    env.part(shop_events.Words).add("stripe", Shape())
