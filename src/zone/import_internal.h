/* Shared by the files that import cases (import*.c); nobody else includes it. */
#ifndef JUNMA_ZONE_IMPORT_INTERNAL_H
#define JUNMA_ZONE_IMPORT_INTERNAL_H

#include "zone/import.h"

enum { IMPORT_PARTS_MAX = 8, IMPORT_WORDS_MAX = 1000, IMPORT_FORMAT_BYTES_MAX = 40 };

/* What a case is made of; one line each in import_fields.def. */
enum import_field {
#define F(name, word, kind, bytes_max) IMPORT_##name,
#include "zone/import_fields.def"
#undef F
    IMPORT_FIELD_COUNT
};
enum import_kind { IMPORT_TEXT, IMPORT_TIME, IMPORT_INTEGER };
struct import_field_info {
    const char *word;
    enum import_kind kind;
    size_t bytes_max;
};
extern const struct import_field_info import_fields[];

/* Which row of a group counts. */
enum import_take { IMPORT_FIRST, IMPORT_LAST, IMPORT_MIN, IMPORT_MAX };

struct import_word {
    str from, to;
};
struct import_spec {
    bool given;
    str constant; /* instead of columns */
    str columns[IMPORT_PARTS_MAX];
    size_t column_count;
    str join;                        /* between columns that are not empty */
    str format;                      /* of times: a pattern; empty = RFC 3339 */
    bool date_only;                  /* the pattern has no hours */
    const struct import_word *words; /* replaced as a whole; sorted by `from` */
    size_t word_count;
    bool words_only; /* another value is a fault */
    enum import_take take;
};

struct import_mapping {
    const struct zone *zone;
    str kind, source, prefix;
    const struct tz *tz;
    char separator;
    bool gb18030, working_days;
    str group_by; /* empty: each row is a case */
    enum import_take group_take;
    struct import_spec fields[IMPORT_FIELD_COUNT];
    const struct pack_system *system; /* of the pack, when it knows the kind */
    str applicants;                   /* register that `enterprise` is looked up in, or empty */
};

/* One case as the file has it, checked for form. Texts are borrowed. */
struct import_case {
    int64_t row;
    str texts[IMPORT_FIELD_COUNT];
    int64_t times[IMPORT_FIELD_COUNT]; /* 0 = none */
    int64_t numbers[IMPORT_FIELD_COUNT];
    str group;
};

/* Columns of the file at hand. */
struct import_columns {
    int field[IMPORT_FIELD_COUNT][IMPORT_PARTS_MAX];
    int group;
    size_t count;
    str names[CSV_FIELDS_MAX];
};
/* The first line. ERR_INVALID names every column that the mapping asks for and the file lacks. */
MUST_USE enum err import_columns_find(struct arena *a, const struct import_mapping *m,
    const struct csv_row *row, struct import_columns *out, struct diag *d);

/* A row as a case; a fault is told by (column, why). Joined texts are made in a. */
struct import_problem {
    enum import_field field; /* IMPORT_FIELD_COUNT: the row as a whole */
    struct diag why;
};
MUST_USE enum err import_row_read(struct arena *a, const struct import_mapping *m,
    const struct import_columns *columns, const struct csv_row *row, struct import_case *out,
    struct import_problem *problem);
/* Another row of the same group. Texts are copied into a. */
MUST_USE enum err import_merge(struct arena *a, const struct import_mapping *m,
    struct import_case *into, const struct import_case *row);
/* The column of the file that a field comes from; its word when there are several or none. */
str import_column_of(const struct import_mapping *m, enum import_field field);

/* Text to instant by a pattern of YYYY MM DD hh mm ss and what stands between; false when it does
 * not fit. A date alone is its midnight. */
bool import_time_read(str text, str format, const struct tz *tz, int64_t *ms);

#endif
