"""Where payers and outcomes may be sent to."""

from __future__ import annotations

import pytest

from dozen.services.wallet.errors.merchants import BadCallbackHost, MerchantClosed, OtherHost
from dozen.services.wallet.service import leaving, merchant_hosts, merchants
from dozen.services.wallet.structs.merchants import Shop
from tests.services.wallet.folk import make_holders
from tests.services.wallet.shops import make_shop
from tests.support.town import Town


def known(town: Town, shop: Shop, url: str) -> bool:
    try:
        town.read(merchant_hosts.must_be_known, shop, url)
    except OtherHost as fault:
        return (fault.code, fault.status) != ("other_host", 403)
    return True


def test_a_list_of_the_owners(town: Town) -> None:
    shop = make_shop(town, website="https://Tea.example/shop")
    assert town.read(merchant_hosts.listed, shop) == []
    given = [
        " Pay.Tea.example",
        "https://pay.tea.example:443/back?x=1",
        "http://old.tea.example:8080/",
        "[::1]:99",
        "",
    ]
    kept = ["[::1]:99", "old.tea.example:8080", "pay.tea.example"]
    assert town.write(merchant_hosts.put, shop, given) == kept
    assert town.read(merchant_hosts.listed, shop) == kept
    assert known(town, shop, "https://tea.example/back")
    assert known(town, shop, "https://pay.tea.example/a/b?c=d")
    assert known(town, shop, "http://old.tea.example:8080")
    for other in (
        "https://tea.example.evil.example/", "https://x.tea.example/", "https://old.tea.example/",
        "https://pay.tea.example:444/", "http://localhost/", "https://tea.example@evil.example/", "back", "",
    ):  # fmt: skip
        assert not known(town, shop, other), other
    assert town.write(merchant_hosts.put, shop, []) == []
    assert not known(town, shop, "https://pay.tea.example/a")


@pytest.mark.parametrize(
    "text",
    ["a b", "tea.example;script-src", "*.tea.example", "user@tea.example", "ftp://tea.example",
     "tea..example", "tea.example:99999", "tea.example,evil.example", "'self'", "https://",
     "teé.example", "-tea.example"],
)  # fmt: skip
def test_what_is_no_host(town: Town, text: str) -> None:
    shop = make_shop(town)
    with pytest.raises(BadCallbackHost) as told:
        town.write(merchant_hosts.put, shop, ["good.example", text])
    assert text.strip()[:20] in told.value.fields["hosts"]
    assert town.read(merchant_hosts.listed, shop) == []


def test_not_more_than_so_many(town: Town) -> None:
    shop = make_shop(town)
    many = [f"shop{n}.example" for n in range(merchant_hosts.MOST + 1)]
    with pytest.raises(BadCallbackHost):
        town.write(merchant_hosts.put, shop, many)
    assert len(town.write(merchant_hosts.put, shop, many[1:])) == merchant_hosts.MOST


def test_rehearsals_may_be_sent_to_this_machine(town: Town) -> None:
    live = make_shop(town)
    test = Shop(live.merchant, False, live.person)
    for url in ("http://localhost:3000/back", "http://127.0.0.1:8080", "http://[::1]/", "https://localhost/"):
        assert known(town, test, url)
        assert not known(town, live, url)
    for url in ("http://localhost.evil.example/", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"):
        assert not known(town, test, url)


def test_a_header_names_all_of_them(town: Town) -> None:
    shop = make_shop(town, website="http://tea.example")
    town.write(merchant_hosts.put, shop, ["b.example:8443", "a.example"])
    assert town.read(merchant_hosts.origins, shop, "https://gone.example/x") == [
        "https://gone.example", "https://tea.example", "https://a.example", "https://b.example:8443",
    ]  # fmt: skip
    assert town.read(merchant_hosts.origins, shop, "https://x;script-src/") == [
        "https://tea.example", "https://a.example", "https://b.example:8443",
    ]  # fmt: skip


def test_they_go_with_the_shop(town: Town) -> None:
    (me,) = make_holders(town, 1)
    shop = make_shop(town, me)
    town.write(merchant_hosts.put, shop, ["a.example"])
    town.write(leaving.forget, me)
    assert town.read(merchant_hosts.listed, shop) == []
    closed = Shop(town.read(merchants.merchant, shop.id), True, me)
    with pytest.raises(MerchantClosed):
        town.write(merchant_hosts.put, closed, ["a.example"])
