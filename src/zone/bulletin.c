/* The content of a bulletin: blocks of its text, and the numbers in its holes. bulletin.h tells the
 * form of it. */
#include "zone/bulletin_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS_USUAL = 6 };

/* One content under way. */
struct filling {
    struct op *op;
    const struct pack_bulletin *b;
    str from, to;
    int64_t as_of_ms; /* 0: live */
    json_t *numbers;
    bool english;
    enum err e;
};

json_t *bulletin_name_json(struct name2 n)
{
    json_t *o = json_object();
    json_set_str(o, "zh", n.zh);
    json_set_str(o, "en", n.en);
    return o;
}

/* ---- months --------------------------------------------------------------------------------- */

static int64_t month_count(str month)
{
    int64_t year = 0, m = 0;
    (void)str_to_int64(str_slice(month, 0, 4), &year);
    (void)str_to_int64(str_slice(month, 5, 7), &m);
    return year * 12 + m - 1;
}

static str month_text(struct arena *a, int64_t count)
{
    return str_printf(a, "%04d-%02d", (int)(count / 12), (int)(count % 12) + 1);
}

static str moved(struct arena *a, str month, int64_t by)
{
    return month.bytes ? month_text(a, month_count(month) + by) : month;
}

static int64_t months_of(enum pack_period period)
{
    return period == PACK_PERIOD_YEAR ? 12 : period == PACK_PERIOD_QUARTER ? 3 : 1;
}

enum err bulletin_period(
    struct op *op, const struct pack_bulletin *b, str month, str *from, str *to)
{
    struct date d, today = date_from_days(zone_local_days(op->zone, op->now_ms));
    *from = b->from;
    *to = b->to;
    if (b->period == PACK_PERIOD_NONE || b->period == PACK_PERIOD_FIXED) {
        if (!month.bytes)
            return OK;
        diag_field(op->diag, STR("month"));
        return diag_set(op->diag, ERR_INVALID, "这份通报的时段是固定的,不能另选月份",
            "the span of this bulletin is fixed: no other month can be asked for");
    }
    int64_t now = (int64_t)today.year * 12 + today.month - 1, span = months_of(b->period), first;
    if (month.bytes) {
        if (month.bytes != 7 || !date_parse(str_concat(op->arena, month, STR("-01")), &d)
            || month_count(month) > now) {
            diag_field(op->diag, STR("month"));
            return diag_set(op->diag, ERR_INVALID, "month 应为不晚于本月的月份,例如 2026-10",
                "month must be one like 2026-10 and not in the future");
        }
        first = month_count(month) / span * span;
    } else {
        first = now / span * span - span;
    }
    *from = month_text(op->arena, first);
    *to = month_text(op->arena, first + span - 1);
    return diag_arena(op->diag, op->arena);
}

static const char *const month_names[] = { "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December" };

static str period_words(struct arena *a, str from, str to, bool english)
{
    int y1 = (int)(month_count(from) / 12), m1 = (int)(month_count(from) % 12);
    int y2 = (int)(month_count(to) / 12), m2 = (int)(month_count(to) % 12);
    if (y1 == y2 && m1 == 0 && m2 == 11)
        return str_printf(a, english ? "%d" : "%d年", y1);
    if (y1 == y2 && m1 == m2)
        return english ? str_printf(a, "%s %d", month_names[m1], y1)
                       : str_printf(a, "%d年%d月", y1, m1 + 1);
    if (y1 == y2)
        return english ? str_printf(a, "%s to %s %d", month_names[m1], month_names[m2], y1)
                       : str_printf(a, "%d年%d—%d月", y1, m1 + 1, m2 + 1);
    return english ? str_printf(a, "%s %d to %s %d", month_names[m1], y1, month_names[m2], y2)
                   : str_printf(a, "%d年%d月至%d年%d月", y1, m1 + 1, y2, m2 + 1);
}

static str day_words(struct filling *f)
{
    int64_t at = f->as_of_ms ? f->as_of_ms : f->op->now_ms;
    struct date d = date_from_days(zone_local_days(f->op->zone, at));
    return f->english
        ? str_printf(f->op->arena, "%d %s %d", d.day, month_names[d.month - 1], (int)d.year)
        : str_printf(f->op->arena, "%d年%d月%d日", (int)d.year, d.month, d.day);
}

/* ---- numbers as texts ----------------------------------------------------------------------- */

/* "12100000" -> "12,100,000"; the part behind the point stays. */
static str with_separators(struct arena *a, const char *digits)
{
    struct buf b;
    size_t whole = strcspn(digits, ".");
    buf_init(&b, a, 256);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            buf_add(&b, STR(","));
        buf_add(&b, (str){ digits + i, 1 });
    }
    buf_add(&b, str_from(digits + whole));
    return buf_str(&b);
}

str bulletin_number_text(struct arena *a, double value, const struct prose_node *hole)
{
    char digits[64];
    int64_t count = -1, floor_to = 0;
    (void)str_to_int64(prose_arg(hole, "digits"), &count);
    (void)str_to_int64(prose_arg(hole, "floor"), &floor_to);
    if (floor_to > 0)
        value = floor(value / (double)floor_to) * (double)floor_to;
    if (!isfinite(value) || fabs(value) > 1e15)
        return STR("–");
    snprintf(digits, sizeof digits, "%.*f", count >= 0 ? (int)count : DIGITS_USUAL, fabs(value));
    if (count < 0 && strchr(digits, '.')) {
        size_t end = strlen(digits);
        while (digits[end - 1] == '0')
            end--;
        digits[end - (digits[end - 1] == '.')] = 0;
    }
    bool zero = strspn(digits, "0.") == strlen(digits);
    const char *sign = zero ? "" : value < 0 ? "−" : prose_arg(hole, "sign").bytes ? "+" : "";
    str text = with_separators(a, digits);
    return str_printf(a, "%s%.*s", sign, STR_ARGS(text));
}

/* ---- what a hole asks ----------------------------------------------------------------------- */

static void span_of(const struct filling *f, const struct prose_node *hole, struct figure_query *q)
{
    struct arena *a = f->op->arena;
    str over = prose_arg(hole, "over");
    q->from = prose_arg(hole, "from");
    q->to = prose_arg(hole, "to");
    if (!over.bytes)
        return;
    int64_t length = month_count(f->to) - month_count(f->from) + 1;
    int64_t back = str_is(over, "before") ? -length : str_is(over, "year-before") ? -12 : 0;
    q->from = moved(a, f->from, back);
    q->to = moved(a, f->to, back);
    if (str_is(over, "year"))
        q->from = month_text(a, month_count(f->to) / 12 * 12);
}

/* Can it be computed as of a past instant? */
static bool has_past(const struct pack_figure *figure, const struct figure_query *q)
{
    const struct pack_dimension *by = q->by.bytes ? figure_dimension(figure, q->by) : NULL;
    bool daily = by && by->daily;
    for (size_t i = 0; i < q->only_count; i++) {
        const struct pack_dimension *d = figure_dimension(figure, q->only[i].name);
        daily = daily || (d && d->daily);
    }
    return figure->rows_past.bytes && !daily;
}

static void query_of(const struct filling *f, const struct prose_node *hole,
    const struct pack_figure *figure, struct figure_query *q)
{
    int64_t day_end = 0;
    *q = (struct figure_query){ .name = figure->name, .by = prose_arg(hole, "by") };
    span_of(f, hole, q);
    for (size_t i = 0; i < hole->arg_count; i++)
        if (!pack_hole_option(hole->args[i].name)
            && q->only_count < sizeof q->only / sizeof *q->only) {
            q->only[q->only_count].name = hole->args[i].name;
            q->only[q->only_count++].value = hole->args[i].value;
        }
    if (zone_day_end(f->op->zone, prose_arg(hole, "at"), &day_end))
        q->at_ms = day_end;
    if (f->as_of_ms && has_past(figure, q) && (!q->at_ms || q->at_ms > f->as_of_ms))
        q->at_ms = f->as_of_ms;
}

/* As parameters of GET /api/figures/{name} and of what stands under it. */
static json_t *query_json(struct op *op, const struct figure_query *q)
{
    json_t *o = json_object();
    if (q->by.bytes)
        json_set_str(o, "by", q->by);
    if (q->from.bytes)
        json_set_str(o, "from", q->from);
    if (q->to.bytes)
        json_set_str(o, "to", q->to);
    if (q->at_ms)
        json_set_str(o, "at", zone_instant_text(op, q->at_ms));
    for (size_t i = 0; i < q->only_count; i++)
        json_object_setn_new(
            o, q->only[i].name.data, q->only[i].name.bytes, json_from_str(q->only[i].value));
    return o;
}

/* ---- the records under a frozen number ------------------------------------------------------ */

enum err bulletin_records(
    struct op *op, const struct figure_query *q, int64_t *count, str *digest, json_t *first)
{
    struct figure_query whole = *q;
    struct buf text;
    int64_t after = 0, *ids;
    size_t n;
    bool more = true;
    whole.by = STR_NONE;
    buf_init(&text, op->arena, 1024 * 1024);
    *count = 0;
    while (more && *count < BULLETIN_RECORDS_MAX) {
        TRY(figure_records(op, &whole, STR_NONE, after, 2000, &ids, &n, &more));
        for (size_t i = 0; i < n; i++) {
            buf_printf(&text, "%lld\n", (long long)ids[i]);
            if (first && *count + (int64_t)i < BULLETIN_IDS_MAX)
                json_array_append_new(
                    first, json_from_str(str_printf(op->arena, "%lld", (long long)ids[i])));
        }
        *count += (int64_t)n;
        after = n ? ids[n - 1] : after;
        more = more && n;
    }
    *digest = more ? STR_NONE : ledger_digest(op, buf_str(&text));
    return diag_arena(op->diag, op->arena);
}

static enum err add_records(struct op *op, const struct figure_query *q, json_t *number)
{
    json_t *o = json_object(), *ids = json_array();
    int64_t count = 0;
    str digest;
    json_object_set_new(number, "records", o);
    json_object_set_new(o, "ids", ids);
    TRY(bulletin_records(op, q, &count, &digest, ids));
    json_set_int(o, "count", count);
    json_set_str_or_null(o, "digest", digest);
    return OK;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static json_t *value_json(bool has, double value)
{
    return has ? json_real(value) : json_null();
}

json_t *bulletin_groups(struct op *op, const struct figure_result *r, str by,
    const struct prose_node *hole)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->group_count; i++) {
        const struct figure_group *g = &r->groups[i];
        json_t *o = json_object();
        str text = g->has_value ? bulletin_number_text(op->arena, g->value, hole) : STR("–");
        json_set_str(o, "key", g->key);
        json_object_set_new(o, "label", bulletin_name_json(figure_label(op, r, by, g->key)));
        json_object_set_new(o, "value", value_json(g->has_value, g->value));
        json_set_int(o, "count", g->count);
        json_set_str(o, "text", text);
        json_array_append_new(list, o);
    }
    return list;
}

static const char *records_word(const struct pack_figure *f)
{
    if (f->of.bytes)
        return "entries";
    for (size_t i = 0; i < f->table_count; i++)
        if (str_is(STR("case_report"), f->tables[i]))
            return "records";
    return "rows";
}

/* What is shown of it, of all that a figure gives. */
static void shown(const struct prose_node *hole, const struct figure_result *r, bool *has, double *value)
{
    str show = prose_arg(hole, "show");
    *has = r->whole.has_value;
    *value = r->whole.value;
    if (str_is(show, "count")) {
        *has = true;
        *value = (double)r->whole.count;
    } else if (str_is(show, "target")) {
        *has = r->figure->has_target;
        *value = r->figure->target;
    }
}

static void describe(json_t *o, const struct pack_figure *figure, const struct prose_node *hole)
{
    str as = prose_arg(hole, "as");
    json_set_str(o, "figure", figure->name);
    json_set_str(o, "kind", hole->text);
    json_object_set_new(o, "title", bulletin_name_json(figure->title));
    json_object_set_new(o, "unit", bulletin_name_json(figure->unit));
    json_object_set_new(
        o, "note", figure->note.zh.bytes ? bulletin_name_json(figure->note) : json_null());
    json_object_set_new(o, "target", value_json(figure->has_target, figure->target));
    json_object_set_new(o, "drawing",
        as.bytes ? json_from_str(as) : json_string(pack_drawing_word(figure->drawing)));
    json_object_set_new(o, "open", json_string(records_word(figure)));
    json_set_str_or_null(o, "of", figure->of);
}

static enum err number_of(struct filling *f, const struct prose_node *hole, json_t **out)
{
    struct op *op = f->op;
    struct figure_query q;
    struct figure_result r;
    bool has;
    double value;
    const struct pack_figure *figure = pack_figure_any(zone_pack(op->zone), hole->name, NULL);
    ASSERT(figure);
    query_of(f, hole, figure, &q);
    json_t *o = json_object();
    *out = o;
    TRY(figure_value(op, &q, &r));
    shown(hole, &r, &has, &value);
    describe(o, figure, hole);
    json_object_set_new(o, "query", query_json(op, &q));
    json_object_set_new(o, "value", value_json(has, value));
    json_set_int(o, "count", r.whole.count);
    json_set_str(o, "text", has ? bulletin_number_text(op->arena, value, hole) : STR("–"));
    json_object_set_new(o, "groups", bulletin_groups(op, &r, q.by, hole));
    json_object_set_new(o, "past", json_boolean(has_past(figure, &q)));
    return f->as_of_ms ? add_records(op, &q, o) : OK;
}

/* Two holes that ask and show the same are one number. */
static str key_of(struct arena *a, const struct prose_node *hole)
{
    struct buf b;
    buf_init(&b, a, 8192);
    buf_printf(&b, "%.*s %.*s", STR_ARGS(hole->text), STR_ARGS(hole->name));
    for (size_t i = 0; i < hole->arg_count; i++)
        buf_printf(
            &b, " %.*s=%.*s", STR_ARGS(hole->args[i].name), STR_ARGS(hole->args[i].value));
    return buf_str(&b);
}

static size_t number_at(struct filling *f, const struct prose_node *hole)
{
    json_t *number = NULL;
    size_t count = json_array_size(f->numbers);
    str key = key_of(f->op->arena, hole);
    for (size_t i = 0; i < count; i++)
        if (str_equal(json_str(json_array_get(f->numbers, i), "hole"), key))
            return i;
    enum err e = number_of(f, hole, &number);
    f->e = f->e == OK ? e : f->e;
    json_set_str(number, "hole", key);
    json_array_append_new(f->numbers, number);
    return count;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static json_t *block(struct filling *f, const struct prose_node *n);

static json_t *blocks(struct filling *f, const struct prose_node *parent)
{
    json_t *list = json_array();
    for (const struct prose_node *n = parent->first; n && f->e == OK; n = n->next)
        json_array_append_new(list, block(f, n));
    return list;
}

static json_t *text_block(str text)
{
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string("text"));
    json_set_str(o, "text", text);
    return o;
}

static json_t *block(struct filling *f, const struct prose_node *n)
{
    if (n->kind == PROSE_HOLE && str_is(n->text, "period"))
        return text_block(period_words(f->op->arena, f->from, f->to, f->english));
    if (n->kind == PROSE_HOLE && str_is(n->text, "date"))
        return text_block(day_words(f));
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string(prose_kind_word(n->kind)));
    if (n->kind == PROSE_HOLE) {
        json_object_set_new(o, "number", json_integer((json_int_t)number_at(f, n)));
        return o;
    }
    if (n->level)
        json_object_set_new(o, "level", json_integer(n->level));
    if (n->text.bytes)
        json_set_str(o, "text", n->text);
    if (n->first)
        json_object_set_new(o, "children", blocks(f, n));
    return o;
}

enum err bulletin_content(struct op *op, const struct pack_bulletin *b, str from, str to,
    int64_t as_of_ms, json_t **out)
{
    TRY(actor_require(op, "figure.read"));
    const struct pack *p = zone_pack(op->zone);
    const struct pack_unit *unit = pack_unit(p, b->unit);
    json_t *o = json_keep(op->arena, json_object()), *text = json_object();
    struct filling f = { .op = op, .b = b, .from = from, .to = to, .as_of_ms = as_of_ms,
        .numbers = json_array() };
    json_set_str(o, "bulletin", b->code);
    json_set_str(o, "system", b->system->folder);
    json_object_set_new(o, "title", bulletin_name_json(b->title));
    json_object_set_new(
        o, "unit", bulletin_name_json(unit ? unit->name : (struct name2){ b->unit, b->unit }));
    json_t *period = from.bytes ? json_object() : json_null();
    if (from.bytes) {
        json_set_str(period, "from", from);
        json_set_str(period, "to", to);
        json_set_str(period, "zh", period_words(op->arena, from, to, false));
        json_set_str(period, "en", period_words(op->arena, from, to, true));
    }
    json_object_set_new(o, "period", period);
    json_set_str(o, "asOf", zone_instant_text(op, as_of_ms ? as_of_ms : op->now_ms));
    json_set_str(o, "version", str_from(p->version));
    json_object_set_new(o, "numbers", f.numbers);
    json_object_set_new(o, "text", text);
    json_object_set_new(text, "zh", blocks(&f, b->text));
    f.english = true;
    json_object_set_new(text, "en", b->text_en ? blocks(&f, b->text_en) : json_null());
    TRY(f.e);
    *out = o;
    return diag_arena(op->diag, op->arena);
}
