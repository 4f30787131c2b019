/*
 * What can be seen in the text of an untrusted query before SQLite works on it:
 *
 *   - the name of a hidden table, bare or in any quotes (SQLite takes even 'text' for a table's
 *     name), anywhere: refused;
 *   - common table expressions that multiply. SQLite 3.40 writes an expression out at every
 *     mention, before any limit of running time holds, so ten that each name the one before
 *     twice are a thousand. The product of the mentions of all is an upper bound of that and has
 *     a limit.
 *
 * The scanner follows SQLite's lexical rules only as far as names, strings, comments and brackets
 * go. Where it errs it must err towards refusing.
 */
#include "store/internal.h"

#include <string.h>

enum { MENTIONS_MAX = 256, PIECES_MAX = 20000 };

enum piece_kind { PIECE_NAME, PIECE_OPEN, PIECE_CLOSE, PIECE_DOT, PIECE_OTHER };

struct piece {
    enum piece_kind kind;
    str text; /* of a name, without its quotes */
};

struct scan {
    str sql;
    size_t at;
    struct piece *pieces;
    size_t count;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
        || c == '$' || ((unsigned char)c & 0x80);
}

static void add(struct scan *s, enum piece_kind kind, size_t from, size_t to)
{
    if (s->count < PIECES_MAX)
        s->pieces[s->count++] = (struct piece){ kind, str_slice(s->sql, from, to) };
}

/* A quoted name or string; a doubled quote inside is kept doubled, which no table's name holds. */
static void scan_quoted(struct scan *s, char end)
{
    size_t from = ++s->at;
    while (s->at < s->sql.bytes) {
        if (s->sql.data[s->at] == end) {
            bool doubled = end != ']' && s->at + 1 < s->sql.bytes && s->sql.data[s->at + 1] == end;
            if (!doubled)
                break;
            s->at++;
        }
        s->at++;
    }
    add(s, PIECE_NAME, from, s->at);
    s->at++;
}

static bool skip_comment(struct scan *s)
{
    str rest = str_slice(s->sql, s->at, s->sql.bytes);
    str end = str_starts(rest, STR("--")) ? STR("\n") : STR("*/");
    if (!str_starts(rest, STR("--")) && !str_starts(rest, STR("/*")))
        return false;
    ptrdiff_t found = str_find(s->sql, end, s->at + 2);
    s->at = found < 0 ? s->sql.bytes : (size_t)found + end.bytes;
    return true;
}

static void scan_one(struct scan *s)
{
    char c = s->sql.data[s->at];
    size_t from = s->at;
    if (skip_comment(s))
        return;
    switch (c) {
    case '\'':
    case '"':
    case '`':
        scan_quoted(s, c);
        return;
    case '[':
        scan_quoted(s, ']');
        return;
    case ' ':
    case '\t':
    case '\n':
    case '\f':
    case '\r':
        s->at++;
        return;
    default:
        break;
    }
    while (s->at < s->sql.bytes && is_name_byte(s->sql.data[s->at]))
        s->at++;
    if (s->at > from) {
        add(s, PIECE_NAME, from, s->at);
        return;
    }
    s->at++;
    add(s,
        c == '('       ? PIECE_OPEN
            : c == ')' ? PIECE_CLOSE
            : c == '.' ? PIECE_DOT
                       : PIECE_OTHER,
        from, s->at);
}

static bool is_word(const struct scan *s, size_t i, str word)
{
    return i < s->count && s->pieces[i].kind == PIECE_NAME
        && str_equal_nocase(s->pieces[i].text, word);
}

/* When piece i is the AS of "NAME [(columns)] AS [[NOT] MATERIALIZED] (", the place of NAME; else
 * -1. */
static ptrdiff_t defined_at(const struct scan *s, size_t i)
{
    if (!is_word(s, i, STR("as")) || i == 0)
        return -1;
    size_t after = i + 1;
    if (is_word(s, after, STR("not")))
        after++;
    if (is_word(s, after, STR("materialized")))
        after++;
    if (after >= s->count || s->pieces[after].kind != PIECE_OPEN)
        return -1;
    size_t at = i - 1;
    if (s->pieces[at].kind == PIECE_CLOSE) {
        int depth = 1;
        while (at > 0 && depth > 0) {
            at--;
            depth += s->pieces[at].kind == PIECE_CLOSE ? 1
                : s->pieces[at].kind == PIECE_OPEN     ? -1
                                                       : 0;
        }
        if (at == 0 || depth > 0)
            return -1;
        at--;
    }
    return s->pieces[at].kind == PIECE_NAME ? (ptrdiff_t)at : -1;
}

/* How often the name stands in the text other than before a dot (a column's qualifier). */
static int64_t mentions(const struct scan *s, size_t defined)
{
    int64_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        if (i != defined && is_word(s, i, s->pieces[defined].text)
            && !(i + 1 < s->count && s->pieces[i + 1].kind == PIECE_DOT))
            count++;
    return count;
}

static enum err check_mentions(const struct scan *s, struct report_text *out, struct diag *d)
{
    int64_t product = 1;
    for (size_t i = 0; i < s->count; i++) {
        ptrdiff_t defined = defined_at(s, i);
        if (defined < 0)
            continue;
        if (out->defined_count == REPORT_DEFINED_MAX)
            return diag_set(d, ERR_LIMIT, "查询中的子查询(WITH)过多,最多 %d 个",
                "too many common table expressions in the query, at most %d",
                (int)REPORT_DEFINED_MAX);
        out->defined[out->defined_count++] = s->pieces[defined].text;
        int64_t times = mentions(s, (size_t)defined);
        product *= times > 1 ? times : 1;
        if (product > MENTIONS_MAX)
            return diag_set(d, ERR_LIMIT, "查询中的子查询(WITH)相互引用过多,展开后超过 %d 处",
                "the query's common table expressions name each other too often: more than %d places "
                "when written out",
                (int)MENTIONS_MAX);
    }
    return OK;
}

enum err report_lex_check(struct arena *a, str sql, const char *const *hidden, size_t hidden_count,
    struct report_text *out, struct diag *d)
{
    out->defined_count = 0;
    struct scan s = { .sql = sql, .pieces = ARENA_ARRAY(a, struct piece, PIECES_MAX) };
    TRY(diag_arena(d, a));
    while (s.at < sql.bytes)
        scan_one(&s);
    if (s.count == PIECES_MAX)
        return diag_set(d, ERR_LIMIT, "查询过长(最多 %d 个词)",
            "the query is too long (at most %d words)", (int)PIECES_MAX);
    for (size_t i = 0; i < s.count; i++)
        for (size_t k = 0; k < hidden_count; k++)
            if (is_word(&s, i, str_from(hidden[k])))
                return diag_set(d, ERR_FORBIDDEN, "查询不能直接读取表 %s,请使用为查询准备的视图",
                    "the table %s may not be read directly: use the view made for queries",
                    hidden[k]);
    return check_mentions(&s, out, d);
}
