/*
 * Work on funds, out of a table: <zone>/<system>/sample/ledger.csv, one act a row in the order of
 * time, done as the person it names through the functions that the server uses. Its columns:
 *
 *     at        "@-30 09:20" (thirty days before the last day of the sample) or "2022-03-05 09:20"
 *     login     who does it
 *     act       budget commit release recover restore surrender batch submit refuse approve cancel
 *               reveal answer reconcile close; of lists of benefits: draw strike keep notice object decide
 *               confirm pay
 *     fund, yuan, reason, document, basis, label
 *     payee     "@12": the twelfth enterprise made
 *     key       names the commitment, the batch or the list; later rows name it again
 *     of        of a batch: its commitments' keys; of an answer: the numbers of lines that bounced;
 *               of a list's acts: see sample.h. What `pay` puts into a batch is named by its label.
 *
 * What the engine refuses is an error that names file and row. A list of which nobody is in a small
 * sample is not drawn, and the rows that name it, or its batch, are passed over.
 */
#include "command/sample.h"
#include "zone/csv.h"
#include "zone/fund_batch.h"
#include "zone/fund_check.h"

#include <string.h>

enum { TABLE_BYTES_MAX = 4 * 1024 * 1024, NAMES_MAX = 4000, ROWS_A_WRITE = 200 };

enum column {
    AT, LOGIN, ACT, FUND, YUAN, PAYEE, KEY, OF, LABEL, REASON, DOCUMENT, BASIS, COLUMNS,
};
static const char *const columns[COLUMNS] = { "at", "login", "act", "fund", "yuan", "payee", "key",
    "of", "label", "reason", "document", "basis" };

struct named {
    str key;
    int64_t id;
};

struct working {
    struct sample *s;
    const char *path;
    struct csv *csv;
    bool more;
    struct named names[NAMES_MAX];
    size_t name_count;
};

struct row {
    const struct csv_row *csv;
    struct fund_why why;
    int64_t fen, id;
};

static str at(const struct row *r, enum column c)
{
    return str_trim(r->csv->fields[c]);
}

static int64_t *named(struct working *w, str key)
{
    for (size_t i = 0; i < w->name_count; i++)
        if (str_equal(w->names[i].key, key))
            return &w->names[i].id;
    return NULL;
}

static enum err keep_name(struct working *w, struct op *op, str key, int64_t id)
{
    if (w->name_count == NAMES_MAX)
        return diag_set(op->diag, ERR_LIMIT, "名称过多", "too many names");
    w->names[w->name_count++] = (struct named){ str_copy(w->s->arena, key), id };
    return diag_arena(op->diag, w->s->arena);
}

static enum err wrong(struct op *op, const char *what)
{
    return diag_set(op->diag, ERR_INVALID, "%s 一列不对", "the column %s is wrong", what);
}

/* "@-30 09:20", "2022-03-05 09:20" */
static bool read_instant(const struct working *w, str text, int64_t *ms)
{
    str rest = text, day;
    int64_t days = 0;
    struct date d;
    (void)str_split(&rest, ' ', &day);
    if (str_starts(day, STR("@"))) {
        if (!str_to_int64(str_slice(day, 1, day.bytes), &days))
            return false;
        days += zone_local_days(w->s->zone, w->s->until_ms);
    } else if (date_parse(day, &d)) {
        days = date_to_days(d);
    } else {
        return false;
    }
    int64_t hours, minutes;
    str hour;
    if (!str_split(&rest, ':', &hour) || !str_to_int64(hour, &hours)
        || !str_to_int64(rest, &minutes))
        return false;
    *ms = zone_day_begin(w->s->zone, days) + hours * MS_PER_HOUR + minutes * MS_PER_MINUTE;
    return true;
}

/* Nobody signed in: whoever objects to a notice from the street. */
static const struct actor *who(const struct working *w, str login)
{
    static const struct actor anyone = { 0 };
    return login.bytes ? sample_staff_login(w->s, login) : &anyone;
}

/* ---- the acts ---- */

static enum err do_commit(struct working *w, struct op *op, struct row *r)
{
    int64_t nth, id;
    str payee = at(r, PAYEE);
    if (!str_to_int64(str_slice(payee, 1, payee.bytes), &nth) || nth < 1
        || !w->s->enterprise_made)
        return wrong(op, "payee");
    nth = (nth - 1) % w->s->enterprise_made; /* as in the tables of registers: round and round */
    const struct pack_register *payees = zone_pack(w->s->zone)->funds->payee->ref;
    const char *key = str_terminated(op->arena, payees->key->name);
    TRY(diag_arena(op->diag, op->arena));
    r->why.payee = json_str(w->s->enterprises[nth].data, key);
    TRY(fund_commit(op, at(r, FUND), r->fen, &r->why, &id));
    return keep_name(w, op, at(r, KEY), id);
}

static enum err do_batch(struct working *w, struct op *op, struct row *r)
{
    int64_t batch;
    str of = at(r, OF), key;
    TRY(fund_batch_create(op, at(r, FUND), r->why.reason, &batch));
    while (str_split(&of, ' ', &key)) {
        const int64_t *commitment = named(w, key);
        if (!commitment)
            return wrong(op, "of");
        TRY(fund_batch_add(op, batch, *commitment, 0, NULL));
    }
    return keep_name(w, op, at(r, KEY), batch);
}

static bool bounced(str list, int64_t line)
{
    str one;
    int64_t number;
    while (str_split(&list, ' ', &one))
        if (str_to_int64(one, &number) && number == line)
            return true;
    return false;
}

/* What a bank would send back. */
static enum err do_answer(struct op *op, const struct row *r)
{
    struct fund_batch b;
    struct fund_line *lines;
    struct fund_answer answer;
    struct buf csv;
    size_t count;
    TRY(fund_batch_get(op, r->id, &b));
    TRY(fund_lines(op, r->id, &lines, &count));
    buf_init(&csv, op->arena, MIB);
    buf_add(&csv, STR("批次号,序号,金额,结果,银行流水号,原因\n"));
    for (size_t i = 0; i < count; i++) {
        bool back = bounced(at(r, OF), lines[i].ord);
        buf_printf(&csv, "%.*s,%lld,%lld.%02lld,%s,", STR_ARGS(b.number), (long long)lines[i].ord,
            (long long)(lines[i].fen / 100), (long long)(lines[i].fen % 100),
            back ? "失败" : "成功");
        if (back)
            buf_printf(&csv, ",%.*s\n", STR_ARGS(r->why.reason));
        else
            buf_printf(&csv, "%.*s%03lld,\n", STR_ARGS(r->why.document), (long long)lines[i].ord);
    }
    TRY(diag_arena(op->diag, op->arena));
    str name = str_printf(op->arena, "%.*s-回单.csv", STR_ARGS(b.number));
    return fund_batch_answer(op, r->id, name, buf_str(&csv), &answer);
}

/* Somebody looks at whole account numbers: those whose they are see it. */
static enum err do_reveal(struct op *op, const struct row *r)
{
    struct fund_line *lines;
    size_t count;
    return fund_batch_reveal(op, r->id, r->why.reason, &lines, &count);
}

static enum err do_reconcile(struct op *op, const struct row *r)
{
    struct fund_batch b;
    TRY(fund_batch_get(op, r->id, &b));
    return fund_batch_reconcile(op, r->id, b.paid_lines, b.paid_fen);
}

static enum err do_close(struct op *op)
{
    struct fund_closing k;
    TRY(fund_close(op, STR_NONE, &k));
    if (k.ok)
        return OK;
    return diag_set(op->diag, ERR_VERIFY, "结账不符", "the books do not agree");
}

static enum err do_benefit(struct working *w, struct op *op, struct row *r)
{
    struct sample_benefit b = { .act = at(r, ACT), .of = at(r, OF), .label = at(r, LABEL),
        .document = at(r, DOCUMENT), .reason = at(r, REASON), .list = r->id };
    TRY(sample_benefit(op, &b));
    if (str_is(b.act, "draw"))
        return keep_name(w, op, at(r, KEY), b.made);
    return str_is(b.act, "pay") ? keep_name(w, op, b.label, b.made) : OK;
}

static enum err do_act(struct working *w, struct op *op, struct row *r)
{
    str act = at(r, ACT), fund = at(r, FUND);
    const int64_t *id = named(w, at(r, KEY));
    r->id = id ? *id : 0;
    if (id && !*id) /* nobody was on the list */
        return str_is(act, "pay") ? keep_name(w, op, at(r, LABEL), 0) : OK;
    if (sample_benefit_act(act))
        return do_benefit(w, op, r);
    if (str_is(act, "budget"))
        return fund_budget(op, fund, r->fen, &r->why, NULL);
    if (str_is(act, "commit"))
        return do_commit(w, op, r);
    if (str_is(act, "release"))
        return fund_release(op, r->id, r->fen, &r->why, NULL);
    if (str_is(act, "recover"))
        return fund_recover(op, r->id, r->fen, &r->why, NULL);
    if (str_is(act, "restore") || str_is(act, "surrender"))
        return fund_return(op, fund, r->fen, str_is(act, "restore"), &r->why, NULL);
    if (str_is(act, "batch"))
        return do_batch(w, op, r);
    if (str_is(act, "submit"))
        return fund_batch_submit(op, r->id);
    if (str_is(act, "refuse"))
        return fund_batch_refuse(op, r->id, r->why.reason);
    if (str_is(act, "approve"))
        return fund_batch_approve(op, r->id);
    if (str_is(act, "cancel"))
        return fund_batch_cancel(op, r->id, r->why.reason);
    if (str_is(act, "reveal"))
        return do_reveal(op, r);
    if (str_is(act, "answer"))
        return do_answer(op, r);
    if (str_is(act, "reconcile"))
        return do_reconcile(op, r);
    if (str_is(act, "close"))
        return do_close(op);
    return wrong(op, "act");
}

/* ---- rows ---- */

static enum err do_row(struct working *w, struct op *op, const struct csv_row *csv)
{
    struct row r = { .csv = csv };
    int64_t yuan = 0, ms;
    if (csv->fault != OK || csv->count != COLUMNS)
        return diag_set(op->diag, ERR_INVALID, "这一行应有 %d 列", "the row must have %d columns",
            (int)COLUMNS);
    op->actor = who(w, at(&r, LOGIN));
    if (!op->actor)
        return wrong(op, "login");
    if (!read_instant(w, at(&r, AT), &ms))
        return wrong(op, "at");
    if (at(&r, YUAN).bytes && !str_to_int64(at(&r, YUAN), &yuan))
        return wrong(op, "yuan");
    if (ms > w->s->until_ms) /* later on the sample's last day than it goes */
        ms = w->s->until_ms;
    op->now_ms = ms;
    r.fen = yuan * 100;
    r.why = (struct fund_why){ .reason = at(&r, REASON),
        .document = at(&r, DOCUMENT),
        .basis = at(&r, BASIS),
        .ref_label = at(&r, LABEL) };
    return do_act(w, op, &r);
}

static enum err some_rows(struct op *op, void *ctx)
{
    struct working *w = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (int i = 0; e == OK && w->more && i < ROWS_A_WRITE; i++) {
        struct csv_row row;
        arena_reset(&scratch);
        e = csv_next(w->csv, &row, &w->more, own.diag);
        if (e != OK || !w->more)
            break;
        e = do_row(w, &own, &row);
        if (e != OK)
            diag_at(own.diag, w->path, (int)row.number, 0);
    }
    arena_release(&scratch);
    return e;
}

static enum err check_header(struct working *w, struct op *op)
{
    struct csv_row row;
    TRY(csv_next(w->csv, &row, &w->more, op->diag));
    bool right = w->more && row.fault == OK && row.count == COLUMNS;
    for (size_t i = 0; right && i < COLUMNS; i++)
        right = str_is(row.fields[i], columns[i]);
    if (right)
        return OK;
    diag_at(op->diag, w->path, 1, 0);
    return diag_set(op->diag, ERR_INVALID,
        "第一行应为:at,login,act,fund,yuan,payee,key,of,label,reason,document,basis",
        "the first line must be: at,login,act,fund,yuan,payee,key,of,label,reason,document,basis");
}

static enum err work_off(struct sample *s, struct op *op, str path, str table)
{
    struct working *w = ARENA_NEW(s->arena, struct working);
    struct csv_text text = { .text = table };
    struct csv_source source = csv_text_source(&text);
    TRY(diag_arena(op->diag, s->arena));
    w->s = s;
    w->path = path.data;
    TRY(csv_create(s->arena, &source, ',', &w->csv, op->diag));
    TRY(check_header(w, op));
    while (w->more)
        TRY(zone_write(op, some_rows, w));
    return OK;
}

enum err sample_make_funds(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    for (size_t i = 0; p->funds && i < p->system_count; i++) {
        struct diag ignored = { 0 };
        str text, path = str_printf(s->arena, "%s/%.*s/sample/ledger.csv", s->zone_dir,
                      STR_ARGS(p->systems[i].folder));
        TRY(diag_arena(op->diag, s->arena));
        if (s->line->sys->file_read(
                s->line->sys->ctx, s->arena, path.data, TABLE_BYTES_MAX, &text, &ignored)
            == OK)
            TRY(work_off(s, op, path, text));
    }
    return OK;
}
