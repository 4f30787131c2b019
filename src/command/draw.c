/*
 * junma draw: a draw that anyone can check (zone/draw.h, docs/draw.md), offline, from its published
 * file.
 *
 *     junma draw FILE --verify          does the list keep its commitment, the result follow from it?
 *     junma draw FILE --commit          the commitment of a list
 *     junma draw FILE --seed TEXT       the whole file with the result that this seed gives
 *
 * Exit status 0: it holds; 1: it does not, and what differs first is said.
 */
#include "command/all.h"
#include "zone/draw.h"

enum { FILE_BYTES_MAX = 32 * 1024 * 1024 };

static int print_verdict(struct command_line *line, const json_t *file)
{
    bool drawn = false;
    if (draw_verify(line->arena, file, &drawn, &line->diag) != OK)
        return command_fail(line);
    str commitment = json_str(file, "commitment");
    bool zh = command_zh(line);
    printf(zh ? "承诺相符:%.*s\n" : "the commitment holds: %.*s\n", STR_ARGS(commitment));
    if (drawn)
        printf(zh ? "结果相符:由承诺和种子“%.*s”重新算出,%zu 人逐一相同\n"
                  : "the result holds: computed again from commitment and seed \"%.*s\", the same for "
                    "all %zu\n",
            STR_ARGS(json_str(file, "seed")), json_array_size(json_object_get(file, "result")));
    else
        printf(zh ? "尚未开奖:种子将取自 %.*s\n" : "not drawn yet: the seed will come from %.*s\n",
            STR_ARGS(json_str(file, "source")));
    printf(zh ? "未证明:承诺是在种子产生之前公布的;请对照公告日期或日志回执\n"
              : "not proved: that the commitment was published before the seed existed; compare the "
                "notice's date or the journal's receipt\n");
    return EXIT_DONE;
}

static int print_result(struct command_line *line, json_t *file, struct draw *w, str seed)
{
    if (draw_run(line->arena, w, seed, &line->diag) != OK)
        return command_fail(line);
    json_set_str(file, "commitment", draw_commitment(line->arena, w));
    json_set_str(file, "seed", seed);
    json_object_set_new(file, "result", draw_result(w));
    printf("%.*s\n", STR_ARGS(json_text_pretty(line->arena, file)));
    return EXIT_DONE;
}

int command_draw(struct command_line *line)
{
    const char *path = NULL, *seed = NULL;
    bool verify = false, commit = false;
    size_t words;
    str text;
    json_t *file;
    struct draw w;
    const struct option_spec specs[] = { { "--seed", &seed, NULL }, { "--verify", NULL, &verify },
        { "--commit", NULL, &commit } };
    if (!command_options(line, specs, sizeof specs / sizeof *specs, &path, 1, &words))
        return EXIT_USAGE;
    if (words != 1 || verify + commit + (seed != NULL) != 1)
        return command_usage(line);
    if (line->sys->file_read(line->sys->ctx, line->arena, path, FILE_BYTES_MAX, &text, &line->diag) != OK
        || json_parse(line->arena, text, &file, &line->diag) != OK) {
        diag_at(&line->diag, path, 0, 0);
        return command_fail(line);
    }
    if (verify)
        return print_verdict(line, file);
    if (draw_read(line->arena, file, &w, &line->diag) != OK)
        return command_fail(line);
    if (seed)
        return print_result(line, file, &w, str_from(seed));
    printf("%.*s\n", STR_ARGS(draw_commitment(line->arena, &w)));
    return EXIT_DONE;
}
