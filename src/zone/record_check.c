/*
 * What a definition asks of a record: each value by its type, references that lead somewhere, then
 * the computed columns, then the rules. The order is that of dependence: rules see what was
 * computed, and nothing is computed from values that are faulty.
 *
 * All faults of the values are told at once, one a column; the first broken rule of each field too.
 */
#include "zone/record_internal.h"

#include "base/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum err fault(struct diag *d, const struct pack_column *c, const char *zh, const char *en)
{
    diag_field(d, c->name);
    diag_set(d, ERR_INVALID, "%.*s%s", "%.*s%s", STR_ARGS(c->title.zh), zh);
    snprintf(d->en, sizeof d->en, "%.*s %s", STR_ARGS(c->title.en), en);
    return ERR_INVALID;
}

/* As a form's "phone": digits with the signs that people put between them. */
static enum err check_identifier(const struct pack_column *c, str value, struct diag *d)
{
    enum err e = OK;
    switch (c->check) {
    case PACK_CHECK_NONE:
        return OK;
    case PACK_CHECK_CREDIT_CODE:
        e = check_credit_code(value, d);
        break;
    case PACK_CHECK_CITIZEN_NUMBER:
        e = check_citizen_number(value, d);
        break;
    case PACK_CHECK_PROJECT_CODE:
        e = check_project_code(value, d);
        break;
    case PACK_CHECK_PHONE:
        return phone_good(value) ? OK : fault(d, c, "不是有效的电话号码", "is no phone number");
    }
    if (e != OK)
        diag_field(d, c->name);
    return e;
}

static enum err check_text(struct op *op, const struct pack_column *c, str value, struct diag *d)
{
    struct date date;
    int64_t number;
    size_t most = c->bytes_max ? (size_t)c->bytes_max : RECORD_TEXT_BYTES_MAX;
    if (value.bytes > most)
        return fault(d, c, "过长", "is too long");
    if (c->type == PACK_COLUMN_DATE && !date_parse(value, &date))
        return fault(d, c, "不是有效日期,应如 2026-11-23", "is not a date like 2026-11-23");
    if (c->type == PACK_COLUMN_INSTANT && !instant_parse(value, &number))
        return fault(d, c, "不是有效时间,应如 2026-11-23T09:30:00+08:00",
            "is not an instant like 2026-11-23T09:30:00+08:00");
    if (c->type == PACK_COLUMN_CODE && c->codes && !pack_code(c->codes, value))
        return fault(d, c, "代码不在代码表中", "is not a code of its table");
    if (c->type == PACK_COLUMN_UNIT && !pack_unit(zone_pack(op->zone), value))
        return fault(d, c, "不是本区的单位代码", "is not the code of a unit");
    return check_identifier(c, value, d);
}

static enum err check_number(const struct pack_column *c, const json_t *v, struct diag *d)
{
    double n = json_number_value(v) / (c->type == PACK_COLUMN_MONEY ? 100 : 1);
    char zh[96], en[96];
    if (c->has_min && n < c->min) {
        snprintf(zh, sizeof zh, "不能小于 %.15g", c->min);
        snprintf(en, sizeof en, "cannot be less than %.15g", c->min);
        return fault(d, c, zh, en);
    }
    if (c->has_max && n > c->max) {
        snprintf(zh, sizeof zh, "不能大于 %.15g", c->max);
        snprintf(en, sizeof en, "cannot be more than %.15g", c->max);
        return fault(d, c, zh, en);
    }
    return OK;
}

/* ---- places ---- */

static bool position_good(const json_t *lon, const json_t *lat)
{
    double x = json_number_value(lon), y = json_number_value(lat);
    return json_is_number(lon) && json_is_number(lat) && isfinite(x) && isfinite(y) && x >= -180
        && x <= 180 && y >= -90 && y <= 90;
}

/* A GeoJSON coordinates member: nested lists that end in positions. */
static bool coordinates_good(const json_t *v, int depth, size_t *count)
{
    if (!json_is_array(v) || depth < 0)
        return false;
    if (json_is_number(json_array_get(v, 0))) {
        ++*count;
        return depth == 0 && json_array_size(v) >= 2
            && position_good(json_array_get(v, 0), json_array_get(v, 1));
    }
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!coordinates_good(json_array_get(v, i), depth - 1, count))
            return false;
    return json_array_size(v) > 0;
}

static bool shape_good(struct op *op, const json_t *v)
{
    static const struct {
        const char *type;
        int depth;
        size_t least;
    } kinds[] = { { "LineString", 1, 2 }, { "MultiLineString", 2, 2 }, { "Polygon", 2, 4 },
        { "MultiPolygon", 3, 4 } };
    size_t count = 0;
    str type = json_str(v, "type");
    if (!json_is_object(v) || json_object_size(v) != 2
        || json_text(op->arena, v).bytes > RECORD_SHAPE_BYTES_MAX)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_is(type, kinds[i].type))
            return coordinates_good(json_object_get(v, "coordinates"), kinds[i].depth, &count)
                && count >= kinds[i].least;
    return false;
}

static bool files_good(const json_t *v)
{
    int64_t id;
    if (!json_is_array(v) || json_array_size(v) > 50)
        return false;
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *one = json_array_get(v, i);
        if (!json_is_string(one) || !str_to_int64(str_from(json_string_value(one)), &id) || id <= 0)
            return false;
    }
    return true;
}

/* ---- one value ---- */

static bool is_nothing(const json_t *v)
{
    return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v))
        || (json_is_array(v) && !json_array_size(v));
}

static enum err check_value(
    struct op *op, const struct pack_column *c, const json_t *v, struct diag *d)
{
    if (is_nothing(v))
        return c->required || c->unique ? fault(d, c, "必填", "is required") : OK;
    switch (c->type) {
    case PACK_COLUMN_INT:
        return json_is_integer(v) ? check_number(c, v, d)
                                  : fault(d, c, "应为整数", "must be a whole number");
    case PACK_COLUMN_MONEY:
        return json_is_integer(v)
            ? check_number(c, v, d)
            : fault(d, c, "应为以分计的整数", "must be a whole number of fen");
    case PACK_COLUMN_REAL:
        return json_is_number(v) ? check_number(c, v, d)
                                 : fault(d, c, "应为数字", "must be a number");
    case PACK_COLUMN_BOOL:
        return json_is_boolean(v) ? OK : fault(d, c, "应为是或否", "must be true or false");
    case PACK_COLUMN_POINT:
        return json_is_object(v) && json_object_size(v) == 2
                && position_good(json_object_get(v, "lon"), json_object_get(v, "lat"))
            ? OK
            : fault(d, c, "应为经度 lon 和纬度 lat", "must be a longitude lon and a latitude lat");
    case PACK_COLUMN_SHAPE:
        return shape_good(op, v)
            ? OK
            : fault(d, c, "应为 GeoJSON 的线或面", "must be a line or an area of GeoJSON");
    case PACK_COLUMN_FILES:
        return files_good(v) ? OK
                             : fault(d, c, "应为附件编号的列表", "must be a list of attachments");
    case PACK_COLUMN_TEXT:
    case PACK_COLUMN_DATE:
    case PACK_COLUMN_INSTANT:
    case PACK_COLUMN_CODE:
    case PACK_COLUMN_REF:
    case PACK_COLUMN_UNIT:
    case PACK_COLUMN_ACCOUNT:
        if (!json_is_string(v))
            return fault(d, c, "应为文字", "must be text");
        return check_text(op, c, (str){ json_string_value(v), json_string_length(v) }, d);
    }
    return OK;
}

/* A reference names a record that is there, by its register's key or id. */
static enum err check_reference(
    struct op *op, const struct pack_column *c, const json_t *v, struct diag *d)
{
    struct record found;
    struct op look = *op;
    struct diag none = { 0 };
    int64_t id = 0;
    look.diag = &none;
    if (c->type != PACK_COLUMN_REF || !c->ref || !json_is_string(v) || !json_string_length(v))
        return OK;
    str name = { json_string_value(v), json_string_length(v) };
    enum err e = ERR_NOT_FOUND;
    if (c->ref->key)
        e = record_by_key(&look, c->ref->code, name, &found);
    else if (str_to_int64(name, &id))
        e = record_get(&look, c->ref->code, id, &found);
    return e == OK ? OK : fault(d, c, "所指的登记不存在", "names no such record");
}

bool column_takes(struct op *op, const struct pack_column *c, const json_t *v)
{
    struct diag d = { 0 };
    return is_nothing(v)
        || (check_value(op, c, v, &d) == OK && check_reference(op, c, v, &d) == OK);
}

static void check_members(const struct pack_register *r, json_t *data, struct diag_list *faults)
{
    const char *key;
    json_t *value;
    json_object_foreach(data, key, value)
    {
        struct diag d = { 0 };
        if (pack_column(r, str_from(key)))
            continue;
        diag_field(&d, str_from(key));
        diag_set(&d, ERR_INVALID, "登记项中没有“%s”", "the register has no column \"%s\"", key);
        diag_list_add(faults, &d);
    }
}

/* ---- expressions ---- */

static feel_value feel_record(struct op *op, const struct pack_register *r, const json_t *data)
{
    struct feel_entry *entries = ARENA_ARRAY(op->arena, struct feel_entry, r->column_count);
    if (!data || !entries)
        return feel_null();
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        const json_t *v = json_object_getn(data, c->name.data, c->name.bytes);
        entries[i] = (struct feel_entry){ c->name, column_feel(op, c, v) };
    }
    return feel_context_of(op->arena, entries, r->column_count);
}

static feel_value feel_actor(struct op *op)
{
    const struct actor *a = op->actor;
    struct feel_entry *e = ARENA_ARRAY(op->arena, struct feel_entry, 6);
    if (!e)
        return feel_null();
    str account = str_printf(op->arena, "%lld", (long long)a->account);
    str enterprise = str_printf(op->arena, "%lld", (long long)a->enterprise);
    e[0] = (struct feel_entry){ STR("account"), feel_string(account) };
    e[1] = (struct feel_entry){ STR("name"), feel_string(a->name) };
    e[2] = (struct feel_entry){ STR("unit"), feel_text_or_null(a->unit) };
    e[3] = (struct feel_entry){ STR("role"), a->role ? feel_string(a->role->code) : feel_null() };
    e[4] = (struct feel_entry){ STR("enterprise"),
        a->enterprise ? feel_string(enterprise) : feel_null() };
    e[5] = (struct feel_entry){ STR("system"), feel_boolean(a->system) };
    return feel_context_of(op->arena, e, 6);
}

struct evaluation {
    struct op *op;
    const struct pack_register *r;
    struct feel_env env;
    struct feel_machine *machine;
    feel_value *slots;
};

static enum err evaluation_begin(struct op *op, const struct pack_register *r, const json_t *data,
    const json_t *before, struct evaluation *v)
{
    size_t n = r->column_count;
    *v = (struct evaluation){ .op = op, .r = r };
    v->env.limits.steps = 200000;
    v->env.now = feel_date_time_from_ms(op->now_ms, 0, zone_pack(op->zone)->tz);
    v->slots = ARENA_ARRAY(op->arena, feel_value, n + PACK_SLOTS_MORE);
    TRY(diag_arena(op->diag, op->arena));
    TRY(feel_machine_create(op->arena, &v->env, &v->machine, op->diag));
    for (size_t i = 0; i < n; i++) {
        const struct pack_column *c = &r->columns[i];
        v->slots[i] = column_feel(op, c, json_object_getn(data, c->name.data, c->name.bytes));
    }
    v->slots[n + PACK_SLOT_TODAY] =
        feel_date(date_from_days(zone_local_days(op->zone, op->now_ms)));
    v->slots[n + PACK_SLOT_BEFORE] = feel_record(op, r, before);
    v->slots[n + PACK_SLOT_ACTOR] = feel_actor(op);
    return diag_arena(op->diag, op->arena);
}

static enum err run(struct evaluation *v, const struct feel_program *p, feel_value *out)
{
    enum err e = feel_machine_eval(v->machine, p, v->slots, out);
    if (e != OK)
        *v->op->diag = *feel_machine_diag(v->machine);
    return e;
}

/* What a rule says of the record: it is given the columns that it asks for, today, and parameters. */
static enum err decide(struct evaluation *v, const struct pack_column *c, feel_value *out)
{
    struct op *op = v->op;
    const struct dmn_input *inputs;
    size_t count, known = 0;
    feel_value facts;
    int64_t today = zone_local_days(op->zone, op->now_ms);
    TRY(dmn_decision_inputs(c->model, c->decision, op->arena, &inputs, &count));
    struct feel_entry *entries = ARENA_ARRAY(op->arena, struct feel_entry, count);
    TRY(diag_arena(op->diag, op->arena));
    for (size_t i = 0; i < count; i++) {
        const struct pack_column *used = pack_column(v->r, inputs[i].name);
        if (used || str_is(inputs[i].name, "today"))
            entries[known++] = (struct feel_entry){ inputs[i].name,
                used ? v->slots[used - v->r->columns]
                     : v->slots[v->r->column_count + PACK_SLOT_TODAY] };
    }
    facts = feel_context_of(op->arena, entries, known);
    TRY(pack_parameters_on(v->r->pack, today, facts, op->arena, &facts, op->diag));
    TRY(dmn_decide(c->model, c->decision, facts, &v->env, op->arena, out, NULL, op->diag));
    if (c->output.bytes) {
        const feel_value *one = feel_get(*out, c->output);
        *out = one ? *one : feel_null();
    }
    return OK;
}

/* A date moved on by working days of the zone's calendar; nothing where either is missing. */
static enum err move_on(struct evaluation *v, const struct pack_column *c, feel_value *value)
{
    const struct pack *p = zone_pack(v->op->zone);
    int64_t days = c->working_days, due = 0;
    if (!c->working_days && !c->working_column)
        return OK;
    if (c->working_column
        && !feel_to_int64(v->slots[c->working_column - v->r->columns], &days))
        *value = feel_null();
    if (value->kind != FEEL_DATE)
        return OK;
    TRY(calendar_add_days(
        p->calendar, date_to_days(value->date), days, &due, NULL, v->op->diag));
    *value = feel_date(date_from_days(due));
    return OK;
}

/* Columns are computed in their order; a later one may use an earlier one. What is taken together
 * from other records stands in data already. */
static enum err compute(struct evaluation *v, json_t *data, bool daily_only, bool *changed)
{
    for (size_t i = 0; i < v->r->column_count; i++) {
        const struct pack_column *c = &v->r->columns[i];
        feel_value value;
        if ((!c->computed && !c->decision) || (daily_only && !c->daily))
            continue;
        TRY(c->decision ? decide(v, c, &value) : run(v, c->computed, &value));
        TRY(move_on(v, c, &value));
        json_t *now = column_from_feel(v->op, c, value);
        const json_t *was = json_object_getn(data, c->name.data, c->name.bytes);
        if (changed && !json_equal(now, was ? was : json_null())
            && !(json_is_null(now) && is_nothing(was)))
            *changed = true;
        json_object_setn_new(data, c->name.data, c->name.bytes, now);
        v->slots[i] = column_feel(v->op, c, now);
    }
    return OK;
}

enum err record_compute(
    struct op *op, const struct pack_register *r, json_t *data, bool daily_only, bool *changed)
{
    struct evaluation v;
    TRY(evaluation_begin(op, r, data, NULL, &v));
    return compute(&v, data, daily_only, changed);
}

/* A column that refers, as the record that it names; two steps far. What is masked is nothing: who
 * reads the answer may not be who may see it. */
static feel_value referred(struct op *op, const struct pack_column *c, const json_t *v, int steps);

static feel_value feel_referred(
    struct op *op, const struct pack_register *r, const json_t *data, int steps)
{
    struct feel_entry *entries = ARENA_ARRAY(op->arena, struct feel_entry, r->column_count);
    for (size_t i = 0; entries && i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        const json_t *v = json_object_getn(data, c->name.data, c->name.bytes);
        entries[i].name = c->name;
        entries[i].value = c->masked ? feel_null()
            : c->ref && steps       ? referred(op, c, v, steps - 1)
                                    : column_feel(op, c, v);
    }
    return entries ? feel_context_of(op->arena, entries, r->column_count) : feel_null();
}

static feel_value referred(struct op *op, const struct pack_column *c, const json_t *v, int steps)
{
    struct op look = *op;
    struct diag none = { 0 };
    struct record found;
    int64_t id = 0;
    enum err e = ERR_NOT_FOUND;
    str name = json_is_string(v) ? str_from(json_string_value(v)) : STR_NONE;
    look.diag = &none;
    if (c->ref->key && name.bytes)
        e = record_by_key(&look, c->ref->code, name, &found);
    else if (str_to_int64(name, &id))
        e = record_get(&look, c->ref->code, id, &found);
    return e == OK ? feel_referred(op, c->ref, found.data, steps) : feel_null();
}

/* From here on columns that refer are the records that they name. */
static void look_behind(struct evaluation *v, const json_t *data)
{
    for (size_t i = 0; i < v->r->column_count; i++) {
        const struct pack_column *c = &v->r->columns[i];
        if (c->masked)
            v->slots[i] = feel_null();
        else if (c->ref)
            v->slots[i] =
                referred(v->op, c, json_object_getn(data, c->name.data, c->name.bytes), 1);
    }
}

enum err record_ask(struct op *op, const struct pack_register *r, const json_t *data,
    const struct feel_program *const *programs, size_t count, feel_value *out)
{
    struct evaluation v;
    TRY(evaluation_begin(op, r, data, NULL, &v));
    look_behind(&v, data);
    for (size_t i = 0; i < count; i++) {
        out[i] = feel_null();
        if (programs[i])
            TRY(run(&v, programs[i], &out[i]));
    }
    return diag_arena(op->diag, op->arena);
}

static enum err check_rules(struct evaluation *v, bool behind, struct diag_list *faults)
{
    for (size_t i = 0; i < v->r->rule_count; i++) {
        const struct pack_rule *rule = &v->r->rules[i];
        feel_value value;
        if (rule->referred != behind)
            continue;
        TRY(run(v, rule->must, &value));
        if (feel_is_true(value))
            continue;
        struct diag d = { 0 };
        diag_set(&d, ERR_INVALID, "%.*s", "%.*s", STR_ARGS(rule->message.zh));
        snprintf(d.en, sizeof d.en, "%.*s", STR_ARGS(rule->message.en));
        if (rule->field)
            diag_field(&d, rule->field->name);
        diag_list_add(faults, &d);
    }
    return OK;
}

static bool looks_behind(const struct pack_register *r)
{
    for (size_t i = 0; i < r->rule_count; i++)
        if (r->rules[i].referred)
            return true;
    return false;
}

static enum err first_fault(struct op *op, const struct diag_list *faults)
{
    if (faults->count)
        *op->diag = *faults->items[0];
    return ERR_INVALID;
}

/* What is taken together from other records stays as it was; of none as yet it is nothing. */
static void carry_rollups(const struct pack_register *r, json_t *data, const json_t *before)
{
    for (size_t i = 0; i < r->column_count; i++) {
        const struct pack_column *c = &r->columns[i];
        if (!c->rollup)
            continue;
        json_t *was = json_object_getn(before, c->name.data, c->name.bytes);
        json_object_setn_new(data, c->name.data, c->name.bytes,
            was                                   ? json_incref(was)
                : c->rollup->take <= PACK_TAKE_SUM ? json_integer(0)
                                                   : json_null());
    }
}

enum err record_check(struct op *op, const struct pack_register *r, json_t *data,
    const json_t *before, struct diag_list *faults)
{
    struct evaluation v;
    size_t so_far = faults->total;
    check_members(r, data, faults);
    carry_rollups(r, data, before);
    for (size_t i = 0; i < r->column_count; i++) {
        struct diag d = { 0 };
        const struct pack_column *c = &r->columns[i];
        const json_t *value = json_object_getn(data, c->name.data, c->name.bytes);
        if (pack_column_derived(c))
            continue;
        if (check_value(op, c, value, &d) != OK || check_reference(op, c, value, &d) != OK)
            diag_list_add(faults, &d);
    }
    if (faults->total > so_far)
        return first_fault(op, faults);
    TRY(record_formers(op, r, data));
    TRY(evaluation_begin(op, r, data, before, &v));
    TRY(compute(&v, data, false, NULL));
    TRY(check_rules(&v, false, faults));
    if (looks_behind(r)) {
        look_behind(&v, data);
        TRY(check_rules(&v, true, faults));
    }
    return faults->total > so_far ? first_fault(op, faults) : OK;
}
