/* Writing calendars; ical.h. */
#include "api/ical.h"

#include <string.h>

enum { LINE_OCTETS = 75 };

static bool inside_letter(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* One content line, folded. */
static void line(struct buf *b, str text)
{
    size_t room = LINE_OCTETS;
    while (text.bytes > room) {
        size_t cut = room;
        while (cut > 1 && inside_letter(text.data[cut]))
            cut--;
        buf_add(b, str_slice(text, 0, cut));
        buf_add(b, STR("\r\n "));
        text = str_slice(text, cut, text.bytes);
        room = LINE_OCTETS - 1; /* the space counts */
    }
    buf_add(b, text);
    buf_add(b, STR("\r\n"));
}

static void text_line(struct buf *b, const char *name, str value)
{
    struct buf out;
    buf_init(&out, b->arena, 32 * 1024);
    buf_printf(&out, "%s:", name);
    for (size_t i = 0; i < value.bytes; i++) {
        char c = value.data[i];
        if (c == '\n')
            buf_add(&out, STR("\\n"));
        else if (c == '\\' || c == ';' || c == ',')
            buf_printf(&out, "\\%c", c);
        else if ((unsigned char)c >= 0x20)
            buf_add_char(&out, c);
    }
    line(b, buf_str(&out));
}

/* UTC: "20261123T013000Z" */
static void instant_line(struct buf *b, const char *name, int64_t ms)
{
    int64_t seconds = ms / 1000, days = seconds / 86400, rest = seconds % 86400;
    struct date d = date_from_days(days);
    buf_printf(b, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, (int)d.year, d.month, d.day,
        (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

void ical_begin(struct buf *b, str name)
{
    buf_add(b, STR("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Junma//calendar//ZH\r\n"));
    buf_add(b, STR("CALSCALE:GREGORIAN\r\n"));
    text_line(b, "X-WR-CALNAME", name);
    buf_add(b, STR("REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"));
}

void ical_event(struct buf *b, const struct ical_event *e)
{
    struct date day;
    bool whole = date_parse(e->day, &day);
    buf_add(b, STR("BEGIN:VEVENT\r\n"));
    text_line(b, "UID", e->uid);
    instant_line(b, "DTSTAMP", e->stamp_ms);
    instant_line(b, "LAST-MODIFIED", e->stamp_ms);
    buf_printf(b, "SEQUENCE:%lld\r\n", (long long)e->sequence);
    if (whole) /* a day that says what it is and keeps nobody busy; without an end it is one day (3.6.1) */
        buf_printf(b, "DTSTART;VALUE=DATE:%04d%02d%02d\r\nTRANSP:TRANSPARENT\r\n", (int)day.year,
            day.month, day.day);
    else
        instant_line(b, "DTSTART", e->at_ms);
    text_line(b, "SUMMARY", e->summary);
    if (e->description.bytes)
        text_line(b, "DESCRIPTION", e->description);
    buf_add(b, STR("END:VEVENT\r\n"));
}

void ical_end(struct buf *b)
{
    buf_add(b, STR("END:VCALENDAR\r\n"));
}
