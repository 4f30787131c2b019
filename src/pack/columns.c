/*
 * The columns of a register: what a value is, how it is checked, and what is computed.
 *
 * A column's name becomes a column of a real table, so it is held to what both databases take. What
 * belongs to one type only (codes, ref, limits) is a fault at any other: a clerk who writes it
 * there meant something that would not happen.
 */
#include "pack/internal.h"

#include <string.h>

/* By enum pack_column_type. */
static const char *const type_words[PACK_COLUMN_TYPE_COUNT + 1] = { "text", "int", "real", "date",
    "bool", "code", "ref", "money", "instant", "unit", "account", "point", "shape", "files" };

const char *pack_column_type_word(enum pack_column_type type)
{
    return type_words[type];
}

int pack_column_type_from(str word)
{
    return word_find(type_words, word);
}

static bool is_column_name(str s)
{
    if (!is_code(s) || s.bytes > 30)
        return false;
    for (size_t i = 0; i < s.bytes; i++)
        if ((s.data[i] < 'a' || s.data[i] > 'z') && (s.data[i] < '0' || s.data[i] > '9')
            && s.data[i] != '_')
            return false;
    return true;
}

static void check_column_name(const struct node *n, str name)
{
    /* What the engine keeps in every record beside the pack's columns, and the words that neither
     * database takes as a column's name. */
    static const char *const taken[] = { "zone", "id", "version", "created_at", "updated_at", "all",
        "analyse", "analyze", "and", "any", "array", "as", "asc", "between", "both", "by", "case",
        "cast", "check", "collate", "column", "commit", "constraint", "create", "cross",
        "current_date", "current_time", "current_timestamp", "current_user", "default",
        "deferrable", "delete", "desc", "distinct", "do", "drop", "else", "end", "escape", "except",
        "exists", "false", "fetch", "for", "foreign", "from", "full", "grant", "group", "having",
        "in", "index", "initially", "inner", "insert", "intersect", "into", "is", "isnull", "join",
        "lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp", "natural",
        "not", "nothing", "notnull", "null", "offset", "on", "only", "or", "order", "outer",
        "overlaps", "placing", "primary", "references", "returning", "right", "rowid", "select",
        "session_user", "set", "similar", "some", "symmetric", "table", "then", "to", "trailing",
        "transaction", "true", "union", "unique", "update", "user", "using", "values", "variadic",
        "verbose", "when", "where", "window", "with", NULL };
    if (name.bytes && !is_column_name(name))
        FAULT_MEMBER(n, "name",
            "列名 “%.*s” 不能用:小写英文字母开头,只含小写字母、数字和 _,至多 30 个字符",
            "column name \"%.*s\" cannot be used: a small letter first, then small letters, digits "
            "and _, at most 30 characters",
            STR_ARGS(brief(name)));
    else if (name.bytes && word_find(taken, name) >= 0)
        FAULT_MEMBER(n, "name", "列名 “%.*s” 已被系统或 SQL 占用,请换一个",
            "column name \"%.*s\" belongs to the engine or to SQL; choose another", STR_ARGS(name));
}

/* What a type needs beside itself: codes for code, ref for ref, nothing of the kind for others. */
static void read_target(const struct node *n, struct pack_column *c, const struct pack *p)
{
    bool is_code_column = c->type == PACK_COLUMN_CODE;
    str codes = node_code(n, "codes", is_code_column);
    if (!codes.bytes)
        return;
    if (!is_code_column)
        FAULT_MEMBER(
            n, "codes", "只有类型为 code 的列才写 codes", "only a column of type code has codes");
    else if (!(c->codes = pack_codes(p, codes)))
        FAULT_MEMBER(n, "codes", "没有代码表 “%.*s”:缺少文件 codes/%.*s.csv",
            "there is no code table \"%.*s\": the file codes/%.*s.csv is missing", STR_ARGS(codes),
            STR_ARGS(codes));
}

static bool is_number(enum pack_column_type t)
{
    return t == PACK_COLUMN_INT || t == PACK_COLUMN_REAL || t == PACK_COLUMN_MONEY;
}

static void read_limits(const struct node *n, struct pack_column *c)
{
    const json_t *min = json_object_get(n->v, "min"), *max = json_object_get(n->v, "max");
    static const char *const members[] = { "min", "max" };
    for (int i = 0; i < 2; i++) {
        const json_t *v = i ? max : min;
        if (v && !json_is_number(v))
            FAULT_MEMBER(n, members[i], "应为数字", "must be a number");
        else if (v && !is_number(c->type))
            FAULT_MEMBER(n, members[i], "只有类型为 int、real、money 的列才有上下限",
                "only a column of type int, real or money has limits");
    }
    c->has_min = json_is_number(min);
    c->has_max = json_is_number(max);
    c->min = json_number_value(min);
    c->max = json_number_value(max);
    if (c->has_min && c->has_max && c->min > c->max)
        FAULT_MEMBER(n, "min", "下限大于上限", "min is above max");
    if (c->check != PACK_CHECK_NONE && c->type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "check", "只有类型为 text 的列才能校验",
            "only a column of type text can have a check");
    if (c->bytes_max && c->type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "bytes_max", "只有类型为 text 的列才有长度上限",
            "only a column of type text has a length limit");
}

/* "working_days": a number, or the name of a column, which is looked up when all are known. */
static void read_working_days(const struct node *n, struct pack_column *c)
{
    const json_t *v = json_object_get(n->v, "working_days");
    if (!v)
        return;
    if (!c->computed_text.bytes || c->type != PACK_COLUMN_DATE)
        FAULT_MEMBER(n, "working_days", "只有 computed 的日期列才写 working_days",
            "only a computed column of type date has working_days");
    if (json_is_integer(v))
        c->working_days = node_int(n, "working_days", 1, 1000, 1);
    c->definition = str_printf(n->l->arena, "%.*s + %.*s", STR_ARGS(c->computed_text),
        STR_ARGS(json_text(n->l->arena, v)));
}

/* The text of the expression; it is compiled when all columns are known. */
static void read_computed(const struct node *n, struct pack_column *c)
{
    static const char *const ways[] = { "computed", "rollup", "former", "decision" };
    const char *way = NULL;
    c->computed_text = node_text(n, "computed", OPTIONAL);
    c->definition = c->computed_text;
    c->daily = node_bool(n, "daily", false);
    read_working_days(n, c);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!json_object_get(n->v, ways[i]))
            continue;
        if (way)
            FAULT_MEMBER(n, ways[i], "一列只能写 computed、rollup、former、decision 中的一个",
                "a column has one of computed, rollup, former and decision only");
        way = ways[i];
    }
    if (c->daily && !way)
        FAULT_MEMBER(n, "daily", "只有 computed 的列才写 daily",
            "only a column that is computed can be daily");
    if (json_object_get(n->v, "output") && !json_object_get(n->v, "decision"))
        FAULT_MEMBER(n, "output", "只有 decision 的列才写 output",
            "only a column with a decision has an output");
    if (!way)
        return;
    if (c->required || c->unique)
        FAULT_MEMBER(n, way, "计算列不能 required 或 unique",
            "a computed column cannot be required or unique");
    if (c->type == PACK_COLUMN_POINT || c->type == PACK_COLUMN_SHAPE
        || c->type == PACK_COLUMN_FILES)
        FAULT_MEMBER(n, way, "位置和附件不能计算", "places and files cannot be computed");
}

static bool found_by(enum pack_column_type t)
{
    return t != PACK_COLUMN_TEXT && t != PACK_COLUMN_REAL && t != PACK_COLUMN_BOOL
        && t != PACK_COLUMN_SHAPE && t != PACK_COLUMN_FILES;
}

void read_column(const struct node *n, struct pack_register *r, const struct pack *p)
{
    static const char *const known[] = { "name", "title", "type", "check", "required", "unique",
        "masked", "codes", "ref", "bytes_max", "min", "max", "indexed", "searched", "computed",
        "daily", "working_days", "rollup", "former", "decision", "output", "group", "hint",
        NULL };
    static const char *const checks[] = { "none", "credit-code", "citizen-number", "phone",
        "project-code", NULL };
    if (!node_members(n, known)) {
        r->column_count++; /* positions stay those of the list */
        return;
    }
    struct pack_column c = { .name = node_text(n, "name", REQUIRED),
        .title = node_name(n, "title", REQUIRED),
        .type = (enum pack_column_type)node_word(n, "type", type_words, -1),
        .check = (enum pack_check)node_word(n, "check", checks, PACK_CHECK_NONE),
        .required = node_bool(n, "required", false),
        .unique = node_bool(n, "unique", false),
        .masked = node_bool(n, "masked", false),
        .searched = node_bool(n, "searched", false),
        .bytes_max = node_int(n, "bytes_max", 1, 20000, 0),
        .group = node_name(n, "group", OPTIONAL),
        .hint = node_name(n, "hint", OPTIONAL) };
    c.indexed = node_bool(n, "indexed", found_by(c.type));
    check_column_name(n, c.name);
    read_target(n, &c, p);
    read_limits(n, &c);
    read_computed(n, &c);
    if (c.name.bytes && pack_column(r, c.name))
        FAULT_MEMBER(
            n, "name", "列 “%.*s” 重复", "column \"%.*s\" is defined twice", STR_ARGS(c.name));
    ((struct pack_column *)r->columns)[r->column_count++] = c;
}
