"""Money from and to the outside: charges, refunds and payouts through gateways, all of it on the ledger.

A verb here writes down what is wanted and returns; a job does it. ``advance`` does it at once, for a door
that wants to send the person on to the gateway's page.
"""

from dozen.core.payments import errors
from dozen.core.payments.charging import cancel, capture, charge
from dozen.core.payments.driving import advance, advance_method
from dozen.core.payments.forgetting import forget
from dozen.core.payments.gateway import Gateway, Refused, Unknown
from dozen.core.payments.jobs import JOBS
from dozen.core.payments.listening import on_result
from dozen.core.payments.parts import DEFAULT, Gateways, Pace, simulator_secrets
from dozen.core.payments.reading import (
    charge_by_id,
    charge_of,
    charges,
    method_by_id,
    methods,
    payout_by_id,
    payouts,
    refund_by_id,
    refunds_of,
)
from dozen.core.payments.recording import KNOWN, known_line, record_charge
from dozen.core.payments.refunding import refund
from dozen.core.payments.resolving import (
    difference,
    differences,
    differences_of,
    resolve,
    settlement,
    settlements,
    unresolved,
)
from dozen.core.payments.saving import add_method, remove_method
from dozen.core.payments.sending import payout
from dozen.core.payments.settling import reconcile
from dozen.core.payments.structs import (
    Charge,
    Difference,
    Line,
    Method,
    Payout,
    Received,
    Refund,
    Report,
    Settlement,
)
from dozen.core.payments.webhooks import MOST_WEBHOOK, receive_webhook

__all__ = [
    "DEFAULT",
    "JOBS",
    "KNOWN",
    "MOST_WEBHOOK",
    "Charge",
    "Difference",
    "Gateway",
    "Gateways",
    "Line",
    "Method",
    "Pace",
    "Payout",
    "Received",
    "Refund",
    "Refused",
    "Report",
    "Settlement",
    "Unknown",
    "add_method",
    "advance",
    "advance_method",
    "cancel",
    "capture",
    "charge",
    "charge_by_id",
    "charge_of",
    "charges",
    "difference",
    "differences",
    "differences_of",
    "errors",
    "forget",
    "known_line",
    "method_by_id",
    "methods",
    "on_result",
    "payout",
    "payout_by_id",
    "payouts",
    "receive_webhook",
    "reconcile",
    "record_charge",
    "refund",
    "refund_by_id",
    "refunds_of",
    "remove_method",
    "resolve",
    "settlement",
    "settlements",
    "simulator_secrets",
    "unresolved",
]
