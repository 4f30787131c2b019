/* Cases, promises and accounts as the JSON that the interface promises. */
#include "api/verbs.h"

#include "api/files.h"

const char *const api_colours[] = { "broken", "red", "amber", "green", "paused", "met", "met_late",
    NULL };

json_t *json_name(struct name2 n)
{
    json_t *o = json_object();
    json_set_str(o, "zh", n.zh);
    json_set_str(o, "en", n.en.bytes ? n.en : n.zh);
    return o;
}

json_t *json_unit(const struct pack *p, str code)
{
    const struct pack_unit *u = pack_unit(p, code);
    if (!code.bytes)
        return json_null();
    json_t *o = json_object();
    json_set_str(o, "code", code);
    json_object_set_new(o, "name", json_name(u ? u->name : (struct name2){ code, code }));
    if (u) {
        json_object_set_new(o, "kind", json_string(pack_unit_kind_word(u->kind)));
        json_set_str(o, "phone", u->phone);
    }
    return o;
}

void json_set_instant(struct op *op, json_t *o, const char *key, int64_t ms)
{
    json_object_set_new(o, key, ms ? json_from_str(zone_instant_text(op, ms)) : json_null());
}

static void set_date(struct op *op, json_t *o, const char *key, int64_t ms)
{
    struct date d = date_from_days(zone_local_days(op->zone, ms));
    json_object_set_new(o, key, ms ? json_from_str(date_format(op->arena, d)) : json_null());
}

json_t *json_remaining(struct op *op, const struct promise *p)
{
    int64_t days, minutes;
    promise_left(op->zone, p, op->now_ms, &days, &minutes);
    json_t *o = json_object();
    json_set_int(o, "days", days);
    json_set_int(o, "minutes", minutes);
    return o;
}

/* For which the law lets it stand still. */
static json_t *reasons_json(const struct pack_promise *def)
{
    json_t *list = json_array();
    for (size_t i = 0; def && def->statute && def->pause && i < def->statute->pause_count; i++) {
        const struct pack_pause *p = &def->statute->pauses[i];
        json_t *o = json_object();
        json_set_str(o, "code", p->code);
        json_object_set_new(o, "name", json_name(p->name));
        json_object_set_new(o, "notice", json_boolean(p->notice));
        json_object_set_new(o, "most", p->most ? json_integer(p->most) : json_null());
        json_object_set_new(o, "mostUnit",
            p->most ? json_string(pack_time_unit_word(p->most_unit)) : json_null());
        json_array_append_new(list, o);
    }
    return list;
}

json_t *json_promise(struct op *op, const struct pack_system *s, const struct promise *p)
{
    const struct pack_promise *def = promise_definition(op->zone, s, p);
    const struct pack_pause *pause = pack_pause(def, p->pause_code);
    json_t *o = json_object();
    json_set_id(o, "id", p->id);
    json_set_str(o, "code", p->code);
    json_object_set_new(o, "name", json_name(def ? def->name : (struct name2){ p->code, p->code }));
    json_object_set_new(o, "scope", json_string(p->task_id ? "task" : "case"));
    if (p->task_id)
        json_set_id(o, "taskId", p->task_id);
    else
        json_object_set_new(o, "taskId", json_null());
    json_object_set_new(o, "unit", json_string(pack_time_unit_word(p->unit)));
    json_set_int(o, "amount", p->amount);
    json_set_instant(op, o, "startedAt", p->started_at);
    json_set_instant(op, o, "dueAt", p->due_at);
    set_date(op, o, "dueOn", p->due_at);
    json_object_set_new(o, "state", json_string(promise_state_word(p->state)));
    json_object_set_new(
        o, "colour", json_string(promise_colour_word(promise_colour(p, op->now_ms))));
    json_set_instant(op, o, "amberAt", p->amber_at);
    json_set_instant(op, o, "redAt", p->red_at);
    json_set_instant(op, o, "endedAt", p->ended_at);
    json_object_set_new(o, "remaining", json_remaining(op, p));
    json_set_int(o, "extendedBy", p->extended);
    json_object_set_new(o, "provisional", json_boolean(p->provisional));
    json_object_set_new(o, "pausedFor", pause ? json_name(pause->name) : json_null());
    json_object_set_new(o, "reasons", reasons_json(def));
    json_object_set_new(o, "law", json_name(def ? def->law : (struct name2){ STR_NONE, STR_NONE }));
    return o;
}

static json_t *step_json(const struct case_row *c)
{
    if (!c->node.bytes)
        return json_null();
    json_t *o = json_object();
    json_set_str(o, "node", c->node);
    json_object_set_new(o, "name", json_name((struct name2){ c->node_name_zh, c->node_name_en }));
    return o;
}

static json_t *person(int64_t id, str name)
{
    if (!id)
        return json_null();
    json_t *o = json_object();
    json_set_id(o, "id", id);
    json_set_str(o, "name", name);
    return o;
}

static json_t *enterprise(const struct case_row *c)
{
    if (!c->enterprise_id)
        return json_null();
    return person(c->enterprise_id, c->enterprise_name);
}

json_t *json_case_summary(struct op *op, const struct case_row *c)
{
    const struct pack *p = zone_pack(op->zone);
    const struct pack_system *s = pack_kind(p, c->kind);
    const struct pack_topic *topic = s ? pack_topic(s, c->topic) : NULL;
    json_t *o = json_object();
    json_set_id(o, "id", c->id);
    json_set_str(o, "number", c->number);
    json_set_str(o, "kind", c->kind);
    json_set_str(o, "title", c->title);
    json_set_str(o, "topic", c->topic);
    json_object_set_new(
        o, "topicName", json_name(topic ? topic->name : (struct name2){ c->topic, c->topic }));
    json_object_set_new(o, "status", json_string(case_status_word(c->status)));
    json_object_set_new(o, "step", step_json(c));
    json_object_set_new(o, "unit", json_unit(p, c->unit));
    json_object_set_new(o, "assignee", person(c->assignee_id, c->assignee_name));
    json_object_set_new(o, "enterprise", enterprise(c));
    json_set_str(o, "urgency", c->urgency);
    json_set_str(o, "channel", c->channel);
    json_set_instant(op, o, "createdAt", c->created_at);
    json_set_instant(op, o, "updatedAt", c->updated_at);
    json_set_instant(op, o, "dueAt", c->due_at);
    set_date(op, o, "dueOn", c->due_at);
    json_object_set_new(o, "colour", json_string(promise_colour_word(c->colour)));
    json_object_set_new(o, "remaining", c->due_at ? json_remaining(op, &c->promise) : json_null());
    json_object_set_new(o, "rating", c->rating ? json_integer(c->rating) : json_null());
    json_set_int(o, "urged", c->urged);
    json_object_set_new(o, "supervised", json_boolean(c->supervised > 0));
    json_set_int(o, "reopened", c->reopened);
    json_object_set_new(o, "suspended", json_boolean(c->suspended));
    json_object_set_new(o, "imported", json_boolean(!c->pack_version.bytes));
    json_set_int(o, "version", c->version);
    return o;
}

/* ---- parts of the whole case ---- */

static enum err tasks_json(struct call *c, const struct case_row *row, json_t *out)
{
    const struct pack *p = zone_pack(c->api->zone);
    struct case_task *tasks;
    size_t count;
    TRY(case_tasks(&c->op, row->id, &tasks, &count));
    json_t *list = json_array();
    for (size_t i = count; i-- > 0;) {
        const struct case_task *t = &tasks[i];
        struct name2 step;
        if (t->parent_id && api_applicant_reads(c))
            continue; /* whom the zone asks is its own matter */
        step_names(&c->op, row->pack_version, row->kind, t->node, &step.zh, &step.en);
        json_t *o = json_object();
        json_set_id(o, "id", t->id);
        json_set_str(o, "node", t->node);
        json_object_set_new(o, "name", json_name(step));
        json_set_str(o, "role", t->role);
        json_object_set_new(o, "unit", json_unit(p, t->unit));
        json_object_set_new(o, "assignee", person(t->assignee_id, t->assignee_name));
        json_set_str(o, "state", t->state);
        json_set_instant(&c->op, o, "createdAt", t->created_at);
        json_set_instant(&c->op, o, "signedAt", t->signed_at);
        json_set_instant(&c->op, o, "doneAt", t->done_at);
        if (!api_applicant_reads(c))
            verbs_task_json(c, t, o);
        json_array_append_new(list, o);
    }
    json_object_set_new(out, "tasks", list);
    return OK;
}

static enum err promises_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct promise *list;
    size_t count;
    TRY(promise_list(&c->op, row->id, false, &list, &count));
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            array, json_promise(&c->op, pack_kind(zone_pack(c->api->zone), row->kind), &list[i]));
    json_object_set_new(out, "promises", array);
    return OK;
}

bool api_applicant_reads(const struct call *c)
{
    return !c->actor.role || c->actor.role->scope == PACK_SCOPE_ENTERPRISE
        || c->actor.role->scope == PACK_SCOPE_NONE;
}

/* What the zone does by itself: entries without a verb of a person. */
static const struct {
    const char *kind, *zh, *en;
} kind_titles[] = {
    { "case.service", "系统自动办理", "Done by the system" },
    { "case.message", "收到外部消息,继续办理", "A message came and the case goes on" },
    { "case.incident", "自动办理未成功,待人工处理",
        "Could not be done by itself; a person has to see to it" },
    { "case.incident-retry", "重新尝试自动办理", "Tried again by the system" },
    { "case.incident-skip", "跳过自动办理", "The system's step was skipped" },
    { "case.migrate", "改按新版流程办理", "Moved to another version of the procedure" },
    { "case.purge", "保存期满,内容已清除", "Content removed: the time to keep it is over" },
    { "case.remind", "时限提醒", "Reminder of a deadline" },
    { "case.deemed", "逾期未处理,依法认定", "The law speaks for silence" },
};

static bool kind_title(str kind, struct name2 *out)
{
    for (size_t i = 0; i < sizeof kind_titles / sizeof *kind_titles; i++) {
        if (!str_is(kind, kind_titles[i].kind))
            continue;
        *out = (struct name2){ str_from(kind_titles[i].zh), str_from(kind_titles[i].en) };
        return true;
    }
    return false;
}

/* The verb; what was journalled without one is called by its kind. */
static str event_word(const struct ledger_row *row)
{
    enum { PREFIX = sizeof "case." - 1 };
    str word = json_str(row->event, "verb");
    if (word.bytes || row->kind.bytes <= PREFIX)
        return word;
    return (str){ row->kind.data + PREFIX, row->kind.bytes - PREFIX };
}

static struct name2 event_title(struct call *c, const struct ledger_row *row)
{
    struct name2 known;
    enum verb v;
    struct arena *a = c->op.arena;
    str word = event_word(row);
    const json_t *actor = json_object_get(row->event, "actor");
    const struct pack_unit *u = pack_unit(zone_pack(c->api->zone), json_str(actor, "unit"));
    str who_zh = u ? u->name.zh : STR_NONE, who_en = u ? u->name.en : STR_NONE;
    if (kind_title(row->kind, &known))
        return known;
    if (verb_from(word, &v))
        return (struct name2){ str_printf(a, "%.*s%s", STR_ARGS(who_zh), verb_info(v)->zh),
            str_printf(
                a, "%s%s%.*s", verb_info(v)->en, who_en.bytes ? " · " : "", STR_ARGS(who_en)) };
    if (str_is(word, "create"))
        return (struct name2){ STR("提交"), STR("Submitted") };
    if (str_is(word, "hold"))
        return (struct name2){ str_printf(a, "%.*s已办理,待加签", STR_ARGS(who_zh)),
            str_printf(
                a, "Done, waits for signers%s%.*s", who_en.bytes ? " · " : "", STR_ARGS(who_en)) };
    if (str_is(word, "recount"))
        return (struct name2){ STR("期限重新计算"), STR("Deadlines counted again") };
    if (str_is(word, "timer"))
        return (struct name2){ STR("到期自动处理"), STR("Done by the clock") };
    if (str_is(word, "merged_from"))
        return (
            struct name2){ STR("并入一件相同诉求"), STR("The same request was merged into this") };
    if (str_is(word, "reveal"))
        return (struct name2){ STR("查看联系方式"), STR("Looked at contact data") };
    if (str_is(word, "import"))
        return (struct name2){ STR("导入"), STR("Imported") };
    return (struct name2){ word, word };
}

static json_t *event_data(const json_t *event)
{
    json_t *data = json_copy((json_t *)event);
    static const char *const not_data[] = { "actor", "public", "row", "text", "verb", "number",
        "id" };
    for (size_t i = 0; i < sizeof not_data / sizeof *not_data; i++)
        json_object_del(data, not_data[i]);
    return data;
}

static json_t *event_json(struct call *c, const struct ledger_row *row)
{
    const json_t *actor = json_object_get(row->event, "actor");
    json_t *who = json_object();
    bool outside = api_applicant_reads(c) && json_str(actor, "unit").bytes;
    const struct pack_unit *u = pack_unit(zone_pack(c->api->zone), json_str(actor, "unit"));
    json_set_str(who, "name", outside && u ? u->name.zh : json_str(actor, "name"));
    json_set_str_or_null(who, "unit", json_str(actor, "unit"));
    json_t *o = json_object();
    json_set_id(o, "event", row->id);
    json_set_instant(&c->op, o, "at", row->at_ms);
    json_object_set_new(o, "actor", who);
    json_set_str(o, "verb", event_word(row));
    json_object_set_new(o, "title", json_name(event_title(c, row)));
    json_set_str_or_null(o, "text", json_str(row->event, "text"));
    json_object_set_new(o, "public", json_boolean(json_bool(row->event, "public", false)));
    json_object_set_new(o, "data", event_data(row->event));
    json_object_set_new(o, "index", row->seq >= 0 ? json_integer(row->seq) : json_null());
    return o;
}

enum { TIMELINE_MAX = 1000 };

static enum err timeline_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct ledger_row *rows;
    size_t count;
    TRY(ledger_list(&c->op, row->id, TIMELINE_MAX, &rows, &count));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].event
            || (api_applicant_reads(c) && !json_bool(rows[i].event, "public", false)))
            continue;
        json_array_append_new(list, event_json(c, &rows[i]));
    }
    json_object_set_new(out, "timeline", list);
    return OK;
}

static void input_words(json_t *needs, json_t *optional, unsigned inputs)
{
    static const struct {
        unsigned bit;
        const char *word;
        bool need;
    } words[] = { { VERB_NEEDS_TEXT, "text", true }, { VERB_TEXT, "text", false },
        { VERB_NEEDS_UNIT, "unit", true }, { VERB_NEEDS_UNIT, "assignee", false },
        { VERB_NEEDS_DAYS, "days", true }, { VERB_NEEDS_RATING, "rating", true },
        { VERB_NEEDS_TARGET, "target", true }, { VERB_TOPIC, "topic", false },
        { VERB_PUBLIC, "public", false }, { VERB_FILES, "attachments", false },
        { VERB_NEEDS_ASSIGNEE, "assignee", true }, { VERB_NEEDS_SIGNERS, "signers", true },
        { VERB_NEEDS_MODE, "mode", true }, { VERB_NEEDS_MODE, "share", false },
        { VERB_NEEDS_POSITION, "position", true }, { VERB_NEEDS_SIGNER, "signer", true },
        { VERB_NEEDS_VOTE, "vote", true }, { VERB_NEEDS_NODE, "node", true },
        { VERB_NODE, "node", false }, { VERB_STRAIGHT, "straight", false },
        { VERB_DAYS, "days", false }, { VERB_NEEDS_OUTCOME, "outcome", true },
        { VERB_MATERIALS, "materials", false } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((inputs & words[i].bit)
            && !(words[i].bit == VERB_NEEDS_UNIT && !words[i].need
                && (inputs & VERB_NEEDS_ASSIGNEE)))
            json_array_append_new(words[i].need ? needs : optional, json_string(words[i].word));
}

static enum err verbs_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct verb_option *options;
    size_t count;
    TRY(case_verbs(&c->op, row, &options, &count));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct verb_info *info = verb_info(options[i].verb);
        json_t *o = json_pack("{s:s, s:{s:s, s:s}, s:b}", "verb", info->word, "name", "zh",
            info->zh, "en", info->en, "allowed", options[i].allowed);
        json_t *needs = json_array(), *optional = json_array();
        input_words(needs, optional, info->inputs);
        json_object_set_new(
            o, "reason", options[i].allowed ? json_null() : json_name(options[i].reason));
        if (options[i].task_id)
            json_set_id(o, "taskId", options[i].task_id);
        else
            json_object_set_new(o, "taskId", json_null());
        json_object_set_new(o, "needs", needs);
        json_object_set_new(o, "optional", optional);
        json_array_append_new(list, o);
    }
    json_object_set_new(out, "verbs", list);
    return OK;
}

static enum err links_json(struct call *c, const struct case_row *row, json_t *out)
{
    struct case_link *links;
    size_t count;
    TRY(case_links(&c->op, row, &links, &count));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "relation", json_string(links[i].relation));
        if (links[i].title.bytes)
            json_set_id(o, "id", links[i].id);
        else
            json_object_set_new(o, "id", json_null());
        json_set_str(o, "number", links[i].number);
        json_set_str_or_null(o, "title", links[i].title);
        json_object_set_new(o, "status", json_string(case_status_word(links[i].status)));
        json_set_instant(&c->op, o, "dueAt", links[i].due_at);
        json_array_append_new(list, o);
    }
    json_object_set_new(out, "links", list);
    return OK;
}

/* "13812345678" as "138****5678"; short ones wholly hidden. */
static str masked_phone(struct arena *a, str phone)
{
    if (phone.bytes < 8)
        return phone.bytes ? STR("****") : phone;
    return str_printf(a, "%.*s****%.*s", 3, phone.data, 4, phone.data + phone.bytes - 4);
}

static json_t *contact_json(struct call *c, const struct case_row *row)
{
    bool own = c->actor.enterprise && c->actor.enterprise == row->enterprise_id;
    json_t *o = json_object();
    json_set_str(o, "name", row->contact_name);
    json_set_str(
        o, "phone", own ? row->contact_phone : masked_phone(c->op.arena, row->contact_phone));
    json_object_set_new(o, "masked", json_boolean(!own && row->contact_phone.bytes));
    return o;
}

static json_t *answer_json(struct call *c, const struct case_row *row)
{
    if (!row->answer.bytes)
        return json_null();
    json_t *o = json_object();
    json_set_str(o, "text", row->answer);
    json_set_instant(&c->op, o, "at", row->replied_at);
    json_set_str(o, "by", row->answered_by);
    json_object_set_new(o, "unit", json_unit(zone_pack(c->api->zone), row->answered_unit));
    return o;
}

static json_t *extension_json(struct call *c, const struct case_row *row)
{
    json_t *asked;
    if (!row->extension.bytes || api_applicant_reads(c)
        || json_parse(c->op.arena, row->extension, &asked, NULL) != OK)
        return json_null();
    json_t *by = json_object(), *o = json_object();
    json_set_str(by, "id", json_str(asked, "askedBy"));
    json_set_str(by, "name", json_str(asked, "askedByName"));
    json_set_int(o, "days", json_int(asked, "days", 0));
    json_set_str(o, "reason", json_str(asked, "reason"));
    json_object_set_new(o, "askedBy", by);
    json_set_str(o, "askedAt", json_str(asked, "askedAt"));
    return o;
}

/* The form's answers; the contact's phone is shown under `contact` only. */
static json_t *data_json(struct call *c, const struct case_row *row)
{
    json_t *data;
    const struct pack_system *s = pack_kind(zone_pack(c->api->zone), row->kind);
    if (!row->data.bytes || json_parse(c->op.arena, row->data, &data, NULL) != OK)
        return json_object();
    json_t *copy = json_copy(data);
    if (s && s->fields.contact_phone.bytes)
        json_object_deln(copy, s->fields.contact_phone.data, s->fields.contact_phone.bytes);
    return copy;
}

json_t *json_case(struct call *c, const struct case_row *row)
{
    json_t *o = json_keep(c->op.arena, json_case_summary(&c->op, row));
    if (!o)
        return NULL;
    json_set_str(o, "text", row->body);
    json_object_set_new(o, "data", data_json(c, row));
    json_object_set_new(o, "contact", contact_json(c, row));
    json_set_str_or_null(o, "place", row->place);
    json_set_str_or_null(o, "ratingText", row->rating_text);
    json_object_set_new(o, "answer", answer_json(c, row));
    json_object_set_new(o, "extension", extension_json(c, row));
    json_object_set_new(o, "next", json_name(case_next(&c->op, row)));
    json_set_str_or_null(o, "source", row->source);
    json_set_str_or_null(o, "sourceNumber", row->source_number);
    if (tasks_json(c, row, o) != OK || promises_json(c, row, o) != OK
        || timeline_json(c, row, o) != OK || verbs_case_json(c, row, o) != OK
        || verbs_json(c, row, o) != OK || links_json(c, row, o) != OK
        || files_json(c, row, o) != OK)
        return NULL;
    return o;
}

json_t *json_account(const struct pack *p, const struct account *a)
{
    const struct pack_role *role = pack_role(p, a->role);
    const struct pack_unit *u = pack_unit(p, a->unit);
    json_t *o = json_object(), *houses = json_array(), *permissions = json_array();
    json_set_id(o, "id", a->id);
    json_set_str(o, "login", a->login);
    json_set_str(o, "name", a->name);
    json_set_str(o, "role", a->role);
    json_object_set_new(
        o, "roleName", json_name(role ? role->name : (struct name2){ a->role, a->role }));
    json_set_str_or_null(o, "unit", a->unit);
    json_object_set_new(o, "unitName", u ? json_name(u->name) : json_null());
    json_object_set_new(o, "enterprise", json_null());
    for (size_t i = 0; role && i < role->house_count; i++)
        json_array_append_new(houses, json_from_str(role->houses[i]));
    for (size_t i = 0; role && i < role->permission_count; i++)
        json_array_append_new(permissions, json_from_str(role->permissions[i]));
    json_object_set_new(o, "houses", houses);
    json_object_set_new(o, "permissions", permissions);
    json_object_set_new(o, "disabled", json_boolean(a->disabled));
    return o;
}
