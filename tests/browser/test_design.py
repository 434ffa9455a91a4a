"""The design system in a browser: contrast, accessibility, and what its scripts promise."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import faults
from tests.browser.stage import NEWEST, ROOMS, Stage

pytestmark = pytest.mark.browser

CONTRAST = """
(rooms) => {
  const ink = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement('i'));
  const pixel = (colour) => {
    probe.style.color = colour;
    ink.fillStyle = getComputedStyle(probe).color;
    ink.fillRect(0, 0, 1, 1);
    return [...ink.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  const tint = (name, part) => `color-mix(in srgb, var(--${name}) ${part}%, var(--surface))`;
  const text = [
    ['ink', 'bg', 'surface', 'sunken', 'raised', 'soft', 'pill'],
    ['muted', 'bg', 'surface', 'sunken', 'raised', 'soft'],
    ['accent', 'bg', 'surface', 'raised', 'soft'],
    ['on-fill', 'accent', 'danger', 'press'],
    ['on-deep', 'deep'],
    ['on-inverse', 'inverse'],
    ...['success', 'warning', 'danger', 'info'].map((name) => [name, 'bg', 'surface']),
  ];
  const badges = ['success', 'warning', 'danger', 'info', 'muted', 'accent'];
  const avatars = ['blue', 'teal', 'green', 'amber', 'rose', 'violet'];
  const found = [];
  for (const room of rooms) {
    for (const theme of ['light', 'dark']) {
      Object.assign(document.documentElement.dataset, { room, theme });
      const check = (name, ground, least) => {
        const got = ratio(pixel(`var(--${name})`), pixel(ground));
        if (got < least) found.push(`${room} ${theme}: ${name} on ${ground} is ${got.toFixed(2)}`);
      };
      for (const [name, ...on] of text) on.forEach((ground) => check(name, `var(--${ground})`, 4.5));
      for (const name of badges) check(name, tint(name, 11), 4.5);
      for (const name of avatars) check(name, tint(name, 10), 4.5);
      for (const name of ['line-strong', 'gold']) check(name, 'var(--surface)', 3);
    }
  }
  return found;
}
"""


def test_every_accent_and_every_state_can_be_read(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/styleguide")
    assert page.evaluate(CONTRAST, ["home", *ROOMS]) == []


@pytest.fixture(params=["/styleguide", "/microblog", "/gone"])
def shown(request: pytest.FixtureRequest, page: Page, stage: Stage) -> Page:
    """A page with all its folds open."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(stage.url + request.param)
    page.evaluate("document.querySelectorAll('details:not(.menu)').forEach((d) => { d.open = true; })")
    return page


def test_axe_finds_nothing(shown: Page) -> None:
    found = faults(shown, shown.url, frame=True)
    assert found == [], "\n".join(found)


def test_nothing_sticks_out(shown: Page) -> None:
    for width in (360, 768, 1280):
        shown.set_viewport_size({"width": width, "height": 800})
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_a_like_shows_at_once_and_is_sent(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    like = page.locator(f"#p{NEWEST} .act-like")
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like.locator(".number")).to_have_text(str(NEWEST + 1))
    expect(like).to_have_attribute("formaction", f"/posts/{NEWEST}/unlike")
    page.wait_for_timeout(200)
    assert stage.asked == [(f"/posts/{NEWEST}/like", stage.asked[0][1], True)]
    assert b"token" in stage.asked[0][1]


def test_a_refused_like_is_taken_back_with_a_word(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    like = page.locator(f"#p{NEWEST} .act-like")
    like.evaluate("(button) => button.setAttribute('formaction', '/refused')")
    like.click()
    expect(page.locator("#toasts")).to_contain_text("You cannot like this.")
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(like.locator(".number")).to_have_text(str(NEWEST))
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_impatient_clicks_settle_on_the_last(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    like = page.locator(f"#p{NEWEST} .act-like")
    like.evaluate("(button) => { button.click(); button.click(); button.click(); }")
    page.wait_for_timeout(300)
    expect(like).to_have_attribute("aria-pressed", "true")
    assert stage.asked[-1][0] == f"/posts/{NEWEST}/like"


def test_posting_adds_the_post_and_forgets_the_draft(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    field = page.locator("#compose-text")
    field.fill("Not yet")
    page.reload()
    expect(field).to_have_value("Not yet")
    field.press("Control+Enter")
    expect(page.locator("[data-feed] > article").first).to_contain_text("Mira Solberg")
    expect(field).to_have_value("")
    assert page.evaluate("localStorage.getItem('draft:post')") is None


def test_the_counter_warns_and_then_says_how_much_too_long(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    field, counter = page.locator("#compose-text"), page.locator("[data-counter-for=compose-text]")
    field.fill("x" * 270)
    expect(counter).to_have_text("10")
    field.fill("x" * 285)
    expect(counter).to_have_text("-5")
    expect(field).to_have_attribute("aria-invalid", "true")


def place(page: Page) -> list[object]:
    """The first entry in view, and its distance from the top."""
    found: list[object] = page.evaluate(
        """() => {
          const first = [...document.querySelectorAll('[data-feed] > article')]
            .find((entry) => entry.getBoundingClientRect().bottom > 60);
          return [first.id, Math.round(first.getBoundingClientRect().top)];
        }"""
    )
    return found


def test_the_feed_goes_on_to_its_end_without_repeating(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(300)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(150)
        if not page.locator("[data-feed] a[rel=next]").count():
            break
    names = page.evaluate("[...document.querySelectorAll('[data-feed] > article')].map((a) => a.id)")
    assert names == [f"p{n}" for n in range(NEWEST, 0, -1)]


def test_going_back_finds_the_place_again(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    assert scrolled_to(page, "#p30")
    before = place(page)
    page.goto(stage.url + "/thread")
    page.go_back()
    expect(page.locator(f"#{before[0]}")).to_be_attached(timeout=10_000)
    page.wait_for_timeout(400)
    assert place(page) == before


def scrolled_to(page: Page, selector: str) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if page.locator(selector).count():
            page.locator(selector).evaluate("(entry) => entry.scrollIntoView({ block: 'start' })")
            page.wait_for_timeout(400)
            return True
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(150)
    return False


def test_what_is_new_waits_above_and_moves_nothing(page: Page, stage: Stage) -> None:
    stage.newest = NEWEST - 3
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(500)
    stage.newest = NEWEST
    stage.push("count", '{"name": "notifications", "value": 12}')
    stage.push("new", '{"feed": "home", "n": 2}')
    stage.push("new", '{"feed": "home"}')
    expect(page.locator(".places [data-live=notifications]")).to_have_text("12")
    expect(page.locator(".fresh button")).to_have_text("3 new posts")
    assert scrolled_to(page, "#p50")
    before = place(page)
    page.locator(".fresh button").evaluate("(button) => button.click()")
    expect(page.locator(f"#p{NEWEST}")).to_be_attached()
    page.wait_for_timeout(200)
    assert place(page) == before
    expect(page.locator(".fresh")).to_have_count(0)


def test_the_keyboard_goes_everywhere(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(300)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"#p{NEWEST - 1}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#p{NEWEST}")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Surveys")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#compose-text")).to_be_focused()
    page.keyboard.type("gw")
    expect(page.locator("#compose-text")).to_have_value("gw")
    page.locator("#compose-text").fill("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("p")
    page.keyboard.press("b")
    page.wait_for_url("**/microblog/bookmarks")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/wallet")


def test_menus_close_and_give_the_focus_back(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(200)
    page.locator(f"#p{NEWEST} a[data-menu]").click()
    menu = page.locator(f"#p{NEWEST} details.menu")
    expect(menu.locator("a")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(menu.locator("a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu).not_to_have_attribute("open", "")


def test_a_dialog_asks_and_gives_the_focus_back(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/styleguide")
    page.wait_for_timeout(200)
    opener = page.locator("[data-dialog=confirm-delete]")
    opener.click()
    expect(page.get_by_role("dialog")).to_contain_text("48 answers go with it")
    page.get_by_role("button", name="Keep it").click()
    expect(opener).to_be_focused()


def test_the_theme_changes_at_once_and_is_kept(page: Page, stage: Stage) -> None:
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(200)
    page.locator(".top details summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert "theme=dark" in page.evaluate("document.cookie")


def test_chosen_pictures_are_shown_described_and_sent(page: Page, stage: Stage, tmp_path: Path) -> None:
    files = [tmp_path / "one.png", tmp_path / "two.png", tmp_path / "notes.txt"]
    for path in files[:2]:
        Image.new("RGB", (8, 8), "teal").save(path)
    files[2].write_text("no picture")
    page.goto(stage.url + "/microblog")
    page.wait_for_timeout(300)
    page.set_input_files("#compose input[type=file]", files)
    expect(page.locator(".preview")).to_have_count(2)
    expect(page.locator("#toasts")).to_contain_text("not taken here")
    page.get_by_label("Description of one.png").fill("All teal")
    page.get_by_role("button", name="Remove two.png").click()
    expect(page.get_by_label("Description of one.png")).to_have_value("All teal")
    page.locator("#compose-text").fill("With a picture")
    page.locator("#compose button[type=submit]").click()
    expect(page.locator(".preview")).to_have_count(0)
    body = next(body for path, body, _ in stage.asked if path == "/posts")
    assert b'filename="one.png"' in body
    assert b"two.png" not in body
    assert b"All teal" in body


def test_without_scripts_everything_still_works(chromium: Browser, stage: Stage) -> None:
    context: BrowserContext = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stage.url + "/microblog")
    page.locator(f"#p{NEWEST} .act-like").click()
    assert stage.asked[-1] == (f"/posts/{NEWEST}/like", b"csrf=token", False)
    expect(page.locator("h1")).to_have_text("Home")
    page.get_by_role("link", name="Older").click()
    expect(page.locator("[data-feed] > article").first).to_have_id(f"p{NEWEST - 12}")
    page.locator("article a[data-menu]").first.click()
    assert page.url.endswith("/menu")
    page.goto(stage.url + "/styleguide")
    page.locator("main details.menu summary").first.click()
    expect(page.locator("main details.menu").first).to_have_attribute("open", "")
    expect(page.locator(".counter").first).to_be_hidden()
    context.close()


def test_a_phone_gets_the_rooms_as_a_sheet(chromium: Browser, stage: Stage) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 780}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(stage.url + "/microblog")
    expect(page.locator(".places li:visible")).to_have_count(5)
    expect(page.locator("#rooms")).to_be_hidden()
    page.get_by_role("button", name="Rooms, Microblog").click()
    expect(page.locator("#rooms .tiles a")).to_have_count(12)
    expect(page.locator("#rooms")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#rooms")).to_be_hidden()
    context.close()


LABELS = """all => all.map(axis => [...axis.children].map(span => {
  const text = document.createRange();
  text.selectNodeContents(span);
  const { left, right } = text.getBoundingClientRect();
  return getComputedStyle(span).visibility === 'visible' && span.textContent ? [left, right] : null;
}).filter(Boolean).concat([[axis.closest('.card').getBoundingClientRect().right, Infinity]]))"""


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_labels_of_charts_do_not_run_into_each_other(page: Page, stage: Stage, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{stage.url}/styleguide")
    axes = page.locator(".plot-x").evaluate_all(LABELS)
    assert len(axes) >= 5
    for axis in axes:
        assert len(axis) >= 2  # the last label, and the edge of the card
        for (_, end), (begin, _) in pairwise(axis):
            assert end + 4 <= begin, (width, axis)
