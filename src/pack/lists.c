/* Topics, promises and reply templates of a system. */
#include "pack/internal.h"

#include <string.h>

/* ---- topics.json ---------------------------------------------------------------------------- */

struct groups {
    struct {
        str code;
        struct name2 name;
    } items[64];
    size_t count;
};

static void read_group(const struct node *n, struct groups *groups)
{
    static const char *const known[] = { "code", "name", NULL };
    if (!node_members(n, known))
        return;
    str code = node_code(n, "code", REQUIRED);
    struct name2 name = node_name(n, "name", REQUIRED);
    for (size_t i = 0; i < groups->count; i++)
        if (code.bytes && str_equal(groups->items[i].code, code))
            FAULT_MEMBER(n, "code", "分组代码 “%.*s” 重复", "group code \"%.*s\" is used twice",
                STR_ARGS(code));
    groups->items[groups->count].code = code;
    groups->items[groups->count++].name = name;
}

static void read_groups(const struct node *root, struct groups *groups)
{
    struct node list = node_get(root, "groups", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list), limit = sizeof groups->items / sizeof groups->items[0];
    if (count > limit)
        FAULT(&list, "分组有 %zu 个,上限 %zu", "there are %zu groups, the limit is %zu", count,
            limit);
    for (size_t i = 0; i < count && i < limit; i++) {
        struct node at = node_at(&list, i);
        read_group(&at, groups);
    }
}

static void read_topic(const struct node *n, const struct groups *groups, struct pack_system *s)
{
    static const char *const known[] = { "code", "name", "group", "examples", "keywords", NULL };
    static const char *const languages[] = { "zh", "en", NULL };
    if (!node_members(n, known))
        return;
    struct pack_topic t = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .group = node_code(n, "group", REQUIRED) };
    bool found = false;
    for (size_t i = 0; i < groups->count; i++)
        if (str_equal(groups->items[i].code, t.group)) {
            t.group_name = groups->items[i].name;
            found = true;
        }
    if (t.group.bytes && !found)
        FAULT_MEMBER(n, "group", "没有分组 “%.*s”;分组写在 groups 中",
            "there is no group \"%.*s\"; groups are listed under groups", STR_ARGS(t.group));
    struct node examples = node_get(n, "examples", JSON_OBJECT, REQUIRED);
    if (node_members(&examples, languages)) {
        t.examples_zh = node_texts(&examples, "zh", &t.example_zh_count, REQUIRED);
        t.examples_en = node_texts(&examples, "en", &t.example_en_count, REQUIRED);
    }
    t.keywords = node_texts(n, "keywords", &t.keyword_count, OPTIONAL);
    if (t.code.bytes && pack_topic(s, t.code))
        FAULT_MEMBER(n, "code", "类别代码 “%.*s” 重复", "topic code \"%.*s\" is used twice",
            STR_ARGS(t.code));
    ((struct pack_topic *)s->topics)[s->topic_count++] = t;
}

void read_topics(struct loader *l, str path, struct pack_system *s)
{
    static const char *const known[] = { "groups", "topics", NULL };
    struct document doc;
    struct node n;
    struct groups *groups = ARENA_NEW(l->arena, struct groups);
    if (!groups || !document_read(l, path, &doc, &n) || !node_members(&n, known))
        return;
    read_groups(&n, groups);
    struct node list = node_get(&n, "topics", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    s->topics = ARENA_ARRAY(l->arena, struct pack_topic, count);
    for (size_t i = 0; s->topics && i < count; i++) {
        struct node at = node_at(&list, i);
        read_topic(&at, groups, s);
    }
}

/* ---- promises.json -------------------------------------------------------------------------- */

/* "=answer_days", or a plain integer. */
static void read_amount(const struct node *n, struct pack_promise *p)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    if (json_is_integer(json_object_get(n->v, "amount"))) {
        int amount = node_int(n, "amount", 1, 10000, 1);
        p->amount_text = str_printf(n->l->arena, "%d", amount);
    } else {
        str text = node_text(n, "amount", REQUIRED);
        if (text.bytes && text.data[0] != '=') {
            FAULT_MEMBER(n, "amount", "期限应是整数,或以 = 开头的 FEEL 表达式,例如 \"=answer_days\"",
                "the amount must be an integer, or FEEL after '=', for example \"=answer_days\"");
            return;
        }
        p->amount_text = str_slice(text, 1, text.bytes);
    }
    if (!p->amount_text.bytes)
        return;
    if (feel_compile(n->l->arena, p->amount_text, &open, &program, &d) != OK)
        fault_member(n, "amount", &d);
    p->amount = program;
}

/* Share of the time left at which a colour begins, 0.5 in the file, 50 here. */
static int read_share(const struct node *n, const char *key, int otherwise)
{
    struct node at = node_get(n, key, JSON_REAL, OPTIONAL);
    if (!at.v)
        return otherwise;
    double share = json_number_value(at.v);
    if (share >= 0.0 && share <= 1.0)
        return (int)(share * 100.0 + 0.5);
    FAULT(&at, "“%s” 是剩余时间的比例,应在 0 到 1 之间",
        "\"%s\" is a share of the time left and must lie between 0 and 1", key);
    return otherwise;
}

static void read_extension(const struct node *n, struct pack_promise *p)
{
    static const char *const known[] = { "times", "most", NULL };
    struct node at = node_get(n, "extend", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    p->extend_times = node_int(&at, "times", 1, 100, 1);
    p->extend_most = node_int(&at, "most", 1, 1000, 0);
    if (!p->extend_most && !json_object_get(at.v, "most"))
        FAULT(&at, "缺少成员 “most”:每次至多延长多少",
            "member \"most\" is missing: how much may be added each time");
}

static void check_met_by(const struct node *n, const struct pack_promise *p)
{
    for (size_t i = 0; i < p->met_by_count; i++)
        if (!verb_known(n->l, p->met_by[i]))
            FAULT_MEMBER(n, "met_by", "没有动作 “%.*s”", "there is no verb \"%.*s\"",
                STR_ARGS(brief(p->met_by[i])));
}

static void read_promise(const struct node *n, struct pack_system *s)
{
    static const char *const known[] = { "code", "name", "scope", "unit", "amount", "met_by",
        "amber", "red", "pause", "extend", "law", NULL };
    static const char *const scopes[] = { "case", "task", NULL };
    static const char *const units[] = { "working_days", "working_hours", "calendar_days", NULL };
    if (!node_members(n, known))
        return;
    struct pack_promise p = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .scope = (enum pack_promise_scope)node_word(n, "scope", scopes, -1),
        .unit = (enum pack_time_unit)node_word(n, "unit", units, -1),
        .amber_percent = read_share(n, "amber", 50),
        .red_percent = read_share(n, "red", 25),
        .pause = node_bool(n, "pause", false),
        .law = node_name(n, "law", REQUIRED) };
    read_amount(n, &p);
    read_extension(n, &p);
    p.met_by = node_texts(n, "met_by", &p.met_by_count, REQUIRED);
    check_met_by(n, &p);
    if (p.red_percent > p.amber_percent)
        FAULT_MEMBER(n, "red", "红色应在黄色之后开始:red 不能大于 amber",
            "red begins after amber: red may not be above amber");
    if (p.code.bytes && pack_promise(s, p.code))
        FAULT_MEMBER(n, "code", "承诺代码 “%.*s” 重复", "promise code \"%.*s\" is used twice",
            STR_ARGS(p.code));
    ((struct pack_promise *)s->promises)[s->promise_count++] = p;
}

void read_promises(struct loader *l, str path, struct pack_system *s)
{
    static const char *const known[] = { "promises", NULL };
    struct document doc;
    struct node n;
    if (!document_read(l, path, &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "promises", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    s->promises = ARENA_ARRAY(l->arena, struct pack_promise, count);
    for (size_t i = 0; s->promises && i < count; i++) {
        struct node at = node_at(&list, i);
        read_promise(&at, s);
    }
}

/* ---- templates.json ------------------------------------------------------------------------- */

static void read_template(const struct node *n, struct pack_system *s)
{
    static const char *const known[] = { "code", "title", "text", "topics", NULL };
    if (!node_members(n, known))
        return;
    struct pack_template t = { .code = node_code(n, "code", REQUIRED),
        .title = node_name(n, "title", REQUIRED),
        .text = node_name(n, "text", REQUIRED) };
    t.topics = node_texts(n, "topics", &t.topic_count, OPTIONAL);
    struct node list = node_get(n, "topics", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; list.v && i < json_array_size(list.v); i++) {
        struct node at = node_at(&list, i);
        str topic = str_from(json_string_value(at.v));
        if (topic.bytes && !pack_topic(s, topic))
            FAULT(&at, "没有类别 “%.*s”", "there is no topic \"%.*s\"", STR_ARGS(brief(topic)));
    }
    if (t.code.bytes && pack_template(s, t.code))
        FAULT_MEMBER(n, "code", "模板代码 “%.*s” 重复", "template code \"%.*s\" is used twice",
            STR_ARGS(t.code));
    ((struct pack_template *)s->templates)[s->template_count++] = t;
}

void read_templates(struct loader *l, str path, struct pack_system *s)
{
    static const char *const known[] = { "templates", NULL };
    struct document doc;
    struct node n;
    if (!document_read(l, path, &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "templates", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    s->templates = ARENA_ARRAY(l->arena, struct pack_template, count);
    for (size_t i = 0; s->templates && i < count; i++) {
        struct node at = node_at(&list, i);
        read_template(&at, s);
    }
}
