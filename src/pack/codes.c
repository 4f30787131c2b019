/*
 * Code tables: codes/<name>.csv, of the zone or in the folder of a system.
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

/* ---- the tables --------------------------------------------------------------------------------- */

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
    t->items[t->count] = (struct pack_code){ .code = fields[0],
        .name = { fields[1], english },
        .parent = level > 1 ? t->heads[level - 1] : STR_NONE,
        .level = (int)level,
        .order = (int)t->count };
    t->count++;
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

static void read_table(
    struct loader *l, const struct pack_file *f, str name, struct pack_codes *out)
{
    struct table t = { .csv = { .l = l, .file = file_label(l, f->path), .text = f->text,
                           .next_line = 1 } };
    str fields[FIELDS_MAX];
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
    str name;
    for (const struct pack_file *f; (f = file_each(l, "codes", ".csv", &at, &name));) {
        struct pack_codes table = { 0 };
        (void)file_use(l, f->path);
        if (pack_codes(l->pack, name))
            FAULT_LINE(l, file_label(l, f->path), 0, STR_NONE, "代码表 “%.*s” 重复",
                "code table \"%.*s\" is defined twice", STR_ARGS(name));
        read_table(l, f, name, &table);
        if (table.count)
            tables[l->pack->codes_count++] = table;
    }
}
