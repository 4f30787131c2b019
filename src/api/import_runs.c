/* Imports under way, watched and stopped from beside; all faults as a file (record_import.c runs them). */
#include "api/registers.h"
#include "api/schemas.h"
#include "zone/import_run.h"

#include <string.h>

enum { STANDS_STILL_MS = 60 * 1000, FAULT_FILE_MEMORY = 64 * MIB };

/* clang-format off */
FIELDS(import_run) = {
    { "phase", API_TEXT, R, 0, NULL,
        "checking, checked, writing, written, undoing, cancelled; lost: its server is gone, undo the batch" },
    { "total", API_INT, R, 0, NULL, "rows of the file" }, { "rows", API_INT, R, 0, NULL, "read so far" },
    { "accepted", API_INT, R }, { "faultCount", API_INT, R }, { "batch", API_ID, R | N },
    { "startedAt", API_INSTANT, R }, { "touchedAt", API_INSTANT, R }, END };
const struct api_schema import_run_schemas[] = {
    { "ImportRun", "an import, watched from beside", import_run }, { 0 } };
/* clang-format on */

/* A run that writes nothing for a minute has no server any more. */
static str phase_of(const struct call *c, const struct import_run *run)
{
    bool over = str_is(run->phase, "checked") || str_is(run->phase, "written")
        || str_is(run->phase, "cancelled");
    return over || c->op.now_ms - run->touched_at < STANDS_STILL_MS ? run->phase : STR("lost");
}

static void show(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct import_run run = { 0 };
    (void)app;
    if (!api_register(c, &r) || !api_read(c))
        return;
    enum err e = import_run_get(&c->op, r->code, http_param(req, "run"), &run);
    json_t *o = json_keep(req->arena, json_object());
    json_set_str(o, "phase", phase_of(c, &run));
    json_set_int(o, "total", run.total);
    json_set_int(o, "rows", run.rows);
    json_set_int(o, "accepted", run.accepted);
    json_set_int(o, "faultCount", run.faults);
    json_object_set_new(o, "batch", json_null());
    if (run.batch)
        json_set_id(o, "batch", run.batch);
    json_set_instant(&c->op, o, "startedAt", run.started_at);
    json_set_instant(&c->op, o, "touchedAt", run.touched_at);
    api_read_answer(c, e, o);
}

static void release(void *ctx)
{
    arena_release(ctx);
}

static void faults(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    struct arena *own = ARENA_NEW(req->arena, struct arena); /* the file may be larger than a request */
    str all = STR_NONE;
    bool zh = strcmp(req->lang, "en") != 0;
    (void)app;
    if (!own || !api_register(c, &r))
        return;
    arena_init(own, NULL, FAULT_FILE_MEMORY);
    if (!arena_defer(req->arena, release, own) || !api_read(c))
        return;
    struct op op = c->op;
    op.arena = own;
    enum err e = import_run_faults(&op, r->code, http_param(req, "run"), &all);
    api_read_end(c);
    struct buf b;
    buf_init(&b, own, all.bytes + 4096);
    buf_add(&b, STR("\xEF\xBB\xBF")); /* so that spreadsheets read it as UTF-8 */
    buf_add(&b, zh ? STR("行,列,问题\r\n") : STR("row,column,fault\r\n"));
    buf_add(&b, all);
    if (e == OK)
        e = diag_arena(&c->diag, own);
    if (e != OK) {
        api_fail(c);
        return;
    }
    http_reply_file_name(req, zh ? STR("导入问题.csv") : STR("import-faults.csv"), false);
    http_reply(req, 200, "text/csv; charset=utf-8", buf_str(&b));
}

static enum err cancel_work(struct call *c)
{
    const struct pack_register *r = c->state;
    return import_run_cancel(&c->op, r->code, http_param(c->req, "run"));
}

static void cancel_answer(struct call *c)
{
    http_reply_empty(c->req, 202);
}

static void cancel(struct http_request *req, const void *app)
{
    struct call *c = api_call(req);
    const struct pack_register *r;
    (void)app;
    if (!api_register(c, &r))
        return;
    c->state = (void *)(uintptr_t)r;
    api_write(c, cancel_work, cancel_answer);
}

#define DOC(...) (&(const struct api_doc){ __VA_ARGS__ })
const struct http_route import_run_routes[] = {
    { "GET", "/api/registers/{register}/imports/{run}", show, 0, NULL,
        DOC("getImportRun", "How far an import is; one's own, for a day", "registers", API_SESSION,
            NULL, "ImportRun", 0, NULL) },
    { "DELETE", "/api/registers/{register}/imports/{run}", cancel, 0, NULL,
        DOC("cancelImportRun", "Stop an import; what it wrote is undone", "registers", API_SESSION,
            NULL, NULL, 202, NULL) },
    { "GET", "/api/registers/{register}/imports/{run}/faults", faults, 0, NULL,
        DOC("getImportFaults", "All faults of an import by row and column, as CSV", "registers",
            API_SESSION, NULL, NULL, 0, NULL, .type = "text/csv") },
    { 0 },
};
