"""Process-wide: the gateways that are set up, and how patient we are with them."""

from __future__ import annotations

import msgspec

from dozen.core.outbound import Outbound
from dozen.core.payments.errors import NoGateway
from dozen.core.payments.gateway import Gateway
from dozen.core.payments.stripe import Stripe
from dozen.kit import clock, crypto
from dozen.kit.crypto import Keyring
from dozen.kit.env import Env

DEFAULT = "stripe"
"""The name of the gateway behind ``DOZEN_GATEWAY_URL``; its webhooks come to ``/webhooks/stripe``."""


class Pace(msgspec.Struct, frozen=True):
    """How long we wait for what, in milliseconds. Tests install a quicker one."""

    head_start: int = clock.SECOND
    """What a door has to call :func:`advance` itself before the job does."""
    lease: int = 30 * clock.SECOND
    """A call takes less; whoever made it has died when it is over."""
    first: int = clock.SECOND
    """After the first call without a clear answer; doubles from there."""
    longest: int = 5 * clock.MINUTE
    poll: int = 10 * clock.SECOND
    """How soon a person who is at the gateway's page is asked after; webhooks are quicker."""
    action: int = 30 * clock.MINUTE
    """For a person to pay before the charge is cancelled."""
    keys: int = 23 * clock.HOUR
    """How long a gateway remembers idempotency keys (Stripe: a day): after that we look, and never repeat."""
    call: int = 10 * clock.SECOND

    @classmethod
    def build(cls, env: Env) -> Pace:
        return cls()

    def pause(self, tries: int) -> int:
        """After so many calls without a clear answer."""
        return min(self.longest, self.first << min(max(tries - 1, 0), 20))

    def next_poll(self, age: int) -> int:
        """A quarter of how long it has been waiting for."""
        return min(self.longest, max(self.poll, age // 4))


class Gateways:
    """By name."""

    def __init__(self) -> None:
        self._known: dict[str, Gateway] = {}

    @classmethod
    def build(cls, env: Env) -> Gateways:
        made = cls()
        settings = env.settings
        if settings.gateway_url:
            key, secret = simulator_secrets(env.keys)
            made.add(
                Stripe(
                    DEFAULT,
                    settings.gateway_url,
                    settings.gateway_key or key,
                    settings.gateway_webhook_secret or secret,
                    env.part(Outbound),
                    seconds=env.part(Pace).call / clock.SECOND,
                )
            )
        return made

    def add(self, gateway: Gateway) -> None:
        self._known[gateway.name] = gateway

    def get(self, name: str) -> Gateway:
        """Raises NoGateway."""
        found = self._known.get(name)
        if found is None:
            raise NoGateway
        return found

    def names(self) -> list[str]:
        return list(self._known)


def simulator_secrets(keys: Keyring) -> tuple[str, str]:
    """The API key and the webhook secret of this installation's own gateway simulator."""
    return (
        "sk_test_" + crypto.b64(keys.key("payments.gateway.key")),
        "whsec_" + crypto.b64(keys.key("payments.gateway.webhooks")),
    )
