/* Evidence of claims: who may open it, and the trace that each look leaves (benefit.h). */
#include "zone/benefit_internal.h"

#include "zone/record.h"

static bool sees_all(const struct op *op)
{
    const struct actor *a = op->actor;
    return a->system || (a->role && a->role->scope == PACK_SCOPE_ALL && actor_may(a, "enterprise.read"));
}

/* A file may be evidence of several claims: one that the actor has to do with is enough. */
enum err benefit_evidence(struct op *op, int64_t file, int64_t *line)
{
    enum { CLAIMS_MAX = 50 };
    struct store_rows rows;
    int64_t lines[CLAIMS_MAX];
    size_t count = 0;
    *line = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT line_id FROM benefit_file WHERE zone = $1 AND file_id = $2 ORDER BY line_id DESC LIMIT 50",
        S_TEXT(op->zone->code), S_INT(file)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        lines[count++] = store_int(&rows, 0);
    }
    store_rows_end(&rows);
    for (size_t i = 0; i < count && !*line; i++) {
        struct benefit_line row;
        struct benefit_list l;
        const struct pack_clause *c;
        TRY(benefit_line_get(op, lines[i], &row));
        TRY(benefit_list_get(op, row.list, &l));
        TRY(benefit_clause(op, &l, &c));
        if (sees_all(op) || benefit_concerns(op, &l, c))
            *line = row.id;
    }
    return OK;
}

/* The record of whoever is paid, or 0 where it is none that the zone has. */
static enum err payee_record(struct op *op, const struct pack_clause *c, str key, int64_t *id)
{
    struct record found;
    struct diag ignored = { 0 };
    struct op look = *op;
    const struct pack_register *r = c->payee ? c->payee->ref : c->audience;
    look.diag = &ignored;
    *id = record_by_key(&look, r->code, key, &found) == OK ? found.id : 0;
    return diag_arena(op->diag, op->arena);
}

enum err benefit_evidence_looked(struct op *op, int64_t line, str name)
{
    struct benefit_line row;
    struct benefit_list l;
    const struct pack_clause *c;
    int64_t subject;
    TRY(benefit_line_get(op, line, &row));
    TRY(benefit_list_get(op, row.list, &l));
    TRY(benefit_clause(op, &l, &c));
    TRY(payee_record(op, c, row.payee, &subject));
    json_t *data = json_object();
    json_set_str(data, "number", l.number);
    json_set_id(data, "line", line);
    json_set_str(data, "file", name);
    return ledger_append(
        op, &(struct ledger_event){ .kind = "benefit.look", .subject = subject, .data = data }, NULL);
}
