/* What a pack says of places: the zone's own base map, and what residents may report (map.c,
 * open311.c). Part of pack.h, which says how definitions live. */
#ifndef JUNMA_PACK_PLACES_H
#define JUNMA_PACK_PLACES_H

#include "pack/items.h"

struct pack_file;
struct pack_system;
struct pack_topic;

/* ---- the zone's own base map: map/map.json and its GeoJSON files ----------------------------- */

/* A line that one can walk along. */
struct pack_way {
    const double *points; /* longitude, latitude, longitude, … of WGS 84 */
    size_t count;         /* of points */
};

struct pack_map {
    bool there;
    struct name2 note;               /* what it is and is not: shown on every map */
    double west, south, east, north; /* what a map opens on */
    int metres_a_minute;             /* how fast people walk */
    const struct pack_file *const *files;
    size_t file_count;
    const struct pack_way *ways;
    size_t way_count;
};

/* ---- what residents may report: <system>/open311.json (GeoReport v2) -------------------------- */

enum pack_311_type {
    PACK_311_STRING, PACK_311_NUMBER, PACK_311_DATETIME, PACK_311_TEXT, PACK_311_ONE, PACK_311_SEVERAL
};
extern const char *const pack_311_types[], *const pack_311_modes[]; /* words, NULL-ended */

struct pack_311_value {
    str key;
    struct name2 name;
};
struct pack_311_attribute {
    str code;
    enum pack_311_type type;
    bool required;
    struct name2 description, hint; /* hint may be empty */
    const struct pack_311_value *values;
    size_t value_count;
};
struct pack_311_service {
    const struct pack_topic *topic; /* its code is the service's */
    int mode;                       /* of pack_311_modes */
    bool is_private;                /* its reports are shown to nobody outside */
    struct name2 description, notice;
    const struct pack_311_attribute *attributes;
    size_t attribute_count;
};
struct pack_open311 {
    const struct pack_system *system;
    str jurisdiction, changeset;
    struct name2 contact, key_service;
    str lon, lat, details; /* form fields */
    const struct pack_311_service *services;
    size_t service_count;
};
/* NULL when there is none. */
const struct pack_311_service *pack_311_service(const struct pack_open311 *o, str code);

#endif
