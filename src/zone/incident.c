/* Incidents: jobs that a person has to see to. job.h tells the states. */
#include "zone/case_write.h"
#include "zone/job_internal.h"

enum err incident_tell(struct op *op, const struct job *j, const struct diag *why)
{
    json_t *data = json_object();
    json_set_str(data, "number", j->number);
    json_set_str(data, "step", j->node);
    json_set_str(data, "handler", j->handler);
    json_set_id(data, "job", j->id);
    json_set_int(data, "attempts", j->attempts);
    json_set_str(data, "text", str_from(why->zh));
    json_set_str(data, "reason", str_from(why->en));
    return ledger_append(op,
        &(struct ledger_event){ .kind = "case.incident", .subject = j->case_id, .data = data },
        NULL);
}

enum err incident_of_timer(struct op *op, int64_t case_id, int64_t number, const struct diag *why)
{
    struct job j = { .case_id = case_id,
        .token = number,
        .handler = STR("timer"),
        .request = json_keep(op->arena, json_object()),
        .state = JOB_INCIDENT,
        .due_at = op->now_ms,
        .error_zh = str_from(why->zh),
        .error_en = str_from(why->en) };
    TRY(diag_arena(op->diag, op->arena));
    TRY(job_insert(op, &j, STR_NONE, STR_NONE, &j.id));
    return incident_tell(op, &j, why);
}

enum err incident_list(
    struct op *op, const struct incident_filter *f, struct job **out, size_t *count, bool *more)
{
    struct query q;
    struct store_rows rows;
    TRY(actor_require(op, "job.manage"));
    struct job *list = ARENA_ARRAY(op->arena, struct job, f->limit + 1);
    TRY(diag_arena(op->diag, op->arena));
    query_init(&q, op->arena);
    job_select(&q, op->zone->code);
    query_sql(&q, " AND j.state = 2");
    if (f->handler.bytes)
        QUERY_ADD(&q, " AND j.handler = ?", S_TEXT(f->handler));
    if (f->kind.bytes)
        QUERY_ADD(&q, " AND c.kind = ?", S_TEXT(f->kind));
    if (f->case_id)
        QUERY_ADD(&q, " AND j.case_id = ?", S_INT(f->case_id));
    if (f->after_id)
        QUERY_ADD(&q, " AND j.id < ?", S_INT(f->after_id));
    QUERY_ADD(&q, " ORDER BY j.id DESC LIMIT ?", S_INT((int64_t)f->limit + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    size_t used = 0;
    *more = false;
    for (bool row;;) {
        TRY(store_next(&rows, &row, op->diag));
        if (!row)
            break;
        *more = used == f->limit;
        if (*more)
            break;
        TRY(job_read(op, &rows, &list[used++]));
    }
    store_rows_end(&rows);
    *out = list;
    *count = used;
    return OK;
}

static enum err incident_get(struct op *op, int64_t id, struct job *j)
{
    bool there;
    TRY(actor_require(op, "job.manage"));
    TRY(job_get(op, id, j, &there));
    if (there && j->state == JOB_INCIDENT)
        return OK;
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这项异常,可能已由他人处理",
        "there is no such incident; somebody may have settled it");
}

static enum err tell_settled(struct op *op, const struct job *j, const char *kind, str reason)
{
    json_t *data = json_object();
    json_set_str(data, "number", j->number);
    json_set_str(data, "step", j->node);
    json_set_str(data, "handler", j->handler);
    json_set_id(data, "job", j->id);
    if (reason.bytes)
        json_set_str(data, "text", reason);
    return ledger_append(
        op, &(struct ledger_event){ .kind = kind, .subject = j->case_id, .data = data }, NULL);
}

/* A timer goes back to where timers are. */
static enum err retry_timer(struct op *op, const struct job *j)
{
    bool taken;
    TRY(job_take(op, j->id, &taken));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO timer (zone, id, case_id, number, due_at) VALUES ($1, $2, $3, $4, $5)",
        S_TEXT(op->zone->code), S_INT(id_next(&op->zone->ids, op->now_ms)), S_INT(j->case_id),
        S_INT(j->token), S_INT(op->now_ms));
}

enum err incident_retry(struct op *op, int64_t id)
{
    struct job j;
    TRY(incident_get(op, id, &j));
    if (str_is(j.handler, "timer"))
        TRY(retry_timer(op, &j));
    else
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE job SET state = 0, attempts = 0, due_at = $3, created_at = $3 WHERE zone = $1"
            " AND id = $2",
            S_TEXT(op->zone->code), S_INT(id), S_INT(op->now_ms)));
    zone_stir(op->zone);
    return tell_settled(op, &j, "case.incident-retry", STR_NONE);
}

enum err incident_skip(struct op *op, int64_t id, const struct incident_skip *s)
{
    struct job j;
    bool taken;
    TRY(incident_get(op, id, &j));
    if (str_blank(s->reason)) {
        diag_field(op->diag, STR("reason"));
        return diag_set(op->diag, ERR_INVALID, "请写明为什么跳过", "please say why it is skipped");
    }
    if (str_is(j.handler, "timer") || !j.token) {
        TRY(job_take(op, id, &taken));
        return tell_settled(op, &j, "case.incident-skip", s->reason);
    }
    json_t *nothing = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    return job_finish(op, &j,
        &(struct job_end){ .kind = "case.incident-skip",
            .what = "skip",
            .answer = nothing,
            .variables = s->data,
            .error = s->error,
            .reason = s->reason });
}
