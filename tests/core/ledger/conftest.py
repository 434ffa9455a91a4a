from __future__ import annotations

import pytest

from tests.core.ledger.books import Books
from tests.support.town import Town


@pytest.fixture
def books(town: Town) -> Books:
    return Books(town)
