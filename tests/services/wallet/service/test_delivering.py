"""Webhooks: what is sent, how often, signed with what, and when it is given up."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dozen.core import jobs, notifications
from dozen.core.jobs import Registry, Runner
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.errors import merchants as errors
from dozen.services.wallet.merchant_jobs import WORK
from dozen.services.wallet.service import delivering, shop_events, webhooks
from dozen.services.wallet.service.delivering import Outcome
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.service.test_merchants import later
from tests.services.wallet.shops import make_shop, new_intent
from tests.support.bridge import Listener
from tests.support.town import Town, found_town


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    made = found_town(request.param, tmp_path, outbound_allow="127.0.0.1")
    if made is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    made.env.part(Registry).add(*(each for each in WORK if isinstance(each, jobs.Handler)))
    yield made
    made.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def work(town: Town) -> None:
    Runner(town.env, town.db).drain()


def hook(town: Town, shop: Shop, url: str, *events: str) -> tuple[int, str]:
    new = webhooks.NewWebhook(url=url, events=events or ("*",))
    made, secret = town.write(webhooks.create, shop, new)
    return made.id, secret


def good(header: str, body: bytes, secret: str) -> bool:
    parts = [each.partition("=") for each in header.split(",")]
    at = next(value for name, _, value in parts if name == "t")
    expected = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return any(name == "v1" and hmac.compare_digest(value, expected) for name, _, value in parts)


def test_events_arrive_signed(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    webhook_id, secret = hook(town, shop, listener.url, "intent.created")
    intent = town.write(new_intent, shop, metadata={"k": "v"})
    work(town)
    ((headers, body),) = listener.got
    assert good(headers["dozen-signature"], body, secret)
    assert not good(headers["dozen-signature"], body + b" ", secret)
    said = msgspec.json.decode(body)
    assert (said["type"], said["merchant_id"], said["live"]) == ("intent.created", str(shop.id), True)
    assert said["data"]["intent"]["id"] == str(intent.id)
    assert said["data"]["intent"]["metadata"] == {"k": "v"}
    ((delivery, event),) = town.read(webhooks.deliveries, shop, webhook_id)
    assert (delivery.state, delivery.status, delivery.attempts, delivery.answer) == (
        "done",
        200,
        1,
        "thank you",
    )
    assert event.type == "intent.created"


def test_what_is_rolled_back_was_never_said(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    hook(town, shop, listener.url)

    def fails(tx: Tx) -> None:
        new_intent(tx, shop)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        town.write(fails)
    work(town)
    assert listener.got == []
    assert town.read(webhooks.events, shop) == []


def test_a_failure_is_tried_again_later_and_later_for_three_days(town: Town, listener: Listener) -> None:
    listener.status = 503
    shop = make_shop(town)
    webhook_id, _ = hook(town, shop, listener.url, "intent.created")
    town.write(new_intent, shop)
    work(town)
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    assert (delivery.state, delivery.status, delivery.attempts) == ("waiting", 503, 1)
    assert delivery.last_at is not None
    assert delivery.next_at == delivery.last_at + clock.MINUTE
    work(town)  # not due yet
    assert len(listener.got) == 1
    assert sum(delivering.WAITS) == 3 * clock.DAY
    for attempt in range(2, len(delivering.WAITS) + 2):
        town.write(delivering.record, delivery.id, attempt, Outcome(None, "no answer", 5))
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    assert (delivery.state, delivery.next_at) == ("failed", None)
    assert town.write(delivering.record, delivery.id, 1, Outcome(200, "", 1)) is None


def test_a_webhook_that_fails_for_days_is_disabled_and_told(town: Town) -> None:
    shop = make_shop(town)
    delivering.register(town.env)
    webhook_id, _ = hook(town, shop, "http://127.0.0.1:9/x", "intent.created")
    town.write(new_intent, shop)
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    town.write(delivering.record, delivery.id, 1, Outcome(500, "", 5))
    assert town.read(webhooks.get, shop, webhook_id).failing_since is not None
    town.write(later(3.1), delivering.record, delivery.id, 2, Outcome(500, "", 5))
    after = town.read(webhooks.get, shop, webhook_id)
    assert (after.enabled, bool(after.why)) == (False, True)
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    assert delivery.state == "failed"
    assert any(
        each.kind == "wallet.webhook_disabled" for each in town.read(notifications.list_plain, shop.person)
    )
    with pytest.raises(errors.BadWebhook):
        town.write(webhooks.resend, shop, webhook_id, delivery.id)
    again = town.write(webhooks.update, shop, webhook_id, webhooks.Changes(enabled=True))
    assert (again.enabled, again.why, again.failing_since) == (True, "", None)


def test_one_success_ends_a_failure(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    webhook_id, _ = hook(town, shop, listener.url, "intent.created")
    town.write(new_intent, shop)
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    town.write(delivering.record, delivery.id, 1, Outcome(500, "", 5))
    town.write(delivering.record, delivery.id, 2, Outcome(204, "", 5))
    assert town.read(webhooks.get, shop, webhook_id).failing_since is None


def test_while_the_secret_is_changed_both_are_good(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    webhook_id, old = hook(town, shop, listener.url, "intent.created")
    _, new = town.write(webhooks.rotate, shop, webhook_id, overlap=clock.HOUR)
    town.write(new_intent, shop)
    work(town)
    headers, body = listener.got[0]
    assert headers["dozen-signature"].count("v1=") == 2
    assert good(headers["dozen-signature"], body, old)
    assert good(headers["dozen-signature"], body, new)
    webhook = town.read(webhooks.get, shop, webhook_id)
    assert webhooks.secrets_of(town.env, webhook, clock.now() + 2 * clock.HOUR) == [new]


def test_sent_again_by_hand(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    webhook_id, _ = hook(town, shop, listener.url, "intent.created")
    town.write(new_intent, shop)
    work(town)
    ((delivery, event),) = town.read(webhooks.deliveries, shop, webhook_id)
    town.write(webhooks.resend, shop, webhook_id, delivery.id)
    work(town)
    assert len(listener.got) == 2
    assert listener.got[0][1] == listener.got[1][1]
    other = make_shop(town)
    with pytest.raises(errors.NoSuchWebhook):
        town.write(webhooks.resend, other, webhook_id, delivery.id)
    second, _ = hook(town, shop, listener.url)
    with pytest.raises(errors.NoSuchDelivery):
        town.write(webhooks.resend, shop, second, delivery.id)
    assert event.merchant == shop.id


def test_only_what_is_wanted_and_only_while_enabled(town: Town, listener: Listener) -> None:
    shop = make_shop(town)
    webhook_id, _ = hook(town, shop, listener.url, "intent.requires_action")
    town.write(new_intent, shop)
    work(town)
    assert len(listener.got) == 1
    town.write(webhooks.update, shop, webhook_id, webhooks.Changes(enabled=False))
    town.write(new_intent, shop)
    work(town)
    assert len(listener.got) == 1
    town.write(webhooks.delete, shop, webhook_id)
    with pytest.raises(errors.NoSuchWebhook):
        town.read(webhooks.get, shop, webhook_id)
    with pytest.raises(errors.BadWebhook):
        hook(town, shop, listener.url, "intent.unheard_of")


def test_the_way_out_is_guarded_at_each_attempt(town: Town) -> None:
    shop = make_shop(town)
    for url in ("http://10.0.0.1/", "http://169.254.169.254/", "http://[fd00::1]/", "nonsense"):
        with pytest.raises(errors.BadWebhookUrl):
            webhooks.check_url(town.env, url)
    # A name that was safe when it was entered, and is not any more:
    webhook_id, _ = hook(town, shop, "http://10.0.0.1/x", "intent.created")
    town.write(new_intent, shop)
    work(town)
    ((delivery, _),) = town.read(webhooks.deliveries, shop, webhook_id)
    assert (delivery.state, delivery.status) == ("waiting", None)
    assert "not allowed" in delivery.answer


def test_old_events_are_forgotten(town: Town) -> None:
    shop = make_shop(town)
    webhook_id, _ = hook(town, shop, "http://127.0.0.1:9/x")
    town.write(new_intent, shop)
    assert town.write(later(29), shop_events.purge) is False
    assert town.read(webhooks.events, shop)
    town.write(later(31), shop_events.purge)
    assert town.read(webhooks.events, shop) == []
    assert town.read(webhooks.deliveries, shop, webhook_id) == []
