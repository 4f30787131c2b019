/*
 * An industry chain: links that feed each other, enterprises that stand on links, and who buys the
 * product of which link, here or outside. From these the analysis says where the chain is strong,
 * where it is weak, and where a neighbour makes what is bought far away.
 *
 *     links ── edges ──▶ links          what feeds what
 *       ▲                  ▲
 *     placements         supplies       buyer (a placement) buys the product of a link, from a
 *                                       placement in the zone or from outside (-1)
 *
 * The verdict of a link, by stated rules and nothing else:
 *
 *     enterprises = 0   MISSING  somebody buys its product, or a link that it feeds has enterprises
 *                       EXTEND   nobody asks for it here, but a link that feeds it has enterprises
 *                       EMPTY    neither
 *     enterprises > 0   WEAK     at most `few` of them, and of what is bought at least `outside`
 *                                percent comes from outside
 *                       STRONG   at least `many`, and at least `local` percent is bought here
 *                       PLAIN    else; also where no purchase is on record
 *
 * chain_analyse is pure: no database, no clock. It takes time in proportion to its input (and a
 * sort of the placements). chain_read brings the input from the registers that a page names.
 */
#ifndef JUNMA_ZONE_CHAIN_H
#define JUNMA_ZONE_CHAIN_H

#include "zone/record.h"

enum {
    CHAIN_LINKS_MAX = 2000,
    CHAIN_EDGES_MAX = 20000,
    CHAIN_PLACEMENTS_MAX = 200000,
    CHAIN_SUPPLIES_MAX = 1000000,
    CHAIN_PLACES_SHOWN = 3,
};

enum chain_verdict {
    CHAIN_STRONG,
    CHAIN_PLAIN,
    CHAIN_WEAK,
    CHAIN_MISSING,
    CHAIN_EXTEND,
    CHAIN_EMPTY,
};
extern const char *const chain_verdict_words[]; /* "strong" … */

struct chain_rules {
    int few, many;      /* enterprises */
    int outside, local; /* percent */
};
struct chain_edge {
    int from, to; /* links */
};
struct chain_placement {
    int link, firm; /* firm: the same number for the same enterprise */
};
struct chain_supply {
    int buyer, supplier; /* placements; supplier -1: outside */
    int link;            /* whose product it is */
    int place;           /* outside: which place, else -1 */
    int64_t amount;
};
struct chain_input {
    struct chain_rules rules;
    size_t link_count, edge_count, placement_count, supply_count, place_count;
    const struct chain_edge *edges;
    const struct chain_placement *placements;
    const struct chain_supply *supplies;
};

struct chain_link_result {
    enum chain_verdict verdict;
    int enterprises, buyers;     /* each firm once */
    int feeds, fed_by;           /* enterprises on the links that it feeds, that feed it */
    int64_t bought, outside;     /* of its product, by enterprises on the chain */
    int places[CHAIN_PLACES_SHOWN]; /* where most is bought outside, the most first; -1: none */
    int64_t place_amounts[CHAIN_PLACES_SHOWN];
};
/* Bought outside though made next door. */
struct chain_pair {
    int supply;     /* of the input */
    int neighbours; /* other enterprises on the link */
};
struct chain_result {
    struct chain_link_result *links;
    struct chain_pair *pairs; /* the largest amount first */
    size_t pair_count;
    int64_t pair_amount; /* of all pairs */
    int enterprises;     /* on the chain, each firm once */
    int held, needed;    /* links with an enterprise; links that are held or missing */
    int64_t bought, outside;
};
/* Indexes must be in range; ERR_MEMORY is the only failure. */
MUST_USE enum err chain_analyse(
    struct arena *a, const struct chain_input *in, struct chain_result *out, struct diag *d);

/* ---- from registers ---- */

/* A record as pages show it. */
struct chain_item {
    int64_t id;
    str key, label;
    str stage;      /* of a link: its code */
    int level;      /* of a link: how far right it stands, from 0 */
    bool anchor;    /* of a placement */
};
struct chain_candidate {
    int64_t id;
    int link;
    str label, place, why;
};
struct chain {
    struct chain_input in;
    struct chain_item *links, *placements;
    int64_t *supply_ids;
    str *supply_products, *places;
    struct chain_candidate *candidates;
    size_t candidate_count;
    struct chain_result result;
};
/* The chain `code` of a page of the kind `chain`, analysed. What the reader may not see is left
 * out: his registers, his units. */
MUST_USE enum err chain_read(
    struct op *op, const struct pack_page *page, str code, struct chain *out);

#endif
