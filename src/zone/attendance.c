/* Attendance by scanning; attendance.h says how. */
#include "zone/attendance.h"

#include "zone/page_rows.h"
#include "zone/record_internal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum { MAC_BYTES = 32, CODE_BYTES = 12, NONCE_BYTES = 16 };

static const char tables[] =
    "CREATE TABLE attendance_secret (zone TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL);"
    "CREATE TABLE attendance_ticket (zone TEXT NOT NULL, nonce TEXT NOT NULL, tries BIGINT NOT NULL,"
    " used BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (zone, nonce)){clustered};";
const struct store_migration attendance_migrations[] = { { 1, "attendance", tables } };
const size_t attendance_migration_count
    = sizeof attendance_migrations / sizeof *attendance_migrations;

/* ---- codes and tickets ---- */

static void mac(str secret, str text, unsigned char out[MAC_BYTES])
{
    unsigned bytes = MAC_BYTES;
    HMAC(EVP_sha256(), secret.data, (int)secret.bytes, (const unsigned char *)text.data,
        text.bytes, out, &bytes);
}

static str code_of(struct arena *a, str secret, str page, str session, int64_t slot)
{
    unsigned char digest[MAC_BYTES];
    str text = str_printf(a, "code|%.*s|%.*s|%lld", STR_ARGS(page), STR_ARGS(session),
        (long long)slot);
    mac(secret, text, digest);
    return str_hex(a, digest, CODE_BYTES);
}

static int64_t slot_of(int64_t now_ms)
{
    return now_ms / (ATTENDANCE_CODE_SECONDS * 1000);
}

str attendance_code(struct arena *a, str secret, str page, str session, int64_t now_ms)
{
    return code_of(a, secret, page, session, slot_of(now_ms));
}

/* In a time that does not tell how much of it was right. */
static bool same(str a, str b)
{
    unsigned difference = a.bytes != b.bytes;
    for (size_t i = 0; i < a.bytes && i < b.bytes; i++)
        difference |= (unsigned char)a.data[i] ^ (unsigned char)b.data[i];
    return !difference;
}

bool attendance_code_good(str secret, str page, str session, str code, int64_t now_ms)
{
    struct arena a;
    bool good = false;
    arena_init(&a, NULL, 64 * KIB);
    for (int64_t back = 0; back <= 1; back++)
        good |= same(code_of(&a, secret, page, session, slot_of(now_ms) - back), code);
    arena_release(&a);
    return good && code.bytes;
}

static str ticket_mac(struct arena *a, str secret, str session, str end, str nonce)
{
    unsigned char digest[MAC_BYTES];
    mac(secret,
        str_printf(a, "ticket|%.*s|%.*s|%.*s", STR_ARGS(session), STR_ARGS(end), STR_ARGS(nonce)),
        digest);
    return str_hex(a, digest, MAC_BYTES);
}

str attendance_ticket(
    struct arena *a, str secret, str session, int64_t now_ms, const unsigned char random[16])
{
    str end = str_printf(a, "%lld", (long long)(now_ms + ATTENDANCE_TICKET_SECONDS * 1000));
    str nonce = str_hex(a, random, NONCE_BYTES);
    return str_printf(a, "%.*s.%.*s.%.*s", STR_ARGS(end), STR_ARGS(nonce),
        STR_ARGS(ticket_mac(a, secret, session, end, nonce)));
}

str attendance_ticket_nonce(struct arena *a, str secret, str session, str ticket, int64_t now_ms)
{
    str rest = ticket, end, nonce;
    int64_t until = 0;
    if (!str_split(&rest, '.', &end) || !str_split(&rest, '.', &nonce)
        || !str_to_int64(end, &until) || nonce.bytes != NONCE_BYTES * 2)
        return STR_NONE;
    bool good = same(ticket_mac(a, secret, session, end, nonce), rest);
    return good && now_ms <= until ? nonce : STR_NONE;
}

enum err attendance_secret(struct op *op, bool make, str *out)
{
    struct store_rows rows;
    unsigned char random[ATTENDANCE_SECRET_BYTES];
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT secret FROM attendance_secret WHERE zone = $1", S_TEXT(op->zone->code));
    if (e == OK) {
        *out = str_copy(op->arena, store_text(&rows, 0));
        store_rows_end(&rows);
        return diag_arena(op->diag, op->arena);
    }
    if (e != ERR_NOT_FOUND || !make)
        return e;
    *op->diag = (struct diag){ 0 };
    sys_random(op->zone->sys, random, sizeof random);
    *out = str_hex(op->arena, random, sizeof random);
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO attendance_secret (zone, secret) VALUES ($1, $2)", S_TEXT(op->zone->code),
        S_TEXT(*out));
}

/* ---- sessions and who is enrolled ---- */

struct where {
    struct page_source people, sessions;
    struct record session;
    str on; /* the session's day */
};

static enum err no_session(struct op *op)
{
    return diag_set(op->diag, ERR_NOT_FOUND, "没有这一场", "there is no such session");
}

static enum err find_session(struct op *op, const struct attendance *in, struct where *w)
{
    int64_t id = 0;
    struct diag ignored = { 0 };
    struct op look = *op;
    look.diag = &ignored;
    w->people = page_source(op, json_object_get(in->page->members, "people"));
    w->sessions = page_source(op, json_object_get(in->page->members, "sessions"));
    const struct pack_register *r = w->sessions.r;
    enum err e = ERR_NOT_FOUND;
    if (r->key)
        e = record_by_key(&look, r->code, in->session, &w->session);
    else if (str_to_int64(in->session, &id))
        e = record_get(&look, r->code, id, &w->session);
    if (e != OK)
        return no_session(op);
    w->on = record_text(w->session.data, page_column(&w->sessions, "on"));
    return OK;
}

static str today(struct op *op)
{
    return date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
}

static enum err must_be_today(struct op *op, const struct where *w)
{
    if (str_equal(w->on, today(op)))
        return OK;
    return diag_set(op->diag, ERR_NOT_ALLOWED, "只能在当天签到,这一场是 %.*s",
        "people check in on the day only; this session is on %.*s", STR_ARGS(w->on));
}

/* Digits alone: people write telephone numbers in many ways. */
static str digits(struct op *op, str text)
{
    struct buf b;
    buf_init(&b, op->arena, 64);
    for (size_t i = 0; i < text.bytes; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            buf_add_char(&b, text.data[i]);
    return buf_str(&b);
}

static bool is_person(struct op *op, const struct where *w, const struct attendance *in,
    const struct record *record)
{
    const struct pack_column *account = page_column(&w->people, "account");
    int64_t id = 0;
    if (in->account && account && str_to_int64(record_text(record->data, account), &id)
        && id == in->account)
        return true;
    str name = record_text(record->data, page_column(&w->people, "name"));
    str phone = digits(op, record_text(record->data, page_column(&w->people, "phone")));
    return in->name.bytes && in->phone.bytes && str_equal(str_trim(name), str_trim(in->name))
        && phone.bytes && str_equal(phone, digits(op, in->phone));
}

/* ERR_NOT_FOUND: nobody of that name and number is enrolled. */
static enum err find_person(struct op *op, const struct where *w, const struct attendance *in,
    struct record *out)
{
    struct query q;
    struct store_rows rows;
    bool found = false;
    const struct pack_column *session = page_column(&w->people, "session");
    query_init(&q, op->arena);
    record_select(&q, op, w->people.r);
    buf_printf(&q.text, " AND %.*s", STR_ARGS(session->name));
    QUERY_ADD(&q, " = ?", S_TEXT(in->session));
    TRY(query_run(&q, op->conn, &rows, op->diag));
    for (bool more; !found;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        record_row(op, w->people.r, &rows, out);
        found = is_person(op, w, in, out);
    }
    store_rows_end(&rows);
    if (found)
        return diag_arena(op->diag, op->arena);
    return diag_set(op->diag, ERR_NOT_FOUND,
        "这一场的报名名单上没有对应的人,请核对姓名和电话,或请现场工作人员补报",
        "nobody of that name and number is enrolled for this session; check both, or ask the staff");
}

/* ---- doing it ---- */

enum err attendance_show(struct op *op, const struct attendance *in, str *code)
{
    struct where w;
    str secret;
    TRY(find_session(op, in, &w));
    if (!register_written(op, w.people.r))
        return diag_set(op->diag, ERR_FORBIDDEN, "您无权主持签到", "you may not take attendance");
    TRY(must_be_today(op, &w));
    TRY(attendance_secret(op, true, &secret));
    *code = attendance_code(op->arena, secret, in->page->system->folder, in->session, op->now_ms);
    return diag_arena(op->diag, op->arena);
}

enum err attendance_scan(struct op *op, const struct attendance *in, str *ticket)
{
    struct where w;
    str secret;
    unsigned char random[NONCE_BYTES];
    TRY(find_session(op, in, &w));
    TRY(must_be_today(op, &w));
    enum err e = attendance_secret(op, false, &secret);
    if (e == OK
        && attendance_code_good(
            secret, in->page->system->folder, in->session, in->code, op->now_ms)) {
        sys_random(op->zone->sys, random, sizeof random);
        *ticket = attendance_ticket(op->arena, secret, in->session, op->now_ms, random);
        return diag_arena(op->diag, op->arena);
    }
    return diag_set(op->diag, ERR_NOT_ALLOWED, "签到码已更换,请重新扫描现场屏幕上的码",
        "the code has changed: scan the one on the screen again");
}

/* Counts a try with a ticket. ERR_NOT_ALLOWED when it is forged, old, used, or tried too often. */
static enum err take_ticket(struct op *op, const struct attendance *in, str *nonce)
{
    struct store_rows rows;
    str secret;
    int64_t tries = 0, used = 0;
    *nonce = STR_NONE;
    if (attendance_secret(op, false, &secret) == OK)
        *nonce = attendance_ticket_nonce(op->arena, secret, in->session, in->ticket, op->now_ms);
    if (nonce->bytes
        && STORE_ONE(op->conn, &rows, op->diag,
               "SELECT tries, used FROM attendance_ticket WHERE zone = $1 AND nonce = $2",
               S_TEXT(op->zone->code), S_TEXT(*nonce))
            == OK) {
        tries = store_int(&rows, 0);
        used = store_int(&rows, 1);
        store_rows_end(&rows);
    }
    *op->diag = (struct diag){ 0 };
    if (!nonce->bytes || used || tries >= ATTENDANCE_TRIES_MAX)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这张签到票已失效,请重新扫描现场屏幕上的码",
            "this ticket is used up or too old: scan the code on the screen again");
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO attendance_ticket (zone, nonce, tries, used, at) VALUES ($1, $2, 1, 0, $3)"
        " ON CONFLICT (zone, nonce) DO UPDATE SET tries = attendance_ticket.tries + 1",
        S_TEXT(op->zone->code), S_TEXT(*nonce), S_INT(op->now_ms));
}

static enum err mark(
    struct op *op, const struct where *w, struct record *person, str nonce)
{
    const struct pack_column *at = page_column(&w->people, "at");
    struct op own = *op;
    struct diag_list faults;
    int64_t id = person->id;
    if (record_text(person->data, at).bytes)
        return diag_set(op->diag, ERR_CONFLICT, "已经签到,不必再签", "checked in before");
    own.actor = &actor_system; /* the one who scans has no account, or none that writes records */
    diag_list_init(&faults, op->arena, 8);
    json_object_setn_new(person->data, at->name.data, at->name.bytes,
        json_from_str(instant_format(op->arena, op->now_ms,
            tz_offset_s(zone_pack(op->zone)->tz, op->now_ms))));
    TRY(record_put(&own, w->people.r->code, &id, person->data, STR("扫码签到"), &faults));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE attendance_ticket SET used = 1 WHERE zone = $1 AND nonce = $2",
        S_TEXT(op->zone->code), S_TEXT(nonce));
}

enum err attendance_check_in(
    struct op *op, const struct attendance *in, enum err *outcome, struct record *out)
{
    struct where w;
    str nonce;
    TRY(find_session(op, in, &w));
    TRY(must_be_today(op, &w));
    TRY(take_ticket(op, in, &nonce));
    *outcome = find_person(op, &w, in, out);
    if (*outcome == OK)
        *outcome = mark(op, &w, out, nonce);
    return *outcome == ERR_NOT_FOUND || *outcome == ERR_CONFLICT ? OK : *outcome;
}

/* ---- enrolling ---- */

static int64_t number_of(const struct where *w, const char *member)
{
    const struct pack_column *c = page_column(&w->sessions, member);
    const json_t *v
        = c ? json_object_getn(w->session.data, c->name.data, c->name.bytes) : NULL;
    return json_is_integer(v) ? json_integer_value(v) : -1;
}

static enum err may_enrol(struct op *op, const struct attendance *in, const struct where *w)
{
    struct record before;
    struct op look = *op;
    struct diag ignored = { 0 };
    look.diag = &ignored;
    int64_t seats = number_of(w, "seats"), taken = number_of(w, "enrolled");
    if (str_compare(w->on, today(op)) < 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这一场已经结束", "this session is over");
    if (find_person(&look, w, in, &before) == OK)
        return diag_set(op->diag, ERR_CONFLICT, "已经报过名,不必再报", "enrolled before");
    if (seats >= 0 && taken >= seats)
        return diag_set(op->diag, ERR_CONFLICT, "名额已满(%lld 个)", "all %lld seats are taken",
            (long long)seats);
    return OK;
}

static void set_text(json_t *data, const struct pack_column *c, str value)
{
    if (c && value.bytes)
        json_object_setn_new(data, c->name.data, c->name.bytes, json_from_str(value));
}

enum err attendance_enrol(
    struct op *op, const struct attendance *in, struct diag_list *faults, struct record *out)
{
    struct where w;
    struct op own = *op;
    int64_t id = 0;
    json_t *data = json_keep(op->arena, json_object());
    TRY(find_session(op, in, &w));
    TRY(may_enrol(op, in, &w));
    TRY(diag_arena(op->diag, op->arena));
    own.actor = &actor_system;
    set_text(data, page_column(&w.people, "session"), in->session);
    set_text(data, page_column(&w.people, "name"), str_trim(in->name));
    set_text(data, page_column(&w.people, "phone"), str_trim(in->phone));
    const struct pack_column *count = page_column(&w.people, "count");
    if (count)
        json_object_setn_new(data, count->name.data, count->name.bytes, json_integer(1));
    if (in->account)
        set_text(data, page_column(&w.people, "account"),
            str_printf(op->arena, "%lld", (long long)in->account));
    TRY(record_put(&own, w.people.r->code, &id, data, STR("网上报名"), faults));
    return record_get(op, w.people.r->code, id, out);
}
