/* Issuing certificates to those who passed, and finding one's own. */
#include "zone/certificate_internal.h"
#include "zone/licence_internal.h"

static void set(json_t *data, const struct pack_column *c, json_t *v)
{
    if (c)
        json_object_setn_new(data, c->name.data, c->name.bytes, v);
    else
        json_decref(v);
}

/* ---- the holder ---- */

struct finding {
    struct op *op;
    const struct page_source *holders;
    str identity, key; /* key: of the record found; empty: none */
    int64_t id;
};

static enum err compare_holder(void *ctx, const struct record *record)
{
    struct finding *f = ctx;
    const struct page_source *s = f->holders;
    const struct pack_column *account = page_column(s, "account");
    int64_t id = 0;
    if (account)
        (void)str_to_int64(record_text(record->data, account), &id);
    if (!f->id
        && str_equal(f->identity,
            certificate_identity(f->op->arena, id, record_text(record->data, page_column(s, "name")),
                record_text(record->data, page_column(s, "phone"))))) {
        f->id = record->id;
        f->key = record_name(f->op, s->r, record);
    }
    return OK;
}

static enum err find_holder(struct op *op, const struct page_source *holders, str identity,
    struct finding *out)
{
    struct op own = *op;
    own.actor = &actor_system;
    *out = (struct finding){ .op = op, .holders = holders, .identity = identity };
    return certificate_each(&own, holders->r, CERTIFICATE_PEOPLE_MAX, compare_holder, out);
}

/* Numbers of holders count up, register by register. */
static enum err next_number(struct op *op, const struct pack_register *r, str *out)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        S_TEXT(op->zone->code), S_TEXT(str_printf(op->arena, "holder:%.*s", STR_ARGS(r->code)))));
    *out = str_printf(op->arena, "%06lld", (long long)store_int(&rows, 0));
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static enum err make_holder(struct op *op, const struct page_source *s,
    const struct certificate_person *p, struct diag_list *faults, struct finding *out)
{
    struct record made;
    str number;
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    TRY(next_number(op, s->r, &number));
    set(data, s->r->key, json_from_str(number));
    set(data, page_column(s, "name"), json_from_str(p->name));
    set(data, page_column(s, "phone"), json_from_str(p->phone));
    if (p->account)
        set(data, page_column(s, "account"),
            json_from_str(str_printf(op->arena, "%lld", (long long)p->account)));
    TRY(record_save(op, s->r,
        &(struct record_change){ .data = data, .reason = STR("发证"), .faults = faults }, &made));
    out->id = made.id;
    out->key = number;
    return OK;
}

/* ---- the licence ---- */

/* A column of the course as the licence's field: codes by name where the field is a text. */
static json_t *field_value(
    struct op *op, const struct pack_column *from, const struct pack_column *field, const json_t *v)
{
    str text = json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
    const struct pack_code *code = from->codes ? pack_code(from->codes, text) : NULL;
    (void)op;
    if (code && field->type == PACK_COLUMN_TEXT)
        return json_from_str(code->name.zh);
    return v ? json_deep_copy(v) : json_null();
}

static json_t *licence_fields(struct op *op, const struct pack_page *page,
    const struct pack_licence *type, const struct pack_register *courses,
    const struct certificate_course *c, const struct certificate_person *p)
{
    const json_t *list = json_object_get(page->members, "fields");
    json_t *data = json_keep(op->arena, json_object());
    for (size_t i = 0; data && i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const struct pack_column *field
            = pack_column(&type->fields, pack_page_text(one, "field"));
        const struct pack_column *from = pack_column(courses, pack_page_text(one, "course"));
        str what = pack_page_text(one, "of");
        if (!field)
            continue;
        if (from)
            set(data, field, field_value(op, from, field,
                json_object_getn(c->data, from->name.data, from->name.bytes)));
        else if (str_is(what, "attended"))
            set(data, field, json_integer(p->attended));
        else if (str_is(what, "held"))
            set(data, field, json_integer(c->held));
        else if (str_is(what, "ended") && p->last != INT64_MIN)
            set(data, field, json_from_str(date_format(op->arena, date_from_days(p->last))));
    }
    return data;
}

static enum err keep_issued(struct op *op, const struct page_source *s, str holder,
    const struct certificate_course *c, const struct certificate_person *p,
    const struct licence *l, struct diag_list *faults)
{
    struct record kept;
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    set(data, page_column(s, "holder"), json_from_str(holder));
    set(data, page_column(s, "course"), json_from_str(c->key));
    set(data, page_column(s, "licence"), json_from_str(l->identifier));
    set(data, page_column(s, "number"), json_from_str(l->number));
    set(data, page_column(s, "on"), json_from_str(l->issued_on));
    set(data, page_column(s, "attended"), json_integer(p->attended));
    set(data, page_column(s, "held"), json_integer(c->held));
    return record_save(op, s->r,
        &(struct record_change){ .data = data, .reason = STR("发证"), .faults = faults }, &kept);
}

static enum err issue_one(struct op *op, const struct certificate_issuing *in,
    const struct certificate_course *c, const struct certificate_person *p)
{
    struct certificate_sources s = certificate_sources(op, in->page);
    str type = pack_page_text(in->page->members, "type");
    const struct pack_licence *t = pack_licence(zone_pack(op->zone), type);
    struct finding holder;
    struct licence made;
    TRY(find_holder(op, &s.holders, p->identity, &holder));
    if (!holder.id)
        TRY(make_holder(op, &s.holders, p, in->faults, &holder));
    struct licence_input input = { .type = type,
        .holder_id = holder.id,
        .data = licence_fields(op, in->page, t, s.courses.r, c, p),
        .reason = str_printf(op->arena, "%.*s:%lld/%lld", STR_ARGS(c->label),
            (long long)p->attended, (long long)c->held),
        .basis = t->law.zh,
        .faults = in->faults };
    TRY(licence_issue(op, &input, &made));
    return keep_issued(op, &s.issued, holder.key, c, p, &made, in->faults);
}

static bool chosen(const struct certificate_issuing *in, const struct certificate_person *p)
{
    bool named = !in->people;
    for (size_t i = 0; i < in->person_count; i++)
        named = named || in->people[i] == p->enrolment;
    return named;
}

enum err certificates_issue(struct op *op, struct certificate_issuing *in)
{
    struct certificates all;
    TRY(certificates_read(op, in->page, &all));
    for (size_t i = 0; i < all.person_count; i++) {
        const struct certificate_person *p = &all.people[i];
        const struct certificate_course *c = &all.courses[p->course];
        if (!str_equal(c->key, in->course) || !chosen(in, p) || (!in->people && !p->passed))
            continue;
        if (!p->passed)
            return diag_set(op->diag, ERR_NOT_ALLOWED, "%.*s 还没有达到结业要求(%lld/%lld 场)",
                "%.*s has not passed yet (%lld of %lld sessions)", STR_ARGS(p->name),
                (long long)p->attended, (long long)c->held);
        if (p->identifier.bytes) {
            in->before++;
            continue;
        }
        if (in->issued == CERTIFICATES_AT_ONCE_MAX)
            return diag_set(op->diag, ERR_LIMIT, "一次至多发 %d 份", "at most %d at once",
                CERTIFICATES_AT_ONCE_MAX);
        TRY(issue_one(op, in, c, p));
        in->issued++;
    }
    return diag_arena(op->diag, op->arena);
}

/* ---- one's own ---- */

enum err certificates_own(struct op *op, const struct pack_page *page, str name, str phone,
    int64_t account, struct licence **out, size_t *count)
{
    struct certificate_sources s = certificate_sources(op, page);
    struct finding holder;
    struct query q;
    *count = 0;
    TRY(find_holder(op, &s.holders,
        certificate_identity(op->arena, account, name, phone), &holder));
    if (!holder.id)
        return OK;
    licence_select(&q, op);
    QUERY_ADD(&q,
        " AND l.holder_register = ? AND l.holder_id = ? AND l.type = ? AND l.next_id = 0 AND"
        " l.status = 1 ORDER BY l.id DESC LIMIT ?",
        S_TEXT(s.holders.r->code), S_INT(holder.id),
        S_TEXT(pack_page_text(page->members, "type")), S_INT(LICENCE_LISTED_MAX));
    return licence_rows(op, &q, LICENCE_LISTED_MAX, out, count);
}
