/*
 * Bulletins: texts of the pack with their numbers, as they are now, and issues, as they were when
 * somebody published them.
 *
 *     content (JSON)   {bulletin, title, unit, period, asOf, version, text: {zh, en}, numbers: […]}
 *     text             blocks of prose; a hole is {"kind": "hole", "number": position in numbers}
 *     number           {figure, kind, query, value, count, text, groups, …}; one of an issue has
 *                      `records` too: how many, and a digest over their ids
 *
 * An issue is frozen: its content is kept as one text whose digest stands in the journal, in the event
 * of its publication. Its numbers over registers are computed as of an instant a second before it was
 * published (writes that began earlier have been committed by then), so whoever has the database can
 * compute them again from the history, by the pack's version of that day: bulletin_check does. Numbers
 * over cases, and those of columns that are counted anew each day, cannot be computed again; they are
 * proved by the digest alone, and the check says so.
 */
#ifndef JUNMA_ZONE_BULLETIN_H
#define JUNMA_ZONE_BULLETIN_H

#include "zone/zone.h"

enum { BULLETIN_GRACE_MS = 1000, BULLETIN_IDS_MAX = 500, BULLETIN_RECORDS_MAX = 20000 };

/* The months it tells of: of those that a recurring one could, the one `month` lies in (empty: the
 * last that has ended). Both empty where it tells of none. */
MUST_USE enum err bulletin_period(
    struct op *op, const struct pack_bulletin *b, str month, str *from, str *to);

/* The content as of now (as_of_ms 0) or frozen as of that instant. Needs figure.read; op->conn is used
 * for names only, and may be NULL. */
MUST_USE enum err bulletin_content(struct op *op, const struct pack_bulletin *b, str from, str to,
    int64_t as_of_ms, json_t **out);

struct bulletin_issue {
    int64_t id, at_ms, as_of_ms, event;
    str number; /* "2026-3": the third of that bulletin in the year */
    str bulletin, from, to, version, actor, reason, digest;
    struct name2 title, unit;
    bool is_public;
    str content; /* JSON; empty in lists */
    str leaf;    /* hash of the event's leaf, in lists empty */
};
/* In a write, with the content that bulletin_content gave. Needs bulletin.publish. */
MUST_USE enum err bulletin_publish(struct op *op, const struct pack_bulletin *b, const json_t *content,
    str reason, struct bulletin_issue *out);
/* Public ones for everybody, all of them with figure.read. Newest first. bulletin empty: of all. */
MUST_USE enum err bulletin_issues(struct op *op, str bulletin, int64_t before, size_t limit,
    struct bulletin_issue **out, size_t *count, bool *more);
MUST_USE enum err bulletin_issue(struct op *op, int64_t id, struct bulletin_issue *out);
/* By its number: "operation-2026-3". */
MUST_USE enum err bulletin_issue_named(struct op *op, str name, struct bulletin_issue *out);

enum bulletin_verdict {
    BULLETIN_SAME,     /* computed again, and it is the same */
    BULLETIN_DIFFERS,  /* computed again, and it is another */
    BULLETIN_SEALED,   /* cannot be computed again; the digest holds */
};
struct bulletin_number_check {
    str figure;
    struct name2 title;
    enum bulletin_verdict verdict;
    str was, now; /* as printed */
    str why;      /* BULLETIN_DIFFERS: "value", "count", "records", "groups" */
};
struct bulletin_check {
    bool sealed;   /* the content is what the journal's event says */
    bool included; /* that event stands in the journal under a signed checkpoint */
    int64_t records_checked; /* versions of records that were held against the journal */
    int64_t records_changed; /* and are not what was journalled */
    struct bulletin_number_check *numbers;
    size_t number_count;
    bool holds; /* all of it */
};
/* Acts as the system: figures are computed for anyone who asks whether an issue holds. */
MUST_USE enum err bulletin_check(
    struct op *op, const struct bulletin_issue *issue, struct bulletin_check *out);

#endif
