/*
 * Prose: Markdown with holes, read into a tree that a face draws and a printer sets. Nothing here
 * becomes HTML: a tree has no place in which a script could stand.
 *
 *     # 前三季度运行通报
 *
 *     完成投资 **{{figure investment_done from=2022-01 to=2022-09}}** 亿元。
 *
 *     {{chart investment_done by=month}}
 *
 * A hole is {{word name argument=value …}}; a value may stand in double quotes. What a hole means is
 * the caller's business. Markdown is GitHub's (headings, lists, tables, quotes, emphasis, code,
 * links to http, https and the own server); raw HTML and pictures are refused by line. A line that
 * ends between two Chinese letters goes on without a space.
 *
 * Pure. Everything lives in the caller's arena and refers to nothing outside it.
 */
#ifndef JUNMA_PROSE_PROSE_H
#define JUNMA_PROSE_PROSE_H

#include "base/err.h"

enum { PROSE_BYTES_MAX = 256 * 1024, PROSE_NODES_MAX = 20000, PROSE_DEPTH_MAX = 20,
    PROSE_ARGS_MAX = 12 };

enum prose_kind {
    PROSE_DOCUMENT,
    PROSE_HEADING, /* level 1 to 6 */
    PROSE_PARAGRAPH,
    PROSE_QUOTE,
    PROSE_LIST, /* level: the first number, 0: bullets */
    PROSE_ITEM,
    PROSE_CODE_BLOCK, /* text */
    PROSE_RULE,
    PROSE_TABLE,
    PROSE_ROW, /* level 1: the head */
    PROSE_CELL, /* level: 0 left, 1 middle, 2 right */
    PROSE_TEXT, /* text */
    PROSE_EMPHASIS,
    PROSE_STRONG,
    PROSE_CODE, /* text */
    PROSE_LINK, /* text: the address */
    PROSE_BREAK,
    PROSE_HOLE, /* text: its word; name; args */
};
/* "document", "heading" … */
const char *prose_kind_word(enum prose_kind kind);

struct prose_arg {
    str name, value;
};
struct prose_node {
    enum prose_kind kind;
    int line, level;
    str text;
    str name; /* of a hole */
    const struct prose_arg *args;
    size_t arg_count;
    const struct prose_node *first, *next; /* child, sibling */
};

/* `line` is the number of the text's first line. All faults of the text go to `faults` with file and
 * line; the first one's error is returned. With faults *out is what could be read nevertheless (NULL:
 * nothing), so that a caller finds his own faults in the same run. */
MUST_USE enum err prose_read(struct arena *a, const char *file, int line, str text,
    const struct prose_node **out, struct diag_list *faults);

/* A value of a hole; empty when it is not there. */
str prose_arg(const struct prose_node *hole, const char *name);
/* Calls fn for every hole of the tree, in the order of reading. */
void prose_holes(const struct prose_node *root, void (*fn)(const struct prose_node *, void *),
    void *ctx);

#endif
