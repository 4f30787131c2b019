/*
 * What a step of the procedure says about people asked beside it (docs/verbs.md): who they may be,
 * their clock, the share of a vote, how long one may take back what one has sent on.
 */
#include "pack/internal.h"

struct step {
    struct loader *l;
    const struct pack_system *s;
    const char *file;
    const struct bpmn_node *n;
};

#define STEP_FAULT(c, ...) FAULT_LINE((c)->l, (c)->file, (c)->n->line, (c)->n->id, __VA_ARGS__)

static void check_roles(const struct step *c)
{
    str word, rest = c->n->signer_roles;
    while (str_split(&rest, ' ', &word))
        if (word.bytes && !pack_role(c->l->pack, word))
            STEP_FAULT(c, "环节 “%.*s”:roles.json 中没有角色 “%.*s”(junma:signerRoles)",
                "step \"%.*s\": roles.json has no role \"%.*s\" (junma:signerRoles)",
                STR_ARGS(c->n->name), STR_ARGS(brief(word)));
}

static void check_units(const struct step *c)
{
    str word, rest = c->n->signer_units;
    while (str_split(&rest, ' ', &word))
        if (word.bytes && !str_is(word, "own") && !pack_unit(c->l->pack, word))
            STEP_FAULT(c,
                "环节 “%.*s”:units.json 中没有单位 “%.*s”(junma:signerUnits;own 指本单位)",
                "step \"%.*s\": units.json has no unit \"%.*s\" (junma:signerUnits; own is the "
                "unit that has the step)",
                STR_ARGS(c->n->name), STR_ARGS(brief(word)));
}

static void check_promise(const struct step *c)
{
    str word, rest = c->n->signer_promise;
    while (str_split(&rest, ' ', &word)) {
        const struct pack_promise *p = word.bytes ? pack_promise(c->s, word) : NULL;
        if (word.bytes && (!p || p->scope != PACK_PROMISE_TASK))
            STEP_FAULT(c,
                "环节 “%.*s”:promises.json 中没有 scope 为 task 的承诺 “%.*s”(junma:signerPromise)",
                "step \"%.*s\": promises.json has no promise \"%.*s\" of scope task "
                "(junma:signerPromise)",
                STR_ARGS(c->n->name), STR_ARGS(brief(word)));
    }
}

static void check_share(const struct step *c)
{
    int64_t share;
    str text = c->n->share;
    if (text.bytes && (!str_to_int64(text, &share) || share < 1 || share > 100))
        STEP_FAULT(c, "环节 “%.*s”:junma:share 是 “%.*s”,应为1至100的整数(同意的百分比)",
            "step \"%.*s\": junma:share is \"%.*s\"; it must be a whole number from 1 to 100, the "
            "percentage that must agree",
            STR_ARGS(c->n->name), STR_ARGS(brief(text)));
}

/* "P2D" or "PT4H". */
static void check_window(const struct step *c)
{
    int64_t number = 0;
    str text = c->n->take_back;
    bool hours = str_starts(text, STR("PT"));
    char unit = text.bytes ? text.data[text.bytes - 1] : 0;
    size_t from = hours ? 2 : 1;
    if (!text.bytes)
        return;
    if (text.bytes <= from || text.data[0] != 'P' || unit != (hours ? 'H' : 'D')
        || !str_to_int64(str_slice(text, from, text.bytes - 1), &number) || number < 1
        || number > (hours ? 200 : 30))
        STEP_FAULT(c,
            "环节 “%.*s”:junma:takeBack 是 “%.*s”,应如 P1D(1至30个工作日)或 PT4H(1至200个工作小时)",
            "step \"%.*s\": junma:takeBack is \"%.*s\"; it should look like P1D (1 to 30 working "
            "days) or PT4H (1 to 200 working hours)",
            STR_ARGS(c->n->name), STR_ARGS(brief(text)));
}

void check_signers(struct loader *l, const struct pack_system *s, const struct bpmn_node *n)
{
    struct step c = { .l = l, .s = s, .file = file_label(l, s->procedure_file), .n = n };
    check_roles(&c);
    check_units(&c);
    check_promise(&c);
    check_share(&c);
    check_window(&c);
}
