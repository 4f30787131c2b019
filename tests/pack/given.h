/*
 * What the tests of this room start from: the sample zone's files in memory, changed one at a time,
 * and loaded through the same door as stored ones.
 */
#ifndef JUNMA_TESTS_PACK_GIVEN_H
#define JUNMA_TESTS_PACK_GIVEN_H

#include "pack/pack.h"

extern const struct pack_options given_options;

struct given {
    struct arena arena;
    struct pack_file files[PACK_FILES_MAX + 2];
    size_t count;
    struct diag_list faults;
    bool examples_aside; /* clauses' worked examples are not run: for what has nothing to do with them */
};

/* All files of zones/nanchang, README.md too. */
void given_open(struct given *g);
/* Of the catalogue of service items only one department's stays, and no worked example of a clause
 * is run: loads in half the time, for what has nothing to do with them. */
void given_thin(struct given *g);
void given_close(struct given *g);
struct pack_file *given_file(struct given *g, const char *path);
void given_add(struct given *g, const char *path, str text);
void given_remove(struct given *g, const char *path);
/* Replaces the only place where `old` stands; fails the test when it is not exactly one. */
void given_replace(struct given *g, const char *path, const char *old, const char *new);
/* Loads with the label "zone"; faults are in g->faults. */
enum err given_load(struct given *g, const struct pack **out);
/* Is there a fault that names the file, the line (0: any) and holds the English words? Prints what
 * there is when not. */
bool given_says(struct given *g, const char *file, int line, const char *words);
/* Fails the test when not. */
void given_expect(struct given *g, const char *file, int line, const char *words);
/* The line on which the text stands first, from 1. */
int given_line(struct given *g, const char *path, const char *text);

#endif
