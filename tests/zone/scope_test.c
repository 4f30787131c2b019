/* Who sees what: nobody learns even the existence of a case that is not theirs to see. */
#include "house.h"

#include <stdio.h>
#include <string.h>

struct finding {
    str number, text;
    int64_t id;
    size_t count;
    int64_t total;
    struct case_row row;
    struct case_row *rows;
};

static enum err by_number(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    return case_by_number(op, f->number, &f->row);
}

static enum err by_id(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    return case_get(op, f->id, &f->row);
}

static enum err listed(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    struct case_filter filter = { .text = f->text, .status = STR("all"), .limit = 50 };
    struct case_page page;
    TRY(case_list(op, &filter, &page));
    f->count = page.count;
    f->total = page.total;
    f->rows = page.items;
    return OK;
}

static enum err similar(struct op *op, void *ctx)
{
    struct finding *f = ctx;
    return case_similar(op, &f->row, 5, &f->rows, &f->count);
}

static size_t sees(struct house *h, const struct actor *a, const char *text)
{
    struct finding f = { .text = str_from(text) };
    if (house_read(h, a, listed, &f) != OK)
        return SIZE_MAX;
    assert_int_equal(f.total, f.count);
    return f.count;
}

static void hidden(struct house *h, const struct actor *a, const struct case_row *c)
{
    struct finding f = { .number = c->number, .id = c->id };
    char there[DIAG_TEXT_BYTES];
    assert_int_equal(house_read(h, a, by_id, &f), ERR_NOT_FOUND);
    snprintf(there, sizeof there, "%s", h->diag.en);
    assert_int_equal(house_read(h, a, by_number, &f), ERR_NOT_FOUND);
    /* Said of a case that exists and of one that does not in the same words. */
    f.id = 12345;
    assert_int_equal(house_read(h, a, by_id, &f), ERR_NOT_FOUND);
    assert_string_equal(h->diag.en, there);
    REFUSED(h, a, c->id, ERR_NOT_FOUND, "no such case", VERB_SIGN);
    REFUSED(h, a, c->id, ERR_NOT_FOUND, "no such case", VERB_NOTE, .text = STR("x"));
}

static void another_enterprises_case_is_not_there(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    hidden(h, &h->stranger, &c);
    assert_int_equal(sees(h, &h->stranger, ""), 0);
    assert_int_equal(sees(h, &h->stranger, "跳闸"), 0);
    assert_int_equal(sees(h, &h->stranger, c.number.data), 0);
    assert_int_equal(sees(h, &h->contact, "跳闸"), 1);
    assert_int_equal(sees(h, &h->contact, c.number.data), 1);
}

static void similar_cases_of_others_are_not_shown(void **state)
{
    struct house *h = *state;
    struct case_row mine = house_power_case(h);
    struct case_row theirs = house_raise(h, &h->stranger,
        (struct asked){
            .topic = "power", .title = "厂房下午跳闸", .content = "每天下午跳闸,很着急。" });
    struct finding f = { .row = theirs };
    assert_int_equal(house_read(h, &h->stranger, similar, &f), OK);
    assert_int_equal(f.count, 0);
    assert_int_equal(house_read(h, &h->power, similar, &f), OK);
    assert_int_equal(f.count, 1);
    assert_int_equal(f.rows[0].id, mine.id);
}

static void units_see_what_they_had(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    hidden(h, &h->eco, &c);
    assert_int_equal(sees(h, &h->eco, ""), 0);
    assert_int_equal(sees(h, &h->power, ""), 1);
    DO(h, &h->power, c.id, VERB_TRANSFER, .unit = STR("ECO"), .text = STR("转办"));
    assert_int_equal(sees(h, &h->eco, ""), 1);
    assert_int_equal(sees(h, &h->power, ""), 1);
    house_get(h, &h->officer, c.id);
    house_get(h, &h->leader, c.id);
    house_get(h, &h->inspector, c.id);
}

static void administrators_and_the_public_see_nothing(void **state)
{
    struct house *h = *state;
    struct case_row c = house_power_case(h);
    struct finding f = { .id = c.id };
    assert_int_equal(house_read(h, &h->admin, by_id, &f), ERR_NOT_FOUND);
    assert_int_equal(house_read(h, &h->admin, listed, &f), ERR_FORBIDDEN);
    assert_int_equal(house_read(h, &h->nobody, by_id, &f), ERR_NOT_FOUND);
    assert_int_equal(house_read(h, &h->nobody, listed, &f), ERR_UNAUTHENTICATED);
    assert_int_equal(
        house_try_raise(h, &h->nobody,
            (struct asked){ .title = "没有登录", .content = "没有登录也想提诉求。" }, &f.row),
        ERR_UNAUTHENTICATED);
    assert_int_equal(
        house_try_raise(h, &h->admin,
            (struct asked){ .title = "没有权限", .content = "管理员也想提诉求。" }, &f.row),
        ERR_FORBIDDEN);
}

static void raised_for_another_by_officers_only(void **state)
{
    struct house *h = *state;
    struct case_row row;
    struct asked q = { .title = "电话诉求",
        .content = "企业来电反映厂区停电。",
        .channel = "phone",
        .enterprise = h->other };
    assert_int_equal(house_try_raise(h, &h->contact, q, &row), ERR_FORBIDDEN);
    row = house_raise(h, &h->officer, q);
    assert_int_equal(row.enterprise_id, h->other);
    assert_int_equal(row.account_id, 0);
    assert_str(row.channel, "phone");
    assert_int_equal(sees(h, &h->stranger, ""), 1);
    assert_int_equal(sees(h, &h->contact, ""), 0);
    q.enterprise = 0;
    assert_int_equal(house_try_raise(h, &h->officer, q, &row), ERR_INVALID);
    assert_string_equal(h->diag.field, "onBehalf.enterpriseId");
    q.enterprise = 4711;
    assert_int_equal(house_try_raise(h, &h->officer, q, &row), ERR_INVALID);
    assert_string_equal(h->diag.field, "onBehalf.enterpriseId");
    q.enterprise = h->other;
    q.channel = "pigeon";
    assert_int_equal(house_try_raise(h, &h->officer, q, &row), ERR_INVALID);
    assert_string_equal(h->diag.field, "channel");
    assert_int_equal(house_number(h, "SELECT count(*) FROM cases WHERE zone = $1"), 1);
    assert_int_equal(
        house_number(h, "SELECT value FROM counter WHERE zone = $1 AND name LIKE 'case:%'"),
        1); /* a refused one uses no number up */
}

struct linking {
    struct case_row row;
    struct case_link *links;
    size_t count;
};

static enum err links(struct op *op, void *ctx)
{
    struct linking *l = ctx;
    return case_links(op, &l->row, &l->links, &l->count);
}

static void merged_and_told(void **state)
{
    struct house *h = *state;
    struct case_row first = house_power_case(h);
    struct case_row second = house_raise(h, &h->stranger,
        (struct asked){
            .topic = "power", .title = "我们也跳闸", .content = "我们厂也跳闸,每天下午。" });
    DO(h, &h->power, second.id, VERB_SIGN);
    REFUSED(h, &h->power, second.id, ERR_INVALID, "number", VERB_MERGE);
    REFUSED(h, &h->power, second.id, ERR_INVALID, "not found", VERB_MERGE, .target = STR("Q0"));
    REFUSED(h, &h->power, second.id, ERR_INVALID, "itself", VERB_MERGE, .target = second.number);
    second = DO(h, &h->power, second.id, VERB_MERGE, .target = first.number);
    assert_int_equal(second.status, CASE_MERGED);
    assert_int_equal(second.merged_into, first.id);
    assert_int_equal(house_promise(h, second.id, "answer").state, PROMISE_VOID);
    assert_int_equal(house_promise(h, first.id, "answer").state, PROMISE_RUNNING);
    /* The one who asked sees where it went, but not whose it is. */
    struct linking l = { .row = second };
    assert_int_equal(house_read(h, &h->stranger, links, &l), OK);
    assert_int_equal(l.count, 1);
    assert_string_equal(l.links[0].relation, "merged_into");
    assert_str(l.links[0].number, first.number.data);
    assert_int_equal(l.links[0].title.bytes, 0);
    hidden(h, &h->stranger, &first);
    /* The other asker does not learn that somebody asked the same. */
    l.row = house_get(h, &h->contact, first.id);
    assert_int_equal(house_read(h, &h->contact, links, &l), OK);
    assert_int_equal(l.count, 0);
    assert_int_equal(house_read(h, &h->power, links, &l), OK);
    assert_int_equal(l.count, 1);
    assert_string_equal(l.links[0].relation, "merged_from");
    assert_str(l.links[0].title, "我们也跳闸");
    /* Both journals tell it; what the other applicant must not see is not public. */
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'case.merge'"
                         " AND event LIKE '%\"public\":true%'"),
        1);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM journal WHERE zone = $1 AND kind ="
                         " 'case.merged_from' AND event NOT LIKE '%\"public\"%'"),
        1);
    struct case_row third = house_power_case(h);
    DO(h, &h->power, third.id, VERB_SIGN);
    REFUSED(h, &h->power, third.id, ERR_INVALID, "merged or withdrawn", VERB_MERGE,
        .target = second.number);
}

static void merging_into_what_one_may_not_see(void **state)
{
    struct house *h = *state;
    struct case_row eco = house_eco_case(h), power = house_power_case(h);
    DO(h, &h->power, power.id, VERB_SIGN);
    REFUSED(h, &h->power, power.id, ERR_INVALID, "not found", VERB_MERGE, .target = eco.number);
}

struct tasks {
    struct task_filter filter;
    struct task_page page;
};

static enum err desk(struct op *op, void *ctx)
{
    struct tasks *t = ctx;
    return task_list(op, &t->filter, &t->page);
}

static int64_t tasks(struct house *h, const struct actor *a, const char *scope)
{
    struct tasks t = { .filter = { .scope = str_from(scope), .limit = 20 } };
    assert_int_equal(house_read(h, a, desk, &t), OK);
    assert_int_equal(t.page.count, t.page.total);
    return t.page.total;
}

static void the_desk_lists_what_is_mine(void **state)
{
    struct house *h = *state;
    struct case_row a = house_power_case(h);
    house_power_case(h);
    house_eco_case(h);
    assert_int_equal(tasks(h, &h->power, "mine"), 2);
    DO(h, &h->power, a.id, VERB_SIGN);
    assert_int_equal(tasks(h, &h->power, "mine"), 2);
    assert_int_equal(tasks(h, &h->power2, "mine"), 1);
    assert_int_equal(tasks(h, &h->power2, "unit"), 2);
    assert_int_equal(tasks(h, &h->power2, "all"), 1); /* not a right to see all: mine */
    assert_int_equal(tasks(h, &h->officer, "all"), 3);
    DO(h, &h->power, a.id, VERB_REPLY, .text = STR("已办。"));
    assert_int_equal(tasks(h, &h->officer, "all"), 2);
    assert_int_equal(tasks(h, &h->contact, "mine"), 1); /* to rate it */
    assert_int_equal(tasks(h, &h->stranger, "mine"), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(another_enterprises_case_is_not_there),
        T(similar_cases_of_others_are_not_shown), T(units_see_what_they_had),
        T(administrators_and_the_public_see_nothing), T(raised_for_another_by_officers_only),
        T(merged_and_told), T(merging_into_what_one_may_not_see), T(the_desk_lists_what_is_mine) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
