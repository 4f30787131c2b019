/*
 * Residents' reports of the sample, out of a list: <zone>/<system>/sample/reports.json.
 *
 *     {"reports": [{"service": "light", "days": 12, "at": "09:20",   twelve days before the last day
 *         "lon": 115.8, "lat": 28.7, "address": "…", "description": "…", "details": "…",
 *         "picture": "light.jpg", "shown": "login",                  who shows it; absent: it waits
 *         "sign": {"login": "…", "minutes": 40},                     after it came in
 *         "reply": {"login": "…", "minutes": 1500, "text": "…"}}]}
 *
 * Pictures lie beside the list. All that happens is put in the order of time first, so that the
 * journal is written in that order. What would be after the sample's last instant is left undone;
 * what a rule refuses ends the run, with the file and the entry.
 */
#include "command/sample.h"
#include "zone/open311.h"

#include <stdlib.h>

enum { LIST_BYTES_MAX = 1024 * 1024 };

enum what { COMES, SIGNED, SHOWN, ANSWERED, WHATS };

struct step {
    int64_t at;
    size_t entry;
    enum what what;
};
struct reporting {
    struct sample *s;
    const json_t *list;
    const char *folder, *path;
    struct step *steps;
    size_t step_count, next;
    int64_t *ids; /* of the cases, by entry */
};

static enum err wrong(struct op *op, const char *member)
{
    diag_field(op->diag, str_from(member));
    return diag_set(op->diag, ERR_INVALID, "“%s”不对", "\"%s\" is not right", member);
}

static bool read_at(const struct sample *s, const json_t *o, int64_t *ms)
{
    str at = json_str(o, "at"), hour, minute;
    int64_t h, m, days = json_int(o, "days", 0);
    if (!str_split(&at, ':', &hour) || !str_split(&at, ':', &minute) || !str_to_int64(hour, &h)
        || !str_to_int64(minute, &m) || h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    int64_t today = zone_local_days(s->zone, s->until_ms);
    *ms = zone_day_begin(s->zone, today - days) + (h * 60 + m) * 60000;
    if (*ms > s->until_ms)
        *ms = s->until_ms;
    return true;
}

static enum err picture(struct reporting *w, struct op *op, const json_t *o, str *content)
{
    const struct sys *sys = w->s->line->sys;
    str name = json_str(o, "picture");
    if (!name.bytes)
        return OK;
    str path = str_printf(op->arena, "%s/%.*s", w->folder, STR_ARGS(name));
    TRY(diag_arena(op->diag, op->arena));
    return sys->file_read(sys->ctx, op->arena, path.data, OPEN311_PICTURE_BYTES_MAX, content, op->diag);
}

static enum err come(struct reporting *w, struct op *op, const json_t *o, int64_t *id)
{
    const struct pack_open311 *p = zone_pack(w->s->zone)->open311;
    struct diag_list faults;
    struct open311_request made;
    struct open311_input in = { .service = pack_311_service(p, json_str(o, "service")),
        .has_place = json_object_get(o, "lon") != NULL,
        .lon = json_number_value(json_object_get(o, "lon")),
        .lat = json_number_value(json_object_get(o, "lat")),
        .address = json_str(o, "address"),
        .description = json_str(o, "description"),
        .details = json_str(o, "details"),
        .faults = &faults };
    diag_list_init(&faults, op->arena, PACK_FAULTS_MAX);
    if (!in.service)
        return wrong(op, "service");
    TRY(picture(w, op, o, &in.picture));
    op->actor = &actor_system;
    TRY(open311_report(op, &in, &made));
    *id = made.id;
    return OK;
}

static enum err do_step(struct reporting *w, struct op *op, const struct step *step)
{
    static const char *const members[WHATS] = { [SIGNED] = "sign", [ANSWERED] = "reply" };
    const json_t *o = json_array_get(w->list, step->entry);
    struct verb_result result;
    int64_t *id = &w->ids[step->entry];
    const struct open311_review review = { .id = *id, .of_picture = true, .shown = true };
    op->now_ms = step->at;
    if (step->what == COMES)
        return come(w, op, o, id);
    const char *member = step->what == SHOWN ? "shown" : members[step->what];
    const json_t *act = json_object_get(o, member);
    op->actor = sample_staff_login(w->s, step->what == SHOWN ? json_str(o, member) : json_str(act, "login"));
    if (!op->actor)
        return wrong(op, member);
    if (step->what == SHOWN)
        return open311_review(op, &review);
    const struct verb_input in = { .verb = step->what == SIGNED ? VERB_SIGN : VERB_REPLY,
        .text = json_str(act, "text") };
    return case_verb(op, *id, &in, &result);
}

static int by_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->entry != y->entry ? (x->entry < y->entry ? -1 : 1) : (int)x->what - (int)y->what;
}

static enum err plan(struct reporting *w, struct op *op)
{
    size_t count = json_array_size(w->list);
    w->steps = ARENA_ARRAY(w->s->arena, struct step, count * WHATS + 1);
    w->ids = ARENA_ARRAY(w->s->arena, int64_t, count + 1);
    TRY(diag_arena(op->diag, w->s->arena));
    for (size_t i = 0; i < count; i++) {
        const json_t *o = json_array_get(w->list, i);
        const json_t *sign = json_object_get(o, "sign"), *reply = json_object_get(o, "reply");
        int64_t at;
        if (!read_at(w->s, o, &at))
            return wrong(op, "at");
        int64_t signed_at = at + json_int(sign, "minutes", 0) * 60000;
        const int64_t times[WHATS] = { at, signed_at, signed_at, at + json_int(reply, "minutes", 0) * 60000 };
        const bool wanted[WHATS] = { true, sign, json_str(o, "shown").bytes > 0, reply };
        for (int what = 0; what < WHATS; what++)
            if (wanted[what] && times[what] <= w->s->until_ms)
                w->steps[w->step_count++] = (struct step){ times[what], i, (enum what)what };
    }
    qsort(w->steps, w->step_count, sizeof *w->steps, by_time);
    return OK;
}

static enum err make_all(struct op *op, void *ctx)
{
    struct reporting *w = ctx;
    struct arena scratch;
    struct op own = *op;
    enum err e = OK;
    arena_init(&scratch, NULL, 64 * MIB);
    own.arena = &scratch;
    for (; e == OK && w->next < w->step_count; w->next++) {
        const struct step *step = &w->steps[w->next];
        arena_reset(&scratch);
        e = do_step(w, &own, step);
        if (e != OK) /* the entry, counted from 1, where a line would stand */
            diag_at(own.diag, w->path, (int)step->entry + 1, 0);
    }
    arena_release(&scratch);
    return e;
}

enum err sample_make_reports(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    const struct sys *sys = s->line->sys;
    struct diag ignored = { 0 };
    struct reporting w = { .s = s };
    str text;
    json_t *v;
    if (!p->open311)
        return OK;
    str folder = str_printf(s->arena, "%s/%.*s/sample", s->zone_dir, STR_ARGS(p->open311->system->folder));
    str path = str_printf(s->arena, "%.*s/reports.json", STR_ARGS(folder));
    TRY(diag_arena(op->diag, s->arena));
    if (sys->file_read(sys->ctx, s->arena, path.data, LIST_BYTES_MAX, &text, &ignored) != OK)
        return OK;
    TRY(json_parse(s->arena, text, &v, op->diag));
    w.list = json_object_get(v, "reports");
    w.folder = folder.data;
    w.path = path.data;
    TRY(plan(&w, op));
    return zone_write(op, make_all, &w);
}
