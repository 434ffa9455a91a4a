"""What can go wrong with purchases and returns. When one is raised, nothing was changed."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Gone, Invalid, NotFound


class NoSuchPurchase(NotFound):
    code = "no_such_purchase"
    title = "There is no such purchase, or it is not yours"


class WrongStep(Conflict):
    """``extra``: ``state``."""

    code = "wrong_step"
    title = "That cannot be done with this purchase now"


class AlreadyShipped(Conflict):
    """``extra``: ``state``."""

    code = "already_shipped"
    title = "It has been sent already; once it is there, you can send it back"


class BadShipping(Invalid):
    code = "bad_shipping"
    title = "Please check the carrier and the number"


class ShopCannotRefund(Conflict):
    code = "shop_cannot_refund"
    title = "The shop has not got the money to give back now"


class NoSuchReturn(NotFound):
    code = "no_such_return"
    title = "There is no such return, or it is not yours"


class ReturnTooEarly(Conflict):
    code = "return_too_early"
    title = "It can be sent back once it has been delivered"


class ReturnTooLate(Gone):
    """``extra``: ``until``."""

    code = "return_too_late"
    title = "The time for sending it back is over"


class NotReturnable(Conflict):
    code = "not_returnable"
    title = "This shop takes nothing back"


class BadReturn(Invalid):
    code = "bad_return"
    title = "Please check what you want to send back"


class ReturnClosed(Conflict):
    """``extra``: ``state``."""

    code = "return_closed"
    title = "That cannot be done with this return now"


class BadRefundAmount(Invalid):
    """``extra``: ``left`` (minor units that have not gone back yet)."""

    code = "bad_refund_amount"
    title = "At most what was paid can be given back"
