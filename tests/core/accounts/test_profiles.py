from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import accounts
from dozen.core.accounts import errors, fields, profiles
from dozen.core.accounts.structs import Changes
from dozen.core.realtime import Event, Hub
from dozen.kit import clock
from tests.core.accounts.conftest import Letter
from tests.core.accounts.helpers import catch_up
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]
TODAY = date(2026, 11, 22)


def test_edit(town: Town) -> None:
    me = make_people(town, 1)[0]
    before = town.read(accounts.person, me)
    after = town.write(
        accounts.edit_profile,
        me,
        Changes(
            name=" Ada  L. ",
            bio="one\r\ntwo\x00",
            location="Wien",
            website="engine.example/ada",
            birth_date="1915-12-10",
            pronouns="she/her",
            language="de-AT",
            time_zone="Europe/Vienna",
            phone="+43 1 2345678",
            protected=True,
            bot=True,
        ),
    )
    assert (after.name, after.bio, after.location) == ("Ada L.", "one\ntwo", "Wien")
    assert (after.website, after.birth_date, after.pronouns) == (
        "https://engine.example/ada",
        "1915-12-10",
        "she/her",
    )
    assert (after.language, after.time_zone, after.phone) == ("de-AT", "Europe/Vienna", "+4312345678")
    assert after.protected
    assert after.bot
    assert after.changed_at >= before.changed_at
    assert town.read(accounts.person, me) == after
    partly = town.write(accounts.edit_profile, me, Changes(bio="", birth_date=None, phone=None))
    assert (partly.bio, partly.birth_date, partly.phone) == ("", None, None)
    assert (partly.name, partly.website) == (after.name, after.website)
    assert town.write(accounts.edit_profile, me, Changes()) == partly


@pytest.mark.parametrize("bad", ["\u200d", "\u200f\u202e", "\u2800", "\u3164", "\u0301", "\u00ad \u200b"])
def test_a_name_can_be_seen(town: Town, bad: str) -> None:
    me = make_people(town, 1)[0]
    with pytest.raises(errors.BadProfile) as caught:
        town.write(accounts.edit_profile, me, Changes(name=bad))
    assert caught.value.fields == {"name": "This must not be empty"}


@pytest.mark.parametrize("good", ["👩‍👩‍👧‍👦", "مرحبا", "א", "7", "ก็", "Łódź‑ka"])
def test_names_in_any_writing(town: Town, good: str) -> None:
    me = make_people(town, 1)[0]
    assert town.write(accounts.edit_profile, me, Changes(name=good)).name == good


def test_a_name_does_not_turn_what_stands_beside_it(town: Town) -> None:
    me = make_people(town, 1)[0]
    made = town.write(accounts.edit_profile, me, Changes(name="Ada \u202enimda", location="\u2066Wien\u2069"))
    assert (made.name, made.location) == ("Ada nimda", "Wien")


def test_time_zones_to_choose_from() -> None:
    known = accounts.time_zones()
    assert {"UTC", "Europe/Vienna", "America/Argentina/Salta"} <= set(known)
    assert not [name for name in known if name.startswith(("Etc/", "posix", "US/"))]
    assert known == sorted(known)


def test_every_wrong_field_is_named_and_nothing_is_changed(town: Town) -> None:
    me = make_people(town, 1)[0]
    before = town.read(accounts.person, me)
    with pytest.raises(errors.BadProfile) as caught:
        town.write(
            accounts.edit_profile,
            me,
            Changes(
                name="  ",
                bio="x" * 501,
                location="x" * 10_000_000,
                website="javascript:alert(1)",
                birth_date="2999-01-01",
                language="klingon!",
                time_zone="Mars/Olympus",
                pronouns="fine",
            ),
        )
    assert set(caught.value.fields) == {
        "name", "bio", "location", "website", "birth_date", "language", "time_zone",
    }  # fmt: skip
    assert town.read(accounts.person, me) == before
    with pytest.raises(errors.BadPhone):
        town.write(accounts.edit_profile, me, Changes(phone="call me"))


@pytest.mark.parametrize(
    "bad",
    [
        "ftp://x.org", "http://", "https:///path", "http://a:b@x.org", 'https://x.org/"onload', "https://x.org/<b>",
        "http://[::1",
        "https://x.org:99999", "data://x", "https://x.org/a b", "x" * 201,
    ],
)  # fmt: skip
def test_bad_websites(bad: str) -> None:
    with pytest.raises(errors.BadProfile):
        fields.checked(Changes(website=bad), today=TODAY)


@pytest.mark.parametrize("bad", ["x", "1899-12-31", "2026-11-23", "2026-13-01", "31.12.1990"])
def test_bad_birth_dates(bad: str) -> None:
    with pytest.raises(errors.BadProfile):
        fields.checked(Changes(birth_date=bad), today=TODAY)


@given(st.text(max_size=700), st.text(max_size=120), st.text(max_size=300))
def test_what_is_kept_is_bounded_and_clean(bio: str, name: str, website: str) -> None:
    for change in (Changes(bio=bio), Changes(name=name), Changes(website=website)):
        try:
            kept = fields.checked(change, today=TODAY)
        except errors.BadProfile:
            continue
        [(field, value)] = kept.items()
        assert "\0" not in value
        assert len(value) <= {"bio": 500, "name": 50, "website": 200}[field]
        assert field != "website" or value == "" or value.startswith(("http://", "https://"))
        assert fields.checked(Changes(**kept), today=TODAY) == kept


def test_only_oneself_and_administrators(town: Town) -> None:
    me, other, admin = make_people(town, 3)
    town.write(accounts.promote, admin)
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.edit_profile, other, Changes(name="Mallory"), of=me)
    assert town.write(accounts.edit_profile, admin, Changes(name="Renamed"), of=me).name == "Renamed"
    town.write(accounts.suspend, admin, other, reason="")
    with pytest.raises(errors.NoSuchPerson):
        town.write(accounts.edit_profile, admin, Changes(name="x"), of=404)


def test_pictures(town: Town) -> None:
    me = make_people(town, 1)[0]
    town.write(accounts.set_avatar, me, 11)
    town.write(accounts.set_header, me, 12)
    shown = town.read(accounts.profile, me)
    assert (shown.avatar_id, shown.header_id) == (11, 12)
    assert town.read(accounts.cards, [me])[me].avatar_id == 11
    town.write(accounts.set_avatar, me, None)
    assert town.read(accounts.cards, [me])[me].avatar_id is None
    for verb in (accounts.set_avatar, accounts.set_header):
        with pytest.raises(errors.NoSuchPerson):
            town.write(verb, 404, 1)


def test_changes_are_published(town: Town) -> None:
    me = make_people(town, 1)[0]
    catch_up(town)
    heard: list[Event] = []
    town.env.part(Hub).listen(accounts.CARD, heard.append)
    town.write(accounts.edit_profile, me, Changes(bio="new"))
    town.write(accounts.set_avatar, me, 1)
    town.write(accounts.change_username, me, "renamed")
    catch_up(town)
    assert [event.key for event in heard] == [me] * 3


# Usernames


def test_change_username(town: Town, post: list[Letter]) -> None:
    me, other = make_people(town, 1, username="before")[0], make_people(town, 1)[0]
    assert town.write(accounts.change_username, me, "After").username == "After"
    assert town.read(accounts.by_username, "before") is None
    assert town.read(accounts.person_by_username, "AFTER").id == me
    with pytest.raises(errors.UsernameTaken):
        town.write(accounts.change_username, other, "Before")
    with pytest.raises(errors.UsernameTaken):
        town.write(accounts.change_username, other, "after")
    assert not town.read(accounts.is_username_free, "before")
    assert "@before" in post[0].text
    assert "@After" in post[0].text


def test_an_old_name_can_be_taken_back_by_its_owner(town: Town) -> None:
    me = make_people(town, 1, username="before")[0]
    town.write(accounts.change_username, me, "after")
    assert town.write(accounts.change_username, me, "Before").username == "Before"
    card = town.read(accounts.by_username, "before")
    assert card is not None
    assert card.id == me


def test_case_alone_may_change(town: Town) -> None:
    me = make_people(town, 1, username="ada")[0]
    assert town.write(accounts.change_username, me, "ADA").username == "ADA"
    assert town.write(accounts.change_username, me, "ADA").username == "ADA"
    card = town.read(accounts.by_username, "ada")
    assert card is not None
    assert card.username == "ADA"


def test_an_old_name_is_free_after_thirty_days(town: Town, later: Wait) -> None:
    me, other = make_people(town, 1, username="before")[0], make_people(town, 1)[0]
    town.write(accounts.change_username, me, "after")
    later(profiles.HELD + 1)
    assert town.read(accounts.is_username_free, "before")
    town.write(accounts.change_username, other, "before")
    card = town.read(accounts.by_username, "before")
    assert card is not None
    assert card.id == other
    with pytest.raises(errors.UsernameTaken):
        town.write(accounts.change_username, me, "before")


def test_nobody_hoards_names(town: Town) -> None:
    me = make_people(town, 1, username="name0")[0]
    for number in range(1, 6):
        town.write(accounts.change_username, me, f"name{number}")
    with pytest.raises(errors.TooManyNames):
        town.write(accounts.change_username, me, "name6")
    assert town.read(accounts.person, me).username == "name5"
    assert town.read(accounts.is_username_free, "name6")
    assert town.write(accounts.change_username, me, "name3").username == "name3"


def test_bad_new_names(town: Town) -> None:
    me = make_people(town, 1)[0]
    for bad in ("a b", "admin", "", "x" * 21):
        with pytest.raises(errors.BadUsername):
            town.write(accounts.change_username, me, bad)


# Settings


class _Microblog(msgspec.Struct, frozen=True):
    sensitive: bool = False
    language: str = "en"


def test_settings(town: Town) -> None:
    me, other = make_people(town, 2)
    default = _Microblog()
    assert town.read(accounts.setting, me, "microblog", default) is default
    town.write(accounts.change_setting, me, "microblog", _Microblog(sensitive=True))
    town.write(accounts.change_setting, me, "friends", {"pictures": "small"})
    assert town.read(accounts.setting, me, "microblog", default) == _Microblog(sensitive=True)
    assert town.read(accounts.setting, other, "microblog", default) == default
    nothing: dict[str, str] = {}
    assert town.read(accounts.setting, me, "friends", nothing) == {"pictures": "small"}
    town.write(accounts.change_setting, me, "friends", None)
    assert town.read(accounts.setting, me, "friends", nothing) == {}
    assert town.read(accounts.my_settings, me) == {"microblog": {"sensitive": True, "language": "en"}}


def test_settings_of_another_age(town: Town) -> None:
    me = make_people(town, 1)[0]
    town.write(accounts.change_setting, me, "microblog", {"sensitive": True, "gone": 1})
    assert town.read(accounts.setting, me, "microblog", _Microblog()) == _Microblog(sensitive=True)
    town.write(accounts.change_setting, me, "microblog", {"sensitive": "perhaps"})
    assert town.read(accounts.setting, me, "microblog", _Microblog()) == _Microblog()


@pytest.mark.parametrize(
    ("namespace", "value"),
    [("microblog", {"x": "y" * 20_000}), ("Bad Name", {}), ("", {}), ("x", {"x": object()}), ("a" * 41, 1)],
)
def test_bad_settings(town: Town, namespace: str, value: object) -> None:
    me = make_people(town, 1)[0]
    with pytest.raises(errors.BadSetting):
        town.write(accounts.change_setting, me, namespace, value)
    assert town.read(accounts.my_settings, me) == {}


def test_settings_are_bounded_in_number(town: Town) -> None:
    me = make_people(town, 1)[0]
    for number in range(64):
        town.write(accounts.change_setting, me, f"room{number}", number)
    with pytest.raises(errors.BadSetting):
        town.write(accounts.change_setting, me, "one_more", 1)
    town.write(accounts.change_setting, me, "room1", 2)


def test_the_clock_of_a_profile_is_the_transaction(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    born = clock.to_datetime(clock.now()).date().isoformat()
    assert town.write(accounts.edit_profile, me, Changes(birth_date=born)).birth_date == born
