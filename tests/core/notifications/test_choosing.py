from __future__ import annotations

import pytest

from dozen.core import notifications
from tests.core.notifications.inbox import LIKE, NEWS, QUIET
from tests.support.town import Town

ANN, BO = 1, 2


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
