/* Drawing a list, and claiming in one step (benefit.h). */
#include "zone/benefit_internal.h"

#include <string.h>

str benefit_day(struct op *op, int64_t days)
{
    return date_format(op->arena, date_from_days(days));
}

/* ---- what the rule says ---- */

struct gathering {
    struct op *op;
    struct benefit_drawing *d;
};

static enum err gather_row(void *ctx, const struct policy_row *r)
{
    struct gathering *g = ctx;
    struct benefit_drawing *d = g->d;
    d->missing += r->rule == DMN_SHEET_OPEN;
    d->barred += r->bar != POLICY_BAR_NONE;
    if (r->rule == DMN_SHEET_CLASH)
        return diag_set(g->op->diag, ERR_INVALID,
            "规则自相矛盾:对“%.*s”有两条规则同时相符,请先改正规则",
            "the rule contradicts itself: two rules hold for \"%.*s\"; correct it first",
            STR_ARGS(d->facts->keys[r->row]));
    if (r->rule < 0 || r->bar != POLICY_BAR_NONE)
        return OK;
    if (d->line_count == BENEFIT_LINES_MAX)
        return diag_set(g->op->diag, ERR_LIMIT, "符合条件的超过 %d 个,请分批",
            "more than %d qualify", BENEFIT_LINES_MAX);
    struct benefit_drawn *lines
        = arena_room(g->op->arena, d->lines, d->line_count, &d->capacity, sizeof *lines);
    if (!lines)
        return diag_arena(g->op->diag, g->op->arena);
    d->lines = lines;
    lines[d->line_count++] = (struct benefit_drawn){ .row = *r };
    return OK;
}

static str json_kept(struct op *op, json_t *v)
{
    str text = json_text_sent(op->arena, v);
    json_decref(v);
    return text;
}

static enum err match(struct op *op, struct benefit_drawing *d, const struct policy_asking *q)
{
    struct policy_facts *f;
    struct dmn_sheet *sheet;
    struct gathering g = { op, d };
    struct arena *room = policy_arena(op);
    TRY(diag_arena(op->diag, op->arena));
    TRY(policy_read_facts(op, room, q, &f));
    d->facts = f;
    d->rows = (int64_t)f->rows;
    TRY(policy_sheet(op, room, f, &sheet));
    TRY(policy_run(op, sheet, f, gather_row, &g));
    for (size_t i = 0; i < d->line_count; i++) {
        d->lines[i].facts = json_kept(op, policy_row_facts(op, f, d->lines[i].row.row));
        d->lines[i].why = json_kept(op, policy_row_why(op, sheet, f, &d->lines[i].row));
    }
    return diag_arena(op->diag, op->arena);
}

static enum err note_checkpoint(struct op *op, struct benefit_drawing *d)
{
    uint64_t size = 0;
    enum err e = ledger_size(op, &size);
    if (e == OK)
        e = ledger_checkpoint(op, &d->checkpoint);
    if (e == ERR_NOT_FOUND) {
        memset(op->diag, 0, sizeof *op->diag);
        e = OK;
    }
    d->tree_size = (int64_t)size;
    return e;
}

static enum err check_in_force(struct op *op, const struct pack_clause *c, int64_t day)
{
    if (pack_clause_valid(c, day))
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED, "条款“%.*s”在 %.*s 不在有效期内",
        "clause \"%.*s\" is not in force on %.*s", STR_ARGS(c->code), STR_ARGS(benefit_day(op, day)));
}

enum err benefit_draw_prepare(
    struct op *op, const struct pack_clause *c, int64_t day, struct benefit_drawing **out)
{
    struct benefit_drawing *d = ARENA_NEW(op->arena, struct benefit_drawing);
    struct policy_asking q = { .clause = c, .day = day, .labels = true };
    TRY(diag_arena(op->diag, op->arena));
    TRY(check_in_force(op, c, day));
    if (c->way == PACK_POLICY_CLAIM)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "条款“%.*s”由企业一步申领,不拟制名单",
            "clause \"%.*s\" is claimed by enterprises in one step; no list is drawn", STR_ARGS(c->code));
    *d = (struct benefit_drawing){ .clause = c, .day = day, .seen_at = op->now_ms, .origin = STR("draw") };
    TRY(note_checkpoint(op, d));
    TRY(match(op, d, &q));
    *out = d;
    return OK;
}

/* ---- keeping it ---- */

static enum err next_number(struct op *op, str *out)
{
    struct store_rows rows;
    int year = date_from_days(zone_local_days(op->zone, op->now_ms)).year;
    str counter = str_printf(op->arena, "benefit:%d", year);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        S_TEXT(op->zone->code), S_TEXT(counter)));
    *out = str_printf(op->arena, "HP%d-%03lld", year, (long long)store_int(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static enum err payee_of(struct op *op, const struct benefit_drawing *d, size_t row, str *key, str *name)
{
    const struct policy_facts *f = d->facts;
    const struct pack_register *r = d->clause->payee ? d->clause->payee->ref : d->clause->audience;
    struct record found;
    struct diag ignored = { 0 };
    struct op look = *op;
    *key = f->payees ? f->payees[row] : f->keys[row];
    *name = f->labels ? f->labels[row] : f->keys[row];
    if (!d->clause->payee || !key->bytes)
        return OK;
    look.diag = &ignored;
    if (record_by_key(&look, r->code, *key, &found) == OK)
        *name = record_label(&look, r->code, &found);
    return diag_arena(op->diag, op->arena);
}

static enum err keep_line(
    struct op *op, const struct benefit_drawing *d, const struct benefit_drawn *l, int64_t list)
{
    const struct policy_facts *f = d->facts;
    size_t row = l->row.row;
    str payee, payee_name;
    TRY(payee_of(op, d, row, &payee, &payee_name));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO benefit_line (zone, id, list_id, clause, year, subject, subject_key, label, payee,"
        " payee_name, fen, state, reviewed, reason, facts, why, supplied, files, commitment, account,"
        " awarded_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', 0, '', $12,"
        " $13, $14, $15, 0, $16, 0, $17)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(list),
        S_TEXT(d->clause->code), S_INT(f->year), S_INT(f->ids[row]), S_TEXT(f->keys[row]),
        S_TEXT(f->labels ? f->labels[row] : f->keys[row]), S_TEXT(payee), S_TEXT(payee_name),
        S_INT(l->row.fen), S_TEXT(l->facts), S_TEXT(l->why), S_TEXT(l->supplied), S_TEXT(l->files),
        S_INT(op->actor->account), S_INT(op->now_ms));
}

static enum err keep_row(
    struct op *op, const struct benefit_drawing *d, const char *state, int64_t id, str number)
{
    const struct pack_clause *c = d->clause;
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO benefit_list (zone, id, version, number, policy, clause, title_zh, title_en, day, year,"
        " unit, fund, state, origin, pack_version, tree_size, checkpoint, rows_seen, missing, barred,"
        " drawn_at, drawn_by, drawn_account, reviewed_by, reviewed_account, notice_days, notice_from,"
        " notice_to, notice_at, decided_by, decided_at, reason, updated_at) VALUES ($1, $2, 1, $3, $4, $5,"
        " $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, '', 0, $23, '',"
        " '', 0, '', 0, '', $20)",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(number), S_TEXT(c->policy->code), S_TEXT(c->code),
        S_TEXT(c->title.zh), S_TEXT(c->title.en), S_TEXT(benefit_day(op, d->day)),
        S_INT(d->facts->year), S_TEXT(c->unit), S_TEXT(c->fund), S_TEXT(str_from(state)),
        S_TEXT(d->origin), S_TEXT(str_from(zone_pack(op->zone)->version)), S_INT(d->tree_size),
        S_TEXT(d->checkpoint), S_INT(d->rows), S_INT(d->missing), S_INT(d->barred), S_INT(op->now_ms),
        S_TEXT(op->actor->name), S_INT(op->actor->account), S_INT(c->notice_days));
}

enum err benefit_keep_list(
    struct op *op, const struct benefit_drawing *d, const char *state, int64_t *list)
{
    struct benefit_list kept;
    str number;
    int64_t id = id_next(&op->zone->ids, op->now_ms), fen = 0;
    TRY(next_number(op, &number));
    TRY(keep_row(op, d, state, id, number));
    for (size_t i = 0; i < d->line_count; i++) {
        TRY(keep_line(op, d, &d->lines[i], id));
        fen += d->lines[i].row.fen;
    }
    TRY(benefit_list_get(op, id, &kept));
    json_t *data = json_object();
    json_set_int(data, "lines", (int64_t)d->line_count);
    json_set_int(data, "fen", fen);
    json_set_str(data, "pack", kept.pack_version);
    json_set_int(data, "treeSize", d->tree_size);
    *list = id;
    return benefit_tell(op, "benefit.draw", &kept, data);
}

/* Has any award of the clause, or of one that excludes it, come or changed since the facts were read? */
static enum err check_unchanged(struct op *op, const struct benefit_drawing *d)
{
    struct query q;
    struct store_rows rows;
    bool more;
    query_init(&q, op->arena);
    QUERY_ADD(&q, "SELECT id FROM benefit_line WHERE zone = ? AND updated_at > ? AND clause IN (?",
        S_TEXT(op->zone->code), S_INT(d->seen_at), S_TEXT(d->clause->code));
    for (size_t i = 0; i < d->clause->exclude_count; i++)
        QUERY_ADD(&q, ", ?", S_TEXT(d->clause->excludes[i]));
    query_sql(&q, ") LIMIT 1");
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &more, op->diag));
    store_rows_end(&rows);
    if (more)
        return diag_set(op->diag, ERR_CONFLICT, "匹配期间本条款的名单有变动,请重新拟制",
            "lists of this clause changed while it was matched; draw again");
    return OK;
}

static enum err require_review(struct op *op, const struct pack_clause *c)
{
    if (op->actor->system
        || ((pack_clause_reviews(c, op->actor->role) || pack_clause_approves(c, op->actor->role))
            && (!op->actor->role || op->actor->role->scope == PACK_SCOPE_ALL
                || str_equal(op->actor->unit, c->unit))))
        return OK;
    return diag_set(op->diag, ERR_FORBIDDEN, "只有 %.*s 审核此条款的人员可以拟制名单",
        "only those of %.*s who review this clause may draw a list", STR_ARGS(c->unit));
}

enum err benefit_draw(struct op *op, const struct benefit_drawing *d, int64_t *list)
{
    TRY(require_review(op, d->clause));
    TRY(check_unchanged(op, d));
    if (!d->line_count)
        return diag_set(op->diag, ERR_NOT_FOUND,
            "没有符合条件、尚未兑现的对象(共 %lld 个,缺事实的 %lld 个,已兑现或在办的 %lld 个)",
            "nobody qualifies who was not awarded (of %lld; facts missing for %lld; awarded or under"
            " way %lld)",
            (long long)d->rows, (long long)d->missing, (long long)d->barred);
    return benefit_keep_list(op, d, "review", list);
}

/* ---- claiming ---- */

static const struct pack_fact *fact_named(const struct pack_clause *c, const char *input)
{
    for (size_t i = 0; i < c->fact_count; i++)
        if (str_is(c->facts[i].input, input))
            return &c->facts[i];
    return NULL;
}

static enum err check_supplied(struct op *op, const struct pack_clause *c, const json_t *supplied)
{
    const char *name;
    json_t *v;
    json_object_foreach((json_t *)supplied, name, v)
    {
        const struct pack_fact *f = fact_named(c, name);
        struct diag ignored = { 0 };
        feel_value value;
        diag_field(op->diag, str_printf(op->arena, "supplied.%s", name));
        if (!f || !f->ask)
            return diag_set(op->diag, ERR_INVALID, "事实“%.60s”不能由企业补充",
                "the fact \"%.60s\" is not the enterprise's to supply", name);
        if (feel_from_json(op->arena, v, f->type, &value, &ignored) != OK
            || !feel_conforms(value, f->type) || feel_is_null(value)
            || (value.kind == FEEL_NUMBER && feel_to_double(value) < 0))
            return diag_set(op->diag, ERR_INVALID, "“%s%.0s”应是不小于零的数",
                "\"%.0s%s\" must be a number not below nought", str_terminated(op->arena, f->name.zh),
                str_terminated(op->arena, f->name.en));
    }
    diag_field(op->diag, STR_NONE);
    return OK;
}

static enum err claim_files(struct op *op, const struct benefit_claim *claim, str *out)
{
    json_t *list = json_array();
    for (size_t i = 0; i < claim->file_count; i++) {
        struct store_rows rows;
        enum err e = STORE_ONE(op->conn, &rows, op->diag,
            "SELECT name, type, sha256 FROM attachment WHERE zone = $1 AND id = $2 AND"
            " account_id = $3",
            S_TEXT(op->zone->code), S_INT(claim->files[i]), S_INT(op->actor->account));
        if (e != OK) {
            json_decref(list);
            diag_field(op->diag, STR("files"));
            return e == ERR_NOT_FOUND ? diag_set(op->diag, ERR_INVALID, "没有这份附件,请重新上传",
                       "this file is not there; please upload it again") : e;
        }
        json_t *o = json_object();
        json_set_id(o, "id", claim->files[i]);
        json_set_str(o, "name", store_text(&rows, 0));
        json_set_str(o, "type", store_text(&rows, 1));
        json_set_str(o, "sha256", store_text(&rows, 2));
        store_rows_end(&rows);
        json_array_append_new(list, o);
    }
    *out = json_kept(op, list);
    return diag_arena(op->diag, op->arena);
}

/* So that whoever reviews the line may open them. */
static enum err link_files(struct op *op, const struct benefit_claim *claim, int64_t list)
{
    for (size_t i = 0; i < claim->file_count; i++)
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO benefit_file (zone, file_id, line_id) SELECT zone, $3, id FROM benefit_line WHERE"
            " zone = $1 AND list_id = $2 ON CONFLICT (zone, file_id, line_id) DO NOTHING",
            S_TEXT(op->zone->code), S_INT(list), S_INT(claim->files[i])));
    return OK;
}

static enum err refuse_claim(struct op *op, const struct benefit_drawing *d)
{
    if (!d->rows)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有可申领的对象", "there is nothing to claim for");
    if (d->missing)
        return diag_set(op->diag, ERR_INVALID, "仍缺少事实,请一并补充", "facts are still missing; supply them too");
    if (d->barred)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "已经兑现,或正在办理", "it was awarded, or is under way");
    return diag_set(op->diag, ERR_NOT_ALLOWED, "按补充的事实仍不符合条件",
        "with what was supplied it does not qualify");
}

enum err benefit_claim(struct op *op, const struct benefit_claim *claim, int64_t *list)
{
    const struct pack_clause *c = pack_clause(zone_pack(op->zone), claim->clause);
    int64_t day = zone_local_days(op->zone, op->now_ms);
    struct benefit_drawing d = { .clause = c, .day = day, .seen_at = op->now_ms, .origin = STR("claim") };
    struct record own;
    if (!op->actor->enterprise)
        return diag_set(op->diag, ERR_FORBIDDEN, "只有企业账号可以申领", "only an enterprise may claim");
    if (!c)
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个条款", "there is no such clause");
    const struct pack_register *r = c->payee ? c->payee->ref : c->audience;
    TRY(check_in_force(op, c, day));
    TRY(check_supplied(op, c, claim->supplied));
    TRY(record_get(op, r->code, op->actor->enterprise, &own));
    struct policy_asking q = { .clause = c, .day = day, .subject = claim->subject, .labels = true,
        .payee = json_str(own.data, str_terminated(op->arena, r->key->name)),
        .supplied = claim->supplied };
    TRY(note_checkpoint(op, &d));
    TRY(match(op, &d, &q));
    if (d.line_count != 1)
        return refuse_claim(op, &d);
    if (claim->supplied && json_object_size(claim->supplied) && !claim->file_count) {
        diag_field(op->diag, STR("files"));
        return diag_set(op->diag, ERR_INVALID, "补充的事实要附佐证材料", "what is supplied needs evidence");
    }
    d.lines[0].supplied = json_text_sent(op->arena, claim->supplied);
    TRY(claim_files(op, claim, &d.lines[0].files));
    TRY(benefit_keep_list(op, &d, "review", list));
    return link_files(op, claim, *list);
}
