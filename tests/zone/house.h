/*
 * A zone to test in: the sample pack in a folder of its own, a clock that stands where it is put, a
 * few people who may and may not. Everything goes through the same functions as the API's calls;
 * rows are looked at by SQL only where no function shows them.
 */
#ifndef JUNMA_TESTS_ZONE_HOUSE_H
#define JUNMA_TESTS_ZONE_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "zone/access.h"
#include "zone/case.h"
#include "zone/figure.h"
#include "zone/ledger.h"
#include "zone/register.h"

struct house {
    char folder[64];
    struct sys sys;
    int64_t now_ms;
    struct zone *zone;
    struct arena arena;
    struct diag diag;
    int64_t firm, other;              /* two enterprises */
    int64_t people;                   /* accounts made so far */
    struct actor contact, stranger;   /* of the firm, of the other one */
    struct actor officer;             /* of the centre */
    struct actor power, power2, head; /* of one handling unit; head approves */
    struct actor eco;                 /* of another */
    struct actor leader, inspector, admin, nobody;
};

/* Monday 2 March 2026, nine in the morning, in a fresh folder. */
void house_open(struct house *h);
void house_close(struct house *h);
/* Closes the zone and opens it again, with the pack of that folder (NULL: as stored). */
void house_reopen(struct house *h, const char *pack_dir);
/* cmocka's setup and teardown of one house a test. */
int house_setup(void **state);
int house_teardown(void **state);

/* "2026-03-02 09:00", on the zone's wall. */
void house_at(struct house *h, const char *when);
int64_t house_ms(const struct house *h, const char *when);
/* The same instant as text, for comparing: "2026-03-09 17:30". */
const char *house_when(struct house *h, int64_t ms);

struct op house_op(struct house *h, const struct actor *a);
typedef enum err (*house_fn)(struct op *op, void *ctx);
enum err house_write(struct house *h, const struct actor *a, house_fn fn, void *ctx);
enum err house_read(struct house *h, const struct actor *a, house_fn fn, void *ctx);
/* One number of a query over the zone ($1); fails the test when there is no row. */
int64_t house_number(struct house *h, const char *sql);
str house_text(struct house *h, const char *sql);
/* Changes rows behind the program's back. */
void house_tamper(struct house *h, const char *sql);

struct asked {
    const char *topic, *title, *content, *urgency, *channel;
    int64_t enterprise; /* on behalf of */
};
enum err house_try_raise(
    struct house *h, const struct actor *a, struct asked q, struct case_row *out);
/* Must succeed. */
struct case_row house_raise(struct house *h, const struct actor *a, struct asked q);
/* A power cut in production: urgent, goes to the power company. */
struct case_row house_power_case(struct house *h);
/* An ordinary question for another unit: 5 days. */
struct case_row house_eco_case(struct house *h);

enum err house_try(
    struct house *h, const struct actor *a, int64_t id, struct verb_input in, struct case_row *out);
/* Must succeed; gives the row after it. */
struct case_row house_do(struct house *h, const struct actor *a, int64_t id, struct verb_input in);
/* Must be refused with that error, and the English reason must hold these words. */
void house_refuses(struct house *h, const struct actor *a, int64_t id, struct verb_input in,
    enum err e, const char *words);
#define DO(h, a, id, ...) house_do((h), (a), (id), (struct verb_input){ .verb = __VA_ARGS__ })
#define REFUSED(h, a, id, e, words, ...)                                                           \
    house_refuses((h), (a), (id), (struct verb_input){ .verb = __VA_ARGS__ }, (e), (words))

struct case_row house_get(struct house *h, const struct actor *a, int64_t id);
/* The case's open or ended promise of that code, the newest; id 0 when there is none. */
struct promise house_promise(struct house *h, int64_t id, const char *code);
void house_timers(struct house *h, size_t expected);

#define assert_str(value, expected)                                                                \
    do {                                                                                           \
        str value_ = (value);                                                                      \
        if (!str_is(value_, (expected)))                                                           \
            fail_msg("\"%.*s\" is not \"%s\"", STR_ARGS(value_), (expected));                      \
    } while (0)
#define assert_when(h, ms, expected) assert_string_equal(house_when((h), (ms)), (expected))

#endif
