/* Who has passed which course; certificate.h says by what. */
#include "zone/certificate_internal.h"

/* ---- people ---- */

/* Digits alone: people write telephone numbers in many ways. */
static str digits(struct arena *a, str text)
{
    struct buf b;
    buf_init(&b, a, 64);
    for (size_t i = 0; i < text.bytes; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            buf_add_char(&b, text.data[i]);
    return buf_str(&b);
}

str certificate_identity(struct arena *a, int64_t account, str name, str phone)
{
    if (account)
        return str_printf(a, "a%lld", (long long)account);
    return str_printf(a, "n%.*s|%.*s", STR_ARGS(str_trim(name)), STR_ARGS(digits(a, phone)));
}

static int64_t account_of(const json_t *data, const struct pack_column *c)
{
    int64_t id = 0;
    return c && str_to_int64(record_text(data, c), &id) ? id : 0;
}

static str identity_of(struct op *op, const struct page_source *s, const json_t *data)
{
    return certificate_identity(op->arena, account_of(data, page_column(s, "account")),
        record_text(data, page_column(s, "name")), record_text(data, page_column(s, "phone")));
}

/* ---- reading ---- */

struct reading {
    struct op *op;
    struct certificates *out;
    struct certificate_sources s;
    struct page_index courses, sessions, people;
    int64_t *session_days;
    size_t session_count;
};

enum err certificate_each(struct op *op, const struct pack_register *r, size_t most,
    enum err (*row)(void *ctx, const struct record *record), void *ctx)
{
    struct query q;
    struct store_rows rows;
    struct record record;
    size_t count = 0;
    query_init(&q, op->arena);
    record_select(&q, op, r);
    TRY(record_scope_add(&q, op, r));
    QUERY_ADD(&q, " ORDER BY id LIMIT ?", S_INT((int64_t)most + 1));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return diag_arena(op->diag, op->arena);
        record_row(op, r, &rows, &record);
        enum err e = count++ < most ? row(ctx, &record)
                                    : diag_set(op->diag, ERR_LIMIT, "登记册 %.*s 超过 %zu 条",
                                          "register %.*s has more than %zu records",
                                          STR_ARGS(r->code), most);
        if (e != OK) {
            store_rows_end(&rows);
            return e;
        }
    }
}

static enum err take_course(void *ctx, const struct record *record)
{
    struct reading *r = ctx;
    const struct pack_register *of = r->s.courses.r;
    struct certificate_course *c = &r->out->courses[r->out->course_count];
    *c = (struct certificate_course){ .id = record->id,
        .key = record_name(r->op, of, record),
        .label = of->label ? str_copy(r->op->arena, record_text(record->data, of->label)) : STR_NONE,
        .data = record->data };
    page_index_put(&r->courses, c->key, (int)r->out->course_count++);
    return OK;
}

/* Sessions up to today; the index says whose. */
static enum err take_session(void *ctx, const struct record *record)
{
    struct reading *r = ctx;
    struct date on;
    int course = page_index_get(
        &r->courses, record_text(record->data, page_column(&r->s.sessions, "course")));
    int64_t today = zone_local_days(r->op->zone, r->op->now_ms);
    if (course < 0 || !date_parse(record_text(record->data, page_column(&r->s.sessions, "on")), &on)
        || date_to_days(on) > today)
        return OK;
    r->out->courses[course].held++;
    r->session_days[r->session_count++] = date_to_days(on) * CERTIFICATE_COURSES_MAX + course;
    page_index_put(
        &r->sessions, record_name(r->op, r->s.sessions.r, record), (int)r->session_count - 1);
    return OK;
}

static struct certificate_person *person_of(
    struct reading *r, size_t course, str identity, const struct record *record)
{
    struct arena *a = r->op->arena;
    str key = str_printf(a, "%zu|%.*s", course, STR_ARGS(identity));
    int at = page_index_get(&r->people, key);
    if (at >= 0)
        return &r->out->people[at];
    struct certificate_person *p = &r->out->people[r->out->person_count];
    *p = (struct certificate_person){ .enrolment = record->id,
        .course = course,
        .identity = identity,
        .name = str_copy(a, record_text(record->data, page_column(&r->s.people, "name"))),
        .phone = str_copy(a, record_text(record->data, page_column(&r->s.people, "phone"))),
        .account = account_of(record->data, page_column(&r->s.people, "account")),
        .last = INT64_MIN };
    page_index_put(&r->people, key, (int)r->out->person_count++);
    r->out->courses[course].people++;
    return p;
}

static enum err take_enrolment(void *ctx, const struct record *record)
{
    struct reading *r = ctx;
    const struct pack_column *count = page_column(&r->s.people, "count");
    int at = page_index_get(
        &r->sessions, record_text(record->data, page_column(&r->s.people, "session")));
    const json_t *many = count
        ? json_object_getn(record->data, count->name.data, count->name.bytes) : NULL;
    if (at < 0 || (json_is_integer(many) && json_integer_value(many) != 1))
        return OK;
    size_t course = (size_t)(r->session_days[at] % CERTIFICATE_COURSES_MAX);
    int64_t day = r->session_days[at] / CERTIFICATE_COURSES_MAX;
    struct certificate_person *p
        = person_of(r, course, identity_of(r->op, &r->s.people, record->data), record);
    if (!record_text(record->data, page_column(&r->s.people, "at")).bytes)
        return OK;
    p->attended++;
    p->last = day > p->last ? day : p->last;
    return diag_arena(r->op->diag, r->op->arena);
}

/* ---- who holds one ---- */

struct holding {
    struct reading *r;
    struct page_index holders; /* by key: place in identities */
    str *identities;
    size_t count;
};

static enum err take_holder(void *ctx, const struct record *record)
{
    struct holding *h = ctx;
    struct op *op = h->r->op;
    h->identities[h->count] = identity_of(op, &h->r->s.holders, record->data);
    page_index_put(
        &h->holders, record_name(op, h->r->s.holders.r, record), (int)h->count++);
    return OK;
}

static enum err take_issued(void *ctx, const struct record *record)
{
    struct holding *h = ctx;
    struct reading *r = h->r;
    const struct page_source *s = &r->s.issued;
    int holder = page_index_get(&h->holders, record_text(record->data, page_column(s, "holder")));
    int course = page_index_get(&r->courses, record_text(record->data, page_column(s, "course")));
    if (holder < 0 || course < 0)
        return OK;
    str key = str_printf(r->op->arena, "%d|%.*s", course, STR_ARGS(h->identities[holder]));
    int at = page_index_get(&r->people, key);
    if (at >= 0)
        r->out->people[at].identifier = str_copy(
            r->op->arena, record_text(record->data, page_column(s, "licence")));
    r->out->courses[course].issued++;
    return diag_arena(r->op->diag, r->op->arena);
}

static enum err read_issued(struct reading *r)
{
    struct holding h = { .r = r };
    struct op own = *r->op; /* whoever sees enrolments sees whether a certificate was issued */
    size_t count;
    own.actor = &actor_system;
    TRY(page_count(r->op, r->s.holders.r, CERTIFICATE_PEOPLE_MAX, &count));
    h.identities = ARENA_ARRAY(r->op->arena, str, count + 1);
    TRY(page_index_init(&h.holders, r->op, count + 1));
    TRY(certificate_each(&own, r->s.holders.r, count, take_holder, &h));
    return certificate_each(&own, r->s.issued.r, CERTIFICATE_PEOPLE_MAX, take_issued, &h);
}

/* ---- the rule ---- */

static feel_value fact(struct reading *r, const struct certificate_person *p, str name)
{
    const struct certificate_course *c = &r->out->courses[p->course];
    const struct pack_column *column = pack_column(r->s.courses.r, name);
    if (str_is(name, "held"))
        return feel_integer(c->held);
    if (str_is(name, "attended"))
        return feel_integer(p->attended);
    if (str_is(name, "share")) /* whole percent, downwards */
        return feel_integer(c->held ? p->attended * 100 / c->held : 0);
    return column ? column_feel(r->op, column,
                        json_object_getn(c->data, column->name.data, column->name.bytes))
                  : feel_null();
}

static enum err judge(struct reading *r, const struct pack_page *page)
{
    struct op *op = r->op;
    const struct dmn_model *model;
    const struct dmn_input *inputs;
    size_t count;
    struct feel_env env = { .limits.steps = 200000,
        .now = feel_date_time_from_ms(op->now_ms, 0, zone_pack(op->zone)->tz) };
    const struct dmn_decision *rule
        = pack_decision(page->system, pack_page_text(page->members, "rule"), &model);
    TRY(dmn_decision_inputs(model, rule, op->arena, &inputs, &count));
    struct feel_entry *entries = ARENA_ARRAY(op->arena, struct feel_entry, count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < r->out->person_count; i++) {
        struct certificate_person *p = &r->out->people[i];
        feel_value said;
        if (!p->attended)
            continue;
        for (size_t k = 0; k < count; k++)
            entries[k] = (struct feel_entry){ inputs[k].name, fact(r, p, inputs[k].name) };
        TRY(dmn_decide(model, rule, feel_context_of(op->arena, entries, count), &env, op->arena,
            &said, NULL, op->diag));
        p->passed = feel_is_true(said);
        r->out->courses[p->course].passed += p->passed;
    }
    return diag_arena(op->diag, op->arena);
}

struct certificate_sources certificate_sources(const struct op *op, const struct pack_page *page)
{
    const json_t *m = page->members;
    return (struct certificate_sources){ page_source(op, json_object_get(m, "courses")),
        page_source(op, json_object_get(m, "sessions")), page_source(op, json_object_get(m, "people")),
        page_source(op, json_object_get(m, "holders")),
        page_source(op, json_object_get(m, "issued")) };
}

enum err certificates_read(
    struct op *op, const struct pack_page *page, struct certificates *out)
{
    struct reading r = { .op = op, .out = out, .s = certificate_sources(op, page) };
    size_t courses, sessions, people;
    *out = (struct certificates){ 0 };
    TRY(page_count(op, r.s.courses.r, CERTIFICATE_COURSES_MAX, &courses));
    TRY(page_count(op, r.s.sessions.r, CERTIFICATE_PEOPLE_MAX, &sessions));
    TRY(page_count(op, r.s.people.r, CERTIFICATE_PEOPLE_MAX, &people));
    out->courses = ARENA_ARRAY(op->arena, struct certificate_course, courses + 1);
    out->people = ARENA_ARRAY(op->arena, struct certificate_person, people + 1);
    r.session_days = ARENA_ARRAY(op->arena, int64_t, sessions + 1);
    TRY(page_index_init(&r.courses, op, courses + 1));
    TRY(page_index_init(&r.sessions, op, sessions + 1));
    TRY(page_index_init(&r.people, op, people + 1));
    TRY(certificate_each(op, r.s.courses.r, courses, take_course, &r));
    TRY(certificate_each(op, r.s.sessions.r, sessions, take_session, &r));
    TRY(certificate_each(op, r.s.people.r, people, take_enrolment, &r));
    TRY(read_issued(&r));
    return judge(&r, page);
}
