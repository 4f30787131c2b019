/*
 * Cases about service items, out of a list: <zone>/<system>/sample/cases.json.
 *
 *     {"kind": "service", "cases": [{
 *         "share": 0.006,      of the requests asked for; at least one where there are any
 *         "days": [-170, -20], when it is applied for, before the day up to which the sample goes
 *         "items": ["食品经营许可(新办)"],   by their names; or "bundle": its code
 *         "contacts": true,    applied for by those that can sign in
 *         "answers": {"area": 80, "scope": ["…", "…"]},   a list: one of it; {place} in a text
 *         "road": [{"verb": "sign", "hours": [0.5, 3], "text": "…", "outcome": "correct",
 *             "materials": [{"material": "floor_plan", "note": "…"}], "chance": 0.4 …}]}]}
 *
 * A step of the road is done so many office hours after the one before, by whoever may: the officer
 * who has the open step, or somebody of its unit; "by": "applicant" or "head"; "each": true does it
 * at every open step; "optional": passed over where the case does not allow it. {"watch": true} is
 * time passing: what limits and timers do by themselves. "stop" is the chance that the case has
 * come no further.
 *
 * It is the server's own road: service_begin, case_create, case_verb, the zone's own jobs. What would
 * lie after the last day of the sample has not happened. A fault names the file.
 */
#include "command/sample.h"
#include "zone/job.h"
#include "zone/promise.h"
#include "zone/service.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { CASES_BYTES_MAX = 1024 * 1024, PAPERS_MAX = 60, JOBS_MAX = 10, TASKS_MAX = 40 };

/* What every paper of the sample is. */
static const char paper[] =
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    "/Resources<</Font<</F 5 0 R>>>>>>endobj\n"
    "4 0 obj<</Length 61>>stream\nBT /F 20 Tf 150 500 Td (Sample data: a made-up paper) Tj ET   \n"
    "endstream endobj\n"
    "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
    "trailer<</Root 1 0 R/Size 6>>\n%%EOF\n";

struct road {
    struct sample *s;
    const struct pack_system *system;
    const json_t *of; /* the entry of the list */
    str sha256;       /* of the paper */
    const struct sample_enterprise *enterprise;
    struct sample_random random;
    uint64_t seed;
    size_t step; /* of the road, the next one */
    struct case_row row;
    int64_t now_ms, made;
    bool over; /* the last day has come, or the case has come no further */
};

static struct actor applicant_of(const struct road *w)
{
    return (struct actor){ .account = w->enterprise->account,
        .name = w->enterprise->contact,
        .enterprise = w->enterprise->id,
        .role = pack_role(zone_pack(w->s->zone), json_str(w->s->lists.accounts, "contact_role")) };
}

static str say(struct road *w, struct op *op, const json_t *v)
{
    const struct pack_unit *unit = pack_unit(zone_pack(w->s->zone), w->row.unit);
    struct sample_facts f = { .seed = w->seed,
        .slots = json_object_get(w->s->lists.requests, "slots"),
        .enterprise = w->enterprise->name,
        .contact = w->enterprise->contact,
        .place = w->enterprise->place,
        .unit = unit ? unit->name.zh : STR_NONE,
        .phone = unit ? unit->phone : STR_NONE,
        .number = w->row.number,
        .tz = zone_pack(w->s->zone)->tz,
        .now_ms = op->now_ms };
    if (json_is_array(v))
        v = json_array_get(v, (size_t)sample_below(&w->random, (int64_t)json_array_size(v)));
    if (!json_is_string(v))
        return STR_NONE;
    return sample_sentence(
        op->arena, (str){ json_string_value(v), json_string_length(v) }, &f);
}

/* ---- applying ---- */

static enum err new_paper(struct road *w, struct op *op, int64_t *id)
{
    *id = id_next(&op->zone->ids, op->now_ms);
    return STORE_EXEC(op->conn, op->diag,
        "INSERT INTO attachment (zone, id, case_id, event_id, account_id, name, type, bytes, sha256,"
        " at) VALUES ($1, $2, 0, 0, $3, $4, 'application/pdf', $5, $6, $7)",
        S_TEXT(op->zone->code), S_INT(*id), S_INT(op->actor->account), S_TEXT(STR("示例材料.pdf")),
        S_INT((int64_t)sizeof paper - 1), S_TEXT(w->sha256), S_INT(op->now_ms));
}

static json_t *answers_of(struct road *w, struct op *op)
{
    json_t *data = json_keep(op->arena, json_object());
    const char *key;
    json_t *v;
    json_object_foreach(json_object_get(w->of, "answers"), key, v)
    {
        if (json_is_array(v))
            v = json_array_get(v, (size_t)sample_below(&w->random, (int64_t)json_array_size(v)));
        json_object_set_new(
            data, key, json_is_string(v) ? json_from_str(say(w, op, v)) : json_deep_copy(v));
    }
    const struct pack_fields *f = &w->system->fields;
    json_object_setn_new(data, f->contact_name.data, f->contact_name.bytes,
        json_from_str(w->enterprise->contact));
    json_object_setn_new(data, f->contact_phone.data, f->contact_phone.bytes,
        json_from_str(w->enterprise->phone));
    return data;
}

static enum err ask_for(struct road *w, struct op *op, struct service_ask *ask)
{
    const struct pack_catalogue *c = w->system->catalogue;
    const json_t *names = json_object_get(w->of, "items");
    int64_t day = zone_local_days(op->zone, op->now_ms);
    str *codes = ARENA_ARRAY(op->arena, str, ITEM_BUNDLE_MAX);
    TRY(diag_arena(op->diag, op->arena));
    *ask = (struct service_ask){ .bundle = json_str(w->of, "bundle"), .items = codes };
    for (size_t n = 0; n < json_array_size(names) && n < ITEM_BUNDLE_MAX; n++) {
        const char *name = json_string_value(json_array_get(names, n));
        for (size_t i = 0; i < c->item_count && ask->item_count == n; i++)
            if (name && str_is(c->items[i].name.zh, name) && c->items[i].from <= day
                && day <= c->items[i].to)
                codes[ask->item_count++] = c->items[i].code;
        if (ask->item_count == n)
            return diag_set(op->diag, ERR_INVALID, "当天没有事项 “%s”",
                "there is no item \"%s\" on that day", name ? name : "");
    }
    return OK;
}

/* Every paper that is needed: fetched where the zone holds it, promised, or handed in. */
static enum err hand_in(struct road *w, struct op *op, struct service_ask *ask, const json_t *data,
    struct case_input *in)
{
    struct service v;
    int64_t *files = ARENA_ARRAY(op->arena, int64_t, PAPERS_MAX);
    struct service_paper *papers = ARENA_ARRAY(op->arena, struct service_paper, PAPERS_MAX);
    TRY(diag_arena(op->diag, op->arena));
    TRY(service_begin(op, w->system, ask, &v));
    TRY(service_needs(op, &v, data, w->system->applicant, w->enterprise->id));
    for (size_t i = 0; i < v.material_count && ask->paper_count < PAPERS_MAX; i++) {
        const struct service_material *m = &v.materials[i];
        struct service_paper p = { .material = m->material->code, .promised = true };
        bool fetched = m->material->waive == PACK_WAIVE_SHARED && m->held;
        if (m->need != SERVICE_NEEDED || m->material->waive == PACK_WAIVE_CANCELLED
            || m->material->waive == PACK_WAIVE_CHECKED)
            continue;
        p.consent = fetched;
        if (!fetched && m->material->waive != PACK_WAIVE_COMMITMENT) {
            TRY(new_paper(w, op, &files[in->file_count]));
            p.files = &files[in->file_count++];
            p.file_count = 1;
        }
        papers[ask->paper_count++] = p;
    }
    ask->papers = papers;
    in->files = files;
    return OK;
}

static enum err apply(struct road *w, struct op *op)
{
    struct service_ask ask;
    struct case_created made;
    struct diag_list faults;
    struct actor self = applicant_of(w);
    diag_list_init(&faults, op->arena, 16);
    op->actor = &self;
    json_t *data = answers_of(w, op);
    struct case_input in = { .kind = w->system->kind,
        .channel = STR("web"),
        .data = data,
        .enterprise_id = w->enterprise->id,
        .service = &ask,
        .faults = &faults };
    enum err e = ask_for(w, op, &ask);
    if (e == OK)
        e = hand_in(w, op, &ask, data, &in);
    if (e == OK)
        e = case_create(op, &in, &made);
    op->actor = &actor_system;
    TRY(e);
    w->row = made.row;
    w->row.unit = str_copy(w->s->arena, made.row.unit);
    w->row.number = str_copy(w->s->arena, made.row.number);
    w->made++;
    return diag_arena(op->diag, w->s->arena);
}

/* ---- the road ---- */

static const json_t *step_of(const struct road *w)
{
    return json_array_get(json_object_get(w->of, "road"), w->step);
}

/* Whoever has the step, or somebody of its unit; of a head's verbs somebody who only oversees. */
static const struct actor *worker(
    struct road *w, const json_t *step, enum verb verb, const struct case_task *t)
{
    str by = json_str(step, "by");
    str may = str_printf(w->s->arena, "verb.%s", verb_info(verb)->word);
    const struct sample_staff *p =
        t->assignee_id && !by.bytes ? sample_staff_of(w->s, t->assignee_id) : NULL;
    if (!p)
        p = sample_somebody(w->s, &w->random, pack_unit(zone_pack(w->s->zone), t->unit),
            str_terminated(w->s->arena, may), !str_is(by, "head"));
    return p ? &p->actor : NULL;
}

static enum err corrections(
    struct road *w, struct op *op, const json_t *step, struct verb_input *in)
{
    const json_t *list = json_object_get(step, "materials"), *o;
    size_t count = json_array_size(list), i;
    bool fresh = in->verb == VERB_SUBMIT;
    struct service_paper *papers = ARENA_ARRAY(op->arena, struct service_paper, count + 1);
    int64_t *files = ARENA_ARRAY(op->arena, int64_t, count + 1);
    TRY(diag_arena(op->diag, op->arena));
    json_array_foreach(list, i, o)
    {
        papers[i] = (struct service_paper){ .material = json_str(o, "material"),
            .note = say(w, op, json_object_get(o, "note")) };
        if (!fresh)
            continue;
        TRY(new_paper(w, op, &files[i]));
        papers[i].files = &files[i];
        papers[i].file_count = 1;
    }
    in->papers = papers;
    in->paper_count = count;
    in->files = fresh ? files : NULL;
    in->file_count = fresh ? count : 0;
    return OK;
}

/* A number, or one of several. */
static int64_t number_of(struct road *w, const json_t *v)
{
    if (json_is_array(v))
        v = json_array_get(v, (size_t)sample_below(&w->random, (int64_t)json_array_size(v)));
    return json_integer_value(v);
}

static enum err do_one(struct road *w, struct op *op, const json_t *step, const struct case_task *t)
{
    struct verb_result result;
    struct actor self = applicant_of(w);
    struct verb_input in = { .task_id = t ? t->id : 0,
        .text = say(w, op, json_object_get(step, "text")),
        .outcome = json_str(step, "outcome"),
        .reason = json_str(step, "reason"),
        .vote = json_str(step, "vote"),
        .unit = str_is(json_str(step, "unit"), "lead") ? w->row.unit : json_str(step, "unit"),
        .licences = json_object_get(step, "licences"),
        .days = json_int(step, "days", 0),
        .rating = number_of(w, json_object_get(step, "rating")) };
    if (!verb_from(json_str(step, "verb"), &in.verb))
        return diag_set(op->diag, ERR_INVALID, "没有 “%.*s” 这项操作", "there is no verb \"%.*s\"",
            STR_ARGS(json_str(step, "verb")));
    bool mine = str_is(json_str(step, "by"), "applicant");
    op->actor = mine ? &self : worker(w, step, in.verb, t);
    if (!op->actor) {
        op->actor = &actor_system;
        return diag_set(op->diag, ERR_INVALID, "没有人可以做 %s", "nobody may %s",
            verb_info(in.verb)->word);
    }
    enum err e = corrections(w, op, step, &in);
    if (e == OK)
        e = case_verb(op, w->row.id, &in, &result);
    op->actor = &actor_system;
    if (e == ERR_NOT_ALLOWED && json_bool(step, "optional", false)) {
        memset(op->diag, 0, sizeof *op->diag);
        return OK;
    }
    return e;
}

/* What the procedure has the zone do by itself, at once. */
static enum err do_jobs(struct op *op)
{
    for (bool more = true; more;) {
        struct job *jobs;
        size_t count;
        TRY(job_claim(op, STR_NONE, STR("sample"), JOBS_MAX, &jobs, &count));
        for (size_t i = 0; i < count; i++)
            TRY(job_perform(op, &jobs[i]));
        more = count > 0;
    }
    return OK;
}

static enum err do_step(struct road *w, struct op *op, const json_t *step)
{
    struct case_task *tasks;
    size_t count, done = 0;
    bool mine = str_is(json_str(step, "by"), "applicant"), each = json_bool(step, "each", false);
    TRY(case_tasks(op, w->row.id, &tasks, &count));
    for (size_t i = 0; i < count && (each || !done); i++) {
        bool open = str_is(tasks[i].state, "open") || str_is(tasks[i].state, "suspended");
        if (!open || tasks[i].unit.bytes == 0) /* the applicant's */
            continue;
        if (!mine)
            TRY(do_one(w, op, step, &tasks[i]));
        done++;
        if (mine)
            break;
    }
    if (mine)
        TRY(do_one(w, op, step, NULL));
    else if (!done)
        return diag_set(op->diag, ERR_INVALID, "没有等待办理的环节", "no step of a unit is open");
    return do_jobs(op);
}

/* So many office hours later. */
static enum err later(struct road *w, const json_t *step, struct diag *d)
{
    const json_t *hours = json_object_get(step, "hours");
    double from = json_number_value(json_array_get(hours, 0));
    double to = json_number_value(json_array_get(hours, 1));
    int64_t minutes = (int64_t)((from + (to - from) * sample_unit(&w->random)) * 60);
    TRY(calendar_add_minutes(&zone_pack(w->s->zone)->clock, w->now_ms, minutes > 0 ? minutes : 1,
        &w->now_ms, NULL, d));
    bool stops = sample_chance(&w->random, sample_number(step, "stop", 0));
    w->over = stops || w->now_ms > w->s->until_ms;
    return OK;
}

/* The steps up to the next one that is time passing. */
static enum err walk(struct op *outer, void *ctx)
{
    struct road *w = ctx;
    struct arena scratch;
    struct op own = *outer;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    own.now_ms = w->now_ms;
    if (!w->row.id)
        e = apply(w, &own);
    for (const json_t *step; e == OK && (step = step_of(w)) && !json_bool(step, "watch", false);
         w->step++) {
        bool wanted = sample_chance(&w->random, sample_number(step, "chance", 1));
        if (!wanted)
            continue;
        e = later(w, step, own.diag);
        if (e != OK || w->over)
            break;
        arena_reset(&scratch);
        own.now_ms = w->now_ms;
        e = do_step(w, &own, step);
    }
    arena_release(&scratch);
    return e;
}

static enum err time_passes(struct sample *s, struct op *op, int64_t at)
{
    int64_t count;
    op->now_ms = s->world.now_ms = at;
    TRY(promises_watch(op, &count));
    return case_timers_all(op, &count);
}

/* ---- which, and when ---- */

static void begin(struct road *w)
{
    struct sample *s = w->s;
    const json_t *days = json_object_get(w->of, "days");
    w->random = (struct sample_random){ sample_next(&s->random) };
    w->seed = sample_next(&w->random);
    int64_t back = sample_between(&w->random, json_integer_value(json_array_get(days, 0)),
        json_integer_value(json_array_get(days, 1)));
    int64_t day = zone_local_days(s->zone, s->until_ms) + back;
    const struct calendar_clock *clock = &zone_pack(s->zone)->clock;
    while (calendar_day(zone_pack(s->zone)->calendar, day).kind == CALENDAR_HOLIDAY
        || calendar_close_ms(clock, day) <= zone_day_begin(s->zone, day))
        day--;
    w->now_ms = zone_day_begin(s->zone, day) + 9 * MS_PER_HOUR
        + sample_below(&w->random, 7 * 60) * MS_PER_MINUTE;
    int64_t n = json_bool(w->of, "contacts", false) && s->contact_count
        ? s->contacts[sample_below(&w->random, (int64_t)s->contact_count)]
        : sample_below(&w->random, s->enterprise_made);
    w->enterprise = &s->enterprises[n];
    w->row = (struct case_row){ 0 };
    w->step = 0;
    w->over = false;
}

static enum err one(struct road *w, struct op *op)
{
    while (!w->over) {
        const json_t *step = step_of(w);
        if (w->row.id && !step)
            return OK;
        if (!w->row.id || !json_bool(step, "watch", false)) {
            TRY(zone_write(op, walk, w));
            continue;
        }
        TRY(later(w, step, op->diag));
        if (!w->over)
            TRY(time_passes(w->s, op, w->now_ms));
        w->step++;
    }
    return OK;
}

/* The one file behind all papers, where uploads are kept. */
static enum err keep_paper(struct road *w, struct diag *d)
{
    const struct sys *sys = w->s->line->sys;
    unsigned char hash[32];
    unsigned bytes = 0;
    if (EVP_Digest(paper, sizeof paper - 1, hash, &bytes, EVP_sha256(), NULL) != 1)
        return diag_set(d, ERR_INTERNAL, "无法计算文件摘要", "the file's digest could not be computed");
    w->sha256 = str_hex(w->s->arena, hash, sizeof hash);
    str folder = str_printf(w->s->arena, "%s/files/%.*s", w->s->zone->data_dir, 2, w->sha256.data);
    str path = str_printf(w->s->arena, "%s/%.*s", folder.data, STR_ARGS(w->sha256));
    TRY(diag_arena(d, w->s->arena));
    TRY(sys->dir_create(sys->ctx, folder.data, d));
    return sys->file_write(sys->ctx, path.data, (str){ paper, sizeof paper - 1 }, d);
}

static int by_time(const void *a, const void *b)
{
    const struct road *x = a, *y = b;
    return x->now_ms < y->now_ms ? -1 : x->now_ms > y->now_ms;
}

/* All of them, the earliest first: what one changes of a licence is there for the next. */
static enum err plan(const struct road *from, const json_t *list, struct road **out, size_t *count)
{
    struct road *roads = NULL;
    for (int turn = 0; turn < 2; turn++) {
        *count = 0;
        for (size_t i = 0; i < json_array_size(list); i++) {
            const json_t *of = json_array_get(list, i);
            int64_t share = (int64_t)(sample_number(of, "share", 0) * (double)from->s->case_count + 0.5);
            for (int64_t n = 0; n < (share > 1 ? share : 1); n++, ++*count) {
                if (!roads)
                    continue;
                roads[*count] = *from;
                roads[*count].of = of;
                begin(&roads[*count]);
            }
        }
        if (!roads)
            roads = ARENA_ARRAY(from->s->arena, struct road, *count + 1);
        if (!roads)
            return ERR_MEMORY;
    }
    qsort(roads, *count, sizeof *roads, by_time);
    *out = roads;
    return OK;
}

static enum err all_of(struct sample *s, struct op *op, const char *path, str text)
{
    json_t *root;
    struct road *roads = NULL;
    size_t count = 0;
    struct road *w = ARENA_NEW(s->arena, struct road);
    TRY(diag_arena(op->diag, s->arena));
    *w = (struct road){ .s = s };
    enum err e = json_parse(s->arena, text, &root, op->diag);
    const json_t *list = e == OK ? json_object_get(root, "cases") : NULL;
    w->system = e == OK ? pack_kind(zone_pack(s->zone), json_str(root, "kind")) : NULL;
    if (e == OK && (!w->system || !w->system->catalogue))
        e = diag_set(op->diag, ERR_INVALID, "“kind” 不是有事项目录的办件类型",
            "\"kind\" is no kind of case with a catalogue of items");
    if (e == OK)
        e = keep_paper(w, op->diag);
    if (e == OK)
        e = plan(w, list, &roads, &count);
    for (size_t i = 0; e == OK && i < count; i++) {
        e = one(&roads[i], op);
        s->service_made += roads[i].made;
    }
    if (e != OK)
        diag_at(op->diag, path, 0, 0);
    return e;
}

enum err sample_make_services(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    const struct sys *sys = s->line->sys;
    for (size_t i = 0; s->case_count && i < p->system_count; i++) {
        struct diag ignored = { 0 };
        str text,
            path = str_printf(s->arena, "%s/%.*s/sample/cases.json", s->zone_dir,
                STR_ARGS(p->systems[i].folder));
        TRY(diag_arena(op->diag, s->arena));
        if (sys->file_read(sys->ctx, s->arena, path.data, CASES_BYTES_MAX, &text, &ignored) == OK)
            TRY(all_of(s, op, path.data, text));
    }
    if (s->service_made)
        TRY(time_passes(s, op, s->until_ms));
    op->now_ms = s->world.now_ms = s->until_ms;
    return OK;
}
