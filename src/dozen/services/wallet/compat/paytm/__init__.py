"""The Paytm-shaped dialect: order, token, hosted page, signed callback, status, refunds."""

from dozen.services.wallet.compat.paytm import routes as _routes  # noqa: F401 - they are put on the door
from dozen.services.wallet.compat.paytm.calling import WORK, register
from dozen.services.wallet.compat.paytm.door import door

__all__ = ["WORK", "door", "register"]
