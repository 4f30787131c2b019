/*
 * What text is searched by.
 *
 * Two kinds of term stand in a text:
 *   word   a run of letters and digits of scripts that put spaces between words; folded to lower
 *          case and from full width (ＡＢＣ is abc), cut into pieces of TOKEN_BYTES_MAX bytes
 *   Han    a run of characters of scripts that do not (Chinese characters, kana, hangul)
 * All else (spaces, punctuation, signs, broken bytes) only parts them.
 *
 * In the index a run of Han gives one term at each position: the pair that begins there, at the
 * end the last character alone:
 *
 *     text       用    工    难          position  0: 用工   1: 工难   2: 难
 *
 * so what is asked can be any piece of the text: two characters or more are pairs at positions in a
 * row (用工 at n, 工难 at n+1), which hold exactly when the piece stands in the text as it is; one
 * character is the beginning of a term. No dictionary decides what a word is, so none can be wrong
 * about a name.
 *
 * What a person types becomes an expression of quoted terms only: quotes and operators are never
 * copied from it. A word matches by its beginning, since people type as they go.
 */
#include "store/internal.h"

#include <string.h>

enum { QUERY_BYTES_MAX = 1024 };

static uint32_t fold(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xff01 - 0x21;
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9)
        || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    return c;
}

struct range {
    uint32_t from, to;
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

static bool is_han(uint32_t c)
{
    static const struct range ranges[] = { { 0x4e00, 0x9fff }, { 0x3005, 0x3007 },
        { 0x3041, 0x30fa }, { 0x30fc, 0x312f }, { 0x3400, 0x4dbf }, { 0xac00, 0xd7a3 },
        { 0xf900, 0xfaff }, { 0x20000, 0x3fffd } };
    return c >= 0x3005 && in_ranges(c, ranges, sizeof ranges / sizeof *ranges);
}

/* Of a folded character. */
static bool is_word(uint32_t c)
{
    static const struct range parting[] = { { 0x80, 0xa9 }, { 0xab, 0xb4 }, { 0xb6, 0xb9 },
        { 0xbb, 0xbf }, { 0xd7, 0xd7 }, { 0xf7, 0xf7 }, { 0x2000, 0x2bff }, { 0x2e00, 0x2e7f },
        { 0x2ff0, 0x303f }, { 0x30fb, 0x30fb }, { 0xd800, 0xf8ff }, { 0xfe00, 0xfe6f },
        { 0xff00, 0xff65 }, { 0xffe0, 0xffff }, { 0x1f000, 0x1faff }, { 0xe0000, 0x10ffff } };
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return !in_ranges(c, parting, sizeof parting / sizeof *parting);
}

/* *at is on the first character of a word. */
static void read_word(str text, size_t *at, struct token *out)
{
    size_t bytes = 0;
    while (*at < text.bytes) {
        size_t next = *at;
        uint32_t c = fold(str_next_code_point(text, &next));
        char utf8[4];
        size_t length = utf8_put(utf8, c);
        if (is_han(c) || !is_word(c) || bytes + length > TOKEN_BYTES_MAX)
            break;
        memcpy(out->folded + bytes, utf8, length);
        bytes += length;
        *at = next;
    }
    out->kind = TOKEN_WORD;
    out->text = (str){ out->folded, bytes };
    out->to = *at;
}

static void read_han(str text, size_t *at, struct token *out)
{
    while (*at < text.bytes) {
        size_t next = *at;
        if (!is_han(str_next_code_point(text, &next)))
            break;
        *at = next;
    }
    out->kind = TOKEN_HAN;
    out->to = *at;
    out->text = str_slice(text, out->from, out->to);
}

void token_next(str text, size_t *at, struct token *out)
{
    while (*at < text.bytes) {
        size_t next = *at;
        uint32_t c = fold(str_next_code_point(text, &next));
        out->from = *at;
        if (is_han(c)) {
            read_han(text, at, out);
            return;
        }
        if (is_word(c)) {
            read_word(text, at, out);
            return;
        }
        *at = next;
    }
    out->kind = TOKEN_END;
    out->text = STR_NONE;
    out->from = out->to = text.bytes;
}

/* The tokenizer that the full-text index calls ------------------------------------------------ */

/* One term a position; in a query the last character is already in the last pair. */
static int put_han(const struct token *t, bool is_query, void *ctx, token_sink sink)
{
    size_t at = 0;
    int rc = SQLITE_OK;
    while (at < t->text.bytes && rc == SQLITE_OK) {
        size_t second = at, end;
        str_next_code_point(t->text, &second);
        end = second;
        bool has_pair = second < t->text.bytes;
        if (has_pair)
            str_next_code_point(t->text, &end);
        else if (is_query && at > 0)
            break;
        rc = sink(
            ctx, 0, t->text.data + at, (int)(end - at), (int)(t->from + at), (int)(t->from + end));
        at = second;
    }
    return rc;
}

static int tokenize(
    Fts5Tokenizer *self, void *ctx, int flags, const char *data, int bytes, token_sink sink)
{
    (void)self;
    str text = { data, bytes > 0 ? (size_t)bytes : 0 };
    size_t at = 0;
    struct token t;
    bool is_query = flags & FTS5_TOKENIZE_QUERY;
    int rc;
    if (is_query && letters_put_query(text, ctx, sink, &rc))
        return rc;
    for (token_next(text, &at, &t); t.kind != TOKEN_END; token_next(text, &at, &t)) {
        rc = t.kind == TOKEN_HAN
            ? put_han(&t, is_query, ctx, sink)
            : sink(ctx, 0, t.text.data, (int)t.text.bytes, (int)t.from, (int)t.to);
        if (rc != SQLITE_OK)
            return rc;
    }
    return is_query ? SQLITE_OK : letters_put(text, ctx, sink);
}

static int tokenizer_create(void *ctx, const char **arguments, int count, Fts5Tokenizer **out)
{
    (void)arguments;
    /* It has no state; SQLite only wants an address that is not NULL. */
    *out = ctx;
    return count == 0 ? SQLITE_OK : SQLITE_ERROR;
}

static void tokenizer_delete(Fts5Tokenizer *self)
{
    (void)self;
}

int tokens_register(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT fts5($1)", -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
    if (rc == SQLITE_OK)
        sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (rc != SQLITE_OK || !api)
        return rc == SQLITE_OK ? SQLITE_ERROR : rc;
    fts5_tokenizer functions = { tokenizer_create, tokenizer_delete, tokenize };
    return api->xCreateTokenizer(api, "junma", db, &functions, NULL);
}

/* Search expressions -------------------------------------------------------------------------- */

/* Cut at a character, so that a cut never makes a broken one. */
static str cut(str text, size_t bytes_max)
{
    if (text.bytes <= bytes_max)
        return text;
    size_t end = bytes_max;
    while (end > 0 && ((unsigned char)text.data[end] & 0xc0) == 0x80)
        end--;
    return str_slice(text, 0, end);
}

/* A word may go on, and so may a single character: into the pair that begins with it. */
static bool is_beginning(const struct token *t)
{
    size_t first = 0;
    str_next_code_point(t->text, &first);
    return t->kind == TOKEN_WORD || first == t->text.bytes;
}

static str query_all(struct arena *a, str text, bool letters)
{
    struct buf b;
    buf_init(&b, a, 64 * QUERY_BYTES_MAX);
    text = cut(text, QUERY_BYTES_MAX);
    size_t at = 0;
    int terms = 0;
    struct token t;
    for (token_next(text, &at, &t); t.kind != TOKEN_END && terms < STORE_SEARCH_TERMS_MAX;
         token_next(text, &at, &t)) {
        bool typed = letters && t.kind == TOKEN_WORD && letters_typed(t.text);
        buf_printf(&b, "%s%s\"%.*s\"%s", terms ? " AND " : "", typed ? "(" : "", STR_ARGS(t.text),
            is_beginning(&t) ? " *" : "");
        if (typed)
            letters_query_add(&b, t.text);
        buf_add(&b, typed ? STR(")") : STR_NONE);
        terms++;
    }
    if (terms == 0)
        return STR("\"\""); /* an empty term, which matches nothing */
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

str tokens_query_all(struct arena *a, str text)
{
    return query_all(a, text, false);
}

str tokens_query_typed(struct arena *a, str text)
{
    return query_all(a, text, true);
}

static bool term_holds(str text, const struct token *asked)
{
    struct token t;
    size_t at = 0;
    if (asked->kind == TOKEN_HAN)
        return str_find(text, asked->text, 0) >= 0;
    for (token_next(text, &at, &t); t.kind != TOKEN_END; token_next(text, &at, &t))
        if (t.kind == TOKEN_WORD && str_starts(t.text, asked->text))
            return true;
    return letters_typed(asked->text) && letters_hold(text, asked->text);
}

bool tokens_hold(str text, str typed)
{
    size_t at = 0;
    int terms = 0;
    struct token t;
    typed = cut(typed, QUERY_BYTES_MAX);
    for (token_next(typed, &at, &t); t.kind != TOKEN_END && terms < STORE_SEARCH_TERMS_MAX;
         token_next(typed, &at, &t), terms++)
        if (!term_holds(text, &t))
            return false;
    return terms > 0;
}

struct any {
    struct buf *out;
    str terms[STORE_SEARCH_TERMS_MAX];
    size_t count;
    struct arena *arena;
};

static void add_any(struct any *any, str term)
{
    for (size_t i = 0; i < any->count; i++)
        if (str_equal(any->terms[i], term))
            return;
    if (any->count == STORE_SEARCH_TERMS_MAX)
        return;
    buf_printf(any->out, "%s\"%.*s\"", any->count ? " OR " : "", STR_ARGS(term));
    any->terms[any->count++] = str_copy(any->arena, term);
}

str tokens_query_any(struct arena *a, str text)
{
    struct buf b;
    buf_init(&b, a, 16 * QUERY_BYTES_MAX);
    struct any any = { .out = &b, .arena = a };
    text = cut(text, STORE_SEARCH_TEXT_MAX);
    size_t at = 0;
    struct token t;
    for (token_next(text, &at, &t); t.kind != TOKEN_END && any.count < STORE_SEARCH_TERMS_MAX;
         token_next(text, &at, &t)) {
        size_t first = 0, second = 0;
        if (t.kind == TOKEN_WORD) {
            add_any(&any, t.text);
            continue;
        }
        str_next_code_point(t.text, &second);
        if (second == t.text.bytes)
            add_any(&any, t.text);
        while (second < t.text.bytes) {
            size_t end = second;
            str_next_code_point(t.text, &end);
            add_any(&any, str_slice(t.text, first, end));
            first = second;
            second = end;
        }
    }
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}
