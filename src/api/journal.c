/* The journal for everybody: checkpoints, the key, proofs. No event is shown here, only hashes. */
#include "api/internal.h"

static void checkpoint(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    str note;
    (void)app;
    if (!api_read(c))
        return;
    enum err e = ledger_checkpoint(&c->op, &note);
    api_read_end(c);
    if (e != OK)
        api_fail(c);
    else
        http_reply(req, 200, "text/plain; charset=utf-8", note);
}

static void key(struct http_request *req, const void *app)
{
    struct zone *z = api_call(req)->api->zone;
    json_t *o = json_keep(req->arena, json_object());
    (void)app;
    json_object_set_new(o, "origin", json_string(ledger_origin(z)));
    json_set_str(o, "vkey", ledger_vkey(z));
    json_object_set_new(o, "profile", json_string(journal_profile_name(ledger_profile(z))));
    http_reply_json(req, 200, o);
}

static json_t *proof_json(struct call *c, const struct journal_proof *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(list, json_from_str(journal_hash_base64(c->op.arena, &p->hashes[i])));
    return list;
}

static void inclusion(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct journal_proof proof;
    struct journal_hash leaf;
    int64_t index = 0, size = 0;
    uint64_t all = 0;
    (void)app;
    if (!api_query_int(c, "index", 0, INT64_MAX / 2, &index)
        || !api_query_int(c, "size", 0, INT64_MAX / 2, &size) || !api_read(c))
        return;
    enum err e = ledger_size(&c->op, &all);
    if (e == OK && !size)
        size = (int64_t)all;
    if (e == OK)
        e = ledger_inclusion(&c->op, (uint64_t)index, (uint64_t)size, &proof, &leaf);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object());
    json_set_int(o, "index", index);
    json_set_int(o, "size", size);
    json_set_str(o, "leafHash", journal_hash_hex(req->arena, &leaf));
    json_object_set_new(o, "proof", proof_json(c, &proof));
    http_reply_json(req, 200, o);
}

static void consistency(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct journal_proof proof;
    int64_t from = 0, to = 0;
    uint64_t all = 0;
    (void)app;
    if (!api_query_int(c, "from", 0, INT64_MAX / 2, &from)
        || !api_query_int(c, "to", 0, INT64_MAX / 2, &to) || !api_read(c))
        return;
    enum err e = ledger_size(&c->op, &all);
    if (e == OK && !to)
        to = (int64_t)all;
    if (e == OK)
        e = ledger_consistency(&c->op, (uint64_t)from, (uint64_t)to, &proof);
    api_read_end(c);
    if (e != OK) {
        api_fail(c);
        return;
    }
    json_t *o = json_keep(req->arena, json_object());
    json_set_int(o, "from", from);
    json_set_int(o, "to", to);
    json_object_set_new(o, "proof", proof_json(c, &proof));
    http_reply_json(req, 200, o);
}

static const struct api_param inclusion_params[] = { { "index", "integer", "of the leaf" },
    { "size", "integer", "of the tree; the newest when absent" }, { 0 } };
static const struct api_param consistency_params[] = { { "from", "integer", "older size" },
    { "to", "integer", "newer size; the newest when absent" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route journal_routes[] = {
    { "GET", "/api/journal/checkpoint", checkpoint, 0, NULL,
        DOC("getCheckpoint", "The newest signed checkpoint (C2SP signed note)", "journal",
            API_PUBLIC, NULL, NULL, 0, NULL, .type = "text/plain") },
    { "GET", "/api/journal/key", key, 0, NULL,
        DOC("getJournalKey", "The key that signs checkpoints", "journal", API_PUBLIC, NULL,
            "JournalKey", 0, NULL) },
    { "GET", "/api/journal/proof", inclusion, 0, NULL,
        DOC("getInclusion", "That a leaf is in the tree", "journal", API_PUBLIC, NULL, "Inclusion",
            0, inclusion_params) },
    { "GET", "/api/journal/consistency", consistency, 0, NULL,
        DOC("getConsistency", "That a tree only grew", "journal", API_PUBLIC, NULL, "Consistency",
            0, consistency_params) },
    { 0 },
};
