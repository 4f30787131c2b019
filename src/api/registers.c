/* Registers: what there is, lists of records, one record and what is around it. Changes stand in
 * record_changes.c. */
#include "api/registers.h"

#include <stdio.h>

/* Whoever knocks at a compartment and may not enter leaves a trace. */
static enum err leave_trace(struct call *c)
{
    return record_refused(&c->op, c->state);
}

static void answer_refused(struct call *c)
{
    diag_set(&c->diag, ERR_NOT_FOUND, "没有这个登记表,或您无权查看",
        "there is no such register, or you may not see it");
    api_fail(c);
}

bool api_register(struct call *c, const struct pack_register **out)
{
    const struct pack *p = zone_pack(c->api->zone);
    *out = pack_register(p, http_param(c->req, "register"));
    if (*out && register_seen(&c->op, *out))
        return true;
    if (c->signed_in && *out && (*out)->closed) {
        c->state = (void *)*out;
        api_write(c, leave_trace, answer_refused);
        return false;
    }
    if (!c->signed_in && *out)
        diag_set(&c->diag, ERR_UNAUTHENTICATED, "请先登录", "please sign in");
    else
        diag_set(&c->diag, ERR_NOT_FOUND, "没有这个登记表,或您无权查看",
            "there is no such register, or you may not see it");
    api_fail(c);
    return false;
}

/* ---- definitions ---- */

static json_t *names_json(const struct pack_column *const *columns, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_from_str(columns[i]->name));
    return list;
}

static json_t *name_or_null(struct name2 n)
{
    return n.zh.bytes ? json_name(n) : json_null();
}

static json_t *column_json(const struct pack_column *c)
{
    json_t *o = json_object();
    json_set_str(o, "name", c->name);
    json_object_set_new(o, "title", json_name(c->title));
    json_object_set_new(o, "type", json_string(pack_column_type_word(c->type)));
    json_object_set_new(o, "required", json_boolean(c->required || c->unique));
    json_object_set_new(o, "masked", json_boolean(c->masked));
    json_object_set_new(o, "computed", json_boolean(pack_column_derived(c)));
    json_object_set_new(o, "sortable",
        json_boolean((c->indexed || c->unique) && !c->masked && c->type != PACK_COLUMN_POINT));
    json_object_set_new(o, "codes", c->codes ? json_from_str(c->codes->name) : json_null());
    json_object_set_new(o, "ref", c->ref ? json_from_str(c->ref->code) : json_null());
    json_object_set_new(o, "bytesMax", c->bytes_max ? json_integer(c->bytes_max) : json_null());
    json_object_set_new(o, "min", c->has_min ? json_real(c->min) : json_null());
    json_object_set_new(o, "max", c->has_max ? json_real(c->max) : json_null());
    json_object_set_new(o, "group", name_or_null(c->group));
    json_object_set_new(o, "hint", name_or_null(c->hint));
    return o;
}

static json_t *list_json(const struct pack_list *l)
{
    json_t *o = json_object(), *where = json_array();
    json_set_str(o, "code", l->code);
    json_object_set_new(o, "name", json_name(l->name));
    json_object_set_new(o, "columns", names_json(l->columns, l->column_count));
    for (size_t i = 0; i < l->where_count; i++) {
        json_t *one = json_object();
        json_set_str(one, "column", l->where[i].column->name);
        json_object_set_new(one, "compare", json_string(pack_compare_words[l->where[i].compare]));
        json_set_str(one, "value", l->where[i].value);
        json_array_append_new(where, one);
    }
    json_object_set_new(o, "where", where);
    json_object_set_new(o, "sort", l->sort ? json_from_str(l->sort->name) : json_null());
    json_object_set_new(o, "descending", json_boolean(l->descending));
    return o;
}

static json_t *register_json(struct call *c, const struct pack_register *r)
{
    json_t *o = json_object(), *columns = json_array(), *lists = json_array();
    json_set_str(o, "code", r->code);
    json_object_set_new(o, "name", json_name(r->name));
    json_object_set_new(o, "key", r->key ? json_from_str(r->key->name) : json_null());
    json_object_set_new(o, "label", r->label ? json_from_str(r->label->name) : json_null());
    json_object_set_new(o, "writable", json_boolean(register_written(&c->op, r)));
    json_object_set_new(o, "closed", json_boolean(r->closed));
    for (size_t i = 0; i < r->column_count; i++)
        json_array_append_new(columns, column_json(&r->columns[i]));
    for (size_t i = 0; i < r->list_count; i++)
        json_array_append_new(lists, list_json(&r->lists[i]));
    json_object_set_new(o, "columns", columns);
    json_object_set_new(o, "lists", lists);
    json_object_set_new(o, "raises", json_boolean(r->raise_count > 0));
    return o;
}

static void list_registers(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    for (size_t i = 0; i < p->register_count; i++)
        if (register_seen(&c->op, &p->registers[i]))
            json_array_append_new(items, register_json(c, &p->registers[i]));
    json_object_set_new(o, "items", items);
    http_reply_json(req, 200, o);
}

static void show_register(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    (void)app;
    if (api_register(c, &r))
        http_reply_json(req, 200, json_keep(req->arena, register_json(c, r)));
}

static void show_codes(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_codes *codes = pack_codes(zone_pack(c->api->zone), http_param(req, "table"));
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    (void)app;
    const struct pack_code **rows
        = ARENA_ARRAY(req->arena, const struct pack_code *, codes ? codes->count : 0);
    json_object_set_new(o, "items", items);
    for (size_t i = 0; rows && codes && i < codes->count; i++)
        rows[codes->items[i].order] = &codes->items[i];
    for (size_t i = 0; rows && codes && i < codes->count; i++) {
        json_t *one = json_object();
        json_set_str(one, "code", rows[i]->code);
        json_object_set_new(one, "name", json_name(rows[i]->name));
        json_set_str(one, "parent", rows[i]->parent);
        json_object_set_new(one, "level", json_integer(rows[i]->level));
        json_array_append_new(items, one);
    }
    if (codes) {
        http_reply_json(req, 200, o);
        return;
    }
    diag_set(&c->diag, ERR_NOT_FOUND, "没有这个代码表", "there is no such code table");
    api_fail(c);
}

/* ---- records ---- */

/* What a value is called: codes, units, accounts and referred records by their names. */
static json_t *called(struct call *c, const struct pack_column *column, str value)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct op look = c->op;
    struct diag ignored = { 0 };
    struct account account;
    struct record record;
    int64_t id = 0;
    look.diag = &ignored;
    if (column->codes) {
        const struct pack_code *code = pack_code(column->codes, value);
        return code ? json_name(code->name) : NULL;
    }
    if (column->type == PACK_COLUMN_UNIT) {
        const struct pack_unit *unit = pack_unit(p, value);
        return unit ? json_name(unit->name) : NULL;
    }
    if (column->type == PACK_COLUMN_ACCOUNT)
        return str_to_int64(value, &id) && account_get(&look, id, &account) == OK
            ? json_name((struct name2){ account.name, account.name })
            : NULL;
    if (column->type != PACK_COLUMN_REF || !register_seen(&c->op, column->ref))
        return NULL;
    bool found = column->ref->key
        ? record_by_key(&look, column->ref->code, value, &record) == OK
        : str_to_int64(value, &id) && record_get(&look, column->ref->code, id, &record) == OK;
    if (!found)
        return NULL;
    str label = record_label(&look, column->ref->code, &record);
    json_t *o = json_name((struct name2){ label, label });
    json_set_id(o, "id", record.id);
    return o;
}

json_t *api_record_json(struct call *c, const struct pack_register *r, const struct record *record)
{
    json_t *o = json_object(), *names = json_object();
    json_set_id(o, "id", record->id);
    json_object_set_new(o, "version", json_integer(record->version));
    json_set_instant(&c->op, o, "updatedAt", record->updated_at);
    json_set_str(o, "label", record_label(&c->op, r->code, record));
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *column = &r->columns[i];
        const json_t *v = json_object_getn(record->data, column->name.data, column->name.bytes);
        if (!json_is_string(v) || !json_string_length(v) || column->masked)
            continue;
        json_t *name = called(c, column, (str){ json_string_value(v), json_string_length(v) });
        if (name)
            json_object_setn_new(names, column->name.data, column->name.bytes, name);
    }
    json_object_set_new(o, "data", json_incref(record->data));
    json_object_set_new(o, "names", names);
    return o;
}

static bool bad_query(struct call *c, const char *name, const char *zh, const char *en)
{
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "%s", "%s", zh);
    snprintf(c->diag.en, sizeof c->diag.en, "%s", en);
    api_fail(c);
    return false;
}

static bool read_condition(
    struct call *c, const struct pack_register *r, const json_t *v, struct record_filter *f)
{
    int compare = -1;
    str word = json_str(v, "compare");
    const struct pack_column *column = pack_column(r, json_str(v, "column"));
    for (int i = 0; pack_compare_words[i]; i++)
        if (str_is(word, pack_compare_words[i]) || (!word.bytes && i == 0))
            compare = i;
    if (!column || compare < 0)
        return bad_query(c, "where", "筛选条件中的列或比较方式不对",
            "a condition names no column or no comparison of this register");
    f->where[f->where_count++] =
        (struct pack_condition){ column, (enum pack_compare)compare, json_str(v, "value") };
    return true;
}

static bool read_where(struct call *c, const struct pack_register *r, struct record_filter *f)
{
    json_t *list = NULL;
    str text;
    if (!api_query(c, "where", &text))
        return false;
    if (!text.bytes)
        return true;
    if (json_parse(c->op.arena, text, &list, &c->diag) != OK || !json_is_array(list)
        || json_array_size(list) + f->where_count > RECORD_CONDITIONS_MAX)
        return bad_query(c, "where", "where 应为筛选条件的 JSON 列表,至多 12 条",
            "where must be a JSON list of at most 12 conditions");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_condition(c, r, json_array_get(list, i), f))
            return false;
    return true;
}

static bool read_sort(struct call *c, const struct pack_register *r, struct record_filter *f)
{
    str sort;
    if (!api_query(c, "sort", &sort))
        return false;
    if (!sort.bytes)
        return true;
    f->descending = sort.data[0] == '-';
    f->sort = pack_column(r, str_slice(sort, f->descending, sort.bytes));
    if (str_is(sort, "newest")) {
        f->descending = false;
        return true;
    }
    if (!f->sort || !(f->sort->indexed || f->sort->unique) || f->sort->type == PACK_COLUMN_POINT)
        return bad_query(c, "sort", "不能按这一列排序", "the list cannot be sorted by this");
    return true;
}

static bool bad_box(struct call *c)
{
    return bad_query(c, "box", "box 应为 西,南,东,北 四个度数,且登记表须有位置",
        "box must be west,south,east,north in degrees, of a register with places");
}

static bool read_box(struct call *c, const struct pack_register *r, struct record_filter *f)
{
    double *const into[] = { &f->west, &f->south, &f->east, &f->north };
    str text, part;
    if (!api_query(c, "box", &text))
        return false;
    if (!text.bytes)
        return true;
    for (size_t i = 0; i < r->column_count && !f->place; i++)
        if (r->columns[i].type == PACK_COLUMN_POINT)
            f->place = &r->columns[i];
    size_t n = 0;
    for (str rest = text; str_split(&rest, ',', &part); n++) {
        feel_value v;
        if (n == 4 || !feel_number_parse(part, &v))
            return bad_box(c);
        *into[n] = feel_to_double(v);
    }
    f->has_box = true;
    bool right = n == 4 && f->west <= f->east && f->south <= f->north && f->south >= -90 && f->north <= 90
        && f->west >= -180 && f->east <= 180;
    return right && f->place ? true : bad_box(c);
}

/* A list of the definition brings its conditions and its order; the address may add to them. */
static bool read_list(struct call *c, const struct pack_register *r, struct record_filter *f)
{
    str code;
    if (!api_query(c, "list", &code))
        return false;
    if (!code.bytes)
        return true;
    for (size_t i = 0; i < r->list_count; i++) {
        const struct pack_list *l = &r->lists[i];
        if (!str_equal(l->code, code))
            continue;
        for (size_t k = 0; k < l->where_count && f->where_count < RECORD_CONDITIONS_MAX; k++)
            f->where[f->where_count++] = l->where[k];
        f->sort = l->sort;
        f->descending = l->descending;
        return true;
    }
    return bad_query(c, "list", "没有这个列表", "there is no such list");
}

bool api_record_filter(struct call *c, const struct pack_register *r, struct record_filter *f)
{
    int64_t limit = 50;
    *f = (struct record_filter){ 0 };
    if (!api_query_text(c, "q", &f->text) || !api_query_int(c, "limit", 1, RECORD_PAGE_MAX, &limit)
        || !api_query(c, "after", &f->after))
        return false;
    f->limit = (size_t)limit;
    return read_list(c, r, f) && read_where(c, r, f) && read_sort(c, r, f) && read_box(c, r, f);
}

/* ---- reading, with a trace where the register is a compartment ---- */

struct looking {
    const struct pack_register *r;
    struct record_filter f;
    int64_t id;
    json_t *answer;
    enum err (*read)(struct call *c, struct looking *s);
};

static enum err look(struct call *c)
{
    struct looking *s = c->state;
    return s->read(c, s);
}

static void look_answer(struct call *c)
{
    struct looking *s = c->state;
    http_reply_json(c->req, 200, s->answer);
}

/* Reads and answers; in a write when the look has to be journalled, which `read` then does. */
static void look_at(struct call *c, struct looking *s)
{
    c->state = s;
    if (s->r->closed) {
        api_write(c, look, look_answer);
        return;
    }
    if (!api_read(c))
        return;
    enum err e = s->read(c, s);
    api_read_answer(c, e, s->answer);
}

static struct looking *begin_look(
    struct call *c, enum err (*read)(struct call *c, struct looking *s))
{
    struct looking *s = ARENA_NEW(c->req->arena, struct looking);
    if (!s) {
        c->diag.err = ERR_MEMORY;
        api_fail(c);
        return NULL;
    }
    s->read = read;
    return api_register(c, &s->r) ? s : NULL;
}

static enum err read_list_of(struct call *c, struct looking *s)
{
    struct record_page page = { 0 };
    TRY(record_list(&c->op, s->r, &s->f, &page));
    if (s->r->closed)
        TRY(record_looked(&c->op, s->r, 0, page.count));
    json_t *o = s->answer = json_keep(c->op.arena, json_object()), *items = json_array();
    for (size_t i = 0; i < page.count; i++)
        json_array_append_new(items, api_record_json(c, s->r, &page.items[i]));
    json_object_set_new(o, "items", items);
    json_object_set_new(o, "total", page.total < 0 ? json_null() : json_integer(page.total));
    json_object_set_new(o, "totalMore", json_boolean(page.total_more));
    json_set_str_or_null(o, "next", page.next);
    return diag_arena(c->op.diag, c->op.arena);
}

static void list_records(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct looking *s = begin_look(c, read_list_of);
    (void)app;
    if (s && api_record_filter(c, s->r, &s->f))
        look_at(c, s);
}

/* ---- one record ---- */

static enum err read_one(struct call *c, struct looking *s)
{
    struct record record;
    TRY(record_open(&c->op, s->r, s->id, &record));
    if (s->r->closed)
        TRY(record_looked(&c->op, s->r, s->id, 1));
    s->answer = json_keep(c->op.arena, api_record_json(c, s->r, &record));
    return diag_arena(c->op.diag, c->op.arena);
}

static void show_record(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct looking *s = begin_look(c, read_one);
    (void)app;
    if (s && api_param_id(c, "id", &s->id))
        look_at(c, s);
}

static json_t *version_json(struct call *c, const struct record_version *v)
{
    json_t *o = json_object();
    json_object_set_new(o, "version", json_integer(v->version));
    json_set_instant(&c->op, o, "at", v->at);
    json_set_str_or_null(o, "by", v->actor_name);
    json_set_str(o, "reason", v->reason);
    json_object_set_new(o, "removed", json_boolean(v->removed));
    if (v->batch)
        json_set_id(o, "batch", v->batch);
    else
        json_object_set_new(o, "batch", json_null());
    json_object_set_new(o, "data", v->data ? json_incref(v->data) : json_null());
    return o;
}

static enum err read_history(struct call *c, struct looking *s)
{
    struct record_version *versions;
    size_t count = 0;
    TRY(record_versions(&c->op, s->r, s->id, &versions, &count));
    if (s->r->closed)
        TRY(record_looked(&c->op, s->r, s->id, count));
    json_t *o = s->answer = json_keep(c->op.arena, json_object()), *items = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, version_json(c, &versions[i]));
    json_object_set_new(o, "items", items);
    return diag_arena(c->op.diag, c->op.arena);
}

static void show_history(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct looking *s = begin_look(c, read_history);
    (void)app;
    if (s && api_param_id(c, "id", &s->id))
        look_at(c, s);
}

static void show_related(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct record record;
    struct record_related *list;
    size_t count = 0;
    int64_t id;
    (void)app;
    if (!api_register(c, &r) || !api_param_id(c, "id", &id) || !api_read(c))
        return;
    enum err e = record_open(&c->op, r, id, &record);
    if (e == OK)
        e = record_related(&c->op, r, &record, &list, &count);
    json_t *o = json_keep(req->arena, json_object()), *items = json_array();
    for (size_t i = 0; e == OK && i < count; i++) {
        json_t *one = json_object();
        json_set_str(one, "register", list[i].r->code);
        json_object_set_new(one, "name", json_name(list[i].r->name));
        json_set_str(one, "column", list[i].column->name);
        json_object_set_new(one, "count", json_integer(list[i].count));
        json_object_set_new(one, "more", json_boolean(list[i].more));
        json_array_append_new(items, one);
    }
    json_object_set_new(o, "items", items);
    api_read_answer(c, e, o);
}

static const struct api_param list_params[] = { { "q", "string", "words to search for" },
    { "list", "string", "a list of the register's definition" },
    { "where", "string", "JSON list of {column, compare, value}" },
    { "sort", "string", "a column, with - in front for falling order; newest" },
    { "box", "string", "west,south,east,north in degrees" },
    { "after", "string", "next of the page before" }, { "limit", "integer", "1 to 500" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route register_routes[] = {
    { "GET", "/api/registers", list_registers, 0, NULL,
        DOC("listRegisters", "Registers that the reader may see", "registers", API_PUBLIC, NULL,
            "[Register]", 0, NULL) },
    { "GET", "/api/registers/{register}", show_register, 0, NULL,
        DOC("getRegister", "A register's definition", "registers", API_PUBLIC, NULL, "Register", 0,
            NULL) },
    { "GET", "/api/codes/{table}", show_codes, 0, NULL,
        DOC("getCodes", "A code table", "registers", API_PUBLIC, NULL, "[Code]", 0, NULL) },
    { "GET", "/api/registers/{register}/records", list_records, 0, NULL,
        DOC("listRecords", "Records of a register", "registers", API_PUBLIC, NULL, "RecordPage", 0,
            list_params) },
    { "GET", "/api/registers/{register}/records/{id}", show_record, 0, NULL,
        DOC("getRecord", "One record", "registers", API_PUBLIC, NULL, "Record", 0, NULL) },
    { "GET", "/api/registers/{register}/records/{id}/history", show_history, 0, NULL,
        DOC("getRecordHistory", "Every version of a record", "registers", API_SESSION, NULL,
            "[RecordVersion]", 0, NULL) },
    { "GET", "/api/registers/{register}/records/{id}/related", show_related, 0, NULL,
        DOC("getRecordRelated", "Registers whose records refer to it", "registers", API_SESSION,
            NULL, "[RecordRelated]", 0, NULL) },
    { 0 },
};
