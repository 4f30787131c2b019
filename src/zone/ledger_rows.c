/*
 * Is what stands beside the journal what the journal says? ledger_verify computes the tree again;
 * here the tables are compared with what entries recorded: each case's row with the digest in its
 * newest entry, cases that are missing, identifiers of entries, times and signatures of
 * checkpoints, and rows that were moved to a zone that is not there; registers in record_verify.c.
 *
 * Not compared: tasks, promises and attachments have no digest of their own; what counts of them
 * (who has the case, its deadline, whether it was kept) stands in the case's row.
 */
#include "zone/case_write.h"
#include "zone/register.h"

/* The digest that the newest event about a case recorded; the empty text when none did. */
static enum err recorded(struct op *op, int64_t id, str *digest)
{
    struct store_rows rows;
    *digest = STR_NONE;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT event FROM journal WHERE zone = $1 AND subject = $2 ORDER BY id DESC",
        S_TEXT(op->zone->code), S_INT(id)));
    for (bool more;;) {
        json_t *event;
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        if (store_is_null(&rows, 0)
            || json_parse(op->arena, store_text(&rows, 0), &event, NULL) != OK)
            continue;
        str row = json_str(event, "row");
        if (row.bytes) {
            *digest = str_copy(op->arena, row);
            break;
        }
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* One case: is it what was recorded? */
static enum err verify_row(struct op *op, const struct case_row *row, struct diag_list *faults)
{
    str was, is;
    struct diag d = { 0 };
    TRY(recorded(op, row->id, &was));
    TRY(case_digest(op, row, &is));
    if (str_equal(was, is))
        return OK;
    diag_field(&d, row->number);
    diag_set(&d, ERR_DIVERGED,
        "办件 %.*s 的当前内容与日志最后一条记录不一致:有人绕过系统改过数据库",
        "case %.*s is not what the newest journal entry about it recorded: the database"
        " was changed behind the program",
        STR_ARGS(row->number));
    diag_list_add(faults, &d);
    return OK;
}

/* Cases that the journal knows and the table does not. */
static enum err verify_present(struct op *op, struct diag_list *faults)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT j.seq, j.subject FROM journal j WHERE j.zone = $1 AND j.kind IN ('case.create',"
        " 'case.import') AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.zone = j.zone AND c.id ="
        " j.subject) ORDER BY j.seq",
        S_TEXT(op->zone->code)));
    for (bool more;;) {
        struct diag d = { 0 };
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        diag_set(&d, ERR_DIVERGED, "日志第 %lld 条记录的办件(%lld)不在数据库中:它被删除了",
            "the case of journal entry %lld (%lld) is not in the database: it was deleted",
            (long long)store_int(&rows, 0), (long long)store_int(&rows, 1));
        diag_list_add(faults, &d);
    }
}

/* An entry holds its own identifier, since the leaf does not name it. */
static enum err verify_ids(struct op *op, struct diag_list *faults)
{
    struct store_rows rows;
    struct arena scratch;
    arena_init(&scratch, NULL, 16 * MIB);
    enum err e = STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, seq, event FROM journal WHERE zone = $1 AND event IS NOT NULL ORDER BY seq",
        S_TEXT(op->zone->code));
    for (bool more; e == OK;) {
        struct diag d = { 0 };
        json_t *event;
        int64_t id = 0;
        e = store_next(&rows, &more, op->diag);
        if (e != OK || !more)
            break;
        if (json_parse(&scratch, store_text(&rows, 2), &event, NULL) != OK
            || !id_parse(json_str(event, "id"), &id) || id != store_int(&rows, 0)) {
            diag_set(&d, ERR_DIVERGED, "日志第 %lld 条的标识 %lld 不是它记录的标识",
                "the identifier of journal entry %lld, %lld, is not the one it recorded",
                (long long)store_int(&rows, 1), (long long)store_int(&rows, 0));
            diag_list_add(faults, &d);
        }
        arena_reset(&scratch);
    }
    store_rows_end(&rows);
    arena_release(&scratch);
    return e;
}

/* When a checkpoint was made stands in its note, which is signed, and beside it, for look-ups. */
static enum err verify_times(struct op *op, struct diag_list *faults)
{
    struct store_rows rows;
    struct arena scratch;
    arena_init(&scratch, NULL, 4 * MIB);
    enum err e = STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT size, at, note FROM checkpoint WHERE zone = $1 ORDER BY size",
        S_TEXT(op->zone->code));
    for (bool more; e == OK;) {
        struct diag d = { 0 };
        struct journal_note note;
        struct journal_checkpoint c;
        e = store_next(&rows, &more, op->diag);
        if (e != OK || !more)
            break;
        if (journal_note_parse(&scratch, store_text(&rows, 2), &note, NULL) == OK
            && journal_checkpoint_parse(note.text, &c, NULL) == OK && c.has_time
            && c.at_ms != store_int(&rows, 1)) {
            diag_set(&d, ERR_DIVERGED, "检查点 %lld 的时间与其签名中的不一致",
                "the time of checkpoint %lld is not the one in its signed note",
                (long long)store_int(&rows, 0));
            diag_list_add(faults, &d);
        }
        arena_reset(&scratch);
    }
    store_rows_end(&rows);
    arena_release(&scratch);
    return e;
}

/* Every commit that added entries was signed: entries after the newest checkpoint were added, or
 * the checkpoint was taken away. */
static enum err verify_signed(struct op *op, struct diag_list *faults)
{
    struct store_rows rows;
    struct diag d = { 0 };
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT (SELECT coalesce(max(seq) + 1, 0) FROM journal WHERE zone = $1),"
        " (SELECT coalesce(max(size), 0) FROM checkpoint WHERE zone = $1)",
        S_TEXT(op->zone->code)));
    int64_t entries = store_int(&rows, 0), covered = store_int(&rows, 1);
    store_rows_end(&rows);
    if (entries <= covered)
        return OK;
    diag_set(&d, ERR_DIVERGED, "日志共 %lld 条,但只有前 %lld 条有检查点签名",
        "the journal has %lld entries, but checkpoints sign only the first %lld",
        (long long)entries, (long long)covered);
    diag_list_add(faults, &d);
    return OK;
}

/* A row moved to a zone that was never opened would be looked for in vain, and not be missed where
 * nothing counts it. */
static enum err verify_zones(struct op *op, struct diag_list *faults)
{
    static const char *const tables[] = { "journal", "journal_node", "checkpoint", "cases" };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct store_rows rows;
        struct diag d = { 0 };
        str sql = str_printf(op->arena,
            "SELECT count(*) FROM %s WHERE zone NOT IN (SELECT zone FROM pack_version)", tables[i]);
        TRY(diag_arena(op->diag, op->arena));
        TRY(store_one(op->conn, &rows, op->diag, sql.data, NULL, 0));
        long long strangers = (long long)store_int(&rows, 0);
        store_rows_end(&rows);
        if (!strangers)
            continue;
        diag_set(&d, ERR_DIVERGED, "表 %s 中有 %lld 行属于不存在的区",
            "the table %s has %lld rows of a zone that is not there", tables[i], strangers);
        diag_list_add(faults, &d);
    }
    return OK;
}

static enum err verify_cases(struct op *op, int64_t *checked, struct diag_list *faults)
{
    struct store_rows rows;
    struct query q;
    struct arena scratch;
    arena_init(&scratch, NULL, 16 * MIB);
    struct op look = *op;
    look.arena = &scratch;
    query_init(&q, op->arena);
    query_sql(&q, "SELECT ");
    query_sql(&q, case_columns);
    QUERY_ADD(&q, " FROM cases c WHERE c.zone = ? ORDER BY c.id", S_TEXT(op->zone->code));
    enum err e = query_run(&q, op->conn, &rows, op->diag);
    for (bool more; e == OK;) {
        struct case_row row;
        e = store_next(&rows, &more, op->diag);
        if (e != OK || !more)
            break;
        case_read(&look, &rows, &row);
        e = verify_row(&look, &row, faults);
        ++*checked;
        arena_reset(&scratch);
    }
    store_rows_end(&rows);
    arena_release(&scratch);
    return e;
}

enum err ledger_verify_rows(struct op *op, int64_t *checked, struct diag_list *faults)
{
    TRY(verify_cases(op, checked, faults));
    TRY(verify_present(op, faults));
    TRY(verify_ids(op, faults));
    TRY(verify_times(op, faults));
    TRY(verify_signed(op, faults));
    TRY(registers_verify(op, faults));
    return verify_zones(op, faults);
}
