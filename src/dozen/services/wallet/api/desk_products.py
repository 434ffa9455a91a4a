"""What moderators took down of what shops sell, at the operators' desk of the native JSON door."""

from __future__ import annotations

from dozen.core import moderation
from dozen.services.wallet import looking
from dozen.services.wallet.api.desk import desk
from dozen.services.wallet.errors import products as faults
from dozen.services.wallet.schemas import desk as shapes
from dozen.services.wallet.service import product_reviews
from dozen.services.wallet.service.desk import SCOPE
from dozen.web import Call


@desk.post(
    "/products/{product_id}/restore",
    access="moderator",
    scope=SCOPE,
    status=200,
    raises=[
        faults.NoSuchProduct,
        faults.OwnProduct,
        moderation.errors.NotModerator,
        moderation.errors.NotTakenDown,
        moderation.errors.ReasonNeeded,
    ],
    limit=(120, 3600),
)
def restore(call: Call, product_id: int, data: shapes.Restore) -> shapes.Restored:
    """Let a shop sell again what moderators took down; it puts it on sale itself, and is told.

    A token needs the scope of moderators as well.
    """
    after = product_reviews.lift(call.tx, looking.operator(call), product_id, data.reason)
    return shapes.Restored(str(after.id), after.title, after.state)
