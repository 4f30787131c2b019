/*
 * The run of an import: passes over the file, what was seen already, batches, the write of a case.
 *
 *     pass           each_case ─▶ fn(case)
 *       check        all_or_nothing, dry_run: nothing is written
 *       write        in batches of BATCH_ROWS, or all in one transaction
 *
 * Seen. A number that stands twice in a file is a fault of the second row. What was seen is kept as
 * two 64-bit hashes and a row number, so that memory stays small for large files; two different
 * numbers are taken for one with a chance of about n² / 2^129.
 */
#include "zone/import_internal.h"

#include "zone/case_write.h"
#include "zone/query.h"
#include "zone/register.h"

#include <string.h>

enum { BATCH_ROWS = 500, SCRATCH_BYTES_MAX = 64 * 1024 * 1024, SEEN_FIRST = 4096 };

struct seen {
    uint64_t first, second;
    int64_t row; /* 0: free */
};

struct importing {
    struct op *op;
    const struct import_options *options;
    const struct import_mapping *m;
    struct import_columns *columns;
    struct import_count count;
    struct seen *seen;
    size_t seen_count, seen_room; /* room: a power of two */
    struct arena pass;            /* reader, groups: given back after each pass */
    struct arena row;             /* reset after each row */
    struct arena batch;           /* cases that wait to be written, and their writing */
    struct import_case *waiting;
    size_t waiting_count;
    int64_t batch_id;
    bool quiet; /* the second pass says nothing that the first has said */
};

typedef enum err (*case_fn)(struct importing *im, const struct import_case *c);

/* ---- telling ---- */

static void tell(struct importing *im, int64_t row, str column, const struct diag *why, bool remark)
{
    struct import_fault f = { .row = row, .column = column, .remark = remark, .why = why };
    ++*(remark ? &im->count.remarks : &im->count.faults);
    if (im->options->fault && !im->quiet)
        im->options->fault(im->options->ctx, &f);
}

static void tell_progress(struct importing *im)
{
    if (im->options->progress)
        im->options->progress(im->options->ctx, &im->count);
}

/* ---- what was seen ---- */

static struct seen *seen_place(struct seen *table, size_t room, uint64_t first, uint64_t second)
{
    size_t at = (size_t)(first ^ (second >> 7)) & (room - 1);
    while (table[at].row && (table[at].first != first || table[at].second != second))
        at = (at + 1) & (room - 1);
    return &table[at];
}

static enum err seen_grow(struct importing *im)
{
    size_t room = im->seen_room ? im->seen_room * 2 : SEEN_FIRST;
    struct seen *table = ARENA_ARRAY(&im->pass, struct seen, room);
    TRY(diag_arena(im->op->diag, &im->pass));
    for (size_t i = 0; i < im->seen_room; i++)
        if (im->seen[i].row)
            *seen_place(table, room, im->seen[i].first, im->seen[i].second) = im->seen[i];
    im->seen = table;
    im->seen_room = room;
    return OK;
}

/* *row: of the first row of that key; 0 when this is the first, then it is remembered as `mine`. */
static enum err seen_before(struct importing *im, str key, int64_t mine, int64_t *row)
{
    if (im->seen_count * 4 >= im->seen_room * 3)
        TRY(seen_grow(im));
    uint64_t first = str_hash(key), second = 1469598103934665603u;
    for (size_t i = key.bytes; i > 0; i--) /* the same hash over the bytes from the end */
        second = (second ^ (unsigned char)key.data[i - 1]) * 1099511628211u;
    struct seen *s = seen_place(im->seen, im->seen_room, first, second + key.bytes);
    *row = s->row;
    if (s->row)
        return OK;
    *s = (struct seen){ first, second + key.bytes, mine };
    im->seen_count++;
    return OK;
}

/* ---- a case of the file ---- */

static enum err first_look(struct importing *im, const struct import_case *c, case_fn fn)
{
    struct diag why = { 0 };
    int64_t row;
    im->count.cases++;
    TRY(seen_before(im, c->texts[IMPORT_NUMBER], c->row, &row));
    if (row) {
        diag_set(&why, ERR_CONFLICT, "编号 %.*s 与第%lld行相同",
            "the number %.*s is that of row %lld, too", STR_ARGS(c->texts[IMPORT_NUMBER]),
            (long long)row);
        tell(im, c->row, import_column_of(im->m, IMPORT_NUMBER), &why, false);
        return OK;
    }
    if (c->times[IMPORT_CLOSED] && c->times[IMPORT_CLOSED] < c->times[IMPORT_OPENED]) {
        diag_set(&why, ERR_INVALID, "办结早于收件;照原样导入,请核对",
            "closed before it was opened; imported as it is, please check");
        tell(im, c->row, import_column_of(im->m, IMPORT_CLOSED), &why, true);
    }
    return fn(im, c);
}

struct groups {
    struct import_case *items;
    size_t count, room;
};

/* The group is found by its place among those seen: `row` of a seen key is its index + 1. */
static enum err add_to_group(struct importing *im, struct groups *g, const struct import_case *c)
{
    int64_t found;
    TRY(seen_before(im, c->group, (int64_t)g->count + 1, &found));
    if (!found) {
        if (g->count == IMPORT_GROUPS_MAX)
            return diag_set(im->op->diag, ERR_LIMIT, "分组超过 %d 个,请把文件分成几份",
                "over %d groups; please split the file", IMPORT_GROUPS_MAX);
        if (g->count == g->room) {
            size_t room = g->room ? g->room * 2 : 1024;
            g->items = arena_grow(
                &im->pass, g->items, g->room * sizeof *g->items, room * sizeof *g->items);
            TRY(diag_arena(im->op->diag, &im->pass));
            g->room = room;
        }
        found = (int64_t)++g->count;
    }
    enum err e = import_merge(&im->pass, im->m, &g->items[found - 1], c);
    return e == OK ? OK : diag_arena(im->op->diag, &im->pass);
}

static enum err groups_done(struct importing *im, const struct groups *g, case_fn fn)
{
    im->seen_count = im->seen_room = 0;
    for (size_t i = 0; i < g->count; i++) {
        TRY(first_look(im, &g->items[i], fn));
        arena_reset(&im->row);
    }
    return OK;
}

/* ---- a pass over the file ---- */

static enum err first_line(struct importing *im, struct csv *csv)
{
    struct csv_row row;
    bool more;
    struct diag *d = im->op->diag;
    TRY(csv_next(csv, &row, &more, d));
    if (!more)
        return diag_set(d, ERR_INVALID, "文件是空的", "the file is empty");
    if (row.fault != OK) {
        *d = row.why;
        return row.fault;
    }
    im->columns = ARENA_NEW(&im->pass, struct import_columns);
    TRY(diag_arena(d, &im->pass));
    return import_columns_find(&im->pass, im->m, &row, im->columns, d);
}

static enum err take_row(
    struct importing *im, const struct csv_row *row, struct groups *g, case_fn fn)
{
    struct import_case c;
    struct import_problem problem;
    im->count.rows++;
    if (row->fault != OK) {
        tell(im, row->number, STR_NONE, &row->why, false);
        return OK;
    }
    enum err e = import_row_read(&im->row, im->m, im->columns, row, &c, &problem);
    if (e == ERR_MEMORY) {
        *im->op->diag = problem.why;
        return e;
    }
    if (e != OK) {
        tell(im, row->number, import_column_of(im->m, problem.field), &problem.why, false);
        return OK;
    }
    return im->m->group_by.bytes ? add_to_group(im, g, &c) : first_look(im, &c, fn);
}

static enum err open_csv(struct importing *im, struct csv **csv)
{
    struct csv_source source = *im->options->source;
    struct diag *d = im->op->diag;
    TRY(im->options->rewind(source.ctx, d));
    if (im->m->gb18030)
        TRY(csv_gb18030(&im->pass, im->options->source, &source, d));
    TRY(csv_create(&im->pass, &source, im->m->separator, csv, d));
    return first_line(im, *csv);
}

/* Calls fn for every case of the file that is right so far. */
static enum err each_case(struct importing *im, case_fn fn)
{
    struct csv *csv;
    struct csv_row *row;
    struct groups groups = { 0 };
    arena_reset(&im->pass);
    im->count = (struct import_count){ 0 };
    im->seen_count = im->seen_room = 0;
    TRY(open_csv(im, &csv));
    row = ARENA_NEW(&im->pass, struct csv_row);
    TRY(diag_arena(im->op->diag, &im->pass));
    for (bool more;;) {
        TRY(csv_next(csv, row, &more, im->op->diag));
        if (!more)
            break;
        TRY(take_row(im, row, &groups, fn));
        arena_reset(&im->row);
        if (im->count.rows % (BATCH_ROWS * 10) == 0)
            tell_progress(im);
    }
    return im->m->group_by.bytes ? groups_done(im, &groups, fn) : OK;
}

/* ---- against the database ---- */

static enum err is_known(struct op *op, const struct import_mapping *m, str number, bool *known)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT 1 FROM cases WHERE zone = $1 AND source = $2 AND source_number = $3 AND source <> ''",
        S_TEXT(op->zone->code), S_TEXT(m->source), S_TEXT(number));
    store_rows_end(&rows);
    *known = there;
    return e;
}

/* *why is set when the enterprise is not there: a fault of the row, no error. */
static enum err find_enterprise(struct op *op, const struct import_mapping *m,
    const struct import_case *c, struct case_row *r, struct diag *why)
{
    struct record record;
    str key = c->texts[IMPORT_ENTERPRISE];
    if (!key.bytes)
        return OK;
    enum err e = record_by_key(op, m->applicants, key, &record);
    if (e == ERR_NOT_FOUND) {
        memset(op->diag, 0, sizeof *op->diag);
        diag_set(why, ERR_INVALID, "企业库中没有 %.*s", "the register of enterprises has no %.*s",
            STR_ARGS(key));
        return OK;
    }
    TRY(e);
    r->enterprise_id = record.id;
    r->enterprise_name = record_label(op, m->applicants, &record);
    return OK;
}

/* ---- writing one ---- */

static void fill(const struct op *op, const struct import_mapping *m, const struct import_case *c,
    struct case_row *r)
{
    str title = c->texts[IMPORT_TITLE], urgency = c->texts[IMPORT_URGENCY];
    int64_t closed = c->times[IMPORT_CLOSED], replied = c->times[IMPORT_REPLIED];
    r->id = id_next(&op->zone->ids, op->now_ms);
    r->version = 1;
    r->kind = m->kind;
    r->source = m->source;
    r->source_number = c->texts[IMPORT_NUMBER];
    r->title = title.bytes ? title : c->texts[IMPORT_NUMBER];
    r->body = c->texts[IMPORT_BODY];
    r->topic = c->texts[IMPORT_TOPIC];
    r->unit = c->texts[IMPORT_UNIT];
    r->place = c->texts[IMPORT_PLACE];
    r->channel = c->texts[IMPORT_CHANNEL].bytes ? c->texts[IMPORT_CHANNEL] : STR("import");
    r->urgency = urgency.bytes ? urgency : STR("normal");
    r->contact_name = c->texts[IMPORT_CONTACT_NAME];
    r->contact_phone = c->texts[IMPORT_CONTACT_PHONE];
    r->answer = c->texts[IMPORT_ANSWER];
    r->answered_by = c->texts[IMPORT_ANSWERED_BY];
    r->answered_unit = r->answer.bytes ? r->unit : STR_NONE;
    r->rating = c->numbers[IMPORT_RATING];
    r->rating_text = c->texts[IMPORT_RATING_TEXT];
    r->data = STR("{}");
    r->created_at = c->times[IMPORT_OPENED];
    r->closed_at = closed;
    r->replied_at = replied ? replied : closed;
    r->first_response_at = r->replied_at;
    r->due_at = c->times[IMPORT_DUE];
    r->updated_at = op->now_ms;
    r->status = closed ? CASE_CLOSED : replied ? CASE_REPLIED : CASE_OPEN;
    r->promise.state = PROMISE_VOID; /* the source's deadline is no promise of this zone */
}

static struct store_value working_days(const struct importing *im, const struct case_row *r)
{
    if (!im->m->working_days || !r->replied_at || r->replied_at < r->created_at)
        return S_NULL;
    return S_INT(calendar_days_between(zone_pack(im->op->zone)->calendar,
        tz_local_days(im->m->tz, r->created_at, NULL),
        tz_local_days(im->m->tz, r->replied_at, NULL)));
}

static enum err insert(struct importing *im, struct op *op, const struct case_row *r)
{
    str on = date_format(op->arena, tz_local_date(im->m->tz, r->created_at, NULL));
    bool decided = r->due_at && r->closed_at;
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO cases (zone, id, version, kind, number, pack_version, title, body, topic,"
        " channel, urgency, place, enterprise_id, enterprise_name, account_id, contact_name,"
        " contact_phone, unit, assignee_id, status, node, data, state, created_at, created_on,"
        " updated_at, first_response_at, replied_at, handling_days, closed_at, promise_id,"
        " promise_state, due_at, on_time, answer, answered_by, answered_unit, rating, rating_text,"
        " urged, supervised, reopened, suspended, merged_into, extension, source, source_number)"
        " VALUES ($1, $2, 1, $3, $4, '', $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15, 0,"
        " $16, '', $17, '', $18, $19, $20, $21, $21, $22, $23, 0, $24, $25, $26, $27, $28, $29,"
        " $30, $31, 0, 0, 0, 0, 0, '', $32, $33)",
        S_TEXT(op->zone->code), S_INT(r->id), S_TEXT(r->kind), S_TEXT(r->number), S_TEXT(r->title),
        S_TEXT(r->body), S_TEXT(r->topic), S_TEXT(r->channel), S_TEXT(r->urgency), S_TEXT(r->place),
        S_INT(r->enterprise_id), S_TEXT(r->enterprise_name), S_TEXT(r->contact_name),
        S_TEXT(r->contact_phone), S_TEXT(r->unit), S_INT(r->status), S_TEXT(r->data),
        S_INT(r->created_at), S_TEXT(on), S_INT(r->updated_at), S_INT_OR_NULL(r->replied_at),
        working_days(im, r), S_INT_OR_NULL(r->closed_at), S_INT(r->promise.state),
        S_INT_OR_NULL(r->due_at), decided ? S_INT(r->closed_at <= r->due_at) : S_NULL,
        S_TEXT(r->answer), S_TEXT(r->answered_by), S_TEXT(r->answered_unit),
        S_INT_OR_NULL(r->rating), S_TEXT(r->rating_text), S_TEXT(r->source),
        S_TEXT(r->source_number));
}

static enum err journal(struct importing *im, struct op *op, const struct case_row *r)
{
    struct moving m = { .op = op, .row = *r };
    json_t *data = json_object();
    json_object_set_new(data, "verb", json_string("import"));
    json_set_str(data, "number", r->number);
    json_set_str(data, "title", r->title);
    json_set_str(data, "source", r->source);
    json_set_str(data, "sourceNumber", r->source_number);
    json_object_set_new(data, "status", json_string(case_status_word(r->status)));
    json_set_id(data, "batch", im->batch_id);
    return event_write(&m, "case.import", data, true, NULL);
}

/* One case inside a write; a fault of its row goes to *why. */
static enum err write_case(
    struct importing *im, struct op *op, const struct import_case *c, bool *known, struct diag *why)
{
    struct case_row r = { 0 };
    TRY(is_known(op, im->m, c->texts[IMPORT_NUMBER], known));
    if (*known)
        return OK;
    TRY(find_enterprise(op, im->m, c, &r, why));
    if (why->err != OK)
        return OK;
    fill(op, im->m, c, &r);
    TRY(case_number(op, im->m->prefix, r.created_at, &r.number));
    TRY(insert(im, op, &r));
    if (r.unit.bytes)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_unit (zone, unit, case_id) VALUES ($1, $2, $3)"
            " ON CONFLICT (zone, unit, case_id) DO NOTHING",
            S_TEXT(op->zone->code), S_TEXT(r.unit), S_INT(r.id)));
    TRY(case_search_put(op, &r));
    return journal(im, op, &r);
}

/* One entry for the import as a whole. */
static enum err journal_batch(struct op *op, void *ctx)
{
    struct importing *im = ctx;
    json_t *data = json_object();
    json_set_str(data, "file", im->options->file);
    json_set_str(data, "kind", im->m->kind);
    json_set_str(data, "source", im->m->source);
    json_set_int(data, "rows", im->count.rows);
    json_set_int(data, "accepted", im->count.accepted);
    json_set_int(data, "known", im->count.known);
    json_set_int(data, "faults", im->count.faults);
    return ledger_append(op,
        &(struct ledger_event){ .kind = "import.done", .subject = im->batch_id, .data = data },
        NULL);
}

/* ---- in batches ---- */

struct batch_result {
    bool known;
    struct diag why;
};

struct batch {
    struct importing *im;
    struct batch_result *results;
};

static enum err write_batch(struct op *op, void *ctx)
{
    struct batch *b = ctx;
    struct importing *im = b->im;
    struct op row = *op;
    row.arena = &im->row;
    for (size_t i = 0; i < im->waiting_count; i++) {
        b->results[i] = (struct batch_result){ 0 };
        arena_reset(&im->row); /* the row that filled the batch was copied */
        TRY(write_case(im, &row, &im->waiting[i], &b->results[i].known, &b->results[i].why));
    }
    return OK;
}

static enum err flush(struct importing *im)
{
    struct op op = *im->op;
    struct batch b = { .im = im,
        .results = ARENA_ARRAY(&im->batch, struct batch_result, BATCH_ROWS) };
    if (!im->waiting_count)
        return OK;
    op.arena = &im->batch;
    TRY(diag_arena(op.diag, op.arena));
    TRY(zone_write(&op, write_batch, &b));
    for (size_t i = 0; i < im->waiting_count; i++) {
        if (b.results[i].why.err != OK)
            tell(im, im->waiting[i].row, import_column_of(im->m, IMPORT_ENTERPRISE),
                &b.results[i].why, false);
        else
            ++*(b.results[i].known ? &im->count.known : &im->count.accepted);
    }
    im->waiting_count = 0;
    im->waiting = NULL;
    arena_reset(&im->batch);
    tell_progress(im);
    return OK;
}

static enum err wait_for_batch(struct importing *im, const struct import_case *c)
{
    if (!im->waiting)
        im->waiting = ARENA_ARRAY(&im->batch, struct import_case, BATCH_ROWS);
    TRY(diag_arena(im->op->diag, &im->batch));
    struct import_case *mine = &im->waiting[im->waiting_count++];
    *mine = (struct import_case){ 0 };
    if (import_merge(&im->batch, im->m, mine, c) != OK)
        return diag_arena(im->op->diag, &im->batch);
    return im->waiting_count == BATCH_ROWS || im->batch.bytes_taken > SCRATCH_BYTES_MAX / 4
        ? flush(im)
        : OK;
}

static enum err import_in_batches(struct importing *im)
{
    struct op op = *im->op;
    TRY(each_case(im, wait_for_batch));
    TRY(flush(im));
    op.arena = &im->batch;
    return zone_write(&op, journal_batch, im);
}

/* ---- looking, and all or nothing ---- */

static enum err look_at_case(struct importing *im, const struct import_case *c)
{
    struct op op = *im->op;
    struct case_row r = { 0 };
    struct diag why = { 0 };
    bool known;
    op.arena = &im->row;
    TRY(is_known(&op, im->m, c->texts[IMPORT_NUMBER], &known));
    if (!known)
        TRY(find_enterprise(&op, im->m, c, &r, &why));
    if (why.err != OK)
        tell(im, c->row, import_column_of(im->m, IMPORT_ENTERPRISE), &why, false);
    else
        ++*(known ? &im->count.known : &im->count.accepted);
    return diag_arena(im->op->diag, &im->row);
}

static enum err check_all(struct importing *im)
{
    TRY(store_read_begin(im->op->zone->store, &im->op->conn, im->op->diag));
    enum err e = each_case(im, look_at_case);
    store_read_end(im->op->conn);
    im->op->conn = NULL;
    return e;
}

static enum err write_at_once(struct importing *im, const struct import_case *c)
{
    struct op op = *im->op; /* with the connection of the write */
    struct diag why = { 0 };
    bool known;
    op.arena = &im->row;
    TRY(write_case(im, &op, c, &known, &why));
    if (why.err != OK)
        tell(im, c->row, import_column_of(im->m, IMPORT_ENTERPRISE), &why, false);
    else
        ++*(known ? &im->count.known : &im->count.accepted);
    return diag_arena(op.diag, &im->row);
}

static enum err write_all(struct op *op, void *ctx)
{
    struct importing *im = ctx;
    struct op *callers = im->op;
    im->op = op;
    im->quiet = true;
    enum err e = each_case(im, write_at_once);
    if (e == OK && im->count.faults)
        e = diag_set(op->diag, ERR_CONFLICT, "文件在检查之后变了:没有导入任何一行",
            "the file changed after it was checked: nothing was imported");
    if (e == OK)
        e = journal_batch(op, im);
    im->op = callers;
    return e;
}

static enum err import_at_once(struct importing *im)
{
    TRY(check_all(im));
    if (im->options->dry_run)
        return OK;
    if (im->count.faults)
        return diag_set(im->op->diag, ERR_INVALID, "有 %lld 处问题:没有导入任何一行",
            "%lld faults: nothing was imported", (long long)im->count.faults);
    return zone_write(im->op, write_all, im);
}

enum err import_cases(struct op *op, const struct import_options *options, struct import_count *out)
{
    struct importing im = { .op = op, .options = options, .m = options->mapping };
    TRY(actor_require(op, "case.import"));
    im.batch_id = id_next(&op->zone->ids, op->now_ms);
    arena_init(&im.pass, NULL, 1024 * MIB);
    arena_init(&im.row, NULL, SCRATCH_BYTES_MAX);
    arena_init(&im.batch, NULL, SCRATCH_BYTES_MAX);
    enum err e =
        options->dry_run || options->all_or_nothing ? import_at_once(&im) : import_in_batches(&im);
    if (e != OK && options->all_or_nothing)
        im.count.accepted = 0;
    arena_release(&im.pass);
    arena_release(&im.row);
    arena_release(&im.batch);
    *out = im.count;
    return e;
}
