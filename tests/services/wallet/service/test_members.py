"""Blocking wallets, and what operators see of people."""

from __future__ import annotations

from dozen.core import accounts, ledger, moderation, notifications
from dozen.core.accounts import Card
from dozen.services.wallet.service import members, sending, wallets
from dozen.services.wallet.service.movements import Standing
from tests.services.wallet.folk import make_holders, proof
from tests.services.wallet.operators import operator
from tests.services.wallet.service.test_adjustments import code
from tests.support.town import Town


def card_of(town: Town, person: int) -> Card:
    return town.read(accounts.cards, [person])[person]


def test_a_blocked_wallet_neither_pays_nor_gets(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=1_000)
    mod = operator(town, "mod", "moderator")
    name = card_of(town, ada).username
    found = town.write(members.block, mod, f"@{name}", "INR", "stolen phone, says their sister")
    assert (found.state, found.reason) == ("blocked", "stolen phone, says their sister")

    def pay(a: int, b: int) -> str:
        return code(town, lambda tx: sending.send(tx, a, b, 10, "INR", proof=Standing("import")))

    assert pay(ada, bo) == "wallet_blocked"
    assert pay(bo, ada) == "receiver_cannot_receive"
    account = town.read(lambda tx: wallets.wallet(tx, ada)).account_id
    assert town.read(ledger.balance, account).state == "frozen"
    told = town.read(lambda tx: notifications.list_plain(tx, ada, kinds=["wallet.security"], limit=5))
    assert len(told) == 1
    town.write(members.block, mod, name, "INR", "again", on=True)
    assert [each.id for each in town.read(members.blocked, mod)] == [found.id]
    town.write(members.block, mod, name, "INR", "it was found again", on=False)
    assert (pay(ada, bo), pay(bo, ada)) == ("wallet_frozen", "ok"), "whoever has the PIN lets it go"
    town.write(lambda tx: wallets.unfreeze(tx, ada, "INR", proof(tx, ada)))
    assert pay(ada, bo) == "ok"
    log = town.read(lambda tx: moderation.log(tx, mod))
    assert [(each.action, each.subject_id, each.reason) for each in log] == [
        ("wallet.unblock", found.id, "it was found again"),
        ("wallet.block", found.id, "stolen phone, says their sister"),
    ]
    assert log[1].before == {"state": "open"}
    assert town.read(members.blocked, mod) == []


def test_who_may_block_whom(town: Town) -> None:
    ada, mia, root = make_holders(town, 3)
    names = {each: card_of(town, each).username for each in (ada, mia, root)}
    boss = operator(town, "boss")
    town.write(accounts.set_role, boss.person_id, mia, "moderator")
    town.write(accounts.set_role, boss.person_id, root, "admin")
    mod, other = operator(town, names[mia], "moderator"), operator(town, names[root])
    why = "looked into"
    assert code(town, members.block, mod, names[root], "INR", why) == "not_operator"
    assert code(town, members.block, mod, names[mia], "INR", why) == "not_operator"
    assert code(town, members.block, other, names[root], "INR", why) == "not_operator"
    assert code(town, members.block, boss, names[root], "INR", why) == "ok"
    assert code(town, members.block, mod, names[ada], "INR", " ") == "reason_needed"
    assert code(town, members.block, mod, names[ada], "EUR", why) == "no_wallet"
    assert code(town, members.block, mod, "nobody", "INR", why) == "no_such_member"
    member = operator(town, names[ada], "member")
    assert code(town, members.block, member, names[mia], "INR", why) == "not_operator"
    scoped = operator(town, "boss", scopes={"moderation"})
    assert code(town, members.block, scoped, names[ada], "INR", why) == "not_operator"
    assert code(town, members.member, member, names[mia]) == "not_operator"
    assert code(town, members.find, member, names[mia]) == "not_operator"
    assert code(town, members.blocked, member) == "not_operator"


def test_moderators_see_less(town: Town) -> None:
    ada, bo = make_holders(town, 2, money=1_000)
    town.write(lambda tx: sending.send(tx, ada, bo, 10, "INR", proof=Standing("import")))
    boss, mod = operator(town, "boss"), operator(town, "mod", "moderator")
    name = card_of(town, ada).username
    whole, less = town.read(members.member, boss, name), town.read(members.member, mod, name)
    (pocket,) = whole.pockets
    assert pocket.balance is not None
    assert (pocket.balance.balance, len(whole.latest), whole.tier_name) == (990, 2, "Number confirmed")
    assert less.pockets[0].balance is None
    assert less.latest == ()
    phone = whole.holder.phone
    assert phone is not None
    assert phone.replace("+91", "").lstrip()[:5] in whole.number.replace(" ", "")
    assert less.number == f"… {phone[-3:]}"
    assert town.read(members.find, boss, phone).id == ada
    assert code(town, members.find, mod, phone) == "no_such_member"
    assert town.read(members.find, mod, f"@{name}").id == ada
    assert code(town, members.find, boss, "boss") == "no_such_member"
    assert code(town, members.member, boss, "boss") == "no_such_member"
