/*
 * Does an issue hold? Three things are asked, and each is told by itself:
 *
 *     sealed      the content that is kept has the digest that the journal's event names
 *     included    that event stands in the journal under a signed checkpoint (its receipt verifies)
 *     numbers     each that can be is computed again, by the pack's version of that day and as of the
 *                 same instant; value, records and groups must be the same
 *
 * and the versions of records that stand under the numbers are held against what was journalled when
 * they were written, so that a history that was changed afterwards shows even where the number does
 * not.
 */
#include "zone/bulletin_internal.h"

#include "zone/record_bulk.h"

#include <math.h>
#include <string.h>

enum { VERSIONS_MAX = 5000, EVENTS_MAX = 500 };

struct checking {
    struct op *op;
    const struct pack *pack;
    const struct bulletin_issue *issue;
    struct bulletin_check *out;
    int64_t batch; /* whose leaf was looked at last; ids come in order, so many share one */
    struct record_bulk_leaf leaf;
};

/* ---- the seal ------------------------------------------------------------------------------- */

static enum err check_seal(struct checking *c)
{
    struct op *op = c->op;
    struct ledger_row event;
    struct journal_verdict verdict = { 0 };
    struct diag ignored = { 0 };
    str receipt;
    TRY(ledger_get(op, c->issue->event, &event));
    str told = event.event ? json_str(event.event, "content") : STR_NONE;
    c->out->sealed = told.bytes && event.subject == c->issue->id
        && str_equal(told, ledger_digest(op, c->issue->content))
        && str_equal(json_str(event.event, "version"), c->issue->version);
    TRY(ledger_receipt(op, c->issue->event, true, &receipt));
    enum err e = journal_receipt_verify(
        op->arena, receipt, ledger_vkey(op->zone), &verdict, &ignored);
    c->out->included = e == OK && verdict.ok && verdict.content;
    return diag_arena(op->diag, op->arena);
}

/* ---- a number again ------------------------------------------------------------------------- */

static void query_again(struct checking *c, const json_t *number, struct figure_query *q)
{
    const char *key;
    json_t *value;
    *q = (struct figure_query){ .name = json_str(number, "figure"), .pack = c->pack };
    json_t *query = json_object_get(number, "query");
    json_object_foreach (query, key, value) {
        str text = { json_string_value(value), json_string_length(value) };
        if (strcmp(key, "by") == 0)
            q->by = text;
        else if (strcmp(key, "from") == 0)
            q->from = text;
        else if (strcmp(key, "to") == 0)
            q->to = text;
        else if (strcmp(key, "at") == 0)
            (void)instant_parse(text, &q->at_ms);
        else if (q->only_count < sizeof q->only / sizeof *q->only) {
            q->only[q->only_count].name = str_from(key);
            q->only[q->only_count++].value = text;
        }
    }
}

static bool same_value(const json_t *was, const struct figure_group *now, bool by_count)
{
    if (by_count)
        return json_number_value(was) == (double)now->count;
    if (json_is_null(was) || !now->has_value)
        return json_is_null(was) && !now->has_value;
    double a = json_number_value(was), b = now->value;
    return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b)));
}

static bool same_groups(const json_t *was, const struct figure_result *now)
{
    if (json_array_size(was) != now->group_count)
        return false;
    for (size_t i = 0; i < now->group_count; i++) {
        const json_t *g = json_array_get(was, i);
        if (!str_equal(json_str(g, "key"), now->groups[i].key)
            || !same_value(json_object_get(g, "value"), &now->groups[i], false))
            return false;
    }
    return true;
}

/* "{{figure x show=count}}" prints the count, one with show=target what the file says. */
static bool shows(const json_t *number, const char *what)
{
    return str_find(json_str(number, "hole"), str_from(what), 0) >= 0;
}

static enum err compute_again(
    struct checking *c, const json_t *number, struct bulletin_number_check *out)
{
    struct figure_query q;
    struct figure_result r;
    int64_t count = 0;
    str digest;
    query_again(c, number, &q);
    TRY(figure_value(c->op, &q, &r));
    struct prose_node plain = { 0 };
    bool by_count = shows(number, "show=count"), target = shows(number, "show=target");
    out->now = by_count ? str_printf(c->op->arena, "%lld", (long long)r.whole.count)
        : r.whole.has_value ? bulletin_number_text(c->op->arena, r.whole.value, &plain)
                            : STR("–");
    if (!target && !same_value(json_object_get(number, "value"), &r.whole, by_count)) {
        out->why = STR("value");
        return OK;
    }
    if (json_int(number, "count", -1) != r.whole.count) {
        out->why = STR("count");
        return OK;
    }
    if (!same_groups(json_object_get(number, "groups"), &r)) {
        out->why = STR("groups");
        return OK;
    }
    const json_t *records = json_object_get(number, "records");
    TRY(bulletin_records(c->op, &q, &count, &digest, NULL));
    if (json_int(records, "count", -1) != count || !str_equal(json_str(records, "digest"), digest))
        out->why = STR("records");
    return OK;
}

/* ---- the versions under it ------------------------------------------------------------------ */

/* Of many that came in at a time: the leaf of them all. */
static enum err under_a_leaf(struct checking *c, const struct pack_register *r, int64_t id,
    int64_t batch, bool *known, bool *passed)
{
    if (batch != c->batch || id < c->leaf.first || id > c->leaf.last)
        TRY(record_bulk_verify(c->op, r->code, batch, id, &c->leaf));
    c->batch = batch;
    *known = c->leaf.holds;
    *passed = *passed || c->leaf.erased;
    return OK;
}

/* The version that stood at `at`, and whether the journal knows it with this content. */
static enum err check_version(
    struct checking *c, const struct pack_register *r, int64_t id, int64_t at)
{
    struct op *op = c->op;
    struct store_rows rows;
    struct ledger_row *events;
    size_t count = 0;
    str sql = str_printf(op->arena,
        "SELECT version, data, batch FROM register_%.*s_history WHERE zone = $1 AND id = $2 AND at <= $3"
        " ORDER BY version DESC LIMIT 1",
        STR_ARGS(r->code));
    TRY(diag_arena(op->diag, op->arena));
    enum err e = STORE_ONE(
        op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code), S_INT(id), S_INT(at));
    c->out->records_checked++;
    if (e == ERR_NOT_FOUND) {
        c->out->records_changed++;
        return OK;
    }
    TRY(e);
    int64_t version = store_int(&rows, 0), batch = store_int(&rows, 2);
    str digest = ledger_digest(op, store_text(&rows, 1));
    store_rows_end(&rows);
    TRY(ledger_list(op, id, EVENTS_MAX, &events, &count));
    bool known = false, other = false, passed = count == EVENTS_MAX;
    for (size_t i = 0; i < count && !known; i++) {
        bool it = events[i].event && json_int(events[i].event, "version", -1) == version;
        known = it && str_equal(json_str(events[i].event, "data"), digest);
        other = other || it;
        passed = passed || !events[i].event;
    }
    if (batch && !known && !other)
        TRY(under_a_leaf(c, r, id, batch, &known, &passed));
    c->out->records_changed += !known && (other || !passed);
    return OK;
}

static enum err check_versions(struct checking *c, const json_t *number)
{
    str of = json_str(number, "of");
    const struct pack_register *r = of.bytes ? pack_register(c->pack, of) : NULL;
    const json_t *ids = json_object_get(json_object_get(number, "records"), "ids");
    int64_t at = 0, id = 0;
    if (!r || !instant_parse(json_str(json_object_get(number, "query"), "at"), &at))
        return OK;
    struct arena scratch, *kept = c->op->arena;
    enum err e = OK;
    arena_init(&scratch, NULL, 16 * MIB);
    c->op->arena = &scratch;
    for (size_t i = 0; e == OK && i < json_array_size(ids) && c->out->records_checked < VERSIONS_MAX;
         i++) {
        arena_reset(&scratch);
        if (str_to_int64(str_from(json_string_value(json_array_get(ids, i))), &id))
            e = check_version(c, r, id, at);
    }
    c->op->arena = kept;
    arena_release(&scratch);
    return e;
}

static enum err check_with(
    struct checking *c, const json_t *number, struct bulletin_number_check *out)
{
    const json_t *title = json_object_get(number, "title");
    *out = (struct bulletin_number_check){ .figure = json_str(number, "figure"),
        .title = { json_str(title, "zh"), json_str(title, "en") },
        .was = json_str(number, "text"),
        .verdict = BULLETIN_SEALED };
    if (!json_is_true(json_object_get(number, "past")))
        return OK;
    TRY(compute_again(c, number, out));
    out->verdict = out->why.bytes ? BULLETIN_DIFFERS : BULLETIN_SAME;
    if (!out->why.bytes)
        out->now = out->was;
    return check_versions(c, number);
}

/* In memory of its own: a number may stand on thousands of records. */
static enum err check_number(
    struct checking *c, const json_t *number, struct bulletin_number_check *out)
{
    struct arena scratch, *kept = c->op->arena;
    arena_init(&scratch, NULL, 64 * MIB);
    c->op->arena = &scratch;
    enum err e = check_with(c, number, out);
    c->op->arena = kept;
    out->now = str_copy(kept, out->now);
    arena_release(&scratch);
    return e;
}

enum err bulletin_check(
    struct op *op, const struct bulletin_issue *issue, struct bulletin_check *out)
{
    struct op as_system = *op;
    json_t *content;
    as_system.actor = &actor_system;
    *out = (struct bulletin_check){ 0 };
    struct checking c = { .op = &as_system, .issue = issue, .out = out };
    TRY(check_seal(&c));
    if (json_parse(op->arena, issue->content, &content, op->diag) != OK) {
        *op->diag = (struct diag){ 0 }; /* what is kept is no content: it does not hold */
        out->sealed = false;
        return OK;
    }
    TRY(zone_pack_version(&as_system, issue->version, &c.pack));
    const json_t *numbers = json_object_get(content, "numbers");
    out->number_count = json_array_size(numbers);
    out->numbers = ARENA_ARRAY(op->arena, struct bulletin_number_check, out->number_count + 1);
    TRY(diag_arena(op->diag, op->arena));
    out->holds = out->sealed && out->included;
    for (size_t i = 0; i < out->number_count; i++) {
        TRY(check_number(&c, json_array_get(numbers, i), &out->numbers[i]));
        out->holds = out->holds && out->numbers[i].verdict != BULLETIN_DIFFERS;
    }
    out->holds = out->holds && !out->records_changed;
    return diag_arena(op->diag, op->arena);
}
