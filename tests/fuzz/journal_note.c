/*
 * Fuzz target: notes, checkpoints and key texts. The first byte chooses the reader. Besides not
 * crashing: a note that opens with the fixed key must be one whose text opens again to the same
 * checkpoint, and a key that parses must write itself back.
 */
#include "journal/journal.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char vkey[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

static void read_key(struct arena *a, str text)
{
    struct journal_key k;
    struct journal_signer s;
    if (journal_key_parse(text, &k, NULL) == OK)
        ASSERT(str_equal(journal_key_text(a, &k), text));
    if (journal_signer_parse(text, &s, NULL) == OK)
        ASSERT(str_equal(journal_signer_text(a, &s), text));
}

static void read_note(struct arena *a, str text)
{
    struct journal_key k;
    struct journal_note n;
    struct journal_checkpoint c;
    struct diag d = { 0 };
    ASSERT(journal_key_parse(str_from(vkey), &k, NULL) == OK);
    if (journal_note_parse(a, text, &n, &d) != OK)
        return;
    ASSERT(n.count >= 1 && n.text.data[n.text.bytes - 1] == '\n');
    (void)!journal_note_open(a, text, &k, &n, &d);
    if (journal_checkpoint_open(a, text, &k, &c, &d) == OK)
        ASSERT(str_is(c.origin, k.name));
}

static void read_checkpoint(str text)
{
    struct journal_checkpoint c;
    if (journal_checkpoint_parse(text, &c, NULL) == OK)
        ASSERT(c.origin.bytes > 0 && c.head.size <= JOURNAL_SIZE_MAX);
}

/* What parses is written back to the byte: a leaf has one spelling. */
static void read_leaf(struct arena *a, str text)
{
    struct journal_event e;
    struct journal_hash h;
    struct journal_leaf again;
    struct diag d = { 0 };
    if (journal_leaf_parse(text, &e, &h, &d) != OK)
        return;
    ASSERT(journal_leaf_rebuild(a, JOURNAL_INTERNATIONAL, &e, &h, &again, &d) == OK);
    ASSERT(str_equal(again.text, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena a;
    str text = { (const char *)data + 1, size - 1 };
    arena_init(&a, NULL, 16 * MIB);
    switch (data[0] % 4) {
    case 0:
        read_note(&a, text);
        break;
    case 1:
        read_key(&a, text);
        break;
    case 2:
        read_checkpoint(text);
        break;
    case 3:
        read_leaf(&a, text);
        break;
    }
    arena_release(&a);
    return 0;
}
