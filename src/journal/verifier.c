/*
 * Checking a whole journal, fed row by row with what is stored. Nothing stored is believed: event
 * hashes, leaf hashes, tree nodes and the roots of all checkpoints are computed again.
 *
 *     row ─▶ event hash? ─▶ leaf hash? ─▶ leaf ─▶ nodes that became complete? ─▶ …
 *     checkpoint ─▶ signature? origin? size? root? times?
 *
 * One changed byte should give one fault that names it, not a thousand. Hence
 *   - what goes up the tree is the hash the store vouches for twice: the row's stored leaf hash,
 *     unless the stored node of level 0 agrees with the row's content instead. A row whose content
 *     alone was changed is then named, and the roots above it still hold;
 *   - a stored node that differs is reported at the lowest level only; bad has bit l set while
 *     range[l] differs from what is stored;
 *   - after the first root that does not follow from the rows, later roots cannot either: one fault
 *     says between which checkpoints the change lies;
 *   - after a missing row no root can be computed; rows are still checked one by one.
 *
 * Erased events (no salt, no content) are counted: the log stands on their hashes.
 */
#include "journal/internal.h"

#include <string.h>

enum { SCRATCH_BYTES = 4 * 1048576 };

enum err journal_verifier_init(struct journal_verifier *v, struct arena *a,
    const struct journal_verify_options *options, struct diag *d)
{
    struct journal_verifier made = { .options = *options, .arena = a };
    if (options->key_count == 0)
        return diag_set(d, ERR_USAGE, "校验日志需要至少一把公钥",
            "verifying a journal needs at least one public key");
    made.tree.profile = options->profile;
    made.faults = ARENA_ARRAY(a, struct journal_fault, options->faults_max);
    if (!made.faults)
        return diag_arena(d, a);
    arena_init(&made.scratch, NULL, SCRATCH_BYTES);
    *v = made;
    return OK;
}

void journal_verifier_release(struct journal_verifier *v)
{
    arena_release(&v->scratch);
}

/* Takes the words of a diag. */
static enum err fault(struct journal_verifier *v, uint64_t index, const char *field,
    const struct diag *why, struct diag *d)
{
    v->fault_total++;
    if (v->fault_count >= v->options.faults_max)
        return OK;
    struct journal_fault f = { .index = index, .field = field };
    f.zh = str_copy(v->arena, str_from(why->zh));
    f.en = str_copy(v->arena, str_from(why->en));
    TRY(diag_arena(d, v->arena));
    v->faults[v->fault_count++] = f;
    return OK;
}

/* Whether an error is of the machine and not a finding about the journal. */
static bool machine(enum err e)
{
    return e == ERR_MEMORY || e == ERR_UNSUPPORTED || e == ERR_IO || e == ERR_STORE
        || e == ERR_BUSY || e == ERR_INTERNAL || e == ERR_STOPPING;
}

/* The stored node; *found is false when there is none. */
static enum err stored_node(struct journal_verifier *v, int level, uint64_t index,
    struct journal_hash *out, bool *found, struct diag *d)
{
    const struct journal_nodes *n = v->options.nodes;
    *found = false;
    if (!n)
        return OK;
    enum err e = n->get(n->ctx, level, index, out, d);
    *found = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Stands in for the store while the tree grows: compares instead of putting. */
static enum err compare_node(void *ctx, int level, uint64_t index, const struct journal_hash *hash,
    struct diag *d)
{
    struct journal_verifier *v = ctx;
    struct journal_hash stored;
    struct diag why = { 0 };
    bool found;
    uint64_t mask = UINT64_C(1) << level, below = level ? mask >> 1 : 0;
    if (!v->options.nodes)
        return OK;
    TRY(stored_node(v, level, index, &stored, &found, d));
    bool differs = !found || !journal_hash_equal(&stored, hash);
    /* The children are range[level - 1] and the node just compared, whose bit is `carry`. */
    bool inherited = level > 0 && ((v->bad_nodes & below) || v->bad_carry);
    v->bad_nodes &= ~below;
    v->bad_carry = differs;
    if (!differs || inherited)
        return OK;
    (void)diag_set(&why, ERR_DIVERGED, found
            ? "第 %d 层第 %" PRIu64 " 个树节点与由条目算出的不同"
            : "缺少第 %d 层第 %" PRIu64 " 个树节点",
        found ? "at level %d the stored tree node %" PRIu64 " differs from what the entries give"
              : "at level %d the tree node %" PRIu64 " is missing", level, index);
    return fault(v, ((index + 1) << level) - 1, "node", &why, d);
}

/* Rows come by index. A gap is said once; what follows is counted from the row's own index. */
static enum err check_order(struct journal_verifier *v, const struct journal_row *row,
    struct diag *d)
{
    struct diag why = { 0 };
    if (row->index == v->next)
        return OK;
    bool missing = row->index > v->next;
    v->gap = true;
    (void)diag_set(&why, ERR_DIVERGED, missing
            ? "缺少序号 %" PRIu64 " 至 %" PRIu64 " 之前的条目,此后无法再推算根"
            : "应为序号 %" PRIu64 ",却是序号 %" PRIu64 ":条目重复或次序颠倒",
        missing ? "entries from index %" PRIu64 " up to before %" PRIu64 " are missing; no root "
                  "can be computed from here on"
                : "index %" PRIu64 " should follow, but here is %" PRIu64
                  ": an entry stands twice or out of order", v->next, row->index);
    return fault(v, missing ? v->next : row->index, "index", &why, d);
}

static enum err check_zone_and_time(struct journal_verifier *v, const struct journal_row *row,
    struct diag *d)
{
    const struct journal_event *e = &row->event;
    struct diag why = { 0 };
    if (!str_equal(e->zone, v->options.zone)) {
        (void)diag_set(&why, ERR_DIVERGED, "条目属于区域 %.*s,而日志是区域 %.*s 的",
            "the entry is of the zone %.*s, but the journal of the zone %.*s", STR_ARGS(e->zone),
            STR_ARGS(v->options.zone));
        TRY(fault(v, row->index, "zone", &why, d));
    }
    int64_t tolerance = v->options.time_tolerance_ms;
    if (tolerance >= 0 && v->has_checkpoint_time && e->at_ms < v->checkpoint_ms - tolerance) {
        (void)diag_set(&why, ERR_DIVERGED,
            "条目的时间早于它之前的检查点的签名时间:可能是倒签",
            "the entry is dated before the checkpoint that was signed before it: it may be "
            "backdated");
        TRY(fault(v, row->index, "time", &why, d));
    }
    if (e->at_ms > v->newest_ms || v->rows == 0)
        v->newest_ms = e->at_ms;
    return OK;
}

static enum err check_event_hash(struct journal_verifier *v, const struct journal_row *row,
    struct diag *d)
{
    struct journal_hash h;
    struct diag why = { 0 };
    if (row->erased) {
        v->erased++;
        return OK;
    }
    TRY(journal_hash(v->options.profile, (str){ (const char *)row->salt, sizeof row->salt },
        row->event.json, &h, d));
    if (journal_hash_equal(&h, &row->event_hash))
        return OK;
    (void)diag_set(&why, ERR_DIVERGED, "事件内容(或盐值、事件摘要)与记入时不同",
        "the event's content (or its salt, or the stored hash) is not what was recorded");
    return fault(v, row->index, "event", &why, d);
}

/* Reports a row whose fields do not give its leaf hash, and chooses what goes up the tree. */
static enum err choose_leaf(struct journal_verifier *v, const struct journal_row *row,
    struct journal_hash *out, struct diag *d)
{
    struct journal_leaf leaf;
    struct journal_hash stored;
    struct diag why = { 0 };
    bool found = false;
    *out = row->leaf_hash;
    enum err e = journal_leaf_rebuild(&v->scratch, v->options.profile, &row->event,
        &row->event_hash, &leaf, &why);
    if (machine(e)) {
        if (d)
            *d = why;
        return e;
    }
    if (e != OK)
        return fault(v, row->index, "leaf", &why, d);
    if (journal_hash_equal(&leaf.hash, &row->leaf_hash))
        return OK;
    TRY(stored_node(v, 0, row->index, &stored, &found, d));
    bool hash_changed = found && journal_hash_equal(&stored, &leaf.hash);
    if (hash_changed)
        *out = leaf.hash;
    (void)diag_set(&why, ERR_DIVERGED, hash_changed
            ? "所存的条目摘要被改动,条目本身与树相符"
            : "条目的区域、时间、事项、对象、经办人或事件摘要与记入时不同",
        hash_changed ? "the stored leaf hash was changed; the entry itself agrees with the tree"
                     : "the entry's zone, time, kind, subject, actor or event hash is not what was "
                       "recorded");
    return fault(v, row->index, hash_changed ? "leaf_hash" : "leaf", &why, d);
}

static enum err grow(struct journal_verifier *v, const struct journal_hash *leaf, struct diag *d)
{
    uint64_t index;
    if (v->gap)
        return OK;
    v->tree.nodes = (struct journal_nodes){ .ctx = v, .put = compare_node };
    v->bad_carry = false;
    TRY(journal_append(&v->tree, leaf, &index, d));
    if (v->bad_carry)
        v->bad_nodes |= UINT64_C(1) << __builtin_ctzll(v->tree.size);
    return OK;
}

enum err journal_verifier_row(struct journal_verifier *v, const struct journal_row *row,
    struct diag *d)
{
    struct journal_hash leaf;
    arena_reset(&v->scratch);
    TRY(check_order(v, row, d));
    TRY(check_zone_and_time(v, row, d));
    TRY(check_event_hash(v, row, d));
    TRY(choose_leaf(v, row, &leaf, d));
    TRY(grow(v, &leaf, d));
    v->rows++;
    v->next = row->index + 1;
    return OK;
}

/* Opened by any of the keys; the diag is that of the last one tried. */
static enum err open_checkpoint(struct journal_verifier *v, str note,
    struct journal_checkpoint *out, struct diag *why)
{
    enum err e = ERR_VERIFY;
    for (size_t i = 0; i < v->options.key_count && e != OK; i++) {
        arena_reset(&v->scratch);
        e = journal_checkpoint_open(&v->scratch, note, &v->options.keys[i], out, why);
        if (machine(e))
            break;
    }
    return e;
}

static enum err check_size(struct journal_verifier *v, uint64_t size,
    const struct journal_checkpoint *c, bool *fits, struct diag *d)
{
    struct diag why = { 0 };
    *fits = false;
    if (c->head.size != size) {
        (void)diag_set(&why, ERR_DIVERGED, "检查点存作 %" PRIu64 " 条,签名的却是 %" PRIu64 " 条",
            "the checkpoint is kept as of %" PRIu64 " entries but was signed for %" PRIu64, size,
            c->head.size);
        return fault(v, size, "checkpoint", &why, d);
    }
    if (size > v->next) {
        (void)diag_set(&why, ERR_DIVERGED, "检查点签了 %" PRIu64 " 条,日志却只有 %" PRIu64
            " 条:末尾的条目被删除", "%" PRIu64 " entries were signed, but there are only %" PRIu64
            ": entries at the end were removed", size, v->next);
        return fault(v, size, "checkpoint", &why, d);
    }
    if (size < v->next) {
        (void)diag_set(&why, ERR_DIVERGED, "%" PRIu64 " 条的检查点排在 %" PRIu64 " 条之后:次序颠倒",
            "the checkpoint of %" PRIu64 " entries stands after %" PRIu64 ": out of order", size,
            v->next);
        return fault(v, size, "checkpoint", &why, d);
    }
    *fits = true;
    return OK;
}

static enum err check_root(struct journal_verifier *v, const struct journal_checkpoint *c,
    struct diag *d)
{
    struct journal_hash root;
    struct diag why = { 0 };
    TRY(journal_root(&v->tree, v->tree.size, &root, d));
    if (journal_hash_equal(&root, &c->head.root)) {
        v->last_checkpoint_size = c->head.size;
        return OK;
    }
    v->root_bad = true;
    (void)diag_set(&why, ERR_DIVERGED, "由条目推算出的根与签名的根不同:第 %" PRIu64 " 至第 %" PRIu64
        " 条之间有条目被改动、调换或增删", "the root computed from the entries is not the signed one: "
        "an entry from number %" PRIu64 " to number %" PRIu64 " was changed, moved, added or "
        "removed", v->last_checkpoint_size + 1, c->head.size);
    return fault(v, c->head.size, "root", &why, d);
}

static enum err check_checkpoint_time(struct journal_verifier *v,
    const struct journal_checkpoint *c, struct diag *d)
{
    struct diag why = { 0 };
    int64_t tolerance = v->options.time_tolerance_ms;
    if (!c->has_time || tolerance < 0)
        return OK;
    if (v->has_checkpoint_time && c->at_ms < v->checkpoint_ms) {
        (void)diag_set(&why, ERR_DIVERGED, "检查点的签名时间早于前一个检查点",
            "the checkpoint is dated before the one that precedes it");
        TRY(fault(v, c->head.size, "time", &why, d));
    }
    if (v->rows > 0 && v->newest_ms > c->at_ms + tolerance) {
        (void)diag_set(&why, ERR_DIVERGED, "检查点所含条目的时间晚于签名时间",
            "the checkpoint covers an entry that is dated after the signing");
        TRY(fault(v, c->head.size, "time", &why, d));
    }
    v->has_checkpoint_time = true;
    v->checkpoint_ms = c->at_ms;
    return OK;
}

enum err journal_verifier_checkpoint(struct journal_verifier *v, uint64_t size, str note,
    struct diag *d)
{
    struct journal_checkpoint c;
    struct diag why = { 0 };
    bool fits;
    v->checkpoints++;
    enum err e = open_checkpoint(v, note, &c, &why);
    if (machine(e)) {
        if (d)
            *d = why;
        return e;
    }
    if (e != OK)
        return fault(v, size, "checkpoint", &why, d);
    TRY(check_size(v, size, &c, &fits, d));
    if (!fits)
        return OK;
    if (!v->gap && !v->root_bad)
        TRY(check_root(v, &c, d));
    return check_checkpoint_time(v, &c, d);
}

static void summarise(const struct journal_verifier *v, struct journal_report *r)
{
    if (r->ok) {
        r->summary_zh = str_printf(v->arena, "日志完好:%" PRIu64 " 条逐条核对,%" PRIu64
            " 个检查点全部相符,前 %" PRIu64 " 条已签名;%" PRIu64 " 条的内容已依法删除,只留摘要。",
            r->rows, r->checkpoints, r->signed_rows, r->erased);
        r->summary_en = str_printf(v->arena, "The journal is intact: %" PRIu64
            " entries checked one by one, all %" PRIu64 " checkpoints agree, the first %" PRIu64
            " entries are signed; the content of %" PRIu64 " was erased, their hashes stand.",
            r->rows, r->checkpoints, r->signed_rows, r->erased);
    } else {
        r->summary_zh = str_printf(v->arena, "日志有 %" PRIu64 " 处不符(共核对 %" PRIu64 " 条、%" PRIu64
            " 个检查点)。", r->fault_total, r->rows, r->checkpoints);
        r->summary_en = str_printf(v->arena, "The journal has %" PRIu64 " faults (%" PRIu64
            " entries and %" PRIu64 " checkpoints were checked).", r->fault_total, r->rows,
            r->checkpoints);
    }
}

enum err journal_verifier_finish(struct journal_verifier *v, struct journal_report *out,
    struct diag *d)
{
    struct journal_report r = {
        .ok = v->fault_total == 0,
        .rows = v->rows,
        .erased = v->erased,
        .checkpoints = v->checkpoints,
        .signed_rows = v->last_checkpoint_size,
        .fault_total = v->fault_total,
        .fault_count = v->fault_count,
        .faults = v->faults,
    };
    if (!v->gap) {
        r.head.size = v->tree.size;
        TRY(journal_root(&v->tree, v->tree.size, &r.head.root, d));
    }
    summarise(v, &r);
    TRY(diag_arena(d, v->arena));
    *out = r;
    if (r.ok)
        return OK;
    return diag_set(d, ERR_VERIFY, "日志有 %" PRIu64 " 处不符", "the journal has %" PRIu64 " faults",
        r.fault_total);
}
