/*
 * Deadlines counted again by another calendar: when the notice of a later year is out, and when a
 * year already known is amended. Each open promise is counted from its first day through all that
 * happened to it (promise_replay); where that gives something else, the row, its tasks and its
 * case's copy are changed, the journal says the old and the new date and why, and those concerned
 * are told when the day has moved. A batch of cases is one transaction; done twice it changes
 * nothing the second time, so a run that was cut short is simply repeated.
 *
 * Nobody is put in the wrong by a calendar that came late: a deadline still to come is never moved
 * to before the close of the present office day, and one that has passed is moved only forward.
 */
#include "zone/case_write.h"
#include "zone/notice.h"
#include "zone/promise_internal.h"

enum { CASES_A_WRITE = 100, BATCH_BYTES = 256 * 1024 * 1024, COLOUR_SLACK_MS = 60 * 1000 };

struct batch {
    struct recount *r;
    struct recount before; /* a write that is undone and run again counts anew */
    int64_t cases[CASES_A_WRITE];
    size_t count;
    struct arena *lists; /* what outlives the batch */
};

/* The end of the present office day, or of the next one. */
static int64_t earliest(const struct op *op)
{
    const struct calendar_clock *c = &zone_pack(op->zone)->clock;
    int64_t today = zone_local_days(op->zone, op->now_ms), day = today;
    if (calendar_is_working(c->calendar, today) && op->now_ms <= calendar_close_ms(c, today))
        return calendar_close_ms(c, today);
    if (calendar_add_days(c->calendar, today, 1, &day, NULL, NULL) != OK)
        day = today + 1;
    return calendar_close_ms(c, day);
}

static int64_t apart(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* The promise as the calendar in force has it; *changed says whether that is something else. */
static enum err counted_again(struct op *op, const struct pack_promise *def, struct promise *p,
    const struct promise *was, bool *changed)
{
    struct promise_step *events;
    size_t count;
    TRY(promise_events(op, p, &events, &count));
    TRY(promise_replay(op, def, events, count, p));
    if (was->due_at >= op->now_ms && p->due_at < op->now_ms && p->due_at < was->due_at) {
        int64_t floor = earliest(op);
        p->due_at = floor < was->due_at ? floor : was->due_at;
    }
    if (was->due_at < op->now_ms && p->due_at < op->now_ms)
        p->due_at = was->due_at;
    if (p->due_at == was->due_at && apart(p->amber_at, was->amber_at) < COLOUR_SLACK_MS
        && apart(p->red_at, was->red_at) < COLOUR_SLACK_MS) {
        p->amber_at = was->amber_at;
        p->red_at = was->red_at;
    }
    if (p->amber_at > p->red_at)
        p->amber_at = p->red_at;
    *changed = p->due_at != was->due_at || p->amber_at != was->amber_at || p->red_at != was->red_at
        || p->remaining != was->remaining || p->provisional != was->provisional;
    return OK;
}

static enum err list_move(struct op *op, struct batch *b, const struct case_row *row,
    const struct pack_promise *def, const struct promise *was, const struct promise *is)
{
    struct recount *r = b->r;
    if (r->move_count == RECOUNT_MOVES_MAX)
        return OK;
    r->moves = arena_room(b->lists, r->moves, r->move_count, &r->move_capacity, sizeof *r->moves);
    TRY(diag_arena(op->diag, b->lists));
    r->moves[r->move_count++] = (struct recount_move){ .case_id = row->id,
        .number = str_copy(b->lists, row->number),
        .code = str_copy(b->lists, def->code),
        .unit = str_copy(b->lists, row->unit),
        .name = def->name,
        .old_due = was->due_at,
        .new_due = is->due_at,
        .provisional = is->provisional };
    return diag_arena(op->diag, b->lists);
}

static enum err tell(struct op *op, const struct case_row *row, const struct pack_promise *def,
    const struct promise *was, const struct promise *is)
{
    struct people who = { .count = 0 };
    struct arena *a = op->arena;
    struct name2 from = moment_text(op, was->due_at), to = moment_text(op, is->due_at);
    struct notice n = { .kind = "moved",
        .case_id = row->id,
        .promise_id = is->id,
        .by_clock = true,
        .once = str_printf(
            a, "moved:%lld:%lld", (long long)is->id, (long long)is->due_at),
        .text = { str_printf(a, "%.*s的“%.*s”期限因工作日历调整,由%.*s改为%.*s",
                      STR_ARGS(row->number), STR_ARGS(def->name.zh), STR_ARGS(from.zh),
                      STR_ARGS(to.zh)),
            str_printf(a, "%.*s: the calendar of working days has changed; \"%.*s\" is due %.*s,"
                          " not %.*s",
                STR_ARGS(row->number), STR_ARGS(def->name.en), STR_ARGS(to.en),
                STR_ARGS(from.en)) } };
    TRY(people_of_applicant(op, row, &who));
    TRY(people_of_step(op, row, is->task_id, &who));
    return notice_tell_all(op, &who, 0, &n);
}

static json_t *change_json(struct op *op, const struct promise *was, const struct promise *is)
{
    json_t *o = json_object();
    json_set_str(o, "promise", is->code);
    json_set_str(o, "from", zone_instant_text(op, was->due_at));
    json_set_str(o, "to", zone_instant_text(op, is->due_at));
    json_object_set_new(o, "provisional", json_boolean(is->provisional));
    return o;
}

static enum err recount_promise(
    struct moving *m, struct batch *b, struct promise *p, json_t *changes)
{
    struct op *op = m->op;
    const struct promise was = *p;
    const struct pack_promise *def = promise_definition(op->zone, m->system, p);
    bool changed;
    if (!def || p->state >= PROMISE_MET)
        return OK;
    b->r->looked++;
    struct promise is = *p;
    TRY(counted_again(op, def, &is, &was, &changed));
    if (!changed)
        return OK;
    b->r->changed++;
    bool moved = is.due_at != was.due_at;
    if (moved)
        TRY(list_move(op, b, &m->row, def, &was, &is));
    if (b->r->dry_run)
        return OK;
    if (moved)
        is.reminded = 0;
    is.wake_at = is.state == PROMISE_PAUSED ? op->now_ms : is.amber_at;
    *p = is;
    json_array_append_new(changes, change_json(op, &was, &is));
    TRY(promise_update(op, p, "recount", was.due_at, STR("工作日历调整")));
    return moved ? tell(op, &m->row, def, &was, &is) : OK;
}

static enum err recount_case(struct op *op, struct batch *b, int64_t id)
{
    struct moving m;
    int64_t event;
    TRY(moving_load(op, id, &m));
    if (!m.system)
        return OK;
    json_t *changes = json_keep(op->arena, json_array());
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < m.promise_count; i++)
        TRY(recount_promise(&m, b, &m.promises[i], changes));
    if (!json_array_size(changes))
        return OK;
    TRY(moving_save(&m));
    json_t *data = verb_event(&m, "recount", STR("工作日历调整,期限重新计算"));
    json_object_set(data, "promises", changes);
    return event_write(&m, "case.recount", data, true, &event);
}

static enum err recount_batch(struct op *op, void *ctx)
{
    struct batch *b = ctx;
    b->r->looked = b->before.looked;
    b->r->changed = b->before.changed;
    b->r->move_count = b->before.move_count;
    for (size_t i = 0; i < b->count; i++)
        TRY(recount_case(op, b, b->cases[i]));
    return OK;
}

/* The next cases with an open promise, after that one. */
static enum err next_cases(struct op *op, struct batch *b, int64_t after)
{
    struct store_rows rows;
    b->count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT DISTINCT case_id FROM promise WHERE zone = $1 AND state < 2 AND case_id > $2"
        " ORDER BY case_id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(after), S_INT(CASES_A_WRITE)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || b->count == CASES_A_WRITE)
            break;
        b->cases[b->count++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    return OK;
}

/* One batch: looked for and, on a dry run, counted on a connection that only reads. */
static enum err one_batch(struct op *op, struct batch *b, int64_t after)
{
    b->before = *b->r;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = next_cases(op, b, after);
    if (e == OK && b->r->dry_run)
        e = recount_batch(op, b);
    store_read_end(op->conn);
    op->conn = NULL;
    if (e != OK || b->r->dry_run || !b->count)
        return e;
    return zone_write(op, recount_batch, b);
}

enum err promises_recount(struct op *op, struct recount *r)
{
    struct arena scratch;
    struct op own = *op;
    struct batch b = { .r = r, .lists = op->arena };
    int64_t after = 0;
    enum err e = OK;
    arena_init(&scratch, NULL, BATCH_BYTES);
    own.arena = &scratch;
    r->looked = r->changed = 0;
    r->move_count = 0;
    do {
        arena_reset(&scratch);
        e = one_batch(&own, &b, after);
        after = b.count ? b.cases[b.count - 1] : after;
    } while (e == OK && b.count);
    arena_release(&scratch);
    return e;
}

/* ---- when the calendar is another one ---- */

/* All that counting depends on: the year documents and the office hours. */
static str calendar_digest(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    struct buf b;
    buf_init(&b, op->arena, 8 * MIB);
    for (size_t i = 0; i < p->file_count; i++)
        if (str_starts(p->files[i].path, STR("calendar/")))
            buf_printf(&b, "%zu:%.*s%zu:%.*s", p->files[i].path.bytes,
                STR_ARGS(p->files[i].path), p->files[i].text.bytes, STR_ARGS(p->files[i].text));
    for (size_t i = 0; i < p->zone.hour_count; i++)
        buf_printf(&b, "%.*s\n", STR_ARGS(p->zone.hours[i]));
    buf_printf(&b, "%.*s", STR_ARGS(p->zone.timezone));
    return buf_failed(&b) ? STR_NONE : ledger_digest(op, buf_str(&b));
}

static enum err known_digest(struct op *op, str *out)
{
    struct store_rows rows;
    bool there;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT digest FROM calendar_use WHERE zone = $1", S_TEXT(op->zone->code));
    *out = there ? str_copy(op->arena, store_text(&rows, 0)) : STR_NONE;
    store_rows_end(&rows);
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

struct noting {
    str digest;
    bool quiet; /* the first calendar of a zone, and nothing moved: no news */
    const struct recount *r;
};

static enum err note_digest(struct op *op, void *ctx)
{
    const struct noting *n = ctx;
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO calendar_use (zone, digest, at, looked, moved) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (zone) DO UPDATE SET digest = excluded.digest, at = excluded.at, looked ="
        " excluded.looked, moved = excluded.moved",
        S_TEXT(op->zone->code), S_TEXT(n->digest), S_INT(op->now_ms), S_INT(n->r->looked),
        S_INT((int64_t)n->r->move_count)));
    if (n->quiet)
        return OK;
    json_t *data = json_object();
    json_set_str(data, "calendar", n->digest);
    json_set_int(data, "lastYear", calendar_last_year(zone_pack(op->zone)->calendar));
    json_set_int(data, "looked", n->r->looked);
    json_set_int(data, "changed", n->r->changed);
    json_set_int(data, "moved", (int64_t)n->r->move_count);
    return ledger_append(op, &(struct ledger_event){ .kind = "calendar.recount", .data = data },
        NULL);
}

enum err promises_recount_changed(struct op *op, struct recount *r)
{
    str known, digest = calendar_digest(op);
    TRY(diag_arena(op->diag, op->arena));
    TRY(known_digest(op, &known));
    *r = (struct recount){ 0 };
    if (!digest.bytes || str_equal(known, digest))
        return OK;
    TRY(promises_recount(op, r));
    return zone_write(
        op, note_digest, &(struct noting){ digest, !known.bytes && !r->changed, r });
}
