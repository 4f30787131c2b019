/*
 * The mapping file of an import, read and checked whole: unknown members are refused by name, every
 * fault is told with its place as a JSON pointer. docs/import.md is its description.
 */
#include "zone/import_internal.h"

#include <stdlib.h>
#include <string.h>

const struct import_field_info import_fields[] = {
#define F(name, word, kind, bytes_max) { word, kind, bytes_max },
#include "zone/import_fields.def"
#undef F
};

struct reading {
    struct arena *arena;
    struct import_mapping *m;
    str file;
    struct diag_list *faults;
    bool wrong;
};

static void add_fault(struct reading *r, const char *where, struct diag *d)
{
    diag_field(d, str_from(where));
    diag_at(d, str_terminated(r->arena, r->file), 0, 0);
    diag_list_add(r->faults, d);
    r->wrong = true;
}

#define FAULT(r, where, ...)                                                                       \
    do {                                                                                           \
        struct diag fault_ = { 0 };                                                                \
        diag_set(&fault_, ERR_INVALID, __VA_ARGS__);                                               \
        add_fault((r), (where), &fault_);                                                          \
    } while (0)

/* Members that are none of the words (NULL after the last). */
static void refuse_others(
    struct reading *r, const char *where, const json_t *o, const char *const *words)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)o, key, member)
    {
        bool known = false;
        for (size_t i = 0; words[i] && !known; i++)
            known = strcmp(words[i], key) == 0;
        if (!known)
            FAULT(r, where, "不认识“%.80s”", "\"%.80s\" is not known here", key);
    }
}

static const char *place(struct reading *r, const char *where, const char *key)
{
    str text = str_printf(r->arena, "%s/%s", where, key);
    return text.bytes ? text.data : where;
}

/* where: the object's place. */
static str text_member(
    struct reading *r, const char *where, const json_t *o, const char *key, bool required)
{
    const json_t *v = json_object_get(o, key);
    if (!v && !required)
        return STR_NONE;
    if (!json_is_string(v) || !json_string_length(v)) {
        FAULT(r, place(r, where, key), "“%s”应是文本,且不为空",
            "\"%s\" must be a text that is not empty", key);
        return STR_NONE;
    }
    return str_copy(r->arena, (str){ json_string_value(v), json_string_length(v) });
}

static bool flag_member(struct reading *r, const char *where, const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    if (v && !json_is_boolean(v))
        FAULT(
            r, place(r, where, key), "“%s”应是 true 或 false", "\"%s\" must be true or false", key);
    return json_is_true(v);
}

static bool code_good(str s, bool capitals)
{
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        bool letter =
            capitals ? c >= 'A' && c <= 'Z' : (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool other = !capitals && ((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
        if (!letter && !(i && other))
            return false;
    }
    return s.bytes && s.bytes <= (capitals ? 3 : 40);
}

/* ---- one field ---- */

static const char *const take_words[] = { "first", "last", "min", "max" };

static void read_take(
    struct reading *r, const char *where, const json_t *v, bool time, enum import_take *out)
{
    for (int i = 0; json_is_string(v) && i < 4; i++)
        if (strcmp(json_string_value(v), take_words[i]) == 0 && (time || i < 2)) {
            *out = (enum import_take)i;
            return;
        }
    FAULT(r, where, time ? "take 应为 first、last、min 或 max" : "take 应为 first 或 last",
        time ? "take must be first, last, min or max" : "take must be first or last");
}

static void read_columns(
    struct reading *r, const char *where, const json_t *v, struct import_spec *spec)
{
    size_t count = json_is_array(v) ? json_array_size(v) : 1;
    if (!count || count > IMPORT_PARTS_MAX) {
        FAULT(r, where, "列为1至%d个", "1 to %d columns", IMPORT_PARTS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *c = json_is_array(v) ? json_array_get(v, i) : v;
        if (!json_is_string(c) || !json_string_length(c)) {
            FAULT(r, where, "列名应是文本", "a column's name must be a text");
            return;
        }
        spec->columns[spec->column_count++] =
            str_copy(r->arena, (str){ json_string_value(c), json_string_length(c) });
    }
}

/* A pattern holds each of YYYY MM DD once, hh mm ss at most once, and no other letters but T. */
static bool pattern_good(str p, bool *date_only)
{
    static const char *const tokens[] = { "YYYY", "MM", "DD", "hh", "mm", "ss" };
    int seen[6] = { 0 };
    for (size_t at = 0; at < p.bytes;) {
        size_t i = 0, bytes = 0;
        for (; i < 6 && !bytes; i++)
            if (str_starts(str_slice(p, at, p.bytes), str_from(tokens[i]))) {
                bytes = strlen(tokens[i]);
                seen[i]++;
            }
        char c = p.data[at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z' && c != 'T');
        if (!bytes && (letter || (c >= '0' && c <= '9')))
            return false;
        at += bytes ? bytes : 1;
    }
    *date_only = !seen[3];
    for (int i = 0; i < 6; i++)
        if (seen[i] > 1 || (i < 3 && !seen[i]))
            return false;
    return seen[4] <= seen[3] && seen[5] <= seen[4] && p.bytes <= IMPORT_FORMAT_BYTES_MAX;
}

static void read_format(struct reading *r, const char *where, str format, struct import_spec *spec)
{
    if (!format.bytes || str_is(format, "instant"))
        return;
    spec->format = str_is(format, "date") ? STR("YYYY-MM-DD")
        : str_is(format, "datetime")      ? STR("YYYY-MM-DD hh:mm:ss")
                                          : format;
    if (!pattern_good(spec->format, &spec->date_only))
        FAULT(r, where,
            "format 应为 instant、date、datetime,或由 YYYY MM DD hh mm ss 组成的式样,如 DD/MM/YYYY hh:mm",
            "format must be instant, date, datetime, or a pattern of YYYY MM DD hh mm ss such as "
            "DD/MM/YYYY hh:mm");
}

static int word_order(const void *a, const void *b)
{
    return str_compare(
        ((const struct import_word *)a)->from, ((const struct import_word *)b)->from);
}

static void read_words(
    struct reading *r, const char *where, const json_t *map, struct import_spec *spec)
{
    size_t count = json_object_size(map), i = 0;
    const char *key;
    json_t *value;
    struct import_word *words = ARENA_ARRAY(r->arena, struct import_word, count);
    if (!json_is_object(map) || !count || count > IMPORT_WORDS_MAX || !words) {
        FAULT(r, where, "map 应是 {\"原值\": \"新值\"},1至%d项",
            "map must be {\"value\": \"replacement\"}, 1 to %d of them", IMPORT_WORDS_MAX);
        return;
    }
    json_object_foreach((json_t *)map, key, value)
    {
        if (!json_is_string(value)) {
            FAULT(r, where, "“%.80s”的新值应是文本", "the replacement of \"%.80s\" must be a text",
                key);
            return;
        }
        words[i].from = str_copy(r->arena, str_from(key));
        words[i++].to =
            str_copy(r->arena, (str){ json_string_value(value), json_string_length(value) });
    }
    qsort(words, count, sizeof *words, word_order);
    spec->words = words;
    spec->word_count = count;
}

static void read_field(struct reading *r, int field, const json_t *v)
{
    static const char *const members[] = { "column", "constant", "join", "format", "map", "only",
        "take", NULL };
    struct import_spec *spec = &r->m->fields[field];
    bool time = import_fields[field].kind == IMPORT_TIME;
    str where_text = str_printf(r->arena, "/columns/%s", import_fields[field].word);
    const char *where = where_text.bytes ? where_text.data : "/columns";
    spec->given = true;
    spec->join = STR(" · ");
    spec->take = r->m->group_take;
    if (!json_is_object(v)) {
        read_columns(r, where, v, spec);
        return;
    }
    refuse_others(r, where, v, members);
    const json_t *column = json_object_get(v, "column"), *take = json_object_get(v, "take");
    spec->constant = text_member(r, where, v, "constant", false);
    if (!!column == !!spec->constant.bytes)
        FAULT(r, where, "应有 column 或 constant,二者取一",
            "either column or constant must be there");
    if (column)
        read_columns(r, where, column, spec);
    if (json_object_get(v, "join"))
        spec->join = text_member(r, where, v, "join", false);
    if (json_object_get(v, "map"))
        read_words(r, where, json_object_get(v, "map"), spec);
    spec->words_only = flag_member(r, where, v, "only");
    if (take)
        read_take(r, where, take, time, &spec->take);
    if (json_object_get(v, "format") && !time)
        FAULT(r, where, "只有时间才有 format", "only a time has a format");
    read_format(r, where, text_member(r, where, v, "format", false), spec);
    if (time && (spec->column_count > 1 || spec->word_count || spec->constant.bytes))
        FAULT(
            r, where, "时间取自一列,不作替换", "a time comes from one column and is not replaced");
}

static void read_fields(struct reading *r, const json_t *columns)
{
    const char *key;
    json_t *value;
    if (!json_is_object(columns)) {
        FAULT(r, "/columns", "缺少 columns:{\"number\": \"列名\", …}",
            "columns is missing: {\"number\": \"column\", …}");
        return;
    }
    json_object_foreach((json_t *)columns, key, value)
    {
        int field = 0;
        while (field < IMPORT_FIELD_COUNT && strcmp(import_fields[field].word, key) != 0)
            field++;
        if (field < IMPORT_FIELD_COUNT)
            read_field(r, field, value);
        else
            FAULT(r, "/columns", "办件没有“%.80s”这一项", "a case has no field \"%.80s\"", key);
    }
    if (!r->m->fields[IMPORT_NUMBER].given || !r->m->fields[IMPORT_OPENED].given)
        FAULT(r, "/columns", "number(原编号)和 opened(收件时间)必须有",
            "number (of the source) and opened must be there");
    if (r->m->fields[IMPORT_ENTERPRISE].given && !r->m->applicants.bytes)
        FAULT(r, "/columns/enterprise", "配置包中没有企业库",
            "the pack has no register of applicants");
}

/* ---- the whole ---- */

static void read_group(struct reading *r, const json_t *group)
{
    static const char *const members[] = { "by", "take", NULL };
    if (!group)
        return;
    if (!json_is_object(group)) {
        FAULT(r, "/group", "group 应为 {\"by\": 列名, \"take\": \"first\"}",
            "group must be {\"by\": column, \"take\": \"first\"}");
        return;
    }
    refuse_others(r, "/group", group, members);
    r->m->group_by = text_member(r, "/group", group, "by", true);
    if (json_object_get(group, "take"))
        read_take(r, "/group/take", json_object_get(group, "take"), false, &r->m->group_take);
}

static void read_kind(struct reading *r, const json_t *o)
{
    struct import_mapping *m = r->m;
    const struct pack *p = zone_pack(m->zone);
    m->kind = text_member(r, "", o, "kind", true);
    m->source = text_member(r, "", o, "source", true);
    m->prefix = text_member(r, "", o, "prefix", true);
    if (m->kind.bytes && !code_good(m->kind, false))
        FAULT(r, "/kind", "kind 应是代码:字母开头,不超过40个字符",
            "kind must be a code of at most 40 letters, digits, - _ .");
    if (m->prefix.bytes && !code_good(m->prefix, true))
        FAULT(r, "/prefix", "prefix 应是1至3个大写字母", "prefix must be 1 to 3 capital letters");
    if (m->source.bytes > 100)
        FAULT(r, "/source", "source 不超过100字节", "source has at most 100 bytes");
    m->system = pack_kind(p, m->kind);
    for (size_t i = 0; i < p->system_count; i++) {
        const struct pack_system *s = &p->systems[i];
        if (s->applicant.bytes && (!m->applicants.bytes || s == m->system))
            m->applicants = s->applicant;
        if (s != m->system && s->kind.bytes && str_equal(s->number_prefix, m->prefix))
            FAULT(r, "/prefix", "编号前缀 %.*s 已用于“%.*s”", "the prefix %.*s is that of \"%.*s\"",
                STR_ARGS(m->prefix), STR_ARGS(s->kind));
    }
}

static void read_reading(struct reading *r, const json_t *o)
{
    struct import_mapping *m = r->m;
    struct diag d = { 0 };
    str encoding = text_member(r, "", o, "encoding", false),
        zone = text_member(r, "", o, "timezone", false);
    str separator = text_member(r, "", o, "separator", false);
    m->gb18030 =
        str_equal_nocase(encoding, STR("gb18030")) || str_equal_nocase(encoding, STR("gbk"));
    if (encoding.bytes && !m->gb18030 && !str_equal_nocase(encoding, STR("utf-8")))
        FAULT(
            r, "/encoding", "encoding 应为 utf-8 或 gb18030", "encoding must be utf-8 or gb18030");
    if (separator.bytes > 1 || (separator.bytes && strchr("\"\r\n", separator.data[0])))
        FAULT(r, "/separator", "separator 应是一个字符", "separator must be one character");
    m->separator = separator.bytes ? separator.data[0] : ',';
    m->working_days = flag_member(r, "", o, "working_days");
    m->tz = zone_pack(m->zone)->tz;
    if (zone.bytes && tz_load(r->arena, m->zone->sys, zone, &m->tz, &d) != OK)
        add_fault(r, "/timezone", &d);
}

enum err import_mapping_load(struct arena *a, const struct zone *z, str file, str json,
    const struct import_mapping **out, struct diag_list *faults)
{
    static const char *const members[] = { "kind", "source", "prefix", "columns", "timezone",
        "encoding", "separator", "group", "working_days", "note", NULL };
    struct reading r = { .arena = a, .file = file, .faults = faults };
    struct diag d = { 0 };
    json_t *o;
    enum err e = json_parse(a, json, &o, &d);
    if (e != OK) {
        diag_at(&d, str_terminated(a, file), 0, 0);
        diag_list_add(faults, &d);
        return e;
    }
    r.m = ARENA_NEW(a, struct import_mapping);
    if (!r.m)
        return ERR_MEMORY;
    r.m->zone = z;
    if (!json_is_object(o)) {
        FAULT(&r, "", "映射文件应是一个 JSON 对象", "a mapping must be a JSON object");
        return ERR_INVALID;
    }
    refuse_others(&r, "", o, members);
    read_kind(&r, o);
    read_reading(&r, o);
    read_group(&r, json_object_get(o, "group"));
    read_fields(&r, json_object_get(o, "columns"));
    if (r.wrong || arena_failed(a))
        return r.wrong ? ERR_INVALID : ERR_MEMORY;
    *out = r.m;
    return OK;
}
