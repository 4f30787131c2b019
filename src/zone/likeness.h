/*
 * How like one text is to what somebody typed. Pure; for catalogues of a thousand names, not for
 * registers.
 *
 * Chinese is mistyped by its sound: whoever types zhuxiao and takes the wrong character writes 注消
 * for 注销. So a character counts as another one that is read the same, a little less than itself.
 * Words in Latin letters lose, double or swap a letter.
 */
#ifndef JUNMA_ZONE_LIKENESS_H
#define JUNMA_ZONE_LIKENESS_H

#include "base/text.h"

enum { LIKENESS_POINTS_MAX = 80 };

struct typed {
    str text;    /* small letters */
    str letters; /* the same without blanks; where all of it is Latin, else empty */
    uint32_t points[LIKENESS_POINTS_MAX];
    size_t count; /* of them: characters that are no blanks */
};
void typed_init(struct typed *t, struct arena *a, str text);

/* 0 to 1: the share of what was typed that stands in the text in its order, or sounds like it. Of
 * two or three characters what counts stands together. */
double likeness(const struct typed *t, str text);
/* Do all characters of the text stand in what was typed, in their order? 开饭店 in
 * 开一家饭店要什么. */
bool likeness_covers(const struct typed *t, str text);
/* Is every typed word, of Latin letters, nearly a word of the text? */
bool likeness_words(const struct typed *t, str text);

#endif
