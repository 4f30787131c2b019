/*
 * junma figure: a figure as a number, a table or the records under it, from a data folder that a
 * server may be using at the same time. Without a name it lists the figures there are.
 *
 * --by takes a dimension of the figure, --from and --to months, --only DIMENSION=VALUE may be given
 * once for each of several (separated by commas). With --records come the cases under the number,
 * newest first. --at takes a date: the figure as it was at that day's end, from the history of the
 * registers. --json prints one JSON value, with texts in both languages.
 */
#include "command/all.h"
#include "zone/figure.h"
#include "zone/register.h"

#include <string.h>
#include <wchar.h>

enum { RECORDS_PAGE = 200, NAME_WIDTH_MAX = 40 };

struct asking {
    const char *data_dir, *by, *from, *to, *only, *at;
    bool records, json;
    struct figure_query query;
};

static str say(const struct command_line *line, struct name2 n)
{
    return name2_in(n, line->lang);
}

/* ---- tables: a Chinese character is two columns wide ---- */

static int width(str s)
{
    int columns = 0;
    for (size_t at = 0; at < s.bytes;) {
        int w = wcwidth((wchar_t)str_next_code_point(s, &at));
        columns += w > 0 ? w : 0;
    }
    return columns;
}

static void print_padded(str s, int columns)
{
    printf("%.*s%*s", STR_ARGS(s), columns > width(s) ? columns - width(s) : 0, "");
}

static str number_text(struct arena *a, const struct figure_group *g)
{
    return g->has_value ? str_printf(a, "%.10g", g->value) : STR("–");
}

/* ---- the list ---- */

static json_t *figure_json(const struct pack_system *s, const struct pack_figure *f)
{
    json_t *o = json_object(), *by = json_array();
    for (size_t i = 0; i < f->by_count; i++)
        json_array_append_new(by, json_from_str(f->by[i].name));
    json_set_str(o, "name", f->name);
    json_set_str(o, "kind", s->kind);
    json_object_set_new(o, "title",
        json_pack(
            "{s:o, s:o}", "zh", json_from_str(f->title.zh), "en", json_from_str(f->title.en)));
    json_object_set_new(o, "by", by);
    return o;
}

static int list_figures(struct command_line *line, const struct asking *a, const struct zone *z)
{
    const struct pack *p = zone_pack(z);
    json_t *list = json_keep(line->arena, json_array());
    for (size_t s = 0; s < p->system_count; s++)
        for (size_t i = 0; i < p->systems[s].figure_count; i++) {
            const struct pack_figure *f = &p->systems[s].figures[i];
            if (a->json) {
                json_array_append_new(list, figure_json(&p->systems[s], f));
                continue;
            }
            print_padded(f->name, 24);
            print_padded(say(line, f->title), NAME_WIDTH_MAX);
            for (size_t d = 0; d < f->by_count; d++)
                printf(" %.*s", STR_ARGS(f->by[d].name));
            printf("\n");
        }
    if (a->json)
        printf("%.*s\n", STR_ARGS(json_text(line->arena, list)));
    return EXIT_DONE;
}

/* ---- a value ---- */

static json_t *group_json(struct op *op, const struct figure_result *r, const char *by,
    const struct figure_group *g)
{
    json_t *o = json_object();
    if (by) {
        struct name2 n = figure_label(op, r, str_from(by), g->key);
        json_set_str(o, "key", g->key);
        json_object_set_new(o, "label",
            json_pack("{s:o, s:o}", "zh", json_from_str(n.zh), "en", json_from_str(n.en)));
    }
    json_object_set_new(o, "value", g->has_value ? json_real(g->value) : json_null());
    json_set_int(o, "count", g->count);
    return o;
}

static void print_json(struct command_line *line, const struct asking *a, struct op *op,
    const struct figure_result *r)
{
    json_t *o = json_keep(line->arena, group_json(op, r, NULL, &r->whole));
    json_set_str(o, "name", r->figure->name);
    json_object_set_new(o, "unit",
        json_pack("{s:o, s:o}", "zh", json_from_str(r->figure->unit.zh), "en",
            json_from_str(r->figure->unit.en)));
    if (a->by) {
        json_t *groups = json_array();
        for (size_t i = 0; i < r->group_count; i++)
            json_array_append_new(groups, group_json(op, r, a->by, &r->groups[i]));
        json_object_set_new(o, "groups", groups);
    }
    printf("%.*s\n", STR_ARGS(json_text(line->arena, o)));
}

static void print_table(struct command_line *line, const struct asking *a, struct op *op,
    const struct figure_result *r)
{
    const struct pack_figure *f = r->figure;
    int first = 8;
    printf(command_zh(line) ? "%.*s:%.*s %.*s(%lld 件)\n" : "%.*s: %.*s %.*s (%lld records)\n",
        STR_ARGS(say(line, f->title)), STR_ARGS(number_text(line->arena, &r->whole)),
        STR_ARGS(say(line, f->unit)), (long long)r->whole.count);
    for (size_t i = 0; i < r->group_count; i++) {
        int w = width(say(line, figure_label(op, r, a->query.by, r->groups[i].key)));
        first = w > first ? w : first;
    }
    for (size_t i = 0; i < r->group_count; i++) {
        const struct figure_group *g = &r->groups[i];
        str value = number_text(line->arena, g);
        printf("  ");
        print_padded(say(line, figure_label(op, r, a->query.by, g->key)), first);
        printf("  %*s%.*s  %10lld\n", value.bytes < 12 ? 12 - width(value) : 0, "", STR_ARGS(value),
            (long long)g->count);
    }
}

/* ---- the records under it ---- */

/* One of a register's; what was removed since is passed over. */
static enum err print_record(
    struct command_line *line, const struct asking *a, struct op *op, str code, int64_t id)
{
    struct record record;
    enum err e = record_get(op, code, id, &record);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK)
        return e;
    if (a->json) {
        json_t *o = json_keep(line->arena, json_object());
        json_set_id(o, "id", id);
        json_object_set(o, "data", record.data);
        printf("%.*s\n", STR_ARGS(json_text(line->arena, o)));
    } else {
        printf("%.*s\n", STR_ARGS(record_label(op, code, &record)));
    }
    return OK;
}

static enum err print_page(struct command_line *line, const struct asking *a, struct op *op,
    const int64_t *ids, size_t count)
{
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = OK;
    const struct pack_system *system;
    const struct pack_figure *f = pack_figure_any(zone_pack(op->zone), a->query.name, &system);
    for (size_t i = 0; e == OK && i < count; i++) {
        struct case_row row;
        if (f->of.bytes) {
            e = print_record(line, a, op, f->of, ids[i]);
            continue;
        }
        e = case_get(op, ids[i], &row);
        if (e != OK)
            break;
        if (a->json) {
            json_t *o = json_keep(line->arena, json_object());
            json_set_id(o, "id", row.id);
            json_set_str(o, "number", row.number);
            json_set_str(o, "title", row.title);
            json_set_str(o, "unit", row.unit);
            json_object_set_new(o, "status", json_string(case_status_word(row.status)));
            json_set_str(o, "createdAt", zone_instant_text(op, row.created_at));
            printf("%.*s\n", STR_ARGS(json_text(line->arena, o)));
            continue;
        }
        print_padded(row.number, 16);
        print_padded(str_slice(zone_instant_text(op, row.created_at), 0, 10), 12);
        print_padded(row.unit, 10);
        printf(" %.*s\n", STR_ARGS(row.title));
    }
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

/* Pages from arenas of their own: a number may stand for any count of records. */
static int print_records(struct command_line *line, struct asking *a, struct zone *z)
{
    int64_t after = 0, *ids;
    size_t count;
    bool more = true;
    enum err e = OK;
    while (e == OK && more) {
        struct arena page;
        arena_init(&page, NULL, 64 * MIB);
        struct op op = { .zone = z,
            .arena = &page,
            .actor = &actor_system,
            .diag = &line->diag,
            .now_ms = sys_now_ms(line->sys) };
        e = figure_records(&op, &a->query, STR_NONE, after, RECORDS_PAGE, &ids, &count, &more);
        if (e == OK)
            e = print_page(line, a, &op, ids, count);
        if (e == OK && count)
            after = ids[count - 1];
        arena_release(&page);
    }
    return e == OK ? EXIT_DONE : command_fail(line);
}

static int show_value(struct command_line *line, struct asking *a, struct zone *z)
{
    struct figure_result r;
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    if (figure_value(&op, &a->query, &r) != OK
        || store_read_begin(z->store, &op.conn, op.diag) != OK)
        return command_fail(line);
    if (a->json)
        print_json(line, a, &op, &r);
    else
        print_table(line, a, &op, &r);
    store_read_end(op.conn);
    return EXIT_DONE;
}

/* "unit=ECO,topic=labour" */
static bool read_only_words(struct command_line *line, struct asking *a)
{
    str rest = str_from(a->only), part, name;
    while (a->only && str_split(&rest, ',', &part)) {
        str value = part;
        if (!str_split(&value, '=', &name) || !value.data || !name.bytes
            || a->query.only_count == sizeof a->query.only / sizeof *a->query.only) {
            fprintf(stderr,
                command_zh(line) ? "junma figure:--only 应写作 维度=值[,维度=值],最多 8 项\n"
                                 : "junma figure: --only reads DIMENSION=VALUE[,…], "
                                   "at most 8 of them\n");
            command_usage(line);
            return false;
        }
        a->query.only[a->query.only_count].name = name;
        a->query.only[a->query.only_count++].value = value;
    }
    return true;
}

static bool read_month(struct command_line *line, const char *option, const char *text, str *out)
{
    struct date d;
    str month = str_from(text);
    if (text && !date_parse(str_concat(line->arena, month, STR("-01")), &d)) {
        fprintf(stderr,
            command_zh(line) ? "junma figure:%s 应为月份,如 2026-01,现为 %s\n"
                             : "junma figure: %s must be a month like 2026-01, not %s\n",
            option, text);
        return false;
    }
    *out = month;
    return true;
}

int command_figure(struct command_line *line)
{
    struct asking a = { 0 };
    const char *name = NULL;
    size_t words;
    struct zone *z;
    struct diag_list faults;
    const struct option_spec specs[] = { { "--data", &a.data_dir, NULL }, { "--by", &a.by, NULL },
        { "--from", &a.from, NULL }, { "--to", &a.to, NULL }, { "--only", &a.only, NULL },
        { "--at", &a.at, NULL },
        { "--records", NULL, &a.records }, { "--json", NULL, &a.json } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &name, 1, &words))
        return EXIT_USAGE;
    if (!a.data_dir)
        return command_usage(line);
    a.query.name = str_from(name);
    a.query.by = str_from(a.by);
    if (!read_only_words(line, &a) || !read_month(line, "--from", a.from, &a.query.from)
        || !read_month(line, "--to", a.to, &a.query.to))
        return EXIT_USAGE;
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = a.data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    if (a.at && !zone_day_end(z, str_from(a.at), &a.query.at_ms)) {
        fprintf(stderr,
            command_zh(line) ? "junma figure:--at 应为日期,如 2026-03-31,现为 %s\n"
                             : "junma figure: --at must be a date like 2026-03-31, not %s\n",
            a.at);
        zone_close(z);
        return EXIT_USAGE;
    }
    if (a.records)
        a.query.by = STR_NONE;
    int status = !words ? list_figures(line, &a, z)
        : a.records     ? print_records(line, &a, z)
                        : show_value(line, &a, z);
    zone_close(z);
    return status;
}
