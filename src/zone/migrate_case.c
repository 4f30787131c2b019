/*
 * One case taken to another version: the pure engine fits its state (bpmn_migrate), here its rows
 * follow: tasks and jobs carry the new names of their steps, promises the new code, the row the new
 * version; what the turn sets or cancels goes the way of every turn.
 */
#include "zone/case_write.h"
#include "zone/job_internal.h"
#include "zone/migrate_internal.h"

#include <string.h>

str migrate_mapped(const struct bpmn_mapping *map, size_t count, str id)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(map[i].from, id))
            return map[i].to;
    return id;
}

/* ---- the two versions ---- */

static enum err find_system(struct op *op, str version, str kind, const struct pack **pack,
    const struct pack_system **system)
{
    TRY(zone_pack_version(op, version, pack));
    *system = pack_kind(*pack, kind);
    if (*system)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "配置版本 %.*s 中没有办件类型 %.*s",
        "pack version %.*s has no kind of case %.*s", STR_ARGS(str_slice(version, 0, 12)),
        STR_ARGS(kind));
}

static enum err check_mapping(struct op *op, const struct migrate_ends *e, struct bpmn_mapping p)
{
    diag_field(op->diag, p.from);
    if (!bpmn_node_by_id(e->from->procedure, p.from)
        && !bpmn_flow_known(e->from->procedure, p.from))
        return diag_set(op->diag, ERR_INVALID, "旧版本的流程中没有“%.*s”",
            "the old version has no \"%.*s\"", STR_ARGS(p.from));
    if (!bpmn_node_by_id(e->to->procedure, p.to) && !bpmn_flow_known(e->to->procedure, p.to))
        return diag_set(op->diag, ERR_INVALID, "新版本的流程中没有“%.*s”",
            "the new version has no \"%.*s\"", STR_ARGS(p.to));
    diag_field(op->diag, STR_NONE);
    return OK;
}

static enum err check_promise(struct op *op, const struct migrate_ends *e, struct bpmn_mapping p)
{
    diag_field(op->diag, p.from);
    if (!pack_promise(e->from, p.from) || !pack_promise(e->to, p.to))
        return diag_set(op->diag, ERR_INVALID, "没有承诺“%.*s”(旧)或“%.*s”(新)",
            "there is no promise \"%.*s\" (old) or \"%.*s\" (new)", STR_ARGS(p.from),
            STR_ARGS(p.to));
    diag_field(op->diag, STR_NONE);
    return OK;
}

enum err migrate_chosen(
    struct op *op, const struct migrate_request *r, int64_t **ids, size_t *count)
{
    *ids = ARENA_ARRAY(op->arena, int64_t, r->case_count + 1);
    TRY(diag_arena(op->diag, op->arena));
    for (*count = 0; *count < r->case_count; ++*count) {
        struct store_rows rows;
        str number = r->numbers[*count];
        enum err e = STORE_ONE(op->conn, &rows, op->diag,
            "SELECT id FROM cases WHERE zone = $1 AND number = $2 AND kind = $3 AND pack_version ="
            " $4",
            S_TEXT(op->zone->code), S_TEXT(number), S_TEXT(r->kind), S_TEXT(r->from));
        if (e == ERR_NOT_FOUND)
            return diag_set(op->diag, e, "没有在该版本上办理的办件 %.*s",
                "no case %.*s runs on that version", STR_ARGS(number));
        TRY(e);
        (*ids)[*count] = store_int(&rows, 0);
        store_rows_end(&rows);
    }
    return OK;
}

enum err migrate_ends(struct op *op, const struct migrate_request *r, struct migrate_ends *out)
{
    str to = r->to.bytes ? r->to : str_from(zone_pack(op->zone)->version);
    struct bpmn_mapping *map = ARENA_ARRAY(op->arena, struct bpmn_mapping, r->map_count + 1);
    struct bpmn_mapping *promises = ARENA_ARRAY(op->arena, struct bpmn_mapping, r->map_count + 1);
    TRY(diag_arena(op->diag, op->arena));
    *out = (struct migrate_ends){ .map = map, .promises = promises };
    TRY(find_system(op, r->from, r->kind, &out->from_pack, &out->from));
    TRY(find_system(op, to, r->kind, &out->to_pack, &out->to));
    if (out->from_pack == out->to_pack)
        return diag_set(op->diag, ERR_INVALID, "新旧版本相同", "the two versions are the same");
    for (size_t i = 0; i < r->map_count; i++) {
        struct bpmn_mapping p = r->map[i];
        if (str_starts(p.from, STR("promise:"))) {
            p.from = str_slice(p.from, 8, p.from.bytes);
            p.to = str_slice(p.to, str_starts(p.to, STR("promise:")) ? 8 : 0, p.to.bytes);
            TRY(check_promise(op, out, p));
            promises[out->promise_count++] = p;
        } else {
            TRY(check_mapping(op, out, p));
            map[out->map_count++] = p;
        }
    }
    if (!str_equal(out->from->process->id, out->to->process->id))
        map[out->map_count++] =
            (struct bpmn_mapping){ out->from->process->id, out->to->process->id };
    return OK;
}

/* ---- does it fit? ---- */

static void tell(struct diag_list *conflicts, str field, struct diag *d)
{
    diag_field(d, field);
    diag_list_add(conflicts, d);
}

/* A promise that runs must be there in the new version too: nothing could meet it otherwise. */
static void check_promises(
    struct moving *m, const struct migrate_ends *e, struct diag_list *conflicts)
{
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        struct diag d = { 0 };
        str code = migrate_mapped(e->promises, e->promise_count, p->code);
        if (p->state >= PROMISE_MET || pack_promise(e->to, code))
            continue;
        diag_set(&d, ERR_INVALID,
            "承诺“%.*s”正在计时,新版本没有这项承诺:请写明它对应哪一项(promise:旧=promise:新)",
            "the promise \"%.*s\" is running and the new version has none of that code: say which it "
            "becomes (promise:old=promise:new)",
            STR_ARGS(p->code));
        tell(conflicts, p->code, &d);
    }
}

/* A job under way was made with the old settings; another handler would not know what to do. */
static enum err check_jobs(
    struct moving *m, const struct migrate_ends *e, struct diag_list *conflicts)
{
    struct store_rows rows;
    TRY(STORE_QUERY(m->op->conn, &rows, m->op->diag,
        "SELECT node, handler FROM job WHERE zone = $1 AND case_id = $2 AND token > 0 AND handler"
        " <> 'timer'",
        S_TEXT(m->op->zone->code), S_INT(m->row.id)));
    for (bool more;;) {
        struct diag d = { 0 };
        TRY(store_next(&rows, &more, m->op->diag));
        if (!more)
            return OK;
        str old = str_copy(m->op->arena, store_text(&rows, 0));
        str id = migrate_mapped(e->map, e->map_count, old);
        const struct bpmn_node *n = bpmn_node_by_id(e->to->procedure, id);
        const struct bpmn_service *s = n ? bpmn_service_of(n) : NULL;
        if (!n || (s && str_equal(s->handler, store_text(&rows, 1))))
            continue; /* a step that is gone is told by the engine */
        diag_set(&d, ERR_INVALID,
            "系统步骤“%.*s”正在处理,新版本改变了它的处理方式:请待其完成后再迁移",
            "the service step \"%.*s\" is being done and has another handler in the new version: "
            "wait until it is done",
            STR_ARGS(old));
        tell(conflicts, old, &d);
    }
}

/* Who has a task must be of a role the new version still gives it to an applicant or to an office.
 */
static void check_roles(
    const struct migrate_ends *e, const struct bpmn_instance *old, struct diag_list *conflicts)
{
    for (size_t i = 0; i < bpmn_waiting_count(old); i++) {
        const struct bpmn_node *was = bpmn_waiting_at(old, i).node;
        const struct bpmn_node *is =
            bpmn_node_by_id(e->to->procedure, migrate_mapped(e->map, e->map_count, was->id));
        const struct pack_role *a = pack_role(e->from_pack, was->role);
        const struct pack_role *b = is ? pack_role(e->to_pack, is->role) : NULL;
        struct diag d = { 0 };
        if (was->kind != BPMN_USER_TASK || !a || !b
            || (a->scope == PACK_SCOPE_ENTERPRISE) == (b->scope == PACK_SCOPE_ENTERPRISE))
            continue;
        diag_set(&d, ERR_INVALID, "“%.*s”在新版本中改由%s办理:请对应到别的步骤",
            "\"%.*s\" is done by %.0sthe other side in the new version: map it to another step",
            STR_ARGS(was->name.bytes ? was->name : was->id),
            b->scope == PACK_SCOPE_ENTERPRISE ? "申请人" : "单位");
        tell(conflicts, was->id, &d);
    }
}

enum err migrate_try(struct moving *m, const struct migrate_ends *e, struct diag_list *conflicts)
{
    struct op *op = m->op;
    size_t before = conflicts->total;
    const struct bpmn_instance *old = m->instance;
    check_promises(m, e, conflicts);
    TRY(check_jobs(m, e, conflicts));
    check_roles(e, old, conflicts);
    m->pack = e->to_pack;
    m->system = e->to;
    enum err err = procedure_fit(m, e->from->procedure, e->map, e->map_count, conflicts);
    if (err != OK && conflicts->total == before) /* no conflict, a fault */
        return err;
    if (conflicts->total == before)
        return OK;
    *op->diag = *conflicts->items[0];
    return op->diag->err;
}

/* ---- keeping it ---- */

static enum err rename_rows(
    struct moving *m, const struct bpmn_node *from, const struct bpmn_node *to)
{
    struct op *op = m->op;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET node = $4, role = $5 WHERE zone = $1 AND case_id = $2 AND node = $3 AND"
        " state NOT IN ('done', 'cancelled')",
        S_TEXT(op->zone->code), S_INT(m->row.id), S_TEXT(from->id), S_TEXT(to->id),
        S_TEXT(to->role)));
    if (str_equal(from->id, to->id))
        return OK;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE case_step SET node = $4 WHERE zone = $1 AND case_id = $2 AND node = $3 AND left_at"
        " IS NULL",
        S_TEXT(op->zone->code), S_INT(m->row.id), S_TEXT(from->id), S_TEXT(to->id)));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE job SET node = $4 WHERE zone = $1 AND case_id = $2 AND node = $3",
        S_TEXT(op->zone->code), S_INT(m->row.id), S_TEXT(from->id), S_TEXT(to->id));
}

/* Each step once, though several tokens may wait there; by a name of passage, so that two steps
 * that change their names with each other are not taken for one. */
static enum err rename_all(
    struct moving *m, const struct migrate_ends *e, const struct bpmn_instance *old)
{
    size_t count = bpmn_waiting_count(old);
    const struct bpmn_node **seen = ARENA_ARRAY(m->op->arena, const struct bpmn_node *, count + 1);
    struct bpmn_node *passage = ARENA_NEW(m->op->arena, struct bpmn_node);
    TRY(diag_arena(m->op->diag, m->op->arena));
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct bpmn_node *n = bpmn_waiting_at(old, i).node;
        size_t k = 0;
        while (k < used && seen[k] != n)
            k++;
        if (k == used)
            seen[used++] = n;
    }
    bool renamed = false;
    for (size_t k = 0; k < used; k++)
        renamed =
            renamed || !str_equal(migrate_mapped(e->map, e->map_count, seen[k]->id), seen[k]->id);
    for (int pass = renamed ? 0 : 2; pass < 3; pass++)
        for (size_t k = 0; k < used; k++) {
            const struct bpmn_node *to = bpmn_node_by_id(
                e->to->procedure, migrate_mapped(e->map, e->map_count, seen[k]->id));
            if (!to)
                continue;
            *passage = *to;
            passage->id = str_printf(m->op->arena, " %.*s", STR_ARGS(to->id));
            if (pass == 2 && !renamed)
                TRY(rename_rows(m, seen[k], to));
            else if (pass < 2)
                TRY(rename_rows(m, pass ? passage : seen[k], pass ? to : passage));
        }
    return OK;
}

static enum err rename_promises(struct moving *m, const struct migrate_ends *e)
{
    for (size_t i = 0; i < m->promise_count; i++) {
        struct promise *p = &m->promises[i];
        str code = migrate_mapped(e->promises, e->promise_count, p->code);
        if (p->state >= PROMISE_MET || str_equal(code, p->code))
            continue;
        TRY(STORE_EXEC(m->op->conn, m->op->diag,
            "UPDATE promise SET code = $3 WHERE zone = $1 AND id = $2", S_TEXT(m->op->zone->code),
            S_INT(p->id), S_TEXT(code)));
        p->code = code;
    }
    return OK;
}

enum err migrate_case(struct moving *m, const struct migrate_ends *e, int64_t run, str reason,
    struct diag_list *conflicts)
{
    int64_t event;
    const struct bpmn_instance *old = m->instance;
    str from = m->row.pack_version;
    TRY(migrate_try(m, e, conflicts));
    TRY(rename_all(m, e, old));
    TRY(rename_promises(m, e));
    m->row.pack_version = str_copy(m->op->arena, str_from(e->to_pack->version));
    TRY(procedure_fitted(m));
    TRY(moving_save(m));
    json_t *data = verb_event(m, "migrate", reason);
    json_set_str(data, "from", from);
    json_set_str(data, "to", m->row.pack_version);
    json_set_id(data, "migration", run);
    return event_write(m, "case.migrate", data, false, &event);
}
