/*
 * Runs the DMN Technology Compatibility Kit: tck DIR [--csv FILE | --answers | --memory]
 *
 *     DIR/<level>/<folder>/<test>.xml + *.dmn
 *
 * A case passes when all its result nodes do. Numbers match within 1e-8. A node with
 * errorResult="true" passes on null or on an error. Half of the suite expects null, which an engine
 * that can do nothing also gives: the cases that expect a value are counted apart.
 *
 * --answers, beyond the suite: each decision is asked again with one of its inputs left out, and with
 * none: what dmn_answer then calls settled must be what came out with all of them. A line says how
 * many were asked, settled and contradicted; a contradiction makes the run fail.
 *
 * --memory, beyond the suite: the models of every third folder are loaded and decided with memory that
 * ends at growing limits. Each time it must be the error for that, or the values that came out with
 * memory enough; anything else makes the run fail.
 *
 * Output: a line a level, then the totals; the last line is "N passed, M failed". The CSV has
 * folder, file, case id, SUCCESS or ERROR, message. Status 0 when the run itself worked.
 */
#include "dmn/dmn.h"
#include "dmn/xml.h"
#include "feel/feel.h"

#include <stdio.h>
#include <string.h>

enum { FILES_MAX = 32, TEXT_MAX = 16 << 20 };

struct counts {
    size_t passed, failed, value_passed, value_failed;
};

struct suite {
    const struct sys *sys;
    struct arena arena; /* of the folder */
    struct feel_zones *zones;
    FILE *csv;
    struct counts level, total;
    str folder, file;
    struct feel_env env; /* of the evaluation under way */
    bool answers; /* --answers */
    size_t asked, settled, contradicted;
    bool memory; /* --memory */
    size_t folders, starved, wrong;
};

enum { INPUTS_MAX = 64 };

static str path_of(struct arena *a, str folder, str name)
{
    if (str_ends(name, STR("/")))
        name = str_slice(name, 0, name.bytes - 1);
    return str_printf(a, "%.*s/%.*s", STR_ARGS(folder), STR_ARGS(name));
}

static bool read_file(struct suite *s, str path, str *out)
{
    struct diag d = { 0 };
    char *terminated = str_terminated(&s->arena, path);
    return terminated
        && s->sys->file_read(s->sys->ctx, &s->arena, terminated, TEXT_MAX, out, &d) == OK;
}

/* ---- values ------------------------------------------------------------------------------- */

static feel_value literal(struct suite *s, const char *function, str text)
{
    struct arena *a = &s->arena;
    struct feel_program *p;
    struct feel_env env = { .zones = s->zones };
    feel_value argument = feel_string(text), v = feel_null();
    struct feel_field field = { STR("text"), NULL };
    struct feel_names names = { .items = &field, .count = 1 };
    struct feel_entry entry = { STR("text"), argument };
    struct feel_context scope = { 1, &entry };
    str source = str_printf(a, "%s(text)", function);
    if (feel_compile(a, source, &names, &p, NULL) != OK
        || feel_eval(p, &env, &scope, a, &v, NULL) != OK)
        return feel_null();
    return v;
}

static feel_value typed_value(struct suite *s, str type, str text)
{
    feel_value v;
    ptrdiff_t colon = str_find(type, STR(":"), 0);
    type = str_slice(type, (size_t)(colon + 1), type.bytes);
    str bare = str_trim(text);
    if (str_is(type, "boolean"))
        return feel_boolean(str_is(bare, "true") || str_is(bare, "1"));
    if (str_is(type, "decimal") || str_is(type, "double") || str_is(type, "integer")
        || str_is(type, "int") || str_is(type, "long") || str_is(type, "float"))
        return feel_number_parse(bare, &v) ? v : feel_null();
    if (str_is(type, "date"))
        return literal(s, "date", bare);
    if (str_is(type, "time"))
        return literal(s, "time", bare);
    if (str_is(type, "dateTime"))
        return literal(s, "date and time", bare);
    if (str_is(type, "duration") || str_is(type, "dayTimeDuration")
        || str_is(type, "yearMonthDuration"))
        return literal(s, "duration", bare);
    if (!type.bytes && !text.bytes)
        return feel_null();
    if (!type.bytes && (str_is(bare, "true") || str_is(bare, "false")))
        return feel_boolean(str_is(bare, "true"));
    if (!type.bytes && feel_number_parse(bare, &v))
        return v;
    v = type.bytes ? feel_null() : literal(s, "date and time", bare);
    if (!feel_is_null(v))
        return v;
    return feel_string(text);
}

static feel_value value_of(struct suite *s, const struct xml_node *n);

static feel_value list_of(struct suite *s, const struct xml_node *n)
{
    size_t count = xml_count(n, "item"), i = 0;
    feel_value *items = ARENA_ARRAY(&s->arena, feel_value, count);
    for (const struct xml_node *c = xml_child(n, "item"); items && c; c = xml_again(c))
        items[i++] = value_of(s, c);
    return feel_list_of(&s->arena, items, count);
}

/* value | component* | list */
static feel_value value_of(struct suite *s, const struct xml_node *n)
{
    const struct xml_node *value = xml_child(n, "value");
    const struct xml_node *list = xml_child(n, "list");
    size_t count = xml_count(n, "component"), i = 0;
    if (list)
        return list_of(s, list);
    if (count) {
        struct feel_entry *entries = ARENA_ARRAY(&s->arena, struct feel_entry, count);
        for (const struct xml_node *c = xml_child(n, "component"); entries && c; c = xml_again(c))
            entries[i++] = (struct feel_entry){ xml_attribute(c, "name"), value_of(s, c) };
        return feel_context_of(&s->arena, entries, count);
    }
    if (!value || str_is(xml_attribute(value, "xsi:nil"), "true"))
        return feel_null();
    return typed_value(s, xml_attribute(value, "xsi:type"), value->text);
}

static bool same(feel_value a, feel_value b);

static bool same_contexts(feel_value expected, feel_value got)
{
    if (expected.context->count != got.context->count)
        return false;
    for (size_t i = 0; i < expected.context->count; i++) {
        const feel_value *v = feel_get(got, expected.context->entries[i].name);
        if (!v || !same(expected.context->entries[i].value, *v))
            return false;
    }
    return true;
}

static bool same(feel_value expected, feel_value got)
{
    if (expected.kind != got.kind)
        return false;
    if (expected.kind == FEEL_NUMBER) {
        double off = feel_to_double(expected) - feel_to_double(got);
        return off < 1e-8 && off > -1e-8;
    }
    if (expected.kind == FEEL_CONTEXT)
        return same_contexts(expected, got);
    if (expected.kind != FEEL_LIST)
        return feel_is_true(feel_equal(expected, got));
    if (expected.list->count != got.list->count)
        return false;
    for (size_t i = 0; i < expected.list->count; i++)
        if (!same(expected.list->items[i], got.list->items[i]))
            return false;
    return true;
}

/* ---- cases -------------------------------------------------------------------------------- */

static feel_value inputs_of(struct suite *s, const struct xml_node *test)
{
    size_t count = xml_count(test, "inputNode"), i = 0;
    struct feel_entry *entries = ARENA_ARRAY(&s->arena, struct feel_entry, count);
    for (const struct xml_node *n = xml_child(test, "inputNode"); entries && n; n = xml_again(n))
        entries[i++] = (struct feel_entry){ xml_attribute(n, "name"), value_of(s, n) };
    return feel_context_of(&s->arena, entries, count);
}

/* dmn_answer with input `left_out` missing (past the last: none) against what dmn_decide gave. */
static void ask_without(struct suite *s, const struct dmn_model *m,
    const struct dmn_decision *decision, const struct feel_context *inputs, size_t left_out,
    feel_value expected)
{
    struct arena a;
    struct dmn_answer answer;
    struct feel_entry entries[INPUTS_MAX];
    size_t count = 0;
    arena_init(&a, NULL, 256 * MIB);
    for (size_t i = 0; i < inputs->count; i++)
        if (i != left_out)
            entries[count++] = inputs->entries[i];
    feel_value in = feel_context_of(&a, entries, count);
    enum err e = dmn_answer(m, decision, in, &s->env, &a, &answer, NULL);
    s->asked++;
    s->settled += e == OK && answer.settled;
    if (e != OK
        || (answer.settled
            && !str_equal(feel_to_text(&a, answer.value), feel_to_text(&a, expected)))) {
        s->contradicted++;
        printf("%.*s: %.*s without input %zu: the answer contradicts the decision\n",
            STR_ARGS(s->file), STR_ARGS(dmn_decision_name(decision)), left_out);
    }
    arena_release(&a);
}

static enum err evaluate(struct suite *s, const struct dmn_model *m, const struct xml_node *test,
    const struct xml_node *node, feel_value inputs, struct arena *a, feel_value *out,
    struct dmn_trace *trace, struct diag *d)
{
    struct feel_env env = { .zones = s->zones, .java = true };
    env.now = feel_date_time_from_ms(sys_now_ms(s->sys), 0, NULL);
    str name = xml_attribute(node, "name");
    if (str_is(xml_attribute(test, "type"), "decisionService")) {
        const struct dmn_service *service
            = dmn_service_find(m, xml_attribute(test, "invocableName"));
        if (!service)
            return diag_set(d, ERR_NOT_FOUND, "没有此决策服务", "no such decision service");
        return dmn_service_decide(m, service, inputs, &env, a, out, trace, d);
    }
    const struct dmn_decision *decision = dmn_decision_find(m, name);
    if (!decision)
        return diag_set(d, ERR_NOT_FOUND, "没有此决策", "no such decision");
    s->env = env;
    TRY(dmn_decide(m, decision, inputs, &env, a, out, trace, d));
    size_t count = s->answers && inputs.kind == FEEL_CONTEXT ? inputs.context->count + 1 : 0;
    for (size_t i = 0; count <= INPUTS_MAX && i < count; i++)
        if (i + 1 == count || !feel_is_null(inputs.context->entries[i].value))
            ask_without(s, m, decision, inputs.context, i, *out);
    return OK;
}

static str first_warning(struct arena *a, const struct dmn_trace *trace)
{
    if (!trace->warnings.count)
        return STR("");
    return str_concat(a, STR("; "), trace->warnings.items[0].en);
}

static bool run_node(struct suite *s, const struct dmn_model *m, const struct xml_node *test,
    const struct xml_node *node, str *message)
{
    struct arena a;
    struct diag d = { 0 };
    struct dmn_trace trace = { .arena = &a };
    feel_value out = feel_null();
    feel_value expected = value_of(s, xml_child(node, "expected"));
    arena_init(&a, NULL, 256 * MIB);
    enum err e = evaluate(s, m, test, node, inputs_of(s, test), &a, &out, &trace, &d);
    if (e == OK && str_is(xml_attribute(test, "type"), "decisionService")
        && xml_count(test, "resultNode") > 1 && feel_get(out, xml_attribute(node, "name")))
        out = *feel_get(out, xml_attribute(node, "name"));
    bool error_expected = str_is(xml_attribute(node, "errorResult"), "true");
    bool passed = e == OK ? same(expected, out) : expected.kind == FEEL_NULL;
    if (error_expected && (e != OK || feel_is_null(out)))
        passed = true;
    if (!passed)
        *message = str_printf(&s->arena, "%.*s: expected %.*s, got %.*s%.*s%s",
            STR_ARGS(xml_attribute(node, "name")), STR_ARGS(feel_to_text(&s->arena, expected)),
            STR_ARGS(feel_to_text(&s->arena, out)), STR_ARGS(first_warning(&s->arena, &trace)),
            d.en);
    arena_release(&a);
    return passed;
}

static void csv_field(FILE *f, str s)
{
    fputc('"', f);
    for (size_t i = 0; i < s.bytes; i++) {
        if (s.data[i] == '"')
            fputc('"', f);
        fputc(s.data[i] == '\n' ? ' ' : s.data[i], f);
    }
    fputc('"', f);
}

static void record(struct suite *s, const struct xml_node *test, bool passed, bool value,
    str message)
{
    s->level.passed += passed;
    s->level.failed += !passed;
    s->level.value_passed += passed && value;
    s->level.value_failed += !passed && value;
    if (!s->csv)
        return;
    csv_field(s->csv, s->folder);
    fputc(',', s->csv);
    csv_field(s->csv, s->file);
    fputc(',', s->csv);
    csv_field(s->csv, xml_attribute(test, "id"));
    fputs(passed ? ",\"SUCCESS\"," : ",\"ERROR\",", s->csv);
    csv_field(s->csv, message);
    fputc('\n', s->csv);
}

static bool expects_value(struct suite *s, const struct xml_node *test)
{
    for (const struct xml_node *n = xml_child(test, "resultNode"); n; n = xml_again(n))
        if (value_of(s, xml_child(n, "expected")).kind != FEEL_NULL)
            return true;
    return false;
}

static void run_cases(struct suite *s, const struct dmn_model *m, const struct xml_node *root,
    str trouble)
{
    for (const struct xml_node *t = xml_child(root, "testCase"); t; t = xml_again(t)) {
        bool passed = m && xml_child(t, "resultNode");
        str message = m ? STR("") : trouble;
        for (const struct xml_node *n = xml_child(t, "resultNode"); m && n; n = xml_again(n))
            passed = run_node(s, m, t, n, &message) && passed;
        record(s, t, passed, expects_value(s, t), message);
    }
}

/* The model named in the test file first, then every other of the folder. */
static size_t sources_of(struct suite *s, str folder, const str *names, size_t count,
    str model_name, struct dmn_source *sources)
{
    size_t n = 1;
    sources[0] = (struct dmn_source){ model_name, STR_NONE };
    if (!read_file(s, path_of(&s->arena, folder, model_name), &sources[0].xml))
        return 0;
    for (size_t i = 0; i < count && n < FILES_MAX; i++)
        if (str_ends(names[i], STR(".dmn")) && !str_equal(names[i], model_name)
            && read_file(s, path_of(&s->arena, folder, names[i]), &sources[n].xml))
            sources[n++].file = names[i];
    return n;
}

/* All decisions of the first model without inputs, as one text. */
static enum err decide_all(struct suite *s, const struct dmn_source *sources, size_t count,
    struct arena *a, str *out)
{
    struct dmn_model *models[FILES_MAX];
    struct diag_list faults;
    struct feel_env env = { .zones = s->zones };
    struct buf b;
    struct diag d = { 0 };
    diag_list_init(&faults, a, DMN_FAULTS_MAX);
    TRY(dmn_load_with(a, sources, count, true, models, &faults));
    buf_init(&b, a, TEXT_MAX);
    for (size_t i = 0; i < dmn_decision_count(models[0]); i++) {
        feel_value v;
        TRY(dmn_decide(models[0], dmn_decision_at(models[0], i), feel_null(), &env, a, &v, NULL,
            &d));
        buf_add(&b, feel_to_text(a, v));
        buf_add_char(&b, '\n');
    }
    *out = buf_str(&b);
    return arena_failed(a) ? ERR_MEMORY : OK;
}

/* Is the whole done with so much memory? Anything but its end or the right values is counted. */
static bool starve(struct suite *s, const struct dmn_source *sources, size_t count, size_t limit,
    enum err plenty, str expected)
{
    struct arena a;
    str got;
    arena_init(&a, NULL, limit);
    enum err e = decide_all(s, sources, count, &a, &got);
    bool done = e == plenty && !arena_failed(&a);
    s->starved++;
    if ((!done && e != ERR_MEMORY) || (done && e == OK && !str_equal(got, expected))) {
        s->wrong++;
        printf("%.*s with %zu bytes: %s\n", STR_ARGS(sources[0].file), limit,
            e == OK ? "another value" : err_code(e));
    }
    arena_release(&a);
    return done;
}

static void starve_model(struct suite *s, const struct dmn_source *sources, size_t count)
{
    enum { LEAST = 8 << 10, MOST = 256 << 20 };
    struct arena a;
    str expected = STR_NONE;
    arena_init(&a, NULL, MOST);
    enum err plenty = decide_all(s, sources, count, &a, &expected);
    size_t limit = LEAST;
    while (limit < MOST && !starve(s, sources, count, limit, plenty, expected))
        limit += limit / 64 + 257;
    arena_release(&a);
}

static void run_file(
    struct suite *s, str folder, const str *names, size_t count, str test_file)
{
    struct diag d = { 0 };
    struct xml_node *root;
    str xml;
    struct dmn_source sources[FILES_MAX];
    struct dmn_model *models[FILES_MAX];
    struct diag_list faults;
    s->file = test_file;
    if (!read_file(s, path_of(&s->arena, folder, test_file), &xml)
        || dmn_xml_parse(&s->arena, xml, &root, &d) != OK || !str_is(root->name, "testCases"))
        return;
    diag_list_init(&faults, &s->arena, DMN_FAULTS_MAX);
    size_t n = sources_of(
        s, folder, names, count, str_trim(xml_child_text(root, "modelName")), sources);
    if (s->memory) {
        if (n)
            starve_model(s, sources, n);
        return;
    }
    bool loaded = n && dmn_load_with(&s->arena, sources, n, true, models, &faults) == OK;
    str trouble = faults.count ? diag_line(&s->arena, faults.items[0], "en")
                               : STR("the model could not be read");
    run_cases(s, loaded ? models[0] : NULL, root, trouble);
}

static void run_folder(struct suite *s, str level, str name)
{
    struct diag d = { 0 };
    str *names;
    size_t count;
    if (s->memory && s->folders++ % 3)
        return;
    arena_init(&s->arena, NULL, 1024 * MIB);
    str folder = path_of(&s->arena, level, name);
    s->folder = name;
    if (feel_zones_create(&s->arena, s->sys, &s->zones) == OK
        && s->sys->dir_list(s->sys->ctx, &s->arena, str_terminated(&s->arena, folder), &names,
               &count, &d)
            == OK)
        for (size_t i = 0; i < count; i++)
            if (str_ends(names[i], STR(".xml")))
                run_file(s, folder, names, count, names[i]);
    arena_release(&s->arena);
}

static void print_counts(const char *name, const struct counts *c)
{
    printf("%-24s %4zu of %4zu passed; of those expecting a value %4zu of %4zu\n", name, c->passed,
        c->passed + c->failed, c->value_passed, c->value_passed + c->value_failed);
}

static void run_level(struct suite *s, struct arena *a, str root, str name)
{
    struct diag d = { 0 };
    str *folders;
    size_t count;
    str level = path_of(a, root, name);
    s->level = (struct counts){ 0 };
    if (s->sys->dir_list(s->sys->ctx, a, str_terminated(a, level), &folders, &count, &d) != OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (str_ends(folders[i], STR("/")))
            run_folder(s, level, str_slice(folders[i], 0, folders[i].bytes - 1));
    s->total.passed += s->level.passed;
    s->total.failed += s->level.failed;
    s->total.value_passed += s->level.value_passed;
    s->total.value_failed += s->level.value_failed;
    if (s->level.passed + s->level.failed)
        print_counts(str_terminated(a, str_slice(name, 0, name.bytes - 1)), &s->level);
}

int main(int argc, char **argv)
{
    struct suite s = { .sys = sys_real() };
    struct arena a;
    struct diag d = { 0 };
    str *levels;
    size_t count;
    s.answers = argc == 3 && strcmp(argv[2], "--answers") == 0;
    s.memory = argc == 3 && strcmp(argv[2], "--memory") == 0;
    if (argc != 2 && !s.answers && !s.memory && !(argc == 4 && strcmp(argv[2], "--csv") == 0)) {
        fprintf(stderr, "usage: tck DIR [--csv FILE | --answers | --memory]\n");
        return 2;
    }
    arena_init(&a, NULL, 64 * MIB);
    if (argc == 4 && !(s.csv = fopen(argv[3], "w"))) {
        fprintf(stderr, "tck: cannot write %s\n", argv[3]);
        return 1;
    }
    if (s.sys->dir_list(s.sys->ctx, &a, argv[1], &levels, &count, &d) != OK) {
        fprintf(stderr, "tck: %s\n", d.en);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        if (str_ends(levels[i], STR("/")))
            run_level(&s, &a, str_from(argv[1]), levels[i]);
    if (s.memory)
        printf("memory that ends: %zu runs, %zu wrong\n", s.starved, s.wrong);
    else
        print_counts("all", &s.total);
    if (s.answers)
        printf("answers with an input missing: %zu asked, %zu settled, %zu contradicted\n", s.asked,
            s.settled, s.contradicted);
    printf("%zu passed, %zu failed\n", s.total.passed, s.total.failed);
    arena_release(&a);
    return s.contradicted || s.wrong || (s.csv && fclose(s.csv)) ? 1 : 0;
}
