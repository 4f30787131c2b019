/*
 * benefit_list    one drawing of a clause for a day: what it was drawn from (pack version, checkpoint),
 *                 its state and its notice period
 * benefit_line    who gets how much by it, and what became of that; an award is a line that was decided
 * benefit_file    uploads that came with a line as evidence
 * benefit_objection  what somebody said against a list under public notice, and what was decided
 *
 * States are words (benefit.h). benefit_report is for reading: figures and outside tools use it.
 */
#include "zone/benefit_table.h"

static const char lists[] =
    "CREATE TABLE benefit_list (zone TEXT NOT NULL, id BIGINT NOT NULL, version BIGINT NOT NULL,"
    " number TEXT NOT NULL, policy TEXT NOT NULL, clause TEXT NOT NULL, title_zh TEXT NOT NULL,"
    " title_en TEXT NOT NULL, day TEXT NOT NULL, year BIGINT NOT NULL, unit TEXT NOT NULL,"
    " fund TEXT NOT NULL, state TEXT NOT NULL, origin TEXT NOT NULL, pack_version TEXT NOT NULL,"
    " tree_size BIGINT NOT NULL, checkpoint TEXT NOT NULL, rows_seen BIGINT NOT NULL,"
    " missing BIGINT NOT NULL, barred BIGINT NOT NULL, drawn_at BIGINT NOT NULL,"
    " drawn_by TEXT NOT NULL, drawn_account BIGINT NOT NULL, reviewed_by TEXT NOT NULL,"
    " reviewed_account BIGINT NOT NULL, notice_days BIGINT NOT NULL, notice_from TEXT NOT NULL,"
    " notice_to TEXT NOT NULL, notice_at BIGINT NOT NULL, decided_by TEXT NOT NULL,"
    " decided_at BIGINT NOT NULL, reason TEXT NOT NULL, updated_at BIGINT NOT NULL,"
    " PRIMARY KEY (zone, id));"
    "CREATE UNIQUE INDEX benefit_list_number ON benefit_list (zone, number);"
    "CREATE INDEX benefit_list_clause ON benefit_list (zone, clause, id);"
    "CREATE INDEX benefit_list_state ON benefit_list (zone, state, id);"
    "CREATE TABLE benefit_line (zone TEXT NOT NULL, id BIGINT NOT NULL, list_id BIGINT NOT NULL,"
    " clause TEXT NOT NULL, year BIGINT NOT NULL, subject BIGINT NOT NULL, subject_key TEXT NOT NULL,"
    " label TEXT NOT NULL, payee TEXT NOT NULL, payee_name TEXT NOT NULL, fen BIGINT NOT NULL,"
    " state TEXT NOT NULL, reviewed BIGINT NOT NULL, reason TEXT NOT NULL, facts TEXT NOT NULL,"
    " why TEXT NOT NULL, supplied TEXT NOT NULL, files TEXT NOT NULL, commitment BIGINT NOT NULL,"
    " account BIGINT NOT NULL,"
    " awarded_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE INDEX benefit_line_list ON benefit_line (zone, list_id, id);"
    "CREATE INDEX benefit_line_clause ON benefit_line (zone, clause, subject, id);"
    "CREATE INDEX benefit_line_payee ON benefit_line (zone, payee, id);"
    "CREATE TABLE benefit_objection (zone TEXT NOT NULL, id BIGINT NOT NULL, list_id BIGINT NOT NULL,"
    " line_id BIGINT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL, account BIGINT NOT NULL,"
    " text TEXT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL, reply TEXT NOT NULL,"
    " decided_by TEXT NOT NULL, decided_at BIGINT NOT NULL, PRIMARY KEY (zone, id));"
    "CREATE INDEX benefit_objection_list ON benefit_objection (zone, list_id, id);";

static const char report[] =
    "CREATE VIEW benefit_report AS SELECT l.zone AS zone, l.id AS id, b.policy AS policy,"
    " l.clause AS clause, b.title_zh AS title, b.number AS number, b.unit AS unit, b.fund AS fund,"
    " l.year AS year, l.subject_key AS subject, l.label AS label, l.payee AS payee,"
    " l.payee_name AS payee_name, l.fen AS fen, coalesce(c.paid, 0) AS paid,"
    " coalesce(c.recovered, 0) AS recovered, l.state AS state,"
    " b.state AS list_state, b.origin AS origin, b.day AS drawn_on,"
    " b.notice_from AS notice_from, b.notice_to AS notice_to, l.awarded_at AS awarded_at"
    " FROM benefit_line l JOIN benefit_list b ON b.zone = l.zone AND b.id = l.list_id"
    " LEFT JOIN fund_commitment c ON c.zone = l.zone AND c.id = l.commitment"
    " WHERE l.zone = {zone};";

/* Which uploads are evidence of which line. */
static const char evidence[] =
    "CREATE TABLE benefit_file (zone TEXT NOT NULL, file_id BIGINT NOT NULL, line_id BIGINT NOT NULL,"
    " PRIMARY KEY (zone, file_id, line_id)){clustered};";

const struct store_migration benefit_migrations[] = {
    { 1, "lists, lines, objections", lists },
    { 2, "view for reports", report },
    { 3, "evidence", evidence },
};
const size_t benefit_migration_count = sizeof benefit_migrations / sizeof *benefit_migrations;
