/*
 * What the files of this room share while a pack is being loaded. Nothing of it outlives pack_load.
 *
 * Reading goes through `struct node`: a JSON value together with its document and the way to it.
 * Nodes live on the stack and point to their parents, so a place costs nothing until a fault needs
 * it: then the way is written as a JSON pointer and the line is looked up in the text (locate.c).
 *
 * A reader that meets a fault reports it and goes on with an empty value; what it returns is used
 * only to find further faults, since a pack with a single fault is not handed out. Readers come
 * first (zone.c … system.c), then whole.c checks what one file says about another.
 */
#ifndef JUNMA_PACK_INTERNAL_H
#define JUNMA_PACK_INTERNAL_H

#include "pack/pack.h"

struct loader {
    struct arena *arena;
    const struct pack_source *source;
    const struct pack_options *options;
    struct diag_list *faults;
    struct pack *pack;
    struct pack_file *files; /* sorted; texts read */
    bool *used;              /* by position in files: something refers to it */
    const str *folders;      /* of the systems, from zone.json */
    size_t folder_count;
    const struct node *register_roots; /* by position in pack->registers */
    enum err first;          /* of the first fault */
};

struct document {
    const struct pack_file *file;
    const char *name; /* as faults show it: label, '/', path */
    json_t *root;
};

struct node {
    struct loader *l;
    const struct document *doc;
    const json_t *v; /* NULL when absent */
    const struct node *up;
    const char *key; /* in an object, or NULL */
    size_t index;    /* in an array */
};

/* ---- faults --------------------------------------------------------------------------------- */

void add_fault(struct loader *l, const struct diag *d);
/* Puts the node's file, line and pointer into d and adds it. */
void fault_at(const struct node *n, struct diag *d);
/* The same at a member of n, present or not. */
void fault_member(const struct node *n, const char *key, struct diag *d);
void fault_line(struct loader *l, const char *file, int line, str field, struct diag *d);

#define FAULT(n, ...)                                                                             \
    do {                                                                                          \
        struct diag diag_ = { 0 };                                                                \
        (void)diag_set(&diag_, ERR_INVALID, __VA_ARGS__);                                         \
        fault_at((n), &diag_);                                                                    \
    } while (0)
#define FAULT_MEMBER(n, key, ...)                                                                 \
    do {                                                                                          \
        struct diag diag_ = { 0 };                                                                \
        (void)diag_set(&diag_, ERR_INVALID, __VA_ARGS__);                                         \
        fault_member((n), (key), &diag_);                                                         \
    } while (0)
#define FAULT_LINE(l, file, line, field, ...)                                                     \
    do {                                                                                          \
        struct diag diag_ = { 0 };                                                                \
        (void)diag_set(&diag_, ERR_INVALID, __VA_ARGS__);                                         \
        fault_line((l), (file), (line), (field), &diag_);                                         \
    } while (0)

/* ---- files (source.c, load.c) --------------------------------------------------------------- */

/* Is it part of a version: by its suffix, and in no "sample" folder? */
bool path_is_definition(str path);
/* Lists, reads, checks paths, sizes, encoding; fills l->files, l->pack->files and the version. */
MUST_USE enum err files_read(struct loader *l, struct diag *d);
/* Marks it used; NULL when there is none. */
const struct pack_file *file_use(struct loader *l, str path);
/* "label/path", terminated; never NULL. */
const char *file_label(struct loader *l, str path);
/* The files in a folder (not below it) with a suffix, from *at on; NULL past the last. */
const struct pack_file *file_next(const struct loader *l, str folder, str suffix, size_t *at);

/* The same for the files folder/<name> of the zone and of each of its systems. */
const struct pack_file *file_each(
    const struct loader *l, const char *folder, const char *suffix, size_t *at, str *name);

/* ---- reading JSON (read.c, locate.c) -------------------------------------------------------- */

enum { OPTIONAL = 0, REQUIRED = 1, TEXT_BYTES_MAX = 8000, CODE_BYTES_MAX = 40 };

/* The line (from 1) on which the value of an RFC 6901 pointer stands, a member's key counting as
 * its start; of the nearest ancestor when the pointer leads nowhere. The text must be JSON. */
int pack_locate(str text, str pointer);

/* False after a fault (missing, malformed). root gets the document's top, an object. */
bool document_read(struct loader *l, str path, struct document *doc, struct node *root);
/* Refuses every member that is not in the NULL-ended list; false when n is no object. */
bool node_members(const struct node *n, const char *const *known);
/* kind: JSON_OBJECT, JSON_ARRAY …; v is NULL when absent or (after a fault) of another type. */
struct node node_get(const struct node *n, const char *key, json_type type, int required);
struct node node_at(const struct node *list, size_t index);
size_t node_count(const struct node *list); /* items of an array; a fault past PACK_ITEMS_MAX */
str node_text(const struct node *n, const char *key, int required);
/* A text of letters, digits, '_' and '-' that starts with a letter. */
str node_code(const struct node *n, const char *key, int required);
/* A zone that speaks one language writes plain texts where others give two. */
bool node_one_language(const struct node *n);
struct name2 node_name(const struct node *n, const char *key, int required);
int node_int(const struct node *n, const char *key, int min, int max, int otherwise);
bool node_bool(const struct node *n, const char *key, bool otherwise);
/* Position in the NULL-ended list of words; `otherwise` when absent; -1 there means required. */
int node_word(const struct node *n, const char *key, const char *const *words, int otherwise);
/* A list of different texts, copied; *count 0 when absent. */
const str *node_texts(const struct node *n, const char *key, size_t *count, int required);
/* Every text of the member must be one of the words. */
void node_texts_known(const struct node *n, const char *key, const char *const *words);
bool is_code(str s);
/* Its beginning, short enough for a message. */
str brief(str s);
int word_find(const char *const *words, str word); /* -1 */
str words_join(struct arena *a, const char *const *words);

/* ---- parts ---------------------------------------------------------------------------------- */

void read_zone(struct loader *l);
void read_units(struct loader *l);
void read_roles(struct loader *l);
void read_calendar(struct loader *l);
void read_statutes(struct loader *l);
void read_codes(struct loader *l);
void read_registers(struct loader *l);
void read_parameters(struct loader *l);
/* The next column of r; faults at n. */
void read_column(const struct node *n, struct pack_register *r, const struct pack *p);
/* Columns that are taken together from other records (derived.c): when all registers are read. */
void read_rollups(struct loader *l);
void read_formers(struct loader *l);
/* Columns that a rule decides, and that nothing is derived from itself: when all systems are read. */
void read_column_decisions(struct loader *l);
/* After them: which figures cannot be asked for a past day. */
void settle_figures(struct loader *l);
/* Is it asked for a register's records? Then its inputs are their columns, not a case's variables. */
bool decision_of_records(const struct loader *l, const struct dmn_decision *decision);
/* Named in a member; NULL after a fault or when absent. */
const struct pack_column *named_column(
    const struct node *n, const char *member, const struct pack_register *r);
bool read_condition(
    const struct node *n, const struct pack_register *r, struct pack_condition *out);
/* Compiles a member's FEEL; NULL when it is empty or after a fault. */
const struct feel_program *compile_member(
    const struct node *n, const char *member, str text, const struct feel_names *names);
/* What a register's expressions may name, by its slots (pack.h). */
bool register_names(struct arena *a, const struct pack_register *r, struct feel_names *out);
/* Cases that records give rise to: when all systems are read. */
void read_raises(struct loader *l);
void read_makes(struct loader *l);
bool too_many(const struct node *list, size_t count, size_t most);
void read_retention(const struct node *zone);
void check_retention(struct loader *l);
void read_connectors(struct loader *l);
void read_systems(struct loader *l);
void read_pages(struct loader *l);
/* A page of the kind `enlist`: its records can be written from what it gives them. */
void check_enlist(const struct node *n);
void read_policies(struct loader *l);
void read_funds(struct loader *l);
void read_licences(struct loader *l);
void read_map(struct loader *l);
void read_open311(struct loader *l);
void read_topics(struct loader *l, str path, struct pack_system *s);
void read_promises(struct loader *l, str path, struct pack_system *s);
void read_templates(struct loader *l, str path, struct pack_system *s);
void read_figures(struct loader *l, str folder, struct pack_system *s);
/* The items of a kind of case and what stands around them; after form and topics. */
enum { CATALOGUE_ITEMS_MAX = 20000, CATALOGUE_FORMS_MAX = 200 };
void read_catalogue(const struct node *system, struct pack_system *s);
void read_items(struct loader *l, str folder, const struct pack_system *s, struct pack_catalogue *c);
/* What granting an item gives: its document, or which licence, how, and with which facts. */
void read_result(const struct node *item, const struct pack_system *s, struct pack_item *i);
/* The licences that it names. */
void check_catalogue(struct loader *l, const struct pack_system *s);
void read_outcomes(const struct node *system, struct pack_system *s);
/* The whole path of a file that a member names within the system's folder; empty after a fault. */
str named_file(const struct node *n, const char *key, str folder, str suffix, int required);
/* What stands between files: procedure, decisions, form, promises against each other. */
void check_system(struct loader *l, const struct pack_system *s);
/* A service or send task: its handler, connector, register. */
void check_service(struct loader *l, const char *file, const struct bpmn_node *n);
/* What a step says about people asked beside it. */
void check_signers(struct loader *l, const struct pack_system *s, const struct bpmn_node *n);
/* Unit codes written as literals: junma:unit in the procedure, "unit" outputs in the tables. */
void check_literal_units(struct loader *l, const struct pack_system *s);
/* Is the name a variable of this system's cases? docs/pack.md lists them. */
bool variable_known(const struct loader *l, const struct pack_system *s, str name);
/* Does a decision's input take the values of the parameter of its name? */
void check_parameter_type(struct loader *l, const char *file, const struct pack_parameter *p,
    const struct dmn_input *input);
void read_bulletins(struct loader *l);
void check_unused(struct loader *l);

/* Words of enum pack_time_unit, NULL-ended. */
extern const char *const time_unit_words[];

/* The engine's verbs. */
bool verb_known(const struct loader *l, str verb);

#endif
