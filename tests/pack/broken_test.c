/*
 * Broken packs: the sample zone with one thing changed. Each must be refused with the file, the
 * line and words that say what is wrong.
 */
#include "given.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* In `path` the text `old` becomes `new`; the fault stands in `at` (NULL: the same file) on the
 * line of `line_of` (NULL: any line) and says `words`. */
struct broken {
    const char *path, *old, *new, *at, *line_of, *words;
};

#define ZONE "zone.json"
#define UNITS "units.json"
#define ROLES "roles.json"
#define REGISTER "registers/enterprise.json"
#define REPORT "economy/registers/monthly_report.json"
#define SYSTEM "requests/system.json"
#define TOPICS "requests/topics.json"
#define PROMISES "requests/promises.json"
#define TEMPLATES "requests/templates.json"
#define BPMN "requests/request.bpmn"
#define DMN "requests/routing.dmn"
#define PROJECT "projects/registers/project.json"
#define OBSTACLE "projects/registers/obstacle.json"
#define COUNT "projects/figures/projects_red.sql"
#define PAGE "projects/pages/projects.json"
#define LEADS "investment/pages/leads.json"
#define ENLIST "visits/pages/visit_enlist.json"
#define FUNDS "funds/funds.json"
#define ACCOUNT "funds/registers/payee_account.json"
#define BULLETIN "economy/bulletins/operation.md"
#define FUND_FIGURE "funds/figures/fund_use.sql"
#define FIGURE "requests/figures/on_time_rate.sql"
#define ITEMS "services/items/MKT.json"
#define ROAD "services/service.bpmn"

static const struct broken table[] = {
    /* the catalogue of service items */
    { ITEMS, "\"code\": \"11360100700115079Y336013100100001\"",
        "\"code\": \"11360100700115078Y336013100100001\"", NULL, "企业登记(新办)",
        "must begin with the implementing body's credit code" },
    { ITEMS, "\"code\": \"11360100700115079Y336013100100001\"",
        "\"code\": \"11360100700115079Y33601310010001\"", NULL, "企业登记(新办)",
        "must have 33 characters" },
    { ITEMS, "\"legal_days\": 20, \"promised_days\": 6, \"said\": [\"开公司\"",
        "\"legal_days\": 2, \"promised_days\": 6, \"said\": [\"开公司\"", NULL, "企业登记(新办)",
        "the law's limit is 2" },
    { ITEMS, "\"办营业执照\"], \"form\": \"company\", \"materials\": [{\"material\": \"articles\"",
        "\"办营业执照\"], \"form\": \"company\", \"materials\": [{\"material\": \"articels\"", NULL,
        "articels", "has no material \"articels\"" },
    { ITEMS,
        "\"办营业执照\"], \"form\": \"company\", \"materials\": [{\"material\": \"articles\"},"
        " {\"material\": \"appointment\"}, {\"material\": \"lease\", \"when\": \"=premises",
        "\"办营业执照\"], \"form\": \"company\", \"materials\": [{\"material\": \"articles\"},"
        " {\"material\": \"appointment\"}, {\"material\": \"lease\", \"when\": \"=premisses",
        NULL, "=premisses", "which is no field of the form" },
    { "services/materials.json", "\"licence\": \"business\"", "\"licence\": \"busines\"", NULL,
        "\"licence\": \"busines\"", "no licence type \"busines\"" },
    { ITEMS, "\"办营业执照\"], \"form\": \"company\", \"materials\": [{\"material\": \"articles\"",
        "\"办营业执照\"], \"form\": \"companies\", \"materials\": [{\"material\": \"articles\"",
        NULL, "companies", "companies.form.json is missing" },
    /* what an item gives, against the type of the licence */
    { ITEMS, "\"licence\": \"food_business\", \"act\": \"issue\"",
        "\"licence\": \"food_busines\", \"act\": \"issue\"", NULL, "food_busines\"",
        "no licence type \"food_busines\"" },
    { ITEMS, "\"licence\": \"food_business\", \"act\": \"issue\"",
        "\"licence\": \"food_business\", \"act\": \"give\"", NULL, "\"give\"",
        "none, issue, change, renew, cancel" },
    { ITEMS, "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {",
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"adress\": \"=address\", ",
        NULL, "adress", "\"food_business\" has no field \"adress\"" },
    { ITEMS, "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {",
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"form\": \"=formm\", ", NULL,
        "=formm", "\"formm\" is no field of the form" },
    { ITEMS,
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"legal_person\":"
        " \"=papers.business_licence.legal_person\"",
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"legal_person\":"
        " \"=papers.business_licence.legal_persons\"",
        NULL, "legal_persons", "\"business\" has no field \"legal_persons\"" },
    { ITEMS,
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"legal_person\":"
        " \"=papers.business_licence.legal_person\"",
        "\"licence\": \"food_business\", \"act\": \"issue\", \"fields\": {\"legal_person\":"
        " \"=papers.floor_plan.legal_person\"",
        NULL, "papers.floor_plan", "no paper of this item that a licence stands for" },
    { ITEMS, "\"licence\": \"food_business\", \"act\": \"cancel\"",
        "\"licence\": \"food_business\", \"act\": \"issue\"", NULL,
        "\"food_business\", \"act\": \"issue\"}}",
        "unless it is ended" },
    { ITEMS, "\"licence\": \"food_workshop\"}, \"renewal\": true",
        "\"licence\": \"food_workshop\", \"act\": \"change\"}, \"renewal\": true",
        NULL, "\"food_workshop\", \"act\": \"change\"", "which one is meant" },
    { ROAD, "junma:licence=\"=result.licence\"", "junma:licence=\"radiation\"", NULL, NULL,
        "no step of the procedure does so by the item" },
    { ITEMS, "\"unit\": \"MKT\"", "\"unit\": \"MARKET\"", NULL, "MARKET",
        "no handling unit \"MARKET\"" },
    { ROAD, "outcomes=\"accept refuse\"", "outcomes=\"accept refused\"", NULL, "accept refused",
        "have no \"refused\"" },
    /* funds */
    { FUNDS, "\"register\": \"fund\"", "\"register\": \"found\"", NULL, "\"found\"",
        "no register \"found\"" },
    { FUNDS, "\"basis\": \"basis\"", "\"basis\": \"base\"", NULL, "\"base\"",
        "has no column \"base\"" },
    { FUNDS, "\"unit\": \"unit\"", "\"unit\": \"name\"", NULL, "\"unit\"", "must be of type unit" },
    { FUNDS, "\"payees\"", "\"payers\"", NULL, NULL, "unknown member \"payers\"" },
    { ACCOUNT, "\"masked\": true, ", "", FUNDS, "\"account\"", "must be \"masked\": true" },
    /* JSON itself, unknown members, types */
    { ZONE, "\"synthetic\": true,", "\"synthetic\": true", NULL, NULL, "malformed JSON" },
    { ZONE, "\"synthetic\"", "\"synthetik\"", NULL, "\"synthetik\"",
        "unknown member \"synthetik\"" },
    { ZONE, "\"synthetic\": true", "\"synthetic\": \"yes\"", NULL, "\"synthetic\"",
        "true or false" },
    { ZONE, "\"idle_minutes\": 30", "\"idle_minutes\": 30.5", NULL, "\"idle_minutes\"",
        "an integer" },
    { ZONE, "\"idle_minutes\": 30", "\"idle_minutes\": 0", NULL, "\"idle_minutes\"",
        "between 1 and 1440" },
    { ZONE, "\"bytes_min\": 8", "\"bytes_min\": 4", NULL, "\"bytes_min\"", "between 8 and 128" },
    { ZONE, "\"en\": \"Nanchang Economic", "\"fr\": \"Nanchang Economic", NULL, NULL,
        "member \"en\" is missing" },
    { ZONE, "[\"zh-CN\", \"en\"]", "[\"zh-CN\", \"xx\"]", NULL, "\"xx\"", "unknown word \"xx\"" },
    { ZONE, "\"international\"", "\"martian\"", NULL, "\"martian\"", "international, national" },
    { ZONE, "zone.example/nanchang", "zone example", NULL, "zone example", "may not hold spaces" },
    { ZONE, "Asia/Shanghai", "Asia/Nowhere", NULL, "Asia/Nowhere", "" },
    { ZONE, "13:30-17:30", "13:30-12:30", NULL, "\"hours\"", "" },
    { ZONE, "\"requests\",", "\"requests\", \"nowhere\",", "nowhere/system.json", NULL,
        "this file is missing" },
    { ZONE, "\"requests\",", "\"../requests\",", NULL, "../requests", "a folder's name" },
    { ZONE, "\"systems\": [", "\"systems\": [], \"more\": [", NULL, "\"systems\"", "may not be empty" },
    /* pages */
    { PAGE, "\"records\"", "\"recods\"", NULL, "\"recods\"", "unknown word \"recods\"" },
    { PAGE, "\"page\": \"projects\"", "\"page\": \"project\"", NULL, "\"page\"", "its file's name" },
    { PAGE, "\"register\": \"project\"", "\"register\": \"projet\"", NULL, "projet", "no register" },
    { PAGE, "\"list\": \"building\"", "\"list\": \"bilding\"", NULL, "bilding", "no list" },
    { PAGE, "\"list\"", "\"lists\"", NULL, "\"lists\"", "unknown member \"lists\"" },
    { PAGE, "\"register\": \"project\",", "", NULL, "\"list\"", "must be given first" },
    { PAGE, "\"order\": 10", "\"order\": 10, \"roles\": [\"nobody\"]", NULL, "nobody", "no role" },
    /* what a press of a board writes beside */
    { LEADS, "\"of\": \"lead\"", "\"of\": \"note\"", NULL, "\"of\"", "must be ref" },
    { LEADS, "\"note\"]", "\"photos\"]", NULL, "\"photos\"", "is of type files" },
    { LEADS, "\"register\": \"lead_contact\"", "\"register\": \"contacts\"",
        NULL, "contacts", "no register" },
    /* putting many onto a list */
    { ENLIST, "\"of\": \"enterprise\"", "\"of\": \"campaign\"", NULL, "\"of\"",
        "must refer to the register \"enterprise\"" },
    { ENLIST, "\"within\": \"campaign\"", "\"within\": \"enterprise\"", NULL, "\"within\"",
        "must refer to the register \"campaign\"" },
    { ENLIST, "\"of\": \"enterprise\"", "\"of\": \"due_on\"", NULL, "\"of\"", "must be ref" },
    { ENLIST, "\"who\": \"officer\"", "\"who\": \"unit\"", NULL, "\"who\"", "must be account" },
    { ENLIST, "\"who\": \"officer\",", "", NULL, "\"unit\"", "give who first" },
    { ENLIST, "\"number\": \"number\"", "\"number\": \"numbers\"",
        NULL, "\"number\"", "has no column \"numbers\"" },
    { ENLIST, "\"number\": \"number\",", "", NULL, "\"register\"", "\"number\" comes from nowhere" },
    { ENLIST, "\"column\": \"title\"", "\"column\": \"number\"", NULL, "\"column\"", "is filled in twice" },
    { ENLIST, "\"due_on\"", "\"late\"", NULL, "\"late\"", "cannot be filled in for many records" },
    { ENLIST, "\"from\": \"name\"", "\"from\": \"contact_name\"", NULL, "\"from\"", "is masked" },
    { ENLIST, "\"from\": \"name\"", "\"from\": \"employees\"", NULL, "\"from\"", "not of the same type" },
    { ENLIST, "\"from\": \"name\"", "\"from\": \"naam\"", NULL, "\"from\"", "has no column \"naam\"" },
    { ENLIST, "\"source\": \"enterprise\"", "\"source\": \"enterprises\"",
        NULL, "\"source\"", "no register" },
    { ENLIST, "\"open\": \"running\"", "\"open\": \"going\"", NULL, "\"open\"", "no list" },
    { ENLIST, "\"open\"", "\"opened\"", NULL, "\"opened\"", "unknown member \"opened\"" },
    { "visits/registers/campaign.json", "\"access\": {", "\"access\": {\"closed\": true, ",
        ENLIST, "\"lists\"",
        "is closed" },
    /* columns taken together from other records, decided by a rule */
    { PROJECT, "\"investment\", \"by\": \"project\", \"take\": \"sum\"",
        "\"investments\", \"by\": \"project\", \"take\": \"sum\"", NULL, "\"investments\"",
        "no register \"investments\"" },
    { PROJECT, "\"take\": \"sum\"", "\"take\": \"total\"", NULL, "\"total\"", "count, sum, min, max, last" },
    { PROJECT, "\"take\": \"sum\", \"column\": \"done\"", "\"take\": \"sum\", \"column\": \"note\"", NULL,
        "\"invested\"", "sum is not for columns of type text" },
    { PROJECT, "\"take\": \"sum\", \"column\": \"done\"", "\"take\": \"sum\"", NULL, "\"invested\"",
        "the column that is taken is missing" },
    { PROJECT, "\"type\": \"money\", \"rollup\"", "\"type\": \"int\", \"rollup\"", NULL, "\"invested\"",
        "must be of the same type" },
    { PROJECT, "\"by\": \"project\", \"take\": \"sum\"", "\"by\": \"note\", \"take\": \"sum\"", NULL,
        "\"invested\"", "does not refer to the register \"project\"" },
    { PROJECT, "\"value\": \"blocking\"", "\"value\": \"$me\"", NULL, "\"blocking\"", "$me cannot be used" },
    { PROJECT, "\"decision\": \"light\"", "\"decision\": \"lamp\"", NULL, "\"lamp\"",
        "have no \"lamp\"" },
    { PROJECT, "\"name\": \"planned\"", "\"name\": \"has_plan\"", NULL, "\"light\", \"title\"",
        "asks for \"planned\"" },
    { PROJECT, "\"decision\": \"light\"", "\"decision\": \"light\", \"computed\": \"1\"", NULL,
        "\"light\", \"title\"", "one of computed, rollup, former and decision only" },
    { PROJECT, "\"computed\": \"some planned_day", "\"computed\": \"light = null and some planned_day", NULL,
        "\"planned\"", "derived from itself" },
    { PROJECT, "\"computed\": \"some planned_day", "\"computed\": \"blocking = 0 and some planned_day", NULL,
        "\"planned\"", "computed after it: move it below" },
    { OBSTACLE, "\"type\": \"date\", \"required\": true", "\"type\": \"date\", \"rollup\": {\"register\":"
        " \"obstacle\", \"by\": \"project\", \"take\": \"count\"}", NULL, "\"found_on\"", "does not refer" },
    /* bulletins */
    { BULLETIN, "title:", "titel:", NULL, "titel", "unknown name \"titel\"" },
    { BULLETIN, "unit: ECO", "unit: MARS", NULL, "MARS", "no unit \"MARS\"" },
    { BULLETIN, "period: 2022-01 2022-09", "period: 2022-09 2022-01", NULL, "period:",
        "first and last month" },
    { BULLETIN, "{{figure projects_provincial}}", "{{figure projects_prov}}", NULL, "projects_prov}}",
        "no figure \"projects_prov\"" },
    { BULLETIN, "{{figure projects_provincial}}", "{{figure projects_provincial colour=red}}", NULL,
        "colour=red", "no dimension \"colour\"" },
    { BULLETIN, "{{figure projects_provincial}}", "{{figure projects_provincial over=period}}", NULL,
        "projects_provincial over", "no dimension month" },
    { BULLETIN, "{{figure projects_provincial}}", "{{projects_provincial}}", NULL,
        "{{projects_provincial}}", "may be figure, chart" },
    { BULLETIN, "{{figure projects_provincial}}", "<b>26</b>", NULL, "<b>26</b>", "no raw HTML" },
    /* people asked beside a step */
    { BPMN, "junma:signerRoles=\"handler", "junma:signerRoles=\"clerk", NULL, "id=\"handle\"",
        "no role \"clerk\" (junma:signerRoles)" },
    { BPMN, "junma:signerRoles=\"handler", "junma:signerUnits=\"own MARS\" junma:signerRoles=\"handler",
        NULL, "id=\"handle\"", "no unit \"MARS\" (junma:signerUnits" },
    { BPMN, "junma:signerPromise=\"opinion\"", "junma:signerPromise=\"answer\"", NULL,
        "id=\"handle\"", "of scope task (junma:signerPromise)" },
    { BPMN, "junma:share=\"60\"", "junma:share=\"2/3\"", NULL, "id=\"handle\"", "from 1 to 100" },
    { BPMN, "junma:share=\"60\"", "junma:share=\"101\"", NULL, "id=\"handle\"", "from 1 to 100" },
    { BPMN, "junma:takeBack=\"PT4H\"", "junma:takeBack=\"4 hours\"", NULL, "id=\"handle\"",
        "like P1D" },
    { BPMN, "junma:takeBack=\"PT4H\"", "junma:takeBack=\"PTH\"", NULL, "id=\"handle\"",
        "like P1D" },
    { BPMN, "junma:takeBack=\"PT4H\"", "junma:takeBack=\"P31D\"", NULL, "id=\"handle\"",
        "like P1D" },
    /* units, roles */
    { UNITS, "\"code\": \"ECO\"", "\"code\": \"E O\"", NULL, "E O", "code \"E O\" is not right" },
    { UNITS, "\"code\": \"INV\"", "\"code\": \"ECO\"", NULL, "\"招商局\"", "used twice" },
    { UNITS, "\"kind\": \"centre\"", "\"kind\": \"handler\"", NULL, "\"units\"",
        "at least one unit must be of kind centre" },
    { UNITS, "\"kind\": \"leader\"", "\"kind\": \"boss\"", NULL, "boss", "unknown word \"boss\"" },
    { ROLES, "\"account.manage\"", "\"account.mange\"", NULL, "account.mange",
        "no permission \"account.mange\"" },
    { ROLES, "\"verb.rate\"", "\"verb.praise\"", NULL, "verb.praise",
        "no permission \"verb.praise\"" },
    { ROLES, "\"case.create.for\"", "\"case.create\"", NULL, NULL, "is in the list already" },
    { ROLES, "\"scope\": \"none\"", "\"scope\": \"some\"", NULL, "\"some\"",
        "unknown word \"some\"" },
    { ROLES, "\"houses\": [\"pack\"]", "\"houses\": [\"barn\"]", NULL, "barn",
        "unknown word \"barn\"" },
    { ROLES, "\"code\": \"leader\"", "\"code\": \"admin\"", NULL, NULL, "used twice" },
    { ROLES, "\"verb.rate\", ", "", BPMN, "id=\"confirm\"", "no role may use verb \"rate\"" },
    /* code tables, registers */
    { "codes/chains.csv", "code,name,level", "code;name;level", NULL, "code;",
        "must name the columns" },
    { "codes/chains.csv", "medicine,", "electronics,", NULL, "医药健康", "listed twice" },
    { "codes/chains.csv", "新材料,1,", "新材料,3,", NULL, "新材料", "level \"3\" is not right" },
    { "codes/chains.csv", "新材料,1,", "新材料,1,a,", NULL, "新材料", "malformed CSV" },
    { "codes/chains.csv", "materials,新材料", "materials,\"新材料", NULL, "materials,",
        "malformed CSV" },
    { "codes/chains.csv", "nev,新能源", ",新能源", NULL, ",新能源", "may not be empty" },
    { PROJECT, "(started_on - signed_on) /", "(started_on - signed_on) / /", NULL, "sign_to_start_days", "" },
    { PROJECT, "(started_on - signed_on)", "(started_on - sgned_on)", NULL, "sign_to_start_days",
        "sgned_on" },
    { PROJECT, "every earlier in [signed_on, land_on]", "every earlier in [signed_on, lnd_on]", NULL,
        "signed_on, lnd_on]", "lnd_on" },
    { PROJECT, "\"read\": [\"officer\"", "\"read\": [\"clerk\"", NULL, "clerk", "no role \"clerk\"" },
    { PROJECT, "\"sort\": \"-overdue_days\"", "\"sort\": \"-content\"", NULL, "-content", "mark it indexed" },
    { PROJECT, "\"column\": \"light\", \"value\"", "\"column\": \"lamp\", \"value\"", NULL, "lamp",
        "no column \"lamp\"" },
    { PROJECT, "\"column\": \"started_on\", \"compare\": \"filled\"",
        "\"column\": \"started_on\", \"compare\": \"fuller\"", NULL, "fuller", "unknown word" },
    { PROJECT, "\"type\": \"bool\", \"indexed\": true}", "\"type\": \"bool\", \"min\": 1}", NULL,
        "provincial", "int, real or money" },
    { COUNT, "record_project", "register_project", NULL, "register_project", "may not read" },
    { COUNT, "record_project", "record_nothing", NULL, "record_nothing", "no register \"nothing\"" },
    { COUNT, "-- of: project", "-- of: nothing", NULL, "-- of: nothing", "no register \"nothing\"" },
    { REGISTER, "\"codes\": \"chains\"", "\"codes\": \"chain\"", NULL, "\"codes\": \"chain\"",
        "codes/chain.csv is missing" },
    { REGISTER, "\"type\": \"date\"", "\"type\": \"day\"", NULL, "\"day\"",
        "unknown word \"day\"" },
    { REGISTER, "\"name\": \"scale\"", "\"name\": \"Scale\"", NULL, "\"Scale\"", "cannot be used" },
    { REGISTER, "\"name\": \"scale\"", "\"name\": \"order\"", NULL, "\"order\"",
        "belongs to the engine" },
    { REGISTER, "\"name\": \"scale\"", "\"name\": \"park\"", NULL,
        "{ \"name\": \"park\", \"title\": { \"zh\": \"规模\"", "defined twice" },
    { REGISTER, "\"key\": \"credit_code\"", "\"key\": \"industry\"", NULL, "\"key\"",
        "required and unique" },
    { REGISTER, "\"label\": \"name\"", "\"label\": \"title\"", NULL, "\"label\"",
        "no column \"title\"" },
    { REGISTER, "\"check\": \"phone\"", "\"check\": \"fax\"", NULL, "fax", "unknown word \"fax\"" },
    { REGISTER, "\"type\": \"int\"", "\"type\": \"ref\"", NULL, NULL, "member \"ref\" is missing" },
    { REGISTER, "\"type\": \"int\"", "\"type\": \"ref\", \"ref\": \"people\"", NULL, "people",
        "registers/people.json is missing" },
    { REGISTER, "\"type\": \"int\"", "\"type\": \"int\", \"codes\": \"parks\"", NULL,
        "\"employees\"", "only a column of type code" },
    { REPORT, "\"enterprise\": \"reporter.enterprise\"", "\"enterprise\": \"reporter.firm\"", NULL,
        "\"reporter.firm\"", "has no column \"firm\" of type ref" },
    { REPORT, "\"enterprise\": \"reporter.enterprise\"", "\"enterprise\": \"month.enterprise\"", NULL,
        "\"month.enterprise\"", "must be a column of type ref" },
    { REPORT, "\"enterprise\": \"reporter.enterprise\"", "\"enterprise\": \"firm.enterprise\"", NULL,
        "\"firm.enterprise\"", "no column \"firm\"" },
    { REGISTER, "\"register\": \"enterprise\"", "\"register\": \"firm\"", NULL, "\"firm\"",
        "must be its file's name" },
    /* system.json */
    { SYSTEM, "\"title\": \"title\"", "\"title\": \"subject\"", NULL, "subject",
        "the form has no field \"subject\"" },
    { SYSTEM, "\"text\": \"content\",", "", NULL, "\"fields\"", "member \"text\" is missing" },
    { SYSTEM, "\"routing.dmn\"", "\"route.dmn\"", NULL, "route.dmn",
        "requests/route.dmn is missing" },
    { SYSTEM, "\"topics.json\"", "\"../topics.json\"", NULL, "../topics.json", "in this folder" },
    { SYSTEM, "\"templates.json\"", "\"replies.json\"", NULL, "replies.json",
        "requests/replies.json is missing" },
    { SYSTEM, "\"process\": \"request\"", "\"process\": \"requests\"", NULL, "\"process\"",
        "no executable process \"requests\"" },
    { SYSTEM, "\"applicant\": \"enterprise\"", "\"applicant\": \"citizen\"", NULL, "citizen",
        "no register \"citizen\"" },
    { SYSTEM, "\"prefix\": \"Q\"", "\"prefix\": \"q\"", NULL, "\"prefix\"", "capital letters" },
    { SYSTEM, "\"prefix\": \"Q\"", "\"prefix\": \"QQQ\"", NULL, "\"prefix\"", "at most 2 letters" },
    { SYSTEM, "\"bad_at_most\": 2", "\"bad_at_most\": 5", NULL, "\"bad_at_most\"",
        "between 0 and 4" },
    { SYSTEM, "\"visit\", \"import\"", "\"visit\", \"fax\"", NULL, "fax", "unknown word \"fax\"" },
    /* topics, promises, templates */
    { TOPICS, "\"code\": \"tax\"", "\"code\": \"power\"", NULL, "\"税费\"", "used twice" },
    { TOPICS, "\"group\": \"rights\",\n      \"examples\": { \"zh\": [\"总包",
        "\"group\": \"wrongs\",\n      \"examples\": { \"zh\": [\"总包", NULL, "wrongs",
        "no group \"wrongs\"" },
    { PROMISES, "\"=answer_days\"", "\"=answer_days +\"", NULL, "answer_days +", "" },
    { PROMISES, "\"=answer_days\"", "\"=answer_dais\"", NULL, "answer_dais",
        "uses \"answer_dais\", which is no variable" },
    { PROMISES, "\"=answer_days\"", "\"answer_days\"", NULL, "\"answer_days\"", "FEEL after '='" },
    { PROMISES, "\"amount\": 2,", "\"amount\": 0,", NULL, "\"amount\": 0", "between 1 and 10000" },
    { PROMISES, "\"met_by\": [\"sign\"]", "\"met_by\": [\"sing\"]", NULL, "sing",
        "no verb \"sing\"" },
    { PROMISES, "\"working_hours\"", "\"hours\"", NULL, "\"hours\"",
        "working_days, working_hours" },
    { PROMISES, "\"most\": 5", "\"mots\": 5", NULL, "\"mots\"", "unknown member \"mots\"" },
    { PROMISES, "\"code\": \"callback\"", "\"code\": \"call\"", BPMN, "id=\"rectify\"",
        "no promise \"callback\"" },
    { PROMISES, "\"code\": \"callback\"", "\"code\": \"call\"", NULL, NULL,
        "no step of the procedure names promise \"call\"" },
    { PROMISES, "\"met_by\": [\"sign\"],\n      \"amber\": 0.5",
        "\"met_by\": [\"sign\"],\n      \"amber\": 0.1", NULL, NULL, "red begins after amber" },
    { PROMISES, "\"met_by\": [\"sign\"],\n      \"amber\": 0.5",
        "\"met_by\": [\"sign\"],\n      \"amber\": 50", NULL, "\"amber\": 50", "between 0 and 1" },
    { TEMPLATES, "\"topics\": [\"labour\"]", "\"topics\": [\"labor\"]", NULL, "\"labor\"",
        "no topic \"labor\"" },
    { TEMPLATES, "\"code\": \"solved\"", "\"code\": \"received\"", NULL, NULL, "used twice" },
    /* procedure and rules against the rest */
    { BPMN, "junma:role=\"handler\"", "junma:role=\"handyman\"", NULL, "id=\"handle\"",
        "no role \"handyman\"" },
    { BPMN, "junma:role=\"handler\" ", "", NULL, "id=\"handle\"", "names no role" },
    { BPMN, "transfer return reply", "transfer return replay", NULL, "id=\"handle\"",
        "no verb \"replay\"" },
    { BPMN, "junma:decision=\"limits\"", "junma:decision=\"limit\"", NULL, "id=\"limits\"",
        "have no \"limit\"" },
    { BPMN, "junma:kind=\"request\"", "junma:kind=\"visit\"", NULL, "id=\"request\"",
        "junma:kind \"visit\"" },
    { BPMN,
        "id=\"dispatch\" name=\"分派\" junma:nameEn=\"Dispatch\" junma:role=\"officer\" "
        "junma:unit=\"&quot;CENTRE&quot;\"",
        "id=\"dispatch\" name=\"分派\" junma:nameEn=\"Dispatch\" junma:role=\"officer\" "
        "junma:unit=\"&quot;CENTER&quot;\"",
        NULL, "id=\"dispatch\"", "no unit \"CENTER\"" },
    { BPMN, "sourceRef=\"handle\"", "sourceRef=\"handel\"", NULL, "sourceRef=\"handel\"", "" },
    { DMN, "<outputEntry id=\"routing_01_o1\"><text>\"EMG\"",
        "<outputEntry id=\"routing_01_o1\"><text>\"EGM\"", NULL, "routing_01_o1",
        "no unit \"EGM\"" },
    { DMN, "<text>starts with(?, \"63\"), starts", "<text>starts with(?, \"63\", starts", NULL,
        "routing_25_i3", "" },
    { REGISTER, "\"name\": \"industry\"", "\"name\": \"trade\"", DMN, "id=\"in_industry\"",
        "input \"industry\" is no variable" },
    /* figures */
    { FIGURE, "value:\n", "", NULL, NULL, "section \"value:\" is missing" },
    { FIGURE, "rows:\n", "rows\n", NULL, NULL, "" },
    { FIGURE, "-- good: up", "-- good: upp", NULL, "upp", "none, up, down" },
    { FIGURE, "-- target: 95", "-- target: most", NULL, "most", "must be a number" },
    { FIGURE, "-- drawing: bars", "-- painting: bars", NULL, "painting",
        "unknown name \"painting\"" },
    { FIGURE, "unit = unit;", "unit = bureau;", NULL, "-- by:", "column \"bureau\"" },
    { FIGURE, "unit = unit;", "unit unit;", NULL, "-- by:", "dimension = column" },
    { FIGURE, "SELECT id, unit", "SELECT unit", NULL, "SELECT unit", "rows needs a column id" },
    { FIGURE, "zone = $1", "zone = 'nanchang'", NULL, "SELECT id", "zone = $1" },
    { FIGURE, "zone = $1", "zone = $3", NULL, "$3", "\"$3\" may not be used" },
    { FIGURE, "on_time IS NOT NULL", "on_time IS NOT NULL;", NULL, "NULL;", "';' has no place" },
    { FIGURE, "FROM case_report", "FROM case_report -- all", NULL, "-- all", "'-' has no place" },
    { FIGURE, "SELECT id, unit", "SELECT id, upper(unit)", NULL, "upper(unit)", "needs a name" },
    { FIGURE, "SELECT id, unit", "DELETE id, unit", NULL, "DELETE", "\"DELETE\" may not be used" },
    { FIGURE, "sum(on_time)", "(SELECT sum(on_time) FROM rows)", NULL, "(SELECT",
        "\"SELECT\" may not" },
    { FIGURE, "count(*), 1) FROM rows", "count(*), 1), 2 FROM rows", NULL, ", 2 FROM",
        "SELECT one expression FROM rows" },
    { FIGURE, "sum(on_time)", "sum(on_time", NULL, NULL, "bracket" },
    { FUND_FIGURE, "-- columns: name", "-- note: name", NULL, NULL, "onto its rows" },
    { FUND_FIGURE, "预算 | Budget", "预算", NULL, "-- columns", "column = 中文 | English" },
    { FUND_FIGURE, "; budget = ", "; planned = ", NULL, "-- columns", "of columns of rows" },
    { FUND_FIGURE, "Budget : money", "Budget : gold", NULL, "-- columns", "\"gold\" is unknown" },
};

static bool refused(const struct broken *b)
{
    struct given g;
    const struct pack *p = NULL;
    char file[300];
    given_open(&g);
    if (!str_starts(str_from(b->path), STR("policies/")))
        given_thin(&g);
    given_replace(&g, b->path, b->old, b->new);
    const char *at = b->at ? b->at : b->path;
    snprintf(file, sizeof file, "zone/%s", at);
    enum err e = given_load(&g, &p);
    bool right = e != OK && !p
        && given_says(&g, file, b->line_of ? given_line(&g, at, b->line_of) : 0, b->words);
    if (!right)
        print_message("^ %s with %s\n", b->path, b->new);
    given_close(&g);
    return right;
}

static void single_faults(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        wrong += !refused(&table[i]);
    assert_int_equal(wrong, 0);
}

static void missing_files(void **state)
{
    (void)state;
    static const char *const needed[] = { "zone.json", "units.json", "roles.json",
        "requests/system.json" };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        struct given g;
        const struct pack *p = NULL;
        char file[300];
        given_open(&g);
        given_remove(&g, needed[i]);
        assert_int_not_equal(given_load(&g, &p), OK);
        snprintf(file, sizeof file, "zone/%s", needed[i]);
        given_expect(&g, file, 0, "this file is missing");
        given_close(&g);
    }
}

static void missing_calendar(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p = NULL;
    given_open(&g);
    for (size_t i = 0; i < g.count;)
        if (str_starts(g.files[i].path, STR("calendar/")))
            g.files[i] = g.files[--g.count];
        else
            i++;
    assert_int_not_equal(given_load(&g, &p), OK);
    given_expect(&g, "zone/calendar", 0, "there is no working calendar");
    given_close(&g);
}

static void foreign_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *words;
    } files[] = { { "notes.txt", "a file of this kind" },
        { "requests/routing.dmn~", "letters, digits" },
        { "requests/old.dmn", "nothing refers to this file" },
        { "requests/figures/deep/x.sql", "nothing refers to this file" },
        { "stray.json", "nothing refers to this file" },
        { "../etc/passwd.json", "letters, digits" }, { "/etc/passwd.json", "letters, digits" },
        { "a//b.json", "letters, digits" }, { "文件.json", "letters, digits" },
        { "requests/-x.sql", "letters, digits" } };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct given g;
        const struct pack *p = NULL;
        char file[300];
        given_open(&g);
        given_add(&g, files[i].path, STR("{}"));
        assert_int_not_equal(given_load(&g, &p), OK);
        snprintf(file, sizeof file, "zone/%s", files[i].path);
        given_expect(&g, file, 0, files[i].words);
        given_close(&g);
    }
}

/* One run reports every fault, in files that have nothing to do with each other too. */
static void all_faults_at_once(void **state)
{
    (void)state;
    struct given g;
    const struct pack *p = NULL;
    given_open(&g);
    given_replace(&g, ZONE, "\"synthetic\"", "\"synthetik\"");
    given_replace(&g, UNITS, "\"kind\": \"leader\"", "\"kind\": \"boss\"");
    given_replace(&g, BPMN, "junma:role=\"handler\"", "junma:role=\"handyman\"");
    given_replace(&g, FIGURE, "-- good: up", "-- good: upp");
    assert_int_not_equal(given_load(&g, &p), OK);
    given_expect(&g, "zone/" ZONE, 0, "synthetik");
    given_expect(&g, "zone/" UNITS, 0, "boss");
    given_expect(&g, "zone/" BPMN, 0, "handyman");
    given_expect(&g, "zone/" FIGURE, 0, "upp");
    assert_int_equal(g.faults.total, 4);
    given_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_faults),
        cmocka_unit_test(missing_files),
        cmocka_unit_test(missing_calendar),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(all_faults_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
