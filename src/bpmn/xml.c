/*
 * The XML side of reading: libxml2's tree under limits. No network, no document type, no entities
 * but the five of XML, UTF-8 only; depth and elements are counted before anything else looks at
 * the tree. Every fault carries file, line and the id of the nearest element that has one.
 */
#include "bpmn/read.h"

#include <stdio.h>
#include <string.h>

enum { ELEMENTS_MAX = 200000, ATTRIBUTE_BYTES_MAX = 64 * 1024 };

int xml_line(const xmlNode *n)
{
    return n ? (int)xmlGetLineNo(n) : 0;
}

static str id_near(const xmlNode *n)
{
    for (; n && n->type == XML_ELEMENT_NODE; n = n->parent)
        for (const xmlAttr *a = n->properties; a; a = a->next)
            if (!a->ns && !strcmp((const char *)a->name, "id") && a->children)
                return str_from((const char *)a->children->content);
    return STR_NONE;
}

static void keep(struct reader *r, const xmlNode *at, struct diag *d)
{
    char name[DIAG_PLACE_BYTES];
    snprintf(name, sizeof name, "%.*s", STR_ARGS(r->file));
    diag_at(d, name, xml_line(at), 0);
    diag_field(d, id_near(at));
    if (r->first == OK)
        r->first = d->err;
    if (d->err == ERR_MEMORY)
        r->memory = true;
    for (size_t i = 0; r->faults && i < r->faults->count; i++)
        if (r->faults->items[i]->line == d->line && !strcmp(r->faults->items[i]->en, d->en))
            return; /* two readers came upon the same slip */
    if (r->faults)
        diag_list_add(r->faults, d);
}

static void set_texts(struct diag *d, enum err err, str zh, str en)
{
    struct diag other = { 0 };
    diag_set(d, err, "%.*s", "%.*s", SAY(zh));
    diag_set(&other, err, "%.*s", "%.*s", SAY(en));
    memcpy(d->en, other.en, sizeof d->en);
}

void fault(struct reader *r, const xmlNode *at, enum err err, const char *zh, const char *en, ...)
{
    struct diag d = { 0 };
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    str left = str_vprintf(r->arena, zh, args), right = str_vprintf(r->arena, en, again);
    va_end(again);
    va_end(args);
    set_texts(&d, err, left, right);
    keep(r, at, &d);
}

void fault_diag(struct reader *r, const xmlNode *at, struct diag *d, const char *what_zh,
    const char *what_en)
{
    struct diag full = { 0 };
    set_texts(&full, d->err, str_printf(r->arena, "%s%s", what_zh, d->zh),
        str_printf(r->arena, "%s%s", what_en, d->en));
    keep(r, at, &full);
}

/* ── the tree ──────────────────────────────────────────────────────────────────────────────── */

static bool has_doctype(str xml)
{
    return str_find(xml, STR("<!DOCTYPE"), 0) >= 0 || str_find(xml, STR("<!ENTITY"), 0) >= 0;
}

static bool prolog_names_utf8(str xml, str *named)
{
    if (!str_starts(xml, STR("<?xml")))
        return true;
    ptrdiff_t end = str_find(xml, STR("?>"), 0);
    str head = str_slice(xml, 0, end < 0 ? 0 : (size_t)end);
    ptrdiff_t at = str_find(head, STR("encoding"), 0);
    if (at < 0)
        return true;
    size_t from = (size_t)at + 8;
    while (from < head.bytes && head.data[from] != '"' && head.data[from] != '\'')
        from++;
    size_t to = from + 1;
    while (to < head.bytes && head.data[to] != '"' && head.data[to] != '\'')
        to++;
    *named = str_slice(head, from + 1, to);
    return str_equal_nocase(*named, STR("utf-8")) || str_equal_nocase(*named, STR("us-ascii"));
}

/* Nearly every encoding agrees with UTF-8 on ASCII, so what the file calls itself does not matter. */
static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.data[i] > 127)
            return false;
    return true;
}

static enum err check_bytes(struct reader *r, str xml)
{
    str named = STR_NONE;
    if (xml.bytes > BPMN_XML_BYTES_MAX)
        fault(r, NULL, ERR_TOO_LARGE, "文件有 %zu 字节,流程文件最多 %d 字节",
            "the file has %zu bytes; a procedure may have %d", xml.bytes, BPMN_XML_BYTES_MAX);
    else if (!str_is_utf8(xml) || (xml.bytes && memchr(xml.data, 0, xml.bytes)))
        fault(r, NULL, ERR_UTF8, "文件不是 UTF-8 编码,请另存为 UTF-8",
            "the file is not UTF-8; save it as UTF-8");
    else if (has_doctype(xml))
        fault(r, NULL, ERR_UNSUPPORTED, "不接受文档类型声明(DOCTYPE)和自定义实体,请删除",
            "document types (DOCTYPE) and entities are not accepted; remove them");
    else if (!is_ascii(xml) && !prolog_names_utf8(xml.bytes > 3 && (unsigned char)xml.data[0] == 0xEF
                     ? str_slice(xml, 3, xml.bytes) : xml, &named))
        fault(r, NULL, ERR_UTF8, "文件自称编码为 %.*s,只接受 UTF-8",
            "the file says that its encoding is %.*s; only UTF-8 is accepted", SAY(named));
    return r->first;
}

static bool within_limits(struct reader *r, xmlNode *root)
{
    size_t elements = 0;
    int depth = 0;
    for (xmlNode *n = root; n;) {
        if (n->type == XML_ELEMENT_NODE && ++elements > ELEMENTS_MAX) {
            fault(r, n, ERR_LIMIT, "元素超过 %d 个", "more than %d elements", ELEMENTS_MAX);
            return false;
        }
        for (xmlAttr *a = n->type == XML_ELEMENT_NODE ? n->properties : NULL; a; a = a->next)
            if (a->children && a->children->content
                && strlen((const char *)a->children->content) > ATTRIBUTE_BYTES_MAX) {
                fault(r, n, ERR_LIMIT, "属性 %s 超过 %d 字节", "attribute %s is over %d bytes",
                    (const char *)a->name, ATTRIBUTE_BYTES_MAX);
                return false;
            }
        if (n->children && n->type == XML_ELEMENT_NODE) {
            if (++depth > BPMN_XML_DEPTH_MAX) {
                fault(r, n, ERR_LIMIT, "元素嵌套超过 %d 层", "elements are nested over %d levels",
                    BPMN_XML_DEPTH_MAX);
                return false;
            }
            n = n->children;
            continue;
        }
        while (n != root && !n->next) {
            n = n->parent;
            depth--;
        }
        n = n == root ? NULL : n->next;
    }
    return true;
}

static void broken_xml(struct reader *r, xmlParserCtxt *ctxt)
{
    const xmlError *e = xmlCtxtGetLastError(ctxt);
    struct diag d = { 0 };
    char name[DIAG_PLACE_BYTES];
    if (e && e->code == XML_ERR_NO_MEMORY) {
        fault(r, NULL, ERR_MEMORY, "内存不足", "out of memory");
        return;
    }
    str said = str_trim(str_from(e && e->message ? e->message : ""));
    diag_set(&d, ERR_SYNTAX, "XML 格式有误:%.*s", "malformed XML: %.*s", SAY(said));
    snprintf(name, sizeof name, "%.*s", STR_ARGS(r->file));
    diag_at(&d, name, e ? e->line : 0, 0);
    r->first = ERR_SYNTAX;
    if (r->faults)
        diag_list_add(r->faults, &d);
}

enum err xml_read(struct reader *r, str xml, xmlDoc **out)
{
    TRY(check_bytes(r, xml));
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    if (!ctxt) {
        fault(r, NULL, ERR_MEMORY, "内存不足", "out of memory");
        return r->first;
    }
    xmlDoc *doc = xmlCtxtReadMemory(ctxt, xml.data ? xml.data : "", (int)xml.bytes, NULL, "UTF-8",
        XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
            | XML_PARSE_NOBLANKS | XML_PARSE_BIG_LINES);
    if (!doc || !xmlDocGetRootElement(doc))
        broken_xml(r, ctxt);
    xmlFreeParserCtxt(ctxt);
    if (r->first == OK && within_limits(r, xmlDocGetRootElement(doc))) {
        *out = doc;
        return OK;
    }
    xmlFreeDoc(doc);
    return r->first;
}

/* ── elements and attributes ───────────────────────────────────────────────────────────────── */

bool xml_is_bpmn(const xmlNode *n)
{
    return n->type == XML_ELEMENT_NODE && n->ns && !strcmp((const char *)n->ns->href, NS_BPMN);
}

bool xml_is(const xmlNode *n, const char *local)
{
    return xml_is_bpmn(n) && !strcmp((const char *)n->name, local);
}

str xml_name(const xmlNode *n)
{
    return str_from((const char *)n->name);
}

str xml_local(str qname)
{
    ptrdiff_t colon = str_find(qname, STR(":"), 0);
    return colon < 0 ? qname : str_slice(qname, (size_t)colon + 1, qname.bytes);
}

static str copy_and_free(struct reader *r, xmlChar *value)
{
    str s = STR_NONE;
    if (value) {
        s = str_copy(r->arena, str_trim(str_from((const char *)value)));
        xmlFree(value);
    }
    return s;
}

bool xml_has_attr(const xmlNode *n, const char *name)
{
    return xmlHasNsProp(n, (const xmlChar *)name, NULL) != NULL;
}

str xml_attr(struct reader *r, const xmlNode *n, const char *name)
{
    return copy_and_free(r, xmlGetNoNsProp(n, (const xmlChar *)name));
}

str xml_attr_ns(struct reader *r, const xmlNode *n, const char *name, const char *ns)
{
    return copy_and_free(r, xmlGetNsProp(n, (const xmlChar *)name, (const xmlChar *)ns));
}

bool xml_attr_bool(struct reader *r, const xmlNode *n, const char *name, bool otherwise)
{
    str s = xml_attr(r, n, name);
    if (!s.bytes)
        return otherwise;
    if (str_is(s, "true") || str_is(s, "1"))
        return true;
    if (!str_is(s, "false") && !str_is(s, "0"))
        fault(r, n, ERR_INVALID, "属性 %s 的值是“%.*s”,应为 true 或 false",
            "attribute %s is \"%.*s\"; it must be true or false", name, SAY(s));
    return false;
}

int xml_attr_int(struct reader *r, const xmlNode *n, const char *name, int otherwise)
{
    str s = xml_attr(r, n, name);
    int64_t v;
    if (!s.bytes)
        return otherwise;
    if (str_to_int64(s, &v) && v >= -1000000 && v <= 1000000)
        return (int)v;
    fault(r, n, ERR_INVALID, "属性 %s 的值是“%.*s”,应为整数",
        "attribute %s is \"%.*s\"; it must be a whole number", name, SAY(s));
    return otherwise;
}

str xml_text(struct reader *r, const xmlNode *n)
{
    return copy_and_free(r, xmlNodeGetContent(n));
}

static xmlNode *first_of(xmlNode *n, const char *local)
{
    while (n && !xml_is(n, local))
        n = n->next;
    return n;
}

xmlNode *xml_child(const xmlNode *n, const char *local)
{
    return first_of(n->children, local);
}

xmlNode *xml_next(const xmlNode *n, const char *local)
{
    return first_of(n->next, local);
}

int xml_child_count(const xmlNode *n, const char *local)
{
    int count = 0;
    for (xmlNode *c = xml_child(n, local); c; c = xml_next(c, local))
        count++;
    return count;
}
