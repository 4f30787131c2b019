/*
 * What an enterprise is entitled to, by all clauses in force today: awarded already, on a list under way,
 * qualifies, which condition it misses and by how much, which fact is missing and who could supply it.
 * Nearest first, so that the next benefit stands on top.
 */
#include "zone/benefit_internal.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 400, SUBJECTS_MAX = 20 };

struct item {
    json_t *json;
    int rank; /* what is in hand, what is missing little, the rest */
    double gap;
};
struct entitling {
    struct op *op;
    const struct pack_clause *clause;
    const struct policy_facts *facts;
    struct dmn_sheet *sheet;
    struct policy_row rows[SUBJECTS_MAX];
    size_t row_count;
    struct item *items;
    size_t count;
};

static enum err take_row(void *ctx, const struct policy_row *r)
{
    struct entitling *e = ctx;
    if (e->row_count < SUBJECTS_MAX)
        e->rows[e->row_count++] = *r;
    return OK;
}

static json_t *name_json(struct name2 n)
{
    json_t *o = json_object();
    json_set_str(o, "zh", n.zh);
    json_set_str(o, "en", n.en);
    return o;
}

static const char *verdict_of(const struct policy_row *r, int *rank)
{
    if (r->bar != POLICY_BAR_NONE) {
        *rank = 3;
        return "barred";
    }
    if (r->rule >= 0) {
        *rank = 0;
        return "qualifies";
    }
    if (r->rule == DMN_SHEET_OPEN) {
        *rank = 1;
        return "missing";
    }
    *rank = r->near_input >= 0 ? 2 : 4;
    return "refused";
}

static double gap_of(const struct policy_row *r)
{
    if (r->near_input < 0 || r->near_bound == INT64_MIN)
        return 1e300;
    double bound = (double)r->near_bound, gap = bound - (double)r->near_value;
    gap = gap < 0 ? -gap : gap;
    return bound ? gap / (bound < 0 ? -bound : bound) : gap;
}

static json_t *item_json(struct entitling *e, const struct policy_row *r, const char *verdict)
{
    const struct pack_clause *c = e->clause;
    const struct pack_unit *unit = pack_unit(zone_pack(e->op->zone), c->unit);
    json_t *o = json_object();
    json_set_str(o, "clause", c->code);
    json_set_str(o, "policy", c->policy->code);
    json_object_set_new(o, "policyName", name_json(c->policy->name));
    json_object_set_new(o, "title", name_json(c->title));
    json_object_set_new(o, "guide", name_json(c->guide));
    json_set_str(o, "way", str_from(pack_policy_way_word(c->way)));
    json_object_set_new(o, "unit", unit ? name_json(unit->name) : json_null());
    json_set_str(o, "phone", unit ? unit->phone : STR_NONE);
    json_set_id(o, "subject", e->facts->ids[r->row]);
    json_object_set_new(o, "subjectName",
        c->payee ? json_from_str(e->facts->labels[r->row]) : json_null());
    json_set_int(o, "year", e->facts->year);
    json_set_str(o, "verdict", str_from(verdict));
    json_set_int(o, "fen", r->fen);
    json_object_set_new(o, "bar",
        r->bar ? name_json(policy_bar_names[r->bar]) : json_null());
    json_set_str(o, "barCode", str_from(policy_bar_words[r->bar]));
    json_object_set_new(o, "missing", policy_missing(e->op, e->facts, r->missing));
    json_object_set_new(o, "facts", policy_row_facts(e->op, e->facts, r->row));
    json_object_set_new(o, "why", policy_row_why(e->op, e->sheet, e->facts, r));
    return o;
}

/* Projects of a register that it has nothing to do with make no line: only what is its own. */
static enum err take_clause(
    struct entitling *e, struct arena *room, const struct pack_clause *c, str payee, int64_t day)
{
    struct policy_asking q = { .clause = c, .day = day, .payee = payee, .labels = true };
    struct policy_facts *f;
    e->clause = c;
    e->row_count = 0;
    arena_reset(room); /* what is said of the last clause is JSON by now */
    TRY(policy_read_facts(e->op, room, &q, &f));
    e->facts = f;
    if (!f->rows)
        return OK;
    TRY(policy_sheet(e->op, room, f, &e->sheet));
    TRY(policy_run(e->op, e->sheet, f, take_row, e));
    for (size_t i = 0; i < e->row_count && e->count < ITEMS_MAX; i++) {
        int rank;
        const char *verdict = verdict_of(&e->rows[i], &rank);
        e->items[e->count++] = (struct item){
            .json = item_json(e, &e->rows[i], verdict), .rank = rank, .gap = gap_of(&e->rows[i]) };
    }
    return diag_arena(e->op->diag, e->op->arena);
}

static int nearest_first(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank - y->rank;
    return (x->gap > y->gap) - (x->gap < y->gap);
}

static json_t *line_json(struct op *op, const struct benefit_line *l)
{
    json_t *o = json_object();
    json_set_id(o, "id", l->id);
    json_set_id(o, "list", l->list);
    json_set_str(o, "number", l->list_number);
    json_set_str(o, "clause", l->clause);
    json_object_set_new(o, "title", name_json(l->title));
    json_set_str(o, "label", l->label);
    json_set_int(o, "year", l->year);
    json_set_int(o, "fen", l->fen);
    json_set_str(o, "state", l->state);
    json_set_str(o, "listState", l->list_state);
    json_set_str(o, "noticeTo", l->notice_to);
    json_set_str(o, "reason", l->reason);
    json_set_int(o, "paid", l->paid);
    json_set_int(o, "recovered", l->recovered);
    (void)op;
    return o;
}

static enum err add_awards(struct op *op, str payee, json_t *out)
{
    struct benefit_line_filter f = { .payee = payee, .limit = 200 };
    struct benefit_line *lines;
    size_t count;
    bool more;
    json_t *list = json_array();
    json_object_set_new(out, "awards", list);
    TRY(benefit_lines(op, &f, &lines, &count, &more));
    for (size_t i = count; i-- > 0;)
        if (!str_is(lines[i].state, "void"))
            json_array_append_new(list, line_json(op, &lines[i]));
    return OK;
}

enum err benefit_entitlements(struct op *op, str payee, json_t **out)
{
    const struct pack *p = zone_pack(op->zone);
    int64_t day = zone_local_days(op->zone, op->now_ms);
    struct entitling e = { .op = op, .items = ARENA_ARRAY(op->arena, struct item, ITEMS_MAX) };
    json_t *o = json_keep(op->arena, json_object()), *items = json_array();
    struct arena *room = policy_arena(op);
    json_object_set_new(o, "items", items);
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(o, "day", benefit_day(op, day));
    for (size_t i = 0; i < p->policy_count; i++)
        for (size_t k = 0; k < p->policies[i].clause_count; k++) {
            const struct pack_clause *c = &p->policies[i].clauses[k];
            if (pack_clause_valid(c, day))
                TRY(take_clause(&e, room, c, payee, day));
        }
    if (e.count)
        qsort(e.items, e.count, sizeof *e.items, nearest_first);
    for (size_t i = 0; i < e.count; i++)
        json_array_append_new(items, e.items[i].json);
    TRY(add_awards(op, payee, o));
    *out = o;
    return diag_arena(op->diag, op->arena);
}
