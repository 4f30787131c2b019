/*
 * Time zones: what clock hangs on the wall at an instant. A zone is read once from the system's
 * TZif files (RFC 8536, version 2 and later, with the POSIX rule of the footer for all time after
 * the table) and is immutable afterwards: any number of threads may read it.
 *
 * Instants are milliseconds (date.h) or, where years up to ±999,999,999 are wanted, whole seconds
 * since 1970-01-01T00:00:00Z: milliseconds in 64 bits end at about year 292,000,000.
 *
 * Local time to instant, when the clock was turned: the offset in force *before* the turn is used.
 *   gap      02:30 on a night that jumps from 02:00 to 03:00 is 03:30 (moved on by the gap);
 *   overlap  02:30 on a night that has it twice is the first of the two.
 *
 * Without tzdata on the machine two names still load: "UTC", exact, and "Asia/Shanghai" as plain
 * +08:00, exact from 1992 on (tz_is_fallback says so). Every other name is then ERR_NOT_FOUND.
 */
#ifndef JUNMA_BASE_TZ_H
#define JUNMA_BASE_TZ_H

#include "base/date.h"
#include "base/sys.h"

enum { TZ_NAME_BYTES_MAX = 64 };

struct tz;

/* The zone of an IANA name such as "Asia/Shanghai", made in the arena. ERR_INVALID when the name
 * is no name (absolute, "..", foreign characters), ERR_NOT_FOUND when the system does not know it,
 * ERR_SYNTAX for a damaged file, ERR_UNSUPPORTED for version 1 files and leap-second zones. */
MUST_USE enum err tz_load(
    struct arena *a, const struct sys *sys, str name, const struct tz **out, struct diag *d);
/* Static; needs no file and no memory. */
const struct tz *tz_utc(void);

str tz_name(const struct tz *tz);
/* True when the built-in stand-in is used because the system has no file for the zone. */
bool tz_is_fallback(const struct tz *tz);

/* Seconds east of UTC in force at the instant. Before the first entry of the table the zone's
 * first local time type counts (RFC 8536 clause 3.2). */
int tz_offset_s(const struct tz *tz, int64_t utc_ms);
/* The same for an instant in seconds: any 64-bit value. */
int tz_offset_at_s(const struct tz *tz, int64_t utc_s);
/* Offset to subtract from a local time, given as seconds since 1970-01-01T00:00:00 on that wall;
 * the rule for gaps and overlaps is above. */
int tz_offset_of_local_s(const struct tz *tz, int64_t local_s);

/* The day on the wall, and through ms_of_day (may be NULL) the milliseconds since its 00:00. */
struct date tz_local_date(const struct tz *tz, int64_t utc_ms, int32_t *ms_of_day);
/* The same as days since 1970-01-01. */
int64_t tz_local_days(const struct tz *tz, int64_t utc_ms, int32_t *ms_of_day);
/* The instant of a local day and time; ms_of_day may be 86,400,000 (the end of the day) or more. */
int64_t tz_instant(const struct tz *tz, struct date date, int64_t ms_of_day);
int64_t tz_instant_of_days(const struct tz *tz, int64_t days, int64_t ms_of_day);

#endif
