"""A real server in a process of its own, to be killed, doubled and starved."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from dozen.app.measure import free_port
from tests.support import loopback

ROOT = Path(__file__).parent.parent.parent


class Process:
    """``dozen serve`` on a data folder; ``kill`` is kill -9."""

    def __init__(self, data: Path, *args: str, port: int = 0, **settings: Any) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {name: value for name, value in os.environ.items() if not name.startswith("DOZEN_")}
        env |= {f"DOZEN_{name.upper()}": str(value) for name, value in settings.items()}
        env |= {"PYTHONPATH": str(ROOT / "src"), "DOZEN_RATE_LIMITS": "false"}
        self.log = (data.parent / f"serve-{self.port}.log").open("wb")
        self.running = subprocess.Popen(
            [sys.executable, "-m", "dozen.app.cli", "serve", "--data", str(data), "--port", str(self.port),
             "--demo", "none", *args],
            env=env,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.client = loopback.client(base_url=self.url, timeout=30)
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if self.client.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self.running.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(Path(self.log.name).read_text()[-3000:])

    def register(self, username: str) -> str:
        """Make somebody; gives their token."""
        answer = self.client.post(
            "/api/register", json={"username": username, "password": "quite a long password"}
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    def kill(self) -> None:
        self.running.kill()
        self.running.wait()

    def stop(self) -> int:
        """Ctrl-C, and how it ended."""
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGINT)
        code = self.running.wait(30)
        self.client.close()
        self.log.close()
        return code
