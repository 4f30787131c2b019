/* See draw_page.h. Lists are read and results are written as the system: who publishes may not see
 * every column, and the list must be whole. */
#include "zone/draw_page.h"

#include "zone/register.h"

#include <stdio.h>

static const struct pack_register *named(
    const struct zone *zone, const struct pack_page *page, const char *member)
{
    return pack_register(zone_pack(zone), pack_page_text(page->members, member));
}

struct draw_page draw_page_of(const struct zone *zone, const struct pack_page *page)
{
    return (struct draw_page){ .page = page,
        .draws = named(zone, page, "draws"),
        .entries = named(zone, page, "entries"),
        .lots = named(zone, page, "lots") };
}

str draw_page_text(const struct draw_page *p, const struct record *r, const char *member)
{
    char name[64];
    str column = pack_page_text(p->page->members, member);
    snprintf(name, sizeof name, "%.*s", STR_ARGS(column));
    return json_str(r->data, name);
}

/* ---- what belongs to a draw ---- */

static enum err each_of(struct op *op, const struct draw_page *p, const struct pack_register *r,
    const char *link, void (*take)(const struct draw_page *p, const struct record *r, json_t *into),
    json_t *into)
{
    struct op own = *op;
    struct record_filter f = { .limit = RECORD_PAGE_MAX, .where_count = 1 };
    f.where[0] = (struct pack_condition){ .column = pack_column(r, pack_page_text(p->page->members, link)),
        .compare = PACK_IS,
        .value = p->key };
    own.actor = &actor_system;
    for (bool more = true; more;) {
        struct record_page page = { 0 };
        TRY(record_list(&own, r, &f, &page));
        for (size_t i = 0; i < page.count; i++)
            take(p, &page.items[i], into);
        f.after = page.next;
        more = page.next.bytes > 0;
        if (json_array_size(into) > DRAW_ENTRIES_MAX)
            return diag_set(op->diag, ERR_LIMIT, "名单超过 %d 人", "the list holds more than %d",
                DRAW_ENTRIES_MAX);
    }
    return OK;
}

static void take_entry(const struct draw_page *p, const struct record *r, json_t *into)
{
    json_t *o = json_object();
    json_set_str(o, "number", draw_page_text(p, r, "entry_number"));
    json_set_str(o, "group", draw_page_text(p, r, "entry_group"));
    json_array_append_new(into, o);
}

static void take_lot(const struct draw_page *p, const struct record *r, json_t *into)
{
    json_array_append_new(into, json_from_str(draw_page_text(p, r, "lot_number")));
}

enum err draw_page_list(struct op *op, const struct draw_page *p, json_t *entries, json_t *lots)
{
    TRY(each_of(op, p, p->entries, "entry_draw", take_entry, entries));
    return each_of(op, p, p->lots, "lot_draw", take_lot, lots);
}

/* ---- the acts ---- */

static enum err find_draw(struct op *op, struct draw_page *p)
{
    if (!register_written(op, p->draws))
        return diag_set(op->diag, ERR_FORBIDDEN, "您无权办理摇号", "you may not act on draws");
    return record_by_key(op, p->draws->code, p->key, &p->record);
}

enum err draw_page_publish(struct op *op, struct draw_page *p, struct draw_kept *out)
{
    json_t *v = json_keep(op->arena, json_object()), *entries = json_array(), *lots = json_array();
    TRY(find_draw(op, p));
    json_object_set_new(v, "draw", json_string("junma-draw-1"));
    json_set_str(v, "title", draw_page_text(p, &p->record, "draw_title"));
    json_set_str(v, "source", draw_page_text(p, &p->record, "draw_source"));
    json_object_set(v, "groups", json_object_get(p->page->members, "groups"));
    json_object_set_new(v, "entries", entries);
    json_object_set_new(v, "lots", lots);
    TRY(draw_page_list(op, p, entries, lots));
    return draw_publish(
        op, p->draws->code, p->key, draw_page_text(p, &p->record, "draw_day"), v, out);
}

enum err draw_page_propose(
    struct op *op, struct draw_page *p, str seed, str evidence, struct draw_kept *out)
{
    TRY(find_draw(op, p));
    return draw_propose(op, p->draws->code, p->key, seed, evidence, out);
}

/* ---- the result in the registers ---- */

static void take_id(json_t *into, const struct record *r, str number)
{
    json_t *o = json_object();
    json_set_int(o, "id", r->id);
    json_set_str(o, "number", number);
    json_array_append_new(into, o);
}

static void take_entry_id(const struct draw_page *p, const struct record *r, json_t *into)
{
    take_id(into, r, draw_page_text(p, r, "entry_number"));
}

static void take_lot_id(const struct draw_page *p, const struct record *r, json_t *into)
{
    take_id(into, r, draw_page_text(p, r, "lot_number"));
}

/* What came of a number: its line of the result by the member that holds it. */
static const json_t *line_of(const json_t *result, const char *member, str number)
{
    size_t i;
    json_t *line;
    json_array_foreach((json_t *)result, i, line)
        if (str_equal(json_str(line, member), number))
            return line;
    return NULL;
}

static void set_column(const struct draw_page *p, json_t *data, const char *member, const json_t *v)
{
    str column = pack_page_text(p->page->members, member);
    if (column.bytes && v)
        json_object_setn_new(data, column.data, column.bytes, json_copy((json_t *)v));
}

static enum err write_lines(
    struct op *op, const struct draw_page *p, bool lots, const json_t *ids, const json_t *result)
{
    struct op own = *op;
    str reason = str_printf(op->arena, "摇号结果:%.*s", STR_ARGS(p->key));
    size_t i;
    json_t *one;
    own.actor = &actor_system;
    json_array_foreach((json_t *)ids, i, one) {
        struct record saved;
        struct diag_list faults;
        json_t *data = json_keep(op->arena, json_object());
        const json_t *line = line_of(result, lots ? "lot" : "number", json_str(one, "number"));
        diag_list_init(&faults, op->arena, 20);
        if (lots) {
            set_column(p, data, "lot_winner", json_object_get(line, "number"));
        } else {
            set_column(p, data, "entry_place", json_object_get(line, "place"));
            set_column(p, data, "entry_lot", json_object_get(line, "lot"));
        }
        const struct record_change change = { .id = json_int(one, "id", 0), .data = data,
            .reason = reason, .faults = &faults };
        TRY(diag_arena(op->diag, op->arena));
        if (json_object_size(data))
            TRY(record_save(&own, lots ? p->lots : p->entries, &change, &saved));
    }
    return OK;
}

static bool names(const struct draw_page *p, const char *member)
{
    return pack_page_text(p->page->members, member).bytes > 0;
}

/* Who got what, as records of their own: in the write that draws, so that both are there or neither. */
static enum err write_back(struct op *op, const struct draw_page *p, str text)
{
    json_t *file, *lots = json_keep(op->arena, json_array());
    json_t *entries = json_keep(op->arena, json_array());
    TRY(json_parse(op->arena, text, &file, op->diag));
    const json_t *result = json_object_get(file, "result");
    if (names(p, "lot_winner")) {
        TRY(each_of(op, p, p->lots, "lot_draw", take_lot_id, lots));
        TRY(write_lines(op, p, true, lots, result));
    }
    if (!names(p, "entry_lot") && !names(p, "entry_place"))
        return OK;
    TRY(each_of(op, p, p->entries, "entry_draw", take_entry_id, entries));
    return write_lines(op, p, false, entries, result);
}

enum err draw_page_confirm(struct op *op, struct draw_page *p, str seed, struct draw_kept *out)
{
    TRY(find_draw(op, p));
    TRY(draw_confirm(op, p->draws->code, p->key, seed, out));
    return write_back(op, p, out->file);
}
