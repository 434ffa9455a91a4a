"""What payments take and give. Amounts are whole minor units above zero; times are milliseconds."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypeVar

import msgspec

from dozen.core.payments.states import OPEN, PAID, ChargeState, MethodState, TransferState

R = TypeVar("R", bound=msgspec.Struct)

Kind: TypeAlias = Literal["card", "netbanking"]
"""How a charge is paid: with a card, or at one's bank."""
MethodKind: TypeAlias = Literal["card", "bank_account"]
"""What can be saved: a card to charge, or a bank account to pay out to."""
What: TypeAlias = Literal["charge", "refund", "payout", "method"]
Wish: TypeAlias = Literal["", "capture", "cancel"]
Trouble: TypeAlias = Literal["missing_with_us", "missing_at_gateway", "amount_differs", "fee_differs"]
DifferenceState: TypeAlias = Literal["open", "resolved", "vanished"]


class Charge(msgspec.Struct, frozen=True):
    """Money that somebody pays through a gateway."""

    id: int
    owner: int
    """Who pays: a person's id."""
    gateway: str
    gateway_ref: str | None
    """The gateway's id of it; None until the gateway has told."""
    amount: int
    currency: str
    state: ChargeState
    purpose: str
    """Whose charge it is and what for: ``wallet.topup``. By its beginning rooms hear of results."""
    subject: str
    """The room's own key of what is paid."""
    kind: Kind
    method_id: int | None
    """The saved method it is paid with; None: at the gateway's own page."""
    into: int
    """The ledger account that gets the money when it is captured."""
    manual: bool
    """Only authorised at first; :func:`capture` takes the money."""
    return_url: str
    created_at: int
    expires_at: int
    """After this it is cancelled unless the person has paid."""
    heard: bool
    """Somebody listens for its result."""
    wish: Wish = ""
    """What was asked of the gateway and is not done yet."""
    wish_amount: int | None = None
    next_url: str | None = None
    failure_code: str | None = None
    """The gateway's word for what went wrong (``insufficient_funds``); may stand there before the end."""
    failure_text: str | None = None
    captured: int = 0
    """What came, before fees."""
    fee: int | None = None
    """What the gateway keeps of it; None until it has told."""
    refunding: int = 0
    """What was asked to be refunded and has not failed; includes ``refunded``."""
    refunded: int = 0
    tries: int = 0
    """Calls since the gateway last gave a clear answer."""
    next_at: int | None = None
    """When the gateway is asked again; None: never."""
    sent_at: int | None = None
    """When the gateway was first told to go on with it: from then on only the gateway decides."""
    final_at: int | None = None
    told: bool = False
    """Whoever listens was told of the end."""
    booked_at: int | None = None
    """When the gateway booked it."""
    balance_ref: str | None = None
    """The gateway's id of that booking."""
    transfer_id: int | None = None
    fee_transfer_id: int | None = None

    @property
    def next_action(self) -> str | None:
        """Where to send the person to; None when there is nothing for them to do."""
        return self.next_url if self.state == "requires_action" else None

    @property
    def final(self) -> bool:
        return self.state not in OPEN

    @property
    def paid(self) -> bool:
        return self.state in PAID

    @property
    def refundable(self) -> int:
        return self.captured - self.refunding


class Refund(msgspec.Struct, frozen=True):
    """Money of a captured charge that goes back to who paid."""

    id: int
    charge_id: int
    owner: int
    gateway: str
    gateway_ref: str | None
    amount: int
    currency: str
    state: TransferState
    purpose: str
    """The charge's."""
    subject: str
    """The charge's."""
    reason: str
    source: int
    """The ledger account that the money comes out of, and goes back to if the refund fails."""
    created_at: int
    heard: bool
    failure_code: str | None = None
    tries: int = 0
    next_at: int | None = None
    sent_at: int | None = None
    final_at: int | None = None
    told: bool = False
    booked_at: int | None = None
    balance_ref: str | None = None
    transfer_id: int | None = None
    """Out of the source, when it was asked for."""
    done_transfer_id: int | None = None
    """Out of the house, or back to the source."""

    @property
    def final(self) -> bool:
        return self.state in ("succeeded", "failed")


class Payout(msgspec.Struct, frozen=True):
    """Money that leaves an account for somebody's bank."""

    id: int
    owner: int
    gateway: str
    gateway_ref: str | None
    amount: int
    currency: str
    state: TransferState
    purpose: str
    subject: str
    method_id: int
    """The saved bank account."""
    source: int
    created_at: int
    heard: bool
    failure_code: str | None = None
    fee: int | None = None
    """What the gateway asks of the house for it."""
    tries: int = 0
    next_at: int | None = None
    sent_at: int | None = None
    final_at: int | None = None
    told: bool = False
    booked_at: int | None = None
    balance_ref: str | None = None
    transfer_id: int | None = None
    done_transfer_id: int | None = None
    fee_transfer_id: int | None = None

    @property
    def final(self) -> bool:
        return self.state in ("succeeded", "failed")


class Method(msgspec.Struct, frozen=True):
    """A saved card or bank account: what people may see of it. The number is known to the gateway alone."""

    id: int
    owner: int
    gateway: str
    gateway_ref: str | None
    kind: MethodKind
    state: MethodState
    return_url: str
    created_at: int
    expires_at: int
    """When it is given up unless the person has entered it at the gateway by then."""
    next_url: str | None = None
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    failure_code: str | None = None
    tries: int = 0
    next_at: int | None = None
    final_at: int | None = None

    @property
    def next_action(self) -> str | None:
        """The gateway's page where the person enters it; None when there is nothing to do."""
        return self.next_url if self.state == "requires_action" else None


class Received(msgspec.Struct, frozen=True):
    """What became of a webhook."""

    new: bool
    """False: the same event was received before."""
    outcome: str
    """``applied``, ``stale`` (we know better), ``foreign`` (nothing of ours) or ``contradiction``."""


class Line(msgspec.Struct, frozen=True):
    """One movement in a gateway's settlement file."""

    balance_ref: str
    type: str
    """``charge``, ``refund`` or ``payout``; anything else is the gateway's own."""
    ref: str
    """The gateway's id of the charge, refund or payout."""
    reference: str
    """Our own reference of it, as the gateway was given it."""
    currency: str
    amount: int
    """What moved before fees: positive for charges, negative for refunds and payouts."""
    fee: int
    at: int


class Difference(msgspec.Struct, frozen=True):
    """Something in which a day's settlement file and our books differ."""

    id: int
    settlement_id: int
    gateway: str
    day: int
    trouble: Trouble
    type: str
    ref: str
    subject_id: int | None
    """Our charge, refund or payout; None when it is missing with us."""
    currency: str
    ours: int | None
    """Our amount (or fee), signed as in the file; None when it is missing with us."""
    theirs: int | None
    state: DifferenceState
    found_at: int
    resolved_by: int | None = None
    resolved_at: int | None = None
    reason: str = ""
    transfer_id: int | None = None

    @property
    def gap(self) -> int:
        """What the gateway holds more than our books say (negative: less). A fee works the other way."""
        more = (self.theirs or 0) - (self.ours or 0)
        return -more if self.trouble == "fee_differs" else more


class Settlement(msgspec.Struct, frozen=True):
    """A day's comparison with the gateway's file."""

    id: int
    gateway: str
    day: int
    """Its first millisecond, UTC."""
    lines: int
    matched: int
    differences: int
    """Open ones, when it was compared last."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    compared_at: int


class Report(msgspec.Struct, frozen=True):
    """What a reconciliation found."""

    settlement: Settlement
    matched: int
    missing_with_us: tuple[Difference, ...]
    missing_at_gateway: tuple[Difference, ...]
    amount_differs: tuple[Difference, ...]
    fee_differs: tuple[Difference, ...]

    @property
    def clean(self) -> bool:
        """No difference at all, resolved ones included."""
        return not (
            self.missing_with_us or self.missing_at_gateway or self.amount_differs or self.fee_differs
        )


def changed(row: R, **fields: Any) -> R:
    """The struct with other values."""
    return msgspec.structs.replace(row, **fields)
