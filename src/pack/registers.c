/*
 * Registers: registers/<name>.json. What the columns are stands in columns.c; here is what the
 * register as a whole says: its key and label, what stands together only once, who may read and
 * write, the rules that every record keeps, the lists that people choose from.
 *
 * Registers may refer to each other in any order and round, so references are resolved when all
 * have been read; then the expressions are compiled, since they may name any column.
 */
#include "pack/internal.h"

#include <string.h>

enum { COLUMNS_MAX = 200, UNIQUES_MAX = 10, RULES_MAX = 50, LISTS_MAX = 40, WHERE_MAX = 12,
    CALENDARS_MAX = 8 };

const char *const pack_compare_words[] = { "is", "is-not", "below", "at-most", "above", "at-least",
    "empty", "filled", "holds", "under", NULL };

static const struct pack_column *column_called(
    const struct node *n, str name, const struct pack_register *r)
{
    const struct pack_column *c = name.bytes ? pack_column(r, name) : NULL;
    if (name.bytes && !c)
        FAULT(n, "没有列 “%.*s”", "there is no column \"%.*s\"", STR_ARGS(brief(name)));
    return c;
}

const struct pack_column *named_column(
    const struct node *n, const char *member, const struct pack_register *r)
{
    struct node at = node_get(n, member, JSON_STRING, OPTIONAL);
    return at.v ? column_called(&at, node_text(n, member, OPTIONAL), r) : NULL;
}

/* A list of names of columns. */
static const struct pack_column *const *named_columns(
    const struct node *list, const struct pack_register *r, size_t *count)
{
    size_t named = node_count(list);
    const struct pack_column **out = ARENA_ARRAY(list->l->arena, const struct pack_column *, named);
    *count = 0;
    for (size_t i = 0; out && i < named; i++) {
        struct node at = node_at(list, i);
        const struct pack_column *c = NULL;
        if (!json_is_string(at.v))
            FAULT(&at, "应为列名", "must be the name of a column");
        else
            c = column_called(&at, str_from(json_string_value(at.v)), r);
        if (c)
            out[(*count)++] = c;
    }
    return out;
}

bool too_many(const struct node *list, size_t count, size_t most)
{
    if (count <= most)
        return false;
    FAULT(list, "有 %zu 项,上限 %zu", "there are %zu items, the limit is %zu", count, most);
    return true;
}

static void read_uniques(const struct node *n, struct pack_register *r)
{
    struct node list = node_get(n, "unique", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    if (too_many(&list, count, UNIQUES_MAX))
        return;
    struct pack_unique *out = ARENA_ARRAY(n->l->arena, struct pack_unique, count);
    for (size_t i = 0; out && i < count; i++) {
        struct node at = node_at(&list, i);
        if (!json_is_array(at.v) || json_array_size(at.v) < 2) {
            FAULT(&at, "应为两个以上列名的列表;单独一列请写 unique",
                "must be a list of two or more columns; one alone is marked unique");
            continue;
        }
        struct pack_unique *u = &out[r->unique_count];
        u->columns = named_columns(&at, r, &u->count);
        r->unique_count++;
    }
    r->uniques = out;
}

static const str *read_roles_of(const struct node *n, const char *member, size_t *count)
{
    struct node list = node_get(n, member, JSON_ARRAY, OPTIONAL);
    const str *roles = node_texts(n, member, count, OPTIONAL);
    for (size_t i = 0; roles && i < *count; i++) {
        struct node at = node_at(&list, i);
        if (!pack_role(n->l->pack, roles[i]))
            FAULT(&at, "没有角色 “%.*s”", "there is no role \"%.*s\"", STR_ARGS(brief(roles[i])));
    }
    return roles;
}

static const struct pack_column *unit_scope(const struct node *n, const struct pack_register *r)
{
    const struct pack_column *c = named_column(n, "unit", r);
    if (c && c->type != PACK_COLUMN_UNIT)
        FAULT_MEMBER(n, "unit", "应是类型为 unit 的列", "must be a column of type unit");
    return c;
}

/* "enterprise", or "reporter.enterprise": the column here, and later (resolve_scope) the other one. */
static const struct pack_column *enterprise_scope(
    const struct node *n, const struct pack_register *r)
{
    struct node at = node_get(n, "enterprise", JSON_STRING, OPTIONAL);
    str rest = node_text(n, "enterprise", OPTIONAL), name;
    if (!at.v)
        return NULL;
    (void)str_split(&rest, '.', &name);
    const struct pack_column *c = column_called(&at, name, r);
    if (c && c->type != PACK_COLUMN_REF)
        FAULT_MEMBER(n, "enterprise", "应是类型为 ref 的列", "must be a column of type ref");
    return c;
}

static void read_access(const struct node *n, struct pack_register *r)
{
    static const char *const known[] = { "read", "write", "reveal", "unit", "enterprise", "closed",
        "public", NULL };
    struct node at = node_get(n, "access", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    r->read_roles = read_roles_of(&at, "read", &r->read_role_count);
    r->write_roles = read_roles_of(&at, "write", &r->write_role_count);
    r->reveal_roles = read_roles_of(&at, "reveal", &r->reveal_role_count);
    r->unit_scope = unit_scope(&at, r);
    r->enterprise_scope = enterprise_scope(&at, r);
    r->closed = node_bool(&at, "closed", false);
    struct node open = node_get(&at, "public", JSON_ARRAY, OPTIONAL);
    r->public_columns = named_columns(&open, r, &r->public_column_count);
    for (size_t i = 0; i < r->public_column_count; i++)
        if (r->public_columns[i]->masked)
            FAULT_MEMBER(&at, "public", "列 “%.*s” 是遮盖的,不能公开",
                "column \"%.*s\" is masked and cannot be public",
                STR_ARGS(r->public_columns[i]->name));
    if (r->closed && !r->read_role_count)
        FAULT_MEMBER(&at, "read", "封闭的登记表须写明哪些角色可以查看",
            "a closed register must name the roles that may read it");
    if (r->closed && r->public_column_count)
        FAULT_MEMBER(&at, "public", "封闭的登记表不能公开", "a closed register cannot be public");
}

static void read_rules(const struct node *n, struct pack_register *r)
{
    static const char *const known[] = { "must", "message", "field", "referred", NULL };
    struct node list = node_get(n, "rules", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    if (too_many(&list, count, RULES_MAX))
        return;
    struct pack_rule *out = ARENA_ARRAY(n->l->arena, struct pack_rule, count);
    for (size_t i = 0; out && i < count; i++) {
        struct node at = node_at(&list, i);
        if (!node_members(&at, known))
            continue;
        out[r->rule_count++] = (struct pack_rule){ .must_text = node_text(&at, "must", REQUIRED),
            .message = node_name(&at, "message", REQUIRED),
            .field = named_column(&at, "field", r),
            .referred = node_bool(&at, "referred", false) };
    }
    r->rules = out;
}

bool read_condition(
    const struct node *n, const struct pack_register *r, struct pack_condition *out)
{
    static const char *const known[] = { "column", "compare", "value", NULL };
    if (!node_members(n, known))
        return false;
    int compare = node_word(n, "compare", pack_compare_words, PACK_IS);
    *out = (struct pack_condition){ .column = named_column(n, "column", r),
        .compare = (enum pack_compare)(compare < 0 ? 0 : compare),
        .value = node_text(n, "value", OPTIONAL) };
    if (!json_object_get(n->v, "column"))
        FAULT_MEMBER(n, "column", "缺少列名", "the column is missing");
    bool alone = compare == PACK_EMPTY || compare == PACK_FILLED;
    if (alone == (out->value.bytes > 0))
        FAULT_MEMBER(n, "value", alone ? "empty、filled 不带值" : "缺少要比较的值",
            alone ? "empty and filled take no value" : "the value to compare with is missing");
    if (compare == PACK_UNDER && out->column && !out->column->codes)
        FAULT_MEMBER(n, "compare", "under 只用于代码列", "under is for columns of codes");
    return out->column != NULL;
}

static void read_list(const struct node *n, const struct pack_register *r, struct pack_list *out)
{
    static const char *const known[] = { "code", "name", "columns", "where", "sort", NULL };
    if (!node_members(n, known))
        return;
    out->code = node_code(n, "code", REQUIRED);
    out->name = node_name(n, "name", REQUIRED);
    struct node columns = node_get(n, "columns", JSON_ARRAY, REQUIRED);
    out->columns = named_columns(&columns, r, &out->column_count);
    struct node where = node_get(n, "where", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&where);
    struct pack_condition *conditions = ARENA_ARRAY(n->l->arena, struct pack_condition, count);
    for (size_t i = 0; conditions && i < count && !too_many(&where, count, WHERE_MAX); i++) {
        struct node at = node_at(&where, i);
        if (read_condition(&at, r, &conditions[out->where_count]))
            out->where_count++;
    }
    out->where = conditions;
    str sort = node_text(n, "sort", OPTIONAL);
    out->descending = sort.bytes && sort.data[0] == '-';
    struct node at = node_get(n, "sort", JSON_STRING, OPTIONAL);
    if (at.v)
        out->sort = column_called(&at, str_slice(sort, out->descending, sort.bytes), r);
    if (out->sort && !out->sort->indexed && !out->sort->unique)
        FAULT(&at, "按列 “%.*s” 排序,该列须写 indexed", "to sort by \"%.*s\" mark it indexed",
            STR_ARGS(out->sort->name));
}

static void read_register_lists(const struct node *n, struct pack_register *r)
{
    struct node list = node_get(n, "lists", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    if (too_many(&list, count, LISTS_MAX))
        return;
    struct pack_list *out = ARENA_ARRAY(n->l->arena, struct pack_list, count);
    for (size_t i = 0; out && i < count; i++) {
        struct node at = node_at(&list, i);
        read_list(&at, r, &out[i]);
        for (size_t k = 0; k < i; k++)
            if (out[i].code.bytes && str_equal(out[i].code, out[k].code))
                FAULT_MEMBER(&at, "code", "列表代码 “%.*s” 重复", "list \"%.*s\" is defined twice",
                    STR_ARGS(out[i].code));
    }
    r->lists = out;
    r->list_count = out ? count : 0;
}

/* What stands in a calendar is copied by other programs and shown on locked telephones. */
static void check_calendar_day(const struct node *n, const struct pack_column *c)
{
    if (c->type != PACK_COLUMN_DATE && c->type != PACK_COLUMN_INSTANT)
        FAULT_MEMBER(n, "on", "应是类型为 date 或 instant 的列",
            "must be a column of type date or instant");
    else if (c->masked)
        FAULT_MEMBER(n, "on", "隐去的列不能进入日历", "a masked column cannot stand in calendars");
    else if (!c->indexed)
        FAULT_MEMBER(n, "on", "日历按列 “%.*s” 查找,该列须写 indexed",
            "calendars look by \"%.*s\": mark it indexed", STR_ARGS(c->name));
}

static void read_day(
    const struct node *n, const struct pack_register *r, struct pack_calendar *out)
{
    static const char *const known[] = { "list", "on", "name", NULL };
    if (!node_members(n, known))
        return;
    str list = node_code(n, "list", REQUIRED);
    out->name = node_name(n, "name", REQUIRED);
    for (size_t i = 0; i < r->list_count; i++)
        if (str_equal(r->lists[i].code, list))
            out->list = &r->lists[i];
    if (list.bytes && !out->list)
        FAULT_MEMBER(n, "list", "本登记表没有列表 “%.*s”", "this register has no list \"%.*s\"",
            STR_ARGS(brief(list)));
    if (!json_object_get(n->v, "on"))
        FAULT_MEMBER(n, "on", "缺少日期列名", "the column of the day is missing");
    out->on = named_column(n, "on", r);
    if (out->on)
        check_calendar_day(n, out->on);
    if (out->list && out->list->where_count > WHERE_MAX - 2)
        FAULT_MEMBER(n, "list", "日历还要按日期筛选,该列表的条件最多 %d 个",
            "calendars narrow by day as well: the list may have at most %d conditions", WHERE_MAX - 2);
}

static void read_calendars(const struct node *n, struct pack_register *r)
{
    struct node list = node_get(n, "calendar", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    if (too_many(&list, count, CALENDARS_MAX))
        return;
    if (count && r->closed)
        FAULT(&list, "封闭的登记表(closed)不能进入日历:日历程序会留存副本",
            "a closed register has no calendars: calendar programs keep copies");
    struct pack_calendar *out = ARENA_ARRAY(n->l->arena, struct pack_calendar, count);
    for (size_t i = 0; out && i < count; i++) {
        struct node at = node_at(&list, i);
        read_day(&at, r, &out[i]);
    }
    r->calendars = out;
    r->calendar_count = out ? count : 0;
}

static void check_key(const struct node *n, const struct pack_register *r, str file_name)
{
    if (r->key && !(r->key->required && r->key->unique && r->key->type == PACK_COLUMN_TEXT))
        FAULT_MEMBER(n, "key", "主键列应是 text 类型,且 required、unique 都为 true",
            "the key column must be a text with required and unique both true");
    if (r->code.bytes && !str_equal(r->code, file_name))
        FAULT_MEMBER(n, "register", "登记表代码应与文件名 “%.*s” 一致",
            "the register's code must be its file's name, \"%.*s\"", STR_ARGS(file_name));
}

static void read_register(const struct node *n, struct pack *p, str file_name)
{
    static const char *const known[] = { "register", "name", "key", "label", "columns", "unique",
        "access", "rules", "lists", "calendar", "raises", "makes", NULL };
    if (!node_members(n, known))
        return;
    struct pack_register r = { .pack = p,
        .code = node_code(n, "register", REQUIRED),
        .name = node_name(n, "name", REQUIRED) };
    struct node list = node_get(n, "columns", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    if (too_many(&list, count, COLUMNS_MAX))
        return;
    r.columns = ARENA_ARRAY(n->l->arena, struct pack_column, count);
    for (size_t i = 0; r.columns && i < count; i++) {
        struct node at = node_at(&list, i);
        read_column(&at, &r, p);
    }
    if (list.v && !count)
        FAULT(&list, "登记表至少要有一列", "a register needs at least one column");
    r.key = named_column(n, "key", &r);
    r.label = named_column(n, "label", &r);
    check_key(n, &r, file_name);
    read_uniques(n, &r);
    read_access(n, &r);
    read_rules(n, &r);
    read_register_lists(n, &r);
    read_calendars(n, &r);
    if (r.code.bytes && pack_register(p, r.code))
        FAULT_MEMBER(n, "register", "登记表 “%.*s” 重复", "register \"%.*s\" is defined twice",
            STR_ARGS(r.code));
    ((struct pack_register *)p->registers)[p->register_count++] = r;
}

/* References may point forward and round, so they are resolved when all registers are read. */
static void resolve_refs(const struct node *n, struct pack *p, struct pack_register *r)
{
    struct node list = node_get(n, "columns", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; list.v && i < r->column_count; i++) {
        struct node at = node_at(&list, i);
        struct pack_column *c = &((struct pack_column *)r->columns)[i];
        if (!json_is_object(at.v))
            continue;
        str ref = node_code(&at, "ref", c->type == PACK_COLUMN_REF);
        if (!ref.bytes)
            continue;
        if (c->type != PACK_COLUMN_REF)
            FAULT_MEMBER(
                &at, "ref", "只有类型为 ref 的列才写 ref", "only a column of type ref has a ref");
        else if (!(c->ref = pack_register(p, ref)))
            FAULT_MEMBER(&at, "ref", "没有登记表 “%.*s”:缺少文件 registers/%.*s.json",
                "there is no register \"%.*s\": the file registers/%.*s.json is missing",
                STR_ARGS(ref), STR_ARGS(ref));
    }
}

/* Of "reporter.enterprise" the second half: a column of the register that the first refers to. */
static void resolve_scope(const struct node *n, struct pack_register *r)
{
    struct node at = node_get(n, "access", JSON_OBJECT, OPTIONAL);
    str rest = at.v ? node_text(&at, "enterprise", OPTIONAL) : STR_NONE, first;
    if (!str_split(&rest, '.', &first) || !rest.bytes || !r->enterprise_scope)
        return;
    const struct pack_register *other = r->enterprise_scope->ref;
    if (!other)
        return; /* told already */
    r->enterprise_via = pack_column(other, rest);
    if (!r->enterprise_via || r->enterprise_via->type != PACK_COLUMN_REF)
        FAULT_MEMBER(&at, "enterprise", "登记表 “%.*s” 没有类型为 ref 的列 “%.*s”",
            "register \"%.*s\" has no column \"%.*s\" of type ref", STR_ARGS(other->code),
            STR_ARGS(brief(rest)));
    else if (!other->key)
        FAULT_MEMBER(&at, "enterprise", "登记表 “%.*s” 要有主键,才能经过它",
            "register \"%.*s\" needs a key to be passed through", STR_ARGS(other->code));
}

/* ---- expressions ---------------------------------------------------------------------------- */

const struct feel_program *compile_member(
    const struct node *n, const char *member, str text, const struct feel_names *names)
{
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    if (text.bytes && feel_compile(n->l->arena, text, names, &program, &d) != OK)
        fault_member(n, member, &d);
    return program;
}

/* The columns by their names, then what else an expression may ask: its place in the list is the
 * slot (pack.h). */
bool register_names(struct arena *a, const struct pack_register *r, struct feel_names *out)
{
    static const char *const more[PACK_SLOTS_MORE] = { "today", "before", "actor" };
    struct feel_field *fields =
        ARENA_ARRAY(a, struct feel_field, r->column_count + PACK_SLOTS_MORE);
    if (!fields)
        return false;
    for (size_t i = 0; i < r->column_count; i++)
        fields[i].name = r->columns[i].name;
    for (size_t i = 0; i < PACK_SLOTS_MORE; i++)
        fields[r->column_count + i].name = str_from(more[i]);
    *out = (struct feel_names){ .items = fields, .count = r->column_count + PACK_SLOTS_MORE };
    return true;
}

/* How many working days a date is moved on by. */
static const struct pack_column *working_column(
    const struct node *n, const struct pack_register *r)
{
    const struct pack_column *c = named_column(n, "working_days", r);
    if (c && c->type != PACK_COLUMN_INT)
        FAULT_MEMBER(n, "working_days", "应是 1 到 1000 的整数,或类型为 int 的列",
            "must be a number from 1 to 1000, or a column of type int");
    return c;
}

static void compile_register(const struct node *n, struct pack_register *r)
{
    struct feel_names names;
    if (!register_names(n->l->arena, r, &names))
        return;
    struct node columns = node_get(n, "columns", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; columns.v && i < r->column_count; i++) {
        struct node at = node_at(&columns, i);
        struct pack_column *c = &((struct pack_column *)r->columns)[i];
        c->computed = compile_member(&at, "computed", c->computed_text, &names);
        if (json_is_object(at.v) && json_object_get(at.v, "working_days") && !c->working_days)
            c->working_column = working_column(&at, r);
    }
    struct node rules = node_get(n, "rules", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; rules.v && i < r->rule_count; i++) {
        struct node at = node_at(&rules, i);
        struct pack_rule *rule = &((struct pack_rule *)r->rules)[i];
        rule->must = compile_member(&at, "must", rule->must_text, &names);
    }
}

void read_registers(struct loader *l)
{
    size_t at = 0, count = 0;
    size_t files = l->pack->file_count;
    struct document *docs = ARENA_ARRAY(l->arena, struct document, files);
    struct node *roots = ARENA_ARRAY(l->arena, struct node, files);
    struct pack_register *registers = ARENA_ARRAY(l->arena, struct pack_register, files);
    str name;
    if (arena_failed(l->arena))
        return;
    l->pack->registers = registers;
    for (const struct pack_file *f; (f = file_each(l, "registers", ".json", &at, &name));) {
        size_t before = l->pack->register_count;
        if (!document_read(l, f->path, &docs[count], &roots[count]))
            continue;
        read_register(&roots[count], l->pack, name);
        count += l->pack->register_count > before;
    }
    l->register_roots = roots;
    for (size_t i = 0; i < count; i++)
        resolve_refs(&roots[i], l->pack, &registers[i]);
    for (size_t i = 0; i < count; i++)
        resolve_scope(&roots[i], &registers[i]);
    read_rollups(l);
    read_formers(l);
    for (size_t i = 0; i < count; i++)
        compile_register(&roots[i], &registers[i]);
}
