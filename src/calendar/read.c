/*
 * Year documents into a calendar. All documents are checked first, then sorted by year and laid
 * over plain weeks in that order, so that a later notice wins where it speaks of a December day of
 * the year before.
 *
 * Refused, each by file and name: a date that is no date, outside the year and the December before
 * it, named twice in one document; a make-up day that is a working day anyway (a slip of the pen,
 * unless an earlier notice had it off); a year that comes twice or is left out.
 */
#include "calendar/internal.h"

#include "base/json.h"

#include <stdlib.h>

enum { NAMES_MAX = 1000, NOTICES_MAX = 8, NAME_BYTES_MAX = 120, RANGES_MAX = 60 };

struct year_document {
    const char *file;
    const json_t *root;
    int year;
};

struct reader {
    struct arena *arena;
    struct diag *diag;
    struct calendar *c;
    struct day_entry *days;
    struct day_name *names;
    size_t name_count;
    const json_t *english;          /* NULL when there is no names document */
    const struct year_document *at; /* being laid */
    const char *holiday;            /* being laid */
    enum calendar_day_kind kind;    /* HOLIDAY or MAKEUP */
    uint16_t name;
    int64_t year_first, year_last; /* of the year, as days */
};

/* A fault in the document being laid: what stands there (may be empty) and what is wrong with it.
 * Each message takes all arguments; "%.0s" passes over the other language's. */
static enum err fault(struct reader *r, str what, const char *zh, const char *en)
{
    diag_at(r->diag, r->at->file, 0, 0);
    diag_field(r->diag, str_from(r->holiday));
    if (!what.bytes)
        return diag_set(r->diag, ERR_INVALID, "%s%.0s", "%.0s%s", zh, en);
    int bytes = what.bytes > NAME_BYTES_MAX ? NAME_BYTES_MAX : (int)what.bytes;
    return diag_set(r->diag, ERR_INVALID, "“%.*s”:%s%.0s", "\"%.*s\": %.0s%s", bytes, what.data,
        zh, en);
}

/* ---- one day ---- */

static enum err mark_day(struct reader *r, int64_t day, str text)
{
    struct day_entry *entry = &r->days[day - r->c->origin];
    if (entry->named == NAMED_HERE)
        return fault(r, text, "这一天在同一份文件中出现两次", "this document names the day twice");
    if (r->kind == CALENDAR_MAKEUP && entry->kind == CALENDAR_WORKING)
        return fault(r, text, "是周一至周五,本来就上班,不是调休上班日;请核对日期",
            "is a Monday to Friday, worked anyway, and makes up for nothing; check the date");
    *entry = (struct day_entry){ (uint8_t)r->kind, NAMED_HERE, r->name };
    return OK;
}

/* "2026-01-04" or "2026-01-01..2026-01-03" */
static enum err mark_range(struct reader *r, str text)
{
    struct date from, to;
    ptrdiff_t dots = str_find(text, STR(".."), 0);
    str first = dots < 0 ? text : str_slice(text, 0, (size_t)dots);
    str last = dots < 0 ? text : str_slice(text, (size_t)dots + 2, text.bytes);
    if (!date_parse(first, &from) || !date_parse(last, &to))
        return fault(r, text, "不是日期,应如 2026-01-04 或 2026-01-01..2026-01-03",
            "is not a date; one looks like 2026-01-04 or 2026-01-01..2026-01-03");
    int64_t a = date_to_days(from), b = date_to_days(to);
    if (a > b)
        return fault(r, text, "起止日期颠倒", "ends before it starts");
    if (a < r->year_first - 31 || b > r->year_last)
        return fault(r, text, "不在本年或上年12月之内",
            "is not in this year or the December before it");
    for (int64_t day = a; day <= b; day++)
        TRY(mark_day(r, day, text));
    return OK;
}

/* ---- names ---- */

static enum err find_name(struct reader *r, str zh)
{
    for (size_t i = 0; i < r->name_count; i++) {
        if (str_equal(r->names[i].zh, zh)) {
            r->name = (uint16_t)i;
            return OK;
        }
    }
    if (zh.bytes == 0 || zh.bytes > NAME_BYTES_MAX)
        return fault(r, zh, "节日名为空或过长", "the holiday's name is empty or too long");
    str en = zh;
    if (r->english) {
        en = json_str(r->english, r->holiday);
        if (!en.bytes)
            return fault(r, zh, "没有英文名,请在名称文件中补上",
                "has no English name; add one to the names document");
    }
    if (r->name_count == NAMES_MAX)
        return fault(r, zh, "节日名超过1000个", "there are more than 1,000 names of holidays");
    r->names[r->name_count] = (struct day_name){ str_copy(r->arena, zh), str_copy(r->arena, en) };
    r->name = (uint16_t)r->name_count++;
    return diag_arena(r->diag, r->arena);
}

/* { "元旦": ["2026-01-01..2026-01-03"], … } */
static enum err mark_all(struct reader *r, const char *member, enum calendar_day_kind kind)
{
    const json_t *object = json_object_get(r->at->root, member), *list;
    const char *holiday;
    r->kind = kind;
    r->holiday = member;
    if (!object && kind == CALENDAR_MAKEUP) /* most countries have no make-up days */
        return OK;
    if (!json_is_object(object))
        return fault(r, STR_NONE, "缺少这个成员,或不是“节日: [日期]”的对象",
            "is missing or not an object of \"holiday\": [dates]");
    json_object_foreach((json_t *)object, holiday, list)
    {
        r->holiday = holiday;
        size_t count = json_array_size(list); /* 0 when it is no array */
        if (count == 0 || count > RANGES_MAX)
            return fault(r, STR_NONE, "应为1至60个日期的列表", "should be a list of 1 to 60 dates");
        TRY(find_name(r, str_from(holiday)));
        for (size_t i = 0; i < count; i++) {
            const json_t *text = json_array_get(list, i);
            TRY(mark_range(r, (str){ json_string_value(text), json_string_length(text) }));
        }
    }
    return OK;
}

/* ---- notices ---- */

static enum err read_notices(struct reader *r, struct year_notices *out)
{
    const json_t *list = json_object_get(r->at->root, "notices");
    size_t count = json_array_size(list);
    r->holiday = "notices";
    if (count == 0 || count > NOTICES_MAX)
        return fault(r, STR_NONE, "应列出1至8份通知", "should list 1 to 8 notices");
    struct calendar_notice *items = ARENA_ARRAY(r->arena, struct calendar_notice, count);
    TRY(diag_arena(r->diag, r->arena));
    for (size_t i = 0; i < count; i++) {
        const json_t *notice = json_array_get(list, i);
        str document = json_str(notice, "document");
        if (!document.bytes)
            return fault(r, STR_NONE, "每份通知须有 document(中国政府网的文件编号)",
                "every notice needs \"document\", its identifier at gov.cn");
        items[i].document = str_copy(r->arena, document);
        items[i].number = str_copy(r->arena, json_str(notice, "number"));
    }
    *out = (struct year_notices){ r->at->year, items, count };
    return diag_arena(r->diag, r->arena);
}

/* ---- the whole ---- */

static enum err only_known_members(struct diag *d, const struct year_document *y)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)y->root, key, value)
    {
        str k = str_from(key);
        if (str_is(k, "year") || str_is(k, "notices") || str_is(k, "off") || str_is(k, "work"))
            continue;
        diag_at(d, y->file, 0, 0);
        return diag_set(d, ERR_INVALID, "不认识的成员“%s”,只能有 year、notices、off、work",
            "unknown member \"%s\"; there are year, notices, off and work", key);
    }
    return OK;
}

static enum err parse(
    struct arena *a, const struct calendar_document *document, json_t **out, struct diag *d)
{
    enum err e = json_parse(a, document->text, out, d);
    if (e == OK && !json_is_object(*out))
        e = diag_set(d, ERR_INVALID, "应为 JSON 对象", "should be a JSON object");
    if (e != OK)
        diag_at(d, document->file, 0, 0);
    return e;
}

static enum err parse_documents(struct arena *a, const struct calendar_document *documents,
    size_t count, struct year_document *out, struct diag *d)
{
    for (size_t i = 0; i < count; i++) {
        json_t *root = NULL;
        TRY(parse(a, &documents[i], &root, d));
        int64_t year = json_int(root, "year", 0);
        if (year < 1900 || year > 9998) {
            diag_at(d, documents[i].file, 0, 0);
            return diag_set(d, ERR_INVALID, "成员 year 应为1900至9998的年份",
                "\"year\" should be a year from 1900 to 9998");
        }
        out[i] = (struct year_document){ documents[i].file, root, (int)year };
        TRY(only_known_members(d, &out[i]));
    }
    return OK;
}

static int by_year(const void *a, const void *b)
{
    const struct year_document *left = a, *right = b;
    return left->year - right->year;
}

static enum err check_years(const struct year_document *years, size_t count, struct diag *d)
{
    for (size_t i = 1; i < count; i++) {
        int before = years[i - 1].year, year = years[i].year;
        if (year == before + 1)
            continue;
        diag_at(d, years[i].file, 0, 0);
        if (year == before)
            return diag_set(d, ERR_INVALID, "%d年有两份文件", "there are two documents for the year %d", year);
        return diag_set(d, ERR_INVALID, "缺少%d年的文件:年份须连续",
            "the document for the year %d is missing: no year may be left out", before + 1);
    }
    return OK;
}

static void lay_plain_weeks(struct reader *r)
{
    for (size_t i = 0; i < r->c->count; i++)
        r->days[i].kind = date_weekday(r->c->origin + (int64_t)i) <= 5 ? CALENDAR_WORKING
                                                                       : CALENDAR_WEEKEND;
}

static enum err lay_year(struct reader *r, const struct year_document *y, struct year_notices *out)
{
    r->at = y;
    r->year_first = date_to_days((struct date){ y->year, 1, 1 });
    r->year_last = date_to_days((struct date){ y->year, 12, 31 });
    TRY(mark_all(r, "off", CALENDAR_HOLIDAY));
    TRY(mark_all(r, "work", CALENDAR_MAKEUP));
    for (int64_t day = r->year_first - 31; day <= r->year_last; day++)
        if (r->days[day - r->c->origin].named)
            r->days[day - r->c->origin].named = NAMED_EARLIER;
    return read_notices(r, out);
}

/* Days of the December before the first year that no notice names belong to no published year. */
static void cut_front(struct calendar *c, size_t december)
{
    while (december && c->days[december - 1].named)
        december--;
    c->origin += (int64_t)december;
    c->days += december;
    c->count -= december;
}

static enum err count_working(struct reader *r)
{
    int32_t *before = ARENA_ARRAY(r->arena, int32_t, r->c->count + 1);
    TRY(diag_arena(r->diag, r->arena));
    for (size_t i = 0; i < r->c->count; i++) {
        uint8_t kind = r->c->days[i].kind;
        before[i + 1] = before[i] + (kind == CALENDAR_WORKING || kind == CALENDAR_MAKEUP);
    }
    r->c->before = before;
    return OK;
}

static enum err lay_all(struct reader *r, const struct year_document *documents, size_t count)
{
    struct calendar *c = r->c;
    struct year_notices *years = ARENA_ARRAY(r->arena, struct year_notices, count);
    r->names = ARENA_ARRAY(r->arena, struct day_name, NAMES_MAX);
    c->origin = date_to_days((struct date){ documents[0].year - 1, 12, 1 });
    int64_t end = date_to_days((struct date){ documents[count - 1].year + 1, 1, 1 });
    c->count = (size_t)(end - c->origin);
    r->days = ARENA_ARRAY(r->arena, struct day_entry, c->count);
    TRY(diag_arena(r->diag, r->arena));
    lay_plain_weeks(r);
    for (size_t i = 0; i < count; i++)
        TRY(lay_year(r, &documents[i], &years[i]));
    c->days = r->days;
    c->names = r->names;
    c->years = years;
    c->year_count = count;
    cut_front(c, 31);
    return count_working(r);
}

enum err calendar_make(struct arena *a, const struct calendar_document *years, size_t count,
    const struct calendar_document *names, const struct calendar **out, struct diag *d)
{
    struct calendar *c = ARENA_NEW(a, struct calendar);
    json_t *english = NULL;
    if (count > CALENDAR_YEARS_MAX)
        return diag_set(d, ERR_LIMIT, "日历年份有%zu个,上限%d", "%zu years of calendar, the limit is %d",
            count, CALENDAR_YEARS_MAX);
    struct year_document *documents = ARENA_ARRAY(a, struct year_document, count);
    TRY(diag_arena(d, a));
    if (names)
        TRY(parse(a, names, &english, d));
    TRY(parse_documents(a, years, count, documents, d));
    if (count) {
        qsort(documents, count, sizeof *documents, by_year);
        TRY(check_years(documents, count, d));
        struct reader r = { .arena = a, .diag = d, .c = c, .english = english };
        TRY(lay_all(&r, documents, count));
    }
    *out = c;
    return OK;
}
