"""The database's own refusal to change history, whoever asks: our code or a console session."""

REFUSE: dict[str, list[str]] = {
    "sqlite": [
        (
            "CREATE TRIGGER ledger_event_no_update BEFORE UPDATE ON ledger_event"
            " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        ),
        (
            "CREATE TRIGGER ledger_event_no_delete BEFORE DELETE ON ledger_event"
            " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        ),
    ],
    "postgresql": [
        (
            "CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'"
            " USING ERRCODE = 'restrict_violation'; END $$"
        ),
        (
            "CREATE TRIGGER ledger_event_no_change BEFORE UPDATE OR DELETE ON ledger_event"
            " FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        ),
        (
            "CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON ledger_event"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        ),
    ],
}

ALLOW: dict[str, list[str]] = {
    "sqlite": ["DROP TRIGGER ledger_event_no_update", "DROP TRIGGER ledger_event_no_delete"],
    "postgresql": [
        "DROP TRIGGER ledger_event_no_change ON ledger_event",
        "DROP TRIGGER ledger_event_no_truncate ON ledger_event",
        "DROP FUNCTION ledger_refuse()",
    ],
}
