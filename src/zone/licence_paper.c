/*
 * A licence as a document: on paper (PDF), as a credential for machines (JWT), as a code for a
 * telephone, and the list of states by which holders of credentials learn what was revoked.
 *
 * The PDF is made when it is asked for, of what the row says, and signed then: its own date tells
 * when. Two of the same licence differ in their signature only.
 */
#include "zone/licence_internal.h"

#include "print/print.h"
#include "seal/seal.h"

#include <string.h>
#include <zlib.h>

enum { SEAL_MM = 42, CARD_SEAL_MM = 18, QR_MM = 28, CARD_QR_MM = 17 };

static enum err need_seal(struct op *op)
{
    if (op->zone->seal)
        return OK;
    return diag_set(op->diag, ERR_UNSUPPORTED, "本区的电子印章不在这台机器上",
        "the zone's seal is not on this machine");
}

static enum err must_hold(struct op *op, const struct licence *l)
{
    TRY(need_seal(op));
    if (l->type && (l->status == LICENCE_VALID || l->status == LICENCE_SUSPENDED))
        return OK;
    struct name2 status = licence_status_name(l->status);
    return licence_refuse(op, ERR_NOT_ALLOWED,
        str_printf(op->arena, "证照已%.*s,不再出具", STR_ARGS(status.zh)),
        str_printf(op->arena, "the licence is %.*s and is given out no more", STR_ARGS(status.en)));
}

static str code_text(struct op *op, const struct licence *l)
{
    str address = zone_pack(op->zone)->zone.address;
    return address.bytes
        ? str_printf(op->arena, "%.*s/v/%.*s", STR_ARGS(address), STR_ARGS(l->identifier))
        : l->identifier;
}

/* ---- paper ---- */

struct paper {
    struct op *op;
    const struct licence *l;
    struct print *p;
    bool english;
    size_t cut_line, cut_points; /* this line's text ends after so many characters; 0: whole */
    double seal_x, seal_y, seal_mm; /* upper left */
};

static str in(const struct paper *w, struct name2 n)
{
    return w->english ? n.en : n.zh;
}

static double label_width(const struct paper *w)
{
    size_t most = 0;
    for (size_t i = 0; i < w->l->type->line_count; i++) {
        size_t n = str_code_points(in(w, w->l->type->lines[i].label));
        most = n > most ? n : most;
    }
    double wide = (double)most * (w->english ? 2.3 : 4.4) + 6;
    return wide > 58 ? 58 : wide;
}

static str first_points(str text, size_t points)
{
    size_t end = 0;
    for (; end < text.bytes; end++)
        if (((unsigned char)text.data[end] & 0xc0) != 0x80 && points-- == 0)
            break;
    return str_slice(text, 0, end);
}

static str line_text(const struct paper *w, size_t i)
{
    str text = licence_fill(w->op, w->l, in(w, w->l->type->lines[i].text), w->english);
    return w->cut_points && i == w->cut_line ? first_points(text, w->cut_points) : text;
}

/* Label and value, line by line, from y down; where it ends. */
static double lines(struct paper *w, struct print_place at, double width, double size, bool draw)
{
    const struct pack_licence *t = w->l->type;
    double label = label_width(w) * size / 12, y = at.y_mm,
           gap = size / 4 - (size < 10 ? 1.3 : 0.5);
    struct print_style quiet = { .size_pt = size, .colour = 0x5A616B };
    struct print_style value = { .size_pt = size };
    for (size_t i = 0; i < t->line_count; i++) {
        str name = in(w, t->lines[i].label);
        str text = line_text(w, i);
        double a = draw ? print_box(w->p, (struct print_place){ at.x_mm, y }, label, name, &quiet)
                        : print_measure(w->p, label, name, &quiet);
        double b = draw ? print_box(w->p, (struct print_place){ at.x_mm + label, y }, width - label,
                       text, &value)
                        : print_measure(w->p, width - label, text, &value);
        y += (a > b ? a : b) + gap;
    }
    return y;
}

enum { SIZE_LEAST_PT = 5 };

/* The longest line is the one that is too long: how long it is, and how long it may be. */
static void refuse(struct paper *w, struct print_place at, double width, double below)
{
    const struct pack_licence *t = w->l->type;
    size_t longest = 0, points = 0, low = 0, high;
    for (size_t i = 0; i < t->line_count; i++) {
        size_t n = str_code_points(line_text(w, i));
        if (n > points) {
            points = n;
            longest = i;
        }
    }
    w->cut_line = longest;
    for (high = points; low + 1 < high;) { /* `low` characters of it fit, `high` do not */
        w->cut_points = low + (high - low) / 2;
        if (lines(w, at, width, SIZE_LEAST_PT, false) <= below)
            low = w->cut_points;
        else
            high = w->cut_points;
    }
    w->cut_points = 0;
    str label = in(w, t->lines[longest].label);
    const char *zh = str_terminated(w->op->arena,
        str_printf(w->op->arena,
            "“%.*s”过长,一页排不下:现有 %zu 字,这份证照上最多 %zu 字;请改短后再打印", STR_ARGS(label),
            points, low));
    const char *en = str_terminated(w->op->arena,
        str_printf(w->op->arena,
            "\"%.*s\" is too long for one page: %zu characters, at most %zu fit on this licence; "
            "shorten it",
            STR_ARGS(label), points, low));
    print_refuse(w->p, zh ? zh : "", en ? en : "");
}

/* In the largest type in which all of it stands above `below`. */
static void lines_that_fit(
    struct paper *w, struct print_place at, double width, double size, double below)
{
    for (; size >= SIZE_LEAST_PT; size -= 0.5)
        if (lines(w, at, width, size, false) <= below) {
            (void)lines(w, at, width, size, true);
            return;
        }
    refuse(w, at, width, below);
}

static void foot(struct paper *w, double width, double height)
{
    const struct licence *l = w->l;
    str told = str_printf(w->op->arena,
        w->english
            ? "Identifier %.*s\nVersion %lld. Electronic licence: verify its state by the code or the number."
            : "证照标识 %.*s\n第%lld版 · 电子证照,扫码或输入标识可核验现状",
        STR_ARGS(l->identifier), (long long)l->version);
    print_box(w->p, (struct print_place){ 22, height - 22 }, width - 44, told,
        &(struct print_style){ .size_pt = 7.5, .colour = 0x5A616B });
}

static void issuer_and_seal(struct paper *w, double right, double below)
{
    const struct pack_licence *t = w->l->type;
    str day = licence_fill(w->op, w->l, STR("{issued_on}"), w->english);
    struct print_style style = { .size_pt = 12, .align = PRINT_CENTRE };
    double width = 80, x = right - width;
    print_box(w->p, (struct print_place){ x, below - 27 }, width, in(w, t->issuer), &style);
    print_box(w->p, (struct print_place){ x, below - 9 }, width, day, &style);
    w->seal_mm = SEAL_MM;
    w->seal_x = x + width / 2 - SEAL_MM / 2.0;
    w->seal_y = below - 24 - SEAL_MM / 2.0;
    print_seal(w->p, (struct print_place){ x + width / 2, below - 24 }, SEAL_MM, t->seal_ring,
        t->seal_line);
}

static void sheet(struct paper *w)
{
    double width = print_width(w->p), height = print_height(w->p);
    bool wide = width > height;
    struct print_style title = { .size_pt = wide ? 28 : 26,
        .bold = true,
        .serif = true,
        .align = PRINT_CENTRE,
        .spacing_pt = w->english ? 0 : 6 };
    struct print_style number = { .size_pt = 10.5, .align = PRINT_CENTRE, .colour = 0x5A616B };
    double x = wide ? 32 : 26, top = height < 160 ? 18 : wide ? 28 : 38;
    print_frame(w->p, 10, 0xB3261E);
    double tall = print_box(
        w->p, (struct print_place){ 15, top }, width - 30, in(w, w->l->type->title), &title);
    print_box(w->p, (struct print_place){ 15, top + tall + 3 }, width - 30,
        str_printf(w->op->arena, w->english ? "No. %.*s" : "编号 %.*s", STR_ARGS(w->l->number)),
        &number);
    bool small = height < 160;
    double below = height - 26;
    lines_that_fit(w,
        (struct print_place){ x,
            top + tall
                + (small       ? 12
                        : wide ? 20
                               : 24) },
        width - 2 * x, small ? 10 : 12, below - (small ? 30 : 40));
    print_qr(
        w->p, &(struct print_place){ x - 2, below - QR_MM - 2 }, QR_MM, code_text(w->op, w->l));
    issuer_and_seal(w, width - x + 6, below);
    foot(w, width, height);
}

static void card(struct paper *w)
{
    double width = print_width(w->p), height = print_height(w->p);
    print_frame(w->p, 1.5, 0xB3261E);
    print_box(w->p, (struct print_place){ 5, 5 }, width - 10, in(w, w->l->type->title),
        &(struct print_style){ .size_pt = 11, .bold = true, .serif = true });
    lines_that_fit(w, (struct print_place){ 5, 13 }, width - 10, 7, height - CARD_QR_MM - 5);
    print_box(w->p, (struct print_place){ 5, height - 11 }, width - CARD_QR_MM - CARD_SEAL_MM - 13,
        w->l->identifier, &(struct print_style){ .size_pt = 4.5, .colour = 0x5A616B });
    print_qr(w->p, &(struct print_place){ width - CARD_QR_MM - 4, height - CARD_QR_MM - 4 },
        CARD_QR_MM, code_text(w->op, w->l));
    w->seal_mm = CARD_SEAL_MM;
    w->seal_x = width - CARD_QR_MM - CARD_SEAL_MM - 6;
    w->seal_y = height - CARD_SEAL_MM - 4;
    print_seal(w->p,
        (struct print_place){ w->seal_x + CARD_SEAL_MM / 2.0, w->seal_y + CARD_SEAL_MM / 2.0 },
        CARD_SEAL_MM, w->l->type->seal_ring, w->l->type->seal_line);
}

static enum print_paper paper_of(enum pack_paper p)
{
    static const enum print_paper papers[] = { [PACK_PAPER_A4] = PRINT_A4,
        [PACK_PAPER_A4_WIDE] = PRINT_A4_WIDE,
        [PACK_PAPER_A5_WIDE] = PRINT_A5_WIDE,
        [PACK_PAPER_CARD] = PRINT_CARD };
    return papers[p];
}

enum err licence_pdf(struct op *op, const struct licence *l, bool english, str *out)
{
    str plain;
    struct paper w = { .op = op, .l = l, .english = english };
    TRY(must_hold(op, l));
    struct print_setup setup = { .paper = paper_of(l->type->paper),
        .title = str_printf(
            op->arena, "%.*s %.*s", STR_ARGS(in(&w, l->type->name)), STR_ARGS(l->holder_name)),
        .author = in(&w, l->type->issuer),
        .subject = l->identifier,
        .made_ms = op->now_ms,
        .pages_max = 1,
        .every_letter = true };
    TRY(print_create(op->arena, &setup, &w.p, op->diag));
    if (l->type->paper == PACK_PAPER_CARD)
        card(&w);
    else
        sheet(&w);
    TRY(print_finish(w.p, &plain, op->diag));
    struct seal_pdf_signing how = { .identifier = l->identifier,
        .name = in(&w, l->type->issuer),
        .reason = english ? STR("Electronic licence") : STR("签发电子证照"),
        .at_ms = op->now_ms,
        .x_mm = w.seal_x,
        .y_mm = w.seal_y,
        .side_mm = w.seal_mm };
    return seal_pdf_sign(op->arena, op->zone->seal, plain, &how, out, op->diag);
}

/* ---- credential ---- */

static str list_url(struct op *op, int64_t which, bool suspension)
{
    const struct pack_zone *z = &zone_pack(op->zone)->zone;
    const char *purpose = suspension ? "suspension" : "revocation";
    return z->address.bytes ? str_printf(op->arena, "%.*s/api/licences/status/%s/%lld",
               STR_ARGS(z->address), purpose, (long long)which)
                            : str_printf(op->arena, "urn:junma:licence-status:%.*s:%s:%lld",
                                STR_ARGS(z->code), purpose, (long long)which);
}

/* did:jwk of the zone's key where the world knows its curve; else a name. */
static str issuer_id(struct op *op)
{
    if (seal_profile_of(op->zone->seal) == SEAL_NATIONAL)
        return str_printf(
            op->arena, "urn:junma:zone:%.*s", STR_ARGS(zone_pack(op->zone)->zone.code));
    json_t *jwk = json_keep(op->arena, seal_jwk(op->arena, op->zone->seal));
    return str_printf(
        op->arena, "did:jwk:%.*s", STR_ARGS(seal_base64url(op->arena, json_text(op->arena, jwk))));
}

static json_t *issuer_json(struct op *op)
{
    json_t *o = json_object();
    json_set_str(o, "id", issuer_id(op));
    json_set_str(o, "name", zone_pack(op->zone)->zone.name.zh);
    return o;
}

static json_t *contexts(void)
{
    return json_pack("[s, s]", "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/undefined-terms/v2");
}

static json_t *status_entry(struct op *op, const struct licence *l, bool suspension)
{
    json_t *o = json_object();
    int64_t which = l->list_index / LICENCE_LIST_BITS, bit = l->list_index % LICENCE_LIST_BITS;
    str url = list_url(op, which, suspension);
    json_set_str(o, "id", str_printf(op->arena, "%.*s#%lld", STR_ARGS(url), (long long)bit));
    json_set_str(o, "type", STR("BitstringStatusListEntry"));
    json_set_str(o, "statusPurpose", suspension ? STR("suspension") : STR("revocation"));
    json_set_str(o, "statusListIndex", str_printf(op->arena, "%lld", (long long)bit));
    json_set_str(o, "statusListCredential", url);
    return o;
}

static json_t *subject_json(struct op *op, const struct licence *l)
{
    json_t *o = json_object(), *licence = json_object();
    json_set_str(o, "id", str_printf(op->arena, "urn:junma:holder:%.*s", STR_ARGS(l->holder_key)));
    json_set_str(o, "name", l->holder_name);
    json_set_str(licence, "type", l->type->name.zh);
    json_set_str(licence, "typeCode", l->type->type_code);
    json_set_str(licence, "number", l->number);
    json_set_str(licence, "issuer", l->type->issuer.zh);
    json_set_str(licence, "issuerCode", l->type->issuer_code);
    json_set_str(licence, "issuedOn", l->issued_on);
    json_set_int(licence, "version", l->version);
    json_object_set_new(licence, "fields", json_deep_copy(l->data));
    json_object_set_new(o, "licence", licence);
    return o;
}

static str end_of_day(struct op *op, str day)
{
    int64_t ms;
    return zone_day_end(op->zone, day, &ms) ? zone_instant_text(op, ms - 999) : STR_NONE;
}

enum err licence_credential(struct op *op, const struct licence *l, str *out)
{
    struct date from;
    json_t *types, *states;
    TRY(must_hold(op, l));
    json_t *o = json_keep(op->arena, json_object());
    json_object_set_new(o, "@context", contexts());
    json_set_str(o, "id", str_printf(op->arena, "urn:junma:licence:%.*s", STR_ARGS(l->identifier)));
    json_object_set_new(o, "type", types = json_array());
    json_array_append_new(types, json_string("VerifiableCredential"));
    json_array_append_new(types, json_string("ElectronicLicence"));
    json_object_set_new(o, "issuer", issuer_json(op));
    json_set_str(o, "name", l->type->name.zh);
    if (date_parse(l->valid_from, &from))
        json_set_str(
            o, "validFrom", zone_instant_text(op, zone_day_begin(op->zone, date_to_days(from))));
    if (l->valid_to.bytes)
        json_set_str(o, "validUntil", end_of_day(op, l->valid_to));
    json_object_set_new(o, "credentialSubject", subject_json(op, l));
    json_object_set_new(o, "credentialStatus", states = json_array());
    json_array_append_new(states, status_entry(op, l, false));
    json_array_append_new(states, status_entry(op, l, true));
    TRY(diag_arena(op->diag, op->arena));
    return seal_jws(op->arena, op->zone->seal, "vc+jwt", o, out, op->diag);
}

/* ---- the list of states ---- */

static enum err fill_bits(struct op *op, int64_t which, bool suspension, unsigned char *bits)
{
    struct store_rows rows;
    int64_t first = which * LICENCE_LIST_BITS;
    TRY(STORE_QUERY(op->conn, &rows, op->diag,
        "SELECT list_index, status FROM licence WHERE zone = $1 AND list_index >= $2 AND list_index"
        " < $3 AND status <> 1",
        S_TEXT(op->zone->code), S_INT(first), S_INT(first + LICENCE_LIST_BITS)));
    for (bool more;;) {
        TRY(store_next(&rows, &more, op->diag));
        if (!more)
            break;
        int64_t bit = store_int(&rows, 0) - first;
        if ((store_int(&rows, 1) == LICENCE_SUSPENDED) == suspension)
            bits[bit / 8] |= (unsigned char)(0x80 >> (bit % 8)); /* the first bit is the leftmost */
    }
    store_rows_end(&rows);
    return OK;
}

static bool gzip(struct arena *a, const unsigned char *in_bytes, size_t count, str *out)
{
    z_stream z = { 0 };
    size_t room = count + 1024;
    unsigned char *bytes = arena_alloc(a, room);
    if (!bytes
        || deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    z.next_in = (unsigned char *)in_bytes;
    z.avail_in = (uInt)count;
    z.next_out = bytes;
    z.avail_out = (uInt)room;
    int end = deflate(&z, Z_FINISH);
    *out = (str){ (const char *)bytes, z.total_out };
    deflateEnd(&z);
    return end == Z_STREAM_END;
}

enum err licence_status_list(struct op *op, int64_t which, bool suspension, str *out)
{
    enum { BYTES = LICENCE_LIST_BITS / 8 };
    unsigned char *bits = arena_alloc(op->arena, BYTES);
    str packed, url = list_url(op, which, suspension);
    json_t *types, *subject;
    TRY(need_seal(op));
    TRY(diag_arena(op->diag, op->arena));
    TRY(fill_bits(op, which, suspension, bits));
    if (!gzip(op->arena, bits, BYTES, &packed))
        return diag_set(op->diag, ERR_MEMORY, "内存不足", "out of memory");
    json_t *o = json_keep(op->arena, json_object());
    json_object_set_new(o, "@context", json_pack("[s]", "https://www.w3.org/ns/credentials/v2"));
    json_set_str(o, "id", url);
    json_object_set_new(o, "type", types = json_array());
    json_array_append_new(types, json_string("VerifiableCredential"));
    json_array_append_new(types, json_string("BitstringStatusListCredential"));
    json_object_set_new(o, "issuer", issuer_json(op));
    json_set_str(o, "validFrom", zone_instant_text(op, op->now_ms));
    json_set_str(o, "validUntil", zone_instant_text(op, op->now_ms + MS_PER_HOUR));
    json_object_set_new(o, "credentialSubject", subject = json_object());
    json_set_str(subject, "id", str_printf(op->arena, "%.*s#list", STR_ARGS(url)));
    json_set_str(subject, "type", STR("BitstringStatusList"));
    json_set_str(subject, "statusPurpose", suspension ? STR("suspension") : STR("revocation"));
    json_set_str(
        subject, "encodedList", str_concat(op->arena, STR("u"), seal_base64url(op->arena, packed)));
    TRY(diag_arena(op->diag, op->arena));
    return seal_jws(op->arena, op->zone->seal, "vc+jwt", o, out, op->diag);
}

/* ---- the telephone's pass ---- */

enum err licence_pass(
    struct op *op, const struct licence *l, str device, str *token, int64_t *until_ms)
{
    str point;
    TRY(must_hold(op, l));
    if (device.bytes
        && (!seal_from_base64url(op->arena, device, &point) || point.bytes != SEAL_POINT_BYTES
            || point.data[0] != 4)) {
        diag_field(op->diag, STR("device"));
        return diag_set(op->diag, ERR_INVALID, "device 应是 P-256 公钥点(65 字节)的 base64url",
            "device must be the base64url of a P-256 point of 65 bytes");
    }
    *until_ms = op->now_ms
        + (device.bytes ? LICENCE_PASS_DAYS * (int64_t)MS_PER_DAY : LICENCE_CODE_SECONDS * 1000LL);
    json_t *o = json_keep(op->arena, json_object());
    /* As short as can be, for the code's sake: whoever verifies asks the zone for the rest. */
    json_set_id(o, "l", l->id);
    json_set_int(o, "a", op->now_ms / 1000);
    json_set_int(o, "x", *until_ms / 1000);
    if (device.bytes)
        json_set_str(o, "k", device);
    TRY(diag_arena(op->diag, op->arena));
    return seal_token(op->arena, op->zone->seal, o, token, op->diag);
}
