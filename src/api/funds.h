/* Shared by the resources of funds. */
#ifndef JUNMA_API_FUNDS_H
#define JUNMA_API_FUNDS_H

#include "api/schemas.h"

#include "zone/fund_batch.h"
#include "zone/fund_check.h"

/* New references. */
json_t *fund_json(struct call *c, const struct fund *f);
json_t *fund_entry_json(struct call *c, const struct fund_entry *e);
json_t *fund_commitment_json(struct call *c, const struct fund_commitment *m);
json_t *fund_batch_json(struct call *c, const struct fund_batch *b);
json_t *fund_line_json(struct call *c, const struct fund_line *l);
json_t *fund_closing_json(struct call *c, const struct fund_closing *k);

/* A change under way: what is asked for, and the answer made inside the write. */
struct fund_change {
    enum err (*act)(struct call *c, struct fund_change *w);
    str fund, text, name;
    int64_t id, line, fen, count;
    bool flag;
    struct fund_why why;
    int status;
    json_t *reply; /* NULL: an empty answer */
};
/* NULL: answered. Asks for the permission; the body's reason, basis, document, fen and the header's
 * key are read into it. */
struct fund_change *fund_change_begin(struct call *c, const char *permission,
    enum err (*act)(struct call *c, struct fund_change *w));
void fund_change_run(struct call *c);

/* A page of a list as {"items", "next"}. */
json_t *fund_page(json_t **items);
/* Reading for whoever may see funds: begins to read. False: answered. */
bool fund_read_begin(struct call *c);

#endif
