/* Copying libxml2's tree into an arena (xml.h). */
#include "dmn/xml.h"
#include "dmn/dmn.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <string.h>

static const char schema_instance[] = "http://www.w3.org/2001/XMLSchema-instance";

struct reading {
    struct arena *arena;
    struct diag *diag;
    size_t elements;
};

static str text_of(const xmlChar *s)
{
    return str_from((const char *)s);
}

static enum err memory(struct diag *d)
{
    return diag_set(d, ERR_MEMORY, "内存不足", "out of memory");
}

static enum err copy_attributes(struct reading *r, const xmlNode *from, struct xml_node *to)
{
    size_t count = 0;
    for (const xmlAttr *a = from->properties; a; a = a->next)
        count++;
    struct xml_attribute *items = ARENA_ARRAY(r->arena, struct xml_attribute, count);
    if (!items)
        return memory(r->diag);
    count = 0;
    for (const xmlAttr *a = from->properties; a; a = a->next) {
        bool schema = a->ns && str_is(text_of(a->ns->href), schema_instance);
        if (a->ns && !schema)
            continue; /* of others */
        struct buf value;
        buf_init(&value, r->arena, DMN_FILE_BYTES_MAX);
        for (const xmlNode *part = a->children; part; part = part->next)
            if (part->content)
                buf_add(&value, text_of(part->content));
        items[count++] = (struct xml_attribute){
            str_concat(r->arena, schema ? STR("xsi:") : STR(""), text_of(a->name)),
            buf_str(&value) };
    }
    to->attributes = items;
    to->attribute_count = count;
    return arena_failed(r->arena) ? memory(r->diag) : OK;
}

static enum err copy_element(
    struct reading *r, const xmlNode *from, struct xml_node *parent, int depth,
    struct xml_node **out)
{
    if (depth > DMN_DEPTH_MAX || ++r->elements > DMN_ELEMENTS_MAX) {
        diag_set(r->diag, ERR_LIMIT, "XML 嵌套过深或元素过多", "XML nested too deeply or too large");
        diag_at(r->diag, NULL, (int)xmlGetLineNo(from), 0);
        return ERR_LIMIT;
    }
    struct xml_node *n = ARENA_NEW(r->arena, struct xml_node);
    if (!n)
        return memory(r->diag);
    n->name = str_copy(r->arena, text_of(from->name));
    n->namespace = from->ns ? str_copy(r->arena, text_of(from->ns->href)) : STR_NONE;
    n->line = (int)xmlGetLineNo(from);
    n->parent = parent;
    TRY(copy_attributes(r, from, n));
    struct buf text;
    buf_init(&text, r->arena, DMN_FILE_BYTES_MAX);
    struct xml_node **last = &n->first;
    for (const xmlNode *child = from->children; child; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            TRY(copy_element(r, child, n, depth + 1, last));
            last = &(*last)->next;
        } else if (child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) {
            buf_add(&text, text_of(child->content));
        }
    }
    n->text = buf_str(&text);
    *out = n;
    return arena_failed(r->arena) ? memory(r->diag) : OK;
}

enum err dmn_xml_parse(struct arena *a, str xml, struct xml_node **out, struct diag *d)
{
    if (xml.bytes > DMN_FILE_BYTES_MAX)
        return diag_set(d, ERR_TOO_LARGE, "文件超过 %d 字节", "the file is larger than %d bytes",
            DMN_FILE_BYTES_MAX);
    if (str_find(xml, STR("<!DOCTYPE"), 0) >= 0 || str_find(xml, STR("<!ENTITY"), 0) >= 0)
        return diag_set(d, ERR_UNSUPPORTED, "不接受文档类型声明(DOCTYPE)和实体",
            "a document type (DOCTYPE) and entities are not accepted");
    xmlParserCtxt *context = xmlNewParserCtxt();
    if (!context)
        return memory(d);
    xmlDoc *doc = xmlCtxtReadMemory(context, xml.data ? xml.data : "", (int)xml.bytes, NULL, NULL,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA
            | XML_PARSE_BIG_LINES);
    const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    enum err e;
    if (!root) {
        const xmlError *error = xmlCtxtGetLastError(context);
        str message = str_trim(str_from(error && error->message ? error->message : "?"));
        e = diag_set(d, ERR_SYNTAX, "XML 格式有误:%.*s", "malformed XML: %.*s",
            STR_ARGS(message));
        diag_at(d, NULL, error ? error->line : 0, 0);
    } else {
        struct reading r = { .arena = a, .diag = d };
        struct xml_node *copy = NULL;
        e = copy_element(&r, root, NULL, 0, &copy);
        if (e == OK)
            *out = copy;
    }
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(context);
    return e;
}

str xml_attribute(const struct xml_node *n, const char *name)
{
    for (size_t i = 0; i < n->attribute_count; i++)
        if (str_is(n->attributes[i].name, name))
            return n->attributes[i].value;
    return STR_NONE;
}

static const struct xml_node *from(const struct xml_node *n, str name, str namespace)
{
    for (; n; n = n->next)
        if (str_equal(n->name, name) && str_equal(n->namespace, namespace))
            return n;
    return NULL;
}

const struct xml_node *xml_child(const struct xml_node *n, const char *name)
{
    return n ? from(n->first, str_from(name), n->namespace) : NULL;
}

const struct xml_node *xml_again(const struct xml_node *n)
{
    return from(n->next, n->name, n->namespace);
}

size_t xml_count(const struct xml_node *n, const char *name)
{
    size_t count = 0;
    for (const struct xml_node *c = xml_child(n, name); c; c = xml_again(c))
        count++;
    return count;
}

str xml_child_text(const struct xml_node *n, const char *name)
{
    const struct xml_node *c = xml_child(n, name);
    return c ? str_trim(c->text) : STR_NONE;
}
