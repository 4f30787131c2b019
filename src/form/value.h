/* Inside the form room: one answer under check, and the check of one value. */
#ifndef JUNMA_FORM_VALUE_H
#define JUNMA_FORM_VALUE_H

#include "form/internal.h"

struct answer {
    struct arena *arena;
    const struct form_env *env;
    struct diag_list *faults;
    json_t *working; /* the answer, less what is hidden so far */
    str path;        /* of the object under check: "items.2"; empty at the top */
    size_t row;      /* of a dynamic list, from 1; 0 outside */
    enum err first;
};

/* A sentence that goes on after the field's quoted label: "须填写" / "must be filled in". With f
 * NULL it stands alone. */
__attribute__((format(printf, 4, 6), format(printf, 5, 6))) void answer_fault(struct answer *a,
    const struct form_field *f, enum err err, const char *zh, const char *en, ...);
/* The value as it is stored, kept by the arena; NULL when empty or at fault. */
json_t *value_check(struct answer *a, const struct form_field *f, const json_t *v);

#endif
