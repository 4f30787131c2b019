/*
 * Keeping the way of a case: after each turn of its procedure, rows of case_step.
 *
 *     turn's effects   ENTERED start, reopened, route, limits, unit_known, handle
 *     rows             handle, here, passed [start, reopened, route, limits, unit_known]
 *
 * A stay is a token that waits and holds no others: a task, an event, a join that is not full. It
 * is compared with the rows that are open, so that a token that went without a word (interrupted,
 * cancelled with its scope, moved) is seen too. One row for a stay and one for the end keep the
 * table small; a case keeps its last WAY_STEPS_MAX rows, a row the first WAY_PASSED_MAX steps.
 */
#include "zone/case_internal.h"
#include "zone/way.h"

struct stay {
    int64_t ord, token, entered_at;
    str node;
};

struct here { /* a waiting token */
    int64_t token;
    const struct bpmn_node *node;
    bool holds; /* others: a sub-process, a loop */
    bool kept;  /* has its row */
};

struct keeping {
    struct moving *m;
    const struct bpmn_turn *turn;
    struct here *here;
    size_t here_count;
    int64_t last; /* ord of the newest row */
    json_t *passed;
    const struct bpmn_node *passed_last;
};

/* Setting variables moves nothing. */
static bool moved(const struct bpmn_turn *t)
{
    for (size_t i = 0; i < t->effect_count; i++)
        switch (t->effects[i].kind) {
        case BPMN_ENTERED:
        case BPMN_LEFT:
        case BPMN_TASK_CREATED:
        case BPMN_TASK_COMPLETED:
        case BPMN_TASK_CANCELLED:
        case BPMN_ENDED:
            return true;
        case BPMN_TIMER_SET:
        case BPMN_TIMER_CANCELLED:
        case BPMN_DECIDED:
        case BPMN_MESSAGE_SENT:
        case BPMN_SIGNAL_SENT:
        case BPMN_ERROR_UNCAUGHT:
        case BPMN_ESCALATED:
        case BPMN_VARS_CHANGED:
        case BPMN_MOVED:
            break;
        }
    return false;
}

/* Tokens stand in order of their numbers. */
static struct here *find(const struct keeping *k, int64_t token)
{
    size_t low = 0, high = k->here_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (k->here[middle].token < token)
            low = middle + 1;
        else
            high = middle;
    }
    return low < k->here_count && k->here[low].token == token ? &k->here[low] : NULL;
}

static enum err look(struct keeping *k)
{
    const struct bpmn_instance *i = k->m->instance;
    size_t n = bpmn_ended(i) ? 0 : bpmn_waiting_count(i);
    k->here = ARENA_ARRAY(k->m->op->arena, struct here, n + 1);
    k->passed = json_keep(k->m->op->arena, json_array());
    TRY(diag_arena(k->m->op->diag, k->m->op->arena));
    for (size_t t = 0; t < n; t++) {
        struct bpmn_waiting w = bpmn_waiting_at(i, t);
        k->here[k->here_count++] = (struct here){ .token = w.token, .node = w.node };
    }
    for (size_t t = 0; t < n; t++) {
        struct here *parent = find(k, bpmn_waiting_at(i, t).parent);
        if (parent)
            parent->holds = true;
    }
    return OK;
}

/* ---- stays that ended ---- */

static bool has_effect(const struct bpmn_turn *t, enum bpmn_effect_kind kind, int64_t token)
{
    for (size_t i = 0; i < t->effect_count; i++)
        if (t->effects[i].kind == kind && (!token || t->effects[i].token == token))
            return true;
    return false;
}

/* A join that fired took the tokens that waited at it without a word for each. */
static bool at_gateway(const struct keeping *k, str node)
{
    const struct bpmn_node *n = bpmn_node_by_id(k->m->system->procedure, node);
    return n && n->kind >= BPMN_EXCLUSIVE_GATEWAY && n->kind <= BPMN_COMPLEX_GATEWAY;
}

static const char *how_ended(const struct keeping *k, const struct stay *s)
{
    if (has_effect(k->turn, BPMN_LEFT, s->token)
        || has_effect(k->turn, BPMN_TASK_COMPLETED, s->token))
        return "done";
    if (has_effect(k->turn, BPMN_MOVED, 0))
        return "moved";
    if (at_gateway(k, s->node) && !has_effect(k->turn, BPMN_ENDED, 0))
        return "done";
    return "cancelled";
}

static enum err close_stay(struct keeping *k, const struct stay *s)
{
    struct op *op = k->m->op;
    int64_t minutes =
        calendar_minutes_between(&zone_pack(op->zone)->clock, s->entered_at, op->now_ms);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE case_step SET left_at = $4, minutes = $5, how = $6 WHERE zone = $1 AND case_id ="
        " $2 AND ord = $3",
        S_TEXT(op->zone->code), S_INT(k->m->row.id), S_INT(s->ord), S_INT(op->now_ms),
        S_INT(minutes), S_TEXT(str_from(how_ended(k, s))));
}

static enum err open_stays(struct keeping *k, struct stay **out, size_t *count)
{
    struct op *op = k->m->op;
    struct store_rows rows;
    struct stay *stays = NULL;
    size_t used = 0, capacity = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT ord, token, entered_at, node, left_at FROM case_step WHERE zone = $1 AND case_id ="
        " $2 AND (left_at IS NULL OR ord = (SELECT max(ord) FROM case_step WHERE zone = $1 AND"
        " case_id = $2)) ORDER BY ord",
        S_TEXT(op->zone->code), S_INT(k->m->row.id)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        k->last = store_int(&rows, 0);
        if (!store_is_null(&rows, 4))
            continue;
        if (used == capacity) {
            size_t wider = capacity ? capacity * 2 : 8;
            stays = arena_grow(op->arena, stays, used * sizeof *stays, wider * sizeof *stays);
            capacity = wider;
        }
        if (!stays)
            break;
        stays[used++] = (struct stay){ .ord = k->last,
            .token = store_int(&rows, 1),
            .entered_at = store_int(&rows, 2),
            .node = str_copy(op->arena, store_text(&rows, 3)) };
    }
    store_rows_end(&rows);
    *out = stays;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

static enum err close_stays(struct keeping *k)
{
    struct stay *stays;
    size_t count;
    TRY(open_stays(k, &stays, &count));
    for (size_t i = 0; i < count; i++) {
        struct here *h = find(k, stays[i].token);
        if (h && !h->holds && str_equal(h->node->id, stays[i].node))
            h->kept = true;
        else
            TRY(close_stay(k, &stays[i]));
    }
    return OK;
}

/* ---- stays that began ---- */

static enum err insert(
    struct keeping *k, const struct bpmn_node *node, int64_t token, const char *how)
{
    struct op *op = k->m->op;
    bool here = token != 0;
    str passed = json_array_size(k->passed) ? json_text(op->arena, k->passed) : STR_NONE;
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO case_step (zone, case_id, ord, kind, node, token, entered_at, left_at, how,"
        " passed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        S_TEXT(op->zone->code), S_INT(k->m->row.id), S_INT(++k->last), S_TEXT(k->m->row.kind),
        S_TEXT(node->id), S_INT(token), S_INT(op->now_ms), here ? S_NULL : S_INT(op->now_ms),
        S_TEXT(str_from(how)), S_TEXT(passed)));
    json_array_clear(k->passed);
    k->passed_last = NULL;
    return OK;
}

static void pass(struct keeping *k, const struct bpmn_effect *e)
{
    k->passed_last = e->node;
    if (json_array_size(k->passed) == WAY_PASSED_MAX)
        return;
    json_t *item = json_array();
    json_array_append_new(item, json_from_str(e->node->id));
    if (e->text.bytes)
        json_array_append_new(item, json_from_str(e->text));
    json_array_append_new(k->passed, item);
}

/* The flow by which a stay was reached stands with what was passed before it. */
static enum err begin(struct keeping *k, struct here *h, str flow)
{
    if (flow.bytes && json_array_size(k->passed) <= WAY_PASSED_MAX) {
        json_t *item = json_array();
        json_array_append_new(item, json_from_str(h->node->id));
        json_array_append_new(item, json_from_str(flow));
        json_array_append_new(k->passed, item);
    }
    h->kept = true;
    return insert(k, h->node, h->token, "here");
}

static enum err open_new(struct keeping *k)
{
    for (size_t i = 0; i < k->turn->effect_count; i++) {
        const struct bpmn_effect *e = &k->turn->effects[i];
        if (e->kind != BPMN_ENTERED)
            continue;
        struct here *h = find(k, e->token);
        if (h && !h->holds && !h->kept)
            TRY(begin(k, h, e->text));
        else
            pass(k, e);
    }
    for (size_t i = 0; i < k->here_count; i++) /* instances of a loop enter without a word */
        if (!k->here[i].holds && !k->here[i].kept)
            TRY(begin(k, &k->here[i], STR_NONE));
    return k->passed_last ? insert(k, k->passed_last, 0, "passed") : OK;
}

static enum err forget_oldest(const struct keeping *k)
{
    struct op *op = k->m->op;
    if (k->last <= WAY_STEPS_MAX)
        return OK;
    return STORE_EXEC(op->conn, op->diag,
        "DELETE FROM case_step WHERE zone = $1 AND case_id = $2 AND ord <= $3 AND left_at IS NOT"
        " NULL",
        S_TEXT(op->zone->code), S_INT(k->m->row.id), S_INT(k->last - WAY_STEPS_MAX));
}

enum err way_keep(struct moving *m, const struct bpmn_turn *t)
{
    struct keeping k = { .m = m, .turn = t };
    if (!moved(t))
        return OK;
    TRY(look(&k));
    if (m->row.version) /* a new case has no rows */
        TRY(close_stays(&k));
    TRY(open_new(&k));
    return forget_oldest(&k);
}
