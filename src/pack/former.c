/*
 * What a record says beside an earlier one of its own register: last month's value next to this
 * month's, last year's next to this year's, so that rules can compare them as they are typed.
 *
 *     "former": {"column": "output", "same": ["enterprise"], "month": "month", "back": 12}
 */
#include "pack/internal.h"

enum { BACK_MAX = 600, SAME_MAX = 8 };

static const struct pack_column *entered(const struct node *n, const char *key,
    const struct pack_register *r, str name)
{
    const struct pack_column *c = pack_column(r, name);
    if (name.bytes && (!c || pack_column_derived(c)))
        FAULT_MEMBER(n, key, "“%.*s” 应是本登记表中填报的列",
            "\"%.*s\" must be a column of this register that is entered", STR_ARGS(brief(name)));
    return c;
}

static void read_former(const struct node *n, const struct pack_register *r, struct pack_column *c)
{
    static const char *const known[] = { "column", "same", "month", "back", NULL };
    struct loader *l = n->l;
    struct pack_former *f = ARENA_NEW(l->arena, struct pack_former);
    if (!f || !node_members(n, known))
        return;
    const str *same = node_texts(n, "same", &f->same_count, REQUIRED);
    const struct pack_column **columns
        = ARENA_ARRAY(l->arena, const struct pack_column *, f->same_count + 1);
    f->column = entered(n, "column", r, node_text(n, "column", REQUIRED));
    f->month = entered(n, "month", r, node_text(n, "month", REQUIRED));
    f->back = node_int(n, "back", 1, BACK_MAX, 1);
    for (size_t i = 0; columns && i < f->same_count; i++)
        columns[i] = entered(n, "same", r, same[i]);
    f->same = columns;
    if (f->same_count > SAME_MAX)
        FAULT_MEMBER(n, "same", "至多 %d 列", "at most %d columns", SAME_MAX);
    if (f->month && f->month->type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "month", "月份列应是 text,如 2026-10", "the column of months is a text like 2026-10");
    if (f->column && (f->column->type != c->type || f->column->codes != c->codes))
        FAULT_MEMBER(n, "column", "取出来的是 %s,本列应是同一类型",
            "what is taken is a %s: this column must be of the same type",
            pack_column_type_word(f->column->type));
    if (f->column && f->column->masked && !c->masked)
        FAULT_MEMBER(n, "column", "列 “%.*s” 是遮盖的,取它的列也须遮盖",
            "column \"%.*s\" is masked: what takes it must be masked too", STR_ARGS(f->column->name));
    c->former = f;
    c->definition = str_printf(l->arena, "former %.*s", STR_ARGS(json_text(l->arena, n->v)));
}

void read_formers(struct loader *l)
{
    for (size_t i = 0; i < l->pack->register_count; i++) {
        struct pack_register *r = (struct pack_register *)&l->pack->registers[i];
        struct node list = node_get(&l->register_roots[i], "columns", JSON_ARRAY, OPTIONAL);
        for (size_t k = 0; list.v && k < r->column_count; k++) {
            struct node at = node_at(&list, k);
            struct node former = json_is_object(at.v)
                ? node_get(&at, "former", JSON_OBJECT, OPTIONAL)
                : (struct node){ 0 };
            if (former.v)
                read_former(&former, r, (struct pack_column *)&r->columns[k]);
        }
    }
}
