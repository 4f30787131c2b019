/* The shift of GCJ-02 is a sum of sines over position; it is undone by fixed-point iteration, since
 * it changes by less than a thousandth of what the position changes. */
#include "zone/datum.h"

#include <math.h>

const char *const datum_words[] = { "wgs84", "cgcs2000", "gcj02", "bd09", NULL };

static const double pi = 3.14159265358979323846;
static const double axis = 6378245.0, flat2 = 0.00669342162296594323; /* Krasovsky 1940 */

static bool shifted(struct lonlat p)
{
    return p.lon >= 72.004 && p.lon <= 137.8347 && p.lat >= 0.8293 && p.lat <= 55.8271;
}

/* What both sums share: waves along x. */
static double waves(double x)
{
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0;
}

static double north(double x, double y)
{
    return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves(x)
        + (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
        + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0;
}

static double east(double x, double y)
{
    return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves(x)
        + (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
        + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0;
}

static struct lonlat to_gcj(struct lonlat p)
{
    double x = p.lon - 105.0, y = p.lat - 35.0, phi = p.lat / 180.0 * pi;
    double magic = 1.0 - flat2 * sin(phi) * sin(phi), root = sqrt(magic);
    if (!shifted(p))
        return p;
    return (struct lonlat){ p.lon + east(x, y) * 180.0 / (axis / root * cos(phi) * pi),
        p.lat + north(x, y) * 180.0 / (axis * (1.0 - flat2) / (magic * root) * pi) };
}

static struct lonlat gcj_to_bd(struct lonlat p)
{
    double turn = pi * 3000.0 / 180.0;
    double far = hypot(p.lon, p.lat) + 0.00002 * sin(p.lat * turn);
    double angle = atan2(p.lat, p.lon) + 0.000003 * cos(p.lon * turn);
    return (struct lonlat){ far * cos(angle) + 0.0065, far * sin(angle) + 0.006 };
}

/* The p with there(p) = q. */
static struct lonlat undo(struct lonlat (*there)(struct lonlat), struct lonlat q)
{
    struct lonlat p = q;
    for (int i = 0; i < 20; i++) {
        struct lonlat now = there(p);
        p.lon += q.lon - now.lon;
        p.lat += q.lat - now.lat;
    }
    return p;
}

struct lonlat datum_to_wgs84(enum datum from, struct lonlat p)
{
    switch (from) {
    case DATUM_WGS84:
    case DATUM_CGCS2000:
        return p;
    case DATUM_BD09:
        p = undo(gcj_to_bd, p);
        return shifted(p) ? undo(to_gcj, p) : p;
    case DATUM_GCJ02:
        return shifted(p) ? undo(to_gcj, p) : p;
    }
    return p;
}

struct lonlat datum_from_wgs84(enum datum to, struct lonlat p)
{
    switch (to) {
    case DATUM_WGS84:
    case DATUM_CGCS2000:
        return p;
    case DATUM_GCJ02:
        return to_gcj(p);
    case DATUM_BD09:
        return gcj_to_bd(to_gcj(p));
    }
    return p;
}

double lonlat_metres(struct lonlat a, struct lonlat b)
{
    double radians = pi / 180.0;
    double s = sin((b.lat - a.lat) * radians / 2), t = sin((b.lon - a.lon) * radians / 2);
    double h = s * s + cos(a.lat * radians) * cos(b.lat * radians) * t * t;
    return 2.0 * 6371008.8 * asin(sqrt(h < 1.0 ? h : 1.0));
}
