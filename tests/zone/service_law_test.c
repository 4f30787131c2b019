/*
 * The Administrative Licensing Law on the procedure of service items, each limit with dates counted
 * by hand from the calendar of 2026: off 15 to 23 February, 4 to 6 April, 1 to 5 May, 19 to 21
 * June, 25 to 27 September, 1 to 7 October; worked 14 and 28 February, 9 May, 20 September, 10
 * October.
 *
 * Everything goes through the real road: an item of the catalogue is applied for, checked,
 * corrected, decided and delivered by the people of its unit.
 */
#include "house.h"

#include "zone/job.h"
#include "zone/promise.h"
#include "zone/service.h"

#include <stdio.h>

#include <string.h>

/* An officer of a unit, by the role's own permissions. */
static struct actor officer_of(struct house *h, const char *role, const char *unit)
{
    struct actor a = str_is(str_from(role), "head") ? h->head : h->eco;
    a.unit = str_from(unit);
    a.account = h->eco.account + (str_is(str_from(role), "head") ? 7000 : 6000);
    return a;
}

/* ---- applying ---- */

struct applying {
    const char *name; /* of the item, in Chinese */
    const char *data; /* JSON */
    struct case_row row;
};

static const struct pack_item *item_named(const struct pack_system *s, const char *name)
{
    for (size_t i = 0; i < s->catalogue->item_count; i++)
        if (str_is(s->catalogue->items[i].name.zh, name))
            return &s->catalogue->items[i];
    fail_msg("no item %s", name);
    return NULL;
}

static int64_t new_file(struct op *op)
{
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    assert_int_equal(STORE_EXEC(op->conn, op->diag,
                         "INSERT INTO attachment (zone, id, case_id, event_id, account_id, name,"
                         " type, bytes, sha256, at) VALUES ($1, $2, 0, 0, $3, 'a.pdf',"
                         " 'application/pdf', 1, $4, $5)",
                         S_TEXT(op->zone->code), S_INT(id), S_INT(op->actor->account),
                         S_TEXT(STR("x")), S_INT(op->now_ms)),
        OK);
    return id;
}

static enum err apply(struct op *op, void *ctx)
{
    struct applying *w = ctx;
    const struct pack_system *s = service_kind(zone_pack(op->zone));
    const struct pack_item *item = item_named(s, w->name);
    struct service_paper papers[40];
    int64_t *files = ARENA_ARRAY(op->arena, int64_t, 40);
    size_t count = 0, file_count = 0;
    json_t *data;
    struct case_created made;
    struct diag_list faults;
    TRY(json_parse(op->arena, str_from(w->data), &data, op->diag));
    struct service v;
    struct service_ask ask = { .items = &item->code, .item_count = 1, .papers = papers };
    TRY(service_begin(op, s, &ask, &v));
    TRY(service_needs(op, &v, data, s->applicant, op->actor->enterprise));
    for (size_t i = 0; i < v.material_count; i++) {
        if (v.materials[i].need != SERVICE_NEEDED)
            continue;
        files[file_count] = new_file(op);
        papers[count++] = (struct service_paper){ .material = v.materials[i].material->code,
            .files = &files[file_count++],
            .file_count = 1,
            .promised = true };
    }
    ask.paper_count = count;
    diag_list_init(&faults, op->arena, 20);
    struct case_input in = { .kind = STR("service"),
        .data = data,
        .files = files,
        .file_count = file_count,
        .service = &ask,
        .faults = &faults };
    TRY(case_create(op, &in, &made));
    w->row = made.row;
    return OK;
}

#define WHO "\"contact_name\":\"示例\",\"contact_phone\":\"13800138000\",\"delivery\":\"counter\""
#define FOOD                                                                                            \
    "{" WHO ",\"agent\":false,\"scope\":\"热食\",\"premises\":\"own\",\"address\":\"示例路1号\"," \
    "\"area\":80,\"staff\":6,\"staff_handle_food\":false}"
#define WORKS                                                                                        \
    "{" WHO ",\"agent\":false,\"works_name\":\"示例厂房\",\"project_code\":\"2310-360198-04-01-" \
    "300275\",\"address\":\"示例路2号\",\"floor_area\":1200}"

static struct case_row applied(struct house *h, const char *item, const char *data)
{
    struct applying w = { .name = item, .data = data };
    enum err e = house_write(h, &h->contact, apply, &w);
    if (e != OK)
        fail_msg("%s: %s %s", item, h->diag.en, h->diag.field);
    return w.row;
}

/* What the officer adds for the licence that is given. */
static const json_t *facts(struct house *h)
{
    json_t *o;
    assert_int_equal(json_parse(&h->arena,
                         STR("{\"food_business\":{\"legal_person\":\"示例\",\"form\":\"餐饮\"}}"), &o,
                         &h->diag),
        OK);
    return o;
}
#define GRANT(h) .outcome = STR("grant"), .text = STR("准予"), .licences = facts(h)

static enum err claim(struct op *op, void *ctx)
{
    size_t count;
    TRY(job_claim(op, STR_NONE, STR("test"), 1, ctx, &count));
    assert_int_equal(count, 1);
    return OK;
}

static enum err perform(struct op *op, void *ctx)
{
    struct job **job = ctx;
    return job_perform(op, *job);
}

/* What the zone does by itself: the licence. */
static void licence_step(struct house *h)
{
    struct job *job;
    assert_int_equal(house_write(h, &actor_system, claim, &job), OK);
    enum err e = house_write(h, &actor_system, perform, &job);
    if (e != OK)
        fail_msg("the licence: %s", h->diag.en);
}

static struct case_row food(struct house *h)
{
    return applied(h, "食品经营许可(新办)", FOOD);
}

static int64_t watch(struct house *h)
{
    struct op op = house_op(h, &actor_system);
    int64_t done = 0;
    assert_int_equal(promises_watch(&op, &done), OK);
    return done;
}

static int64_t events(struct house *h, const char *like)
{
    char sql[400];
    snprintf(sql, sizeof sql,
        "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.deemed' AND event LIKE"
        " '%%%s%%'",
        like);
    return house_number(h, sql);
}

static struct case_row accepted(struct house *h, const struct actor *unit)
{
    struct case_row c = food(h);
    DO(h, unit, c.id, VERB_SIGN);
    c = DO(h, unit, c.id, VERB_CHECK, .outcome = STR("accept"));
    DO(h, unit, c.id, VERB_SIGN);
    return c;
}

/* ---- article 32 ---- */

static void corrections_are_told_within_five_days_and_once(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT");
    struct service_paper paper = { .material = STR("floor_plan"), .note = STR("缺少操作间面积") };
    house_at(h, "2026-02-12 10:00"); /* 13, 14; 24, 25, 26 */
    struct case_row c = food(h);
    assert_str(c.node, "check");
    assert_when(h, house_promise(h, c.id, "correction").due_at, "2026-02-26 17:30");
    house_at(h, "2026-02-26 17:30"); /* the last instant */
    DO(h, &mkt, c.id, VERB_SIGN);
    c = DO(h, &mkt, c.id, VERB_CHECK, .outcome = STR("correct"), .text = STR("请补正"),
        .papers = &paper, .paper_count = 1);
    assert_str(c.node, "supplement");
    assert_int_equal(house_promise(h, c.id, "correction").state, PROMISE_MET);
    h->now_ms += 20 * 86400000LL;
    watch(h);
    assert_int_equal(events(h, ""), 0); /* told in time: silence means nothing */
    assert_int_equal(house_promise(h, c.id, "decision").id, 0); /* and no limit runs meanwhile */
    REFUSED(h, &h->contact, c.id, ERR_INVALID, "still to be corrected", VERB_SUBMIT);
}

static void not_a_second_time(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT");
    struct service_paper paper = { .material = STR("floor_plan"), .note = STR("不清楚") };
    house_at(h, "2026-03-02 10:00");
    struct case_row c = food(h);
    DO(h, &mkt, c.id, VERB_SIGN);
    DO(h, &mkt, c.id, VERB_CHECK, .outcome = STR("correct"), .text = STR("请补正"),
        .papers = &paper, .paper_count = 1);
    house_tamper(h,
        "UPDATE case_material SET state = 'uploaded' WHERE zone = $1"); /* as if a file had come */
    c = DO(h, &h->contact, c.id, VERB_SUBMIT);
    assert_str(c.node, "recheck");
    DO(h, &mkt, c.id, VERB_SIGN);
    REFUSED(h, &mkt, c.id, ERR_INVALID, "choose the outcome", VERB_CHECK, .outcome = STR("correct"),
        .text = STR("再补"), .papers = &paper, .paper_count = 1);
    house_at(h, "2026-03-05 10:00");
    c = DO(h, &mkt, c.id, VERB_CHECK, .outcome = STR("accept"));
    assert_str(c.node, "decide");
}

static void silence_is_acceptance_as_of_receipt(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-02-12 10:00");
    struct case_row c = food(h);
    house_at(h, "2026-02-26 17:30");
    watch(h);
    assert_str(house_get(h, &h->contact, c.id).node, "check");
    h->now_ms++;
    watch(h);
    c = house_get(h, &h->contact, c.id);
    assert_str(c.node, "decide");
    assert_int_equal(events(h, "第三十二条"), 1);
    assert_int_equal(events(h, "2026-02-12"), 1);
    /* 8 days from the day of receipt: 13, 14; 24 to 28; 2 March. */
    assert_when(h, house_promise(h, c.id, "decision").due_at, "2026-03-02 17:30");
}

/* ---- articles 42, 45 ---- */

/* The longest that the law allows: the item's own promise is shorter and is set to it here. */
static void promised(struct house *h, int64_t id, const char *code, const char *due)
{
    assert_when(h, house_promise(h, id, code).due_at, due);
}

static void twenty_days_and_ten_more(void **state)
{
    struct house *h = *state;
    struct actor emg = officer_of(h, "handler", "ENV"), head = officer_of(h, "head", "ENV");
    house_at(h, "2026-09-18 09:00");
    struct case_row c = applied(h, "入河排污口设置审批(申请)",
        "{" WHO ",\"agent\":false,\"process\":\"示例\",\"pollutants\":\"示例\",\"expert\":false,"
        "\"address\":\"示例路3号\"}");
    DO(h, &emg, c.id, VERB_SIGN);
    c = DO(h, &emg, c.id, VERB_CHECK, .outcome = STR("accept"));
    /* With another unit: 45 days by law, 20 promised: 20, 21, 22, 23, 24, 28, 29, 30 September;
     * 8, 9, 10, 12 to 16, 19 to 22 October. */
    assert_str(c.node, "joint");
    promised(h, c.id, "decision-joint", "2026-10-22 17:30");
    struct actor other = officer_of(h, "handler", "EMG");
    DO(h, &other, c.id, VERB_SIGN);
    DO(h, &other, c.id, VERB_OPINION, .vote = STR("agree"));
    DO(h, &emg, c.id, VERB_SIGN);
    REFUSED(h, &emg, c.id, ERR_INVALID, "1 to 15", VERB_EXTEND, .days = 16, .text = STR("复杂"));
    DO(h, &emg, c.id, VERB_EXTEND, .days = 15, .text = STR("复杂"));
    REFUSED(h, &emg, c.id, ERR_FORBIDDEN, "permission", VERB_APPROVE);
    DO(h, &head, c.id, VERB_APPROVE);
    /* 23, 26 to 30 October; 2 to 6, 9 to 12 November */
    promised(h, c.id, "decision-joint", "2026-11-12 17:30");
    REFUSED(
        h, &emg, c.id, ERR_NOT_ALLOWED, "no further", VERB_EXTEND, .days = 1, .text = STR("再"));
}

static void one_unit_ten_days_more_with_the_head(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT"), head = officer_of(h, "head", "MKT");
    house_at(h, "2026-04-28 09:00"); /* 29, 30; 6, 7, 8, 9, 11, 12 May */
    struct case_row c = accepted(h, &mkt);
    promised(h, c.id, "decision", "2026-05-12 17:30");
    REFUSED(h, &mkt, c.id, ERR_INVALID, "1 to 10", VERB_EXTEND, .days = 11, .text = STR("复杂"));
    DO(h, &mkt, c.id, VERB_EXTEND, .days = 10, .text = STR("复杂"));
    DO(h, &head, c.id, VERB_APPROVE, .text = STR("同意"));
    promised(h, c.id, "decision", "2026-05-26 17:30");
    char told[300]; /* the applicant: the reasons and the new day */
    snprintf(told, sizeof told,
        "SELECT count(*) FROM notice WHERE zone = $1 AND kind = 'approve' AND account_id = %lld AND zh"
        " LIKE '%%复杂;同意%%5月26日%%'",
        (long long)h->contact.account);
    assert_int_equal(house_number(h, told), 1);
    house_at(h, "2026-05-26 17:30");
    c = DO(h, &mkt, c.id, VERB_DECIDE, GRANT(h));
    assert_int_equal(house_promise(h, c.id, "decision").state, PROMISE_MET);
    struct case_row late;
    house_at(h, "2026-04-28 09:00");
    late = accepted(h, &mkt);
    house_at(h, "2026-05-12 17:31");
    REFUSED(
        h, &mkt, late.id, ERR_NOT_ALLOWED, "overdue", VERB_EXTEND, .days = 1, .text = STR("迟"));
    DO(h, &mkt, late.id, VERB_DECIDE, GRANT(h));
    assert_int_equal(house_promise(h, late.id, "decision").state, PROMISE_MET_LATE);
}

static void special_procedures_are_not_counted(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT");
    house_at(h, "2026-03-26 09:00"); /* 27, 30, 31; 1, 2, 3, 7, 8 */
    struct case_row c = accepted(h, &mkt);
    promised(h, c.id, "decision", "2026-04-08 17:30");
    house_at(h, "2026-03-30 10:00"); /* 2 used */
    REFUSED(h, &mkt, c.id, ERR_INVALID, "no such special procedure", VERB_SUSPEND,
        .text = STR("听证"), .reason = STR("hearing"));
    DO(h, &mkt, c.id, VERB_SUSPEND, .text = STR("4月15日现场检验"), .reason = STR("inspection"));
    assert_int_equal(house_promise(h, c.id, "decision").remaining, 6);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM notice WHERE zone = $1 AND kind = 'suspend' AND zh"
                         " LIKE '%4月15日现场检验%第四十五条%'"),
        1); /* told in writing */
    REFUSED(h, &mkt, c.id, ERR_NOT_ALLOWED, "suspended", VERB_DECIDE, .outcome = STR("grant"));
    house_at(h, "2026-04-29 10:00"); /* 30; 6, 7, 8, 9, 11 May */
    DO(h, &mkt, c.id, VERB_RESUME);
    promised(h, c.id, "decision", "2026-05-11 17:30");
    house_at(h, "2026-05-06 10:00"); /* 2 + 2 used */
    DO(h, &mkt, c.id, VERB_DECIDE, GRANT(h));
    assert_int_equal(house_number(h, "SELECT used_days FROM case_service WHERE zone = $1"), 4);
}

static void several_units_within_forty_five(void **state)
{
    struct house *h = *state;
    struct actor con = officer_of(h, "handler", "CON");
    house_at(h, "2026-04-03 09:00");
    struct case_row c = applied(h, "建筑工程施工许可(申请)", WORKS);
    DO(h, &con, c.id, VERB_SIGN);
    c = DO(h, &con, c.id, VERB_CHECK, .outcome = STR("accept"));
    assert_str(c.node, "joint");
    /* the zone promises 20: 7 to 10, 13 to 17, 20 to 24, 27 to 30 April; 6, 7 May */
    promised(h, c.id, "decision-joint", "2026-05-07 17:30");
    assert_int_equal(house_number(h, "SELECT legal_days FROM case_service WHERE zone = $1"), 45);
    /* each unit has its own clock: 7, 8, 9, 10, 13 */
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM promise WHERE zone = $1 AND code = 'joint'"), 3);
    promised(h, c.id, "joint", "2026-04-13 17:30");
}

/* ---- articles 44, 50 ---- */

static void delivered_within_ten_days(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT");
    house_at(h, "2026-09-24 09:00");
    struct case_row c = accepted(h, &mkt);
    DO(h, &mkt, c.id, VERB_DECIDE, GRANT(h));
    licence_step(h);
    c = house_get(h, &h->contact, c.id);
    assert_str(c.node, "deliver");
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM licence WHERE zone = $1 AND type = 'food_business'"
                         " AND case_id > 0"),
        1);
    /* 28, 29, 30; 8, 9, 10, 12, 13, 14, 15 */
    promised(h, c.id, "delivery", "2026-10-15 17:30");
    house_at(h, "2026-10-15 17:30");
    DO(h, &mkt, c.id, VERB_SIGN);
    c = DO(h, &mkt, c.id, VERB_DELIVER);
    assert_int_equal(house_promise(h, c.id, "delivery").state, PROMISE_MET);
    assert_int_equal(c.status, CASE_REPLIED);
}

static struct case_row renewal(struct house *h, const char *valid_to)
{
    static char data[400];
    snprintf(data, sizeof data,
        "{" WHO ",\"agent\":false,\"certificate_number\":\"JY-1\",\"valid_to\":\"%s\"}", valid_to);
    struct actor mkt = officer_of(h, "handler", "MKT");
    struct case_row c = applied(h, "食品经营许可(延续)", data);
    DO(h, &mkt, c.id, VERB_SIGN);
    return DO(h, &mkt, c.id, VERB_CHECK, .outcome = STR("accept"));
}

static void silence_renews_what_was_asked_for_in_time(void **state)
{
    struct house *h = *state;
    house_at(h, "2026-08-31 09:00");
    struct case_row c = renewal(h, "2026-10-03");
    /* A day off: the last working day before it; the law speaks when the day itself is over. */
    promised(h, c.id, "renewal", "2026-09-30 17:30");
    house_at(h, "2026-10-03 23:59");
    watch(h);
    assert_str(house_get(h, &h->contact, c.id).node, "decide");
    house_at(h, "2026-10-04 00:00");
    h->now_ms++;
    watch(h);
    assert_int_equal(events(h, "第五十条第二款"), 1);
    assert_str(house_get(h, &h->contact, c.id).node, "deliver");
    /* Asked for later than thirty days before: no such promise, and silence renews nothing. */
    house_at(h, "2026-09-04 09:00");
    assert_int_equal(house_promise(h, renewal(h, "2026-10-03").id, "renewal").id, 0);
}

/* ---- refusal ---- */

static void a_refusal_names_reasons_and_remedy(void **state)
{
    struct house *h = *state;
    struct actor mkt = officer_of(h, "handler", "MKT");
    house_at(h, "2026-03-02 10:00");
    struct case_row c = accepted(h, &mkt);
    REFUSED(h, &mkt, c.id, ERR_INVALID, "reasons", VERB_DECIDE, .outcome = STR("deny"));
    c = DO(h, &mkt, c.id, VERB_DECIDE, .outcome = STR("deny"), .text = STR("不符合条件"));
    assert_non_null(strstr(str_terminated(&h->arena, c.answer), "60日内申请行政复议"));
    assert_int_equal(c.status, CASE_REPLIED);
}

#define LAW(f) cmocka_unit_test_setup_teardown(f, house_setup, house_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        LAW(corrections_are_told_within_five_days_and_once),
        LAW(not_a_second_time),
        LAW(silence_is_acceptance_as_of_receipt),
        LAW(twenty_days_and_ten_more),
        LAW(one_unit_ten_days_more_with_the_head),
        LAW(special_procedures_are_not_counted),
        LAW(several_units_within_forty_five),
        LAW(delivered_within_ten_days),
        LAW(silence_renews_what_was_asked_for_in_time),
        LAW(a_refusal_names_reasons_and_remedy),
    };
    return cmocka_run_group_tests_name("service law", tests, NULL, NULL);
}
