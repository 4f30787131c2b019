/*
 * The journal in the store; ledger.h tells what is kept. The tree value in memory is that of the
 * last sequenced commit. A commit that fails after sequencing leaves it ahead of the database, so
 * the sequencer compares sizes first and reopens the tree when they differ.
 */
#include "zone/ledger.h"

#include <stdio.h>
#include <string.h>

struct ledger {
    enum journal_profile profile;
    struct journal_signer signer;
    struct journal_tree tree; /* writer thread only */
    str vkey;
    struct store_conn *conn; /* of the batch that is being sequenced */
};

enum { SEQUENCE_MAX = 4096 };

struct node_ctx {
    struct store_conn *conn;
    str zone;
};

static enum err put_node(
    void *ctx, int level, uint64_t index, const struct journal_hash *hash, struct diag *d)
{
    struct node_ctx *n = ctx;
    return STORE_EXEC(n->conn, d,
        "INSERT INTO journal_node (zone, level, idx, hash) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (zone, level, idx) DO UPDATE SET hash = excluded.hash",
        S_TEXT(n->zone), S_INT(level), S_INT((int64_t)index),
        S_BLOB(((str){ (const char *)hash->bytes, JOURNAL_HASH_BYTES })));
}

static enum err get_node(
    void *ctx, int level, uint64_t index, struct journal_hash *out, struct diag *d)
{
    struct node_ctx *n = ctx;
    struct store_rows rows;
    enum err e = STORE_ONE(n->conn, &rows, d,
        "SELECT hash FROM journal_node WHERE zone = $1 AND level = $2 AND idx = $3",
        S_TEXT(n->zone), S_INT(level), S_INT((int64_t)index));
    if (e == ERR_NOT_FOUND)
        return diag_set(d, e, "日志树缺少节点 %d/%llu", "the journal's tree lacks node %d/%llu",
            level, (unsigned long long)index);
    TRY(e);
    str hash = store_text(&rows, 0);
    bool whole = hash.bytes == JOURNAL_HASH_BYTES;
    if (whole)
        memcpy(out->bytes, hash.data, hash.bytes);
    store_rows_end(&rows);
    return whole ? OK
                 : diag_set(d, ERR_DIVERGED, "日志树节点长度不对",
                     "a node of the journal's tree has the wrong length");
}

static enum err stored_size(struct store_conn *c, str zone, uint64_t *size, struct diag *d)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(c, &rows, &there, d,
        "SELECT size FROM checkpoint WHERE zone = $1 ORDER BY size DESC LIMIT 1", S_TEXT(zone));
    *size = there ? (uint64_t)store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

static enum err open_tree(
    struct ledger *l, struct node_ctx *ctx, struct journal_tree *tree, struct diag *d)
{
    uint64_t size;
    struct journal_nodes nodes = { ctx, put_node, get_node };
    TRY(stored_size(ctx->conn, ctx->zone, &size, d));
    return journal_tree_open(tree, l->profile, size, &nodes, d);
}

/* Leaves without a place, oldest first. */
static enum err pending(struct zone *z, struct store_conn *c, int64_t *ids,
    struct journal_hash *leaves, size_t *count, struct diag *d)
{
    struct store_rows rows;
    size_t used = 0;
    TRY(STORE_QUERY(c, &rows, d,
        "SELECT id, leaf_hash FROM journal WHERE zone = $1 AND seq IS NULL ORDER BY id LIMIT $2",
        S_TEXT(z->code), S_INT(SEQUENCE_MAX)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, d));
        if (!more)
            break;
        str hash = store_text(&rows, 1);
        ASSERT(used < SEQUENCE_MAX && hash.bytes == JOURNAL_HASH_BYTES);
        ids[used] = store_int(&rows, 0);
        memcpy(leaves[used++].bytes, hash.data, JOURNAL_HASH_BYTES);
    }
    *count = used;
    return OK;
}

static enum err sign_checkpoint(
    struct zone *z, struct store_conn *c, struct arena *a, struct diag *d)
{
    struct ledger *l = z->ledger;
    struct journal_head head = { .size = l->tree.size };
    str note;
    int64_t now = sys_now_ms(z->sys);
    TRY(journal_root(&l->tree, head.size, &head.root, d));
    TRY(journal_checkpoint_sign(a, &l->signer, &head, now, &note, d));
    return STORE_EXEC(c, d, "INSERT INTO checkpoint (zone, size, at, note) VALUES ($1, $2, $3, $4)",
        S_TEXT(z->code), S_INT((int64_t)head.size), S_INT(now), S_TEXT(note));
}

static enum err sequence_some(
    struct zone *z, struct store_conn *c, struct arena *a, size_t *count, struct diag *d)
{
    struct ledger *l = z->ledger;
    int64_t *ids = ARENA_ARRAY(a, int64_t, SEQUENCE_MAX);
    struct journal_hash *leaves = ARENA_ARRAY(a, struct journal_hash, SEQUENCE_MAX);
    uint64_t first;
    TRY(diag_arena(d, a));
    TRY(pending(z, c, ids, leaves, count, d));
    if (!*count)
        return OK;
    TRY(journal_append_many(&l->tree, leaves, *count, &first, d));
    for (size_t i = 0; i < *count; i++)
        TRY(STORE_EXEC(c, d, "UPDATE journal SET seq = $3 WHERE zone = $1 AND id = $2",
            S_TEXT(z->code), S_INT(ids[i]), S_INT((int64_t)(first + i))));
    return sign_checkpoint(z, c, a, d);
}

/* The hook before each commit. */
static enum err sequence(struct store_conn *c, void *ctx, struct diag *d)
{
    struct zone *z = ctx;
    struct ledger *l = z->ledger;
    struct node_ctx nodes = { c, z->code };
    struct arena a;
    uint64_t size;
    size_t count = SEQUENCE_MAX;
    arena_init(&a, NULL, 4 * MIB);
    enum err e = stored_size(c, z->code, &size, d);
    if (e == OK && size != l->tree.size)
        e = open_tree(l, &nodes, &l->tree, d);
    l->tree.nodes = (struct journal_nodes){ &nodes, put_node, get_node };
    while (e == OK && count == SEQUENCE_MAX) { /* an import may bring any number at once */
        arena_reset(&a);
        e = sequence_some(z, c, &a, &count, d);
    }
    l->tree.nodes.ctx = NULL;
    arena_release(&a);
    return e;
}

static enum err make_key(
    struct zone *z, struct ledger *l, const char *path, struct arena *a, struct diag *d)
{
    const struct pack *pack = zone_pack(z);
    char *name = str_terminated(a, pack->zone.origin);
    unsigned char seed[JOURNAL_SEED_BYTES];
    TRY(diag_arena(d, a));
    sys_random(z->sys, seed, sizeof seed);
    TRY(journal_signer_make(l->profile, str_from(name), seed, &l->signer, d));
    str text = str_concat(a, journal_signer_text(a, &l->signer), STR("\n"));
    TRY(diag_arena(d, a));
    return z->sys->file_write_private(z->sys->ctx, path, text, d);
}

static enum err read_key(
    struct zone *z, struct ledger *l, bool create, struct arena *a, struct diag *d)
{
    const struct pack *pack = zone_pack(z);
    char path[4096];
    str text;
    l->profile =
        pack->zone.crypto == PACK_CRYPTO_NATIONAL ? JOURNAL_NATIONAL : JOURNAL_INTERNATIONAL;
    snprintf(path, sizeof path, "%s/journal.key", z->data_dir);
    enum err e = z->sys->file_read(z->sys->ctx, a, path, 4096, &text, d);
    if (e == ERR_NOT_FOUND && create)
        return make_key(z, l, path, a, d);
    TRY(e);
    TRY(journal_signer_parse(str_trim(text), &l->signer, d));
    if (l->signer.key.profile != l->profile || !str_is(pack->zone.origin, l->signer.key.name))
        return diag_set(d, ERR_INVALID,
            "签名密钥 %s 属于 %s,与配置中的日志来源 %.*s 或密码套件不符",
            "the key %s is for %s and does not fit the pack's journal origin %.*s or its crypto"
            " profile",
            path, l->signer.key.name, STR_ARGS(pack->zone.origin));
    return OK;
}

enum err ledger_open(struct zone *z, bool create, struct diag *d)
{
    struct arena a;
    struct ledger *l = mem_alloc(sizeof *l);
    arena_init(&a, NULL, 64 * KIB);
    z->ledger = l;
    enum err e = read_key(z, l, create, &a, d);
    if (e == OK)
        l->vkey = journal_key_text(&z->arena, &l->signer.key);
    arena_release(&a);
    TRY(e);
    if (create)
        store_before_commit(z->store, sequence, z);
    return OK;
}

void ledger_close(struct zone *z)
{
    if (z->ledger) {
        journal_signer_wipe(&z->ledger->signer);
        mem_free(z->ledger);
        z->ledger = NULL;
    }
}

static json_t *actor_json(const struct op *op)
{
    const struct actor *a = op->actor;
    json_t *o = json_object();
    if (a->account)
        json_set_id(o, "id", a->account);
    json_set_str(o, "name", a->name);
    if (a->unit.bytes)
        json_set_str(o, "unit", a->unit);
    if (a->role)
        json_set_str(o, "role", a->role->code);
    return o;
}

static str blob(const struct journal_hash *h)
{
    return (str){ (const char *)h->bytes, JOURNAL_HASH_BYTES };
}

enum err ledger_append(struct op *op, const struct ledger_event *e, int64_t *id)
{
    json_t *data = json_keep(op->arena, e->data ? e->data : json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_object_set_new(data, "actor", actor_json(op));
    if (e->is_public)
        json_object_set_new(data, "public", json_true());
    int64_t event_id = id_next(&op->zone->ids, op->now_ms);
    json_set_id(data, "id", event_id); /* the leaf does not name it: a changed one would not show */
    unsigned char salt[JOURNAL_SALT_BYTES];
    sys_random(op->zone->sys, salt, sizeof salt);
    char account[24] = "system";
    if (!op->actor->system)
        snprintf(account, sizeof account, "%lld", (long long)op->actor->account);
    struct journal_event event = { .zone = op->zone->code,
        .at_ms = op->now_ms,
        .kind = str_from(e->kind),
        .subject = e->subject,
        .actor = str_from(account),
        .json = json_text(op->arena, data) };
    struct journal_leaf leaf;
    TRY(diag_arena(op->diag, op->arena));
    TRY(journal_leaf_build(op->arena, op->zone->ledger->profile, &event, salt, &leaf, op->diag));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO journal (zone, id, at, kind, subject, actor, event, salt, event_hash,"
        " leaf_hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        S_TEXT(event.zone), S_INT(event_id), S_INT(event.at_ms), S_TEXT(event.kind),
        S_INT(event.subject), S_TEXT(event.actor), S_TEXT(event.json),
        S_BLOB(((str){ (const char *)salt, sizeof salt })), S_BLOB(blob(&leaf.event_hash)),
        S_BLOB(blob(&leaf.hash))));
    if (e->leaf_hash_hex)
        *e->leaf_hash_hex = journal_hash_hex(op->arena, &leaf.hash);
    if (id)
        *id = event_id;
    return OK;
}

str ledger_vkey(const struct zone *z)
{
    return z->ledger->vkey;
}

const char *ledger_origin(const struct zone *z)
{
    return z->ledger->signer.key.name;
}

enum journal_profile ledger_profile(const struct zone *z)
{
    return z->ledger->profile;
}

str ledger_digest(struct op *op, str text)
{
    struct journal_hash h;
    if (journal_hash(op->zone->ledger->profile, text, STR_NONE, &h, NULL) != OK)
        return STR_NONE;
    return journal_hash_hex(op->arena, &h);
}
