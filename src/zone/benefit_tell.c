/*
 * Whom a list concerns is told, in words, with the page that shows it: those whose money it is, when the
 * list is made public, decided, voided or taken back; whoever objected, when that was decided; whoever put
 * the list under notice, when somebody objects. What the bank paid is told where its answer is taken
 * (fund_file.c).
 */
#include "zone/benefit_internal.h"

#include "zone/notice.h"

/* What is told takes the title, the number, the amount and a reason or day, in this order; an order of their
 * own in each language (%1$s …) lets a sentence leave some out. */
static const struct {
    const char *about, *zh, *en;
} news[BENEFIT_NEWS] = {
    [BENEFIT_PUBLISHED] = { "benefit-notice",
        "贵单位已列入“%1$s”拟兑现名单(%2$s),金额 %3$s 元,公示到 %4$s。不需要再申请。",
        "You stand on the list of \"%1$s\" (%2$s) for %3$s yuan, under public notice until %4$s. Nothing need"
        " be applied for." },
    [BENEFIT_LEFT_OUT] = { "benefits", "“%1$s”(%2$s)审核后未列入贵单位%3$.0s。理由:%4$s",
        "On review you were not kept on the list of \"%1$s\" (%2$s)%3$.0s. The reason: %4$s" },
    [BENEFIT_STRUCK] = { "benefit-notice", "对“%1$s”(%2$s)的异议经核实成立,贵单位已移出名单%3$.0s。答复:%4$s",
        "An objection to \"%1$s\" (%2$s) was upheld and you were taken off the list%3$.0s. The reply: %4$s" },
    [BENEFIT_AWARDED] = { "benefits", "“%1$s”(%2$s)已确认,%3$s 元将付到贵单位登记的收款账户。%4$.0s",
        "\"%1$s\" (%2$s) was confirmed; %3$s yuan will be paid to your account on record.%4$.0s" },
    [BENEFIT_WAITS] = { "benefits", "“%1$s”(%2$s)已确认,金额 %3$s 元,暂未能付款:%4$s",
        "\"%1$s\" (%2$s) was confirmed for %3$s yuan, which cannot be paid yet: %4$s" },
    [BENEFIT_VOIDED] = { "benefits", "“%1$s”名单(%2$s)已作废,不再按它兑现%3$.0s。理由:%4$s",
        "The list of \"%1$s\" (%2$s) was voided and nothing is paid by it%3$.0s. The reason: %4$s" },
    [BENEFIT_RECOVERED] = { "benefits", "“%1$s”(%2$s)已兑现的款项收回 %3$s 元。理由:%4$s",
        "Of what \"%1$s\" (%2$s) paid, %3$s yuan were recovered. The reason: %4$s" },
};

static str told(struct op *op, const char *format, str title, const struct benefit_list *l, int64_t fen,
    str reason)
{
    struct arena *a = op->arena;
    return str_printf(a, format, str_terminated(a, title), str_terminated(a, l->number),
        str_terminated(a, fund_yuan(a, fen)), str_terminated(a, reason));
}

enum err benefit_news(struct op *op, const struct benefit_list *l, const struct benefit_line *line,
    enum benefit_news what, int64_t fen, struct name2 reason)
{
    const struct pack_clause *c;
    struct people people = { 0 };
    TRY(benefit_clause(op, l, &c));
    TRY(people_of_key(op, c->payee ? c->payee->ref : c->audience, line->payee, &people));
    if (!people.count)
        return OK;
    struct notice n = { .kind = "benefit", .about = news[what].about, .about_id = l->id,
        .text = { told(op, news[what].zh, l->title.zh, l, fen, reason.zh),
            told(op, news[what].en, l->title.en, l, fen, reason.en) } };
    TRY(diag_arena(op->diag, op->arena));
    return notice_tell_all(op, &people, 0, &n);
}

static enum err published(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, void *notice_to)
{
    const str *to = notice_to;
    if (str_is(line->state, "struck"))
        return benefit_news(op, l, line, BENEFIT_LEFT_OUT, 0, (struct name2){ line->reason, line->reason });
    return benefit_news(op, l, line, BENEFIT_PUBLISHED, line->fen, (struct name2){ *to, *to });
}

enum err benefit_news_published(struct op *op, const struct benefit_list *l, str notice_to)
{
    return notice_to.bytes ? benefit_each_line(op, l, NULL, published, &notice_to) : OK;
}

static enum err voided(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, void *reason)
{
    const str *why = reason;
    return benefit_news(op, l, line, BENEFIT_VOIDED, 0, (struct name2){ *why, *why });
}

/* Of a list that nobody has heard of yet, nobody hears that it is void. */
enum err benefit_news_voided(struct op *op, const struct benefit_list *l, str reason)
{
    bool known = str_is(l->state, "notice") || str_is(l->origin, "claim");
    return known ? benefit_each_line(op, l, "open", voided, &reason) : OK;
}

enum err benefit_news_objection(struct op *op, const struct benefit_list *l)
{
    struct arena *a = op->arena;
    struct notice n = { .account = l->reviewed_account, .kind = "objection", .about = "desk-benefit",
        .about_id = l->id,
        .text = { str_printf(a, "“%.*s”(%.*s)收到一条异议,请核实并答复", STR_ARGS(l->title.zh),
                      STR_ARGS(l->number)),
            str_printf(a, "An objection to \"%.*s\" (%.*s) came in; please look into it and reply",
                STR_ARGS(l->title.en), STR_ARGS(l->number)) } };
    TRY(diag_arena(op->diag, a));
    return l->reviewed_account ? notice_tell(op, &n, NULL) : OK;
}

enum err benefit_news_answered(
    struct op *op, const struct benefit_list *l, int64_t account, bool upheld, str reply)
{
    struct arena *a = op->arena;
    struct notice n = { .account = account, .kind = "objection", .about = "benefit-notice", .about_id = l->id,
        .text = { str_printf(a, "您对“%.*s”(%.*s)的异议已核实,%s。答复:%.*s", STR_ARGS(l->title.zh),
                      STR_ARGS(l->number), upheld ? "成立" : "不成立", STR_ARGS(reply)),
            str_printf(a, "Your objection to \"%.*s\" (%.*s) was %s. The reply: %.*s",
                STR_ARGS(l->title.en), STR_ARGS(l->number), upheld ? "upheld" : "dismissed",
                STR_ARGS(reply)) } };
    TRY(diag_arena(op->diag, a));
    return account ? notice_tell(op, &n, NULL) : OK;
}
