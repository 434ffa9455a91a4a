"""Triggers: plain SQL text, table by table.

The rules stand in ``applying.py``; what is here backs them, so that no hand on the database can break the
books unnoticed. A migration runs these texts in this order once the tables exist.
"""

from __future__ import annotations

_GROWS = ("ledger_postings", "ledger_transfers", "ledger_seals")
_STAYS = ("ledger_accounts", "ledger_balances", "ledger_holds")


def _refuse_sqlite(table: str, name: str, when: str, why: str) -> tuple[str, str]:
    return table, f"CREATE TRIGGER {table}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"


SQLITE: tuple[tuple[str, str], ...] = (
    *(
        _refuse_sqlite(table, f"no_{verb.lower()}", f"{verb} ON {table}", "the journal only grows")
        for table in _GROWS
        for verb in ("UPDATE", "DELETE")
    ),
    *(
        _refuse_sqlite(table, "no_delete", f"DELETE ON {table}", "the books forget nothing")
        for table in _STAYS
    ),
    _refuse_sqlite(
        "ledger_accounts", "no_update", "UPDATE ON ledger_accounts", "what an account is never changes"
    ),
    _refuse_sqlite(
        "ledger_balances",
        "no_silent_change",
        "UPDATE ON ledger_balances WHEN NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane "
        "OR NEW.currency <> OLD.currency OR NEW.seq < OLD.seq "
        "OR (NEW.balance <> OLD.balance AND NEW.seq = OLD.seq)",
        "a balance moves with a posting",
    ),
    _refuse_sqlite(
        "ledger_holds",
        "no_new_terms",
        "UPDATE ON ledger_holds WHEN OLD.state <> 'open' OR NEW.id <> OLD.id OR NEW.account_id <> "
        "OLD.account_id OR NEW.amount <> OLD.amount OR NEW.captured < OLD.captured OR NEW.at <> OLD.at",
        "the terms of a hold never change",
    ),
    _refuse_sqlite(
        "ledger_postings",
        "no_late_leg",
        "INSERT ON ledger_postings WHEN EXISTS (SELECT 1 FROM ledger_transfers WHERE id = NEW.transfer_id)",
        "this transfer is complete",
    ),
    (
        "ledger_transfers",
        # What is right is seen in one pass; only what may not be is looked at closely, to say why.
        "CREATE TRIGGER ledger_transfers_balanced BEFORE INSERT ON ledger_transfers "
        "WHEN (SELECT count(*) = NEW.legs AND sum(amount) = 0 AND min(currency) = max(currency) "
        "FROM ledger_postings WHERE transfer_id = NEW.id) IS NOT 1 BEGIN "
        "SELECT RAISE(ABORT, 'a transfer needs all of its legs') WHERE NEW.legs <> "
        "(SELECT count(*) FROM ledger_postings WHERE transfer_id = NEW.id); "
        "SELECT RAISE(ABORT, 'the legs of a transfer must sum to zero') WHERE EXISTS (SELECT 1 FROM "
        "ledger_postings WHERE transfer_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0); "
        "SELECT RAISE(ABORT, 'currencies meet only at a rate') WHERE NEW.rate IS NULL AND 1 < "
        "(SELECT count(DISTINCT currency) FROM ledger_postings WHERE transfer_id = NEW.id); END",
    ),
)

_BROKEN = "USING ERRCODE = 'integrity_constraint_violation'"


def _refuse_postgresql(name: str, why: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{why}' {_BROKEN}; END $$"
    )


# The transfer's row is there first here, and all of its postings come in one statement: leg numbers are 1 to
# ``legs`` and unique, so none can be added later.
_BALANCED = f"""
CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT c.transfer_id, sum(c.n) AS n, max(c.top) AS top, count(*) AS currencies,
          bool_or(c.total <> 0) AS uneven
      FROM (SELECT f.transfer_id, count(*) AS n, max(f.leg) AS top, sum(f.amount) AS total
            FROM fresh f GROUP BY f.transfer_id, f.currency) c
      GROUP BY c.transfer_id) g
    LEFT JOIN ledger_transfers t ON t.id = g.transfer_id
    WHERE t.id IS NULL OR g.n <> t.legs OR g.top <> t.legs OR g.uneven
      OR (g.currencies > 1 AND t.rate IS NULL)
  ) THEN
    RAISE EXCEPTION
      'a transfer has all of its legs at once, sums to zero, and mixes currencies only at a rate' {_BROKEN};
  END IF;
  RETURN NULL;
END $$
"""  # noqa: S608 - our own constant


def _statement_trigger(table: str, function: str, verbs: str) -> tuple[str, str]:
    return table, (
        f"CREATE TRIGGER {function}_{verbs.lower().replace(' or ', '_')} BEFORE {verbs} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


POSTGRESQL: tuple[tuple[str, str], ...] = (
    *(
        ("ledger_accounts", text)
        for text in (
            _refuse_postgresql("ledger_only_grows", "the journal only grows"),
            _refuse_postgresql("ledger_forgets_nothing", "the books forget nothing"),
            _refuse_postgresql("ledger_account_stays", "what an account is never changes"),
            _refuse_postgresql("ledger_silent_change", "a balance moves with a posting"),
            _refuse_postgresql("ledger_new_terms", "the terms of a hold never change"),
            _BALANCED.strip(),
        )
    ),
    *(_statement_trigger(table, "ledger_only_grows", "UPDATE OR DELETE OR TRUNCATE") for table in _GROWS),
    *(_statement_trigger(table, "ledger_forgets_nothing", "DELETE OR TRUNCATE") for table in _STAYS),
    _statement_trigger("ledger_accounts", "ledger_account_stays", "UPDATE"),
    (
        "ledger_balances",
        "CREATE TRIGGER ledger_silent_change BEFORE UPDATE ON ledger_balances FOR EACH ROW WHEN ("
        "NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane OR NEW.currency <> OLD.currency "
        "OR NEW.seq < OLD.seq OR (NEW.balance <> OLD.balance AND NEW.seq = OLD.seq)) "
        "EXECUTE FUNCTION ledger_silent_change()",
    ),
    (
        "ledger_holds",
        "CREATE TRIGGER ledger_new_terms BEFORE UPDATE ON ledger_holds FOR EACH ROW WHEN ("
        "OLD.state <> 'open' OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id "
        "OR NEW.amount <> OLD.amount OR NEW.captured < OLD.captured OR NEW.at <> OLD.at) "
        "EXECUTE FUNCTION ledger_new_terms()",
    ),
    (
        "ledger_postings",
        "CREATE TRIGGER ledger_balanced AFTER INSERT ON ledger_postings REFERENCING NEW TABLE AS fresh "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced()",
    ),
)
