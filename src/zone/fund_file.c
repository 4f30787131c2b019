/*
 * What goes to the bank and what comes back.
 *
 * The payment file is CSV in UTF-8 with a byte order mark, so that spreadsheets read it:
 *
 *     批次号,序号,收款人户名,收款账号,开户行,金额,用途
 *     ZF2026-0001,1,…,…,…,120000.00,…
 *     合计,1,,,,120000.00,
 *
 * The answer names each line by batch and number and says the amount again, so that a file of
 * another batch, or one in which a line slipped, is not taken. It is read as a whole and checked
 * before the first entry is written; the same file again changes nothing.
 */
#include "zone/fund_batch_internal.h"

#include "zone/csv.h"
#include "zone/fund_check_internal.h"
#include "zone/ledger.h"

#include <string.h>

enum { FILE_BYTES_MAX = 1024 * 1024, ANSWER_ROWS_MAX = FUND_LINES_MAX + 1 };

/* ---- the payment file ---- */

static void add_cell(struct buf *b, str text, char end)
{
    bool quote = false;
    for (size_t i = 0; i < text.bytes; i++)
        quote = quote || strchr(",\"\r\n", text.data[i]);
    if (quote)
        buf_add_char(b, '"');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.data[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, text.data[i]);
    }
    if (quote)
        buf_add_char(b, '"');
    buf_add_char(b, end);
}

static void add_amount(struct buf *b, int64_t fen)
{
    buf_printf(b, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
}

static str payment_text(struct op *op, const struct fund_batch *p, const struct fund_line *lines)
{
    struct buf b;
    buf_init(&b, op->arena, FILE_BYTES_MAX);
    buf_add(&b, STR("\xEF\xBB\xBF批次号,序号,收款人户名,收款账号,开户行,金额,用途\n"));
    for (int64_t i = 0; i < p->lines; i++) {
        add_cell(&b, p->number, ',');
        buf_printf(&b, "%lld,", (long long)lines[i].ord);
        add_cell(&b, lines[i].holder, ',');
        add_cell(&b, lines[i].account, ',');
        add_cell(&b, lines[i].bank, ',');
        add_amount(&b, lines[i].fen);
        buf_add_char(&b, ',');
        add_cell(&b, lines[i].purpose, '\n');
    }
    buf_printf(&b, "合计,%lld,,,,", (long long)p->lines);
    add_amount(&b, p->fen);
    buf_add(&b, STR(",\n"));
    return buf_failed(&b) ? STR_NONE : buf_str(&b);
}

static enum err keep_file(
    struct op *op, int64_t batch, const char *what, str name, str digest, str content)
{
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO fund_file (zone, id, batch, what, name, at, actor_name, digest, content) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(batch),
        S_TEXT(str_from(what)), S_TEXT(name), S_INT(op->now_ms), S_TEXT(op->actor->name),
        S_TEXT(digest), S_TEXT(content));
}

/* One entry of a line of the batch. */
struct line_entry {
    const struct fund *fund;
    const struct fund_batch *batch;
    const struct fund_line *line;
    enum fund_kind kind;
    str document;
    str reason; /* empty: the line's purpose */
};

static enum err post_line(struct op *op, const struct line_entry *e)
{
    struct fund_commitment c;
    TRY(fund_commitment_get(op, e->line->commitment, &c));
    struct fund_why why = { .reason = e->reason.bytes ? e->reason : e->line->purpose,
        .basis = c.basis,
        .document = e->document,
        .ref_kind = c.ref_kind,
        .ref_id = c.ref_id,
        .ref_label = c.ref_label };
    struct fund_posting p = fund_posting_of(e->fund, e->kind, e->line->fen, &why);
    p.commitment = c.id;
    p.batch = e->batch->id;
    p.line = e->line->id;
    p.from_held = e->kind == FUND_SEND;
    return fund_post(op, &p, NULL);
}

enum err fund_batch_approve(struct op *op, int64_t batch)
{
    struct fund_batch b;
    struct fund f;
    struct fund_line *lines;
    size_t count;
    TRY(fund_batch_require(op, batch, FUND_VERB_APPROVE, &b));
    TRY(fund_find(op, b.fund, &f));
    TRY(fund_lines_read(op, batch, true, &lines, &count));
    b.lines = (int64_t)count;
    for (size_t i = 0; i < count; i++)
        TRY(post_line(op,
            &(struct line_entry){ .fund = &f,
                .batch = &b,
                .line = &lines[i],
                .kind = FUND_SEND,
                .document = b.number }));
    str text = payment_text(op, &b, lines);
    str name = str_printf(op->arena, "%.*s.csv", STR_ARGS(b.number));
    str digest = ledger_digest(op, text);
    TRY(diag_arena(op->diag, op->arena));
    if (!text.bytes || !digest.bytes)
        return diag_set(op->diag, ERR_LIMIT, "支付文件过大", "the payment file is too large");
    TRY(keep_file(op, batch, "payment", name, digest, text));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_line SET state = 'sent' WHERE zone = $1 AND batch = $2",
        S_TEXT(op->zone->code), S_INT(batch)));
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET state = 'approved', approved_at = $3, approved_by = $4,"
        " approved_by_name = $5, digest = $6 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch), S_INT(op->now_ms), S_INT(op->actor->account),
        S_TEXT(op->actor->name), S_TEXT(digest)));
    json_t *data = json_object();
    json_set_str(data, "file", digest);
    return fund_batch_tell(op, &b, "fund.batch.approve", STR_NONE, data);
}

enum err fund_batch_file(struct op *op, int64_t batch, str *name, str *csv)
{
    struct fund_batch b;
    struct store_rows rows;
    TRY(fund_batch_get(op, batch, &b));
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT name, content FROM fund_file WHERE zone = $1 AND batch = $2 AND what = 'payment'",
        S_TEXT(op->zone->code), S_INT(batch));
    if (e == ERR_NOT_FOUND)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "批次批准之后才有支付文件",
            "there is a payment file only when the batch is approved");
    TRY(e);
    *name = str_copy(op->arena, store_text(&rows, 0));
    *csv = str_copy(op->arena, store_text(&rows, 1));
    store_rows_end(&rows);
    TRY(diag_arena(op->diag, op->arena));
    return fund_batch_tell(op, &b, "fund.batch.file", STR_NONE, NULL);
}

enum err fund_files(struct op *op, int64_t batch, struct fund_file **out, size_t *count)
{
    struct store_rows rows;
    size_t used = 0;
    struct fund_file *list = ARENA_ARRAY(op->arena, struct fund_file, 100);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, at, what, name, digest, actor_name FROM fund_file WHERE zone = $1 AND batch = $2"
        " ORDER BY id",
        S_TEXT(op->zone->code), S_INT(batch)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || used == 100)
            break;
        struct fund_file *f = &list[used++];
        f->id = store_int(&rows, 0);
        f->at_ms = store_int(&rows, 1);
        f->what = str_copy(op->arena, store_text(&rows, 2));
        f->name = str_copy(op->arena, store_text(&rows, 3));
        f->digest = str_copy(op->arena, store_text(&rows, 4));
        f->actor_name = str_copy(op->arena, store_text(&rows, 5));
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return diag_arena(op->diag, op->arena);
}

/* The file is made again from the lines: an account that was changed after the approval shows. */
static enum err check_file(struct checking *c, struct op *op, int64_t batch)
{
    struct fund_batch b;
    struct fund_line *lines;
    struct store_rows rows;
    size_t count;
    struct diag d = { 0 };
    TRY(fund_batch_get(op, batch, &b));
    TRY(fund_lines_read(op, batch, true, &lines, &count));
    b.lines = (int64_t)count;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT f.content, (SELECT j.event FROM journal j WHERE j.zone = f.zone AND j.subject ="
        " f.batch AND j.kind = 'fund.batch.approve' ORDER BY j.id DESC LIMIT 1) FROM fund_file f"
        " WHERE f.zone = $1 AND f.batch = $2 AND f.what = 'payment'",
        S_TEXT(op->zone->code), S_INT(batch));
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    json_t *event = NULL;
    struct diag ignored = { 0 };
    bool right = e == OK && str_equal(b.digest, ledger_digest(op, store_text(&rows, 0)))
        && str_equal(b.digest, ledger_digest(op, payment_text(op, &b, lines)))
        && json_parse(op->arena, store_text(&rows, 1), &event, &ignored) == OK
        && str_equal(b.digest, json_str(event, "file"));
    store_rows_end(&rows);
    TRY(diag_arena(op->diag, op->arena));
    if (right)
        return OK;
    diag_set(&d, ERR_VERIFY, "%.*s:支付文件与批准时的不一致(明细、文件或摘要被改动)",
        "%.*s: the payment file is not what was approved (lines, file or digest were changed)",
        STR_ARGS(b.number));
    diag_list_add(c->faults, &d);
    return OK;
}

static enum err files_after(struct checking *c, struct op *op, int64_t *batch)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT id FROM fund_batch WHERE zone = $1 AND id > $2 AND approved_at > 0 AND"
        " (reconciled_at = 0 OR reconciled_at >= $3) ORDER BY id LIMIT 1",
        S_TEXT(op->zone->code), S_INT(*batch), S_INT(c->since_ms));
    *batch = there ? store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return e;
}

enum err fund_check_files(struct checking *c)
{
    struct arena scratch;
    struct op inner = *c->op;
    int64_t batch = 0;
    enum err e = OK;
    arena_init(&scratch, NULL, 16 * MIB);
    inner.arena = &scratch;
    for (;;) {
        e = files_after(c, &inner, &batch);
        if (e != OK || !batch)
            break;
        e = check_file(c, &inner, batch);
        arena_reset(&scratch);
        if (e != OK)
            break;
    }
    arena_release(&scratch);
    return e;
}

/* ---- the bank's answer ---- */

enum column { AT_BATCH, AT_NUMBER, AT_AMOUNT, AT_RESULT, AT_REF, AT_REASON, COLUMNS };
#define NAMES(zh, en)                                                                              \
    { { zh, sizeof zh - 1 }, { en, sizeof en - 1 } }
static const struct name2 column_names[COLUMNS] = {
    NAMES("批次号", "batch"),
    NAMES("序号", "line"),
    NAMES("金额", "amount"),
    NAMES("结果", "result"),
    NAMES("银行流水号", "reference"),
    NAMES("原因", "reason"),
};

struct answer_row {
    int64_t number; /* of the row in the file */
    struct fund_line *line;
    bool paid;
    str ref, reason;
};

struct answering {
    struct op *op;
    struct fund_batch batch;
    struct fund fund;
    struct fund_line *lines;
    size_t line_count;
    int at[COLUMNS];
    struct answer_row *rows;
    size_t count;
    int64_t fen;
};

#define ROW_FAULT(a, row, ...) row_fault((a), (row), diag_set((a)->op->diag, ERR_INVALID, __VA_ARGS__))

static enum err row_fault(struct answering *a, int64_t row, enum err e)
{
    diag_at(a->op->diag, NULL, (int)row, 0);
    return e;
}

static enum err read_head(struct answering *a, const struct csv_row *row)
{
    for (int k = 0; k < COLUMNS; k++) {
        a->at[k] = -1;
        for (size_t i = 0; i < row->count; i++)
            if (str_equal(str_trim(row->fields[i]), column_names[k].zh)
                || str_equal_nocase(str_trim(row->fields[i]), column_names[k].en))
                a->at[k] = (int)i;
        if (a->at[k] < 0)
            return ROW_FAULT(a, row->number, "回单第 %lld 行的表头缺少“%s%.0s”列",
                "the header (row %lld) of the answer lacks the column \"%.0s%s\"",
                (long long)row->number, column_names[k].zh.data, column_names[k].en.data);
    }
    return OK;
}

static str cell(const struct answering *a, const struct csv_row *row, enum column c)
{
    return (size_t)a->at[c] < row->count ? str_trim(row->fields[a->at[c]]) : STR_NONE;
}

/* "120,000.50" as fen; -1 for what is no amount. */
static int64_t amount_of(str text)
{
    int64_t fen = 0;
    int decimals = -1;
    if (!text.bytes)
        return -1;
    for (size_t i = 0; i < text.bytes; i++) {
        char c = text.data[i];
        if (c == ',' && decimals < 0)
            continue;
        if (c == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (c < '0' || c > '9' || decimals == 2 || fen > FUND_FEN_MAX / 10)
            return -1;
        fen = fen * 10 + (c - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 2; i++)
        fen = fen > FUND_FEN_MAX / 10 ? FUND_FEN_MAX + 1 : fen * 10;
    return fen > FUND_FEN_MAX ? -1 : fen;
}

static int result_of(str word)
{
    static const char *const paid[] = { "成功", "支付成功", "paid", NULL };
    static const char *const bounced[] = { "失败", "退回", "支付失败", "bounced", NULL };
    for (int i = 0; paid[i]; i++)
        if (str_is(word, paid[i]))
            return 1;
    for (int i = 0; bounced[i]; i++)
        if (str_is(word, bounced[i]))
            return 0;
    return -1;
}

/* The line that the row is about; each at most once. */
static enum err find_line(struct answering *a, const struct csv_row *row, struct answer_row *out)
{
    int64_t ord = 0, n = row->number;
    str number = cell(a, row, AT_NUMBER);
    if (!str_equal(cell(a, row, AT_BATCH), a->batch.number))
        return ROW_FAULT(a, n, "回单第 %lld 行是批次 %.*s 的,不是本批次 %.*s 的",
            "row %lld of the answer is of batch %.*s, not of %.*s", (long long)n,
            STR_ARGS(cell(a, row, AT_BATCH)), STR_ARGS(a->batch.number));
    for (size_t i = 0; str_to_int64(number, &ord) && i < a->line_count; i++)
        if (a->lines[i].ord == ord)
            out->line = &a->lines[i];
    if (!out->line)
        return ROW_FAULT(a, n, "回单第 %lld 行:本批次没有序号 %.*s", "row %lld: the batch has no line %.*s",
            (long long)n, STR_ARGS(number));
    for (size_t i = 0; i < a->count; i++)
        if (a->rows[i].line == out->line)
            return ROW_FAULT(a, n, "回单第 %lld 行:序号 %lld 在第 %lld 行已出现过",
                "row %lld: line %lld stands in row %lld already", (long long)n, (long long)ord,
                (long long)a->rows[i].number);
    return OK;
}

static enum err check_row(struct answering *a, const struct csv_row *row, struct answer_row *out)
{
    long long n = row->number;
    int result = result_of(cell(a, row, AT_RESULT));
    TRY(find_line(a, row, out));
    if (amount_of(cell(a, row, AT_AMOUNT)) != out->line->fen) {
        str asked = fund_yuan(a->op->arena, out->line->fen);
        return ROW_FAULT(a, n, "回单第 %lld 行:金额 %.*s 与支付文件的 %.*s 元不符",
            "row %lld: the amount %.*s is not the payment file's %.*s", n,
            STR_ARGS(cell(a, row, AT_AMOUNT)), STR_ARGS(asked));
    }
    if (result < 0)
        return ROW_FAULT(a, n, "回单第 %lld 行:结果应为“成功”或“失败”,而不是“%.*s”",
            "row %lld: the result is \"paid\" or \"bounced\", not \"%.*s\"", n,
            STR_ARGS(cell(a, row, AT_RESULT)));
    out->number = n;
    out->paid = result == 1;
    out->ref = str_copy(a->op->arena, cell(a, row, AT_REF));
    out->reason = str_copy(a->op->arena, cell(a, row, AT_REASON));
    if (out->paid && !out->ref.bytes)
        return ROW_FAULT(a, n, "回单第 %lld 行:支付成功的应有银行流水号",
            "row %lld: what was paid has a reference of the bank", n);
    if (!out->paid && !out->reason.bytes)
        return ROW_FAULT(a, n, "回单第 %lld 行:失败的应写明原因", "row %lld: what bounced has a reason", n);
    if (out->ref.bytes > 100 || out->reason.bytes > 300)
        return ROW_FAULT(a, n, "回单第 %lld 行:流水号或原因过长",
            "row %lld: the reference or the reason is too long", n);
    if (out->paid && str_is(out->line->state, "bounced"))
        return ROW_FAULT(a, n, "回单第 %lld 行:这一笔先前已退回,重新付款须另列批次",
            "row %lld: this payment bounced before; paying it again takes another batch", n);
    return OK;
}

/* The sum at the end must be that of the rows above. */
static enum err check_sum(struct answering *a, const struct csv_row *row)
{
    if (amount_of(cell(a, row, AT_AMOUNT)) == a->fen)
        return OK;
    str sum = fund_yuan(a->op->arena, a->fen);
    return ROW_FAULT(a, row->number, "回单第 %lld 行:合计与各行之和 %.*s 元不符",
        "row %lld: the total is not the sum %.*s of the rows", (long long)row->number,
        STR_ARGS(sum));
}

static enum err read_rows(struct answering *a, str text)
{
    struct csv *csv;
    struct csv_row row;
    struct csv_text at = { .text = text };
    struct csv_source plain = csv_text_source(&at), decoded = plain;
    bool head = true, more = true;
    struct op *op = a->op;
    if (csv_is_gb18030(text))
        TRY(csv_gb18030(op->arena, &plain, &decoded, op->diag));
    TRY(csv_create(op->arena, &decoded, ',', &csv, op->diag));
    a->rows = ARENA_ARRAY(op->arena, struct answer_row, ANSWER_ROWS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    for (;;) {
        TRY(csv_next(csv, &row, &more, op->diag));
        if (!more)
            break;
        if (row.fault != OK) {
            *op->diag = row.why;
            return row_fault(a, row.number, row.fault);
        }
        if (head) {
            TRY(read_head(a, &row));
            head = false;
            continue;
        }
        if (str_is(cell(a, &row, AT_BATCH), "合计")) {
            TRY(check_sum(a, &row));
            continue;
        }
        struct answer_row one = { 0 };
        TRY(check_row(a, &row, &one));
        a->fen += one.line->fen;
        a->rows[a->count++] = one; /* each line once: at most FUND_LINES_MAX */
    }
    if (a->count)
        return OK;
    return diag_set(op->diag, ERR_INVALID, "回单中没有付款结果", "the answer holds no payment");
}

/* A paid line that bounces after all: the payment is corrected first. */
static enum err unpay(struct answering *a, const struct answer_row *r, str reason)
{
    struct store_rows rows;
    struct op *op = a->op;
    struct fund_commitment c;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT e.id FROM fund_entry e WHERE e.zone = $1 AND e.batch = $2 AND e.line = $3 AND e.kind"
        " = 'pay' AND NOT EXISTS (SELECT 1 FROM fund_entry x WHERE x.zone = e.zone AND x.reverses ="
        " e.id AND x.reverses <> 0)",
        S_TEXT(op->zone->code), S_INT(a->batch.id), S_INT(r->line->id)));
    int64_t paid = store_int(&rows, 0);
    store_rows_end(&rows);
    TRY(fund_commitment_get(op, r->line->commitment, &c));
    struct fund_why why = { .reason = reason,
        .basis = c.basis,
        .document = r->line->bank_ref,
        .ref_kind = c.ref_kind,
        .ref_id = c.ref_id,
        .ref_label = c.ref_label };
    return fund_post(op,
        &(struct fund_posting){ .fund = &a->fund,
            .kind = FUND_REVERSE,
            .from = FUND_PAID,
            .to = FUND_TRANSIT,
            .fen = r->line->fen,
            .commitment = c.id,
            .batch = a->batch.id,
            .line = r->line->id,
            .reverses = paid,
            .why = &why },
        NULL);
}

static enum err take_row(struct answering *a, const struct answer_row *r, struct fund_answer *out)
{
    struct op *op = a->op;
    bool was_paid = str_is(r->line->state, "paid");
    if (str_is(r->line->state, r->paid ? "paid" : "bounced"))
        return OK;
    str reason = r->paid ? STR_NONE : str_printf(op->arena, "银行退回:%.*s", STR_ARGS(r->reason));
    TRY(diag_arena(op->diag, op->arena));
    if (was_paid)
        TRY(unpay(a, r, reason));
    TRY(post_line(op,
        &(struct line_entry){ .fund = &a->fund,
            .batch = &a->batch,
            .line = r->line,
            .kind = r->paid ? FUND_PAY : FUND_BOUNCE,
            .document = r->ref.bytes ? r->ref : a->batch.number,
            .reason = reason }));
    struct fund_commitment c;
    TRY(fund_commitment_get(op, r->line->commitment, &c));
    TRY(fund_tell_payee(op, &c, r->line, r->paid, r->ref, r->reason));
    *(r->paid ? &out->paid_lines : &out->bounced_lines) += 1;
    *(r->paid ? &out->paid_fen : &out->bounced_fen) += r->line->fen;
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_line SET state = $3, bank_ref = $4, answer = $5, answered_at = $6 WHERE zone ="
        " $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(r->line->id), S_TEXT(str_from(r->paid ? "paid" : "bounced")),
        S_TEXT(r->ref), S_TEXT(r->reason), S_INT(op->now_ms));
}

static enum err sum_up(struct answering *a)
{
    return STORE_EXEC(a->op->conn, a->op->diag,
        "UPDATE fund_batch SET"
        " paid_lines = (SELECT count(*) FROM fund_line l WHERE l.zone = $1 AND l.batch = $2 AND"
        " l.state = 'paid'),"
        " paid_fen = (SELECT coalesce(sum(fen), 0) FROM fund_line l WHERE l.zone = $1 AND l.batch ="
        " $2 AND l.state = 'paid'),"
        " bounced_lines = (SELECT count(*) FROM fund_line l WHERE l.zone = $1 AND l.batch = $2 AND"
        " l.state = 'bounced'),"
        " bounced_fen = (SELECT coalesce(sum(fen), 0) FROM fund_line l WHERE l.zone = $1 AND l.batch"
        " = $2 AND l.state = 'bounced'), answered_at = $3,"
        " state = CASE WHEN EXISTS (SELECT 1 FROM fund_line l WHERE l.zone = $1 AND l.batch = $2 AND"
        " l.state = 'sent') THEN 'approved' ELSE 'answered' END WHERE zone = $1 AND id = $2",
        S_TEXT(a->op->zone->code), S_INT(a->batch.id), S_INT(a->op->now_ms));
}

static enum err taken_before(struct op *op, int64_t batch, str digest, bool *before)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT EXISTS (SELECT 1 FROM fund_file WHERE zone = $1 AND batch = $2 AND digest = $3)",
        S_TEXT(op->zone->code), S_INT(batch), S_TEXT(digest)));
    *before = store_int(&rows, 0) != 0;
    store_rows_end(&rows);
    return OK;
}

enum err fund_batch_answer(
    struct op *op, int64_t batch, str name, str csv, struct fund_answer *out)
{
    struct answering a = { .op = op };
    str digest = ledger_digest(op, csv);
    *out = (struct fund_answer){ 0 };
    TRY(fund_batch_get(op, batch, &a.batch));
    TRY(taken_before(op, batch, digest, &out->again));
    if (out->again)
        return OK;
    TRY(fund_batch_require(op, batch, FUND_VERB_ANSWER, &a.batch));
    TRY(fund_find(op, a.batch.fund, &a.fund));
    TRY(fund_lines_read(op, batch, true, &a.lines, &a.line_count));
    TRY(read_rows(&a, csv));
    for (size_t i = 0; i < a.count; i++)
        TRY(take_row(&a, &a.rows[i], out));
    TRY(sum_up(&a));
    TRY(keep_file(op, batch, "answer", name.bytes ? name : STR("answer.csv"), digest,
        str_is_utf8(csv) ? csv : str_base64(op->arena, csv.data, csv.bytes)));
    json_t *data = json_object();
    json_set_str(data, "file", digest);
    json_set_int(data, "paid", out->paid_fen);
    json_set_int(data, "bounced", out->bounced_fen);
    return fund_batch_tell(op, &a.batch, "fund.batch.answer", STR_NONE, data);
}

enum err fund_batch_reconcile(struct op *op, int64_t batch, int64_t lines, int64_t fen)
{
    struct fund_batch b;
    TRY(fund_batch_require(op, batch, FUND_VERB_RECONCILE, &b));
    if (lines != b.paid_lines || fen != b.paid_fen) {
        str here = fund_yuan(op->arena, b.paid_fen), there = fund_yuan(op->arena, fen);
        TRY(diag_arena(op->diag, op->arena));
        diag_field(op->diag, lines != b.paid_lines ? STR("lines") : STR("fen"));
        return diag_set(op->diag, ERR_CONFLICT,
            "对账不符:本批次支付成功 %lld 笔、%s 元,银行对账单为 %lld 笔、%s 元",
            "the statement differs: the batch paid %lld lines, %s yuan; the statement says %lld, %s",
            (long long)b.paid_lines, here.data, (long long)lines, there.data);
    }
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE fund_batch SET state = 'reconciled', reconciled_at = $3, reconciled_by_name = $4"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(batch), S_INT(op->now_ms), S_TEXT(op->actor->name)));
    return fund_batch_tell(op, &b, "fund.batch.reconcile", STR_NONE, NULL);
}
