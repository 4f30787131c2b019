/*
 * Evaluation with facts missing: what can be said of an expression's value when some variables are
 * not known. Not null: null is an answer ("there is none"), a missing fact is a question.
 *
 *     known      the value is the same whatever the missing facts are
 *     unknown    it may depend on them; `missing` names those that it may depend on
 *
 * A part of a program that reads nothing unknown runs on the machine as always. Above it, what the
 * standard's tables decide early is decided early: false and X, true or X, one true test of several,
 * a condition that is known, both branches alike, a bound that is already passed. Everything else
 * that reads a missing fact is unknown: sound, and at times more careful than a person would be
 * (x or not(x) is unknown). A missing fact is taken to be of the type that is asked of it.
 *
 * A value may be known in parts: a context some of whose declared members are missing.
 */
#ifndef JUNMA_FEEL_PARTIAL_H
#define JUNMA_FEEL_PARTIAL_H

#include "feel/build.h"

/* Names of missing facts, each once, in the order in which they were met. */
struct feel_facts {
    const str *names;
    size_t count;
};

struct feel_partial {
    bool unknown;
    feel_value value; /* unless unknown; of one with parts, a context of what is known */
    struct feel_facts missing;
    const struct feel_part *parts; /* or NULL: what is known of its members */
    size_t part_count;
};

struct feel_part {
    str name;
    struct feel_partial value;
};

static inline struct feel_partial feel_known(feel_value v)
{
    return (struct feel_partial){ .value = v };
}

MUST_USE enum err feel_facts_add(
    struct feel_machine *m, struct feel_facts *to, const struct feel_facts *from);
/* A context from its members, which are kept: known when all of them are. */
MUST_USE enum err feel_partial_context(struct feel_machine *m, const struct feel_part *parts,
    size_t count, struct feel_partial *out);

/* An evaluation under way, handed to host nodes. */
struct feel_partly {
    struct feel_machine *m;
    const struct feel_partial *globals; /* of the program that runs; NULL: all known */
    struct feel_partial *locals;        /* beside the machine's frame, slot for slot */
    uint32_t depth;
};

/* globals: as many as feel_program_global_count says. The result's parts live in the arena. */
MUST_USE enum err feel_partial_eval(struct feel_machine *m, const struct feel_program *p,
    const struct feel_partial *globals, struct feel_partial *out);

/* Calls `what` in a frame of the program, with its globals: for a look at a part of it. */
MUST_USE enum err feel_partial_with(struct feel_machine *m, const struct feel_program *p,
    const struct feel_partial *globals, enum err (*what)(void *ctx, struct feel_partly *p),
    void *ctx);

/* For host nodes: one node; the facts it might read, whether they matter or not; a local. */
MUST_USE enum err feel_partial_node(
    struct feel_partly *p, const struct feel_node *n, struct feel_partial *out);
MUST_USE enum err feel_partial_reads(
    struct feel_partly *p, const struct feel_node *n, struct feel_facts *facts);
void feel_partial_set_local(struct feel_partly *p, uint32_t slot, const struct feel_partial *v);

#endif
