/*
 * One turn: from what came in until every token waits again. See run.h for the shape of it.
 *
 *     begin ─▶ conditions ─▶ queue of READY tokens ─▶ throwers of signals ─▶ joins ─▶ end
 *                  ▲                │                        │               │
 *                  └────────────────┴────────────────────────┴───────────────┘  something woke
 *
 * Throwers of signals go after everybody else so that those who listen are already listening:
 * parallel branches have no order of their own, and this one loses no signal.
 */
#include "bpmn/run.h"

#include <string.h>

void bpmn_turn_init(struct bpmn_turn *t, const struct bpmn_host *host, struct arena *a,
    struct diag *d)
{
    *t = (struct bpmn_turn){ .host = host, .arena = a, .diag = d };
}

void run_fail(struct run *r, enum err err, const char *zh, const char *en, ...)
{
    if (r->err)
        return;
    r->err = err;
    struct diag other = { 0 };
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    str left = str_vprintf(r->turn->arena, zh, args);
    str right = str_vprintf(r->turn->arena, en, again);
    va_end(again);
    va_end(args);
    if (!r->turn->diag)
        return;
    diag_set(r->turn->diag, err, "%.*s", "%.*s", STR_ARGS(left));
    diag_set(&other, err, "%.*s", "%.*s", STR_ARGS(right));
    memcpy(r->turn->diag->en, other.en, sizeof other.en);
}

/* ── keeping and putting back ──────────────────────────────────────────────────────────────── */

static void *copy(struct run *r, const void *items, size_t count, size_t bytes)
{
    if (!count)
        return NULL;
    void *out = arena_alloc_array(r->turn->arena, count, bytes);
    if (!out)
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
    else
        memcpy(out, items, count * bytes);
    return out;
}

void run_begin(struct run *r, struct bpmn_turn *t, struct bpmn_instance *i)
{
    *r = (struct run){ .turn = t, .i = i, .before = *i, .effects_before = t->effect_count,
        .dirty = true, .queue_capacity = 16 };
    r->queue = r->queue_room;
    r->before.tokens = copy(r, i->tokens, i->token_count, sizeof *i->tokens);
    r->before.timers = copy(r, i->timers, i->timer_count, sizeof *i->timers);
    r->before.records = copy(r, i->records, i->record_count, sizeof *i->records);
}

/* The arrays of the instance only grow, so what was fits. */
static void put_back(struct run *r)
{
    struct bpmn_instance *i = r->i, *b = &r->before;
    if (b->tokens && b->token_count)
        memcpy(i->tokens, b->tokens, b->token_count * sizeof *i->tokens);
    if (b->timers && b->timer_count)
        memcpy(i->timers, b->timers, b->timer_count * sizeof *i->timers);
    if (b->records && b->record_count)
        memcpy(i->records, b->records, b->record_count * sizeof *i->records);
    i->token_count = b->token_count;
    i->timer_count = b->timer_count;
    i->record_count = b->record_count;
    i->next_id = b->next_id;
    i->ended = b->ended;
    r->turn->effect_count = r->effects_before;
}

/* ── stepping ──────────────────────────────────────────────────────────────────────────────── */

/* The nodes entered last, each once: in an endless loop they are the loop. */
static str recent_names(struct run *r)
{
    struct buf b;
    buf_init(&b, r->turn->arena, 2048);
    for (int n = 0; n < 16; n++) {
        bool again = (size_t)n >= r->steps;
        for (int k = 0; k < n; k++)
            again = again || r->recent[k] == r->recent[n];
        if (again)
            continue;
        const struct bpmn_node *node = &r->i->model->nodes[r->recent[n]];
        if (b.bytes)
            buf_add(&b, STR(", "));
        buf_add(&b, node->name.bytes ? node->name : node->id);
    }
    return buf_str(&b);
}

static bool count_step(struct run *r, int node)
{
    r->recent[r->steps % 16] = node;
    if (++r->steps <= BPMN_STEPS_MAX)
        return true;
    str names = recent_names(r);
    run_fail(r, ERR_LIMIT_STEPS,
        "一次推进超过 %1$d 步,流程可能在这些自动节点间无限循环:%3$.*2$s",
        "over %1$d steps in one turn; the procedure seems to loop without end through: %3$.*2$s",
        BPMN_STEPS_MAX, (int)names.bytes, names.data);
    return false;
}

static void enter(struct run *r, struct token *t)
{
    enum bpmn_kind kind = node_of(r, t)->kind;
    int64_t id = t->id;
    if (!count_step(r, t->node))
        return;
    struct bpmn_effect *entered = effect(r, BPMN_ENTERED, t);
    if (t->via >= 0)
        entered->text = r->i->model->flows[t->via].id;
    if (bpmn_is_activity(kind))
        activity_enter(r, id);
    else if (bpmn_is_gateway(kind))
        gateway_enter(r, id);
    else if (kind == BPMN_CATCH_EVENT)
        event_catch_enter(r, id);
    else if (kind == BPMN_THROW_EVENT || kind == BPMN_END_EVENT)
        event_throw_enter(r, id);
    else
        flows_take(r, id); /* start and boundary events: they have happened */
}

static void make_late(struct run *r, int64_t id)
{
    if (r->late_count == r->late_capacity) {
        size_t more = r->late_capacity ? r->late_capacity * 2 : 8;
        int64_t *grown = arena_grow(r->turn->arena, r->late, r->late_count * sizeof *grown,
            more * sizeof *grown);
        if (!grown) {
            run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
            return;
        }
        r->late = grown;
        r->late_capacity = more;
    }
    r->late[r->late_count++] = id;
}

static void step(struct run *r, int64_t id, bool late)
{
    struct token *t = token_find(r->i, id);
    if (!t || t->state != TOKEN_READY)
        return;
    switch (t->phase) {
    case PHASE_ENTER:
        if (!late && event_goes_late(r, t))
            make_late(r, id);
        else
            enter(r, t);
        break;
    case PHASE_PERFORM:
        if (count_step(r, t->node))
            activity_perform(r, id);
        break;
    case PHASE_LEAVE:
        flows_take(r, id);
        break;
    }
}

static void work(struct run *r)
{
    while (r->err == OK) {
        /* A condition fires as soon as it holds, before anything else moves on. */
        if (r->dirty && event_check_conditions(r))
            continue;
        if (r->queue_from < r->queue_count) {
            step(r, r->queue[r->queue_from++], false);
            if (r->queue_from == r->queue_count)
                r->queue_from = r->queue_count = 0;
        } else if (r->late_count) {
            int64_t first = r->late[0];
            memmove(r->late, r->late + 1, --r->late_count * sizeof *r->late);
            step(r, first, true);
        } else if (!gateway_wake_joins(r)) {
            break;
        }
    }
}

enum err run_end(struct run *r)
{
    work(r);
    if (r->err == OK && r->vars_changed)
        vars_check_size(r);
    if (r->err == OK && (arena_failed(r->turn->arena) || arena_failed(r->i->home)))
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
    if (r->err)
        put_back(r);
    else
        instance_compact(r->i);
    return r->err;
}

void run_finish_instance(struct run *r, const struct token *at, const char *how)
{
    struct token last = at ? *at : (struct token){ .node = r->i->tokens[0].node, .id = 1 };
    token_cancel_children(r, 1, 0);
    for (size_t n = r->i->timer_count; n-- > 0;)
        timer_drop(r, r->i->timers[n].id, true);
    r->i->record_count = 0;
    r->i->ended = true;
    r->i->tokens[0].state = TOKEN_ENDED;
    r->queue_count = r->queue_from = r->late_count = 0;
    effect(r, BPMN_ENDED, &last)->text = str_from(how);
}

/* ── what comes in ─────────────────────────────────────────────────────────────────────────── */

static bool alive(struct run *r)
{
    if (r->i->ended)
        run_fail(r, ERR_NOT_ALLOWED, "流程已结束", "the procedure has ended");
    return r->err == OK;
}

/* A task, a receive task, or a catch event whose coming somebody else tells. */
static struct token *waiting_task(struct run *r, int64_t token)
{
    struct token *t = alive(r) ? token_find(r->i, token) : NULL;
    if (t && t->state == TOKEN_TASK)
        return t;
    run_fail(r, ERR_NOT_FOUND, "没有编号为 %lld 的待办任务", "no task %lld is waiting",
        (long long)token);
    return NULL;
}

enum err bpmn_complete(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token,
    const json_t *vars)
{
    struct run r;
    run_begin(&r, turn, i);
    if (waiting_task(&r, token)) {
        vars_set_json(&r, token, vars);
        effect(&r, BPMN_TASK_COMPLETED, token_find(i, token));
        activity_finish(&r, token);
    }
    return run_end(&r);
}

enum err bpmn_fail(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token, str code)
{
    struct run r;
    run_begin(&r, turn, i);
    if (waiting_task(&r, token))
        event_throw_error(&r, token, code);
    return run_end(&r);
}

enum err bpmn_timer(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t timer)
{
    struct run r;
    run_begin(&r, turn, i);
    if (alive(&r))
        timer_fire(&r, timer);
    return run_end(&r);
}

static enum err deliver(struct bpmn_turn *turn, struct bpmn_instance *i, enum bpmn_event_kind kind,
    str name, const json_t *vars, bool *taken)
{
    struct run r;
    bool heard = false;
    run_begin(&r, turn, i);
    if (alive(&r))
        heard = event_deliver(&r, kind, name, kind == EVENT_SIGNAL, vars);
    enum err err = run_end(&r);
    if (taken && err == OK)
        *taken = heard;
    return err;
}

enum err bpmn_message(struct bpmn_turn *turn, struct bpmn_instance *i, str name,
    const json_t *vars, bool *taken)
{
    return deliver(turn, i, EVENT_MESSAGE, name, vars, taken);
}

enum err bpmn_signal(struct bpmn_turn *turn, struct bpmn_instance *i, str name,
    const json_t *vars, bool *taken)
{
    return deliver(turn, i, EVENT_SIGNAL, name, vars, taken);
}

enum err bpmn_set(struct bpmn_turn *turn, struct bpmn_instance *i, const json_t *vars)
{
    struct run r;
    run_begin(&r, turn, i);
    if (alive(&r))
        vars_set_json(&r, 1, vars);
    return run_end(&r);
}

enum err bpmn_cancel(struct bpmn_turn *turn, struct bpmn_instance *i)
{
    struct run r;
    run_begin(&r, turn, i);
    if (alive(&r))
        run_finish_instance(&r, NULL, "cancelled");
    return run_end(&r);
}

/* ── starting ──────────────────────────────────────────────────────────────────────────────── */

static const struct bpmn_node *find_process(struct run *r, const struct bpmn_model *m, str process)
{
    const struct bpmn_node *p = bpmn_node_by_id(m, process);
    if (p && p->kind == BPMN_PROCESS && p->executable)
        return p;
    if (p && p->kind == BPMN_PROCESS)
        run_fail(r, ERR_INVALID, "流程“%.*s”未标为可执行(isExecutable)",
            "process \"%.*s\" is not marked as executable (isExecutable)", STR_ARGS(process));
    else
        run_fail(r, ERR_NOT_FOUND, "没有流程“%.*s”", "there is no process \"%.*s\"",
            STR_ARGS(process));
    return NULL;
}

/* Behind a parallel event-based gateway the first event begins the process, the others must come. */
static void await_others(struct run *r, const struct bpmn_node *first)
{
    const struct bpmn_model *m = r->i->model;
    const struct bpmn_indexes *in = &first->plan->incoming;
    int gateway = in->count == 1 ? m->flows[in->items[0]].source : -1;
    if (gateway < 0 || m->nodes[gateway].kind != BPMN_EVENT_GATEWAY
        || m->plans[gateway].exclusive_event)
        return;
    for (int k = 0; k < m->plans[gateway].outgoing.count; k++) {
        int flow = m->plans[gateway].outgoing.items[k];
        if (m->flows[flow].target != first->index)
            token_ready(r, 1, m->flows[flow].target, flow, PHASE_ENTER);
    }
}

static void start_at(struct run *r, const struct bpmn_node *process, str start_event)
{
    const struct bpmn_node *n = bpmn_node_by_id(r->i->model, start_event);
    if (!n || n->scope != process->index) {
        run_fail(r, ERR_NOT_FOUND, "流程中没有开始事件“%.*s”",
            "the process has no start event \"%.*s\"", STR_ARGS(start_event));
        return;
    }
    struct token *t = token_new(r, 1, n->index, TOKEN_READY);
    effect(r, BPMN_ENTERED, t);
    token_queue(r, t->id, PHASE_LEAVE);
    await_others(r, n);
}

enum err bpmn_start(struct bpmn_turn *turn, struct arena *home, const struct bpmn_model *m,
    str process, str start_event, const json_t *vars, struct bpmn_instance **out)
{
    struct run r;
    struct bpmn_instance *i = ARENA_NEW(home, struct bpmn_instance);
    if (!i)
        return diag_arena(turn->diag, home);
    *i = (struct bpmn_instance){ .home = home, .model = m, .next_id = 1 };
    run_begin(&r, turn, i);
    const struct bpmn_node *p = find_process(&r, m, process);
    if (p)
        token_new(&r, 0, p->index, TOKEN_SCOPE);
    if (!r.err) {
        vars_set_json(&r, 1, vars);
        event_listen(&r, 1);
        if (start_event.bytes)
            start_at(&r, p, start_event);
        else
            scope_open(&r, 1);
    }
    enum err err = run_end(&r);
    if (err == OK)
        *out = i;
    return err;
}

/* ── looking ───────────────────────────────────────────────────────────────────────────────── */

bool bpmn_ended(const struct bpmn_instance *i)
{
    return i->ended;
}

size_t bpmn_waiting_count(const struct bpmn_instance *i)
{
    return i->token_count ? i->token_count - 1 : 0;
}

struct bpmn_waiting bpmn_waiting_at(const struct bpmn_instance *i, size_t index)
{
    ASSERT(index + 1 < i->token_count);
    const struct token *t = &i->tokens[index + 1];
    return (struct bpmn_waiting){ .token = t->id, .parent = t->parent,
        .node = &i->model->nodes[t->node], .task = t->state == TOKEN_TASK };
}
