/* A copy of the sample pack in a folder of its own, to be changed by a test. */
#ifndef JUNMA_TESTS_ZONE_COPY_H
#define JUNMA_TESTS_ZONE_COPY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/sys.h"

enum { COPY_FILES_MAX = 2000 };

struct copy {
    char folder[64];
    struct arena arena;
    str paths[COPY_FILES_MAX];
    size_t count;
};

void copy_make(struct copy *c);
void copy_remove(struct copy *c);
/* Replaces every place where `old` stands; there must be one. */
void copy_change(struct copy *c, const char *file, const char *old, const char *fresh);
/* Another text for a file that is there. */
void copy_write(struct copy *c, const char *file, const char *text);
/* A file more. */
void copy_add(struct copy *c, const char *file, const char *text);

#endif
