/* The arrays of an instance: tokens, timers, records; and the effects of a turn. See run.h. */
#include "bpmn/run.h"

#include <string.h>

/* Makes room for one more in an array of the instance; NULL when memory is short. */
static void *room(struct run *r, void *items, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity)
        return items;
    size_t more = *capacity ? *capacity * 2 : 4;
    void *grown = arena_grow(r->i->home, items, count * bytes, more * bytes);
    if (!grown) {
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
        return NULL;
    }
    *capacity = more;
    return grown;
}

struct token *token_search(const struct bpmn_instance *i, int64_t id)
{
    size_t low = 0, high = i->token_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (i->tokens[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    struct token *t = low < i->token_count ? &i->tokens[low] : NULL;
    return t && t->id == id && t->state != TOKEN_DEAD ? t : NULL;
}

struct token *token_new(struct run *r, int64_t parent, int node, enum token_state state)
{
    struct bpmn_instance *i = r->i;
    if (i->token_count >= BPMN_TOKENS_MAX)
        instance_compact(i);
    if (i->token_count >= BPMN_TOKENS_MAX)
        run_fail(r, ERR_LIMIT, "同时在办的步骤超过 %d 个", "more than %d tokens at once",
            BPMN_TOKENS_MAX);
    struct token *grown = r->err ? NULL
        : room(r, i->tokens, i->token_count, &i->token_capacity, sizeof *i->tokens);
    if (!grown)
        return &r->spare_token; /* so that callers need not ask each time */
    i->tokens = grown;
    struct token *t = &i->tokens[i->token_count++];
    *t = (struct token){ .id = i->next_id++, .parent = parent, .node = node, .via = -1,
        .state = state, .index = -1 };
    return t;
}

static int64_t *queue_room(struct run *r, int64_t *items, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return items;
    size_t more = *capacity ? *capacity * 2 : 32;
    int64_t *grown = arena_grow(r->turn->arena, items, count * sizeof *items, more * sizeof *items);
    if (grown)
        *capacity = more;
    else
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
    return grown;
}

void token_queue(struct run *r, int64_t id, enum token_phase phase)
{
    struct token *t = token_find(r->i, id);
    int64_t *grown = queue_room(r, r->queue, r->queue_count, &r->queue_capacity);
    if (!t || !grown)
        return;
    t->state = TOKEN_READY;
    t->phase = phase;
    r->queue = grown;
    r->queue[r->queue_count++] = id;
}

void token_ready(struct run *r, int64_t parent, int node, int via, enum token_phase phase)
{
    struct token *t = token_new(r, parent, node, TOKEN_READY);
    t->via = via;
    if (r->err == OK)
        token_queue(r, t->id, phase);
}

bool token_has_children(const struct bpmn_instance *i, int64_t id)
{
    for (size_t n = i->token_count; n-- > 0 && i->tokens[n].id > id;)
        if (i->tokens[n].parent == id && i->tokens[n].state != TOKEN_DEAD)
            return true;
    return false;
}

void timer_drop(struct run *r, int64_t id, bool say)
{
    struct bpmn_instance *i = r->i;
    for (size_t n = 0; n < i->timer_count; n++)
        if (i->timers[n].id == id) {
            if (say) {
                struct bpmn_effect *e = effect(r, BPMN_TIMER_CANCELLED, NULL);
                e->node = &i->model->nodes[i->timers[n].sub.node];
                e->token = i->timers[n].sub.token;
                e->timer = id;
            }
            memmove(&i->timers[n], &i->timers[n + 1],
                (i->timer_count - n - 1) * sizeof *i->timers);
            i->timer_count--;
            return;
        }
}

static void drop_timers_of(struct run *r, int64_t token)
{
    for (size_t n = r->i->timer_count; n-- > 0;)
        if (r->i->timers[n].sub.token == token)
            timer_drop(r, r->i->timers[n].id, true);
}

struct timer *timer_new(struct run *r)
{
    struct bpmn_instance *i = r->i;
    struct timer *grown = room(r, i->timers, i->timer_count, &i->timer_capacity, sizeof *i->timers);
    if (!grown)
        return NULL;
    i->timers = grown;
    i->timers[i->timer_count] = (struct timer){ .id = i->next_id++ };
    return &i->timers[i->timer_count++];
}

void record_add(struct run *r, struct record record)
{
    struct bpmn_instance *i = r->i;
    if (i->record_count >= BPMN_TOKENS_MAX) {
        run_fail(r, ERR_LIMIT, "可补偿的步骤超过 %d 个", "more than %d steps that could be compensated",
            BPMN_TOKENS_MAX);
        return;
    }
    struct record *grown =
        room(r, i->records, i->record_count, &i->record_capacity, sizeof *i->records);
    if (!grown)
        return;
    i->records = grown;
    i->records[i->record_count++] = record;
}

/* What was done within a scope that is gone for good can no longer be undone. */
void records_drop(struct run *r, int64_t scope)
{
    struct bpmn_instance *i = r->i;
    for (size_t n = i->record_count; n-- > 0;) {
        if (n >= i->record_count || i->records[n].scope != scope)
            continue;
        int64_t within = i->records[n].token;
        memmove(&i->records[n], &i->records[n + 1], (i->record_count - n - 1) * sizeof *i->records);
        i->record_count--;
        records_drop(r, within);
    }
}

void token_kill(struct run *r, int64_t id)
{
    struct token *t = token_find(r->i, id);
    if (!t)
        return;
    drop_timers_of(r, id);
    t = token_find(r->i, id);
    t->state = TOKEN_DEAD;
    t->vars = NULL;
}

void token_cancel_children(struct run *r, int64_t id, int64_t but)
{
    for (size_t n = 0; n < r->i->token_count; n++)
        if (r->i->tokens[n].parent == id && r->i->tokens[n].state != TOKEN_DEAD
            && r->i->tokens[n].id != but)
            token_cancel(r, r->i->tokens[n].id);
}

void token_cancel(struct run *r, int64_t id)
{
    struct token *t = token_find(r->i, id);
    if (!t)
        return;
    token_cancel_children(r, id, 0);
    t = token_find(r->i, id);
    if (t->state == TOKEN_TASK)
        effect(r, BPMN_TASK_CANCELLED, t);
    records_drop(r, id);
    token_kill(r, id);
}

void instance_compact(struct bpmn_instance *i)
{
    size_t kept = 0;
    for (size_t n = 0; n < i->token_count; n++)
        if (i->tokens[n].state != TOKEN_DEAD)
            i->tokens[kept++] = i->tokens[n];
    i->token_count = kept;
}

struct bpmn_effect *effect(struct run *r, enum bpmn_effect_kind kind, const struct token *t)
{
    struct bpmn_turn *turn = r->turn;
    if (turn->effect_count == turn->effect_capacity) {
        size_t more = turn->effect_capacity ? turn->effect_capacity * 2 : 16;
        struct bpmn_effect *grown = arena_grow(turn->arena, turn->effects,
            turn->effect_count * sizeof *grown, more * sizeof *grown);
        if (!grown) {
            run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
            return &r->spare_effect;
        }
        turn->effects = grown;
        turn->effect_capacity = more;
    }
    struct bpmn_effect *e = &turn->effects[turn->effect_count++];
    *e = (struct bpmn_effect){ .kind = kind, .node = t ? &r->i->model->nodes[t->node] : NULL,
        .token = t ? t->id : 0 };
    return e;
}
