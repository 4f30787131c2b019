/*
 * Signers: adding instances to a multi-instance activity that is under way, and taking them away.
 *
 *     sequential   the instances stand in a row by index. What is put before or after the one whose
 *                  turn it is goes into the row there; what stands behind moves on by one.
 *     parallel     all run at once. What is put before one runs now, and that one is withdrawn
 * until it is done; what is put after one runs when that one is done.
 *
 * The outer token keeps what the model does not say, under names that no expression sees:
 *
 *     " extra"   [index, {variables}, …]   what an added instance has of its own
 *     " chain"   [after, index, …]         parallel: who goes when that one is done
 */
#include "bpmn/run.h"

#define ITEMS STR(" items")
#define EXTRA STR(" extra")
#define CHAIN STR(" chain")

static struct token *loop_of(const struct bpmn_instance *i, int64_t token)
{
    struct token *t = token_find(i, token);
    if (t && t->state != TOKEN_LOOP && t->index >= 0)
        t = token_find(i, t->parent);
    return t && t->state == TOKEN_LOOP ? t : NULL;
}

static bool sequential(const struct bpmn_instance *i, const struct token *outer)
{
    return i->model->plans[outer->node].loop.kind == LOOP_SEQUENTIAL;
}

/* ── the two lists ─────────────────────────────────────────────────────────────────────────── */

/* A list of pairs: by its first member, an index. */
static size_t pair_count(feel_value list)
{
    return list.kind == FEEL_LIST ? list.list->count / 2 : 0;
}

static int pair_index(feel_value list, size_t n, int member)
{
    int64_t index = -1;
    feel_value v = list.list->items[2 * n + (size_t)member];
    return feel_to_int64(v, &index) && index >= 0 && index <= BPMN_TOKENS_MAX ? (int)index : -1;
}

static void put_list(struct run *r, int64_t outer, str name, const feel_value *items, size_t count)
{
    vars_set_local(r, outer, name, feel_list_of(r->turn->arena, items, count));
}

static feel_value *copy_list(struct run *r, feel_value list, size_t more, size_t *count)
{
    *count = list.kind == FEEL_LIST ? list.list->count : 0;
    feel_value *items = ARENA_ARRAY(r->turn->arena, feel_value, *count + more);
    if (!items)
        run_fail(r, ERR_MEMORY, "内存不足", "out of memory");
    for (size_t n = 0; items && n < *count; n++)
        items[n] = list.list->items[n];
    return items;
}

static void add_pair(struct run *r, int64_t outer, str name, int index, feel_value second)
{
    size_t count;
    feel_value *items = copy_list(r, vars_own(r->i, outer, name), 2, &count);
    if (!items)
        return;
    items[count] = feel_integer(index);
    items[count + 1] = second;
    put_list(r, outer, name, items, count + 2);
}

static void drop_pair(struct run *r, int64_t outer, str name, size_t n)
{
    size_t count;
    feel_value *items = copy_list(r, vars_own(r->i, outer, name), 0, &count);
    if (!items)
        return;
    for (size_t k = 2 * n; k + 2 < count; k++)
        items[k] = items[k + 2];
    put_list(r, outer, name, items, count - 2);
}

/* The pair whose member is this index; -1 when there is none. */
static ptrdiff_t find_pair(feel_value list, int member, int index)
{
    for (size_t n = 0; n < pair_count(list); n++)
        if (pair_index(list, n, member) == index)
            return (ptrdiff_t)n;
    return -1;
}

void signers_vars(struct run *r, int64_t outer, int64_t child, int index)
{
    feel_value extra = vars_own(r->i, outer, EXTRA);
    ptrdiff_t at = find_pair(extra, 0, index);
    feel_value own = at < 0 ? feel_null() : extra.list->items[2 * at + 1];
    for (size_t n = 0; own.kind == FEEL_CONTEXT && n < own.context->count; n++)
        vars_set_local(r, child, own.context->entries[n].name, own.context->entries[n].value);
}

int signers_follower(struct run *r, int64_t outer, int index)
{
    feel_value chain = vars_own(r->i, outer, CHAIN);
    ptrdiff_t at = find_pair(chain, 0, index);
    if (at < 0)
        return -1;
    int next = pair_index(chain, (size_t)at, 1);
    drop_pair(r, outer, CHAIN, (size_t)at);
    return next;
}

/* Makes room in the row of a sequential activity (by 1), or closes it (by -1). */
static void shift(struct run *r, int64_t outer, int from, int by)
{
    size_t count;
    feel_value list = vars_own(r->i, outer, ITEMS);
    feel_value *items = copy_list(r, list, 1, &count);
    if (items && by > 0 && (size_t)from < count) {
        for (size_t n = count; n > (size_t)from; n--)
            items[n] = items[n - 1];
        items[from] = feel_null();
        put_list(r, outer, ITEMS, items, count + 1);
    } else if (items && by < 0 && (size_t)from < count) {
        for (size_t n = (size_t)from; n + 1 < count; n++)
            items[n] = items[n + 1];
        put_list(r, outer, ITEMS, items, count - 1);
    }
    feel_value *extra = copy_list(r, vars_own(r->i, outer, EXTRA), 0, &count);
    size_t kept = 0;
    for (size_t n = 0; extra && n + 1 < count; n += 2) {
        int64_t index = 0;
        if (feel_to_int64(extra[n], &index) && by < 0 && index == from)
            continue;
        extra[kept] = index >= from ? feel_integer(index + by) : extra[n];
        extra[kept + 1] = extra[n + 1];
        kept += 2;
    }
    if (count)
        put_list(r, outer, EXTRA, extra, kept);
}

/* ── adding ────────────────────────────────────────────────────────────────────────────────── */

enum err bpmn_may_add_instance(
    const struct bpmn_instance *i, int64_t token, enum bpmn_place place, struct diag *d)
{
    const struct token *t = i->ended ? NULL : token_find(i, token), *outer = loop_of(i, token);
    if (i->ended)
        return diag_set(d, ERR_NOT_ALLOWED, "流程已结束", "the procedure has ended");
    if (!t)
        return diag_set(d, ERR_NOT_FOUND, "没有编号为 %lld 的在办环节", "nothing %lld is under way",
            (long long)token);
    if (!outer || i->model->plans[t->node].loop.kind == LOOP_STANDARD)
        return diag_set(d, ERR_NOT_ALLOWED,
            "这一步不是多实例,不能加签:请在流程图中设为多实例,或写明 junma:signers",
            "this step is not multi-instance, so nobody can be added: draw it as multi-instance or "
            "give it junma:signers");
    if (place != BPMN_BESIDE && t == outer)
        return diag_set(d, ERR_NOT_ALLOWED, "须指明加在谁之前或之后",
            "say before or after whom: give the token of one instance");
    if (outer->total >= BPMN_TOKENS_MAX)
        return diag_set(d, ERR_LIMIT, "多实例最多 %d 个", "at most %d instances", BPMN_TOKENS_MAX);
    return OK;
}

static feel_value own_variables(struct run *r, const json_t *vars)
{
    feel_value v = feel_context_of(r->turn->arena, NULL, 0);
    struct diag d = { 0 };
    if (vars && !json_is_object(vars))
        run_fail(r, ERR_INVALID, "变量须是一个 JSON 对象", "variables must be a JSON object");
    else if (vars && feel_from_json(r->turn->arena, vars, NULL, &v, &d) != OK)
        run_fail(r, d.err, "%s%.0s", "%.0s%s", d.zh, d.en);
    for (size_t n = 0; v.kind == FEEL_CONTEXT && n < v.context->count; n++)
        if (!v.context->entries[n].name.bytes || v.context->entries[n].name.data[0] == ' ')
            run_fail(r, ERR_INVALID, "变量名不能为空或以空格开头",
                "a variable's name must not be empty or begin with a blank");
    return v;
}

/* The one whose turn it is, waits until the added one is done; its number is not used again. */
static void set_aside(struct run *r, int64_t child)
{
    effect(r, BPMN_LEFT, token_find(r->i, child));
    token_cancel(r, child);
}

static int add_in_row(struct run *r, int64_t outer, int64_t child, enum bpmn_place place)
{
    struct token *t = token_find(r->i, outer), *c = child == outer ? NULL : token_find(r->i, child);
    int at = t->total;
    if (place != BPMN_BESIDE)
        at = c->index + (place == BPMN_AFTER);
    shift(r, outer, at, 1);
    if (place == BPMN_BEFORE)
        set_aside(r, child);
    return at;
}

static int add_at_once(struct run *r, int64_t outer, int64_t child, enum bpmn_place place)
{
    int at = token_find(r->i, outer)->total;
    if (place == BPMN_BESIDE)
        return at;
    int index = token_find(r->i, child)->index;
    if (place == BPMN_BEFORE) {
        add_pair(r, outer, CHAIN, at, feel_integer(index));
        set_aside(r, child);
        return at;
    }
    int next = signers_follower(r, outer, index);
    add_pair(r, outer, CHAIN, index, feel_integer(at));
    if (next >= 0)
        add_pair(r, outer, CHAIN, at, feel_integer(next));
    return at;
}

enum err bpmn_add_instance(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token,
    enum bpmn_place place, const json_t *vars)
{
    struct run r;
    TRY(bpmn_may_add_instance(i, token, place, turn->diag));
    run_begin(&r, turn, i);
    int64_t outer = loop_of(i, token)->id;
    bool row = sequential(i, token_find(i, outer));
    feel_value own = own_variables(&r, vars);
    if (r.err == OK) {
        int at = row ? add_in_row(&r, outer, token, place) : add_at_once(&r, outer, token, place);
        token_find(i, outer)->total++;
        add_pair(&r, outer, EXTRA, at, own);
        if (place == BPMN_BEFORE || (!row && place == BPMN_BESIDE))
            loop_begin_instance(&r, outer, at);
        loop_counters(&r, outer);
    }
    return run_end(&r);
}

/* ── taking away ───────────────────────────────────────────────────────────────────────────── */

/* Somebody is there besides this one, or somebody has already signed. */
static bool others_remain(const struct token *outer)
{
    return outer->total - outer->removed > 1;
}

enum err bpmn_may_remove_instance(const struct bpmn_instance *i, int64_t token, struct diag *d)
{
    const struct token *t = i->ended ? NULL : token_find(i, token), *outer = loop_of(i, token);
    if (i->ended)
        return diag_set(d, ERR_NOT_ALLOWED, "流程已结束", "the procedure has ended");
    if (!t || !outer || t == outer || i->model->plans[t->node].loop.kind == LOOP_STANDARD)
        return diag_set(d, ERR_NOT_FOUND, "%lld 不是多实例中的一个在办环节",
            "%lld is no instance of a multi-instance activity", (long long)token);
    if (!others_remain(outer))
        return diag_set(d, ERR_NOT_ALLOWED, "只剩这一个办理人,不能减签",
            "this is the only one left: it cannot be taken away");
    return OK;
}

enum err bpmn_remove_instance(struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token)
{
    struct run r;
    TRY(bpmn_may_remove_instance(i, token, turn->diag));
    run_begin(&r, turn, i);
    if (r.err)
        return run_end(&r); /* nothing to go back to, so nothing is touched */
    const struct token *t = token_find(i, token);
    int64_t outer = t->parent;
    int index = t->index;
    effect(&r, BPMN_LEFT, t);
    token_cancel(&r, token);
    token_find(i, outer)->removed++;
    loop_counters(&r, outer);
    loop_look(&r, outer, index);
    return run_end(&r);
}

enum err bpmn_remove_coming(
    struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token, int index)
{
    struct run r;
    const struct token *outer = loop_of(i, token);
    struct bpmn_signer list[1];
    if (!outer || !bpmn_signers(i, token, turn->arena, index, list, 1) || list[0].token)
        return diag_set(turn->diag, ERR_NOT_FOUND, "没有第 %d 个待轮到的办理人",
            "nobody is to come with number %d", index + 1);
    run_begin(&r, turn, i);
    if (r.err)
        return run_end(&r);
    int64_t id = outer->id;
    if (sequential(i, outer)) {
        shift(&r, id, index, -1);
        token_find(i, id)->total--;
    } else {
        int next = signers_follower(&r, id, index);
        ptrdiff_t at = find_pair(vars_own(i, id, CHAIN), 1, index);
        int after = at < 0 ? -1 : pair_index(vars_own(i, id, CHAIN), (size_t)at, 0);
        if (at >= 0)
            drop_pair(&r, id, CHAIN, (size_t)at);
        if (next >= 0 && after >= 0)
            add_pair(&r, id, CHAIN, after, feel_integer(next));
        token_find(i, id)->removed++;
    }
    loop_counters(&r, id);
    return run_end(&r);
}

/* ── looking ───────────────────────────────────────────────────────────────────────────────── */

static json_t *coming_variables(
    const struct bpmn_instance *i, const struct token *outer, int index, struct arena *a)
{
    json_t *object = json_keep(a, json_object());
    const struct bpmn_loop *l = &i->model->plans[outer->node].loop;
    feel_value items = vars_own(i, outer->id, ITEMS), extra = vars_own(i, outer->id, EXTRA);
    const char *item = str_terminated(a, l->item);
    if (!object || !item)
        return NULL;
    if (*item && items.kind == FEEL_LIST && (size_t)index < items.list->count)
        json_object_set(object, item, feel_to_json(a, items.list->items[index]));
    ptrdiff_t at = find_pair(extra, 0, index);
    json_t *own = at < 0 ? NULL : feel_to_json(a, extra.list->items[2 * at + 1]);
    if (own)
        json_object_update(object, own);
    return object;
}

size_t bpmn_signers(const struct bpmn_instance *i, int64_t token, struct arena *a, int only,
    struct bpmn_signer *out, size_t capacity)
{
    const struct token *outer = loop_of(i, token);
    if (!outer)
        return 0;
    feel_value chain = vars_own(i, outer->id, CHAIN);
    bool row = sequential(i, outer);
    size_t count = 0;
    int last = -1;
    for (size_t n = 0; n < i->token_count; n++) {
        const struct token *t = &i->tokens[n];
        if (t->parent != outer->id || t->state == TOKEN_DEAD)
            continue;
        last = t->index;
        if ((only < 0 || only == t->index) && count < capacity)
            out[count++] = (struct bpmn_signer){ t->index, -1, t->id, vars_json(i, t->id, a) };
    }
    for (int n = last + 1; row && n < outer->total; n++)
        if ((only < 0 || only == n) && count < capacity)
            out[count++] = (struct bpmn_signer){ n, n - 1, 0, coming_variables(i, outer, n, a) };
    for (size_t n = 0; !row && n < pair_count(chain); n++) {
        int index = pair_index(chain, n, 1);
        if (index >= 0 && (only < 0 || only == index) && count < capacity)
            out[count++] = (struct bpmn_signer){ index, pair_index(chain, n, 0), 0,
                coming_variables(i, outer, index, a) };
    }
    return count;
}

bool bpmn_loop_at(const struct bpmn_instance *i, int64_t token, struct bpmn_loop_state *out)
{
    const struct token *outer = loop_of(i, token);
    if (!outer || i->model->plans[outer->node].loop.kind == LOOP_STANDARD)
        return false;
    *out = (struct bpmn_loop_state){ .token = outer->id,
        .sequential = sequential(i, outer),
        .instances = outer->total - outer->removed,
        .completed = outer->done,
        .terminated = outer->removed };
    for (size_t n = 0; n < i->token_count; n++)
        out->active += i->tokens[n].parent == outer->id && i->tokens[n].state != TOKEN_DEAD;
    return true;
}
