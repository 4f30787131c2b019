/*
 * The draws of a page of kind `draw`: the page's members say which registers hold draws, entries and
 * lots, and which of their columns hold what (docs/pack.md). The acts are draw_keep.h's; here the
 * list comes out of the registers, and the result goes into them in the write that draws.
 */
#ifndef JUNMA_ZONE_DRAW_PAGE_H
#define JUNMA_ZONE_DRAW_PAGE_H

#include "zone/draw_keep.h"
#include "zone/record.h"

struct draw_page {
    const struct pack_page *page;
    const struct pack_register *draws, *entries, *lots;
    str key; /* of the draw */
    struct record record; /* of the draw, in its register */
};
/* Of a page of kind `draw`, without a draw. */
struct draw_page draw_page_of(const struct zone *zone, const struct pack_page *page);
/* What a record holds in the column that the page's member names; empty when it names none. */
str draw_page_text(const struct draw_page *p, const struct record *r, const char *member);
/* All that belong to the draw `key`, whoever asks, since a list must be whole: entries get objects of
 * number and group, lots get numbers. ERR_LIMIT above DRAW_ENTRIES_MAX. */
MUST_USE enum err draw_page_list(
    struct op *op, const struct draw_page *p, json_t *entries, json_t *lots);

/* In a write, by somebody who may write the register of draws (else ERR_FORBIDDEN); ERR_NOT_FOUND
 * when that has no `key`. p->record is found; else as draw_publish, draw_propose and draw_confirm. */
MUST_USE enum err draw_page_publish(struct op *op, struct draw_page *p, struct draw_kept *out);
MUST_USE enum err draw_page_propose(
    struct op *op, struct draw_page *p, str seed, str evidence, struct draw_kept *out);
/* Writes places and lots into the registers, where the page names columns for them. */
MUST_USE enum err draw_page_confirm(
    struct op *op, struct draw_page *p, str seed, struct draw_kept *out);

#endif
