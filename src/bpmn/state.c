/*
 * An instance as text and back.
 *
 *     {"v":1,"process":"P","next":9,
 *      "tokens":[{"i":1,"n":"P","s":"s","v":{"amount":3}},
 *                {"i":4,"p":1,"n":"Handle","s":"t"}],
 *      "timers":[{"i":5,"t":4,"k":2,"n":"Late","e":0,"r":0}],
 *      "records":[]}
 *
 * Nodes and flows by id, what has its usual value left out. Variables are JSON; what JSON cannot
 * say (dates, decimals, a context of one entry that looks like this) stands as
 * {"#feel": "its literal"}.
 */
#include "bpmn/run.h"

#include <string.h>

static const char letters[TOKEN_STATE_COUNT] = {
#define S(name, letter) letter,
#include "bpmn/states.def"
#undef S
};

/* ── values out ────────────────────────────────────────────────────────────────────────────── */

static void put_literal(struct buf *b, feel_value v)
{
    buf_add(b, STR("{\"#feel\":"));
    buf_add_json(b, feel_to_text(b->arena, v));
    buf_add_char(b, '}');
}

static void put_value(struct buf *b, feel_value v)
{
    int64_t n;
    switch ((enum feel_kind)v.kind) {
    case FEEL_NULL:
    case FEEL_FUNCTION:
        buf_add(b, STR("null"));
        break;
    case FEEL_BOOLEAN:
        buf_add(b, v.boolean ? STR("true") : STR("false"));
        break;
    case FEEL_NUMBER:
        if (v.scale == 0 && feel_to_int64(v, &n))
            buf_printf(b, "%lld", (long long)n);
        else
            put_literal(b, v);
        break;
    case FEEL_STRING:
        buf_add_json(b, v.text);
        break;
    case FEEL_LIST:
        buf_add_char(b, '[');
        for (size_t k = 0; k < v.list->count; k++) {
            if (k)
                buf_add_char(b, ',');
            put_value(b, v.list->items[k]);
        }
        buf_add_char(b, ']');
        break;
    case FEEL_CONTEXT:
        if (v.context->count == 1 && str_equal(v.context->entries[0].name, STR("#feel"))) {
            put_literal(b, v);
            break;
        }
        buf_add_char(b, '{');
        for (size_t k = 0; k < v.context->count; k++) {
            if (k)
                buf_add_char(b, ',');
            buf_add_json(b, v.context->entries[k].name);
            buf_add_char(b, ':');
            put_value(b, v.context->entries[k].value);
        }
        buf_add_char(b, '}');
        break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_TIME:
    case FEEL_YEARS_MONTHS:
    case FEEL_RANGE:
        put_literal(b, v);
        break;
    }
}

static void put_vars(struct buf *b, const struct feel_context *vars)
{
    if (!vars || !vars->count)
        return;
    buf_add(b, STR(",\"v\":"));
    feel_value v = { .kind = FEEL_CONTEXT, .context = vars };
    put_value(b, v);
}

static void put_number(struct buf *b, const char *key, int64_t value, int64_t usual)
{
    if (value != usual)
        buf_printf(b, ",\"%s\":%lld", key, (long long)value);
}

static void put_token(struct buf *b, const struct bpmn_model *m, const struct token *t)
{
    buf_printf(b, "{\"i\":%lld,\"n\":", (long long)t->id);
    buf_add_json(b, m->nodes[t->node].id);
    buf_printf(b, ",\"s\":\"%c\"", letters[t->state]);
    put_number(b, "p", t->parent, 0);
    if (t->via >= 0 && t->state == TOKEN_ARRIVED) {
        buf_add(b, STR(",\"f\":"));
        buf_add_json(b, m->flows[t->via].id);
    }
    put_number(b, "x", t->index, -1);
    put_number(b, "t", t->total, 0);
    put_number(b, "d", t->done, 0);
    put_number(b, "g", t->removed, 0);
    put_number(b, "h", (int64_t)t->heard, 0);
    put_number(b, "u", t->interrupted, 0);
    put_number(b, "w", t->waits, 0);
    put_number(b, "o", t->undoes, 0);
    put_vars(b, t->vars);
    buf_add_char(b, '}');
}

static void put_timer(struct buf *b, const struct bpmn_model *m, const struct timer *t)
{
    buf_printf(b, "{\"i\":%lld,\"t\":%lld,\"k\":%d,\"n\":", (long long)t->id,
        (long long)t->sub.token, (int)t->sub.source);
    buf_add_json(b, m->nodes[t->sub.node].id);
    put_number(b, "e", t->sub.event, 0);
    put_number(b, "r", t->remaining, 0);
    if (t->interval.bytes) {
        buf_add(b, STR(",\"d\":"));
        buf_add_json(b, t->interval);
    }
    buf_add_char(b, '}');
}

static void put_record(struct buf *b, const struct bpmn_model *m, const struct record *r)
{
    buf_printf(b, "{\"c\":%lld,\"t\":%lld,\"n\":", (long long)r->scope, (long long)r->token);
    buf_add_json(b, m->nodes[r->node].id);
    put_vars(b, r->vars);
    buf_add_char(b, '}');
}

enum err bpmn_save(const struct bpmn_instance *i, struct arena *a, str *out, struct diag *d)
{
    struct buf b;
    buf_init(&b, a, BPMN_STATE_BYTES_MAX);
    buf_add(&b, STR("{\"v\":1,\"process\":"));
    buf_add_json(&b, i->model->nodes[i->tokens[0].node].id);
    buf_printf(&b, ",\"next\":%lld,\"tokens\":[", (long long)i->next_id);
    for (size_t n = 0; n < i->token_count; n++) {
        if (n)
            buf_add_char(&b, ',');
        put_token(&b, i->model, &i->tokens[n]);
    }
    buf_add(&b, STR("],\"timers\":["));
    for (size_t n = 0; n < i->timer_count; n++) {
        if (n)
            buf_add_char(&b, ',');
        put_timer(&b, i->model, &i->timers[n]);
    }
    buf_add(&b, STR("],\"records\":["));
    for (size_t n = 0; n < i->record_count; n++) {
        if (n)
            buf_add_char(&b, ',');
        put_record(&b, i->model, &i->records[n]);
    }
    buf_add(&b, STR("]}"));
    if (arena_failed(a))
        return diag_arena(d, a);
    if (buf_failed(&b))
        return diag_set(d, ERR_TOO_LARGE, "流程状态超过 %d 字节", "the state is over %d bytes",
            BPMN_STATE_BYTES_MAX);
    *out = buf_str(&b);
    return OK;
}

/* ── values in ─────────────────────────────────────────────────────────────────────────────── */

struct loader {
    struct bpmn_instance *i;
    struct diag *d;
};

static enum err bad(struct loader *l, const char *what)
{
    return diag_set(l->d, ERR_INVALID, "流程状态有误:%s", "the saved state is wrong: %s", what);
}

static enum err literal_value(struct loader *l, const json_t *text, feel_value *out)
{
    struct feel_program *p;
    if (!json_is_string(text))
        return bad(l, "#feel");
    str source = { json_string_value(text), json_string_length(text) };
    TRY(feel_compile(l->i->home, source, NULL, &p, l->d));
    return feel_eval(p, NULL, NULL, l->i->home, out, l->d);
}

static enum err get_value(struct loader *l, const json_t *v, feel_value *out);

static enum err context_value(struct loader *l, const json_t *object, feel_value *out)
{
    struct arena *a = l->i->home;
    size_t count = json_object_size(object), n = 0;
    struct feel_entry *entries = ARENA_ARRAY(a, struct feel_entry, count);
    const char *key;
    json_t *value;
    if (!entries)
        return diag_arena(l->d, a);
    json_object_foreach((json_t *)object, key, value) {
        entries[n].name = str_copy(a, str_from(key));
        TRY(get_value(l, value, &entries[n++].value));
    }
    *out = feel_context_of(a, entries, count);
    return diag_arena(l->d, a);
}

static enum err list_value(struct loader *l, const json_t *array, feel_value *out)
{
    struct arena *a = l->i->home;
    size_t count = json_array_size(array);
    feel_value *items = ARENA_ARRAY(a, feel_value, count);
    if (!items)
        return diag_arena(l->d, a);
    for (size_t n = 0; n < count; n++)
        TRY(get_value(l, json_array_get(array, n), &items[n]));
    *out = feel_list_of(a, items, count);
    return diag_arena(l->d, a);
}

static enum err get_value(struct loader *l, const json_t *v, feel_value *out)
{
    const json_t *literal = json_is_object(v) && json_object_size(v) == 1
        ? json_object_get(v, "#feel") : NULL;
    if (literal)
        return literal_value(l, literal, out);
    if (json_is_object(v))
        return context_value(l, v, out);
    if (json_is_array(v))
        return list_value(l, v, out);
    if (json_is_real(v))
        return bad(l, "number");
    TRY(feel_from_json(l->i->home, v, NULL, out, l->d));
    *out = feel_copy(l->i->home, *out);
    return diag_arena(l->d, l->i->home);
}

static enum err get_vars(struct loader *l, const json_t *object, const struct feel_context **out)
{
    const json_t *vars = json_object_get(object, "v");
    feel_value v;
    if (!vars)
        return OK;
    if (!json_is_object(vars))
        return bad(l, "v");
    TRY(context_value(l, vars, &v));
    *out = v.context;
    return OK;
}

/* ── the arrays in ─────────────────────────────────────────────────────────────────────────── */

static enum err get_node(struct loader *l, const json_t *object, int *out)
{
    str id = json_str(object, "n");
    const struct bpmn_node *n = bpmn_node_by_id(l->i->model, id);
    if (!n)
        return diag_set(l->d, ERR_INVALID, "流程状态中的节点“%.*s”不在这份流程图中",
            "the saved state is at node \"%.*s\", which this model does not have", STR_ARGS(id));
    *out = n->index;
    return OK;
}

static int flow_by_id(const struct bpmn_model *m, str id)
{
    for (size_t n = 0; n < m->flow_count; n++)
        if (str_equal(m->flows[n].id, id))
            return (int)n;
    return -1;
}

static enum err get_token(struct loader *l, const json_t *o, struct token *t)
{
    str state = json_str(o, "s"), flow = json_str(o, "f");
    *t = (struct token){ .id = json_int(o, "i", 0), .parent = json_int(o, "p", 0), .via = -1,
        .index = (int)json_int(o, "x", -1), .total = (int)json_int(o, "t", 0),
        .done = (int)json_int(o, "d", 0), .removed = (int)json_int(o, "g", 0),
        .heard = (uint64_t)json_int(o, "h", 0),
        .interrupted = json_int(o, "u", 0) != 0, .waits = json_int(o, "w", 0),
        .undoes = json_int(o, "o", 0) };
    TRY(get_node(l, o, &t->node));
    t->state = TOKEN_STATE_COUNT;
    for (int s = TOKEN_DEAD; s < TOKEN_STATE_COUNT && state.bytes == 1; s++)
        if (letters[s] == state.data[0])
            t->state = (enum token_state)s;
    if (t->state == TOKEN_STATE_COUNT)
        return bad(l, "s");
    if (flow.bytes) {
        t->via = flow_by_id(l->i->model, flow);
        if (t->via < 0)
            return diag_set(l->d, ERR_INVALID, "流程状态中的顺序流“%.*s”不在这份流程图中",
                "the saved state names flow \"%.*s\", which this model does not have",
                STR_ARGS(flow));
    }
    return get_vars(l, o, &t->vars);
}

static enum err get_timer(struct loader *l, const json_t *o, struct timer *t)
{
    int64_t source = json_int(o, "k", 0);
    *t = (struct timer){ .id = json_int(o, "i", 0), .remaining = json_int(o, "r", 0),
        .interval = str_copy(l->i->home, json_str(o, "d")) };
    t->sub.token = json_int(o, "t", 0);
    t->sub.event = (int)json_int(o, "e", 0);
    if (source < SOURCE_CATCH || source > SOURCE_EVENT_SUB)
        return bad(l, "k");
    t->sub.source = (enum source)source;
    return get_node(l, o, &t->sub.node);
}

static enum err get_record(struct loader *l, const json_t *o, struct record *r)
{
    *r = (struct record){ .scope = json_int(o, "c", 0), .token = json_int(o, "t", 0) };
    TRY(get_node(l, o, &r->node));
    return get_vars(l, o, &r->vars);
}

static enum err get_arrays(struct loader *l, const json_t *root)
{
    struct bpmn_instance *i = l->i;
    const json_t *tokens = json_object_get(root, "tokens");
    const json_t *timers = json_object_get(root, "timers");
    const json_t *records = json_object_get(root, "records");
    i->token_count = i->token_capacity = json_array_size(tokens);
    i->timer_count = i->timer_capacity = json_array_size(timers);
    i->record_count = i->record_capacity = json_array_size(records);
    if (!i->token_count || i->token_count > BPMN_TOKENS_MAX || i->timer_count > 4 * BPMN_TOKENS_MAX
        || i->record_count > BPMN_TOKENS_MAX)
        return bad(l, "tokens, timers, records");
    i->tokens = ARENA_ARRAY(i->home, struct token, i->token_count);
    i->timers = ARENA_ARRAY(i->home, struct timer, i->timer_count);
    i->records = ARENA_ARRAY(i->home, struct record, i->record_count);
    if (!i->tokens || !i->timers || !i->records)
        return diag_arena(l->d, i->home);
    for (size_t n = 0; n < i->token_count; n++)
        TRY(get_token(l, json_array_get(tokens, n), &i->tokens[n]));
    for (size_t n = 0; n < i->timer_count; n++)
        TRY(get_timer(l, json_array_get(timers, n), &i->timers[n]));
    for (size_t n = 0; n < i->record_count; n++)
        TRY(get_record(l, json_array_get(records, n), &i->records[n]));
    return OK;
}

enum err instance_read(struct arena *home, const struct bpmn_model *m, const json_t *root,
    struct bpmn_instance **out, struct diag *d)
{
    struct bpmn_instance *i = ARENA_NEW(home, struct bpmn_instance);
    struct loader l = { i, d };
    if (!i)
        return diag_arena(d, home);
    *i = (struct bpmn_instance){ .home = home, .model = m };
    if (!json_is_object(root) || json_int(root, "v", 0) != 1)
        return bad(&l, "v");
    i->next_id = json_int(root, "next", 0);
    TRY(get_arrays(&l, root));
    i->ended = i->tokens[0].state == TOKEN_ENDED;
    TRY(diag_arena(d, home));
    *out = i;
    return OK;
}

enum err bpmn_restore(struct arena *home, const struct bpmn_model *m, str state,
    struct bpmn_instance **out, struct diag *d)
{
    struct arena scratch;
    struct bpmn_instance *i;
    json_t *root;
    if (state.bytes > BPMN_STATE_BYTES_MAX)
        return diag_set(d, ERR_INVALID, "流程状态超过 %d 字节", "the saved state is over %d bytes",
            BPMN_STATE_BYTES_MAX);
    arena_init(&scratch, home->source, 64 * MIB);
    enum err err = json_parse(&scratch, state, &root, d);
    if (err == OK)
        err = instance_read(home, m, root, &i, d);
    if (err == OK)
        err = bpmn_instance_check(i, d);
    arena_release(&scratch);
    if (err == OK)
        *out = i;
    return err;
}
