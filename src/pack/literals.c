/*
 * Unit codes that stand as literals in a drawing or a table:
 *
 *     <bpmn:userTask junma:unit="= &quot;CENTRE&quot;" …>
 *     <dmn:output name="unit"/> … <dmn:outputEntry><dmn:text>"ECO"</dmn:text></dmn:outputEntry>
 *
 * The rooms that read these files know texts, not units, so the files are looked at once more here.
 * Both have been accepted before (no DTD, bounded depth); a file that was refused is not read
 * again. Expressions other than a single literal are known only when they run.
 */
#include "pack/internal.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

struct literals {
    struct loader *l;
    const char *file;
};

static bool is_element(const xmlNode *n, const char *name)
{
    return n && n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

static const xmlNode *next_element(const xmlNode *n, const char *name)
{
    while (n && !is_element(n, name))
        n = n->next;
    return n;
}

static int line_of(const xmlNode *n)
{
    long line = xmlGetLineNo(n);
    return line > 0 && line <= 0x7fffffff ? (int)line : 0;
}

static void check_unit(const struct literals *c, const xmlNode *n, const char *expression)
{
    str text = str_trim(str_from(expression));
    if (text.bytes && text.data[0] == '=')
        text = str_trim(str_slice(text, 1, text.bytes));
    if (text.bytes < 2 || text.data[0] != '"' || text.data[text.bytes - 1] != '"')
        return;
    str code = str_slice(text, 1, text.bytes - 1);
    if (memchr(code.data, '"', code.bytes) || pack_unit(c->l->pack, code))
        return;
    xmlChar *id = xmlGetNoNsProp(n, (const xmlChar *)"id");
    FAULT_LINE(c->l, c->file, line_of(n), str_from((const char *)id),
        "units.json 中没有单位 “%.*s”", "units.json has no unit \"%.*s\"", STR_ARGS(brief(code)));
    xmlFree(id);
}

/* The table's output named "unit" decides which entry of each rule is looked at. */
static void check_table(const struct literals *c, const xmlNode *table)
{
    int column = 0, wanted = -1;
    for (const xmlNode *o = next_element(table->children, "output"); o;
         o = next_element(o->next, "output"), column++) {
        xmlChar *name = xmlGetNoNsProp(o, (const xmlChar *)"name");
        if (name && strcmp((const char *)name, "unit") == 0)
            wanted = column;
        xmlFree(name);
    }
    for (const xmlNode *rule = next_element(table->children, "rule"); wanted >= 0 && rule;
         rule = next_element(rule->next, "rule")) {
        const xmlNode *entry = next_element(rule->children, "outputEntry");
        for (int i = 0; entry && i < wanted; i++)
            entry = next_element(entry->next, "outputEntry");
        const xmlNode *text = entry ? next_element(entry->children, "text") : NULL;
        xmlChar *content = text ? xmlNodeGetContent(text) : NULL;
        if (content)
            check_unit(c, entry, (const char *)content);
        xmlFree(content);
    }
}

static void check_element(const struct literals *c, const xmlNode *n)
{
    if (is_element(n, "decisionTable"))
        check_table(c, n);
    xmlChar *unit = is_element(n, "userTask")
        ? xmlGetNsProp(n, (const xmlChar *)"unit", (const xmlChar *)"urn:junma:bpmn") : NULL;
    if (unit)
        check_unit(c, n, (const char *)unit);
    xmlFree(unit);
}

/* Every element in document order, without recursion. */
static void walk(const struct literals *c, const xmlNode *root)
{
    for (const xmlNode *n = root; n;) {
        check_element(c, n);
        const xmlNode *down = n->type == XML_ELEMENT_NODE ? n->children : NULL;
        while (!down && n && n != root && !n->next)
            n = n->parent;
        n = down ? down : (n && n != root) ? n->next : NULL;
    }
}

static void check_file(struct loader *l, str path)
{
    const struct pack_file *f = file_use(l, path);
    if (!f)
        return;
    struct literals c = { .l = l, .file = file_label(l, path) };
    xmlDoc *doc = xmlReadMemory(f->text.data, (int)f->text.bytes, "pack", NULL,
        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
    if (!doc)
        return;
    walk(&c, xmlDocGetRootElement(doc));
    xmlFreeDoc(doc);
}

void check_literal_units(struct loader *l, const struct pack_system *s)
{
    if (s->procedure)
        check_file(l, s->procedure_file);
    for (size_t i = 0; i < s->decision_count; i++)
        check_file(l, s->decisions[i].file);
}
