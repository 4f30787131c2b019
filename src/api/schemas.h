/*
 * How a resource describes its bodies: tables of fields in its own file, gathered in a table
 * <name>_schemas that ends with { 0 } and has a line S(name) in schemas.def.
 */
#ifndef JUNMA_API_SCHEMAS_H
#define JUNMA_API_SCHEMAS_H

#include "api/internal.h"

#define R API_REQUIRED
#define N API_NULLABLE
#define FIELDS(name) static const struct api_field name[]
#define END { 0 }

#endif
