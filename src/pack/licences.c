/*
 * Types of electronic licences: <system>/types/<code>.json, codes after GB/T 36904.
 *
 * A type says who issues, to whom (a register), which fields stand on it (columns, as registers
 * have them), which of the holder's columns fill a field, which fields anyone sees who verifies,
 * for how long it holds, how it is renewed, who may act, and how it looks. Texts of the layout name
 * fields in braces; each is looked up here, so that no licence goes out with a hole in it.
 */
#include "pack/internal.h"

#include "base/check.h"

#include <string.h>

static const char *const validity_words[] = { "always", "years", "months", "days", "until", NULL };
static const char *const paper_words[] = { "A4", "A4-wide", "A5-wide", "card", NULL };

/* ---- codes ---- */

static void check_code18(const struct node *n, const char *member, str code)
{
    struct diag d = { 0 };
    if (code.bytes && check_credit_code(str_slice(code, 0, 18), &d) != OK)
        FAULT_MEMBER(n, member, "统一社会信用代码有误:%s%.0s", "the credit code is wrong: %.0s%s",
            d.zh, d.en);
}

static str read_type_code(const struct node *n)
{
    str code = node_text(n, "code", REQUIRED);
    bool digits = code.bytes == PACK_LICENCE_CODE_BYTES;
    for (size_t i = 18; digits && i < code.bytes; i++)
        digits = code.data[i] >= '0' && code.data[i] <= '9';
    if (code.bytes && !digits)
        FAULT_MEMBER(n, "code",
            "证照类型代码应为 21 位:主管部门的统一社会信用代码 18 位,加 3 位数字",
            "the code of a type has 21 characters: the ministry's credit code of 18, and three digits");
    else
        check_code18(n, "code", code);
    return code;
}

static void read_issuer(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "unit", "name", "credit_code", NULL };
    struct node at = node_get(n, "issuer", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    t->unit = node_code(&at, "unit", REQUIRED);
    t->issuer = node_name(&at, "name", REQUIRED);
    t->issuer_code = node_text(&at, "credit_code", REQUIRED);
    if (t->unit.bytes && !pack_unit(n->l->pack, t->unit))
        FAULT_MEMBER(&at, "unit", "units.json 中没有单位 “%.*s”", "units.json has no unit \"%.*s\"",
            STR_ARGS(brief(t->unit)));
    check_code18(&at, "credit_code", t->issuer_code);
    if (t->issuer_code.bytes > 18)
        FAULT_MEMBER(&at, "credit_code", "应为 18 位", "must have 18 characters");
}

static void read_holder(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "register", "account", NULL };
    struct node at = node_get(n, "holder", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    str code = node_code(&at, "register", REQUIRED), account = node_text(&at, "account", OPTIONAL);
    t->holder = pack_register(n->l->pack, code);
    if (code.bytes && !t->holder)
        FAULT_MEMBER(&at, "register", "没有登记表 “%.*s”:缺少文件 registers/%.*s.json",
            "there is no register \"%.*s\": the file registers/%.*s.json is missing",
            STR_ARGS(code), STR_ARGS(code));
    if (t->holder && (!t->holder->key || !t->holder->label))
        FAULT_MEMBER(&at, "register", "持有人的登记表须有 key 和 label",
            "the holder's register needs a key and a label");
    t->holder_account = t->holder && account.bytes ? pack_column(t->holder, account) : NULL;
    if (t->holder && account.bytes
        && (!t->holder_account || t->holder_account->type != PACK_COLUMN_ACCOUNT))
        FAULT_MEMBER(&at, "account", "应是登记表 %.*s 中类型为 account 的列",
            "must be a column of type account of the register %.*s", STR_ARGS(code));
}

/* ---- fields ---- */

static bool field_type_good(const struct pack_column *c)
{
    return c->type != PACK_COLUMN_REF && c->type != PACK_COLUMN_POINT
        && c->type != PACK_COLUMN_SHAPE && c->type != PACK_COLUMN_FILES
        && c->type != PACK_COLUMN_ACCOUNT && !c->computed_text.bytes && !c->unique;
}

static void read_fields(const struct node *n, struct pack_licence *t)
{
    struct loader *l = n->l;
    struct node list = node_get(n, "fields", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    if (count > PACK_LICENCE_FIELDS_MAX) {
        FAULT(&list, "至多 %d 个字段", "at most %d fields", PACK_LICENCE_FIELDS_MAX);
        return;
    }
    t->fields.columns = ARENA_ARRAY(l->arena, struct pack_column, count);
    for (size_t i = 0; t->fields.columns && i < count; i++) {
        struct node at = node_at(&list, i);
        read_column(&at, &t->fields, l->pack);
        const struct pack_column *c = &t->fields.columns[i];
        if (!field_type_good(c))
            FAULT_MEMBER(&at, "type",
                "证照字段不能是引用、位置、附件、账号,也不能 computed 或 unique",
                "a licence's field cannot be a reference, a place, a file or an account, nor computed or "
                "unique");
    }
}

static const struct pack_column *field_named(
    const struct node *n, const char *member, const struct pack_licence *t, str name)
{
    const struct pack_column *c = name.bytes ? pack_column(&t->fields, name) : NULL;
    if (name.bytes && !c)
        FAULT_MEMBER(
            n, member, "没有字段 “%.*s”", "there is no field \"%.*s\"", STR_ARGS(brief(name)));
    return c;
}

static void read_public(const struct node *n, struct pack_licence *t)
{
    size_t count = 0;
    const str *names = node_texts(n, "public", &count, OPTIONAL);
    bool *is_public = ARENA_ARRAY(n->l->arena, bool, t->fields.column_count);
    for (size_t i = 0; names && is_public && i < count; i++) {
        const struct pack_column *c = field_named(n, "public", t, names[i]);
        if (c && c->masked)
            FAULT_MEMBER(n, "public", "字段 “%.*s” 是遮盖的,不能公开",
                "field \"%.*s\" is masked and cannot be public", STR_ARGS(c->name));
        if (c)
            is_public[c - t->fields.columns] = true;
    }
    t->is_public = is_public;
}

/* {"field": "column of the holder's register"} */
static void read_fill(const struct node *n, struct pack_licence *t)
{
    struct node at = node_get(n, "fill", JSON_OBJECT, OPTIONAL);
    const struct pack_column **fill =
        ARENA_ARRAY(n->l->arena, const struct pack_column *, t->fields.column_count);
    const char *key;
    json_t *v;
    t->fill = fill;
    json_object_foreach((json_t *)at.v, key, v)
    {
        const struct pack_column *c = field_named(&at, key, t, str_from(key));
        const struct pack_column *from = t->holder && json_is_string(v)
            ? pack_column(t->holder, str_from(json_string_value(v)))
            : NULL;
        if (!from)
            FAULT_MEMBER(
                &at, key, "应是持有人登记表的列名", "must name a column of the holder's register");
        else if (c && from->type != c->type && c->type != PACK_COLUMN_TEXT)
            FAULT_MEMBER(&at, key, "字段与列的类型不同", "field and column differ in type");
        else if (c && from->masked && !c->masked)
            FAULT_MEMBER(&at, key, "列 “%.*s” 是遮盖的,字段也须遮盖",
                "column \"%.*s\" is masked, so the field must be masked", STR_ARGS(from->name));
        else if (c && fill)
            fill[c - t->fields.columns] = from;
    }
}

/* ---- time ---- */

static void read_validity(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "kind", "amount", "field", NULL };
    struct node at = node_get(n, "validity", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    int kind = node_word(&at, "kind", validity_words, -1);
    t->validity = (enum pack_validity)(kind < 0 ? 0 : kind);
    bool counted = kind == PACK_VALID_YEARS || kind == PACK_VALID_MONTHS || kind == PACK_VALID_DAYS;
    t->valid_amount = node_int(&at, "amount", 1, 36500, 0);
    if (counted != (t->valid_amount > 0))
        FAULT_MEMBER(&at, "amount", counted ? "缺少期限的数量" : "这种有效期不带数量",
            counted ? "how many is missing" : "this kind of validity takes no amount");
    str until = node_text(&at, "field", kind == PACK_VALID_UNTIL ? REQUIRED : OPTIONAL);
    t->valid_until = field_named(&at, "field", t, until);
    if (t->valid_until && t->valid_until->type != PACK_COLUMN_DATE)
        FAULT_MEMBER(&at, "field", "应是类型为 date 的字段", "must be a field of type date");
}

static void read_renewal(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "days_before", "silence", "law", NULL };
    struct node at = node_get(n, "renewal", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known) || !at.v)
        return;
    t->renew_days = node_int(&at, "days_before", 1, 1000, 30);
    t->renew_silence = node_bool(&at, "silence", false);
    t->renew_law = node_name(&at, "law", REQUIRED);
    if (t->validity == PACK_VALID_ALWAYS)
        FAULT(&at, "长期有效的证照没有延续", "what always holds is not renewed");
}

static struct pack_roles read_roles_of(const struct node *n, const char *member)
{
    struct pack_roles r = { 0 };
    r.items = node_texts(n, member, &r.count, OPTIONAL);
    for (size_t i = 0; r.items && i < r.count; i++)
        if (!pack_role(n->l->pack, r.items[i]))
            FAULT_MEMBER(n, member, "没有角色 “%.*s”", "there is no role \"%.*s\"",
                STR_ARGS(brief(r.items[i])));
    return r;
}

static void read_who(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "issue", "suspend", "revoke", NULL };
    struct node at = node_get(n, "roles", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    t->issue = read_roles_of(&at, "issue");
    t->suspend = read_roles_of(&at, "suspend");
    t->revoke = read_roles_of(&at, "revoke");
}

/* ---- layout ---- */

static void check_template(
    const struct node *n, const char *member, const struct pack_licence *t, str s)
{
    static const char *const more[] = { "holder", "holder_key", "number", "identifier", "issuer",
        "issued_on", "first_issued_on", "valid_from", "valid_to", NULL };
    for (ptrdiff_t open; (open = str_find(s, STR("{"), 0)) >= 0;) {
        ptrdiff_t close = str_find(s, STR("}"), (size_t)open);
        str name = str_slice(s, (size_t)open + 1, close < 0 ? s.bytes : (size_t)close);
        if (close < 0 || (word_find(more, name) < 0 && !pack_column(&t->fields, name)))
            FAULT_MEMBER(n, member, "“{%.*s}” 既不是字段,也不是 holder、number 等固定名称",
                "\"{%.*s}\" is neither a field nor one of the fixed names such as holder and number",
                STR_ARGS(brief(name)));
        if (close < 0)
            return;
        s = str_slice(s, (size_t)close + 1, s.bytes);
    }
}

static void read_lines(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "label", "text", NULL };
    struct node list = node_get(n, "lines", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    if (count > PACK_LICENCE_LINES_MAX) {
        FAULT(&list, "至多 %d 行", "at most %d lines", PACK_LICENCE_LINES_MAX);
        return;
    }
    struct pack_licence_line *lines = ARENA_ARRAY(n->l->arena, struct pack_licence_line, count);
    for (size_t i = 0; lines && i < count; i++) {
        struct node at = node_at(&list, i);
        if (!node_members(&at, known))
            continue;
        lines[i].label = node_name(&at, "label", OPTIONAL);
        if (json_is_string(json_object_get(at.v, "text"))) {
            lines[i].text.zh = lines[i].text.en = node_text(&at, "text", REQUIRED);
        } else {
            lines[i].text = node_name(&at, "text", REQUIRED);
        }
        check_template(&at, "text", t, lines[i].text.zh);
        check_template(&at, "text", t, lines[i].text.en);
    }
    t->lines = lines;
    t->line_count = lines ? count : 0;
}

static void read_layout(const struct node *n, struct pack_licence *t)
{
    static const char *const known[] = { "paper", "title", "lines", "seal", NULL };
    static const char *const seal[] = { "ring", "line", NULL };
    struct node at = node_get(n, "layout", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    t->paper = (enum pack_paper)node_word(&at, "paper", paper_words, PACK_PAPER_A4);
    t->title = node_name(&at, "title", REQUIRED);
    read_lines(&at, t);
    struct node stamp = node_get(&at, "seal", JSON_OBJECT, REQUIRED);
    if (!node_members(&stamp, seal))
        return;
    t->seal_ring = node_text(&stamp, "ring", REQUIRED);
    t->seal_line = node_text(&stamp, "line", OPTIONAL);
    if (str_code_points(t->seal_ring) > 40 || str_code_points(t->seal_line) > 24)
        FAULT(&stamp, "印章环文至多 40 字,横排至多 24 字",
            "a seal has at most 40 letters around and 24 across");
}

/* ---- whole ---- */

static void read_type(const struct node *n, struct pack *pack, str file_name)
{
    static const char *const known[] = { "type", "name", "code", "issuer", "holder", "fields",
        "public", "fill", "validity", "renewal", "roles", "layout", "law", "once", NULL };
    if (!node_members(n, known))
        return;
    struct pack_licence t = { .code = node_code(n, "type", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .law = node_name(n, "law", OPTIONAL) };
    t.type_code = read_type_code(n);
    t.once = node_bool(n, "once", false);
    t.fields.code = t.code;
    t.fields.name = t.name;
    read_issuer(n, &t);
    read_holder(n, &t);
    read_fields(n, &t);
    read_public(n, &t);
    read_fill(n, &t);
    read_validity(n, &t);
    read_renewal(n, &t);
    read_who(n, &t);
    read_layout(n, &t);
    if (t.code.bytes && !str_equal(t.code, file_name))
        FAULT_MEMBER(n, "type", "类型应与文件名 “%.*s” 一致",
            "the type must be its file's name, \"%.*s\"", STR_ARGS(file_name));
    for (size_t i = 0; i < pack->licence_count; i++) {
        if (t.code.bytes && str_equal(pack->licences[i].code, t.code))
            FAULT_MEMBER(
                n, "type", "类型 “%.*s” 重复", "type \"%.*s\" is defined twice", STR_ARGS(t.code));
        if (t.type_code.bytes && str_equal(pack->licences[i].type_code, t.type_code))
            FAULT_MEMBER(n, "code", "类型代码 %.*s 已用于 “%.*s”",
                "the code %.*s is that of \"%.*s\"", STR_ARGS(t.type_code),
                STR_ARGS(pack->licences[i].code));
    }
    ((struct pack_licence *)pack->licences)[pack->licence_count++] = t;
}

void read_licences(struct loader *l)
{
    size_t at = 0;
    str name;
    struct pack_licence *types = ARENA_ARRAY(l->arena, struct pack_licence, l->pack->file_count);
    if (!types)
        return;
    l->pack->licences = types;
    for (const struct pack_file *f; (f = file_each(l, "types", ".json", &at, &name));) {
        struct document doc;
        struct node root;
        if (document_read(l, f->path, &doc, &root))
            read_type(&root, l->pack, name);
    }
}

const struct pack_licence *pack_licence(const struct pack *p, str code)
{
    for (size_t i = 0; i < p->licence_count; i++)
        if (str_equal(p->licences[i].code, code))
            return &p->licences[i];
    return NULL;
}
