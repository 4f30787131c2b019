/*
 * May I? For cases in every state and for every role: what the page offers is what the verb does.
 * The table of refusals is checked by walking cases through their states and asking all verbs of
 * all people twice, once as a list, once as a dry run.
 */
#include "house.h"

#include <stdio.h>
#include <string.h>

struct asking {
    struct case_row row;
    struct verb_option *list;
    size_t count;
};

static enum err ask(struct op *op, void *ctx)
{
    struct asking *a = ctx;
    return case_verbs(op, &a->row, &a->list, &a->count);
}

static const struct verb_option *option(const struct asking *a, enum verb v)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].verb == v)
            return &a->list[i];
    return NULL;
}

static void agree(struct house *h, const struct actor *who, int64_t id, uint64_t *allowed)
{
    struct asking a = { .row = house_get(h, &actor_system, id) };
    bool sees = house_read(h, who, ask, &a) == OK;
    for (int v = 0; v < VERB_COUNT; v++) {
        const struct verb_option *o = sees ? option(&a, (enum verb)v) : NULL;
        struct verb_input in = { .verb = (enum verb)v, .dry_run = true };
        enum err e = house_try(h, who, id, in, NULL);
        if (!sees) {
            assert_int_equal(e, ERR_NOT_FOUND);
        } else if (!o) { /* not this role's verb */
            assert_int_equal(e, ERR_FORBIDDEN);
        } else if (o->allowed) {
            assert_int_equal(e, OK);
            assert_int_equal(o->reason.zh.bytes + o->reason.en.bytes, 0);
            *allowed |= UINT64_C(1) << v;
        } else {
            assert_int_equal(e, ERR_NOT_ALLOWED);
            assert_true(o->reason.zh.bytes && o->reason.en.bytes);
            char en[DIAG_TEXT_BYTES];
            snprintf(en, sizeof en, "%.*s", STR_ARGS(o->reason.en));
            assert_non_null(strstr(h->diag.en, en));
        }
    }
}

/* What each may do, as words in the order of verbs.def. */
static void expect(struct house *h, const struct actor *who, int64_t id, const char *words)
{
    uint64_t allowed = 0;
    struct buf b;
    buf_init(&b, &h->arena, 1000);
    agree(h, who, id, &allowed);
    for (int v = 0; v < VERB_COUNT; v++)
        if (allowed & UINT64_C(1) << v)
            buf_printf(&b, "%s%s", b.bytes ? " " : "", verb_info((enum verb)v)->word);
    if (!str_is(buf_str(&b), words))
        fail_msg(
            "%.*s may \"%.*s\", not \"%s\"", STR_ARGS(who->name), STR_ARGS(buf_str(&b)), words);
}

static void fresh_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    expect(h, &h->contact, id, "urge withdraw note");
    expect(h, &h->stranger, id, "");
    expect(h, &h->power, id, "sign transfer return merge note copy");
    expect(h, &h->power2, id, "sign transfer return merge note copy");
    expect(h, &h->head, id, "sign transfer return supervise merge note copy");
    expect(h, &h->eco, id, "");
    expect(h, &h->officer, id, "urge supervise note copy");
    expect(h, &h->leader, id, "supervise note copy");
    expect(h, &h->inspector, id, "supervise note copy");
    expect(h, &h->admin, id, "");
    expect(h, &h->nobody, id, "");
}

static void signed_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    expect(h, &h->power, id,
        "transfer return reply suspend extend merge note delegate countersign add_signer copy");
    expect(h, &h->power2, id, "transfer note copy"); /* a colleague has it */
    expect(h, &h->head, id, "transfer supervise note copy");
    expect(h, &h->contact, id, "urge withdraw note");
}

static void suspended_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_SUSPEND, .text = STR("等材料"));
    expect(h, &h->power, id, "resume note copy");
    expect(h, &h->contact, id, "urge withdraw note");
    expect(h, &h->leader, id, "supervise note copy");
}

static void extension_waits(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_EXTEND, .days = 1, .text = STR("等备件"));
    expect(h, &h->power, id,
        "transfer return reply suspend merge note delegate countersign add_signer undo copy");
    expect(h, &h->head, id, "transfer approve refuse supervise note copy");
    expect(h, &h->leader, id, "approve refuse supervise note copy");
}

static void answered_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("已办。"));
    expect(h, &h->contact, id, "rate note");
    expect(h, &h->power, id, "note copy");
    expect(h, &h->head, id, "note copy");
    expect(h, &h->officer, id, "note copy");
    expect(h, &h->leader, id, "note copy");
}

static void closed_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("已办。"));
    DO(h, &h->contact, id, VERB_RATE, .rating = 3);
    expect(h, &h->contact, id, "reopen note");
    expect(h, &h->power, id, "note copy");
    expect(h, &h->officer, id, "note publish copy");
    DO(h, &h->officer, id, VERB_PUBLISH, .text = STR("怎么办?"));
    expect(h, &h->officer, id, "note copy");
}

static void rectified_case(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("已办。"));
    DO(h, &h->contact, id, VERB_RATE, .rating = 1, .text = STR("没有解决"));
    expect(h, &h->officer, id, "sign dispatch urge supervise note copy");
    expect(h, &h->power, id, "note copy");
    expect(h, &h->contact, id, "urge withdraw note");
    DO(h, &h->officer, id, VERB_SIGN);
    expect(h, &h->officer, id, "dispatch reply urge supervise note add_signer copy");
}

static void ended_otherwise(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    DO(h, &h->contact, id, VERB_WITHDRAW);
    expect(h, &h->contact, id, "");
    expect(h, &h->power, id, "");
    expect(h, &h->officer, id, "");
    int64_t target = house_power_case(h).id;
    id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_MERGE, .target = house_get(h, &h->power, target).number);
    expect(h, &h->contact, id, "");
    expect(h, &h->head, id, "");
}

static void wrong_task(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "does not offer", VERB_SIGN, .task_id = 99);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "does not offer", VERB_RESUME,
        .task_id = house_number(h, "SELECT id FROM task WHERE zone = $1") + 1);
}

static void inputs_are_bounded(void **state)
{
    struct house *h = *state;
    int64_t id = house_power_case(h).id;
    char *long_text = arena_alloc(&h->arena, 20002);
    memset(long_text, 'x', 20001);
    REFUSED(h, &h->contact, id, ERR_INVALID, "too long", VERB_NOTE, .text = { long_text, 20001 });
    DO(h, &h->contact, id, VERB_NOTE, .text = { long_text, 20000 });
    REFUSED(h, &h->contact, id, ERR_INVALID, "", VERB_NOTE, .text = STR(" \t\n"));
    int64_t files[] = { 4711 };
    REFUSED(h, &h->contact, id, ERR_INVALID, "attachment", VERB_NOTE, .text = STR("x"),
        .files = files, .file_count = 1);
    REFUSED(h, &h->contact, id, ERR_INVALID, "no attachments", VERB_URGE, .files = files,
        .file_count = 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
    const struct CMUnitTest tests[] = { T(fresh_case), T(signed_case), T(suspended_case),
        T(extension_waits), T(answered_case), T(closed_case), T(rectified_case), T(ended_otherwise),
        T(wrong_task), T(inputs_are_bounded) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
