/*
 * Decisions: OMG DMN 1.2 to 1.5 models read from XML, checked, made ready, decided.
 *
 *     XML --dmn_load--> struct dmn_model --dmn_decide--> feel_value (+ trace)
 *          (once)        immutable, shared    (often)
 *
 * A model that loads can be decided: every name is resolved, every expression compiled. What is not
 * supported or not right is refused at load, by name, with file and line; all faults of a file are
 * reported, not only the first.
 */
#ifndef JUNMA_DMN_H
#define JUNMA_DMN_H

#include "feel/feel.h"

enum {
    DMN_FILE_BYTES_MAX = 8 << 20,
    DMN_DEPTH_MAX = 64,
    DMN_ELEMENTS_MAX = 200000,
    DMN_FAULTS_MAX = 50,
};

struct dmn_model;
struct dmn_decision;
struct dmn_service;

/* One file; `file` is how messages name it. Everything lives in the arena. */
MUST_USE enum err dmn_load(struct arena *a, str file, str xml, struct dmn_model **out,
    struct diag_list *faults);

struct dmn_source {
    str file, xml;
};
/* Several files that import each other by namespace; out[i] is the model of sources[i]. */
MUST_USE enum err dmn_load_set(struct arena *a, const struct dmn_source *sources, size_t count,
    struct dmn_model **out, struct diag_list *faults);

/* As dmn_load_set; but with `lenient`, logic that does not compile gives null when it is decided
 * (as the standard says of errors) and undeclared names are null, instead of the model being
 * refused. The faults are listed all the same. For conformance suites, not for a pack. */
MUST_USE enum err dmn_load_with(struct arena *a, const struct dmn_source *sources, size_t count,
    bool lenient, struct dmn_model **out, struct diag_list *faults);

str dmn_model_name(const struct dmn_model *m);

/* By name, else by id; NULL when there is none. */
const struct dmn_decision *dmn_decision_find(const struct dmn_model *m, str name);
size_t dmn_decision_count(const struct dmn_model *m);
const struct dmn_decision *dmn_decision_at(const struct dmn_model *m, size_t index);
str dmn_decision_name(const struct dmn_decision *d);
str dmn_decision_id(const struct dmn_decision *d);
int dmn_decision_line(const struct dmn_decision *d);

/* The input data a decision needs, directly or through other decisions. */
struct dmn_input {
    str name;
    const struct feel_type *type; /* never NULL */
    int line;
    str label; /* of an output: as its column is headed, or "" */
};
MUST_USE enum err dmn_decision_inputs(const struct dmn_model *m, const struct dmn_decision *d,
    struct arena *a, const struct dmn_input **out, size_t *count);
/* The names of the outputs of its decision table (one without a name has the decision's); count 0
 * when the logic is no table. */
MUST_USE enum err dmn_decision_outputs(const struct dmn_model *m, const struct dmn_decision *d,
    struct arena *a, const struct dmn_input **out, size_t *count);

/* What happened, for a person to read. Caller's storage: set the arena, zero the rest. */
/* A cell of a rule that is not "-": what had to hold of which column. */
struct dmn_trace_test {
    str input, expression, test; /* the column's name and its FEEL, the cell's FEEL */
};
struct dmn_trace_rule {
    size_t index; /* from 1, as the clerk counts */
    str label;    /* the rule's annotation or description, or "" */
    int line;
    const struct dmn_trace_test *tests; /* of a rule that matched */
    size_t test_count;
};
struct dmn_trace_value {
    str name, expression;
    feel_value value;
};
struct dmn_trace_step {
    str decision;
    str hit_policy; /* "U", "F", "C+" …, "" when the logic is no table */
    const struct dmn_trace_value *inputs;
    size_t input_count;
    const struct dmn_trace_rule *rules; /* that matched, in order */
    size_t rule_count;
    feel_value result;
};
struct dmn_trace {
    struct arena *arena;
    const struct dmn_trace_step *steps; /* in the order of evaluation */
    size_t step_count, step_capacity;
    const struct dmn_trace_value *used; /* input data that was asked for and there */
    size_t used_count;
    const str *missing; /* inputs that were asked for and not there, or null */
    size_t missing_count;
    struct feel_warnings warnings;
};

/* inputs: a context by the names of input data; a decision named in it is taken as given and not
 * evaluated. The result is null when the logic gives null: the trace's warnings say why (for
 * instance that two rules of a unique table match). trace may be NULL. Errors as feel_eval. */
MUST_USE enum err dmn_decide(const struct dmn_model *m, const struct dmn_decision *decision,
    feel_value inputs, const struct feel_env *env, struct arena *a, feel_value *out,
    struct dmn_trace *trace, struct diag *d);

/* A decision service by name or id; its input data and input decisions are taken from inputs. */
const struct dmn_service *dmn_service_find(const struct dmn_model *m, str name);
MUST_USE enum err dmn_service_decide(const struct dmn_model *m, const struct dmn_service *service,
    feel_value inputs, const struct feel_env *env, struct arena *a, feel_value *out,
    struct dmn_trace *trace, struct diag *d);

/*
 * Three-valued answers: what can already be said while facts are missing. An input that `inputs` does
 * not name is missing; one that is there as null is known to be nothing. So is a member that the
 * declared type of an input has and the input's context has not ("person.city").
 *
 * Each outcome gets one of: yes, whatever the missing facts are; no, likewise; or cannot tell, with
 * the facts that stand in undecided cells of undecided rules that could still change it.
 *
 *     U, F, A, P   an outcome is a value the decision may give: the distinct results of the rules,
 *                  what it gives when no rule matches, and for U and A null by contradiction
 *     C, R, O      an outcome is an item of the list: several can be yes
 *     no table     true and false if the result is a boolean; else the value, as far as it is known
 *
 * Sound: a yes or a no holds for every completion of the facts by values (not null) of their types.
 * Cautious: undecided cells are not weighed against each other, so that rules `< 18` and `>= 18` with
 * one result leave it open while the number is missing, and so does `x or not(x)`.
 */
enum dmn_verdict { DMN_NO, DMN_YES, DMN_CANNOT_TELL };

struct dmn_outcome {
    enum dmn_verdict verdict;
    bool known;       /* false: the value itself hangs on missing facts */
    feel_value value; /* if known */
    bool otherwise;   /* what is given when no rule matches, or by contradiction */
    const struct dmn_trace_rule *rules; /* that give it, whether they match or not */
    size_t rule_count;
    const str *missing; /* cannot tell: why */
    size_t missing_count;
};

struct dmn_answer {
    bool settled;     /* the decision's value is certain */
    feel_value value; /* if settled */
    const struct dmn_outcome *outcomes;
    size_t outcome_count;
    const str *missing; /* unless settled: what would settle it */
    size_t missing_count;
};

/* Errors as dmn_decide. */
MUST_USE enum err dmn_answer(const struct dmn_model *m, const struct dmn_decision *decision,
    feel_value inputs, const struct feel_env *env, struct arena *a, struct dmn_answer *out,
    struct diag *d);
/* {settled, value, missing, outcomes: [{verdict: "yes" | "no" | "cannot-tell", known, value,
 * otherwise, rules: [{index, label, line}], missing}]}. Kept by the arena; NULL without memory. */
json_t *dmn_answer_json(struct arena *a, const struct dmn_answer *answer);

/* A trace as JSON for the web: {steps: [{decision, hitPolicy, inputs: [{name, expression, value}],
 * rules: [{index, label, line, tests: [{input, expression, test}]}], result}], used: [{name,
 * value}], missing, warnings: [{zh, en, line, column}]}. Kept by the arena. */
json_t *dmn_trace_json(struct arena *a, const struct dmn_trace *t);

#endif
