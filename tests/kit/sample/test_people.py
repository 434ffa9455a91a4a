"""People: the same for a seed, unique names, believable fields."""

from __future__ import annotations

import re
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from dozen.kit.sample import people, prose
from dozen.kit.sample.names import HOBBIES, ascii_handle, cultures, pair_of, username_of

USERNAME = re.compile(r"[a-z0-9_]{3,20}")


def test_pinned() -> None:
    """The first 300 people of a seed, on every machine and Python."""
    told = "\n".join(repr(tuple(person)) for person in people.people(7, 300))
    assert sha256(told.encode()).hexdigest() == PINNED


def test_a_person_does_not_depend_on_the_order_of_calls() -> None:
    ahead = [people.person("town", n) for n in range(40)]
    back = [people.person("town", n) for n in reversed(range(40))]
    assert ahead == back[::-1]
    assert ahead == list(people.people("town", 40))


def test_seeds_differ() -> None:
    one = {person.username for person in people.people(1, 200)}
    two = {person.username for person in people.people(2, 200)}
    assert len(one & two) < 40


def test_usernames_are_unique_and_well_formed() -> None:
    seen: set[str] = set()
    for n in range(70_000):
        name = people.username(7, n)
        assert USERNAME.fullmatch(name), name
        seen.add(name)
    assert len(seen) == 70_000


def test_usernames_stay_unique_where_ranks_are_high() -> None:
    """The people of a few hundred pairs, up to number 2,900,000, whatever style a draw chooses."""
    pairs = len({id(pair_of(3, n)[0]) for n in range(40_000)})
    assert 20_000 < pairs < 40_000
    for choices in (lambda n: n * 2654435761, lambda n: 99, lambda n: 65, lambda n: n % 7):
        seen: set[str] = set()
        numbers = [place + pairs * rank for place in range(300) for rank in range(100)]
        for n in numbers:
            pair, rank = pair_of(3, n)
            assert rank == n // pairs
            name = username_of(pair, rank, choices(n))
            assert USERNAME.fullmatch(name), name
            seen.add(name)
        assert len(seen) == len(numbers)


def test_no_two_pairs_spell_the_same_letters() -> None:
    """What the families of usernames rest on: all handles, and all that they join to, differ."""
    handles: list[str] = []
    joined: list[str] = []
    for culture in cultures():
        assert len(culture.lasts) <= 64
        handles += [name.handle for name in culture.firsts + culture.lasts]
        joined += [first.handle + last.handle for first in culture.firsts for last in culture.lasts]
    everything = handles + joined + list(HOBBIES)
    assert len(set(everything)) == len(everything)
    assert all(re.fullmatch("[a-z]+", text) for text in everything)


def test_hobbies_in_usernames_are_interests() -> None:
    assert set(HOBBIES.values()) <= set(prose.TOPICS)
    told = [person for person in people.people(7, 3000) if person.username.split("_")[-1] in HOBBIES]
    assert len(told) > 100
    assert all(HOBBIES[person.username.split("_")[-1]] == person.interests[0] for person in told)


@given(st.sampled_from([7, "town", -1]), st.integers(min_value=0, max_value=2_000_000))
def test_fields_keep_their_bounds(seed: int | str, n: int) -> None:
    person = people.person(seed, n)
    assert person.username == people.username(seed, n)
    assert 1 <= len(person.name) <= 50
    assert len(person.bio) <= 160
    assert "{" not in person.bio + person.name + person.location
    assert len(person.location) <= 60
    assert person.website == "" or re.match(r"https://example\.(org|com)/\S+$", person.website)
    assert person.pronouns is None or 4 < len(person.pronouns) < 12
    assert 1 <= person.joined_days_ago <= 2801
    assert 1 <= len(person.interests) <= 7
    assert len(set(person.interests)) == len(person.interests)
    assert set(person.interests) <= set(prose.TOPICS)
    assert set(people.interests(seed, n)) <= set(person.interests)
    assert "en" in person.languages
    assert len(set(person.languages)) == len(person.languages)
    assert person.persona in prose.PERSONAS


def test_a_crowd_is_as_mixed_as_people_are() -> None:
    crowd = list(people.people(7, 2000))
    assert len({person.name for person in crowd}) > 1900
    assert len({person.bio for person in crowd if person.bio}) > 1500
    assert 100 < sum(not person.bio for person in crowd) < 500
    assert sum(not person.name.isascii() for person in crowd) > 300
    scripts = {name for person in crowd for name in _scripts(person.name)}
    assert {"arabic", "devanagari", "cjk", "cyrillic", "greek", "hangul"} <= scripts
    assert len({person.languages[0] for person in crowd}) > 20
    assert len({topic for person in crowd for topic in person.interests}) == len(prose.TOPICS)
    assert 0.1 < sum(person.pronouns is not None for person in crowd) / 2000 < 0.4


def test_handles_are_ascii() -> None:
    assert ascii_handle("Øyvind Kjær-Łódź") == "oyvindkjaerlodz"


def _scripts(name: str) -> set[str]:
    ranges = {
        "arabic": ("\u0600", "\u06ff"),
        "devanagari": ("\u0900", "\u097f"),
        "cjk": ("\u4e00", "\u9fff"),
        "cyrillic": ("\u0400", "\u04ff"),
        "greek": ("\u0370", "\u03ff"),
        "hangul": ("\uac00", "\ud7a3"),
    }
    return {script for script, (low, high) in ranges.items() if any(low <= letter <= high for letter in name)}


PINNED = "709920ead61cabc1384cbdcd25a3dffb4203c0843b7f40d7a9841e4361049eab"
