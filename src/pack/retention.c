/*
 * retention in zone.json: how long cases of a kind must be kept after they were closed, and by what
 * law. Without a rule a kind is kept for ever.
 */
#include "pack/internal.h"

static void read_rule(const struct node *n, struct pack *p)
{
    static const char *const known[] = { "kind", "months", "law", "automatic", NULL };
    if (!node_members(n, known))
        return;
    struct pack_retention r = { .kind = node_code(n, "kind", REQUIRED),
        .months = node_int(n, "months", 1, 1200, 0),
        .law = node_name(n, "law", REQUIRED),
        .automatic = node_bool(n, "automatic", false) };
    if (!r.months)
        FAULT_MEMBER(n, "months", "须写明保存多少个月(months)", "say for how many months (months)");
    if (r.kind.bytes && pack_retention(p, r.kind))
        FAULT_MEMBER(
            n, "kind", "事项种类 “%.*s” 重复", "kind \"%.*s\" is named twice", STR_ARGS(r.kind));
    ((struct pack_retention *)p->retention)[p->retention_count++] = r;
}

void read_retention(const struct node *zone)
{
    struct loader *l = zone->l;
    struct node list = node_get(zone, "retention", JSON_ARRAY, OPTIONAL);
    size_t count = list.v ? node_count(&list) : 0;
    l->pack->retention = ARENA_ARRAY(l->arena, struct pack_retention, count + 1);
    for (size_t i = 0; l->pack->retention && i < count; i++) {
        struct node at = node_at(&list, i);
        read_rule(&at, l->pack);
    }
}

void check_retention(struct loader *l)
{
    for (size_t i = 0; i < l->pack->retention_count; i++) {
        str kind = l->pack->retention[i].kind;
        if (!kind.bytes || pack_kind(l->pack, kind))
            continue;
        str pointer = str_printf(l->arena, "/retention/%zu/kind", i);
        const struct pack_file *f = file_use(l, STR("zone.json"));
        FAULT_LINE(l, file_label(l, STR("zone.json")), f ? pack_locate(f->text, pointer) : 0,
            pointer, "没有事项种类 “%.*s”", "there is no kind of case \"%.*s\"", STR_ARGS(kind));
    }
}

const struct pack_retention *pack_retention(const struct pack *p, str kind)
{
    for (size_t i = 0; i < p->retention_count; i++)
        if (str_equal(p->retention[i].kind, kind))
            return &p->retention[i];
    return NULL;
}
