/* Look-ups in a loaded pack; see pack.h. Lists are short (tens), so a look-up walks them; code
 * tables are searched by halves. */
#include "pack/pack.h"

#define FIND(items, count, member, wanted)                                                        \
    do {                                                                                          \
        for (size_t i = 0; i < (count); i++)                                                      \
            if (str_equal((items)[i].member, (wanted)))                                           \
                return &(items)[i];                                                               \
        return NULL;                                                                              \
    } while (0)

const struct pack_unit *pack_unit(const struct pack *p, str code)
{
    FIND(p->units, p->unit_count, code, code);
}

const struct pack_unit *pack_unit_of_kind(const struct pack *p, enum pack_unit_kind kind)
{
    for (size_t i = 0; i < p->unit_count; i++)
        if (p->units[i].kind == kind)
            return &p->units[i];
    return NULL;
}

const struct pack_role *pack_role(const struct pack *p, str code)
{
    FIND(p->roles, p->role_count, code, code);
}

const struct pack_register *pack_register(const struct pack *p, str code)
{
    FIND(p->registers, p->register_count, code, code);
}

const struct pack_column *pack_column(const struct pack_register *r, str name)
{
    FIND(r->columns, r->column_count, name, name);
}

const struct pack_codes *pack_codes(const struct pack *p, str name)
{
    FIND(p->codes, p->codes_count, name, name);
}

const struct pack_code *pack_code(const struct pack_codes *c, str code)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(c->items[middle].code, code);
        if (order == 0)
            return &c->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct pack_file *pack_file(const struct pack *p, str path)
{
    FIND(p->files, p->file_count, path, path);
}

const struct pack_system *pack_kind(const struct pack *p, str kind)
{
    if (!kind.bytes)
        return NULL;
    FIND(p->systems, p->system_count, kind, kind);
}

const struct pack_promise *pack_promise(const struct pack_system *s, str code)
{
    FIND(s->promises, s->promise_count, code, code);
}

const struct pack_topic *pack_topic(const struct pack_system *s, str code)
{
    FIND(s->topics, s->topic_count, code, code);
}

const struct pack_template *pack_template(const struct pack_system *s, str code)
{
    FIND(s->templates, s->template_count, code, code);
}

const struct pack_figure *pack_figure(const struct pack_system *s, str name)
{
    FIND(s->figures, s->figure_count, name, name);
}

const struct dmn_decision *pack_decision(
    const struct pack_system *s, str name, const struct dmn_model **model)
{
    for (size_t i = 0; i < s->decision_count; i++) {
        const struct dmn_decision *d = dmn_decision_find(s->decisions[i].model, name);
        if (!d)
            continue;
        if (model)
            *model = s->decisions[i].model;
        return d;
    }
    return NULL;
}

const struct pack_bulletin *pack_bulletin(const struct pack *p, str code)
{
    FIND(p->bulletins, p->bulletin_count, code, code);
}

const struct pack_figure *pack_figure_any(
    const struct pack *p, str name, const struct pack_system **s)
{
    for (size_t i = 0; i < p->system_count; i++) {
        const struct pack_figure *f = pack_figure(&p->systems[i], name);
        if (f && s)
            *s = &p->systems[i];
        if (f)
            return f;
    }
    return NULL;
}

const struct pack_page *pack_page(const struct pack *p, str code)
{
    FIND(p->pages, p->page_count, code, code);
}

str pack_page_text(const json_t *members, const char *name)
{
    const char *text = json_string_value(json_object_get(members, name));
    return text ? str_from(text) : STR_NONE;
}

static bool holds(const str *items, size_t count, str wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(items[i], wanted))
            return true;
    return false;
}

bool pack_role_may(const struct pack_role *r, str permission)
{
    return holds(r->permissions, r->permission_count, permission);
}

bool pack_role_enters(const struct pack_role *r, str house)
{
    return holds(r->houses, r->house_count, house);
}

const char *pack_unit_kind_word(enum pack_unit_kind kind)
{
    switch (kind) {
    case PACK_UNIT_CENTRE:
        return "centre";
    case PACK_UNIT_HANDLER:
        return "handler";
    case PACK_UNIT_LEADER:
        return "leader";
    case PACK_UNIT_SUPERVISION:
        return "supervision";
    case PACK_UNIT_ADMIN:
        return "admin";
    }
    return "";
}

const char *pack_time_unit_word(enum pack_time_unit unit)
{
    switch (unit) {
    case PACK_WORKING_DAYS:
        return "working_days";
    case PACK_WORKING_HOURS:
        return "working_hours";
    case PACK_CALENDAR_DAYS:
        return "calendar_days";
    }
    return "";
}

struct name2 pack_said(str text)
{
    str zh, en = text;
    str_split(&en, '|', &zh);
    zh = str_trim(zh);
    return (struct name2){ zh, str_trim(en).bytes ? str_trim(en) : zh };
}

const char *pack_drawing_word(enum pack_drawing drawing)
{
    switch (drawing) {
    case PACK_DRAWING_NUMBER:
        return "number";
    case PACK_DRAWING_BARS:
        return "bars";
    case PACK_DRAWING_LINE:
        return "line";
    case PACK_DRAWING_TABLE:
        return "table";
    }
    return "";
}

const char *pack_good_word(enum pack_good good)
{
    switch (good) {
    case PACK_GOOD_NONE:
        return "none";
    case PACK_GOOD_UP:
        return "up";
    case PACK_GOOD_DOWN:
        return "down";
    }
    return "";
}
