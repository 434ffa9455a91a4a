"""The Stripe-shaped dialect: what its client libraries need to be paid by wallets here."""

from dozen.services.wallet.compat.stripe import routes as _routes  # noqa: F401 - they are put on the door
from dozen.services.wallet.compat.stripe.door import door
from dozen.services.wallet.compat.stripe.webhooks import register

__all__ = ["door", "register"]
