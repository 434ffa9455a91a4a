"""What a token may be asked for is told to whoever makes one."""

from __future__ import annotations

import json

import pytest

from dozen.app.services import ROOMS
from dozen.core import moderation
from dozen.web.frame import Frame
from tests.support.site import Site

DECLARED = {scope for room in ROOMS for scope in room.scopes}


def test_every_scope_that_a_door_asks_for_is_declared() -> None:
    asked = {route.scope for room in ROOMS for door in room.doors for route in door.routes if route.scope}
    assert asked == DECLARED, "and none is declared that opens nothing"
    assert moderation.SCOPE in DECLARED, "verbs ask for it, too"


def test_no_two_rooms_declare_one_scope() -> None:
    assert len(DECLARED) == sum(len(room.scopes) for room in ROOMS)


def test_the_description_names_them() -> None:
    schemes = json.loads(Frame(ROOMS).description())["components"]["securitySchemes"]
    for scope in DECLARED:
        assert f"`{scope}`" in schemes["token"]["description"]


@pytest.mark.parametrize("site", ["sqlite"], indirect=True)
def test_who_makes_a_token_sees_them(site: Site) -> None:
    page = site.browser("ada").get("/settings/tokens").text
    for scope in DECLARED:
        assert f'value="{scope}"' in page
