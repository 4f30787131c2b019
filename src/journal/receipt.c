/*
 * Receipts as documents: writing and reading. What they prove is judged in verdict.c.
 *
 *     { "version": "junma-receipt/v1",
 *       "leaf": "junma-leaf/v1\nzone …\n…",     the seven lines (leaf.c)
 *       "event": "{…}",                         JSON as text: the very bytes that were hashed
 *       "salt": "64 hex digits",                event and salt come together or not at all
 *       "index": 41,
 *       "proof": ["BASE64", …],                 from the leaf's sibling up
 *       "checkpoint": "ORIGIN\n…— …\n",         a signed note (checkpoint.c)
 *       "vkey": "NAME+…" }                      for information
 *
 * The event travels as a string and not as an object: two JSON writers need not agree on numbers,
 * but everybody agrees on the characters of a string. Members beyond these are refused, since a
 * reader might take them for proved.
 */
#include "journal/internal.h"

#include "base/json.h"

#include <string.h>

static const char *const members[] = { "version", "leaf", "event", "salt", "index", "proof",
    "checkpoint", "vkey" };

static enum err shaped(struct diag *d, const char *member, const char *form)
{
    diag_field(d, str_from(member));
    return diag_set(d, ERR_INVALID, "回执的 %s 有误,应为 %s", "the receipt's %s is wrong, expected %s",
        member, form);
}

static void write_proof(struct arena *a, const struct journal_proof *proof, struct buf *b)
{
    buf_add_char(b, '[');
    for (size_t i = 0; i < proof->count; i++) {
        if (i)
            buf_add_char(b, ',');
        buf_add_json(b, journal_hash_base64(a, &proof->hashes[i]));
    }
    buf_add_char(b, ']');
}

static void member(struct buf *b, const char *name, str value)
{
    buf_printf(b, ",\n  \"%s\": ", name);
    buf_add_json(b, value);
}

static enum err built(struct arena *a, const struct buf *b, str *json, struct diag *d)
{
    TRY(diag_arena(d, a));
    if (buf_failed(b))
        return diag_set(d, ERR_TOO_LARGE, "回执超过 %d 字节", "the receipt is longer than %d bytes",
            JOURNAL_RECEIPT_BYTES_MAX);
    *json = buf_str(b);
    return OK;
}

enum err journal_receipt_build(struct arena *a, const struct journal_receipt *r, str *json,
    struct diag *d)
{
    struct buf b;
    if (r->index >= JOURNAL_SIZE_MAX)
        return shaped(d, "index", "< 2^62");
    if (r->proof.count > JOURNAL_PROOF_MAX)
        return shaped(d, "proof", "<= 64");
    if (!str_is_utf8(r->leaf_text) || (r->has_event && !str_is_utf8(r->event))
        || !str_is_utf8(r->checkpoint) || !str_is_utf8(r->vkey))
        return diag_set(d, ERR_UTF8, "回执内容不是有效的 UTF-8 文字",
            "the receipt's content is not valid UTF-8");
    buf_init(&b, a, JOURNAL_RECEIPT_BYTES_MAX);
    buf_add(&b, STR("{\n  \"version\": \"junma-receipt/v1\""));
    member(&b, "leaf", r->leaf_text);
    if (r->has_event) {
        member(&b, "event", r->event);
        member(&b, "salt", str_hex(a, r->salt, sizeof r->salt));
    }
    buf_printf(&b, ",\n  \"index\": %" PRIu64 ",\n  \"proof\": ", r->index);
    write_proof(a, &r->proof, &b);
    member(&b, "checkpoint", r->checkpoint);
    member(&b, "vkey", r->vkey);
    buf_add(&b, STR("\n}\n"));
    return built(a, &b, json, d);
}

static bool is_member(const char *key)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strcmp(key, members[i]) == 0)
            return true;
    }
    return false;
}

static enum err read_proof(const json_t *list, struct journal_proof *out, struct diag *d)
{
    if (!json_is_array(list) || json_array_size(list) > JOURNAL_PROOF_MAX)
        return shaped(d, "proof", "[BASE64, …] (<= 64)");
    out->count = json_array_size(list);
    for (size_t i = 0; i < out->count; i++) {
        const json_t *v = json_array_get(list, i);
        str text = { json_string_value(v), json_string_length(v) };
        if (!json_is_string(v)
            || !journal_base64_exact(text, out->hashes[i].bytes, sizeof out->hashes[i].bytes))
            return shaped(d, "proof", "[BASE64(32), …]");
    }
    return OK;
}

static enum err text_member(const json_t *o, const char *name, str *out, struct diag *d)
{
    *out = json_str(o, name);
    return out->bytes ? OK : shaped(d, name, "“…”");
}

/* The document as an object of the given version, not larger than is allowed. */
static enum err read_object(struct arena *a, str json, const char *version, json_t **out,
    struct diag *d)
{
    if (json.bytes > JOURNAL_RECEIPT_BYTES_MAX)
        return diag_set(d, ERR_TOO_LARGE, "回执超过 %d 字节", "the receipt is longer than %d bytes",
            JOURNAL_RECEIPT_BYTES_MAX);
    TRY(json_parse(a, json, out, d));
    if (!json_is_object(*out) || !str_is(json_str(*out, "version"), version))
        return shaped(d, "version", version);
    return OK;
}

static enum err read_event(const json_t *o, struct journal_receipt *r, struct diag *d)
{
    bool event = json_object_get(o, "event") != NULL, salt = json_object_get(o, "salt") != NULL;
    r->has_event = event;
    if (event != salt)
        return shaped(d, event ? "salt" : "event", "event + salt");
    if (!event)
        return OK;
    TRY(text_member(o, "event", &r->event, d));
    if (!journal_hex_exact(json_str(o, "salt"), r->salt, sizeof r->salt))
        return shaped(d, "salt", "HEX(32)");
    return OK;
}

enum err journal_receipt_parse(struct arena *a, str json, struct journal_receipt *out,
    struct diag *d)
{
    struct journal_receipt r = { 0 };
    json_t *o = NULL;
    const char *key;
    json_t *value;
    TRY(read_object(a, json, "junma-receipt/v1", &o, d));
    json_object_foreach (o, key, value) {
        if (!is_member(key)) {
            diag_field(d, str_from(key));
            return diag_set(d, ERR_INVALID, "回执中有不认识的成员 %s",
                "the receipt has a member nobody knows: %s", key);
        }
    }
    TRY(text_member(o, "leaf", &r.leaf_text, d));
    TRY(read_event(o, &r, d));
    json_int_t index = json_int(o, "index", -1);
    if (index < 0 || (uint64_t)index >= JOURNAL_SIZE_MAX)
        return shaped(d, "index", "0, 1, 2 …");
    r.index = (uint64_t)index;
    TRY(read_proof(json_object_get(o, "proof"), &r.proof, d));
    TRY(text_member(o, "checkpoint", &r.checkpoint, d));
    TRY(text_member(o, "vkey", &r.vkey, d));
    *out = r;
    return OK;
}

enum err journal_consistency_build(struct arena *a, str old_note, str new_note,
    const struct journal_proof *proof, str *json, struct diag *d)
{
    struct buf b;
    if (proof->count > JOURNAL_PROOF_MAX)
        return shaped(d, "proof", "<= 64");
    if (!str_is_utf8(old_note) || !str_is_utf8(new_note))
        return diag_set(d, ERR_UTF8, "检查点不是有效的 UTF-8 文字",
            "the checkpoint is not valid UTF-8");
    buf_init(&b, a, JOURNAL_RECEIPT_BYTES_MAX);
    buf_add(&b, STR("{\n  \"version\": \"junma-consistency/v1\""));
    member(&b, "old", old_note);
    member(&b, "new", new_note);
    buf_add(&b, STR(",\n  \"proof\": "));
    write_proof(a, proof, &b);
    buf_add(&b, STR("\n}\n"));
    return built(a, &b, json, d);
}

enum err journal_consistency_parse(struct arena *a, str json, str *old_note, str *new_note,
    struct journal_proof *proof, struct diag *d)
{
    json_t *o = NULL;
    TRY(read_object(a, json, "junma-consistency/v1", &o, d));
    if (json_object_size(o) != 4)
        return shaped(d, "/", "version, old, new, proof");
    TRY(text_member(o, "old", old_note, d));
    TRY(text_member(o, "new", new_note, d));
    return read_proof(json_object_get(o, "proof"), proof, d);
}

enum err journal_tlog_proof(struct arena *a, const struct journal_receipt *r, str *text,
    struct diag *d)
{
    struct journal_key k;
    struct buf b;
    TRY(journal_key_parse(r->vkey, &k, d));
    if (k.profile != JOURNAL_INTERNATIONAL)
        return diag_set(d, ERR_UNSUPPORTED, "c2sp.org/tlog-proof 只定义了 SHA-256,国密日志不能导出为此格式",
            "c2sp.org/tlog-proof is defined for SHA-256 only; a journal of the national profile "
            "cannot be exported so");
    buf_init(&b, a, JOURNAL_RECEIPT_BYTES_MAX);
    buf_add(&b, STR("c2sp.org/tlog-proof@v1\nextra "));
    buf_add(&b, str_base64(a, r->leaf_text.data, r->leaf_text.bytes));
    buf_printf(&b, "\nindex %" PRIu64 "\n", r->index);
    for (size_t i = 0; i < r->proof.count; i++) {
        buf_add(&b, journal_hash_base64(a, &r->proof.hashes[i]));
        buf_add_char(&b, '\n');
    }
    buf_add_char(&b, '\n');
    buf_add(&b, r->checkpoint);
    return built(a, &b, text, d);
}
