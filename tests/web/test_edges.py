"""Input at the edges of what databases hold, at every address of the native API: refused with a code, or kept
as it was meant, on both databases; never an error of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from dozen.core import accounts
from dozen.services.wallet.bill_demo import samples
from dozen.services.wallet.service import bills
from tests.services.wallet.folk import PIN, Bank
from tests.support.site import Client, Site, open_site

MANY = "9" * 10_000
VALUES = (
    '"a\\u0000b"', '"\\ud83d"', "9" * 20, MANY, f'"{MANY}"', "[" * 3_000 + "]" * 3_000, "1e400",
    '"9223372036854775808"', '{"a\\u0000":"b"}', "-9223372036854775809", '"\\u202e\\u0007\\ufeff"',
    '{"a":' * 3_000 + "1" + "}" * 3_000,
)  # fmt: skip
"""Written as JSON, for Python's writer has none of them."""
WORDS = ("%00", "%ED%A0%80", MANY[:4_000], "18446744073709551616", "-1", "%EF%BF%BF", "1e400")
"""In addresses."""
EACH = 3
"""How many of them each field gets; all fields together get all of them many times."""
SKIPPED = {("DELETE", "/api/me"), ("POST", "/api/logout")}
ENDING = re.compile(r"/(pin|freeze|unfreeze|password|wallets/\{user_id\})")
NAMES: dict[str, Any] = {
    "to": "@bo", "people": ["@bo"], "amount": "1", "cap": "2", "pin": PIN, "currency": "INR", "note": "tea",
    "name": "Tea", "start": "2031-01-01", "at": "2031-01-01T00:00:00Z", "url": "http://127.0.0.1/",
    "mobile_number": "+919812300001", "payload": "upi://pay?pa=bo@user.dozen", "code": "123456",
    "events": ["*"], "fields": {"number": "41002011"}, "email": "a@b.example", "old": PIN,
}  # fmt: skip


class House:
    def __init__(self, kind: str, folder: Path) -> None:
        site = open_site(kind, folder)
        if site is None:
            pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
        self.site: Site = site
        bank = Bank(site)
        site.person("ada", role="admin")  # who may be everywhere
        self.bo = bank.holder("bo", money=100_000, tier=2)
        self.ada = bank.holder("ada", money=9_000_000, tier=3)
        self.person = self.ada.id
        self._token = ""
        self.document = site.anonymous.get("/openapi.json").json()
        self.ids = self._things()

    def _things(self) -> dict[str, str]:
        """What is there to be named in addresses and bodies."""

        def made(client: Client, path: str, **body: Any) -> str:
            answer = client.post(f"/wallet/api/{path}", json=body)
            assert answer.status_code < 300, answer.text
            return str(answer.json()["id"])

        shop = made(self.ada, "merchants", name="Tea House")
        biller = self.site.town.write(bills.add_biller, 0, samples(100)[0]).id
        return {
            "user_id": str(self.bo.id),
            "username": "bo",
            "merchant_id": shop,
            "request_id": made(self.bo, "requests", to="@ada", amount="2"),
            "split_id": made(self.ada, "splits", people=["@bo"], amount="2"),
            "biller_id": str(biller),
            "payee_id": shop,
            "code_id": made(self.ada, f"merchants/{shop}/codes", amount="3"),
        }

    def token(self) -> str:
        if not self._token or self.site.town.read(accounts.actor_for_token, self._token) is None:
            self._token = self.site.token(self.person)
        return self._token

    def ask(self, method: str, address: str, body: str | None = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token()}"}
        if body is not None:
            headers["content-type"] = "application/json"
        return self.ada.request(method, address, headers=headers, content=body)

    def sample(self, schema: dict[str, Any], name: str = "") -> Any:
        """Something of a shape, that may well be accepted."""
        if "$ref" in schema:
            return self.sample(
                self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], name
            )
        if name in NAMES:
            return NAMES[name]
        if name in self.ids:
            return self.ids[name]
        for each in schema.get("anyOf", ()):
            if each.get("type") != "null":
                return self.sample(each, name)
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "string":
                return "x" * max(1, schema.get("minLength", 1))
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "array":
                return [self.sample(schema.get("items", {}))]
            case "object":
                shape = schema.get("properties", {})
                return {each: self.sample(shape[each], each) for each in schema.get("required", ())}
        return "x"

    def shape(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The fields of a body."""
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        found: dict[str, Any] = schema.get("properties", {})
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(request.param, tmp_path_factory.mktemp("edges"))
    yield made
    made.site.close()


def bodies(house: House, operation: dict[str, Any]) -> Iterator[str]:
    """Bodies with one strange field each."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    turn = count()
    usual = house.sample(content["schema"])
    for name, shape in house.shape(content["schema"]).items():
        usual_value = usual.get(name) if isinstance(usual, dict) else None
        inside = house.sample(shape, name) if usual_value is None else usual_value
        for _ in range(EACH):
            strange = VALUES[next(turn) % len(VALUES)]
            written = json.dumps({**usual, name: "@@"})
            yield written.replace('"@@"', strange)
            if isinstance(inside, list):
                yield written.replace('"@@"', f"[{strange}]")
            elif isinstance(inside, dict):
                yield written.replace('"@@"', f'{{"{next(iter(inside), "a")}":{strange}}}')


def addresses(house: House, path: str, operation: dict[str, Any]) -> Iterator[str]:
    """With one strange part each."""
    turn = count()
    placed = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
    plain = filled(house, path, placed)
    for each in operation.get("parameters", ()):
        for _ in range(EACH):
            word = WORDS[next(turn) % len(WORDS)]
            if each["in"] == "query":
                yield f"{plain}?{each['name']}={word}"
            elif each["in"] == "path":
                yield filled(house, path.replace(f"{{{each['name']}}}", word), placed)


def filled(house: House, path: str, placed: list[Any]) -> str:
    for each in placed:
        path = path.replace(f"{{{each['name']}}}", str(house.sample(each["schema"], each["name"])))
    return path


def right(answer: httpx.Response, told: str) -> None:
    assert answer.status_code < 500, f"{told}: {answer.text[:300]}"
    if answer.status_code >= 400:
        assert answer.json().get("code"), told


@pytest.mark.parametrize("room", ["/wallet/api/", "/wallet/", "/api/"])
def test_strange_input_is_answered(house: House, room: str) -> None:
    seen = 0
    # What ends or locks something comes last.
    paths = sorted(house.document["paths"].items(), key=lambda each: bool(ENDING.search(each[0])))
    for path, item in paths:
        if not path.startswith(room) or (room == "/wallet/" and path.startswith("/wallet/api/")):
            continue
        for method, operation in item.items():
            method = method.upper()
            if (method, path) in SKIPPED or path.endswith("/stream"):
                continue
            placed = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
            for body in bodies(house, operation):
                right(house.ask(method, filled(house, path, placed), body), f"{method} {path} {body[:200]}")
                seen += 1
            for address in addresses(house, path, operation):
                empty = "{}" if "requestBody" in operation else None
                right(house.ask(method, address, empty), f"{method} {address[:200]}")
                seen += 1
    assert seen > 5
