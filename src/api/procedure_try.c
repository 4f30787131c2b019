/* A procedure tried out before it is in use: the drawing comes with each request, the state of the
 * trial goes out and comes back (zone/trial.h). Nothing is stored and no case is touched. */
#include "api/internal.h"

#include "zone/trial.h"

enum {
    XML_BYTES_MAX = 512 * 1024,
    TRY_BODY_BYTES_MAX = 1536 * 1024,
    TRY_ARENA_BYTES = 96 * 1024 * 1024,
    TRY_LISTENING_MAX = 200,
    TRY_WAITING_MAX = 1000
};

static const struct {
    const char *word;
    enum trial_do act;
} acts[] = { { "start", TRIAL_START }, { "complete", TRIAL_COMPLETE }, { "fail", TRIAL_FAIL },
    { "message", TRIAL_MESSAGE }, { "signal", TRIAL_SIGNAL }, { "move", TRIAL_MOVE },
    { "advance", TRIAL_ADVANCE } };

static bool read_act(struct call *c, enum trial_do *act)
{
    str word = json_str(c->body, "do");
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (str_is(word, acts[i].word)) {
            *act = acts[i].act;
            return true;
        }
    diag_field(&c->diag, STR("do"));
    diag_set(&c->diag, ERR_INVALID, "do 应为 start complete fail message signal move advance 之一",
        "do must be one of start complete fail message signal move advance");
    return false;
}

/* The process asked for, else the first that is executable. */
static str choose_process(const struct bpmn_model *m, str asked)
{
    const struct bpmn_node *p = bpmn_process_at(m, 0);
    for (size_t i = 0; !asked.bytes && (p = bpmn_process_at(m, i)) != NULL; i++)
        if (p->executable)
            return p->id;
    return asked;
}

static enum err run(struct call *c, struct op *op, struct trial *t)
{
    const struct bpmn_model *m;
    struct trial_input in = { .token = json_int(c->body, "token", 0),
        .name = json_str(c->body, "name"),
        .state = json_str(c->body, "state"),
        .vars = json_object_get(c->body, "variables"),
        .decided = json_object_get(c->body, "decisions") };
    if (!read_act(c, &in.act))
        return c->diag.err;
    if (json_str(c->body, "at").bytes)
        (void)instant_parse(json_str(c->body, "at"), &in.at_ms);
    if (in.vars && !json_is_object(in.vars)) {
        diag_field(&c->diag, STR("variables"));
        return diag_set(&c->diag, ERR_INVALID, "variables 应为对象", "variables must be an object");
    }
    str kind = json_str(c->body, "kind");
    in.system = kind.bytes ? pack_kind(zone_pack(c->api->zone), kind) : NULL;
    enum err e = bpmn_load(op->arena, STR("xml"), json_str(c->body, "xml"), NULL, &m, &c->faults);
    if (e != OK) {
        if (!c->diag.err && c->faults.count)
            c->diag = *c->faults.items[0];
        return e;
    }
    in.model = m;
    in.process = choose_process(m, json_str(c->body, "process"));
    return trial_act(op, &in, t);
}

/* ---- JSON ---- */

static json_t *node_name(const struct bpmn_node *n)
{
    str zh = n->name.bytes ? n->name : n->id;
    return json_name((struct name2){ zh, n->name_en.bytes ? n->name_en : zh });
}

static void set_node(json_t *o, const struct bpmn_node *n)
{
    json_set_str_or_null(o, "node", n ? n->id : STR_NONE);
    json_object_set_new(o, "name", n ? node_name(n) : json_null());
}

static const char *const effect_words[] = { [BPMN_TASK_CREATED] = "task",
    [BPMN_TASK_COMPLETED] = "done",
    [BPMN_TASK_CANCELLED] = "cancelled",
    [BPMN_TIMER_SET] = "timer",
    [BPMN_TIMER_CANCELLED] = "timer_gone",
    [BPMN_DECIDED] = "decided",
    [BPMN_ENTERED] = "entered",
    [BPMN_LEFT] = "left",
    [BPMN_MESSAGE_SENT] = "message",
    [BPMN_SIGNAL_SENT] = "signal",
    [BPMN_ERROR_UNCAUGHT] = "error",
    [BPMN_ESCALATED] = "escalated",
    [BPMN_VARS_CHANGED] = "set",
    [BPMN_MOVED] = "moved",
    [BPMN_ENDED] = "ended" };

static json_t *event_json(struct op *op, const struct trial_event *e)
{
    json_t *o = json_object();
    json_set_instant(op, o, "at", e->at_ms);
    json_object_set_new(o, "what", json_string(effect_words[e->effect.kind]));
    set_node(o, e->effect.node);
    json_set_int(o, "token", e->effect.token);
    json_set_str_or_null(o, "text", e->effect.text);
    json_set_str_or_null(o, "unit", e->effect.unit);
    json_object_set_new(
        o, "value", e->effect.value ? json_deep_copy(e->effect.value) : json_null());
    return o;
}

static json_t *waiting_json(const struct trial *t)
{
    json_t *list = json_array();
    size_t n = t->ended.bytes ? 0 : bpmn_waiting_count(t->instance);
    for (size_t i = 0; i < n && i < TRY_WAITING_MAX; i++) {
        struct bpmn_waiting w = bpmn_waiting_at(t->instance, i);
        json_t *o = json_object();
        json_set_int(o, "token", w.token);
        json_set_int(o, "parent", w.parent);
        set_node(o, w.node);
        json_object_set_new(o, "element", json_string(bpmn_kind_element(w.node->kind)));
        json_object_set_new(o, "task", json_boolean(w.task));
        json_set_str_or_null(o, "role", w.node->role);
        json_set_str_or_null(o, "verbs", w.node->verbs);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *listening_json(struct op *op, const struct trial *t)
{
    json_t *list = json_array();
    struct bpmn_listening *found = ARENA_ARRAY(op->arena, struct bpmn_listening, TRY_LISTENING_MAX);
    size_t n = found && !t->ended.bytes ? bpmn_listening(t->instance, found, TRY_LISTENING_MAX) : 0;
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();
        json_set_int(o, "token", found[i].token);
        set_node(o, found[i].node);
        json_object_set_new(o, "event", json_string(found[i].event));
        json_set_str_or_null(o, "text", found[i].name);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *timers_json(struct op *op, const struct trial *t)
{
    json_t *list = json_array();
    for (size_t i = 0; i < t->timer_count; i++) {
        json_t *o = json_object();
        const struct bpmn_node *n = bpmn_node_by_id(t->model, t->timers[i].node);
        json_set_str(o, "node", t->timers[i].node);
        json_object_set_new(o, "name",
            n ? node_name(n) : json_name((struct name2){ t->timers[i].node, t->timers[i].node }));
        json_set_instant(op, o, "dueAt", t->timers[i].due_at);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *trial_json(struct op *op, const struct trial *t)
{
    json_t *o = json_keep(op->arena, json_object()), *events = json_array();
    json_t *variables = bpmn_variables(t->instance, op->arena);
    for (size_t i = 0; i < t->event_count; i++)
        json_array_append_new(events, event_json(op, &t->events[i]));
    json_set_str(o, "state", t->state);
    json_set_instant(op, o, "at", t->now_ms);
    json_set_str_or_null(o, "ended", t->ended);
    json_object_set_new(o, "waiting", waiting_json(t));
    json_object_set_new(o, "timers", timers_json(op, t));
    json_object_set_new(o, "listening", listening_json(op, t));
    json_object_set_new(o, "variables", variables ? json_deep_copy(variables) : json_object());
    json_object_set_new(o, "events", events);
    json_object_set_new(o, "leftOut", json_boolean(t->left_out));
    json_object_set_new(o, "stillDue", json_boolean(t->still_due));
    return o;
}

/* In an arena of its own: a model and its run may take more than a request does. */
static void try_out(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct arena own;
    struct trial t;
    str json = STR_NONE;
    (void)app;
    if (!api_body(c))
        return;
    arena_init(&own, NULL, TRY_ARENA_BYTES);
    struct op op = c->op;
    op.arena = &own;
    enum err e = actor_require(&c->op, "pack.read");
    if (e == OK)
        e = run(c, &op, &t);
    if (e == OK) {
        json = json_text_sent(req->arena, trial_json(&op, &t));
        e = diag_arena(&c->diag, req->arena);
    }
    arena_release(&own);
    if (e != OK) {
        if (!c->diag.err)
            c->diag.err = e;
        api_fail(c);
        return;
    }
    http_reply_json_text(req, 200, json);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route procedure_try_routes[] = {
    { "POST", "/api/procedures/try", try_out, TRY_BODY_BYTES_MAX, NULL,
        DOC("tryProcedure", "One step of a procedure tried out in memory", "procedures",
            API_SESSION, "ProcedureTry", "ProcedureTrial", 0, NULL) },
    { 0 },
};
