from __future__ import annotations

import pytest

from tests.core.notifications.inbox import with_kinds
from tests.support.town import Town


@pytest.fixture(autouse=True)
def kinds(town: Town) -> None:
    with_kinds(town)
