/*
 * Doing a verb: asked once more whether it may be done, inputs checked, done, saved, journalled.
 *
 * A verb that ends its step completes the token with the variable "verb", for the conditions drawn
 * behind the step. Others (sign for, transfer, suspend …) change the task, not the token.
 */
#include "zone/case_do.h"
#include "zone/notice.h"
#include "zone/service.h"

#include <stdio.h>

enum { TEXT_BYTES_MAX = 20000 };

enum err do_invalid(struct op *op, const char *field, const char *zh, const char *en)
{
    if (op->diag) {
        diag_set(op->diag, ERR_INVALID, "%s", "%s", zh);
        snprintf(op->diag->en, sizeof op->diag->en, "%s", en);
    }
    diag_field(op->diag, str_from(field));
    return ERR_INVALID;
}

json_t *do_outcome(struct doing *d)
{
    json_t *v = json_keep(d->m->op->arena, json_object());
    if (v)
        json_object_set_new(v, "verb", json_string(verb_info(d->in->verb)->word));
    return v;
}

enum err do_complete(struct doing *d, json_t *variables)
{
    TRY(diag_arena(d->m->op->diag, d->m->op->arena));
    return procedure_complete(d->m, d->may->task->token, variables);
}

static void first_response(struct doing *d)
{
    if (!d->m->row.first_response_at)
        d->m->row.first_response_at = d->m->op->now_ms;
}

enum err do_assign(struct moving *m, int64_t task, int64_t account, int64_t signed_at)
{
    return STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE task SET assignee_id = $3, signed_at = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(m->op->zone->code), S_INT(task), S_INT(account), S_INT_OR_NULL(signed_at));
}

/* The account must be of the unit and in use. */
enum err do_check_assignee(struct op *op, int64_t account, str unit)
{
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT 1 FROM account WHERE zone = $1 AND id = $2 AND unit = $3 AND disabled = 0",
        S_TEXT(op->zone->code), S_INT(account), S_TEXT(unit));
    store_rows_end(&rows);
    if (e == ERR_NOT_FOUND)
        return do_invalid(op, "assignee", "该承办人不在所选单位,请重新选择",
            "this officer is not in the unit chosen; please choose again");
    return e;
}

static enum err check_unit(struct doing *d, const struct pack_unit **out)
{
    const struct pack_unit *u = pack_unit(d->m->pack, d->in->unit);
    if (!u || (u->kind != PACK_UNIT_HANDLER && u->kind != PACK_UNIT_CENTRE))
        return do_invalid(d->m->op, "unit", "没有这个承办单位,请从列表中选择",
            "there is no such handling unit; please choose one of the list");
    *out = u;
    json_set_str(d->event, "unit", u->code);
    return OK;
}

/* Who dispatches also says what it is about, where the applicant did not know. */
static enum err check_topic(struct doing *d)
{
    if (!d->in->topic.bytes)
        return OK;
    if (!pack_topic(d->m->system, d->in->topic))
        return do_invalid(d->m->op, "topic", "没有这个事项类别,请从列表中选择",
            "there is no such topic; please choose one of the list");
    json_set_str(d->event, "topic", d->in->topic);
    return OK;
}

static enum err do_sign(struct doing *d)
{
    struct moving *m = d->m;
    d->is_public = true;
    TRY(do_assign(m, d->may->task->id, m->op->actor->account, m->op->now_ms));
    first_response(d);
    return promises_met_by(m, VERB_SIGN, d->may->task->id);
}

/* After dispatch the new step may be given to a person at once. */
static enum err assign_new_step(struct doing *d, str unit)
{
    struct case_task *tasks;
    size_t count;
    if (!d->in->assignee)
        return OK;
    TRY(do_check_assignee(d->m->op, d->in->assignee, unit));
    TRY(case_tasks(d->m->op, d->m->row.id, &tasks, &count));
    for (size_t i = 0; i < count; i++)
        if (str_is(tasks[i].state, "open") && str_equal(tasks[i].unit, unit))
            return do_assign(d->m, tasks[i].id, d->in->assignee, 0);
    return OK;
}

static enum err do_dispatch(struct doing *d)
{
    const struct pack_unit *unit;
    TRY(check_unit(d, &unit));
    TRY(check_topic(d));
    d->is_public = true;
    json_t *v = do_outcome(d);
    if (v)
        json_set_str(v, "unit", unit->code);
    if (v && d->in->topic.bytes)
        json_set_str(v, "topic", d->in->topic); /* the row takes it from the variables */
    TRY(do_complete(d, v));
    return assign_new_step(d, unit->code);
}

static enum err void_task_promises(struct moving *m, int64_t task)
{
    for (size_t i = 0; i < m->promise_count; i++)
        if (m->promises[i].task_id == task && m->promises[i].state < PROMISE_MET)
            TRY(promise_void(m->op, &m->promises[i]));
    return OK;
}

static enum err do_transfer(struct doing *d)
{
    struct moving *m = d->m;
    struct op *op = m->op;
    const struct case_task *t = d->may->task;
    const struct pack_unit *unit;
    TRY(check_unit(d, &unit));
    bool same = str_equal(unit->code, t->unit);
    if (same && (!d->in->assignee || d->in->assignee == t->assignee_id))
        return do_invalid(op, "unit", "已由该单位办理,请选择其他单位或承办人",
            "this unit has it already; choose another unit or officer");
    if (d->in->assignee)
        TRY(do_check_assignee(op, d->in->assignee, unit->code));
    d->is_public = !same;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET unit = $3, assignee_id = $4, signed_at = NULL WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(t->id), S_TEXT(unit->code), S_INT(d->in->assignee)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO case_unit (zone, unit, case_id) VALUES ($1, $2, $3) ON CONFLICT (zone,"
        " unit, case_id) DO NOTHING",
        S_TEXT(op->zone->code), S_TEXT(unit->code), S_INT(m->row.id)));
    /* The new hand has its own time to sign for it. */
    TRY(void_task_promises(m, t->id));
    const struct bpmn_node *node = bpmn_node_by_id(m->system->procedure, t->node);
    if (node)
        TRY(promises_start_named(m, node->promise, t->id));
    json_t *v = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(v, "unit", unit->code);
    return procedure_set(m, v);
}

static enum err do_reply(struct doing *d)
{
    struct moving *m = d->m;
    const struct actor *a = m->op->actor;
    d->is_public = true;
    m->row.answer = d->in->text;
    m->row.answered_by = a->name;
    m->row.answered_unit = d->may->task->unit;
    m->row.replied_at = m->op->now_ms;
    m->row.extension = STR_NONE; /* a request still waiting has no object any more */
    first_response(d);
    TRY(promises_met_by(m, VERB_REPLY, d->may->task->id));
    return do_complete(d, do_outcome(d));
}

static enum err set_task_state(struct doing *d, const char *state)
{
    return STORE_EXEC(d->m->op->conn, d->m->op->diag,
        "UPDATE task SET state = $3 WHERE zone = $1 AND id = $2", S_TEXT(d->m->op->zone->code),
        S_INT(d->may->task->id), S_TEXT(str_from(state)));
}

/* The clock of a service item stands still for the special procedures of the item, no others. */
static enum err special_allowed(struct doing *d)
{
    const struct pack_system *s = d->m->system;
    const str *known;
    size_t count;
    if (!s->catalogue || !d->in->reason.bytes)
        return OK;
    TRY(service_special(d->m->op, &d->m->row, &known, &count));
    for (size_t i = 0; i < count; i++)
        if (str_equal(known[i], d->in->reason))
            return OK;
    return do_invalid(d->m->op, "reason", "事项目录中本事项没有这项特别程序",
        "the catalogue names no such special procedure for this item");
}

static enum err do_suspend(struct doing *d)
{
    struct moving *m = d->m;
    d->is_public = true;
    TRY(special_allowed(d));
    m->row.suspended = 1;
    TRY(case_clocks_pause(m, d->in->reason, d->in->text, d->event));
    return set_task_state(d, "suspended");
}

static enum err do_resume(struct doing *d)
{
    struct moving *m = d->m;
    d->is_public = true;
    return case_clocks_resume(m, d->in->text);
}

static enum err do_extend(struct doing *d)
{
    struct op *op = d->m->op;
    const struct pack_promise *def =
        promise_definition(op->zone, d->m->system, main_promise(d->m));
    if (d->in->days < 1 || d->in->days > def->extend_most) {
        diag_field(op->diag, STR("days"));
        return diag_set(op->diag, ERR_INVALID, "延期应为1至%d个工作日",
            "an extension is 1 to %d working days", def->extend_most);
    }
    json_t *o = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_int(o, "days", d->in->days);
    json_set_str(o, "reason", d->in->text);
    json_set_id(o, "askedBy", op->actor->account);
    json_set_str(o, "askedByName", op->actor->name);
    json_set_str(o, "askedAt", zone_instant_text(op, op->now_ms));
    json_set_int(d->event, "days", d->in->days);
    d->m->row.extension = json_text(op->arena, o);
    return OK;
}

static enum err do_approve(struct doing *d)
{
    struct moving *m = d->m;
    json_t *asked;
    TRY(json_parse(m->op->arena, m->row.extension, &asked, m->op->diag));
    struct promise *p = (struct promise *)main_promise(m);
    int64_t days = json_int(asked, "days", 0);
    if (!p || days < 1)
        return diag_set(m->op->diag, ERR_NOT_ALLOWED, "已没有可以延期的承诺",
            "there is no promise left to extend");
    d->is_public = true;
    json_set_int(d->event, "days", days);
    json_set_str(d->event, "reason", json_str(asked, "reason"));
    m->row.extension = STR_NONE;
    return promise_extend(m->op, p, days, json_str(asked, "reason"));
}

static enum err do_refuse(struct doing *d)
{
    d->m->row.extension = STR_NONE;
    return OK;
}

static enum err do_urge(struct doing *d)
{
    d->is_public = true;
    d->m->row.urged++;
    json_set_int(d->event, "times", d->m->row.urged);
    json_set_int(d->event, "level", urge_level(&d->m->row));
    return OK;
}

static enum err do_withdraw(struct doing *d)
{
    d->is_public = true;
    d->m->row.status = CASE_WITHDRAWN;
    d->m->row.suspended = 0;
    d->m->row.extension = STR_NONE;
    TRY(orders_void(d->m));
    return procedure_cancel(d->m, PROMISE_VOID);
}

static enum err do_rate(struct doing *d)
{
    struct moving *m = d->m;
    int levels = m->system->rating_levels;
    if (d->in->rating < 1 || d->in->rating > levels) {
        diag_field(m->op->diag, STR("rating"));
        return diag_set(m->op->diag, ERR_INVALID, "评价应为1至%d", "a rating is 1 to %d", levels);
    }
    bool bad = d->in->rating <= m->system->rating_bad_at_most;
    if (bad && str_blank(d->in->text))
        return do_invalid(m->op, "text", "请说明不满意的原因,以便整改",
            "please say what was not right, so that it can be put right");
    d->is_public = true;
    json_set_int(d->event, "rating", d->in->rating);
    m->row.rating = d->in->rating;
    m->row.rating_text = d->in->text;
    if (bad)
        m->row.reopened++;
    json_t *v = do_outcome(d);
    if (v)
        json_set_int(v, "rating", d->in->rating);
    return do_complete(d, v);
}

/* The procedure runs a second time, with what was known at the end of the first. */
static enum err do_reopen(struct doing *d)
{
    struct moving *m = d->m;
    d->is_public = true;
    m->row.reopened++;
    m->row.status = CASE_OPEN;
    m->row.closed_at = 0;
    json_t *v = json_keep(m->op->arena, json_copy(m->variables));
    TRY(diag_arena(m->op->diag, m->op->arena));
    json_object_set_new(v, "verb", json_string("reopen"));
    m->variables = v;
    return procedure_start(m, v);
}

static enum err tell_target(struct doing *d, const struct case_row *target)
{
    struct moving other;
    TRY(moving_load(d->m->op, target->id, &other));
    TRY(moving_save(&other));
    json_t *event = verb_event(&other, "merged_from", STR_NONE);
    json_set_str(event, "from", d->m->row.number);
    return event_write(&other, "case.merged_from", event, false, NULL);
}

static enum err do_merge(struct doing *d)
{
    struct op *op = d->m->op;
    struct case_row target;
    enum err e = case_by_number(op, str_trim(d->in->target), &target);
    if (e == ERR_NOT_FOUND)
        return do_invalid(op, "target", "没有找到要并入的办件编号,请核对",
            "the number of the case to merge into was not found; please check it");
    TRY(e);
    if (target.id == d->m->row.id)
        return do_invalid(op, "target", "不能并入自己", "a case cannot be merged into itself");
    if (!str_equal(target.kind, d->m->row.kind) || target.status == CASE_MERGED
        || target.status == CASE_WITHDRAWN)
        return do_invalid(op, "target", "该办件已合并或已撤回,不能并入",
            "that case was itself merged or withdrawn");
    d->is_public = true;
    json_set_str(d->event, "into", target.number);
    d->m->row.status = CASE_MERGED;
    d->m->row.merged_into = target.id;
    d->m->row.suspended = 0;
    d->m->row.extension = STR_NONE;
    TRY(orders_void(d->m));
    TRY(procedure_cancel(d->m, PROMISE_VOID));
    return tell_target(d, &target);
}

static enum err do_note(struct doing *d)
{
    const struct actor *a = d->m->op->actor;
    bool by_applicant = a->role && a->role->scope == PACK_SCOPE_ENTERPRISE;
    if (str_blank(d->in->text) && !d->in->file_count)
        return do_invalid(
            d->m->op, "text", "请填写说明或添加附件", "please write something or add a file");
    d->is_public = d->in->is_public || by_applicant;
    return OK;
}

static enum err do_publish(struct doing *d)
{
    struct op *op = d->m->op;
    const struct case_row *r = &d->m->row;
    d->is_public = true;
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO knowledge (zone, id, kind, topic, title, question, answer, case_id, unit,"
        " published_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(r->kind), S_TEXT(r->topic), S_TEXT(r->title),
        S_TEXT(d->in->text), S_TEXT(r->answer), S_INT(r->id), S_TEXT(r->answered_unit),
        S_INT(op->now_ms)));
    str text = str_printf(op->arena, "%.*s %.*s %.*s", STR_ARGS(r->title), STR_ARGS(d->in->text),
        STR_ARGS(r->answer));
    TRY(diag_arena(op->diag, op->arena));
    return store_search_put(op->conn, "knowledge_search", op->zone->code, id, text, op->diag);
}

static enum err (*const acts[VERB_COUNT])(struct doing *d) = {
    [VERB_SIGN] = do_sign,
    [VERB_DISPATCH] = do_dispatch,
    [VERB_TRANSFER] = do_transfer,
    [VERB_RETURN] = do_return,
    [VERB_REPLY] = do_reply,
    [VERB_SUSPEND] = do_suspend,
    [VERB_RESUME] = do_resume,
    [VERB_EXTEND] = do_extend,
    [VERB_APPROVE] = do_approve,
    [VERB_REFUSE] = do_refuse,
    [VERB_URGE] = do_urge,
    [VERB_SUPERVISE] = do_supervise,
    [VERB_WITHDRAW] = do_withdraw,
    [VERB_RATE] = do_rate,
    [VERB_REOPEN] = do_reopen,
    [VERB_MERGE] = do_merge,
    [VERB_NOTE] = do_note,
    [VERB_PUBLISH] = do_publish,
    [VERB_DELEGATE] = do_delegate,
    [VERB_GIVE_BACK] = do_give_back,
    [VERB_COUNTERSIGN] = do_countersign,
    [VERB_ADD_SIGNER] = do_add_signer,
    [VERB_REMOVE_SIGNER] = do_remove_signer,
    [VERB_OPINION] = do_opinion,
    [VERB_SEND_BACK] = do_send_back,
    [VERB_TAKE_BACK] = do_take_back,
    [VERB_UNDO] = do_undo,
    [VERB_COPY] = do_copy,
    [VERB_READ] = do_read,
    [VERB_REPORT] = do_report,
    [VERB_ACCEPT] = do_accept,
    [VERB_REJECT] = do_reject,
    [VERB_CHECK] = do_check,
    [VERB_SUBMIT] = do_submit,
    [VERB_DECIDE] = do_decide,
    [VERB_DELIVER] = do_deliver,
    [VERB_JUMP] = do_jump,
};

static enum err check_inputs(struct op *op, const struct verb_input *in)
{
    unsigned wants = verb_info(in->verb)->inputs;
    if (in->text.bytes > TEXT_BYTES_MAX)
        return do_invalid(op, "text", "说明过长,请控制在六千字以内",
            "the text is too long; please keep it under 20,000 bytes");
    if ((wants & VERB_NEEDS_TEXT) && str_blank(in->text))
        return do_invalid(op, "text", "请填写说明", "please say why, or what");
    if ((wants & VERB_NEEDS_UNIT) && !in->unit.bytes)
        return do_invalid(op, "unit", "请选择承办单位", "please choose a unit");
    if ((wants & VERB_NEEDS_ASSIGNEE) && !in->assignee)
        return do_invalid(op, "assignee", "请选择人员", "please choose an officer");
    if ((wants & VERB_NEEDS_NODE) && !in->node.bytes)
        return do_invalid(op, "node", "请选择环节", "please choose a step");
    if ((wants & VERB_NEEDS_TARGET) && !str_trim(in->target).bytes)
        return do_invalid(op, "target", "请填写要并入的办件编号",
            "please give the number of the case to merge into");
    if (in->file_count && !(wants & VERB_FILES))
        return do_invalid(op, "attachments", "这项操作不带附件", "this takes no attachments");
    return OK;
}

static enum err refuse(struct op *op, const struct may *m)
{
    const struct verb_info *v = verb_info(m->verb);
    enum err e = m->no_permission ? ERR_FORBIDDEN : ERR_NOT_ALLOWED;
    diag_set(op->diag, e, "不能%s:%.*s", "%s: %.*s", v->zh, STR_ARGS(m->reason.zh));
    if (op->diag)
        snprintf(op->diag->en, sizeof op->diag->en, "%s is not possible: %.*s", v->en,
            STR_ARGS(m->reason.en));
    return e;
}

/* Done, saved as the next version, journalled. */
static enum err finish(struct doing *d, bool hold, int64_t *event_id)
{
    char kind[64];
    struct moving *m = d->m;
    str before = m->row.unit;
    const char *word = hold ? "hold" : verb_info(d->in->verb)->word;
    TRY(hold ? do_hold(d) : acts[d->in->verb](d));
    TRY(moving_save(m));
    TRY(orders_follow(m, before));
    if (!hold)
        TRY(notices_of_verb(m->op, &m->row, d->in->verb, d->in->text, d->event));
    json_t *event = verb_event(m, word, d->in->text);
    json_object_update(event, d->event);
    snprintf(kind, sizeof kind, "case.%s", word);
    return event_write(m, kind, event, d->is_public, event_id);
}

/* The last signer has signed: what waited is done now, in the name of who asked for it. */
static enum err release(struct doing *by)
{
    struct op *op = by->m->op;
    const struct actor *signer = op->actor;
    struct actor who;
    struct verb_input in;
    struct may asked;
    int64_t event;
    TRY(may_begin(by->m, &asked));
    asked.task = task_by_id(asked.tasks, asked.task_count, by->release);
    ASSERT(asked.task);
    TRY(held_read(op, asked.task, &in, &who));
    asked.verb = in.verb;
    struct diag gone = { 0 };
    struct op look = *op;
    look.diag = &gone; /* who was to have it has left meanwhile: the unit has it */
    if (in.assignee && do_check_assignee(&look, in.assignee, in.unit) != OK)
        in.assignee = 0;
    struct doing d = {
        .m = by->m, .may = &asked, .in = &in, .event = json_keep(op->arena, json_object())
    };
    TRY(diag_arena(op->diag, op->arena));
    json_object_set_new(d.event, "held", json_true());
    op->actor = &who;
    enum err e = finish(&d, false, &event);
    op->actor = signer;
    by->is_public = by->is_public || d.is_public;
    return e;
}

static enum err check_held(struct doing *d)
{
    const struct pack_unit *unit;
    if (d->in->verb == VERB_OPINION)
        return check_vote(d);
    if (d->in->verb != VERB_DISPATCH)
        return OK;
    TRY(check_unit(d, &unit));
    TRY(check_topic(d));
    return d->in->assignee ? do_check_assignee(d->m->op, d->in->assignee, unit->code) : OK;
}

static enum err do_it(struct doing *d, struct verb_result *out)
{
    struct op *op = d->m->op;
    json_t *before = NULL;
    const struct verb_info *v = verb_info(d->in->verb);
    bool hold = must_hold(d);
    TRY(check_inputs(op, d->in));
    TRY(diag_arena(op->diag, op->arena));
    if (hold)
        TRY(check_held(d));
    else if (v->undo != VERB_UNDO_NEVER && op->actor->account)
        TRY(before_take(d->m, d->may, &before));
    TRY(finish(d, hold, &out->event));
    TRY(files_link(op, d->in->files, d->in->file_count, d->m->row.id, out->event));
    if (d->release) {
        TRY(release(d));
        before = NULL; /* what was released stands */
    }
    return before ? before_keep(d, before, out->event) : OK;
}

enum err case_verb(struct op *op, int64_t id, const struct verb_input *in, struct verb_result *out)
{
    struct moving m;
    struct may asked;
    TRY(moving_load(op, id, &m));
    if (in->if_version && in->if_version != m.row.version)
        return diag_set(op->diag, ERR_PRECONDITION, "办件已被他人更新,请刷新后再办",
            "somebody else has changed this case; reload and try again");
    TRY(may_begin(&m, &asked));
    if (!may(&asked, in->verb, in->task_id))
        return refuse(op, &asked);
    *out = (struct verb_result){ .row = m.row, .unit_before = m.row.unit };
    if (in->dry_run)
        return in->verb == VERB_RETURN || in->verb == VERB_JUMP ? move_choices(&asked, in, out)
                                                                : OK;
    struct doing d = {
        .m = &m, .may = &asked, .in = in, .event = json_keep(op->arena, json_object())
    };
    TRY(do_it(&d, out));
    out->is_public = d.is_public;
    out->row = m.row;
    return OK;
}
