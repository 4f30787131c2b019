/*
 * Enterprises and accounts of a made-up zone.
 *
 * A credit code is the lists' beginning (an authority, a region and a beginning that no
 * organisation code in use has), random characters, the organisation code's own check character (GB
 * 11714-1997: weights 3 7 9 10 5 8 4 2, modulo 11) and the check character of GB 32100. Names are
 * put together from words that no firm is called by, and no two are the same.
 */
#include "base/check.h"
#include "command/sample.h"

#include <string.h>

enum { CODE_BYTES = 18, NAME_TRIES = 50 };

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int value_of(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* The organisation code stands at 8..16, its check at 16. */
static char organisation_check(const char *code)
{
    static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += weights[i] * value_of(code[8 + i]);
    int check = (11 - sum % 11) % 11;
    return check == 10 ? 'X' : (char)('0' + check);
}

static str credit_code(struct sample *s, struct arena *a)
{
    char code[CODE_BYTES] = { 0 };
    str begin = json_str(s->lists.names, "credit_prefix");
    ASSERT(begin.bytes <= 12);
    memcpy(code, begin.data, begin.bytes);
    for (size_t i = begin.bytes; i < 16; i++)
        code[i] = alphabet[sample_below(&s->random, (int64_t)sizeof alphabet - 1)];
    code[16] = organisation_check(code);
    code[17] = credit_code_check((str){ code, 17 });
    return str_copy(a, (str){ code, CODE_BYTES });
}

/* "0791-0000####": a digit for each '#'. */
static str phone(struct sample *s, struct arena *a)
{
    str pattern = sample_pick_text(&s->random, json_object_get(s->lists.names, "phones"));
    char *text = str_terminated(a, pattern);
    for (size_t i = 0; text && i < pattern.bytes; i++)
        if (text[i] == '#')
            text[i] = (char)('0' + sample_below(&s->random, 10));
    return str_from(text);
}

static str person(struct sample *s, struct arena *a, bool foreign)
{
    const json_t *n = s->lists.names;
    if (foreign)
        return str_copy(a, sample_pick_text(&s->random, json_object_get(n, "foreign_contacts")));
    str surname = sample_pick_text(&s->random, json_object_get(n, "surnames"));
    return str_concat(a, surname, sample_pick_text(&s->random, json_object_get(n, "given")));
}

/* {word} and {trade} of the pattern; the same slots as sentences have. */
static str firm_name(struct sample *s, struct arena *a, const json_t *kind, bool foreign)
{
    json_t *slots = json_keep(a, json_object());
    struct sample_facts f = { .seed = sample_next(&s->random), .slots = slots };
    if (!slots)
        return STR_NONE;
    json_object_set(slots, "word", json_object_get(s->lists.names, "words"));
    json_object_set(slots, "trade", json_object_get(kind, "trades"));
    const char *key = foreign ? "foreign_patterns" : "patterns";
    return sample_sentence(
        a, sample_pick_text(&s->random, json_object_get(s->lists.names, key)), &f);
}

static bool name_taken(const struct sample *s, str name)
{
    for (int64_t i = 0; i < s->enterprise_made; i++)
        if (str_equal(s->enterprises[i].name, name))
            return true;
    return false;
}

static str fresh_name(struct sample *s, const json_t *kind, bool foreign)
{
    str name = STR_NONE;
    for (int i = 0; i < NAME_TRIES; i++) {
        name = firm_name(s, s->arena, kind, foreign);
        if (!name_taken(s, name))
            return name;
    }
    return str_printf(s->arena, "%.*s(%lld)", STR_ARGS(name), (long long)s->enterprise_made + 1);
}

static str founded(struct sample *s, struct arena *a)
{
    int64_t last = tz_local_days(zone_pack(s->zone)->tz, s->from_ms, NULL);
    double age = sample_unit(&s->random);
    return date_format(a, date_from_days(last - 30 - (int64_t)(age * age * 27 * 365)));
}

static void set_text(json_t *o, const char *key, str value)
{
    if (value.bytes)
        json_set_str(o, key, value);
}

static enum err make_enterprise(struct sample *s, struct op *op)
{
    const json_t *n = s->lists.names;
    struct sample_enterprise *e = &s->enterprises[s->enterprise_made];
    const json_t *kind = sample_pick(&s->random, json_object_get(n, "kinds"));
    const json_t *park = sample_pick(&s->random, json_object_get(n, "parks"));
    const json_t *scale = sample_pick(&s->random, json_object_get(n, "scales"));
    const json_t *crowd = json_object_get(scale, "employees");
    int64_t least = json_integer_value(json_array_get(crowd, 0));
    int64_t most = json_integer_value(json_array_get(crowd, 1));
    double many = sample_unit(&s->random);
    *e = (struct sample_enterprise){ .foreign = sample_chance(
                                         &s->random, sample_number(n, "foreign_share", 0)) };
    e->name = fresh_name(s, kind, e->foreign);
    e->contact = person(s, s->arena, e->foreign);
    e->phone = phone(s, s->arena);
    str road = sample_pick_text(&s->random, json_object_get(park, "roads"));
    e->place = str_printf(
        s->arena, "%.*s%lld号", STR_ARGS(road), (long long)sample_between(&s->random, 1, 999));
    json_t *data = json_keep(op->arena, json_object());
    TRY(diag_arena(op->diag, s->arena));
    TRY(diag_arena(op->diag, op->arena));
    json_set_str(data, "credit_code", credit_code(s, op->arena));
    json_set_str(data, "name", e->name);
    json_set_str(
        data, "industry", sample_pick_text(&s->random, json_object_get(kind, "industries")));
    set_text(data, "chain", json_str(kind, "chain"));
    set_text(data, "park", json_str(park, "code"));
    json_set_str(data, "address", e->place);
    set_text(data, "scale", json_str(scale, "code"));
    json_set_str(data, "founded_on", founded(s, op->arena));
    json_set_int(data, "employees", least + (int64_t)(many * many * many * (double)(most - least)));
    json_set_str(data, "contact_name", e->contact);
    json_set_str(data, "contact_phone", e->phone);
    e->data = json_keep(s->arena, json_deep_copy(data));
    struct diag_list faults;
    diag_list_init(&faults, op->arena, 8);
    TRY(record_put(op, json_str(n, "register"), &e->id, data, STR("sample"), &faults));
    s->enterprise_made++;
    return OK;
}

enum err sample_make_enterprises(struct sample *s, struct op *op, int64_t limit)
{
    for (int64_t i = 0; i < limit && s->enterprise_made < s->enterprise_count; i++)
        TRY(make_enterprise(s, op));
    return OK;
}

/* ---- accounts ---- */

static enum err make_account(
    struct sample *s, struct op *op, const json_t *o, int64_t enterprise, str name, int64_t *id)
{
    struct account_input in = { .login = json_str(o, "login"),
        .name = name,
        .role = json_str(o, "role"),
        .unit = json_str(o, "unit"),
        .password = json_str(s->lists.accounts, "password"),
        .enterprise_id = enterprise,
        .sample = json_bool(o, "sample", false),
        .password_of = s->first_account };
    TRY(account_create(op, &in, id));
    if (!s->first_account)
        s->first_account = *id;
    return OK;
}

static enum err make_staff(struct sample *s, struct op *op, const json_t *o)
{
    if (s->staff_count == SAMPLE_STAFF_MAX)
        return diag_set(op->diag, ERR_LIMIT, "示例账号超过 %d 个",
            "more than %d accounts in the lists", SAMPLE_STAFF_MAX);
    int64_t id;
    TRY(make_account(s, op, o, 0, json_str(o, "name"), &id));
    s->staff[s->staff_count++] =
        (struct sample_staff){ .actor = { .account = id,
                                   .login = json_str(o, "login"),
                                   .name = json_str(o, "name"),
                                   .unit = json_str(o, "unit"),
                                   .role = pack_role(zone_pack(s->zone), json_str(o, "role")) },
            .works = json_bool(o, "works", false) };
    return OK;
}

/* The next enterprise that suits the contact: a foreign one or not; -1 when there is none. */
static int64_t unclaimed(const struct sample *s, bool foreign)
{
    for (int64_t i = 0; i < s->enterprise_made; i++)
        if (!s->enterprises[i].account && s->enterprises[i].foreign == foreign)
            return i;
    return -1;
}

static enum err make_contact(struct sample *s, struct op *op, const json_t *o)
{
    int64_t index = unclaimed(s, json_bool(o, "foreign", false));
    if (index < 0 || s->contact_count == SAMPLE_CONTACTS_MAX)
        return OK;
    struct sample_enterprise *e = &s->enterprises[index];
    s->contacts[s->contact_count++] = index;
    return make_account(s, op, o, e->id, e->contact, &e->account);
}

enum err sample_make_accounts(struct sample *s, struct op *op)
{
    const json_t *staff = json_object_get(s->lists.accounts, "staff");
    const json_t *contacts = json_object_get(s->lists.accounts, "contacts");
    for (size_t i = 0; i < json_array_size(staff); i++)
        TRY(make_staff(s, op, json_array_get(staff, i)));
    for (size_t i = 0; i < json_array_size(contacts); i++)
        TRY(make_contact(s, op, json_array_get(contacts, i)));
    return OK;
}

const struct sample_staff *sample_staff_of(const struct sample *s, int64_t account)
{
    for (size_t i = 0; i < s->staff_count; i++)
        if (s->staff[i].actor.account == account)
            return &s->staff[i];
    return NULL;
}

const struct actor *sample_staff_login(const struct sample *s, str login)
{
    for (size_t i = 0; i < s->staff_count; i++)
        if (str_equal(s->staff[i].actor.login, login))
            return &s->staff[i].actor;
    return NULL;
}

const struct sample_staff *sample_somebody(const struct sample *s, struct sample_random *r,
    const struct pack_unit *unit, const char *may, bool daily)
{
    const struct sample_staff *found[SAMPLE_STAFF_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->staff_count; i++) {
        const struct sample_staff *p = &s->staff[i];
        bool sees =
            unit ? str_equal(p->actor.unit, unit->code) : p->actor.role->scope == PACK_SCOPE_ALL;
        if (actor_may(&p->actor, may) && sees)
            found[count++] = p;
    }
    if (!count)
        return NULL;
    const struct sample_staff *better[SAMPLE_STAFF_MAX];
    size_t better_count = 0;
    for (size_t i = 0; i < count; i++)
        if (found[i]->works == daily)
            better[better_count++] = found[i];
    if (better_count)
        return better[sample_below(r, (int64_t)better_count)];
    return found[sample_below(r, (int64_t)count)];
}
