from __future__ import annotations

from collections.abc import Callable

import pytest

from dozen.core import accounts
from dozen.core.accounts import errors
from dozen.db import Tx
from dozen.kit import clock
from tests.support.people import make_people
from tests.support.town import Town


@pytest.fixture
def staff(town: Town) -> dict[str, int]:
    return {
        role: made
        for role in ("admin", "moderator", "member")
        for made in make_people(town, 1, role=role, username=role + "_one")
    }


def test_nobody_is_an_administrator_by_being_first(town: Town) -> None:
    made = town.write(accounts.register, username="first", email=None, name="First", password_hash="x")
    assert made.role == "member"
    town.write(accounts.promote, made.id)
    assert town.read(accounts.person, made.id).admin
    with pytest.raises(errors.NoSuchPerson):
        town.write(accounts.promote, 404)


@pytest.mark.parametrize(
    ("who", "whom", "may"),
    [
        ("admin", "member", True), ("admin", "moderator", True), ("moderator", "member", True),
        ("moderator", "admin", False), ("member", "admin", False), ("member", "moderator", False),
        ("admin", "admin", False), ("moderator", "moderator", False), ("member", "member", False),
    ],
)  # fmt: skip
def test_who_suspends_whom(town: Town, staff: dict[str, int], who: str, whom: str, may: bool) -> None:
    for verb in (lambda tx: accounts.suspend(tx, staff[who], staff[whom], reason="x"),
                 lambda tx: accounts.unsuspend(tx, staff[who], staff[whom])):  # fmt: skip
        if may:
            town.write(verb)
        else:
            with pytest.raises(errors.NotAllowed):
                town.write(verb)


def test_suspension_and_its_end(town: Town, staff: dict[str, int]) -> None:
    me = staff["member"]
    until = clock.now() + clock.HOUR
    town.write(accounts.suspend, staff["moderator"], me, reason=" spam\x00 " + "x" * 900, until=until)
    found = town.read(accounts.person, me)
    assert found.suspended(clock.now())
    assert not found.suspended(until)
    assert found.suspended_reason.startswith("spam")
    assert len(found.suspended_reason) <= 500
    assert town.read(accounts.profile, me).suspended
    town.write(accounts.unsuspend, staff["moderator"], me)
    assert not town.read(accounts.profile, me).suspended
    assert town.read(accounts.person, me).suspended_reason == ""


def test_the_suspended_change_nothing_and_let_nothing_in(town: Town, staff: dict[str, int]) -> None:
    me = staff["member"]
    app = town.write(
        accounts.register_app,
        name="a",
        redirect_uris=["https://a.example/"],
        scopes=accounts.ALL,
        owner=me,
        signs=True,
    ).app
    asked = town.write(accounts.oauth1_start, app.client_id, "oob")
    town.write(accounts.suspend, staff["admin"], me, reason="spam")
    verbs: list[Callable[[Tx], object]] = [
        lambda tx: accounts.edit_profile(tx, me, accounts.Changes(bio="more spam")),
        lambda tx: accounts.change_username(tx, me, "spammer"),
        lambda tx: accounts.set_avatar(tx, me, 1),
        lambda tx: accounts.set_header(tx, me, 1),
        lambda tx: accounts.issue_token(tx, me, name="x", scopes=accounts.ALL),
        lambda tx: accounts.authorize(tx, me, app, scopes=accounts.ALL, redirect_uri=None),
        lambda tx: accounts.issue_oauth1(tx, me, app.id),
        lambda tx: accounts.oauth1_approve(tx, me, asked.token),
        lambda tx: accounts.register_app(tx, name="b", redirect_uris=[], scopes=accounts.ALL, owner=me),
    ]
    for verb in verbs:
        with pytest.raises(errors.AccountSuspended):
            town.write(verb)
    assert town.read(accounts.export, me)["account"]["bio"] == ""


def test_a_suspended_moderator_moderates_nobody(town: Town, staff: dict[str, int]) -> None:
    town.write(accounts.suspend, staff["admin"], staff["moderator"], reason="")
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.suspend, staff["moderator"], staff["member"], reason="")


def test_roles(town: Town, staff: dict[str, int]) -> None:
    admin, moderator, member = staff["admin"], staff["moderator"], staff["member"]
    for who in (moderator, member, 404):
        with pytest.raises(errors.NotAllowed):
            town.write(accounts.set_role, who, member, "admin")
    town.write(accounts.set_role, admin, member, "moderator")
    assert [card.id for card in town.read(accounts.staff)] == sorted(staff.values())
    with pytest.raises(errors.LastAdmin):
        town.write(accounts.set_role, admin, admin, "member")
    town.write(accounts.set_role, admin, member, "admin")
    town.write(accounts.set_role, admin, admin, "member")
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.set_role, admin, admin, "admin")


def test_the_mark(town: Town, staff: dict[str, int]) -> None:
    me = staff["member"]
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.set_verified, staff["moderator"], me, True)
    town.write(accounts.set_verified, staff["admin"], me, True)
    assert town.read(accounts.cards, [me])[me].verified
    town.write(accounts.set_verified, staff["admin"], me, False)
    assert not town.read(accounts.cards, [me])[me].verified
