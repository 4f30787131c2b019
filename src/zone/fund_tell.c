/* Whoever is paid is told what the bank said of it: paid, to which account and by which reference, or
 * bounced. */
#include "zone/fund_batch_internal.h"

#include "zone/notice.h"

enum { TAIL_DIGITS = 4 };

static str tail_of(str account)
{
    size_t from = account.bytes > TAIL_DIGITS ? account.bytes - TAIL_DIGITS : 0;
    return str_slice(account, from, account.bytes);
}

enum err fund_tell_payee(struct op *op, const struct fund_commitment *c, const struct fund_line *l, bool paid,
    str ref, str reason)
{
    const struct pack_funds *def;
    struct people people = { 0 };
    struct arena *a = op->arena;
    TRY(fund_definition(op, &def));
    TRY(people_of_key(op, def->payee->ref, c->payee, &people));
    if (!people.count)
        return OK;
    str yuan = fund_yuan(a, l->fen), tail = tail_of(l->account);
    struct notice n = { .kind = paid ? "payment" : "payment-bounced" };
    if (str_is(c->ref_kind, "award"))
        n.about = "benefits";
    n.text = paid
        ? (struct name2){ str_printf(a, "%.*s 元已付到贵单位在%.*s的账户(尾号 %.*s):%.*s。银行流水号 %.*s。",
                              STR_ARGS(yuan), STR_ARGS(l->bank), STR_ARGS(tail), STR_ARGS(l->purpose),
                              STR_ARGS(ref)),
              str_printf(a, "%.*s yuan were paid to your account at %.*s ending in %.*s: %.*s. The bank's"
                            " reference is %.*s.",
                  STR_ARGS(yuan), STR_ARGS(l->bank), STR_ARGS(tail), STR_ARGS(l->purpose), STR_ARGS(ref)) }
        : (struct name2){ str_printf(a, "%.*s 元(%.*s)被银行退回:%.*s。请核对贵单位登记的收款账户(尾号 %.*s)。",
                              STR_ARGS(yuan), STR_ARGS(l->purpose), STR_ARGS(reason), STR_ARGS(tail)),
              str_printf(a, "The bank returned %.*s yuan (%.*s): %.*s. Please check your account on record,"
                            " which ends in %.*s.",
                  STR_ARGS(yuan), STR_ARGS(l->purpose), STR_ARGS(reason), STR_ARGS(tail)) };
    TRY(diag_arena(op->diag, a));
    return notice_tell_all(op, &people, 0, &n);
}
