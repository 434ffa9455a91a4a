"""For the operators' desk: a second administrator, what they propose, and the figures of what was paid."""

from __future__ import annotations

from dozen.core import accounts
from dozen.core.accounts import Actor
from dozen.core.jobs import Job, database
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.kit.money import decimals
from dozen.services.wallet.demo import LOADERS, Town
from dozen.services.wallet.service import adjustments, figures
from dozen.services.wallet.structs.adjustments import NewLeg
from dozen.web import Progress

_LOGINS = 10
"""So many of the first people can sign in."""


def load(env: Env, town: Town, progress: Progress) -> None:
    db = database(env)
    username = db.run_write(env, lambda tx: _propose(tx, town))
    figures.refresh(env, Job(0, "wallet.figures", {}, 1, town.now))
    progress(1, 1, "Figures")
    logins = env.settings.data / "demo-logins.txt"
    if username and logins.exists():
        with logins.open("a") as file:
            file.write(f"  @{username} is an administrator as well: of two, one proposes and one approves\n")


def _propose(tx: Tx, town: Town) -> str:
    """A correction that waits for the first administrator."""
    first = town.people[:_LOGINS]
    boss = next((each for each in first if accounts.profile(tx, each).role == "admin"), None)
    members = [each for each in first if accounts.profile(tx, each).role == "member"]
    if boss is None or len(members) < 2:
        return ""
    accounts.set_role(tx, boss, members[0], "admin")
    cards = accounts.cards(tx, members[:2])
    one, other = (cards[each] for each in members[:2])
    actor = Actor(
        person_id=one.id, username=one.username, name=one.name, avatar_id=one.avatar_id, language="",
        time_zone="", role="admin", suspended=False, scopes=None,
    )  # fmt: skip
    amount = 150 * 10 ** decimals(town.currency)
    adjustments.propose(
        tx,
        actor,
        town.currency,
        "Charged twice at the market on Sunday; the till's roll shows one sale",
        [NewLeg(adjustments.PURPOSE, -amount), NewLeg(f"@{other.username}", amount)],
    )
    return one.username


LOADERS.append(load)
