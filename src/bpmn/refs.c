/*
 * Every id of the file in one table. An id names one element only; a reference is a QName, of
 * which the local part is looked up (one file is one target namespace here; imports are refused).
 */
#include "bpmn/read.h"

#include <string.h>

static size_t slot_of(const struct reader *r, str id)
{
    size_t at = (size_t)str_hash(id) & (r->ref_capacity - 1);
    while (r->refs[at].element && !str_equal(r->refs[at].id, id))
        at = (at + 1) & (r->ref_capacity - 1);
    return at;
}

static size_t count_ids(xmlNode *n)
{
    size_t count = 0;
    for (; n; n = n->next)
        if (n->type == XML_ELEMENT_NODE)
            count += (xml_is_bpmn(n) && xml_has_attr(n, "id")) + count_ids(n->children);
    return count;
}

/* xs:ID is an NCName: letter or underscore first, no blanks, no colon. */
static bool id_valid(str id)
{
    for (size_t i = 0; i < id.bytes; i++) {
        unsigned char c = (unsigned char)id.data[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && c != '_' && c < 128 && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.')))
            return false;
    }
    return id.bytes > 0 && id.bytes <= 256;
}

static void add(struct reader *r, xmlNode *n)
{
    str id = xml_attr(r, n, "id");
    if (!id_valid(id)) {
        fault(r, n, ERR_INVALID,
            "标识“%.*s”不合规:须以字母或下划线开头,不含空格和冒号,最长 256 字节",
            "the id \"%.*s\" is not valid: it begins with a letter or underscore and has no "
            "blanks or colons, at most 256 bytes", SAY(id));
        return;
    }
    size_t at = slot_of(r, id);
    if (r->refs[at].element) {
        fault(r, n, ERR_INVALID, "标识 %1$.*2$s 已用于第 %3$d 行的 %4$s,不得重复",
            "the id %1$.*2$s is already that of <%4$s> in line %3$d; ids must differ", id.data,
            (int)id.bytes, xml_line(r->refs[at].element),
            (const char *)r->refs[at].element->name);
        return;
    }
    r->refs[at] = (struct ref){ .id = id, .element = n, .node = -1, .flow = -1 };
    r->ref_count++;
}

static void collect(struct reader *r, xmlNode *n)
{
    for (; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        if (xml_is_bpmn(n) && xml_has_attr(n, "id"))
            add(r, n);
        if (!xml_is(n, "extensionElements"))
            collect(r, n->children);
    }
}

void refs_collect(struct reader *r, xmlNode *root)
{
    size_t ids = count_ids(root);
    r->ref_capacity = 16;
    while (r->ref_capacity < ids * 2)
        r->ref_capacity *= 2;
    r->refs = ARENA_ARRAY(r->arena, struct ref, r->ref_capacity);
    if (r->refs)
        collect(r, root);
}

struct ref *refs_find(struct reader *r, str id)
{
    struct ref *ref = r->refs && id.bytes ? &r->refs[slot_of(r, id)] : NULL;
    return ref && ref->element ? ref : NULL;
}

xmlNode *refs_element(struct reader *r, str qname)
{
    struct ref *ref = refs_find(r, qname);
    if (!ref)
        ref = refs_find(r, xml_local(qname));
    return ref ? ref->element : NULL;
}

int refs_node(struct reader *r, str qname)
{
    struct ref *ref = refs_find(r, qname);
    if (!ref)
        ref = refs_find(r, xml_local(qname));
    return ref ? ref->node : -1;
}
