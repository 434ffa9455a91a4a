"""The microblog as a person uses it: in a real browser, on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import faults
from tests.support.process import Process

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server with a few people and posts."""
    made = Process(tmp_path_factory.mktemp("browser") / "data")
    for name in ("ada", "bo"):
        token = made.register(name)
        for n in range(25):
            answer = made.client.post(
                "/microblog/tweets",
                headers={"authorization": f"Bearer {token}"},
                json={"text": f"{name} writes number {n} #{name}"},
            )
            assert answer.status_code == 201
    yield made
    made.stop()


def open_page(context: BrowserContext) -> tuple[Page, list[str]]:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    return page, complaints


def log_in(page: Page, server: Process, name: str) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_label("Username or e-mail").fill(name)
    page.get_by_label("Password").fill("quite a long password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{server.url}/")


def connected(page: Page) -> None:
    """Wait until the page hears what happens."""
    page.locator('html[data-hears="yes"]').wait_for(state="attached")


def test_from_signing_up_to_a_liked_post(chromium: Browser, server: Process) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 780})
    page, complaints = open_page(context)
    page.goto(f"{server.url}/register?next=/microblog")
    page.get_by_label("Username").fill("cy")
    page.get_by_label("E-mail").fill("cy@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(f"{server.url}/microblog")
    page.get_by_placeholder("What is happening?").fill("Hello from my phone 👋🏽 #first")
    page.get_by_role("button", name="Post", exact=True).click()
    entry = page.locator("article.entry", has_text="Hello from my phone").first
    expect(entry).to_be_visible()
    assert page.url == f"{server.url}/microblog"
    like = entry.get_by_role("button", name="Like")
    with page.expect_response(re.compile("/like$")):
        like.click()
        expect(like).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.locator("article.entry").first.get_by_role("button", name="Like")).to_have_attribute(
        "aria-pressed", "true"
    )
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    assert complaints == []
    context.close()


def test_everything_works_without_scripts(chromium: Browser, server: Process) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page, _ = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog")
    seen = set(page.locator("article.entry").evaluate_all("all => all.map(e => e.id)"))
    page.get_by_role("link", name="Older").click()
    older = set(page.locator("article.entry").evaluate_all("all => all.map(e => e.id)"))
    assert seen
    assert older
    assert not seen & older
    page.goto(f"{server.url}/microblog")
    page.get_by_placeholder("What is happening?").fill("Posted with nothing but a form")
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url(re.compile(r"/microblog/tweets/\d+$"))
    expect(page.get_by_text("Posted with nothing but a form").first).to_be_visible()
    page.locator("article.entry").first.get_by_role("button", name="Like").click()
    expect(page.locator("article.entry").first.get_by_role("button", name="Like")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.goto(f"{server.url}/@bo")
    page.get_by_role("button", name="Follow").first.click()
    expect(page.get_by_role("button", name="Following").first).to_be_visible()
    page.goto(f"{server.url}/microblog/search?q=bo+writes&kind=latest")
    expect(page.locator("article.entry").first).to_be_visible()
    context.close()


def test_what_was_done_is_undone(chromium: Browser, server: Process) -> None:
    """Unfollowing and taking a bookmark away by their buttons, blocking by the menu and a new page."""
    server.register("dan")
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "dan")
    page.goto(f"{server.url}/@bo")
    follow = page.locator("button.btn-follow").first
    save = page.locator("article.entry").first.get_by_role("button", name="Bookmark")
    for button, said in ((follow, "Unfollowed @bo"), (save, "Bookmark removed")):
        for pressed in ("true", "false"):
            button.click()
            expect(button).to_have_attribute("aria-pressed", pressed)
        toast = page.locator(".toast", has_text=said)
        expect(toast).to_be_visible()
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            toast.get_by_role("button", name="Undo").click()
        expect(button).to_have_attribute("aria-pressed", "true")
        expect(toast).to_have_count(0)
    page.reload()
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(save).to_have_attribute("aria-pressed", "true")
    assert complaints == []
    context.close()


def test_a_block_is_undone_without_scripts(chromium: Browser, server: Process) -> None:
    server.register("eve")
    context = chromium.new_context(java_script_enabled=False)
    page, _ = open_page(context)
    log_in(page, server, "eve")
    page.goto(f"{server.url}/@bo")
    page.locator("main details.menu summary").first.click()
    page.get_by_role("button", name="Block", exact=True).click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("You have blocked @bo")
    toast.get_by_role("button", name="Unblock").click()
    expect(page.locator("button.btn-follow").first).to_be_visible()
    context.close()


def test_the_menu_of_a_post_opens_with_and_without_scripts(chromium: Browser, server: Process) -> None:
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/@bo")
    more = page.locator("article.entry").first.get_by_label("More about this post")
    more.click()
    expect(page.get_by_role("button", name="Mute @bo")).to_be_visible()
    assert page.url == f"{server.url}/@bo"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Mute @bo")).to_be_hidden()
    assert complaints == []
    context.close()
    context = chromium.new_context(java_script_enabled=False)
    page, _ = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/@ada")
    page.locator("article.entry").first.get_by_label("More about this post").click()
    page.wait_for_url(re.compile(r"/microblog/tweets/\d+/menu$"))
    page.get_by_role("button", name="Pin to your page").click()
    expect(page.get_by_role("button", name="Unpin from your page")).to_be_visible()
    page.get_by_role("button", name="Unpin from your page").click()
    expect(page.get_by_role("button", name="Pin to your page")).to_be_visible()
    context.close()


def test_new_posts_announce_themselves(chromium: Browser, server: Process) -> None:
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/@bo")
    follow = page.get_by_role("button", name=re.compile("^Follow"))
    if follow.first.get_attribute("aria-pressed") == "false":
        follow.first.click()
        expect(follow.first).to_have_attribute("aria-pressed", "true")
    page.goto(f"{server.url}/microblog")
    connected(page)
    answer = server.client.post("/api/login", json={"username": "bo", "password": "quite a long password"})
    token = answer.json()["access_token"]
    server.client.post(
        "/microblog/tweets",
        headers={"authorization": f"Bearer {token}"},
        json={"text": "Just now, by itself"},
    )
    bar = page.get_by_role("button", name="1 new post")
    expect(bar).to_be_visible(timeout=10_000)
    bar.click()
    expect(page.locator("article.entry", has_text="Just now, by itself").first).to_be_visible()
    assert complaints == []
    context.close()


def test_scrolling_loads_more_without_repeating(chromium: Browser, server: Process) -> None:
    context = chromium.new_context()
    page, complaints = open_page(context)
    page.goto(f"{server.url}/microblog")
    for _ in range(8):
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(250)
    ids = page.locator("article.entry").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) >= 40
    assert len(ids) == len(set(ids))
    assert complaints == []
    context.close()


def as_(server: Process, token: str, method: str, path: str, **body: str) -> str:
    """What a program does for somebody meanwhile; the id of what it made."""
    header = {"authorization": f"Bearer {token}"}
    answer = server.client.request(method, path, headers=header, json=body or None)
    assert answer.status_code < 300, answer.text
    return str(answer.json().get("id", "")) if answer.content else ""


def test_what_others_do_is_seen_without_reloading(chromium: Browser, server: Process) -> None:
    """Unread numbers, likes of the open post and answers to it; and looking at notices reads them."""
    fay, gus = server.register("fay"), server.register("gus")
    mine = as_(server, fay, "POST", "/microblog/tweets", text="Watch this post")
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "fay")
    page.goto(f"{server.url}/microblog/tweets/{mine}")
    badge = page.locator('.places [data-live="notifications"]')
    focus = page.locator("article.focus")
    expect(focus.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("No answers yet")).to_be_visible()
    page.reload()
    connected(page)
    as_(server, gus, "POST", f"/microblog/tweets/{mine}/like")
    expect(badge).to_have_text("1")
    expect(focus.locator(".entry-figures")).to_contain_text("1 like")
    expect(focus.get_by_role("button", name="Like").locator(".number")).to_have_text("1")
    as_(server, gus, "POST", f"/microblog/tweets/{mine}/reply", text="I am watching")
    expect(page.locator("#feed article.entry", has_text="I am watching")).to_be_visible()
    expect(page.get_by_text("No answers yet")).to_be_hidden()
    expect(badge).to_have_text("2")
    assert page.title().startswith("(2)")
    page.goto(f"{server.url}/microblog/notifications")
    expect(badge).to_have_text("")
    page.reload()
    expect(page.locator("article.note")).to_have_count(2)
    expect(page.locator("article.note.unread")).to_have_count(0)
    page.reload()
    connected(page)
    as_(server, gus, "POST", "/microblog/tweets", text="@fay look at me")
    page.get_by_role("button", name="1 new notice").click()
    expect(page.locator("article.note")).to_have_count(3)
    assert complaints == []
    context.close()


def test_the_composer_closes_what_was_opened_for_a_post(chromium: Browser, server: Process) -> None:
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog")
    more = page.locator(".composer-more")
    more.locator("summary").click()
    page.get_by_placeholder("Answer 1").fill("yes")
    page.get_by_placeholder("Answer 2").fill("no")
    page.get_by_label("Several answers may be chosen").check()
    page.get_by_placeholder("What is happening?").fill("A poll from the composer")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#feed article.entry").first).to_contain_text("A poll from the composer")
    assert more.get_attribute("open") is None
    assert complaints == []
    context.close()


def test_nothing_long_sticks_out(chromium: Browser, server: Process) -> None:
    """Names, places and addresses without a place to break, on a small phone."""
    token = server.register("ivy")
    as_(
        server,
        token,
        "PATCH",
        "/api/me",
        name="W" * 50,
        location="L" * 100,
        website=f"https://{'w' * 150}.example",
        bio="b" * 500,
    )
    as_(server, token, "POST", "/microblog/tweets", text="Donaudampfschifffahrtsgesellschaft" * 8)
    context = chromium.new_context(viewport={"width": 360, "height": 780})
    page, _ = open_page(context)
    log_in(page, server, "ivy")
    for path in ("/", "/@ivy", "/microblog", "/settings/profile", "/settings/security", "/settings/tokens"):
        page.goto(server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"{server.url}/microblog")
    head = page.locator("article.entry", has_text="WWWW").first
    time, menu = head.locator("time").bounding_box(), head.locator("[aria-label^=More]").bounding_box()
    assert time
    assert menu
    assert time["x"] + time["width"] <= menu["x"] + 8  # the menu's own padding
    context.close()


def test_people_are_offered_while_a_name_is_typed(chromium: Browser, server: Process) -> None:
    for name in ("joan", "joana", "jo_other"):
        server.register(name)
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog")
    box = page.get_by_placeholder("What is happening?")
    choices = page.locator(".names [role=option]")
    box.press_sequentially("Hello @joan")
    expect(choices).to_have_count(2)
    assert faults(page, "names") == []
    expect(choices.first).to_have_attribute("aria-selected", "true")
    first, second = (choices.nth(n).get_attribute("data-name") for n in (0, 1))
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value(f"Hello @{second} ")
    expect(choices).to_have_count(0)
    box.press_sequentially("and @joan")
    choices.first.click()
    expect(box).to_have_value(f"Hello @{second} and @{first} ")
    box.press_sequentially("@jo")
    expect(choices).to_have_count(3)
    box.press("Escape")
    expect(choices).to_have_count(0)
    box.press("Enter")
    expect(box).to_have_value(f"Hello @{second} and @{first} @jo\n")
    box.press_sequentially("not me@joan")
    page.wait_for_timeout(400)
    expect(choices).to_have_count(0)
    assert complaints == []
    context.close()


def test_axe_finds_nothing(chromium: Browser, server: Process) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    found: list[str] = []
    for path in (
        "/",
        "/microblog",
        "/microblog/timeline/public",
        "/@bo",
        "/microblog/search?q=writes",
        "/microblog/notifications",
        "/microblog/bookmarks",
        "/microblog/compose",
        "/microblog/trends",
        "/microblog/messages",
        "/microblog/lists",
        "/settings",
        "/settings/profile",
        "/settings/security",
        "/settings/tokens",
        "/settings/notifications",
        "/microblog/muted",
        "/docs",
        "/docs/microblog",
        "/inbox",
    ):
        page.goto(server.url + path)
        found += faults(page, path, frame=path in ("/", "/microblog", "/@bo", "/settings"))
    page.goto(f"{server.url}/@bo")
    menu = page.locator("article.entry a[data-menu]").first.get_attribute("href")
    page.goto(f"{server.url}{menu}")
    found += faults(page, f"{menu}")
    assert found == [], "\n".join(found)
    assert complaints == []
    context.close()


def test_pages_weigh_little(chromium: Browser, server: Process) -> None:
    """The first view is at most 50 KB on the wire, without pictures."""
    context = chromium.new_context()
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.goto(f"{server.url}/microblog", wait_until="networkidle")
    assert sum(sizes) <= 50 * 1024
    context.close()
