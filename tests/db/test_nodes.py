"""Leases on nodes: no id twice, whoever starts, stops, dies or sets the clock back."""

from __future__ import annotations

import threading

import pytest

from dozen.db import Tx, nodes
from dozen.db.errors import Busy
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.kit.errors import Conflict
from dozen.kit.ids import NODES, LeaseSpent, Snowflakes
from dozen.kit.settings import Settings
from tests.support.floor import another
from tests.support.town import Town

HOUR = clock.HOUR


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.now)


@pytest.fixture
def time_(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def leased(town: Town, holder: str) -> Snowflakes:
    made = town.write(nodes.lease, holder)
    made._now = lambda: clock.now()
    return made


def taken(floor: Town) -> dict[int, tuple[int, str]]:
    return {node: (until, holder) for node, until, holder in floor.read(nodes._all.all)}


def fill(tx: Tx, until: int) -> None:
    nodes._take.many(tx, ({"node": n, "until": until + n, "holder": f"h{n}"} for n in range(NODES)))


def test_a_lease_is_stored_before_it_is_used(floor: Town, time_: Clock) -> None:
    made = leased(floor, "me")
    assert taken(floor) == {made.node: (time_.now + nodes.AHEAD, "me")}
    assert made.until == time_.now + nodes.AHEAD
    assert ids.moment(made.next()) < made.until


def test_a_lease_that_was_not_committed_is_nobodys(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        nodes.lease(tx, "me")
        raise Conflict

    with pytest.raises(Conflict):
        floor.write(verb)
    assert taken(floor) == {}


def test_processes_that_start_at_once_get_different_nodes(floor: Town) -> None:
    barrier = threading.Barrier(6)
    made: list[Snowflakes] = []

    def start(n: int) -> None:
        town = another(floor)
        barrier.wait()
        made.append(leased(town, f"p{n}"))
        town.close()

    threads = [threading.Thread(target=start, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.node for each in made}) == 6


def test_a_node_given_back_is_taken_again_behind_its_last_id(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    last = [made.next() for _ in range(5000)][-1]
    floor.write(nodes.release, made)
    time_.now += 3
    again = leased(floor, "two")
    assert again.node == made.node
    assert again.next() > last
    assert ids.moment(last) + 1 <= ids.moment(again.next())


def test_who_gave_a_node_back_makes_no_more_ids(floor: Town, time_: Clock) -> None:
    """A thread that ends a little later than the others would repeat what the next process gives."""
    made = leased(floor, "one")
    made.next()
    floor.write(nodes.release, made)
    time_.now += 5
    with pytest.raises(LeaseSpent):
        made.next()
    leased(floor, "two")
    with pytest.raises(LeaseSpent):
        made.next()


def test_giving_back_what_is_anothers_by_now_changes_nothing(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    time_.now += HOUR
    theirs = leased(floor, "two")
    assert theirs.node == made.node
    floor.write(nodes.release, made)
    assert taken(floor)[made.node] == (theirs.until, "two")


def test_who_slept_too_long_cannot_use_or_renew_what_was_taken(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    made.next()
    time_.now += nodes.AHEAD
    with pytest.raises(LeaseSpent):
        made.next()
    time_.now += 1
    theirs = leased(floor, "two")
    assert theirs.node == made.node
    with pytest.raises(RuntimeError, match=f"node {made.node} was taken"):
        floor.write(nodes.renew, made, "one")
    with pytest.raises(LeaseSpent):
        made.next()
    assert ids.moment(theirs.next()) >= (made.until or 0)


def test_who_slept_too_long_goes_on_where_nobody_took_it(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    last = made.next()
    time_.now += HOUR
    with pytest.raises(LeaseSpent):
        made.next()
    floor.write(nodes.renew, made, "one")
    assert made.next() > last
    assert taken(floor) == {made.node: (time_.now + nodes.AHEAD, "one")}


def test_a_renewal_counts_once_it_is_on_disk(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    old = made.until
    time_.now += clock.MINUTE

    def verb(tx: Tx) -> None:
        nodes.renew(tx, made, "one")
        assert made.until == old
        raise Busy

    with pytest.raises(Busy):
        floor.write(verb)
    assert made.until == old
    assert taken(floor)[made.node][0] == old
    floor.write(nodes.renew, made, "one")
    assert made.until == time_.now + nodes.AHEAD == taken(floor)[made.node][0]
    floor.write(nodes.renew, made, "one")
    assert made.until == time_.now + nodes.AHEAD


def test_a_generator_ahead_of_the_clock_renews_ahead_of_itself(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    before = made.next()
    time_.now -= 5 * HOUR
    floor.write(nodes.renew, made, "one")
    assert (made.until or 0) >= made.last_ms + nodes.AHEAD
    assert made.next() > before


def test_a_clock_that_jumped_far_back_finds_a_node_nobody_has(floor: Town, time_: Clock) -> None:
    made = leased(floor, "one")
    time_.now -= 365 * clock.DAY
    other = leased(floor, "two")
    assert other.node != made.node
    assert other.next() != made.next()


def test_with_all_nodes_taken_the_first_that_runs_out_is_followed(floor: Town, time_: Clock) -> None:
    until = time_.now + HOUR
    floor.write(fill, until)
    made = leased(floor, "me")
    assert (made.node, made.until) == (0, until + nodes.AHEAD)
    assert ids.moment(made.next()) == until, "behind what its holder may use"
    second = leased(floor, "you")
    assert second.node == 1
    time_.now = until + 5
    third = leased(floor, "she")
    assert (third.node, taken(floor)[2][1]) == (2, "she")
    assert ids.moment(third.next()) >= until + 2


def test_an_environment_gets_its_leased_generator(floor: Town) -> None:
    env = Env(Settings(), b"s" * 32, Snowflakes(0))
    assert nodes.bare_env(env, floor.db, "me") is env
    assert env.ids.until is not None
    assert [holder for _, holder in taken(floor).values()] == ["me"]
