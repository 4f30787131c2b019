/* JSON of policies and benefits, and the schemas that describe it. */
#include "api/benefits.h"
#include "api/schemas.h"

void json_set_date(json_t *o, const char *key, int64_t days)
{
    char text[16] = "";
    struct date d = date_from_days(days == INT64_MAX ? 0 : days);
    snprintf(text, sizeof text, "%04d-%02d-%02d", (int)d.year, d.month, d.day);
    json_set_str_or_null(o, key, days == INT64_MAX ? STR_NONE : str_from(text));
}

json_t *json_clause_brief(struct call *c, const struct pack_clause *clause)
{
    const struct pack *p = zone_pack(c->api->zone);
    json_t *o = json_object();
    json_set_str(o, "clause", clause->code);
    json_set_str(o, "policy", clause->policy->code);
    json_object_set_new(o, "policyName", json_name(clause->policy->name));
    json_object_set_new(o, "title", json_name(clause->title));
    json_object_set_new(o, "guide", json_name(clause->guide));
    json_object_set_new(o, "article", json_name(clause->article));
    json_set_date(o, "from", clause->from);
    json_set_date(o, "to", clause->to);
    json_object_set_new(o, "inForce",
        json_boolean(pack_clause_valid(clause, zone_local_days(c->api->zone, c->op.now_ms))));
    json_object_set_new(o, "unit", json_unit(p, clause->unit));
    json_set_str(o, "way", str_from(pack_policy_way_word(clause->way)));
    json_object_set_new(o, "audience", json_name(clause->audience->name));
    return o;
}

static json_t *sums_json(const struct benefit_list *l)
{
    json_t *o = json_object();
    json_set_int(o, "lines", l->lines);
    json_set_int(o, "unreviewed", l->unreviewed);
    json_set_int(o, "kept", l->kept);
    json_set_int(o, "struck", l->struck);
    json_set_int(o, "awarded", l->awarded);
    json_set_int(o, "waiting", l->waiting);
    json_set_int(o, "paidLines", l->paid_lines);
    json_set_int(o, "fen", l->fen);
    json_set_int(o, "awardedFen", l->awarded_fen);
    json_set_int(o, "waitingFen", l->waiting_fen);
    json_set_int(o, "paidFen", l->paid_fen);
    json_set_int(o, "recoveredFen", l->recovered_fen);
    json_set_int(o, "objections", l->objections);
    json_set_int(o, "openObjections", l->open_objections);
    return o;
}

static void set_drawing(struct call *c, json_t *o, const struct benefit_list *l)
{
    json_set_str_or_null(o, "fund", l->fund);
    json_set_str(o, "origin", l->origin);
    json_set_str(o, "packVersion", l->pack_version);
    json_set_int(o, "treeSize", l->tree_size);
    json_set_str_or_null(o, "checkpoint", l->checkpoint);
    json_set_int(o, "seen", l->rows_seen);
    json_set_int(o, "missing", l->missing);
    json_set_int(o, "barred", l->barred);
    json_set_str_or_null(o, "drawnBy", l->drawn_by);
    json_set_str_or_null(o, "reviewedBy", l->reviewed_by);
    json_set_str_or_null(o, "decidedBy", l->decided_by);
    json_set_str_or_null(o, "reason", l->reason);
    json_set_instant(&c->op, o, "decidedAt", l->decided_at);
}

json_t *json_benefit_list(struct call *c, const struct benefit_list *l, bool is_public)
{
    const struct pack *p = zone_pack(c->api->zone);
    const struct pack_policy *policy = pack_policy(p, l->policy);
    int64_t today = zone_local_days(c->api->zone, c->op.now_ms);
    json_t *o = json_object();
    json_set_id(o, "id", l->id);
    json_set_str(o, "number", l->number);
    json_set_str(o, "clause", l->clause);
    json_set_str(o, "policy", l->policy);
    json_object_set_new(o, "policyName",
        json_name(policy ? policy->name : (struct name2){ l->policy, l->policy }));
    json_object_set_new(o, "title", json_name(l->title));
    json_set_str(o, "day", l->day);
    json_set_int(o, "year", l->year);
    json_object_set_new(o, "unit", json_unit(p, l->unit));
    json_set_str(o, "state", l->state);
    json_set_int(o, "noticeDays", l->notice_days);
    json_set_str_or_null(o, "noticeFrom", l->notice_from);
    json_set_str_or_null(o, "noticeTo", l->notice_to);
    json_object_set_new(o, "noticeOver",
        json_boolean(str_is(l->state, "notice") && benefit_notice_over(l, today)));
    json_set_instant(&c->op, o, "drawnAt", l->drawn_at);
    json_object_set_new(o, "sums", sums_json(l));
    if (!is_public)
        set_drawing(c, o, l);
    return o;
}

static json_t *parsed(struct call *c, str text)
{
    json_t *v = NULL;
    struct diag ignored = { 0 };
    if (!text.bytes || json_parse(c->op.arena, text, &v, &ignored) != OK)
        return json_null();
    return json_incref(v);
}

json_t *json_benefit_line(struct call *c, const struct benefit_line *l, bool details, bool is_public)
{
    json_t *o = json_object();
    json_set_id(o, "id", l->id);
    json_set_id(o, "list", l->list);
    json_set_str(o, "label", l->label);
    json_set_str(o, "payeeName", l->payee_name);
    json_set_int(o, "fen", l->fen);
    json_set_str(o, "state", l->state);
    if (is_public)
        return o;
    json_set_str(o, "subjectKey", l->subject_key);
    json_set_id(o, "subject", l->subject);
    json_set_str(o, "payee", l->payee);
    json_object_set_new(o, "reviewed", json_boolean(l->reviewed != 0));
    json_set_str_or_null(o, "reason", l->reason);
    json_set_int(o, "paid", l->paid);
    json_set_int(o, "recovered", l->recovered);
    json_object_set_new(o, "commitment",
        l->commitment ? json_from_str(str_printf(c->op.arena, "%lld", (long long)l->commitment))
                      : json_null());
    json_object_set_new(o, "files", parsed(c, l->files));
    json_object_set_new(o, "supplied", parsed(c, l->supplied));
    if (details) {
        json_object_set_new(o, "facts", parsed(c, l->facts));
        json_object_set_new(o, "why", parsed(c, l->why));
    }
    return o;
}

/* The public sees that there was one and what was answered, not who it was. */
json_t *json_objection(struct call *c, const struct benefit_objection *x, bool is_public)
{
    json_t *o = json_object();
    json_set_id(o, "id", x->id);
    json_object_set_new(o, "line",
        x->line ? json_from_str(str_printf(c->op.arena, "%lld", (long long)x->line)) : json_null());
    json_set_str_or_null(o, "label", x->label);
    json_set_str(o, "state", x->state);
    json_set_instant(&c->op, o, "at", x->at);
    json_set_str_or_null(o, "reply", x->reply);
    json_set_instant(&c->op, o, "decidedAt", x->decided_at);
    if (is_public)
        return o;
    json_set_str(o, "name", x->name);
    json_set_str_or_null(o, "phone", x->phone);
    json_set_str(o, "text", x->text);
    json_set_str_or_null(o, "decidedBy", x->decided_by);
    return o;
}

enum err json_objections(struct call *c, int64_t list, bool is_public, json_t *o)
{
    struct benefit_objection *said;
    size_t count;
    json_t *items = json_array();
    json_object_set_new(o, "objectionList", items);
    TRY(benefit_objections(&c->op, list, &said, &count));
    for (size_t i = 0; i < count; i++)
        json_array_append_new(items, json_objection(c, &said[i], is_public));
    return OK;
}

void api_answer_lists(struct call *c, const struct benefit_filter *f)
{
    struct benefit_list *lists;
    size_t count = 0;
    bool more = false;
    json_t *o = json_keep(c->op.arena, json_object()), *items = json_array();
    json_object_set_new(o, "items", items);
    enum err e = benefit_lists(&c->op, f, &lists, &count, &more);
    for (size_t i = 0; e == OK && i < count; i++)
        json_array_append_new(items, json_benefit_list(c, &lists[i], f->published));
    json_object_set_new(o, "next", api_next(more, 0, e == OK && count ? lists[count - 1].id : 0));
    api_read_answer(c, e, o);
}

void api_answer_made(struct call *c, int64_t id, json_t *more)
{
    json_t *o = json_keep(c->op.arena, more ? more : json_object());
    json_set_id(o, "id", id);
    http_reply_json(c->req, 201, o);
}

bool api_benefits_seen(struct call *c)
{
    if (benefit_seen(&c->op))
        return true;
    diag_set(&c->diag, ERR_FORBIDDEN, "您无权查看兑现名单", "you may not see lists of benefits");
    api_fail(c);
    return false;
}

const struct pack_clause *api_clause(struct call *c, str code)
{
    const struct pack_clause *found = pack_clause(zone_pack(c->api->zone), code);
    if (found)
        return found;
    diag_field(&c->diag, STR("clause"));
    diag_set(&c->diag, ERR_NOT_FOUND, "没有条款“%.*s”", "there is no clause \"%.*s\"",
        (int)(code.bytes > 60 ? 60 : code.bytes), code.data ? code.data : "");
    api_fail(c);
    return NULL;
}

bool api_query_day(struct call *c, const char *name, int64_t *day)
{
    str text;
    struct date d;
    *day = zone_local_days(c->api->zone, c->op.now_ms);
    if (!api_query(c, name, &text))
        return false;
    if (!text.bytes)
        return true;
    if (date_parse(text, &d)) {
        *day = date_to_days(d);
        return true;
    }
    diag_field(&c->diag, str_from(name));
    diag_set(&c->diag, ERR_INVALID, "%s 应为日期,例如 2026-03-01", "%s must be a date like 2026-03-01", name);
    api_fail(c);
    return false;
}

/* clang-format off */
#define BRIEF \
    { "clause", API_TEXT, R }, { "policy", API_TEXT, R }, { "policyName", API_NAME, R }, \
    { "title", API_NAME, R }, { "guide", API_NAME, R }, { "article", API_NAME, R }, \
    { "from", API_DATE, R }, { "to", API_DATE, R | N }, { "inForce", API_BOOL, R }, \
    { "unit", API_OBJECT, R | N, 0, "Unit" }, { "way", API_TEXT, R }, { "audience", API_NAME, R }
FIELDS(clause_brief) = { BRIEF, END };
FIELDS(policy_body) = { { "policy", API_TEXT, R }, { "name", API_NAME, R }, { "issuer", API_NAME, R },
    { "number", API_TEXT, R | N }, { "source", API_TEXT, R | N }, { "issued", API_DATE, R },
    { "from", API_DATE, R }, { "to", API_DATE, R | N },
    { "clauses", API_LIST, R, 0, "ClauseBrief" }, END };
FIELDS(rule_condition) = { { "name", API_NAME, R },
    { "tests", API_TEXTS, R, 0, NULL, "a cell a rule, - where it says nothing" }, END };
FIELDS(rule_row) = { { "label", API_NAME, R }, { "amount", API_TEXT, R }, END };
FIELDS(clause_fact) = { { "input", API_TEXT, R }, { "name", API_NAME, R },
    { "unit", API_OBJECT, R | N, 0, "Unit", "who could supply it" }, { "ask", API_BOOL, R },
    { "codes", API_ANY, 0, 0, NULL, "names by code, of a short table" }, END };
FIELDS(clause_example) = { { "name", API_NAME, R }, { "given", API_ANY, R }, { "fen", API_INT, R | N },
    { "missing", API_TEXTS, R }, END };
FIELDS(clause_parameter) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "unit", API_NAME, R },
    { "value", API_ANY, R }, { "law", API_NAME, R | N }, END };
FIELDS(clause_whole) = { BRIEF, { "text", API_NAME, R }, { "law", API_NAME, R },
    { "fund", API_TEXT, R | N }, { "decision", API_TEXT, R }, { "decisionFile", API_TEXT, R },
    { "noticeDays", API_INT, R }, { "once", API_BOOL, R }, { "mostFen", API_INT, R | N },
    { "excludes", API_LIST, R, 0, "ClauseBrief" }, { "year", API_INT, R },
    { "conditions", API_LIST, R, 0, "RuleCondition" }, { "rules", API_LIST, R, 0, "RuleRow" },
    { "facts", API_LIST, R, 0, "ClauseFact" }, { "parameters", API_LIST, R, 0, "ClauseParameter" },
    { "examples", API_LIST, R, 0, "ClauseExample" },
    { "issuer", API_NAME, R }, { "number", API_TEXT, R | N }, { "source", API_TEXT, R | N },
    { "issued", API_DATE, R }, { "mayPrice", API_BOOL, R }, { "mayDraw", API_BOOL, R }, END };
FIELDS(match_row) = { { "subject", API_ID, R }, { "key", API_TEXT, R }, { "label", API_TEXT, R },
    { "verdict", API_TEXT, R, 0, NULL, "qualifies refused missing barred clash" }, { "fen", API_INT, R },
    { "bar", API_NAME, R | N }, { "missing", API_ANY, R }, { "facts", API_ANY, R },
    { "why", API_ANY, R }, END };
FIELDS(match_body) = { { "clause", API_TEXT, R }, { "day", API_DATE, R }, { "year", API_INT, R },
    { "seen", API_INT, R }, { "qualifies", API_INT, R }, { "fen", API_INT, R }, { "refused", API_INT, R },
    { "missing", API_INT, R }, { "barred", API_INT, R }, { "clash", API_INT, R },
    { "items", API_LIST, R, 0, "MatchRow" }, { "next", API_INT, R | N }, END };
FIELDS(price_input) = { { "clause", API_TEXT, R, 60 }, { "day", API_DATE, 0 },
    { "draft", API_ID, 0, 0, NULL, "price the rule as the draft has it" },
    { "version", API_TEXT, 0, 80, NULL, "price it as that version of the pack has it" },
    { "against", API_TEXT, 0, 80, NULL, "compare with: none, use, or a version" },
    { "againstDraft", API_ID, 0, 0, NULL, "compare with the rule as another draft has it" },
    { "values", API_ANY, 0, 0, NULL, "parameters by code, in place of those in force" }, END };
FIELDS(price_group) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "count", API_INT, R },
    { "fen", API_INT, R }, { "countBefore", API_INT, R }, { "fenBefore", API_INT, R }, END };
FIELDS(price_groups) = { { "column", API_TEXT, R }, { "name", API_NAME, R },
    { "items", API_LIST, R, 0, "PriceGroup" }, END };
FIELDS(price_near) = { { "subject", API_ID, R }, { "label", API_TEXT, R | N }, { "key", API_TEXT, R | N },
    { "condition", API_NAME, R }, { "test", API_TEXT, R }, { "rule", API_NAME, R }, { "value", API_ANY, R },
    { "gap", API_TEXT, R }, { "share", API_NUMBER, R }, END };
FIELDS(price_condition) = { { "condition", API_NAME, R }, { "count", API_INT, R },
    { "close", API_INT, R }, END };
FIELDS(price_missing) = { { "name", API_NAME, R }, { "unit", API_NAME, R | N },
    { "count", API_INT, R }, END };
FIELDS(price_change) = { { "subject", API_ID, R }, { "label", API_TEXT, R | N }, { "before", API_INT, R },
    { "after", API_INT, R }, END };
FIELDS(price_difference) = { { "fen", API_INT, R }, { "before", API_INT, R }, { "gain", API_INT, R },
    { "lose", API_INT, R }, { "more", API_INT, R }, { "less", API_INT, R }, { "same", API_INT, R },
    { "changes", API_LIST, R, 0, "PriceChange" }, END };
FIELDS(price_parameter) = { { "code", API_TEXT, R }, { "name", API_NAME, R }, { "unit", API_NAME, R },
    { "value", API_ANY, R }, { "law", API_NAME, R | N }, END };
FIELDS(price_body) = { { "clause", API_TEXT, R }, { "title", API_NAME, R }, { "day", API_DATE, R },
    { "year", API_INT, R }, { "seen", API_INT, R }, { "count", API_INT, R }, { "fen", API_INT, R },
    { "least", API_INT, R }, { "most", API_INT, R }, { "refused", API_INT, R }, { "missing", API_INT, R },
    { "barred", API_INT, R }, { "clash", API_INT, R }, { "tookUs", API_INT, R },
    { "groups", API_LIST, R, 0, "PriceGroups" }, { "near", API_LIST, R, 0, "PriceNear" },
    { "conditions", API_LIST, R, 0, "PriceCondition" }, { "lacking", API_LIST, R, 0, "PriceMissing" },
    { "parameters", API_LIST, R, 0, "PriceParameter" },
    { "difference", API_OBJECT, R | N, 0, "PriceDifference" },
    { "other", API_OBJECT, R | N, 0, "Price", "what it is compared with" }, END };
const struct api_schema policy_schemas[] = { { "ClauseBrief", "a clause of a policy", clause_brief },
    { "Policy", NULL, policy_body }, { "RuleCondition", NULL, rule_condition }, { "RuleRow", NULL, rule_row },
    { "ClauseFact", NULL, clause_fact }, { "ClauseExample", NULL, clause_example },
    { "ClauseParameter", NULL, clause_parameter }, { "Clause", "a clause with its rule", clause_whole },
    { "MatchRow", NULL, match_row }, { "Match", "a clause against a whole register", match_body },
    { "PriceInput", NULL, price_input }, { "PriceGroup", NULL, price_group },
    { "PriceGroups", NULL, price_groups }, { "PriceNear", "who just misses", price_near },
    { "PriceCondition", NULL, price_condition }, { "PriceMissing", NULL, price_missing },
    { "PriceChange", NULL, price_change }, { "PriceDifference", NULL, price_difference },
    { "PriceParameter", NULL, price_parameter }, { "Price", "what a rule would cost", price_body }, { 0 } };

#define LIST_PUBLIC \
    { "id", API_ID, R }, { "number", API_TEXT, R }, { "clause", API_TEXT, R }, { "policy", API_TEXT, R }, \
    { "policyName", API_NAME, R }, { "title", API_NAME, R }, { "day", API_DATE, R }, { "year", API_INT, R }, \
    { "unit", API_OBJECT, R | N, 0, "Unit" }, { "state", API_TEXT, R }, { "noticeDays", API_INT, R }, \
    { "noticeFrom", API_DATE, R | N }, { "noticeTo", API_DATE, R | N }, { "noticeOver", API_BOOL, R }, \
    { "drawnAt", API_INSTANT, R }, { "sums", API_OBJECT, R, 0, "BenefitSums" }
#define LIST_OWN \
    { "fund", API_TEXT, R | N }, { "origin", API_TEXT, R }, { "packVersion", API_TEXT, R }, \
    { "treeSize", API_INT, R }, { "checkpoint", API_TEXT, R | N }, { "seen", API_INT, R }, \
    { "missing", API_INT, R }, { "barred", API_INT, R }, { "drawnBy", API_TEXT, R | N }, \
    { "reviewedBy", API_TEXT, R | N }, { "decidedBy", API_TEXT, R | N }, { "reason", API_TEXT, R | N }, \
    { "decidedAt", API_INSTANT, R | N }
FIELDS(sums) = { { "lines", API_INT, R }, { "unreviewed", API_INT, R }, { "kept", API_INT, R },
    { "struck", API_INT, R }, { "awarded", API_INT, R }, { "waiting", API_INT, R },
    { "paidLines", API_INT, R },
    { "fen", API_INT, R }, { "awardedFen", API_INT, R }, { "waitingFen", API_INT, R },
    { "paidFen", API_INT, R },
    { "recoveredFen", API_INT, R }, { "objections", API_INT, R }, { "openObjections", API_INT, R }, END };
FIELDS(list_public) = { LIST_PUBLIC, END };
FIELDS(list_own) = { LIST_PUBLIC, LIST_OWN, END };
FIELDS(benefit_verb) = { { "verb", API_TEXT, R }, { "may", API_BOOL, R },
    { "whyNot", API_NAME, R | N }, END };
FIELDS(line_public) = { { "id", API_ID, R }, { "list", API_ID, R }, { "label", API_TEXT, R },
    { "payeeName", API_TEXT, R }, { "fen", API_INT, R }, { "state", API_TEXT, R }, END };
FIELDS(line_own) = { { "id", API_ID, R }, { "list", API_ID, R }, { "label", API_TEXT, R },
    { "payeeName", API_TEXT, R }, { "fen", API_INT, R }, { "state", API_TEXT, R },
    { "subjectKey", API_TEXT, R }, { "subject", API_ID, R }, { "payee", API_TEXT, R },
    { "reviewed", API_BOOL, R },
    { "reason", API_TEXT, R | N }, { "paid", API_INT, R }, { "recovered", API_INT, R },
    { "commitment", API_ID, R | N }, { "files", API_ANY, R | N }, { "supplied", API_ANY, R | N },
    { "facts", API_ANY, 0 }, { "why", API_ANY, 0 }, END };
FIELDS(objection_public) = { { "id", API_ID, R }, { "line", API_ID, R | N }, { "label", API_TEXT, R | N },
    { "state", API_TEXT, R }, { "at", API_INSTANT, R }, { "reply", API_TEXT, R | N },
    { "decidedAt", API_INSTANT, R | N }, END };
FIELDS(objection_own) = { { "id", API_ID, R }, { "line", API_ID, R | N }, { "label", API_TEXT, R | N },
    { "state", API_TEXT, R }, { "at", API_INSTANT, R }, { "reply", API_TEXT, R | N },
    { "decidedAt", API_INSTANT, R | N }, { "name", API_TEXT, R }, { "phone", API_TEXT, R | N },
    { "text", API_TEXT, R }, { "decidedBy", API_TEXT, R | N }, END };
FIELDS(list_whole) = { LIST_PUBLIC, LIST_OWN, { "verbs", API_LIST, R, 0, "BenefitVerb" },
    { "objectionList", API_LIST, R, 0, "Objection" }, END };
FIELDS(notice_whole) = { LIST_PUBLIC, { "text", API_NAME, R }, { "law", API_NAME, R },
    { "lineList", API_LIST, R, 0, "PublicLine" },
    { "objectionList", API_LIST, R, 0, "PublicObjection" }, END };
FIELDS(draw_input) = { { "clause", API_TEXT, R, 60 }, { "day", API_DATE, 0 }, END };
FIELDS(act_input) = { { "reason", API_TEXT, 0, BENEFIT_TEXT_BYTES_MAX }, END };
FIELDS(review_input) = { { "keep", API_BOOL, R }, { "reason", API_TEXT, 0, BENEFIT_TEXT_BYTES_MAX }, END };
FIELDS(recover_input) = { { "fen", API_INT, 0, 0, NULL, "all that was paid when absent" },
    { "document", API_TEXT, R, 200 }, { "reason", API_TEXT, R, BENEFIT_TEXT_BYTES_MAX }, END };
FIELDS(objection_input) = { { "line", API_ID, 0 }, { "name", API_TEXT, 0, 60 }, { "phone", API_TEXT, 0, 40 },
    { "text", API_TEXT, R, BENEFIT_TEXT_BYTES_MAX }, END };
FIELDS(objection_made) = { { "id", API_ID, R }, { "noticeTo", API_DATE, R | N }, END };
FIELDS(answer_input) = { { "uphold", API_BOOL, R }, { "reply", API_TEXT, R, BENEFIT_TEXT_BYTES_MAX }, END };
FIELDS(claim_input) = { { "clause", API_TEXT, R, 60 }, { "subject", API_ID, R },
    { "supplied", API_ANY, 0, 0, NULL, "facts by input" }, { "files", API_IDS, 0, BENEFIT_FILES_MAX }, END };
FIELDS(claim_made) = { { "id", API_ID, R }, { "number", API_TEXT, R }, { "fen", API_INT, R }, END };
FIELDS(entitlement) = { { "clause", API_TEXT, R }, { "policy", API_TEXT, R }, { "policyName", API_NAME, R },
    { "title", API_NAME, R }, { "guide", API_NAME, R }, { "way", API_TEXT, R }, { "unit", API_NAME, R | N },
    { "phone", API_TEXT, R }, { "subject", API_ID, R }, { "subjectName", API_TEXT, R | N },
    { "year", API_INT, R },
    { "verdict", API_TEXT, R, 0, NULL, "qualifies missing refused barred" }, { "fen", API_INT, R },
    { "bar", API_NAME, R | N }, { "barCode", API_TEXT, R }, { "missing", API_ANY, R },
    { "facts", API_ANY, R },
    { "why", API_ANY, R }, END };
FIELDS(award) = { { "id", API_ID, R }, { "list", API_ID, R }, { "number", API_TEXT, R },
    { "clause", API_TEXT, R },
    { "title", API_NAME, R }, { "label", API_TEXT, R }, { "year", API_INT, R }, { "fen", API_INT, R },
    { "state", API_TEXT, R }, { "listState", API_TEXT, R }, { "noticeTo", API_TEXT, R },
    { "reason", API_TEXT, R },
    { "paid", API_INT, R }, { "recovered", API_INT, R }, END };
FIELDS(entitlements) = { { "day", API_DATE, R }, { "items", API_LIST, R, 0, "Entitlement" },
    { "awards", API_LIST, R, 0, "Award" }, END };
const struct api_schema benefit_schemas[] = { { "BenefitSums", NULL, sums },
    { "PublicNotice", "a list under public notice", list_public }, { "BenefitList", NULL, list_own },
    { "BenefitVerb", NULL, benefit_verb }, { "PublicLine", NULL, line_public },
    { "BenefitLine", NULL, line_own },
    { "PublicObjection", NULL, objection_public }, { "Objection", NULL, objection_own },
    { "BenefitListWhole", NULL, list_whole }, { "PublicNoticeWhole", NULL, notice_whole },
    { "BenefitDraw", NULL, draw_input }, { "BenefitAct", NULL, act_input },
    { "BenefitReview", NULL, review_input },
    { "BenefitRecover", NULL, recover_input }, { "ObjectionInput", NULL, objection_input },
    { "ObjectionMade", NULL, objection_made }, { "ObjectionAnswer", NULL, answer_input },
    { "ClaimInput", NULL, claim_input }, { "ClaimMade", NULL, claim_made },
    { "Entitlement", "what an enterprise is entitled to, and why", entitlement }, { "Award", NULL, award },
    { "Entitlements", NULL, entitlements }, { 0 } };
