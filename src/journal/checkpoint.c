/*
 * Checkpoints (C2SP tlog-checkpoint): the state of a journal in three lines, signed as a note.
 *
 *     zone.example/journal\n                            origin
 *     20852163\n                                        size
 *     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n     root
 *     time 2026-11-23T01:30:00.000Z\n                   ours, an extension line
 *
 * The specification advises against extension lines because nobody can audit them. The time is one
 * all the same: it is the operator's claim, but a signed one, and two checkpoints that were seen
 * by others leave little room for entries dated before or after them (verifier.c compares).
 */
#include "journal/internal.h"

#include <string.h>

enum { CHECKPOINT_BYTES_MAX = 4096 };

enum err journal_checkpoint_sign(struct arena *a, const struct journal_signer *s,
    const struct journal_head *head, int64_t at_ms, str *note, struct diag *d)
{
    char at[INSTANT_BYTES];
    if (!journal_instant_text(at_ms, at))
        return diag_set(d, ERR_INVALID, "签名时间应在公元 0 至 9999 年之间",
            "the time of signing must lie in the years 0 to 9999");
    struct buf b;
    buf_init(&b, a, CHECKPOINT_BYTES_MAX);
    buf_printf(&b, "%s\n%" PRIu64 "\n", s->key.name, head->size);
    buf_add(&b, journal_hash_base64(a, &head->root));
    buf_printf(&b, "\ntime %s\n", at);
    ASSERT(!buf_failed(&b) || arena_failed(a));
    TRY(diag_arena(d, a));
    return journal_note_sign(a, buf_str(&b), s, note, d);
}

static enum err bad_line(struct diag *d, int number, const char *form)
{
    diag_at(d, NULL, number, 0);
    return diag_set(d, ERR_SYNTAX, "检查点第 %d 行格式有误,应为 %s",
        "line %d of the checkpoint is malformed, expected %s", number, form);
}

/* Takes a line that ends in a newline; false at the end of the text. */
static bool take_line(str *rest, str *line)
{
    const char *end = rest->bytes ? memchr(rest->data, '\n', rest->bytes) : NULL;
    if (!end)
        return false;
    *line = (str){ rest->data, (size_t)(end - rest->data) };
    *rest = str_slice(*rest, line->bytes + 1, rest->bytes);
    return true;
}

enum err journal_checkpoint_parse(str note_text, struct journal_checkpoint *out, struct diag *d)
{
    struct journal_checkpoint c = { 0 };
    str rest = note_text, line;
    if (note_text.bytes > CHECKPOINT_BYTES_MAX)
        return diag_set(d, ERR_TOO_LARGE, "检查点超过 %d 字节",
            "the checkpoint is longer than %d bytes", CHECKPOINT_BYTES_MAX);
    if (!take_line(&rest, &c.origin) || !journal_is_plain(c.origin))
        return bad_line(d, 1, "ORIGIN");
    if (!take_line(&rest, &line) || !journal_decimal(line, &c.head.size))
        return bad_line(d, 2, "SIZE");
    if (!take_line(&rest, &line)
        || !journal_base64_exact(line, c.head.root.bytes, sizeof c.head.root.bytes))
        return bad_line(d, 3, "BASE64(32)");
    for (int number = 4; take_line(&rest, &line); number++) {
        if (line.bytes == 0)
            return bad_line(d, number, "EXTENSION");
        if (!str_starts(line, STR("time ")))
            continue;
        if (c.has_time || !journal_instant_parse(str_slice(line, 5, line.bytes), &c.at_ms))
            return bad_line(d, number, "time 2026-11-23T01:30:00.000Z");
        c.has_time = true;
    }
    if (rest.bytes)
        return diag_set(d, ERR_SYNTAX, "检查点应以换行结尾", "a checkpoint ends in a newline");
    *out = c;
    return OK;
}

enum err journal_checkpoint_open(struct arena *a, str note, const struct journal_key *key,
    struct journal_checkpoint *out, struct diag *d)
{
    struct journal_note n;
    struct journal_checkpoint c;
    TRY(journal_note_open(a, note, key, &n, d));
    TRY(journal_checkpoint_parse(n.text, &c, d));
    if (!str_is(c.origin, key->name))
        return diag_set(d, ERR_VERIFY, "检查点属于日志 %.*s,密钥却是日志 %s 的",
            "the checkpoint is of the journal %.*s, but the key is that of the journal %s",
            STR_ARGS(c.origin), key->name);
    *out = c;
    return OK;
}
