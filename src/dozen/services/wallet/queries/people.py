"""Holders, codes, wallets, limits, devices, handles."""

from typing import Any

from sqlalchemy import BigInteger, LargeBinary, case, delete, func, select, true, update

from dozen.db import action, each_row, member, param, rows, upsert, values
from dozen.services.wallet.structs import Device, Handle, Holder, Limits, Wallet
from dozen.services.wallet.tables.people import codes, devices, handles, holders, limits, wallets

# Holders

holder_columns = (
    holders.c.person,
    holders.c.phone,
    holders.c.phone_at,
    holders.c.tier,
    holders.c.pin_set_at,
    holders.c.pin_version,
    holders.c.opened_at,
)
holder = rows(Holder, select(*holder_columns).where(holders.c.person == param("person")))
holder_for_update = rows(
    Holder, select(*holder_columns).where(holders.c.person == param("person")).with_for_update()
)
holders_by_id = rows(Holder, select(*holder_columns).where(member(holders.c.person, "people")))
by_phone = values(int, select(holders.c.person).where(holders.c.phone == param("phone")))
add_holder = action(
    lambda dialect: (
        upsert(dialect, holders)
        .values(
            person=param("person"), phone=None, phone_at=None, tier=0, pin_hash=None, pin_version=0,
            pin_set_at=None, pin_tries=0, pin_last_at=None, opened_at=param("now"),
        )
        .on_conflict_do_nothing(index_elements=[holders.c.person])
    )
)  # fmt: skip
tie = action(
    update(holders)
    .where(holders.c.person == param("who"))
    .values(
        phone=param("phone"),
        phone_at=param("now"),
        tier=case((holders.c.tier < 1, 1), else_=holders.c.tier),
    )
)
untie = action(update(holders).where(holders.c.person == param("who")).values(phone=None, phone_at=None))
set_tier = action(update(holders).where(holders.c.person == param("who")).values(tier=param("level")))

# PIN

pin = rows(
    lambda *row: row,
    select(holders.c.pin_hash, holders.c.pin_version, holders.c.pin_tries, holders.c.pin_last_at).where(
        holders.c.person == param("person")
    ),
)
pin_locked = rows(
    lambda *row: row,
    select(holders.c.pin_hash, holders.c.pin_version, holders.c.pin_tries, holders.c.pin_last_at)
    .where(holders.c.person == param("person"))
    .with_for_update(),
)
set_pin = action(
    update(holders)
    .where(holders.c.person == param("who"))
    .values(
        pin_hash=param("hash"),
        pin_version=holders.c.pin_version + 1,
        pin_set_at=param("now"),
        pin_tries=0,
        pin_last_at=None,
    )
)
count_try = action(
    update(holders)
    .where(holders.c.person == param("who"))
    .values(pin_tries=param("tries"), pin_last_at=param("now"))
)
clear_tries = action(
    update(holders)
    .where(holders.c.person == param("who"), holders.c.pin_tries > 0)
    .values(pin_tries=0, pin_last_at=None)
)

# Codes

put_code = action(
    lambda dialect: (
        upsert(dialect, codes)
        .values(
            person=param("person"), purpose=param("purpose"), phone=param("phone"), digest=param("digest"),
            tries=0, sent_at=param("sent_at"), expires_at=param("expires_at"), sent=param("sent"),
        )
        .on_conflict_do_update(
            index_elements=[codes.c.person, codes.c.purpose],
            set_={
                "phone": param("phone"), "digest": param("digest"), "tries": 0, "sent_at": param("sent_at"),
                "expires_at": param("expires_at"), "sent": param("sent"),
            },
        )
    )
)  # fmt: skip
waiting_code = rows(
    lambda *row: row,
    select(codes.c.phone, codes.c.expires_at).where(
        codes.c.person == param("person"), codes.c.purpose == param("purpose")
    ),
)
code = rows(
    lambda *row: row,
    select(codes.c.phone, codes.c.digest, codes.c.tries, codes.c.sent_at, codes.c.expires_at, codes.c.sent)
    .where(codes.c.person == param("person"), codes.c.purpose == param("purpose"))
    .with_for_update(),
)
count_code = action(
    update(codes)
    .where(codes.c.person == param("who"), codes.c.purpose == param("for_what"))
    .values(tries=codes.c.tries + 1)
)
drop_code = action(
    delete(codes).where(codes.c.person == param("person"), codes.c.purpose == param("purpose"))
)
old_codes = action(delete(codes).where(codes.c.sent_at < param("before")))

# Wallets

_wallet = (
    wallets.c.id,
    wallets.c.owner,
    wallets.c.currency,
    wallets.c.account_id,
    wallets.c.state,
    wallets.c.reason,
    wallets.c.opened_at,
    wallets.c.changed_at,
)
wallet = rows(
    Wallet,
    select(*_wallet).where(wallets.c.owner == param("owner"), wallets.c.currency == param("currency")),
)
wallets_in = rows(
    Wallet,
    select(*_wallet).where(member(wallets.c.owner, "owners"), wallets.c.currency == param("currency")),
)
wallet_for_update = rows(
    Wallet,
    select(*_wallet)
    .where(wallets.c.owner == param("owner"), wallets.c.currency == param("currency"))
    .with_for_update(),
)
wallet_by_account = rows(Wallet, select(*_wallet).where(wallets.c.account_id == param("account")))
wallets_by_account = rows(Wallet, select(*_wallet).where(member(wallets.c.account_id, "accounts")))
wallets_of = rows(
    Wallet,
    select(*_wallet).where(wallets.c.owner == param("owner")).order_by(wallets.c.opened_at, wallets.c.id),
)
add_wallet = action(
    lambda dialect: (
        upsert(dialect, wallets)
        .values(
            id=param("id"), owner=param("owner"), currency=param("currency"), account_id=param("account_id"),
            state="open", reason="", opened_at=param("now"), changed_at=param("now"),
        )
        .on_conflict_do_nothing(index_elements=[wallets.c.owner, wallets.c.currency])
    )
)  # fmt: skip
set_state = action(
    update(wallets)
    .where(wallets.c.id == param("wallet"))
    .values(state=param("new_state"), reason=param("why"), changed_at=param("now"))
)

# Limits of one's own

own_limits = rows(
    Limits,
    select(limits.c.payment, limits.c.day, limits.c.month).where(
        limits.c.person == param("person"), limits.c.currency == param("currency")
    ),
)
put_limits = action(
    lambda dialect: (
        upsert(dialect, limits)
        .values(
            person=param("person"), currency=param("currency"), payment=param("payment"), day=param("day"),
            month=param("month"),
        )
        .on_conflict_do_update(
            index_elements=[limits.c.person, limits.c.currency],
            set_={"payment": param("payment"), "day": param("day"), "month": param("month")},
        )
    )
)  # fmt: skip

# Devices

_device = (
    devices.c.id,
    devices.c.person,
    devices.c.kind,
    devices.c.name,
    devices.c.address,
    devices.c.first_at,
    devices.c.seen_at,
    devices.c.revoked_at,
)
device_by_digest = rows(
    Device, select(*_device).where(devices.c.person == param("person"), devices.c.digest == param("digest"))
)


def _devices_seen(dialect: str) -> Any:
    """Those of ``people`` with these ``digests``, side by side."""
    wanted = each_row(dialect, people=BigInteger(), digests=LargeBinary())
    theirs = (devices.c.person == wanted.c.people, devices.c.digest == wanted.c.digests)
    one = select(devices.c.digest, *_device).where(*theirs).limit(1).lateral()
    return select(*one.c).select_from(wanted.join(one, true()))


devices_seen = rows(lambda digest, *row: (bytes(digest), Device(*row)), _devices_seen)
"""PostgreSQL only: on SQLite a list cannot hold bytes."""
device = rows(
    Device, select(*_device).where(devices.c.id == param("id"), devices.c.person == param("person"))
)
devices_of = rows(
    Device,
    select(*_device)
    .where(devices.c.person == param("person"))
    .order_by(devices.c.seen_at.desc(), devices.c.id.desc())
    .limit(param("limit")),
)
how_many_devices = values(int, select(func.count()).where(devices.c.person == param("person")))
add_device = action(
    lambda dialect: (
        upsert(dialect, devices)
        .values(
            id=param("id"), person=param("person"), digest=param("digest"), kind=param("kind"),
            name=param("name"), address=param("address"), first_at=param("now"), seen_at=param("now"),
            revoked_at=None,
        )
        .on_conflict_do_nothing(index_elements=[devices.c.person, devices.c.digest])
    )
)  # fmt: skip
seen_device = action(
    update(devices)
    .where(devices.c.id == param("device"))
    .values(seen_at=param("now"), address=param("where"))
)
name_device = action(
    update(devices)
    .where(devices.c.id == param("device"), devices.c.person == param("who"))
    .values(name=param("new_name"))
)
revoke_device = action(
    update(devices)
    .where(devices.c.id == param("device"), devices.c.person == param("who"))
    .values(revoked_at=param("at"))
)
forget_devices = action(delete(devices).where(devices.c.person == param("person")))
forget_limits = action(delete(limits).where(limits.c.person == param("person")))
forget_codes = action(delete(codes).where(codes.c.person == param("person")))
forget_holder = action(
    update(holders)
    .where(holders.c.person == param("who"))
    .values(phone=None, phone_at=None, pin_hash=None, pin_set_at=None, pin_version=holders.c.pin_version + 1)
)

# Handles

_handle = (handles.c.handle, handles.c.person, handles.c.merchant, handles.c.made_at)
handle = rows(Handle, select(*_handle).where(handles.c.handle == param("handle")))
handles_of = rows(
    Handle,
    select(*_handle)
    .where(handles.c.person == param("person"), handles.c.merchant == param("merchant"))
    .order_by(handles.c.made_at, handles.c.handle)
    .limit(20),
)
add_handle = action(
    lambda dialect: (
        upsert(dialect, handles)
        .values(
            handle=param("handle"), person=param("person"), merchant=param("merchant"), made_at=param("now")
        )
        .on_conflict_do_nothing(index_elements=[handles.c.handle])
    )
)
forget_handles = action(delete(handles).where(handles.c.person == param("person")))
drop_handle = action(
    delete(handles).where(
        handles.c.handle == param("handle"),
        handles.c.person == param("person"),
        handles.c.merchant == param("merchant"),
    )
)
