/*
 * Coordinates that were given in another system than ours. The zone keeps WGS 84; CGCS2000 agrees
 * with it to a decimetre and is taken as the same. GCJ-02 is what maps published in China show
 * (shifted by some hundred metres), BD-09 what one of them shifts once more. A shift given as the
 * wrong system puts a road through a house, so that input says which it is.
 *
 * Outside the mainland's bounding box GCJ-02 is WGS 84, as the maps have it.
 */
#ifndef JUNMA_ZONE_DATUM_H
#define JUNMA_ZONE_DATUM_H

#include "base/text.h"

enum datum { DATUM_WGS84, DATUM_CGCS2000, DATUM_GCJ02, DATUM_BD09 };
extern const char *const datum_words[]; /* "wgs84", "cgcs2000", "gcj02", "bd09", NULL */

struct lonlat {
    double lon, lat; /* degrees */
};
/* Exact to a millimetre there and back. */
struct lonlat datum_to_wgs84(enum datum from, struct lonlat p);
struct lonlat datum_from_wgs84(enum datum to, struct lonlat p);
/* Metres on a sphere of the mean radius: within half a percent. */
double lonlat_metres(struct lonlat a, struct lonlat b);

#endif
