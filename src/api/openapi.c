/*
 * The OpenAPI 3.1 document, made from the route tables and the schemas: what is served is what is
 * written. A test walks the document against the running server.
 */
#include "api/internal.h"

#include <stdio.h>
#include <string.h>

static json_t *ref(const char *schema)
{
    return json_pack("{s:s+}", "$ref", "#/components/schemas/", schema);
}

static json_t *type_of(const struct api_field *f)
{
    switch (f->type) {
    case API_TEXT:
        return json_pack("{s:s}", "type", "string");
    case API_ID:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", "^[1-9][0-9]{0,18}$");
    case API_INT:
        return json_pack("{s:s}", "type", "integer");
    case API_NUMBER:
        return json_pack("{s:s}", "type", "number");
    case API_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case API_DATE:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date");
    case API_INSTANT:
        return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
    case API_NAME:
        return ref("Name");
    case API_ANY:
        return json_object();
    case API_OBJECT:
        return ref(f->ref);
    case API_LIST:
        return json_pack("{s:s, s:o}", "type", "array", "items", ref(f->ref));
    case API_IDS:
    case API_TEXTS:
        return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
    }
    return json_object();
}

static json_t *field_json(const struct api_field *f)
{
    json_t *t = type_of(f);
    if (f->type == API_TEXT && f->max)
        json_object_set_new(t, "maxLength", json_integer((json_int_t)f->max));
    if ((f->flags & API_NULLABLE) && f->type != API_ANY)
        t = json_pack("{s:[o, {s:s}]}", "anyOf", t, "type", "null");
    if (f->doc)
        json_object_set_new(t, "description", json_string(f->doc));
    return t;
}

static json_t *schema_json(const struct api_schema *s)
{
    json_t *o = json_pack("{s:s}", "type", "object"), *properties = json_object(),
           *required = json_array();
    for (const struct api_field *f = s->fields; f->name; f++) {
        json_object_set_new(properties, f->name, field_json(f));
        if (f->flags & API_REQUIRED)
            json_array_append_new(required, json_string(f->name));
    }
    if (s->doc)
        json_object_set_new(o, "description", json_string(s->doc));
    json_object_set_new(o, "properties", properties);
    json_object_set_new(o, "required", required);
    json_object_set_new(o, "additionalProperties", json_false());
    return o;
}

static json_t *schemas_json(void)
{
    json_t *all = json_object();
    for (size_t i = 0; api_schema_sets[i]; i++)
        for (const struct api_schema *s = api_schema_sets[i]; s->name; s++)
            json_object_set_new(all, s->name, schema_json(s));
    json_object_set_new(all, "Name",
        json_pack("{s:s, s:s, s:{s:{s:s}, s:{s:s}}, s:[s, s], s:b}", "type", "object",
            "description", "the same in Chinese and in English", "properties", "zh", "type",
            "string", "en", "type", "string", "required", "zh", "en", "additionalProperties", 0));
    return all;
}

static void add_parameters(
    json_t *list, const char *where, const struct api_param *params, bool required)
{
    for (const struct api_param *p = params; p && p->name; p++)
        json_array_append_new(list,
            json_pack("{s:s, s:s, s:b, s:s, s:{s:s}}", "name", p->name, "in", where, "required",
                required, "description", p->doc ? p->doc : "", "schema", "type", p->type));
}

static bool is_write(const struct http_route *r)
{
    return strcmp(r->method, "GET") != 0;
}

/* {name} of the path, the query parameters and headers of the doc. */
static json_t *parameters(const struct http_route *r, const struct api_doc *doc)
{
    static const struct api_param csrf[] = { { "X-CSRF-Token", "string", "csrf of the session" },
        { 0 } };
    json_t *list = json_array();
    for (const char *p = strchr(r->path, '{'); p; p = strchr(p + 1, '{')) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 1, "}"), p + 1);
        json_array_append_new(list,
            json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", "path", "required", 1,
                "schema", "type", "string"));
    }
    add_parameters(list, "query", doc->params, false);
    add_parameters(list, "header", doc->headers, false);
    if (doc->auth == API_SESSION && is_write(r))
        add_parameters(list, "header", csrf, true);
    return list;
}

static json_t *response_schema(const char *response)
{
    char name[64];
    const char *other = strchr(response, '|');
    if (other) {
        snprintf(name, sizeof name, "%.*s", (int)(other - response), response);
        return json_pack("{s:[o, o]}", "anyOf", ref(name), ref(other + 1));
    }
    if (response[0] != '[')
        return ref(response);
    snprintf(name, sizeof name, "%.*s", (int)strlen(response) - 2, response + 1);
    json_t *list = json_pack("{s:s, s:o}", "type", "array", "items", ref(name));
    return json_pack("{s:s, s:{s:o, s:{s:[s, s]}, s:{s:s}}, s:[s]}", "type", "object", "properties",
        "items", list, "next", "type", "string", "null", "total", "type", "integer", "required",
        "items");
}

static json_t *operation(const struct http_route *r)
{
    const struct api_doc *doc = r->user;
    char status[8];
    json_t *o = json_pack("{s:s, s:s, s:[s], s:o}", "operationId", doc->id, "summary", doc->summary,
        "tags", doc->tag, "parameters", parameters(r, doc));
    if (doc->request)
        json_object_set_new(o, "requestBody",
            json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content", "application/json", "schema",
                ref(doc->request)));
    else if (r->body_bytes_max || r->sink)
        json_object_set_new(o, "requestBody",
            json_pack("{s:b, s:{s:{s:{s:s, s:s}}}}", "required", 1, "content",
                doc->request_type ? doc->request_type : "application/octet-stream", "schema",
                "type", "string", "format", "binary"));
    json_t *success = json_pack("{s:s}", "description", "success");
    if (doc->response)
        json_object_set_new(success, "content",
            json_pack("{s:{s:o}}", "application/json", "schema", response_schema(doc->response)));
    else if (doc->type) /* a document with a standard of its own */
        json_object_set_new(success, "content", json_pack("{s:{s:{}}}", doc->type, "schema"));
    snprintf(status, sizeof status, "%d", doc->status ? doc->status : 200);
    json_t *problem = json_pack("{s:s, s:{s:{s:o}}}", "description", "what went wrong", "content",
        "application/problem+json", "schema", ref("Problem"));
    json_object_set_new(
        o, "responses", json_pack("{s:o, s:o}", status, success, "default", problem));
    if (doc->auth == API_SESSION)
        json_object_set_new(o, "security", json_pack("[{s:[]}]", "session"));
    else if (doc->auth == API_EITHER) /* an empty requirement: it is optional (OpenAPI 3.1, 4.8.30) */
        json_object_set_new(o, "security", json_pack("[{}, {s:[]}]", "session"));
    return o;
}

static void add_routes(json_t *paths, const struct http_route *r)
{
    for (; r->method; r++) {
        char method[8] = "";
        json_t *path = json_object_get(paths, r->path);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, r->path, path);
        }
        for (size_t i = 0; r->method[i] && i < sizeof method - 1; i++)
            method[i] = (char)(r->method[i] + 32);
        json_object_set_new(path, method, operation(r));
    }
}

str api_openapi(struct arena *a)
{
    json_t *paths = json_object();
    for (size_t i = 0; api_resources[i]; i++)
        add_routes(paths, api_resources[i]);
    json_t *doc =
        json_pack("{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}}, s:o, s:{s:o, s:{s:{s:s, s:s, s:s}}}}",
            "openapi", "3.1.0", "info", "title", "Junma", "version", JUNMA_VERSION, "description",
            "The system on which an economic development zone runs its work. Writes of a session"
            " carry its CSRF token in the "
            "header X-CSRF-Token; a create may carry an Idempotency-Key.",
            "license", "name", "Apache-2.0", "identifier", "Apache-2.0", "paths", paths,
            "components", "schemas", schemas_json(), "securitySchemes", "session", "type", "apiKey",
            "in", "cookie", "name", "junma_session");
    json_keep(a, doc);
    return doc ? json_text_pretty(a, doc) : STR_NONE;
}

void api_openapi_reply(struct http_request *req, const void *app)
{
    (void)app;
    str text = api_openapi(req->arena);
    if (text.bytes)
        http_reply(req, 200, "application/json", text);
    else
        http_reply_empty(req, 503);
}
