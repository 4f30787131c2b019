/*
 * An industry chain out of the registers that a page of the kind `chain` names. Each register is
 * read once, a few columns of it; references are resolved in memory. Records that lead nowhere (an
 * edge to another chain's link, a purchase of somebody who left the chain) are passed over.
 */
#include "zone/chain.h"

#include "zone/page_rows.h"

enum { PLACES_MAX = 500, COLUMNS_READ_MAX = 6 };

struct reading {
    struct op *op;
    struct chain *chain;
    struct page_index links, placements, firms, places;
    int firm_count;
};

/* One register read: its rows go to `row`, values as columns in their order after the id. */
struct source {
    struct page_source from;
    const struct pack_column *columns[COLUMNS_READ_MAX];
    size_t column_count, most;
    void (*row)(struct reading *r, const struct source *s, const struct store_rows *rows);
};

static enum err run(struct reading *r, const struct source *s, struct query *q)
{
    struct store_rows rows;
    size_t count = 0;
    query_sql(q, " ORDER BY id");
    TRY(query_run(q, r->op->conn, &rows, r->op->diag));
    for (bool more;;) {
        TRY(store_next(&rows, &more, r->op->diag));
        if (!more)
            return diag_arena(r->op->diag, r->op->arena);
        if (count++ == s->most)
            break;
        s->row(r, s, &rows);
    }
    store_rows_end(&rows);
    return diag_set(r->op->diag, ERR_LIMIT, "登记册 %.*s 的记录太多,图谱最多计算 %zu 条",
        "register %.*s has too many records: a chain is computed of at most %zu",
        STR_ARGS(s->from.r->code), s->most);
}

static enum err read_source(struct reading *r, const struct source *s)
{
    struct query q;
    TRY(page_select(&q, r->op, s->from.r, s->columns, s->column_count));
    return run(r, s, &q);
}

static str kept(struct reading *r, const struct store_rows *rows, int column)
{
    return str_copy(r->op->arena, store_text(rows, column));
}

/* An index for a text that is met for the first time, else the one it has. */
static int numbered(struct page_index *x, str key, int *count)
{
    int at = page_index_get(x, key);
    if (at < 0)
        page_index_put(x, key, at = (*count)++);
    return at;
}

/* ---- links ---- */

enum { LINK_KEY = 1, LINK_LABEL, LINK_STAGE };

static int level_of(const struct pack_column *c, str stage)
{
    const struct pack_code *code = c && c->codes ? pack_code(c->codes, stage) : NULL;
    return code ? code->order : 0;
}

static void link_row(struct reading *r, const struct source *s, const struct store_rows *rows)
{
    struct chain *c = r->chain;
    str stage = kept(r, rows, LINK_STAGE);
    c->links[c->in.link_count] = (struct chain_item){ .id = store_int(rows, 0),
        .key = page_row_key(r->op, s->from.r, rows),
        .label = kept(r, rows, LINK_LABEL),
        .stage = stage,
        .level = level_of(s->columns[LINK_STAGE - 1], stage) };
    page_index_put(&r->links, c->links[c->in.link_count].key, (int)c->in.link_count);
    c->in.link_count++;
}

static enum err read_links(struct reading *r, const struct page_source *from, str code)
{
    struct query q;
    const struct pack_column *chain = page_column(from, "chain");
    struct source s = { *from, { from->r->key, from->r->label, page_column(from, "stage") }, 3,
        CHAIN_LINKS_MAX, link_row };
    r->chain->links = ARENA_ARRAY(r->op->arena, struct chain_item, CHAIN_LINKS_MAX);
    TRY(page_index_init(&r->links, r->op, CHAIN_LINKS_MAX));
    TRY(page_select(&q, r->op, from->r, s.columns, s.column_count));
    buf_printf(&q.text, " AND %.*s", STR_ARGS(chain->name));
    QUERY_ADD(&q, " = ?", S_TEXT(code));
    return run(r, &s, &q);
}

static void edge_row(struct reading *r, const struct source *s, const struct store_rows *rows)
{
    int from = page_index_get(&r->links, store_text(rows, 1));
    int to = page_index_get(&r->links, store_text(rows, 2));
    (void)s;
    if (from >= 0 && to >= 0)
        ((struct chain_edge *)r->chain->in.edges)[r->chain->in.edge_count++]
            = (struct chain_edge){ from, to };
}

static enum err read_edges(struct reading *r, const struct page_source *from)
{
    struct source s = { *from, { page_column(from, "from"), page_column(from, "to") }, 2,
        CHAIN_EDGES_MAX, edge_row };
    r->chain->in.edges = ARENA_ARRAY(r->op->arena, struct chain_edge, CHAIN_EDGES_MAX);
    TRY(diag_arena(r->op->diag, r->op->arena));
    return read_source(r, &s);
}

/* ---- enterprises on links ---- */

enum { PLACED_KEY = 1, PLACED_LABEL, PLACED_LINK, PLACED_FIRM, PLACED_ANCHOR };

static void placement_row(struct reading *r, const struct source *s, const struct store_rows *rows)
{
    struct chain *c = r->chain;
    int link = page_index_get(&r->links, store_text(rows, PLACED_LINK));
    if (link < 0)
        return;
    struct chain_item *item = &c->placements[c->in.placement_count];
    *item = (struct chain_item){ .id = store_int(rows, 0),
        .key = page_row_key(r->op, s->from.r, rows),
        .label = kept(r, rows, PLACED_LABEL),
        .anchor = store_int(rows, PLACED_ANCHOR) == 1 };
    str firm = kept(r, rows, PLACED_FIRM);
    ((struct chain_placement *)c->in.placements)[c->in.placement_count] = (struct chain_placement){
        link, numbered(&r->firms, firm.bytes ? firm : item->label, &r->firm_count)
    };
    page_index_put(&r->placements, item->key, (int)c->in.placement_count++);
}

static enum err read_placements(struct reading *r, const struct page_source *from)
{
    struct chain *c = r->chain;
    struct source s = { *from,
        { from->r->key, from->r->label, page_column(from, "link"), page_column(from, "enterprise"),
            page_column(from, "anchor") },
        5, CHAIN_PLACEMENTS_MAX, placement_row };
    size_t most = 0;
    TRY(page_count(r->op, from->r, CHAIN_PLACEMENTS_MAX, &most));
    c->placements = ARENA_ARRAY(r->op->arena, struct chain_item, most);
    c->in.placements = ARENA_ARRAY(r->op->arena, struct chain_placement, most);
    TRY(page_index_init(&r->placements, r->op, most));
    TRY(page_index_init(&r->firms, r->op, most));
    return read_source(r, &s);
}

/* ---- purchases ---- */

enum { SUPPLY_BUYER = 1, SUPPLY_SUPPLIER, SUPPLY_LINK, SUPPLY_AMOUNT, SUPPLY_PLACE, SUPPLY_PRODUCT };

static void supply_row(struct reading *r, const struct source *s, const struct store_rows *rows)
{
    struct chain *c = r->chain;
    int places = (int)c->in.place_count;
    str supplier = store_text(rows, SUPPLY_SUPPLIER);
    struct chain_supply one = { .buyer = page_index_get(
                                    &r->placements, store_text(rows, SUPPLY_BUYER)),
        .supplier = supplier.bytes ? page_index_get(&r->placements, supplier) : -1,
        .link = page_index_get(&r->links, store_text(rows, SUPPLY_LINK)),
        .amount = store_int(rows, SUPPLY_AMOUNT),
        .place = -1 };
    (void)s;
    if (one.buyer < 0 || one.link < 0 || (supplier.bytes && one.supplier < 0) || one.amount < 0)
        return;
    str place = kept(r, rows, SUPPLY_PLACE);
    if (!supplier.bytes && place.bytes
        && (places < PLACES_MAX || page_index_get(&r->places, place) >= 0)) {
        one.place = numbered(&r->places, place, &places);
        c->places[one.place] = place;
        c->in.place_count = (size_t)places;
    }
    c->supply_ids[c->in.supply_count] = store_int(rows, 0);
    c->supply_products[c->in.supply_count] = kept(r, rows, SUPPLY_PRODUCT);
    ((struct chain_supply *)c->in.supplies)[c->in.supply_count++] = one;
}

static enum err read_supplies(struct reading *r, const struct page_source *from)
{
    struct chain *c = r->chain;
    struct arena *a = r->op->arena;
    struct source s = { *from,
        { page_column(from, "buyer"), page_column(from, "supplier"), page_column(from, "link"),
            page_column(from, "amount"), page_column(from, "place"), page_column(from, "product") },
        6, CHAIN_SUPPLIES_MAX, supply_row };
    size_t most = 0;
    TRY(page_count(r->op, from->r, CHAIN_SUPPLIES_MAX, &most));
    c->in.supplies = ARENA_ARRAY(a, struct chain_supply, most);
    c->supply_ids = ARENA_ARRAY(a, int64_t, most);
    c->supply_products = ARENA_ARRAY(a, str, most);
    c->places = ARENA_ARRAY(a, str, PLACES_MAX);
    TRY(page_index_init(&r->places, r->op, PLACES_MAX));
    return read_source(r, &s);
}

/* ---- candidates ---- */

enum { CANDIDATE_LABEL = 1, CANDIDATE_LINK, CANDIDATE_PLACE, CANDIDATE_WHY };

static void candidate_row(struct reading *r, const struct source *s, const struct store_rows *rows)
{
    int link = page_index_get(&r->links, store_text(rows, CANDIDATE_LINK));
    (void)s;
    if (link >= 0)
        r->chain->candidates[r->chain->candidate_count++]
            = (struct chain_candidate){ .id = store_int(rows, 0),
                  .link = link,
                  .label = kept(r, rows, CANDIDATE_LABEL),
                  .place = kept(r, rows, CANDIDATE_PLACE),
                  .why = kept(r, rows, CANDIDATE_WHY) };
}

static enum err read_candidates(struct reading *r, const struct page_source *from)
{
    struct source s = { *from,
        { from->r ? from->r->label : NULL, page_column(from, "link"), page_column(from, "place"),
            page_column(from, "why") },
        4, CHAIN_LINKS_MAX, candidate_row };
    if (!from->r || !register_seen(r->op, from->r))
        return OK;
    r->chain->candidates = ARENA_ARRAY(r->op->arena, struct chain_candidate, CHAIN_LINKS_MAX);
    TRY(diag_arena(r->op->diag, r->op->arena));
    return read_source(r, &s);
}

enum err chain_read(struct op *op, const struct pack_page *page, str code, struct chain *out)
{
    const json_t *m = page->members;
    struct reading r = { .op = op, .chain = out };
    struct page_source links = page_source(op, json_object_get(m, "links")),
                       edges = page_source(op, json_object_get(m, "edges")),
                       placements = page_source(op, json_object_get(m, "placements")),
                       supplies = page_source(op, json_object_get(m, "supplies")),
                       candidates = page_source(op, json_object_get(m, "candidates"));
    *out = (struct chain){ 0 };
    out->in.rules = (struct chain_rules){ (int)json_int(m, "few", 3), (int)json_int(m, "many", 5),
        (int)json_int(m, "outside", 50), (int)json_int(m, "local", 60) };
    TRY(read_links(&r, &links, code));
    TRY(read_edges(&r, &edges));
    TRY(read_placements(&r, &placements));
    TRY(read_supplies(&r, &supplies));
    TRY(read_candidates(&r, &candidates));
    return chain_analyse(op->arena, &out->in, &out->result, op->diag);
}
