/*
 * The builder's inside, shared by the files of the compiler: scope.c (names and slots), lex.c
 * (characters), parse.c and parse_name.c (grammar), build.c (nodes).
 */
#ifndef JUNMA_FEEL_PARSE_H
#define JUNMA_FEEL_PARSE_H

#include "feel/build.h"
#include "feel/nodes.h"

struct local {
    str name;
    uint32_t slot;
    const struct feel_type *type;
};

enum { SCOPE_LOCALS_MAX = 4096, SCOPE_NESTING_MAX = 256, MEMBERS_MAX = 4096 };

/* Names in scope, innermost first. An item scope has no locals but a value whose members are
 * names. */
struct scope {
    struct scope *outer;
    struct function *function;
    bool item;
    uint32_t item_slot;
    const struct feel_type *item_type;
    struct local *locals;
    size_t count, capacity;
};

/* A frame under construction. */
struct function {
    struct function *outer;
    uint32_t slots;
    struct feel_capture *captures;
    size_t capture_count, capture_capacity;
    const struct feel_field *parameters;
    size_t parameter_count;
};

struct feel_builder {
    struct arena *arena;
    const struct feel_names *names;
    struct feel_program *program;
    struct diag *diag;
    enum err err;
    struct scope *scope;
    struct function *function;
    str *globals; /* declared names, then found ones */
    size_t global_count, global_capacity;
    bool *global_read;
    str *members; /* names of entries seen anywhere: candidates after a dot of unknown type */
    size_t member_count, member_capacity;
    struct scope *scope_before; /* as they were when the present text began */
    struct function *function_before;
    /* the text being parsed */
    str text;
    size_t at;
    int nesting;
    bool subject_used; /* the text named ? */
    bool partial_used;
    bool no_filter; /* in the upper end of a range, '[' closes it */
};

/* lex.c */
size_t lex_space(str s, size_t at);               /* after white space and comments */
/* Most bytes asked about are no space: these look at one byte before they call. */
static inline void lex_skip(struct feel_builder *b)
{
    if (b->at >= b->text.bytes)
        return;
    unsigned char c = (unsigned char)b->text.data[b->at];
    if (c <= ' ' || c >= 0x80 || c == '/')
        b->at = lex_space(b->text, b->at);
}
/* Does c stand next, after space? */
static inline bool lex_peek_char(struct feel_builder *b, char c)
{
    lex_skip(b);
    return b->at < b->text.bytes && b->text.data[b->at] == c;
}
static inline bool lex_char(struct feel_builder *b, char c) /* takes it */
{
    if (!lex_peek_char(b, c))
        return false;
    b->at++;
    return true;
}
bool lex_peek_rest(struct feel_builder *b, const char *text);
bool lex_word_rest(struct feel_builder *b, const char *word);
static inline bool lex_peek(struct feel_builder *b, const char *text)
{
    return lex_peek_char(b, text[0]) && lex_peek_rest(b, text);
}
bool lex_op(struct feel_builder *b, const char *op); /* takes it */
static inline bool lex_peek_word(struct feel_builder *b, const char *word)
{
    return lex_peek_char(b, word[0]) && lex_word_rest(b, word);
}
bool lex_take_word(struct feel_builder *b, const char *word);
static inline bool lex_word(struct feel_builder *b, const char *word)
{
    return lex_peek_char(b, word[0]) && lex_take_word(b, word);
}
bool lex_name_start(uint32_t c);
bool lex_name_part(uint32_t c);
size_t lex_identifier(str s, size_t at);          /* end, or `at` */
/* End of `name` found at `at` with any white space where the name has a space; 0: not there. */
size_t lex_match(str s, size_t at, str name);
str lex_normal(struct arena *a, str name);        /* single spaces */
bool lex_string(struct feel_builder *b, str *out); /* at the opening quote */
bool lex_number(struct feel_builder *b, feel_value *out);
/* A name up to one of the terminators (a key, a parameter), not taken itself. */
bool lex_free_name(struct feel_builder *b, const char *terminators, const char *word, str *out);

/* scope.c */
struct scope *scope_open(struct feel_builder *b, bool item);
void scope_close(struct feel_builder *b);
bool scope_declare(
    struct feel_builder *b, str name, const struct feel_type *type, uint32_t *slot);
uint32_t scope_slot(struct feel_builder *b);
const struct feel_node *scope_resolve(struct feel_builder *b);
void scope_member(struct feel_builder *b, str name);
const struct feel_type *scope_field(const struct feel_type *t, str name);
uint32_t scope_capture(struct feel_builder *b, struct function *owner, uint32_t slot);

/* build.c */
struct feel_node *node_new(struct feel_builder *b, feel_run_fn *run);
const struct feel_node *node_constant(struct feel_builder *b, feel_value v);
const struct feel_node *node_binary(struct feel_builder *b, feel_run_fn *run, int op,
    const struct feel_node *l, const struct feel_node *r);
const struct feel_node *node_path(struct feel_builder *b, const struct feel_node *a, str name);
const struct feel_node *node_fold(struct feel_builder *b, const struct feel_node *n);
const struct feel_type *type_list_of(struct feel_builder *b, const struct feel_type *item);
void *builder_fail(struct feel_builder *b, enum err e, const char *zh, const char *en, str what);
str builder_found(struct feel_builder *b); /* what stands at the present byte */
#define builder_expected(b, zh, en)                                                                \
    builder_fail((b), ERR_SYNTAX, "此处应为" zh ",却是“%.*s”", "expected " en ", found \"%.*s\"",   \
        builder_found(b))
void *builder_memory(struct feel_builder *b);
const struct feel_node **nodes_grow(
    struct feel_builder *b, const struct feel_node **items, size_t count, size_t *capacity);

/* parse.c */
const struct feel_node *parse_expression(struct feel_builder *b);
const struct feel_node *parse_tests(struct feel_builder *b, uint32_t subject);
const struct feel_node *parse_positive_test(struct feel_builder *b, uint32_t subject);
/* parse_primary.c */
const struct feel_node *parse_postfix(struct feel_builder *b);
/* parse_block.c */
const struct feel_node *parse_block(struct feel_builder *b, bool *found);
/* parse_type.c */
const struct feel_type *parse_type(struct feel_builder *b);

#endif
