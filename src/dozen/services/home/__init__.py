"""home: sign-up, sign-in, settings, the shared account API, pictures, and what operators see."""

from __future__ import annotations

from pathlib import Path

from dozen.core import accounts, moderation
from dozen.kit.env import Env
from dozen.services.home import moderating
from dozen.services.home.api import api, health
from dozen.services.home.files import files
from dozen.services.home.jobs import WORK
from dozen.services.home.pages import pages
from dozen.services.home.service import index_some
from dozen.web import Place, Progress, Refill, Room


def _demo(env: Env, *, size: str, seed: int, progress: Progress) -> None:
    from dozen.services.home.demo import load  # it brings pictures and words that a server never needs

    load(env, size=size, seed=seed, progress=progress)


ROOM = Room(
    name="home",
    title="Dozen",
    summary="Your account, and the way to all the rooms.",
    icon="home",
    key="d",
    folder=Path(__file__).parent,
    doors=(api, health, files, pages),
    places=(
        Place(title="Start", path="/", icon="home", key="d", member=False),
        Place(title="Settings", path="/settings", icon="settings", key=","),
    ),
    scopes={
        "account:read": "See your account",
        "account:write": "Change your account",
        moderation.SCOPE: "For moderators: take down what breaks the rules, and let it be seen again",
    },
    work=WORK,
    listen=moderating.register,
    refills=(Refill(what="People", count=accounts.how_many, some=index_some),),
    demo=_demo,
)
