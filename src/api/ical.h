/*
 * Calendars for other programs: RFC 5545, as little of it as deadlines and days need. Lines end with CRLF
 * and are folded at 75 octets, never inside a letter (3.1); texts are escaped (3.3.11).
 */
#ifndef JUNMA_API_ICAL_H
#define JUNMA_API_ICAL_H

#include "base/date.h"
#include "base/text.h"

void ical_begin(struct buf *b, str name);
struct ical_event {
    str uid, summary, description; /* description may be empty */
    int64_t stamp_ms;              /* when it was last changed */
    int64_t sequence;              /* how often: 0 when it was never */
    int64_t at_ms;                 /* an instant; or */
    str day;                       /* a whole day "2026-11-23" */
};
void ical_event(struct buf *b, const struct ical_event *e);
void ical_end(struct buf *b);

#endif
