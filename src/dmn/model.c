/* Questions a caller asks of a model: what is in it, what a decision needs and gives. */
#include "dmn/internal.h"

static const struct element *find(const struct dmn_model *m, enum element_kind kind, str name)
{
    for (size_t i = 0; i < m->element_count; i++)
        if (m->elements[i]->kind == kind && str_equal(m->elements[i]->name, name))
            return m->elements[i];
    for (size_t i = 0; i < m->element_count; i++)
        if (m->elements[i]->kind == kind && str_equal(m->elements[i]->id, name))
            return m->elements[i];
    return NULL;
}

str dmn_model_name(const struct dmn_model *m)
{
    return m->name;
}

const struct dmn_decision *dmn_decision_find(const struct dmn_model *m, str name)
{
    return (const struct dmn_decision *)find(m, ELEMENT_DECISION, name);
}

const struct dmn_service *dmn_service_find(const struct dmn_model *m, str name)
{
    return (const struct dmn_service *)find(m, ELEMENT_SERVICE, name);
}

size_t dmn_decision_count(const struct dmn_model *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->element_count; i++)
        count += m->elements[i]->kind == ELEMENT_DECISION;
    return count;
}

const struct dmn_decision *dmn_decision_at(const struct dmn_model *m, size_t index)
{
    for (size_t i = 0; i < m->element_count; i++)
        if (m->elements[i]->kind == ELEMENT_DECISION && index-- == 0)
            return (const struct dmn_decision *)m->elements[i];
    return NULL;
}

str dmn_decision_name(const struct dmn_decision *d)
{
    return ((const struct element *)d)->name;
}

str dmn_decision_id(const struct dmn_decision *d)
{
    return ((const struct element *)d)->id;
}

int dmn_decision_line(const struct dmn_decision *d)
{
    return ((const struct element *)d)->xml->line;
}

struct gathering {
    bool *seen;
    struct dmn_input *items;
    size_t count;
};

static const struct feel_type *known(const struct feel_type *t)
{
    return t ? t : feel_type_named(STR("Any"));
}

static void gather(const struct element *e, struct gathering *g)
{
    if (g->seen[e->index])
        return;
    g->seen[e->index] = true;
    if (e->kind == ELEMENT_INPUT)
        g->items[g->count++] = (struct dmn_input){ e->name, known(e->type), e->xml->line };
    for (size_t i = 0; e->kind != ELEMENT_SERVICE && i < e->require_count; i++)
        gather(e->requires[i], g);
}

enum err dmn_decision_inputs(const struct dmn_model *m, const struct dmn_decision *d,
    struct arena *a, const struct dmn_input **out, size_t *count)
{
    struct gathering g = { .seen = ARENA_ARRAY(a, bool, m->set->element_count),
        .items = ARENA_ARRAY(a, struct dmn_input, m->set->element_count) };
    if (!g.seen || !g.items)
        return ERR_MEMORY;
    gather((const struct element *)d, &g);
    *out = g.items;
    *count = g.count;
    return OK;
}

enum err dmn_decision_outputs(const struct dmn_model *m, const struct dmn_decision *d,
    struct arena *a, const struct dmn_input **out, size_t *count)
{
    const struct element *e = (const struct element *)d;
    const struct table *t = e->table;
    (void)m;
    struct dmn_input *items = ARENA_ARRAY(a, struct dmn_input, t ? t->output_count : 0);
    if (!items)
        return ERR_MEMORY;
    for (size_t i = 0; t && i < t->output_count; i++)
        items[i] = (struct dmn_input){
            .name = t->outputs[i].name.bytes ? t->outputs[i].name : e->name,
            .type = known(t->outputs[i].type),
            .line = t->xml->line,
            .label = t->outputs[i].label
        };
    *out = items;
    *count = t ? t->output_count : 0;
    return OK;
}
