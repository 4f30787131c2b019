/*
 * Service items at work: what a case about items asks, what of it was given, and the rows that
 * lists and figures read. The catalogue itself is the pack's (pack/items.h).
 *
 *     items named by the applicant ─▶ service_begin: in force? together? lead unit, joint units
 *       ─▶ service_answers: the kind's form and the items' forms, each shared key asked once
 *       ─▶ service_papers: the materials that the answers make needed; how each is had
 *       ─▶ service_variables: what the procedure sees
 *       ─▶ service_keep: case_service, case_item, case_material
 *
 * A material is had in one of these ways:
 *     uploaded    files came with it            fetched    the zone holds it; the holder consented
 *     cancelled   asked for no more             promised   the applicant's word is taken
 *     checked     the unit looks it up          correct    to be put right (once)
 *     missing     not there; only where it is not required
 */
#ifndef JUNMA_ZONE_SERVICE_H
#define JUNMA_ZONE_SERVICE_H

#include "zone/case.h"

enum { SERVICE_PAPERS_MAX = 100 };

/* A paper as it was handed in. */
struct service_paper {
    str material;
    const int64_t *files;
    size_t file_count;
    bool consent;  /* the zone may fetch the licence that stands for it */
    bool promised; /* the applicant's word */
    str note;      /* of a check: what is to be put right */
};

struct service_ask {
    const str *items; /* codes */
    size_t item_count;
    str bundle; /* its code, or empty */
    const struct service_paper *papers;
    size_t paper_count;
};

enum service_need { SERVICE_NEEDED, SERVICE_NOT_NEEDED, SERVICE_MAYBE };
struct service_material {
    const struct pack_material *material;
    const struct pack_item *item; /* the first that asks for it */
    bool required;
    int originals, copies;
    enum service_need need;
    struct name2 situation;
    bool held; /* by the zone, as a licence that is valid today */
    str state; /* of a case: the words above */
    const int64_t *files;
    size_t file_count;
    int64_t licence_id, consent_id;
    str note;
};

struct service {
    const struct pack_item *items[ITEM_BUNDLE_MAX]; /* the first is the lead's */
    size_t item_count;
    const struct pack_bundle *bundle; /* or NULL */
    const str *joint_units;
    size_t joint_unit_count;
    bool on_spot, renewal, licensing;
    int legal_days, promised_days;
    struct service_material *materials;
    size_t material_count;
};

/* A component of its own, brought up to date when a pack comes into use. */
MUST_USE enum err service_prepare(struct op *op, const struct pack *p);

/* Items of which another version is in force today; in a write of its own, cheap when it is done. */
MUST_USE enum err services_daily(struct op *op);

/* ERR_INVALID, field "items": none, too many, not in force today, excluding each other. */
MUST_USE enum err service_begin(
    struct op *op, const struct pack_system *s, const struct service_ask *ask, struct service *out);
MUST_USE enum err service_answers(struct op *op, const struct pack_system *s,
    const struct service *v, const json_t *data, json_t **cleaned, struct diag_list *faults);
/* Which materials the answers make needed; of `enterprise` what the zone holds. */
MUST_USE enum err service_needs(struct op *op, struct service *v, const json_t *answers,
    str holder_register, int64_t enterprise);
/* What was handed in, held against what is needed. ERR_INVALID, field "materials.<code>"; `faults`
 * (may be NULL) gets one for each that is missing: what is to be put right is said at once
 * (Administrative Licensing Law, article 32). */
MUST_USE enum err service_papers(
    struct op *op, struct service *v, const struct service_ask *ask, struct diag_list *faults);
void service_variables(struct op *op, const struct service *v, json_t *variables);
str service_title(struct op *op, const struct service *v);
MUST_USE enum err service_keep(struct op *op, const struct service *v, int64_t case_id);

/* ---- of a case ---- */

struct service_row {
    int64_t case_id;
    str bundle, outcome;
    int64_t legal_days, promised_days, used_days /* -1: not decided */, corrections;
    int64_t decided_at, delivered_at;
    struct service_row_item {
        str code, unit, licence;
        struct name2 name;
    } items[ITEM_BUNDLE_MAX];
    size_t item_count;
};
/* ERR_NOT_FOUND: the case is about no item. Asks nobody: whoever reads the case may. */
MUST_USE enum err service_of_case(struct op *op, int64_t case_id, struct service_row *out);
struct service_row_material {
    str material, state, note;
    struct name2 name;
    bool required;
    const int64_t *files;
    size_t file_count;
    int64_t licence_id, updated_at;
};
MUST_USE enum err service_materials(
    struct op *op, int64_t case_id, struct service_row_material **out, size_t *count);

/* Reasons for which the clock of this case may stand still: the special procedures of its items. */
MUST_USE enum err service_special(
    struct op *op, const struct case_row *c, const str **out, size_t *count);
struct licence_consent;
/* The consent by which the licence that stands for a paper of the case is had. */
MUST_USE enum err service_consent_of(
    struct op *op, const struct case_row *c, str material, struct licence_consent *out);

/* ERR_INVALID at "materials.<code>"; each text has one %s, for the name in its language. */
enum err service_paper_fault(
    struct op *op, str material, const char *zh, const char *en, struct name2 name);
/* In a write, by the verbs. */
MUST_USE enum err service_correct(struct op *op, int64_t case_id,
    const struct service_paper *papers, size_t count, json_t *event);
MUST_USE enum err service_corrected(struct op *op, int64_t case_id,
    const struct service_paper *papers, size_t count, struct diag_list *faults);
MUST_USE enum err service_decided(struct op *op, int64_t case_id, str outcome, int64_t used_days);
MUST_USE enum err service_delivered(struct op *op, int64_t case_id);

/* ---- finding (service_find.c) ---- */

struct service_filter {
    str text, unit, event, stage, theme, type, kind /* on-spot, promised */;
    bool featured, no_document;
    size_t offset, limit;
};
struct service_found {
    const struct pack_item *item;
    double score;
};
/* Today's items, best first; *total of all that fit. */
MUST_USE enum err service_find(struct op *op, const struct pack_system *s,
    const struct service_filter *f, struct service_found **out, size_t *count, size_t *total);
/* The pack's kind that has a catalogue; NULL: none. */
const struct pack_system *service_kind(const struct pack *p);

#endif
