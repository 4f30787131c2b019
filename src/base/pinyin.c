/* Names in Latin letters; pinyin.h. */
#include "base/pinyin.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 0x4E00, LAST = 0x9FFF };

static const struct {
    const char *syllable, *chars;
    bool second;
} lines[] = {
#define P(syllable, chars) { syllable, chars, false },
#define SECOND(syllable, chars) { syllable, chars, true },
#include "base/pinyin.def"
#undef P
#undef SECOND
};

/* By character: 1 + its line; 0: none. Made once. */
static uint16_t readings[2][LAST - FIRST + 1];
/* Each once, in their order. */
static const char *syllables[sizeof lines / sizeof *lines];
static size_t syllable_count;
static pthread_once_t made = PTHREAD_ONCE_INIT;

static int by_letters(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void make_readings(void)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        str chars = str_from(lines[i].chars);
        for (size_t at = 0; at < chars.bytes;) {
            uint32_t c = str_next_code_point(chars, &at);
            uint16_t *to = &readings[lines[i].second][c - FIRST];
            if (c >= FIRST && c <= LAST && !*to)
                *to = (uint16_t)(i + 1);
        }
        syllables[i] = lines[i].syllable;
    }
    qsort(syllables, sizeof lines / sizeof *lines, sizeof *syllables, by_letters);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!i || strcmp(syllables[i], syllables[syllable_count - 1]) != 0)
            syllables[syllable_count++] = syllables[i];
}

size_t pinyin_syllables(uint32_t c, const char *out[2])
{
    size_t n = 0;
    pthread_once(&made, make_readings);
    for (int second = 0; second < 2 && c >= FIRST && c <= LAST; second++)
        if (readings[second][c - FIRST])
            out[n++] = lines[readings[second][c - FIRST] - 1].syllable;
    return n;
}

size_t pinyin_syllable_count(void)
{
    pthread_once(&made, make_readings);
    return syllable_count;
}

const char *pinyin_syllable(size_t i)
{
    return syllables[i];
}

bool pinyin_is_syllable(str s)
{
    size_t low = 0, high = pinyin_syllable_count();
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int way = str_compare(str_from(syllables[middle]), s);
        if (!way)
            return true;
        if (way < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
