"""The description of the API is valid, whole, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import hypothesis
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dozen.core import accounts, ledger
from dozen.db import Tx
from dozen.kit import clock
from dozen.services.wallet.bill_demo import samples
from dozen.services.wallet.queries import people
from dozen.services.wallet.service import bills, wallets
from tests.services.wallet.folk import PIN, Bank
from tests.support.gateway import Gate
from tests.support.site import Client, Site, open_site

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 6


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("house")
    gate = Gate(folder)
    keys = {"gateway_key": gate.key, "gateway_webhook_secret": gate.webhook_secret}
    made = open_site("sqlite", folder, **keys, **gate.settings)
    assert made is not None
    yield made
    made.close()
    gate.close()


@pytest.fixture(scope="module")
def document(house: Site) -> Any:
    return house.anonymous.get("/openapi.json").json()


@pytest.fixture(scope="module")
def schema(document: Any) -> Any:
    """The document as the generator reads it, once: each reading costs more than what is asked by it. And
    without what proves who one is: we bring our own, instead of tokens and cookies that are made up."""
    keyless = {
        path: {
            method: {name: value for name, value in operation.items() if name != "security"}
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    return schemathesis.openapi.from_dict({**document, "paths": keyless})


def test_it_is_valid_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    import jsonschema_rs

    for found in document["components"]["schemas"].values():
        jsonschema_rs.Draft202012Validator({**found, "components": document["components"]})


def test_every_route_is_in_it(house: Site, document: Any) -> None:
    routes = {
        (route.method.lower(), route.path) for route in house.server.frame.routes if route.door.kind == "api"
    }
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described == routes


def test_every_operation_is_described(document: Any) -> None:
    names = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], f"{method} {path} has no docstring"
            assert operation["tags"]
            assert operation["security"]
            names.add(operation["operationId"])
            placed = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
            assert placed == {part[1:-1] for part in path.split("/") if part.startswith("{")}
            assert any(status.startswith("2") for status in operation["responses"])
    assert len(names) == sum(len(item) for item in document["paths"].values())


def test_every_reference_leads_somewhere(document: Any) -> None:
    text = json.dumps(document)
    for part in text.split('"$ref": "#/')[1:]:
        place = document
        for step in part.partition('"')[0].split("/"):
            place = place[step]
        assert place


def test_the_page_of_it_shows_all(house: Site, document: Any) -> None:
    page = house.anonymous.get("/docs", headers={"accept": "text/html"})
    assert page.status_code == 200
    for path in document["paths"]:
        assert path in page.text.replace("&#123;", "{").replace("&#125;", "}")


class World:
    """Things that are there, for ids that a generator cannot guess."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.me = site.as_("fuzz", role="admin")
        self.person = self.me.id
        other = site.as_("fuzzfriend")
        self.names = count(1)
        self._token = ""
        tweet = other.post(
            "/microblog/tweets", json={"text": "Tea? #tea", "poll": {"options": ["yes", "no"]}}
        ).json()
        self.ids = {"tweet_id": tweet["id"], "user_id": str(other.id), "username": "fuzzfriend", "tag": "tea"}
        self.given: dict[str, Any] = {"pin": PIN, "old": PIN, "to": "@fuzzfriend", "people": ["@fuzzfriend"]}
        self._shop(other)

    def _shop(self, other: Client) -> None:
        """Wallets with money, a shop, and one of each thing that they have."""
        bank = Bank(self.site)
        for client in (self.me, other):
            bank.give(client.id, 100_000_000, "INR", 3)

        def made(path: str, client: Client = self.me, **body: Any) -> str:
            answer = client.post(f"/wallet/api/{path}", json=body)
            assert answer.status_code < 300, answer.text
            return str(answer.json()["id"])

        shop = made("merchants", name="Tea House")
        biller = self.site.town.write(bills.add_biller, 0, samples(100)[0]).id
        start = clock.rfc3339(clock.now() + 9 * clock.DAY)
        hook = f"http://{self.site.server.env.settings.outbound_allow}/"
        self.ids |= {
            "merchant_id": shop,
            "biller_id": str(biller),
            "request_id": made("requests", other, to="@fuzz", amount="2"),
            "split_id": made("splits", people=["@fuzzfriend"], amount="2"),
            "code_id": made(f"merchants/{shop}/codes", amount="3"),
            "key_id": made(f"merchants/{shop}/keys", name="Till"),
            "webhook_id": made(f"merchants/{shop}/webhooks", url=hook, events=["*"]),
            "mandate_id": made(
                "mandates", payee="person", to="@fuzzfriend", amount="1", cap="2", every="month", start=start,
                pin=PIN,
            ),
            "topup_id": made("wallets", amount="5"),
            "payment_id": made("transfers", other, to="@fuzz", amount="50", pin=PIN),
            "reminder_id": made("reminders", to="@fuzzfriend", amount="1", at=start),
            "method_id": made("methods", kind="bank_account"),
        }  # fmt: skip
        self.ids["transaction_id"] = self.ids["payment_id"]
        self.intent = made(f"merchants/{shop}/payments", amount="7")
        self.given |= {
            "biller_id": self.ids["biller_id"],
            "fields": {"number": "41002011"},
            "payee_id": shop,
            "payload": f"upi://pay?pa=m{shop}@shop.dozen",
            "amount": "1.50",
            "cap": "9",
            "start": start,
            "at": start,
            "name": "Tea House",
            "url": hook,
            "currency": "INR",
        }

    def placed(self, path: str) -> dict[str, str]:
        """Ids of things that are there, for an address."""
        at_shop = "{merchant_id}/payments" in path
        mine = "/users/{user_id}/transactions" in path or path == "/wallet/api/wallets/{user_id}"
        return (
            self.ids
            | ({"payment_id": self.intent} if at_shop else {})
            | ({"user_id": str(self.person)} if mine else {})
        )

    def heal(self) -> None:
        """Wallet and shop as they were, where the last operation froze, closed or locked them."""

        def work(tx: Tx) -> None:
            people.clear_tries(tx, who=self.person)
            for wallet in wallets.wallets_of(tx, self.person):
                people.set_state(tx, wallet=wallet.id, new_state="open", why="", now=tx.now)
                ledger.set_state(tx, wallet.account_id, "open")
            tx.driver.execute("UPDATE wallet_merchants SET state = 'open'")

        self.site.town.write(work)

    def token(self) -> str:
        """A token that works: one of the operations ends it."""
        if not self._token or self.site.town.read(accounts.actor_for_token, self._token) is None:
            self._token = self.site.token(self.person)
        return self._token


@pytest.fixture(scope="module")
def world(house: Site) -> World:
    return World(house)


def operations() -> list[tuple[str, str]]:
    """Every address of the native API but the stream, which does not end, and uploads, which have tests
    of their own (the generator's files are not files)."""
    from dozen.app.services import ROOMS

    return [
        (route.method, route.path)
        for room in ROOMS
        for door in room.doors
        for route in door.routes
        if door.kind == "api" and not route.streams and not route.upload
    ]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("method", "path"), operations(), ids=lambda value: str(value))
def test_it_answers_as_it_says(
    world: World, document: Any, schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path][method]
    has_input = bool(document["paths"][path][method.lower()].keys() & {"parameters", "requestBody"})
    if mode is GenerationMode.NEGATIVE and not has_input:
        return  # nothing in it could be wrong
    token = world.token()
    world.heal()
    number = count()

    @hypothesis.settings(
        max_examples=EXAMPLES if has_input else 1,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def each(case: schemathesis.Case) -> None:  # short: Hypothesis reads it twice for each operation
        if next(number) % 2:
            place(world, case, path, mode)
        ask(world, case, token)

    each()


def place(world: World, case: schemathesis.Case, path: str, mode: GenerationMode) -> None:
    """Something that is there, in the place of ids that were made up."""
    there = world.placed(path)
    known = {name: there[name] for name in case.path_parameters or {} if name in there}
    case.path_parameters = {**(case.path_parameters or {}), **known}
    if mode is GenerationMode.POSITIVE and path.startswith("/wallet") and isinstance(case.body, dict):
        case.body = {name: world.given.get(name, value) for name, value in case.body.items()}


def ask(world: World, case: schemathesis.Case, token: str) -> None:
    given = case.as_transport_kwargs(base_url="http://localhost")
    headers = {
        name: value
        for name, value in dict(given.get("headers") or {}).items()
        if name.lower() != "authorization" and value is not None
    }
    headers["authorization"] = f"Bearer {token}"
    options = {name: given[name] for name in ("params", "json", "files") if given.get(name)}
    if given.get("data"):
        options["data" if isinstance(given["data"], dict) else "content"] = given["data"]
    answer = world.me.request(given["method"], given["url"], headers=headers, **options)
    case.validate_response(answer, checks=CHECKS)


def test_a_problem_looks_as_described(house: Site, document: Any) -> None:
    import jsonschema_rs

    schema = {**document["components"]["schemas"]["Problem"], "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema)
    for method, path, options in (
        ("GET", "/microblog/tweets/1", {}),
        ("GET", "/api/me", {}),
        ("GET", "/no/where", {}),
        ("POST", "/api/login", {"json": {}}),
        ("POST", "/api/login", {"content": b"{"}),
        ("PUT", "/healthz", {}),
    ):
        answer = house.anonymous.request(method, path, **options)
        assert answer.status_code >= 400
        problem = msgspec.json.decode(answer.content)
        validator.validate(problem)
        assert problem["status"] == answer.status_code
