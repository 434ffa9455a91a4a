from __future__ import annotations

import pytest

from dozen.core import notifications
from dozen.core.realtime import Hub
from dozen.db import Tx
from tests.core.notifications.inbox import LIKE, NEWS, QUIET, with_kinds
from tests.support.floor import another
from tests.support.town import Town

ANN, BO = 1, 2


def catch_up(town: Town) -> None:
    """What other processes wrote is heard now."""
    town.read(lambda tx: tx.part(Hub).catch_up(tx))


def test_defaults_and_choices(town: Town) -> None:
    assert town.read(notifications.channels_for, ANN, NEWS) == {"in_app", "push"}
    town.write(notifications.choose, ANN, NEWS, "push", False)
    town.write(notifications.choose, ANN, NEWS, "email", True)
    assert town.read(notifications.channels_for, ANN, NEWS) == {"in_app", "email"}
    assert town.read(notifications.channels_for, BO, NEWS) == {"in_app", "push"}
    assert town.read(notifications.channels_for, ANN, QUIET) == {"email"}
    town.write(notifications.choose, ANN, NEWS, "push", True)
    assert town.read(notifications.channels_for, ANN, NEWS) == {"in_app", "email", "push"}


def test_the_settings_page(town: Town) -> None:
    town.write(notifications.choose, ANN, LIKE, "in_app", False)
    shown = {choice.kind: choice for choice in town.read(notifications.settings, ANN)}
    assert shown[LIKE].title == "Likes"
    assert shown[LIKE].channels == {"in_app": False, "email": False, "push": False}
    assert shown[NEWS].channels == {"in_app": True, "email": False, "push": True}
    assert [choice.kind for choice in town.read(notifications.settings, ANN, "news")] == [NEWS, QUIET]


def test_what_there_is_not(town: Town) -> None:
    with pytest.raises(notifications.NoSuchKind):
        town.write(notifications.choose, ANN, "blog.nothing", "in_app", True)
    with pytest.raises(notifications.BadChannel):
        town.write(notifications.choose, ANN, LIKE, "pigeon", True)


def test_what_is_kept_of_choices_is_what_is_on_disk(town: Town) -> None:
    """Read before a change, inside it, after it was undone, and after it: by this process and by another."""
    other = another(town)
    with_kinds(other)
    try:
        for house in (town, other):
            catch_up(house)
            assert "in_app" in house.read(notifications.channels_for, ANN, LIKE)

        def change_mind(tx: Tx) -> None:
            with tx.savepoint():
                notifications.choose(tx, ANN, LIKE, "in_app", False)
                assert "in_app" not in notifications.channels_for(tx, ANN, LIKE)
            raise KeyError("undone")

        with pytest.raises(KeyError):
            town.write(change_mind)
        assert "in_app" in town.read(notifications.channels_for, ANN, LIKE)
        town.write(notifications.choose, ANN, LIKE, "in_app", False)
        for house in (town, other):
            catch_up(house)
            assert "in_app" not in house.read(notifications.channels_for, ANN, LIKE)
            assert house.write(notifications.notify, ANN, LIKE, actor=BO, subject=5) is None
        other.write(notifications.forget, ANN)
        for house in (town, other):
            catch_up(house)
            assert "in_app" in house.read(notifications.channels_for, ANN, LIKE)
    finally:
        other.close()
