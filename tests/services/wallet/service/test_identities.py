"""KYC: papers, levels, and what becomes of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from dozen.core import media, moderation, notifications
from dozen.db import Tx
from dozen.services.wallet.errors import BadLimit, CurrencyDiffers, NoWallet, OverLimit, Unverified
from dozen.services.wallet.errors.desk import NotOperator, ReasonNeeded
from dozen.services.wallet.errors.disputes import BadEvidence
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
from dozen.services.wallet.service import evidence, identities, sending, tiers
from dozen.services.wallet.service.identities import NewIdentity
from dozen.services.wallet.structs import Limits
from dozen.services.wallet.structs.identities import STEPS, Identity
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.staff import actor, staff
from tests.support.people import make_people
from tests.support.town import Town

GIVEN: dict[str, Any] = {
    "tier": 2, "name": "Ada King", "birth_date": "1985-12-10", "country": "IN", "document": "passport",
    "number": "z 123-4567",
}  # fmt: skip


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "document.png"
    Image.new("RGB", (80, 50), (120, 140, 160)).save(path)
    return path


def shows(town: Town, me: int, picture: Path) -> int:
    return media.receive(town.env, me, picture, made_by=evidence.prepare).id


def submitted(town: Town, me: int, picture: Path, **given: Any) -> Identity:
    new = NewIdentity(**{**GIVEN, "files": (shows(town, me, picture),), **given})
    return town.write(identities.submit, me, new)


def tier(town: Town, person: int) -> int:
    found = town.read(people.holder.first, person=person)
    assert found is not None
    return found.tier


def test_a_level_raises_the_limits(town: Town, picture: Path) -> None:
    me, other = make_holders(town, 2, money=5_000_000)
    mo = staff(town, "moderator")

    def pay(tx: Tx) -> None:
        sending.send(tx, me, other, 1_500_000, "INR", proof=proof(tx, me))

    with pytest.raises(OverLimit):
        town.write(pay)
    made = submitted(town, me, picture)
    assert made.sealed is not None
    assert b"Ada" not in made.sealed
    assert b"1234567" not in made.sealed
    assert town.read(identities.waiting) == 1
    (listed,) = town.read(identities.queue, mo)
    assert (listed.id, listed.sealed, listed.print) == (made.id, None, None)
    folder = town.write(identities.open_folder, mo, made.id)
    assert folder.papers is not None
    assert (folder.papers.name, folder.papers.number) == ("Ada King", "Z1234567")
    assert len(folder.files) == 1
    assert folder.twins == ()
    (line,) = town.read(moderation.log, mo, subject=("wallet", made.id))
    assert line.action == "wallet.identity.seen"
    assert town.write(identities.approve, mo, made.id).state == "approved"
    assert tier(town, me) == 2
    town.write(pay)
    assert "wallet.identity" in {each.kind for each in town.read(notifications.list_plain, me)}
    with pytest.raises(IdentityDecided):
        town.write(identities.approve, mo, made.id)
    with pytest.raises(LevelReached):
        submitted(town, me, picture)


def test_refused_with_a_reason(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    boss = staff(town)
    made = submitted(town, me, picture)
    with pytest.raises(IdentityWaits):
        submitted(town, me, picture)
    with pytest.raises(ReasonNeeded):
        town.write(identities.refuse, boss, made.id, "")
    town.write(identities.refuse, boss, made.id, "The picture cannot be read")
    ((mine, said),) = town.read(identities.mine, me)
    assert (mine.state, mine.reason) == ("refused", "The picture cannot be read")
    assert said is not None
    assert tier(town, me) == 1
    assert submitted(town, me, picture).state == "waiting", "and may try again"


def test_erased_with_a_line_in_the_journal(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    boss = staff(town)
    made = submitted(town, me, picture)
    town.write(identities.approve, boss, made.id)
    assert town.write(identities.erase, me) == 1
    assert tier(town, me) == 1
    ((mine, said),) = town.read(identities.mine, me)
    assert (mine.state, mine.sealed, mine.print, said) == ("erased", None, None, None)
    assert town.read(evidence.shown, made.id) == []
    assert town.write(identities.erase, me) == 0
    lines = town.read(moderation.log, boss, subject=("wallet", me))
    assert "wallet.identity.erased" in {each.action for each in lines}
    folder = town.write(identities.open_folder, boss, made.id)
    assert folder.papers is None


def test_pictures_stay_while_a_level_rests_on_them(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    boss = staff(town)
    made = submitted(town, me, picture)
    (item,) = town.read(evidence.shown, made.id)

    def refused() -> str:
        with pytest.raises(media.MediaHeld) as held:
            town.write(media.delete, me, item.id)
        assert "shows who you are" in held.value.detail
        return held.value.code

    assert refused() == "media_held"  # being looked at
    with pytest.raises(IdentityWaits):
        town.write(identities.erase_one, me, made.id)
    town.write(identities.approve, boss, made.id)
    assert refused() == "media_held"  # the level rests on it
    with pytest.raises(IdentityCounts):
        town.write(identities.erase_one, me, made.id)
    assert town.read(evidence.shown, made.id) == [item]
    town.write(identities.lower, boss, me, 1, "The document was forged")
    with pytest.raises(NoSuchIdentity):
        town.write(identities.erase_one, make_holders(town, 1)[0], made.id)
    town.write(media.delete, me, item.id)  # nothing rests on it any more
    assert town.write(identities.erase_one, me, made.id).state == "erased"
    with pytest.raises(NoSuchIdentity):
        town.write(identities.erase_one, me, made.id)


def test_refused_papers_are_erased_by_themselves(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    boss = staff(town)
    good = submitted(town, me, picture)
    town.write(identities.approve, boss, good.id)
    address = "12 Hill Road, Pune, India"
    two = (shows(town, me, picture), shows(town, me, picture))
    bad = submitted(town, me, picture, tier=3, address=address, files=two)
    with pytest.raises(media.MediaHeld):
        town.write(media.delete, me, two[0])
    town.write(identities.refuse, boss, bad.id, "The picture cannot be read")
    town.write(media.delete, me, two[0])
    assert town.write(identities.erase_one, me, bad.id).sealed is None
    assert town.read(evidence.shown, bad.id) == []
    assert tier(town, me) == 2
    assert len(town.read(evidence.shown, good.id)) == 1
    town.write(identities.forget, me)  # who leaves takes them along, held or not
    assert town.read(evidence.shown, good.id) == []


def test_taken_back_it_is_erased_at_once(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    made = submitted(town, me, picture)
    assert town.write(identities.withdraw, me).state == "erased"
    assert town.read(evidence.shown, made.id) == []
    with pytest.raises(NoSuchIdentity):
        town.write(identities.withdraw, me)
    with pytest.raises(IdentityDecided):
        town.write(identities.approve, staff(town), made.id)


def test_the_same_document_of_another(town: Town, picture: Path) -> None:
    me, other = make_holders(town, 2)
    submitted(town, me, picture)
    made = submitted(town, other, picture, number="Z1234567")
    assert town.write(identities.open_folder, staff(town), made.id).twins == (me,)
    different = submitted(town, make_holders(town, 1)[0], picture, country="DE")
    assert town.write(identities.open_folder, staff(town), different.id).twins == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "A"}, "name"), ({"birth_date": "10.12.1985"}, "birth_date"),
        ({"birth_date": "2020-01-01"}, "birth_date"), ({"birth_date": "1815-12-10"}, "birth_date"),
        ({"country": "India"}, "country"), ({"document": "library card"}, "document"),
        ({"number": "1"}, "number"), ({"number": "%" * 10}, "number"), ({"tier": 4}, "tier"),
        ({"tier": 1}, "tier"), ({"files": ()}, "files"),
        ({"tier": 3}, "address"), ({"tier": 3, "address": "12 Hill Road, Pune, India"}, "files"),
    ],
)  # fmt: skip
def test_bad_papers(town: Town, picture: Path, given: dict[str, Any], field: str) -> None:
    (me,) = make_holders(town, 1)
    with pytest.raises(BadIdentity) as wrong:
        submitted(town, me, picture, **given)
    assert field in wrong.value.fields
    assert town.read(identities.mine, me) == []


def test_who_may_not(town: Town, picture: Path, tmp_path: Path) -> None:
    me, other = make_holders(town, 2)
    made = submitted(town, me, picture)
    stranger = make_people(town, 1)[0]
    with pytest.raises(NoWallet):
        submitted(town, stranger, picture)
    town.write(lambda tx: people.untie(tx, who=other))
    with pytest.raises(Unverified):
        submitted(town, other, picture)
    for who in (staff(town, "member"), staff(town, "admin", {"wallet:read"})):
        for verb in (identities.approve, identities.open_folder):
            with pytest.raises(NotOperator):
                town.write(verb, who, made.id)
        with pytest.raises(NotOperator):
            town.read(identities.queue, who)
    for verb in (identities.approve, identities.open_folder):
        with pytest.raises(OwnMatter):
            town.write(verb, actor(me), made.id)
    with pytest.raises(media.MediaNotFound):  # another's picture
        submitted(town, make_holders(town, 1)[0], picture, files=(shows(town, me, picture),))
    text = tmp_path / "words.txt"
    text.write_text("not a picture")
    with pytest.raises(BadEvidence):
        shows(town, me, text)


def test_a_pdf_is_kept_as_it_is(town: Town, tmp_path: Path) -> None:
    (me,) = make_holders(town, 1)
    paper = tmp_path / "proof.pdf"
    paper.write_bytes(b"%PDF-1.4\n" + b"x" * 100)
    made = submitted(town, me, paper)
    (item,) = town.read(evidence.shown, made.id)
    assert (item.kind, item.filename, item.audience) == ("file", "paper.pdf", "private")
    assert "ticket=" in town.read(evidence.link, item)


def test_five_tries_a_month(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    for _ in range(identities.MOST_A_MONTH):
        submitted(town, me, picture)
        town.write(identities.withdraw, me)
    with pytest.raises(TooManyIdentities):
        submitted(town, me, picture)


def test_who_is_gone_is_forgotten(town: Town, picture: Path) -> None:
    (me,) = make_holders(town, 1)
    made = submitted(town, me, picture)
    town.write(identities.forget, me)
    assert town.read(queries.by_id.first, id=made.id) is None
    assert town.read(evidence.shown, made.id) == []


def test_a_level_is_taken_back(town: Town) -> None:
    (me,) = make_holders(town, 1, tier=3)
    boss = staff(town)
    with pytest.raises(NotOperator):
        town.write(identities.lower, staff(town, "moderator"), me, 1, "The document was forged")
    with pytest.raises(BadIdentity):
        town.write(identities.lower, boss, me, 3, "The document was forged")
    town.write(identities.lower, boss, me, 1, "The document was forged")
    assert tier(town, me) == 1


def test_what_is_sealed_is_bound_to_its_row(town: Town, picture: Path) -> None:
    me, other = make_holders(town, 2)
    mine, theirs = submitted(town, me, picture), submitted(town, other, picture)
    assert mine.sealed != theirs.sealed
    with pytest.raises(ValueError, match="not sealed"):
        town.read(lambda tx: identities._papers(tx, msgspec.structs.replace(mine, sealed=theirs.sealed)))


def test_the_machine_has_one_end() -> None:
    assert [state for state, to in STEPS.items() if not to] == ["erased"]


# What levels allow


def test_levels_are_rows_that_an_administrator_sets(town: Town) -> None:
    boss, mo = staff(town), staff(town, "moderator")
    me, other = make_holders(town, 2, money=500_000)
    low = Limits(payment=1_000, day=2_000, month=3_000, balance=9_000_000)

    def pay(tx: Tx, amount: int) -> None:
        sending.send(tx, me, other, amount, "INR", proof=proof(tx, me))

    with pytest.raises(NotOperator):
        town.write(tiers.change, mo, 1, "INR", low, "Too much fraud")
    town.write(tiers.change, boss, 1, "INR", low, "Too much fraud")
    assert town.read(tiers.allowed, 1, "INR") == low
    assert town.read(tiers.allowed, 2, "INR") == tiers.of(2, "INR")
    with pytest.raises(OverLimit):
        town.write(pay, 1_001)
    town.write(pay, 1_000)
    town.write(tiers.change, boss, 1, "INR", msgspec.structs.replace(low, balance=100), "Smaller wallets")
    (third,) = make_holders(town, 1)
    with pytest.raises(Exception, match="may not hold"):
        town.write(lambda tx: sending.send(tx, me, third, 500, "INR", proof=proof(tx, me)))
    assert [each.limits.balance for each in town.read(tiers.history, mo)] == [100, 9_000_000]
    for wrong in (
        Limits(payment=5, day=4, month=9, balance=9), Limits(payment=1, day=5, month=4, balance=9),
        Limits(payment=0, day=5, month=9, balance=9), Limits(payment=1, day=5, month=9),
    ):  # fmt: skip
        with pytest.raises(BadLimit):
            town.write(tiers.change, boss, 1, "INR", wrong, "Something else")
    for level, currency in ((0, "INR"), (4, "INR"), (1, "XXX")):
        with pytest.raises(CurrencyDiffers):
            town.write(tiers.change, boss, level, currency, low, "Something else")
