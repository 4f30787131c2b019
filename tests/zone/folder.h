/* A zone's folder, which has files and no folders in it: copied and removed by tests. */
#ifndef JUNMA_TESTS_ZONE_FOLDER_H
#define JUNMA_TESTS_ZONE_FOLDER_H

#include <stdbool.h>

/* `to` is there and empty. False when a file cannot be read or written. */
bool folder_copy(const char *from, const char *to);
void folder_drop(const char *folder);

#endif
