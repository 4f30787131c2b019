/*
 * The rows of service items.
 *
 *     service_items    the catalogue of the pack in use as of today, made anew when a pack comes
 * into use and when a day begins; an item's id follows from its code case_service     one a case:
 * limits, what was used, how it ended, papers asked and held case_item        its items
 *     case_material    its papers and how each is had
 *
 * Views: service_item (today's items), service_case.
 */
#include "zone/service_internal.h"

#include "zone/ledger.h"

static const char tables[] =
    "CREATE TABLE service_items (zone TEXT NOT NULL, id BIGINT NOT NULL, code TEXT NOT"
    " NULL, name TEXT NOT NULL,"
    " name_en TEXT NOT NULL, unit TEXT NOT NULL, type TEXT NOT NULL, theme TEXT NOT NULL,"
    " on_spot BIGINT NOT NULL,"
    " online BIGINT NOT NULL, featured BIGINT NOT NULL, no_document BIGINT NOT NULL,"
    " legal_days BIGINT NOT NULL,"
    " promised_days BIGINT NOT NULL, visits BIGINT NOT NULL, materials BIGINT NOT NULL,"
    " materials_held BIGINT NOT"
    " NULL, fee BIGINT NOT NULL, licence TEXT NOT NULL, from_day TEXT NOT NULL, to_day TEXT"
    " NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "CREATE VIEW service_item AS SELECT id, code, name, name_en, unit, type, theme,"
    " on_spot, online, featured,"
    " no_document, legal_days, promised_days, visits, materials, materials_held, fee,"
    " licence, from_day, to_day,"
    " zone FROM service_items WHERE zone = {zone};"
    "CREATE TABLE case_service (zone TEXT NOT NULL, case_id BIGINT NOT NULL, bundle TEXT"
    " NOT NULL, item TEXT NOT"
    " NULL, item_name TEXT NOT NULL, on_spot BIGINT NOT NULL, joint BIGINT NOT NULL,"
    " legal_days BIGINT NOT NULL,"
    " promised_days BIGINT NOT NULL, used_days BIGINT, outcome TEXT NOT NULL, corrections"
    " BIGINT NOT NULL,"
    " asked BIGINT NOT NULL, uploaded BIGINT NOT NULL, held BIGINT NOT NULL, decided_at"
    " BIGINT, delivered_at"
    " BIGINT, PRIMARY KEY (zone, case_id)){clustered};"
    "CREATE TABLE case_item (zone TEXT NOT NULL, case_id BIGINT NOT NULL, ord BIGINT NOT"
    " NULL, item TEXT NOT NULL,"
    " name TEXT NOT NULL, name_en TEXT NOT NULL, unit TEXT NOT NULL, licence TEXT NOT NULL,"
    " PRIMARY KEY (zone, case_id, ord)){clustered};"
    "CREATE INDEX case_item_item ON case_item (zone, item, case_id);"
    "CREATE TABLE case_material (zone TEXT NOT NULL, case_id BIGINT NOT NULL, ord BIGINT"
    " NOT NULL, material TEXT"
    " NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL, required BIGINT NOT NULL, state"
    " TEXT NOT NULL, files"
    " TEXT NOT NULL, licence_id BIGINT NOT NULL, note TEXT NOT NULL, updated_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, case_id, ord));"
    "CREATE VIEW service_case AS SELECT s.case_id AS id, c.number, c.title, c.created_on,"
    " substr(c.created_on, 1, 7)"
    " AS month, s.item, s.item_name, s.bundle, i.unit, s.on_spot, s.joint, s.legal_days,"
    " s.promised_days,"
    " s.used_days, s.outcome, s.corrections, s.asked, s.uploaded, s.held, c.on_time,"
    " c.rating, c.enterprise_name,"
    " s.zone FROM case_service s JOIN cases c ON c.zone = s.zone AND c.id = s.case_id JOIN"
    " case_item i ON i.zone ="
    " s.zone AND i.case_id = s.case_id AND i.ord = 0 WHERE s.zone = {zone};";
static const struct store_migration steps[] = { { 1, "service items and cases about them",
    tables } };

/* ---- the catalogue ---- */

static int64_t id_of(str code)
{
    return (int64_t)(str_hash(code) & 0x7fffffffffffffffULL);
}

static bool has_depth(const struct pack_item *i, const char *depth)
{
    for (size_t k = 0; k < i->depth_count; k++)
        if (str_is(i->depths[k], depth))
            return true;
    return false;
}

static enum err put_item(struct op *op, const struct pack_item *i)
{
    int64_t held = 0;
    for (size_t k = 0; k < i->material_count; k++)
        held += i->materials[k].material->waive != PACK_WAIVE_NONE;
    /* Online: taken, accepted, handled and answered without coming. */
    bool online = has_depth(i, "4") && has_depth(i, "5") && has_depth(i, "6") && !i->visits;
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO service_items (zone, id, code, name, name_en, unit, type, theme,"
        " on_spot, online, featured,"
        " no_document, legal_days, promised_days, visits, materials, materials_held, fee,"
        " licence, from_day, to_day)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
        " $17, $18, $19, $20, $21)",
        S_TEXT(op->zone->code), S_INT(id_of(i->code)), S_TEXT(i->code), S_TEXT(i->name.zh),
        S_TEXT(i->name.en), S_TEXT(i->unit), S_TEXT(item_type(i)), S_TEXT(i->theme),
        S_INT(i->on_spot), S_INT(online), S_INT(i->featured), S_INT(i->no_document),
        S_INT(i->legal_days), S_INT(i->promised_days), S_INT(i->visits),
        S_INT((int64_t)i->material_count), S_INT(held), S_INT(i->fee), S_TEXT(i->licence),
        S_TEXT(date_format(op->arena, date_from_days(i->from))),
        S_TEXT(i->to == INT64_MAX ? STR_NONE : date_format(op->arena, date_from_days(i->to))));
}

/* What service_items holds: the catalogue of a version as of a day. */
static int64_t mark_of(struct op *op, const struct pack *p)
{
    int64_t today = zone_local_days(op->zone, op->now_ms);
    return id_of(str_printf(op->arena, "%s %lld", p->version, (long long)today));
}

/* Is it the catalogue of that version and day already? */
static enum err is_current(struct op *op, const struct pack *p, bool *same)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        "SELECT 1 FROM counter WHERE zone = $1 AND name = $2 AND value = $3",
        S_TEXT(op->zone->code), S_TEXT(STR("catalogue")), S_INT(mark_of(op, p)));
    store_rows_end(&rows);
    *same = there;
    return e;
}

static enum err refresh(struct op *op, const struct pack *p)
{
    const struct pack_system *s = service_kind(p);
    const struct pack_catalogue *c = s ? s->catalogue : NULL;
    int64_t today = zone_local_days(op->zone, op->now_ms);
    TRY(STORE_EXEC(
        op->conn, op->diag, "DELETE FROM service_items WHERE zone = $1", S_TEXT(op->zone->code)));
    for (size_t i = 0; c && i < c->item_count; i++)
        if (c->items[i].from <= today && today <= c->items[i].to)
            TRY(put_item(op, &c->items[i]));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO counter (zone, name, value) VALUES ($1, $2, $3) ON CONFLICT (zone,"
        " name) DO UPDATE SET value ="
        " $3",
        S_TEXT(op->zone->code), S_TEXT(STR("catalogue")), S_INT(mark_of(op, p)));
}

enum err service_prepare(struct op *op, const struct pack *p)
{
    bool same;
    TRY(store_migrate_within(op->conn, "services", steps, sizeof steps / sizeof *steps, op->diag));
    TRY(is_current(op, p, &same));
    return same ? OK : refresh(op, p);
}

static enum err new_day(struct op *op, void *ctx)
{
    (void)ctx;
    return service_prepare(op, zone_pack(op->zone));
}

enum err services_daily(struct op *op)
{
    struct store_conn *c;
    bool same = true;
    TRY(store_read_begin(op->zone->store, &c, op->diag));
    op->conn = c;
    enum err e = is_current(op, zone_pack(op->zone), &same);
    store_read_end(c);
    op->conn = NULL;
    return e != OK || same ? e : zone_write(op, new_day, NULL);
}

const struct pack_system *service_kind(const struct pack *p)
{
    for (size_t i = 0; i < p->system_count; i++)
        if (p->systems[i].catalogue)
            return &p->systems[i];
    return NULL;
}

/* ---- a case's ---- */

static str files_text(struct op *op, const int64_t *files, size_t count)
{
    json_t *list = json_keep(op->arena, json_array());
    for (size_t i = 0; list && i < count; i++)
        json_array_append_new(
            list, json_from_str(str_printf(op->arena, "%lld", (long long)files[i])));
    return json_text(op->arena, list);
}

static enum err keep_items(struct op *op, const struct service *v, int64_t case_id)
{
    for (size_t i = 0; i < v->item_count; i++) {
        const struct pack_item *item = v->items[i];
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_item (zone, case_id, ord, item, name, name_en, unit, licence)"
            " VALUES ($1, $2, $3, $4,"
            " $5, $6, $7, $8)",
            S_TEXT(op->zone->code), S_INT(case_id), S_INT((int64_t)i), S_TEXT(item->code),
            S_TEXT(item->name.zh), S_TEXT(item->name.en), S_TEXT(item->unit),
            S_TEXT(item->licence)));
    }
    return OK;
}

enum err service_keep(struct op *op, const struct service *v, int64_t case_id)
{
    int64_t asked = 0, uploaded = 0, held = 0;
    for (size_t i = 0; i < v->material_count; i++) {
        const struct service_material *m = &v->materials[i];
        if (m->need != SERVICE_NEEDED)
            continue;
        bool up = str_is(m->state, "uploaded"), fetched = str_is(m->state, "fetched");
        if (fetched)
            TRY(service_consent(op, m,
                str_printf(op->arena, "办理%.*s", STR_ARGS(service_title(op, v))),
                v->items[0]->unit, case_id));
        uploaded += up;
        held += !up && !str_is(m->state, "missing");
        TRY(STORE_EXEC(op->conn, op->diag,
            "INSERT INTO case_material (zone, case_id, ord, material, name, name_en,"
            " required, state, files,"
            " licence_id, note, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
            " $10, '', $11)",
            S_TEXT(op->zone->code), S_INT(case_id), S_INT(asked++), S_TEXT(m->material->code),
            S_TEXT(m->material->name.zh), S_TEXT(m->material->name.en), S_INT(m->required),
            S_TEXT(m->state), S_TEXT(files_text(op, m->files, m->file_count)),
            S_INT(fetched ? m->licence_id : 0), S_INT(op->now_ms)));
    }
    TRY(keep_items(op, v, case_id));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO case_service (zone, case_id, bundle, item, item_name, on_spot, joint,"
        " legal_days, promised_days,"
        " outcome, corrections, asked, uploaded, held) VALUES ($1, $2, $3, $4, $5, $6, $7,"
        " $8, $9, '', 0, $10, $11,"
        " $12)",
        S_TEXT(op->zone->code), S_INT(case_id), S_TEXT(v->bundle ? v->bundle->code : STR_NONE),
        S_TEXT(v->items[0]->code), S_TEXT(v->items[0]->name.zh), S_INT(v->on_spot),
        S_INT(v->joint_unit_count > 0), S_INT(v->legal_days), S_INT(v->promised_days), S_INT(asked),
        S_INT(uploaded), S_INT(held));
}

static str text_at(struct op *op, const struct store_rows *rows, int column)
{
    return str_copy(op->arena, store_text(rows, column));
}

static enum err read_items_of(struct op *op, int64_t case_id, struct service_row *out)
{
    struct store_rows rows;
    bool more = true;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT item, unit, licence, name, name_en FROM case_item WHERE zone = $1 AND"
        " case_id = $2 ORDER BY ord",
        S_TEXT(op->zone->code), S_INT(case_id)));
    for (;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return diag_arena(op->diag, op->arena);
        if (out->item_count < ITEM_BUNDLE_MAX)
            out->items[out->item_count++] =
                (struct service_row_item){ text_at(op, &rows, 0), text_at(op, &rows, 1),
                    text_at(op, &rows, 2), { text_at(op, &rows, 3), text_at(op, &rows, 4) } };
    }
}

enum err service_of_case(struct op *op, int64_t case_id, struct service_row *out)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT bundle, outcome, legal_days, promised_days, coalesce(used_days, -1),"
        " corrections, decided_at,"
        " delivered_at FROM case_service WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id)));
    *out = (struct service_row){ .case_id = case_id,
        .bundle = text_at(op, &rows, 0),
        .outcome = text_at(op, &rows, 1),
        .legal_days = store_int(&rows, 2),
        .promised_days = store_int(&rows, 3),
        .used_days = store_int(&rows, 4),
        .corrections = store_int(&rows, 5),
        .decided_at = store_int(&rows, 6),
        .delivered_at = store_int(&rows, 7) };
    store_rows_end(&rows);
    return read_items_of(op, case_id, out);
}

static enum err files_from(struct op *op, str text, const int64_t **files, size_t *count)
{
    json_t *list;
    TRY(json_parse(op->arena, text, &list, op->diag));
    int64_t *ids = ARENA_ARRAY(op->arena, int64_t, json_array_size(list) + 1);
    TRY(diag_arena(op->diag, op->arena));
    *count = 0;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (id_parse(str_from(json_string_value(json_array_get(list, i))), &ids[*count]))
            (*count)++;
    *files = ids;
    return OK;
}

enum err service_materials(
    struct op *op, int64_t case_id, struct service_row_material **out, size_t *count)
{
    struct store_rows rows;
    bool more = true;
    struct service_row_material *list =
        ARENA_ARRAY(op->arena, struct service_row_material, SERVICE_PAPERS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    *count = 0;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT material, state, note, name, name_en, required, files, licence_id,"
        " updated_at FROM case_material"
        " WHERE zone = $1 AND case_id = $2 ORDER BY ord",
        S_TEXT(op->zone->code), S_INT(case_id)));
    while (*count < SERVICE_PAPERS_MAX) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        struct service_row_material *m = &list[*count];
        *m = (struct service_row_material){ .material = text_at(op, &rows, 0),
            .state = text_at(op, &rows, 1),
            .note = text_at(op, &rows, 2),
            .name = { text_at(op, &rows, 3), text_at(op, &rows, 4) },
            .required = store_int(&rows, 5) != 0,
            .licence_id = store_int(&rows, 7),
            .updated_at = store_int(&rows, 8) };
        TRY(files_from(op, store_text(&rows, 6), &m->files, &m->file_count));
        (*count)++;
    }
    store_rows_end(&rows);
    *out = list;
    return diag_arena(op->diag, op->arena);
}

static void add_word(str *list, size_t *count, size_t room, str word)
{
    for (size_t i = 0; i < *count; i++)
        if (str_equal(list[i], word))
            return;
    if (*count < room)
        list[(*count)++] = word;
}

enum err service_special(struct op *op, const struct case_row *c, const str **out, size_t *count)
{
    enum { SPECIAL_MAX = 40 };
    const struct pack_system *s = pack_kind(zone_pack(op->zone), c->kind);
    struct service_row v;
    str *list = ARENA_ARRAY(op->arena, str, SPECIAL_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(service_of_case(op, c->id, &v));
    *count = 0;
    for (size_t i = 0; i < v.item_count; i++) {
        const struct pack_item *item = s
            ? pack_item_on(s->catalogue, v.items[i].code, zone_local_days(op->zone, c->created_at))
            : NULL;
        for (size_t k = 0; item && k < item->special_count; k++)
            add_word(list, count, SPECIAL_MAX, item->special[k]);
    }
    *out = list;
    return OK;
}

/* ---- by the verbs ---- */

static enum err set_material(
    struct op *op, int64_t case_id, const struct service_paper *p, str state, str note)
{
    bool files = p->file_count > 0;
    TRY(STORE_EXEC(op->conn, op->diag,
        "UPDATE case_material SET state = $4, note = $5, files = CASE WHEN $6 <> '' THEN $6"
        " ELSE files END,"
        " updated_at = $7 WHERE zone = $1 AND case_id = $2 AND material = $3",
        S_TEXT(op->zone->code), S_INT(case_id), S_TEXT(p->material), S_TEXT(state), S_TEXT(note),
        S_TEXT(files ? files_text(op, p->files, p->file_count) : STR_NONE), S_INT(op->now_ms)));
    if (store_changes(op->conn) == 1)
        return OK;
    diag_field(op->diag, STR("materials"));
    return diag_set(op->diag, ERR_INVALID, "本办件没有材料“%.*s”",
        "this case has no material \"%.*s\"", STR_ARGS(p->material));
}

enum err service_correct(
    struct op *op, int64_t case_id, const struct service_paper *papers, size_t count, json_t *event)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        TRY(set_material(op, case_id, &papers[i], STR("correct"), papers[i].note));
        json_t *one = json_object();
        json_set_str(one, "material", papers[i].material);
        json_set_str(one, "note", papers[i].note);
        json_array_append_new(list, one);
    }
    json_object_set_new(event, "materials", list);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE case_service SET corrections = corrections + 1 WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id));
}

/* Nothing that was to be put right may be left out. */
static enum err nothing_left(struct op *op, int64_t case_id, struct diag_list *faults)
{
    struct service_row_material *list;
    struct diag first = { 0 };
    enum err all = OK;
    size_t count;
    TRY(service_materials(op, case_id, &list, &count));
    for (size_t i = 0; i < count; i++) {
        if (!str_is(list[i].state, "correct"))
            continue;
        enum err e = service_paper_fault(op, list[i].material, "还需要补正“%s”,请上传",
            "still to be corrected: %s; please upload it", list[i].name);
        if (faults)
            diag_list_add(faults, op->diag);
        if (all == OK)
            first = *op->diag;
        all = all == OK ? e : all;
    }
    if (all != OK)
        *op->diag = first;
    return all;
}

enum err service_corrected(
    struct op *op, int64_t case_id, const struct service_paper *papers, size_t count,
    struct diag_list *faults)
{
    for (size_t i = 0; i < count; i++) {
        if (papers[i].file_count)
            TRY(set_material(op, case_id, &papers[i], STR("uploaded"), STR_NONE));
    }
    return nothing_left(op, case_id, faults);
}

enum err service_decided(struct op *op, int64_t case_id, str outcome, int64_t used_days)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE case_service SET outcome = $3, used_days = $4, decided_at = $5 WHERE zone ="
        " $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id), S_TEXT(outcome),
        used_days < 0 ? S_NULL : S_INT(used_days), S_INT(op->now_ms));
}

enum err service_delivered(struct op *op, int64_t case_id)
{
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE case_service SET delivered_at = $3 WHERE zone = $1 AND case_id = $2",
        S_TEXT(op->zone->code), S_INT(case_id), S_INT(op->now_ms));
}
