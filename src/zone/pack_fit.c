/*
 * What the records need of a pack before it can be taken into use: it may be whole in itself and
 * still leave people without a role, or cases without the table they stand in.
 */
#include "zone/packs.h"

#include "zone/ledger.h"
#include "zone/register.h"

struct fitting {
    struct op *op;
    const struct pack *now, *next;
    struct diag_list *faults;
    size_t found;
};

#define MISFIT(f, file, ...)                                                                       \
    do {                                                                                           \
        struct diag diag_ = { 0 };                                                                 \
        (void)diag_set(&diag_, ERR_INVALID, __VA_ARGS__);                                          \
        diag_at(&diag_, (file), 0, 0);                                                             \
        diag_list_add((f)->faults, &diag_);                                                        \
        (f)->found++;                                                                              \
    } while (0)

static enum err count(struct fitting *f, const char *sql, str code, int64_t *n)
{
    struct store_rows rows;
    TRY(STORE_ONE(f->op->conn, &rows, f->op->diag, sql, S_TEXT(f->op->zone->code), S_TEXT(code)));
    *n = store_int(&rows, 0);
    store_rows_end(&rows);
    return OK;
}

static void check_zone(struct fitting *f)
{
    const struct pack_zone *a = &f->now->zone, *b = &f->next->zone;
    if (!str_equal(a->code, b->code))
        MISFIT(f, "zone.json", "区的代码 zone 不能改:现有数据都记在“%.*s”名下",
            "the zone's code cannot change: all records are kept under \"%.*s\"",
            STR_ARGS(a->code));
    if (!str_is(b->origin, ledger_origin(f->op->zone)) || a->crypto != b->crypto)
        MISFIT(f, "zone.json", "日志来源 origin 和密码套件 crypto 不能改:日志已用原来的密钥签名",
            "origin and crypto cannot change: the journal is signed with the key made for them");
}

static enum err check_kinds(struct fitting *f)
{
    for (size_t i = 0; i < f->now->system_count; i++) {
        const struct pack_system *s = &f->now->systems[i];
        int64_t n = 0;
        if (pack_kind(f->next, s->kind))
            continue;
        TRY(count(f,
            "SELECT count(*) FROM (SELECT 1 FROM cases WHERE zone = $1 AND kind = $2 LIMIT 1) t",
            s->kind, &n));
        if (n)
            MISFIT(f, "zone.json", "办件种类“%.*s”已有办件,不能从配置中去掉",
                "there are cases of kind \"%.*s\"; it cannot be taken out of the pack",
                STR_ARGS(s->kind));
    }
    return OK;
}

static enum err check_people(struct fitting *f)
{
    for (size_t i = 0; i < f->now->role_count; i++) {
        str code = f->now->roles[i].code;
        int64_t n = 0;
        if (pack_role(f->next, code))
            continue;
        TRY(count(f, "SELECT count(*) FROM account WHERE zone = $1 AND role = $2 AND disabled = 0",
            code, &n));
        if (n)
            MISFIT(f, "roles.json", "角色“%.*s”还有 %lld 个可用的账号,请先停用或改为别的角色",
                "the role \"%.*s\" is that of %lld accounts that may sign in; disable them first",
                STR_ARGS(code), (long long)n);
    }
    for (size_t i = 0; i < f->now->unit_count; i++) {
        str code = f->now->units[i].code;
        int64_t accounts = 0, tasks = 0;
        if (pack_unit(f->next, code))
            continue;
        TRY(count(f, "SELECT count(*) FROM account WHERE zone = $1 AND unit = $2 AND disabled = 0",
            code, &accounts));
        TRY(count(f,
            "SELECT count(*) FROM task WHERE zone = $1 AND unit = $2 AND state IN ('open',"
            " 'suspended')",
            code, &tasks));
        if (accounts || tasks)
            MISFIT(f, "units.json", "单位“%.*s”还有 %lld 个账号、%lld 项待办,不能从配置中去掉",
                "the unit \"%.*s\" has %lld accounts and %lld open tasks; it cannot be taken out",
                STR_ARGS(code), (long long)accounts, (long long)tasks);
    }
    return OK;
}

/* Registers that have records stay; what a table cannot follow is said as register_prepare says it.
 */
static enum err check_registers(struct fitting *f)
{
    struct register_step *steps;
    size_t step_count;
    for (size_t i = 0; i < f->now->register_count; i++) {
        str code = f->now->registers[i].code;
        bool records = false;
        if (pack_register(f->next, code))
            continue;
        TRY(register_holds(f->op, code, &records));
        if (records)
            MISFIT(f, "registers", "登记表“%.*s”已有记录,不能从配置中去掉",
                "the register \"%.*s\" has records; it cannot be taken out of the pack",
                STR_ARGS(code));
    }
    TRY(register_plan(f->op, f->next, &steps, &step_count));
    for (size_t i = 0; i < step_count; i++) {
        str path = str_printf(f->op->arena, "registers/%.*s.json", STR_ARGS(steps[i].r->code));
        TRY(diag_arena(f->op->diag, f->op->arena));
        if (steps[i].blocked)
            MISFIT(f, path.data, "%1$s%2$.0s", "%1$.0s%2$s",
                str_terminated(f->op->arena, steps[i].what.zh),
                str_terminated(f->op->arena, steps[i].what.en));
    }
    return OK;
}

enum err pack_fit(struct op *op, const struct pack *p, struct diag_list *faults)
{
    struct fitting f = { op, zone_pack(op->zone), p, faults, 0 };
    check_zone(&f);
    TRY(check_kinds(&f));
    TRY(check_people(&f));
    TRY(check_registers(&f));
    if (!f.found)
        return OK;
    if (faults->count)
        *op->diag = *faults->items[faults->count - 1];
    return ERR_INVALID;
}
