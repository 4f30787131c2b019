/*
 * A running instance taken into another version of its procedure.
 *
 *     state ─▶ JSON, ids mapped ─▶ read with the new model ─▶ every token checked ─▶ a turn
 *                   │ an id that is not there     │ in a place or state that does not fit
 *                   └────────────────────────────▶┴▶ conflicts, one each
 *
 * A timer that was set stays as it is: what a person was promised is not shortened or lengthened by
 * a drawing. One that fired or ran out is not set again: only events that the old version did not
 * have at this place are new.
 */
#include "bpmn/run.h"

struct migration {
    struct bpmn_turn *turn;
    const struct bpmn_model *from, *to;
    const struct bpmn_mapping *mapping;
    size_t mapping_count;
    struct diag_list *conflicts;
    struct diag first;
};

static str mapped(const struct migration *m, str id)
{
    for (size_t n = 0; n < m->mapping_count; n++)
        if (str_equal(m->mapping[n].from, id))
            return m->mapping[n].to;
    return id;
}

/* The node of the old version that a node of the new one was; NULL: it is new. */
static const struct bpmn_node *was(const struct migration *m, const struct bpmn_node *now)
{
    for (size_t n = 0; n < m->from->node_count; n++)
        if (str_equal(mapped(m, m->from->nodes[n].id), now->id))
            return &m->from->nodes[n];
    return NULL;
}

static str called(const struct bpmn_node *n)
{
    return n->name.bytes ? n->name : n->id;
}

static void keep(struct migration *m, str old, struct diag *d)
{
    diag_field(d, old);
    if (m->first.err == OK)
        m->first = *d;
    if (m->conflicts)
        diag_list_add(m->conflicts, d);
}

/* ── ids ───────────────────────────────────────────────────────────────────────────────────── */

static void lacks(struct migration *m, str old, str new)
{
    struct diag d = { 0 };
    const struct bpmn_node *n = bpmn_node_by_id(m->from, old);
    str name = n ? called(n) : old;
    if (str_equal(old, new))
        diag_set(&d, ERR_INVALID,
            "正停在“%2$.*1$s”,新版本没有这个节点:请写明它对应新版本的哪个节点",
            "something waits at \"%2$.*1$s\", which the new version does not have: say which node of "
            "the new version it becomes",
            (int)name.bytes, name.data);
    else
        diag_set(&d, ERR_INVALID, "“%2$.*1$s”对应到“%4$.*3$s”,新版本没有这个节点",
            "\"%2$.*1$s\" is mapped to \"%4$.*3$s\", which the new version does not have",
            (int)name.bytes, name.data, (int)new.bytes, new.data);
    keep(m, old, &d);
}

static int flow_index(const struct bpmn_model *m, str id)
{
    for (size_t n = 0; n < m->flow_count; n++)
        if (str_equal(m->flows[n].id, id))
            return (int)n;
    return -1;
}

bool bpmn_flow_known(const struct bpmn_model *m, str id)
{
    return flow_index(m, id) >= 0;
}

/* Redrawn arrows get new ids: the one flow between the same nodes is the same flow. */
static int flow_between(const struct migration *m, str old, const struct bpmn_node *join)
{
    int before = flow_index(m->from, old), found = -1;
    if (before < 0)
        return -1;
    str source = mapped(m, m->from->nodes[m->from->flows[before].source].id);
    for (int k = 0; k < join->plan->incoming.count; k++) {
        int flow = join->plan->incoming.items[k];
        if (!str_equal(m->to->nodes[m->to->flows[flow].source].id, source))
            continue;
        if (found >= 0)
            return -1;
        found = flow;
    }
    return found;
}

static void map_flow(struct migration *m, json_t *token, const struct bpmn_node *join)
{
    str old = json_str(token, "f"), new = mapped(m, old);
    int flow = flow_index(m->to, new);
    if (!old.bytes)
        return;
    if (flow < 0 || m->to->flows[flow].target != join->index)
        flow = flow_between(m, old, join);
    if (flow >= 0) {
        json_set_str(token, "f", m->to->flows[flow].id);
        return;
    }
    struct diag d = { 0 };
    str name = called(join);
    diag_set(&d, ERR_INVALID,
        "已沿顺序流 %2$.*1$s 到达“%4$.*3$s”,新版本没有这条顺序流:请写明它对应哪一条",
        "something has come to \"%4$.*3$s\" by the flow %2$.*1$s, which the new version does not have: "
        "say which flow it becomes",
        (int)old.bytes, old.data, (int)name.bytes, name.data);
    keep(m, old, &d);
}

static void map_token(struct migration *m, json_t *token)
{
    str old = json_str(token, "n"), new = mapped(m, old);
    const struct bpmn_node *node = bpmn_node_by_id(m->to, new);
    if (!node) {
        lacks(m, old, new);
        return;
    }
    json_set_str(token, "n", new);
    map_flow(m, token, node);
}

/* Timers and records of what the new version no longer has are left out. */
static void map_rest(struct migration *m, json_t *root, const char *key)
{
    json_t *list = json_object_get(root, key);
    for (size_t n = json_array_size(list); n-- > 0;) {
        json_t *o = json_array_get(list, n);
        str new = mapped(m, json_str(o, "n"));
        if (bpmn_node_by_id(m->to, new)) {
            json_set_str(o, "n", new);
            continue;
        }
        if (json_object_get(o, "k")) { /* a timer */
            struct run say = { .turn = m->turn };
            struct bpmn_effect *e = effect(&say, BPMN_TIMER_CANCELLED, NULL);
            e->node = bpmn_node_by_id(m->from, json_str(o, "n"));
            e->token = json_int(o, "t", 0);
            e->timer = json_int(o, "i", 0);
        }
        json_array_remove(list, n);
    }
}

/* ── places ────────────────────────────────────────────────────────────────────────────────── */

static void check_places(struct migration *m, const struct bpmn_instance *i)
{
    for (size_t n = 0; n < i->token_count; n++) {
        const struct token *t = &i->tokens[n];
        const struct bpmn_node *now = &m->to->nodes[t->node], *old = was(m, now);
        struct diag said = { 0 }, d = { 0 };
        str name = called(now);
        bool loops = t->state != TOKEN_LOOP || !old || now->plan->loop.kind == old->plan->loop.kind;
        if (instance_check_token(i, n, &said) == OK && loops)
            continue;
        if (old && old->kind != now->kind)
            diag_set(&d, ERR_INVALID,
                "“%2$.*1$s”在新版本中从%3$s%4$.0s改成了%5$s%6$.0s,停在这里的无法继续:请对应到别的节点",
                "\"%2$.*1$s\" was %3$.0sa %4$s and is %5$.0sa %6$s now; what waits there cannot go on: "
                "map it to another node",
                (int)name.bytes, name.data, bpmn_kind_zh(old->kind), bpmn_kind_en(old->kind),
                bpmn_kind_zh(now->kind), bpmn_kind_en(now->kind));
        else if (!loops || t->state == TOKEN_LOOP)
            diag_set(&d, ERR_INVALID, "“%2$.*1$s”的多实例方式在新版本中变了,正在会签的无法继续",
                "\"%2$.*1$s\" is repeated in another way in the new version; what is under way cannot "
                "go on",
                (int)name.bytes, name.data);
        else
            diag_set(&d, ERR_INVALID,
                "“%2$.*1$s”在新版本中换了所在的子流程,或不再能停在那里:请对应到别的节点",
                "\"%2$.*1$s\" stands in another sub-process in the new version, or nothing can wait "
                "there: map it to another node",
                (int)name.bytes, name.data);
        keep(m, old ? old->id : now->id, &d);
    }
}

/* Which conditions held is noted by the place of the event among its like; places may have moved.
 */
static void move_heard(const struct migration *m, struct token *t)
{
    const struct bpmn_node *old = was(m, &m->to->nodes[t->node]);
    if (!t->heard || !old || bpmn_is_event(old->kind))
        return;
    const struct bpmn_plan *now = &m->to->plans[t->node];
    uint64_t heard = 0;
    for (int k = 0; k < 2; k++) {
        const struct bpmn_indexes *a = k ? &old->plan->event_subs : &old->plan->boundary;
        const struct bpmn_indexes *b = k ? &now->event_subs : &now->boundary;
        for (int x = 0; x < a->count; x++)
            for (int y = 0; y < b->count; y++)
                if (t->heard >> (32 * k + x) & 1
                    && was(m, &m->to->nodes[b->items[y]]) == &m->from->nodes[a->items[x]])
                    heard |= (uint64_t)1 << (32 * k + y);
    }
    t->heard = heard;
}

/* ── the turn ──────────────────────────────────────────────────────────────────────────────── */

static void drop_timers(struct run *r)
{
    for (size_t n = r->i->timer_count; n-- > 0;) {
        struct diag d = { 0 };
        if (instance_check_timer(r->i, &r->i->timers[n], &d) != OK)
            timer_drop(r, r->i->timers[n].id, true);
    }
}

static bool is_new(const struct migration *m, const struct token *t, struct subscription s)
{
    const struct bpmn_node *holder = &m->to->nodes[s.node], *old = was(m, holder);
    const struct bpmn_node *place = was(m, &m->to->nodes[t->node]);
    if (!old || !place || s.event >= old->plan->event_count
        || old->plan->events[s.event].kind != EVENT_TIMER)
        return true;
    if (s.source == SOURCE_BOUNDARY)
        return old->plan->attached != place->index;
    return s.source == SOURCE_EVENT_SUB && m->from->nodes[old->scope].scope != place->index;
}

static void set_new_timers(struct run *r, const struct migration *m)
{
    struct subscription list[256];
    for (size_t n = 0; n < r->i->token_count && r->err == OK; n++) {
        int64_t id = r->i->tokens[n].id;
        size_t count = subscriptions_of(r->i, &r->i->tokens[n], list, 256);
        for (size_t k = 0; k < count && r->err == OK; k++)
            if (subscription_event(r, list[k])->kind == EVENT_TIMER
                && is_new(m, token_find(r->i, id), list[k]))
                timer_start(r, list[k]);
    }
}

static enum err take_over(struct migration *m, struct bpmn_instance *i, struct bpmn_instance **out)
{
    struct run r;
    for (size_t n = 0; n < i->token_count; n++)
        move_heard(m, &i->tokens[n]);
    run_begin(&r, m->turn, i);
    if (!i->ended) {
        drop_timers(&r);
        set_new_timers(&r, m);
        gateway_look_again(&r);
    }
    TRY(run_end(&r));
    TRY(bpmn_instance_check(i, m->turn->diag));
    *out = i;
    return OK;
}

static enum err conflict(struct migration *m)
{
    if (m->turn->diag)
        *m->turn->diag = m->first;
    return m->first.err;
}

enum err bpmn_migrate(struct bpmn_turn *turn, struct arena *home, const struct bpmn_model *from,
    const struct bpmn_model *to, str state, const struct bpmn_mapping *mapping,
    size_t mapping_count, struct bpmn_instance **out, struct diag_list *conflicts)
{
    struct migration m = { turn, from, to, mapping, mapping_count, conflicts, { 0 } };
    struct bpmn_instance *i = NULL;
    json_t *root, *token;
    size_t index, effects = turn->effect_count;
    TRY(bpmn_restore(home, from, state, &i, turn->diag)); /* is it one of the old version at all */
    TRY(json_parse(turn->arena, state, &root, turn->diag));
    json_array_foreach(json_object_get(root, "tokens"), index, token) map_token(&m, token);
    map_rest(&m, root, "timers");
    map_rest(&m, root, "records");
    enum err err = m.first.err ? conflict(&m) : instance_read(home, to, root, &i, turn->diag);
    if (err == OK) {
        check_places(&m, i);
        err = m.first.err ? conflict(&m) : take_over(&m, i, out);
    }
    if (err)
        turn->effect_count = effects;
    return err;
}
