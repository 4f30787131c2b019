/*
 * Fuzz target: procedures. Bit 0 of the first byte chooses the reader.
 *
 *     model  any XML. What loads is started, every task is completed, every timer fires, and after
 *            each turn the state is saved, read back and compared: it must be the same text.
 *     state  a saved state against a fixed model. What reads back must hold every invariant and
 *            go on without a crash.
 */
#include "bpmn/bpmn.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fixed[]
    = "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" targetNamespace=\"t\">"
      "<b:message id=\"m\" name=\"m\"/><b:process id=\"P\" "
      "isExecutable=\"true\"><b:startEvent id=\"s\"/><b:userTask id=\"a\"/><b:userTask id=\"b\">"
      "<b:multiInstanceLoopCharacteristics><b:loopCardinality xsi:type=\"b:tFormalExpression\">2"
      "</b:loopCardinality></b:multiInstanceLoopCharacteristics></b:userTask>"
      "<b:boundaryEvent id=\"t\" attachedToRef=\"a\"><b:timerEventDefinition><b:timeDuration "
      "xsi:type=\"b:tFormalExpression\">P1D</b:timeDuration></b:timerEventDefinition>"
      "</b:boundaryEvent><b:parallelGateway id=\"f\"/><b:inclusiveGateway id=\"j\"/>"
      "<b:endEvent id=\"e\"/><b:sequenceFlow id=\"f1\" sourceRef=\"s\" targetRef=\"f\"/>"
      "<b:sequenceFlow id=\"f2\" sourceRef=\"f\" targetRef=\"a\"/>"
      "<b:sequenceFlow id=\"f3\" sourceRef=\"f\" targetRef=\"b\"/>"
      "<b:sequenceFlow id=\"f4\" sourceRef=\"a\" targetRef=\"j\"/>"
      "<b:sequenceFlow id=\"f5\" sourceRef=\"b\" targetRef=\"j\"/>"
      "<b:sequenceFlow id=\"f6\" sourceRef=\"t\" targetRef=\"j\"/>"
      "<b:subProcess id=\"q\"><b:startEvent id=\"qs\"/><b:userTask id=\"u\"/><b:boundaryEvent "
      "id=\"uc\" attachedToRef=\"u\"><b:compensateEventDefinition/></b:boundaryEvent><b:userTask "
      "id=\"uh\" isForCompensation=\"true\"/><b:association id=\"as\" sourceRef=\"uc\" "
      "targetRef=\"uh\"/><b:receiveTask id=\"r\" messageRef=\"m\"/><b:intermediateThrowEvent "
      "id=\"back\"><b:compensateEventDefinition/></b:intermediateThrowEvent><b:endEvent id=\"qe\"/>"
      "<b:sequenceFlow id=\"q1\" sourceRef=\"qs\" targetRef=\"u\"/>"
      "<b:sequenceFlow id=\"q2\" sourceRef=\"u\" targetRef=\"r\"/>"
      "<b:sequenceFlow id=\"q3\" sourceRef=\"r\" targetRef=\"back\"/>"
      "<b:sequenceFlow id=\"q4\" sourceRef=\"back\" targetRef=\"qe\"/>"
      "<b:subProcess id=\"v\" triggeredByEvent=\"true\"><b:startEvent id=\"vs\" "
      "isInterrupting=\"false\"><b:messageEventDefinition messageRef=\"m\"/></b:startEvent>"
      "<b:endEvent id=\"ve\"/><b:sequenceFlow id=\"v1\" sourceRef=\"vs\" targetRef=\"ve\"/>"
      "</b:subProcess></b:subProcess>"
      "<b:sequenceFlow id=\"f7\" sourceRef=\"j\" targetRef=\"q\"/>"
      "<b:sequenceFlow id=\"f8\" sourceRef=\"q\" targetRef=\"e\"/></b:process></b:definitions>";

static void same_again(struct arena *a, const struct bpmn_model *m, struct bpmn_instance *i)
{
    struct diag d = { 0 };
    struct bpmn_instance *back = NULL;
    str text, again;
    ASSERT(bpmn_instance_check(i, &d) == OK);
    if (bpmn_save(i, a, &text, &d) != OK)
        return; /* too large, or out of memory */
    enum err err = bpmn_restore(a, m, text, &back, &d);
    ASSERT(err == OK || err == ERR_MEMORY || err == ERR_LIMIT);
    if (err == OK && bpmn_save(back, a, &again, &d) == OK)
        ASSERT(str_equal(text, again));
}

static void go_on(struct arena *a, const struct bpmn_model *m, struct bpmn_instance *i)
{
    struct bpmn_host host = { .now_ms = 1795392000000 };
    for (int turns = 0; turns < 12 && !bpmn_ended(i); turns++) {
        struct bpmn_turn t;
        struct diag d = { 0 };
        int64_t task = 0;
        for (size_t n = 0; n < bpmn_waiting_count(i); n++)
            if (bpmn_waiting_at(i, n).task)
                task = bpmn_waiting_at(i, n).token;
        bpmn_turn_init(&t, &host, a, &d);
        if (task && turns % 4 == 1)
            (void)!bpmn_add_instance(&t, i, task, (enum bpmn_place)(task % 3), NULL);
        else if (task && turns % 4 == 3)
            (void)!bpmn_remove_instance(&t, i, task);
        else if (task)
            (void)!bpmn_complete(&t, i, task, NULL);
        else
            (void)!bpmn_message(&t, i, STR("m"), NULL, NULL);
        for (int64_t timer = 1; timer < 40 && !task; timer++)
            (void)!bpmn_timer(&t, i, timer);
        same_again(a, m, i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct diag d = { 0 };
    struct bpmn_host host = { .now_ms = 1795392000000 };
    struct bpmn_turn t;
    const struct bpmn_model *m = NULL;
    struct bpmn_instance *i = NULL;
    if (size < 1)
        return 0;
    str rest = { (const char *)data + 1, size - 1 };
    arena_init(&a, NULL, 64 * MIB);
    if (data[0] & 1) {
        ASSERT(bpmn_load(&a, STR("fixed"), str_from(fixed), NULL, &m, NULL) != OK || m);
        ASSERT(m || arena_failed(&a));
        if (m && bpmn_restore(&a, m, rest, &i, &d) == OK)
            go_on(&a, m, i);
        bpmn_turn_init(&t, &host, &a, &d);
        if (m)
            (void)!bpmn_migrate(&t, &a, m, m, rest, NULL, 0, &i, NULL);
    } else if (bpmn_load(&a, STR("fuzz"), rest, NULL, &m, NULL) == OK) {
        for (size_t p = 0; p < 3 && bpmn_process_at(m, p); p++) {
            bpmn_turn_init(&t, &host, &a, &d);
            if (bpmn_start(&t, &a, m, bpmn_process_at(m, p)->id, STR_NONE, NULL, &i) == OK)
                go_on(&a, m, i);
        }
    }
    arena_release(&a);
    return 0;
}
