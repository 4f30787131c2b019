/* What benefit_*.c share. */
#ifndef JUNMA_ZONE_BENEFIT_INTERNAL_H
#define JUNMA_ZONE_BENEFIT_INTERNAL_H

#include "zone/benefit.h"
#include "zone/fund.h"
#include "zone/ledger.h"
#include "zone/query.h"

struct benefit_drawn {
    struct policy_row row;
    str facts, why, supplied, files;
};
struct benefit_drawing {
    const struct pack_clause *clause;
    const struct policy_facts *facts;
    int64_t day, seen_at, rows, missing, barred, tree_size;
    str checkpoint, origin;
    struct benefit_drawn *lines;
    size_t line_count, capacity;
};

/* Writes a list with its lines, in the write under way. */
MUST_USE enum err benefit_keep_list(
    struct op *op, const struct benefit_drawing *d, const char *state, int64_t *list);
/* Journals what happened to a list. */
MUST_USE enum err benefit_tell(struct op *op, const char *kind, const struct benefit_list *l, json_t *data);
/* Its state and version change: fails when somebody was first. */
MUST_USE enum err benefit_list_set(struct op *op, const struct benefit_list *l, const char *state);
str benefit_day(struct op *op, int64_t days);
/* Refuses with the reason of benefit_may. */
MUST_USE enum err benefit_require(struct op *op, const struct benefit_list *l, const char *verb);
/* Reviews or approves this clause, of the unit in charge or seeing all. */
bool benefit_concerns(struct op *op, const struct benefit_list *l, const struct pack_clause *c);
/* Each line of a list in that state (NULL: any), page by page on an arena of its own. A line may leave the
 * state while it is looked at. */
typedef enum err (*benefit_line_fn)(
    struct op *op, const struct benefit_list *l, const struct benefit_line *line, void *ctx);
MUST_USE enum err benefit_each_line(
    struct op *op, const struct benefit_list *l, const char *state, benefit_line_fn fn, void *ctx);

/* ---- who is told (benefit_tell.c), in the write under way ---- */

enum benefit_news {
    BENEFIT_PUBLISHED,
    BENEFIT_LEFT_OUT, /* on review */
    BENEFIT_STRUCK,   /* by an objection */
    BENEFIT_AWARDED,
    BENEFIT_WAITS,
    BENEFIT_VOIDED,
    BENEFIT_RECOVERED,
    BENEFIT_NEWS
};
/* The payee's people. reason: or the day until which it is public. */
MUST_USE enum err benefit_news(struct op *op, const struct benefit_list *l, const struct benefit_line *line,
    enum benefit_news what, int64_t fen, struct name2 reason);
MUST_USE enum err benefit_news_published(struct op *op, const struct benefit_list *l, str notice_to);
MUST_USE enum err benefit_news_voided(struct op *op, const struct benefit_list *l, str reason);
/* Who put the list under notice. */
MUST_USE enum err benefit_news_objection(struct op *op, const struct benefit_list *l);
/* Who objected; account 0: nobody who can be told here. */
MUST_USE enum err benefit_news_answered(
    struct op *op, const struct benefit_list *l, int64_t account, bool upheld, str reply);
/* The reason that a text is missing or too long. */
MUST_USE enum err benefit_text(struct op *op, const char *field, str text);

#endif
