/*
 * Packs in use and in draft: who holds one keeps it whatever comes after; a deployment follows what
 * it was compared with; a draft lies over whatever is in use; the folder leads until the pages do.
 */
#include "copy.h"
#include "house.h"

#include "zone/pack_decide.h"

#include <string.h>

#define RULES "requests/routing.dmn"

static str replaced(struct house *h, str text, const char *from, const char *to)
{
    struct buf b;
    buf_init(&b, &h->arena, 4 * MIB);
    int64_t at = str_find(text, str_from(from), 0);
    assert_true(at >= 0);
    buf_add(&b, str_slice(text, 0, (size_t)at));
    buf_add(&b, str_from(to));
    buf_add(&b, str_slice(text, (size_t)at + strlen(from), text.bytes));
    return buf_str(&b);
}

static str rules_in_use(struct house *h)
{
    return pack_file(zone_pack(h->zone), STR(RULES))->text;
}

/* ---- drafts ---- */

struct drafting {
    int64_t id;
    str path, text, seen;
    struct pack_draft got;
    struct pack_view view;
    struct diag_list faults;
    struct loaded_pack *loaded;
};

static enum err create(struct op *op, void *ctx)
{
    return pack_draft_create(op, STR("测试"), &((struct drafting *)ctx)->id);
}

static enum err put(struct op *op, void *ctx)
{
    struct drafting *d = ctx;
    return pack_draft_put(op, d->id, d->path, d->text, d->seen);
}

static enum err get(struct op *op, void *ctx)
{
    struct drafting *d = ctx;
    return pack_draft_get(op, d->id, &d->got);
}

static enum err keep(struct op *op, void *ctx)
{
    struct drafting *d = ctx;
    return pack_draft_keep(op, d->id, d->path);
}

static enum err check(struct op *op, void *ctx)
{
    struct drafting *d = ctx;
    diag_list_init(&d->faults, op->arena, 50);
    TRY(pack_view_open(op, op->arena, d->id, STR_NONE, &d->view));
    return pack_view_check(op, &d->view, &d->faults, &d->loaded);
}

/* One replacement in the rules, as a draft. */
static struct drafting draft_of(
    struct house *h, const struct actor *a, const char *from, const char *to)
{
    struct drafting d = { .path = STR(RULES) };
    assert_int_equal(house_write(h, a, create, &d), OK);
    d.text = replaced(h, rules_in_use(h), from, to);
    d.seen = pack_file(zone_pack(h->zone), d.path)->sha256;
    assert_int_equal(house_write(h, a, put, &d), OK);
    return d;
}

struct deploying {
    struct pack_deployment p;
    struct diag_list faults;
    int64_t use;
};

static enum err deploy(struct op *op, void *ctx)
{
    struct deploying *d = ctx;
    diag_list_init(&d->faults, op->arena, 50);
    return pack_deploy(op, &d->p, &d->faults, &d->use);
}

static enum err try_deploy(struct house *h, struct drafting *d, const char *expected)
{
    assert_int_equal(house_read(h, &h->admin, check, d), OK);
    struct deploying w = { .p = { .pack = pack_of(d->loaded),
                               .origin = STR("draft"),
                               .reason = STR("测试"),
                               .expected = str_from(expected) } };
    enum err e = house_write(h, &h->admin, deploy, &w);
    if (e == OK)
        pack_take(h->zone, d->loaded, w.use);
    else
        pack_drop(d->loaded);
    return e;
}

static void who_holds_one_keeps_it(void **state)
{
    struct house *h = *state;
    const struct pack *first = zone_pack(h->zone);
    struct drafting d = draft_of(h, &h->admin, "\"ECO\"", "\"POWER\"");
    assert_int_equal(try_deploy(h, &d, first->version), OK);
    const struct pack *second = zone_pack(h->zone);
    assert_ptr_not_equal(second, first);
    assert_true(str_find(pack_file(first, STR(RULES))->text, STR("\"ECO\""), 0) >= 0);
    assert_int_equal(house_number(h, "SELECT count(*) FROM pack_use WHERE zone = $1"), 2);
    /* An older use that gets here late changes nothing. */
    struct diag_list faults;
    struct loaded_pack *l;
    diag_list_init(&faults, &h->arena, 5);
    assert_int_equal(
        pack_read(h->zone, first->files, first->file_count, &faults, &l, &h->diag), OK);
    assert_ptr_equal(pack_take(h->zone, l, 1), second);
    /* And what was compared with the first no longer fits. */
    d = draft_of(h, &h->admin, "\"GAS\"", "\"POWER\"");
    assert_int_equal(try_deploy(h, &d, first->version), ERR_CONFLICT);
    assert_ptr_equal(zone_pack(h->zone), second);
}

static void a_draft_is_changed_from_what_was_seen(void **state)
{
    struct house *h = *state;
    struct drafting d = draft_of(h, &h->admin, "\"ECO\"", "\"POWER\"");
    assert_int_equal(house_write(h, &h->admin, put, &d), ERR_PRECONDITION);
    assert_int_equal(house_write(h, &h->officer, put, &d), ERR_FORBIDDEN);
    assert_int_equal(house_read(h, &h->admin, get, &d), OK);
    assert_int_equal(d.got.file_count, 1);
    assert_string_equal(d.got.files[0].change, "changed");
    int64_t number = d.got.number;
    d.text = rules_in_use(h); /* back to what is in use: nothing is left of the change */
    d.seen = STR("*");
    assert_int_equal(house_write(h, &h->admin, put, &d), OK);
    assert_int_equal(house_read(h, &h->admin, get, &d), OK);
    assert_int_equal(d.got.file_count, 0);
    assert_true(d.got.number > number);
}

static void both_sides_changed(void **state)
{
    struct house *h = *state;
    const char *first = zone_pack(h->zone)->version;
    struct drafting mine = draft_of(h, &h->admin, "\"ECO\"", "\"POWER\"");
    struct drafting theirs = draft_of(h, &h->admin, "\"ECO\"", "\"GAS\"");
    assert_int_equal(try_deploy(h, &theirs, first), OK);
    assert_int_equal(house_read(h, &h->admin, get, &mine), OK);
    assert_int_equal(mine.got.conflict_count, 1);
    assert_int_equal(house_read(h, &h->admin, check, &mine), ERR_CONFLICT);
    assert_int_equal(house_write(h, &h->admin, keep, &mine), OK);
    assert_int_equal(try_deploy(h, &mine, zone_pack(h->zone)->version), OK);
    assert_true(str_find(rules_in_use(h), STR("\"POWER\""), 0) >= 0);
}

/* ---- the folder ---- */

static enum err folder_state(struct op *op, void *ctx)
{
    str version;
    *(enum zone_folder_state *)ctx = zone_folder(op, &version);
    return OK;
}

static enum zone_folder_state state_of(struct house *h)
{
    enum zone_folder_state s = ZONE_FOLDER_NONE;
    assert_int_equal(house_read(h, &h->admin, folder_state, &s), OK);
    return s;
}

static void the_folder_leads_until_the_pages_do(void **state)
{
    struct house *h = *state;
    struct copy c;
    copy_make(&c);
    house_reopen(h, c.folder);
    assert_int_equal(state_of(h), ZONE_FOLDER_SAME);
    copy_change(&c, RULES, "\"ECO\"", "\"GAS\"");
    house_reopen(h, c.folder);
    assert_int_equal(state_of(h), ZONE_FOLDER_SAME);
    struct drafting d = draft_of(h, &h->admin, "\"GAS\"", "\"POWER\"");
    str folder = str_copy(&h->arena, str_from(zone_pack(h->zone)->version));
    assert_int_equal(try_deploy(h, &d, folder.data), OK);
    str pages = str_copy(&h->arena, str_from(zone_pack(h->zone)->version));
    house_reopen(h, c.folder);
    assert_true(str_is(pages, zone_pack(h->zone)->version));
    assert_int_equal(state_of(h), ZONE_FOLDER_OLDER);
    copy_change(&c, RULES, "\"POWER\"", "\"GAS\"");
    house_reopen(h, c.folder);
    assert_true(str_is(pages, zone_pack(h->zone)->version));
    assert_int_equal(state_of(h), ZONE_FOLDER_CHANGED);
    house_reopen(h, NULL);
    assert_true(str_is(pages, zone_pack(h->zone)->version));
    assert_int_equal(state_of(h), ZONE_FOLDER_NONE);
    copy_remove(&c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(who_holds_one_keeps_it),
        T(a_draft_is_changed_from_what_was_seen), T(both_sides_changed),
        T(the_folder_leads_until_the_pages_do) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
