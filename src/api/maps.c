/* The zone's own base map, and coordinates given in another system than WGS 84. */
#include "api/schemas.h"

#include "zone/datum.h"

FIELDS(map_file) = { { "path", API_TEXT, R }, { "sha256", API_TEXT, R }, END };
FIELDS(map_info) = { { "note", API_NAME, R | N, 0, NULL, "what the map is and is not" },
    { "box", API_ANY, R, 0, NULL, "west, south, east, north; null without a map" },
    { "metresAMinute", API_INT, R }, { "files", API_LIST, R, 0, "MapFile" }, END };
FIELDS(map_place) = { { "lon", API_NUMBER, R }, { "lat", API_NUMBER, R },
    { "moved", API_NUMBER, R, 0, NULL, "by how many metres" }, END };
const struct api_schema map_schemas[] = { { "MapFile", NULL, map_file }, { "Map", NULL, map_info },
    { "MapPlace", "A place in WGS 84", map_place }, { 0 } };

static void show_map(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_map *m = &zone_pack(c->api->zone)->map;
    json_t *o = json_keep(req->arena, json_object()), *files = json_array();
    (void)app;
    json_object_set_new(o, "note", m->there ? json_name(m->note) : json_null());
    json_object_set_new(o, "box",
        m->there ? json_pack("[f, f, f, f]", m->west, m->south, m->east, m->north) : json_null());
    json_object_set_new(o, "metresAMinute", json_integer(m->metres_a_minute));
    for (size_t i = 0; i < m->file_count; i++) {
        json_t *one = json_object();
        json_set_str(one, "path", m->files[i]->path);
        json_set_str(one, "sha256", m->files[i]->sha256);
        json_array_append_new(files, one);
    }
    json_object_set_new(o, "files", files);
    http_reply_json(req, 200, o);
}

static void show_file(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_map *m = &zone_pack(c->api->zone)->map;
    const struct pack_file *found = NULL;
    str path;
    (void)app;
    if (!api_query(c, "path", &path))
        return;
    for (size_t i = 0; i < m->file_count; i++)
        if (str_equal(m->files[i]->path, path))
            found = m->files[i];
    if (!found) {
        diag_set(&c->diag, ERR_NOT_FOUND, "底图没有这个文件", "the map has no such file");
        api_fail(c);
        return;
    }
    if (!http_not_modified(req, found->sha256))
        http_reply(req, 200, "application/geo+json", found->text);
}

static bool read_degrees(struct call *c, const char *name, double most, double *out)
{
    str text;
    feel_value v;
    if (!api_query(c, name, &text))
        return false;
    if (feel_number_parse(text, &v)) {
        *out = feel_to_double(v);
        if (*out >= -most && *out <= most)
            return true;
    }
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "%s 应为度数,至多 ±%.0f", "%s must be degrees, at most ±%.0f",
        name, most);
    api_fail(c);
    return false;
}

static void convert(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct lonlat given;
    int from = 0;
    str word;
    (void)app;
    if (!api_query_word(c, "from", datum_words, &word) || !read_degrees(c, "lon", 180, &given.lon)
        || !read_degrees(c, "lat", 90, &given.lat))
        return;
    while (word.bytes && !str_is(word, datum_words[from]))
        from++;
    struct lonlat p = datum_to_wgs84((enum datum)from, given);
    http_reply_json(req, 200,
        json_keep(req->arena,
            json_pack("{s:f, s:f, s:f}", "lon", p.lon, "lat", p.lat, "moved", lonlat_metres(given, p))));
}

static const struct api_param file_params[] = { { "path", "string", "of the map's files" }, { 0 } };
static const struct api_param convert_params[] = { { "from", "string",
                                                       "wgs84, cgcs2000, gcj02 or bd09" },
    { "lon", "string", "degrees" }, { "lat", "string", "degrees" }, { 0 } };

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route map_routes[] = {
    { "GET", "/api/map", show_map, 0, NULL,
        DOC("getMap", "The zone's own base map", "maps", API_PUBLIC, NULL, "Map", 0, NULL) },
    { "GET", "/api/map/file", show_file, 0, NULL,
        DOC("getMapFile", "Features of the base map as GeoJSON", "maps", API_PUBLIC, NULL, NULL, 0,
            file_params, .type = "application/geo+json") },
    { "GET", "/api/map/place", convert, 0, NULL,
        DOC("convertPlace", "A place given in another system, in WGS 84", "maps", API_PUBLIC, NULL,
            "MapPlace", 0, convert_params) },
    { 0 },
};
