/*
 * A model run alone in memory, for junma run: one small world of instances, timers and messages
 * with a clock of its own.
 *
 *     run.c          options, files, the order of things
 *     run_world.c    instances, timers, messages between them; what a turn led to
 *     run_script.c   the answers that a modeller wrote down
 */
#ifndef JUNMA_COMMAND_RUN_H
#define JUNMA_COMMAND_RUN_H

#include "bpmn/bpmn.h"
#include "command/command.h"
#include "dmn/dmn.h"

enum { RUN_FILES_MAX = 16, RUN_INSTANCES_MAX = 1000, RUN_TURNS_MAX = 20000 };

struct run_file {
    const char *path;
    const struct bpmn_model *model;
};

struct run_instance {
    const struct bpmn_node *process;
    const struct bpmn_model *model;
    struct bpmn_instance *state;
    int caller; /* instance that called it, or -1 */
    int64_t caller_token;
    bool failed; /* ended with an error nobody caught */
    str error;
};

struct run_timer {
    int instance; /* -1: a timer start event */
    int64_t id, due_ms;
    const struct bpmn_node *node;
    const struct bpmn_model *model;
    int64_t remaining; /* start event: how often still, after this one; -1 without end */
    str interval;
};

/* What goes from one instance to others; messages stay until somebody asks for them. */
struct run_mail {
    bool signal;
    int from; /* instance, -1: the script */
    str name;
    const json_t *vars;
};

enum run_act { ACT_COMPLETE, ACT_FAIL, ACT_MESSAGE, ACT_SIGNAL, ACT_WAIT, ACT_START };

struct run_step {
    enum run_act act;
    int line;
    str name, code; /* node, message, signal; error code */
    str after;      /* how long it takes */
    const json_t *vars;
};

struct run_world {
    struct command_line *line;
    struct arena *arena, home, turn_arena;
    struct bpmn_host host;
    struct run_file files[RUN_FILES_MAX];
    size_t file_count;
    struct dmn_model *decisions[RUN_FILES_MAX];
    size_t decision_count;
    struct run_instance *instances;
    size_t instance_count, instance_capacity;
    struct run_timer *timers;
    size_t timer_count, timer_capacity;
    struct run_mail *mail;
    size_t mail_count, mail_capacity;
    struct run_step *steps;
    size_t step_count, step_capacity, next_step;
    bool trace, virtual_clock, by_script;
    size_t turns;
    int failures;
};

/* run_world.c. Each is one turn or some; a fault is in line->diag. */
MUST_USE enum err world_begin_all(struct run_world *w, const char *process, const json_t *vars);
MUST_USE enum err world_start(struct run_world *w, const struct bpmn_model *m,
    const struct bpmn_node *process, str start_event, const json_t *vars, int caller,
    int64_t token);
MUST_USE enum err world_start_at(struct run_world *w, str event, const json_t *vars);
MUST_USE enum err world_complete(
    struct run_world *w, int instance, int64_t token, const json_t *vars);
MUST_USE enum err world_fail(struct run_world *w, int instance, int64_t token, str code);
MUST_USE enum err world_send(
    struct run_world *w, bool signal, int from, str name, const json_t *vars);
/* Brings mail to those who wait for it now; *moved when somebody took some. */
MUST_USE enum err world_deliver(struct run_world *w, bool *moved);
/* The timer that is due first; NULL when none runs. */
const struct run_timer *world_next_timer(const struct run_world *w);
MUST_USE enum err world_fire_next(struct run_world *w);
MUST_USE enum err world_after(
    struct run_world *w, int64_t from_ms, str duration, bool working, int64_t *due_ms);
/* A waiting task at a node of that id or name ("": any), the oldest; false when there is none. */
bool world_task(const struct run_world *w, str node, int *instance, int64_t *token);
bool world_all_ended(const struct run_world *w);
/* Prints a line at the present instant; by instance (-1: none) and node (NULL: none). */
__attribute__((format(printf, 4, 6), format(printf, 5, 6))) void world_say(
    const struct run_world *w, int instance, const struct bpmn_node *node, const char *zh,
    const char *en, ...);
void world_say_end(const struct run_world *w);
str world_name(const struct run_world *w, const struct bpmn_node *n);

/* run_script.c */
MUST_USE enum err script_read(struct run_world *w, const char *path);
/* Does the next step if it can be done now; *done says whether. */
MUST_USE enum err script_step(struct run_world *w, bool *done);

#endif
