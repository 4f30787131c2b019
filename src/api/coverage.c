/*
 * Kind of page `coverage`: which homes have which services within a walk. For each kind of service
 * every home's way to the nearest place of that kind along the streets of the map; the households
 * that have it within the minutes the page sets; and where the next places would help most.
 *
 * Reads as the caller may: registers that are not his, or a column he does not see, refuse the page.
 */
#include "api/registers.h"
#include "api/schemas.h"
#include "zone/walk.h"

#include <math.h>

enum { PICKS = 5 };

FIELDS(coverage_people) = { { "code", API_TEXT, R, 0, NULL, "the column that counts them" },
    { "name", API_NAME, R }, { "own", API_BOOL, R, 0, NULL, "the service is for them" },
    { "total", API_INT, R }, { "covered", API_INT, R }, { "share", API_NUMBER, R | N },
    { "unsaid", API_INT, R, 0, NULL, "homes that do not say how many" }, END };
FIELDS(coverage_kind) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "minutes", API_INT, R },
    { "places", API_INT, R }, { "covered", API_INT, R, 0, NULL, "households within the minutes" },
    { "share", API_NUMBER, R | N },
    { "people", API_LIST, R, WALK_PEOPLE_MAX, "CoveragePeople", "in whom the service is counted, too" },
    END };
FIELDS(coverage_home) = { { "id", API_ID, R }, { "label", API_TEXT, R }, { "lon", API_NUMBER, R },
    { "lat", API_NUMBER, R }, { "households", API_INT, R },
    { "metres", API_NUMBER, R | N, 0, NULL, "to the nearest; null: none within two hours" },
    { "crow", API_BOOL, R, 0, NULL, "as the crow flies, since no street is near" },
    { "nearest", API_TEXT, R | N }, { "covered", API_BOOL, R },
    { "people", API_INT, R | N, 0, NULL, "for whom the kind asked is; null: not on record" }, END };
FIELDS(coverage_site) = { { "label", API_TEXT, R }, { "lon", API_NUMBER, R }, { "lat", API_NUMBER, R },
    { "gain", API_INT, R, 0, NULL, "households, or people of sitesBy, that it adds" },
    { "share", API_NUMBER, R, 0, NULL, "of all, with it and those before it" }, END };
FIELDS(coverage) = { { "households", API_INT, R }, { "homesWithoutPlace", API_INT, R },
    { "metresAMinute", API_INT, R }, { "kinds", API_LIST, R, WALK_KINDS_MAX, "CoverageKind" },
    { "kind", API_TEXT, R | N, 0, NULL, "the one that homes and sites are about" },
    { "minutes", API_INT, R }, { "homes", API_LIST, R, WALK_PLACES_MAX, "CoverageHome" },
    { "places", API_LIST, R, WALK_PLACES_MAX, "CoveragePlace" },
    { "sites", API_LIST, R, PICKS, "CoverageSite" },
    { "sitesFrom", API_TEXT, R, 0, NULL, "sites, or homes where the page names no register of sites" },
    { "sitesBy", API_NAME, R | N, 0, NULL, "people by whom sites are chosen; null: households" },
    END };
FIELDS(coverage_place) = { { "label", API_TEXT, R }, { "lon", API_NUMBER, R },
    { "lat", API_NUMBER, R }, END };
const struct api_schema coverage_schemas[] = { { "CoveragePeople", NULL, coverage_people },
    { "CoverageKind", NULL, coverage_kind },
    { "CoverageHome", NULL, coverage_home }, { "CoveragePlace", NULL, coverage_place },
    { "CoverageSite", NULL, coverage_site },
    { "Coverage", "Homes and services within a walk", coverage }, { 0 } };

struct covering {
    struct call *c;
    const struct pack_page *page;
    struct walk w;
    int64_t minutes;
    str kind;
    size_t own; /* which people the kind is for; people_count: none */
};

/* ---- computing ---- */

static double share_of(int64_t part, int64_t whole)
{
    return whole ? round(1000.0 * (double)part / (double)whole) / 10 : 0;
}

/* What a home counts for: households, or people of kind i. */
static int64_t weight_of(const struct walk *w, const struct walk_spot *home, size_t i)
{
    if (i >= w->people_count)
        return home->weight;
    return home->people[i] < 0 ? 0 : home->people[i];
}

static int64_t covered_of(const struct walk *w, int64_t minutes, size_t people)
{
    int64_t sum = 0;
    for (size_t i = 0; i < w->homes.count; i++)
        sum += walk_covers(w, &w->homes.items[i], minutes) ? weight_of(w, &w->homes.items[i], people) : 0;
    return sum;
}

static void set_share(json_t *o, int64_t part, int64_t whole)
{
    json_set_int(o, "covered", part);
    json_object_set_new(o, "share", whole ? json_real(share_of(part, whole)) : json_null());
}

static json_t *people_json(const struct walk *w, str kind, int64_t minutes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->people_count; i++) {
        const struct walk_people *p = &w->people[i];
        bool own;
        if (!walk_for(p, kind, &own))
            continue;
        json_t *o = json_object();
        json_set_str(o, "code", p->column->name);
        json_object_set_new(o, "name", json_name(p->column->title));
        json_object_set_new(o, "own", json_boolean(own));
        json_set_int(o, "total", p->total);
        json_set_int(o, "unsaid", (int64_t)p->unsaid);
        set_share(o, covered_of(w, minutes, i), p->total);
        json_array_append_new(list, o);
    }
    return list;
}

static enum err add_kind(struct covering *v, const struct pack_code *code, json_t *kinds)
{
    size_t places = 0;
    int64_t minutes = walk_minutes(v->page, code->code);
    json_t *o = json_object();
    enum err e = walk_to(&v->w, code->code, &places);
    json_set_str(o, "code", code->code);
    json_object_set_new(o, "name", json_name(code->name));
    json_set_int(o, "minutes", minutes);
    json_set_int(o, "places", (int64_t)places);
    set_share(o, covered_of(&v->w, minutes, WALK_PEOPLE_MAX), v->w.households);
    json_object_set_new(o, "people", people_json(&v->w, code->code, minutes));
    json_array_append_new(kinds, o);
    return e;
}

static void set_place(json_t *o, const struct walk_spot *s)
{
    json_set_str(o, "label", s->label);
    json_object_set_new(o, "lon", json_real(s->at.at.lon));
    json_object_set_new(o, "lat", json_real(s->at.at.lat));
}

static json_t *homes_json(const struct covering *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->w.homes.count; i++) {
        const struct walk_spot *home = &v->w.homes.items[i];
        json_t *o = json_object();
        json_set_id(o, "id", home->id);
        set_place(o, home);
        json_set_int(o, "households", home->weight);
        json_object_set_new(o, "metres", isinf(home->metres) ? json_null() : json_real(round(home->metres)));
        json_object_set_new(o, "crow", json_boolean(home->nearest && home->crow));
        json_object_set_new(o, "nearest", home->nearest ? json_from_str(home->nearest->label) : json_null());
        json_object_set_new(o, "covered", json_boolean(walk_covers(&v->w, home, v->minutes)));
        json_object_set_new(o, "people", v->own < v->w.people_count && home->people[v->own] >= 0
                ? json_integer(home->people[v->own]) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *places_json(const struct covering *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->w.services.count; i++) {
        if (!str_equal(v->w.services.items[i].kind, v->kind))
            continue;
        json_t *o = json_object();
        set_place(o, &v->w.services.items[i]);
        json_array_append_new(list, o);
    }
    return list;
}

/* Where the next places of the kind would help most. */
static enum err best_sites(struct covering *v, json_t *list)
{
    struct op *op = &v->c->op;
    const struct walk_spots *from = v->w.sites.items ? &v->w.sites : &v->w.homes;
    size_t n = v->w.homes.count, chosen[PICKS];
    int64_t gains[PICKS], sum = 0;
    const double most = (double)(v->minutes * zone_pack(op->zone)->map.metres_a_minute);
    bool *covers = ARENA_ARRAY(op->arena, bool, from->count * n + 1);
    bool *done = ARENA_ARRAY(op->arena, bool, n + 1);
    int64_t *weights = ARENA_ARRAY(op->arena, int64_t, n + 1);
    double *metres = ARENA_ARRAY(op->arena, double, n + 1);
    struct reach_point *to = ARENA_ARRAY(op->arena, struct reach_point, n + 1);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < n; i++) {
        to[i] = v->w.homes.items[i].at;
        weights[i] = weight_of(&v->w, &v->w.homes.items[i], v->own);
        done[i] = walk_covers(&v->w, &v->w.homes.items[i], v->minutes);
        sum += done[i] ? weights[i] : 0;
    }
    for (size_t s = 0; s < from->count; s++) {
        reach_from(v->w.reach, &from->items[s].at, most, to, n, metres);
        for (size_t i = 0; i < n; i++)
            covers[s * n + i] = !isinf(metres[i]);
    }
    const int64_t whole = v->own < v->w.people_count ? v->w.people[v->own].total : v->w.households;
    size_t count = reach_best(covers, from->count, n, weights, done, PICKS, chosen, gains);
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        set_place(o, &from->items[chosen[i]]);
        sum += gains[i];
        json_set_int(o, "gain", gains[i]);
        json_object_set_new(o, "share", json_real(share_of(sum, whole)));
        json_array_append_new(list, o);
    }
    return OK;
}

static enum err compute(struct covering *v, json_t *o)
{
    size_t places = 0;
    json_t *kinds = json_array(), *sites = json_array();
    enum err e = OK;
    bool own = false;
    for (v->own = 0; v->own < v->w.people_count; v->own++)
        if (walk_for(&v->w.people[v->own], v->kind, &own) && own)
            break;
    for (size_t i = 0; e == OK && v->w.kinds && i < v->w.kinds->count && i < WALK_KINDS_MAX; i++)
        e = add_kind(v, &v->w.kinds->items[i], kinds);
    json_object_set_new(o, "kinds", kinds);
    if (e == OK)
        e = walk_to(&v->w, v->kind, &places);
    if (e == OK)
        e = best_sites(v, sites);
    json_set_str_or_null(o, "kind", v->kind);
    json_set_int(o, "minutes", v->minutes);
    json_set_int(o, "households", v->w.households);
    json_set_int(o, "homesWithoutPlace", (int64_t)v->w.homes.without);
    json_set_int(o, "metresAMinute", zone_pack(v->c->op.zone)->map.metres_a_minute);
    json_object_set_new(o, "homes", homes_json(v));
    json_object_set_new(o, "places", places_json(v));
    json_object_set_new(o, "sites", sites);
    json_object_set_new(o, "sitesBy", v->own < v->w.people_count
            ? json_name(v->w.people[v->own].column->title) : json_null());
    json_object_set_new(o, "sitesFrom", json_string(v->w.sites.items ? "sites" : "homes"));
    return e;
}

static void show_coverage(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct covering v = { .c = c };
    (void)app;
    if (!api_page(c, "coverage", &v.page) || !api_query(c, "kind", &v.kind))
        return;
    const struct pack_codes *kinds = walk_kinds(zone_pack(c->api->zone), v.page);
    if (!v.kind.bytes && kinds->count)
        v.kind = kinds->items[0].code;
    if (!pack_code(kinds, v.kind)) {
        diag_field(&c->diag, STR("kind"));
        diag_set(&c->diag, ERR_INVALID, "没有这类服务", "there is no such kind of service");
        api_fail(c);
        return;
    }
    v.minutes = walk_minutes(v.page, v.kind);
    if (!api_query_int(c, "minutes", 1, 120, &v.minutes) || !api_read(c))
        return;
    json_t *o = json_keep(req->arena, json_object());
    enum err e = walk_read(&c->op, v.page, &v.w);
    if (e == OK)
        e = compute(&v, o);
    api_read_answer(c, e, o);
}

static const struct api_param params[] = { { "kind", "string", "of service; the first when absent" },
    { "minutes", "integer", "another limit than the page's, for the kind asked" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route coverage_routes[] = {
    { "GET", "/api/pages/{page}/coverage", show_coverage, 0, NULL,
        DOC("getCoverage", "Which homes have which services within a walk", "pages", API_PUBLIC, NULL,
            "Coverage", 0, params) },
    { 0 },
};
