"""The gateway simulator, asked directly."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dozen.app.gateway.launch import Running, with_simulator
from dozen.app.measure import free_port
from dozen.core.payments import KNOWN, simulator_secrets
from dozen.core.payments.stripe import verify
from dozen.kit.crypto import Keyring
from dozen.kit.settings import Settings
from tests.support import loopback
from tests.support.gateway import ASKS, BROKE, SECRET, Gate, type_card, visit


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    made = Gate(tmp_path)
    yield made
    made.close()


def intent(gate: Gate, **form: Any) -> Any:
    given = {"amount": "1000", "currency": "EUR", **form}
    answer = gate.api("POST", "/v1/payment_intents", **given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_key_gives_the_first_answer_again(gate: Gate) -> None:
    first = gate.api("POST", "/v1/payment_intents", key="k", amount="1000", currency="eur")
    again = gate.api("POST", "/v1/payment_intents", key="k", amount="1000", currency="eur")
    assert first.json() == again.json()
    other = gate.api("POST", "/v1/payment_intents", key="k", amount="1001", currency="eur")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
    assert len(gate.objects("payment_intent")) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"amount": "0"}, "amount_too_small"), ({"amount": "-1"}, "parameter_invalid_integer"),
        ({"amount": "1.5"}, "parameter_invalid_integer"), ({"amount": "9" * 14}, "parameter_invalid_integer"),
        ({"currency": "euro"}, "parameter_invalid"), ({"payment_method": "pm_none"}, "resource_missing"),
        ({"payment_method_types[0]": "cheque"}, "parameter_invalid"),
        ({"a[b][c][d][e]": "1"}, "parameter_unknown"),
        ({"metadata": "x", "metadata[a]": "y"}, "parameter_invalid"),
    ],
)  # fmt: skip
def test_what_it_does_not_take(gate: Gate, form: dict[str, str], code: str) -> None:
    answer = gate.api("POST", "/v1/payment_intents", **{"amount": "1000", "currency": "eur", **form})
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["code"] == code
    assert gate.objects("payment_intent") == []


def test_only_with_the_key(gate: Gate) -> None:
    for path in ("/v1/payment_intents", "/control"):
        assert loopback.get(gate.url + path).status_code == 401
        assert (
            loopback.get(gate.url + path, headers={b"authorization": "Bearer é".encode()}).status_code == 401
        )


def test_a_card_by_the_api(gate: Gate) -> None:
    card = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2034"}
    method = gate.api("POST", "/v1/payment_methods", **card).json()
    assert method["card"]["last4"] == "4242"
    assert "behaviour" not in method
    made = intent(gate, payment_method=method["id"], confirm="true")
    assert made["status"] == "succeeded"
    shown = gate.api(
        "GET", f"/v1/payment_intents/{made['id']}", **{"expand[0]": "latest_charge.balance_transaction"}
    )
    assert shown.json()["latest_charge"]["balance_transaction"]["fee"] == 59
    for number in ("4111111111111111", "1", "x"):
        wrong = gate.api("POST", "/v1/payment_methods", **{**card, "card[number]": number})
        assert wrong.status_code == 402
    broke = gate.api("POST", "/v1/payment_methods", **{**card, "card[number]": BROKE}).json()
    declined = gate.api(
        "POST",
        "/v1/payment_intents",
        amount="1000",
        currency="eur",
        payment_method=broke["id"],
        confirm="true",
    )
    assert declined.status_code == 402
    error = declined.json()["error"]
    assert (error["decline_code"], error["payment_intent"]["status"]) == (
        "insufficient_funds", "requires_payment_method"
    )  # fmt: skip


def test_lists_are_paged(gate: Gate) -> None:
    made = [intent(gate)["id"] for _ in range(3)]
    first = gate.api("GET", "/v1/payment_intents", limit="2").json()
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (made[:0:-1], True)
    then = gate.api("GET", "/v1/payment_intents", limit="2", starting_after=made[1]).json()
    assert ([each["id"] for each in then["data"]], then["has_more"]) == (made[:1], False)
    assert gate.api("GET", "/v1/events", limit="0").status_code == 400


def test_pages_need_their_secret_and_say_what_they_are(gate: Gate) -> None:
    made = intent(gate, confirm="true", return_url="http://shop.example/back?x=1", description="<b>Order</b>")
    url = made["next_action"]["redirect_to_url"]["url"]
    page = loopback.get(url)
    assert "This is a simulator" in page.text
    assert "&lt;b&gt;Order" in page.text
    assert "script" not in page.headers["content-security-policy"]
    assert page.text.count("<label for=") == page.text.count('<input id="')
    assert loopback.get(url[:-1]).status_code == 404
    assert loopback.post(url, data={"do": "pay", "secret": "guess"}).status_code == 404
    assert type_card(url, "4242").status_code == 402
    asked = type_card(url, ASKS)
    assert "/approve/" in asked.headers["location"]
    refused = visit(asked.headers["location"], do="refuse")
    assert "/pay/" in refused.headers["location"]
    done = type_card(refused.headers["location"])
    assert done.headers["location"].startswith("http://shop.example/back?x=1&payment_intent=pi_")
    assert loopback.get(url).status_code == 303  # it is over


def test_too_large_a_request(gate: Gate) -> None:
    answer = loopback.post(gate.url + "/v1/refunds", content=b"x" * 70_000)
    assert answer.status_code == 413
    with socket.create_connection(("127.0.0.1", gate.port)) as raw:
        raw.sendall(b"POST /v1/refunds HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n")
        assert b" 413 " in raw.recv(1000)


def test_control(gate: Gate) -> None:
    headers = {"authorization": f"Bearer {gate.key}"}
    set_ = loopback.post(gate.url + "/control", headers=headers, json={"latency": 5, "lose": 0.5})
    assert (set_.json()["latency"], set_.json()["lose"]) == (5, 0.5)
    for wrong in ({"nonsense": 1}, {"latency": -1}, {"latency": "x"}, {"latency": True}, [1]):
        assert loopback.post(gate.url + "/control", headers=headers, json=wrong).status_code == 400
    assert loopback.get(gate.url + "/control", headers=headers).json()["latency"] == 5
    assert loopback.post(gate.url + "/control", headers=headers, json={}).json()["latency"] == 0


def test_webhooks_are_signed_and_delivered_again(tmp_path: Path) -> None:
    heard: list[tuple[str, bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append((self.headers["stripe-signature"], body))
            self.send_response(500 if len(heard) < 3 else 200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    gate = Gate(tmp_path, f"http://127.0.0.1:{server.server_address[1]}/webhooks/stripe")
    try:
        made = intent(gate)
        end = time.monotonic() + 30
        while len(heard) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.3)
        assert len(heard) == 3
        for signature, body in heard:
            verify(signature, body, [gate.webhook_secret.encode()], int(time.time()))
            assert json.loads(body)["data"]["object"]["id"] == made["id"]
    finally:
        gate.close()
        server.shutdown()
        server.server_close()


def test_beside_a_server(tmp_path: Path) -> None:
    """As a process of its own, with keys that both sides derive; it remembers over kill -9."""
    settings = with_simulator(
        Settings(data_dir=str(tmp_path), gateway_port=free_port(), outbound_allow="a.b")
    )
    address = f"127.0.0.1:{settings.gateway_port}"
    assert (settings.gateway_url, settings.outbound_allow) == (f"http://{address}", f"a.b,{address}")
    assert with_simulator(settings) == settings
    key, _ = simulator_secrets(Keyring(SECRET))
    headers = {"authorization": f"Bearer {key}"}
    known = {
        "intent": "pi_before", "balance_transaction": "txn_before", "reference": "c1.0", "amount": 700,
        "currency": "eur", "kind": "card", "fee": 50, "created": 1_700_000_000,
    }  # fmt: skip
    (tmp_path / KNOWN).write_text(json.dumps(known) + "\n")
    with Running(settings, SECRET) as running:
        form = {"amount": "100", "currency": "eur"}
        made = loopback.post(f"{settings.gateway_url}/v1/payment_intents", headers=headers, data=form).json()
        running.process.kill()
        running.process.wait()
    with Running(settings, SECRET):
        found = loopback.get(f"{settings.gateway_url}/v1/payment_intents/{made['id']}", headers=headers)
        assert found.json()["amount"] == 100
        before = loopback.get(f"{settings.gateway_url}/v1/payment_intents/pi_before", headers=headers).json()
        assert (before["status"], before["metadata"]) == ("succeeded", {"dozen": "c1.0"})
        day = loopback.get(f"{settings.gateway_url}/v1/settlements/2023-11-14.csv", headers=headers).text
        assert day.splitlines()[1:] == ["txn_before,charge,pi_before,c1.0,eur,700,50,650,1700000000"]


def test_it_ends_with_the_server_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    code = f"""
import os, signal
from pathlib import Path
from dozen.app.gateway.launch import Running, with_simulator
from dozen.kit.settings import Settings
settings = with_simulator(Settings(data_dir={str(tmp_path)!r}, gateway_port={port}))
with Running(settings, b"a secret for tests only, 32+ bytes"):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    pytest.fail("the simulator is still there")
