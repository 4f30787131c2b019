/*
 * What granting an item gives:
 *
 *     "result": {"kind": "licence", "name": …, "licence": "publication", "act": "issue",
 *         "fields": {"address": "=address", "legal_person": "=papers.business_licence.legal_person"}}
 *
 * Without `act` the unit sees to the licence at its licence desk. With it the procedure's licence
 * step does (docs/services-catalogue.md), so item and type must fit: the type's holders are the
 * kind's applicants, the fields are the type's, what they are taken from is there, and only what
 * has an end is renewed.
 */
#include "pack/internal.h"

#include <string.h>

static const char *const result_words[] = { "document", "licence", "none", NULL };
static const char *const act_words[] = { "none", "issue", "change", "renew", "cancel", NULL };

const char *pack_result_word(enum pack_result r)
{
    return result_words[r];
}

const char *pack_result_act_word(enum pack_result_act a)
{
    return act_words[a];
}

struct result_of {
    struct loader *l;
    const struct pack_system *system;
    struct pack_item *item;
    const struct pack_licence *type;
};

/* ---- what a field is taken from ------------------------------------------------------------- */

static const struct pack_material *paper_of(const struct pack_item *i, str code)
{
    for (size_t k = 0; k < i->material_count; k++)
        if (i->materials[k].material && str_equal(i->materials[k].material->code, code))
            return i->materials[k].material;
    return NULL;
}

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static str word_at(str text, size_t from)
{
    size_t end = from;
    while (end < text.bytes && word_char(text.data[end]))
        end++;
    return str_slice(text, from < text.bytes ? from : text.bytes, end);
}

/* Each papers.<material>.<field> of the text: a paper of the item that a licence stands for. */
static void check_papers(
    const struct node *n, const char *member, const struct result_of *r, str text)
{
    const str word = STR("papers.");
    for (ptrdiff_t at; (at = str_find(text, word, 0)) >= 0;) {
        size_t begin = (size_t)at + word.bytes;
        str code = word_at(text, begin), field = word_at(text, begin + code.bytes + 1);
        text = str_slice(text, begin + code.bytes, text.bytes);
        const struct pack_material *m = paper_of(r->item, code);
        const struct pack_licence *t =
            m && m->licence.bytes ? pack_licence(r->l->pack, m->licence) : NULL;
        if (!m || !m->licence.bytes)
            FAULT_MEMBER(n, member, "“papers.%.*s”:它不是本事项的、由电子证照代替的材料",
                "\"papers.%.*s\" is no paper of this item that a licence stands for",
                STR_ARGS(brief(code)));
        else if (t && !pack_column(&t->fields, field))
            FAULT_MEMBER(n, member, "证照 “%.*s” 上没有 “%.*s” 这一项",
                "the licence \"%.*s\" has no field \"%.*s\"", STR_ARGS(m->licence),
                STR_ARGS(brief(field)));
    }
}

static void check_names(const struct node *n, const char *member, const struct result_of *r,
    const struct feel_program *p)
{
    const struct pack_item *i = r->item;
    for (size_t v = 0; p && v < feel_program_variable_count(p); v++) {
        str name = feel_program_variable(p, v);
        if (!str_is(name, "papers") && !(i->form && form_field_by_key(i->form, name))
            && !variable_known(r->l, r->system, name))
            FAULT_MEMBER(n, member, "用到的 “%.*s” 不是表单、申请人登记表或办件的变量",
                "\"%.*s\" is no field of the form, no column of the applicant's register and no "
                "variable of a case",
                STR_ARGS(brief(name)));
    }
}

static void read_field(
    const struct node *n, const char *key, const struct result_of *r, struct pack_item_field *out)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    str text = node_text(n, key, REQUIRED);
    out->name = str_copy(n->l->arena, str_from(key));
    if (!pack_column(&r->type->fields, out->name))
        FAULT_MEMBER(n, key, "证照类型 “%.*s” 没有 “%.*s” 这一项", "the licence type \"%.*s\" has no field \"%.*s\"",
            STR_ARGS(r->type->code), STR_ARGS(brief(out->name)));
    if (!text.bytes)
        return;
    if (text.data[0] != '=') {
        FAULT_MEMBER(n, key, "应是以 = 开头的 FEEL 表达式,例如 =address",
            "must be FEEL after '=', like =address");
        return;
    }
    text = str_slice(text, 1, text.bytes);
    if (feel_compile(n->l->arena, text, &open, &program, &d) != OK)
        fault_member(n, key, &d);
    check_names(n, key, r, program);
    check_papers(n, key, r, text);
    out->program = program;
}

static void read_fields(const struct node *n, const struct result_of *r)
{
    struct node at = node_get(n, "fields", JSON_OBJECT, OPTIONAL);
    size_t count = at.v ? json_object_size(at.v) : 0;
    struct pack_item_field *out = ARENA_ARRAY(n->l->arena, struct pack_item_field, count);
    const char *key;
    json_t *v;
    r->item->fields = out;
    if (!out || !at.v)
        return;
    json_object_foreach((json_t *)at.v, key, v)
    {
        read_field(&at, key, r, &out[r->item->field_count++]);
    }
}

/* ---- item and type --------------------------------------------------------------------------- */

static void check_fit(const struct node *n, const struct result_of *r)
{
    const struct pack_item *i = r->item;
    if (!str_equal(r->type->holder->code, r->system->applicant))
        FAULT_MEMBER(n, "licence",
            "证照类型 “%.*s” 的持有人在登记表 “%.*s” 中,而申请人在 “%.*s” 中",
            "holders of \"%.*s\" stand in the register \"%.*s\", applicants in \"%.*s\"",
            STR_ARGS(i->licence), STR_ARGS(r->type->holder->code), STR_ARGS(r->system->applicant));
    if (i->act != PACK_ACT_ISSUE && !r->type->once)
        FAULT_MEMBER(n, "act",
            "“%.*s” 可以同时持有多份(没有 once),变更、延续、注销哪一份由发证单位办理,不能写 act",
            "a holder may have several \"%.*s\" (no once): which one is meant its unit sees at its "
            "licence desk; leave act out",
            STR_ARGS(i->licence));
    if (i->act == PACK_ACT_RENEW && !r->type->renew_days)
        FAULT_MEMBER(n, "act", "证照类型 “%.*s” 不办理延续(没有 renewal)",
            "licences of type \"%.*s\" are not renewed (no renewal)", STR_ARGS(i->licence));
}

static void check_kind(const struct node *n, const struct pack_item *i)
{
    bool ends = i->act == PACK_ACT_CANCEL;
    if (i->licence.bytes && i->result != PACK_RESULT_LICENCE && !ends)
        FAULT_MEMBER(n, "licence", "结果不是证照(kind 不是 licence),不能写证照类型,除非是注销它(act 为 cancel)",
            "a licence type is for results of kind licence, unless it is ended (act \"cancel\")");
    if (ends && i->result == PACK_RESULT_LICENCE)
        FAULT_MEMBER(n, "act", "注销的结果不是证照:kind 应为 document 或 none",
            "what is cancelled is no result: kind must be document or none");
    if (i->act != PACK_ACT_NONE && !i->licence.bytes)
        FAULT_MEMBER(n, "licence", "写了 act,就要写明证照类型(licence)",
            "with act, the licence type must be named (licence)");
    if (i->field_count && (i->act == PACK_ACT_NONE || ends))
        FAULT_MEMBER(n, "fields", "fields 只用于签发、变更、延续(act 为 issue、change、renew)",
            "fields are for act \"issue\", \"change\" and \"renew\"");
}

void read_result(const struct node *n, const struct pack_system *s, struct pack_item *i)
{
    static const char *const known[] = { "kind", "name", "licence", "act", "fields", NULL };
    struct node at = node_get(n, "result", JSON_OBJECT, REQUIRED);
    if (!node_members(&at, known))
        return;
    i->result = (enum pack_result)node_word(&at, "kind", result_words, -1);
    i->result_name = node_name(&at, "name", i->result == PACK_RESULT_NONE ? OPTIONAL : REQUIRED);
    i->licence = node_code(&at, "licence", i->result == PACK_RESULT_LICENCE ? REQUIRED : OPTIONAL);
    i->act = (enum pack_result_act)node_word(&at, "act", act_words, PACK_ACT_NONE);
    struct result_of r = { n->l, s, i, pack_licence(n->l->pack, i->licence) };
    if (i->licence.bytes && !r.type) {
        FAULT_MEMBER(&at, "licence", "没有证照类型 “%.*s”(types/%.*s.json)",
            "there is no licence type \"%.*s\" (types/%.*s.json)", STR_ARGS(i->licence),
            STR_ARGS(i->licence));
        return;
    }
    if (r.type && r.type->holder)
        read_fields(&at, &r);
    check_kind(&at, i);
    if (r.type && r.type->holder && i->act != PACK_ACT_NONE)
        check_fit(&at, &r);
}
