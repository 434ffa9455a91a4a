"""What the gateway charged before it was started: what sample data says, so that it can be refunded and
stands in the settlement files of those days."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from dozen.app.gateway.store import Books, Doc, Store


def learn(store: Store, path: Path) -> int:
    """Read a file with a JSON object a line, all of it or none; how many charges were new. Nobody is told
    by webhooks. ValueError or KeyError for what is no such file."""
    charges = [json.loads(line) for line in path.read_text().splitlines() if line]
    if not charges:
        return 0
    with store.transaction() as db:
        books = Books(db)
        if books.get(charges[-1]["intent"]) is not None:
            return 0  # it was read before
        return sum(books.keep(doc, parent=parent) for each in charges for doc, parent in _objects(each)) // 3


def _objects(known: Doc) -> Iterable[tuple[Doc, str]]:
    """A payment intent that has succeeded, its charge, and how that was booked; each with its parent."""
    intent, amount = known["intent"], known["amount"]
    common = {
        "created": known["created"], "currency": known["currency"], "livemode": False,
        "metadata": {"dozen": known["reference"]},
    }  # fmt: skip
    charge = f"ch_of_{intent}"
    yield {
        "id": intent, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
        "amount_received": amount, "capture_method": "automatic", "confirmation_method": "automatic",
        "client_secret": "", "customer": None, "description": None, "last_payment_error": None,
        "latest_charge": charge, "next_action": None, "payment_method": None,
        "payment_method_types": [known["kind"]], "return_url": None, "status": "succeeded",
        "canceled_at": None, "cancellation_reason": None, "tries": 0, **common,
    }, ""  # fmt: skip
    yield {
        "id": charge, "object": "charge", "amount": amount, "amount_captured": amount, "amount_refunded": 0,
        "payment_intent": intent, "paid": True, "balance_transaction": known["balance_transaction"], **common,
        "metadata": {},
    }, intent  # fmt: skip
    yield {
        "id": known["balance_transaction"], "object": "balance_transaction", "type": "charge",
        "amount": amount, "fee": known["fee"], "net": amount - known["fee"], "source": intent,
        "reference": known["reference"], **common, "metadata": {},
    }, ""  # fmt: skip
