from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.core.cache import Lru

OPS = st.lists(st.tuples(st.sampled_from(["get", "put", "drop", "clear"]), st.integers(0, 12)), max_size=200)


@given(st.integers(2, 12), OPS)
def test_it_forgets_only_what_was_used_long_ago(size: int, ops: list[tuple[str, int]]) -> None:
    lru: Lru[int, str] = Lru(size)
    true: dict[int, str] = {}  # in order of use, the newest last
    for turn, (op, key) in enumerate(ops):
        if op == "get":
            found = lru.get(key)
            assert found in (None, true.get(key))
            if key in list(true)[-(size // 2) :]:
                assert found == true[key]
            if found is not None:
                true[key] = true.pop(key)
            else:
                true.pop(key, None)
        elif op == "put":
            lru.put(key, f"{key}:{turn}")
            true.pop(key, None)
            true[key] = f"{key}:{turn}"
        elif op == "drop":
            lru.drop(key)
            true.pop(key, None)
            assert lru.get(key) is None
        else:
            lru.clear()
            true.clear()
        assert len(lru) <= size


def test_a_value_loaded_before_a_drop_is_not_kept() -> None:
    lru: Lru[int, str] = Lru(10)
    stamp = lru.stamp
    lru.drop(1)  # somebody changed it while we were loading
    lru.put(1, "old", stamp)
    assert lru.get(1) is None
    lru.put(1, "new", lru.stamp)
    assert lru.get(1) == "new"
    stamp = lru.stamp
    lru.clear()
    lru.put(1, "old", stamp)
    assert lru.get(1) is None


def test_size_is_checked() -> None:
    with pytest.raises(ValueError, match="two"):
        Lru(1)


def test_a_drop_is_never_undone_by_readers() -> None:
    """Readers that move entries between generations must not bring back what was dropped."""
    lru: Lru[int, int] = Lru(8)
    stop = threading.Event()
    wrong: list[tuple[int, int]] = []

    def read() -> None:
        while not stop.is_set():
            for key in range(10):
                lru.get(key)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    for turn in range(3000):
        key = turn % 10
        lru.put(key, turn)
        lru.drop(key)
        if (found := lru.get(key)) is not None:
            wrong.append((key, found))
    stop.set()
    for each in readers:
        each.join()
    assert wrong == []
