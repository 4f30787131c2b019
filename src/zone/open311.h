/*
 * Residents' reports (GeoReport v2) as cases: beside the case stands where it is, what was asked of
 * it and with which key it came. What anyone may read of it is what open311_list gives: no name, no
 * phone, words with every run of seven digits or more covered.
 */
#ifndef JUNMA_ZONE_OPEN311_H
#define JUNMA_ZONE_OPEN311_H

#include "zone/case.h"

extern const struct store_migration open311_migrations[];
extern const size_t open311_migration_count;

enum {
    OPEN311_LIST_MAX = 1000,
    OPEN311_DAYS = 90,
    OPEN311_IDS_MAX = 100,
    OPEN311_PICTURE_BYTES_MAX = 4 * 1024 * 1024,
    OPEN311_PICTURES_A_DAY = 500, /* of all together */
    OPEN311_KEY_A_DAY_MAX = 100000
};

/* A picture that came with a report is shown to the public once somebody who handles it has looked. */
enum open311_picture {
    OPEN311_NO_PICTURE,
    OPEN311_PICTURE_WAITS,
    OPEN311_PICTURE_SHOWN,
    OPEN311_PICTURE_WITHHELD
};

struct open311_input {
    const struct pack_311_service *service;
    bool has_place;
    double lon, lat;
    str address, address_id, description, details, media_url, name, phone;
    str by; /* whose key; empty: the zone's own page */
    str picture; /* content of a JPEG or PNG; may be empty */
    struct diag_list *faults;
};
struct open311_request {
    int64_t id;
    str number, service, token, title, description, answer, unit, address, address_id, media_url;
    bool has_place, open;
    double lon, lat;
    int64_t requested_at, updated_at, expected_at;
    int64_t picture; /* the attachment, 0: none */
    enum open311_picture picture_state;
    str withheld; /* why the public does not see it; empty: it does */
};
/* In a write: raises the case. ERR_MEDIA_TYPE, ERR_LIMIT, ERR_TOO_MANY: the picture. */
MUST_USE enum err open311_report(
    struct op *op, const struct open311_input *in, struct open311_request *out);

struct open311_filter {
    str numbers[OPEN311_IDS_MAX]; /* when any: nothing else counts */
    size_t number_count;
    const str *services; /* codes; none: all that are not private */
    size_t service_count;
    int64_t from_ms, to_ms;
    bool open, closed; /* neither: both */
};
MUST_USE enum err open311_list(struct op *op, const struct open311_filter *f,
    struct open311_request **out, size_t *count);
/* ERR_NOT_FOUND: no such token. */
MUST_USE enum err open311_token(struct op *op, str token, str *number);
/* ERR_NOT_FOUND unless the report is public and its picture is shown. */
MUST_USE enum err open311_picture(struct op *op, str token, str *sha256, str *type);

/* ---- those who handle reports ---- */

struct open311_handling {
    str service; /* empty: any, private ones too */
    bool waiting; /* only those whose picture waits to be looked at */
    bool open, closed; /* neither: both */
};
/* Reports whose cases the actor may see, the newest first, OPEN311_LIST_MAX at most. */
MUST_USE enum err open311_handled(struct op *op, const struct open311_handling *f,
    struct open311_request **out, size_t *count);

struct open311_review {
    int64_t id;      /* of the case */
    bool of_picture; /* else of the whole report */
    bool shown;
    str reason; /* needed when it is not shown */
};
/* In a write, by who may answer the case; journalled. ERR_NOT_FOUND, ERR_FORBIDDEN, ERR_INVALID. */
MUST_USE enum err open311_review(struct op *op, const struct open311_review *r);

/* ---- keys: who may report over the interface ---- */

struct open311_key {
    int64_t id, created_at, disabled_at; /* disabled_at 0: in use */
    int64_t a_day;       /* reports at most; 0: as the interface's own limit has it */
    int64_t used, used_at, used_today; /* reports taken with it */
    str name, created_by;
};
/* In a write. *key is shown this once; what is kept is its hash. */
MUST_USE enum err open311_key_create(
    struct op *op, str name, int64_t a_day, struct open311_key *out, str *key);
MUST_USE enum err open311_key_limit(struct op *op, int64_t id, int64_t a_day);
MUST_USE enum err open311_key_disable(struct op *op, int64_t id);
MUST_USE enum err open311_keys(struct op *op, struct open311_key **out, size_t *count);
/* In the write of a report: the name of a key in use, which is counted; ERR_FORBIDDEN, ERR_TOO_MANY. */
MUST_USE enum err open311_key_use(struct op *op, str key, str *name);

/* Random bytes as hexadecimal. */
MUST_USE enum err open311_random(struct op *op, size_t bytes, str *out);

#endif
