/*
 * What verbs do to the clocks of a case: standing still for a reason the law knows, going on.
 *
 * A promise that keeps a statute stands still only for a reason which that statute lists; the
 * others, the zone's own, for any that is written down. Where a statute asks for a reason and none
 * or another is given, the verb is refused and says which there are.
 */
#include "zone/case_internal.h"
#include "zone/notice.h"

/* The reasons that the open promises know, for the refusal. */
static struct name2 reasons_of(struct moving *m)
{
    struct buf zh, en;
    buf_init(&zh, m->op->arena, 4 * KIB);
    buf_init(&en, m->op->arena, 4 * KIB);
    for (size_t i = 0; i < m->promise_count; i++) {
        const struct pack_promise *def =
            promise_definition(m->op->zone, m->system, &m->promises[i]);
        if (!def || !def->pause || !def->statute || m->promises[i].state != PROMISE_RUNNING)
            continue;
        for (size_t k = 0; k < def->statute->pause_count; k++) {
            const struct pack_pause *p = &def->statute->pauses[k];
            buf_printf(&zh, "%s%.*s(%.*s)", k ? "、" : "", STR_ARGS(p->name.zh), STR_ARGS(p->code));
            buf_printf(&en, "%s%.*s (%.*s)", k ? ", " : "", STR_ARGS(p->name.en), STR_ARGS(p->code));
        }
    }
    return (struct name2){ buf_str(&zh), buf_str(&en) };
}

enum err case_clocks_pause(struct moving *m, str code, str text, json_t *event)
{
    struct op *op = m->op;
    bool legal = false, asked = false;
    for (size_t i = 0; i < m->promise_count; i++) {
        struct promise *p = &m->promises[i];
        const struct pack_promise *def = promise_definition(op->zone, m->system, p);
        if (!def || !def->pause || p->state != PROMISE_RUNNING)
            continue;
        bool listed = def->statute && def->statute->pause_count;
        const struct pack_pause *why = listed ? pack_pause(def, code) : NULL;
        asked = asked || listed;
        legal = legal || why;
        if (listed && !why)
            continue; /* not a reason of this law: its clock goes on */
        TRY(promise_pause(op, p, why ? code : STR_NONE, text));
        if (!why)
            continue;
        struct name2 article = why->article.zh.bytes ? why->article : def->statute->article;
        json_set_str(event, "reason", why->name.zh);
        json_set_str(event, "law",
            str_printf(op->arena, "《%.*s》%.*s", STR_ARGS(def->statute->law.zh),
                STR_ARGS(article.zh)));
    }
    if (!asked || legal)
        return diag_arena(op->diag, op->arena);
    struct name2 known = reasons_of(m);
    const char *zh = str_terminated(op->arena, known.zh), *en = str_terminated(op->arena, known.en);
    diag_field(op->diag, STR("reason"));
    return diag_set(op->diag, ERR_INVALID, "请选择法律规定可以暂停计时的事由:%1$s%2$.0s",
        "please choose a reason for which the law stops the clock: %2$s%1$.0s", zh ? zh : "",
        en ? en : "");
}

enum err case_clocks_resume(struct moving *m, str text)
{
    m->row.suspended = 0;
    for (size_t i = 0; i < m->promise_count; i++)
        if (m->promises[i].state == PROMISE_PAUSED)
            TRY(promise_resume(m->op, &m->promises[i], text));
    return STORE_EXEC(m->op->conn, m->op->diag,
        "UPDATE task SET state = 'open' WHERE zone = $1 AND case_id = $2 AND state = 'suspended'",
        S_TEXT(m->op->zone->code), S_INT(m->row.id));
}

/* ---- who is told of a verb ---- */

/* The people of the unit who may decide on an extension. */
static enum err people_who_approve(struct op *op, const struct case_row *c, struct people *out)
{
    const struct pack *p = zone_pack(op->zone);
    for (size_t i = 0; i < p->role_count; i++)
        if (p->roles[i].scope == PACK_SCOPE_UNIT
            && pack_role_may(&p->roles[i], STR("verb.approve")))
            TRY(people_of_role(op, c, p->roles[i].code, out));
    return OK;
}

enum whom { NOBODY, APPLICANT, STEP, APPROVERS, APPLICANT_AND_STEP };

enum err notices_of_verb(
    struct op *op, const struct case_row *c, enum verb verb, str text, const json_t *event)
{
    static const struct {
        enum whom whom;
        const char *zh, *en;
    } table[VERB_COUNT] = {
        [VERB_SUSPEND] = { APPLICANT, "已暂停计时", "the clock stands still" },
        [VERB_RESUME] = { APPLICANT, "已恢复计时", "the clock goes on" },
        [VERB_EXTEND] = { APPROVERS, "申请延期,请审批", "an extension is asked for; please decide" },
        [VERB_APPROVE] = { APPLICANT_AND_STEP, "已同意延期", "the extension was approved" },
        [VERB_REFUSE] = { STEP, "延期申请未获同意", "the extension was refused" },
        [VERB_REPLY] = { APPLICANT, "已答复,请查看并评价", "has been answered; please rate it" },
        [VERB_CHECK] = { APPLICANT, "已审查申请", "the application was checked" },
        [VERB_SUBMIT] = { STEP, "申请人已补正", "the applicant has corrected it" },
        [VERB_DECIDE] = { APPLICANT, "已作出决定", "it was decided" },
        [VERB_DELIVER] = { APPLICANT, "结果已送达,请查看并评价", "the result was delivered; please rate it" },
        [VERB_URGE] = { STEP, "申请人催办", "the applicant urges it" },
        [VERB_SUPERVISE] = { STEP, "领导督办", "a leader supervises it" },
    };
    struct people who = { .count = 0 };
    struct arena *a = op->arena;
    if (table[verb].whom == NOBODY)
        return OK;
    str law = json_str(event, "law");
    if (verb == VERB_REPLY) /* the answer itself stands at the case */
        text = STR_NONE;
    else if (!text.bytes)
        text = json_str(event, "reason");
    else if (verb == VERB_APPROVE) /* article 42: the reasons are told, whatever the head adds */
        text = str_printf(a, "%.*s;%.*s", STR_ARGS(json_str(event, "reason")), STR_ARGS(text));
    struct name2 due = c->due_at && !c->suspended ? moment_text(op, c->due_at)
                                                  : (struct name2){ STR_NONE, STR_NONE };
    bool says_due = due.zh.bytes && verb != VERB_REPLY;
    struct notice n = { .kind = verb_info(verb)->word,
        .case_id = c->id,
        .text = { str_printf(a, "%.*s“%.*s”%s%s%.*s%s%.*s%s%s%.*s%s", STR_ARGS(c->number),
                      STR_ARGS(c->title), table[verb].zh, text.bytes ? ":" : "", STR_ARGS(text),
                      law.bytes ? "(依据" : "", STR_ARGS(law), law.bytes ? ")" : "",
                      says_due ? "(期限" : "", STR_ARGS(says_due ? due.zh : STR_NONE),
                      says_due ? ")" : ""),
            str_printf(a, "%.*s \"%.*s\": %s%s%.*s%s%.*s", STR_ARGS(c->number), STR_ARGS(c->title),
                table[verb].en, text.bytes ? " - " : "", STR_ARGS(text),
                says_due ? "; due " : "", STR_ARGS(says_due ? due.en : STR_NONE)) } };
    enum whom w = table[verb].whom;
    if (w == APPLICANT || w == APPLICANT_AND_STEP)
        TRY(people_of_applicant(op, c, &who));
    if (w == STEP || w == APPLICANT_AND_STEP)
        TRY(people_of_step(op, c, 0, &who));
    if (w == APPROVERS)
        TRY(people_who_approve(op, c, &who));
    return notice_tell_all(op, &who, op->actor->account, &n);
}
