/*
 * What the server itself says about other systems (docs/services.md): where it may call, which
 * secrets it shows there, and which secrets those show who send messages here. A file of its own
 * beside the pack, readable by the server alone:
 *
 *     { "allow": ["api.example", "10.0.0.5:8443"],
 *       "connectors": { "credit": { "headers": ["Authorization: Bearer …"],
 *                                   "token": "…", "ca_file": "/etc/junma/credit-ca.pem" } } }
 */
#ifndef JUNMA_ZONE_SERVICES_H
#define JUNMA_ZONE_SERVICES_H

#include "fetch/fetch.h"
#include "zone/job.h"

enum { SERVICES_BYTES_MAX = 256 * 1024, SERVICE_TOKEN_BYTES_MIN = 24 };

struct services;

/* Unknown members are refused by name. file is for messages. Lives in a. */
MUST_USE enum err services_read(
    struct arena *a, str text, const char *file, const struct services **out, struct diag *d);
/* The connector whose token this is; empty when it is nobody's. s may be NULL. */
str services_by_token(const struct services *s, str token);

/* The call of a job: what goes out. ERR_FORBIDDEN when the server may not go there, ERR_INVALID for
 * settings that make no request. */
MUST_USE enum err services_request(
    struct op *op, const struct services *s, const struct job *j, struct fetch_request *out);

/* What an answer means. */
enum service_meaning { SERVICE_DONE, SERVICE_ERROR, SERVICE_RETRY, SERVICE_FAILED };
struct service_verdict {
    enum service_meaning meaning;
    json_t *answer; /* {status, body, type} */
    str error;      /* SERVICE_ERROR: the code */
    struct job_failure failure;
};
MUST_USE enum err services_judge(
    struct op *op, const struct job *j, const struct fetch_done *done, struct service_verdict *out);

#endif
