/*
 * What a receipt proves, step by step, and in words for a person.
 *
 *     form ──▶ key ──▶ entry ──▶ content      the event shown is the one the entry was made of
 *                        │
 *                        ├────▶ signature     the checkpoint was signed with the reader's key
 *                        └────▶ inclusion     the entry is one of those the checkpoint counts
 *
 * A verdict says as plainly what is not proved: mathematics knows nothing of clocks, of whether
 * what was reported is true, or of what another reader was shown. The key is the reader's: the one
 * inside the receipt is looked at only to say that it differs.
 */
#include "journal/internal.h"

#include <string.h>

struct judge {
    struct arena *arena;
    struct journal_verdict *v;
    struct diag *d;
    enum err failed; /* of the first step that failed */
};

/* Records a step. What it proved or why it failed; a machine error is no finding. */
static bool step(struct judge *j, const char *name, enum err e, const struct diag *why,
    const char *zh, const char *en)
{
    ASSERT(j->v->step_count < JOURNAL_STEPS_MAX);
    struct journal_step *s = &j->v->steps[j->v->step_count++];
    *s = (struct journal_step){ .name = name, .done = true, .ok = e == OK };
    s->zh = str_copy(j->arena, str_from(e == OK ? zh : why->zh));
    s->en = str_copy(j->arena, str_from(e == OK ? en : why->en));
    if (e != OK && j->failed == OK) {
        j->failed = e;
        if (j->d)
            *j->d = *why;
    }
    return e == OK;
}

static void skip(struct judge *j, const char *name, const char *zh, const char *en)
{
    (void)step(j, name, OK, NULL, zh, en);
    j->v->steps[j->v->step_count - 1].done = false;
    j->v->steps[j->v->step_count - 1].ok = false;
}

static void say(str *zh_list, str *en_list, size_t *count, str zh, str en)
{
    ASSERT(*count < JOURNAL_SENTENCES_MAX);
    zh_list[*count] = zh;
    en_list[*count] = en;
    ++*count;
}

static void proved(struct judge *j, str zh, str en)
{
    say(j->v->proved_zh, j->v->proved_en, &j->v->proved_count, zh, en);
}

static void unproved(struct judge *j, str zh, str en)
{
    say(j->v->unproved_zh, j->v->unproved_en, &j->v->unproved_count, zh, en);
}

static enum err finish(struct judge *j)
{
    if (arena_failed(j->arena)) {
        memset(j->v, 0, sizeof *j->v);
        return diag_arena(j->d, j->arena);
    }
    j->v->ok = j->failed == OK;
    return j->failed;
}

static void time_not_proved(struct judge *j)
{
    unproved(j, STR("时间是日志运营者自己写下的;检查点若有他人留存,才能据以判断先后。"),
        STR("The times are the operator's own statement; only checkpoints kept by others tell what "
            "came before what."));
}

static void say_entry(struct judge *j, const struct journal_event *e, uint64_t index,
    const struct journal_checkpoint *c, const struct journal_key *k)
{
    char at[INSTANT_BYTES];
    bool dated = journal_instant_text(e->at_ms, at);
    ASSERT(dated); /* the leaf was parsed from such a text */
    proved(j,
        str_printf(j->arena, "区域 %.*s 的日志 %.*s 中,第 %" PRIu64
            " 条是这条记录:事项 %.*s,对象 %" PRId64 ",经办 %.*s,记录时间 %s(UTC)。",
            STR_ARGS(e->zone), STR_ARGS(c->origin), index + 1, STR_ARGS(e->kind), e->subject,
            STR_ARGS(e->actor), at),
        str_printf(j->arena, "Entry number %" PRIu64 " of the journal %.*s of the zone %.*s is "
            "this one: %.*s, subject %" PRId64 ", by %.*s, recorded as of %s (UTC).", index + 1,
            STR_ARGS(c->origin), STR_ARGS(e->zone), STR_ARGS(e->kind), e->subject,
            STR_ARGS(e->actor), at));
    proved(j,
        str_printf(j->arena, "该日志的前 %" PRIu64 " 条由密钥 %s(编号 %08" PRIx32
            ")一并签名;其中任何一条被修改、移动或删除,这份签名就对不上。", c->head.size, k->name,
            k->id),
        str_printf(j->arena, "The first %" PRIu64 " entries of that journal were signed together "
            "with the key %s (id %08" PRIx32 "); were any of them changed, moved or removed, this "
            "signature would no longer fit.", c->head.size, k->name, k->id));
    if (c->has_time && journal_instant_text(c->at_ms, at))
        proved(j, str_printf(j->arena, "签名者写明的签名时间是 %s(UTC)。", at),
            str_printf(j->arena, "The signer states %s (UTC) as the time of signing.", at));
}

static void say_limits(struct judge *j, const struct journal_checkpoint *c)
{
    if (j->v->content)
        proved(j, STR("回执所附内容就是当时记入的内容,一字未改。"),
            STR("The content shown with the receipt is what was recorded then, to the letter."));
    else
        unproved(j, STR("记录的具体内容:回执中只有加盐的摘要,没有附上原文。"),
            STR("What exactly was recorded: the receipt holds only a salted hash of it."));
    time_not_proved(j);
    unproved(j,
        str_printf(j->arena, "第 %" PRIu64 " 条以后的日志是否仍以这些条目开头:需要更晚的检查点和一致性证明。",
            c->head.size),
        str_printf(j->arena, "Whether the journal beyond entry %" PRIu64 " still begins with these "
            "entries: that takes a later checkpoint and a consistency proof.", c->head.size));
    unproved(j, STR("记录的内容是否属实,以及别人看到的是否同一份日志。"),
        STR("Whether what was recorded is true, and whether others are shown the same journal."));
}

static void check_content(struct judge *j, const struct journal_receipt *r,
    const struct journal_hash *stated, enum journal_profile p)
{
    struct diag why = { 0 };
    struct journal_hash h;
    if (!r->has_event) {
        skip(j, "content", "回执未附内容,无可核对", "the receipt shows no content to compare");
        return;
    }
    enum err e = journal_hash(p, (str){ (const char *)r->salt, sizeof r->salt }, r->event, &h,
        &why);
    if (e == OK && !journal_hash_equal(&h, stated))
        e = diag_set(&why, ERR_VERIFY, "所附内容与记录中的摘要不符:内容或盐值被改动过",
            "the content shown does not match the entry's hash: it or its salt was changed");
    j->v->content = step(j, "content", e, &why, "所附内容与记录中的摘要一致",
        "the content shown matches the entry's hash");
}

static bool check_inclusion(struct judge *j, const struct journal_receipt *r,
    const struct journal_checkpoint *c, enum journal_profile p)
{
    struct diag why = { 0 };
    struct journal_hash leaf;
    enum err e = journal_hash_leaf(p, r->leaf_text, &leaf, &why);
    if (e == OK)
        e = journal_inclusion_verify(p, r->index, c->head.size, &leaf, &r->proof, &c->head.root,
            &why);
    return step(j, "inclusion", e, &why, "由这条记录和证明逐层推算,得到检查点签名的根",
        "from the entry and the proof, step by step, follows the root the checkpoint signed");
}

static bool check_signature(struct judge *j, const char *name, str note,
    const struct journal_key *k, struct journal_checkpoint *out)
{
    struct diag why = { 0 };
    enum err e = journal_checkpoint_open(j->arena, note, k, out, &why);
    return step(j, name, e, &why, "检查点的签名与所给密钥相符",
        "the checkpoint's signature is that of the key given");
}

static bool read_key(struct judge *j, str vkey, struct journal_key *k)
{
    struct diag why = { 0 };
    enum err e = journal_key_parse(vkey, k, &why);
    return step(j, "key", e, &why, "公钥格式正确", "the public key is well-formed");
}

enum err journal_receipt_verify(struct arena *a, str json, str vkey, struct journal_verdict *v,
    struct diag *d)
{
    struct judge j = { .arena = a, .v = v, .d = d };
    struct journal_receipt r;
    struct journal_key k;
    struct journal_event entry;
    struct journal_hash stated;
    struct journal_checkpoint c;
    struct diag why = { 0 };
    memset(v, 0, sizeof *v);
    enum err e = journal_receipt_parse(a, json, &r, &why);
    if (!step(&j, "form", e, &why, "回执格式正确", "the receipt is well-formed")
        || !read_key(&j, str_trim(vkey), &k))
        return finish(&j);
    why = (struct diag){ 0 };
    e = journal_leaf_parse(r.leaf_text, &entry, &stated, &why);
    if (!step(&j, "entry", e, &why, "日志条目格式正确", "the journal entry is well-formed"))
        return finish(&j);
    check_content(&j, &r, &stated, k.profile);
    if (!check_signature(&j, "signature", r.checkpoint, &k, &c)) {
        skip(&j, "inclusion", "检查点未被证实,存在证明无从核对",
            "without a confirmed checkpoint the inclusion proof has nothing to lead to");
        return finish(&j);
    }
    if (check_inclusion(&j, &r, &c, k.profile) && j.failed == OK) {
        say_entry(&j, &entry, r.index, &c, &k);
        say_limits(&j, &c);
    }
    return finish(&j);
}

static void say_consistent(struct judge *j, const struct journal_checkpoint *old_c,
    const struct journal_checkpoint *new_c)
{
    proved(j,
        str_printf(j->arena, "日志 %.*s 从 %" PRIu64 " 条到 %" PRIu64
            " 条之间只有追加:前 %" PRIu64 " 条一条未改、未移、未删。", STR_ARGS(new_c->origin),
            old_c->head.size, new_c->head.size, old_c->head.size),
        str_printf(j->arena, "From %" PRIu64 " to %" PRIu64 " entries the journal %.*s was only "
            "added to: none of the first %" PRIu64 " was changed, moved or removed.",
            old_c->head.size, new_c->head.size, STR_ARGS(new_c->origin), old_c->head.size));
    time_not_proved(j);
}

enum err journal_consistency_check(struct arena *a, str json, str vkey, struct journal_verdict *v,
    struct diag *d)
{
    struct judge j = { .arena = a, .v = v, .d = d };
    struct journal_key k;
    struct journal_checkpoint old_c, new_c;
    struct journal_proof proof;
    struct diag why = { 0 };
    str old_note, new_note;
    memset(v, 0, sizeof *v);
    enum err e = journal_consistency_parse(a, json, &old_note, &new_note, &proof, &why);
    if (!step(&j, "form", e, &why, "一致性文书格式正确", "the consistency document is well-formed")
        || !read_key(&j, str_trim(vkey), &k))
        return finish(&j);
    bool old_ok = check_signature(&j, "old-signature", old_note, &k, &old_c);
    bool new_ok = check_signature(&j, "new-signature", new_note, &k, &new_c);
    if (!old_ok || !new_ok) {
        skip(&j, "consistency", "检查点未被证实,一致性无从核对",
            "without confirmed checkpoints there is nothing to compare");
        return finish(&j);
    }
    why = (struct diag){ 0 };
    e = journal_consistency_verify(k.profile, &old_c.head, &new_c.head, &proof, &why);
    if (step(&j, "consistency", e, &why, "旧检查点的条目正是新检查点的开头",
            "the older checkpoint's entries are the beginning of the newer one's"))
        say_consistent(&j, &old_c, &new_c);
    return finish(&j);
}
