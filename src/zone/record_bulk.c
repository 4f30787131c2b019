/* Many new records in one write; record_bulk.h says how the journal has them. */
#include "zone/record_bulk.h"

#include "zone/ledger.h"
#include "zone/record_internal.h"

enum { LINES_BYTES_MAX = 64 * MIB, LINES_BYTES_FULL = 8 * MIB };

struct record_bulk {
    const struct pack_register *r;
    int64_t batch, first, last, rows;
    str reason, sql;
    char version_sql[RECORD_VERSION_SQL_BYTES];
    struct buf lines; /* what the digest is of */
};

bool record_bulk_may(struct op *op, const struct pack_register *r)
{
    enum pack_scope scope = op->actor->system ? PACK_SCOPE_ALL : op->actor->role->scope;
    return register_written(op, r) && !r->rollup_count && !(scope == PACK_SCOPE_UNIT && r->unit_scope)
        && scope != PACK_SCOPE_ENTERPRISE;
}

enum err record_bulk_begin(
    struct op *op, const struct pack_register *r, int64_t batch, str reason, struct record_bulk **out)
{
    struct record_bulk *b = ARENA_NEW(op->arena, struct record_bulk);
    TRY(diag_arena(op->diag, op->arena));
    *b = (struct record_bulk){ .r = r, .batch = batch, .reason = reason,
        .sql = record_write_sql(op, r, true) };
    record_version_sql(r, b->version_sql);
    buf_init(&b->lines, op->arena, LINES_BYTES_MAX);
    *out = b;
    return diag_arena(op->diag, op->arena);
}

enum err record_bulk_add(
    struct op *op, struct record_bulk *b, json_t *data, struct diag_list *faults)
{
    if (b->rows == RECORD_BULK_MAX)
        return diag_set(op->diag, ERR_LIMIT, "一次最多 %d 条", "at most %d at a time",
            RECORD_BULK_MAX);
    TRY(record_check(op, b->r, data, NULL, faults));
    struct record_writing w = { .r = b->r, .id = id_next(&op->zone->ids, op->now_ms), .version = 1,
        .batch = b->batch, .data = data, .reason = b->reason };
    ASSERT(w.id > b->last);
    str text = json_text_sent(op->arena, data);
    TRY(diag_arena(op->diag, op->arena));
    TRY(record_write_by(op, &w, b->sql.data));
    TRY(record_files_link(op, &w));
    TRY(record_write_version(op, &w, text, b->version_sql));
    TRY(record_write_search(op, &w));
    buf_printf(&b->lines, "%lld ", (long long)w.id);
    buf_add(&b->lines, text);
    buf_add_char(&b->lines, '\n');
    b->first = b->rows++ ? b->first : w.id;
    b->last = w.id;
    if (buf_failed(&b->lines))
        return diag_set(op->diag, ERR_MEMORY, "内存不足", "out of memory");
    return diag_arena(op->diag, op->arena);
}

bool record_bulk_full(const struct record_bulk *b)
{
    return b->rows == RECORD_BULK_MAX || b->lines.bytes >= LINES_BYTES_FULL;
}

enum err record_bulk_end(struct op *op, struct record_bulk *b)
{
    if (!b->rows)
        return OK;
    json_t *event = json_object();
    json_set_str(event, "register", b->r->code);
    json_set_str(event, "reason", b->reason);
    json_set_id(event, "batch", b->batch);
    json_set_id(event, "first", b->first);
    json_set_id(event, "last", b->last);
    json_set_int(event, "rows", b->rows);
    json_set_str(event, "digest", ledger_digest(op, buf_str(&b->lines)));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "record.batch", .subject = b->batch, .data = event }, NULL);
}
