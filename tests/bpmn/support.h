/* Shared by the tests of procedures: short models in text, a host that answers, and turns that are
 * saved, restored and checked after every step,
     so that each test is one of the state's text too. */
#ifndef JUNMA_TESTS_BPMN_SUPPORT_H
#define JUNMA_TESTS_BPMN_SUPPORT_H

#include "bpmn/bpmn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD                                                                                      \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                \
    "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "                     \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:junma=\"urn:junma:bpmn\" "     \
    "xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\" id=\"d\" targetNamespace=\"t\">\n"
#define PROCESS(content)                                                                          \
    HEAD "<b:process id=\"P\" isExecutable=\"true\">\n" content "</b:process></b:definitions>\n"
#define START(id) "<b:startEvent id=\"" id "\"/>\n"
#define END(id) "<b:endEvent id=\"" id "\"/>\n"
#define TASK(id) "<b:userTask id=\"" id "\"/>\n"
#define FLOW(from, to)                                                                            \
    "<b:sequenceFlow id=\"" from "_" to "\" sourceRef=\"" from "\" "                            \
    "targetRef=\"" to "\"/>\n"
#define WHEN(from, to, condition)                                                                 \
    "<b:sequenceFlow id=\"" from "_" to "\" sourceRef=\"" from "\" targetRef=\"" to "\">"         \
    "<b:conditionExpression xsi:type=\"b:tFormalExpression\">" condition                          \
    "</b:conditionExpression></b:sequenceFlow>\n"
#define SCRIPT(id, result, text)                                                                  \
    "<b:scriptTask id=\"" id "\" junma:resultVariable=\"" result "\"><b:script>" text             \
    "</b:script></b:scriptTask>\n"
#define TIMER(form, text)                                                                         \
    "<b:timerEventDefinition><b:" form " xsi:type=\"b:tFormalExpression\">" text "</b:" form      \
    "></b:timerEventDefinition>"

struct world {
    struct arena model_arena, home, turn_arena;
    struct bpmn_host host;
    const struct bpmn_model *model;
    struct bpmn_instance *instance;
    struct bpmn_turn turn;
    struct diag diag;
    str state; /* after the last turn */
};

void world_init(struct world *w, const char *xml);
void world_release(struct world *w);
/* Around a turn that has no helper here: begin, one call with w->turn, after(what it gave). */
void world_begin(struct world *w);
enum err world_after(struct world *w, enum err err);
/* Begins process P; variables as JSON text or NULL. */
enum err world_start(struct world *w, const char *vars);
enum err world_complete(struct world *w, const char *node, const char *vars);
enum err world_timer(struct world *w, const char *node);
enum err world_message(struct world *w, const char *name, bool *taken);
enum err world_signal(struct world *w, const char *name, bool *taken);
enum err world_move(struct world *w, const char *node, const char *target);
enum err world_fail(struct world *w, const char *node, const char *code);
enum err world_set(struct world *w, const char *vars);
/* The number of the token that waits at a node; 0 when none does. */
int64_t world_token(struct world *w, const char *node);
/* Nodes where something waits, sorted by token, blank between: "handle confirm". Open scopes are
 * left out. */
str world_waiting(struct world *w);
/* "TASK_CREATED handle; ENDED completed": the effects of the last turn, without ENTERED, LEFT. */
str world_effects(struct world *w);
void assert_waiting(struct world *w, const char *expected);
void assert_effects(struct world *w, const char *expected);
/* The model is refused with this error; some fault has this line (0: any) and holds this text. */
void assert_refused(const char *xml, enum err err, int line, const char *message);

#endif
