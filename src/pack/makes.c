/*
 * Records that a record gives rise to: "makes" of a register, read when all registers are known. A
 * signing becomes a project, a candidate a lead: an action fills in columns of another register by
 * FEEL over the record, and the column `link` of this one keeps which record was made.
 *
 *     "makes": [{"code": "project", "name": {…}, "register": "project", "link": "project",
 *                "when": "signed_on != null", "columns": {"name": "name", "signed_on": "signed_on"}}]
 */
#include "pack/internal.h"

#include <string.h>

enum { MAKES_MAX = 10, MADE_COLUMNS_MAX = 60 };

static void read_columns(
    const struct node *n, const struct feel_names *names, struct pack_make *out)
{
    struct loader *l = n->l;
    struct node columns = node_get(n, "columns", JSON_OBJECT, REQUIRED);
    size_t count = json_object_size(columns.v);
    struct pack_made_column *list = ARENA_ARRAY(l->arena, struct pack_made_column, count);
    const char *key;
    json_t *value;
    if (!columns.v || !list)
        return;
    if (count > MADE_COLUMNS_MAX) {
        FAULT(&columns, "有 %zu 项,上限 %d", "there are %zu items, the limit is %d", count,
            MADE_COLUMNS_MAX);
        return;
    }
    json_object_foreach((json_t *)columns.v, key, value)
    {
        (void)value;
        const char *kept = str_terminated(l->arena, str_from(key));
        const struct pack_column *c = pack_column(out->made, str_from(key));
        if (!c || pack_column_derived(c)) {
            FAULT_MEMBER(&columns, kept, "登记表 “%.*s” 没有可以填写的列 “%.*s”",
                "register \"%.*s\" has no column \"%.*s\" that is entered", STR_ARGS(out->made->code),
                STR_ARGS(brief(str_from(key))));
            continue;
        }
        str text = node_text(&columns, kept, REQUIRED);
        list[out->column_count++]
            = (struct pack_made_column){ c, compile_member(&columns, kept, text, names) };
    }
    out->columns = list;
}

static void check_link(const struct node *n, const struct pack_make *m)
{
    if (m->link && (m->link->ref != m->made || pack_column_derived(m->link)))
        FAULT_MEMBER(n, "link", "link 应是指向登记表 “%.*s” 的列",
            "link must be a column that refers to the register \"%.*s\"", STR_ARGS(m->made->code));
}

static void read_make(const struct node *n, const struct pack_register *r,
    const struct feel_names *names, struct pack_make *out)
{
    static const char *const known[]
        = { "code", "name", "register", "link", "when", "columns", NULL };
    if (!node_members(n, known))
        return;
    str made = node_code(n, "register", REQUIRED);
    out->code = node_code(n, "code", REQUIRED);
    out->name = node_name(n, "name", REQUIRED);
    out->when = compile_member(n, "when", node_text(n, "when", OPTIONAL), names);
    (void)node_text(n, "link", REQUIRED);
    out->link = named_column(n, "link", r);
    out->made = made.bytes ? pack_register(n->l->pack, made) : NULL;
    if (!out->made) {
        if (made.bytes)
            FAULT_MEMBER(n, "register", "没有登记表 “%.*s”", "there is no register \"%.*s\"",
                STR_ARGS(brief(made)));
        return;
    }
    check_link(n, out);
    read_columns(n, names, out);
}

static void read_register_makes(const struct node *n, struct pack_register *r)
{
    struct node list = node_get(n, "makes", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct feel_names names;
    struct pack_make *out = ARENA_ARRAY(n->l->arena, struct pack_make, count);
    if (!count || !out || too_many(&list, count, MAKES_MAX)
        || !register_names(n->l->arena, r, &names))
        return;
    for (size_t i = 0; i < count; i++) {
        struct node at = node_at(&list, i);
        read_make(&at, r, &names, &out[i]);
        for (size_t k = 0; k < i; k++)
            if (out[i].code.bytes && str_equal(out[i].code, out[k].code))
                FAULT(&at, "代码 “%.*s” 重复", "code \"%.*s\" is used twice", STR_ARGS(out[i].code));
    }
    r->makes = out;
    r->make_count = count;
}

void read_makes(struct loader *l)
{
    for (size_t i = 0; i < l->pack->register_count; i++)
        read_register_makes(
            &l->register_roots[i], (struct pack_register *)&l->pack->registers[i]);
}
