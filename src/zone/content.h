/*
 * The content of files: kept once under its SHA-256 (<data>/files/ab/abcd…), whoever sent it and as
 * often as it was sent. Rows that name a digest stand elsewhere (attachment).
 */
#ifndef JUNMA_ZONE_CONTENT_H
#define JUNMA_ZONE_CONTENT_H

#include "zone/zone.h"

enum { CONTENT_BYTES_MAX = 20 * 1024 * 1024 };

/* *sha256 (lower-case hex) lives in the op's arena. Content that is there already is written again,
 * which changes nothing. */
MUST_USE enum err content_keep(struct op *op, str content, str *sha256);
/* ERR_NOT_FOUND when the file is missing; the content lives in the op's arena. */
MUST_USE enum err content_read(struct op *op, str sha256, str *content);

/* A small picture of it, kept beside it once made (api/thumbnail.c). */
MUST_USE enum err content_small_keep(struct op *op, str sha256, str small);
MUST_USE enum err content_small_read(struct op *op, str sha256, str *small);

#endif
