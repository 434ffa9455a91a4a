"""What can go wrong with QR codes."""

from __future__ import annotations

from dozen.kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound


class UnreadableCode(Invalid):
    code = "qr_unreadable"
    title = "This is not a code that can be paid here"


class NoCodeFound(Invalid):
    code = "qr_not_found_in_picture"
    title = "There is no QR code to be seen in this picture"


class BadCodeData(Invalid):
    code = "bad_qr"
    title = "A code cannot be made of this"


class NoSuchCode(NotFound):
    code = "no_such_qr"
    title = "There is no such code"


class CodeChanged(Forbidden):
    code = "qr_changed"
    title = "This code is not as its shop made it; nothing was paid"


class CodeUsed(Conflict):
    code = "qr_used"
    title = "This code was paid already"


class CodeOver(Gone):
    code = "qr_expired"
    title = "The time to pay this code is over; ask for a new one"


class AmountFixed(Conflict):
    """``extra``: ``amount`` (minor units)."""

    code = "qr_amount_fixed"
    title = "This code says how much is to be paid"
