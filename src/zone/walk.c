/* Reading what a page of kind `coverage` names, and walking; walk.h. */
#include "zone/walk.h"

#include <math.h>

/* ---- reading the registers ---- */

static const struct pack_column *column_of(
    const struct walk *v, const struct pack_register *r, const char *member)
{
    return pack_column(r, pack_page_text(v->page->members, member));
}

static enum err seen(struct walk *v, const struct pack_register *r)
{
    if (register_seen(v->op, r))
        return OK;
    return diag_set(v->op->diag, ERR_FORBIDDEN, "您无权查看这个页面用到的登记表",
        "this page needs a register that you may not see");
}

/* How many of each kind of people live there. */
static void take_people(struct walk *v, struct walk_spot *home, const json_t *data)
{
    for (size_t i = 0; i < v->people_count; i++) {
        struct walk_people *p = &v->people[i];
        const json_t *n = json_object_getn(data, p->column->name.data, p->column->name.bytes);
        home->people[i] = json_is_integer(n) ? json_integer_value(n) : -1;
        p->unsaid += home->people[i] < 0;
        p->total += home->people[i] < 0 ? 0 : home->people[i];
    }
}

static void take(struct walk *v, struct walk_spots *s, const struct pack_register *r,
    const struct record *record, const struct pack_column *const columns[3])
{
    const json_t *place = json_object_getn(record->data, columns[0]->name.data, columns[0]->name.bytes);
    const json_t *weight = columns[1]
        ? json_object_getn(record->data, columns[1]->name.data, columns[1]->name.bytes) : NULL;
    const json_t *kind = columns[2]
        ? json_object_getn(record->data, columns[2]->name.data, columns[2]->name.bytes) : NULL;
    if (!json_is_object(place)) {
        s->without++;
        return;
    }
    struct lonlat at = { json_number_value(json_object_get(place, "lon")),
        json_number_value(json_object_get(place, "lat")) };
    s->items[s->count++] = (struct walk_spot){ .id = record->id,
        .weight = json_integer_value(weight),
        .label = record_label(v->op, r->code, record),
        .kind = json_is_string(kind) ? str_copy(v->op->arena, str_from(json_string_value(kind)))
                                     : STR_NONE,
        .at = reach_snap(v->reach, at),
        .metres = INFINITY };
    if (s == &v->homes)
        take_people(v, &s->items[s->count - 1], record->data);
}

static enum err read_spots(struct walk *v, const char *member, const char *list, const char *place,
    const char *weight, const char *kind, struct walk_spots *out)
{
    struct op *op = v->op;
    str code = pack_page_text(v->page->members, member);
    const struct pack_register *r = pack_register(zone_pack(op->zone), code);
    if (!code.bytes)
        return OK;
    TRY(seen(v, r));
    const struct pack_column *const columns[3] = { column_of(v, r, place),
        weight ? column_of(v, r, weight) : NULL, kind ? column_of(v, r, kind) : NULL };
    struct record_filter f = { .limit = RECORD_PAGE_MAX };
    str wanted = list ? pack_page_text(v->page->members, list) : STR_NONE;
    for (size_t i = 0; i < r->list_count; i++)
        for (size_t k = 0; str_equal(r->lists[i].code, wanted) && k < r->lists[i].where_count; k++)
            f.where[f.where_count++] = r->lists[i].where[k];
    out->items = ARENA_ARRAY(op->arena, struct walk_spot, WALK_PLACES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    for (bool more = true; more;) {
        struct record_page page = { 0 };
        TRY(record_list(op, r, &f, &page));
        if (out->count + page.count > WALK_PLACES_MAX)
            return diag_set(op->diag, ERR_LIMIT, "登记表“%.*s”超过 %d 条,不能这样计算",
                "the register \"%.*s\" holds more than %d records, too many to compute over",
                STR_ARGS(r->code), WALK_PLACES_MAX);
        for (size_t i = 0; columns[0] && i < page.count; i++)
            take(v, out, r, &page.items[i], columns);
        f.after = page.next;
        more = page.next.bytes > 0;
    }
    return OK;
}

/* ---- walking ---- */

int64_t walk_minutes(const struct pack_page *page, str kind)
{
    const json_t *list = json_object_get(page->members, "standards");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (str_equal(json_str(json_array_get(list, i), "code"), kind))
            return json_int(json_array_get(list, i), "minutes", 0);
    return json_int(page->members, "minutes", 15);
}

/* The nearest place of a kind for every home, within two hours. */
enum err walk_to(struct walk *v, str kind, size_t *places)
{
    struct op *op = v->op;
    const double most = 120.0 * zone_pack(op->zone)->map.metres_a_minute;
    size_t n = v->homes.count;
    struct reach_point *to = ARENA_ARRAY(op->arena, struct reach_point, n + 1);
    double *metres = ARENA_ARRAY(op->arena, double, n + 1);
    TRY(diag_arena(op->diag, op->arena));
    *places = 0;
    for (size_t i = 0; i < n; i++) {
        to[i] = v->homes.items[i].at;
        v->homes.items[i].metres = INFINITY;
        v->homes.items[i].nearest = NULL;
    }
    for (size_t s = 0; s < v->services.count; s++) {
        const struct walk_spot *service = &v->services.items[s];
        if (!str_equal(service->kind, kind))
            continue;
        (*places)++;
        reach_from(v->reach, &service->at, most, to, n, metres);
        for (size_t i = 0; i < n; i++) {
            struct walk_spot *home = &v->homes.items[i];
            if (metres[i] >= home->metres)
                continue;
            home->metres = metres[i];
            home->nearest = service;
            home->crow = reach_crow(&service->at, &home->at);
        }
    }
    return OK;
}

bool walk_for(const struct walk_people *p, str kind, bool *own)
{
    *own = false;
    for (size_t i = 0; i < json_array_size(p->kinds) && !*own; i++)
        *own = str_is(kind, json_string_value(json_array_get(p->kinds, i)));
    return *own || !p->kinds;
}

bool walk_covers(const struct walk *v, const struct walk_spot *home, int64_t minutes)
{
    return home->metres <= (double)(minutes * zone_pack(v->op->zone)->map.metres_a_minute);
}

const struct pack_codes *walk_kinds(const struct pack *p, const struct pack_page *page)
{
    const struct pack_register *services = pack_register(p, pack_page_text(page->members, "services"));
    return pack_column(services, pack_page_text(page->members, "service_kind"))->codes;
}

static void name_people(struct walk *v)
{
    const struct pack_register *homes
        = pack_register(zone_pack(v->op->zone), pack_page_text(v->page->members, "homes"));
    const json_t *list = json_object_get(v->page->members, "people");
    for (size_t i = 0; i < json_array_size(list) && i < WALK_PEOPLE_MAX; i++) {
        const json_t *o = json_array_get(list, i);
        v->people[v->people_count++] = (struct walk_people){ .kinds = json_object_get(o, "kinds"),
            .column = pack_column(homes, json_str(o, "column")) };
    }
}

enum err walk_read(struct op *op, const struct pack_page *page, struct walk *out)
{
    const struct pack_map *map = &zone_pack(op->zone)->map;
    struct walk *v = out;
    *v = (struct walk){ .op = op, .page = page, .kinds = walk_kinds(zone_pack(op->zone), page) };
    name_people(v);
    TRY(reach_create(op->arena, map->ways, map->way_count, &v->reach, op->diag));
    TRY(read_spots(v, "homes", "home_list", "home_place", "households", NULL, &v->homes));
    TRY(read_spots(v, "services", "service_list", "service_place", NULL, "service_kind", &v->services));
    TRY(read_spots(v, "sites", NULL, "site_place", NULL, NULL, &v->sites));
    for (size_t i = 0; i < v->homes.count; i++)
        v->households += v->homes.items[i].weight;
    return OK;
}
