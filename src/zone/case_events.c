/*
 * What is journalled about a case, and that its row still is what was journalled.
 *
 * Every event about a case carries "row": the digest of the row after it. Whoever changes a row
 * behind the program's back would have to change the newest event too, and the journal's tree shows
 * that (ledger_verify). ledger_verify_rows compares the two (ledger_rows.c).
 */
#include "zone/case_write.h"

/* Columns that came later count only once they are set, so that older entries still agree. */
enum { PURGED_AT = 10 };

/* What the program reads from a row for reports and lists only, not into struct case_row. */
static enum err add_stored_columns(struct op *op, int64_t id, struct buf *b)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT created_on, on_time, first_response_minutes, handling_days, updated_at,"
        " promise_id, promise_state, amber_at, red_at, handled_unit, purged_at FROM cases"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id)));
    for (int i = 0; i < store_column_count(&rows); i++) {
        if (i == PURGED_AT && store_is_null(&rows, i))
            break;
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
    TRY(diag_arena(op->diag, op->arena));
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
