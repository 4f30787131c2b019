/*
 * promises.json: the deadlines of a system. A promise is the zone's own, or it keeps a statute: then
 * unit, amount, pauses and extension are the law's, and what the zone writes beside it may only be
 * kinder to the applicant. A promise that keeps a statute is made once for each version of it, so
 * that a deadline is always judged by the law of the day on which it began (pack_promise_on).
 */
#include "pack/internal.h"

#include <string.h>

/* FEEL after '=' in a member; NULL when it is absent or has a fault. */
static const struct feel_program *read_feel(const struct node *n, const char *key, str *source)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    str text = node_text(n, key, OPTIONAL);
    if (!text.bytes)
        return NULL;
    if (text.data[0] != '=') {
        FAULT_MEMBER(n, key, "“%s” 应是以 = 开头的 FEEL 表达式,例如 \"=answer_days\"",
            "\"%s\" must be FEEL after '=', for example \"=answer_days\"", key);
        return NULL;
    }
    text = str_slice(text, 1, text.bytes);
    if (feel_compile(n->l->arena, text, &open, &program, &d) != OK)
        fault_member(n, key, &d);
    if (source)
        *source = text;
    return program;
}

/* A plain number of units as FEEL. */
static void plain_amount(const struct node *n, struct pack_promise *p, int amount)
{
    static const struct feel_names open = { .open = true };
    struct diag d = { 0 };
    struct feel_program *program = NULL;
    p->amount_text = str_printf(n->l->arena, "%d", amount);
    if (feel_compile(n->l->arena, p->amount_text, &open, &program, &d) != OK)
        fault_member(n, "amount", &d);
    p->amount = program;
}

/* "=answer_days", a plain integer, or nothing where the statute or a day says it. */
static void read_amount(const struct node *n, struct pack_promise *p, const struct pack_statute *law)
{
    if (json_is_integer(json_object_get(n->v, "amount")))
        plain_amount(n, p, node_int(n, "amount", 1, 10000, 1));
    else if (json_object_get(n->v, "amount"))
        p->amount = read_feel(n, "amount", &p->amount_text);
    else if (law && law->amount)
        plain_amount(n, p, law->amount);
    else if (!json_object_get(n->v, "until"))
        FAULT(n, "缺少 “amount”:时限是多少,或以 “until” 写明到哪一天为止",
            "\"amount\" is missing: how long it is; or say with \"until\" by which day");
    int64_t plain;
    if (law && law->amount && str_to_int64(p->amount_text, &plain) && plain > law->amount)
        FAULT_MEMBER(n, "amount", "承诺的时限不能长于法定时限 %d",
            "what is promised may not be longer than the law's %d", law->amount);
}

/* Share of the time left at which a colour begins, 0.5 in the file, 50 here. */
static int read_share(const struct node *n, const char *key, int otherwise)
{
    struct node at = node_get(n, key, JSON_REAL, OPTIONAL);
    if (!at.v)
        return otherwise;
    double share = json_number_value(at.v);
    if (share >= 0.0 && share <= 1.0)
        return (int)(share * 100.0 + 0.5);
    FAULT(&at, "“%s” 是剩余时间的比例,应在 0 到 1 之间",
        "\"%s\" is a share of the time left and must lie between 0 and 1", key);
    return otherwise;
}

static void read_extension(
    const struct node *n, struct pack_promise *p, const struct pack_statute *law)
{
    static const char *const known[] = { "times", "most", NULL };
    struct node at = node_get(n, "extend", JSON_OBJECT, OPTIONAL);
    if (!at.v && law) {
        p->extend_times = law->extend_times;
        p->extend_most = law->extend_most;
    }
    if (!node_members(&at, known))
        return;
    p->extend_times = node_int(&at, "times", 1, 100, 1);
    p->extend_most = node_int(&at, "most", 1, 1000, 0);
    if (law && (p->extend_times > law->extend_times || p->extend_most > law->extend_most))
        FAULT(&at, "延期不能多于法定的 %d 次、每次至多 %d",
            "the law allows no more than %d extensions of %d each", law->extend_times,
            law->extend_most);
    if (!p->extend_most && !json_object_get(at.v, "most"))
        FAULT(&at, "缺少成员 “most”:每次至多延长多少",
            "member \"most\" is missing: how much may be added each time");
}

static void check_met_by(const struct node *n, const struct pack_promise *p)
{
    for (size_t i = 0; i < p->met_by_count; i++)
        if (!verb_known(n->l, p->met_by[i]))
            FAULT_MEMBER(n, "met_by", "没有动作 “%.*s”", "there is no verb \"%.*s\"",
                STR_ARGS(brief(p->met_by[i])));
}

/* ---- reminders ------------------------------------------------------------------------------ */

static void check_recipients(const struct node *n, const struct pack_reminder *r)
{
    for (size_t i = 0; i < r->to_count; i++)
        if (!str_is(r->to[i], "assignee") && !str_is(r->to[i], "applicant")
            && !pack_role(n->l->pack, r->to[i]))
            FAULT_MEMBER(n, "to", "“%.*s” 应是 assignee、applicant 或 roles.json 中的角色",
                "\"%.*s\" must be assignee, applicant, or a role of roles.json",
                STR_ARGS(brief(r->to[i])));
}

static void read_reminder(const struct node *n, struct pack_promise *p)
{
    static const char *const known[] = { "at", "after", "to", NULL };
    static const char *const moments[] = { "amber", "red", "broken", NULL };
    if (!node_members(n, known))
        return;
    struct pack_reminder r = { .at = (enum pack_remind_at)node_word(n, "at", moments, -1),
        .after = node_int(n, "after", 1, 1000, 0) };
    r.to = node_texts(n, "to", &r.to_count, REQUIRED);
    check_recipients(n, &r);
    if (r.after && r.at != PACK_REMIND_BROKEN)
        FAULT_MEMBER(n, "after", "“after” 是逾期后的工作日数,只能与 broken 同用",
            "\"after\" is working days after it was broken: only with \"broken\"");
    ((struct pack_reminder *)p->reminders)[p->reminder_count++] = r;
}

static void read_reminders(const struct node *n, struct pack_promise *p)
{
    struct node list = node_get(n, "remind", JSON_ARRAY, OPTIONAL);
    size_t count = node_count(&list);
    if (count > PACK_REMINDERS_MAX) {
        FAULT(&list, "提醒至多 %d 条", "at most %d reminders", PACK_REMINDERS_MAX);
        return;
    }
    p->reminders = ARENA_ARRAY(n->l->arena, struct pack_reminder, count);
    for (size_t i = 0; p->reminders && i < count; i++) {
        struct node at = node_at(&list, i);
        read_reminder(&at, p);
    }
}

/* ---- one promise ---------------------------------------------------------------------------- */

static void read_silence(const struct node *n, struct pack_promise *p, const struct pack_statute *law)
{
    static const char *const known[] = { "verb", "message", NULL };
    struct node at = node_get(n, "silence", JSON_OBJECT, OPTIONAL);
    if (!node_members(&at, known))
        return;
    p->silence_verb = node_code(&at, "verb", OPTIONAL);
    p->silence_message = node_text(&at, "message", OPTIONAL);
    if (!law || !law->silence.zh.bytes)
        FAULT(&at, "只有法律规定了逾期后果(statutes.json 的 silence)的时限才能写 “silence”",
            "\"silence\" is only for a limit whose statute says what silence means");
    if ((p->silence_verb.bytes != 0) == (p->silence_message.bytes != 0))
        FAULT(&at, "写 “verb” 或 “message” 之一", "give either \"verb\" or \"message\"");
    if (p->silence_verb.bytes && !verb_known(n->l, p->silence_verb))
        FAULT_MEMBER(&at, "verb", "没有动作 “%.*s”", "there is no verb \"%.*s\"",
            STR_ARGS(brief(p->silence_verb)));
}

static struct name2 law_of(const struct node *n, const struct pack_statute *law)
{
    struct arena *a = n->l->arena;
    if (!law || json_object_get(n->v, "law"))
        return node_name(n, "law", REQUIRED);
    return (struct name2){
        str_printf(a, "《%.*s》%.*s:%.*s", STR_ARGS(law->law.zh), STR_ARGS(law->article.zh),
            STR_ARGS(law->text.zh)),
        str_printf(a, "%.*s, %.*s: %.*s", STR_ARGS(law->law.en), STR_ARGS(law->article.en),
            STR_ARGS(law->text.en)),
    };
}

/* The promise by one version of its statute; NULL: by none. */
static struct pack_promise make(const struct node *n, const struct pack_statute *law)
{
    static const char *const scopes[] = { "case", "task", NULL };
    struct pack_promise p = { .code = node_code(n, "code", REQUIRED),
        .name = node_name(n, "name", REQUIRED),
        .scope = (enum pack_promise_scope)node_word(n, "scope", scopes, -1),
        .amber_percent = read_share(n, "amber", 50),
        .red_percent = read_share(n, "red", 25),
        .statute = law,
        .law = law_of(n, law) };
    p.unit = (enum pack_time_unit)node_word(
        n, "unit", time_unit_words, law ? (int)law->unit : -1);
    p.pause = node_bool(n, "pause", law && law->pause_count);
    if (law && p.unit != law->unit)
        FAULT_MEMBER(n, "unit", "计时单位应与法定时限相同:%s", "the unit must be the law's: %s",
            pack_time_unit_word(law->unit));
    p.until = read_feel(n, "until", NULL);
    p.when = read_feel(n, "when", NULL);
    if (p.until && p.unit == PACK_WORKING_HOURS)
        FAULT_MEMBER(n, "until", "按日期截止的时限不能以工作小时计",
            "a limit that ends on a day is not counted in working hours");
    read_amount(n, &p, law);
    read_extension(n, &p, law);
    read_silence(n, &p, law);
    read_reminders(n, &p);
    if (p.until && (p.pause || p.extend_times))
        FAULT_MEMBER(n, "until", "按日期截止的时限不能暂停或延长",
            "a limit that ends on a day cannot be paused or extended");
    p.met_by = node_texts(n, "met_by", &p.met_by_count, REQUIRED);
    check_met_by(n, &p);
    if (p.red_percent > p.amber_percent)
        FAULT_MEMBER(n, "red", "红色应在黄色之后开始:red 不能大于 amber",
            "red begins after amber: red may not be above amber");
    return p;
}

static void make_versions(const struct node *n, str code, struct pack_promise *out)
{
    const struct pack *pack = n->l->pack;
    struct pack_promise *list =
        ARENA_ARRAY(n->l->arena, struct pack_promise, pack->statute_count);
    size_t used = 0;
    for (size_t i = 0; list && i < pack->statute_count; i++)
        if (str_equal(pack->statutes[i].code, code))
            list[used++] = make(n, &pack->statutes[i]);
    if (!used) {
        FAULT_MEMBER(n, "statute", "statutes.json 中没有法定时限 “%.*s”",
            "statutes.json has no limit \"%.*s\"", STR_ARGS(brief(code)));
        return;
    }
    *out = list[used - 1];
    out->versions = list;
    out->version_count = used;
}

static void read_promise(const struct node *n, struct pack_system *s)
{
    static const char *const known[] = { "code", "name", "scope", "unit", "amount", "when", "until",
        "statute", "silence", "met_by", "amber", "red", "pause", "extend", "remind", "law", NULL };
    struct pack_promise p = { 0 };
    if (!node_members(n, known))
        return;
    str statute = node_code(n, "statute", OPTIONAL);
    if (statute.bytes)
        make_versions(n, statute, &p);
    else
        p = make(n, NULL);
    if (p.code.bytes && pack_promise(s, p.code))
        FAULT_MEMBER(n, "code", "承诺代码 “%.*s” 重复", "promise code \"%.*s\" is used twice",
            STR_ARGS(p.code));
    ((struct pack_promise *)s->promises)[s->promise_count++] = p;
}

void read_promises(struct loader *l, str path, struct pack_system *s)
{
    static const char *const known[] = { "promises", NULL };
    struct document doc;
    struct node n;
    if (!document_read(l, path, &doc, &n) || !node_members(&n, known))
        return;
    struct node list = node_get(&n, "promises", JSON_ARRAY, REQUIRED);
    size_t count = node_count(&list);
    s->promises = ARENA_ARRAY(l->arena, struct pack_promise, count);
    for (size_t i = 0; s->promises && i < count; i++) {
        struct node at = node_at(&list, i);
        read_promise(&at, s);
    }
}

const struct pack_promise *pack_promise_on(const struct pack_promise *p, int64_t day)
{
    if (!p || !p->version_count)
        return p;
    for (size_t i = 0; i < p->version_count; i++)
        if (day >= p->versions[i].statute->from && day <= p->versions[i].statute->to)
            return &p->versions[i];
    return NULL;
}

const struct pack_pause *pack_pause(const struct pack_promise *p, str code)
{
    for (size_t i = 0; p && p->statute && i < p->statute->pause_count; i++)
        if (str_equal(p->statute->pauses[i].code, code))
            return &p->statute->pauses[i];
    return NULL;
}
