/*
 * The inside of a form: compiled conditions and patterns, checked limits. Made by load.c and
 * rules.c, read by check.c; immutable.
 */
#ifndef JUNMA_FORM_INTERNAL_H
#define JUNMA_FORM_INTERNAL_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include "feel/feel.h"
#include "base/check.h"
#include "form/form.h"

#include <pcre2.h>

enum form_check_kind {
#define C(name, word) FORM_CHECK_##name,
#include "form/checks.def"
#undef C
    FORM_CHECK_COUNT
};

enum form_subtype { FORM_DATE, FORM_TIME, FORM_DATE_TIME };

struct form_option {
    const json_t *value; /* string, number or boolean */
    str label, label_en;
};

struct form_rule {
    int64_t min_length, max_length; /* code points; files and choices: how many */
    feel_value min, max;            /* null: none */
    int decimal_digits;             /* -1: any */
    bool as_text;                   /* number: serializeToString */
    bool past_refused;              /* datetime: disallowPassedDates */
    bool multiple;                  /* filepicker */
    enum form_subtype subtype;
    enum form_check_kind check;
    str pattern, pattern_message, pattern_message_en;
    pcre2_code *code;
    struct feel_program *hide;
    struct form_option *options;
    size_t option_count;
    str values_key;
    str path; /* group, dynamic list: where its fields stand in the data */
    const struct form_field **fields; /* of a group or list, and of the form itself */
    size_t field_count;
};

struct form {
    str id, file;
    json_t *schema;
    struct form_field **fields; /* all, groups included, in document order */
    size_t count;
    struct form_rule top; /* its .fields are the outermost */
};

/* load.c: the state while a schema is read. */
struct form_reader {
    struct arena *arena;
    struct diag_list *faults;
    str file, text;
    struct form *form;
    struct form_field **made; /* by the order of reading */
    size_t made_count, capacity;
    size_t scan; /* where in the text the next component is looked for */
    enum err first;
};

__attribute__((format(printf, 5, 7), format(printf, 6, 7))) void form_fault(struct form_reader *r,
    str pointer, int line, enum err err, const char *zh, const char *en, ...);
/* rules.c: everything of one component but its children. */
void form_read_rules(struct form_reader *r, const json_t *c, struct form_field *f,
    struct form_rule *rule, str pointer);

#endif
