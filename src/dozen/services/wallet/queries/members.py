"""What somebody paid and got, whatever became of it; wallets that are blocked."""

from sqlalchemy import Text, literal_column, select

from dozen.db import param, rows
from dozen.services.wallet.queries.payments import columns, of_row
from dozen.services.wallet.structs import Wallet
from dozen.services.wallet.tables.payments import payments
from dozen.services.wallet.tables.people import wallets

_latest = select(*columns).order_by(payments.c.id.desc()).limit(param("limit"))
paid = rows(of_row, _latest.where(payments.c.payer == param("person")))
got = rows(of_row, _latest.where(payments.c.payee == param("person")))
blocked = rows(
    Wallet,
    select(*(wallets.c[name] for name in Wallet.__struct_fields__))
    .where(wallets.c.state == literal_column("'blocked'", Text()))
    .order_by(wallets.c.changed_at.desc())
    .limit(param("limit")),
)
