/* The way of cases (case_step) handed to process mining; mine.h. */
#include "zone/mine.h"

enum err zone_mine(struct op *op, str kind, int64_t from_ms, int64_t to_ms, struct mine_log *log)
{
    struct store_rows rows;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT c.number, s.node, s.entered_at FROM case_step s JOIN cases c ON c.zone = s.zone AND"
        " c.id = s.case_id WHERE s.zone = $1 AND s.kind = $2 AND c.created_at >= $3 AND"
        " c.created_at < $4 ORDER BY s.case_id, s.ord",
        S_TEXT(op->zone->code), S_TEXT(kind), S_INT(from_ms), S_INT(to_ms)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            return OK;
        enum err e = mine_add(
            log, store_text(&rows, 0), store_text(&rows, 1), store_int(&rows, 2), op->diag);
        if (e != OK) {
            store_rows_end(&rows);
            return e;
        }
    }
}

struct name2 zone_mine_name(struct op *op, str kind, str node)
{
    struct name2 n = { node, node };
    step_names(op, str_from(zone_pack(op->zone)->version), kind, node, &n.zh, &n.en);
    return n;
}
