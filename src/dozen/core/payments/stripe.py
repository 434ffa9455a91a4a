"""A gateway that speaks as Stripe does: form-encoded requests with a bearer key and an Idempotency-Key,
JSON objects, signed webhooks. What deviates is in the README."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from dozen.core.outbound import Answer, Outbound, OutboundFailed
from dozen.core.payments.errors import BadWebhook
from dozen.core.payments.gateway import (
    ChargeAsk,
    ChargeStatus,
    Event,
    GatewayCharge,
    GatewayMethod,
    GatewayTransfer,
    Refused,
    Snapshot,
    TransferAsk,
    TransferStatus,
    Unknown,
)
from dozen.core.payments.stripe_objects import (
    ErrorBody,
    EventObject,
    Intent,
    Listing,
    Payout,
    Refund,
    Setup,
    Txn,
)
from dozen.core.payments.structs import MethodKind
from dozen.kit import clock

T = TypeVar("T")

TOLERANCE = 300
"""Seconds that a webhook's time may be away from ours."""
METADATA = "dozen"
"""The key under which objects carry our reference."""
_MOST_FILE = 1 << 26
_MOST_ANSWER = 1 << 21
_PAGES = 50
_UNCLEAR = frozenset((401, 403, 409, 429))
_BOOKED = {"expand[0]": "latest_charge.balance_transaction"}
_CHARGE: dict[str, ChargeStatus] = {
    "requires_payment_method": "new",
    "requires_confirmation": "new",
    "requires_action": "waiting",
    "processing": "waiting",
    "requires_capture": "authorised",
    "succeeded": "captured",
    "canceled": "cancelled",
}
_LISTING: dict[Any, Any] = {Refund: Listing[Refund], Payout: Listing[Payout]}
_TRANSFER: dict[str, TransferStatus] = {
    "pending": "pending",
    "requires_action": "pending",
    "in_transit": "pending",
    "succeeded": "succeeded",
    "paid": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


class Stripe:
    def __init__(
        self, name: str, url: str, key: str, secrets: str, out: Outbound, *, seconds: float = 10.0
    ) -> None:
        """``secrets`` are the webhook secrets that are good now, comma-separated."""
        self.name = name
        self._url = url.rstrip("/")
        self._key = key
        self._secrets = [each.strip().encode() for each in secrets.split(",") if each.strip()]
        self._out = out
        self._seconds = seconds

    # Charges

    def create_charge(self, ask: ChargeAsk, key: str) -> GatewayCharge:
        form = {
            "amount": str(ask.amount),
            "currency": ask.currency.lower(),
            "capture_method": "manual" if ask.manual else "automatic",
            "payment_method_types[0]": ask.kind,
            "description": ask.description,
            f"metadata[{METADATA}]": ask.reference,
        }
        if ask.token:
            form["payment_method"] = ask.token
        return _charge(self._call("POST", "/v1/payment_intents", Intent, form, key))

    def confirm_charge(self, ref: str, ask: ChargeAsk, key: str) -> GatewayCharge:
        form = {"return_url": ask.return_url, **_BOOKED}
        return _charge(self._call("POST", f"/v1/payment_intents/{_id(ref)}/confirm", Intent, form, key))

    def capture_charge(self, ref: str, amount: int, key: str) -> GatewayCharge:
        form = {"amount_to_capture": str(amount), **_BOOKED}
        return _charge(self._call("POST", f"/v1/payment_intents/{_id(ref)}/capture", Intent, form, key))

    def cancel_charge(self, ref: str, key: str) -> GatewayCharge:
        return _charge(self._call("POST", f"/v1/payment_intents/{_id(ref)}/cancel", Intent, {}, key))

    def fetch_charge(self, ref: str) -> GatewayCharge:
        return _charge(self._call("GET", f"/v1/payment_intents/{_id(ref)}", Intent, _BOOKED))

    # Refunds

    def create_refund(self, ask: TransferAsk, key: str) -> GatewayTransfer:
        form = {
            "payment_intent": ask.charge_ref,
            "amount": str(ask.amount),
            f"metadata[{METADATA}]": ask.reference,
            "expand[0]": "balance_transaction",
        }
        return _transfer(self._call("POST", "/v1/refunds", Refund, form, key))

    def fetch_refund(self, ref: str) -> GatewayTransfer:
        form = {"expand[0]": "balance_transaction"}
        return _transfer(self._call("GET", f"/v1/refunds/{_id(ref)}", Refund, form))

    def find_refund(self, ask: TransferAsk) -> GatewayTransfer | None:
        form = {"payment_intent": ask.charge_ref, "expand[0]": "data.balance_transaction"}
        return self._find("/v1/refunds", Refund, form, ask.reference)

    # Payouts

    def create_payout(self, ask: TransferAsk, key: str) -> GatewayTransfer:
        form = {
            "amount": str(ask.amount),
            "currency": ask.currency.lower(),
            "destination": ask.token,
            f"metadata[{METADATA}]": ask.reference,
            "expand[0]": "balance_transaction",
        }
        return _transfer(self._call("POST", "/v1/payouts", Payout, form, key))

    def fetch_payout(self, ref: str) -> GatewayTransfer:
        form = {"expand[0]": "balance_transaction"}
        return _transfer(self._call("GET", f"/v1/payouts/{_id(ref)}", Payout, form))

    def find_payout(self, ask: TransferAsk, since: int) -> GatewayTransfer | None:
        from_ = str(since // clock.SECOND - TOLERANCE)
        form = {"created[gte]": from_, "expand[0]": "data.balance_transaction"}
        return self._find("/v1/payouts", Payout, form, ask.reference)

    # Saved methods

    def create_method(self, reference: str, kind: MethodKind, return_url: str, key: str) -> GatewayMethod:
        form = {
            "payment_method_types[0]": kind,
            "confirm": "true",
            "usage": "off_session",
            "return_url": return_url,
            f"metadata[{METADATA}]": reference,
            "expand[0]": "payment_method",
        }
        return _method(self._call("POST", "/v1/setup_intents", Setup, form, key))

    def fetch_method(self, ref: str) -> GatewayMethod:
        form = {"expand[0]": "payment_method"}
        return _method(self._call("GET", f"/v1/setup_intents/{_id(ref)}", Setup, form))

    def remove_method(self, token: str, key: str) -> None:
        self._call("POST", f"/v1/payment_methods/{_id(token)}/detach", dict, {}, key)

    # From them

    def settlement_file(self, day: int) -> bytes:
        date = clock.rfc3339(day)[:10]
        answer = self._send("GET", f"/v1/settlements/{date}.csv", {}, "", most=_MOST_FILE, seconds=120.0)
        if answer.status != 200:
            self._refuse(answer)
        return answer.body

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: int) -> Event:
        """Raises BadWebhook unless one of our secrets signed it, lately."""
        verify(headers.get("stripe-signature", ""), body, self._secrets, now // clock.SECOND)
        try:
            event = msgspec.json.decode(body, type=EventObject)
            raw = event.data.object
            kind = msgspec.json.decode(raw, type=_Kind).object
            at = event.created * clock.SECOND
            match kind:
                case "payment_intent":
                    said = _charge(msgspec.json.decode(raw, type=Intent))
                    return Event(event.id, event.type, at, "charge", said)
                case "refund":
                    return Event(
                        event.id, event.type, at, "refund", _transfer(msgspec.json.decode(raw, type=Refund))
                    )
                case "payout":
                    return Event(
                        event.id, event.type, at, "payout", _transfer(msgspec.json.decode(raw, type=Payout))
                    )
                case "setup_intent":
                    setup = msgspec.json.decode(raw, type=Setup)
                    if setup.status == "succeeded" and isinstance(setup.payment_method, str):
                        setup.status = "processing"  # it comes without brand and digits: to be fetched
                    return Event(event.id, event.type, at, "method", _method(setup))
        except (msgspec.DecodeError, Unknown) as error:
            raise BadWebhook(f"The message cannot be read: {error}") from error
        return Event(event.id, event.type, at, "", None)

    # The wire

    def _find(
        self, path: str, kind: type[Refund] | type[Payout], form: dict[str, str], reference: str
    ) -> GatewayTransfer | None:
        after = ""
        for _ in range(_PAGES):
            asked = {**form, "limit": "100", **({"starting_after": after} if after else {})}
            page: Listing[Any] = self._call("GET", path, _LISTING[kind], asked)
            for each in page.data:
                if each.metadata.get(METADATA) == reference:
                    return _transfer(each)
            if not page.has_more or not page.data:
                return None
            after = page.data[-1].id
        raise Unknown("there are too many to look through")

    def _call(self, method: str, path: str, kind: type[T], form: Mapping[str, str], key: str = "") -> T:
        answer = self._send(method, path, form, key)
        if answer.status != 200:
            self._refuse(answer)
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.DecodeError as error:
            raise Unknown(f"{method} {path}: the answer cannot be read: {error}") from error

    def _send(
        self,
        method: str,
        path: str,
        form: Mapping[str, str],
        key: str,
        *,
        most: int = _MOST_ANSWER,
        seconds: float | None = None,
    ) -> Answer:
        headers = {"authorization": f"Bearer {self._key}"}
        body = b""
        url = self._url + path
        if method == "GET":
            url += f"?{urlencode(form)}" if form else ""
        else:
            body = urlencode(form).encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
            headers["idempotency-key"] = key
        try:
            return self._out.request(
                method, url, headers=headers, body=body, seconds=seconds or self._seconds, most=most
            )
        except OutboundFailed as failed:
            raise Unknown(f"{method} {path}: {failed}") from failed

    def _refuse(self, answer: Answer) -> None:
        """Raise what an answer that is not 200 means: only a whole, well-formed no is a no."""
        if not 400 <= answer.status < 500 or answer.status in _UNCLEAR:
            raise Unknown(f"status {answer.status}")
        try:
            error = msgspec.json.decode(answer.body, type=ErrorBody).error
        except msgspec.DecodeError as failed:
            raise Unknown(f"status {answer.status}, and the answer cannot be read") from failed
        if error.type == "idempotency_error":
            raise Unknown(f"{error.type}: {error.message}")
        said: Snapshot | None = None if error.payment_intent is None else _charge(error.payment_intent)
        raise Refused(error.decline_code or error.code or error.type, error.message or "", said)


class _Kind(msgspec.Struct):
    object: str = ""


def sign(body: bytes, secret: bytes, at: int) -> str:
    """The header of a webhook that was made at ``at`` (seconds)."""
    return f"t={at},v1={_mac(body, secret, at)}"


def _mac(body: bytes, secret: bytes, at: int | str) -> str:
    return hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def verify(header: str, body: bytes, secrets: list[bytes], now: int) -> None:
    """Raises BadWebhook. ``now`` is in seconds."""
    if len(header) > 2_000:
        raise BadWebhook
    parts = [each.strip().partition("=") for each in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1" and value.isascii()]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or len(times[0]) > 15:
        raise BadWebhook("The signature cannot be read")
    good = False
    for secret in secrets:
        expected = _mac(body, secret, times[0])
        for each in given:
            good |= hmac.compare_digest(expected, each)
    if not good:
        raise BadWebhook("The signature is not the gateway's")
    if abs(now - int(times[0])) > TOLERANCE:
        raise BadWebhook("The message is too old, or one of our clocks is wrong")


def _id(ref: str) -> str:
    return quote(ref, safe="")


def _charge(intent: Intent) -> GatewayCharge:
    status = _CHARGE.get(intent.status)
    if status is None:
        raise Unknown(f"{intent.id} has the status {intent.status!r}")
    error = intent.last_payment_error
    if intent.status == "requires_payment_method" and error is not None:
        status = "declined"
    charge = intent.latest_charge if not isinstance(intent.latest_charge, str) else None
    txn = charge.balance_transaction if charge is not None else None
    url = intent.next_action.redirect_to_url if intent.next_action is not None else None
    return GatewayCharge(
        ref=intent.id,
        reference=intent.metadata.get(METADATA, ""),
        status=status,
        amount=intent.amount,
        currency=intent.currency.upper(),
        captured=intent.amount_received,
        next_url=url.url if url is not None else None,
        failure_code=(error.decline_code or error.code or "declined") if error is not None else None,
        failure_text=error.message if error is not None else None,
        **_booked(txn),
    )


def _transfer(each: Refund | Payout) -> GatewayTransfer:
    status = _TRANSFER.get(each.status)
    if status is None:
        raise Unknown(f"{each.id} has the status {each.status!r}")
    return GatewayTransfer(
        ref=each.id,
        reference=each.metadata.get(METADATA, ""),
        status=status,
        amount=each.amount,
        currency=each.currency.upper(),
        failure_code=each.failure_code if isinstance(each, Payout) else each.failure_reason,
        **_booked(each.balance_transaction),
    )


def _booked(txn: str | Txn | None) -> dict[str, Any]:
    if txn is None or isinstance(txn, str):
        return {}
    return {"fee": txn.fee, "booked_at": txn.created * clock.SECOND, "balance_ref": txn.id}


def _method(setup: Setup) -> GatewayMethod:
    reference = setup.metadata.get(METADATA, "")
    saved = setup.payment_method
    if setup.status == "succeeded" and saved is not None and not isinstance(saved, str):
        card, bank = saved.card, saved.bank_account
        return GatewayMethod(
            setup.id,
            reference,
            "active",
            token=saved.id,
            brand=card.brand if card else bank.bank_name if bank else saved.type,
            last4=card.last4 if card else bank.last4 if bank else "",
            exp_month=card.exp_month if card else None,
            exp_year=card.exp_year if card else None,
        )
    if setup.status == "canceled":
        error = setup.last_setup_error
        code = (error.decline_code or error.code if error else None) or "cancelled"
        return GatewayMethod(setup.id, reference, "failed", failure_code=code)
    url = setup.next_action.redirect_to_url if setup.next_action is not None else None
    return GatewayMethod(setup.id, reference, "waiting", next_url=url.url if url is not None else None)
