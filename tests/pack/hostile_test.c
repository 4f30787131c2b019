/*
 * Definitions that are wrong on purpose: registers whose columns come out of nothing or of
 * themselves, actions that make what there is not, pages that name what there is not, and figures
 * whose SQL would write, loop, or read what is none of its business. Each is refused with the file,
 * the line and words that say what is wrong.
 *
 * A load of the sample zone takes a while, and one run reports every fault: many wrong things stand
 * in one file, each on a line of its own, and each line must be told.
 */
#include "given.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A line of a definition and what must be said of it; NULL: nothing. */
struct line {
    const char *text, *words;
};

#define T "\"title\": {\"zh\": \"列\", \"en\": \"Column\"}, "
#define N "\"name\": {\"zh\": \"名\", \"en\": \"Name\"}, "
#define COLUMN(name, rest) "{\"name\": \"" name "\", " T rest "}"

/* The lines, with commas between them, as one text after `before`; says on which line the first is. */
static void add_lines(
    struct buf *b, const char *before, const struct line *lines, size_t count, int *first)
{
    buf_add(b, str_from(before));
    str so_far = buf_str(b);
    *first = 1;
    for (size_t i = 0; i < so_far.bytes; i++)
        *first += so_far.data[i] == '\n';
    for (size_t i = 0; i < count; i++)
        buf_printf(b, "%s%s\n", lines[i].text, i + 1 < count ? "," : "");
}

/* How many lines are not told as they should be. */
static int untold(
    struct given *g, const char *file, int first, const struct line *lines, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].words && !given_says(g, file, first + (int)i, lines[i].words)) {
            print_message("^ %s\n", lines[i].text);
            wrong++;
        }
        for (size_t k = 0; !lines[i].words && k < g->faults.count; k++)
            if (strcmp(g->faults.items[k]->file, file) == 0
                && g->faults.items[k]->line == first + (int)i) {
                print_message("nothing is wrong with %s\n  %s\n", lines[i].text, g->faults.items[k]->en);
                wrong++;
            }
    }
    return wrong;
}

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- columns, what is made and raised ------------------------------------------------------- */

static const struct line columns[] = {
    { COLUMN("name", "\"type\": \"text\", \"required\": true, \"unique\": true"), NULL },
    { COLUMN("other", "\"type\": \"ref\", \"ref\": \"hostile\""), NULL },
    { COLUMN("project", "\"type\": \"ref\", \"ref\": \"project\""), NULL },
    { COLUMN("month", "\"type\": \"text\""), NULL },
    { COLUMN("day", "\"type\": \"date\""), NULL },
    { COLUMN("days", "\"type\": \"int\""), NULL },
    { COLUMN("paid", "\"type\": \"money\""), NULL },
    { COLUMN("secret", "\"type\": \"text\", \"masked\": true"), NULL },
    /* former */
    { COLUMN("f1", "\"type\": \"money\", \"former\": {\"column\": \"payed\", \"same\": [\"project\"], "
        "\"month\": \"month\"}"),
        "must be a column of this register that is entered" },
    { COLUMN("f2", "\"type\": \"int\", \"former\": {\"column\": \"paid\", \"same\": [\"project\"], "
        "\"month\": \"month\"}"),
        "this column must be of the same type" },
    { COLUMN("f3", "\"type\": \"money\", \"former\": {\"column\": \"paid\", \"same\": [\"project\"], "
        "\"month\": \"day\"}"),
        "is a text like 2026-10" },
    { COLUMN("f4", "\"type\": \"money\", \"former\": {\"column\": \"paid\", \"same\": [\"project\"], "
        "\"month\": \"month\", \"back\": 0}"),
        "between 1 and 600" },
    { COLUMN("f5", "\"type\": \"money\", \"former\": {\"column\": \"paid\", \"month\": \"month\"}"),
        "member \"same\" is missing" },
    { COLUMN("f6", "\"type\": \"money\", \"former\": {\"column\": \"f1\", \"same\": [\"f1\"], \"month\": "
        "\"month\"}"),
        "that is entered" },
    { COLUMN("f7", "\"type\": \"money\", \"former\": {\"column\": \"paid\", \"same\": [\"project\"], "
        "\"month\": \"month\", \"years\": 1}"),
        "unknown member \"years\"" },
    { COLUMN("f8", "\"type\": \"text\", \"former\": {\"column\": \"secret\", \"same\": [\"project\"], "
        "\"month\": \"month\"}"),
        "must be masked too" },
    /* working_days */
    { COLUMN("w1", "\"type\": \"date\", \"computed\": \"day\", \"working_days\": \"dais\""),
        "no column \"dais\"" },
    { COLUMN("w2", "\"type\": \"date\", \"computed\": \"day\", \"working_days\": \"month\""),
        "a number from 1 to 1000, or a column of type int" },
    { COLUMN("w3", "\"type\": \"date\", \"working_days\": 5"), "only a computed column of type date" },
    { COLUMN("w4", "\"type\": \"int\", \"computed\": \"days\", \"working_days\": 5"),
        "only a computed column of type date" },
    { COLUMN("w5", "\"type\": \"date\", \"computed\": \"day\", \"working_days\": 0"),
        "between 1 and 1000" },
    { COLUMN("w6", "\"type\": \"date\", \"computed\": \"day\", \"working_days\": 2.5"), "must be" },
    /* rollup */
    { COLUMN("r1", "\"type\": \"int\", \"rollup\": {\"register\": \"nothing\", \"by\": \"other\", "
        "\"take\": \"count\"}"),
        "no register \"nothing\"" },
    { COLUMN("r2", "\"type\": \"int\", \"rollup\": {\"register\": \"hostile\", \"take\": \"count\"}"),
        "by is missing" },
    { COLUMN("r3", "\"type\": \"int\", \"rollup\": {\"register\": \"hostile\", \"by\": \"project\", "
        "\"take\": \"count\"}"),
        "does not refer to the register" },
    { COLUMN("r4", "\"type\": \"int\", \"rollup\": {\"register\": \"hostile\", \"by\": \"other\", "
        "\"take\": \"count\", \"column\": \"days\"}"),
        "count takes no column" },
    { COLUMN("r5", "\"type\": \"money\", \"rollup\": {\"register\": \"hostile\", \"by\": \"other\", "
        "\"take\": \"sum\", \"column\": \"paid\", \"order\": \"day\"}"),
        "only last has an order" },
    { COLUMN("r6", "\"type\": \"text\", \"rollup\": {\"register\": \"hostile\", \"by\": \"other\", "
        "\"take\": \"last\", \"column\": \"secret\"}"),
        "must be masked too" },
    { COLUMN("r7", "\"type\": \"int\", \"rollup\": {\"register\": \"hostile\", \"by\": \"other\", "
        "\"take\": \"count\", \"where\": [{\"column\": \"dai\", \"value\": \"1\"}]}"),
        "no column \"dai\"" },
    { COLUMN("r8", "\"type\": \"text\", \"rollup\": {\"cases\": \"open\"}"), "must be of type int" },
    { COLUMN("r9", "\"type\": \"int\", \"rollup\": {\"cases\": \"some\"}"), "open, all" },
    /* decisions */
    { COLUMN("d1", "\"type\": \"text\", \"decision\": \"nothing\""), "have no \"nothing\"" },
    { COLUMN("d2", "\"type\": \"code\", \"codes\": \"project_light\", \"decision\": \"light\""),
        "asks for \"planned\"" },
    { COLUMN("d3", "\"type\": \"text\", \"output\": \"light\""), "only a column with a decision has an "
        "output" },
    { COLUMN("d4", "\"type\": \"point\", \"computed\": \"null\""), "places and files cannot be computed" },
    { COLUMN("d5", "\"type\": \"int\", \"required\": true, \"computed\": \"1\""),
        "cannot be required or unique" },
    /* what comes out of itself: alone, round two columns, round a rollup over the register itself */
    { COLUMN("c1", "\"type\": \"int\", \"computed\": \"c1 + 1\""), "derived from itself" },
    { COLUMN("c2", "\"type\": \"int\", \"computed\": \"c3 + 1\""), "derived from itself" },
    { COLUMN("c3", "\"type\": \"int\", \"computed\": \"c2 + 1\""), "derived from itself" },
    { COLUMN("c4", "\"type\": \"int\", \"rollup\": {\"register\": \"hostile\", \"by\": \"other\", "
        "\"take\": \"max\", \"column\": \"c5\"}"),
        "derived from itself" },
    { COLUMN("c5", "\"type\": \"int\", \"computed\": \"c4 + 1\""), "derived from itself" },
    { COLUMN("c6", "\"type\": \"date\", \"computed\": \"day\", \"working_days\": \"c7\""),
        "computed after it" },
    { COLUMN("c7", "\"type\": \"int\", \"computed\": \"days\""), NULL },
    /* the language of expressions */
    { COLUMN("e1", "\"type\": \"int\", \"computed\": \"days +\""), "" },
    { COLUMN("e2", "\"type\": \"int\", \"computed\": \"dais + 1\""), "dais" },
    { COLUMN("e3", "\"type\": \"text\", \"computed\": \"secret\""), "which is masked" },
    { COLUMN("e4", "\"type\": \"bool\", \"computed\": \"secret != null\""), NULL },
};

#define MAKE(code, rest) "{\"code\": \"" code "\", " N rest "}"
static const struct line makes[] = {
    { MAKE("m1", "\"register\": \"projects\", \"link\": \"project\", \"columns\": {\"number\": "
        "\"name\"}"), "no register \"projects\"" },
    { MAKE("m2", "\"register\": \"project\", \"link\": \"projekt\", \"columns\": {\"number\": "
        "\"name\"}"), "no column \"projekt\"" },
    { MAKE("m3", "\"register\": \"project\", \"link\": \"other\", \"columns\": {\"number\": \"name\"}"),
        "refers to the register \"project\"" },
    { MAKE("m4", "\"register\": \"project\", \"link\": \"project\", \"columns\": {\"numbers\": "
        "\"name\"}"), "no column \"numbers\"" },
    { MAKE("m5", "\"register\": \"project\", \"link\": \"project\", \"columns\": {\"light\": \"name\"}"),
        "that is entered" },
    { MAKE("m6", "\"register\": \"project\", \"link\": \"project\", \"columns\": {\"number\": \"name "
        "+\"}"), "" },
    { MAKE("m7", "\"register\": \"project\", \"link\": \"project\", \"when\": \"dey = null\", "
        "\"columns\": {\"number\": \"name\"}"), "dey" },
    { MAKE("m8", "\"register\": \"project\", \"columns\": {\"number\": \"name\"}"),
        "member \"link\" is missing" },
    { MAKE("m9", "\"register\": \"project\", \"link\": \"project\""), "member \"columns\" is missing" },
    { MAKE("m9", "\"register\": \"project\", \"link\": \"project\", \"columns\": {\"number\": \"name\", "
        "\"name\": \"name\", \"kind\": \"\\\"industrial\\\"\"}"), "used twice" },
};

static const struct line raises[] = {
    { MAKE("k1", "\"kind\": \"requests\", \"fields\": {\"title\": \"name\"}"), "no kind of case "
        "\"requests\"" },
    { MAKE("k2", "\"kind\": \"request\", \"channel\": \"fax\", \"applicant\": \"project.enterprise\", "
        "\"fields\": {\"title\": \"name\"}"), "no channel \"fax\"" },
    { MAKE("k3", "\"kind\": \"request\", \"applicant\": \"project.owner\", \"fields\": {\"title\": "
        "\"name\"}"), "\"owner\" is no column" },
    { MAKE("k4", "\"kind\": \"request\", \"applicant\": \"project\", \"fields\": {\"title\": \"name\"}"),
        "say by which columns it is reached" },
    { MAKE("k5", "\"kind\": \"request\", \"applicant\": \"other.other.other.other.project.enterprise\", "
        "\"fields\": {\"title\": \"name\"}"), "at most 4 steps" },
    { MAKE("k6", "\"kind\": \"request\", \"applicant\": \"project.enterprise\", \"fields\": {\"titel\": "
        "\"name\"}"), "titel" },
    { MAKE("k7", "\"kind\": \"request\", \"applicant\": \"project.enterprise\", \"fields\": {\"title\": "
        "\"nam\"}"), "nam" },
    { MAKE("k8", "\"kind\": \"request\", \"applicant\": \"project.enterprise\""),
        "member \"fields\" is missing" },
};

static void registers(void **state)
{
    (void)state;
    struct given g;
    struct buf b;
    const struct pack *p = NULL;
    int at_columns, at_makes, at_raises;
    given_open(&g);
    buf_init(&b, &g.arena, MIB);
    add_lines(&b, "{\"register\": \"hostile\", " N "\"key\": \"name\", \"columns\": [\n", columns,
        COUNT(columns), &at_columns);
    add_lines(&b, "], \"makes\": [\n", makes, COUNT(makes), &at_makes);
    add_lines(&b, "], \"raises\": [\n", raises, COUNT(raises), &at_raises);
    buf_add(&b, STR("]}\n"));
    given_add(&g, "projects/registers/hostile.json", buf_str(&b));
    assert_int_not_equal(given_load(&g, &p), OK);
    const char *file = "zone/projects/registers/hostile.json";
    int wrong = untold(&g, file, at_columns, columns, COUNT(columns));
    wrong += untold(&g, file, at_makes, makes, COUNT(makes));
    wrong += untold(&g, file, at_raises, raises, COUNT(raises));
    assert_int_equal(wrong, 0);
    given_close(&g);
}

/* Round three registers: a counts over b, b over c, c over a. */
static void a_circle_of_registers(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p = NULL;
    static const char *const names[] = { "ring_a", "ring_b", "ring_c" };
    given_open(&g);
    for (int i = 0; i < 3; i++) {
        str path = str_printf(&g.arena, "projects/registers/%s.json", names[i]);
        const char *from = names[(i + 1) % 3], *to = names[(i + 2) % 3];
        given_add(&g, str_terminated(&g.arena, path),
            str_printf(&g.arena,
                "{\"register\": \"%s\", " N "\"columns\": [\n"
                "{\"name\": \"up\", " T "\"type\": \"ref\", \"ref\": \"%s\"},\n"
                "{\"name\": \"sum\", " T "\"type\": \"int\", \"rollup\": {\"register\": \"%s\", \"by\": "
        "\"up\","
                " \"take\": \"sum\", \"column\": \"sum\"}}]}",
                names[i], to, from));
    }
    assert_int_not_equal(given_load(&g, &p), OK);
    for (int i = 0; i < 3; i++) {
        str file = str_printf(&g.arena, "zone/projects/registers/%s.json", names[i]);
        given_expect(&g, file.data, 3, "derived from itself, directly or by way of other columns or "
        "registers");
    }
    given_close(&g);
}

/* ---- figures -------------------------------------------------------------------------------- */

#define FROM_PROJECT "SELECT id, light FROM record_project WHERE zone = $1"
#define AND_COUNT "SELECT count(*) FROM rows"
static const struct hostile_figure {
    const char *rows, *value;
    int line; /* of the file: rows stand on line 4, the value on line 6 */
    const char *words;
} figures[] = {
    /* that write */
    { "DELETE FROM record_project WHERE zone = $1", AND_COUNT, 4, "\"DELETE\" may not be used" },
    { "SELECT id FROM record_project WHERE zone = $1; DROP TABLE account", AND_COUNT, 4,
        "';' has no place" },
    { "SELECT id FROM (UPDATE record_project SET light = 1 RETURNING id) WHERE zone = $1", AND_COUNT, 4,
        "may not be used" },
    { "REPLACE INTO record_project SELECT $1", AND_COUNT, 4, "\"INTO\" may not be used" },
    { "CREATE TABLE x AS SELECT $1 AS id", AND_COUNT, 4, "\"CREATE\" may not be used" },
    { "ATTACH DATABASE 'x.db' AS id", AND_COUNT, 4, "\"ATTACH\" may not be used" },
    { "PRAGMA writable_schema = 1", AND_COUNT, 4, "\"PRAGMA\" may not be used" },
    { "VACUUM INTO 'x.db'", AND_COUNT, 4, "\"VACUUM\" may not be used" },
    /* that loop or swell */
    { "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n WHERE $1 <> "
        "''", AND_COUNT, 4, "\"WITH\" may not be used" },
    { "SELECT id FROM (WITH n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n) WHERE "
        "$1 <> ''", AND_COUNT, 4, "\"WITH\" may not be used" },
    { "SELECT id, zeroblob(1000000000) AS big FROM record_project WHERE zone = $1", AND_COUNT, 4,
        "\"zeroblob\" may not be used" },
    { FROM_PROJECT, "SELECT sum(length(randomblob(1000000000))) FROM rows", 6, "\"randomblob\" may not be "
        "used" },
    { "SELECT id, printf('%1000000000d', id) AS big FROM record_project WHERE zone = $1", AND_COUNT, 4,
        "\"printf\" may not be used" },
    /* that read what is none of their business */
    { "SELECT rowid AS id FROM sqlite_schema WHERE $1 <> ''", AND_COUNT, 4, "may not read "
        "\"sqlite_schema\"" },
    { "SELECT rowid AS id FROM sqlite_master WHERE $1 <> ''", AND_COUNT, 4, "may not read "
        "\"sqlite_master\"" },
    { "SELECT rowid AS id FROM \"sqlite_schema\" WHERE $1 <> ''", AND_COUNT, 4, "sqlite_schema" },
    { "SELECT id FROM account WHERE zone = $1", AND_COUNT, 4, "may not read \"account\"" },
    { "SELECT p.id AS id FROM record_project p, account a WHERE p.zone = $1", AND_COUNT, 4,
        "may not read \"account\"" },
    { "SELECT p.id AS id FROM record_project p LEFT JOIN session s ON s.id = p.id WHERE p.zone = $1",
        AND_COUNT, 4, "may not read \"session\"" },
    { "SELECT id, (SELECT max(password) FROM account) AS word FROM record_project WHERE zone = $1",
        AND_COUNT, 4, "may not read \"account\"" },
    { "SELECT id FROM (record_project JOIN account ON 1 = 1) WHERE $1 <> ''", AND_COUNT, 4,
        "may not read \"account\"" },
    { "SELECT cid AS id FROM pragma_table_info('account') WHERE $1 <> ''", AND_COUNT, 4,
        "may not read \"pragma_table_info\"" },
    { "SELECT id FROM main.account WHERE zone = $1", AND_COUNT, 4, "may not read \"main\"" },
    { "SELECT id FROM register_project_history WHERE zone = $1", AND_COUNT, 4, "may not read" },
    { "SELECT id FROM past_project WHERE zone = $1", AND_COUNT, 4, "may not read" },
    { "SELECT id FROM record_clue WHERE zone = $1", AND_COUNT, 4, "that figures may read" },
    { "SELECT id FROM record_project WHERE zone = 'elsewhere'", AND_COUNT, 4, "WHERE zone = $1" },
    { "SELECT id, load_extension('x.so') AS x FROM record_project WHERE zone = $1", AND_COUNT, 4,
        "load_extension" },
    { "SELECT id, readfile('/etc/passwd') AS x FROM record_project WHERE zone = $1", AND_COUNT, 4,
        "\"readfile\" may not be used" },
    { "SELECT id, sqlite_version() AS x FROM record_project WHERE zone = $1", AND_COUNT, 4,
        "\"sqlite_version\" may not be used" },
    { FROM_PROJECT, "SELECT count(*) FROM account", 6, "SELECT one expression FROM rows" },
    { FROM_PROJECT, "SELECT (SELECT count(*) FROM account) FROM rows", 6, "\"SELECT\" may not be used" },
    { FROM_PROJECT, "SELECT $2 FROM rows", 6, "\"$2\" may not be used" },
    /* that are none */
    { "SELECT id FROM record_project WHERE zone = $1 LIMIT 1", AND_COUNT, 4, "\"LIMIT\" may not be used" },
    { "SELECT id FROM record_project WHERE zone = $1 AND name = 'x", AND_COUNT, 4, "quote or a bracket" },
    { "SELECT id FROM record_project WHERE ((zone = $1)", AND_COUNT, 4, "bracket" },
    { "SELECT id FROM record_project WHERE zone = ?1", AND_COUNT, 4, "'?' has no place" },
    { "SELECT id FROM record_project /* all */ WHERE zone = $1", AND_COUNT, 4, "has no place" },
    { "", AND_COUNT, 4, "may not be empty" },
};

static void figures_that_do_harm(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p = NULL;
    int wrong = 0;
    given_open(&g);
    for (size_t i = 0; i < COUNT(figures); i++) {
        str path = str_printf(&g.arena, "projects/figures/hostile_%zu.sql", i);
        given_add(&g, str_terminated(&g.arena, path),
            str_printf(&g.arena, "-- title: 数 | Number\n-- unit: 个\nrows:\n%s\nvalue:\n%s\n",
        figures[i].rows,
                figures[i].value));
    }
    assert_int_not_equal(given_load(&g, &p), OK);
    for (size_t i = 0; i < COUNT(figures); i++) {
        str file = str_printf(&g.arena, "zone/projects/figures/hostile_%zu.sql", i);
        if (!given_says(&g, file.data, figures[i].line, figures[i].words)) {
            print_message("^ %s / %s\n", figures[i].rows, figures[i].value);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    given_close(&g);
}

/* What is no harm passes: brackets, joins, unions, a query in the list. */
static void figures_that_do_none(void **state)
{
    (void)state;
    static const char *const good[] = {
        "SELECT p.id AS id FROM record_project p JOIN record_investment i ON i.project = p.number WHERE "
        "p.zone = $1",
        "SELECT id FROM (SELECT id, zone FROM record_project UNION ALL SELECT id, zone FROM "
        "record_obstacle) WHERE zone = $1",
        "SELECT id, (SELECT count(*) FROM record_obstacle o WHERE o.project = p.number) AS n FROM "
        "record_project p WHERE zone = $1",
        "SELECT p.id AS id FROM (record_project p JOIN record_obstacle o ON o.project = p.number) WHERE "
        "p.zone = $1",
        "SELECT id FROM record_project WHERE zone = $1 AND name IN (SELECT name FROM record_enterprise)",
        "SELECT id, CASE WHEN (light = 'red') THEN 1 ELSE 0 END AS red FROM record_project WHERE zone = "
        "$1 AND light IS NOT DISTINCT FROM stage",
    };
    struct given g;
    const struct pack *p = NULL;
    given_open(&g);
    for (size_t i = 0; i < COUNT(good); i++) {
        str path = str_printf(&g.arena, "projects/figures/good_%zu.sql", i);
        given_add(&g, str_terminated(&g.arena, path),
            str_printf(&g.arena,
                "-- title: 数 | Number\n-- unit: 个\n-- columns: id = 号 | Id\nrows:\n%s\nvalue:\n" AND_COUNT
                "\n",
                good[i]));
    }
    enum err e = given_load(&g, &p);
    for (size_t i = 0; i < g.faults.count; i++)
        print_message("%s:%d %s\n", g.faults.items[i]->file, g.faults.items[i]->line,
        g.faults.items[i]->en);
    assert_int_equal(e, OK);
    given_close(&g);
}

/* ---- forms ---------------------------------------------------------------------------------- */

/* Groups within groups without end, more parts than a form may have. */
static void forms_that_explode(void **state)
{
    (void)state;
    static const struct {
        const char *open, *close;
        int count;
    } wrong[] = { { "{\"type\": \"group\", \"path\": \"g\", \"components\": [", "]}", 40 },
        { "{\"type\": \"textfield\", \"key\": \"k\", \"label\": \"x\"},", "", 3000 } };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct given g;
        struct buf b;
        const struct pack *p = NULL;
        given_open(&g);
        buf_init(&b, &g.arena, MIB);
        buf_add(&b, STR("{\"schemaVersion\": 18, \"type\": \"default\", \"id\": \"request\", "
        "\"components\": ["));
        for (int k = 0; k < wrong[i].count; k++)
            buf_add(&b, str_from(wrong[i].open));
        buf_add(&b, STR("{\"type\": \"textfield\", \"key\": \"title\", \"label\": \"x\"}"));
        for (int k = 0; k < wrong[i].count; k++)
            buf_add(&b, str_from(wrong[i].close));
        buf_add(&b, STR("]}"));
        given_file(&g, "requests/request.form.json")->text = buf_str(&b);
        assert_int_not_equal(given_load(&g, &p), OK);
        given_expect(&g, "zone/requests/request.form.json", 1, i ? "500" : "6");
        given_close(&g);
    }
}

/* ---- pages: every kind, every member --------------------------------------------------------- */

enum member_type {
    REGISTER, COLUMN_, COLUMNS, LIST, FIGURE, FIGURES, CODES, LICENCE, DECISION, CASES, PATH, NAME, TEXT,
    TEXTS, INT, BOOL, WORD, OBJECT, OBJECTS, PAGE, PAGES,
};
#undef COLUMN
#define COLUMN COLUMN_
static const struct member {
    const char *shape, *name;
    enum member_type type;
    int required;
    const char *with;
} members[] = {
#define REQUIRED 1
#define OPTIONAL 0
#define PAGE_KIND(name)
#define SHAPE(name)
#define MEMBER(shape, ...) { #shape, __VA_ARGS__ },
#include "pack/pages.def"
#undef PAGE_KIND
#undef MEMBER
#undef REQUIRED
#undef OPTIONAL
};
static const char *const kinds[] = {
#define PAGE_KIND(name) #name,
#define MEMBER(...)
#include "pack/pages.def"
};

enum way {
    UNKNOWN_REGISTER, /* every register that is named is none */
    UNKNOWN_NAME,     /* everything else that is named is none, numbers and words are out of bounds */
    WRONG_TYPE,       /* every member has another type of JSON */
    MISSING,          /* what is required is not there */
    WAYS
};

/* What was changed: how often, and the marks by which the lines are found. */
struct changing {
    enum way way;
    int count;
};

static json_t *mark(struct changing *c)
{
    char text[40];
    snprintf(text, sizeof text, "wrong_%d_", ++c->count);
    return json_string(text);
}

static void change_object(json_t *o, const char *shape, struct changing *c);

static void change_named(json_t *o, const struct member *m, struct changing *c)
{
    json_t *v = json_object_get(o, m->name);
    bool list = m->type == COLUMNS || m->type == FIGURES || m->type == PAGES;
    bool named = m->type != NAME && m->type != TEXT && m->type != TEXTS && m->type != BOOL;
    if ((c->way == UNKNOWN_REGISTER) != (m->type == REGISTER) || !named)
        return;
    if (list && json_array_size(v))
        json_array_set_new(v, 0, mark(c));
    else if (m->type == INT)
        json_object_set_new(o, m->name, json_integer(900000 + ++c->count));
    else if (!list)
        json_object_set_new(o, m->name, mark(c));
}

static void change_member(json_t *o, const struct member *m, struct changing *c)
{
    json_t *v = json_object_get(o, m->name), *one;
    size_t i;
    if (!v)
        return;
    if (c->way == MISSING && m->required) {
        json_object_del(o, m->name);
        c->count++;
    } else if (c->way == WRONG_TYPE) {
        bool text = m->type == INT || m->type == BOOL;
        json_object_set_new(o, m->name, text ? mark(c) : json_integer(900000 + ++c->count));
    } else if (m->type == OBJECT)
        change_object(v, m->with, c);
    else if (m->type == OBJECTS)
        json_array_foreach(v, i, one) change_object(one, m->with, c);
    else if (c->way < WRONG_TYPE)
        change_named(o, m, c);
}

static void change_object(json_t *o, const char *shape, struct changing *c)
{
    for (size_t i = 0; i < COUNT(members); i++)
        if (strcmp(members[i].shape, shape) == 0)
            change_member(o, &members[i], c);
}

/* The page, changed; writes what it is now. */
static int change_page(struct given *g, struct pack_file *f, enum way way)
{
    struct changing c = { .way = way };
    json_t *page = json_loadb(f->text.data, f->text.bytes, 0, NULL);
    assert_non_null(page);
    change_object(page, json_string_value(json_object_get(page, "kind")), &c);
    char *text = json_dumps(page, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    f->text = str_copy(&g->arena, str_from(text));
    json_decref(page);
    json_free_t free_text;
    json_get_alloc_funcs(NULL, &free_text);
    free_text(text);
    return c.count;
}

/* Which faults the page has, a line each. */
static int lines_told(const struct given *g, const char *file)
{
    int n = 0, last[PACK_FAULTS_MAX];
    for (size_t i = 0; i < g->faults.count; i++) {
        const struct diag *d = g->faults.items[i];
        bool again = false;
        for (int k = 0; k < n; k++)
            again = again || last[k] == d->line;
        if (strcmp(d->file, file) == 0 && d->line && !again && d->zh[0] && d->en[0])
            last[n++] = d->line;
    }
    return n;
}

static int missing_told(const struct given *g, const char *file)
{
    int n = 0;
    for (size_t i = 0; i < g->faults.count; i++)
        n += strcmp(g->faults.items[i]->file, file) == 0 && strstr(g->faults.items[i]->en,
        "is missing") != NULL;
    return n;
}

static bool mark_told(struct given *g, const struct pack_file *f, const char *file, int number)
{
    char text[40], digits[20];
    snprintf(text, sizeof text, "wrong_%d_", number);
    snprintf(digits, sizeof digits, "%d", 900000 + number);
    bool as_text = str_find(f->text, str_from(text), 0) >= 0;
    int line = given_line(g, str_terminated(&g->arena, f->path), as_text ? text : digits);
    for (size_t i = 0; i < g->faults.count; i++)
        if (strcmp(g->faults.items[i]->file, file) == 0 && g->faults.items[i]->line == line)
            return true;
    print_message("%s:%d: nothing is said of %s\n", file, line, as_text ? text : digits);
    return false;
}

/* The first page of the kind in the sample zone. */
static struct pack_file *page_of(struct given *g, const char *kind)
{
    str wanted = str_printf(&g->arena, "\"kind\": \"%s\"", kind);
    for (size_t i = 0; i < g->count; i++)
        if (str_find(g->files[i].path, STR("/pages/"), 0) >= 0 && str_find(g->files[i].text, wanted,
        0) >= 0)
            return &g->files[i];
    return NULL;
}

static void pages(void **state)
{
    (void)state;
    int wrong = 0;
    for (int way = 0; way < WAYS; way++)
        for (size_t from = 0; from < COUNT(kinds); from += 6) {
            struct given g;
            const struct pack *p = NULL;
            struct pack_file *page[6] = { NULL };
            int counts[6] = { 0 };
            given_open(&g);
            for (size_t k = 0; k < 6 && from + k < COUNT(kinds); k++) {
                page[k] = page_of(&g, kinds[from + k]);
                if (!page[k])
                    fail_msg("no page of the sample zone is of kind %s", kinds[from + k]);
                counts[k] = change_page(&g, page[k], (enum way)way);
            }
            enum err e = given_load(&g, &p);
            for (size_t k = 0; k < 6 && page[k]; k++) {
                str file = str_printf(&g.arena, "zone/%.*s", STR_ARGS(page[k]->path));
                for (int n = 1; way != MISSING && n <= counts[k]; n++)
                    wrong += !mark_told(&g, page[k], file.data, n);
                if (way == MISSING && missing_told(&g, file.data) < counts[k]) {
                    print_message("%s: %d members missing, %d told\n", file.data, counts[k],
                        missing_told(&g, file.data));
                    wrong++;
                }
                if (counts[k] && (e == OK || !lines_told(&g, file.data)))
                    wrong++;
            }
            given_close(&g);
        }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers),
        cmocka_unit_test(a_circle_of_registers),
        cmocka_unit_test(figures_that_do_harm),
        cmocka_unit_test(figures_that_do_none),
        cmocka_unit_test(forms_that_explode),
        cmocka_unit_test(pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
