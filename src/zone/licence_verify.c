/*
 * Verifying, by anyone. Two halves, so that no signature is checked on the writer's thread: first
 * what was handed in is examined by itself (licence_examine: is it ours, is it whole, is its time
 * right), then the licence is looked up and says how it stands now (licence_judge). A revocation
 * counts from its commit on, whatever a PDF, a code or a credential says.
 *
 *     code          JM1.<facts>.<zone's signature>[.<second>.<telephone's signature>]
 *                   with a telephone's key in the facts, the last two must be there and fresh: a
 *                   photograph of a code is of no use five minutes later
 *     credential    a JWT of ours
 *     number        the identifier as text: proves nothing of who shows it
 */
#include "zone/licence_internal.h"

#include "base/check.h"
#include "seal/seal.h"

#include <string.h>

static enum err finding(struct licence_evidence *out, enum licence_finding f, const char *how,
    const char *zh, const char *en)
{
    out->finding = f;
    out->how = how;
    out->text = (struct name2){ str_from(zh), str_from(en) };
    return OK;
}

/* "1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check>" with a check that holds. */
static bool identifier_holds(struct op *op, str s)
{
    struct buf b;
    str rest = s, part, last = STR_NONE;
    int dots = 0;
    buf_init(&b, op->arena, 200);
    if (!str_starts(s, STR("1.2.156.3005.2.")) || s.bytes > 160)
        return false;
    while (str_split(&rest, '.', &part)) {
        if (dots > 5)
            buf_add(&b, last);
        last = part;
        dots++;
    }
    char check = dots == 10 && last.bytes == 1 ? iso7064_mod37_36(buf_str(&b)) : 0;
    return check && check == last.data[0];
}

static int64_t base36(str s)
{
    int64_t n = 0;
    for (size_t i = 0; i < s.bytes; i++) {
        char c = s.data[i];
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
        if (v < 0 || n > INT64_C(1) << 50)
            return -1;
        n = n * 36 + v;
    }
    return n;
}

/* Did the telephone that the pass names sign this code, and just now? */
static bool fresh(struct op *op, const json_t *facts, str signed_part, str rest)
{
    str second, point, signature, key = json_str(facts, "k");
    if (!key.bytes)
        return !rest.bytes;
    if (!str_split(&rest, '.', &second) || !rest.bytes || str_find(rest, STR("."), 0) >= 0)
        return false;
    int64_t at = base36(second), now = op->now_ms / 1000;
    str told = str_slice((str){ signed_part.data, signed_part.bytes + 1 + second.bytes }, 0,
        signed_part.bytes + 1 + second.bytes);
    return at >= now - LICENCE_CODE_SECONDS && at <= now + LICENCE_CODE_SECONDS
        && seal_from_base64url(op->arena, key, &point)
        && seal_from_base64url(op->arena, rest, &signature)
        && seal_verify_with(point, told, signature);
}

static enum err examine_code(struct op *op, str text, struct licence_evidence *out)
{
    json_t *facts;
    str part, rest;
    struct diag ignored = { 0 };
    if (seal_token_verify(op->arena, op->zone->seal, text, &facts, &part, &rest, &ignored) != OK)
        return finding(out, LICENCE_ALTERED, "code", "这个码不是本区签发的,或已被改动",
            "this code is not of this zone, or was altered");
    (void)id_parse(json_str(facts, "l"), &out->id);
    if (json_int(facts, "x", 0) < op->now_ms / 1000)
        return finding(out, LICENCE_STALE, "code", "这个码已过时,请持有人重新出示",
            "this code is out of date; ask the holder to show it again");
    if (!fresh(op, facts, part, rest))
        return finding(out, LICENCE_STALE, "code", "这个码已过时或是翻拍的,请持有人当面重新出示",
            "this code is out of date or a copy; ask the holder to show it again");
    return finding(out, LICENCE_FOUND, "code", "", "");
}

static enum err examine_credential(struct op *op, str text, struct licence_evidence *out)
{
    static const char prefix[] = "urn:junma:licence:";
    json_t *credential;
    struct diag ignored = { 0 };
    if (seal_jws_verify(op->arena, op->zone->seal, text, &credential, &ignored) != OK)
        return finding(out, LICENCE_ALTERED, "credential", "这份凭证不是本区签发的,或已被改动",
            "this credential is not of this zone, or was altered");
    str id = json_str(credential, "id");
    if (!str_starts(id, str_from(prefix)))
        return finding(out, LICENCE_FOREIGN, "credential", "这份凭证不是电子证照",
            "this credential is no licence");
    out->identifier = str_slice(id, sizeof prefix - 1, id.bytes);
    return finding(out, LICENCE_FOUND, "credential", "", "");
}

enum err licence_examine(struct op *op, str text, struct licence_evidence *out)
{
    *out = (struct licence_evidence){ 0 };
    if (!op->zone->seal)
        return diag_set(op->diag, ERR_UNSUPPORTED, "本区的电子印章不在这台机器上",
            "the zone's seal is not on this machine");
    text = str_trim(text);
    for (ptrdiff_t slash;
         (slash = str_find(text, STR("/"), 0)) >= 0;) /* of an address: its last step */
        text = str_slice(text, (size_t)slash + 1, text.bytes);
    for (ptrdiff_t hash; (hash = str_find(text, STR("#"), 0)) >= 0;)
        text = str_slice(text, (size_t)hash + 1, text.bytes);
    if (str_starts(text, STR("JM1.")))
        return examine_code(op, text, out);
    if (str_starts(text, STR("eyJ")))
        return examine_credential(op, text, out);
    if (identifier_holds(op, text)) {
        out->identifier = text;
        return finding(out, LICENCE_FOUND, "number", "", "");
    }
    return finding(out, LICENCE_FOREIGN, "number",
        "这不是证照标识:应以 1.2.156.3005.2 开头,末位是校验码",
        "this is no identifier of a licence: it begins with 1.2.156.3005.2 and ends in a check character");
}

enum err licence_examine_pdf(struct op *op, str pdf, struct licence_evidence *out)
{
    enum seal_verdict v;
    *out = (struct licence_evidence){ 0 };
    if (!op->zone->seal)
        return diag_set(op->diag, ERR_UNSUPPORTED, "本区的电子印章不在这台机器上",
            "the zone's seal is not on this machine");
    TRY(seal_pdf_verify(op->arena, op->zone->seal, pdf, &v, &out->identifier, op->diag));
    struct name2_text text = seal_verdict_text(v);
    return finding(out,
        v == SEAL_GOOD          ? LICENCE_FOUND
            : v == SEAL_ALTERED ? LICENCE_ALTERED
                                : LICENCE_FOREIGN,
        "pdf", text.zh, text.en);
}

static struct name2 sentence(struct op *op, const struct licence *l)
{
    struct name2 status = licence_status_name(l->status);
    if (l->status == LICENCE_VALID)
        return (struct name2){ STR("证照有效"), STR("The licence is valid") };
    if (l->status == LICENCE_LAPSED)
        return (struct name2){ str_printf(op->arena, "证照已于%.*s到期失效", STR_ARGS(l->valid_to)),
            str_printf(op->arena, "The licence lapsed on %.*s", STR_ARGS(l->valid_to)) };
    return (struct name2){ str_printf(op->arena, "证照已被%.*s", STR_ARGS(status.zh)),
        str_printf(op->arena, "The licence is %.*s", STR_ARGS(status.en)) };
}

enum err licence_judge(struct op *op, const struct licence_evidence *e, struct licence_verdict *out)
{
    struct diag ignored = { 0 };
    struct op look = *op;
    look.diag = &ignored;
    *out = (struct licence_verdict){ .finding = e->finding, .how = e->how, .text = e->text };
    if (!e->identifier.bytes && !e->id)
        return OK;
    enum err found = e->id ? licence_get(&look, e->id, &out->licence)
                           : licence_by_identifier(&look, e->identifier, &out->licence);
    if (found != OK && found != ERR_NOT_FOUND) {
        *op->diag = ignored;
        return found;
    }
    if (found == ERR_NOT_FOUND) {
        out->licence = (struct licence){ 0 };
        out->finding = LICENCE_FOREIGN;
        out->text = (struct name2){ STR("本区没有签发过这份证照"),
            STR("this zone has issued no such licence") };
        return OK;
    }
    if (e->finding != LICENCE_FOUND)
        return OK;
    if (out->licence.next_id) {
        out->finding = LICENCE_REPLACED;
        out->text = (struct name2){ STR("这是旧版本,已被新版本代替"),
            STR("a former version, replaced by a newer one") };
        return OK;
    }
    out->text = sentence(op, &out->licence);
    return diag_arena(op->diag, op->arena);
}

const char *licence_verdict_word(const struct licence_verdict *v)
{
    switch (v->finding) {
    case LICENCE_FOUND:
        return licence_status_word(v->licence.status);
    case LICENCE_REPLACED:
        return "replaced";
    case LICENCE_ALTERED:
        return "altered";
    case LICENCE_FOREIGN:
        return "foreign";
    case LICENCE_STALE:
        return "stale";
    }
    return "foreign";
}
