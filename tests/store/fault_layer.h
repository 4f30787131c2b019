/*
 * A file layer under the database that fails when told to. Every write, truncation and sync of a
 * file is one operation; operations are counted from fault_arm() on, and the n-th fails.
 *
 *   FAULT_FULL          the n-th says "disk full", the next ones work
 *   FAULT_STAYS_FULL    the n-th and all after it do
 *   FAULT_IO            the n-th is an I/O error
 *   FAULT_SHORT         the n-th writes half of what it should, then says "disk full"
 *   FAULT_CRASH         the power goes at the n-th: from then on nothing works, and of what was
 *                       written since each file's last sync any part may be missing, blocks of 512
 *                       bytes at a time. fault_crash_end() makes the files look so.
 *
 * Nothing is really synced: the process does not die, so that thousands of runs take seconds.
 */
#ifndef TESTS_STORE_FAULT_LAYER_H
#define TESTS_STORE_FAULT_LAYER_H

#include <stdbool.h>

enum fault_mode { FAULT_NONE, FAULT_FULL, FAULT_STAYS_FULL, FAULT_IO, FAULT_SHORT, FAULT_CRASH };

/* Registers the layer "fault" with SQLite, once. */
void fault_register(void);
void fault_arm(enum fault_mode mode, int n, unsigned seed);
/* The disk is well again. True when the fault was reached. */
bool fault_disarm(void);
/* After a crash, when all files are closed: loses what was not synced. */
void fault_crash_end(void);

#endif
