/*
 * What a register takes together from the records that refer to it: counted in the write that
 * changed them, whichever way they were changed; and rules that decide a column.
 *
 * The registers of the tests: a duty has checks; a site has duties, so that what a duty takes from
 * its checks goes on to the site.
 */
#include "copy.h"
#include "house.h"

#include "zone/figure.h"
#include "zone/record_case.h"
#include "zone/today.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define N(text) "{\"zh\":\"" text "\",\"en\":\"" text "\"}"
#define COLUMN(name, type, more)                                                                   \
    "{\"name\":\"" name "\",\"title\":" N(name) ",\"type\":\"" type "\"" more "}"
#define ACCESS "\"access\":{\"write\":[\"officer\"]}"
#define TAKEN(of, by, take, more)                                                                  \
    ",\"rollup\":{\"register\":\"" of "\",\"by\":\"" by "\",\"take\":\"" take "\"" more "}"

static const char duty[]
    = "{\"register\":\"duty\",\"name\":" N("Duty") ",\"key\":\"code\",\"label\":\"code\","
      "\"columns\":["
      COLUMN("code", "text", ",\"required\":true,\"unique\":true") ","
      COLUMN("site", "ref", ",\"ref\":\"site\"") ","
      COLUMN("days", "int", "") ","
      COLUMN("checks", "int", TAKEN("check", "duty", "count", "")) ","
      COLUMN("good", "int", TAKEN("check", "duty", "count",
          ",\"where\":[{\"column\":\"passed\",\"value\":\"true\"}]")) ","
      COLUMN("cost", "money", TAKEN("check", "duty", "sum", ",\"column\":\"cost\"")) ","
      COLUMN("first_on", "date", TAKEN("check", "duty", "min", ",\"column\":\"done_on\"")) ","
      COLUMN("last_on", "date", TAKEN("check", "duty", "max", ",\"column\":\"done_on\"")) ","
      COLUMN("last_by", "text", TAKEN("check", "duty", "last",
          ",\"column\":\"by_whom\",\"order\":\"done_on\"")) ","
      COLUMN("recent", "int", TAKEN("check", "duty", "count",
          ",\"where\":[{\"column\":\"done_on\",\"compare\":\"at-least\",\"value\":\"$today\"}]")) ","
      COLUMN("next_on", "date", ",\"computed\":\"if last_on = null or days = null "
          "then null else last_on + duration(\\\"P1D\\\") * days\"") ","
      COLUMN("missed", "bool", ",\"indexed\":true,\"computed\":\"next_on != null and next_on < today\"")
      "]," ACCESS "}";

static const char check[]
    = "{\"register\":\"check\",\"name\":" N("Check") ",\"columns\":["
      COLUMN("duty", "ref", ",\"ref\":\"duty\",\"required\":true") ","
      COLUMN("done_on", "date", "") ","
      COLUMN("passed", "bool", "") ","
      COLUMN("cost", "money", "") ","
      COLUMN("by_whom", "text", "")
      "]," ACCESS "}";

static const char site[]
    = "{\"register\":\"site\",\"name\":" N("Site") ",\"key\":\"code\",\"label\":\"code\",\"columns\":["
      COLUMN("code", "text", ",\"required\":true,\"unique\":true") ","
      COLUMN("missed", "int", TAKEN("duty", "site", "count",
          ",\"where\":[{\"column\":\"missed\",\"value\":\"true\"}]")) ","
      COLUMN("checks", "int", TAKEN("duty", "site", "sum", ",\"column\":\"checks\""))
      "]," ACCESS "}";
#define FIGURE(title, of, by, rows, value)                                                         \
    "-- title: " title "\n-- unit: 1\n-- of: " of "\n" by "rows:\n" rows "\nvalue:\n" value "\n"

static const char duty_checks[] = FIGURE("Checks", "duty", "-- by: code = code; who = last_by\n",
    "SELECT id, code, checks, good, cost, last_by FROM record_duty WHERE zone = $1",
    "SELECT sum(checks) * 10000 + sum(good) * 1000 + sum(cost) FROM rows");
static const char site_checks[] = FIGURE("Checks", "site", "",
    "SELECT s.id, s.checks FROM record_site s WHERE s.zone = $1 AND s.checks > 0",
    "SELECT sum(checks) FROM rows");
static const char duty_next[] = FIGURE("Next", "duty", "",
    "SELECT id, days FROM record_duty WHERE zone = $1 AND next_on > '2026-03-01'",
    "SELECT sum(days) FROM rows");
/* clang-format on */

static void open_with(struct house *h, const char *duty_text)
{
    struct copy c;
    copy_make(&c);
    copy_add(&c, "registers/duty.json", duty_text);
    copy_add(&c, "registers/check.json", check);
    copy_add(&c, "registers/site.json", site);
    copy_add(&c, "economy/figures/duty_checks.sql", duty_checks);
    copy_add(&c, "economy/figures/site_checks.sql", site_checks);
    copy_add(&c, "economy/figures/duty_next.sql", duty_next);
    house_reopen(h, c.folder);
    copy_remove(&c);
}

static int setup(void **state)
{
    int rc = house_setup(state);
    open_with(*state, duty);
    return rc;
}

struct saving {
    const char *code, *json;
    int64_t id, batch;
    struct diag_list faults;
    struct record record;
};

static enum err save(struct op *op, void *ctx)
{
    struct saving *s = ctx;
    struct record_change change = { .id = s->id,
        .reason = STR("测试"),
        .batch = s->batch,
        .faults = &s->faults };
    TRY(json_parse(op->arena, str_from(s->json), &change.data, op->diag));
    diag_list_init(&s->faults, op->arena, 20);
    return record_save(
        op, pack_register(zone_pack(op->zone), str_from(s->code)), &change, &s->record);
}

static int64_t put_batch(
    struct house *h, const char *code, int64_t id, int64_t batch, const char *json)
{
    struct saving s = { .code = code, .json = json, .id = id, .batch = batch };
    if (house_write(h, &h->officer, save, &s) != OK)
        fail_msg("%s: %s (%s)", json, h->diag.en, h->diag.field);
    return s.record.id;
}

static int64_t put(struct house *h, const char *code, int64_t id, const char *json)
{
    return put_batch(h, code, id, 0, json);
}

struct opening {
    const char *code, *key;
    struct record record;
};

static enum err open_one(struct op *op, void *ctx)
{
    struct opening *o = ctx;
    return record_by_key(op, str_from(o->code), str_from(o->key), &o->record);
}

/* The record's columns as one line of JSON, those asked for. */
static const char *shown(struct house *h, const char *code, const char *key, const char *columns)
{
    struct opening o = { .code = code, .key = key };
    struct buf b;
    str one, rest = str_from(columns);
    buf_init(&b, &h->arena, 1000);
    if (house_read(h, &actor_system, open_one, &o) != OK)
        fail_msg("%s %s: %s", code, key, h->diag.en);
    while (str_split(&rest, ' ', &one)) {
        json_t *v = json_object_getn(o.record.data, one.data, one.bytes);
        char *text = json_dumps(v, JSON_ENCODE_ANY);
        buf_printf(&b, "%s%s", b.bytes ? " " : "", text ? text : "?");
        free(text);
    }
    buf_add_char(&b, 0);
    return buf_str(&b).data;
}

#define DUTY "checks good cost first_on last_on last_by next_on"

static void follows_its_records(void **state)
{
    struct house *h = *state;
    put(h, "site", 0, "{\"code\":\"S\"}");
    int64_t a = put(h, "duty", 0, "{\"code\":\"A\",\"site\":\"S\",\"days\":7}");
    put(h, "duty", 0, "{\"code\":\"B\"}");
    assert_string_equal(shown(h, "duty", "A", DUTY), "0 0 0 \"\" \"\" \"\" \"\"");
    int64_t one = put(h, "check", 0,
        "{\"duty\":\"A\",\"done_on\":\"2026-02-20\",\"passed\":true,\"cost\":150,\"by_whom\":\"甲\"}");
    put(h, "check", 0,
        "{\"duty\":\"A\",\"done_on\":\"2026-02-10\",\"passed\":false,\"cost\":50,\"by_whom\":\"乙\"}");
    assert_string_equal(shown(h, "duty", "A", DUTY),
        "2 1 200 \"2026-02-10\" \"2026-02-20\" \"甲\" \"2026-02-27\"");
    assert_string_equal(shown(h, "site", "S", "missed checks"), "1 2");
    /* Changed, and moved to another. */
    put(h, "check", one, "{\"done_on\":\"2026-02-28\"}");
    assert_string_equal(shown(h, "duty", "A", "last_on next_on missed"),
        "\"2026-02-28\" \"2026-03-07\" false");
    assert_string_equal(shown(h, "site", "S", "missed checks"), "0 2");
    put(h, "check", one, "{\"duty\":\"B\"}");
    assert_string_equal(shown(h, "duty", "A", "checks good cost"), "1 0 50");
    assert_string_equal(shown(h, "duty", "B", "checks good cost"), "1 1 150");
    assert_string_equal(shown(h, "site", "S", "missed checks"), "1 1");
    /* It is no version of the record, and cannot be entered. */
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM register_duty_history WHERE zone = $1"), 2);
    struct saving s = { .code = "duty", .id = a, .json = "{\"checks\":9}" };
    assert_int_equal(house_write(h, &h->officer, save, &s), ERR_INVALID);
    assert_string_equal(h->diag.field, "checks");
    /* A change of the record itself keeps what was taken together. */
    put(h, "duty", a, "{\"days\":30}");
    assert_string_equal(shown(h, "duty", "A", "checks next_on"), "1 \"2026-03-12\"");
    put(h, "duty", a, "{\"code\":\"A2\"}"); /* whom nobody refers to any more */
    assert_string_equal(shown(h, "duty", "A2", "checks last_on"), "0 \"\"");
}

struct figuring {
    struct figure_query q;
    struct figure_result r;
};

static enum err figure(struct op *op, void *ctx)
{
    struct figuring *f = ctx;
    return figure_value(op, &f->q, &f->r);
}

static double value_at(struct house *h, const char *name, int64_t at_ms)
{
    struct figuring f = { .q = { .name = str_from(name), .at_ms = at_ms } };
    if (house_read(h, &actor_system, figure, &f) != OK)
        fail_msg("%s: %s", name, h->diag.en);
    return f.r.whole.value;
}

/* As of a past day it is taken together again, from the records of that day; what was computed from
 * it is refused. */
static void asked_for_the_past(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-03-01 09:00");
    put(h, "site", 0, "{\"code\":\"S\"}");
    put(h, "duty", 0, "{\"code\":\"A\",\"site\":\"S\",\"days\":7}");
    int64_t one = put(h, "check", 0,
        "{\"duty\":\"A\",\"done_on\":\"2026-02-20\",\"passed\":true,\"cost\":150,\"by_whom\":\"甲\"}");
    house_at(h, "2026-03-02 09:00");
    int64_t second = house_op(h, &actor_system).now_ms;
    put(h, "check", 0,
        "{\"duty\":\"A\",\"done_on\":\"2026-02-25\",\"passed\":false,\"cost\":50,\"by_whom\":\"乙\"}");
    house_at(h, "2026-03-03 09:00");
    int64_t third = house_op(h, &actor_system).now_ms;
    put(h, "check", one, "{\"cost\":7,\"passed\":false}");
    assert_true(value_at(h, "duty_checks", 0) == 20057);
    assert_true(value_at(h, "duty_checks", third - 1) == 21200);
    assert_true(value_at(h, "duty_checks", second - 1) == 11150);
    assert_true(value_at(h, "site_checks", 0) == 2);
    assert_true(value_at(h, "site_checks", second - 1) == 1);
    struct figuring f
        = { .q = { .name = STR("duty_checks"), .by = STR("who"), .at_ms = second - 1 } };
    assert_int_equal(house_read(h, &actor_system, figure, &f), OK);
    assert_int_equal(f.r.group_count, 1);
    assert_true(str_is(f.r.groups[0].key, "甲"));
    f = (struct figuring){ .q = { .name = STR("duty_next"), .at_ms = second } };
    assert_int_equal(house_read(h, &actor_system, figure, &f), ERR_UNSUPPORTED);
    assert_non_null(strstr(h->diag.en, "next_on, which follows cases or what is taken together"));
    assert_non_null(strstr(h->diag.zh, "next_on"));
    f.q.at_ms = 0;
    assert_int_equal(house_read(h, &actor_system, figure, &f), OK);
}

struct removing {
    const char *code;
    int64_t id, batch, undone, kept;
};

static enum err remove_one(struct op *op, void *ctx)
{
    struct removing *r = ctx;
    return record_remove(op, pack_register(zone_pack(op->zone), str_from(r->code)), r->id, 0,
        STR("登记错误"));
}

static enum err undo(struct op *op, void *ctx)
{
    struct removing *r = ctx;
    struct record_undo u = { 0 };
    TRY(record_undo_batch(op, pack_register(zone_pack(op->zone), str_from(r->code)), r->batch,
        STR("撤销"), &u));
    r->undone = u.undone;
    r->kept = u.kept;
    return OK;
}

static void removed_and_undone(void **state)
{
    struct house *h = *state;
    int64_t a = put(h, "duty", 0, "{\"code\":\"A\"}");
    int64_t one = put(h, "check", 0, "{\"duty\":\"A\",\"cost\":150}");
    put_batch(h, "check", 0, 7, "{\"duty\":\"A\",\"cost\":1}");
    put_batch(h, "check", one, 7, "{\"cost\":100}");
    put_batch(h, "duty", a, 8, "{\"days\":3}");
    assert_string_equal(shown(h, "duty", "A", "checks cost"), "2 101");
    struct removing r = { .code = "check", .batch = 7 };
    assert_int_equal(house_write(h, &h->officer, undo, &r), OK);
    assert_int_equal(r.undone, 2);
    assert_string_equal(shown(h, "duty", "A", "checks cost"), "1 150");
    /* An undone change of the record itself brings back no stale number. */
    r = (struct removing){ .code = "duty", .batch = 8 };
    assert_int_equal(house_write(h, &h->officer, undo, &r), OK);
    assert_string_equal(shown(h, "duty", "A", "checks cost days"), "1 150 null");
    r = (struct removing){ .code = "check", .id = one };
    assert_int_equal(house_write(h, &h->officer, remove_one, &r), OK);
    assert_string_equal(shown(h, "duty", "A", "checks cost"), "0 0");
}

static void depends_on_the_day(void **state)
{
    struct house *h = *state;
    put(h, "site", 0, "{\"code\":\"S\"}");
    put(h, "duty", 0, "{\"code\":\"A\",\"site\":\"S\",\"days\":7}");
    put(h, "check", 0, "{\"duty\":\"A\",\"done_on\":\"2026-03-04\"}");
    assert_string_equal(shown(h, "duty", "A", "recent missed"), "1 false");
    house_at(h, "2026-03-20 00:10");
    struct op op = house_op(h, &actor_system);
    for (int i = 0; i < 400; i++) /* a few registers a call */
        assert_int_equal(records_daily(&op), OK);
    assert_string_equal(shown(h, "duty", "A", "recent missed"), "0 true");
    assert_string_equal(shown(h, "site", "S", "missed checks"), "1 1");
}

/* A definition that takes something else has every record counted again. */
static void a_definition_changes(void **state)
{
    struct house *h = *state;
    put(h, "site", 0, "{\"code\":\"S\"}");
    put(h, "duty", 0, "{\"code\":\"A\",\"site\":\"S\",\"days\":7}");
    put(h, "check", 0, "{\"duty\":\"A\",\"done_on\":\"2026-02-20\",\"passed\":true,\"cost\":150}");
    put(h, "check", 0, "{\"duty\":\"A\",\"passed\":false,\"cost\":50}");
    const char *old = "\"column\":\"passed\",\"value\":\"true\"";
    ptrdiff_t at = str_find(str_from(duty), str_from(old), 0);
    assert_true(at > 0);
    const char *fresh = str_printf(&h->arena, "%.*s\"column\":\"done_on\",\"compare\":\"empty\"%s",
        (int)at, duty, duty + at + strlen(old)).data;
    put(h, "check", 0, "{\"duty\":\"A\"}");
    assert_string_equal(shown(h, "duty", "A", "checks good"), "3 1");
    open_with(h, fresh);
    assert_string_equal(shown(h, "duty", "A", "checks good"), "3 2");
    assert_string_equal(shown(h, "site", "S", "checks"), "3");
}

struct many {
    int count;
};

static enum err put_many(struct op *op, void *ctx)
{
    const struct many *m = ctx;
    struct diag_list faults;
    diag_list_init(&faults, op->arena, 4);
    for (int i = 0; i < m->count; i++) {
        int64_t id = 0;
        json_t *data = json_keep(op->arena, json_object());
        json_set_str(data, "duty", STR("A"));
        json_set_int(data, "cost", 1);
        TRY(record_put(op, STR("check"), &id, data, STR("many"), &faults));
    }
    return OK;
}

/* Many in one write are counted once; were they counted one by one, this would run for minutes. */
static void many_at_once(void **state)
{
    struct house *h = *state;
    put(h, "duty", 0, "{\"code\":\"A\"}");
    struct many m = { 3000 };
    assert_int_equal(house_write(h, &actor_system, put_many, &m), OK);
    assert_string_equal(shown(h, "duty", "A", "checks cost"), "3000 3000");
}

/* ---- decisions ---- */

static void a_rule_decides(void **state)
{
    struct house *h = *state;
    int64_t id = put(h, "project",
        0, "{\"number\":\"P1\",\"name\":\"示例\",\"kind\":\"industrial\",\"developer\":\"示例公司\"}");
    assert_string_equal(shown(h, "project", "P1", "light"), "\"grey\"");
    put(h, "project", id, "{\"plan_started_on\":\"2026-03-30\"}");
    assert_string_equal(shown(h, "project", "P1", "light"), "\"green\"");
    int64_t obstacle = put(h, "obstacle", 0,
        "{\"project\":\"P1\",\"title\":\"缺电\",\"kind\":\"power\",\"weight\":\"blocking\","
        "\"found_on\":\"2026-02-20\"}");
    assert_string_equal(shown(h, "project", "P1", "light blocking"), "\"amber\" 1");
    put(h, "obstacle", obstacle, "{\"solved_on\":\"2026-03-01\"}");
    assert_string_equal(shown(h, "project", "P1", "light blocking"), "\"green\" 0");
    house_at(h, "2026-05-20 00:10");
    struct op op = house_op(h, &actor_system);
    for (int i = 0; i < 400; i++) /* a few registers a call */
        assert_int_equal(records_daily(&op), OK);
    assert_string_equal(shown(h, "project", "P1", "light overdue_days"), "\"red\" 51");
}

/* ---- cases out of records ---- */

struct raising {
    int64_t id;
    const char *action, *data;
    struct diag_list faults;
    struct case_created made;
    struct record_case *cases;
    size_t count;
    struct case_origin from;
};

static const struct pack_register *obstacles(struct op *op)
{
    return pack_register(zone_pack(op->zone), STR("obstacle"));
}

static enum err raise(struct op *op, void *ctx)
{
    struct raising *r = ctx;
    struct record_raising in = { .r = obstacles(op),
        .id = r->id,
        .action = str_from(r->action),
        .faults = &r->faults };
    diag_list_init(&r->faults, op->arena, 20);
    TRY(json_parse(op->arena, str_from(r->data), &in.data, op->diag));
    return record_raise(op, &in, &r->made);
}

static enum err look(struct op *op, void *ctx)
{
    struct raising *r = ctx;
    TRY(record_cases(op, obstacles(op), r->id, &r->cases, &r->count));
    return case_origin(op, r->made.row.id, &r->from);
}

static str firm_code(struct house *h)
{
    return house_text(h,
        str_printf(&h->arena, "SELECT credit_code FROM register_enterprise WHERE zone = $1 AND id = %lld",
            (long long)h->firm).data);
}

static void a_record_gives_rise_to_a_case(void **state)
{
    struct house *h = *state;
    str firm = firm_code(h);
    put(h, "project", 0,
        str_printf(&h->arena,
            "{\"number\":\"P1\",\"name\":\"示例\",\"kind\":\"industrial\",\"enterprise\":\"%.*s\","
            "\"officer\":\"示例专员\"}",
            STR_ARGS(firm)).data);
    put(h, "project", 0,
        "{\"number\":\"P2\",\"name\":\"示例\",\"kind\":\"industrial\",\"developer\":\"示例公司\"}");
#define OBSTACLE(project)                                                                          \
    "{\"project\":\"" project "\",\"title\":\"施工用电没有接通\",\"kind\":\"power\","               \
    "\"weight\":\"blocking\",\"found_on\":\"2026-02-20\"}"
    struct raising r = { .id = put(h, "obstacle", 0, OBSTACLE("P1")),
        .action = "request",
        .data = "{}" };
    assert_int_equal(house_write(h, &h->power, raise, &r), ERR_INVALID); /* nobody to call */
    assert_string_equal(h->diag.field, "contact_phone");
    r.data = "{\"contact_phone\":\"0791-83800000\"}";
    assert_int_equal(house_write(h, &h->leader, raise, &r), ERR_FORBIDDEN);
    r.action = "no-such";
    assert_int_equal(house_write(h, &h->power, raise, &r), ERR_NOT_FOUND);
    r.action = "request";
    if (house_write(h, &h->power, raise, &r) != OK)
        fail_msg("raise: %s (%s)", h->diag.en, h->diag.field);
    assert_str(r.made.row.title, "示例:施工用电没有接通");
    assert_str(r.made.row.urgency, "urgent");
    assert_int_equal(r.made.row.enterprise_id, h->firm);
    assert_str(r.made.row.unit, "POWER"); /* routed as any request */
    assert_int_equal(house_number(h, "SELECT requests_open FROM register_obstacle WHERE zone = $1"), 1);
    /* Read from both ends; of a case that is not his, one learns number and status. */
    assert_int_equal(house_read(h, &h->power, look, &r), OK);
    assert_int_equal(r.count, 1);
    assert_true(r.cases[0].seen);
    assert_str(r.from.label, "施工用电没有接通");
    assert_int_equal(house_read(h, &h->eco, look, &r), OK);
    assert_false(r.cases[0].seen);
    assert_str(r.cases[0].row.number, r.made.row.number.data);
    assert_int_equal(r.cases[0].row.title.bytes, 0);
    assert_int_equal(house_read(h, &h->contact, look, &r), OK);
    assert_int_equal(r.from.label.bytes, 0);
    /* The count follows the case. */
    house_do(h, &h->contact, r.made.row.id,
        (struct verb_input){ .verb = VERB_WITHDRAW, .reason = STR("已解决") });
    assert_int_equal(house_number(h, "SELECT requests_open FROM register_obstacle WHERE zone = $1"), 0);
    /* Nobody to speak for; and what is solved needs no help. */
    struct raising other = { .id = put(h, "obstacle", 0, OBSTACLE("P2")),
        .action = "request",
        .data = r.data };
    assert_int_equal(house_write(h, &h->officer, raise, &other), ERR_INVALID);
    assert_string_equal(h->diag.field, "project");
    put(h, "obstacle", r.id, "{\"solved_on\":\"2026-03-01\"}");
    assert_int_equal(house_write(h, &h->officer, raise, &r), ERR_NOT_ALLOWED);
}

/* ---- what recurs ---- */

static int64_t day(const char *text)
{
    struct date d;
    assert_true(date_parse(str_from(text), &d));
    return date_to_days(d);
}

/* In days of the calendar, and in working days: 7 and 8 March 2026 are a weekend. */
static void due_by_the_calendar(void **state)
{
    struct house *h = *state;
    const struct calendar *c = zone_pack(h->zone)->calendar;
    const struct {
        const char *last, *from, *due;
        int64_t days;
        bool working;
    } table[] = { { NULL, "2026-03-02", "2026-03-02", 3, true },
        { "2026-03-02", "2026-01-01", "2026-03-05", 3, false },
        { "2026-03-05", "2026-01-01", "2026-03-08", 3, false },
        { "2026-03-05", "2026-01-01", "2026-03-10", 3, true },
        { "2026-03-06", "2026-01-01", "2026-03-09", 1, true } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t due, last = table[i].last ? day(table[i].last) : INT64_MIN;
        assert_int_equal(today_due(c, last, day(table[i].from), table[i].days, table[i].working,
                             &due, &h->diag),
            OK);
        assert_int_equal(due, day(table[i].due));
    }
}

static const struct pack_page *today_page(struct house *h)
{
    const struct pack *p = zone_pack(h->zone);
    for (size_t i = 0; i < p->page_count; i++)
        if (str_is(p->pages[i].code, "today"))
            return &p->pages[i];
    fail_msg("the sample pack has no page of today's duties");
    return NULL;
}

struct looking {
    const struct pack_page *page;
    struct today_item *items;
    size_t count;
};

static enum err look_today(struct op *op, void *ctx)
{
    struct looking *l = ctx;
    return today_read(op, l->page, &l->items, &l->count);
}

static void duties_of_today(void **state)
{
    struct house *h = *state;
    put(h, "duty_level", 0,
        "{\"number\":\"L1\",\"name\":\"a\",\"kind\":\"fire\",\"from_on\":\"2026-02-01\"}");
    put(h, "duty_level", 0,
        "{\"number\":\"L2\",\"name\":\"over\",\"kind\":\"flood\",\"from_on\":\"2026-01-01\","
        "\"to_on\":\"2026-02-01\"}");
#define DUTY_ITEM(number, level, days)                                                             \
    "{\"number\":\"" number "\",\"title\":\"x\",\"kind\":\"check\",\"level\":\"" level "\",\"days\":" days \
    ",\"from_on\":\"2026-02-20\"}"
    put(h, "duty_item", 0, DUTY_ITEM("D1", "L1", "2"));
    put(h, "duty_item", 0, DUTY_ITEM("D2", "L1", "2"));
    put(h, "duty_item", 0, DUTY_ITEM("D3", "L2", "2"));
    put(h, "duty_done", 0, "{\"duty\":\"D2\",\"done_on\":\"2026-03-02\",\"passed\":true}");
    struct looking l = { .page = today_page(h) };
    assert_int_equal(house_read(h, &h->power, look_today, &l), OK);
    assert_int_equal(l.count, 2); /* the other level is over */
    assert_int_equal(l.items[0].state, TODAY_MISSED); /* due on 20 February, never done */
    assert_int_equal(l.items[0].days, 10);
    assert_int_equal(l.items[1].state, TODAY_DONE);
    assert_int_equal(house_read(h, &h->contact, look_today, &l), ERR_FORBIDDEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(follows_its_records, setup, house_teardown),
        cmocka_unit_test_setup_teardown(asked_for_the_past, setup, house_teardown),
        cmocka_unit_test_setup_teardown(removed_and_undone, setup, house_teardown),
        cmocka_unit_test_setup_teardown(depends_on_the_day, setup, house_teardown),
        cmocka_unit_test_setup_teardown(a_definition_changes, setup, house_teardown),
        cmocka_unit_test_setup_teardown(many_at_once, setup, house_teardown),
        cmocka_unit_test_setup_teardown(a_rule_decides, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(
            a_record_gives_rise_to_a_case, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(due_by_the_calendar, house_setup, house_teardown),
        cmocka_unit_test_setup_teardown(duties_of_today, house_setup, house_teardown),
    };
    return cmocka_run_group_tests_name("rollup", tests, NULL, NULL);
}
