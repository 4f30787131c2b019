/*
 * What promises do by themselves. Each open promise has an instant at which to look at it
 * (wake_at); a look finds what is due now and the instant of the next look:
 *
 *     running   reminders of the pack: at amber, at red, when broken, some working days later
 *               silence: the end has passed and the law says what that means
 *     paused    the pause has lasted as long as the law lets it: the clock goes on
 *
 * Reminders are given in office hours only, each once for a deadline; who missed several (the
 * server was down) gets the gravest. Silence and the end of a pause are law: they happen at their
 * instant, whatever the hour.
 */
#include "zone/case_write.h"
#include "zone/notice.h"
#include "zone/promise_internal.h"
#include "zone/service_result.h"

enum { LOOKS_A_WRITE = 100, ARENA_BYTES = 256 * 1024 * 1024, RETRY_MS = 3600000 };

struct look {
    struct op *op;
    struct case_row row;
    const struct pack_promise *def;
    struct promise p;
};

static const struct calendar_clock *clock_of(const struct op *op)
{
    return &zone_pack(op->zone)->clock;
}

/* ---- reminders ---- */

static enum err reminder_at(const struct look *l, const struct pack_reminder *r, int64_t *at)
{
    const struct calendar_clock *c = clock_of(l->op);
    int64_t day;
    *at = r->at == PACK_REMIND_AMBER ? l->p.amber_at
        : r->at == PACK_REMIND_RED   ? l->p.red_at
                                     : l->p.due_at + 1;
    if (!r->after)
        return OK;
    TRY(calendar_add_days(c->calendar, zone_local_days(l->op->zone, l->p.due_at), r->after, &day,
        NULL, l->op->diag));
    *at = calendar_open_ms(c, day);
    return OK;
}

static enum err recipients(struct look *l, const struct pack_reminder *r, struct people *out)
{
    for (size_t i = 0; i < r->to_count; i++)
        if (str_is(r->to[i], "assignee"))
            TRY(people_of_step(l->op, &l->row, l->p.task_id, out));
        else if (str_is(r->to[i], "applicant"))
            TRY(people_of_applicant(l->op, &l->row, out));
        else
            TRY(people_of_role(l->op, &l->row, r->to[i], out));
    return OK;
}

static struct name2 reminder_text(struct look *l, const struct pack_reminder *r)
{
    struct arena *a = l->op->arena;
    struct name2 due = moment_text(l->op, l->p.due_at);
    const struct case_row *c = &l->row;
    const struct pack_promise *d = l->def;
    if (r->at == PACK_REMIND_BROKEN && r->after)
        return (struct name2){ str_printf(a, "%.*s“%.*s”的“%.*s”逾期已满%d个工作日(期限%.*s)",
                                   STR_ARGS(c->number), STR_ARGS(c->title), STR_ARGS(d->name.zh),
                                   r->after, STR_ARGS(due.zh)),
            str_printf(a, "%.*s \"%.*s\": \"%.*s\" has been overdue for %d working days (due %.*s)",
                STR_ARGS(c->number), STR_ARGS(c->title), STR_ARGS(d->name.en), r->after,
                STR_ARGS(due.en)) };
    if (r->at == PACK_REMIND_BROKEN)
        return (struct name2){ str_printf(a, "%.*s“%.*s”的“%.*s”已逾期(期限%.*s)",
                                   STR_ARGS(c->number), STR_ARGS(c->title), STR_ARGS(d->name.zh),
                                   STR_ARGS(due.zh)),
            str_printf(a, "%.*s \"%.*s\": \"%.*s\" is overdue (due %.*s)", STR_ARGS(c->number),
                STR_ARGS(c->title), STR_ARGS(d->name.en), STR_ARGS(due.en)) };
    return (struct name2){ str_printf(a, "%.*s“%.*s”的“%.*s”将于%.*s到期%s", STR_ARGS(c->number),
                               STR_ARGS(c->title), STR_ARGS(d->name.zh), STR_ARGS(due.zh),
                               r->at == PACK_REMIND_RED ? ",时间已经不多" : ""),
        str_printf(a, "%.*s \"%.*s\": \"%.*s\" is due %.*s%s", STR_ARGS(c->number),
            STR_ARGS(c->title), STR_ARGS(d->name.en), STR_ARGS(due.en),
            r->at == PACK_REMIND_RED ? "; little time is left" : "") };
}

static const char *reminder_kind(const struct pack_reminder *r)
{
    return r->at == PACK_REMIND_AMBER ? "amber"
        : r->at == PACK_REMIND_RED    ? "red"
        : r->after                    ? "escalated"
                                      : "broken";
}

static enum err journal_reminder(
    struct look *l, const struct pack_reminder *r, const json_t *names)
{
    json_t *data = json_object();
    json_object_set_new(data, "verb", json_string("remind"));
    json_set_str(data, "promise", l->p.code);
    json_object_set_new(data, "at", json_string(reminder_kind(r)));
    json_set_str(data, "due", zone_instant_text(l->op, l->p.due_at));
    json_set_str(data, "text", reminder_text(l, r).zh);
    json_object_set(data, "to", (json_t *)names);
    return ledger_append(l->op,
        &(struct ledger_event){ .kind = "case.remind", .subject = l->row.id, .data = data }, NULL);
}

/* told: who has been told in this look already, by a graver rule. */
static enum err remind(struct look *l, size_t rule, struct people *told)
{
    struct op *op = l->op;
    const struct pack_reminder *r = &l->def->reminders[rule];
    struct people who = { .count = 0 };
    struct notice n = { .kind = reminder_kind(r),
        .case_id = l->row.id,
        .promise_id = l->p.id,
        .by_clock = true,
        .once = str_printf(op->arena, "remind:%lld:%zu:%lld", (long long)l->p.id, rule,
            (long long)l->p.due_at),
        .text = reminder_text(l, r) };
    json_t *names = json_keep(op->arena, json_array());
    TRY(diag_arena(op->diag, op->arena));
    TRY(recipients(l, r, &who));
    for (size_t i = 0; i < who.count; i++) {
        bool fresh = true;
        for (size_t k = 0; k < told->count; k++)
            fresh = fresh && told->ids[k] != who.ids[i];
        n.account = who.ids[i];
        if (fresh)
            TRY(notice_tell(op, &n, &fresh));
        if (!fresh)
            continue;
        json_array_append_new(names, json_from_str(who.names[i]));
        if (told->count < NOTICE_PEOPLE_MAX)
            told->ids[told->count++] = who.ids[i];
    }
    return json_array_size(names) ? journal_reminder(l, r, names) : OK;
}

static void sooner(int64_t *next, int64_t at)
{
    if (!*next || at < *next)
        *next = at;
}

static enum err look_reminders(struct look *l, int64_t *next)
{
    struct op *op = l->op;
    bool open = calendar_is_open(clock_of(op), op->now_ms);
    struct people told = { .count = 0 };
    for (size_t i = l->def->reminder_count; i-- > 0;) {
        int64_t at;
        if (l->p.reminded & (INT64_C(1) << i))
            continue;
        TRY(reminder_at(l, &l->def->reminders[i], &at));
        if (at > op->now_ms || !open) {
            sooner(next, office_moment(op->zone, at > op->now_ms ? at : op->now_ms));
            continue;
        }
        TRY(remind(l, i, &told));
        l->p.reminded |= INT64_C(1) << i;
    }
    return OK;
}

/* ---- silence ---- */

/* When the law takes the silence for an answer: after the end, and after the whole of a named day. */
static int64_t silence_at(const struct look *l)
{
    int64_t at = l->p.due_at + 1;
    if (!l->p.until_on)
        return at;
    int64_t over = tz_instant_of_days(zone_pack(l->op->zone)->tz, l->p.until_on + 1, 0);
    return over > at ? over : at;
}

static struct name2 silence_text(const struct look *l, int64_t day)
{
    struct arena *a = l->op->arena;
    const struct pack_statute *s = l->def->statute;
    struct date d = date_from_days(day);
    struct name2 article = s->silence_article.zh.bytes ? s->silence_article : s->article;
    return (struct name2){ str_printf(a, "期限已过未作处理,依据《%.*s》%.*s,自%d年%d月%d日起%.*s",
                               STR_ARGS(s->law.zh), STR_ARGS(article.zh), d.year, d.month, d.day,
                               STR_ARGS(s->silence.zh)),
        str_printf(a, "The limit has passed in silence. By %.*s, %.*s, as of %d-%02d-%02d: %.*s",
            STR_ARGS(s->law.en), STR_ARGS(article.en), d.year, d.month, d.day,
            STR_ARGS(s->silence.en)) };
}

/* The open step at which the promise stands. */
static enum err step_of(struct moving *m, const struct promise *p, int64_t *token)
{
    struct case_task *tasks;
    size_t count;
    *token = 0;
    TRY(case_tasks(m->op, m->row.id, &tasks, &count));
    for (size_t i = count; i-- > 0;)
        if ((str_is(tasks[i].state, "open") || str_is(tasks[i].state, "suspended"))
            && tasks[i].unit.bytes && (!p->task_id || tasks[i].id == p->task_id))
            *token = tasks[i].token;
    return OK;
}

/* What is granted by silence acts on licences as any grant does; what nobody can be asked for now
 * is left to the unit's licence desk. */
static enum err granted_by_silence(struct moving *m, json_t *variables)
{
    struct diag none = { 0 };
    struct op look = *m->op;
    json_t *results;
    look.diag = &none;
    enum err e = service_grant(&look, &m->row, m->variables, NULL, NULL, &results);
    if (e == OK)
        json_object_set(variables, "results", results);
    else if (e != ERR_INVALID)
        *m->op->diag = none;
    return e == ERR_INVALID ? OK : e;
}

static enum err tell_procedure(struct moving *m, const struct look *l, str day)
{
    json_t *v = json_keep(m->op->arena, json_object());
    int64_t token;
    TRY(diag_arena(m->op->diag, m->op->arena));
    json_object_set_new(v, "deemed", json_true());
    json_set_str(v, "deemed_on", day);
    if (!m->instance)
        return OK;
    if (l->def->silence_message.bytes)
        return procedure_announce(m, l->def->silence_message, v);
    TRY(step_of(m, &l->p, &token));
    if (!l->def->silence_verb.bytes || !token)
        return procedure_set(m, v);
    json_set_str(v, "verb", l->def->silence_verb);
    enum verb verb; /* what the law takes as done meets what it was promised for */
    if (verb_from(l->def->silence_verb, &verb)) {
        TRY(promises_met_by(m, verb, 0));
        if (verb == VERB_DECIDE && m->system->catalogue)
            TRY(granted_by_silence(m, v));
    }
    return procedure_complete(m, token, v);
}

static enum err tell_silence(struct look *l, const struct case_row *row, struct name2 text)
{
    struct people who = { .count = 0 };
    struct notice n = { .kind = "deemed",
        .case_id = row->id,
        .promise_id = l->p.id,
        .by_clock = true,
        .once = str_printf(l->op->arena, "deemed:%lld", (long long)l->p.id),
        .text = { str_printf(l->op->arena, "%.*s:%.*s", STR_ARGS(row->number), STR_ARGS(text.zh)),
            str_printf(l->op->arena, "%.*s: %.*s", STR_ARGS(row->number), STR_ARGS(text.en)) } };
    TRY(people_of_applicant(l->op, row, &who));
    TRY(people_of_step(l->op, &l->row, 0, &who));
    return notice_tell_all(l->op, &who, 0, &n);
}

static struct promise *own_copy(struct moving *m, int64_t id)
{
    for (size_t i = 0; i < m->promise_count; i++)
        if (m->promises[i].id == id)
            return &m->promises[i];
    return NULL;
}

static enum err act_on_silence(struct look *l)
{
    struct op *op = l->op;
    struct moving m;
    int64_t event, day = zone_local_days(op->zone, l->p.until_on ? silence_at(l) : l->p.due_at);
    TRY(moving_load(op, l->row.id, &m));
    struct promise *p = own_copy(&m, l->p.id);
    if (!p)
        return OK;
    p->silent = true;
    p->wake_at = 0;
    TRY(promise_update(op, p, "silence", 0, l->def->statute->silence.zh));
    if (l->def->statute->silence_from_start)
        day = zone_local_days(op->zone, l->p.started_at);
    struct name2 text = silence_text(l, day);
    str on = date_format(op->arena, date_from_days(day));
    TRY(tell_silence(l, &m.row, text));
    TRY(tell_procedure(&m, l, on));
    TRY(moving_save(&m));
    json_t *data = verb_event(&m, "deemed", text.zh);
    json_set_str(data, "textEn", text.en);
    json_set_str(data, "promise", l->p.code);
    json_set_str(data, "statute", l->def->statute->code);
    json_set_str(data, "on", on);
    TRY(event_write(&m, "case.deemed", data, true, &event));
    l->p = *p;
    return OK;
}

/* ---- a pause that has lasted as long as it may ---- */

static enum err pause_ends(const struct look *l, int64_t *at)
{
    const struct calendar_clock *c = clock_of(l->op);
    const struct pack_pause *pause = pack_pause(l->def, l->p.pause_code);
    int64_t from = l->p.paused_at, day = zone_local_days(l->op->zone, from);
    *at = 0;
    if (!pause || !pause->most)
        return OK;
    if (pause->most_unit == PACK_WORKING_HOURS)
        return calendar_add_minutes(c, from, (int64_t)pause->most * 60, at, NULL, l->op->diag);
    TRY(pause->most_unit == PACK_WORKING_DAYS
            ? calendar_add_days(c->calendar, day, pause->most, &day, NULL, l->op->diag)
            : calendar_add_calendar_days(c->calendar, day, pause->most, &day, NULL, l->op->diag));
    *at = calendar_close_ms(c, day);
    return OK;
}

static enum err end_pause(struct look *l)
{
    struct op *op = l->op;
    struct moving m;
    int64_t event;
    str why = STR("暂停已达法定最长时间,自动恢复计时");
    TRY(moving_load(op, l->row.id, &m));
    TRY(case_clocks_resume(&m, why));
    TRY(moving_save(&m));
    TRY(event_write(&m, "case.resume", verb_event(&m, "resume", why), true, &event));
    const struct promise *p = own_copy(&m, l->p.id);
    l->p = p ? *p : l->p;
    return OK;
}

/* ---- looking ---- */

static enum err look_at(struct look *l, int64_t *next)
{
    int64_t at;
    *next = 0;
    if (l->p.state == PROMISE_PAUSED) {
        TRY(pause_ends(l, &at));
        if (at && l->op->now_ms > at)
            TRY(end_pause(l));
        else
            *next = at ? at + 1 : 0;
    }
    if (l->p.state != PROMISE_RUNNING)
        return OK;
    if (l->def->statute && l->def->statute->silence.zh.bytes && !l->p.silent) {
        if (l->op->now_ms >= silence_at(l))
            return act_on_silence(l);
        sooner(next, silence_at(l));
    }
    return look_reminders(l, next);
}

static enum err look(struct op *op, int64_t case_id, int64_t promise_id)
{
    struct look l = { .op = op };
    struct promise *open;
    size_t count;
    const struct pack *pack;
    int64_t next = 0;
    TRY(case_get(op, case_id, &l.row));
    TRY(promise_list(op, case_id, true, &open, &count));
    for (size_t i = 0; i < count; i++)
        if (open[i].id == promise_id)
            l.p = open[i];
    if (l.p.id) {
        TRY(zone_pack_version(op, l.row.pack_version, &pack));
        l.def = promise_definition(op->zone, pack_kind(pack, l.row.kind), &l.p);
        if (l.def)
            TRY(look_at(&l, &next));
    }
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE promise SET wake_at = $3, reminded = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(promise_id), S_INT_OR_NULL(next), S_INT(l.p.reminded));
}

/* ---- all whose time has come, each failure by itself ---- */

struct watching {
    struct {
        int64_t id, case_id;
    } due[LOOKS_A_WRITE];
    size_t count, limit;
    struct diag why;
};

static enum err find_due(struct op *op, struct watching *w)
{
    struct store_rows rows;
    w->count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT id, case_id FROM promise WHERE zone = $1 AND wake_at IS NOT NULL AND wake_at <= $2"
        " ORDER BY wake_at, id LIMIT $3",
        S_TEXT(op->zone->code), S_INT(op->now_ms), S_INT((int64_t)w->limit)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more || w->count == LOOKS_A_WRITE)
            break;
        w->due[w->count].id = store_int(&rows, 0);
        w->due[w->count++].case_id = store_int(&rows, 1);
    }
    store_rows_end(&rows);
    return OK;
}

static enum err any_due(struct op *op, struct watching *w)
{
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = find_due(op, w);
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

/* Found again inside the write: what a verb has done meanwhile counts. */
static enum err look_at_some(struct op *op, void *ctx)
{
    struct watching *w = ctx;
    TRY(find_due(op, w));
    for (size_t i = 0; i < w->count; i++)
        TRY(look(op, w->due[i].case_id, w->due[i].id));
    return OK;
}

static enum err put_off(struct op *op, void *ctx)
{
    const struct watching *w = ctx;
    TRY(STORE_EXEC(op->conn, op->diag, "UPDATE promise SET wake_at = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(w->due[0].id), S_INT(op->now_ms + RETRY_MS)));
    json_t *data = json_object();
    json_set_str(data, "text", str_from(w->why.zh));
    json_set_str(data, "reason", str_from(w->why.en));
    return ledger_append(op,
        &(struct ledger_event){
            .kind = "case.timer-failed", .subject = w->due[0].case_id, .data = data },
        NULL);
}

static bool of_the_store(enum err e)
{
    return e == ERR_BUSY || e == ERR_STORE || e == ERR_STOPPING || e == ERR_READ_ONLY
        || e == ERR_DISK_FULL || e == ERR_IO;
}

static enum err watch_all(struct op *op, struct arena *scratch, int64_t *done)
{
    struct watching w = { .limit = LOOKS_A_WRITE };
    for (;;) {
        arena_reset(scratch);
        TRY(any_due(op, &w));
        if (!w.count)
            return OK;
        enum err e = zone_write(op, look_at_some, &w);
        if (e == OK) {
            *done += (int64_t)w.count;
        } else if (of_the_store(e)) {
            return e;
        } else if (w.limit > 1) {
            w.limit = 1; /* one by one from here, to know which it is */
        } else {
            w.why = *op->diag;
            TRY(zone_write(op, put_off, &w));
        }
    }
}

enum err promises_watch(struct op *op, int64_t *done)
{
    struct arena scratch;
    struct op own = *op;
    arena_init(&scratch, NULL, ARENA_BYTES);
    own.arena = &scratch;
    *done = 0;
    enum err e = watch_all(&own, &scratch, done);
    arena_release(&scratch);
    return e;
}
