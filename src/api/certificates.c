/* Who has passed, certificates issued to them, and one's own with their PDF. */
#include "api/licences.h"

#include "http/limiter.h"
#include "zone/attendance.h"
#include "zone/certificate.h"

enum { CERTIFICATE_BODY_BYTES_MAX = 64 * 1024, CERTIFICATE_BYTES_MAX = 256 * 1024 * 1024 };

FIELDS(course_fields) = { { "id", API_ID, R }, { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "held", API_INT, R, 0, NULL, "sessions up to today" }, { "people", API_INT, R },
    { "passed", API_INT, R }, { "issued", API_INT, R }, END };
FIELDS(person_fields) = { { "enrolment", API_ID, R }, { "name", API_TEXT, R },
    { "attended", API_INT, R }, { "passed", API_BOOL, R },
    { "identifier", API_TEXT, R | N, 0, NULL, "of the certificate" }, { "licence", API_ID, R | N },
    END };
FIELDS(certificates_fields) = { { "courses", API_LIST, R, 0, "CertificateCourse" },
    { "people", API_LIST, R, 0, "CertificatePerson", "of the course asked for" }, END };
FIELDS(issue_input) = { { "course", API_TEXT, R, 100 },
    { "people", API_IDS, 0, CERTIFICATES_AT_ONCE_MAX, NULL, "enrolments; absent: all who passed" },
    END };
FIELDS(issued_fields) = { { "issued", API_INT, R },
    { "before", API_INT, R, 0, NULL, "had one already" }, END };
FIELDS(own_input) = { { "name", API_TEXT, 0, 100 }, { "phone", API_TEXT, 0, 40 }, END };
FIELDS(own_fields) = { { "id", API_ID, R }, { "name", API_NAME, R }, { "number", API_TEXT, R },
    { "identifier", API_TEXT, R }, { "issuedOn", API_DATE, R },
    { "facts", API_TEXTS, R, 0, NULL, "what stands on it" },
    { "ticket", API_TEXT, R, 0, NULL, "opens its PDF for five minutes" }, END };
const struct api_schema certificate_schemas[] = { { "CertificateCourse", NULL, course_fields },
    { "CertificatePerson", NULL, person_fields },
    { "Certificates", "who has passed, by course", certificates_fields },
    { "CertificateIssue", NULL, issue_input }, { "CertificatesIssued", NULL, issued_fields },
    { "CertificateOwner", NULL, own_input }, { "OwnCertificate", NULL, own_fields }, { 0 } };

/* ---- at the Desk ---- */

static json_t *course_json(const struct certificate_course *c)
{
    json_t *o = json_object();
    json_set_id(o, "id", c->id);
    json_set_str(o, "key", c->key);
    json_set_str(o, "label", c->label);
    json_set_int(o, "held", c->held);
    json_set_int(o, "people", c->people);
    json_set_int(o, "passed", c->passed);
    json_set_int(o, "issued", c->issued);
    return o;
}

static json_t *person_json(struct op *op, const struct certificate_person *p)
{
    json_t *o = json_object();
    struct licence l;
    struct op look = *op;
    struct diag none = { 0 };
    look.diag = &none;
    json_set_id(o, "enrolment", p->enrolment);
    json_set_str(o, "name", p->name);
    json_set_int(o, "attended", p->attended);
    json_object_set_new(o, "passed", json_boolean(p->passed));
    json_object_set_new(
        o, "identifier", json_str_or_null(p->identifier));
    if (p->identifier.bytes && licence_by_identifier(&look, p->identifier, &l) == OK)
        json_set_id(o, "licence", l.id);
    else
        json_object_set_new(o, "licence", json_null());
    return o;
}

static void show_certificates(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct certificates all;
    struct arena room;
    str course;
    json_t *o = json_keep(req->arena, json_object()), *courses = json_array(), *people = json_array();
    (void)app;
    json_object_set_new(o, "courses", courses);
    json_object_set_new(o, "people", people);
    if (!api_page(c, "certificates", &page) || !api_query(c, "course", &course) || !api_read(c))
        return;
    struct op own = c->op;
    arena_init(&room, NULL, CERTIFICATE_BYTES_MAX);
    own.arena = &room;
    enum err e = certificates_read(&own, page, &all);
    for (size_t i = 0; e == OK && i < all.course_count; i++)
        if (all.courses[i].people)
            json_array_append_new(courses, course_json(&all.courses[i]));
    for (size_t i = 0; e == OK && i < all.person_count; i++)
        if (str_equal(all.courses[all.people[i].course].key, course))
            json_array_append_new(people, person_json(&own, &all.people[i]));
    arena_release(&room);
    api_read_answer(c, e, o);
}

static enum err issue_work(struct call *c)
{
    struct certificate_issuing *in = c->state;
    diag_list_init(&c->faults, c->op.arena, 10);
    in->faults = &c->faults;
    return certificates_issue(&c->op, in);
}

static void issue_answer(struct call *c)
{
    const struct certificate_issuing *in = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    json_set_int(o, "issued", in->issued);
    json_set_int(o, "before", in->before);
    http_reply_json(c->req, 200, o);
}

static void issue(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct certificate_issuing *in = ARENA_NEW(req->arena, struct certificate_issuing);
    (void)app;
    c->state = in;
    if (!in || !api_page(c, "certificates", &in->page) || !api_body(c))
        return;
    const json_t *list = json_object_get(c->body, "people");
    size_t count = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(req->arena, int64_t, count + 1);
    for (size_t i = 0; ids && i < count; i++)
        (void)id_parse(str_from(json_string_value(json_array_get(list, i))), &ids[i]);
    in->people = json_is_array(list) ? ids : NULL;
    in->person_count = count;
    in->course = json_str(c->body, "course");
    api_write(c, issue_work, issue_answer);
}

/* ---- one's own ---- */

/* The text that a ticket is bound to: this page's PDF of this licence and no other. */
static str bound(struct arena *a, const struct pack_page *page, int64_t licence)
{
    return str_printf(a, "certificate:%.*s:%lld", STR_ARGS(page->code), (long long)licence);
}

static json_t *own_json(struct call *c, const struct pack_page *page, str secret, struct licence *l)
{
    json_t *o = json_object(), *facts = json_array();
    unsigned char random[16];
    bool english = c->req->lang[0] == 'e';
    sys_random(c->api->zone->sys, random, sizeof random);
    json_set_id(o, "id", l->id);
    json_object_set_new(o, "name", json_name(l->type->name));
    json_set_str(o, "number", l->number);
    json_set_str(o, "identifier", l->identifier);
    json_set_str(o, "issuedOn", l->issued_on);
    for (size_t i = 0; i < l->type->fields.column_count; i++) {
        const struct pack_column *f = &l->type->fields.columns[i];
        str text = f->masked ? STR_NONE : licence_field_text(&c->op, l, f, english);
        if (text.bytes)
            json_array_append_new(facts,
                json_from_str(str_printf(c->op.arena, "%.*s:%.*s",
                    STR_ARGS(english ? f->title.en : f->title.zh), STR_ARGS(text))));
    }
    json_object_set_new(o, "facts", facts);
    json_set_str(o, "ticket",
        attendance_ticket(c->op.arena, secret, bound(c->op.arena, page, l->id), c->op.now_ms, random));
    return o;
}

struct owning {
    const struct pack_page *page;
    str secret;
    json_t *answer;
};

/* A write, since the zone's secret is made with the first ticket. */
static enum err own_work(struct call *c)
{
    struct owning *s = c->state;
    struct licence *list = NULL;
    size_t count = 0;
    str name = str_trim(json_str(c->body, "name")), phone = json_str(c->body, "phone");
    json_t *items = json_array();
    s->answer = json_keep(c->op.arena, json_object());
    json_object_set_new(s->answer, "items", items);
    TRY(attendance_secret(&c->op, true, &s->secret));
    if (c->signed_in && !name.bytes)
        TRY(certificates_own(
            &c->op, s->page, STR_NONE, STR_NONE, c->actor.account, &list, &count));
    else if (name.bytes && phone.bytes)
        TRY(certificates_own(&c->op, s->page, name, phone, 0, &list, &count));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, own_json(c, s->page, s->secret, &list[i]));
    return diag_arena(c->op.diag, c->op.arena);
}

static void own_answer(struct call *c)
{
    const struct owning *s = c->state;
    http_reply_json(c->req, 200, s->answer);
}

static void own(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct owning *s = ARENA_NEW(req->arena, struct owning);
    unsigned wait_s = 0;
    (void)app;
    c->state = s;
    if (!c->signed_in && http_limiter_take(c->api->reports, req->peer, &wait_s, &c->diag) != OK) {
        api_fail(c);
        return;
    }
    if (s && api_page(c, "certificates", &s->page) && api_body(c))
        api_write(c, own_work, own_answer);
}

static void pdf(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct licence l;
    str ticket, secret, content;
    int64_t id;
    (void)app;
    if (!api_page(c, "certificates", &page) || !api_param_id(c, "id", &id)
        || !api_query(c, "ticket", &ticket) || !api_read(c))
        return;
    enum err e = attendance_secret(&c->op, false, &secret);
    bool good = e == OK
        && attendance_ticket_nonce(
               c->op.arena, secret, bound(c->op.arena, page, id), ticket, c->op.now_ms)
               .bytes;
    c->diag = (struct diag){ 0 };
    e = good ? licence_get(&c->op, id, &l)
             : diag_set(&c->diag, ERR_FORBIDDEN, "链接已过期,请回到证书页面重新打开",
                   "this link is too old: open the certificate from its page again");
    api_read_end(c);
    if (e != OK || licence_pdf(&c->op, &l, req->lang[0] == 'e', &content) != OK) {
        api_fail(c);
        return;
    }
    http_reply_header(req, "Cache-Control", STR("no-store"));
    http_reply_file_name(req, str_printf(req->arena, "%.*s.pdf", STR_ARGS(l.number)), true);
    http_reply(req, 200, "application/pdf", content);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param show_params[] = { { "course", "string", "whose people are listed" }, { 0 } };
static const struct api_param pdf_params[] = { { "ticket", "string", "from the list of one's own" }, { 0 } };
const struct http_route certificate_routes[] = {
    { "GET", "/api/pages/{page}/certificates", show_certificates, 0, NULL,
        DOC("getCertificates", "Who has passed which course", "pages", API_SESSION, NULL,
            "Certificates", 0, show_params) },
    { "POST", "/api/pages/{page}/certificates", issue, CERTIFICATE_BODY_BYTES_MAX, NULL,
        DOC("issueCertificates", "Issue certificates to those who passed", "pages", API_SESSION,
            "CertificateIssue", "CertificatesIssued", 0, NULL) },
    { "POST", "/api/pages/{page}/certificates/own", own, CERTIFICATE_BODY_BYTES_MAX, NULL,
        DOC("listOwnCertificates", "One's own, by account or by name and telephone number", "pages",
            API_PUBLIC, "CertificateOwner", "[OwnCertificate]", 0, NULL) },
    { "GET", "/api/pages/{page}/certificates/{id}/pdf", pdf, 0, NULL,
        DOC("getCertificatePdf", "A certificate as PDF", "pages", API_PUBLIC, NULL, NULL, 0,
            pdf_params, .type = "application/pdf") },
    { 0 },
};
