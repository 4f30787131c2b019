/*
 * Events. What a token listens for follows from where it stands:
 *
 *     at a catch event or receive task    that node's own definitions        SOURCE_CATCH
 *     at an event-based gateway           those of the nodes behind it       SOURCE_GATEWAY
 *     at an activity under way            those of its boundary events       SOURCE_BOUNDARY
 *     a scope that is open                those its event sub-processes      SOURCE_EVENT_SUB
 *                                         begin with
 *
 * Only timers have records besides (timer.c), since the world outside knows them by number.
 */
#include "bpmn/run.h"

enum { LISTENERS_MAX = 256 };

static int event_sub_start(const struct bpmn_model *m, int sub)
{
    const struct bpmn_plan *p = &m->plans[sub];
    for (int n = 0; n < p->children.count; n++)
        if (m->nodes[p->children.items[n]].kind == BPMN_START_EVENT)
            return p->children.items[n];
    return -1;
}

static bool same(struct subscription a, struct subscription b)
{
    return a.token == b.token && a.source == b.source && a.node == b.node && a.event == b.event;
}

struct listing {
    struct subscription *out;
    size_t count, capacity;
};

static void list_events(struct listing *l, const struct bpmn_model *m, int64_t token,
    enum source source, int node)
{
    for (int n = 0; node >= 0 && n < m->plans[node].event_count; n++)
        if (l->count < l->capacity)
            l->out[l->count++] = (struct subscription){ token, source, node, n };
}

static bool is_loop_child(const struct bpmn_instance *i, const struct token *t)
{
    const struct token *p = t->index >= 0 ? token_find(i, t->parent) : NULL;
    return p && p->node == t->node && p->state == TOKEN_LOOP;
}

size_t subscriptions_of(const struct bpmn_instance *i, const struct token *t,
    struct subscription *out, size_t capacity)
{
    const struct bpmn_model *m = i->model;
    const struct bpmn_plan *p = &m->plans[t->node];
    enum bpmn_kind kind = m->nodes[t->node].kind;
    struct listing l = { out, 0, capacity };
    if (t->state == TOKEN_EVENT && (kind == BPMN_CATCH_EVENT || kind == BPMN_RECEIVE_TASK))
        list_events(&l, m, t->id, SOURCE_CATCH, t->node);
    if (t->state == TOKEN_EVENT && kind == BPMN_EVENT_GATEWAY)
        for (int n = 0; n < p->outgoing.count; n++)
            list_events(&l, m, t->id, SOURCE_GATEWAY, m->flows[p->outgoing.items[n]].target);
    bool begun = t->state != TOKEN_ARRIVED && t->state != TOKEN_DEAD
        && !(t->state == TOKEN_READY && t->phase == PHASE_ENTER);
    if (bpmn_is_activity(kind) && begun && !is_loop_child(i, t))
        for (int n = 0; n < p->boundary.count; n++)
            list_events(&l, m, t->id, SOURCE_BOUNDARY, p->boundary.items[n]);
    if (bpmn_is_scope(kind) && t->state == TOKEN_SCOPE && !t->interrupted)
        for (int n = 0; n < p->event_subs.count; n++)
            list_events(&l, m, t->id, SOURCE_EVENT_SUB, event_sub_start(m, p->event_subs.items[n]));
    return l.count;
}

const struct bpmn_event *subscription_event(const struct run *r, struct subscription s)
{
    return &r->i->model->plans[s.node].events[s.event];
}

static bool hears_nothing(const struct bpmn_plan *p, enum bpmn_kind kind)
{
    return !p->event_count && !p->boundary.count && !p->event_subs.count && kind != BPMN_EVENT_GATEWAY;
}

/* Sets the timers of what the token listens for that have not been set yet. */
void event_listen(struct run *r, int64_t token)
{
    struct subscription list[LISTENERS_MAX];
    struct token *t = token_find(r->i, token);
    r->dirty = true;
    if (!t || hears_nothing(plan_of(r, t), node_of(r, t)->kind))
        return;
    size_t count = subscriptions_of(r->i, t, list, LISTENERS_MAX);
    for (size_t n = 0; n < count && r->err == OK; n++) {
        bool set = subscription_event(r, list[n])->kind != EVENT_TIMER;
        for (size_t k = 0; k < r->i->timer_count && !set; k++)
            set = same(r->i->timers[k].sub, list[n]);
        if (!set)
            timer_start(r, list[n]);
    }
}

/* ── firing ────────────────────────────────────────────────────────────────────────────────── */

static void pass(struct run *r, int64_t parent, int node)
{
    struct token *t = token_new(r, parent, node, TOKEN_READY);
    if (r->err)
        return;
    effect(r, BPMN_ENTERED, t);
    token_queue(r, t->id, PHASE_LEAVE);
}

static void fire_catch(struct run *r, struct subscription s)
{
    struct token *t = token_find(r->i, s.token);
    const struct bpmn_plan *p = plan_of(r, t);
    if (p->parallel_multiple && p->event_count > 1) {
        t->heard |= (uint64_t)1 << s.event;
        for (int n = 0; n < p->event_count; n++)
            if (!(t->heard >> n & 1))
                return;
    }
    for (size_t n = 0; n < r->i->timer_count; n++)
        if (same(r->i->timers[n].sub, s)) {
            /* A cycle that goes on: one token out for each time, this one stays. */
            int64_t parent = t->parent;
            for (int k = 0; k < p->outgoing.count; k++)
                token_ready(r, parent, r->i->model->flows[p->outgoing.items[k]].target,
                    p->outgoing.items[k], PHASE_ENTER);
            return;
        }
    if (node_of(r, t)->kind == BPMN_RECEIVE_TASK)
        activity_finish(r, s.token);
    else
        flows_take(r, s.token);
}

static void fire_gateway(struct run *r, struct subscription s)
{
    struct token *t = token_find(r->i, s.token);
    int64_t parent = t->parent;
    effect(r, BPMN_LEFT, t);
    token_kill(r, s.token);
    pass(r, parent, s.node);
}

/* Notes one event of a parallel multiple at the token that listens, under a name that no expression
 * sees; true when all have come, and then begins anew. */
static bool all_heard(struct run *r, struct subscription s)
{
    const struct bpmn_plan *p = &r->i->model->plans[s.node];
    int64_t heard = 0;
    if (!p->parallel_multiple || p->event_count < 2)
        return true;
    str name = str_concat(r->turn->arena, STR(" heard "), r->i->model->nodes[s.node].id);
    if (!feel_to_int64(vars_own(r->i, s.token, name), &heard))
        heard = 0;
    heard |= (int64_t)1 << s.event;
    bool all = heard == ((int64_t)1 << p->event_count) - 1;
    vars_set_local(r, s.token, name, feel_integer(all ? 0 : heard));
    return all;
}

static void fire_boundary(struct run *r, struct subscription s)
{
    struct token *t = token_find(r->i, s.token);
    const struct bpmn_plan *p = &r->i->model->plans[s.node];
    int64_t parent = t->parent;
    if (!all_heard(r, s))
        return;
    if (p->interrupting)
        token_cancel(r, s.token);
    pass(r, parent, s.node);
}

static void fire_event_sub(struct run *r, struct subscription s)
{
    int sub = r->i->model->nodes[s.node].scope;
    if (!all_heard(r, s))
        return;
    struct token *scope = token_find(r->i, s.token);
    if (r->i->model->plans[s.node].interrupting) {
        scope->interrupted = true;
        token_cancel_children(r, s.token, 0);
        for (size_t n = r->i->timer_count; n-- > 0;)
            if (r->i->timers[n].sub.token == s.token
                && r->i->timers[n].sub.source == SOURCE_EVENT_SUB)
                timer_drop(r, r->i->timers[n].id, true);
    }
    struct token *t = token_new(r, s.token, sub, TOKEN_SCOPE);
    int64_t id = t->id;
    if (r->err)
        return;
    effect(r, BPMN_ENTERED, t);
    event_listen(r, id);
    pass(r, id, s.node);
}

void event_fire(struct run *r, struct subscription s)
{
    if (r->err || !token_find(r->i, s.token))
        return;
    switch (s.source) {
    case SOURCE_CATCH:
        fire_catch(r, s);
        break;
    case SOURCE_GATEWAY:
        fire_gateway(r, s);
        break;
    case SOURCE_BOUNDARY:
        fire_boundary(r, s);
        break;
    case SOURCE_EVENT_SUB:
        fire_event_sub(r, s);
        break;
    }
}

/* ── messages, signals ─────────────────────────────────────────────────────────────────────── */

struct found {
    struct subscription *items;
    size_t count;
};

static struct found find_listeners(struct run *r, enum bpmn_event_kind kind, str name)
{
    struct subscription list[LISTENERS_MAX];
    struct found f = { 0 };
    size_t capacity = 0;
    for (size_t n = 0; n < r->i->token_count && r->err == OK; n++) {
        size_t count = subscriptions_of(r->i, &r->i->tokens[n], list, LISTENERS_MAX);
        for (size_t k = 0; k < count; k++) {
            const struct bpmn_event *e = subscription_event(r, list[k]);
            if (e->kind != kind || !str_equal(e->name, name))
                continue;
            if (f.count == capacity) {
                size_t more = capacity ? capacity * 2 : 8;
                struct subscription *grown = arena_grow(r->turn->arena, f.items,
                    f.count * sizeof *grown, more * sizeof *grown);
                if (!grown) {
                    run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
                    return (struct found){ 0 };
                }
                f.items = grown;
                capacity = more;
            }
            f.items[f.count++] = list[k];
        }
    }
    return f;
}

bool event_deliver(struct run *r, enum bpmn_event_kind kind, str name, bool all,
    const json_t *vars)
{
    struct found f = find_listeners(r, kind, name);
    size_t first = 0;
    /* Who has come to wait for it goes before who would hear it at any time: enum source's order. */
    for (size_t n = 1; n < f.count && !all; n++)
        if (f.items[n].source < f.items[first].source)
            first = n;
    if (f.count)
        vars_set_json(r, f.items[first].token, vars);
    for (size_t n = 0; n < f.count; n++)
        if (all || n == first)
            event_fire(r, f.items[n]);
    return f.count > 0;
}

/* ── errors, escalations: upwards ──────────────────────────────────────────────────────────── */

static bool catches(const struct bpmn_event *e, enum bpmn_event_kind kind, str code)
{
    return e->kind == kind && (!e->name.bytes || str_equal(e->name, code));
}

/* Looks at one token's boundary events or event sub-processes; a catcher that names the code goes
 * before one that catches all. */
static bool caught_at(struct run *r, const struct token *t, enum bpmn_event_kind kind, str code,
    enum source source, int not_sub)
{
    struct subscription list[LISTENERS_MAX], best;
    size_t count = subscriptions_of(r->i, t, list, LISTENERS_MAX);
    bool any = false;
    for (size_t n = 0; n < count; n++) {
        const struct bpmn_event *e = subscription_event(r, list[n]);
        if (list[n].source != source || !catches(e, kind, code)
            || (source == SOURCE_EVENT_SUB && r->i->model->nodes[list[n].node].scope == not_sub))
            continue;
        if (!any || e->name.bytes)
            best = list[n];
        any = true;
    }
    if (any)
        event_fire(r, best);
    return any;
}

/* Walks outwards from a token until somebody catches. */
static bool throw_upwards(struct run *r, int64_t from, enum bpmn_event_kind kind, str code)
{
    int came_from = -1;
    for (const struct token *t = token_find(r->i, from); t; t = token_find(r->i, t->parent)) {
        if (t->id != from && caught_at(r, t, kind, code, SOURCE_EVENT_SUB, came_from))
            return true;
        if (caught_at(r, t, kind, code, SOURCE_BOUNDARY, -1))
            return true;
        came_from = plan_of(r, t)->triggered ? t->node : -1;
    }
    return false;
}

void event_throw_error(struct run *r, int64_t from, str code)
{
    struct token *t = token_find(r->i, from);
    if (!t || throw_upwards(r, from, EVENT_ERROR, code) || r->err)
        return;
    effect(r, BPMN_ERROR_UNCAUGHT, t)->text = str_copy(r->turn->arena, code);
    run_finish_instance(r, t, "error");
}

/* What a multi-instance activity throws as its instances end (behavior None, One; table 10.29) goes
 * to its own boundary events and interrupts nothing: the other instances go on. */
void event_tell_boundary(struct run *r, int64_t token, const struct bpmn_event *e)
{
    struct subscription list[LISTENERS_MAX];
    struct token *t = token_find(r->i, token);
    int64_t parent = t->parent;
    size_t count = subscriptions_of(r->i, t, list, LISTENERS_MAX);
    for (size_t n = 0; n < count && r->err == OK; n++) {
        const struct bpmn_event *o = subscription_event(r, list[n]);
        if (list[n].source == SOURCE_BOUNDARY && o->kind == e->kind && str_equal(o->name, e->name))
            pass(r, parent, list[n].node);
    }
}

/* ── throwing ──────────────────────────────────────────────────────────────────────────────── */

static void terminate(struct run *r, int64_t from)
{
    struct token *t = token_find(r->i, from);
    int64_t scope = t->parent;
    if (scope == 1) {
        run_finish_instance(r, t, "terminated");
        return;
    }
    effect(r, BPMN_LEFT, t);
    token_cancel_children(r, scope, 0);
    scope_check(r, scope);
}

static void throw_message(struct run *r, int64_t from, const struct bpmn_event *e)
{
    struct arena *a = r->turn->arena;
    json_t *value = json_keep(a, json_object());
    if (value && e->correlation.program)
        json_object_set(
            value, "correlation", feel_to_json(a, expr_eval(r, from, &e->correlation)));
    if (value && e->payload.program)
        json_object_set(value, "payload", feel_to_json(a, expr_eval(r, from, &e->payload)));
    struct bpmn_effect *sent = effect(r, BPMN_MESSAGE_SENT, token_find(r->i, from));
    sent->text = e->name;
    sent->value = value;
}

void event_throw(struct run *r, int64_t from, const struct bpmn_event *e)
{
    struct token *t = token_find(r->i, from);
    if (!t || r->err)
        return;
    switch (e->kind) {
    case EVENT_MESSAGE:
        throw_message(r, from, e);
        break;
    case EVENT_SIGNAL:
        effect(r, BPMN_SIGNAL_SENT, t)->text = e->name;
        event_deliver(r, EVENT_SIGNAL, e->name, true, NULL);
        break;
    case EVENT_ERROR:
        event_throw_error(r, from, e->name);
        break;
    case EVENT_ESCALATION:
        if (!throw_upwards(r, from, EVENT_ESCALATION, e->name) && r->err == OK)
            effect(r, BPMN_ESCALATED, t)->text = e->name;
        break;
    case EVENT_CANCEL:
        transaction_cancel(r, from);
        break;
    case EVENT_COMPENSATION:
        compensate(r, from, e);
        break;
    case EVENT_TERMINATE:
        terminate(r, from);
        break;
    case EVENT_NONE:
    case EVENT_TIMER:
    case EVENT_CONDITIONAL:
    case EVENT_LINK:
    case EVENT_KIND_COUNT:
        break;
    }
}

/* After the handlers of a compensation are done, the thrower goes on; see compensate.c. */
void event_throw_enter(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    const struct bpmn_plan *p = plan_of(r, t);
    if (p->link >= 0) {
        int64_t parent = t->parent;
        effect(r, BPMN_LEFT, t);
        pass(r, parent, p->link);
        token_kill(r, token);
        return;
    }
    for (int n = 0; n < p->event_count && r->err == OK; n++)
        event_throw(r, token, &p->events[n]);
    t = token_find(r->i, token);
    if (t && t->state == TOKEN_READY)
        flows_take(r, token);
}

bool event_goes_late(const struct run *r, const struct token *t)
{
    enum bpmn_kind kind = node_of(r, t)->kind;
    return (kind == BPMN_END_EVENT || kind == BPMN_THROW_EVENT)
        && bpmn_event_of(plan_of(r, t), EVENT_SIGNAL);
}

void event_catch_enter(struct run *r, int64_t token)
{
    struct token *t = token_find(r->i, token);
    if (plan_of(r, t)->event_count == 0) {
        flows_take(r, token);
        return;
    }
    t->state = TOKEN_EVENT;
    event_listen(r, token);
}

/* ── conditions ────────────────────────────────────────────────────────────────────────────── */

/* One bit an event, so that a condition fires when it becomes true, not while it stays so. */
static int condition_bit(const struct run *r, struct subscription s)
{
    const struct token *t = token_find(r->i, s.token);
    const struct bpmn_plan *p = plan_of(r, t);
    if (s.source == SOURCE_BOUNDARY)
        for (int n = 0; n < p->boundary.count; n++)
            if (p->boundary.items[n] == s.node)
                return n;
    if (s.source == SOURCE_EVENT_SUB)
        for (int n = 0; n < p->event_subs.count; n++)
            if (p->event_subs.items[n] == r->i->model->nodes[s.node].scope)
                return 32 + n;
    return s.event;
}

static bool look_at_condition(struct run *r, struct subscription s)
{
    uint64_t bit = (uint64_t)1 << condition_bit(r, s);
    bool holds = expr_true(r, s.token, &subscription_event(r, s)->expr);
    struct token *t = token_find(r->i, s.token);
    bool held = t->heard & bit;
    if (holds == held || r->err)
        return false;
    if (!holds) {
        if (!plan_of(r, t)->parallel_multiple)
            t->heard &= ~bit;
        return false;
    }
    t->heard |= bit;
    event_fire(r, s);
    return true;
}

bool event_check_conditions(struct run *r)
{
    struct subscription list[LISTENERS_MAX];
    bool fired = false;
    if (!r->dirty || r->err)
        return false;
    r->dirty = false;
    if (!r->i->model->conditional)
        return false;
    for (size_t n = 0; n < r->i->token_count && r->err == OK; n++) {
        size_t count = subscriptions_of(r->i, &r->i->tokens[n], list, LISTENERS_MAX);
        for (size_t k = 0; k < count && r->err == OK; k++)
            if (subscription_event(r, list[k])->kind == EVENT_CONDITIONAL
                && token_find(r->i, list[k].token))
                fired = look_at_condition(r, list[k]) || fired;
    }
    return fired;
}
