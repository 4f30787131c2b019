/* Reports as cases, rows beside them, and their pictures. */
#include "zone/open311.h"

#include "zone/case_internal.h"
#include "zone/content.h"
#include "zone/picture.h"

#include <string.h>

enum { TOKEN_BYTES = 12, TITLE_POINTS = 60 };

const struct store_migration open311_migrations[] = {
    { 1, "residents' reports",
        "CREATE TABLE open311_request (zone TEXT NOT NULL, case_id BIGINT NOT NULL,"
        " service TEXT NOT NULL, token TEXT NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION,"
        " address_id TEXT NOT NULL, media_url TEXT NOT NULL, by_key TEXT NOT NULL,"
        " at BIGINT NOT NULL, PRIMARY KEY (zone, case_id));"
        "CREATE INDEX open311_request_at ON open311_request (zone, at);"
        "CREATE UNIQUE INDEX open311_request_token ON open311_request (zone, token);"
        "CREATE TABLE open311_key (zone TEXT NOT NULL, id BIGINT NOT NULL, name TEXT NOT NULL,"
        " hash TEXT NOT NULL, created_at BIGINT NOT NULL, created_by TEXT NOT NULL,"
        " disabled_at BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (zone, id));"
        "CREATE UNIQUE INDEX open311_key_hash ON open311_key (zone, hash);" },
    { 2, "pictures of reports, what is kept from the public, limits and uses of keys",
        "ALTER TABLE open311_request ADD COLUMN picture BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE open311_request ADD COLUMN picture_sha256 TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE open311_request ADD COLUMN picture_state BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE open311_request ADD COLUMN withheld TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE open311_key ADD COLUMN a_day BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE open311_key ADD COLUMN used BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE open311_key ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE open311_key ADD COLUMN used_day TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE open311_key ADD COLUMN used_that_day BIGINT NOT NULL DEFAULT 0;" },
};
const size_t open311_migration_count = sizeof open311_migrations / sizeof *open311_migrations;

enum err open311_random(struct op *op, size_t bytes, str *out)
{
    unsigned char room[32];
    sys_random(op->zone->sys, room, bytes);
    *out = str_hex(op->arena, room, bytes);
    return diag_arena(op->diag, op->arena);
}

/* ---- raising ---- */

static str first_points(struct arena *a, str s, size_t most)
{
    size_t at = 0;
    while (at < s.bytes && most-- && s.data[at] != '\n')
        (void)str_next_code_point(s, &at);
    return str_copy(a, str_trim(str_slice(s, 0, at)));
}

static json_t *form_of(struct op *op, const struct open311_input *in)
{
    const struct pack_open311 *o = zone_pack(op->zone)->open311;
    const struct pack_fields *f = &o->system->fields;
    json_t *data = json_keep(op->arena, json_object());
    const struct {
        str key, value;
    } texts[] = { { f->topic, in->service->topic->code }, { f->text, in->description },
        { f->place, in->address }, { o->details, in->details }, { f->contact_name, in->name },
        { f->contact_phone, in->phone } };
    str what = in->service->topic->name.zh, where = first_points(op->arena, in->address, 20);
    str words = first_points(op->arena, in->description, TITLE_POINTS / 2);
    str title = str_printf(op->arena, "%.*s%s%.*s%s%.*s", STR_ARGS(what), where.bytes ? " · " : "",
        STR_ARGS(where), words.bytes ? ":" : "", STR_ARGS(words));
    json_object_setn_new(data, f->title.data, f->title.bytes, json_from_str(title));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].key.bytes && texts[i].value.bytes)
            json_object_setn_new(
                data, texts[i].key.data, texts[i].key.bytes, json_from_str(texts[i].value));
    if (in->has_place) {
        json_object_setn_new(data, o->lon.data, o->lon.bytes, json_real(in->lon));
        json_object_setn_new(data, o->lat.data, o->lat.bytes, json_real(in->lat));
    }
    return data;
}

/* ---- pictures ---- */

/* Strangers may send pictures: so many a day, whoever they are. Words are taken all the same. */
static enum err picture_limit(struct op *op)
{
    struct store_rows rows;
    int64_t day = zone_day_begin(op->zone, zone_local_days(op->zone, op->now_ms));
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT count(*) FROM open311_request WHERE zone = $1 AND at >= $2 AND picture <> 0",
        S_TEXT(op->zone->code), S_INT(day)));
    int64_t count = store_int(&rows, 0);
    store_rows_end(&rows);
    if (count < OPEN311_PICTURES_A_DAY)
        return OK;
    diag_field(op->diag, STR("picture"));
    return diag_set(op->diag, ERR_TOO_MANY, "今天收到的照片已满 %d 张;请不带照片上报,或明天再试",
        "today's %d pictures have been taken; please report without one, or tomorrow",
        OPEN311_PICTURES_A_DAY);
}

/* The picture as an attachment of the case, for whoever may see that; without what it tells beside
 * itself, since it may be shown to everyone. */
static enum err keep_picture(struct op *op, str content, int64_t case_id, int64_t event)
{
    struct picture p;
    str sha256;
    int64_t id = id_next(&op->zone->ids, op->now_ms);
    TRY(picture_limit(op));
    diag_field(op->diag, STR("picture"));
    TRY(picture_read(op->arena, content, &p, op->diag));
    op->diag->field[0] = 0;
    TRY(content_keep(op, p.clean, &sha256));
    str name = str_printf(op->arena, "photo.%s", p.ending);
    TRY(diag_arena(op->diag, op->arena));
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO attachment (zone, id, case_id, event_id, name, type, bytes, sha256, account_id,"
        " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)",
        S_TEXT(op->zone->code), S_INT(id), S_INT(case_id), S_INT(event), S_TEXT(name),
        S_TEXT(str_from(p.type)),
        S_INT((int64_t)p.clean.bytes), S_TEXT(sha256), S_INT(op->now_ms)));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE open311_request SET picture = $3, picture_sha256 = $4, picture_state = $5"
        " WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id), S_INT(id), S_TEXT(sha256),
        S_INT(OPEN311_PICTURE_WAITS));
}

enum err open311_report(struct op *op, const struct open311_input *in, struct open311_request *out)
{
    struct case_created made;
    struct op own = *op;
    const struct pack_open311 *o = zone_pack(op->zone)->open311;
    str name = in->by.bytes ? str_printf(op->arena, "Open311: %.*s", STR_ARGS(in->by)) : STR("Open311");
    const struct actor actor = { .name = name, .system = true };
    const struct case_input input = { .kind = o->system->kind,
        .channel = STR("web"),
        .data = form_of(op, in),
        .faults = in->faults };
    str token;
    own.actor = &actor;
    TRY(diag_arena(op->diag, op->arena));
    TRY(case_create(&own, &input, &made));
    TRY(open311_random(op, TOKEN_BYTES, &token));
    *out = (struct open311_request){ .id = made.row.id,
        .number = made.row.number,
        .service = in->service->topic->code,
        .token = token,
        .requested_at = made.row.created_at,
        .expected_at = made.row.due_at };
    TRY(STORE_EXEC(op->conn, op->diag,
        "INSERT INTO open311_request (zone, case_id, service, token, lon, lat, address_id, media_url,"
        " by_key, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        S_TEXT(op->zone->code), S_INT(made.row.id), S_TEXT(out->service), S_TEXT(token),
        in->has_place ? S_REAL(in->lon) : S_NULL, in->has_place ? S_REAL(in->lat) : S_NULL,
        S_TEXT(in->address_id), S_TEXT(in->media_url), S_TEXT(in->by), S_INT(made.row.created_at)));
    return in->picture.bytes ? keep_picture(op, in->picture, made.row.id, made.event) : OK;
}
