from __future__ import annotations

from dozen.kit import clock
from tests.services.wallet.folk import PIN, Bank


def test_a_mandates_life(bank: Bank) -> None:
    ada, _, eve = bank.holder("ada", money=10_000), bank.holder("bo"), bank.holder("eve")
    start = clock.rfc3339(clock.now() + 3 * clock.DAY)
    body = {"payee": "person", "to": "@bo", "amount": "5", "cap": "5", "every": "month", "start": start}
    for more, status, code in (
        ({}, 403, "pin_needed"),
        ({"pin": "9999"}, 403, "wrong_pin"),
        ({"pin": PIN, "cap": "1"}, 422, "bad_mandate"),
        ({"pin": PIN, "start": "soon"}, 422, "bad_time"),
        ({"pin": PIN, "to": "nobody"}, 404, "no_such_receiver"),
        ({"pin": PIN, "payee": "shop", "payee_id": "x"}, 422, "invalid"),
        ({"pin": PIN, "every": "day"}, 400, None),
    ):
        answer = ada.post("/wallet/api/mandates", json=body | more)
        assert code is None or answer.json()["code"] == code, answer.text
        assert code is None or answer.status_code == status
        assert answer.status_code >= 400
    first, again = (
        ada.post("/wallet/api/mandates", json=body | {"pin": PIN}, headers={"idempotency-key": "k"})
        for _ in range(2)
    )
    assert first.status_code == 201, first.text
    assert first.json() == again.json()
    made = first.json()
    assert (made["state"], made["next"]) == ("active", start)
    path = f"/wallet/api/mandates/{made['id']}"
    assert ada.get(path).json() == {"mandate": made, "debits": []}
    assert eve.get(path).status_code == 404
    assert eve.post(f"{path}/cancel", json={}).status_code == 404
    assert ada.post(f"{path}/pause", json={}).json()["state"] == "paused"
    assert ada.post(f"{path}/resume", json={}).json()["code"] == "pin_needed"
    assert ada.post(f"{path}/resume", json={"pin": PIN}).json()["state"] == "active"
    assert ada.post(f"{path}/cancel", json={}).json()["state"] == "canceled"
    assert ada.post(f"{path}/pause", json={}).json()["code"] == "mandate_over"
    assert [each["id"] for each in ada.get("/wallet/api/mandates").json()["data"]] == [made["id"]]
    assert bank.balance(ada.id) == 10_000
