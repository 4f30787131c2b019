/*
 * What one file of a system says about another: the procedure's roles, units, verbs, promises,
 * forms and decisions; the decisions' inputs and the units they give out; the promises' variables.
 * The rooms below have checked each file by itself; units written as literals are looked for in the
 * drawings and tables themselves (literals.c).
 */
#include "pack/internal.h"

#include <string.h>

/* ---- variables ------------------------------------------------------------------------------ */

static bool is_output(const struct loader *l, const struct pack_system *s, str name)
{
    for (size_t m = 0; m < s->decision_count; m++) {
        const struct dmn_model *model = s->decisions[m].model;
        for (size_t i = 0; i < dmn_decision_count(model); i++) {
            const struct dmn_decision *decision = dmn_decision_at(model, i);
            const struct dmn_input *outputs = NULL;
            size_t count = 0;
            if (str_equal(dmn_decision_name(decision), name))
                return true;
            if (dmn_decision_outputs(model, decision, l->arena, &outputs, &count) != OK)
                continue;
            for (size_t k = 0; k < count; k++)
                if (str_equal(outputs[k].name, name))
                    return true;
        }
    }
    return false;
}

bool variable_known(const struct loader *l, const struct pack_system *s, str name)
{
    static const char *const fixed[] = {
#define V(word, set, meaning) word,
#include "pack/variables.def"
#undef V
        NULL
    };
    const struct pack_register *applicant = pack_register(l->pack, s->applicant);
    for (size_t i = 0; s->catalogue && i < s->catalogue->form_count; i++)
        if (form_field_by_key(s->catalogue->forms[i].form, name))
            return true;
    return word_find(fixed, name) >= 0 || (s->form && form_field_by_key(s->form, name))
        || (applicant && pack_column(applicant, name)) || is_output(l, s, name);
}

/* ---- the procedure -------------------------------------------------------------------------- */

struct check {
    struct loader *l;
    const struct pack_system *s;
    const char *file;
};

#define NODE_FAULT(c, n, ...) FAULT_LINE((c)->l, (c)->file, (n)->line, (n)->id, __VA_ARGS__)

/* May anybody do it? A verb that no role may use would be offered to nobody. */
static bool some_role_may(const struct pack *p, str verb)
{
    for (size_t i = 0; i < p->role_count; i++)
        for (size_t k = 0; k < p->roles[i].permission_count; k++) {
            str permission = p->roles[i].permissions[k];
            if (str_starts(permission, STR("verb."))
                && str_equal(str_slice(permission, 5, permission.bytes), verb))
                return true;
        }
    return false;
}

static void check_verbs(const struct check *c, const struct bpmn_node *n)
{
    str word, rest = n->verbs;
    while (str_split(&rest, ' ', &word)) {
        word = str_trim(word);
        if (!word.bytes)
            continue;
        if (!verb_known(c->l, word))
            NODE_FAULT(c, n, "环节 “%.*s”:没有动作 “%.*s”",
                "step \"%.*s\": there is no verb \"%.*s\"", STR_ARGS(n->name),
                STR_ARGS(brief(word)));
        else if (!some_role_may(c->l->pack, word))
            NODE_FAULT(c, n, "环节 “%.*s”:没有角色有权办理动作 “%.*s”(roles.json 中缺少 verb.%.*s)",
                "step \"%.*s\": no role may use verb \"%.*s\" (roles.json lacks verb.%.*s)",
                STR_ARGS(n->name), STR_ARGS(word), STR_ARGS(word));
    }
}

static void check_promise_names(const struct check *c, const struct bpmn_node *n)
{
    str word, rest = n->promise;
    while (str_split(&rest, ' ', &word)) {
        const struct pack_promise *p = word.bytes ? pack_promise(c->s, word) : NULL;
        if (word.bytes && !p)
            NODE_FAULT(c, n, "环节 “%.*s”:promises.json 中没有承诺 “%.*s”",
                "step \"%.*s\": promises.json has no promise \"%.*s\"", STR_ARGS(n->name),
                STR_ARGS(brief(word)));
    }
}

/* A check or decision ends with something; what it may be is in system.json. */
static void check_outcomes(const struct check *c, const struct bpmn_node *n)
{
    str word, rest = n->outcomes, verb, verbs = n->verbs;
    bool asks = false;
    while (str_split(&verbs, ' ', &verb))
        asks = asks || str_is(verb, "check") || str_is(verb, "decide");
    if (asks != (n->outcomes.bytes > 0))
        NODE_FAULT(c, n, "环节 “%.*s”:动作 check、decide 与 junma:outcomes 应一起写明",
            "step \"%.*s\": the verbs check and decide go together with junma:outcomes",
            STR_ARGS(n->name));
    while (str_split(&rest, ' ', &word))
        if (word.bytes && !pack_outcome(c->s, word))
            NODE_FAULT(c, n, "环节 “%.*s”:system.json 的 outcomes 中没有 “%.*s”",
                "step \"%.*s\": outcomes of system.json have no \"%.*s\"", STR_ARGS(n->name),
                STR_ARGS(brief(word)));
}

static void check_user_task(const struct check *c, const struct bpmn_node *n)
{
    if (!n->role.bytes)
        NODE_FAULT(c, n, "环节 “%.*s” 没有写明角色(junma:role)",
            "step \"%.*s\" names no role (junma:role)", STR_ARGS(n->name));
    else if (!pack_role(c->l->pack, n->role))
        NODE_FAULT(c, n, "环节 “%.*s”:roles.json 中没有角色 “%.*s”",
            "step \"%.*s\": roles.json has no role \"%.*s\"", STR_ARGS(n->name),
            STR_ARGS(brief(n->role)));
    if (!n->verbs.bytes)
        NODE_FAULT(c, n, "环节 “%.*s” 没有写明可办理的动作(junma:verbs)",
            "step \"%.*s\" names no verbs (junma:verbs)", STR_ARGS(n->name));
    if (n->form.bytes
        && !file_use(
            c->l, str_printf(c->l->arena, "%.*s/%.*s", STR_ARGS(c->s->folder), STR_ARGS(n->form))))
        NODE_FAULT(c, n, "环节 “%.*s”:缺少表单文件 %.*s/%.*s",
            "step \"%.*s\": the form %.*s/%.*s is missing", STR_ARGS(n->name),
            STR_ARGS(c->s->folder), STR_ARGS(brief(n->form)));
    check_verbs(c, n);
    check_promise_names(c, n);
    check_signers(c->l, c->s, n);
    check_outcomes(c, n);
}

static void check_node(const struct check *c, const struct bpmn_node *n)
{
    if (n->kind == BPMN_USER_TASK)
        check_user_task(c, n);
    if (n->kind == BPMN_RULE_TASK && !pack_decision(c->s, n->decision, NULL))
        NODE_FAULT(c, n, "环节 “%.*s”:system.json 所列的规则中没有 “%.*s”",
            "step \"%.*s\": the decisions that system.json lists have no \"%.*s\"",
            STR_ARGS(n->name), STR_ARGS(brief(n->decision)));
    if (n->kind == BPMN_SERVICE_TASK || n->kind == BPMN_SEND_TASK)
        check_service(c->l, c->file, n);
    if (n->kind == BPMN_CALL_ACTIVITY) {
        const struct bpmn_node *called = bpmn_node_by_id(c->s->procedure, n->called);
        if (!called || called->kind != BPMN_PROCESS)
            NODE_FAULT(c, n, "环节 “%.*s”:没有流程 “%.*s”",
                "step \"%.*s\": there is no process \"%.*s\"", STR_ARGS(n->name),
                STR_ARGS(brief(n->called)));
    }
}

static void check_procedure(struct loader *l, const struct pack_system *s)
{
    if (!s->procedure || !s->process)
        return;
    struct check c = { .l = l, .s = s, .file = file_label(l, s->procedure_file) };
    for (size_t i = 0; i < bpmn_node_count(s->procedure); i++)
        check_node(&c, bpmn_node_at(s->procedure, i));
    if (s->process->case_kind.bytes && !str_equal(s->process->case_kind, s->kind))
        NODE_FAULT(&c, s->process, "流程的 junma:kind 是 “%.*s”,而 system.json 中是 “%.*s”",
            "the process says junma:kind \"%.*s\", system.json says \"%.*s\"",
            STR_ARGS(brief(s->process->case_kind)), STR_ARGS(s->kind));
}

/* ---- decisions and promises ----------------------------------------------------------------- */

static void check_input(struct loader *l, const struct pack_system *s, const char *file,
    const struct dmn_decision *decision, const struct dmn_input *input)
{
    const struct pack_parameter *p = pack_parameter(l->pack, input->name);
    bool variable = variable_known(l, s, input->name);
    if (p && variable)
        FAULT_LINE(l, file, input->line, dmn_decision_id(decision),
            "输入 “%.*s” 既是事项的变量,又是 parameters/ 中的参数;请给参数换个名字",
            "the input \"%.*s\" is both a variable of a case and a parameter of parameters/; give "
            "the parameter another name",
            STR_ARGS(brief(input->name)));
    else if (p)
        check_parameter_type(l, file, p, input);
    else if (!variable)
        FAULT_LINE(l, file, input->line, dmn_decision_id(decision),
            "规则的输入 “%.*s” 不是事项的变量:表单、申请人登记表、parameters/ 和 docs/pack.md 中都没有它",
            "the decision's input \"%.*s\" is no variable of a case: neither the form nor the "
            "applicant's register nor parameters/ nor docs/pack.md has it",
            STR_ARGS(brief(input->name)));
}

static void check_decision_inputs(struct loader *l, const struct pack_system *s)
{
    for (size_t m = 0; m < s->decision_count; m++) {
        const struct dmn_model *model = s->decisions[m].model;
        for (size_t i = 0; i < dmn_decision_count(model); i++) {
            const struct dmn_input *inputs = NULL;
            size_t count = 0;
            const struct dmn_decision *decision = dmn_decision_at(model, i);
            if (decision_of_records(l, decision)
                || dmn_decision_inputs(model, decision, l->arena, &inputs, &count) != OK)
                continue;
            for (size_t k = 0; k < count; k++)
                check_input(l, s, file_label(l, s->decisions[m].file), decision, &inputs[k]);
        }
    }
}

/* Is a task's promise set by any step? */
static bool promise_used(const struct pack_system *s, str code)
{
    for (size_t i = 0; i < bpmn_node_count(s->procedure); i++) {
        const struct bpmn_node *n = bpmn_node_at(s->procedure, i);
        str word, rest = n->promise, signers = n->signer_promise;
        while (str_split(&rest, ' ', &word) || str_split(&signers, ' ', &word))
            if (str_equal(word, code))
                return true;
    }
    return false;
}

static bool may_be_number(const struct feel_type *type)
{
    return type->form == FEEL_TYPE_ANY
        || (type->form == FEEL_TYPE_SIMPLE && type->kind == FEEL_NUMBER);
}

static void check_amount(struct loader *l, const char *file, int line, const struct pack_promise *p)
{
    if (!may_be_number(feel_program_type(p->amount)))
        FAULT_LINE(l, file, line, p->code, "承诺 “%.*s” 的期限 “%.*s” 算出来不是数",
            "promise \"%.*s\": its amount \"%.*s\" does not give a number", STR_ARGS(p->code),
            STR_ARGS(brief(p->amount_text)));
}

/* The variables that a promise's FEEL reads are the case's. */
static void check_reads(struct loader *l, const struct pack_system *s, const char *file, int line,
    const struct pack_promise *p, const struct feel_program *program)
{
    for (size_t i = 0; program && i < feel_program_variable_count(program); i++) {
        str name = feel_program_variable(program, i);
        if (!variable_known(l, s, name))
            FAULT_LINE(l, file, line, p->code, "承诺 “%.*s” 的期限用到 “%.*s”,它不是事项的变量",
                "promise \"%.*s\": its amount uses \"%.*s\", which is no variable of a case",
                STR_ARGS(p->code), STR_ARGS(brief(name)));
    }
}

static int promise_line(struct loader *l, const struct pack_file *f, size_t index, const char *key)
{
    return pack_locate(f->text, str_printf(l->arena, "/promises/%zu/%s", index, key));
}

static void check_promises(struct loader *l, const struct pack_system *s)
{
    const struct pack_file *f = file_use(l, s->promises_file);
    for (size_t i = 0; f && i < s->promise_count; i++) {
        const struct pack_promise *p = &s->promises[i];
        const char *file = file_label(l, f->path);
        if (p->amount)
            check_amount(l, file, promise_line(l, f, i, "amount"), p);
        check_reads(l, s, file, promise_line(l, f, i, "amount"), p, p->amount);
        check_reads(l, s, file, promise_line(l, f, i, "when"), p, p->when);
        check_reads(l, s, file, promise_line(l, f, i, "until"), p, p->until);
        if (p->scope == PACK_PROMISE_TASK && s->procedure && !promise_used(s, p->code))
            FAULT_LINE(l, file, promise_line(l, f, i, "code"), p->code,
                "流程中没有环节用到承诺 “%.*s”(junma:promise),它永远不会开始计时",
                "no step of the procedure names promise \"%.*s\" (junma:promise): its clock would "
                "never start",
                STR_ARGS(p->code));
    }
}

void check_system(struct loader *l, const struct pack_system *s)
{
    check_procedure(l, s);
    check_decision_inputs(l, s);
    check_promises(l, s);
    check_literal_units(l, s);
}
