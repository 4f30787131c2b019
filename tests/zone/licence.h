/* A zone that grants licences: the sample pack with another procedure and the limits of the
 * Administrative Licensing Law, in a folder of its own. */
#ifndef JUNMA_TESTS_ZONE_LICENCE_H
#define JUNMA_TESTS_ZONE_LICENCE_H

#include "copy.h"
#include "house.h"

struct licence {
    struct house house;
    struct copy copy;
};
int licence_setup(void **state);
int licence_teardown(void **state);
/* An application of the firm's, received now. */
struct case_row licence_apply(struct house *h);
/* What promises do by themselves, now. */
int64_t licence_watch(struct house *h);

#endif
