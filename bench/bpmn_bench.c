/*
 * Procedures: how many instances a second, how much memory one takes while it waits, how long
 * loading takes.
 *
 *     bpmn_bench [--rounds 5] [--waiting 1000000] [--durable FOLDER] [--seconds 3]
 *
 * One instance is one life: start → service → end, and start → user task → exclusive gateway → end,
 * each begun, its task completed with one variable, ended. In memory it is two turns, in processor
 * time; durable, each turn is one write of the store with the case's state and its job as rows
 * (bpmn_durable.c). Medians of the rounds.
 */
#include "bpmn_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIVES = 200000, LOADS = 1000, ROUNDS_MAX = 99 };

#define HEAD                                                                                       \
    "<b:definitions xmlns:b=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" "                      \
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:junma=\"urn:junma:bpmn\" "      \
    "targetNamespace=\"t\"><b:process id=\"P%s\" isExecutable=\"true\">"
#define FLOW(id, from, to)                                                                         \
    "<b:sequenceFlow id=\"" id "\" sourceRef=\"" from "\" targetRef=\"" to "\"/>"
static const char service[] = HEAD "<b:startEvent id=\"s\"/><b:serviceTask id=\"t\"/>"
                                   "<b:endEvent id=\"e\"/>" FLOW("f1", "s", "t")
                                       FLOW("f2", "t", "e") "</b:process></b:definitions>";
static const char choice[] = HEAD
    "<b:startEvent id=\"s\"/><b:userTask id=\"t\" junma:role=\"clerk\"/>"
    "<b:exclusiveGateway id=\"g\" default=\"f4\"/><b:endEvent id=\"e\"/><b:endEvent id=\"e2\"/>" FLOW(
        "f1", "s", "t") FLOW("f2", "t",
        "g") "<b:sequenceFlow id=\"f3\" sourceRef=\"g\" "
             "targetRef=\"e\"><b:conditionExpression xsi:type=\"b:tFormalExpression\">amount &gt; 100"
             "</b:conditionExpression></b:sequenceFlow>" FLOW(
                 "f4", "g", "e2") "</b:process></b:definitions>";

/* Processor time of this thread: the machine may be doing other things. */
static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_size);
    return values[count / 2];
}

static void must(enum err err, const struct diag *d)
{
    if (err == OK)
        return;
    fprintf(stderr, "bpmn_bench: %s\n", d->en);
    exit(1);
}

static const struct bpmn_model *load(struct arena *a, const char *xml, const char *name)
{
    struct diag_list faults;
    struct diag d = { .en = "refused" };
    const struct bpmn_model *m = NULL;
    diag_list_init(&faults, a, 1);
    enum err err = bpmn_load(a, STR("bench"), str_printf(a, xml, name), NULL, &m, &faults);
    must(err, faults.count ? faults.items[0] : &d);
    return m;
}

/* ── in memory ─────────────────────────────────────────────────────────────────────────────── */

static void one_life(const struct bench_model *m, struct arena *home, struct arena *scratch)
{
    static const struct bpmn_host host = { .now_ms = 1795392000000 };
    struct bpmn_turn t;
    struct diag d = { 0 };
    struct bpmn_instance *i;
    int64_t token = 0;
    bpmn_turn_init(&t, &host, scratch, &d);
    must(bpmn_start(&t, home, m->model, STR("P"), STR_NONE, NULL, &i), &d);
    for (size_t n = 0; n < t.effect_count; n++)
        if (t.effects[n].kind == BPMN_TASK_CREATED)
            token = t.effects[n].token;
    arena_reset(scratch);
    bpmn_turn_init(&t, &host, scratch, &d);
    must(bpmn_complete(&t, i, token, m->answer), &d);
    ASSERT(bpmn_ended(i));
    arena_reset(scratch);
    arena_reset(home);
}

static void in_memory(const struct bench_model *m, int rounds)
{
    double rates[ROUNDS_MAX];
    struct arena home, scratch;
    arena_init(&home, NULL, MIB);
    arena_init(&scratch, NULL, MIB);
    for (int n = 0; n < rounds; n++) {
        double before = cpu_now();
        for (int k = 0; k < LIVES; k++)
            one_life(m, &home, &scratch);
        rates[n] = LIVES / (cpu_now() - before);
    }
    printf("in memory  %-40s %9.0f instances/s\n", m->name, median(rates, rounds));
    arena_release(&scratch);
    arena_release(&home);
}

/* ── waiting ───────────────────────────────────────────────────────────────────────────────── */

static long resident_kib(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long all = 0, resident = 0;
    if (!f || fscanf(f, "%ld %ld", &all, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return resident * 4;
}

static void waiting(const struct bench_model *m, long count)
{
    static const struct bpmn_host host = { .now_ms = 1795392000000 };
    struct arena home, scratch;
    struct diag d = { 0 };
    str text = STR_NONE;
    struct bpmn_instance **all = mem_alloc((size_t)count * sizeof *all);
    arena_init(&home, NULL, (size_t)4096 * MIB);
    arena_init(&scratch, NULL, MIB);
    long before = resident_kib();
    for (long n = 0; n < count; n++) {
        struct bpmn_turn t;
        bpmn_turn_init(&t, &host, &scratch, &d);
        must(bpmn_start(&t, &home, m->model, STR("P"), STR_NONE, NULL, &all[n]), &d);
        arena_reset(&scratch);
    }
    long after = resident_kib();
    must(bpmn_save(all[0], &scratch, &text, &d), &d);
    printf("waiting    %ld instances %25.0f bytes each, %zu as text\n", count,
        (double)(after - before) * 1024 / (double)count, text.bytes);
    arena_release(&scratch);
    arena_release(&home);
    mem_free(all);
}

/* ── loading ───────────────────────────────────────────────────────────────────────────────── */

static void loading(int rounds)
{
    double times[ROUNDS_MAX];
    size_t bytes = 0;
    for (int n = 0; n < rounds; n++) {
        struct arena a;
        arena_init(&a, NULL, (size_t)1024 * MIB);
        double before = cpu_now();
        for (int k = 0; k < LOADS; k++) {
            char name[16];
            snprintf(name, sizeof name, "%d", k);
            load(&a, choice, name);
        }
        times[n] = cpu_now() - before;
        bytes = a.bytes_taken;
        arena_release(&a);
    }
    printf("loading    %d procedures %31.1f ms, %.1f MiB\n", LOADS, median(times, rounds) * 1000,
        (double)bytes / (double)MIB);
}

int main(int argc, char **argv)
{
    int rounds = 5;
    long count = 1000000;
    double seconds = 3;
    const char *folder = NULL;
    for (int n = 1; n + 1 < argc; n += 2) {
        if (!strcmp(argv[n], "--rounds"))
            rounds = (int)strtol(argv[n + 1], NULL, 10);
        else if (!strcmp(argv[n], "--waiting"))
            count = strtol(argv[n + 1], NULL, 10);
        else if (!strcmp(argv[n], "--durable"))
            folder = argv[n + 1];
        else if (!strcmp(argv[n], "--seconds"))
            seconds = strtod(argv[n + 1], NULL);
    }
    if (rounds < 1 || rounds > ROUNDS_MAX || count < 1) {
        fprintf(stderr,
            "usage: bpmn_bench [--rounds N] [--waiting N] [--durable FOLDER] [--seconds S]\n");
        return 2;
    }
    struct arena a;
    arena_init(&a, NULL, 64 * MIB);
    struct bench_model models[] = { { "start → service → end", load(&a, service, ""), NULL },
        { "start → user task → gateway → end", load(&a, choice, ""),
            json_pack("{s:i}", "amount", 500) } };
    for (size_t n = 0; n < 2; n++)
        in_memory(&models[n], rounds);
    waiting(&models[1], count);
    loading(rounds);
    for (size_t n = 0; n < 2 && folder; n++)
        bench_durable(&models[n], folder, seconds, rounds);
    json_decref(models[1].answer);
    arena_release(&a);
    return 0;
}
