/*
 * What the schema of BPMN 2.0 says of single elements, by the table in schema.def: a child or an
 * attribute that has no place there, one that is missing, one too many, a value of another type. An
 * element of the file that stands nowhere in the table is judged where it is read.
 */
#include "bpmn/read.h"

#include <string.h>

static const struct {
    const char *element, *children, *attributes;
} schema[] = {
#define X(element, children, attributes) { element, children, attributes },
#include "bpmn/schema.def"
#undef X
};

/* One word of a list: its name, and what stands behind it ("?", "!", "=b" …). */
struct word {
    str name;
    char mark;
    str values; /* after '=' */
};

static bool next_word(str *rest, struct word *w)
{
    str part;
    do {
        if (!str_split(rest, ' ', &part))
            return false;
    } while (!part.bytes);
    ptrdiff_t equals = str_find(part, STR("="), 0);
    *w = (struct word){ .name = part };
    if (equals >= 0) {
        w->mark = '=';
        w->name = str_slice(part, 0, (size_t)equals);
        w->values = str_slice(part, (size_t)equals + 1, part.bytes);
        return true;
    }
    char last = part.data[part.bytes - 1];
    if (part.bytes > 1 && strchr("?!+", last)) {
        w->mark = last;
        w->name = str_slice(part, 0, part.bytes - 1);
    }
    return true;
}

static bool find_word(const char *list, const char *name, struct word *out)
{
    str rest = str_from(list);
    while (next_word(&rest, out))
        if (str_is(out->name, name))
            return true;
    return false;
}

/* ── attributes ────────────────────────────────────────────────────────────────────────────── */

static void check_value(struct reader *r, xmlNode *n, const char *name, const struct word *w)
{
    if (str_is(w->values, "b")) {
        xml_attr_bool(r, n, name, false);
        return;
    }
    if (str_is(w->values, "n")) {
        xml_attr_int(r, n, name, 0);
        return;
    }
    str value = xml_attr(r, n, name), rest = w->values, part;
    while (str_split(&rest, '|', &part))
        if (str_equal(part, value))
            return;
    fault(r, n, ERR_INVALID, "属性 %1$s 的值是“%3$.*2$s”,应为 %5$.*4$s 之一",
        "attribute %1$s is \"%3$.*2$s\"; it must be one of %5$.*4$s", name, (int)value.bytes,
        value.data ? value.data : "", (int)w->values.bytes, w->values.data);
}

static void check_attributes(struct reader *r, xmlNode *n, const char *allowed)
{
    for (const xmlAttr *a = n->properties; a; a = a->next) {
        const char *name = (const char *)a->name;
        struct word w;
        if (a->ns || !strcmp(name, "id"))
            continue;
        if (!find_word(allowed, name, &w))
            fault(r, n, ERR_INVALID, "%1$s 没有属性 %2$s:请检查拼写,或删除",
                "<%1$s> has no attribute %2$s: check its spelling or remove it",
                (const char *)n->name, name);
        else if (w.mark == '=')
            check_value(r, n, name, &w);
    }
    str rest = str_from(allowed);
    struct word w;
    while (next_word(&rest, &w))
        if (w.mark == '!' && !xml_has_attr(n, str_terminated(r->arena, w.name)))
            fault(r, n, ERR_INVALID, "%1$s 缺少属性 %3$.*2$s", "<%1$s> lacks the attribute %3$.*2$s",
                (const char *)n->name, (int)w.name.bytes, w.name.data);
}

/* ── children ──────────────────────────────────────────────────────────────────────────────── */

static bool everywhere(const xmlNode *n)
{
    return xml_is(n, "documentation") || xml_is(n, "extensionElements");
}

static void check_children(struct reader *r, xmlNode *n, const char *allowed)
{
    struct word w;
    bool open = find_word(allowed, "*", &w);
    for (xmlNode *c = n->children; c; c = c->next)
        if (xml_is_bpmn(c) && !open && !everywhere(c) && !find_word(allowed, (const char *)c->name, &w))
            fault(r, c, ERR_INVALID, "%1$s 不能放在 %2$s 里面", "<%1$s> has no place inside <%2$s>",
                (const char *)c->name, (const char *)n->name);
    str rest = str_from(allowed);
    while (next_word(&rest, &w)) {
        const char *name = str_terminated(r->arena, w.name);
        int count = w.mark && name ? xml_child_count(n, name) : 0;
        if (count > 1 && w.mark != '+')
            fault(r, n, ERR_INVALID, "%1$s 里面只能有一个 %2$s,现有 %3$d 个",
                "<%1$s> may hold one <%2$s>; there are %3$d", (const char *)n->name, name, count);
        if (!count && (w.mark == '!' || w.mark == '+'))
            fault(r, n, ERR_INVALID, "%1$s 里面缺少 %2$s", "<%1$s> lacks a <%2$s>",
                (const char *)n->name, name);
    }
}

void schema_check(struct reader *r, xmlNode *n)
{
    for (; n && !arena_failed(r->arena); n = n->next) {
        if (!xml_is_bpmn(n) || xml_is(n, "extensionElements"))
            continue;
        for (size_t i = 0; i < sizeof schema / sizeof *schema; i++)
            if (xml_is(n, schema[i].element)) {
                check_attributes(r, n, schema[i].attributes);
                check_children(r, n, schema[i].children);
                break;
            }
        schema_check(r, n->children);
    }
}
