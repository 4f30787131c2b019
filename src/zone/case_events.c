/*
 * What is journalled about a case, and that its row still is what was journalled.
 *
 * Every event about a case carries "row": the digest of the row after it. Whoever changes a row
 * behind the program's back would have to change the newest event too, and the journal's tree shows
 * that (ledger_verify). ledger_verify_rows compares the two.
 */
#include "zone/case_write.h"

/* What the program reads from a row for reports and lists only, not into struct case_row. */
static enum err add_stored_columns(struct op *op, int64_t id, struct buf *b)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT created_on, on_time, first_response_minutes, handling_days, updated_at,"
        " promise_id, promise_state, amber_at, red_at FROM cases WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id)));
    for (int i = 0; i < store_column_count(&rows); i++) {
        str value = store_text(&rows, i);
        buf_printf(
            b, "%c%zu:%.*s", store_is_null(&rows, i) ? '-' : '+', value.bytes, STR_ARGS(value));
    }
    store_rows_end(&rows);
    return OK;
}

enum err case_digest(struct op *op, const struct case_row *r, str *digest)
{
    struct buf b;
    buf_init(&b, op->arena, 2 * MIB);
    const str texts[] = { r->kind, r->number, r->title, r->body, r->topic, r->channel, r->urgency,
        r->place, r->enterprise_name, r->contact_name, r->contact_phone, r->unit, r->node, r->data,
        r->answer, r->answered_by, r->answered_unit, r->rating_text, r->extension, r->pack_version,
        r->state, r->source, r->source_number };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_printf(&b, "%zu:", texts[i].bytes); /* lengths, so that no two rows read alike */
        buf_add(&b, texts[i]);
    }
    const int64_t numbers[] = { r->id, r->version, r->enterprise_id, r->account_id, r->assignee_id,
        r->status, r->created_at, r->first_response_at, r->replied_at, r->closed_at, r->due_at,
        r->rating, r->urged, r->supervised, r->reopened, r->suspended, r->merged_into };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        buf_printf(&b, "%lld,", (long long)numbers[i]);
    TRY(add_stored_columns(op, r->id, &b));
    if (buf_failed(&b))
        return diag_set(op->diag, ERR_LIMIT, "办件内容过大,无法计算摘要",
            "the case is too large for its digest");
    *digest = ledger_digest(op, buf_str(&b));
    return diag_arena(op->diag, op->arena);
}

json_t *verb_event(struct moving *m, const char *word, str text)
{
    const struct case_row *r = &m->row;
    json_t *o = json_object();
    json_object_set_new(o, "verb", json_string(word));
    json_set_str(o, "number", r->number);
    if (text.bytes)
        json_set_str(o, "text", text);
    json_set_str(o, "status", str_from(case_status_word(r->status)));
    if (r->node.bytes)
        json_set_str(o, "step", r->node);
    if (r->unit.bytes)
        json_set_str(o, "unit", r->unit);
    if (r->due_at)
        json_set_str(o, "due", zone_instant_text(m->op, r->due_at));
    return o;
}

enum err event_write(
    struct moving *m, const char *kind, json_t *data, bool is_public, int64_t *event)
{
    str digest;
    enum err e = case_digest(m->op, &m->row, &digest);
    if (e != OK) {
        json_decref(data);
        return e;
    }
    json_set_str(data, "row", digest);
    return ledger_append(m->op,
        &(struct ledger_event){ .kind = kind,
            .subject = m->row.id,
            .data = data,
            .is_public = is_public,
            .leaf_hash_hex = &m->leaf_hash_hex },
        event);
}

enum err files_link(
    struct op *op, const int64_t *files, size_t count, int64_t case_id, int64_t event)
{
    for (size_t i = 0; i < count; i++) {
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE attachment SET case_id = $3, event_id = $4 WHERE zone = $1 AND id = $2 AND"
            " account_id = $5 AND case_id = 0",
            S_TEXT(op->zone->code), S_INT(files[i]), S_INT(case_id), S_INT(event),
            S_INT(op->actor->account)));
        if (store_changes(op->conn) != 1) {
            diag_field(op->diag, STR("attachments"));
            return diag_set(op->diag, ERR_INVALID, "第%zu个附件不存在或已用于别的办件,请重新上传",
                "attachment %zu is not there or belongs to another case; please upload it again",
                i + 1);
        }
    }
    return OK;
}

/* The digest that the newest event about a case recorded; the empty text when none did. */
static enum err recorded(struct op *op, int64_t id, str *digest)
{
    struct store_rows rows;
    *digest = STR_NONE;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT event FROM journal WHERE zone = $1 AND subject = $2 ORDER BY id DESC LIMIT 20",
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
    return verify_times(op, faults);
}
