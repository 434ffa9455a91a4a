"""The roof: every door stands, none collides, every block's work is registered."""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dozen.app import cli
from dozen.app.asgi import addresses
from dozen.app.blocks import WORK
from dozen.app.services import ROOMS, chosen
from dozen.web import Api
from dozen.web.serve import Address
from tests.support.site import Site

ROOT = Path(__file__).parent.parent.parent


def routes() -> list[object]:
    return [route for room in ROOMS for door in room.doors for route in door.routes]


def test_no_two_doors_collide() -> None:
    found = addresses(routes())  # type: ignore[arg-type]
    assert len(found) > 60


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_colliding_doors_are_refused(site: Site) -> None:
    one, other = Api("/same"), Api("/same")
    for door in (one, other):
        door.get("/thing", access="public")(lambda call: None)
    with pytest.raises(ValueError, match="collide"):
        Address(site.server, "/same/thing", [*one.routes, *other.routes])
    named = Api("/x")
    named.get("/{a}", access="public")(_with_a)
    named.post("/{b}", access="public")(_with_b)
    with pytest.raises(ValueError, match="differently"):
        addresses(named.routes)


def _with_a(call: object, a: str) -> None: ...


def _with_b(call: object, b: str) -> None: ...


def test_every_blocks_jobs_are_registered() -> None:
    for folder in sorted((ROOT / "src" / "dozen" / "core").iterdir()):
        if (folder / "__init__.py").exists():
            block = importlib.import_module(f"dozen.core.{folder.name}")
            for job in getattr(block, "JOBS", ()):
                assert job in WORK, f"{folder.name}: {job}"


def test_rooms_can_be_chosen() -> None:
    assert {room.name for room in chosen(frozenset())} >= {"home", "microblog"}
    assert [room.name for room in chosen(frozenset({"microblog"}))] == ["home", "microblog"]
    with pytest.raises(ValueError, match="no room"):
        chosen(frozenset({"casino"}))


def dozen(*args: str, data: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOZEN_")}
    return subprocess.run(
        [sys.executable, "-m", "dozen.app.cli", args[0], *args[1:]],
        env=env | {"DOZEN_DATA_DIR": str(data), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_makes_people_and_tokens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first in a process of its own, the others in this one: each start takes two seconds."""
    monkeypatch.setattr(gc, "set_threshold", lambda *given: None)

    def here(*args: str) -> int:
        return cli.main([*args, "--data", str(tmp_path)])

    done = dozen("user", "create", "ada", "--password", "a long enough one", "--admin", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert here("token", "create", "--user", "ada", "--json") == 0
    bearer = json.loads(capsys.readouterr().out)
    assert bearer["token_type"] == "bearer"
    assert bearer["access_token"].startswith("dz_")
    assert here("token", "create", "--user", "ada", "--kind", "oauth1", "--json") == 0
    oauth1 = json.loads(capsys.readouterr().out)
    assert oauth1["token"].partition("-")[0] == bearer["user_id"]
    assert {"consumer_key", "consumer_secret", "token_secret"} <= set(oauth1)
    assert here("token", "create", "--user", "ada", "--scopes", "microblog,wallet:read", "--json") == 0
    assert json.loads(capsys.readouterr().out)["scopes"] == ["microblog", "wallet:read"]
    assert here("token", "create", "--user", "ada", "--scopes", "microblog:wriet") == 2
    assert "there is no scope 'microblog:wriet'" in capsys.readouterr().err
    for typed, code in (("a long enough one\n", 0), ("", 2), ("\n", 2)):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert here("user", "create", f"bo{code}") == code
    said = capsys.readouterr()
    assert "Made @bo0 (member)" in said.out
    assert "a password is needed" in said.err
    assert cli.main(["doctor", "--data", str(tmp_path / "nowhere")]) == 1
    assert "There is no installation" in capsys.readouterr().out
    assert not (tmp_path / "nowhere").exists()
    assert here("user", "create", "ADA", "--password", "a long enough one") == 1
    assert "username_taken" in capsys.readouterr().err


def test_bad_settings_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("prot = 8000\n")
    done = dozen("migrate", "--config", str(tmp_path / "bad.toml"), data=tmp_path)
    assert done.returncode == 2
    assert "prot" in done.stderr
