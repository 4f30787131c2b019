/*
 * What a record may give rise to: "raises" of a register, read when all systems are known. An
 * action names a kind of case, fills in fields of its form by FEEL over the record, and says by
 * which references the applicant is reached.
 *
 *     "raises": [{"code": "help", "name": {…}, "kind": "request", "channel": "visit",
 *                 "applicant": "project.enterprise", "when": "solved_on = null",
 *                 "fields": {"title": "project.name + \":\" + title"}}]
 *
 * In these expressions a column that refers to another register stands for the record it names.
 */
#include "pack/internal.h"

#include <string.h>

enum { RAISES_MAX = 10, FIELDS_MAX = 40 };

/* The way from the record to the applicant: columns that refer, with dots between them. */
static void read_applicant(
    const struct node *n, const struct pack_register *r, struct pack_raise *out)
{
    struct loader *l = n->l;
    str rest = node_text(n, "applicant", OPTIONAL), name;
    const struct pack_register *at = r;
    const struct pack_register *wanted = pack_register(l->pack, out->system->applicant);
    const struct pack_column **way = ARENA_ARRAY(l->arena, const struct pack_column *, 4);
    while (way && str_split(&rest, '.', &name)) {
        const struct pack_column *c = pack_column(at, name);
        if (!c || !c->ref || out->applicant_steps == 4) {
            FAULT_MEMBER(n, "applicant", "“%.*s” 不是登记表 “%.*s” 中指向别的登记表的列(至多 4 段)",
                "\"%.*s\" is no column of the register \"%.*s\" that refers to another (at most 4 steps)",
                STR_ARGS(brief(name)), STR_ARGS(at->code));
            return;
        }
        way[out->applicant_steps++] = c;
        at = c->ref;
    }
    out->applicant = way;
    if (wanted && at != wanted)
        FAULT_MEMBER(n, json_object_get(n->v, "applicant") ? "applicant" : "kind",
            "“%.*s” 的申请人是登记表 “%.*s” 中的一条,请用 applicant 写明经过哪些列找到它",
            "a case of kind \"%.*s\" is for a record of \"%.*s\": say by which columns it is reached, as"
            " applicant",
            STR_ARGS(out->kind), STR_ARGS(wanted->code));
}

static void read_channel(const struct node *n, struct pack_raise *out)
{
    bool known = !out->system->channel_count;
    out->channel = node_code(n, "channel", OPTIONAL);
    if (!out->channel.bytes && out->system->channel_count)
        out->channel = out->system->channels[0];
    for (size_t i = 0; i < out->system->channel_count; i++)
        known = known || str_equal(out->system->channels[i], out->channel);
    if (!known)
        FAULT_MEMBER(n, "channel", "“%.*s” 没有来源渠道 “%.*s”", "\"%.*s\" has no channel \"%.*s\"",
            STR_ARGS(out->kind), STR_ARGS(out->channel));
}

static void read_fields(
    const struct node *n, const struct feel_names *names, struct pack_raise *out)
{
    struct loader *l = n->l;
    struct node fields = node_get(n, "fields", JSON_OBJECT, REQUIRED);
    size_t count = json_object_size(fields.v);
    struct pack_raise_field *list = ARENA_ARRAY(l->arena, struct pack_raise_field, count);
    const char *key;
    json_t *value;
    if (!fields.v || !list)
        return;
    if (count > FIELDS_MAX) {
        FAULT(&fields, "有 %zu 项,上限 %d", "there are %zu items, the limit is %d", count, FIELDS_MAX);
        return;
    }
    json_object_foreach((json_t *)fields.v, key, value)
    {
        (void)value;
        str name = str_copy(l->arena, str_from(key));
        const char *kept = str_terminated(l->arena, name);
        if (out->system->form && !form_field_by_key(out->system->form, name))
            FAULT_MEMBER(&fields, kept, "“%.*s” 的表单没有字段 “%.*s”",
                "the form of \"%.*s\" has no field \"%.*s\"", STR_ARGS(out->kind),
                STR_ARGS(brief(name)));
        str text = node_text(&fields, kept, REQUIRED);
        list[out->field_count++] =
            (struct pack_raise_field){ name, compile_member(&fields, kept, text, names) };
    }
    out->fields = list;
}

static void read_raise(const struct node *n, const struct pack_register *r,
    const struct feel_names *names, struct pack_raise *out)
{
    static const char *const known[] = { "code", "name", "kind", "channel", "applicant", "when",
        "fields", NULL };
    if (!node_members(n, known))
        return;
    out->kind = node_code(n, "kind", REQUIRED);
    out->code = node_code(n, "code", OPTIONAL);
    if (!out->code.bytes)
        out->code = out->kind;
    out->name = node_name(n, "name", REQUIRED);
    out->when = compile_member(n, "when", node_text(n, "when", OPTIONAL), names);
    out->system = out->kind.bytes ? pack_kind(n->l->pack, out->kind) : NULL;
    if (!out->system) {
        if (out->kind.bytes)
            FAULT_MEMBER(n, "kind", "没有 “%.*s” 这类办件", "there is no kind of case \"%.*s\"",
                STR_ARGS(out->kind));
        return;
    }
    read_channel(n, out);
    read_applicant(n, r, out);
    read_fields(n, names, out);
}

static void read_register_raises(const struct node *n, struct pack_register *r)
{
    struct node list = node_get(n, "raises", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    struct feel_names names;
    struct pack_raise *out = ARENA_ARRAY(n->l->arena, struct pack_raise, count);
    if (!count || !out || too_many(&list, count, RAISES_MAX)
        || !register_names(n->l->arena, r, &names))
        return;
    for (size_t i = 0; i < count; i++) {
        struct node at = node_at(&list, i);
        read_raise(&at, r, &names, &out[i]);
        for (size_t k = 0; k < i; k++)
            if (out[i].code.bytes && str_equal(out[i].code, out[k].code))
                FAULT(&at, "代码 “%.*s” 重复", "code \"%.*s\" is used twice", STR_ARGS(out[i].code));
    }
    r->raises = out;
    r->raise_count = count;
}

/* What counts cases has cases to count. */
static void check_counting(const struct node *n, const struct pack_register *r)
{
    struct node list = node_get(n, "columns", JSON_ARRAY, OPTIONAL);
    for (size_t k = 0; list.v && k < r->column_count; k++) {
        struct node at = node_at(&list, k);
        if (r->columns[k].rollup && !r->columns[k].rollup->of && !r->raise_count)
            FAULT(&at, "本登记表没有 raises,没有可计的办件",
                "the register has no raises: there are no cases to count");
    }
}

void read_raises(struct loader *l)
{
    for (size_t i = 0; i < l->pack->register_count; i++) {
        read_register_raises(
            &l->register_roots[i], (struct pack_register *)&l->pack->registers[i]);
        check_counting(&l->register_roots[i], &l->pack->registers[i]);
    }
}
