"""The wallet as people use it: in a real browser, on a real server, with the gateway's simulator beside."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, ViewportSize, expect

from dozen.app import setup
from dozen.app.measure import free_port
from dozen.app.system import System
from dozen.kit import clock
from dozen.kit.settings import Settings
from dozen.services.wallet import ROOM, drawing
from dozen.services.wallet.bill_demo import samples
from dozen.services.wallet.service import bills
from tests.browser.axe import faults
from tests.support.gateway import type_card
from tests.support.process import Process

pytestmark = pytest.mark.browser

PASSWORD = "quite a long password"
PIN = "4821"
PHONE: ViewportSize = {"width": 390, "height": 844}


class Town:
    """The server, and people on it with wallets. What is made here is made by the JSON API."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir()
        (self.data / "demo-logins.txt").touch()  # so that the gateway's simulator comes up beside it
        settings = Settings(data_dir=str(self.data))
        setup.migrate(settings)
        system = System(settings)

        system.lease_ids()
        self.biller = system.db.run_write(system.env, lambda tx: bills.add_biller(tx, 0, samples(100)[0]))
        system.close()
        port, self.gateway = free_port(), free_port()
        self.server = Process(
            self.data, port=port, gateway_port=self.gateway, base_url=f"http://127.0.0.1:{port}"
        )
        self.url = self.server.url
        self.tokens: dict[str, str] = {}
        self._read: set[Path] = set()

    def ask(self, who: str, method: str, path: str, /, **given: Any) -> Any:
        headers = {"authorization": f"Bearer {self.tokens[who]}"}
        answer = self.server.client.request(method, f"/wallet/api{path}", headers=headers, json=given or None)
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def code(self) -> str:
        """Of the text that came since the last time."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for path in sorted(set(self.data.glob("texts/*.txt")) - self._read):
                self._read.add(path)
                found = re.search(r"\b\d{6}\b", path.read_text().partition("\n\n")[2])
                assert found is not None
                return found[0]
            time.sleep(0.05)
        raise AssertionError("no text came")

    def holder(self, name: str, number: str) -> None:
        """Somebody with an empty wallet."""
        self.tokens[name] = self.server.register(name)
        self.ask(name, "POST", "/wallets/create", mobile_number=number)
        self.ask(name, "POST", "/wallets/verify", code=self.code(), pin=PIN)

    def fund(self, name: str, amount: str) -> None:
        """By a card, at the gateway."""
        made = self.ask(name, "POST", "/wallets", amount=amount)
        type_card(made["next_action"])
        end = time.monotonic() + 30
        while self.ask(name, "GET", f"/topups/{made['id']}")["state"] != "done":
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("wallet"))
    for name, number in (("bo", "+919812340002"), ("cy", "+919812340003")):
        made.holder(name, number)
        made.fund(name, "3000")
    yield made
    assert made.server.stop() == 0


class Visitor:
    """A page of somebody who is signed in. It may not complain: an error in a script or a broken policy
    fails the test at :meth:`leave`."""

    def __init__(self, chromium: Browser, town: Town, name: str, **options: Any) -> None:
        self.context: BrowserContext = chromium.new_context(viewport=PHONE, **options)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.url = town.url
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self._hear(said.text))
        self.goto("/login")
        self.page.get_by_label("Username or e-mail").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Log in")
        self.page.wait_for_url(f"{self.url}/")

    def _hear(self, text: str) -> None:
        if "Content Security" in text or "Content-Security" in text:
            self.complaints.append(text)

    def goto(self, path: str) -> None:
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == 200, path

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            self.page.locator(f"main form [name={name}]:visible").first.fill(text)

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def leave(self) -> None:
        assert self.complaints == []
        self.context.close()


def test_from_a_number_to_money_that_was_asked_for(chromium: Browser, town: Town, tmp_path: Path) -> None:
    """Opening a wallet, adding money at the gateway's page, sending, asking, splitting, a bill, a code,
    the history, the statement, freezing."""
    town.tokens["ada"] = town.server.register("ada")
    ada = Visitor(chromium, town, "ada")
    page = ada.page
    page.goto(f"{town.url}/wallet")
    page.wait_for_url(f"{town.url}/wallet/setup")
    ada.fill(mobile_number="+91 98123 40001")
    ada.press("Send a code")
    ada.fill(code="000000")
    ada.press("Confirm")
    expect(ada.main.get_by_text("This code is wrong").first).to_be_visible()
    ada.fill(code=town.code())
    ada.press("Confirm")
    expect(ada.main.get_by_text("Your PIN is asked for")).to_be_visible()
    ada.fill(pin="1234", again="1234")
    ada.press("Set the PIN")
    expect(ada.main.locator("[aria-invalid=true]").first).to_be_visible()
    ada.fill(pin=PIN, again=PIN)
    ada.press("Set the PIN")
    page.wait_for_url(f"{town.url}/wallet")
    expect(ada.main.get_by_text("Nothing here yet")).to_be_visible()

    # Money comes by the gateway's own page, which is another site, and back.
    ada.follow("Add money")
    ada.fill(amount="2000")
    ada.press("Go on")
    ada.follow("Pay ₹2,000")
    expect(page.get_by_role("heading", name="Pay by card")).to_be_visible()
    assert page.url.startswith("http://localhost:")
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    ada.press("Pay ₹2,000.00", exact=False)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    ada.press("Pay ₹2,000.00", exact=False)
    page.wait_for_url(re.compile(re.escape(town.url) + r"/wallet/add/\d+\?.*redirect_status=succeeded"))
    expect(ada.main.get_by_text("came into your wallet")).to_be_visible()
    ada.follow("To the wallet")
    expect(ada.main.get_by_text("₹2,000").first).to_be_visible()

    # To a person, with a PIN that is wrong at first.
    ada.follow("Send")
    ada.fill(to="@bo", amount="250.50", note="Lunch")
    ada.press("Go on")
    ada.fill(pin="9999")
    ada.press("Pay ₹250.50")
    expect(ada.main.get_by_text("This PIN is wrong").first).to_be_visible()
    expect(ada.main.get_by_text("Lunch")).to_be_visible()
    ada.fill(pin=PIN)
    ada.press("Pay ₹250.50")
    page.wait_for_url(re.compile(r"/wallet/payments/\d+$"))
    expect(ada.main.get_by_text("Done").first).to_be_visible()

    # Who was paid asks, and is paid.
    town.ask("bo", "POST", "/requests", to="@ada", amount="99", note="Cinema")
    ada.goto("/wallet/requests")
    ada.follow("bo asks you")
    ada.fill(pin=PIN)
    ada.press("Pay ₹99.00")
    expect(ada.main.get_by_text("Paid").first).to_be_visible()

    # A split, in which bo is asked for a third.
    ada.goto("/wallet/split")
    ada.fill(amount="300", people="@bo, @cy", note="Petrol")
    ada.press("Ask them")
    expect(ada.main.get_by_text("₹300.00 among 3")).to_be_visible()
    (part,) = town.ask("bo", "GET", "/requests?box=received")["data"]
    town.ask("bo", "PUT", f"/requests/{part['id']}", action="pay", pin=PIN)
    page.reload()
    expect(ada.main.get_by_text("₹100.00 of ₹200.00")).to_be_visible()

    # A bill.
    ada.goto("/wallet/bills")
    ada.follow(town.biller.name)
    ada.fill(number="41002011")
    ada.press("Fetch the bill")
    ada.fill(amount="10", pin=PIN)
    ada.press("Pay")
    expect(ada.page.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(ada.main.get_by_text("₹10.00").first).to_be_visible()

    # A shop's code, from a photo.
    shop = town.ask("bo", "POST", "/merchants", name="Corner Tea")
    payload = town.ask("bo", "GET", f"/merchants/{shop['id']}/code")["payload"]
    photo = tmp_path / "code.png"
    photo.write_bytes(drawing.png(payload))
    ada.goto("/wallet/scan")
    ada.page.set_input_files("#f-photo", photo)
    ada.press("Read it")
    expect(ada.page.get_by_role("heading", name="Pay Corner Tea")).to_be_visible()
    ada.fill(amount="35", pin=PIN)
    ada.press("Pay")
    page.wait_for_url(re.compile(r"/wallet/payments/\d+$"))
    expect(ada.main.get_by_text("Corner Tea").first).to_be_visible()

    # All of it is in the history, and is found there.
    ada.goto("/wallet/history")
    lines = ada.main.locator(".sheet a[href^='/wallet/payments/']")
    expect(lines).to_have_count(6)
    ada.page.get_by_label("Search payments by name or note").fill("lunch")
    ada.page.keyboard.press("Enter")
    expect(lines).to_have_count(1)
    ada.goto("/wallet/history")
    ada.page.locator("details summary", has_text="Filters").click()
    ada.page.get_by_label("What", exact=True).select_option("merchant")
    ada.fill(largest="50")
    ada.press("Show")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("Corner Tea")
    ada.goto("/wallet/history")
    for kind, begins in (("CSV", b"\xef\xbb\xbf"), ("PDF", b"%PDF-")):
        with page.expect_download() as download:
            ada.press(kind)
        body = Path(download.value.path()).read_bytes()
        assert body.startswith(begins) or b"Lunch" in body
        assert len(body) > 300

    # Frozen, nothing goes out; and it thaws with the PIN.
    ada.goto("/wallet/settings")
    ada.press("Freeze the wallet")
    expect(ada.main.get_by_text("The wallet is frozen")).to_be_visible()
    ada.goto("/wallet/send")
    ada.fill(to="@bo", amount="1")
    ada.press("Go on")
    ada.fill(pin=PIN)
    ada.press("Pay ₹1.00")
    expect(ada.main.get_by_role("alert").first).to_contain_text("frozen")
    ada.goto("/wallet/settings")
    ada.fill(pin=PIN)
    ada.press("Let it go")
    expect(ada.page.get_by_role("button", name="Freeze the wallet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    ada.leave()


def test_with_the_keyboard_alone(chromium: Browser, town: Town) -> None:
    """Asking for money: from the wallet's first page to the request, with no pointer."""
    bo = Visitor(chromium, town, "bo")
    page = bo.page
    bo.goto("/wallet")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Enter")
    _tab_to(page, "Request")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{town.url}/wallet/request")
    _tab_to(page, "From whom")
    page.keyboard.type("@cy")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/wallet/requests"))
    expect(bo.main.get_by_text("By keyboard").first).to_be_visible()
    bo.leave()


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until what is so called has the focus, and shows it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        called, outline = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
                 return [(e.labels?.[0] ?? e).textContent.trim(),
                         s.outlineStyle != 'none' || s.boxShadow != 'none'] }"""
        )
        if called == name:
            assert outline, f"{name} does not show that it has the focus"
            return
    raise AssertionError(f"{name} cannot be reached")


def test_sending_without_scripts(chromium: Browser, town: Town) -> None:
    cy = Visitor(chromium, town, "cy", java_script_enabled=False)
    cy.goto("/wallet")
    cy.main.get_by_role("link", name="Send").click()
    cy.fill(to="@nobody-here", amount="5")
    cy.press("Go on")
    expect(cy.main.get_by_label("To", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(cy.main.get_by_label("Amount")).to_have_value("5")
    cy.fill(to="+91 98123 40002", amount="5.25", note="Without scripts")
    cy.press("Go on")
    cy.fill(pin="9876")
    cy.press("Pay ₹5.25")
    expect(cy.main.get_by_text("This PIN is wrong").first).to_be_visible()
    cy.fill(pin=PIN)
    cy.press("Pay ₹5.25")
    cy.page.wait_for_url(re.compile(r"/wallet/payments/\d+$"))
    expect(cy.main.get_by_text("Without scripts")).to_be_visible()
    cy.page.reload()
    cy.goto("/wallet/history?q=without+scripts")
    expect(cy.main.locator(".sheet a[href^='/wallet/payments/']")).to_have_count(1)
    cy.goto("/wallet/scan")
    expect(cy.main.locator("#camera")).to_be_hidden()
    cy.leave()


def test_where_the_browser_finds_no_codes_a_photo_is_offered_first(chromium: Browser, town: Town) -> None:
    for able in (False, True):
        bo = Visitor(chromium, town, "bo")
        bo.page.add_init_script(
            """Object.defineProperty(window, 'BarcodeDetector', { configurable: true, value: class {
                 static async getSupportedFormats() { return ['qr_code'] }
                 async detect() { return [{ rawValue: 'upi://pay?pa=cy@user.dozen&am=3&cu=INR' }] } } });
               navigator.mediaDevices.getUserMedia = async () => {
                 const canvas = document.createElement('canvas'), brush = canvas.getContext('2d')
                 setInterval(() => brush.fillRect(0, 0, 9, 9), 50)
                 return canvas.captureStream() };"""
            if able
            else "delete window.BarcodeDetector"
        )
        bo.goto("/wallet/scan")
        camera = bo.page.get_by_role("button", name="Use the camera")
        if able:
            camera.click()
            expect(bo.page.get_by_role("heading", name="Pay Cy")).to_be_visible()
        else:
            bo.page.wait_for_load_state("networkidle")
            expect(camera).to_be_hidden()
            first = bo.main.locator("form, section").locator("visible=true").first
            expect(first.get_by_label("A photo of the code")).to_be_attached()
        bo.leave()


def test_a_shop_on_another_site_is_paid(chromium: Browser, town: Town) -> None:
    """Our page lets the payer go back to the shop, wherever that is."""
    shop = town.ask("bo", "POST", "/merchants", name="Far Away")["id"]
    back = town.url.replace("127.0.0.1", "localhost") + "/healthz"
    asked = town.ask("bo", "POST", f"/merchants/{shop}/payments", amount="7", reference="77", return_url=back)
    cy = Visitor(chromium, town, "cy")
    page = cy.page
    page.goto(asked["approve_url"])
    cy.fill(pin="1111")
    cy.press("Pay ₹7.00")
    expect(cy.main.get_by_text("This PIN is wrong").first).to_be_visible()
    cy.fill(pin=PIN)
    cy.press("Pay ₹7.00")
    expect(page.get_by_role("heading", name="Paid", exact=True).first).to_be_attached()
    page.get_by_role("link", name="Back to localhost").click()
    page.wait_for_url(re.compile(re.escape(back)))
    assert "redirect_status=succeeded" in page.url
    cy.leave()


@pytest.fixture(scope="module")
def paths(town: Town) -> list[str]:
    """Every page of the wallet that a member can open, with something to be seen on it."""
    shop = town.ask("bo", "POST", "/merchants", name="Axe & Sons")["id"]
    asked = town.ask("bo", "POST", f"/merchants/{shop}/payments", amount="7", reference="78")
    code = town.ask("bo", "POST", f"/merchants/{shop}/codes", amount="3")["id"]
    hook = town.ask(
        "bo", "POST", f"/merchants/{shop}/webhooks", url=f"http://127.0.0.1:{town.gateway}/hook", events=["*"]
    )["id"]
    town.ask("bo", "POST", f"/merchants/{shop}/keys", name="Till")
    biller = str(town.biller.id)
    bill = town.ask(
        "bo", "POST", "/payments/bills", biller_id=biller, fields={"number": "41002012"}, amount="10", pin=PIN
    )
    request = town.ask("bo", "POST", "/requests", to="@cy", amount="2")["id"]
    split = town.ask("bo", "POST", "/splits", people=["@cy"], amount="2")["id"]
    mandate = town.ask(
        "bo", "POST", "/mandates", payee="person", to="@cy", amount="2", cap="3", every="month",
        start=_in_a_week(), pin=PIN,
    )["id"]  # fmt: skip
    topup = town.ask("bo", "POST", "/wallets", amount="10")["id"]
    known = {
        "merchant_id": shop, "intent_id": asked["id"], "code_id": code, "webhook_id": hook,
        "biller_id": biller, "request_id": request, "split_id": split, "mandate_id": mandate,
        "topup_id": topup, "payment_id": bill["payment_id"],
        "intent": asked["approve_url"].rpartition("/")[2],
    }  # fmt: skip
    found = [
        re.sub(r"\{(\w+)\}", lambda part: str(known.get(part[1], part[0])), route.path)
        for door in ROOM.doors
        for route in door.routes
        if door.kind == "page" and route.method == "GET" and route.access == "member"
    ]
    asking = {
        "/wallet/scan/pay": "?payload=upi://pay?pa=cy@user.dozen",
        "/wallet/disputes/new": f"?payment={bill['payment_id']}",
        "/wallet/statement": "?start=2026-01-01&kind=csv",
    }
    return [path + asking.get(path, "") for path in found if "{" not in path]


def test_axe_finds_nothing(chromium: Browser, town: Town, paths: list[str]) -> None:
    bo = Visitor(chromium, town, "bo", reduced_motion="reduce")
    page, found, seen = bo.page, [], 0
    for path in paths:
        try:
            answer = page.goto(town.url + path)
        except Error:  # a file
            continue
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        if answer.status != 200:
            found.append(f"{path} answers {answer.status}")
        found += faults(page, path, frame=not seen)
        seen += 1
    assert found == [], "\n".join(found)
    assert seen > 35
    bo.leave()


def _in_a_week() -> str:
    return clock.rfc3339(clock.now() + 7 * clock.DAY)
