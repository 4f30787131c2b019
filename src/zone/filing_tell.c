/* Telling filers: reminders by an officer and by the calendar, what was sent back; filing.h. */
#include "zone/filing.h"

#include "zone/ledger.h"
#include "zone/notice.h"
#include "zone/record_internal.h"

#include <stdio.h>

struct telling {
    struct op *op;
    const struct pack_page *page, *opens; /* opens: on which people file */
    const struct pack_column *enterprise; /* of the filers */
    struct name2 what;                    /* the filing, as its register is called */
    struct filings filings;
};

static enum err telling_init(
    struct telling *t, struct op *op, const struct pack_page *page, str month)
{
    const json_t *m = page->members;
    struct page_source filers = page_source(op, json_object_get(m, "filers")),
                       filed = page_source(op, json_object_get(m, "filed"));
    const struct pack_page *opens
        = pack_page(zone_pack(op->zone), pack_page_text(m, "form"));
    *t = (struct telling){ .op = op,
        .page = page,
        .opens = opens ? opens : page,
        .enterprise = page_column(&filers, "enterprise"),
        .what = filed.r->name };
    return filings_read(op, page, month, &t->filings);
}

/* The filer's enterprise as a record; 0: it names none. */
static int64_t enterprise_of(const struct telling *t, const struct filing *f)
{
    struct op look = *t->op;
    struct diag none = { 0 };
    struct record found;
    int64_t id = 0;
    look.diag = &none;
    if (!t->enterprise || !f->enterprise.bytes)
        return 0;
    const struct pack_register *r = t->enterprise->ref;
    if (!r->key)
        return str_to_int64(f->enterprise, &id) ? id : 0;
    return record_by_key(&look, r->code, f->enterprise, &found) == OK ? found.id : 0;
}

static enum err tell(const struct telling *t, const struct filing *f, const struct notice *notice,
    int64_t *reached)
{
    struct people *who = ARENA_NEW(t->op->arena, struct people);
    int64_t enterprise = enterprise_of(t, f);
    TRY(diag_arena(t->op->diag, t->op->arena));
    *reached = 0;
    if (!enterprise)
        return OK;
    TRY(people_of_enterprise(t->op, enterprise, who));
    *reached = (int64_t)who->count;
    return notice_tell_all(t->op, who, 0, notice);
}

/* "2026年10月" and "October 2026" are the face's; here the month stands as in the records. */
static struct name2 owed_text(const struct telling *t, const struct filing *f)
{
    struct arena *a = t->op->arena;
    const struct filings *all = &t->filings;
    struct date due = date_from_days(all->due);
    bool over = all->today > all->due;
    str month = all->month;
    return (struct name2){
        str_printf(a, "%.*s尚未报送%.*s年%d月的“%.*s”,%s%d月%d日%s,请尽快填报", STR_ARGS(f->label),
            STR_ARGS(str_slice(month, 0, 4)), (month.data[5] - '0') * 10 + month.data[6] - '0',
            STR_ARGS(t->what.zh), over ? "已于" : "应于", due.month, due.day, over ? "到期" : "前报送"),
        str_printf(a, "%.*s has not filed \"%.*s\" for %.*s yet; it %s due on %04d-%02d-%02d",
            STR_ARGS(f->label), STR_ARGS(t->what.en), STR_ARGS(month), over ? "was" : "is",
            due.year, due.month, due.day)
    };
}

/* ---- reminders ---- */

static bool wanted(const struct filing_reminding *r, const struct filing *f)
{
    bool named = !r->filers;
    for (size_t i = 0; i < r->filer_count; i++)
        named = named || r->filers[i] == f->filer;
    return named && filing_owed(f->state);
}

/* The record that says who was reminded, when, and how many people it reached. */
static enum err keep_reminder(
    const struct telling *t, const struct page_source *s, const struct filing *f, int64_t reached)
{
    struct op *op = t->op;
    const struct pack_column *told = page_column(s, "told");
    struct diag_list faults;
    struct record kept;
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    diag_list_init(&faults, op->arena, 8);
    str today = date_format(op->arena, date_from_days(t->filings.today));
    str of = page_column(s, "of")->name, on = page_column(s, "on")->name,
        month = page_column(s, "month")->name;
    json_object_setn_new(data, of.data, of.bytes, json_from_str(f->key));
    json_object_setn_new(data, on.data, on.bytes, json_from_str(today));
    json_object_setn_new(data, month.data, month.bytes, json_from_str(t->filings.month));
    if (told)
        json_object_setn_new(data, told->name.data, told->name.bytes, json_integer(reached));
    return record_save(op, s->r,
        &(struct record_change){ .data = data, .reason = STR("催报"), .faults = &faults }, &kept);
}

static enum err remind_one(const struct telling *t, const struct page_source *s,
    const struct filing *f, struct filing_reminding *r)
{
    struct op *op = t->op;
    int64_t reached;
    str today = date_format(op->arena, date_from_days(t->filings.today));
    if (str_equal(f->reminded_on, today)) {
        r->before++;
        return OK;
    }
    struct notice notice = { .kind = "filing",
        .page = t->opens->code,
        .once = str_printf(op->arena, "filing:%.*s:%.*s:%.*s:%.*s", STR_ARGS(t->page->code),
            STR_ARGS(t->filings.month), STR_ARGS(f->key), STR_ARGS(today)),
        .text = owed_text(t, f) };
    TRY(tell(t, f, &notice, &reached));
    TRY(keep_reminder(t, s, f, reached));
    r->reminded++;
    r->unreached += !reached;
    return OK;
}

enum err filings_remind(struct op *op, struct filing_reminding *r)
{
    struct telling t;
    struct page_source s = page_source(op, json_object_get(r->page->members, "remind"));
    if (!s.r)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这个页面不催报", "this page keeps no reminders");
    if (!register_written(op, s.r))
        return diag_set(op->diag, ERR_FORBIDDEN, "您无权催报", "you may not remind filers");
    TRY(telling_init(&t, op, r->page, r->month));
    for (size_t i = 0; i < t.filings.count; i++)
        if (wanted(r, &t.filings.items[i]))
            TRY(remind_one(&t, &s, &t.filings.items[i], r));
    return diag_arena(op->diag, op->arena);
}

/* ---- sent back ---- */

static enum err save_return(struct op *op, const struct filing_return *in,
    const struct page_source *filed, struct record *out)
{
    const struct pack_column *state = page_column(filed, "state"),
                             *reason = page_column(filed, "reason");
    str value = pack_page_text(filed->members, "sent_back");
    if (!state || !reason || !value.bytes)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这个页面不退回", "this page sends nothing back");
    if (str_blank(in->reason)) {
        diag_field(op->diag, STR("reason"));
        return diag_set(op->diag, ERR_INVALID, "请写明退回的原因", "say why it is sent back");
    }
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_object_setn_new(data, state->name.data, state->name.bytes, json_from_str(value));
    json_object_setn_new(data, reason->name.data, reason->name.bytes, json_from_str(in->reason));
    return record_save(op, filed->r,
        &(struct record_change){ .id = in->record,
            .data = data,
            .reason = in->reason,
            .if_version = in->if_version,
            .faults = in->faults },
        out);
}

enum err filing_send_back(struct op *op, const struct filing_return *in, struct record *out)
{
    struct telling t;
    int64_t reached;
    struct page_source filed = page_source(op, json_object_get(in->page->members, "filed"));
    TRY(save_return(op, in, &filed, out));
    str month = str_copy(op->arena, record_text(out->data, page_column(&filed, "month")));
    TRY(telling_init(&t, op, in->page, month));
    for (size_t i = 0; i < t.filings.count; i++) {
        const struct filing *f = &t.filings.items[i];
        if (f->record != out->id)
            continue;
        struct notice notice = { .kind = "filing",
            .page = t.opens->code,
            .once = str_printf(op->arena, "filing:back:%lld:%lld", (long long)out->id,
                (long long)out->version),
            .text = { str_printf(op->arena, "%.*s %.*s的“%.*s”被退回:%.*s。请改好后重新报送",
                          STR_ARGS(f->label), STR_ARGS(month), STR_ARGS(t.what.zh),
                          STR_ARGS(in->reason)),
                str_printf(op->arena, "\"%.*s\" of %.*s for %.*s was sent back: %.*s",
                    STR_ARGS(t.what.en), STR_ARGS(f->label), STR_ARGS(month),
                    STR_ARGS(in->reason)) } };
        TRY(tell(&t, f, &notice, &reached));
    }
    return diag_arena(op->diag, op->arena);
}

/* ---- by the calendar ---- */

static enum err remind_before(struct op *op, const struct pack_page *page, int64_t days)
{
    struct telling t;
    int64_t from, reached;
    TRY(telling_init(&t, op, page, STR_NONE));
    TRY(calendar_add_days(
        zone_pack(op->zone)->calendar, t.filings.due, -days, &from, NULL, op->diag));
    if (t.filings.today < from || t.filings.today > t.filings.due)
        return OK;
    for (size_t i = 0; i < t.filings.count; i++) {
        const struct filing *f = &t.filings.items[i];
        struct notice notice = { .kind = "filing", .page = t.opens->code, .by_clock = true };
        if (f->state != FILING_WAITING)
            continue;
        notice.text = owed_text(&t, f);
        notice.once = str_printf(op->arena, "filing:%.*s:%.*s:%.*s:before", STR_ARGS(page->code),
            STR_ARGS(t.filings.month), STR_ARGS(f->key));
        TRY(tell(&t, f, &notice, &reached));
    }
    return diag_arena(op->diag, op->arena);
}

enum err filings_daily(struct op *op)
{
    const struct pack *p = zone_pack(op->zone);
    for (size_t i = 0; i < p->page_count; i++) {
        const json_t *remind = json_object_get(p->pages[i].members, "remind");
        int64_t days = json_is_object(remind) ? json_int(remind, "before", 0) : 0;
        if (str_is(p->pages[i].kind, "filings") && days)
            TRY(remind_before(op, &p->pages[i], days));
    }
    return OK;
}
