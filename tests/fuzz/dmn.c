/*
 * Fuzz target: decision models. Whatever loads can be decided: each decision once without inputs,
 * under small limits, with a trace that goes out as JSON. Whatever does not load says why.
 */
#include "dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { DECISIONS_MOST = 8 };

static void decide(struct arena *a, const struct dmn_model *m, const struct dmn_decision *decision)
{
    struct feel_env env = {
        .limits = { .steps = 20000, .depth = 60, .list_items = 2000, .text_bytes = 64 * KIB }
    };
    struct dmn_trace trace = { .arena = a };
    const struct dmn_input *inputs;
    size_t count;
    struct diag d = { 0 };
    feel_value out, none = feel_context_of(a, NULL, 0);
    (void)!dmn_decision_inputs(m, decision, a, &inputs, &count);
    (void)!dmn_decision_outputs(m, decision, a, &inputs, &count);
    enum err e = dmn_decide(m, decision, none, &env, a, &out, &trace, &d);
    if (e != OK)
        ASSERT(d.err == e && d.zh[0] && d.en[0]);
    (void)dmn_trace_json(a, &trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena a;
    struct dmn_model *m;
    struct diag_list faults;
    arena_init(&a, NULL, 32 * MIB);
    diag_list_init(&faults, &a, DMN_FAULTS_MAX);
    enum err e = dmn_load(&a, STR("x.dmn"), (str){ (const char *)data, bytes }, &m, &faults);
    if (e != OK)
        ASSERT(faults.total || arena_failed(&a));
    for (size_t i = 0; e == OK && i < dmn_decision_count(m) && i < DECISIONS_MOST; i++)
        decide(&a, m, dmn_decision_at(m, i));
    arena_release(&a);
    return 0;
}
