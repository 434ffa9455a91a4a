from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core import accounts
from dozen.core.accounts import errors, tokens
from dozen.core.accounts.structs import covers
from dozen.kit import clock
from tests.core.accounts.helpers import catch_up
from tests.support.people import make_people
from tests.support.town import Town

Wait = Callable[[int], None]
READ = frozenset({"microblog:read"})


def test_a_token_of_ones_own(town: Town, other: Town) -> None:
    me = make_people(town, 1)[0]
    made = town.write(accounts.issue_token, me, name=" my  script ", scopes=READ)
    assert made.token.startswith("dz_")
    assert (made.name, made.expires_at) == ("my script", None)
    for each in (town, other):
        actor = each.read(accounts.actor_for_token, made.token)
        assert actor is not None
        assert (actor.person_id, actor.token_id, actor.session_id, actor.scopes) == (me, made.id, None, READ)
    listed = town.read(accounts.my_tokens, me)
    assert [(token.id, token.kind, token.name, token.scopes) for token in listed] == [
        (made.id, "personal", "my script", READ)
    ]
    assert made.token not in repr(listed)
    town.write(accounts.revoke_token, me, made.id)
    catch_up(other)
    for each in (town, other):
        assert each.read(accounts.actor_for_token, made.token) is None
    with pytest.raises(errors.NoSuchToken):
        town.write(accounts.revoke_token, me, made.id)


def test_only_the_digest_is_stored(town: Town) -> None:
    made = town.write(accounts.issue_token, make_people(town, 1)[0], name="x", scopes=READ)
    kept = repr(town.read(lambda tx: tx.driver.execute("SELECT * FROM accounts_tokens").fetchall()))
    assert made.token not in kept
    assert made.token[3:] not in kept


def test_tokens_of_others_are_out_of_reach(town: Town) -> None:
    me, other = make_people(town, 2)
    made = town.write(accounts.issue_token, me, name="x", scopes=READ)
    with pytest.raises(errors.NoSuchToken):
        town.write(accounts.revoke_token, other, made.id)
    for verb in (
        lambda tx: accounts.issue_token(tx, other, name="x", scopes=READ, of=me),
        lambda tx: accounts.my_tokens(tx, other, of=me),
        lambda tx: accounts.revoke_token(tx, other, made.id, of=me),
    ):
        with pytest.raises(errors.NotAllowed):
            town.write(verb)
    assert town.read(accounts.actor_for_token, made.token) is not None


def test_tokens_end(town: Town, later: Wait) -> None:
    me = make_people(town, 1)[0]
    made = town.write(accounts.issue_token, me, name="x", scopes=READ, expires_in=30)
    assert made.expires_in == 30
    assert town.read(accounts.actor_for_token, made.token) is not None
    later(31 * clock.SECOND)
    assert town.read(accounts.actor_for_token, made.token) is None, "memory ends with it"
    assert town.read(accounts.my_tokens, me) == []


@pytest.mark.parametrize("seconds", [0, -1, 11 * 366 * 24 * 3600])
def test_bad_lives(town: Town, seconds: int) -> None:
    with pytest.raises(errors.BadScope):
        town.write(accounts.issue_token, make_people(town, 1)[0], name="x", scopes=READ, expires_in=seconds)


@pytest.mark.parametrize("scopes", [set(), {"a b"}, {"Ä"}, {"x" * 61}, {f"s{n}" for n in range(61)}, {""}])
def test_bad_scopes(town: Town, scopes: set[str]) -> None:
    with pytest.raises(errors.BadScope):
        town.write(accounts.issue_token, make_people(town, 1)[0], name="x", scopes=frozenset(scopes))


def test_nobody_gives_more_than_they_have(town: Town) -> None:
    me = make_people(town, 1)[0]
    have = frozenset({"microblog:read", "account"})
    for wanted in (READ, frozenset({"account:read", "account:write"}), have):
        town.write(accounts.issue_token, me, name="x", scopes=wanted, granting=have)
    for wanted in (
        frozenset({"microblog:write"}),
        accounts.ALL,
        frozenset({"microblog"}),
        READ | {"vault:read"},
    ):
        with pytest.raises(errors.BadScope):
            town.write(accounts.issue_token, me, name="x", scopes=wanted, granting=have)


def test_how_scopes_cover_each_other() -> None:
    assert covers(frozenset({"*"}), "anything")
    assert covers(frozenset({"read"}), "read:lists")
    assert covers(frozenset({"a:b"}), "a:b:c")
    assert not covers(frozenset({"read:lists"}), "read")
    assert not covers(frozenset({"read"}), "reading")
    assert not covers(frozenset(), "read")
    assert not covers(frozenset({"a:b"}), "a:bc")


_SCOPE = st.from_regex(r"[a-z]{1,3}(:[a-z]{1,2}){0,2}", fullmatch=True)
_SCOPES = st.frozensets(_SCOPE, min_size=1, max_size=5)


@given(_SCOPES, _SCOPES, _SCOPES)
def test_giving_on_never_widens(a: frozenset[str], b: frozenset[str], c: frozenset[str]) -> None:
    assert tokens.within(a, a)
    assert tokens.within(a, accounts.ALL)
    assert not tokens.within(accounts.ALL, a)
    if tokens.within(c, b) and tokens.within(b, a):
        assert tokens.within(c, a)


def test_there_is_an_end_to_tokens(town: Town) -> None:
    me = make_people(town, 1)[0]
    for _ in range(tokens.MOST):
        town.write(accounts.issue_token, me, name="x", scopes=READ)
    with pytest.raises(errors.TooManyTokens):
        town.write(accounts.issue_token, me, name="x", scopes=READ)


def test_tokens_of_a_service_account(town: Town) -> None:
    owner, colleague, member = make_people(town, 3)
    for admin in (owner, colleague):
        town.write(accounts.promote, admin)
    bot = town.write(accounts.register_service, owner, username="weather", name="Weather").id
    town.write(accounts.set_role, colleague, owner, "member")
    for manager in (owner, colleague):
        made = town.write(accounts.issue_token, manager, name="x", scopes=READ, of=bot)
        actor = town.read(accounts.actor_for_token, made.token)
        assert actor is not None
        assert actor.person_id == bot
        town.write(accounts.revoke_token, manager, made.id, of=bot)
        assert town.read(accounts.actor_for_token, made.token) is None
    with pytest.raises(errors.NotAllowed):
        town.write(accounts.issue_token, member, name="x", scopes=READ, of=bot)
