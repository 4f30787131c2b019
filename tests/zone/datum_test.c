/* Coordinates of other systems: against values known from outside, and there and back. */
#include "zone/datum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void near_by(struct lonlat a, struct lonlat b, double metres)
{
    double m = lonlat_metres(a, b);
    if (!(m <= metres))
        fail_msg("%.9f,%.9f and %.9f,%.9f are %.4f m apart", a.lon, a.lat, b.lon, b.lat, m);
}

/* The same place in three systems, as published converters give it. */
static const struct lonlat gcj = { 116.41024449916938, 39.91640428150164 };
static const struct lonlat bd = { 116.41036949371029, 39.92133699351022 };

static void known_values(void **state)
{
    struct lonlat p = { 116.404, 39.915 };
    (void)state;
    near_by(datum_from_wgs84(DATUM_GCJ02, p), gcj, 0.01);
    near_by(datum_to_wgs84(DATUM_GCJ02, gcj), p, 0.01);
    struct lonlat wgs = datum_to_wgs84(DATUM_GCJ02, p);
    near_by(datum_from_wgs84(DATUM_BD09, wgs), bd, 0.01);
    near_by(datum_to_wgs84(DATUM_BD09, bd), wgs, 0.01);
}

static void there_and_back(void **state)
{
    (void)state;
    for (double lon = 73; lon < 135; lon += 0.73)
        for (double lat = 4; lat < 53; lat += 0.61) {
            struct lonlat p = { lon, lat };
            for (int d = DATUM_WGS84; d <= DATUM_BD09; d++)
                near_by(datum_to_wgs84((enum datum)d, datum_from_wgs84((enum datum)d, p)), p, 0.001);
        }
}

static void shift_is_hundreds_of_metres(void **state)
{
    struct lonlat p = { 115.85, 28.75 };
    double m = lonlat_metres(p, datum_from_wgs84(DATUM_GCJ02, p));
    (void)state;
    assert_true(m > 100 && m < 1000);
    near_by(datum_to_wgs84(DATUM_CGCS2000, p), p, 0);
    struct lonlat paris = { 2.35, 48.85 }; /* not shifted */
    near_by(datum_to_wgs84(DATUM_GCJ02, paris), paris, 0);
}

static void metres(void **state)
{
    (void)state;
    double m = lonlat_metres((struct lonlat){ 115.85, 28.0 }, (struct lonlat){ 115.85, 29.0 });
    assert_true(fabs(m - 111195) < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(known_values),
        cmocka_unit_test(there_and_back), cmocka_unit_test(shift_is_hundreds_of_metres),
        cmocka_unit_test(metres) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
