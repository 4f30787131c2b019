/* What anyone may read of reports, and what those who handle them see and keep from the public. */
#include "zone/open311.h"

#include "zone/case_internal.h"
#include "zone/case_may.h"
#include "zone/ledger.h"

#include <string.h>

enum { DIGITS_COVERED = 7, REASON_POINTS = 200 };

/* Phone numbers and the like are covered: seven digits or more, also with spaces or hyphens in them. */
static str cover(struct arena *a, str s)
{
    struct buf b;
    buf_init(&b, a, s.bytes + 16);
    for (size_t i = 0; i < s.bytes;) {
        size_t end = i, digits = 0, last = i;
        while (end < s.bytes && digits < 64
            && ((s.data[end] >= '0' && s.data[end] <= '9')
                || (digits && (s.data[end] == ' ' || s.data[end] == '-')))) {
            digits += s.data[end] >= '0' && s.data[end] <= '9';
            end++;
            if (s.data[end - 1] >= '0' && s.data[end - 1] <= '9')
                last = end;
        }
        if (digits >= DIGITS_COVERED) {
            buf_add(&b, STR("****"));
            i = last;
        } else {
            last = last > i ? last : i + 1;
            buf_add(&b, str_slice(s, i, last));
            i = last;
        }
    }
    return str_copy(a, buf_str(&b));
}

static void row_read(struct op *op, const struct store_rows *rows, struct open311_request *r)
{
    struct arena *a = op->arena;
    *r = (struct open311_request){ .id = store_int(rows, 0),
        .number = str_copy(a, store_text(rows, 1)),
        .service = str_copy(a, store_text(rows, 2)),
        .has_place = !store_is_null(rows, 3) && !store_is_null(rows, 4),
        .lon = store_real(rows, 3),
        .lat = store_real(rows, 4),
        .address_id = str_copy(a, store_text(rows, 5)),
        .media_url = str_copy(a, store_text(rows, 6)),
        .address = cover(a, store_text(rows, 7)),
        .description = cover(a, store_text(rows, 8)),
        .open = store_int(rows, 9) == CASE_OPEN,
        .answer = cover(a, store_text(rows, 10)),
        .unit = str_copy(a, store_text(rows, 11)),
        .requested_at = store_int(rows, 12),
        .updated_at = store_int(rows, 13),
        .expected_at = store_int(rows, 14),
        .token = str_copy(a, store_text(rows, 15)),
        .picture = store_int(rows, 16),
        .picture_state = (enum open311_picture)store_int(rows, 17),
        .withheld = str_copy(a, store_text(rows, 18)) };
}

static const char select_rows[] =
    "SELECT r.case_id, c.number, r.service, r.lon, r.lat, r.address_id, r.media_url, c.place,"
    " c.body, c.status, c.answer, c.unit, c.created_at, c.updated_at, c.due_at, r.token, r.picture,"
    " r.picture_state, r.withheld"
    " FROM open311_request r JOIN cases c ON c.zone = r.zone AND c.id = r.case_id";

static enum err take_rows(
    struct op *op, struct store_rows *rows, struct open311_request *out, size_t *count)
{
    for (bool more; *count < OPEN311_LIST_MAX;) {
        TRY(store_next(rows, &more, op->diag));
        if (!more)
            break;
        row_read(op, rows, &out[(*count)++]);
    }
    store_rows_end(rows);
    return diag_arena(op->diag, op->arena);
}

/* AND column IN (…), as many as there are. */
static void add_in(struct query *q, const char *column, const str *values, size_t count)
{
    query_sql(q, " AND ");
    query_sql(q, column);
    for (size_t i = 0; i < count; i++) {
        query_sql(q, i ? "," : " IN (");
        QUERY_ADD(q, "?", S_TEXT(values[i]));
    }
    query_sql(q, ")");
}

/* Everything that is not private; a service that the pack no longer has is not shown either. */
static size_t open_services(struct op *op, const struct open311_filter *f, str *out)
{
    size_t count = 0;
    const struct pack_open311 *o = zone_pack(op->zone)->open311;
    for (size_t i = 0; o && i < o->service_count && count < QUERY_VALUES_MAX / 2; i++) {
        str code = o->services[i].topic->code;
        bool asked = !f->service_count || f->number_count;
        for (size_t k = 0; k < f->service_count; k++)
            asked = asked || str_equal(f->services[k], code);
        if (asked && !o->services[i].is_private)
            out[count++] = code;
    }
    return count;
}

static enum err read_page(struct op *op, const struct open311_filter *f, const str *services,
    size_t service_count, const str *numbers, size_t number_count, struct open311_request *out,
    size_t *count)
{
    struct query q;
    struct store_rows rows;
    query_init(&q, op->arena);
    query_sql(&q, select_rows);
    QUERY_ADD(&q, " WHERE r.zone = ? AND r.withheld = ''", S_TEXT(op->zone->code));
    add_in(&q, "r.service", services, service_count);
    if (number_count)
        add_in(&q, "c.number", numbers, number_count);
    else
        QUERY_ADD(&q, " AND r.at >= ? AND r.at < ?", S_INT(f->from_ms), S_INT(f->to_ms));
    if (!number_count && f->open != f->closed)
        query_sql(&q, f->open ? " AND c.status = 0" : " AND c.status <> 0");
    QUERY_ADD(&q, " ORDER BY r.at DESC, r.case_id DESC LIMIT ?", S_INT(OPEN311_LIST_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return take_rows(op, &rows, out, count);
}

enum err open311_list(struct op *op, const struct open311_filter *f, struct open311_request **out,
    size_t *count)
{
    enum { NUMBERS_A_QUERY = 10 };
    str services[QUERY_VALUES_MAX];
    size_t service_count = open_services(op, f, services);
    *count = 0;
    *out = ARENA_ARRAY(op->arena, struct open311_request, OPEN311_LIST_MAX);
    TRY(diag_arena(op->diag, op->arena));
    if (!service_count)
        return OK;
    if (!f->number_count)
        return read_page(op, f, services, service_count, NULL, 0, *out, count);
    for (size_t at = 0; at < f->number_count; at += NUMBERS_A_QUERY) {
        size_t n = f->number_count - at < NUMBERS_A_QUERY ? f->number_count - at : NUMBERS_A_QUERY;
        TRY(read_page(op, f, services, service_count, f->numbers + at, n, *out, count));
    }
    return OK;
}

enum err open311_token(struct op *op, str token, str *number)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT c.number FROM open311_request r JOIN cases c ON c.zone = r.zone AND c.id = r.case_id"
        " WHERE r.zone = $1 AND r.token = $2",
        S_TEXT(op->zone->code), S_TEXT(token)));
    *number = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

/* The picture of a report that is public, if somebody has looked at it and shows it. */
enum err open311_picture(struct op *op, str token, str *sha256, str *type)
{
    struct store_rows rows;
    str services[QUERY_VALUES_MAX];
    const struct open311_filter all = { 0 };
    size_t count = open_services(op, &all, services);
    bool shown = false;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT r.picture_sha256, f.type, r.service FROM open311_request r JOIN attachment f"
        " ON f.zone = r.zone AND f.id = r.picture WHERE r.zone = $1 AND r.token = $2"
        " AND r.withheld = '' AND r.picture_state = $3",
        S_TEXT(op->zone->code), S_TEXT(token), S_INT(OPEN311_PICTURE_SHOWN));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, e, "没有这张照片", "there is no such picture");
    TRY(e);
    *sha256 = str_copy(op->arena, store_text(&rows, 0));
    *type = str_copy(op->arena, store_text(&rows, 1));
    for (size_t i = 0; i < count; i++)
        shown = shown || str_equal(services[i], store_text(&rows, 2));
    store_rows_end(&rows);
    if (!shown)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这张照片", "there is no such picture");
    return diag_arena(op->diag, op->arena);
}

/* ---- who handles them ---- */

enum err open311_handled(struct op *op, const struct open311_handling *f, struct open311_request **out,
    size_t *count)
{
    struct query q;
    struct store_rows rows;
    *count = 0;
    TRY(actor_require(op, "case.read"));
    *out = ARENA_ARRAY(op->arena, struct open311_request, OPEN311_LIST_MAX);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    query_sql(&q, select_rows);
    QUERY_ADD(&q, " WHERE r.zone = ?", S_TEXT(op->zone->code));
    scope_add(&q, op->zone->code, op->actor);
    if (f->service.bytes)
        QUERY_ADD(&q, " AND r.service = ?", S_TEXT(f->service));
    if (f->waiting)
        QUERY_ADD(&q, " AND r.picture_state = ?", S_INT(OPEN311_PICTURE_WAITS));
    if (f->open != f->closed)
        query_sql(&q, f->open ? " AND c.status = 0" : " AND c.status <> 0");
    QUERY_ADD(&q, " ORDER BY r.at DESC, r.case_id DESC LIMIT ?", S_INT(OPEN311_LIST_MAX));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return take_rows(op, &rows, *out, count);
}

static enum err reason_check(struct op *op, const struct open311_review *r)
{
    if (r->shown || (!str_blank(r->reason) && str_code_points(r->reason) <= REASON_POINTS))
        return OK;
    diag_field(op->diag, STR("reason"));
    return diag_set(op->diag, ERR_INVALID, "不公开的,请写明理由(%d 字以内)",
        "say why it is kept from the public, in at most %d characters", REASON_POINTS);
}

enum err open311_review(struct op *op, const struct open311_review *r)
{
    struct case_row row;
    TRY(actor_require(op, "verb.reply"));
    TRY(case_get(op, r->id, &row));
    TRY(reason_check(op, r));
    if (r->of_picture)
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE open311_request SET picture_state = $3 WHERE zone = $1 AND case_id = $2 AND picture <> 0",
            S_TEXT(op->zone->code), S_INT(r->id),
            S_INT(r->shown ? OPEN311_PICTURE_SHOWN : OPEN311_PICTURE_WITHHELD)));
    else
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE open311_request SET withheld = $3 WHERE zone = $1 AND case_id = $2",
            S_TEXT(op->zone->code), S_INT(r->id), S_TEXT(r->shown ? STR_NONE : str_trim(r->reason))));
    if (!store_changes(op->conn))
        return diag_set(op->diag, ERR_NOT_FOUND, "这件没有可公开的内容", "there is nothing to show of this case");
    json_t *event = json_object();
    json_set_str(event, "of", r->of_picture ? STR("picture") : STR("report"));
    json_object_set_new(event, "shown", json_boolean(r->shown));
    if (!r->shown)
        json_set_str(event, "reason", str_trim(r->reason));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "open311.review", .subject = r->id, .data = event }, NULL);
}
