/* Attachments, as the case's JSON needs them (files.c has the resource). */
#ifndef JUNMA_API_FILES_H
#define JUNMA_API_FILES_H

#include "api/internal.h"

/* Sets "attachments" of a case. */
MUST_USE enum err files_json(struct call *c, const struct case_row *row, json_t *out);

#endif
