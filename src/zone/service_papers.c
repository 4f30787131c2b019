/*
 * Which materials are needed, and how each is had.
 *
 * A material is asked for once, however many of the items want it: it is needed where the answers
 * make one item need it, required where one requires it. An answer that is not there yet leaves it
 * open (SERVICE_MAYBE): while somebody is still writing, nothing is taken off his list too early.
 */
#include "zone/service_internal.h"

#include <string.h>

/* ---- needed? ---- */

static enum err need_of(struct op *op, const struct pack_item_material *m, const json_t *answers,
    enum service_need *out)
{
    feel_value scope, value;
    *out = SERVICE_NEEDED;
    if (!m->when)
        return OK;
    struct feel_env env = { .now = feel_date_time_from_ms(op->now_ms,
                                tz_offset_s(zone_pack(op->zone)->tz, op->now_ms), NULL) };
    TRY(feel_from_json(op->arena, answers, NULL, &scope, op->diag));
    TRY(feel_eval(m->when, &env, scope.kind == FEEL_CONTEXT ? scope.context : NULL, op->arena,
        &value, op->diag));
    bool open = false;
    for (size_t i = 0; i < feel_program_variable_count(m->when); i++) {
        const char *name = str_terminated(op->arena, feel_program_variable(m->when, i));
        open = open || !name || !json_object_get(answers, name);
    }
    *out = feel_is_true(value) ? SERVICE_NEEDED : open ? SERVICE_MAYBE : SERVICE_NOT_NEEDED;
    return OK;
}

static struct service_material *of_material(struct service *v, const struct pack_material *m)
{
    for (size_t i = 0; i < v->material_count; i++)
        if (v->materials[i].material == m)
            return &v->materials[i];
    return NULL;
}

static void add_need(struct service *v, const struct pack_item *item,
    const struct pack_item_material *m, enum service_need need)
{
    struct service_material *have = of_material(v, m->material);
    if (!have) {
        have = &v->materials[v->material_count++];
        *have = (struct service_material){ .material = m->material,
            .item = item,
            .need = need,
            .situation = m->situation,
            .required = m->required,
            .originals = m->originals,
            .copies = m->copies };
        return;
    }
    have->required = have->required || m->required;
    have->originals = m->originals > have->originals ? m->originals : have->originals;
    have->copies = m->copies > have->copies ? m->copies : have->copies;
    if (need == SERVICE_NEEDED || have->need == SERVICE_NOT_NEEDED)
        have->need = need;
}

enum err service_needs(struct op *op, struct service *v, const json_t *answers, str holder_register,
    int64_t enterprise)
{
    size_t room = 0;
    for (size_t i = 0; i < v->item_count; i++)
        room += v->items[i]->material_count;
    v->materials = ARENA_ARRAY(op->arena, struct service_material, room);
    v->material_count = 0;
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < v->item_count; i++)
        for (size_t k = 0; k < v->items[i]->material_count; k++) {
            const struct pack_item_material *m = &v->items[i]->materials[k];
            enum service_need need;
            TRY(need_of(op, m, answers, &need));
            add_need(v, v->items[i], m, need);
        }
    for (size_t i = 0; i < v->material_count; i++) {
        struct service_material *m = &v->materials[i];
        if (m->material->waive == PACK_WAIVE_SHARED && enterprise)
            TRY(service_held(
                op, holder_register, enterprise, m->material->licence, &m->licence_id));
        m->held = m->licence_id != 0;
    }
    return OK;
}

/* ---- had? ---- */

static const struct service_paper *paper_of(const struct service_ask *ask, str material)
{
    for (size_t i = 0; i < ask->paper_count; i++)
        if (str_equal(ask->papers[i].material, material))
            return &ask->papers[i];
    return NULL;
}

enum err service_paper_fault(
    struct op *op, str material, const char *zh, const char *en, struct name2 name)
{
    const char *a = str_terminated(op->arena, name.zh), *b = str_terminated(op->arena, name.en);
    str field = str_printf(op->arena, "materials.%.*s", STR_ARGS(material));
    TRY(diag_arena(op->diag, op->arena));
    diag_field(op->diag, field);
    diag_set(op->diag, ERR_INVALID, zh, "%s", a);
    struct diag other = { 0 };
    diag_set(&other, ERR_INVALID, "%s", en, b);
    memcpy(op->diag->en, other.en, sizeof other.en);
    return ERR_INVALID;
}

static str way_of(const struct service_material *m, const struct service_paper *p)
{
    switch (m->material->waive) {
    case PACK_WAIVE_CANCELLED:
        return STR("cancelled");
    case PACK_WAIVE_CHECKED:
        return STR("checked");
    case PACK_WAIVE_COMMITMENT:
        if (p && p->promised)
            return STR("promised");
        break;
    case PACK_WAIVE_SHARED:
        if (m->held && p && p->consent)
            return STR("fetched");
        break;
    case PACK_WAIVE_NONE:
        break;
    }
    return p && p->file_count ? STR("uploaded") : STR("missing");
}

static enum err have(struct op *op, struct service_material *m, const struct service_paper *p)
{
    const struct pack_material *what = m->material;
    m->state = way_of(m, p);
    if (p && str_is(m->state, "uploaded")) {
        m->files = p->files;
        m->file_count = p->file_count;
    }
    if (!str_is(m->state, "missing") || !m->required)
        return OK;
    if (m->held)
        return service_paper_fault(op, what->code, "“%s”:本区持有电子证照,请同意调取,或者上传",
            "%s: the zone holds it as a licence; please consent to fetching it, or upload it",
            what->name);
    if (what->waive == PACK_WAIVE_COMMITMENT)
        return service_paper_fault(op, what->code, "“%s”:请作出承诺,或者上传",
            "%s: please give your word, or upload it", what->name);
    return service_paper_fault(op, what->code, "请上传“%s”", "please upload: %s", what->name);
}

enum err service_papers(
    struct op *op, struct service *v, const struct service_ask *ask, struct diag_list *faults)
{
    struct diag first = { 0 };
    enum err all = OK;
    for (size_t i = 0; i < ask->paper_count; i++) {
        bool wanted = false;
        for (size_t k = 0; k < v->material_count; k++)
            wanted = wanted || str_equal(v->materials[k].material->code, ask->papers[i].material);
        if (!wanted)
            return service_paper_fault(op, ask->papers[i].material, "这些事项不需要材料“%s”",
                "these items do not ask for %s",
                (struct name2){ ask->papers[i].material, ask->papers[i].material });
    }
    for (size_t k = 0; k < v->material_count; k++) {
        struct service_material *m = &v->materials[k];
        enum err e = m->need == SERVICE_NEEDED ? have(op, m, paper_of(ask, m->material->code)) : OK;
        if (e != OK && faults)
            diag_list_add(faults, op->diag);
        if (e != OK && all == OK)
            first = *op->diag;
        all = all == OK ? e : all;
    }
    if (all != OK)
        *op->diag = first;
    return all;
}
