/*
 * Expressions and events. An expression is FEEL over variables known by name when it runs; it is
 * compiled here, once. A timer's text is an ISO 8601 literal, or FEEL written as `= expression` or
 * as a call or quoted text: a lone word is refused, since it is nearly always a slip of the pen.
 */
#include "bpmn/read.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *element, *zh, *en;
} table[EVENT_KIND_COUNT] = {
#define E(name, element, zh, en) { element, zh, en },
#include "bpmn/events.def"
#undef E
};

const char *bpmn_event_element(enum bpmn_event_kind k)
{
    return table[k].element;
}

const struct bpmn_event *bpmn_event_of(const struct bpmn_plan *p, enum bpmn_event_kind k)
{
    for (int i = 0; i < p->event_count; i++)
        if (p->events[i].kind == k)
            return &p->events[i];
    return NULL;
}

enum bpmn_event_kind event_kind_of(const xmlNode *n)
{
    for (int k = EVENT_NONE + 1; k < EVENT_KIND_COUNT; k++)
        if (xml_is(n, table[k].element))
            return (enum bpmn_event_kind)k;
    return EVENT_KIND_COUNT;
}

/* ── expressions ───────────────────────────────────────────────────────────────────────────── */

void compile_expr(struct reader *r, const xmlNode *at, str text, struct bpmn_expr *out)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    if (text.bytes > BPMN_EXPRESSION_BYTES_MAX) {
        fault(r, at, ERR_LIMIT, "表达式超过 %d 字节", "the expression is over %d bytes",
            BPMN_EXPRESSION_BYTES_MAX);
        return;
    }
    out->text = text;
    out->line = xml_line(at);
    if (r->dialect && r->dialect->expression)
        text = r->dialect->expression(r->dialect->ctx, r->arena, text);
    if (text.bytes && text.data[0] == '=')
        text = str_trim(str_slice(text, 1, text.bytes));
    if (feel_compile(r->arena, text, &open, &out->program, &d) != OK)
        fault_diag(r, at, &d, str_terminated(r->arena, str_printf(r->arena, "表达式“%.*s”有误:",
                SAY(str_slice(out->text, 0, 200)))),
            str_terminated(r->arena, str_printf(r->arena, "the expression \"%.*s\" is wrong: ",
                SAY(str_slice(out->text, 0, 200)))));
}

static void check_language(struct reader *r, const xmlNode *n)
{
    str language = xml_attr(r, n, "language");
    if (!language.bytes || (r->dialect && r->dialect->expression))
        return;
    if (str_find(language, STR("feel"), 0) < 0 && str_find(language, STR("FEEL"), 0) < 0)
        fault(r, n, ERR_UNSUPPORTED, "表达式语言“%.*s”不受支持,请改用 FEEL",
            "the expression language \"%.*s\" is not supported: write FEEL", SAY(language));
}

void read_expr(struct reader *r, const xmlNode *n, bool must_be_formal, struct bpmn_expr *out)
{
    str text = xml_text(r, n);
    str type = xml_local(xml_attr_ns(r, n, "type", NS_XSI));
    check_language(r, n);
    if (must_be_formal && !str_is(type, "tFormalExpression") && !xml_is(n, "formalExpression")) {
        fault(r, n, ERR_INVALID,
            "表达式 %s 须写明为可执行的表达式:xsi:type=\"tFormalExpression\"",
            "the expression in <%s> must say that it can be executed: "
            "xsi:type=\"tFormalExpression\"", (const char *)n->name);
        return;
    }
    if (!text.bytes)
        fault(r, n, ERR_INVALID, "%s 没有内容,请填写表达式", "<%s> is empty: write an expression",
            (const char *)n->name);
    else
        compile_expr(r, n, text, out);
}

/* ── timers ────────────────────────────────────────────────────────────────────────────────── */

static bool literal_valid(enum bpmn_timer_form form, str s)
{
    int64_t times;
    str start, interval;
    switch (form) {
    case TIMER_DATE:
        return iso_date_time_valid(s);
    case TIMER_DURATION:
        return iso_duration_valid(s);
    case TIMER_CYCLE:
        return iso_cycle_parse(s, &times, &start, &interval);
    case TIMER_NONE:
        break;
    }
    return false;
}

/* A word or an ISO-like text: nothing that calls, quotes or computes. */
static bool looks_literal(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (strchr("(\"@+*[{ ", s.data[i]))
            return false;
    return s.bytes && s.data[0] != '=';
}

static void read_timer_text(struct reader *r, xmlNode *n, struct bpmn_event *e)
{
    static const char *const example[] = { "", "2026-11-23T09:00:00+08:00", "P3D、PT2H", "R3/PT1H" };
    str text = xml_text(r, n);
    str type = xml_local(xml_attr_ns(r, n, "type", NS_XSI));
    if (text.bytes && str_is(type, "tFormalExpression") && literal_valid(e->timer, text)) {
        e->literal = text;
        return;
    }
    if (text.bytes && str_is(type, "tFormalExpression") && looks_literal(text)) {
        fault(r, n, ERR_INVALID,
            "定时“%.*s”写法有误,应如 %s;要取变量的值请写“= 变量名”",
            "the timer \"%.*s\" is not of the form %s; to take a variable write \"= name\"",
            SAY(text), example[e->timer]);
        return;
    }
    read_expr(r, n, true, &e->expr);
}

static void read_timer(struct reader *r, xmlNode *n, struct bpmn_event *e)
{
    static const char *const forms[] = { "timeDate", "timeDuration", "timeCycle" };
    int given = 0;
    for (int i = 0; i < 3; i++) {
        xmlNode *c = xml_child(n, forms[i]);
        if (!c)
            continue;
        given++;
        e->timer = (enum bpmn_timer_form)(i + 1);
        read_timer_text(r, c, e);
    }
    if (given != 1)
        fault(r, n, ERR_INVALID,
            "定时须且只能写一种:日期(timeDate)、时长(timeDuration)或循环(timeCycle),现有 %d 种",
            "a timer needs exactly one of timeDate, timeDuration, timeCycle; there are %d", given);
    str calendar = xml_attr_ns(r, n, "calendar", NS_JUNMA);
    if (!calendar.bytes)
        calendar = xml_attr_ns(r, n->parent, "calendar", NS_JUNMA);
    e->working = str_is(calendar, "working");
    if (calendar.bytes && !e->working && !str_is(calendar, "natural"))
        fault(r, n, ERR_INVALID, "junma:calendar 的值是“%.*s”,应为 working 或 natural",
            "junma:calendar is \"%.*s\"; it must be working or natural", SAY(calendar));
}

/* ── definitions ───────────────────────────────────────────────────────────────────────────── */

/* The thing an event names, by reference attribute, and the text by which events find each other. */
static void read_named(struct reader *r, xmlNode *n, const char *attr, const char *element,
    const char *name_attr, struct bpmn_event *e)
{
    str id = xml_attr(r, n, attr);
    if (!id.bytes)
        return;
    xmlNode *named = refs_element(r, id);
    if (!named || !xml_is(named, element)) {
        fault(r, n, ERR_INVALID, "%1$s“%3$.*2$s”不存在或不是 %4$s",
            "%1$s \"%3$.*2$s\" does not exist or is no <%4$s>", attr, (int)id.bytes, id.data,
            element);
        return;
    }
    e->name = xml_attr(r, named, name_attr);
    if (!e->name.bytes)
        e->name = xml_attr(r, named, "id");
}

bool read_event_definition(struct reader *r, xmlNode *n, struct bpmn_event *e)
{
    *e = (struct bpmn_event){ .kind = event_kind_of(n), .id = xml_attr(r, n, "id"),
        .line = xml_line(n), .activity = -1 };
    switch (e->kind) {
    case EVENT_MESSAGE:
        read_named(r, n, "messageRef", "message", "name", e);
        break;
    case EVENT_SIGNAL:
        read_named(r, n, "signalRef", "signal", "name", e);
        break;
    case EVENT_ERROR:
        read_named(r, n, "errorRef", "error", "errorCode", e);
        break;
    case EVENT_ESCALATION:
        read_named(r, n, "escalationRef", "escalation", "escalationCode", e);
        break;
    case EVENT_TIMER:
        read_timer(r, n, e);
        break;
    case EVENT_CONDITIONAL: {
        r->model->conditional = true;
        xmlNode *condition = xml_child(n, "condition");
        if (condition)
            read_expr(r, condition, true, &e->expr);
        else
            fault(r, n, ERR_INVALID, "条件事件缺少条件(condition)",
                "the conditional event has no condition");
        break;
    }
    case EVENT_COMPENSATION:
        e->wait = xml_attr_bool(r, n, "waitForCompletion", true);
        e->activity_ref = xml_attr(r, n, "activityRef");
        if (e->activity_ref.bytes) {
            e->activity = refs_node(r, e->activity_ref);
            if (e->activity < 0 || !bpmn_is_activity(r->model->nodes[e->activity].kind))
                fault(r, n, ERR_INVALID, "activityRef“%.*s”不是活动",
                    "activityRef \"%.*s\" is no activity", SAY(e->activity_ref));
        }
        break;
    case EVENT_LINK:
        e->name = xml_attr(r, n, "name");
        break;
    case EVENT_NONE:
    case EVENT_CANCEL:
    case EVENT_TERMINATE:
        break;
    case EVENT_KIND_COUNT:
        return false;
    }
    return true;
}

static void add_event(struct reader *r, struct bpmn_plan *p, xmlNode *n)
{
    struct bpmn_event e;
    if (!read_event_definition(r, n, &e))
        return;
    if (p->event_count == 32) {
        fault(r, n, ERR_LIMIT, "一个事件最多 32 个定义", "an event may have 32 definitions");
        return;
    }
    struct bpmn_event *grown = arena_grow(r->arena, p->events,
        sizeof e * (size_t)p->event_count, sizeof e * (size_t)(p->event_count + 1));
    if (!grown)
        return;
    p->events = grown;
    p->events[p->event_count++] = e;
}

static void attach(struct reader *r, int node)
{
    struct bpmn_model *m = r->model;
    xmlNode *n = r->elements[node];
    str id = xml_attr(r, n, "attachedToRef");
    int to = refs_node(r, id);
    if (to < 0 || !bpmn_is_activity(m->nodes[to].kind)) {
        fault(r, n, ERR_INVALID, "边界事件须附着在活动上,“%.*s”不是活动",
            "a boundary event is attached to an activity; \"%.*s\" is none", SAY(id));
        return;
    }
    if (m->nodes[to].scope != m->nodes[node].scope)
        fault(r, n, ERR_INVALID, "边界事件须与所附着的活动在同一层",
            "a boundary event stands in the same process as its activity");
    m->plans[node].attached = to;
    m->nodes[node].attached = m->nodes[to].id;
    if (m->plans[to].boundary.count == 32)
        fault(r, n, ERR_LIMIT, "一个活动最多 32 个边界事件", "an activity may have 32 boundary events");
    else
        index_add(r, &m->plans[to].boundary, node);
}

void read_events(struct reader *r, int node)
{
    struct bpmn_plan *p = &r->model->plans[node];
    xmlNode *n = r->elements[node];
    for (xmlNode *c = n->children; c; c = c->next) {
        if (!xml_is_bpmn(c))
            continue;
        if (event_kind_of(c) != EVENT_KIND_COUNT) {
            add_event(r, p, c);
        } else if (xml_is(c, "eventDefinitionRef")) {
            str id = xml_text(r, c);
            xmlNode *named = refs_element(r, id);
            if (!named || event_kind_of(named) == EVENT_KIND_COUNT || named->parent != r->root)
                fault(r, c, ERR_INVALID, "eventDefinitionRef“%.*s”不是文件根层的事件定义",
                    "eventDefinitionRef \"%.*s\" is no event definition at the root of the file",
                    SAY(id));
            else
                add_event(r, p, named);
        }
    }
    p->parallel_multiple = xml_attr_bool(r, n, "parallelMultiple", false);
    enum bpmn_kind kind = r->model->nodes[node].kind;
    p->interrupting = kind == BPMN_BOUNDARY_EVENT ? xml_attr_bool(r, n, "cancelActivity", true)
                                                  : xml_attr_bool(r, n, "isInterrupting", true);
    if (kind == BPMN_BOUNDARY_EVENT)
        attach(r, node);
}
