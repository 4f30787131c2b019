/*
 * Pages: <system>/pages/<page>.json, what a system shows its people beyond plain lists: a map, a
 * Gantt chart, today's duties. pages.def says what each kind may say; this file holds a definition
 * against it, so that a page that is handed out names only what there is. The members themselves
 * stay JSON: the face draws by them, and the few kinds that need computing read them again.
 */
#include "pack/internal.h"

#include <stdlib.h>
#include <string.h>

enum member_type {
    REGISTER, COLUMN, COLUMNS, LIST, FIGURE, FIGURES, CODES, LICENCE, DECISION, CASES, PATH, NAME, TEXT,
    TEXTS, INT, BOOL, WORD, OBJECT, OBJECTS, PAGE, PAGES,
};

struct member {
    const char *shape, *name;
    enum member_type type;
    int required;
    const char *with;
};

#define PAGE_KIND(name)
#define SHAPE(name)
#define MEMBER(shape, ...) { #shape, __VA_ARGS__ },
static const struct member members[] = {
#include "pack/pages.def"
};
#undef PAGE_KIND
#undef MEMBER

#define PAGE_KIND(name) #name,
#define MEMBER(...)
static const char *const kinds[] = {
#include "pack/pages.def"
    NULL
};

static const char *const houses[] = { "desk", "hall", "cockpit", NULL };
static const char *const common[] = { "page", "name", "kind", "house", "roles", "order", "note" };
enum { COMMON = sizeof common / sizeof *common, MEMBERS_MAX = 60, DEPTH_MAX = 6 };

struct reading {
    struct pack_page *page;
    int depth;
};

static void check_object(const struct node *n, const char *shape, bool top, struct reading *r);

/* ---- what a member may name ----------------------------------------------------------------- */

/* The register that the member `with` (up to "/") names, in this object or in one around it. NULL:
 * it is not there, which is reported at `at`, or wrong, which is reported where it stands. */
static const struct pack_register *register_around(
    const struct node *n, const struct node *at, const char *with)
{
    str types = str_from(with), member;
    (void)str_split(&types, '/', &member);
    for (const struct node *around = n; around; around = around->up) {
        const json_t *v = json_is_object(around->v)
            ? json_object_getn(around->v, member.data, member.bytes) : NULL;
        if (v)
            return pack_register(n->l->pack, str_from(json_is_string(v) ? json_string_value(v) : ""));
    }
    FAULT(at, "先要写明 %.*s", "%.*s must be given first", STR_ARGS(member));
    return NULL;
}

static void check_column(const struct node *at, const struct pack_register *r, const char *with)
{
    str name = str_from(json_string_value(at->v)), rest = str_from(with), word;
    const struct pack_column *c = pack_column(r, name);
    if (!c) {
        FAULT(at, "登记表 “%.*s” 没有列 “%.*s”", "register \"%.*s\" has no column \"%.*s\"",
            STR_ARGS(r->code), STR_ARGS(brief(name)));
        return;
    }
    (void)str_split(&rest, '/', &word);
    if (!rest.bytes)
        return;
    for (str list = rest; str_split(&list, '|', &word);)
        if (str_is(word, pack_column_type_word(c->type)))
            return;
    FAULT(at, "列 “%.*s” 的类型是 %s,这里应为 %.*s", "column \"%.*s\" is of type %s; here it must be %.*s",
        STR_ARGS(c->name), pack_column_type_word(c->type), STR_ARGS(rest));
}

static bool list_of(const struct pack_register *r, str code)
{
    for (size_t i = 0; i < r->list_count; i++)
        if (str_equal(r->lists[i].code, code))
            return true;
    return false;
}

static bool figure_named(const struct pack *p, str name)
{
    for (size_t i = 0; i < p->system_count; i++)
        if (pack_figure(&p->systems[i], name))
            return true;
    return false;
}

/* Pages may name pages that are read after them: what counts is that the file is there. */
static bool page_named(struct loader *l, str name)
{
    const struct pack *p = l->pack;
    for (size_t i = 0; i < p->system_count; i++) {
        str path = str_printf(
            l->arena, "%.*s/pages/%.*s.json", STR_ARGS(p->systems[i].folder), STR_ARGS(brief(name)));
        if (file_use(l, path))
            return true;
    }
    return false;
}

static bool text_given(const struct node *at)
{
    if (json_is_string(at->v))
        return true;
    FAULT(at, "应为文字", "must be a text");
    return false;
}

static void check_file(const struct node *at, const char *suffix)
{
    str path = str_from(json_string_value(at->v));
    if (str_ends(path, str_from(suffix)) && file_use(at->l, path))
        return;
    FAULT(at, "配置中没有文件 “%.*s”(应以 %s 结尾)", "the pack has no file \"%.*s\" (ending in %s)",
        STR_ARGS(brief(path)), suffix);
}

#define MISSING(at, zh, en, name)                                                                 \
    FAULT(at, "没有" zh " “%.*s”", "there is no " en " \"%.*s\"", STR_ARGS(brief(name)))

/* A text that names something; at is one text, of a list or alone. */
static void check_named(
    const struct node *n, const struct node *at, const struct member *m, struct reading *r)
{
    const struct pack *p = n->l->pack;
    const struct pack_register *of = NULL;
    if (!text_given(at))
        return;
    str name = str_from(json_string_value(at->v));
    if (m->type == COLUMN || m->type == COLUMNS || m->type == LIST) {
        of = register_around(n, at, m->with);
        if (of && m->type != LIST)
            check_column(at, of, m->with);
        else if (of && !list_of(of, name))
            MISSING(at, "列表", "list", name);
    } else if (m->type == REGISTER) {
        of = pack_register(p, name);
        if (!of)
            MISSING(at, "登记表", "register", name);
        else if (!r->page->r)
            r->page->r = of;
    } else if ((m->type == FIGURE || m->type == FIGURES) && !figure_named(p, name))
        MISSING(at, "指标", "figure", name);
    else if (m->type == CODES && !pack_codes(p, name))
        MISSING(at, "代码表", "code table", name);
    else if (m->type == LICENCE && !pack_licence(p, name))
        MISSING(at, "证照类型", "type of licences", name);
    else if (m->type == DECISION && !pack_decision(r->page->system, name, NULL))
        MISSING(at, "决策", "decision", name);
    else if (m->type == CASES && !pack_kind(p, name))
        MISSING(at, "事项类别", "kind of case", name);
    else if ((m->type == PAGE || m->type == PAGES) && !page_named(n->l, name))
        MISSING(at, "页面", "page", name);
    else if (m->type == PATH)
        check_file(at, m->with);
}

/* ---- members -------------------------------------------------------------------------------- */

static void check_texts(const struct node *n, const struct member *m, struct reading *r)
{
    struct node list = node_get(n, m->name, JSON_ARRAY, m->required);
    for (size_t i = 0; i < node_count(&list); i++) {
        struct node at = node_at(&list, i);
        check_named(n, &at, m, r);
    }
}

static void check_int(const struct node *n, const struct member *m)
{
    char *end = NULL;
    long least = strtol(m->with, &end, 10), most = *end ? strtol(end + 2, NULL, 10) : least;
    ASSERT(most > least);
    if (m->required)
        (void)node_get(n, m->name, JSON_INTEGER, REQUIRED);
    (void)node_int(n, m->name, (int)least, (int)most, (int)least);
}

static void check_word(const struct node *n, const struct member *m)
{
    struct node at = node_get(n, m->name, JSON_STRING, m->required);
    str list = str_from(m->with), word;
    if (!at.v)
        return;
    while (str_split(&list, '|', &word))
        if (str_is(word, json_string_value(at.v)))
            return;
    FAULT(&at, "应为以下之一:%s", "must be one of %s", m->with);
}

static void check_objects(const struct node *n, const struct member *m, struct reading *r)
{
    struct node list = node_get(n, m->name, JSON_ARRAY, m->required);
    if (list.v && m->required && !node_count(&list))
        FAULT(&list, "至少要有一项", "there must be at least one");
    for (size_t i = 0; i < node_count(&list); i++) {
        struct node at = node_at(&list, i);
        check_object(&at, m->with, false, r);
    }
}

static void check_member(const struct node *n, const struct member *m, struct reading *r)
{
    switch (m->type) {
    case REGISTER: case COLUMN: case LIST: case FIGURE: case CODES: case LICENCE: case DECISION:
    case CASES: case PATH: case TEXT: case PAGE: {
        struct node at = node_get(n, m->name, JSON_STRING, m->required);
        if (at.v)
            check_named(n, &at, m, r);
        return;
    }
    case COLUMNS: case FIGURES: case TEXTS: case PAGES:
        check_texts(n, m, r);
        return;
    case NAME:
        (void)node_name(n, m->name, m->required);
        return;
    case INT:
        check_int(n, m);
        return;
    case BOOL:
        (void)node_bool(n, m->name, false);
        return;
    case WORD:
        check_word(n, m);
        return;
    case OBJECT: {
        struct node at = node_get(n, m->name, JSON_OBJECT, m->required);
        if (at.v)
            check_object(&at, m->with, false, r);
        return;
    }
    case OBJECTS:
        check_objects(n, m, r);
    }
}

static void check_object(const struct node *n, const char *shape, bool top, struct reading *r)
{
    const char *known[COMMON + MEMBERS_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; top && i < COMMON; i++)
        known[count++] = common[i];
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (strcmp(members[i].shape, shape) == 0) {
            ASSERT(count < COMMON + MEMBERS_MAX);
            known[count++] = members[i].name;
        }
    known[count] = NULL;
    if (!node_members(n, known))
        return;
    if (++r->depth > DEPTH_MAX)
        FAULT(n, "嵌套过深", "nested too deeply");
    else
        for (size_t i = 0; i < sizeof members / sizeof *members; i++)
            if (strcmp(members[i].shape, shape) == 0)
                check_member(n, &members[i], r);
    r->depth--;
}

/* ---- a page --------------------------------------------------------------------------------- */

static bool code_taken(const struct pack *p, str code)
{
    return pack_page(p, code) != NULL;
}

static void read_page_roles(const struct node *n, struct pack_page *page)
{
    struct node list = node_get(n, "roles", JSON_ARRAY, OPTIONAL);
    page->roles = node_texts(n, "roles", &page->role_count, OPTIONAL);
    for (size_t i = 0; page->roles && i < page->role_count; i++) {
        struct node at = node_at(&list, i);
        if (!pack_role(n->l->pack, page->roles[i]))
            FAULT(&at, "没有角色 “%.*s”", "there is no role \"%.*s\"", STR_ARGS(brief(page->roles[i])));
    }
}

static void read_page(const struct node *n, const struct pack_system *s, str file_name)
{
    struct pack *p = n->l->pack;
    struct pack_page page = { .code = node_code(n, "page", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .note = node_name(n, "note", OPTIONAL),
        .order = node_int(n, "order", 0, 1000, 100),
        .system = s,
        .members = n->v };
    int kind = node_word(n, "kind", kinds, -1), house = node_word(n, "house", houses, 0);
    struct reading r = { .page = &page };
    if (word_find(kinds, node_text(n, "kind", OPTIONAL)) < 0)
        return;
    page.kind = str_from(kinds[kind]);
    page.house = str_from(houses[house]);
    read_page_roles(n, &page);
    if (page.code.bytes && !str_equal(page.code, file_name))
        FAULT_MEMBER(n, "page", "页面代码应与文件名 “%.*s” 一致",
            "the page's code must be its file's name, \"%.*s\"", STR_ARGS(file_name));
    else if (code_taken(p, page.code))
        FAULT_MEMBER(n, "page", "另一页面已用这个代码", "another page has this code");
    check_object(n, kinds[kind], true, &r);
    if (str_is(page.kind, "enlist"))
        check_enlist(n);
    ((struct pack_page *)p->pages)[p->page_count++] = page;
}

void read_pages(struct loader *l)
{
    struct pack *p = l->pack;
    p->pages = ARENA_ARRAY(l->arena, struct pack_page, p->file_count);
    for (size_t i = 0; p->pages && i < p->system_count; i++) {
        const struct pack_system *s = &p->systems[i];
        str folder = str_printf(l->arena, "%.*s/pages/", STR_ARGS(s->folder));
        size_t at = 0;
        for (const struct pack_file *f; (f = file_next(l, folder, STR(".json"), &at));) {
            struct document doc;
            struct node root;
            str name = str_slice(f->path, folder.bytes, f->path.bytes - strlen(".json"));
            if (document_read(l, f->path, &doc, &root))
                read_page(&root, s, name);
        }
    }
}
