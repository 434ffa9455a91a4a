"""What people who are gone had."""

from sqlalchemy import select

from dozen.db import member, rows
from dozen.services.wallet.structs.merchants import Merchant
from dozen.services.wallet.tables.merchants import merchants
from dozen.services.wallet.tables.people import wallets

_merchant = tuple(merchants.c[name] for name in Merchant.__struct_fields__)

accounts_of_owners = rows(
    lambda owner, account: (owner, account),
    select(wallets.c.owner, wallets.c.account_id).where(member(wallets.c.owner, "owners")),
)
shops_of_owners = rows(Merchant, select(*_merchant).where(member(merchants.c.owner, "owners")))
