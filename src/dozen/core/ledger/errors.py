"""What can go wrong with money. Codes are public and stable; nothing has moved when one is raised."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Fault, Forbidden, Gone, Invalid, NotFound


class InsufficientFunds(Fault):
    """``extra``: ``account`` and ``available`` (minor units that may still go out)."""

    code = "insufficient_funds"
    status = 402
    title = "There is not enough money in this account"


class AccountFrozen(Forbidden):
    code = "account_frozen"
    title = "This account is frozen"


class AccountClosed(Gone):
    code = "account_closed"
    title = "This account is closed"


class AccountInUse(Conflict):
    code = "account_in_use"
    title = "Only an empty account without holds can be closed"


class AccountDiffers(Conflict):
    """The account is open already, as another kind or with other lanes: a programming error."""

    code = "account_differs"
    title = "This account exists already, and is of another kind"


class BalanceLimit(Conflict):
    code = "balance_limit"
    title = "This account cannot hold that much"


class BelowLimit(Conflict):
    code = "balance_below_limit"
    title = "The account's balance is below the limit that is to be set"


class NoSuchAccount(NotFound):
    code = "no_such_account"
    title = "There is no such account"


class BadAccount(Invalid):
    code = "bad_account"
    title = "This account cannot be opened so"


class BadAmount(Invalid):
    code = "bad_amount"
    title = "An amount is above zero, with no more decimals than its currency has"


class BadTransfer(Invalid):
    code = "bad_transfer"
    title = "This transfer cannot be made so"


class SameAccount(Invalid):
    code = "same_account"
    title = "Money cannot be moved from an account to itself"


class Unbalanced(Invalid):
    code = "unbalanced"
    title = "What goes out and what comes in must be the same"


class CurrencyMismatch(Invalid):
    code = "currency_mismatch"
    title = "These accounts have different currencies"


class BadRate(Invalid):
    code = "bad_rate"
    title = "The exchange does not follow from its rate"


class HoldsNotPossible(Invalid):
    code = "holds_not_possible"
    title = "Nothing can be reserved on this account"


class NoSuchHold(NotFound):
    code = "no_such_hold"
    title = "There is no such hold"


class HoldExpired(Gone):
    code = "hold_expired"
    title = "This hold has expired"


class HoldClosed(Conflict):
    code = "hold_closed"
    title = "This hold was captured or released before"


class CaptureTooLarge(Conflict):
    """``extra``: ``rest`` (minor units that are still reserved)."""

    code = "capture_too_large"
    title = "That is more than is reserved"


class BadExpiry(Invalid):
    code = "bad_expiry"
    title = "A hold ends in the future, within its longest time"


class NoSuchTransfer(NotFound):
    code = "no_such_transfer"
    title = "There is no such transfer"


class RefundTooLarge(Conflict):
    """``extra``: ``left`` (minor units that can still be given back)."""

    code = "refund_too_large"
    title = "That is more than was moved and not yet given back"


class NotReversible(Conflict):
    code = "not_reversible"
    title = "This transfer cannot be reversed"


class BadKey(Invalid):
    code = "bad_idempotency_key"
    title = "An idempotency key is 1 to 255 visible ASCII characters"


class KeyReused(Conflict):
    code = "idempotency_key_reused"
    title = "This idempotency key was used for another request"


class KeyInUse(Conflict):
    code = "idempotency_key_in_use"
    title = "A request with this idempotency key is being carried out"


class Remembered(Fault):
    """A refusal that was stored under an idempotency key; ``code`` and ``status`` are the first one's."""

    def __init__(self, code: str, status: int, title: str, detail: str, extra: dict[str, object]) -> None:
        super().__init__(detail, **extra)
        self.code = code  # type: ignore[misc]
        self.status = status  # type: ignore[misc]
        self.title = title  # type: ignore[misc]
