"""A video that is still being made: its post says so, and shows it once it is there."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_microblog import log_in, open_page
from tests.core.media import samples
from tests.support.process import ROOT, Process

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(samples.ffmpeg() is None, reason="ffmpeg is not installed"),
]


def test_a_video_appears_by_itself(chromium: Browser, tmp_path: Path) -> None:
    data, clip = tmp_path / "data", tmp_path / "clip.mp4"
    clip.write_bytes(samples.clip(width=640, height=360))
    server = Process(data, job_threads=0)  # nobody makes videos yet
    server.register("ada")
    context, plain = chromium.new_context(), chromium.new_context(java_script_enabled=False)
    page, complaints = open_page(context)
    log_in(page, server, "ada")
    page.goto(f"{server.url}/microblog")
    page.locator("#compose-text").fill("It moves")
    page.locator("#compose input[type=file]").set_input_files(clip)
    page.locator("#compose").get_by_role("button", name="Post").click()
    post = page.locator("article.entry", has_text="It moves").first
    waiting = post.get_by_text("The video is being prepared")
    expect(waiting).to_be_visible()
    address = post.get_attribute("data-href")
    thread, others = open_page(context)  # its own page, at the same time
    thread.goto(f"{server.url}{address}")
    expect(thread.get_by_text("The video is being prepared")).to_be_visible()
    stranger = plain.new_page()
    stranger.goto(f"{server.url}{address}")
    expect(stranger.get_by_text("The video is being prepared")).to_be_visible()
    work = subprocess.Popen(
        [sys.executable, "-m", "dozen.app.cli", "work", "--data", str(data)],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    try:
        for each in (page, thread):
            expect(each.locator("article.entry video").first).to_be_visible(timeout=60_000)
            expect(each.get_by_text("The video is being prepared")).to_have_count(0)
        stranger.reload()
        expect(stranger.locator("article.entry video")).to_be_visible()
    finally:
        work.send_signal(signal.SIGINT)
        work.wait(30)
        server.stop()
    context.close()
    plain.close()
    assert complaints == others == []
