/*
 * Chinese found by how it is typed in Latin letters: "hcxc" or "huachuang" for 华创新材.
 *
 * A text says where that is wanted: between STORE_LETTERS and STORE_LETTERS_END. Such a stretch is
 * in the index as any text is, and behind that twice more, as terms that no text can hold itself:
 *
 *     text        华     创     新     材           (LED) counts as a word of its own
 *     initials    \1hc   \1cx   \1xc                a pair of letters at each position
 *     syllables   \2hua  \2chuang \2xin \2cai       one at each position
 *
 * with the second reading of a character at the same position. So each character costs two terms,
 * and every piece of it is found as pieces of Chinese are: by terms at positions in a row. What is
 * typed does not say where its syllables end; each way to part it that the language has is asked
 * for (xian: 西安, 先), the last syllable as far as it goes: "chua" asks for chua, chuai, chuan and
 * chuang. Whole terms only: a beginning would have SQLite gather all documents at once.
 */
#include "base/pinyin.h"
#include "store/internal.h"

#include <string.h>

enum { WAYS_MAX = 60, TYPED_MAX = 40, PIECES_MAX = TYPED_MAX };

#define INITIALS "\xee\x83\xb2" /* in an expression: the letters behind it are initials */
#define SYLLABLES "\xee\x83\xb3" /* … are syllables, parted by blanks */

/* ---- units of a text ---- */

struct unit {
    const char *syllables[2]; /* of a character; else NULL */
    size_t count;
    str word; /* of Latin letters and digits as it stands, without syllables */
};

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool next_unit(str text, size_t *at, struct unit *out)
{
    while (*at < text.bytes) {
        size_t from = *at;
        uint32_t c = str_next_code_point(text, at);
        *out = (struct unit){ 0 };
        if (is_letter(c)) {
            while (*at < text.bytes && is_letter((unsigned char)text.data[*at])
                && *at - from < TOKEN_BYTES_MAX)
                ++*at;
            out->word = str_slice(text, from, *at);
            return true;
        }
        out->count = pinyin_syllables(c, out->syllables);
        if (out->count)
            return true;
    }
    return false;
}

static bool next_stretch(str text, size_t *at, str *out)
{
    ptrdiff_t from = str_find(text, STR(STORE_LETTERS), *at);
    if (from < 0)
        return false;
    size_t begin = (size_t)from + strlen(STORE_LETTERS);
    ptrdiff_t end = str_find(text, STR(STORE_LETTERS_END), begin);
    *at = end < 0 ? text.bytes : (size_t)end;
    *out = str_slice(text, begin, *at);
    return true;
}

/* ---- into the index ---- */

struct letters_out {
    void *ctx;
    token_sink sink;
    int rc;
};

static void put(struct letters_out *o, char kind, const char *term, size_t bytes, bool same_place)
{
    char whole[TOKEN_BYTES_MAX + 1] = { kind };
    if (o->rc != SQLITE_OK)
        return;
    for (size_t i = 0; i < bytes; i++)
        whole[i + 1] = small(term[i]);
    o->rc = o->sink(o->ctx, same_place ? FTS5_TOKEN_COLOCATED : 0, whole, (int)bytes + 1, 0, 0);
}

struct initial {
    char letters[2];
    size_t count;
};

static void pair(struct letters_out *o, struct initial *last, struct initial now)
{
    for (size_t i = 0; i < last->count; i++)
        for (size_t k = 0; k < now.count; k++)
            put(o, 1, (const char[]){ last->letters[i], now.letters[k] }, 2, i || k);
    *last = now;
}

static void put_initials(struct letters_out *o, str text)
{
    struct initial last = { .count = 0 };
    struct unit u;
    for (size_t at = 0; next_unit(text, &at, &u);) {
        for (size_t i = 0; i < u.word.bytes; i++)
            pair(o, &last, (struct initial){ { small(u.word.data[i]) }, 1 });
        if (!u.count)
            continue;
        struct initial now = { { u.syllables[0][0] }, 1 };
        if (u.count > 1 && u.syllables[1][0] != now.letters[0])
            now.letters[now.count++] = u.syllables[1][0];
        pair(o, &last, now);
    }
}

static void put_syllables(struct letters_out *o, str text)
{
    struct unit u;
    for (size_t at = 0; next_unit(text, &at, &u);) {
        if (u.word.bytes)
            put(o, 2, u.word.data, u.word.bytes < TOKEN_BYTES_MAX ? u.word.bytes : TOKEN_BYTES_MAX,
                false);
        for (size_t i = 0; i < u.count; i++)
            put(o, 2, u.syllables[i], strlen(u.syllables[i]), i > 0);
    }
}

int letters_put(str text, void *ctx, token_sink sink)
{
    struct letters_out o = { ctx, sink, SQLITE_OK };
    str stretch;
    for (size_t at = 0; o.rc == SQLITE_OK && next_stretch(text, &at, &stretch);) {
        put_initials(&o, stretch);
        put_syllables(&o, stretch);
    }
    return o.rc;
}

/* ---- what is asked for ---- */

bool letters_typed(str word)
{
    bool letter = false;
    for (size_t i = 0; i < word.bytes; i++) {
        if (!is_letter((unsigned char)word.data[i]))
            return false;
        letter = letter || word.data[i] > '9';
    }
    return letter && word.bytes >= 2 && word.bytes <= TYPED_MAX;
}

/* The likelier ways first, as there may be more than are asked: the last syllable is whole, or has
 * two letters at least, or is a letter that anything may come of. */
enum turn { TURN_WHOLE, TURN_BEGUN, TURN_LETTER, TURNS };

struct parting {
    struct buf *out;
    str word;
    str pieces[PIECES_MAX];
    enum turn turn;
    size_t ways;
};

static enum turn turn_of(str last)
{
    return last.bytes == 1 ? TURN_LETTER : pinyin_is_syllable(last) ? TURN_WHOLE : TURN_BEGUN;
}

static void add_way(struct parting *p, size_t pieces, const char *last, bool goes_on)
{
    if (p->ways++ >= WAYS_MAX)
        return;
    buf_add(p->out, STR(" OR \"" SYLLABLES));
    for (size_t i = 0; i < pieces; i++)
        buf_printf(p->out, "%s%.*s", i ? " " : "", STR_ARGS(p->pieces[i]));
    buf_printf(p->out, "%s%s\"%s", pieces && last[0] ? " " : "", last, goes_on ? " *" : "");
}

/* From `at` on, after so many pieces. */
static void part(struct parting *p, size_t at, size_t pieces)
{
    str rest = str_slice(p->word, at, p->word.bytes);
    size_t digits = 0;
    while (digits < rest.bytes && rest.data[digits] <= '9')
        digits++;
    if (p->ways >= WAYS_MAX || pieces == PIECES_MAX)
        return;
    if (digits) {
        p->pieces[pieces] = str_slice(rest, 0, digits);
        if (digits == rest.bytes && p->turn == TURN_WHOLE)
            add_way(p, pieces + 1, "", true);
        else if (digits < rest.bytes)
            part(p, at + digits, pieces + 1);
        return;
    }
    for (size_t i = 0; p->turn == turn_of(rest) && i < pinyin_syllable_count(); i++)
        if (str_starts(str_from(pinyin_syllable(i)), rest))
            add_way(p, pieces, pinyin_syllable(i), false);
    for (size_t bytes = PINYIN_SYLLABLE_MAX; bytes; bytes--) {
        if (bytes >= rest.bytes || !pinyin_is_syllable(str_slice(rest, 0, bytes)))
            continue;
        p->pieces[pieces] = str_slice(rest, 0, bytes);
        part(p, at + bytes, pieces + 1);
    }
}

void letters_query_add(struct buf *b, str word)
{
    struct parting p = { .out = b, .word = word };
    buf_printf(b, " OR \"" INITIALS "%.*s\"", STR_ARGS(word));
    for (; p.turn < TURNS; p.turn++)
        part(&p, 0, 0);
    /* A word in Latin letters before Chinese, as in LED新材; it may end anywhere. */
    for (size_t at = 1; !p.ways && at < word.bytes; at++) {
        p.pieces[0] = str_slice(word, 0, at);
        for (p.turn = 0; p.turn < TURNS; p.turn++)
            part(&p, at, 1);
    }
}

bool letters_put_query(str text, void *ctx, token_sink sink, int *rc)
{
    struct letters_out o = { ctx, sink, SQLITE_OK };
    bool initials = str_starts(text, STR(INITIALS));
    if (!initials && !str_starts(text, STR(SYLLABLES)))
        return false;
    str rest = str_slice(text, strlen(INITIALS), text.bytes), piece;
    for (size_t i = 0; initials && i + 1 < rest.bytes; i++)
        put(&o, 1, rest.data + i, 2, false);
    while (!initials && str_split(&rest, ' ', &piece))
        put(&o, 2, piece.data, piece.bytes < TOKEN_BYTES_MAX ? piece.bytes : TOKEN_BYTES_MAX, false);
    *rc = o.rc;
    return true;
}

/* ---- held against a text ---- */

/* Does the word go along the initials from here on? */
static bool initials_hold(str text, size_t at, size_t skip, str word)
{
    struct unit u;
    size_t k = 0;
    while (k < word.bytes && next_unit(text, &at, &u)) {
        for (size_t i = skip; i < u.word.bytes && k < word.bytes; i++)
            if (small(u.word.data[i]) != word.data[k++])
                return false;
        skip = 0;
        bool fits = false;
        for (size_t i = 0; i < u.count; i++)
            fits = fits || u.syllables[i][0] == word.data[k];
        if (u.count && !fits)
            return false;
        k += u.count > 0;
    }
    return k == word.bytes;
}

/* A piece typed in full, or the last one as far as it goes. */
static bool piece_fits(str piece, str word)
{
    size_t n = piece.bytes < word.bytes ? piece.bytes : word.bytes;
    for (size_t i = 0; i < n; i++)
        if (small(piece.data[i]) != word.data[i])
            return false;
    return true;
}

/* As part() asks: a word of Latin letters comes first and whole; of digits one may see a part. */
static bool word_fits(str piece, str word, bool first)
{
    bool digits = true;
    for (size_t i = 0; i < piece.bytes; i++)
        digits = digits && piece.data[i] <= '9';
    return piece_fits(piece, word)
        && (digits || (piece.bytes <= word.bytes && (first || pinyin_is_syllable(piece))));
}

static bool syllables_hold(str text, size_t at, str word, bool first)
{
    struct unit u;
    if (!word.bytes)
        return true;
    if (!next_unit(text, &at, &u))
        return false;
    size_t count = u.count ? u.count : 1;
    for (size_t i = 0; i < count; i++) {
        str piece = u.count ? str_from(u.syllables[i]) : u.word;
        if ((u.count ? piece_fits(piece, word) : word_fits(piece, word, first))
            && (piece.bytes >= word.bytes
                || syllables_hold(text, at, str_slice(word, piece.bytes, word.bytes), false)))
            return true;
    }
    return false;
}

bool store_letters_hold(str text, str word, bool begins)
{
    struct unit u;
    for (size_t from = 0, next = 0; next_unit(text, &next, &u); from = next) {
        if (syllables_hold(text, from, word, true) || initials_hold(text, from, 0, word))
            return true;
        for (size_t skip = 1; skip < u.word.bytes && !begins; skip++)
            if (initials_hold(text, from, skip, word))
                return true;
        if (begins)
            return false;
    }
    return false;
}

bool letters_hold(str text, str word)
{
    str stretch;
    for (size_t at = 0; next_stretch(text, &at, &stretch);)
        if (store_letters_hold(stretch, word, false))
            return true;
    return false;
}
