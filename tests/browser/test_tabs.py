"""Many tabs of one browser, which keeps no more than six connections to a site: they share one stream."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_microblog import as_, connected, log_in, open_page
from tests.support.process import Process

pytestmark = pytest.mark.browser

_TABS = 8


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    made = Process(tmp_path_factory.mktemp("tabs") / "data")
    yield made
    made.stop()


def streams(server: Process) -> int:
    """Streams that answer just now, however many pages each is for."""
    text = server.client.get("/metrics").text
    found = re.search(r"^dozen_open_streams(?:\{.*\})? (\d+)", text, re.M)
    assert found is not None
    return int(found[1])


def test_eight_tabs_share_one_stream(chromium: Browser, server: Process) -> None:
    ada, bo = server.register("ada"), server.register("bo")
    posts = [as_(server, ada, "POST", "/microblog/tweets", text=f"Post {n}") for n in range(_TABS - 1)]
    context = chromium.new_context()
    first, complaints = open_page(context)
    log_in(first, server, "ada")
    places = ["/microblog", *(f"/microblog/tweets/{post}" for post in posts)]
    tabs: list[Page] = [first]
    for _ in places[1:]:
        page, _ = open_page(context)
        tabs.append(page)
    for page, place in zip(tabs, places, strict=True):
        page.goto(server.url + place)
        connected(page)
    assert streams(server) == 1

    def like(n: int, who: str) -> None:
        as_(server, who, "POST", f"/microblog/tweets/{posts[n]}/like")

    like(2, bo)
    expect(tabs[3].locator("article.focus .entry-figures")).to_contain_text("1 like")
    for page in tabs:
        expect(page.locator('.places [data-live="notifications"]')).to_have_text("1")
    # The one that came first goes; the others hear on.
    tabs[0].close()
    like(5, bo)
    expect(tabs[6].locator("article.focus .entry-figures")).to_contain_text("1 like", timeout=10_000)
    for n in (5, 6):
        as_(server, bo, "POST", f"/microblog/tweets/{posts[n]}/reply", text=f"Once and no more, {n}")
        answers = tabs[n + 1].locator("#feed article.entry", has_text="Once and no more")
        expect(answers).to_have_count(1)
    tabs[1].wait_for_timeout(300)
    expect(answers).to_have_count(1)
    for page in tabs[1:]:
        page.close()
    context.close()
    assert complaints == []


def test_what_came_while_the_server_was_away_is_caught_up_with(chromium: Browser, server: Process) -> None:
    ada, bo = server.register("ada"), server.register("bo")
    post = as_(server, ada, "POST", "/microblog/tweets", text="Before")
    context = chromium.new_context()
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog/tweets/{post}")
    connected(page)
    port = server.port
    server.stop()
    away = Process(server.data, port=port)
    as_(away, bo, "POST", f"/microblog/tweets/{post}/like")
    as_(away, bo, "POST", f"/microblog/tweets/{post}/reply", text="You were away")
    # It looks again after three seconds, and asks for the page within another.
    expect(page.locator('.places [data-live="notifications"]')).to_have_text("2", timeout=15_000)
    expect(page.locator("article.focus .entry-figures")).to_contain_text("1 like")
    expect(page.locator("#feed article.entry", has_text="You were away")).to_have_count(1)
    as_(away, bo, "POST", f"/microblog/tweets/{post}/reply", text="And now")
    expect(page.locator("#feed article.entry", has_text="And now")).to_have_count(1)
    away.stop()
    context.close()
    assert complaints == []


def test_a_browser_without_shared_workers_has_a_stream_for_each_page(
    chromium: Browser, server: Process
) -> None:
    ada, bo = server.register("ada"), server.register("bo")
    post = as_(server, ada, "POST", "/microblog/tweets", text="Before")
    context = chromium.new_context()
    context.add_init_script("delete window.SharedWorker")
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog/tweets/{post}")
    connected(page)
    as_(server, bo, "POST", f"/microblog/tweets/{post}/like")
    expect(page.locator("article.focus .entry-figures")).to_contain_text("1 like")
    # Not looked at, it lets go; looked at again, it has what came meanwhile.
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    for _ in range(50):
        if not streams(server):
            break
        page.wait_for_timeout(100)
    assert streams(server) == 0
    as_(server, bo, "POST", f"/microblog/tweets/{post}/reply", text="You were not looking")
    page.wait_for_timeout(300)
    expect(page.locator("#feed article.entry")).to_have_count(0)
    page.evaluate(hide, False)
    expect(page.locator("#feed article.entry", has_text="You were not looking")).to_have_count(1)
    expect(page.locator('.places [data-live="notifications"]')).to_have_text("2")
    assert streams(server) == 1
    context.close()
    assert complaints == []
