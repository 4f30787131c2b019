/*
 * From XML to model: the working state while one file is read, and the helpers that its parts
 * share. Nothing here outlives bpmn_load().
 *
 *     xml.c       bytes ─▶ libxml2 tree; attributes, texts, faults with their line
 *     refs.c      every id of the file, what it names; references resolved
 *     read.c      definitions, processes, nodes, flows
 *     read_event.c  read_activity.c   the insides of events and activities
 *     rules.c     the constraints of the standard, over the tree and the model
 */
#ifndef JUNMA_BPMN_READ_H
#define JUNMA_BPMN_READ_H

#include "bpmn/model.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#define NS_BPMN "http://www.omg.org/spec/BPMN/20100524/MODEL"
#define NS_JUNMA "urn:junma:bpmn"
#define NS_XSI "http://www.w3.org/2001/XMLSchema-instance"

struct ref {
    str id;
    xmlNode *element;
    int node, flow; /* index in the model, or -1 */
};

struct reader {
    struct arena *arena;
    str file;
    const struct bpmn_dialect *dialect;
    struct diag_list *faults;
    enum err first;
    struct bpmn_model *model;
    xmlNode **elements;      /* of nodes[i] */
    xmlNode **flow_elements; /* of flows[i] */
    size_t node_capacity, flow_capacity;
    xmlNode *root;
    struct ref *refs; /* open addressing by id */
    size_t ref_capacity, ref_count;
    bool memory; /* ran out */
};

/* xml.c */
MUST_USE enum err xml_read(struct reader *r, str xml, xmlDoc **out);
bool xml_is(const xmlNode *n, const char *local);   /* BPMN namespace */
bool xml_is_bpmn(const xmlNode *n);
str xml_name(const xmlNode *n);
bool xml_has_attr(const xmlNode *n, const char *name);
str xml_attr(struct reader *r, const xmlNode *n, const char *name); /* trimmed copy, or "" */
str xml_attr_ns(struct reader *r, const xmlNode *n, const char *name, const char *ns);
bool xml_attr_bool(struct reader *r, const xmlNode *n, const char *name, bool otherwise);
int xml_attr_int(struct reader *r, const xmlNode *n, const char *name, int otherwise);
str xml_text(struct reader *r, const xmlNode *n); /* trimmed copy */
xmlNode *xml_child(const xmlNode *n, const char *local); /* first of that name, or NULL */
xmlNode *xml_next(const xmlNode *n, const char *local);  /* next sibling of that name */
int xml_child_count(const xmlNode *n, const char *local);
str xml_local(str qname); /* without its prefix */
int xml_line(const xmlNode *n);
__attribute__((format(printf, 4, 6), format(printf, 5, 6))) void fault(struct reader *r,
    const xmlNode *at, enum err err, const char *zh, const char *en, ...);
/* Adds the place to what a compiler said and keeps it. */
void fault_diag(struct reader *r, const xmlNode *at, struct diag *d, const char *what_zh,
    const char *what_en);
#define SAY(s) STR_ARGS(s)

/* refs.c */
void refs_collect(struct reader *r, xmlNode *root);
struct ref *refs_find(struct reader *r, str id);
/* The element a QName names, or NULL. */
xmlNode *refs_element(struct reader *r, str qname);
/* The node index of a reference, -1 when it names no node. */
int refs_node(struct reader *r, str qname);

/* read.c */
int model_add_node(struct reader *r, xmlNode *n, enum bpmn_kind kind, int scope);
void index_add(struct reader *r, struct bpmn_indexes *list, int index);

/* expressions: read_event.c */
void read_expr(struct reader *r, const xmlNode *n, bool must_be_formal, struct bpmn_expr *out);
void compile_expr(struct reader *r, const xmlNode *at, str text, struct bpmn_expr *out);
void read_events(struct reader *r, int node);
bool read_event_definition(struct reader *r, xmlNode *n, struct bpmn_event *out);
enum bpmn_event_kind event_kind_of(const xmlNode *n); /* EVENT_KIND_COUNT: no event definition */

/* read_activity.c */
void read_activity(struct reader *r, int node);
void read_junma(struct reader *r, int node);
void check_foreign(struct reader *r, xmlNode *n);

/* schema.c: the element and its next siblings, with all below */
void schema_check(struct reader *r, xmlNode *n);

/* service.c */
void read_service(struct reader *r, int node);
bool service_attribute(const xmlNode *n, const char *name);

/* rules.c, rules_data.c, rules_refs.c, rules_run.c */
void rules_elements(struct reader *r);
void rules_references(struct reader *r);
void rules_nodes(struct reader *r);
void rules_run(struct reader *r); /* what holds of executable processes only */

#endif
