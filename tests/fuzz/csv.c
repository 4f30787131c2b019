/*
 * Fuzz target: CSV of any origin. Bit 0 of the first byte reads it as GB18030, bit 1 takes
 * semicolons. Rows are counted upwards, fields are UTF-8 within the limits, a wrong row says why;
 * and it does not matter in which pieces the text arrives.
 */
#include "zone/csv.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct pieces {
    str text;
    size_t at, most;
};

static enum err read_piece(void *ctx, char *to, size_t room, size_t *got, struct diag *d)
{
    struct pieces *p = ctx;
    size_t left = p->text.bytes - p->at;
    (void)d;
    *got = left < room ? left : room;
    if (*got > p->most)
        *got = p->most;
    if (*got)
        memcpy(to, p->text.data + p->at, *got);
    p->at += *got;
    return OK;
}

static uint64_t mixed(uint64_t sum, str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        sum = (sum ^ (unsigned char)s.data[i]) * UINT64_C(1099511628211);
    return (sum ^ s.bytes) * UINT64_C(1099511628211);
}

static void check_row(const struct csv_row *row, int64_t last)
{
    ASSERT(row->number > last);
    if (row->fault != OK) {
        ASSERT(row->why.err == row->fault && row->why.zh[0] && row->why.en[0]);
        return;
    }
    ASSERT(row->count >= 1 && row->count <= CSV_FIELDS_MAX);
    for (size_t i = 0; i < row->count; i++)
        ASSERT(row->fields[i].bytes <= CSV_FIELD_BYTES_MAX && str_is_utf8(row->fields[i]));
}

/* A sum over all that was read. */
static uint64_t read_all(struct arena *a, str text, size_t piece, unsigned how)
{
    struct pieces p = { text, 0, piece };
    struct csv_source source = { &p, read_piece }, decoded;
    struct csv *c;
    struct csv_row row;
    struct diag d = { 0 };
    int64_t last = 0;
    uint64_t sum = 0;
    if (how & 1) {
        ASSERT(csv_gb18030(a, &source, &decoded, &d) == OK);
        source = decoded;
    }
    ASSERT(csv_create(a, &source, how & 2 ? ';' : ',', &c, &d) == OK);
    for (bool more;;) {
        ASSERT(csv_next(c, &row, &more, &d) == OK);
        if (!more)
            return sum;
        check_row(&row, last);
        last = row.number;
        sum = sum * 31 + (uint64_t)row.number * 7 + (uint64_t)row.fault;
        for (size_t i = 0; row.fault == OK && i < row.count; i++)
            sum = mixed(sum, row.fields[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct arena a;
    if (!bytes)
        return 0;
    str text = { (const char *)data + 1, bytes - 1 };
    arena_init(&a, NULL, 32 * MIB);
    uint64_t whole = read_all(&a, text, SIZE_MAX, data[0]);
    ASSERT(read_all(&a, text, 1 + data[0] / 4, data[0]) == whole);
    arena_release(&a);
    return 0;
}
