/* Many put onto a list in one go; enlist.h says how. */
#include "zone/enlist.h"

#include "zone/access.h"
#include "zone/page_rows.h"
#include "zone/record_internal.h"
#include "zone/record_rows.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE_BYTES_MAX = 64 * MIB };

const char *enlist_state_word(enum enlist_state state)
{
    static const char *const words[] = { "new", "there", "fault" };
    return words[state];
}

struct work {
    struct enlisting *e;
    struct page_source made;
    const struct pack_register *source;
    const struct pack_column *of, *within, *number, *who, *unit;
    str list; /* how the list is named */
    struct page_index there;
    int64_t last; /* the greatest number given in the list's name */
    struct account *people;
    struct arena slice; /* of one record */
};

static void read_page(struct op *op, const struct pack_page *page, struct work *w)
{
    w->made = page_source(op, page->members);
    w->source = pack_register(zone_pack(op->zone), pack_page_text(page->members, "source"));
    w->of = page_column(&w->made, "of");
    w->within = page_column(&w->made, "within");
    w->number = page_column(&w->made, "number");
    w->who = page_column(&w->made, "who");
    w->unit = page_column(&w->made, "unit");
}

/* The list's name for other records; it must be one that the actor sees. */
static enum err open_list(struct op *op, struct work *w, int64_t id)
{
    struct record shown, list;
    const struct pack_register *r = w->within->ref;
    if (!register_seen(op, r) || record_open(op, r, id, &shown) != OK) {
        diag_field(op->diag, STR("within"));
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个名单,或您无权查看",
            "there is no such list, or you may not see it");
    }
    TRY(record_get(op, r->code, id, &list));
    w->list = str_copy(op->arena, record_name(op, r, &list));
    return diag_arena(op->diag, op->arena);
}

/* ---- who is on it ---- */

/* Of the records on the list, whoever may see them. */
static void ask_list(struct query *q, const struct work *w, const struct op *op, str what)
{
    query_init(q, op->arena);
    buf_printf(&q->text, "SELECT %.*s FROM register_%.*s WHERE zone", STR_ARGS(what),
        STR_ARGS(w->made.r->code));
    QUERY_ADD(q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q->text, " AND %.*s", STR_ARGS(w->within->name));
    QUERY_ADD(q, " = ?", S_TEXT(w->list));
}

static enum err count_list(struct op *op, const struct work *w, size_t *count)
{
    struct query q;
    struct store_rows rows;
    bool there;
    ask_list(&q, w, op, STR("count(*)"));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    TRY(store_next(&rows, &there, op->diag));
    *count = there ? (size_t)store_int(&rows, 0) : 0;
    store_rows_end(&rows);
    return OK;
}

/* "V26-1-07" on the list V26-1 is 7; 0 for what was numbered otherwise. */
static int64_t number_of(const struct work *w, str number)
{
    int64_t n = 0;
    bool ours = str_starts(number, w->list) && number.bytes > w->list.bytes + 1
        && number.data[w->list.bytes] == '-';
    return ours && str_to_int64(str_slice(number, w->list.bytes + 1, number.bytes), &n) && n > 0 ? n : 0;
}

/* Numbers are looked for in the whole register: one of another list may stand in this list's name, and a
 * number that was given is not given again. */
static enum err read_numbers(struct op *op, struct work *w)
{
    struct query q;
    struct store_rows rows;
    str c = w->number->name;
    query_init(&q, op->arena);
    buf_printf(&q.text, "SELECT %.*s FROM register_%.*s WHERE zone", STR_ARGS(c), STR_ARGS(w->made.r->code));
    QUERY_ADD(&q, " = ?", S_TEXT(op->zone->code));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(c));
    QUERY_ADD(&q, " > ?", S_TEXT(str_printf(op->arena, "%.*s-", STR_ARGS(w->list))));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(c));
    QUERY_ADD(&q, " < ?", S_TEXT(str_printf(op->arena, "%.*s.", STR_ARGS(w->list)))); /* '.' follows '-' */
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more = true; more;) {
        TRY(store_next(&rows, &more, op->diag));
        int64_t n = more ? number_of(w, store_text(&rows, 0)) : 0;
        w->last = n > w->last ? n : w->last;
    }
    return diag_arena(op->diag, op->arena);
}

static enum err read_list(struct op *op, struct work *w)
{
    struct query q;
    struct store_rows rows;
    size_t most;
    TRY(count_list(op, w, &most));
    TRY(page_index_init(&w->there, op, most + w->e->id_count));
    ask_list(&q, w, op, w->of->name);
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more = true; more;) {
        TRY(store_next(&rows, &more, op->diag));
        if (more)
            page_index_put(&w->there, str_copy(op->arena, store_text(&rows, 0)), 1);
    }
    TRY(diag_arena(op->diag, op->arena));
    return w->number ? read_numbers(op, w) : OK;
}

enum err enlist_there(
    struct op *op, const struct pack_page *page, int64_t within, str **names, size_t *count)
{
    struct work w = { 0 };
    struct query q;
    struct store_rows rows;
    size_t most;
    *count = 0;
    read_page(op, page, &w);
    if (!register_seen(op, w.made.r))
        return diag_set(op->diag, ERR_NOT_FOUND, "没有这个登记表,或您无权查看",
            "there is no such register, or you may not see it");
    TRY(open_list(op, &w, within));
    TRY(count_list(op, &w, &most));
    *names = ARENA_ARRAY(op->arena, str, most + 1);
    TRY(diag_arena(op->diag, op->arena));
    ask_list(&q, &w, op, w.of->name);
    TRY(record_scope_add(&q, op, w.made.r));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more = true; more;) {
        TRY(store_next(&rows, &more, op->diag));
        if (more && *count < most)
            (*names)[(*count)++] = str_copy(op->arena, store_text(&rows, 0));
    }
    return diag_arena(op->diag, op->arena);
}

/* ---- what is asked ---- */

static enum err check_asked(struct op *op, const struct work *w)
{
    const char *name;
    json_t *value;
    const json_t *ask = json_object_get(w->e->page->members, "ask");
    json_object_foreach(w->e->data, name, value)
    {
        bool asked = false;
        (void)value;
        for (size_t i = 0; i < json_array_size(ask); i++)
            asked = asked || strcmp(name, json_string_value(json_array_get(ask, i))) == 0;
        if (asked)
            continue;
        diag_field(op->diag, str_from(name));
        return diag_set(op->diag, ERR_INVALID, "列“%.60s”不能在这里填写", "column \"%.60s\" is not asked here",
            name);
    }
    return OK;
}

static enum err read_people(struct op *op, struct work *w)
{
    struct enlisting *e = w->e;
    w->people = ARENA_ARRAY(op->arena, struct account, e->people_count + 1);
    TRY(diag_arena(op->diag, op->arena));
    if (w->who && w->who->required && !e->people_count) {
        diag_field(op->diag, STR("people"));
        return diag_set(op->diag, ERR_INVALID, "请选择由谁承办",
            "say who is in charge");
    }
    if (!w->who && e->people_count) {
        diag_field(op->diag, STR("people"));
        return diag_set(op->diag, ERR_INVALID, "这份名单不分派到人",
            "this list is not given to people");
    }
    if (e->people_count > ENLIST_PEOPLE_MAX) {
        diag_field(op->diag, STR("people"));
        return diag_set(op->diag, ERR_LIMIT, "最多分派给 %d 人", "at most %d people", ENLIST_PEOPLE_MAX);
    }
    for (size_t i = 0; i < e->people_count; i++) {
        struct diag ignored = { 0 };
        struct op look = *op;
        look.diag = &ignored;
        enum err found = account_get(&look, e->people[i], &w->people[i]);
        if (found != OK || w->people[i].disabled || !w->people[i].unit.bytes) {
            diag_field(op->diag, STR("people"));
            return diag_set(op->diag, ERR_INVALID, "选定的人不在,或账号已停用",
                "somebody chosen is not there, or the account is closed");
        }
    }
    return OK;
}

/* ---- one ---- */

/* A text longer than its column takes is cut after a whole character. */
static json_t *copied(const struct pack_column *c, const json_t *v)
{
    size_t end = 0, most = (size_t)c->bytes_max;
    str s = json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
    if (c->type != PACK_COLUMN_TEXT || !most || s.bytes <= most)
        return json_deep_copy(v);
    for (size_t next = 0; next < s.bytes;) {
        (void)str_next_code_point(s, &next);
        if (next > most)
            break;
        end = next;
    }
    return json_from_str(str_slice(s, 0, end));
}

static void set(json_t *data, const struct pack_column *c, json_t *value)
{
    json_object_setn_new(data, c->name.data, c->name.bytes, value);
}

static json_t *record_data(struct op *op, const struct work *w, const struct record *from, str name,
    const struct account *who)
{
    json_t *data = json_keep(op->arena, w->e->data ? json_deep_copy(w->e->data) : json_object());
    const json_t *copies = json_object_get(w->e->page->members, "copy");
    for (size_t i = 0; data && i < json_array_size(copies); i++) {
        const json_t *one = json_array_get(copies, i);
        const struct pack_column *c = pack_column(w->made.r, pack_page_text(one, "column"));
        const json_t *v = json_object_get(from->data, json_string_value(json_object_get(one, "from")));
        if (c && v)
            set(data, c, copied(c, v));
    }
    if (!data)
        return NULL;
    set(data, w->of, json_from_str(name));
    set(data, w->within, json_from_str(w->list));
    if (w->number)
        set(data, w->number, json_from_str(str_printf(op->arena, "%.*s-%02lld", STR_ARGS(w->list),
                                 (long long)w->last + 1)));
    if (who)
        set(data, w->who, json_from_str(str_printf(op->arena, "%lld", (long long)who->id)));
    if (who && w->unit)
        set(data, w->unit, json_from_str(who->unit));
    return data;
}

static enum err write_one(struct op *op, struct work *w, const struct record *from, str name,
    const struct account *who)
{
    struct diag_list faults;
    struct record made;
    diag_list_init(&faults, op->arena, 10);
    struct record_change change = { .data = record_data(op, w, from, name, who), .reason = w->e->reason,
        .batch = w->e->batch, .faults = &faults };
    TRY(diag_arena(op->diag, op->arena));
    return record_save(op, w->made.r, &change, &made);
}

static enum err fault(struct op *op, struct enlisting *e, struct enlist_item *item, const struct diag *d)
{
    struct diag *kept = ARENA_NEW(op->arena, struct diag);
    TRY(diag_arena(op->diag, op->arena));
    *kept = *d;
    item->why = kept;
    item->state = ENLIST_FAULT;
    e->faults++;
    return OK;
}

static enum err one(struct op *op, struct work *w, int64_t id)
{
    struct enlisting *e = w->e;
    struct enlist_item *item = &e->items[e->count];
    struct diag d = { 0 };
    struct record from;
    struct op own = *op;
    arena_reset(&w->slice);
    own.arena = &w->slice;
    own.diag = &d;
    *item = (struct enlist_item){ .id = id };
    enum err result = record_open(&own, w->source, id, &from);
    if (record_rows_fatal(result))
        return (*op->diag = d, result);
    e->count++;
    if (result != OK)
        return fault(op, e, item, &d);
    str name = str_copy(op->arena, record_name(&own, w->source, &from));
    item->label = str_copy(op->arena, record_label(&own, w->source->code, &from));
    TRY(diag_arena(op->diag, op->arena));
    if (page_index_get(&w->there, name) >= 0) {
        item->state = ENLIST_THERE;
        e->there++;
        return OK;
    }
    const struct account *who = e->people_count ? &w->people[e->fresh % e->people_count] : NULL;
    result = write_one(&own, w, &from, name, who);
    if (record_rows_fatal(result))
        return (*op->diag = d, result);
    if (result != OK)
        return fault(op, e, item, &d);
    page_index_put(&w->there, name, 1);
    item->who = who ? who->id : 0;
    e->fresh++;
    w->last++;
    return OK;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Which of them were chosen before, by place: a sorted copy tells whether there is anything to look for. */
static bool chosen_before(const struct enlisting *e, const int64_t *sorted, size_t at)
{
    const int64_t *found = bsearch(&e->ids[at], sorted, e->id_count, sizeof *sorted, by_id);
    bool twice = found && ((found > sorted && found[-1] == *found)
                              || (found + 1 < sorted + e->id_count && found[1] == *found));
    for (size_t i = 0; twice && i < at; i++)
        if (e->ids[i] == e->ids[at])
            return true;
    return false;
}

static enum err each(struct op *op, struct work *w)
{
    struct enlisting *e = w->e;
    int64_t *sorted = ARENA_ARRAY(op->arena, int64_t, e->id_count);
    e->items = ARENA_ARRAY(op->arena, struct enlist_item, e->id_count);
    TRY(diag_arena(op->diag, op->arena));
    memcpy(sorted, e->ids, e->id_count * sizeof *sorted);
    qsort(sorted, e->id_count, sizeof *sorted, by_id);
    for (size_t i = 0; i < e->id_count; i++)
        if (!chosen_before(e, sorted, i))
            TRY(one(op, w, e->ids[i]));
    return OK;
}

enum err enlist(struct op *op, struct enlisting *e)
{
    struct work w = { .e = e };
    read_page(op, e->page, &w);
    if (!register_written(op, w.made.r))
        return diag_set(
            op->diag, ERR_FORBIDDEN, "您无权修改这个登记表", "you may not change this register");
    if (!e->id_count) {
        diag_field(op->diag, STR("ids"));
        return diag_set(op->diag, ERR_INVALID, "请选择要列入的记录",
            "choose what to put on the list");
    }
    if (e->id_count > ENLIST_MAX) {
        diag_field(op->diag, STR("ids"));
        return diag_set(op->diag, ERR_LIMIT, "一次最多列入 %d 条,选了 %zu 条",
            "at most %d at a time; %zu are chosen", ENLIST_MAX, e->id_count);
    }
    TRY(open_list(op, &w, e->within));
    TRY(check_asked(op, &w));
    TRY(read_people(op, &w));
    TRY(read_list(op, &w));
    e->batch = id_next(&op->zone->ids, op->now_ms);
    arena_init(&w.slice, NULL, SLICE_BYTES_MAX);
    enum err result = each(op, &w);
    arena_release(&w.slice);
    return result;
}
