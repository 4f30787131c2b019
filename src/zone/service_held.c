/* What the zone holds instead of a paper: electronic licences, fetched with the holder's consent.
 */
#include "zone/service_internal.h"

#include "zone/licence.h"

enum err service_held(struct op *op, str holder_register, int64_t holder, str licence, int64_t *id)
{
    struct licence l;
    struct diag none = { 0 };
    struct op look = *op;
    look.diag = &none;
    enum err e = licence_find(&look, holder_register, holder, licence, &l);
    *id = e == OK ? l.id : 0;
    if (e == OK || e == ERR_NOT_FOUND)
        return OK;
    *op->diag = none;
    return e;
}

enum err service_consent(
    struct op *op, const struct service_material *m, str purpose, str unit, int64_t case_id)
{
    struct licence_consent given,
        c = { .licence_id = m->licence_id,
            .type = m->material->licence,
            .item = m->item->code,
            .purpose = purpose,
            .unit = unit,
            .case_id = case_id };
    return licence_consent_give(op, &c, &given);
}

enum err service_consent_of(
    struct op *op, const struct case_row *c, str material, struct licence_consent *out)
{
    const struct pack_system *s = pack_kind(zone_pack(op->zone), c->kind);
    const struct pack_material *m = s ? pack_material(s->catalogue, material) : NULL;
    struct store_rows rows;
    enum err e = STORE_ONE(op->conn, &rows, op->diag,
        "SELECT id FROM licence_consent WHERE zone = $1 AND case_id = $2 AND type = $3"
        " ORDER BY id DESC LIMIT 1",
        S_TEXT(op->zone->code), S_INT(c->id), S_TEXT(m ? m->licence : STR_NONE));
    *out = (struct licence_consent){ .id = e == OK ? store_int(&rows, 0) : 0 };
    store_rows_end(&rows);
    if (e != ERR_NOT_FOUND)
        return e;
    return diag_set(op->diag, ERR_NOT_FOUND, "这份材料不是调取的电子证照",
        "this paper is not had as a licence");
}
