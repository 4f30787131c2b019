/*
 * The texts of BPMN timers: ISO 8601 dates, durations and repeating intervals. Only their form is
 * judged here; what a duration means on a calendar is not this room's business.
 */
#include "bpmn/model.h"

static bool digits(str s, size_t *at, int most, int *count)
{
    *count = 0;
    while (*at < s.bytes && s.data[*at] >= '0' && s.data[*at] <= '9' && *count < most) {
        ++*at;
        ++*count;
    }
    return *count > 0;
}

/* One of the designators after `from` in order; a fraction is allowed on the last part (seconds). */
static bool duration_parts(str s, size_t *at, const char *designators, bool *any)
{
    const char *next = designators;
    int count;
    while (*at < s.bytes && s.data[*at] != 'T') {
        bool fraction = false;
        if (!digits(s, at, 9, &count))
            return false;
        if (*at < s.bytes && s.data[*at] == '.') {
            ++*at;
            fraction = true;
            if (!digits(s, at, 9, &count))
                return false;
        }
        if (*at == s.bytes)
            return false;
        while (*next && *next != s.data[*at])
            next++;
        if (!*next || (fraction && *next != 'S'))
            return false;
        next++;
        ++*at;
        *any = true;
    }
    return true;
}

bool iso_duration_valid(str s)
{
    size_t at = 0;
    bool any = false;
    if (!s.bytes || s.data[at++] != 'P')
        return false;
    if (!duration_parts(s, &at, "YMWD", &any))
        return false;
    if (at < s.bytes) {
        at++; /* the T */
        bool time = false;
        if (!duration_parts(s, &at, "HMS", &time) || !time)
            return false;
        any = true;
    }
    return any && at == s.bytes;
}

bool iso_date_time_valid(str s)
{
    struct date day;
    if (date_parse(s, &day))
        return true;
    if (s.bytes < 16 || !date_parse(str_slice(s, 0, 10), &day) || s.data[10] != 'T')
        return false;
    int64_t ms;
    if (instant_parse(s, &ms))
        return true;
    /* Local time: an offset is supplied by whoever keeps the clock. */
    char text[48];
    if (s.bytes > sizeof text - 2)
        return false;
    for (size_t i = 0; i < s.bytes; i++)
        text[i] = s.data[i];
    text[s.bytes] = 'Z';
    return instant_parse((str){ text, s.bytes + 1 }, &ms);
}

bool iso_cycle_parse(str s, int64_t *times, str *start, str *interval)
{
    str rest = s, part, parts[3];
    int count = 0;
    while (count < 3 && str_split(&rest, '/', &part))
        parts[count++] = part;
    if (rest.bytes || count < 2 || !parts[0].bytes || parts[0].data[0] != 'R')
        return false;
    str number = str_slice(parts[0], 1, parts[0].bytes);
    *times = -1;
    if (number.bytes && (!str_to_int64(number, times) || *times < 0 || *times > 1000000))
        return false;
    *start = count == 3 ? parts[1] : STR_NONE;
    *interval = parts[count - 1];
    return iso_duration_valid(*interval) && (count == 2 || iso_date_time_valid(*start));
}
