/* Shared by migrate_*.c. */
#ifndef JUNMA_ZONE_MIGRATE_INTERNAL_H
#define JUNMA_ZONE_MIGRATE_INTERNAL_H

#include "zone/case_internal.h"
#include "zone/migrate.h"

/* Two versions of a kind's definitions, and what of the one becomes what of the other. */
struct migrate_ends {
    const struct pack *from_pack, *to_pack;
    const struct pack_system *from, *to;
    const struct bpmn_mapping *map; /* of steps and flows, the process itself among them */
    size_t map_count;
    const struct bpmn_mapping *promises;
    size_t promise_count;
};
/* Finds the chosen cases. */
MUST_USE enum err migrate_chosen(
    struct op *op, const struct migrate_request *r, int64_t **ids, size_t *count);
MUST_USE enum err migrate_ends(
    struct op *op, const struct migrate_request *r, struct migrate_ends *out);
/* Turns of the new version are made with the case in memory; conflicts gets what does not fit. */
MUST_USE enum err migrate_try(
    struct moving *m, const struct migrate_ends *ends, struct diag_list *conflicts);
/* The same, kept: rows, journal. */
MUST_USE enum err migrate_case(struct moving *m, const struct migrate_ends *ends, int64_t run,
    str reason, struct diag_list *conflicts);
str migrate_mapped(const struct bpmn_mapping *map, size_t count, str id);
json_t *migrate_map_json(const struct migrate_request *r);
/* Reads what migrate_map_json made. */
void migrate_map_read(const json_t *map, struct migrate_request *r);

#endif
