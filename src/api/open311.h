/* Shared by the files of GeoReport v2. An answer is made once as JSON and sent as JSON or as XML. */
#ifndef JUNMA_API_OPEN311_H
#define JUNMA_API_OPEN311_H

#include "api/internal.h"
#include "zone/open311.h"

#define OPEN311_BASE "/open311/v2"

/* The last segment of the address: "services.xml" without its end, and which one it had. */
struct open311_ask {
    struct call *c;
    const struct pack_open311 *o;
    str name;
    bool xml;
};
/* False: answered. Knows the format, the jurisdiction, the limit on reading. */
bool open311_begin(struct call *c, const char *param, struct open311_ask *a);
/* root: of the XML ("services"); the value is borrowed. */
void open311_reply(const struct open311_ask *a, int status, const char *root, const json_t *v);
/* An address of this server as others reach it. */
str open311_address(struct call *c, str path);
/* Where the picture of a report is, for everyone once it is shown. */
str open311_media_path(struct arena *a, const struct open311_request *r);
/* [{"code", "description"}] with the diag's words. */
void open311_fail(const struct open311_ask *a);
/* JSON as XML: members are elements; items of a list get the singular of its name; null is empty. */
str open311_xml(struct arena *arena, const char *root, const json_t *v);

#endif
