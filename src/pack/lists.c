/* Topics and reply templates of a system. */
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

static void read_examples(const struct node *n, struct pack_topic *t)
{
    static const char *const languages[] = { "zh", "en", NULL };
    if (node_one_language(n) && json_is_array(json_object_get(n->v, "examples"))) {
        t->examples_zh = t->examples_en
            = node_texts(n, "examples", &t->example_zh_count, OPTIONAL);
        t->example_en_count = t->example_zh_count;
        return;
    }
    struct node examples = node_get(n, "examples", JSON_OBJECT, OPTIONAL);
    if (examples.v && node_members(&examples, languages)) {
        t->examples_zh = node_texts(&examples, "zh", &t->example_zh_count, REQUIRED);
        t->examples_en = node_texts(&examples, "en", &t->example_en_count, REQUIRED);
    }
}

static void read_topic(const struct node *n, const struct groups *groups, struct pack_system *s)
{
    static const char *const known[] = { "code", "name", "group", "examples", "keywords", NULL };
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
    read_examples(n, &t);
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
