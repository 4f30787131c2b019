/*
 * Forms: what is asked, and how an answer is checked. The schema is form-js JSON; types.def lists
 * its components. Conditions are FEEL. What form-js has no place for stands under `properties` as
 * "junma:…" (README.md lists it). A component or attribute that would change what is asked and is
 * not known here is refused by name when the form is loaded.
 *
 * Loaded once into an immutable form; form_check() is pure: the same answer gives the same faults.
 */
#ifndef JUNMA_FORM_FORM_H
#define JUNMA_FORM_FORM_H

#include "base/json.h"

enum {
    FORM_JSON_BYTES_MAX = 512 * 1024,
    FORM_COMPONENTS_MAX = 500,
    FORM_DEPTH_MAX = 6,              /* groups within groups */
    FORM_OPTIONS_MAX = 2000,         /* of one select */
    FORM_TEXT_DEFAULT_MAX = 200,     /* code points of a textfield that names no maxLength */
    FORM_TEXTAREA_DEFAULT_MAX = 4000,
    FORM_TEXT_HARD_MAX = 20000,      /* no maxLength may be above */
    FORM_FILES_MAX = 20,             /* of one filepicker */
    FORM_ROWS_MAX = 200,             /* of one dynamic list */
};

enum form_type {
#define T(name, word, has_value) FORM_##name,
#include "form/types.def"
#undef T
    FORM_TYPE_COUNT
};

/* What pages, lists and figures need to know of one field. Empty texts were not given. */
struct form_field {
    enum form_type type;
    str key, label, label_en, description, description_en;
    str why, why_en; /* why it is asked */
    str mask;        /* junma:mask: how it is shown to who may not see it */
    str check;       /* junma:check: "credit-code", … */
    bool required;
    int line;
    const struct form_field *parent; /* the list or group with a path whose object holds it */
    const struct form_rule *rule;    /* of this room */
};

struct form;

/* Reads and checks a form. Each fault has file, line (found by scanning) and a JSON pointer as
 * field. Returns the first fault's error. The form lives in a. */
MUST_USE enum err form_load(struct arena *a, str file, str json, struct form **out,
    struct diag_list *faults);

/* What a check may use from outside. */
struct form_env {
    int64_t now_ms;
    int offset_s; /* of local time, seconds east of UTC */
    /* For `valuesKey` options and conditions: an object of more names, or NULL. */
    const json_t *context;
};

/* Checks an answer (a JSON object) against the form: unknown fields are refused by name, fields
 * that a condition hides are dropped, values get the type and form that is stored. Faults have the
 * field's key as field and speak its label. *cleaned is kept by a; set on OK only. */
MUST_USE enum err form_check(const struct form *f, const json_t *data, const struct form_env *env,
    struct arena *a, json_t **cleaned, struct diag_list *faults);

str form_id(const struct form *f);
size_t form_field_count(const struct form *f);
const struct form_field *form_field_at(const struct form *f, size_t index);
/* NULL when there is none; first of that key. */
const struct form_field *form_field_by_key(const struct form *f, str key);
/* The label of a stored value of a select, radio, checkbox group; the empty text when unknown.
 * lang "zh" or "en". */
str form_value_label(const struct form_field *field, str value, const char *lang);
/* The schema as it was read, for the web's form viewer; borrowed. */
const json_t *form_to_json(const struct form *f);

#endif
