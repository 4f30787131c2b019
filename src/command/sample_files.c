/*
 * Files of the sample's records: in a column of files a cell names pictures that lie beside the table,
 * the day on which each was taken, and what it shows.
 *
 *     road.jpg=2022-03-01 施工前;road_done.jpg=@-12 通车        days as in other cells
 *
 * A picture is said to have been taken where the record is, if the record has said so before.
 */
#include "command/sample.h"
#include "zone/content.h"
#include "zone/picture.h"
#include "zone/record_file.h"

#include <string.h>

enum { PICTURE_BYTES_MAX = 1024 * 1024 };

static enum err wrong(struct op *op, str entry)
{
    return diag_set(op->diag, ERR_INVALID, "图片应写成 名称.jpg=日期 说明:“%.*s”",
        "a picture is written NAME.jpg=DAY CAPTION: \"%.*s\"", STR_ARGS(entry));
}

static enum err keep(struct sample *s, struct op *op, str folder, str name, int64_t *id)
{
    const struct sys *sys = s->line->sys;
    struct picture p;
    str content, sha256;
    str path = str_printf(op->arena, "%.*s/%.*s", STR_ARGS(folder), STR_ARGS(name));
    TRY(diag_arena(op->diag, op->arena));
    TRY(sys->file_read(sys->ctx, op->arena, path.data, PICTURE_BYTES_MAX, &content, op->diag));
    TRY(picture_read(op->arena, content, &p, op->diag));
    TRY(content_keep(op, p.clean, &sha256));
    *id = id_next(&op->zone->ids, op->now_ms);
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO attachment (zone, id, case_id, event_id, name, type, bytes, sha256, account_id,"
        " at) VALUES ($1, $2, 0, 0, $3, $4, $5, $6, $7, $8)",
        S_TEXT(op->zone->code), S_INT(*id), S_TEXT(name), S_TEXT(str_from(p.type)),
        S_INT((int64_t)p.clean.bytes), S_TEXT(sha256), S_INT(op->actor->account), S_INT(op->now_ms));
}

static bool day_of(struct sample *s, struct op *op, str text, str *day)
{
    int64_t days;
    *day = text;
    if (!str_starts(text, STR("@")))
        return text.bytes == strlen("2022-03-01");
    if (!str_to_int64(str_slice(text, 1, text.bytes), &days))
        return false;
    *day = date_format(op->arena, date_from_days(zone_local_days(s->zone, s->until_ms) + days));
    return true;
}

enum err sample_files(
    struct sample *s, struct op *op, str folder, str text, const json_t *place, json_t *out)
{
    for (str rest = text, entry; text.bytes && str_split(&rest, ';', &entry);) {
        str caption = entry, name, day;
        int64_t id = 0;
        struct file_facts facts = { .has_place = json_is_object(place),
            .lon = json_number_value(json_object_get(place, "lon")),
            .lat = json_number_value(json_object_get(place, "lat")) };
        if (!str_split(&caption, '=', &name) || !str_split(&caption, ' ', &day) || !caption.bytes
            || !day_of(s, op, day, &facts.taken_on))
            return wrong(op, entry);
        facts.caption = caption;
        TRY(keep(s, op, folder, name, &id));
        TRY(file_describe(op, id, &facts));
        json_array_append_new(out, json_from_str(str_printf(op->arena, "%lld", (long long)id)));
    }
    return diag_arena(op->diag, op->arena);
}
