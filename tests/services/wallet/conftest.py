"""Fixtures of the wallet's tests."""

from __future__ import annotations

import pytest

from tests.services.wallet.folk import Bank
from tests.support.site import Site


@pytest.fixture
def bank(site: Site) -> Bank:
    """A server with the wallet, where people with money can be made."""
    return Bank(site)
