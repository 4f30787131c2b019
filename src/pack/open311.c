/*
 * What residents may report (GeoReport v2): <system>/open311.json, of a system with cases. A service
 * is one of the kind's topics; what it asks beyond place and words are its attributes. Names, groups
 * and keywords are the topic's.
 */
#include "pack/internal.h"

enum { SERVICES_MAX = 200, ATTRIBUTES_MAX = 30, VALUES_MAX = 100 };

const char *const pack_311_types[] = { "string", "number", "datetime", "text", "singlevaluelist",
    "multivaluelist", NULL };
const char *const pack_311_modes[] = { "realtime", "batch", "blackbox", NULL };

static void read_values(const struct node *n, struct pack_311_attribute *a)
{
    static const char *const known[] = { "key", "name", NULL };
    struct node list = node_get(n, "values", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    bool needs = a->type == PACK_311_ONE || a->type == PACK_311_SEVERAL;
    if (needs != (count > 0) || count > VALUES_MAX)
        FAULT_MEMBER(n, "values", "选择类的属性须列出可选的值(至多 %d 个),其他类型没有值",
            "an attribute that is a choice lists its values (at most %d); others have none", VALUES_MAX);
    struct pack_311_value *values = ARENA_ARRAY(n->l->arena, struct pack_311_value, count);
    for (size_t i = 0; values && i < count; i++) {
        struct node at = node_at(&list, i);
        if (node_members(&at, known))
            values[a->value_count++] = (struct pack_311_value){ node_code(&at, "key", REQUIRED),
                node_name(&at, "name", REQUIRED) };
    }
    a->values = values;
}

static void read_attributes(const struct node *n, struct pack_311_service *s)
{
    static const char *const known[] = { "code", "datatype", "required", "description", "hint",
        "values", NULL };
    struct node list = node_get(n, "attributes", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct pack_311_attribute *out = ARENA_ARRAY(n->l->arena, struct pack_311_attribute, count);
    if (count > ATTRIBUTES_MAX)
        FAULT(&list, "属性至多 %d 个", "at most %d attributes", ATTRIBUTES_MAX);
    for (size_t i = 0; out && i < count && i < ATTRIBUTES_MAX; i++) {
        struct node at = node_at(&list, i);
        if (!node_members(&at, known))
            continue;
        struct pack_311_attribute *a = &out[s->attribute_count++];
        int type = node_word(&at, "datatype", pack_311_types, -1);
        *a = (struct pack_311_attribute){ .code = node_code(&at, "code", REQUIRED),
            .type = (enum pack_311_type)(type < 0 ? 0 : type),
            .required = node_bool(&at, "required", false),
            .description = node_name(&at, "description", REQUIRED),
            .hint = node_name(&at, "hint", OPTIONAL) };
        read_values(&at, a);
    }
    s->attributes = out;
}

static void read_service(const struct node *n, struct pack_open311 *o)
{
    static const char *const known[] = { "topic", "type", "private", "description", "notice",
        "attributes", NULL };
    if (!node_members(n, known))
        return;
    str code = node_code(n, "topic", REQUIRED);
    struct pack_311_service s = { .topic = pack_topic(o->system, code),
        .mode = node_word(n, "type", pack_311_modes, 0),
        .is_private = node_bool(n, "private", false),
        .description = node_name(n, "description", REQUIRED),
        .notice = node_name(n, "notice", OPTIONAL) };
    if (code.bytes && !s.topic)
        FAULT_MEMBER(n, "topic", "事项类别中没有 “%.*s”", "the kind has no topic \"%.*s\"",
            STR_ARGS(brief(code)));
    if (code.bytes && pack_311_service(o, code))
        FAULT_MEMBER(n, "topic", "服务 “%.*s” 重复", "the service \"%.*s\" stands twice", STR_ARGS(code));
    read_attributes(n, &s);
    if (s.topic)
        ((struct pack_311_service *)o->services)[o->service_count++] = s;
}

static void read_311_fields(const struct node *n, struct pack_open311 *o)
{
    static const char *const parts[] = { "lon", "lat", "details", NULL };
    str *const into[] = { &o->lon, &o->lat, &o->details };
    struct node at = node_get(n, "fields", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, parts))
        return;
    for (size_t i = 0; parts[i]; i++) {
        *into[i] = node_text(&at, parts[i], REQUIRED);
        if (into[i]->bytes && o->system->form && !form_field_by_key(o->system->form, *into[i]))
            FAULT_MEMBER(&at, parts[i], "表单中没有字段 “%.*s”", "the form has no field \"%.*s\"",
                STR_ARGS(brief(*into[i])));
    }
}

static void read_one(struct loader *l, const struct pack_system *s, str path)
{
    static const char *const known[] = { "kind", "jurisdiction", "changeset", "contact",
        "key_service", "fields", "services", NULL };
    struct document doc;
    struct node n;
    struct pack_open311 *o = ARENA_NEW(l->arena, struct pack_open311);
    if (!o || !document_read(l, path, &doc, &n) || !node_members(&n, known))
        return;
    *o = (struct pack_open311){ .system = s,
        .jurisdiction = node_text(&n, "jurisdiction", REQUIRED),
        .changeset = node_text(&n, "changeset", REQUIRED),
        .contact = node_name(&n, "contact", REQUIRED),
        .key_service = node_name(&n, "key_service", REQUIRED) };
    str kind = node_code(&n, "kind", REQUIRED);
    if (l->pack->open311)
        FAULT(&n, "一个园区只能有一个 open311.json", "a zone has one open311.json only");
    if (!s->kind.bytes || !str_equal(kind, s->kind))
        FAULT_MEMBER(&n, "kind", "应是本系统的事项种类", "must be the system's own kind of case");
    read_311_fields(&n, o);
    struct node list = node_get(&n, "services", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    o->services = ARENA_ARRAY(l->arena, struct pack_311_service, count);
    for (size_t i = 0; o->services && i < count && i < SERVICES_MAX; i++) {
        struct node at = node_at(&list, i);
        read_service(&at, o);
    }
    l->pack->open311 = o;
}

void read_open311(struct loader *l)
{
    for (size_t i = 0; i < l->pack->system_count; i++) {
        const struct pack_system *s = &l->pack->systems[i];
        str path = str_printf(l->arena, "%.*s/open311.json", STR_ARGS(s->folder));
        for (size_t k = 0; k < l->pack->file_count; k++)
            if (str_equal(l->files[k].path, path))
                read_one(l, s, path);
    }
}

const struct pack_311_service *pack_311_service(const struct pack_open311 *o, str code)
{
    for (size_t i = 0; i < o->service_count; i++)
        if (str_equal(o->services[i].topic->code, code))
            return &o->services[i];
    return NULL;
}
