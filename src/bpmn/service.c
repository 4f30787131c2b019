/*
 * Handlers of service and send tasks: read from their attributes, evaluated when the task is
 * offered, their answers taken; and the messages an instance waits for, with what they are
 * correlated by. service.h tells the outside.
 */
#include "bpmn/read.h"
#include "bpmn/run.h"
#include "bpmn/service.h"

#include <string.h>

enum { LISTENERS_MAX = 256 };

struct bpmn_service_plan {
    struct bpmn_expr exprs[SERVICE_SETTING_COUNT];
    struct bpmn_expr result;
};

enum form { WORD, FEEL, EITHER };

static const struct {
    const char *name, *handlers;
    enum form form;
} settings[SERVICE_SETTING_COUNT] = {
#define S(name, handlers, form) { #name, handlers, form },
#include "bpmn/services.def"
#undef S
};

static const char *const handlers[] = { "http", "record", "licence", "message" };

/* ── reading ───────────────────────────────────────────────────────────────────────────────── */

bool service_attribute(const xmlNode *n, const char *name)
{
    if (!xml_is(n, "serviceTask") && !xml_is(n, "sendTask"))
        return false;
    for (size_t i = 0; i < SERVICE_SETTING_COUNT; i++)
        if (!strcmp(settings[i].name, name))
            return true;
    return !strcmp(name, "handler") || !strcmp(name, "result") || !strcmp(name, "resultVariable");
}

static bool handler_known(struct reader *r, const xmlNode *n, str handler)
{
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (str_is(handler, handlers[i]))
            return true;
    fault(r, n, ERR_UNSUPPORTED,
        "没有处理方式 junma:handler=“%.*s”,可用 http、record、licence、message",
        "there is no junma:handler \"%.*s\": use http, record, licence or message",
        SAY(str_slice(handler, 0, handler.bytes < 80 ? handler.bytes : 80)));
    return false;
}

static bool fits(str handler, const char *handlers_of)
{
    str word, rest = str_from(handlers_of);
    while (str_split(&rest, ' ', &word))
        if (str_is(word, "*") || str_equal(word, handler))
            return true;
    return false;
}

/* "404=none 5xx=down": a status, or a class of them, and a code. */
static bool error_pair(str pair, str *status, str *code)
{
    *code = pair;
    if (!str_split(code, '=', status) || status->bytes != 3 || !code->bytes)
        return false;
    char first = status->data[0];
    bool digits = true;
    for (int i = 1; i < 3; i++)
        digits = digits && status->data[i] >= '0' && status->data[i] <= '9';
    return first >= '1' && first <= '5'
        && (digits || (status->data[1] == 'x' && status->data[2] == 'x'));
}

static void check_errors(struct reader *r, const xmlNode *n, str text)
{
    str pair, status, code;
    while (str_split(&text, ' ', &pair))
        if (pair.bytes && !error_pair(pair, &status, &code))
            fault(r, n, ERR_INVALID,
                "junma:errors 中的“%.*s”应写作 状态=错误代码,如 404=not-found 或 5xx=down",
                "\"%.*s\" in junma:errors must read status=code, like 404=not-found or 5xx=down",
                SAY(pair));
}

static void check_words(struct reader *r, const xmlNode *n, struct bpmn_service *s)
{
    int64_t retries = BPMN_RETRIES_DEFAULT;
    str text = s->words[SERVICE_retries];
    if (text.bytes && (!str_to_int64(text, &retries) || retries < 0 || retries > BPMN_RETRIES_MAX))
        fault(r, n, ERR_INVALID, "junma:retries 应为 0 至 %2$d 的整数,现为“%1$s”",
            "junma:retries must be a whole number from 0 to %2$d, not \"%1$s\"", text.data,
            BPMN_RETRIES_MAX);
    s->retries = (int)retries;
    static const enum bpmn_service_setting times[] = { SERVICE_backoff, SERVICE_timeout };
    for (size_t i = 0; i < 2; i++)
        if (s->words[times[i]].bytes && !iso_duration_valid(s->words[times[i]]))
            fault(r, n, ERR_INVALID, "junma:%s 应为时长,如 PT30S,现为“%.*s”",
                "junma:%s must be a duration like PT30S, not \"%.*s\"", settings[times[i]].name,
                SAY(s->words[times[i]]));
    check_errors(r, n, s->words[SERVICE_errors]);
}

static void need(struct reader *r, const xmlNode *n, const struct bpmn_service *s, bool given,
    enum bpmn_service_setting which)
{
    if (!given && fits(s->handler, settings[which].handlers))
        fault(r, n, ERR_INVALID, "处理方式 %2$.*1$s 须写明 junma:%3$s",
            "the handler %2$.*1$s needs junma:%3$s", (int)s->handler.bytes, s->handler.data,
            settings[which].name);
}

static void check_needed(struct reader *r, const xmlNode *n, const struct bpmn_service *s)
{
    need(r, n, s, s->words[SERVICE_connector].bytes, SERVICE_connector);
    need(r, n, s, s->plan->exprs[SERVICE_path].text.bytes, SERVICE_path);
    need(r, n, s, s->words[SERVICE_register].bytes, SERVICE_register);
    need(r, n, s, s->plan->exprs[SERVICE_key].text.bytes, SERVICE_key);
    need(r, n, s, s->plan->exprs[SERVICE_values].text.bytes, SERVICE_values);
    need(r, n, s,
        s->words[SERVICE_licence].bytes || s->plan->exprs[SERVICE_licence].text.bytes,
        SERVICE_licence);
    need(r, n, s, s->words[SERVICE_message].bytes, SERVICE_message);
    if (str_is(s->handler, "message") && !s->plan->exprs[SERVICE_to].text.bytes
        && !s->plan->exprs[SERVICE_correlation].text.bytes)
        fault(r, n, ERR_INVALID, "消息须写明收件的办件编号(junma:to)或关联键(junma:correlation)",
            "a message needs the number of a case (junma:to) or a key (junma:correlation)");
}

void read_service(struct reader *r, int node)
{
    struct bpmn_node *out = &r->model->nodes[node];
    xmlNode *n = r->elements[node];
    str handler = xml_attr_ns(r, n, "handler", NS_JUNMA);
    if (out->kind != BPMN_SERVICE_TASK && out->kind != BPMN_SEND_TASK)
        return;
    struct bpmn_service *s = ARENA_NEW(r->arena, struct bpmn_service);
    struct bpmn_service_plan *p = ARENA_NEW(r->arena, struct bpmn_service_plan);
    if (!s || !p || (handler.bytes && !handler_known(r, n, handler)))
        return;
    *s = (struct bpmn_service){ .handler = handler, .plan = p, .line = out->line };
    for (size_t i = 0; i < SERVICE_SETTING_COUNT; i++) {
        str text = xml_attr_ns(r, n, settings[i].name, NS_JUNMA);
        if (!text.bytes)
            continue;
        if (!handler.bytes || !fits(handler, settings[i].handlers))
            fault(r, n, ERR_UNSUPPORTED, "junma:%s 对处理方式“%.*s”没有意义",
                "junma:%s has no meaning for the handler \"%.*s\"", settings[i].name, SAY(handler));
        else if (settings[i].form == FEEL)
            compile_expr(r, n, text, &p->exprs[i]);
        else if (settings[i].form == EITHER && text.data[0] == '=')
            compile_expr(r, n, str_slice(text, 1, text.bytes), &p->exprs[i]);
        else
            s->words[i] = text;
    }
    str result = xml_attr_ns(r, n, "result", NS_JUNMA);
    if (result.bytes)
        compile_expr(r, n, result, &p->result);
    if (!handler.bytes)
        return; /* offered to whoever runs the model */
    check_words(r, n, s);
    check_needed(r, n, s);
    out->service = s;
}

/* ── asking ────────────────────────────────────────────────────────────────────────────────── */

const struct bpmn_service *bpmn_service_of(const struct bpmn_node *n)
{
    return n->service;
}

bool bpmn_service_has(const struct bpmn_service *s, enum bpmn_service_setting which)
{
    return s->plan->exprs[which].program != NULL;
}

str bpmn_service_error(const struct bpmn_service *s, int status)
{
    char exact[16], class[16];
    str pair, of, code, best = STR_NONE, rest = s->words[SERVICE_errors];
    snprintf(exact, sizeof exact, "%d", status);
    snprintf(class, sizeof class, "%dxx", status / 100);
    while (str_split(&rest, ' ', &pair)) {
        if (!error_pair(pair, &of, &code))
            continue;
        if (str_is(of, exact))
            return code;
        if (str_is(of, class))
            best = code;
    }
    return best;
}

/* ── running ───────────────────────────────────────────────────────────────────────────────── */

json_t *service_request(struct run *r, int64_t token)
{
    const struct bpmn_service *s = node_of(r, token_find(r->i, token))->service;
    json_t *o = json_keep(r->turn->arena, json_object());
    for (size_t i = 0; s && o && i < SERVICE_SETTING_COUNT && !r->err; i++)
        if (s->plan->exprs[i].program) {
            feel_value v = expr_eval(r, token, &s->plan->exprs[i]);
            json_object_set(o, settings[i].name, feel_to_json(r->turn->arena, v));
        }
    return s ? o : NULL;
}

static void take_answer(struct run *r, int64_t token, const json_t *answer)
{
    const struct bpmn_node *n = node_of(r, token_find(r->i, token));
    const struct bpmn_service *s = n->service;
    feel_value v = feel_null();
    struct diag d = { 0 };
    enum err err = feel_from_json(r->turn->arena, answer, NULL, &v, &d);
    if (err)
        run_fail(r, err, "答复:%1$s%2$.0s", "the answer: %1$.0s%2$s", d.zh, d.en);
    vars_set_local(r, token, STR("response"), v);
    bool asked = s && s->plan->result.program;
    if (asked)
        v = expr_eval(r, token, &s->plan->result);
    if (r->err)
        return;
    if (n->result.bytes)
        vars_set(r, token, n->result, v);
    else if (asked && v.kind == FEEL_CONTEXT)
        for (size_t k = 0; k < v.context->count; k++)
            vars_set(r, token, v.context->entries[k].name, v.context->entries[k].value);
}

enum err bpmn_answer(
    struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token, const json_t *answer)
{
    struct run r;
    run_begin(&r, turn, i);
    struct token *t = i->ended ? NULL : token_find(i, token);
    if (t && t->state == TOKEN_TASK) {
        take_answer(&r, token, answer);
        if (!r.err) {
            effect(&r, BPMN_TASK_COMPLETED, token_find(i, token));
            activity_finish(&r, token);
        }
    } else {
        run_fail(&r, ERR_NOT_FOUND, "没有编号为 %lld 的待办任务", "no task %lld is waiting",
            (long long)token);
    }
    return run_end(&r);
}

/* ── messages waited for ───────────────────────────────────────────────────────────────────── */

static const json_t *key_of(struct run *r, int64_t token, const struct bpmn_event *e)
{
    if (!e->correlation.program)
        return NULL;
    return feel_to_json(r->turn->arena, expr_eval(r, token, &e->correlation));
}

bool bpmn_has_messages(const struct bpmn_model *m)
{
    return m->messages;
}

enum err bpmn_awaits(struct bpmn_turn *turn, struct bpmn_instance *i, struct bpmn_awaited *out,
    size_t capacity, size_t *count)
{
    struct subscription list[LISTENERS_MAX];
    struct run r;
    *count = 0;
    if (i->ended)
        return OK;
    run_begin(&r, turn, i);
    for (size_t n = 0; n < i->token_count && !r.err; n++) {
        size_t heard = subscriptions_of(i, &i->tokens[n], list, LISTENERS_MAX);
        for (size_t k = 0; k < heard && !r.err; k++) {
            const struct bpmn_event *e = subscription_event(&r, list[k]);
            if (e->kind != EVENT_MESSAGE || *count == capacity)
                continue;
            out[(*count)++] = (struct bpmn_awaited){ list[k].token, &i->model->nodes[list[k].node],
                e->name, key_of(&r, list[k].token, e) };
        }
    }
    return run_end(&r);
}

enum err bpmn_message_to(
    struct bpmn_turn *turn, struct bpmn_instance *i, int64_t token, str name, const json_t *vars)
{
    struct subscription list[LISTENERS_MAX];
    struct run r;
    bool heard = false;
    run_begin(&r, turn, i);
    struct token *t = i->ended ? NULL : token_find(i, token);
    size_t count = t ? subscriptions_of(i, t, list, LISTENERS_MAX) : 0;
    for (size_t k = 0; k < count && !heard; k++) {
        const struct bpmn_event *e = subscription_event(&r, list[k]);
        if (e->kind != EVENT_MESSAGE || !str_equal(e->name, name))
            continue;
        vars_set_json(&r, token, vars);
        event_fire(&r, list[k]);
        heard = true;
    }
    if (!heard)
        run_fail(&r, ERR_NOT_FOUND, "这里已不再等待消息“%.*s”",
            "the message \"%.*s\" is waited for no more", STR_ARGS(name));
    return run_end(&r);
}
