"""What can go wrong with bills and recharges."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Gone, Invalid, NotFound


class NoSuchBiller(NotFound):
    code = "no_such_biller"
    title = "There is no such biller"


class BillerClosed(Gone):
    code = "biller_closed"
    title = "This biller cannot be paid now"


class BadBiller(Invalid):
    code = "bad_biller"
    title = "A biller cannot be kept so"


class BadCustomer(Invalid):
    code = "bad_customer_number"
    title = "This is not a number that the biller gives"


class NoSuchBillCustomer(NotFound):
    code = "no_such_bill_customer"
    title = "The biller does not know this number"


class NothingDue(Conflict):
    code = "nothing_due"
    title = "There is nothing to pay: the bill is paid"


class BillAmount(Invalid):
    """``extra``: ``due`` (minor units), where a bill says how much."""

    code = "bad_bill_amount"
    title = "This is not what can be paid here"


class NoSuchPlan(NotFound):
    code = "no_such_plan"
    title = "There is no such plan"


class NoSuchSaved(NotFound):
    code = "no_such_saved_biller"
    title = "There is no such saved biller"


class TooManySaved(Conflict):
    code = "too_many_saved_billers"
    title = "There are fifty saved billers already; let one go first"
