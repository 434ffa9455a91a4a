"""What payers are given of an intent."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from dozen.services.wallet.errors import merchants as errors
from dozen.services.wallet.service import order_links
from tests.services.wallet.folk import make_holders
from tests.services.wallet.shops import approve, make_shop, new_intent
from tests.support.town import Town


def test_links_cannot_be_guessed(town: Town) -> None:
    shop = make_shop(town)
    intent = town.write(new_intent, shop)
    token = order_links.link(town.env, intent.id).rpartition("/")[2]
    assert town.read(order_links.by_link, token) == intent
    other = f"{intent.id + 1}{token[len(str(intent.id)) :]}"
    for wrong in (
        str(intent.id),
        f"{intent.id}-",
        other,
        token[:-1],
        f"{token}A",
        "",
        "-",
        "9" * 30 + "-x",
        "é-x",
    ):
        with pytest.raises(errors.NoSuchIntent):
            town.read(order_links.by_link, wrong)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "//evil.example", "/wallet", "https://user@a.example/", "ftp://a.example/",
        "https://a.example/\r\nx: y", "https://a.example/a b", 'https://a.example/"><script>', "https:///x",
        "data:text/html,x", "https://a.example:0/", "x" * 3000,
    ],
)  # fmt: skip
def test_people_are_not_sent_just_anywhere(town: Town, url: str) -> None:
    shop = make_shop(town)
    with pytest.raises(errors.BadReturnUrl):
        town.write(new_intent, shop, return_url=url)


def test_the_way_back_says_what_came_of_it(town: Town) -> None:
    (payer,) = make_holders(town, 1, money=100_000)
    shop = make_shop(town)
    intent = town.write(
        new_intent, shop, return_url="https://a.example/back?cart=1#top", echo={"order": "A&B"}
    )
    after = town.write(approve, payer, intent)
    parts = urlsplit(order_links.back(after))
    assert (parts.netloc, parts.path, parts.fragment) == ("a.example", "/back", "top")
    assert parse_qs(parts.query) == {"cart": ["1"], "order": ["A&B"], "redirect_status": ["succeeded"]}
