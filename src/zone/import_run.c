/* Imports under way; import_run.h. */
#include "zone/import_run.h"

static const char runs[] =
    "CREATE TABLE import_run (zone TEXT NOT NULL, account_id BIGINT NOT NULL, key TEXT NOT NULL,"
    " register TEXT NOT NULL, phase TEXT NOT NULL, total BIGINT NOT NULL, row_count BIGINT NOT NULL,"
    " accepted BIGINT NOT NULL, fault_count BIGINT NOT NULL, batch BIGINT NOT NULL,"
    " started_at BIGINT NOT NULL, touched_at BIGINT NOT NULL, cancelled BIGINT NOT NULL,"
    " faults TEXT NOT NULL, PRIMARY KEY (zone, account_id, key)){clustered};"
    "CREATE INDEX import_run_touched ON import_run (zone, touched_at);";
const struct store_migration import_run_migrations[] = { { 1, "imports under way", runs } };
const size_t import_run_migration_count = 1;

#define OVER "('checked', 'written', 'cancelled', 'failed')"
enum { STANDS_STILL_MS = 60 * 1000 };

enum err import_run_begin(struct op *op, const struct import_run *run)
{
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM import_run WHERE zone = $1 AND touched_at < $2",
        S_TEXT(op->zone->code), S_INT(op->now_ms - MS_PER_DAY)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO import_run (zone, account_id, key, register, phase, total, row_count, accepted,"
        " fault_count, batch, started_at, touched_at, cancelled, faults) VALUES ($1, $2, $3, $4, $5,"
        " $6, 0, 0, 0, $7, $8, $8, 0, '') ON CONFLICT (zone, account_id, key) DO UPDATE SET"
        " register = excluded.register, phase = excluded.phase, total = excluded.total,"
        " row_count = 0, accepted = 0, fault_count = 0, batch = excluded.batch,"
        " started_at = excluded.started_at, touched_at = excluded.touched_at, cancelled = 0,"
        " faults = '' WHERE import_run.phase IN " OVER " OR import_run.touched_at < $9",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(run->key), S_TEXT(run->reg),
        S_TEXT(run->phase), S_INT(run->total), S_INT(run->batch), S_INT(op->now_ms),
        S_INT(op->now_ms - STANDS_STILL_MS)));
    if (store_changes(op->conn))
        return OK;
    return diag_set(op->diag, ERR_CONFLICT, "这次导入正在进行,请等它结束",
        "this import is under way; wait until it is over");
}

static enum err write(struct op *op, const struct import_run *run)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE import_run SET phase = $4, row_count = $5, accepted = $6, fault_count = $7,"
        " touched_at = $8, batch = $9 WHERE zone = $1 AND account_id = $2 AND key = $3",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(run->key), S_TEXT(run->phase),
        S_INT(run->rows), S_INT(run->accepted), S_INT(run->faults), S_INT(op->now_ms),
        S_INT(run->batch));
}

enum err import_run_touch(struct op *op, const struct import_run *run, bool *cancelled)
{
    struct store_rows rows;
    TRY(write(op, run));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT cancelled FROM import_run WHERE zone = $1 AND account_id = $2 AND key = $3",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(run->key));
    TRY(e);
    *cancelled = store_int(&rows, 0) != 0;
    store_rows_end(&rows);
    return OK;
}

enum err import_run_end(struct op *op, const struct import_run *run, str faults)
{
    TRY(write(op, run));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE import_run SET faults = $4 WHERE zone = $1 AND account_id = $2 AND key = $3",
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(run->key), S_TEXT(faults));
}

static enum err nowhere(struct op *op, enum err e)
{
    return e == ERR_NOT_FOUND
        ? diag_set(op->diag, e, "没有这次导入,或已过一天", "there is no such import, or it is over a day old")
        : e;
}

enum err import_run_get(struct op *op, str reg, str key, struct import_run *out)
{
    struct store_rows rows;
    TRY(nowhere(op,
        STORE_ONE(op->conn, &rows, op->diag,
            "SELECT phase, total, row_count, accepted, fault_count, batch, started_at, touched_at,"
            " cancelled FROM import_run WHERE zone = $1 AND account_id = $2 AND key = $3 AND"
            " register = $4",
            S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(key), S_TEXT(reg))));
    *out = (struct import_run){ .key = key,
        .reg = reg,
        .phase = str_copy(op->arena, store_text(&rows, 0)),
        .total = store_int(&rows, 1),
        .rows = store_int(&rows, 2),
        .accepted = store_int(&rows, 3),
        .faults = store_int(&rows, 4),
        .batch = store_int(&rows, 5),
        .started_at = store_int(&rows, 6),
        .touched_at = store_int(&rows, 7),
        .cancelled = store_int(&rows, 8) != 0 };
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err import_run_faults(struct op *op, str reg, str key, str *out)
{
    struct store_rows rows;
    TRY(nowhere(op,
        STORE_ONE(op->conn, &rows, op->diag,
            "SELECT faults FROM import_run WHERE zone = $1 AND account_id = $2 AND key = $3 AND"
            " register = $4",
            S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(key), S_TEXT(reg))));
    *out = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err import_run_cancel(struct op *op, str reg, str key)
{
    struct import_run run;
    TRY(import_run_get(op, reg, key, &run));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE import_run SET cancelled = 1 WHERE zone = $1 AND account_id = $2 AND key = $3 AND"
        " phase NOT IN " OVER,
        S_TEXT(op->zone->code), S_INT(op->actor->account), S_TEXT(key)));
    if (store_changes(op->conn))
        return OK;
    return diag_set(op->diag, ERR_CONFLICT, "这次导入已经结束;已导入的可以整批撤销",
        "this import is over; what it brought in can be undone as one batch");
}
