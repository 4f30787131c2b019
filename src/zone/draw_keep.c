/* Published and drawn: two writes of one row, each with its leaf in the journal, so that the order
 * in time can be proved to anyone who keeps the receipt. */
#include "zone/draw_keep.h"

#include "zone/ledger.h"

#include <string.h>

const struct store_migration draw_migrations[] = {
    { 1, "draws that anyone can check",
        "CREATE TABLE draw (zone TEXT NOT NULL, page TEXT NOT NULL, key TEXT NOT NULL,"
        " day TEXT NOT NULL, file TEXT NOT NULL, commitment TEXT NOT NULL,"
        " entries BIGINT NOT NULL, lots BIGINT NOT NULL, published_at BIGINT NOT NULL,"
        " published_by TEXT NOT NULL, published_leaf TEXT NOT NULL, seed TEXT NOT NULL DEFAULT '',"
        " evidence TEXT NOT NULL DEFAULT '', drawn_at BIGINT NOT NULL DEFAULT 0,"
        " drawn_by TEXT NOT NULL DEFAULT '', drawn_leaf TEXT NOT NULL DEFAULT '',"
        " PRIMARY KEY (zone, page, key));" },
    { 2, "two people enter the seed of a draw",
        "ALTER TABLE draw ADD COLUMN proposed_seed TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE draw ADD COLUMN proposed_evidence TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE draw ADD COLUMN proposed_by TEXT NOT NULL DEFAULT '';"
        "ALTER TABLE draw ADD COLUMN proposed_account BIGINT NOT NULL DEFAULT 0;"
        "ALTER TABLE draw ADD COLUMN proposed_at BIGINT NOT NULL DEFAULT 0;" },
};
const size_t draw_migration_count = sizeof draw_migrations / sizeof *draw_migrations;

enum err draw_find(struct op *op, str page, str key, struct draw_kept *out)
{
    struct store_rows rows;
    TRY(STORE_ONE(op->conn, &rows, op->diag,
        "SELECT day, file, commitment, entries, lots, published_at, published_by, published_leaf,"
        " seed, evidence, drawn_at, drawn_by, drawn_leaf, proposed_seed, proposed_evidence,"
        " proposed_by, proposed_account, proposed_at FROM draw"
        " WHERE zone = $1 AND page = $2 AND key = $3",
        S_TEXT(op->zone->code), S_TEXT(page), S_TEXT(key)));
    str *const texts[] = { &out->day, &out->file, &out->commitment, NULL, NULL, NULL,
        &out->published_by, &out->published_leaf, &out->seed, &out->evidence, NULL, &out->drawn_by,
        &out->drawn_leaf, &out->proposed_seed, &out->proposed_evidence, &out->proposed_by };
    *out = (struct draw_kept){ .page = page, .key = key };
    for (int i = 0; i < 16; i++)
        if (texts[i])
            *texts[i] = str_copy(op->arena, store_text(&rows, i));
    out->entry_count = store_int(&rows, 3);
    out->lot_count = store_int(&rows, 4);
    out->published_at = store_int(&rows, 5);
    out->drawn_at = store_int(&rows, 10);
    out->proposed_account = store_int(&rows, 16);
    out->proposed_at = store_int(&rows, 17);
    store_rows_end(&rows);
    return diag_arena(op->diag, op->arena);
}

static enum err journal(struct op *op, const char *kind, const struct draw_kept *k, str *leaf)
{
    json_t *event = json_object();
    json_set_str(event, "page", k->page);
    json_set_str(event, "draw", k->key);
    json_set_str(event, "commitment", k->commitment);
    if (k->seed.bytes) {
        json_set_str(event, "seed", k->seed);
        json_set_str(event, "evidence", k->evidence);
        json_set_str(event, "file", ledger_digest(op, k->file));
    }
    return ledger_append(op,
        &(struct ledger_event){ .kind = kind, .data = event, .is_public = true, .leaf_hash_hex = leaf },
        NULL);
}

enum err draw_publish(struct op *op, str page, str key, str day, json_t *v, struct draw_kept *out)
{
    struct draw w;
    struct draw_kept former;
    enum err e = draw_find(op, page, key, &former);
    if (e == OK)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这一场的名单已经公布,不能再改;有误的请另立一场",
            "the list of this draw has been published and cannot change; set up another draw");
    if (e != ERR_NOT_FOUND)
        return e;
    memset(op->diag, 0, sizeof *op->diag);
    if (str_compare(day, date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)))) < 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED,
            "摇号日(%.*s)已过,种子可能已为人所知;请先改定摇号日和种子来源,再公布名单",
            "its day has passed (%.*s), so that the seed may be known already: set another day and"
            " source, then publish",
            STR_ARGS(day));
    TRY(draw_read(op->arena, v, &w, op->diag));
    *out = (struct draw_kept){ .page = page,
        .key = key,
        .day = day,
        .commitment = draw_commitment(op->arena, &w),
        .entry_count = (int64_t)w.entry_count,
        .lot_count = (int64_t)w.lot_count,
        .published_at = op->now_ms,
        .published_by = op->actor->name };
    json_set_str(v, "commitment", out->commitment);
    out->file = json_text_sent(op->arena, v);
    TRY(journal(op, "draw.publish", out, &out->published_leaf));
    TRY(diag_arena(op->diag, op->arena));
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO draw (zone, page, key, day, file, commitment, entries, lots, published_at,"
        " published_by, published_leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        S_TEXT(op->zone->code), S_TEXT(page), S_TEXT(key), S_TEXT(day), S_TEXT(out->file),
        S_TEXT(out->commitment), S_INT(out->entry_count), S_INT(out->lot_count),
        S_INT(out->published_at), S_TEXT(out->published_by), S_TEXT(out->published_leaf));
}

static enum err may_draw(struct op *op, const struct draw_kept *k)
{
    str today = date_format(op->arena, date_from_days(zone_local_days(op->zone, op->now_ms)));
    TRY(diag_arena(op->diag, op->arena));
    if (k->seed.bytes)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "这一场已经摇过号,结果不能再变",
            "this draw has been drawn; its result cannot change");
    if (str_compare(today, k->day) < 0)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "还没到摇号日(%.*s),种子此时不应存在",
            "its day has not come (%.*s): the seed cannot exist yet", STR_ARGS(k->day));
    return OK;
}

enum err draw_propose(
    struct op *op, str page, str key, str seed, str evidence, struct draw_kept *out)
{
    TRY(draw_find(op, page, key, out));
    TRY(may_draw(op, out));
    if (!seed.bytes || str_blank(evidence))
        return diag_set(op->diag, ERR_INVALID, "请填写种子,并写明在哪里、何时查得",
            "enter the seed, and say where and when it was read");
    out->proposed_seed = seed;
    out->proposed_evidence = evidence;
    out->proposed_by = op->actor->name;
    out->proposed_account = op->actor->account;
    out->proposed_at = op->now_ms;
    json_t *event = json_object();
    json_set_str(event, "page", page);
    json_set_str(event, "draw", key);
    json_set_str(event, "seed", seed);
    json_set_str(event, "evidence", evidence);
    TRY(ledger_append(op, &(struct ledger_event){ .kind = "draw.propose", .data = event }, NULL));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE draw SET proposed_seed = $4, proposed_evidence = $5, proposed_by = $6,"
        " proposed_account = $7, proposed_at = $8 WHERE zone = $1 AND page = $2 AND key = $3",
        S_TEXT(op->zone->code), S_TEXT(page), S_TEXT(key), S_TEXT(seed), S_TEXT(evidence),
        S_TEXT(out->proposed_by), S_INT(out->proposed_account), S_INT(out->proposed_at));
}

static enum err may_confirm(struct op *op, const struct draw_kept *k, str seed)
{
    TRY(may_draw(op, k));
    if (!k->proposed_at)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "还没有人录入种子,请先由一人录入",
            "nobody has entered the seed yet; one person enters it first");
    if (k->proposed_account == op->actor->account)
        return diag_set(op->diag, ERR_NOT_ALLOWED, "种子由您录入,请另一人自行查看公开来源后复核",
            "you entered the seed: somebody else must look it up and confirm it");
    if (str_equal(k->proposed_seed, seed))
        return OK;
    diag_field(op->diag, STR("seed"));
    return diag_set(op->diag, ERR_INVALID, "与第一人录入的不一致。请两人各自再查公开来源,录错的重新录入",
        "it is not what the first person entered: both look at the source again, and whoever was wrong"
        " enters it anew");
}

enum err draw_confirm(struct op *op, str page, str key, str seed, struct draw_kept *out)
{
    struct draw w;
    json_t *file;
    TRY(draw_find(op, page, key, out));
    TRY(may_confirm(op, out, seed));
    str evidence = out->proposed_evidence;
    TRY(json_parse(op->arena, out->file, &file, op->diag));
    TRY(draw_read(op->arena, file, &w, op->diag));
    TRY(draw_run(op->arena, &w, seed, op->diag));
    json_set_str(file, "seed", seed);
    json_object_set_new(file, "result", draw_result(&w));
    out->file = json_text_sent(op->arena, file);
    out->seed = seed;
    out->evidence = evidence;
    out->drawn_at = op->now_ms;
    out->drawn_by = op->actor->name;
    TRY(diag_arena(op->diag, op->arena));
    TRY(journal(op, "draw.seed", out, &out->drawn_leaf));
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE draw SET file = $4, seed = $5, evidence = $6, drawn_at = $7, drawn_by = $8,"
        " drawn_leaf = $9 WHERE zone = $1 AND page = $2 AND key = $3",
        S_TEXT(op->zone->code), S_TEXT(page), S_TEXT(key), S_TEXT(out->file), S_TEXT(seed),
        S_TEXT(evidence), S_INT(out->drawn_at), S_TEXT(out->drawn_by), S_TEXT(out->drawn_leaf));
}
