"""Double-entry accounts, transfers, holds and idempotency keys. Amounts are whole minor units; positive
is credit; the sum of all balances of a currency is always zero.

Everything that moves money raises a Fault of :mod:`dozen.core.ledger.errors` when it cannot, and has then
moved nothing. The ledger does not know who may do what: the room that calls it authorises.
"""

from dozen.core.ledger import errors
from dozen.core.ledger.applying import TOPIC
from dozen.core.ledger.exchanging import converted, exchange
from dozen.core.ledger.holding import (
    LONGEST_HOLD,
    capture,
    expire,
    holds,
    one_hold,
    reserve,
    void,
)
from dozen.core.ledger.jobs import JOBS
from dozen.core.ledger.keys import KEEP_KEYS, fingerprint, once, purge_keys
from dozen.core.ledger.moving import MOST_LEGS, lock, pay, transfer
from dozen.core.ledger.opening import (
    account,
    accounts_by_id,
    accounts_of,
    close_account,
    find_account,
    house,
    open_account,
    set_least,
    set_state,
)
from dozen.core.ledger.proving import MOST_WRONG, doctor, verify
from dozen.core.ledger.reading import (
    balance,
    balances,
    balances_by_id,
    daily_totals,
    one_transfer,
    statement,
    transfers_about,
    trial_balance,
)
from dozen.core.ledger.reversing import left_to_reverse, reversals_of, reverse
from dozen.core.ledger.sealing import seal, seal_all
from dozen.core.ledger.structs import (
    Account,
    Answer,
    Balance,
    Captured,
    Counter,
    DayTotal,
    Entry,
    Hold,
    HoldState,
    Key,
    Kind,
    Leg,
    Posting,
    Refusal,
    Report,
    Seal,
    State,
    Statement,
    Transfer,
    TrialLine,
    Wrong,
)
from dozen.core.ledger.tables import MOST_AMOUNT, MOST_BALANCE

__all__ = [
    "JOBS",
    "KEEP_KEYS",
    "LONGEST_HOLD",
    "MOST_AMOUNT",
    "MOST_BALANCE",
    "MOST_LEGS",
    "MOST_WRONG",
    "TOPIC",
    "Account",
    "Answer",
    "Balance",
    "Captured",
    "Counter",
    "DayTotal",
    "Entry",
    "Hold",
    "HoldState",
    "Key",
    "Kind",
    "Leg",
    "Posting",
    "Refusal",
    "Report",
    "Seal",
    "State",
    "Statement",
    "Transfer",
    "TrialLine",
    "Wrong",
    "account",
    "accounts_by_id",
    "accounts_of",
    "balance",
    "balances",
    "balances_by_id",
    "capture",
    "close_account",
    "converted",
    "daily_totals",
    "doctor",
    "errors",
    "exchange",
    "expire",
    "find_account",
    "fingerprint",
    "holds",
    "house",
    "left_to_reverse",
    "lock",
    "once",
    "one_hold",
    "one_transfer",
    "open_account",
    "pay",
    "purge_keys",
    "reserve",
    "reversals_of",
    "reverse",
    "seal",
    "seal_all",
    "set_least",
    "set_state",
    "statement",
    "transfer",
    "transfers_about",
    "trial_balance",
    "verify",
    "void",
]
