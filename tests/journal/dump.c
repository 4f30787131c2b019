/*
 * Writes a random log that the journal made, as JSON, for independent.py and the browser's checks
 * to compute again:
 *
 *     journal_dump PROFILE LEAVES SEED
 *
 * { "profile", "vkey", "rows": [{"leaf", "event", "salt", "hash"}], "roots": [hex by size],
 *   "inclusion": [{"index","size","proof"}], "consistency": [{"old","new","proof"}],
 *   "checkpoints": [note], "receipts": [text], "tlog": text, "consistency_document": text }
 */
#include "base/json.h"
#include "journal/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAVES_MAX = 512, LEVELS = 12, PROOFS = 60, RECEIPTS = 6 };

struct dump {
    struct arena arena;
    struct journal_hash node[LEVELS][LEAVES_MAX];
    struct journal_tree tree;
    struct journal_nodes nodes;
    struct journal_signer signer;
    struct journal_leaf leaf[LEAVES_MAX];
    str event[LEAVES_MAX];
    unsigned char salt[LEAVES_MAX][JOURNAL_SALT_BYTES];
    uint64_t random;
    json_t *out;
};

static void must(enum err e, const struct diag *d)
{
    if (e == OK)
        return;
    fprintf(stderr, "journal_dump: %s\n", d->en);
    exit(1);
}

static enum err put(void *ctx, int level, uint64_t index, const struct journal_hash *hash,
    struct diag *d)
{
    (void)d;
    ((struct dump *)ctx)->node[level][index] = *hash;
    return OK;
}

static enum err get(void *ctx, int level, uint64_t index, struct journal_hash *out, struct diag *d)
{
    (void)d;
    *out = ((struct dump *)ctx)->node[level][index];
    return OK;
}

static uint64_t next(struct dump *d)
{
    d->random ^= d->random >> 12;
    d->random ^= d->random << 25;
    d->random ^= d->random >> 27;
    return d->random * UINT64_C(2685821657736338717);
}

static void fill(struct dump *d, unsigned char *out, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (unsigned char)(next(d) >> 56);
}

static json_t *hex(struct dump *d, const void *bytes, size_t count)
{
    return json_from_str(str_hex(&d->arena, bytes, count));
}

static json_t *proof_json(struct dump *d, const struct journal_proof *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(list, hex(d, p->hashes[i].bytes, JOURNAL_HASH_BYTES));
    return list;
}

static void add_row(struct dump *d, size_t i, json_t *rows)
{
    struct diag g = { 0 };
    uint64_t index;
    d->event[i] = str_printf(&d->arena, "{\"n\":%zu,\"谁\":\"%016llx\",\"x\":\"a\\\"\\\\b\"}", i,
        (unsigned long long)next(d));
    fill(d, d->salt[i], JOURNAL_SALT_BYTES);
    struct journal_event e = {
        .zone = STR("riverside"),
        .at_ms = (int64_t)(next(d) % UINT64_C(4102444800000)),
        .kind = i % 2 ? STR("case.created") : STR("task.signed"),
        .subject = (int64_t)(next(d) >> 2),
        .actor = i % 3 ? STR("9007199254740993") : STR("system"),
        .json = d->event[i],
    };
    must(journal_leaf_build(&d->arena, d->tree.profile, &e, d->salt[i], &d->leaf[i], &g), &g);
    must(journal_append(&d->tree, &d->leaf[i].hash, &index, &g), &g);
    json_t *row = json_object();
    json_object_set_new(row, "leaf", json_from_str(d->leaf[i].text));
    json_object_set_new(row, "event", json_from_str(e.json));
    json_object_set_new(row, "salt", hex(d, d->salt[i], JOURNAL_SALT_BYTES));
    json_object_set_new(row, "hash", hex(d, d->leaf[i].hash.bytes, JOURNAL_HASH_BYTES));
    json_array_append_new(rows, row);
}

static str checkpoint(struct dump *d, uint64_t size)
{
    struct diag g = { 0 };
    struct journal_head head = { .size = size };
    str note;
    must(journal_root(&d->tree, size, &head.root, &g), &g);
    must(journal_checkpoint_sign(&d->arena, &d->signer, &head, 1795397400000 + (int64_t)size,
        &note, &g), &g);
    return note;
}

static void add_roots(struct dump *d)
{
    struct diag g = { 0 };
    json_t *roots = json_array();
    for (uint64_t n = 0; n <= d->tree.size; n++) {
        struct journal_hash h;
        must(journal_root(&d->tree, n, &h, &g), &g);
        json_array_append_new(roots, hex(d, h.bytes, sizeof h.bytes));
    }
    json_object_set_new(d->out, "roots", roots);
}

static void add_proofs(struct dump *d)
{
    struct diag g = { 0 };
    json_t *inclusion = json_array(), *consistency = json_array();
    for (int i = 0; i < PROOFS; i++) {
        struct journal_proof p;
        uint64_t size = 1 + next(d) % d->tree.size, index = next(d) % size;
        must(journal_inclusion_proof(&d->tree, index, size, &p, &g), &g);
        json_array_append_new(inclusion, json_pack("{s:I,s:I,s:o}", "index", (json_int_t)index,
            "size", (json_int_t)size, "proof", proof_json(d, &p)));
        must(journal_consistency_proof(&d->tree, index, size, &p, &g), &g);
        json_array_append_new(consistency, json_pack("{s:I,s:I,s:o}", "old", (json_int_t)index,
            "new", (json_int_t)size, "proof", proof_json(d, &p)));
    }
    json_object_set_new(d->out, "inclusion", inclusion);
    json_object_set_new(d->out, "consistency", consistency);
}

static struct journal_receipt receipt(struct dump *d, uint64_t index, uint64_t size)
{
    struct diag g = { 0 };
    struct journal_receipt r = { .leaf_text = d->leaf[index].text, .has_event = index % 2 == 0,
        .event = d->event[index], .index = index };
    memcpy(r.salt, d->salt[index], sizeof r.salt);
    must(journal_inclusion_proof(&d->tree, index, size, &r.proof, &g), &g);
    r.checkpoint = checkpoint(d, size);
    r.vkey = journal_key_text(&d->arena, &d->signer.key);
    return r;
}

static void add_documents(struct dump *d)
{
    struct diag g = { 0 };
    json_t *receipts = json_array(), *notes = json_array();
    str text;
    for (int i = 0; i < RECEIPTS; i++) {
        uint64_t size = 1 + next(d) % d->tree.size;
        struct journal_receipt r = receipt(d, next(d) % size, size);
        must(journal_receipt_build(&d->arena, &r, &text, &g), &g);
        json_array_append_new(receipts, json_from_str(text));
        json_array_append_new(notes, json_from_str(r.checkpoint));
    }
    json_object_set_new(d->out, "receipts", receipts);
    json_object_set_new(d->out, "checkpoints", notes);
    struct journal_receipt r = receipt(d, 0, d->tree.size);
    if (d->tree.profile == JOURNAL_INTERNATIONAL) {
        must(journal_tlog_proof(&d->arena, &r, &text, &g), &g);
        json_object_set_new(d->out, "tlog", json_from_str(text));
    }
    uint64_t old_size = d->tree.size / 3 + 1;
    struct journal_proof p;
    must(journal_consistency_proof(&d->tree, old_size, d->tree.size, &p, &g), &g);
    must(journal_consistency_build(&d->arena, checkpoint(d, old_size), r.checkpoint, &p, &text,
        &g), &g);
    json_object_set_new(d->out, "consistency_document", json_from_str(text));
}

static void write_all(struct dump *d, size_t leaves)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < leaves; i++)
        add_row(d, i, rows);
    json_object_set_new(d->out, "rows", rows);
    add_roots(d);
    add_proofs(d);
    add_documents(d);
    str text = json_text(&d->arena, d->out);
    fwrite(text.data, 1, text.bytes, stdout);
}

int main(int argc, char **argv)
{
    int64_t leaves = 0, seed = 0;
    enum journal_profile p;
    struct diag g = { 0 };
    unsigned char secret[JOURNAL_SEED_BYTES];
    if (argc != 4 || !journal_profile_from(str_from(argv[1]), &p)
        || !str_to_int64(str_from(argv[2]), &leaves) || !str_to_int64(str_from(argv[3]), &seed)
        || leaves < 1 || leaves > LEAVES_MAX) {
        fprintf(stderr, "usage: journal_dump international|national LEAVES SEED\n");
        return 2;
    }
    struct dump *d = mem_alloc(sizeof *d);
    memset(d, 0, sizeof *d);
    arena_init(&d->arena, NULL, 64 * MIB);
    d->random = (uint64_t)seed * 2 + 1;
    d->nodes = (struct journal_nodes){ d, put, get };
    d->out = json_keep(&d->arena, json_object());
    fill(d, secret, sizeof secret);
    must(journal_tree_open(&d->tree, p, 0, &d->nodes, &g), &g);
    must(journal_signer_make(p, STR("zone.example/journal"), secret, &d->signer, &g), &g);
    json_set_str(d->out, "profile", str_from(journal_profile_name(p)));
    json_set_str(d->out, "vkey", journal_key_text(&d->arena, &d->signer.key));
    write_all(d, (size_t)leaves);
    arena_release(&d->arena);
    mem_free(d);
    return 0;
}
