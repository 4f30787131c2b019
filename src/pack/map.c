/*
 * The zone's own base map: map/map.json names GeoJSON files (RFC 7946) of plain features, so that a
 * map needs no server outside. Every feature says in properties.kind what it is:
 *
 *     zone, district, water, green, built     areas (Polygon)
 *     water, rail                             lines (LineString) that are only drawn
 *     main, street, path                      lines that one can also walk along
 *     label                                   a point with nothing but a name
 *
 * Two lines meet where they share a vertex; that is what makes the walkable lines a graph.
 * Coordinates are longitude, latitude of WGS 84 (CGCS2000 differs by less than a metre's tenth).
 */
#include "pack/internal.h"

enum { FEATURES_MAX = 20000, POINTS_MAX = 200000 };

struct mapping {
    struct loader *l;
    struct pack_way *ways;
    size_t way_count, features, points;
};

static bool is_point(const json_t *v)
{
    double lon = json_number_value(json_array_get(v, 0)), lat = json_number_value(json_array_get(v, 1));
    return json_array_size(v) >= 2 && json_is_number(json_array_get(v, 0))
        && json_is_number(json_array_get(v, 1)) && lon >= -180 && lon <= 180 && lat >= -90
        && lat <= 90;
}

static bool is_line(const json_t *v, size_t least)
{
    bool good = json_array_size(v) >= least;
    for (size_t i = 0; good && i < json_array_size(v); i++)
        good = is_point(json_array_get(v, i));
    return good;
}

static bool is_area(const json_t *v)
{
    bool good = json_array_size(v) >= 1;
    for (size_t i = 0; good && i < json_array_size(v); i++) {
        const json_t *ring = json_array_get(v, i);
        good = is_line(ring, 4)
            && json_equal(json_array_get(ring, 0), json_array_get(ring, json_array_size(ring) - 1));
    }
    return good;
}

static void take_way(struct mapping *m, const json_t *line)
{
    size_t count = json_array_size(line);
    double *points = ARENA_ARRAY(m->l->arena, double, 2 * count);
    for (size_t i = 0; points && i < count; i++)
        for (size_t k = 0; k < 2; k++)
            points[2 * i + k] = json_number_value(json_array_get(json_array_get(line, i), k));
    m->points += count;
    m->ways[m->way_count++] = (struct pack_way){ points, points ? count : 0 };
}

static void read_feature(const struct node *n, struct mapping *m)
{
    static const char *const known[] = { "type", "id", "geometry", "properties", NULL };
    static const char *const properties[] = { "kind", "name", NULL };
    static const char *const geometry[] = { "type", "coordinates", NULL };
    static const char *const kinds[] = { "main", "street", "path", "rail", "water", "green",
        "built", "zone", "district", "label", NULL };
    enum { WALKED = 3 };
    if (!node_members(n, known))
        return;
    struct node shape = node_get(n, "geometry", JSON_OBJECT, REQUIRED);
    struct node about = node_get(n, "properties", JSON_OBJECT, REQUIRED);
    if (!node_members(&shape, geometry) || !node_members(&about, properties))
        return;
    int kind = node_word(&about, "kind", kinds, -1);
    (void)node_name(&about, "name", OPTIONAL);
    str type = node_text(&shape, "type", REQUIRED);
    const json_t *at = json_object_get(shape.v, "coordinates");
    bool point = str_is(type, "Point"), line = str_is(type, "LineString");
    bool area = str_is(type, "Polygon");
    if (!point && !line && !area)
        FAULT_MEMBER(&shape, "type", "底图只收 Point、LineString 和 Polygon",
            "a base map holds Point, LineString and Polygon only");
    else if (!(point ? is_point(at) : line ? is_line(at, 2) : is_area(at)))
        FAULT_MEMBER(&shape, "coordinates",
            "坐标应为经度、纬度(度,WGS 84);线至少两点,面的环首尾相同",
            "coordinates must be longitude, latitude in degrees (WGS 84); a line has two points at "
            "least, a ring of an area ends where it begins");
    else if (kind >= 0 && kind < WALKED && !line)
        FAULT_MEMBER(&shape, "type", "道路应是 LineString", "a way must be a LineString");
    else if (kind >= 0 && kind < WALKED)
        take_way(m, at);
}

static void read_features(const struct pack_file *f, struct mapping *m)
{
    static const char *const known[] = { "type", "features", NULL };
    struct document doc;
    struct node n;
    if (!document_read(m->l, f->path, &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "features", JSON_ARRAY, REQUIRED);
    size_t count = list.v ? json_array_size(list.v) : 0;
    m->features += count;
    if (m->features > FEATURES_MAX) {
        FAULT(&list, "底图的要素超过 %d 个", "the base map has more than %d features", FEATURES_MAX);
        return;
    }
    m->ways = arena_grow(m->l->arena, m->ways, m->way_count * sizeof *m->ways,
        (m->way_count + count) * sizeof *m->ways);
    for (size_t i = 0; m->ways && i < count && m->points <= POINTS_MAX; i++) {
        struct node at = node_at(&list, i);
        read_feature(&at, m);
    }
    if (m->points > POINTS_MAX)
        FAULT(&list, "底图道路的点超过 %d 个", "the ways of the map have more than %d points", POINTS_MAX);
}

static void read_map_box(const struct node *n, struct pack_map *map)
{
    double *const into[] = { &map->west, &map->south, &map->east, &map->north };
    struct node list = node_get(n, "box", JSON_ARRAY, REQUIRED);
    bool good = list.v && json_array_size(list.v) == 4;
    for (size_t i = 0; good && i < 4; i++) {
        const json_t *v = json_array_get(list.v, i);
        good = json_is_number(v);
        *into[i] = json_number_value(v);
    }
    if (list.v && !(good && map->west < map->east && map->south < map->north && map->west >= -180
            && map->east <= 180 && map->south >= -90 && map->north <= 90))
        FAULT(&list, "box 应为 西、南、东、北 四个度数", "box must be west, south, east, north in degrees");
}

void read_map(struct loader *l)
{
    static const char *const known[] = { "note", "box", "metres_a_minute", "files", NULL };
    struct pack_map *map = &l->pack->map;
    struct mapping m = { .l = l };
    struct document doc;
    struct node n;
    bool there = false;
    map->metres_a_minute = 75;
    for (size_t i = 0; i < l->pack->file_count; i++)
        there = there || str_is(l->files[i].path, "map/map.json");
    if (!there || !document_read(l, STR("map/map.json"), &doc, &n) || !node_members(&n, known))
        return;
    map->there = true;
    map->note = node_name(&n, "note", REQUIRED);
    map->metres_a_minute = node_int(&n, "metres_a_minute", 20, 200, 75);
    read_map_box(&n, map);
    size_t count = 0;
    const str *paths = node_texts(&n, "files", &count, REQUIRED);
    struct node list = node_get(&n, "files", JSON_ARRAY, OPTIONAL);
    const struct pack_file **files = ARENA_ARRAY(l->arena, const struct pack_file *, count);
    for (size_t i = 0; files && paths && i < count; i++) {
        struct node at = node_at(&list, i);
        const struct pack_file *f = str_ends(paths[i], STR(".geojson")) ? file_use(l, paths[i]) : NULL;
        if (!f) {
            FAULT(&at, "配置中没有文件 “%.*s”(应以 .geojson 结尾)",
                "the pack has no file \"%.*s\" (ending in .geojson)", STR_ARGS(brief(paths[i])));
            continue;
        }
        files[map->file_count++] = f;
        read_features(f, &m);
    }
    map->files = files;
    map->ways = m.ways;
    map->way_count = m.way_count;
}
