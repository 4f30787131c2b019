/* The service step that issues a licence or acts on one (junma:handler="licence"). */
#ifndef JUNMA_ZONE_LICENCE_JOB_H
#define JUNMA_ZONE_LICENCE_JOB_H

#include "zone/job.h"
#include "zone/licence.h"

/* In the transaction that moves the case on. *answer: {id, identifier, number, status, version,
 * validFrom, validTo}. */
MUST_USE enum err licence_perform(
    struct op *op, const struct job *j, const struct bpmn_service *s, json_t **answer);

#endif
