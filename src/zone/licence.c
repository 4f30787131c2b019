/*
 * The life of licences: issuing, and what is done to them afterwards. licence_verbs.def says from
 * which status a verb may be done and by whom; licence_may() is the one place that asks.
 *
 * Renewal follows article 50 of the Administrative Licensing Law: the holder asks so many days
 * before the end at the latest; who does not answer by the last day has renewed, where the type
 * says that silence does.
 */
#include "zone/licence_internal.h"

#include "zone/record_internal.h"

#include <string.h>

#define BIT(status) (1U << LICENCE_##status)
enum {
    NEEDS_ISSUER = 1,
    NEEDS_SUSPENDER = 2,
    NEEDS_REVOKER = 4,
    NEEDS_HOLDER = 8,
    NEEDS_REASON = 16, /* and what it rests on */
    NEW_VERSION = 32,
    RENEWS = 64, /* only types that are renewed */
};

static const struct verb_row {
    const char *word;
    int operation;
    unsigned from;
    int to;
    unsigned needs;
    struct name2 name;
} verbs[LICENCE_VERB_COUNT] = {
#define LV(name, word, operation, from, to, needs, zh, en)                                         \
    { word, operation, from, to, needs, { STR(zh), STR(en) } },
#include "zone/licence_verbs.def"
#undef LV
};

bool licence_verb_from(str word, enum licence_verb *out)
{
    for (int i = 0; i < LICENCE_VERB_COUNT; i++)
        if (str_is(word, verbs[i].word)) {
            *out = (enum licence_verb)i;
            return true;
        }
    return false;
}

const char *licence_verb_word(enum licence_verb v)
{
    return verbs[v].word;
}

struct name2 licence_verb_name(enum licence_verb v)
{
    return verbs[v].name;
}

bool licence_verb_needs_reason(enum licence_verb v)
{
    return verbs[v].needs & NEEDS_REASON;
}

/* ---- who may ---- */

static enum err require_roles(
    struct op *op, const struct pack_licence *t, const struct pack_roles *roles)
{
    const struct actor *a = op->actor;
    bool may = a->system || (!roles->count && actor_may(a, "licence.write"));
    for (size_t i = 0; a->role && i < roles->count && !may; i++)
        may = str_equal(roles->items[i], a->role->code);
    if (may && a->role && a->role->scope == PACK_SCOPE_UNIT && !str_equal(a->unit, t->unit))
        may = false;
    if (may)
        return OK;
    return licence_refuse(op, a->role ? ERR_FORBIDDEN : ERR_UNAUTHENTICATED,
        str_printf(op->arena, "这类证照由%.*s办理,您的账号不能办理", STR_ARGS(t->issuer.zh)),
        str_printf(op->arena, "licences of this type are the business of %.*s, not of your account",
            STR_ARGS(t->issuer.en)));
}

static enum err must_be_in_time(struct op *op, const struct licence *l)
{
    struct date end;
    if (!date_parse(l->valid_to, &end))
        return diag_set(op->diag, ERR_NOT_ALLOWED, "长期有效的证照无须延续",
            "what always holds needs no renewal");
    int64_t last = date_to_days(end) - l->type->renew_days;
    if (zone_local_days(op->zone, op->now_ms) <= last)
        return OK;
    str day = licence_day(op, last);
    return diag_set(op->diag, ERR_NOT_ALLOWED,
        "延续应在有效期届满%d日前申请,最迟 %.*s;现已超过,请向发证单位重新申请",
        "renewal is asked for %d days before the end at the latest, by %.*s; apply anew",
        l->type->renew_days, STR_ARGS(day));
}

static enum err may_by_status(struct op *op, const struct licence *l, const struct verb_row *v)
{
    struct name2 now = licence_status_name(l->status);
    if (l->next_id)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这是旧版本,请在最新版本上办理",
            "this is a former version; act on the newest one");
    if (v->from & 1U << l->status)
        return OK;
    return licence_refuse(op, ERR_NOT_ALLOWED,
        str_printf(op->arena, "证照已%.*s,不能%.*s", STR_ARGS(now.zh), STR_ARGS(v->name.zh)),
        str_printf(op->arena, "the licence is %.*s: one cannot %.*s it", STR_ARGS(now.en),
            STR_ARGS(v->name.en)));
}

enum err licence_may(struct op *op, const struct licence *l, enum licence_verb verb)
{
    const struct verb_row *v = &verbs[verb];
    if (!l->type)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "配置中已没有这类证照",
            "the pack no longer has this type of licence");
    if (v->needs & NEEDS_ISSUER)
        TRY(require_roles(op, l->type, &l->type->issue));
    if (v->needs & NEEDS_SUSPENDER)
        TRY(require_roles(op, l->type, &l->type->suspend));
    if (v->needs & NEEDS_REVOKER)
        TRY(require_roles(op, l->type, &l->type->revoke));
    if ((v->needs & NEEDS_HOLDER) && !op->actor->system && !licence_is_mine(op, l))
        return licence_refuse(op, ERR_FORBIDDEN,
            str_printf(op->arena, "只有持有人可以%.*s", STR_ARGS(v->name.zh)),
            str_printf(op->arena, "only the holder may %.*s", STR_ARGS(v->name.en)));
    TRY(may_by_status(op, l, v));
    if ((v->needs & RENEWS) && !l->type->renew_days)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这类证照不办理延续",
            "licences of this type are not renewed");
    if (verb == LICENCE_VERB_APPLY && l->renewal_at)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "已申请延续,请等待答复",
            "renewal has been asked for already");
    if (verb == LICENCE_VERB_REFUSE && !l->renewal_at)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "持有人没有申请延续",
            "the holder has not asked for renewal");
    return verb == LICENCE_VERB_APPLY ? must_be_in_time(op, l) : OK;
}

/* ---- what is kept of an act ---- */

struct telling {
    const char *verb;
    int operation;
    enum licence_status before, after;
    str reason, basis;
};

static enum err tell(struct op *op, const struct licence *l, const struct telling *t)
{
    str actor = op->actor->name.bytes ? op->actor->name : op->actor->login;
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO licence_step (zone, id, licence_id, verb, operation, status_before,"
        " status_after, at, actor, unit, reason, basis) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
        " $10, $11, $12)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(l->id), S_TEXT(str_from(t->verb)),
        S_INT(t->operation), S_INT(t->before), S_INT(t->after), S_INT(op->now_ms), S_TEXT(actor),
        S_TEXT(op->actor->unit), S_TEXT(t->reason), S_TEXT(t->basis)));
    str kind = str_printf(op->arena, "licence.%s", t->verb);
    json_t *event = json_object();
    json_set_str(event, "identifier", l->identifier);
    json_set_str(event, "type", l->type_code);
    json_set_str(event, "holder", l->holder_key);
    json_set_int(event, "operation", t->operation);
    json_object_set_new(
        event, "before", t->before ? json_string(licence_status_word(t->before)) : json_null());
    json_set_str(event, "after", str_from(licence_status_word(t->after)));
    json_set_str(event, "validTo", l->valid_to);
    json_set_str(event, "data", ledger_digest(op, json_text(op->arena, l->data)));
    json_set_str(event, "reason", t->reason);
    json_set_str(event, "basis", t->basis);
    if (l->case_id)
        json_set_id(event, "case", l->case_id);
    TRY(diag_arena(op->diag, op->arena));
    return ledger_append(op,
        &(struct ledger_event){
            .kind = kind.data, .subject = l->root_id, .data = event, .is_public = true },
        NULL);
}

/* ---- issuing ---- */

static enum err limit_text(struct op *op, const char *field, str text)
{
    if (text.bytes <= LICENCE_REASON_BYTES_MAX && str_is_utf8(text))
        return OK;
    diag_field(op->diag, str_from(field));
    return diag_set(op->diag, ERR_INVALID, "过长,至多 %d 字节", "too long: at most %d bytes",
        LICENCE_REASON_BYTES_MAX);
}

static enum err held_once(struct op *op, const struct licence *l)
{
    struct query q;
    size_t count;
    struct licence *found;
    if (!l->type->once)
        return OK;
    licence_select(&q, op);
    QUERY_ADD(&q,
        " AND l.holder_register = ? AND l.holder_id = ? AND l.type = ? AND l.status IN (1, 2) AND"
        " (l.valid_to = '' OR l.valid_to >= ?) LIMIT 1",
        S_TEXT(l->holder_register), S_INT(l->holder_id), S_TEXT(l->type_code),
        S_TEXT(licence_today(op)));
    TRY(licence_rows(op, &q, 1, &found, &count));
    if (!count)
        return OK;
    return diag_set(op->diag, ERR_CONFLICT, "持有人已有这类证照 %.*s,请变更或延续它",
        "the holder has one of this type, %.*s: change or renew it", STR_ARGS(found[0].number));
}

enum err licence_issue(struct op *op, const struct licence_input *in, struct licence *out)
{
    const struct pack_licence *t = pack_licence(zone_pack(op->zone), in->type);
    struct record holder;
    if (!t) {
        diag_field(op->diag, STR("type"));
        return diag_set(op->diag, ERR_INVALID, "没有证照类型“%.*s”",
            "there is no type of licence \"%.*s\"", STR_ARGS(in->type));
    }
    TRY(require_roles(op, t, &t->issue));
    TRY(limit_text(op, "reason", in->reason));
    TRY(limit_text(op, "basis", in->basis));
    TRY(licence_holder(op, t, in, &holder));
    struct licence l = { .type = t,
        .type_code = t->code,
        .unit = t->unit,
        .holder_register = t->holder->code,
        .holder_id = holder.id,
        .holder_name = record_label(op, t->holder->code, &holder),
        .holder_key = record_text(holder.data, t->holder->key),
        .status = LICENCE_VALID,
        .operation = 1,
        .version = 1,
        .issued_on = licence_today(op),
        .first_issued_on = licence_today(op),
        .valid_from = in->valid_from.bytes ? in->valid_from : licence_today(op),
        .case_id = in->case_id,
        .reason = in->reason,
        .basis = in->basis };
    TRY(licence_data(op, t, in->data, &holder, in->faults, &l.data));
    TRY(licence_term(op, &l));
    TRY(held_once(op, &l));
    TRY(licence_insert(op, &l));
    TRY(tell(op, &l,
        &(struct telling){ .verb = "issue",
            .operation = 1,
            .after = LICENCE_VALID,
            .reason = in->reason,
            .basis = in->basis }));
    *out = l;
    return OK;
}

/* ---- afterwards ---- */

/* A renewal goes on from the day after the end; a change keeps the term. */
static enum err next_term(struct op *op, struct licence *l, bool renews)
{
    struct date end;
    if (!renews)
        return l->type->validity == PACK_VALID_UNTIL ? licence_term(op, l) : OK;
    if (l->type->validity != PACK_VALID_UNTIL && date_parse(l->valid_to, &end))
        l->valid_from = licence_day(op, date_to_days(end) + 1);
    return licence_term(op, l);
}

/* The row that lapses, and the next version in its place. A renewed one that begins later is valid
 * from today on all the same: the former term lies within it. */
static enum err new_version(
    struct op *op, const struct licence *l, const struct licence_act *act, struct licence *out)
{
    const struct verb_row *v = &verbs[act->verb];
    struct record holder;
    struct licence next = *l;
    struct licence_input in = { .holder_id = l->holder_id };
    json_t *data = json_keep(op->arena, json_deep_copy(l->data));
    TRY(diag_arena(op->diag, op->arena));
    json_object_update(data, (json_t *)act->data);
    TRY(licence_holder(op, l->type, &in, &holder));
    next.before_id = l->id;
    next.version = l->version + 1;
    next.operation = v->operation;
    next.issued_on = licence_today(op);
    next.holder_name = record_label(op, l->holder_register, &holder);
    next.renewal_at = 0;
    next.looks = 0;
    next.reason = act->reason;
    next.basis = act->basis;
    next.case_id = act->case_id;
    TRY(licence_data(op, l->type, data, &holder, act->faults, &next.data));
    str first = l->valid_from;
    TRY(next_term(op, &next, v->needs & RENEWS));
    next.valid_from = first;
    TRY(licence_insert(op, &next));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE licence SET status = $3, operation = $4, next_id = $5, updated_at = $6,"
        " renewal_at = 0 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(l->id), S_INT(LICENCE_LAPSED), S_INT(v->operation),
        S_INT(next.id), S_INT(op->now_ms)));
    *out = next;
    return OK;
}

static enum err set_status(
    struct op *op, struct licence *l, const struct licence_act *act, enum licence_status to)
{
    const struct verb_row *v = &verbs[act->verb];
    l->status = to;
    l->operation = v->operation ? v->operation : l->operation;
    l->renewal_at = act->verb == LICENCE_VERB_APPLY ? op->now_ms
        : act->verb == LICENCE_VERB_REFUSE          ? 0
                                                    : l->renewal_at;
    l->reason = act->reason;
    l->basis = act->basis;
    l->updated_at = op->now_ms;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE licence SET status = $3, operation = $4, renewal_at = $5, reason = $6, basis = $7,"
        " updated_at = $8 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(l->id), S_INT(to), S_INT(l->operation), S_INT(l->renewal_at),
        S_TEXT(l->reason), S_TEXT(l->basis), S_INT(op->now_ms));
}

static enum err say_why(struct op *op, const struct verb_row *v, const struct licence_act *act)
{
    TRY(limit_text(op, "reason", act->reason));
    TRY(limit_text(op, "basis", act->basis));
    if (!(v->needs & NEEDS_REASON) || (!str_blank(act->reason) && !str_blank(act->basis)))
        return OK;
    diag_field(op->diag, str_blank(act->reason) ? STR("reason") : STR("basis"));
    return str_blank(act->reason)
        ? diag_set(op->diag, ERR_INVALID, "请写明理由", "please say why")
        : diag_set(op->diag, ERR_INVALID, "请写明法律依据,例如《行政许可法》第六十九条",
            "please name the law it rests on, for example article 69 of the Administrative Licensing Law");
}

enum err licence_do(struct op *op, int64_t id, const struct licence_act *act, struct licence *out)
{
    const struct verb_row *v = &verbs[act->verb];
    struct licence l, result;
    TRY(licence_get(op, id, &l));
    if (!op->actor->system)
        TRY(licence_open(op, id, &l));
    TRY(licence_may(op, &l, act->verb));
    TRY(say_why(op, v, act));
    enum licence_status before = l.status, after = v->to ? (enum licence_status)v->to : l.status;
    result = l;
    if (v->needs & NEW_VERSION)
        TRY(new_version(op, &l, act, &result));
    else
        TRY(set_status(op, &result, act, after));
    TRY(tell(op, &result,
        &(struct telling){ .verb = v->word,
            .operation = v->operation,
            .before = before,
            .after = after,
            .reason = act->reason,
            .basis = act->basis }));
    *out = result;
    return OK;
}

/* ---- each day ---- */

enum { DAILY_MAX = 100 };

static enum err end_of_term(struct op *op, struct licence *l)
{
    struct licence next;
    if (l->renewal_at && l->status == LICENCE_VALID && l->type && l->type->renew_silence) {
        struct licence_act act = { .verb = LICENCE_VERB_RENEW,
            .reason = STR("逾期未作决定,视为准予延续"),
            .basis = l->type->renew_law.zh };
        TRY(new_version(op, l, &act, &next));
        return tell(op, &next,
            &(struct telling){ .verb = "renewed_by_silence",
                .operation = 2,
                .before = LICENCE_VALID,
                .after = LICENCE_VALID,
                .reason = act.reason,
                .basis = act.basis });
    }
    enum licence_status before = l->status;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE licence SET status = 5, operation = 4, updated_at = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(l->id), S_INT(op->now_ms)));
    return tell(op, l,
        &(struct telling){
            .verb = "expire", .operation = 4, .before = before, .after = LICENCE_LAPSED });
}

/* Silence renews on the last day, so that there is no gap; the rest lapses the day after. */
static void due_add(struct query *q, struct op *op)
{
    str today = licence_today(op);
    licence_select(q, op);
    QUERY_ADD(q,
        " AND l.status IN (1, 2) AND l.valid_to <> '' AND (l.valid_to < ? OR (l.valid_to = ? AND"
        " l.renewal_at > 0 AND l.status = 1)) ORDER BY l.valid_to, l.id LIMIT ?",
        S_TEXT(today), S_TEXT(today), S_INT(DAILY_MAX));
}

static bool renews_today(struct op *op, const struct licence *l)
{
    return l->renewal_at && l->type && l->type->renew_silence
        && str_equal(l->valid_to, licence_today(op));
}

static enum err daily(struct op *op, void *ctx)
{
    struct query q;
    size_t count, *done = ctx;
    struct licence *due;
    due_add(&q, op);
    *done = 0;
    TRY(licence_rows(op, &q, DAILY_MAX, &due, &count));
    for (size_t i = 0; i < count; i++) {
        bool over = str_compare(due[i].valid_to, licence_today(op)) < 0;
        if (!over && !renews_today(op, &due[i]))
            continue;
        /* The row still says what it was before its end. */
        if (due[i].status == LICENCE_LAPSED)
            due[i].status = due[i].operation == 3 ? LICENCE_SUSPENDED : LICENCE_VALID;
        TRY(end_of_term(op, &due[i]));
        ++*done;
    }
    return OK;
}

enum err licences_daily(struct op *op)
{
    struct store_conn *c;
    struct query q;
    size_t count = 0;
    bool any = false;
    struct licence *due;
    TRY(store_read_begin(op->zone->store, &c, op->diag));
    op->conn = c;
    due_add(&q, op);
    enum err e = licence_rows(op, &q, DAILY_MAX, &due, &count);
    for (size_t i = 0; e == OK && i < count && !any; i++)
        any = str_compare(due[i].valid_to, licence_today(op)) < 0 || renews_today(op, &due[i]);
    store_read_end(c);
    op->conn = NULL;
    return e != OK || !any ? e : zone_write(op, daily, &count);
}

/* ---- history ---- */

enum err licence_history(
    struct op *op, const struct licence *l, struct licence_step **out, size_t *count)
{
    enum { STEPS_MAX = 200 };
    struct store_rows rows;
    struct licence_step *list = ARENA_ARRAY(op->arena, struct licence_step, STEPS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT s.at, s.verb, s.actor, s.unit, s.reason, s.basis, s.operation, s.status_before,"
        " s.status_after, s.licence_id, l.version FROM licence_step s JOIN licence l ON l.zone ="
        " s.zone AND l.id = s.licence_id WHERE s.zone = $1 AND l.root_id = $2 ORDER BY s.id LIMIT"
        " 200",
        S_TEXT(op->zone->code), S_INT(l->root_id)));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == STEPS_MAX)
            break;
        list[(*count)++] = (struct licence_step){ .at = store_int(&rows, 0),
            .verb = str_copy(op->arena, store_text(&rows, 1)),
            .actor = str_copy(op->arena, store_text(&rows, 2)),
            .unit = str_copy(op->arena, store_text(&rows, 3)),
            .reason = str_copy(op->arena, store_text(&rows, 4)),
            .basis = str_copy(op->arena, store_text(&rows, 5)),
            .operation = (int)store_int(&rows, 6),
            .before = (enum licence_status)store_int(&rows, 7),
            .after = (enum licence_status)store_int(&rows, 8),
            .licence_id = store_int(&rows, 9),
            .version = store_int(&rows, 10) };
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, op->arena);
}
