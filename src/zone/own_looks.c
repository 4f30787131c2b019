/* Looks at what is the actor's own: own_looks.h. From the journal (its entries tell who and why)
 * and from the looks that licences keep. */
#include "zone/own_looks.h"

#include "pack/pack.h"
#include "zone/query.h"

#include <stdlib.h>

static str text_at(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

static enum err read_journal(
    struct op *op, struct store_rows *rows, const char *what, struct own_look *list, size_t *count)
{
    bool more = true;
    while (*count < OWN_LOOKS_MAX) {
        json_t *event;
        TRY(store_next(rows, &more, op->diag));
        if (!more)
            return OK;
        if (json_parse(op->arena, store_text(rows, 1), &event, op->diag) != OK)
            continue;
        const json_t *by = json_object_get(event, "actor");
        str subject = text_at(op, rows, 2);
        list[(*count)++] = (struct own_look){ .at = store_int(rows, 0),
            .what = str_from(what),
            .subject = subject.bytes ? subject : json_str(event, "number"),
            .who = json_str(by, "name"),
            .unit = json_str(by, "unit"),
            .why = json_str(event, "reason") };
    }
    store_rows_end(rows);
    return OK;
}

static enum err of_cases(struct op *op, struct own_look *list, size_t *count)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT j.at, j.event, c.number FROM cases c JOIN journal j ON j.zone = c.zone AND"
        " j.subject = c.id WHERE c.zone = $1 AND c.enterprise_id = $2 AND j.kind = 'case.reveal'"
        " AND j.event IS NOT NULL ORDER BY j.id DESC LIMIT 100",
        S_TEXT(op->zone->code), S_INT(op->actor->enterprise)));
    return read_journal(op, &rows, "contact", list, count);
}

static enum err of_record(struct op *op, struct own_look *list, size_t *count)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT at, event, '' FROM journal WHERE zone = $1 AND subject = $2 AND kind ="
        " 'record.reveal' AND event IS NOT NULL ORDER BY id DESC LIMIT 100",
        S_TEXT(op->zone->code), S_INT(op->actor->enterprise)));
    return read_journal(op, &rows, "record", list, count);
}

/* What I sent as evidence of a claim. */
static enum err of_evidence(struct op *op, struct own_look *list, size_t *count)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT at, event, '' FROM journal WHERE zone = $1 AND subject = $2 AND kind ="
        " 'benefit.look' AND event IS NOT NULL ORDER BY id DESC LIMIT 100",
        S_TEXT(op->zone->code), S_INT(op->actor->enterprise)));
    return read_journal(op, &rows, "evidence", list, count);
}

/* My bank account, shown whole with a payment to me. */
static enum err of_payments(struct op *op, struct own_look *list, size_t *count)
{
    const struct pack_funds *f = zone_pack(op->zone)->funds;
    struct query q;
    struct store_rows rows;
    if (!f || !f->payee->ref->key)
        return OK;
    query_init(&q, op->arena);
    buf_printf(&q.text,
        "SELECT j.at, j.event, b.number FROM register_%.*s e JOIN fund_line l ON l.zone = e.zone AND"
        " l.payee = e.%.*s JOIN fund_batch b ON b.zone = l.zone AND b.id = l.batch JOIN journal j ON"
        " j.zone = b.zone AND j.subject = b.id AND j.kind = 'fund.batch.reveal' AND j.event IS NOT NULL",
        STR_ARGS(f->payee->ref->code), STR_ARGS(f->payee->ref->key->name));
    QUERY_ADD(&q, " WHERE e.zone = ? AND e.id = ? ORDER BY j.id DESC LIMIT 100", S_TEXT(op->zone->code),
        S_INT(op->actor->enterprise));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    return read_journal(op, &rows, "account", list, count);
}

static enum err of_licences(struct op *op, struct own_look *list, size_t *count)
{
    struct store_rows rows;
    bool more = true;
    const struct pack *p = zone_pack(op->zone);
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT k.at, l.type, k.who, k.unit, k.purpose, k.how FROM licence l JOIN licence_look k ON"
        " k.zone = l.zone AND k.licence_id = l.id WHERE l.zone = $1 AND l.holder_id = $2 ORDER BY"
        " k.id DESC LIMIT 100",
        S_TEXT(op->zone->code), S_INT(op->actor->enterprise)));
    while (*count < OWN_LOOKS_MAX) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return diag_arena(op->diag, op->arena);
        const struct pack_licence *type = pack_licence(p, store_text(&rows, 1));
        list[(*count)++] = (struct own_look){ .at = store_int(&rows, 0),
            .what = STR("licence"),
            .subject = type ? type->name.zh : text_at(op, &rows, 1),
            .who = text_at(op, &rows, 2),
            .unit = text_at(op, &rows, 3),
            .why = text_at(op, &rows, 4),
            .result = text_at(op, &rows, 5) };
    }
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static int newest_first(const void *a, const void *b)
{
    const struct own_look *x = a, *y = b;
    return (x->at < y->at) - (x->at > y->at);
}

enum err own_looks(struct op *op, struct own_look **out, size_t *count)
{
    struct own_look *list = ARENA_ARRAY(op->arena, struct own_look, OWN_LOOKS_MAX);
    *count = 0;
    TRY(diag_arena(op->diag, op->arena));
    if (op->actor->enterprise) {
        TRY(of_cases(op, list, count));
        TRY(of_record(op, list, count));
        TRY(of_evidence(op, list, count));
        TRY(of_payments(op, list, count));
        TRY(of_licences(op, list, count));
    }
    qsort(list, *count, sizeof *list, newest_first);
    *out = list;
    return diag_arena(op->diag, op->arena);
}
