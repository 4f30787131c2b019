/* When a timer of a procedure is due, by the zone's calendar. A working timer's days are working days
 * to the close of office, its hours office hours. */
#include "zone/case_internal.h"

/* "P7D", "PT4H", "P1DT2H30M": days and milliseconds. */
bool duration_read(str text, int64_t *days, int64_t *ms)
{
    bool time = false, any = false;
    int64_t number = 0, thousandths = 0;
    *days = *ms = 0;
    if (text.bytes < 3 || text.data[0] != 'P')
        return false;
    for (size_t i = 1; i < text.bytes; i++) {
        char c = text.data[i];
        if (c == 'T' && !time) {
            time = true;
        } else if (c >= '0' && c <= '9' && number < 1000000) {
            number = number * 10 + c - '0';
            any = true;
            continue;
        } else if (c == '.' && time && any && !thousandths) { /* of seconds, which come last */
            int64_t worth = 100;
            while (i + 1 < text.bytes && text.data[i + 1] >= '0' && text.data[i + 1] <= '9') {
                thousandths += worth * (text.data[++i] - '0');
                worth /= 10;
            }
            if (i + 2 != text.bytes || text.data[i + 1] != 'S')
                return false;
            continue;
        } else if (!any) {
            return false;
        } else if (c == 'D' && !time) {
            *days += number;
        } else if (c == 'W' && !time) {
            *days += 7 * number;
        } else if (c == 'H' && time) {
            *ms += number * MS_PER_HOUR;
        } else if (c == 'M' && time) {
            *ms += number * MS_PER_MINUTE;
        } else if (c == 'S' && time) {
            *ms += number * MS_PER_SECOND + thousandths;
        } else {
            return false;
        }
        number = 0;
        any = false;
    }
    return !any && (*days || *ms);
}

enum err timer_due(const struct zone *z, const struct bpmn_effect *e, int64_t from, int64_t *due,
    struct diag *d)
{
    const struct pack *pack = zone_pack(z);
    int64_t days, ms, day;
    if (e->timer_kind == BPMN_TIMER_DATE && instant_parse(e->text, due))
        return OK;
    if (e->timer_kind != BPMN_TIMER_DURATION || !duration_read(e->text, &days, &ms))
        return diag_set(d, ERR_UNSUPPORTED,
            "定时器 %.*s 的时间“%.*s”不能识别,应如 P7D 或 PT4H",
            "timer %.*s: the time \"%.*s\" is not understood; it should look like P7D or PT4H",
            STR_ARGS(e->node->id), STR_ARGS(e->text));
    if (!e->working) {
        *due = from + days * MS_PER_DAY + ms;
        return OK;
    }
    if (days) {
        TRY(calendar_add_days(pack->calendar, zone_local_days(z, from), days, &day, NULL, d));
        from = calendar_close_ms(&pack->clock, day);
    }
    *due = from;
    return ms ? calendar_add_office_ms(&pack->clock, from, ms, due, NULL, d) : OK;
}
