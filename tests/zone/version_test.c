/*
 * A pack changes while cases are under way: running cases go on by the version they began with, new
 * ones by the new one, also after the old folder is gone. The changed pack is a copy of the sample
 * in a folder of its own, with a few words replaced.
 */
#include "copy.h"
#include "house.h"

#include <string.h>

/* The new version: handling offers no transfer and is called otherwise, an answer takes a day. */
static void make_new(struct copy *c)
{
    copy_make(c);
    copy_change(c, "requests/request.bpmn", "name=\"办理\"", "name=\"新办理\"");
    copy_change(c, "requests/request.bpmn", "\"sign transfer return reply", "\"sign return reply");
    copy_change(c, "requests/promises.json", "\"=answer_days\"", "1");
}

static void running_cases_keep_their_version(void **state)
{
    struct house *h = *state;
    struct copy c;
    make_new(&c);
    struct case_row old = house_eco_case(h);
    str version = str_copy(&h->arena, str_from(zone_pack(h->zone)->version));
    house_at(h, "2026-03-02 10:00");
    house_reopen(h, c.folder);
    assert_string_not_equal(zone_pack(h->zone)->version, version.data);
    copy_remove(&c); /* the store holds what is needed */
    struct case_row fresh = house_eco_case(h);
    assert_false(str_equal(fresh.pack_version, version));
    assert_str(fresh.node_name_zh, "新办理");
    assert_when(h, fresh.due_at, "2026-03-03 17:30");
    REFUSED(h, &h->eco, fresh.id, ERR_NOT_ALLOWED, "does not offer", VERB_TRANSFER,
        .unit = STR("POWER"), .text = STR("x"));

    old = house_get(h, &h->eco, old.id);
    assert_true(str_equal(old.pack_version, version));
    assert_str(old.node_name_zh, "办理");
    assert_when(h, old.due_at, "2026-03-09 17:30");
    old = DO(h, &h->eco, old.id, VERB_TRANSFER, .unit = STR("POWER"), .text = STR("x"));
    DO(h, &h->power, old.id, VERB_SIGN);
    DO(h, &h->power, old.id, VERB_REPLY, .text = STR("已办。"));
    old = DO(h, &h->contact, old.id, VERB_RATE, .rating = 1, .text = STR("差"));
    DO(h, &h->officer, old.id, VERB_SIGN);
    old = DO(h, &h->officer, old.id, VERB_DISPATCH, .unit = STR("ECO"));
    assert_str(old.node_name_zh, "办理");
    /* Once more from the database alone: both versions are there. */
    house_reopen(h, NULL);
    assert_str(house_get(h, &h->eco, old.id).node_name_zh, "办理");
    assert_str(house_get(h, &h->eco, fresh.id).node_name_zh, "新办理");
    DO(h, &h->eco, old.id, VERB_SIGN);
    DO(h, &h->eco, fresh.id, VERB_SIGN);
}

static void each_version_is_recorded_once(void **state)
{
    struct house *h = *state;
    struct copy c;
    make_new(&c);
    const char *const versions = "SELECT count(*) FROM pack_version WHERE zone = $1";
    const char *const deployed =
        "SELECT count(*) FROM journal WHERE zone = $1 AND kind = 'pack.deploy'";
    assert_int_equal(house_number(h, versions), 1);
    house_reopen(h, ZONES_DIR "/nanchang");
    assert_int_equal(house_number(h, versions), 1);
    assert_int_equal(house_number(h, deployed), 1);
    house_at(h, "2026-03-02 10:00");
    house_reopen(h, c.folder);
    assert_int_equal(house_number(h, versions), 2);
    assert_int_equal(house_number(h, deployed), 2);
    /* Back to the first: it is the newest again for whoever opens without a folder. */
    house_at(h, "2026-03-02 11:00");
    house_reopen(h, ZONES_DIR "/nanchang");
    house_reopen(h, NULL);
    assert_str(house_eco_case(h).node_name_zh, "办理");
    copy_remove(&c);
}

static void a_broken_pack_opens_nothing(void **state)
{
    struct house *h = *state;
    struct copy c;
    struct diag_list faults;
    copy_make(&c);
    copy_change(&c, "requests/request.bpmn", "junma:role=\"handler\"", "junma:role=\"nobody\"");
    zone_close(h->zone);
    diag_list_init(&faults, &h->arena, 20);
    struct zone_options o = {
        .sys = &h->sys, .data_dir = h->folder, .pack_dir = c.folder, .create = true
    };
    struct zone *none = NULL;
    assert_int_not_equal(zone_open(&o, &none, &faults, &h->diag), OK);
    assert_null(none);
    assert_true(faults.total >= 1);
    assert_non_null(strstr(faults.items[0]->file, "request.bpmn"));
    assert_true(faults.items[0]->line > 0);
    o.pack_dir = ZONES_DIR "/nanchang"; /* and nothing is spoilt */
    assert_int_equal(zone_open(&o, &h->zone, &faults, &h->diag), OK);
    copy_remove(&c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(running_cases_keep_their_version),
        T(each_version_is_recorded_once), T(a_broken_pack_opens_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
