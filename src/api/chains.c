/* Industry chains: what the records say of one, for pages of the kind `chain`. */
#include "api/schemas.h"

#include "zone/chain.h"

enum { PAIRS_SHOWN = 200, NEIGHBOURS_SHOWN = 5, CHAIN_BYTES_MAX = 256 * 1024 * 1024 };

FIELDS(chain_place) = { { "name", API_TEXT, R }, { "amount", API_INT, R, 0, NULL, "fen a year" }, END };
FIELDS(chain_link) = { { "id", API_ID, R }, { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "stage", API_TEXT, R }, { "level", API_INT, R, 0, NULL, "place from the left, from 0" },
    { "verdict", API_TEXT, R, 0, NULL, "strong plain weak missing extend empty" },
    { "enterprises", API_INT, R }, { "anchors", API_TEXTS, R }, { "buyers", API_INT, R },
    { "feeds", API_INT, R, 0, NULL, "enterprises on the links that it feeds" },
    { "fedBy", API_INT, R, 0, NULL, "enterprises on the links that feed it" },
    { "bought", API_INT, R, 0, NULL, "fen a year, of its product" }, { "outside", API_INT, R },
    { "places", API_LIST, R, 0, "ChainPlace", "where most is bought outside" }, END };
FIELDS(chain_edge) = { { "from", API_INT, R, 0, NULL, "index into links" }, { "to", API_INT, R }, END };
FIELDS(chain_named) = { { "id", API_ID, R }, { "label", API_TEXT, R }, END };
FIELDS(chain_pair) = { { "id", API_ID, R, 0, NULL, "the purchase" },
    { "link", API_INT, R, 0, NULL, "index into links" }, { "buyer", API_OBJECT, R, 0, "ChainNamed" },
    { "product", API_TEXT, R }, { "place", API_TEXT, R }, { "amount", API_INT, R },
    { "neighbours", API_INT, R }, { "makers", API_LIST, R, 0, "ChainNamed", "of them at most five" },
    END };
FIELDS(chain_candidate) = { { "id", API_ID, R }, { "link", API_INT, R }, { "label", API_TEXT, R },
    { "place", API_TEXT, R }, { "why", API_TEXT, R }, END };
FIELDS(chain_total) = { { "enterprises", API_INT, R }, { "held", API_INT, R },
    { "needed", API_INT, R }, { "bought", API_INT, R }, { "outside", API_INT, R },
    { "pairs", API_INT, R }, { "pairAmount", API_INT, R }, END };
FIELDS(chain_rules) = { { "few", API_INT, R }, { "many", API_INT, R }, { "outside", API_INT, R },
    { "local", API_INT, R }, END };
FIELDS(chain_stage) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "level", API_INT, R }, END };
FIELDS(chain_code) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, END };
FIELDS(industry_chain) = { { "chain", API_TEXT, R }, { "chains", API_LIST, R, 0, "ChainCode" },
    { "stages", API_LIST, R, 0, "ChainStage" }, { "links", API_LIST, R, 0, "ChainLink" },
    { "edges", API_LIST, R, 0, "ChainEdge" }, { "pairs", API_LIST, R, 0, "ChainPair" },
    { "candidates", API_LIST, R, 0, "ChainCandidate" }, { "total", API_OBJECT, R, 0, "ChainTotal" },
    { "rules", API_OBJECT, R, 0, "ChainRules" }, END };
const struct api_schema chain_schemas[] = { { "ChainPlace", NULL, chain_place },
    { "ChainLink", NULL, chain_link }, { "ChainEdge", NULL, chain_edge },
    { "ChainNamed", NULL, chain_named }, { "ChainPair", NULL, chain_pair },
    { "ChainCandidate", NULL, chain_candidate }, { "ChainTotal", NULL, chain_total },
    { "ChainRules", NULL, chain_rules }, { "ChainStage", NULL, chain_stage },
    { "ChainCode", NULL, chain_code }, { "IndustryChain", NULL, industry_chain }, { 0 } };

static json_t *named_json(const struct chain_item *item)
{
    json_t *o = json_object();
    json_set_id(o, "id", item->id);
    json_set_str(o, "label", item->label);
    return o;
}

static json_t *anchors_json(const struct chain *c, int link)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->in.placement_count; i++)
        if (c->placements[i].anchor && c->in.placements[i].link == link)
            json_array_append_new(list, json_from_str(c->placements[i].label));
    return list;
}

static json_t *link_json(const struct chain *c, size_t i)
{
    const struct chain_link_result *r = &c->result.links[i];
    json_t *o = named_json(&c->links[i]), *places = json_array();
    json_set_str(o, "key", c->links[i].key);
    json_set_str(o, "stage", c->links[i].stage);
    json_set_int(o, "level", c->links[i].level);
    json_set_str(o, "verdict", str_from(chain_verdict_words[r->verdict]));
    json_set_int(o, "enterprises", r->enterprises);
    json_object_set_new(o, "anchors", anchors_json(c, (int)i));
    json_set_int(o, "buyers", r->buyers);
    json_set_int(o, "feeds", r->feeds);
    json_set_int(o, "fedBy", r->fed_by);
    json_set_int(o, "bought", r->bought);
    json_set_int(o, "outside", r->outside);
    for (int n = 0; n < CHAIN_PLACES_SHOWN && r->places[n] >= 0; n++) {
        json_t *place = json_object();
        json_set_str(place, "name", c->places[r->places[n]]);
        json_set_int(place, "amount", r->place_amounts[n]);
        json_array_append_new(places, place);
    }
    json_object_set_new(o, "places", places);
    return o;
}

/* Some of those who make it: not the buyer's own firm. */
static json_t *makers_json(const struct chain *c, const struct chain_supply *s)
{
    json_t *list = json_array();
    int own = c->in.placements[s->buyer].firm;
    for (size_t i = 0; i < c->in.placement_count && json_array_size(list) < NEIGHBOURS_SHOWN; i++)
        if (c->in.placements[i].link == s->link && c->in.placements[i].firm != own)
            json_array_append_new(list, named_json(&c->placements[i]));
    return list;
}

static json_t *pairs_json(const struct chain *c)
{
    json_t *list = json_array();
    for (size_t i = 0; i < c->result.pair_count && i < PAIRS_SHOWN; i++) {
        int at = c->result.pairs[i].supply;
        const struct chain_supply *s = &c->in.supplies[at];
        json_t *o = json_object();
        json_set_id(o, "id", c->supply_ids[at]);
        json_set_int(o, "link", s->link);
        json_object_set_new(o, "buyer", named_json(&c->placements[s->buyer]));
        json_set_str(o, "product", c->supply_products[at]);
        json_set_str(o, "place", s->place >= 0 ? c->places[s->place] : STR_NONE);
        json_set_int(o, "amount", s->amount);
        json_set_int(o, "neighbours", c->result.pairs[i].neighbours);
        json_object_set_new(o, "makers", makers_json(c, s));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *codes_json(const struct pack_codes *codes, bool levels)
{
    json_t *list = json_array();
    for (size_t order = 0; codes && order < codes->count; order++)
        for (size_t i = 0; i < codes->count; i++) {
            const struct pack_code *code = &codes->items[i];
            if ((size_t)code->order != order)
                continue;
            json_t *o = json_object();
            json_set_str(o, "code", code->code);
            json_object_set_new(o, "name", json_name(code->name));
            if (levels)
                json_set_int(o, "level", code->order);
            json_array_append_new(list, o);
        }
    return list;
}

static json_t *total_json(const struct chain_result *r)
{
    json_t *o = json_object();
    json_set_int(o, "enterprises", r->enterprises);
    json_set_int(o, "held", r->held);
    json_set_int(o, "needed", r->needed);
    json_set_int(o, "bought", r->bought);
    json_set_int(o, "outside", r->outside);
    json_set_int(o, "pairs", (int64_t)r->pair_count);
    json_set_int(o, "pairAmount", r->pair_amount);
    return o;
}

static json_t *rules_json(const struct chain_rules *rules)
{
    json_t *o = json_object();
    json_set_int(o, "few", rules->few);
    json_set_int(o, "many", rules->many);
    json_set_int(o, "outside", rules->outside);
    json_set_int(o, "local", rules->local);
    return o;
}

static void add_graph(json_t *o, const struct chain *c)
{
    json_t *links = json_array(), *edges = json_array(), *candidates = json_array();
    for (size_t i = 0; i < c->in.link_count; i++)
        json_array_append_new(links, link_json(c, i));
    for (size_t i = 0; i < c->in.edge_count; i++) {
        json_t *edge = json_object();
        json_set_int(edge, "from", c->in.edges[i].from);
        json_set_int(edge, "to", c->in.edges[i].to);
        json_array_append_new(edges, edge);
    }
    for (size_t i = 0; i < c->candidate_count; i++) {
        json_t *one = json_object();
        json_set_id(one, "id", c->candidates[i].id);
        json_set_int(one, "link", c->candidates[i].link);
        json_set_str(one, "label", c->candidates[i].label);
        json_set_str(one, "place", c->candidates[i].place);
        json_set_str(one, "why", c->candidates[i].why);
        json_array_append_new(candidates, one);
    }
    json_object_set_new(o, "links", links);
    json_object_set_new(o, "edges", edges);
    json_object_set_new(o, "pairs", pairs_json(c));
    json_object_set_new(o, "candidates", candidates);
}

static const struct pack_codes *stage_codes(const struct op *op, const struct pack_page *page)
{
    const struct pack_register *r = pack_register(zone_pack(op->zone),
        pack_page_text(json_object_get(page->members, "links"), "register"));
    const struct pack_column *c
        = pack_column(r, pack_page_text(json_object_get(page->members, "links"), "stage"));
    return c ? c->codes : NULL;
}

/* The chain asked for; the first of the table when none is. */
static bool which_chain(struct call *c, const struct pack_codes *codes, str *code)
{
    if (!api_query(c, "chain", code))
        return false;
    for (size_t i = 0; !code->bytes && i < codes->count; i++)
        if (codes->items[i].order == 0)
            *code = codes->items[i].code;
    if (pack_code(codes, *code))
        return true;
    diag_field(&c->diag, STR("chain"));
    diag_set(&c->diag, ERR_INVALID, "没有这条产业链", "there is no such chain");
    api_fail(c);
    return false;
}

static void show_chain(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_page *page;
    struct chain chain;
    json_t *o = NULL;
    str code;
    (void)app;
    if (!api_page(c, "chain", &page))
        return;
    const struct pack_codes *codes
        = pack_codes(zone_pack(c->api->zone), pack_page_text(page->members, "codes"));
    if (!which_chain(c, codes, &code) || !api_read(c))
        return;
    /* A large chain takes more room than a request has; what is answered is small. */
    struct arena room;
    struct op own = c->op;
    arena_init(&room, NULL, CHAIN_BYTES_MAX);
    own.arena = &room;
    enum err e = chain_read(&own, page, code, &chain);
    if (e == OK) {
        o = json_keep(req->arena, json_object());
        json_set_str(o, "chain", code);
        json_object_set_new(o, "chains", codes_json(codes, false));
        json_object_set_new(o, "stages", codes_json(stage_codes(&c->op, page), true));
        add_graph(o, &chain);
        json_object_set_new(o, "total", total_json(&chain.result));
        json_object_set_new(o, "rules", rules_json(&chain.in.rules));
    }
    arena_release(&room);
    api_read_answer(c, e, o);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
static const struct api_param chain_params[]
    = { { "chain", "string", "code of the chain; the first when absent" }, { 0 } };
const struct http_route chain_routes[] = {
    { "GET", "/api/pages/{page}/chain", show_chain, 0, NULL,
        DOC("getIndustryChain",
            "An industry chain: links with their verdicts, what is bought outside though made next door",
            "pages", API_SESSION, NULL, "IndustryChain", 0, chain_params) },
    { 0 },
};
