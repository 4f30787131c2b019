/* Jobs: their rows, claiming, and what comes of them. job.h tells what holds. */
#include "zone/job.h"

#include "zone/case_write.h"
#include "zone/job_internal.h"
#include "zone/licence_job.h"
#include "zone/message.h"
#include "zone/register.h"

#include <string.h>

static const char job_columns[] =
    "j.id, j.case_id, j.token, j.node, j.handler, j.queue, j.request, j.state, j.attempts,"
    " j.retries, j.due_at, j.created_at, j.error_zh, j.error_en, coalesce(c.number, ''),"
    " coalesce(c.pack_version, ''), coalesce(c.kind, ''), j.message, j.message_key FROM job j"
    " LEFT JOIN cases c ON c.zone ="
    " j.zone AND c.id = j.case_id WHERE j.zone = ";

void job_select(struct query *q, str zone)
{
    query_sql(q, "SELECT ");
    query_sql(q, job_columns);
    QUERY_ADD(q, "?", S_TEXT(zone));
}

static str text_at(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

enum err job_read(struct op *op, const struct store_rows *rows, struct job *j)
{
    json_t *request;
    *j = (struct job){ .id = store_int(rows, 0),
        .case_id = store_int(rows, 1),
        .token = store_int(rows, 2),
        .node = text_at(op, rows, 3),
        .handler = text_at(op, rows, 4),
        .queue = text_at(op, rows, 5),
        .state = (enum job_state)store_int(rows, 7),
        .attempts = store_int(rows, 8),
        .retries = store_int(rows, 9),
        .due_at = store_int(rows, 10),
        .created_at = store_int(rows, 11),
        .error_zh = text_at(op, rows, 12),
        .error_en = text_at(op, rows, 13),
        .number = text_at(op, rows, 14),
        .pack_version = text_at(op, rows, 15),
        .kind = text_at(op, rows, 16),
        .message = text_at(op, rows, 17),
        .message_key = text_at(op, rows, 18) };
    TRY(json_parse(op->arena, store_text(rows, 6), &request, op->diag));
    j->request = request;
    return diag_arena(op->diag, op->arena);
}

/* *there is false when the job is gone. */
enum err job_get(struct op *op, int64_t id, struct job *out, bool *there)
{
    struct query q;
    struct store_rows rows;
    query_init(&q, op->arena);
    job_select(&q, op->zone->code);
    QUERY_ADD(&q, " AND j.id = ?", S_INT(id));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, there, op->diag));
    if (!*there)
        return OK;
    enum err e = job_read(op, &rows, out);
    store_rows_end(&rows);
    return e;
}

/* ---- making and dropping, inside the turn that offers or cancels the task ---- */

enum err job_insert(struct op *op, const struct job *j, str message, str key, int64_t *id)
{
    *id = id_next(&op->zone->ids, op->now_ms);
    str request = json_text(op->arena, j->request);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO job (zone, id, case_id, token, node, handler, queue, request, state,"
        " attempts, retries, due_at, owner, created_at, error_zh, error_en, message, message_key)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, '', $12, $13, $14, $15, $16)",
        S_TEXT(op->zone->code), S_INT(*id), S_INT(j->case_id), S_INT(j->token), S_TEXT(j->node),
        S_TEXT(j->handler), S_TEXT(j->queue), S_TEXT(request), S_INT(j->state), S_INT(j->retries),
        S_INT(j->due_at), S_INT(op->now_ms), S_TEXT(j->error_zh), S_TEXT(j->error_en),
        S_TEXT(message), S_TEXT(key));
}

enum err job_of_task(struct moving *m, const struct bpmn_effect *e)
{
    struct op *op = m->op;
    const struct bpmn_service *s = bpmn_service_of(e->node);
    int64_t id;
    if (!s)
        return diag_set(op->diag, ERR_UNSUPPORTED, "步骤 %.*s(%s)没有写明由谁处理(junma:handler)",
            "step %.*s, a %s, names no handler (junma:handler)", STR_ARGS(e->node->id),
            bpmn_kind_element(e->node->kind));
    struct job j = { .case_id = m->row.id,
        .token = e->token,
        .node = e->node->id,
        .handler = s->handler,
        .queue = s->words[SERVICE_connector],
        .request = e->value,
        .retries = s->retries,
        .due_at = op->now_ms };
    str key = STR_NONE, message = s->words[SERVICE_message];
    if (message.bytes)
        TRY(message_key(op, e->value, m->row.number, &key));
    TRY(job_insert(op, &j, message, key, &id));
    zone_stir(op->zone);
    return OK;
}

enum err job_of_message(struct moving *m, const struct bpmn_effect *e)
{
    struct op *op = m->op;
    str key;
    int64_t id;
    struct job j = { .case_id = m->row.id,
        .node = e->node->id,
        .handler = STR("message"),
        .request = e->value,
        .due_at = op->now_ms };
    TRY(message_key(op, e->value, m->row.number, &key));
    TRY(job_insert(op, &j, e->text, key, &id));
    zone_stir(op->zone);
    return OK;
}

enum err job_drop(struct moving *m, int64_t token, bool timer)
{
    return STORE_EXEC(m->op->conn, m->op->diag,
        timer ? "DELETE FROM job WHERE zone = $1 AND case_id = $2 AND token = $3 AND handler ="
                " 'timer'"
              : "DELETE FROM job WHERE zone = $1 AND case_id = $2 AND token = $3 AND handler <>"
                " 'timer'",
        S_TEXT(m->op->zone->code), S_INT(m->row.id), S_INT(token));
}

/* ---- claiming ---- */

enum err job_due(struct op *op, str queue, bool *due)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT id FROM job WHERE zone = $1 AND queue = $2 AND due_at <= $3 AND state < 2 LIMIT 1",
        S_TEXT(op->zone->code), S_TEXT(queue), S_INT(op->now_ms));
    *due = there;
    store_rows_end(&rows);
    return e;
}

enum { CLAIM_MAX = 64 };

static enum err list_due(struct op *op, str queue, size_t limit, struct job *list, size_t *count)
{
    struct query q;
    struct store_rows rows;
    query_init(&q, op->arena);
    job_select(&q, op->zone->code);
    QUERY_ADD(&q,
        " AND j.queue = ? AND j.due_at <= ? AND j.state < 2 ORDER BY j.due_at, j.id"
        " LIMIT ?",
        S_TEXT(queue), S_INT(op->now_ms), S_INT((int64_t)limit));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    *count = 0;
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || *count == limit)
            break;
        TRY(job_read(op, &rows, &list[(*count)++]));
    }
    store_rows_end(&rows);
    return OK;
}

enum err job_claim(
    struct op *op, str queue, str owner, size_t limit, struct job **out, size_t *count)
{
    size_t found, claimed = 0;
    limit = limit < CLAIM_MAX ? limit : CLAIM_MAX;
    struct job *list = ARENA_ARRAY(op->arena, struct job, limit + 1);
    TRY(diag_arena(op->diag, op->arena));
    TRY(list_due(op, queue, limit, list, &found));
    for (size_t i = 0; i < found; i++) {
        TRY(STORE_EXEC(op->conn, op->diag,
            "UPDATE job SET state = 1, owner = $4, due_at = $5, attempts = attempts + 1"
            " WHERE zone = $1 AND id = $2 AND due_at = $3 AND state < 2",
            S_TEXT(op->zone->code), S_INT(list[i].id), S_INT(list[i].due_at), S_TEXT(owner),
            S_INT(op->now_ms + JOB_LEASE_MS)));
        if (store_changes(op->conn) != 1)
            continue; /* another process was first */
        list[claimed] = list[i];
        list[claimed++].attempts++;
    }
    *out = list;
    *count = claimed;
    return OK;
}

enum err job_renew(struct op *op, int64_t id, str owner, bool *ours)
{
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE job SET due_at = $4 WHERE zone = $1 AND id = $2 AND owner = $3 AND state = 1",
        S_TEXT(op->zone->code), S_INT(id), S_TEXT(owner), S_INT(op->now_ms + JOB_LEASE_MS)));
    *ours = store_changes(op->conn) == 1;
    return OK;
}

enum err job_free_leases(struct op *op, str owner)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE job SET due_at = $3 WHERE zone = $1 AND state = 1 AND owner <> $2",
        S_TEXT(op->zone->code), S_TEXT(owner), S_INT(op->now_ms));
}

/* ---- what came of it ---- */

/* Takes the row away; false when somebody else has. */
enum err job_take(struct op *op, int64_t id, bool *taken)
{
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM job WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id)));
    *taken = store_changes(op->conn) == 1;
    return OK;
}

json_t *job_event(struct moving *m, const struct job *j, const char *what)
{
    json_t *data = verb_event(m, what, STR_NONE);
    json_set_str(data, "handler", j->handler);
    json_set_str(data, "step", j->node);
    json_set_id(data, "job", j->id);
    json_set_int(data, "attempts", j->attempts);
    return data;
}

enum err job_finish(struct op *op, const struct job *j, const struct job_end *end)
{
    bool taken;
    struct moving m;
    int64_t event;
    TRY(job_take(op, j->id, &taken));
    if (!taken || !j->case_id)
        return OK;
    TRY(moving_load_any(op, j->case_id, &m));
    if (!m.instance)
        return OK;
    if (j->token) {
        enum err e = end->error.bytes ? procedure_throw(&m, j->token, end->error)
            : end->variables          ? procedure_complete(&m, j->token, end->variables)
                                      : procedure_answer(&m, j->token, end->answer);
        if (e == ERR_NOT_FOUND) /* cancelled meanwhile */
            return OK;
        TRY(e);
        TRY(moving_save(&m));
    }
    json_t *data = job_event(&m, j, end->what);
    if (end->error.bytes)
        json_set_str(data, "error", end->error);
    if (end->reason.bytes)
        json_set_str(data, "text", end->reason);
    return event_write(&m, end->kind, data, false, &event);
}

enum err job_answer(struct op *op, int64_t id, const json_t *answer)
{
    struct job j;
    bool there;
    TRY(job_get(op, id, &j, &there));
    return !there
        ? OK
        : job_finish(op, &j,
            &(struct job_end){ .kind = "case.service", .what = "service", .answer = answer });
}

enum err job_throw(struct op *op, int64_t id, str code)
{
    struct job j;
    bool there;
    TRY(job_get(op, id, &j, &there));
    return !there
        ? OK
        : job_finish(
            op, &j, &(struct job_end){ .kind = "case.service", .what = "service", .error = code });
}

enum err job_service(
    struct op *op, const struct job *j, const struct bpmn_service **out, const struct pack **pack)
{
    TRY(zone_pack_version(op, j->pack_version, pack));
    const struct pack_system *s = pack_kind(*pack, j->kind);
    const struct bpmn_node *n = s ? bpmn_node_by_id(s->procedure, j->node) : NULL;
    *out = n ? bpmn_service_of(n) : NULL;
    if (*out)
        return OK;
    return diag_set(op->diag, ERR_UNSUPPORTED, "流程中没有系统步骤 %.*s",
        "the procedure has no service step %.*s", STR_ARGS(j->node));
}

/* ---- failing ---- */

/* Twice as long each time, with a tenth of spread, so that what failed together does not come back
 * together. */
static int64_t back_off(struct op *op, const struct job *j)
{
    const struct bpmn_service *s;
    const struct pack *pack;
    int64_t days, ms, base = JOB_BACKOFF_MS;
    if (job_service(op, j, &s, &pack) == OK && duration_read(s->words[SERVICE_backoff], &days, &ms))
        base = days * MS_PER_DAY + ms;
    for (int64_t i = 1; i < j->attempts && base < JOB_BACKOFF_MOST_MS; i++)
        base *= 2;
    if (base > JOB_BACKOFF_MOST_MS)
        base = JOB_BACKOFF_MOST_MS;
    return base
        + (base / 10) * (int64_t)(str_hash((str){ (const char *)&j->id, sizeof j->id }) % 100)
        / 100;
}

enum err job_failed(struct op *op, int64_t id, const struct job_failure *f)
{
    struct job j;
    bool there;
    TRY(job_get(op, id, &j, &there));
    if (!there)
        return OK;
    bool over = f->for_good || j.attempts > j.retries;
    int64_t wait = f->after_ms > 0 ? f->after_ms : back_off(op, &j);
    memset(op->diag, 0, sizeof *op->diag);
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE job SET state = $3, owner = '', due_at = $4, error_zh = $5, error_en = $6"
        " WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(id), S_INT(over ? JOB_INCIDENT : JOB_WAITING),
        S_INT(op->now_ms + wait), S_TEXT(str_from(f->why.zh)), S_TEXT(str_from(f->why.en))));
    return over ? incident_tell(op, &j, &f->why) : OK;
}

/* ---- what is ours to do ---- */

static enum err put_record(
    struct op *op, const struct job *j, const struct bpmn_service *s, json_t **answer)
{
    struct record former = { 0 };
    struct diag_list faults;
    str code = s->words[SERVICE_register], key = json_str(j->request, "key");
    str reason = json_str(j->request, "reason");
    const json_t *values = json_object_get(j->request, "values");
    int64_t wanted = json_int(j->request, "ifVersion", -1);
    if (!json_is_object(values) || !key.bytes)
        return diag_set(op->diag, ERR_INVALID, "junma:key 应得出文字,junma:values 应得出一组值",
            "junma:key must give a text and junma:values a context");
    enum err e = record_by_key(op, code, key, &former);
    if (e != OK && (e != ERR_NOT_FOUND || wanted != 0))
        return e == ERR_NOT_FOUND ? diag_set(op->diag, e, "登记表 %.*s 中没有 %.*s",
                   "register %.*s has no record %.*s", STR_ARGS(code), STR_ARGS(key))
                                  : e;
    if (wanted >= 0 && former.version != wanted)
        return diag_set(op->diag, ERR_PRECONDITION, "%.*s 已被改为第 %lld 版,应为第 %lld 版",
            "%.*s is at version %lld by now, not %lld", STR_ARGS(key), (long long)former.version,
            (long long)wanted);
    json_t *data = json_keep(op->arena, former.data ? json_deep_copy(former.data) : json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_object_update(data, (json_t *)values);
    diag_list_init(&faults, op->arena, 20);
    if (!reason.bytes)
        reason = str_printf(op->arena, "%.*s %.*s", STR_ARGS(j->number), STR_ARGS(j->node));
    TRY(record_put(op, code, &former.id, data, reason, &faults));
    *answer = json_keep(op->arena, json_object());
    json_set_id(*answer, "id", former.id);
    json_set_int(*answer, "version", former.version + 1);
    return diag_arena(op->diag, op->arena);
}

enum err job_perform(struct op *op, const struct job *j)
{
    const struct bpmn_service *s;
    const struct pack *pack;
    json_t *answer = NULL;
    if (str_is(j->handler, "message"))
        return message_perform(op, j);
    TRY(job_service(op, j, &s, &pack));
    if (str_is(j->handler, "licence")) {
        TRY(licence_perform(op, j, s, &answer));
        return job_answer(op, j->id, answer);
    }
    if (!str_is(j->handler, "record"))
        return diag_set(op->diag, ERR_UNSUPPORTED, "没有处理方式 %.*s", "there is no handler %.*s",
            STR_ARGS(j->handler));
    TRY(put_record(op, j, s, &answer));
    return job_answer(op, j->id, answer);
}
