/* Instances, timers and messages of junma run; see run.h. Time is a number that only grows. */
#include "command/run.h"

#include "feel/feel.h"

#include <string.h>

enum { OFFSET_S = 8 * 3600 };

str world_name(const struct run_world *w, const struct bpmn_node *n)
{
    if (!command_zh(w->line) && n->name_en.bytes)
        return n->name_en;
    return n->name.bytes ? n->name : n->id;
}

/* ── saying ────────────────────────────────────────────────────────────────────────────────── */

void world_say(const struct run_world *w, int instance, const struct bpmn_node *node,
    const char *zh, const char *en, ...)
{
    struct arena scratch;
    va_list args;
    arena_init(&scratch, NULL, MIB);
    str at = instant_format(&scratch, w->host.now_ms, OFFSET_S);
    va_start(args, en);
    str text = str_vprintf(&scratch, command_zh(w->line) ? zh : en, args);
    va_end(args);
    printf("%.*s  ", (int)(at.bytes < 19 ? at.bytes : 19), at.data);
    if (w->instance_count > 1 && instance >= 0)
        printf("%.*s#%d  ", STR_ARGS(w->instances[instance].process->id), instance + 1);
    if (node)
        printf("%.*s  ", STR_ARGS(world_name(w, node)));
    printf("%.*s\n", STR_ARGS(text));
    arena_release(&scratch);
}

/* ── time ──────────────────────────────────────────────────────────────────────────────────── */

/* Working days are Monday to Friday here: a model alone has no calendar of a zone. */
static int64_t skip_weekends(int64_t from, int64_t until)
{
    int64_t at = from;
    for (int64_t days = (until - from) / MS_PER_DAY; days > 0;) {
        at += MS_PER_DAY;
        int64_t weekday = ((at + OFFSET_S * 1000LL) / MS_PER_DAY + 3) % 7; /* 0: Monday */
        days -= weekday < 5;
    }
    return at + (until - from) % MS_PER_DAY;
}

enum err world_after(
    struct run_world *w, int64_t from_ms, str duration, bool working, int64_t *due_ms)
{
    struct diag *d = &w->line->diag;
    struct feel_program *p;
    feel_value v = feel_null();
    str at = instant_format(&w->turn_arena, from_ms, 0);
    str text = str_printf(&w->turn_arena, "date and time(\"%.*s\") + duration(\"%.*s\")",
        STR_ARGS(at), STR_ARGS(duration));
    if (feel_compile(&w->turn_arena, text, NULL, &p, d) != OK
        || feel_eval(p, NULL, NULL, &w->turn_arena, &v, d) != OK
        || !feel_date_time_to_ms(v, due_ms))
        return diag_set(d, ERR_INVALID, "“%.*s”不是时长,应如 P2D、PT4H",
            "\"%.*s\" is no duration like P2D or PT4H", STR_ARGS(duration));
    if (working)
        *due_ms = skip_weekends(from_ms, *due_ms);
    return OK;
}

static enum err date_ms(struct run_world *w, str text, int64_t *ms)
{
    struct date day;
    if (date_parse(text, &day))
        text = str_printf(&w->turn_arena, "%.*sT00:00:00+08:00", STR_ARGS(text));
    if (instant_parse(text, ms)
        || instant_parse(str_printf(&w->turn_arena, "%.*s+08:00", STR_ARGS(text)), ms))
        return OK;
    return diag_set(
        &w->line->diag, ERR_INVALID, "“%.*s”不是时刻", "\"%.*s\" is no instant", STR_ARGS(text));
}

static enum err add_timer(struct run_world *w, struct run_timer t)
{
    struct run_timer *grown =
        arena_room(w->arena, w->timers, w->timer_count, &w->timer_capacity, sizeof *grown);
    if (!grown)
        return diag_arena(&w->line->diag, w->arena);
    w->timers = grown;
    w->timers[w->timer_count++] = t;
    return OK;
}

static void drop_timer(struct run_world *w, int instance, int64_t id)
{
    for (size_t n = 0; n < w->timer_count; n++)
        if (w->timers[n].instance == instance && w->timers[n].id == id) {
            w->timers[n] = w->timers[--w->timer_count];
            return;
        }
}

const struct run_timer *world_next_timer(const struct run_world *w)
{
    const struct run_timer *first = NULL;
    for (size_t n = 0; n < w->timer_count; n++) {
        const struct run_timer *t = &w->timers[n];
        if (!first || t->due_ms < first->due_ms
            || (t->due_ms == first->due_ms && t->id < first->id))
            first = t;
    }
    return first;
}

/* ── turns ─────────────────────────────────────────────────────────────────────────────────── */

static enum err add_mail(struct run_world *w, struct run_mail m)
{
    struct run_mail *grown =
        arena_room(w->arena, w->mail, w->mail_count, &w->mail_capacity, sizeof *grown);
    if (!grown)
        return diag_arena(&w->line->diag, w->arena);
    w->mail = grown;
    w->mail[w->mail_count++] = m;
    return OK;
}

static enum err timer_set(struct run_world *w, int instance, const struct bpmn_effect *e)
{
    struct run_timer t = { .instance = instance, .id = e->timer, .node = e->node };
    int64_t from = w->host.now_ms;
    if (e->timer_kind == BPMN_TIMER_DATE)
        TRY(date_ms(w, e->text, &t.due_ms));
    else
        TRY(world_after(w, from, e->text, e->working, &t.due_ms));
    if (t.due_ms < from)
        t.due_ms = from;
    str at = instant_format(&w->turn_arena, t.due_ms, OFFSET_S);
    world_say(w, instance, e->node, "定时 %1$.*2$s,到 %4$.*3$s", "timer %1$.*2$s, due %4$.*3$s",
        e->text.data, (int)e->text.bytes, (int)(at.bytes < 19 ? at.bytes : 19), at.data);
    return add_timer(w, t);
}

static const struct bpmn_node *find_process(
    const struct run_world *w, str id, const struct bpmn_model **m)
{
    for (size_t n = 0; n < w->file_count; n++) {
        const struct bpmn_node *p = bpmn_node_by_id(w->files[n].model, id);
        *m = w->files[n].model;
        if (p && p->kind == BPMN_PROCESS)
            return p;
    }
    return NULL;
}

static enum err task_created(struct run_world *w, int instance, const struct bpmn_effect *e)
{
    const struct bpmn_model *m = NULL;
    if (e->node->kind == BPMN_CALL_ACTIVITY) {
        const struct bpmn_node *p = find_process(w, e->text, &m);
        json_t *vars = bpmn_variables_of(w->instances[instance].state, e->token, w->arena);
        return world_start(w, m, p, STR_NONE, vars, instance, e->token);
    }
    str who = e->assignee.bytes ? e->assignee : e->unit.bytes ? e->unit : e->node->role;
    world_say(w, instance, e->node, "待办(%1$s%2$.0s)%5$.0s%4$.*3$s",
        "waits (%1$.0s%2$s)%5$s%4$.*3$s", bpmn_kind_zh(e->node->kind), bpmn_kind_en(e->node->kind),
        (int)who.bytes, who.data ? who.data : "", who.bytes ? " " : "");
    return OK;
}

static const char *end_zh(str how)
{
    return str_is(how, "completed") ? "办完"
        : str_is(how, "error")      ? "出错"
        : str_is(how, "cancelled")  ? "取消"
                                    : "终止";
}

/* Told always. */
static enum err tell(struct run_world *w, int instance, const struct bpmn_effect *e)
{
    switch (e->kind) {
    case BPMN_TASK_CREATED:
        return task_created(w, instance, e);
    case BPMN_TASK_COMPLETED:
        world_say(w, instance, e->node, "办结", "done");
        break;
    case BPMN_TASK_CANCELLED:
        world_say(w, instance, e->node, "取消", "cancelled");
        break;
    case BPMN_TIMER_SET:
        return timer_set(w, instance, e);
    case BPMN_TIMER_CANCELLED:
        drop_timer(w, instance, e->timer);
        break;
    case BPMN_DECIDED: {
        str text = json_text(&w->turn_arena, e->value);
        world_say(w, instance, e->node, "决策 %2$.*1$s → %4$.*3$s", "decision %2$.*1$s → %4$.*3$s",
            (int)e->text.bytes, e->text.data, (int)text.bytes, text.data);
        break;
    }
    case BPMN_MESSAGE_SENT:
        world_say(w, instance, e->node, "发出消息 %.*s", "sends message %.*s", STR_ARGS(e->text));
        return add_mail(w, (struct run_mail){ false, instance, str_copy(w->arena, e->text), NULL });
    case BPMN_SIGNAL_SENT:
        world_say(w, instance, e->node, "发出信号 %.*s", "sends signal %.*s", STR_ARGS(e->text));
        return add_mail(w, (struct run_mail){ true, instance, str_copy(w->arena, e->text), NULL });
    case BPMN_ERROR_UNCAUGHT:
        world_say(w, instance, e->node, "错误 %.*s 无人处理", "error %.*s is caught by nobody",
            STR_ARGS(e->text));
        w->instances[instance].failed = true;
        w->instances[instance].error = str_copy(w->arena, e->text);
        break;
    case BPMN_ESCALATED:
        world_say(w, instance, e->node, "升级 %.*s 无人处理", "escalation %.*s is caught by nobody",
            STR_ARGS(e->text));
        break;
    case BPMN_ENDED:
        world_say(w, instance, NULL, "流程结束(%s%.0s)", "the process ends (%.0s%s)", end_zh(e->text),
            str_terminated(&w->turn_arena, e->text));
        break;
    case BPMN_MOVED:
    case BPMN_ENTERED:
    case BPMN_LEFT:
    case BPMN_VARS_CHANGED:
        break;
    }
    return OK;
}

static void trace(struct run_world *w, int instance, const struct bpmn_effect *e)
{
    if (e->kind == BPMN_ENTERED)
        world_say(w, instance, e->node, "· 进入 %s%.0s", "· enters %.0s%s",
            bpmn_kind_zh(e->node->kind), bpmn_kind_en(e->node->kind));
    else if (e->kind == BPMN_LEFT)
        world_say(w, instance, e->node, "· 离开", "· leaves");
    else if (e->kind == BPMN_VARS_CHANGED) {
        str value = json_text(&w->turn_arena, e->value);
        world_say(w, instance, NULL, "· %2$.*1$s = %4$.*3$s", "· %2$.*1$s = %4$.*3$s",
            (int)e->text.bytes, e->text.data, (int)value.bytes, value.data);
    }
}

/* The call activity of another instance goes on when what it called has ended. */
static enum err tell_caller(struct run_world *w, int instance)
{
    const struct run_instance *i = &w->instances[instance];
    json_t *vars = bpmn_variables(i->state, w->arena);
    if (i->caller < 0 || !bpmn_ended(i->state))
        return OK;
    return i->failed ? world_fail(w, i->caller, i->caller_token, i->error)
                     : world_complete(w, i->caller, i->caller_token, vars);
}

static enum err after_turn(struct run_world *w, int instance, const struct bpmn_turn *t)
{
    size_t count = t->effect_count;
    w->turns++;
    for (size_t n = 0; n < count; n++) {
        if (w->trace)
            trace(w, instance, &t->effects[n]);
        TRY(tell(w, instance, &t->effects[n]));
    }
    return tell_caller(w, instance);
}

#define TURN(w, instance, call)                                                                    \
    do {                                                                                           \
        struct bpmn_turn turn;                                                                     \
        bpmn_turn_init(&turn, &(w)->host, &(w)->turn_arena, &(w)->line->diag);                     \
        TRY(call);                                                                                 \
        TRY(after_turn((w), (instance), &turn));                                                   \
    } while (0)

enum err world_start(struct run_world *w, const struct bpmn_model *m,
    const struct bpmn_node *process, str start_event, const json_t *vars, int caller, int64_t token)
{
    struct run_instance *grown =
        arena_room(w->arena, w->instances, w->instance_count, &w->instance_capacity, sizeof *grown);
    if (!grown)
        return diag_arena(&w->line->diag, w->arena);
    if (w->instance_count == RUN_INSTANCES_MAX)
        return diag_set(&w->line->diag, ERR_LIMIT, "流程实例超过 %d 个", "more than %d instances",
            RUN_INSTANCES_MAX);
    w->instances = grown;
    int n = (int)w->instance_count;
    struct bpmn_turn turn;
    struct bpmn_instance *state;
    w->instances[n] = (struct run_instance){
        .process = process, .model = m, .caller = caller, .caller_token = token
    };
    bpmn_turn_init(&turn, &w->host, &w->turn_arena, &w->line->diag);
    TRY(bpmn_start(&turn, &w->home, m, process->id, start_event, vars, &state));
    w->instances[n].state = state;
    w->instance_count++;
    world_say(
        w, n, NULL, "流程“%.*s”开始", "process \"%.*s\" begins", STR_ARGS(world_name(w, process)));
    return after_turn(w, n, &turn);
}

enum err world_complete(struct run_world *w, int instance, int64_t token, const json_t *vars)
{
    TURN(w, instance, bpmn_complete(&turn, w->instances[instance].state, token, vars));
    return OK;
}

enum err world_fail(struct run_world *w, int instance, int64_t token, str code)
{
    TURN(w, instance, bpmn_fail(&turn, w->instances[instance].state, token, code));
    return OK;
}

/* ── beginning ─────────────────────────────────────────────────────────────────────────────── */

static bool begins_by_itself(const struct bpmn_model *m, const struct bpmn_node *process)
{
    bool any = false;
    for (size_t n = 0; n < bpmn_node_count(m); n++) {
        const struct bpmn_node *node = bpmn_node_at(m, n);
        struct bpmn_start s;
        if (node->scope != process->index || !bpmn_start_at(m, node, &s))
            continue;
        any = true;
        if (s.kind == BPMN_STARTS_ALONE)
            return true;
    }
    return !any;
}

static enum err set_start_timers(
    struct run_world *w, const struct bpmn_model *m, const struct bpmn_node *process)
{
    for (size_t n = 0; n < bpmn_node_count(m); n++) {
        const struct bpmn_node *node = bpmn_node_at(m, n);
        struct bpmn_start s;
        if (node->scope != process->index || !bpmn_start_at(m, node, &s)
            || s.kind != BPMN_STARTS_BY_TIMER || !s.times)
            continue;
        struct run_timer t = { .instance = -1,
            .node = node,
            .model = m,
            .interval = s.duration,
            .remaining = s.times < 0 ? -1 : s.times - 1 };
        if (s.date.bytes)
            TRY(date_ms(w, s.date, &t.due_ms));
        else
            TRY(world_after(w, w->host.now_ms, s.duration, s.working, &t.due_ms));
        if (t.due_ms < w->host.now_ms)
            t.due_ms = w->host.now_ms;
        TRY(add_timer(w, t));
    }
    return OK;
}

enum err world_begin_all(struct run_world *w, const char *process, const json_t *vars)
{
    const struct bpmn_model *m = w->files[0].model;
    bool found = false;
    for (size_t n = 0; bpmn_process_at(m, n); n++) {
        const struct bpmn_node *p = bpmn_process_at(m, n);
        if (!p->executable || (process && !str_is(p->id, process)))
            continue;
        found = true;
        TRY(set_start_timers(w, m, p));
        if (begins_by_itself(m, p))
            TRY(world_start(w, m, p, STR_NONE, vars, -1, 0));
    }
    if (!found)
        return diag_set(&w->line->diag, ERR_NOT_FOUND, "文件中没有%s%s可执行的流程(isExecutable)",
            "the file has no executable process%s%s (isExecutable)", process ? ": " : "",
            process ? process : "");
    return OK;
}

enum err world_start_at(struct run_world *w, str event, const json_t *vars)
{
    for (size_t n = 0; n < w->file_count; n++) {
        const struct bpmn_node *node = bpmn_node_by_id(w->files[n].model, event);
        struct bpmn_start s;
        if (node && bpmn_start_at(w->files[n].model, node, &s))
            return world_start(w, w->files[n].model,
                bpmn_node_at(w->files[n].model, (size_t)node->scope), event, vars, -1, 0);
    }
    return diag_set(&w->line->diag, ERR_NOT_FOUND, "没有开始事件“%.*s”",
        "there is no start event \"%.*s\"", STR_ARGS(event));
}

enum err world_fire_next(struct run_world *w)
{
    const struct run_timer *next = world_next_timer(w);
    struct run_timer t = *next;
    w->timers[next - w->timers] = w->timers[w->timer_count - 1];
    w->timer_count--;
    if (t.due_ms > w->host.now_ms)
        w->host.now_ms = t.due_ms;
    world_say(w, t.instance, t.node, "到时", "is due");
    if (t.instance >= 0) {
        TURN(w, t.instance, bpmn_timer(&turn, w->instances[t.instance].state, t.id));
        return OK;
    }
    if (t.remaining) {
        struct run_timer again = t;
        again.remaining = t.remaining < 0 ? -1 : t.remaining - 1;
        TRY(world_after(w, t.due_ms, t.interval, false, &again.due_ms));
        TRY(add_timer(w, again));
    }
    return world_start(
        w, t.model, bpmn_node_at(t.model, (size_t)t.node->scope), t.node->id, NULL, -1, 0);
}

/* ── messages and signals ──────────────────────────────────────────────────────────────────── */

enum err world_send(struct run_world *w, bool signal, int from, str name, const json_t *vars)
{
    world_say(w, from, NULL, signal ? "外来信号 %.*s" : "外来消息 %.*s",
        signal ? "signal %.*s from outside" : "message %.*s from outside", STR_ARGS(name));
    return add_mail(w, (struct run_mail){ signal, from, name, vars });
}

static enum err hear(struct run_world *w, int instance, const struct run_mail *m, bool *taken)
{
    struct bpmn_instance *i = w->instances[instance].state;
    if (bpmn_ended(i))
        return OK;
    TURN(w, instance,
        m->signal ? bpmn_signal(&turn, i, m->name, m->vars, taken)
                  : bpmn_message(&turn, i, m->name, m->vars, taken));
    return OK;
}

/* A start event that this mail begins a process at. */
static enum err begin_by(struct run_world *w, const struct run_mail *m, bool *taken)
{
    for (size_t f = 0; f < w->file_count && (m->signal || !*taken); f++)
        for (size_t n = 0; n < bpmn_node_count(w->files[f].model) && (m->signal || !*taken); n++) {
            const struct bpmn_node *node = bpmn_node_at(w->files[f].model, n);
            struct bpmn_start s;
            if (!bpmn_start_at(w->files[f].model, node, &s) || !str_equal(s.name, m->name)
                || s.kind != (m->signal ? BPMN_STARTS_BY_SIGNAL : BPMN_STARTS_BY_MESSAGE))
                continue;
            *taken = true;
            TRY(world_start(w, w->files[f].model,
                bpmn_node_at(w->files[f].model, (size_t)node->scope), node->id, m->vars, -1, 0));
        }
    return OK;
}

/* Others before the sender; a signal goes to all but the sender, who has heard it. */
static enum err deliver_one(struct run_world *w, const struct run_mail *m, bool *taken)
{
    size_t count = w->instance_count;
    for (size_t n = 0; n < count && (m->signal || !*taken); n++) {
        bool heard = false;
        if ((int)n == m->from)
            continue;
        TRY(hear(w, (int)n, m, &heard));
        *taken |= heard;
    }
    if (!*taken && !m->signal && m->from >= 0)
        TRY(hear(w, m->from, m, taken));
    return begin_by(w, m, taken);
}

enum err world_deliver(struct run_world *w, bool *moved)
{
    *moved = false;
    for (size_t n = 0; n < w->mail_count; n++) {
        struct run_mail m = w->mail[n];
        bool taken = false;
        TRY(deliver_one(w, &m, &taken));
        if (!taken && !m.signal)
            continue; /* kept until somebody asks for it */
        memmove(&w->mail[n], &w->mail[n + 1], (w->mail_count - n - 1) * sizeof *w->mail);
        w->mail_count--;
        *moved = true;
        return OK;
    }
    return OK;
}

/* ── looking ───────────────────────────────────────────────────────────────────────────────── */

bool world_task(const struct run_world *w, str node, int *instance, int64_t *token)
{
    for (size_t n = 0; n < w->instance_count; n++)
        for (size_t k = 0; k < bpmn_waiting_count(w->instances[n].state); k++) {
            struct bpmn_waiting t = bpmn_waiting_at(w->instances[n].state, k);
            if (!t.task || t.node->kind == BPMN_CALL_ACTIVITY
                || (node.bytes && !str_equal(t.node->id, node) && !str_equal(t.node->name, node)
                    && !str_equal(t.node->name_en, node)))
                continue;
            *instance = (int)n;
            *token = t.token;
            return true;
        }
    return false;
}

bool world_all_ended(const struct run_world *w)
{
    for (size_t n = 0; n < w->instance_count; n++)
        if (!bpmn_ended(w->instances[n].state) || w->instances[n].failed)
            return false;
    return true;
}

void world_say_end(const struct run_world *w)
{
    for (size_t n = 0; n < w->mail_count; n++)
        world_say(w, w->mail[n].from, NULL, "消息 %.*s 没有谁接收",
            "message %.*s was taken by nobody", STR_ARGS(w->mail[n].name));
    for (size_t n = 0; n < w->instance_count; n++) {
        const struct bpmn_instance *i = w->instances[n].state;
        struct arena scratch;
        for (size_t k = 0; k < bpmn_waiting_count(i); k++) {
            struct bpmn_waiting t = bpmn_waiting_at(i, k);
            bool parent = false;
            for (size_t p = 0; p < bpmn_waiting_count(i); p++)
                parent |= bpmn_waiting_at(i, p).parent == t.token;
            if (!parent)
                world_say(w, (int)n, t.node, "仍在等待(%s%.0s)", "still waits (%.0s%s)",
                    bpmn_kind_zh(t.node->kind), bpmn_kind_en(t.node->kind));
        }
        arena_init(&scratch, NULL, 16 * MIB);
        str text = json_text(&scratch, bpmn_variables(i, &scratch));
        world_say(w, (int)n, NULL, "变量 %.*s", "variables %.*s", STR_ARGS(text));
        arena_release(&scratch);
    }
}
