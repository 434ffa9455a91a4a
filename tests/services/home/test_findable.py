"""People are found as they are, from the moment they sign up."""

from __future__ import annotations

import pytest

from dozen.core import jobs
from tests.support.site import Site


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_new_and_changed_people_are_found(site: Site) -> None:
    made = site.anonymous.post(
        "/api/register", json={"username": "zelda", "password": "a quite long password", "name": "Zelda Fitz"}
    )
    assert made.status_code == 201
    runner = jobs.Runner(site.server.env, site.server.db)
    runner.drain()
    reader = site.as_("reader")

    def find(words: str) -> list[str]:
        found = reader.get("/microblog/search", params={"q": words, "kind": "people"}).json()
        return [user["username"] for user in found.get("users", [])]

    assert find("zel") == ["zelda"]
    token = {"authorization": f"Bearer {made.json()['access_token']}"}
    changed = site.anonymous.patch("/api/me", json={"name": "Scott", "bio": "writes novels"}, headers=token)
    assert changed.status_code == 200
    runner.drain()
    assert find("scott") == ["zelda"]
    assert find("fitz") == []
    assert find("novels") == ["zelda"]
