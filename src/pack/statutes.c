/*
 * statutes.json: the law of time limits as data. One entry is one limit as one article sets it,
 * from the day it came into force to the day it was replaced; entries of the same code are versions
 * of each other and may not overlap. Promises name them (promises.c); the engine knows no law.
 *
 * What needs no data: the day a limit begins is not counted (Civil Code, article 201), and a limit
 * in calendar days that ends on a day off ends on the next working day (article 203).
 */
#include "pack/internal.h"

#include <string.h>

const char *const time_unit_words[] = { "working_days", "working_hours", "calendar_days", NULL };

enum { AMOUNT_MAX = 10000 };

static int64_t read_day(const struct node *n, const char *key, int required, int64_t otherwise)
{
    struct date date;
    str text = node_text(n, key, required);
    if (!text.bytes)
        return otherwise;
    if (date_parse(text, &date))
        return date_to_days(date);
    FAULT_MEMBER(n, key, "“%s” 应是日期,例如 2004-07-01", "\"%s\" must be a date like 2004-07-01",
        key);
    return otherwise;
}

static void read_pause(const struct node *n, struct pack_statute *s)
{
    static const char *const known[] = { "code", "name", "article", "notice", "most", "most_unit",
        NULL };
    if (!node_members(n, known))
        return;
    struct pack_pause p = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .article = node_name(n, "article", OPTIONAL),
        .notice = node_bool(n, "notice", false),
        .most = node_int(n, "most", 1, AMOUNT_MAX, 0) };
    if (p.most)
        p.most_unit = (enum pack_time_unit)node_word(n, "most_unit", time_unit_words, -1);
    for (size_t i = 0; i < s->pause_count; i++)
        if (p.code.bytes && str_equal(s->pauses[i].code, p.code))
            FAULT_MEMBER(n, "code", "暂停事由 “%.*s” 重复", "reason \"%.*s\" is used twice",
                STR_ARGS(p.code));
    ((struct pack_pause *)s->pauses)[s->pause_count++] = p;
}

static void read_pauses(const struct node *n, struct pack_statute *s)
{
    struct node list = node_get(n, "pause", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    s->pauses = ARENA_ARRAY(n->l->arena, struct pack_pause, count);
    for (size_t i = 0; s->pauses && i < count; i++) {
        struct node at = node_at(&list, i);
        read_pause(&at, s);
    }
}

static void read_start(const struct node *n, struct pack_statute *s)
{
    static const char *const known[] = { "at", "name", NULL };
    static const char *const places[] = { "step", "receipt", "acceptance", NULL };
    struct node at = node_get(n, "start", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    s->begins = (enum pack_limit_start)node_word(&at, "at", places, -1);
    s->start = node_name(&at, "name", REQUIRED);
}

static void read_extend(const struct node *n, struct pack_statute *s)
{
    static const char *const known[] = { "times", "most", "by", NULL };
    struct node at = node_get(n, "extend", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    s->extend_times = node_int(&at, "times", 1, 100, 1);
    s->extend_most = node_int(&at, "most", 1, AMOUNT_MAX, 0);
    s->extend_by = node_name(&at, "by", REQUIRED);
    if (!s->extend_most && !json_object_get(at.v, "most"))
        FAULT(&at, "缺少成员 “most”:每次至多延长多少",
            "member \"most\" is missing: how much may be added each time");
}

static void read_silence(const struct node *n, struct pack_statute *s)
{
    static const char *const known[] = { "name", "article", "as_of", NULL };
    static const char *const days[] = { "end", "start", NULL };
    struct node at = node_get(n, "silence", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    s->silence = node_name(&at, "name", REQUIRED);
    s->silence_article = node_name(&at, "article", OPTIONAL);
    s->silence_from_start = node_word(&at, "as_of", days, 0) == 1;
}

static void check_versions(const struct node *n, const struct pack *p, const struct pack_statute *s)
{
    if (s->to < s->from)
        FAULT_MEMBER(n, "to", "失效日期早于生效日期", "it ends before it comes into force");
    for (size_t i = 0; i < p->statute_count; i++) {
        const struct pack_statute *o = &p->statutes[i];
        if (!s->code.bytes || !str_equal(o->code, s->code))
            continue;
        if (s->from <= o->to)
            FAULT_MEMBER(n, "from",
                "“%.*s” 的两个版本在时间上重叠:按生效先后列出,前一个写明 to",
                "two versions of \"%.*s\" overlap: list them in order of time, the earlier one "
                "with its `to`",
                STR_ARGS(s->code));
    }
}

static void read_statute(const struct node *n, struct pack *p)
{
    static const char *const known[] = { "code", "law", "article", "text", "from", "to", "unit",
        "amount", "start", "pause", "extend", "silence", NULL };
    if (!node_members(n, known))
        return;
    struct pack_statute s = { .code = node_code(n, "code", REQUIRED),
        .law = node_name(n, "law", REQUIRED),
        .article = node_name(n, "article", REQUIRED),
        .text = node_name(n, "text", REQUIRED),
        .from = read_day(n, "from", REQUIRED, 0),
        .to = read_day(n, "to", OPTIONAL, INT64_MAX),
        .unit = (enum pack_time_unit)node_word(n, "unit", time_unit_words, -1),
        .amount = node_int(n, "amount", 1, AMOUNT_MAX, 0) };
    read_start(n, &s);
    read_pauses(n, &s);
    read_extend(n, &s);
    read_silence(n, &s);
    check_versions(n, p, &s);
    ((struct pack_statute *)p->statutes)[p->statute_count++] = s;
}

void read_statutes(struct loader *l)
{
    static const char *const known[] = { "statutes", NULL };
    struct document doc;
    struct node n;
    struct pack *p = l->pack;
    if (!file_use(l, STR("statutes.json"))) /* a zone may promise without any law */
        return;
    if (!document_read(l, STR("statutes.json"), &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "statutes", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    p->statutes = ARENA_ARRAY(l->arena, struct pack_statute, count);
    for (size_t i = 0; p->statutes && i < count; i++) {
        struct node at = node_at(&list, i);
        read_statute(&at, p);
    }
}
