/* Attachments, as the case's JSON needs them (files.c has the resource). */
#ifndef JUNMA_API_FILES_H
#define JUNMA_API_FILES_H

#include "api/internal.h"
#include "zone/record_file.h"

/* When and where a photograph says that it was taken (photo.c). False: it says neither. */
bool photo_facts(struct arena *a, str content, struct file_facts *out);
/* A JPEG of at most THUMBNAIL_EDGE a side, turned as the camera was held, without what the photograph
 * tells of itself; in the arena (thumbnail.c). ERR_MEDIA_TYPE: no JPEG or PNG that can be read within the
 * bounds. */
enum { THUMBNAIL_EDGE = 320 };
MUST_USE enum err thumbnail_make(
    struct arena *a, const struct sys *sys, str content, str *out, struct diag *d);
/* Adds caption, takenOn, lon and lat to o. */
void file_facts_json(json_t *o, const struct file_facts *f);

/* Sets "attachments" of a case. */
MUST_USE enum err files_json(struct call *c, const struct case_row *row, json_t *out);

#endif
