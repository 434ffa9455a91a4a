"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from dozen.kit import files


def test_a_file_and_its_folder_are_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "7.txt"
    files.write_whole(path, b"hello")
    assert path.read_bytes() == b"hello"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == ["7.txt"]


def test_writing_again_replaces_it(tmp_path: Path) -> None:
    path = tmp_path / "7.txt"
    files.write_whole(path, b"a long first one")
    files.write_whole(path, b"short")
    assert path.read_bytes() == b"short"


def test_a_crash_before_the_end_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "7.txt"
    files.write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    files.write_whole(path, b"new")
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"new"]
