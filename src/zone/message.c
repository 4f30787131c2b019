/* Messages to cases: who waits for what, and delivering. message.h tells the rules. */
#include "zone/message.h"

#include "zone/case_write.h"
#include "zone/job_internal.h"

#include <string.h>

enum { AWAITED_MAX = 256, KEPT_MS_DEFAULT = 24 * 3600 * 1000 };

static str number_key(struct op *op, str number)
{
    return str_printf(op->arena, "#%.*s", STR_ARGS(number));
}

static str canonical(struct op *op, const json_t *v)
{
    if (json_is_object(v) || json_is_array(v) || json_is_string(v))
        return json_text(op->arena, v);
    json_t *list = json_keep(op->arena, json_pack("[O]", v)); /* a number by itself is no text */
    str text = json_text(op->arena, list);
    return str_slice(text, 1, text.bytes - 1);
}

enum err message_key(struct op *op, const json_t *request, str number, str *key)
{
    str to = json_str(request, "to");
    const json_t *correlation = json_object_get(request, "correlation");
    if (to.bytes)
        *key = number_key(op, to);
    else if (correlation && !json_is_null(correlation))
        *key = canonical(op, correlation);
    else
        *key = canonical(op, json_keep(op->arena, json_from_str(number)));
    return diag_arena(op->diag, op->arena);
}

/* ---- who waits ---- */

static enum err put_waiting(struct moving *m, const struct bpmn_awaited *w)
{
    struct op *op = m->op;
    str key;
    json_t *request = json_keep(op->arena, json_object());
    if (request && w->correlation)
        json_object_set(request, "correlation", (json_t *)w->correlation);
    TRY(message_key(op, request, m->row.number, &key));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO waiting (zone, case_id, token, message, key) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (zone, case_id, token, message) DO NOTHING",
        S_TEXT(op->zone->code), S_INT(m->row.id), S_INT(w->token), S_TEXT(w->message),
        S_TEXT(key)));
    /* One that is kept for it goes out now. */
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE job SET due_at = $5 WHERE zone = $1 AND message = $2 AND message_key IN ($3, $4)"
        " AND state = 0",
        S_TEXT(op->zone->code), S_TEXT(w->message), S_TEXT(key),
        S_TEXT(number_key(op, m->row.number)), S_INT(op->now_ms)));
    if (store_changes(op->conn))
        zone_stir(op->zone);
    return OK;
}

enum err waiting_update(struct moving *m, struct bpmn_turn *turn)
{
    struct op *op = m->op;
    size_t count = 0;
    if (!bpmn_has_messages(m->system->procedure))
        return OK;
    struct bpmn_awaited *list = ARENA_ARRAY(op->arena, struct bpmn_awaited, AWAITED_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(bpmn_awaits(turn, m->instance, list, AWAITED_MAX, &count));
    TRY(STORE_EXEC(op->conn, op->diag, "DELETE FROM waiting WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(m->row.id)));
    for (size_t i = 0; i < count; i++)
        TRY(put_waiting(m, &list[i]));
    return OK;
}

/* ---- delivering ---- */

static enum err find_waiter(struct op *op, str name, str key, int64_t *case_id, int64_t *token)
{
    struct store_rows rows;
    bool by_number = str_starts(key, STR("#"));
    str what = by_number ? str_slice(key, 1, key.bytes) : key;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        by_number
            ? "SELECT w.case_id, w.token FROM cases c JOIN waiting w ON w.zone = c.zone AND"
              " w.case_id = c.id WHERE c.zone = $1 AND w.message = $2 AND c.number = $3"
              " ORDER BY w.token LIMIT 1"
            : "SELECT case_id, token FROM waiting WHERE zone = $1 AND message = $2 AND key = $3"
              " ORDER BY case_id, token LIMIT 1",
        S_TEXT(op->zone->code), S_TEXT(name), S_TEXT(what));
    TRY(e);
    *case_id = store_int(&rows, 0);
    *token = store_int(&rows, 1);
    store_rows_end(&rows);
    return OK;
}

struct delivery {
    str name, key, from;
    const json_t *data;
};

static enum err deliver(struct op *op, const struct delivery *d, struct message_sent *out)
{
    struct moving m;
    int64_t case_id, token, event;
    TRY(find_waiter(op, d->name, d->key, &case_id, &token));
    TRY(moving_load_any(op, case_id, &m));
    if (!m.instance)
        return ERR_NOT_FOUND;
    TRY(procedure_message(&m, token, d->name, d->data));
    TRY(moving_save(&m));
    json_t *data = verb_event(&m, "message", STR_NONE);
    json_set_str(data, "message", d->name);
    if (d->from.bytes)
        json_set_str(data, "from", d->from);
    TRY(event_write(&m, "case.message", data, false, &event));
    *out = (struct message_sent){ true, case_id, m.row.number };
    return OK;
}

static enum err nobody(struct op *op, str name)
{
    return diag_set(op->diag, ERR_NOT_FOUND, "没有办件在等待消息“%.*s”(按所给的编号或关联键)",
        "no case waits for the message \"%.*s\" with this number or key", STR_ARGS(name));
}

enum err message_send(struct op *op, const struct message *in, struct message_sent *out)
{
    struct delivery d = { .name = in->name, .from = in->from, .data = in->data };
    int64_t id;
    if (in->number.bytes)
        d.key = number_key(op, in->number);
    else
        d.key = canonical(op, in->correlation);
    enum err e = deliver(op, &d, out);
    if (e != ERR_NOT_FOUND)
        return e;
    if (!in->keep_ms)
        return nobody(op, in->name);
    json_t *request = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    if (in->data)
        json_object_set(request, "payload", (json_t *)in->data);
    json_set_int(request, "keep", in->keep_ms);
    json_set_str(request, "from", in->from);
    struct job j = {
        .handler = STR("message"), .request = request, .due_at = op->now_ms + in->keep_ms
    };
    *out = (struct message_sent){ 0 };
    return job_insert(op, &j, in->name, d.key, &id);
}

/* How long a message of a job may wait for somebody. */
static int64_t kept_ms(struct op *op, const struct job *j)
{
    const struct bpmn_service *s;
    const struct pack *pack;
    int64_t days, ms, asked = json_int(j->request, "keep", 0);
    struct diag none = { 0 };
    struct op look = *op;
    look.diag = &none;
    if (asked > 0)
        return asked;
    if (j->token && job_service(&look, j, &s, &pack) == OK
        && duration_read(s->words[SERVICE_timeout], &days, &ms))
        return days * MS_PER_DAY + ms;
    return KEPT_MS_DEFAULT;
}

enum err message_perform(struct op *op, const struct job *j)
{
    struct message_sent sent = { 0 };
    const json_t *payload = json_object_get(j->request, "payload");
    struct delivery d = { .name = j->message,
        .key = j->message_key,
        .from = json_str(j->request, "from"),
        .data = json_is_object(payload) ? payload : NULL };
    if (payload && !json_is_null(payload) && !d.data)
        return diag_set(op->diag, ERR_INVALID, "junma:payload 应得出一组变量",
            "junma:payload must give a context of variables");
    enum err e = deliver(op, &d, &sent);
    if (e == ERR_NOT_FOUND) {
        int64_t until = j->created_at + kept_ms(op, j);
        if (op->now_ms >= until)
            return nobody(op, j->message);
        memset(op->diag, 0, sizeof *op->diag);
        return STORE_EXEC(op->conn, op->diag,
            "UPDATE job SET state = 0, owner = '', due_at = $3 WHERE zone = $1 AND id = $2",
            S_TEXT(op->zone->code), S_INT(j->id), S_INT(until));
    }
    TRY(e);
    json_t *answer = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(answer, "number", sent.number);
    return job_answer(op, j->id, answer);
}
