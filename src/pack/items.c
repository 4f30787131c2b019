/*
 * Service items: <system>/items/<unit>.json. One file a unit:
 *
 *     {"unit": "ECO", "implementer": {"name", "credit_code"}, "place", "hours", "phone",
 *      "synthetic": true, "items": [ … ]}
 *
 * An item takes place, hours and phone of its file unless it says its own. Its code is held against
 * the file's implementer, the code tables of types and levels, and its own parts; what is promised
 * may not be longer than the law's limit; every unit, material, form, topic, life event and special
 * procedure it names must be there. A paper that has no `waive` of its own is done without as the
 * material says.
 *
 * The tables item_type, exercise_level, service_object, life_event, enterprise_stage and
 * online_depth are code tables of the pack.
 */
#include "pack/internal.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

struct item_file {
    struct pack_catalogue *into;
    str path;
    const struct pack_system *system;
    str unit, credit_code, phone;
    struct name2 implementer, place, hours;
};

/* ---- codes ---------------------------------------------------------------------------------- */

static bool digits(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
    return s.bytes > 0;
}

/* The code must be in the table, where the pack has one. */
static void check_coded(const struct node *n, const char *key, const char *table, str code)
{
    const struct pack_codes *codes = pack_codes(n->l->pack, str_from(table));
    if (!codes)
        FAULT_MEMBER(
            n, key, "缺少代码表 codes/%s.csv", "the code table codes/%s.csv is missing", table);
    else if (!pack_code(codes, code))
        FAULT_MEMBER(n, key, "代码表 %s 中没有 “%.*s”", "the code table %s has no \"%.*s\"", table,
            STR_ARGS(brief(code)));
}

static void check_code(const struct node *n, const struct item_file *f, const struct pack_item *i)
{
    str code = i->code;
    if (!code.bytes)
        return;
    if (code.bytes != ITEM_CODE_BYTES || !digits(str_slice(code, ITEM_LEVEL_AT, code.bytes))) {
        FAULT_MEMBER(n, "code",
            "事项编码 “%.*s” 应为33位:实施主体统一社会信用代码18位、行使层级1位、基本编码12位、办理项2位(后15位是数字)",
            "item code \"%.*s\" must have 33 characters: the implementing body's credit code (18), the level "
            "(1), the basic code (12) and the handling item (2); the last 15 are digits",
            STR_ARGS(brief(code)));
        return;
    }
    if (f->credit_code.bytes && !str_starts(code, f->credit_code))
        FAULT_MEMBER(n, "code", "事项编码应以实施主体的统一社会信用代码 %.*s 开头",
            "the code must begin with the implementing body's credit code %.*s",
            STR_ARGS(f->credit_code));
    check_coded(n, "code", "exercise_level", item_level(i));
    check_coded(n, "code", "item_type", item_type(i));
}

/* ---- lists of words ------------------------------------------------------------------------- */

static const str *coded_list(
    const struct node *n, const char *key, const char *table, size_t *count, int required)
{
    const str *list = node_texts(n, key, count, required);
    for (size_t i = 0; list && i < *count; i++)
        check_coded(n, key, table, list[i]);
    return list;
}

static void read_units_of(const struct node *n, const struct item_file *f, struct pack_item *i)
{
    i->joint_units = node_texts(n, "joint", &i->joint_unit_count, OPTIONAL);
    for (size_t u = 0; i->joint_units && u < i->joint_unit_count; u++) {
        const struct pack_unit *unit = pack_unit(n->l->pack, i->joint_units[u]);
        if (!unit || unit->kind != PACK_UNIT_HANDLER)
            FAULT_MEMBER(n, "joint", "units.json 中没有承办单位 “%.*s”",
                "units.json has no handling unit \"%.*s\"", STR_ARGS(brief(i->joint_units[u])));
        else if (str_equal(unit->code, f->unit))
            FAULT_MEMBER(n, "joint", "主办单位 “%.*s” 不必再列为会办单位",
                "\"%.*s\" has the item itself; list the other units only", STR_ARGS(f->unit));
    }
}

/* A special procedure is a reason for which some law of the zone lets a clock stand still. */
static bool special_known(const struct pack *p, str code)
{
    for (size_t s = 0; s < p->statute_count; s++)
        for (size_t k = 0; k < p->statutes[s].pause_count; k++)
            if (str_equal(p->statutes[s].pauses[k].code, code))
                return true;
    return false;
}

static void read_special(const struct node *n, struct pack_item *i)
{
    i->special = node_texts(n, "special", &i->special_count, OPTIONAL);
    for (size_t s = 0; i->special && s < i->special_count; s++)
        if (!special_known(n->l->pack, i->special[s]))
            FAULT_MEMBER(n, "special", "statutes.json 中没有可以暂停计时的事由 “%.*s”",
                "statutes.json has no reason \"%.*s\" for which a clock stands still",
                STR_ARGS(brief(i->special[s])));
}

/* ---- materials ------------------------------------------------------------------------------ */

static const struct feel_program *read_when(const struct node *n, str *text)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    *text = node_text(n, "when", OPTIONAL);
    if (!text->bytes)
        return NULL;
    if (text->data[0] != '=') {
        FAULT_MEMBER(
            n, "when", "“when” 应是以 = 开头的 FEEL 表达式", "\"when\" must be FEEL after '='");
        return NULL;
    }
    *text = str_slice(*text, 1, text->bytes);
    if (feel_compile(n->l->arena, *text, &open, &program, &d) != OK)
        fault_member(n, "when", &d);
    return program;
}

/* Conditions see the answers: the kind's form and the item's. */
static void check_when(const struct node *n, const struct item_file *f, const struct pack_item *i,
    const struct feel_program *p)
{
    for (size_t v = 0; p && v < feel_program_variable_count(p); v++) {
        str name = feel_program_variable(p, v);
        bool known = (i->form && form_field_by_key(i->form, name))
            || (f->system->form && form_field_by_key(f->system->form, name));
        if (!known)
            FAULT_MEMBER(n, "when", "“when” 用到的 “%.*s” 不是申请表单的字段",
                "\"when\" uses \"%.*s\", which is no field of the form", STR_ARGS(brief(name)));
    }
}

static void read_item_material(const struct node *n, const struct item_file *f, struct pack_item *i,
    struct pack_item_material *m)
{
    static const char *const known[] = { "material", "when", "situation", "required", "originals",
        "copies", NULL };
    if (!node_members(n, known))
        return;
    str code = node_code(n, "material", REQUIRED);
    *m = (struct pack_item_material){ .material = pack_material(f->into, code),
        .required = node_bool(n, "required", true),
        .originals = node_int(n, "originals", 0, 20, 0),
        .copies = node_int(n, "copies", 0, 20, 1) };
    if (code.bytes && !m->material)
        FAULT_MEMBER(n, "material", "materials.json 中没有材料 “%.*s”",
            "materials.json has no material \"%.*s\"", STR_ARGS(brief(code)));
    m->when = read_when(n, &m->when_text);
    check_when(n, f, i, m->when);
    m->situation = node_name(n, "situation", m->when ? REQUIRED : OPTIONAL);
    for (size_t k = 0; m->material && k < i->material_count; k++)
        if (i->materials[k].material == m->material)
            FAULT_MEMBER(n, "material", "材料 “%.*s” 重复", "material \"%.*s\" is listed twice",
                STR_ARGS(code));
}

static void read_materials_of(const struct node *n, const struct item_file *f, struct pack_item *i)
{
    struct node list = node_get(n, "materials", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct pack_item_material *out = ARENA_ARRAY(n->l->arena, struct pack_item_material, count);
    if (!out)
        return;
    i->materials = out;
    i->no_document = count > 0;
    for (size_t k = 0; k < count; k++) {
        struct node at = node_at(&list, k);
        read_item_material(&at, f, i, &out[k]);
        i->material_count++;
        if (out[k].material && out[k].material->waive == PACK_WAIVE_NONE)
            i->no_document = false;
    }
}

/* ---- other parts ---------------------------------------------------------------------------- */

static void read_basis(const struct node *n, struct pack_item *i)
{
    static const char *const known[] = { "law", "article", NULL };
    struct node list = node_get(n, "basis", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    struct pack_basis *out = ARENA_ARRAY(n->l->arena, struct pack_basis, count);
    if (list.v && !count)
        FAULT(&list, "至少要有一条依据", "there must be at least one legal basis");
    for (size_t k = 0; out && k < count; k++) {
        struct node at = node_at(&list, k);
        if (node_members(&at, known))
            out[i->basis_count++] = (struct pack_basis){ .law = node_name(&at, "law", REQUIRED),
                .article = node_name(&at, "article", OPTIONAL) };
    }
    i->basis = out;
}

static void read_questions(const struct node *n, struct pack_item *i)
{
    static const char *const known[] = { "question", "answer", NULL };
    struct node list = node_get(n, "faq", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct pack_question *out = ARENA_ARRAY(n->l->arena, struct pack_question, count);
    for (size_t k = 0; out && k < count; k++) {
        struct node at = node_at(&list, k);
        if (node_members(&at, known))
            out[i->question_count++] =
                (struct pack_question){ .question = node_name(&at, "question", REQUIRED),
                    .answer = node_name(&at, "answer", REQUIRED) };
    }
    i->questions = out;
}

static void read_fee(const struct node *n, struct pack_item *i)
{
    static const char *const known[] = { "fen", "note", NULL };
    struct node at = node_get(n, "fee", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    i->fee = node_int(&at, "fen", 0, 1000000000, 0);
    i->fee_note = node_name(&at, "note", REQUIRED);
}

static void read_limits(const struct node *n, struct pack_item *i)
{
    static const char *const cases[] = { "on-spot", "promised", NULL };
    i->on_spot = node_word(n, "case", cases, -1) == 0;
    i->legal_days = node_int(n, "legal_days", 1, 250, 1);
    i->promised_days = node_int(n, "promised_days", 1, 250, 1);
    if (!json_object_get(n->v, "legal_days") || !json_object_get(n->v, "promised_days"))
        FAULT(n, "法定时限(legal_days)和承诺时限(promised_days)都要写明,单位是工作日",
            "both legal_days and promised_days must be given, in working days");
    if (i->promised_days > i->legal_days)
        FAULT_MEMBER(n, "promised_days", "承诺 %d 个工作日,长于法定的 %d 个工作日",
            "%d working days are promised, the law's limit is %d", i->promised_days, i->legal_days);
    if (i->on_spot && i->promised_days != 1)
        FAULT_MEMBER(n, "promised_days", "即办件当日办结,承诺时限应为1个工作日",
            "what is done on the spot is promised within 1 working day");
    i->visits = node_int(n, "visits", 0, 9, 0);
}

static int64_t read_day_of(const struct node *n, const char *key, int required, int64_t otherwise)
{
    struct date d;
    str text = node_text(n, key, required);
    if (!text.bytes)
        return otherwise;
    if (date_parse(text, &d))
        return date_to_days(d);
    FAULT_MEMBER(n, key, "“%.*s” 不是日期,应写作 2026-01-01",
        "\"%.*s\" is no date; write it as 2026-01-01", STR_ARGS(brief(text)));
    return otherwise;
}

static void read_own_form(const struct node *n, const struct item_file *f, struct pack_item *i)
{
    struct loader *l = n->l;
    str name = node_code(n, "form", OPTIONAL);
    if (!name.bytes)
        return;
    str path = str_printf(
        l->arena, "%.*s/forms/%.*s.form.json", STR_ARGS(f->system->folder), STR_ARGS(name));
    for (size_t k = 0; k < f->into->form_count; k++)
        if (str_equal(f->into->forms[k].path, path)) {
            i->form = f->into->forms[k].form;
            i->form_file = path;
            return;
        }
    if (f->into->form_count == CATALOGUE_FORMS_MAX || !file_use(l, path)) {
        FAULT_MEMBER(n, "form", "缺少文件 %.*s", "the file %.*s is missing", STR_ARGS(path));
        return;
    }
    struct form *form = NULL;
    enum err e = form_load(
        l->arena, str_from(file_label(l, path)), file_use(l, path)->text, &form, l->faults);
    if (e != OK && l->first == OK)
        l->first = e;
    if (!form)
        return;
    ((struct pack_item_form *)f->into->forms)[f->into->form_count++] =
        (struct pack_item_form){ path, form };
    i->form = form;
    i->form_file = path;
}

static void read_item(const struct node *n, const struct item_file *f)
{
    static const char *const known[] = { "code", "name", "case", "from", "to", "theme", "objects",
        "events", "stages", "online", "visits", "legal_days", "promised_days", "joint", "featured",
        "renewal", "said", "conditions", "materials", "basis", "fee", "result", "special", "form",
        "excludes", "place", "hours", "phone", "faq", NULL };
    if (!node_members(n, known))
        return;
    struct pack_item i = { .code = node_text(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .conditions = node_name(n, "conditions", OPTIONAL),
        .unit = f->unit,
        .file = f->path,
        .implementer = f->implementer,
        .implementer_code = f->credit_code,
        .featured = node_bool(n, "featured", false),
        .renewal = node_bool(n, "renewal", false),
        .theme = node_code(n, "theme", REQUIRED),
        .from = read_day_of(n, "from", REQUIRED, 0),
        .to = read_day_of(n, "to", OPTIONAL, INT64_MAX) };
    check_code(n, f, &i);
    if (i.theme.bytes && !pack_topic(f->system, i.theme))
        FAULT_MEMBER(
            n, "theme", "没有主题 “%.*s”", "there is no topic \"%.*s\"", STR_ARGS(brief(i.theme)));
    i.objects = coded_list(n, "objects", "service_object", &i.object_count, REQUIRED);
    i.events = coded_list(n, "events", "life_event", &i.event_count, OPTIONAL);
    i.stages = coded_list(n, "stages", "enterprise_stage", &i.stage_count, OPTIONAL);
    i.depths = coded_list(n, "online", "online_depth", &i.depth_count, OPTIONAL);
    i.said = node_texts(n, "said", &i.said_count, OPTIONAL);
    i.excludes = node_texts(n, "excludes", &i.exclude_count, OPTIONAL);
    read_limits(n, &i);
    read_units_of(n, f, &i);
    read_special(n, &i);
    read_own_form(n, f, &i);
    read_materials_of(n, f, &i);
    read_basis(n, &i);
    read_fee(n, &i);
    read_result(n, f->system, &i); /* after form and materials: its fields name them */
    read_questions(n, &i);
    bool place = json_object_get(n->v, "place"), hours = json_object_get(n->v, "hours");
    i.place = place ? node_name(n, "place", REQUIRED) : f->place;
    i.hours = hours ? node_name(n, "hours", REQUIRED) : f->hours;
    i.phone = json_object_get(n->v, "phone") ? node_text(n, "phone", REQUIRED) : f->phone;
    ((struct pack_item *)f->into->items)[f->into->item_count++] = i;
}

/* ---- a file --------------------------------------------------------------------------------- */

static void read_implementer(const struct node *n, struct item_file *f)
{
    static const char *const known[] = { "name", "credit_code", NULL };
    struct diag d = { 0 };
    struct node at = node_get(n, "implementer", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    f->implementer = node_name(&at, "name", REQUIRED);
    f->credit_code = node_text(&at, "credit_code", REQUIRED);
    if (f->credit_code.bytes && check_credit_code(f->credit_code, &d) != OK)
        fault_member(&at, "credit_code", &d);
}

static bool begin_file(const struct node *n, struct item_file *f)
{
    static const char *const known[] = { "unit", "implementer", "place", "hours", "phone",
        "synthetic", "items", NULL };
    if (!node_members(n, known))
        return false;
    f->unit = node_code(n, "unit", REQUIRED);
    const struct pack_unit *u = pack_unit(n->l->pack, f->unit);
    if (f->unit.bytes && (!u || u->kind != PACK_UNIT_HANDLER))
        FAULT_MEMBER(n, "unit", "units.json 中没有承办单位 “%.*s”",
            "units.json has no handling unit \"%.*s\"", STR_ARGS(brief(f->unit)));
    (void)node_bool(n, "synthetic", false); /* for the reader of the file */
    f->place = node_name(n, "place", REQUIRED);
    f->hours = node_name(n, "hours", REQUIRED);
    f->phone = node_text(n, "phone", REQUIRED);
    read_implementer(n, f);
    return true;
}

static int by_code(const void *a, const void *b)
{
    const struct pack_item *x = a, *y = b;
    int c = str_compare(x->code, y->code);
    return c ? c : (x->from > y->from) - (x->from < y->from);
}

/* Versions of an item follow each other; what an item may not be together with must be there. */
static void check_items(struct loader *l, str path, const struct pack_catalogue *c)
{
    const char *file = file_label(l, path);
    for (size_t i = 0; i < c->item_count; i++) {
        const struct pack_item *a = &c->items[i], *b = i ? &c->items[i - 1] : NULL;
        if (b && a->code.bytes && str_equal(a->code, b->code) && b->to >= a->from)
            FAULT_LINE(l, file, 0, a->code, "事项 “%.*s” 的编码重复,或版本的时间段重叠:%.*s",
                "item \"%.*s\": its code is used twice, or its versions overlap: %.*s",
                STR_ARGS(a->name.zh), STR_ARGS(a->code));
        for (size_t k = 0; a->excludes && k < a->exclude_count; k++)
            if (!pack_item_on(c, a->excludes[k], a->from))
                FAULT_LINE(l, file, 0, a->code, "事项 “%.*s” 的 excludes 中没有这个事项:%.*s",
                    "item \"%.*s\" excludes an item that is not there: %.*s", STR_ARGS(a->name.zh),
                    STR_ARGS(brief(a->excludes[k])));
    }
}

void read_items(struct loader *l, str folder, const struct pack_system *s, struct pack_catalogue *c)
{
    size_t at = 0, room = 0;
    str first = STR_NONE;
    for (const struct pack_file *f; (f = file_next(l, folder, STR(".json"), &at));) {
        (void)file_use(l, f->path);
        room += PACK_ITEMS_MAX;
        first = first.bytes ? first : f->path;
    }
    if (room > CATALOGUE_ITEMS_MAX)
        room = CATALOGUE_ITEMS_MAX;
    c->items = ARENA_ARRAY(l->arena, struct pack_item, room);
    at = 0;
    for (const struct pack_file *f; c->items && (f = file_next(l, folder, STR(".json"), &at));) {
        struct document doc;
        struct node root;
        struct item_file file = { .into = c, .system = s, .path = f->path };
        if (!document_read(l, f->path, &doc, &root) || !begin_file(&root, &file))
            continue;
        struct node list = node_get(&root, "items", JSON_ARRAY, REQUIRED);
        size_t count = node_count(&list);
        for (size_t i = 0; i < count && c->item_count < room; i++) {
            struct node one = node_at(&list, i);
            read_item(&one, &file);
        }
    }
    if (c->item_count)
        qsort((void *)c->items, c->item_count, sizeof *c->items, by_code);
    check_items(l, first, c);
}
