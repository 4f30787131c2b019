/* See house.h. */
#include "house.h"

#include "base/check.h"
#include "folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int64_t now_ms(void *ctx)
{
    return ((struct house *)ctx)->now_ms;
}

int64_t house_ms(const struct house *h, const char *when)
{
    char text[40];
    int64_t ms;
    (void)h;
    assert_int_equal(strlen(when), 16);
    snprintf(text, sizeof text, "%.10sT%s:00+08:00", when, when + 11);
    assert_true(instant_parse(str_from(text), &ms));
    return ms;
}

void house_at(struct house *h, const char *when)
{
    h->now_ms = house_ms(h, when);
}

const char *house_when(struct house *h, int64_t ms)
{
    if (!ms)
        return "";
    str text = instant_format(&h->arena, ms, 8 * 3600);
    str day = str_slice(text, 0, 10), hour = str_slice(text, 11, 16);
    return str_printf(&h->arena, "%.*s %.*s", STR_ARGS(day), STR_ARGS(hour)).data;
}

/* ---- running things ---- */

struct op house_op(struct house *h, const struct actor *a)
{
    h->diag = (struct diag){ 0 };
    return (struct op){
        .zone = h->zone, .arena = &h->arena, .actor = a, .now_ms = h->now_ms, .diag = &h->diag
    };
}

enum err house_write(struct house *h, const struct actor *a, house_fn fn, void *ctx)
{
    struct op op = house_op(h, a);
    return zone_write(&op, fn, ctx);
}

enum err house_read(struct house *h, const struct actor *a, house_fn fn, void *ctx)
{
    struct op op = house_op(h, a);
    assert_int_equal(store_read_begin(h->zone->store, &op.conn, &h->diag), OK);
    enum err e = fn(&op, ctx);
    store_read_end(op.conn);
    return e;
}

struct look {
    const char *sql;
    int64_t number;
    str text;
};

static enum err look(struct op *op, void *ctx)
{
    struct look *l = ctx;
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag, l->sql, S_TEXT(op->zone->code)));
    l->number = store_int(&rows, 0);
    l->text = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return OK;
}

static struct look look_at(struct house *h, const char *sql)
{
    struct look l = { .sql = sql };
    if (house_read(h, &actor_system, look, &l) != OK)
        fail_msg("%s: %s", sql, h->diag.en);
    return l;
}

int64_t house_number(struct house *h, const char *sql)
{
    return look_at(h, sql).number;
}

str house_text(struct house *h, const char *sql)
{
    return look_at(h, sql).text;
}

static enum err tamper(struct op *op, void *ctx)
{
    return STORE_EXEC(op->conn, op->diag, ctx, S_TEXT(op->zone->code));
}

void house_tamper(struct house *h, const char *sql)
{
    if (house_write(h, &actor_system, tamper, (void *)sql) != OK)
        fail_msg("%s: %s", sql, h->diag.en);
}

/* ---- people ---- */

struct firm {
    const char *body, *name;
    int64_t id;
};

static enum err put_firm(struct op *op, void *ctx)
{
    struct firm *f = ctx;
    struct diag_list faults;
    str first = str_from(f->body);
    char check = credit_code_check(first);
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 8);
    json_set_str(data, "credit_code", str_concat(op->arena, first, (str){ &check, 1 }));
    json_set_str(data, "name", str_from(f->name));
    json_set_str(data, "industry", STR("3670"));
    f->id = 0;
    return record_put(op, STR("enterprise"), &f->id, data, STR("test"), &faults);
}

static int64_t firm(struct house *h, const char *body, const char *name)
{
    struct firm f = { body, name, 0 };
    if (house_write(h, &actor_system, put_firm, &f) != OK)
        fail_msg("enterprise: %s", h->diag.en);
    return f.id;
}

struct person {
    struct account_input in;
    int64_t id;
};

static enum err put_person(struct op *op, void *ctx)
{
    struct person *p = ctx;
    return account_create(op, &p->in, &p->id);
}

static struct actor person(struct house *h, const char *role, const char *unit, int64_t enterprise)
{
    str login = str_printf(&h->arena, "%s%lld", role, (long long)++h->people);
    struct person p = { .in = { .login = login,
                            .name = login,
                            .role = str_from(role),
                            .unit = str_from(unit),
                            .password = STR("Secret-2026"),
                            .enterprise_id = enterprise } };
    if (house_write(h, &actor_system, put_person, &p) != OK)
        fail_msg("account %s: %s", role, h->diag.en);
    return (struct actor){ .account = p.id,
        .login = login,
        .name = login,
        .unit = str_from(unit),
        .enterprise = enterprise,
        .role = pack_role(zone_pack(h->zone), str_from(role)) };
}

static void open_zone(struct house *h, const char *pack_dir)
{
    struct diag_list faults;
    diag_list_init(&faults, &h->arena, 20);
    struct zone_options o = {
        .sys = &h->sys, .data_dir = h->folder, .pack_dir = pack_dir, .create = pack_dir != NULL
    };
    if (zone_open(&o, &h->zone, &faults, &h->diag) != OK)
        fail_msg("zone_open: %s:%d %s", h->diag.file, h->diag.line, h->diag.en);
}

/* Roles are the pack's: looked up again after another pack has come. */
static void renew_roles(struct house *h)
{
    struct actor *all[] = { &h->contact, &h->stranger, &h->officer, &h->power, &h->power2, &h->head,
        &h->eco, &h->leader, &h->inspector, &h->admin };
    static const char *const roles[] = { "contact", "contact", "officer", "handler", "handler",
        "head", "handler", "leader", "inspector", "admin" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        all[i]->role = pack_role(zone_pack(h->zone), str_from(roles[i]));
}

void house_reopen(struct house *h, const char *pack_dir)
{
    zone_close(h->zone);
    open_zone(h, pack_dir);
    renew_roles(h);
}

static void folder_make(struct house *h)
{
    snprintf(h->folder, sizeof h->folder, "/tmp/junma-zone-XXXXXX");
    assert_non_null(mkdtemp(h->folder));
}

static void start(struct house *h)
{
    h->sys = *sys_real();
    h->sys.ctx = h;
    h->sys.now_ms = now_ms;
    house_at(h, "2026-03-02 09:00");
    open_zone(h, ZONES_DIR "/nanchang");
}

/* Making the tables of a whole pack takes longer than most tests do: one house is furnished for each
 * test program, and every test gets a copy of its folder. */
static struct house model;

static void model_drop(void)
{
    folder_drop(model.folder);
    arena_release(&model.arena);
}

static void model_make(void)
{
    struct house *h = &model;
    arena_init(&h->arena, NULL, 256 * MIB);
    folder_make(h);
    start(h);
    h->firm = firm(h, "91360108Y00000001", "示例甲有限公司");
    h->other = firm(h, "91360108Y00000002", "示例乙有限公司");
    h->contact = person(h, "contact", "", h->firm);
    h->stranger = person(h, "contact", "", h->other);
    h->officer = person(h, "officer", "CENTRE", 0);
    h->power = person(h, "handler", "POWER", 0);
    h->power2 = person(h, "handler", "POWER", 0);
    h->head = person(h, "head", "POWER", 0);
    h->eco = person(h, "handler", "ECO", 0);
    h->leader = person(h, "leader", "LEAD", 0);
    h->inspector = person(h, "inspector", "DISC", 0);
    h->admin = person(h, "admin", "IT", 0);
    zone_close(h->zone);
    h->zone = NULL;
    atexit(model_drop);
}

void house_open(struct house *h)
{
    if (!model.folder[0])
        model_make();
    *h = model;
    arena_init(&h->arena, NULL, 256 * MIB);
    folder_make(h);
    assert_true(folder_copy(model.folder, h->folder));
    start(h);
    renew_roles(h);
}

void house_close(struct house *h)
{
    zone_close(h->zone);
    arena_release(&h->arena);
    folder_drop(h->folder);
}

int house_setup(void **state)
{
    struct house *h = malloc(sizeof *h);
    house_open(h);
    *state = h;
    return 0;
}

int house_teardown(void **state)
{
    house_close(*state);
    free(*state);
    return 0;
}

/* ---- cases ---- */

struct raising {
    struct asked q;
    struct case_created made;
};

static enum err raise_case(struct op *op, void *ctx)
{
    struct raising *r = ctx;
    struct diag_list faults;
    json_t *data = json_keep(op->arena, json_object());
    diag_list_init(&faults, op->arena, 16);
    if (r->q.topic)
        json_set_str(data, "topic", str_from(r->q.topic));
    json_set_str(data, "title", str_from(r->q.title));
    json_set_str(data, "content", str_from(r->q.content));
    json_set_str(data, "urgency", str_from(r->q.urgency ? r->q.urgency : "normal"));
    json_set_str(data, "contact_name", STR("张示例"));
    json_set_str(data, "contact_phone", STR("13800000000"));
    struct case_input in = { .kind = STR("request"),
        .channel = str_from(r->q.channel),
        .data = data,
        .enterprise_id = r->q.enterprise,
        .faults = &faults };
    return case_create(op, &in, &r->made);
}

enum err house_try_raise(
    struct house *h, const struct actor *a, struct asked q, struct case_row *out)
{
    struct raising r = { .q = q };
    enum err e = house_write(h, a, raise_case, &r);
    if (e == OK)
        *out = r.made.row;
    return e;
}

struct case_row house_raise(struct house *h, const struct actor *a, struct asked q)
{
    struct case_row row;
    if (house_try_raise(h, a, q, &row) != OK)
        fail_msg("raise \"%s\": %s (%s)", q.title, h->diag.en, h->diag.field);
    return row;
}

struct case_row house_power_case(struct house *h)
{
    return house_raise(h, &h->contact,
        (struct asked){
            .topic = "power", .title = "厂房下午跳闸", .content = "每天下午跳闸,生产线停机。" });
}

struct case_row house_eco_case(struct house *h)
{
    return house_raise(h, &h->contact,
        (struct asked){ .topic = "network",
            .title = "园区手机信号弱",
            .content = "仓库里手机信号弱,扫码枪掉线。" });
}

struct verbing {
    int64_t id;
    struct verb_input in;
    struct verb_result result;
};

static enum err do_verb(struct op *op, void *ctx)
{
    struct verbing *v = ctx;
    return case_verb(op, v->id, &v->in, &v->result);
}

enum err house_try(
    struct house *h, const struct actor *a, int64_t id, struct verb_input in, struct case_row *out)
{
    struct verbing v = { .id = id, .in = in };
    enum err e = house_write(h, a, do_verb, &v);
    if (e == OK && out)
        *out = v.result.row;
    return e;
}

struct case_row house_do(struct house *h, const struct actor *a, int64_t id, struct verb_input in)
{
    struct case_row row;
    if (house_try(h, a, id, in, &row) != OK)
        fail_msg("%s by %.*s: %s (%s)", verb_info(in.verb)->word, STR_ARGS(a->name), h->diag.en,
            h->diag.field);
    return row;
}

void house_refuses(struct house *h, const struct actor *a, int64_t id, struct verb_input in,
    enum err e, const char *words)
{
    int64_t events = house_number(h, "SELECT count(*) FROM journal WHERE zone = $1");
    enum err got = house_try(h, a, id, in, NULL);
    if (got != e || !strstr(h->diag.en, words))
        fail_msg("%s by %.*s: %s \"%s\", not %s \"%s\"", verb_info(in.verb)->word,
            STR_ARGS(a->name), got ? err_code(got) : "done", h->diag.en, err_code(e), words);
    assert_true(h->diag.zh[0] != 0);
    /* What is refused leaves nothing behind. */
    assert_int_equal(house_number(h, "SELECT count(*) FROM journal WHERE zone = $1"), events);
}

struct getting {
    int64_t id;
    struct case_row row;
};

static enum err get(struct op *op, void *ctx)
{
    struct getting *g = ctx;
    return case_get(op, g->id, &g->row);
}

struct case_row house_get(struct house *h, const struct actor *a, int64_t id)
{
    struct getting g = { .id = id };
    if (house_read(h, a, get, &g) != OK)
        fail_msg("case_get: %s", h->diag.en);
    return g.row;
}

struct promising {
    int64_t id;
    const char *code;
    struct promise found;
};

static enum err promised(struct op *op, void *ctx)
{
    struct promising *p = ctx;
    struct promise *list;
    size_t count;
    TRY(promise_list(op, p->id, false, &list, &count));
    for (size_t i = 0; i < count; i++)
        if (str_is(list[i].code, p->code))
            p->found = list[i];
    return OK;
}

struct promise house_promise(struct house *h, int64_t id, const char *code)
{
    struct promising p = { .id = id, .code = code };
    assert_int_equal(house_read(h, &actor_system, promised, &p), OK);
    return p.found;
}

static enum err timers(struct op *op, void *ctx)
{
    return case_timers(op, 100, ctx);
}

void house_timers(struct house *h, size_t expected)
{
    size_t fired = 0;
    if (house_write(h, &actor_system, timers, &fired) != OK)
        fail_msg("timers: %s", h->diag.en);
    assert_int_equal(fired, expected);
}
