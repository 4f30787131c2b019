/*
 * What a page of the kind `enlist` says, beyond what pages.def can tell: its records can be written from
 * what the page gives them. pages.c has held each member against its kind before.
 *
 *     source record ─ of, copy ─▶┐
 *     list chosen   ─ within ───▶├─ a record of `register`: every required column comes from somewhere
 *     person        ─ who, unit ▶│
 *     asked once    ─ ask ──────▶┘
 */
#include "pack/internal.h"

#include <string.h>

struct enlist {
    const struct node *n;
    const struct pack_register *made, *source, *lists;
    const struct pack_column *given[64]; /* where each comes from was said */
    size_t given_count;
};

static str text_of(const struct node *n, const char *member)
{
    const json_t *v = json_object_get(n->v, member);
    return str_from(json_is_string(v) ? json_string_value(v) : "");
}

/* No compartment is read or written by the list: a look at each record would have to be journalled. */
static const struct pack_register *open_register(const struct node *n, const char *member)
{
    const struct pack_register *r = pack_register(n->l->pack, text_of(n, member));
    if (r && r->closed)
        FAULT_MEMBER(n, member, "登记表 “%.*s” 是封闭的,不能成批列入",
            "register \"%.*s\" is closed: nothing is put on a list in one go", STR_ARGS(r->code));
    return r;
}

static void give(struct enlist *e, const struct node *at, const struct pack_column *c)
{
    if (!c)
        return;
    if (pack_column_derived(c) || c->type == PACK_COLUMN_FILES)
        FAULT(at, "列 “%.*s” 不能成批填写", "column \"%.*s\" cannot be filled in for many records",
            STR_ARGS(c->name));
    for (size_t i = 0; i < e->given_count; i++)
        if (e->given[i] == c)
            FAULT(at, "列 “%.*s” 有两个来源", "column \"%.*s\" is filled in twice", STR_ARGS(c->name));
    if (e->given_count < sizeof e->given / sizeof *e->given)
        e->given[e->given_count++] = c;
}

static const struct pack_column *give_member(struct enlist *e, const char *member)
{
    struct node at = node_get(e->n, member, JSON_STRING, OPTIONAL);
    const struct pack_column *c = at.v ? pack_column(e->made, text_of(e->n, member)) : NULL;
    give(e, &at, c);
    return c;
}

static void give_ref(struct enlist *e, const char *member, const struct pack_register *to)
{
    const struct pack_column *c = give_member(e, member);
    if (c && to && c->ref && c->ref != to)
        FAULT_MEMBER(e->n, member, "列 “%.*s” 应指向登记表 “%.*s”",
            "column \"%.*s\" must refer to the register \"%.*s\"", STR_ARGS(c->name), STR_ARGS(to->code));
}

static void give_asked(struct enlist *e)
{
    struct node list = node_get(e->n, "ask", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; i < node_count(&list); i++) {
        struct node at = node_at(&list, i);
        if (json_is_string(at.v))
            give(e, &at, pack_column(e->made, str_from(json_string_value(at.v))));
    }
}

static void give_copied(struct enlist *e)
{
    struct node list = node_get(e->n, "copy", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; i < node_count(&list); i++) {
        struct node at = node_at(&list, i);
        const struct pack_column *c = pack_column(e->made, text_of(&at, "column"));
        const struct pack_column *from = e->source ? pack_column(e->source, text_of(&at, "from")) : NULL;
        struct node named = node_get(&at, "column", JSON_STRING, OPTIONAL);
        give(e, &named, c);
        if (from && from->masked)
            FAULT_MEMBER(&at, "from", "列 “%.*s” 要遮蔽,不能抄到别处",
                "column \"%.*s\" is masked: it is not copied elsewhere", STR_ARGS(from->name));
        else if (c && from && (c->type != from->type || c->codes != from->codes || c->ref != from->ref))
            FAULT_MEMBER(&at, "from", "列 “%.*s” 与 “%.*s” 不是同一类型",
                "columns \"%.*s\" and \"%.*s\" are not of the same type", STR_ARGS(from->name),
                STR_ARGS(c->name));
    }
}

static void check_required(const struct enlist *e)
{
    for (size_t i = 0; i < e->made->column_count; i++) {
        const struct pack_column *c = &e->made->columns[i];
        bool found = !c->required || pack_column_derived(c);
        for (size_t k = 0; !found && k < e->given_count; k++)
            found = e->given[k] == c;
        if (!found)
            FAULT_MEMBER(e->n, "register", "必填列 “%.*s” 没有来源:写在 ask 或 copy 中",
                "required column \"%.*s\" comes from nowhere: name it in ask or copy", STR_ARGS(c->name));
    }
}

void check_enlist(const struct node *n)
{
    struct enlist e = { .n = n };
    e.made = open_register(n, "register");
    e.source = open_register(n, "source");
    e.lists = open_register(n, "lists");
    if (!e.made)
        return;
    give_ref(&e, "of", e.source);
    give_ref(&e, "within", e.lists);
    (void)give_member(&e, "number");
    const struct pack_column *who = give_member(&e, "who"), *unit = give_member(&e, "unit");
    if (unit && !who)
        FAULT_MEMBER(n, "unit", "unit 是承办人的单位:先写 who", "unit is the person's: give who first");
    give_asked(&e);
    give_copied(&e);
    check_required(&e);
}
