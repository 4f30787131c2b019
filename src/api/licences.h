/* Shared by the resources of licences. */
#ifndef JUNMA_API_LICENCES_H
#define JUNMA_API_LICENCES_H

#include "api/schemas.h"

#include "zone/licence.h"

/* What its holder and its issuer see; masked fields hidden from others. New reference. */
json_t *licence_json(struct call *c, struct licence *l);
/* What anyone sees who verifies: the public fields only. */
json_t *licence_public_json(struct call *c, const struct licence *l);
/* The licence of the path, if the reader may see it; within api_read. False: answered, reading over. */
bool licence_of_path(struct call *c, struct licence *out);

#endif
