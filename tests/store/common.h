/* What the tests of the store share: a folder of their own, a store in it, small writes. */
#ifndef TESTS_STORE_COMMON_H
#define TESTS_STORE_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[64];
    char path[96];
};

static inline void place_make(struct place *p)
{
    snprintf(p->folder, sizeof p->folder, "/tmp/junma-store-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/junma.db", p->folder);
}

static inline void place_remove(struct place *p)
{
    static const char *const tails[] = { "", "-wal", "-shm", "-journal", ".lock", ".copy",
        ".copy.part", ".copy.lock", ".copy-wal", ".copy-shm" };
    assert_int_equal(chmod(p->folder, 0755), 0);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", p->path, tails[i]);
        unlink(path);
    }
    rmdir(p->folder);
}

static const struct store_migration note_steps[] = {
    { 1, "notes",
        "CREATE TABLE note (zone text NOT NULL, id bigint NOT NULL, body text NOT NULL,"
        " weight double precision,"
        " data {blob}, PRIMARY KEY (zone, id)) {clustered};\n"
        "CREATE TABLE tag (zone text NOT NULL, note_id bigint NOT NULL, name text NOT NULL,"
        " PRIMARY KEY (zone, note_id, name),"
        " FOREIGN KEY (zone, note_id) REFERENCES note (zone, id));\n"
        "{search:note_search};\n"
        "CREATE VIEW note_here AS SELECT id, body, weight FROM note WHERE zone = {zone};" },
};

static inline struct store *open_or_fail(struct store_options o)
{
    struct store *s = NULL;
    struct diag d = { 0 };
    o.sys = sys_real();
    enum err e = store_open(&o, &s, &d);
    if (e != OK)
        fail_msg("store_open: %s (%s)", d.en, d.file);
    return s;
}

static inline struct store *open_notes(const struct place *p)
{
    struct store *s = open_or_fail((struct store_options){ .path = p->path, .create = true });
    struct diag d = { 0 };
    enum err e = store_migrate(s, "note", note_steps, 1, &d);
    if (e != OK)
        fail_msg("store_migrate: %s (%s:%d)", d.en, d.file, d.line);
    return s;
}

struct note {
    int64_t id;
    const char *body;
    enum err then; /* returned after the insert */
};

static inline enum err note_put(struct store_conn *c, void *ctx, struct diag *d)
{
    const struct note *n = ctx;
    TRY(STORE_EXEC(c, d, "INSERT INTO note (zone, id, body) VALUES ($1, $2, $3)", S_TEXT(STR("z")),
        S_INT(n->id), S_TEXT(str_from(n->body))));
    return n->then == OK ? OK : diag_set(d, n->then, "测试", "as the test wants");
}

/* Every read of one number. */
static inline int64_t number(struct store *s, const char *sql)
{
    struct store_conn *c = NULL;
    struct diag d = { 0 };
    assert_int_equal(store_read_begin(s, &c, &d), OK);
    struct store_rows rows;
    enum err e = store_one(c, &rows, &d, sql, NULL, 0);
    if (e != OK)
        fail_msg("%s: %s", sql, d.en);
    int64_t n = store_int(&rows, 0);
    store_rows_end(&rows);
    store_read_end(c);
    return n;
}

#endif
