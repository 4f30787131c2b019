/*
 * What the files of this room share.
 *
 *     dmn_load ─ xml.c ─▶ tree ─ load.c ─▶ elements, requirements ─ item.c ─▶ types
 *                                   └─ logic.c, table.c ─▶ one FEEL program an element
 *     dmn_decide ─ decide.c: a run holds the machine and a value a element, each computed once
 *
 * A decision's program has as globals what the decision requires, by name; things of an imported
 * model stand in one context under the import's name. A business knowledge model's program gives a
 * function value; a decision service is a native function that starts a run of its own.
 */
#ifndef JUNMA_DMN_INTERNAL_H
#define JUNMA_DMN_INTERNAL_H

#include "dmn/dmn.h"
#include "dmn/xml.h"
#include "feel/build.h"
#include "feel/partial.h"

enum element_kind { ELEMENT_INPUT, ELEMENT_DECISION, ELEMENT_KNOWLEDGE, ELEMENT_SERVICE };

struct element;

/* A name in the scope of an element's logic: an element, or an import's name with what is used of
 * it. */
struct binding {
    str name;
    struct element *element;      /* NULL: a group */
    const struct binding *members; /* of a group */
    size_t member_count;
};

struct element {
    enum element_kind kind;
    struct dmn_model *model;
    const struct xml_node *xml;
    str id, name;
    size_t index; /* in the set: where a run keeps its value */
    const struct feel_type *type;
    struct element **requires;
    size_t require_count;
    const struct binding *bindings; /* globals of the program, in order */
    size_t binding_count;
    struct feel_program *program; /* NULL: no logic */
    int64_t self;                 /* knowledge: the global that is itself */
    const struct table *table;    /* when the logic is a decision table */
    /* service */
    struct element **outputs, **encapsulated;
    size_t output_count, encapsulated_count, input_count;
    struct feel_native native;
    bool cyclic_visited, cyclic_active;
};

struct import {
    str name, namespace;
    struct dmn_model *model;
};

struct dmn_model {
    struct model_set *set;
    str file, name, namespace;
    const struct xml_node *root;
    struct import *imports;
    size_t import_count;
    struct feel_field *types; /* item definitions; of imports as "import.name" */
    size_t type_count;
    struct element **elements; /* in the order of the file */
    size_t element_count;
};

struct model_set {
    struct arena *arena;
    struct dmn_model **models;
    size_t model_count, element_count;
    struct diag_list *faults;
    bool lenient;
};

/* faults */
void dmn_fault(struct dmn_model *m, const struct xml_node *at, enum err e, const char *zh,
    const char *en, str what);
void dmn_fault_feel(struct dmn_model *m, const struct xml_node *at, struct diag *d);

/* item.c */
bool dmn_load_types(struct dmn_model *m);
/* NULL when the name is empty or (with a fault) unknown. */
const struct feel_type *dmn_type(struct dmn_model *m, str type_ref, const struct xml_node *at);

/* logic.c */
struct compiling {
    struct dmn_model *model;
    struct element *element;
    struct feel_builder *builder;
    struct diag diag;
    int depth;
};
bool dmn_compile_element(struct element *e);
/* The one expression among an element's children; NULL when there is none. */
const struct xml_node *dmn_expression_of(const struct xml_node *n);
const struct feel_node *dmn_compile_expression(struct compiling *c, const struct xml_node *n);
/* A FEEL text; a fault becomes a null constant. */
const struct feel_node *dmn_compile_text(struct compiling *c, const struct xml_node *at, str text);

/* table.c */
const struct feel_node *dmn_compile_table(struct compiling *c, const struct xml_node *n);

struct table_input {
    str name;
    const struct feel_node *expression;
    uint32_t slot;
};
struct table_output {
    str name, label;
    const struct feel_type *type;
    const struct feel_node *otherwise; /* default, or NULL */
    const struct feel_node **values;   /* priority order, each an expression or a test */
    size_t value_count;
};
struct table_rule {
    const struct feel_node *const *tests; /* NULL entry: always */
    const struct feel_node *const *results;
    str label;
    int line;
};
struct table {
    char policy;      /* U A P F R O C */
    char aggregation; /* 0 + < > # */
    struct table_input *inputs;
    struct table_output *outputs;
    struct table_rule *rules;
    size_t input_count, output_count, rule_count;
    const struct xml_node *xml;
};

enum err dmn_table_decide(const void *ctx, struct feel_machine *m, feel_value *out);
/* Does the result come before the other by the order of the output values (P and O)? */
enum err dmn_table_precedes(
    struct feel_machine *m, const struct table *t, feel_value a, feel_value b, bool *yes);

/* answer_table.c */
extern const struct feel_host_kind dmn_table_kind;

/* One thing a table may give: a rule's result, or what it gives else. */
struct candidate {
    int64_t rule; /* -1: none */
    struct feel_partial value;
    enum dmn_verdict match; /* of the rule */
    bool possible;          /* the table may give this (of a list: hold this) */
};
struct judgement {
    const struct table *table;
    struct candidate *candidates;
    size_t count;
    bool list;                 /* C, R, O: items, not alternatives */
    struct feel_facts missing; /* that keep it from being settled */
    struct feel_facts *rule_missing; /* of each rule that is undecided */
};
enum err dmn_table_judge(const struct table *t, struct feel_partly *p, struct judgement *out);

/* decide.c */

/* A global that waits for a knowledge model under way: two that call each other. */
struct awaited {
    feel_value *slot;
    const struct element *element;
    struct awaited *next;
};

struct run {
    const struct model_set *set;
    struct feel_machine *machine;
    feel_value inputs;
    feel_value *values;
    uint8_t *states; /* 0 not yet, 1 under way, 2 known */
    struct dmn_trace *trace;
    struct dmn_trace_step *step; /* of the decision under way, or NULL */
    struct run *outer;
    struct awaited *awaited;
    const struct element *service; /* whose inputs are taken as given */
};
enum err dmn_value_of(struct run *r, const struct element *e, feel_value *out);
enum err dmn_service_call(void *ctx, struct feel_machine *m, const feel_value *args,
    feel_value *out);

enum err dmn_run_start(struct run *r, const struct model_set *set, const struct feel_env *env,
    struct arena *a, struct feel_env *own, struct dmn_trace *trace, struct diag *d);
/* By name; inputs of an imported model may also stand under the model's name. NULL: not given. */
const feel_value *dmn_given(const struct run *r, const struct element *e);
enum err dmn_input_value(struct run *r, const struct element *e, feel_value *out);

/* trace.c */
struct dmn_trace_step *dmn_trace_begin(struct run *r, const struct element *e);

#endif
