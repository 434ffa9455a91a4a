"""KYC: people show who they are, operators look, and the level of the wallet rises with its limits.

What was said is sealed under a key of the installation's, bound to the row; pictures are private files. Only
its person reads it, and operators, each time with a line in the audit log. Erasing leaves that line, and that
there was something, and takes the level back. While they are looked at, or a level rests on them, their
pictures cannot be deleted by themselves (``media.hold``): they go with the papers, or with the person.
"""

from __future__ import annotations

import datetime
import re
from typing import get_args

import msgspec

from dozen.core import accounts, media, notifications
from dozen.core.accounts import Actor
from dozen.core.media import Media
from dozen.db import Duplicate, Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.text import clean
from dozen.services.wallet.errors import NoWallet, Unverified
from dozen.services.wallet.errors.identities import (
    BadIdentity,
    IdentityCounts,
    IdentityDecided,
    IdentityWaits,
    LevelReached,
    NoSuchIdentity,
    TooManyIdentities,
)
from dozen.services.wallet.errors.risk import OwnMatter
from dozen.services.wallet.queries import identities as queries
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import desk, evidence, notes, tiers
from dozen.services.wallet.structs.identities import (
    STEPS,
    DocumentKind,
    Identity,
    IdentityState,
    Papers,
)

ADULT = 18
MOST_A_MONTH = 5
PICTURES = {2: 1, 3: 2}
"""At least so many pictures for a level: the document, and for the highest one a proof of the address."""
_SEAL = "wallet.identity"
_NEEDED = "This shows who you are to your wallet. You can have your papers erased there, under Your level"
_COUNTRY = re.compile("[A-Z]{2}")
_NUMBER = re.compile("[A-Z0-9]{4,30}")
KIND = notes.kind("identity", "What became of your papers", "{what}")
_decoder = msgspec.json.Decoder(Papers)


class NewIdentity(msgspec.Struct, frozen=True, kw_only=True):
    tier: int
    name: str
    birth_date: str
    country: str
    document: str
    number: str
    address: str = ""
    files: tuple[int, ...] = ()


class Folder(msgspec.Struct, frozen=True):
    """What an operator looks at."""

    identity: Identity
    papers: Papers | None
    """None: they are erased."""
    files: tuple[Media, ...]
    twins: tuple[int, ...]
    """Other people who showed the same document."""
    earlier: tuple[Identity, ...]


# Whose they are


def submit(tx: Tx, me: int, new: NewIdentity) -> Identity:
    """Ask for a level. Raises NoWallet, Unverified, LevelReached, IdentityWaits, BadIdentity, BadEvidence,
    TooManyIdentities, MediaNotFound, AlreadyAttached, and what ``accounts.must_be_active`` raises."""
    accounts.must_be_active(tx, me)
    may_submit(tx, me, new.tier)
    papers = checked(new, tx.now)
    if (queries.tries_since.first(tx, person=me, after=ids.at(tx.now - 30 * clock.DAY)) or 0) >= MOST_A_MONTH:
        raise TooManyIdentities
    this = tx.next_id()
    made = Identity(
        id=this, person=me, tier=new.tier, state="waiting", sealed=_seal(tx, this, papers),
        print=_print(tx, papers), decided_by=0, decided_at=None, reason="", changed_at=tx.now,
    )  # fmt: skip
    try:
        with tx.savepoint():
            queries.add(tx, **msgspec.structs.asdict(made))
    except Duplicate as error:
        raise IdentityWaits from error
    if len(set(new.files)) < PICTURES.get(new.tier, 1):
        raise BadIdentity(fields={"files": _asks_for(new.tier)})
    evidence.attach(tx, me, new.files, this)
    media.hold(tx, this, _NEEDED)
    return made


def may_submit(tx: Tx, me: int, tier: int) -> None:
    """Raises NoWallet, Unverified, LevelReached, IdentityWaits, BadIdentity."""
    holder = people.holder.first(tx, person=me)
    if holder is None:
        raise NoWallet
    if not holder.verified:
        raise Unverified
    if not 2 <= tier <= tiers.TOP:
        raise BadIdentity(fields={"tier": "Choose one of the levels"})
    if holder.tier >= tier:
        raise LevelReached
    if queries.waiting_of.first(tx, person=me) is not None:
        raise IdentityWaits


def checked(new: NewIdentity, now: int) -> Papers:
    """What is kept of what was typed. Raises BadIdentity."""
    wrong: dict[str, str] = {}
    name, address = clean(new.name), clean(new.address, lines=True)
    number = re.sub(r"[\s./-]", "", new.number).upper()
    if not 2 <= len(name) <= 100:
        wrong["name"] = "The whole name, as the document has it"
    try:
        born = datetime.date.fromisoformat(new.birth_date)
    except ValueError:
        wrong["birth_date"] = "A date, as in 1990-12-31"
    else:
        today = clock.to_datetime(now).date()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if age < ADULT:
            wrong["birth_date"] = f"Levels above the first are for people from {ADULT} years on"
        elif age > 130:
            wrong["birth_date"] = "This was too long ago"
    if not _COUNTRY.fullmatch(new.country):
        wrong["country"] = "The country that issued it, two letters"
    if new.document not in get_args(DocumentKind):
        wrong["document"] = "Choose one of the list"
    if not _NUMBER.fullmatch(number):
        wrong["number"] = "4 to 30 letters and digits"
    if new.tier >= 3 and not 10 <= len(address) <= 300:
        wrong["address"] = "Street, place and country, as on what you show"
    if wrong:
        raise BadIdentity(fields=wrong)
    return Papers(
        name=name, birth_date=new.birth_date, country=new.country, document=new.document,  # type: ignore[arg-type]
        number=number, address=address,
    )  # fmt: skip


def mine(tx: Tx, me: int) -> list[tuple[Identity, Papers | None]]:
    """What I showed, newest first, with what I said."""
    found = queries.of_person.all(tx, person=me, before=ids.MAX, limit=20)
    return [(each, _papers(tx, each)) for each in found]


def withdraw(tx: Tx, me: int) -> Identity:
    """Ask no longer; what was shown is erased at once. Raises NoSuchIdentity."""
    found = queries.waiting_of.first(tx, person=me)
    if found is None:
        raise NoSuchIdentity
    locked = _locked(tx, found.id)
    if locked.state != "waiting":
        raise IdentityDecided(state=locked.state)
    _step(tx, locked, "withdrawn", by=me, why="")
    return _erase(tx, locked)


def erase(tx: Tx, me: int) -> int:
    """Erase all that I showed; how many there were. The level goes back to that of a confirmed number, and
    the audit log says that it happened."""
    holder = people.holder_for_update.first(tx, person=me)
    erased = _erase_all(tx, me)
    if erased and holder is not None and holder.tier > 1:
        people.set_tier(tx, who=me, level=1)
        notes.security(tx, me, "Your papers are erased, and your wallet is back at the first level")
    return erased


def erase_one(tx: Tx, me: int, identity_id: int) -> Identity:
    """Erase papers that prove nothing: they were refused, or the level that they were for was taken back.

    Raises NoSuchIdentity, IdentityWaits (take them back instead), IdentityCounts.
    """
    tx.must_write()
    holder = people.holder_for_update.first(tx, person=me)
    found = queries.by_id_for_update.first(tx, id=identity_id)
    if found is None or found.person != me or found.sealed is None:
        raise NoSuchIdentity
    if found.state == "waiting":
        raise IdentityWaits
    if counts(found, holder.tier if holder is not None else 0):
        raise IdentityCounts
    desk.record(tx, me, "identity.erased", me, after={"papers": 1})
    return _erase(tx, found)


def counts(found: Identity, tier: int) -> bool:
    """Whether a level rests on these papers, for somebody who is at ``tier``."""
    return found.state == "approved" and found.tier <= tier


def forget(tx: Tx, person: int) -> None:
    """All of somebody who is gone, but for the lines in the audit log."""
    _erase_all(tx, person)
    queries.forget(tx, person=person)


# Operators


def waiting(tx: Tx) -> int:
    """How many wait for an operator; counted up to a thousand."""
    return queries.how_many_waiting.first(tx) or 0


def queue(
    tx: Tx, actor: Actor, state: IdentityState = "waiting", *, before: int | None = None, limit: int = 30
) -> list[Identity]:
    """Those that wait, the oldest first, where ``before`` is the id to go on after; others newest first. What
    was said is not among it. Raises NotOperator."""
    desk.must_be_staff(actor)
    if state == "waiting":
        found = queries.waiting.all(tx, after=before or 0, limit=limit)
    else:
        found = queries.in_state.all(tx, state=state, before=before or ids.MAX, limit=limit)
    return [msgspec.structs.replace(each, sealed=None, print=None) for each in found]


def open_folder(tx: Tx, actor: Actor, identity_id: int) -> Folder:
    """Look at what somebody showed; a line in the audit log says who did.

    Raises NotOperator, OwnMatter, NoSuchIdentity.
    """
    desk.must_be_staff(actor)
    tx.must_write()
    found = queries.by_id.first(tx, id=identity_id)
    if found is None:
        raise NoSuchIdentity
    if found.person == actor.person_id:
        raise OwnMatter
    twins = [] if found.print is None else queries.with_print.all(tx, digest=found.print, person=found.person)
    earlier = queries.of_person.all(tx, person=found.person, before=found.id, limit=10)
    if found.sealed is not None:
        desk.record(tx, actor.person_id, "identity.seen", found.id)
    return Folder(
        found, _papers(tx, found), tuple(evidence.shown(tx, found.id)), tuple(twins), tuple(earlier)
    )


def approve(tx: Tx, actor: Actor, identity_id: int) -> Identity:
    """Raise somebody to the level that they asked for.

    Raises NotOperator, OwnMatter, NoSuchIdentity, IdentityDecided, NoWallet.
    """
    found = _to_decide(tx, actor, identity_id)
    holder = people.holder_for_update.first(tx, person=found.person)
    if holder is None:
        raise NoWallet
    _step(tx, found, "approved", by=actor.person_id, why="")
    if holder.tier < found.tier:
        people.set_tier(tx, who=found.person, level=found.tier)
    desk.record(
        tx, actor.person_id, "identity.approved", found.person, before={"tier": holder.tier},
        after={"tier": max(holder.tier, found.tier)},
    )  # fmt: skip
    _tell(tx, found.person, f"Your papers are right: your wallet is now “{tiers.NAMES[found.tier]}”")
    return _one(tx, found.id)


def refuse(tx: Tx, actor: Actor, identity_id: int, reason: str) -> Identity:
    """Their person is told the reason, and may try again.

    Raises NotOperator, OwnMatter, NoSuchIdentity, IdentityDecided, ReasonNeeded.
    """
    why = desk.reason(reason)
    found = _to_decide(tx, actor, identity_id)
    _step(tx, found, "refused", by=actor.person_id, why=why)
    media.release(tx, found.id)
    desk.record(tx, actor.person_id, "identity.refused", found.person, why)
    _tell(tx, found.person, f"Your papers could not be accepted: {why}")
    return _one(tx, found.id)


def lower(tx: Tx, actor: Actor, person: int, tier: int, reason: str) -> None:
    """Take a level back, for administrators. Raises NotOperator, OwnMatter, NoWallet, BadIdentity,
    ReasonNeeded."""
    desk.must_be_admin(actor)
    why = desk.reason(reason)
    if person == actor.person_id:
        raise OwnMatter
    holder = people.holder_for_update.first(tx, person=person)
    if holder is None:
        raise NoWallet
    if not 1 <= tier < holder.tier:
        raise BadIdentity(fields={"tier": "Only a lower level, and not below that of a confirmed number"})
    people.set_tier(tx, who=person, level=tier)
    for each in queries.sealed_of.all(tx, person=person):
        if each.state == "approved" and not counts(each, tier):
            media.release(tx, each.id)
    desk.record(
        tx, actor.person_id, "tier.lowered", person, why, before={"tier": holder.tier}, after={"tier": tier}
    )
    _tell(tx, person, f"Your wallet is now “{tiers.NAMES[tier]}”: {why}")


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(KIND)


# Inside


def _asks_for(tier: int) -> str:
    return (
        "Pictures of the document and of something that shows your address"
        if tier >= 3
        else "A picture of the document"
    )


def _seal(tx: Tx, this: int, papers: Papers) -> bytes:
    return tx.env.keys.seal(_SEAL, msgspec.json.encode(papers), bound_to=this.to_bytes(8))


def _papers(tx: Tx, found: Identity) -> Papers | None:
    if found.sealed is None:
        return None
    return _decoder.decode(tx.env.keys.unseal(_SEAL, found.sealed, bound_to=found.id.to_bytes(8)))


def _print(tx: Tx, papers: Papers) -> bytes:
    said = f"{papers.country}\0{papers.document}\0{papers.number}".encode()
    return tx.env.keys.sign(_SEAL, said, size=16)


def _one(tx: Tx, identity_id: int) -> Identity:
    found = queries.by_id.first(tx, id=identity_id)
    assert found is not None
    return found


def _locked(tx: Tx, identity_id: int) -> Identity:
    """Raises NoSuchIdentity."""
    tx.must_write()
    found = queries.by_id_for_update.first(tx, id=identity_id)
    if found is None:
        raise NoSuchIdentity
    return found


def _to_decide(tx: Tx, actor: Actor, identity_id: int) -> Identity:
    desk.must_be_staff(actor)
    found = _locked(tx, identity_id)
    if found.person == actor.person_id:
        raise OwnMatter
    if found.state != "waiting":
        raise IdentityDecided(state=found.state)
    return found


def _step(tx: Tx, found: Identity, to: IdentityState, *, by: int, why: str) -> None:
    if to not in STEPS[found.state]:
        raise IdentityDecided(state=found.state)
    queries.step(tx, identity=found.id, new_state=to, by=by, at=tx.now, why=why, now=tx.now)


def _erase(tx: Tx, found: Identity) -> Identity:
    media.release(tx, found.id)
    evidence.drop(tx, found.id, found.person)
    queries.erase(tx, identity=found.id, now=tx.now)
    return _one(tx, found.id)


def _erase_all(tx: Tx, person: int) -> int:
    tx.must_write()
    found = queries.sealed_of.all(tx, person=person)
    for each in found:
        _erase(tx, each)
    if found:
        desk.record(tx, person, "identity.erased", person, after={"papers": len(found)})
    return len(found)


def _tell(tx: Tx, person: int, what: str) -> None:
    notifications.notify(tx, person, KIND.name, data={"what": what})
