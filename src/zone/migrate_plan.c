/*
 * What a migration would do: every case tried in memory, by the same function that does it, on a
 * connection for reading. Cases that wait at the same steps are told together.
 */
#include "zone/migrate_internal.h"

#include <string.h>

enum { TRY_ARENA_BYTES = 64 * 1024 * 1024, NOTES_MAX = 100 };

/* ---- the steps ---- */

static bool shown(const struct bpmn_node *n)
{
    return n->kind != BPMN_PROCESS && n->kind != BPMN_START_EVENT;
}

static const char *change_of(const struct bpmn_node *from, const struct bpmn_node *to)
{
    if (!to)
        return "removed";
    if (from->kind != to->kind)
        return "kind";
    return str_equal(from->id, to->id) && str_equal(from->name, to->name) ? "same" : "renamed";
}

static bool is_target(const struct migrate_plan *p, const struct bpmn_node *n)
{
    for (size_t i = 0; i < p->step_count; i++)
        if (p->steps[i].to == n)
            return true;
    return false;
}

static enum err list_steps(struct op *op, const struct migrate_ends *e, struct migrate_plan *out)
{
    size_t old = bpmn_node_count(e->from->procedure), new = bpmn_node_count(e->to->procedure);
    out->steps = ARENA_ARRAY(op->arena, struct migrate_step, old + new + 1);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < old; i++) {
        const struct bpmn_node *n = bpmn_node_at(e->from->procedure, i);
        if (!shown(n))
            continue;
        const struct bpmn_node *to =
            bpmn_node_by_id(e->to->procedure, migrate_mapped(e->map, e->map_count, n->id));
        out->steps[out->step_count++] = (struct migrate_step){ n, to, change_of(n, to) };
    }
    for (size_t i = 0; i < new; i++) {
        const struct bpmn_node *n = bpmn_node_at(e->to->procedure, i);
        if (shown(n) && !is_target(out, n))
            out->steps[out->step_count++] = (struct migrate_step){ NULL, n, "added" };
    }
    return OK;
}

/* ---- what is different and does no harm ---- */

static void note_promise(
    struct migrate_plan *out, const struct pack_promise *a, const struct pack_promise *b)
{
    struct diag d = { 0 };
    bool same = a->unit == b->unit && str_equal(a->amount_text, b->amount_text);
    if (same && str_equal(a->law.zh, b->law.zh))
        return;
    diag_field(&d, a->code);
    diag_set(&d, ERR_INVALID, "承诺“%.*s”的%s有改动:已开始计时的按原来的,以后的按新规定",
        "promise \"%.*s\" has changed (%s): those that run keep what was promised, later ones follow "
        "the new rule",
        STR_ARGS(a->code), same ? "依据/law" : "期限/time");
    diag_list_add(&out->notes, &d);
}

static void list_notes(const struct migrate_ends *e, struct migrate_plan *out)
{
    for (size_t i = 0; i < e->from->promise_count; i++) {
        const struct pack_promise *a = &e->from->promises[i];
        const struct pack_promise *b =
            pack_promise(e->to, migrate_mapped(e->promises, e->promise_count, a->code));
        if (b)
            note_promise(out, a, b);
    }
}

/* ---- trying the cases ---- */

struct trying {
    struct op *op;
    const struct migrate_ends *ends;
    str kind;
    struct migrate_plan *out;
};

static struct migrate_position *position_of(struct trying *t, const struct bpmn_instance *i)
{
    struct buf key;
    struct arena *a = t->op->arena;
    size_t count = bpmn_waiting_count(i), used = 0;
    const struct bpmn_node **steps = ARENA_ARRAY(a, const struct bpmn_node *, count + 1);
    buf_init(&key, a, 64 * KIB);
    for (size_t k = 0; steps && k < count; k++) {
        const struct bpmn_node *n = bpmn_waiting_at(i, k).node;
        size_t seen = 0;
        while (seen < used && steps[seen] != n)
            seen++;
        if (seen < used)
            continue;
        steps[used++] = n;
        buf_printf(&key, "%s%.*s", used > 1 ? " " : "", STR_ARGS(n->id));
    }
    str text = buf_str(&key);
    for (size_t k = 0; k < t->out->position_count; k++)
        if (str_equal(t->out->positions[k].key, text))
            return &t->out->positions[k];
    if (t->out->position_count == MIGRATE_POSITIONS_MAX)
        return NULL;
    struct migrate_position *p = &t->out->positions[t->out->position_count++];
    *p = (struct migrate_position){ .key = text, .steps = steps, .step_count = used };
    diag_list_init(&p->conflicts, a, MIGRATE_CONFLICTS_MAX);
    return p;
}

static void count_timers(const struct moving *m, struct migrate_position *p)
{
    for (size_t i = 0; i < m->turn.effect_count; i++) {
        p->timers_set += m->turn.effects[i].kind == BPMN_TIMER_SET;
        p->timers_cancelled += m->turn.effects[i].kind == BPMN_TIMER_CANCELLED;
    }
}

static enum err try_case(struct trying *t, struct op *scratch, int64_t id)
{
    struct moving m;
    struct diag_list conflicts;
    diag_list_init(&conflicts, t->op->arena, MIGRATE_CONFLICTS_MAX);
    TRY(moving_load(scratch, id, &m));
    if (!m.instance || !str_equal(m.row.pack_version, t->out->from)
        || !str_equal(m.row.kind, t->kind)) /* chosen by hand, and of another version */
        return OK;
    struct migrate_position *p = position_of(t, m.instance);
    enum err e = migrate_try(&m, t->ends, &conflicts);
    if (e != OK && !conflicts.total) { /* told like a conflict: the case would stay where it is */
        diag_list_add(&conflicts, scratch->diag);
        e = OK;
    }
    bool fits = !conflicts.total;
    memset(scratch->diag, 0, sizeof *scratch->diag);
    t->out->tried++;
    t->out->fits += fits;
    if (!p)
        return OK;
    if (p->count < MIGRATE_SHOWN_MAX)
        p->numbers[p->count] = str_copy(t->op->arena, m.row.number);
    p->count++;
    p->fits += fits;
    if (fits)
        count_timers(&m, p);
    else if (!p->conflicts.total)
        p->conflicts = conflicts;
    return diag_arena(t->op->diag, t->op->arena);
}

/* The ids first: cases are read on the same connection. */
static enum err list_cases(
    struct op *op, const struct migrate_request *r, int64_t *ids, size_t *count, int64_t *total)
{
    struct store_rows rows;
    *count = 0;
    *total = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id FROM cases WHERE zone = $1 AND pack_version = $2 AND status IN (0, 1) AND kind"
        " = $3 AND state <> '' ORDER BY id",
        S_TEXT(op->zone->code), S_TEXT(r->from), S_TEXT(r->kind)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        ++*total;
        if (*count < MIGRATE_PLAN_CASES)
            ids[(*count)++] = store_int(&rows, 0);
    }
}

static enum err try_all(struct trying *t, const int64_t *ids, size_t count)
{
    struct arena arena;
    struct diag d = { 0 };
    struct op scratch = *t->op;
    enum err e = OK;
    arena_init(&arena, NULL, TRY_ARENA_BYTES);
    scratch.arena = &arena;
    scratch.actor = &actor_system; /* the plan names numbers and steps, nothing of the content */
    scratch.diag = &d;
    for (size_t i = 0; i < count && e == OK; i++) {
        arena_reset(&arena);
        e = try_case(t, &scratch, ids[i]);
    }
    arena_release(&arena);
    if (e != OK && t->op->diag->err == OK)
        *t->op->diag = d;
    return e;
}

enum err migrate_plan(struct op *op, const struct migrate_request *r, struct migrate_plan *out)
{
    struct migrate_ends ends;
    int64_t *ids;
    size_t count;
    TRY(actor_require(op, "case.migrate"));
    TRY(migrate_ends(op, r, &ends));
    TRY(migrate_chosen(op, r, &ids, &count));
    *out = (struct migrate_plan){ .from = r->from,
        .to = str_from(ends.to_pack->version),
        .positions = ARENA_ARRAY(op->arena, struct migrate_position, MIGRATE_POSITIONS_MAX),
        .total = (int64_t)count };
    if (!count)
        ids = ARENA_ARRAY(op->arena, int64_t, MIGRATE_PLAN_CASES);
    diag_list_init(&out->notes, op->arena, NOTES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(list_steps(op, &ends, out));
    list_notes(&ends, out);
    if (!count)
        TRY(list_cases(op, r, ids, &count, &out->total));
    out->more = out->total > (int64_t)count;
    struct trying t = { op, &ends, r->kind, out };
    return try_all(&t, ids, count);
}
