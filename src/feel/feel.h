/*
 * FEEL, the one expression language: the Friendly Enough Expression Language of OMG DMN 1.5
 * (formal/24-01-01, clause 10), with the built-ins that 1.6 adds.
 *
 *     text --feel_compile--> struct feel_program --feel_eval--> feel_value
 *             (once)          immutable, shared     (often)     in the caller's arena
 *
 * Invariants
 *   - a program never changes after compilation: any number of threads may evaluate it at once;
 *   - evaluation has no state outside its arena, no clock, no files: what it may know of the world
 *     stands in struct feel_env;
 *   - FEEL's null is a value. A fault inside an expression (adding a date to a text) gives null, as
 *     the standard says, and a warning if the caller collects warnings. Only a used-up limit, short
 *     memory or a program that does not compile is an `enum err`;
 *   - values are small (32 bytes) and immutable; what they point to lives in the arena of the
 *     evaluation, in the program's arena, or in what the caller handed in. Copy with feel_copy()
 *     what must live longer.
 *
 * Names are matched by case and by code point. They may hold spaces and operators ("Monthly
 * Salary", "a-b"): the compiler finds the longest name that is in scope, so it must be told the
 * names (struct feel_names). With `open` set, a word that nobody declared becomes a variable that
 * is looked up by name when the program runs (null when absent).
 */
#ifndef JUNMA_FEEL_H
#define JUNMA_FEEL_H

#include "base/date.h"
#include "base/json.h"
#include "base/sys.h"
#include "base/tz.h"

/* ---- values ------------------------------------------------------------------------------- */

enum feel_kind {
    FEEL_NULL,
    FEEL_BOOLEAN,
    FEEL_NUMBER,
    FEEL_STRING,
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_TIME,
    FEEL_DAYS_TIME,    /* days and time duration */
    FEEL_YEARS_MONTHS, /* years and months duration */
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_RANGE,
    FEEL_FUNCTION,
};

/* How a time or date-time says where on the wall its clock hangs. */
enum feel_zone_kind { FEEL_ZONE_NONE, FEEL_ZONE_OFFSET, FEEL_ZONE_NAMED };

/* A number whose `scale` is at most this is small: coefficient / 10^scale. Else decimal128. */
enum { FEEL_SCALE_MAX = 18, FEEL_SCALE_DECIMAL128 = 255 };

struct feel_list;
struct feel_context;
struct feel_range;
struct feel_function;

typedef struct {
    uint8_t kind;      /* enum feel_kind */
    uint8_t scale;     /* number */
    uint8_t zone_kind; /* time, date-time: enum feel_zone_kind */
    uint8_t spare;
    int32_t offset_s; /* time, date-time: seconds east of UTC if zone_kind is OFFSET or NAMED */
    union {
        bool boolean;
        int64_t coefficient;  /* small number */
        uint64_t decimal[2];  /* decimal128, binary integer encoding, low word first */
        str text;             /* string, UTF-8 */
        struct {
            struct date date;              /* date, date-time */
            int64_t ns;                    /* time, date-time: nanoseconds since midnight */
            const struct tz *zone;  /* FEEL_ZONE_NAMED, else NULL */
        };
        struct {
            int64_t seconds; /* days-time: floor; nanos always 0..999999999 on top */
            int32_t nanos;
        };
        int64_t months; /* years-months */
        const struct feel_list *list;
        const struct feel_context *context;
        const struct feel_range *range;
        const struct feel_function *function;
    };
} feel_value;

struct feel_list {
    size_t count;
    const feel_value *items;
};

struct feel_entry {
    str name;
    feel_value value;
};

/* Entries in their order; names are unique. */
struct feel_context {
    size_t count;
    const struct feel_entry *entries;
};

/* An end that is not there (as in `> 5`) is null with its `closed` false. */
struct feel_range {
    feel_value low, high;
    bool low_closed, high_closed;
};

static inline feel_value feel_null(void)
{
    return (feel_value){ .kind = FEEL_NULL };
}
static inline feel_value feel_boolean(bool b)
{
    return (feel_value){ .kind = FEEL_BOOLEAN, .boolean = b };
}
static inline feel_value feel_integer(int64_t n)
{
    return (feel_value){ .kind = FEEL_NUMBER, .scale = 0, .coefficient = n };
}
/* Borrows the text, which must be UTF-8. */
static inline feel_value feel_string(str s)
{
    return (feel_value){ .kind = FEEL_STRING, .text = s };
}
static inline feel_value feel_date(struct date d)
{
    return (feel_value){ .kind = FEEL_DATE, .date = d };
}
static inline bool feel_is_null(feel_value v)
{
    return v.kind == FEEL_NULL;
}
static inline bool feel_is_true(feel_value v)
{
    return v.kind == FEEL_BOOLEAN && v.boolean;
}

/* coefficient / 10^scale, scale 0..18: money in fen is feel_decimal(fen, 2). */
feel_value feel_decimal(int64_t coefficient, int scale);
/* "12.50", "-3e7": the whole text; false when it is no number of 34 digits' range. */
bool feel_number_parse(str text, feel_value *out);
/* True and the integer when v is a number without a fraction that fits. */
bool feel_to_int64(feel_value v, int64_t *out);
double feel_to_double(feel_value v);    /* nearest; 0 for what is no number */
feel_value feel_from_double(double d);  /* shortest decimal that reads back; null when not finite */

/* Borrow arrays that must live as long as the value. NULL-kind value on memory failure. */
feel_value feel_list_of(struct arena *a, const feel_value *items, size_t count);
feel_value feel_context_of(struct arena *a, const struct feel_entry *entries, size_t count);
/* NULL when absent or when v is no context. */
const feel_value *feel_get(feel_value v, str name);

/* Instants and date-times; `zone` may be NULL (then offset_s is used as a fixed offset). */
feel_value feel_date_time_from_ms(int64_t ms, int32_t offset_s, const struct tz *zone);
/* False when v is no date-time, has neither offset nor zone, or leaves the range. */
bool feel_date_time_to_ms(feel_value v, int64_t *ms);

/* FEEL's `=` (clause 10.3.2.13): true, false, or null when the two cannot be compared. */
feel_value feel_equal(feel_value a, feel_value b);
/* -1, 0, 1 when both are of one ordered kind; false when they cannot be ordered. */
bool feel_order(feel_value a, feel_value b, int *order);

/* Deep copy into another arena; functions cannot leave their evaluation and become null. */
feel_value feel_copy(struct arena *a, feel_value v);

/* The literal form: text in quotes, @"2026-11-23", [1, 2], {a: 1}. Reads back to an equal value,
 * functions apart. */
str feel_to_text(struct arena *a, feel_value v);
/* What FEEL's string() gives: as above, but a string stands as it is. */
str feel_to_string(struct arena *a, feel_value v);
/* "number", "date and time", "list" … */
const char *feel_kind_name(enum feel_kind kind);

/* ---- types and names ---------------------------------------------------------------------- */

/* What the compiler may know of a variable. Structures are borrowed by the compiler and by the
 * program: they must live as long. */
struct feel_type {
    enum {
        FEEL_TYPE_ANY,
        FEEL_TYPE_NULL,
        FEEL_TYPE_SIMPLE,   /* `kind` says which of boolean … years and months duration */
        FEEL_TYPE_LIST,     /* of `item` */
        FEEL_TYPE_RANGE,    /* of `item` */
        FEEL_TYPE_CONTEXT,  /* with `fields`; more may be there */
        FEEL_TYPE_FUNCTION, /* `fields` are the parameters, `item` the result */
    } form;
    enum feel_kind kind;
    const struct feel_type *item; /* NULL: any */
    const struct feel_field *fields;
    size_t field_count;
    const struct feel_program *allowed; /* unary tests every value must pass, or NULL */
    str name;                           /* of an item definition, or "" */
};

struct feel_field {
    str name;
    const struct feel_type *type; /* NULL: any */
};

/* A built-in type by its FEEL name ("number", "date and time", "Any" …); NULL when unknown. */
const struct feel_type *feel_type_named(str name);
/* Does the value conform (clause 10.3.2.9.4)? Null conforms to every type. */
bool feel_conforms(feel_value v, const struct feel_type *type);
/* Implicit conversions of clause 10.3.2.9.4: singleton list to its item, item to singleton list,
 * date to date-time at UTC midnight. Null when the value cannot be made to conform. `allowed` is
 * not looked at. */
feel_value feel_coerce(struct arena *a, feel_value v, const struct feel_type *type);

/* The names in scope. Slots are positions in this array. */
struct feel_names {
    const struct feel_field *items;
    size_t count;
    bool open;                      /* undeclared words are variables looked up at run time */
    const struct feel_field *types; /* item definitions, for `instance of` and typed parameters */
    size_t type_count;
};

/* ---- compiling ---------------------------------------------------------------------------- */

struct feel_program;

enum { FEEL_SOURCE_BYTES_MAX = 1 << 20, FEEL_NESTING_MAX = 200 };

/* An expression (clause 10.3.1.2, rule 1). The source is copied into the arena. names may be NULL
 * (nothing in scope). ERR_SYNTAX with line and column in the FEEL text and what was expected;
 * ERR_UNSUPPORTED, ERR_LIMIT, ERR_MEMORY. */
MUST_USE enum err feel_compile(struct arena *a, str source, const struct feel_names *names,
    struct feel_program **out, struct diag *d);
/* Unary tests (rule 15): the input cell of a decision table, an allowed value. `input` is the type
 * of what is tested (may be NULL); in the text it is called `?`. */
MUST_USE enum err feel_compile_tests(struct arena *a, str source, const struct feel_names *names,
    const struct feel_type *input, struct feel_program **out, struct diag *d);

/* The variables a program reads, in the order of first use: declared ones and, with `open`, those
 * found in the text. Borrowed. */
size_t feel_program_variable_count(const struct feel_program *p);
str feel_program_variable(const struct feel_program *p, size_t index);
/* What the compiler knows of the result; never NULL. */
const struct feel_type *feel_program_type(const struct feel_program *p);

/* ---- evaluating --------------------------------------------------------------------------- */

/* 0 means the default. */
struct feel_limits {
    uint64_t steps;     /* nodes evaluated; default 10,000,000 */
    uint32_t depth;     /* of nested calls; default 200 */
    size_t list_items;  /* in one list; default 1,000,000 */
    size_t text_bytes;  /* in one string; default 16 MiB */
};

/* Faults that became null, for traces and for people who write rules. Caller's storage. */
struct feel_warning {
    int line, column; /* in the FEEL text */
    str zh, en;
};
struct feel_warnings {
    struct arena *arena;
    struct feel_warning items[32];
    size_t count, total;
};

/* Time zones of the system's tz data (base/tz.h), each read on first use through `sys` and then
 * kept; thread-safe, lives as long as its arena. */
struct feel_zones;
MUST_USE enum err feel_zones_create(
    struct arena *a, const struct sys *sys, struct feel_zones **out);
/* NULL when there is none of that name ("Asia/Shanghai", "Etc/UTC"). */
const struct tz *feel_zone_find(struct feel_zones *zones, str name);

/* What an evaluation may know. All zero is valid: default limits, now() and today() give null, no
 * named zones. */
struct feel_env {
    struct feel_limits limits;
    feel_value now;           /* date-time for now(); today() is its date */
    struct feel_zones *zones; /* or NULL */
    bool (*expired)(void *ctx); /* asked every few thousand steps: time is up? or NULL */
    void *expired_ctx;
    struct feel_warnings *warnings; /* or NULL */
    bool java; /* external functions of java.lang.Math and java.lang.String, by a small table */
};

/* Variables are taken from `scope` by name; absent ones are null. scope may be NULL. Results live
 * in the arena, in the program's arena and in what scope points to. ERR_LIMIT_STEPS (steps or
 * time), ERR_LIMIT (depth, list, text), ERR_MEMORY. */
MUST_USE enum err feel_eval(const struct feel_program *p, const struct feel_env *env,
    const struct feel_context *scope, struct arena *a, feel_value *out, struct diag *d);
/* Unary tests against a value: true, false, or null as the standard says. */
MUST_USE enum err feel_eval_tests(const struct feel_program *p, const struct feel_env *env,
    feel_value input, const struct feel_context *scope, struct arena *a, feel_value *out,
    struct diag *d);

/* Many evaluations under one set of limits: what src/dmn runs on. */
struct feel_machine;
MUST_USE enum err feel_machine_create(
    struct arena *a, const struct feel_env *env, struct feel_machine **out, struct diag *d);
/* slots[i] is the value of names.items[i] the program was compiled with. */
MUST_USE enum err feel_machine_eval(struct feel_machine *m, const struct feel_program *p,
    const feel_value *slots, feel_value *out);
MUST_USE enum err feel_machine_test(struct feel_machine *m, const struct feel_program *p,
    const feel_value *slots, feel_value input, feel_value *out);
/* The value made to conform to a type (feel_coerce), its allowed values checked too; null when it
 * does not conform. */
MUST_USE enum err feel_machine_conform(
    struct feel_machine *m, feel_value v, const struct feel_type *type, feel_value *out);
/* Something of the caller's that functions and host nodes find again. */
void feel_machine_set_host(struct feel_machine *m, void *host);
void *feel_machine_host(const struct feel_machine *m);
/* A built-in by name ("sum"). */
MUST_USE enum err feel_machine_builtin(struct feel_machine *m, str name, const feel_value *args,
    size_t count, feel_value *out);
/* ERR_MEMORY with its message, for a host whose own allocation failed. */
enum err feel_machine_memory(struct feel_machine *m);
struct arena *feel_machine_arena(struct feel_machine *m);
/* The fault behind the last enum err of this machine. */
const struct diag *feel_machine_diag(const struct feel_machine *m);
/* A fault that becomes null: counts as a warning of this evaluation. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) void feel_machine_warn(
    struct feel_machine *m, const char *zh, const char *en, ...);

/* A function made by the caller: a business knowledge model, a decision service. `call` gets
 * exactly `parameter_count` arguments. */
struct feel_native {
    str name;
    const struct feel_field *parameters;
    size_t parameter_count;
    const struct feel_type *result; /* or NULL */
    enum err (*call)(void *ctx, struct feel_machine *m, const feel_value *args, feel_value *out);
    void *ctx;
};
/* The native must live as long as the value. */
feel_value feel_function_of(struct arena *a, const struct feel_native *native);

/* ---- JSON --------------------------------------------------------------------------------- */

/*
 * JSON has no dates, so the mapping is: number <-> number, string <-> string, true/false/null,
 * array <-> list, object <-> context. Going out, temporal values, ranges and functions become the
 * text that string() gives ("2026-11-23", "PT8H"). Coming in, a string stays a string unless the
 * declared type says date, time, date-time or duration; then it is read as one, and one that does
 * not read is ERR_INVALID naming the member. A number that JSON's double cannot hold may be sent as
 * a string where the type says number.
 */
MUST_USE enum err feel_from_json(struct arena *a, const json_t *json, const struct feel_type *type,
    feel_value *out, struct diag *d);
/* Kept by the arena; NULL when memory is short. */
json_t *feel_to_json(struct arena *a, feel_value v);

#endif
