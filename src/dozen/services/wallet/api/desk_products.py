"""What moderators take down of what shops sell and buyers say, at the desk of the native JSON door.

A token needs the scope of moderators, and its person the role."""

from __future__ import annotations

from dozen.core import moderation
from dozen.services.wallet import looking
from dozen.services.wallet.api.desk import desk
from dozen.services.wallet.errors import products as faults
from dozen.services.wallet.schemas import desk as shapes
from dozen.services.wallet.service import moderating
from dozen.services.wallet.structs.products import Product
from dozen.web import Call

SCOPE = moderation.SCOPE
_JUDGING = (
    faults.NoSuchProduct,
    faults.OwnProduct,
    moderation.errors.NotModerator,
    moderation.errors.ReasonNeeded,
)
_LIMIT = (120, 3600)


def _shown(found: Product) -> shapes.JudgedShape:
    return shapes.JudgedShape(str(found.id), found.title, found.state)


@desk.post(
    "/subjects/{subject_id}/take-down",
    access="moderator",
    scope=SCOPE,
    status=200,
    raises=[*_JUDGING, faults.ProductTakenDown],
    limit=_LIMIT,
)
def take_down(call: Call, subject_id: int, data: shapes.Judgement) -> shapes.JudgedShape:
    """Take down a product, by its id: only its shop sees it any more, with the reason, and cannot sell it
    until that is lifted. Or the review of one, by the review's id: it is deleted. Whose it was is told."""
    return _shown(moderating.take_down(call.tx, looking.operator(call), subject_id, data.reason))


@desk.post(
    "/products/{product_id}/restore",
    access="moderator",
    scope=SCOPE,
    status=200,
    raises=[*_JUDGING, moderation.errors.NotTakenDown],
    limit=_LIMIT,
)
def restore(call: Call, product_id: int, data: shapes.Judgement) -> shapes.JudgedShape:
    """Let a shop sell again what moderators took down; it puts it on sale itself, and is told."""
    return _shown(moderating.lift(call.tx, looking.operator(call), product_id, data.reason))
