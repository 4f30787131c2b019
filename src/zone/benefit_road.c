/*
 * What is done with a list, and who may: one table of rules (benefit_may) is asked for the page's buttons and
 * again when it is done.
 */
#include "zone/benefit_internal.h"

#include "base/check.h"

#include <string.h>

const char *const benefit_verbs[]
    = { "review", "notice", "confirm", "retry", "void", "pay", NULL };

static struct name2 no(const char *zh, const char *en)
{
    return (struct name2){ str_from(zh), str_from(en) };
}

bool benefit_notice_over(const struct benefit_list *l, int64_t day)
{
    struct date to;
    return !l->notice_to.bytes || (date_parse(l->notice_to, &to) && date_to_days(to) < day);
}

/* ---- may it be done ---- */

static struct name2 bad_person(struct op *op, const struct benefit_list *l, const struct pack_clause *c,
    bool approving)
{
    const struct actor *a = op->actor;
    if (a->system)
        return no("", "");
    if (!(approving ? pack_clause_approves(c, a->role)
                    : pack_clause_reviews(c, a->role) || pack_clause_approves(c, a->role)))
        return no("您的角色不经办这一步", "your role does not do this step");
    if (a->role->scope != PACK_SCOPE_ALL && !str_equal(a->unit, l->unit))
        return no("由责任单位的人员办理", "the unit in charge does this");
    return no("", "");
}

bool benefit_concerns(struct op *op, const struct benefit_list *l, const struct pack_clause *c)
{
    return bad_person(op, l, c, false).zh.bytes == 0;
}

static struct name2 bad_review(struct op *op, const struct benefit_list *l)
{
    (void)op;
    if (!str_is(l->state, "review"))
        return no("名单已不在审核阶段", "the list is not under review any more");
    return no("", "");
}

static struct name2 bad_notice(struct op *op, const struct benefit_list *l)
{
    (void)op;
    if (!str_is(l->state, "review"))
        return no("名单已不在审核阶段", "the list is not under review any more");
    if (l->unreviewed)
        return no("还有未审核的行", "some lines were not looked at");
    if (!l->kept)
        return no("没有保留任何一行;请作废名单", "no line was kept; void the list");
    return no("", "");
}

static struct name2 bad_confirm(struct op *op, const struct benefit_list *l)
{
    if (!str_is(l->state, "notice"))
        return no("名单还没有公示", "the list has not been under notice");
    if (!benefit_notice_over(l, zone_local_days(op->zone, op->now_ms)))
        return no("公示期未满", "the notice period is not over");
    if (l->open_objections)
        return no("还有未处理的异议", "objections have not been decided");
    if (!l->kept)
        return no("没有保留任何一行;请作废名单", "no line was kept; void the list");
    if (!op->actor->system && op->actor->account == l->reviewed_account)
        return no("送公示的人不能自己确认,请换一人", "who sent it into the notice period cannot confirm it");
    return no("", "");
}

static struct name2 bad_money(const struct benefit_list *l, bool waiting)
{
    if (!str_is(l->state, "confirmed"))
        return no("名单还没有确认", "the list was not confirmed");
    if (waiting && !l->waiting)
        return no("没有等待资金的行", "no line waits for money");
    if (!waiting && !l->awarded)
        return no("没有可支付的行", "no line can be paid");
    return no("", "");
}

static struct name2 bad_void(const struct benefit_list *l)
{
    if (str_is(l->state, "confirmed") || str_is(l->state, "void"))
        return no("名单已确认或已作废", "the list was confirmed or voided");
    return no("", "");
}

static struct name2 why_not(
    struct op *op, const struct benefit_list *l, const struct pack_clause *c, const char *verb)
{
    bool approving = strcmp(verb, "confirm") == 0 || strcmp(verb, "void") == 0;
    if (strcmp(verb, "pay") == 0)
        return actor_may(op->actor, "fund.batch")
            ? bad_money(l, false)
            : no("由资金付款经办人员转付款批次", "those who make payment batches of funds do this");
    struct name2 bad = bad_person(op, l, c, approving);
    if (bad.zh.bytes)
        return bad;
    if (strcmp(verb, "review") == 0)
        return bad_review(op, l);
    if (strcmp(verb, "notice") == 0)
        return bad_notice(op, l);
    if (strcmp(verb, "confirm") == 0)
        return bad_confirm(op, l);
    if (strcmp(verb, "void") == 0)
        return bad_void(l);
    return bad_money(l, true);
}

enum err benefit_may(
    struct op *op, const struct benefit_list *l, const char *verb, bool *may, struct name2 *reason)
{
    const struct pack_clause *c;
    TRY(benefit_clause(op, l, &c));
    *reason = why_not(op, l, c, verb);
    *may = !reason->zh.bytes;
    return OK;
}

enum err benefit_require(struct op *op, const struct benefit_list *l, const char *verb)
{
    bool may;
    struct name2 reason;
    TRY(benefit_may(op, l, verb, &may, &reason));
    if (may)
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED, "%s%.0s", "%.0s%s",
        str_terminated(op->arena, reason.zh), str_terminated(op->arena, reason.en));
}

enum err benefit_text(struct op *op, const char *field, str text)
{
    diag_field(op->diag, str_from(field));
    if (str_blank(text))
        return diag_set(op->diag, ERR_INVALID, "请写明理由", "please say why");
    if (text.bytes > BENEFIT_TEXT_BYTES_MAX)
        return diag_set(op->diag, ERR_LIMIT, "请控制在 %d 字节以内", "at most %d bytes",
            BENEFIT_TEXT_BYTES_MAX);
    diag_field(op->diag, STR_NONE);
    return OK;
}

/* ---- what changes ---- */

enum err benefit_list_set(struct op *op, const struct benefit_list *l, const char *state)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_list SET state = $3, version = version + 1, updated_at = $4 WHERE zone = $1 AND"
        " id = $2 AND version = $5",
        S_TEXT(op->zone->code), S_INT(l->id), S_TEXT(str_from(state)), S_INT(op->now_ms),
        S_INT(l->version)));
    if (store_changes(op->conn) == 1)
        return OK;
    return diag_set(op->diag, ERR_CONFLICT, "名单刚刚被别人处理过,请刷新",
        "somebody else dealt with the list just now; reload");
}

enum err benefit_tell(struct op *op, const char *kind, const struct benefit_list *l, json_t *data)
{
    json_set_str(data, "number", l->number);
    json_set_str(data, "clause", l->clause);
    return ledger_append(op,
        &(struct ledger_event){ .kind = kind, .subject = l->id, .data = data, .is_public = true }, NULL);
}

static enum err set_line(
    struct op *op, int64_t list, int64_t line, const char *state, str reason)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_line SET state = $4, reason = $5, reviewed = $6, updated_at = $7 WHERE zone = $1 AND"
        " list_id = $2 AND id = $3",
        S_TEXT(op->zone->code), S_INT(list), S_INT(line), S_TEXT(str_from(state)), S_TEXT(reason),
        S_INT(op->actor->account ? op->actor->account : 1), S_INT(op->now_ms)));
    if (store_changes(op->conn) == 1)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "名单上没有这一行", "there is no such line on the list");
}

enum err benefit_review(struct op *op, int64_t list, int64_t line, bool keep, str reason)
{
    struct benefit_list l;
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "review"));
    json_t *data = json_keep(op->arena, json_object());
    if (!line) {
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE benefit_line SET reviewed = $3, updated_at = $4 WHERE zone = $1 AND list_id = $2 AND"
            " state = 'open' AND reviewed = 0",
            S_TEXT(op->zone->code), S_INT(list),
            S_INT(op->actor->account ? op->actor->account : 1), S_INT(op->now_ms)));
        json_set_int(data, "kept", store_changes(op->conn));
    } else {
        if (!keep)
            TRY(benefit_text(op, "reason", reason));
        TRY(set_line(op, list, line, keep ? "open" : "struck", keep ? STR_NONE : reason));
        json_set_id(data, "line", line);
        json_object_set_new(data, "keep", json_boolean(keep));
        json_set_str(data, "reason", reason);
    }
    TRY(benefit_list_set(op, &l, "review"));
    return benefit_tell(op, "benefit.review", &l, json_incref(data));
}

/* The day it begins is not counted; the last day is the N-th working day after it. */
enum err benefit_notice(struct op *op, int64_t list)
{
    struct benefit_list l;
    int64_t today = zone_local_days(op->zone, op->now_ms), to = today;
    bool provisional;
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "notice"));
    if (l.notice_days)
        TRY(calendar_add_days(zone_pack(op->zone)->calendar, today, l.notice_days, &to, &provisional,
            op->diag));
    else
        to = today - 1; /* no notice is asked for: it may be confirmed at once */
    TRY(benefit_list_set(op, &l, "notice"));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_list SET notice_from = $3, notice_to = $4, notice_at = $5, reviewed_by = $6,"
        " reviewed_account = $7 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(list), S_TEXT(l.notice_days ? benefit_day(op, today) : STR_NONE),
        S_TEXT(l.notice_days ? benefit_day(op, to) : STR_NONE), S_INT(op->now_ms),
        S_TEXT(op->actor->name), S_INT(op->actor->account)));
    TRY(benefit_news_published(op, &l, l.notice_days ? benefit_day(op, to) : STR_NONE));
    json_t *data = json_object();
    json_set_int(data, "lines", l.kept);
    json_set_int(data, "fen", l.fen);
    json_set_str(data, "from", benefit_day(op, today));
    json_set_str(data, "to", benefit_day(op, to));
    return benefit_tell(op, "benefit.notice", &l, data);
}

enum err benefit_void(struct op *op, int64_t list, str reason)
{
    struct benefit_list l;
    TRY(benefit_list_get(op, list, &l));
    TRY(benefit_require(op, &l, "void"));
    TRY(benefit_text(op, "reason", reason));
    TRY(benefit_list_set(op, &l, "void"));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_list SET reason = $3, decided_by = $4, decided_at = $5 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(list), S_TEXT(reason), S_TEXT(op->actor->name), S_INT(op->now_ms)));
    TRY(benefit_news_voided(op, &l, reason));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_line SET state = 'void', updated_at = $3 WHERE zone = $1 AND list_id = $2 AND"
        " state = 'open'",
        S_TEXT(op->zone->code), S_INT(list), S_INT(op->now_ms)));
    json_t *data = json_object();
    json_set_str(data, "reason", reason);
    return benefit_tell(op, "benefit.void", &l, data);
}

/* ---- objections ---- */

static enum err check_objection(struct op *op, const struct benefit_objecting *o)
{
    struct benefit_list l;
    struct benefit_line line;
    TRY(benefit_list_get(op, o->list, &l));
    if (!str_is(l.state, "notice") || benefit_notice_over(&l, zone_local_days(op->zone, op->now_ms)))
        return diag_set(op->diag, ERR_NOT_ALLOWED, "公示期已满,或名单不在公示中",
            "the notice period is over, or the list is not under notice");
    if (l.objections >= BENEFIT_OBJECTIONS_MAX)
        return diag_set(op->diag, ERR_LIMIT, "对这份名单的异议已达上限,请直接致电责任单位",
            "there are too many objections against this list; please call the unit in charge");
    if (o->line) {
        TRY(benefit_line_get(op, o->line, &line));
        if (line.list != o->list || !str_is(line.state, "open"))
            return diag_set(op->diag, ERR_NOT_FOUND, "公示名单上没有这一行",
                "there is no such line on the list");
    }
    if (op->actor->account)
        return OK;
    diag_field(op->diag, STR("name"));
    if (str_blank(o->name))
        return diag_set(op->diag, ERR_INVALID, "请填写姓名", "please give your name");
    diag_field(op->diag, STR("phone"));
    if (!phone_good(o->phone))
        return diag_set(op->diag, ERR_INVALID, "请填写手机号码或固定电话,以便答复",
            "please give a phone number, so that you can be answered");
    diag_field(op->diag, STR_NONE);
    return OK;
}

enum err benefit_object(struct op *op, const struct benefit_objecting *o, int64_t *id)
{
    struct benefit_list l;
    str name = op->actor->account ? op->actor->name : o->name;
    TRY(check_objection(op, o));
    TRY(benefit_text(op, "text", o->text));
    TRY(benefit_list_get(op, o->list, &l));
    *id = id_next(&op->zone->ids, op->now_ms);
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO benefit_objection (zone, id, list_id, line_id, name, phone, account, text, at, state,"
        " reply, decided_by, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', '', '', 0)",
        S_TEXT(op->zone->code), S_INT(*id), S_INT(o->list), S_INT(o->line), S_TEXT(name),
        S_TEXT(o->phone), S_INT(op->actor->account), S_TEXT(o->text), S_INT(op->now_ms)));
    TRY(benefit_list_set(op, &l, "notice"));
    TRY(benefit_news_objection(op, &l));
    json_t *data = json_object();
    json_set_id(data, "objection", *id);
    json_set_id(data, "line", o->line);
    return benefit_tell(op, "benefit.object", &l, data);
}

/* What an objection was upheld against is off the list, and whose it was is told. */
static enum err strike_line(struct op *op, const struct benefit_list *l, int64_t line, str reply)
{
    struct benefit_line row;
    TRY(set_line(op, l->id, line, "struck", reply));
    TRY(benefit_line_get(op, line, &row));
    return benefit_news(op, l, &row, BENEFIT_STRUCK, 0, (struct name2){ reply, reply });
}

enum err benefit_answer(struct op *op, int64_t objection, bool uphold, str reply)
{
    struct store_rows rows;
    struct benefit_list l;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT list_id, line_id, state, account FROM benefit_objection WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(objection));
    if (e != OK)
        return e == ERR_NOT_FOUND
            ? diag_set(op->diag, e, "没有这条异议", "there is no such objection") : e;
    int64_t list = store_int(&rows, 0), line = store_int(&rows, 1), objector = store_int(&rows, 3);
    bool open = str_is(store_text(&rows, 2), "open");
    store_rows_end(&rows);
    TRY(benefit_list_get(op, list, &l));
    const struct pack_clause *c;
    TRY(benefit_clause(op, &l, &c));
    struct name2 bad = bad_person(op, &l, c, false);
    if (bad.zh.bytes)
        return diag_set(op->diag, ERR_FORBIDDEN, "由责任单位审核此条款的人员答复",
            "those of the unit in charge who review this clause answer it");
    if (!open || !str_is(l.state, "notice"))
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这条异议已经处理,或名单已不在公示阶段",
            "it was decided, or the list is not under notice any more");
    TRY(benefit_text(op, "reply", reply));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE benefit_objection SET state = $3, reply = $4, decided_by = $5, decided_at = $6 WHERE"
        " zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(objection), S_TEXT(uphold ? STR("upheld") : STR("dismissed")),
        S_TEXT(reply), S_TEXT(op->actor->name), S_INT(op->now_ms)));
    if (uphold && line)
        TRY(strike_line(op, &l, line, reply));
    TRY(benefit_news_answered(op, &l, objector, uphold, reply));
    TRY(benefit_list_set(op, &l, "notice"));
    json_t *data = json_object();
    json_set_id(data, "objection", objection);
    json_object_set_new(data, "upheld", json_boolean(uphold));
    json_set_str(data, "reply", reply);
    return benefit_tell(op, "benefit.answer", &l, data);
}
