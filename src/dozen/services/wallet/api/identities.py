"""Showing who one is, by the native JSON door: one's own papers, and the operators' queue."""

from __future__ import annotations

from dozen.db import Tx
from dozen.services.wallet import errors, looking
from dozen.services.wallet.api.disputes import FILES, file_ids
from dozen.services.wallet.api.door import MANAGE, READ, api
from dozen.services.wallet.api.reviews import DESK, OPERATING
from dozen.services.wallet.errors import identities as faults
from dozen.services.wallet.errors.desk import ReasonNeeded
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.schemas import identities as shapes
from dozen.services.wallet.service import evidence, identities, tiers, wallets
from dozen.services.wallet.structs.identities import IdentityState
from dozen.web import Call, Cursor, Limit, Listing

_DECIDING = (*OPERATING, OwnMatter, faults.IdentityDecided, faults.NoSuchIdentity)


@api.get("/api/identity", scope=READ, raises=[errors.NoWallet])
def mine(call: Call) -> shapes.OwnIdentity:
    """Your level, and what you showed for it."""
    holder = wallets.holder(call.tx, call.me)
    if holder is None:
        raise errors.NoWallet
    found = identities.mine(call.tx, call.me)
    return shapes.OwnIdentity(holder.tier, tiers.NAMES[holder.tier], [shapes.own(*each) for each in found])


@api.post(
    "/api/identity",
    scope=MANAGE,
    limit=(20, 3600),
    raises=[
        *FILES,
        errors.NoWallet,
        errors.Unverified,
        faults.BadIdentity,
        faults.IdentityWaits,
        faults.LevelReached,
        faults.TooManyIdentities,
    ],
)
def submit(call: Call, data: shapes.NewIdentityShape) -> shapes.IdentityShape:
    """Ask for a level with higher limits. Pictures are uploaded to `/api/media` before."""
    new = identities.NewIdentity(
        tier=data.tier,
        name=data.name,
        birth_date=data.birth_date,
        country=data.country,
        document=data.document,
        number=data.number,
        address=data.address,
        files=file_ids(data.evidence),
    )
    made = identities.submit(call.tx, call.me, new)
    return shapes.own(made, identities.checked(new, call.tx.now))


@api.delete("/api/identity", scope=MANAGE, status=200)
def erase(call: Call) -> shapes.Erased:
    """Erase all that you showed; your wallet goes back to the first level."""
    return shapes.Erased(identities.erase(call.tx, call.me))


@api.delete(
    "/api/identity/{identity_id}",
    scope=MANAGE,
    status=200,
    raises=[faults.NoSuchIdentity, faults.IdentityCounts, faults.IdentityWaits],
)
def erase_one(call: Call, identity_id: int) -> shapes.IdentityShape:
    """Erase papers on which no level rests: those that were refused."""
    return shapes.own(identities.erase_one(call.tx, call.me, identity_id), None)


@api.post("/api/identity/withdraw", scope=MANAGE, status=200, raises=[faults.NoSuchIdentity])
def withdraw(call: Call) -> shapes.IdentityShape:
    """Ask no longer; what you showed is erased."""
    return shapes.own(identities.withdraw(call.tx, call.me), None)


# At the desk


@api.get("/api/desk/identities", scope=DESK, access="moderator", raises=OPERATING)
def index(
    call: Call, state: IdentityState = "waiting", cursor: Cursor | None = None, limit: Limit = 30
) -> Listing[shapes.WaitingIdentity]:
    """Who waits to be looked at, the longest first. What they said is not in it."""
    name = f"identities {state}"
    found = identities.queue(
        call.tx, looking.operator(call), state, before=call.cursors.open_id(name, cursor), limit=limit
    )
    more = call.cursors.seal(name, found[-1].id) if len(found) == limit else None
    return Listing([shapes.waiting(each) for each in found], more)


@api.get(
    "/api/desk/identities/{identity_id}",
    scope=DESK,
    access="moderator",
    raises=[*OPERATING, OwnMatter, faults.NoSuchIdentity],
)
async def show(call: Call, identity_id: int) -> shapes.FolderShape:
    """What somebody showed; that you looked is written into the audit log."""

    def work(tx: Tx) -> shapes.FolderShape:
        found = identities.open_folder(tx, looking.operator(call), identity_id)
        files = [(each, evidence.link(tx, each)) for each in found.files]
        return shapes.folder(found.identity, found.papers, files, found.twins)

    return await call.write(work)


@api.post(
    "/api/desk/identities/{identity_id}/approve",
    scope=DESK,
    access="moderator",
    status=200,
    raises=[*_DECIDING, errors.NoWallet],
)
def approve(call: Call, identity_id: int) -> shapes.WaitingIdentity:
    """Raise them to the level that they asked for."""
    return shapes.waiting(identities.approve(call.tx, looking.operator(call), identity_id))


@api.post(
    "/api/desk/identities/{identity_id}/refuse",
    scope=DESK,
    access="moderator",
    status=200,
    raises=[*_DECIDING, ReasonNeeded],
)
def refuse(call: Call, identity_id: int, data: shapes.Refuse) -> shapes.WaitingIdentity:
    """Refuse, with a reason that they are told."""
    return shapes.waiting(identities.refuse(call.tx, looking.operator(call), identity_id, data.reason))
