/*
 * Verbs that move the case to another step: return, send back, jump. What happens to the other
 * tokens is the procedure's law (src/bpmn, move.c); docs/verbs.md draws it.
 *
 * A return goes to a step that lies before on the drawing, to whoever did it last. "Straight" keeps
 * with the new task who returned it, and send_back leads there past what lies between.
 */
#include "zone/case_do.h"

enum { CHOICES_MAX = 40 };

static bool of_staff(const struct moving *m, const struct bpmn_node *n)
{
    const struct pack_role *role = pack_role(m->pack, n->role);
    return n->kind == BPMN_USER_TASK && !(role && role->scope == PACK_SCOPE_ENTERPRISE);
}

static struct name2 name_of(const struct bpmn_node *n)
{
    str zh = n->name.bytes ? n->name : n->id;
    return (struct name2){ zh, n->name_en.bytes ? n->name_en : zh };
}

/* ---- where to ---- */

/* The last task of the step that was done; NULL when it was never done. */
static const struct case_task *last_done(const struct may *m, str node)
{
    for (size_t i = 0; i < m->task_count; i++) /* newest first */
        if (!m->tasks[i].parent_id && str_is(m->tasks[i].state, "done")
            && str_equal(m->tasks[i].node, node))
            return &m->tasks[i];
    return NULL;
}

/* Steps of the staff that lie before this one and were done, and the one that dispatches; or all
 * but this one. */
static enum err candidates(
    const struct may *m, bool any, const struct bpmn_node **out, size_t *count)
{
    const struct moving *v = m->moving;
    const struct bpmn_model *model = v->system->procedure;
    size_t nodes = bpmn_node_count(model), used = 0;
    bool *reached = ARENA_ARRAY(v->op->arena, bool, nodes);
    TRY(diag_arena(v->op->diag, v->op->arena));
    bpmn_earlier(v->instance, m->task->token, reached);
    for (size_t i = 0; i < nodes && used < CHOICES_MAX; i++) {
        const struct bpmn_node *n = bpmn_node_at(model, i);
        bool before = reached[i] && (str_equal(n->id, m->target) || last_done(m, n->id));
        if ((any || before) && of_staff(v, n) && !str_equal(n->id, m->task->node))
            out[used++] = n;
    }
    *count = used;
    return OK;
}

bool steps_before(const struct may *m)
{
    const struct bpmn_node *nodes[CHOICES_MAX];
    size_t count = 0;
    return m->moving->instance && candidates(m, false, nodes, &count) == OK && count > 0;
}

/* Tasks that would end beside the one acted at: of other tokens, and all that were asked there. */
static enum err would_end(struct may *m, str target, struct case_task **out, size_t *count)
{
    struct op *op = m->moving->op;
    int64_t tokens[CASE_TASKS_MAX];
    size_t gone = CASE_TASKS_MAX, used = 0;
    struct case_task *list = ARENA_ARRAY(op->arena, struct case_task, m->task_count + 1);
    TRY(diag_arena(op->diag, op->arena));
    TRY(procedure_would_end(m->moving, m->task->token, target, tokens, &gone));
    for (size_t i = 0; i < m->task_count; i++) {
        const struct case_task *t = &m->tasks[i];
        bool ends = t->token == m->task->token && t->id != m->task->id;
        for (size_t k = 0; k < gone; k++)
            ends = ends || t->token == tokens[k];
        if (ends && (task_is_open(t) || str_is(t->state, "waiting")))
            list[used++] = *t;
    }
    for (size_t i = 0; i < used; i++)
        step_names(op, m->moving->row.pack_version, m->moving->row.kind, list[i].node,
            &list[i].name_zh, &list[i].name_en);
    *out = list;
    *count = used;
    return OK;
}

static const struct bpmn_node *chosen(
    const struct bpmn_node *const *nodes, size_t count, str wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(nodes[i]->id, wanted))
            return nodes[i];
    return NULL;
}

/* A step that cannot be reached from here is simply not offered. */
static enum err add_choice(struct may *m, const struct bpmn_node *n, struct verb_result *out)
{
    struct diag why = { 0 };
    struct op quiet = *m->moving->op, *loud = m->moving->op;
    struct verb_choice c = { .node = n->id, .name = name_of(n) };
    const struct case_task *done = last_done(m, n->id);
    c.unit = done ? done->unit : STR_NONE;
    c.usual = str_equal(n->id, m->target);
    quiet.diag = &why;
    m->moving->op = &quiet;
    enum err e = would_end(m, n->id, &c.ends, &c.end_count);
    m->moving->op = loud;
    if (e == OK)
        out->choices[out->choice_count++] = c;
    return e == ERR_MEMORY ? e : OK;
}

enum err move_choices(struct may *m, const struct verb_input *in, struct verb_result *out)
{
    struct op *op = m->moving->op;
    const struct bpmn_node *nodes[CHOICES_MAX];
    size_t count;
    TRY(candidates(m, in->verb == VERB_JUMP, nodes, &count));
    out->choices = ARENA_ARRAY(op->arena, struct verb_choice, CHOICES_MAX);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < count; i++)
        TRY(add_choice(m, nodes[i], out));
    str wanted = in->node.bytes ? in->node : in->verb == VERB_RETURN ? m->target : STR_NONE;
    if (!wanted.bytes)
        return OK;
    if (in->node.bytes && !chosen(nodes, count, wanted))
        return do_invalid(op, "node", "不能去这个环节,请从列表中选择",
            "one cannot go to this step; please choose one of the list");
    return would_end(m, wanted, &out->ends, &out->end_count);
}

/* ---- going there ---- */

/* The one task that the move has opened at the step; NULL when it opened several (each signer of
 * the drawing has his own). */
static enum err opened(struct doing *d, str node, const struct case_task **out)
{
    struct case_task *tasks;
    size_t count, found = 0;
    TRY(case_tasks(d->m->op, d->m->row.id, &tasks, &count));
    *out = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!task_is_open(&tasks[i]) || tasks[i].parent_id || !str_equal(tasks[i].node, node)
            || task_by_id(d->may->tasks, d->may->task_count, tasks[i].id))
            continue;
        *out = &tasks[i];
        found++;
    }
    if (found != 1)
        *out = NULL;
    return OK;
}

/* To that unit, and to that officer while he is there. */
static enum err hand_to(struct doing *d, const struct case_task *t, str unit, int64_t officer)
{
    struct op *op = d->m->op;
    struct account a;
    struct diag ignored = { 0 };
    struct op look = *op;
    look.diag = &ignored;
    if (!unit.bytes || !pack_unit(d->m->pack, unit))
        return OK;
    bool there =
        officer && account_get(&look, officer, &a) == OK && !a.disabled && str_equal(a.unit, unit);
    return STORE_EXEC(op->conn, op->diag,
        "UPDATE task SET unit = $3, assignee_id = $4 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(t->id), S_TEXT(unit), S_INT(there ? officer : 0));
}

static enum err keep_way_back(struct doing *d, const struct case_task *t)
{
    struct op *op = d->m->op;
    const struct case_task *from = d->may->task;
    json_t *o = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(o, "node", from->node);
    json_set_str(o, "unit", from->unit);
    json_set_id(o, "assignee", op->actor->account);
    json_set_str(o, "byName", op->actor->name);
    return STORE_EXEC(op->conn, op->diag, "UPDATE task SET back = $3 WHERE zone = $1 AND id = $2",
        S_TEXT(op->zone->code), S_INT(t->id), S_TEXT(json_text(op->arena, o)));
}

static enum err check_node(struct doing *d, bool any)
{
    const struct bpmn_node *nodes[CHOICES_MAX];
    size_t count;
    TRY(candidates(d->may, any, nodes, &count));
    if (!chosen(nodes, count, d->in->node))
        return do_invalid(d->m->op, "node", "不能去这个环节,请从列表中选择",
            "one cannot go to this step; please choose one of the list");
    return OK;
}

enum err do_return(struct doing *d)
{
    const struct case_task *t;
    str to = d->in->node.bytes ? d->in->node : d->may->target;
    d->is_public = true;
    if (d->in->node.bytes)
        TRY(check_node(d, false));
    if (!to.bytes)
        return do_invalid(d->m->op, "node", "请选择退回到哪一步", "please choose the step");
    json_set_str(d->event, "to", to);
    const struct case_task *done = d->in->node.bytes ? last_done(d->may, to) : NULL;
    TRY(procedure_move(d->m, d->may->task->token, to));
    TRY(opened(d, to, &t));
    if (t && done)
        TRY(hand_to(d, t, done->unit, done->done_by));
    if (!d->in->straight)
        return OK;
    if (!t)
        return do_invalid(d->m->op, "straight", "这一步由多人分别办理,不能要求直接送回",
            "several people act at that step, each by himself; it cannot be sent straight back");
    json_object_set_new(d->event, "straight", json_true());
    return keep_way_back(d, t);
}

enum err do_send_back(struct doing *d)
{
    struct op *op = d->m->op;
    const struct case_task *t;
    int64_t officer = 0;
    json_t *back, *v = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, op->arena));
    TRY(json_parse(op->arena, d->may->task->back, &back, op->diag));
    str node = json_str(back, "node"), unit = json_str(back, "unit");
    (void)id_parse(json_str(back, "assignee"), &officer);
    d->is_public = true;
    json_set_str(d->event, "to", node);
    json_set_str(v, "unit", unit);
    TRY(procedure_set(d->m, v));
    TRY(procedure_move(d->m, d->may->task->token, node));
    TRY(opened(d, node, &t));
    return t ? hand_to(d, t, unit, officer) : OK;
}

enum err do_jump(struct doing *d)
{
    TRY(check_node(d, true));
    json_set_str(d->event, "from", d->may->task->node);
    json_set_str(d->event, "to", d->in->node);
    return procedure_move(d->m, d->may->task->token, d->in->node);
}
