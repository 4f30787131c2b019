/*
 * May I? Every verb says beforehand whether it is allowed and, if not, why. One table of rules,
 * asked both for the list of verbs on a page and again when the verb is done, so that the two never
 * differ.
 *
 * Order of the questions: the role's permission; a step that offers the verb and is mine; then what
 * the verb itself asks for (rules[]).
 */
#include "zone/case_may.h"
#include "zone/signers.h"

#include <stdio.h>

static const struct verb_info verbs[] = {
#define VERB_KIND_STEP VERB_AT_STEP
#define VERB_KIND_CASE VERB_AT_CASE
#define VERB_KIND_ENDED VERB_AT_ENDED
#define VERB_KIND_SIGNER VERB_AT_SIGNER
#define VERB_KIND_ALWAYS VERB_AT_ALWAYS
#define V(name, word, zh, en, inputs, kind, undo)                                                  \
    [VERB_##name] = { word, zh, en, inputs, VERB_KIND_##kind, VERB_UNDO_##undo },
#include "zone/verbs.def"
#undef V
};

const struct verb_info *verb_info(enum verb v)
{
    return &verbs[v];
}

bool verb_from(str word, enum verb *out)
{
    for (int i = 0; i < VERB_COUNT; i++)
        if (str_is(word, verbs[i].word)) {
            *out = (enum verb)i;
            return true;
        }
    return false;
}

const char *const *verb_words(void)
{
    static const char *const words[] = {
#define V(name, word, zh, en, inputs, kind, undo) word,
#include "zone/verbs.def"
#undef V
        NULL,
    };
    return words;
}

static bool no(struct may *m, const char *zh, const char *en)
{
    m->reason = (struct name2){ str_from(zh), str_from(en) };
    return false;
}

static bool no_f(struct may *m, str zh, str en)
{
    m->reason = (struct name2){ zh, en };
    return false;
}

bool may_not(struct may *m, const char *zh, const char *en)
{
    return no(m, zh, en);
}

bool step_offers(const struct moving *m, const struct case_task *t, enum verb v)
{
    const struct bpmn_node *node = bpmn_node_by_id(m->system->procedure, t->node);
    str words = node ? node->verbs : STR_NONE, word;
    while (str_split(&words, ' ', &word))
        if (str_is(word, verbs[v].word))
            return true;
    return false;
}

/* Does the task offer the verb? A step's own task what the step lists; one who was asked beside it
 * (signers.h) what he was asked for. */
static bool offers(const struct may *m, const struct case_task *t, enum verb v)
{
    bool delegate = str_is(t->relation, "delegate");
    if (v == VERB_SEND_BACK)
        return !t->parent_id && t->back.bytes;
    if (!t->parent_id)
        return v != VERB_GIVE_BACK && step_offers(m->moving, t, v);
    if (v == VERB_OPINION || v == VERB_GIVE_BACK)
        return delegate == (v == VERB_GIVE_BACK);
    return (v == VERB_SIGN || (delegate && v == VERB_DELEGATE)) && step_offers(m->moving, t, v);
}

/* Is this step the actor's to act on? */
static bool is_mine(struct may *m, const struct case_task *t)
{
    const struct actor *a = m->moving->op->actor;
    if (a->system)
        return true;
    if (!t->unit.bytes) {
        if (a->enterprise && a->enterprise == m->moving->row.enterprise_id)
            return true;
        return no(m, "要由企业自己办理", "this is for the enterprise itself");
    }
    if (!str_equal(a->unit, t->unit)) {
        const struct pack_unit *u = pack_unit(m->moving->pack, t->unit);
        struct arena *arena = m->moving->op->arena;
        return no_f(m, str_printf(arena, "现由%.*s办理", STR_ARGS(u ? u->name.zh : t->unit)),
            str_printf(arena, "it is with %.*s now", STR_ARGS(u ? u->name.en : t->unit)));
    }
    if (t->assignee_id && t->assignee_id != a->account && m->verb != VERB_TRANSFER
        && m->verb != VERB_APPROVE) {
        struct arena *arena = m->moving->op->arena;
        return no_f(m, str_printf(arena, "由%.*s办理,可请其转办", STR_ARGS(t->assignee_name)),
            str_printf(arena, "%.*s has it; ask for a transfer", STR_ARGS(t->assignee_name)));
    }
    return true;
}

/* Who was asked beside the step need not: what he says is receipt enough. */
static bool signed_for(struct may *m)
{
    if (!m->task->signed_at && !m->task->parent_id && step_offers(m->moving, m->task, VERB_SIGN))
        return no(m, "请先签收", "please sign for it first");
    return true;
}

static bool running(struct may *m)
{
    if (m->moving->row.suspended)
        return no(m, "已挂起,请先恢复", "it is suspended; resume it first");
    return true;
}

/* Who has the step waits for a delegate, a countersigning, one who signs before him; and when he
 * has acted, for those beside and after him. */
static bool nobody_awaited(struct may *m)
{
    static const struct {
        const char *relation, *zh, *en;
    } waits[] = {
        { "delegate", "已委派他人,等待交回", "it has been delegated and not given back yet" },
        { "countersign", "会签尚未完成", "the countersigning is not finished" },
        { "before", "前加签尚未完成", "the one who signs before you has not signed yet" },
    };
    if (m->task->held.bytes)
        return no(m, "您已办理,等待加签人签署;需要修改的,请先拿回",
            "you have acted and it waits for signers; take it back to change it");
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        if (signers_open(m->tasks, m->task_count, m->task->id, waits[i].relation, false))
            return no(m, waits[i].zh, waits[i].en);
    return true;
}

/* ---- rules of single verbs ---- */

static bool may_sign(struct may *m)
{
    if (m->task->signed_at)
        return no(m, "已经签收", "it has been signed for");
    return true;
}

static bool may_pass_on(struct may *m)
{
    return running(m) && nobody_awaited(m);
}

/* The task goes to another hand: nobody may be at work for this one. */
static bool may_transfer(struct may *m)
{
    if (!may_pass_on(m))
        return false;
    if (signers_open(m->tasks, m->task_count, m->task->id, NULL, true))
        return no(m, "还有加签人未签署,请先减签", "signers have not signed yet; remove them first");
    return true;
}

static bool may_ask(struct may *m)
{
    return running(m) && signed_for(m) && nobody_awaited(m);
}

static bool may_add_signer(struct may *m)
{
    if (!running(m) || !signed_for(m))
        return false;
    if (m->task->held.bytes)
        return no(m, "您已办理,等待加签人签署", "you have acted and it waits for signers");
    return true;
}

static bool may_remove_signer(struct may *m)
{
    if (!running(m))
        return false;
    if (!signers_open(m->tasks, m->task_count, m->task->id, NULL, true))
        return no(m, "没有未签署的人员", "nobody has still to sign");
    return true;
}

static bool may_sign_opinion(struct may *m)
{
    return running(m) && signed_for(m) && (m->task->parent_id || nobody_awaited(m));
}

static bool may_give_back(struct may *m)
{
    return running(m) && signed_for(m) && nobody_awaited(m);
}

static bool may_send_back(struct may *m)
{
    return running(m) && signed_for(m) && nobody_awaited(m);
}

static bool may_return(struct may *m)
{
    if (!running(m))
        return false;
    m->target = step_that_dispatches(m->moving, m->task);
    if (!m->target.bytes && !steps_before(m))
        return no(m, "前面没有可以退回的步骤", "the procedure has no earlier step to return to");
    return true;
}

static bool may_reply(struct may *m)
{
    return running(m) && signed_for(m) && nobody_awaited(m);
}

static bool may_submit(struct may *m)
{
    return running(m);
}

static bool may_suspend(struct may *m)
{
    if (m->moving->row.suspended)
        return no(m, "已经挂起", "it is suspended already");
    return signed_for(m);
}

static bool may_resume(struct may *m)
{
    if (!m->moving->row.suspended)
        return no(m, "没有挂起", "it is not suspended");
    return true;
}

const struct promise *main_promise(const struct moving *m)
{
    const struct promise *first = NULL;
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct promise *p = &m->promises[i];
        if (p->task_id || p->state >= PROMISE_MET)
            continue;
        const struct pack_promise *def = promise_definition(m->op->zone, m->system, p);
        if (def && def->extend_times)
            return p;
        first = first ? first : p;
    }
    return first;
}

static bool may_extend(struct may *m)
{
    const struct promise *p = main_promise(m->moving);
    const struct moving *v = m->moving;
    const struct pack_promise *def = p ? promise_definition(v->op->zone, v->system, p) : NULL;
    if (!def)
        return no(m, "没有正在计时的承诺", "no promise is running");
    if (m->moving->row.extension.bytes)
        return no(
            m, "已申请延期,等待批准", "an extension has been asked for and waits for approval");
    if (!def->extend_times)
        return no(m, "这项承诺不能延期", "this promise cannot be extended");
    if (p->extensions >= def->extend_times)
        return no(m, "延期次数已用完", "no further extension is allowed");
    if (p->state == PROMISE_RUNNING && m->moving->op->now_ms > p->due_at)
        return no(m, "已过期限,延期应在到期前申请",
            "it is overdue; an extension must be asked for before the deadline");
    return running(m) && signed_for(m);
}

static bool may_judge_extension(struct may *m)
{
    const struct moving *v = m->moving;
    const struct actor *a = v->op->actor;
    json_t *asked;
    if (!v->row.extension.bytes)
        return no(m, "没有待批的延期申请", "no extension is waiting for approval");
    if (json_parse(v->op->arena, v->row.extension, &asked, NULL) != OK)
        return no(m, "延期申请内容已损坏", "the request for the extension cannot be read");
    int64_t by = 0;
    (void)id_parse(json_str(asked, "askedBy"), &by);
    if (by == a->account)
        return no(m, "不能批准自己的申请", "you cannot decide on your own request");
    if (!a->system && a->role->scope != PACK_SCOPE_ALL && !str_equal(a->unit, v->row.unit))
        return no(m, "由承办单位负责人审批", "the head of the handling unit decides");
    return true;
}

/* How often this kind of event happened today. */
static int64_t today(struct moving *m, const char *kind)
{
    struct op *op = m->op;
    struct store_rows rows;
    int64_t from = tz_instant_of_days(
                zone_pack(op->zone)->tz, zone_local_days(op->zone, op->now_ms), 0),
            count = 0;
    if (STORE_ONE(op->conn, &rows, op->diag,
            "SELECT count(*) FROM journal WHERE zone = $1 AND subject = $2 AND kind = $3 AND at"
            " >= $4",
            S_TEXT(op->zone->code), S_INT(m->row.id), S_TEXT(str_from(kind)), S_INT(from))
        == OK)
        count = store_int(&rows, 0);
    store_rows_end(&rows);
    return count;
}

static bool with_the_zone(struct may *m)
{
    if (m->moving->row.status != CASE_OPEN)
        return no(m, "已答复或已办结", "it has been answered or closed");
    return true;
}

static bool may_urge(struct may *m)
{
    if (!with_the_zone(m))
        return false;
    if (today(m->moving, "case.urge"))
        return no(
            m, "今天已经催办过,明天可以再催", "you have urged today; you may do so again tomorrow");
    return true;
}

int urge_level(const struct case_row *c)
{
    int level = c->urged > 3 ? 3 : (int)c->urged;
    if (!level || c->status != CASE_OPEN)
        return level;
    int by_clock = c->colour == COLOUR_BROKEN ? 3 : c->colour == COLOUR_RED ? 2 : 1;
    return level > by_clock ? level : by_clock;
}

static bool may_withdraw(struct may *m)
{
    return with_the_zone(m);
}

static bool may_rate(struct may *m)
{
    if (m->moving->row.rating && !m->moving->row.reopened)
        return no(m, "已经评价", "it has been rated");
    return true;
}

static bool may_reopen(struct may *m)
{
    const struct moving *v = m->moving;
    const struct pack *pack = zone_pack(v->op->zone);
    struct arena *a = v->op->arena;
    if (v->row.status != CASE_CLOSED)
        return no(m, "没有办结,不必重新办理", "it is not closed");
    if (!v->system)
        return no(m, "历史导入的办件不能重新办理", "imported cases cannot be reopened");
    if (!v->system->reopen_times)
        return no(m, "这类办件不能重新办理,请另提新诉求",
            "this kind of case is not reopened; please raise a new one");
    if (v->row.reopened >= v->system->reopen_times)
        return no(m, "已经重新办理过,次数已用完,请另提新诉求",
            "it was reopened already, as often as is allowed; please raise a new one");
    int64_t closed = zone_local_days(v->op->zone, v->row.closed_at),
            now = zone_local_days(v->op->zone, v->op->now_ms);
    if (calendar_days_between(pack->calendar, closed, now) > v->system->reopen_days)
        return no_f(m, str_printf(a, "办结已超过%d个工作日,请另提新诉求", v->system->reopen_days),
            str_printf(a, "it was closed more than %d working days ago; please raise a new one",
                v->system->reopen_days));
    return true;
}

static bool may_merge(struct may *m)
{
    return running(m);
}

/* The newest open step of the drawing is jumped from, or the one named. */
static bool may_jump(struct may *m)
{
    if (!m->task)
        return no(m, "没有正在办理的步骤", "no step is under way");
    return running(m);
}

static bool may_copy(struct may *m)
{
    if (m->moving->row.status == CASE_MERGED || m->moving->row.status == CASE_WITHDRAWN)
        return no(m, "已撤回或已合并", "it was withdrawn or merged");
    return true;
}

static bool may_note(struct may *m)
{
    if (m->moving->row.status == CASE_MERGED || m->moving->row.status == CASE_WITHDRAWN)
        return no(m, "已撤回或已合并", "it was withdrawn or merged");
    return true;
}

static bool published(struct moving *m)
{
    struct op *op = m->op;
    struct store_rows rows;
    struct diag none = { 0 };
    bool found = STORE_ONE(op->conn, &rows, &none,
                     "SELECT 1 FROM knowledge WHERE zone = $1 AND case_id = $2 LIMIT 1",
                     S_TEXT(op->zone->code), S_INT(m->row.id))
        == OK;
    store_rows_end(&rows);
    return found;
}

static bool may_publish(struct may *m)
{
    if (m->moving->row.status != CASE_CLOSED)
        return no(
            m, "没有办结,办结后才能公开答复", "it is not closed; only a final answer is published");
    if (!m->moving->row.answer.bytes)
        return no(m, "还没有答复", "there is no answer yet");
    if (published(m->moving))
        return no(m, "答复已经公开", "the answer has been published already");
    return true;
}

static bool (*const rules[VERB_COUNT])(struct may *m) = {
    [VERB_SIGN] = may_sign,
    [VERB_DISPATCH] = may_pass_on,
    [VERB_TRANSFER] = may_transfer,
    [VERB_RETURN] = may_return,
    [VERB_REPLY] = may_reply,
    [VERB_SUSPEND] = may_suspend,
    [VERB_RESUME] = may_resume,
    [VERB_EXTEND] = may_extend,
    [VERB_APPROVE] = may_judge_extension,
    [VERB_REFUSE] = may_judge_extension,
    [VERB_URGE] = may_urge,
    [VERB_SUPERVISE] = may_supervise,
    [VERB_WITHDRAW] = may_withdraw,
    [VERB_RATE] = may_rate,
    [VERB_REOPEN] = may_reopen,
    [VERB_MERGE] = may_merge,
    [VERB_NOTE] = may_note,
    [VERB_PUBLISH] = may_publish,
    [VERB_DELEGATE] = may_ask,
    [VERB_GIVE_BACK] = may_give_back,
    [VERB_COUNTERSIGN] = may_ask,
    [VERB_ADD_SIGNER] = may_add_signer,
    [VERB_REMOVE_SIGNER] = may_remove_signer,
    [VERB_OPINION] = may_sign_opinion,
    [VERB_SEND_BACK] = may_send_back,
    [VERB_TAKE_BACK] = may_take_back,
    [VERB_UNDO] = may_undo,
    [VERB_COPY] = may_copy,
    [VERB_READ] = may_read,
    [VERB_REPORT] = may_report,
    [VERB_ACCEPT] = may_judge_order,
    [VERB_REJECT] = may_judge_order,
    [VERB_CHECK] = may_reply,
    [VERB_SUBMIT] = may_submit,
    [VERB_DECIDE] = may_reply,
    [VERB_DELIVER] = may_reply,
    [VERB_JUMP] = may_jump,
};

str step_that_dispatches(const struct moving *m, const struct case_task *from)
{
    for (size_t i = 0; i < bpmn_node_count(m->system->procedure); i++) {
        const struct bpmn_node *node = bpmn_node_at(m->system->procedure, i);
        struct case_task probe = { .node = node->id };
        if (node->kind == BPMN_USER_TASK && !str_equal(node->id, from->node)
            && step_offers(m, &probe, VERB_DISPATCH) && !step_offers(m, &probe, VERB_RETURN))
            return node->id;
    }
    return STR_NONE;
}

/* The open step at which the verb may act; the nearest reason when there is none. */
static bool find_step(struct may *m, int64_t wanted)
{
    bool offered = false;
    for (size_t i = 0; i < m->task_count; i++) {
        const struct case_task *t = &m->tasks[i];
        if (!task_is_open(t) || (wanted && t->id != wanted) || !offers(m, t, m->verb))
            continue;
        offered = true;
        m->task = t;
        if (is_mine(m, t) && rules[m->verb](m))
            return true;
    }
    return offered ? false : no(m, "当前步骤没有这项操作", "the present step does not offer this");
}

/* The open task of the drawing that a verb at the case acts at. */
static void choose_open(struct may *m, int64_t wanted)
{
    for (size_t i = 0; i < m->task_count && !m->task; i++)
        if (task_is_open(&m->tasks[i]) && !m->tasks[i].parent_id
            && (!wanted || m->tasks[i].id == wanted))
            m->task = &m->tasks[i];
}

bool may(struct may *m, enum verb v, int64_t wanted_task)
{
    struct op *op = m->moving->op;
    char permission[64];
    m->verb = v;
    m->task = NULL;
    m->reason = (struct name2){ STR_NONE, STR_NONE };
    int length = snprintf(permission, sizeof permission, "verb.%s", verbs[v].word);
    ASSERT(length > 0 && (size_t)length < sizeof permission);
    if (!actor_may(op->actor, permission)) {
        m->no_permission = true;
        return no(m, "您的角色没有此项权限", "your role does not have this permission");
    }
    m->no_permission = false;
    if (!m->moving->system && v != VERB_NOTE && v != VERB_PUBLISH && v != VERB_COPY
        && v != VERB_READ)
        return no(m, "历史导入的办件不能再办理", "imported cases are for reading");
    bool ended = m->moving->row.status != CASE_OPEN && m->moving->row.status != CASE_REPLIED;
    switch (verbs[v].kind) {
    case VERB_AT_STEP:
    case VERB_AT_SIGNER:
        return ended ? no(m, "已经办结", "it is closed") : find_step(m, wanted_task);
    case VERB_AT_CASE:
        if (ended && v != VERB_NOTE)
            return no(m, "已经办结", "it is closed");
        if (v == VERB_JUMP)
            choose_open(m, wanted_task);
        return rules[v](m);
    case VERB_AT_ENDED:
    case VERB_AT_ALWAYS:
        return rules[v](m);
    }
    return false;
}

enum err may_begin(struct moving *m, struct may *out)
{
    *out = (struct may){ .moving = m };
    return case_tasks(m->op, m->row.id, &out->tasks, &out->task_count);
}

enum err case_verbs(
    struct op *op, const struct case_row *c, struct verb_option **out, size_t *count)
{
    struct moving m;
    struct may asked;
    struct verb_option *list = ARENA_ARRAY(op->arena, struct verb_option, VERB_COUNT);
    size_t used = 0;
    TRY(diag_arena(op->diag, op->arena));
    TRY(moving_load(op, c->id, &m));
    TRY(may_begin(&m, &asked));
    for (int v = 0; v < VERB_COUNT; v++) {
        bool allowed = may(&asked, (enum verb)v, 0);
        if (!allowed && asked.no_permission)
            continue; /* not this role's verb at all: no use showing it */
        list[used++] = (struct verb_option){ .verb = (enum verb)v,
            .allowed = allowed,
            .task_id = asked.task ? asked.task->id : 0,
            .reason = asked.reason };
    }
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}
