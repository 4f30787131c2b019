/*
 * What the files of this room share: the tree a program is, and the machine that runs it.
 *
 * A program is an immutable tree of nodes. A node knows the function that evaluates it (`run`), so
 * dispatch is one indirect call and there is no big switch. Variables are slots found at compile
 * time:
 *
 *     globals   the values of the declared names, one array for the whole evaluation
 *     locals    one frame a function call: parameters | captured values | the rest (loop
 *               variables, context entries, the tested value of unary tests)
 *
 * A function literal copies what it captures when it is made (a loop variable has then the value of
 * that turn), so frames never outlive their call and live on the machine's stack.
 */
#ifndef JUNMA_FEEL_INTERNAL_H
#define JUNMA_FEEL_INTERNAL_H

#include "feel/feel.h"

struct feel_node;
struct feel_capture;
struct feel_regex;
typedef enum err feel_run_fn(
    struct feel_machine *m, const struct feel_node *n, feel_value *out);

struct feel_node {
    feel_run_fn *run;
    uint32_t at;    /* byte offset in the source, for warnings */
    uint32_t count; /* of items */
    uint16_t op;    /* what kind of its family (comparison, arithmetic …) or flags */
    uint16_t tree;  /* operations in a sum, product or comparison of variables and constants; else 0 */
    uint32_t slot;  /* local or global this node reads or sets */
    const struct feel_type *type; /* what is known of the result, or NULL */
    union {
        const feel_value *value; /* constant */
        const void *extra;       /* belongs to the family */
        const struct feel_node *a;
    };
    union {
        struct {
            const struct feel_node *b, *c;
        };
        str name;
        const struct feel_type *target;
        const struct feel_node *const *items; /* beside a: list, tests, arguments */
    };
};

struct feel_lambda {
    const struct feel_field *parameters;
    size_t parameter_count;
    const struct feel_type *result;
    const struct feel_node *body; /* NULL: external */
    uint32_t slot_count, capture_count;
    const struct feel_capture *captures; /* from slots of the enclosing frame */
    int64_t self; /* slot of the enclosing frame that will hold the function itself, or -1 */
    int16_t java;             /* row of the table of external functions, or -1 */
    const struct feel_program *program;
};

typedef enum err feel_builtin_fn(
    struct feel_machine *m, const feel_value *args, size_t count, feel_value *out);

struct feel_builtin {
    const char *name;
    uint8_t name_bytes;
    uint8_t result; /* enum feel_kind; NULL: not known, LIST: that of the first argument */
    feel_builtin_fn *call;
    int8_t min, max; /* arguments; max -1: any number */
    bool pure;       /* may be computed when the program is compiled, given constant text */
    /* Parameter names for named invocation; variants are separated by '|'. */
    const char *parameters;
};

enum feel_function_kind { FUNCTION_BUILTIN, FUNCTION_LAMBDA, FUNCTION_NATIVE };

struct feel_function {
    enum feel_function_kind kind;
    const struct feel_builtin *builtin;
    const struct feel_lambda *lambda;
    const feel_value *captures, *globals;
    const struct feel_native *native;
};

/* The result without a machine; false: ask the machine (nodes.h). */
typedef bool feel_quick_fn(const struct feel_node *n, const feel_value *globals, feel_value *out);

struct feel_program {
    const struct feel_node *root;
    feel_quick_fn *quick; /* or NULL */
    str source;
    uint32_t slot_count;
    bool tests;
    const struct feel_type *type;
    const struct feel_regex *regexes; /* patterns that are constant texts, compiled once */
    /* variables read: global slot i has name variables[i] for i >= declared, see slot_names */
    uint32_t global_count; /* declared names, then those found with `open` */
    const str *global_names;
    uint32_t variable_count;
    const uint32_t *variables; /* global slots read */
};

struct feel_machine {
    struct arena *arena;
    const struct feel_env *env;
    const feel_value *globals;
    feel_value *locals;
    uint64_t fuel;       /* steps until the next look at limits */
    uint64_t steps_left; /* beyond the fuel */
    uint32_t depth;
    uint32_t depth_max;
    size_t list_max, text_max;
    feel_value *stack; /* newest chunk of frames */
    size_t stack_used, stack_capacity;
    const struct feel_node *node; /* where warnings point */
    const struct feel_program *program;
    const struct feel_regex *regexes; /* compiled in this evaluation */
    void *host; /* the caller's */
    int variant; /* of a built-in called by names, from 1; 0: by position */
    struct diag *diag;
};

enum { FEEL_FUEL = 4096, FEEL_STACK_VALUES = 1024, FEEL_TREE_MAX = 12 };

enum err feel_machine_refuel(struct feel_machine *m);
void feel_machine_init(struct feel_machine *m, struct arena *a, const struct feel_env *env);

static inline enum err run_node(
    struct feel_machine *m, const struct feel_node *n, feel_value *out)
{
    if (__builtin_expect(m->fuel-- == 0, 0))
        TRY(feel_machine_refuel(m));
    return n->run(m, n, out);
}

/* Frames. A pushed frame is zeroed (all null). */
feel_value *feel_frame_push(struct feel_machine *m, uint32_t slots);
enum err feel_out_of_memory(struct feel_machine *m);
enum err feel_limit(struct feel_machine *m, const char *zh, const char *en, uint64_t limit);
enum err feel_call(struct feel_machine *m, const struct feel_function *f, const feel_value *args,
    size_t count, feel_value *out);
size_t feel_function_arity(const struct feel_function *f); /* SIZE_MAX: any number */
/* A fault that becomes null. */
#define WARN(m, ...)                                                                               \
    do {                                                                                           \
        if ((m)->env->warnings)                                                                    \
            feel_machine_warn((m), __VA_ARGS__);                                                   \
    } while (0)

/* Growing list of values under the machine's limit. */
struct items {
    struct feel_machine *m;
    feel_value *data;
    size_t count, capacity;
};
enum err items_add(struct items *l, feel_value v);
feel_value items_list(struct items *l);

/* Membership in a range, three-valued; unary test of a value against what a test gave. */
feel_value feel_range_contains(const struct feel_range *r, feel_value v);
feel_value feel_test_value(feel_value subject, feel_value test);
feel_value feel_compare(int op, feel_value a, feel_value b);
feel_value feel_arithmetic(struct feel_machine *m, int op, feel_value a, feel_value b);
enum err feel_add_text(struct feel_machine *m, str a, str b, feel_value *out);
feel_value feel_property(struct feel_machine *m, feel_value v, str name);
bool feel_instance_of(feel_value v, const struct feel_type *type);
const struct feel_type *feel_type_of_kind(enum feel_kind kind); /* BOOLEAN to YEARS_MONTHS */

enum feel_op {
    OP_EQUAL, OP_NOT_EQUAL, OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL,
    OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_POWER,
};

/* builtins.c */
/* The table, in the order of names: its first row whose name begins with `first` or later, its end. */
const struct feel_builtin *feel_builtin_from(char first);
const struct feel_builtin *feel_builtin_end(void);
const struct feel_builtin *feel_builtin_find(str name);
/* The value of a built-in as a function. Constant, shared. */
feel_value feel_builtin_value(const struct feel_builtin *b);
enum err feel_java_call(struct feel_machine *m, int row, const feel_value *args, size_t count,
    feel_value *out);
int feel_java_find(str class_name, str signature, size_t parameter_count);
/* Puts named arguments in order: position of parameter `name` among the variant that has them all,
 * or -1. */
int feel_builtin_parameter(const struct feel_builtin *b, int variant, str name);
int feel_builtin_variant(const struct feel_builtin *b, const str *names, size_t count);

/* regex.c: XPath regular expressions. */
const struct feel_regex *feel_regex_prepare(
    struct arena *a, const struct feel_regex *others, str pattern, str flags);
enum err feel_regex_matches(struct feel_machine *m, str input, str pattern, str flags,
    feel_value *out);
enum err feel_regex_replace(struct feel_machine *m, str input, str pattern, str replacement,
    str flags, feel_value *out);
enum err feel_regex_split(struct feel_machine *m, str input, str pattern, feel_value *out);

#endif
