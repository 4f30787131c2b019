/* zone.json, units.json, roles.json, the calendar: who the zone is and who works there. */
#include "pack/internal.h"

#include <string.h>

#include <stdlib.h>

/* ---- zone.json ------------------------------------------------------------------------------ */

/* It goes into codes on paper, so it is what people will open: no path, no slash at its end. */
static void check_address(const struct node *n, str address)
{
    size_t from = str_starts(address, STR("https://")) ? 8
        : str_starts(address, STR("http://"))          ? 7
                                                       : 0;
    bool good = from > 0 && address.bytes > from && address.bytes < 100;
    for (size_t i = from; i < address.bytes; i++)
        good = good && address.data[i] > ' ' && address.data[i] <= '~'
            && !strchr("/?#@\"\\", address.data[i]);
    if (address.bytes && !good)
        FAULT_MEMBER(n, "address", "address 应是 https://主机名,不带路径",
            "address must read https://host, without a path");
}

/* The origin is a line of the signed note (C2SP): no white space, no '+'. */
static void check_origin(const struct node *n, str origin)
{
    for (size_t i = 0; i < origin.bytes; i++) {
        unsigned char c = (unsigned char)origin.data[i];
        if (c > ' ' && c != '+' && c < 0x7f)
            continue;
        FAULT_MEMBER(n, "origin", "日志来源名不能含空格、“+” 和非英文字符,例如 zone.example/name",
            "the journal's origin may not hold spaces, '+' or characters beyond ASCII; for example "
            "zone.example/name");
        return;
    }
}

static void read_hours(const struct node *n, struct pack *p)
{
    struct diag d = { 0 };
    p->zone.hours = node_texts(n, "hours", &p->zone.hour_count, REQUIRED);
    if (p->zone.hour_count
        && office_hours_parse(p->zone.hours, p->zone.hour_count, &p->clock.hours, &d) != OK)
        fault_member(n, "hours", &d);
}

static void read_timezone(const struct node *n, struct pack *p)
{
    struct diag d = { 0 };
    p->zone.timezone = node_text(n, "timezone", REQUIRED);
    if (p->zone.timezone.bytes
        && tz_load(n->l->arena, n->l->options->sys, p->zone.timezone, &p->tz, &d) != OK)
        fault_member(n, "timezone", &d);
    p->clock.tz = p->tz;
}

static void read_security(const struct node *n, struct pack_zone *z)
{
    static const char *const session[] = { "idle_minutes", "absolute_hours", NULL };
    static const char *const lockout[] = { "failures", "minutes", NULL };
    static const char *const password[] = { "bytes_min", NULL };
    static const char *const uploads[] = { "unused_days", NULL };
    struct node at = node_get(n, "session", JSON_OBJECT, OPTIONAL);
    node_members(&at, session);
    z->session_idle_minutes = node_int(&at, "idle_minutes", 1, 24 * 60, 30);
    z->session_absolute_hours = node_int(&at, "absolute_hours", 1, 24 * 7, 12);
    at = node_get(n, "lockout", JSON_OBJECT, OPTIONAL);
    node_members(&at, lockout);
    z->lockout_failures = node_int(&at, "failures", 1, 100, 5);
    z->lockout_minutes = node_int(&at, "minutes", 1, 24 * 60, 30);
    at = node_get(n, "password", JSON_OBJECT, OPTIONAL);
    node_members(&at, password);
    z->password_bytes_min = node_int(&at, "bytes_min", 8, 128, 8);
    at = node_get(n, "uploads", JSON_OBJECT, OPTIONAL);
    node_members(&at, uploads);
    z->upload_unused_days = node_int(&at, "unused_days", 2, 365, 30);
}

void read_zone(struct loader *l)
{
    static const char *const known[] = { "zone", "name", "synthetic", "timezone", "languages",
        "crypto", "origin", "hours", "systems", "session", "lockout", "password", "retention",
        "address", "uploads", NULL };
    static const char *const languages[] = { "zh-CN", "en", NULL };
    static const char *const crypto[] = { "international", "national", NULL };
    struct document doc;
    struct node n;
    struct pack_zone *z = &l->pack->zone;
    if (!document_read(l, STR("zone.json"), &doc, &n) || !node_members(&n, known))
        return;
    z->code = node_code(&n, "zone", REQUIRED);
    z->synthetic = node_bool(&n, "synthetic", false);
    z->languages = node_texts(&n, "languages", &z->language_count, REQUIRED);
    node_texts_known(&n, "languages", languages);
    z->name = node_name(&n, "name", REQUIRED); /* needs the languages */
    z->crypto = (enum pack_crypto)node_word(&n, "crypto", crypto, PACK_CRYPTO_INTERNATIONAL);
    z->address = node_text(&n, "address", OPTIONAL);
    check_address(&n, z->address);
    z->origin = node_text(&n, "origin", REQUIRED);
    check_origin(&n, z->origin);
    read_timezone(&n, l->pack);
    read_hours(&n, l->pack);
    read_security(&n, z);
    read_retention(&n);
    l->folders = node_texts(&n, "systems", &l->folder_count, REQUIRED);
}

/* ---- units.json ----------------------------------------------------------------------------- */

static void read_unit(const struct node *n, struct pack *p)
{
    static const char *const known[] = { "code", "name", "kind", "phone", NULL };
    static const char *const kinds[] = { "centre", "handler", "leader", "supervision", "admin",
        NULL };
    if (!node_members(n, known))
        return;
    struct pack_unit u = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .kind = (enum pack_unit_kind)node_word(n, "kind", kinds, -1),
        .phone = node_text(n, "phone", OPTIONAL) };
    if (u.code.bytes && pack_unit(p, u.code))
        FAULT_MEMBER(n, "code", "单位代码 “%.*s” 重复", "unit code \"%.*s\" is used twice",
            STR_ARGS(u.code));
    ((struct pack_unit *)p->units)[p->unit_count++] = u;
}

void read_units(struct loader *l)
{
    static const char *const known[] = { "units", NULL };
    struct document doc;
    struct node n;
    struct pack *p = l->pack;
    if (!document_read(l, STR("units.json"), &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "units", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    p->units = ARENA_ARRAY(l->arena, struct pack_unit, count);
    for (size_t i = 0; p->units && i < count; i++) {
        struct node at = node_at(&list, i);
        read_unit(&at, p);
    }
    if (list.v && !pack_unit_of_kind(p, PACK_UNIT_CENTRE))
        FAULT(&list, "至少要有一个 kind 为 centre 的单位:没有指明承办单位的事项归它分派",
            "at least one unit must be of kind centre: it dispatches what no rule has placed");
}

/* ---- roles.json ----------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

static bool permission_known(const struct loader *l, str permission)
{
    static const char *const fixed[] = {
#define P(word, zh, en) word,
#include "pack/permissions.def"
#undef P
        NULL
    };
    if (str_starts(permission, STR("verb.")))
        return verb_known(l, str_slice(permission, 5, permission.bytes));
    return word_find(fixed, permission) >= 0;
}

static void check_permissions(const struct node *n)
{
    struct node list = node_get(n, "permissions", JSON_ARRAY, OPTIONAL);
    for (size_t i = 0; list.v && i < json_array_size(list.v); i++) {
        struct node at = node_at(&list, i);
        str word = str_from(json_string_value(at.v));
        if (word.bytes && !permission_known(n->l, word))
            FAULT(&at, "没有权限 “%.*s”;可用的权限见 docs/pack.md,动作权限写作 verb.<动作>",
                "there is no permission \"%.*s\"; docs/pack.md lists them, those for verbs are "
                "verb.<verb>",
                STR_ARGS(brief(word)));
    }
}

static void read_role(const struct node *n, struct pack *p)
{
    static const char *const known[] = { "code", "name", "houses", "scope", "permissions", NULL };
    static const char *const houses[] = { "hall", "desk", "cockpit", "pack", NULL };
    static const char *const scopes[] = { "none", "enterprise", "unit", "all", NULL };
    if (!node_members(n, known))
        return;
    struct pack_role r = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .scope = (enum pack_scope)node_word(n, "scope", scopes, -1) };
    r.houses = node_texts(n, "houses", &r.house_count, REQUIRED);
    node_texts_known(n, "houses", houses);
    str *permissions = (str *)node_texts(n, "permissions", &r.permission_count, REQUIRED);
    check_permissions(n);
    if (permissions && r.permission_count)
        qsort(permissions, r.permission_count, sizeof *permissions, by_text);
    r.permissions = permissions;
    if (r.code.bytes && pack_role(p, r.code))
        FAULT_MEMBER(n, "code", "角色代码 “%.*s” 重复", "role code \"%.*s\" is used twice",
            STR_ARGS(r.code));
    ((struct pack_role *)p->roles)[p->role_count++] = r;
}

void read_roles(struct loader *l)
{
    static const char *const known[] = { "roles", NULL };
    struct document doc;
    struct node n;
    struct pack *p = l->pack;
    if (!document_read(l, STR("roles.json"), &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "roles", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    p->roles = ARENA_ARRAY(l->arena, struct pack_role, count);
    for (size_t i = 0; p->roles && i < count; i++) {
        struct node at = node_at(&list, i);
        read_role(&at, p);
    }
}

/* ---- calendar/ ------------------------------------------------------------------------------ */

void read_calendar(struct loader *l)
{
    struct diag d = { 0 };
    size_t at = 0, count = 0;
    struct calendar_document names = { 0 };
    struct calendar_document *years =
        ARENA_ARRAY(l->arena, struct calendar_document, l->pack->file_count);
    if (!years)
        return;
    for (const struct pack_file *f; (f = file_next(l, STR("calendar/"), STR(".json"), &at));) {
        struct calendar_document doc = { .file = file_label(l, f->path), .text = f->text };
        (void)file_use(l, f->path);
        if (str_is(f->path, "calendar/names.json"))
            names = doc;
        else
            years[count++] = doc;
    }
    if (!count) {
        FAULT_LINE(l, file_label(l, STR("calendar")), 0, STR_NONE,
            "缺少工作日历:至少要有一个年份的文件,例如 calendar/2026.json",
            "there is no working calendar: at least one year's file is needed, for example "
            "calendar/2026.json");
        return;
    }
    if (calendar_make(l->arena, years, count, names.file ? &names : NULL, &l->pack->calendar, &d)
        != OK)
        add_fault(l, &d);
    l->pack->clock.calendar = l->pack->calendar;
}
