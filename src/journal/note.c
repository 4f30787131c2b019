/*
 * Signed notes (C2SP signed-note): a text, an empty line, and signature lines.
 *
 *     any text of lines, empty ones too\n
 *     \n
 *     — NAME BASE64(key id (4, big-endian) || signature)\n
 *     — …
 *
 * The text is what stands before the last empty line, with its final newline; that is what is
 * signed. A signature line that is malformed spoils the note; one by a key nobody asked about is
 * ignored; one by the key that was asked about and does not verify spoils the note.
 */
#include "journal/internal.h"

#include <string.h>

static const char dash[] = "\xe2\x80\x94 "; /* em dash, space */

enum { DASH_BYTES = sizeof dash - 1, ID_BYTES = 4 };

static bool characters_hold(str note)
{
    if (!str_is_utf8(note))
        return false;
    for (size_t i = 0; i < note.bytes; i++) {
        if ((unsigned char)note.data[i] < 0x20 && note.data[i] != '\n')
            return false;
    }
    return true;
}

enum err journal_note_sign(struct arena *a, str text, const struct journal_signer *s, str *note,
    struct diag *d)
{
    if (text.bytes == 0 || text.data[text.bytes - 1] != '\n' || !characters_hold(text))
        return diag_set(d, ERR_INVALID, "待签名文字应为 UTF-8,以换行结尾,不含其他控制字符",
            "a text to be signed is UTF-8, ends in a newline and has no other control characters");
    unsigned char coded[ID_BYTES + JOURNAL_SIGNATURE_BYTES];
    for (int i = 0; i < ID_BYTES; i++)
        coded[i] = (unsigned char)(s->key.id >> (24 - 8 * i));
    TRY(journal_sign(s, text, coded + ID_BYTES, d));
    struct buf b;
    buf_init(&b, a, JOURNAL_NOTE_BYTES_MAX);
    buf_add(&b, text);
    buf_printf(&b, "\n%s%s ", dash, s->key.name);
    buf_add(&b, str_base64(a, coded, sizeof coded));
    buf_add_char(&b, '\n');
    if (arena_failed(a))
        return diag_arena(d, a);
    if (buf_failed(&b))
        return diag_set(d, ERR_TOO_LARGE, "签名文书超过 %d 字节", "the note is longer than %d bytes",
            JOURNAL_NOTE_BYTES_MAX);
    *note = buf_str(&b);
    return OK;
}

static enum err bad_line(struct diag *d, size_t number)
{
    return diag_set(d, ERR_SYNTAX,
        "签名文书第 %zu 个签名行有误,应为“— 名称 Base64(密钥编号与签名)”",
        "signature line %zu of the note is malformed; expected “— NAME BASE64(key id, signature)”",
        number);
}

/* Base64 of one spelling only: no stray bits before the padding. */
static bool decode(struct arena *a, str text, unsigned char **out, size_t *bytes)
{
    size_t padding = 0;
    if (text.bytes < 4 || text.bytes % 4 != 0)
        return false;
    while (padding < 2 && text.data[text.bytes - 1 - padding] == '=')
        padding++;
    *bytes = text.bytes / 4 * 3 - padding;
    *out = arena_alloc(a, *bytes);
    return *out && journal_base64_exact(text, *out, *bytes);
}

/* One line without its newline. */
static bool parse_line(struct arena *a, str line, struct journal_note_signature *out)
{
    str rest, name;
    unsigned char *id;
    size_t bytes;
    if (!str_starts(line, (str){ dash, DASH_BYTES }))
        return false;
    rest = str_slice(line, DASH_BYTES, line.bytes);
    if (!str_split(&rest, ' ', &name) || !journal_name_holds(name))
        return false;
    if (!decode(a, rest, &id, &bytes) || bytes <= ID_BYTES)
        return false;
    out->name = name;
    out->id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];
    out->bytes = (str){ (const char *)id + ID_BYTES, bytes - ID_BYTES };
    return true;
}

/* Where the last empty line stands; false when there is none with text before and lines after. */
static bool split_note(str note, str *text, str *lines)
{
    if (note.bytes < 4 || note.data[note.bytes - 1] != '\n')
        return false;
    for (size_t i = note.bytes - 1; i > 0; i--) {
        if (note.data[i] == '\n' && note.data[i - 1] == '\n') {
            *text = str_slice(note, 0, i);
            *lines = str_slice(note, i + 1, note.bytes);
            return lines->bytes > 0;
        }
    }
    return false;
}

static enum err parse_lines(struct arena *a, str lines, struct journal_note *out, struct diag *d)
{
    size_t count = 0;
    for (size_t i = 0; i < lines.bytes; i++)
        count += lines.data[i] == '\n';
    if (count > JOURNAL_NOTE_SIGNATURES_MAX)
        return diag_set(d, ERR_LIMIT, "签名文书有 %zu 个签名,最多 %d 个",
            "the note has %zu signatures, at most %d are read", count, JOURNAL_NOTE_SIGNATURES_MAX);
    out->signatures = ARENA_ARRAY(a, struct journal_note_signature, count);
    if (!out->signatures)
        return diag_arena(d, a);
    str rest = str_slice(lines, 0, lines.bytes - 1), line;
    while (str_split(&rest, '\n', &line)) {
        bool ok = parse_line(a, line, &out->signatures[out->count]);
        TRY(diag_arena(d, a));
        if (!ok)
            return bad_line(d, out->count + 1);
        out->count++;
    }
    ASSERT(out->count == count);
    return OK;
}

enum err journal_note_parse(struct arena *a, str note, struct journal_note *out, struct diag *d)
{
    struct journal_note made = { 0 };
    str lines;
    if (note.bytes > JOURNAL_NOTE_BYTES_MAX)
        return diag_set(d, ERR_TOO_LARGE, "签名文书超过 %d 字节", "the note is longer than %d bytes",
            JOURNAL_NOTE_BYTES_MAX);
    if (!characters_hold(note))
        return diag_set(d, ERR_SYNTAX, "签名文书不是 UTF-8 文字,或含有控制字符",
            "the note is not UTF-8 text, or it holds control characters");
    if (!split_note(note, &made.text, &lines))
        return diag_set(d, ERR_SYNTAX, "签名文书应为正文、一个空行、若干签名行,并以换行结尾",
            "a note is a text, an empty line and signature lines, and ends in a newline");
    TRY(parse_lines(a, lines, &made, d));
    *out = made;
    return OK;
}

enum err journal_note_open(struct arena *a, str note, const struct journal_key *key,
    struct journal_note *out, struct diag *d)
{
    struct journal_note made;
    size_t by_key = 0;
    TRY(journal_note_parse(a, note, &made, d));
    for (size_t i = 0; i < made.count; i++) {
        const struct journal_note_signature *s = &made.signatures[i];
        if (s->id != key->id || !str_is(s->name, key->name))
            continue;
        TRY(journal_signature_verify(key, made.text, s->bytes, d));
        by_key++;
    }
    if (by_key == 0)
        return diag_set(d, ERR_VERIFY, "没有密钥 %s(编号 %08" PRIx32 ")的签名",
            "there is no signature by the key %s (id %08" PRIx32 ")", key->name, key->id);
    *out = made;
    return OK;
}
