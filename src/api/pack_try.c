/*
 * Rules: the decisions of a version or a draft, tried with example inputs, compared over the cases
 * of a period in pages, and FEEL texts checked as they are typed; zone/pack_decide.h.
 */
#include "api/pack_internal.h"

#include "dmn/xml.h"

#include <string.h>

enum { CHANGES_MAX = 400 };

/* ---- what there is ---- */

static const char *type_word(const struct feel_type *t)
{
    switch (t->form) {
    case FEEL_TYPE_ANY:
    case FEEL_TYPE_NULL:
        return "Any";
    case FEEL_TYPE_SIMPLE:
        return feel_kind_name(t->kind);
    case FEEL_TYPE_LIST:
        return "list";
    case FEEL_TYPE_RANGE:
        return "range";
    case FEEL_TYPE_CONTEXT:
        return "context";
    case FEEL_TYPE_FUNCTION:
        return "function";
    }
    return "Any";
}

static const struct xml_node *named(const struct xml_node *root, const char *element, str name)
{
    for (const struct xml_node *n = root ? xml_child(root, element) : NULL; n; n = xml_again(n))
        if (str_equal(xml_attribute(n, "name"), name))
            return n;
    return NULL;
}

static json_t *members_json(
    const struct xml_node *in, const char *element, const struct dmn_input *list, size_t count)
{
    json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct xml_node *n = named(in, element, list[i].name);
        str label = n ? xml_attribute(n, "label") : STR_NONE;
        json_t *o = json_object();
        json_set_str(o, "name", list[i].name);
        json_set_str(o, "label", n && !label.bytes ? xml_child_text(n, "description") : label);
        json_object_set_new(o, "type", json_string(type_word(list[i].type)));
        json_array_append_new(items, o);
    }
    return items;
}

static enum err decision_json(struct call *c, struct arena *a, const struct pack_rules *r,
    const struct xml_node *root, const struct dmn_decision *d, json_t **out)
{
    const struct dmn_input *inputs, *outputs;
    size_t input_count, output_count;
    TRY(dmn_decision_inputs(r->model, d, a, &inputs, &input_count));
    TRY(dmn_decision_outputs(r->model, d, a, &outputs, &output_count));
    const struct xml_node *n = named(root, "decision", dmn_decision_name(d));
    const struct xml_node *table = n ? xml_child(n, "decisionTable") : NULL;
    json_t *o = json_object();
    json_set_str(o, "id", dmn_decision_id(d));
    json_set_str(o, "name", dmn_decision_name(d));
    json_set_str(o, "description", n ? xml_child_text(n, "description") : STR_NONE);
    json_set_int(o, "line", dmn_decision_line(d));
    json_set_int(o, "rules", table ? (int64_t)xml_count(table, "rule") : 0);
    json_object_set_new(o, "inputs", members_json(root, "inputData", inputs, input_count));
    json_object_set_new(o, "outputs", members_json(table, "output", outputs, output_count));
    *out = o;
    return diag_arena(c->op.diag, a);
}

static json_t *file_json(
    struct call *c, struct arena *a, const struct pack_view *v, const struct pack_file *f)
{
    struct pack_rules r = { 0 };
    struct diag_list faults;
    struct xml_node *root = NULL;
    json_t *o = json_object(), *decisions = json_array();
    diag_list_init(&faults, a, PACK_FAULTS_MAX);
    enum err e = pack_rules_read(&c->op, a, v, f->path, &faults, &r);
    if (e == OK)
        e = dmn_xml_parse(a, f->text, &root, c->op.diag);
    for (size_t i = 0; e == OK && i < dmn_decision_count(r.model); i++) {
        json_t *d = NULL;
        e = decision_json(c, a, &r, root, dmn_decision_at(r.model, i), &d);
        if (d)
            json_array_append_new(decisions, d);
    }
    json_set_str(o, "path", f->path);
    json_set_str(o, "sha256", f->sha256);
    json_object_set_new(
        o, "name", r.model ? json_from_str(dmn_model_name(r.model)) : json_from_str(f->path));
    json_object_set_new(o, "kind", r.system ? json_from_str(r.system->kind) : json_null());
    json_object_set_new(o, "kindName", r.system ? json_name(r.system->name) : json_null());
    json_object_set_new(o, "decisions", decisions);
    json_object_set(o, "faults", pack_faults_json(a, v, &faults));
    memset(&c->diag, 0, sizeof c->diag);
    return o;
}

static void decisions(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_view v;
    struct arena *a = pack_arena(c);
    (void)app;
    if (!a || !pack_asked(c, a, &v))
        return;
    api_read_end(c);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; i < v.count; i++)
        if (str_ends(v.files[i].path, STR(".dmn")))
            json_array_append_new(items, file_json(c, a, &v, &v.files[i]));
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

/* ---- trying ---- */

static void trial(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct pack_view v;
    struct pack_rules r;
    const struct dmn_decision *decision;
    struct pack_trial t = { 0 };
    struct arena *a = pack_arena(c);
    json_t *result = NULL;
    (void)app;
    if (!a || !api_body(c) || !pack_asked(c, a, &v))
        return;
    api_read_end(c);
    enum err e = pack_rules_read(&c->op, a, &v, json_str(c->body, "file"), &c->faults, &r);
    if (e == OK)
        e = pack_rules_find(&c->op, &r, json_str(c->body, "decision"), &decision);
    if (e == OK)
        e = pack_try(&c->op, a, &r, decision, json_object_get(c->body, "inputs"), &t);
    if (e == OK)
        e = json_parse(a, t.result, &result, &c->diag);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object());
    json_object_set(o, "result", result);
    json_object_set(o, "trace", t.trace);
    json_object_set(o, "answer", t.answer);
    json_object_set(o, "tables", t.tables);
    http_reply_json(req, 200, o);
}

static void feel(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct feel_program *p;
    struct diag d = { 0 };
    struct diag_list faults;
    struct feel_names names = { .open = true };
    (void)app;
    diag_list_init(&faults, req->arena, PACK_FAULTS_MAX);
    if (!api_body(c))
        return;
    if (actor_require(&c->op, "pack.read") != OK) {
        api_fail(c);
        return;
    }
    str text = json_str(c->body, "expression");
    enum err e = json_bool(c->body, "tests", false)
        ? feel_compile_tests(req->arena, text, &names, NULL, &p, &d)
        : feel_compile(req->arena, text, &names, &p, &d);
    if (e != OK)
        diag_list_add(&faults, &d);
    json_t *o = json_keep(req->arena, json_object()), *list = json_array();
    for (size_t i = 0; i < faults.count; i++)
        json_array_append_new(list, pack_fault_json(faults.items[i]));
    json_object_set_new(o, "ok", json_boolean(e == OK));
    json_object_set_new(o, "faults", list);
    http_reply_json(req, 200, o);
}

/* ---- comparing ---- */

static json_t *outcome(struct call *c, str text)
{
    json_t *v = NULL;
    struct diag none = { 0 };
    str wrapped = str_printf(c->op.arena, "[%.*s]", STR_ARGS(text));
    if (!text.bytes || json_parse(c->op.arena, wrapped, &v, &none) != OK)
        return json_null();
    return json_incref(json_array_get(v, 0));
}

static json_t *case_json(struct call *c, const struct pack_compared_case *k)
{
    json_t *o = json_object();
    if (k->seen)
        json_set_id(o, "id", k->id);
    else
        json_object_set_new(o, "id", json_null());
    json_set_str(o, "number", k->number);
    json_object_set_new(o, "title", k->seen ? json_from_str(k->title) : json_null());
    json_set_str(o, "topic", k->topic);
    json_set_str(o, "createdOn", k->created_on);
    json_object_set_new(o, "before", outcome(c, k->before));
    json_object_set_new(o, "after", outcome(c, k->after));
    json_object_set_new(o, "failed", json_boolean(!k->before.bytes || !k->after.bytes));
    return o;
}

struct pair {
    str before, after;
    int64_t count;
};

static json_t *changes_json(struct call *c, const struct pack_comparison *r)
{
    struct pair *pairs = ARENA_ARRAY(c->op.arena, struct pair, CHANGES_MAX);
    json_t *list = json_array();
    size_t used = 0;
    for (size_t i = 0; pairs && i < r->case_count; i++) {
        const struct pack_compared_case *k = &r->cases[i];
        size_t p = 0;
        while (p < used
            && !(str_equal(pairs[p].before, k->before) && str_equal(pairs[p].after, k->after)))
            p++;
        if (p == used && used < CHANGES_MAX)
            pairs[used++] = (struct pair){ k->before, k->after, 0 };
        if (p < used)
            pairs[p].count++;
    }
    for (size_t i = 0; i < used; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "before", outcome(c, pairs[i].before));
        json_object_set_new(o, "after", outcome(c, pairs[i].after));
        json_set_int(o, "count", pairs[i].count);
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *comparison_json(struct call *c, const struct pack_comparison *r, int64_t total)
{
    json_t *o = json_keep(c->op.arena, json_object()), *cases = json_array();
    for (size_t i = 0; i < r->case_count; i++)
        json_array_append_new(cases, case_json(c, &r->cases[i]));
    json_set_int(o, "total", total);
    json_set_int(o, "scanned", r->scanned);
    json_set_int(o, "same", r->same);
    json_set_int(o, "different", r->different);
    json_set_int(o, "failed", r->failed);
    json_object_set_new(o, "changes", changes_json(c, r));
    json_object_set_new(o, "cases", cases);
    json_object_set_new(o, "next", api_next(r->more, 0, r->last));
    return o;
}

struct comparing {
    str file, decision;
    struct pack_comparing query;
    struct pack_rules before, after;
    const struct dmn_decision *old, *now;
};

static bool read_day(struct call *c, const char *name, str *out)
{
    struct date d;
    if (!api_query(c, name, out))
        return false;
    if (date_parse(*out, &d))
        return true;
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "参数 %s 应为日期,例如 2026-11-23",
        "the parameter %s must be a date like 2026-11-23", name);
    api_fail(c);
    return false;
}

static bool read_comparing(struct call *c, struct comparing *s)
{
    int64_t limit = 1000, key;
    if (!api_query(c, "file", &s->file) || !api_query(c, "decision", &s->decision)
        || !read_day(c, "from", &s->query.from) || !read_day(c, "to", &s->query.to)
        || !api_query_int(c, "limit", 1, PACK_COMPARE_ROWS_MAX, &limit)
        || !api_cursor(c, &key, &s->query.after))
        return false;
    s->query.rows = (size_t)limit;
    return true;
}

/* Both sides: the version in use (or ?against), and what ?draft or ?version asks for. */
static enum err read_sides(
    struct call *c, struct arena *a, const struct pack_view *now, struct comparing *s, str against)
{
    struct pack_view old;
    TRY(pack_view_open(&c->op, a, 0, against, &old));
    TRY(pack_rules_read(&c->op, a, now, s->file, &c->faults, &s->after));
    TRY(pack_rules_find(&c->op, &s->after, s->decision, &s->now));
    TRY(pack_rules_read(&c->op, a, &old, s->file, &c->faults, &s->before));
    TRY(pack_rules_find(&c->op, &s->before, s->decision, &s->old));
    if (!s->after.system)
        return diag_set(&c->diag, ERR_INVALID, "这个文件不属于任何一类办件,没有可比较的办件",
            "this file belongs to no kind of case, so there are none to compare over");
    s->query.kind = s->after.system->kind;
    return OK;
}

static void compare(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct comparing *s = ARENA_NEW(req->arena, struct comparing);
    struct pack_view v;
    struct pack_comparison r;
    struct arena *a = pack_arena(c);
    str against;
    int64_t total = 0;
    (void)app;
    if (!s || !a || !read_comparing(c, s) || !api_query(c, "against", &against)
        || !pack_asked(c, a, &v))
        return;
    enum err e = read_sides(c, a, &v, s, against);
    if (e == OK)
        e = pack_compare_total(&c->op, &total);
    if (e == OK)
        e = pack_compare(&c->op, &s->before, s->old, &s->after, s->now, &s->query, &r);
    json_t *o = e == OK ? comparison_json(c, &r, total) : NULL;
    api_read_end(c);
    if (o)
        http_reply_json(req, 200, o);
    else
        api_fail(c);
}

static const struct api_param view_params[] = { { "draft", "string", "seen through this draft" },
    { "version", "string", "of this version; the one in use when absent" }, { 0 } };
static const struct api_param compare_params[] = { { "file", "string", "requests/routing.dmn" },
    { "decision", "string", "name or id" }, { "from", "string", "first day, 2025-11-23" },
    { "to", "string", "last day" }, { "draft", "string", "the new side" },
    { "version", "string", "the new side" },
    { "against", "string", "the old side; the version in use when absent" },
    { "limit", "integer", "cases looked at in this page, 1 to 2000" },
    { "after", "string", "`next` of the page before" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route pack_try_routes[] = {
    { "GET", "/api/pack/decisions", decisions, 0, NULL,
        DOC("listDecisions", "Decisions, their inputs and outputs", "pack", API_SESSION, NULL,
            "[PackRuleFile]", 0, view_params) },
    { "POST", "/api/pack/try", trial, PACK_BODY_BYTES_MAX, NULL,
        DOC("tryDecision", "Decide with example inputs; why, and why not", "pack", API_SESSION,
            "PackTry", "PackTrial", 0, view_params) },
    { "POST", "/api/pack/feel", feel, PACK_BODY_BYTES_MAX, NULL,
        DOC("checkFeel", "Check a FEEL text; nothing is evaluated", "pack", API_SESSION, "PackFeel",
            "PackFeelCheck", 0, NULL) },
    { "GET", "/api/pack/compare", compare, 0, NULL,
        DOC("compareDecision", "A decision before and after over the cases of a period, a page",
            "pack", API_SESSION, NULL, "PackComparison", 0, compare_params) },
    { 0 },
};
