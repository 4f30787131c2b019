/*
 * One row of a file as a case: columns found by name, values joined, replaced, read as times and
 * numbers, and checked. Pure but for the mapping: the same row gives the same case.
 *
 * Times. RFC 3339 with an offset (a blank may stand for the T), or a pattern in the mapping's time
 * zone. A date alone is the beginning of its day; as a deadline it is its end, so that what is
 * closed on the last day is in time.
 */
#include "zone/import_internal.h"

#include <stdlib.h>
#include <string.h>

enum { YEAR_LEAST = 1900, YEAR_MOST = 2200 };

/* ---- the first line ---- */

static int column_index(const struct csv_row *row, str name)
{
    for (size_t i = 0; i < row->count; i++)
        if (str_equal(str_trim(row->fields[i]), name))
            return (int)i;
    return -1;
}

enum err import_columns_find(struct arena *a, const struct import_mapping *m,
    const struct csv_row *row, struct import_columns *out, struct diag *d)
{
    struct buf missing;
    buf_init(&missing, a, 4 * KIB);
    *out = (struct import_columns){ .group = -1, .count = row->count };
    for (size_t i = 0; i < row->count; i++)
        out->names[i] = str_copy(a, str_trim(row->fields[i]));
    for (int f = 0; f < IMPORT_FIELD_COUNT; f++)
        for (size_t i = 0; i < m->fields[f].column_count; i++) {
            out->field[f][i] = column_index(row, m->fields[f].columns[i]);
            if (out->field[f][i] < 0)
                buf_printf(&missing, "%s%.*s", missing.bytes ? ", " : "",
                    STR_ARGS(m->fields[f].columns[i]));
        }
    if (m->group_by.bytes && (out->group = column_index(row, m->group_by)) < 0)
        buf_printf(&missing, "%s%.*s", missing.bytes ? ", " : "", STR_ARGS(m->group_by));
    TRY(diag_arena(d, a));
    if (missing.bytes)
        return diag_set(d, ERR_INVALID, "文件第一行没有这些列:%.*s",
            "the file's first line lacks the columns: %.*s", STR_ARGS(buf_str(&missing)));
    return OK;
}

str import_column_of(const struct import_mapping *m, enum import_field field)
{
    if (field == IMPORT_FIELD_COUNT)
        return STR_NONE;
    const struct import_spec *s = &m->fields[field];
    return s->column_count == 1 ? s->columns[0] : str_from(import_fields[field].word);
}

/* ---- times ---- */

static bool read_digits(str text, size_t *at, int least, int most, int *out)
{
    int digits = 0;
    *out = 0;
    while (digits < most && *at < text.bytes && text.data[*at] >= '0' && text.data[*at] <= '9') {
        *out = *out * 10 + (text.data[(*at)++] - '0');
        digits++;
    }
    return digits >= least;
}

static bool read_pattern(str text, str format, int parts[6])
{
    static const char *const tokens[] = { "YYYY", "MM", "DD", "hh", "mm", "ss" };
    size_t at = 0;
    for (size_t f = 0; f < format.bytes;) {
        int token = 0;
        while (
            token < 6 && !str_starts(str_slice(format, f, format.bytes), str_from(tokens[token])))
            token++;
        if (token == 6) {
            if (at == text.bytes || text.data[at++] != format.data[f++])
                return false;
            continue;
        }
        if (!read_digits(text, &at, token ? 1 : 4, token ? 2 : 4, &parts[token]))
            return false;
        f += strlen(tokens[token]);
    }
    return at == text.bytes;
}

/* "2011-10-11 13:42:22.688+02:00": RFC 3339 but for the blank. */
static bool read_instant(str text, int64_t *ms)
{
    char copy[64];
    if (text.bytes < 11 || text.bytes >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.bytes);
    if (copy[10] == ' ')
        copy[10] = 'T';
    return instant_parse((str){ copy, text.bytes }, ms);
}

static bool year_good(const struct tz *tz, int64_t ms)
{
    struct date d = tz_local_date(tz, ms, NULL);
    return d.year >= YEAR_LEAST && d.year <= YEAR_MOST;
}

bool import_time_read(str text, str format, const struct tz *tz, int64_t *ms)
{
    int p[6] = { 0 };
    if (!format.bytes)
        return read_instant(text, ms) && year_good(tz, *ms);
    if (!read_pattern(text, format, p) || !date_is_valid(p[0], p[1], p[2]) || p[3] > 23 || p[4] > 59
        || p[5] > 59)
        return false;
    struct date date = { .year = p[0], .month = (uint8_t)p[1], .day = (uint8_t)p[2] };
    *ms = tz_instant(tz, date, ((int64_t)p[3] * 3600 + p[4] * 60 + p[5]) * MS_PER_SECOND);
    return year_good(tz, *ms);
}

/* ---- values ---- */

static str raw_value(struct arena *a, const struct import_spec *spec, const int *positions,
    const struct csv_row *row)
{
    if (spec->constant.bytes)
        return spec->constant;
    if (spec->column_count == 1)
        return str_trim(row->fields[positions[0]]);
    struct buf b;
    buf_init(&b, a, CSV_ROW_BYTES_MAX);
    for (size_t i = 0; i < spec->column_count; i++) {
        str part = str_trim(row->fields[positions[i]]);
        if (part.bytes && b.bytes)
            buf_add(&b, spec->join);
        buf_add(&b, part);
    }
    return buf_str(&b);
}

static int word_against(const void *text, const void *word)
{
    return str_compare(*(const str *)text, ((const struct import_word *)word)->from);
}

static enum err replace(const struct import_spec *spec, str *value, struct diag *d)
{
    const struct import_word *w = spec->word_count
        ? bsearch(value, spec->words, spec->word_count, sizeof *spec->words, word_against)
        : NULL;
    if (w)
        *value = w->to;
    else if (spec->words_only && value->bytes)
        return diag_set(d, ERR_INVALID, "“%.*s”不在映射的 map 中",
            "\"%.*s\" is not in the mapping's map", (int)(value->bytes < 80 ? value->bytes : 80),
            value->data);
    return OK;
}

static enum err read_time(const struct import_mapping *m, const struct import_spec *spec, int field,
    str value, int64_t *ms, struct diag *d)
{
    if (!value.bytes)
        return OK;
    if (!import_time_read(value, spec->format, m->tz, ms))
        return diag_set(d, ERR_INVALID, "“%.*s”不是有效的时间,应写作 %.*s",
            "\"%.*s\" is no valid time; it must read %.*s",
            (int)(value.bytes < 60 ? value.bytes : 60), value.data,
            STR_ARGS(spec->format.bytes ? spec->format : STR("2026-11-23T09:30:00+08:00")));
    if (!*ms) /* 0 is "never" in the tables: that one instant is moved on by a millisecond */
        *ms = 1;
    if (field == IMPORT_DUE && spec->date_only)
        *ms = tz_instant(m->tz, tz_local_date(m->tz, *ms, NULL), MS_PER_DAY) - 1;
    return OK;
}

static enum err read_value(struct arena *a, const struct import_mapping *m, int field,
    const int *positions, const struct csv_row *row, struct import_case *c, struct diag *d)
{
    const struct import_spec *spec = &m->fields[field];
    const struct import_field_info *info = &import_fields[field];
    str value = raw_value(a, spec, positions, row);
    switch (info->kind) {
    case IMPORT_TIME:
        return read_time(m, spec, field, value, &c->times[field], d);
    case IMPORT_INTEGER:
        TRY(replace(spec, &value, d));
        if (value.bytes && !str_to_int64(value, &c->numbers[field]))
            return diag_set(d, ERR_INVALID, "“%.*s”不是整数", "\"%.*s\" is no whole number",
                (int)(value.bytes < 60 ? value.bytes : 60), value.data);
        return OK;
    case IMPORT_TEXT:
        TRY(replace(spec, &value, d));
        if (value.bytes > info->bytes_max)
            return diag_set(d, ERR_LIMIT, "文字太长:%zu 字节,最多 %zu 字节",
                "the text is too long: %zu bytes, at most %zu", value.bytes, info->bytes_max);
        c->texts[field] = value;
        return OK;
    }
    return OK;
}

/* ---- a row ---- */

static enum err required(const struct import_case *c, struct import_problem *p)
{
    if (!c->texts[IMPORT_NUMBER].bytes) {
        p->field = IMPORT_NUMBER;
        return diag_set(&p->why, ERR_INVALID, "没有原编号", "there is no number of the source");
    }
    if (!c->times[IMPORT_OPENED]) {
        p->field = IMPORT_OPENED;
        return diag_set(&p->why, ERR_INVALID, "没有收件时间", "there is no time of opening");
    }
    return OK;
}

/* Codes of the pack, where the pack knows the kind; words of the engine. */
static enum err known(
    const struct import_mapping *m, const struct import_case *c, struct import_problem *p)
{
    str topic = c->texts[IMPORT_TOPIC], unit = c->texts[IMPORT_UNIT],
        urgency = c->texts[IMPORT_URGENCY];
    int64_t rating = c->numbers[IMPORT_RATING];
    if (m->system && topic.bytes && m->system->topic_count && !pack_topic(m->system, topic)) {
        p->field = IMPORT_TOPIC;
        return diag_set(&p->why, ERR_INVALID, "没有事项类别“%.*s”", "there is no topic \"%.*s\"",
            STR_ARGS(topic));
    }
    if (m->system && unit.bytes && !pack_unit(zone_pack(m->zone), unit)) {
        p->field = IMPORT_UNIT;
        return diag_set(
            &p->why, ERR_INVALID, "没有单位“%.*s”", "there is no unit \"%.*s\"", STR_ARGS(unit));
    }
    if (urgency.bytes && !str_is(urgency, "normal") && !str_is(urgency, "urgent")) {
        p->field = IMPORT_URGENCY;
        return diag_set(&p->why, ERR_INVALID, "紧急程度应为 normal 或 urgent,现为“%.*s”",
            "urgency must be normal or urgent, not \"%.*s\"", STR_ARGS(urgency));
    }
    if (rating < 0 || rating > 5) {
        p->field = IMPORT_RATING;
        return diag_set(&p->why, ERR_INVALID, "评价应为1至5", "a rating is 1 to 5");
    }
    return OK;
}

enum err import_row_read(struct arena *a, const struct import_mapping *m,
    const struct import_columns *columns, const struct csv_row *row, struct import_case *out,
    struct import_problem *problem)
{
    *out = (struct import_case){ .row = row->number };
    *problem = (struct import_problem){ .field = IMPORT_FIELD_COUNT };
    if (row->count != columns->count)
        return diag_set(&problem->why, ERR_INVALID, "这一行有 %zu 个字段,第一行有 %zu 个",
            "this row has %zu fields, the first line has %zu", row->count, columns->count);
    if (columns->group >= 0)
        out->group = row->fields[columns->group];
    for (int f = 0; f < IMPORT_FIELD_COUNT; f++) {
        if (!m->fields[f].given)
            continue;
        problem->field = (enum import_field)f;
        TRY(read_value(a, m, f, columns->field[f], row, out, &problem->why));
    }
    problem->field = IMPORT_FIELD_COUNT;
    TRY(diag_arena(&problem->why, a));
    TRY(required(out, problem));
    return known(m, out, problem);
}

/* ---- groups ---- */

static bool newer_time(enum import_take take, int64_t had, int64_t now)
{
    switch (take) {
    case IMPORT_FIRST:
        return false;
    case IMPORT_LAST:
        return true;
    case IMPORT_MIN:
        return now && (!had || now < had);
    case IMPORT_MAX:
        return now && (!had || now > had);
    }
    return false;
}

enum err import_merge(struct arena *a, const struct import_mapping *m, struct import_case *into,
    const struct import_case *row)
{
    bool fresh = !into->row;
    if (fresh)
        *into = (struct import_case){ .row = row->row, .group = str_copy(a, row->group) };
    for (int f = 0; f < IMPORT_FIELD_COUNT; f++) {
        enum import_take take = m->fields[f].take;
        if (fresh || newer_time(take, into->times[f], row->times[f]))
            into->times[f] = row->times[f];
        if (!fresh && take != IMPORT_LAST)
            continue;
        into->numbers[f] = row->numbers[f];
        if (fresh || !str_equal(into->texts[f], row->texts[f]))
            into->texts[f] = str_copy(a, row->texts[f]);
    }
    return arena_failed(a) ? ERR_MEMORY : OK;
}
