/*
 * How Chinese names are typed in Latin letters: "hcxc" or "huachuang" for 华创新材. The readings of
 * common characters stand in pinyin.def; one that is not there is passed over.
 */
#ifndef JUNMA_BASE_PINYIN_H
#define JUNMA_BASE_PINYIN_H

#include "base/text.h"

enum { PINYIN_SYLLABLE_MAX = 6 };

/* How a character is read: none, one or two syllables. */
size_t pinyin_syllables(uint32_t c, const char *out[2]);
/* All syllables there are, each once, by their letters. */
size_t pinyin_syllable_count(void);
const char *pinyin_syllable(size_t i);
bool pinyin_is_syllable(str s);

#endif
