/*
 * junma sample: twice the same, to the last journal leaf; another seed, something else; what comes
 * out is what work leaves behind, and holds. (The command prints to the test's own output.)
 */
#include "house.h"

#include "command/all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REQUESTS = 250, REPORTS = 25 /* works/sample/reports.json */ };

static const struct command command = { "sample", command_sample, "sample …", "", "" };

static int run_in(const char *zone, const char *folder, const char *seed)
{
    struct arena a;
    const char *words[] = { "--zone", zone, "--data", folder, "--enterprises", "60", "--requests",
        "250", "--now", "2026-11-23", "--seed", seed };
    arena_init(&a, NULL, 256 * MIB);
    struct command_line line = { .command = &command,
        .argc = sizeof words / sizeof *words,
        .argv = (char **)words,
        .sys = sys_real(),
        .arena = &a,
        .lang = "en" };
    int status = command_sample(&line);
    arena_release(&a);
    return status;
}

static void folder_make(char folder[64])
{
    snprintf(folder, 64, "/tmp/junma-sample-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void open_made(struct house *h, const char *folder)
{
    struct diag_list faults;
    memset(h, 0, sizeof *h);
    arena_init(&h->arena, NULL, 256 * MIB);
    snprintf(h->folder, sizeof h->folder, "%s", folder);
    diag_list_init(&faults, &h->arena, 8);
    house_at(h, "2026-11-23 16:00");
    struct zone_options o = { .sys = sys_real(), .data_dir = h->folder };
    if (zone_open(&o, &h->zone, &faults, &h->diag) != OK)
        fail_msg("zone_open: %s", h->diag.en);
}

/* Everything that is kept, but what the signing key makes and the pack's own leaf. */
static str content(struct house *h)
{
    static const char *const parts[] = {
        "SELECT group_concat(id || number || title || body || state || data || answer || version ||"
        " coalesce(rating, 0) || coalesce(due_at, 0) || updated_at) FROM cases WHERE zone = $1",
        "SELECT group_concat(id || hex(salt) || hex(leaf_hash) || event) FROM journal WHERE zone ="
        " $1 AND seq > 0",
        "SELECT group_concat(id || login || password || name) FROM account WHERE zone = $1",
        "SELECT group_concat(id || credit_code || name || contact_phone) FROM register_enterprise"
        " WHERE zone = $1",
        "SELECT group_concat(id || due_at || state || remaining) FROM promise WHERE zone = $1",
    };
    struct buf b;
    buf_init(&b, &h->arena, 32 * MIB);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        buf_add(&b, house_text(h, parts[i]));
    assert_false(buf_failed(&b));
    assert_true(b.bytes > 100000);
    return buf_str(&b);
}

static void same_seed_same_zone(void **state)
{
    (void)state;
    static const char *const seeds[] = { "7", "7", "8" };
    struct house houses[3];
    str contents[3];
    for (int i = 0; i < 3; i++) {
        char folder[64];
        folder_make(folder);
        assert_int_equal(run_in(ZONES_DIR "/nanchang", folder, seeds[i]), EXIT_DONE);
        open_made(&houses[i], folder);
        contents[i] = content(&houses[i]);
    }
    assert_true(str_equal(contents[0], contents[1]));
    assert_false(str_equal(contents[0], contents[2]));
    /* The key is a secret and never the same. */
    assert_false(str_equal(ledger_vkey(houses[0].zone), ledger_vkey(houses[1].zone)));
    for (int i = 0; i < 3; i++)
        house_close(&houses[i]);
}

static enum err verify(struct op *op, void *ctx)
{
    struct journal_report report;
    struct diag_list rows;
    diag_list_init(&rows, op->arena, 8);
    TRY(ledger_verify(op, &report, 8));
    TRY(ledger_verify_rows(op, ctx, &rows));
    assert_int_equal(rows.total, 0);
    return OK;
}

static void none(struct house *h, const char *what, const char *sql)
{
    int64_t count = house_number(h, sql);
    if (count)
        fail_msg("%s: %lld", what, (long long)count);
}

/* Every road that the list draws is there, however small the sample. */
static void each_road_of_service_items(struct house *h)
{
    static const char *const roads[] = { "outcome = 'grant' AND delivered_at > 0",
        "outcome = 'grant' AND on_spot = 1", "outcome = 'deny'", "outcome = 'refuse'",
        "corrections = 1 AND outcome = 'grant'", "joint = 1 AND outcome = 'grant'",
        "outcome = '' AND corrections = 1", "held = asked AND outcome = 'grant'" };
    for (size_t i = 0; i < sizeof roads / sizeof *roads; i++) {
        str sql = str_printf(
            &h->arena, "SELECT count(*) FROM case_service WHERE zone = $1 AND %s", roads[i]);
        if (!house_number(h, sql.data))
            fail_msg("no case about items where %s", roads[i]);
    }
    static const char *const events[] = { "kind = 'case.deemed'",
        "kind = 'case.rate' AND event LIKE '%\"rating\":1%'", "kind = 'case.service'",
        "kind = 'licence.issue' AND event LIKE '%\"case\"%'",
        "kind = 'case.suspend' AND event LIKE '%第四十五条%'" };
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        str sql =
            str_printf(&h->arena, "SELECT count(*) FROM journal WHERE zone = $1 AND %s", events[i]);
        if (!house_number(h, sql.data))
            fail_msg("nothing of %s", events[i]);
    }
    none(h, "a job that was not done", "SELECT count(*) FROM job WHERE zone = $1");
}

static void what_comes_out_holds(void **state)
{
    (void)state;
    char folder[64];
    struct house h;
    int64_t checked = 0;
    folder_make(folder);
    assert_int_equal(run_in(ZONES_DIR "/nanchang", folder, "1"), EXIT_DONE);
    assert_int_equal(run_in(ZONES_DIR "/nanchang", folder, "1"), EXIT_FAULT); /* not twice */
    open_made(&h, folder);
    assert_int_equal(house_read(&h, &actor_system, verify, &checked), OK);
    assert_int_equal(checked, house_number(&h, "SELECT count(*) FROM cases WHERE zone = $1"));
    assert_int_equal(
        house_number(&h, "SELECT count(*) FROM cases WHERE zone = $1 AND kind <> 'service'"),
        REQUESTS + REPORTS);
    assert_int_equal(
        house_number(&h, "SELECT count(*) FROM register_enterprise WHERE zone = $1"), 60);
    none(&h, "same name twice",
        "SELECT count(*) - count(DISTINCT name) FROM register_enterprise WHERE zone = $1");
    none(&h, "a slot nobody filled",
        "SELECT count(*) FROM cases WHERE zone = $1 AND (title || body || answer || rating_text"
        " LIKE '%{%')");
    none(&h, "something after now",
        "SELECT count(*) FROM journal WHERE zone = $1 AND at > 1795420800000");
    /* Of requests: licences, payments and service items are made after them, each in its own time. */
    none(&h, "identifiers out of the order of time",
        "SELECT count(*) FROM journal a JOIN journal b ON a.zone = b.zone AND b.seq = a.seq + 1"
        " JOIN cases c ON c.id = a.subject AND c.kind = 'request' JOIN cases d ON d.id = b.subject"
        " AND d.kind = 'request'"
        " WHERE a.zone = $1 AND a.kind LIKE 'case.%' AND b.kind LIKE 'case.%'"
        " AND (b.at < a.at OR b.id < a.id)");
    none(&h, "a timer that should have fired",
        "SELECT count(*) FROM timer WHERE zone = $1 AND due_at < 1795420800000");
    /* Officers act while the office is open (08:30 to 17:30, lunch aside; +8 hours). */
    none(&h, "signed for at night",
        "SELECT count(*) FROM task WHERE zone = $1 AND signed_at IS NOT NULL AND"
        " ((signed_at / 60000 + 480) % 1440 < 510 OR (signed_at / 60000 + 480) % 1440 > 1051)");
    static const char *const kinds[] = { "case.create", "case.sign", "case.dispatch", "case.reply",
        "case.suspend", "case.resume", "case.extend", "case.approve", "case.rate", "case.timer",
        "case.urge", "case.note", "case.publish", "case.merge" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str sql = str_printf(
            &h.arena, "SELECT count(*) FROM journal WHERE zone = $1 AND kind = '%s'", kinds[i]);
        if (!house_number(&h, sql.data))
            fail_msg("a year without any %s", kinds[i]);
    }
    int64_t share = house_number(&h,
        "SELECT 100 * sum(on_time) / count(*) FROM cases WHERE zone = $1 AND on_time IS NOT NULL");
    assert_in_range(share, 85, 100);
    each_road_of_service_items(&h);
    house_close(&h);
}

static void wrong_use_is_refused(void **state)
{
    (void)state;
    char folder[64];
    folder_make(folder);
    assert_int_equal(run_in(ZONES_DIR "/nonesuch", folder, "1"), EXIT_FAULT);
    assert_int_equal(run_in(ZONES_DIR "/nanchang", folder, "minus"), EXIT_USAGE);
    assert_int_equal(rmdir(folder), 0); /* nothing was begun */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_seed_same_zone),
        cmocka_unit_test(what_comes_out_holds), cmocka_unit_test(wrong_use_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
