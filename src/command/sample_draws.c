/*
 * Draws of the sample, out of a list: <zone>/<system>/sample/draws.json.
 *
 *     {"draws": [{"page": "flat_draws_desk", "draw": "D03",
 *         "days": 21, "by": "login",              published so long before the last day, and by whom
 *         "first": "login", "second": "login",    who enter the seed
 *         "seed": "…", "evidence": "…"}]}         without: published only
 *
 * The draw's day is the sample's last. What a rule refuses ends the run, with the file and the entry.
 */
#include "command/sample.h"
#include "zone/draw_page.h"

enum { LIST_BYTES_MAX = 1024 * 1024 };

struct drawing {
    struct sample *s;
    const json_t *list;
};

static enum err as(struct drawing *w, struct op *op, const json_t *o, const char *member)
{
    op->actor = sample_staff_login(w->s, json_str(o, member));
    if (op->actor)
        return OK;
    diag_field(op->diag, str_from(member));
    return diag_set(op->diag, ERR_INVALID, "accounts.json 中没有这个账号", "accounts.json has no such login");
}

static enum err do_draw(struct drawing *w, struct op *op, const json_t *o)
{
    const struct pack_page *page = pack_page(zone_pack(w->s->zone), json_str(o, "page"));
    struct draw_kept kept;
    if (!page || !str_is(page->kind, "draw")) {
        diag_field(op->diag, STR("page"));
        return diag_set(op->diag, ERR_INVALID, "没有这样的摇号页面", "there is no such page of draws");
    }
    struct draw_page at = draw_page_of(w->s->zone, page);
    at.key = json_str(o, "draw");
    op->now_ms = w->s->until_ms - json_int(o, "days", 0) * MS_PER_DAY;
    TRY(as(w, op, o, "by"));
    TRY(draw_page_publish(op, &at, &kept));
    str seed = json_str(o, "seed");
    if (!seed.bytes)
        return OK;
    op->now_ms = w->s->until_ms;
    TRY(as(w, op, o, "first"));
    TRY(draw_page_propose(op, &at, seed, json_str(o, "evidence"), &kept));
    TRY(as(w, op, o, "second"));
    return draw_page_confirm(op, &at, seed, &kept);
}

static enum err do_all(struct op *op, void *ctx)
{
    struct drawing *w = ctx;
    struct op own = *op;
    for (size_t i = 0; i < json_array_size(w->list); i++) {
        enum err e = do_draw(w, &own, json_array_get(w->list, i));
        if (e != OK) {
            diag_at(own.diag, "draws.json", (int)i + 1, 0);
            return e;
        }
    }
    return OK;
}

enum err sample_make_draws(struct sample *s, struct op *op)
{
    const struct pack *p = zone_pack(s->zone);
    const struct sys *sys = s->line->sys;
    for (size_t i = 0; i < p->system_count; i++) {
        struct diag ignored = { 0 };
        struct drawing w = { .s = s };
        json_t *v;
        str text, path = str_printf(s->arena, "%s/%.*s/sample/draws.json", s->zone_dir,
                      STR_ARGS(p->systems[i].folder));
        TRY(diag_arena(op->diag, s->arena));
        if (sys->file_read(sys->ctx, s->arena, path.data, LIST_BYTES_MAX, &text, &ignored) != OK)
            continue;
        TRY(json_parse(s->arena, text, &v, op->diag));
        w.list = json_object_get(v, "draws");
        TRY(zone_write(op, do_all, &w));
    }
    return OK;
}
