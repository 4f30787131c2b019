/* Running cases to another version of their procedure: what would happen, doing it, how far it is.
 */
#include "api/internal.h"

#include "zone/migrate.h"

#include <string.h>

enum { BODY_BYTES_MAX = 256 * 1024, RUNS_MAX = 100, CONFLICTS_MAX = 200 };

/* ---- what is asked ---- */

static bool read_map(struct call *c, struct migrate_request *r)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(c->body, "map"), key, value)
    {
        if (json_is_string(value) && r->map_count < MIGRATE_MAP_MAX) {
            r->map[r->map_count++] = (struct bpmn_mapping){ str_from(key),
                { json_string_value(value), json_string_length(value) } };
            continue;
        }
        diag_field(&c->diag, str_from(key));
        diag_set(&c->diag, ERR_INVALID, "对应关系应是“旧步骤”:“新步骤”,至多 %d 项",
            "the map is made of \"old step\": \"new step\", at most %d", MIGRATE_MAP_MAX);
        api_fail(c);
        return false;
    }
    return true;
}

static struct migrate_request *read_request(struct call *c)
{
    struct migrate_request *r = ARENA_NEW(c->op.arena, struct migrate_request);
    const json_t *cases = json_object_get(c->body, "cases");
    size_t count = json_array_size(cases);
    if (!r) {
        api_fail(c);
        return NULL;
    }
    r->kind = json_str(c->body, "kind");
    r->from = json_str(c->body, "from");
    r->to = json_str(c->body, "to");
    r->reason = json_str(c->body, "reason");
    r->numbers = ARENA_ARRAY(c->op.arena, str, count + 1);
    for (size_t i = 0; r->numbers && i < count; i++) {
        const json_t *v = json_array_get(cases, i);
        r->numbers[r->case_count++] = (str){ json_string_value(v), json_string_length(v) };
    }
    return read_map(c, r) ? r : NULL;
}

/* ---- the plan ---- */

static json_t *node_json(const struct bpmn_node *n)
{
    if (!n)
        return json_null();
    json_t *o = json_object();
    str name = n->name.bytes ? n->name : n->id;
    json_set_str(o, "node", n->id);
    json_object_set_new(
        o, "name", json_name((struct name2){ name, n->name_en.bytes ? n->name_en : name }));
    json_object_set_new(o, "element", json_string(bpmn_kind_element(n->kind)));
    return o;
}

static json_t *diags_json(const struct diag_list *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->count; i++) {
        json_t *o = json_object();
        json_set_str(o, "about", str_from(l->items[i]->field));
        json_object_set_new(o, "text",
            json_name((struct name2){ str_from(l->items[i]->zh), str_from(l->items[i]->en) }));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *position_json(const struct migrate_position *p)
{
    json_t *o = json_object(), *steps = json_array(), *numbers = json_array();
    for (size_t i = 0; i < p->step_count; i++)
        json_array_append_new(steps, node_json(p->steps[i]));
    for (size_t i = 0; i < MIGRATE_SHOWN_MAX && p->numbers[i].bytes; i++)
        json_array_append_new(numbers, json_from_str(p->numbers[i]));
    json_object_set_new(o, "steps", steps);
    json_set_int(o, "cases", p->count);
    json_set_int(o, "fits", p->fits);
    json_set_int(o, "timersSet", p->timers_set);
    json_set_int(o, "timersCancelled", p->timers_cancelled);
    json_object_set_new(o, "conflicts", diags_json(&p->conflicts));
    json_object_set_new(o, "numbers", numbers);
    return o;
}

static json_t *plan_json(struct call *c, const struct migrate_plan *p)
{
    json_t *o = json_keep(c->op.arena, json_object()), *steps = json_array();
    json_t *positions = json_array();
    json_set_str(o, "from", p->from);
    json_set_str(o, "to", p->to);
    json_set_int(o, "total", p->total);
    json_set_int(o, "tried", p->tried);
    json_set_int(o, "fits", p->fits);
    json_object_set_new(o, "more", json_boolean(p->more));
    for (size_t i = 0; i < p->step_count; i++) {
        json_t *s = json_object();
        json_object_set_new(s, "from", node_json(p->steps[i].from));
        json_object_set_new(s, "to", node_json(p->steps[i].to));
        json_object_set_new(s, "change", json_string(p->steps[i].change));
        json_array_append_new(steps, s);
    }
    for (size_t i = 0; i < p->position_count; i++)
        json_array_append_new(positions, position_json(&p->positions[i]));
    json_object_set_new(o, "steps", steps);
    json_object_set_new(o, "positions", positions);
    json_object_set_new(o, "notes", diags_json(&p->notes));
    return o;
}

static void plan(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct migrate_plan p;
    (void)app;
    if (!api_body(c))
        return;
    struct migrate_request *r = read_request(c);
    if (!r || !api_read(c))
        return;
    enum err e = migrate_plan(&c->op, r, &p);
    json_t *o = e == OK ? plan_json(c, &p) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

/* ---- runs ---- */

static json_t *run_json(struct call *c, const struct migrate_run *r)
{
    static const char *const states[] = { "running", "done", "stopped" };
    json_t *o = json_object();
    json_set_id(o, "id", r->id);
    json_set_str(o, "kind", r->kind);
    json_set_str(o, "from", r->from);
    json_set_str(o, "to", r->to);
    json_set_str(o, "reason", r->reason);
    json_set_str(o, "by", r->actor);
    json_object_set(o, "map", (json_t *)r->map);
    json_object_set_new(o, "state", json_string(states[r->state]));
    json_set_int(o, "total", r->total);
    json_set_int(o, "done", r->done);
    json_set_int(o, "conflicts", r->conflicts);
    json_set_instant(&c->op, o, "at", r->at_ms);
    json_set_instant(&c->op, o, "endedAt", r->ended_at_ms);
    return o;
}

static json_t *conflicts_json(const struct migrate_conflict *list, size_t count)
{
    json_t *out = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        json_set_str(o, "number", list[i].number);
        json_set_str(o, "about", list[i].step);
        json_object_set_new(o, "text", json_name((struct name2){ list[i].zh, list[i].en }));
        json_array_append_new(out, o);
    }
    return out;
}

static enum err read_run(struct call *c, int64_t id, json_t **out)
{
    struct migrate_run run;
    struct migrate_conflict *conflicts;
    size_t count;
    TRY(migrate_get(&c->op, id, &run));
    TRY(migrate_conflicts(&c->op, id, CONFLICTS_MAX, &conflicts, &count));
    *out = json_keep(c->op.arena, run_json(c, &run));
    json_object_set_new(*out, "cases", conflicts_json(conflicts, count));
    return OK;
}

static void reply_run(struct call *c, int64_t id, int status)
{
    json_t *o = NULL;
    if (!api_read(c))
        return;
    enum err e = read_run(c, id, &o);
    api_read_end(c);
    if (e == OK)
        http_reply_json(c->req, status, o);
    else
        api_fail(c);
}

struct starting {
    struct migrate_request *request;
    int64_t id;
};

static enum err start_work(struct call *c)
{
    struct starting *s = c->state;
    return migrate_start(&c->op, s->request, &s->id);
}

static void start_answer(struct call *c)
{
    const struct starting *s = c->state;
    reply_run(c, s->id, 201);
}

static void start(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct starting *s = ARENA_NEW(req->arena, struct starting);
    (void)app;
    if (!api_body(c))
        return;
    if (!s) {
        api_fail(c);
        return;
    }
    s->request = read_request(c);
    c->state = s;
    if (s->request)
        api_write(c, start_work, start_answer);
}

static enum err stop_work(struct call *c)
{
    const struct starting *s = c->state;
    return migrate_stop(&c->op, s->id);
}

static void stop_answer(struct call *c)
{
    const struct starting *s = c->state;
    reply_run(c, s->id, 200);
}

static void stop(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct starting *s = ARENA_NEW(req->arena, struct starting);
    (void)app;
    if (!s) {
        api_fail(c);
        return;
    }
    c->state = s;
    if (api_param_id(c, "id", &s->id))
        api_write(c, stop_work, stop_answer);
}

static void one(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    int64_t id;
    (void)app;
    if (api_param_id(c, "id", &id))
        reply_run(c, id, 200);
}

static void list(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct migrate_run *runs;
    size_t count = 0;
    (void)app;
    if (!api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "next", json_null());
    enum err e = migrate_list(&c->op, RUNS_MAX, &runs, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, run_json(c, &runs[i]));
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route migration_routes[] = {
    { "POST", "/api/migrations/plan", plan, BODY_BYTES_MAX, NULL,
        DOC("planMigration", "What moving running cases to another version would do", "procedures",
            API_SESSION, "MigrationPlanInput", "MigrationPlan", 0, NULL) },
    { "GET", "/api/migrations", list, 0, NULL,
        DOC("listMigrations", "Migrations, newest first", "procedures", API_SESSION, NULL,
            "[Migration]", 0, NULL) },
    { "POST", "/api/migrations", start, BODY_BYTES_MAX, NULL,
        DOC("startMigration", "Move running cases to another version", "procedures", API_SESSION,
            "MigrationInput", "MigrationRun", 201, NULL) },
    { "GET", "/api/migrations/{id}", one, 0, NULL,
        DOC("getMigration", "How far a migration is, and what does not fit", "procedures",
            API_SESSION, NULL, "MigrationRun", 0, NULL) },
    { "POST", "/api/migrations/{id}/stop", stop, 0, NULL,
        DOC("stopMigration", "Move no more cases", "procedures", API_SESSION, NULL, "MigrationRun",
            0, NULL) },
    { 0 },
};
