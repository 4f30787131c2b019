/*
 * Leaves: what of an event goes into the tree.
 *
 *     junma-leaf/v1\n
 *     zone harbour\n
 *     at 2026-11-23T01:30:00.000Z\n
 *     kind case.created\n
 *     subject 1234567890\n
 *     actor 987\n
 *     event 5f2c…\n
 *
 * Text and not a packed form, so that a person can write it down from a receipt and feed it to any
 * program that hashes. One event has one spelling: the parser accepts only what the builder writes.
 * What may be personal stands in the event alone, which is hashed with 32 random bytes before it;
 * with both erased, nobody can find out what it was by guessing.
 */
#include "journal/internal.h"

#include <string.h>

static enum err bad_field(struct diag *d, const char *field)
{
    diag_field(d, str_from(field));
    return diag_set(d, ERR_INVALID,
        "日志条目的 %s 应为 1 至 %d 字节的一行文字,首尾无空格,不含控制字符",
        "the entry's %s must be one line of 1 to %d bytes, without spaces at its ends or control "
        "characters", field, JOURNAL_FIELD_BYTES_MAX);
}

static enum err check_field(str text, const char *field, struct diag *d)
{
    bool ok = text.bytes > 0 && text.bytes <= JOURNAL_FIELD_BYTES_MAX && journal_is_plain(text)
        && text.data[0] != ' ' && text.data[text.bytes - 1] != ' ';
    return ok ? OK : bad_field(d, field);
}

static enum err check_event(const struct journal_event *e, char at[INSTANT_BYTES], struct diag *d)
{
    TRY(check_field(e->zone, "zone", d));
    TRY(check_field(e->kind, "kind", d));
    TRY(check_field(e->actor, "actor", d));
    if (e->subject < 0) {
        diag_field(d, STR("subject"));
        return diag_set(d, ERR_INVALID, "日志条目的 subject 不能为负数",
            "the entry's subject must not be negative");
    }
    if (!journal_instant_text(e->at_ms, at)) {
        diag_field(d, STR("at"));
        return diag_set(d, ERR_INVALID, "日志条目的时间应在公元 0 至 9999 年之间",
            "the entry's time must lie in the years 0 to 9999");
    }
    return OK;
}

enum err journal_leaf_rebuild(struct arena *a, enum journal_profile p,
    const struct journal_event *event, const struct journal_hash *event_hash,
    struct journal_leaf *out, struct diag *d)
{
    char at[INSTANT_BYTES];
    TRY(check_event(event, at, d));
    struct buf b;
    buf_init(&b, a, JOURNAL_LEAF_BYTES_MAX);
    buf_printf(&b, "junma-leaf/v1\nzone %.*s\nat %s\nkind %.*s\nsubject %" PRId64
        "\nactor %.*s\nevent ", STR_ARGS(event->zone), at, STR_ARGS(event->kind), event->subject,
        STR_ARGS(event->actor));
    buf_add(&b, journal_hash_hex(a, event_hash));
    buf_add_char(&b, '\n');
    if (buf_failed(&b) || arena_failed(a)) {
        a->failed = true;
        return diag_arena(d, a);
    }
    struct journal_leaf made = { .text = buf_str(&b), .event_hash = *event_hash };
    TRY(journal_hash_leaf(p, made.text, &made.hash, d));
    *out = made;
    return OK;
}

enum err journal_leaf_build(struct arena *a, enum journal_profile p,
    const struct journal_event *event, const unsigned char salt[JOURNAL_SALT_BYTES],
    struct journal_leaf *out, struct diag *d)
{
    if (event->json.bytes == 0 || event->json.bytes > JOURNAL_EVENT_BYTES_MAX) {
        diag_field(d, STR("event"));
        return diag_set(d, ERR_TOO_LARGE, "日志事件应有 1 至 %d 字节,实为 %zu 字节",
            "a journal event has 1 to %d bytes, this one has %zu", JOURNAL_EVENT_BYTES_MAX,
            event->json.bytes);
    }
    if (!str_is_utf8(event->json)) {
        diag_field(d, STR("event"));
        return diag_set(d, ERR_UTF8, "日志事件不是有效的 UTF-8 文字",
            "the journal event is not valid UTF-8");
    }
    struct journal_hash h;
    TRY(journal_hash(p, (str){ (const char *)salt, JOURNAL_SALT_BYTES }, event->json, &h, d));
    return journal_leaf_rebuild(a, p, event, &h, out, d);
}

/* The rest of the next line after its name and a space; false when it does not begin so. */
static bool line(str *rest, const char *name, str *value)
{
    const char *end = rest->bytes ? memchr(rest->data, '\n', rest->bytes) : NULL;
    if (!end)
        return false;
    str whole = { rest->data, (size_t)(end - rest->data) };
    str prefix = str_from(name);
    if (!str_starts(whole, prefix))
        return false;
    *value = str_slice(whole, prefix.bytes, whole.bytes);
    *rest = str_slice(*rest, whole.bytes + 1, rest->bytes);
    return true;
}

static bool subject_from(str text, int64_t *out)
{
    return str_to_int64(text, out) && *out >= 0 && text.data[0] != '+' && text.data[0] != '-'
        && (text.bytes == 1 || text.data[0] != '0');
}

static enum err bad_line(struct diag *d, int number, const char *what)
{
    diag_at(d, NULL, number, 0);
    return diag_set(d, ERR_SYNTAX, "日志条目第 %d 行应为“%s”", "line %d of the entry must be “%s”",
        number, what);
}

enum err journal_leaf_parse(str text, struct journal_event *event, struct journal_hash *event_hash,
    struct diag *d)
{
    struct journal_event e = { 0 };
    struct journal_hash h;
    str rest = text, v;
    if (text.bytes > JOURNAL_LEAF_BYTES_MAX)
        return diag_set(d, ERR_TOO_LARGE, "日志条目超过 %d 字节",
            "the entry is longer than %d bytes", JOURNAL_LEAF_BYTES_MAX);
    if (!line(&rest, "junma-leaf/v1", &v) || v.bytes)
        return bad_line(d, 1, "junma-leaf/v1");
    if (!line(&rest, "zone ", &e.zone) || check_field(e.zone, "zone", NULL) != OK)
        return bad_line(d, 2, "zone NAME");
    if (!line(&rest, "at ", &v) || !journal_instant_parse(v, &e.at_ms))
        return bad_line(d, 3, "at 2026-11-23T01:30:00.000Z");
    if (!line(&rest, "kind ", &e.kind) || check_field(e.kind, "kind", NULL) != OK)
        return bad_line(d, 4, "kind NAME");
    if (!line(&rest, "subject ", &v) || !subject_from(v, &e.subject))
        return bad_line(d, 5, "subject NUMBER");
    if (!line(&rest, "actor ", &e.actor) || check_field(e.actor, "actor", NULL) != OK)
        return bad_line(d, 6, "actor NAME");
    if (!line(&rest, "event ", &v) || !journal_hex_exact(v, h.bytes, sizeof h.bytes))
        return bad_line(d, 7, "event HEX");
    if (rest.bytes)
        return bad_line(d, 8, "");
    *event = e;
    *event_hash = h;
    return OK;
}
