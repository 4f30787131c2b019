/*
 * Reading JSON with a place for every fault; internal.h says how nodes work. A reader reports what
 * is wrong and gives back something empty, so that one run finds all faults of a file.
 */
#include "pack/internal.h"

#include <string.h>

/* ---- faults --------------------------------------------------------------------------------- */

void add_fault(struct loader *l, const struct diag *d)
{
    if (l->first == OK)
        l->first = d->err != OK ? d->err : ERR_INVALID;
    diag_list_add(l->faults, d);
}

/* Puts a piece of a pointer in front of what stands in room from `at` on. */
static size_t put_before(char *room, size_t at, const char *key, size_t index)
{
    char part[64];
    int length = key ? snprintf(part, sizeof part, "/%s", key)
                     : snprintf(part, sizeof part, "/%zu", index);
    size_t bytes = length < 0 ? 0
        : (size_t)length < sizeof part ? (size_t)length : sizeof part - 1;
    if (bytes > at)
        return at;
    memcpy(room + at - bytes, part, bytes);
    return at - bytes;
}

/* "/units/3/name": written from the leaf to the root into the tail of a fixed buffer. */
static str pointer_of(const struct node *n, const char *member, char *room, size_t bytes)
{
    size_t at = bytes;
    if (member)
        at = put_before(room, at, member, 0);
    for (; n->up; n = n->up)
        at = put_before(room, at, n->key, n->index);
    return (str){ room + at, bytes - at };
}

static void fault_pointer(const struct node *n, const char *member, struct diag *d)
{
    char room[DIAG_PLACE_BYTES];
    str pointer = pointer_of(n, member, room, sizeof room);
    const struct diag_list *kept = n->l->faults;
    bool wanted = kept->count < kept->limit; /* past that only the number counts */
    diag_at(d, n->doc->name, wanted ? pack_locate(n->doc->file->text, pointer) : 0, 0);
    diag_field(d, pointer);
    add_fault(n->l, d);
}

void fault_at(const struct node *n, struct diag *d)
{
    fault_pointer(n, NULL, d);
}

void fault_member(const struct node *n, const char *key, struct diag *d)
{
    fault_pointer(n, key, d);
}

void fault_line(struct loader *l, const char *file, int line, str field, struct diag *d)
{
    diag_at(d, file, line, 0);
    if (field.bytes)
        diag_field(d, field);
    add_fault(l, d);
}

/* ---- words ---------------------------------------------------------------------------------- */

str brief(str s)
{
    size_t cut = s.bytes < 80 ? s.bytes : 80;
    while (cut < s.bytes && cut > 0 && ((unsigned char)s.data[cut] & 0xc0) == 0x80)
        cut--;
    return str_slice(s, 0, cut);
}

int word_find(const char *const *words, str word)
{
    for (int i = 0; words[i]; i++)
        if (str_is(word, words[i]))
            return i;
    return -1;
}

str words_join(struct arena *a, const char *const *words)
{
    struct buf b;
    buf_init(&b, a, 16 * KIB);
    for (size_t i = 0; words[i]; i++)
        buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
    return buf_str(&b);
}

bool is_code(str s)
{
    if (!s.bytes || s.bytes > CODE_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!(letter || (i && ((c >= '0' && c <= '9') || c == '_' || c == '-'))))
            return false;
    }
    return true;
}

bool verb_known(const struct loader *l, str verb)
{
    return word_find(l->options->verbs, verb) >= 0;
}

/* ---- documents and nodes -------------------------------------------------------------------- */

bool document_read(struct loader *l, str path, struct document *doc, struct node *root)
{
    struct diag d = { 0 };
    *doc = (struct document){ .file = file_use(l, path), .name = file_label(l, path) };
    if (!doc->file) {
        FAULT_LINE(l, doc->name, 0, STR_NONE, "缺少这个文件", "this file is missing");
        return false;
    }
    if (json_parse(l->arena, doc->file->text, &doc->root, &d) != OK) {
        diag_at(&d, doc->name, 0, 0);
        add_fault(l, &d);
        return false;
    }
    *root = (struct node){ .l = l, .doc = doc, .v = doc->root };
    return true;
}

static const char *type_zh(json_type type)
{
    static const char *const words[] = { "对象 {…}", "列表 […]", "文字", "整数", "数", "true 或 false",
        "true 或 false", "null" };
    return words[type];
}

static const char *type_en(json_type type)
{
    static const char *const words[] = { "an object {…}", "a list […]", "a text", "an integer",
        "a number", "true or false", "true or false", "null" };
    return words[type];
}

static bool has_type(const json_t *v, json_type type)
{
    if (type == JSON_TRUE || type == JSON_FALSE)
        return json_is_boolean(v);
    if (type == JSON_REAL)
        return json_is_number(v);
    return json_typeof(v) == type;
}

bool node_members(const struct node *n, const char *const *known)
{
    if (!n->v)
        return false;
    if (!json_is_object(n->v)) {
        FAULT(n, "这里应是对象 {…}", "this must be an object {…}");
        return false;
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)n->v, key, value) {
        (void)value;
        if (word_find(known, str_from(key)) >= 0)
            continue;
        str list = words_join(n->l->arena, known);
        FAULT_MEMBER(n, key, "不认识成员 “%.*s”,可以写的是:%.*s",
            "unknown member \"%.*s\"; what may stand here: %.*s", STR_ARGS(brief(str_from(key))),
            STR_ARGS(list));
    }
    return true;
}

struct node node_get(const struct node *n, const char *key, json_type type, int required)
{
    struct node at = { .l = n->l, .doc = n->doc, .up = n, .key = key };
    const json_t *v = n->v ? json_object_get(n->v, key) : NULL;
    if (!v) {
        if (required && n->v)
            FAULT(n, "缺少成员 “%s”,应是%s%.0s",
                "member \"%s\" is missing; it must be %.0s%s", key, type_zh(type),
                type_en(type));
        return at;
    }
    at.v = v;
    if (!has_type(v, type)) {
        FAULT(&at, "“%s” 应是%s%.0s", "\"%s\" must be %.0s%s", key, type_zh(type),
            type_en(type));
        at.v = NULL;
    }
    return at;
}

struct node node_at(const struct node *list, size_t index)
{
    return (struct node){ .l = list->l, .doc = list->doc, .v = json_array_get(list->v, index),
        .up = list, .index = index };
}

size_t node_count(const struct node *list)
{
    size_t count = list->v ? json_array_size(list->v) : 0;
    if (count <= PACK_ITEMS_MAX)
        return count;
    FAULT(list, "列表有 %zu 项,上限 %d", "the list has %zu items, the limit is %d", count,
        PACK_ITEMS_MAX);
    return PACK_ITEMS_MAX;
}

/* ---- values --------------------------------------------------------------------------------- */

str node_text(const struct node *n, const char *key, int required)
{
    struct node at = node_get(n, key, JSON_STRING, required);
    if (!at.v)
        return STR_NONE;
    str s = { json_string_value(at.v), json_string_length(at.v) };
    if (s.bytes > TEXT_BYTES_MAX)
        FAULT(&at, "文字有 %zu 字节,上限 %d", "the text has %zu bytes, the limit is %d", s.bytes,
            TEXT_BYTES_MAX);
    else if (memchr(s.data, 0, s.bytes))
        FAULT(&at, "文字中不能有空字符 \\u0000", "the text may not hold the character \\u0000");
    else if (!str_trim(s).bytes)
        FAULT(&at, "不能为空;没有内容就删去这一项",
            "may not be empty; leave the member out if there is nothing to say");
    else
        return str_copy(n->l->arena, s);
    return STR_NONE;
}

str node_code(const struct node *n, const char *key, int required)
{
    str s = node_text(n, key, required);
    if (s.bytes && !is_code(s)) {
        FAULT_MEMBER(n, key,
            "代码 “%.*s” 不合规:以英文字母开头,只含字母、数字、_ 和 -,至多 %d 个字符",
            "code \"%.*s\" is not right: a letter first, then letters, digits, _ and -, at most %d "
            "characters",
            STR_ARGS(brief(s)), CODE_BYTES_MAX);
        return STR_NONE;
    }
    return s;
}

bool node_one_language(const struct node *n)
{
    return n->l->pack->zone.language_count == 1;
}

struct name2 node_name(const struct node *n, const char *key, int required)
{
    static const char *const known[] = { "zh", "en", NULL };
    if (node_one_language(n) && json_is_string(json_object_get(n->v, key))) {
        str text = node_text(n, key, required);
        return (struct name2){ text, text };
    }
    struct node at = node_get(n, key, JSON_OBJECT, required);
    if (!node_members(&at, known))
        return (struct name2){ STR_NONE, STR_NONE };
    return (struct name2){ node_text(&at, "zh", REQUIRED), node_text(&at, "en", REQUIRED) };
}

int node_int(const struct node *n, const char *key, int min, int max, int otherwise)
{
    struct node at = node_get(n, key, JSON_INTEGER, OPTIONAL);
    if (!at.v)
        return otherwise;
    json_int_t v = json_integer_value(at.v);
    if (v >= min && v <= max)
        return (int)v;
    FAULT(&at, "“%s” 应在 %d 到 %d 之间", "\"%s\" must lie between %d and %d", key, min, max);
    return otherwise;
}

bool node_bool(const struct node *n, const char *key, bool otherwise)
{
    struct node at = node_get(n, key, JSON_TRUE, OPTIONAL);
    return at.v ? json_is_true(at.v) : otherwise;
}

static void unknown_word(const struct node *at, str word, const char *const *words)
{
    str list = words_join(at->l->arena, words);
    FAULT(at, "不认识 “%.*s”,可以是:%.*s", "unknown word \"%.*s\"; it may be: %.*s",
        STR_ARGS(brief(word)), STR_ARGS(list));
}

int node_word(const struct node *n, const char *key, const char *const *words, int otherwise)
{
    str word = node_text(n, key, otherwise < 0 ? REQUIRED : OPTIONAL);
    if (!word.bytes)
        return otherwise < 0 ? 0 : otherwise;
    int found = word_find(words, word);
    if (found < 0) {
        struct node at = node_get(n, key, JSON_STRING, OPTIONAL);
        unknown_word(&at, word, words);
    }
    return found < 0 ? 0 : found;
}

const str *node_texts(const struct node *n, const char *key, size_t *count, int required)
{
    struct node list = node_get(n, key, JSON_ARRAY, required);
    size_t items = node_count(&list), used = 0;
    *count = 0;
    if (list.v && !items && required)
        FAULT(&list, "列表不能为空", "the list may not be empty");
    str *out = ARENA_ARRAY(n->l->arena, str, items);
    if (!out)
        return NULL;
    for (size_t i = 0; i < items; i++) {
        struct node at = node_at(&list, i);
        str s = json_is_string(at.v)
            ? (str){ json_string_value(at.v), json_string_length(at.v) } : STR_NONE;
        bool again = false;
        for (size_t k = 0; k < used; k++)
            again = again || str_equal(out[k], s);
        if (!str_trim(s).bytes || s.bytes > TEXT_BYTES_MAX)
            FAULT(&at, "这里应是不为空的文字,至多 %d 字节",
                "this must be a text that is not empty, of at most %d bytes", TEXT_BYTES_MAX);
        else if (again)
            FAULT(&at, "重复:“%.*s” 已在列表中", "\"%.*s\" is in the list already",
                STR_ARGS(brief(s)));
        else
            out[used++] = str_copy(n->l->arena, s);
    }
    *count = used;
    return out;
}

void node_texts_known(const struct node *n, const char *key, const char *const *words)
{
    struct node list = { .l = n->l, .doc = n->doc, .up = n, .key = key,
        .v = n->v ? json_object_get(n->v, key) : NULL };
    for (size_t i = 0; json_is_array(list.v) && i < json_array_size(list.v); i++) {
        struct node at = node_at(&list, i);
        str word = json_is_string(at.v)
            ? (str){ json_string_value(at.v), json_string_length(at.v) } : STR_NONE;
        if (word.bytes && word_find(words, word) < 0)
            unknown_word(&at, word, words);
    }
}
