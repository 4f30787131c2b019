/*
 * The text that is committed to has a line for each thing, in this order, each ended by \n:
 *
 *     junma-draw-1
 *     title TITLE
 *     source SOURCE
 *     group CODE            in the order in which they draw
 *     entry NUMBER GROUP    sorted by the bytes of NUMBER
 *     lot LOT               sorted by bytes
 *
 * K = SHA-256(commitment in hexadecimal, "\n", seed). A number below n under a label: the first eight
 * bytes, big end first, of HMAC-SHA-256(K, LABEL " " COUNTER) for COUNTER 0, 1, 2 …, counted on
 * for the label; a value at or above the largest multiple of n in 2^64 is passed over, so that no
 * remainder is likelier than another. A list is shuffled after Fisher and Yates from its end: for i
 * from count-1 down to 1, swapped with a number below i+1. Entries of group G under the label
 * "entries G", lots under "lots". The entries in that order get the lots in that order.
 */
#include "zone/draw.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "junma-draw-1"

/* ---- reading -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    return str_compare(((const struct draw_entry *)a)->number, ((const struct draw_entry *)b)->number);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

/* One word: it must not be able to look like two, or like the end of its line. */
static bool is_word(str s)
{
    if (!s.bytes || s.bytes > DRAW_WORD_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.data[i] <= ' ' || s.data[i] == 0x7f)
            return false;
    return true;
}

static bool is_line(str s)
{
    return s.bytes && s.bytes <= 1000 && str_find(s, STR("\n"), 0) < 0;
}

static enum err bad(struct diag *d, const char *member, size_t index, const char *zh, const char *en)
{
    char field[64];
    snprintf(field, sizeof field, "/%s/%zu", member, index);
    diag_field(d, str_from(field));
    return diag_set(d, ERR_INVALID, "%1$s%2$.0s", "%1$.0s%2$s", zh, en);
}

static str text_of(const json_t *v)
{
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static enum err read_words(struct arena *a, const json_t *list, const char *member, size_t most,
    str **out, size_t *count, struct diag *d)
{
    size_t n = json_array_size(list);
    str *words = ARENA_ARRAY(a, str, n + 1);
    TRY(diag_arena(d, a));
    if (!n || n > most)
        return bad(d, member, n, "为空或太多", "is empty or too long");
    for (size_t i = 0; i < n; i++) {
        words[i] = str_copy(a, text_of(json_array_get(list, i)));
        if (!is_word(words[i]))
            return bad(d, member, i, "应为 1–64 字节、不含空白的文字",
                "must be 1 to 64 bytes without white space");
    }
    *out = words;
    *count = n;
    return diag_arena(d, a);
}

static bool has_word(const str *words, size_t count, str word)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(words[i], word))
            return true;
    return false;
}

static enum err read_entries(struct arena *a, const json_t *list, struct draw *out, struct diag *d)
{
    size_t n = json_array_size(list);
    out->entries = ARENA_ARRAY(a, struct draw_entry, n + 1);
    TRY(diag_arena(d, a));
    if (!n || n > DRAW_ENTRIES_MAX)
        return bad(d, "entries", n, "名单为空或太长", "the list is empty or too long");
    for (size_t i = 0; i < n; i++) {
        const json_t *v = json_array_get(list, i);
        out->entries[i] = (struct draw_entry){ .number = str_copy(a, json_str(v, "number")),
            .group = str_copy(a, json_str(v, "group")),
            .place = SIZE_MAX };
        if (!is_word(out->entries[i].number))
            return bad(d, "entries", i, "编号应为 1–64 字节、不含空白的文字",
                "a number must be 1 to 64 bytes without white space");
        if (!has_word(out->groups, out->group_count, out->entries[i].group))
            return bad(d, "entries", i, "没有这个组", "there is no such group");
    }
    out->entry_count = n;
    qsort(out->entries, n, sizeof *out->entries, by_number);
    for (size_t i = 1; i < n; i++)
        if (str_equal(out->entries[i].number, out->entries[i - 1].number))
            return diag_set(d, ERR_INVALID, "编号 “%.*s” 出现两次", "the number \"%.*s\" stands twice",
                STR_ARGS(out->entries[i].number));
    return diag_arena(d, a);
}

enum err draw_read(struct arena *a, const json_t *v, struct draw *out, struct diag *d)
{
    str *groups;
    *out = (struct draw){ .title = str_copy(a, json_str(v, "title")),
        .source = str_copy(a, json_str(v, "source")) };
    if (!str_is(json_str(v, "draw"), FORMAT)) {
        diag_field(d, STR("/draw"));
        return diag_set(d, ERR_INVALID, "draw 应为 “" FORMAT "”", "draw must be \"" FORMAT "\"");
    }
    if (!is_line(out->title) || !is_line(out->source))
        return diag_set(d, ERR_INVALID, "title 和 source 应各为一行文字",
            "title and source must be a line of text each");
    TRY(read_words(a, json_object_get(v, "groups"), "groups", DRAW_GROUPS_MAX, &groups,
        &out->group_count, d));
    out->groups = groups;
    for (size_t i = 0; i < out->group_count; i++)
        if (has_word(groups, i, groups[i]))
            return bad(d, "groups", i, "组重复", "the group stands twice");
    TRY(read_entries(a, json_object_get(v, "entries"), out, d));
    TRY(read_words(
        a, json_object_get(v, "lots"), "lots", DRAW_ENTRIES_MAX, &out->lots, &out->lot_count, d));
    qsort(out->lots, out->lot_count, sizeof *out->lots, by_text);
    for (size_t i = 1; i < out->lot_count; i++)
        if (str_equal(out->lots[i], out->lots[i - 1]))
            return diag_set(d, ERR_INVALID, "标的 “%.*s” 出现两次", "the lot \"%.*s\" stands twice",
                STR_ARGS(out->lots[i]));
    return OK;
}

/* ---- the commitment ------------------------------------------------------------------------- */

str draw_text(struct arena *a, const struct draw *w)
{
    struct buf b;
    buf_init(&b, a, 32 * MIB);
    buf_printf(&b, FORMAT "\ntitle %.*s\nsource %.*s\n", STR_ARGS(w->title), STR_ARGS(w->source));
    for (size_t i = 0; i < w->group_count; i++)
        buf_printf(&b, "group %.*s\n", STR_ARGS(w->groups[i]));
    for (size_t i = 0; i < w->entry_count; i++)
        buf_printf(&b, "entry %.*s %.*s\n", STR_ARGS(w->entries[i].number),
            STR_ARGS(w->entries[i].group));
    for (size_t i = 0; i < w->lot_count; i++)
        buf_printf(&b, "lot %.*s\n", STR_ARGS(w->lots[i]));
    return buf_str(&b);
}

static void sha256(str text, unsigned char out[32])
{
    int done = EVP_Digest(text.data ? text.data : "", text.bytes, out, NULL, EVP_sha256(), NULL);
    ASSERT(done == 1);
}

str draw_commitment(struct arena *a, const struct draw *w)
{
    unsigned char hash[32];
    sha256(draw_text(a, w), hash);
    return str_hex(a, hash, sizeof hash);
}

/* ---- the result ----------------------------------------------------------------------------- */

struct stream {
    unsigned char key[32];
    str label;
    uint64_t counter;
};

static uint64_t below(struct stream *s, uint64_t n)
{
    uint64_t least_refused = UINT64_MAX - (UINT64_MAX % n + 1) % n; /* the last value that is taken */
    for (;;) {
        char text[DRAW_WORD_BYTES_MAX + 40];
        unsigned char mac[32];
        unsigned int bytes = 0;
        int length = snprintf(text, sizeof text, "%.*s %llu", STR_ARGS(s->label),
            (unsigned long long)s->counter++);
        unsigned char *done = HMAC(EVP_sha256(), s->key, sizeof s->key, (unsigned char *)text,
            (size_t)length, mac, &bytes);
        ASSERT(done && bytes == 32);
        uint64_t v = 0;
        for (int i = 0; i < 8; i++)
            v = v << 8 | mac[i];
        if (v <= least_refused)
            return v % n;
    }
}

static void shuffle(struct stream *s, size_t *order, size_t count)
{
    for (size_t i = count; i-- > 1;) {
        size_t k = (size_t)below(s, i + 1), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

enum err draw_run(struct arena *a, struct draw *w, str seed, struct diag *d)
{
    struct stream s = { .label = STR("lots") };
    size_t *lots = ARENA_ARRAY(a, size_t, w->lot_count + 1);
    size_t *order = ARENA_ARRAY(a, size_t, w->entry_count + 1), place = 0;
    str key = str_printf(a, "%.*s\n%.*s", STR_ARGS(draw_commitment(a, w)), STR_ARGS(seed));
    TRY(diag_arena(d, a));
    if (!is_line(seed)) {
        diag_field(d, STR("/seed"));
        return diag_set(d, ERR_INVALID, "种子应为一行文字", "the seed must be a line of text");
    }
    sha256(key, s.key);
    for (size_t i = 0; i < w->lot_count; i++)
        lots[i] = i;
    shuffle(&s, lots, w->lot_count);
    for (size_t g = 0; g < w->group_count; g++) {
        size_t count = 0;
        for (size_t i = 0; i < w->entry_count; i++)
            if (str_equal(w->entries[i].group, w->groups[g]))
                order[count++] = i;
        s.label = str_printf(a, "entries %.*s", STR_ARGS(w->groups[g]));
        s.counter = 0;
        TRY(diag_arena(d, a));
        shuffle(&s, order, count);
        for (size_t i = 0; i < count; i++, place++) {
            struct draw_entry *e = &w->entries[order[i]];
            e->place = place;
            e->lot = place < w->lot_count ? w->lots[lots[place]] : STR_NONE;
        }
    }
    return OK;
}

json_t *draw_result(const struct draw *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->entry_count; i++)
        json_array_append_new(list, json_null());
    for (size_t i = 0; i < w->entry_count; i++) {
        const struct draw_entry *e = &w->entries[i];
        json_t *o = json_object();
        json_set_str(o, "number", e->number);
        json_set_str(o, "group", e->group);
        json_set_int(o, "place", (int64_t)e->place + 1);
        json_set_str_or_null(o, "lot", e->lot);
        json_array_set_new(list, e->place, o);
    }
    return list;
}

/* ---- checking ------------------------------------------------------------------------------- */

static enum err compare_results(const json_t *said, const json_t *found, struct diag *d)
{
    if (json_array_size(said) != json_array_size(found))
        return diag_set(d, ERR_VERIFY, "公布的结果有 %zu 人,名单有 %zu 人",
            "the published result holds %zu, the list %zu", json_array_size(said),
            json_array_size(found));
    for (size_t i = 0; i < json_array_size(found); i++) {
        const json_t *a = json_array_get(said, i), *b = json_array_get(found, i);
        if (str_equal(json_str(a, "number"), json_str(b, "number"))
            && str_equal(json_str(a, "lot"), json_str(b, "lot")))
            continue;
        str lot = json_str(b, "lot"), was = json_str(a, "lot");
        return diag_set(d, ERR_VERIFY,
            "第 %zu 名应为 %.*s(%.*s),公布的是 %.*s(%.*s)",
            "place %zu must be %.*s (%.*s), but %.*s (%.*s) was published", i + 1,
            STR_ARGS(json_str(b, "number")), STR_ARGS(lot), STR_ARGS(json_str(a, "number")),
            STR_ARGS(was));
    }
    return OK;
}

enum err draw_verify(struct arena *a, const json_t *file, bool *drawn, struct diag *d)
{
    struct draw w;
    TRY(draw_read(a, file, &w, d));
    str said = json_str(file, "commitment"), found = draw_commitment(a, &w);
    TRY(diag_arena(d, a));
    if (!str_equal(said, found))
        return diag_set(d, ERR_VERIFY, "名单与事先公布的承诺不符:名单的承诺是 %.*s,公布的是 %.*s",
            "the list is not the one that was committed to: its commitment is %.*s, published was %.*s",
            STR_ARGS(found), STR_ARGS(said));
    str seed = json_str(file, "seed");
    *drawn = seed.bytes > 0;
    if (!*drawn)
        return OK;
    TRY(draw_run(a, &w, seed, d));
    json_t *result = json_keep(a, draw_result(&w));
    TRY(diag_arena(d, a));
    return compare_results(json_object_get(file, "result"), result, d);
}
