/* What granting a case does to licences, by its items; see the .c. */
#ifndef JUNMA_ZONE_SERVICE_RESULT_H
#define JUNMA_ZONE_SERVICE_RESULT_H

#include "zone/licence.h"
#include "zone/service.h"

struct service_result {
    const struct pack_item *item;
    const struct pack_licence *type;
    enum pack_result_act act; /* as it would come out now; never NONE in a list */
    struct licence held;      /* what is changed, renewed or ended; id 0: none */
    json_t *data;             /* fields that are known, by name */
};
/* By the case's items and variables, at most ITEM_BUNDLE_MAX. fetch: the licences that stand for
 * papers are looked at too, each of which is kept; in a write, by the unit that has the consent. */
MUST_USE enum err service_results(struct op *op, const struct case_row *c, const json_t *variables,
    bool fetch, struct service_result **out, size_t *count);
/* What granting would do, while the case is still to be decided; papers are not looked at. */
MUST_USE enum err service_preview(
    struct op *op, const struct case_row *c, struct service_result **out, size_t *count);
/* The licences that came of the case: issued, changed, renewed or ended by it. */
MUST_USE enum err service_licences(
    struct op *op, const struct case_row *c, struct licence **out, size_t *count);
/* The variable `results` of a case that is granted. given: what the officer said, by type and field.
 * ERR_INVALID with faults "licences.<type>.<field>" when a type's field is missing or wrong. */
MUST_USE enum err service_grant(struct op *op, const struct case_row *c, const json_t *variables,
    const json_t *given, struct diag_list *faults, json_t **out);

#endif
