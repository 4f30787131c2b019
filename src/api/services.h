/* JSON of service items; for services.c, service_case.c and cases.c. */
#ifndef JUNMA_API_SERVICES_H
#define JUNMA_API_SERVICES_H

#include "api/internal.h"
#include "zone/service.h"

/* items, bundle and materials of a body; NULL: the body names none. False: a fault, answered. */
bool asked_read(struct call *c, const struct service_ask **out);
/* The papers alone: "materials" of a body. */
bool papers_read(struct call *c, const struct service_paper **out, size_t *count);
/* Files of the papers too, so that they are linked to the case. */
bool papers_add_files(struct call *c, const struct service_paper *papers, size_t count,
    const int64_t **files, size_t *file_count);
json_t *service_brief_json(struct call *c, const struct pack_item *i);

#endif
