/*
 * Code tables (codes/<name>.csv) and registers (registers/<name>.json).
 *
 * A code table is CSV (RFC 4180) with a first line of column names: code,name,level and, if there
 * are English names, name_en. Rows stand as the printed standard has them, a level's members right
 * after their head, so that a row's parent is the last one before it of the level above. In memory
 * the table is sorted by code.
 */
#include "pack/internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- CSV ------------------------------------------------------------------------------------ */

enum { FIELDS_MAX = 4, LEVELS_MAX = 9, NAME_BYTES_MAX = 400 };

struct csv {
    struct loader *l;
    const char *file;
    str text;
    size_t at;
    int line; /* of the row last read */
    int next_line;
};

/* One field, unquoted; false when a quote is not closed or text follows it. */
static bool csv_field(struct csv *c, str *out)
{
    if (c->at >= c->text.bytes || c->text.data[c->at] != '"') {
        size_t from = c->at;
        while (c->at < c->text.bytes && !strchr(",\r\n", c->text.data[c->at]))
            c->at++;
        *out = str_slice(c->text, from, c->at);
        return memchr(out->data ? out->data : "", '"', out->bytes) == NULL;
    }
    struct buf b;
    buf_init(&b, c->l->arena, TEXT_BYTES_MAX);
    for (c->at++; c->at < c->text.bytes; c->at++) {
        char ch = c->text.data[c->at];
        if (ch == '"') {
            if (c->at + 1 >= c->text.bytes || c->text.data[c->at + 1] != '"')
                break;
            c->at++;
        }
        c->next_line += ch == '\n';
        buf_add_char(&b, ch);
    }
    *out = buf_str(&b);
    if (c->at >= c->text.bytes || buf_failed(&b))
        return false;
    c->at++;
    return c->at == c->text.bytes || strchr(",\r\n", c->text.data[c->at]);
}

/* Fields of the next line that is not empty; 0 at the end, -1 after a fault. */
static int csv_row(struct csv *c, str fields[FIELDS_MAX])
{
    int count = 0;
    while (c->at < c->text.bytes && strchr("\r\n", c->text.data[c->at]))
        c->next_line += c->text.data[c->at++] == '\n';
    c->line = c->next_line;
    if (c->at >= c->text.bytes)
        return 0;
    for (;;) {
        str field;
        if (count == FIELDS_MAX || !csv_field(c, &field)) {
            FAULT_LINE(c->l, c->file, c->line, STR_NONE,
                "CSV 有误:多出的列,或引号没有成对", "malformed CSV: too many columns, or a quote "
                                                      "that is not closed");
            return -1;
        }
        fields[count++] = field;
        if (c->at >= c->text.bytes || c->text.data[c->at] != ',')
            return count;
        c->at++;
    }
}

/* ---- codes/ --------------------------------------------------------------------------------- */

struct table {
    struct csv csv;
    struct pack_code *items;
    size_t count, capacity;
    str heads[LEVELS_MAX + 1]; /* the last code seen of each level */
    int level;                 /* of the last row */
    bool english;
};

static bool table_header(struct table *t)
{
    static const char *const wanted[] = { "code", "name", "level", "name_en" };
    str fields[FIELDS_MAX];
    int count = csv_row(&t->csv, fields);
    bool right = count >= 3;
    for (int i = 0; i < count; i++)
        right = right && str_is(fields[i], wanted[i]);
    if (!right && count >= 0)
        FAULT_LINE(t->csv.l, t->csv.file, t->csv.line, STR_NONE,
            "第一行应是列名:code,name,level 或 code,name,level,name_en",
            "the first line must name the columns: code,name,level or code,name,level,name_en");
    t->english = count == 4;
    return right;
}

static void table_row(struct table *t, const str *fields, int count)
{
    int64_t level = 0;
    struct loader *l = t->csv.l;
    if (count != 3 + t->english) {
        FAULT_LINE(l, t->csv.file, t->csv.line, STR_NONE, "这一行有 %d 列,应有 %d 列",
            "this row has %d columns, it must have %d", count, 3 + t->english);
        return;
    }
    if (!fields[0].bytes || fields[0].bytes > CODE_BYTES_MAX || !fields[1].bytes
        || fields[1].bytes > NAME_BYTES_MAX) {
        FAULT_LINE(l, t->csv.file, t->csv.line, STR_NONE,
            "代码和名称都不能为空,代码至多 %d 字节,名称至多 %d 字节",
            "code and name may not be empty, nor over %d and %d bytes", CODE_BYTES_MAX,
            NAME_BYTES_MAX);
        return;
    }
    if (!str_to_int64(fields[2], &level) || level < 1 || level > LEVELS_MAX
        || level > t->level + 1) {
        FAULT_LINE(l, t->csv.file, t->csv.line, fields[0],
            "级别 “%.*s” 有误:从 1 开始,每次至多比上一行深一级",
            "level \"%.*s\" is not right: levels begin at 1 and a row is at most one deeper than "
            "the row before it",
            STR_ARGS(brief(fields[2])));
        return;
    }
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : 256;
        t->items = arena_grow(
            l->arena, t->items, t->count * sizeof *t->items, capacity * sizeof *t->items);
        if (!t->items)
            return;
        t->capacity = capacity;
    }
    t->level = (int)level;
    t->heads[level] = fields[0];
    str english = t->english && fields[3].bytes ? fields[3] : fields[1];
    t->items[t->count++] = (struct pack_code){ .code = fields[0],
        .name = { fields[1], english },
        .parent = level > 1 ? t->heads[level - 1] : STR_NONE,
        .level = (int)level };
}

static int by_code(const void *a, const void *b)
{
    return str_compare(((const struct pack_code *)a)->code, ((const struct pack_code *)b)->code);
}

/* The line on which a code stands for the second time: only asked for when there is one. */
static int second_line(str text, str code)
{
    str line, rest = text;
    bool seen = false;
    for (int number = 1; str_split(&rest, '\n', &line); number++) {
        bool quoted = line.bytes && line.data[0] == '"';
        str at = str_slice(line, quoted, line.bytes);
        if (!str_starts(at, code) || at.bytes == code.bytes || !strchr(",\"", at.data[code.bytes]))
            continue;
        if (seen)
            return number;
        seen = true;
    }
    return 0;
}

static void read_table(struct loader *l, const struct pack_file *f, struct pack_codes *out)
{
    struct table t = { .csv = { .l = l, .file = file_label(l, f->path), .text = f->text,
                           .next_line = 1 } };
    str fields[FIELDS_MAX];
    str name = str_slice(f->path, strlen("codes/"), f->path.bytes - strlen(".csv"));
    int count = 0;
    if (!is_code(name))
        FAULT_LINE(l, t.csv.file, 0, STR_NONE, "代码表的文件名应是代码,例如 codes/gbt4754.csv",
            "a code table's file name must be a code, for example codes/gbt4754.csv");
    if (!table_header(&t))
        return;
    while (t.count < PACK_CODES_MAX && !arena_failed(l->arena)
        && (count = csv_row(&t.csv, fields)) > 0)
        table_row(&t, fields, count);
    if (t.count == PACK_CODES_MAX)
        FAULT_LINE(l, t.csv.file, t.csv.line, STR_NONE, "代码表超过 %d 行",
            "the code table has more than %d rows", PACK_CODES_MAX);
    if (!t.count || arena_failed(l->arena)) {
        if (count == 0 && !arena_failed(l->arena))
            FAULT_LINE(l, t.csv.file, 0, STR_NONE, "代码表没有内容", "the code table is empty");
        return;
    }
    qsort(t.items, t.count, sizeof *t.items, by_code);
    for (size_t i = 1; i < t.count; i++)
        if (str_equal(t.items[i].code, t.items[i - 1].code))
            FAULT_LINE(l, t.csv.file, second_line(f->text, t.items[i].code), t.items[i].code,
                "代码 “%.*s” 重复", "code \"%.*s\" is listed twice", STR_ARGS(t.items[i].code));
    *out = (struct pack_codes){ .name = name, .items = t.items, .count = t.count };
}

void read_codes(struct loader *l)
{
    size_t at = 0;
    struct pack_codes *tables = ARENA_ARRAY(l->arena, struct pack_codes, l->pack->file_count);
    if (!tables)
        return;
    l->pack->codes = tables;
    for (const struct pack_file *f; (f = file_next(l, STR("codes/"), STR(".csv"), &at));) {
        struct pack_codes table = { 0 };
        (void)file_use(l, f->path);
        read_table(l, f, &table);
        if (table.count)
            tables[l->pack->codes_count++] = table;
    }
}

/* ---- registers/ ----------------------------------------------------------------------------- */

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
    static const char *const taken[] = { "zone", "id", "version", "created_at", "updated_at",
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "between", "both", "by",
        "case", "cast", "check", "collate", "column", "commit", "constraint", "create", "cross",
        "current_date", "current_time", "current_timestamp", "current_user", "default",
        "deferrable", "delete", "desc", "distinct", "do", "drop", "else", "end", "escape",
        "except", "exists", "false", "fetch", "for", "foreign", "from", "full", "grant", "group",
        "having", "in", "index", "initially", "inner", "insert", "intersect", "into", "is",
        "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime",
        "localtimestamp", "natural", "not", "nothing", "notnull", "null", "offset", "on", "only",
        "or", "order", "outer", "overlaps", "placing", "primary", "references", "returning",
        "right", "rowid", "select", "session_user", "set", "similar", "some", "symmetric",
        "table", "then", "to", "trailing", "transaction", "true", "union", "unique", "update",
        "user", "using", "values", "variadic", "verbose", "when", "where", "window", "with",
        NULL };
    if (name.bytes && !is_column_name(name))
        FAULT_MEMBER(n, "name",
            "列名 “%.*s” 不能用:小写英文字母开头,只含小写字母、数字和 _,至多 30 个字符",
            "column name \"%.*s\" cannot be used: a small letter first, then small letters, digits "
            "and _, at most 30 characters",
            STR_ARGS(brief(name)));
    else if (name.bytes && word_find(taken, name) >= 0)
        FAULT_MEMBER(n, "name", "列名 “%.*s” 已被系统或 SQL 占用,请换一个",
            "column name \"%.*s\" belongs to the engine or to SQL; choose another",
            STR_ARGS(name));
}

/* What a type needs beside itself: codes for code, ref for ref, nothing of the kind for others. */
static void read_target(const struct node *n, struct pack_column *c, const struct pack *p)
{
    bool is_code_column = c->type == PACK_COLUMN_CODE;
    str codes = node_code(n, "codes", is_code_column);
    if (!codes.bytes)
        return;
    if (!is_code_column)
        FAULT_MEMBER(n, "codes", "只有类型为 code 的列才写 codes",
            "only a column of type code has codes");
    else if (!(c->codes = pack_codes(p, codes)))
        FAULT_MEMBER(n, "codes", "没有代码表 “%.*s”:缺少文件 codes/%.*s.csv",
            "there is no code table \"%.*s\": the file codes/%.*s.csv is missing",
            STR_ARGS(codes), STR_ARGS(codes));
}

static void read_column(const struct node *n, struct pack_register *r, const struct pack *p)
{
    static const char *const known[] = { "name", "title", "type", "check", "required", "unique",
        "masked", "codes", "ref", "bytes_max", NULL };
    static const char *const types[] = { "text", "int", "real", "date", "bool", "code", "ref",
        NULL };
    static const char *const checks[] = { "none", "credit-code", "citizen-number", "phone", NULL };
    if (!node_members(n, known)) {
        r->column_count++; /* positions stay those of the list */
        return;
    }
    struct pack_column c = { .name = node_text(n, "name", REQUIRED),
        .title = node_name(n, "title", REQUIRED),
        .type = (enum pack_column_type)node_word(n, "type", types, -1),
        .check = (enum pack_check)node_word(n, "check", checks, PACK_CHECK_NONE),
        .required = node_bool(n, "required", false),
        .unique = node_bool(n, "unique", false),
        .masked = node_bool(n, "masked", false),
        .bytes_max = node_int(n, "bytes_max", 1, 20000, 0) };
    check_column_name(n, c.name);
    read_target(n, &c, p);
    if (c.check != PACK_CHECK_NONE && c.type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "check", "只有类型为 text 的列才能校验",
            "only a column of type text can have a check");
    if (c.bytes_max && c.type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "bytes_max", "只有类型为 text 的列才有长度上限",
            "only a column of type text has a length limit");
    if (c.name.bytes && pack_column(r, c.name))
        FAULT_MEMBER(n, "name", "列 “%.*s” 重复", "column \"%.*s\" is defined twice",
            STR_ARGS(c.name));
    ((struct pack_column *)r->columns)[r->column_count++] = c;
}

static const struct pack_column *named_column(
    const struct node *n, const char *member, const struct pack_register *r)
{
    str name = node_text(n, member, REQUIRED);
    const struct pack_column *c = name.bytes ? pack_column(r, name) : NULL;
    if (name.bytes && !c)
        FAULT_MEMBER(n, member, "没有列 “%.*s”", "there is no column \"%.*s\"",
            STR_ARGS(brief(name)));
    return c;
}

static void read_register(const struct node *n, struct pack *p, str file_name)
{
    static const char *const known[] = { "register", "name", "key", "label", "columns", NULL };
    if (!node_members(n, known))
        return;
    struct pack_register r = { .code = node_code(n, "register", REQUIRED),
        .name = node_name(n, "name", REQUIRED) };
    struct node list = node_get(n, "columns", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    r.columns = ARENA_ARRAY(n->l->arena, struct pack_column, count);
    for (size_t i = 0; r.columns && i < count; i++) {
        struct node at = node_at(&list, i);
        read_column(&at, &r, p);
    }
    if (list.v && !count)
        FAULT(&list, "登记表至少要有一列", "a register needs at least one column");
    r.key = named_column(n, "key", &r);
    r.label = named_column(n, "label", &r);
    if (r.key && !(r.key->required && r.key->unique && r.key->type == PACK_COLUMN_TEXT))
        FAULT_MEMBER(n, "key", "主键列应是 text 类型,且 required、unique 都为 true",
            "the key column must be a text with required and unique both true");
    if (r.code.bytes && !str_equal(r.code, file_name))
        FAULT_MEMBER(n, "register", "登记表代码应与文件名 “%.*s” 一致",
            "the register's code must be its file's name, \"%.*s\"", STR_ARGS(file_name));
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
            FAULT_MEMBER(&at, "ref", "只有类型为 ref 的列才写 ref",
                "only a column of type ref has a ref");
        else if (!(c->ref = pack_register(p, ref)))
            FAULT_MEMBER(&at, "ref", "没有登记表 “%.*s”:缺少文件 registers/%.*s.json",
                "there is no register \"%.*s\": the file registers/%.*s.json is missing",
                STR_ARGS(ref), STR_ARGS(ref));
    }
}

void read_registers(struct loader *l)
{
    size_t at = 0, count = 0;
    size_t files = l->pack->file_count;
    struct document *docs = ARENA_ARRAY(l->arena, struct document, files);
    struct node *roots = ARENA_ARRAY(l->arena, struct node, files);
    struct pack_register *registers = ARENA_ARRAY(l->arena, struct pack_register, files);
    if (arena_failed(l->arena))
        return;
    l->pack->registers = registers;
    for (const struct pack_file *f; (f = file_next(l, STR("registers/"), STR(".json"), &at));) {
        str name = str_slice(f->path, strlen("registers/"), f->path.bytes - strlen(".json"));
        size_t before = l->pack->register_count;
        if (!document_read(l, f->path, &docs[count], &roots[count]))
            continue;
        read_register(&roots[count], l->pack, name);
        count += l->pack->register_count > before;
    }
    for (size_t i = 0; i < count; i++)
        resolve_refs(&roots[i], l->pack, &registers[i]);
}
