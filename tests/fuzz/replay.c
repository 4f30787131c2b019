/*
 * Runs a fuzz target without a fuzzer: every seed of a folder as it is, and MUTATIONS times with a
 * few bytes changed, cut, doubled or put elsewhere, the same each time. Keeps the targets compiling
 * and the seeds meaningful where no clang is; finds what lies near the surface.
 *
 *     replay FOLDER MUTATIONS
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { SEED_BYTES_MAX = 1 << 20, EDITS_MOST = 4, PATH_MAX_BYTES = 4096 };

struct input {
    uint8_t *data;
    size_t bytes;
};

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static void edit(struct input *in, uint64_t *random)
{
    static const uint8_t telling[] = { 0, 0xFF, '"', '\\', '{', '[', '<', '>', '(', '0', '9', ' ',
        '\n', ',', '&', 0x80 };
    if (!in->bytes)
        return;
    size_t at = next(random) % in->bytes, span = 1 + next(random) % 16;
    if (span > in->bytes - at)
        span = in->bytes - at;
    switch (next(random) % 4) {
    case 0:
        in->data[at] ^= (uint8_t)(1u << next(random) % 8);
        break;
    case 1:
        in->data[at] = telling[next(random) % sizeof telling];
        break;
    case 2:
        memmove(in->data + at, in->data + at + span, in->bytes - at - span);
        in->bytes -= span;
        break;
    case 3:
        if (in->bytes + span <= SEED_BYTES_MAX) {
            memmove(in->data + at + span, in->data + at, in->bytes - at);
            in->bytes += span;
        }
        break;
    }
}

/* In memory of exactly its size, so that a sanitizer sees a byte too far. */
static void run(const struct input *in)
{
    uint8_t *exact = malloc(in->bytes ? in->bytes : 1);
    if (!exact)
        abort();
    memcpy(exact, in->data, in->bytes);
    (void)LLVMFuzzerTestOneInput(exact, in->bytes);
    free(exact);
}

static size_t replay(const char *path, long mutations, uint8_t *seed, uint8_t *work)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    size_t bytes = fread(seed, 1, SEED_BYTES_MAX, f);
    uint64_t random = bytes;
    fclose(f);
    struct input in = { seed, bytes };
    run(&in);
    for (long m = 0; m < mutations; m++) {
        memcpy(work, seed, bytes);
        in = (struct input){ work, bytes };
        for (uint64_t edits = 1 + next(&random) % EDITS_MOST; edits; edits--)
            edit(&in, &random);
        run(&in);
    }
    return 1;
}

int main(int count, char **words)
{
    char path[PATH_MAX_BYTES];
    size_t seeds = 0;
    DIR *dir = count == 3 ? opendir(words[1]) : NULL;
    uint8_t *seed = malloc(SEED_BYTES_MAX), *work = malloc(SEED_BYTES_MAX);
    if (!dir || !seed || !work) {
        fprintf(stderr, "usage: replay FOLDER MUTATIONS\n");
        return 2;
    }
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", words[1], e->d_name);
            seeds += replay(path, strtol(words[2], NULL, 10), seed, work);
        }
    closedir(dir);
    free(seed);
    free(work);
    printf("%zu seeds, %s mutations each\n", seeds, words[2]);
    return seeds ? 0 : 1;
}
