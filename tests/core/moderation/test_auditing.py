from __future__ import annotations

import pytest

from dozen.core import moderation
from dozen.core.moderation import queries
from dozen.db import Action, Duplicate, Tx
from dozen.db.errors import translate
from tests.core.moderation.people import actor
from tests.support.town import Town

MOD = actor(900, "moderator")


def test_lines_say_all(town: Town) -> None:
    entry_id = town.write(
        moderation.record, 7, "adjust", realm="wallet.account", subject_id=3, reason="refund\x00 lost",
        before={"balance": 100, "tags": ["a"]}, after={"balance": 150},
    )  # fmt: skip
    (entry,) = town.read(moderation.log, MOD)
    assert (entry.id, entry.actor_id, entry.action, entry.realm, entry.subject_id) == (
        entry_id, 7, "adjust", "wallet.account", 3,
    )  # fmt: skip
    assert (entry.reason, entry.before, entry.after) == (
        "refund lost",
        {"balance": 100, "tags": ["a"]},
        {"balance": 150},
    )


def test_the_log_is_read_back_in_time(town: Town) -> None:
    for i in range(12):
        town.write(moderation.record, i % 2, f"act{i % 3}", realm="r", subject_id=i % 4)
    page = town.read(moderation.log, MOD, limit=5)
    rest = town.read(moderation.log, MOD, before=page[-1].id)
    assert [each.subject_id for each in page + rest] == [i % 4 for i in range(11, -1, -1)]
    assert {each.actor_id for each in town.read(moderation.log, MOD, by=1)} == {1}
    assert len(town.read(moderation.log, MOD, action="act2")) == 4
    assert len(town.read(moderation.log, MOD, subject=("r", 3))) == 3
    assert town.read(moderation.log, MOD, subject=("other", 3)) == []


@pytest.mark.parametrize(
    "sql", ["UPDATE moderation_audit SET reason = 'nothing'", "DELETE FROM moderation_audit"]
)
def test_the_log_only_grows(town: Town, sql: str) -> None:
    town.write(moderation.record, 7, "adjust")

    def tamper(tx: Tx) -> None:
        try:
            tx.driver.execute(sql)
        except Exception as error:
            raise translate(error) from error

    with pytest.raises(Duplicate, match="only grows"):
        town.write(tamper)
    assert [each.reason for each in town.read(moderation.log, MOD)] == [""]


def test_no_statement_of_ours_would_change_it() -> None:
    for statement in vars(queries).values():
        if isinstance(statement, Action):
            sql = statement.compiled("sqlite")[0].lower()
            assert not sql.startswith(("update moderation_audit", "delete from moderation_audit"))
