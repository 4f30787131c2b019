/*
 * The catalogue of a kind of case: service items, the materials they ask for, bundles of items that
 * are done as one thing, words people say for them. docs/services-catalogue.md has the format.
 *
 * An item goes by its handling code of 33 characters: the implementing body's credit code (18), the
 * level at which the power is exercised (1), the basic code of the national list (12: region 2,
 * type 2, ministry 2, matter 3, part 3), and the handling item (2). The first 31 are its
 * implementation code. Several entries of a code are versions, one after the other in time.
 */
#ifndef JUNMA_PACK_ITEMS_H
#define JUNMA_PACK_ITEMS_H

#include "feel/feel.h"
#include "form/form.h"

enum {
    ITEM_CODE_BYTES = 33,
    ITEM_IMPLEMENTATION_BYTES = 31,
    ITEM_BASIC_AT = 19,
    ITEM_BASIC_BYTES = 12,
    ITEM_TYPE_AT = 21,
    ITEM_LEVEL_AT = 18,
    ITEM_BUNDLE_MAX = 10, /* items handled as one case */
};

struct pack;
struct pack_system;
/* A name in the two languages of the house; both are always there. */
struct name2 {
    str zh, en;
};

/* How a paper is done without: it is asked for no more; the zone holds it as an electronic licence;
 * the applicant's word is taken; the unit looks it up itself. */
enum pack_waive {
    PACK_WAIVE_NONE,
    PACK_WAIVE_CANCELLED,
    PACK_WAIVE_SHARED,
    PACK_WAIVE_COMMITMENT,
    PACK_WAIVE_CHECKED,
};
const char *pack_waive_word(enum pack_waive w);

struct pack_material {
    str code;
    struct name2 name, issuer, note;
    str licence; /* the type of licence that stands for it; may be empty */
    enum pack_waive waive;
};

/* A paper that an item asks for. */
struct pack_item_material {
    const struct pack_material *material;
    const struct feel_program *when; /* NULL: always; else where the answers make it true */
    str when_text;
    struct name2 situation; /* `when` in words */
    bool required;
    int originals, copies;
};

struct pack_basis {
    struct name2 law, article;
};
struct pack_question {
    struct name2 question, answer;
};

enum pack_result { PACK_RESULT_DOCUMENT, PACK_RESULT_LICENCE, PACK_RESULT_NONE };
const char *pack_result_word(enum pack_result r);

/* What granting an item does to the licence that is its result: nothing by itself (its unit sees to
 * it at its licence desk); a first one; the next version; its next term; its end. */
enum pack_result_act {
    PACK_ACT_NONE,
    PACK_ACT_ISSUE,
    PACK_ACT_CHANGE,
    PACK_ACT_RENEW,
    PACK_ACT_CANCEL,
};
const char *pack_result_act_word(enum pack_result_act a);

/* A field of that licence, out of the case's variables and `papers`. */
struct pack_item_field {
    str name;
    const struct feel_program *program;
};

struct pack_item {
    str code;
    struct name2 name, conditions;
    str unit, implementer_code, file; /* file: where it stands in the pack */
    struct name2 implementer;
    int64_t from, to; /* days since 1970, both included */
    bool on_spot;     /* 即办件, else 承诺件 */
    str theme;        /* a topic */
    const str *objects, *events, *stages, *depths, *said, *joint_units, *special, *excludes;
    size_t object_count, event_count, stage_count, depth_count, said_count, joint_unit_count,
        special_count, exclude_count;
    int legal_days, promised_days, visits;
    bool featured, renewal;
    bool no_document; /* every paper is done without */
    const struct pack_item_material *materials;
    size_t material_count;
    const struct pack_basis *basis;
    size_t basis_count;
    int64_t fee; /* in fen; 0: free */
    struct name2 fee_note;
    enum pack_result result;
    struct name2 result_name;
    str licence; /* the type that is the result, or that is ended; may be empty */
    enum pack_result_act act;
    const struct pack_item_field *fields;
    size_t field_count;
    const struct form *form; /* what it asks beyond the kind's own form; NULL: nothing */
    str form_file;
    struct name2 place, hours;
    str phone;
    const struct pack_question *questions;
    size_t question_count;
};

/* Several items as one thing. */
struct pack_bundle {
    str code;
    struct name2 name, note;
    str event, stage; /* may be empty */
    const str *items;
    size_t item_count;
};

/* Whoever says one of these means what is found by those. */
struct pack_synonym {
    const str *say, *means;
    size_t say_count, mean_count;
};

struct pack_item_form {
    str path;
    const struct form *form;
};

struct pack_catalogue {
    const struct pack_item *items; /* by code, then from */
    size_t item_count;
    const struct pack_material *materials;
    size_t material_count;
    const struct pack_bundle *bundles;
    size_t bundle_count;
    const struct pack_synonym *synonyms;
    size_t synonym_count;
    const struct pack_item_form *forms; /* that the items name, each once */
    size_t form_count;
};

/* What a step may end with, beside the verb: "accept", "refuse" … */
struct pack_outcome {
    str code;
    struct name2 name;
    bool text;           /* words must be given */
    bool answer;         /* they are the case's answer */
    bool corrections;    /* it says which materials are to be put right */
    bool granted;        /* what was asked for is given */
    struct name2 remedy; /* added to the answer: what to do against it */
};

/* By code, in force on that day; NULL: none. */
const struct pack_item *pack_item_on(const struct pack_catalogue *c, str code, int64_t day);
const struct pack_bundle *pack_bundle(const struct pack_catalogue *c, str code);
const struct pack_material *pack_material(const struct pack_catalogue *c, str code);
const struct pack_outcome *pack_outcome(const struct pack_system *s, str code);
/* May they not be handled together? */
bool items_exclude(const struct pack_item *a, const struct pack_item *b);
static inline str item_implementation(const struct pack_item *i)
{
    return str_slice(i->code, 0, ITEM_IMPLEMENTATION_BYTES);
}
static inline str item_basic(const struct pack_item *i)
{
    return str_slice(i->code, ITEM_BASIC_AT, ITEM_BASIC_AT + ITEM_BASIC_BYTES);
}
static inline str item_type(const struct pack_item *i)
{
    return str_slice(i->code, ITEM_TYPE_AT, ITEM_TYPE_AT + 2);
}
static inline str item_level(const struct pack_item *i)
{
    return str_slice(i->code, ITEM_LEVEL_AT, ITEM_LEVEL_AT + 1);
}

#endif
