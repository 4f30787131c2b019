/*
 * Certificates for those who came. A page of the kind `certificates` names the courses, their sessions
 * and who was enrolled; a rule of the pack says who has passed; for each who has, a licence (licence.h) is
 * issued, so that it has a number, a seal, a code, and can be verified by anyone.
 *
 *     enrolments ─▶ by course and person ─▶ rule(held, attended, share, columns of the course) ─▶ passed?
 *                ─▶ the holder's record + a licence + the record that links them
 *
 * What always holds
 *   - A person is an account, or a name and a telephone number together; whoever is enrolled for a unit
 *     (more than one person) gets none.
 *   - One certificate a person and course: the record that links them says so.
 *   - Only who may issue licences of the type, and may write the holders' register, issues.
 */
#ifndef JUNMA_ZONE_CERTIFICATE_H
#define JUNMA_ZONE_CERTIFICATE_H

#include "zone/licence.h"
#include "zone/page_rows.h"

enum { CERTIFICATE_PEOPLE_MAX = 100000, CERTIFICATE_COURSES_MAX = 5000, CERTIFICATES_AT_ONCE_MAX = 500 };

struct certificate_course {
    int64_t id;
    str key, label;
    json_t *data;
    int64_t held; /* sessions up to today */
    int64_t people, passed, issued;
};
struct certificate_person {
    int64_t enrolment; /* one of theirs: by it they are chosen */
    size_t course;
    str identity, name, phone; /* phone: never shown */
    int64_t account, attended, last; /* last: the newest session counted */
    bool passed;
    str identifier; /* of the licence; empty: none */
};
struct certificates {
    struct certificate_course *courses;
    struct certificate_person *people;
    size_t course_count, person_count;
};
/* Of a page of the kind `certificates`, for who may see the enrolments. */
MUST_USE enum err certificates_read(
    struct op *op, const struct pack_page *page, struct certificates *out);

struct certificate_issuing {
    const struct pack_page *page;
    str course;            /* its key */
    const int64_t *people; /* enrolments; NULL: all who passed */
    size_t person_count;
    struct diag_list *faults;
    int64_t issued, before; /* before: had one already */
};
/* In a write. ERR_NOT_ALLOWED names the first who was chosen and has not passed. */
MUST_USE enum err certificates_issue(struct op *op, struct certificate_issuing *in);

/* Valid ones of a person, by account or by name and telephone number; for the public pages. */
MUST_USE enum err certificates_own(struct op *op, const struct pack_page *page, str name, str phone,
    int64_t account, struct licence **out, size_t *count);

#endif
