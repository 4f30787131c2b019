/*
 * What stands around the items of a catalogue: materials.json, bundles.json, synonyms.json, the
 * outcomes of steps; and the look-ups.
 */
#include "pack/internal.h"

#include <string.h>

static const char *const waive_words[] = { "none", "cancelled", "shared", "commitment", "checked",
    NULL };

const char *pack_waive_word(enum pack_waive w)
{
    return waive_words[w];
}

/* ---- materials.json ------------------------------------------------------------------------- */

static void read_material(const struct node *n, struct pack_catalogue *c)
{
    static const char *const known[] = { "code", "name", "issuer", "note", "licence", "waive",
        NULL };
    if (!node_members(n, known))
        return;
    struct pack_material m = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .issuer = node_name(n, "issuer", OPTIONAL),
        .note = node_name(n, "note", OPTIONAL),
        .licence = node_code(n, "licence", OPTIONAL),
        .waive = (enum pack_waive)node_word(n, "waive", waive_words, PACK_WAIVE_NONE) };
    if (m.code.bytes && pack_material(c, m.code))
        FAULT_MEMBER(n, "code", "材料代码 “%.*s” 重复", "material code \"%.*s\" is used twice",
            STR_ARGS(m.code));
    if (m.waive == PACK_WAIVE_SHARED && !m.licence.bytes)
        FAULT_MEMBER(n, "licence", "以共享方式免提交的材料,要写明由哪种电子证照代替(licence)",
            "a paper that is shared must name the licence that stands for it (licence)");
    ((struct pack_material *)c->materials)[c->material_count++] = m;
}

/* ---- bundles.json --------------------------------------------------------------------------- */

static bool excluded(const struct pack_item *a, const struct pack_item *b)
{
    for (size_t i = 0; i < a->exclude_count; i++)
        if (str_equal(a->excludes[i], b->code))
            return true;
    return false;
}

bool items_exclude(const struct pack_item *a, const struct pack_item *b)
{
    return excluded(a, b) || excluded(b, a);
}

static const struct pack_item *newest_item(const struct pack_catalogue *c, str code)
{
    for (size_t i = c->item_count; i-- > 0;)
        if (str_equal(c->items[i].code, code))
            return &c->items[i];
    return NULL;
}

/* Two forms of one bundle that ask by the same key must ask the same thing. */
static void check_shared_keys(
    const struct node *n, const struct pack_item *a, const struct pack_item *b)
{
    for (size_t i = 0; a->form && b->form && a->form != b->form && i < form_field_count(a->form);
         i++) {
        const struct form_field *f = form_field_at(a->form, i),
                                *g = form_field_by_key(b->form, f->key);
        if (f->key.bytes && g && g->type != f->type)
            FAULT(n, "两个事项的表单都有字段 “%.*s”,类型却不同,不能合成一张表单",
                "both forms have a field \"%.*s\" of different types; they cannot be one form",
                STR_ARGS(f->key));
    }
}

static void check_bundle(
    const struct node *n, const struct pack_catalogue *c, const struct pack_bundle *b)
{
    for (size_t i = 0; i < b->item_count; i++) {
        const struct pack_item *one = newest_item(c, b->items[i]);
        if (!one)
            FAULT_MEMBER(n, "items", "没有事项 “%.*s”", "there is no item \"%.*s\"",
                STR_ARGS(brief(b->items[i])));
        for (size_t k = 0; one && k < i; k++) {
            const struct pack_item *other = newest_item(c, b->items[k]);
            if (other && items_exclude(one, other))
                FAULT_MEMBER(n, "items", "“%.*s” 与 “%.*s” 不能同时办理",
                    "\"%.*s\" and \"%.*s\" exclude each other", STR_ARGS(one->name.zh),
                    STR_ARGS(other->name.zh));
            if (other)
                check_shared_keys(n, one, other);
        }
    }
}

static void read_bundle(const struct node *n, struct pack_catalogue *c)
{
    static const char *const known[] = { "code", "name", "note", "event", "stage", "items", NULL };
    if (!node_members(n, known))
        return;
    struct pack_bundle b = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .note = node_name(n, "note", OPTIONAL),
        .event = node_text(n, "event", OPTIONAL),
        .stage = node_text(n, "stage", OPTIONAL) };
    b.items = node_texts(n, "items", &b.item_count, REQUIRED);
    if (b.item_count > ITEM_BUNDLE_MAX || (b.items && b.item_count < 2))
        FAULT_MEMBER(n, "items", "一件事应由 2 至 %d 个事项组成",
            "one thing is made of 2 to %d items", ITEM_BUNDLE_MAX);
    else
        check_bundle(n, c, &b);
    if (b.code.bytes && pack_bundle(c, b.code))
        FAULT_MEMBER(
            n, "code", "代码 “%.*s” 重复", "code \"%.*s\" is used twice", STR_ARGS(b.code));
    ((struct pack_bundle *)c->bundles)[c->bundle_count++] = b;
}

/* ---- synonyms.json -------------------------------------------------------------------------- */

static void read_synonym(const struct node *n, struct pack_catalogue *c)
{
    static const char *const known[] = { "say", "means", NULL };
    struct pack_synonym s = { 0 };
    if (!node_members(n, known))
        return;
    s.say = node_texts(n, "say", &s.say_count, REQUIRED);
    s.means = node_texts(n, "means", &s.mean_count, REQUIRED);
    ((struct pack_synonym *)c->synonyms)[c->synonym_count++] = s;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* The list `key` of the file that the member of system.json names; false: no such list. */
static bool open_list(const struct node *n, const char *key, const struct pack_system *s,
    struct document *doc, struct node *root, struct node *list)
{
    static const char *known[2];
    str path = named_file(n, key, s->folder, STR(".json"), OPTIONAL);
    known[0] = key;
    if (!path.bytes || !document_read(n->l, path, doc, root) || !node_members(root, known))
        return false;
    *list = node_get(root, key, JSON_ARRAY, REQUIRED);
    return list->v != NULL;
}

static void read_each(const struct node *list, struct pack_catalogue *c,
    void (*one)(const struct node *n, struct pack_catalogue *c))
{
    size_t count = node_count(list);
    for (size_t i = 0; i < count; i++) {
        struct node at = node_at(list, i);
        one(&at, c);
    }
}

void read_catalogue(const struct node *n, struct pack_system *s)
{
    struct arena *a = n->l->arena;
    struct document doc;
    struct node root, list;
    str folder = node_code(n, "items", OPTIONAL);
    struct pack_catalogue *c = folder.bytes ? ARENA_NEW(a, struct pack_catalogue) : NULL;
    if (!c)
        return;
    s->catalogue = c;
    c->forms = ARENA_ARRAY(a, struct pack_item_form, CATALOGUE_FORMS_MAX);
    c->materials = ARENA_ARRAY(a, struct pack_material, PACK_ITEMS_MAX);
    if (!c->forms || !c->materials)
        return;
    if (open_list(n, "materials", s, &doc, &root, &list))
        read_each(&list, c, read_material);
    read_items(n->l, str_printf(a, "%.*s/%.*s/", STR_ARGS(s->folder), STR_ARGS(folder)), s, c);
    if (!c->item_count)
        FAULT_MEMBER(n, "items", "文件夹 %.*s 中没有事项", "the folder %.*s holds no items",
            STR_ARGS(folder));
    if (open_list(n, "bundles", s, &doc, &root, &list)) {
        c->bundles = ARENA_ARRAY(a, struct pack_bundle, node_count(&list));
        if (c->bundles)
            read_each(&list, c, read_bundle);
    }
    if (open_list(n, "synonyms", s, &doc, &root, &list)) {
        c->synonyms = ARENA_ARRAY(a, struct pack_synonym, node_count(&list));
        if (c->synonyms)
            read_each(&list, c, read_synonym);
    }
}

/* Of the first member `key` of that value in the file: the place of a fault found later. */
static void missing_licence(struct loader *l, str path, str code, str of)
{
    const struct pack_file *f = file_use(l, path);
    str wanted = str_printf(l->arena, "\"licence\": \"%.*s\"", STR_ARGS(code));
    ptrdiff_t at = f ? str_find(f->text, wanted, 0) : -1;
    int line = 1;
    for (ptrdiff_t i = 0; i < at; i++)
        line += f->text.data[i] == '\n';
    FAULT_LINE(l, file_label(l, path), at < 0 ? 0 : line, of,
        "没有证照类型 “%.*s”(types/%.*s.json)",
        "there is no licence type \"%.*s\" (types/%.*s.json)", STR_ARGS(code), STR_ARGS(code));
}

/* Items that do something to a licence need a step of the procedure that does it. */
static void check_licence_step(struct loader *l, const struct pack_system *s)
{
    const struct pack_catalogue *c = s->catalogue;
    const struct pack_item *acting = NULL;
    for (size_t i = 0; c && i < c->item_count && !acting; i++)
        if (c->items[i].act != PACK_ACT_NONE)
            acting = &c->items[i];
    if (!s->procedure)
        return; /* its drawing has been refused, or is missing, which is said */
    for (size_t i = 0; acting && i < bpmn_node_count(s->procedure); i++) {
        const struct bpmn_service *service = bpmn_node_at(s->procedure, i)->service;
        if (service && bpmn_service_has(service, SERVICE_licence))
            return;
    }
    if (acting)
        FAULT_LINE(l, file_label(l, s->procedure_file), 0, acting->code,
            "事项 “%.*s” 办成会签发、变更或注销证照,流程中却没有按事项办证照的环节"
            "(junma:handler=\"licence\" junma:licence=\"=result.licence\")",
            "granting \"%.*s\" acts on a licence, yet no step of the procedure does so by the item "
            "(junma:handler=\"licence\" junma:licence=\"=result.licence\")",
            STR_ARGS(brief(acting->name.zh)));
}

void check_catalogue(struct loader *l, const struct pack_system *s)
{
    const struct pack_catalogue *c = s->catalogue;
    for (size_t i = 0; c && i < c->material_count; i++) {
        str code = c->materials[i].licence;
        if (code.bytes && !pack_licence(l->pack, code))
            missing_licence(l, str_printf(l->arena, "%.*s/materials.json", STR_ARGS(s->folder)),
                code, c->materials[i].code);
    }
    check_licence_step(l, s);
}

/* ---- outcomes ------------------------------------------------------------------------------- */

void read_outcomes(const struct node *n, struct pack_system *s)
{
    static const char *const known[] = { "code", "name", "text", "answer", "corrections", "granted",
        "remedy", NULL };
    struct node list = node_get(n, "outcomes", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct pack_outcome *out = ARENA_ARRAY(n->l->arena, struct pack_outcome, count);
    s->outcomes = out;
    for (size_t i = 0; out && i < count; i++) {
        struct node at = node_at(&list, i);
        if (!node_members(&at, known))
            continue;
        struct pack_outcome o = { .code = node_code(&at, "code", REQUIRED),
            .name = node_name(&at, "name", REQUIRED),
            .text = node_bool(&at, "text", false),
            .answer = node_bool(&at, "answer", false),
            .corrections = node_bool(&at, "corrections", false),
            .granted = node_bool(&at, "granted", false),
            .remedy = node_name(&at, "remedy", OPTIONAL) };
        if (o.code.bytes && pack_outcome(s, o.code))
            FAULT_MEMBER(&at, "code", "结果代码 “%.*s” 重复", "outcome code \"%.*s\" is used twice",
                STR_ARGS(o.code));
        out[s->outcome_count++] = o;
    }
}

/* ---- for those who ask ---------------------------------------------------------------------- */

const struct pack_item *pack_item_on(const struct pack_catalogue *c, str code, int64_t day)
{
    size_t low = 0, high = c ? c->item_count : 0;
    while (low < high) { /* the first that is not before the code */
        size_t mid = low + (high - low) / 2;
        if (str_compare(c->items[mid].code, code) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (; c && low < c->item_count && str_equal(c->items[low].code, code); low++)
        if (c->items[low].from <= day && day <= c->items[low].to)
            return &c->items[low];
    return NULL;
}

const struct pack_bundle *pack_bundle(const struct pack_catalogue *c, str code)
{
    for (size_t i = 0; c && i < c->bundle_count; i++)
        if (str_equal(c->bundles[i].code, code))
            return &c->bundles[i];
    return NULL;
}

const struct pack_material *pack_material(const struct pack_catalogue *c, str code)
{
    for (size_t i = 0; c && i < c->material_count; i++)
        if (str_equal(c->materials[i].code, code))
            return &c->materials[i];
    return NULL;
}

const struct pack_outcome *pack_outcome(const struct pack_system *s, str code)
{
    for (size_t i = 0; s && i < s->outcome_count; i++)
        if (str_equal(s->outcomes[i].code, code))
            return &s->outcomes[i];
    return NULL;
}
