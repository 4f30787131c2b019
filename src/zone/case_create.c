/*
 * Raising a case: form checked, applicant found, number given, procedure started, promises set,
 * journalled, in one transaction.
 *
 * Numbers. prefix + YYMM + "-" + serial of that month + "-" + check digit: "Q2611-00423-7". The
 * digit is ISO/IEC 7064 MOD 11,10 over YYMM and serial, so that one mistyped or two swapped digits
 * are noticed. The serial is a row that the transaction itself moves on: no number is lost or
 * doubled by a crash.
 */
#include "base/check.h"
#include "form/form.h"
#include "zone/case_internal.h"
#include "zone/case_write.h"
#include "zone/register.h"
#include "zone/service.h"

#include <string.h>

static str field_text(const json_t *data, str key)
{
    if (!key.bytes)
        return STR_NONE;
    const json_t *v = json_object_getn(data, key.data, key.bytes);
    return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

enum err case_number(struct op *op, str prefix, int64_t at_ms, str *out)
{
    struct store_rows rows;
    struct date on = date_from_days(zone_local_days(op->zone, at_ms));
    str month = str_printf(op->arena, "%02d%02d", on.year % 100, on.month);
    str counter = str_printf(op->arena, "case:%.*s%.*s", STR_ARGS(prefix), STR_ARGS(month));
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, 1)"
        " ON CONFLICT (zone, name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        S_TEXT(op->zone->code), S_TEXT(counter)));
    int64_t serial = store_int(&rows, 0);
    store_rows_end(&rows);
    str digits = str_printf(op->arena, "%.*s%05lld", STR_ARGS(month), (long long)serial);
    *out = str_printf(op->arena, "%.*s%.*s-%05lld-%c", STR_ARGS(prefix), STR_ARGS(month),
        (long long)serial, iso7064_mod11_10(digits));
    return diag_arena(op->diag, op->arena);
}

/* Who it is for: the actor's own enterprise, or the one named by an officer. */
static enum err applicant(
    struct op *op, const struct case_input *in, struct moving *m, struct record *record)
{
    const struct pack_system *s = m->system;
    bool other = in->enterprise_id && in->enterprise_id != op->actor->enterprise;
    int64_t id = in->enterprise_id ? in->enterprise_id : op->actor->enterprise;
    if (other && !op->actor->system && !in->granted)
        TRY(actor_require(op, "case.create.for"));
    m->row.account_id = other ? 0 : op->actor->account;
    *record = (struct record){ 0 };
    if (!s->applicant.bytes)
        return OK;
    if (!id) {
        diag_field(op->diag, STR("onBehalf.enterpriseId"));
        return diag_set(op->diag, ERR_INVALID, "请选择是哪家企业的诉求",
            "please say which enterprise this is for");
    }
    enum err e = record_get(op, s->applicant, id, record);
    if (e == ERR_NOT_FOUND) {
        diag_field(op->diag, STR("onBehalf.enterpriseId"));
        return diag_set(
            op->diag, ERR_INVALID, "企业库中没有这家企业", "the register has no such enterprise");
    }
    TRY(e);
    m->row.enterprise_id = id;
    m->row.enterprise_name = record_label(op, s->applicant, record);
    return OK;
}

static bool channel_known(const struct pack_system *s, str channel)
{
    for (size_t i = 0; i < s->channel_count; i++)
        if (str_equal(s->channels[i], channel))
            return true;
    return false;
}

/* The files that the form names are those that come with the case; their owner is asked when they
 * are linked to it. */
static enum err check_files(struct op *op, const struct case_input *in, str key, const json_t *data)
{
    const json_t *list = key.bytes ? json_object_getn(data, key.data, key.bytes) : NULL;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        int64_t id = 0;
        bool sent = false;
        (void)id_parse((str){ json_string_value(v), json_string_length(v) }, &id);
        for (size_t f = 0; id && f < in->file_count; f++)
            sent = sent || in->files[f] == id;
        if (sent)
            continue;
        diag_field(op->diag, key);
        return diag_set(op->diag, ERR_INVALID, "第%zu个文件没有随办件一起提交,请重新上传",
            "file %zu was not sent along with the case; please upload it again", i + 1);
    }
    return OK;
}

static enum err check_form(
    struct op *op, const struct case_input *in, struct moving *m, json_t **cleaned)
{
    const struct pack_system *s = m->system;
    struct form_env env = { .now_ms = op->now_ms,
        .offset_s = tz_offset_s(m->pack->tz, op->now_ms) };
    enum err e = form_check(s->form, in->data, &env, op->arena, cleaned, in->faults);
    if (e != OK) {
        if (in->faults->count)
            *op->diag = *in->faults->items[0];
        return e;
    }
    str topic = field_text(*cleaned, s->fields.topic);
    if (topic.bytes && s->topic_count && !pack_topic(s, topic)) {
        diag_field(op->diag, s->fields.topic);
        return diag_set(op->diag, ERR_INVALID, "没有事项类别“%.*s”,请从列表中选择",
            "there is no topic \"%.*s\"; please choose one of the list", STR_ARGS(topic));
    }
    return check_files(op, in, s->fields.attachments, *cleaned);
}

static void fill_row(
    struct op *op, const struct case_input *in, struct moving *m, const json_t *data)
{
    const struct pack_fields *f = &m->system->fields;
    struct case_row *r = &m->row;
    r->id = id_next(&op->zone->ids, op->now_ms);
    r->kind = m->system->kind;
    r->title = field_text(data, f->title);
    r->body = field_text(data, f->text);
    r->topic = field_text(data, f->topic);
    r->place = field_text(data, f->place);
    r->urgency = field_text(data, f->urgency);
    if (!r->urgency.bytes)
        r->urgency = STR("normal");
    r->channel = in->channel.bytes ? in->channel : STR("web");
    r->contact_name = in->contact_name.bytes ? in->contact_name : field_text(data, f->contact_name);
    r->contact_phone =
        in->contact_phone.bytes ? in->contact_phone : field_text(data, f->contact_phone);
    r->data = json_text(op->arena, data);
    r->created_at = op->now_ms;
    r->promise.state = PROMISE_VOID; /* none yet */
}

/* What conditions and decisions see (src/pack/variables.def). */
static json_t *start_variables(
    struct moving *m, const json_t *data, const struct record *applicant_record)
{
    const struct case_row *r = &m->row;
    json_t *v = json_keep(
        m->op->arena, applicant_record->data ? json_copy(applicant_record->data) : json_object());
    if (!v)
        return NULL;
    json_object_update(v, (json_t *)data);
    json_set_str(v, "kind", r->kind);
    json_set_str(v, "channel", r->channel);
    json_set_str(v, "title", r->title);
    json_set_str(v, "text", r->body);
    json_set_str_or_null(v, "topic", r->topic);
    json_set_str(v, "place", r->place);
    json_set_str(v, "urgency", r->urgency);
    json_object_set_new(v, "unit", json_null());
    return v;
}

enum err case_search_put(struct op *op, const struct case_row *r)
{
    str text = str_printf(op->arena, "%.*s %.*s %.*s %.*s %.*s %.*s", STR_ARGS(r->number),
        STR_ARGS(r->title), STR_ARGS(r->body), STR_ARGS(r->enterprise_name), STR_ARGS(r->place),
        STR_ARGS(r->source_number));
    TRY(diag_arena(op->diag, op->arena));
    return store_search_put(op->conn, "case_search", op->zone->code, r->id, text, op->diag);
}

struct case_draft {
    struct moving m;
    struct service *service; /* NULL: about no item */
    const struct case_input *in;
};

static enum err find_kind(struct op *op, const struct case_input *in, struct moving *m)
{
    m->system = pack_kind(m->pack, in->kind);
    if (!m->system) {
        diag_field(op->diag, STR("kind"));
        return diag_set(op->diag, ERR_INVALID, "没有“%.*s”这类办件",
            "there is no kind of case \"%.*s\"", STR_ARGS(in->kind));
    }
    if (in->channel.bytes && !channel_known(m->system, in->channel)) {
        diag_field(op->diag, STR("channel"));
        return diag_set(op->diag, ERR_INVALID, "没有“%.*s”这个来源渠道",
            "there is no channel \"%.*s\"", STR_ARGS(in->channel));
    }
    m->row.kind = m->system->kind;
    m->row.pack_version = str_from(m->pack->version);
    return moving_definitions(m);
}

/* The items' forms and papers in place of one form. */
static enum err about_items(
    struct op *op, const struct case_input *in, struct case_draft *d, json_t **data)
{
    static const struct service_ask none;
    const struct service_ask *ask = in->service ? in->service : &none;
    const struct pack_system *s = d->m.system;
    struct service *v = ARENA_NEW(op->arena, struct service);
    TRY(diag_arena(op->diag, op->arena));
    TRY(service_begin(op, s, ask, v));
    TRY(service_answers(op, s, v, in->data, data, in->faults));
    TRY(service_needs(op, v, *data, s->applicant, d->m.row.enterprise_id));
    TRY(service_papers(op, v, ask, in->faults));
    d->service = v;
    return OK;
}

static void fill_from_items(struct op *op, struct case_draft *d)
{
    struct case_row *r = &d->m.row;
    r->title = service_title(op, d->service);
    r->topic = d->service->items[0]->theme;
}

enum err case_draft(struct op *op, const struct case_input *in, struct case_draft **out)
{
    struct case_draft *d = ARENA_NEW(op->arena, struct case_draft);
    struct record record;
    json_t *data;
    TRY(diag_arena(op->diag, op->arena));
    *d = (struct case_draft){ .m = { .op = op, .pack = zone_pack(op->zone) }, .in = in };
    if (!in->granted)
        TRY(actor_require(op, "case.create"));
    TRY(find_kind(op, in, &d->m));
    TRY(applicant(op, in, &d->m, &record));
    if (d->m.system->catalogue)
        TRY(about_items(op, in, d, &data));
    else
        TRY(check_form(op, in, &d->m, &data));
    fill_row(op, in, &d->m, data);
    if (d->service)
        fill_from_items(op, d);
    d->m.variables = start_variables(&d->m, data, &record);
    TRY(diag_arena(op->diag, op->arena));
    if (d->service)
        service_variables(op, d->service, d->m.variables);
    TRY(procedure_begin(&d->m, d->m.variables));
    *out = d;
    return OK;
}

enum err case_insert(struct op *op, struct case_draft *draft, struct case_created *out)
{
    struct moving m = draft->m; /* a copy: a write may be run again */
    m.op = op;
    m.row.version = 0;
    m.promise_count = 0;
    TRY(case_number(op, m.system->number_prefix, op->now_ms, &m.row.number));
    if (draft->service)
        TRY(service_keep(op, draft->service, m.row.id));
    TRY(procedure_begun(&m));
    TRY(moving_save(&m));
    TRY(case_search_put(op, &m.row));
    TRY(event_write(&m, "case.create", verb_event(&m, "create", m.row.title), true, &out->event));
    TRY(files_link(op, draft->in->files, draft->in->file_count, m.row.id, out->event));
    out->row = m.row;
    out->leaf_hash_hex = m.leaf_hash_hex;
    out->promises = m.promises;
    out->promise_count = m.promise_count;
    return OK;
}

enum err case_create(struct op *op, const struct case_input *in, struct case_created *out)
{
    struct case_draft *draft;
    TRY(case_draft(op, in, &draft));
    return case_insert(op, draft, out);
}
