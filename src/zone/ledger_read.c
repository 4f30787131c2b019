/* Reading the journal: events about a subject, receipts, proofs, and checking all of it. */
#include "zone/ledger.h"

#include <string.h>

/* The tree of what is committed, over this connection's snapshot. */
struct reader {
    struct store_conn *conn;
    str zone;
    struct journal_tree tree;
};

static enum err no_put(
    void *ctx, int level, uint64_t index, const struct journal_hash *hash, struct diag *d)
{
    (void)ctx, (void)hash;
    return diag_set(d, ERR_INTERNAL, "只读时写入日志树节点 %d/%llu",
        "write to node %d/%llu of a journal opened for reading", level, (unsigned long long)index);
}

static enum err get_node(
    void *ctx, int level, uint64_t index, struct journal_hash *out, struct diag *d)
{
    struct reader *r = ctx;
    struct store_rows rows;
    enum err e = STORE_ONE(r->conn, &rows, d,
        "SELECT hash FROM journal_node WHERE zone = $1 AND level = $2 AND idx = $3",
        S_TEXT(r->zone), S_INT(level), S_INT((int64_t)index));
    if (e == ERR_NOT_FOUND)
        return diag_set(d, e, "日志树缺少节点 %d/%llu", "the journal's tree lacks node %d/%llu",
            level, (unsigned long long)index);
    TRY(e);
    str hash = store_text(&rows, 0);
    enum err whole = hash.bytes == JOURNAL_HASH_BYTES
        ? OK
        : diag_set(d, ERR_DIVERGED, "日志树节点长度不对",
            "a node of the journal's tree has the wrong length");
    if (whole == OK)
        memcpy(out->bytes, hash.data, hash.bytes);
    store_rows_end(&rows);
    return whole;
}

enum err ledger_size(struct op *op, uint64_t *size)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT size FROM checkpoint WHERE zone = $1 ORDER BY size DESC LIMIT 1",
        S_TEXT(op->zone->code));
    *size = there ? (uint64_t)store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

static enum err open_reader(struct op *op, struct reader *r)
{
    uint64_t size;
    *r = (struct reader){ .conn = op->conn, .zone = op->zone->code };
    struct journal_nodes nodes = { r, no_put, get_node };
    TRY(ledger_size(op, &size));
    return journal_tree_open(&r->tree, ledger_profile(op->zone), size, &nodes, op->diag);
}

static const char columns[] =
    "SELECT id, seq, at, kind, subject, actor, event, leaf_hash FROM journal";

static enum err read_row(struct op *op, struct store_rows *rows, struct ledger_row *out)
{
    json_t *event = NULL;
    if (!store_is_null(rows, 6))
        TRY(json_parse(op->arena, str_copy(op->arena, store_text(rows, 6)), &event, op->diag));
    str hash = store_text(rows, 7);
    *out = (struct ledger_row){ .id = store_int(rows, 0),
        .seq = store_is_null(rows, 1) ? -1 : store_int(rows, 1),
        .at_ms = store_int(rows, 2),
        .kind = str_copy(op->arena, store_text(rows, 3)),
        .subject = store_int(rows, 4),
        .actor = str_copy(op->arena, store_text(rows, 5)),
        .event = event,
        .leaf_hash_hex = str_hex(op->arena, hash.data, hash.bytes) };
    return diag_arena(op->diag, op->arena);
}

static enum err read_rows(
    struct op *op, struct store_rows *rows, struct ledger_row *list, size_t limit, size_t *used)
{
    *used = 0;
    for (bool more;;) {
        TRY(store_next(rows, &more, op->diag));
        if (!more || *used == limit)
            break;
        enum err e = read_row(op, rows, &list[*used]);
        if (e != OK) {
            store_rows_end(rows);
            return e;
        }
        ++*used;
    }
    store_rows_end(rows);
    return OK;
}

enum err ledger_list(
    struct op *op, int64_t subject, size_t limit, struct ledger_row **out, size_t *count)
{
    struct store_rows rows;
    *out = ARENA_ARRAY(op->arena, struct ledger_row, limit);
    str sql =
        str_printf(op->arena, "%s WHERE zone = $1 AND subject = $2 ORDER BY id LIMIT $3", columns);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(subject),
        S_INT((int64_t)limit)));
    return read_rows(op, &rows, *out, limit, count);
}

enum err ledger_newest(
    struct op *op, const char *kind, size_t limit, struct ledger_row **out, size_t *count)
{
    struct store_rows rows;
    *out = ARENA_ARRAY(op->arena, struct ledger_row, limit);
    str sql = str_printf(op->arena,
        "%s WHERE zone = $1 AND subject = 0 AND kind = $2 ORDER BY id DESC LIMIT $3", columns);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code),
        S_TEXT(str_from(kind)), S_INT((int64_t)limit)));
    return read_rows(op, &rows, *out, limit, count);
}

enum err ledger_get(struct op *op, int64_t id, struct ledger_row *out)
{
    struct store_rows rows;
    str sql = str_printf(op->arena, "%s WHERE zone = $1 AND id = $2", columns);
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "日志中没有这条记录", "the journal has no such entry");
    TRY(e);
    e = read_row(op, &rows, out);
    store_rows_end(&rows);
    return e;
}

static void to_hash(str bytes, struct journal_hash *out)
{
    *out = (struct journal_hash){ { 0 } };
    if (bytes.bytes == JOURNAL_HASH_BYTES)
        memcpy(out->bytes, bytes.data, bytes.bytes);
}

/* A stored row for the verifier and for receipts; texts are borrowed from rows. */
static void to_journal_row(
    const struct op *op, const struct store_rows *rows, struct journal_row *r)
{
    str salt = store_text(rows, 6);
    *r = (struct journal_row){ .index = (uint64_t)store_int(rows, 0),
        .event = { .zone = op->zone->code,
            .at_ms = store_int(rows, 1),
            .kind = store_text(rows, 2),
            .subject = store_int(rows, 3),
            .actor = store_text(rows, 4),
            .json = store_text(rows, 5) },
        .erased = store_is_null(rows, 5) && store_is_null(rows, 6) };
    if (salt.bytes == JOURNAL_SALT_BYTES)
        memcpy(r->salt, salt.data, salt.bytes);
    to_hash(store_text(rows, 7), &r->event_hash);
    to_hash(store_text(rows, 8), &r->leaf_hash);
}

static const char leaf_columns[] =
    "SELECT seq, at, kind, subject, actor, event, salt, event_hash, leaf_hash FROM journal";

static enum err fill_receipt(
    struct op *op, const struct journal_row *row, bool with_content, struct journal_receipt *r)
{
    struct journal_leaf leaf;
    struct reader reader;
    TRY(journal_leaf_rebuild(
        op->arena, ledger_profile(op->zone), &row->event, &row->event_hash, &leaf, op->diag));
    r->leaf_text = leaf.text;
    r->index = row->index;
    r->vkey = ledger_vkey(op->zone);
    if (with_content && !row->erased) {
        r->has_event = true;
        r->event = str_copy(op->arena, row->event.json);
        memcpy(r->salt, row->salt, sizeof r->salt);
    }
    TRY(open_reader(op, &reader));
    TRY(ledger_checkpoint(op, &r->checkpoint));
    return journal_inclusion_proof(&reader.tree, row->index, reader.tree.size, &r->proof, op->diag);
}

enum err ledger_receipt(struct op *op, int64_t event, bool with_content, str *json)
{
    struct store_rows rows;
    struct journal_row row;
    struct journal_receipt receipt = { 0 };
    str sql = str_printf(op->arena, "%s WHERE zone = $1 AND id = $2", leaf_columns);
    TRY(diag_arena(op->diag, op->arena));
    enum err e =
        STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(event));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "日志中没有这条记录", "the journal has no such entry");
    TRY(e);
    if (store_is_null(&rows, 0)) {
        store_rows_end(&rows);
        return diag_set(op->diag, ERR_BUSY, "回执正在生成,请稍后再取",
            "the receipt is being made, try again in a moment");
    }
    to_journal_row(op, &rows, &row);
    e = fill_receipt(op, &row, with_content, &receipt);
    store_rows_end(&rows);
    TRY(e);
    return journal_receipt_build(op->arena, &receipt, json, op->diag);
}

enum err ledger_checkpoint(struct op *op, str *note)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT note FROM checkpoint WHERE zone = $1 ORDER BY size DESC LIMIT 1",
        S_TEXT(op->zone->code));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "日志还是空的", "the journal is empty");
    TRY(e);
    *note = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err ledger_inclusion(struct op *op, uint64_t index, uint64_t size, struct journal_proof *out,
    struct journal_hash *leaf)
{
    struct reader r;
    TRY(open_reader(op, &r));
    if (size > r.tree.size || index >= size)
        return diag_set(op->diag, ERR_INVALID, "序号应小于 size,size 不大于 %llu",
            "index must be below size, and size at most %llu", (unsigned long long)r.tree.size);
    TRY(get_node(&r, 0, index, leaf, op->diag));
    return journal_inclusion_proof(&r.tree, index, size, out, op->diag);
}

enum err ledger_consistency(struct op *op, uint64_t from, uint64_t to, struct journal_proof *out)
{
    struct reader r;
    TRY(open_reader(op, &r));
    if (to > r.tree.size || from > to)
        return diag_set(op->diag, ERR_INVALID, "from 应不大于 to,to 不大于 %llu",
            "from must not exceed to, and to at most %llu", (unsigned long long)r.tree.size);
    return journal_consistency_proof(&r.tree, from, to, out, op->diag);
}

/* Feeds rows and checkpoints in their order: each checkpoint when exactly its size was fed. */
static enum err feed(
    struct op *op, struct journal_verifier *v, struct store_rows *rows, struct store_rows *marks)
{
    bool row_there, mark_there;
    uint64_t fed = 0;
    TRY(store_next(rows, &row_there, op->diag));
    TRY(store_next(marks, &mark_there, op->diag));
    while (row_there || mark_there) {
        if (mark_there && (!row_there || (uint64_t)store_int(marks, 0) <= fed)) {
            TRY(journal_verifier_checkpoint(
                v, (uint64_t)store_int(marks, 0), store_text(marks, 1), op->diag));
            TRY(store_next(marks, &mark_there, op->diag));
            continue;
        }
        struct journal_row row;
        to_journal_row(op, rows, &row);
        TRY(journal_verifier_row(v, &row, op->diag));
        fed = row.index + 1;
        TRY(store_next(rows, &row_there, op->diag));
    }
    return OK;
}

enum err ledger_verify(struct op *op, struct journal_report *report, size_t faults_max)
{
    struct reader reader = { .conn = op->conn, .zone = op->zone->code };
    struct journal_nodes nodes = { &reader, no_put, get_node };
    struct journal_key key;
    struct store_rows rows = { 0 }, marks = { 0 };
    struct journal_verifier v;
    TRY(journal_key_parse(ledger_vkey(op->zone), &key, op->diag));
    struct journal_verify_options options = { .profile = ledger_profile(op->zone),
        .zone = op->zone->code,
        .keys = &key,
        .key_count = 1,
        .nodes = &nodes,
        .time_tolerance_ms = -1,
        .faults_max = faults_max };
    TRY(journal_verifier_init(&v, op->arena, &options, op->diag));
    str sql =
        str_printf(op->arena, "%s WHERE zone = $1 AND seq IS NOT NULL ORDER BY seq", leaf_columns);
    enum err e = diag_arena(op->diag, op->arena);
    if (e == OK)
        e = STORE_QUERY(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code));
    if (e == OK)
        e = STORE_QUERY(op->conn, &marks, op->diag,
            "SELECT size, note FROM checkpoint WHERE zone = $1 ORDER BY size",
            S_TEXT(op->zone->code));
    if (e == OK)
        e = feed(op, &v, &rows, &marks);
    store_rows_end(&rows);
    store_rows_end(&marks);
    if (e == OK)
        e = journal_verifier_finish(&v, report, op->diag);
    journal_verifier_release(&v);
    return e;
}
