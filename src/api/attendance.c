/* Attendance by scanning a code, and enrolling; attendance.h says how. */
#include "api/schemas.h"

#include "http/limiter.h"
#include "zone/attendance.h"

enum { ATTENDANCE_BODY_BYTES_MAX = 8 * 1024 };

FIELDS(code_fields) = { { "code", API_TEXT, R },
    { "seconds", API_INT, R, 0, NULL, "until the next one" }, END };
FIELDS(ticket_fields) = { { "ticket", API_TEXT, R },
    { "seconds", API_INT, R, 0, NULL, "how long it is good" }, END };
FIELDS(session_input) = { { "session", API_TEXT, R, 100 }, END };
FIELDS(scan_input) = { { "session", API_TEXT, R, 100 }, { "code", API_TEXT, R, 100 }, END };
FIELDS(check_in_input) = { { "session", API_TEXT, R, 100 }, { "ticket", API_TEXT, R, 300 },
    { "name", API_TEXT, 0, 100 }, { "phone", API_TEXT, 0, 40 }, END };
FIELDS(enrol_input) = { { "session", API_TEXT, R, 100 }, { "name", API_TEXT, R, 100 },
    { "phone", API_TEXT, R, 40 }, END };
FIELDS(attended) = { { "label", API_TEXT, R, 0, NULL, "who was checked in or enrolled" }, END };
const struct api_schema attendance_schemas[] = { { "AttendanceCode", NULL, code_fields },
    { "AttendanceTicket", NULL, ticket_fields }, { "AttendanceSession", NULL, session_input },
    { "AttendanceScan", NULL, scan_input }, { "AttendanceCheckIn", NULL, check_in_input },
    { "AttendanceEnrol", NULL, enrol_input }, { "Attended", NULL, attended }, { 0 } };

struct attending {
    struct attendance in;
    str code;
    struct record record;
    enum err outcome;
    struct diag said; /* of the outcome */
};

static struct attending *begin(struct call *c)
{
    struct attending *s = ARENA_NEW(c->req->arena, struct attending);
    if (!s || !api_page(c, "attendance", &s->in.page) || !api_body(c))
        return NULL;
    s->in.session = json_str(c->body, "session");
    s->in.code = json_str(c->body, "code");
    s->in.ticket = json_str(c->body, "ticket");
    s->in.name = json_str(c->body, "name");
    s->in.phone = json_str(c->body, "phone");
    s->in.account = c->signed_in ? c->actor.account : 0;
    c->state = s;
    return s;
}

/* ---- the organiser's screen ---- */

static enum err code_work(struct call *c)
{
    struct attending *s = c->state;
    return attendance_show(&c->op, &s->in, &s->code);
}

static void code_answer(struct call *c)
{
    struct attending *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    int64_t into = c->op.now_ms / 1000 % ATTENDANCE_CODE_SECONDS;
    json_set_str(o, "code", s->code);
    json_set_int(o, "seconds", ATTENDANCE_CODE_SECONDS - into);
    http_reply_json(c->req, 200, o);
}

static void show_code(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin(c))
        api_write(c, code_work, code_answer);
}

/* ---- the phone ---- */

static void scan(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    struct attending *s = begin(c);
    json_t *o = json_keep(req->arena, json_object());
    str ticket = STR_NONE;
    (void)app;
    if (!s || !api_read(c))
        return;
    enum err e = attendance_scan(&c->op, &s->in, &ticket);
    json_set_str(o, "ticket", ticket);
    json_set_int(o, "seconds", ATTENDANCE_TICKET_SECONDS);
    api_read_answer(c, e, o);
}

static void attended_answer(struct call *c)
{
    struct attending *s = c->state;
    json_t *o = json_keep(c->op.arena, json_object());
    const json_t *people = json_object_get(s->in.page->members, "people");
    str name = json_str(s->record.data,
        str_terminated(c->op.arena, pack_page_text(people, "name")));
    if (s->outcome != OK) {
        c->diag = s->said;
        api_fail(c);
        return;
    }
    json_set_str(o, "label", name);
    http_reply_json(c->req, 200, o);
}

/* A wrong try is kept: the work succeeds, and the answer says what was wrong. */
static enum err check_in_work(struct call *c)
{
    struct attending *s = c->state;
    enum err e = attendance_check_in(&c->op, &s->in, &s->outcome, &s->record);
    s->said = *c->op.diag;
    return e;
}

static void check_in(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    (void)app;
    if (begin(c))
        api_write(c, check_in_work, attended_answer);
}

static enum err enrol_work(struct call *c)
{
    struct attending *s = c->state;
    diag_list_init(&c->faults, c->op.arena, 10);
    return attendance_enrol(&c->op, &s->in, &c->faults, &s->record);
}

static void enrol(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    unsigned wait_s = 0;
    (void)app;
    if (!c->signed_in && http_limiter_take(c->api->reports, req->peer, &wait_s, &c->diag) != OK) {
        api_fail(c);
        return;
    }
    if (begin(c))
        api_write(c, enrol_work, attended_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route attendance_routes[] = {
    { "POST", "/api/pages/{page}/code", show_code, ATTENDANCE_BODY_BYTES_MAX, NULL,
        DOC("showAttendanceCode", "The code that the screen shows now", "pages", API_SESSION,
            "AttendanceSession", "AttendanceCode", 0, NULL) },
    { "POST", "/api/pages/{page}/scan", scan, ATTENDANCE_BODY_BYTES_MAX, NULL,
        DOC("scanAttendanceCode", "A ticket for a code that is good now", "pages", API_PUBLIC,
            "AttendanceScan", "AttendanceTicket", 0, NULL) },
    { "POST", "/api/pages/{page}/checkin", check_in, ATTENDANCE_BODY_BYTES_MAX, NULL,
        DOC("checkIn", "Check in with a ticket, by account or by name and telephone number", "pages",
            API_PUBLIC, "AttendanceCheckIn", "Attended", 0, NULL) },
    { "POST", "/api/pages/{page}/enrol", enrol, ATTENDANCE_BODY_BYTES_MAX, NULL,
        DOC("enrol", "Enrol for a session", "pages", API_PUBLIC, "AttendanceEnrol", "Attended", 0,
            NULL) },
    { 0 },
};
