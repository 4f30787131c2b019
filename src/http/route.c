/* Building and searching the tree of routes; see route.h. */
#include "http/route.h"

#include <stdlib.h>
#include <string.h>

struct http_node {
    str literal;                /* of the segment that leads here; empty for a parameter */
    struct http_node *parameter;
    struct http_node **children; /* literals, sorted once the table is whole */
    size_t child_count, child_room;
    struct http_entry *by_method[HTTP_METHOD_COUNT];
    unsigned methods;
};

static const char *const method_names[HTTP_METHOD_COUNT] = {
    [HTTP_GET] = "GET",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE",
};

/* HTTP_METHOD_COUNT for a method that routes do not have. */
static enum http_method method_of(str name)
{
    for (int i = 0; i < HTTP_METHOD_COUNT; i++)
        if (str_is(name, method_names[i]))
            return (enum http_method)i;
    return HTTP_METHOD_COUNT;
}

static int compare_segments(str a, str b)
{
    if (a.bytes != b.bytes)
        return a.bytes < b.bytes ? -1 : 1;
    return a.bytes ? memcmp(a.data, b.data, a.bytes) : 0;
}

static struct http_node *find_child(const struct http_node *node, str segment)
{
    size_t low = 0, high = node->child_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_segments(segment, node->children[middle]->literal);
        if (order == 0)
            return node->children[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* The child of that literal, made and put in its sorted place when missing; NULL without memory. */
static struct http_node *literal_child(struct arena *a, struct http_node *node, str segment)
{
    struct http_node *child = find_child(node, segment);
    if (child)
        return child;
    if (node->child_count == node->child_room) {
        size_t room = node->child_room ? node->child_room * 2 : 4;
        void *grown = arena_grow(a, node->children, node->child_count * sizeof child,
            room * sizeof child);
        if (!grown)
            return NULL;
        node->children = grown;
        node->child_room = room;
    }
    child = ARENA_NEW(a, struct http_node);
    if (!child)
        return NULL;
    child->literal = segment;
    size_t at = node->child_count++;
    while (at > 0 && compare_segments(segment, node->children[at - 1]->literal) < 0) {
        node->children[at] = node->children[at - 1];
        at--;
    }
    node->children[at] = child;
    return child;
}

static enum err add_parameter(struct http_entry *entry, str name, struct diag *d)
{
    const struct http_route *r = entry->route;
    for (size_t i = 0; i < entry->param_count; i++)
        if (str_equal(entry->names[i], name))
            return diag_set(d, ERR_INVALID, "路由 %s %s 的参数 {%.*s} 重复",
                "route %s %s names {%.*s} twice", r->method, r->path, STR_ARGS(name));
    if (!name.bytes || entry->param_count == HTTP_PARAMS_MAX)
        return diag_set(d, ERR_INVALID, "路由 %s %s 的参数没有名称或超过 %d 个",
            "route %s %s has a parameter without a name, or more than %d", r->method, r->path,
            HTTP_PARAMS_MAX);
    entry->names[entry->param_count++] = name;
    return OK;
}

/* Walks one segment down from *node. */
static enum err add_segment(struct arena *a, struct http_entry *entry, str segment,
    struct http_node **node, struct diag *d)
{
    bool parameter = segment.bytes >= 2 && segment.data[0] == '{'
        && segment.data[segment.bytes - 1] == '}';
    str inner = parameter ? str_slice(segment, 1, segment.bytes - 1) : segment;
    if (!segment.bytes || str_find(inner, STR("{"), 0) >= 0 || str_find(inner, STR("}"), 0) >= 0
        || str_find(inner, STR("%"), 0) >= 0)
        return diag_set(d, ERR_INVALID, "路由 %s %s 的段“%.*s”有误:应为文字或整段 {名称}",
            "route %s %s: the segment '%.*s' must be plain text or one whole {name}",
            entry->route->method, entry->route->path, STR_ARGS(segment));
    if (parameter) {
        TRY(add_parameter(entry, inner, d));
        if (!(*node)->parameter)
            (*node)->parameter = ARENA_NEW(a, struct http_node);
        *node = (*node)->parameter;
    } else {
        *node = literal_child(a, *node, segment);
    }
    return *node ? OK : diag_arena(d, a);
}

static enum err add_route(struct arena *a, struct http_node *root, struct http_entry *entry,
    struct diag *d)
{
    const struct http_route *r = entry->route;
    str path = str_from(r->path);
    enum http_method method = method_of(str_from(r->method));
    if (method == HTTP_METHOD_COUNT || !r->handler || !path.bytes || path.data[0] != '/')
        return diag_set(d, ERR_INVALID, "路由 %s %s 的方法未知、没有处理函数,或路径不以 / 开头",
            "route %s %s: unknown method, no handler, or a path that does not begin with /",
            r->method ? r->method : "?", r->path ? r->path : "?");
    if (r->sink && (!r->body_bytes_max || !r->sink->write))
        return diag_set(d, ERR_INVALID, "路由 %s %s 接收大文件,但没有给出大小上限",
            "route %s %s has a sink but no limit", r->method, r->path);
    struct http_node *node = root;
    size_t depth = 0;
    str rest = str_slice(path, 1, path.bytes), segment;
    while (str_split(&rest, '/', &segment)) {
        if (++depth > HTTP_SEGMENTS_MAX)
            return diag_set(d, ERR_INVALID, "路由 %s %s 超过 %d 段",
                "route %s %s has more than %d segments", r->method, r->path, HTTP_SEGMENTS_MAX);
        TRY(add_segment(a, entry, segment, &node, d));
    }
    if (node->by_method[method])
        return diag_set(d, ERR_INVALID, "路由 %s %s 与 %s 冲突",
            "route %s %s takes the same requests as %s", r->method, r->path,
            node->by_method[method]->route->path);
    node->by_method[method] = entry;
    node->methods |= 1u << method;
    return OK;
}

enum err http_table_compile(struct arena *a, const struct http_route *routes, size_t count,
    struct http_table *out, struct diag *d)
{
    struct http_table t = { .entry_count = count };
    t.root = ARENA_NEW(a, struct http_node);
    t.entries = ARENA_ARRAY(a, struct http_entry, count);
    if (!t.root || !t.entries)
        return diag_arena(d, a);
    for (size_t i = 0; i < count; i++) {
        t.entries[i].route = &routes[i];
        TRY(add_route(a, t.root, &t.entries[i], d));
    }
    *out = t;
    return OK;
}

struct walk {
    const struct http_path *path;
    enum http_method method;
    size_t value_count;
    struct http_match *out;
};

/* Depth first, literal before parameter; stops at the first route of the method. */
static bool walk_down(struct walk *w, const struct http_node *node, size_t at)
{
    if (at == w->path->count) {
        w->out->methods |= node->methods;
        w->out->path_known |= node->methods != 0;
        if (w->method == HTTP_METHOD_COUNT || !node->by_method[w->method])
            return false;
        w->out->entry = node->by_method[w->method];
        return true;
    }
    str segment = w->path->segments[at];
    const struct http_node *child = find_child(node, segment);
    if (child && walk_down(w, child, at + 1))
        return true;
    if (!node->parameter || !segment.bytes || w->value_count == HTTP_PARAMS_MAX)
        return false;
    w->out->values[w->value_count++] = segment;
    if (walk_down(w, node->parameter, at + 1))
        return true;
    w->value_count--;
    return false;
}

void http_table_match(const struct http_table *t, const struct http_path *path, str method,
    struct http_match *out)
{
    *out = (struct http_match){ .entry = NULL };
    struct walk w = { path, method_of(str_is(method, "HEAD") ? STR("GET") : method), 0, out };
    walk_down(&w, t->root, 0);
}

str http_allow_text(struct arena *a, unsigned methods)
{
    struct buf b;
    buf_init(&b, a, 128);
    for (int i = 0; i < HTTP_METHOD_COUNT; i++)
        if (methods & 1u << i)
            buf_printf(&b, "%s, ", i == HTTP_GET ? "GET, HEAD" : method_names[i]);
    buf_add(&b, STR("OPTIONS"));
    return buf_str(&b);
}
