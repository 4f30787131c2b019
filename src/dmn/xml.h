/*
 * XML as far as DMN needs it: elements with their attributes, their own text and the line where
 * they stand, in an arena. libxml2 does the parsing and is gone when dmn_xml_parse returns.
 *
 * No network, no document type, no entities beyond XML's five, at most DMN_FILE_BYTES_MAX bytes,
 * DMN_DEPTH_MAX levels and DMN_ELEMENTS_MAX elements: a file that breaks one is refused.
 */
#ifndef JUNMA_DMN_XML_H
#define JUNMA_DMN_XML_H

#include "base/err.h"

struct xml_attribute {
    str name, value;
};

struct xml_node {
    str name;      /* without prefix */
    str namespace; /* URI */
    str text;      /* of this element itself, as it stands */
    int line;
    struct xml_node *parent, *first, *next;
    const struct xml_attribute *attributes; /* of no namespace, or "xsi:…" */
    size_t attribute_count;
};

/* The root element. ERR_SYNTAX, ERR_TOO_LARGE, ERR_UNSUPPORTED (document type), ERR_LIMIT; the diag
 * has the line. */
MUST_USE enum err dmn_xml_parse(struct arena *a, str xml, struct xml_node **out, struct diag *d);
/* Empty text when absent. */
str xml_attribute(const struct xml_node *n, const char *name);
/* The first child element of that name in the parent's namespace, or NULL. */
const struct xml_node *xml_child(const struct xml_node *n, const char *name);
/* The next sibling of that name. */
const struct xml_node *xml_again(const struct xml_node *n);
size_t xml_count(const struct xml_node *n, const char *name);
/* Text of a child element, trimmed; empty when absent. */
str xml_child_text(const struct xml_node *n, const char *name);

#endif
