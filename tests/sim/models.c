/* See models.h. Blocks are written straight into the text of the scope they stand in. */
#include "models.h"

#include <stdio.h>

enum { DEPTH_MAX = 4, NODES_MAX = 60 };

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int dice_below(struct dice *d, int n)
{
    return (int)(dice_next(d) % (uint64_t)n);
}

bool dice_chance(struct dice *d, int percent)
{
    return dice_below(d, 100) < percent;
}

struct making {
    struct buf *out;
    struct dice *dice;
    int next, nodes;
    bool in_transaction;
};

/* A block: the node it is entered by, the node it is left from. */
struct ends {
    int in, out;
};

static int node(struct making *m, const char *element, const char *attributes, const char *content)
{
    int id = m->next++;
    m->nodes++;
    buf_printf(
        m->out, "<b:%s id=\"n%d\" %s>%s</b:%s>\n", element, id, attributes, content, element);
    return id;
}

static void flow(struct making *m, int from, int to, const char *condition)
{
    buf_printf(m->out, "<b:sequenceFlow id=\"f%d\" sourceRef=\"n%d\" targetRef=\"n%d\">", m->next++,
        from, to);
    if (condition)
        buf_printf(m->out,
            "<b:conditionExpression xsi:type=\"b:tFormalExpression\">%s</b:conditionExpression>",
            condition);
    buf_add(m->out, STR("</b:sequenceFlow>\n"));
}

static struct ends block(struct making *m, int depth);

static struct ends row(struct making *m, int depth, int most)
{
    struct ends whole = block(m, depth);
    for (int n = dice_below(m->dice, most); n > 0; n--) {
        struct ends next = block(m, depth);
        flow(m, whole.out, next.in, NULL);
        whole.out = next.out;
    }
    return whole;
}

/* ── small blocks ──────────────────────────────────────────────────────────────────────────── */

static const char *const definitions[] = { "<b:messageEventDefinition messageRef=\"m0\"/>",
    "<b:messageEventDefinition messageRef=\"m1\"/>", "<b:signalEventDefinition signalRef=\"s0\"/>",
    "<b:timerEventDefinition><b:timeDuration xsi:type=\"b:tFormalExpression\">P1D</b:timeDuration>"
    "</b:timerEventDefinition>",
    "<b:conditionalEventDefinition><b:condition xsi:type=\"b:tFormalExpression\">flag</b:condition>"
    "</b:conditionalEventDefinition>",
    "<b:timerEventDefinition><b:timeCycle xsi:type=\"b:tFormalExpression\">R3/PT1H</b:timeCycle>"
    "</b:timerEventDefinition>" };
static const char *const loops[] = { "",
    "<b:multiInstanceLoopCharacteristics><b:loopCardinality xsi:type=\"b:tFormalExpression\">"
    "2</b:loopCardinality></b:multiInstanceLoopCharacteristics>",
    "<b:multiInstanceLoopCharacteristics isSequential=\"true\" junma:collection=\"[1, 2, 3]\" "
    "junma:item=\"one\" junma:resultItem=\"x\" junma:resultList=\"xs\">"
    "<b:completionCondition xsi:type=\"b:tFormalExpression\">numberOfCompletedInstances = 2"
    "</b:completionCondition></b:multiInstanceLoopCharacteristics>",
    "<b:standardLoopCharacteristics testBefore=\"true\" loopMaximum=\"3\"><b:loopCondition "
    "xsi:type=\"b:tFormalExpression\">x &gt; 2</b:loopCondition></b:standardLoopCharacteristics>",
    "<b:multiInstanceLoopCharacteristics><b:loopCardinality xsi:type=\"b:tFormalExpression\">"
    "if x = null then 1 else x</b:loopCardinality></b:multiInstanceLoopCharacteristics>" };

static const char *loop(struct making *m)
{
    return dice_chance(m->dice, 25) ? loops[dice_below(m->dice, 5)] : "";
}

static void undone_by(struct making *m, int activity)
{
    int event = m->next++, handler = m->next++;
    buf_printf(m->out,
        "<b:boundaryEvent id=\"n%d\" attachedToRef=\"n%d\"><b:compensateEventDefinition/>"
        "</b:boundaryEvent><b:%s id=\"n%d\" isForCompensation=\"true\"/><b:association id=\"a%d\" "
        "associationDirection=\"One\" sourceRef=\"n%d\" targetRef=\"n%d\"/>\n",
        event, activity, dice_chance(m->dice, 50) ? "userTask" : "manualTask", handler, m->next++,
        event, handler);
}

static struct ends task(struct making *m)
{
    static const char *const kinds[] = { "userTask", "userTask", "userTask", "serviceTask",
        "manualTask", "task" };
    const char *attributes = dice_chance(m->dice, 10) ? "startQuantity=\"1\"" : "";
    int id = node(m, kinds[dice_below(m->dice, 6)], attributes, loop(m));
    if (dice_chance(m->dice, 15))
        undone_by(m, id);
    return (struct ends){ id, id };
}

static struct ends script(struct making *m)
{
    static const char *const scripts[] = { "modulo(x + 3, 10)", "0", "if x &gt; 5 then 1 else 7" };
    char text[128];
    snprintf(text, sizeof text, "<b:script>%s</b:script>", scripts[dice_below(m->dice, 3)]);
    int id = node(m, "scriptTask", "junma:resultVariable=\"x\"", text);
    return (struct ends){ id, id };
}

static struct ends event(struct making *m)
{
    static const char *const thrown[] = { "", "<b:signalEventDefinition signalRef=\"s1\"/>",
        "<b:messageEventDefinition messageRef=\"m2\"/>",
        "<b:escalationEventDefinition escalationRef=\"up\"/>", "<b:compensateEventDefinition/>",
        "<b:compensateEventDefinition waitForCompletion=\"false\"/>" };
    int id = dice_chance(m->dice, 50)
        ? node(m, "intermediateCatchEvent", "", definitions[dice_below(m->dice, 4)])
        : node(m, "intermediateThrowEvent", "", thrown[dice_below(m->dice, 6)]);
    return (struct ends){ id, id };
}

static struct ends receive(struct making *m)
{
    int id = node(m, "receiveTask", "messageRef=\"m3\"", "");
    return (struct ends){ id, id };
}

/* ── branches ──────────────────────────────────────────────────────────────────────────────── */

static struct ends branches(struct making *m, int depth, const char *fork, const char *join)
{
    static const char *const conditions[] = { "x &gt; 3", "x &lt; 6", "x != 5" };
    bool conditional = fork[0] != 'p';
    int in = m->next++, out = node(m, join, "", ""), first = -1;
    int count = 2 + dice_below(m->dice, 2);
    for (int n = 0; n < count; n++) {
        struct ends one = row(m, depth + 1, 2);
        if (conditional && n == 0)
            first = m->next;
        flow(m, in, one.in, conditional && n ? conditions[n - 1] : NULL);
        flow(m, one.out, out, NULL);
    }
    char attribute[64] = "";
    if (conditional)
        snprintf(attribute, sizeof attribute, "default=\"f%d\"", first);
    buf_printf(m->out, "<b:%s id=\"n%d\" %s/>\n", fork, in, attribute);
    return (struct ends){ in, out };
}

/* Round again while a number of its own is below 3. */
static struct ends cycle(struct making *m, int depth)
{
    char content[200], condition[64], set[64];
    int counter = m->next++, start = m->next++;
    int merge = node(m, "exclusiveGateway", "", "");
    struct ends inner = row(m, depth + 1, 2);
    snprintf(content, sizeof content, "<b:script>if c%d = null then 1 else c%d + 1</b:script>",
        counter, counter);
    snprintf(set, sizeof set, "junma:resultVariable=\"c%d\"", counter);
    snprintf(condition, sizeof condition, "c%d &lt; 3", counter);
    buf_printf(m->out,
        "<b:scriptTask id=\"n%d\" junma:resultVariable=\"c%d\"><b:script>0</b:script>"
        "</b:scriptTask>\n",
        start, counter);
    int count = node(m, "scriptTask", set, content), split = m->next++, out = m->next++;
    flow(m, start, merge, NULL);
    flow(m, merge, inner.in, NULL);
    flow(m, inner.out, count, NULL);
    flow(m, count, split, NULL);
    flow(m, split, merge, condition);
    int otherwise = m->next;
    flow(m, split, out, NULL);
    buf_printf(m->out, "<b:exclusiveGateway id=\"n%d\" default=\"f%d\"/><b:task id=\"n%d\"/>\n",
        split, otherwise, out);
    return (struct ends){ start, out };
}

static struct ends race(struct making *m, int depth)
{
    int in = node(m, "eventBasedGateway", "", ""), out = node(m, "exclusiveGateway", "", "");
    for (int n = 0; n < 2; n++) {
        int caught =
            node(m, "intermediateCatchEvent", "", definitions[n ? 3 : dice_below(m->dice, 3)]);
        struct ends then = row(m, depth + 1, 1);
        flow(m, in, caught, NULL);
        flow(m, caught, then.in, NULL);
        flow(m, then.out, out, NULL);
    }
    return (struct ends){ in, out };
}

/* ── sub-processes ─────────────────────────────────────────────────────────────────────────── */

static void inside(struct making *m, int depth)
{
    int start = node(m, "startEvent", "", ""), end = node(m, "endEvent", "", "");
    struct ends whole = row(m, depth + 1, depth ? 3 : 6);
    flow(m, start, whole.in, NULL);
    if (dice_chance(m->dice, 30)) { /* another end: by error, escalation, or all at once */
        static const char *const ends[] = { "<b:errorEventDefinition errorRef=\"e0\"/>",
            "<b:escalationEventDefinition escalationRef=\"up\"/>", "<b:terminateEventDefinition/>",
            "<b:signalEventDefinition signalRef=\"s0\"/>", "<b:cancelEventDefinition/>" };
        int split = m->next++;
        int other = node(m, "endEvent", "", ends[dice_below(m->dice, m->in_transaction ? 5 : 4)]);
        flow(m, whole.out, split, NULL);
        flow(m, split, other, "x = 4");
        int otherwise = m->next;
        flow(m, split, end, NULL);
        buf_printf(m->out, "<b:exclusiveGateway id=\"n%d\" default=\"f%d\"/>\n", split, otherwise);
    } else {
        flow(m, whole.out, end, NULL);
    }
}

static void event_sub(struct making *m, int depth)
{
    static const char *const starts[] = { "<b:errorEventDefinition errorRef=\"e0\"/>",
        "<b:escalationEventDefinition/>" };
    /* What comes from outside is nobody else's, so that it can stop coming. */
    static const char *const own[] = { "<b:messageEventDefinition messageRef=\"m2\"/>",
        "<b:messageEventDefinition messageRef=\"m2\"/>",
        "<b:signalEventDefinition signalRef=\"s1\"/>" };
    int kind = dice_below(m->dice, 8);
    bool interrupting = kind == 6 || dice_chance(m->dice, 40);
    int id = m->next++;
    buf_printf(m->out, "<b:subProcess id=\"n%d\" triggeredByEvent=\"true\">", id);
    int start = node(m, "startEvent", interrupting ? "" : "isInterrupting=\"false\"",
        kind < 3       ? own[kind]
            : kind < 6 ? definitions[kind]
                       : starts[kind - 6]);
    struct ends then = row(m, depth + 1, 1);
    int end = node(m, "endEvent", "", "");
    flow(m, start, then.in, NULL);
    flow(m, then.out, end, NULL);
    buf_add(m->out, STR("</b:subProcess>\n"));
}

/* What happens on the border of an activity; a way that interrupts leads to where it would have
 * gone. */
static void border(struct making *m, int activity, int merge, int depth, bool transaction)
{
    static const char *const caught[] = { "<b:errorEventDefinition errorRef=\"e0\"/>",
        "<b:escalationEventDefinition escalationRef=\"up\"/>", "<b:cancelEventDefinition/>" };
    int kind = dice_below(m->dice, transaction ? 9 : 8);
    bool interrupting = kind == 6 || kind == 8 || dice_chance(m->dice, 50);
    char attributes[80];
    snprintf(attributes, sizeof attributes, "attachedToRef=\"n%d\" cancelActivity=\"%s\"", activity,
        interrupting ? "true" : "false");
    int id = node(m, "boundaryEvent", attributes, kind < 6 ? definitions[kind] : caught[kind - 6]);
    struct ends then = row(m, depth + 1, 1);
    flow(m, id, then.in, NULL);
    flow(m, then.out, interrupting ? merge : node(m, "endEvent", "", ""), NULL);
}

static struct ends sub_process(struct making *m, int depth)
{
    bool transaction = dice_chance(m->dice, 20), was = m->in_transaction;
    int id = m->next++, merge = node(m, "task", "", "");
    const char *element = transaction ? "transaction" : "subProcess";
    m->in_transaction |= transaction;
    buf_printf(m->out, "<b:%s id=\"n%d\">%s", element, id, transaction ? "" : loop(m));
    inside(m, depth);
    if (dice_chance(m->dice, 30))
        event_sub(m, depth);
    buf_printf(m->out, "</b:%s>\n", element);
    m->in_transaction = was;
    flow(m, id, merge, NULL);
    border(m, id, merge, depth, transaction);
    return (struct ends){ id, merge };
}

static struct ends guarded_task(struct making *m, int depth)
{
    int id = node(m, "userTask", "junma:signers=\"parallel\"", "");
    int merge = node(m, "task", "", "");
    flow(m, id, merge, NULL);
    border(m, id, merge, depth, false);
    return (struct ends){ id, merge };
}

static struct ends ad_hoc(struct making *m)
{
    int id = m->next++;
    buf_printf(m->out, "<b:adHocSubProcess id=\"n%d\" ordering=\"%s\">", id,
        dice_chance(m->dice, 50) ? "Parallel" : "Sequential");
    task(m);
    task(m);
    buf_add(m->out, STR("</b:adHocSubProcess>\n"));
    return (struct ends){ id, id };
}

static struct ends block(struct making *m, int depth)
{
    bool small = depth >= DEPTH_MAX || m->nodes > NODES_MAX;
    switch (dice_below(m->dice, small ? 6 : 14)) {
    case 0:
    case 1:
    case 2:
        return task(m);
    case 3:
        return script(m);
    case 4:
        return event(m);
    case 5:
        return receive(m);
    case 6:
        return branches(m, depth, "parallelGateway", "parallelGateway");
    case 7:
        return branches(m, depth, "exclusiveGateway", "exclusiveGateway");
    case 8:
        return branches(m, depth, "inclusiveGateway", "inclusiveGateway");
    case 9:
        return cycle(m, depth);
    case 10:
        return race(m, depth);
    case 11:
        return guarded_task(m, depth);
    case 12:
        return dice_chance(m->dice, 30) ? ad_hoc(m)
                                        : branches(m, depth, "parallelGateway", "inclusiveGateway");
    default:
        return sub_process(m, depth);
    }
}

str random_model(struct arena *a, struct dice *d)
{
    struct buf out;
    struct making m = { .out = &out, .dice = d };
    buf_init(&out, a, 2 * MIB);
    buf_add(&out,
        STR("<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
            "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
            "xmlns:junma=\"urn:junma:bpmn\" id=\"d\" targetNamespace=\"t\">\n"));
    for (int n = 0; n < 4; n++)
        buf_printf(&out, "<b:message id=\"m%d\" name=\"m%d\"/>", n, n);
    for (int n = 0; n < 2; n++)
        buf_printf(&out, "<b:signal id=\"s%d\" name=\"s%d\"/>", n, n);
    buf_add(&out,
        STR("<b:error id=\"e0\" errorCode=\"E0\"/><b:escalation id=\"up\" "
            "escalationCode=\"U\"/>\n<b:process id=\"P\" isExecutable=\"true\">\n"));
    inside(&m, 0);
    if (dice_chance(d, 20))
        event_sub(&m, 0);
    buf_add(&out, STR("</b:process></b:definitions>\n"));
    return buf_str(&out);
}
