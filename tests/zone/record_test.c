/*
 * Records as people see and change them: who may, lists in any order page by page, rules, computed
 * columns, places, money, batches and their undoing, compartments, changing a definition.
 *
 * The register of the tests is one of works: with a unit's own records, an enterprise's own, money,
 * a place, what is masked, a computed column and one that depends on the day.
 */
#include "copy.h"
#include "house.h"

#include "zone/record.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#define N(zh, en) "{\"zh\":\"" zh "\",\"en\":\"" en "\"}"
#define COLUMN(name, type, more)                                                                   \
    "{\"name\":\"" name "\",\"title\":" N(name, name) ",\"type\":\"" type "\"" more "}"

static const char works[]
    = "{\"register\":\"works\",\"name\":" N("工程", "Works") ",\"key\":\"code\",\"label\":\"name\","
      "\"columns\":["
      COLUMN("code", "text", ",\"required\":true,\"unique\":true") ","
      COLUMN("name", "text", ",\"required\":true") ","
      COLUMN("owner", "ref", ",\"ref\":\"enterprise\"") ","
      COLUMN("unit", "unit", "") ","
      COLUMN("budget", "money", ",\"min\":0") ","
      COLUMN("paid", "money", ",\"min\":0") ","
      COLUMN("place", "point", "") ","
      COLUMN("route", "shape", "") ","
      COLUMN("due_on", "date", "") ","
      COLUMN("done_on", "date", "") ","
      COLUMN("seen_at", "instant", "") ","
      COLUMN("phone", "text", ",\"check\":\"phone\",\"masked\":true") ","
      COLUMN("left_over", "money", ",\"computed\":\"budget - paid\"") ","
      COLUMN("late", "bool", ",\"computed\":\"done_on = null and due_on < today\","
      "\"daily\":true,\"indexed\":true")
      "],\"unique\":[[\"name\",\"unit\"]],"
      "\"access\":{\"read\":[\"leader\",\"contact\"],\"write\":[\"officer\",\"handler\"],"
      "\"reveal\":[\"officer\"],"
      "\"unit\":\"unit\",\"enterprise\":\"owner\"},"
      "\"rules\":[{\"must\":\"paid = null or budget = null or paid <= budget\",\"field\":\"paid\","
      "\"message\":"
      N("已付不能超过预算", "paid cannot exceed the budget") "},"
      "{\"must\":\"before = null or before.done_on = null or actor.role = \\\"officer\\\"\","
      "\"message\":"
      N("已完工的只能由中心修改", "what is done is changed by the centre only") "}],"
      "\"lists\":[{\"code\":\"late\",\"name\":" N("逾期", "Late") ",\"columns\":[\"code\",\"name\"],"
      "\"where\":[{\"column\":\"late\",\"value\":\"true\"}],\"sort\":\"-due_on\"}]}";

static const char clues[]
    = "{\"register\":\"clue\",\"name\":" N("线索", "Clues") ",\"label\":\"name\",\"columns\":["
      COLUMN("name", "text", ",\"required\":true") "],"
      "\"access\":{\"read\":[\"inspector\"],\"write\":[\"inspector\"],\"closed\":true}}";

static const char notices[]
    = "{\"register\":\"notice\",\"name\":" N("公示", "Notices") ",\"label\":\"name\",\"columns\":["
      COLUMN("name", "text", ",\"required\":true") "," COLUMN("inside", "text", "") ","
      COLUMN("about", "ref", ",\"ref\":\"works\"") "],"
      "\"access\":{\"write\":[\"officer\"],\"public\":[\"name\"]}}";
/* clang-format on */

static void open_with(struct house *h, const char *works_text)
{
    struct copy c;
    copy_make(&c);
    copy_add(&c, "registers/works.json", works_text);
    copy_add(&c, "registers/clue.json", clues);
    copy_add(&c, "registers/notice.json", notices);
    house_reopen(h, c.folder);
    copy_remove(&c);
}

static int setup(void **state)
{
    int rc = house_setup(state);
    open_with(*state, works);
    return rc;
}

static const struct pack_register *reg(struct house *h, const char *code)
{
    return pack_register(zone_pack(h->zone), str_from(code));
}

/* ---- asking ---- */

struct saving {
    const char *code, *json;
    int64_t id, if_version, batch;
    struct diag_list faults;
    struct record record;
};

static enum err save(struct op *op, void *ctx)
{
    struct saving *s = ctx;
    struct record_change change = { .id = s->id,
        .reason = STR("测试"),
        .if_version = s->if_version,
        .batch = s->batch,
        .faults = &s->faults };
    TRY(json_parse(op->arena, str_from(s->json), &change.data, op->diag));
    diag_list_init(&s->faults, op->arena, 20);
    return record_save(
        op, pack_register(zone_pack(op->zone), str_from(s->code)), &change, &s->record);
}

static int64_t made(struct house *h, const struct actor *a, const char *code, const char *json)
{
    struct saving s = { .code = code, .json = json };
    if (house_write(h, a, save, &s) != OK)
        fail_msg("%s: %s (%s)", json, h->diag.en, h->diag.field);
    return s.record.id;
}

static void refused(struct house *h, const struct actor *a, struct saving s, enum err e,
    const char *field, const char *words)
{
    enum err got = house_write(h, a, save, &s);
    if (got != e || strcmp(h->diag.field, field) != 0 || !strstr(h->diag.en, words))
        fail_msg("%s: %s, field %s: %s", s.json, got ? err_code(got) : "taken", h->diag.field,
            h->diag.en);
}

struct listing {
    const char *code;
    struct record_filter f;
    struct record_page page;
};

static enum err list(struct op *op, void *ctx)
{
    struct listing *l = ctx;
    return record_list(op, pack_register(zone_pack(op->zone), str_from(l->code)), &l->f, &l->page);
}

/* The codes of all pages, put together. */
static const char *codes(struct house *h, const struct actor *a, struct listing l)
{
    struct buf b;
    buf_init(&b, &h->arena, 10000);
    l.f.limit = l.f.limit ? l.f.limit : 2;
    for (int pages = 0; pages < 100; pages++) {
        if (house_read(h, a, list, &l) != OK)
            fail_msg("list: %s", h->diag.en);
        assert_true(l.page.count <= l.f.limit);
        for (size_t i = 0; i < l.page.count; i++)
            buf_printf(&b, "%.*s ", STR_ARGS(json_str(l.page.items[i].data, "code")));
        if (!l.page.next.bytes)
            break;
        l.f.after = l.page.next;
    }
    buf_add_char(&b, 0);
    return buf_str(&b).data;
}

struct opening {
    const char *code;
    int64_t id;
    struct record record;
    struct record_version *versions;
    size_t count;
};

static enum err open_one(struct op *op, void *ctx)
{
    struct opening *o = ctx;
    return record_open(
        op, pack_register(zone_pack(op->zone), str_from(o->code)), o->id, &o->record);
}

static enum err versions(struct op *op, void *ctx)
{
    struct opening *o = ctx;
    return record_versions(
        op, pack_register(zone_pack(op->zone), str_from(o->code)), o->id, &o->versions, &o->count);
}

static json_t *opened(struct house *h, const struct actor *a, const char *code, int64_t id)
{
    struct opening o = { .code = code, .id = id };
    if (house_read(h, a, open_one, &o) != OK)
        fail_msg("open: %s", h->diag.en);
    return o.record.data;
}

/* ---- tests ---- */

static void every_type_comes_back(void **state)
{
    struct house *h = *state;
    int64_t id = made(h, &h->officer, "works",
        "{\"code\":\"W1\",\"name\":\"秋樱路\",\"unit\":\"CON\",\"budget\":1210000,\"paid\":5,"
        "\"place\":{\"lon\":115.85,\"lat\":28.7},"
        "\"route\":{\"type\":\"LineString\",\"coordinates\":[[115,28],[116,29]]},"
        "\"due_on\":\"2026-03-05\",\"seen_at\":\"2026-03-01T08:00:00+08:00\",\"phone\":\"0791-00000000\"}");
    json_t *d = opened(h, &h->officer, "works", id);
    assert_int_equal(json_int(d, "budget", 0), 1210000);
    assert_int_equal(json_int(d, "left_over", 0), 1209995);
    assert_float_equal(
        json_number_value(json_object_get(json_object_get(d, "place"), "lon")), 115.85, 1e-9);
    assert_str(json_str(json_object_get(d, "route"), "type"), "LineString");
    assert_str(json_str(d, "seen_at"), "2026-03-01T08:00:00+08:00");
    assert_str(json_str(d, "phone"), "****");
    assert_true(json_is_false(json_object_get(d, "late")));
    assert_int_equal(house_number(h, "SELECT budget FROM register_works WHERE zone = $1"), 1210000);
    assert_int_equal(
        house_number(
            h, "SELECT CAST(place_lon * 100 AS INTEGER) FROM register_works WHERE zone = $1"),
        11585);
    /* What came back masked and is sent back changes nothing. */
    struct saving s = { .code = "works", .id = id, .json = "{\"phone\":\"****\",\"paid\":null}" };
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    assert_str(house_text(h, "SELECT phone FROM register_works WHERE zone = $1"), "0791-00000000");
    assert_true(json_is_null(json_object_get(s.record.data, "left_over")));
}

static void refusals_name_the_column(void **state)
{
    struct house *h = *state;
    const struct {
        const char *json, *field, *words;
    } bad[] = {
        { "{\"code\":\"X\",\"name\":\"a\",\"budget\":-1}", "budget", "less than 0" },
        { "{\"code\":\"X\",\"name\":\"a\",\"budget\":1.5}", "budget", "fen" },
        { "{\"code\":\"X\",\"name\":\"a\",\"budget\":100,\"paid\":101}", "paid", "exceed" },
        { "{\"code\":\"X\",\"name\":\"a\",\"unit\":\"MOON\"}", "unit", "unit" },
        { "{\"code\":\"X\",\"name\":\"a\",\"owner\":\"nobody\"}", "owner", "no such record" },
        { "{\"code\":\"X\",\"name\":\"a\",\"place\":{\"lon\":200,\"lat\":1}}", "place",
            "longitude" },
        { "{\"code\":\"X\",\"name\":\"a\",\"place\":[1,2]}", "place", "longitude" },
        { "{\"code\":\"X\",\"name\":\"a\",\"route\":{\"type\":\"Polygon\",\"coordinates\":[[1,2]]}}",
            "route", "GeoJSON" },
        { "{\"code\":\"X\",\"name\":\"a\",\"due_on\":\"2026-02-30\"}", "due_on", "date" },
        { "{\"code\":\"X\",\"name\":\"a\",\"seen_at\":\"yesterday\"}", "seen_at", "instant" },
        { "{\"code\":\"X\",\"name\":\"a\",\"left_over\":5}", "left_over", "computed" },
        { "{\"code\":\"X\",\"name\":\"a\",\"colour\":\"red\"}", "colour", "no column" },
        { "{\"name\":\"a\"}", "code", "required" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(h, &h->officer, (struct saving){ .code = "works", .json = bad[i].json },
            ERR_INVALID, bad[i].field, bad[i].words);
    assert_int_equal(house_number(h, "SELECT count(*) FROM register_works WHERE zone = $1"), 0);
}

static void what_stands_once(void **state)
{
    struct house *h = *state;
    made(h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"x\",\"unit\":\"CON\"}");
    made(h, &h->officer, "works", "{\"code\":\"B\",\"name\":\"x\",\"unit\":\"ECO\"}");
    refused(h, &h->officer,
        (struct saving){ .code = "works", .json = "{\"code\":\"A\",\"name\":\"y\"}" }, ERR_CONFLICT,
        "code", "already");
    enum err e = OK;
    struct saving s = { .code = "works",
        .json = "{\"code\":\"C\",\"name\":\"x\",\"unit\":\"ECO\"}" };
    e = house_write(h, &h->officer, save, &s);
    assert_int_equal(e, ERR_CONFLICT);
}

static void rules_see_before_and_actor(void **state)
{
    struct house *h = *state;
    struct actor power = h->power; /* a handler of POWER */
    int64_t id = made(h, &power, "works",
        "{\"code\":\"A\",\"name\":\"x\",\"unit\":\"POWER\",\"done_on\":\"2026-03-01\"}");
    refused(h, &power, (struct saving){ .code = "works", .id = id, .json = "{\"name\":\"y\"}" },
        ERR_INVALID, "", "centre");
    struct saving s = { .code = "works", .id = id, .json = "{\"name\":\"y\"}", .if_version = 1 };
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    assert_int_equal(s.record.version, 2);
    refused(h, &h->officer,
        (struct saving){ .code = "works", .id = id, .json = "{\"name\":\"z\"}", .if_version = 1 },
        ERR_PRECONDITION, "", "meanwhile");
}

static void lists_page_by_page(void **state)
{
    struct house *h = *state;
    static const char *const rows[][3] = { { "A", "30", "2026-03-05" }, { "B", "10", "" },
        { "C", "", "2026-03-01" }, { "D", "20", "2026-03-05" }, { "E", "", "" },
        { "F", "10", "2026-04-01" } };
    for (size_t i = 0; i < 6; i++) {
        str json = str_printf(&h->arena,
            "{\"code\":\"%s\",\"name\":\"n%s\",\"budget\":%s,\"due_on\":\"%s\"}", rows[i][0],
            rows[i][0], rows[i][1][0] ? rows[i][1] : "null", rows[i][2]);
        made(h, &h->officer, "works", json.data);
    }
    const struct pack_register *r = reg(h, "works");
    const struct pack_column *budget = pack_column(r, STR("budget")),
                             *due = pack_column(r, STR("due_on"));
    for (size_t limit = 1; limit < 8; limit++) {
        struct record_filter f = { .limit = limit };
        assert_string_equal(
            codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "F E D C B A ");
        f.sort = budget;
        assert_string_equal(
            codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "B F D A C E ");
        f.descending = true;
        assert_string_equal(
            codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "A D F B C E ");
        f.sort = due;
        assert_string_equal(
            codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "F D A C B E ");
        f.where[f.where_count++] =
            (struct pack_condition){ budget, PACK_AT_LEAST, STR("0.2") }; /* yuan */
        assert_string_equal(codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "D A ");
    }
    struct listing l = { "works", { .limit = 3 }, { 0 } };
    assert_int_equal(house_read(h, &h->officer, list, &l), OK);
    assert_int_equal(l.page.total, 6);
    l.f.after = STR("vmalformed");
    assert_int_equal(house_read(h, &h->officer, list, &l), ERR_INVALID);
    l.f = (struct record_filter){ .limit = 9, .text = STR("nD") };
    assert_int_equal(house_read(h, &h->officer, list, &l), OK);
    assert_int_equal(l.page.count, 1);
    l.f = (struct record_filter){ .limit = 9, .sort = pack_column(r, STR("phone")) };
    assert_int_equal(house_read(h, &h->officer, list, &l), ERR_FORBIDDEN);
}

static void each_sees_his_own(void **state)
{
    struct house *h = *state;
    struct record firm;
    struct op op = house_op(h, &actor_system);
    assert_int_equal(store_read_begin(h->zone->store, &op.conn, &h->diag), OK);
    assert_int_equal(record_get(&op, STR("enterprise"), h->firm, &firm), OK);
    store_read_end(op.conn);
    str key = json_str(firm.data, "credit_code");
    int64_t a = made(h, &h->officer, "works",
        str_printf(&h->arena,
            "{\"code\":\"A\",\"name\":\"a\",\"unit\":\"POWER\",\"owner\":\"%.*s\"}", STR_ARGS(key))
            .data);
    int64_t b = made(h, &h->officer, "works", "{\"code\":\"B\",\"name\":\"b\",\"unit\":\"ECO\"}");
    struct listing l = { .code = "works" };
    assert_string_equal(codes(h, &h->leader, l), "B A ");
    assert_string_equal(codes(h, &h->power, l), "A ");
    assert_string_equal(codes(h, &h->eco, l), "B ");
    assert_string_equal(codes(h, &h->contact, l), "A ");
    assert_string_equal(codes(h, &h->stranger, l), "");
    struct opening o = { .code = "works", .id = b };
    assert_int_equal(house_read(h, &h->power, open_one, &o), ERR_NOT_FOUND);
    assert_int_equal(
        house_read(h, &h->admin, list, &(struct listing){ "works", { .limit = 5 }, { 0 } }),
        ERR_NOT_FOUND);
    /* Writing: a reader may not; nobody writes a record out of his own sight. */
    refused(h, &h->leader, (struct saving){ .code = "works", .id = a, .json = "{\"name\":\"q\"}" },
        ERR_FORBIDDEN, "", "may not");
    refused(h, &h->power, (struct saving){ .code = "works", .id = a, .json = "{\"unit\":\"ECO\"}" },
        ERR_NOT_FOUND, "unit", "no such");
    assert_str(json_str(opened(h, &h->officer, "works", a), "unit"), "POWER");
}

static enum err reveal(struct op *op, void *ctx)
{
    struct opening *o = ctx;
    return record_reveal(
        op, pack_register(zone_pack(op->zone), str_from(o->code)), o->id, STR("核实"), &o->record);
}

static void compartments_and_masks(void **state)
{
    struct house *h = *state;
    int64_t clue = made(h, &h->inspector, "clue", "{\"name\":\"举报\"}");
    struct opening o = { .code = "clue", .id = clue };
    assert_int_equal(house_read(h, &h->inspector, open_one, &o), OK);
    assert_int_equal(house_read(h, &h->admin, open_one, &o), ERR_NOT_FOUND);
    assert_int_equal(house_read(h, &h->officer, open_one, &o), ERR_NOT_FOUND);
    assert_int_equal(
        house_number(h,
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('record_clue', 'past_clue') AND $1 <> ''"),
        0);
    int64_t id =
        made(h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"a\",\"phone\":\"0791-1234567\"}");
    o = (struct opening){ .code = "works", .id = id };
    assert_int_equal(house_write(h, &h->leader, reveal, &o), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &h->officer, reveal, &o), OK);
    assert_str(json_str(o.record.data, "phone"), "0791-1234567");
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'record.reveal'"),
        1);
    assert_int_equal(
        house_number(
            h, "SELECT count(*) FROM register_works_search WHERE zone = $1 AND text LIKE '%0791%'"),
        0);
}

static void the_public_sees_public_columns(void **state)
{
    struct house *h = *state;
    static const struct actor anyone = { 0 };
    int64_t id = made(h, &h->officer, "notice", "{\"name\":\"公示一\",\"inside\":\"内部\"}");
    json_t *d = opened(h, &anyone, "notice", id);
    assert_str(json_str(d, "name"), "公示一");
    assert_null(json_object_get(d, "inside"));
    /* What is not shown cannot be asked for either: the answer would tell it. */
    const struct pack_column *inside = pack_column(reg(h, "notice"), STR("inside"));
    struct record_filter f = { .limit = 5, .where = { { inside, PACK_IS, STR("内部") } },
        .where_count = 1 };
    assert_int_equal(
        house_read(h, &anyone, list, &(struct listing){ "notice", f, { 0 } }), ERR_FORBIDDEN);
    assert_int_equal(
        house_read(h, &h->officer, list, &(struct listing){ "notice", f, { 0 } }), OK);
    f = (struct record_filter){ .limit = 5, .sort = inside };
    assert_int_equal(
        house_read(h, &anyone, list, &(struct listing){ "notice", f, { 0 } }), ERR_FORBIDDEN);
    f = (struct record_filter){ .limit = 5, .text = STR("公示") };
    assert_int_equal(house_read(h, &anyone, list, &(struct listing){ "notice", f, { 0 } }), OK);
    assert_int_equal(
        house_read(h, &anyone, list, &(struct listing){ "works", { .limit = 5 }, { 0 } }),
        ERR_NOT_FOUND);
}

struct undoing {
    int64_t batch, undone, kept;
};

static enum err undo(struct op *op, void *ctx)
{
    struct undoing *u = ctx;
    struct record_undo all = { 0 };
    TRY(record_undo_batch(
        op, pack_register(zone_pack(op->zone), STR("works")), u->batch, STR("撤销"), &all));
    u->undone = all.undone;
    u->kept = all.kept;
    return OK;
}

static void a_batch_is_undone_but_for_later_changes(void **state)
{
    struct house *h = *state;
    int64_t a = made(h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"a\",\"budget\":1}");
    int64_t b = made(h, &h->officer, "works", "{\"code\":\"B\",\"name\":\"b\",\"budget\":1}");
    struct saving s = { .code = "works", .batch = 77, .json = "{\"budget\":2}" };
    s.id = a;
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    s.id = b;
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    s = (struct saving){ .code = "works", .batch = 77, .json = "{\"code\":\"C\",\"name\":\"c\"}" };
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    int64_t c = s.record.id;
    s = (struct saving){ .code = "works", .id = b, .json = "{\"name\":\"later\"}" };
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    struct undoing u = { .batch = 77 };
    assert_int_equal(house_write(h, &h->leader, undo, &u), ERR_FORBIDDEN);
    assert_int_equal(house_write(h, &h->officer, undo, &u), OK);
    assert_int_equal(u.undone, 2);
    assert_int_equal(u.kept, 1);
    assert_int_equal(json_int(opened(h, &h->officer, "works", a), "budget", 0), 1);
    assert_int_equal(json_int(opened(h, &h->officer, "works", b), "budget", 0), 2);
    struct opening o = { .code = "works", .id = c };
    assert_int_equal(house_read(h, &h->officer, open_one, &o), ERR_NOT_FOUND);
    o.id = a;
    assert_int_equal(house_read(h, &h->officer, versions, &o), OK);
    assert_int_equal(o.count, 3);
    assert_int_equal(json_int(o.versions[1].data, "budget", 0), 2);
    assert_int_equal(
        house_write(h, &h->officer, undo, &(struct undoing){ .batch = 78 }), ERR_NOT_FOUND);
}

struct removing {
    int64_t id;
};

static enum err remove_one(struct op *op, void *ctx)
{
    struct removing *r = ctx;
    return record_remove(
        op, pack_register(zone_pack(op->zone), STR("works")), r->id, 0, STR("登记错误"));
}

static void what_is_referred_to_stays(void **state)
{
    struct house *h = *state;
    struct removing a = { made(h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"a\"}") };
    struct removing b = { made(h, &h->officer, "works", "{\"code\":\"B\",\"name\":\"b\"}") };
    made(h, &h->officer, "notice", "{\"name\":\"n\",\"about\":\"A\"}");
    assert_int_equal(house_write(h, &h->officer, remove_one, &a), ERR_CONFLICT);
    assert_non_null(strstr(h->diag.en, "Notices"));
    assert_int_equal(house_write(h, &h->officer, remove_one, &b), OK);
    assert_string_equal(codes(h, &h->officer, (struct listing){ .code = "works" }), "A ");
    assert_int_equal(
        house_number(
            h, "SELECT count(*) FROM register_works_history WHERE zone = $1 AND data = ''"),
        1);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'record.remove'"),
        1);
}

static enum err daily(struct op *op, void *ctx)
{
    bool *more = ctx;
    return record_daily(op, pack_register(zone_pack(op->zone), STR("works")), 1, more);
}

static void what_depends_on_the_day(void **state)
{
    struct house *h = *state;
    bool more = false;
    made(h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"a\",\"due_on\":\"2026-03-05\"}");
    made(h, &h->officer, "works", "{\"code\":\"B\",\"name\":\"b\",\"due_on\":\"2026-04-05\"}");
    house_at(h, "2026-03-06 00:10");
    int turns = 0;
    do
        assert_int_equal(house_write(h, &actor_system, daily, &more), OK);
    while (more && ++turns < 10);
    assert_int_equal(turns, 2);
    const struct pack_column *late = pack_column(reg(h, "works"), STR("late"));
    struct record_filter f = { .where = { { late, PACK_IS, STR("true") } }, .where_count = 1 };
    assert_string_equal(codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "A ");
    /* That is no change of the record. */
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM register_works_history WHERE zone = $1"), 2);
    assert_int_equal(house_write(h, &actor_system, daily, &more), OK);
    assert_false(more);
    house_at(h, "2026-04-06 00:10");
    struct op op = house_op(h, &actor_system);
    for (int i = 0; i < 400; i++) /* a few registers a call */
        assert_int_equal(records_daily(&op), OK);
    assert_string_equal(codes(h, &h->officer, (struct listing){ "works", f, { 0 } }), "B A ");
}

struct planning {
    struct register_step *steps;
    size_t count;
};

static enum err plan(struct op *op, void *ctx)
{
    struct planning *p = ctx;
    return register_plan(op, zone_pack(op->zone), &p->steps, &p->count);
}

/* A definition with one place changed. */
static const char *changed(struct house *h, const char *old, const char *fresh)
{
    ptrdiff_t at = str_find(str_from(works), str_from(old), 0);
    assert_true(at >= 0);
    return str_printf(&h->arena, "%.*s%s%s", (int)at, works, fresh, works + at + strlen(old)).data;
}

static void a_definition_changes(void **state)
{
    struct house *h = *state;
    struct planning p = { 0 };
    int64_t id = made(
        h, &h->officer, "works", "{\"code\":\"A\",\"name\":\"a\",\"budget\":500,\"paid\":100}");
    assert_int_equal(house_read(h, &actor_system, plan, &p), OK);
    assert_int_equal(p.count, 0);
    open_with(h, changed(h, "budget - paid", "budget - paid - paid"));
    assert_int_equal(json_int(opened(h, &h->officer, "works", id), "left_over", 0), 300);
    open_with(h,
        changed(h, COLUMN("due_on", "date", "") ",",
            COLUMN("due_on", "date", "") "," COLUMN("fresh", "int", "") ","));
    struct saving s = { .code = "works", .id = id, .json = "{\"fresh\":7}" };
    assert_int_equal(house_write(h, &h->officer, save, &s), OK);
    assert_int_equal(json_int(s.record.data, "fresh", 0), 7);
    open_with(h, works); /* the column goes; what was there is kept in table and history */
    assert_null(json_object_get(opened(h, &h->officer, "works", id), "fresh"));
    assert_int_equal(house_number(h, "SELECT fresh FROM register_works WHERE zone = $1"), 7);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, house_teardown)
    const struct CMUnitTest tests[] = { T(every_type_comes_back), T(refusals_name_the_column),
        T(what_stands_once), T(rules_see_before_and_actor), T(lists_page_by_page),
        T(each_sees_his_own), T(compartments_and_masks), T(the_public_sees_public_columns),
        T(a_batch_is_undone_but_for_later_changes), T(what_is_referred_to_stays),
        T(what_depends_on_the_day), T(a_definition_changes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
