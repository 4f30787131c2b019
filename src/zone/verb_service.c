/*
 * The verbs of a matter of law: check (accepted, to be corrected, refused), submit (corrected),
 * decide (granted, denied), deliver.
 *
 *     [check] ─ accept ─▶ [decide] ─ grant ─▶ [deliver] ─▶
 *        │ correct                 └ deny ─▶
 *        └─▶ [the applicant: submit] ─▶ [check again]
 *
 * Check and decide end a step with one of the outcomes that it lists (junma:outcomes). What an
 * outcome asks for and does is the pack's (outcomes of system.json): words, which papers are to be
 * put right, whether the words are the case's answer, what may be done against it. The procedure
 * goes on by the variable `outcome`.
 */
#include "zone/case_do.h"
#include "zone/service_result.h"

static bool listed(str words, str word)
{
    str part;
    while (str_split(&words, ' ', &part))
        if (word.bytes && str_equal(part, word))
            return true;
    return false;
}

static str outcomes_of(const struct doing *d)
{
    const struct bpmn_node *n = bpmn_node_by_id(d->m->system->procedure, d->may->task->node);
    return n ? n->outcomes : STR_NONE;
}

/* "accept、refuse", as they are called, for the refusal. */
static enum err refuse_outcome(struct doing *d, str words)
{
    struct op *op = d->m->op;
    struct buf zh, en;
    str part;
    bool first = true;
    buf_init(&zh, op->arena, 2 * KIB);
    buf_init(&en, op->arena, 2 * KIB);
    while (str_split(&words, ' ', &part)) {
        const struct pack_outcome *o = pack_outcome(d->m->system, part);
        if (!o)
            continue;
        buf_printf(&zh, "%s%.*s(%.*s)", first ? "" : "、", STR_ARGS(o->name.zh), STR_ARGS(part));
        buf_printf(&en, "%s%.*s (%.*s)", first ? "" : ", ", STR_ARGS(o->name.en), STR_ARGS(part));
        first = false;
    }
    str left = str_printf(op->arena, "请选择办理结果:%.*s", STR_ARGS(buf_str(&zh)));
    str right = str_printf(op->arena, "please choose the outcome: %.*s", STR_ARGS(buf_str(&en)));
    const char *a = str_terminated(op->arena, left), *b = str_terminated(op->arena, right);
    TRY(diag_arena(op->diag, op->arena));
    return do_invalid(op, "outcome", a, b);
}

static enum err find_outcome(struct doing *d, const struct pack_outcome **out)
{
    struct op *op = d->m->op;
    str words = outcomes_of(d);
    *out = listed(words, d->in->outcome) ? pack_outcome(d->m->system, d->in->outcome) : NULL;
    if (!*out)
        return refuse_outcome(d, words);
    if ((*out)->text && str_blank(d->in->text))
        return do_invalid(op, "text", "请写明理由", "please give the reasons");
    if ((*out)->corrections && !d->in->paper_count)
        return do_invalid(op, "materials", "请选择需要补正的材料,并一次写明全部需要补正的内容",
            "please choose the papers to be corrected, and say all of it at once");
    return OK;
}

/* What the applicant reads, with what may be done against it. */
static str answer_text(struct op *op, const struct pack_outcome *o, str text)
{
    if (!o->remedy.zh.bytes)
        return text.bytes ? text : o->name.zh;
    return str_printf(op->arena, "%.*s%s%.*s", STR_ARGS(text.bytes ? text : o->name.zh), "\n",
        STR_ARGS(o->remedy.zh));
}

static void answer(struct doing *d, const struct pack_outcome *o)
{
    struct moving *m = d->m;
    m->row.answer = answer_text(m->op, o, d->in->text);
    m->row.answered_by = m->op->actor->name;
    m->row.answered_unit = d->may->task->unit;
    m->row.replied_at = m->op->now_ms;
    m->row.extension = STR_NONE;
}

/* Working days of the case's own promise that were used; -1: it is not counted in days. */
static int64_t used_days(const struct moving *m)
{
    const struct promise *p = main_promise(m);
    int64_t days, minutes;
    if (!p || p->unit == PACK_WORKING_HOURS || p->until_on)
        return -1;
    promise_left(m->op->zone, p, m->op->now_ms, &days, &minutes);
    int64_t used = p->amount + p->extended - days;
    return used < 0 ? 0 : used;
}

static enum err end_with(struct doing *d, const struct pack_outcome *o)
{
    struct moving *m = d->m;
    json_t *results = NULL, *v = do_outcome(d);
    if (o->granted)
        TRY(service_grant(
            m->op, &m->row, m->variables, d->in->licences, d->in->faults, &results));
    if (v)
        json_set_str(v, "outcome", o->code);
    if (v && results)
        json_object_set(v, "results", results);
    return do_complete(d, v);
}

static void note_outcome(struct doing *d, const struct pack_outcome *o)
{
    struct moving *m = d->m;
    json_set_str(d->event, "outcome", o->code);
    json_set_str(d->event, "outcomeName", o->name.zh);
    d->is_public = true;
    if (!m->row.first_response_at)
        m->row.first_response_at = m->op->now_ms;
}

enum err do_check(struct doing *d)
{
    struct moving *m = d->m;
    const struct pack_outcome *o;
    TRY(find_outcome(d, &o));
    note_outcome(d, o);
    if (o->corrections)
        TRY(service_correct(m->op, m->row.id, d->in->papers, d->in->paper_count, d->event));
    if (o->answer) {
        answer(d, o);
        TRY(service_decided(m->op, m->row.id, o->code, -1));
    }
    TRY(promises_met_by(m, VERB_CHECK, d->may->task->id));
    return end_with(d, o);
}

enum err do_decide(struct doing *d)
{
    struct moving *m = d->m;
    const struct pack_outcome *o;
    TRY(find_outcome(d, &o));
    note_outcome(d, o);
    answer(d, o);
    TRY(service_decided(m->op, m->row.id, o->code, used_days(m)));
    TRY(promises_met_by(m, VERB_DECIDE, d->may->task->id));
    return end_with(d, o);
}

enum err do_submit(struct doing *d)
{
    d->is_public = true;
    TRY(service_corrected(d->m->op, d->m->row.id, d->in->papers, d->in->paper_count,
        d->in->faults));
    return do_complete(d, do_outcome(d));
}

enum err do_deliver(struct doing *d)
{
    d->is_public = true;
    TRY(service_delivered(d->m->op, d->m->row.id));
    TRY(promises_met_by(d->m, VERB_DELIVER, d->may->task->id));
    return do_complete(d, do_outcome(d));
}
