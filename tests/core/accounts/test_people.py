from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dozen.core import accounts
from dozen.core.accounts import errors, people_queries
from dozen.db import Tx
from dozen.kit import clock
from tests.core.accounts.conftest import Letter
from tests.core.accounts.helpers import catch_up
from tests.support.people import PASSWORD_HASH, make_people
from tests.support.town import Town, found_town


def _register(town: Town, username: str, email: str | None = None, **kw: Any) -> accounts.Person:
    kw = {"name": username.title(), "password_hash": PASSWORD_HASH} | kw
    return town.write(accounts.register, username=username, email=email, **kw)


def test_register(town: Town, post: list[Letter]) -> None:
    made = _register(town, "Ada_L", "Ada@Engine.Example", name="  Ada\tLovelace ")
    assert (made.username, made.name, made.email) == ("Ada_L", "Ada Lovelace", "Ada@engine.example")
    assert made.email_verified_at is None
    assert made.has_password
    assert not made.second_factor
    assert made.role == "member"
    assert made.created_at == made.changed_at
    assert abs(made.created_at - clock.now()) < 10_000
    assert town.read(accounts.person, made.id) == made
    assert [letter.to for letter in post] == ["Ada@engine.example"]


def test_an_address_is_optional(town: Town, post: list[Letter]) -> None:
    first, second = _register(town, "first"), _register(town, "second")
    assert first.email is second.email is None
    assert post == []


def test_no_secret_is_in_the_person(town: Town) -> None:
    made = _register(town, "ada")
    assert PASSWORD_HASH not in repr(made)
    assert "argon2" not in repr(town.read(accounts.export, made.id))


@pytest.mark.parametrize("other", ["ada", "ADA", "aDa", "@Ada"])
def test_usernames_are_unique_whatever_their_case(town: Town, other: str) -> None:
    _register(town, "Ada")
    with pytest.raises(errors.UsernameTaken) as caught:
        _register(town, other)
    assert caught.value.code == "username_taken"
    assert caught.value.status == 409


def test_addresses_are_unique_in_their_normal_form(town: Town) -> None:
    _register(town, "ada", "ada@engine.example")
    with pytest.raises(errors.EmailTaken):
        _register(town, "bo", " ADA@ENGINE.example ")
    assert town.read(accounts.is_username_free, "bo"), "a refused registration keeps nothing"
    _register(town, "bo", "ada+bo@engine.example")


def test_a_refusal_inside_a_transaction_that_goes_on_keeps_nothing(town: Town) -> None:
    _register(town, "ada", "ada@engine.example")

    def try_both(tx: Tx) -> accounts.Person:
        with pytest.raises(errors.EmailTaken):
            accounts.register(
                tx, username="bo", email="ada@engine.example", name="Bo", password_hash=PASSWORD_HASH
            )
        return accounts.register(tx, username="bo", email=None, name="Bo", password_hash=PASSWORD_HASH)

    assert town.write(try_both).username == "bo"


def test_reserved_names_are_for_the_operator(town: Town) -> None:
    with pytest.raises(errors.BadUsername):
        _register(town, "Admin")
    made = _register(town, "admin", invited=True, role="admin")
    assert made.admin
    with pytest.raises(errors.NotAllowed):
        _register(town, "eve", role="admin")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_closed_registration(kind: str, tmp_path: Path) -> None:
    town = found_town(kind, tmp_path, registration="closed")
    if town is None:
        pytest.skip("PostgreSQL is not installed")
    with pytest.raises(errors.RegistrationClosed):
        _register(town, "ada")
    assert _register(town, "ada", invited=True).username == "ada"
    town.close()


@pytest.mark.parametrize(
    "wrong",
    [{"username": "a b"}, {"email": "nobody"}, {"name": "x" * 51}, {"name": "\u0000 \n"}],
)
def test_bad_input_registers_nobody(town: Town, wrong: dict[str, str]) -> None:
    given: dict[str, Any] = {
        "username": "ada",
        "email": "ada@engine.example",
        "name": "Ada",
        "password_hash": PASSWORD_HASH,
    } | wrong
    with pytest.raises((errors.BadUsername, errors.BadEmail, errors.BadProfile)) as caught:
        town.write(accounts.register, **given)
    assert caught.value.status == 422
    assert set(caught.value.fields) == set(wrong)
    assert town.read(accounts.directory) == []


@pytest.mark.parametrize("same", ["username", "email"])
def test_two_at_once_and_one_wins(town: Town, same: str) -> None:
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def run(number: int) -> None:
        start.wait()
        try:
            made = _register(
                town,
                "Racer" if same == "username" else f"racer{number}",
                "racer@engine.example" if same == "email" else f"racer{number}@engine.example",
            )
            outcomes.append(made.id)
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [each for each in outcomes if isinstance(each, int)]
    lost = [each for each in outcomes if not isinstance(each, int)]
    assert len(won) == 1
    assert {type(each) for each in lost} == {
        errors.UsernameTaken if same == "username" else errors.EmailTaken
    }
    assert [card.id for card in town.read(accounts.directory)] == won


def test_service_accounts(town: Town) -> None:
    admin, member = make_people(town, 1, role="admin") + make_people(town, 1)
    bot = town.write(accounts.register_service, admin, username="weather", name="Weather")
    assert (bot.kind, bot.bot, bot.owner_id, bot.has_password) == ("service", True, admin, False)
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.register_service, member, username="mine", name="Mine")


def test_many_at_once(town: Town) -> None:
    born = clock.now() - 400 * clock.DAY
    new = [
        accounts.NewPerson(
            username=f"Demo{number}",
            name=f"Demo {number}",
            email=f"Demo{number}@demo.example",
            password_hash=PASSWORD_HASH,
            created_at=born + number,
            bio="hello",
            verified=number == 0,
            email_verified=True,
        )
        for number in range(500)
    ]
    made = town.write(accounts.register_many, new)
    assert len(set(made)) == 500
    first = town.read(accounts.person, made[0])
    assert (first.username, first.bio, first.verified, first.created_at) == ("Demo0", "hello", True, born)
    assert first.email_verified_at == born
    card = town.read(accounts.by_username, "dEMO499")
    assert card is not None
    assert card.id == made[499]
    assert town.read(accounts.find_by_email, "demo7@demo.example") == made[7]
    with pytest.raises(errors.UsernameTaken):
        town.write(accounts.register_many, [accounts.NewPerson(username="fresh", name="F"), new[3]])
    with pytest.raises(errors.EmailTaken):
        town.write(
            accounts.register_many,
            [accounts.NewPerson(username="fresh", name="F", email="DEMO3@demo.example")],
        )
    assert town.read(accounts.is_username_free, "fresh")


# Reading


def test_profile_shows_nothing_private(town: Town) -> None:
    me = make_people(town, 1, birth_date="1990-01-02", bio="hi")[0]
    shown = town.read(accounts.profile, me)
    assert shown.bio == "hi"
    for hidden in ("email", "phone", "birth_date", "has_password"):
        assert not hasattr(shown, hidden)
    with pytest.raises(errors.NoSuchPerson):
        town.read(accounts.profile, 12345)


def test_person_by_username(town: Town) -> None:
    me = make_people(town, 1, username="Ada")[0]
    assert town.read(accounts.person_by_username, "@aDA").id == me
    with pytest.raises(errors.NoSuchPerson):
        town.read(accounts.person_by_username, "nobody")


def test_cards(town: Town) -> None:
    a, b = make_people(town, 1, protected=True), make_people(town, 1, bot=True, verified=True)
    found = town.read(accounts.cards, [*a, *b, 999, *a])
    assert set(found) == {*a, *b}
    assert (found[a[0]].protected, found[a[0]].bot, found[a[0]].verified) == (True, False, False)
    assert (found[b[0]].protected, found[b[0]].bot, found[b[0]].verified) == (False, True, True)
    assert town.read(accounts.cards, []) == {}


def test_cards_come_from_memory(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = make_people(town, 30)
    first = town.read(accounts.cards, ids)
    town.read(accounts.by_username, first[ids[0]].username)

    def never(*args: object, **kw: object) -> None:
        raise AssertionError("asked the database")

    monkeypatch.setattr(people_queries, "cards", never)
    monkeypatch.setattr(people_queries, "card_by_name", never)
    assert town.read(accounts.cards, ids) == first
    assert town.read(accounts.by_username, first[ids[0]].username.upper()) == first[ids[0]]


def test_directory_pages_without_gaps_or_repeats(town: Town) -> None:
    ids = make_people(town, 25)
    admin = make_people(town, 1, role="admin")[0]
    town.write(accounts.suspend, admin, ids[3], reason="spam")
    seen: list[int] = []
    before = None
    while page := town.read(accounts.directory, before, 10):
        seen += [card.id for card in page]
        before = page[-1].id
    assert seen == sorted({*ids, admin} - {ids[3]}, reverse=True)


def test_find_by_phone_only_when_proven(town: Town) -> None:
    a, b = make_people(town, 2)
    for me in (a, b):
        town.write(accounts.edit_profile, me, accounts.Changes(phone="+49 151 2345678"))
    assert town.read(accounts.find_by_phone, "+491512345678") is None
    town.write(accounts.confirm_phone, a)
    assert town.read(accounts.find_by_phone, "0049 151 2345678") == a
    with pytest.raises(errors.PhoneTaken):
        town.write(accounts.confirm_phone, b)
    town.write(accounts.edit_profile, a, accounts.Changes(phone="+491511111111"))
    assert town.read(accounts.person, a).phone_verified_at is None
    town.write(accounts.confirm_phone, b)
    assert town.read(accounts.find_by_phone, "+491512345678") == b


# Caches in two processes


def test_an_edit_is_seen_at_once_here_and_after_catching_up_elsewhere(town: Town, other: Town) -> None:
    me = make_people(town, 1)[0]
    for each in (town, other):
        catch_up(each)
        assert each.read(accounts.cards, [me])[me].name != "Renamed"
    town.write(accounts.edit_profile, me, accounts.Changes(name="Renamed"))
    assert town.read(accounts.cards, [me])[me].name == "Renamed"
    catch_up(other)
    assert other.read(accounts.cards, [me])[me].name == "Renamed"


def test_a_changed_name_is_not_found_by_the_old_one(town: Town, other: Town) -> None:
    me = make_people(town, 1, username="before")[0]
    for each in (town, other):
        catch_up(each)
        assert each.read(accounts.by_username, "before") is not None
    town.write(accounts.change_username, me, "after")
    catch_up(other)
    for each in (town, other):
        assert each.read(accounts.by_username, "before") is None
        card = each.read(accounts.by_username, "After")
        assert card is not None
        assert card.id == me


def test_a_reader_that_began_before_an_edit_does_not_put_the_old_card_back(town: Town) -> None:
    me = make_people(town, 1)[0]

    def slow(tx: Tx) -> str:
        tx.driver.execute("SELECT 1 FROM accounts_people").fetchall()  # the snapshot is taken now
        thread = threading.Thread(
            target=town.write, args=(accounts.edit_profile, me, accounts.Changes(name="Renamed"))
        )
        thread.start()
        thread.join()
        return accounts.cards(tx, [me])[me].name

    assert town.read(slow) != "Renamed", "the reader sees its own snapshot"
    assert town.read(accounts.cards, [me])[me].name == "Renamed"


def test_what_is_rolled_back_is_not_remembered(town: Town) -> None:
    me = make_people(town, 1)[0]

    def fail(tx: Tx) -> None:
        accounts.edit_profile(tx, me, accounts.Changes(name="Never"))
        assert accounts.cards(tx, [me])[me].name == "Never"
        raise errors.NotAllowed

    with pytest.raises(errors.NotAllowed):
        town.write(fail)
    assert town.read(accounts.cards, [me])[me].name != "Never"
