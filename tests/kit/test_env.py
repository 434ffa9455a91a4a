"""What a process has: each part once, and closed at its end."""

from __future__ import annotations

import threading
import time

import pytest

from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings


def make() -> Env:
    return Env(Settings(), b"s" * 32, Snowflakes(1))


class Slow:
    made = 0

    @classmethod
    def build(cls, env: Env) -> Slow:
        time.sleep(0.02)
        cls.made += 1
        return cls()


def test_a_part_is_made_once_however_many_ask_at_once() -> None:
    env = make()
    Slow.made = 0
    barrier = threading.Barrier(8)
    found: list[Slow] = []

    def ask() -> None:
        barrier.wait()
        found.append(env.part(Slow))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Slow.made == 1
    assert len(found) == 8
    assert len(set(map(id, found))) == 1
    assert make().part(Slow) is not found[0], "two processes share nothing"


class Lower:
    @classmethod
    def build(cls, env: Env) -> Lower:
        env.on_close(lambda: env.part(Log).lines.append("lower"))
        return cls()


class Upper:
    def __init__(self, lower: Lower) -> None:
        self.lower = lower

    @classmethod
    def build(cls, env: Env) -> Upper:
        made = cls(env.part(Lower))
        env.on_close(lambda: env.part(Log).lines.append("upper"))
        return made


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    @classmethod
    def build(cls, env: Env) -> Log:
        return cls()


def test_parts_stand_on_parts_and_close_the_other_way_round_once() -> None:
    env = make()
    assert env.part(Upper).lower is env.part(Lower)
    env.close()
    env.close()
    assert env.part(Log).lines == ["upper", "lower"]


def test_what_cannot_be_closed_keeps_nothing_else_open() -> None:
    env = make()
    closed: list[int] = []
    env.on_close(lambda: closed.append(1))
    env.on_close(lambda: closed.append(1 // 0))
    env.on_close(lambda: closed.append(3))
    with pytest.raises(ZeroDivisionError):
        env.close()
    assert closed == [3, 1]
    env.close()
    assert closed == [3, 1]


class Moody:
    tries = 0

    @classmethod
    def build(cls, env: Env) -> Moody:
        cls.tries += 1
        if cls.tries == 1:
            raise OSError("not yet")
        return cls()


def test_a_part_that_could_not_be_made_is_tried_again() -> None:
    env = make()
    Moody.tries = 0
    with pytest.raises(OSError, match="not yet"):
        env.part(Moody)
    assert env.part(Moody) is env.part(Moody)
    assert Moody.tries == 2


def test_a_part_may_be_put_in_ready_made() -> None:
    env, log = make(), Log()
    env.install(log)
    assert env.part(Log) is log
    env.install(other := Log())
    assert env.part(Log) is other


def test_keys_and_markers_are_of_the_same_secret() -> None:
    one, two = make(), make()
    assert one.cursors.open("a", two.cursors.seal("a", 1)) == (1,)
    assert one.keys.key("x") == two.keys.key("x")
    with pytest.raises(ValueError, match="32 bytes"):
        Env(Settings(), b"short", Snowflakes(1))
