/*
 * junma verify: does a receipt prove what it says, and is a whole journal what it was?
 *
 *     junma verify RECEIPT.json --key PUB        offline: no data folder, no server
 *     junma verify CONSISTENCY.json --key PUB    two checkpoints and the proof between them
 *     junma verify --journal --data DIR          everything that is stored, computed again
 *
 * PUB is the public key as text, or a file that holds it. With --journal it may be given too: then
 * the journal must also be signed by that key, so that a key changed together with the data is
 * noticed. A journal is read only, beside a running server. What is checked is said in words, and
 * so is what is not proved. Exit status 0: all holds; 1: something does not, or could not be
 * checked.
 */
#include "command/all.h"
#include "zone/ledger.h"

#include <string.h>

enum { RECEIPT_BYTES_MAX = 1 << 20, KEY_FILE_BYTES_MAX = 4096, FAULTS_SHOWN_MAX = 200 };

struct verifying {
    const char *key, *data_dir;
    bool journal;
    str vkey; /* empty: none was given */
};

/* The key's text, or the file that holds it. */
static enum err read_key(struct command_line *line, struct verifying *v)
{
    struct journal_key key;
    struct diag not_text = { 0 }, no_file = { 0 };
    str text;
    if (!v->key)
        return OK;
    enum err e = journal_key_parse(str_from(v->key), &key, &not_text);
    if (e == OK) {
        v->vkey = str_from(v->key);
        return OK;
    }
    const struct sys *sys = line->sys;
    e = sys->file_read(sys->ctx, line->arena, v->key, KEY_FILE_BYTES_MAX, &text, &no_file);
    if (e != OK)
        return diag_set(&line->diag, e, "“%s”既不是公钥文本(%s),也不是可读的文件(%s)",
            "\"%s\" is neither the text of a public key (%s) nor a file that can be read (%s)",
            v->key, command_zh(line) ? not_text.zh : not_text.en,
            command_zh(line) ? no_file.zh : no_file.en);
    v->vkey = str_trim(text);
    e = journal_key_parse(v->vkey, &key, &line->diag);
    if (e != OK)
        diag_at(&line->diag, v->key, 0, 0);
    return e;
}

/* ---- a receipt, or two checkpoints ---- */

static void print_list(const str *sentences, size_t count, const char *title)
{
    if (count)
        printf("%s\n", title);
    for (size_t i = 0; i < count; i++)
        printf("  · %.*s\n", STR_ARGS(sentences[i]));
}

static void print_verdict(struct command_line *line, const struct journal_verdict *v)
{
    bool zh = command_zh(line);
    for (size_t i = 0; i < v->step_count; i++) {
        const struct journal_step *s = &v->steps[i];
        printf("%s %.*s\n", !s->done ? "–" : s->ok ? "✓" : "✗", STR_ARGS(zh ? s->zh : s->en));
    }
    printf("\n%s\n",
        v->ok ? (zh ? "结论:回执成立。" : "The receipt holds.")
              : (zh ? "结论:回执不成立。" : "The receipt does NOT hold."));
    print_list(zh ? v->proved_zh : v->proved_en, v->proved_count, zh ? "它证明:" : "It proves:");
    print_list(zh ? v->unproved_zh : v->unproved_en, v->unproved_count,
        zh ? "它不证明:" : "It does not prove:");
}

static int verify_document(struct command_line *line, struct verifying *v, const char *path)
{
    str text;
    json_t *document;
    struct journal_verdict verdict = { 0 };
    const struct sys *sys = line->sys;
    if (sys->file_read(sys->ctx, line->arena, path, RECEIPT_BYTES_MAX, &text, &line->diag) != OK)
        return command_fail(line);
    if (json_parse(line->arena, text, &document, &line->diag) != OK) {
        diag_at(&line->diag, path, 0, 0);
        return command_fail(line);
    }
    bool consistency = str_starts(json_str(document, "version"), STR("junma-consistency/"));
    enum err e = consistency
        ? journal_consistency_check(line->arena, text, v->vkey, &verdict, &line->diag)
        : journal_receipt_verify(line->arena, text, v->vkey, &verdict, &line->diag);
    if (!verdict.step_count) { /* it is nothing that could be checked */
        diag_at(&line->diag, path, 0, 0);
        return command_fail(line);
    }
    print_verdict(line, &verdict);
    return e == OK ? EXIT_DONE : EXIT_FAULT;
}

/* ---- the whole journal ---- */

static void print_fault(struct command_line *line, const struct journal_fault *f)
{
    bool zh = command_zh(line);
    bool mark = strcmp(f->field, "checkpoint") == 0 || strcmp(f->field, "root") == 0;
    printf(zh ? "✗ %s %llu,%s:%.*s\n" : "✗ %s %llu, %s: %.*s\n",
        mark ? (zh ? "检查点" : "checkpoint") : (zh ? "序号" : "entry"),
        (unsigned long long)f->index, f->field, STR_ARGS(zh ? f->zh : f->en));
}

static bool same_key(struct command_line *line, const struct verifying *v, const struct zone *z)
{
    if (!v->vkey.bytes || str_equal(v->vkey, ledger_vkey(z)))
        return true;
    printf(command_zh(line) ? "✗ 数据目录中的日志由另一把密钥签名:%.*s\n"
                            : "✗ the journal in the data folder is signed by another key: %.*s\n",
        STR_ARGS(ledger_vkey(z)));
    return false;
}

static int verify_stored(struct command_line *line, const struct verifying *v, struct zone *z)
{
    bool zh = command_zh(line);
    struct journal_report report = { 0 };
    struct diag_list rows;
    int64_t cases = 0;
    struct op op = { .zone = z,
        .arena = line->arena,
        .actor = &actor_system,
        .diag = &line->diag,
        .now_ms = sys_now_ms(line->sys) };
    diag_list_init(&rows, line->arena, FAULTS_SHOWN_MAX);
    if (store_read_begin(z->store, &op.conn, &line->diag) != OK)
        return command_fail(line);
    enum err e = ledger_verify(&op, &report, FAULTS_SHOWN_MAX);
    if (e == OK || e == ERR_VERIFY)
        e = ledger_verify_rows(&op, &cases, &rows);
    store_read_end(op.conn);
    if (e != OK)
        return command_fail(line);
    for (size_t i = 0; i < report.fault_count; i++)
        print_fault(line, &report.faults[i]);
    for (size_t i = 0; i < rows.count; i++)
        printf("✗ %s\n", zh ? rows.items[i]->zh : rows.items[i]->en);
    bool key = same_key(line, v, z);
    unsigned long long faults = report.fault_total + rows.total + !key;
    printf("%.*s\n", STR_ARGS(zh ? report.summary_zh : report.summary_en));
    printf(
        zh ? "日志记录 %llu 条(已删除内容的 %llu 条),检查点 %llu 个,办件 %lld 件;发现问题 %llu 处。\n"
           : "%llu entries (%llu of them erased), %llu checkpoints, %lld cases; %llu faults.\n",
        (unsigned long long)report.rows, (unsigned long long)report.erased,
        (unsigned long long)report.checkpoints, (long long)cases, faults);
    return faults ? EXIT_FAULT : EXIT_DONE;
}

static int verify_journal(struct command_line *line, const struct verifying *v)
{
    struct zone *z;
    struct diag_list faults;
    diag_list_init(&faults, line->arena, 20);
    struct zone_options options = { .sys = line->sys, .data_dir = v->data_dir, .read_only = true };
    if (zone_open(&options, &z, &faults, &line->diag) != OK)
        return command_faults(line, &faults);
    int status = verify_stored(line, v, z);
    zone_close(z);
    return status;
}

int command_verify(struct command_line *line)
{
    struct verifying v = { 0 };
    const char *path = NULL;
    size_t words;
    const struct option_spec specs[] = { { "--key", &v.key, NULL }, { "--data", &v.data_dir, NULL },
        { "--journal", NULL, &v.journal } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &path, 1, &words))
        return EXIT_USAGE;
    bool journal = v.journal && v.data_dir && !words;
    bool document = !v.journal && words == 1 && v.key && !v.data_dir;
    if (!journal && !document)
        return command_usage(line);
    if (read_key(line, &v) != OK)
        return command_fail(line);
    return journal ? verify_journal(line, &v) : verify_document(line, &v, path);
}
