/*
 * What a column is derived from beyond an expression over its own record: the records that refer to
 * it (rollup), or a rule (decision). And what all derived columns keep: none comes out of itself, in
 * one register or round several, and within a register each is computed after what it uses.
 *
 *     check.duty ──▶ duty          "rollup": {"register": "check", "by": "duty", "take": "max",
 *     check.done_on                           "column": "done_on", "where": […]}
 *
 * What depends on the day is found here too, so that it is computed again each day even where the
 * definition does not say "daily".
 */
#include "pack/internal.h"

#include <string.h>

static const char *const take_words[] = { "count", "sum", "min", "max", "last", NULL };

/* ---- rollups -------------------------------------------------------------------------------- */

static bool takes_type(enum pack_take take, enum pack_column_type t)
{
    bool number = t == PACK_COLUMN_INT || t == PACK_COLUMN_REAL || t == PACK_COLUMN_MONEY;
    switch (take) {
    case PACK_TAKE_COUNT:
        return t == PACK_COLUMN_INT;
    case PACK_TAKE_SUM:
        return number;
    case PACK_TAKE_MIN:
    case PACK_TAKE_MAX:
        return number || t == PACK_COLUMN_DATE || t == PACK_COLUMN_INSTANT;
    case PACK_TAKE_LAST:
        return t != PACK_COLUMN_POINT && t != PACK_COLUMN_SHAPE && t != PACK_COLUMN_FILES;
    }
    return false;
}

static void check_taken(
    const struct node *n, const struct pack_column *c, const struct pack_rollup *u)
{
    const struct pack_column *from = u->column;
    if (u->take == PACK_TAKE_COUNT) {
        if (json_object_get(n->v, "column"))
            FAULT_MEMBER(n, "column", "count 只计条数,不写 column", "count takes no column");
        if (c->type != PACK_COLUMN_INT)
            FAULT_MEMBER(
                n, "take", "计数的列应是 int", "a column that counts must be of type int");
        return;
    }
    if (!from) {
        if (!json_object_get(n->v, "column"))
            FAULT_MEMBER(n, "column", "缺少被汇总的列", "the column that is taken is missing");
        return;
    }
    if (!takes_type(u->take, from->type))
        FAULT_MEMBER(n, "column", "%s 不能用于类型为 %s 的列", "%s is not for columns of type %s",
            take_words[u->take], pack_column_type_word(from->type));
    else if (from->type != c->type || from->codes != c->codes || from->ref != c->ref)
        FAULT_MEMBER(n, "column", "汇总出来的是 %s,本列应是同一类型(代码表、登记表也相同)",
            "what is taken is a %s: this column must be of the same type, codes and ref",
            pack_column_type_word(from->type));
    if (from->masked && !c->masked)
        FAULT_MEMBER(n, "column", "列 “%.*s” 是遮盖的,汇总它的列也须遮盖",
            "column \"%.*s\" is masked: what takes it must be masked too", STR_ARGS(from->name));
}

static const struct pack_condition *read_where(
    const struct node *n, const struct pack_register *of, size_t *used)
{
    enum { WHERE_MAX = 12 };
    struct node list = node_get(n, "where", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct pack_condition *out = ARENA_ARRAY(n->l->arena, struct pack_condition, count);
    *used = 0;
    for (size_t i = 0; out && i < count && !too_many(&list, count, WHERE_MAX); i++) {
        struct node at = node_at(&list, i);
        if (!read_condition(&at, of, &out[*used]))
            continue;
        str value = out[*used].value;
        if (str_is(value, "$me") || str_is(value, "$unit"))
            FAULT_MEMBER(&at, "value", "汇总对每个人都一样,不能用 %.*s",
                "what is taken is the same for everybody: %.*s cannot be used", STR_ARGS(value));
        ++*used;
    }
    return out;
}

/* {"cases": "open"}: of the cases that the record gave rise to. */
static void read_case_count(const struct node *n, struct pack_column *c, struct pack_rollup *u)
{
    static const char *const known[] = { "cases", NULL };
    static const char *const words[] = { "none", "open", "all", NULL };
    if (!u || !node_members(n, known))
        return;
    int cases = node_word(n, "cases", words + 1, -1);
    u->cases = cases ? PACK_CASES_ALL : PACK_CASES_OPEN;
    if (c->type != PACK_COLUMN_INT)
        FAULT_MEMBER(n, "cases", "计数的列应是 int", "a column that counts must be of type int");
    c->rollup = u;
    c->definition = str_printf(n->l->arena, "cases %s", words[u->cases]);
}

static void read_rollup(
    const struct node *n, const struct pack_register *r, struct pack_column *c)
{
    static const char *const known[] = { "register", "by", "take", "column", "order", "where",
        NULL };
    struct loader *l = n->l;
    struct pack_rollup *u = ARENA_NEW(l->arena, struct pack_rollup);
    if (json_object_get(n->v, "cases")) {
        read_case_count(n, c, u);
        return;
    }
    if (!u || !node_members(n, known))
        return;
    int take = node_word(n, "take", take_words, -1);
    u->take = (enum pack_take)(take < 0 ? 0 : take);
    str of = node_code(n, "register", REQUIRED);
    u->of = of.bytes ? pack_register(l->pack, of) : NULL;
    if (!u->of) {
        if (of.bytes)
            FAULT_MEMBER(n, "register", "没有登记表 “%.*s”", "there is no register \"%.*s\"",
                STR_ARGS(of));
        return;
    }
    u->by = named_column(n, "by", u->of);
    u->column = named_column(n, "column", u->of);
    u->order = named_column(n, "order", u->of);
    if (!json_object_get(n->v, "by"))
        FAULT_MEMBER(n, "by", "缺少 by:“%.*s” 中指向本登记表的列",
            "by is missing: the column of \"%.*s\" that refers to this register", STR_ARGS(of));
    else if (u->by && u->by->ref != r)
        FAULT_MEMBER(n, "by", "列 “%.*s” 不指向登记表 “%.*s”",
            "column \"%.*s\" does not refer to the register \"%.*s\"", STR_ARGS(u->by->name),
            STR_ARGS(r->code));
    if (u->order && u->take != PACK_TAKE_LAST)
        FAULT_MEMBER(n, "order", "只有 last 才写 order", "only last has an order");
    if (u->of->closed && !r->closed)
        FAULT_MEMBER(n, "register", "“%.*s” 是封闭的,不能汇总到外面",
            "\"%.*s\" is closed: nothing is taken out of it", STR_ARGS(of));
    u->where = read_where(n, u->of, &u->where_count);
    if (take >= 0)
        check_taken(n, c, u);
    c->rollup = u;
    c->definition = str_printf(l->arena, "rollup %.*s", STR_ARGS(json_text(l->arena, n->v)));
}

static bool feeds(const struct pack_register *of, const struct pack_feed *f)
{
    for (size_t i = 0; i < of->feed_count; i++)
        if (of->feeds[i].to == f->to && of->feeds[i].by == f->by)
            return true;
    return false;
}

/* Room for all that any rollup adds: each adds one at most. */
static void add_feed(
    struct loader *l, struct pack_register *of, const struct pack_feed *f, size_t most)
{
    if (!of->feeds)
        of->feeds = ARENA_ARRAY(l->arena, struct pack_feed, most);
    if (of->feeds && !feeds(of, f))
        ((struct pack_feed *)of->feeds)[of->feed_count++] = *f;
}

void read_rollups(struct loader *l)
{
    size_t total = 0;
    for (size_t i = 0; i < l->pack->register_count; i++) {
        struct pack_register *r = (struct pack_register *)&l->pack->registers[i];
        struct node list = node_get(&l->register_roots[i], "columns", JSON_ARRAY, OPTIONAL);
        for (size_t k = 0; list.v && k < r->column_count; k++) {
            struct pack_column *c = (struct pack_column *)&r->columns[k];
            struct node at = node_at(&list, k);
            struct node rollup = json_is_object(at.v)
                ? node_get(&at, "rollup", JSON_OBJECT, OPTIONAL)
                : (struct node){ 0 };
            if (rollup.v)
                read_rollup(&rollup, r, c);
            r->rollup_count += c->rollup != NULL;
        }
        total += r->rollup_count;
    }
    for (size_t i = 0; i < l->pack->register_count; i++) {
        const struct pack_register *r = &l->pack->registers[i];
        for (size_t k = 0; k < r->column_count; k++) {
            const struct pack_rollup *u = r->columns[k].rollup;
            if (u && u->by)
                add_feed(l, (struct pack_register *)u->of, &(struct pack_feed){ r, u->by }, total);
        }
    }
}

/* ---- decisions ------------------------------------------------------------------------------ */

/* Of the register's own system; of any for a register of the zone. */
static const struct dmn_decision *decision_near(struct loader *l, str path, str name,
    const struct dmn_model **model, const struct pack_decisions **file)
{
    for (size_t i = 0; i < l->pack->system_count; i++) {
        const struct pack_system *s = &l->pack->systems[i];
        bool own = str_starts(path, s->folder) && str_starts(str_slice(path, s->folder.bytes,
                                                                 path.bytes), STR("/"));
        const struct dmn_decision *found;
        for (size_t m = 0; (own || str_starts(path, STR("registers/"))) && m < s->decision_count;
             m++)
            if ((found = dmn_decision_find(s->decisions[m].model, name)) != NULL) {
                *model = s->decisions[m].model;
                *file = &s->decisions[m];
                return found;
            }
    }
    return NULL;
}

static void check_output(const struct node *n, struct pack_column *c)
{
    struct loader *l = n->l;
    const struct dmn_input *outputs = NULL;
    size_t count = 0;
    c->output = node_text(n, "output", OPTIONAL);
    if (dmn_decision_outputs(c->model, c->decision, l->arena, &outputs, &count) != OK)
        return;
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || str_equal(outputs[i].name, c->output);
    if (c->output.bytes && count > 1 && !found)
        FAULT_MEMBER(n, "output", "规则没有输出 “%.*s”", "the decision has no output \"%.*s\"",
            STR_ARGS(brief(c->output)));
    else if (!c->output.bytes && count > 1)
        FAULT_MEMBER(n, "decision", "这条规则有 %zu 个输出,请写 output 选一个",
            "the decision has %zu outputs: choose one by output", count);
    if (count <= 1 && (!c->output.bytes || found || count == 1))
        c->output = count == 1 ? STR_NONE : c->output; /* a single output is the result itself */
}

/* What it is asked with is there; and what it was made of stands in the column's definition. */
static void check_decision_column(
    const struct node *n, const struct pack_register *r, struct pack_column *c, str file)
{
    struct loader *l = n->l;
    const struct dmn_input *inputs = NULL;
    const struct pack_file *f = file_use(l, file);
    size_t count = 0;
    struct buf b;
    buf_init(&b, l->arena, 64 * KIB);
    buf_printf(&b, "decision %.*s %.*s %.*s", STR_ARGS(dmn_decision_name(c->decision)),
        STR_ARGS(c->output), STR_ARGS(f ? f->sha256 : STR_NONE));
    if (dmn_decision_inputs(c->model, c->decision, l->arena, &inputs, &count) != OK)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct pack_parameter *p = pack_parameter(l->pack, inputs[i].name);
        bool today = str_is(inputs[i].name, "today");
        c->daily = c->daily || today || p;
        if (pack_column(r, inputs[i].name) || today)
            continue;
        if (!p) {
            FAULT_MEMBER(n, "decision",
                "规则 “%.*s” 的输入 “%.*s” 既不是本登记表的列,也不是 today 或 parameters/ 中的参数",
                "the decision \"%.*s\" asks for \"%.*s\": no column of this register, not today, and no"
                " parameter of parameters/",
                STR_ARGS(dmn_decision_name(c->decision)), STR_ARGS(brief(inputs[i].name)));
            continue;
        }
        check_parameter_type(l, file_label(l, file), p, &inputs[i]);
        f = file_use(l, str_printf(l->arena, "parameters/%.*s.json", STR_ARGS(p->code)));
        buf_printf(&b, " %.*s", STR_ARGS(f ? f->sha256 : STR_NONE));
    }
    c->definition = buf_str(&b);
}

static void read_decision(
    const struct node *n, const struct pack_register *r, struct pack_column *c)
{
    const struct pack_decisions *file = NULL;
    str name = node_text(n, "decision", REQUIRED);
    if (!name.bytes)
        return;
    c->decision = decision_near(n->l, n->doc->file->path, name, &c->model, &file);
    if (!c->decision) {
        FAULT_MEMBER(n, "decision", "system.json 所列的规则文件中没有 “%.*s”",
            "the decision files that system.json lists have no \"%.*s\"", STR_ARGS(brief(name)));
        return;
    }
    check_output(n, c);
    check_decision_column(n, r, c, file->file);
}

bool decision_of_records(const struct loader *l, const struct dmn_decision *decision)
{
    for (size_t i = 0; i < l->pack->register_count; i++)
        for (size_t k = 0; k < l->pack->registers[i].column_count; k++)
            if (l->pack->registers[i].columns[k].decision == decision)
                return true;
    return false;
}

/* ---- nothing comes out of itself ------------------------------------------------------------ */

/* A column's place among those of all registers. */
struct places {
    struct loader *l;
    const struct pack *p;
    size_t *first; /* by register */
    size_t count;
    bool *settled; /* by place: known not to come out of itself */
};

static size_t place_of(
    const struct places *s, const struct pack_register *r, const struct pack_column *c)
{
    return s->first[r - s->p->registers] + (size_t)(c - r->columns);
}

typedef void (*use_fn)(void *ctx, const struct pack_register *r, const struct pack_column *c);

/* Every column that c uses; NULL for today. */
static void uses_each(struct loader *l, const struct pack_register *r, const struct pack_column *c,
    use_fn use, void *ctx)
{
    const struct pack_rollup *u = c->rollup;
    const struct dmn_input *inputs = NULL;
    size_t count = 0;
    for (size_t i = 0; c->computed && i < feel_program_variable_count(c->computed); i++) {
        str name = feel_program_variable(c->computed, i);
        const struct pack_column *used = pack_column(r, name);
        if (used || str_is(name, "today"))
            use(ctx, r, used);
    }
    if (c->working_column)
        use(ctx, r, c->working_column);
    if (u && u->by) {
        use(ctx, u->of, u->by);
        if (u->column)
            use(ctx, u->of, u->column);
        if (u->order)
            use(ctx, u->of, u->order);
        for (size_t i = 0; i < u->where_count; i++) {
            use(ctx, u->of, u->where[i].column);
            if (str_is(u->where[i].value, "$today"))
                use(ctx, r, NULL);
        }
    }
    if (c->decision && dmn_decision_inputs(c->model, c->decision, l->arena, &inputs, &count) == OK)
        for (size_t i = 0; i < count; i++)
            if (pack_column(r, inputs[i].name))
                use(ctx, r, pack_column(r, inputs[i].name));
}

struct using {
    struct places *s;
    const struct pack_register *r;
    const struct pack_column *c;
    bool open, daily, moving;
    const struct pack_column *later;  /* used, but computed after it */
    const struct pack_column *hidden; /* masked, and used by an expression or a rule */
};

static void note_use(void *ctx, const struct pack_register *r, const struct pack_column *used)
{
    struct using *u = ctx;
    if (!used) {
        u->daily = true;
        return;
    }
    if (!u->s->settled[place_of(u->s, r, used)])
        u->open = true;
    /* The past is read by the history's own columns: nothing masked, nothing closed stands in it. */
    u->moving = u->moving || used->moving
        || (u->c->rollup ? used->masked || r->closed : used->rollup != NULL);
    if (u->c->rollup || r != u->r)
        return;
    u->daily = u->daily || used->daily;
    if (used > u->c && pack_column_derived(used))
        u->later = used;
    if (used->masked)
        u->hidden = used;
}

static bool settle_pass(struct places *s)
{
    bool moved = false;
    for (size_t i = 0; i < s->p->register_count; i++)
        for (size_t k = 0; k < s->p->registers[i].column_count; k++) {
            const struct pack_register *r = &s->p->registers[i];
            struct pack_column *c = (struct pack_column *)&r->columns[k];
            struct using u = { .s = s, .r = r, .c = c };
            if (s->settled[place_of(s, r, c)])
                continue;
            uses_each(s->l, r, c, note_use, &u);
            if (u.open)
                continue;
            c->daily = c->daily || u.daily;
            c->moving = u.moving || (c->rollup && !c->rollup->of);
            s->settled[place_of(s, r, c)] = moved = true;
        }
    return moved;
}

static void tell_order(struct places *s, size_t at)
{
    const struct pack_register *r = &s->p->registers[at];
    struct node list = node_get(&s->l->register_roots[at], "columns", JSON_ARRAY, OPTIONAL);
    for (size_t k = 0; list.v && k < r->column_count; k++) {
        const struct pack_column *c = &r->columns[k];
        struct node n = node_at(&list, k);
        struct using u = { .s = s, .r = r, .c = c };
        uses_each(s->l, r, c, note_use, &u);
        if (!s->settled[place_of(s, r, c)])
            FAULT(&n, "列 “%.*s” 的算法绕回自己(直接,或经过别的列、别的登记表),没有结果",
                "column \"%.*s\" is derived from itself, directly or by way of other columns or"
                " registers",
                STR_ARGS(c->name));
        else if (u.later)
            FAULT(&n, "列 “%.*s” 用到排在它后面的计算列 “%.*s”,请把它移到后面",
                "column \"%.*s\" uses \"%.*s\", which is computed after it: move it below",
                STR_ARGS(c->name), STR_ARGS(u.later->name));
        /* That something stands there may be told; what it is may not. */
        if (u.hidden && !c->masked && c->type != PACK_COLUMN_BOOL)
            FAULT(&n, "列 “%.*s” 由遮盖的列 “%.*s” 算出,也须遮盖(只说有没有的,用 bool)",
                "column \"%.*s\" is derived from \"%.*s\", which is masked: it must be masked too (or a bool,"
                " which tells no more than whether)",
                STR_ARGS(c->name), STR_ARGS(u.hidden->name));
    }
}

/* What waits only for what comes out of itself is no fault of its own. */
static void note_waited(void *ctx, const struct pack_register *r, const struct pack_column *used)
{
    struct places *s = ctx;
    if (used)
        s->settled[s->count + place_of(s, r, used)] = true;
}

static bool forgive_pass(struct places *s)
{
    bool moved = false;
    memset(s->settled + s->count, 0, s->count * sizeof *s->settled);
    for (size_t i = 0; i < s->p->register_count; i++)
        for (size_t k = 0; k < s->p->registers[i].column_count; k++) {
            const struct pack_register *r = &s->p->registers[i];
            if (!s->settled[place_of(s, r, &r->columns[k])])
                uses_each(s->l, r, &r->columns[k], note_waited, s);
        }
    for (size_t at = 0; at < s->count; at++)
        if (!s->settled[at] && !s->settled[s->count + at])
            s->settled[at] = moved = true;
    return moved;
}

static void check_derived(struct loader *l)
{
    struct places s = { .l = l, .p = l->pack };
    s.first = ARENA_ARRAY(l->arena, size_t, l->pack->register_count);
    for (size_t i = 0; s.first && i < l->pack->register_count; i++) {
        s.first[i] = s.count;
        s.count += l->pack->registers[i].column_count;
    }
    s.settled = ARENA_ARRAY(l->arena, bool, 2 * s.count);
    if (arena_failed(l->arena))
        return;
    while (settle_pass(&s)) { }
    while (forgive_pass(&s)) { }
    for (size_t i = 0; i < l->pack->register_count; i++)
        tell_order(&s, i);
}

void read_column_decisions(struct loader *l)
{
    for (size_t i = 0; i < l->pack->register_count; i++) {
        const struct pack_register *r = &l->pack->registers[i];
        struct node list = node_get(&l->register_roots[i], "columns", JSON_ARRAY, OPTIONAL);
        for (size_t k = 0; list.v && k < r->column_count; k++) {
            struct node at = node_at(&list, k);
            if (json_is_object(at.v) && json_object_get(at.v, "decision"))
                read_decision(&at, r, (struct pack_column *)&r->columns[k]);
        }
    }
    check_derived(l);
}
