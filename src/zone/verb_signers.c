/*
 * Verbs about people asked beside the one who has a step (signers.h): asking them, what they say,
 * sending them away, and the verb that waits for them.
 *
 * Held: who has the step acts while signers beside him or after him have not signed. What he did is
 * kept with his task as it was asked for. When the last has signed it is done in his name; when one
 * after him disagrees it is dropped, and he has the step again.
 */
#include "zone/case_do.h"

#include <string.h>

static const struct bpmn_node *step_of(const struct doing *d, const struct case_task *t)
{
    return bpmn_node_by_id(d->m->system->procedure, t->node);
}

static bool word_in(str words, str word)
{
    str one;
    while (str_split(&words, ' ', &one))
        if (one.bytes && str_equal(one, word))
            return true;
    return false;
}

/* ---- who may be asked ---- */

static enum err check_role(struct doing *d, const struct bpmn_node *step, int64_t account)
{
    struct op *op = d->m->op;
    struct account found;
    TRY(account_get(op, account, &found));
    const struct pack_role *role = pack_role(zone_pack(op->zone), found.role);
    struct actor who = { .account = account, .role = role };
    const char *needs = d->in->verb == VERB_DELEGATE ? "verb.give_back" : "verb.opinion";
    if (!actor_may(&who, needs) || (step->signer_roles.bytes && !word_in(step->signer_roles, found.role)))
        return do_invalid(op, "signers", "所选人员的角色不能参加这一步的办理,请另选",
            "this officer's role may not be asked at this step; please choose another");
    return OK;
}

static enum err check_signer(struct doing *d, const struct case_task *t, struct verb_signer who)
{
    struct op *op = d->m->op;
    const struct bpmn_node *step = step_of(d, t);
    const struct pack_unit *u = pack_unit(d->m->pack, who.unit);
    if (!u || u->kind == PACK_UNIT_ADMIN)
        return do_invalid(op, "signers", "没有这个单位,请从列表中选择",
            "there is no such unit; please choose one of the list");
    if (step->signer_units.bytes && !word_in(step->signer_units, who.unit)
        && !(word_in(step->signer_units, STR("own")) && str_equal(who.unit, t->unit)))
        return do_invalid(op, "signers", "这一步不能请这个单位参加,请从允许的单位中选择",
            "this unit may not be asked at this step; please choose an allowed one");
    if (who.weight < 0 || who.weight > WEIGHT_MAX)
        return do_invalid(op, "signers", "权重应为1至100", "a weight is 1 to 100");
    if (who.assignee && who.assignee == op->actor->account)
        return do_invalid(op, "signers", "不能请自己,请选择其他人",
            "you cannot ask yourself; please choose somebody else");
    if (!who.assignee)
        return OK;
    TRY(do_check_assignee(op, who.assignee, who.unit));
    return check_role(d, step, who.assignee);
}

static bool same_signer(const struct case_task *t, struct verb_signer who)
{
    return str_equal(t->unit, who.unit) && t->assignee_id == who.assignee;
}

/* Each is asked once at a time, and there is an end to it. */
static enum err check_signers(struct doing *d)
{
    const struct may *m = d->may;
    const struct verb_input *in = d->in;
    struct op *op = d->m->op;
    size_t open = signers_open(m->tasks, m->task_count, m->task->id, NULL, true);
    if (!in->signer_count)
        return do_invalid(op, "signers", "请选择人员或单位", "please choose whom to ask");
    if (open + in->signer_count > SIGNERS_MAX)
        return do_invalid(
            op, "signers", "一步最多同时请二十人", "at most 20 can be asked at one step at a time");
    for (size_t i = 0; i < in->signer_count; i++) {
        TRY(check_signer(d, m->task, in->signers[i]));
        for (size_t k = 0; k < i; k++)
            if (str_equal(in->signers[k].unit, in->signers[i].unit)
                && in->signers[k].assignee == in->signers[i].assignee)
                return do_invalid(
                    op, "signers", "同一个人或单位选了两次", "somebody is named twice");
        for (size_t k = 0; k < m->task_count; k++)
            if (m->tasks[k].parent_id == m->task->id && same_signer(&m->tasks[k], in->signers[i])
                && (task_is_open(&m->tasks[k]) || str_is(m->tasks[k].state, "waiting")))
                return do_invalid(op, "signers", "已经请过,还没有签署",
                    "somebody named here has been asked already and has not signed yet");
    }
    return OK;
}

static void name_signers(struct doing *d)
{
    json_t *list = json_array();
    for (size_t i = 0; i < d->in->signer_count; i++) {
        json_t *o = json_object();
        json_set_str(o, "unit", d->in->signers[i].unit);
        if (d->in->signers[i].assignee)
            json_set_id(o, "assignee", d->in->signers[i].assignee);
        if (d->in->signers[i].weight > 1)
            json_set_int(o, "weight", d->in->signers[i].weight);
        json_array_append_new(list, o);
    }
    json_object_set_new(d->event, "signers", list);
}

static enum err ask_all(struct doing *d, const char *relation, str mode, int64_t share)
{
    int64_t round = 0, id;
    bool waiting = strcmp(relation, "after") == 0;
    for (size_t i = 0; i < d->in->signer_count; i++) {
        struct signer_new s = { .parent = d->may->task,
            .who = d->in->signers[i],
            .relation = relation,
            .mode = mode,
            .share = share,
            .round = round,
            .waiting = waiting };
        TRY(signer_add(d->m, &s, &id));
        round = round ? round : id;
    }
    name_signers(d);
    return OK;
}

/* ---- asking ---- */

/* How many delegations stand above this task, and whether the account is among those who made them.
 */
static enum err check_chain(struct doing *d)
{
    const struct may *m = d->may;
    int depth = 0;
    for (const struct case_task *t = m->task; t && t->parent_id;
         t = task_by_id(m->tasks, m->task_count, t->parent_id)) {
        depth++;
        if (t->asked_by == d->in->assignee)
            return do_invalid(d->m->op, "assignee", "不能委派给委派链上的人,请交回",
                "this officer has delegated it before; please give it back instead");
    }
    if (depth >= DELEGATES_MAX)
        return do_invalid(d->m->op, "assignee", "委派最多三层,请交回后由委派人另行安排",
            "it has been delegated three times over; please give it back");
    return OK;
}

enum err do_delegate(struct doing *d)
{
    struct verb_signer who = { .unit = d->in->unit, .assignee = d->in->assignee };
    struct signer_new s = { .parent = d->may->task, .who = who, .relation = "delegate" };
    int64_t id;
    TRY(check_chain(d));
    TRY(check_signer(d, d->may->task, who));
    json_set_str(d->event, "toUnit", who.unit);
    json_set_id(d->event, "to", who.assignee);
    return signer_add(d->m, &s, &id);
}

/* The share of a vote: as asked for, never below what the step demands. */
static enum err check_share(struct doing *d, int64_t *share)
{
    const struct bpmn_node *step = step_of(d, d->may->task);
    int64_t least = 0;
    (void)str_to_int64(step->share, &least);
    *share = d->in->share ? d->in->share : least ? least : 50;
    if (*share < 1 || *share > 100 || *share < least) {
        diag_field(d->m->op->diag, STR("share"));
        return diag_set(d->m->op->diag, ERR_INVALID, "同意比例应为%lld至100(百分比)",
            "the share that must agree is %lld to 100 percent", (long long)(least ? least : 1));
    }
    return OK;
}

enum err do_countersign(struct doing *d)
{
    str mode = d->in->mode;
    int64_t share = 0;
    if (!str_is(mode, "all") && !str_is(mode, "any") && !str_is(mode, "vote"))
        return do_invalid(
            d->m->op, "mode", "请选择会签、或签或票签", "please choose all, any or vote");
    if (str_is(mode, "vote"))
        TRY(check_share(d, &share));
    TRY(check_signers(d));
    json_set_str(d->event, "mode", mode);
    if (share)
        json_set_int(d->event, "share", share);
    return ask_all(d, "countersign", mode, share);
}

enum err do_add_signer(struct doing *d)
{
    str p = d->in->position;
    const char *relation = str_is(p, "before") ? "before"
        : str_is(p, "beside")                  ? "beside"
        : str_is(p, "after")                   ? "after"
                                               : NULL;
    if (!relation)
        return do_invalid(d->m->op, "position", "请选择前加签、并加签或后加签",
            "please choose before, beside or after");
    TRY(check_signers(d));
    json_set_str(d->event, "position", p);
    return ask_all(d, relation, STR("all"), 0);
}

/* ---- what they say ---- */

/* A round that is decided needs nobody else. */
static enum err close_round(struct doing *d, const struct case_task *of)
{
    static const char *const words[] = { "open", "passed", "failed" };
    struct case_task *tasks;
    size_t count;
    if (!str_is(of->relation, "countersign"))
        return OK;
    TRY(case_tasks(d->m->op, d->m->row.id, &tasks, &count));
    struct signer_round r = signers_round(tasks, count, of->round);
    json_object_set_new(d->event, "round", json_string(words[r.state]));
    for (size_t i = 0; i < count && r.state != ROUND_OPEN; i++)
        if (tasks[i].round == of->round && task_is_open(&tasks[i]))
            TRY(signer_cancel(d->m, tasks[i].id));
    return OK;
}

/* Nobody beside or after is left who has not signed: what was held can be done. */
static enum err look_for_held(struct doing *d, int64_t parent)
{
    struct case_task *tasks;
    size_t count;
    TRY(case_tasks(d->m->op, d->m->row.id, &tasks, &count));
    const struct case_task *p = task_by_id(tasks, count, parent);
    if (p && p->held.bytes && !signers_open(tasks, count, parent, "beside", true)
        && !signers_open(tasks, count, parent, "after", true))
        d->release = parent;
    return OK;
}

enum err held_drop(struct moving *m, const struct case_task *t, const struct may *may)
{
    TRY(STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE task SET held = '' WHERE zone = $1 AND id = $2", S_TEXT(m->op->zone->code),
        S_INT(t->id)));
    for (size_t i = 0; i < may->task_count; i++) {
        const struct case_task *s = &may->tasks[i];
        if (s->parent_id != t->id || !str_is(s->relation, "after") || !task_is_open(s)
            || s->id == (may->task ? may->task->id : 0))
            continue;
        for (size_t k = 0; k < m->promise_count; k++)
            if (m->promises[k].task_id == s->id && m->promises[k].state < PROMISE_MET)
                TRY(promise_void(m->op, &m->promises[k]));
        TRY(STORE_EXEC(m->op->conn, m->op->diag,
            "UPDATE task SET state = 'waiting', signed_at = NULL WHERE zone = $1 AND id = $2",
            S_TEXT(m->op->zone->code), S_INT(s->id)));
    }
    return OK;
}

static enum err after_signed(struct doing *d, const struct case_task *t, bool against)
{
    const struct case_task *parent = task_by_id(d->may->tasks, d->may->task_count, t->parent_id);
    TRY(close_round(d, t));
    if (!parent)
        return OK;
    if (against && str_is(t->relation, "after") && parent->held.bytes) {
        json_object_set_new(d->event, "dropped", json_true());
        return held_drop(d->m, parent, d->may);
    }
    return look_for_held(d, parent->id);
}

/* A signing step of the drawing itself: the votes are the drawing's variables. */
static enum err opinion_of_step(struct doing *d)
{
    const struct case_task *t = d->may->task;
    TRY(STORE_EXEC(d->m->op->conn, d->m->op->diag,
        "UPDATE task SET vote = $3, opinion = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(d->m->op->zone->code), S_INT(t->id), S_TEXT(d->in->vote), S_TEXT(d->in->text)));
    json_t *v = do_outcome(d);
    if (v) {
        json_set_str(v, "vote", d->in->vote);
        json_set_str(v, "opinion", d->in->text);
    }
    return do_complete(d, v);
}

enum err check_vote(struct doing *d)
{
    str vote = d->in->vote;
    bool against = str_is(vote, "disagree");
    if (!against && !str_is(vote, "agree") && !str_is(vote, "abstain"))
        return do_invalid(d->m->op, "vote", "请选择同意、不同意或弃权",
            "please choose agree, disagree or abstain");
    if (against && str_blank(d->in->text))
        return do_invalid(d->m->op, "text", "不同意的,请说明理由", "please say why you disagree");
    return OK;
}

enum err do_opinion(struct doing *d)
{
    const struct case_task *t = d->may->task;
    str vote = d->in->vote;
    bool against = str_is(vote, "disagree");
    TRY(check_vote(d));
    json_set_str(d->event, "vote", vote);
    if (!t->parent_id)
        return opinion_of_step(d);
    json_set_str(d->event, "relation", t->relation);
    TRY(signer_done(d->m, t, vote, d->in->text));
    return after_signed(d, t, against);
}

enum err do_give_back(struct doing *d)
{
    return signer_done(d->m, d->may->task, STR_NONE, d->in->text);
}

enum err do_remove_signer(struct doing *d)
{
    const struct may *m = d->may;
    const struct case_task *s = task_by_id(m->tasks, m->task_count, d->in->signer);
    if (!s || s->parent_id != m->task->id || !(task_is_open(s) || str_is(s->state, "waiting")))
        return do_invalid(d->m->op, "signer", "没有这位未签署的人员,请从列表中选择",
            "nobody of that number has still to sign here; please choose one of the list");
    json_set_str(d->event, "relation", s->relation);
    json_set_str(d->event, "toUnit", s->unit);
    if (s->assignee_id)
        json_set_id(d->event, "to", s->assignee_id);
    TRY(signer_cancel(d->m, s->id));
    return after_signed(d, s, false);
}

/* ---- the verb that waits ---- */

bool must_hold(const struct doing *d)
{
    const struct may *m = d->may;
    enum verb v = d->in->verb;
    return m->task && !m->task->parent_id
        && (v == VERB_REPLY || v == VERB_DISPATCH || v == VERB_SEND_BACK || v == VERB_OPINION)
        && (signers_open(m->tasks, m->task_count, m->task->id, "beside", true)
            || signers_open(m->tasks, m->task_count, m->task->id, "after", true));
}

static json_t *held_write(const struct doing *d)
{
    const struct verb_input *in = d->in;
    const struct actor *a = d->m->op->actor;
    json_t *o = json_keep(d->m->op->arena, json_object());
    if (!o)
        return NULL;
    json_object_set_new(o, "verb", json_string(verb_info(in->verb)->word));
    json_set_str(o, "text", in->text);
    json_set_str(o, "unit", in->unit);
    json_set_str(o, "topic", in->topic);
    json_set_str(o, "vote", in->vote);
    json_set_id(o, "assignee", in->assignee);
    json_set_id(o, "by", a->account);
    json_set_str(o, "byName", a->name);
    json_set_str(o, "at", zone_instant_text(d->m->op, d->m->op->now_ms));
    return o;
}

enum err do_hold(struct doing *d)
{
    struct op *op = d->m->op;
    const struct may *m = d->may;
    json_t *held = held_write(d);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_EXEC(op->conn, op->diag, "UPDATE task SET held = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(m->task->id), S_TEXT(json_text(op->arena, held))));
    json_object_set_new(d->event, "held", json_string(verb_info(d->in->verb)->word));
    for (size_t i = 0; i < m->task_count; i++)
        if (m->tasks[i].parent_id == m->task->id && str_is(m->tasks[i].relation, "after")
            && str_is(m->tasks[i].state, "waiting"))
            TRY(signer_wake(d->m, &m->tasks[i]));
    return OK;
}

enum err held_read(
    struct op *op, const struct case_task *t, struct verb_input *in, struct actor *who)
{
    json_t *o;
    struct account a;
    int64_t by = 0;
    TRY(json_parse(op->arena, t->held, &o, op->diag));
    *in = (struct verb_input){ .task_id = t->id,
        .text = json_str(o, "text"),
        .unit = json_str(o, "unit"),
        .topic = json_str(o, "topic"),
        .vote = json_str(o, "vote") };
    (void)id_parse(json_str(o, "assignee"), &in->assignee);
    (void)id_parse(json_str(o, "by"), &by);
    if (!verb_from(json_str(o, "verb"), &in->verb))
        return diag_set(op->diag, ERR_INVALID, "待办的操作无法识别", "what was held is not known");
    TRY(account_get(op, by, &a));
    *who = (struct actor){ .account = a.id,
        .login = a.login,
        .name = a.name,
        .unit = a.unit,
        .role = pack_role(zone_pack(op->zone), a.role) };
    return OK;
}
