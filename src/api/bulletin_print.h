/* Bulletins on paper. */
#ifndef JUNMA_API_BULLETIN_PRINT_H
#define JUNMA_API_BULLETIN_PRINT_H

#include "api/internal.h"
#include "print/print.h"

/* The content of a bulletin as a PDF, in the reader's language where the bulletin has it. number (may be
 * empty) stands below the title, foot at the end of each page. */
MUST_USE enum err bulletin_print(
    struct call *c, const json_t *content, str number, str foot, str *pdf);
/* Answers with a PDF that is saved under `name`. */
void api_reply_pdf(struct call *c, str name, str pdf);

#endif
