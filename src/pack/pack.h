/*
 * A pack is what one zone has registered, promised and counts: a folder of text files that a clerk
 * can change. This room reads it whole, checks it whole and makes one immutable structure of it.
 *
 *     folder ─┐                    ┌─ settings, units, roles, calendar, code tables, registers
 *             ├─ struct pack_source ─ pack_load ─ struct pack ─┤  dated parameters
 *     database┘  (list, read)      └─ systems: form, procedure, decisions, promises, topics,
 *                                              templates, figures
 *
 * Invariants
 *   - a pack that loads is whole: every code that one file uses is defined by another, every
 *     expression is compiled, every model is read. Whatever is unknown is refused by name;
 *   - all faults of a pack are reported, with file and line, what is wrong and what would be right;
 *   - a pack is versioned by content: `version` is the SHA-256 (hexadecimal) over the manifest, one
 *     line "<sha256 of content> <path>\n" for each definition file, sorted by path. The files'
 *     texts are kept, so that a version can be stored beside the cases that run on it and loaded again
 *     through pack_source_files(): the same files give the same version and the same pack;
 *   - nothing here changes after loading: any number of threads may read it.
 *
 * Definition files end in .json .bpmn .dmn .sql .csv .geojson. README.md files and whatever lies in a folder
 * named "sample" are for people and for the sample generator: they are no part of a version. Any
 * other file, a symbolic link, and a definition file that nothing refers to, are faults.
 * docs/pack.md describes the format.
 */
#ifndef JUNMA_PACK_PACK_H
#define JUNMA_PACK_PACK_H

#include "bpmn/service.h"
#include "calendar/calendar.h"
#include "dmn/dmn.h"
#include "feel/feel.h"
#include "form/form.h"
#include "pack/items.h"
#include "pack/places.h"
#include "prose/prose.h"

enum {
    PACK_FILES_MAX = 2000,
    PACK_FILE_BYTES_MAX = 4 << 20,
    PACK_BYTES_MAX = 64 << 20, /* all files together */
    PACK_FOLDER_DEPTH_MAX = 8,
    PACK_PATH_BYTES_MAX = 200,
    PACK_ITEMS_MAX = 2000, /* in any one list of a definition */
    PACK_CODES_MAX = 100000,
    PACK_FAULTS_MAX = 200,
};


/* ---- where a pack comes from ---------------------------------------------------------------- */

struct pack_source {
    const char *label; /* put before paths in faults: the folder as the user named it, or "" */
    void *ctx;
    /* All files, paths relative with '/', in any order. */
    enum err (*list)(void *ctx, struct arena *a, str **paths, size_t *count, struct diag *d);
    enum err (*read)(
        void *ctx, struct arena *a, str path, size_t bytes_max, str *out, struct diag *d);
};

/* One file of a version: what the manifest lists and what the zone keeps in its database. */
struct pack_file {
    str path;   /* "requests/system.json" */
    str text;
    str sha256; /* of the text, 64 hexadecimal digits */
};

/* A folder, through sys. sys and folder must outlive the source; ctx lives in the arena. */
MUST_USE enum err pack_source_folder(struct arena *a, const struct sys *sys, const char *folder,
    struct pack_source *out, struct diag *d);
/* Files already at hand (stored ones); `sha256` is not looked at. The array must outlive it. */
MUST_USE enum err pack_source_files(struct arena *a, const struct pack_file *files, size_t count,
    const char *label, struct pack_source *out, struct diag *d);

/* Can a definition file of a pack have this path? */
bool pack_path_good(str path);
/* Hexadecimal, as struct pack_file has it. */
str pack_sha256(struct arena *a, str text);

/* ---- zone.json, units.json, roles.json ------------------------------------------------------ */

enum pack_crypto { PACK_CRYPTO_INTERNATIONAL, PACK_CRYPTO_NATIONAL };

struct pack_zone {
    str code; /* the zone's code; leads every key */
    struct name2 name;
    bool synthetic; /* its records are made up, and the interface says so */
    str timezone;
    const str *languages; /* "zh-CN", "en": the first is the default */
    size_t language_count;
    enum pack_crypto crypto;
    str origin;       /* of the journal's checkpoints */
    str address;      /* under which the face is reached: "https://…"; may be empty */
    const str *hours; /* as written: "08:30-12:00" */
    size_t hour_count;
    int session_idle_minutes, session_absolute_hours;
    int lockout_failures, lockout_minutes;
    int password_bytes_min;
    int upload_unused_days; /* an upload that belongs to nothing goes after so many */
};

enum pack_unit_kind {
    PACK_UNIT_CENTRE,
    PACK_UNIT_HANDLER,
    PACK_UNIT_LEADER,
    PACK_UNIT_SUPERVISION,
    PACK_UNIT_ADMIN,
};

struct pack_unit {
    str code; /* "ECO" */
    struct name2 name;
    enum pack_unit_kind kind;
    str phone; /* may be empty */
};

enum pack_scope { PACK_SCOPE_NONE, PACK_SCOPE_ENTERPRISE, PACK_SCOPE_UNIT, PACK_SCOPE_ALL };

struct pack_role {
    str code; /* "officer" */
    struct name2 name;
    enum pack_scope scope;
    const str *houses; /* "hall", "desk", "cockpit", "pack" */
    size_t house_count;
    const str *permissions; /* "case.create", "verb.sign" …, sorted */
    size_t permission_count;
};

/* ---- codes and registers --------------------------------------------------------------------- */

struct pack_code {
    str code;
    struct name2 name; /* a table without English names has the Chinese ones in both */
    str parent;         /* code of the level above, or empty */
    int level;          /* from 1 */
    int order;          /* as the table's file has it, from 0 */
};

/* One code table, sorted by code. */
struct pack_codes {
    str name; /* "gbt4754": the file's name without .csv */
    const struct pack_code *items;
    size_t count;
};

enum pack_column_type {
    PACK_COLUMN_TEXT,
    PACK_COLUMN_INT,
    PACK_COLUMN_REAL,
    PACK_COLUMN_DATE,
    PACK_COLUMN_BOOL,
    PACK_COLUMN_CODE, /* one of `codes` */
    PACK_COLUMN_REF,  /* key of a record of `ref`; its id where that register has no key */
    PACK_COLUMN_MONEY,   /* whole fen (the smallest coin) */
    PACK_COLUMN_INSTANT, /* milliseconds since 1970 */
    PACK_COLUMN_UNIT,    /* code of a unit */
    PACK_COLUMN_ACCOUNT, /* id of an account */
    PACK_COLUMN_POINT,   /* a place: longitude and latitude in degrees, WGS 84 */
    PACK_COLUMN_SHAPE,   /* a line or an area: GeoJSON geometry (RFC 7946), WGS 84 */
    PACK_COLUMN_FILES,   /* attachments */
};
enum { PACK_COLUMN_TYPE_COUNT = PACK_COLUMN_FILES + 1 };

enum pack_check {
    PACK_CHECK_NONE,
    PACK_CHECK_CREDIT_CODE,    /* GB 32100 */
    PACK_CHECK_CITIZEN_NUMBER, /* GB 11643 */
    PACK_CHECK_PHONE,          /* Chinese mobile or fixed line */
    PACK_CHECK_PROJECT_CODE,   /* GB/T 40058 */
};

struct pack_column {
    str name;
    struct name2 title;
    enum pack_column_type type;
    enum pack_check check;
    bool required, unique;
    bool masked; /* shown only by right, and the look is journalled */
    const struct pack_codes *codes;
    const struct pack_register *ref;
    int bytes_max; /* of a text; 0 = the engine's own limit */
    bool has_min, has_max;
    double min, max; /* of a number; of money in the coin's whole unit */
    bool indexed;    /* lists are sorted and filtered by it at any size */
    bool searched;   /* its words lead to the record */
    str computed_text;
    const struct feel_program *computed; /* over the other columns and `today`; NULL: entered */
    const struct pack_rollup *rollup;    /* computed from the records that refer to this one */
    const struct pack_former *former;    /* what the record of an earlier month says */
    const struct dmn_model *model;       /* decided by a rule: its model, */
    const struct dmn_decision *decision; /* the decision, NULL: none, */
    str output;                          /* and which of its outputs; empty: its result */
    /* A computed date is moved on by so many working days: of a column, or a number. */
    const struct pack_column *working_column;
    int working_days;
    str definition; /* of what is derived: changes when what it gives may change */
    bool daily;                          /* depends on today: computed again each day */
    /* Follows cases, or is computed from what was taken together from other records: what it was on a
     * past day is not kept, nor found out again. */
    bool moving;
    struct name2 group, hint;            /* of the form: its part, and why it is asked */
};

/* Not entered: computed, counted from other records, or decided. */
static inline bool pack_column_derived(const struct pack_column *c)
{
    return c->computed_text.bytes || c->rollup || c->former || c->decision;
}

/* What every record keeps: `must` is FEEL over the columns, `before` (null when new), `actor` and
 * `today`; anything but true refuses the record with the message, at the field. */
struct pack_rule {
    str must_text;
    const struct feel_program *must;
    struct name2 message;
    const struct pack_column *field; /* NULL: the record as a whole */
    bool referred; /* a column that refers stands for the record it names */
};

/* Columns whose values together stand only once. */
struct pack_unique {
    const struct pack_column *const *columns;
    size_t count;
};

enum pack_compare {
    PACK_IS,
    PACK_IS_NOT,
    PACK_BELOW,
    PACK_AT_MOST,
    PACK_ABOVE,
    PACK_AT_LEAST,
    PACK_EMPTY,
    PACK_FILLED,
    PACK_HOLDS, /* the text stands in it */
    PACK_UNDER, /* the code or one below it in its table */
};
/* "is", "below" …; the list ends with NULL. */
extern const char *const pack_compare_words[];

struct pack_condition {
    const struct pack_column *column;
    enum pack_compare compare;
    str value; /* as text; "$today", "$me", "$unit" stand for what they say */
};

/* Of the cases that a record gave rise to. */
enum pack_cases { PACK_CASES_NONE, PACK_CASES_OPEN, PACK_CASES_ALL };

enum pack_take { PACK_TAKE_COUNT, PACK_TAKE_SUM, PACK_TAKE_MIN, PACK_TAKE_MAX, PACK_TAKE_LAST };

/* What another record of the same register says: the one of `back` months earlier with the same
 * values in `same`. Taken when the record is written, and kept in its version. */
struct pack_former {
    const struct pack_column *column, *month; /* month: a text like "2026-10" */
    const struct pack_column *const *same;
    size_t same_count;
    int back;
};

/* What is taken together from the records of another register that refer to this one. */
struct pack_rollup {
    enum pack_cases cases; /* counted instead of records: `of` is NULL then */
    const struct pack_register *of;
    const struct pack_column *by; /* its reference to this register */
    enum pack_take take;
    const struct pack_column *column; /* what is taken; NULL: records are counted */
    const struct pack_column *order;  /* last: by its value; NULL: the newest record */
    const struct pack_condition *where; /* only of those */
    size_t where_count;
};

/* A register whose records take something from those of this one, by its reference to them. */
struct pack_feed {
    const struct pack_register *to;
    const struct pack_column *by;
};

/* A list that people choose from. */
struct pack_list {
    str code;
    struct name2 name;
    const struct pack_column *const *columns; /* shown, in order */
    size_t column_count;
    const struct pack_condition *where;
    size_t where_count;
    const struct pack_column *sort; /* NULL: newest first */
    bool descending;
};

/* Days of a list's records that appear in the calendars of those who see them. */
struct pack_calendar {
    const struct pack_list *list;
    const struct pack_column *on; /* a date or an instant */
    struct name2 name;            /* stands before the record's label */
};

struct pack_raise_field {
    str name; /* of the form */
    const struct feel_program *value;
};

/* A kind of case that a record may give rise to. */
struct pack_raise {
    str code, kind, channel;
    struct name2 name;
    const struct pack_system *system;
    const struct pack_column *const *applicant; /* the way to him; 0 steps: the record itself */
    size_t applicant_steps;
    const struct feel_program *when; /* it is offered; NULL: always */
    const struct pack_raise_field *fields;
    size_t field_count;
};

/* A record of another register that a record gives rise to. */
struct pack_made_column {
    const struct pack_column *column; /* of the register in which it is made */
    const struct feel_program *value;
};
struct pack_make {
    str code;
    struct name2 name;
    const struct pack_register *made;
    const struct pack_column *link;  /* of this register: keeps what was made */
    const struct feel_program *when; /* it is offered; NULL: always */
    const struct pack_made_column *columns;
    size_t column_count;
};

/* Slots of a register's expressions: its columns in their order, then these. */
enum { PACK_SLOT_TODAY, PACK_SLOT_BEFORE, PACK_SLOT_ACTOR, PACK_SLOTS_MORE };

struct pack_register {
    str code; /* "enterprise" */
    struct name2 name;
    const struct pack_column *key, *label; /* into columns; NULL: records go by their id */
    const struct pack_column *columns;
    size_t column_count;
    const struct pack_unique *uniques;
    size_t unique_count;
    const struct pack_rule *rules;
    size_t rule_count;
    const struct pack_list *lists;
    size_t list_count;
    const struct pack_calendar *calendars;
    size_t calendar_count;
    const struct pack *pack; /* that it is of */
    const struct pack_raise *raises;
    size_t raise_count;
    const struct pack_make *makes;
    size_t make_count;
    const struct pack_feed *feeds;
    size_t feed_count, rollup_count; /* whom its records feed; how many columns are fed */
    /* Who may: roles. Without any of them, whoever has record.read and record.write. */
    const str *read_roles, *write_roles, *reveal_roles;
    size_t read_role_count, write_role_count, reveal_role_count;
    /* Which records: those whose unit is the actor's, whose enterprise is. NULL: all. With a via,
     * the scope column names a record of another register, whose column via names the enterprise. */
    const struct pack_column *unit_scope, *enterprise_scope, *enterprise_via;
    bool closed; /* a compartment: only its roles, no administrator, and each look is journalled */
    const struct pack_column *const *public_columns; /* shown to anyone, signed in or not */
    size_t public_column_count;
};

/* ---- funds: <system>/funds.json ---------------------------------------------------------------- */

/* Which records are funds, and in which columns stands what the ledger needs. */
struct pack_funds {
    const struct pack_register *funds;
    const struct pack_column *year, *unit, *basis, *from, *to, *closed; /* NULL: not kept */
    const struct pack_register *payees; /* bank accounts: whose, holder, bank, number */
    const struct pack_column *payee, *holder, *bank, *account;
};

/* ---- dated parameters: parameters/<code>.json ------------------------------------------------ */

struct pack_parameter_value {
    int64_t from, to; /* days since 1970, both included; to INT64_MAX: until further notice */
    feel_value value;
    struct name2 law; /* what it rests on */
};

/* A value that rules use and the law sets for a time. Decisions ask for it as for any input. */
struct pack_parameter {
    str code;
    struct name2 name, unit; /* unit may be empty: "万元" */
    const struct feel_type *type;
    const struct pack_parameter_value *values; /* in the order of time, not overlapping */
    size_t value_count;
};

/* ---- a system: <system>/system.json and what it names --------------------------------------- */

struct pack_topic {
    str code;
    struct name2 name;
    str group; /* code of the group */
    struct name2 group_name;
    const str *examples_zh, *examples_en;
    size_t example_zh_count, example_en_count;
    const str *keywords;
    size_t keyword_count;
};

enum pack_promise_scope { PACK_PROMISE_CASE, PACK_PROMISE_TASK };
enum pack_time_unit { PACK_WORKING_DAYS, PACK_WORKING_HOURS, PACK_CALENDAR_DAYS };
enum { PACK_REMINDERS_MAX = 16 };

/* A reason for which the law lets a clock stand still. */
struct pack_pause {
    str code;
    struct name2 name, article; /* article may be empty: that of the limit */
    bool notice;                /* the applicant is told in writing */
    int most;                   /* how long at most, 0 = as long as it takes */
    enum pack_time_unit most_unit;
};

/* From what a limit is counted: the step that opens; the day the case came in; the day on which it
 * counts as accepted, where silence made it so (the variable deemed_on), else the step. */
enum pack_limit_start { PACK_FROM_STEP, PACK_FROM_RECEIPT, PACK_FROM_ACCEPTANCE };

/* statutes.json: the law of one time limit, in force from one day to another. Several versions of
 * a code follow each other. */
struct pack_statute {
    str code;
    struct name2 law, article, text; /* "行政许可法", "第四十二条第一款", what it says */
    int64_t from, to;                /* days since 1970, both included; to INT64_MAX: still */
    enum pack_time_unit unit;
    int amount;                      /* 0: the limit is a day that the promise names (until) */
    enum pack_limit_start begins;
    struct name2 start;              /* in words: from what it is counted */
    const struct pack_pause *pauses;
    size_t pause_count;
    int extend_times, extend_most;
    struct name2 extend_by;   /* in words: who approves, who is told */
    struct name2 silence;     /* what the law takes for granted when nobody acts: "视为受理" */
    struct name2 silence_article;
    bool silence_from_start;  /* as of the first day, not the last */
};

/* What happens when a promise comes to a colour, or some working days after it was broken. */
enum pack_remind_at { PACK_REMIND_AMBER, PACK_REMIND_RED, PACK_REMIND_BROKEN };
struct pack_reminder {
    enum pack_remind_at at;
    int after;     /* working days after it was broken; with BROKEN only */
    const str *to; /* "assignee", "applicant", or a role's code */
    size_t to_count;
};

struct pack_promise {
    str code; /* "answer" */
    struct name2 name;
    enum pack_promise_scope scope;
    enum pack_time_unit unit;
    str amount_text;                   /* FEEL, without the leading '=' */
    const struct feel_program *amount; /* over the case's variables, gives a number */
    const struct feel_program *when;   /* NULL: always; else only where it says true */
    const struct feel_program *until;  /* NULL; or the day by which, instead of an amount */
    const str *met_by;                 /* verbs */
    size_t met_by_count;
    int amber_percent, red_percent; /* share of the time left at which the colour begins */
    bool pause;                     /* stands still while the case is suspended */
    int extend_times, extend_most;  /* 0 = no extension; most: units added each time */
    struct name2 law;               /* what it rests on */
    const struct pack_reminder *reminders;
    size_t reminder_count;
    str silence_verb, silence_message; /* how the procedure hears of the silence; may be empty */
    const struct pack_statute *statute;  /* the version this was made from; NULL: own promise */
    const struct pack_promise *versions; /* one for each version of the statute, oldest first */
    size_t version_count;
};

struct pack_template {
    str code;
    struct name2 title, text;
    const str *topics; /* none: for all */
    size_t topic_count;
};

enum pack_good { PACK_GOOD_NONE, PACK_GOOD_UP, PACK_GOOD_DOWN };
enum pack_drawing { PACK_DRAWING_NUMBER, PACK_DRAWING_BARS, PACK_DRAWING_LINE, PACK_DRAWING_TABLE };

struct pack_dimension {
    str name;   /* "unit" */
    str column; /* of rows */
    /* What its values are called by; none: by themselves. */
    const struct pack_codes *codes;
    const struct pack_register *ref; /* keys of its records */
    bool is_unit, is_bool;
    bool daily; /* counted anew each day, or moving: not of a past one */
    bool moving;
};

/* A text in two languages, "中文 | English": labels of decision tables and rules, heads of figures. */
struct name2 pack_said(str text);

/* A column of rows as people see it, where a number opens onto the rows themselves. */
struct pack_shown {
    str column;
    struct name2 title;
    /* What its values are: fen, units, topics of the system, yes or no, codes; none: themselves. */
    bool is_money, is_unit, is_topic, is_bool;
    const struct pack_codes *codes;
};

/* What the records under a number are. */
enum pack_opens { PACK_OPENS_CASES, PACK_OPENS_RECORDS, PACK_OPENS_LICENCES, PACK_OPENS_ROWS };

/* A named number: rows and what is computed over them. The SQL is one text for SQLite and
 * PostgreSQL:  WITH rows AS (<rows>) SELECT <value> FROM rows
 * $1 is the zone's code, $2 (where uses_now) the present instant in milliseconds since 1970. */
struct pack_figure {
    str name; /* "on_time_rate": the file's name without .sql */
    struct name2 title, unit, note;
    enum pack_good good;
    bool has_target;
    double target;
    const struct pack_dimension *by;
    size_t by_count;
    enum pack_drawing drawing;
    str of;             /* the register that ids are of; empty: cases */
    str rows;           /* a SELECT with named columns, `id` among them; no semicolon */
    str rows_now;       /* the same without the conditions on the zone that its views have already */
    str rows_past;      /* the same over what was at a past instant; empty: cannot be asked */
    str daily;          /* why not: a column that it reads is counted anew each day, */
    bool moving;        /* … or is moving */
    const char *const *tables, *const *tables_past; /* what rows and rows_past read */
    size_t table_count;
    const str *columns; /* of rows, in order */
    size_t column_count;
    enum pack_opens opens;
    const struct pack_shown *shown; /* what is shown of rows; at least one where it opens them */
    size_t shown_count;
    bool uses_now; /* $2 stands in rows */
    str value; /* an expression over rows */
};

/* Which form field plays which part; a part that the system does not name is empty. */
struct pack_fields {
    str title, text, topic, contact_name, contact_phone, place, urgency, attachments;
};

struct pack_decisions {
    str file;
    const struct dmn_model *model;
};

struct pack_system {
    str folder; /* "requests" */
    str kind;   /* "request"; empty: a system without cases, of whose members below only name,
                   decisions and figures are used */
    struct name2 name;
    str number_prefix; /* "Q" */
    struct pack_fields fields;
    str applicant;       /* a register's code */
    const str *channels; /* "web", "phone", "visit", "import" */
    size_t channel_count;
    int rating_levels, rating_bad_at_most; /* 0 = not rated */
    int reopen_days, reopen_times; /* working days after closing, and how often; 0 = never */

    str form_file, procedure_file, promises_file; /* paths in the pack */
    const struct form *form;
    const struct bpmn_model *procedure;
    const struct bpmn_node *process; /* the one that a case runs through */
    const struct pack_decisions *decisions;
    size_t decision_count;
    const struct pack_topic *topics;
    size_t topic_count;
    const struct pack_promise *promises;
    size_t promise_count;
    const struct pack_template *templates;
    size_t template_count;
    const struct pack_figure *figures; /* sorted by name */
    size_t figure_count;
    const struct pack_catalogue *catalogue; /* NULL: cases of this kind are about no item */
    const struct pack_outcome *outcomes;
    size_t outcome_count;
};

/* ---- pages: <system>/pages/<page>.json ------------------------------------------------------- */

/* What a system shows beyond lists; pages.def says what each kind may say. */
struct pack_page {
    str code;  /* "works_map" */
    str kind;  /* "map" */
    str house; /* "desk", "hall", "cockpit" */
    struct name2 name, note; /* note may be empty */
    const struct pack_system *system;
    const struct pack_register *r; /* the first that it names; NULL: none */
    const str *roles;              /* who may see it; none: who may see the register */
    size_t role_count;
    int order;
    const json_t *members; /* the whole definition, held against its kind */
};

/* ---- licences: <system>/types/<licence>.json ------------------------------------------------- */

enum { PACK_LICENCE_FIELDS_MAX = 40, PACK_LICENCE_LINES_MAX = 40, PACK_LICENCE_CODE_BYTES = 21 };

enum pack_validity { PACK_VALID_ALWAYS, PACK_VALID_YEARS, PACK_VALID_MONTHS, PACK_VALID_DAYS,
    PACK_VALID_UNTIL };
enum pack_paper { PACK_PAPER_A4, PACK_PAPER_A4_WIDE, PACK_PAPER_A5_WIDE, PACK_PAPER_CARD };

/* Texts with {field} in them: the licence's fields, and holder, holder_key, number, identifier,
 * issuer, issued_on, first_issued_on, valid_from, valid_to. */
struct pack_licence_line {
    struct name2 label, text;
};
/* Who may do something to licences of a type: roles; none: whoever has licence.write. */
struct pack_roles {
    const str *items;
    size_t count;
};

/* A type of electronic licence, after GB/T 36904. */
struct pack_licence {
    str code;      /* "food_business" */
    str type_code; /* 21 characters: credit code of the ministry, three digits */
    struct name2 name;
    str unit; /* the issuing unit of this zone */
    struct name2 issuer;
    str issuer_code; /* its credit code */
    const struct pack_register *holder;
    const struct pack_column *holder_account; /* whose it is where the register is of people; or NULL */
    struct pack_register fields;              /* code and columns only */
    const bool *is_public;                    /* by column of fields: shown to whoever verifies */
    const struct pack_column *const *fill;    /* by column of fields: of the holder's register, or NULL */
    enum pack_validity validity;
    int valid_amount;
    const struct pack_column *valid_until; /* of fields, for PACK_VALID_UNTIL */
    int renew_days;                        /* asked for at the latest so many days before; 0: not renewed */
    bool once;                             /* a holder has at most one that holds */
    bool renew_silence;                    /* no answer by the end: renewed */
    struct name2 renew_law, law;           /* what it rests on */
    struct pack_roles issue, suspend, revoke;
    enum pack_paper paper;
    struct name2 title;
    const struct pack_licence_line *lines;
    size_t line_count;
    str seal_ring, seal_line;
};
/* ---- <system>/bulletins/<bulletin>.md ------------------------------------------------------- */

/* Of which months a bulletin tells. The recurring ones are of the last month, quarter or year that
 * has ended, or of one that is asked for. */
enum pack_period {
    PACK_PERIOD_NONE,
    PACK_PERIOD_FIXED, /* from … to */
    PACK_PERIOD_MONTH,
    PACK_PERIOD_QUARTER,
    PACK_PERIOD_YEAR,
};

/* A text whose numbers are figures. Its holes are checked: figures and dimensions are there, months
 * and days are such. */
struct pack_bulletin {
    str code; /* "operation" */
    const struct pack_system *system;
    struct name2 title;
    str unit; /* that issues it */
    enum pack_period period;
    str from, to; /* months "2022-01", of a fixed one */
    bool is_public; /* its issues are shown in the Hall */
    const struct prose_node *text, *text_en; /* text_en NULL: in Chinese only */
};
/* Is the argument of a hole one of its own, and not a dimension of the figure? */
bool pack_hole_option(str name);

/* ---- connectors.json: systems outside that service tasks call ------------------------------- */

struct pack_connector {
    str code;
    struct name2 name;
    str url; /* paths of tasks are added to it */
    const str *headers; /* "Name: value", nothing secret */
    size_t header_count;
    int timeout_seconds, bytes_max, parallel;
    const str *receives; /* messages that this system may send to cases */
    size_t receive_count;
};

struct pack_retention {
    str kind;
    int months;       /* after closing */
    struct name2 law; /* what it rests on */
    bool automatic;   /* purged by itself when the time is over */
};

/* ---- the pack ------------------------------------------------------------------------------- */

struct pack {
    char version[65];
    const struct pack_file *files; /* sorted by path */
    size_t file_count;

    struct pack_zone zone;
    const struct calendar *calendar;
    const struct tz *tz;
    struct calendar_clock clock; /* calendar, tz and office hours together, ready to count */
    const struct pack_unit *units;
    size_t unit_count;
    const struct pack_role *roles;
    size_t role_count;
    const struct pack_codes *codes;
    size_t codes_count;
    const struct pack_register *registers;
    size_t register_count;
    const struct pack_parameter *parameters;
    size_t parameter_count;
    const struct pack_connector *connectors;
    size_t connector_count;
    const struct pack_retention *retention;
    size_t retention_count;
    const struct pack_system *systems;
    size_t system_count;
    const struct pack_statute *statutes;
    size_t statute_count;
    const struct pack_page *pages;
    size_t page_count;
    const struct pack_policy *policies; /* pack/policy.h */
    size_t policy_count;
    const struct pack_funds *funds; /* NULL: the zone keeps none */
    const struct pack_licence *licences;
    size_t licence_count;
    const struct pack_bulletin *bulletins;
    size_t bulletin_count;
    struct pack_map map;
    const struct pack_open311 *open311; /* NULL: nothing can be reported */
};

/* What the pack cannot know by itself. */
struct pack_options {
    const struct sys *sys;    /* for the time zone's table */
    const char *const *verbs; /* the engine's verbs, NULL after the last */
    bool examples_aside;      /* clauses' worked examples are read, not run: a draft that is only priced */
};

/* Reads and checks the whole pack. OK: *out lives in the arena, and so do all its parts; source and
 * options are no longer needed. Faults: the first one's error, all of them in
 * `faults` (initialised by the caller, PACK_FAULTS_MAX is a good limit). */
MUST_USE enum err pack_load(struct arena *a, const struct pack_source *source,
    const struct pack_options *options, const struct pack **out, struct diag_list *faults);

/* Look-ups; NULL when there is none. */
const struct pack_unit *pack_unit(const struct pack *p, str code);
const struct pack_retention *pack_retention(const struct pack *p, str kind); /* NULL: kept for ever */
const struct pack_connector *pack_connector(const struct pack *p, str code);
const struct pack_unit *pack_unit_of_kind(const struct pack *p, enum pack_unit_kind kind);
const struct pack_role *pack_role(const struct pack *p, str code);
const struct pack_register *pack_register(const struct pack *p, str code);
const struct pack_column *pack_column(const struct pack_register *r, str name);
const struct pack_codes *pack_codes(const struct pack *p, str name);
const struct pack_code *pack_code(const struct pack_codes *c, str code);
const struct pack_file *pack_file(const struct pack *p, str path);
const struct pack_system *pack_kind(const struct pack *p, str kind);
const struct pack_promise *pack_promise(const struct pack_system *s, str code);
/* By the law in force on that day (days since 1970). NULL: none was. */
const struct pack_promise *pack_promise_on(const struct pack_promise *p, int64_t day);
/* A reason of the law for standing still; NULL: the promise's law does not know it. */
const struct pack_pause *pack_pause(const struct pack_promise *p, str code);
const struct pack_topic *pack_topic(const struct pack_system *s, str code);
const struct pack_template *pack_template(const struct pack_system *s, str code);
const struct pack_figure *pack_figure(const struct pack_system *s, str name);
/* By name or id over all decision files of the system; *model (may be NULL) is where it stands. */
const struct dmn_decision *pack_decision(
    const struct pack_system *s, str name, const struct dmn_model **model);

const struct pack_licence *pack_licence(const struct pack *p, str code);
const struct pack_bulletin *pack_bulletin(const struct pack *p, str code);
/* Of any system. *s (may be NULL) is the system. */
const struct pack_figure *pack_figure_any(
    const struct pack *p, str name, const struct pack_system **s);
const struct pack_page *pack_page(const struct pack *p, str code);
/* A text of a page's definition, or of an object in it; empty when absent. */
str pack_page_text(const json_t *members, const char *name);

const struct pack_parameter *pack_parameter(const struct pack *p, str code);
/* NULL: none is in force on that day. */
const struct pack_parameter_value *pack_parameter_on(const struct pack_parameter *p, int64_t days);
/* What a decision is given: the inputs, and the parameters in force on that day. One that the inputs
 * name themselves (to try what would be if) stays as it is. */
MUST_USE enum err pack_parameters_on(const struct pack *p, int64_t days, feel_value inputs,
    struct arena *a, feel_value *out, struct diag *d);

bool pack_role_may(const struct pack_role *r, str permission);
bool pack_role_enters(const struct pack_role *r, str house);
/* "zh" gives zh, all else en. */
static inline str name2_in(struct name2 n, const char *lang)
{
    return lang && lang[0] == 'z' ? n.zh : n.en;
}

/* Words of the files and of the API for the enums above: "handler", "working_days", "up" … */
const char *pack_unit_kind_word(enum pack_unit_kind kind);
const char *pack_column_type_word(enum pack_column_type type);
int pack_column_type_from(str word); /* -1: none */
const char *pack_time_unit_word(enum pack_time_unit unit);
const char *pack_drawing_word(enum pack_drawing drawing);
const char *pack_good_word(enum pack_good good);
#endif
