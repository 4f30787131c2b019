/*
 * Errors are values. A function that can fail returns `enum err`, leaves its out-parameters
 * untouched on failure and writes what a person needs into a `struct diag`: what is wrong, where,
 * what would be right, in Chinese and in English, since only the door knows who reads.
 *
 * A broken invariant of our own is no error: it aborts, in release builds too (ASSERT).
 */
#ifndef JUNMA_BASE_ERR_H
#define JUNMA_BASE_ERR_H

#include "base/text.h"

enum err {
    OK = 0,
#define E(name, code, status, zh, en) ERR_##name,
#include "base/errors.def"
#undef E
    ERR_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

const char *err_code(enum err e);  /* "not-found" */
int err_http_status(enum err e);   /* 404 */
const char *err_title_zh(enum err e);
const char *err_title_en(enum err e);

enum { DIAG_TEXT_BYTES = 640, DIAG_PLACE_BYTES = 256 };

/* Fixed storage, so that reporting never needs memory. Zero-initialise: `struct diag d = {0};` */
struct diag {
    enum err err;
    char zh[DIAG_TEXT_BYTES];
    char en[DIAG_TEXT_BYTES];
    char file[DIAG_PLACE_BYTES];  /* as the user named it, or "" */
    char field[DIAG_PLACE_BYTES]; /* form field, JSON pointer, BPMN element id, or "" */
    int line, column;             /* from 1; 0 = unknown */
};

/* Writes both messages and returns err, so that a caller writes
 * `return diag_set(d, ERR_INVALID, "…", "…", x);`. Each format takes the same arguments in the same
 * order; "%.0s" passes over one that only the other language needs. d may be NULL. Cuts at a code
 * point; a broken byte becomes "?". Keeps place fields as they are. */
__attribute__((format(printf, 3, 5), format(printf, 4, 5))) enum err
diag_set(struct diag *d, enum err err, const char *zh, const char *en, ...);
/* Adds the place to what is already said; NULL / 0 leave a part as it is. */
void diag_at(struct diag *d, const char *file, int line, int column);
void diag_field(struct diag *d, str field);
/* ERR_MEMORY with its message, if the arena failed; else OK. */
MUST_USE enum err diag_arena(struct diag *d, const struct arena *a);
/* "FILE:LINE:COLUMN: field: message" as far as known; lang "zh" or "en". */
str diag_line(struct arena *a, const struct diag *d, const char *lang);

/* Several faults of one document, in the order found; at most `limit` are kept, all are counted. */
struct diag_list {
    struct arena *arena;
    struct diag **items;
    size_t count, capacity, limit, total;
};
void diag_list_init(struct diag_list *l, struct arena *a, size_t limit);
void diag_list_add(struct diag_list *l, const struct diag *d);

#define TRY(expression)                                                                           \
    do {                                                                                          \
        enum err try_err_ = (expression);                                                         \
        if (try_err_ != OK)                                                                       \
            return try_err_;                                                                      \
    } while (0)

_Noreturn void assert_failed(const char *what, const char *file, int line);
#define ASSERT(condition)                                                                         \
    ((condition) ? (void)0 : assert_failed(#condition, __FILE__, __LINE__))

#endif
