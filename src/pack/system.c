/*
 * system.json: one kind of case, and the files it is made of; or, without a kind, a system that has
 * registers, rules and figures but no cases. The order of reading is the order of
 * dependence: topics before the templates that name them, form and decisions before promises.
 */
#include "pack/internal.h"

#include <string.h>

str named_file(const struct node *n, const char *key, str folder, str suffix, int required)
{
    str name = node_text(n, key, required);
    if (!name.bytes)
        return STR_NONE;
    if (!str_ends(name, suffix) || str_find(name, STR("/"), 0) >= 0) {
        FAULT_MEMBER(n, key, "“%.*s” 应是本文件夹中以 %.*s 结尾的文件名",
            "\"%.*s\" must be the name of a file in this folder that ends in %.*s",
            STR_ARGS(brief(name)), STR_ARGS(suffix));
        return STR_NONE;
    }
    str path = str_printf(n->l->arena, "%.*s/%.*s", STR_ARGS(folder), STR_ARGS(name));
    if (!file_use(n->l, path)) {
        FAULT_MEMBER(n, key, "缺少文件 %.*s", "the file %.*s is missing", STR_ARGS(path));
        return STR_NONE;
    }
    return path;
}

static str text_of(struct loader *l, str path)
{
    const struct pack_file *f = file_use(l, path);
    ASSERT(f);
    return f->text;
}

/* A room below has put its faults into the list itself. */
static void note(struct loader *l, enum err e)
{
    if (e != OK && l->first == OK)
        l->first = e;
}

static void load_form(const struct node *n, struct pack_system *s)
{
    struct loader *l = n->l;
    struct form *form = NULL;
    str path = named_file(n, "form", s->folder, STR(".form.json"), REQUIRED);
    s->form_file = path;
    if (!path.bytes)
        return;
    note(l, form_load(l->arena, str_from(file_label(l, path)), text_of(l, path), &form,
                l->faults));
    s->form = form;
}

static void load_procedure(const struct node *n, struct pack_system *s)
{
    struct loader *l = n->l;
    str path = named_file(n, "procedure", s->folder, STR(".bpmn"), REQUIRED);
    str process = node_code(n, "process", REQUIRED);
    s->procedure_file = path;
    if (!path.bytes)
        return;
    note(l, bpmn_load(l->arena, str_from(file_label(l, path)), text_of(l, path), NULL,
                &s->procedure, l->faults));
    if (!s->procedure || !process.bytes)
        return;
    const struct bpmn_node *node = bpmn_node_by_id(s->procedure, process);
    if (node && node->kind == BPMN_PROCESS && node->executable)
        s->process = node;
    else
        FAULT_MEMBER(n, "process", "%.*s 中没有可执行的流程 “%.*s”",
            "%.*s has no executable process \"%.*s\"", STR_ARGS(path), STR_ARGS(process));
}

static void load_decisions(const struct node *n, struct pack_system *s)
{
    struct loader *l = n->l;
    size_t count = 0;
    struct node list = node_get(n, "decisions", JSON_ARRAY, OPTIONAL);
    const str *names = node_texts(n, "decisions", &count, OPTIONAL);
    struct pack_decisions *out = ARENA_ARRAY(l->arena, struct pack_decisions, count);
    if (!names || !out)
        return;
    for (size_t i = 0; i < count; i++) {
        struct dmn_model *model = NULL;
        struct node at = node_at(&list, i);
        str path = str_printf(
            l->arena, "%.*s/%.*s", STR_ARGS(s->folder), STR_ARGS(brief(names[i])));
        if (!str_ends(names[i], STR(".dmn")) || !file_use(l, path)) {
            FAULT(&at, "缺少文件 %.*s(应以 .dmn 结尾)",
                "the file %.*s is missing (it must end in .dmn)", STR_ARGS(path));
            continue;
        }
        note(l, dmn_load(l->arena, str_from(file_label(l, path)), text_of(l, path), &model,
                    l->faults));
        if (model)
            out[s->decision_count++] = (struct pack_decisions){ .file = path, .model = model };
    }
    s->decisions = out;
}

/* Each part names a field of the form. */
static void read_fields(const struct node *n, struct pack_system *s)
{
    static const char *const parts[] = { "title", "text", "topic", "contact_name",
        "contact_phone", "place", "urgency", "attachments", NULL };
    str *const into[] = { &s->fields.title, &s->fields.text, &s->fields.topic,
        &s->fields.contact_name, &s->fields.contact_phone, &s->fields.place, &s->fields.urgency,
        &s->fields.attachments };
    bool items = json_object_get(n->v, "items");
    struct node at = node_get(n, "fields", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, parts))
        return;
    for (size_t i = 0; parts[i]; i++) {
        /* A case about items is called after them. */
        *into[i] = node_text(&at, parts[i], i < 2 && !items ? REQUIRED : OPTIONAL);
        if (into[i]->bytes && s->form && !form_field_by_key(s->form, *into[i]))
            FAULT_MEMBER(&at, parts[i], "表单中没有字段 “%.*s”",
                "the form has no field \"%.*s\"", STR_ARGS(brief(*into[i])));
    }
}

static void read_number_and_rating(const struct node *n, struct pack_system *s)
{
    static const char *const number[] = { "prefix", NULL };
    static const char *const rating[] = { "levels", "bad_at_most", NULL };
    struct node at = node_get(n, "number", JSON_OBJECT, REQUIRED);
    if (node_members(&at, number))
        s->number_prefix = node_code(&at, "prefix", REQUIRED);
    if (s->number_prefix.bytes > 2)
        FAULT_MEMBER(&at, "prefix", "编号前缀至多 2 个字母", "a number's prefix has at most 2 letters");
    for (size_t i = 0; i < s->number_prefix.bytes; i++)
        if (s->number_prefix.data[i] < 'A' || s->number_prefix.data[i] > 'Z') {
            FAULT_MEMBER(&at, "prefix", "编号前缀应是大写英文字母",
                "a number's prefix is made of capital letters");
            break;
        }
    at = node_get(n, "rating", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, rating))
        return;
    s->rating_levels = node_int(&at, "levels", 2, 10, 5);
    s->rating_bad_at_most = node_int(&at, "bad_at_most", 0, s->rating_levels - 1, 2);
}

static void read_reopen(const struct node *n, struct pack_system *s)
{
    static const char *const reopen[] = { "working_days", "times", NULL };
    struct node at = node_get(n, "reopen", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, reopen))
        return;
    s->reopen_days = node_int(&at, "working_days", 1, 250, 10);
    s->reopen_times = node_int(&at, "times", 1, 10, 1);
}

static void read_applicant(const struct node *n, struct pack_system *s)
{
    s->applicant = node_code(n, "applicant", OPTIONAL);
    if (s->applicant.bytes && !pack_register(n->l->pack, s->applicant))
        FAULT_MEMBER(n, "applicant", "没有登记表 “%.*s”:缺少文件 registers/%.*s.json",
            "there is no register \"%.*s\": the file registers/%.*s.json is missing",
            STR_ARGS(s->applicant), STR_ARGS(s->applicant));
}

static void read_figure_folder(const struct node *n, struct pack_system *s)
{
    struct arena *a = n->l->arena;
    str folder = node_code(n, "figures", OPTIONAL);
    if (folder.bytes)
        read_figures(n->l, str_printf(a, "%.*s/%.*s/", STR_ARGS(s->folder), STR_ARGS(folder)), s);
}

static void read_lists(const struct node *n, struct pack_system *s)
{
    struct loader *l = n->l;
    str path = named_file(n, "topics", s->folder, STR(".json"), REQUIRED);
    if (path.bytes)
        read_topics(l, path, s);
    path = s->promises_file = named_file(n, "promises", s->folder, STR(".json"), REQUIRED);
    if (path.bytes)
        read_promises(l, path, s);
    path = named_file(n, "templates", s->folder, STR(".json"), OPTIONAL);
    if (path.bytes)
        read_templates(l, path, s);
    read_figure_folder(n, s);
}

static void read_system(const struct node *n, struct pack_system *s)
{
    static const char *const known[] = { "kind", "name", "number", "form", "procedure", "process",
        "decisions", "fields", "topics", "promises", "templates", "applicant", "channels",
        "rating", "reopen", "figures", "items", "materials", "bundles", "synonyms", "outcomes", NULL };
    static const char *const channels[] = { "web", "phone", "visit", "import", NULL };
    static const char *const without_cases[] = { "name", "decisions", "figures", NULL };
    struct pack *p = n->l->pack;
    if (!json_object_get(n->v, "kind")) { /* registers, rules and figures only */
        if (!node_members(n, without_cases))
            return;
        s->name = node_name(n, "name", REQUIRED);
        load_decisions(n, s);
        read_figure_folder(n, s);
        return;
    }
    if (!node_members(n, known))
        return;
    s->kind = node_code(n, "kind", REQUIRED);
    s->name = node_name(n, "name", REQUIRED);
    s->channels = node_texts(n, "channels", &s->channel_count, REQUIRED);
    node_texts_known(n, "channels", channels);
    read_number_and_rating(n, s);
    read_reopen(n, s);
    read_applicant(n, s);
    load_form(n, s);
    load_procedure(n, s);
    load_decisions(n, s);
    read_fields(n, s);
    read_lists(n, s);
    read_outcomes(n, s);
    read_catalogue(n, s);
    for (size_t i = 0; i < p->system_count; i++) {
        if (s->kind.bytes && str_equal(p->systems[i].kind, s->kind))
            FAULT_MEMBER(n, "kind", "事项种类 “%.*s” 重复", "kind \"%.*s\" is used twice",
                STR_ARGS(s->kind));
        if (s->number_prefix.bytes && str_equal(p->systems[i].number_prefix, s->number_prefix))
            FAULT_MEMBER(n, "number", "编号前缀 “%.*s” 重复", "prefix \"%.*s\" is used twice",
                STR_ARGS(s->number_prefix));
    }
}

void read_systems(struct loader *l)
{
    struct pack_system *systems = ARENA_ARRAY(l->arena, struct pack_system, l->folder_count);
    if (!systems)
        return;
    l->pack->systems = systems;
    for (size_t i = 0; i < l->folder_count; i++) {
        struct document doc;
        struct node n;
        struct pack_system *s = &systems[l->pack->system_count];
        s->folder = l->folders[i];
        if (!is_code(s->folder)) {
            str pointer = str_printf(l->arena, "/systems/%zu", i);
            int line = pack_locate(text_of(l, STR("zone.json")), pointer);
            FAULT_LINE(l, file_label(l, STR("zone.json")), line, pointer,
                "系统 “%.*s” 应是文件夹名,例如 requests",
                "system \"%.*s\" must be a folder's name, for example requests",
                STR_ARGS(brief(s->folder)));
            continue;
        }
        str path = str_printf(l->arena, "%.*s/system.json", STR_ARGS(s->folder));
        if (!document_read(l, path, &doc, &n))
            continue;
        read_system(&n, s);
        l->pack->system_count++;
    }
}
