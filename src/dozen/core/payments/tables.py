"""Tables of payments. No row holds a card's or bank account's number: those are the gateway's."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Text, text

from dozen.core.payments.states import CHARGE, METHOD, TRANSFER
from dozen.db import Id, Millis, Table, Truth, metadata


def _states(moves: dict[str, frozenset[str]]) -> CheckConstraint:
    return CheckConstraint(f"state IN ({', '.join(repr(each) for each in moves)})", name="state")


def _due(table: str) -> Index:
    """What is to be asked of the gateway next."""
    return Index(
        f"ix_{table}_due",
        "next_at",
        sqlite_where=text("next_at IS NOT NULL"),
        postgresql_where=text("next_at IS NOT NULL"),
    )


def _at_gateway(table: str) -> Index:
    return Index(
        f"uq_{table}_ref",
        "gateway",
        "gateway_ref",
        unique=True,
        sqlite_where=text("gateway_ref IS NOT NULL"),
        postgresql_where=text("gateway_ref IS NOT NULL"),
    )


def _booked(table: str) -> Index:
    return Index(
        f"ix_{table}_booked",
        "gateway",
        "booked_at",
        sqlite_where=text("booked_at IS NOT NULL"),
        postgresql_where=text("booked_at IS NOT NULL"),
    )


charges = Table(
    "payments_charges",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("gateway_ref", Text),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("method_id", Id),
    Column("into", Id, nullable=False),
    Column("manual", Truth, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("heard", Truth, nullable=False),
    Column("key", Text, nullable=False),
    Column("print", Text, nullable=False),
    Column("wish", Text, nullable=False),
    Column("wish_amount", Id),
    Column("next_url", Text),
    Column("failure_code", Text),
    Column("failure_text", Text),
    Column("captured", Id, nullable=False),
    Column("fee", Id),
    Column("refunding", Id, nullable=False),
    Column("refunded", Id, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Millis),
    Column("sent_at", Millis),
    Column("final_at", Millis),
    Column("told", Truth, nullable=False),
    Column("booked_at", Millis),
    Column("balance_ref", Text),
    Column("transfer_id", Id),
    Column("fee_transfer_id", Id),
    Index("uq_payments_charges_key", "owner", "key", unique=True),
    Index("ix_payments_charges_owner", "owner", "id"),
    Index("ix_payments_charges_subject", "purpose", "subject", "id"),
    _due("payments_charges"),
    _at_gateway("payments_charges"),
    _booked("payments_charges"),
    _states(CHARGE),
    CheckConstraint("amount > 0 AND captured BETWEEN 0 AND amount", name="amount"),
    CheckConstraint("refunded >= 0 AND refunded <= refunding AND refunding <= captured", name="refunded"),
    CheckConstraint(
        "(state IN ('captured', 'partially_refunded', 'refunded')) = (transfer_id IS NOT NULL)",
        name="transfer",
    ),
)

refunds = Table(
    "payments_refunds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("charge_id", Id, nullable=False),
    Column("owner", Id, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("gateway_ref", Text),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Id, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("heard", Truth, nullable=False),
    Column("key", Text, nullable=False),
    Column("print", Text, nullable=False),
    Column("failure_code", Text),
    Column("tries", Integer, nullable=False),
    Column("next_at", Millis),
    Column("sent_at", Millis),
    Column("final_at", Millis),
    Column("told", Truth, nullable=False),
    Column("booked_at", Millis),
    Column("balance_ref", Text),
    Column("transfer_id", Id),
    Column("done_transfer_id", Id),
    Index("uq_payments_refunds_key", "charge_id", "key", unique=True),
    Index("ix_payments_refunds_charge", "charge_id", "id"),
    Index("ix_payments_refunds_owner", "owner", "id"),
    _due("payments_refunds"),
    _at_gateway("payments_refunds"),
    _booked("payments_refunds"),
    _states(TRANSFER),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(state IN ('succeeded', 'failed')) = (done_transfer_id IS NOT NULL)", name="transfer"),
)

payouts = Table(
    "payments_payouts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("gateway_ref", Text),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("method_id", Id, nullable=False),
    Column("source", Id, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("heard", Truth, nullable=False),
    Column("key", Text, nullable=False),
    Column("print", Text, nullable=False),
    Column("failure_code", Text),
    Column("fee", Id),
    Column("tries", Integer, nullable=False),
    Column("next_at", Millis),
    Column("sent_at", Millis),
    Column("final_at", Millis),
    Column("told", Truth, nullable=False),
    Column("booked_at", Millis),
    Column("balance_ref", Text),
    Column("transfer_id", Id),
    Column("done_transfer_id", Id),
    Column("fee_transfer_id", Id),
    Index("uq_payments_payouts_key", "owner", "key", unique=True),
    Index("ix_payments_payouts_owner", "owner", "id"),
    _due("payments_payouts"),
    _at_gateway("payments_payouts"),
    _booked("payments_payouts"),
    _states(TRANSFER),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(state IN ('succeeded', 'failed')) = (done_transfer_id IS NOT NULL)", name="transfer"),
)

methods = Table(
    "payments_methods",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("gateway_ref", Text),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("created_at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("key", Text, nullable=False),
    Column("print", Text, nullable=False),
    Column("next_url", Text),
    Column("brand", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("exp_month", Integer),
    Column("exp_year", Integer),
    Column("failure_code", Text),
    Column("tries", Integer, nullable=False),
    Column("next_at", Millis),
    Column("final_at", Millis),
    Column("token", LargeBinary),  # sealed with the installation's key, bound to the row
    Index("uq_payments_methods_key", "owner", "key", unique=True),
    Index("ix_payments_methods_owner", "owner", "id"),
    _due("payments_methods"),
    _at_gateway("payments_methods"),
    _states(METHOD),
    CheckConstraint("kind IN ('card', 'bank_account')", name="kind"),
    CheckConstraint("(state = 'active') = (token IS NOT NULL) OR state = 'removed'", name="token"),
    CheckConstraint("length(last4) <= 4", name="last4"),
)

events = Table(
    "payments_events",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("at", Millis, nullable=False),
    Column("received_at", Millis, nullable=False),
    Index("ix_payments_events_received", "received_at"),
    sqlite_with_rowid=False,
)

settlements = Table(
    "payments_settlements",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("gateway", Text, nullable=False),
    Column("day", Millis, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("differences", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("compared_at", Millis, nullable=False),
    Index("uq_payments_settlements_day", "gateway", "day", unique=True),
)

differences = Table(
    "payments_differences",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("settlement_id", Id, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("subject_id", Id),
    Column("currency", Text, nullable=False),
    Column("ours", Id),
    Column("theirs", Id),
    Column("state", Text, nullable=False),
    Column("found_at", Millis, nullable=False),
    Column("resolved_by", Id),
    Column("resolved_at", Millis),
    Column("reason", Text, nullable=False),
    Column("transfer_id", Id),
    Index("uq_payments_differences_ref", "settlement_id", "trouble", "type", "ref", unique=True),
    Index(
        "ix_payments_differences_open",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    CheckConstraint("state IN ('open', 'resolved', 'vanished')", name="state"),
)
