"""What the gateway does with money: intents, refunds, payouts and saved methods, each with its states."""

from __future__ import annotations

import secrets
import time
from typing import Any

from dozen.app.gateway import trouble
from dozen.app.gateway.hooks import emit
from dozen.app.gateway.store import Books, Doc

AUTHORISED_SECONDS = 7 * 86_400
SETTLE_SECONDS = 0.3
MOST_TRIES = 3
"""Cards that somebody can try on the page before the payment is called off."""

CARDS = {
    "4242424242424242": ("visa", "ok"),
    "5555555555554444": ("mastercard", "ok"),
    "4000002500003155": ("visa", "approval"),
    "4000000000009995": ("visa", "insufficient_funds"),
    "4000000000000002": ("visa", "generic_decline"),
}
"""Test cards, as Stripe documents them, and what becomes of each."""
MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "generic_decline": "Your card was declined.",
    "authentication_failed": "The payment was not approved.",
    "bank_refused": "Your bank refused the payment.",
}
_CANCELLABLE = (
    "requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing"
)  # fmt: skip


class Problem(Exception):
    """An error answer. ``extra`` goes into the error object."""

    def __init__(self, status: int, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        kind = {402: "card_error", 401: "authentication_error"}.get(status, "invalid_request_error")
        self.body: Doc = {"error": {"type": kind, "code": code, "message": message} | extra}


class Desk:
    """All of it happens in one transaction. ``page_url`` is where people reach our pages."""

    def __init__(self, books: Books, page_url: str) -> None:
        self.books = books
        self.page_url = page_url

    def find(self, object_id: str, kind: str) -> Doc:
        found = self.books.get(object_id, kind)
        if found is None:
            raise Problem(404, "resource_missing", f"No such {kind}: '{object_id}'")
        return found

    # Payment intents

    def create_intent(self, form: Doc) -> Doc:
        amount, currency = _amount(form.get("amount")), _currency(form.get("currency"))
        kinds = form.get("payment_method_types") or ["card"]
        if kinds[0] not in ("card", "netbanking"):
            raise Problem(400, "parameter_invalid", "card and netbanking are taken here")
        method = form.get("payment_method")
        if method is not None:
            self._usable(method, "card")
        intent = self.books.new(
            "payment_intent",
            "pi",
            {
                "amount": amount, "amount_capturable": 0, "amount_received": 0, "currency": currency,
                "capture_method": form.get("capture_method", "automatic"),
                "confirmation_method": "automatic", "client_secret": secrets.token_urlsafe(24),
                "customer": None, "description": form.get("description"), "last_payment_error": None,
                "latest_charge": None, "metadata": form.get("metadata") or {}, "next_action": None,
                "payment_method": method, "payment_method_types": kinds, "return_url": None,
                "status": "requires_confirmation" if method else "requires_payment_method",
                "canceled_at": None, "cancellation_reason": None, "tries": 0,
            },
        )  # fmt: skip
        emit(self.books, "payment_intent.created", intent)
        return self.confirm(intent, form) if form.get("confirm") == "true" else intent

    def confirm(self, intent: Doc, form: Doc) -> Doc:
        if intent["status"] not in ("requires_payment_method", "requires_confirmation"):
            raise _unexpected(intent, "confirmed")
        intent["return_url"] = form.get("return_url") or intent["return_url"]
        if form.get("payment_method"):
            intent["payment_method"] = form["payment_method"]
        if intent["payment_method"] is None:
            return self._wait(intent, "pay")
        method = self._usable(intent["payment_method"], "card")
        if self.charge(intent, method["behaviour"]):
            return intent
        raise Problem(402, "card_declined", intent["last_payment_error"]["message"],
                      decline_code=intent["last_payment_error"]["decline_code"],
                      payment_intent=intent)  # fmt: skip

    def charge(self, intent: Doc, behaviour: str) -> bool:
        """Charge a card that behaves so; False when it was declined."""
        mood = trouble.read(self.books.db)
        if behaviour == "ok" and mood.hit(mood.decline_rate):
            behaviour = "generic_decline"
        if behaviour == "approval":
            self._wait(intent, "approve")
            return True
        if behaviour != "ok":
            self.decline(intent, behaviour)
            return False
        self.paid(intent)
        return True

    def paid(self, intent: Doc) -> None:
        """The money is there: take it, or keep it reserved."""
        intent |= {"next_action": None, "last_payment_error": None}
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self.books.put(intent, due=time.time() + AUTHORISED_SECONDS)
            emit(self.books, "payment_intent.amount_capturable_updated", intent)
        else:
            self._take(intent, intent["amount"])

    def decline(self, intent: Doc, code: str) -> None:
        """Declined. At the page somebody may try again, a few times; a saved card waits for another."""
        at_page = intent["status"] == "requires_action"
        intent["tries"] += 1
        intent["last_payment_error"] = {
            "type": "card_error", "code": "card_declined", "decline_code": code,
            "message": MESSAGES.get(code, "Declined."),
        }  # fmt: skip
        if not at_page or intent["payment_method"] is not None:
            intent |= {"status": "requires_payment_method", "next_action": None}
        self.books.put(intent)
        emit(self.books, "payment_intent.payment_failed", intent)
        if at_page and intent["payment_method"] is None and intent["tries"] >= MOST_TRIES:
            self.cancel(intent, "automatic")

    def _take(self, intent: Doc, amount: int) -> None:
        netbanking = intent["payment_method_types"][0] == "netbanking"
        fee = (amount * 190 + 5_000) // 10_000 if netbanking else (amount * 290 + 5_000) // 10_000 + 30
        charge = self.books.new(
            "charge",
            "ch",
            {"amount": intent["amount"], "amount_captured": amount, "amount_refunded": 0,
             "currency": intent["currency"], "payment_intent": intent["id"], "paid": True},
            parent=intent["id"],
        )  # fmt: skip
        txn = self._book("charge", intent, amount, fee)
        charge["balance_transaction"] = txn["id"]
        self.books.put(charge)
        intent |= {
            "status": "succeeded", "amount_received": amount, "amount_capturable": 0,
            "latest_charge": charge["id"], "next_action": None,
        }  # fmt: skip
        self.books.put(intent)
        emit(self.books, "payment_intent.succeeded", intent)

    def capture(self, intent: Doc, form: Doc) -> Doc:
        if intent["status"] != "requires_capture":
            raise _unexpected(intent, "captured")
        amount = _amount(form.get("amount_to_capture") or str(intent["amount"]))
        if amount > intent["amount"]:
            raise Problem(400, "amount_too_large", "That is more than was authorised")
        self._take(intent, amount)
        return intent

    def cancel(self, intent: Doc, reason: str) -> Doc:
        if intent["status"] not in _CANCELLABLE:
            raise _unexpected(intent, "canceled")
        intent |= {
            "status": "canceled", "canceled_at": int(time.time()), "cancellation_reason": reason,
            "next_action": None, "amount_capturable": 0,
        }  # fmt: skip
        self.books.put(intent)
        emit(self.books, "payment_intent.canceled", intent)
        return intent

    def _wait(self, doc: Doc, page: str) -> Doc:
        secret = doc["client_secret"]
        doc |= {
            "status": "requires_action",
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "url": f"{self.page_url}/{page}/{doc['id']}?secret={secret}",
                    "return_url": doc["return_url"],
                },
            },
        }
        self.books.put(doc)
        emit(self.books, f"{doc['object']}.requires_action", doc)
        return doc

    # Refunds and payouts

    def create_refund(self, form: Doc) -> Doc:
        intent = self.find(str(form.get("payment_intent") or ""), "payment_intent")
        if intent["status"] != "succeeded":
            raise Problem(400, "charge_not_refundable", "Nothing was paid")
        charge = self.find(intent["latest_charge"], "charge")
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = _amount(form.get("amount") or str(left))
        if amount > left:
            raise Problem(400, "charge_already_refunded", f"Only {left} is left to refund")
        charge["amount_refunded"] += amount
        self.books.put(charge)
        refund = self.books.new(
            "refund",
            "re",
            {"amount": amount, "charge": charge["id"], "currency": intent["currency"],
             "payment_intent": intent["id"], "reason": form.get("reason"), "status": "pending",
             "metadata": form.get("metadata") or {}, "balance_transaction": None, "failure_reason": None},
            parent=intent["id"],
        )  # fmt: skip
        self.books.put(refund, due=time.time() + SETTLE_SECONDS)
        emit(self.books, "refund.created", refund)
        return refund

    def create_payout(self, form: Doc) -> Doc:
        amount, currency = _amount(form.get("amount")), _currency(form.get("currency"))
        method = self._usable(str(form.get("destination") or ""), "bank_account")
        payout = self.books.new(
            "payout",
            "po",
            {"amount": amount, "currency": currency, "destination": method["id"], "status": "pending",
             "metadata": form.get("metadata") or {}, "balance_transaction": None, "failure_code": None,
             "arrival_date": int(time.time())},
        )  # fmt: skip
        self.books.put(payout, due=time.time() + SETTLE_SECONDS)
        emit(self.books, "payout.created", payout)
        return payout

    def settle(self, doc: Doc) -> None:
        """What time does to an object."""
        mood = trouble.read(self.books.db)
        if doc["object"] == "refund" and doc["status"] == "pending":
            if mood.hit(mood.refund_fail_rate):
                charge = self.find(doc["charge"], "charge")
                charge["amount_refunded"] -= doc["amount"]
                self.books.put(charge)
                doc |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            else:
                doc |= {"status": "succeeded"}
                doc["balance_transaction"] = self._book("refund", doc, -doc["amount"], 0)["id"]
            self.books.put(doc)
            emit(self.books, "refund.updated", doc)
        elif doc["object"] == "payout" and doc["status"] == "pending":
            behaviour = (self.books.get(doc["destination"]) or {}).get("behaviour")
            if behaviour != "ok" or mood.hit(mood.payout_fail_rate):
                doc |= {"status": "failed", "failure_code": "account_closed"}
            else:
                doc |= {"status": "paid"}
                doc["balance_transaction"] = self._book("payout", doc, -doc["amount"], 25)["id"]
            self.books.put(doc)
            emit(self.books, f"payout.{doc['status']}", doc)
        elif doc["object"] == "payment_intent" and doc["status"] == "requires_capture":
            self.cancel(doc, "automatic")
        else:
            self.books.put(doc)

    def _book(self, type_: str, source: Doc, amount: int, fee: int) -> Doc:
        return self.books.new(
            "balance_transaction",
            "txn",
            {"type": type_, "amount": amount, "fee": fee, "net": amount - fee, "source": source["id"],
             "currency": source["currency"], "reference": source["metadata"].get("dozen", "")},
        )  # fmt: skip

    # Saved methods

    def create_setup(self, form: Doc) -> Doc:
        kinds = form.get("payment_method_types") or ["card"]
        if kinds[0] not in ("card", "bank_account"):
            raise Problem(400, "parameter_invalid", "A card or a bank_account can be saved here")
        setup = self.books.new(
            "setup_intent",
            "seti",
            {"client_secret": secrets.token_urlsafe(24), "payment_method": None, "tries": 0,
             "payment_method_types": kinds, "return_url": form.get("return_url"), "next_action": None,
             "metadata": form.get("metadata") or {}, "status": "requires_payment_method",
             "last_setup_error": None},
        )  # fmt: skip
        return self._wait(setup, "save")

    def saved(self, setup: Doc, method: Doc) -> None:
        setup |= {"status": "succeeded", "payment_method": method["id"], "next_action": None}
        self.books.put(setup)
        emit(self.books, "setup_intent.succeeded", setup)

    def call_off_setup(self, setup: Doc) -> None:
        setup |= {"status": "canceled", "next_action": None}
        self.books.put(setup)
        emit(self.books, "setup_intent.canceled", setup)

    def create_card(self, number: str, month: int, year: int) -> Doc:
        """A card's token. The number is not kept."""
        digits = "".join(number.split())
        if digits not in CARDS:
            raise Problem(402, "incorrect_number", "This simulator takes test cards only.")
        if not (1 <= month <= 12 and (year, month) >= time.gmtime()[:2] and year < 2100):
            raise Problem(402, "invalid_expiry", "The card has expired.")
        brand, behaviour = CARDS[digits]
        return self.books.new(
            "payment_method",
            "pm",
            {"type": "card", "behaviour": behaviour, "detached": False,
             "card": {"brand": brand, "last4": digits[-4:], "exp_month": month, "exp_year": year}},
        )  # fmt: skip

    def create_bank_account(self, number: str) -> Doc:
        digits = "".join(number.split()).upper()
        if not (6 <= len(digits) <= 34 and digits.isascii() and digits.isalnum()):
            raise Problem(402, "account_number_invalid", "That is no account number.")
        return self.books.new(
            "payment_method",
            "pm",
            {"type": "bank_account", "behaviour": "closed" if digits.endswith("0002") else "ok",
             "detached": False,
             "bank_account": {"bank_name": "Simulated Bank", "last4": digits[-4:]}},
        )  # fmt: skip

    def detach(self, method: Doc) -> Doc:
        method["detached"] = True
        self.books.put(method)
        return method

    def _usable(self, method_id: str, type_: str) -> Doc:
        method = self.find(method_id, "payment_method")
        if method["detached"] or method["type"] != type_:
            raise Problem(400, "payment_method_unusable", "This payment method cannot be used for that")
        return method


def _unexpected(intent: Doc, done: str) -> Problem:
    return Problem(
        400,
        "payment_intent_unexpected_state",
        f"This payment cannot be {done}: it is {intent['status']}",
        payment_intent=intent,
    )


def _amount(text: Any) -> int:
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 13:
        raise Problem(400, "parameter_invalid_integer", "amount must be a whole number")
    if not int(text):
        raise Problem(400, "amount_too_small", "amount must be above zero")
    return int(text)


def _currency(text: Any) -> str:
    if not isinstance(text, str) or len(text) != 3 or not (text.isascii() and text.isalpha()):
        raise Problem(400, "parameter_invalid", "currency must be a code of three letters")
    return text.lower()
