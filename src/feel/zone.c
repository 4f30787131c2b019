/*
 * Named time zones from the system's tz data (TZif, RFC 8536).
 *
 *     header (44 bytes) | version 1 block, 32-bit, skipped | header | version 2 block, 64-bit:
 *     transition instants | type of each | types {offset i32, dst u8, name u8} | … | "\n" rule "\n"
 *
 * Before the first transition the first type holds; after the last one the POSIX rule of the footer
 * is computed, so that the year 2500 has summer time too. A zone is read once, on first use, under
 * a lock; afterwards it never changes. Names are looked up in a folder, so they are held to the
 * characters tz names have, without "..".
 */
#include "feel/feel.h"

#include <pthread.h>
#include <string.h>

enum {
    ZONE_BYTES_MAX = 256 * 1024,
    ZONE_NAME_MAX = 64,
    ZONES_MAX = 1024,
    HEADER_BYTES = 44,
    DAY_S = 86400,
};

/* "M10.1.0/3": the first (1) Sunday (0) of October (10) at 03:00; week 5 is the last. */
struct rule_day {
    int month, week, weekday;
    int64_t second;
};

struct feel_zone {
    str name;
    size_t transition_count, type_count;
    const int64_t *transitions;
    const uint8_t *types;
    const int32_t *offsets; /* of each type */
    bool has_rule, has_summer;
    int32_t standard, summer;
    struct rule_day start, end;
};

struct feel_zones {
    struct arena *arena;
    const struct sys *sys;
    const char *folder;
    pthread_mutex_t lock;
    size_t count;
    struct feel_zone *items[ZONES_MAX];
};

static void destroy_lock(void *lock)
{
    pthread_mutex_destroy(lock);
}

enum err feel_zones_create(
    struct arena *a, const struct sys *sys, const char *folder, struct feel_zones **out)
{
    struct feel_zones *z = ARENA_NEW(a, struct feel_zones);
    if (!z)
        return ERR_MEMORY;
    z->arena = a;
    z->sys = sys;
    z->folder = str_terminated(a, str_from(folder));
    if (!z->folder || pthread_mutex_init(&z->lock, NULL))
        return ERR_MEMORY;
    if (!arena_defer(a, destroy_lock, &z->lock))
        return ERR_MEMORY;
    *out = z;
    return OK;
}

static uint64_t read_big(const char *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

struct counts {
    size_t utc, standard, leap, time, type, chars;
};

static bool read_header(str data, size_t at, struct counts *c)
{
    if (data.bytes < at + HEADER_BYTES || memcmp(data.data + at, "TZif", 4) != 0)
        return false;
    const char *p = data.data + at + 20;
    *c = (struct counts){ read_big(p, 4), read_big(p + 4, 4), read_big(p + 8, 4),
        read_big(p + 12, 4), read_big(p + 16, 4), read_big(p + 20, 4) };
    return c->utc < 10000 && c->standard < 10000 && c->leap < 10000 && c->time < 10000
        && c->type > 0 && c->type < 256 && c->chars < 10000;
}

static size_t block_bytes(const struct counts *c, size_t time_bytes)
{
    return c->time * time_bytes + c->time + c->type * 6 + c->chars + c->leap * (time_bytes + 4)
        + c->standard + c->utc;
}

static bool rule_name(str *s)
{
    bool quoted = s->bytes && s->data[0] == '<';
    size_t i = quoted;
    while (i < s->bytes
        && (quoted ? s->data[i] != '>'
                   : (s->data[i] >= 'A' && s->data[i] <= 'Z')
                    || (s->data[i] >= 'a' && s->data[i] <= 'z')))
        i++;
    i += quoted && i < s->bytes;
    *s = str_slice(*s, i, s->bytes);
    return i >= 3;
}

static bool rule_number(str *s, int *out)
{
    size_t i = 0;
    int value = 0;
    while (i < s->bytes && i < 4 && s->data[i] >= '0' && s->data[i] <= '9')
        value = value * 10 + (s->data[i++] - '0');
    *s = str_slice(*s, i, s->bytes);
    *out = value;
    return i > 0;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool rule_time(str *s, int64_t *out)
{
    int sign = 1, hour, minute = 0, second = 0;
    if (s->bytes && (s->data[0] == '-' || s->data[0] == '+')) {
        sign = s->data[0] == '-' ? -1 : 1;
        *s = str_slice(*s, 1, s->bytes);
    }
    if (!rule_number(s, &hour))
        return false;
    if (s->bytes && s->data[0] == ':') {
        *s = str_slice(*s, 1, s->bytes);
        if (!rule_number(s, &minute))
            return false;
    }
    if (s->bytes && s->data[0] == ':') {
        *s = str_slice(*s, 1, s->bytes);
        if (!rule_number(s, &second))
            return false;
    }
    *out = sign * ((int64_t)hour * 3600 + minute * 60 + second);
    return true;
}

static bool rule_expect(str *s, char c)
{
    if (!s->bytes || s->data[0] != c)
        return false;
    *s = str_slice(*s, 1, s->bytes);
    return true;
}

static bool rule_day(str *s, struct rule_day *d)
{
    d->second = 7200;
    if (!rule_expect(s, ',') || !rule_expect(s, 'M') || !rule_number(s, &d->month)
        || !rule_expect(s, '.') || !rule_number(s, &d->week) || !rule_expect(s, '.')
        || !rule_number(s, &d->weekday))
        return false;
    if (d->month < 1 || d->month > 12 || d->week < 1 || d->week > 5 || d->weekday > 6)
        return false;
    return !rule_expect(s, '/') || rule_time(s, &d->second);
}

/* POSIX TZ text of the footer. Forms other than M (day numbers) are used by no present zone; such a
 * zone keeps its last offset. */
static void read_rule(str s, struct feel_zone *z)
{
    int64_t standard, summer;
    if (!rule_name(&s) || !rule_time(&s, &standard))
        return;
    z->standard = (int32_t)-standard;
    if (!s.bytes) {
        z->has_rule = true;
        return;
    }
    summer = standard - 3600;
    if (!rule_name(&s) || (s.bytes && s.data[0] != ',' && !rule_time(&s, &summer)))
        return;
    z->summer = (int32_t)-summer;
    z->has_summer = z->has_rule = rule_day(&s, &z->start) && rule_day(&s, &z->end) && !s.bytes;
}

static struct feel_zone *parse_zone(struct arena *a, str name, str data)
{
    struct counts c;
    if (!read_header(data, 0, &c) || data.data[4] < '2')
        return NULL;
    size_t second = HEADER_BYTES + block_bytes(&c, 4);
    if (!read_header(data, second, &c))
        return NULL;
    size_t at = second + HEADER_BYTES, end = at + block_bytes(&c, 8);
    if (data.bytes < end)
        return NULL;
    struct feel_zone *z = ARENA_NEW(a, struct feel_zone);
    int64_t *times = ARENA_ARRAY(a, int64_t, c.time);
    uint8_t *types = ARENA_ARRAY(a, uint8_t, c.time);
    int32_t *offsets = ARENA_ARRAY(a, int32_t, c.type);
    if (!z || !times || !types || !offsets)
        return NULL;
    for (size_t i = 0; i < c.time; i++) {
        times[i] = (int64_t)read_big(data.data + at + i * 8, 8);
        types[i] = (uint8_t)data.data[at + c.time * 8 + i];
        if (types[i] >= c.type || (i && times[i] <= times[i - 1]))
            return NULL;
    }
    at += c.time * 9;
    for (size_t i = 0; i < c.type; i++)
        offsets[i] = (int32_t)read_big(data.data + at + i * 6, 4);
    *z = (struct feel_zone){ .name = str_copy(a, name), .transition_count = c.time,
        .type_count = c.type, .transitions = times, .types = types, .offsets = offsets };
    str footer = str_slice(data, end, data.bytes);
    if (footer.bytes >= 2 && footer.data[0] == '\n' && footer.data[footer.bytes - 1] == '\n')
        read_rule(str_slice(footer, 1, footer.bytes - 1), z);
    return z;
}

static bool name_is_sound(str name)
{
    if (!name.bytes || name.bytes > ZONE_NAME_MAX || name.data[0] == '/'
        || str_find(name, STR(".."), 0) >= 0)
        return false;
    for (size_t i = 0; i < name.bytes; i++) {
        char c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '/' && c != '_' && c != '-' && c != '+')
            return false;
    }
    return true;
}

static struct feel_zone *load_zone(struct feel_zones *zones, str name)
{
    if (zones->count == ZONES_MAX)
        return NULL;
    str path = str_printf(zones->arena, "%s/%.*s", zones->folder, STR_ARGS(name));
    char *terminated = str_terminated(zones->arena, path);
    str data;
    struct diag d = { 0 };
    if (!terminated
        || zones->sys->file_read(
               zones->sys->ctx, zones->arena, terminated, ZONE_BYTES_MAX, &data, &d) != OK)
        return NULL;
    struct feel_zone *z = parse_zone(zones->arena, name, data);
    if (z && z->name.bytes == name.bytes)
        zones->items[zones->count++] = z;
    return z;
}

const struct feel_zone *feel_zone_find(struct feel_zones *zones, str name)
{
    if (!zones || !name_is_sound(name))
        return NULL;
    pthread_mutex_lock(&zones->lock);
    const struct feel_zone *found = NULL;
    for (size_t i = 0; i < zones->count && !found; i++)
        if (str_equal(zones->items[i]->name, name))
            found = zones->items[i];
    if (!found)
        found = load_zone(zones, name);
    pthread_mutex_unlock(&zones->lock);
    return found;
}

str feel_zone_name(const struct feel_zone *zone)
{
    return zone->name;
}

/* The instant, in wall seconds of the year's standard reading, when a rule day falls due. */
static int64_t rule_instant(int32_t year, const struct rule_day *r, int32_t offset)
{
    struct date first = { year, (uint8_t)r->month, 1 };
    int64_t days = date_to_days(first);
    int skip = (r->weekday - date_weekday(days) % 7 + 7) % 7;
    int day = 1 + skip + (r->week - 1) * 7;
    while (day > date_days_in_month(year, r->month))
        day -= 7;
    return (days + day - 1) * DAY_S + r->second - offset;
}

static int32_t rule_offset(const struct feel_zone *z, int64_t instant_s)
{
    if (!z->has_summer)
        return z->standard;
    int64_t wall = instant_s + z->standard;
    int32_t year = date_from_days(wall / DAY_S - (wall % DAY_S < 0)).year;
    int64_t start = rule_instant(year, &z->start, z->standard);
    int64_t end = rule_instant(year, &z->end, z->summer);
    bool summer = start < end ? instant_s >= start && instant_s < end
                              : instant_s >= start || instant_s < end;
    return summer ? z->summer : z->standard;
}

int32_t feel_zone_offset(const struct feel_zone *z, int64_t instant_s)
{
    size_t low = 0, high = z->transition_count;
    if (high && instant_s >= z->transitions[high - 1])
        return z->has_rule ? rule_offset(z, instant_s) : z->offsets[z->types[high - 1]];
    if (!high)
        return z->has_rule ? rule_offset(z, instant_s) : z->offsets[0];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->transitions[middle] <= instant_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? z->offsets[z->types[low - 1]] : z->offsets[0];
}
