/* Shared by the files that know service items (service*.c) and what shows them. */
#ifndef JUNMA_ZONE_SERVICE_INTERNAL_H
#define JUNMA_ZONE_SERVICE_INTERNAL_H

#include "zone/service.h"

/* The forms that are one form for these items, the kind's own last; room for ITEM_BUNDLE_MAX + 1. */
size_t service_forms(const struct pack_system *s, const struct service *v, const struct form **forms);
/* Does the zone hold a licence of that type that is valid today? *id is it, 0: no. */
MUST_USE enum err service_held(
    struct op *op, str holder_register, int64_t holder, str licence, int64_t *id);
/* In a write, by the holder: the unit may fetch the licence that stands for the paper. */
MUST_USE enum err service_consent(
    struct op *op, const struct service_material *m, str purpose, str unit, int64_t case_id);

#endif
