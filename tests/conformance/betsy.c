/*
 * Runs the open part of the betsy suite: `betsy DIR` with DIR/expect.tsv, DIR/models, DIR/refuse
 * (../shared/conformance/README.md). Every failure is a line; the last line is
 * "N passed, M failed". -v prints the reasons of refusals too.
 *
 * The suite's scripts and conditions are a vocabulary of its own, which is supplied here as a
 * dialect: script tokens write the trace, `name.contains("x")` means FEEL's contains(name, "x").
 * Time is virtual: it jumps from timer to timer until the case's delay is over. Messages and
 * signals that leave one instance are handed to the others and to processes that start by them.
 *
 * A trace is compared as a multiset: what runs in parallel has no order of its own.
 */
#include "bpmn/bpmn.h"
#include "bpmn/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES_MAX = 32, ALARMS_MAX = 256, TRACE_MAX = 256, POST_MAX = 64 };

struct alarm {
    int64_t due_ms, id; /* a timer, or a task that takes its time */
    int instance;
    bool task;
};

struct post {
    bool signal;
    str name;
    int from;
};

struct stage {
    struct arena arena;
    const struct bpmn_model *model;
    struct bpmn_instance *instances[INSTANCES_MAX];
    int instance_count;
    struct alarm alarms[ALARMS_MAX];
    int alarm_count;
    struct post posts[POST_MAX];
    int post_count;
    const char *trace[TRACE_MAX];
    int trace_count;
    bool marker;
    int64_t now_ms;
    const char *test;
    const char *number;
};

static void log_word(struct stage *s, const char *word)
{
    if (s->trace_count < TRACE_MAX)
        s->trace[s->trace_count++] = word;
}

/* ── the dialect ───────────────────────────────────────────────────────────────────────────── */

/* [!]name.contains("text"), and nothing else of that language; what follows the closing bracket
 * (one model has a stray '>') is dropped. */
static str to_feel(void *ctx, struct arena *a, str text)
{
    (void)ctx;
    bool negated = text.bytes && text.data[0] == '!';
    str rest = negated ? str_slice(text, 1, text.bytes) : text;
    ptrdiff_t at = str_find(rest, STR(".contains("), 0);
    ptrdiff_t end = at < 0 ? -1 : str_find(rest, STR(")"), (size_t)at);
    if (end < 0)
        return text;
    str name = str_slice(rest, 0, (size_t)at);
    str inside = str_slice(rest, (size_t)at + 10, (size_t)end);
    return str_printf(a, "%scontains(%.*s, %.*s)%s", negated ? "not(" : "", STR_ARGS(name),
        STR_ARGS(inside), negated ? ")" : "");
}

static void run_word(struct stage *s, str word, const json_t *variables, struct arena *a,
    struct bpmn_script_result *out)
{
    int64_t n = json_int(variables, "integerVariable", 0);
    if (str_starts(word, STR("SCRIPT_task")))
        log_word(s, str_terminated(&s->arena, str_printf(&s->arena, "Task%.*s",
            STR_ARGS(str_slice(word, 11, word.bytes)))));
    else if (str_starts(word, STR("INCREMENT_INTEGER_VARIABLE")))
        out->changes = json_keep(a, json_pack("{s:I}", "integerVariable", (json_int_t)n + 1));
    else if (str_is(word, "SET_STRING_DATA"))
        out->changes = json_keep(a, json_pack("{s:s}", "data", "String"));
    else if (str_is(word, "LOG_DATA") && str_is(json_str(variables, "data"), "String"))
        log_word(s, "DataCorrect");
    else if (str_is(word, "THROW_ERROR"))
        out->error = STR("ERR_CODE");
    else if (str_is(word, "WAIT_TEN_SECONDS"))
        out->later = true;
    else if (str_is(word, "CREATE_MARKER_FILE"))
        s->marker = true;
    if (str_is(word, "INCREMENT_INTEGER_VARIABLE_AND_LOG"))
        log_word(s, "Increment");
}

static enum err script(void *ctx, const struct bpmn_node *node, str text, const json_t *variables,
    struct arena *a, struct bpmn_script_result *out, struct diag *d)
{
    (void)node;
    (void)d;
    size_t from = 0;
    for (size_t i = 0; i <= text.bytes; i++) {
        bool end = i == text.bytes || strchr(" ,;\n\t", text.data[i]);
        if (end && i > from)
            run_word(ctx, str_slice(text, from, i), variables, a, out);
        from = end ? i + 1 : from;
    }
    return OK;
}

/* ── turns ─────────────────────────────────────────────────────────────────────────────────── */

static bool duration_ms(str text, int64_t *ms)
{
    int64_t number = 0;
    bool time = false;
    *ms = 0;
    for (size_t i = 1; i < text.bytes; i++) {
        char c = text.data[i];
        if (c >= '0' && c <= '9')
            number = number * 10 + (c - '0');
        else if (c == 'T')
            time = true;
        else {
            *ms += number * (c == 'D' ? MS_PER_DAY : c == 'H' ? MS_PER_HOUR
                : c == 'M' && time            ? MS_PER_MINUTE
                : c == 'S'                    ? MS_PER_SECOND
                                              : 30 * (int64_t)MS_PER_DAY);
            number = 0;
        }
    }
    return text.bytes > 1;
}

static void set_alarm(struct stage *s, int instance, const struct bpmn_effect *e)
{
    struct alarm a = { .id = e->timer, .instance = instance, .due_ms = s->now_ms };
    int64_t ms = 0;
    if (e->kind == BPMN_TASK_CREATED) {
        a.id = e->token;
        a.task = true;
        a.due_ms += 10000;
    } else if (e->timer_kind == BPMN_TIMER_DURATION && duration_ms(e->text, &ms)) {
        a.due_ms += ms;
    } else if (instant_parse(e->text, &ms)) {
        a.due_ms = ms;
    }
    if (s->alarm_count < ALARMS_MAX)
        s->alarms[s->alarm_count++] = a;
}

static void take_effects(struct stage *s, int instance, const struct bpmn_turn *t)
{
    for (size_t i = 0; i < t->effect_count; i++) {
        const struct bpmn_effect *e = &t->effects[i];
        if (e->kind == BPMN_TIMER_SET || e->kind == BPMN_TASK_CREATED)
            set_alarm(s, instance, e);
        if (e->kind == BPMN_ERROR_UNCAUGHT)
            log_word(s, "ErrorThrownErrorEvent");
        if ((e->kind == BPMN_MESSAGE_SENT
            || e->kind == BPMN_SIGNAL_SENT) && s->post_count < POST_MAX)
            s->posts[s->post_count++] = (struct post){ e->kind == BPMN_SIGNAL_SENT, e->text,
                instance };
    }
}

/* After every turn the state is saved and read back; the case goes on with what was read. */
static void save_and_restore(struct stage *s, int instance)
{
    struct diag d = { 0 };
    struct bpmn_instance *back = NULL;
    str text, again;
    enum err err = bpmn_save(s->instances[instance], &s->arena, &text, &d);
    if (err == OK)
        err = bpmn_restore(&s->arena, s->model, text, &back, &d);
    if (err == OK)
        err = bpmn_save(back, &s->arena, &again, &d);
    if (err == OK && str_equal(text, again)) {
        s->instances[instance] = back;
        return;
    }
    printf("  state: %s\n  %.*s\n", d.en, STR_ARGS(text));
    log_word(s, "StateLost");
}

static void took(struct stage *s, int instance, struct bpmn_turn *t, enum err err)
{
    if (err == OK) {
        take_effects(s, instance, t);
        save_and_restore(s, instance);
    }
    if (err != OK && err != ERR_NOT_FOUND && err != ERR_NOT_ALLOWED)
        log_word(s, "RuntimeException");
}

static struct bpmn_turn turn_of(struct stage *s, struct bpmn_host *host, struct diag *d)
{
    struct bpmn_turn t;
    *host = (struct bpmn_host){ .ctx = s, .now_ms = s->now_ms, .script = script };
    bpmn_turn_init(&t, host, &s->arena, d);
    return t;
}

static void start(struct stage *s, str process, str event)
{
    if (s->instance_count == INSTANCES_MAX)
        return;
    struct bpmn_host host;
    struct diag d = { 0 };
    struct bpmn_turn t = turn_of(s, &host, &d);
    struct bpmn_instance *i = NULL;
    json_t *vars = json_keep(&s->arena, json_object());
    json_set_str(vars, "test", str_from(s->test));
    json_set_int(vars, "integerVariable", atoll(s->number));
    enum err err = bpmn_start(&t, &s->arena, s->model, process, event, vars, &i);
    int at = s->instance_count;
    if (err == OK)
        s->instances[s->instance_count++] = i;
    took(s, at, &t, err);
}

/* Processes that begin by this message or signal. */
static bool start_by(struct stage *s, const struct post *p)
{
    bool any = false;
    for (size_t n = 0; n < bpmn_node_count(s->model) && (p->signal || !any); n++) {
        const struct bpmn_node *node = bpmn_node_at(s->model, n);
        const struct bpmn_node *in = node->scope >= 0 ? bpmn_node_at(s->model,
            (size_t)node->scope) : NULL;
        const struct bpmn_event *e = bpmn_event_of(node->plan,
            p->signal ? EVENT_SIGNAL : EVENT_MESSAGE);
        bool begins = node->kind == BPMN_START_EVENT
            || (node->kind == BPMN_RECEIVE_TASK && node->plan->instantiate);
        if (!begins || !e || !in || in->kind != BPMN_PROCESS || !str_equal(e->name, p->name))
            continue;
        start(s, in->id, node->id);
        any = true;
    }
    return any;
}

static void deliver(struct stage *s, struct post p)
{
    bool taken = false;
    for (int i = 0; i < s->instance_count && (p.signal || !taken); i++) {
        struct bpmn_host host;
        struct diag d = { 0 };
        struct bpmn_turn t = turn_of(s, &host, &d);
        bool heard = false;
        if (i == p.from && p.signal)
            continue; /* heard already */
        enum err err = p.signal ? bpmn_signal(&t, s->instances[i], p.name, NULL, &heard)
                                : bpmn_message(&t, s->instances[i], p.name, NULL, &heard);
        took(s, i, &t, err);
        taken = taken || heard;
    }
    if (p.signal || !taken)
        start_by(s, &p);
}

static void deliver_all(struct stage *s)
{
    for (int i = 0; i < s->post_count; i++)
        deliver(s, s->posts[i]);
    s->post_count = 0;
}

static bool next_alarm(struct stage *s, int64_t until_ms)
{
    int first = -1;
    for (int i = 0; i < s->alarm_count; i++)
        if (s->alarms[i].due_ms <=
            until_ms && (first < 0 || s->alarms[i].due_ms < s->alarms[first].due_ms))
            first = i;
    if (first < 0)
        return false;
    struct alarm a = s->alarms[first];
    s->alarms[first] = s->alarms[--s->alarm_count];
    s->now_ms = a.due_ms > s->now_ms ? a.due_ms : s->now_ms;
    struct bpmn_host host;
    struct diag d = { 0 };
    struct bpmn_turn t = turn_of(s, &host, &d);
    enum err err = a.task ? bpmn_complete(&t, s->instances[a.instance], a.id, NULL)
                          : bpmn_timer(&t, s->instances[a.instance], a.id);
    took(s, a.instance, &t, err);
    deliver_all(s);
    return true;
}

/* ── one case ──────────────────────────────────────────────────────────────────────────────── */

static str read_all(struct arena *a, const char *path)
{
    str out = STR_NONE;
    struct diag d = { 0 };
    const struct sys *sys = sys_real();
    if (sys->file_read(sys->ctx, a, path, 16 * MIB, &out, &d) != OK)
        fprintf(stderr, "%s\n", d.en);
    return out;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static str sorted(struct arena *a, const char **words, int count)
{
    struct buf b;
    buf_init(&b, a, 8192);
    qsort(words, (size_t)count, sizeof *words, by_text);
    for (int i = 0; i < count; i++)
        buf_printf(&b, "%s%s", i ? " " : "", words[i]);
    return buf_str(&b);
}

static str sorted_text(struct arena *a, str text)
{
    const char *words[TRACE_MAX];
    int count = 0;
    str rest = text, word;
    while (count < TRACE_MAX && str_split(&rest, ' ', &word))
        if (word.bytes)
            words[count++] = str_terminated(a, word);
    return sorted(a, words, count);
}

struct bench_case {
    str group, model, number, test, integer, parallel, delay, expected;
};

static bool run_case(const char *dir, const struct bench_case *c)
{
    static const struct bpmn_dialect dialect = { .expression = to_feel, .scripts_by_host = true };
    struct stage s = { 0 };
    struct diag_list faults;
    int64_t delay = 0;
    arena_init(&s.arena, NULL, 256 * MIB);
    diag_list_init(&faults, &s.arena, 5);
    str path = str_printf(&s.arena, "%s/models/%.*s/%.*s.bpmn", dir, STR_ARGS(c->group),
        STR_ARGS(c->model));
    str_to_int64(c->delay, &delay);
    s.test = str_terminated(&s.arena, c->test);
    s.number = str_terminated(&s.arena, c->integer);
    str xml = read_all(&s.arena, str_terminated(&s.arena, path));
    if (bpmn_load(&s.arena, c->model, xml, &dialect, &s.model, &faults) != OK) {
        for (size_t i = 0; i < faults.count; i++)
            printf("  %.*s\n", STR_ARGS(diag_line(&s.arena, faults.items[i], "en")));
        log_word(&s, "GenericError");
    } else {
        if (c->parallel.bytes)
            start(&s, STR("ParallelProcess"), STR_NONE);
        start(&s, c->model, STR_NONE);
        deliver_all(&s);
        while (next_alarm(&s, delay))
            continue;
    }
    if (s.marker && str_find(c->expected, STR("MarkerExists"), 0) >= 0) /* looked at when asked */
        log_word(&s, "MarkerExists");
    str got = sorted(&s.arena, s.trace, s.trace_count), want = sorted_text(&s.arena, c->expected);
    bool same = str_equal(got, want);
    if (!same)
        printf("%.*s %.*s: expected [%.*s], got [%.*s]\n", STR_ARGS(c->model), STR_ARGS(c->number),
            STR_ARGS(want), STR_ARGS(got));
    arena_release(&s.arena);
    return same;
}

static void run_models(const char *dir, int *passed, int *failed)
{
    struct arena a;
    arena_init(&a, NULL, 64 * MIB);
    str text = read_all(&a, str_terminated(&a, str_printf(&a, "%s/expect.tsv", dir))), line;
    str_split(&text, '\n', &line); /* the head */
    while (str_split(&text, '\n', &line)) {
        struct bench_case c = { 0 };
        str *fields[] = { &c.group, &c.model, &c.number, &c.test, &c.integer, &c.parallel,
            &c.delay, &c.expected };
        if (line.bytes && line.data[line.bytes - 1] == '\r')
            line.bytes--;
        if (!line.bytes)
            continue;
        for (int i = 0; i < 8; i++)
            str_split(&line, '\t', fields[i]);
        if (run_case(dir, &c))
            ++*passed;
        else
            ++*failed;
    }
    arena_release(&a);
}

/* ── refusals ──────────────────────────────────────────────────────────────────────────────── */

static bool refuses(const char *path, bool verbose)
{
    static const struct bpmn_dialect dialect = { .expression = to_feel, .scripts_by_host = true };
    struct arena a;
    struct diag_list faults;
    const struct bpmn_model *m;
    arena_init(&a, NULL, 64 * MIB);
    diag_list_init(&faults, &a, 3);
    str xml = read_all(&a, path);
    bool refused = bpmn_load(&a, str_from(strrchr(path, '/') + 1), xml, &dialect, &m,
        &faults) != OK;
    for (size_t i = 0; i < faults.count && verbose; i++)
        printf("  %.*s\n", STR_ARGS(diag_line(&a, faults.items[i], "en")));
    arena_release(&a);
    return refused;
}

static void walk_refusals(const char *dir, bool verbose, int *passed, int *failed)
{
    struct arena a;
    struct diag d = { 0 };
    str *names = NULL;
    size_t count = 0;
    const struct sys *sys = sys_real();
    arena_init(&a, NULL, 16 * MIB);
    if (sys->dir_list(sys->ctx, &a, dir, &names, &count, &d) != OK)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        char *path = str_terminated(&a, str_printf(&a, "%s/%.*s", dir, STR_ARGS(names[i])));
        if (str_ends(names[i], STR("/"))) {
            path[strlen(path) - 1] = 0;
            walk_refusals(path, verbose, passed, failed);
        } else if (str_ends(names[i], STR(".bpmn"))) {
            if (verbose)
                printf("%s\n", path);
            if (refuses(path, verbose)) {
                ++*passed;
            } else {
                printf("not refused: %s\n", path);
                ++*failed;
            }
        }
    }
    arena_release(&a);
}

int main(int argc, char **argv)
{
    bool verbose = argc > 2 && !strcmp(argv[2], "-v");
    int passed = 0, failed = 0, refused = 0, accepted = 0;
    char refuse[4096];
    if (argc < 2 || strlen(argv[1]) > 4000) {
        fprintf(stderr, "usage: betsy DIR [-v]\n");
        return 2;
    }
    run_models(argv[1], &passed, &failed);
    snprintf(refuse, sizeof refuse, "%s/refuse", argv[1]);
    walk_refusals(refuse, verbose, &refused, &accepted);
    printf("executions: %d of %d\nrefusals: %d of %d\n", passed, passed + failed, refused,
        refused + accepted);
    printf("%d passed, %d failed\n", passed + refused, failed + accepted);
    return failed + accepted ? 1 : 0;
}
