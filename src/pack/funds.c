/*
 * funds.json of a system: which register's records are the zone's funds, which of its columns hold
 * what the ledger needs, and where the bank accounts of payees stand. One file a zone.
 */
#include "pack/internal.h"

struct wanted {
    const char *member;
    enum pack_column_type type;
    int required;
    const struct pack_column **into;
};

static const struct pack_register *read_register(const struct node *n, const char *member)
{
    str code = node_code(n, member, REQUIRED);
    const struct pack_register *r = pack_register(n->l->pack, code);
    if (code.bytes && !r)
        FAULT_MEMBER(n, member, "没有登记表 “%.*s”", "there is no register \"%.*s\"",
            STR_ARGS(brief(code)));
    return r;
}

static void read_columns(
    const struct node *n, const struct pack_register *r, const struct wanted *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct wanted *w = &list[i];
        str name = node_code(n, w->member, w->required);
        const struct pack_column *c = r ? pack_column(r, name) : NULL;
        if (!name.bytes || !r)
            continue;
        if (!c)
            FAULT_MEMBER(n, w->member, "登记表 “%.*s” 没有列 “%.*s”",
                "register \"%.*s\" has no column \"%.*s\"", STR_ARGS(r->code),
                STR_ARGS(brief(name)));
        else if (c->type != w->type)
            FAULT_MEMBER(n, w->member, "列 “%.*s” 的类型应为 %s", "column \"%.*s\" must be of type %s",
                STR_ARGS(c->name), pack_column_type_word(w->type));
        else
            *w->into = c;
    }
}

static void read_payees(const struct node *top, struct pack_funds *out)
{
    static const char *const known[]
        = { "register", "payee", "holder", "bank", "account", NULL };
    struct node n = node_get(top, "payees", JSON_OBJECT, REQUIRED);
    if (!node_members(&n, known))
        return;
    out->payees = read_register(&n, "register");
    const struct wanted columns[] = {
        { "payee", PACK_COLUMN_REF, REQUIRED, &out->payee },
        { "holder", PACK_COLUMN_TEXT, REQUIRED, &out->holder },
        { "bank", PACK_COLUMN_TEXT, REQUIRED, &out->bank },
        { "account", PACK_COLUMN_TEXT, REQUIRED, &out->account },
    };
    read_columns(&n, out->payees, columns, sizeof columns / sizeof *columns);
    if (out->account && !out->account->masked)
        FAULT_MEMBER(&n, "account", "银行账号所在的列应写明 \"masked\": true",
            "the column of bank accounts must be \"masked\": true");
    if (out->payee && (!out->payee->ref || !out->payee->ref->key))
        FAULT_MEMBER(&n, "payee", "收款人所在的登记表应有主键列",
            "the register that payees stand in needs a key column");
}

static void read_one(struct loader *l, const struct pack_file *file)
{
    static const char *const known[] = { "register", "year", "unit", "basis", "from", "to",
        "closed", "payees", NULL };
    struct document doc;
    struct node n;
    struct pack_funds *out = ARENA_NEW(l->arena, struct pack_funds);
    if (!out || !document_read(l, file->path, &doc, &n) || !node_members(&n, known))
        return;
    if (l->pack->funds) {
        FAULT(&n, "一个区只能有一份 funds.json", "a zone has one funds.json only");
        return;
    }
    out->funds = read_register(&n, "register");
    const struct wanted columns[] = {
        { "year", PACK_COLUMN_INT, OPTIONAL, &out->year },
        { "unit", PACK_COLUMN_UNIT, REQUIRED, &out->unit },
        { "basis", PACK_COLUMN_TEXT, REQUIRED, &out->basis },
        { "from", PACK_COLUMN_DATE, OPTIONAL, &out->from },
        { "to", PACK_COLUMN_DATE, OPTIONAL, &out->to },
        { "closed", PACK_COLUMN_BOOL, OPTIONAL, &out->closed },
    };
    read_columns(&n, out->funds, columns, sizeof columns / sizeof *columns);
    if (out->funds && (!out->funds->key || !out->funds->label))
        FAULT_MEMBER(&n, "register", "资金登记表应有主键列和名称列(key, label)",
            "the register of funds needs a key and a label");
    read_payees(&n, out);
    l->pack->funds = out;
}

void read_funds(struct loader *l)
{
    for (size_t i = 0; i < l->folder_count; i++) {
        str path = str_printf(l->arena, "%.*s/funds.json", STR_ARGS(l->folders[i]));
        const struct pack_file *f = file_use(l, path);
        if (f)
            read_one(l, f);
    }
}
