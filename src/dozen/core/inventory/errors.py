"""What can go wrong with stock. When one is raised, nothing was changed."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Gone, Invalid, NotFound


class NoSuchUnit(NotFound):
    code = "no_such_unit"
    title = "There is no such thing in stock"


class NoSuchPiece(NotFound):
    code = "no_such_piece"
    title = "There is no such piece"


class BadWant(Invalid):
    code = "bad_stock_request"
    title = "This cannot be asked of the stock"


class OutOfStock(Conflict):
    """``extra``: ``unit`` (id), ``left`` (how many could still be had)."""

    code = "out_of_stock"
    title = "There is not enough of it left"


class PieceTaken(Conflict):
    """``extra``: ``piece`` (id)."""

    code = "piece_taken"
    title = "This one is taken"


class UnitClosed(Conflict):
    """``extra``: ``unit`` (id)."""

    code = "not_on_sale"
    title = "This is not on sale now"


class StockInUse(Conflict):
    code = "stock_in_use"
    title = "That is more than is free: some of it is held or sold"


class NoSuchHold(NotFound):
    code = "no_such_stock_hold"
    title = "Nothing is held under this number"


class HoldOver(Gone):
    code = "hold_over"
    title = "It was held for a while, and that time is over"


class HoldClosed(Conflict):
    """``extra``: ``state``."""

    code = "stock_hold_closed"
    title = "That cannot be done any more with what was held"
