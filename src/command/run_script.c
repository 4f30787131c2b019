/*
 * The answers of a modeller, one a line, done in their order. A line waits until it can be done.
 *
 *     handle {"answer": "yes"}            a task at the node of that id or name is completed
 *     handle after P2D {"answer": "no"}   two days later: what is due meanwhile comes first
 *     charge fails NO_FUNDS               the task fails with an error code
 *     message "Payment" {"amount": 3}     a message comes from outside
 *     signal alarm                        a signal
 *     wait PT4H                           time passes
 *     start ordered {"n": 1}              an instance begins at that start event
 *     # a remark
 */
#include "command/run.h"

#include "command/feel_text.h"

enum { SCRIPT_BYTES_MAX = 4 << 20 };

struct reading {
    struct run_world *w;
    const char *path;
    int line;
};

static enum err wrong(const struct reading *s, const char *zh, const char *en)
{
    struct diag *d = &s->w->line->diag;
    enum err err = diag_set(d, ERR_INVALID, "%s%.0s", "%.0s%s", zh, en);
    diag_at(d, s->path, s->line, 0);
    return err;
}

/* The next word: up to a blank, or in quotes. */
static str take_word(str *rest)
{
    *rest = str_trim(*rest);
    bool quoted = rest->bytes && rest->data[0] == '"';
    size_t from = quoted ? 1 : 0, to = from;
    while (to < rest->bytes && (quoted ? rest->data[to] != '"' : rest->data[to] != ' '))
        to++;
    str word = str_slice(*rest, from, to);
    *rest = str_trim(str_slice(*rest, quoted && to < rest->bytes ? to + 1 : to, rest->bytes));
    return word;
}

static enum err read_vars(const struct reading *s, str rest, struct run_step *step)
{
    json_t *vars;
    if (!rest.bytes)
        return OK;
    if (rest.data[0] != '{')
        return wrong(s, "看不懂这一行:变量应写成 {\"名称\": 值}",
            "this line is not understood: variables are written {\"name\": value}");
    enum err err = json_parse(s->w->arena, rest, &vars, &s->w->line->diag);
    if (err) {
        diag_at(&s->w->line->diag, s->path, s->line, 0);
        return err;
    }
    step->vars = vars;
    return OK;
}

static enum err read_task(const struct reading *s, str rest, struct run_step *step)
{
    str copy = rest, word = take_word(&copy);
    if (str_is(word, "fails")) {
        step->act = ACT_FAIL;
        step->code = take_word(&copy);
        if (!step->code.bytes)
            return wrong(s, "fails 之后须写错误代码", "after fails comes the error code");
        rest = copy;
    } else if (str_is(word, "after")) {
        step->after = take_word(&copy);
        rest = copy;
    }
    return read_vars(s, rest, step);
}

static enum err read_line(const struct reading *s, str text, struct run_step *step)
{
    static const struct {
        const char *word;
        enum run_act act;
    } words[] = { { "message", ACT_MESSAGE }, { "signal", ACT_SIGNAL }, { "wait", ACT_WAIT },
        { "start", ACT_START } };
    bool quoted = text.data[0] == '"';
    str rest = text, first = take_word(&rest);
    *step = (struct run_step){ .act = ACT_COMPLETE, .line = s->line, .name = first };
    for (size_t i = 0; i < 4 && !quoted; i++) {
        if (!str_is(first, words[i].word))
            continue;
        step->act = words[i].act;
        step->name = take_word(&rest);
        step->after = step->act == ACT_WAIT ? step->name : STR_NONE;
        if (!step->name.bytes)
            return wrong(s, "这一行没有写完", "this line is not complete");
        return read_vars(s, rest, step);
    }
    return read_task(s, rest, step);
}

enum err script_read(struct run_world *w, const char *path)
{
    const struct sys *sys = w->line->sys;
    struct reading s = { w, path, 0 };
    str text, line;
    if (str_is(str_from(path), "-"))
        TRY(feel_stream_read(w->line, stdin, &text));
    else
        TRY(sys->file_read(sys->ctx, w->arena, path, SCRIPT_BYTES_MAX, &text, &w->line->diag));
    if (!str_is_utf8(text))
        return wrong(&s, "不是 UTF-8 文本", "this is not UTF-8 text");
    while (str_split(&text, '\n', &line)) {
        struct run_step step;
        s.line++;
        line = str_trim(line);
        if (!line.bytes || line.data[0] == '#')
            continue;
        TRY(read_line(&s, line, &step));
        struct run_step *grown =
            arena_room(w->arena, w->steps, w->step_count, &w->step_capacity, sizeof *grown);
        if (!grown)
            return diag_arena(&w->line->diag, w->arena);
        w->steps = grown;
        w->steps[w->step_count++] = step;
    }
    w->by_script = true;
    return OK;
}

/* ── doing ─────────────────────────────────────────────────────────────────────────────────── */

/* Lets time pass; what is due before comes first. */
static enum err pass_time(struct run_world *w, str duration)
{
    int64_t until;
    TRY(world_after(w, w->host.now_ms, duration, false, &until));
    for (const struct run_timer *t = world_next_timer(w); t && t->due_ms <= until;
         t = world_next_timer(w)) {
        bool moved = true;
        TRY(world_fire_next(w));
        while (moved)
            TRY(world_deliver(w, &moved));
        if (w->turns > RUN_TURNS_MAX)
            return OK;
    }
    w->host.now_ms = until;
    return OK;
}

static enum err do_task(struct run_world *w, const struct run_step *s, bool *done)
{
    int instance;
    int64_t token;
    if (!world_task(w, s->name, &instance, &token))
        return OK;
    if (s->after.bytes)
        TRY(pass_time(w, s->after));
    *done = true;
    if (s->after.bytes && !world_task(w, s->name, &instance, &token)) {
        world_say(w, -1, NULL, "剧本第 %1$d 行:“%3$.*2$s”已不在等待",
            "script line %1$d: \"%3$.*2$s\" no longer waits", s->line, (int)s->name.bytes,
            s->name.data);
        return OK;
    }
    return s->act == ACT_FAIL ? world_fail(w, instance, token, s->code)
                              : world_complete(w, instance, token, s->vars);
}

enum err script_step(struct run_world *w, bool *done)
{
    *done = false;
    if (w->next_step == w->step_count)
        return OK;
    const struct run_step *s = &w->steps[w->next_step];
    enum err err = OK;
    switch (s->act) {
    case ACT_COMPLETE:
    case ACT_FAIL:
        err = do_task(w, s, done);
        break;
    case ACT_MESSAGE:
    case ACT_SIGNAL:
        err = world_send(w, s->act == ACT_SIGNAL, -1, s->name, s->vars);
        *done = true;
        break;
    case ACT_WAIT:
        err = pass_time(w, s->after);
        *done = true;
        break;
    case ACT_START:
        err = world_start_at(w, s->name, s->vars);
        *done = true;
        break;
    }
    if (*done)
        w->next_step++;
    return err;
}
