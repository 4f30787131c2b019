/*
 * connectors.json: the other systems that service tasks may call, by name. The pack says where they
 * are and how much is asked of them; whether this server may go there, and the secrets it shows
 * there, are the server's own configuration (docs/services.md), since a pack is read by many.
 */
#include "pack/internal.h"

#include <string.h>

/* http(s)://host[:port][/path]: no user name, no query, no white space. */
static bool url_good(str url, bool insecure)
{
    size_t from = 0;
    if (str_starts(url, STR("https://")))
        from = 8;
    else if (insecure && str_starts(url, STR("http://")))
        from = 7;
    for (size_t i = from; i < url.bytes; i++) {
        char c = url.data[i];
        if (c <= ' ' || c > '~' || strchr("@?#\\\"<>", c))
            return false;
    }
    return from && url.bytes > from && url.data[from] != '/';
}

static void check_headers(const struct node *n, const struct pack_connector *c)
{
    for (size_t i = 0; i < c->header_count; i++) {
        str rest = c->headers[i], name;
        bool good = str_split(&rest, ':', &name) && name.bytes && rest.bytes;
        for (size_t k = 0; k < c->headers[i].bytes; k++)
            good = good && c->headers[i].data[k] >= ' ';
        if (!good)
            FAULT_MEMBER(n, "headers", "“%.*s” 应写作 名称: 值", "\"%.*s\" must read name: value",
                STR_ARGS(brief(c->headers[i])));
        if (str_equal_nocase(name, STR("authorization")) || str_equal_nocase(name, STR("cookie")))
            FAULT_MEMBER(n, "headers", "密钥不能写在配置包里,请写入服务器自己的配置",
                "secrets do not belong into a pack: put them into the server's own configuration");
    }
}

static void read_connector(const struct node *n, struct pack *p)
{
    static const char *const known[] = { "code", "name", "url", "insecure", "headers",
        "timeout_seconds", "bytes_max", "parallel", "receives", NULL };
    if (!node_members(n, known))
        return;
    bool insecure = node_bool(n, "insecure", false);
    struct pack_connector c = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .url = node_text(n, "url", REQUIRED),
        .timeout_seconds = node_int(n, "timeout_seconds", 1, 300, 10),
        .bytes_max = node_int(n, "bytes_max", 1, 1 << 20, 64 << 10),
        .parallel = node_int(n, "parallel", 1, 32, 8) };
    c.headers = node_texts(n, "headers", &c.header_count, OPTIONAL);
    c.receives = node_texts(n, "receives", &c.receive_count, OPTIONAL);
    if (c.url.bytes && !url_good(c.url, insecure))
        FAULT_MEMBER(n, "url",
            "“%.*s” 应是 https:// 开头的网址,不带用户名和参数(只在内网且写明 \"insecure\": true 时可用 http://)",
            "\"%.*s\" must be an address that begins with https://, without user name and query "
            "(http:// only inside a network of one's own, with \"insecure\": true)",
            STR_ARGS(brief(c.url)));
    check_headers(n, &c);
    if (c.code.bytes && pack_connector(p, c.code))
        FAULT_MEMBER(
            n, "code", "连接 “%.*s” 重复", "connector \"%.*s\" is named twice", STR_ARGS(c.code));
    ((struct pack_connector *)p->connectors)[p->connector_count++] = c;
}

void read_connectors(struct loader *l)
{
    static const char *const known[] = { "connectors", NULL };
    struct document doc;
    struct node n;
    struct pack *p = l->pack;
    if (!file_use(l, STR("connectors.json")))
        return;
    if (!document_read(l, STR("connectors.json"), &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "connectors", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    p->connectors = ARENA_ARRAY(l->arena, struct pack_connector, count);
    for (size_t i = 0; p->connectors && i < count; i++) {
        struct node at = node_at(&list, i);
        read_connector(&at, p);
    }
}

const struct pack_connector *pack_connector(const struct pack *p, str code)
{
    for (size_t i = 0; i < p->connector_count; i++)
        if (str_equal(p->connectors[i].code, code))
            return &p->connectors[i];
    return NULL;
}

/* ---- what a procedure's service tasks name -------------------------------------------------- */

#define NODE_FAULT(...) FAULT_LINE(l, file, n->line, n->id, __VA_ARGS__)

static void check_http(struct loader *l, const char *file, const struct bpmn_node *n)
{
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", NULL };
    str connector = n->service->words[SERVICE_connector],
        method = n->service->words[SERVICE_method];
    if (connector.bytes && !pack_connector(l->pack, connector))
        NODE_FAULT("环节 “%.*s”:connectors.json 中没有连接 “%.*s”",
            "step \"%.*s\": connectors.json has no connector \"%.*s\"", STR_ARGS(n->name),
            STR_ARGS(brief(connector)));
    if (method.bytes && word_find(methods, method) < 0)
        NODE_FAULT("环节 “%.*s”:junma:method 应为 GET、POST、PUT、PATCH 或 DELETE",
            "step \"%.*s\": junma:method must be GET, POST, PUT, PATCH or DELETE",
            STR_ARGS(n->name));
}

/* What is done to which type of licence. */
static void check_licence(struct loader *l, const char *file, const struct bpmn_node *n)
{
    static const char *const operations[] = { "issue", "change", "renew", "suspend", "resume",
        "revoke", "strip", "cancel", NULL };
    str type = n->service->words[SERVICE_licence], operation = n->service->words[SERVICE_operation];
    if (type.bytes && !pack_licence(l->pack, type))
        NODE_FAULT("环节 “%.*s”:没有证照类型 “%.*s”", "step \"%.*s\": there is no type of licence \"%.*s\"",
            STR_ARGS(n->name), STR_ARGS(brief(type)));
    if (operation.bytes && word_find(operations, operation) < 0)
        NODE_FAULT("环节 “%.*s”:junma:operation 应是 %.*s", "step \"%.*s\": junma:operation must be one of %.*s",
            STR_ARGS(n->name), STR_ARGS(words_join(l->arena, operations)));
}

void check_service(struct loader *l, const char *file, const struct bpmn_node *n)
{
    const struct bpmn_service *s = n->service;
    if (!s) {
        if (n->kind == BPMN_SERVICE_TASK)
            NODE_FAULT("服务任务 “%.*s” 没有写明由谁处理(junma:handler),没有人会办理它",
                "service task \"%.*s\" names no handler (junma:handler): nobody would do it",
                STR_ARGS(n->name));
        return;
    }
    if (str_is(s->handler, "http"))
        check_http(l, file, n);
    if (str_is(s->handler, "licence"))
        check_licence(l, file, n);
    str code = s->words[SERVICE_register];
    if (code.bytes && !pack_register(l->pack, code))
        NODE_FAULT("环节 “%.*s”:没有登记表 “%.*s”", "step \"%.*s\": there is no register \"%.*s\"",
            STR_ARGS(n->name), STR_ARGS(brief(code)));
}
