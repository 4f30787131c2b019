/* Looks into compartments; look.h. */
#include "zone/look.h"

static const char looks[] =
    "CREATE TABLE register_look (zone TEXT NOT NULL, register TEXT NOT NULL, id BIGINT NOT NULL,"
    " PRIMARY KEY (zone, register, id)){clustered};";

const struct store_migration look_migrations[] = { { 1, "looks into compartments", looks } };
const size_t look_migration_count = sizeof look_migrations / sizeof *look_migrations;

enum err look_keep(struct op *op, const struct pack_register *r, const char *kind, int64_t subject,
    json_t *data)
{
    int64_t id = 0;
    json_set_str(data, "register", r->code);
    TRY(ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = subject, .data = data }, &id));
    if (!r->closed)
        return OK;
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO register_look (zone, register, id) VALUES ($1, $2, $3)",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(id));
}

enum err look_list(struct op *op, const struct pack_register *r, int64_t before, size_t limit,
    struct ledger_row **rows, size_t *count, bool *more)
{
    struct store_rows found;
    int64_t *ids = ARENA_ARRAY(op->arena, int64_t, limit + 1);
    size_t used = 0;
    *rows = ARENA_ARRAY(op->arena, struct ledger_row, limit);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &found, op->diag,
        "SELECT id FROM register_look WHERE zone = $1 AND register = $2 AND id < $3"
        " ORDER BY id DESC LIMIT $4",
        S_TEXT(op->zone->code), S_TEXT(r->code), S_INT(before ? before : INT64_MAX),
        S_INT((int64_t)limit + 1)));
    for (bool next;;) {
        TRY(store_next(&found, &next, op->diag));
        if (!next)
            break;
        ids[used++] = store_int(&found, 0);
    }
    *more = used > limit;
    *count = used < limit ? used : limit;
    for (size_t i = 0; i < *count; i++)
        TRY(ledger_get(op, ids[i], &(*rows)[i]));
    return OK;
}
