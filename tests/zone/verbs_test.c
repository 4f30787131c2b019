/*
 * The verbs about other people: delegate and give back, countersign, add and remove signers, return
 * and send back, jump, take back, undo, orders of supervision, copies. docs/verbs.md says the same.
 */
#include "copy.h"
#include "house.h"

#include <stdio.h>
#include <string.h>

/* ---- looking ---- */

struct tasks {
    int64_t id;
    struct case_task *list;
    size_t count;
};

static enum err read_tasks(struct op *op, void *ctx)
{
    struct tasks *t = ctx;
    return case_tasks(op, t->id, &t->list, &t->count);
}

/* The newest task of that state, relation ("" = the step's own) and unit (NULL: any). */
static struct case_task task(
    struct house *h, int64_t id, const char *state, const char *relation, const char *unit)
{
    struct tasks t = { .id = id };
    assert_int_equal(house_read(h, &actor_system, read_tasks, &t), OK);
    for (size_t i = 0; i < t.count; i++)
        if (str_is(t.list[i].state, state) && str_is(t.list[i].relation, relation)
            && (!unit || str_is(t.list[i].unit, unit)))
            return t.list[i];
    return (struct case_task){ 0 };
}

static size_t open_tasks(struct house *h, int64_t id)
{
    struct tasks t = { .id = id };
    size_t open = 0;
    assert_int_equal(house_read(h, &actor_system, read_tasks, &t), OK);
    for (size_t i = 0; i < t.count; i++)
        open += str_is(t.list[i].state, "open") || str_is(t.list[i].state, "suspended");
    return open;
}

struct dry {
    int64_t id;
    struct verb_input in;
    struct verb_result out;
};

static enum err dry(struct op *op, void *ctx)
{
    struct dry *d = ctx;
    return case_verb(op, d->id, &d->in, &d->out);
}

static struct verb_result choices(
    struct house *h, const struct actor *a, int64_t id, enum verb v, const char *node)
{
    struct dry d = { .id = id, .in = { .verb = v, .dry_run = true, .node = str_from(node) } };
    if (house_read(h, a, dry, &d) != OK)
        fail_msg("dry run of %s: %s", verb_info(v)->word, h->diag.en);
    return d.out;
}

static struct verb_signer one(const struct actor *a)
{
    return (struct verb_signer){ .unit = a->unit, .assignee = a->account };
}

/* A case with the power company, signed for by h->power. */
static int64_t at_work(struct house *h)
{
    int64_t id = house_power_case(h).id;
    DO(h, &h->power, id, VERB_SIGN);
    return id;
}

#define WHY .text = STR("请协助核实处理。")

static void ask(struct house *h, int64_t id, enum verb v, const char *how, const struct actor *a,
    const struct actor *b)
{
    struct verb_signer list[2] = { one(a) };
    size_t count = 1;
    if (b)
        list[count++] = one(b);
    house_do(h, &h->power, id,
        (struct verb_input){ .verb = v,
            WHY,
            .signers = list,
            .signer_count = count,
            .mode = str_from(how),
            .position = str_from(how) });
}

static void say(struct house *h, const struct actor *a, int64_t id, const char *vote)
{
    DO(h, a, id, VERB_SIGN);
    DO(h, a, id, VERB_OPINION, .vote = str_from(vote), WHY);
}

/* ---- delegate ---- */

static void delegate_and_give_back(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    REFUSED(h, &h->power, id, ERR_INVALID, "officer", VERB_DELEGATE, WHY, .unit = STR("ECO"));
    DO(h, &h->power, id, VERB_DELEGATE, WHY, .unit = STR("ECO"), .assignee = h->eco.account);
    struct case_task t = task(h, id, "open", "delegate", "ECO");
    assert_true(t.id && t.parent_id == task(h, id, "open", "", "POWER").id);
    assert_int_equal(t.assignee_id, h->eco.account);
    assert_true(house_promise(h, id, "opinion").state == PROMISE_RUNNING);
    /* The power company has it still, and waits. */
    assert_str(house_get(h, &h->power, id).unit, "POWER");
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "given back", VERB_REPLY, WHY);
    DO(h, &h->eco, id, VERB_SIGN);
    REFUSED(h, &h->eco, id, ERR_INVALID, "say why", VERB_GIVE_BACK);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "with Power", VERB_REPLY, WHY);
    DO(h, &h->eco, id, VERB_GIVE_BACK, .text = STR("已核实,线路老化。"));
    assert_str(task(h, id, "done", "delegate", "ECO").opinion, "已核实,线路老化。");
    assert_true(house_promise(h, id, "opinion").state == PROMISE_MET);
    DO(h, &h->power, id, VERB_REPLY, WHY);
}

static void a_chain_of_delegates_ends(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    DO(h, &h->power, id, VERB_DELEGATE, WHY, .unit = STR("POWER"), .assignee = h->power2.account);
    DO(h, &h->power2, id, VERB_SIGN);
    REFUSED(h, &h->power2, id, ERR_INVALID, "delegated it before", VERB_DELEGATE, WHY,
        .unit = STR("POWER"), .assignee = h->power.account);
    DO(h, &h->power2, id, VERB_DELEGATE, WHY, .unit = STR("ECO"), .assignee = h->eco.account);
    DO(h, &h->eco, id, VERB_SIGN);
    DO(h, &h->eco, id, VERB_DELEGATE, WHY, .unit = STR("POWER"), .assignee = h->head.account);
    DO(h, &h->head, id, VERB_SIGN, .task_id = task(h, id, "open", "delegate", "POWER").id);
    REFUSED(h, &h->head, id, ERR_INVALID, "three times", VERB_DELEGATE, WHY,
        .task_id = task(h, id, "open", "delegate", "POWER").id, .unit = STR("CENTRE"),
        .assignee = h->officer.account);
    REFUSED(h, &h->power2, id, ERR_NOT_ALLOWED, "given back", VERB_GIVE_BACK, WHY);
    /* Called off at the top, all below it goes. */
    DO(h, &h->power, id, VERB_REMOVE_SIGNER, WHY,
        .signer = task(h, id, "open", "delegate", "POWER").id
            ? house_number(h, "SELECT min(id) FROM task WHERE zone = $1 AND relation = 'delegate'")
            : 0);
    assert_int_equal(open_tasks(h, id), 1);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM promise WHERE zone = $1 AND code = 'opinion' AND"
                         " state = 4"),
        3);
}

/* ---- countersign ---- */

static void all_must_sign(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_COUNTERSIGN, "all", &h->eco, &h->officer);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "countersigning", VERB_REPLY, WHY);
    say(h, &h->eco, id, "agree");
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "with Enterprise Request", VERB_OPINION,
        .vote = STR("agree"));
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "countersigning", VERB_REPLY, WHY);
    DO(h, &h->officer, id, VERB_SIGN);
    REFUSED(
        h, &h->officer, id, ERR_INVALID, "why you disagree", VERB_OPINION, .vote = STR("disagree"));
    REFUSED(h, &h->officer, id, ERR_INVALID, "agree, disagree", VERB_OPINION);
    DO(h, &h->officer, id, VERB_OPINION, .vote = STR("disagree"), WHY);
    assert_non_null(strstr(
        house_text(h, "SELECT event FROM journal WHERE zone = $1 ORDER BY id DESC LIMIT 1").data,
        "\"round\":\"failed\""));
    DO(h, &h->power, id, VERB_REPLY, WHY);
}

static void any_one_is_enough(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_COUNTERSIGN, "any", &h->eco, &h->officer);
    say(h, &h->eco, id, "agree");
    assert_int_equal(open_tasks(h, id), 1);
    assert_true(task(h, id, "cancelled", "countersign", "CENTRE").id);
    DO(h, &h->power, id, VERB_REPLY, WHY);
}

static void a_vote_has_weights(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    struct verb_signer list[3] = { one(&h->eco), one(&h->officer), one(&h->head) };
    struct verb_input in = { .verb = VERB_COUNTERSIGN,
        WHY,
        .mode = STR("vote"),
        .signers = list,
        .signer_count = 3,
        .share = 40 };
    house_refuses(h, &h->power, id, in, ERR_INVALID, "60 to 100");
    in.share = 0; /* the step's: 60 */
    list[0].weight = 101;
    house_refuses(h, &h->power, id, in, ERR_INVALID, "1 to 100");
    list[0].weight = 3;
    house_do(h, &h->power, id, in);
    say(h, &h->officer, id, "disagree"); /* 1 of 5: 4 left, 80 % possible */
    assert_int_equal(open_tasks(h, id), 3);
    say(h, &h->eco, id, "agree"); /* 3 of 5 */
    assert_int_equal(open_tasks(h, id), 1);
    assert_true(task(h, id, "cancelled", "countersign", "POWER").id);
}

static void who_may_be_asked(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    struct verb_signer list[2] = { one(&h->eco), one(&h->eco) };
    struct verb_input in = {
        .verb = VERB_COUNTERSIGN, WHY, .mode = STR("all"), .signers = list, .signer_count = 2
    };
    house_refuses(h, &h->power, id, in, ERR_INVALID, "named twice");
    in.signer_count = 0;
    house_refuses(h, &h->power, id, in, ERR_INVALID, "whom to ask");
    in.signer_count = 1;
    list[0] = one(&h->power);
    house_refuses(h, &h->power, id, in, ERR_INVALID, "ask yourself");
    list[0] = one(&h->inspector); /* not among junma:signerRoles */
    house_refuses(h, &h->power, id, in, ERR_INVALID, "role");
    list[0] = one(&h->admin);
    house_refuses(h, &h->power, id, in, ERR_INVALID, "no such unit");
    list[0] = one(&h->eco);
    list[0].unit = STR("HR");
    house_refuses(h, &h->power, id, in, ERR_INVALID, "not in the unit");
    list[0] = one(&h->eco);
    in.mode = STR("most");
    house_refuses(h, &h->power, id, in, ERR_INVALID, "all, any or vote");
    in.mode = STR("all");
    house_do(h, &h->power, id, in);
    in.verb = VERB_ADD_SIGNER;
    in.position = STR("beside");
    house_refuses(h, &h->power, id, in, ERR_INVALID, "asked already");
    /* Whoever is asked sees the case; the applicant's neighbour does not. */
    assert_int_equal(house_get(h, &h->eco, id).id, id);
}

/* ---- signers added ---- */

static void before_me(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "before", &h->eco, NULL);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "before you", VERB_REPLY, WHY);
    REFUSED(
        h, &h->power, id, ERR_NOT_ALLOWED, "before you", VERB_TRANSFER, WHY, .unit = STR("ECO"));
    say(h, &h->eco, id, "disagree");
    DO(h, &h->power, id, VERB_REPLY, WHY);
}

static void beside_me(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "beside", &h->eco, NULL);
    struct case_row row = DO(h, &h->power, id, VERB_REPLY, .text = STR("已更换变压器。"));
    assert_int_equal(row.status, CASE_OPEN); /* held */
    assert_int_equal(row.answer.bytes, 0);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "waits for signers", VERB_REPLY, WHY);
    say(h, &h->eco, id, "agree");
    row = house_get(h, &h->power, id);
    assert_int_equal(row.status, CASE_REPLIED);
    assert_str(row.answer, "已更换变压器。");
    assert_str(row.answered_unit, "POWER");
    assert_true(str_equal(row.answered_by, h->power.name));
}

static void after_me(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "after", &h->head, NULL);
    assert_true(task(h, id, "waiting", "after", "POWER").id);
    REFUSED(h, &h->head, id, ERR_NOT_ALLOWED, "does not offer", VERB_OPINION, .vote = STR("agree"));
    DO(h, &h->power, id, VERB_REPLY, .text = STR("第一稿。"));
    struct case_task after = task(h, id, "open", "after", "POWER");
    assert_true(after.id && house_promise(h, id, "opinion").state == PROMISE_RUNNING);
    say(h, &h->head, id, "disagree"); /* back to the one who wrote it */
    assert_int_equal(task(h, id, "open", "", "POWER").held.bytes, 0);
    assert_int_equal(house_get(h, &h->power, id).status, CASE_OPEN);
    ask(h, id, VERB_ADD_SIGNER, "after", &h->head, &h->leader);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("第二稿。"));
    say(h, &h->head, id, "agree");
    assert_int_equal(house_get(h, &h->power, id).status, CASE_OPEN);
    DO(h, &h->leader, id, VERB_OPINION, .vote = STR("abstain"),
        .task_id = task(h, id, "open", "after", "LEAD").id);
    struct case_row row = house_get(h, &h->power, id);
    assert_int_equal(row.status, CASE_REPLIED);
    assert_str(row.answer, "第二稿。");
    /* Its clock was met when it went out, by the right hand. */
    assert_true(house_promise(h, id, "answer").state == PROMISE_MET);
}

static void what_is_held_can_be_taken_back(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "after", &h->head, NULL);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("第一稿。"));
    DO(h, &h->power, id, VERB_TAKE_BACK);
    assert_true(task(h, id, "waiting", "after", "POWER").id);
    DO(h, &h->power, id, VERB_REPLY, .text = STR("第二稿。"));
    DO(h, &h->head, id, VERB_SIGN, .task_id = task(h, id, "open", "after", "POWER").id);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "signed for", VERB_TAKE_BACK);
    /* Removing the last signer lets it go. */
    DO(h, &h->power, id, VERB_REMOVE_SIGNER, WHY,
        .signer = task(h, id, "open", "after", "POWER").id);
    assert_str(house_get(h, &h->power, id).answer, "第二稿。");
}

static void signers_end_with_the_step(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "beside", &h->eco, &h->officer);
    REFUSED(
        h, &h->power, id, ERR_NOT_ALLOWED, "remove them", VERB_TRANSFER, WHY, .unit = STR("ECO"));
    struct verb_result r = choices(h, &h->power, id, VERB_RETURN, "dispatch");
    assert_int_equal(r.end_count, 2);
    DO(h, &h->power, id, VERB_RETURN, WHY);
    assert_int_equal(open_tasks(h, id), 1);
    assert_int_equal(house_number(h,
                         "SELECT count(*) FROM promise WHERE zone = $1 AND code = 'opinion' AND"
                         " state IN (0, 1)"),
        0);
}

static void withdrawn_with_signers(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_COUNTERSIGN, "all", &h->eco, &h->officer);
    DO(h, &h->contact, id, VERB_WITHDRAW);
    assert_int_equal(open_tasks(h, id), 0);
}

static void suspended_with_signers(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    ask(h, id, VERB_COUNTERSIGN, "all", &h->eco, NULL);
    DO(h, &h->power, id, VERB_SUSPEND, WHY);
    assert_true(house_promise(h, id, "opinion").state == PROMISE_PAUSED);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "suspended", VERB_OPINION, .vote = STR("agree"));
    DO(h, &h->power, id, VERB_RESUME);
    say(h, &h->eco, id, "agree");
}

/* ---- return, send back, jump ---- */

static void return_and_straight_back(void **state)
{
    struct house *h = *state;
    int64_t id = house_raise(h, &h->contact,
        (struct asked){
            .topic = "other", .title = "咨询一件事情", .content = "请问这件事情应该去找谁办理。" })
                     .id;
    DO(h, &h->officer, id, VERB_SIGN);
    DO(h, &h->officer, id, VERB_DISPATCH, .unit = STR("ECO"));
    DO(h, &h->eco, id, VERB_SIGN);
    struct verb_result r = choices(h, &h->eco, id, VERB_RETURN, "");
    assert_true(r.choice_count >= 1);
    assert_str(r.choices[0].node, "dispatch");
    assert_str(r.choices[0].name.zh, "分派");
    assert_str(r.choices[0].unit, "CENTRE");
    assert_true(r.choices[0].usual);
    REFUSED(h, &h->eco, id, ERR_INVALID, "cannot go", VERB_RETURN, WHY, .node = STR("confirm"));
    REFUSED(h, &h->eco, id, ERR_INVALID, "cannot go", VERB_RETURN, WHY, .node = STR("nowhere"));
    DO(h, &h->eco, id, VERB_RETURN, WHY, .node = STR("dispatch"), .straight = true);
    struct case_task t = task(h, id, "open", "", "CENTRE");
    assert_int_equal(t.assignee_id, h->officer.account); /* to who had it */
    assert_true(t.back.bytes);
    DO(h, &h->officer, id, VERB_SIGN);
    DO(h, &h->officer, id, VERB_SEND_BACK, WHY);
    t = task(h, id, "open", "", "ECO");
    assert_str(t.node, "handle");
    assert_int_equal(t.assignee_id, h->eco.account);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "does not offer", VERB_SEND_BACK, WHY);
    DO(h, &h->eco, id, VERB_SIGN);
    DO(h, &h->eco, id, VERB_REPLY, WHY);
}

static struct actor steward(struct house *h)
{
    struct actor a = h->leader;
    a.role = pack_role(zone_pack(h->zone), STR("steward"));
    return a;
}

static void a_steward_jumps(void **state)
{
    struct house *h = *state;
    struct actor s = steward(h);
    int64_t id = at_work(h);
    ask(h, id, VERB_ADD_SIGNER, "beside", &h->eco, NULL);
    REFUSED(h, &h->power, id, ERR_FORBIDDEN, "permission", VERB_JUMP, WHY, .node = STR("dispatch"));
    REFUSED(h, &s, id, ERR_INVALID, "say why", VERB_JUMP, .node = STR("dispatch"));
    REFUSED(h, &s, id, ERR_INVALID, "choose a step", VERB_JUMP, WHY);
    REFUSED(h, &s, id, ERR_INVALID, "cannot go", VERB_JUMP, WHY, .node = STR("confirm"));
    struct verb_result r = choices(h, &s, id, VERB_JUMP, "rectify");
    assert_int_equal(r.choice_count, 2); /* dispatch, rectify */
    assert_int_equal(r.end_count, 1);
    DO(h, &s, id, VERB_JUMP, WHY, .node = STR("rectify"));
    assert_str(house_get(h, &h->officer, id).node, "rectify");
    assert_int_equal(open_tasks(h, id), 1);
}

/* ---- countersigning in the drawing ---- */

/* Behind the answer three units sign, each by itself; two that agree are enough. */
static void draw_joint(struct copy *c)
{
    copy_make(c);
    copy_change(c, "requests/request.bpmn", "sourceRef=\"handle\" targetRef=\"confirm\" />",
        "sourceRef=\"handle\" targetRef=\"joint\" />"
        "<bpmn:sequenceFlow id=\"f_joint\" sourceRef=\"joint\" targetRef=\"confirm\" />");
    copy_change(c, "requests/request.bpmn", "<bpmn:incoming>f_answer</bpmn:incoming>",
        "<bpmn:incoming>f_joint</bpmn:incoming>");
    copy_change(c, "requests/request.bpmn", "<bpmn:userTask id=\"confirm\"",
        "<bpmn:userTask id=\"joint\" name=\"会签\" junma:role=\"handler\" junma:unit=\"joint_unit\""
        " junma:verbs=\"opinion return add_signer\"><bpmn:incoming>f_answer</bpmn:incoming>"
        "<bpmn:outgoing>f_joint</bpmn:outgoing><bpmn:multiInstanceLoopCharacteristics"
        " junma:collection='[\"ECO\", \"CENTRE\", \"POWER\"]' junma:item=\"joint_unit\""
        " junma:resultItem=\"vote\" junma:resultList=\"votes\"><bpmn:completionCondition"
        " xsi:type=\"bpmn:tFormalExpression\">count(votes[item = \"agree\"]) &gt;= 2"
        "</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
        "<bpmn:userTask id=\"confirm\"");
}

static void a_vote_in_the_drawing(void **state)
{
    struct house *h = *state;
    struct copy c;
    draw_joint(&c);
    house_at(h, "2026-03-02 10:00");
    house_reopen(h, c.folder);
    copy_remove(&c);
    int64_t id = at_work(h);
    DO(h, &h->power, id, VERB_REPLY, WHY);
    assert_int_equal(open_tasks(h, id), 3);
    REFUSED(h, &h->eco, id, ERR_INVALID, "agree, disagree", VERB_OPINION);
    DO(h, &h->eco, id, VERB_OPINION, .vote = STR("agree"), WHY);
    assert_int_equal(open_tasks(h, id), 2);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "with", VERB_OPINION, .vote = STR("agree"));
    /* Out of it: the others' tasks go, and the dry run says so; into it again: it begins anew. */
    struct verb_result r = choices(h, &h->power, id, VERB_RETURN, "handle");
    assert_int_equal(r.end_count, 1);
    assert_str(r.ends[0].unit, "CENTRE");
    DO(h, &h->power, id, VERB_RETURN, WHY, .node = STR("handle"));
    assert_int_equal(open_tasks(h, id), 1);
    assert_str(house_get(h, &h->power, id).node, "handle");
    DO(h, &h->power, id, VERB_SIGN);
    DO(h, &h->power, id, VERB_REPLY, WHY);
    assert_int_equal(open_tasks(h, id), 3);
    /* Somebody signs after one of them: his vote waits. */
    struct verb_signer head = one(&h->head);
    house_do(h, &h->power, id,
        (struct verb_input){ .verb = VERB_ADD_SIGNER,
            WHY,
            .position = STR("after"),
            .signers = &head,
            .signer_count = 1 });
    DO(h, &h->power, id, VERB_OPINION, .vote = STR("agree"));
    assert_int_equal(open_tasks(h, id), 4);
    DO(h, &h->head, id, VERB_OPINION, .vote = STR("agree"),
        .task_id = task(h, id, "open", "after", "POWER").id);
    assert_int_equal(open_tasks(h, id), 2);
    DO(h, &h->officer, id, VERB_OPINION, .vote = STR("disagree"), WHY);
    assert_int_equal(open_tasks(h, id), 1);
    DO(h, &h->eco, id, VERB_OPINION, .vote = STR("agree"));
    assert_int_equal(house_get(h, &h->power, id).status, CASE_REPLIED);
}

/* ---- take back, undo ---- */

static const char *fingerprint(struct house *h)
{
    str tasks = house_text(h,
        "SELECT coalesce(group_concat(id || state || unit || assignee_id || coalesce(signed_at, 0)"
        " || coalesce(due_at, 0), ','), '') FROM task WHERE zone = $1 AND state IN ('open',"
        " 'suspended', 'waiting')");
    str promises = house_text(h,
        "SELECT coalesce(group_concat(id || code || state || due_at || remaining, ','), '') FROM"
        " promise WHERE zone = $1 AND state < 2");
    str row = house_text(h,
        "SELECT unit || node || topic || assignee_id || status || suspended || extension || due_at"
        " || handled_unit FROM cases WHERE zone = $1");
    return str_printf(
        &h->arena, "%.*s\n%.*s\n%.*s", STR_ARGS(tasks), STR_ARGS(promises), STR_ARGS(row))
        .data;
}

static void dispatch_is_taken_back(void **state)
{
    struct house *h = *state;
    int64_t id = house_raise(h, &h->contact,
        (struct asked){
            .topic = "other", .title = "咨询一件事情", .content = "请问这件事情应该去找谁办理。" })
                     .id;
    REFUSED(h, &h->officer, id, ERR_NOT_ALLOWED, "sent nothing", VERB_TAKE_BACK);
    const char *before = fingerprint(h);
    DO(h, &h->officer, id, VERB_DISPATCH, .unit = STR("ECO"));
    assert_string_not_equal(fingerprint(h), before);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "sent nothing", VERB_TAKE_BACK);
    DO(h, &h->contact, id, VERB_NOTE, WHY, .is_public = true); /* is in nobody's way */
    DO(h, &h->officer, id, VERB_TAKE_BACK);
    assert_string_equal(fingerprint(h), before);
    REFUSED(h, &h->officer, id, ERR_NOT_ALLOWED, "taken back already", VERB_TAKE_BACK);
    DO(h, &h->officer, id, VERB_DISPATCH, .unit = STR("ECO"));
    DO(h, &h->eco, id, VERB_SIGN);
    REFUSED(h, &h->officer, id, ERR_NOT_ALLOWED, "signed for", VERB_TAKE_BACK);
}

static void the_window_closes(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    const char *before = fingerprint(h);
    DO(h, &h->power, id, VERB_TRANSFER, WHY, .unit = STR("ECO"));
    house_at(h, "2026-03-02 14:29"); /* four working hours: the noon does not count */
    DO(h, &h->power, id, VERB_TAKE_BACK);
    assert_string_equal(fingerprint(h), before);
    DO(h, &h->power, id, VERB_TRANSFER, WHY, .unit = STR("ECO"));
    house_at(h, "2026-03-03 10:31");
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "time for taking it back", VERB_TAKE_BACK);
}

static void asked_by_mistake(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    const char *before = fingerprint(h);
    ask(h, id, VERB_COUNTERSIGN, "all", &h->eco, &h->officer);
    DO(h, &h->power, id, VERB_TAKE_BACK);
    assert_string_equal(fingerprint(h), before);
    DO(h, &h->power, id, VERB_RETURN, WHY);
    DO(h, &h->power, id, VERB_TAKE_BACK);
    assert_string_equal(fingerprint(h), before);
    DO(h, &h->power, id, VERB_REPLY, WHY);
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "taken back already", VERB_TAKE_BACK);
}

static void undo_for_ten_minutes(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    const char *before = fingerprint(h);
    DO(h, &h->power, id, VERB_EXTEND, WHY, .days = 2);
    house_at(h, "2026-03-02 09:09");
    DO(h, &h->power, id, VERB_UNDO);
    assert_string_equal(fingerprint(h), before);
    DO(h, &h->power, id, VERB_EXTEND, WHY, .days = 2);
    house_at(h, "2026-03-02 09:20");
    REFUSED(h, &h->power, id, ERR_NOT_ALLOWED, "ten minutes", VERB_UNDO);
    DO(h, &h->head, id, VERB_APPROVE);
    REFUSED(h, &h->head, id, ERR_NOT_ALLOWED, "nothing of yours", VERB_UNDO);
    ask(h, id, VERB_COUNTERSIGN, "all", &h->eco, NULL);
    DO(h, &h->eco, id, VERB_SIGN);
    before = fingerprint(h);
    DO(h, &h->eco, id, VERB_OPINION, .vote = STR("agree"), WHY);
    DO(h, &h->eco, id, VERB_UNDO);
    assert_string_equal(fingerprint(h), before);
}

/* ---- orders, copies, urging ---- */

static void an_order_and_its_report(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    REFUSED(h, &h->leader, id, ERR_INVALID, "1 to 60", VERB_SUPERVISE, WHY, .days = 61);
    DO(h, &h->leader, id, VERB_SUPERVISE, .text = STR("三日内办结。"), .days = 2);
    assert_when(
        h, house_number(h, "SELECT due_at FROM supervision WHERE zone = $1"), "2026-03-04 17:30");
    assert_str(house_text(h, "SELECT unit FROM supervision WHERE zone = $1"), "POWER");
    REFUSED(h, &h->eco, id, ERR_NOT_FOUND, "no such case", VERB_REPORT, WHY);
    REFUSED(h, &h->officer, id, ERR_NOT_ALLOWED, "unit that has the case", VERB_REPORT, WHY);
    REFUSED(h, &h->leader, id, ERR_NOT_ALLOWED, "no report waits", VERB_ACCEPT);
    DO(h, &h->power, id, VERB_REPORT, .text = STR("正在更换。"));
    REFUSED(h, &h->head, id, ERR_NOT_ALLOWED, "gave the order", VERB_ACCEPT);
    DO(h, &h->leader, id, VERB_REJECT, WHY);
    assert_str(house_text(h, "SELECT state || unit FROM supervision WHERE zone = $1"), "openPOWER");
    DO(h, &h->power, id, VERB_REPORT, .text = STR("已更换。"));
    DO(h, &h->leader, id, VERB_ACCEPT);
    assert_str(
        house_text(h, "SELECT state || report FROM supervision WHERE zone = $1"), "done已更换。");
    /* The order follows the case, and ends with it. */
    DO(h, &h->leader, id, VERB_SUPERVISE, WHY);
    DO(h, &h->power, id, VERB_TRANSFER, WHY, .unit = STR("ECO"));
    assert_str(
        house_text(h, "SELECT unit FROM supervision WHERE zone = $1 AND state = 'open'"), "ECO");
    DO(h, &h->contact, id, VERB_WITHDRAW);
    assert_int_equal(
        house_number(h, "SELECT count(*) FROM supervision WHERE zone = $1 AND state = 'void'"), 1);
}

struct copies {
    struct case_copy *list;
    size_t count;
    int64_t unread;
};

static enum err read_copies(struct op *op, void *ctx)
{
    struct copies *c = ctx;
    return copy_list(op, false, 50, &c->list, &c->count, &c->unread);
}

static void a_copy_is_read(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    struct copies c;
    struct verb_signer to[2] = { one(&h->eco), { .unit = STR("HR") } };
    struct verb_input in = { .verb = VERB_COPY, .signers = to, .signer_count = 2 };
    house_do(h, &h->power, id, in);
    house_refuses(h, &h->power, id, in, ERR_INVALID, "not been read");
    assert_int_equal(house_read(h, &h->eco, read_copies, &c), OK);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.unread, 1);
    assert_str(c.list[0].case_title, "厂房下午跳闸");
    assert_int_equal(house_get(h, &h->eco, id).id, id); /* sees it, and no more */
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "with", VERB_REPLY, WHY);
    struct actor other = h->eco; /* a colleague does not: it was to a person */
    other.account = 12345;
    assert_int_equal(
        house_try(h, &other, id, (struct verb_input){ .verb = VERB_READ }, NULL), ERR_NOT_FOUND);
    DO(h, &h->eco, id, VERB_READ);
    REFUSED(h, &h->eco, id, ERR_NOT_ALLOWED, "no unread copy", VERB_READ);
    assert_int_equal(house_read(h, &h->eco, read_copies, &c), OK);
    assert_int_equal(c.unread, 0);
    assert_true(c.list[0].read_at != 0);
}

static void urging_grows(void **state)
{
    struct house *h = *state;
    int64_t id = at_work(h);
    struct case_row row = DO(h, &h->contact, id, VERB_URGE);
    assert_int_equal(urge_level(&row), 1);
    house_at(h, "2026-03-03 09:00");
    row = DO(h, &h->contact, id, VERB_URGE);
    assert_int_equal(urge_level(&row), 2);
    house_at(h, "2026-03-06 09:00"); /* over its time: the third */
    row = house_get(h, &h->contact, id);
    assert_int_equal(urge_level(&row), 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = { T(delegate_and_give_back), T(a_chain_of_delegates_ends),
        T(all_must_sign), T(any_one_is_enough), T(a_vote_has_weights), T(who_may_be_asked),
        T(before_me), T(beside_me), T(after_me), T(what_is_held_can_be_taken_back),
        T(signers_end_with_the_step), T(withdrawn_with_signers), T(suspended_with_signers),
        T(return_and_straight_back), T(a_steward_jumps), T(a_vote_in_the_drawing),
        T(dispatch_is_taken_back), T(the_window_closes), T(asked_by_mistake),
        T(undo_for_ten_minutes), T(an_order_and_its_report), T(a_copy_is_read), T(urging_grows) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
