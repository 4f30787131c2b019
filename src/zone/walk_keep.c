/*
 * What figures count of walks, kept as rows. What they were computed from is kept as a mark: the
 * version of the pack, and of each register how many records it holds and the sum of their
 * versions, which every change moves. A mark that differs means computing again: reading and walking
 * without holding up anyone, then one write that puts the rows in place of the former ones.
 */
#include "zone/walk.h"

#include <math.h>

const struct store_migration walk_migrations[] = {
    { 1, "walks from homes to services",
        "CREATE TABLE walk_reach (zone TEXT NOT NULL, page TEXT NOT NULL, home_id BIGINT NOT NULL,"
        " kind TEXT NOT NULL, households BIGINT NOT NULL, metres DOUBLE PRECISION,"
        " covered BIGINT NOT NULL, PRIMARY KEY (zone, page, home_id, kind));"
        "CREATE TABLE walk_mark (zone TEXT NOT NULL, page TEXT NOT NULL, mark TEXT NOT NULL,"
        " PRIMARY KEY (zone, page));"
        "CREATE VIEW walk_report AS SELECT zone, page, home_id AS id, kind, households, metres, covered"
        " FROM walk_reach WHERE zone = {zone};" },
};
const size_t walk_migration_count = sizeof walk_migrations / sizeof *walk_migrations;

struct keeping {
    struct walk walk;
    str mark;
};

static enum err add_mark(struct op *op, const struct pack_page *page, const char *member, struct buf *b)
{
    struct store_rows rows;
    str code = pack_page_text(page->members, member);
    if (!code.bytes)
        return OK;
    str sql = str_printf(op->arena,
        "SELECT count(*), coalesce(sum(version), 0) FROM register_%.*s WHERE zone = $1", STR_ARGS(code));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(op->conn, &rows, op->diag, sql.data, S_TEXT(op->zone->code)));
    buf_printf(b, " %lld.%lld", (long long)store_int(&rows, 0), (long long)store_int(&rows, 1));
    store_rows_end(&rows);
    return OK;
}

/* *changed: the kept rows were computed from something else. */
static enum err compare(struct op *op, const struct pack_page *page, str *mark, bool *changed)
{
    struct store_rows rows;
    struct buf b;
    buf_init(&b, op->arena, 1024);
    buf_add(&b, str_from(zone_pack(op->zone)->version));
    TRY(add_mark(op, page, "homes", &b));
    TRY(add_mark(op, page, "services", &b));
    *mark = buf_str(&b);
    TRY(diag_arena(op->diag, op->arena));
    bool there;
    TRY(STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT mark FROM walk_mark WHERE zone = $1 AND page = $2", S_TEXT(op->zone->code),
        S_TEXT(page->code)));
    *changed = !there || !str_equal(store_text(&rows, 0), *mark);
    store_rows_end(&rows);
    return OK;
}

static enum err keep_kind(struct op *op, struct walk *v, str kind)
{
    size_t places;
    int64_t minutes = walk_minutes(v->page, kind);
    TRY(walk_to(v, kind, &places));
    for (size_t i = 0; i < v->homes.count; i++) {
        const struct walk_spot *home = &v->homes.items[i];
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO walk_reach (zone, page, home_id, kind, households, metres, covered)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            S_TEXT(op->zone->code), S_TEXT(v->page->code), S_INT(home->id), S_TEXT(kind),
            S_INT(home->weight), isinf(home->metres) ? S_NULL : S_REAL(home->metres),
            S_INT(walk_covers(v, home, minutes))));
    }
    return OK;
}

static enum err keep(struct op *op, void *ctx)
{
    struct keeping *k = ctx;
    struct walk *v = &k->walk;
    str page = v->page->code;
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM walk_reach WHERE zone = $1 AND page = $2",
        S_TEXT(op->zone->code), S_TEXT(page)));
    for (size_t i = 0; i < v->kinds->count && i < WALK_KINDS_MAX; i++)
        TRY(keep_kind(op, v, v->kinds->items[i].code));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO walk_mark (zone, page, mark) VALUES ($1, $2, $3)"
        " ON CONFLICT (zone, page) DO UPDATE SET mark = excluded.mark",
        S_TEXT(op->zone->code), S_TEXT(page), S_TEXT(k->mark));
}

static enum err refresh(struct op *op, const struct pack_page *page)
{
    struct keeping k = { 0 };
    bool changed = false;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = compare(op, page, &k.mark, &changed);
    if (e == OK && changed)
        e = walk_read(op, page, &k.walk);
    store_read_end(op->conn);
    op->conn = NULL;
    return e == OK && changed ? zone_write(op, keep, &k) : e;
}

enum err walks_refresh(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    enum err first = OK;
    for (size_t i = 0; i < p->page_count; i++) {
        if (!str_is(p->pages[i].kind, "coverage"))
            continue;
        enum err e = refresh(op, &p->pages[i]); /* one that fails does not keep the others from it */
        first = first == OK ? e : first;
    }
    return first;
}
