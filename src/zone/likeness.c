/* How like texts are; likeness.h. */
#include "zone/likeness.h"

#include "base/pinyin.h"

#include <string.h>

enum { SAME = 10, SOUNDS_SAME = 9, TEXT_MAX = 2 * LIKENESS_POINTS_MAX, WORD_MAX = 40, SHORT = 3 };

static size_t points_of(str s, uint32_t *out, size_t room)
{
    size_t count = 0;
    for (size_t at = 0; at < s.bytes && count < room;) {
        uint32_t c = str_next_code_point(s, &at);
        if (c > ' ' && c != 0x3000)
            out[count++] = c;
    }
    return count;
}

void typed_init(struct typed *t, struct arena *a, str text)
{
    struct buf b;
    bool latin = true;
    buf_init(&b, a, text.bytes + 1);
    str copy = str_copy(a, text);
    for (size_t i = 0; i < copy.bytes; i++) {
        char *c = (char *)copy.data + i;
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        if (*c != ' ')
            buf_add(&b, str_slice(copy, i, i + 1));
    }
    *t = (struct typed){ .text = copy };
    t->count = points_of(copy, t->points, LIKENESS_POINTS_MAX);
    for (size_t i = 0; i < t->count; i++)
        latin = latin && t->points[i] < 0x250;
    t->letters = latin && t->count ? buf_str(&b) : STR_NONE;
}

/* What one character is worth for another. */
static int worth(uint32_t a, uint32_t b)
{
    const char *x[2], *y[2];
    if (a == b)
        return SAME;
    if (a < 0x2e80 || b < 0x2e80)
        return 0;
    size_t m = pinyin_syllables(a, x), n = pinyin_syllables(b, y);
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < n; k++)
            if (strcmp(x[i], y[k]) == 0)
                return SOUNDS_SAME;
    return 0;
}

/* The longest common subsequence, by worth. */
static int common(const uint32_t *q, size_t count, const uint32_t *t, size_t n)
{
    int row[LIKENESS_POINTS_MAX + 1] = { 0 };
    for (size_t i = 0; i < n; i++) {
        int diagonal = 0;
        for (size_t k = 1; k <= count; k++) {
            int above = row[k], met = worth(q[k - 1], t[i]);
            int best = met ? diagonal + met : 0;
            best = above > best ? above : best;
            row[k] = row[k - 1] > best ? row[k - 1] : best;
            diagonal = above;
        }
    }
    return row[count];
}

double likeness(const struct typed *t, str text)
{
    uint32_t p[TEXT_MAX];
    size_t n = points_of(text, p, TEXT_MAX), width = t->count <= SHORT ? t->count : n;
    int best = 0;
    for (size_t from = 0; from == 0 || from + width <= n; from++) {
        int one = common(t->points, t->count, p + from, n - from < width ? n - from : width);
        best = one > best ? one : best;
        if (width == n)
            break;
    }
    return t->count ? (double)best / (SAME * (double)t->count) : 0;
}

bool likeness_covers(const struct typed *t, str text)
{
    uint32_t p[TEXT_MAX];
    size_t n = points_of(text, p, TEXT_MAX), had = 0;
    for (size_t i = 0; i < t->count && had < n; i++)
        had += t->points[i] == p[had];
    return n > 0 && had == n;
}

/* ---- words ---- */

static bool next_word(str s, size_t *at, str *word)
{
    while (*at < s.bytes && (unsigned char)s.data[*at] < 0x80
        && !(s.data[*at] >= 'a' && s.data[*at] <= 'z'))
        ++*at;
    size_t from = *at;
    while (*at < s.bytes && s.data[*at] >= 'a' && s.data[*at] <= 'z')
        ++*at;
    if (*at == from && *at < s.bytes) { /* not Latin: passed over */
        ++*at;
        return next_word(s, at, word);
    }
    *word = str_slice(s, from, *at);
    return word->bytes > 0;
}

/* One letter wrong, missing, doubled or swapped, in words of five letters or more. */
static bool nearly(str a, str b)
{
    uint32_t x[WORD_MAX], y[WORD_MAX];
    if (a.bytes < 5 || b.bytes < 5)
        return str_equal(a, b);
    size_t m = points_of(a, x, WORD_MAX), n = points_of(b, y, WORD_MAX);
    size_t longer = m > n ? m : n, shorter = m > n ? n : m;
    return longer - shorter <= 1 && common(x, m, y, n) >= SAME * (int)(longer - 1);
}

bool likeness_words(const struct typed *t, str text)
{
    str asked, had;
    size_t words = 0;
    for (size_t at = 0; next_word(t->text, &at, &asked); words++) {
        bool found = false;
        for (size_t k = 0; !found && next_word(text, &k, &had);)
            found = nearly(asked, had);
        if (!found)
            return false;
    }
    return words > 0;
}
