/*
 * A step of a procedure that issues a licence, or acts on one, as the zone itself:
 *
 *     <bpmn:serviceTask junma:handler="licence" junma:licence="food_business"
 *                                             or "=result.licence": FEEL, by the case
 *         junma:operation="issue"             or change renew suspend resume revoke strip cancel
 *         junma:holder="credit_code"          FEEL: key of the holder; absent: the case's applicant
 *         junma:fields='{address: place}'     FEEL: fields of the licence
 *         junma:identifier="licence.identifier"   FEEL: which; absent: the holder's of that type
 *         junma:reason='"…"' junma:basis='"…"' junma:resultVariable="licence" />
 *
 * It happens in the transaction that moves the case on, so exactly once.
 */
#include "zone/licence_job.h"

#include "zone/case_internal.h"
#include "zone/licence_internal.h"
#include "zone/notice.h"

struct step {
    const struct job *j;
    const struct pack_licence *type;
    str register_code, holder_key;
    int64_t holder_id;
};

static enum err find_holder(struct op *op, struct step *s)
{
    struct store_rows rows;
    struct record record;
    s->register_code = s->type->holder->code;
    s->holder_key = json_str(s->j->request, "holder");
    if (s->holder_key.bytes) {
        enum err e = record_by_key(op, s->register_code, s->holder_key, &record);
        s->holder_id = e == OK ? record.id : 0;
        return e == ERR_NOT_FOUND ? diag_set(op->diag, ERR_INVALID, "没有持有人 %.*s",
                   "there is no holder %.*s", STR_ARGS(s->holder_key))
                                  : e;
    }
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT enterprise_id FROM cases WHERE zone = $1 AND id = $2", S_TEXT(op->zone->code),
        S_INT(s->j->case_id)));
    s->holder_id = store_int(&rows, 0);
    store_rows_end(&rows);
    if (s->holder_id)
        return OK;
    return diag_set(op->diag, ERR_INVALID, "办件没有申请人,junma:holder 应写明持有人",
        "the case has no applicant: junma:holder must name the holder");
}

static enum err issue(struct op *op, const struct step *s, struct licence *out)
{
    struct diag_list faults;
    diag_list_init(&faults, op->arena, 20);
    struct licence_input in = { .type = s->type->code,
        .holder_id = s->holder_id,
        .data = json_object_get(s->j->request, "fields"),
        .case_id = s->j->case_id,
        .reason = json_str(s->j->request, "reason"),
        .basis = json_str(s->j->request, "basis"),
        .faults = &faults };
    return licence_issue(op, &in, out);
}

static enum err act_on(
    struct op *op, const struct step *s, enum licence_verb verb, struct licence *out)
{
    struct licence l;
    str identifier = json_str(s->j->request, "identifier");
    TRY(identifier.bytes ? licence_by_identifier(op, identifier, &l)
                         : licence_find(op, s->register_code, s->holder_id, s->type->code, &l));
    if (l.type != s->type)
        return diag_set(op->diag, ERR_INVALID, "证照 %.*s 不是这种类型",
            "the licence %.*s is of another type", STR_ARGS(l.identifier));
    struct licence_act act = { .verb = verb,
        .data = json_object_get(s->j->request, "fields"),
        .reason = json_str(s->j->request, "reason"),
        .basis = json_str(s->j->request, "basis"),
        .case_id = s->j->case_id };
    return licence_do(op, l.id, &act, out);
}

/* What its holder is told: he finds it in his wallet. */
static struct name2 words_for(struct op *op, const struct licence *l)
{
    static const struct {
        enum licence_status status;
        int operation;
        const char *zh, *en;
    } said[] = {
        { LICENCE_VALID, 1, "已签发", "has been issued" },
        { LICENCE_VALID, 2, "已延续", "has been renewed" },
        { LICENCE_VALID, 9, "已变更", "has been changed" },
        { LICENCE_CANCELLED, 5, "已注销", "has been cancelled" },
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (said[i].status == l->status && said[i].operation == l->operation)
            return (struct name2){ str_printf(op->arena, "您的%.*s(编号%.*s)%s,可在“我的证照”查看、出示。",
                                       STR_ARGS(l->type->name.zh), STR_ARGS(l->number), said[i].zh),
                str_printf(op->arena, "Your %.*s (number %.*s) %s; see it under “My licences”.",
                    STR_ARGS(l->type->name.en), STR_ARGS(l->number), said[i].en) };
    struct name2 now = licence_status_name(l->status);
    return (struct name2){ str_printf(op->arena, "您的%.*s(编号%.*s)现在的状态:%.*s。",
                               STR_ARGS(l->type->name.zh), STR_ARGS(l->number), STR_ARGS(now.zh)),
        str_printf(op->arena, "Your %.*s (number %.*s) is now: %.*s.", STR_ARGS(l->type->name.en),
            STR_ARGS(l->number), STR_ARGS(now.en)) };
}

static enum err tell_holder(struct op *op, const struct job *j, const struct licence *l)
{
    struct people *who = ARENA_NEW(op->arena, struct people);
    struct moving m;
    TRY(diag_arena(op->diag, op->arena));
    TRY(moving_load_any(op, j->case_id, &m));
    TRY(people_of_applicant(op, &m.row, who));
    return notice_tell_all(op, who, 0,
        &(struct notice){
            .kind = "licence", .case_id = j->case_id, .once = l->identifier, .text = words_for(op, l) });
}

/* As a word of the drawing, or as its FEEL said when the step was reached. */
static str setting(const struct job *j, const struct bpmn_service *service,
    enum bpmn_service_setting which, const char *name)
{
    return service->words[which].bytes ? service->words[which] : json_str(j->request, name);
}

enum err licence_perform(
    struct op *op, const struct job *j, const struct bpmn_service *service, json_t **answer)
{
    enum licence_verb verb;
    struct licence l;
    struct step s = { .j = j,
        .type = pack_licence(zone_pack(op->zone), setting(j, service, SERVICE_licence, "licence")) };
    str operation = setting(j, service, SERVICE_operation, "operation");
    if (!s.type)
        return diag_set(op->diag, ERR_UNSUPPORTED, "配置中没有证照类型“%.*s”",
            "the pack has no type of licence \"%.*s\"",
            STR_ARGS(setting(j, service, SERVICE_licence, "licence")));
    TRY(find_holder(op, &s));
    if (!operation.bytes || str_is(operation, "issue"))
        TRY(issue(op, &s, &l));
    else if (licence_verb_from(operation, &verb))
        TRY(act_on(op, &s, verb, &l));
    else
        return diag_set(op->diag, ERR_UNSUPPORTED, "没有办理方式 %.*s",
            "there is no operation %.*s", STR_ARGS(operation));
    TRY(tell_holder(op, j, &l));
    json_t *o = json_keep(op->arena, json_object());
    json_set_id(o, "id", l.id);
    json_set_str(o, "identifier", l.identifier);
    json_set_str(o, "number", l.number);
    json_set_str(o, "status", str_from(licence_status_word(l.status)));
    json_set_int(o, "version", l.version);
    json_set_str(o, "validFrom", l.valid_from);
    json_set_str_or_null(o, "validTo", l.valid_to);
    *answer = o;
    return diag_arena(op->diag, op->arena);
}
