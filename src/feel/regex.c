/*
 * XPath regular expressions (XPath Functions 3.1 clause 5.6, on XML Schema's) on PCRE2.
 *
 * The two dialects share most of their syntax. What differs is translated or refused before PCRE2
 * sees the pattern:
 *     \i \I \c \C          name characters: written out as classes
 *     [a-z-[aeiou]]        class subtraction: a negative look-ahead in front of the class
 *     \p{IsGreek}          Unicode blocks: the common ones as ranges, others refused
 *     (?…                  only (?: exists in XPath; look-around, inline flags and so on are refused
 *     \h \K \Q \z …        PCRE's own escapes are refused
 *     $                    the very end only, unless flag m
 *     flags                s m i x q; anything else is refused
 * Refused or broken patterns give null. Matching has a limit of steps, so that no pattern hangs the
 * server; memory comes from the evaluation's arena.
 */
#include "feel/internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string.h>

enum { MATCH_STEPS = 2000000, MATCH_HEAP_KIB = 20000, PATTERN_MAX = 64 * 1024 };

/* Compiled patterns, newest first. Immutable: shared by threads when they belong to a program. */
struct feel_regex {
    const struct feel_regex *next;
    str pattern, flags;
    pcre2_code *code; /* NULL: refused */
};

static void *take(PCRE2_SIZE bytes, void *arena)
{
    return arena_alloc(arena, bytes);
}

static void give_back(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static bool is_flag(str flags, char c)
{
    return memchr(flags.data ? flags.data : "", c, flags.bytes) != NULL;
}

static bool known_flags(str flags)
{
    for (size_t i = 0; i < flags.bytes; i++)
        if (!flags.data[i] || !strchr("smixq", flags.data[i]))
            return false;
    return true;
}

#define NAME_START ":A-Z_a-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}"         \
                   "\\x{37F}-\\x{1FFF}\\x{200C}\\x{200D}\\x{2070}-\\x{218F}\\x{2C00}-\\x{2FEF}"    \
                   "\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}"
#define NAME_MORE "\\-.0-9\\x{B7}\\x{300}-\\x{36F}\\x{203F}-\\x{2040}"

static const struct block {
    const char *name, *range;
} blocks[] = {
    { "BasicLatin", "\\x{0}-\\x{7F}" },
    { "Latin-1Supplement", "\\x{80}-\\x{FF}" },
    { "LatinExtended-A", "\\x{100}-\\x{17F}" },
    { "LatinExtended-B", "\\x{180}-\\x{24F}" },
    { "Greek", "\\x{370}-\\x{3FF}" },
    { "GreekandCoptic", "\\x{370}-\\x{3FF}" },
    { "Cyrillic", "\\x{400}-\\x{4FF}" },
    { "Hebrew", "\\x{590}-\\x{5FF}" },
    { "Arabic", "\\x{600}-\\x{6FF}" },
    { "Thai", "\\x{E00}-\\x{E7F}" },
    { "GeneralPunctuation", "\\x{2000}-\\x{206F}" },
    { "CurrencySymbols", "\\x{20A0}-\\x{20CF}" },
    { "Hiragana", "\\x{3040}-\\x{309F}" },
    { "Katakana", "\\x{30A0}-\\x{30FF}" },
    { "CJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}" },
    { "HangulSyllables", "\\x{AC00}-\\x{D7AF}" },
};

struct translation {
    str in;
    size_t at;
    struct buf *out;
    int depth;
};

/* \p{…} or \P{…} with the letter already read. */
static bool property(struct translation *t, char letter, bool in_class)
{
    ptrdiff_t end = t->at < t->in.bytes && t->in.data[t->at] == '{'
        ? str_find(t->in, STR("}"), t->at)
        : -1;
    if (end < 0)
        return false;
    str name = str_slice(t->in, t->at + 1, (size_t)end);
    t->at = (size_t)end + 1;
    if (!str_starts(name, STR("Is"))) {
        buf_printf(t->out, "\\%c{%.*s}", letter, STR_ARGS(name));
        return true;
    }
    name = str_slice(name, 2, name.bytes);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_is(name, blocks[i].name)) {
            if (in_class && letter == 'P')
                return false;
            buf_printf(t->out, in_class ? "%s%s" : letter == 'p' ? "[%s%s]" : "[^%s%s]", "",
                blocks[i].range);
            return true;
        }
    return false;
}

static bool escape(struct translation *t, bool in_class)
{
    if (t->at >= t->in.bytes)
        return false;
    char c = t->in.data[t->at++];
    switch (c) {
    case 'i':
    case 'c':
        buf_printf(t->out, in_class ? "%s%s" : "[%s%s]", NAME_START, c == 'c' ? NAME_MORE : "");
        return true;
    case 'I':
    case 'C':
        if (in_class)
            return false;
        buf_printf(t->out, "[^%s%s]", NAME_START, c == 'C' ? NAME_MORE : "");
        return true;
    case 'p':
    case 'P': return property(t, c, in_class);
    default: break;
    }
    if ((unsigned char)c < 0x80 && !strchr("nrt\\|.?*+(){}-[]^$sSdDwW/,:;\"'#&@!%=<>~` _", c)
        && !(c >= '1' && c <= '9' && !in_class))
        return false;
    if (c >= '1' && c <= '9') {
        buf_printf(t->out, "\\g{%c}", c);
        return true;
    }
    if (c == 'w')
        buf_add(t->out, in_class ? STR("\\p{L}\\p{M}\\p{N}\\p{S}") : STR("[^\\p{P}\\p{Z}\\p{C}]"));
    else if (c == 'W' && !in_class)
        buf_add(t->out, STR("[\\p{P}\\p{Z}\\p{C}]"));
    else if (c == 's')
        buf_add(t->out, in_class ? STR(" \\t\\n\\r") : STR("[ \\t\\n\\r]"));
    else if (c == 'S' && !in_class)
        buf_add(t->out, STR("[^ \\t\\n\\r]"));
    else {
        buf_add_char(t->out, '\\');
        buf_add_char(t->out, c);
    }
    return true;
}

/* A class, after its '['. A subtraction becomes (?![subtracted])[class]. */
static bool class(struct translation *t)
{
    if (t->depth++ > 20)
        return false;
    struct buf own, *outer = t->out, subtracted;
    buf_init(&own, outer->arena, PATTERN_MAX);
    buf_init(&subtracted, outer->arena, PATTERN_MAX);
    t->out = &own;
    buf_add_char(&own, '[');
    if (t->at < t->in.bytes && t->in.data[t->at] == '^') {
        buf_add_char(&own, '^');
        t->at++;
    }
    size_t start = t->at;
    for (;;) {
        if (t->at >= t->in.bytes)
            return false;
        char c = t->in.data[t->at++];
        if (c == ']' && t->at - 1 > start)
            break;
        if (c == ']')
            return false;
        if (c == '-' && t->at < t->in.bytes && t->in.data[t->at] == '[') {
            t->at++;
            t->out = &subtracted;
            buf_add(&subtracted, STR("(?!"));
            if (!class(t) || t->at >= t->in.bytes || t->in.data[t->at] != ']')
                return false;
            buf_add_char(&subtracted, ')');
            t->at++;
            break;
        }
        if (c == '[')
            return false;
        if (c == '\\' ? !escape(t, true) : (buf_add_char(&own, c), false))
            return false;
    }
    buf_add_char(&own, ']');
    t->out = outer;
    buf_add(outer, buf_str(&subtracted));
    buf_add(outer, buf_str(&own));
    t->depth--;
    return !buf_failed(&own) && !buf_failed(&subtracted);
}

static bool translate(struct translation *t)
{
    while (t->at < t->in.bytes) {
        char c = t->in.data[t->at++];
        if (c == '\\') {
            if (!escape(t, false))
                return false;
        } else if (c == '[') {
            if (!class(t))
                return false;
        } else if (c == '(' && t->at < t->in.bytes && t->in.data[t->at] == '?') {
            if (t->at + 1 >= t->in.bytes || t->in.data[t->at + 1] != ':')
                return false;
            buf_add_char(t->out, c);
        } else if (c == '(' && t->at < t->in.bytes && t->in.data[t->at] == '*') {
            return false; /* PCRE verbs */
        } else if ((c == '+' || c == '?' || c == '*' || c == '}') && t->at < t->in.bytes
            && t->in.data[t->at] == '+') {
            return false; /* possessive quantifiers */
        } else if (c == '#') {
            buf_add(t->out, STR("\\#"));
        } else if (c == ']') {
            return false;
        } else {
            buf_add_char(t->out, c);
        }
    }
    return !buf_failed(t->out);
}

/* Flag x: white space outside classes goes, even after a backslash. */
static str without_space(struct arena *a, str pattern)
{
    struct buf b;
    int classes = 0;
    buf_init(&b, a, PATTERN_MAX);
    for (size_t i = 0; i < pattern.bytes; i++) {
        char c = pattern.data[i];
        bool escaped = i && pattern.data[i - 1] == '\\';
        classes += !escaped && c == '[';
        classes -= !escaped && c == ']' && classes;
        if (classes || !c || !strchr(" \t\r\n", c))
            buf_add_char(&b, c);
    }
    return buf_str(&b);
}

static pcre2_code *compile(struct arena *a, str pattern, str flags)
{
    struct buf translated;
    if (is_flag(flags, 'x') && !is_flag(flags, 'q'))
        pattern = without_space(a, pattern);
    struct translation t = { .in = pattern, .out = &translated };
    buf_init(&translated, a, 16 * PATTERN_MAX);
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    if (is_flag(flags, 's'))
        options |= PCRE2_DOTALL;
    if (is_flag(flags, 'm'))
        options |= PCRE2_MULTILINE;
    if (is_flag(flags, 'i'))
        options |= PCRE2_CASELESS;
    if (is_flag(flags, 'q')) {
        options |= PCRE2_LITERAL;
        options &= ~(uint32_t)(PCRE2_DOLLAR_ENDONLY | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_DOTALL
            | PCRE2_NEVER_BACKSLASH_C);
        buf_add(&translated, pattern);
    } else if (pattern.bytes > PATTERN_MAX || !translate(&t)) {
        return NULL;
    }
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, a);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    if (!context)
        return NULL;
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    int error;
    PCRE2_SIZE at;
    str text = buf_str(&translated);
    return pcre2_compile((PCRE2_SPTR)(text.data ? text.data : ""), text.bytes, options, &error, &at,
        context);
}

static const struct feel_regex *among(const struct feel_regex *list, str pattern, str flags)
{
    for (; list; list = list->next)
        if (str_equal(list->pattern, pattern) && str_equal(list->flags, flags))
            return list;
    return NULL;
}

const struct feel_regex *feel_regex_prepare(
    struct arena *a, const struct feel_regex *others, str pattern, str flags)
{
    if (among(others, pattern, flags))
        return others;
    struct feel_regex *r = ARENA_NEW(a, struct feel_regex);
    if (!r)
        return others;
    *r = (struct feel_regex){ others, pattern, flags,
        known_flags(flags) ? compile(a, pattern, flags) : NULL };
    return r;
}

/* The program's own, else compiled once for this evaluation. */
static pcre2_code *find(struct feel_machine *m, str pattern, str flags)
{
    const struct feel_regex *r
        = m->program ? among(m->program->regexes, pattern, flags) : NULL;
    if (!r) {
        m->regexes = feel_regex_prepare(m->arena, m->regexes, pattern, flags);
        r = among(m->regexes, pattern, flags);
    }
    return r ? r->code : NULL;
}

struct matcher {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

/* False: refused (out is null already) or short of memory. */
static bool prepare(struct feel_machine *m, str pattern, str flags, struct matcher *x)
{
    x->code = find(m, pattern, flags);
    if (!x->code) {
        WARN(m, "正则表达式“%.*s”有误", "the pattern \"%.*s\" is not valid", STR_ARGS(pattern));
        return false;
    }
    pcre2_general_context *general = pcre2_general_context_create(take, give_back, m->arena);
    x->data = general ? pcre2_match_data_create_from_pattern(x->code, general) : NULL;
    x->context = general ? pcre2_match_context_create(general) : NULL;
    if (!x->data || !x->context)
        return false;
    pcre2_set_match_limit(x->context, MATCH_STEPS);
    pcre2_set_heap_limit(x->context, MATCH_HEAP_KIB);
    return true;
}

static int match_at(const struct matcher *x, str input, size_t at)
{
    return pcre2_match(x->code, (PCRE2_SPTR)(input.data ? input.data : ""), input.bytes, at,
        PCRE2_NO_UTF_CHECK, x->data, x->context);
}

static enum err trouble(struct feel_machine *m, int result)
{
    if (arena_failed(m->arena) || result == PCRE2_ERROR_NOMEMORY)
        return feel_out_of_memory(m);
    if (result == PCRE2_ERROR_MATCHLIMIT || result == PCRE2_ERROR_HEAPLIMIT
        || result == PCRE2_ERROR_DEPTHLIMIT)
        return diag_set(m->diag, ERR_LIMIT_STEPS, "正则表达式匹配步数超限",
            "matching a pattern took too many steps");
    return OK;
}

enum err feel_regex_matches(
    struct feel_machine *m, str input, str pattern, str flags, feel_value *out)
{
    struct matcher x;
    if (!prepare(m, pattern, flags, &x))
        return trouble(m, 0);
    int result = match_at(&x, input, 0);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH)
        return trouble(m, result);
    *out = feel_boolean(result >= 0);
    return OK;
}

/* "$1" to "$99", as many digits as name a group; "\$" and "\\"; anything else is refused. */
static bool add_replacement(struct buf *b, const struct matcher *x, str input, str replacement,
    uint32_t groups)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(x->data);
    for (size_t i = 0; i < replacement.bytes; i++) {
        char c = replacement.data[i];
        if (c == '\\') {
            if (++i >= replacement.bytes
                || (replacement.data[i] != '$' && replacement.data[i] != '\\'))
                return false;
            buf_add_char(b, replacement.data[i]);
        } else if (c == '$') {
            uint32_t group = 0, digits = 0;
            while (i + 1 < replacement.bytes && replacement.data[i + 1] >= '0'
                && replacement.data[i + 1] <= '9') {
                uint32_t longer = group * 10 + (uint32_t)(replacement.data[i + 1] - '0');
                if (digits && longer > groups)
                    break;
                group = longer;
                digits++;
                i++;
            }
            if (!digits)
                return false;
            if (group <= groups && at[2 * group] != PCRE2_UNSET)
                buf_add(b, str_slice(input, at[2 * group], at[2 * group + 1]));
        } else {
            buf_add_char(b, c);
        }
    }
    return true;
}

enum err feel_regex_replace(struct feel_machine *m, str input, str pattern, str replacement,
    str flags, feel_value *out)
{
    struct matcher x;
    if (!prepare(m, pattern, flags, &x))
        return trouble(m, 0);
    uint32_t groups = 0;
    pcre2_pattern_info(x.code, PCRE2_INFO_CAPTURECOUNT, &groups);
    bool literal = is_flag(flags, 'q');
    struct buf b;
    buf_init(&b, m->arena, m->text_max);
    if (match_at(&x, STR(""), 0) >= 0) /* XPath: a pattern that matches nothing is an error */
        return OK;
    for (size_t at = 0;;) {
        if (m->fuel-- == 0)
            TRY(feel_machine_refuel(m));
        int result = match_at(&x, input, at);
        if (result < 0 && result != PCRE2_ERROR_NOMATCH)
            return trouble(m, result);
        if (result < 0) {
            buf_add(&b, str_slice(input, at, input.bytes));
            break;
        }
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(x.data);
        buf_add(&b, str_slice(input, at, found[0]));
        if (literal)
            buf_add(&b, replacement);
        else if (!add_replacement(&b, &x, input, replacement, groups))
            return OK;
        size_t end = found[1];
        if (end == found[0]) { /* an empty match: move on by one code point */
            size_t next = end;
            if (next >= input.bytes)
                break;
            (void)str_next_code_point(input, &next);
            buf_add(&b, str_slice(input, end, next));
            end = next;
        }
        at = end;
    }
    if (buf_failed(&b) && !arena_failed(m->arena))
        return feel_limit(m, "文字超过 %llu 字节", "a text is longer than %llu bytes", m->text_max);
    if (arena_failed(m->arena))
        return feel_out_of_memory(m);
    *out = feel_string(buf_str(&b));
    return OK;
}

enum err feel_regex_split(struct feel_machine *m, str input, str pattern, feel_value *out)
{
    struct matcher x;
    struct items items = { .m = m };
    if (!prepare(m, pattern, STR_NONE, &x))
        return trouble(m, 0);
    size_t start = 0, at = 0;
    while (at <= input.bytes) {
        if (m->fuel-- == 0)
            TRY(feel_machine_refuel(m));
        int result = match_at(&x, input, at);
        if (result < 0 && result != PCRE2_ERROR_NOMATCH)
            return trouble(m, result);
        if (result < 0)
            break;
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(x.data);
        if (found[1] == found[0]) {
            if (found[0] >= input.bytes)
                break;
            at = found[0];
            (void)str_next_code_point(input, &at);
            if (found[0] == start)
                continue;
            TRY(items_add(&items, feel_string(str_slice(input, start, found[0]))));
            start = found[0];
            continue;
        }
        TRY(items_add(&items, feel_string(str_slice(input, start, found[0]))));
        start = at = found[1];
    }
    TRY(items_add(&items, feel_string(str_slice(input, start, input.bytes))));
    *out = items_list(&items);
    return out->kind == FEEL_NULL ? feel_out_of_memory(m) : OK;
}
