"""Starting the simulator beside a server: what ``dozen serve`` does for an installation with sample data."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from types import TracebackType

import msgspec

from dozen.core.payments import DEFAULT, KNOWN, simulator_secrets
from dozen.kit.crypto import Keyring
from dozen.kit.settings import Settings

_HOST = "127.0.0.1"


def with_simulator(settings: Settings) -> Settings:
    """The settings with the simulator as their gateway, and leave to call it; unchanged where there is a
    gateway. ``dozen work`` beside such a server needs them so, too."""
    if settings.gateway_url:
        return settings
    address = f"{_HOST}:{settings.gateway_port}"
    allowed = f"{settings.outbound_allow},{address}" if settings.outbound_allow else address
    return msgspec.structs.replace(settings, gateway_url=f"http://{address}", outbound_allow=allowed)


class Running:
    """The simulator in a process of its own, until ``stop``; as a with-block, which begins when it answers.

    Give it the settings that :func:`with_simulator` made and the installation's secret. Its webhooks come
    to ``webhook_url``, or to ``/webhooks/stripe`` on the settings' own port. ``page_url`` is how people's
    browsers reach its pages (``http://localhost`` and its port).
    """

    def __init__(
        self,
        settings: Settings,
        secret: bytes,
        *,
        page_url: str = "",
        webhook_url: str = "",
        retry: float = 2.0,
    ) -> None:
        key, webhook_secret = simulator_secrets(Keyring(secret))
        port = settings.gateway_port
        hook = webhook_url or f"http://{_HOST}:{settings.port}/webhooks/{DEFAULT}"
        env = os.environ | {
            "GATEWAY_KEY": settings.gateway_key or key,
            "GATEWAY_WEBHOOK_SECRET": (settings.gateway_webhook_secret or webhook_secret).partition(",")[0],
        }
        self.port = port
        self.process = subprocess.Popen(  # noqa: S603 - our own program, our own arguments
            [sys.executable, "-m", "dozen.app.gateway", "--host", _HOST, "--port", str(port),
             "--data", str(settings.data / "gateway.db"), "--webhook-url", hook,
             "--known", str(settings.data / KNOWN),
             "--page-url", page_url or f"http://localhost:{port}", "--retry-seconds", str(retry),
             "--with-parent"],
            env=env,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def wait(self, seconds: float = 15.0) -> None:
        """Until it answers. RuntimeError when it does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            connection = http.client.HTTPConnection(_HOST, self.port, timeout=1)
            try:
                connection.request("GET", "/")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.05)
            finally:
                connection.close()
        self.stop()
        raise RuntimeError(f"the gateway simulator does not come up on port {self.port}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self) -> Running:
        self.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
