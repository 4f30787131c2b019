/*
 * What a photograph tells of itself: when and where it was taken, from its EXIF data. Cameras write
 * the time of their own wall without a zone, so it is kept as written. A picture from which nothing
 * can be read is a picture all the same.
 */
#include "api/files.h"

#include <libexif/exif-data.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* "2026:03:05 14:20:00" as "2026-03-05T14:20:00"; empty when it is no time. */
static str taken_on(struct arena *a, ExifData *data)
{
    char text[32] = "";
    struct date date;
    ExifEntry *e = exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], EXIF_TAG_DATE_TIME_ORIGINAL);
    if (!e)
        e = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_DATE_TIME);
    if (!e || !exif_entry_get_value(e, text, sizeof text) || strlen(text) < 19)
        return STR_NONE;
    text[4] = text[7] = '-';
    text[10] = 'T';
    text[19] = 0;
    if (!date_parse((str){ text, 10 }, &date))
        return STR_NONE;
    for (int i = 11; i < 19; i++)
        if (i == 13 || i == 16 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return STR_NONE;
    return str_copy(a, str_from(text));
}

static bool degrees(ExifData *data, ExifTag tag, ExifTag reference, char below, double *out)
{
    static const double parts[] = { 1, 60, 3600 };
    ExifContent *gps = data->ifd[EXIF_IFD_GPS];
    ExifEntry *e = exif_content_get_entry(gps, tag), *r = exif_content_get_entry(gps, reference);
    if (!e || !r || !r->size || e->format != EXIF_FORMAT_RATIONAL || e->components != 3
        || e->size < 24)
        return false;
    *out = 0;
    for (int i = 0; i < 3; i++) {
        ExifRational v = exif_get_rational(e->data + 8 * i, exif_data_get_byte_order(data));
        if (!v.denominator)
            return false;
        *out += (double)v.numerator / v.denominator / parts[i];
    }
    if (r->data[0] == (unsigned char)below)
        *out = -*out;
    return isfinite(*out);
}

bool photo_facts(struct arena *a, str content, struct file_facts *out)
{
    *out = (struct file_facts){ 0 };
    if (content.bytes > UINT32_MAX)
        return false;
    ExifData *data =
        exif_data_new_from_data((const unsigned char *)content.data, (unsigned)content.bytes);
    if (!data)
        return false;
    out->taken_on = taken_on(a, data);
    out->has_place = degrees(data, (ExifTag)EXIF_TAG_GPS_LONGITUDE,
                         (ExifTag)EXIF_TAG_GPS_LONGITUDE_REF, 'W', &out->lon)
        && degrees(data, (ExifTag)EXIF_TAG_GPS_LATITUDE, (ExifTag)EXIF_TAG_GPS_LATITUDE_REF, 'S',
            &out->lat)
        && fabs(out->lon) <= 180 && fabs(out->lat) <= 90;
    exif_data_unref(data);
    return out->taken_on.bytes || out->has_place;
}
