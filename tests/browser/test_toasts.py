"""Messages and their Undo, where scripts run."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import NEWEST, Stage

pytestmark = pytest.mark.browser

UNDO = {"action": f"/posts/{NEWEST}/like", "label": "Put it back", "fields": {"a": "1 & <2>"}}


def unlike(page: Page, stage: Stage) -> None:
    """A like is taken back, and the server says so."""
    stage.directions[f"/posts/{NEWEST}/unlike"] = {
        "to": "/elsewhere",
        "flash": {"text": "No <longer> liked", "kind": "success", "undo": UNDO},
    }
    page.goto(stage.url + "/microblog")
    like = page.locator(f"#p{NEWEST} .act-like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#toasts .toast")).to_contain_text("No <longer> liked")


def test_what_a_button_did_is_undone_by_the_button(page: Page, stage: Stage) -> None:
    unlike(page, stage)
    page.get_by_role("button", name="Put it back").click()
    like = page.locator(f"#p{NEWEST} .act-like")
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".toast")).to_have_count(0)
    page.wait_for_timeout(200)
    assert [path.rpartition("/")[2] for path, _, _ in stage.asked] == ["like", "unlike", "like"]
    assert all(enhanced for _, _, enhanced in stage.asked)
    assert page.url == stage.url + "/microblog"


def test_undo_after_undoing_by_hand_does_nothing_more(page: Page, stage: Stage) -> None:
    unlike(page, stage)
    like = page.locator(f"#p{NEWEST} .act-like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator(".toast")).to_have_count(0)
    expect(like).to_have_attribute("aria-pressed", "true")
    assert len(stage.asked) == 3


def test_undo_works_when_the_button_is_gone(page: Page, stage: Stage) -> None:
    unlike(page, stage)
    page.locator(f"#p{NEWEST}").evaluate("(post) => post.remove()")
    with page.expect_navigation():
        page.get_by_role("button", name="Put it back").click()
    path, body, enhanced = stage.asked[-1]
    assert (path, enhanced) == (f"/posts/{NEWEST}/like", False)
    assert parse_qs(body.decode()) == {"csrf": ["token"], "a": ["1 & <2>"]}


def test_a_form_that_leads_elsewhere_takes_its_message_along(page: Page, stage: Stage) -> None:
    flash = {"text": "Posted", "kind": "info", "undo": {**UNDO, "fields": {}}}
    stage.directions["/posts"] = {"to": "/thread", "flash": flash}
    page.goto(stage.url + "/microblog")
    page.locator("#compose textarea").fill("Going places")
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url(stage.url + "/thread")
    expect(page.locator("#toasts .toast-info")).to_contain_text("Posted")
    expect(page.get_by_role("button", name="Put it back")).to_be_visible()
    page.reload()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    page.goto(stage.url + "/microblog")
    expect(page.locator("#compose textarea")).to_have_value("")  # the draft is not kept, for it was sent


def test_a_form_that_leads_to_another_part_of_its_page_loads_it_anew(page: Page, stage: Stage) -> None:
    stage.directions["/posts"] = {"to": "/microblog#p3", "flash": {"text": "Posted", "kind": "success"}}
    page.goto(stage.url + "/microblog")
    page.locator("#compose textarea").fill("Going nowhere")
    with page.expect_navigation():
        page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#toasts .toast")).to_contain_text("Posted")
    assert page.url == stage.url + "/microblog#p3"
