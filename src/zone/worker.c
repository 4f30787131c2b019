/* The worker's turns; worker.h draws them. */
#include "zone/worker.h"

#include "zone/batch.h"
#include "zone/job_internal.h"
#include "zone/migrate.h"
#include "zone/purge.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
    TURN_ARENA_BYTES = 64 * 1024 * 1024,
    QUEUES_MAX = 64,
    QUIET_MS_MAX = 250,
    INSIDE_MAX = 32,
    PURGE_MS = 3000
};

struct outing { /* a job that is out */
    struct worker *worker;
    bool used;
    int64_t renewed_ms;
    struct arena arena;
    struct job job;
};

struct worker {
    struct worker_options options;
    struct fetch *fetch;
    struct batch *batch;
    struct arena arena; /* of one turn */
    char owner[33];
    struct outing out[FETCH_CALLS_MAX];
    pthread_t thread;
    bool started, crowded; /* crowded: others wrote during the last turn's timers */
    int64_t purged_ms;     /* last looked for old content and found none */
    _Atomic bool stopping, stirred;
};

static void stir(void *ctx)
{
    struct worker *w = ctx;
    w->stirred = true;
    fetch_wake(w->fetch);
}

enum err worker_create(struct worker **out, const struct worker_options *o, struct diag *d)
{
    unsigned char name[16];
    struct worker *w = mem_alloc(sizeof *w);
    w->options = *o;
    enum err e = fetch_create(&w->fetch, d);
    if (e != OK) {
        mem_free(w);
        return e;
    }
    w->batch = batch_create();
    arena_init(&w->arena, NULL, TURN_ARENA_BYTES);
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++) {
        w->out[i].worker = w;
        arena_init(&w->out[i].arena, NULL, TURN_ARENA_BYTES);
    }
    sys_random(o->zone->sys, name, sizeof name);
    for (size_t i = 0; i < sizeof name; i++)
        snprintf(w->owner + 2 * i, 3, "%02x", name[i]);
    o->zone->stir_ctx = w;
    o->zone->stir = stir;
    *out = w;
    return OK;
}

/* ---- jobs: claimed, done ---- */

static size_t running_of(const struct worker *w, str queue)
{
    size_t n = 0;
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++)
        n += w->out[i].used && str_equal(w->out[i].job.queue, queue);
    return n;
}

/* The queue after this one in which something is due. */
static enum err next_queue(struct op *op, str after, bool first, str *queue, bool *found)
{
    struct store_rows rows;
    bool there;
    enum err e = STORE_FIRST(op->conn, &rows, &there, op->diag,
        first ? "SELECT queue FROM job WHERE zone = $1 AND queue >= $2 AND state < 2 ORDER BY queue"
                " LIMIT 1"
              : "SELECT queue FROM job WHERE zone = $1 AND queue > $2 AND state < 2 ORDER BY queue"
                " LIMIT 1",
        S_TEXT(op->zone->code), S_TEXT(after));
    *found = there;
    if (*found)
        *queue = str_copy(op->arena, store_text(&rows, 0));
    store_rows_end(&rows);
    return e;
}

static enum err due_queues(struct op *op, str *queues, size_t *count)
{
    str queue = STR_NONE;
    bool found, due;
    *count = 0;
    for (bool first = true; *count < QUEUES_MAX; first = false) {
        TRY(next_queue(op, queue, first, &queue, &found));
        if (!found)
            break;
        TRY(job_due(op, queue, &due));
        if (due)
            queues[(*count)++] = queue;
    }
    return OK;
}

struct claim {
    str queue;
    const char *owner;
    size_t limit;
    struct job *jobs;
    size_t count;
};

static enum err claim(struct op *op, void *ctx)
{
    struct claim *c = ctx;
    return job_claim(op, c->queue, str_from(c->owner), c->limit, &c->jobs, &c->count);
}

struct failing {
    int64_t id;
    struct job_failure failure;
};

static enum err fail(struct op *op, void *ctx)
{
    const struct failing *f = ctx;
    return job_failed(op, f->id, &f->failure);
}

/* The store's faults come to nobody's charge: the lease runs out and the job is taken again. */
static enum err settle_failure(struct op *op, int64_t id, enum err e, const struct diag *why)
{
    struct failing f = { .id = id, .failure = { .why = *why, .for_good = true } };
    if (fault_of_store(e))
        return e;
    f.failure.for_good = e != ERR_MEMORY;
    memset(op->diag, 0, sizeof *op->diag);
    return zone_write(op, fail, &f);
}

static enum err perform(struct op *op, void *ctx)
{
    return job_perform(op, ctx);
}

static enum err do_inside(struct worker *w, struct op *op, struct claim *c)
{
    batch_begin(w->batch);
    for (size_t i = 0; i < c->count; i++)
        batch_add(w->batch, perform, &c->jobs[i]);
    batch_run(w->batch, op);
    for (size_t i = 0; i < c->count; i++) {
        const struct batch_item *item = batch_at(w->batch, i);
        if (item->err != OK)
            TRY(settle_failure(op, c->jobs[i].id, item->err, &item->diag));
    }
    return OK;
}

/* ---- jobs: sent out ---- */

static enum err prepare(
    struct op *op, const struct services *s, const struct job *j, struct fetch_request *request)
{
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = services_request(op, s, j, request);
    store_read_end(op->conn);
    op->conn = NULL;
    return e;
}

static struct outing *free_outing(struct worker *w)
{
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++)
        if (!w->out[i].used)
            return &w->out[i];
    return NULL;
}

/* What stays of a job while it is out; the rest is read again with its answer. */
static void remember(struct outing *o, const struct job *j, int64_t now_ms)
{
    struct arena *a = &o->arena;
    arena_reset(a);
    o->job = (struct job){ .id = j->id,
        .case_id = j->case_id,
        .token = j->token,
        .node = str_copy(a, j->node),
        .handler = str_copy(a, j->handler),
        .queue = str_copy(a, j->queue),
        .pack_version = str_copy(a, j->pack_version),
        .kind = str_copy(a, j->kind) };
    o->renewed_ms = now_ms;
    o->used = true;
}

static enum err send_out(struct worker *w, struct op *op, const struct job *j)
{
    struct fetch_request request;
    struct outing *o = free_outing(w);
    if (!o) /* its lease runs out and it is taken again */
        return OK;
    enum err e = str_is(j->handler, "http")
        ? prepare(op, w->options.services, j, &request)
        : diag_set(op->diag, ERR_UNSUPPORTED, "没有处理方式 %.*s", "there is no handler %.*s",
            STR_ARGS(j->handler));
    if (e == OK) {
        remember(o, j, op->now_ms);
        e = fetch_start(w->fetch, &request, o, op->diag);
        o->used = e == OK;
    }
    struct diag why = *op->diag;
    return e == OK ? OK : settle_failure(op, j->id, e, &why);
}

static size_t capacity_of(const struct worker *w, str queue)
{
    const struct pack_connector *c = pack_connector(zone_pack(w->options.zone), queue);
    size_t most = c ? (size_t)c->parallel : 1, running = running_of(w, queue);
    size_t left = FETCH_CALLS_MAX - fetch_running(w->fetch);
    most = running < most ? most - running : 0;
    return most < left ? most : left;
}

static enum err work_queue(struct worker *w, struct op *op, str queue, bool *busy)
{
    struct claim c = {
        .queue = queue, .owner = w->owner, .limit = queue.bytes ? capacity_of(w, queue) : INSIDE_MAX
    };
    if (!c.limit)
        return OK;
    TRY(zone_write(op, claim, &c));
    *busy = *busy || c.count;
    if (!queue.bytes)
        return do_inside(w, op, &c);
    for (size_t i = 0; i < c.count; i++)
        TRY(send_out(w, op, &c.jobs[i]));
    return OK;
}

static enum err work_jobs(struct worker *w, struct op *op, bool *busy)
{
    str queues[QUEUES_MAX];
    size_t count;
    TRY(store_read_begin(op->zone->store, &op->conn, op->diag));
    enum err e = due_queues(op, queues, &count);
    store_read_end(op->conn);
    op->conn = NULL;
    TRY(e);
    for (size_t i = 0; i < count; i++)
        TRY(work_queue(w, op, queues[i], busy));
    return OK;
}

/* ---- answers ---- */

struct taking {
    const struct job *job;
    const struct fetch_done *done;
    struct service_verdict verdict;
};

static enum err take_answer(struct op *op, void *ctx)
{
    struct taking *t = ctx;
    struct service_verdict *v = &t->verdict;
    TRY(services_judge(op, t->job, t->done, v));
    switch (v->meaning) {
    case SERVICE_DONE:
        return job_answer(op, t->job->id, v->answer);
    case SERVICE_ERROR:
        return job_throw(op, t->job->id, v->error);
    case SERVICE_RETRY:
    case SERVICE_FAILED:
        return job_failed(op, t->job->id, &v->failure);
    }
    return OK;
}

static enum err work_answers(struct worker *w, struct op *op, bool *busy)
{
    struct fetch_done done;
    enum err e = OK;
    while (e == OK && fetch_next(w->fetch, &done)) {
        struct outing *o = done.ctx;
        struct taking t = { .job = &o->job, .done = &done };
        *busy = true;
        e = zone_write(op, take_answer, &t);
        struct diag why = *op->diag;
        if (e != OK)
            e = settle_failure(op, o->job.id, e, &why);
        o->used = false;
    }
    return e;
}

struct renewal {
    int64_t id;
    const char *owner;
};

static enum err renew(struct op *op, void *ctx)
{
    const struct renewal *r = ctx;
    bool ours;
    return job_renew(op, r->id, str_from(r->owner), &ours);
}

static enum err renew_leases(struct worker *w, struct op *op)
{
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++) {
        struct outing *o = &w->out[i];
        struct renewal r = { o->job.id, w->owner };
        if (!o->used || op->now_ms - o->renewed_ms < JOB_LEASE_MS / 3)
            continue;
        TRY(zone_write(op, renew, &r));
        o->renewed_ms = op->now_ms;
    }
    return OK;
}

/* Old content has time: it is looked for now and then, and when somebody asked for it. */
static enum err work_purge(struct worker *w, struct op *op, bool *busy)
{
    int64_t purged = 0;
    bool more = false;
    if (*busy || (!w->stirred && op->now_ms - w->purged_ms < PURGE_MS))
        return OK;
    TRY(purge_work(op, w->batch, WORKER_TIMERS, &purged, &more));
    *busy = more;
    if (!more)
        w->purged_ms = op->now_ms;
    return OK;
}

/* Few at a time while others write, more when nobody does: a request waits for those before it. */
static enum err work_timers(struct worker *w, struct op *op, bool *busy)
{
    struct store_stats before, after;
    int64_t fired = 0;
    bool more;
    store_get_stats(op->zone->store, &before);
    TRY(timers_step(
        op, w->batch, w->crowded ? WORKER_TIMERS_CROWDED : WORKER_TIMERS, &fired, &more));
    store_get_stats(op->zone->store, &after);
    w->crowded = after.queued > 0 || after.writes - before.writes > fired;
    *busy = *busy || fired > 0;
    return OK;
}

/* ---- turns ---- */

enum err worker_turn(struct worker *w, int64_t now_ms, bool *busy, struct diag *d)
{
    struct op op = { .zone = w->options.zone,
        .arena = &w->arena,
        .actor = &actor_system,
        .now_ms = now_ms,
        .diag = d };
    bool more = false;
    *busy = false;
    arena_reset(&w->arena);
    fetch_wait(w->fetch, 0);
    TRY(work_answers(w, &op, busy));
    TRY(work_timers(w, &op, busy));
    TRY(work_jobs(w, &op, busy));
    TRY(migrate_work(&op, w->batch, WORKER_TIMERS, &more));
    *busy = *busy || more;
    TRY(work_purge(w, &op, busy));
    return renew_leases(w, &op);
}

static enum err free_leases(struct op *op, void *ctx)
{
    return job_free_leases(op, str_from(ctx));
}

static void begin(struct worker *w)
{
    struct diag d = { 0 };
    struct op op = { .zone = w->options.zone,
        .arena = &w->arena,
        .actor = &actor_system,
        .now_ms = sys_now_ms(w->options.zone->sys),
        .diag = &d };
    if (w->options.alone && zone_write(&op, free_leases, w->owner) != OK)
        fprintf(stderr, "junma: %s\n", d.en); /* they run out by themselves */
}

static void *work(void *ctx)
{
    struct worker *w = ctx;
    int64_t quiet_ms = 1;
    begin(w);
    while (!w->stopping) {
        struct diag d = { 0 };
        bool busy = false, stirred = w->stirred;
        w->stirred = false;
        enum err e = worker_turn(w, sys_now_ms(w->options.zone->sys), &busy, &d);
        if (busy || stirred)
            quiet_ms = 1; /* what was written before its commit is seen a moment later */
        else
            quiet_ms = quiet_ms < QUIET_MS_MAX ? quiet_ms * 2 : QUIET_MS_MAX;
        if (!busy || e != OK) /* a store that takes nothing is tried again later */
            fetch_wait(w->fetch, e == OK ? quiet_ms : QUIET_MS_MAX);
    }
    return NULL;
}

enum err worker_start(struct worker *w, struct diag *d)
{
    if (pthread_create(&w->thread, NULL, work, w) != 0)
        return diag_set(d, ERR_INTERNAL, "无法启动后台线程", "no thread could be started");
    w->started = true;
    return OK;
}

void worker_destroy(struct worker *w)
{
    if (!w)
        return;
    w->stopping = true;
    fetch_wake(w->fetch);
    if (w->started)
        pthread_join(w->thread, NULL);
    w->options.zone->stir = NULL;
    fetch_destroy(w->fetch);
    batch_destroy(w->batch);
    for (size_t i = 0; i < FETCH_CALLS_MAX; i++)
        arena_release(&w->out[i].arena);
    arena_release(&w->arena);
    mem_free(w);
}
