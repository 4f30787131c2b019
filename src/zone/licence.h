/*
 * Electronic licences, after GB/T 36904. The pack says which types there are (pack_licence); this
 * is their life:
 *
 *     issue ─▶ VALID ◀─resume── SUSPENDED        change, renew: the next version, whose identifier
 * is │  └──suspend────▲              new; the former one lapses and is linked both ways ├─ revoke
 * ─▶ REVOKED  strip ─▶ STRIPPED  cancel ─▶ CANCELLED └─ the last day has passed ─▶ LAPSED  (renewed
 * instead where renewal was asked for in time, nobody answered, and the type says that silence
 * renews)
 *
 * Invariants
 *   - a row is one version of one licence; its data never changes, only its status;
 *   - identifier 1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>, ISO 7064 MOD 37,36;
 *   - the status one is told is as of op->now_ms: past its last day a licence has lapsed, whether
 * the daily turn has been there or not; what is revoked is so from the commit on;
 *   - every act is journalled with its reason and its basis; every look by somebody else is kept,
 *     the last LICENCE_LOOKS_KEPT of each licence, and the holder sees them;
 *   - somebody else's licence is fetched with the holder's consent only (licence_consent_…), and
 *     every time it is, a look is kept.
 */
#ifndef JUNMA_ZONE_LICENCE_H
#define JUNMA_ZONE_LICENCE_H

#include "zone/zone.h"

enum {
    LICENCE_LOOKS_KEPT = 200,
    LICENCE_REASON_BYTES_MAX = 2000,
    LICENCE_LISTED_MAX = 200,
    LICENCE_CONSENT_DAYS_MAX = 366,
};

/* The numbers are those of GB/T 36903's exchange. */
enum licence_status {
    LICENCE_VALID = 1,
    LICENCE_SUSPENDED = 2,
    LICENCE_REVOKED = 3,   /* 撤销: should not have been given */
    LICENCE_CANCELLED = 4, /* 注销 */
    LICENCE_LAPSED = 5,    /* 失效: over, or replaced by its next version */
    LICENCE_MOVED = 6,     /* 转出 */
    LICENCE_STRIPPED = 7,  /* 吊销: taken away as a penalty */
};
/* "valid", "suspended" … */
const char *licence_status_word(enum licence_status s);
struct name2 licence_status_name(enum licence_status s);

enum licence_verb {
#define LV(name, word, operation, from, to, needs, zh, en) LICENCE_VERB_##name,
#include "zone/licence_verbs.def"
#undef LV
    LICENCE_VERB_COUNT
};
bool licence_verb_from(str word, enum licence_verb *out);
const char *licence_verb_word(enum licence_verb v);
struct name2 licence_verb_name(enum licence_verb v);
/* Does it ask for a reason and a legal basis? */
bool licence_verb_needs_reason(enum licence_verb v);

struct licence {
    int64_t id, root_id;             /* root: its first version */
    const struct pack_licence *type; /* NULL when the pack no longer has it */
    str type_code, identifier, number, unit;
    str holder_register, holder_name, holder_key;
    int64_t holder_id;
    enum licence_status status; /* as of op->now_ms */
    int operation;              /* what was done last, 01 to 09 of GB/T 36903 */
    int64_t version, list_index;
    str first_issued_on, issued_on, valid_from, valid_to; /* "2026-11-23"; valid_to empty: always */
    json_t *data;                        /* by field; whole: licence_hide for others */
    int64_t case_id, before_id, next_id; /* 0: none */
    int64_t renewal_at;                  /* the holder asked for renewal; 0: no */
    str reason, basis;                   /* of the last act */
    int64_t looks, updated_at;
};

/* A component of its own, brought up to date at opening. */
extern const struct store_migration licence_migrations[];
extern const size_t licence_migration_count;

/* ---- finding ---- */

MUST_USE enum err licence_get(struct op *op, int64_t id, struct licence *out);
MUST_USE enum err licence_by_identifier(struct op *op, str identifier, struct licence *out);
/* The newest of a type that the holder has and that is valid now; ERR_NOT_FOUND, whose words say
 * whether there is one that is suspended, lapsed … Asks nobody: for the engine's own rules ("is
 * this paper held?"). What stands on it is given with consent (licence_fetch). */
MUST_USE enum err licence_find(
    struct op *op, str holder_register, int64_t holder_id, str type, struct licence *out);
struct licence_filter {
    str type, unit, text, status; /* status: a word; empty: all. text: holder, number, identifier */
    str holder_register;
    int64_t holder_id; /* 0: any */
    bool newest;       /* no former versions */
    int64_t after;     /* id of the last one of the page before */
    size_t limit;
};
/* Of any holder: needs licence.read; roles of scope unit see what their unit issues. */
MUST_USE enum err licence_list(
    struct op *op, const struct licence_filter *f, struct licence **out, size_t *count, bool *more);
/* The actor's own: of his enterprise, and of himself where a type's holders are people. */
MUST_USE enum err licence_mine(struct op *op, struct licence **out, size_t *count);
bool licence_is_mine(struct op *op, const struct licence *l);
/* May the actor see it: his own, or by licence.read. ERR_NOT_FOUND when not. */
MUST_USE enum err licence_open(struct op *op, int64_t id, struct licence *out);
/* Masked fields become "****" unless it is the actor's own. */
void licence_hide(struct op *op, struct licence *l);
/* A field as people read it: codes and units by name, money in yuan, dates in words. */
str licence_field_text(
    struct op *op, const struct licence *l, const struct pack_column *c, bool english);
/* A text of the layout with its fields in place. */
str licence_fill(struct op *op, const struct licence *l, str text, bool english);

/* ---- acts, in a write ---- */

struct licence_input {
    str type;
    int64_t holder_id;
    str holder_key;     /* instead of the id */
    const json_t *data; /* by field; what the type fills from the register may be left out */
    str valid_from;     /* empty: today */
    int64_t case_id;
    str reason, basis;
    struct diag_list *faults; /* one a field; may be NULL */
};
/* ERR_FORBIDDEN, ERR_INVALID with faults, ERR_CONFLICT when the type is held once only. */
MUST_USE enum err licence_issue(struct op *op, const struct licence_input *in, struct licence *out);
struct licence_act {
    enum licence_verb verb;
    const json_t *data; /* of a change or renewal: the fields that differ; may be NULL */
    str reason, basis;
    int64_t case_id;
    struct diag_list *faults;
};
/* *out is the licence as it stands then: of a change or renewal its next version. */
MUST_USE enum err licence_do(
    struct op *op, int64_t id, const struct licence_act *act, struct licence *out);
/* May the actor do it now; else the diag says why not. */
MUST_USE enum err licence_may(struct op *op, const struct licence *l, enum licence_verb verb);
/* What is over by today lapses or is renewed by silence; in writes of its own, cheap when nothing
 * is due. */
MUST_USE enum err licences_daily(struct op *op);

struct licence_step {
    int64_t at;
    str verb, actor, unit, reason, basis;
    int operation;
    enum licence_status before, after;
    int64_t licence_id, version;
};
/* Of all versions, oldest first. */
MUST_USE enum err licence_history(
    struct op *op, const struct licence *l, struct licence_step **out, size_t *count);

/* ---- looks ---- */

struct licence_look {
    int64_t at;
    str how; /* "code", "number", "pdf", "credential", "consent", "desk" */
    str who, unit, purpose, result;
};
/* In a write. who is the actor; nobody's name is known of a stranger. */
MUST_USE enum err licence_looked(
    struct op *op, int64_t id, const char *how, str result, str purpose);
MUST_USE enum err licence_looks(
    struct op *op, const struct licence *l, struct licence_look **out, size_t *count);

/* ---- consent: instead of a paper ---- */

struct licence_consent {
    int64_t id, licence_id, case_id, account_id, holder_id;
    str holder_register, type, item, purpose, unit; /* unit: who may look; item: of the catalogue */
    int64_t given_at, until_at, revoked_at, used, used_at;
};
/* In a write, by the holder: lets `unit` have his licence of that type for the purpose until then.
 * Only licence_id or type, item, purpose, unit, case_id, until_at are read; until_at 0: 30 days. */
MUST_USE enum err licence_consent_give(
    struct op *op, const struct licence_consent *in, struct licence_consent *out);
/* In a write, by the holder. From the commit on nobody fetches by it. */
MUST_USE enum err licence_consent_revoke(struct op *op, int64_t id);
/* The actor's own, newest first. */
MUST_USE enum err licence_consents(struct op *op, struct licence_consent **out, size_t *count);
/* In a write: the licence that a consent gives, whole, with the look kept. ERR_FORBIDDEN when the
 * consent is revoked or over, or given to another unit; ERR_NOT_ALLOWED when the licence is no
 * longer valid. */
MUST_USE enum err licence_fetch(struct op *op, int64_t consent_id, struct licence *out);

/* ---- on paper, as a credential, as a code (licence_paper.c) ---- */

/* Reads the zone's seal (data_dir/seal.key, seal.pem, seal-ca.key, seal-ca.pem; keys of mode 0600),
 * or makes one for a zone that has issued nothing yet. ERR_INVALID when licences are there and
 * their key is not: another one would make all of them foreign. */
MUST_USE enum err licence_seal_open(struct zone *z, bool create, struct diag *d);
void licence_seal_close(struct zone *z);
/* The signed PDF. Only of a licence that is valid or suspended. */
MUST_USE enum err licence_pdf(struct op *op, const struct licence *l, bool english, str *out);
/* A W3C verifiable credential (data model 2.0) as a JWT (VC-JOSE-COSE). */
MUST_USE enum err licence_credential(struct op *op, const struct licence *l, str *out);
/* Bitstring Status List: `which` counts from 0, LICENCE_LIST_BITS licences each. */
enum { LICENCE_LIST_BITS = 131072 };
MUST_USE enum err licence_status_list(struct op *op, int64_t which, bool suspension, str *out);
/* What the wallet shows as a QR code. device: base64url of a P-256 point whose secret half stays in
 * the telephone; then the pass holds for LICENCE_PASS_DAYS and each code for
 * LICENCE_CODE_SECONDS; without it the pass is the code and holds for as long. */
enum { LICENCE_PASS_DAYS = 7, LICENCE_CODE_SECONDS = 300 };
MUST_USE enum err licence_pass(
    struct op *op, const struct licence *l, str device, str *token, int64_t *until_ms);

/* ---- verifying, by anyone (licence_verify.c) ---- */

enum licence_finding {
    LICENCE_FOUND,    /* there is such a licence: its status says the rest */
    LICENCE_REPLACED, /* a former version; the newest is another */
    LICENCE_ALTERED,  /* signed once, changed since */
    LICENCE_FOREIGN,  /* not of this zone, or no code, no PDF, no number of a licence */
    LICENCE_STALE,    /* a true code whose time is over, or a copy of one */
};
struct licence_verdict {
    enum licence_finding finding;
    struct licence licence; /* of FOUND, REPLACED, STALE; id 0: none */
    const char *how;        /* "code", "number", "pdf", "credential" */
    struct name2 text;      /* in a sentence */
};
/* "valid", "suspended", … "replaced", "altered", "foreign", "stale". */
const char *licence_verdict_word(const struct licence_verdict *v);
struct licence_evidence {
    str identifier; /* what was read out of it, or its id; neither: nothing held */
    int64_t id;
    enum licence_finding finding;
    const char *how;
    struct name2 text; /* why not */
};
/* Signatures only; no connection is used. text: a code (JM1.…), a credential (three parts), an
 * identifier, or an address that ends in one of them. */
MUST_USE enum err licence_examine(struct op *op, str text, struct licence_evidence *out);
MUST_USE enum err licence_examine_pdf(struct op *op, str pdf, struct licence_evidence *out);
/* Then the licence itself. */
MUST_USE enum err licence_judge(
    struct op *op, const struct licence_evidence *e, struct licence_verdict *out);

#endif
