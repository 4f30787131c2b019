/*
 * <system>/policies/<policy>.json, read and held against the registers, units, roles, parameters and
 * decisions that it names (policy.h). A clause that loads can be computed over a whole register, and its
 * worked examples have come out as they say (policy_examples.c).
 */
#include "pack/policies_internal.h"

#include <string.h>

enum { CLAUSES_MAX = 500, WHERE_MAX = 8, NOTICE_DAYS_MAX = 60, BACK_MAX = 10 };

static const char *const ways[] = { "automatic", "claim", NULL };
static const char *const takes[] = { "sum", "count", "max", "min", "any", "best", NULL };

/* What the year that counts is, to decisions that ask for it (enum pack_fact_period). */
static const char *const periods[] = { "year", "year_from", "year_to", NULL };
static const struct name2 period_names[] = { { STR("年度"), STR("year") },
    { STR("年度首日"), STR("first day of the year") }, { STR("年度末日"), STR("last day of the year") } };

/* ---- small readings ---- */

static int64_t read_day(const struct node *n, const char *key, int required, int64_t otherwise)
{
    struct date day;
    str text = node_text(n, key, required);
    if (!text.bytes)
        return otherwise;
    if (date_parse(text, &day))
        return date_to_days(day);
    FAULT_MEMBER(n, key, "“%.*s” 不是日期,应写作 2026-01-01",
        "\"%.*s\" is no date; write it as 2026-01-01", STR_ARGS(brief(text)));
    return otherwise;
}

static const struct pack_register *read_register(const struct node *n, const char *key)
{
    str code = node_text(n, key, REQUIRED);
    const struct pack_register *r = code.bytes ? pack_register(n->l->pack, code) : NULL;
    if (code.bytes && !r)
        FAULT_MEMBER(n, key, "没有登记表 “%.*s”", "there is no register \"%.*s\"",
            STR_ARGS(brief(code)));
    return r;
}

static const struct pack_column *read_column_of(
    const struct node *n, const char *key, const struct pack_register *r, int required)
{
    str name = node_text(n, key, required);
    const struct pack_column *c = name.bytes && r ? pack_column(r, name) : NULL;
    if (name.bytes && r && !c)
        FAULT_MEMBER(n, key, "登记表 “%.*s” 没有列 “%.*s”", "register \"%.*s\" has no column \"%.*s\"",
            STR_ARGS(r->code), STR_ARGS(brief(name)));
    return c;
}

static str read_unit(const struct node *n, int required)
{
    str code = node_text(n, "unit", required);
    if (code.bytes && !pack_unit(n->l->pack, code))
        FAULT_MEMBER(n, "unit", "没有单位 “%.*s”", "there is no unit \"%.*s\"", STR_ARGS(brief(code)));
    return code;
}

static const str *named_roles(const struct node *n, const char *key, size_t *count)
{
    const str *roles = node_texts(n, key, count, REQUIRED);
    for (size_t i = 0; roles && i < *count; i++)
        if (!pack_role(n->l->pack, roles[i]))
            FAULT_MEMBER(n, key, "没有角色 “%.*s”", "there is no role \"%.*s\"",
                STR_ARGS(brief(roles[i])));
    return roles;
}

/* {"kind": "tech", "certified": true}: columns and what they must be. */
static const struct pack_fact_where *read_where(
    const struct node *n, const struct pack_register *r, size_t *count)
{
    struct node at = node_get(n, "where", JSON_OBJECT, OPTIONAL);
    struct pack_fact_where *list = ARENA_ARRAY(n->l->arena, struct pack_fact_where, WHERE_MAX);
    const char *name;
    json_t *v;
    *count = 0;
    if (!at.v || !r || !list)
        return list;
    json_object_foreach((json_t *)at.v, name, v)
    {
        const struct pack_column *c = pack_column(r, str_from(name));
        str text = json_is_string(v) ? str_from(json_string_value(v)) : json_text(n->l->arena, v);
        if (!c) {
            FAULT_MEMBER(&at, name, "登记表 “%.*s” 没有列 “%s”", "register \"%.*s\" has no column \"%s\"",
                STR_ARGS(r->code), name);
        } else if (*count == WHERE_MAX) {
            FAULT(&at, "至多 %d 个条件", "at most %d conditions", WHERE_MAX);
            break;
        } else if (c->codes && !pack_code(c->codes, text)) {
            FAULT_MEMBER(&at, name, "代码表 “%.*s” 没有 “%.*s”", "code table \"%.*s\" has no \"%.*s\"",
                STR_ARGS(c->codes->name), STR_ARGS(brief(text)));
        } else {
            list[(*count)++] = (struct pack_fact_where){ c, str_copy(n->l->arena, text) };
        }
    }
    return list;
}

/* ---- facts ---- */

static bool countable(enum pack_column_type t)
{
    return t == PACK_COLUMN_INT || t == PACK_COLUMN_REAL || t == PACK_COLUMN_MONEY;
}

/* What a rule pays by, the public may ask about: no compartment, nothing masked. */
static void check_open(const struct node *n, const struct pack_register *r, const struct pack_column *c)
{
    if (r && r->closed)
        FAULT(n, "登记表 “%.*s” 是封闭的,不能作为政策的事实", "register \"%.*s\" is closed: no facts for policies",
            STR_ARGS(r->code));
    if (c && c->masked)
        FAULT(n, "列 “%.*s” 是脱敏的,不能作为政策的事实", "column \"%.*s\" is masked: no fact for policies",
            STR_ARGS(c->name));
}

static void check_take(const struct node *n, const struct pack_fact *f)
{
    bool needs = f->take != PACK_FACT_COUNT && f->take != PACK_FACT_ANY;
    if (needs && !f->column && f->r)
        FAULT_MEMBER(n, "column", "请写明取哪一列", "say which column is taken");
    if (!f->column || !f->by)
        return;
    if (f->take == PACK_FACT_BEST && !f->column->codes)
        FAULT_MEMBER(n, "take", "best 只用于代码列", "best is for columns of codes");
    if (f->take != PACK_FACT_BEST && needs && !countable(f->column->type)
        && !(f->column->type == PACK_COLUMN_DATE && f->take != PACK_FACT_SUM))
        FAULT_MEMBER(n, "take", "列 “%.*s” 不能这样合计", "column \"%.*s\" cannot be taken together so",
            STR_ARGS(f->column->name));
}

static void read_from_register(
    const struct node *n, const struct pack_register *audience, struct pack_fact *f)
{
    f->via = read_column_of(n, "via", audience, OPTIONAL);
    if (f->via && f->via->type != PACK_COLUMN_REF)
        FAULT_MEMBER(n, "via", "via 应是指向另一登记表的列", "via must be a column that refers to a register");
    const struct pack_register *of = f->via && f->via->ref ? f->via->ref : audience;
    f->r = json_object_get(n->v, "register") ? read_register(n, "register") : of;
    if (f->r != of)
        f->by = read_column_of(n, "by", f->r, REQUIRED);
    if (f->by && f->by->ref != of)
        FAULT_MEMBER(n, "by", "列 “%.*s” 不指向登记表 “%.*s”",
            "column \"%.*s\" does not refer to register \"%.*s\"", STR_ARGS(f->by->name),
            STR_ARGS(of->code));
    f->column = read_column_of(n, "column", f->r, f->by ? OPTIONAL : REQUIRED);
    f->year = read_column_of(n, "year", f->r, OPTIONAL);
    if (f->year && f->year->type != PACK_COLUMN_INT && f->year->type != PACK_COLUMN_DATE
        && f->year->type != PACK_COLUMN_TEXT)
        FAULT_MEMBER(n, "year", "年度列应为整数、日期或以年份开头的文本",
            "the column of the year must be an int, a date or a text that begins with the year");
    f->where = read_where(n, f->r, &f->where_count);
    check_open(n, f->r, f->column);
    check_take(n, f);
}

static void read_absent(const struct node *n, struct pack_fact *f)
{
    struct diag d = { 0 };
    const json_t *v = json_object_get(n->v, "absent");
    if (!v)
        return;
    f->has_absent = true;
    if (feel_from_json(n->l->arena, v, f->type, &f->absent, &d) != OK
        || (f->type && !feel_conforms(f->absent, f->type)))
        FAULT_MEMBER(n, "absent", "absent 与输入 “%.*s” 的类型不符",
            "absent does not fit the type of input \"%.*s\"", STR_ARGS(f->input));
}

static void read_fact(const struct node *n, struct pack_clause *c, struct pack_fact *f)
{
    static const char *const known[] = { "input", "name", "register", "by", "column", "year", "back",
        "before", "via", "where", "take", "absent", "unit", "ask", "awards", NULL };
    if (!node_members(n, known) || !c->audience)
        return;
    f->take = (enum pack_fact_take)node_word(n, "take", takes, PACK_FACT_SUM);
    f->back = node_int(n, "back", 0, BACK_MAX, 0);
    f->before = node_bool(n, "before", false);
    f->awards = node_texts(n, "awards", &f->award_count, OPTIONAL);
    if (f->award_count)
        f->has_absent = true, f->absent = feel_integer(0);
    else
        read_from_register(n, c->audience, f);
    f->name = node_name(n, "name", f->column ? OPTIONAL : REQUIRED);
    if (!f->name.zh.bytes && f->column)
        f->name = f->column->title;
    read_absent(n, f);
    f->unit = read_unit(n, OPTIONAL);
    f->ask = node_bool(n, "ask", false);
}

/* The decision's inputs: parameters by their names, columns of the audience by theirs, and whatever
 * stands in "facts". */
static void bind_input(const struct node *facts, struct pack_clause *c, const struct dmn_input *in)
{
    struct loader *l = facts->l;
    const struct pack_parameter *p = pack_parameter(l->pack, in->name);
    struct pack_fact *f = &c->facts[c->fact_count];
    *f = (struct pack_fact){ .input = in->name, .type = in->type };
    for (size_t i = 0; facts->v && i < json_array_size(facts->v); i++) {
        struct node at = node_at(facts, i);
        if (!str_equal(json_str(at.v, "input"), in->name))
            continue;
        c->fact_count++;
        read_fact(&at, c, f);
        return;
    }
    if (p) {
        check_parameter_type(l, file_label(l, c->decision_file), p, in);
        c->parameters[c->parameter_count++] = p;
        return;
    }
    f->period = word_find(periods, in->name) + 1;
    if (f->period) {
        f->name = period_names[f->period - 1];
        c->fact_count++;
        return;
    }
    f->column = c->audience ? pack_column(c->audience, in->name) : NULL;
    f->r = c->audience;
    if (!f->column) {
        FAULT(facts->v ? facts : facts->up,
            "决策的输入 “%.*s” 既不是参数、也不是登记表的列,facts 中也没有说明它从哪里来",
            "the decision's input \"%.*s\" is no parameter and no column of the register, and facts does "
            "not say where it stands",
            STR_ARGS(in->name));
        return;
    }
    f->name = f->column->title;
    c->fact_count++;
}

static void read_facts(const struct node *n, struct pack_clause *c)
{
    struct loader *l = n->l;
    struct node facts = node_get(n, "facts", JSON_ARRAY, OPTIONAL);
    const struct dmn_input *inputs = NULL;
    size_t count = 0;
    if (!c->decision
        || dmn_decision_inputs(c->model, c->decision, l->arena, &inputs, &count) != OK)
        return;
    if (count > PACK_POLICY_FACTS_MAX) {
        FAULT_MEMBER(n, "decision", "决策的输入至多 %d 项", "a decision has at most %d inputs",
            PACK_POLICY_FACTS_MAX);
        return;
    }
    c->facts = ARENA_ARRAY(l->arena, struct pack_fact, count);
    c->parameters = ARENA_ARRAY(l->arena, const struct pack_parameter *, count);
    if (!c->facts || !c->parameters)
        return;
    for (size_t i = 0; i < count; i++)
        bind_input(&facts, c, &inputs[i]);
    for (size_t i = 0; facts.v && i < json_array_size(facts.v); i++) {
        struct node at = node_at(&facts, i);
        str name = node_text(&at, "input", REQUIRED);
        size_t k = 0;
        while (k < count && !str_equal(inputs[k].name, name))
            k++;
        if (k == count && name.bytes)
            FAULT_MEMBER(&at, "input", "决策没有输入 “%.*s”", "the decision has no input \"%.*s\"",
                STR_ARGS(brief(name)));
    }
}

/* ---- clauses ---- */

static void read_decision(const struct node *n, struct pack_clause *c)
{
    const struct pack_system *s = c->policy->system;
    c->decision_name = node_text(n, "decision", REQUIRED);
    if (!c->decision_name.bytes)
        return;
    c->decision = pack_decision(s, c->decision_name, &c->model);
    if (!c->decision) {
        FAULT_MEMBER(n, "decision", "系统 “%.*s” 的决策文件中没有 “%.*s”",
            "the decision files of system \"%.*s\" hold no \"%.*s\"", STR_ARGS(s->folder),
            STR_ARGS(brief(c->decision_name)));
        return;
    }
    for (size_t i = 0; i < s->decision_count; i++)
        if (s->decisions[i].model == c->model)
            c->decision_file = s->decisions[i].file;
}

static void read_audience(const struct node *n, struct pack_clause *c)
{
    size_t count = 0;
    c->audience = read_register(n, "audience");
    if (!c->audience)
        return;
    if (!c->audience->key)
        FAULT_MEMBER(n, "audience", "登记表 “%.*s” 没有主键列,不能作为适用对象",
            "register \"%.*s\" has no key: nobody in it can be named", STR_ARGS(c->audience->code));
    c->payee = read_column_of(n, "payee", c->audience, OPTIONAL);
    if (c->payee && c->payee->type != PACK_COLUMN_REF)
        FAULT_MEMBER(n, "payee", "payee 应是指向企业等的列", "payee must be a column that refers to a record");
    c->where = read_where(n, c->audience, &c->where_count);
    const str *groups = node_texts(n, "groups", &count, OPTIONAL);
    if (count > PACK_POLICY_GROUPS_MAX)
        FAULT_MEMBER(n, "groups", "至多 %d 个分组", "at most %d groups", PACK_POLICY_GROUPS_MAX);
    for (size_t i = 0; groups && i < count && i < PACK_POLICY_GROUPS_MAX; i++) {
        const struct pack_column *g = pack_column(c->audience, groups[i]);
        if (!g || !(g->codes || g->type == PACK_COLUMN_TEXT || g->type == PACK_COLUMN_UNIT))
            FAULT_MEMBER(n, "groups", "“%.*s” 不是登记表的代码列", "\"%.*s\" is no column of codes",
                STR_ARGS(brief(groups[i])));
        else
            c->groups[c->group_count++] = g;
    }
}

static int64_t read_most(const struct node *n)
{
    const json_t *v = json_object_get(n->v, "most");
    if (!v)
        return 0;
    if (!json_is_integer(v) || json_integer_value(v) < 1
        || json_integer_value(v) > INT64_C(100000000000)) {
        FAULT_MEMBER(n, "most", "most 应是整数(元)", "most must be a whole number of yuan");
        return 0;
    }
    return json_integer_value(v) * 100;
}

static void check_clause(const struct node *n, const struct pack *p, const struct pack_clause *c)
{
    if (c->to < c->from)
        FAULT_MEMBER(n, "to", "to 不能早于 from", "to may not be before from");
    const struct pack_clause *other = c->code.bytes ? pack_clause(p, c->code) : NULL;
    if (other)
        FAULT_MEMBER(n, "code", "条款代码 “%.*s” 在全部政策中重复", "clause \"%.*s\" stands twice",
            STR_ARGS(c->code));
}

static void read_clause(const struct node *n, struct pack_policy *policy)
{
    static const char *const known[] = { "code", "title", "text", "guide", "article", "law", "from",
        "to", "unit", "fund", "audience", "payee", "groups", "where", "decision", "facts", "year",
        "once", "most", "excludes", "review", "approve", "notice_days", "way", "examples", NULL };
    static const char *const years[] = { "current", "previous", NULL };
    struct pack_clause *c = (struct pack_clause *)&policy->clauses[policy->clause_count];
    if (!node_members(n, known))
        return;
    *c = (struct pack_clause){ .policy = policy, .code = node_code(n, "code", REQUIRED),
        .title = node_name(n, "title", REQUIRED),
        .text = node_name(n, "text", REQUIRED),
        .guide = node_name(n, "guide", REQUIRED),
        .article = node_name(n, "article", REQUIRED),
        .law = node_name(n, "law", REQUIRED),
        .from = read_day(n, "from", OPTIONAL, policy->from),
        .to = read_day(n, "to", OPTIONAL, policy->to),
        .unit = read_unit(n, REQUIRED),
        .fund = node_text(n, "fund", OPTIONAL),
        .year_back = node_word(n, "year", years, 1),
        .once = node_bool(n, "once", false),
        .most_fen = read_most(n),
        .notice_days = node_int(n, "notice_days", 0, NOTICE_DAYS_MAX, 0),
        .way = (enum pack_policy_way)node_word(n, "way", ways, -1) };
    c->excludes = node_texts(n, "excludes", &c->exclude_count, OPTIONAL);
    c->review_roles = named_roles(n, "review", &c->review_role_count);
    c->approve_roles = named_roles(n, "approve", &c->approve_role_count);
    check_clause(n, n->l->pack, c);
    read_audience(n, c);
    read_decision(n, c);
    read_facts(n, c);
    policy->clause_count++;
    check_computable(n, c);
    read_examples(n, c);
}

static void read_policy(const struct node *n, struct pack *p, const struct pack_system *s, str file_name)
{
    static const char *const known[]
        = { "policy", "name", "issuer", "number", "source", "issued", "from", "to", "clauses", NULL };
    struct pack_policy *policy = (struct pack_policy *)&p->policies[p->policy_count];
    if (!node_members(n, known))
        return;
    *policy = (struct pack_policy){ .system = s, .code = node_code(n, "policy", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .issuer = node_name(n, "issuer", REQUIRED),
        .number = node_text(n, "number", OPTIONAL),
        .source = node_text(n, "source", OPTIONAL),
        .issued = read_day(n, "issued", REQUIRED, 0),
        .from = read_day(n, "from", REQUIRED, 0),
        .to = read_day(n, "to", OPTIONAL, INT64_MAX) };
    if (policy->code.bytes && !str_equal(policy->code, file_name))
        FAULT_MEMBER(n, "policy", "政策代码应与文件名 “%.*s” 一致",
            "the policy's code must be its file's name, \"%.*s\"", STR_ARGS(file_name));
    struct node list = node_get(n, "clauses", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    policy->clauses = ARENA_ARRAY(n->l->arena, struct pack_clause, count);
    if (list.v && !count)
        FAULT(&list, "至少要有一个条款", "there must be at least one clause");
    p->policy_count++;
    for (size_t i = 0; policy->clauses && i < count && i < CLAUSES_MAX; i++) {
        struct node at = node_at(&list, i);
        read_clause(&at, policy);
    }
}

/* Clauses that others name, once all are there. */
static void check_named(struct loader *l, str path, const struct pack_clause *c)
{
    if (arena_failed(l->arena))
        return;
    for (size_t i = 0; i < c->exclude_count; i++)
        if (!pack_clause(l->pack, c->excludes[i]))
            FAULT_LINE(l, file_label(l, path), 0, c->code, "excludes:没有条款 “%.*s”",
                "excludes: there is no clause \"%.*s\"", STR_ARGS(brief(c->excludes[i])));
    for (size_t f = 0; f < c->fact_count; f++)
        for (size_t i = 0; i < c->facts[f].award_count; i++)
            if (!pack_clause(l->pack, c->facts[f].awards[i]))
                FAULT_LINE(l, file_label(l, path), 0, c->code, "awards:没有条款 “%.*s”",
                    "awards: there is no clause \"%.*s\"", STR_ARGS(brief(c->facts[f].awards[i])));
}

static const struct pack_system *system_of(const struct pack *p, str path)
{
    str rest = path, folder;
    (void)str_split(&rest, '/', &folder);
    for (size_t i = 0; i < p->system_count; i++)
        if (str_equal(p->systems[i].folder, folder) && str_starts(rest, STR("policies/")))
            return &p->systems[i];
    return NULL;
}

void read_policies(struct loader *l)
{
    size_t at = 0;
    str name;
    struct pack *p = l->pack;
    p->policies = ARENA_ARRAY(l->arena, struct pack_policy, p->file_count);
    if (!p->policies)
        return;
    for (const struct pack_file *f; (f = file_each(l, "policies", ".json", &at, &name));) {
        struct document doc;
        struct node root;
        const struct pack_system *s = system_of(p, f->path);
        if (!s || !document_read(l, f->path, &doc, &root))
            continue;
        size_t before = p->policy_count;
        read_policy(&root, p, s, name);
        for (size_t i = 0; p->policy_count > before && i < p->policies[before].clause_count; i++)
            check_named(l, f->path, &p->policies[before].clauses[i]);
    }
}
