/* Reading the way of one case, and where the cases of a kind wait; see way.h. */
#include "zone/way.h"

#include "zone/case_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- one case ---- */

static enum err read_passed(struct op *op, str text, struct way_step *s)
{
    json_t *list;
    if (!text.bytes)
        return OK;
    TRY(json_parse(op->arena, text, &list, op->diag));
    s->passed = ARENA_ARRAY(op->arena, struct way_item, json_array_size(list) + 1);
    for (size_t i = 0; s->passed && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *node = json_array_get(item, 0),
                     *flow = json_array_get(item, 1);
        s->passed[s->passed_count++] =
            (struct way_item){ { json_string_value(node), json_string_length(node) },
                { json_string_value(flow), json_string_length(flow) } };
    }
    return diag_arena(op->diag, op->arena);
}

static enum err read_step(struct op *op, const struct case_row *c, const struct store_rows *rows,
    const struct way *w, struct way_step *s)
{
    const struct calendar_clock *clock = &zone_pack(op->zone)->clock;
    *s = (struct way_step){ .ord = store_int(rows, 0),
        .node = str_copy(op->arena, store_text(rows, 1)),
        .token = store_int(rows, 2),
        .entered_at = store_int(rows, 3),
        .left_at = store_int(rows, 4),
        .minutes = store_is_null(rows, 5) ? -1 : store_int(rows, 5),
        .how = str_copy(op->arena, store_text(rows, 6)),
        .unit = str_copy(op->arena, store_text(rows, 8)),
        .person = str_copy(op->arena, store_text(rows, 9)),
        .element = "" };
    if (store_is_null(rows, 4))
        s->minutes = calendar_minutes_between(clock, s->entered_at, op->now_ms);
    step_names(op, c->pack_version, c->kind, s->node, &s->name_zh, &s->name_en);
    const struct bpmn_node *n =
        w->system ? bpmn_node_by_id(w->system->procedure, s->node) : NULL;
    if (n)
        s->element = bpmn_kind_element(n->kind);
    return read_passed(op, store_text(rows, 7), s);
}

static enum err read_steps(struct op *op, const struct case_row *c, struct way *w)
{
    struct store_rows rows;
    w->steps = ARENA_ARRAY(op->arena, struct way_step, WAY_STEPS_MAX + CASE_TASKS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT s.ord, s.node, s.token, s.entered_at, s.left_at, s.minutes, s.how, s.passed,"
        " coalesce(t.unit, ''), coalesce((SELECT a.name FROM account a WHERE a.zone = s.zone AND"
        " a.id = CASE WHEN t.state = 'done' THEN t.done_by ELSE t.assignee_id END), '')"
        " FROM case_step s LEFT JOIN task t ON t.zone = s.zone AND t.case_id = s.case_id"
        " AND t.token = s.token AND t.node = s.node AND t.created_at = s.entered_at"
        " AND t.parent_id = 0 WHERE s.zone = $1 AND s.case_id = $2 ORDER BY s.ord LIMIT $3",
        S_TEXT(op->zone->code), S_INT(c->id), S_INT(WAY_STEPS_MAX + CASE_TASKS_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        TRY(read_step(op, c, &rows, w, &w->steps[w->count++]));
    }
    store_rows_end(&rows);
    return OK;
}

static enum err find_next(struct op *op, struct way *w)
{
    const struct bpmn_model *m = w->system->procedure;
    size_t n = bpmn_node_count(m);
    bool *seen = ARENA_ARRAY(op->arena, bool, n + 1), *reached = ARENA_ARRAY(op->arena, bool, n + 1);
    w->next = ARENA_ARRAY(op->arena, const struct bpmn_node *, n + 1);
    TRY(diag_arena(op->diag, op->arena));
    memset(reached, 0, n);
    for (size_t i = 0; i < w->count; i++) {
        const struct bpmn_node *from = w->steps[i].left_at || !str_is(w->steps[i].how, "here")
            ? NULL
            : bpmn_node_by_id(m, w->steps[i].node);
        if (from)
            bpmn_next(m, from, seen, reached);
    }
    for (size_t i = 0; i < n; i++)
        if (reached[i])
            w->next[w->next_count++] = bpmn_node_at(m, i);
    return OK;
}

enum err case_way(struct op *op, const struct case_row *c, struct way *out)
{
    const struct pack *pack;
    *out = (struct way){ 0 };
    if (zone_pack_version(op, c->pack_version, &pack) == OK)
        out->system = pack_kind(pack, c->kind);
    if (out->system && !out->system->procedure)
        out->system = NULL;
    TRY(read_steps(op, c, out));
    return out->system ? find_next(op, out) : OK;
}

/* ---- procedures ---- */

enum err procedure_xml(struct op *op, str version, str kind, str *out)
{
    const struct pack *pack;
    struct store_rows rows;
    str wanted = version.bytes ? version : str_from(zone_pack(op->zone)->version);
    TRY(zone_pack_version(op, wanted, &pack));
    const struct pack_system *s = pack_kind(pack, kind);
    if (!s || !s->procedure)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有“%.*s”这类流程",
            "there is no procedure of the kind \"%.*s\"", STR_ARGS(kind));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT content FROM pack_file WHERE zone = $1 AND version = $2 AND path = $3",
        S_TEXT(op->zone->code), S_TEXT(wanted), S_TEXT(s->procedure_file)));
    *out = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

enum err procedure_versions(
    struct op *op, str kind, struct procedure_version **out, size_t *count)
{
    enum { VERSIONS_MAX = 200 };
    struct store_rows rows;
    struct procedure_version *list = ARENA_ARRAY(op->arena, struct procedure_version, VERSIONS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    *count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT v.version, v.loaded_at, coalesce(n.running, 0) FROM pack_version v LEFT JOIN"
        " (SELECT pack_version, count(*) AS running FROM cases WHERE zone = $1 AND status IN (0,"
        " 1) AND kind = $2 GROUP BY pack_version) n ON n.pack_version = v.version"
        " WHERE v.zone = $1 ORDER BY v.loaded_at DESC, v.version LIMIT $3",
        S_TEXT(op->zone->code), S_TEXT(kind), S_INT(VERSIONS_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == VERSIONS_MAX)
            break;
        list[(*count)++] = (struct procedure_version){ .version =
                                                           str_copy(op->arena, store_text(&rows, 0)),
            .loaded_at = store_int(&rows, 1),
            .running = store_int(&rows, 2) };
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, op->arena);
}

/* ---- where they wait ---- */

static struct wait_node *node_of(struct op *op, struct wait_node *list, size_t *count, str node)
{
    for (size_t i = 0; i < *count; i++)
        if (str_equal(list[i].node, node))
            return &list[i];
    if (*count == WAITS_NODES_MAX)
        return NULL;
    list[*count] = (struct wait_node){ .node = str_copy(op->arena, node) };
    return &list[(*count)++];
}

static enum err waiting_now(struct op *op, str kind, struct wait_node *list, size_t *count)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT node, count(*), min(entered_at) FROM case_step WHERE zone = $1 AND kind = $2 AND"
        " left_at IS NULL GROUP BY node",
        S_TEXT(op->zone->code), S_TEXT(kind)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        struct wait_node *n = node_of(op, list, count, store_text(&rows, 0));
        if (!n)
            continue;
        n->now = store_int(&rows, 1);
        n->oldest_at = store_int(&rows, 2);
    }
}

/* One stay that ended: of which node of the list, for how long. */
struct stayed {
    uint32_t node, minutes;
};

static int by_node_and_time(const void *a, const void *b)
{
    const struct stayed *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return (x->minutes > y->minutes) - (x->minutes < y->minutes);
}

static enum err read_stays(struct op *op, struct arena *own, struct store_rows *rows,
    struct wait_node *list, size_t *count, struct stayed **out, size_t *stay_count)
{
    struct stayed *stays = NULL;
    size_t used = 0, capacity = 0;
    struct wait_node *n = NULL;
    for (bool more;;) {
        TRY(store_next(rows, &more, op->diag));
        if (!more)
            break;
        if (!n || !str_equal(n->node, store_text(rows, 0)))
            n = node_of(op, list, count, store_text(rows, 0));
        if (!n)
            continue;
        if (used == capacity) {
            size_t wider = capacity ? capacity * 2 : 1024;
            stays = arena_grow(own, stays, used * sizeof *stays, wider * sizeof *stays);
            capacity = wider;
        }
        if (!stays)
            break;
        stays[used++] = (struct stayed){ (uint32_t)(n - list), (uint32_t)store_int(rows, 1) };
    }
    store_rows_end(rows);
    *out = stays;
    *stay_count = used;
    return diag_arena(op->diag, own);
}

/* The median is the lower of the two in the middle, the 90th percentile the nearest rank: both are
 * stays that there were. Sorted here: a window function over the same rows takes ten times as long.
 */
static enum err sort_stays(struct op *op, struct arena *own, str kind, int64_t from_ms,
    int64_t to_ms, struct wait_node *list, size_t *count)
{
    struct store_rows rows;
    struct stayed *stays;
    size_t used;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT node, minutes FROM case_step WHERE zone = $1 AND kind = $2 AND minutes IS NOT NULL"
        " AND left_at >= $3 AND left_at < $4 ORDER BY left_at DESC LIMIT $5",
        S_TEXT(op->zone->code), S_TEXT(kind), S_INT(from_ms), S_INT(to_ms),
        S_INT(WAITS_STAYS_MAX)));
    TRY(read_stays(op, own, &rows, list, count, &stays, &used));
    if (used)
        qsort(stays, used, sizeof *stays, by_node_and_time);
    for (size_t i = 0, end; i < used; i = end) {
        struct wait_node *n = &list[stays[i].node];
        for (end = i; end < used && stays[end].node == stays[i].node; end++)
            n->past++;
        n->median = stays[i + (size_t)(n->past - 1) / 2].minutes;
        n->p90 = stays[i + ((size_t)n->past * 9 + 9) / 10 - 1].minutes;
    }
    return OK;
}

/* In an arena of their own: they would fill the request's. */
static enum err waited(struct op *op, str kind, int64_t from_ms, int64_t to_ms,
    struct wait_node *list, size_t *count)
{
    struct arena own;
    arena_init(&own, NULL, 4 * WAITS_STAYS_MAX * sizeof(struct stayed));
    enum err e = sort_stays(op, &own, kind, from_ms, to_ms, list, count);
    arena_release(&own);
    return e;
}

enum err waits_by_node(struct op *op, str kind, int64_t from_ms, int64_t to_ms,
    struct wait_node **out, size_t *count)
{
    struct wait_node *list = ARENA_ARRAY(op->arena, struct wait_node, WAITS_NODES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    *count = 0;
    *out = list;
    TRY(waiting_now(op, kind, list, count));
    TRY(waited(op, kind, from_ms, to_ms, list, count));
    return diag_arena(op->diag, op->arena);
}

enum err waits_cases(struct op *op, str kind, str node, bool now, int64_t from_ms, int64_t to_ms,
    int64_t after_key, int64_t after_id, size_t limit, struct wait_case *out, size_t *count,
    bool *more)
{
    struct query q;
    struct store_rows rows;
    query_init(&q, op->arena);
    QUERY_ADD(&q,
        now ? "SELECT case_id, min(entered_at) AS k FROM case_step WHERE zone = ? AND kind = ? AND"
              " node = ? AND left_at IS NULL GROUP BY case_id"
            : "SELECT case_id, max(minutes) AS k FROM case_step WHERE zone = ? AND kind = ? AND"
              " node = ? AND minutes IS NOT NULL",
        S_TEXT(op->zone->code), S_TEXT(kind), S_TEXT(node));
    if (!now)
        QUERY_ADD(&q, " AND left_at >= ? AND left_at < ? GROUP BY case_id", S_INT(from_ms),
            S_INT(to_ms));
    if (after_id && now)
        QUERY_ADD(&q, " HAVING (min(entered_at), case_id) > (?, ?)", S_INT(after_key),
            S_INT(after_id));
    else if (after_id)
        QUERY_ADD(&q, " HAVING (max(minutes), case_id) < (?, ?)", S_INT(after_key),
            S_INT(after_id));
    QUERY_ADD(&q, now ? " ORDER BY k, case_id LIMIT ?" : " ORDER BY k DESC, case_id DESC LIMIT ?",
        S_INT((int64_t)limit + 1));
    *count = 0;
    *more = false;
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool next;;) {
        TRY(store_next(&rows, &next, op->diag));
        if (!next)
            return OK;
        *more = *count == limit;
        if (*more)
            break;
        out[(*count)++] = (struct wait_case){ store_int(&rows, 0), store_int(&rows, 1) };
    }
    store_rows_end(&rows);
    return OK;
}
