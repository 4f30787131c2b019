/*
 * Named time zones as an evaluation knows them: base/tz reads a zone on first use, here it is kept
 * under its name for all who ask later, under a lock. A zone never changes afterwards and is the
 * same pointer for the same name, so values compare zones by pointer.
 *
 * Names come from rule texts and are bounded by base/tz; how many zones are kept is bounded here. A
 * name that no zone has is null in FEEL, and is not remembered.
 */
#include "feel/feel.h"

#include <pthread.h>

enum { ZONES_MAX = 1024 };

struct feel_zones {
    struct arena *arena;
    const struct sys *sys;
    pthread_mutex_t lock;
    size_t count;
    const struct tz *items[ZONES_MAX];
};

static void destroy_lock(void *lock)
{
    pthread_mutex_destroy(lock);
}

enum err feel_zones_create(struct arena *a, const struct sys *sys, struct feel_zones **out)
{
    struct feel_zones *z = ARENA_NEW(a, struct feel_zones);
    if (!z)
        return ERR_MEMORY;
    z->arena = a;
    z->sys = sys;
    if (pthread_mutex_init(&z->lock, NULL) || !arena_defer(a, destroy_lock, &z->lock))
        return ERR_MEMORY;
    *out = z;
    return OK;
}

static const struct tz *kept(const struct feel_zones *zones, str name)
{
    for (size_t i = 0; i < zones->count; i++)
        if (str_equal(tz_name(zones->items[i]), name))
            return zones->items[i];
    return NULL;
}

static const struct tz *load(struct feel_zones *zones, str name)
{
    const struct tz *zone = NULL;
    if (zones->count == ZONES_MAX || tz_load(zones->arena, zones->sys, name, &zone, NULL) != OK)
        return NULL;
    zones->items[zones->count++] = zone;
    return zone;
}

const struct tz *feel_zone_find(struct feel_zones *zones, str name)
{
    if (!zones)
        return NULL;
    pthread_mutex_lock(&zones->lock);
    const struct tz *found = kept(zones, name);
    if (!found)
        found = load(zones, name);
    pthread_mutex_unlock(&zones->lock);
    return found;
}
