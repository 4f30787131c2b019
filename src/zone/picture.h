/*
 * Pictures from outside, before anyone else sees them: what a picture is, how large, and a copy
 * without what it tells beside the picture itself (place, time, camera, words, anything after its
 * end). JPEG and PNG; the copy shows the same picture, as upright as it was. Pure.
 */
#ifndef JUNMA_ZONE_PICTURE_H
#define JUNMA_ZONE_PICTURE_H

#include "base/err.h"
#include "base/text.h"

/* A picture of more is refused: it would fill the memory of whoever opens it. */
enum { PICTURE_PIXELS_MAX = 40 * 1000 * 1000 };

struct picture {
    const char *type, *ending; /* "image/jpeg", "jpg" */
    uint32_t width, height;
    str clean; /* in the arena */
};
/* ERR_MEDIA_TYPE: neither JPEG nor PNG, or broken off; ERR_LIMIT: too many pixels. */
MUST_USE enum err picture_read(struct arena *a, str content, struct picture *out, struct diag *d);

#endif
